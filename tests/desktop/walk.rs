//! Each figure on the screen is the terminal's: what the window shows of money is looked up in what the door answers over the
//! same store at the same time.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::looks::{go, prepay, settled};
use crate::stage::{Stage, drive};
use crate::window::Window;

/// What a screen shows: exact amounts that it carries, and amounts as a person reads them.
struct Shown {
    screen: &'static str,
    exact: Vec<String>,
    read: Vec<String>,
}

#[test]
fn each_figure_on_the_screen_is_the_terminals() {
    drive(async || {
        let stage = Stage::new("walk", 77).await;
        let window = stage.open().await;
        window.resize(1_920, 1_100).await;
        for id in ["openai", "anthropic", "openrouter"] {
            go(&window, "accounts").await;
            stage.connect(&window, id).await;
        }
        prepay(&window).await;
        // The range that somebody chose before is remembered: here it is the month.
        let by_provider = spend_rows(&window).await;
        let mut shown = Vec::new();
        for (screen, ready) in [
            ("today", "chart"),
            ("spend", "spend-table"),
            ("credits", "lots-open"),
            ("limits", "limits"),
            ("plans", "plans-options"),
            ("accounts", "account-remove"),
        ] {
            go(&window, screen).await;
            window.shown(ready).await;
            settled(&window).await;
            shown.push(look(&window, screen).await);
        }
        let today = amounts(&window_today(&window).await);
        let days = window
            .js("return Number(document.querySelector('[data-testid=buyer-days]')?.value ?? 0)", &[])
            .await;
        window.quit().await;

        // What the terminal says, by its own requests.
        let overview = stage.ask(json!({"method": "overview", "params": {}})).await;
        let month = json!({"from": "2026-11-01", "to": "2026-11-19"});
        let usage = |by: &str, range: &Value| {
            let params = json!({"by": by, "from": range["from"], "to": range["to"]});
            json!({"method": "usage", "params": params})
        };
        let by_month = stage.ask(usage("provider", &month)).await;
        for id in ["today", "month"] {
            let of = &overview[id]["billed"];
            assert_eq!(today[id], amounts_of(of), "{id}");
        }
        let rows: BTreeSet<(String, Decimal)> = by_month["rows"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|row| {
                let name =
                    row["label"].as_str().or_else(|| row["name"].as_str()).unwrap_or_default().to_owned();
                amounts_of(&row["billed"]).into_iter().map(move |(amount, _)| (name.clone(), amount))
            })
            .collect();
        let told: BTreeSet<Decimal> = rows.iter().map(|(_, amount)| *amount).collect();
        let seen: BTreeSet<Decimal> = by_provider.iter().copied().collect();
        assert_eq!(seen, told, "the rows of Spend by provider: {rows:?}");

        let mut all = Vec::new();
        for request in [
            json!({"method": "overview", "params": {}}),
            json!({"method": "credits", "params": {}}),
            json!({"method": "limits"}),
            json!({"method": "forecast", "params": {}}),
            json!({"method": "accounts"}),
            json!({"method": "budgets"}),
            json!({"method": "plans", "params": if days.as_i64() > Some(0) { json!({"days": days}) } else { json!({}) }}),
            json!({"method": "savings", "params": {}}),
            usage("provider", &month),
            usage("provider", &json!({"from": "2026-10-20", "to": "2026-11-19"})),
            usage("model", &json!({"from": "2026-10-20", "to": "2026-11-19"})),
        ] {
            gather(&stage.ask(request).await, &mut all);
        }
        let mut looked_up = 0;
        for Shown { screen, exact, read } in &shown {
            for amount in exact {
                let amount: Decimal = amount.parse().unwrap();
                assert!(all.contains(&amount), "{screen} shows {amount}, which the terminal does not say");
                looked_up += 1;
            }
            for text in read {
                let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
                let Ok(figure) = digits.parse::<Decimal>() else { continue };
                let places = figure.scale();
                let same = all.iter().any(|told| {
                    told.abs().round_dp(places) == figure || half_up(told.abs(), places) == figure
                });
                assert!(same, "{screen} reads {text}, which the terminal does not say");
                looked_up += 1;
            }
        }
        assert!(looked_up > 60, "only {looked_up} figures were looked up");
    });
}

