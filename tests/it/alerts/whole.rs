//! The whole trip without a socket: what is entered by hand is judged, told in the inbox, answered, and over when it is over.

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, handle};
use spendglass_core::ledger::{QuotaReading, QuotaWindow};
use spendglass_core::store::{Snapshot, Store};
use spendglass_core::time::{Clock, Timestamp};
use spendglass_core::vault::Vault;

async fn open(folder: &std::path::Path, now: &str) -> App {
    open_in(folder, now, "Asia/Kolkata").await
}

async fn open_in(folder: &std::path::Path, now: &str, zone: &str) -> App {
    let config = Config {
        data_dir: folder.join("data"),
        vault: Vault::memory(),
        clock: Clock::Fixed(now.parse::<Timestamp>().unwrap()),
        zone: Some(zone.parse().unwrap()),
        sample: None,
    };
    App::open(config).await.unwrap()
}

async fn ask(app: &App, method: &str, params: Value) -> Value {
    let request = json!({"method": method, "params": params});
    let answer = handle(app, serde_json::from_value(request).unwrap()).await.unwrap();
    serde_json::to_value(answer).unwrap()["result"].take()
}

async fn refused(app: &App, method: &str, params: Value) -> String {
    let request = json!({"method": method, "params": params});
    handle(app, serde_json::from_value(request).unwrap()).await.unwrap_err().message
}

/// Rule, step and state of every alert, the newest first.
async fn inbox(app: &App) -> Vec<(String, String, String)> {
    let inbox = ask(app, "inbox", json!({})).await;
    let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
    let row = |row: &Value| (text(row, "rule"), text(row, "step"), text(row, "state"));
    inbox["alerts"].as_array().unwrap().iter().map(row).collect()
}

fn said(rule: &str, step: &str, state: &str) -> (String, String, String) {
    (rule.to_owned(), step.to_owned(), state.to_owned())
}

#[tokio::test]
async fn what_is_entered_is_judged_told_and_answered() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), "2026-11-22T09:00:00Z").await;
    let lot = |amount: &str, ends: &str| {
        json!({"provider": "deepseek", "entry": {"kind": "purchase", "amount": amount, "currency": "USD",
            "acquiredOn": "2026-10-01", "expiresOn": ends}})
    };
    ask(&app, "enter", lot("25", "2026-11-27")).await;
    app.raise_alerts(true).await.unwrap();
    assert_eq!(inbox(&app).await, [said("expiry", "7d", "due")]);
    let row = &ask(&app, "inbox", json!({})).await["alerts"][0];
    assert_eq!(row["title"], "$25.00 of DeepSeek credit lapses at the end of 27 November");
    assert_eq!((row["account"].as_i64(), row["subject"].as_str()), (Some(1), Some("lot:entry-1")));
    assert_eq!(ask(&app, "overview", json!({})).await["unseenAlerts"], 1);

    // What is entered later is seen at the next look, though the slower figures are remembered.
    ask(&app, "enter", json!({"account": 1, "entry": lot("5", "2026-11-22")["entry"]})).await;
    ask(
        &app,
        "setBudget",
        json!({"of": {"kind": "all"}, "span": "month", "amount": "100", "currency": "USD"}),
    )
    .await;
    app.raise_alerts(false).await.unwrap();
    app.raise_alerts(false).await.unwrap();
    assert_eq!(inbox(&app).await, [said("expiry", "1d", "due"), said("expiry", "7d", "due")]);
    // "I used it" ends every step of the lot, and can be taken back.
    let of_week = ask(&app, "inbox", json!({})).await["alerts"][1]["id"].clone();
    let said_of = |what: &str| json!({"id": of_week, "answer": {"do": what}});
    assert_eq!(ask(&app, "answerAlert", said_of("used")).await["state"], "over");
    app.raise_alerts(false).await.unwrap();
    assert_eq!(inbox(&app).await, [said("expiry", "1d", "due"), said("expiry", "7d", "over")]);
    assert_eq!(ask(&app, "answerAlert", said_of("unused")).await["state"], "seen");
    app.raise_alerts(false).await.unwrap();
    assert_eq!(inbox(&app).await, [said("expiry", "1d", "due"), said("expiry", "7d", "seen")]);
    let cost = |amount: &str, date: &str| json!({"account": 1, "entry": {"kind": "cost", "date": date, "amount": amount, "currency": "USD"}});
    // It comes out of the lot that lapses first, of which nothing is left then.
    ask(&app, "enter", cost("85", "2026-11-20")).await;
    app.raise_alerts(false).await.unwrap();
    assert_eq!(
        inbox(&app).await,
        [said("budget", "80%", "due"), said("expiry", "1d", "over"), said("expiry", "7d", "over")]
    );
    let budgets = ask(&app, "budgets", json!(null)).await;
    assert_eq!((budgets[0]["spent"].as_str(), budgets[0]["percent"].as_i64()), (Some("85"), Some(85)));
    assert_eq!(budgets[0]["lane"], "entered");

    let answer = |id: i64, answer: Value| json!({"id": id, "answer": answer});
    let alerts = ask(&app, "inbox", json!({})).await["alerts"].take();
    let [id, over] = [0, 2].map(|place: usize| alerts[place]["id"].as_i64().unwrap());
    let text = refused(&app, "answerAlert", answer(over, json!({"do": "snooze", "hours": 4}))).await;
    assert_eq!(text, format!("Alert {over} is over, so there is nothing to put off; mark it as seen."));
    // The steps that it passed on its way are remembered, and are nobody's to answer.
    assert_eq!(refused(&app, "answerAlert", answer(1, json!({"do": "seen"}))).await, "There is no alert 1.");
    let text = refused(&app, "answerAlert", answer(id, json!({"do": "used"}))).await;
    assert!(text.contains("is of no lot of credit"), "{text}");
    let text = refused(&app, "answerAlert", answer(id, json!({"do": "snooze", "hours": 721}))).await;
    assert!(text.starts_with("Hours: \"721\" is not between 1 and 720"), "{text}");
    let row = ask(&app, "answerAlert", answer(id, json!({"do": "snooze", "hours": 4}))).await;
    assert_eq!(
        (row["state"].as_str(), row["dueAt"].as_str()),
        (Some("snoozed"), Some("2026-11-22T13:00:00Z"))
    );
    let row = ask(&app, "answerAlert", answer(id, json!({"do": "seen"}))).await;
    assert_eq!(row["state"], "seen");
    // The budget is raised: what was said of it is over.
    ask(
        &app,
        "setBudget",
        json!({"id": 1, "of": {"kind": "all"}, "span": "month", "amount": "1000", "currency": "USD"}),
    )
    .await;
    app.raise_alerts(false).await.unwrap();
    assert_eq!(inbox(&app).await[0], said("budget", "80%", "over"));
    app.close().await;
}

