//! An account on its way out is nowhere, comes back whole, and goes for good: at once, after a minute, or when its key is added anew.

use spendglass_core::api::{
    AccountId, AddAccount, App, BudgetOf, ErrorCode, Grouping, HoldRemoval, RemoveAccount, Request, Response,
    SetBudget, SyncQuery, UsageQuery, handle,
};
use spendglass_core::store::Store;
use spendglass_core::vault::Secret;
use spendglass_simulator::{Person, Town};
use tempfile::TempDir;

use crate::house::first_three;
use crate::journey::{NOW, add_all, app, town};

/// OpenAI, the first that is added.
const GONE: AccountId = AccountId { account: 1 };

async fn read() -> (TempDir, Town, App) {
    let folder = tempfile::tempdir().unwrap();
    let town = town(Person::Freelancer).await;
    let app = app(folder.path(), NOW).await;
    add_all(&app, &town).await;
    handle(&app, Request::Sync(SyncQuery::default())).await.unwrap();
    let of = BudgetOf::Account { account: GONE.account };
    let budget = SetBudget {
        id: None,
        of,
        span: "month".to_owned(),
        amount: "40".to_owned(),
        currency: "USD".to_owned(),
    };
    handle(&app, Request::SetBudget(budget)).await.unwrap();
    (folder, town, app)
}

