//! Dated rates of exchange: the last published on or before a day, with its source, and refused where none is near enough.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::ExchangeError;
use crate::money::{Currency, Decimal, MixedMoney, MoneyError, Total, exact, exact_mul};
use crate::time::Date;

const BUNDLED: &str = include_str!("../../data/rates.json");

/// How old a rate may be, in days, that converts what was charged on a day: longer than any row of holidays.
pub const FOR_CHARGES: i64 = 10;
/// How old a rate may be, in days, that tells what a price comes to today. Its age is shown beside it.
pub const FOR_PRICES: i64 = 180;
/// Digits that a rate worked out from two others is kept to.
const DIGITS: u32 = 10;

/// One published rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatePoint {
    /// The day it was published for.
    pub date: Date,
    /// One unit of this …
    pub base: Currency,
    /// … buys `rate` units of this.
    pub quote: Currency,
    /// How many.
    pub rate: Decimal,
    /// Who says so.
    pub source: Arc<str>,
}

/// The rate between two currencies that holds on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// One unit of this …
    pub from: Currency,
    /// … is `factor` units of this.
    pub to: Currency,
    /// As published, or worked out from two published ones and kept to ten digits.
    pub factor: Decimal,
    /// The day it was published for.
    pub date: Date,
    /// Who says so.
    pub source: Arc<str>,
    /// The currency by which it was worked out, where it was not published itself.
    pub through: Option<Currency>,
}

impl Rate {
    /// How many days old it is on a day.
    pub fn age(&self, on: Date) -> i64 {
        on.days_since(self.date)
    }
}

/// Why there is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// A provider's own unit is not money.
    #[error("{0} is a provider's own unit: it is never converted")]
    OwnUnit(Currency),
    /// No rate of the currency is known at all.
    #[error("no rate of {0} is known: refresh the rates (spendglass rates refresh)")]
    NoRates(Currency),
    /// None is near enough to the day.
    #[error(
        "no rate of {from} in {to} was published in the {within} days up to {at}{}: refresh the rates (spendglass rates refresh)",
        .last.map_or_else(String::new, |last| format!(" (the last before is of {last})"))
    )]
    TooFar {
        /// Of this.
        from: Currency,
        /// In this.
        to: Currency,
        /// On this day.
        at: Date,
        /// The last one that is known up to that day.
        last: Option<Date>,
        /// How old it may be, in days.
        within: i64,
    },
    /// It has too many digits.
    #[error("the rate of {0} in {1} cannot be kept")]
    Inexact(Currency, Currency),
}

/// A sum of several currencies, converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// The whole, in one currency.
    pub total: Total,
    /// That currency.
    pub currency: Currency,
    /// Each part as it was, with the rate that converted it.
    pub parts: Vec<(Total, Rate)>,
}

/// Why a sum of several currencies was not converted. Nothing is added without a rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// These currencies have no rate.
    #[error("amounts of several currencies cannot be added up: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Missing(Vec<RateError>),
    /// The sum is too large.
    #[error(transparent)]
    Sum(#[from] MoneyError),
}

/// What one source publishes: units of each currency for one of its base, by day.
#[derive(Debug, Clone)]
struct Series {
    source: Arc<str>,
    base: Currency,
    days: BTreeMap<Date, BTreeMap<Currency, Decimal>>,
}

/// Every rate that is known. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    /// In the order in which one is chosen among those of one day.
    series: Vec<Arc<Series>>,
}

static RATES: LazyLock<Result<Rates, ExchangeError>> = LazyLock::new(|| Rates::read(BUNDLED));

