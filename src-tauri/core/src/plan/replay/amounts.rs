//! Whole counts: the grains of a usage, and the division of rows at them.

use std::cmp::Ordering;

use super::ReplayError;
use crate::catalogue::{AtHours, RatePer};
use crate::ledger::Meter;
use crate::money::{Decimal, Total};
use crate::plan::{Measure, OwnRate, OwnUnit, Row, Usage};
use crate::time::{Calendar, Timestamp};

/// How many counts every row has; those in a plan's own units come after them.
pub(super) const COUNTS: usize = 8;
pub(super) const REQUESTS: usize = 0;
pub(super) const TOKENS: usize = 1;
pub(super) const INPUT: usize = 2;
pub(super) const CACHED: usize = 3;
pub(super) const UNCACHED: usize = 4;
pub(super) const OUTPUT: usize = 5;
pub(super) const METERED: usize = 6;
pub(super) const LIST: usize = 7;

/// Powers of ten.
const TENS: [i128; 39] = {
    let (mut tens, mut place) = ([1; 39], 1);
    while place < 39 {
        tens[place] = tens[place - 1] * 10;
        place += 1;
    }
    tens
};

/// How many digits behind the point a list cost and a meter's count have at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grains {
    pub(super) list: u32,
    meters: Vec<(Meter, u32)>,
}

/// Where a count is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Count {
    /// In every row.
    At(usize),
    /// In rows that this meter counted.
    Meter(Meter),
    /// In the unit of the plan's own at this place.
    Own(usize),
}

/// A row, or what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) at: Timestamp,
    pub(super) seconds: u32,
    pub(super) kind: u32,
    pub(super) month: usize,
    /// Whether it tells its requests.
    pub(super) counted: bool,
    pub(super) meter: Option<Meter>,
    pub(super) counts: [i128; COUNTS],
}

/// A unit of a plan's own, with whole rates.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// Digits behind the point.
    pub(super) scale: u32,
    /// For each kind what is added up.
    pub(super) rates: Vec<Vec<Rate>>,
}

/// A rate for one grain of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) count: Count,
    pub(super) amount: i128,
    /// At certain hours another amount.
    pub(super) at_hours: Option<(AtHours, i128)>,
}

/// A rate as it is told: of what, how much, how much at certain hours.
type Told = (Count, Decimal, Option<(AtHours, Decimal)>);

impl Count {
    pub(super) fn of(measure: Measure) -> Count {
        match measure {
            Measure::Requests => Count::At(REQUESTS),
            Measure::Tokens => Count::At(TOKENS),
            Measure::InputTokens => Count::At(INPUT),
            Measure::OutputTokens => Count::At(OUTPUT),
            Measure::Units(meter) => Count::of_meter(meter),
            Measure::List => Count::At(LIST),
            Measure::Own(unit) => Count::Own(unit),
        }
    }

    fn of_meter(meter: Meter) -> Count {
        match meter {
            Meter::Input => Count::At(UNCACHED),
            Meter::CacheRead => Count::At(CACHED),
            Meter::Output => Count::At(OUTPUT),
            Meter::Request => Count::At(REQUESTS),
            meter => Count::Meter(meter),
        }
    }

    fn of_rate(per: RatePer) -> (Count, u32) {
        match per {
            RatePer::Request => (Count::At(REQUESTS), 1),
            RatePer::Units(meter, per) => (Count::of_meter(meter), per),
            RatePer::Tokens(per) => (Count::At(TOKENS), per),
            RatePer::ListMoney(_) => (Count::At(LIST), 1),
        }
    }

    /// How much of it there is among the counts of a row.
    pub(super) fn among(self, counts: &[i128], meter: Option<Meter>) -> i128 {
        match self {
            Count::At(place) => counts[place],
            Count::Meter(of) if meter == Some(of) => counts[METERED],
            Count::Meter(_) => 0,
            Count::Own(unit) => counts[COUNTS + unit],
        }
    }
}

