//! Entries by hand and accounts without a key, as they are typed.

use serde_json::{Value, json};

use crate::stage::{Ran, Stage, Town};

fn enter(stage: &Stage, arguments: &[&str]) -> Ran {
    let typed: Vec<&str> = ["enter"].iter().chain(arguments).copied().collect();
    stage.run(&typed).ends(0)
}

/// One of each kind, two of most.
fn enter_all(stage: &Stage) {
    let said = enter(
        stage,
        &["purchase", "openai", "25.50", "USD", "--acquired-on", "2026-11-02", "--expires-on", "2027-05-02"],
    );
    assert!(
        said.stdout.contains("Entered as 1, for account 1, OpenAI: purchase, 25.50 USD on 2026-11-02"),
        "{said:?}"
    );
    assert!(said.stdout.contains("spendglass enter change 1"), "{said:?}");
    enter(stage, &["purchase", "1", "500", "credits", "--granted", "--note", "Welcome, \u{e9}t\u{e9}"]);
    enter(stage, &["balance", "openai", "-0.10", "usd", "--as-of", "2026-11-19"]);
    enter(
        stage,
        &[
            "allowance",
            "1",
            "Requests a day",
            "250",
            "requests",
            "--window",
            "day",
            "--resets",
            "midnight",
            "--zone",
            "America/Los_Angeles",
        ],
    );
    enter(
        stage,
        &["allowance", "1", "Tokens a minute", "40000", "tokens", "--window", "minute", "--model", "small-1"],
    );
    enter(
        stage,
        &[
            "subscription",
            "1",
            "Pro",
            "--price",
            "20",
            "--currency",
            "USD",
            "--period",
            "month",
            "--renews-on",
            "2026-12-01",
        ],
    );
    enter(
        stage,
        &["cost", "OpenAI", "3.20", "USD", "--date", "2026-11-18", "--project", "site", "--note", "invoice"],
    );
    let refund = enter(stage, &["--json", "cost", "1", "-1.20", "USD"]).json();
    assert_eq!((&refund["id"], &refund["account"]), (&json!(8), &json!(1)));
    assert_eq!(
        (&refund["entry"]["date"], &refund["entry"]["amount"]),
        (&json!("2026-11-20"), &json!("-1.2"))
    );
}

#[test]
fn every_kind_is_entered_and_shown() {
    let stage = Stage::new();
    enter_all(&stage);
    let list = enter(&stage, &["list"]).stdout;
    for words in [
        "25.50 USD on 2026-11-02, good up to 2027-05-02",
        "grant",
        "500 credits on 2026-11-20, note Welcome",
        "-0.10 USD left on 2026-11-19",
        "Requests a day: 250 requests a day, resets at midnight, of America/Los_Angeles",
        "40,000 tokens a minute, resets rolling, model small-1",
        "Pro, 20.00 USD a month, renews 2026-12-01",
        "3.20 USD on 2026-11-18 (UTC day), project site, note invoice",
    ] {
        assert!(list.contains(words), "{words}: {list}");
    }
    assert_eq!(enter(&stage, &["list", "--json"]).json().as_array().unwrap().len(), 8);

    for (command, about) in [(&["accounts", "list"][..], "accounts"), (&["status"], "status")] {
        let text = stage.run(command).ends(0).stdout;
        for words in [
            "files and entries",
            "purchased 25.50 USD, had 2026-11-02, good up to 2027-05-02",
            "(entered, 1)",
            "credits left -0.10 USD",
            "this day: - of 250 requests, starts again 2026-11-21 08:00",
            "(small-1) this minute",
            "plan Pro, 20.00 USD a month, renews 2026-12-01",
        ] {
            assert!(text.contains(words), "{about}: {words}: {text}");
        }
        assert!(!text.contains("do: "), "an account without a key asks for nothing: {text}");
    }
}

