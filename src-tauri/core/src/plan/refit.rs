//! A price that changed, put in the place of the old one: what is paid whether it is used or not bears on nothing else.

use super::drawn::Tried;
use super::draws::{COST_PLACES, Exact, Mean, Stage, Sums, Ways};
use super::{Element, Purse, Terms, Usage, replay};
use crate::money::Decimal;
use crate::time::Date;

/// A chain without the prices that are paid in any case. Where there is a least that is billed they bear on it, and stay.
pub(super) fn bare(chain: &[Element]) -> Vec<Element> {
    let bare = |element: &Element| match element {
        Element::Plan(terms) if terms.minimum.is_none() => {
            Element::Plan(Box::new(Terms { fixed: Vec::new(), ..Terms::clone(terms) }))
        }
        other => other.clone(),
    };
    chain.iter().map(bare).collect()
}

/// What more is paid in any case, by month; below nought where it is less.
pub(super) struct Change {
    year: Vec<Sums>,
    usual: Sums,
    exact: Vec<Vec<(Purse, Decimal)>>,
}

impl Change {
    /// From one chain to another that differs in such prices alone.
    pub(super) fn between(stage: &Stage<'_>, old: &[Element], new: &[Element]) -> Option<Change> {
        let year = more(stage, stage.year(), old, new)?;
        let grains = |sums: &Vec<(Purse, Decimal)>| -> Sums {
            sums.iter().map(|(purse, amount)| (*purse, super::cells::grains(*amount, COST_PLACES))).collect()
        };
        let year: Vec<Sums> = year.iter().map(grains).collect();
        let months = stage.month_ends(stage.usual.len()).len();
        let mut usual = Sums::new();
        year.iter().take(months).flatten().for_each(|(purse, amount)| add(&mut usual, *purse, *amount));
        Some(Change { year, usual, exact: more(stage, stage.usage.window?, old, new)? })
    }

    pub(super) fn tried(&self, tried: &Tried) -> Tried {
        let months = tried.exact.months.iter().zip(&self.exact).map(|((period, sums), more)| {
            let mut sums = sums.clone();
            for (purse, amount) in more {
                match sums.iter_mut().find(|(held, _)| held == purse) {
                    Some((_, sum)) => *sum = sum.saturating_add(*amount).normalize(),
                    None => sums.push((*purse, *amount)),
                }
            }
            sums.retain(|(_, sum)| !sum.is_zero());
            sums.sort_by_key(|(purse, _)| *purse);
            (*period, sums)
        });
        let exact = Exact { months: months.collect(), ..tried.exact.clone() };
        Tried {
            exact,
            ways: self.ways(&tried.ways),
            curve: tried.curve.iter().map(|mean| self.mean(mean)).collect(),
        }
    }

    pub(super) fn ways(&self, ways: &Ways) -> Ways {
        let mut ways = ways.clone();
        let count = ways.refused.len();
        for (month, more) in self.year.iter().enumerate() {
            for (purse, amount) in more {
                let place = ways.purses.iter().position(|(held, _)| held == purse).unwrap_or_else(|| {
                    ways.purses.push((*purse, vec![0; count]));
                    ways.purses.len() - 1
                });
                ways.purses[place]
                    .1
                    .iter_mut()
                    .skip(month)
                    .step_by(self.year.len())
                    .for_each(|cost| *cost += amount);
            }
        }
        ways.purses.retain(|(_, costs)| costs.iter().any(|cost| *cost != 0));
        ways.purses.sort_by_key(|(purse, _)| *purse);
        ways
    }

    pub(super) fn mean(&self, mean: &Mean) -> Mean {
        let mut mean = mean.clone();
        self.usual.iter().for_each(|(purse, amount)| add(&mut mean.sums, *purse, *amount));
        mean.sums.retain(|(_, sum)| *sum != 0);
        mean.sums.sort_by_key(|(purse, _)| *purse);
        mean
    }
}

fn add(sums: &mut Sums, purse: Purse, amount: i64) {
    match sums.iter_mut().find(|(held, _)| *held == purse) {
        Some((_, sum)) => *sum += amount,
        None => sums.push((purse, amount)),
    }
}

/// What is paid more in any case in each month of a window: without usage there is nothing else.
fn more(
    stage: &Stage<'_>,
    window: (Date, Date),
    old: &[Element],
    new: &[Element],
) -> Option<Vec<Vec<(Purse, Decimal)>>> {
    let empty = Usage {
        window: Some(window),
        currency: stage.usage.currency,
        kinds: stage.usage.kinds.clone(),
        ..Usage::default()
    };
    let least = |chain: &[Element]| {
        chain.iter().any(|element| matches!(element, Element::Plan(terms) if terms.minimum.is_some()))
    };
    if least(old) || least(new) {
        return None;
    }
    let (old, new) = (replay(&empty, old).ok()?, replay(&empty, new).ok()?);
    let months = old.months.into_iter().zip(new.months).map(|(old, new)| {
        let mut sums = new.fixed;
        for (purse, amount) in old.fixed {
            match sums.iter_mut().find(|(held, _)| *held == purse) {
                Some((_, sum)) => *sum = sum.saturating_sub(amount),
                None => sums.push((purse, -amount)),
            }
        }
        sums
    });
    Some(months.collect())
}