impl Grains {
    pub(super) fn of(usage: &Usage) -> Grains {
        let mut grains = Grains { list: 0, meters: Vec::new() };
        for row in &usage.rows {
            // Most rows have no more digits than one before them: only then is it worth to look for noughts at the end.
            if row.list_cost.scale() > grains.list {
                grains.list = grains.list.max(row.list_cost.normalize().scale());
            }
            let Some((meter, count)) = row.metered else { continue };
            let scale = count.normalize().scale();
            match grains.meters.iter_mut().find(|(known, _)| *known == meter) {
                Some((_, known)) => *known = scale.max(*known),
                None => grains.meters.push((meter, scale)),
            }
        }
        grains
    }

    /// Digits behind the point of what a row can have.
    pub(super) fn scale(&self, count: Count, units: &[Unit]) -> u32 {
        match count {
            Count::At(LIST) => self.list,
            Count::At(_) => 0,
            Count::Meter(meter) => self.meter(meter),
            Count::Own(unit) => units.get(unit).map_or(0, |unit| unit.scale),
        }
    }

    fn meter(&self, meter: Meter) -> u32 {
        self.meters.iter().find(|(known, _)| *known == meter).map_or(0, |(_, scale)| *scale)
    }

    /// The counts of a row.
    pub(super) fn counts(&self, row: &Row) -> Result<[i128; COUNTS], ReplayError> {
        let (input, cached) = (i128::from(row.input_tokens), i128::from(row.cache_read_tokens));
        let output = i128::from(row.output_tokens);
        let mut counts = [0; COUNTS];
        counts[REQUESTS] = i128::from(row.requests.unwrap_or_default());
        counts[TOKENS] = input + output;
        counts[INPUT] = input;
        counts[CACHED] = cached;
        counts[UNCACHED] = (input - cached).max(0);
        counts[OUTPUT] = output;
        if let Some((meter, count)) = row.metered {
            counts[METERED] = grains_of(count, self.meter(meter)).ok_or(ReplayError::Overflow)?.max(0);
        }
        counts[LIST] = grains_of(row.list_cost, self.list).ok_or(ReplayError::Overflow)?.max(0);
        Ok(counts)
    }

    /// A unit with its rates as whole numbers of its smallest part.
    pub(super) fn unit(&self, unit: &OwnUnit, element: usize) -> Result<Unit, ReplayError> {
        let rate = |rate: &OwnRate| -> Result<Told, ReplayError> {
            let (count, per) = Count::of_rate(rate.per);
            let amount = shifted(rate.amount, ten(per).ok_or(ReplayError::PerNotATen { element, per })?)?;
            let at_hours = match rate.at_hours {
                Some(hours) => Some((hours, product(amount, hours.times)?)),
                None => None,
            };
            Ok((count, amount, at_hours))
        };
        let told: Vec<Vec<_>> =
            unit.rates.iter().map(|kind| kind.iter().map(rate).collect()).collect::<Result<_, _>>()?;
        let finest = |(count, amount, at_hours): &Told| {
            let times = at_hours.map_or(0, |(_, amount)| amount.normalize().scale());
            amount.normalize().scale().max(times) + self.scale(*count, &[])
        };
        let scale = told.iter().flatten().map(finest).max().unwrap_or_default();
        let whole = |&(count, amount, at_hours): &Told| {
            let scale = scale - self.scale(count, &[]);
            let grains = |amount| grains_of(amount, scale).ok_or(ReplayError::Overflow);
            let at_hours = match at_hours {
                Some((hours, amount)) => Some((hours, grains(amount)?.max(0))),
                None => None,
            };
            Ok(Rate { count, amount: grains(amount)?.max(0), at_hours })
        };
        let rates =
            told.iter().map(|kind| kind.iter().map(whole).collect()).collect::<Result<_, ReplayError>>()?;
        Ok(Unit { scale, rates })
    }
}