#[test]
fn entries_are_changed_and_removed_and_the_sums_follow() {
    let stage = Stage::new();
    enter_all(&stage);
    let usage = |by: &str| stage.run(&["usage", "--by", by, "--json"]).ends(0).json();
    assert_eq!(usage("day")["total"]["billed"], json!([{"amount": "2", "currency": "USD"}]));
    assert_eq!(usage("day")["lane"], "entered");
    let csv = stage.run(&["usage", "--by", "project", "--csv"]).ends(0).stdout;
    assert!(csv.contains("site,site,openai,USD,3.2,,,,,0,entered\r\n"), "{csv}");

    enter(&stage, &["change", "7", "--set", "amount=4", "--set", "note="]);
    let row = enter(&stage, &["list", "--json"]).json()[6]["entry"].clone();
    assert_eq!((&row["amount"], &row["note"], &row["project"]), (&json!("4"), &Value::Null, &json!("site")));
    assert_eq!(usage("project")["rows"][0]["billed"], json!([{"amount": "4", "currency": "USD"}]));
    enter(&stage, &["remove", "8"]);
    assert_eq!(usage("day")["total"]["billed"], json!([{"amount": "4", "currency": "USD"}]));
    for id in 1..=7 {
        enter(&stage, &["remove", &id.to_string()]);
    }
    assert!(enter(&stage, &["list"]).stdout.contains("Nothing was entered yet"));
    assert_eq!(usage("day")["rows"], json!([]));

    let sync = stage.run(&["sync"]).ends(0);
    assert!(sync.stdout.contains("files and entries") && !sync.stdout.contains("No account"), "{sync:?}");
}

#[test]
fn what_is_wrong_is_named_with_what_to_do() {
    let stage = Stage::new();
    for (arguments, words) in [
        (&["purchase", "openai", "1,000", "USD"][..], "Amount: \"1,000\" is not a number such as 12.50"),
        (&["purchase", "openai", "0", "USD"], "Amount: give more than 0"),
        (&["purchase", "openai", "5", "EURO"], "Currency: \"EURO\""),
        (
            &["purchase", "openai", "5", "USD", "--acquired-on", "2026-11-31"],
            "Acquired on: \"2026-11-31\" is not a date",
        ),
        (&["balance", "openai", "5", "USD", "--as-of", "2027-01-01"], "As of: 2027-01-01 lies in the future"),
        (&["allowance", "openai", "R", "5", "requests", "--window", "day"], "Resets: say whether"),
        (&["allowance", "openai", "R", "5", "requests", "--window", "aeon"], "Window: \"aeon\""),
        (
            &["subscription", "openai", "Pro", "--price", "5", "--period", "month"],
            "Currency: give the currency",
        ),
        (&["cost", "opnai", "5", "USD"], "Did you mean openai (OpenAI)?"),
        (&["cost", "7", "5", "USD"], "There is no account 7"),
        (&["cost", "7", "5", "USD", "--label", "x"], "--label goes with a provider"),
        (&["change", "1", "--set", "amount=5"], "There is no entry 1"),
        (&["remove", "1"], "There is no entry 1"),
        (&["remove", "entry-1"], "give the number that its list shows"),
        (&["list", "--account", "1"], "There is no account 1"),
        (&["change", "1"], "--set"),
        (&["gift", "openai"], "unrecognized"),
    ] {
        let typed: Vec<&str> = ["enter"].iter().chain(arguments).copied().collect();
        let ran = stage.run(&typed).ends(2);
        assert!(ran.stdout.is_empty() && ran.stderr.contains(words), "{arguments:?}: {ran:?}");
    }
    assert_eq!(
        stage.run(&["accounts", "list", "--json"]).ends(0).json(),
        json!([]),
        "nothing was made for it"
    );
    stage.run(&["enter", "cost", "openai", "5", "USD"]).ends(0);
    let ran = stage.run(&["enter", "change", "1", "--set", "colour=red"]).ends(2);
    assert!(ran.stderr.contains("no field \"colour\". It has date, amount, currency"), "{ran:?}");
    let ran = stage.run(&["enter", "change", "1", "--set", "date=2027-01-01"]).ends(2);
    assert!(ran.stderr.contains("Date: 2027-01-01 lies in the future"), "{ran:?}");
}

