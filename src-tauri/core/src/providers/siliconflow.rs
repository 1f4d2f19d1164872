//! `SiliconFlow`: what is left, paid and given, in the currency of the host.

use serde::Deserialize;

use super::{
    Check, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Region, Request, Sees, Source,
    Stream, billed, decode, goes_on, said_at,
};
use crate::ledger::{Balance, BalanceKind};

/// `SiliconFlow`.
pub const PROVIDER: Provider = Provider {
    id: "siliconflow",
    name: "SiliconFlow",
    base_url: "https://api.siliconflow.com/v1",
    regions: &[
        Region {
            id: "global",
            name: "International",
            base_url: "https://api.siliconflow.com/v1",
            currency: "USD",
        },
        Region { id: "cn", name: "China", base_url: "https://api.siliconflow.cn/v1", currency: "CNY" },
    ],
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["sk-"],
        shape: Some(|key| goes_on(key, "sk-", 48, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())),
        sees: &[Sees::Balance],
        made_at: "https://cloud.siliconflow.com/account/ak",
        note: "Good at the host it was made at only: say which, for the other refuses it. China makes its keys at \
               cloud.siliconflow.cn. It can also be used for inference, so keep it to yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/user/info"),
        kind: |body| decode::<Answer>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "balance",
        sees: Sees::Balance,
        source: Source::Http(|_| Request::get("/user/info")),
        parse: balance,
        ..Stream::PLAIN
    }],
    // A wrong key is answered by a bare text.
    error_message: |body| said_at(body, &["/message", ""]),
    meaning,
    latency: "The balance is told as it stands.",
    lacks: "It tells neither cost nor usage, nor when given money lapses. A grant's end can be entered by hand (spendglass \
            enter), and what tools on this machine used is read from their logs.",
    ..Provider::PLAIN
};

/// What is kept of the answer. The rest of it is about the person.
#[derive(Deserialize)]
struct Answer {
    data: Pots,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pots {
    /// Vouchers and gifts.
    balance: Exact,
    charge_balance: Exact,
}

fn balance(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let pots = decode::<Answer>(body)?.data;
    let currency = PROVIDER.region(Some(query.details.get("region"))).map_or("", |region| region.currency);
    let left = |kind, amount: Exact| {
        let amount = billed(amount.0, currency, || "the region".to_owned())?;
        Ok(Entry::Balance(Balance::left(query.observed_at, kind, amount)))
    };
    let entries =
        vec![left(BalanceKind::Purchased, pots.charge_balance)?, left(BalanceKind::Granted, pots.balance)?];
    Ok(Page { entries, next: Next::End })
}

/// A failure may come with status 200 and say so by its code alone.
fn meaning(status: u16, body: &[u8]) -> u16 {
    #[derive(Deserialize)]
    struct Outcome {
        code: i64,
    }
    match (status, serde_json::from_slice::<Outcome>(body)) {
        (200, Ok(Outcome { code })) if code != 20_000 => 500,
        _ => status,
    }
}
