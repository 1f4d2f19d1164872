//! `MiniMax`: how much of a Token Plan's interval and week is used.

use serde::Deserialize;

use super::{
    Check, Cursor, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Region, Request, Sees,
    Source, Stream, decode, said_at, told,
};
use crate::ledger::{QuotaReading, QuotaWindow};
use crate::money::{Currency, Decimal, exact_add};
use crate::time::Timestamp;

/// `MiniMax`.
pub const PROVIDER: Provider = Provider {
    id: "minimax",
    name: "MiniMax",
    base_url: "https://api.minimax.io",
    regions: &[
        Region {
            id: "global",
            name: "Global (minimax.io)",
            base_url: "https://api.minimax.io",
            currency: "USD",
        },
        Region {
            id: "china",
            name: "China (minimaxi.com)",
            base_url: "https://api.minimaxi.com",
            currency: "CNY",
        },
    ],
    keys: &[
        KeyKind {
            id: "plan",
            name: "Token Plan key",
            prefixes: &["sk-cp-"],
            sees: &[Sees::Quota],
            made_at: "https://platform.minimax.io/user-center/payment/token-plan",
            note: "Comes with a Token Plan (Coding Plan before) and sees how much of it is used. It can also be used for \
                   inference, so keep it to yourself.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "api",
            name: "Pay-as-you-go key",
            prefixes: &["sk-api-"],
            made_at: "https://platform.minimax.io/user-center/basic-information/interface-key",
            note: "Sees nothing: MiniMax has no endpoint for what is left of paid credit. Enter it by hand, or give the key \
                   of a Token Plan.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check { request: remains, kind: |body| decode::<Remains>(body).map(|_| None) }),
    streams: &[Stream {
        name: "plan",
        sees: Sees::Quota,
        source: Source::Http(remains),
        parse: plan,
        cursor: Cursor::Snapshot,
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/base_resp/status_msg", "/error/message"]),
    meaning,
    latency: "The windows are as of the moment they are read.",
    lacks: "What is left of pay-as-you-go credit is shown on the website only: enter it by hand (`spendglass enter`).",
    ..Provider::PLAIN
};

fn remains(_: &Query) -> Request {
    Request::get("/v1/token_plan/remains").or_at("/v1/api/openplatform/coding_plan/remains")
}

/// Errors come with status 200 and a code inside.
fn meaning(status: u16, body: &[u8]) -> u16 {
    #[derive(Deserialize)]
    struct Outcome {
        base_resp: Code,
    }
    #[derive(Deserialize)]
    struct Code {
        status_code: i64,
    }
    if status != 200 {
        return status;
    }
    match serde_json::from_slice::<Outcome>(body).map(|outcome| outcome.base_resp.status_code) {
        Ok(0) | Err(_) => status,
        Ok(1004 | 2049) => 401,
        Ok(1002) => 429,
        Ok(1008) => 403,
        Ok(_) => 502,
    }
}

#[derive(Deserialize)]
struct Remains {
    model_remains: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    model_name: Option<String>,
    start_time: Option<i64>,
    end_time: Option<i64>,
    current_interval_total_count: Option<Exact>,
    current_interval_status: Option<i64>,
    current_interval_remaining_percent: Option<Exact>,
    weekly_end_time: Option<i64>,
    current_weekly_total_count: Option<Exact>,
    current_weekly_status: Option<i64>,
    current_weekly_remaining_percent: Option<Exact>,
}

/// A window that this plan does not have.
const NOT_APPLICABLE: i64 = 3;

fn plan(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let Remains { model_remains } = decode(body)?;
    let mut entries = Vec::new();
    for (i, row) in model_remains.into_iter().enumerate() {
        let at = |field: &str| format!("model_remains[{i}].{field}");
        let length = row.end_time.zip(row.start_time).and_then(|(end, start)| end.checked_sub(start));
        let interval = length.and_then(|millis| QuotaWindow::of_seconds(millis.div_euclid(1_000)));
        if let Some(window) = interval.filter(|_| row.current_interval_status != Some(NOT_APPLICABLE)) {
            let figures = Figures {
                name: "interval of the plan",
                window,
                left: row.current_interval_remaining_percent,
                count: row.current_interval_total_count,
                end: row.end_time,
            };
            entries.extend(figures.entry(row.model_name.as_deref(), query, at("end_time"))?);
        }
        if row.current_weekly_status != Some(NOT_APPLICABLE) {
            let figures = Figures {
                name: "week of the plan",
                window: QuotaWindow::Week,
                left: row.current_weekly_remaining_percent,
                count: row.current_weekly_total_count,
                end: row.weekly_end_time,
            };
            entries.extend(figures.entry(row.model_name.as_deref(), query, at("weekly_end_time"))?);
        }
    }
    Ok(Page { entries, next: Next::End })
}

/// What is told of one window.
struct Figures {
    name: &'static str,
    window: QuotaWindow,
    /// Percent that remain.
    left: Option<Exact>,
    count: Option<Exact>,
    end: Option<i64>,
}

impl Figures {
    fn entry(self, model: Option<&str>, query: &Query, at: String) -> Result<Option<Entry>, ParseError> {
        let hundred = Decimal::ONE_HUNDRED;
        let (unit, used, limit) = match (self.left, self.count.filter(|count| !count.0.is_zero())) {
            (Some(left), _) => {
                let used = exact_add(hundred, -left.0);
                let used = used.ok_or_else(|| {
                    ParseError::new(&at, format!("{} percent cannot be kept exactly", left.0))
                })?;
                ("percent", Some(used), hundred)
            }
            // Older answers count, and whether they count what is used or what is left is not sure.
            (None, Some(count)) => ("requests", None, count.0),
            (None, None) => return Ok(None),
        };
        let end = self.end.map(Timestamp::from_unix_millis).transpose().map_err(ParseError::time(at))?;
        Ok(Some(Entry::Quota(QuotaReading {
            observed_at: query.observed_at,
            name: self.name.to_owned(),
            window: self.window,
            unit: Currency::unit(unit),
            used,
            limit: Some(limit),
            resets_at: end.and_then(|end| query.upcoming(end)),
            // The group that stands for all models is no model.
            model: told(model.map(str::to_owned)).filter(|name| name != "general"),
            project: None,
        })))
    }
}
