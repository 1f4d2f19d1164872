//! Limits that a refusal names: kept, replaced, and read however they were copied.

use serde_json::json;
use spendglass_core::allowance::learn;
use spendglass_core::api::{LearnLimit, Request, handle};
use spendglass_core::ledger::EnteredAllowance;

use super::{Desk, FLASH, at, figures, hour};

/// The body as Google sends it, with invented figures.
const REFUSED: &str = r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"You exceeded your current quota.\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 35, model: gemini-3-flash\nPlease retry in 47.88s.","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"generativelanguage.googleapis.com/generate_content_free_tier_requests","quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaDimensions":{"location":"global","model":"gemini-3-flash"},"quotaValue":"35"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"47s"}]}}"#;

#[tokio::test]
async fn a_refusal_teaches_a_limit_and_a_later_one_replaces_it() {
    let desk = Desk::new("gcp.gemini").await;
    let now = "2026-11-22T20:00:00Z";
    let learned = desk.learn(now, REFUSED).await;
    let limit = json!({
        "name": "Gemini free tier", "model": FLASH, "window": "day", "unit": "requests", "limit": "35", "before": null,
        "entry": 1
    });
    assert_eq!(learned["limits"], json!([limit]));
    assert_eq!(learned["retryAt"], "2026-11-22T20:00:47Z");
    let learned = desk.learn(now, &REFUSED.replace("\"35\"", "\"40\"")).await;
    assert_eq!(
        (&learned["limits"][0]["limit"], &learned["limits"][0]["before"]),
        (&json!("40"), &json!("35"))
    );
    let used = vec![hour("2026-11-22T10:00:00Z", FLASH, 8)];
    desk.book("usage", "2026-11-01", "2026-11-23", used, now).await;
    let row = desk.row(now, "day").await;
    assert_eq!(
        figures(&row),
        [json!("8"), json!("40"), json!("32"), json!("2026-11-23T08:00:00Z")],
        "{row:#}"
    );
    assert_eq!(row["source"]["by"], "learned");
    assert_eq!(desk.store.entries(None).await.unwrap().len(), 1);

    let app = desk.door(now, "UTC").await;
    for (text, expected) in [
        ("", "paste the whole answer"),
        ("{\"error\":{\"code\":500}}", "paste the whole answer"),
        (
            &REFUSED.replace("\"quotaValue\":\"35\"", "\"x\":1").replace("limit: 35, ", ""),
            "not how much it is",
        ),
    ] {
        let learn = LearnLimit { account: desk.account, text: text.to_owned() };
        let error = handle(&app, Request::LearnLimit(learn)).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    app.close().await;
}

#[test]
fn a_refusal_is_read_however_it_was_copied() {
    let now = at("2026-11-22T20:00:00Z");
    let told = |provider: &str, text: &str| {
        let learned = learn(provider, text, now).unwrap();
        let one = |a: &EnteredAllowance| {
            format!("{} {} per {} of {}", a.limit, a.unit, a.window, a.model.as_deref().unwrap_or("all"))
        };
        let delay = learned.retry_at.map(|at| at.seconds_since(now));
        (learned.allowances.iter().map(one).collect::<Vec<_>>(), delay, learned.unclear.len())
    };
    let day = "35 requests per day of gemini-3-flash".to_owned();
    // Inside another JSON text, as Python prints it, and as a client's text format.
    let inside = serde_json::to_string(&json!({ "error": { "message": REFUSED } })).unwrap();
    let twice = serde_json::to_string(&json!({ "log": inside })).unwrap();
    let python = REFUSED.replace('"', "'");
    let plain = "429 quota [violations {\n quota_metric: \"generativelanguage.googleapis.com/generate_content_free_tier_requests\"\n \
                 quota_id: \"GenerateRequestsPerDayPerProjectPerModel-FreeTier\"\n quota_dimensions {\n key: \"model\"\n value: \"gemini-3-flash\"\n }\n \
                 quota_value: 35\n}]";
    for text in [REFUSED, &inside, &twice, &python] {
        assert_eq!(told("gcp.gemini", text), (vec![day.clone()], Some(47), 0), "{text}");
    }
    assert_eq!(told("gcp.gemini", plain), (vec![day], None, 0));
    // Several at once; a value that only the message names; a model that has no free tier at all.
    let several = r"* Quota exceeded for metric: m/free_tier_input_token_count, limit: 250000, model: g
        {'quotaMetric': 'm/free_tier_input_token_count', 'quotaId': 'GenerateContentInputTokensPerModelPerMinute-FreeTier',
         'quotaDimensions': {'model': 'g', 'location': 'global'}},
        {'quotaMetric': 'm/free_tier_requests', 'quotaId': 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier',
         'quotaDimensions': {'model': 'g'}, 'quotaValue': '5'},
        {'quotaId': 'SomethingNewPerFortnight', 'quotaValue': '1'}";
    let expected =
        vec!["250000 input_tokens per minute of g".to_owned(), "5 requests per minute of g".to_owned()];
    assert_eq!(told("gcp.gemini", several), (expected, None, 1));
    let none = "* Quota exceeded for metric: m/generate_content_free_tier_requests, limit: 0, model: gemini-4-argon\nPlease retry in 1h2m3.5s.";
    assert_eq!(
        told("gcp.gemini", none),
        (vec!["0 requests per day of gemini-4-argon".to_owned()], Some(3_724), 0)
    );

    let groq = "Error code: 429 - {'error': {'message': 'Rate limit reached for model `openai/gpt-oss-20b` in organization\n `org_0` \
                service tier `on_demand` on tokens\nper day (TPD): Limit 200000, Used 199000, Requested 3619. Please try again in 9m38.016s.'}}";
    let expected = vec!["200000 tokens per day of openai/gpt-oss-20b".to_owned()];
    assert_eq!(told("groq", groq), (expected, Some(579), 0));
    let openai =
        "Rate limit reached for gpt-5 in organization org-0 on requests per min (RPM): Limit: 3, Used: 3.";
    assert_eq!(told("openai", openai), (vec!["3 requests per minute of gpt-5".to_owned()], None, 0));
    let headers = "model: openai/gpt-oss-20b\nx-ratelimit-limit-requests: 1000\nX-RateLimit-Limit-Tokens: 8000\nretry-after: 2";
    let expected =
        ["1000 requests per day of openai/gpt-oss-20b", "8000 tokens per minute of openai/gpt-oss-20b"];
    assert_eq!(told("groq", headers), (expected.map(str::to_owned).to_vec(), Some(2), 0));
    let cohere = r#"{"message":"You are using a Trial key, which is limited to 1,000 API calls / month."}"#;
    assert_eq!(told("cohere", cohere), (vec!["1000 requests per month of all".to_owned()], None, 0));

    let refused = |provider: &str, text: &str| learn(provider, text, now).unwrap_err().to_string();
    assert!(refused("groq", REFUSED).contains("answer of Google's"));
    assert!(refused("groq", "x-ratelimit-limit-requests: 1000").contains("model: NAME"));
    let short = "* Quota exceeded for metric: m/free_tier_requests, limit: 20, model: g";
    assert!(refused("gcp.gemini", short).contains("by the minute or by the day"));
    // Whatever is pasted, it is answered.
    for text in [
        "quotaId",
        "{{{{quotaId: 1",
        "}}quotaId:::",
        "quotaId: \"é\" }",
        "limited to",
        "ｒate limit reached for ",
    ] {
        for provider in ["gcp.gemini", "groq", "cohere"] {
            assert!(learn(provider, text, now).is_err(), "{provider}: {text}");
        }
    }
}
