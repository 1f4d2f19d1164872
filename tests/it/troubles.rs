//! What stands in the way of more than one account: told once, with a remedy, and the figures stay.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ErrorCode, OverviewQuery, Request, SyncQuery, handle};
use spendglass_core::time::Clock;
use spendglass_core::vault::Vault;
use spendglass_simulator::{Fault, Person, Town};

use crate::house::ask;
use crate::journey::{NOW, add_all, town};

async fn open(folder: &Path, vault: &Vault, now: &str) -> App {
    let config = Config {
        data_dir: folder.join("data"),
        vault: vault.clone(),
        clock: Clock::Fixed(now.parse().unwrap()),
        zone: None,
        sample: None,
    };
    App::open(config).await.unwrap()
}

async fn sync(app: &App) {
    handle(app, Request::Sync(SyncQuery::default())).await.unwrap();
}

async fn overview(app: &App) -> Value {
    ask(app, Request::Overview(OverviewQuery { chart_width: None })).await
}

/// The kinds of trouble that are told, with the words of each.
async fn troubles(app: &App) -> Vec<(String, String)> {
    let told = overview(app).await["troubles"].take();
    let told = told.as_array().unwrap().iter();
    told.map(|trouble| {
        let [message, remedy] = ["message", "remedy"].map(|of| trouble[of].as_str().unwrap());
        assert!(!message.is_empty() && !remedy.is_empty(), "{trouble}");
        (trouble["kind"].as_str().unwrap().to_owned(), format!("{message} {remedy}"))
    })
    .collect()
}

fn fault(town: &Town, faults: &[&str]) {
    town.set_faults(faults.iter().map(|fault| fault.parse::<Fault>().unwrap()).collect());
}

/// A store with three accounts that were read well, and the vault that keeps their keys.
async fn read_well(folder: &Path, town: &Town) -> Vault {
    let vault = Vault::memory();
    let app = open(folder, &vault, NOW).await;
    add_all(&app, town).await;
    sync(&app).await;
    assert_eq!(troubles(&app).await, []);
    app.close().await;
    vault
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_is_told_once_until_it_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let town = town(Person::Student).await;
    let vault = read_well(folder.path(), &town).await;
    for (now, words) in [
        ("2026-11-18T15:40:00Z", "3 hours ahead of"),
        ("2026-11-18T12:20:00Z", "10 minutes behind"),
        ("2026-11-22T12:30:00Z", "4 days ahead of"),
    ] {
        let app = open(folder.path(), &vault, now).await;
        sync(&app).await;
        let told = troubles(&app).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].0, "clockWrong");
        assert!(told[0].1.contains(words) && told[0].1.contains("--now"), "{told:?}");
        app.close().await;
    }
    // Whoever asks later, without having read anything, is told, too: the terminal's status does that.
    let app = open(folder.path(), &vault, NOW).await;
    assert_eq!(troubles(&app).await[0].0, "clockWrong");
    sync(&app).await;
    assert_eq!(troubles(&app).await, []);
    // A few minutes are no matter.
    let app = open(folder.path(), &vault, "2026-11-18T12:34:00Z").await;
    sync(&app).await;
    assert_eq!(troubles(&app).await, []);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reached_is_told_apart_from_one_provider_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let there = town(Person::Student).await;
    let vault = read_well(folder.path(), &there).await;
    let app = open(folder.path(), &vault, NOW).await;
    let before = overview(&app).await;

    fault(&there, &["openai/*=500", "anthropic/*=500", "openrouter/*=500"]);
    sync(&app).await;
    assert_eq!(troubles(&app).await, [], "providers that answer badly are reached");
    fault(&there, &[]);

    there.shutdown().await;
    sync(&app).await;
    let told = troubles(&app).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "offline");
    assert!(
        told[0].1.contains("None of 3 accounts") && told[0].1.contains("Check the connection"),
        "{told:?}"
    );
    let now = overview(&app).await;
    assert_eq!(now["month"]["billed"], before["month"]["billed"], "the last good figures stay");
    assert_eq!(now["month"]["asOf"], before["month"]["asOf"], "with their age");
    for account in now["accounts"].as_array().unwrap() {
        assert_eq!(
            (&account["state"], &account["advice"]),
            (&json!("unreachable"), &json!("sync")),
            "{account}"
        );
    }
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_keychain_is_told_apart_from_none() {
    let folder = tempfile::tempdir().unwrap();
    let town = town(Person::Student).await;
    read_well(folder.path(), &town).await;
    let asked: u64 = town.request_counts().values().sum();
    let absent = || Err(keyring_core::Error::NoDefaultStore);
    let locked = || Err(keyring_core::Error::NoStorageAccess("is locked".into()));
    for (vault, kind, state, words) in [
        (
            Vault::over("a test", Arc::new(absent)),
            "keychainAbsent",
            "keychainAbsent",
            "No keychain is running",
        ),
        (Vault::over("a test", Arc::new(locked)), "keychainLocked", "keychain", "The keychain is locked"),
    ] {
        let app = open(folder.path(), &vault, NOW).await;
        sync(&app).await;
        let told = troubles(&app).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].0, kind);
        assert!(told[0].1.contains("OpenAI, Anthropic and OpenRouter"), "{told:?}");
        assert!(told[0].1.to_lowercase().contains(&words.to_lowercase()), "{told:?}");
        for account in overview(&app).await["accounts"].as_array().unwrap() {
            assert_eq!((&account["state"], &account["advice"]), (&json!(state), &json!("openKeychain")));
            assert!(account["syncedAt"].is_string(), "the age of the last good figures stays");
        }
        app.close().await;
    }
    assert_eq!(town.request_counts().values().sum::<u64>(), asked, "nobody is asked without a key");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_in_part_says_which_part() {
    let folder = tempfile::tempdir().unwrap();
    let town = town(Person::Student).await;
    let vault = read_well(folder.path(), &town).await;
    let app = open(folder.path(), &vault, NOW).await;
    for (faults, partly) in [
        (&["openai/costs=401"][..], Some("usage and limits could be read, cost could not")),
        (&["openai/usage_completions=500"], Some("usage could not")),
        (&["openai/*=401"], None),
        (&[], None),
    ] {
        fault(&town, faults);
        sync(&app).await;
        let accounts = overview(&app).await["accounts"].take();
        let told = accounts[0]["partly"].as_str();
        match partly {
            Some(words) => assert!(told.is_some_and(|told| told.contains(words)), "{faults:?}: {told:?}"),
            None => assert_eq!(told, None, "{faults:?}"),
        }
        assert_eq!(accounts[1]["partly"], Value::Null);
    }
    app.close().await;
}

