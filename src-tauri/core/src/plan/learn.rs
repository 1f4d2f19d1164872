//! Limits that nobody publishes, learned from what the provider told of this person: the share of a window that was used, held
//! against what was used in it at list price.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{KindSet, Row, Usage};
use crate::ledger::QuotaWindow;
use crate::money::Decimal;
use crate::time::Timestamp;

/// Below this share, in per cent, rounding says more than use does. Also how far two readings of one window lie apart to count as two.
const LEAST_SHARE: u32 = 5;
/// From fewer readings nothing is learned.
const LEAST_READINGS: usize = 3;
/// What is learned may reach from its low end to so many times as much, no further.
const MOST_SPREAD: u32 = 4;
/// A share may fall by so much, in per cent, by rounding alone.
const ROUNDING: Decimal = Decimal::ONE;

/// The share of a window that a provider said was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowReading {
    /// The account it was read of.
    pub account: i64,
    /// The id of the plan that the person had at that time.
    pub plan: String,
    /// The window.
    pub window: QuotaWindow,
    /// The model it is for, where it is for one alone.
    pub model: Option<String>,
    /// The kinds of usage that it counts.
    pub kinds: KindSet,
    /// How much of it was used, in per cent.
    pub used_percent: Decimal,
    /// When it was read.
    pub observed_at: Timestamp,
    /// When the window ends, where told; else nothing can be learned from it.
    pub resets_at: Option<Timestamp>,
}

/// What a window holds, in use at list price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Nine of ten readings say at least so much.
    pub low: Decimal,
    /// Half of them say more.
    pub middle: Decimal,
    /// Nine of ten say at most so much.
    pub high: Decimal,
    /// From how many readings.
    pub readings: u32,
    /// The first of them.
    pub from: Timestamp,
    /// The last of them.
    pub to: Timestamp,
}

/// Why nothing was learned of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotLearned {
    /// There are too few readings that say enough.
    TooFew {
        /// How many there are.
        readings: u32,
    },
    /// Readings say amounts too far from one another.
    TooFarApart {
        /// How many there are.
        readings: u32,
    },
    /// A share was used of which the books know nothing: the plan is used where Spendglass does not look.
    UsedElsewhere {
        /// How many readings say so.
        readings: u32,
    },
}

impl fmt::Display for NotLearned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotLearned::TooFew { readings } => write!(
                f,
                "{readings} of at least {LEAST_READINGS} readings that can be used: each needs {LEAST_SHARE} % or more of its window \
                 used, and the usage of the whole window up to it"
            ),
            NotLearned::TooFarApart { readings } => {
                write!(f, "{readings} readings lie too far apart to say how much a window holds")
            }
            NotLearned::UsedElsewhere { readings } => write!(
                f,
                "{readings} readings tell of use that is not in the books: the plan is used where Spendglass does not look"
            ),
        }
    }
}

/// Which window of which plan, and of which model alone.
type Key = (String, QuotaWindow, Option<String>);

/// What was learned of plans' windows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Learned {
    windows: BTreeMap<Key, Result<Capacity, NotLearned>>,
}

impl Learned {
    /// What a window of a plan holds, all models together.
    pub fn capacity(&self, plan: &str, window: QuotaWindow) -> Option<&Capacity> {
        self.capacity_of(plan, window, None)
    }

    /// What a window of a plan holds, of one model alone where one is named.
    pub fn capacity_of(&self, plan: &str, window: QuotaWindow, model: Option<&str>) -> Option<&Capacity> {
        self.of(plan, window, model)?.as_ref().ok()
    }

    /// Why nothing is known of a window of which there are readings.
    pub fn why_not(&self, plan: &str, window: QuotaWindow) -> Option<NotLearned> {
        self.of(plan, window, None)?.as_ref().err().copied()
    }

    /// What a window of a plan holds, as somebody says who knows.
    pub fn insert(&mut self, plan: &str, window: QuotaWindow, capacity: Capacity) {
        self.windows.insert((plan.to_owned(), window, None), Ok(capacity));
    }

    /// Every window of which something was learned.
    pub fn iter(&self) -> impl Iterator<Item = (&str, QuotaWindow, Option<&str>, &Capacity)> {
        let known = self.windows.iter().filter_map(|(key, found)| Some((key, found.as_ref().ok()?)));
        known.map(|((plan, window, model), capacity)| (plan.as_str(), *window, model.as_deref(), capacity))
    }

    fn of(
        &self,
        plan: &str,
        window: QuotaWindow,
        model: Option<&str>,
    ) -> Option<&Result<Capacity, NotLearned>> {
        self.windows.get(&(plan.to_owned(), window, model.map(str::to_owned)))
    }
}

