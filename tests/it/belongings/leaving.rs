//! The same while an account is on its way out, and what a program that was ended left lying.

use super::*;

/// A minute and an hour after [`NOW`].
const LATER: &str = "2026-11-18T13:31:00Z";

fn absent() -> Vault {
    Vault::over("Secret Service", std::sync::Arc::new(|| Err(keyring_core::Error::NoDefaultStore)))
}

async fn entry_of(home: &Home, account: i64) -> EntryName {
    let name: String = sqlx::query("SELECT keychain_entry FROM accounts WHERE id = ?")
        .bind(account)
        .fetch_one(&mut peek(&home.data()).await)
        .await
        .unwrap()
        .get(0);
    name.parse().unwrap()
}

async fn out_of_sight(home: &Home) {
    home.ask("beginRemoval", json!({"account": 1})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_tells_nothing_of_it_and_is_whole_again_once_it_is_back() {
    let home = home().await;
    let (csv, all) = (home.out("charges.csv"), home.out("all.jsonl"));
    let export =
        async |what: &str, path: &Path| home.ask("export", json!({"what": what, "path": path})).await;
    export("charges", &csv).await;
    let whole = fs::read(&csv).unwrap();
    out_of_sight(&home).await;

    let others = number(
        &home.data(),
        "SELECT count(*) FROM charges WHERE stream_id NOT IN (SELECT id FROM streams WHERE account_id = 1)",
    )
    .await;
    assert!(others > 0 && others < number(&home.data(), "SELECT count(*) FROM charges").await);
    let told = export("charges", &csv).await;
    let found = records(&csv);
    assert_eq!((told["charges"].as_i64(), i64::try_from(found.len()).unwrap()), (Some(others), others));
    assert!(found.iter().all(|line| line["BillingAccountId"] != "1"));
    let told = export("all", &all).await;
    assert_eq!(told["charges"].as_i64(), Some(others));
    for line in fs::read_to_string(&all).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let own = if line["record"] == "accounts" { "id" } else { "accountId" };
        assert!(["account", own].iter().all(|field| line[field] != 1), "{line}");
    }
    let about = home.ask("about", Value::Null).await;
    assert_eq!(about["charges"].as_i64(), Some(others), "{about}");

    home.ask("endRemoval", json!({"account": 1})).await;
    export("charges", &csv).await;
    assert!(fs::read(&csv).unwrap() == whole);
    home.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_key_goes_with_everything() {
    let home = home().await;
    let entry = entry_of(&home, 1).await;
    out_of_sight(&home).await;
    // Whoever reads it holds up the end of everything, though it is not shown.
    let other = Store::open(&home.data(), NOW.parse().unwrap()).await.unwrap();
    let reading = other.try_lock_account(1).unwrap().unwrap();
    let busy = ask(&home.app, "deleteEverything", json!({"confirm": "delete"})).await.unwrap_err();
    assert_eq!(busy.0, ErrorCode::Busy, "{}", busy.2);
    drop(reading);
    other.close().await;

    let deleted = home.ask("deleteEverything", json!({"confirm": "delete"})).await;
    assert_eq!((&deleted["keys"], &deleted["left"]), (&json!(4), &json!([])), "{deleted}");
    assert_eq!(home.vault.get(&entry).await.unwrap_err(), VaultError::Missing);
    assert_eq!(home.vault.count().await.unwrap(), Some(0));
    assert!(!home.data().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_forgets_that_it_was_on_its_way_out() {
    let home = home().await;
    let before = content(&home.data()).await;
    let file = home.out("backup.db");
    out_of_sight(&home).await;
    let made = home.ask("backUp", json!({"path": file})).await;
    assert_eq!(made["accounts"], 3, "{made}");
    assert_eq!(fs::read_dir(home.folder.path()).unwrap().count(), 2, "the data folder and the backup");
    home.ask("endRemoval", json!({"account": 1})).await;

    // As it is now, and as an earlier version wrote it.
    let copy = home.out("copy");
    fs::create_dir(&copy).unwrap();
    fs::copy(&file, copy.join("spendglass.db")).unwrap();
    assert_eq!(number(&copy, "SELECT count(*) FROM removals").await, 0);
    let then = NOW.parse::<spendglass_core::time::Timestamp>().unwrap().unix();
    sqlx::query("INSERT INTO removals VALUES (1, ?)")
        .bind(then)
        .execute(&mut peek(&copy).await)
        .await
        .unwrap();
    for backup in [file, copy.join("spendglass.db")] {
        let restored = home.ask("restore", json!({"path": backup})).await;
        assert_eq!((&restored["accounts"], &restored["keysMissing"]), (&json!(3), &json!([])), "{restored}");
        let later = open_at(&home.data(), &home.vault, LATER).await;
        later.tick(&|_| {}).await.unwrap();
        later.close().await;
        assert!(content(&home.data()).await.1 == before.1, "{}", backup.display());
        assert!(home.vault.get(&entry_of(&home, 1).await).await.is_ok());
    }
    // What is on its way out here comes back with a backup, too, and no longer goes when its offer ends.
    out_of_sight(&home).await;
    home.ask("restore", json!({"path": home.out("backup.db")})).await;
    let refused = ask(&home.app, "holdRemoval", json!({"account": 1, "on": false})).await.unwrap_err();
    assert_eq!(refused.0, ErrorCode::NoSuchAccount);
    assert_eq!(home.ask("accounts", Value::Null).await.as_array().unwrap().len(), 3);
    home.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_does_not_go_without_its_key_unless_it_is_said() {
    let home = home().await;
    out_of_sight(&home).await;
    home.app.close().await;
    let first = entry_of(&home, 1).await;
    let app = open_at(&home.data(), &absent(), LATER).await;
    app.tick(&|_| {}).await.unwrap();
    // It stays out of sight, its key is still named, and the doctor says what to do.
    assert_eq!(ask(&app, "accounts", Value::Null).await.unwrap().as_array().unwrap().len(), 2);
    assert_eq!(entry_of(&home, 1).await, first);
    let doctor = ask(&app, "doctor", Value::Null).await.unwrap().to_string();
    assert!(doctor.contains("spendglass accounts remove 1 --leave-key"), "{doctor}");

    for (method, params) in [
        ("removeAccount", json!({"account": 2})),
        ("removeAccount", json!({"account": 1})),
        ("holdRemoval", json!({"account": 1, "on": false})),
    ] {
        let refused = ask(&app, method, params).await.unwrap_err();
        assert_eq!(
            (refused.0, refused.1.as_deref()),
            (ErrorCode::Keychain, Some("leaveKey")),
            "{}",
            refused.2
        );
        assert!(
            refused.2.contains("not removed for good") && refused.2.contains("--leave-key"),
            "{}",
            refused.2
        );
    }
    let removed = ask(&app, "removeAccount", json!({"account": 2, "leaveKey": true})).await.unwrap();
    let left = removed["left"]["what"].as_str().unwrap();
    assert!(left.contains("Secret Service"), "{removed}");
    // What waits for its key can be taken back: nothing of it is lost.
    ask(&app, "endRemoval", json!({"account": 1})).await.unwrap();
    app.close().await;
    assert!(home.vault.get(&first).await.is_ok());

    // Once the keychain is there, opening the store is enough.
    let app = open(&home.data(), &home.vault).await;
    ask(&app, "beginRemoval", json!({"account": 1})).await.unwrap();
    app.close().await;
    open_at(&home.data(), &home.vault, LATER).await.close().await;
    assert_eq!(home.vault.get(&first).await.unwrap_err(), VaultError::Missing);
    assert_eq!(number(&home.data(), "SELECT count(*) FROM accounts").await, 1);
    let app = open(&home.data(), &home.vault).await;
    let removed = ask(&app, "removeAccount", json!({"account": 3})).await.unwrap();
    assert_eq!(removed, json!({"account": 3, "left": null}));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restore_that_was_killed_left_goes_and_what_is_in_use_stays() {
    let home = home().await;
    let file = home.out("backup.db");
    home.ask("backUp", json!({"path": file})).await;
    let before = content(&home.data()).await;
    change(&home).await;
    let store = Store::open(&home.data(), NOW.parse().unwrap()).await.unwrap();
    let candidate = store.consider(&file, NOW.parse().unwrap()).await.unwrap();
    for dead in [".restore-dead", ".restore-begun"] {
        fs::create_dir(home.data().join(dead)).unwrap();
    }
    fs::write(home.data().join(".restore-dead/held"), "").unwrap();
    fs::write(home.data().join(".restore-dead/spendglass.db"), "half").unwrap();
    for part in ["backup.part", "backup.part-journal"] {
        fs::write(home.data().join(part), "half").unwrap();
    }
    fs::write(home.data().join("backup-schema-3-2026-11-01T000000Z.db"), "whole").unwrap();

    Store::open(&home.data(), NOW.parse().unwrap()).await.unwrap().close().await;
    let left = || -> Vec<String> {
        let names =
            fs::read_dir(home.data()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with(".restore-") || name.starts_with("backup")).collect()
    };
    assert_eq!(left().len(), 2, "the candidate in use and the copy that is whole: {:?}", left());
    store.take_over(&candidate).await.unwrap();
    drop(candidate);
    store.close().await;
    assert_eq!(left(), ["backup-schema-3-2026-11-01T000000Z.db"]);
    assert!(content(&home.data()).await == before);
    home.app.close().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_is_refused_and_not_waited_for() {
    let home = home().await;
    let pipe = home.out("pipe.db");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [pipe.as_path(), Path::new("/dev/null")] {
        let asked = ask(&home.app, "restore", json!({"path": path}));
        let refused =
            tokio::time::timeout(Duration::from_secs(20), asked).await.expect("it hangs").unwrap_err();
        assert_eq!((refused.0, refused.1.as_deref()), (ErrorCode::BadRequest, Some("path")), "{}", refused.2);
        assert!(refused.2.contains("a pipe or a device"), "{}", refused.2);
    }
    home.app.close().await;
}
