//! A store of an older version is brought up to date with everything in it.

use std::path::Path;

use spendglass_core::ledger::{Balance, BalanceKind, Entered, ExpiryRule, LotKind, LotSource};
use spendglass_core::money::{Currency, Money, exact};
use spendglass_core::store::{KeyPlace, LotOverride, NewAccount, RiseKey, Schema, Snapshot, Store};
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

/// What a person of the second version had entered and was told: it is the same after the step, and new tables hang on it.
#[tokio::test]
async fn lots_entered_with_the_second_version_are_read_as_they_were_meant() {
    let folder = tempfile::tempdir().unwrap();
    Store::open_with(folder.path(), &Schema::of_version(2), now()).await.unwrap().close().await;
    let file = SqliteConnectOptions::new().filename(folder.path().join("spendglass.db")).foreign_keys(true);
    let mut old = SqliteConnection::connect_with(&file).await.unwrap();
    let account = "INSERT INTO accounts (id, provider, key_kind, key_place, added_at) VALUES (1, 'openai', 'none', 'none', 1700000000)";
    sqlx::query(account).execute(&mut old).await.unwrap();
    for content in [
        r#"{"kind":"purchase","amount":"25.50 USD","acquired_on":"2026-11-02","expires_on":"2027-05-02","granted":false,"note":"Card"}"#,
        r#"{"kind":"purchase","amount":"500 credits","acquired_on":"2026-10-02","granted":true}"#,
    ] {
        let sql = "INSERT INTO entries (account_id, kind, content, entered_at, changed_at) VALUES (1, 'purchase', ?, 1700000000, 1700000000)";
        sqlx::query(sql).bind(content).execute(&mut old).await.unwrap();
    }
    for (at, amount) in [(1_700_000_000, "9"), (1_700_000_100, "8"), (1_700_000_200, "7")] {
        let sql = "INSERT INTO balances VALUES (1, 'credits', 'USD', ?, ?, NULL, NULL)";
        sqlx::query(sql).bind(at).bind(amount).execute(&mut old).await.unwrap();
    }
    old.close().await.unwrap();

    let store = Store::open(folder.path(), now()).await.unwrap();
    let entries = store.entries(None).await.unwrap();
    let lots: Vec<_> = entries
        .iter()
        .map(|row| match &row.entered {
            Entered::Purchase(lot) => (
                lot.amount.to_string(),
                lot.lot,
                lot.rule.map(|rule| rule.to_string()),
                lot.source,
                lot.note.clone(),
            ),
            other => panic!("{other:?}"),
        })
        .collect();
    let note = Some("Card".to_owned());
    assert_eq!(
        lots,
        [
            (
                "25.5 USD".to_owned(),
                LotKind::Purchased,
                Some("on:2027-05-02".to_owned()),
                LotSource::Entered,
                note
            ),
            ("500 credits".to_owned(), LotKind::Granted, None, LotSource::Entered, None),
        ]
    );
    let history = store.balance_history(Some(1), "2020-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
    assert_eq!(history[0].readings.len(), 3, "what was read before stays as it is");

    let said = LotOverride {
        account_id: 1,
        grant: "order-1".to_owned(),
        rule: Some(ExpiryRule::Never),
        note: None,
        left_out: false,
    };
    store.set_lot_override(&said, now()).await.unwrap();
    assert_eq!(store.lot_overrides().await.unwrap(), std::slice::from_ref(&said));
    store.set_lot_override(&LotOverride { rule: None, ..said.clone() }, now()).await.unwrap();
    assert_eq!(store.lot_overrides().await.unwrap(), [], "nothing is kept where nothing is said");

    let rise = RiseKey {
        account_id: 1,
        kind: BalanceKind::Credits,
        currency: "USD".parse().unwrap(),
        seen_at: "2026-11-19T08:00:00Z".parse().unwrap(),
    };
    store.set_lot_override(&said, now()).await.unwrap();
    assert!(store.answer_rise(&rise, Some(&entries[1].entered), now()).await.unwrap());
    assert!(!store.answer_rise(&rise, Some(&entries[1].entered), now()).await.unwrap(), "once is enough");
    assert_eq!(
        (store.entries(None).await.unwrap().len(), store.answered_rises().await.unwrap().len()),
        (3, 1)
    );
    store.remove_entry(3, now()).await.unwrap();
    assert_eq!(store.answered_rises().await.unwrap(), [], "with its lot the answer goes");
    store.answer_rise(&rise, None, now()).await.unwrap();
    store.remove_account(1).await.unwrap();
    assert_eq!(store.lot_overrides().await.unwrap(), []);
    assert_eq!(store.answered_rises().await.unwrap(), []);
    store.check_integrity().await.unwrap();
    store.close().await;
}

/// A year of readings stays small, and says of falls and rises what all of them said.
#[tokio::test]
async fn readings_that_only_fell_are_thinned_and_every_rise_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), now()).await.unwrap();
    let account = NewAccount {
        provider: "deepseek".to_owned(),
        label: None,
        base_url: None,
        key_kind: "none".to_owned(),
        key_hint: None,
        key_fingerprint: None,
        key_place: KeyPlace::Nowhere,
        details: std::collections::BTreeMap::new(),
    };
    store.add_account(&account, now()).await.unwrap();
    let read = |time: &str, amount: &str| {
        let at: Timestamp = time.parse().unwrap();
        let amount = Money::new(exact(amount).unwrap(), Currency::USD);
        (
            at,
            Snapshot {
                balances: vec![Balance::left(at, BalanceKind::Credits, amount)],
                ..Snapshot::default()
            },
        )
    };
    for (time, amount) in [
        ("2026-11-18T08:00:00Z", "10"),
        ("2026-11-18T09:00:00Z", "9"),
        ("2026-11-18T10:00:00Z", "8"),
        ("2026-11-18T11:00:00Z", "28"),
        ("2026-11-18T12:00:00Z", "27"),
        ("2026-11-18T13:00:00Z", "26"),
        ("2026-11-18T14:00:00Z", "26"),
        ("2026-11-18T23:00:00Z", "25"),
        ("2026-11-19T01:00:00Z", "25"),
        ("2026-11-19T02:00:00Z", "25"),
        ("2026-11-19T03:00:00Z", "26"),
    ] {
        let (at, snapshot) = read(time, amount);
        store.book_snapshot(1, &snapshot, at).await.unwrap();
    }
    let history = store.balance_history(None, "2026-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
    let kept: Vec<_> = history[0]
        .readings
        .iter()
        .map(|reading| (reading.at.to_string(), reading.amount.to_string()))
        .collect();
    let kept: Vec<_> = kept.iter().map(|(at, amount)| (at.as_str(), amount.as_str())).collect();
    assert_eq!(
        kept,
        [
            ("2026-11-18T08:00:00Z", "10"),
            ("2026-11-18T09:00:00Z", "9"),
            ("2026-11-18T10:00:00Z", "8"),
            ("2026-11-18T11:00:00Z", "28"),
            ("2026-11-18T23:00:00Z", "25"),
            ("2026-11-19T01:00:00Z", "25"),
            ("2026-11-19T02:00:00Z", "25"),
            ("2026-11-19T03:00:00Z", "26"),
        ]
    );
    assert_eq!(store.balance_history(Some(2), now()).await.unwrap(), []);
    store.close().await;
}
