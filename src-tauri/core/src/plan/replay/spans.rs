//! When windows and periods begin.

use std::sync::{Arc, Mutex, PoisonError};

use crate::catalogue::Starts;
use crate::ledger::QuotaWindow;
use crate::plan::usage::months_after;
use crate::time::{Calendar, Date, Timestamp, Zone};

const DAY: i64 = 86_400;

/// The windows of a limit.
#[derive(Debug, Clone)]
pub(super) enum Spans {
    /// The first begins with the usage, the others at these instants.
    Bounds(Arc<[Timestamp]>),
    /// One opens with the first use after the last has ended, and lasts so many seconds.
    FirstUse(i64),
    /// Use is counted for so many seconds.
    Sliding(i64),
}

/// How many seconds a window lasts at least; nothing where it never ends.
pub(super) fn seconds(window: QuotaWindow) -> Option<i64> {
    Some(match window {
        QuotaWindow::Minutes(count) => 60 * i64::from(count),
        QuotaWindow::Day => DAY,
        QuotaWindow::Week => 7 * DAY,
        QuotaWindow::Month => 28 * DAY,
        QuotaWindow::Months(count) => 28 * DAY * i64::from(count),
        QuotaWindow::Year => 365 * DAY,
        QuotaWindow::Lifetime => return None,
    })
}

impl Spans {
    /// The windows over the days of a usage; nothing where a window lasts no time.
    pub(super) fn of(
        window: QuotaWindow,
        starts: Starts,
        days: (Date, Date),
        instants: &Instants,
    ) -> Option<Spans> {
        let length = match seconds(window) {
            None => return Some(Spans::Bounds(Arc::new([]))),
            Some(0) => return None,
            Some(length) => length,
        };
        Some(match starts {
            Starts::FirstUse => Spans::FirstUse(length),
            Starts::Sliding => Spans::Sliding(length),
            Starts::Calendar(_) | Starts::Purchase => Spans::Bounds(instants.bounds(window, starts, days)),
        })
    }
}

/// Where windows begin, found once for each kind of window: to ask a zone for each day of a year takes long.
#[derive(Debug, Default)]
pub(super) struct Instants {
    known: Mutex<Vec<Known>>,
}

type Known = (QuotaWindow, Starts, (Date, Date), Arc<[Timestamp]>);

impl Instants {
    /// The instants after the first, and before the end, at which a window or period begins.
    pub(super) fn bounds(&self, window: QuotaWindow, starts: Starts, days: (Date, Date)) -> Arc<[Timestamp]> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |known: &&Known| (known.0, known.1, known.2) == (window, starts, days);
        if let Some(known) = lock().iter().find(same) {
            return Arc::clone(&known.3);
        }
        let found: Arc<[Timestamp]> = bounds(window, starts, days).into();
        lock().push((window, starts, days, Arc::clone(&found)));
        found
    }
}

fn bounds(window: QuotaWindow, starts: Starts, days: (Date, Date)) -> Vec<Timestamp> {
    let (start, end) = (days.0.utc_start(), days.1.utc_start());
    let inside = |at: &Timestamp| *at < end;
    match (starts, window) {
        (_, QuotaWindow::Lifetime) => Vec::new(),
        (Starts::Calendar(zone), _) => {
            let from = Calendar::new(zone).date_of(start);
            let all = calendar_starts(window, zone, from).take_while(inside);
            all.filter(|at| *at > start).collect()
        }
        (_, QuotaWindow::Month) => by_months(days.0, 1).take_while(inside).collect(),
        (_, QuotaWindow::Months(count)) => by_months(days.0, usize::from(count)).take_while(inside).collect(),
        (_, QuotaWindow::Year) => by_months(days.0, 12).take_while(inside).collect(),
        (_, QuotaWindow::Minutes(_) | QuotaWindow::Day | QuotaWindow::Week) => {
            let length = seconds(window).unwrap_or(DAY);
            std::iter::successors(Some(start.plus_seconds(length)), |at| Some(at.plus_seconds(length)))
                .take_while(inside)
                .collect()
        }
    }
}

fn by_months(from: Date, each: usize) -> impl Iterator<Item = Timestamp> {
    (1..).map(move |count: usize| months_after(from, count * each.max(1)).utc_start())
}

/// Where windows of the calendar begin, from a date on.
fn calendar_starts(window: QuotaWindow, zone: Zone, from: Date) -> Box<dyn Iterator<Item = Timestamp>> {
    let calendar = Calendar::new(zone);
    let days = (0..).map(move |count| from.plus_days(count));
    match window {
        QuotaWindow::Minutes(minutes) => {
            let length = 60 * i64::from(minutes.max(1));
            let ends = days.map(move |day| (day_start(calendar, day), day_start(calendar, day.plus_days(1))));
            Box::new(ends.flat_map(move |(start, end)| {
                (0..).map(move |count| start.plus_seconds(length * count)).take_while(move |at| *at < end)
            }))
        }
        QuotaWindow::Week => {
            let monday = from.plus_days(-from.days_since_monday());
            Box::new((0..).map(move |count| day_start(calendar, monday.plus_days(7 * count))))
        }
        QuotaWindow::Month => Box::new(months(from, 1).map(move |date| day_start(calendar, date))),
        QuotaWindow::Months(count) => {
            Box::new(months(from, u32::from(count)).map(move |date| day_start(calendar, date)))
        }
        QuotaWindow::Year => Box::new(months(from, 12).map(move |date| day_start(calendar, date))),
        QuotaWindow::Day | QuotaWindow::Lifetime => Box::new(days.map(move |day| day_start(calendar, day))),
    }
}

/// The first days of months that begin a window of so many, counted from January of each year.
fn months(from: Date, each: u32) -> impl Iterator<Item = Date> {
    let all = std::iter::successors(Some(from.month_start()), |month| Some(month.next_month_start()));
    all.filter(move |month| (month.month() - 1) % each.max(1) == 0)
}

/// The first instant that has a local date or a later one.
fn day_start(calendar: Calendar, date: Date) -> Timestamp {
    const QUARTER: i64 = 900;
    let mut start = calendar.start_of(date);
    while calendar.date_of(start) < date {
        start = start.plus_seconds(QUARTER);
    }
    while calendar.date_of(start.plus_seconds(-1)) >= date {
        start = start.plus_seconds(-QUARTER);
    }
    start
}
