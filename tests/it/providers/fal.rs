//! fal.ai: a scheme of its own, a cost of two names, and a cursor.

use spendglass_core::providers::{Auth, Bucket, PageToken, Query, find};

use super::{days, parameter, request, said, shown, shown_with, stream};

#[test]
fn the_key_travels_behind_the_word_key() {
    assert_eq!(find("fal").unwrap().auth, Auth::Scheme("Key"));
}

#[test]
fn credits_are_told_only_where_they_are_asked_for() {
    let asked = request(stream("fal", "billing"), &days("2026-09-10", "2026-09-11", Bucket::Day));
    assert_eq!(parameter(&asked, "expand"), ["credits"]);
    assert!(said("fal", "billing", r#"{"username":"a"}"#).contains("credits"));
}

#[test]
fn a_cost_has_two_names_and_none_is_not_nought() {
    let text = shown("fal", "usage.page2");
    assert!(text.contains("billed 0.075 USD") && text.matches("billed 0").count() == 1, "{text}");
    assert!(text.contains("quantity 4.2\n    unit \"compute second\""), "{text}");
    let wrong =
        shown_with("fal", "usage.page2", "\"cost_total\": 0.075, \"currency\": \"USD\"", "\"cost\": 0.075");
    assert_eq!(wrong, "at time_series[1].results[0]: a cost without a currency");
}

#[test]
fn a_further_page_repeats_the_question() {
    let query = days("2026-09-08", "2026-09-11", Bucket::Day);
    let next = Query { page: Some(PageToken("Mg==".to_owned())), ..query.clone() };
    let [first, next] = [query, next].map(|query| request(stream("fal", "usage"), &query));
    assert_eq!(parameter(&first, "end"), ["2026-09-11T00:00:00Z"]);
    assert_eq!(parameter(&next, "cursor"), ["Mg=="]);
    assert_eq!(next.query[..first.query.len()], first.query[..]);
    assert!(shown("fal", "usage.no_cursor").starts_with("more is promised"));
}
