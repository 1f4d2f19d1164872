//! The town of pretend providers: served on its own, or as the source of sample data.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use spendglass_core::api::{AddLot, SampleAccount, SampleSource, SampleTown};
use spendglass_core::time::Timestamp;
use spendglass_core::vault::Secret;
use spendglass_simulator::{Fault, Person, Town, TownLot, TownOptions};

use crate::Global;
use crate::door::{Ending, Failure, Interrupts, Out};

#[derive(Args)]
#[command(after_help = "\
Prints one line of JSON, {\"now\", \"providers\": {\"openai\": {\"baseUrl\", \"key\"}, ...}}, and serves until it is ended by Ctrl-C
or SIGTERM. Its clock stands at --now, or at the time it was started. A fault is PROVIDER/STREAM=KIND, or KIND*N for the first
N requests; a wrong one is answered with those there are.

Examples:
  spendglass simulator --person team --seed 7
  spendglass simulator --listen 127.0.0.1:8700 --now 2026-11-22T09:30:00Z --fault openai/costs=429-retry-after*2")]
pub(crate) struct Options {
    /// The loopback address to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Whose usage it shows: freelancer, student, team or bulk:ROWS
    #[arg(long, default_value = "freelancer")]
    person: Person,
    /// Everything it answers follows from this number
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// What goes wrong; may be given several times
    #[arg(long = "fault", value_name = "PROVIDER/STREAM=KIND")]
    faults: Vec<Fault>,
}

const SEED: u64 = 7;

pub(crate) async fn run(global: &Global, _out: &Out, options: Options) -> Result<Ending, Failure> {
    let Options { listen, person, seed, faults } = options;
    let mut interrupts = Interrupts::listen()?;
    let town = open(listen, person, seed, global.clock().now(), faults)
        .await
        .map_err(|error| Failure::usage(format!("The simulator cannot listen on {listen}: {error}.")))?;
    Out::raw(&format!("{}\n", town.announcement()))?;
    interrupts.next().await;
    town.shutdown().await;
    Ok(Ending::Done)
}

async fn open(
    listen: SocketAddr,
    person: Person,
    seed: u64,
    now: Timestamp,
    faults: Vec<Fault>,
) -> io::Result<Town> {
    let now = now.to_string().parse().map_err(io::Error::other)?;
    spendglass_simulator::serve(TownOptions { listen, person, seed, now, faults }).await
}

/// Sample data: a freelancer's town on a free port.
pub(crate) fn sample() -> SampleSource {
    Arc::new(|now| Box::pin(sample_town(now)))
}

async fn sample_town(now: Timestamp) -> io::Result<SampleTown> {
    let town = open(SocketAddr::from(([127, 0, 0, 1], 0)), Person::Freelancer, SEED, now, Vec::new()).await?;
    let account = |provider: spendglass_simulator::TownProvider| {
        let key = Secret::new(provider.key).map_err(io::Error::other)?;
        Ok(SampleAccount {
            provider: provider.id.to_owned(),
            base_url: provider.base_url,
            key,
            details: provider.details,
            lots: provider.lots.into_iter().map(lot).collect(),
        })
    };
    let accounts = town.accounts().into_iter().map(account).collect::<io::Result<Vec<_>>>()?;
    Ok(SampleTown { accounts, keep: Box::new(town) })
}

/// Credit that the person knows of, as it is entered.
fn lot(lot: TownLot) -> AddLot {
    AddLot {
        account: 0,
        amount: lot.amount.to_owned(),
        currency: lot.currency.to_owned(),
        acquired: lot.acquired,
        kind: Some(lot.kind.to_owned()),
        rule: lot.expires.map(|date| format!("on:{date}")),
        note: Some(lot.note.to_owned()),
    }
}
