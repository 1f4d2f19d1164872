//! Poe: the points left, and what each question of the last 30 days took from them.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    Auth, Check, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees,
    Source, Stream, category_of, decode, error_words, told,
};
use crate::ledger::{Balance, BalanceKind, Charge};
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// Poe.
pub const PROVIDER: Provider = Provider {
    id: "poe",
    name: "Poe",
    base_url: "https://api.poe.com",
    auth: Auth::Bearer,
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        sees: &[Sees::Cost, Sees::Balance],
        made_at: "https://poe.com/api/keys",
        note: "Your one key sees the points left and the history of the last 30 days. It can also ask questions: keep it to \
               yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/usage/current_balance"),
        kind: |body| decode::<Points>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "balance",
            sees: Sees::Balance,
            source: Source::Http(|_| Request::get("/usage/current_balance")),
            parse: balance,
            cursor: Cursor::Snapshot,
            ..Stream::PLAIN
        },
        Stream {
            name: "history",
            sees: Sees::Cost,
            source: Source::Http(asked),
            parse: history,
            cursor: Cursor::Daily { history: Days(30), lookback: Days(2), slice: Days(30), today: true },
            ..Stream::PLAIN
        },
    ],
    error_message: error_words,
    units: &[POINTS],
    latency: "Points are told at once; the history goes back 30 days, so sync at least once a month.",
    lacks: "Poe does not tell when points lapse or come again: enter that. Points are no money, except where Poe itself tells \
            dollars.",
    ..Provider::PLAIN
};

const POINTS: Currency = Currency::unit("poe.points");

#[derive(Deserialize)]
struct Points {
    current_point_balance: Exact,
}

fn balance(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let points = decode::<Points>(body)?.current_point_balance.0;
    let balance = Balance {
        observed_at: query.observed_at,
        kind: BalanceKind::Credits,
        amount: Money::new(points, POINTS),
        acquired: None,
        used: None,
    };
    Ok(Page { entries: vec![Entry::Balance(balance)], next: Next::End })
}

fn asked(query: &Query) -> Request {
    let request = Request::get("/usage/points_history").with("limit", 100);
    match &query.page {
        Some(page) => request.with("starting_after", &page.0),
        None => request,
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    has_more: bool,
    #[serde(borrow)]
    data: Vec<Row<'a>>,
}

#[derive(Deserialize)]
struct Row<'a> {
    creation_time: i64,
    bot_name: Option<String>,
    #[serde(borrow)]
    query_id: Cow<'a, str>,
    usage_type: Option<String>,
    cost_points: Exact,
    cost_usd: Option<Exact>,
}

/// The history knows no dates to ask for: it is read from the newest on, until it is older than the window.
fn history(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer<'_> = decode(body)?;
    let mut entries = Vec::with_capacity(answer.data.len());
    let last = answer.data.last().map(|row| row.query_id.as_ref().to_owned());
    let mut is_past = false;
    for (i, row) in answer.data.into_iter().enumerate() {
        let at = || format!("data[{i}]");
        // Microseconds.
        let time = Timestamp::from_unix(row.creation_time.div_euclid(1_000_000))
            .map_err(ParseError::time(format!("{}.creation_time", at())))?;
        let day = time.utc_date().utc_day();
        is_past = day.end <= query.window.start;
        if query.window.holds(&day) {
            entries.push(Entry::Charge(charge(row, Charge::usage(day))));
        } else if time > query.observed_at.plus_seconds(86_400) {
            let problem = format!("{time} lies outside of anything that can have been asked yet");
            return Err(ParseError::new(at(), problem));
        }
    }
    let next = if is_past { Next::End } else { Next::from_pair(answer.has_more, last.as_deref()) };
    Ok(Page { entries, next })
}

fn charge(row: Row<'_>, plain: Charge) -> Charge {
    let points = row.cost_points.0;
    let cost = match row.cost_usd {
        Some(dollars) => Money::new(dollars.0, Currency::USD),
        None => Money::new(points, POINTS),
    };
    Charge {
        // Points given back come as a negative cost.
        category: category_of(&cost),
        billed_cost: Some(cost),
        consumed_quantity: Some(points),
        consumed_unit: Some("points".to_owned()),
        // Points given back are for a question that was counted when it took them.
        requests: (!points.is_sign_negative()).then_some(1),
        request_model: told(row.bot_name),
        description: told(row.usage_type),
        ..plain
    }
}
