//! A first sync from a town of pretend providers, beside the plainest way to write the same rows; and the memory it takes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use spendglass_core::api::{
    AddAccount, App, Config, Request, Response, StreamState, SyncQuery, SyncReport, handle,
};
use spendglass_core::time::Clock;
use spendglass_core::vault::{Secret, Vault};
use spendglass_simulator::{Person, Town, TownOptions, serve};

use crate::plain;
use crate::sheet::{Figure, grouped, median, ratio};
use crate::stores::{self, NOW};

const CHARGES: u64 = 1_000_000;
/// Rows on a page of the town, about.
const PAGE: u64 = 25_000;
const ROUNDS: usize = 3;
/// When the town's bulk of thirty days has come to its third.
const THIRD_DAY: &str = "2026-10-22T12:30:00Z";

/// What a child process did, told on its standard output.
#[derive(Debug, Clone, Copy)]
struct Told {
    charges: u64,
    took: Duration,
    peak_kib: u64,
}

pub(crate) async fn measure(figures: &mut Vec<Figure>) -> Result<()> {
    let scratch = tempfile::tempdir_in(stores::folder()?)?;
    let folder = |name: &str| scratch.path().join(name);
    let town = town().await?;
    // The town keeps what it wrote: from here on it only serves.
    let mut synced = sync(&town, NOW, &folder("first"))?;
    let (mut syncs, mut plains) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        synced = sync(&town, NOW, &folder(&format!("synced-{round}")))?;
        let plain = run("plain", &[&folder("first"), &folder(&format!("plain-{round}"))])?;
        ensure!(plain.charges == synced.charges, "{plain:?} against {synced:?}");
        syncs.push(synced.took);
        plains.push(plain.took);
        std::fs::remove_dir_all(folder(&format!("synced-{round}")))?;
        std::fs::remove_dir_all(folder(&format!("plain-{round}")))?;
    }
    let sync_took = median(&mut syncs).context("no round")?;
    let plain_took = median(&mut plains).context("no round")?;
    let charges = grouped(synced.charges);
    figures.push(Figure::plain(format!("Sync of {charges} charges"), a_second(synced.charges, sync_took)));
    figures.push(Figure::plain(
        "The same rows, inserted and nothing else",
        a_second(synced.charges, plain_took),
    ));
    figures.push(Figure::held(
        "Sync as a share of inserting",
        ratio(plain_took.as_nanos(), sync_took.as_nanos()),
        "at least 0.40",
        plain_took.as_nanos() * 10 >= sync_took.as_nanos() * 4,
    ));

    town.set_now(THIRD_DAY.parse()?);
    let short = typical(&town, THIRD_DAY, &folder("short"))?;
    town.set_now(NOW.parse()?);
    let long = typical(&town, NOW, &folder("long"))?;
    ensure!(long.charges > short.charges * 9, "{short:?}, {long:?}");
    for told in [short, long] {
        let pages = told.charges.div_ceil(PAGE);
        figures.push(Figure::plain(
            format!("Memory of a sync of {} charges, {pages} pages, at its peak", grouped(told.charges)),
            format!("{} MiB", told.peak_kib / 1_024),
        ));
    }
    figures.push(Figure::held(
        "Memory for ten times as many pages",
        format!("{} times", ratio(long.peak_kib.into(), short.peak_kib.into())),
        "at most 1.50 times",
        long.peak_kib * 2 <= short.peak_kib * 3,
    ));
    town.shutdown().await;
    Ok(())
}

async fn town() -> Result<Town> {
    let options = TownOptions {
        listen: "127.0.0.1:0".parse()?,
        person: Person::Bulk(CHARGES),
        seed: 7,
        now: NOW.parse()?,
        faults: Vec::new(),
    };
    Ok(serve(options).await?)
}

/// A first sync in a process of its own, so that its memory is its own.
fn sync(town: &Town, now: &str, folder: &Path) -> Result<Told> {
    let providers = town.providers();
    let openai =
        providers.iter().find(|provider| provider.id == "openai").context("a town without OpenAI")?;
    let args = [&openai.base_url, &openai.key, now].map(PathBuf::from);
    run("sync", &[&args[0], &args[1], &args[2], folder])
}

/// The sync of several whose peak of memory is the middle one: the allocator's share differs from run to run.
fn typical(town: &Town, now: &str, folder: &Path) -> Result<Told> {
    let mut all = Vec::new();
    for round in 0..ROUNDS {
        let folder = folder.with_extension(round.to_string());
        all.push(sync(town, now, &folder)?);
        std::fs::remove_dir_all(folder)?;
    }
    all.sort_by_key(|told| told.peak_kib);
    all.get(ROUNDS / 2).copied().context("no round")
}

fn run(work: &str, args: &[&Path]) -> Result<Told> {
    let mut child = Command::new(std::env::current_exe()?);
    let output = child.arg(work).args(args).stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the child that should {work} ended with {}", output.status);
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<u64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [charges, nanos, peak_kib] = numbers[..] else { bail!("a child told {text:?}") };
    let told = Told { charges, took: Duration::from_nanos(nanos), peak_kib };
    eprintln!("{work}: {} charges in {:.2?}, peak {} MiB", grouped(charges), told.took, peak_kib / 1_024);
    Ok(told)
}

/// The work of a child process, if the arguments ask for one.
pub(crate) async fn child(args: &[String]) -> Result<bool> {
    let told = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sync", base_url, key, now, folder] => {
            let (report, took) = first_sync(base_url, key, now, folder).await?;
            let streams = || report.accounts.iter().flat_map(|account| &account.streams);
            for stream in streams() {
                ensure!(stream.state == StreamState::Ok, "{}: {:?}", stream.stream, stream.message);
            }
            // Names and limits are booked too, for no day: they are no charges.
            let charges = streams().filter(|stream| stream.to.is_some()).map(|stream| stream.booked).sum();
            Told { charges, took, peak_kib: peak_kib()? }
        }
        ["plain", from, to] => {
            let (charges, took) = plain::insert(Path::new(from), Path::new(to)).await?;
            Told { charges, took, peak_kib: peak_kib()? }
        }
        _ => return Ok(false),
    };
    println!("{} {} {}", told.charges, told.took.as_nanos(), told.peak_kib);
    Ok(true)
}

async fn first_sync(base_url: &str, key: &str, now: &str, folder: &str) -> Result<(SyncReport, Duration)> {
    let config = Config {
        data_dir: folder.into(),
        vault: Vault::memory(),
        clock: Clock::Fixed(now.parse()?),
        zone: None,
        sample: None,
    };
    let app = App::open(config).await?;
    let account = AddAccount {
        provider: "openai".to_owned(),
        base_url: Some(base_url.to_owned()),
        key: Some(Secret::new(key)?),
        ..AddAccount::default()
    };
    handle(&app, Request::AddAccount(account)).await?;
    let started = Instant::now();
    let response = handle(&app, Request::Sync(SyncQuery::default())).await?;
    let took = started.elapsed();
    app.close().await;
    let Response::Sync(report) = response else { bail!("another answer than was asked for") };
    Ok((report, took))
}

/// The most memory that this process ever held, in KiB.
pub(crate) fn peak_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("memory is read on Linux only")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

fn a_second(count: u64, took: Duration) -> String {
    format!("{} a second", grouped(u128::from(count) * 1_000_000_000 / took.as_nanos().max(1)))
}
