//! OpenAI's developer platform: the organization's costs by day, its usage of every kind by the hour, its limits and the names
//! of its projects and keys.

mod organization;
mod usage;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;

use super::{
    Auth, Bucket, Check, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query,
    Request, Sees, Source, Stream, billed, category_of, decode, error_words, told,
};
use crate::ledger::Charge;
use crate::time::{Period, Timestamp};
use organization::{key_names, key_names_of, limits_of, projects, projects_asked, rate_limits, spend_limit};
pub(crate) use usage::TokenRow;
use usage::{
    COMPLETIONS, EMBEDDINGS, FILE_SEARCHES, IMAGES, MODERATIONS, SESSIONS, SPEECHES, TRANSCRIPTIONS,
    VECTOR_STORES, WEB_SEARCHES,
};

/// OpenAI.
pub const PROVIDER: Provider = Provider {
    id: "openai",
    name: "OpenAI",
    base_url: "https://api.openai.com/v1",
    auth: Auth::Bearer,
    headers: &[],
    keys: &[
        KeyKind {
            id: "admin",
            name: "Admin key",
            prefixes: &["sk-admin-"],
            sees: &[Sees::Cost, Sees::Usage, Sees::Quota],
            made_at: "https://platform.openai.com/settings/organization/admin-keys",
            note: "Made by an owner of the organization; a personal account is an organization with one owner, so you \
                   can make one too. It cannot be used for inference, but it can manage members and keys: keep one for \
                   Spendglass alone.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "project",
            name: "Project or service account key",
            prefixes: &["sk-proj-", "sk-svcacct-"],
            sees: &[],
            made_at: "https://platform.openai.com/settings/organization/admin-keys",
            note: "Good for inference only: it sees neither cost nor usage. Make an admin key (sk-admin-…) instead.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "legacy",
            name: "User key",
            prefixes: &["sk-"],
            // Half the field's keys begin like this; these carry the vendor's mark.
            shape: Some(|key| key.contains("T3BlbkFJ")),
            sees: &[],
            made_at: "https://platform.openai.com/settings/organization/admin-keys",
            note: "An old kind of key, good for inference only: it sees neither cost nor usage. Make an admin key \
                   (sk-admin-…) instead.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check {
        request: |query| {
            Request::get("/organization/costs")
                .with("start_time", query.observed_at.utc_date().utc_start().unix())
                .with("limit", 1)
        },
        kind: |body| decode::<Answer<CostRow>>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "costs",
            sees: Sees::Cost,
            source: Source::Http(|query| {
                asked(query, "/organization/costs", 180, &["line_item", "project_id", "api_key_id"])
            }),
            parse: |body, query| read(body, query, cost),
            cursor: Cursor::Daily { history: Days(365), lookback: Days(3), slice: Days(31), today: true },
            ..Stream::PLAIN
        },
        usage(
            "usage_completions",
            |query| COMPLETIONS.request(query),
            |body, query| COMPLETIONS.parse(body, query),
        ),
        usage(
            "usage_embeddings",
            |query| EMBEDDINGS.request(query),
            |body, query| EMBEDDINGS.parse(body, query),
        ),
        usage(
            "usage_moderations",
            |query| MODERATIONS.request(query),
            |body, query| MODERATIONS.parse(body, query),
        ),
        usage("usage_images", |query| IMAGES.request(query), |body, query| IMAGES.parse(body, query)),
        usage(
            "usage_audio_speeches",
            |query| SPEECHES.request(query),
            |body, query| SPEECHES.parse(body, query),
        ),
        usage(
            "usage_audio_transcriptions",
            |query| TRANSCRIPTIONS.request(query),
            |body, query| TRANSCRIPTIONS.parse(body, query),
        ),
        usage(
            "usage_vector_stores",
            |query| VECTOR_STORES.request(query),
            |body, query| VECTOR_STORES.parse(body, query),
        ),
        usage(
            "usage_code_interpreter_sessions",
            |query| SESSIONS.request(query),
            |body, query| SESSIONS.parse(body, query),
        ),
        usage(
            "usage_file_search_calls",
            |query| FILE_SEARCHES.request(query),
            |body, query| FILE_SEARCHES.parse(body, query),
        ),
        usage(
            "usage_web_search_calls",
            |query| WEB_SEARCHES.request(query),
            |body, query| WEB_SEARCHES.parse(body, query),
        ),
        Stream {
            name: "projects",
            sees: Sees::Cost,
            source: Source::Http(|query| projects_asked(query, true)),
            parse: |body, _| projects(body),
            ..Stream::PLAIN
        },
        Stream {
            name: "api_keys",
            sees: Sees::Cost,
            source: Source::Parts {
                list: |query| projects_asked(query, true),
                parts: |body, _| organization::parts(body),
                request: key_names_of,
            },
            parse: |body, _| key_names(body),
            ..Stream::PLAIN
        },
        Stream {
            name: "rate_limits",
            sees: Sees::Quota,
            source: Source::Parts {
                list: |query| projects_asked(query, false),
                parts: |body, _| organization::parts(body),
                request: limits_of,
            },
            parse: rate_limits,
            ..Stream::PLAIN
        },
        Stream {
            name: "spend_limit",
            sees: Sees::Quota,
            source: Source::Http(|_| Request::get("/organization/spend_limit")),
            parse: spend_limit,
            absent: &[(404, "The organization has no spend limit.")],
            ..Stream::PLAIN
        },
    ],
    error_message: error_words,
    latency: "Usage appears within minutes; the cost of a day grows while it lasts and may be corrected for two days.",
    lacks: "No key can read what is left of prepaid credits, nor when they lapse: enter your purchases by hand, with their dates.",
    ..Provider::PLAIN
};