/// On a disk that takes no more, the program goes on with what it has, says so, and is well again when there is room.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_the_figures_stay() {
    use crate::children::{said, starved_child};
    let folder = tempfile::tempdir().unwrap();
    let town = town(Person::Student).await;
    read_well(folder.path(), &town).await;
    let data = folder.path().join("data");
    let look = json!({"method": "overview", "params": {}});
    let change = |turn: i32| json!({"method": "changeSettings", "params": {"currency": if turn % 2 == 0 { "USD" } else { "INR" }}});
    let mut requests = vec![look.clone()];
    requests.extend((0..12).map(change));
    requests.extend([look, json!({"method": "settings"})]);
    let task = json!({"do": "requests", "data": data, "now": NOW, "requests": requests});
    // So much takes the index of the log beside the store, and as much its log.
    let lines: Vec<Value> = said(&starved_child(&task, 64).output().unwrap())
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [first, changes @ .., last, settings] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(first["troubles"], json!([]));
    let refused = changes
        .iter()
        .filter(|line| line["error"].as_str().is_some_and(|words| words.contains("disk is full")));
    let kept: Vec<&Value> = changes.iter().filter(|line| line["currency"].is_string()).collect();
    assert!(refused.count() > 0 && !kept.is_empty(), "the disk was never full: {changes:?}");
    assert_eq!(last["troubles"][0]["kind"], "diskFull", "{}", last["troubles"]);
    assert_eq!(last["month"]["billed"], first["month"]["billed"], "the figures stay");
    assert_eq!(settings["currency"], kept[kept.len() - 1]["currency"], "nothing is half written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_has_a_code_of_its_own() {
    use spendglass_core::api::ApiError;
    use spendglass_core::store::StoreError;
    for error in [StoreError::Full, StoreError::NoRoom { path: "/d".into(), free: 7 }] {
        let told = ApiError::from(error);
        assert_eq!(told.code, ErrorCode::DiskFull);
        assert!(told.message.contains("Free some space"), "{}", told.message);
    }
}
