//! Tavily: the credits of the plan, those paid as used, and what each endpoint took.

use serde::Deserialize;

use super::{
    Check, Count, Entry, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees, Source, Stream,
    decode, said_at, told,
};
use crate::ledger::{QuotaReading, QuotaWindow, Subscription};
use crate::money::{Currency, Decimal};

/// Tavily.
pub const PROVIDER: Provider = Provider {
    id: "tavily",
    name: "Tavily",
    base_url: "https://api.tavily.com",
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["tvly-"],
        sees: &[Sees::Quota],
        made_at: "https://app.tavily.com/home",
        note: "Any key sees its own use and the account's. It can also be used to search, so keep it to yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/usage"),
        kind: |body| decode::<Usage>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "usage",
        sees: Sees::Quota,
        source: Source::Http(|_| Request::get("/usage")),
        parse: usage,
        // Some ten requests in ten minutes are let through.
        floor: 300,
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/detail/error", "/detail"]),
    latency: "The credits used are told as they stand, and read every five minutes at most.",
    lacks: "It tells credits, which are no money, no days, and not when the month starts again. The plan's price can be \
            entered by hand (spendglass enter).",
    ..Provider::PLAIN
};

#[derive(Deserialize)]
struct Usage {
    key: KeyUse,
    account: AccountUse,
}

/// A limit of `null` is none of its own: the plan's holds.
#[derive(Deserialize)]
struct KeyUse {
    usage: Option<Count>,
    limit: Option<Count>,
}

#[derive(Deserialize)]
struct AccountUse {
    current_plan: Option<String>,
    plan_usage: Option<Count>,
    plan_limit: Option<Count>,
    paygo_usage: Option<Count>,
    paygo_limit: Option<Count>,
    search_usage: Option<Count>,
    extract_usage: Option<Count>,
    crawl_usage: Option<Count>,
    map_usage: Option<Count>,
    research_usage: Option<Count>,
}

fn usage(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    const CREDITS: Currency = Currency::unit("credits");
    let Usage { key, account } = decode(body)?;
    let now = query.observed_at;
    let number = |count: Option<Count>| count.map(|count| Decimal::from(count.0));
    let meters = [
        ("plan credits", account.plan_usage, account.plan_limit),
        ("pay-as-you-go credits", account.paygo_usage, account.paygo_limit),
        ("credits of this key", key.usage, key.limit),
        // The same credits again, by what they were used for.
        ("credits for search", account.search_usage, None),
        ("credits for extract", account.extract_usage, None),
        ("credits for crawl", account.crawl_usage, None),
        ("credits for map", account.map_usage, None),
        ("credits for research", account.research_usage, None),
    ];
    let mut entries = Vec::new();
    for (name, used, limit) in meters {
        if used.is_some() || limit.is_some() {
            entries.push(Entry::Quota(QuotaReading {
                used: number(used),
                limit: number(limit),
                ..QuotaReading::of(now, name, QuotaWindow::Month, CREDITS)
            }));
        }
    }
    entries.extend(told(account.current_plan).map(|plan| {
        Entry::Subscription(Subscription {
            plan,
            status: None,
            price: None,
            period: None,
            renews_at: None,
            observed_at: now,
        })
    }));
    Ok(Page { entries, next: Next::End })
}