/// A stream of usage. 31 days by the hour, because only hours can be cut into the person's own days and a month is what is
/// looked at. A page holds seven days of hours: that is five calls instead of one, beside the eleven for the year before.
const fn usage(
    name: &'static str,
    request: fn(&Query) -> Request,
    parse: fn(&[u8], &Query) -> Result<Page, ParseError>,
) -> Stream {
    Stream {
        name,
        sees: Sees::Usage,
        source: Source::Http(request),
        parse,
        cursor: Cursor::Hourly {
            recent: Days(31),
            recent_slice: Days(7),
            history: Days(365),
            lookback: Days(3),
            slice: Days(31),
        },
        ..Stream::PLAIN
    }
}

/// A request for buckets. One page holds the whole window where the provider's cap allows it.
fn asked(query: &Query, path: &'static str, cap: i64, groups: &[&str]) -> Request {
    let width = match query.bucket {
        Bucket::Hour => "1h",
        Bucket::Day => "1d",
    };
    let request = Request::get(path)
        .with("start_time", query.window.start.unix())
        .with("end_time", query.window.end.unix())
        .with("bucket_width", width)
        .with("limit", query.buckets().clamp(1, cap));
    let request = groups.iter().fold(request, |request, group| request.with("group_by[]", group));
    match &query.page {
        Some(page) => request.with("page", &page.0),
        None => request,
    }
}

#[derive(Deserialize)]
struct Answer<R> {
    data: Vec<BucketOf<R>>,
    has_more: bool,
    next_page: Option<String>,
}

#[derive(Deserialize)]
struct BucketOf<R> {
    start_time: i64,
    end_time: i64,
    #[serde(alias = "result")]
    results: Vec<R>,
}

/// Reads a page: every row of every bucket becomes one charge.
fn read<'a, R: Deserialize<'a>>(
    body: &'a [u8],
    query: &Query,
    charge: impl Fn(R, Period, &dyn Fn() -> String) -> Result<Charge, ParseError>,
) -> Result<Page, ParseError> {
    let answer: Answer<R> = decode(body)?;
    let mut entries = Vec::with_capacity(answer.data.iter().map(|bucket| bucket.results.len()).sum());
    let mut seen = BTreeSet::new();
    for (i, bucket) in answer.data.into_iter().enumerate() {
        let bound = |seconds, name| {
            Timestamp::from_unix(seconds).map_err(|error| ParseError::new(format!("data[{i}].{name}"), error))
        };
        let (start, end) = (bound(bucket.start_time, "start_time")?, bound(bucket.end_time, "end_time")?);
        let period = query.bucket_period(start, end, || format!("data[{i}]"))?;
        if !seen.insert(start) {
            return Err(ParseError::new(format!("data[{i}]"), format!("the bucket of {start} comes twice")));
        }
        for (j, row) in bucket.results.into_iter().enumerate() {
            let at = || format!("data[{i}].results[{j}]");
            entries.push(Entry::Charge(charge(row, period, &at)?));
        }
    }
    Ok(Page { entries, next: Next::from_pair(answer.has_more, answer.next_page.as_deref()) })
}

#[derive(Deserialize)]
struct CostRow<'a> {
    #[serde(borrow)]
    amount: Amount<'a>,
    line_item: Option<String>,
    project_id: Option<String>,
    api_key_id: Option<String>,
    quantity: Option<Exact>,
    quantity_unit: Option<String>,
}

#[derive(Deserialize)]
struct Amount<'a> {
    value: Exact,
    #[serde(borrow)]
    currency: Cow<'a, str>,
}

/// A line of the bill. Its item is free text, to be shown and not to be taken apart: so no model and no meter.
fn cost(row: CostRow<'_>, period: Period, at: &dyn Fn() -> String) -> Result<Charge, ParseError> {
    let money = billed(row.amount.value.0, &row.amount.currency, || format!("{}.amount", at()))?;
    Ok(Charge {
        category: category_of(&money),
        billed_cost: Some(money),
        consumed_quantity: row.quantity.map(|quantity| quantity.0),
        consumed_unit: told(row.quantity_unit),
        project: told(row.project_id),
        api_key: told(row.api_key_id),
        description: told(row.line_item),
        ..Charge::usage(period)
    })
}
