//! The store's own promises: whom it lets in, what it writes, what it leaves behind, and what it says when it cannot.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use spendglass_core::ledger::Charge;
use spendglass_core::money::{Currency, Decimal, Money};
use spendglass_core::net::Timeouts;
use spendglass_core::store::{Dimension, KeyPlace, NewAccount, Schema, Store, StoreError, StreamState};
use spendglass_core::time::{Date, Period, Timestamp};
use spendglass_simulator::Person;
use sqlx::Row as _;

use crate::children::{said, starved_child, sync_task};
use crate::house::{House, QUICK, newest_schema, number, peek, rows};

const NOW: &str = "2026-11-18T12:30:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn day(day: u32) -> Date {
    Date::new(2026, 11, day).unwrap()
}

fn account(key: &str) -> NewAccount {
    NewAccount {
        provider: "openai".to_owned(),
        label: None,
        base_url: None,
        key_kind: "admin".to_owned(),
        key_hint: None,
        key_fingerprint: Some(format!("{key:0>64}")),
        key_place: KeyPlace::Keychain(format!("entry {key}")),
        details: std::collections::BTreeMap::new(),
    }
}

fn charge(start: Date, amount: &str) -> Charge {
    let amount: Decimal = amount.parse().unwrap();
    Charge { billed_cost: Some(Money::new(amount, Currency::USD)), ..Charge::usage(start.utc_day()) }
}

