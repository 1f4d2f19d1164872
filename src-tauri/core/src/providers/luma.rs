//! Luma AI's Dream Machine API: what is left, in cents.

use serde::Deserialize;

use super::{
    Check, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees, Source, Stream,
    decode, said_at, shifted,
};
use crate::ledger::{Balance, BalanceKind};
use crate::money::{Currency, Money};

/// Luma AI.
pub const PROVIDER: Provider = Provider {
    id: "luma",
    name: "Luma AI",
    base_url: "https://api.lumalabs.ai/dream-machine/v1",
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["luma-"],
        sees: &[Sees::Balance],
        made_at: "https://lumalabs.ai/dream-machine/api/keys",
        note: "Any key sees the balance. It can also be used to make videos, so keep it to yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/credits"),
        kind: |body| decode::<Answer>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "credits",
        sees: Sees::Balance,
        source: Source::Http(|_| Request::get("/credits")),
        parse: credits,
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/detail"]),
    latency: "The balance is told as it stands.",
    lacks: "It tells neither cost nor usage, nor when a balance lapses. A purchase and its end can be entered by hand \
            (spendglass enter).",
    ..Provider::PLAIN
};

#[derive(Deserialize)]
struct Answer {
    /// Cents of a dollar, and parts of a cent.
    credit_balance: Exact,
}

fn credits(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let cents = decode::<Answer>(body)?.credit_balance.0;
    let left = Money::new(shifted(cents, 2, || "credit_balance".to_owned())?, Currency::USD);
    let balance = Balance::left(query.observed_at, BalanceKind::Credits, left);
    Ok(Page { entries: vec![Entry::Balance(balance)], next: Next::End })
}