/// What one reading says: how much the window holds, at least, about and at most.
struct Says {
    low: Decimal,
    middle: Decimal,
    high: Decimal,
    at: Timestamp,
}

/// Rows of some kinds with their running sum at list price.
struct Running<'a> {
    rows: Vec<&'a Row>,
    sums: Vec<Decimal>,
    /// Those that tell of more than a second: they may lie on both sides of an edge.
    coarse: Vec<&'a Row>,
    longest: i64,
}

/// Learns what windows hold from readings and the usage that they are of.
pub fn learn(readings: &[WindowReading], usage: &Usage) -> Learned {
    let mut by_window: BTreeMap<(i64, Option<&str>, QuotaWindow), Vec<&WindowReading>> = BTreeMap::new();
    for reading in readings {
        let key = (reading.account, reading.model.as_deref(), reading.window);
        by_window.entry(key).or_default().push(reading);
    }
    let mut said: BTreeMap<Key, (Vec<Says>, u32)> = BTreeMap::new();
    for ((_, model, window), mut group) in by_window {
        group.sort_by_key(|reading| reading.observed_at);
        let mut sums: Vec<(&KindSet, Option<Running>)> = Vec::new();
        for reading in &group {
            // A plan that says too little is named all the same, so that it can be told why nothing is known of it.
            said.entry((reading.plan.clone(), window, model.map(str::to_owned))).or_default();
        }
        for (reading, start) in telling(&group) {
            let place = sums.iter().position(|(kinds, _)| *kinds == &reading.kinds).unwrap_or_else(|| {
                sums.push((&reading.kinds, Running::of(usage, &reading.kinds)));
                sums.len() - 1
            });
            let Some(running) = sums.get(place).and_then(|(_, running)| running.as_ref()) else { continue };
            let key = (reading.plan.clone(), window, model.map(str::to_owned));
            let (says, elsewhere) = said.entry(key).or_default();
            match one(reading, start, usage, running) {
                Some(found) if found.high.is_zero() => *elsewhere += 1,
                Some(found) => says.push(found),
                None => {}
            }
        }
    }
    let windows = said.into_iter().map(|(key, (says, elsewhere))| (key, settle(&says, elsewhere))).collect();
    Learned { windows }
}

/// The readings of one window of one account that say something by themselves, each with the start of its window: of each stretch of the
/// window those that lie far enough apart, up to where the count fell or the plan changed.
fn telling<'a>(group: &[&'a WindowReading]) -> Vec<(&'a WindowReading, Timestamp)> {
    let mut found = Vec::new();
    let mut window: Option<(Timestamp, &WindowReading)> = None;
    let mut last: Option<&WindowReading> = None;
    let mut kept: Option<Decimal> = None;
    let mut spoilt = false;
    for reading in group.iter().copied() {
        let Some(resets_at) = reading.resets_at.filter(|end| *end > reading.observed_at) else { continue };
        let Some(start) = start_of(reading.window, resets_at).filter(|start| *start <= reading.observed_at)
        else {
            continue;
        };
        // Providers tell the end of a window anew each time, and it drifts by minutes.
        let length = resets_at.seconds_since(start);
        let same = window.filter(|(first, _)| start.seconds_since(*first).abs() < (length / 10).min(3_600));
        let first = if let Some((began, first)) = same {
            let before = last.map_or(reading.used_percent, |last| last.used_percent);
            // Begun anew in between, or of another plan: the share is no more of all that was used since the start.
            spoilt |= reading.used_percent < before - ROUNDING || reading.plan != first.plan;
            began
        } else {
            (window, kept, spoilt) = (Some((start, reading)), None, false);
            start
        };
        last = Some(reading);
        let far = kept.is_none_or(|kept| reading.used_percent >= kept + Decimal::from(LEAST_SHARE));
        // A full window says only that it is full: use beyond it may have been paid for apart.
        let telling =
            reading.used_percent >= Decimal::from(LEAST_SHARE) && reading.used_percent < Decimal::ONE_HUNDRED;
        if telling && far && !spoilt {
            kept = Some(reading.used_percent);
            found.push((reading, first));
        }
    }
    found
}

fn start_of(window: QuotaWindow, end: Timestamp) -> Option<Timestamp> {
    let months = |count: u32| {
        let date = end.utc_date();
        let mut first = date.month_start();
        for _ in 0..count {
            first = first.plus_days(-1).month_start();
        }
        let length = first.next_month_start().days_since(first);
        let day = first.plus_days((i64::from(date.day()) - 1).min(length - 1));
        day.utc_start().plus_seconds(end.seconds_since(date.utc_start()))
    };
    Some(match window {
        QuotaWindow::Minutes(minutes) => end.plus_seconds(-60 * i64::from(minutes)),
        QuotaWindow::Day => end.plus_seconds(-86_400),
        QuotaWindow::Week => end.plus_seconds(-7 * 86_400),
        QuotaWindow::Month => months(1),
        QuotaWindow::Months(count) => months(u32::from(count)),
        QuotaWindow::Year => months(12),
        QuotaWindow::Lifetime => return None,
    })
}