fn half_up(amount: Decimal, places: u32) -> Decimal {
    amount.round_dp_with_strategy(places, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
}

/// Every amount of money of the main part of a screen; pictures draw theirs on an axis of round figures.
async fn look(window: &Window, screen: &'static str) -> Shown {
    let script = "const main = document.querySelector('main'); \
        const exact = [...main.querySelectorAll('[data-amount]')].filter(seen).map(({ dataset }) => dataset.amount); \
        const read = []; \
        const walk = (node) => { \
          if (node.nodeType === 3) read.push(...(node.data.match(/[$₹€£]\\s?[\\d,]*\\.?\\d+/g) ?? [])); \
          else if (node.nodeType === 1 && node.localName !== 'svg' && node.checkVisibility()) node.childNodes.forEach(walk); \
        }; \
        walk(main); return { exact, read }";
    let told = window.js(script, &[]).await;
    let list = |of: &str| -> Vec<String> { serde_json::from_value(told[of].clone()).unwrap() };
    Shown { screen, exact: list("exact"), read: list("read") }
}

async fn window_today(window: &Window) -> Value {
    go(window, "today").await;
    window.shown("month-billed").await;
    settled(window).await;
    let script = "const of = (id) => [...at(id).querySelectorAll('[data-amount]')].map(({ dataset }) => ({ amount: dataset.amount, currency: dataset.currency })); \
                  return { today: of('today-billed'), month: of('month-billed') }";
    window.js(script, &[]).await
}

/// The billed amount of each row of the month by provider.
async fn spend_rows(window: &Window) -> Vec<Decimal> {
    go(window, "spend").await;
    window.click("range-month").await;
    window.click("group-provider").await;
    let script = "return at('spend-table') !== null && document.querySelector('[aria-busy=true]') === null \
                  && at('spend-table').querySelector('thead th').innerText.trim().toLowerCase() === 'provider'";
    window.until("the table is by provider", script, &[]).await;
    settled(window).await;
    let script = "return [...at('spend-table').querySelectorAll('tbody tr')].map((row) => row.querySelector('[data-amount]')?.dataset.amount ?? null).filter((amount) => amount !== null)";
    let rows: Vec<String> = serde_json::from_value(window.js(script, &[]).await).unwrap();
    rows.iter().map(|row| row.parse().unwrap()).collect()
}

fn amounts(shown: &Value) -> std::collections::BTreeMap<&'static str, BTreeSet<(Decimal, String)>> {
    ["today", "month"].into_iter().map(|id| (id, amounts_of(&shown[id]))).collect()
}

fn amounts_of(list: &Value) -> BTreeSet<(Decimal, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let amount = |one: &Value| (text(&one["amount"]).parse().unwrap(), text(&one["currency"]));
    list.as_array().into_iter().flatten().map(amount).collect()
}

/// Every decimal that an answer holds.
fn gather(answer: &Value, all: &mut Vec<Decimal>) {
    match answer {
        Value::Array(items) => items.iter().for_each(|item| gather(item, all)),
        Value::Object(fields) => fields.values().for_each(|value| gather(value, all)),
        Value::String(text) => {
            all.extend(text.parse::<Decimal>());
            // Sentences of the core hold figures, too.
            let words = text.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','));
            let figures = words.filter(|word| word.contains(|c: char| c.is_ascii_digit()));
            all.extend(
                figures.filter_map(|word| {
                    word.trim_matches(['.', ',']).replace(',', "").parse::<Decimal>().ok()
                }),
            );
        }
        Value::Number(number) => all.extend(number.to_string().parse::<Decimal>()),
        _ => {}
    }
}
