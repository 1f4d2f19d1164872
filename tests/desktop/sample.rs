//! Sample data: in by one click, out by one click, and a person's own figures stay as they were.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::stage::{Stage, drive, kept_keys};

#[test]
fn sample_data_comes_and_goes_by_a_click() {
    drive(async || {
        let stage = Stage::new("sample", 13).await;
        let window = stage.open().await;
        let kept = kept_keys();
        window.shown("sample-enter").await;
        let before = contents(&stage.data_dir()).await;
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
        assert_eq!(contents(&stage.data_dir()).await, before, "the person's own store is as it was");
        assert_eq!(kept_keys(), kept, "and so is the keychain");

        // With an account of one's own.
        stage.connect(&window, "openai").await;
        let own = window.text("month-billed").await;
        let (before, kept) = (contents(&stage.data_dir()).await, kept_keys());
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
        assert_eq!(contents(&stage.data_dir()).await, before);
        assert_eq!(kept_keys(), kept);
        window.quit().await;
    });
}

/// What a person has in a store, row by row. The loop that reads and reminds keeps notes of its own beside it.
async fn contents(folder: &Path) -> BTreeMap<&'static str, Vec<String>> {
    let file = folder.join("spendglass.db");
    let mut store = SqliteConnection::connect(&format!("sqlite://{}?mode=ro", file.display())).await.unwrap();
    let mut all = BTreeMap::new();
    for table in [
        "accounts",
        "streams",
        "charges",
        "rollup",
        "balances",
        "quotas",
        "entries",
        "budgets",
        "assignments",
    ] {
        let columns: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(format!("SELECT name FROM pragma_table_info('{table}')")))
                .fetch_all(&mut store)
                .await
                .unwrap();
        assert!(!columns.is_empty(), "there is no table {table}");
        let row =
            columns.iter().map(|column| format!("quote({column})")).collect::<Vec<_>>().join(" || '|' || ");
        let rows = sqlx::query_scalar(AssertSqlSafe(format!("SELECT {row} FROM {table} ORDER BY 1")));
        all.insert(table, rows.fetch_all(&mut store).await.unwrap());
    }
    store.close().await.unwrap();
    all
}
