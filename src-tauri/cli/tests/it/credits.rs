//! Lots of credit, as they are typed and printed.

use serde_json::{Value, json};

use crate::stage::{Ran, Stage};

fn credits(stage: &Stage, arguments: &[&str]) -> Ran {
    let typed: Vec<&str> = ["credits"].iter().chain(arguments).copied().collect();
    stage.run(&typed)
}

fn add(stage: &Stage, account: &str, arguments: &[&str]) -> Ran {
    let typed: Vec<&str> = ["add", account].iter().chain(arguments).copied().collect();
    credits(stage, &typed)
}

const FIFTY: [&str; 6] = ["--amount", "50", "--currency", "USD", "--acquired", "2025-12-01"];

fn with_account(provider: &str) -> Stage {
    let stage = Stage::new();
    stage.run(&["accounts", "add", provider, "--no-key"]).ends(0);
    stage
}

#[test]
fn a_lot_is_added_listed_edited_moved_and_removed() {
    let stage = with_account("openai");
    stage.run(&["accounts", "add", "anthropic", "--no-key", "--label", "Studio"]).ends(0);
    let said = add(&stage, "openai", &FIFTY).ends(0).stdout;
    assert!(said.contains("Entered as entry-1, for account 1, OpenAI: purchased 50.00 USD"), "{said}");
    assert!(
        said.contains("good up to 2026-12-01 (provider's rule)") && said.contains("credits edit entry-1"),
        "{said}"
    );
    stage.run(&["enter", "cost", "1", "12.34", "USD", "--date", "2026-11-18"]).ends(0);

    let listed = credits(&stage, &["list", "--json"]).ends(0).json();
    let lot = &listed["lots"][0];
    for (field, expected) in [
        ("id", json!("entry-1")),
        ("account", json!(1)),
        ("kind", json!("purchased")),
        ("currency", json!("USD")),
        ("acquiredAt", json!("2025-12-01")),
        ("expiresAt", json!("2026-12-01")),
        ("amount", json!("50")),
        ("spent", json!("12.34")),
        ("lapsed", json!("0")),
        ("left", json!("37.66")),
        ("neededPerDay", json!("3.43")),
    ] {
        assert_eq!(lot[field], expected, "{field}: {lot}");
    }
    assert!(lot["atRisk"].is_null() && lot["atRiskUnknown"].is_string(), "one day is no forecast: {lot}");
    assert_eq!(
        (&listed["totals"][0]["currency"], &listed["totals"][0]["left"]),
        (&json!("USD"), &json!("37.66"))
    );
    assert_eq!(listed["reconciliation"], json!([]));

    let text = credits(&stage, &["list"]).ends(0).stdout;
    for words in [
        "37.66 USD",
        "50.00 USD",
        "good up to 2026-12-01",
        "3.43 USD a day uses it up",
        "Left in all: 37.66 USD",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 110), "{text}");

    credits(&stage, &["edit", "entry-1", "--amount", "60", "--expires", "2026-11-30", "--note", "Card"])
        .ends(0);
    let said = credits(&stage, &["move", "entry-1", "studio"]).ends(0).stdout;
    assert!(
        said.contains("Moved as entry-1, for account 2, Studio: purchased 60.00 USD, 60.00 USD left"),
        "{said}"
    );
    assert_eq!(credits(&stage, &["list", "--account", "openai", "--json"]).ends(0).json()["lots"], json!([]));
    credits(&stage, &["edit", "entry-1", "--rule", "provider"]).ends(0);
    let lot = credits(&stage, &["list", "--account", "2", "--json"]).ends(0).json()["lots"][0].clone();
    assert_eq!(
        (&lot["ruleBy"], &lot["rule"], &lot["note"]),
        (&json!("provider"), &json!("after-purchase:365d"), &json!("Card"))
    );
    assert!(credits(&stage, &["remove", "entry-1"]).ends(0).stdout.contains("entry-1 is removed"));
    assert!(credits(&stage, &["list"]).ends(0).stdout.contains("No credit is known yet"));
    assert!(credits(&stage, &["offers"]).ends(0).stdout.contains("No rise of a balance waits"));
}

