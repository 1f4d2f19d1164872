//! From a key to what it brings, painted, over 1,000,000 charges: `make bench`. Nothing here fails for being slow.

use std::time::Duration;

use serde_json::json;

use crate::idle::{copied, optimised};
use crate::stage::{NOW, drive};
use crate::window::{Window, keys};

/// From the key to the frame after the new content was painted.
const LIMIT: u64 = 100;
const ROUNDS: usize = 6;
/// Between two keys, as a person pauses: what one brings is over before the next.
const BREATH: Duration = Duration::from_millis(150);

/// A key, and how the page says that what it brings is there.
struct Step {
    name: String,
    modifiers: &'static [char],
    key: char,
    ready: String,
}

#[test]
#[ignore = "measures the optimised program; make bench calls it after the store is made"]
fn from_key_to_paint() {
    drive(async || {
        let (program, build) = optimised();
        let (_folder, data_dir) = copied("bench/1000000-charges-");
        let window = Window::open_program(program.to_str().unwrap(), None, "paced", &data_dir, NOW).await;
        window.shown("chart").await;
        tokio::time::sleep(BREATH * 20).await;
        println!("From a key to the frame after its content, 1,000,000 charges, {build}, {ROUNDS} rounds:");
        let mut all = Table::default();
        for _ in 0..ROUNDS {
            for step in screens() {
                all.take(&window, &step).await;
            }
        }
        window.press(&[keys::CONTROL], '2').await;
        window.shown("spend-table").await;
        for round in 0..ROUNDS {
            for (control, name) in [("range", "a longer range"), ("group", "another grouping")] {
                let script =
                    "document.querySelector(`[data-testid|=\"${arguments[0]}\"] input:checked`).focus()";
                window.js(script, &[json!(control)]).await;
                // There and back again, to the ends of what can be chosen.
                let key = if round % 2 == 0 { keys::RIGHT } else { keys::LEFT };
                for _ in 0..3 {
                    let ready = "at('chart')?.querySelector('svg') !== window.paced.chart \
                                 && document.querySelector('main [aria-busy=true]') === null";
                    let step =
                        Step { name: format!("Spend: {name}"), modifiers: &[], key, ready: ready.to_owned() };
                    all.take(&window, &step).await;
                }
            }
        }
        for _ in 0..ROUNDS {
            let open = "document.activeElement.matches('[role=dialog] input, [role=combobox]') \
                        && document.querySelectorAll('[role=option]').length > 0";
            let step = Step {
                name: "Control K: the palette".to_owned(),
                modifiers: &[keys::CONTROL],
                key: 'k',
                ready: open.to_owned(),
            };
            all.take(&window, &step).await;
            for letter in ['c', 'r', 'e'] {
                let ready = "document.activeElement.value.length === window.paced.typed + 1 \
                             && document.querySelectorAll('[role=option]').length > 0";
                let step = Step {
                    name: "The palette: a letter".to_owned(),
                    modifiers: &[],
                    key: letter,
                    ready: ready.to_owned(),
                };
                all.take(&window, &step).await;
            }
            window.press(&[], keys::ESCAPE).await;
            tokio::time::sleep(BREATH).await;
        }
        all.print();
        window.quit().await;
    });
}

/// The screens in the order of the navigation, and back to the first.
fn screens() -> Vec<Step> {
    let screens = [
        ('2', "spend", "spend-table"),
        ('3', "credits", "no-lots"),
        ('4', "limits", "limits"),
        ('5', "plans", "plans-advice"),
        ('6', "estimate", "estimate-text"),
        ('7', "accounts", "account-remove"),
        ('8', "settings", "alert-settings"),
        ('1', "today", "chart"),
    ];
    let step = |(key, screen, shown): (char, &str, &str)| Step {
        name: format!("Control {key}: {screen}"),
        modifiers: &[keys::CONTROL],
        key,
        ready: format!(
            "at('nav-{screen}').getAttribute('aria-current') === 'page' && all('{shown}').some(seen) \
             && ![...document.querySelectorAll('main .skeleton')].some(seen)"
        ),
    };
    screens.into_iter().map(step).collect()
}

#[derive(Default)]
struct Table(Vec<(String, Vec<u64>)>);

impl Table {
    /// Presses the key and keeps how long the page took, by its own clock.
    async fn take(&mut self, window: &Window, step: &Step) {
        // A frame that begins after the content is there comes after the one that painted it.
        let watch = format!(
            "window.paced = {{ chart: at('chart')?.querySelector('svg') ?? null, took: null, \
               typed: document.activeElement.value?.length ?? 0 }}; \
             const heard = (event) => {{ \
               if (event.key === 'Control') return; \
               removeEventListener('keydown', heard, true); \
               const look = () => {{ \
                 if ({}) requestAnimationFrame(() => {{ window.paced.took = Math.round(performance.now() - event.timeStamp); }}); \
                 else requestAnimationFrame(look); \
               }}; \
               requestAnimationFrame(look); \
             }}; \
             addEventListener('keydown', heard, true);",
            step.ready
        );
        window.js(&watch, &[]).await;
        window.press(step.modifiers, step.key).await;
        let took = window.until(&step.name, "return window.paced.took", &[]).await;
        let took = took.as_u64().unwrap();
        match self.0.iter_mut().find(|(name, _)| *name == step.name) {
            Some((_, all)) => all.push(took),
            None => self.0.push((step.name.clone(), vec![took])),
        }
        tokio::time::sleep(BREATH).await;
    }

    fn print(&self) {
        for (name, all) in &self.0 {
            let mut sorted = all.clone();
            sorted.sort_unstable();
            let (usual, slowest) = (sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
            let holds = if slowest <= LIMIT { "yes" } else { "NO" };
            println!(
                "  {name:<26} usual {usual:>4} ms, first {:>4} ms, slowest {slowest:>4} ms, at most {LIMIT} ms: {holds}",
                all[0]
            );
        }
    }
}
