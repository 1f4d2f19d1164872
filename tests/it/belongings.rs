//! What belongs to the person: taken away whole, kept safe, brought back exactly, and deleted to the last key.

mod leaving;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ErrorCode, handle};
use spendglass_core::store::{Schema, Store};
use spendglass_core::time::{Clock, Zone};
use spendglass_core::vault::{EntryName, Secret, Vault, VaultError};
use spendglass_simulator::Person;
use sqlx::Row as _;
use tempfile::TempDir;
use tokio::process::Command;

use crate::children::{child, said, starved_child};
use crate::house::{Rows, first_three, number, open_town, peek, rows};

const NOW: &str = "2026-11-18T12:30:00Z";

/// A store that a door filled, and its keychain.
struct Home {
    folder: TempDir,
    vault: Vault,
    app: App,
    keys: Vec<String>,
}

impl Home {
    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn out(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn ask(&self, method: &str, params: Value) -> Value {
        ask(&self.app, method, params)
            .await
            .unwrap_or_else(|(code, _, words)| panic!("{method}: {code:?} {words}"))
    }
}

type Refused = (ErrorCode, Option<String>, String);

async fn ask(app: &App, method: &str, params: Value) -> Result<Value, Refused> {
    let request = if params.is_null() {
        json!({"method": method})
    } else {
        json!({"method": method, "params": params})
    };
    match handle(app, serde_json::from_value(request).unwrap()).await {
        Ok(response) => Ok(serde_json::to_value(response).unwrap()["result"].take()),
        Err(error) => {
            assert!(error.message.ends_with(['.', '!', '?']), "{error}");
            Err((error.code, error.field, error.message))
        }
    }
}

async fn open(data: &Path, vault: &Vault) -> App {
    open_at(data, vault, NOW).await
}

async fn open_at(data: &Path, vault: &Vault, now: &str) -> App {
    let config = Config {
        data_dir: data.to_owned(),
        vault: vault.clone(),
        clock: Clock::Fixed(now.parse().unwrap()),
        zone: Some("Asia/Kolkata".parse::<Zone>().unwrap()),
        sample: None,
    };
    App::open(config).await.unwrap()
}

/// Three accounts with keys in the keychain, all read; a lot, a budget, a client, a webhook, the calendar's address.
async fn home() -> Home {
    let town = open_town(Person::Student, NOW).await;
    let (folder, vault) = (tempfile::tempdir().unwrap(), Vault::memory());
    let app = open(&folder.path().join("data"), &vault).await;
    let mut keys = Vec::new();
    for told in first_three(&town) {
        let details: BTreeMap<_, _> = told.details.into_iter().collect();
        let params = json!({"provider": told.id, "key": told.key, "baseUrl": told.base_url, "details": details, "label": format!("=Studio {}", told.id)});
        ask(&app, "addAccount", params).await.unwrap();
        keys.push(told.key);
    }
    ask(&app, "sync", json!({})).await.unwrap();
    for (method, params) in [
        (
            "addLot",
            json!({"account": 1, "amount": "25", "currency": "USD", "acquired": "2026-11-02", "rule": "on:2026-12-01"}),
        ),
        ("setBudget", json!({"of": {"kind": "all"}, "span": "month", "amount": "100", "currency": "USD"})),
        ("assign", json!({"assignment": {"kind": "client", "name": "Acme", "account": 1}, "on": true})),
        ("assign", json!({"assignment": {"kind": "tag", "name": "site", "account": 1}, "on": true})),
        ("setWebhook", json!({"url": "http://127.0.0.1:9/hook", "secret": "quite-a-secret"})),
        ("setCalendarAddress", json!({"on": true})),
        ("changeSettings", json!({"timeZone": "Asia/Kolkata"})),
    ] {
        ask(&app, method, params).await.unwrap();
    }
    keys.extend(["quite-a-secret".to_owned(), "127.0.0.1:9/hook".to_owned()]);
    Home { folder, vault, app, keys }
}

fn records(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row =
        |record: csv::StringRecord| head.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_charge_leaves_as_focus_with_every_digit_and_its_lane() {
    let home = home().await;
    let path = home.out("charges.csv");
    let told = home.ask("export", json!({"what": "charges", "path": path})).await;
    let found = records(&path);
    let count = number(&home.data(), "SELECT count(*) FROM charges").await;
    assert_eq!(
        (told["charges"].as_i64(), told["lines"].as_i64(), found.len()),
        (Some(count), Some(count), usize::try_from(count).unwrap())
    );

    // Line by line what the store holds, asked by another way.
    let sql = "SELECT s.account_id, c.period_start, f.lane, c.billed, c.listed, f.request_model, c.input_tokens FROM charges AS c \
               JOIN streams AS s ON s.id = c.stream_id JOIN facets AS f ON f.id = c.facet_id ORDER BY c.stream_id, c.period_start, c.ordinal";
    let kept = sqlx::query(sql).fetch_all(&mut peek(&home.data()).await).await.unwrap();
    let text = |value: Option<String>| value.unwrap_or_default();
    for (row, line) in kept.iter().zip(&found) {
        assert_eq!(row.get::<i64, _>(0).to_string(), line["BillingAccountId"]);
        let start: spendglass_core::time::Timestamp = line["ChargePeriodStart"].parse().unwrap();
        assert_eq!(row.get::<i64, _>(1), start.unix());
        assert_eq!(row.get::<String, _>(2), line["x_Lane"]);
        assert_eq!(text(row.get(3)), line["BilledCost"]);
        assert_eq!(text(row.get(4)), line["x_ListCost"]);
        assert_eq!(row.get::<String, _>(5), line["x_RequestModel"]);
        assert_eq!(
            row.get::<Option<i64>, _>(6).map(|n| n.to_string()).unwrap_or_default(),
            line["x_InputTokens"]
        );
    }
    assert!(
        found
            .iter()
            .any(|line| !line["BilledCost"].is_empty() && line["BilledCost"].parse::<Decimal>().is_ok())
    );
    let own = found.iter().find(|line| line["BillingAccountId"] == "1").unwrap();
    assert_eq!(own["Tags"], r#"{"client":"Acme","site":true}"#);
    assert_eq!(own["BillingAccountName"], "'=Studio openai", "no cell runs in a spreadsheet");
    assert!(found.iter().any(|line| line["BillingAccountId"] != "1" && line["Tags"].is_empty()));

    let part = home
        .ask("export", json!({"what": "charges", "path": path, "from": "2026-11-10", "to": "2026-11-12"}))
        .await;
    let found = records(&path);
    assert_eq!(part["lines"], found.len());
    assert!(
        !found.is_empty()
            && found.iter().all(|line| ("2026-11-10T00:00:00Z".."2026-11-12T00:00:00Z")
                .contains(&line["ChargePeriodStart"].as_str()))
    );
    for (from, to, field) in [("2026-11-12", "2026-11-12", "to"), ("yesterday", "2026-11-12", "from")] {
        let refused =
            ask(&home.app, "export", json!({"what": "charges", "path": path, "from": from, "to": to}))
                .await
                .unwrap_err();
        assert_eq!((refused.0, refused.1.as_deref()), (ErrorCode::BadRequest, Some(field)));
    }
    // Our own export is a file that we know.
    let look = ask(&home.app, "previewImport", json!({"path": path, "account": 1})).await;
    assert!(!matches!(&look, Err((_, _, words)) if words.contains("known by its columns")), "{look:?}");
    home.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_can_be_read_leaves_as_lines_and_no_key_with_it() {
    let home = home().await;
    let path = home.out("all.jsonl");
    let told = home.ask("export", json!({"what": "all", "path": path})).await;
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told["lines"], lines.len() - 1, "the head is not counted");
    let mut kinds = BTreeMap::<String, usize>::new();
    for line in &lines {
        *kinds.entry(line["record"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    for kind in [
        "spendglass",
        "accounts",
        "charges",
        "entries",
        "budgets",
        "assignments",
        "settings",
        "balances",
        "streams",
    ] {
        assert!(kinds.contains_key(kind), "{kind} is missing: {kinds:?}");
    }
    // A table of a later schema is either told or named among those that are not.
    let mut connection = peek(&home.data()).await;
    let tables = sqlx::query("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let apart = [
        "_sqlx_migrations",
        "calendar_events",
        "facets",
        "price_bases",
        "removals",
        "rollup",
        "schedule",
        "sqlite_sequence",
        "watch",
    ];
    for table in tables.iter().map(|row| row.get::<String, _>(0)) {
        let count: i64 = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM \"{table}\"")))
            .fetch_one(&mut connection)
            .await
            .unwrap()
            .get(0);
        let told = kinds.get(&table).copied().unwrap_or(0);
        let secret = if table == "settings" { 2 } else { 0 };
        assert!(
            apart.contains(&table.as_str()) || i64::try_from(told).unwrap() + secret == count,
            "{table}: {told} of {count}"
        );
    }
    for key in &home.keys {
        assert!(!text.contains(key.as_str()), "{key}");
    }
    let secrets = "SELECT keychain_entry FROM accounts UNION SELECT key_fingerprint FROM accounts UNION SELECT value FROM settings WHERE name IN ('webhook', 'calendar_address')";
    for secret in sqlx::query(secrets).fetch_all(&mut connection).await.unwrap() {
        assert!(!text.contains(&secret.get::<String, _>(0)));
    }
    let account = lines.iter().find(|line| line["record"] == "accounts").unwrap();
    assert_eq!(account["provider"], "openai");
    assert!(account["addedAt"].as_str().unwrap().starts_with("2026-11-18T"), "{account}");
    assert!(account.get("keyHint").is_none());
    home.app.close().await;
}

/// Everything of a store that a person would miss.
async fn content(data: &Path) -> (Rows, Vec<String>) {
    let sql = "SELECT 'account ' || id || ' ' || label FROM accounts UNION ALL SELECT 'entry ' || id || ' ' || content FROM entries \
               UNION ALL SELECT 'budget ' || amount FROM budgets UNION ALL SELECT 'client ' || name FROM assignments \
               UNION ALL SELECT 'setting ' || name || ' ' || value FROM settings \
               UNION ALL SELECT 'balance ' || account_id || ' ' || observed_at || ' ' || amount FROM balances ORDER BY 1";
    let found = sqlx::query(sql).fetch_all(&mut peek(data).await).await.unwrap();
    (rows(data).await, found.iter().map(|row| row.get(0)).collect())
}

async fn change(home: &Home) {
    home.ask("removeAccount", json!({"account": 2})).await;
    home.ask("enter", json!({"account": 1, "entry": {"kind": "cost", "amount": "5", "currency": "EUR", "date": "2026-11-17"}})).await;
    home.ask("assign", json!({"assignment": {"kind": "client", "name": "Beta", "account": 1}, "on": true}))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_backed_up_comes_back_to_the_last_row_and_what_was_here_is_kept() {
    let home = home().await;
    let file = home.out("backup.db");
    let made = home.ask("backUp", json!({"path": file})).await;
    let before = content(&home.data()).await;
    assert_eq!(
        (made["accounts"].as_u64(), made["bytes"].as_u64()),
        (Some(3), Some(fs::metadata(&file).unwrap().len()))
    );
    let bytes = fs::read(&file).unwrap();
    for key in &home.keys {
        assert!(!bytes.windows(key.len()).any(|window| window == key.as_bytes()), "a key is in the backup");
    }
    change(&home).await;
    let after = content(&home.data()).await;
    assert_ne!(before, after);

    let restored = home.ask("restore", json!({"path": file})).await;
    assert!(content(&home.data()).await == before, "all is as it was");
    // The key of the account that was removed is gone from the keychain; the others are there.
    assert_eq!(restored["keysMissing"], json!(["=Studio anthropic"]));
    assert_eq!((&restored["accounts"], &restored["keysProblem"]), (&json!(3), &Value::Null));
    assert_eq!(fs::read(&file).unwrap(), bytes, "the backup itself is not touched");
    // The next account gets a number that no other had, before or after.
    let highest = number(&home.data(), "SELECT seq FROM sqlite_sequence WHERE name = 'entries'").await;
    home.ask("enter", json!({"account": 1, "entry": {"kind": "balance", "amount": "5", "currency": "USD", "asOf": "2026-11-18"}})).await;
    assert!(number(&home.data(), "SELECT max(id) FROM entries").await > highest);
    // Reading goes on where it was, through ids that were remembered from before.
    home.ask("sync", json!({})).await;
    assert_eq!(number(&home.data(), "SELECT count(*) FROM pragma_foreign_key_check").await, 0);

    let kept = restored["kept"].as_str().unwrap().to_owned();
    assert!(kept.contains("backup-before-restore-"), "{kept}");
    home.ask("restore", json!({"path": kept})).await;
    assert!(content(&home.data()).await == after, "and back again");
    home.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_backup_is_refused_in_words_and_changes_nothing() {
    let home = home().await;
    let before = content(&home.data()).await;
    let file = home.out("backup.db");
    home.ask("backUp", json!({"path": file})).await;
    let now = NOW.parse().unwrap();

    let text = home.out("notes.txt");
    fs::write(&text, "no database at all, but long enough for a head").unwrap();
    let (empty, cut, bent) = (home.out("empty.db"), home.out("cut.db"), home.out("bent.db"));
    fs::write(&empty, "").unwrap();
    let mut bytes = fs::read(&file).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xA5);
    fs::write(&bent, &bytes).unwrap();
    let foreign = home.out("foreign.db");
    let mut other = sqlx::ConnectOptions::connect(
        &sqlx::sqlite::SqliteConnectOptions::new().filename(&foreign).create_if_missing(true),
    )
    .await
    .unwrap();
    sqlx::query("CREATE TABLE songs (name TEXT)").execute(&mut other).await.unwrap();
    sqlx::Connection::close(other).await.unwrap();
    let newer = home.out("newer");
    Store::open_with(&newer, &Schema::current().then("more", "CREATE TABLE more (n INTEGER) STRICT"), now)
        .await
        .unwrap()
        .close()
        .await;

    for (path, words) in [
        (text, "a file of another kind"),
        (empty, "a file of a few bytes"),
        (foreign, "a database of another program"),
        (newer.join("spendglass.db"), "made by a newer version"),
        (cut, "it is damaged"),
        (bent, "it is damaged"),
        (home.out("nowhere.db"), "it cannot be read"),
        (home.folder.path().to_owned(), "is a folder"),
    ] {
        let refused = ask(&home.app, "restore", json!({"path": path})).await.unwrap_err();
        assert_eq!(
            (refused.0, refused.1.as_deref()),
            (ErrorCode::BadRequest, Some("path")),
            "{path:?}: {}",
            refused.2
        );
        assert!(refused.2.contains(words), "{path:?}: {}", refused.2);
    }
    assert!(content(&home.data()).await == before);
    let left: Vec<_> = fs::read_dir(home.data())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("restore"))
        .collect();
    assert_eq!(left, Vec::<String>::new());

    let refused = ask(&home.app, "backUp", json!({"path": home.data().join("mine.db")})).await.unwrap_err();
    assert!(refused.2.contains("that is the data folder"), "{}", refused.2);
    home.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_an_older_version_is_brought_up_to_date() {
    let home = home().await;
    let older = home.out("older");
    let store = Store::open_with(&older, &Schema::of_version(3), NOW.parse().unwrap()).await.unwrap();
    store.set_setting("settings", r#"{"timeZone":"America/New_York"}"#).await.unwrap();
    store.close().await;
    home.ask("restore", json!({"path": older.join("spendglass.db")})).await;
    assert_eq!(home.ask("settings", Value::Null).await["timeZone"], "America/New_York");
    assert_eq!(home.ask("accounts", Value::Null).await, json!([]));
    assert_eq!(number(&older, "SELECT max(version) FROM _sqlx_migrations").await, 3, "the file is as it was");
    home.app.close().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_nothing_half() {
    let home = home().await;
    let file = home.out("backup.db");
    home.ask("backUp", json!({"path": file})).await;
    change(&home).await;
    home.app.close().await;
    let before = content(&home.data()).await;
    let out = home.out("out");
    fs::create_dir(&out).unwrap();
    let older = [("charges.csv", "AvailabilityZone,old"), ("backup.db", "SQLite format 3\0old")];
    for (name, text) in older {
        fs::write(out.join(name), text).unwrap();
    }
    let task = json!({"do": "requests", "data": home.data(), "now": NOW, "requests": [
        {"method": "export", "params": {"what": "charges", "path": out.join("charges.csv")}},
        {"method": "backUp", "params": {"path": out.join("backup.db")}},
        {"method": "restore", "params": {"path": file}},
    ]});
    let lines = said(&starved_child(&task, 300).output().unwrap());
    assert_eq!(lines.len(), 3, "{lines:?}");
    for line in &lines {
        assert!(line.contains("error") && line.contains("full"), "{line}");
    }
    for (name, text) in older {
        assert_eq!(fs::read_to_string(out.join(name)).unwrap(), text, "{name}");
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), 2, "nothing is left beside them");
    assert!(content(&home.data()).await == before);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_while_restoring_leaves_the_old_or_the_new() {
    let home = home().await;
    let file = home.out("backup.db");
    home.ask("backUp", json!({"path": file})).await;
    let new = content(&home.data()).await;
    change(&home).await;
    home.app.close().await;
    let (old, start) = (content(&home.data()).await, home.out("start"));
    crate::kill::copy(&home.data(), &start);
    let task = json!({"do": "requests", "data": home.data(), "now": NOW, "requests": [{"method": "restore", "params": {"path": file}}]});
    let mut dice = fastrand::Rng::with_seed(11);
    let mut seen = [0, 0];
    for _ in 0..14 {
        crate::kill::copy(&start, &home.data());
        let mut child = Command::from(child(&task))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let _ = tokio::time::timeout(Duration::from_millis(dice.u64(5..400)), child.wait()).await;
        let _ = child.start_kill();
        child.wait().await.unwrap();
        let found = content(&home.data()).await;
        assert!(found == old || found == new, "half of it");
        seen[usize::from(found == new)] += 1;
        crate::kill::check_whole(&home.data()).await;
    }
    // With more time it is the new.
    assert!(said(&crate::children::child(&task).output().unwrap())[0].contains("kept"), "{seen:?}");
    assert!(content(&home.data()).await == new);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stays_once_the_word_is_typed() {
    let home = home().await;
    let data = home.data();
    home.ask("backUp", json!({"path": home.out("mine.db")})).await;
    // A copy beside the store names a key that the store itself no longer does.
    home.ask("restore", json!({"path": home.out("mine.db")})).await;
    let stray: EntryName = {
        let mut connection = peek(&data).await;
        let name: String = sqlx::query("SELECT keychain_entry FROM accounts WHERE id = 3")
            .fetch_one(&mut connection)
            .await
            .unwrap()
            .get(0);
        sqlx::query("DELETE FROM accounts WHERE id = 3").execute(&mut connection).await.unwrap();
        name.parse().unwrap()
    };
    assert!(home.vault.get(&stray).await.is_ok());
    let foreign = EntryName::random();
    home.vault.put(&foreign, &Secret::new("of-another-folder").unwrap()).await.unwrap();
    fs::write(data.join("notes.txt"), "mine").unwrap();

    for word in ["", "yes", "delete everything"] {
        let refused = ask(&home.app, "deleteEverything", json!({"confirm": word})).await.unwrap_err();
        assert_eq!((refused.0, refused.1.as_deref()), (ErrorCode::BadRequest, Some("confirm")), "{word}");
    }
    let other = Store::open(&data, NOW.parse().unwrap()).await.unwrap();
    let watching = other.try_lock_watch().unwrap();
    let busy = ask(&home.app, "deleteEverything", json!({"confirm": "delete"})).await.unwrap_err();
    assert_eq!(busy.0, ErrorCode::Busy, "{}", busy.2);
    drop(watching);
    other.close().await;
    assert_eq!(home.ask("accounts", Value::Null).await.as_array().unwrap().len(), 2, "nothing went yet");

    let deleted = home.ask("deleteEverything", json!({"confirm": " Delete "})).await;
    assert_eq!(deleted["keys"], 4, "three accounts and the webhook: {deleted}");
    assert_eq!(home.vault.get(&stray).await.unwrap_err(), VaultError::Missing);
    assert_eq!(home.vault.count().await.unwrap(), Some(1), "what another folder keeps is not ours to remove");
    let left = deleted["left"].as_array().unwrap();
    assert!(left.iter().any(|left| left["what"].as_str().unwrap().starts_with("1 other key")), "{deleted}");
    assert!(left.iter().any(|left| left["what"].as_str().unwrap().ends_with("notes.txt")), "{deleted}");
    assert!(left.iter().all(|left| left["failed"] == false), "{deleted}");
    let names: Vec<_> = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["notes.txt"]);
    assert!(home.out("mine.db").exists(), "what was backed up elsewhere stays");
    home.app.close().await;

    fs::remove_file(data.join("notes.txt")).unwrap();
    let app = open(&data, &home.vault).await;
    assert_eq!(ask(&app, "accounts", Value::Null).await.unwrap(), json!([]), "a new beginning");
    let deleted = ask(&app, "deleteEverything", json!({"confirm": "हटाएं"})).await.unwrap();
    assert_eq!((&deleted["keys"], &deleted["folderGone"]), (&json!(0), &json!(true)), "{deleted}");
    assert!(!data.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_keychain_keeps_its_keys_nothing_goes_unless_it_is_said() {
    let home = home().await;
    home.app.close().await;
    let absent =
        Vault::over("Secret Service", std::sync::Arc::new(|| Err(keyring_core::Error::NoDefaultStore)));
    let app = open(&home.data(), &absent).await;
    let refused = ask(&app, "deleteEverything", json!({"confirm": "delete"})).await.unwrap_err();
    assert_eq!((refused.0, refused.1.as_deref()), (ErrorCode::Keychain, Some("leaveKeys")), "{}", refused.2);
    assert!(home.data().join("spendglass.db").exists(), "a key whose name is lost could not be found again");
    let deleted =
        ask(&app, "deleteEverything", json!({"confirm": "delete", "leaveKeys": true})).await.unwrap();
    let left = deleted["left"].as_array().unwrap();
    assert_eq!(left.iter().filter(|left| left["failed"] == true).count(), 4, "{deleted}");
    assert!(!home.data().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_a_long_past_can_be_cancelled_and_tells_how_far_it_is() {
    let home = home().await;
    let mut events = home.app.events();
    let path = home.out("charges.csv");
    home.ask("export", json!({"what": "charges", "path": path})).await;
    let mut last = None;
    while let Ok(event) = events.try_recv() {
        let event = serde_json::to_value(event).unwrap();
        if event["type"] == "exportProgress" {
            last = Some(event);
        }
    }
    let last = last.unwrap();
    assert!(last["done"] == last["total"] && last["total"].as_u64() > Some(0), "{last}");
    home.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_tells_where_it_keeps_what_it_knows() {
    let home = home().await;
    let about = home.ask("about", Value::Null).await;
    assert_eq!(
        (about["dataDir"].as_str(), about["licence"].as_str()),
        (home.data().to_str(), Some("Apache-2.0"))
    );
    let charges = number(&home.data(), "SELECT count(*) FROM charges").await;
    assert!(about["bytes"].as_u64() > Some(100_000) && charges > 0, "{about}");
    assert_eq!(about["charges"].as_i64(), Some(charges));
    assert_eq!(about["showsFolder"], false);
    let refused = ask(&home.app, "showDataFolder", Value::Null).await.unwrap_err();
    assert!(refused.2.contains(home.data().to_str().unwrap()));
    home.app.close().await;
}
