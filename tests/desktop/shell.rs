//! What surrounds the screens: the palette, the privacy switch, what can be taken back, and the window's own menu.

use serde_json::{Value, json};

use crate::stage::{Stage, drive, kept_keys};
use crate::window::{Window, keys};

const F10: char = '\u{e03a}';

#[test]
fn anything_is_found_hidden_and_taken_back() {
    drive(async || {
        let stage = Stage::new("shell", 17).await;
        let window = stage.open().await;
        stage.connect(&window, "openai").await;
        finds(&window).await;
        hides(&window).await;
        takes_back(&window).await;
        shows_its_menu(&window).await;
        window.press_and_end(&[keys::CONTROL], 'q').await;
    });
}

/// By a few letters, without the mouse, and within a tenth of a second.
async fn finds(window: &Window) {
    window.js("at('bell').focus()", &[]).await;
    window.press(&[keys::CONTROL], 'k').await;
    window.shown("palette-input").await;
    let pace = window
        .js(
            "const input = at('palette-input'); const began = performance.now(); \
             input.value = 'opn'; input.dispatchEvent(new InputEvent('input', { bubbles: true })); \
             at('palette-list').getBoundingClientRect(); return performance.now() - began",
            &[],
        )
        .await;
    window
        .check(
            pace.to_string().split('.').next().unwrap().parse::<u32>().unwrap() < 100,
            &format!("it took {pace} ms"),
        )
        .await;
    window.until("the account is found", "return all('palette-account:1').length === 1", &[]).await;
    window.press(&[], keys::ESCAPE).await;
    window.gone("palette").await;
    assert_eq!(window.js("return document.activeElement === at('bell')", &[]).await, json!(true));
    window.press(&[keys::CONTROL], 'k').await;
    window.shown("palette-input").await;
    window.enter("palette-input", "budgets").await;
    window.press(&[], keys::ENTER).await;
    let there = "return document.querySelector('h1').innerText === 'Settings' \
                 && document.activeElement.closest('#settings-budgets') !== null";
    window.until("the budgets are gone to", there, &[]).await;
}

/// Amounts are gone for eyes and for screen readers, and come back as they were.
async fn hides(window: &Window) {
    window.click("nav-today").await;
    window.shown("chart").await;
    let figures = "return [...document.querySelectorAll('[data-amount]')].map((node) => node.textContent)";
    let before = window.js(figures, &[]).await;
    window.click("privacy").await;
    let money = "return [document.body.innerText, ...[...document.querySelectorAll('[title], [aria-label]')] \
                 .flatMap((node) => [node.title, node.ariaLabel ?? ''])].filter((text) => /[$€₹]\\s?\\d/.test(text))";
    window.until("no amount is left", &format!("return (() => {{ {money} }})().length === 0"), &[]).await;
    let (role, label) = window.computed("[data-testid=privacy]").await;
    assert_eq!((role.as_str(), label.as_str()), ("button", "Hide amounts"));
    assert_eq!(window.js("return at('privacy').ariaPressed", &[]).await, json!("true"));
    window.press(&[keys::CONTROL, keys::SHIFT], 'p').await;
    window
        .until(
            "they are back",
            "return JSON.stringify((() => { \
             return [...document.querySelectorAll('[data-amount]')].map((node) => node.textContent) })()) === arguments[0]",
            &[Value::String(before.to_string())],
        )
        .await;
}

/// A removed account is nowhere at once, and comes back with its key and its figures.
async fn takes_back(window: &Window) {
    let kept = kept_keys();
    window.click("nav-today").await;
    let before = window.text("month-billed").await;
    window.click("nav-accounts").await;
    window.click("account-remove").await;
    window.click("account-remove-confirm").await;
    window.says("toast", &["is removed", "Undo"]).await;
    window.until("the account is gone", "return all('account-row').length === 0", &[]).await;
    assert_eq!(kept_keys(), kept, "its key waits in the keychain");
    window.js("document.activeElement.blur()", &[]).await;
    window.press(&[keys::CONTROL], 'z').await;
    window.until("the account is back", "return all('account-row').length === 1", &[]).await;
    window.gone("toast").await;
    window.click("nav-today").await;
    window
        .until(
            "its figures are back",
            "return at('month-billed')?.innerText.trim() === arguments[0]",
            &[json!(before.trim())],
        )
        .await;
    assert_eq!(kept_keys(), kept);
}

/// It takes no room until it is asked for.
async fn shows_its_menu(window: &Window) {
    let height = window.js("return innerHeight", &[]).await;
    window.press(&[], F10).await;
    window
        .until(
            "the menu takes its room",
            "return innerHeight < arguments[0] - 10",
            std::slice::from_ref(&height),
        )
        .await;
    window.js("window.__TAURI_INTERNALS__.invoke('call', { request: { method: 'showMenu', params: { language: 'hi' } } })", &[]).await;
    window.until("it is gone again", "return innerHeight === arguments[0]", &[height]).await;
}
