//! Which windows of a stream to read: whole UTC days, oldest first. Pure.

use crate::providers::{Bucket, Cursor, Days};
use crate::store::Covered;
use crate::time::{Date, Period, Timestamp};

/// A span to read as one sequence of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Whole UTC days.
    pub period: Period,
    /// How finely they are cut.
    pub bucket: Bucket,
}

/// The windows to read now. `covered` is what is booked, `from` a day from which on to read again. Empty for snapshots.
pub fn windows(cursor: Cursor, covered: Option<Covered>, from: Option<Date>, now: Timestamp) -> Vec<Window> {
    let today = now.utc_date();
    let (history, lookback) = match cursor {
        Cursor::Snapshot => return Vec::new(),
        Cursor::Daily { history, lookback, .. }
        | Cursor::Monthly { history, lookback, .. }
        | Cursor::Hourly { history, lookback, .. } => (history, lookback),
    };
    let end = match cursor {
        Cursor::Daily { today: false, .. } | Cursor::Monthly { today: false, .. } => today,
        _ => today.plus_days(1),
    };
    // The provider tells, or is asked for, `history` days in all, the last of which ends at `end`.
    let oldest = end.plus_days(-days(history));
    let again = covered.map_or(oldest, |covered| covered.until.min(today).plus_days(-days(lookback)));
    let start = from.map_or(again, |from| from.min(again)).clamp(oldest, end.plus_days(-1));
    match cursor {
        Cursor::Snapshot => Vec::new(),
        Cursor::Daily { slice, .. } => slices(start, end, slice, Bucket::Day),
        Cursor::Monthly { .. } => months(start, end),
        Cursor::Hourly { recent, recent_slice, slice, .. } => {
            let finer = end.plus_days(-days(recent)).clamp(start, end);
            let mut windows = slices(start, finer, slice, Bucket::Day);
            windows.extend(slices(finer, end, recent_slice, Bucket::Hour));
            windows
        }
    }
}

fn days(days: Days) -> i64 {
    i64::from(days.0)
}

/// The days from a start to an end, cut where months begin.
fn months(start: Date, end: Date) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut from = start;
    while from < end {
        let until = from.next_month_start().min(end);
        let period = Period { start: from.utc_start(), end: until.utc_start() };
        windows.push(Window { period, bucket: Bucket::Day });
        from = until;
    }
    windows
}

fn slices(start: Date, end: Date, slice: Days, bucket: Bucket) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut from = start;
    while from < end {
        let until = from.plus_days(days(slice).max(1)).min(end);
        let period = Period { start: from.utc_start(), end: until.utc_start() };
        windows.push(Window { period, bucket });
        from = until;
    }
    windows
}
