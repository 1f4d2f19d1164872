//! The main job: paste a key, sync, read what it cost. And the key is in the keychain and nowhere else.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::bills::{Bills, date_after};
use crate::needle::Needle;
use crate::stage::{MONTH, Stage, TODAY, drive, kept_keys, out_dir, session};
use crate::window::{Window, keys};

const DAYS_SHOWN: i64 = 30;

#[test]
fn a_person_pastes_keys_and_sees_what_they_cost() {
    drive(async || {
        let stage = Stage::new("first-run", 11).await;
        let window = stage.open().await;
        window.says("key-add", &["Check and add"]).await;
        window
            .check(window.js("return all('account-row').length", &[]).await == 0, "there is no account yet")
            .await;

        let openai = stage.provider("openai");
        paste(&window, &openai.key).await;
        window.says("key-recognised", &["OpenAI", "Admin key", "Sees cost, usage, and limits"]).await;
        window.element("[data-testid=key-advanced] summary").await.click().await.unwrap();
        window.enter("key-base-url", &openai.base_url).await;
        assert_eq!(stage.requests(), 0, "nothing is asked before the person says so");
        window.click("key-add").await;
        stage.fresh(&window, "openai").await;
        compare(&stage, &window, &["openai"]).await;

        // The keychain was asked by an independent program, the rest of the machine by eyes of our own.
        assert_eq!(kept(&openai.key), 1, "the key is in the keychain");
        nowhere_else(&stage, Some(&window), &["openai"]).await;

        // The other providers, on the screen for accounts.
        window.click("nav-accounts").await;
        for (id, words) in [
            ("anthropic", ["Anthropic", "Sees cost, usage, and limits"]),
            ("openrouter", ["OpenRouter", "balance"]),
        ] {
            window.enter("key-input", &stage.provider(id).key).await;
            window.says("key-recognised", &words).await;
            window.empty("key-input").await;
            stage.connect(&window, id).await;
            assert_eq!(kept(&stage.provider(id).key), 1, "the key of {id} is in the keychain");
        }
        window.click("nav-today").await;
        let all = ["openai", "anthropic", "openrouter"];
        compare(&stage, &window, &all).await;

        let before = stage.requests();
        window.click("sync-now").await;
        window.says("status", &["Everything is up to date."]).await;
        assert!(stage.requests() > before, "a sync reads again");
        compare(&stage, &window, &all).await;
        spend_agrees(&stage, &window, &all).await;
        nowhere_else(&stage, Some(&window), &all).await;
        window.quit().await;
        nowhere_else(&stage, None, &all).await;

        // Everything is still there the next time, without a key being asked for.
        let window = stage.open().await;
        compare(&stage, &window, &all).await;
        window.quit().await;
        assert_eq!(stage.town.redirected_requests(), Vec::<String>::new());
    });
}

/// Brings a text into the key's field through the clipboard, as a person does who copied it elsewhere.
pub(crate) async fn paste(window: &Window, text: &str) {
    window.element("[data-testid=key-advanced] summary").await.click().await.unwrap();
    window.enter("key-base-url", text).await;
    window.press(&[keys::CONTROL], 'a').await;
    window.press(&[keys::CONTROL], 'x').await;
    window.until("the text is cut out", "return at('key-base-url').value === ''", &[]).await;
    window.element("[data-testid=key-advanced] summary").await.click().await.unwrap();
    window.click("key-input").await;
    window.press(&[keys::CONTROL], 'v').await;
    window
        .until(
            "the key is pasted",
            "return at('key-input').value.length === arguments[0]",
            &[json!(text.len())],
        )
        .await;
}

fn kept(key: &str) -> usize {
    kept_keys().iter().filter(|kept| *kept == key).count()
}

async fn nowhere_else(stage: &Stage, window: Option<&Window>, ids: &[&str]) {
    let logs = out_dir();
    for id in ids {
        let needle = Needle::new(&stage.provider(id).key);
        let places = needle.hunt(window, &[stage.folder.path(), &session(), &logs]).await;
        assert!(places.is_empty(), "the key of {id} is in {places:#?}");
    }
}

/// The amounts shown under a test id, to the last digit.
async fn amounts(window: &Window, id: &str) -> Vec<(Decimal, String)> {
    let script = "return [...at(arguments[0]).querySelectorAll('[data-amount]')].map(({ dataset }) => [dataset.amount, dataset.currency])";
    let shown: Vec<(String, String)> = serde_json::from_value(window.js(script, &[json!(id)]).await).unwrap();
    shown.into_iter().map(|(amount, currency)| (amount.parse().unwrap(), currency)).collect()
}

