//! What the program costs while nobody looks at it: `make bench`. Nothing here fails for being slow.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::processes;
use crate::stage::{NOW, drive, run};
use crate::tray::{Bare, Panel};
use crate::window::BINARY;

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
        let built = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let kept = built.join("bench/alerts");
        assert!(
            kept.exists(),
            "the store is missing: cargo bench -p spendglass-core --bench figures -- alerts makes it"
        );
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("data");
        let copied = run("cp", &["-r", kept.to_str().unwrap(), data_dir.to_str().unwrap()]);
        assert!(copied.status.success());

        let panel = Panel::open().await;
        let program = binary(built);
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
            if program.ends_with("release/spendglass-app") { "release build" } else { "development build" },
            share / 100,
            share % 100,
            if share < LIMIT { "yes" } else { "NO" }
        );
    });
}

/// The optimised program where it was built, which is what is measured.
fn binary(built: &Path) -> PathBuf {
    let release = built.with_file_name("release").join("spendglass-app");
    if release.exists() { release } else { BINARY.into() }
}
