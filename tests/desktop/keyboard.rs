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

/// No pointer at all, from a key to its account, through every task, to its removal and back.
#[test]
fn every_task_is_done_by_keyboard_alone() {
    drive(async || {
        let stage = Stage::new("by-keys", 78).await;
        let window = stage.open().await;
        adds_an_account(&stage, &window).await;
        palette_leads_anywhere(&window).await;
        spend_is_looked_into(&window).await;
        a_lot_is_added_corrected_removed_and_taken_back(&window).await;
        plans_and_estimates_are_asked_for(&window).await;
        a_file_is_imported(&stage, &window).await;
        a_budget_is_set_and_the_inbox_is_read(&window).await;
        window.quit().await;
    });
}

/// Presses Tab until the focus is on, or in, an element of this test id.
async fn reach(window: &Window, id: &str) {
    window.shown(id).await;
    for _ in 0..160 {
        let script = "return document.activeElement.closest(`[data-testid=\"${arguments[0]}\"]`) !== null";
        if window.js(script, &[json!(id)]).await == true {
            return;
        }
        window.press(&[], keys::TAB).await;
    }
    window.fail(&format!("the Tab key does not reach {id}")).await;
}

/// Reaches a control and presses Enter.
async fn use_it(window: &Window, id: &str) {
    reach(window, id).await;
    window.press(&[], keys::ENTER).await;
}

/// Reaches a field, empties it and types.
async fn type_into(window: &Window, id: &str, text: &str) {
    reach(window, id).await;
    window.press(&[keys::CONTROL], 'a').await;
    let script = "return document.execCommand('insertText', false, arguments[0])";
    if text.len() > 24 {
        // As pasting does.
        window.js(script, &[json!(text)]).await;
    } else {
        for letter in text.chars() {
            window.press(&[], letter).await;
        }
    }
    let held = window.js("return document.activeElement.value", &[]).await;
    window.check(held == text, &format!("{id} holds {held}")).await;
}

async fn adds_an_account(stage: &Stage, window: &Window) {
    let openai = stage.provider("openai");
    type_into(window, "key-input", &openai.key).await;
    window.shown("key-recognised").await;
    // The pretend provider has an address of its own.
    reach(window, "key-advanced").await;
    window.press(&[], keys::ENTER).await;
    type_into(window, "key-base-url", &openai.base_url).await;
    window.press(&[], keys::ENTER).await;
    stage.fresh(window, "openai").await;
}

async fn heading(window: &Window, screen: &str) {
    let script = "return document.querySelector('h1').innerText.trim() === arguments[0]";
    window.until(&format!("{screen} is open"), script, &[json!(screen)]).await;
}

async fn palette_leads_anywhere(window: &Window) {
    window.press(&[keys::CONTROL], 'k').await;
    window.shown("palette-input").await;
    for letter in "credits".chars() {
        window.press(&[], letter).await;
    }
    window.shown("palette-list").await;
    window.press(&[], keys::ENTER).await;
    window.gone("palette-input").await;
    heading(window, "Credits").await;
    window.press(&[keys::CONTROL], 'k').await;
    window.shown("palette-input").await;
    window.press(&[], keys::ESCAPE).await;
    window.gone("palette-input").await;
    heading(window, "Credits").await;
}

async fn spend_is_looked_into(window: &Window) {
    window.press(&[keys::CONTROL], '2').await;
    window.shown("spend-table").await;
    // A group of radio buttons is walked with arrow keys.
    for (group, last) in [("range", "range-7d"), ("group", "group-model")] {
        let script = "const on = document.querySelector(`[data-testid^=\"${arguments[0]}-\"] input:checked`); return on !== null && document.activeElement === on";
        let mut tries = 0;
        while window.js(script, &[json!(group)]).await != true {
            window.press(&[], keys::TAB).await;
            tries += 1;
            window.check(tries < 80, &format!("the Tab key does not reach the choice of {group}")).await;
        }
        let before = window.js("return document.activeElement.value", &[]).await;
        window.press(&[], keys::RIGHT).await;
        let changed = "return document.activeElement.type === 'radio' && document.activeElement.checked && document.activeElement.value !== arguments[0]";
        window.until(&format!("another {group} is chosen, such as {last}"), changed, &[before]).await;
        window.until("it is drawn", "return document.querySelector('[aria-busy=true]') === null", &[]).await;
    }
    // Into a mark of the chart, and back.
    let chart = "const chart = document.querySelector('main [data-testid=chart] [role=application]'); return chart !== null && document.activeElement === chart";
    let mut tries = 0;
    while window.js(chart, &[]).await != true {
        window.press(&[], keys::TAB).await;
        tries += 1;
        window.check(tries < 80, "the Tab key does not reach the chart").await;
    }
    window.press(&[], keys::END).await;
    window.press(&[], keys::ENTER).await;
    window.shown("trail-back").await;
    use_it(window, "trail-back").await;
    window.gone("trail-back").await;
}

