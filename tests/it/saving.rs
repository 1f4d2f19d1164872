//! Savings through the door: usage out of the store, what is said of them kept, and only what was said.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ErrorCode, Request, handle};
use spendglass_core::ledger::{Charge, TokenTotals, TokenUsage};
use spendglass_core::pricing::{PriceBook, Pricer};
use spendglass_core::store::{KeyPlace, NewAccount, Store};
use spendglass_core::time::{Clock, Date, Period, Timestamp};
use spendglass_core::vault::Vault;

const NOW: &str = "2026-11-20T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn ask(app: &App, request: Value) -> Value {
    let request: Request = serde_json::from_value(request).unwrap();
    serde_json::to_value(handle(app, request).await.unwrap()).unwrap()["result"].clone()
}

/// Ten days with the same use each, told by the day: 20 requests of 50,000 tokens in and 100 out.
/// Eleven days, each with so many lines of so many requests where they are counted.
async fn open(folder: &std::path::Path, lines: usize, requests: Option<u64>) -> App {
    let store = Store::open(&folder.join("data"), at("2026-01-01T00:00:00Z")).await.unwrap();
    let account = NewAccount {
        provider: "anthropic".to_owned(),
        label: Some("Studio".to_owned()),
        base_url: None,
        key_kind: "none".to_owned(),
        key_hint: None,
        key_fingerprint: None,
        key_place: KeyPlace::Nowhere,
        details: BTreeMap::new(),
    };
    let account = store.add_account(&account, at("2026-01-01T00:00:00Z")).await.unwrap();
    let stream = store.stream(account, "completions").await.unwrap();
    let (from, to): (Date, Date) = ("2026-11-09".parse().unwrap(), "2026-11-20".parse().unwrap());
    let mut pricer = Pricer::new(PriceBook::bundled());
    let mut charges = Vec::new();
    let mut day = from;
    while day < to {
        let totals = TokenTotals { input: 1_000_000, output: 2_000, ..TokenTotals::default() };
        let mut charge = Charge {
            request_model: Some("claude-haiku-4-5".to_owned()),
            requests,
            tokens: Some(TokenUsage::from_totals(totals).unwrap()),
            project: Some("wrkspc_1".to_owned()),
            ..Charge::usage(day.utc_day())
        };
        charge.list_cost = Some(pricer.charge("anthropic", &charge).unwrap());
        charges.extend(std::iter::repeat_n(charge, lines));
        day = day.plus_days(1);
    }
    let mut sequence = store.begin_sequence(stream.id, Period::utc_days(from, to).unwrap());
    sequence.stage(charges).await.unwrap();
    sequence.book().await.unwrap();
    store.stream_read(stream.id, None, at(NOW)).await.unwrap();
    store.close().await;
    let config = Config {
        data_dir: folder.join("data"),
        vault: Vault::memory(),
        clock: Clock::Fixed(at(NOW)),
        zone: Some("UTC".parse().unwrap()),
        sample: None,
    };
    App::open(config).await.unwrap()
}

fn row<'a>(savings: &'a Value, id: &str) -> Option<&'a Value> {
    savings["rows"].as_array().unwrap().iter().find(|row| row["id"] == id)
}

#[tokio::test]
async fn savings_are_found_confirmed_put_away_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), 1, Some(20)).await;
    let savings = ask(&app, json!({"method": "savings", "params": {}})).await;
    // Eleven days of 1,000,000 tokens at 1 dollar and 2,000 at 5: 11.11 dollars; half of that in a batch.
    let batch = row(&savings, "batch:1:project:wrkspc_1").unwrap_or_else(|| panic!("{savings:#}"));
    assert_eq!(batch["amount"]["typical"], json!({"amount": "5.555", "currency": "USD"}));
    assert_eq!(batch["listCost"], json!({"amount": "11.11", "currency": "USD"}));
    assert_eq!((&batch["certainty"], &batch["confirmed"]), (&json!("needsWord"), &json!(false)));
    assert_eq!(
        (&batch["usageRows"], &batch["requests"], &batch["days"]),
        (&json!(11), &json!(220), &json!(11))
    );
    let cache = row(&savings, "cache:1:claude-haiku-4-5:wrkspc_1").unwrap_or_else(|| panic!("{savings:#}"));
    assert_eq!(savings["ofUsage"], cache["amount"]);
    assert_eq!(batch["overlaps"][0], cache["id"]);
    assert!(
        !batch["todo"].as_str().unwrap().is_empty()
            && batch["sources"][0].as_str().unwrap().starts_with("https://")
    );

    let answer =
        |id: &str, answer: &str| json!({"method": "answerSaving", "params": {"id": id, "answer": answer}});
    let said = ask(&app, answer("batch:1:project:wrkspc_1", "confirm")).await;
    let batch = row(&said, "batch:1:project:wrkspc_1").unwrap();
    assert_eq!((&batch["certainty"], &batch["confirmed"]), (&json!("measured"), &json!(true)));
    let said = ask(&app, answer("cache:1:claude-haiku-4-5:wrkspc_1", "dismiss")).await;
    assert!(row(&said, "cache:1:claude-haiku-4-5:wrkspc_1").is_none());
    assert_eq!(said["dismissed"], json!(["cache:1:claude-haiku-4-5:wrkspc_1"]));
    app.close().await;

    // It is kept over a restart, and can be taken back.
    let config = Config {
        data_dir: folder.path().join("data"),
        vault: Vault::memory(),
        clock: Clock::Fixed(at(NOW)),
        zone: Some("UTC".parse().unwrap()),
        sample: None,
    };
    let app = App::open(config).await.unwrap();
    let savings = ask(&app, json!({"method": "savings", "params": {"days": 30}})).await;
    assert_eq!(savings["dismissed"].as_array().unwrap().len(), 1);
    let said = ask(&app, answer("cache:1:claude-haiku-4-5:wrkspc_1", "forget")).await;
    assert!(row(&said, "cache:1:claude-haiku-4-5:wrkspc_1").is_some());
    for (id, how) in [("cache:1:claude-haiku-4-5:wrkspc_1", "confirm"), ("", "dismiss")] {
        let request: Request = serde_json::from_value(answer(id, how)).unwrap();
        let error = handle(&app, request).await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (ErrorCode::BadRequest, Some("id")));
    }
    app.close().await;
}

#[tokio::test]
async fn requests_that_are_not_counted_are_unknown_and_what_needs_a_word_is_said_to_be_in_no_sum() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), 5, None).await;
    let savings = ask(&app, json!({"method": "savings", "params": {}})).await;
    let batch = row(&savings, "batch:1:project:wrkspc_1").unwrap_or_else(|| panic!("{savings:#}"));
    assert_eq!((&batch["usageRows"], &batch["requests"]), (&json!(55), &Value::Null));
    assert_eq!(savings["ofUsage"]["high"], json!({"amount": "0", "currency": "USD"}));
    let notes = savings["notes"].to_string();
    assert!(notes.contains("One saving is not in the sum: only you know whether it can be done."), "{notes}");
    app.close().await;
}
