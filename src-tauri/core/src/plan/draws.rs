//! Months that may come, drawn from the person's own weeks, through every option: in list money, so that landing can change later.
//!
//! A way is a year of twelve billing months made of weeks that were, at the present level and as unsure as that is. Each option sees the
//! same years. Credit that rolls over has months to do so, a price for the first months is in the first months, and what is had once is
//! had once a year.

use std::collections::HashMap;
use std::hash::{Hash as _, Hasher as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::cells::{Cells, LIST_PLACES, classes, grains, needs_hours};
use super::{Element, MonthCost, Prepared, Purse, RefusedUse, ReplayError, Replayed, Usage};
use crate::forecast::{History, Weeks};
use crate::money::Decimal;
use crate::time::{Date, Period};

/// Decimal places of drawn costs.
pub(super) const COST_PLACES: u32 = 6;
/// Years that are drawn.
const YEARS: u64 = 84;
/// Months of each.
pub(super) const MONTHS: usize = 12;
/// Months of a year that go on from one another: the level is as unsure as it is over so many months.
pub(super) const QUARTER: usize = 3;
/// Months of a usual time, at most: what is older says little of what comes.
const USUAL: usize = 6;
/// Points of a curve, in eighths of a usual month: from none to three times.
pub(super) const EIGHTHS: [i64; 25] =
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24];

/// Sums, a purse each.
pub(super) type Sums = Vec<(Purse, i64)>;

/// What each drawn month costs, and what of it is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ways {
    /// Costs of all months, purse by purse.
    pub(super) purses: Vec<(Purse, Vec<i64>)>,
    /// What is refused, at list price; 1 where it has none.
    pub(super) refused: Vec<i64>,
}

/// What a month costs on average at some volume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mean {
    /// Sums of all its months.
    pub(super) sums: Sums,
    pub(super) months: i64,
    pub(super) refuses: bool,
}

/// What the usage itself would have cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Exact {
    pub(super) months: Vec<(Period, Vec<(Purse, Decimal)>)>,
    pub(super) refused: RefusedUse,
    /// List cost that each element served, and that could not be held against its limits.
    pub(super) elements: Vec<(Decimal, Decimal)>,
}

/// The stage on which options are tried.
pub(super) struct Stage<'a> {
    pub(super) usage: &'a Usage,
    pub(super) kept: Arc<Kept>,
}

/// What is made of a usage once: it condensed, years drawn from it, and a usual time.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) cells: Cells,
    pub(super) used: Vec<bool>,
    /// Which day stands for each of a year's days, and in what size.
    pub(super) years: Vec<Vec<(usize, i64)>>,
    /// The same of the latest months, as many as there are, up to six.
    pub(super) usual: Vec<(usize, i64)>,
    /// The first day of each year.
    pub(super) from: Date,
    /// Days from the first with usage on.
    pub(super) days: u32,
    /// List cost and requests of the whole usage.
    pub(super) list: Decimal,
    pub(super) requests: Option<u64>,
}

impl std::ops::Deref for Stage<'_> {
    type Target = Kept;

    fn deref(&self) -> &Kept {
        &self.kept
    }
}

