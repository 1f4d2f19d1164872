//! `DeepSeek`: what is left, granted and topped up, in each currency.

use serde::Deserialize;

use super::{
    Check, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees, Source, Stream,
    billed, decode, goes_on,
};
use crate::ledger::{Balance, BalanceKind};

/// `DeepSeek`.
pub const PROVIDER: Provider = Provider {
    id: "deepseek",
    name: "DeepSeek",
    base_url: "https://api.deepseek.com",
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["sk-"],
        shape: Some(|key| goes_on(key, "sk-", 32, u8::is_ascii_hexdigit)),
        sees: &[Sees::Balance],
        made_at: "https://platform.deepseek.com/api_keys",
        note: "Any key of the account sees its balance. It can also be used for inference, so keep it to yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/user/balance"),
        kind: |body| decode::<Answer>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "balance",
        sees: Sees::Balance,
        source: Source::Http(|_| Request::get("/user/balance")),
        parse: balance,
        ..Stream::PLAIN
    }],
    latency: "The balance is told as it stands, after what was just used is taken off.",
    lacks: "It tells neither cost nor usage, nor when granted money lapses. The monthly export of its Usage page can be \
            imported (spendglass import), and a grant's end entered by hand.",
    ..Provider::PLAIN
};

#[derive(Deserialize)]
struct Answer {
    balance_infos: Vec<Pots>,
}

/// One currency's money. The total is the sum of the two, so it is not kept beside them.
#[derive(Deserialize)]
struct Pots {
    currency: String,
    granted_balance: Exact,
    topped_up_balance: Exact,
}

fn balance(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer = decode(body)?;
    let mut entries = Vec::new();
    for (i, pots) in answer.balance_infos.into_iter().enumerate() {
        for (kind, amount) in
            [(BalanceKind::Purchased, pots.topped_up_balance), (BalanceKind::Granted, pots.granted_balance)]
        {
            let amount = billed(amount.0, &pots.currency, || format!("balance_infos[{i}]"))?;
            entries.push(Entry::Balance(Balance::left(query.observed_at, kind, amount)));
        }
    }
    Ok(Page { entries, next: Next::End })
}
