//! Anthropic's API: the organization's costs by day, in cents, its tokens by the hour, what Claude Code did, limits and names.

mod claude_code;
mod organization;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;

use super::{
    Auth, Bucket, Check, Count, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query,
    Request, Sees, Source, Stream, billed, category_of, decode, error_words, shifted, told,
};
use crate::ledger::{Charge, DisjointTokens, Meter, NameOf, TokenUsage};
use crate::money::Decimal;
use crate::time::{Period, Timestamp};

/// Anthropic.
pub const PROVIDER: Provider = Provider {
    id: "anthropic",
    name: "Anthropic",
    base_url: "https://api.anthropic.com",
    auth: Auth::Header("x-api-key"),
    headers: &[("anthropic-version", "2023-06-01")],
    keys: &[
        KeyKind {
            id: "admin",
            name: "Admin key",
            prefixes: &["sk-ant-admin"],
            sees: &[Sees::Cost, Sees::Usage, Sees::Quota],
            made_at: "https://platform.claude.com/settings/admin-keys",
            note: "Made by an admin of the organization. It is unavailable for individual accounts: make an organization \
                   first, in the Console under Settings, Organization; one person is enough. It can manage members and \
                   keys: keep one for Spendglass alone.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "api",
            name: "API key",
            prefixes: &["sk-ant-api", "sk-ant-"],
            sees: &[],
            made_at: "https://platform.claude.com/settings/admin-keys",
            note: "Good for inference only: it sees neither cost nor usage. Make an admin key (sk-ant-admin…) instead; it is \
                   unavailable for individual accounts: make an organization first.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check {
        request: |_| Request::get("/v1/organizations/me"),
        kind: |body| decode::<Organization>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "cost_report",
            sees: Sees::Cost,
            source: Source::Http(|query| {
                asked(query, "/v1/organizations/cost_report", &["workspace_id", "description"])
            }),
            parse: |body, query| read(body, query, cost),
            cursor: Cursor::Daily { history: Days(365), lookback: Days(3), slice: Days(31), today: true },
            ..Stream::PLAIN
        },
        Stream {
            name: "usage_report_messages",
            sees: Sees::Usage,
            source: Source::Http(|query| {
                let groups = ["api_key_id", "workspace_id", "model", "service_tier", "context_window"];
                asked(query, "/v1/organizations/usage_report/messages", &groups)
            }),
            parse: |body, query| read(body, query, usage),
            // 31 days by the hour, because only hours can be cut into the person's own days: five pages instead of one.
            cursor: Cursor::Hourly {
                recent: Days(31),
                recent_slice: Days(7),
                history: Days(365),
                lookback: Days(3),
                slice: Days(31),
            },
            ..Stream::PLAIN
        },
        Stream {
            name: "usage_report_claude_code",
            sees: Sees::Cost,
            source: Source::Http(claude_code::asked),
            parse: claude_code::read,
            // One request tells one day, so a month is what is asked for at first.
            cursor: Cursor::Daily { history: Days(31), lookback: Days(3), slice: Days(1), today: true },
            beside: true,
            ..Stream::PLAIN
        },
        Stream {
            name: "workspaces",
            sees: Sees::Cost,
            source: Source::Http(|query| {
                let request = Request::get("/v1/organizations/workspaces").with("include_archived", true);
                organization::listed(request, query)
            }),
            parse: |body, _| organization::names(body, NameOf::Project),
            ..Stream::PLAIN
        },
        Stream {
            name: "api_keys",
            sees: Sees::Cost,
            source: Source::Http(|query| {
                organization::listed(Request::get("/v1/organizations/api_keys"), query)
            }),
            parse: |body, _| organization::names(body, NameOf::ApiKey),
            ..Stream::PLAIN
        },
        Stream {
            name: "rate_limits",
            sees: Sees::Quota,
            source: Source::Http(|query| {
                organization::paged(Request::get("/v1/organizations/rate_limits"), query)
            }),
            parse: organization::rate_limits,
            ..Stream::PLAIN
        },
        Stream {
            name: "spend_limits",
            sees: Sees::Quota,
            source: Source::Http(|query| {
                organization::paged(Request::get("/v1/organizations/spend_limits").with("limit", 100), query)
            }),
            parse: organization::spend_limits,
            absent: &[(403, NO_SPEND_LIMITS), (404, NO_SPEND_LIMITS)],
            ..Stream::PLAIN
        },
    ],
    error_message: error_words,
    latency: "Figures appear within about five minutes, those of Claude Code within an hour; what Priority Tier costs is not \
              among them, its tokens are.",
    lacks: "No key can read what is left of prepaid credits, nor when they lapse: enter your purchases by hand, with their dates. \
            An account without an organization has no report at all: import its CSV exports from the Console.",
    ..Provider::PLAIN
};

