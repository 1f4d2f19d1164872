//! The steps of time of a chart: UTC days, UTC months, and hours called by the person's own clock.

use super::{ApiError, Bucket, Measure};
use crate::chart;
use crate::time::{Calendar, Date, Timestamp};

/// More days than this are drawn by month.
const MOST_BY_DAY: i64 = 100;
/// Up to so many days are drawn by hour, where hours are known.
const FEW_BY_HOUR: i64 = 2;
/// More days than this are never drawn by hour.
const MOST_BY_HOUR: i64 = 14;
const HOUR: i64 = 3_600;

/// A step of time.
pub(super) struct Step {
    /// As it is drawn and spoken.
    pub(super) bucket: chart::Bucket,
    pub(super) start: Timestamp,
    /// Exclusive.
    pub(super) end: Timestamp,
}

impl Step {
    /// The UTC days that it lies in, end exclusive.
    pub(super) fn days(&self) -> (Date, Date) {
        (self.start.utc_date(), self.end.plus_seconds(-1).utc_date().plus_days(1))
    }
}

/// The steps to draw: those that are asked for where they fit, else by the length of the range. Bills come by the day.
pub(super) fn fitting(asked: Option<Bucket>, (from, to): (Date, Date), measure: Measure) -> Bucket {
    let days = to.days_since(from);
    match asked {
        Some(Bucket::Hour) if days <= MOST_BY_HOUR => Bucket::Hour,
        Some(Bucket::Month) => Bucket::Month,
        None if days > MOST_BY_DAY => Bucket::Month,
        None if days <= FEW_BY_HOUR && measure != Measure::Billed => Bucket::Hour,
        _ => Bucket::Day,
    }
}

/// The steps of a range, oldest first. Hours that have not begun are left out.
pub(super) fn steps(
    bucket: Bucket,
    (from, to): (Date, Date),
    now: Timestamp,
    calendar: Calendar,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut start = from.utc_start();
    let end = to.utc_start();
    while start < end {
        let next = match bucket {
            Bucket::Hour => start.plus_seconds(HOUR),
            Bucket::Day => start.utc_date().plus_days(1).utc_start(),
            Bucket::Month => start.utc_date().next_month_start().utc_start(),
        };
        if bucket == Bucket::Hour && start > now {
            break;
        }
        // At the end of time a month has no next one.
        let until = next.min(end).max(start.plus_seconds(1));
        let (label, name) = match bucket {
            Bucket::Hour => hour(start, calendar),
            Bucket::Day => day(start.utc_date()),
            Bucket::Month => month(start.utc_date(), until.utc_date()),
        };
        steps.push(Step { bucket: chart::Bucket { label, name, partial: until > now }, start, end: until });
        start = until;
    }
    steps
}

fn hour(start: Timestamp, calendar: Calendar) -> (String, String) {
    let date = calendar.date_of(start);
    // The offset tells the two hours apart that a clock which is moved back shows alike.
    let shown = calendar.show(start);
    let time = shown.split_once(' ').map_or(shown.as_str(), |(_, time)| time);
    (calendar.clock_of(start), format!("{}, {}, {time}", date.weekday(), spoken(date)))
}

fn day(day: Date) -> (String, String) {
    (short(day), format!("{}, {} (UTC)", day.weekday(), spoken(day)))
}

fn month(from: Date, to: Date) -> (String, String) {
    let label = format!("{} {}", &from.month_name()[..3], from.year());
    let month = format!("{} {}", from.month_name(), from.year());
    let last = to.plus_days(-1);
    let is_whole = from == from.month_start() && to == from.next_month_start();
    let name = match (is_whole, from == last) {
        (true, _) => format!("{month} (UTC)"),
        (false, true) => format!("{} {month} (UTC)", from.day()),
        (false, false) => format!("{} to {} {month} (UTC)", from.day(), last.day()),
    };
    (label, name)
}

/// A day on an axis.
pub(super) fn short(day: Date) -> String {
    format!("{} {}", &day.month_name()[..3], day.day())
}

/// A day in words.
pub(super) fn spoken(day: Date) -> String {
    format!("{} {} {}", day.day(), day.month_name(), day.year())
}

/// The dates of a range in words.
pub(super) fn spoken_range((from, to): (Date, Date)) -> String {
    format!("{} to {}", spoken(from), spoken(to.plus_days(-1)))
}

/// A drawing failed.
pub(super) fn undrawable(error: &chart::ChartError) -> ApiError {
    ApiError::new(super::ErrorCode::Internal, error.to_string())
}
