//! Moonshot AI's open platform: what is left, in cash and in vouchers, in the currency of the host.

use serde::Deserialize;

use super::{
    Check, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Region, Request, Sees, Source,
    Stream, billed, decode, goes_on, said_at,
};
use crate::ledger::{Balance, BalanceKind};

/// Moonshot AI.
pub const PROVIDER: Provider = Provider {
    id: "moonshot_ai",
    name: "Moonshot AI (Kimi)",
    base_url: "https://api.moonshot.ai/v1",
    regions: &[
        Region {
            id: "global",
            name: "International",
            base_url: "https://api.moonshot.ai/v1",
            currency: "USD",
        },
        Region { id: "cn", name: "Mainland China", base_url: "https://api.moonshot.cn/v1", currency: "CNY" },
    ],
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["sk-"],
        shape: Some(|key| goes_on(key, "sk-", 48, u8::is_ascii_alphanumeric) && mixed(key)),
        sees: &[Sees::Balance],
        made_at: "https://platform.moonshot.ai/console/api-keys",
        note: "Good in the region it was made in only: say which, for the other refuses it. Mainland China makes its keys \
               at platform.moonshot.cn. A key of Kimi Code is another product's.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/users/me/balance"),
        kind: |body| decode::<Answer>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "balance",
        sees: Sees::Balance,
        source: Source::Http(|_| Request::get("/users/me/balance")),
        parse: balance,
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/error/message", "/message", "/error"]),
    meaning,
    latency: "The balance is told as it stands.",
    lacks: "It tells neither cost nor usage, nor when a voucher lapses. A voucher's end can be entered by hand (spendglass \
            enter), and what tools on this machine used is read from their logs.",
    ..Provider::PLAIN
};

/// Whether a key of letters and digits is of both cases, and not an old one of `OpenAI`, which has a mark in its middle.
fn mixed(key: &str) -> bool {
    key.bytes().any(|byte| byte.is_ascii_uppercase()) && !key.contains("T3BlbkFJ")
}

#[derive(Deserialize)]
struct Answer {
    data: Pots,
}

#[derive(Deserialize)]
struct Pots {
    voucher_balance: Exact,
    /// Below zero where money is owed.
    cash_balance: Exact,
}

fn balance(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let pots = decode::<Answer>(body)?.data;
    let currency = PROVIDER.region(Some(query.details.get("region"))).map_or("", |region| region.currency);
    let left = |kind, amount: Exact| {
        let amount = billed(amount.0, currency, || "the region".to_owned())?;
        Ok(Entry::Balance(Balance::left(query.observed_at, kind, amount)))
    };
    // What is available is not told as a third figure: it is the two together, or the vouchers alone where cash is owed.
    let entries = vec![
        left(BalanceKind::Purchased, pots.cash_balance)?,
        left(BalanceKind::Granted, pots.voucher_balance)?,
    ];
    Ok(Page { entries, next: Next::End })
}

/// A failure may come with status 200 and say so by its code alone.
fn meaning(status: u16, body: &[u8]) -> u16 {
    #[derive(Deserialize)]
    struct Outcome {
        code: i64,
    }
    match (status, serde_json::from_slice::<Outcome>(body)) {
        (200, Ok(Outcome { code: code @ (401 | 403 | 429) })) => u16::try_from(code).unwrap_or(status),
        (200, Ok(Outcome { code })) if code != 0 => 500,
        _ => status,
    }
}