impl Unit {
    /// How much of the unit a row is.
    pub(super) fn count(&self, part: &Part) -> Result<i128, ReplayError> {
        let Some(rates) = usize::try_from(part.kind).ok().and_then(|kind| self.rates.get(kind)) else {
            return Ok(0);
        };
        let mut sum: i128 = 0;
        for rate in rates {
            let amount = match &rate.at_hours {
                Some((hours, amount)) if holds(hours, part.at) => *amount,
                _ => rate.amount,
            };
            let count = rate.count.among(&part.counts, part.meter);
            sum = count
                .checked_mul(amount)
                .and_then(|more| sum.checked_add(more))
                .ok_or(ReplayError::Overflow)?;
        }
        Ok(sum)
    }
}

/// Whether it is one of the hours. Hours that go over midnight belong to the days on which their minutes are.
pub(super) fn holds(hours: &AtHours, at: Timestamp) -> bool {
    let calendar = Calendar::new(hours.zone);
    let minute = calendar.minute_of(at);
    let (from, to) = (hours.from_minute, hours.to_minute);
    let inside = if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to };
    inside && (hours.weekends || calendar.date_of(at).days_since_monday() < 5)
}

/// How many noughts a power of ten has.
pub(super) fn ten(number: u32) -> Option<u32> {
    (0..=9).find(|noughts| 10_u32.pow(*noughts) == number)
}

/// A number divided by a power of ten.
pub(super) fn shifted(number: Decimal, noughts: u32) -> Result<Decimal, ReplayError> {
    product(number, Decimal::new(1, noughts))
}

/// An exact product.
pub(super) fn product(a: Decimal, b: Decimal) -> Result<Decimal, ReplayError> {
    crate::money::exact_mul(a, b).ok_or(ReplayError::Overflow)
}

/// A number as whole grains, what is smaller left out; nothing where that is too large.
pub(super) fn grains_of(number: Decimal, scale: u32) -> Option<i128> {
    let own = number.scale();
    let power = |noughts: u32| usize::try_from(noughts).ok().and_then(|noughts| TENS.get(noughts)).copied();
    match own.cmp(&scale) {
        Ordering::Equal => Some(number.mantissa()),
        Ordering::Less => number.mantissa().checked_mul(power(scale - own)?),
        Ordering::Greater => Some(number.mantissa().div_euclid(power(own - scale)?)),
    }
}

/// Whole grains as a number.
pub(super) fn number_of(mut grains: i128, mut scale: u32) -> Result<Decimal, ReplayError> {
    // Noughts at its end would use up digits that the number has no need of.
    while scale > 0 && grains % 10 == 0 {
        (grains, scale) = (grains / 10, scale - 1);
    }
    let total = Total::of(grains, i64::from(scale)).ok_or(ReplayError::Overflow)?;
    total.exact().map(|number| number.normalize()).ok_or(ReplayError::Overflow)
}

/// `count * numerator / denominator`, rounded down, where the numerator is less than the denominator.
pub(super) fn share(count: i128, numerator: i128, denominator: i128) -> i128 {
    if let Some(product) = count.checked_mul(numerator) {
        return product / denominator;
    }
    // By long division in binary: what is left over stays below the denominator, so nothing overflows.
    let (mut quotient, mut over) = (0_i128, 0_u128);
    let (numerator, denominator) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    for bit in (0..127).rev() {
        quotient <<= 1;
        over <<= 1;
        if over >= denominator {
            over -= denominator;
            quotient += 1;
        }
        if (count >> bit) & 1 == 1 {
            over += numerator;
            if over >= denominator {
                over -= denominator;
                quotient += 1;
            }
        }
    }
    quotient
}

/// Whether `a / b` is less than `c / d`, all of them whole, the denominators above nought.
pub(super) fn is_less((mut a, mut b): (i128, i128), (mut c, mut d): (i128, i128)) -> bool {
    loop {
        if let (Some(left), Some(right)) = (a.checked_mul(d), c.checked_mul(b)) {
            return left < right;
        }
        let (whole, other) = (a / b, c / d);
        if whole != other {
            return whole < other;
        }
        // The same whole part: of what remains the larger inverse is the less.
        let (rest, other_rest) = (a % b, c % d);
        if rest == 0 || other_rest == 0 {
            return rest < other_rest;
        }
        (a, b, c, d) = (d, other_rest, b, rest);
    }
}
