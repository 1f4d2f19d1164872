//! fal.ai: what is left, and what each endpoint cost by day.

use serde::Deserialize;

use super::{
    Auth, Check, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees,
    Source, Stream, billed, category_of, decode, told,
};
use crate::ledger::{Balance, BalanceKind, Charge, ChargeCategory, Meter};
use crate::time::Timestamp;

/// fal.ai.
pub const PROVIDER: Provider = Provider {
    id: "fal",
    name: "fal.ai",
    base_url: "https://api.fal.ai/v1",
    auth: Auth::Scheme("Key"),
    keys: &[
        KeyKind {
            id: "admin",
            name: "Admin key",
            prefixes: &[""],
            shape: Some(is_pair),
            sees: &[Sees::Cost, Sees::Balance],
            made_at: "https://fal.ai/dashboard/keys",
            note: "Made with the scope ADMIN. It can also be used for inference and sees the whole account: keep one for \
                   Spendglass alone.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "api",
            name: "API key",
            prefixes: &[""],
            shape: Some(is_pair),
            sees: &[],
            made_at: "https://fal.ai/dashboard/keys",
            note: "Made with the scope API, it is good for inference only; it looks like an admin key. Make one with the scope \
                   ADMIN instead.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check {
        request: |_| billing(),
        kind: |body| decode::<Billing>(body).map(|_| Some("admin")),
    }),
    streams: &[
        Stream {
            name: "billing",
            sees: Sees::Balance,
            source: Source::Http(|_| billing()),
            parse: balance,
            ..Stream::PLAIN
        },
        Stream {
            name: "usage",
            sees: Sees::Cost,
            source: Source::Http(usage_request),
            parse: usage,
            cursor: Cursor::Daily { history: Days(365), lookback: Days(2), slice: Days(31), today: true },
            ..Stream::PLAIN
        },
    ],
    latency: "The balance is told as it stands; cost by day is some minutes late.",
    lacks: "It does not tell when a balance lapses. A purchase and its end can be entered by hand (spendglass enter).",
    ..Provider::PLAIN
};

/// Whether a key is an id and a secret with a colon between: a UUID and 32 hexadecimal digits.
fn is_pair(key: &str) -> bool {
    let hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
    let plain = |id: &str| id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    key.split_once(':').is_some_and(|(id, secret)| plain(id) && hex(secret, 32))
}

fn billing() -> Request {
    Request::get("/account/billing").with("expand", "credits")
}

/// What is kept of the answer; the rest of it is a name.
#[derive(Deserialize)]
struct Billing {
    credits: Credits,
}

#[derive(Deserialize)]
struct Credits {
    current_balance: Exact,
    currency: String,
}

fn balance(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let Credits { current_balance, currency } = decode::<Billing>(body)?.credits;
    let left = billed(current_balance.0, &currency, || "credits".to_owned())?;
    let balance = Balance::left(query.observed_at, BalanceKind::Credits, left);
    Ok(Page { entries: vec![Entry::Balance(balance)], next: Next::End })
}

fn usage_request(query: &Query) -> Request {
    let request = Request::get("/models/usage")
        .with("start", query.window.start)
        .with("end", query.window.end)
        .with("timeframe", "day")
        .with("timezone", "UTC")
        .with("expand", "time_series");
    match &query.page {
        Some(page) => request.with("cursor", &page.0),
        None => request,
    }
}

#[derive(Deserialize)]
struct Usage {
    time_series: Vec<Day>,
    next_cursor: Option<String>,
    has_more: bool,
}

#[derive(Deserialize)]
struct Day {
    bucket: String,
    results: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    endpoint_id: Option<String>,
    unit: Option<String>,
    quantity: Option<Exact>,
    cost: Option<Exact>,
    /// The same under another name.
    cost_total: Option<Exact>,
    currency: Option<String>,
}

fn usage(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let usage: Usage = decode(body)?;
    let mut entries = Vec::new();
    for (i, day) in usage.time_series.into_iter().enumerate() {
        let at = || format!("time_series[{i}].bucket");
        let start: Timestamp = day.bucket.parse().map_err(ParseError::time(at()))?;
        let period = query.bucket_period(start, start.plus_seconds(query.bucket.seconds()), at)?;
        for (j, row) in day.results.into_iter().enumerate() {
            let at = || format!("time_series[{i}].results[{j}]");
            let cost = match (row.cost.or(row.cost_total), row.currency) {
                (Some(cost), Some(currency)) => Some(billed(cost.0, &currency, at)?),
                (Some(_), None) => return Err(ParseError::new(at(), "a cost without a currency")),
                (None, _) => None,
            };
            if cost.is_none() && row.quantity.is_none() {
                return Err(ParseError::new(at(), "neither a cost nor a quantity"));
            }
            entries.push(Entry::Charge(Charge {
                category: cost.as_ref().map_or(ChargeCategory::Usage, category_of),
                billed_cost: cost,
                consumed_quantity: row.quantity.map(|quantity| quantity.0),
                sku_meter: row.unit.as_deref().and_then(meter),
                consumed_unit: told(row.unit),
                request_model: told(row.endpoint_id),
                ..Charge::usage(period)
            }));
        }
    }
    Ok(Page { entries, next: Next::from_pair(usage.has_more, usage.next_cursor.as_deref()) })
}

/// The meter of a unit; units that are none of ours have none.
fn meter(unit: &str) -> Option<Meter> {
    match unit {
        "image" | "images" => Some(Meter::Image),
        "second" | "seconds" => Some(Meter::Second),
        "character" | "characters" => Some(Meter::Character),
        _ => None,
    }
}