#[tokio::test]
async fn an_account_that_is_removed_takes_its_alerts_out_of_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), "2026-11-22T19:00:00Z").await;
    let quiet = json!({"rules": [], "lowBalanceDays": 7, "lowBalances": [],
        "quiet": {"from": "22:00", "to": "08:00"}, "desktop": true});
    ask(&app, "changeAlertSettings", quiet).await;
    let lot = json!({"kind": "purchase", "amount": "25", "currency": "USD", "acquiredOn": "2026-10-01",
        "expiresOn": "2026-11-27"});
    ask(&app, "enter", json!({"provider": "deepseek", "entry": lot})).await;
    // It is half past midnight in Kolkata.
    assert_eq!(app.raise_alerts(false).await.unwrap(), 0);
    assert_eq!(inbox(&app).await, [said("expiry", "7d", "quiet")]);
    assert_eq!(ask(&app, "inbox", json!({})).await["alerts"][0]["dueAt"], "2026-11-23T02:30:00Z");
    app.close().await;
    let app = open(folder.path(), "2026-11-23T02:30:00Z").await;
    assert_eq!(app.raise_alerts(false).await.unwrap(), 1, "in the morning it is due");
    ask(&app, "removeAccount", json!({"account": 1})).await;
    assert_eq!(app.raise_alerts(false).await.unwrap(), 0);
    assert_eq!(inbox(&app).await, [said("expiry", "7d", "over")]);
    assert_eq!(ask(&app, "inbox", json!({})).await["unseen"], 0);
    app.close().await;
}

