//! One window a person, kept where it was.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::stage::{NOW, Stage, drive, run};
use crate::window::{BINARY, PATIENCE};

#[test]
fn a_second_start_brings_the_first_window_to_the_front() {
    drive(async || {
        let stage = Stage::new("second", 20).await;
        let window = stage.open().await;
        window.shown("key-input").await;
        let own = window.on_screen(&[]);
        assert_eq!(own.len(), 1, "the program has one window");
        assert!(run("xdotool", &["windowunmap", "--sync", &own[0]]).status.success());
        assert_eq!(window.on_screen(&["--onlyvisible"]).len(), 0, "the window is out of sight");

        let data_dir = stage.data_dir();
        let mut second = Command::new(BINARY)
            .args(["--data-dir", data_dir.to_str().unwrap(), "--now", NOW])
            .spawn()
            .unwrap();
        let end = Instant::now() + PATIENCE;
        let ended = loop {
            if let Some(ended) = second.try_wait().unwrap() {
                break ended;
            }
            if Instant::now() > end {
                let _ = second.kill();
                let _ = second.wait();
                window.fail("the second start does not end").await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert!(ended.success(), "the second start ends well: {ended}");
        while window.on_screen(&["--onlyvisible"]) != own {
            assert!(Instant::now() < end, "the first window does not come back");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        window.shown("key-input").await;
        window.quit().await;
    });
}

#[test]
fn the_size_of_the_window_is_kept() {
    drive(async || {
        let stage = Stage::new("size", 21).await;
        let window = stage.open().await;
        window.shown("key-input").await;
        window.resize(940, 620).await;
        let size = window.size().await;
        window.quit().await;
        let window = stage.open().await;
        window.shown("key-input").await;
        assert_eq!(window.size().await, size, "the window is as large as it was");
        window.quit().await;
    });
}
