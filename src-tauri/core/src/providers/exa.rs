//! Exa: what each API key cost by day, for teams that were given a service key.

use serde::Deserialize;

use super::{
    Auth, Check, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Part, Parts, Provider, Query,
    Request, Sees, Source, Stream, category_of, decode, is_uuid, said_at, segment, told,
};
use crate::ledger::{Charge, Name, NameOf};
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// Exa.
pub const PROVIDER: Provider = Provider {
    id: "exa",
    name: "Exa",
    base_url: "https://admin-api.exa.ai/team-management",
    auth: Auth::Header("x-api-key"),
    keys: &[
        KeyKind {
            id: "service",
            name: "Team Management service key",
            prefixes: &[""],
            shape: Some(is_uuid),
            sees: &[Sees::Cost],
            made_at: "https://dashboard.exa.ai/api-keys",
            note: "Exa turns team management on for a team that asks for it; the key then sees what every API key of the team \
                   cost. It can make and delete keys: keep one for Spendglass alone.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "api",
            name: "API key",
            prefixes: &[""],
            shape: Some(is_uuid),
            made_at: "https://dashboard.exa.ai/api-keys",
            note: "Good for searches only: each answer tells its own cost, but nothing tells their sum. Ask Exa for a Team \
                   Management service key instead.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check {
        request: |_| Request::get("/api-keys"),
        kind: |body| decode::<Keys>(body).map(|_| Some("service")),
    }),
    streams: &[
        Stream {
            name: "api_keys",
            sees: Sees::Cost,
            source: Source::Http(|_| Request::get("/api-keys")),
            parse: names,
            floor: HOUR,
            ..Stream::PLAIN
        },
        Stream {
            name: "usage",
            sees: Sees::Cost,
            source: Source::Parts { list: |_| Request::get("/api-keys"), parts, request: usage_request },
            parse: usage,
            // A sum is told for the time that is asked for: days are had a day at a time, from a slow service.
            cursor: Cursor::Daily { history: Days(14), lookback: Days(2), slice: Days(1), today: true },
            floor: HOUR,
            ..Stream::PLAIN
        },
    ],
    error_message: |body| said_at(body, &["/error", "/message"]),
    latency: "Cost appears some minutes late, and is read once an hour at most, for the service is slow.",
    lacks: "An ordinary key sees nothing, and nobody is told what is left of prepaid money: enter purchases and balances by \
            hand (spendglass enter).",
    ..Provider::PLAIN
};

const HOUR: i64 = 3_600;

#[derive(Deserialize)]
struct Keys {
    #[serde(rename = "apiKeys", alias = "api_keys")]
    api_keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    id: String,
    name: Option<String>,
}

fn names(body: &[u8], _: &Query) -> Result<Page, ParseError> {
    let keys = decode::<Keys>(body)?.api_keys.into_iter();
    let name = |key: Key| Some(Entry::Name(Name { of: NameOf::ApiKey, id: key.id, name: told(key.name)? }));
    Ok(Page { entries: keys.filter(|key| !key.id.is_empty()).filter_map(name).collect(), next: Next::End })
}

fn parts(body: &[u8], _: &Query) -> Result<Parts, ParseError> {
    let keys = decode::<Keys>(body)?.api_keys;
    let mut parts = Vec::with_capacity(keys.len());
    for (i, key) in keys.into_iter().enumerate() {
        if key.id.is_empty() {
            return Err(ParseError::new(format!("apiKeys[{i}].id"), "it is empty"));
        }
        parts.push(Part { id: key.id, name: told(key.name) });
    }
    Ok(Parts { parts, next: Next::End })
}

fn usage_request(query: &Query) -> Request {
    Request::get_path(format!("/api-keys/{}/usage", segment(query.part_id())))
        .with("start_date", query.window.start)
        .with("end_date", query.window.end)
}

#[derive(Deserialize)]
struct Usage {
    period: Span,
    total_cost_usd: Exact,
    #[serde(default)]
    cost_breakdown: Vec<Line>,
}

#[derive(Deserialize)]
struct Span {
    start: String,
    end: String,
}

#[derive(Deserialize)]
struct Line {
    price_id: Option<String>,
    price_name: Option<String>,
    quantity: Option<Exact>,
    amount_usd: Exact,
}

fn usage(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let usage: Usage = decode(body)?;
    let moment = |text: &str, at: &str| text.parse::<Timestamp>().map_err(ParseError::time(at));
    let start = moment(&usage.period.start, "period.start")?;
    let end = moment(&usage.period.end, "period.end")?;
    // A service that answers for another time than was asked for would have its sums booked on the wrong day; that it ends
    // the day under way at the present is no other time.
    let answered = query.period(start, end, || "period".to_owned())?;
    if answered.start != query.window.start {
        let problem = format!("{answered} begins later than what was asked for, {}", query.window);
        return Err(ParseError::new("period.start", problem));
    }
    let charge = |amount: Exact| {
        let cost = Money::new(amount.0, Currency::USD);
        Charge {
            category: category_of(&cost),
            billed_cost: Some(cost),
            api_key: told(Some(query.part_id().to_owned())),
            ..Charge::usage(query.window)
        }
    };
    let mut entries: Vec<Entry> = Vec::new();
    for price in &usage.cost_breakdown {
        entries.push(Entry::Charge(Charge {
            consumed_quantity: price.quantity.map(|quantity| quantity.0),
            description: told(price.price_name.clone()).or_else(|| told(price.price_id.clone())),
            ..charge(price.amount_usd)
        }));
    }
    // The sum is booked only where it is not told what it is made of.
    if entries.is_empty() && !usage.total_cost_usd.0.is_zero() {
        entries.push(Entry::Charge(charge(usage.total_cost_usd)));
    }
    Ok(Page { entries, next: Next::End })
}
