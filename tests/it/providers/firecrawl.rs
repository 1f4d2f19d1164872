//! Firecrawl: credits below zero and beyond the plan, periods of null, and names that changed their form.

use super::{meaning, said, shown};

#[test]
fn overdrawn_credits_keep_their_sign_and_packs_leave_more_than_the_plan_gives() {
    assert!(shown("firecrawl", "credit_usage").contains(": -3 firecrawl.credit"));
    let text = shown("firecrawl", "credit_usage.free");
    assert!(
        text.contains(": 712 firecrawl.credit") && text.contains("limit 500") && !text.contains("used"),
        "{text}"
    );
    assert!(!text.contains("resets_at"), "a period of null has no end: {text}");
}

#[test]
fn a_period_ends_after_its_last_second() {
    assert!(shown("firecrawl", "credit_usage").contains("resets_at 2026-10-01T00:00:00Z"));
    assert!(shown("firecrawl", "credit_usage.older").contains("resets_at 2026-09-12T09:00:00Z"));
}

#[test]
fn older_names_are_read_too() {
    assert!(shown("firecrawl", "credit_usage.older").contains(": 1480 firecrawl.credit"));
    assert!(shown("firecrawl", "historical.older").contains("used 88"));
}

#[test]
fn only_the_month_under_way_is_told() {
    let text = shown("firecrawl", "historical");
    assert!(text.contains("used 3003") && !text.contains("2210"), "{text}");
    let past = r#"{"periods":[{"startDate":"2026-08-01T00:00:00Z","endDate":"2026-08-31T23:59:59Z","totalCredits":1}]}"#;
    assert_eq!(said("firecrawl", "historical", past), "end\n");
}

#[test]
fn a_failure_inside_of_a_success_is_one() {
    assert_eq!(meaning("firecrawl", 200, r#"{"success":false,"error":"later"}"#), 500);
    assert_eq!(meaning("firecrawl", 200, r#"{"success":true,"data":{}}"#), 200);
    assert_eq!(meaning("firecrawl", 401, r#"{"success":false,"error":"no"}"#), 401);
}
