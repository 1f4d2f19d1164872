//! Leonardo.Ai: a list of one, dates without a zone, and two pots that are not to be mixed.

use super::{said, shown};

#[test]
fn tokens_of_the_api_and_of_the_web_app_stay_apart() {
    let text = shown("leonardo", "me");
    assert!(text.contains("2750 leonardo.api") && text.contains("3110 leonardo.api"), "{text}");
    assert!(text.contains("8320 leonardo.app") && text.contains(": 0 leonardo.app"), "{text}");
}

#[test]
fn dates_without_a_zone_are_utc_and_those_with_one_keep_it() {
    assert!(
        shown("leonardo", "me")
            .contains("\"API plan\" at 2026-09-10T17:41:09Z\n    renews_at 2026-09-24T08:15:00Z")
    );
    let renews = |date: &str| {
        let body = format!(r#"{{"user_details":[{{"apiPlanTokenRenewalDate":"{date}"}}]}}"#);
        said("leonardo", "me", &body)
    };
    assert!(renews("2026-09-24T08:15:00+02:00").contains("renews_at 2026-09-24T06:15:00Z"));
    assert!(renews("2026-09-24T08:15:00.5").contains("renews_at 2026-09-24T08:15:00Z"));
    assert!(renews("soon").starts_with("at user_details[0].apiPlanTokenRenewalDate: "));
    assert_eq!(renews("2026-09-01T00:00:00"), "end\n", "a renewal that has passed says nothing");
}

#[test]
fn null_is_not_nought_and_nobody_is_an_error() {
    assert!(!shown("leonardo", "me.no_plan").contains("leonardo.api"));
    assert!(said("leonardo", "me", r#"{"user_details":[]}"#).starts_with("at user_details: "));
}
