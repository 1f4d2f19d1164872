//! The slow oracle. It looks at every instant at which something may happen, asks of each lot anew what holds there, and moves one
//! unit at a time. It keeps no order of lots, no place in it and no sums; of the core it uses only dates, calendars and decimals.

use std::collections::BTreeSet;

use spendglass_core::credit::{Acquired, Lot, Use};
use spendglass_core::ledger::{Cycle, ExpiryRule, Life, LotKind};
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::time::{Calendar, Date, Timestamp};

use super::histories::History;

/// What a rule means for one lot, worked out by walking the calendar day by day.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    pub(super) had: Timestamp,
    ends: Option<Timestamp>,
    rolls: Option<Timestamp>,
    idle: Option<i64>,
}

fn days_in_month(date: Date) -> u32 {
    let mut day = date;
    while day.plus_days(1).month() == date.month() {
        day = day.plus_days(1);
    }
    day.day()
}

/// Whether a period of the cycle begins on the date.
fn begins(date: Date, cycle: Cycle) -> bool {
    match cycle {
        Cycle::Day => true,
        Cycle::Week => date.weekday() == "Monday",
        Cycle::Month(day) => date.day() == u32::from(day).min(days_in_month(date)),
        Cycle::UtcMonth => date.day() == 1,
        Cycle::Year => (date.month(), date.day()) == (1, 1),
    }
}

fn next_beginning(after: Date, cycle: Cycle) -> Date {
    let mut date = after.plus_days(1);
    while !begins(date, cycle) {
        date = date.plus_days(1);
    }
    date
}

fn some_months_after(date: Date, months: u32) -> Date {
    let mut month = date.month_start();
    for _ in 0..months {
        month = month.next_month_start();
    }
    let mut found = month;
    while found.day() < date.day() && found.plus_days(1).month() == month.month() {
        found = found.plus_days(1);
    }
    found
}

pub(super) fn clock(lot: &Lot, calendar: Calendar) -> Clock {
    let (had, date) = match lot.acquired {
        Acquired::On(date) => (calendar.start_of(date), date),
        Acquired::At(at) => (at, calendar.date_of(at)),
    };
    let (mut ends, mut rolls, mut idle) = (None, None, None);
    match lot.rule {
        ExpiryRule::Never => {}
        ExpiryRule::On(last) => ends = Some(calendar.start_of(last.plus_days(1))),
        ExpiryRule::At(at) => ends = Some(at),
        ExpiryRule::AfterPurchase(life) => {
            let last = match life {
                Life::Days(days) => (0..days).fold(date, |date, _| date.plus_days(1)),
                Life::Months(months) => some_months_after(date, months),
            };
            ends = Some(match lot.acquired {
                Acquired::On(_) => calendar.start_of(last.plus_days(1)),
                Acquired::At(at) => {
                    let (mut day, mut end) = (date, at);
                    while day < last {
                        (day, end) = (day.plus_days(1), end.plus_seconds(86_400));
                    }
                    end
                }
            });
        }
        ExpiryRule::AfterInactivity(days) => idle = Some(i64::from(days) * 86_400),
        ExpiryRule::EndOfPeriod { cycle, rollover } => {
            let utc = cycle == Cycle::UtcMonth;
            let date = if let (true, Acquired::At(at)) = (utc, lot.acquired) { at.utc_date() } else { date };
            let start_of = |date: Date| if utc { date.utc_start() } else { calendar.start_of(date) };
            let mut end = next_beginning(date, cycle);
            if rollover > 0 {
                rolls = Some(start_of(end));
            }
            for _ in 0..rollover {
                end = next_beginning(end, cycle);
            }
            ends = Some(start_of(end));
        }
    }
    Clock { had, ends, rolls, idle }
}

impl Clock {
    /// The end that holds at an instant, knowing only the uses before it.
    pub(super) fn end(&self, at: Timestamp, used: &[Timestamp]) -> Option<Timestamp> {
        let Some(idle) = self.idle else { return self.ends };
        let mut end = self.had.plus_seconds(idle);
        for use_at in used.iter().filter(|use_at| self.had <= **use_at && **use_at < at) {
            // What has lapsed is not brought back by a later use.
            if *use_at >= end {
                break;
            }
            end = use_at.plus_seconds(idle);
        }
        Some(end)
    }
}

