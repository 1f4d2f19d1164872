//! Novita: ten thousandths of a dollar, as text or numbers, and a line of credit that is no money of one's own.

use spendglass_core::providers::Bucket;

use super::{days, request, shown, shown_with, stream};

#[test]
fn ten_thousandths_become_dollars_to_the_last_digit() {
    // 18.7654 in cash, less 0.0435 that is pending.
    assert!(shown("novita", "balance").contains("18.7219 USD"));
    assert!(shown("novita", "balance.numbers").contains("-0.0071 USD"));
    assert!(shown("novita", "balance.older").contains(": 1 USD"));
    assert_eq!(shown_with("novita", "balance", "\"187654\"", "187654"), shown("novita", "balance"));
}

#[test]
fn a_line_of_credit_is_a_limit_and_not_money_that_is_left() {
    let text = shown("novita", "balance");
    assert!(
        text.contains("\"line of credit\" lifetime") && text.contains("limit 10\n    unit USD"),
        "{text}"
    );
    assert!(!text.contains("28.72"), "what may be spent is not what is left: {text}");
}

#[test]
fn the_older_path_is_tried_where_the_newer_is_not_found() {
    let asked = request(stream("novita", "balance"), &days("2026-09-10", "2026-09-11", Bucket::Day));
    assert_eq!(
        (asked.path.as_ref(), asked.else_path),
        ("/openapi/v1/billing/balance/detail", Some("/v3/user/balance"))
    );
}
