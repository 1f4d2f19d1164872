//! Usage cut into parts by kind and day, and the sums that the rules make of them.

use std::collections::BTreeMap;

use super::{Behind, Certainty, LapsingLot, Part, Saving, SavingKind};
use crate::catalogue::AtHours;
use crate::money::{Decimal, exact_add};
use crate::plan::{Kind, Row, Usage};
use crate::time::{Calendar, Date};

/// Use of one kind on one UTC day.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    pub(super) input: u64,
    pub(super) cached: u64,
    pub(super) output: u64,
    pub(super) requests: u64,
    pub(super) uncounted: u64,
    pub(super) rows: u64,
    pub(super) list_cost: Decimal,
}

/// A part of usage: kind and UTC day.
pub(super) type Place = (u32, Date);

/// Usage by kind and day.
pub(super) fn cut(usage: &Usage) -> BTreeMap<Place, Cell> {
    let mut cells = BTreeMap::<Place, Cell>::new();
    for row in &usage.rows {
        let cell = cells.entry((row.kind, row.at.utc_date())).or_default();
        cell.input = cell.input.saturating_add(row.input_tokens);
        cell.cached = cell.cached.saturating_add(row.cache_read_tokens);
        cell.output = cell.output.saturating_add(row.output_tokens);
        cell.requests = cell.requests.saturating_add(row.requests.unwrap_or(0));
        cell.uncounted += u64::from(row.requests.is_none());
        cell.rows += 1;
        cell.list_cost = exact_add(cell.list_cost, row.list_cost).unwrap_or(cell.list_cost);
    }
    cells
}

/// Digits behind the point of an amount that is a share of another: finer ones say nothing.
pub(super) const PLACES: u32 = 6;

/// What is saved of a list cost where it falls from one price to another.
pub(super) fn less(list_cost: Decimal, from: Decimal, to: Decimal) -> Option<Decimal> {
    if from <= to {
        return None;
    }
    let share = from.checked_sub(to)?.checked_mul(list_cost)?.checked_div(from)?;
    Some(share.trunc_with_scale(PLACES).normalize())
}

pub(super) fn part_of(kind: &Kind) -> Option<Part> {
    let project = kind.project.clone().map(Part::Project);
    project.or_else(|| kind.api_key.clone().map(Part::Key))
}

pub(super) fn whole(cells: &[(Place, Cell)]) -> Cell {
    cells.iter().fold(Cell::default(), |sum, (_, cell)| Cell {
        input: sum.input.saturating_add(cell.input),
        cached: sum.cached.saturating_add(cell.cached),
        output: sum.output.saturating_add(cell.output),
        requests: sum.requests.saturating_add(cell.requests),
        uncounted: sum.uncounted + cell.uncounted,
        rows: sum.rows + cell.rows,
        list_cost: exact_add(sum.list_cost, cell.list_cost).unwrap_or(sum.list_cost),
    })
}

pub(super) fn dear_at(hours: &AtHours, row: &Row) -> bool {
    let calendar = Calendar::new(hours.zone);
    let minute = calendar.minute_of(row.at);
    let weekend = calendar.date_of(row.at).days_since_monday() >= 5;
    (hours.from_minute..hours.to_minute).contains(&minute) && (hours.weekends || !weekend)
}

pub(super) fn lapsing(lot: &LapsingLot) -> Saving {
    Saving {
        id: format!("lot:{}", lot.lot),
        kind: SavingKind::Lapsing,
        account: lot.account,
        part: None,
        models: Vec::new(),
        instead: None,
        amounts: lot.left,
        currency: lot.currency,
        certainty: Certainty::Assumed,
        behind: Behind::default(),
        words: format!(
            "This would be left after its last day, {}, if spending goes on as it did.",
            lot.until
        ),
        sources: lot.sources.clone(),
        overlaps: Vec::new(),
        cells: BTreeMap::new(),
    }
}
