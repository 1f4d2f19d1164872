//! Of the oracle: what can be counted of a row, in whole grains, and how a row is divided.

use std::collections::BTreeMap;

use spendglass_core::catalogue::RatePer;
use spendglass_core::ledger::Meter;
use spendglass_core::money::Decimal;
use spendglass_core::plan::{Element, Measure, OwnRate, OwnUnit, Row, TermOverage, Usage};
use spendglass_core::time::{Calendar, Date, Timestamp};

use super::exact::Exact;
use super::oracle::Uncounted;
use super::spans::enforced;

/// What can be counted of a row, wherever in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    Requests,
    Tokens,
    Input,
    Output,
    List,
    Units(Meter),
    Own(usize, usize),
}

/// A part of a row: each count in grains, where it is known.
pub(super) type Part = Vec<(Count, Option<i128>)>;

pub(super) fn of(part: &Part, count: Count) -> Option<i128> {
    part.iter().find(|(other, _)| *other == count).expect("counted").1
}

/// floor(x * num / den), by long division where the product is too long.
fn share(x: i128, num: i128, den: i128) -> i128 {
    if let Some(product) = x.checked_mul(num) {
        return product / den;
    }
    let (mut whole, mut left) = (0, 0);
    for bit in (0..127).rev() {
        (whole, left) = (whole * 2, left * 2);
        if x >> bit & 1 == 1 {
            left += num;
        }
        while left >= den {
            (whole, left) = (whole + 1, left - den);
        }
    }
    whole
}

/// Whether one fraction is less than another: by their whole parts, then by what remains, turned over.
pub(super) fn less(one: (i128, i128), other: (i128, i128)) -> bool {
    let ((a, b), (c, d)) = (one, other);
    if a / b != c / d {
        return a / b < c / d;
    }
    match (a % b, c % d) {
        (_, 0) => false,
        (0, _) => true,
        (a, c) => less((d, c), (b, a)),
    }
}

/// The served part and the rest: each count by itself, at whole grains.
pub(super) fn split(part: &Part, num: i128, den: i128) -> (Part, Part) {
    let served: Part = part.iter().map(|(count, x)| (*count, x.map(|x| share(x, num, den)))).collect();
    let rest = part.iter().zip(&served).map(|((count, x), (_, s))| (*count, x.map(|x| x - s.unwrap())));
    let rest = rest.collect();
    (served, rest)
}

/// Two parts of one row as one; nothing where both are nothing.
pub(super) fn together(a: Option<Part>, b: Option<Part>) -> Option<Part> {
    match (a, b) {
        (Some(a), Some(b)) => {
            let sum = a.iter().zip(&b).map(|((count, x), (_, y))| (*count, x.map(|x| x + y.unwrap())));
            Some(sum.collect())
        }
        (a, b) => a.or(b),
    }
}

pub(super) struct World<'a> {
    pub(super) usage: &'a Usage,
    pub(super) chain: &'a [Element],
    pub(super) from: Date,
    pub(super) to: Date,
    /// All that is counted, with the places of its grains.
    counts: Vec<(Count, u32)>,
    pub(super) seen: BTreeMap<&'static str, u64>,
}

pub(super) fn power_of(per: u32) -> u32 {
    let power = per.to_string().len() - 1;
    assert_eq!(10_u32.pow(u32::try_from(power).unwrap()), per, "a power of ten");
    u32::try_from(power).unwrap()
}

fn meter_places(usage: &Usage, meter: Meter) -> u32 {
    let of_meter = usage.rows.iter().filter_map(|row| row.metered).filter(|(other, _)| *other == meter);
    of_meter.map(|(_, units)| Exact::from(units).places()).max().unwrap_or(0)
}

fn is_of_row(meter: Meter) -> bool {
    matches!(meter, Meter::Input | Meter::CacheRead | Meter::Output | Meter::Request)
}

