//! Over which stretch of time an allowance is counted, and when the count starts again.

use std::fmt;
use std::str::FromStr;

use crate::ledger::QuotaWindow;
use crate::time::{BillingCycle, Calendar, Period, Timestamp, Zone};

/// The span of a limit. Wider than that of a reading: providers limit seconds too, and some name no span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// A second.
    Second,
    /// A span that readings have too.
    Window(QuotaWindow),
    /// None is told.
    Unstated,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Span::Second => f.write_str("second"),
            Span::Window(window) => window.fmt(f),
            Span::Unstated => f.write_str("unstated"),
        }
    }
}

impl FromStr for Span {
    type Err = crate::ledger::NotAWindow;

    fn from_str(text: &str) -> Result<Span, Self::Err> {
        match text {
            "second" => Ok(Span::Second),
            "unstated" => Ok(Span::Unstated),
            _ => text.parse().map(Span::Window),
        }
    }
}

/// When a count starts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// Never at once: what was used leaves the count when it is as old as the window is long.
    Rolling,
    /// At midnight in a zone: each day, or for a month on its first day.
    Midnight(Zone),
    /// At midnight of the first of the month in a zone.
    MonthStart(Zone),
    /// At midnight of one day of the month, 1 to 31, in a zone; the last day where a month is shorter.
    MonthDay(u32, Zone),
    /// Not at all.
    Never,
    /// Nobody says.
    Unstated,
}

/// A text that tells no reset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" does not say when a count starts again: use rolling, \"midnight ZONE\", \"month start ZONE\", \
     \"day N of the month ZONE\", never or unstated"
)]
pub struct NotAReset(String);

impl fmt::Display for Reset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reset::Rolling => f.write_str("rolling"),
            Reset::Midnight(zone) => write!(f, "midnight {}", zone.name()),
            Reset::MonthStart(zone) => write!(f, "month start {}", zone.name()),
            Reset::MonthDay(day, zone) => write!(f, "day {day} of the month {}", zone.name()),
            Reset::Never => f.write_str("never"),
            Reset::Unstated => f.write_str("unstated"),
        }
    }
}

impl FromStr for Reset {
    type Err = NotAReset;

    fn from_str(text: &str) -> Result<Reset, NotAReset> {
        let bad = || NotAReset(text.chars().take(60).collect());
        let zone = |name: &str| name.parse::<Zone>().map_err(|_| bad());
        match text {
            "rolling" => return Ok(Reset::Rolling),
            "never" => return Ok(Reset::Never),
            "unstated" => return Ok(Reset::Unstated),
            _ => {}
        }
        if let Some(name) = text.strip_prefix("midnight ") {
            return zone(name).map(Reset::Midnight);
        }
        if let Some(name) = text.strip_prefix("month start ") {
            return zone(name).map(Reset::MonthStart);
        }
        let day = text.strip_prefix("day ").and_then(|rest| rest.split_once(" of the month "));
        let (day, name) = day.ok_or_else(bad)?;
        let day = day.parse::<u32>().ok().filter(|day| (1..=31).contains(day)).ok_or_else(bad)?;
        Ok(Reset::MonthDay(day, zone(name)?))
    }
}

/// The stretch of time that counts at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// From when to when. Its end is the reset where there is one, else the moment itself.
    pub period: Period,
    /// When the count starts again; `None` where it does not at once, or nobody says.
    pub resets_at: Option<Timestamp>,
    /// Whether the count surely began at the start of the period. Where nobody says when it starts again, the period is the
    /// longest that it can have been.
    pub certain: bool,
}

const DAY: i64 = 86_400;

impl Reset {
    /// The stretch that counts at a moment. `None` where no span is told.
    pub fn stretch(self, span: Span, now: Timestamp) -> Option<Stretch> {
        let Span::Window(window) = span else { return None };
        let whole_month = matches!(window, QuotaWindow::Month);
        let certain = |period: Period| Stretch { period, resets_at: Some(period.end), certain: true };
        match self {
            Reset::Never => Some(open(Timestamp::from_unix(0).ok()?, now, true)),
            _ if window == QuotaWindow::Lifetime => Some(open(Timestamp::from_unix(0).ok()?, now, true)),
            Reset::Midnight(zone) if !whole_month => {
                let calendar = Calendar::new(zone);
                (window == QuotaWindow::Day).then(|| certain(calendar.day(calendar.date_of(now))))
            }
            Reset::Midnight(zone) | Reset::MonthStart(zone) => {
                cycle(BillingCycle::CALENDAR_MONTH, zone, now).map(certain)
            }
            Reset::MonthDay(day, zone) => cycle(BillingCycle::monthly_on(day).ok()?, zone, now).map(certain),
            Reset::Rolling | Reset::Unstated => {
                let seconds = longest(window)?;
                Some(open(now.plus_seconds(-seconds), now, self == Reset::Rolling))
            }
        }
    }
}

/// The most seconds that a window can have; `None` for one without an end.
pub fn longest(window: QuotaWindow) -> Option<i64> {
    match window {
        QuotaWindow::Minutes(minutes) => Some(i64::from(minutes) * 60),
        QuotaWindow::Day => Some(DAY),
        QuotaWindow::Week => Some(7 * DAY),
        QuotaWindow::Month => Some(31 * DAY),
        QuotaWindow::Months(months) => Some(i64::from(months) * 31 * DAY),
        QuotaWindow::Year => Some(366 * DAY),
        QuotaWindow::Lifetime => None,
    }
}

/// A stretch up to now that nothing ends.
fn open(start: Timestamp, now: Timestamp, certain: bool) -> Stretch {
    let start = start.min(now);
    Stretch { period: Period { start, end: now.plus_seconds(1) }, resets_at: None, certain }
}

fn cycle(cycle: BillingCycle, zone: Zone, now: Timestamp) -> Option<Period> {
    let calendar = Calendar::new(zone);
    let (from, to) = cycle.containing(calendar.date_of(now));
    Period::new(calendar.start_of(from), calendar.start_of(to)).ok()
}
