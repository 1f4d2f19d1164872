//! The replay and the oracle agree, to the last digit, on thousands of random pairs of usage and chain.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fastrand::Rng;
use spendglass_core::money::Decimal;
use spendglass_core::plan::{
    Element, ElementUse, Measure, MonthCost, Prepared, Purse, ReplayError, Replayed, Usage, replay,
    row_by_row,
};

use super::exact::Exact;
use super::oracle::{self, Fate, Month, Told, Uncounted};
use super::pairs;

const PAIRS: u64 = 2_500;

/// A seed of its own for every run; `SPENDGLASS_PLAN_SEED` repeats one. Each pair has a seed of its own, one more than the last.
fn seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "to repeat a run that failed")]
    let seed = std::env::var("SPENDGLASS_PLAN_SEED").ok().and_then(|seed| seed.parse().ok());
    seed.unwrap_or_else(|| fastrand::u64(..u64::MAX - PAIRS))
}

fn same_purses(what: &str, found: &[(Purse, Decimal)], told: &BTreeMap<Purse, Exact>) -> Result<(), String> {
    let told: Vec<(Purse, Exact)> =
        told.iter().filter(|(_, sum)| !sum.is_zero()).map(|(purse, sum)| (*purse, *sum)).collect();
    let read: Vec<(Purse, Exact)> = found.iter().map(|(purse, sum)| (*purse, (*sum).into())).collect();
    if read == told { Ok(()) } else { Err(format!("{what}: {found:?}, the oracle says {told:?}")) }
}

fn same_month(place: usize, found: &MonthCost, told: &Month) -> Result<(), String> {
    same_purses(&format!("fixed of month {place}"), &found.fixed, &told.fixed)?;
    same_purses(&format!("used of month {place}"), &found.used, &told.used)?;
    same_purses(&format!("rest of month {place}"), &found.rest, &told.rest)?;
    let refused = &found.refused;
    let read = (i128::from(refused.requests), refused.uncounted, refused.hours as usize);
    let said = (told.requests, told.uncounted, told.hours.len());
    if read == said && Exact::from(refused.list_cost) == told.list {
        Ok(())
    } else {
        Err(format!("refused in month {place}: {refused:?}, the oracle says {said:?} and {:?}", told.list))
    }
}

/// One sum a measure, without noughts, in an order of its own.
fn sums<T: Copy + Into<Exact>>(of: &[(Measure, T)]) -> BTreeMap<String, (u32, i128)> {
    let written = |sum: Exact| (sum.places(), sum.grains(sum.places()));
    let sums = added(of).into_iter().filter(|(_, sum)| !sum.is_zero());
    sums.map(|(measure, sum)| (measure, written(sum))).collect()
}

fn added<T: Copy + Into<Exact>>(of: &[(Measure, T)]) -> BTreeMap<String, Exact> {
    let mut sums = BTreeMap::<String, Exact>::new();
    for (measure, amount) in of {
        let sum = sums.entry(format!("{measure:?}")).or_default();
        *sum = sum.plus((*amount).into());
    }
    sums
}

/// Whether there is a figure that no decimal holds: then the replay must say so.
fn too_long(told: &Told) -> bool {
    let months = told.months.iter().flat_map(|month| {
        let purses = month.fixed.values().chain(month.used.values()).chain(month.rest.values());
        purses.copied().chain([month.list])
    });
    let elements = told.elements.iter().flat_map(|fate| {
        let credit = added(&fate.lapsed).into_values().chain(added(&fate.left).into_values());
        credit.chain([fate.served, fate.unchecked])
    });
    !months.chain(elements).all(Exact::fits)
}

fn same_element(place: usize, found: &ElementUse, told: &Fate) -> Result<(), String> {
    let lists =
        [("served", found.served_list, told.served), ("unchecked", found.unchecked_list, told.unchecked)];
    for (what, found, told) in lists {
        if Exact::from(found) != told {
            return Err(format!("{what} by element {place}: {found}, the oracle says {told:?}"));
        }
    }
    let credit = [("lapsed", &found.lapsed, &told.lapsed), ("left", &found.left, &told.left)];
    for (what, found, told) in credit {
        if sums(found) != sums(told) {
            return Err(format!("{what} of element {place}: {found:?}, the oracle says {:?}", sums(told)));
        }
    }
    Ok(())
}

/// Nothing, or what differs.
fn same(
    usage: &Usage,
    found: &Result<Replayed, ReplayError>,
    told: &Result<Told, Uncounted>,
) -> Result<(), String> {
    let (found, told) = match (found, told) {
        (Ok(found), Ok(told)) => (found, told),
        (Err(ReplayError::Uncounted { element, rows, .. }), Err(told)) => {
            let said = Uncounted { element: *element, rows: *rows };
            return if said == *told { Ok(()) } else { Err(format!("{said:?}, the oracle says {told:?}")) };
        }
        (Err(ReplayError::Overflow), Ok(told)) if too_long(told) => return Ok(()),
        (found, told) => {
            let told = told.as_ref().map(|_| "months");
            return Err(format!("{found:?}, the oracle says {told:?}"));
        }
    };
    let months: Vec<_> = found.months.iter().map(|month| month.period).collect();
    if months != usage.months() || months.len() != told.months.len() {
        return Err(format!("months: {months:?}"));
    }
    for (place, (found, told)) in found.months.iter().zip(&told.months).enumerate() {
        same_month(place, found, told)?;
    }
    if found.elements.len() != told.elements.len() {
        return Err("as many elements as the chain has".to_owned());
    }
    let mut elements = found.elements.iter().zip(&told.elements).enumerate();
    elements.try_for_each(|(place, (found, told))| same_element(place, found, told))
}

