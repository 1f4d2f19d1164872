//! The slow oracle: each row through each element by hand. What counts in a window is added up anew from all that was ever served;
//! lots stand in a plain list; months are added up at the end. Of the core it uses only dates, calendars and the plan's own types.

use std::collections::{BTreeMap, BTreeSet};

use spendglass_core::catalogue::TaxIn;
use spendglass_core::plan::{Element, Measure, Purse, Terms, Usage};
use spendglass_core::time::Timestamp;

use super::counts::{Count, Part, World, of, serves, together};
use super::exact::Exact;
use super::lived::{Bills, Lived};
use super::spans::some_months_after;

/// A month as the oracle tells it.
#[derive(Clone, Debug, Default)]
pub(super) struct Month {
    pub(super) fixed: BTreeMap<Purse, Exact>,
    pub(super) used: BTreeMap<Purse, Exact>,
    pub(super) rest: BTreeMap<Purse, Exact>,
    pub(super) requests: i128,
    pub(super) uncounted: u64,
    pub(super) hours: BTreeSet<i64>,
    pub(super) list: Exact,
}

/// What became of an element.
#[derive(Clone, Debug, Default)]
pub(super) struct Fate {
    pub(super) served: Exact,
    pub(super) unchecked: Exact,
    pub(super) lapsed: Vec<(Measure, Exact)>,
    pub(super) left: Vec<(Measure, Exact)>,
}

/// The whole story.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) months: Vec<Month>,
    pub(super) elements: Vec<Fate>,
    /// How often something happened, so that a test can see that it was tried at all.
    pub(super) seen: BTreeMap<&'static str, u64>,
}

/// Rows that carry no count where one is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Uncounted {
    pub(super) element: usize,
    pub(super) rows: u64,
}

fn add(purses: &mut BTreeMap<Purse, Exact>, purse: Purse, amount: Exact) {
    let sum = purses.entry(purse).or_default();
    *sum = sum.plus(amount);
}

/// What a plan takes in a month by its price alone.
fn fixed(terms: &Terms, month: u32) -> BTreeMap<Purse, Exact> {
    let mut purses = BTreeMap::new();
    for price in &terms.fixed {
        let amount = Exact::from(price.amount);
        let now = (price.from_month..price.to_month).contains(&month);
        let due = match i128::from(price.months) {
            0 if month == price.from_month => amount,
            months if months > 0 && now => {
                // The nth part of each of so many months, in grains; what they leave comes with the last.
                let places = if months == 1 { amount.places() } else { amount.places().max(6) };
                let kth = i128::from(month - price.from_month) % months;
                let up_to = |parts: i128| amount.grains(places) * parts / months;
                Exact::new(up_to(kth + 1) - up_to(kth), places)
            }
            _ => continue,
        };
        add(&mut purses, price.purse, due);
    }
    purses
}

/// Volume discount, then fees, on what a plan billed for use in a month in one purse.
fn settled(terms: &Terms, sum: Exact) -> Exact {
    let mut due = sum;
    for volume in &terms.volume {
        if !sum.less_than(volume.from.into()) {
            due = sum.minus(sum.percent(volume.percent.into()));
        }
    }
    let mut all = due;
    for fee in &terms.fees {
        if Exact::ZERO.less_than(due) {
            all = all.plus(due.percent(fee.percent.into()).larger(fee.at_least.into()));
        }
    }
    all
}

fn tell_months(world: &World, bills: &Bills, months: &[(Timestamp, Timestamp)], told: &mut [Month]) {
    for (number, element) in world.chain.iter().enumerate() {
        for (place, (start, end)) in months.iter().enumerate() {
            let mut used = BTreeMap::new();
            for (by, at, purse, amount) in bills {
                if *by == number && start <= at && at < end {
                    add(&mut used, *purse, *amount);
                }
            }
            let mut fees = BTreeMap::new();
            if let Element::Plan(terms) = element {
                used = used.into_iter().map(|(purse, sum)| (purse, settled(terms, sum))).collect();
                fees = fixed(terms, u32::try_from(place).unwrap());
                if let Some((least, purse)) = terms.minimum {
                    let of =
                        |purses: &BTreeMap<Purse, Exact>| purses.get(&purse).copied().unwrap_or_default();
                    let due = of(&used).plus(of(&fees));
                    if due.less_than(least.into()) {
                        add(&mut used, purse, Exact::from(least).minus(due));
                    }
                }
            }
            for (purse, sum) in used {
                add(&mut told[place].used, purse, sum);
            }
            for (purse, sum) in fees {
                add(&mut told[place].fixed, purse, sum);
            }
        }
    }
}

