//! Together AI: the lines of an organization's bill by completed UTC day.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Auth, Check, Cursor, Days, Entry, Exact, KeyKind, Next, Page, PageToken, ParseError, Provider, Query,
    Request, Sees, Source, Stream, billed, category_of, decode, error_words, tokens_of, told,
};
use crate::ledger::{Charge, Meter};
use crate::time::Timestamp;

/// Together AI.
pub const PROVIDER: Provider = Provider {
    id: "together",
    name: "Together AI",
    base_url: "https://api.together.ai/v1",
    auth: Auth::Bearer,
    keys: &[KeyKind {
        id: "organization",
        name: "API key of the organization",
        prefixes: &["tgp_v1_"],
        sees: &[Sees::Cost],
        made_at: "https://api.together.ai/settings/api-keys",
        note: "The report is of the organization that owns the key; the key of a single project may be refused. It can also be \
               used for inference, so keep it to yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/billing/usage").with("granularity", "day").with("limit", 1),
        kind: |body| decode::<Answer<'_>>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "usage",
        sees: Sees::Cost,
        source: Source::Http(asked),
        parse: usage,
        cursor: Cursor::Monthly { history: Days(365), lookback: Days(2), today: false },
        ..Stream::PLAIN
    }],
    error_message: error_words,
    latency: "Cost is told for complete UTC days, without today.",
    lacks: "What is left of prepaid credits is not told: enter it from the console, Billing.",
    ..Provider::PLAIN
};

fn asked(query: &Query) -> Request {
    let first = query.window.start.utc_date();
    let request = Request::get("/billing/usage")
        .with("month", format!("{:04}-{:02}", first.year(), first.month()))
        .with("granularity", "day")
        .with("limit", 1_000);
    match &query.page {
        Some(page) => request.with("after", &page.0),
        None => request,
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    currency: Cow<'a, str>,
    next_cursor: Option<String>,
    #[serde(borrow)]
    data: Vec<Day<'a>>,
}

#[derive(Deserialize)]
struct Day<'a> {
    #[serde(borrow)]
    start_time: Cow<'a, str>,
    #[serde(borrow)]
    end_time: Cow<'a, str>,
    #[serde(borrow)]
    line_items: Vec<LineItem<'a>>,
}

#[derive(Deserialize)]
struct LineItem<'a> {
    #[serde(borrow)]
    product_name: Cow<'a, str>,
    quantity: Option<Exact>,
    cost: Exact,
    /// A free map, whose names differ from product to product; only texts are looked at.
    #[serde(borrow, default)]
    attributes: BTreeMap<Cow<'a, str>, serde_json::Value>,
}

fn usage(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer<'_> = decode(body)?;
    let mut entries = Vec::new();
    for (i, day) in answer.data.into_iter().enumerate() {
        let at = || format!("data[{i}]");
        let time = |text: &str, name| {
            text.parse::<Timestamp>().map_err(ParseError::time(format!("data[{i}].{name}")))
        };
        let (start, end) = (time(&day.start_time, "start_time")?, time(&day.end_time, "end_time")?);
        // The provider always tells the whole month: days of it that were not asked for are left out.
        let month = |time: Timestamp| time.utc_date().month_start();
        let is_asked = query.window.start <= start && start < query.window.end;
        if !is_asked && month(start) == month(query.window.start) {
            continue;
        }
        let period = query.bucket_period(start, end, at)?;
        for (j, item) in day.line_items.into_iter().enumerate() {
            let at = || format!("data[{i}].line_items[{j}]");
            let cost = billed(item.cost.0, &answer.currency, at)?;
            let quantity = item.quantity.map(|quantity| quantity.0);
            let meter = meter(&item.product_name);
            let model = ["model", "model_name", "model_id"]
                .iter()
                .find_map(|name| item.attributes.get(*name)?.as_str())
                .map(str::to_owned);
            entries.push(Entry::Charge(Charge {
                category: category_of(&cost),
                billed_cost: Some(cost),
                consumed_quantity: quantity,
                consumed_unit: quantity.and(meter).map(|_| "tokens".to_owned()),
                sku_meter: meter,
                tokens: meter.and_then(|meter| tokens_of(meter, quantity)),
                request_model: told(model),
                description: told(Some(item.product_name.into_owned())),
                ..Charge::usage(period)
            }));
        }
    }
    let next = told(answer.next_cursor).map_or(Next::End, |cursor| Next::Token(PageToken(cursor)));
    Ok(Page { entries, next })
}

/// The meter of a product of text tokens, by the end of its name.
fn meter(product: &str) -> Option<Meter> {
    let words = product.to_ascii_lowercase();
    let ends = [
        ("cached input tokens", Meter::CacheRead),
        ("input tokens", Meter::Input),
        ("output tokens", Meter::Output),
    ];
    ends.iter().find(|(end, _)| words.ends_with(end)).map(|(_, meter)| *meter)
}
