//! Prices and rates in a terminal: shown, put right, fetched, landed.

use crate::stage::{Stage, Town};

#[test]
fn prices_are_shown_by_tier_length_and_date() {
    let stage = Stage::new();
    let ran = stage.run(&["prices", "gpt-6-astra", "--provider", "openai"]).ends(0);
    for words in
        ["gpt-6-astra of openai, on 2026-11-20", "10 USD per 1,000,000", "batch", "priority", "272,000"]
    {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    let ran = stage.run(&["prices", "gemini-4-argon", "--provider", "gcp.gemini"]).ends(0);
    assert!(
        ran.stdout.contains("from 2026-12-01: input 4") && ran.stdout.contains("announced"),
        "{}",
        ran.stdout
    );
    let sheet =
        stage.run(&["prices", "o3", "--provider", "openai", "--at", "2025-06-09", "--json"]).ends(0).json();
    let group = &sheet["sheets"][0]["groups"][0];
    assert_eq!((&group["tier"], &group["source"]), (&serde_json::Value::Null, &"genai-prices".into()));
    assert_eq!(
        group["prices"][0],
        serde_json::json!({"meter": "input", "price": "10", "currency": "USD", "per": 1_000_000, "ownFrom": null})
    );
    let ran = stage.run(&["prices", "deepseek-flash", "--provider", "deepseek"]).ends(0);
    assert!(
        ran.stdout.contains("depends on the hour") && ran.stdout.contains("01:00 to 04:00 UTC"),
        "{}",
        ran.stdout
    );

    let ran = stage.run(&["prices"]).ends(0);
    assert!(ran.stdout.contains("as of 2026-10-30, 21 days old, came with Spendglass"), "{}", ran.stdout);
    let ran = stage.run(&["prices", "gpt-99-imaginary"]).ends(2);
    assert!(ran.stderr.contains("no list has a model"), "{ran:?}");
    stage.run(&["prices", "--at", "2026-11-01"]).ends(2);
    stage.run(&["prices", "o3", "--at", "soon"]).ends(2);
}

#[test]
fn a_price_is_put_right_and_list_costs_follow() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["openai"]);
    stage.run(&["sync"]).ends(0);
    let usage = ["usage", "--by", "model", "--from", "2026-11-01", "--to", "2026-11-21", "--json"];
    let before = stage.run(&usage).ends(0).json();
    let rows = before["rows"].as_array().unwrap();
    let model = rows
        .iter()
        .filter_map(|row| row["key"].as_str())
        .find(|key| key.starts_with("gpt"))
        .unwrap()
        .to_owned();
    let set = [
        "prices",
        "set",
        &model,
        "input",
        "0.5",
        "--per",
        "1000",
        "--provider",
        "openai",
        "--from",
        "2026-11-05",
        "--note",
        "As on the invoice.",
    ];
    let ran = stage.run(&set).ends(0);
    assert!(
        ran.stdout.contains("500 USD per 1,000,000") && ran.stdout.contains("worked out again"),
        "{}",
        ran.stdout
    );
    let after = stage.run(&usage).ends(0).json();
    let listed = |usage: &serde_json::Value| {
        usage["rows"].as_array().unwrap().iter().find(|row| row["key"] == *model).unwrap()["listed"].clone()
    };
    assert_ne!(listed(&before), listed(&after));
    let ran = stage.run(&["prices"]).ends(0);
    assert!(ran.stdout.contains("Your own prices") && ran.stdout.contains("2026-11-05"), "{}", ran.stdout);
    let ran = stage.run(&["prices", &model, "--provider", "openai"]).ends(0);
    assert!(ran.stdout.contains("your own price of input, from 2026-11-05"), "{}", ran.stdout);

    stage.run(&["prices", "unset", &model, "input"]).ends(0);
    assert_eq!(listed(&stage.run(&usage).ends(0).json()), listed(&before));
    stage.run(&["prices", "unset", &model, "input"]).ends(2);
    let ran = stage
        .run(&["prices", "set", &model, "thoughts", "1", "--provider", "openai", "--from", "2026-11-05"])
        .ends(2);
    assert!(ran.stderr.contains("cache_read"), "{ran:?}");
    stage
        .run(&["prices", "set", &model, "input", "-1", "--provider", "openai", "--from", "2026-11-05"])
        .ends(2);
}

