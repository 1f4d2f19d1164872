//! What a program that was ended left lying.

use super::*;

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
