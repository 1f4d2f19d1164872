//! How well the forecast would have done in the months of a history that are over.

use super::grains::Grains;
use super::model::Model;
use super::{History, NEEDED_DAYS, nearest_rank, weekday_of};
use crate::money::Decimal;

/// Days of a month after which its end is forecast once more.
const AFTER_DAYS: [usize; 6] = [2, 5, 9, 14, 19, 24];
/// Fewer ways than for what is shown: each figure here stands among many.
const PATHS: u64 = 120;
/// Months that are looked at, at most.
const MONTHS: usize = 12;

/// How well the forecast would have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackTest {
    /// How many times a month end was forecast.
    pub forecasts: u32,
    /// Over how many months.
    pub months: u32,
    /// How many of them lay within their range.
    pub inside: u32,
    /// The median of how far off the middle figure was, in per cent of what came.
    pub error_percent: Decimal,
    /// The same of the plain run rate.
    pub run_rate_error_percent: Decimal,
}

/// Forecasts the ends of the months of a history that are over, from several days of each, with what was known on them.
/// Nothing where no month can be looked at: it needs seven days before it is forecast, and must have cost something.
pub fn back_test(history: &History) -> Option<BackTest> {
    let grains = Grains::of(&history.days);
    let days = grains.counted(&history.days);
    let weekday = weekday_of(history.first);
    let mut months = whole_months(history);
    let skipped = months.len().saturating_sub(MONTHS);
    months.drain(..skipped);
    let (mut errors, mut run_rate_errors) = (Vec::new(), Vec::new());
    let (mut inside, mut over) = (0, 0);
    for (start, end) in months {
        let came: i64 = days[start..end].iter().sum();
        if came <= 0 {
            continue;
        }
        let mut looked_at = false;
        for after in AFTER_DAYS {
            let cut = start + after;
            if cut < NEEDED_DAYS {
                continue;
            }
            looked_at = true;
            let seed = super::seed_of(history.first, &history.days[..cut]);
            let model = Model::fit(&days[..cut], weekday, seed);
            let so_far: i64 = days[start..cut].iter().sum();
            let sums = sorted_sums(&model, PATHS, end - cut);
            let [low, middle, high] =
                [10, 50, 90].map(|part| so_far.saturating_add(nearest_rank(&sums, part)));
            inside += u32::from((low..=high).contains(&came));
            errors.push(hundredths(middle - came, came));
            let rate = i128::from(so_far) * (end - start) as i128 / after as i128;
            run_rate_errors.push(hundredths(i64::try_from(rate).unwrap_or(i64::MAX) - came, came));
        }
        over += u32::from(looked_at);
    }
    Some(BackTest {
        forecasts: u32::try_from(errors.len()).unwrap_or(u32::MAX),
        months: over,
        inside,
        error_percent: median_percent(errors)?,
        run_rate_error_percent: median_percent(run_rate_errors)?,
    })
}

/// What the ways of so many days sum up to, from little to much.
pub(super) fn sorted_sums(model: &Model, paths: u64, days: usize) -> Vec<i64> {
    let mut sums: Vec<i64> = (0..paths)
        .map(|number| {
            let mut sum = 0_i64;
            model.path(number, days, |_, spent| sum = sum.saturating_add(spent));
            sum
        })
        .collect();
    sums.sort_unstable();
    sums
}

/// The months that lie wholly in a history, as places of their first day and of the day after their last.
fn whole_months(history: &History) -> Vec<(usize, usize)> {
    let end = history.end();
    let mut month = history.first.month_start();
    if month < history.first {
        month = month.next_month_start();
    }
    let mut out = Vec::new();
    while month.next_month_start() <= end {
        let next = month.next_month_start();
        // A year past the last of the calendar has no next month.
        if next <= month {
            break;
        }
        let place =
            |date: crate::time::Date| usize::try_from(date.days_since(history.first)).unwrap_or_default();
        out.push((place(month), place(next)));
        month = next;
    }
    out
}

/// A part of a whole in hundredths of a per cent, without its sign.
fn hundredths(part: i64, whole: i64) -> i64 {
    let share = i128::from(part).abs() * 10_000 / i128::from(whole.max(1));
    i64::try_from(share).unwrap_or(i64::MAX)
}

fn median_percent(mut errors: Vec<i64>) -> Option<Decimal> {
    errors.sort_unstable();
    let middle = errors.get(errors.len() / 2).copied()?;
    Some(Decimal::new((middle + 5) / 10, 1))
}
