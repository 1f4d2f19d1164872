//! Anthropic's console: cost, and tokens by day or hour.

use std::borrow::Cow;

use super::{Format, Line, Row, Taken, Wrong, category_of, may, need};
use crate::ledger::{DisjointTokens, Meter, TokenUsage};
use crate::money::{Currency, Total};

const DATE: usize = 0;
const MODEL: usize = 1;
const WORKSPACE: usize = 2;
const KEY: usize = 3;
const USAGE_TYPE: usize = 4;
const CONTEXT: usize = 5;
const TOKEN_TYPE: usize = 6;
const COST_USD: usize = 7;
const COST_TYPE: usize = 8;
const GEO: usize = 9;
const SPEED: usize = 10;

/// The key's id is not read: older files lack it, and the same line must be known in both.
pub(super) const COST: Format = Format {
    id: "anthropic.cost",
    name: "Anthropic Console, cost",
    provider: "anthropic",
    columns: &[
        need(&["usage_date_utc"]),
        need(&["model"]),
        may(&["workspace"]),
        may(&["api_key"]),
        may(&["usage_type"]),
        may(&["context_window"]),
        need(&["token_type"]),
        need(&["cost_usd"]),
        may(&["cost_type"]),
        may(&["inference_geo"]),
        may(&["speed"]),
        may(&["list_price_usd"]),
    ],
    identity: &[MODEL, WORKSPACE, KEY, USAGE_TYPE, CONTEXT, TOKEN_TYPE, COST_TYPE, GEO, SPEED],
    row: cost,
    note: "Each line of this file is rounded to cents: small ones add up to a little less than the bill.",
    ..Format::PLAIN
};

fn cost(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    let amount = row.amount(COST_USD)?;
    let (cost_type, token_type) = (row.text(COST_TYPE)?, row.text(TOKEN_TYPE)?);
    let item = if matches!(cost_type, "" | "token" | "tokens") { token_type } else { cost_type };
    hand_out(Line {
        category: category_of(amount),
        billed: Some((amount, Currency::USD)),
        meter: meter(cost_type, token_type),
        response_model: row.text(MODEL)?,
        service_tier: tier(row.text(USAGE_TYPE)?),
        context_window: band(row.text(CONTEXT)?),
        project: row.text(WORKSPACE)?,
        api_key: row.text(KEY)?,
        description: with_place(item, row, GEO, SPEED)?,
        ..Line::usage(row.moment(DATE)?.lasting(3_600))
    });
    Ok(Taken::Booked)
}

fn meter(cost_type: &str, token_type: &str) -> Option<Meter> {
    match (cost_type, token_type) {
        ("web_search", _) => Some(Meter::WebSearch),
        ("code_execution", _) => Some(Meter::CodeExecution),
        ("session_usage", _) => Some(Meter::Session),
        (_, "input_no_cache") => Some(Meter::Input),
        (_, "input_cache_read") => Some(Meter::CacheRead),
        (_, "input_cache_write_5m") => Some(Meter::CacheWrite),
        (_, "input_cache_write_1h") => Some(Meter::CacheWrite1h),
        (_, "output") => Some(Meter::Output),
        _ => None,
    }
}

/// A plain message is of no tier in particular.
fn tier(usage_type: &str) -> &str {
    if usage_type == "message" { "" } else { usage_type }
}

/// The context band in the words of the provider's API, which price lists know.
fn band(words: &str) -> &str {
    let plain = words.trim_start_matches(['≤', '>', '<', '=', ' ']);
    match words.chars().next() {
        Some('≤' | '<') if plain.eq_ignore_ascii_case("200k") => "0-200k",
        Some('>') if plain.eq_ignore_ascii_case("200k") => "200k-1M",
        _ => words,
    }
}

/// The words of a line with where and how fast it ran, where that is out of the ordinary.
fn with_place<'a>(item: &'a str, row: &Row<'a>, geo: usize, speed: usize) -> Result<Cow<'a, str>, Wrong> {
    let usual = |text: &&str| !matches!(*text, "" | "not_available" | "global" | "standard");
    let more: Vec<&str> = [item, row.text(geo)?, row.text(speed)?].into_iter().filter(usual).collect();
    Ok(if more.len() > 1 {
        Cow::Owned(more.join(", "))
    } else {
        Cow::Borrowed(more.first().copied().unwrap_or(""))
    })
}

const T_DATE: usize = 0;
const T_MODEL: usize = 1;
const T_KEY: usize = 2;
const T_WORKSPACE: usize = 3;
const T_USAGE_TYPE: usize = 4;
const T_CONTEXT: usize = 5;
const INPUT: usize = 6;
const WRITE_5M: usize = 7;
const WRITE_1H: usize = 8;
const CACHE_READ: usize = 9;
const OUTPUT: usize = 10;
const SEARCHES: usize = 11;
const T_GEO: usize = 12;
const T_SPEED: usize = 13;

/// Files of 2025 lack the context window, the place and the speed.
pub(super) const TOKENS: Format = Format {
    id: "anthropic.tokens",
    name: "Anthropic Console, tokens",
    provider: "anthropic",
    columns: &[
        need(&["usage_date_utc"]),
        need(&["model_version"]),
        may(&["api_key"]),
        may(&["workspace"]),
        may(&["usage_type"]),
        may(&["context_window"]),
        need(&["usage_input_tokens_no_cache"]),
        may(&["usage_input_tokens_cache_write_5m"]),
        may(&["usage_input_tokens_cache_write_1h"]),
        may(&["usage_input_tokens_cache_read"]),
        need(&["usage_output_tokens"]),
        may(&["web_search_count"]),
        may(&["inference_geo"]),
        may(&["speed"]),
    ],
    identity: &[T_MODEL, T_KEY, T_WORKSPACE, T_USAGE_TYPE, T_CONTEXT, T_GEO, T_SPEED],
    // A month is told by the day, a single day by the hour.
    grouped: Some(0),
    row: tokens,
    ..Format::PLAIN
};

fn tokens(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    let counts = DisjointTokens {
        uncached_input: row.count(INPUT)?,
        cache_read: row.count(CACHE_READ)?,
        cache_creation_5m: row.count(WRITE_5M)?,
        cache_creation_1h: row.count(WRITE_1H)?,
        output: row.count(OUTPUT)?,
    };
    let line = Line {
        tokens: Some(TokenUsage::from_disjoint(counts).map_err(Wrong::line)?),
        response_model: row.text(T_MODEL)?,
        service_tier: row.text(T_USAGE_TYPE)?,
        context_window: band(row.text(T_CONTEXT)?),
        project: row.text(T_WORKSPACE)?,
        api_key: row.text(T_KEY)?,
        description: with_place("", row, T_GEO, T_SPEED)?,
        ..Line::usage(row.moment(T_DATE)?.lasting(3_600))
    };
    let searches = row.count(SEARCHES)?;
    let web = (searches > 0).then(|| Line {
        tokens: None,
        quantity: Total::of(searches.into(), 0),
        unit: "searches",
        meter: Some(Meter::WebSearch),
        ..line.clone()
    });
    hand_out(line);
    if let Some(web) = web {
        hand_out(web);
    }
    Ok(Taken::Booked)
}