/// How all lots stood just after an instant.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) at: Timestamp,
    pub(super) left: Vec<Decimal>,
    pub(super) lapsed: Vec<Decimal>,
    pub(super) kinds: Vec<LotKind>,
    pub(super) had: Vec<bool>,
    /// By currency, in the order of the history's.
    pub(super) uncovered: Vec<Decimal>,
    pub(super) unplaced: Vec<Decimal>,
}

/// What happened.
pub(super) struct Story {
    pub(super) frames: Vec<Frame>,
    /// When each lot lapsed.
    pub(super) lapsed_at: Vec<Option<Timestamp>>,
    /// Instant, lot, and a unit: below nought where it was given back.
    pub(super) units: Vec<(Timestamp, usize, Decimal)>,
}

/// Of two lots, whether the first is spent before the second.
fn before(
    a: &(usize, Option<Timestamp>, Timestamp, &str),
    b: &(usize, Option<Timestamp>, Timestamp, &str),
) -> bool {
    if a.0 != b.0 {
        return a.0 < b.0;
    }
    match (a.1, b.1) {
        (Some(a), Some(b)) if a != b => return a < b,
        (Some(_), None) => return true,
        (None, Some(_)) => return false,
        _ => {}
    }
    if a.2 == b.2 { a.3 < b.3 } else { a.2 < b.2 }
}

fn rank(groups: &[Vec<LotKind>], kind: LotKind) -> usize {
    if let Some(group) = groups.iter().position(|group| group.contains(&kind)) {
        return group;
    }
    let usual = [LotKind::Allowance, LotKind::RolledOver, LotKind::Granted, LotKind::Purchased];
    groups.len() + usual.iter().position(|other| *other == kind).unwrap()
}

pub(super) fn tell(history: &History, uses: &[Use], until: Timestamp) -> Story {
    let History { lots, clocks, groups, currencies, .. } = history;
    let zero = Decimal::ZERO;
    let mut active: Vec<Timestamp> = uses.iter().filter(|one| one.amount > zero).map(|one| one.at).collect();
    active.sort_unstable();

    let mut instants: BTreeSet<Timestamp> = uses.iter().map(|one| one.at).collect();
    instants.insert(until);
    for clock in clocks {
        instants.insert(clock.had);
        instants.extend(clock.ends);
        instants.extend(clock.rolls);
        if let Some(idle) = clock.idle {
            instants.insert(clock.had.plus_seconds(idle));
            instants.extend(active.iter().map(|at| at.plus_seconds(idle)));
        }
    }

    let mut now = Frame {
        at: until,
        left: vec![zero; lots.len()],
        lapsed: vec![zero; lots.len()],
        kinds: lots.iter().map(|lot| lot.kind).collect(),
        had: vec![false; lots.len()],
        uncovered: vec![zero; currencies.len()],
        unplaced: vec![zero; currencies.len()],
    };
    let mut story = Story { frames: Vec::new(), lapsed_at: vec![None; lots.len()], units: Vec::new() };
    // Units that were spent and not given back, the latest last.
    let mut spent: Vec<usize> = Vec::new();
    for at in instants.into_iter().filter(|at| *at <= until) {
        now.at = at;
        let ends: Vec<Option<Timestamp>> = clocks.iter().map(|clock| clock.end(at, &active)).collect();
        for (lot, clock) in clocks.iter().enumerate() {
            if clock.had <= at && !now.had[lot] {
                now.had[lot] = true;
                now.left[lot] = lots[lot].amount;
            }
            if clock.rolls.is_some_and(|rolls| rolls <= at) {
                now.kinds[lot] = LotKind::RolledOver;
            }
            if now.had[lot] && story.lapsed_at[lot].is_none() && ends[lot].is_some_and(|end| end <= at) {
                story.lapsed_at[lot] = Some(at);
                now.lapsed[lot] = std::mem::take(&mut now.left[lot]);
            }
        }
        for (of, (currency, unit)) in currencies.iter().enumerate() {
            let here = uses.iter().filter(|one| one.at == at && one.currency == *currency);
            let mut due = here.fold(zero, |sum, one| sum + one.amount);
            while due > zero {
                due -= unit;
                let mut best: Option<usize> = None;
                for lot in 0..lots.len() {
                    if lots[lot].currency != *currency || now.left[lot].is_zero() {
                        continue;
                    }
                    let key = |lot: usize| {
                        (rank(groups, now.kinds[lot]), ends[lot], clocks[lot].had, lots[lot].id.as_str())
                    };
                    if best.is_none_or(|best| before(&key(lot), &key(best))) {
                        best = Some(lot);
                    }
                }
                match best {
                    Some(lot) => {
                        now.left[lot] -= unit;
                        spent.push(lot);
                        story.units.push((at, lot, *unit));
                    }
                    None => now.uncovered[of] += unit,
                }
            }
            while due < zero {
                due += unit;
                let back = (0..spent.len()).rev().find(|place| {
                    let lot = spent[*place];
                    lots[lot].currency == *currency && story.lapsed_at[lot].is_none()
                });
                match back {
                    Some(place) => {
                        let lot = spent.remove(place);
                        now.left[lot] += unit;
                        story.units.push((at, lot, -*unit));
                    }
                    None => now.unplaced[of] += unit,
                }
            }
        }
        story.frames.push(now.clone());
    }
    story
}