/// What a row counts by a meter.
fn units(row: &Row, meter: Meter) -> Option<Exact> {
    let whole = |count: u64| Some(Exact::new(i128::from(count), 0));
    match meter {
        Meter::Input => whole(row.input_tokens.saturating_sub(row.cache_read_tokens)),
        Meter::CacheRead => whole(row.cache_read_tokens),
        Meter::Output => whole(row.output_tokens),
        Meter::Request => row.requests.and_then(whole),
        _ => match row.metered {
            Some((other, units)) if other == meter => Some(units.into()),
            _ => Some(Exact::ZERO),
        },
    }
}

/// How much one unit of what a rate is for costs, at ordinary hours.
fn rate(rate: &OwnRate) -> Exact {
    let amount = Exact::from(rate.amount);
    match rate.per {
        RatePer::Request | RatePer::ListMoney(_) => amount,
        RatePer::Units(_, per) | RatePer::Tokens(per) => amount.by_ten_to(power_of(per)),
    }
}

fn in_hours(hours: &spendglass_core::catalogue::AtHours, at: Timestamp) -> bool {
    let calendar = Calendar::new(hours.zone);
    let minute = calendar.minute_of(at);
    let inside = if hours.from_minute < hours.to_minute {
        hours.from_minute <= minute && minute < hours.to_minute
    } else {
        hours.from_minute <= minute || minute < hours.to_minute
    };
    inside && (hours.weekends || !["Saturday", "Sunday"].contains(&calendar.date_of(at).weekday()))
}

