//! Cursor's usage events, in the three shapes that its dashboard has written so far.

use std::borrow::Cow;

use super::{Format, Line, Row, Taken, Wrong, category_of, may, need};
use crate::ledger::{ChargeCategory, DisjointTokens, TokenUsage};
use crate::money::Currency;

const DATE: usize = 0;
const KIND: usize = 1;
const MODEL: usize = 2;
const MAX_MODE: usize = 3;
const WRITE: usize = 4;
const INPUT: usize = 5;
const CACHE_READ: usize = 6;
const OUTPUT: usize = 7;
const COST: usize = 8;
const COST_TO_YOU: usize = 9;

pub(super) const USAGE: Format = Format {
    id: "cursor.usage",
    name: "Cursor usage events",
    provider: "cursor",
    columns: &[
        need(&["date"]),
        may(&["kind"]),
        need(&["model"]),
        may(&["max mode"]),
        need(&["input (w/ cache write)"]),
        need(&["input (w/o cache write)"]),
        need(&["cache read"]),
        need(&["output tokens"]),
        need(&["cost"]),
        may(&["cost to you"]),
        may(&["cloud agent id"]),
        may(&["automation id"]),
        may(&["total tokens"]),
        may(&["user"]),
    ],
    // The counts tell two events of one instant apart: there is no id.
    identity: &[DATE, MODEL, WRITE, INPUT, CACHE_READ, OUTPUT],
    row: event,
    note: "Billed is what is on demand; what the plan includes costs nothing more. Two lines that are alike in everything are \
           two where one file holds both, and one where each stands in a file of its own: files may overlap.",
    ..Format::PLAIN
};

fn event(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    // The four columns do not overlap: what was written to a cache stands in the first as it is.
    let counts = DisjointTokens {
        uncached_input: row.count(INPUT)?,
        cache_read: row.count(CACHE_READ)?,
        cache_creation_5m: row.count(WRITE)?,
        cache_creation_1h: 0,
        output: row.count(OUTPUT)?,
    };
    let kind = row.text(KIND)?;
    let cost = row.number_or_word(COST)?;
    let to_you = row.number_or_word(COST_TO_YOU)?;
    // A number on what is included was drawn from the plan; it is no bill.
    let billed = match (row.has(COST_TO_YOU), row.has(KIND)) {
        (true, _) => to_you,
        (false, true) if kind.eq_ignore_ascii_case("on-demand") => cost,
        _ => None,
    };
    hand_out(Line {
        category: billed.map_or(ChargeCategory::Usage, category_of),
        billed: billed.map(|amount| (amount, Currency::USD)),
        tokens: Some(TokenUsage::from_disjoint(counts).map_err(Wrong::line)?),
        requests: Some(1),
        response_model: row.text(MODEL)?,
        service_tier: if row.bytes(MAX_MODE).eq_ignore_ascii_case(b"yes") { "max" } else { "" },
        description: Cow::Borrowed(kind),
        ..Line::usage(row.moment(DATE)?.lasting(1))
    });
    Ok(Taken::Booked)
}
