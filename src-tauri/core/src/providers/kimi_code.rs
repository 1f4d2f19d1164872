//! Kimi Code, the subscription for coding: its weekly allowance and its shorter windows.

use serde::Deserialize;

use super::{
    Check, Count, Entry, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees, Source, Stream,
    decode, said_at,
};
use crate::ledger::{QuotaReading, QuotaWindow};
use crate::money::{Currency, Decimal};
use crate::time::Timestamp;

/// Kimi Code.
pub const PROVIDER: Provider = Provider {
    id: "kimi_code",
    name: "Kimi Code",
    base_url: "https://api.kimi.com/coding/v1",
    keys: &[KeyKind {
        id: "api",
        name: "Kimi Code API key",
        prefixes: &["sk-kimi-"],
        sees: &[Sees::Quota],
        made_at: "https://www.kimi.com/code/console",
        note: "A key of the Kimi Code subscription; keys of Moonshot's open platform are another product's and are refused. \
               The login that the vendor's tool keeps is not used.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/usages"),
        kind: |body| decode::<Answer>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "usages",
        sees: Sees::Quota,
        source: Source::Http(|_| Request::get("/usages")),
        parse: usages,
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/error/message", "/message"]),
    latency: "The allowances are told as they stand.",
    lacks: "It tells neither tokens nor money, nor what the subscription costs: enter its price by hand (spendglass enter).",
    ..Provider::PLAIN
};

#[derive(Deserialize)]
struct Answer {
    usage: Meter,
    #[serde(default)]
    limits: Vec<Limit>,
}

#[derive(Deserialize)]
struct Limit {
    window: Window,
    detail: Meter,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Window {
    duration: Count,
    time_unit: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meter {
    limit: Option<Count>,
    used: Option<Count>,
    remaining: Option<Count>,
    reset_time: Option<String>,
}

fn usages(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer = decode(body)?;
    let mut entries = vec![reading(answer.usage, "plan allowance", QuotaWindow::Week, query, "usage")?];
    for (i, limit) in answer.limits.into_iter().enumerate() {
        // A unit that is not known yet cannot be given a window: better no reading than a false one.
        if let Some(window) = window(&limit.window) {
            entries.push(reading(
                limit.detail,
                "rate window",
                window,
                query,
                &format!("limits[{i}].detail"),
            )?);
        }
    }
    Ok(Page { entries: entries.into_iter().flatten().collect(), next: Next::End })
}

/// The span of a limit; units are named as protocol buffers do.
fn window(window: &Window) -> Option<QuotaWindow> {
    let seconds = match window.time_unit.as_str() {
        "TIME_UNIT_SECOND" => 1,
        "TIME_UNIT_MINUTE" => 60,
        "TIME_UNIT_HOUR" => 3_600,
        "TIME_UNIT_DAY" => 86_400,
        "TIME_UNIT_WEEK" => 604_800,
        _ => return None,
    };
    let count = i64::try_from(window.duration.0).ok()?;
    QuotaWindow::of_seconds(count.checked_mul(seconds)?)
}

/// A meter as a reading; none where neither a use nor a limit is told.
fn reading(
    meter: Meter,
    name: &str,
    window: QuotaWindow,
    query: &Query,
    at: &str,
) -> Result<Option<Entry>, ParseError> {
    const REQUESTS: Currency = Currency::unit("requests");
    let used = match (meter.used, meter.limit.zip(meter.remaining)) {
        (None, Some((limit, left))) => {
            let problem = || format!("{} of {} cannot remain", left.0, limit.0);
            let used = limit.0.checked_sub(left.0);
            Some(Count(used.ok_or_else(|| ParseError::new(format!("{at}.remaining"), problem()))?))
        }
        (used, _) => used,
    };
    let number = |count: Option<Count>| count.map(|count| Decimal::from(count.0));
    let (used, limit) = (number(used), number(meter.limit));
    if used.is_none() && limit.is_none() {
        return Ok(None);
    }
    let resets_at = meter.reset_time.filter(|text| !text.is_empty());
    let resets_at = resets_at.map(|text| text.parse::<Timestamp>()).transpose();
    let resets_at = resets_at.map_err(ParseError::time(format!("{at}.resetTime")))?;
    Ok(Some(Entry::Quota(QuotaReading {
        used,
        limit,
        // A window that has run out starts anew with the next request; until then it has no end.
        resets_at: resets_at.filter(|at| *at > query.observed_at),
        ..QuotaReading::of(query.observed_at, name, window, REQUESTS)
    })))
}