/// The lots of a currency that lapse later, as things stand at `until`, and when.
pub(super) fn lapsing(history: &History, currency: Currency) -> Vec<(usize, Timestamp)> {
    let known: Vec<Use> = history.uses.iter().filter(|one| one.at <= history.until).copied().collect();
    let mut used: Vec<Timestamp> =
        known.iter().filter(|one| one.amount > Decimal::ZERO).map(|one| one.at).collect();
    used.sort_unstable();
    let mut found = Vec::new();
    for lot in (0..history.lots.len()).filter(|lot| history.lots[*lot].currency == currency) {
        let clock = &history.clocks[lot];
        // What is had after its end lapses as it is had.
        let end = clock.end(history.until.plus_seconds(1), &used).map(|end| end.max(clock.had));
        found.extend(end.filter(|end| *end > history.until).map(|end| (lot, end)));
    }
    found
}

/// What would be in each lapsing lot when it lapses, for each path: a history of its own, told from its beginning.
pub(super) fn at_risk(
    history: &History,
    currency: Currency,
    paths: &[Vec<Decimal>],
) -> Vec<(usize, Option<[Decimal; 3]>)> {
    let days = paths.first().map_or(0, Vec::len);
    let covered = |end: Timestamp| {
        let last = history.until.utc_date().plus_days(i64::try_from(days).unwrap() - 1);
        days > 0 && end <= last.utc_day().end
    };
    let lapsing = lapsing(history, currency);
    let Some(last) = lapsing.iter().map(|(_, end)| *end).filter(|end| covered(*end)).max() else {
        return lapsing.into_iter().map(|(lot, _)| (lot, None)).collect();
    };
    let mut found: Vec<Vec<Decimal>> = vec![Vec::new(); lapsing.len()];
    for path in paths {
        let mut uses: Vec<Use> = history.uses.iter().filter(|one| one.at <= history.until).copied().collect();
        let mut day = history.until.utc_date();
        for amount in path {
            uses.push(Use { at: day.utc_day().end.plus_seconds(-1), amount: *amount, currency });
            day = day.plus_days(1);
        }
        let story = tell(history, &uses, last);
        for (place, (lot, end)) in lapsing.iter().enumerate() {
            let then = story.lapsed_at[*lot] == Some(*end);
            found[place].push(if then { story.frames.last().unwrap().lapsed[*lot] } else { Decimal::ZERO });
        }
    }
    let three = |mut amounts: Vec<Decimal>| {
        amounts.sort_unstable();
        [1, 5, 9].map(|tenths| amounts[(amounts.len() - 1) * tenths / 10])
    };
    let risks = lapsing.into_iter().zip(found);
    risks.map(|((lot, end), amounts)| (lot, covered(end).then(|| three(amounts)))).collect()
}