impl<'a> World<'a> {
    pub(super) fn new(usage: &'a Usage, chain: &'a [Element]) -> World<'a> {
        let (from, to) = usage.window.unwrap();
        let list_places = usage.rows.iter().map(|row| Exact::from(row.list_cost).places()).max().unwrap_or(0);
        let mut counts = vec![
            (Count::Requests, 0),
            (Count::Tokens, 0),
            (Count::Input, 0),
            (Count::Output, 0),
            (Count::List, list_places),
        ];
        for (meter, _) in Meter::NAMED {
            let places = if is_of_row(*meter) { 0 } else { meter_places(usage, *meter) };
            counts.push((Count::Units(*meter), places));
        }
        for (number, element) in chain.iter().enumerate() {
            let Element::Plan(terms) = element else { continue };
            for (unit, own) in terms.units.iter().enumerate() {
                let mut places = 0;
                for one in own.rates.iter().flatten() {
                    let finer = match one.per {
                        RatePer::ListMoney(_) => list_places,
                        RatePer::Units(meter, _) if !is_of_row(meter) => meter_places(usage, meter),
                        _ => 0,
                    };
                    places = places.max(rate(one).places() + finer);
                    if let Some(hours) = one.at_hours {
                        places = places.max(rate(one).times(hours.times.into()).places() + finer);
                    }
                }
                counts.push((Count::Own(number, unit), places));
            }
        }
        World { usage, chain, from, to, counts, seen: BTreeMap::new() }
    }

    pub(super) fn saw(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    fn places(&self, count: Count) -> u32 {
        self.counts.iter().find(|(other, _)| *other == count).expect("counted").1
    }

    /// An amount in grains, what does not fill one left off.
    pub(super) fn grains(&self, amount: Decimal, count: Count) -> i128 {
        Exact::from(amount).grains(self.places(count)).max(0)
    }

    pub(super) fn amount(&self, grains: i128, count: Count) -> Exact {
        Exact::new(grains, self.places(count))
    }

    fn count(row: &Row, count: Count) -> Option<Exact> {
        let whole = |count: u64| Some(Exact::new(i128::from(count), 0));
        match count {
            Count::Requests => row.requests.and_then(whole),
            Count::Tokens => Some(whole(row.input_tokens)?.plus(whole(row.output_tokens)?)),
            Count::Input => whole(row.input_tokens),
            Count::Output => whole(row.output_tokens),
            Count::List => Some(row.list_cost.into()),
            Count::Units(meter) => units(row, meter),
            Count::Own(..) => panic!("worked out where it is used"),
        }
    }

    /// What a part costs in a unit of an element's own.
    fn own(&self, row: &Row, part: &Part, own: &OwnUnit) -> Option<Exact> {
        let known = |count: Count| Some(self.amount(of(part, count)?, count));
        let mut sum = Exact::ZERO;
        for one in own.rates.get(row.kind as usize).into_iter().flatten() {
            let of = match one.per {
                RatePer::Request => known(Count::Requests)?,
                RatePer::Units(meter, _) => known(Count::Units(meter))?,
                RatePer::Tokens(_) => known(Count::Tokens)?,
                RatePer::ListMoney(_) => known(Count::List)?,
            };
            let mut cost = rate(one).times(of);
            if let Some(hours) = one.at_hours.filter(|hours| in_hours(hours, row.at)) {
                cost = cost.times(hours.times.into());
            }
            sum = sum.plus(cost);
        }
        Some(sum)
    }

    /// A part as it reaches an element: the element's own units are worked out, those of others are dropped.
    pub(super) fn arrive(&self, row: &Row, part: &Part, element: usize) -> Part {
        let mut arrived: Part =
            part.iter().filter(|(count, _)| !matches!(count, Count::Own(..))).copied().collect();
        let Element::Plan(terms) = &self.chain[element] else { return arrived };
        for (unit, own) in terms.units.iter().enumerate() {
            let count = Count::Own(element, unit);
            let places = self.places(count);
            let cost = self.own(row, part, own);
            assert!(cost.is_none_or(|cost| cost.places() <= places), "counts are whole");
            arrived.push((count, cost.map(|cost| cost.grains(places))));
        }
        arrived
    }

    pub(super) fn whole(&self, row: &Row) -> Part {
        let one = |(count, places): &(Count, u32)| {
            let known = World::count(row, *count);
            assert!(known.is_none_or(|known| known.places() <= *places), "counts are whole");
            (*count, known.map(|known| known.grains(*places)))
        };
        self.counts.iter().filter(|(count, _)| !matches!(count, Count::Own(..))).map(one).collect()
    }

    pub(super) fn served_later(&self, element: usize, kind: u32) -> bool {
        self.chain[element + 1..].iter().any(|later| serves(later, kind))
    }

    /// Rows that a measure needs a count of and that carry none, before anything is replayed.
    pub(super) fn uncounted(&self) -> Option<Uncounted> {
        for (number, element) in self.chain.iter().enumerate() {
            let Element::Plan(terms) = element else { continue };
            let missing = |measure: Measure, is: &dyn Fn(&Row) -> bool| {
                let rows = self.usage.rows.iter().filter(|row| terms.serves.holds(row.kind) && is(row));
                let count = counted(measure, number);
                let rows =
                    rows.filter(|row| of(&self.arrive(row, &self.whole(row), number), count).is_none());
                let rows = rows.count() as u64;
                (rows > 0).then_some(Uncounted { element: number, rows })
            };
            for limit in &terms.limits {
                let held = |row: &Row| limit.kinds.holds(row.kind) && enforced(limit, row);
                if let Some(found) = missing(limit.measure, &held) {
                    return Some(found);
                }
            }
            for pool in &terms.pools {
                if let Some(found) = missing(pool.measure, &|row| pool.kinds.holds(row.kind)) {
                    return Some(found);
                }
            }
            let beyond = match terms.overage {
                TermOverage::PerUnit { measure, .. } => Some(measure),
                TermOverage::Packs => terms.packs.first().map(|pack| pack.measure),
                _ => None,
            };
            if let Some(measure) = beyond
                && let Some(found) = missing(measure, &|row| !self.served_later(number, row.kind))
            {
                return Some(found);
            }
        }
        None
    }
}

pub(super) fn serves(element: &Element, kind: u32) -> bool {
    match element {
        Element::Plan(terms) => terms.serves.holds(kind),
        Element::Metered(_) => true,
    }
}

pub(super) fn counted(measure: Measure, element: usize) -> Count {
    match measure {
        Measure::Requests => Count::Requests,
        Measure::Tokens => Count::Tokens,
        Measure::InputTokens => Count::Input,
        Measure::OutputTokens => Count::Output,
        Measure::Units(meter) => Count::Units(meter),
        Measure::List => Count::List,
        Measure::Own(unit) => Count::Own(element, unit),
    }
}
