//! Row by row: the plain way, for what is rare or too large, and to hold the fast one against.

use std::collections::BTreeSet;

use super::amounts::{LIST, Part, REQUESTS, number_of};
use super::bill::months_of;
use super::element::{MonthUse, PlanRun, Running, Takes, Untold, uncounted};
use super::prepared::Prepared;
use super::{ElementUse, Refused, ReplayError, Replayed};
use crate::plan::{Element, Usage};
use crate::time::{Date, Period};

/// What a chain leaves over in a month, in grains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// List cost of kinds that nobody serves.
    pub(super) rest: i128,
    pub(super) requests: u64,
    pub(super) uncounted: u64,
    pub(super) hours: u32,
    pub(super) refused: i128,
}

impl Left {
    pub(super) fn refused(&self, list: u32) -> Result<Refused, ReplayError> {
        let list_cost = number_of(self.refused, list)?;
        Ok(Refused { requests: self.requests, uncounted: self.uncounted, hours: self.hours, list_cost })
    }
}

/// The elements of a chain before the first row.
pub(super) fn running<'a>(
    prepared: &Prepared<'_>,
    days: (Date, Date),
    chain: &'a [Element],
) -> Result<Vec<Running<'a>>, ReplayError> {
    let Prepared { usage, months, instants, grains, untold, .. } = prepared;
    let serves = |element: &Element, kind: u32| match element {
        Element::Plan(terms) => terms.serves.holds(kind),
        Element::Metered(_) => true,
    };
    let mut elements = Vec::new();
    for (place, element) in chain.iter().enumerate() {
        let to = match element {
            Element::Metered(purse) => Takes::Metered(*purse),
            Element::Plan(terms) => {
                let later = &chain[place + 1..];
                let ends = (0..).take(usage.kinds.len()).map(|kind| !later.iter().any(|e| serves(e, kind)));
                let plan = PlanRun::of(terms, place, usage, days, instants, grains, ends.collect())?;
                uncounted(&plan, untold, place)?;
                Takes::Plan(Box::new(plan))
            }
        };
        elements.push(Running {
            to,
            months: vec![MonthUse::default(); months.len()],
            served: 0,
            unchecked: 0,
        });
    }
    Ok(elements)
}

/// The months of a usage, if its rows lie in them by their order.
pub(super) fn checked_months(usage: &Usage) -> Result<Vec<Period>, ReplayError> {
    let months = usage.months();
    if let Some(row) = usage.rows.windows(2).position(|pair| pair[1].at < pair[0].at) {
        return Err(ReplayError::Unsorted { row: row + 1 });
    }
    let (Some(first), Some(last)) = (months.first(), months.last()) else {
        return if usage.rows.is_empty() { Ok(months) } else { Err(ReplayError::Outside { row: 0 }) };
    };
    let before = usage.rows.first().is_some_and(|row| row.at < first.start);
    let after = usage.rows.partition_point(|row| row.at < last.end);
    match (before, after < usage.rows.len()) {
        (true, _) => Err(ReplayError::Outside { row: 0 }),
        (_, true) => Err(ReplayError::Outside { row: after }),
        _ => Ok(months),
    }
}

/// The rows that do not tell their requests.
pub(super) fn untold(usage: &Usage) -> Untold {
    let mut untold = Untold::new();
    for row in usage.rows.iter().filter(|row| row.requests.is_none()) {
        match untold.iter_mut().find(|(kind, seconds, _)| (*kind, *seconds) == (row.kind, row.seconds)) {
            Some((_, _, rows)) => *rows += 1,
            None => untold.push((row.kind, row.seconds, 1)),
        }
    }
    untold
}

/// What usage would have cost through a chain, taken row by row: slower than [`super::replay`], and the same.
pub fn row_by_row(usage: &Usage, chain: &[Element]) -> Result<Replayed, ReplayError> {
    through(&Prepared::plain(usage)?, chain)
}

/// Row by row.
pub(super) fn through(prepared: &Prepared<'_>, chain: &[Element]) -> Result<Replayed, ReplayError> {
    let Prepared { usage, months, grains, .. } = prepared;
    let Some(days) = prepared.days else {
        return Ok(Replayed { months: Vec::new(), elements: vec![ElementUse::default(); chain.len()] });
    };
    let mut elements = running(prepared, days, chain)?;
    let mut left = vec![Left::default(); months.len()];
    let mut hours = BTreeSet::new();
    let mut month = 0;
    'rows: for row in &usage.rows {
        while months.get(month).is_some_and(|period| period.end <= row.at) {
            month += 1;
        }
        let mut part = Part {
            at: row.at,
            seconds: row.seconds,
            kind: row.kind,
            month,
            counted: row.requests.is_some(),
            meter: row.metered.map(|(meter, _)| meter),
            counts: grains.counts(row)?,
        };
        let mut served = false;
        for element in &mut elements {
            if !element.serves(row.kind) {
                continue;
            }
            served = true;
            match element.take(&part)? {
                Some(beyond) => part = beyond,
                None => continue 'rows,
            }
        }
        let left = &mut left[month];
        if !served {
            left.rest += part.counts[LIST];
            continue;
        }
        if part.counted {
            let more = u64::try_from(part.counts[REQUESTS]).map_err(|_| ReplayError::Overflow)?;
            left.requests = left.requests.checked_add(more).ok_or(ReplayError::Overflow)?;
        } else {
            left.uncounted += 1;
        }
        left.refused += part.counts[LIST];
        if hours.insert(row.at.unix().div_euclid(3_600)) {
            left.hours += 1;
        }
    }
    months_of(usage, months, grains, elements, &left)
}