/// Spend limits are told in an early preview, to few.
const NO_SPEND_LIMITS: &str = "Anthropic tells spend limits to few organizations yet, and not to this one.";

/// The answer to the check: whose key it is. Only that it is there matters.
#[derive(Deserialize)]
struct Organization {
    #[serde(rename = "id")]
    _id: String,
}

/// A request for buckets. One page holds the whole window where the provider's cap allows it.
fn asked(query: &Query, path: &'static str, groups: &[&str]) -> Request {
    let (width, cap) = match query.bucket {
        Bucket::Hour => ("1h", 168),
        Bucket::Day => ("1d", 31),
    };
    let request = Request::get(path)
        .with("starting_at", query.window.start)
        .with("ending_at", query.window.end)
        .with("bucket_width", width)
        .with("limit", query.buckets().clamp(1, cap));
    let request = groups.iter().fold(request, |request, group| request.with("group_by[]", group));
    match &query.page {
        Some(page) => request.with("page", &page.0),
        None => request,
    }
}

#[derive(Deserialize)]
struct Answer<'a, R> {
    #[serde(borrow, bound(deserialize = "R: Deserialize<'de>"))]
    data: Vec<BucketOf<'a, R>>,
    has_more: bool,
    next_page: Option<String>,
}

#[derive(Deserialize)]
struct BucketOf<'a, R> {
    #[serde(borrow)]
    starting_at: Cow<'a, str>,
    #[serde(borrow)]
    ending_at: Cow<'a, str>,
    results: Vec<R>,
}

/// Reads a page: every row of every bucket becomes one charge, or more.
fn read<'a, R: Deserialize<'a>>(
    body: &'a [u8],
    query: &Query,
    book: impl Fn(R, Period, &dyn Fn() -> String, &mut Vec<Entry>) -> Result<(), ParseError>,
) -> Result<Page, ParseError> {
    let answer: Answer<'a, R> = decode(body)?;
    let mut entries = Vec::with_capacity(answer.data.iter().map(|bucket| bucket.results.len()).sum());
    let mut seen = BTreeSet::new();
    for (i, bucket) in answer.data.into_iter().enumerate() {
        let bound = |text: &str, name| {
            text.parse::<Timestamp>().map_err(ParseError::time(format!("data[{i}].{name}")))
        };
        let start = bound(&bucket.starting_at, "starting_at")?;
        let end = bound(&bucket.ending_at, "ending_at")?;
        let period = query.bucket_period(start, end, || format!("data[{i}]"))?;
        if !seen.insert(start) {
            return Err(ParseError::new(format!("data[{i}]"), format!("the bucket of {start} comes twice")));
        }
        for (j, row) in bucket.results.into_iter().enumerate() {
            book(row, period, &|| format!("data[{i}].results[{j}]"), &mut entries)?;
        }
    }
    Ok(Page { entries, next: Next::from_pair(answer.has_more, answer.next_page.as_deref()) })
}

#[derive(Deserialize)]
struct CostRow<'a> {
    amount: Exact,
    #[serde(borrow)]
    currency: Cow<'a, str>,
    description: Option<String>,
    cost_type: Option<String>,
    token_type: Option<String>,
    model: Option<String>,
    service_tier: Option<String>,
    context_window: Option<String>,
    workspace_id: Option<String>,
}

