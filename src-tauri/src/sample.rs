//! Where sample data comes from: a freelancer's town of pretend providers on loopback.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use spendglass_core::api::{AddLot, SampleAccount, SampleSource, SampleTown};
use spendglass_core::time::Timestamp;
use spendglass_core::vault::Secret;
use spendglass_simulator::{Person, TownLot, TownOptions, TownProvider, serve};

/// The same town as that of `spendglass demo`.
const SEED: u64 = 7;

pub(crate) fn source() -> SampleSource {
    Arc::new(|now| Box::pin(open(now)))
}

async fn open(now: Timestamp) -> io::Result<SampleTown> {
    let town = serve(TownOptions {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        person: Person::Freelancer,
        seed: SEED,
        now: now.to_string().parse().map_err(io::Error::other)?,
        faults: Vec::new(),
    })
    .await?;
    let accounts = town.accounts().into_iter().map(account).collect::<io::Result<_>>()?;
    Ok(SampleTown { accounts, keep: Box::new(town) })
}

fn account(provider: TownProvider) -> io::Result<SampleAccount> {
    let key = Secret::new(provider.key).map_err(io::Error::other)?;
    Ok(SampleAccount {
        provider: provider.id.to_owned(),
        base_url: provider.base_url,
        key,
        details: provider.details,
        lots: provider.lots.into_iter().map(lot).collect(),
    })
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