/// The totals, the marks and the table of the first screen against the raw answers.
async fn compare(stage: &Stage, window: &Window, ids: &[&str]) {
    let tomorrow = date_after(TODAY, 1);
    let from = date_after(TODAY, 1 - DAYS_SHOWN);
    let bills = Bills::read(&stage.town, ids, &from, &tomorrow).await;
    assert!(bills.sum(TODAY) > Decimal::ZERO && bills.sum(MONTH) > bills.sum(TODAY), "{bills:?}");
    for (id, date) in [("today-billed", TODAY), ("month-billed", MONTH)] {
        window.shown(id).await;
        assert_eq!(
            amounts(window, id).await,
            [(bills.sum(date), "USD".to_owned())],
            "{id} beside the raw answers"
        );
    }

    window.shown("chart").await;
    window.click("chart-table-toggle").await;
    window.shown("chart-table").await;
    let script = "return [...at('chart-table').querySelectorAll('tr')].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))";
    let table: Vec<Vec<String>> = serde_json::from_value(window.js(script, &[]).await).unwrap();
    window.click("chart-table-toggle").await;
    let (head, days) = table.split_first().unwrap();
    assert_eq!(i64::try_from(days.len()).unwrap(), DAYS_SHOWN, "{table:?}");
    assert_eq!(head.len(), 1 + ids.len(), "{head:?}");
    let mut marks = Vec::new();
    for (date, row) in (0..).map(|later| date_after(&from, later)).zip(days) {
        let (day, month) = (date[8..].trim_start_matches('0'), month_name(&date));
        assert!(row[0].contains(&format!(" {day} {month}")), "{date} is {}", row[0]);
        for (name, cell) in head.iter().zip(row).skip(1) {
            let id = *ids.iter().find(|id| name.to_lowercase().starts_with(**id)).unwrap();
            let raw = bills.0.iter().find(|((day, provider), _)| *day == date && *provider == id);
            let shown = cell.parse::<Decimal>().ok();
            // A provider says nothing of the days it has not billed yet.
            assert_eq!(
                shown.filter(|amount| !amount.is_zero()),
                raw.map(|(_, amount)| *amount).filter(|amount| !amount.is_zero()),
                "{id} on {date}: {cell}"
            );
            marks.extend(shown.filter(|amount| !amount.is_zero()).map(|amount| json!(amount.to_string())));
        }
    }

    // A mark for every figure, in the order of the table, and as tall as its figure: to two pixels, for the gaps in a stack.
    let script = "const marks = [...at('chart').querySelectorAll('rect[data-mark]:not(.gap)')] \
                    .sort((a, b) => a.dataset.mark - b.dataset.mark).map((mark) => mark.getBoundingClientRect().height); \
                  const figures = arguments[0].map(Number); \
                  if (marks.length !== figures.length) return `${marks.length} marks for ${figures.length} figures`; \
                  const tallest = figures.indexOf(Math.max(...figures)); \
                  const scale = marks[tallest] / figures[tallest]; \
                  const wrong = marks.flatMap((height, at) => Math.abs(height - figures[at] * scale) > 2 ? [[at, height, figures[at]]] : []); \
                  return wrong.length > 0 ? JSON.stringify({ scale, wrong }) : ''";
    let wrong = window.js(script, &[Value::from(marks)]).await;
    window.check(wrong == "", &format!("the marks of the chart: {wrong}")).await;
}

/// The Spend screen over this month tells the same total, by whatever it is grouped.
async fn spend_agrees(stage: &Stage, window: &Window, ids: &[&str]) {
    let bills = Bills::read(&stage.town, ids, &format!("{MONTH}-01"), &date_after(TODAY, 1)).await;
    let want = [(bills.sum(MONTH), "USD".to_owned())];
    window.click("nav-spend").await;
    window.click("range-month").await;
    for group in ["provider", "model", "project", "key", "item"] {
        window.click(&format!("group-{group}")).await;
        let script = "return at('spend-table') !== null && document.querySelector('[aria-busy=true]') === null \
                      && at('spend-table').querySelector('thead th').innerText.trim().toLowerCase() === arguments[0]";
        let noun = if group == "item" { "line item" } else { group };
        window.until(&format!("the table is by {group}"), script, &[json!(noun)]).await;
        assert_eq!(amounts(window, "spend-total").await, want, "by {group}");
        let script = "return [...at('spend-table').querySelectorAll('tbody tr')].flatMap((row) => [...row.cells[1].querySelectorAll('[data-amount]')].map(({ dataset }) => dataset.amount))";
        let rows: Vec<String> = serde_json::from_value(window.js(script, &[]).await).unwrap();
        assert_eq!(
            rows.iter().map(|row| row.parse::<Decimal>().unwrap()).sum::<Decimal>(),
            want[0].0,
            "the rows by {group}"
        );
    }
    window.click("group-provider").await;
    window.click("nav-today").await;
}

fn month_name(date: &str) -> &'static str {
    if date.starts_with("2026-10") { "October 2026" } else { "November 2026" }
}
