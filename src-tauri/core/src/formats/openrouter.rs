//! OpenRouter's activity: a line a generation, or summed up by day and model.

use std::borrow::Cow;

use super::{Format, Line, Row, Taken, Wrong, category_of, may, need};
use crate::ledger::{TokenTotals, TokenUsage};
use crate::money::Currency;

const ID: usize = 0;
const CREATED: usize = 1;
const COST: usize = 2;
const PROMPT: usize = 3;
const COMPLETION: usize = 4;
const REASONING: usize = 5;
const CACHED: usize = 6;
const MODEL: usize = 7;
const HOST: usize = 8;
const KEY: usize = 9;

/// The columns beside `cost_total` are parts of it, or what somebody's own key at the model's provider was charged: neither
/// is OpenRouter's money, and neither is read.
pub(super) const GENERATIONS: Format = Format {
    id: "openrouter.generations",
    name: "OpenRouter activity, a line a generation",
    provider: "openrouter",
    columns: &[
        need(&["generation_id"]),
        need(&["created_at"]),
        need(&["cost_total"]),
        need(&["tokens_prompt"]),
        need(&["tokens_completion"]),
        may(&["tokens_reasoning"]),
        may(&["tokens_cached"]),
        need(&["model_permaslug"]),
        may(&["provider_name"]),
        may(&["api_key_name"]),
    ],
    identity: &[ID],
    unique: true,
    rivals: &[ACTIVITY.id],
    rank: 2,
    row: generation,
    note: "What your own key at a model's provider was charged is not OpenRouter's money and is not in here.",
    ..Format::PLAIN
};

fn generation(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    if row.bytes(ID).is_empty() {
        return Err(row.wrong(ID, "is empty"));
    }
    let cost = row.amount(COST)?;
    hand_out(Line {
        category: category_of(cost),
        billed: Some((cost, Currency::USD)),
        tokens: Some(tokens(row, PROMPT, COMPLETION, REASONING, Some(CACHED))?),
        requests: Some(1),
        response_model: row.text(MODEL)?,
        api_key: row.text(KEY)?,
        description: Cow::Borrowed(row.text(HOST)?),
        ..Line::usage(row.moment(CREATED)?.lasting(1))
    });
    Ok(Taken::Booked)
}

/// Counts of a line. Where the parts do not fit their whole, as happens when they come from two tokenizers, the whole stands.
fn tokens(
    row: &Row<'_>,
    input: usize,
    output: usize,
    reasoning: usize,
    cached: Option<usize>,
) -> Result<TokenUsage, Wrong> {
    let plain =
        TokenTotals { input: row.count(input)?, output: row.count(output)?, ..TokenTotals::default() };
    let cache_read = cached.map_or(Ok(0), |column| row.count(column))?;
    let parts = TokenTotals { cache_read, reasoning: row.count(reasoning)?, ..plain };
    TokenUsage::from_totals(parts).or_else(|_| TokenUsage::from_totals(plain)).map_err(Wrong::line)
}

const DATE: usize = 0;
const SLUG: usize = 1;
const USAGE: usize = 2;
const REQUESTS: usize = 3;
const DAY_PROMPT: usize = 4;
const DAY_COMPLETION: usize = 5;
const DAY_REASONING: usize = 6;

pub(super) const ACTIVITY: Format = Format {
    id: "openrouter.activity",
    name: "OpenRouter activity, by day and model",
    provider: "openrouter",
    columns: &[
        need(&["date"]),
        need(&["slug"]),
        need(&["usage"]),
        need(&["requests"]),
        need(&["prompt tokens"]),
        need(&["completion tokens"]),
        may(&["reasoning tokens"]),
    ],
    identity: &[SLUG],
    row: day,
    ..Format::PLAIN
};

fn day(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    let cost = row.amount(USAGE)?;
    hand_out(Line {
        category: category_of(cost),
        billed: Some((cost, Currency::USD)),
        tokens: Some(tokens(row, DAY_PROMPT, DAY_COMPLETION, DAY_REASONING, None)?),
        requests: Some(row.count(REQUESTS)?),
        request_model: row.text(SLUG)?,
        ..Line::usage(row.moment(DATE)?.day())
    });
    Ok(Taken::Booked)
}