impl<'a> Running<'a> {
    fn of(usage: &'a Usage, kinds: &KindSet) -> Option<Running<'a>> {
        let rows: Vec<&Row> = usage.rows.iter().filter(|row| kinds.holds(row.kind)).collect();
        let mut sums = Vec::with_capacity(rows.len() + 1);
        let mut sum = Decimal::ZERO;
        sums.push(sum);
        for row in &rows {
            sum = sum.checked_add(row.list_cost)?;
            sums.push(sum);
        }
        let coarse: Vec<&Row> = rows.iter().copied().filter(|row| row.seconds > 1).collect();
        let longest = coarse.iter().map(|row| i64::from(row.seconds)).max().unwrap_or(0);
        Some(Running { rows, sums, coarse, longest })
    }

    /// What was surely used from an instant to another, both included, and what may have been.
    fn between(&self, start: Timestamp, end: Timestamp) -> (Decimal, Decimal) {
        let up_to = |at: Timestamp| self.rows.partition_point(|row| row.at < at);
        let sum = |place: usize| self.sums.get(place).copied().unwrap_or_default();
        let after = end.plus_seconds(1);
        let mut sure = sum(up_to(after)) - sum(up_to(start));
        let mut most = sure;
        let near = |at: Timestamp| {
            let from = self.coarse.partition_point(|row| row.at < at);
            let to = self.coarse.partition_point(|row| row.at < at.plus_seconds(self.longest));
            self.coarse.get(from..to).unwrap_or_default()
        };
        for row in near(start).iter().filter(|row| row.starts() < start && row.at <= end) {
            sure -= row.list_cost;
        }
        for row in near(after).iter().filter(|row| row.starts() < after) {
            most += row.list_cost;
        }
        (sure, most)
    }
}

/// What one reading says, if its whole window up to it lies in the usage and is told finely enough.
fn one(reading: &WindowReading, start: Timestamp, usage: &Usage, running: &Running) -> Option<Says> {
    let (from, to) = usage.window?;
    if start < from.utc_start() || reading.observed_at >= to.utc_start() {
        return None;
    }
    let (sure, most) = running.between(start, reading.observed_at);
    // Hours or days that lie on both sides of an edge and weigh more than a tenth say nothing of this window.
    if most > Decimal::ZERO && (most - sure).checked_mul(Decimal::TEN)? > most {
        return None;
    }
    let half = if reading.used_percent.fract().is_zero() { Decimal::new(5, 1) } else { Decimal::ZERO };
    let over = |cost: Decimal, percent: Decimal| {
        Some(cost.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(percent)?.round_dp(6))
    };
    let middle = sure.checked_add(most)?.checked_div(Decimal::TWO)?;
    Some(Says {
        low: over(sure, reading.used_percent + half)?,
        middle: over(middle, reading.used_percent)?,
        high: over(most, reading.used_percent - half)?,
        at: reading.observed_at,
    })
}

fn settle(says: &[Says], elsewhere: u32) -> Result<Capacity, NotLearned> {
    let readings = u32::try_from(says.len()).unwrap_or(u32::MAX);
    if elsewhere > 0 && elsewhere.saturating_mul(2) >= readings {
        return Err(NotLearned::UsedElsewhere { readings: elsewhere });
    }
    let instants: BTreeSet<Timestamp> = says.iter().map(|one| one.at).collect();
    let (Some(from), Some(to)) = (instants.first().copied(), instants.last().copied()) else {
        return Err(NotLearned::TooFew { readings });
    };
    if says.len() < LEAST_READINGS {
        return Err(NotLearned::TooFew { readings });
    }
    let tenth = |of: fn(&Says) -> Decimal, tenths: usize| {
        let mut all: Vec<Decimal> = says.iter().map(of).collect();
        all.sort_unstable();
        // Of few readings the ends are the first and the last: rounded outwards.
        let place =
            if tenths > 5 { ((all.len() - 1) * tenths).div_ceil(10) } else { (all.len() - 1) * tenths / 10 };
        all.get(place).copied().unwrap_or_default()
    };
    let (low, middle, high) = (tenth(|one| one.low, 1), tenth(|one| one.middle, 5), tenth(|one| one.high, 9));
    if low.is_zero() || high / low > Decimal::from(MOST_SPREAD) {
        return Err(NotLearned::TooFarApart { readings });
    }
    Ok(Capacity { low, middle, high, readings, from, to })
}
