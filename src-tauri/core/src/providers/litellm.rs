//! A `LiteLLM` proxy of one's own: the budget of a key, its user and teams, and what the proxy computed by day, model and key.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Auth, Check, Count, Cursor, Days, Entry, Exact, KeyKind, Next, Page, PageToken, ParseError, Provider,
    Query, Request, Sees, Source, Stream, category_of, decode, said_at, told,
};
use crate::ledger::{
    Charge, DisjointTokens, Lane, Name, NameOf, QuotaReading, QuotaWindow, TokenTotals, TokenUsage,
};
use crate::money::{Currency, Decimal, Money};
use crate::time::{Date, Period, Timestamp};

/// `LiteLLM`.
pub const PROVIDER: Provider = Provider {
    id: "litellm",
    name: "LiteLLM proxy",
    auth: Auth::Bearer,
    keys: &[
        KeyKind {
            id: "virtual",
            name: "Virtual key",
            sees: &[Sees::Cost, Sees::Quota],
            made_at: "https://docs.litellm.ai/docs/proxy/virtual_keys",
            note: "Give the proxy's own address too, without /v1 at its end. A virtual key sees its own budget and what its user \
                   spent; the proxy must have a database.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "master",
            name: "Master key",
            sees: &[Sees::Cost, Sees::Quota],
            made_at: "https://docs.litellm.ai/docs/proxy/virtual_keys",
            note: "Sees what everybody spent, but it can also change everything on the proxy: a key of a viewing admin does as well.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check {
        request: |_| Request::get("/key/info"),
        kind: |body| decode::<KeyAnswer>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "key",
            sees: Sees::Quota,
            source: Source::Http(|_| Request::get("/key/info")),
            parse: key,
            cursor: Cursor::Snapshot,
            absent: &[(404, "The master key has no budget of its own.")],
            ..Stream::PLAIN
        },
        Stream {
            name: "user",
            sees: Sees::Quota,
            source: Source::Http(|_| Request::get("/user/info")),
            parse: user,
            cursor: Cursor::Snapshot,
            absent: &[(404, "This key belongs to no user of the proxy.")],
            ..Stream::PLAIN
        },
        Stream {
            name: "activity",
            sees: Sees::Cost,
            source: Source::Http(activity_request),
            parse: activity,
            cursor: Cursor::Daily { history: Days(365), lookback: Days(2), slice: Days(31), today: true },
            ..Stream::PLAIN
        },
    ],
    error_message: |body| said_at(body, &["/error/message", "/detail/error", "/detail"]),
    latency: "Figures are a minute or two old.",
    lacks: "All money is what the proxy computed from its price list, not a bill. Where the provider behind it is connected too, \
            both tell the same use: their totals are kept apart.",
    ..Provider::PLAIN
};

const REQUESTS: Currency = Currency::unit("requests");
const TOKENS: Currency = Currency::unit("tokens");

#[derive(Deserialize)]
struct KeyAnswer {
    info: Allowed,
}

/// What a key, a user or a team may spend. Names, addresses and keys among the fields are not read.
#[derive(Deserialize)]
struct Allowed {
    spend: Option<Exact>,
    max_budget: Option<Exact>,
    budget_duration: Option<String>,
    budget_reset_at: Option<String>,
    tpm_limit: Option<Count>,
    rpm_limit: Option<Count>,
}

impl Allowed {
    fn readings(
        &self,
        of: &str,
        team: Option<&str>,
        query: &Query,
        at: &str,
    ) -> Result<Vec<Entry>, ParseError> {
        let reading = |name: String, window, unit, used, limit| QuotaReading {
            observed_at: query.observed_at,
            name,
            window,
            unit,
            used,
            limit,
            resets_at: None,
            model: None,
            project: team.map(str::to_owned),
        };
        let mut entries = Vec::new();
        let window = match self.budget_duration.as_deref() {
            None | Some("") => Some(QuotaWindow::Lifetime),
            Some(text) => duration(text),
        };
        // A span that cannot be read has no window: better no reading than a false one.
        if let Some(window) = window
            && (self.spend.is_some() || self.max_budget.is_some())
        {
            let resets_at = match told(self.budget_reset_at.clone()) {
                Some(text) => {
                    let at = format!("{at}.budget_reset_at");
                    Some(Timestamp::parse_utc(&text).map_err(ParseError::time(at))?)
                }
                None => None,
            };
            let (used, limit) = (self.spend.map(|spend| spend.0), self.max_budget.map(|budget| budget.0));
            let budget = reading(format!("budget of this {of}"), window, Currency::USD, used, limit);
            // A reset that lies behind us is of a budget that nothing was spent from since: it tells nothing of the next.
            let resets_at = resets_at.filter(|at| *at > query.observed_at);
            entries.push(Entry::Quota(QuotaReading { resets_at, ..budget }));
        }
        for (limit, unit, counted) in
            [(self.rpm_limit, REQUESTS, "requests"), (self.tpm_limit, TOKENS, "tokens")]
        {
            if let Some(limit) = limit {
                let limit = Some(Decimal::from(limit.0));
                let name = format!("{counted} of this {of}");
                entries.push(Entry::Quota(reading(name, QuotaWindow::MINUTE, unit, None, limit)));
            }
        }
        Ok(entries)
    }
}

