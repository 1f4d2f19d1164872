//! Which plan to buy, in a terminal, of the simulator's freelancer.

use serde_json::Value;

use crate::stage::{PROVIDERS, Stage, Town};

/// A flat plan for every model of three providers.
const FLAT: &str = r#"{"dated": "2026-11-01", "stale_after_days": 60, "plans": [{
    "id": "own/flat", "provider": "openai", "product": "Own", "name": "Own Flat",
    "serves": {"providers": ["openai", "anthropic", "openrouter"], "surfaces": ["api"]},
    "prices": [{"amount": "PRICE", "currency": "USD", "tax": "excluded"}],
    "limits": [{"unit": "tokens", "amount": "unlimited", "window": "month", "starts": "purchase"}],
    "overage": "blocked", "sources": ["https://plans.example/flat"], "seen": "2026-11-01", "confidence": "high",
    "evidence": "official"}]}"#;

fn read() -> (Town, Stage) {
    let town = Town::open("freelancer", &[]);
    let stage = Stage::with(&town, &PROVIDERS);
    stage.run(&["sync"]).ends(0);
    (town, stage)
}

fn file(folder: &tempfile::TempDir, price: &str) -> String {
    let path = folder.path().join("plans.json");
    std::fs::write(&path, FLAT.replace("PRICE", price)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_cheap_plan_is_advised_first_and_every_figure_has_its_source() {
    let (_town, stage) = read();
    let folder = tempfile::tempdir().unwrap();
    let cheap = file(&folder, "1");
    let ran = stage.run(&["plans", "--catalogue", &cheap, "--steps", "--sources"]).ends(0);
    let said = ran.stdout;
    assert!(said.starts_with("Switch to Own Flat.\n"), "{said}");
    for words in [
        "a month",
        "landed:",
        "list price without tax",
        "https://plans.example/flat",
        "Usage that is not in this",
        "tundra-preview-2",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let told = stage.run(&["plans", "--catalogue", &cheap, "--json"]).ends(0).json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for key in ["window", "options", "recommendation"] {
        assert!(keys(&told).contains(&key.to_owned()), "{key}");
    }
    for key in ["from", "to", "days", "usageRows", "excluded"] {
        assert!(keys(&told["window"]).contains(&key.to_owned()), "{key}");
    }
    let option = &told["options"][0];
    for key in [
        "id",
        "plans",
        "replayed",
        "monthly",
        "probabilityCheapest",
        "regret",
        "refused",
        "breakEven",
        "sources",
    ] {
        assert!(keys(option).contains(&key.to_owned()), "{key}");
    }
    assert_eq!(keys(&option["monthly"]), ["currency", "p10", "p50", "p90"]);
    assert_eq!(told["recommendation"]["action"], "switch");
    assert_eq!(told["recommendation"]["option"], "own/flat");
    // The same figures whenever the same is asked.
    assert_eq!(stage.run(&["plans", "--catalogue", &cheap, "--json"]).ends(0).json(), told);
}

#[test]
fn a_dear_plan_is_not_and_a_chart_is_drawn() {
    let (_town, stage) = read();
    let folder = tempfile::tempdir().unwrap();
    let dear = file(&folder, "5000");
    let chart = folder.path().join("plans.svg");
    let ran = stage.run(&["plans", "--catalogue", &dear, "--chart", chart.to_str().unwrap()]).ends(0);
    assert!(ran.stdout.starts_with("Stay "), "{}", ran.stdout);
    assert!(ran.stdout.contains("Kept in "), "{}", ran.stdout);
    assert!(std::fs::read_to_string(chart).unwrap().starts_with("<svg"));
    let told = stage
        .run(&[
            "plans",
            "--catalogue",
            &dear,
            "--country",
            "IN",
            "--tax",
            "consumer",
            "--card-markup",
            "3.5",
            "--currency",
            "INR",
            "--json",
        ])
        .ends(0)
        .json();
    assert_eq!(
        (&told["buyer"]["currency"], &told["buyer"]["country"]),
        (&Value::from("INR"), &Value::from("IN"))
    );
    assert_ne!(told["recommendation"]["action"], "switch");
}

#[test]
fn all_that_is_known_is_compared_and_what_cannot_be_says_why() {
    let (_town, stage) = read();
    let told = stage.run(&["plans", "--json"]).ends(0).json();
    let options = told["options"].as_array().unwrap();
    assert!(options.iter().any(|option| option["id"] == "current"));
    assert!(options.iter().any(|option| option["id"] == "metered"));
    assert!(!told["abstained"].as_array().unwrap().is_empty());
    for option in options {
        assert!(!option["sources"].as_array().unwrap().is_empty(), "{}", option["id"]);
    }
    for plan in told["abstained"].as_array().unwrap() {
        assert!(plan["why"].as_str().unwrap().ends_with('.'), "{plan}");
    }
}

#[test]
fn what_is_said_and_what_the_table_says_is_one() {
    let town = Town::open("freelancer", &[]);
    let stage = Stage::with(&town, &["openai", "anthropic"]);
    stage.run(&["sync"]).ends(0);
    let told = stage.run(&["plans", "--json"]).ends(0).json();
    let said = stage.run(&["plans"]).ends(0).stdout;
    let options = told["options"].as_array().unwrap();
    let of = |id: &str| options.iter().find(|option| option["id"] == id).unwrap();
    // Who has no plan pays as they go already: the two are not held against each other.
    assert_eq!(
        (&of("metered")["sameAsNow"], &of("metered")["probabilityCheapest"]),
        (&true.into(), &Value::Null)
    );
    let row = said.lines().find(|line| line.contains("Pay as you go  ")).unwrap_or_else(|| panic!("{said}"));
    assert!(row.contains("as now"), "{row}");
    if said.contains("As now is likely the cheapest") {
        assert_eq!(options[0]["id"], "current", "{said}");
    }
    assert_eq!(told["shapes"], Value::Array(Vec::new()));
    assert!(!said.contains("llustration") && !said.contains("element 0"), "{said}");
}

#[test]
fn wrong_arguments_are_named() {
    let stage = Stage::new();
    for (typed, words) in [
        (["plans", "--days", "31"], "30, 90 and 365"),
        (["plans", "--currency", "MGA"], "MGA"),
        (["plans", "--country", "India"], "two letters"),
        (["plans", "--catalogue", "/nowhere/plans.json"], "/nowhere/plans.json"),
        (["plans", "--account", "99"], "There is no account 99."),
        (["plans", "--chart", "plans.jpg"], ".svg or .png"),
    ] {
        let ran = stage.run(&typed).ends(2);
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    let ran = stage.run(&["plans"]).ends(0);
    assert!(ran.stdout.starts_with("Not enough data.\n"), "{}", ran.stdout);
}