/// What the usage would have cost through the chain.
pub(super) fn tell(usage: &Usage, chain: &[Element]) -> Result<Told, Uncounted> {
    let Some((from, to)) = usage.window else {
        let elements = vec![Fate::default(); chain.len()];
        return Ok(Told { elements, ..Told::default() });
    };
    let mut months = Vec::new();
    let mut first = from;
    while first < to {
        let next = some_months_after(from, u32::try_from(months.len()).unwrap() + 1).min(to);
        months.push((first.utc_start(), next.utc_start()));
        first = next;
    }
    let mut told = vec![Month::default(); months.len()];
    let mut world = World::new(usage, chain);
    if let Some(uncounted) = world.uncounted() {
        return Err(uncounted);
    }

    let mut plans: Vec<Option<Lived>> = Vec::new();
    for (number, element) in chain.iter().enumerate() {
        plans.push(match element {
            Element::Plan(terms) => Some(Lived::new(&world, number, terms)),
            Element::Metered(_) => None,
        });
    }
    let mut metered = vec![Exact::ZERO; chain.len()];
    let mut bills = Bills::new();
    for row in &usage.rows {
        let month = months.iter().position(|(start, end)| *start <= row.at && row.at < *end).unwrap();
        let month = &mut told[month];
        let mut part = Some(world.whole(row));
        let mut met = false;
        for (number, element) in chain.iter().enumerate() {
            if !serves(element, row.kind) {
                continue;
            }
            let Some(arrived) = part.take() else { break };
            let arrived = world.arrive(row, &arrived, number);
            met = true;
            let list = |world: &World, part: &Part| world.amount(of(part, Count::List).unwrap(), Count::List);
            let arrived_list = list(&world, &arrived);
            match (element, &mut plans[number]) {
                (Element::Metered(purse), _) => {
                    metered[number] = metered[number].plus(arrived_list);
                    bills.push((number, row.at, *purse, arrived_list));
                }
                (_, Some(plan)) => {
                    plan.settle(&mut world, row.at);
                    let (served, over) = plan.within_limits(&mut world, row, arrived);
                    let unpaid = served.and_then(|served| plan.pay_by_pools(&mut world, row, served));
                    let Some(beyond) = together(over, unpaid) else {
                        plan.fate.served = plan.fate.served.plus(arrived_list);
                        continue;
                    };
                    let here = arrived_list.minus(list(&world, &beyond));
                    plan.fate.served = plan.fate.served.plus(here);
                    if world.served_later(number, row.kind) {
                        world.saw("went on");
                        part = Some(beyond);
                    } else if plan.beyond(&mut world, row, &beyond, &mut bills) {
                        plan.fate.served = plan.fate.served.plus(list(&world, &beyond));
                    } else {
                        world.saw("refused");
                        match of(&beyond, Count::Requests) {
                            Some(requests) => month.requests += requests,
                            None => month.uncounted += 1,
                        }
                        month.hours.insert(row.at.unix().div_euclid(3_600));
                        month.list = month.list.plus(list(&world, &beyond));
                    }
                }
                (Element::Plan(_), None) => panic!("a plan is lived through"),
            }
        }
        if !met {
            world.saw("as you go");
            let purse = Purse { currency: usage.currency.unwrap(), tax: TaxIn::Excluded };
            add(&mut month.rest, purse, row.list_cost.into());
        }
    }
    tell_months(&world, &bills, &months, &mut told);
    let fates = plans.into_iter().enumerate().map(|(number, plan)| match plan {
        Some(plan) => plan.leave(&mut world),
        None => Fate { served: metered[number], ..Fate::default() },
    });
    let elements = fates.collect();
    Ok(Told { months: told, elements, seen: world.seen })
}
