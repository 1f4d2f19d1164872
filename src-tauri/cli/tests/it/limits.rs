//! Limits in a terminal: shown, chosen, and learned from what is pasted.

use crate::stage::{Stage, Town};

#[test]
fn limits_are_shown_chosen_and_learned() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["openrouter"]);
    stage.run(&["sync"]).ends(0);
    let limits = stage.run(&["limits", "--json"]).ends(0).json();
    let row = &limits["rows"][0];
    assert_eq!((row["name"].as_str(), row["unit"].as_str()), (Some("free model requests"), Some("requests")));
    assert_eq!(row["source"]["by"], "provider");
    assert_eq!(row["resetsAt"], "2026-11-21T00:00:00Z");
    let number = |name: &str| row[name].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(number("left"), number("limit") - number("used"));

    // 20:45 UTC is 02:15 of the next day in Kolkata, 02:30 in Kathmandu.
    for (zone, shown) in [
        ("Asia/Kolkata", "2026-11-21 05:30 +05:30, in 3 h 15 min"),
        ("Asia/Kathmandu", "2026-11-21 05:45 +05:45, in 3 h 15 min"),
    ] {
        let ran = stage.run(&["limits", "--timezone", zone]).ends(0);
        assert!(ran.stdout.contains(shown), "{zone}: {}", ran.stdout);
    }

    let ran = stage.run(&["limits", "tier", "1", "groq.free"]).ends(2);
    assert!(ran.stderr.contains("openrouter.free_after_deposit"), "{ran:?}");
    stage.run(&["limits", "tier", "1", "openrouter.free"]).ends(0);
    let ran = stage.run(&["limits"]).ends(0);
    assert!(ran.stdout.contains("Free models, *:free: requests per minute"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Source: https://openrouter.ai/docs/api-reference/limits"), "{}", ran.stdout);

    let refusal = "Rate limit reached for a/b:free on requests per day (RPD): Limit 60, Used 60. Please try again in 5m.";
    let ran = stage.run_with(&["limits", "learn", "1"], refusal).ends(0);
    assert!(ran.stdout.contains("Learned: 60 requests per day for a/b:free."), "{}", ran.stdout);
    assert!(ran.stdout.contains("takes requests again from"), "{}", ran.stdout);
    let limits = stage.run(&["limits", "--json"]).ends(0).json();
    let learned = limits["rows"].as_array().unwrap().iter().filter(|row| row["source"]["by"] == "learned");
    assert_eq!(learned.map(|row| row["limit"].clone()).collect::<Vec<_>>(), ["60"]);
    for (input, words) in [("", "Nothing came in"), ("hello", "paste the whole answer")] {
        let ran = stage.run_with(&["limits", "learn", "1"], input).ends(2);
        assert!(ran.stderr.contains(words), "{ran:?}");
    }
    stage.run_with(&["limits", "learn", "9"], refusal).ends(2);
}
