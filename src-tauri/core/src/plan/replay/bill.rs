//! From what was used in a month to what it costs.

use std::collections::BTreeMap;

use super::amounts::{Count, Grains, grains_of, number_of, product, shifted, ten};
use super::element::{MonthUse, PlanRun, Running, Takes};
use super::slow::Left;
use super::{ElementUse, MonthCost, ReplayError, Replayed};
use crate::catalogue::TaxIn;
use crate::money::{Decimal, exact_add};
use crate::plan::{Fixed, Measure, Purse, TermOverage, Terms, Usage};
use crate::time::Period;

type Sums = BTreeMap<Purse, Decimal>;

fn add(sums: &mut Sums, purse: Purse, amount: Decimal) -> Result<(), ReplayError> {
    let sum = sums.entry(purse).or_default();
    *sum = exact_add(*sum, amount).ok_or(ReplayError::Overflow)?;
    Ok(())
}

fn percent_of(amount: Decimal, percent: Decimal) -> Result<Decimal, ReplayError> {
    shifted(product(amount, percent)?, 2)
}

fn less(a: Decimal, b: Decimal) -> Result<Decimal, ReplayError> {
    exact_add(a, -b).ok_or(ReplayError::Overflow)
}

fn listed(sums: Sums) -> Vec<(Purse, Decimal)> {
    let shown = sums.into_iter().filter(|(_, amount)| !amount.is_zero());
    shown.map(|(purse, amount)| (purse, amount.normalize())).collect()
}

/// Months, and what became of the elements, once every row has gone through.
pub(super) fn months_of(
    usage: &Usage,
    months: &[Period],
    grains: &Grains,
    mut elements: Vec<Running<'_>>,
    left: &[Left],
) -> Result<Replayed, ReplayError> {
    let mut costs = Vec::new();
    for (place, (period, left)) in months.iter().zip(left).enumerate() {
        let (mut fixed, mut used, mut rest) = (Sums::new(), Sums::new(), Sums::new());
        for (at, element) in elements.iter().enumerate() {
            let of_month = &element.months[place];
            let mut own = Sums::new();
            match &element.to {
                Takes::Metered(purse) => add(&mut own, *purse, number_of(of_month.list, grains.list)?)?,
                Takes::Plan(plan) => {
                    let mut paid = Sums::new();
                    for one in &plan.terms.fixed {
                        add(&mut paid, one.purse, fixed_in(one, place)?)?;
                    }
                    overage(plan, of_month, grains, at, &mut own)?;
                    settle(plan.terms, &paid, &mut own)?;
                    paid.into_iter().try_for_each(|(purse, amount)| add(&mut fixed, purse, amount))?;
                }
            }
            own.into_iter().try_for_each(|(purse, amount)| add(&mut used, purse, amount))?;
        }
        if left.rest != 0 {
            let currency = usage.currency.ok_or(ReplayError::NoCurrency)?;
            add(&mut rest, Purse { currency, tax: TaxIn::Excluded }, number_of(left.rest, grains.list)?)?;
        }
        let refused = left.refused(grains.list)?;
        costs.push(MonthCost {
            period: *period,
            fixed: listed(fixed),
            used: listed(used),
            rest: listed(rest),
            refused,
        });
    }
    let end = months.last().map(|last| last.end.plus_seconds(-1));
    let mut uses = Vec::new();
    for element in &mut elements {
        if let (Takes::Plan(plan), Some(end)) = (&mut element.to, end) {
            plan.advance(end)?;
        }
        uses.push(use_of(element, grains)?);
    }
    Ok(Replayed { months: costs, elements: uses })
}

/// What a price comes to in a month. A sum for several months is divided at its last digit, so that the parts add up to it.
fn fixed_in(fixed: &Fixed, month: usize) -> Result<Decimal, ReplayError> {
    let month = u32::try_from(month).map_err(|_| ReplayError::Overflow)?;
    if fixed.months == 0 {
        return Ok(if month == fixed.from_month { fixed.amount } else { Decimal::ZERO });
    }
    if !(fixed.from_month..fixed.to_month).contains(&month) {
        return Ok(Decimal::ZERO);
    }
    let scale = fixed.amount.normalize().scale().max(6);
    let amount = grains_of(fixed.amount, scale).ok_or(ReplayError::Overflow)?;
    let (part, months) = (i128::from((month - fixed.from_month) % fixed.months), i128::from(fixed.months));
    let up_to = |parts: i128| {
        amount.checked_mul(parts).map(|amount| amount.div_euclid(months)).ok_or(ReplayError::Overflow)
    };
    number_of(up_to(part + 1)? - up_to(part)?, scale)
}

