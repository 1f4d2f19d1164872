//! The inbox behind the bell, and the settings of alerts.

use serde_json::json;

use crate::stage::{Stage, drive};
use crate::window::keys;

#[test]
fn an_alert_stands_in_the_inbox_until_it_is_seen() {
    drive(async || {
        let stage = Stage::new("inbox", 43).await;
        let window = stage.open().await;
        stage.connect(&window, "openai").await;
        window.gone("unseen").await;
        window.press(&[keys::CONTROL], 'i').await;
        window.says("no-alerts", &["Nothing was raised yet"]).await;

        // A budget that was crossed long ago.
        window.press(&[keys::CONTROL], '8').await;
        window.click("budget-add").await;
        window.enter("budget-amount", "1").await;
        window.click("budget-save").await;
        window.gone("budget-amount").await;
        window.press(&[keys::CONTROL], 'r').await;
        window.shown("unseen").await;
        let name = window.js("return at('bell').ariaLabel", &[]).await;
        window
            .check(name.as_str().unwrap().contains("not seen"), &format!("the bell is called {name}"))
            .await;

        window.press(&[keys::CONTROL], 'i').await;
        window
            .check(
                window.js("return document.querySelector('h1').innerText", &[]).await == "Inbox",
                "this is the inbox",
            )
            .await;
        let script = "return all('alert').some(({ dataset, innerText }) => dataset.rule === 'budget' && innerText.includes('$1.00'))";
        window.until("the budget's alert is there", script, &[]).await;
        window.click("alert-snooze-24").await;
        window
            .until(
                "it is put off",
                "return all('alert').some(({ dataset }) => dataset.state === 'snoozed')",
                &[],
            )
            .await;
        while window.js("return at('alert-seen') !== null", &[]).await == true {
            let before = window.js("return all('alert-seen').length", &[]).await;
            window.click("alert-seen").await;
            window.until("it is seen", "return all('alert-seen').length < arguments[0]", &[before]).await;
        }
        window.gone("unseen").await;
        window.press(&[keys::CONTROL], 'i').await;
        window
            .until("the bell goes back", "return document.querySelector('h1').innerText === 'Settings'", &[])
            .await;
        window.quit().await;
    });
}

#[test]
fn alerts_are_set_and_a_test_arrives() {
    drive(async || {
        let stage = Stage::new("alert-settings", 44).await;
        let window = stage.open().await;
        window.click("nav-settings").await;
        window.shown("alert-rules").await;

        window.empty("rule-steps-expiry").await;
        window.enter("rule-steps-expiry", "20, soon\t").await;
        window.says("rule-steps-expiry-error", &["soon"]).await;
        window.empty("rule-steps-expiry").await;
        window.enter("rule-steps-expiry", "20, 5\t").await;
        window.gone("rule-steps-expiry-error").await;
        window.click("rule-on-spike").await;
        window.click("quiet-on").await;
        window.shown("quiet-from").await;
        window.empty("quiet-from").await;
        window.enter("quiet-from", "25:00\t").await;
        window.shown("quiet-from-error").await;
        window.empty("quiet-from").await;
        window.enter("quiet-from", "23:30\t").await;
        window.gone("quiet-from-error").await;
        let kept = "const done = arguments[arguments.length - 1]; \
            window.__TAURI_INTERNALS__.invoke('call', { request: { method: 'alertSettings' } }).then(({ result }) => \
              done([result.rules.find(({ rule }) => rule === 'expiry').steps, result.rules.find(({ rule }) => rule === 'spike').on, result.quiet?.from ?? null]))";
        let wanted = json!([[20, 5], false, "23:30"]);
        let mut last = json!(null);
        for _ in 0..100 {
            last = window.js_later(kept, &[]).await;
            if last == wanted {
                break;
            }
        }
        window.check(last == wanted, &format!("{last} is kept")).await;

        window.click("webhook-save").await;
        window.shown("webhook-url-error").await;
        window.enter("webhook-url", "http://example.com/hook").await;
        window.click("webhook-save").await;
        window.says("webhook-url-error", &["https"]).await;

        window.click("alert-test").await;
        window.until("the desktop took it", "return at('alert-tested').querySelector('[data-channel=desktop]')?.dataset.delivered === 'true'", &[]).await;
        window.quit().await;
    });
}
