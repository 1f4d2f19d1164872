//! Z.ai and Zhipu: how much of a GLM Coding Plan's windows is used.

use serde::Deserialize;

use super::{
    Check, Cursor, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Region, Request, Sees,
    Source, Stream, decode, said_at, told,
};
use crate::ledger::{QuotaReading, QuotaWindow, Subscription};
use crate::money::{Currency, Decimal};
use crate::time::Timestamp;

/// Z.ai.
pub const PROVIDER: Provider = Provider {
    id: "zai",
    name: "Z.ai (GLM Coding Plan)",
    base_url: "https://api.z.ai",
    regions: &[
        Region { id: "global", name: "Global (z.ai)", base_url: "https://api.z.ai", currency: "USD" },
        Region {
            id: "china",
            name: "China (bigmodel.cn)",
            base_url: "https://open.bigmodel.cn",
            currency: "CNY",
        },
    ],
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &[""],
        shape: Some(is_key),
        sees: &[Sees::Quota],
        made_at: "https://z.ai/manage-apikey/apikey-list",
        note: "Any key of the account sees how much of its Coding Plan is used. It can also be used for inference, so keep it \
               to yourself. Keys of z.ai and of bigmodel.cn are good for their own host only.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check { request: limits, kind: |body| decode::<Answer>(body).map(|_| None) }),
    streams: &[Stream {
        name: "quota",
        sees: Sees::Quota,
        source: Source::Http(limits),
        parse: quota,
        cursor: Cursor::Snapshot,
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/msg", "/error/message"]),
    meaning,
    latency: "The windows are as of the moment they are read.",
    lacks: "What is left of pay-as-you-go money is not told, and tokens are told by days of a time zone that is not named, so \
            neither is read. Enter the balance by hand (`spendglass enter`).",
    ..Provider::PLAIN
};

/// An id of 32 hexadecimal digits, a dot and a secret.
fn is_key(key: &str) -> bool {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    key.split_once('.').is_some_and(|(id, secret)| {
        id.len() == 32
            && id.bytes().all(hex)
            && (12..=24).contains(&secret.len())
            && secret.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

fn limits(_: &Query) -> Request {
    Request::get("/api/monitor/usage/quota/limit")
}

/// Errors come with status 200, `success` false and a code.
fn meaning(status: u16, body: &[u8]) -> u16 {
    #[derive(Deserialize)]
    struct Outcome {
        code: Option<i64>,
        success: Option<bool>,
    }
    if status != 200 {
        return status;
    }
    match serde_json::from_slice(body) {
        Ok(Outcome { code: None | Some(0 | 200), success: None | Some(true) }) | Err(_) => status,
        Ok(Outcome { code: Some(401 | 1000..=1004), .. }) => 401,
        Ok(Outcome { code: Some(429 | 1302 | 1303), .. }) => 429,
        Ok(_) => 502,
    }
}

#[derive(Deserialize)]
struct Answer {
    data: Standing,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Standing {
    plan_name: Option<String>,
    plan: Option<String>,
    #[serde(rename = "plan_type")]
    plan_type: Option<String>,
    package_name: Option<String>,
    level: Option<String>,
    limits: Option<Vec<Limit>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Limit {
    #[serde(rename = "type")]
    kind: Option<String>,
    unit: Option<i64>,
    number: Option<u32>,
    /// Percent that are used.
    percentage: Option<Exact>,
    /// The limit, whatever its name says.
    usage: Option<Exact>,
    current_value: Option<Exact>,
    next_reset_time: Option<i64>,
}

fn quota(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let Answer { data } = decode(body)?;
    let mut entries = Vec::new();
    for (i, limit) in data.limits.unwrap_or_default().into_iter().enumerate() {
        let Some((name, window)) = named(&limit) else { continue };
        let (unit, used, most) = match (limit.percentage, limit.usage, limit.current_value) {
            // Counts say more than a rounded percentage.
            (_, Some(most), Some(used)) => ("requests", used.0, most.0),
            (Some(percent), ..) => ("percent", percent.0, Decimal::ONE_HUNDRED),
            _ => continue,
        };
        let at = || format!("data.limits[{i}].nextResetTime");
        let reset = limit.next_reset_time.map(Timestamp::from_unix_millis).transpose();
        entries.push(Entry::Quota(QuotaReading {
            observed_at: query.observed_at,
            name: name.to_owned(),
            window,
            unit: Currency::unit(unit),
            used: Some(used),
            limit: Some(most),
            resets_at: reset.map_err(ParseError::time(at()))?.and_then(|at| query.upcoming(at)),
            model: None,
            project: None,
        }));
    }
    let names = [data.plan_name, data.plan, data.plan_type, data.package_name, data.level];
    if let Some(plan) = names.into_iter().find_map(told) {
        entries.push(Entry::Subscription(Subscription {
            plan,
            status: None,
            price: None,
            period: None,
            renews_at: None,
            observed_at: query.observed_at,
        }));
    }
    Ok(Page { entries, next: Next::End })
}

/// What is limited, and over which span. A span or kind not known here is left out: better no reading than a false one.
fn named(limit: &Limit) -> Option<(&'static str, QuotaWindow)> {
    let (unit, number) = (limit.unit?, limit.number?);
    let window = match (limit.kind.as_deref()?, unit) {
        // The month's searches and other tools bear the code of a minute.
        ("TIME_LIMIT", 5) if number == 1 => return Some(("searches and tools", QuotaWindow::Month)),
        (_, 1) if number == 1 => QuotaWindow::Day,
        (_, 6) if number == 1 => QuotaWindow::Week,
        (_, 1) => QuotaWindow::Minutes(number.checked_mul(1_440).filter(|minutes| *minutes > 0)?),
        (_, 3) => QuotaWindow::Minutes(number.checked_mul(60).filter(|minutes| *minutes > 0)?),
        (_, 5) => QuotaWindow::Minutes(Some(number).filter(|minutes| *minutes > 0)?),
        _ => return None,
    };
    match limit.kind.as_deref()? {
        "TOKENS_LIMIT" => Some(("tokens of the plan", window)),
        "CREDIT_LIMIT" => Some(("credits of the plan", window)),
        "TIME_LIMIT" => Some(("searches and tools", window)),
        _ => None,
    }
}