#[test]
fn an_account_may_have_no_key_and_a_key_may_tell_whose_it_is() {
    let town = Town::open("student", &[]);
    let stage = Stage::new();
    let ran = stage.run(&["accounts", "add", "OpenAI", "--no-key", "--label", "Files"]).ends(0);
    assert!(
        ran.stdout.contains("account 1, Files (OpenAI): files and entries")
            && ran.stdout.contains("spendglass enter"),
        "{ran:?}"
    );
    let read = stage.run(&["sync", "--account", "1"]).ends(2);
    assert!(read.stderr.contains("has no key to read with"), "{read:?}");
    let checked = stage.run(&["accounts", "check", "1"]).ends(2);
    assert!(checked.stderr.contains("has no key to check"), "{checked:?}");

    // There is no keychain here, so the way ends where the key is to be kept.
    let add = ["accounts", "add", "--base-url", town.base_url("openai")];
    if cfg!(target_os = "linux") {
        let ran = stage.run_with(&add, town.key("openai")).ends(4);
        assert!(
            ran.stderr.contains("This is a key of OpenAI: Admin key.")
                && !ran.stderr.contains(town.key("openai")),
            "{ran:?}"
        );
        let file = stage.path("key.txt");
        std::fs::write(&file, format!("{}\n", town.key("openai"))).unwrap();
        let from_file = [
            "accounts",
            "add",
            "openai",
            "--base-url",
            town.base_url("openai"),
            "--key-file",
            file.to_str().unwrap(),
        ];
        stage.run(&from_file).ends(4);
    }
    let ran = stage.run_with(&["accounts", "add"], "nobody-knows-this-one").ends(2);
    assert!(ran.stderr.contains("Name the provider") && !ran.stderr.contains("nobody-knows"), "{ran:?}");
    let missing = stage.path("missing.json");
    for (arguments, words) in [
        (&["accounts", "add", "openai", "--key-file", missing.to_str().unwrap()][..], "cannot be read"),
        (&["accounts", "add", "openai", "--fields"], "leave --fields out"),
        (&["accounts", "add", "openai", "--login"], "no tool whose login"),
        (&["accounts", "add", "openai", "--kind", "golden"], "no such kind of key. Known are admin"),
        (&["accounts", "add", "openai", "--set", "project"], "NAME=VALUE"),
        (&["accounts", "add", "openai", "--no-key", "--fields"], "cannot be used with"),
        (&["accounts", "add", "openrotuer"], "Did you mean openrouter (OpenRouter)?"),
        (&["providers", "antropic"], "Did you mean anthropic (Anthropic)?"),
    ] {
        let ran = stage.run(arguments).ends(2);
        assert!(ran.stdout.is_empty() && ran.stderr.contains(words), "{arguments:?}: {ran:?}");
    }
    let ran = stage.run(&["accounts", "remove", "1"]).ends(2);
    assert!(
        ran.stderr.contains("agree by --yes. Nothing was removed."),
        "from a pipe nobody is asked: {ran:?}"
    );
    assert!(stage.run(&["accounts", "list"]).ends(0).stdout.contains("1  "));
    let ran = stage.run(&["accounts", "remove", "1", "--yes"]).ends(0);
    assert!(ran.stdout.contains("Account 1 is removed"), "{ran:?}");
}

/// A minus is part of a number, and no option.
#[test]
fn what_is_below_nought_is_told_as_that() {
    let stage = Stage::new();
    for (arguments, words) in [
        (&["rates", "--from", "USD", "--amount", "-20"][..], "Amount: give 0 or more"),
        (&["plans", "--card-markup", "-5"], "Card markup: \"-5\" is not a rate"),
    ] {
        let ran = stage.run(arguments).ends(2);
        assert!(ran.stderr.contains(words), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn a_path_that_cannot_be_read_is_named_in_full() {
    let stage = Stage::new();
    let folder = stage.path("temporary");
    let folder = folder.to_str().unwrap();
    let nowhere = format!("{folder}/nofile.csv");
    for (path, words) in [(folder, " cannot be read: it is a folder"), (&nowhere, " cannot be read: ")] {
        let ran = stage.run(&["import", path]).ends(2);
        assert!(ran.stderr.contains(&format!("{path}{words}")), "{ran:?}");
    }
}
