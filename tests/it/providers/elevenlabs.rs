//! `ElevenLabs`: seconds here and milliseconds there, credits that are no money, and money beyond the plan.

use spendglass_core::providers::{Auth, Bucket, find};

use super::{days, meaning, parameter, request, said, shown, shown_with, stream, words};

#[test]
fn resets_are_seconds_and_days_are_milliseconds() {
    assert!(shown("elevenlabs", "subscription").contains("resets_at 2026-09-16T00:00:00Z"));
    assert!(shown("elevenlabs", "character_stats").contains("2026-09-08T00:00:00Z to 2026-09-09T00:00:00Z"));
    let seconds = said("elevenlabs", "character_stats", r#"{"time":[1788825600],"usage":{"All":[1]}}"#);
    assert!(seconds.starts_with("at time[0]: ") && seconds.contains("outside"), "{seconds}");
}

#[test]
fn days_are_asked_for_in_milliseconds_up_to_the_last_second() {
    let asked =
        request(stream("elevenlabs", "character_stats"), &days("2026-09-08", "2026-09-11", Bucket::Day));
    assert_eq!(parameter(&asked, "start_unix"), ["1788825600000"]);
    assert_eq!(parameter(&asked, "end_unix"), ["1789084799000"]);
    assert_eq!(find("elevenlabs").unwrap().auth, Auth::Header("xi-api-key"));
}

#[test]
fn amounts_and_times_must_be_as_many() {
    let body = r#"{"time":[1788825600000,1788912000000],"usage":{"eleven_v3":[1]}}"#;
    assert_eq!(said("elevenlabs", "character_stats", body), "at usage.eleven_v3: 1 amounts for 2 times");
    let body = r#"{"time":[1788825600000],"usage":{"eleven_v3":["much"]}}"#;
    assert!(said("elevenlabs", "character_stats", body).starts_with("at usage.eleven_v3: "));
}

#[test]
fn credits_are_no_money_and_an_amount_may_be_a_part_of_one() {
    let text = shown("elevenlabs", "character_stats");
    assert!(text.contains("billed 980.5 eleven.credits") && !text.contains("USD"), "{text}");
}

#[test]
fn money_beyond_the_plan_is_a_count_until_the_reset_in_its_own_currency() {
    let text = shown("elevenlabs", "subscription.beyond");
    assert!(text.contains("\"charged beyond the plan\" 3 months"), "{text}");
    assert!(text.contains("used 18.78786\n    unit EUR\n    resets_at 2026-11-01T00:00:00Z"), "{text}");
    assert!(!text.contains("charge "), "it is of no day: {text}");
}

#[test]
fn how_far_credits_may_be_exceeded_is_nothing_a_count_or_no_end() {
    assert!(!shown("elevenlabs", "subscription").contains("credits beyond"), "0 means that it is off");
    assert!(shown("elevenlabs", "subscription.free").contains("\"credits beyond the plan\" month"));
    let text = shown("elevenlabs", "subscription.beyond");
    assert!(
        text.contains(
            "\"credits beyond the plan\" 3 months at 2026-09-10T17:41:09Z\n    used 104377\n    unit"
        ),
        "{text}"
    );
}

#[test]
fn an_invoice_is_the_plans_price_unless_it_holds_more() {
    let text = shown("elevenlabs", "subscription");
    assert!(text.contains("price 26.18 USD") && text.contains("renews_at 2026-09-16T00:01:00Z"), "{text}");
    let text = shown("elevenlabs", "subscription.beyond");
    assert!(!text.contains("price") && !text.contains("renews_at"), "-1 is no time: {text}");
    assert!(!shown("elevenlabs", "subscription.free").contains("price"));
}

#[test]
fn a_period_that_is_not_known_yet_gives_no_false_window() {
    let text = shown_with(
        "elevenlabs",
        "subscription",
        "\"character_refresh_period\": \"monthly_period\"",
        "\"character_refresh_period\": \"2_week_period\"",
    );
    assert!(!text.contains("plan credits") && text.contains("subscription \"creator\""), "{text}");
}

#[test]
fn a_key_without_a_right_is_not_a_wrong_key() {
    let missing =
        r#"{"detail":{"status":"missing_permissions","message":"it is missing the permission user_read"}}"#;
    assert_eq!(meaning("elevenlabs", 401, missing), 403);
    assert_eq!(meaning("elevenlabs", 401, r#"{"detail":{"status":"invalid_api_key","message":"no"}}"#), 401);
    assert_eq!(meaning("elevenlabs", 401, "{}"), 401);
    let list = r#"{"detail":[{"loc":["query","start_unix"],"msg":"field required","type":"value_error"}]}"#;
    assert_eq!(words("elevenlabs", list).as_deref(), Some("field required"));
}
