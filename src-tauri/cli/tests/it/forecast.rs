//! Forecasts in a terminal, of the simulator's persons.

use serde_json::Value;

use crate::stage::{NOW, PROVIDERS, Stage, Town};

/// An amount in millionths, cut; enough to compare.
fn micros(amount: &Value) -> i128 {
    let text = amount.as_str().unwrap_or_else(|| panic!("{amount} is no text"));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = part.chars().chain("000000".chars()).take(6).collect();
    format!("{whole}{digits}").parse().unwrap()
}

#[test]
fn the_month_of_a_person_is_forecast_in_all_and_by_account() {
    let town = Town::open("freelancer", &[]);
    let stage = Stage::with(&town, &PROVIDERS);
    stage.run(&["sync"]).ends(0);
    let ran = stage.run(&["forecast", "--json"]).ends(0);
    let forecast = ran.json();
    // The same figures whenever the same is asked.
    assert_eq!(stage.run(&["forecast", "--json"]).ends(0).stdout, ran.stdout);
    assert_eq!(forecast["now"], NOW);
    let months = forecast["months"].as_array().unwrap();
    let dollars = months.iter().find(|row| row["currency"] == "USD").unwrap();
    assert_eq!((&dollars["month"], &dollars["account"]), (&Value::from("2026-11"), &Value::Null));
    let month = stage.run(&["status", "--json"]).ends(0).json()["month"].clone();
    assert_eq!(dollars["soFar"], month["billed"][0]["amount"], "the same month to date as the status");
    assert_eq!(dollars["lane"], month["lane"]);
    let accounts = forecast["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), PROVIDERS.len());
    for row in months.iter().chain(accounts) {
        let range = &row["range"];
        assert!(row["unknown"].is_null() && row["ofDays"].as_u64() >= Some(7), "{row}");
        let figures = ["p10", "p50", "p90"].map(|part| micros(&range[part]));
        assert!(figures.is_sorted() && micros(&row["soFar"]) <= figures[0], "{row}");
    }
    let sum: i128 = accounts.iter().map(|row| micros(&row["soFar"])).sum();
    assert!((sum - micros(&dollars["soFar"])).abs() <= 3);
    let test = &dollars["backTest"];
    assert!(test["inside"].as_u64() <= test["forecasts"].as_u64(), "{test}");

    let account = accounts[0]["account"].to_string();
    let one = stage.run(&["forecast", "--account", &account, "--json"]).ends(0).json();
    assert_eq!(one["months"][0]["soFar"], accounts[0]["soFar"]);
    assert_eq!(one["months"][0]["range"], accounts[0]["range"]);
    assert_eq!(one["accounts"].as_array().unwrap().len(), 1);

    let named = stage.run(&["forecast", "--account", "OpenAI", "--json"]).ends(0).json();
    assert_eq!(named["accounts"][0]["account"], 1, "by a name as by a number");

    let said = stage.run(&["forecast"]).ends(0).stdout;
    for words in ["All 2026-11", "likely", "from days", dollars["range"]["p50"].as_str().unwrap()] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let ran = stage.run(&["forecast", "--account", "99"]).ends(2);
    assert!(ran.stderr.contains("There is no account 99."), "{ran:?}");
}

#[test]
fn nothing_known_is_nothing_forecast() {
    let stage = Stage::new();
    let ran = stage.run(&["forecast"]).ends(0);
    assert!(ran.stdout.contains("there is nothing to forecast"), "{ran:?}");
    let forecast = stage.run(&["forecast", "--json"]).ends(0).json();
    assert_eq!(forecast["months"], Value::Array(vec![]));
}
