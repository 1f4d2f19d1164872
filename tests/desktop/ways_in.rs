//! Figures without a key: a file that a console exported, what is entered by hand, and the screen of limits.

use serde_json::json;

use crate::stage::{Stage, drive};
use crate::window::Window;

#[test]
fn a_file_is_looked_into_and_imported_once() {
    drive(async || {
        let stage = Stage::new("import", 33).await;
        let window = stage.open().await;
        let file = stage.folder.path().join("cost.csv");
        let header = "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type,inference_geo,speed";
        let line = |day: u32, cost: &str| {
            format!(
                "2026-11-{day:02},Claude Opus 4.6,Default,laptop,standard,\u{2264} 200k,output,{cost},{cost},token,global,standard"
            )
        };
        std::fs::write(&file, format!("{header}\n{}\n{}\n", line(3, "1.25"), line(4, "oops"))).unwrap();
        window.click("nav-accounts").await;
        window.click("import-open").await;
        window.enter("import-path", file.to_str().unwrap()).await;
        window.click("import-look").await;
        window.says("import-wrong", &["Line 3", "oops"]).await;
        window
            .check(
                window.js("return at('import-book') === null", &[]).await == true,
                "a wrong line books nothing",
            )
            .await;

        std::fs::write(&file, format!("{header}\n{}\n{}\n", line(3, "1.25"), line(4, "2.50"))).unwrap();
        window.click("import-look").await;
        window.says("import-billed", &["$3.75"]).await;
        window.click("import-book").await;
        window.says("status", &["imported"]).await;
        window.shown("account-row").await;
        for _ in 0..2 {
            window.click("nav-today").await;
            window.says("month-billed", &["$3.75"]).await;
            // The same file again changes nothing.
            window.click("nav-accounts").await;
            window.click("import-open").await;
            window.enter("import-path", file.to_str().unwrap()).await;
            window.click("import-look").await;
            window.says("import-report", &["cost.csv"]).await;
            window.click("import-book").await;
            window.gone("import-path").await;
        }
        window.quit().await;
    });
}

#[test]
fn what_is_entered_by_hand_is_shown_changed_and_removed() {
    drive(async || {
        let stage = Stage::new("entries", 34).await;
        let window = stage.open().await;
        window.click("nav-accounts").await;
        window.click("entry-open").await;
        window.click("entry-save").await;
        window.says("entry-error", &["whose"]).await;
        choose(&window, "entry-whose", "openai").await;
        window.enter("entry-amount", "fifty").await;
        window.click("entry-save").await;
        window.says("entry-error", &["fifty"]).await;
        window.empty("entry-amount").await;
        window.enter("entry-amount", "50").await;
        window.click("entry-save").await;
        window.gone("entry-amount").await;
        window.says("lots", &["$50.00", "Entered by hand"]).await;

        window.click("entry-edit-1").await;
        window.empty("entry-amount").await;
        window.enter("entry-amount", "40").await;
        window.click("entry-save").await;
        window.says("lots", &["$40.00"]).await;
        window.click("entry-edit-1").await;
        window.click("entry-remove").await;
        window.click("entry-remove-confirm").await;
        window.gone("lots").await;
        window.quit().await;
    });
}

#[test]
fn limits_show_what_is_left_and_learn_from_a_refusal() {
    drive(async || {
        let stage = Stage::new("limits", 35).await;
        let window = stage.open().await;
        stage.connect(&window, "openrouter").await;
        window.click("nav-limits").await;
        window.says("limits", &["left", "requests"]).await;

        window.click("allowance-enter").await;
        choose(&window, "entry-whose", "account:1").await;
        window.enter("entry-name", "My own cap").await;
        window.enter("entry-limit", "500").await;
        window.click("entry-save").await;
        window.says("limits", &["My own cap"]).await;

        window.click("limit-learn").await;
        window.enter("learn-text", "nothing of the kind").await;
        window.click("learn-save").await;
        window.shown("learn-error").await;
        window.quit().await;
    });
}

async fn choose(window: &Window, id: &str, value: &str) {
    let script = "const node = at(arguments[0]); node.value = arguments[1]; \
                  node.dispatchEvent(new Event('change', { bubbles: true })); return node.value === arguments[1]";
    let chosen = window.js(script, &[json!(id), json!(value)]).await;
    window.check(chosen == true, &format!("{id} has no {value}")).await;
}
