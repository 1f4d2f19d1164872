//! `DeepSeek`: two currencies, and two kinds of money in each.

use super::{shown, shown_with};

#[test]
fn yuan_beside_dollars_stay_two_sums() {
    let text = shown("deepseek", "balance.two_currencies");
    assert!(text.contains("100.07 CNY") && text.contains(": 0 USD"), "{text}");
    let other = shown_with("deepseek", "balance.two_currencies", "\"CNY\"", "\"RMB\"");
    assert!(other.starts_with("at balance_infos[0].currency: "), "{other}");
}

#[test]
fn the_total_is_not_counted_beside_its_parts() {
    let text = shown("deepseek", "balance");
    assert_eq!(text.matches("balance ").count(), 2, "{text}");
    assert!(text.contains("purchased at") && text.contains("43.25 USD"), "{text}");
    assert!(text.contains("granted at") && text.contains("4.06 USD") && !text.contains("47.31"), "{text}");
}

#[test]
fn what_cannot_be_used_now_is_still_what_is_left() {
    let usable = shown_with("deepseek", "balance", "\"is_available\": true", "\"is_available\": false");
    assert_eq!(usable, shown("deepseek", "balance"));
}
