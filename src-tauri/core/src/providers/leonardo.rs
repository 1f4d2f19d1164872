//! Leonardo.Ai: the tokens left for the API and for the web app, and when they are renewed.

use serde::Deserialize;

use super::{
    Check, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees, Source, Stream,
    decode, is_uuid, said_at,
};
use crate::ledger::{Balance, BalanceKind, Subscription};
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// Leonardo.Ai.
pub const PROVIDER: Provider = Provider {
    id: "leonardo",
    name: "Leonardo.Ai",
    base_url: "https://cloud.leonardo.ai/api/rest/v1",
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &[""],
        shape: Some(is_uuid),
        sees: &[Sees::Balance],
        made_at: "https://app.leonardo.ai/api-access",
        note: "Any key sees the tokens of the account. It can also be used to make pictures, so keep it to yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/me"),
        kind: |body| decode::<Answer>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "me",
        sees: Sees::Balance,
        source: Source::Http(|_| Request::get("/me")),
        parse: me,
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/error"]),
    units: &[API_TOKENS],
    latency: "The tokens are told as they stand.",
    lacks: "It tells tokens, which are no money, and neither cost nor usage. What a plan or a pack cost can be entered by hand \
            (spendglass enter).",
    ..Provider::PLAIN
};

/// What the API draws on.
const API_TOKENS: Currency = Currency::unit("leonardo.api");
/// What the web app draws on; neither can be used for the other.
const APP_TOKENS: Currency = Currency::unit("leonardo.app");

#[derive(Deserialize)]
struct Answer {
    user_details: Vec<Account>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    api_paid_tokens: Option<Exact>,
    api_subscription_tokens: Option<Exact>,
    api_plan_token_renewal_date: Option<String>,
    paid_tokens: Option<Exact>,
    subscription_tokens: Option<Exact>,
    token_renewal_date: Option<String>,
}

fn me(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer = decode(body)?;
    let Some(tokens) = answer.user_details.into_iter().next() else {
        return Err(ParseError::new("user_details", "it is empty: the key belongs to nobody"));
    };
    let now = query.observed_at;
    let pots = [
        (BalanceKind::Purchased, API_TOKENS, tokens.api_paid_tokens),
        (BalanceKind::Granted, API_TOKENS, tokens.api_subscription_tokens),
        (BalanceKind::Purchased, APP_TOKENS, tokens.paid_tokens),
        (BalanceKind::Granted, APP_TOKENS, tokens.subscription_tokens),
    ];
    let mut entries = Vec::new();
    for (kind, unit, left) in pots {
        entries.extend(left.map(|left| Entry::Balance(Balance::left(now, kind, Money::new(left.0, unit)))));
    }
    let renewals = [
        ("API plan", tokens.api_plan_token_renewal_date, "apiPlanTokenRenewalDate"),
        ("Web app plan", tokens.token_renewal_date, "tokenRenewalDate"),
    ];
    for (plan, date, name) in renewals {
        // The times have no zone: they are UTC.
        let date = date.filter(|text| !text.is_empty()).map(|text| Timestamp::parse_utc(&text)).transpose();
        let date = date.map_err(ParseError::time(format!("user_details[0].{name}")))?;
        entries.extend(date.filter(|date| *date > now).map(|date| {
            Entry::Subscription(Subscription {
                plan: plan.to_owned(),
                status: None,
                price: None,
                period: None,
                renews_at: Some(date),
                observed_at: now,
            })
        }));
    }
    Ok(Page { entries, next: Next::End })
}
