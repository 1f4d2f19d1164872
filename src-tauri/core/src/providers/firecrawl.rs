//! Firecrawl: the credits left, those of the plan, and those used in the period under way.

use serde::Deserialize;

use super::{
    Check, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees, Source, Stream,
    decode, said_at,
};
use crate::ledger::{Balance, BalanceKind, QuotaReading, QuotaWindow};
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// Firecrawl.
pub const PROVIDER: Provider = Provider {
    id: "firecrawl",
    name: "Firecrawl",
    base_url: "https://api.firecrawl.dev/v2",
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["fc-"],
        sees: &[Sees::Balance, Sees::Quota],
        made_at: "https://www.firecrawl.dev/app/api-keys",
        note: "Any key sees the credits of its team. It can also be used to crawl, so keep it to yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check { request: |_| Request::get(LEFT), kind: |body| decode::<Left>(body).map(|_| None) }),
    streams: &[
        Stream {
            name: "credit_usage",
            sees: Sees::Balance,
            source: Source::Http(|_| Request::get(LEFT)),
            parse: credit_usage,
            ..Stream::PLAIN
        },
        Stream {
            name: "historical",
            sees: Sees::Quota,
            source: Source::Http(|_| Request::get("/team/credit-usage/historical").with("byApiKey", "false")),
            parse: historical,
            ..Stream::PLAIN
        },
    ],
    error_message: |body| said_at(body, &["/error"]),
    meaning,
    units: &[CREDITS_LEFT],
    latency: "The credits are told as they stand.",
    lacks: "It tells credits, which are no money, by the month and not by the day. The plan's price can be entered by hand \
            (spendglass enter).",
    ..Provider::PLAIN
};

const LEFT: &str = "/team/credit-usage";
const CREDITS: Currency = Currency::unit("credits");
/// Credits that are left, under a name of their own: credits of two providers are not the same.
const CREDITS_LEFT: Currency = Currency::unit("firecrawl.credit");

/// A failure says so in its body too.
fn meaning(status: u16, body: &[u8]) -> u16 {
    #[derive(Deserialize)]
    struct Outcome {
        success: bool,
    }
    match (status, serde_json::from_slice::<Outcome>(body)) {
        (200, Ok(Outcome { success: false })) => 500,
        _ => status,
    }
}

#[derive(Deserialize)]
struct Left {
    data: Team,
}

/// The older version of the endpoint writes the same names with underscores.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Team {
    #[serde(alias = "remaining_credits")]
    remaining_credits: Exact,
    #[serde(alias = "plan_credits")]
    plan_credits: Option<Exact>,
    #[serde(alias = "billing_period_end")]
    billing_period_end: Option<String>,
}

fn credit_usage(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let credits = decode::<Left>(body)?.data;
    let now = query.observed_at;
    // Packs count too, so more may be left than the plan gives; how much of the plan itself is used is not told.
    let left = Money::new(credits.remaining_credits.0, CREDITS_LEFT);
    let mut entries = vec![Entry::Balance(Balance::left(now, BalanceKind::Credits, left))];
    if let Some(limit) = credits.plan_credits {
        let end = credits.billing_period_end.map(|text| after(&text, "data.billingPeriodEnd")).transpose()?;
        entries.push(Entry::Quota(QuotaReading {
            limit: Some(limit.0),
            resets_at: end.filter(|end| *end > now),
            ..QuotaReading::of(now, "plan credits", QuotaWindow::Month, CREDITS)
        }));
    }
    Ok(Page { entries, next: Next::End })
}

/// The first moment after a period whose last second is told.
fn after(text: &str, at: &str) -> Result<Timestamp, ParseError> {
    let last: Timestamp = text.parse().map_err(ParseError::time(at))?;
    let last_second = last.unix().rem_euclid(60) == 59;
    Ok(if last_second { last.plus_seconds(1) } else { last })
}

#[derive(Deserialize)]
struct History {
    periods: Vec<Period>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Period {
    start_date: String,
    end_date: Option<String>,
    #[serde(alias = "creditsUsed")]
    total_credits: Exact,
}

/// The period under way. Those before it are told by the month, which is no day's charge.
fn historical(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let history: History = decode(body)?;
    let now = query.observed_at;
    let mut entries = Vec::new();
    for (i, period) in history.periods.into_iter().enumerate() {
        let at = |name: &str| format!("periods[{i}].{name}");
        let start: Timestamp = period.start_date.parse().map_err(ParseError::time(at("startDate")))?;
        let end = period.end_date.map(|text| after(&text, &at("endDate"))).transpose()?;
        if start <= now && end.is_none_or(|end| end > now) {
            entries.push(Entry::Quota(QuotaReading {
                used: Some(period.total_credits.0),
                resets_at: end,
                ..QuotaReading::of(now, "credits used", QuotaWindow::Month, CREDITS)
            }));
        }
    }
    Ok(Page { entries, next: Next::End })
}