/// What every screen shows, as it crosses the door.
async fn shown(app: &App) -> Vec<String> {
    let asked = [
        r#"{"method": "overview", "params": {"chartWidth": 800}}"#.to_owned(),
        r#"{"method": "accounts"}"#.to_owned(),
        r#"{"method": "credits", "params": {}}"#.to_owned(),
        r#"{"method": "limits"}"#.to_owned(),
        r#"{"method": "budgets"}"#.to_owned(),
        r#"{"method": "assignments"}"#.to_owned(),
        r#"{"method": "entries", "params": {"account": null}}"#.to_owned(),
        r#"{"method": "doctor"}"#.to_owned(),
    ];
    let by = ["provider", "model", "project", "key", "item", "day"];
    let usage = by.map(|by| format!(r#"{{"method": "usage", "params": {{"by": "{by}"}}}}"#));
    let mut answers = Vec::new();
    for request in asked.iter().chain(&usage) {
        let answer = handle(app, serde_json::from_str(request).unwrap()).await.unwrap();
        answers.push(serde_json::to_string(&answer).unwrap());
    }
    answers
}

async fn providers(app: &App) -> Vec<String> {
    let query = UsageQuery::of(Grouping::Provider, None, None);
    let Response::Usage(usage) = handle(app, Request::Usage(query)).await.unwrap() else { panic!() };
    usage.rows.into_iter().map(|row| row.name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_nowhere_and_comes_back_whole() {
    let (_folder, _town, app) = read().await;
    let before = shown(&app).await;
    assert!(before[0].contains("OpenAI") && before[4].contains(r#""account":1"#), "{}", before[4]);
    handle(&app, Request::BeginRemoval(GONE)).await.unwrap();
    let during = shown(&app).await;
    for answer in &during {
        // OpenRouter calls the same models by longer names, and names the makers whose models it serves.
        for told in [r#""label":"OpenAI""#, r#""provider":"openai""#, "\"gpt-"] {
            assert!(!answer.contains(told), "{told}: {answer}");
        }
        assert!(!answer.contains(r#""account":1,"#) && !answer.contains(r#""account":1}"#), "{answer}");
    }
    assert!(!providers(&app).await.is_empty(), "the others stay");
    // It is not read, changed, or removed a second time meanwhile.
    let Response::Sync(report) = handle(&app, Request::Sync(SyncQuery::default())).await.unwrap() else {
        panic!()
    };
    assert!(report.accounts.iter().all(|account| account.account != GONE.account));
    for request in [Request::CheckAccount(GONE), Request::BeginRemoval(GONE)] {
        assert_eq!(handle(&app, request).await.unwrap_err().code, ErrorCode::NoSuchAccount);
    }
    assert_eq!(app.raise_alerts(false).await.unwrap(), 0, "what is hidden raises and ends nothing");
    handle(&app, Request::EndRemoval(GONE)).await.unwrap();
    let after = shown(&app).await;
    // The others were read once more meanwhile, at the same second and with the same answers.
    assert_eq!(after, before);
    // Its key never left the keychain.
    handle(&app, Request::CheckAccount(GONE)).await.unwrap();
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_for_good_when_it_is_not_taken_back() {
    let (folder, _town, first) = read().await;
    handle(&first, Request::BeginRemoval(GONE)).await.unwrap();
    let request = RemoveAccount { account: GONE.account, leave_key: None };
    handle(&first, Request::RemoveAccount(request)).await.unwrap();
    let refusal = handle(&first, Request::EndRemoval(GONE)).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::NoSuchAccount);
    assert!(refusal.message.contains("add it again"), "{refusal}");
    let next = AccountId { account: 2 };
    handle(&first, Request::BeginRemoval(next)).await.unwrap();
    first.close().await;

    // Whoever looks within the minute leaves it to the window that may still offer to take it back.
    let soon = app(folder.path(), "2026-11-18T12:30:59Z").await;
    soon.tick(&|_| {}).await.unwrap();
    assert!(!shown(&soon).await[1].contains("Anthropic"));
    soon.close().await;
    let store = Store::open(&folder.path().join("data"), NOW.parse().unwrap()).await.unwrap();
    assert_eq!(store.removals().await.unwrap().len(), 1);
    store.close().await;

    // After it, opening the store is enough, whatever is asked then.
    let later = app(folder.path(), "2026-11-18T12:31:00Z").await;
    assert_eq!(handle(&later, Request::EndRemoval(next)).await.unwrap_err().code, ErrorCode::NoSuchAccount);
    later.close().await;
    let store = Store::open(&folder.path().join("data"), NOW.parse().unwrap()).await.unwrap();
    assert_eq!(store.removals().await.unwrap().len(), 0);
    assert_eq!(store.accounts().await.unwrap().len(), 1);
    store.check_integrity().await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_key_can_be_added_anew_meanwhile() {
    let (_folder, town, app) = read().await;
    handle(&app, Request::BeginRemoval(GONE)).await.unwrap();
    let openai = first_three(&town).remove(0);
    let request = AddAccount {
        provider: openai.id.to_owned(),
        base_url: Some(openai.base_url.clone()),
        key: Some(Secret::new(openai.key.as_str()).unwrap()),
        details: openai.details.into_iter().collect(),
        accept_cost: true,
        ..AddAccount::default()
    };
    let Response::AddAccount(added) = handle(&app, Request::AddAccount(request)).await.unwrap() else {
        panic!()
    };
    assert_ne!(added.id, GONE.account, "a number is never given twice");
    assert_eq!(handle(&app, Request::EndRemoval(GONE)).await.unwrap_err().code, ErrorCode::NoSuchAccount);
    app.close().await;
}

async fn hold(app: &App, on: bool) -> Result<Response, ErrorCode> {
    let request = HoldRemoval { account: GONE.account, on };
    handle(app, Request::HoldRemoval(request)).await.map_err(|error| error.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_for_as_long_as_it_is_said_to_be_offered() {
    let (folder, _town, first) = read().await;
    assert_eq!(hold(&first, true).await.unwrap_err(), ErrorCode::NoSuchAccount, "it is not on its way out");
    assert_eq!(hold(&first, false).await.unwrap_err(), ErrorCode::NoSuchAccount, "nor does it go");
    assert!(shown(&first).await[1].contains("OpenAI"));
    handle(&first, Request::BeginRemoval(GONE)).await.unwrap();
    first.close().await;

    // The clock may be put back meanwhile.
    for now in ["12:30:45", "12:31:30", "12:32:29", "12:32:28", "11:00:00", "11:00:59"] {
        let app = app(folder.path(), &format!("2026-11-18T{now}Z")).await;
        app.tick(&|_| {}).await.unwrap();
        assert!(!shown(&app).await[1].contains("OpenAI"), "{now}");
        if now != "12:32:28" && now != "11:00:00" {
            hold(&app, true).await.unwrap();
        }
        app.close().await;
    }
    let back = app(folder.path(), "2026-11-18T11:01:58Z").await;
    handle(&back, Request::EndRemoval(GONE)).await.unwrap();
    // An answer that comes late takes nothing away again.
    assert_eq!(hold(&back, true).await.unwrap_err(), ErrorCode::NoSuchAccount);
    assert!(shown(&back).await[1].contains("OpenAI"));

    handle(&back, Request::BeginRemoval(GONE)).await.unwrap();
    hold(&back, false).await.unwrap();
    assert_eq!(handle(&back, Request::EndRemoval(GONE)).await.unwrap_err().code, ErrorCode::NoSuchAccount);
    assert_eq!(hold(&back, true).await.unwrap_err(), ErrorCode::NoSuchAccount);
    back.close().await;
}
