//! Vercel's AI gateway: the credits left, and on Pro and Enterprise what each model cost by day.

use serde::Deserialize;

use super::{
    Check, Count, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Request,
    Sees, Source, Stream, category_of, decode, told,
};
use crate::ledger::{Balance, BalanceKind, Charge, DisjointTokens, TokenTotals, TokenUsage};
use crate::money::{Currency, Money};
use crate::time::{Date, Period};

/// Vercel AI Gateway.
pub const PROVIDER: Provider = Provider {
    id: "vercel",
    name: "Vercel AI Gateway",
    base_url: "https://ai-gateway.vercel.sh",
    keys: &[KeyKind {
        id: "gateway",
        name: "AI Gateway API key",
        prefixes: &["vck_"],
        sees: &[Sees::Cost, Sees::Balance],
        made_at: "https://vercel.com/dashboard/ai-gateway/api-keys",
        note: "Sees the credits of the whole team, and the spend report where the team is on Pro or Enterprise. It can also \
               be used for inference, so keep it to yourself.",
        cost: "Vercel may charge teams on Pro and Enterprise for its spend report, which is asked for three days every six \
               hours, and for 31 days the first time.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/v1/credits"),
        kind: |body| decode::<Credits>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "credits",
            sees: Sees::Balance,
            source: Source::Http(|_| Request::get("/v1/credits")),
            parse: credits,
            ..Stream::PLAIN
        },
        Stream {
            name: "report",
            sees: Sees::Cost,
            source: Source::Http(report_request),
            parse: report,
            // The report is grouped by one thing at a time: models by day are had a day at a time.
            cursor: Cursor::Daily { history: Days(31), lookback: Days(2), slice: Days(1), today: true },
            floor: 21_600,
            absent: &[(403, "Vercel gives its spend report to teams on Pro and Enterprise only.")],
            beside: false,
        },
    ],
    latency: "The credits are told as they stand; the report is some minutes late and read every six hours.",
    lacks: "It does not tell when the free monthly credit comes or lapses. What the person's own provider keys were charged is \
            on those providers' bills.",
    ..Provider::PLAIN
};

#[derive(Deserialize)]
struct Credits {
    balance: Exact,
    total_used: Option<Exact>,
}

fn credits(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let credits: Credits = decode(body)?;
    let balance = Balance {
        used: credits.total_used.map(|used| used.0),
        ..Balance::left(query.observed_at, BalanceKind::Credits, Money::new(credits.balance.0, Currency::USD))
    };
    Ok(Page { entries: vec![Entry::Balance(balance)], next: Next::End })
}

/// Both dates are inside the report.
fn report_request(query: &Query) -> Request {
    Request::get("/v1/report")
        .with("start_date", query.window.start.utc_date())
        .with("end_date", query.window.end.plus_seconds(-1).utc_date())
        .with("group_by", "model")
}

#[derive(Deserialize)]
struct Report {
    results: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    /// Told by some answers only; the day is the one that was asked for.
    day: Option<String>,
    model: Option<String>,
    total_cost: Exact,
    input_tokens: Option<Count>,
    output_tokens: Option<Count>,
    cached_input_tokens: Option<Count>,
    cache_creation_input_tokens: Option<Count>,
    reasoning_tokens: Option<Count>,
    request_count: Option<Count>,
}

fn report(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let report: Report = decode(body)?;
    let mut entries = Vec::with_capacity(report.results.len());
    for (i, row) in report.results.into_iter().enumerate() {
        let at = || format!("results[{i}]");
        let cost = Money::new(row.total_cost.0, Currency::USD);
        entries.push(Entry::Charge(Charge {
            category: category_of(&cost),
            billed_cost: Some(cost),
            tokens: tokens(&row, at)?,
            requests: row.request_count.map(|count| count.0),
            ..Charge::usage(day(row.day.as_deref(), query, at)?)
        }));
        if let Some(Entry::Charge(charge)) = entries.last_mut() {
            charge.request_model = told(row.model);
        }
    }
    Ok(Page { entries, next: Next::End })
}

/// The day that was asked for, unless the row names another.
fn day(text: Option<&str>, query: &Query, at: impl Fn() -> String) -> Result<Period, ParseError> {
    let asked = query.window.start.utc_date();
    let date = match text {
        Some(text) => text.parse::<Date>().map_err(ParseError::time(format!("{}.day", at())))?,
        None => asked,
    };
    let day = date.utc_day();
    query.bucket_period(day.start, day.end, || format!("{}.day", at()))
}

/// The tokens of a row, where they are counted.
fn tokens(row: &Row, at: impl Fn() -> String) -> Result<Option<TokenUsage>, ParseError> {
    let (Some(input), Some(output)) = (row.input_tokens, row.output_tokens) else { return Ok(None) };
    let count = |count: Option<Count>| count.unwrap_or_default().0;
    let (read, written) = (count(row.cached_input_tokens), count(row.cache_creation_input_tokens));
    let usage = if read.saturating_add(written) > input.0 {
        // Input is told with what a cache held, except for models whose own provider leaves that out.
        TokenUsage::from_disjoint(DisjointTokens {
            uncached_input: input.0,
            cache_read: read,
            cache_creation_5m: written,
            output: output.0,
            ..DisjointTokens::default()
        })
    } else {
        TokenUsage::from_totals(TokenTotals {
            input: input.0,
            output: output.0,
            cache_read: read,
            cache_creation: written,
            reasoning: count(row.reasoning_tokens).min(output.0),
            ..TokenTotals::default()
        })
    };
    usage.map(Some).map_err(|error| ParseError::new(at(), error))
}