async fn refusal(folder: &Path) -> String {
    let error = Store::open(folder, now()).await.unwrap_err();
    assert!(matches!(error, StoreError::Folder { .. }), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_refused_before_anything_is_written() {
    let place = tempfile::tempdir().unwrap();
    let folder = |name: &str| place.path().join(name);

    std::fs::write(folder("file"), "text").unwrap();
    assert!(refusal(&folder("file")).await.contains("is a file, not a folder"));
    assert_eq!(std::fs::read(folder("file")).unwrap(), b"text");
    assert!(refusal(&folder("file").join("below")).await.contains("cannot be"));

    std::fs::create_dir(folder("full")).unwrap();
    std::fs::write(folder("full").join("letter.txt"), "mine").unwrap();
    assert!(refusal(&folder("full")).await.contains("is not empty and holds no store"));
    assert_eq!(std::fs::read_dir(folder("full")).unwrap().count(), 1, "nothing was put beside it");

    std::fs::create_dir(folder("odd")).unwrap();
    std::fs::create_dir(folder("odd").join("spendglass.db")).unwrap();
    assert!(refusal(&folder("odd")).await.contains("is a link or no file"));

    let text = refusal(Path::new("/proc/no-such-folder")).await;
    assert!(text.contains("cannot be made") && text.contains("--data-dir"), "{text}");

    // A file that is no database, and one that was cut.
    std::fs::create_dir(folder("damaged")).unwrap();
    std::fs::write(
        folder("damaged").join("spendglass.db"),
        "this is not a database, however long it is".repeat(100),
    )
    .unwrap();
    let error = Store::open(&folder("damaged"), now()).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged(_)), "{error:?}");
    assert!(error.to_string().contains("backup"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_refused_wherever_it_leads() {
    let place = tempfile::tempdir().unwrap();
    let folder = |name: &str| place.path().join(name);
    std::fs::create_dir(folder("true")).unwrap();
    std::os::unix::fs::symlink(folder("true"), folder("link")).unwrap();
    assert!(refusal(&folder("link")).await.contains("is a link"));
    std::os::unix::fs::symlink(folder("nowhere"), folder("dangling")).unwrap();
    assert!(refusal(&folder("dangling")).await.contains("is a link"));
    assert!(!folder("nowhere").exists());
    std::os::unix::fs::symlink(folder("elsewhere.db"), folder("true").join("spendglass.db")).unwrap();
    assert!(refusal(&folder("true")).await.contains("is a link or no file"));
    assert!(!folder("elsewhere.db").exists() && std::fs::read_dir(folder("true")).unwrap().count() == 1);
}

/// As root, by giving a folder away; as anybody else, by asking for one of root's.
#[cfg(unix)]
#[tokio::test]
async fn a_folder_of_somebody_else_is_refused() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let place = tempfile::tempdir().unwrap();
    let theirs = place.path().join("theirs");
    std::fs::create_dir(&theirs).unwrap();
    if std::os::unix::fs::chown(&theirs, Some(65_534), None).is_ok() {
        let text = refusal(&theirs).await;
        assert!(text.contains("belongs to user 65534") && text.contains("--data-dir"), "{text}");
        assert_eq!(std::fs::metadata(&theirs).unwrap().uid(), 65_534);
    } else {
        let text = refusal(Path::new("/etc")).await;
        assert!(text.contains("belongs to user 0"), "{text}");
        // Root may write everywhere, so only somebody else meets this.
        std::fs::set_permissions(&theirs, std::fs::Permissions::from_mode(0o500)).unwrap();
        assert!(refusal(&theirs).await.contains("is read-only for you"));
    }
    assert_eq!(std::fs::read_dir(&theirs).unwrap().count(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn everything_in_the_folder_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("a").join("data");
    // One that was made for all to read, and one that is not there yet.
    let open = place.path().join("open");
    std::fs::create_dir(&open).unwrap();
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).unwrap();
    for folder in [&data, &open] {
        let store = Store::open(folder, now()).await.unwrap();
        let id = store.add_account(&account("1"), now()).await.unwrap();
        let _turn = store.try_lock_account(id).unwrap();
        store.close().await;
        let store = Store::open_with(folder, &Schema::current().then("more", "CREATE TABLE more (n)"), now())
            .await
            .unwrap();
        store.set_setting("a", "b").await.unwrap();
        assert_eq!(std::fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
        let mut names = Vec::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap();
            let mode = file.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{:?} has mode {mode:o}", file.file_name());
            names.push(file.file_name().into_string().unwrap());
        }
        names.sort();
        let backup = format!("backup-schema-{}-", newest_schema());
        let kinds = [
            backup.as_str(),
            "open.lock",
            "spendglass.db",
            "spendglass.db-shm",
            "spendglass.db-wal",
            "sync-1.lock",
        ];
        assert_eq!(names.len(), kinds.len(), "{names:?}");
        assert!(names.iter().zip(kinds).all(|(name, kind)| name.starts_with(kind)), "{names:?}");
        store.close().await;
    }
}

#[tokio::test]
async fn a_newer_store_is_refused_and_an_older_one_is_kept_before_it_is_changed() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let next = Schema::current().then("more", "CREATE TABLE more (n INTEGER)");
    let store = Store::open(&data, now()).await.unwrap();
    let id = store.add_account(&account("1"), now()).await.unwrap();
    store.close().await;

    let broken =
        Schema::current().then("broken", "CREATE TABLE half (n); INSERT INTO no_such_table VALUES (1)");
    let error = Store::open_with(&data, &broken, now()).await.unwrap_err();
    assert!(error.to_string().contains("could not be brought up to date"), "{error}");
    assert_eq!(number(&data, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'").await, 0);

    // The same second, so the same name: what is kept then is the same store.
    let store = Store::open_with(&data, &next, now()).await.unwrap();
    assert!(store.account(id).await.unwrap().is_some());
    store.close().await;
    let before = std::fs::read(data.join("spendglass.db")).unwrap();
    let error = Store::open(&data, now()).await.unwrap_err();
    let newest = newest_schema();
    let refused =
        matches!(error, StoreError::TooNew { found, known, .. } if (found, known) == (newest + 1, newest));
    assert!(refused, "{error:?}");
    assert!(
        error.to_string().contains("newer version of Spendglass") && error.to_string().contains("Update")
    );
    assert_eq!(std::fs::read(data.join("spendglass.db")).unwrap(), before, "a refused store is not touched");

    let copies: Vec<_> = std::fs::read_dir(&data)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("backup"))
        .collect();
    assert_eq!(copies.len(), 1, "{copies:?}");
    let restored = place.path().join("restored");
    std::fs::create_dir(&restored).unwrap();
    std::fs::copy(&copies[0], restored.join("spendglass.db")).unwrap();
    let store = Store::open(&restored, now()).await.unwrap();
    assert_eq!(store.accounts().await.unwrap().len(), 1);
    store.check_integrity().await.unwrap();

    // Opening what is up to date keeps nothing more.
    let again = Store::open_with(&data, &next, now().plus_seconds(60)).await.unwrap();
    again.close().await;
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 3, "the store, its lock and one backup");
}

/// A migration whose text was changed after it had been applied.
#[tokio::test]
async fn a_schema_that_was_edited_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let store = Store::open_with(&data, &Schema::current().then("more", "CREATE TABLE more (n)"), now())
        .await
        .unwrap();
    store.close().await;
    let edited = Schema::current().then("more", "CREATE TABLE more (n, m)");
    let error = Store::open_with(&data, &edited, now()).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged(_)), "{error:?}");
}

