//! Everything by keyboard alone.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stage::{Stage, drive};
use crate::window::{Window, keys};

#[test]
fn everything_is_reached_and_done_by_keyboard() {
    drive(async || {
        let stage = Stage::new("keyboard", 14).await;
        let window = stage.open().await;
        window.shown("key-input").await;
        walks_through(&window, "first run").await;
        stage.connect(&window, "openai").await;

        for (digit, screen, ready) in [
            ('2', "Spend", "spend-table"),
            ('3', "Credits", "no-lots"),
            ('4', "Limits", "limits"),
            ('5', "Plans", "plans-advice"),
            ('6', "Estimate", "estimate-text"),
            ('7', "Accounts", "account-remove"),
            ('8', "Settings", "alert-settings"),
            ('1', "Today", "chart"),
        ] {
            window.press(&[keys::CONTROL], digit).await;
            window.shown(ready).await;
            let script = "return [document.querySelector('h1').innerText, document.activeElement.localName, \
                          document.querySelector('[aria-current=page]').innerText.includes(arguments[0]), document.title]";
            let seen = window.js(script, &[json!(screen)]).await;
            assert_eq!(seen, json!([screen, "h1", true, format!("{screen} · Spendglass")]));
            walks_through(&window, screen).await;
        }
        syncs_without_loading(&stage, &window).await;
        chart_is_walked(&window).await;
        dialogs_close(&window).await;
        window.quit().await;
    });
}

/// The Tab key comes by everything that can be used, forwards and backwards, and each has a visible mark of focus.
async fn walks_through(window: &Window, screen: &str) {
    // A group of radio buttons is one stop.
    let script = "document.activeElement.blur(); scrollTo(0, 0); \
        const groups = new Set(); let count = 0; \
        for (const node of document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]')) { \
          delete node.dataset.stop; \
          if (!node.checkVisibility() || node.disabled) continue; \
          if (node.type === 'radio') { if (groups.has(node.name)) continue; groups.add(node.name); node.dataset.stop = `radio ${node.name}`; } \
          else node.dataset.stop = `${++count} ${node.localName} ${node.dataset.testid ?? node.innerText}`; \
        } \
        return [...document.querySelectorAll('[data-stop]')].map((node) => node.dataset.stop)";
    let wanted: BTreeSet<String> = serde_json::from_value(window.js(script, &[]).await).unwrap();
    assert!(wanted.len() > 6, "{screen}: {wanted:?}");
    for modifiers in [&[][..], &[keys::SHIFT]] {
        window.js("document.activeElement.blur(); getSelection().removeAllRanges()", &[]).await;
        let mut reached = BTreeSet::new();
        for _ in 0..wanted.len() + 4 {
            window.press(modifiers, keys::TAB).await;
            let script = "const node = document.activeElement; \
                const style = getComputedStyle(node.type === 'radio' ? node.closest('label') : node); \
                const marked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2; \
                const name = node.type === 'radio' ? `radio ${node.name}` : (node.dataset.stop ?? null); \
                return [name, marked || node === document.body]";
            let (name, marked): (Option<String>, bool) =
                serde_json::from_value(window.js(script, &[]).await).unwrap();
            window.check(marked, &format!("{screen}: the focus on {name:?} is not to be seen")).await;
            reached.extend(name);
        }
        let missed: Vec<_> = wanted.difference(&reached).collect();
        window
            .check(
                missed.is_empty(),
                &format!("{screen}, modifiers {modifiers:?}: the Tab key leaves out {missed:?}"),
            )
            .await;
    }
}

async fn syncs_without_loading(stage: &Stage, window: &Window) {
    window.js("window.markOfThisPage = true", &[]).await;
    let before = stage.requests();
    window.press(&[keys::CONTROL], 'r').await;
    window.says("status", &["Everything is up to date."]).await;
    assert!(stage.requests() > before, "Ctrl+R reads again");
    let before = stage.requests();
    window.press(&[], keys::F5).await;
    window.press(&[keys::CONTROL, keys::SHIFT], 'r').await;
    window.until("that syncs, too, or nothing happens", "return at('sync-cancel') === null", &[]).await;
    assert!(stage.requests() >= before);
    window
        .check(
            window.js("return window.markOfThisPage === true", &[]).await == true,
            "the page was loaded again",
        )
        .await;
}

/// Arrow keys go from mark to mark; each is ringed, told in a bubble and spoken.
async fn chart_is_walked(window: &Window) {
    window.shown("chart").await;
    window.js("at('chart').querySelector('[role=application]').focus()", &[]).await;
    let spoken = "return at('chart').parentElement.querySelector('[aria-live=polite]').innerText.trim()";
    let mut heard = Vec::new();
    for key in [keys::HOME, keys::RIGHT, keys::RIGHT, keys::LEFT, keys::END, keys::UP, keys::DOWN] {
        window.press(&[], key).await;
        let says = window.until("the chart speaks", spoken, &[]).await;
        let shown = window.js("return [at('chart').querySelector('.ring') !== null, at('chart').querySelector('[role=tooltip]').innerText]", &[]).await;
        assert_eq!(shown[0], true, "the mark is ringed");
        let says = says.as_str().unwrap().to_owned();
        let figure = says.rsplit(": ").next().unwrap();
        assert!(
            figure.starts_with('$') && shown[1].as_str().unwrap().contains(figure),
            "{says} beside {}",
            shown[1]
        );
        heard.push(says);
    }
    assert_ne!(heard[0], heard[1], "{heard:?}");
    assert_eq!(heard[1], heard[3], "there and back: {heard:?}");
    assert!(
        heard[4].contains("18 November 2026") && heard[4].contains("so far"),
        "the last mark is today's: {heard:?}"
    );
    window.press(&[], keys::ESCAPE).await;
    window
        .check(
            window.js("return at('chart').querySelector('[role=tooltip]') === null", &[]).await == true,
            "Esc takes the bubble away",
        )
        .await;
}

async fn dialogs_close(window: &Window) {
    window.press(&[keys::CONTROL], '7').await;
    for (opener, inside) in [
        ("account-replace", "key-replace"),
        ("account-remove", "account-remove-confirm"),
        ("import-open", "import-look"),
        ("entry-open", "entry-save"),
    ] {
        window.shown(opener).await;
        window.js("at(arguments[0]).focus()", &[json!(opener)]).await;
        window.press(&[], keys::ENTER).await;
        window.shown(inside).await;
        for _ in 0..8 {
            window.press(&[], keys::TAB).await;
            let within = window.js("return document.activeElement === document.body || document.activeElement.closest('dialog') !== null", &[]).await;
            window.check(within == Value::Bool(true), "the focus left the dialog").await;
        }
        window.press(&[], keys::ESCAPE).await;
        window.gone(inside).await;
        let focus = window.focus().await;
        window
            .check(focus == opener, &format!("the focus went to {focus} instead of back to {opener}"))
            .await;
        window
            .check(window.js("return all('account-row').length", &[]).await == 1, "nothing was removed")
            .await;
    }
    // Removed by keyboard, for good.
    window.js("at('account-remove').focus()", &[]).await;
    window.press(&[], keys::ENTER).await;
    window.shown("account-remove-confirm").await;
    window.js("at('account-remove-confirm').focus()", &[]).await;
    window.press(&[], keys::ENTER).await;
    window.until("the account is removed", "return all('account-row').length === 0", &[]).await;
}