impl Rates {
    /// The rates that come with this version.
    pub fn bundled() -> Result<&'static Rates, ExchangeError> {
        RATES.as_ref().map_err(Clone::clone)
    }

    /// Reads rates in the form of the bundled file.
    pub fn read(text: &str) -> Result<Rates, ExchangeError> {
        let note: Note = serde_json::from_str(text).map_err(|error| ExchangeError(error.to_string()))?;
        let named = |code: &str| Currency::national(code).map_err(|error| ExchangeError(error.to_string()));
        let currencies: Vec<Currency> =
            note.currencies.split_whitespace().map(named).collect::<Result<_, _>>()?;
        let mut days = BTreeMap::new();
        for (day, line) in &note.days {
            let date: Date = day.parse().map_err(|_| ExchangeError(format!("\"{day}\" is not a date")))?;
            let cells: Vec<&str> = line.split_whitespace().collect();
            if cells.len() != currencies.len() {
                return Err(ExchangeError(format!(
                    "{day} has {} figures, not {}",
                    cells.len(),
                    currencies.len()
                )));
            }
            let mut of_day = BTreeMap::new();
            for (currency, cell) in currencies.iter().zip(cells).filter(|(_, cell)| *cell != "-") {
                let rate = exact(cell).ok().filter(|rate| *rate > Decimal::ZERO);
                let rate = rate.ok_or_else(|| ExchangeError(format!("{currency} of {day}: \"{cell}\"")))?;
                of_day.insert(*currency, rate);
            }
            days.insert(date, of_day);
        }
        let series = Series { source: note.source.into(), base: named(&note.base)?, days };
        Ok(Rates { series: vec![Arc::new(series)] })
    }

    /// The same with more points. What is there already stays: history does not change when a rate is published again.
    #[must_use]
    pub fn with(&self, points: impl IntoIterator<Item = RatePoint>) -> Rates {
        let mut series = self.series.clone();
        let mut own: Vec<Series> = Vec::new();
        for point in points {
            let known = |known: &Series| known.source == point.source && known.base == point.base;
            let place = own.iter().position(known).unwrap_or_else(|| {
                // A copy, since the bundled one is shared.
                let older = series.iter().position(|older| known(older)).map(|at| series.remove(at));
                own.push(older.map_or_else(
                    || Series { source: Arc::clone(&point.source), base: point.base, days: BTreeMap::new() },
                    |older| (*older).clone(),
                ));
                own.len() - 1
            });
            own[place].days.entry(point.date).or_default().entry(point.quote).or_insert(point.rate);
        }
        // One order, however they came: the longest-known source first, then by name.
        let mut own: Vec<Arc<Series>> = own.into_iter().map(Arc::new).collect();
        own.append(&mut series);
        own.sort_by(|a, b| {
            let first = |series: &Series| series.days.keys().next().copied();
            (first(a), &a.source, a.base).cmp(&(first(b), &b.source, b.base))
        });
        Rates { series: own }
    }

    /// Whether the rate of a point's source, pair and day is known.
    pub fn has(&self, point: &RatePoint) -> bool {
        self.series.iter().any(|series| {
            series.source == point.source
                && series.base == point.base
                && series.days.get(&point.date).is_some_and(|day| day.contains_key(&point.quote))
        })
    }

    /// The last day for which anything is known.
    pub fn dated(&self) -> Option<Date> {
        self.series.iter().filter_map(|series| series.days.keys().next_back().copied()).max()
    }

    /// Every currency of which a rate is known.
    pub fn currencies(&self) -> Vec<Currency> {
        let mut all: Vec<Currency> = Vec::new();
        for series in &self.series {
            all.push(series.base);
            all.extend(series.days.values().next_back().into_iter().flat_map(BTreeMap::keys));
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The rate of a pair on a day: the last published on or before it, if that was within so many days.
    pub fn of(&self, from: Currency, to: Currency, at: Date, within: i64) -> Result<Rate, RateError> {
        for currency in [from, to] {
            if currency.is_own_unit() {
                return Err(RateError::OwnUnit(currency));
            }
        }
        if from == to {
            return Ok(Rate { from, to, factor: Decimal::ONE, date: at, source: "".into(), through: None });
        }
        let mut best: Option<(Date, Decimal, Decimal, &Arc<Series>)> = None;
        for series in &self.series {
            // Of one day the series in front wins, so that another source's rates change nothing that was converted.
            if let Some((date, of_from, of_to)) = series.pair(from, to, at)
                && best.is_none_or(|(known, ..)| known < date)
            {
                best = Some((date, of_from, of_to, series));
            }
        }
        let Some((date, of_from, of_to, series)) = best else {
            let known = self.currencies();
            return Err(match [from, to].into_iter().find(|currency| !known.contains(currency)) {
                Some(currency) => RateError::NoRates(currency),
                None => RateError::TooFar { from, to, at, last: None, within },
            });
        };
        if at.days_since(date) > within {
            return Err(RateError::TooFar { from, to, at, last: Some(date), within });
        }
        // One base unit is `of_from` of the one and `of_to` of the other.
        let factor = if series.base == from { Some(of_to) } else { quotient(of_to, of_from) };
        let factor = factor.ok_or(RateError::Inexact(from, to))?;
        let through = (series.base != from && series.base != to).then_some(series.base);
        Ok(Rate { from, to, factor, date, source: Arc::clone(&series.source), through })
    }

    /// Adds up amounts of several currencies in one, each at the rate of the day; refused where any has none.
    pub fn convert_all(
        &self,
        amounts: &MixedMoney,
        to: Currency,
        at: Date,
        within: i64,
    ) -> Result<Converted, ConvertError> {
        let (mut sum, mut parts, mut missing) = (MixedMoney::default(), Vec::new(), Vec::new());
        for (currency, amount) in amounts.iter() {
            match self.of(currency, to, at, within) {
                Ok(rate) => parts.push((amount, rate)),
                Err(error) => missing.push(error),
            }
        }
        if !missing.is_empty() {
            return Err(ConvertError::Missing(missing));
        }
        for (amount, rate) in &parts {
            sum.add(times(*amount, rate.factor).ok_or(MoneyError::Overflow(to))?, to)?;
        }
        Ok(Converted { total: sum.of(to).unwrap_or_default(), currency: to, parts })
    }
}

impl Series {
    /// The last day up to one that has both currencies, and how many of each one base unit is.
    fn pair(&self, from: Currency, to: Currency, at: Date) -> Option<(Date, Decimal, Decimal)> {
        let of = |day: &BTreeMap<Currency, Decimal>, currency: Currency| {
            if currency == self.base { Some(Decimal::ONE) } else { day.get(&currency).copied() }
        };
        self.days.range(..=at).rev().find_map(|(date, day)| Some((*date, of(day, from)?, of(day, to)?)))
    }
}

/// A quotient of two rates, rounded half up to ten digits.
fn quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    let (mut above, below) = (a.mantissa(), b.mantissa());
    if below <= 0 {
        return None;
    }
    let mut places = i64::from(a.scale()) - i64::from(b.scale());
    let least = 10_i128.pow(DIGITS - 1);
    while above / below < least {
        above = above.checked_mul(10)?;
        places += 1;
    }
    // Twice the quotient and one more, halved, rounds half up.
    let rounded = above.checked_mul(2)?.checked_add(below)? / below.checked_mul(2)?;
    Total::of(rounded, places)?.exact().map(|factor| factor.normalize())
}

/// A sum at a rate: exact where the digits suffice, else to twelve places.
pub(super) fn times(amount: Total, factor: Decimal) -> Option<Total> {
    const PLACES: u32 = 12;
    let exactly = || amount.exact().and_then(|amount| exact_mul(amount, factor)).map(Total::from);
    exactly().or_else(|| {
        let (unscaled, scale) = amount.parts();
        let factor = factor.normalize();
        let product = unscaled.checked_mul(factor.mantissa())?;
        let extra = (scale + factor.scale()).saturating_sub(PLACES);
        let unit = 10_i128.checked_pow(extra)?;
        let half = if product < 0 { -(unit / 2) } else { unit / 2 };
        Total::of(product.checked_add(half)? / unit, i64::from(scale + factor.scale() - extra))
    })
}

#[derive(Deserialize)]
struct Note {
    source: String,
    base: String,
    currencies: String,
    days: BTreeMap<String, String>,
}