/// A span as `LiteLLM` writes it: `30s`, `15m`, `1h`, `7d`, `1w`, `1mo`.
fn duration(text: &str) -> Option<QuotaWindow> {
    let (count, unit) = text.split_at_checked(text.find(|c: char| !c.is_ascii_digit())?)?;
    let count: u32 = count.parse().ok().filter(|count| *count > 0)?;
    match unit {
        "mo" if count == 1 => Some(QuotaWindow::Month),
        "mo" if count == 12 => Some(QuotaWindow::Year),
        "mo" => u8::try_from(count).ok().map(QuotaWindow::Months),
        "d" if count == 30 => Some(QuotaWindow::Month),
        "s" => QuotaWindow::of_seconds(count.into()),
        "m" => QuotaWindow::of_seconds(i64::from(count) * 60),
        "h" => QuotaWindow::of_seconds(i64::from(count) * 3_600),
        "d" => QuotaWindow::of_seconds(i64::from(count) * 86_400),
        "w" => QuotaWindow::of_seconds(i64::from(count) * 604_800),
        _ => None,
    }
}

fn key(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: KeyAnswer = decode(body)?;
    Ok(Page { entries: answer.info.readings("key", None, query, "info")?, next: Next::End })
}

#[derive(Deserialize)]
struct UserAnswer<'a> {
    user_info: Option<Allowed>,
    keys: Vec<KeyRow>,
    #[serde(borrow)]
    teams: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct KeyRow {
    token: Option<String>,
    key_alias: Option<String>,
}

#[derive(Deserialize)]
struct Team {
    team_id: Option<String>,
    team_alias: Option<String>,
}

fn user(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: UserAnswer<'_> = decode(body)?;
    let mut entries = match &answer.user_info {
        Some(budget) => budget.readings("user", None, query, "user_info")?,
        None => Vec::new(),
    };
    let mut call = |of, id: Option<String>, name: Option<String>| {
        if let (Some(id), Some(name)) = (told(id), told(name)) {
            entries.push(Entry::Name(Name { of, id, name }));
        }
    };
    for key in answer.keys {
        // The proxy tells a key by its hash, which opens nothing.
        call(NameOf::ApiKey, key.token, key.key_alias);
    }
    for (i, raw) in answer.teams.unwrap_or_default().into_iter().enumerate() {
        let within = |error: ParseError| ParseError::new(format!("teams[{i}].{}", error.at), error.problem);
        let raw = raw.get().as_bytes();
        let (team, budget): (Team, Allowed) = (decode(raw).map_err(within)?, decode(raw).map_err(within)?);
        let Some(id) = told(team.team_id) else { continue };
        entries.extend(budget.readings("team", Some(&id), query, &format!("teams[{i}]"))?);
        if let Some(name) = told(team.team_alias) {
            entries.push(Entry::Name(Name { of: NameOf::Project, id, name }));
        }
    }
    Ok(Page { entries, next: Next::End })
}

fn activity_request(query: &Query) -> Request {
    let request = Request::get("/user/daily/activity")
        .with("start_date", query.window.start.utc_date())
        // The last day is inside.
        .with("end_date", query.window.end.plus_seconds(-1).utc_date())
        .with("page_size", 1_000);
    match &query.page {
        Some(page) => request.with("page", &page.0),
        None => request,
    }
}

