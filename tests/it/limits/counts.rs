//! What is counted from the books: the right meter, lane, model and project.

use serde_json::{Value, json};
use spendglass_core::ledger::{Charge, Lane, TokenTotals, TokenUsage};

use super::{Desk, FLASH, figures, hour, learned, words};

#[tokio::test]
async fn tokens_are_counted_as_the_provider_does_and_from_one_lane() {
    let desk = Desk::new("groq").await;
    desk.choose("groq.free").await;
    let model = "openai/gpt-oss-20b";
    let totals = TokenTotals { input: 1_000, output: 200, cache_read: 600, ..TokenTotals::default() };
    let tokens = TokenUsage::from_totals(totals).unwrap();
    let told = Charge { tokens: Some(tokens), ..hour("2026-11-22T10:00:00Z", model, 3) };
    let logged = Charge { lane: Lane::Logged, ..told.clone() };
    desk.book("log", "2026-11-01", "2026-11-23", vec![logged], "2026-11-22T19:00:00Z").await;
    desk.book("usage", "2026-11-01", "2026-11-23", vec![told], "2026-11-22T20:00:00Z").await;
    let limits = desk.limits("2026-11-22T20:00:00Z").await;
    let find = |unit: &str, window: &str| {
        let of_it = |row: &&Value| row["model"] == model && row["unit"] == unit && row["window"] == window;
        limits["rows"].as_array().unwrap().iter().find(of_it).unwrap().clone()
    };
    let row = find("tokens", "day");
    // 600 of the 1,000 input tokens were cached and do not count; the log says the same once more.
    assert_eq!(figures(&row), [json!("600"), json!("200000"), json!("199400"), Value::Null], "{row:#}");
    assert_eq!((&row["usedIs"], &row["countedBy"]), (&json!("atMost"), &json!("billed")));
    assert!(words(&row).contains("When the count starts again is not told"), "{row:#}");
    assert_eq!(row["resets"], "the provider does not say");
    let row = find("requests", "minute");
    assert_eq!((&row["used"], &row["limit"]), (&Value::Null, &json!("30")));
    assert!(words(&row).contains("not fine enough for a minute"), "{row:#}");
}

#[tokio::test]
async fn usage_that_does_not_tell_its_model_counts_for_none() {
    let desk = Desk::new("gcp.gemini").await;
    desk.enter(20, learned(), "2026-11-20T00:00:00Z").await;
    let plain = Charge { request_model: None, ..hour("2026-11-22T10:00:00Z", FLASH, 5) };
    desk.book(
        "usage",
        "2026-11-01",
        "2026-11-23",
        vec![plain, hour("2026-11-22T11:00:00Z", FLASH, 2)],
        "2026-11-22T20:00:00Z",
    )
    .await;
    let row = desk.row("2026-11-22T20:00:00Z", "day").await;
    assert_eq!(row["used"], Value::Null);
    assert!(words(&row).contains("does not say which model or project"), "{row:#}");
}

#[tokio::test]
async fn each_project_has_its_own_count_where_the_limit_is_by_project() {
    let desk = Desk::new("gcp.gemini").await;
    desk.enter(20, learned(), "2026-11-20T00:00:00Z").await;
    let of = |project: &str, count| Charge {
        project: Some(project.to_owned()),
        ..hour("2026-11-22T10:00:00Z", FLASH, count)
    };
    desk.book("usage", "2026-11-01", "2026-11-23", vec![of("p-1", 5), of("p-2", 12)], "2026-11-22T20:00:00Z")
        .await;
    let limits = desk.limits("2026-11-22T20:00:00Z").await;
    let left: Vec<_> = limits["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["project"].as_str().unwrap(), row["left"].as_str().unwrap()))
        .collect();
    assert_eq!(left, [("p-2", "8"), ("p-1", "15")]);
}
