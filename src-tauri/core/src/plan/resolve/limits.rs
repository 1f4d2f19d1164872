//! The limits of a plan, settled.

use super::Abstains;
use super::kinds::Held;
use super::settle::Settling;
use super::units::Units;
use crate::catalogue::{Limit, Plan, Starts};
use crate::ledger::QuotaWindow;
use crate::plan::{KindSet, TermLimit};
use crate::time::Zone;

/// The limits, and the kinds that have no end by word of the plan.
pub(super) fn limits(
    plan: &Plan,
    held: &Held<'_>,
    shares: u32,
    units: &mut Units<'_>,
    at: &mut Settling<'_>,
) -> Result<(Vec<TermLimit>, KindSet), Abstains> {
    let mut found = Vec::new();
    let mut free = KindSet::default();
    for limit in &plan.limits {
        if throttle(limit.window) {
            at.note(format!(
                "At most {} {} in one {}: so short a window is not replayed.",
                limit.amount, limit.unit, limit.window
            ));
            continue;
        }
        let measure = at.measure(limit.unit, units);
        let sets = held.sets(&limit.models, |kind| {
            held.in_plan(kind) && measure.as_ref().is_ok_and(|measure| units.rates(*measure, kind))
        });
        if sets.is_empty() {
            continue;
        }
        let measure = measure?;
        units.take(measure, at)?;
        let what = format!("limit of {} in a window of {}", limit.unit, limit.window);
        let amount = at.allowance(&limit.amount, limit.unit, limit.window, shares, &what)?;
        at.used(&what, &limit.amount, limit.fact.as_ref());
        let Some(amount) = amount else {
            for set in &sets {
                free = free.or(set);
            }
            continue;
        };
        let starts = starts(limit, at);
        let term = |kinds| TermLimit { measure, amount, window: limit.window, starts, kinds };
        found.extend(sets.into_iter().map(term));
    }
    Ok((found, free))
}

/// Windows under an hour only slow one down.
pub(super) const fn throttle(window: QuotaWindow) -> bool {
    matches!(window, QuotaWindow::Minutes(minutes) if minutes < 60)
}

fn starts(limit: &Limit, at: &mut Settling<'_>) -> Starts {
    limit.starts.unwrap_or_else(|| {
        let starts = match limit.window {
            QuotaWindow::Minutes(_) => Starts::FirstUse,
            QuotaWindow::Day => Starts::Calendar(Zone::UTC),
            _ => Starts::Purchase,
        };
        if limit.window != QuotaWindow::Lifetime {
            let window = limit.window;
            at.note(format!(
                "Nobody says when a window of {window} begins: it is taken to begin by {starts}."
            ));
        }
        starts
    })
}