/// A line of the bill. A workspace of null is the default workspace, which has no id: it stays unnamed.
fn cost(
    row: CostRow<'_>,
    period: Period,
    at: &dyn Fn() -> String,
    entries: &mut Vec<Entry>,
) -> Result<(), ParseError> {
    // The amount is in cents: "123.45" is one dollar and a bit.
    let dollars = shifted(row.amount.0, 2, || format!("{}.amount", at()))?;
    let cost = billed(dollars, &row.currency, at)?;
    entries.push(Entry::Charge(Charge {
        category: category_of(&cost),
        billed_cost: Some(cost),
        sku_meter: meter(row.cost_type.as_deref(), row.token_type.as_deref()),
        response_model: told(row.model),
        service_tier: told(row.service_tier),
        context_window: told(row.context_window),
        project: told(row.workspace_id),
        description: told(row.description),
        ..Charge::usage(period)
    }));
    Ok(())
}

/// The meter behind a line of the bill. Kinds that are added later have none until they are listed here.
fn meter(cost_type: Option<&str>, token_type: Option<&str>) -> Option<Meter> {
    match (cost_type?, token_type) {
        ("web_search", _) => Some(Meter::WebSearch),
        ("code_execution", _) => Some(Meter::CodeExecution),
        ("session_usage", _) => Some(Meter::Session),
        ("tokens", Some("uncached_input_tokens")) => Some(Meter::Input),
        ("tokens", Some("cache_read_input_tokens")) => Some(Meter::CacheRead),
        ("tokens", Some("cache_creation.ephemeral_5m_input_tokens")) => Some(Meter::CacheWrite),
        ("tokens", Some("cache_creation.ephemeral_1h_input_tokens")) => Some(Meter::CacheWrite1h),
        ("tokens", Some("output_tokens")) => Some(Meter::Output),
        _ => None,
    }
}

#[derive(Deserialize)]
struct UsageRow {
    uncached_input_tokens: Count,
    cache_read_input_tokens: Option<Count>,
    cache_creation: Option<CacheCreation>,
    output_tokens: Count,
    server_tool_use: Option<ServerToolUse>,
    model: Option<String>,
    workspace_id: Option<String>,
    api_key_id: Option<String>,
    service_tier: Option<String>,
    context_window: Option<String>,
}

#[derive(Default, Deserialize)]
struct CacheCreation {
    ephemeral_5m_input_tokens: Option<Count>,
    ephemeral_1h_input_tokens: Option<Count>,
}

#[derive(Default, Deserialize)]
struct ServerToolUse {
    web_search_requests: Option<Count>,
}

/// Tokens, and the searches made along the way as a line of their own. Requests are not counted here, so they stay unknown.
fn usage(
    row: UsageRow,
    period: Period,
    at: &dyn Fn() -> String,
    entries: &mut Vec<Entry>,
) -> Result<(), ParseError> {
    let count = |told: Option<Count>| told.unwrap_or_default().0;
    let creation = row.cache_creation.unwrap_or_default();
    let tokens = TokenUsage::from_disjoint(DisjointTokens {
        uncached_input: row.uncached_input_tokens.0,
        cache_read: count(row.cache_read_input_tokens),
        cache_creation_5m: count(creation.ephemeral_5m_input_tokens),
        cache_creation_1h: count(creation.ephemeral_1h_input_tokens),
        output: row.output_tokens.0,
    })
    .map_err(|error| ParseError::new(at(), error))?;
    let charge = Charge {
        tokens: Some(tokens),
        response_model: told(row.model),
        service_tier: told(row.service_tier),
        context_window: told(row.context_window),
        project: told(row.workspace_id),
        api_key: told(row.api_key_id),
        ..Charge::usage(period)
    };
    let searches = count(row.server_tool_use.unwrap_or_default().web_search_requests);
    let web_search = (searches > 0).then(|| Charge {
        tokens: None,
        consumed_quantity: Some(Decimal::from(searches)),
        consumed_unit: Some("searches".to_owned()),
        sku_meter: Some(Meter::WebSearch),
        ..charge.clone()
    });
    entries.push(Entry::Charge(charge));
    entries.extend(web_search.map(Entry::Charge));
    Ok(())
}
