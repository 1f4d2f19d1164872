//! Helicone: what it computed that each model cost, from the requests that went through it. Bodies are never read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{
    Auth, Check, Count, Cursor, Days, Entry, Exact, KeyKind, Next, Page, PageToken, ParseError, Provider,
    Query, Region, Request, Sees, Source, Stream, category_of, decode, plain_words, said_at, told,
};
use crate::ledger::{Charge, DisjointTokens, Lane, TokenTotals, TokenUsage};
use crate::money::{Currency, Decimal, Money, exact_add};
use crate::time::{Period, Timestamp};

/// Helicone.
pub const PROVIDER: Provider = Provider {
    id: "helicone",
    name: "Helicone",
    base_url: "https://api.helicone.ai",
    regions: &[
        Region { id: "us", name: "United States", base_url: "https://api.helicone.ai", currency: "USD" },
        Region { id: "eu", name: "Europe", base_url: "https://eu.api.helicone.ai", currency: "USD" },
    ],
    auth: Auth::Bearer,
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["sk-helicone-"],
        sees: &[Sees::Cost],
        made_at: "https://us.helicone.ai/settings/api-keys",
        note: "Reading is enough: give it no right to write. It sees every request of the organization, of which only models, \
               tokens and costs are taken.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |query| asked(query, 1),
        kind: |body| decode::<Answer<'_>>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "requests",
        sees: Sees::Cost,
        source: Source::Http(|query| asked(query, ROWS)),
        parse: requests,
        cursor: Cursor::Daily { history: Days(90), lookback: Days(2), slice: Days(7), today: true },
        ..Stream::PLAIN
    }],
    error_message: |body| {
        let text = || serde_json::from_slice::<Failure<'_>>(body).ok()?.error;
        said_at(body, &["/error/message", "/message"]).or_else(|| plain_words(&text()?))
    },
    meaning: |status, body| {
        // An error inside a 200 is short; a page of requests is not taken apart twice.
        if status != 200 || body.len() > 4_096 {
            return status;
        }
        match serde_json::from_slice::<Failure<'_>>(body) {
            Ok(Failure { error: Some(words) }) => {
                let words = words.to_lowercase();
                let key = ["auth", "api key", "permission"].iter().any(|word| words.contains(word));
                if key { 401 } else { 500 }
            }
            _ => status,
        }
    },
    latency: "Figures are a minute or two old.",
    lacks: "All money is what Helicone computed from its price list, not a bill. What did not go through it is missing.",
    ..Provider::PLAIN
};

/// Requests on one page.
const ROWS: usize = 1_000;

#[derive(Deserialize)]
struct Failure<'a> {
    #[serde(borrow)]
    error: Option<Cow<'a, str>>,
}

fn offset(query: &Query) -> usize {
    query.page_text().parse().unwrap_or(0)
}

fn asked(query: &Query, rows: usize) -> Request {
    let (start, end) = (query.window.start.to_string(), query.window.end.to_string());
    Request::get("/v1/request/query-clickhouse").posting(&json!({
        // Without this wrapper around the filter nothing is found, and nothing is said.
        "filter": {"request_response_rmt": {"request_created_at": {"gte": start, "lte": end}}},
        "offset": offset(query),
        "limit": rows,
        "sort": {"created_at": "asc"},
        "isCached": false,
        "includeInputs": false,
        "isPartOfExperiment": false,
        "isScored": false,
    }))
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Vec<Row<'a>>,
}

/// A request. Its bodies, its user and its properties are not read.
#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    request_created_at: Cow<'a, str>,
    #[serde(borrow)]
    provider: Option<Cow<'a, str>>,
    #[serde(borrow)]
    request_model: Option<Cow<'a, str>>,
    #[serde(borrow)]
    model: Option<Cow<'a, str>>,
    #[serde(borrow)]
    response_model: Option<Cow<'a, str>>,
    prompt_tokens: Option<Count>,
    completion_tokens: Option<Count>,
    prompt_cache_read_tokens: Option<Count>,
    prompt_cache_write_tokens: Option<Count>,
    #[serde(alias = "costUSD")]
    cost: Option<Exact>,
}

/// What requests of one day, provider and model came to.
#[derive(Default)]
struct Sum {
    requests: u64,
    cost: Option<Decimal>,
    tokens: Option<TokenTotals>,
}

