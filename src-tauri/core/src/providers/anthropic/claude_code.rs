//! What Claude Code did, person by person and model by model, with what it would cost: an estimate, in cents.

use std::borrow::Cow;

use serde::Deserialize;

use super::super::{
    Count, Entry, Exact, Next, Page, ParseError, Query, Request, billed, category_of, decode, shifted, told,
};
use crate::ledger::{Charge, DisjointTokens, Lane, TokenUsage};
use crate::time::Timestamp;

/// A request tells one day, by its date alone.
pub(super) fn asked(query: &Query) -> Request {
    super::organization::paged(
        Request::get("/v1/organizations/usage_report/claude_code")
            .with("starting_at", query.window.start.utc_date())
            .with("limit", 1_000),
        query,
    )
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Vec<Record<'a>>,
    has_more: bool,
    next_page: Option<String>,
}

/// Who it was, an address or the name of a key, is not read at all.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    date: Cow<'a, str>,
    customer_type: Option<String>,
    model_breakdown: Vec<OfModel>,
}

#[derive(Deserialize)]
struct OfModel {
    model: Option<String>,
    tokens: Tokens,
    estimated_cost: Option<Estimate>,
}

#[derive(Deserialize)]
struct Tokens {
    input: Count,
    output: Count,
    cache_read: Option<Count>,
    cache_creation: Option<Count>,
}

#[derive(Deserialize)]
struct Estimate {
    amount: Exact,
    currency: String,
}

pub(super) fn read(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer<'_> = decode(body)?;
    let next = Next::from_pair(answer.has_more, answer.next_page.as_deref());
    let mut entries = Vec::new();
    for (i, record) in answer.data.into_iter().enumerate() {
        let place = || format!("data[{i}].date");
        let start: Timestamp = record.date.parse().map_err(ParseError::time(place()))?;
        let period = query.bucket_period(start, start.plus_seconds(86_400), place)?;
        let words = told(record.customer_type).map_or_else(
            || "Claude Code".to_owned(),
            |customer| format!("Claude Code, paid by {}", customer.replace('_', " ")),
        );
        for (j, row) in record.model_breakdown.into_iter().enumerate() {
            let at = || format!("data[{i}].model_breakdown[{j}]");
            let tokens = TokenUsage::from_disjoint(DisjointTokens {
                uncached_input: row.tokens.input.0,
                cache_read: row.tokens.cache_read.unwrap_or_default().0,
                cache_creation_5m: row.tokens.cache_creation.unwrap_or_default().0,
                output: row.tokens.output.0,
                ..DisjointTokens::default()
            })
            .map_err(|error| ParseError::new(format!("{}.tokens", at()), error))?;
            let cost = row.estimated_cost.map(|Estimate { amount, currency }| {
                let place = || format!("{}.estimated_cost", at());
                billed(shifted(amount.0, 2, || format!("{}.amount", place()))?, &currency, place)
            });
            let cost = cost.transpose()?;
            let charge = Charge::usage(period);
            entries.push(Entry::Charge(Charge {
                // The bill tells the same use of the API again; a subscription pays for the rest. So this is never a bill.
                lane: Lane::Estimated,
                category: cost.as_ref().map_or(charge.category, category_of),
                billed_cost: cost,
                tokens: Some(tokens),
                response_model: told(row.model),
                description: Some(words.clone()),
                ..charge
            }));
        }
    }
    Ok(Page { entries, next })
}
