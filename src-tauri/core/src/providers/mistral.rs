//! Mistral AI: an Enterprise organization's use and cost by day and model, and its monthly spending limit.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Auth, Check, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees,
    Source, Stream, billed, category_of, decode, said_at, tokens_of, told,
};
use crate::ledger::{Charge, Meter, QuotaReading, QuotaWindow};
use crate::money::{Decimal, exact_mul};
use crate::time::Date;

/// Mistral AI.
pub const PROVIDER: Provider = Provider {
    id: "mistral_ai",
    name: "Mistral AI",
    base_url: "https://api.mistral.ai/v1/admin",
    origins: &[OLDER],
    auth: Auth::Header("x-api-key"),
    keys: &[
        KeyKind {
            id: "admin",
            name: "Admin API key",
            sees: &[Sees::Cost, Sees::Quota],
            made_at: "https://admin.mistral.ai",
            note: "Only organizations on an Enterprise plan have one, from their contact at Mistral. An ordinary key is refused: it \
                   sees neither cost nor usage.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "api",
            name: "API key",
            sees: &[],
            made_at: "https://admin.mistral.ai",
            note: "Good for inference only: Mistral tells use and cost to Enterprise organizations by an Admin API key, and to \
                   everybody else on a page of the Admin panel alone. Enter the figures from there.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check {
        request: |query| {
            let today = query.observed_at.utc_date();
            month("/usage", "/api/admin/usage", Some((today.month(), today.year())))
        },
        kind: |body| decode::<Answer<'_>>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "usage",
            sees: Sees::Cost,
            source: Source::Http(|query| {
                let first = query.window.start.utc_date();
                month("/usage", "/api/admin/usage", Some((first.month(), first.year())))
            }),
            parse: usage,
            cursor: Cursor::Monthly { history: Days(365), lookback: Days(3), today: true },
            ..Stream::PLAIN
        },
        Stream {
            name: "spend_limit",
            sees: Sees::Quota,
            source: Source::Http(|_| month("/spend-limit", "/api/admin/spend-limit", None)),
            parse: spend_limit,
            cursor: Cursor::Snapshot,
            absent: &[(404, "No spending limit is told for this organization.")],
            ..Stream::PLAIN
        },
    ],
    error_message: |body| said_at(body, &["/message", "/detail", "/error/message"]),
    latency: "Use appears within hours; the day under way grows.",
    lacks: "Without an Enterprise plan nothing can be read: no key tells use, cost or what is left. Enter the figures of the \
            Admin panel, under API, Usage.",
    ..Provider::PLAIN
};

/// Where the same was asked before it had its place at the API.
const OLDER: &str = "https://console.mistral.ai";

fn month(path: &'static str, older: &'static str, of: Option<(u32, i32)>) -> Request {
    let asked = |request: Request| match of {
        Some((month, year)) => request.with("month", month).with("year", year),
        None => request,
    };
    asked(Request::get(path)).or_ask(asked(Request::get(older)).at(OLDER))
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    currency: Cow<'a, str>,
    #[serde(borrow)]
    prices: Vec<Tariff<'a>>,
}

#[derive(Deserialize)]
struct Tariff<'a> {
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    billing_metric: Cow<'a, str>,
    #[serde(borrow)]
    billing_group: Cow<'a, str>,
    price: Exact,
}

#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    #[serde(borrow)]
    billing_metric: Cow<'a, str>,
    #[serde(borrow)]
    billing_display_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    billing_group: Cow<'a, str>,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    value: Exact,
    value_paid: Option<Exact>,
}

/// Rows are told by category, some of which nest deeper than others and new ones of which may come: whatever list of rows is
/// found below a name is read, with its way as its words.
fn usage(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer<'_> = decode(body)?;
    let tree: BTreeMap<Cow<'_, str>, &RawValue> = decode(body)?;
    let mut entries = Vec::new();
    let mut way = Vec::new();
    for (category, below) in tree {
        if category != "prices" {
            way.push(category.into_owned());
            walk(below, &mut way, &mut |row, way| {
                if let Some(charge) = charge(row, way, &answer, query)? {
                    entries.push(Entry::Charge(charge));
                }
                Ok(())
            })?;
            way.clear();
        }
    }
    Ok(Page { entries, next: Next::End })
}

/// What is done with a row, and the names on the way to it.
type See<'a> = dyn FnMut(Row<'_>, &[String]) -> Result<(), ParseError> + 'a;

/// How deep rows can lie; what lies deeper is none.
const DEEPEST: usize = 8;

