//! From launch to the first chart of real data: how many actions, and how long.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use crate::first_run::paste;
use crate::stage::{Stage, drive};
use crate::window::keys;

/// The most that a person does from the launch to the first chart.
const MOST_ACTIONS: usize = 5;
const MOST_SECONDS: u64 = 60;

#[test]
fn the_first_chart_takes_few_actions_and_little_time() {
    drive(async || {
        let stage = Stage::new("first-chart", 76).await;
        let launched = Instant::now();
        let window = stage.open().await;
        window.shown("key-input").await;
        let mut steps = vec![("launch", launched.elapsed())];

        // A provider is where its address says; the pretend one has to be named, which is no step of a person's.
        let openai = stage.provider("openai");
        paste(&window, &openai.key).await;
        steps.push(("click the field", launched.elapsed()));
        steps.push(("paste the key", launched.elapsed()));
        window.element("[data-testid=key-advanced] summary").await.click().await.unwrap();
        window.enter("key-base-url", &openai.base_url).await;
        window.click("key-input").await;
        window.shown("key-recognised").await;
        window.press(&[], keys::ENTER).await;
        steps.push(("press Enter", launched.elapsed()));
        let script = "return at('chart')?.querySelectorAll('[data-mark]').length > 5";
        window.until("the first chart is there", script, &[]).await;
        let seconds = launched.elapsed();

        let actions = steps.len();
        let mut told = String::new();
        for (name, at) in &steps {
            writeln!(told, "{:>6} ms  {name}", at.as_millis()).unwrap();
        }
        writeln!(told, "{:>6} ms  the first chart is there", seconds.as_millis()).unwrap();
        // Past the test harness, which would keep it to itself.
        let told_all = format!("\nfrom launch to the first chart: {actions} actions\n{told}\n");
        std::io::stderr().write_all(told_all.as_bytes()).unwrap();
        assert!(actions <= MOST_ACTIONS, "{told}");
        assert!(seconds.as_secs() < MOST_SECONDS, "{told}");
        window.quit().await;
    });
}
