//! What the program costs while nobody looks at it: `make bench`. Nothing here fails for being slow.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::processes;
use crate::stage::{NOW, drive, run};
use crate::tray::{Bare, Panel};
use crate::window::{BINARY, Window};

/// Until what comes with a start is over: reading, raising, delivering, drawing.
const WARM: Duration = Duration::from_secs(45);
/// Some turns of the loop.
const WATCHED: Duration = Duration::from_mins(4);
/// Hundredths of a per cent of one core.
const LIMIT: u128 = 50;

#[test]
#[ignore = "takes five minutes; make bench calls it after the store is made"]
fn idle_in_the_tray() {
    drive(async || {
        let (_folder, data_dir) = copied("bench/alerts");

        let panel = Panel::open().await;
        let (program, build) = optimised();
        let started = Command::new(&program)
            .args(["--data-dir", data_dir.to_str().unwrap(), "--now", NOW, "--hidden"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        let program_running = Bare(started.unwrap());
        let pid = program_running.0.id();
        panel.menu().await;
        tokio::time::sleep(WARM).await;
        let (before, begun) = (processes::ticks(pid), Instant::now());
        tokio::time::sleep(WATCHED).await;
        let (ticks, took) = (processes::ticks(pid) - before, begun.elapsed());
        // A tick is a hundredth of a second: this is in hundredths of a per cent of one core.
        let share = u128::from(ticks) * 10 * 10_000 / took.as_millis();
        println!(
            "Idle in the tray, 50 accounts, a year, {} s, {}: {}.{:02} % of one core, under 0.50 %: {}",
            took.as_secs(),
            build,
            share / 100,
            share % 100,
            if share < LIMIT { "yes" } else { "NO" }
        );
    });
}

#[test]
#[ignore = "takes a minute; make bench calls it after the store is made"]
fn idle_in_sight() {
    drive(async || {
        let (program, build) = optimised();
        let (_folder, data_dir) = copied("bench/alerts");
        let window = Window::open_program(program.to_str().unwrap(), None, "idle", &data_dir, NOW).await;
        window.shown("chart").await;
        tokio::time::sleep(WARM).await;
        let frames = "let frames = 0; const done = arguments[0]; const node = document.documentElement; \
            const watch = new MutationObserver((changes) => { frames += changes.length; }); \
            watch.observe(node, { subtree: true, childList: true, attributes: true, characterData: true }); \
            setTimeout(() => { watch.disconnect(); done([frames, document.getAnimations().length]); }, 25000)";
        let (before, begun) = (window.ticks(), Instant::now());
        let seen = window.js_later(frames, &[]).await;
        let (ticks, took) = (window.ticks() - before, begun.elapsed());
        let share = u128::from(ticks) * 10 * 10_000 / took.as_millis();
        println!(
            "Idle in sight, 50 accounts, a year, {} s, {build}: {}.{:02} % of one core, under 0.50 %: {}; \
             changes of the page: {}, animations: {}, none of either: {}",
            took.as_secs(),
            share / 100,
            share % 100,
            if share < LIMIT { "yes" } else { "NO" },
            seen[0],
            seen[1],
            if seen == serde_json::json!([0, 0]) { "yes" } else { "NO" }
        );
    });
}

/// A copy of a kept store, in a folder that goes with it.
pub(crate) fn copied(name: &str) -> (TempDir, PathBuf) {
    let places = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let (parent, begin) = (places.parent().unwrap(), places.file_name().unwrap().to_str().unwrap());
    let kept = std::fs::read_dir(parent).ok().and_then(|mut found| {
        found.find_map(|entry| {
            let path = entry.ok()?.path();
            path.file_name()?.to_str()?.starts_with(begin).then_some(path)
        })
    });
    let kept = kept.expect("a store is missing: cargo bench -p spendglass-core --bench figures makes it");
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let copied = run("cp", &["-r", kept.to_str().unwrap(), data_dir.to_str().unwrap()]);
    assert!(copied.status.success());
    (folder, data_dir)
}

/// The optimised program where it was built, and what it is.
pub(crate) fn optimised() -> (PathBuf, &'static str) {
    let program = binary(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let build =
        if program.ends_with("release/spendglass-app") { "release build" } else { "development build" };
    (program, build)
}

/// The optimised program where it was built, which is what is measured.
fn binary(built: &Path) -> PathBuf {
    let release = built.with_file_name("release").join("spendglass-app");
    if release.exists() { release } else { BINARY.into() }
}
