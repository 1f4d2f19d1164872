//! What staying costs.

use super::cells::grains;
use super::drawn::{Otherwise, Tried};
use super::draws::{COST_PLACES, EIGHTHS, Exact, MONTHS, Mean, Stage, Sums, Ways};
use super::{Current, Purse};
use crate::money::Decimal;

/// What staying costs: subscriptions, and use at the share of list price that is billed for it.
pub(super) fn as_now(stage: &Stage<'_>, current: &Current, otherwise: &[Otherwise]) -> (Tried, Vec<Mean>) {
    let months = stage.years.len() * MONTHS;
    let mut ways = Ways { purses: Vec::new(), refused: vec![0; months] };
    let (mut exact, periods) = (Vec::new(), stage.usage.months());
    let mut curve = vec![Sums::new(); EIGHTHS.len()];
    let mut other = vec![Sums::new(); otherwise.len()];
    let put =
        |sums: &mut Sums, purse: Purse, amount: i64| match sums.iter_mut().find(|(held, _)| *held == purse) {
            Some((_, sum)) => *sum += amount,
            None => sums.push((purse, amount)),
        };
    let mut month_sums: Vec<Vec<(Purse, Decimal)>> = vec![Vec::new(); periods.len()];
    let mut add = |purse: Purse, drawn: Vec<i64>, real: Vec<Decimal>, sizes: Vec<i64>, others: Vec<i64>| {
        match ways.purses.iter_mut().find(|(held, _)| *held == purse) {
            Some((_, costs)) => costs.iter_mut().zip(&drawn).for_each(|(sum, cost)| *sum += cost),
            None => ways.purses.push((purse, drawn)),
        }
        for (sums, amount) in month_sums.iter_mut().zip(real) {
            match sums.iter_mut().find(|(held, _)| *held == purse) {
                Some((_, sum)) => *sum = sum.saturating_add(amount),
                None => sums.push((purse, amount)),
            }
        }
        curve.iter_mut().zip(sizes).for_each(|(sums, amount)| put(sums, purse, amount));
        other.iter_mut().zip(others).for_each(|(sums, amount)| put(sums, purse, amount));
    };
    for (purse, price) in &current.fixed {
        let whole = grains(*price, COST_PLACES);
        let sizes = vec![whole; EIGHTHS.len()];
        add(*purse, vec![whole; months], vec![*price; periods.len()], sizes, vec![whole; otherwise.len()]);
    }
    for billed in &current.billed {
        let by_day = stage.cells.list_of(|kind| kind.account == billed.account);
        let all: i64 = by_day.iter().sum();
        let priced = all > 0;
        let amount = grains(billed.amount, COST_PLACES);
        // What is billed for use that has no list price goes on by the day.
        let (parts, all) = if priced {
            (by_day, all)
        } else {
            (vec![1; stage.cells.days()], i64::try_from(stage.cells.days()).unwrap_or(1))
        };
        let share = |part: i64| {
            let cost = i128::from(part) * i128::from(amount) / i128::from(all.max(1));
            i64::try_from(cost).unwrap_or(i64::MAX)
        };
        let usual = share(stage.usual_of(&parts));
        let real = by_month(billed.amount, &parts, all, periods.iter().map(|period| stage.days_of(period)));
        let others = otherwise.iter().map(|scenario| {
            if !priced {
                return usual;
            }
            let part = |kind: u32| scenario.percent.get(kind as usize).copied().flatten().unwrap_or(0);
            let account = |kind: u32| {
                let kind = stage.usage.kinds.get(kind as usize);
                kind.is_some_and(|kind| kind.account == billed.account)
            };
            let mut sum = 0_i128;
            for kind in
                (0..u32::try_from(stage.usage.kinds.len()).unwrap_or(u32::MAX)).filter(|kind| account(*kind))
            {
                sum += i128::from(stage.a_month(|one| one == kind).2) * i128::from(part(kind)) / 100;
            }
            share(i64::try_from(sum).unwrap_or(i64::MAX))
        });
        let others = others.collect();
        let sizes = EIGHTHS.iter().map(|eighths| usual * eighths / 8).collect();
        add(billed.purse, stage.monthly(&parts).into_iter().map(share).collect(), real, sizes, others);
    }
    exact.extend(periods.into_iter().zip(month_sums));
    let whole = |sums: Sums| Mean { sums, months: 1, refuses: false };
    let tried = Tried {
        exact: Exact { months: exact, ..Exact::default() },
        ways,
        curve: curve.into_iter().map(whole).collect(),
    };
    (tried, other.into_iter().map(whole).collect())
}

/// An amount, divided by what its days are parts of; nothing of it is lost.
fn by_month(
    amount: Decimal,
    parts: &[i64],
    all: i64,
    months: impl Iterator<Item = impl Iterator<Item = usize>>,
) -> Vec<Decimal> {
    let mut amount = amount;
    if amount.scale() < COST_PLACES {
        amount.rescale(COST_PLACES);
    }
    let upto = |part: i128| part * amount.mantissa() / i128::from(all.max(1));
    let mut before = 0_i128;
    let month = |days| {
        let days: Vec<usize> = Iterator::collect(days);
        let part: i64 = days.iter().filter_map(|day| parts.get(*day)).sum();
        let cost = upto(before + i128::from(part)) - upto(before);
        before += i128::from(part);
        Decimal::try_from_i128_with_scale(cost, amount.scale()).unwrap_or_default().normalize()
    };
    months.map(month).collect()
}
