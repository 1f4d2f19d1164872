//! Langfuse: what it computed that each model cost, by day, from the traces that were sent to it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::json;

use super::{
    Auth, Check, Count, Cursor, Days, Entry, Exact, Field, Intake, KeyKind, Next, Page, PageToken,
    ParseError, Provider, Query, Region, Request, Sees, Source, Stream, category_of, decode, said_at, told,
};
use crate::ledger::{Charge, Lane, TokenTotals, TokenUsage};
use crate::money::{Currency, Money};
use crate::time::{Date, Period};

/// Langfuse.
pub const PROVIDER: Provider = Provider {
    id: "langfuse",
    name: "Langfuse",
    base_url: "https://cloud.langfuse.com",
    regions: &[
        region("eu", "Europe", "https://cloud.langfuse.com"),
        region("us", "United States", "https://us.cloud.langfuse.com"),
        region("jp", "Japan", "https://jp.cloud.langfuse.com"),
        region("hipaa", "HIPAA", "https://hipaa.cloud.langfuse.com"),
    ],
    auth: Auth::Basic,
    keys: &[KeyKind {
        id: "project",
        name: "Project keys",
        prefixes: &["sk-lf-", "pk-lf-"],
        sees: &[Sees::Cost],
        made_at: "https://cloud.langfuse.com",
        note: "Under the project's settings, API keys: a public and a secret key that belong together, good for one project in \
               one region. Give the address too where Langfuse is self-hosted.",
        intake: Intake::Fields(&[
            Field { name: "user", label: "Public key", hint: "It begins with pk-lf-.", optional: false },
            Field { name: "password", label: "Secret key", hint: "It begins with sk-lf-.", optional: false },
        ]),
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/api/public/projects"),
        kind: |body| decode::<Projects>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "metrics",
        sees: Sees::Cost,
        source: Source::Http(asked),
        parse: metrics,
        // No cursor leads on from a full answer: two weeks of 70 models a day still fit.
        cursor: Cursor::Daily { history: Days(365), lookback: Days(2), slice: Days(14), today: true },
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/message"]),
    latency: "Figures are up to ten minutes old.",
    lacks: "All money is what Langfuse computed from the traces it was sent, not a bill.",
    ..Provider::PLAIN
};

const fn region(id: &'static str, name: &'static str, base_url: &'static str) -> Region {
    Region { id, name, base_url, currency: "USD" }
}

/// Rows in one answer of the newer endpoint, at most.
const ROWS: usize = 1_000;
const DAYS_A_PAGE: u32 = 50;
/// How a cursor to a page of the older endpoint begins.
const OLDER: &str = "daily ";

#[derive(Deserialize)]
struct Projects {
    #[serde(rename = "data")]
    _data: Vec<serde::de::IgnoredAny>,
}

/// The newer endpoint; a server that does not know it is asked at the older one, which answers in pages.
fn asked(query: &Query) -> Request {
    let older = |page: &str| {
        Request::get("/api/public/metrics/daily")
            .with("page", page)
            .with("limit", DAYS_A_PAGE)
            .with("fromTimestamp", query.window.start)
            .with("toTimestamp", query.window.end)
    };
    if let Some(page) = query.page_text().strip_prefix(OLDER) {
        return older(page);
    }
    let sum = |measure: &str| json!({"measure": measure, "aggregation": "sum"});
    let asked = json!({
        "view": "observations",
        "dimensions": [{"field": "providedModelName"}],
        "metrics": [
            sum("totalCost"),
            sum("inputTokens"),
            sum("outputTokens"),
            {"measure": "count", "aggregation": "count"},
        ],
        "timeDimension": {"granularity": "day"},
        "filters": [{"column": "type", "operator": "any of", "value": ["GENERATION"], "type": "stringOptions"}],
        "fromTimestamp": query.window.start.to_string(),
        "toTimestamp": query.window.end.to_string(),
        "config": {"row_limit": ROWS},
    });
    Request::get("/api/public/v2/metrics").with("query", asked).or_ask(older("1"))
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Vec<Row<'a>>,
    meta: Option<Paging>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Paging {
    page: Count,
    total_pages: Count,
}

/// A row of either endpoint: of a day and a model, or of a day with its models.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    #[serde(borrow, alias = "time_dimension")]
    date: Cow<'a, str>,
    provided_model_name: Option<String>,
    #[serde(rename = "sum_totalCost")]
    cost: Option<Exact>,
    #[serde(rename = "sum_inputTokens")]
    input: Option<Count>,
    #[serde(rename = "sum_outputTokens")]
    output: Option<Count>,
    #[serde(rename = "count_count")]
    count: Option<Count>,
    usage: Option<Vec<Share>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Share {
    model: Option<String>,
    input_usage: Option<Count>,
    output_usage: Option<Count>,
    count_observations: Option<Count>,
    total_cost: Option<Exact>,
}

fn metrics(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer<'_> = decode(body)?;
    let is_full = answer.data.len() >= ROWS;
    let mut entries = Vec::new();
    for (i, row) in answer.data.into_iter().enumerate() {
        let at = || format!("data[{i}]");
        // The day may be written as its first moment.
        let date: Date = row
            .date
            .split(['T', ' '])
            .next()
            .unwrap_or_default()
            .parse()
            .map_err(ParseError::time(format!("{}.date", at())))?;
        let period = query.period(date.utc_start(), date.plus_days(1).utc_start(), at)?;
        let models = row.usage.unwrap_or_else(|| {
            vec![Share {
                model: row.provided_model_name,
                input_usage: row.input,
                output_usage: row.output,
                count_observations: row.count,
                total_cost: row.cost,
            }]
        });
        for model in models {
            entries.extend(charge(model, period, &at)?.map(Entry::Charge));
        }
    }
    let next = match answer.meta {
        Some(meta) if meta.page.0 < meta.total_pages.0 => {
            Next::Token(PageToken(format!("{OLDER}{}", meta.page.0 + 1)))
        }
        None if is_full => Next::Missing,
        _ => Next::End,
    };
    Ok(Page { entries, next })
}

/// What a model came to on a day; nothing where nothing is told.
fn charge(model: Share, period: Period, at: &dyn Fn() -> String) -> Result<Option<Charge>, ParseError> {
    let cost = model.total_cost.map(|cost| Money::new(cost.0, Currency::USD));
    let tokens = match (model.input_usage, model.output_usage) {
        (None, None) => None,
        (input, output) => {
            let totals = TokenTotals {
                input: input.unwrap_or_default().0,
                output: output.unwrap_or_default().0,
                ..TokenTotals::default()
            };
            Some(TokenUsage::from_totals(totals).map_err(|error| ParseError::new(at(), error))?)
        }
    };
    if cost.is_none() && tokens.is_none() && model.count_observations.is_none() {
        return Ok(None);
    }
    let plain = Charge::usage(period);
    Ok(Some(Charge {
        lane: Lane::Estimated,
        category: cost.as_ref().map_or(plain.category, category_of),
        billed_cost: cost,
        tokens,
        requests: model.count_observations.map(|count| count.0),
        request_model: told(model.model),
        ..plain
    }))
}
