//! A provider of one's own, through the door: described, checked, read, and refused in words that help.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use spendglass_core::api::{
    Account, AddAccount, App, ErrorCode, Request, Response, StreamReport, StreamState, SyncQuery, handle,
};
use spendglass_core::providers::own;
use spendglass_core::vault::Secret;
use spendglass_simulator::{Person, Town, TownProvider};

use crate::house::open_town;

const NOW: &str = "2026-11-18T12:30:00Z";

fn there(town: &Town) -> TownProvider {
    town.providers().into_iter().find(|there| there.id == "own").unwrap()
}

/// A description of the town's gateway, with one field changed. `null` takes the field away.
fn description(town: &Town, at: &str, value: Value) -> String {
    let mut text: Value = serde_json::from_str(&there(town).details[0].1).unwrap();
    text["url"] = json!(format!("{}/v2/state", there(town).base_url));
    let (parent, name) = at.rsplit_once('/').unwrap_or(("", ""));
    if let Some(fields) = text.pointer_mut(parent).and_then(Value::as_object_mut).filter(|_| !at.is_empty()) {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.to_owned(), value);
        }
    }
    text.to_string()
}

async fn add(app: &App, town: &Town, description: &str) -> Result<Account, (ErrorCode, String)> {
    let request = AddAccount {
        provider: "own".to_owned(),
        key: Some(Secret::new(there(town).key).unwrap()),
        details: BTreeMap::from([("description".to_owned(), description.to_owned())]),
        ..AddAccount::default()
    };
    match handle(app, Request::AddAccount(request)).await {
        Ok(Response::AddAccount(account)) => Ok(account),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err((error.code, error.message)),
    }
}

async fn sync(app: &App, account: i64) -> StreamReport {
    let query = SyncQuery { account: Some(account), from: None };
    let Response::Sync(report) = handle(app, Request::Sync(query)).await.unwrap() else { panic!() };
    report.accounts.into_iter().next().unwrap().streams.into_iter().next().unwrap()
}

async fn account(app: &App, id: i64) -> Account {
    let Response::Accounts(accounts) = handle(app, Request::Accounts).await.unwrap() else { panic!() };
    accounts.into_iter().find(|account| account.id == id).unwrap()
}

