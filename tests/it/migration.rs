//! A store of an older version is brought up to date with everything in it.

use std::path::Path;

use spendglass_core::store::{KeyPlace, NewAccount, Schema, Store};
use spendglass_core::time::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _};

fn now() -> Timestamp {
    "2026-11-20T14:37:00Z".parse().unwrap()
}

/// What a person of the first version had: a key in the keychain, one in a variable, and an account that was removed.
async fn first_version(folder: &Path) {
    Store::open_with(folder, &Schema::of_version(1), now()).await.unwrap().close().await;
    let file = SqliteConnectOptions::new().filename(folder.join("spendglass.db")).foreign_keys(true);
    let mut old = SqliteConnection::connect_with(&file).await.unwrap();
    let (a, b, c) = ("a".repeat(64), "b".repeat(64), "c".repeat(64));
    for sql in [
        format!(
            "INSERT INTO accounts VALUES (1, 'openai', 'Studio', NULL, 'admin', 'wxyz', '{a}', 'entry-1', NULL, 1700000000)"
        ),
        format!(
            "INSERT INTO accounts VALUES (2, 'openrouter', NULL, 'https://gateway.test/v1', 'ordinary', NULL, '{b}', NULL, 'KEY', 1700000001)"
        ),
        format!("INSERT INTO accounts VALUES (3, 'anthropic', NULL, NULL, 'admin', NULL, '{c}', 'entry-3', NULL, 1700000002)"),
        "DELETE FROM accounts WHERE id = 3".to_owned(),
        "INSERT INTO streams (id, account_id, name, covered_from, covered_until, synced_at, state) \
         VALUES (7, 1, 'costs', 1699920000, 1700006400, 1700000100, 'ok')"
            .to_owned(),
        "INSERT INTO facets VALUES (1, 'billed', 'usage', 'USD', '', '', '', 'gpt-5', '', '', '', '', '', '')".to_owned(),
        "INSERT INTO charges (stream_id, period_start, ordinal, period_end, facet_id, billed) \
         VALUES (7, 1699920000, 0, 1700006400, 1, '1.25')"
            .to_owned(),
        "INSERT INTO quotas VALUES (2, 'spent by this key', 'week', 'USD', 1700000100, '3.5', NULL, 1700100000)".to_owned(),
        "INSERT INTO balances VALUES (2, 'credits', 'USD', 1700000100, '7.50', '10', '2.50')".to_owned(),
    ] {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut old).await.unwrap();
    }
    old.close().await.unwrap();
}

#[tokio::test]
async fn a_store_of_the_first_version_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    first_version(folder.path()).await;
    let store = Store::open(folder.path(), now()).await.unwrap();
    store.check_integrity().await.unwrap();

    let accounts = store.accounts().await.unwrap();
    let shown: Vec<_> = accounts
        .iter()
        .map(|row| {
            (row.id, row.account.provider.as_str(), row.account.label.as_deref(), &row.account.key_place)
        })
        .collect();
    assert_eq!(
        shown,
        [
            (1, "openai", Some("Studio"), &KeyPlace::Keychain("entry-1".to_owned())),
            (2, "openrouter", None, &KeyPlace::Variable("KEY".to_owned())),
        ]
    );
    assert_eq!(accounts[0].account.key_fingerprint.as_deref(), Some("a".repeat(64).as_str()));
    assert_eq!(accounts[1].account.base_url.as_deref(), Some("https://gateway.test/v1"));
    assert!(accounts.iter().all(|row| row.account.details.is_empty()));

    let streams = store.streams().await.unwrap();
    assert_eq!((streams.len(), streams[0].id, streams[0].account_id), (1, 7, 1));
    assert!(streams[0].covered.is_some());
    assert_eq!(store.count_charges(1).await.unwrap(), 1);
    let quotas = store.latest_quotas().await.unwrap();
    assert_eq!((quotas.len(), quotas[0].0, quotas[0].1.window.to_string().as_str()), (1, 2, "week"));
    assert_eq!((&quotas[0].1.model, &quotas[0].1.project), (&None, &None));
    assert_eq!(store.latest_balances().await.unwrap().len(), 1);

    // The number of the account that was removed is not given out again.
    let next = NewAccount {
        provider: "deepseek".to_owned(),
        label: None,
        base_url: None,
        key_kind: "none".to_owned(),
        key_hint: None,
        key_fingerprint: None,
        key_place: KeyPlace::Nowhere,
        details: [("region".to_owned(), "cn".to_owned())].into(),
    };
    assert_eq!(store.add_account(&next, now()).await.unwrap(), 4);
    assert_eq!(store.account(4).await.unwrap().unwrap().account.details["region"], "cn");

    // Removing an account still takes along what was read with it, and nothing else.
    store.remove_account(1).await.unwrap();
    assert_eq!(store.streams().await.unwrap().len(), 0);
    assert_eq!(store.latest_quotas().await.unwrap().len(), 1);
    store.check_integrity().await.unwrap();
    store.close().await;
    let copies = std::fs::read_dir(folder.path())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    assert_eq!(
        copies.filter(|name| name.starts_with("backup-schema-1-")).count(),
        1,
        "a copy was made before"
    );
}

#[tokio::test]
async fn opening_twice_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    first_version(folder.path()).await;
    for _ in 0..2 {
        let store = Store::open(folder.path(), now()).await.unwrap();
        assert_eq!(store.accounts().await.unwrap().len(), 2);
        store.close().await;
    }
}
