//! Stores of a million and of ten million charges over 300 days, made once and kept below `target` for the next run.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};
use spendglass_core::ledger::Charge;
use spendglass_core::pricing::{PriceBook, Pricer};
use spendglass_core::providers;
use spendglass_core::store::{KeyPlace, NewAccount, Schema, Store};
use spendglass_core::time::{Date, Period, Timestamp};

use crate::charges::{ACCOUNTS, Account, BILLED_A_DAY};

pub(crate) const NOW: &str = "2026-11-18T12:30:00Z";
const DAYS: i64 = 300;
/// Days booked at once.
const WINDOW: i64 = 10;
const BATCH: usize = 20_000;

/// Where this program keeps what it makes.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The data folder of a store with so many charges.
pub(crate) async fn with_charges(count: u64) -> Result<PathBuf> {
    let kept = folder()?.join(format!("{count}-charges-{}", fingerprint()));
    if kept.exists() {
        return Ok(kept);
    }
    eprintln!("making a store of {count} charges, once");
    let making = folder()?.join(format!("making-{count}"));
    if making.exists() {
        fs::remove_dir_all(&making)?;
    }
    fill(&making, count).await?;
    fs::rename(&making, &kept)?;
    Ok(kept)
}

/// Another schema, other prices or other charges make another store.
fn fingerprint() -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{:?}", Schema::current()));
    hash.update(PriceBook::bundled().version());
    hash.update(include_str!("charges.rs"));
    hash.update(include_str!("stores.rs"));
    hex(&hash.finalize()[..6])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

async fn fill(folder: &Path, count: u64) -> Result<()> {
    let now: Timestamp = NOW.parse()?;
    let end = now.utc_date().plus_days(1);
    let start = end.plus_days(-DAYS);
    let store = Store::open(folder, now).await?;
    let by_the_hour = ACCOUNTS.iter().filter(|account| account.usage.is_some()).count() as u64;
    let bills = BILLED_A_DAY * ACCOUNTS.len() as u64 * DAYS.unsigned_abs();
    let usage = count.checked_sub(bills).context("fewer charges than the bills alone have")?;
    let mut share = Share { left: usage, of: by_the_hour };
    for account in &ACCOUNTS {
        let id = store.add_account(&account_row(account.provider)?, now).await?;
        let costs = store.stream(id, account.costs).await?;
        for window in windows(start, end) {
            let charges = days(window).flat_map(|day| account.billed(day)).collect();
            book(&store, costs.id, window, [Ok(charges)]).await?;
        }
        store.stream_read(costs.id, None, now).await?;
        if let Some(name) = account.usage {
            let stream = store.stream(id, name).await?;
            let hours = Hours { first: start.utc_start(), last: now, charges: share.next() };
            for window in windows(start, end) {
                book(&store, stream.id, window, hours.batches(account, window)).await?;
            }
            store.stream_read(stream.id, None, now).await?;
        }
    }
    store.check_integrity().await?;
    let mut there = 0;
    for row in store.accounts().await? {
        there += store.count_charges(row.id).await?;
    }
    store.close().await;
    ensure!(there.unsigned_abs() == count, "the store has {there} charges instead of {count}");
    Ok(())
}

/// A number cut into parts that differ by one at most.
struct Share {
    left: u64,
    of: u64,
}

impl Share {
    fn next(&mut self) -> u64 {
        let part = self.left / self.of.max(1);
        self.left -= part;
        self.of -= 1;
        part
    }
}

/// Charges spread evenly over hours.
#[derive(Clone, Copy)]
struct Hours {
    first: Timestamp,
    last: Timestamp,
    charges: u64,
}

impl Hours {
    fn batches(self, account: &Account, window: Period) -> impl Iterator<Item = Result<Vec<Charge>>> {
        let Hours { first, last, charges } = self;
        let hour_of = move |at: Timestamp| at.seconds_since(first).unsigned_abs() / 3_600;
        let all = hour_of(last) + 1;
        let until = move |hour: u64| charges * hour / all;
        let places = hour_of(window.start)..hour_of(window.end).min(all);
        let mut places = places.flat_map(move |hour| {
            let start = first.plus_seconds(i64::try_from(hour * 3_600).unwrap_or_default());
            (0..until(hour + 1) - until(hour)).map(move |place| (start, place))
        });
        let mut pricer = Pricer::new(PriceBook::bundled());
        std::iter::from_fn(move || {
            let batch: Result<Vec<_>> = places
                .by_ref()
                .take(BATCH)
                .map(|(start, place)| account.used(start, place, &mut pricer))
                .collect();
            batch.map(|batch| (!batch.is_empty()).then_some(batch)).transpose()
        })
    }
}

fn windows(start: Date, end: Date) -> impl Iterator<Item = Period> {
    (0..DAYS / WINDOW).filter_map(move |place| {
        let from = start.plus_days(place * WINDOW);
        Period::utc_days(from, from.plus_days(WINDOW).min(end)).ok()
    })
}

fn days(window: Period) -> impl Iterator<Item = Date> {
    let from = window.start.utc_date();
    (0..window.seconds() / 86_400).map(move |place| from.plus_days(place))
}

async fn book(
    store: &Store,
    stream: i64,
    window: Period,
    batches: impl IntoIterator<Item = Result<Vec<Charge>>>,
) -> Result<()> {
    let mut sequence = store.begin_sequence(stream, window);
    for batch in batches {
        sequence.stage(batch?).await?;
    }
    sequence.book().await?;
    Ok(())
}

fn account_row(provider: &str) -> Result<NewAccount> {
    let fingerprint = hex(&Sha256::digest(provider));
    let known = providers::find(provider).context("an account of nobody")?;
    Ok(NewAccount {
        provider: provider.to_owned(),
        label: None,
        base_url: None,
        key_kind: known.keys[0].id.to_owned(),
        key_hint: None,
        key_fingerprint: Some(fingerprint),
        key_place: KeyPlace::Variable("SPENDGLASS_BENCH_KEY".to_owned()),
        details: std::collections::BTreeMap::new(),
    })
}
