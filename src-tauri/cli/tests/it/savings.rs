//! Savings in a terminal: shown, put away, taken back.

use crate::stage::{Stage, Town};

#[test]
fn savings_are_shown_put_away_and_taken_back() {
    let town = Town::open("freelancer", &[]);
    let stage = Stage::with(&town, &["openai", "anthropic"]);
    stage.run(&["sync"]).ends(0);
    let lot = [
        "enter",
        "purchase",
        "1",
        "5000",
        "USD",
        "--acquired-on",
        "2026-11-01",
        "--expires-on",
        "2026-12-15",
    ];
    stage.run(&lot).ends(0);
    let savings = stage.run(&["savings", "--days", "90", "--json"]).ends(0).json();
    let rows = savings["rows"].as_array().unwrap();
    assert!(!rows.is_empty(), "{savings}");
    for row in rows {
        for name in ["id", "kind", "certainty", "why", "todo"] {
            assert!(row[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {row}");
        }
        assert!(row["amount"]["high"]["amount"].is_string(), "{row}");
    }
    let kind = |kind: &str| {
        rows.iter().find(|row| row["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {savings}"))
    };
    assert!(kind("lapsing")["why"].as_str().unwrap().contains("2026-12-15"), "{savings}");
    // The freelancer's bot runs day and night.
    assert_eq!(kind("batch")["certainty"], "needsWord");
    let id = rows[0]["id"].as_str().unwrap();
    let shown = stage.run(&["savings"]).ends(0).stdout;
    assert!(shown.contains(id) && shown.contains("how sure"), "{shown}");
    for words in ["send it in a batch: ", "nothing without your word", "only you know whether it can be done"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains(" 0 requests"), "{shown}");

    let shown = stage.run(&["savings", "dismiss", id]).ends(0).stdout;
    assert!(shown.contains(&format!("Put away: {id}.")), "{shown}");
    let left = stage.run(&["savings", "--json"]).ends(0).json();
    assert_eq!(left["rows"].as_array().unwrap().len(), rows.len() - 1);
    stage.run(&["savings", "forget", id]).ends(0);
    let again = stage.run(&["savings", "--json"]).ends(0).json();
    assert_eq!(again["rows"], savings["rows"]);

    stage.run(&["savings", "--days", "0"]).ends(2);
    stage.run(&["savings", "confirm", "no-such-saving"]).ends(2);
}
