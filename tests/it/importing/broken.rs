//! An import that is killed, or whose disk takes no more, leaves the books as they were, or has booked all of the file.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use spendglass_core::store::Store;
use tokio::process::Command;

use super::{Books, NOW};
use crate::children::{child, said, starved_child};
use crate::house::{Rows, rows};
use crate::kill::{check_whole, copy};

const LINES: u64 = 6_000;

/// Lines of thirty days, of which the later file corrects some, adds others, and lacks the rest.
fn file(lines: std::ops::Range<u64>, cents: u64) -> String {
    let mut text = "start_time,end_time,amount_value,amount_currency,line_item\n".to_owned();
    for n in lines {
        let start = 1_790_812_800 + n % 30 * 86_400;
        writeln!(text, "{start},{},0.{cents:02}{n:07},usd,item {n}", start + 86_400).unwrap();
    }
    text
}

/// A folder as it was before, the import that is to break, and the books before and after it.
struct Scene {
    books: Books,
    task: Value,
    old: Rows,
    new: Rows,
}

impl Scene {
    async fn set() -> Scene {
        let books = Books::open().await;
        books.import(file(0..LINES / 2, 1)).await;
        books.store.close().await;
        let old = books.rows().await;
        let second = books.put("second.csv", file(LINES / 4..LINES, 2));
        let other = books.folder.path().join("other");
        copy(&books.folder.path().join("data"), &other);
        let task = json!({"do": "requests", "data": other, "now": NOW, "requests": [
            {"method": "import", "params": {"path": second, "account": books.account}}]});
        let scene = Scene { books, task, old, new: Rows::new() };
        let lines = said(&child(&scene.task).output().unwrap());
        assert!(lines[0].contains("\"booked\":true"), "{lines:?}");
        let new = rows(&scene.data()).await;
        assert_ne!(new, scene.old);
        Scene { new, ..scene }
    }

    fn data(&self) -> std::path::PathBuf {
        Path::new(self.task["data"].as_str().unwrap()).to_owned()
    }

    fn begin(&self) {
        copy(&self.books.folder.path().join("data"), &self.data());
    }

    /// Whether the file is booked; all of it or nothing.
    async fn is_booked(&self, when: &str) -> bool {
        check_whole(&self.data()).await;
        let found = rows(&self.data()).await;
        assert!(found == self.old || found == self.new, "half an import {when}");
        found == self.new
    }

    /// What was broken off is imported again.
    async fn check_again(&self) {
        said(&child(&self.task).output().unwrap());
        assert!(rows(&self.data()).await == self.new);
        let store = Store::open(&self.data(), NOW.parse().unwrap()).await.unwrap();
        store.check_integrity().await.unwrap();
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_import_is_booked_whole_or_not_at_all() {
    let scene = Scene::set().await;
    scene.begin();
    let begun = std::time::Instant::now();
    said(&child(&scene.task).output().unwrap());
    let whole = u64::try_from(begun.elapsed().as_micros()).unwrap();
    let (mut kills, mut before) = (0, 0);
    for turn in 0..30 {
        scene.begin();
        let mut command = Command::from(child(&scene.task));
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        // Not to wait for anything, but to die at many points from the start to the end.
        let _ = tokio::time::timeout(Duration::from_micros(whole * turn / 28), child.wait()).await;
        child.start_kill().unwrap();
        kills += u32::from(!child.wait().await.unwrap().success());
        before += u32::from(!scene.is_booked(&format!("after kill {turn}")).await);
        if turn % 10 == 9 {
            scene.check_again().await;
        }
    }
    assert!(kills >= 10 && before >= 5, "{kills} of 30 were alive, {before} had booked nothing");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_import_on_a_full_disk_says_so_and_books_nothing() {
    let scene = Scene::set().await;
    let size = std::fs::metadata(scene.books.folder.path().join("data/spendglass.db")).unwrap().len() / 512;
    let mut full = 0;
    for more in [0, 100, 400, 1_000, 2_000, 400_000] {
        scene.begin();
        let blocks = u32::try_from(size + more).unwrap();
        let lines = said(&starved_child(&scene.task, blocks).output().unwrap());
        let booked = scene.is_booked(&format!("with room for {more} blocks")).await;
        assert_eq!(booked, lines[0].contains("\"booked\":true"), "{lines:?}");
        if !booked {
            full += 1;
            assert!(lines[0].contains("disk is full"), "{lines:?}");
            scene.check_again().await;
        }
    }
    assert!(full >= 2, "the disk was full {full} times only");
}
