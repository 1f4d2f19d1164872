//! `DeepSeek`'s monthly export: an amount and a cost file, mostly in one zip.

use std::borrow::Cow;

use super::{Format, Line, Row, Taken, Wrong, category_of, may, need};
use crate::ledger::{ChargeCategory, Meter, TokenTotals, TokenUsage};
use crate::time::Period;

const DATE: usize = 0;
const MODEL: usize = 1;
const USER: usize = 2;
const KEY_NAME: usize = 3;
const TYPE: usize = 4;
const AMOUNT_OF: usize = 5;

/// `api_key` holds key material and is never read; neither is `price`, whose unit differs from file to file.
pub(super) const AMOUNT: Format = Format {
    id: "deepseek.amount",
    name: "DeepSeek, amounts used",
    provider: "deepseek",
    columns: &[
        need(&["utc_date", "start_time_iso"]),
        need(&["model"]),
        may(&["user_id"]),
        may(&["api_key_name"]),
        need(&["type"]),
        need(&["amount"]),
    ],
    identity: &[USER, MODEL, KEY_NAME, TYPE],
    row: amount,
    ..Format::PLAIN
};

fn amount(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    let kind = row.text(TYPE)?;
    let line = Line {
        response_model: row.text(MODEL)?,
        api_key: row.text(KEY_NAME)?,
        ..Line::usage(day(row, DATE)?)
    };
    let totals = TokenTotals::default();
    let (tokens, meter) = match kind {
        "input_tokens" | "prompt_tokens" | "input_cache_miss_tokens" => {
            (TokenTotals { input: row.count(AMOUNT_OF)?, ..totals }, Meter::Input)
        }
        "input_cache_hit_tokens" => {
            let read = row.count(AMOUNT_OF)?;
            (TokenTotals { input: read, cache_read: read, ..totals }, Meter::CacheRead)
        }
        "output_tokens" | "completion_tokens" => {
            (TokenTotals { output: row.count(AMOUNT_OF)?, ..totals }, Meter::Output)
        }
        "request_count" => {
            hand_out(Line { requests: Some(row.count(AMOUNT_OF)?), meter: Some(Meter::Request), ..line });
            return Ok(Taken::Booked);
        }
        // What is counted later: its number is kept under its own word.
        _ => {
            let quantity = Some(row.amount(AMOUNT_OF)?);
            hand_out(Line { quantity, unit: kind, description: Cow::Borrowed(kind), ..line });
            return Ok(Taken::Booked);
        }
    };
    let tokens = TokenUsage::from_totals(tokens).map_err(Wrong::line)?;
    hand_out(Line { tokens: Some(tokens), meter: Some(meter), ..line });
    Ok(Taken::Booked)
}

/// The date as written: newer files give midnight in China, and bill by that day.
fn day(row: &Row<'_>, column: usize) -> Result<Period, Wrong> {
    Ok(row.moment(column)?.day())
}

const C_DATE: usize = 0;
const C_MODEL: usize = 1;
const C_USER: usize = 2;
const WALLET: usize = 3;
const C_COST: usize = 4;
const CURRENCY: usize = 5;

pub(super) const COST: Format = Format {
    id: "deepseek.cost",
    name: "DeepSeek, cost",
    provider: "deepseek",
    columns: &[
        need(&["utc_date", "start_time_iso"]),
        need(&["model"]),
        may(&["user_id"]),
        need(&["wallet_type"]),
        need(&["cost"]),
        need(&["currency"]),
    ],
    identity: &[C_USER, C_MODEL, WALLET, CURRENCY],
    row: cost,
    note: "What was paid from granted balance is booked with the credit that paid for it: together they are nought.",
    ..Format::PLAIN
};

/// Some files write what was spent as a positive number, some as a negative one: it is spent either way.
fn cost(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    let (spent, currency) = (row.amount(C_COST)?.abs(), row.currency(CURRENCY)?);
    let wallet = row.text(WALLET)?;
    let paid = wallet.is_empty() || wallet.eq_ignore_ascii_case("paid");
    let line = Line {
        category: category_of(spent),
        billed: Some((spent, currency)),
        response_model: row.text(C_MODEL)?,
        ..Line::usage(day(row, C_DATE)?)
    };
    if !paid {
        hand_out(Line {
            category: ChargeCategory::Credit,
            billed: Some((spent.negated(), currency)),
            description: Cow::Borrowed(wallet),
            ..line.clone()
        });
    }
    hand_out(line);
    Ok(Taken::Booked)
}
