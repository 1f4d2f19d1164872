//! Sample data: in by one click, out by one click, and a person's own figures stay as they were.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::stage::{Stage, drive, kept_keys};

#[test]
fn sample_data_comes_and_goes_by_a_click() {
    drive(async || {
        let stage = Stage::new("sample", 13).await;
        let window = stage.open().await;
        let kept = kept_keys();
        window.shown("sample-enter").await;
        let before = contents(&stage.data_dir());
        window.click("sample-enter").await;
        window.says("sample-ribbon", &["Sample data", "Invented figures"]).await;
        let full = "return all('account-row').length === 5 && at('today-billed')?.querySelector('[data-amount]') !== null \
                    && at('chart')?.querySelectorAll('[data-mark]').length > 20";
        window.until("the sample is shown", full, &[]).await;
        for screen in ["spend", "credits", "limits", "plans", "estimate", "settings", "accounts", "today"] {
            window.click(&format!("nav-{screen}")).await;
            window.shown("sample-ribbon").await;
        }
        window.click("nav-accounts").await;
        window.until("the sample's accounts are there", "return all('account-row').length === 5", &[]).await;
        let changes = window
            .js("return ['key-input', 'account-remove', 'account-replace', 'import-open', 'entry-open'].filter((id) => at(id))", &[])
            .await;
        window
            .check(changes == serde_json::json!([]), &format!("sample data cannot be changed by {changes}"))
            .await;
        window.click("nav-today").await;
        window.click("sample-leave").await;
        window.gone("sample-ribbon").await;
        window.shown("key-input").await;
        assert_eq!(contents(&stage.data_dir()), before, "the person's own store is as it was");
        assert_eq!(kept_keys(), kept, "and so is the keychain");

        // With an account of one's own.
        stage.connect(&window, "openai").await;
        let own = window.text("month-billed").await;
        let (before, kept) = (contents(&stage.data_dir()), kept_keys());
        window
            .js("window.__TAURI_INTERNALS__.invoke('call', { request: { method: 'enterSample' } })", &[])
            .await;
        window.shown("sample-ribbon").await;
        window.until("the sample is shown", full, &[]).await;
        window.check(window.text("month-billed").await != own, "these are other figures").await;
        window.click("sample-leave").await;
        window.gone("sample-ribbon").await;
        window.until("one's own account is back", "return all('account-row').length === 1", &[]).await;
        assert_eq!(window.text("month-billed").await, own);
        assert_eq!(contents(&stage.data_dir()), before);
        assert_eq!(kept_keys(), kept);
        window.quit().await;
    });
}

/// Every file of a store. The index of the log beside it holds the marks of its readers, and no data.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files =
        files.filter(|path| path.is_file() && path.extension().is_none_or(|extension| extension != "db-shm"));
    files.map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
}