async fn a_lot_is_added_corrected_removed_and_taken_back(window: &Window) {
    window.press(&[keys::CONTROL], '3').await;
    use_it(window, "lot-add").await;
    window.shown("lot-save").await;
    type_into(window, "lot-amount", "25").await;
    use_it(window, "lot-save").await;
    window.gone("lot-save").await;
    window.until("the lot is there", "return all('lot').length === 1", &[]).await;
    use_it(window, "lot-change").await;
    window.shown("lot-save").await;
    type_into(window, "lot-amount", "40").await;
    use_it(window, "lot-save").await;
    window.gone("lot-save").await;
    window.says("lots-open", &["40"]).await;
    use_it(window, "lot-change").await;
    use_it(window, "lot-remove").await;
    window.until("the lot is removed", "return all('lot').length === 0", &[]).await;
    window.shown("toast-undo").await;
    window.press(&[keys::CONTROL], 'z').await;
    window.until("the lot is back", "return all('lot').length === 1", &[]).await;
}

async fn plans_and_estimates_are_asked_for(window: &Window) {
    window.press(&[keys::CONTROL], '5').await;
    window.shown("plans-advice").await;
    reach(window, "buyer-country").await;
    window.press(&[], 'i').await;
    window.until("the country is another", "return document.activeElement.value !== ''", &[]).await;
    window.shown("plans-advice").await;
    window.press(&[keys::CONTROL], '6').await;
    type_into(window, "estimate-text", "How much will this cost?").await;
    window.shown("estimate-models").await;
}

async fn a_file_is_imported(stage: &Stage, window: &Window) {
    let file = stage.folder.path().join("days.csv");
    std::fs::write(&file, "date,cost_usd\n2026-11-03,1.25\n2026-11-04,2.50\n").unwrap();
    window.press(&[keys::CONTROL], '7').await;
    use_it(window, "import-open").await;
    type_into(window, "import-path", file.to_str().unwrap()).await;
    use_it(window, "import-look").await;
    let looked = "return seen(at('import-report')) || seen(at('import-mapping')) || seen(at('import-error'))";
    window.until("the file is looked into", looked, &[]).await;
    window.press(&[], keys::ESCAPE).await;
    window.gone("import-look").await;
}

async fn a_budget_is_set_and_the_inbox_is_read(window: &Window) {
    window.press(&[keys::CONTROL], '8').await;
    use_it(window, "budget-add").await;
    type_into(window, "budget-amount", "300").await;
    use_it(window, "budget-save").await;
    window.gone("budget-save").await;
    window.shown("budget").await;
    window.press(&[keys::CONTROL], 'i').await;
    heading(window, "Inbox").await;
    use_it(window, "inbox-settings").await;
    heading(window, "Settings").await;
    window.press(&[keys::CONTROL], 'r').await;
    window.says("status", &["Everything is up to date."]).await;
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
    // What is spoken follows what is shown after a moment.
    let spoken = "const tip = at('chart').querySelector('[role=tooltip]'); \
                  const shown = (tip?.querySelector('.on .figure') ?? tip?.querySelector('.figure'))?.innerText.trim(); \
                  const said = at('chart').parentElement.querySelector('[aria-live=polite]').innerText.trim(); \
                  return shown !== undefined && said.includes(shown) && said";
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
