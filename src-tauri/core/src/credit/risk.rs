//! What would lapse if spending goes on as forecast.

use super::allocation::{Move, Shelf};
use super::replay::{Book, Replayed};
use super::{CreditError, places, steps, total};
use crate::money::{Currency, Decimal, Total};
use crate::time::Timestamp;

const DAY: i64 = 86_400;

/// Little, middle and much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// One time in ten it is less.
    pub p10: Total,
    /// As often less as more.
    pub p50: Total,
    /// One time in ten it is more.
    pub p90: Total,
}

/// What would be in a lot when it lapses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtRisk {
    /// The lot's id.
    pub id: String,
    /// When it lapses as things stand.
    pub lapses_at: Timestamp,
    /// What would be in it then; nothing where the paths end before. Of a lot that lapses by inactivity it is nought on a path
    /// that uses the account before.
    pub spread: Option<Spread>,
}

impl Replayed {
    /// How many days paths need, from the UTC day of `until`, to reach to the last lapse of a currency's lots.
    pub fn days_ahead(&self, currency: Currency) -> usize {
        let last = self.lapsing(currency).into_iter().map(|(_, at)| at).max();
        last.map_or(0, |at| {
            let days = at.plus_seconds(-1).utc_date().days_since(self.until.utc_date()) + 1;
            usize::try_from(days).unwrap_or_default()
        })
    }

    /// The lots of a currency that will lapse, as things stand: their place on the shelf and the instant.
    fn lapsing(&self, currency: Currency) -> Vec<(usize, Timestamp)> {
        let Some(book) = self.books.get(&currency) else { return Vec::new() };
        let ahead = |(shelved, lot): (usize, &usize)| Some((shelved, self.lots[*lot].lapses_at?));
        book.lots.iter().enumerate().filter_map(ahead).filter(|(_, at)| *at > self.until).collect()
    }

    /// What would be left in all lots of a currency by the end of each day, over the same paths as [`Replayed::at_risk`].
    pub fn left_ahead(&self, currency: Currency, paths: &[Vec<Decimal>]) -> Result<Vec<Spread>, CreditError> {
        let overflow = || CreditError::Overflow(currency);
        let days = paths.first().map_or(0, Vec::len);
        if let Some(path) = paths.iter().find(|path| path.len() != days) {
            return Err(CreditError::PathsDiffer(days, path.len()));
        }
        let Some(book) = self.books.get(&currency) else { return Ok(Vec::new()) };
        let (scale, now) = book.finer(paths).ok_or_else(overflow)?;
        let had = |lot: &usize| self.lots[book.lots[*lot]].acquired_at <= self.until;
        let held =
            (0..book.lots.len()).filter(had).try_fold(0_i128, |sum, lot| sum.checked_add(now.left(lot)));
        let held = held.ok_or_else(overflow)?;
        let mut left: Vec<Vec<i128>> = vec![Vec::with_capacity(paths.len()); days];
        for path in paths {
            let (mut lots, mut sum) = (now.clone(), Some(held));
            let mut at = self.until.utc_date().utc_day().end.plus_seconds(-1);
            for (amount, left) in path.iter().zip(&mut left) {
                let mut note = |_, happened| {
                    sum = sum.and_then(|sum| match happened {
                        Move::Acquired(_, amount) | Move::GivenBack(_, amount) => sum.checked_add(amount),
                        Move::Drawn(_, amount) | Move::Lapsed(_, amount) => sum.checked_sub(amount),
                        Move::Uncovered(_) | Move::Unplaced(_) => Some(sum),
                    });
                };
                let amount = steps(*amount, scale).ok_or_else(overflow)?;
                lots.charge(at, amount, amount > 0, &mut note);
                left.push(sum.ok_or_else(overflow)?);
                at = at.plus_seconds(DAY);
            }
        }
        Ok(left.into_iter().filter_map(|amounts| spread(amounts, scale)).collect())
    }