/// What use beyond a plan comes to.
fn overage(
    plan: &PlanRun<'_>,
    month: &MonthUse,
    grains: &Grains,
    element: usize,
    used: &mut Sums,
) -> Result<(), ReplayError> {
    match plan.terms.overage {
        TermOverage::Blocked => {}
        TermOverage::AtList { percent, purse } => {
            let batch = number_of(month.batch_list, grains.list)?;
            let batch = percent_of(batch, less(Decimal::ONE_HUNDRED, plan.terms.batch_percent_off)?)?;
            let all = exact_add(number_of(month.list, grains.list)?, batch).ok_or(ReplayError::Overflow)?;
            add(used, purse, percent_of(all, percent)?)?;
        }
        TermOverage::PerUnit { measure, price, per, purse } => {
            let noughts = ten(per).ok_or(ReplayError::PerNotATen { element, per })?;
            let count = number_of(month.units, grains.scale(Count::of(measure), &plan.units))?;
            add(used, purse, shifted(product(count, price)?, noughts)?)?;
        }
        TermOverage::Packs => {
            for (pack, bought) in plan.terms.packs.iter().zip(&month.packs) {
                add(used, pack.purse, product(pack.price, Decimal::from(*bought))?)?;
            }
        }
    }
    Ok(())
}

/// Discounts, fees and the least that is billed, purse by purse.
fn settle(terms: &Terms, fixed: &Sums, used: &mut Sums) -> Result<(), ReplayError> {
    for sum in used.values_mut() {
        if let Some(discount) = terms.volume.iter().rev().find(|discount| discount.from <= *sum) {
            *sum = less(*sum, percent_of(*sum, discount.percent)?)?;
        }
        if *sum > Decimal::ZERO {
            let billed = *sum;
            for fee in &terms.fees {
                let fee = percent_of(billed, fee.percent)?.max(fee.at_least);
                *sum = exact_add(*sum, fee).ok_or(ReplayError::Overflow)?;
            }
        }
    }
    if let Some((least, purse)) = terms.minimum {
        let paid = fixed.get(&purse).copied().unwrap_or_default();
        let all =
            exact_add(paid, used.get(&purse).copied().unwrap_or_default()).ok_or(ReplayError::Overflow)?;
        if all < least {
            add(used, purse, less(least, all)?)?;
        }
    }
    Ok(())
}

fn use_of(element: &Running<'_>, grains: &Grains) -> Result<ElementUse, ReplayError> {
    let mut of = ElementUse {
        served_list: number_of(element.served, grains.list)?,
        unchecked_list: number_of(element.unchecked, grains.list)?,
        ..ElementUse::default()
    };
    let Takes::Plan(plan) = &element.to else { return Ok(of) };
    let pools = plan.pools.iter().map(|pool| (pool.measure, pool.lapsed, pool.left()));
    let packs = plan.packs.iter().map(|packs| (packs.measure, packs.lapsed, packs.left()));
    for (measure, lapsed, left) in pools.chain(packs) {
        let scale = grains.scale(Count::of(measure), &plan.units);
        note(&mut of.lapsed, measure, number_of(lapsed, scale)?)?;
        note(&mut of.left, measure, number_of(left, scale)?)?;
    }
    of.lapsed.retain(|(_, amount)| !amount.is_zero());
    of.left.retain(|(_, amount)| !amount.is_zero());
    Ok(of)
}

fn note(sums: &mut Vec<(Measure, Decimal)>, measure: Measure, amount: Decimal) -> Result<(), ReplayError> {
    match sums.iter_mut().find(|(known, _)| *known == measure) {
        Some((_, sum)) => *sum = exact_add(*sum, amount).ok_or(ReplayError::Overflow)?.normalize(),
        None => sums.push((measure, amount)),
    }
    Ok(())
}