#[tokio::test]
async fn a_dropped_sequence_leaves_nothing() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let store = Store::open(&data, now()).await.unwrap();
    let id = store.add_account(&account("1"), now()).await.unwrap();
    let stream = store.stream(id, "costs").await.unwrap().id;
    let window = Period::utc_days(day(1), day(5)).unwrap();

    let mut whole = store.begin_sequence(stream, window);
    whole.stage(vec![charge(day(2), "1.5"), charge(day(3), "2.25")]).await.unwrap();
    assert_eq!(store.count_charges(id).await.unwrap(), 0, "not before the last page");
    assert_eq!(whole.book().await.unwrap(), 2);
    let booked = rows(&data).await;

    for _ in 0..3 {
        let mut broken = store.begin_sequence(stream, window);
        broken.stage(vec![charge(day(2), "99"), charge(day(4), "99")]).await.unwrap();
        drop(broken);
    }
    let mut outside = store.begin_sequence(stream, window);
    let error = outside.stage(vec![charge(day(5), "1")]).await.unwrap_err();
    assert!(error.to_string().contains("outside of its window"), "{error}");
    drop(outside);
    assert_eq!(rows(&data).await, booked);
    let row = store.stream(id, "costs").await.unwrap();
    assert_eq!((row.covered.unwrap().from, row.covered.unwrap().until), (day(1), day(5)));

    // An empty window is booked too: it takes the place of what was there.
    let empty = store.begin_sequence(stream, window);
    assert_eq!(empty.book().await.unwrap(), 0);
    assert!(rows(&data).await.is_empty());
    assert_eq!(number(&data, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'staged%'").await, 0);
    store.close().await;
    // SQLite's own log may outlive the store by a moment, while a connection of this test still closes.
    for file in std::fs::read_dir(&data).unwrap() {
        let name = file.unwrap().file_name();
        assert!(
            name == "open.lock" || name.to_string_lossy().starts_with("spendglass.db"),
            "{name:?} is left"
        );
    }
}

#[tokio::test]
async fn what_is_booked_never_covers_a_gap() {
    let place = tempfile::tempdir().unwrap();
    let store = Store::open(&place.path().join("data"), now()).await.unwrap();
    let id = store.add_account(&account("1"), now()).await.unwrap();
    let stream = store.stream(id, "costs").await.unwrap().id;
    for ((from, until), (covered_from, covered_until)) in [
        ((10, 13), (10, 13)),
        ((13, 15), (10, 15)),
        ((11, 12), (10, 15)),
        ((8, 11), (8, 15)),
        // An absence longer than the history: what is before the gap no longer counts as read.
        ((20, 22), (20, 22)),
    ] {
        let window = Period::utc_days(day(from), day(until)).unwrap();
        store.begin_sequence(stream, window).book().await.unwrap();
        let covered = store.stream(id, "costs").await.unwrap().covered.unwrap();
        assert_eq!((covered.from, covered.until), (day(covered_from), day(covered_until)), "{from}-{until}");
    }
    let row = store.stream(id, "costs").await.unwrap();
    assert_eq!(store.uncover(&row).await.unwrap().covered, None);
    assert_eq!(store.stream(id, "costs").await.unwrap().covered, None);
}

#[tokio::test]
async fn numbers_of_accounts_are_never_given_again() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let store = Store::open(&data, now()).await.unwrap();
    let mut given = Vec::new();
    for key in ["1", "2", "3"] {
        let id = store.add_account(&account(key), now()).await.unwrap();
        let stream = store.stream(id, "costs").await.unwrap().id;
        let window = Period::utc_days(day(1), day(5)).unwrap();
        let mut sequence = store.begin_sequence(stream, window);
        sequence.stage(vec![charge(day(2), "1")]).await.unwrap();
        sequence.book().await.unwrap();
        given.push(id);
        store.remove_account(id).await.unwrap();
        for table in [
            "SELECT count(*) FROM accounts",
            "SELECT count(*) FROM streams",
            "SELECT count(*) FROM charges",
            "SELECT count(*) FROM rollup",
        ] {
            assert_eq!(number(&data, table).await, 0, "{table}: nothing outlives its account");
        }
    }
    assert_eq!(given, [1, 2, 3]);
    let twin = store.add_account(&account("1"), now()).await.unwrap();
    assert_eq!(twin, 4);
    assert!(store.add_account(&account("1"), now()).await.is_err(), "the same key twice");
}

