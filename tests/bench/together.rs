//! Thirty accounts read at once, beside the slowest of them alone, from providers that take their time.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use spendglass_core::api::{AddAccount, App, Config, Request, Response, SyncQuery, handle};
use spendglass_core::time::Clock;
use spendglass_core::vault::{Secret, Vault};
use spendglass_simulator::{Person, Town, TownOptions, serve};

use crate::sheet::{Figure, median, ratio};
use crate::stores::{self, NOW};

/// Of each town an account of each of these; a town's keys follow from its seed, so no two are alike.
const PROVIDERS: [&str; 3] = ["openai", "anthropic", "openrouter"];
const TOWNS: u64 = 10;
const ANSWER: Duration = Duration::from_millis(200);
const ROUNDS: usize = 3;

pub(crate) async fn measure(figures: &mut Vec<Figure>) -> Result<()> {
    let scratch = tempfile::tempdir_in(stores::folder()?)?;
    let mut towns = Vec::new();
    for seed in 1..=TOWNS {
        let listen = "127.0.0.1:0".parse()?;
        let options =
            TownOptions { listen, person: Person::Freelancer, seed, now: NOW.parse()?, faults: Vec::new() };
        towns.push(serve(options).await?);
    }
    let slow = |latency: Duration| towns.iter().for_each(|town| town.set_latency(latency));

    // The first time, each with all of its history.
    slow(ANSWER);
    let one = open(&scratch.path().join("one"), &towns[..1]).await?;
    let alone = slowest(&one).await?;
    one.close().await;
    let all = open(&scratch.path().join("all"), &towns).await?;
    let together = sync(&all, None).await?;
    let count = TOWNS * PROVIDERS.len() as u64;
    figures.push(Figure::plain("First sync of the slowest account, 200 ms an answer", seconds(alone)));
    figures.push(held(&format!("First sync of {count} accounts at once"), together, alone));

    // From then on, as every hour.
    let (mut alones, mut togethers) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alones.push(slowest(&all).await?);
        togethers.push(sync(&all, None).await?);
    }
    all.close().await;
    let alone = median(&mut alones).context("no round")?;
    let together = median(&mut togethers).context("no round")?;
    figures.push(Figure::plain("A later sync of the slowest account, 200 ms an answer", seconds(alone)));
    figures.push(held(&format!("A later sync of {count} accounts at once"), together, alone));
    Ok(())
}

fn held(what: &str, together: Duration, alone: Duration) -> Figure {
    let (together, alone) = (together.as_nanos(), alone.as_nanos());
    Figure::held(
        format!("{what}, of the slowest alone"),
        format!("{} times", ratio(together, alone)),
        "at most 1.50 times",
        together * 2 <= alone * 3,
    )
}

fn seconds(took: Duration) -> String {
    format!("{}.{:02} s", took.as_secs(), took.subsec_millis() / 10)
}

/// A store of its own with the accounts of these towns.
async fn open(data_dir: &Path, towns: &[Town]) -> Result<App> {
    let config = Config {
        data_dir: data_dir.to_owned(),
        vault: Vault::memory(),
        clock: Clock::Fixed(NOW.parse()?),
        zone: None,
        sample: None,
    };
    let app = App::open(config).await?;
    for town in towns {
        for provider in PROVIDERS {
            let told = town.providers().into_iter().find(|told| told.id == provider);
            let told = told.context("a provider that the town does not play")?;
            let account = AddAccount {
                provider: told.id.to_owned(),
                base_url: Some(told.base_url),
                key: Some(Secret::new(told.key)?),
                ..AddAccount::default()
            };
            handle(&app, Request::AddAccount(account)).await?;
        }
    }
    Ok(app)
}

/// How long the slowest of the first town's accounts takes by itself.
async fn slowest(app: &App) -> Result<Duration> {
    let mut longest = Duration::ZERO;
    for account in (1..).take(PROVIDERS.len()) {
        longest = longest.max(sync(app, Some(account)).await?);
    }
    Ok(longest)
}

async fn sync(app: &App, account: Option<i64>) -> Result<Duration> {
    let began = Instant::now();
    let answer = handle(app, Request::Sync(SyncQuery { account, from: None })).await?;
    let took = began.elapsed();
    let Response::Sync(report) = answer else { bail!("an answer to another question") };
    ensure!(report.complete && !report.accounts.is_empty(), "{report:?}");
    Ok(took)
}
