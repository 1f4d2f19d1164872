//! Budgets, assignments, alerts and their settings in a terminal.

use crate::stage::{Stage, Town};

#[test]
fn budgets_are_set_changed_and_removed() {
    let town = Town::open("freelancer", &[]);
    let stage = Stage::with(&town, &["openai"]);
    stage.run(&["sync"]).ends(0);
    let empty = stage.run(&["budgets", "list"]).ends(0);
    assert!(empty.stdout.contains("No budget is set"), "{}", empty.stdout);
    let set = ["budgets", "set", "--amount", "100", "--currency", "USD", "--span", "month"];
    let made = stage.run(&[&set[..], &["--json"]].concat()).ends(0).json();
    assert_eq!((made["id"].as_i64(), made["amount"].as_str()), (Some(1), Some("100")));
    let status = stage.run(&["status", "--json"]).ends(0).json();
    let billed =
        status["month"]["billed"].as_array().unwrap().iter().find(|one| one["currency"] == "USD").unwrap();
    assert_eq!(made["spent"], billed["amount"], "the budget of everything is what the month cost");
    assert_eq!(status["budgets"][0]["id"], 1);
    let twice = stage.run(&set).ends(2);
    assert!(twice.stderr.contains("There is such a budget already: change budget 1"), "{}", twice.stderr);
    let unsaid = stage.run(&["budgets", "edit", "1"]).ends(2);
    assert!(unsaid.stderr.contains("Say what to change"), "{}", unsaid.stderr);
    let typed =
        ["budgets", "set", "--amount", "9", "--currency", "USD", "--span", "day", "--account", "openai"];
    let named = stage.run(&[&typed[..], &["--json"]].concat()).ends(0).json();
    assert_eq!(named["of"]["account"], 1);
    stage.run(&["budgets", "remove", "2"]).ends(0);
    for (arguments, words) in [
        (vec!["--amount", "0", "--currency", "USD", "--span", "month"], "Amount"),
        (vec!["--amount", "-5", "--currency", "USD", "--span", "month"], "Amount: give more than 0"),
        (
            vec!["--amount", "5", "--currency", "USD", "--span", "fortnight"],
            "\"fortnight\" is not day, week or month",
        ),
        (vec!["--amount", "5", "--currency", "USD", "--span", "day", "--account", "9"], "no account 9"),
        (
            vec!["--amount", "5", "--currency", "USD", "--span", "day", "--provider", "nobody"],
            "\"nobody\" is no provider",
        ),
    ] {
        let ran = stage.run(&[&["budgets", "set"][..], &arguments].concat()).ends(2);
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    let edited = stage.run(&["budgets", "edit", "1", "--amount", "250.50", "--json"]).ends(0).json();
    assert_eq!((edited["amount"].as_str(), edited["span"].as_str()), (Some("250.5"), Some("month")));
    stage.run(&["budgets", "edit", "7", "--amount", "1"]).ends(2);
    stage.run(&["budgets", "remove", "1"]).ends(0);
    stage.run(&["budgets", "remove", "1"]).ends(2);
}

#[test]
fn a_clients_account_and_its_project_are_not_counted_twice() {
    let town = Town::open("team", &[]);
    let stage = Stage::with(&town, &["openai"]);
    stage.run(&["sync"]).ends(0);
    let usage = stage.run(&["usage", "--by", "project", "--json"]).ends(0).json();
    let project =
        usage["rows"].as_array().unwrap().iter().find(|row| row["key"].is_string()).unwrap().clone();
    let (name, billed) = (project["name"].as_str().unwrap(), &project["billed"][0]["amount"]);
    stage.run(&["budgets", "assign", "--account", "1", "--project", name, "--client", "Lark"]).ends(0);
    let budget = ["budgets", "set", "--amount", "1000", "--currency", "USD", "--span", "month"];
    let of_part = stage.run(&[&budget[..], &["--client", "Lark", "--json"]].concat()).ends(0).json();
    assert_eq!(&of_part["spent"], billed);
    let whole = stage.run(&[&budget[..], &["--account", "1", "--json"]].concat()).ends(0).json();
    stage.run(&["budgets", "assign", "--account", "1", "--client", "Lark"]).ends(0);
    let all = stage.run(&["budgets", "list", "--json"]).ends(0).json();
    let both: Vec<_> = all.as_array().unwrap().iter().map(|row| row["spent"].clone()).collect();
    assert_eq!(both, [whole["spent"].clone(), whole["spent"].clone()]);
    let shown = stage.run(&["budgets", "assignments"]).ends(0);
    assert!(shown.stdout.contains("all of it") && shown.stdout.contains(name), "{}", shown.stdout);
    stage.run(&["budgets", "unassign", "--account", "1", "--client", "Lark"]).ends(0);
    let ran = stage.run(&["budgets", "assign", "--account", "1"]).ends(2);
    assert!(ran.stderr.contains("--client NAME or --tag NAME"), "{}", ran.stderr);
    let ran = stage.run(&["budgets", "unassign", "--account", "1", "--client", "Lark"]).ends(2);
    assert!(ran.stderr.contains("cannot be taken back"), "{}", ran.stderr);
    let nobody = stage.run(&[&budget[..], &["--tag", "nothing", "--json"]].concat()).ends(0).json();
    assert_eq!(nobody["notes"][0], "Nothing is assigned to nothing yet.");
}

#[test]
fn alerts_are_set_and_wrong_settings_are_named() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["openrouter"]);
    let inbox = stage.run(&["alerts", "list"]).ends(0);
    assert!(inbox.stdout.contains("No alert was raised."), "{}", inbox.stdout);
    let none = stage.run(&["alerts", "list", "--most", "0"]).ends(2);
    assert!(none.stderr.contains("--most"), "{}", none.stderr);
    for command in ["seen", "used", "snooze"] {
        let ran = stage.run(&["alerts", command, "3"]).ends(2);
        assert!(ran.stderr.contains("There is no alert 3"), "{}", ran.stderr);
    }
    let changes =
        ["--rule", "expiry", "--steps", "3,21,7", "--quiet", "22:00-08:00", "--low-balance-days", "4"];
    let more = ["--low-balance", "openrouter:10:USD", "--no-desktop", "--json"];
    let set = stage.run(&[&["alerts", "settings"][..], &changes, &more].concat()).ends(0).json();
    let kept = stage.run(&["alerts", "settings", "--json"]).ends(0).json();
    assert_eq!(set, kept);
    assert_eq!(kept["rules"][0], serde_json::json!({"rule": "expiry", "on": true, "steps": [21, 7, 3]}));
    assert_eq!(kept["quiet"], serde_json::json!({"from": "22:00", "to": "08:00"}));
    assert_eq!((kept["lowBalanceDays"].as_i64(), kept["desktop"].as_bool()), (Some(4), Some(false)));
    assert_eq!(kept["lowBalances"][0]["amount"], "10");
    let words = stage.run(&["alerts", "settings", "--rule", "spike", "--off"]).ends(0);
    assert!(words.stdout.contains("Quiet from 22:00 to 08:00"), "{}", words.stdout);
    for (arguments, words) in [
        (vec!["--rule", "expiry", "--steps", "0"], "0 days is not between 1 and 365"),
        (vec!["--rule", "budget", "--steps", "50,50"], "50 is in there twice"),
        (vec!["--rule", "spike", "--steps", "5"], "has no steps"),
        (vec!["--quiet", "25:00-08:00"], "\"25:00\" is not a time"),
        (vec!["--quiet", "22:00-22:00"], "begin and end at 22:00"),
        (vec!["--low-balance-days", "0"], "not between 1 and 365"),
        (vec!["--low-balance", "9:1:USD"], "no account 9"),
        (vec!["--low-balance", "1:1"], "is not ACCOUNT:AMOUNT:CURRENCY"),
        (vec!["--rule", "expiry"], "Say what to do"),
    ] {
        let ran = stage.run(&[&["alerts", "settings"][..], &arguments].concat()).ends(2);
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    let gone = stage.run(&["alerts", "settings", "--low-balance", "1::USD", "--json"]).ends(0).json();
    assert_eq!(gone["lowBalances"], serde_json::json!([]));
}
