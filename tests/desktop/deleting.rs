//! Deleting everything from the settings: no key stays in the real keychain, no file in the folder, and a new beginning works.

use serde_json::json;

use crate::stage::{Stage, drive, kept_keys};
use crate::window::Window;

#[test]
fn no_key_and_no_file_stays_once_the_word_is_typed() {
    drive(async || {
        let stage = Stage::new("deleting", 43).await;
        // Other tests of this session may have left keys of other folders: they are none of this store's.
        let strangers = kept_keys();
        let window = stage.open().await;
        stage.connect(&window, "openai").await;
        let hook = json!({"method": "setWebhook", "params": {"url": "http://127.0.0.1:9/hook", "secret": "quite-a-secret"}});
        let login = json!({"method": "settings"});
        ask(&window, &hook).await;
        let mut settings = ask(&window, &login).await;
        settings["startAtLogin"] = json!(true);
        ask(&window, &json!({"method": "changeSettings", "params": settings})).await;
        let entry = std::path::PathBuf::from(home()).join(".config/autostart/Spendglass.desktop");
        for _ in 0..100 {
            if entry.exists() {
                break;
            }
            window.js_later("setTimeout(() => arguments[arguments.length - 1](0), 50)", &[]).await;
        }
        window.check(entry.exists(), "the entry that starts it at login is there").await;
        window
            .check(kept_keys().len() == strangers.len() + 2, "a key and a webhook are in the keychain")
            .await;

        window.click("nav-settings").await;
        window.click("delete-everything").await;
        window.enter("delete-word", "no").await;
        window.click("delete-confirm").await;
        window.says("delete-word-error", &["delete"]).await;
        window.check(stage.data_dir().join("spendglass.db").exists(), "another word deletes nothing").await;
        window.empty("delete-word").await;
        window.enter("delete-word", "delete").await;
        window.click("delete-confirm").await;
        window.until("all is gone", "return at('farewell')?.dataset.keys === '2'", &[]).await;
        window.says("farewell", &["Everything is deleted"]).await;
        window.check(kept_keys() == strangers, "no key stays in the keychain").await;
        window.check(!stage.data_dir().exists(), "no file stays").await;
        window.check(!entry.exists(), "nothing starts at login").await;
        window.js("window.dispatchEvent(new Event('focus'))", &[]).await;
        window.check(!stage.data_dir().exists(), "and nothing begins by itself").await;

        window.click("farewell-anew").await;
        window.shown("sample-enter").await;
        window.quit().await;
    });
}

/// Asks the door from the page.
async fn ask(window: &Window, request: &serde_json::Value) -> serde_json::Value {
    let script = "const done = arguments[arguments.length - 1]; \
        window.__TAURI_INTERNALS__.invoke('call', { request: arguments[0] }).then(({ result }) => done(result ?? null), (error) => done({ error }))";
    let answer = window.js_later(script, std::slice::from_ref(request)).await;
    window.check(answer.get("error").is_none(), &format!("{request}: {answer}")).await;
    answer
}

fn home() -> std::ffi::OsString {
    #[expect(clippy::disallowed_methods, reason = "asks where the session's home is")]
    std::env::var_os("HOME").expect("a home")
}
