//! Google Cloud's cost table: lines before the header tell the currency, lines after the last are sums of those above.

use std::borrow::Cow;

use super::{Format, Line, Row, Taken, Wrong, category_of, may, need};
use crate::ledger::ChargeCategory;
use crate::time::Period;

const SERVICE: usize = 0;
const COST: usize = 1;
const UNROUNDED: usize = 2;
const SKU: usize = 3;
const SKU_ID: usize = 4;
const PROJECT: usize = 5;
const CREDIT_TYPE: usize = 6;
const COST_TYPE: usize = 7;
const START: usize = 8;
const END: usize = 9;
const AMOUNT: usize = 10;
const UNIT: usize = 11;
const MODEL_KIND: usize = 12;

pub(super) const COST_TABLE: Format = Format {
    id: "google.cost_table",
    name: "Google Cloud, cost table",
    provider: "gcp.billing",
    columns: &[
        need(&["service description"]),
        need(&["cost (*"]),
        may(&["unrounded cost (*"]),
        may(&["sku description"]),
        may(&["sku id"]),
        may(&["project id", "project name"]),
        may(&["credit type"]),
        may(&["cost type"]),
        need(&["usage start date"]),
        may(&["usage end date"]),
        may(&["usage amount"]),
        may(&["usage unit"]),
        may(&["consumption model description"]),
    ],
    identity: &[SERVICE, SKU, SKU_ID, PROJECT, CREDIT_TYPE, COST_TYPE, MODEL_KIND],
    // A month in one line, or day by day.
    grouped: Some(0),
    row: line,
    note: "Only services of AI are booked. A line covers the whole period that it names, and stands on its first day.",
    ..Format::PLAIN
};

/// Whether a service of Google Cloud is one of AI.
pub(super) fn is_of_ai(service: &str) -> bool {
    let service = service.to_ascii_lowercase();
    ["gemini", "vertex ai", "generative language", "claude"].iter().any(|name| service.contains(name))
}

fn line(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    let service = row.text(SERVICE)?;
    if service.is_empty() {
        return Ok(Taken::Left("sums and taxes below the lines"));
    }
    if !is_of_ai(service) {
        return Ok(Taken::Left("lines of services other than AI"));
    }
    let currency = row.facts().currency.ok_or_else(|| {
        row.wrong(COST, "the file does not tell the currency: a line such as \"Currency,USD\" before the header is missing")
    })?;
    let amount = match row.number(UNROUNDED)? {
        Some(amount) => amount,
        None => row.amount(COST)?,
    };
    let start = row.moment(START)?.date;
    let end = if row.bytes(END).is_empty() { start } else { row.moment(END)?.date };
    let period = Period::utc_days(start, end.plus_days(1)).map_err(|error| row.wrong(END, error))?;
    let credit = !row.bytes(CREDIT_TYPE).is_empty();
    let tax = row.bytes(COST_TYPE).eq_ignore_ascii_case(b"tax");
    let sku = row.text(SKU)?;
    hand_out(Line {
        category: match (credit, tax) {
            (true, _) => ChargeCategory::Credit,
            (_, true) => ChargeCategory::Tax,
            _ => category_of(amount),
        },
        billed: Some((amount, currency)),
        quantity: row.number(AMOUNT)?,
        unit: row.text(UNIT)?,
        project: row.text(PROJECT)?,
        description: Cow::Borrowed(if sku.is_empty() { service } else { sku }),
        ..Line::usage(period)
    });
    Ok(Taken::Booked)
}