fn walk(raw: &RawValue, way: &mut Vec<String>, see: &mut See<'_>) -> Result<(), ParseError> {
    let text = raw.get();
    let at = way.join(".");
    let within = |error: ParseError| ParseError::new(format!("{at}.{}", error.at), error.problem);
    if text.starts_with('{') && way.len() < DEEPEST {
        let below: BTreeMap<Cow<'_, str>, &RawValue> = decode(text.as_bytes()).map_err(within)?;
        for (name, raw) in below {
            way.push(name.into_owned());
            walk(raw, way, see)?;
            way.pop();
        }
    } else if text.starts_with('[') {
        let rows: Vec<&RawValue> = decode(text.as_bytes()).map_err(within)?;
        // A list of anything else is not of rows.
        if rows.iter().any(|row| row.get().starts_with('{')) {
            for (i, row) in rows.iter().enumerate() {
                let place =
                    |error: ParseError| ParseError::new(format!("{at}[{i}].{}", error.at), error.problem);
                see(decode(row.get().as_bytes()).map_err(place)?, way).map_err(place)?;
            }
        }
    }
    Ok(())
}

/// A row as a charge; `None` for a day of the month that was not asked for.
fn charge(
    row: Row<'_>,
    way: &[String],
    answer: &Answer<'_>,
    query: &Query,
) -> Result<Option<Charge>, ParseError> {
    let date: Date =
        row.timestamp.split('T').next().unwrap_or_default().parse().map_err(ParseError::time("timestamp"))?;
    // The provider always tells the whole month.
    if !query.window.holds(&date.utc_day())
        && date.month_start() == query.window.start.utc_date().month_start()
    {
        return Ok(None);
    }
    let period = query.period(date.utc_start(), date.plus_days(1).utc_start(), || "timestamp".to_owned())?;
    if row.value.0.is_sign_negative() && !row.value.0.is_zero() {
        return Err(ParseError::new("value", format!("{} is no count", row.value.0)));
    }
    let matching = |price: &&Tariff<'_>| {
        price.event_type == row.event_type
            && price.billing_metric == row.billing_metric
            && price.billing_group == row.billing_group
    };
    // What is free is not paid for; a row without a price has no known cost.
    let cost = match (answer.prices.iter().find(matching), row.value_paid) {
        (Some(price), Some(paid)) => {
            let amount = exact_mul(paid.0, price.price.0);
            let amount = amount
                .ok_or_else(|| ParseError::new("value_paid", "times its price it cannot be kept exactly"))?;
            Some(billed(amount, &answer.currency, || "the answer".to_owned())?)
        }
        _ => None,
    };
    let meter = meter(&row);
    // Models are written as the name that was asked for and the one behind it.
    let model = way.iter().find_map(|name| name.split_once("::"));
    let plain = Charge::usage(period);
    let words: Vec<&str> =
        [way.first().map(String::as_str), way.last().map(String::as_str)].into_iter().flatten().collect();
    Ok(Some(Charge {
        category: cost.as_ref().map_or(plain.category, category_of),
        billed_cost: cost,
        consumed_quantity: Some(row.value.0),
        consumed_unit: meter.map(|_| "tokens".to_owned()),
        sku_meter: meter,
        tokens: meter.and_then(|meter| tokens_of(meter, Some(row.value.0))),
        request_model: model
            .map(|(asked, _)| asked.to_owned())
            .or_else(|| told(row.billing_display_name.map(Cow::into_owned))),
        response_model: model.map(|(_, behind)| behind.to_owned()),
        description: Some(words.join(", ")),
        ..plain
    }))
}

/// The meter of a row of tokens. Each group has its own rows: cached input is not told among the input.
fn meter(row: &Row<'_>) -> Option<Meter> {
    match (row.event_type.as_ref(), row.billing_group.as_ref()) {
        ("api_tokens", "input") => Some(Meter::Input),
        ("api_tokens", "cached") => Some(Meter::CacheRead),
        ("api_tokens", "output") => Some(Meter::Output),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Limits<'a> {
    #[serde(borrow)]
    limits: Spending<'a>,
}

#[derive(Deserialize)]
struct Spending<'a> {
    completion: Option<Spent>,
    #[serde(borrow)]
    currency: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Spent {
    total_usage: Option<Exact>,
    usage: Option<Exact>,
    usage_limit: Option<Exact>,
    no_monthly_limit: Option<bool>,
}

fn spend_limit(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let limits = decode::<Limits<'_>>(body)?.limits;
    let unit = billed(Decimal::ZERO, &limits.currency, || "limits".to_owned())?.currency;
    let reading = |limit: Spent| {
        Entry::Quota(QuotaReading {
            observed_at: query.observed_at,
            name: "spending limit of the organization".to_owned(),
            window: QuotaWindow::Month,
            unit,
            used: limit.total_usage.or(limit.usage).map(|used| used.0),
            limit: limit.usage_limit.map(|limit| limit.0).filter(|_| limit.no_monthly_limit != Some(true)),
            resets_at: Some(query.observed_at.utc_date().next_month_start().utc_start()),
            model: None,
            project: None,
        })
    };
    Ok(Page { entries: limits.completion.map(reading).into_iter().collect(), next: Next::End })
}