#[test]
fn every_rule_is_taken_as_it_is_written() {
    let stage = with_account("groq");
    for (rule, shown, ends) in [
        ("after-purchase:365d", "after-purchase:365d", json!("2026-11-01")),
        ("after-purchase:12mo", "after-purchase:12mo", json!("2026-11-01")),
        ("after-inactivity:90d", "after-inactivity:90d", json!("2026-01-30T00:00:00Z")),
        ("end-of-period:month,rollover=2", "end-of-period:month,rollover=2", json!("2026-01-31")),
        ("never", "never", Value::Null),
    ] {
        let lot =
            ["--amount", "5", "--currency", "USD", "--acquired", "2025-11-01", "--rule", rule, "--json"];
        let row = add(&stage, "1", &lot).ends(0).json();
        assert_eq!((&row["rule"], &row["expiresAt"]), (&json!(shown), &ends), "{rule}");
    }
    let lot = ["--amount", "5", "--currency", "USD", "--acquired", "2025-11-01", "--json"];
    let row = add(&stage, "groq", &lot).ends(0).json();
    assert_eq!(
        (&row["rule"], &row["ruleBy"], &row["expiresAt"]),
        (&Value::Null, &json!("nobody"), &Value::Null)
    );
    // The others of the account have their rule.
    let told = credits(&stage, &["list"]).ends(0).stdout;
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let id = row["id"].as_str().unwrap();
    assert!(told.contains(&format!("nobody says when {id} lapses, credit that was bought")), "{told}");
}

#[test]
fn entering_a_purchase_is_the_same() {
    let stage = with_account("anthropic");
    let ways: [&[&str]; 2] = [
        &[
            "enter",
            "purchase",
            "1",
            "50",
            "USD",
            "--acquired-on",
            "2025-12-01",
            "--rule",
            "after-inactivity:90d",
        ],
        &[
            "credits",
            "add",
            "1",
            "--amount",
            "50",
            "--currency",
            "USD",
            "--acquired",
            "2025-12-01",
            "--rule",
            "after-inactivity:90d",
        ],
    ];
    for way in ways {
        stage.run(way).ends(0);
    }
    let entries = stage.run(&["enter", "list", "--json"]).ends(0).json();
    assert_eq!(entries[0]["entry"], entries[1]["entry"]);
    let lots = credits(&stage, &["list", "--json"]).ends(0).json();
    let [one, other] = [0, 1].map(|place| {
        let mut lot = lots["lots"][place].clone();
        lot.as_object_mut().unwrap().remove("id");
        lot
    });
    assert_eq!(one, other);
    assert_eq!(one["state"], "lapsed");
    let text = stage.run(&["enter", "list"]).ends(0).stdout;
    assert!(text.contains("lapses by after-inactivity:90d"), "{text}");
}

#[test]
fn what_is_wrong_is_named_with_what_to_do() {
    let stage = with_account("openai");
    let with = |field: &str, value: &str| -> Vec<String> {
        let mut typed: Vec<String> = FIFTY.iter().map(|word| (*word).to_owned()).collect();
        match typed.iter().position(|word| word == field) {
            Some(place) => value.clone_into(&mut typed[place + 1]),
            None => typed.extend([field.to_owned(), value.to_owned()]),
        }
        typed
    };
    for (field, value, words) in [
        ("--amount", "0", "Amount: give more than 0"),
        ("--amount", "-5", "Amount: give more than 0"),
        ("--amount", "1,000", "Amount: \"1,000\" is not a number"),
        ("--currency", "EURO", "Currency: \"EURO\""),
        ("--acquired", "2026-11-22", "Acquired: 2026-11-22 lies in the future"),
        ("--acquired", "2026-11-31", "Acquired: \"2026-11-31\" is not a date"),
        ("--expires", "2025-11-30", "Expires: 2025-11-30 lies before 2025-12-01"),
        ("--rule", "after-a-while", "Rule: \"after-a-while\" is not a rule such as never"),
        ("--kind", "gift", "invalid value"),
    ] {
        let typed = with(field, value);
        let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
        let ran = add(&stage, "1", &typed).ends(2);
        assert!(ran.stdout.is_empty() && ran.stderr.contains(words), "{field} {value}: {ran:?}");
    }
    for (arguments, words) in [
        (
            &["add", "opnai", "--amount", "5", "--currency", "USD", "--acquired", "2026-11-01"][..],
            "Did you mean openai",
        ),
        (
            &["add", "anthropic", "--amount", "5", "--currency", "USD", "--acquired", "2026-11-01"],
            "There is no account of Anthropic yet",
        ),
        (
            &["add", "9", "--amount", "5", "--currency", "USD", "--acquired", "2026-11-01"],
            "There is no account 9",
        ),
        (&["add", "1", "--amount", "5", "--currency", "USD"], "--acquired"),
        (
            &[
                "add",
                "1",
                "--amount",
                "5",
                "--currency",
                "USD",
                "--acquired",
                "2026-11-01",
                "--rule",
                "never",
                "--expires",
                "2026-12-01",
            ],
            "cannot be used with",
        ),
        (&["edit", "entry-1", "--rule", "never"], "There is no lot \"entry-1\""),
        (&["edit", "lot-1", "--rule", "never"], "`credits list` shows those there are"),
        (&["move", "entry-1", "1"], "There is no lot"),
        (&["remove", "entry-1"], "There is no lot"),
        (&["answer", "offer-1", "purchased"], "There is no such offer"),
        (&["answer", "offer-1", "perhaps"], "invalid value"),
        (&["list", "--account", "7"], "There is no account 7"),
    ] {
        let ran = credits(&stage, arguments).ends(2);
        assert!(ran.stdout.is_empty() && ran.stderr.contains(words), "{arguments:?}: {ran:?}");
    }
    assert_eq!(
        credits(&stage, &["list", "--json"]).ends(0).json()["lots"],
        json!([]),
        "nothing was made for it"
    );
    add(&stage, "1", &FIFTY).ends(0);
    let ran = credits(&stage, &["edit", "entry-1"]).ends(2);
    assert!(ran.stderr.contains("Say what to change"), "{ran:?}");
}

