//! Runway's developer API: the credits left, the limits of the tier, and credits by day and model.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Check, Count, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Request,
    Sees, Source, Stream, category_of, decode, said_at, told,
};
use crate::ledger::{Balance, BalanceKind, Charge, QuotaReading, QuotaWindow};
use crate::money::{Currency, Decimal, Money};
use crate::time::Date;

/// Runway.
pub const PROVIDER: Provider = Provider {
    id: "runway",
    name: "Runway",
    base_url: "https://api.dev.runwayml.com",
    headers: &[("x-runway-version", "2024-11-06")],
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["key_"],
        sees: &[Sees::Cost, Sees::Balance],
        made_at: "https://dev.runwayml.com",
        note: "Any key of the organization sees its credits. It can also be used to make videos, so keep it to yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/v1/organization"),
        kind: |body| decode::<Organization>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "organization",
            sees: Sees::Balance,
            source: Source::Http(|_| Request::get("/v1/organization")),
            parse: organization,
            ..Stream::PLAIN
        },
        Stream {
            name: "usage",
            sees: Sees::Cost,
            source: Source::Http(|query| {
                Request::get("/v1/organization/usage").posting(&serde_json::json!({
                    "startDate": query.window.start.utc_date().to_string(),
                    "beforeDate": query.window.end.utc_date().to_string(),
                }))
            }),
            parse: usage,
            cursor: Cursor::Daily { history: Days(90), lookback: Days(3), slice: Days(90), today: true },
            ..Stream::PLAIN
        },
    ],
    error_message: |body| said_at(body, &["/error"]),
    units: &[CREDITS],
    latency: "The credits are told as they stand; credits by day may still be given back for a failed task.",
    lacks: "It tells credits, which are no money, and not when they lapse. What they cost and until when they are good can be \
            entered by hand (spendglass enter).",
    ..Provider::PLAIN
};

const CREDITS: Currency = Currency::unit("runway.credits");

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organization {
    credit_balance: Exact,
    tier: Option<Tier>,
    usage: Option<Used>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tier {
    /// `null` where there is none.
    max_monthly_credit_spend: Option<Exact>,
    #[serde(default)]
    models: BTreeMap<String, ModelLimit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModelLimit {
    max_daily_generations: Option<Count>,
}

#[derive(Deserialize)]
struct Used {
    #[serde(default)]
    models: BTreeMap<String, ModelUse>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModelUse {
    daily_generations: Option<Count>,
}

fn organization(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    const GENERATIONS: Currency = Currency::unit("generations");
    let organization: Organization = decode(body)?;
    let now = query.observed_at;
    let left = Money::new(organization.credit_balance.0, CREDITS);
    let mut entries = vec![Entry::Balance(Balance::left(now, BalanceKind::Credits, left))];
    let mut models: BTreeMap<String, (Option<Count>, Option<Count>)> = BTreeMap::new();
    if let Some(tier) = organization.tier {
        if let Some(limit) = tier.max_monthly_credit_spend {
            entries.push(Entry::Quota(QuotaReading {
                limit: Some(limit.0),
                ..QuotaReading::of(now, "credits of the tier", QuotaWindow::Month, CREDITS)
            }));
        }
        for (model, limit) in tier.models {
            models.entry(model).or_default().1 = limit.max_daily_generations;
        }
    }
    for (model, used) in organization.usage.into_iter().flat_map(|used| used.models) {
        models.entry(model).or_default().0 = used.daily_generations;
    }
    let number = |count: Option<Count>| count.map(|count| Decimal::from(count.0));
    for (model, (used, limit)) in models {
        if used.is_some() || limit.is_some() {
            entries.push(Entry::Quota(QuotaReading {
                used: number(used),
                limit: number(limit),
                model: told(Some(model)),
                ..QuotaReading::of(now, "generations", QuotaWindow::Day, GENERATIONS)
            }));
        }
    }
    Ok(Page { entries, next: Next::End })
}

#[derive(Deserialize)]
struct Usage {
    results: Vec<Day>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Day {
    date: String,
    used_credits: Vec<ModelCredits>,
}

#[derive(Deserialize)]
struct ModelCredits {
    model: String,
    /// Below zero where more was given back than used.
    amount: Exact,
}

fn usage(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let usage: Usage = decode(body)?;
    let mut entries = Vec::new();
    for (i, day) in usage.results.into_iter().enumerate() {
        let at = || format!("results[{i}].date");
        let date: Date = day.date.parse().map_err(ParseError::time(at()))?;
        let period = query.bucket_period(date.utc_day().start, date.utc_day().end, at)?;
        for used in day.used_credits {
            let cost = Money::new(used.amount.0, CREDITS);
            entries.push(Entry::Charge(Charge {
                category: category_of(&cost),
                billed_cost: Some(cost),
                request_model: told(Some(used.model)),
                ..Charge::usage(period)
            }));
        }
    }
    Ok(Page { entries, next: Next::End })
}
