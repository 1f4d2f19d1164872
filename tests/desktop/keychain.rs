//! A keychain that is locked, and an entry that was deleted: states of their own, each with its remedy.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::gallery::keep;
use crate::stage::{Stage, drive, run};
use crate::states::trouble;
use crate::window::{PATIENCE, Window};

/// The password that tests/desktop/session.sh gives its keychain.
const PASSWORD: &str = "session";
const PAUSE: Duration = Duration::from_millis(50);

#[test]
fn a_locked_keychain_and_a_lost_key_are_told_apart() {
    drive(async || {
        let stage = Stage::new("keychain", 19).await;
        let window = stage.open().await;
        stage.connect(&window, "openai").await;
        let month = window.text("month-billed").await;

        let _locked = lock();
        window.click("sync-now").await;
        answer_until(&window, "", "keychain").await;
        assert_eq!(window.text("month-billed").await, month, "the last good figures stay");
        trouble(&window, "keychainLocked", &["The keychain", "OpenAI"]).await;
        keep(&window, "state", "keychain-locked").await;
        window.click("nav-accounts").await;
        window.says("account-row", &["keychain", "Unlock"]).await;
        window.says("account-advice", &["Try again"]).await;

        window.click("account-sync").await;
        answer_until(&window, PASSWORD, "fresh").await;
        stage.fresh(&window, "openai").await;

        // Another program deletes the key.
        let cleared = run("secret-tool", &["clear", "service", "Spendglass"]);
        assert!(cleared.status.success());
        window.click("account-sync").await;
        let script = "return at('account-state')?.dataset.state === 'keyMissing'";
        window.until("the key is missing", script, &[]).await;
        window.says("account-row", &["no longer in the keychain", "Paste the key again"]).await;
        keep(&window, "state", "key-missing").await;
        window.click("account-advice").await;
        window.shown("key-replace").await;
        let field = window.element("dialog [data-testid=key-input]").await;
        field.send_keys(&stage.provider("openai").key).await.unwrap();
        window.click("key-replace").await;
        stage.fresh(&window, "openai").await;
        window.click("nav-today").await;
        assert_eq!(window.text("month-billed").await, month);
        window.quit().await;
    });
}

/// Opens the keychain again, for this test and those after it.
struct Locked;

impl Drop for Locked {
    fn drop(&mut self) {
        unlock();
    }
}

fn lock() -> Locked {
    let call = ["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"];
    let what =
        ["org.freedesktop.Secret.Service.Lock", "array:objpath:/org/freedesktop/secrets/collection/login"];
    let locked = run("dbus-send", &[&call[..], &what].concat());
    assert!(locked.status.success(), "{}", String::from_utf8_lossy(&locked.stderr));
    Locked
}

/// Unlocks the keychain as a person does, asked by any program.
fn unlock() {
    let mut asking = Command::new("secret-tool")
        .args(["search", "--unlock", "service", "Spendglass"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let end = Instant::now() + PATIENCE;
    while asking.try_wait().unwrap().is_none() && Instant::now() < end {
        answer(PASSWORD);
        std::thread::sleep(PAUSE);
    }
    let _ = asking.kill();
    let _ = asking.wait();
}

/// Types the password into the keychain's dialog, or closes it where the password is empty, if it is on the screen. The dialog
/// is the desktop's own.
fn answer(password: &str) {
    let dialog = run("xdotool", &["search", "--onlyvisible", "--class", "gcr-prompter"]);
    if dialog.stdout.is_empty() {
        return;
    }
    if password.is_empty() {
        run("xdotool", &["key", "Escape"]);
    } else {
        run("xdotool", &["key", "ctrl+a"]);
        run("xdotool", &["type", password]);
        run("xdotool", &["key", "Return"]);
    }
    let end = Instant::now() + Duration::from_secs(1);
    while run("xdotool", &["search", "--onlyvisible", "--class", "gcr-prompter"]).stdout == dialog.stdout
        && Instant::now() < end
    {
        std::thread::sleep(PAUSE);
    }
}

/// Answers the keychain's dialog until the account is in a state.
async fn answer_until(window: &Window, password: &str, state: &str) {
    let end = Instant::now() + PATIENCE;
    loop {
        let seen = window.js("return at('account-state')?.dataset.state ?? null", &[]).await;
        if seen == json!(state) {
            return;
        }
        if Instant::now() > end {
            window.fail(&format!("the account stays {seen} where the keychain is locked")).await;
        }
        tokio::task::block_in_place(|| answer(password));
        tokio::time::sleep(PAUSE).await;
    }
}