#[test]
fn the_demo_shows_a_lot_that_will_lapse() {
    let ran = Stage::new().run(&["demo"]).ends(0);
    let (_, credit) = ran.stdout.split_once("5. Credit, and what of it will lapse").unwrap();
    for words in
        ["OpenAI, granted", "at risk", "a day uses it up", "Anthropic, purchased", "OpenRouter (account 3)"]
    {
        assert!(credit.contains(words), "{words}: {credit}");
    }
}

const UNTIL: [&str; 10] = [
    "credits",
    "add",
    "openai",
    "--amount",
    "50",
    "--currency",
    "USD",
    "--acquired",
    "2026-11-01",
    "--expires",
];

#[test]
fn lots_are_named_by_a_bare_number_and_say_what_is_not_known() {
    let stage = Stage::new();
    stage.run(&["accounts", "add", "openai", "--no-key"]).ends(0);
    stage.run(&[&UNTIL[..], &["2026-12-01"]].concat()).ends(0);
    let list = stage.run(&["credits", "list"]).ends(0).stdout;
    assert!(list.contains("at risk -: Nothing tells what is spent of it a day."), "{list}");
    let over = stage.run(&[&UNTIL[..], &["2026-11-05"]].concat()).ends(0).stdout;
    assert!(over.contains("It is over already: 50.00 USD of it lapsed unspent."), "{over}");
    let changed = stage.run(&["credits", "edit", "1", "--amount", "40"]).ends(0).stdout;
    assert!(changed.contains("Changed as entry-1") && changed.contains("40.00 USD left"), "{changed}");
    let removed = stage.run(&["credits", "remove", "2"]).ends(0).stdout;
    assert!(removed.contains("entry-2 is removed."), "{removed}");
    let none = stage.run(&["credits", "remove", "9"]).ends(2).stderr;
    assert!(none.contains(": There is no lot \"entry-9\""), "{none}");
}

#[test]
fn what_is_wrong_with_an_end_is_said_of_what_was_typed() {
    let stage = Stage::new();
    stage.run(&["accounts", "add", "openai", "--no-key"]).ends(0);
    for (date, words) in
        [("2026-13-01", "Expires: \"2026-13-01\""), ("2026-10-01", "Expires: 2026-10-01 lies before")]
    {
        let ran = stage.run(&[&UNTIL[..], &[date]].concat()).ends(2);
        assert!(ran.stderr.contains(words), "{ran:?}");
    }
    let ran = stage.run(&[&UNTIL[..9], &["--rule", "sometimes"]].concat()).ends(2);
    assert!(ran.stderr.contains("Rule: "), "{ran:?}");
}