type Way = fn(&Usage, &[Element]) -> Result<Replayed, ReplayError>;

/// Made ready beside another usage of the same days, with which it shares what is known of the calendar.
fn beside(usage: &Usage, chain: &[Element]) -> Result<Replayed, ReplayError> {
    let half = usage.rows.iter().step_by(2).copied().collect();
    let other = Usage { rows: half, ..usage.clone() };
    let other = Prepared::of(&other)?;
    let _ = other.replay(chain);
    other.like(usage)?.replay(chain)
}

/// What is wrong with a pair, if anything is; a panic of the replay counts.
fn wrong(usage: &Usage, chain: &[Element]) -> Option<String> {
    let told = oracle::tell(usage, chain);
    // By runs of rows, and by single rows: ways that must not differ either.
    for (name, way) in [("by runs", replay as Way), ("by rows", row_by_row), ("beside another", beside)] {
        let why = match catch_unwind(AssertUnwindSafe(|| way(usage, chain))) {
            Ok(found) => same(usage, &found, &told).err(),
            Err(_) => Some("it panicked".to_owned()),
        };
        if let Some(why) = why {
            return Some(format!("{name}: {why}"));
        }
    }
    None
}

/// Every pair that has one thing less.
fn smaller(usage: &Usage, chain: &[Element]) -> Vec<(Usage, Vec<Element>)> {
    let mut found = Vec::new();
    for at in 0..chain.len() {
        let mut fewer = chain.to_vec();
        fewer.remove(at);
        found.push((usage.clone(), fewer));
        let Element::Plan(terms) = &chain[at] else { continue };
        let mut with = |change: &dyn Fn(&mut spendglass_core::plan::Terms)| {
            let mut less = terms.clone();
            change(&mut less);
            if less != *terms {
                let mut other = chain.to_vec();
                other[at] = Element::Plan(less);
                found.push((usage.clone(), other));
            }
        };
        for place in 0..terms.limits.len() {
            with(&|terms| drop(terms.limits.remove(place)));
        }
        for place in 0..terms.pools.len() {
            with(&|terms| drop(terms.pools.remove(place)));
        }
        for place in 1..terms.packs.len() {
            with(&|terms| {
                terms.packs.remove(place);
            });
        }
        with(&|terms| terms.fixed.clear());
        with(&|terms| terms.volume.clear());
        with(&|terms| terms.fees.clear());
        with(&|terms| terms.minimum = None);
        with(&|terms| terms.batch_percent_off = Decimal::ZERO);
    }
    for at in 0..usage.rows.len() {
        let mut fewer = usage.clone();
        fewer.rows.remove(at);
        found.push((fewer, chain.to_vec()));
    }
    found
}

#[test]
fn the_replay_and_the_oracle_agree_on_random_pairs() {
    let first = seed();
    let mut tally = BTreeMap::<&'static str, u64>::new();
    for seed in first..first + PAIRS {
        let mut rng = Rng::with_seed(seed);
        let (mut usage, mut chain) = pairs::pair(&mut rng);
        match oracle::tell(&usage, &chain) {
            Ok(told) => {
                let long = too_long(&told).then_some("too long");
                told.seen.into_keys().chain(long).for_each(|what| *tally.entry(what).or_default() += 1);
            }
            Err(_) => *tally.entry("without a count").or_default() += 1,
        }
        let Some(mut why) = wrong(&usage, &chain) else { continue };
        // The smallest pair that still differs says most.
        while let Some((less, shorter, says)) = smaller(&usage, &chain)
            .into_iter()
            .find_map(|(usage, chain)| wrong(&usage, &chain).map(|why| (usage, chain, why)))
        {
            (usage, chain, why) = (less, shorter, says);
        }
        panic!("SPENDGLASS_PLAN_SEED={seed}: {why}\n{usage:#?}\n{chain:#?}");
    }
    // Nothing that may happen was left out by chance.
    let shapes = [
        "as you go",
        "billed at list",
        "billed by unit",
        "billed in a batch",
        "bought a pack",
        "lapsed",
        "paid by a pool",
        "refused",
        "split by a limit",
        "split by a pool",
        "unchecked",
        "went on",
        "without a count",
    ];
    for shape in shapes {
        let times = tally.get(shape).copied().unwrap_or(0);
        assert!(times >= PAIRS / 60, "{shape}: {times} times in {tally:?}");
    }
}