async fn open(folder: &Path) -> App {
    crate::journey::app(folder, NOW).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_described_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Freelancer, NOW).await;
    let app = open(folder.path()).await;
    // As an editor writes it, over several lines and with tabs.
    let pretty = description(&town, "", Value::Null).replace(',', ",\r\n\t");
    let added = add(&app, &town, &pretty).await.unwrap();
    assert_eq!(added.label, "Simulated gateway", "its name is that of the description");
    let stream = sync(&app, added.id).await;
    assert_eq!((stream.state, stream.booked), (StreamState::Ok, 3), "{stream:?}");
    let seen = serde_json::to_value(account(&app, added.id).await).unwrap();
    let shown = seen.to_string();
    assert!(shown.contains("\"EUR\"") && shown.contains("2026-12-28T00:00:00Z"), "{seen:#}");
    assert!(shown.contains("\"requests\"") && shown.contains("2026-12-01T00:00:00Z"), "{seen:#}");
    assert!(!shown.contains("gateway-simulated"), "the key stays in the keychain");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_as_described_says_where_and_books_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Freelancer, NOW).await;
    let app = open(folder.path()).await;
    for (at, value, words) in [
        ("/balance/amount", json!("/result/wallet/left"), "at /result/wallet/left: nothing is there"),
        ("/balance/amount", json!("/result/wallet/since"), "at /result/wallet/since: nothing is there"),
        ("/balance/amount", json!("/result/wallet"), "at /result/wallet: expected a number"),
        ("/balance/amount", json!("/result/plans/7/calls"), "at /result/plans/7/calls: nothing is there"),
        ("/balance/amount", json!("/ok"), "at /ok: expected a number, found true"),
        ("/balance/currencyPointer", json!("/result/wallet/ends"), "name the currency in `balance.currency`"),
        ("/balance/currencyPointer", json!("/result/wallet/none"), "no text that names a currency"),
        ("/quota/used", json!("/result/wallet/currency"), "at /result/wallet/currency: "),
        ("/expiresAt", json!("/result/wallet/currency"), "at /result/wallet/currency: "),
    ] {
        let added = add(&app, &town, &description(&town, at, value.clone())).await.unwrap();
        let stream = sync(&app, added.id).await;
        let message = stream.message.clone().unwrap_or_default();
        assert_eq!(
            (stream.state, stream.booked),
            (StreamState::ProviderChanged, 0),
            "{at} {value}: {stream:?}"
        );
        assert!(message.contains(words), "{at} {value}: {message}");
        let request = spendglass_core::api::RemoveAccount { account: added.id, leave_key: None };
        handle(&app, Request::RemoveAccount(request)).await.unwrap();
    }
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_description_that_makes_no_sense_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Freelancer, NOW).await;
    let app = open(folder.path()).await;
    for (at, value, words) in [
        ("/url", json!("http://gateway.example/v2"), "at url: must begin with https://"),
        ("/url", json!("gateway.example"), "at url: this is no address"),
        ("/url", json!("https://me:pass@gateway.example/v2"), "leave out the name and password"),
        ("/url", json!("https://gateway.example/v2?team=1"), "leave out the part from ?"),
        ("/url", json!("ftp://gateway.example/v2"), "must begin with https://"),
        ("/name", json!(" "), "at name: give a name"),
        ("/name", Value::Null, "missing field `name`"),
        ("/header", json!("Cookie"), "at header: a key cannot travel in \"cookie\""),
        ("/header", json!("X Key"), "at header: give the name of a header"),
        ("/scheme", json!("Basic"), "at scheme: give \"Bearer\", \"Token\", \"Key\", or \"none\""),
        (
            "/balance/amount",
            json!("result.left"),
            "at balance.amount: a place in the answer is a JSON pointer",
        ),
        ("/balance/amount", json!("/a~2"), "at balance.amount: in a JSON pointer ~ is written ~0"),
        ("/balance/currency", json!("USD"), "give either `currency` or `currencyPointer`"),
        ("/balance/currencyPointer", Value::Null, "say what the amount is in"),
        ("/balance/divide", json!(12), "at balance.divide: 12 is no power of ten"),
        ("/balance/divide", json!("100"), "at balance.divide: "),
        ("/quota/window", json!("fortnight"), "at quota.window: \"fortnight\" is not a window"),
        ("/quota/unit", json!("Requests"), "at quota.unit: give a unit in small letters"),
        ("/quota/kind", json!("x"), "unknown field `kind`"),
        ("/limits", json!([]), "unknown field `limits`"),
        ("/name", json!("Bearer eyJhbGciOiJIUzI1NiJ9.invented"), "looks like a key"),
        ("/header", json!("sk-admin-Tn4Yq81LmZx0Rb7Wc5Jd"), "looks like a key"),
    ] {
        let (code, message) = add(&app, &town, &description(&town, at, value.clone())).await.unwrap_err();
        assert_eq!(code, ErrorCode::BadRequest, "{at} {value}: {message}");
        assert!(message.contains(words), "{at} {value}: {message}");
        assert!(!message.contains("Tn4Yq81"), "an error repeats a key: {message}");
    }
    let (code, message) = add(&app, &town, " ").await.unwrap_err();
    assert_eq!(code, ErrorCode::MoreNeeded, "{message}");
    for (text, words) in [
        ("", "EOF"),
        ("[]", "the whole text"),
        (r#"{"name":"A","url":"https://a.example/x"}"#, "describe a `balance`, a `quota` or both"),
        (
            r#"{"name":"A","url":"https://a.example/x","quota":{"used":"/u","unit":"usd.x","window":"day"},"expiresAt":"/e"}"#,
            "describe a `balance` too",
        ),
        (
            r#"{"name":"A","url":"https://a.example/x","quota":{"unit":"requests","window":"day"}}"#,
            "where `used` or `limit` stands",
        ),
        (
            r#"{"name":"A","url":"https://a.example/x","balance":{"amount":"/a","currency":"credits"}}"#,
            "such as \"acme.credits\"",
        ),
    ] {
        let error = own::read(text).unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
    let Response::Accounts(accounts) = handle(&app, Request::Accounts).await.unwrap() else { panic!() };
    assert!(accounts.is_empty());
    app.close().await;
}

#[test]
fn the_description_on_the_page_is_right() {
    let path = crate::fixtures::root().join("docs/own-provider.md");
    let page = std::fs::read_to_string(path).unwrap();
    let examples: Vec<&str> =
        page.split("```json\n").skip(1).map(|rest| rest.split_once("\n```").unwrap().0).collect();
    let right = examples.iter().filter(|text| own::read(text).is_ok()).count();
    assert!(examples.len() >= 3 && right >= 2, "{right} of {} examples are descriptions", examples.len());
}
