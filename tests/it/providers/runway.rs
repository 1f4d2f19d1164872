//! Runway: a version in every request, an end that is outside, and credits that are given back.

use spendglass_core::providers::{Bucket, find};

use super::{days, request, shown, stream};

#[test]
fn every_request_says_its_version() {
    assert_eq!(find("runway").unwrap().headers, [("x-runway-version", "2024-11-06")]);
}

#[test]
fn the_last_day_that_is_asked_for_is_the_one_before_the_end() {
    let asked = request(stream("runway", "usage"), &days("2026-09-07", "2026-09-11", Bucket::Day));
    let body: serde_json::Value = serde_json::from_str(&asked.body.unwrap().text).unwrap();
    assert_eq!(body, serde_json::json!({"startDate": "2026-09-07", "beforeDate": "2026-09-11"}));
}

#[test]
fn what_is_given_back_keeps_its_sign() {
    let text = shown("runway", "usage");
    assert!(
        text.contains("charge billed credit 2026-09-10") && text.contains("billed -40 runway.credits"),
        "{text}"
    );
}

#[test]
fn limits_are_by_model_and_none_is_unknown() {
    let text = shown("runway", "organization");
    assert!(text.contains("used 7\n    limit 50\n    unit generations\n    model \"gen4_turbo\""), "{text}");
    assert!(text.contains("used 2\n    unit generations\n    model \"upscale_v1\""), "{text}");
    assert!(!text.contains("veo3.1"), "a limit of null and no use say nothing: {text}");
    assert!(!shown("runway", "organization.no_limits").contains("quota"));
}