/// What is to be tried.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trial<'a> {
    /// All drawn years.
    Years,
    /// A usual time in each of these sizes, in eighths.
    Sizes(&'a [i64]),
    /// A usual time, some kinds left out or at another list price in per cent.
    Otherwise(&'a [Option<i64>]),
}

impl<'a> Stage<'a> {
    /// Of usage with a window; nothing is drawn from fewer than seven days.
    pub(super) fn of(usage: &'a Usage) -> Option<Stage<'a>> {
        let cells = Cells::of(usage)?;
        let (_, to) = usage.window?;
        let mut sizes = cells.list_by_day();
        if sizes.iter().all(|day| *day == 0) {
            sizes = cells.work_by_day();
        }
        let idle = usage.rows.first().map_or(sizes.len(), |row| {
            usize::try_from(row.at.utc_date().days_since(cells.from)).unwrap_or_default()
        });
        let days = u32::try_from(sizes.len() - idle.min(sizes.len())).unwrap_or(u32::MAX);
        // Some idle days belong to how somebody works; a long time before the first use does not.
        let skipped = if idle < 14 { 0 } else { idle.min(sizes.len()) };
        let amounts =
            sizes[skipped..].iter().map(|day| Decimal::from_i128_with_scale(i128::from(*day), LIST_PLACES));
        let first = cells.from.plus_days(i64::try_from(skipped).unwrap_or_default());
        let history = History { first, days: amounts.collect() };
        let from = if to.day() == 1 { to } else { to.next_month_start() };
        let years = match Weeks::of(&history) {
            Ok(weeks) if days >= super::NEEDED_DAYS => {
                (0..YEARS).map(|year| year_of(&weeks, year, from, skipped)).collect()
            }
            _ => Vec::new(),
        };
        let usual = usual_days(history.days.len(), skipped, first, from);
        let list = usage.rows.iter().fold(Decimal::ZERO, |sum, row| sum.saturating_add(row.list_cost));
        let requests = usage.rows.iter().try_fold(0, |sum: u64, row| Some(sum.saturating_add(row.requests?)));
        let kept = Kept { used: cells.used(), cells, years, usual, from, days, list, requests };
        Some(Stage { usage, kept: Arc::new(kept) })
    }

    /// How many days of a year lie in each of its months.
    pub(super) fn month_ends(&self, days: usize) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut month = self.from;
        loop {
            month = month.next_month_start();
            let end = usize::try_from(month.days_since(self.from)).unwrap_or(usize::MAX);
            if end > days {
                return ends;
            }
            ends.push(end);
        }
    }

    /// Tries chains: for each, what every usage of the trial costs by month. Kinds that all of them treat alike are put together.
    pub(super) fn try_all(
        &self,
        chains: &[&[Element]],
        trial: Trial<'_>,
    ) -> Vec<Vec<Result<Replayed, ReplayError>>> {
        let count = match trial {
            Trial::Years => self.years.len(),
            Trial::Sizes(sizes) => sizes.len(),
            Trial::Otherwise(_) => 1,
        };
        let groups: Vec<(Cells, Vec<usize>)> = [false, true]
            .into_iter()
            .map(|hours| {
                let places: Vec<usize> =
                    (0..chains.len()).filter(|at| needs_hours(chains[*at]) == hours).collect();
                let terms = places.iter().flat_map(|at| chains[*at]);
                let class = classes(terms, &self.usage.kinds, &self.used);
                let class = match trial {
                    Trial::Otherwise(percent) => otherwise(&class, percent),
                    Trial::Years | Trial::Sizes(_) => class,
                };
                (self.cells.merged(&class, hours), places)
            })
            .filter(|(_, places)| !places.is_empty())
            .collect();
        let laid = |cells: &Cells, at: usize| match trial {
            Trial::Years => cells.lay(self.from, &self.years[at], None),
            Trial::Sizes(sizes) => {
                let at_size = |(day, size): &(usize, i64)| (*day, *size * sizes[at] / 8);
                cells.lay(self.from, &self.usual.iter().map(at_size).collect::<Vec<_>>(), None)
            }
            Trial::Otherwise(percent) => {
                let percent: Vec<i64> = percent.iter().map(|percent| percent.unwrap_or(0)).collect();
                cells.lay(self.from, &self.usual, Some(&percent))
            }
        };
        // All usages of a trial have the same days: what is known of the calendar is shared.
        let firsts: Vec<Usage> = groups
            .iter()
            .map(|(cells, _)| if count > 0 { laid(cells, 0) } else { Usage::default() })
            .collect();
        let prepared: Vec<Result<Prepared<'_>, ReplayError>> = firsts.iter().map(Prepared::of).collect();
        let lots: Vec<(usize, usize)> =
            (0..groups.len()).flat_map(|group| (0..count).map(move |at| (group, at))).collect();
        let found = in_parallel(&lots, |(group, at)| {
            let (cells, places) = &groups[*group];
            let usage = laid(cells, *at);
            let ready = prepared[*group].as_ref().map_err(Clone::clone).and_then(|first| first.like(&usage));
            let replayed = |place: &usize| {
                let result =
                    ready.as_ref().map_err(Clone::clone).and_then(|ready| ready.replay(chains[*place]));
                (*place, *at, result)
            };
            places.iter().map(replayed).collect::<Vec<_>>()
        });
        let mut results: Vec<Vec<Option<Result<Replayed, ReplayError>>>> =
            chains.iter().map(|_| (0..count).map(|_| None).collect()).collect();
        for (place, at, replayed) in found.into_iter().flatten() {
            results[place][at] = Some(replayed);
        }
        results.into_iter().map(|ways| ways.into_iter().flatten().collect()).collect()
    }

    /// The usage itself through chains, row by row.
    pub(super) fn exact(&self, chains: &[&[Element]]) -> Vec<Result<Exact, ReplayError>> {
        if chains.is_empty() {
            return Vec::new();
        }
        let ready = Prepared::of(self.usage);
        in_parallel(chains, |chain| {
            ready.as_ref().map_err(Clone::clone).and_then(|ready| ready.replay(chain)).map(exact_of)
        })
    }
}

/// Kinds of a usage that is otherwise: one that is left out or has another price stands for itself.
fn otherwise(class: &[Option<u32>], percent: &[Option<i64>]) -> Vec<Option<u32>> {
    let own = (0_u32..).zip(class).map(|(kind, class)| match percent.get(kind as usize) {
        Some(Some(100)) => *class,
        Some(Some(_)) => class.map(|_| kind),
        _ => None,
    });
    firsts_kept(&own.collect::<Vec<_>>(), percent)
}

/// A kind that stands for its class must itself be of the usage that is laid.
fn firsts_kept(class: &[Option<u32>], percent: &[Option<i64>]) -> Vec<Option<u32>> {
    let mut firsts: HashMap<u32, u32> = HashMap::new();
    let kept = (0_u32..).zip(class).map(|(kind, class)| {
        class.map(|class| match percent.get(class as usize) {
            Some(Some(100)) => class,
            _ if class == kind => kind,
            _ => *firsts.entry(class).or_insert(kind),
        })
    });
    kept.collect()
}

/// A year of quarters, each a way of its own.
fn year_of(weeks: &Weeks, year: u64, from: Date, skipped: usize) -> Vec<(usize, i64)> {
    let mut days = Vec::with_capacity(366);
    let mut start = from;
    for quarter in 0..(MONTHS / QUARTER) as u64 {
        let end = (0..QUARTER).fold(start, |date, _| date.next_month_start());
        let length = usize::try_from(end.days_since(start)).unwrap_or_default();
        let way = weeks.way(year * 4 + quarter, start, length);
        days.extend(way.into_iter().map(|again| (again.day + skipped, again.size)));
        start = end;
    }
    days
}

/// The latest whole months as they were, six at most, weekdays kept; the same weeks again and again where they are less than one.
fn usual_days(days: usize, skipped: usize, first: Date, from: Date) -> Vec<(usize, i64)> {
    let whole = days / 7 * 7;
    if whole == 0 {
        return Vec::new();
    }
    let months = (days / 30).clamp(1, USUAL);
    let end = (0..months).fold(from, |date, _| date.next_month_start());
    let length = usize::try_from(end.days_since(from)).unwrap_or_default();
    // The last day of the usual time is the last of the history, or up to six days earlier.
    let behind = days - whole;
    let start = (whole * (length / whole + 1) - length) % whole;
    let weekday = |date: Date| date.days_since_monday();
    let begins = first.plus_days(i64::try_from(behind + start).unwrap_or_default());
    let late = usize::try_from((weekday(from) - weekday(begins)).rem_euclid(7)).unwrap_or_default();
    (0..length).map(|at| (skipped + behind + (start + late + at) % whole, Weeks::ONE)).collect()
}

/// Does the same with each, on as many threads as there are processors; results come in order.
pub(super) fn in_parallel<T: Sync, R: Send>(items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(items.len());
    if threads < 2 {
        return items.iter().map(each).collect();
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = Vec::new();
                while let Some((at, item)) = Some(next.fetch_add(1, Ordering::Relaxed))
                    .and_then(|at| items.get(at).map(|item| (at, item)))
                {
                    own.push((at, each(item)));
                }
                if let Ok(mut done) = done.lock() {
                    done.append(&mut own);
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn exact_of(replayed: Replayed) -> Exact {
    let mut refused = RefusedUse::default();
    let months = replayed.months.into_iter().map(|month| {
        refused.requests += month.refused.requests;
        refused.uncounted += month.refused.uncounted;
        refused.hours += month.refused.hours;
        refused.list_cost = refused.list_cost.saturating_add(month.refused.list_cost);
        (month.period, sums_of(&month))
    });
    let months = months.collect();
    let elements = replayed.elements.iter().map(|element| (element.served_list, element.unchecked_list));
    Exact { months, refused, elements: elements.collect() }
}

/// What a month costs of each purse: added up before anything is rounded, so that what costs the same is the same.
fn sums_of(month: &MonthCost) -> Vec<(Purse, Decimal)> {
    let mut sums: Vec<(Purse, Decimal)> = Vec::new();
    for (purse, amount) in month.fixed.iter().chain(&month.used).chain(&month.rest) {
        match sums.iter_mut().find(|(held, _)| held == purse) {
            Some((_, sum)) => *sum = sum.saturating_add(*amount),
            None => sums.push((*purse, *amount)),
        }
    }
    sums.sort_by_key(|(purse, _)| *purse);
    sums
}

/// Costs by drawn month.
pub(super) fn ways_of(years: &[Result<Replayed, ReplayError>]) -> Result<Ways, ReplayError> {
    let mut ways = Ways::default();
    let mut at = 0;
    for year in years {
        for month in &year.as_ref().map_err(Clone::clone)?.months {
            for (purse, amount) in &sums_of(month) {
                let place = ways.purses.iter().position(|(held, _)| held == purse).unwrap_or_else(|| {
                    ways.purses.push((*purse, Vec::new()));
                    ways.purses.len() - 1
                });
                let costs = &mut ways.purses[place].1;
                costs.resize(at + 1, 0);
                costs[at] += grains(*amount, COST_PLACES);
            }
            let refused = grains(month.refused.list_cost, LIST_PLACES);
            let any = month.refused.requests > 0 || month.refused.uncounted > 0;
            ways.refused.push(if any { refused.max(1) } else { refused });
            at += 1;
        }
    }
    for (_, costs) in &mut ways.purses {
        costs.resize(at, 0);
    }
    ways.purses.sort_by_key(|(purse, _)| *purse);
    Ok(ways)
}

/// What a month costs on average.
pub(super) fn mean_of(replayed: &Replayed) -> Mean {
    let months = i64::try_from(replayed.months.len()).unwrap_or(1).max(1);
    let mut mean = Mean { months, ..Mean::default() };
    for month in &replayed.months {
        for (purse, amount) in &sums_of(month) {
            let amount = grains(*amount, COST_PLACES);
            match mean.sums.iter_mut().find(|(held, _)| held == purse) {
                Some((_, sum)) => *sum += amount,
                None => mean.sums.push((*purse, amount)),
            }
        }
        let refused = &month.refused;
        mean.refuses |= refused.requests > 0 || refused.uncounted > 0 || !refused.list_cost.is_zero();
    }
    mean.sums.sort_by_key(|(purse, _)| *purse);
    mean
}

/// A number made of the rows: other usage, another number.
pub(super) fn mark_of(usage: &Usage) -> u64 {
    let mut mark = std::hash::DefaultHasher::new();
    (usage.window, usage.currency, &usage.kinds, usage.rows.len()).hash(&mut mark);
    let mut sum = mark.finish();
    for row in &usage.rows {
        let counts = [
            row.at.unix().cast_unsigned() ^ u64::from(row.kind) << 40 ^ u64::from(row.seconds) << 20,
            row.requests.map_or(0, |count| count + 1) ^ row.input_tokens << 16,
            row.output_tokens ^ row.cache_read_tokens << 32,
            u64::try_from(row.list_cost.mantissa() & i128::from(u64::MAX)).unwrap_or_default(),
            row.metered.map_or(0, |(_, count)| {
                u64::try_from(count.mantissa() & i128::from(u64::MAX)).unwrap_or_default()
            }),
        ];
        for count in counts {
            sum = (sum.rotate_left(5) ^ count).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
    sum
}
