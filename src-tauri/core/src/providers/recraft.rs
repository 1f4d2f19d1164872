//! Recraft: the API units that are left.

use serde::Deserialize;

use super::{
    Check, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees, Source, Stream,
    decode, said_at,
};
use crate::ledger::{Balance, BalanceKind};
use crate::money::{Currency, Money};

/// Recraft.
pub const PROVIDER: Provider = Provider {
    id: "recraft",
    name: "Recraft",
    base_url: "https://external.api.recraft.ai/v1",
    keys: &[KeyKind {
        id: "api",
        name: "API token",
        sees: &[Sees::Balance],
        made_at: "https://www.recraft.ai/profile/api",
        note: "Any token sees the units of the account. It can also be used to make pictures, so keep it to yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/users/me"),
        kind: |body| decode::<Answer>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "units",
        sees: Sees::Balance,
        source: Source::Http(|_| Request::get("/users/me")),
        parse: units,
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/message"]),
    units: &[Currency::unit("recraft.units")],
    latency: "The units are told as they stand.",
    lacks: "It tells units, which are no money, and neither cost, usage nor the day they lapse. What a pack cost can be entered \
            by hand (spendglass enter).",
    ..Provider::PLAIN
};

/// What is kept of the answer. The rest of it is about the person.
#[derive(Deserialize)]
struct Answer {
    credits: Exact,
}

fn units(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    const UNITS: Currency = Currency::unit("recraft.units");
    let left = Money::new(decode::<Answer>(body)?.credits.0, UNITS);
    let balance = Balance::left(query.observed_at, BalanceKind::Credits, left);
    Ok(Page { entries: vec![Entry::Balance(balance)], next: Next::End })
}
