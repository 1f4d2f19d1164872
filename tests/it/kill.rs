//! The process is killed at random points of a sync, of an opening and of a migration: the books are old or new, never half.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use spendglass_core::api::Grouping;
use spendglass_core::net::{Net, Timeouts};
use spendglass_core::store::{Schema, Store};
use spendglass_core::sync::Engine;
use spendglass_simulator::Person;
use sqlx::Row as _;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::children::{NEXT_STEP, SAYS, child, said, sync_task};
use crate::house::{
    Connected, GROUPINGS, House, QUICK, Rows, number, open_town, peek, rows, schema_steps, usage,
};

const EARLY: &str = "2026-11-18T00:30:00Z";
const LATE: &str = "2026-11-18T22:40:00Z";
const DAY: i64 = 86_400;
/// The days that a look-back of three complete days reads again, as one window.
const READ_AGAIN: i64 = 4;
const KILLS: u32 = 200;
const KILLS_A_STAGE: u32 = 40;

/// A seed of its own for every run; `SPENDGLASS_KILL_SEED` repeats one.
fn dice() -> fastrand::Rng {
    #[expect(clippy::disallowed_methods, reason = "to repeat a run that failed")]
    let seed = std::env::var("SPENDGLASS_KILL_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("SPENDGLASS_KILL_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}

/// When a child dies.
struct Moment {
    /// After so many lines of progress,
    lines: u64,
    /// and so much longer.
    micros: u64,
}

/// Runs a child and kills it. Says whether it was still alive.
async fn kill(task: &Value, moment: Moment) -> bool {
    let mut command = Command::from(child(task));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seen = 0;
    while seen < moment.lines {
        match lines.next_line().await.unwrap() {
            Some(line) if line.contains(SAYS) => seen += 1,
            Some(_) => {}
            None => break,
        }
    }
    // Not to wait for anything, but to die at no point in particular.
    let _ = tokio::time::timeout(Duration::from_micros(moment.micros), child.wait()).await;
    child.start_kill().unwrap();
    let status = child.wait().await.unwrap();
    #[cfg(unix)]
    let killed = std::os::unix::process::ExitStatusExt::signal(&status) == Some(9);
    #[cfg(not(unix))]
    let killed = !status.success();
    assert!(killed || status.success(), "{status:?}");
    killed
}

pub(crate) fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

pub(crate) async fn check_whole(data: &Path) {
    let mut connection = peek(data).await;
    let said: String = sqlx::query("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap().get(0);
    assert_eq!(said, "ok");
    assert!(sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection).await.unwrap().is_empty());
}

/// How far each stream is booked, in seconds.
async fn covered(data: &Path) -> BTreeMap<(i64, String), (i64, i64)> {
    let sql =
        "SELECT account_id, name, covered_from, covered_until FROM streams WHERE covered_from IS NOT NULL";
    let streams = sqlx::query(sql).fetch_all(&mut peek(data).await).await.unwrap();
    streams.iter().map(|row| ((row.get(0), row.get(1)), (row.get(2), row.get(3)))).collect()
}

/// Every booked day is that of one clean sync or of the other; of days that are not booked there is nothing; and a window
/// that is read again changes as a whole.
async fn check_old_or_new(data: &Path, clean: [&Rows; 2], before: &BTreeMap<(i64, String), (i64, i64)>) {
    let tomorrow = (LATE.parse::<spendglass_core::time::Timestamp>().unwrap().unix() / DAY + 1) * DAY;
    let found = rows(data).await;
    let covered = covered(data).await;
    let places: BTreeSet<_> = found.keys().chain(clean[0].keys()).chain(clean[1].keys()).cloned().collect();
    let mut again = BTreeMap::<(i64, String), [bool; 2]>::new();
    for place in places {
        let (account, stream, day) = place.clone();
        let key = (account, stream);
        let (rows, [old, new]) = (found.get(&place), clean.map(|clean| clean.get(&place)));
        let booked = covered.get(&key).is_some_and(|(from, until)| (*from..*until).contains(&day));
        if booked {
            assert!(rows == old || rows == new, "half a day at {place:?}: {rows:#?}");
        } else {
            assert!(rows.is_none(), "{place:?} is in the books and is not said to be: {rows:#?}");
        }
        // It was read to its end before, so this run read the last days as one window.
        let whole_before = before.get(&key).is_some_and(|(_, until)| *until == tomorrow);
        if whole_before && day >= tomorrow - READ_AGAIN * DAY {
            let same = again.entry(key).or_insert([true; 2]);
            *same = [same[0] && rows == old, same[1] && rows == new];
        }
    }
    for (stream, same) in again {
        assert!(same[0] || same[1], "half a window of {stream:?}");
    }
}

/// A further sync, to its end, equals one clean sync.
async fn check_finishes(data: &Path, accounts: &[Connected], clean: &House, clean_rows: &Rows) {
    let now = clean.now;
    let mut finished = House::beside(&clean.town, LATE, QUICK, Timeouts::default()).await;
    finished.store.close().await;
    copy(data, &finished.data());
    finished.store = Store::open(&finished.data(), now).await.unwrap();
    finished.engine = Engine::new(finished.store.clone(), Net::new(Timeouts::default()), QUICK);
    finished.accounts = accounts.to_vec();
    finished.at(LATE);
    finished.sync_well(None).await;
    assert!(finished.rows().await == *clean_rows, "a sync after the kills does not end like a clean one");
    let (app, door) = (finished.door().await, clean.door().await);
    for by in GROUPINGS {
        let [mended, clean] = [
            usage(&app, by, "2026-10-01", "2026-11-19").await,
            usage(&door, by, "2026-10-01", "2026-11-19").await,
        ];
        assert_eq!(mended, clean);
    }
    app.close().await;
    finished.store.close().await;
    copy(&finished.data(), data);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_kills_leave_old_or_new_books() {
    let mut dice = dice();
    let town = open_town(Person::Student, LATE).await;
    let mut clean = Vec::new();
    for now in [EARLY, LATE] {
        town.set_now(now.parse().unwrap());
        let house = House::beside(&town, now, QUICK, Timeouts::default()).await;
        house.sync_well(None).await;
        let rows = house.rows().await;
        clean.push((house, rows));
    }
    let both = [&clean[0].1, &clean[1].1];
    assert_ne!(
        both[0], both[1],
        "the town changes nothing between the two, so half a window could not be seen"
    );
    let empty = House::beside(&town, LATE, QUICK, Timeouts::default()).await;
    empty.store.close().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (mut kills, mut runs) = (0, 0);
    while kills < KILLS {
        if kills % (2 * KILLS_A_STAGE) == 0 {
            // Every other stage begins with a first import, the others go on from a store that is up to date.
            copy(&empty.data(), &data);
        }
        let stage = kills / KILLS_A_STAGE;
        while kills / KILLS_A_STAGE == stage {
            let now = if dice.bool() { EARLY } else { LATE };
            town.set_now(now.parse().unwrap());
            let mut accounts = empty.accounts.clone();
            accounts.rotate_left(dice.usize(0..3));
            let before = covered(&data).await;
            let moment = if dice.bool() {
                Moment { lines: dice.u64(1..24), micros: dice.u64(0..4_000) }
            } else {
                Moment { lines: dice.u64(0..2), micros: dice.u64(0..150_000) }
            };
            runs += 1;
            kills += u32::from(kill(&sync_task(&data, now, &accounts), moment).await);
            check_whole(&data).await;
            check_old_or_new(&data, both, &before).await;
            assert!(runs < 4 * KILLS, "only {kills} of {runs} were alive when they were killed");
        }
        check_finishes(&data, &empty.accounts, &clean[1].0, both[1]).await;
    }
    println!("{kills} kills in {runs} runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_opening_or_migrating_leaves_a_store_that_opens() {
    let mut dice = dice();
    let house = House::new(Person::Student, LATE).await;
    for outcome in house.sync("openrouter", None).await {
        assert!(outcome.error.is_none());
    }
    house.store.close().await;
    let charges = rows(&house.data()).await;
    let next = Schema::current().then("more", NEXT_STEP);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut kills = 0;
    for run in 0..40 {
        let first = run % 2 == 0;
        if first {
            // A folder that was never opened.
            let _ = std::fs::remove_dir_all(&data);
        } else {
            copy(&house.data(), &data);
        }
        for _ in 0..2 {
            let task = json!({"do": "migrate", "data": data, "now": LATE});
            let moment = Moment { lines: 1, micros: dice.u64(0..60_000) };
            kills += u32::from(kill(&task, moment).await);
            if !first && data.join("spendglass.db").exists() {
                check_whole(&data).await;
                assert!(rows(&data).await == charges, "a migration that is cut short loses nothing");
                let steps = number(&data, "SELECT count(*) FROM _sqlx_migrations").await;
                let made =
                    number(&data, "SELECT count(*) FROM sqlite_schema WHERE name IN ('more', 'more_by_n')")
                        .await;
                assert_eq!(made, 2 * (steps - schema_steps()), "a step is made as a whole");
            }
        }
        let store = Store::open_with(&data, &next, LATE.parse().unwrap()).await.unwrap();
        store.check_integrity().await.unwrap();
        store.close().await;
        assert_eq!(number(&data, "SELECT count(*) FROM more").await, 20_000);
        for file in std::fs::read_dir(&data).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            if !name.starts_with("backup-schema-") {
                continue;
            }
            // What bears a backup's name is a whole one.
            let old = tempfile::tempdir().unwrap();
            let place = old.path().join("data");
            std::fs::create_dir(&place).unwrap();
            std::fs::copy(data.join(&name), place.join("spendglass.db")).unwrap();
            let store = Store::open(&place, LATE.parse().unwrap()).await.unwrap();
            store.check_integrity().await.unwrap();
            store.close().await;
            if !first {
                assert!(rows(&place).await == charges);
            }
        }
    }
    assert!(kills > 10, "only {kills} of 80 were alive when they were killed");
}

/// Two programs that start at once share one store; one of them makes it.
#[tokio::test(flavor = "multi_thread")]
async fn several_processes_open_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new").join("data");
    for role in ["open", "migrate"] {
        let task = json!({"do": role, "data": data, "now": LATE});
        let children: Vec<_> = (0..4).map(|_| child(&task).stdout(Stdio::piped()).spawn().unwrap()).collect();
        for child in children {
            let output: Output = child.wait_with_output().unwrap();
            assert_eq!(said(&output), ["opening", "opened"]);
        }
    }
    assert_eq!(number(&data, "SELECT count(*) FROM _sqlx_migrations").await, schema_steps() + 1);
    assert_eq!(std::fs::read_dir(&data).unwrap().filter(|f| backup(f.as_ref().unwrap())).count(), 1);
    let refused = child(&json!({"do": "open", "data": data, "now": LATE})).output().unwrap();
    let said = said(&refused);
    assert!(said[1].contains("newer version of Spendglass") && said[1].contains("Update"), "{said:?}");
}

fn backup(file: &std::fs::DirEntry) -> bool {
    file.file_name().to_string_lossy().starts_with("backup-")
}

/// One sync of an account at a time, across processes; the turn of one that was killed is free again.
#[tokio::test(flavor = "multi_thread")]
async fn the_turn_of_a_killed_process_is_free() {
    let house = House::new(Person::Student, LATE).await;
    let task = json!({"do": "hold", "data": house.data(), "now": LATE});
    let mut command = Command::from(child(&task));
    let mut holder = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    while !lines.next_line().await.unwrap().unwrap().ends_with("holding") {}
    assert!(house.store.try_lock_account(1).unwrap().is_none());
    assert!(house.store.try_lock_account(2).unwrap().is_some(), "another account has a turn of its own");
    holder.kill().await.unwrap();
    let turn = house.store.try_lock_account(1).unwrap();
    assert!(turn.is_some() && house.store.try_lock_account(1).unwrap().is_none());
    drop(turn);
    assert!(house.store.try_lock_account(1).unwrap().is_some());
    let app = house.door().await;
    usage(&app, Grouping::Day, "2026-11-01", "2026-11-02").await;
}
