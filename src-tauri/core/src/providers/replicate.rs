//! Replicate: how many predictions a model ran, and how long they took. It tells no money.

use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

use super::{
    Check, Cursor, Days, Entry, Exact, KeyKind, Next, Page, PageToken, ParseError, Provider, Query, Request,
    Sees, Source, Stream, decode, said_at, told,
};
use crate::ledger::{Charge, Meter};
use crate::money::{Decimal, exact_add};
use crate::time::{Period, Timestamp};

/// Replicate.
pub const PROVIDER: Provider = Provider {
    id: "replicate",
    name: "Replicate",
    base_url: "https://api.replicate.com/v1",
    keys: &[KeyKind {
        id: "token",
        name: "API token",
        prefixes: &["r8_"],
        sees: &[Sees::Usage],
        made_at: "https://replicate.com/account/api-tokens",
        note: "Sees every prediction of its account, of which Spendglass keeps the model, the time and the duration, never what \
               went in or came out. It can also run models, so keep it to yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/account"),
        kind: |body| decode::<Account>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "predictions",
        sees: Sees::Usage,
        source: Source::Http(asked),
        parse: predictions,
        cursor: Cursor::Daily { history: Days(30), lookback: Days(2), slice: Days(7), today: true },
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/detail", "/error/message"]),
    latency: "Predictions are told at once; their duration when they have ended.",
    lacks: "Replicate tells no cost and no balance: what it bills is shown at replicate.com/account/billing, from where a day's \
            cost or a balance can be entered by hand (`spendglass enter`).",
    ..Provider::PLAIN
};

#[derive(Deserialize)]
struct Account {
    #[serde(rename = "type")]
    _kind: String,
}

fn asked(query: &Query) -> Request {
    let request = Request::get("/predictions")
        .with("created_after", query.window.start)
        .with("created_before", query.window.end);
    match query.page_text() {
        "" => request,
        cursor => request.with("cursor", cursor),
    }
}

#[derive(Deserialize)]
struct Answer {
    next: Option<String>,
    results: Vec<Prediction>,
}

/// What is read of a prediction. What went in and came out is never looked at.
#[derive(Deserialize)]
struct Prediction {
    model: Option<String>,
    created_at: String,
    metrics: Option<Metrics>,
}

#[derive(Deserialize)]
struct Metrics {
    predict_time: Option<Exact>,
}

#[derive(Default)]
struct Sum {
    count: u64,
    seconds: Option<Decimal>,
}

fn predictions(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let Answer { next, results } = decode(body)?;
    let mut sums = BTreeMap::<(Timestamp, Option<String>), Sum>::new();
    for (i, row) in results.into_iter().enumerate() {
        let at = || format!("results[{i}].created_at");
        let created = Timestamp::parse_utc(&row.created_at).map_err(ParseError::time(at()))?;
        let day = created.utc_date().utc_day();
        query.period(day.start, day.end, at)?;
        let sum = sums.entry((day.start, told(row.model))).or_default();
        sum.count += 1;
        if let Some(took) = row.metrics.and_then(|metrics| metrics.predict_time) {
            let seconds = exact_add(sum.seconds.unwrap_or_default(), took.0);
            sum.seconds = Some(seconds.ok_or_else(|| {
                let problem = format!("{} cannot be added up exactly", took.0);
                ParseError::new(format!("results[{i}].metrics.predict_time"), problem)
            })?);
        }
    }
    let charge = |((start, model), Sum { count, seconds }): ((Timestamp, Option<String>), Sum)| {
        Entry::Charge(Charge {
            requests: Some(count),
            consumed_quantity: seconds,
            consumed_unit: seconds.map(|_| "seconds".to_owned()),
            sku_meter: seconds.map(|_| Meter::Second),
            request_model: model,
            ..Charge::usage(Period { start, end: start.utc_date().utc_day().end })
        })
    };
    Ok(Page { entries: sums.into_iter().map(charge).collect(), next: follow(next.as_deref())? })
}

/// The next page is told as a whole address, of which only the cursor is taken: the key goes to no other host.
fn follow(next: Option<&str>) -> Result<Next, ParseError> {
    let Some(next) = next.filter(|next| !next.is_empty()) else { return Ok(Next::End) };
    let refuse = |problem: &str| ParseError::new("next", problem);
    let url = Url::parse(next).map_err(|_| refuse("this is no address"))?;
    let here = url.host_str().is_some_and(|host| host == "api.replicate.com" || host == "127.0.0.1");
    if !here || !url.path().ends_with("/predictions") {
        return Err(refuse("the next page lies at another address than that of the predictions"));
    }
    let cursor = url.query_pairs().find(|(name, value)| name == "cursor" && !value.is_empty());
    Ok(cursor.map_or(Next::Missing, |(_, cursor)| Next::Token(PageToken(cursor.into_owned()))))
}
