//! States in words: what failed, and the figures that stay.

use serde_json::json;
use sqlx::{Connection, SqliteConnection};

use crate::stage::{Stage, drive};
use crate::window::Window;

#[test]
fn faults_are_told_in_words_and_figures_stay() {
    drive(async || {
        let stage = Stage::new("states", 17).await;
        let window = stage.open().await;
        stage.connect(&window, "openai").await;
        let month = window.text("month-billed").await;
        for (faults, state, words, again) in [
            (&["openai/costs=401"][..], "keyRejected", "OpenAI", Some("Replace key")),
            (&["openai/costs=403"], "forbidden", "OpenAI", Some("Replace key")),
            (
                &["openai/costs=429-retry-after-long"],
                "rateLimited",
                "asks for fewer requests",
                Some("Try again"),
            ),
            (&["openai/costs=wrong-shape"], "providerChanged", "costs", None),
            (&["openai/costs=redirect"], "providerChanged", "redirects", None),
        ] {
            stage.faults(faults);
            window.click("sync-now").await;
            window.says("status", &["Not everything could be read", "OpenAI"]).await;
            is(&window, state, words).await;
            assert_eq!(window.text("month-billed").await, month, "{state}: the last good figures stay");
            window.click("nav-accounts").await;
            is(&window, state, words).await;
            if let Some(button) = again {
                window.says("account-advice", &[button]).await;
            }
            window.click("nav-today").await;
        }
        stage.faults(&[]);
        window.click("sync-now").await;
        stage.fresh(&window, "openai").await;
        assert_eq!(window.text("month-billed").await, month);
        assert_eq!(stage.town.redirected_requests(), Vec::<String>::new());
        window.quit().await;
    });
}

/// Waits until the account is in a state that is told by a word, not by colour alone, and by a sentence.
async fn is(window: &Window, state: &str, words: &str) {
    let script = "const row = at('account-row'); const state = row?.querySelector('[data-testid=account-state]'); \
                  return state?.dataset.state === arguments[0] && state.innerText.trim() !== '' \
                  && [...row.querySelectorAll('p')].some((line) => line.innerText.includes(arguments[1]))";
    window
        .until(&format!("the account is {state} and says {words}"), script, &[json!(state), json!(words)])
        .await;
}

#[test]
fn a_store_of_a_newer_version_is_left_alone_and_told() {
    drive(async || {
        let stage = Stage::new("newer", 18).await;
        let window = stage.open().await;
        window.shown("key-input").await;
        window.quit().await;
        let file = stage.data_dir().join("spendglass.db");
        let mut store = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                     SELECT 9999, 'from the future', TRUE, checksum, 0 FROM _sqlx_migrations LIMIT 1";
        assert_eq!(sqlx::query(newer).execute(&mut store).await.unwrap().rows_affected(), 1);

        let window = stage.open().await;
        window.says("failure", &["newer version of Spendglass", "Update Spendglass", "Try again"]).await;
        let untouched: i64 =
            sqlx::query_scalar("SELECT count(*) FROM accounts").fetch_one(&mut store).await.unwrap();
        assert_eq!(untouched, 0);
        window
            .check(window.js("return at('key-input') === null", &[]).await == true, "no key is asked for")
            .await;

        // Mended while the window stands.
        sqlx::query("DELETE FROM _sqlx_migrations WHERE version = 9999").execute(&mut store).await.unwrap();
        store.close().await.unwrap();
        window.element("[data-testid=failure] button").await.click().await.unwrap();
        window.gone("failure").await;
        window.shown("key-input").await;
        window.quit().await;
    });
}
