//! GitHub Copilot: what is billed by day, and what was used by model, in AI credits and premium requests.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    Check, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Part, Parts, Provider, Query,
    Request, Sees, Source, Stream, category_of, decode, said_at, segment, told,
};
use crate::ledger::Charge;
use crate::money::{Currency, Money};
use crate::time::{Date, Timestamp};

const MADE_AT: &str = "https://github.com/settings/personal-access-tokens";
const NOT_HERE: &str = "GitHub has no such report for this account: its billing is not on the newer platform, or an organization \
                        pays for the seat.";

/// GitHub Copilot.
pub const PROVIDER: Provider = Provider {
    id: "github_copilot",
    name: "GitHub Copilot",
    base_url: "https://api.github.com",
    headers: &[("accept", "application/vnd.github+json"), ("x-github-api-version", "2026-03-10")],
    keys: &[
        KeyKind {
            id: "fine_grained",
            name: "Fine-grained token",
            prefixes: &["github_pat_"],
            sees: &[Sees::Cost, Sees::Usage],
            made_at: MADE_AT,
            note: "Give it one right alone: under Account permissions, Plan: Read-only. If GitHub refuses it all the same, make a \
                   classic token with the scope user.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "classic",
            name: "Classic token",
            prefixes: &["ghp_", "gho_"],
            sees: &[Sees::Cost, Sees::Usage],
            made_at: "https://github.com/settings/tokens",
            note: "It needs the scope user, which can also change the profile: a fine-grained token with Plan: Read-only is better \
                   where GitHub takes it.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check {
        request: |_| Request::get("/user"),
        kind: |body| decode::<User>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "billing_usage",
            sees: Sees::Cost,
            source: of_user(|query| {
                let from = query.window.start.utc_date();
                report(query, "usage").with("year", from.year()).with("month", from.month())
            }),
            parse: bill,
            cursor: Cursor::Monthly { history: Days(365), lookback: Days(3), today: true },
            absent: &[(404, NOT_HERE)],
            ..Stream::PLAIN
        },
        by_day("ai_credit_usage", |query| day_of(query, "ai_credit/usage")),
        by_day("premium_request_usage", |query| day_of(query, "premium_request/usage")),
    ],
    error_message: |body| said_at(body, &["/message"]),
    latency: "Figures are some hours late, up to a day. What was used by model is asked for day by day, one request each, for the \
              last 31 days.",
    lacks: "The month's allowance of a plan is not told: enter it by hand. A seat that an organization pays for reports nothing \
            here.",
    ..Provider::PLAIN
};

/// A stream of the token's own user, whose name is asked for first.
const fn of_user(request: fn(&Query) -> Request) -> Source {
    Source::Parts { list: |_| Request::get("/user"), parts: user, request }
}

/// A report that adds up what it is asked for, so that a day is asked for at a time.
const fn by_day(name: &'static str, request: fn(&Query) -> Request) -> Stream {
    Stream {
        name,
        sees: Sees::Usage,
        source: of_user(request),
        parse: used,
        cursor: Cursor::Daily { history: Days(31), lookback: Days(2), slice: Days(1), today: true },
        absent: &[(404, NOT_HERE)],
        ..Stream::PLAIN
    }
}

fn report(query: &Query, path: &str) -> Request {
    Request::get_path(format!("/users/{}/settings/billing/{path}", segment(query.part_id())))
}

fn day_of(query: &Query, path: &str) -> Request {
    let day = query.window.start.utc_date();
    report(query, path).with("year", day.year()).with("month", day.month()).with("day", day.day())
}

#[derive(Deserialize)]
struct User {
    login: String,
}

fn user(body: &[u8], _: &Query) -> Result<Parts, ParseError> {
    let User { login } = decode(body)?;
    Ok(Parts { parts: vec![Part { id: login, name: None }], next: Next::End })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bill<'a> {
    #[serde(borrow)]
    usage_items: Vec<Line<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    #[serde(borrow)]
    date: Cow<'a, str>,
    product: String,
    sku: Option<String>,
    net_amount: Exact,
}

fn is_copilot(product: &str) -> bool {
    product.to_ascii_lowercase().contains("copilot")
}

/// The money alone: quantities come with their models from the reports by day, and would count twice here.
fn bill(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let bill: Bill<'_> = decode(body)?;
    let asked = query.window.start.utc_date().month_start();
    let mut entries = Vec::new();
    for (i, line) in bill.usage_items.into_iter().enumerate() {
        let at = || format!("usageItems[{i}].date");
        let day = date(&line.date).map_err(|error| ParseError::new(at(), error.problem))?;
        let period = day.utc_day();
        if !query.window.holds(&period) && day.month_start() == asked {
            // The report is of the whole month; the rest of it was not asked for.
            continue;
        }
        let period = query.period(period.start, period.end, at)?;
        if !is_copilot(&line.product) {
            continue;
        }
        let cost = Money::new(line.net_amount.0, Currency::USD);
        entries.push(Entry::Charge(Charge {
            category: category_of(&cost),
            billed_cost: Some(cost),
            description: told(line.sku).or(Some(line.product)),
            ..Charge::usage(period)
        }));
    }
    Ok(Page { entries, next: Next::End })
}

/// A date, or midnight UTC at its start.
fn date(text: &str) -> Result<Date, ParseError> {
    match text.parse::<Date>() {
        Ok(date) => Ok(date),
        Err(_) => Timestamp::parse_utc(text).map(Timestamp::utc_date).map_err(ParseError::time("")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Used {
    time_period: Span,
    usage_items: Vec<Item>,
}

#[derive(Deserialize)]
struct Span {
    year: i32,
    month: Option<u32>,
    day: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    product: String,
    sku: Option<String>,
    model: Option<String>,
    unit_type: String,
    gross_quantity: Exact,
}

/// All that was used (gross), whether the plan covers it or not. What is billed of it is on the bill.
fn used(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let report: Used = decode(body)?;
    let Span { year, month, day } = report.time_period;
    let (Some(month), Some(day)) = (month, day) else {
        let problem = "the report is of more than the one day that was asked for";
        return Err(ParseError::new("timePeriod", problem));
    };
    let period = Date::new(year, month, day).map_err(ParseError::time("timePeriod"))?.utc_day();
    let period = query.period(period.start, period.end, || "timePeriod".to_owned())?;
    let items = report.usage_items.into_iter().filter(|item| is_copilot(&item.product));
    let charge = |item: Item| {
        Entry::Charge(Charge {
            consumed_quantity: Some(item.gross_quantity.0),
            consumed_unit: told(Some(item.unit_type)),
            response_model: told(item.model),
            description: told(item.sku),
            ..Charge::usage(period)
        })
    };
    Ok(Page { entries: items.map(charge).collect(), next: Next::End })
}
