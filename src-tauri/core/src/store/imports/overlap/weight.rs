//! How much lines tell, to see whether some add up to others.

use std::collections::BTreeMap;

use super::super::super::StoreError;
use super::super::super::packed::Unpacked;
use super::Seen;
use crate::money::{Currency, Total};

/// The decimals that every figure of money is taken to have: a whole amount is not one that was rounded to wholes.
const CENTS: u32 = 2;

/// What a line tells: its money, or else what it counts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weight {
    money: Option<Total>,
    /// The decimals that the money is written with.
    decimals: u32,
    tokens: Option<u64>,
    requests: Option<u64>,
    quantity: Option<Total>,
}

impl Weight {
    pub(super) fn of(row: &Unpacked<'_>) -> Result<Weight, StoreError> {
        Weight::told(row.billed, [row.tokens[0], row.tokens[1], row.requests], row.quantity)
    }

    /// From the texts and counts of a row: input tokens, output tokens, requests.
    pub(super) fn told(
        billed: Option<&str>,
        [input, output, requests]: [Option<i64>; 3],
        quantity: Option<&str>,
    ) -> Result<Weight, StoreError> {
        let count = |count: Option<i64>| count.map(i64::unsigned_abs);
        Ok(Weight {
            money: billed.map(str::parse).transpose()?,
            decimals: billed.map_or(0, decimals),
            tokens: count(input).map(|input| input.saturating_add(count(output).unwrap_or(0))),
            requests: count(requests),
            quantity: quantity.map(str::parse).transpose()?,
        })
    }

    pub(super) const fn decimals(&self) -> u32 {
        self.decimals
    }

    /// The same, as a figure of a file that writes so many decimals.
    pub(super) fn shown_to(self, decimals: u32) -> Weight {
        Weight { decimals: self.decimals.max(decimals), ..self }
    }

    pub(super) fn sum(lines: &[Seen]) -> Weight {
        lines.iter().fold(Weight::default(), |sum, line| {
            let (a, b) = (sum, line.weight);
            Weight {
                money: plus(a.money, b.money, Total::checked_add),
                decimals: a.decimals.max(b.decimals),
                tokens: plus(a.tokens, b.tokens, u64::checked_add),
                requests: plus(a.requests, b.requests, u64::checked_add),
                quantity: plus(a.quantity, b.quantity, Total::checked_add),
            }
        })
    }

    /// Whether these lines add up to a sum, or to more: in money, where the sum tells any.
    pub(super) fn reaches(&self, sum: &Weight) -> bool {
        if let Some(money) = sum.money {
            return self.money.is_some_and(|parts| reaches(parts, money, sum.decimals));
        }
        for (parts, sum) in [(self.tokens, sum.tokens), (self.requests, sum.requests)] {
            if let (Some(parts), Some(sum)) = (parts, sum)
                && parts != sum
            {
                return parts > sum;
            }
        }
        match (self.quantity, sum.quantity) {
            (Some(parts), Some(sum)) => sum.checked_add(parts.negated()).is_some_and(|less| !is_above(less)),
            _ => true,
        }
    }
}

/// Amounts by currency, each with the decimals it is written with.
#[derive(Debug, Clone, Default)]
pub(super) struct Amounts(BTreeMap<Currency, (Total, u32)>);

impl Amounts {
    pub(super) fn add(&mut self, currency: Currency, billed: &str) -> Result<(), StoreError> {
        let (total, places) = self.0.entry(currency).or_default();
        *total = total
            .checked_add(billed.parse()?)
            .ok_or_else(|| StoreError::Row("a sum too large to be kept exactly".to_owned()))?;
        *places = (*places).max(decimals(billed));
        Ok(())
    }

    /// Whether these, of the finer of two formats, add up to those of the coarser. What is of other currencies altogether cannot
    /// be compared: then the finer is believed.
    pub(super) fn reach(&self, coarser: &Amounts) -> bool {
        let mut told = coarser.0.iter().filter(|(_, (sum, _))| !sum.is_zero()).peekable();
        if told.peek().is_none() {
            return true;
        }
        let none_shared =
            !self.0.is_empty() && !self.0.keys().any(|currency| coarser.0.contains_key(currency));
        none_shared
            || told.all(|(currency, (sum, places))| {
                self.0.get(currency).is_some_and(|(parts, _)| reaches(*parts, *sum, *places))
            })
    }
}

/// Whether parts add up to a sum of money or to more. They add up if they differ by no more than half of its last decimal.
fn reaches(parts: Total, sum: Total, decimals: u32) -> bool {
    let Some(less) = sum.checked_add(parts.negated()) else { return false };
    let within = less
        .abs()
        .checked_add(less.abs())
        .and_then(|twice| Total::of(1, decimals.max(CENTS).into())?.checked_add(twice.negated()))
        .is_some_and(|left| !left.is_negative());
    // Below nought, more is given back by what lies further below.
    within || if sum.is_negative() { !less.is_negative() } else { !is_above(less) }
}

fn is_above(total: Total) -> bool {
    !total.is_negative() && !total.is_zero()
}

/// How many digits stand behind the point.
fn decimals(text: &str) -> u32 {
    let fraction = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    u32::try_from(fraction).unwrap_or(u32::MAX)
}

fn plus<T: Copy>(a: Option<T>, b: Option<T>, add: impl Fn(T, T) -> Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => add(a, b),
        (one, None) | (None, one) => one,
    }
}