fn requests(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let rows = decode::<Answer<'_>>(body)?.data;
    let count = rows.len();
    let mut sums = BTreeMap::<_, Sum>::new();
    for (i, row) in rows.into_iter().enumerate() {
        let at = || format!("data[{i}]");
        let time = Timestamp::parse_utc(&row.request_created_at.replacen(' ', "T", 1))
            .map_err(ParseError::time(format!("{}.request_created_at", at())))?;
        // The end that is asked for is inside; what arose at that very moment is of the next day.
        if time == query.window.end {
            continue;
        }
        let day = time.utc_date().utc_day();
        query.period(day.start, day.end, at)?;
        let tokens = row.tokens().map_err(|error| ParseError::new(at(), error))?;
        let owned = |text: Option<Cow<'_, str>>| told(text.map(Cow::into_owned));
        let asked = owned(row.request_model).or_else(|| owned(row.model));
        let sum = sums.entry((day.start, owned(row.provider), asked, owned(row.response_model))).or_default();
        sum.requests += 1;
        let problem = || ParseError::new(at(), "the sum of the day is too large to be kept exactly");
        if let Some(Exact(cost)) = row.cost {
            sum.cost = Some(exact_add(sum.cost.unwrap_or_default(), cost).ok_or_else(problem)?);
        }
        if let Some(tokens) = tokens {
            let add = |a: u64, b: u64| a.checked_add(b).ok_or_else(problem);
            let (held, more) = (sum.tokens.unwrap_or_default(), tokens.totals());
            sum.tokens = Some(TokenTotals {
                input: add(held.input, more.input)?,
                output: add(held.output, more.output)?,
                cache_read: add(held.cache_read, more.cache_read)?,
                cache_creation: add(held.cache_creation, more.cache_creation)?,
                ..held
            });
        }
    }
    let mut entries = Vec::with_capacity(sums.len());
    for ((start, provider, request_model, response_model), sum) in sums {
        let period = Period { start, end: start.utc_date().utc_day().end };
        let cost = sum.cost.map(|cost| Money::new(cost, Currency::USD));
        let tokens = sum.tokens.map(TokenUsage::from_totals).transpose();
        let plain = Charge::usage(period);
        let nothing = cost.is_none() && sum.tokens.is_none();
        entries.push(Entry::Charge(Charge {
            lane: Lane::Estimated,
            category: cost.as_ref().map_or(plain.category, category_of),
            billed_cost: cost,
            tokens: tokens.map_err(|error| ParseError::new("data", error))?,
            requests: Some(sum.requests),
            consumed_quantity: nothing.then(|| Decimal::from(sum.requests)),
            consumed_unit: nothing.then(|| "requests".to_owned()),
            request_model,
            response_model,
            description: provider,
            ..plain
        }));
    }
    // Fewer rows than were asked for are the last.
    let next = match count {
        ROWS.. => Next::Token(PageToken((offset(query) + count).to_string())),
        _ => Next::End,
    };
    Ok(Page { entries, next })
}

impl Row<'_> {
    fn tokens(&self) -> Result<Option<TokenUsage>, crate::ledger::TokenError> {
        let (Some(prompt), Some(completion)) = (self.prompt_tokens, self.completion_tokens) else {
            return Ok(None);
        };
        let read = self.prompt_cache_read_tokens.unwrap_or_default().0;
        let write = self.prompt_cache_write_tokens.unwrap_or_default().0;
        // Helicone hands on each provider's own count: Anthropic tells cached tokens beside the prompt, others within it.
        let is_beside = self.provider.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("ANTHROPIC"));
        if is_beside || read.saturating_add(write) > prompt.0 {
            let counts = DisjointTokens {
                uncached_input: prompt.0,
                cache_read: read,
                cache_creation_5m: write,
                output: completion.0,
                ..DisjointTokens::default()
            };
            return TokenUsage::from_disjoint(counts).map(Some);
        }
        let totals = TokenTotals {
            input: prompt.0,
            output: completion.0,
            cache_read: read,
            cache_creation: write,
            ..TokenTotals::default()
        };
        TokenUsage::from_totals(totals).map(Some)
    }
}
