//! Plans: what to do is said first; every figure opens its source; who buys is tried by keyboard, and becomes a setting on a click.

use serde_json::json;

use crate::stage::{Stage, drive};
use crate::window::{Window, keys};

#[test]
fn plans_are_compared_by_ones_own_use() {
    drive(async || {
        let stage = Stage::new("plans", 61).await;
        let window = stage.open().await;
        stage.connect(&window, "openai").await;
        window.press(&[keys::CONTROL], '5').await;
        window.says("plans-window", &["complete day", "UTC days", "in USD"]).await;
        let action =
            window.until("something is said", "return at('plans-advice')?.dataset.action", &[]).await;
        window.check(action != "notEnoughData", "there is enough data").await;
        window.check(window.text("plans-why").await.len() > 20, "and it is said why").await;
        let charts = "return all('chart').length === 2 && all('chart').every((node) => node.querySelector('svg') !== null)";
        window.until("both pictures are drawn", charts, &[]).await;
        let order = "const main = document.querySelector('main'); return [...main.querySelectorAll('[data-testid]')].map(({ dataset }) => dataset.testid).filter((id) => ['plans-advice', 'buyer', 'plan-option'].includes(id)).slice(0, 3)";
        window
            .check(
                window.js(order, &[]).await == json!(["plans-advice", "buyer", "plan-option"]),
                "what to do comes first",
            )
            .await;
        let options = window.js("return all('plan-option').map(({ dataset }) => dataset.option)", &[]).await;
        window
            .check(
                options.as_array().is_some_and(|all| all.contains(&json!("current"))),
                "what is paid now is among them",
            )
            .await;

        // A figure opens its source, by keyboard as well.
        window.js("at('plan-cost').focus()", &[]).await;
        window.press(&[], keys::ENTER).await;
        window.until("the months are told", "return at('plan-months') !== null && at('plan-cost').getAttribute('aria-expanded') === 'true'", &[]).await;

        in_rupees(&window).await;
        slides(&window).await;
        wrong_words(&window).await;
        kept(&window).await;

        // What was tried stays while other screens are looked at; nobody was asked for any of it.
        let before = stage.requests();
        window.press(&[keys::CONTROL], '1').await;
        window.shown("chart").await;
        window.press(&[keys::CONTROL], '5').await;
        window.says("plans-window", &["in INR"]).await;
        assert_eq!(stage.requests(), before, "a comparison asks no provider");
        window.stays_on_this_machine();
        window.quit().await;
    });
}

/// The country and the currency are chosen; every figure follows.
async fn in_rupees(window: &Window) {
    choose(window, "buyer-country", "IN").await;
    choose(window, "buyer-currency", "INR").await;
    window.says("plans-window", &["in INR"]).await;
    let rupees = "return all('plan-cost').every(({ innerText }) => /[₹—]/.test(innerText))";
    window.until("every option is in rupees", rupees, &[]).await;
}

/// The arrow keys move a slider. The last figures stay while new ones come, and nothing jumps.
async fn slides(window: &Window) {
    let cost = "const node = all('plan-option').find(({ dataset }) => dataset.option === 'current'); \
                return node?.querySelector('[data-testid=plan-cost]')?.dataset.amount ?? null";
    let before = window.until("what is paid now is told", cost, &[]).await;
    window
        .js(
            "window.gaps = 0; new MutationObserver(() => { if (all('plan-option').length === 0) window.gaps += 1; }) \
             .observe(document.querySelector('main'), { childList: true, subtree: true }); at('buyer-volume-slider').focus()",
            &[],
        )
        .await;
    for _ in 0..8 {
        window.press(&[], keys::RIGHT).await;
    }
    let script = format!("const now = (() => {{ {cost} }})(); return now !== null && now !== arguments[0]");
    window.until("more use costs something else", &script, std::slice::from_ref(&before)).await;
    window.until("the slider says so", "return at('buyer-volume').value === '140'", &[]).await;
    window
        .check(window.js("return window.gaps", &[]).await == 0, "options went away while new ones came")
        .await;
    window.empty("buyer-volume").await;
    window.enter("buyer-volume", "100").await;
    window.press(&[], keys::TAB).await;
    let script = format!("return (() => {{ {cost} }})() === arguments[0]");
    window.until("as much as before costs as much as before", &script, &[before]).await;
}

/// What is wrong is said where it was typed, and the last good figures stay.
async fn wrong_words(window: &Window) {
    window.empty("buyer-markup").await;
    window.enter("buyer-markup", "much").await;
    window.press(&[], keys::TAB).await;
    window.says("buyer-markup-error", &["per cent"]).await;
    window.shown("plan-option").await;
    window.empty("buyer-markup").await;
    window.enter("buyer-markup", "3.5").await;
    window.press(&[], keys::TAB).await;
    window.gone("buyer-markup-error").await;
}

/// A click makes what was tried the settings.
async fn kept(window: &Window) {
    window.click("buyer-keep").await;
    window.gone("buyer-differs").await;
    window.says("status", &["Kept as your settings."]).await;
    window.press(&[keys::CONTROL], '8').await;
    window.until("the country is kept", "return at('buying-country')?.value === 'IN'", &[]).await;
    window.until("the currency is kept", "return at('buying-currency')?.value === 'INR'", &[]).await;
    window.until("the mark-up is kept", "return at('buying-markup')?.value === '3.5'", &[]).await;
    window.says("fresher", &["nothing of yours is sent"]).await;
    window.press(&[keys::CONTROL], '5').await;
    window.says("plans-window", &["in INR"]).await;
}

/// The list of a native choice is drawn by the system, where no driver can point at it.
async fn choose(window: &Window, id: &str, code: &str) {
    window.shown(id).await;
    let script = "const node = at(arguments[0]); node.value = arguments[1]; \
                  node.dispatchEvent(new Event('input', { bubbles: true })); node.dispatchEvent(new Event('change', { bubbles: true }))";
    window.js(script, &[json!(id), json!(code)]).await;
    window
        .until("it is chosen", "return at(arguments[0])?.value === arguments[1]", &[json!(id), json!(code)])
        .await;
}