#[tokio::test]
async fn quiet_hours_drop_no_reminder_of_a_lot_that_lapses_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = |now: &'static str| open_in(folder.path(), now, "UTC");
    let app = at("2026-11-22T22:30:00Z").await;
    let quiet = json!({"rules": [], "lowBalanceDays": 7, "lowBalances": [],
        "quiet": {"from": "22:00", "to": "08:00"}, "desktop": true});
    ask(&app, "changeAlertSettings", quiet).await;
    let lot = json!({"kind": "purchase", "amount": "50", "currency": "USD", "acquiredOn": "2026-10-01",
        "expiresOn": "2026-11-22"});
    ask(&app, "enter", json!({"provider": "deepseek", "entry": lot})).await;
    app.close().await;
    for (now, due) in [("2026-11-22T22:31:00Z", 0), ("2026-11-23T00:30:00Z", 0), ("2026-11-23T08:05:00Z", 1)]
    {
        let app = at(now).await;
        assert_eq!(app.raise_alerts(false).await.unwrap(), due, "{now}");
        let told = ask(&app, "inbox", json!({})).await;
        assert_eq!(told["alerts"].as_array().unwrap().len(), 1);
        assert_eq!(told["alerts"][0]["title"], "$50.00 of DeepSeek credit lapses at the end of 22 November");
        app.close().await;
    }
}

#[tokio::test]
async fn a_lot_that_lapsed_while_nothing_ran_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let app = open_in(folder.path(), "2026-11-01T09:00:00Z", "UTC").await;
    app.tick(&|_| ()).await.unwrap();
    let lot = json!({"kind": "purchase", "amount": "50", "currency": "USD", "acquiredOn": "2026-10-01",
        "expiresOn": "2026-11-12"});
    ask(&app, "enter", json!({"provider": "deepseek", "entry": lot})).await;
    app.close().await;
    let app = open_in(folder.path(), "2026-11-22T09:00:00Z", "UTC").await;
    for _ in 0..2 {
        app.tick(&|_| ()).await.unwrap();
        assert_eq!(inbox(&app).await, [said("expiry", "lapsed", "due")]);
    }
    let told = ask(&app, "inbox", json!({})).await;
    assert_eq!(told["alerts"][0]["title"], "$50.00 of DeepSeek credit lapsed at the end of 12 November");
    app.close().await;
}

#[tokio::test]
async fn an_allowance_is_told_to_whoever_looks_seldom() {
    let folder = tempfile::tempdir().unwrap();
    let app = open_in(folder.path(), "2026-11-18T09:00:00Z", "UTC").await;
    let balance = json!({"kind": "balance", "amount": "9", "currency": "CNY", "asOf": "2026-11-18"});
    ask(&app, "enter", json!({"provider": "deepseek", "entry": balance})).await;
    read_quota(folder.path(), "2026-11-18T08:59:00Z", 50).await;
    app.tick(&|_| ()).await.unwrap();
    assert_eq!(inbox(&app).await, []);
    app.close().await;
    let app = open_in(folder.path(), "2026-11-21T09:00:00Z", "UTC").await;
    read_quota(folder.path(), "2026-11-21T08:59:00Z", 95).await;
    app.tick(&|_| ()).await.unwrap();
    assert_eq!(inbox(&app).await, [said("allowance", "90%", "due")]);
    app.close().await;
}

/// Books what a provider would tell of an allowance of 100 requests a month.
async fn read_quota(folder: &std::path::Path, at: &str, used: u32) {
    let at = at.parse().unwrap();
    let store = Store::open(&folder.join("data"), at).await.unwrap();
    let reading = QuotaReading {
        used: Some(used.into()),
        limit: Some(100.into()),
        resets_at: Some("2026-12-01T00:00:00Z".parse().unwrap()),
        ..QuotaReading::of(at, "Requests", QuotaWindow::Month, "requests".parse().unwrap())
    };
    let told = Snapshot { quotas: vec![reading], ..Snapshot::default() };
    store.book_snapshot(1, &told, at).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn what_is_spent_of_a_budget_is_not_nought_where_nobody_knows() {
    let folder = tempfile::tempdir().unwrap();
    let app = open_in(folder.path(), "2026-11-22T09:00:00Z", "UTC").await;
    let budget = json!({"of": {"kind": "all"}, "span": "month", "amount": "100", "currency": "USD"});
    let row = ask(&app, "setBudget", budget).await;
    assert!(row["spent"].is_null() && row["percent"].is_null(), "{row}");
    let notes = row["notes"].as_array().unwrap();
    let why = "Nothing was read or entered since 2026-11-01, so what is spent is not known.";
    assert!(notes.iter().any(|note| note == why), "{row}");
    app.close().await;
}
