//! Stability AI: the credits that are left.

use serde::Deserialize;

use super::{
    Check, Entry, Exact, Field, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees, Source,
    Stream, decode, goes_on, said_at,
};
use crate::ledger::{Balance, BalanceKind};
use crate::money::{Currency, Money};

/// Stability AI.
pub const PROVIDER: Provider = Provider {
    id: "stability",
    name: "Stability AI",
    base_url: "https://api.stability.ai",
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["sk-"],
        shape: Some(|key| {
            // Of both cases, and not an old one of OpenAI, which has a mark in its middle.
            goes_on(key, "sk-", 48, u8::is_ascii_alphanumeric)
                && key.bytes().any(|byte| byte.is_ascii_uppercase())
                && !key.contains("T3BlbkFJ")
        }),
        sees: &[Sees::Balance],
        made_at: "https://platform.stability.ai/account/keys",
        note: "Any key sees the credits of its organization. It can also be used to make pictures, so keep it to yourself.",
        details: &[Field {
            name: "organization",
            label: "Organization",
            hint: "Its id (org-…), where the key's owner has several and means another than the default one.",
            optional: true,
        }],
        ..KeyKind::PLAIN
    }],
    check: Some(Check { request: asked, kind: |body| decode::<Answer>(body).map(|_| None) }),
    streams: &[Stream {
        name: "balance",
        sees: Sees::Balance,
        source: Source::Http(asked),
        parse: balance,
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/message", "/errors/0"]),
    units: &[Currency::unit("stability.credit")],
    latency: "The credits are told as they stand.",
    lacks: "It tells credits, which are no money, and neither cost, usage nor the day they lapse. What a pack cost and until \
            when it is good can be entered by hand (spendglass enter).",
    ..Provider::PLAIN
};

fn asked(query: &Query) -> Request {
    let request = Request::get("/v1/user/balance");
    match query.details.get("organization") {
        "" => request,
        organization => request.header("organization", organization),
    }
}

#[derive(Deserialize)]
struct Answer {
    credits: Exact,
}

fn balance(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    const CREDITS: Currency = Currency::unit("stability.credit");
    let left = Money::new(decode::<Answer>(body)?.credits.0, CREDITS);
    let balance = Balance::left(query.observed_at, BalanceKind::Credits, left);
    Ok(Page { entries: vec![Entry::Balance(balance)], next: Next::End })
}
