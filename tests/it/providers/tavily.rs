//! Tavily: limits of null, and credits paid as used.

use super::{shown, shown_with, stream};

#[test]
fn no_limit_is_unknown_and_not_nought() {
    let text = shown("tavily", "usage");
    assert!(
        text.contains("\"credits of this key\" month at 2026-09-10T17:41:09Z\n    used 142\n    unit"),
        "{text}"
    );
    let text = shown("tavily", "usage.unlimited");
    assert!(
        text.contains("used 20417\n    unit credits") && text.contains("used 9\n    limit 500"),
        "{text}"
    );
    assert!(!text.contains("pay-as-you-go"), "what is not told is left out: {text}");
}

#[test]
fn a_count_below_nought_is_refused() {
    let text = shown_with("tavily", "usage", "\"plan_usage\": 318", "\"plan_usage\": -318");
    assert!(text.starts_with("at account.plan_usage: "), "{text}");
}

#[test]
fn it_is_not_asked_more_often_than_it_lets() {
    assert!(stream("tavily", "usage").floor >= 60);
}