    /// What would be in each lot of a currency when it lapses, over paths of daily spending: first that of the rest of the UTC day
    /// of `until`, then that of each later day, spent at the last second of its day. Lots that are had later take part.
    pub fn at_risk(&self, currency: Currency, paths: &[Vec<Decimal>]) -> Result<Vec<AtRisk>, CreditError> {
        let overflow = || CreditError::Overflow(currency);
        let days = paths.first().map_or(0, Vec::len);
        if let Some(path) = paths.iter().find(|path| path.len() != days) {
            return Err(CreditError::PathsDiffer(days, path.len()));
        }
        let Some(book) = self.books.get(&currency) else { return Ok(Vec::new()) };
        let today = self.until.utc_date();
        let reach = today.plus_days(i64::try_from(days).unwrap_or(i64::MAX)).utc_start();
        let lapsing = self.lapsing(currency);
        let last = lapsing.iter().map(|(_, at)| *at).filter(|at| *at <= reach).max();
        let (scale, now) = book.finer(paths).ok_or_else(overflow)?;
        let mut left: Vec<Vec<i128>> = vec![Vec::with_capacity(paths.len()); lapsing.len()];
        let due: Vec<Option<(usize, Timestamp)>> = {
            let mut due = vec![None; book.lots.len()];
            for (place, (lot, at)) in lapsing.iter().enumerate() {
                due[*lot] = Some((place, *at));
            }
            due
        };
        for path in paths {
            let Some(last) = last else { break };
            let mut lots = now.clone();
            let mut found = vec![0; lapsing.len()];
            let mut note = |when: Timestamp, happened| {
                if let Move::Lapsed(lot, amount) = happened
                    && let Some((place, at)) = due[lot]
                    && at == when
                {
                    found[place] = amount;
                }
            };
            let mut at = today.utc_day().end.plus_seconds(-1);
            for amount in path {
                if at >= last {
                    break;
                }
                let amount = steps(*amount, scale).ok_or_else(overflow)?;
                lots.charge(at, amount, amount > 0, &mut note);
                at = at.plus_seconds(DAY);
            }
            lots.settle(last, &mut note);
            for (place, amount) in found.into_iter().enumerate() {
                left[place].push(amount);
            }
        }
        let risks = lapsing.iter().zip(left).map(|((lot, at), amounts)| AtRisk {
            id: self.lots[book.lots[*lot]].id.clone(),
            lapses_at: *at,
            spread: if *at <= reach { spread(amounts, scale) } else { None },
        });
        Ok(risks.collect())
    }
}

impl Book {
    /// The lots as they stand, in steps so small that the amounts of paths are whole numbers of them.
    fn finer(&self, paths: &[Vec<Decimal>]) -> Option<(u32, Shelf)> {
        let finest = paths.iter().flatten().filter(|amount| amount.scale() > self.scale).map(|a| places(*a));
        let scale = finest.max().unwrap_or_default().max(self.scale);
        let mut now = self.shelf.clone();
        10_i128.checked_pow(scale - self.scale).and_then(|by| now.finer(by))?;
        Some((scale, now))
    }
}

/// Little, middle and much of amounts in counts of the smallest step.
fn spread(mut amounts: Vec<i128>, scale: u32) -> Option<Spread> {
    amounts.sort_unstable();
    let most = amounts.len().checked_sub(1)?;
    let at = |tenths: usize| total(amounts[most * tenths / 10], scale);
    Some(Spread { p10: at(1), p50: at(5), p90: at(9) })
}

/// What would have to be spent a day to use up what is left before it lapses: by whole days of 24 hours, at least one, and rounded
/// up to two digits behind the point. Nothing where it has lapsed, or where the digits do not suffice.
pub fn needed_per_day(left: Total, now: Timestamp, lapses_at: Timestamp) -> Option<Total> {
    if lapses_at <= now {
        return None;
    }
    let days = i128::from((lapses_at.seconds_since(now) / DAY).max(1));
    let (whole, scale) = left.parts();
    let (above, below) = if scale <= 2 {
        (whole.checked_mul(10_i128.checked_pow(2 - scale)?)?, days)
    } else {
        (whole, days.checked_mul(10_i128.checked_pow(scale - 2)?)?)
    };
    let up = i128::from(above > 0 && above % below != 0);
    Total::of(above / below + up, 2)
}
