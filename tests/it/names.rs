//! Names of projects and keys: shown where known, ids kept, and one account's never under another.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, Request, handle};
use spendglass_core::ledger::{Charge, Name, NameOf};
use spendglass_core::money::{Currency, Money};
use spendglass_core::store::{KeyPlace, NewAccount, Snapshot, Store};
use spendglass_core::time::{Clock, Date, Timestamp};
use spendglass_core::vault::Vault;

const NOW: &str = "2026-11-22T09:30:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// An account with a line for each project, which costs as much as its place in the list.
async fn add(store: &Store, label: &str, projects: &[(Option<&str>, &str)]) {
    let account = NewAccount {
        provider: "openai".to_owned(),
        label: Some(label.to_owned()),
        base_url: None,
        key_kind: "admin".to_owned(),
        key_hint: None,
        key_fingerprint: Some(format!("{label:0>64}")),
        key_place: KeyPlace::Keychain(format!("entry {label}")),
        details: BTreeMap::new(),
    };
    let id = store.add_account(&account, now()).await.unwrap();
    let day = Date::new(2026, 11, 20).unwrap().utc_day();
    let stream = store.stream(id, "costs").await.unwrap();
    let mut sequence = store.begin_sequence(stream.id, day);
    let charge = |(place, (project, _)): (usize, &(Option<&str>, &str))| Charge {
        billed_cost: Some(Money::new((place as u64 + 1).into(), Currency::USD)),
        project: project.map(str::to_owned),
        api_key: project.map(|id| format!("key_{id}")),
        ..Charge::usage(day)
    };
    sequence.stage(projects.iter().enumerate().map(charge).collect()).await.unwrap();
    sequence.book().await.unwrap();
    let named = projects.iter().filter(|(_, name)| !name.is_empty());
    let name = |(id, name): &(Option<&str>, &str)| Name {
        of: NameOf::Project,
        id: id.unwrap().to_owned(),
        name: (*name).to_owned(),
    };
    let snapshot = Snapshot { names: named.map(name).collect(), ..Snapshot::default() };
    store.book_snapshot(id, &snapshot, now()).await.unwrap();
}

async fn open(folder: &std::path::Path) -> App {
    let config = Config {
        data_dir: folder.join("data"),
        vault: Vault::memory(),
        clock: Clock::Fixed(now()),
        zone: None,
        sample: None,
    };
    App::open(config).await.unwrap()
}

async fn ask(app: &App, method: &str, params: Value) -> Value {
    let request: Request = serde_json::from_value(json!({"method": method, "params": params})).unwrap();
    serde_json::to_value(handle(app, request).await.unwrap()).unwrap()["result"].take()
}

/// Each row: id, name, account, amount.
fn told(usage: &Value) -> Vec<(Value, String, i64, String)> {
    let row = |row: &Value| {
        let name = row["name"].as_str().unwrap().to_owned();
        let amount = row["billed"][0]["amount"].as_str().unwrap().to_owned();
        (row["key"].clone(), name, row["account"].as_i64().unwrap(), amount)
    };
    let mut rows: Vec<_> = usage["rows"].as_array().unwrap().iter().map(row).collect();
    rows.sort_by_key(|(key, _, account, _)| (*account, key.to_string()));
    rows
}

#[tokio::test]
async fn a_name_is_shown_and_its_id_is_kept_and_no_two_are_thrown_together() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("data"), now()).await.unwrap();
    let studio =
        [(Some("p1"), "Site"), (Some("p2"), "Shop"), (Some("p3"), "Shop"), (Some("p4"), ""), (None, "")];
    add(&store, "Studio", &studio).await;
    add(&store, "Client", &[(Some("p1"), "Site"), (Some("p2"), "Blog"), (Some("p5"), "Studio secret")]).await;
    store.close().await;
    let app = open(folder.path()).await;

    let usage = ask(&app, "usage", json!({"by": "project"})).await;
    let row = |id: Option<&str>, name: &str, account: i64, amount: &str| {
        (json!(id), name.to_owned(), account, amount.to_owned())
    };
    let mut expected = vec![
        row(Some("p1"), "Site (p1, Studio)", 1, "1"),
        row(Some("p2"), "Shop (p2)", 1, "2"),
        row(Some("p3"), "Shop (p3)", 1, "3"),
        row(Some("p4"), "p4", 1, "4"),
        row(None, "OpenAI, no project reported", 1, "5"),
        row(Some("p1"), "Site (p1, Client)", 2, "1"),
        row(Some("p2"), "Blog", 2, "2"),
        row(Some("p5"), "Studio secret", 2, "3"),
    ];
    expected.sort_by_key(|(key, _, account, _)| (*account, key.to_string()));
    assert_eq!(told(&usage), expected);
    assert_eq!(usage["total"]["billed"][0]["amount"], "21");

    // Keys have no names here: their ids stand, apart by account where both have one.
    let keys = told(&ask(&app, "usage", json!({"by": "key"})).await);
    let names: Vec<&str> = keys.iter().map(|(_, name, ..)| name.as_str()).collect();
    assert!(names.contains(&"key_p1 (Studio)") && names.contains(&"key_p1 (Client)"), "{names:?}");
    assert!(names.contains(&"key_p3"), "{names:?}");
    assert!(names.iter().all(|name| !name.contains("Site")), "the name of a project is no name of a key");

    let spend = ask(
        &app,
        "spend",
        json!({"by": "project", "measure": "billed", "closer": "ranked", "chartWidth": 800}),
    )
    .await;
    for picture in ["daily", "ranked"] {
        let table = spend[picture]["table"].to_string();
        for (_, name, ..) in &expected {
            // The smallest are one series of the daily chart.
            assert!(
                table.contains(name) || picture == "daily" && table.contains("Other"),
                "{picture}: {name}"
            );
        }
        assert!(table.contains("Studio secret") && !table.contains("\"p5\""), "{picture}: {table}");
    }
    assert_eq!(told(&spend["usage"]), expected);

    // Without its account nothing of its names is left.
    ask(&app, "removeAccount", json!({"account": 2})).await;
    let usage = ask(&app, "usage", json!({"by": "project"})).await;
    assert!(!usage.to_string().contains("secret"));
    assert!(told(&usage).contains(&row(Some("p1"), "Site", 1, "1")), "nobody else is called so any more");
    app.close().await;
}

#[tokio::test]
async fn accounts_of_one_name_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path()).await;
    let cost = json!({"kind": "cost", "date": "2026-11-20", "amount": "2", "currency": "USD"});
    for provider in ["openai", "anthropic"] {
        ask(&app, "enter", json!({"provider": provider, "label": "Mine", "entry": cost})).await;
    }
    let usage = ask(&app, "usage", json!({"by": "account"})).await;
    let names: Vec<String> = told(&usage).into_iter().map(|(_, name, ..)| name).collect();
    assert_eq!(names, ["Mine (account 1)", "Mine (account 2)"]);
    app.close().await;
}