#[derive(Deserialize)]
struct Activity<'a> {
    #[serde(borrow)]
    results: Vec<Day<'a>>,
    metadata: Paging,
}

#[derive(Deserialize)]
struct Paging {
    page: Option<Count>,
    total_pages: Option<Count>,
    has_more: Option<bool>,
}

#[derive(Deserialize)]
struct Day<'a> {
    #[serde(borrow)]
    date: Cow<'a, str>,
    metrics: Metrics,
    breakdown: Option<Breakdown>,
}

#[derive(Deserialize)]
struct Breakdown {
    #[serde(default)]
    models: BTreeMap<String, Share>,
}

#[derive(Deserialize)]
struct Share {
    metrics: Option<Metrics>,
    #[serde(default)]
    api_key_breakdown: BTreeMap<String, KeyShare>,
}

#[derive(Deserialize)]
struct KeyShare {
    metrics: Option<Metrics>,
}

#[derive(Deserialize, Clone, Copy)]
struct Metrics {
    spend: Exact,
    prompt_tokens: Count,
    completion_tokens: Count,
    cache_read_input_tokens: Option<Count>,
    cache_creation_input_tokens: Option<Count>,
    api_requests: Count,
}

/// A page cuts raw rows, so one day may go on upon the next page: each page tells its own part, and they add up. Within a
/// page the same money is told by model, by key, by provider …: only models, and the keys below each, are read.
fn activity(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let Activity { results, metadata } = decode(body)?;
    let mut entries = Vec::new();
    for (i, day) in results.into_iter().enumerate() {
        let at = || format!("results[{i}]");
        let date: Date = day.date.parse().map_err(ParseError::time(format!("{}.date", at())))?;
        let period = query.period(date.utc_start(), date.plus_days(1).utc_start(), at)?;
        let models = day.breakdown.map(|breakdown| breakdown.models).unwrap_or_default();
        let mut shares = Vec::new();
        for (model, share) in models {
            let Some(whole) = share.metrics else { continue };
            let keys = share.api_key_breakdown.into_iter();
            let keys: Vec<_> = keys.filter_map(|(key, share)| Some((key, share.metrics?))).collect();
            if keys.is_empty() {
                shares.push((Some(model), None, whole));
            } else {
                shares.extend(keys.into_iter().map(|(key, part)| (Some(model.clone()), Some(key), part)));
            }
        }
        if shares.is_empty() {
            shares.push((None, None, day.metrics));
        }
        for (model, key, metrics) in shares {
            entries.push(Entry::Charge(charge(period, model, key, metrics, &at)?));
        }
    }
    let (page, pages) = (metadata.page.unwrap_or(Count(1)).0, metadata.total_pages.unwrap_or_default().0);
    let more = metadata.has_more.unwrap_or(page < pages);
    let next = if more { Next::Token(PageToken((page + 1).to_string())) } else { Next::End };
    Ok(Page { entries, next })
}

fn charge(
    period: Period,
    model: Option<String>,
    key: Option<String>,
    metrics: Metrics,
    at: &dyn Fn() -> String,
) -> Result<Charge, ParseError> {
    let (read, write) = (metrics.cache_read_input_tokens, metrics.cache_creation_input_tokens);
    let (read, write) = (read.unwrap_or_default().0, write.unwrap_or_default().0);
    let (input, output) = (metrics.prompt_tokens.0, metrics.completion_tokens.0);
    // Behind some providers the proxy tells cached tokens beside the prompt: where they are more than it, they are no part of it.
    let tokens = if read.saturating_add(write) > input {
        TokenUsage::from_disjoint(DisjointTokens {
            uncached_input: input,
            cache_read: read,
            cache_creation_5m: write,
            output,
            ..DisjointTokens::default()
        })
    } else {
        let cached = TokenTotals { cache_read: read, cache_creation: write, ..TokenTotals::default() };
        TokenUsage::from_totals(TokenTotals { input, output, ..cached })
    };
    let spent = Money::new(metrics.spend.0, Currency::USD);
    Ok(Charge {
        lane: Lane::Estimated,
        category: category_of(&spent),
        billed_cost: Some(spent),
        tokens: Some(tokens.map_err(|error| ParseError::new(at(), error))?),
        requests: Some(metrics.api_requests.0),
        request_model: told(model),
        api_key: told(key),
        ..Charge::usage(period)
    })
}