#[test]
fn lists_and_rates_are_fetched() {
    let town = Town::open("student", &[]);
    let stage = Stage::new();
    let feed = |path: &str| format!("http://{}/feeds/{path}", town.address());
    let ran = stage.run(&["prices", "refresh", "--url", &feed("prices/ok")]).ends(0);
    assert!(
        ran.stdout.contains("A newer list is here") && ran.stdout.contains("0 days old"),
        "{}",
        ran.stdout
    );
    let ran = stage.run(&["prices", "refresh", "--url", &feed("prices/ok")]).ends(0);
    assert!(ran.stdout.contains("Nothing changed"), "{}", ran.stdout);
    stage.run(&["prices", "town-1"]).ends(0);
    let ran = stage.run(&["prices", "refresh", "--url", &feed("prices/absurd")]).ends(1);
    assert!(ran.stderr.contains("stay as they were"), "{ran:?}");
    stage.run(&["prices", "refresh", "--url", "http://example.com/list.json"]).ends(2);

    let ran = stage.run(&["rates", "refresh", "--url", &feed("ecb/ok")]).ends(0);
    assert!(ran.stdout.contains("3 rates are new") && ran.stdout.contains("2026-11-20"), "{}", ran.stdout);
    stage.run(&["rates", "refresh", "--url", &feed("ecb/cut")]).ends(1);
    let ran = stage.run(&["rates", "--to", "INR"]).ends(0);
    assert!(ran.stdout.contains("96.00454545") && ran.stdout.contains("by way of EUR"), "{}", ran.stdout);
}

#[test]
fn a_price_is_landed_in_rupees_step_by_step() {
    let stage = Stage::new();
    let land = [
        "rates",
        "--from",
        "USD",
        "--to",
        "INR",
        "--at",
        "2026-01-06",
        "--amount",
        "20",
        "--country",
        "IN",
        "--card-markup",
        "3.5",
    ];
    let with = |more: &[&'static str]| land.into_iter().chain(more.iter().copied()).collect::<Vec<_>>();
    let ran = stage.run(&with(&["--price-tax", "excluded"])).ends(0);
    // 20 × 1.18 × 90.15161869 × 1.0413 = 2215.4471807887692
    for words in [
        "GST 18 %",
        "23.60 USD",
        "90.15161869",
        "card mark-up 3.5 %, with GST 18 %",
        "You pay: ~2,215.45 INR",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    let landed =
        stage.run(&with(&["--tax", "registered", "--price-tax", "excluded", "--json"])).ends(0).json();
    assert_eq!(landed["landed"]["recoverable"]["currency"], "INR");
    let ran = stage.run(&with(&[])).ends(0);
    assert!(ran.stdout.contains("If the price holds its tax already"), "{}", ran.stdout);
    let ran =
        stage.run(&["rates", "--from", "EUR", "--to", "EUR", "--amount", "20", "--country", "DE"]).ends(0);
    assert!(ran.stdout.contains("the rate of DE is not known here"), "{}", ran.stdout);

    assert_eq!(stage.run(&["rates", "--json"]).ends(0).json()["rows"].as_array().unwrap().len(), 29);
    let ran = stage.run(&["rates", "--from", "USD", "--to", "AFN"]).ends(2);
    assert!(ran.stderr.contains("o rate of AFN is known"), "{ran:?}");
    let ran = stage.run(&["rates", "--to", "INR", "--at", "2020-01-01"]).ends(2);
    assert!(ran.stderr.contains("o rate of USD in INR"), "{ran:?}");
    stage.run(&["rates", "--tax", "excluded"]).ends(2);
}