#[tokio::test]
async fn a_row_that_no_program_wrote_is_refused_by_the_store_itself() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let store = Store::open(&data, now()).await.unwrap();
    let id = store.add_account(&account("1"), now()).await.unwrap();
    store.stream(id, "costs").await.unwrap();
    let mut connection = peek(&data).await;
    for bad in [
        "INSERT INTO streams (account_id, name) VALUES (99, 'costs')",
        "INSERT INTO accounts (provider, key_kind, key_fingerprint, added_at) VALUES ('openai', 'admin', 'x', 0)",
        "UPDATE accounts SET key_hint = 'sk-admin-whole-key'",
        "UPDATE accounts SET key_variable = 'BOTH'",
        "UPDATE streams SET covered_from = 5, covered_until = 5",
        "UPDATE streams SET covered_from = 5",
        "INSERT INTO rollup VALUES (1, 'week', 0, '', 'billed', 'usage', '', NULL, NULL, 0, 0, 0, 0, 0)",
        "INSERT INTO balances VALUES (1, 'credits', 'USD', 'noon', '1', NULL, NULL)",
    ] {
        assert!(sqlx::query(bad).execute(&mut connection).await.is_err(), "{bad}");
    }
    for pragma in ["foreign_keys", "journal_mode"] {
        let sql = sqlx::AssertSqlSafe(format!("PRAGMA {pragma}"));
        let row = sqlx::query(sql).fetch_one(&mut connection).await.unwrap();
        let value = row.try_get::<String, _>(0).unwrap_or_else(|_| row.get::<i64, _>(0).to_string());
        assert!(["1", "wal"].contains(&value.as_str()), "{pragma} is {value}");
    }
}

/// A disk that takes no more, at several fillings: the store says so, keeps what it has, and goes on when there is room.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_loses_nothing() {
    let clean = House::new(Person::Student, NOW).await;
    clean.sync_well(None).await;
    let expected = clean.rows().await;
    let mut full = 0;
    for blocks in [64, 250, 500, 1000, 2000] {
        let house = House::beside(&clean.town, NOW, QUICK, Timeouts::default()).await;
        house.store.close().await;
        let task = sync_task(&house.data(), NOW, &house.accounts);
        let lines = said(&starved_child(&task, blocks).output().unwrap());
        let complaints: Vec<_> = lines.iter().filter(|line| line.contains("disk is full")).collect();
        full += usize::from(!complaints.is_empty());
        let odd = ["refused", "Failed", "stopped"];
        let others = lines
            .iter()
            .filter(|line| odd.iter().any(|odd| line.contains(odd)) && !line.contains("disk is full"));
        assert_eq!(others.collect::<Vec<_>>(), Vec::<&String>::new(), "{blocks} blocks: {lines:#?}");

        let mut house = house;
        house.store = Store::open(&house.data(), now()).await.unwrap();
        house.store.check_integrity().await.unwrap();
        let found = house.rows().await;
        for (place, rows) in &found {
            assert_eq!(Some(rows), expected.get(place), "half a window at {place:?}");
        }
        house.engine = spendglass_core::sync::Engine::new(
            house.store.clone(),
            spendglass_core::net::Net::new(Timeouts::default()),
            QUICK,
        );
        house.sync_well(None).await;
        assert!(house.rows().await == expected, "{blocks} blocks");
        assert_eq!(house.row("openai", "costs").await.state, StreamState::Ok);
    }
    assert!(full >= 3, "the disk was full {full} times only");
}

#[tokio::test]
async fn settings_and_sums_are_read_back_as_written() {
    let place = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(&place.path().join("data"), now()).await.unwrap());
    assert_eq!(store.setting("theme").await.unwrap(), None);
    for value in ["", "dark", &json!({"a": [1, "two"]}).to_string(), "'; DROP TABLE settings; --"] {
        store.set_setting("theme", value).await.unwrap();
        assert_eq!(store.setting("theme").await.unwrap().as_deref(), Some(value));
    }
    let id = store.add_account(&account("1"), now()).await.unwrap();
    let stream = store.stream(id, "costs").await.unwrap().id;
    // Sums with more digits than one decimal holds.
    let window = Period::utc_days(day(1), day(5)).unwrap();
    let mut sequence = store.begin_sequence(stream, window);
    let amounts = ["7922816251426433759.3543950335", "0.0000000000000000001", "-0.1", "0"];
    sequence.stage(amounts.iter().map(|amount| charge(day(2), amount)).collect()).await.unwrap();
    sequence.book().await.unwrap();
    let rollup = store.rollup(Dimension::Day, window).await.unwrap();
    assert_eq!(rollup.len(), 1);
    assert_eq!(rollup[0].sums.billed.unwrap().to_string(), "7922816251426433759.2543950335000000001");
    assert_eq!((rollup[0].sums.charges, rollup[0].sums.input_tokens), (4, None));
}
