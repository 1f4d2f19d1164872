//! Of the oracle: when windows begin, and what was counted in one.

use spendglass_core::catalogue::Starts;
use spendglass_core::ledger::QuotaWindow;
use spendglass_core::plan::{Row, TermLimit, TermPool};
use spendglass_core::time::{Calendar, Date, Timestamp, Zone};

pub(super) const DAY: i64 = 86_400;

pub(super) fn some_months_after(date: Date, months: u32) -> Date {
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

/// How many seconds a window lasts when it is told in seconds; nothing for one that never ends.
pub(super) fn length(window: QuotaWindow) -> Option<i64> {
    Some(match window {
        QuotaWindow::Minutes(n) => 60 * i64::from(n),
        QuotaWindow::Day => DAY,
        QuotaWindow::Week => 7 * DAY,
        QuotaWindow::Month => 28 * DAY,
        QuotaWindow::Months(n) => 28 * DAY * i64::from(n),
        QuotaWindow::Year => 365 * DAY,
        QuotaWindow::Lifetime => return None,
    })
}

/// Whether a window by the calendar begins with a local day; those of minutes begin anew with each.
fn begins(window: QuotaWindow, date: Date) -> bool {
    match window {
        QuotaWindow::Minutes(_) | QuotaWindow::Day => true,
        QuotaWindow::Week => date.weekday() == "Monday",
        QuotaWindow::Month => date.day() == 1,
        QuotaWindow::Months(n) => date.day() == 1 && (date.month() - 1).is_multiple_of(u32::from(n)),
        QuotaWindow::Year => date.day() == 1 && date.month() == 1,
        QuotaWindow::Lifetime => panic!("never"),
    }
}

/// The first instant of the window by the calendar that holds an instant, found by walking back day by day.
pub(super) fn calendar_start(window: QuotaWindow, zone: Zone, at: Timestamp) -> Timestamp {
    let calendar = Calendar::new(zone);
    let mut date = calendar.date_of(at);
    while !begins(window, date) {
        date = date.plus_days(-1);
    }
    let mut start = calendar.start_of(date);
    if let QuotaWindow::Minutes(n) = window {
        while start.plus_seconds(60 * i64::from(n)) <= at {
            start = start.plus_seconds(60 * i64::from(n));
        }
    }
    start
}

/// When the period of this number begins, counted from the purchase.
fn nth(window: QuotaWindow, bought: Date, k: u32) -> Timestamp {
    match window {
        QuotaWindow::Month => some_months_after(bought, k).utc_start(),
        QuotaWindow::Months(n) => some_months_after(bought, k * u32::from(n)).utc_start(),
        QuotaWindow::Year => some_months_after(bought, k * 12).utc_start(),
        _ => bought.utc_start().plus_seconds(i64::from(k) * length(window).expect("an end")),
    }
}

/// The first instant of the window that holds an instant, counted from the purchase.
pub(super) fn purchase_start(window: QuotaWindow, bought: Date, at: Timestamp) -> Timestamp {
    let mut k = 0;
    // Short windows are leapt over in whole days first: a year of minutes is not walked for each row.
    if let QuotaWindow::Minutes(n @ 1..=1_440) = window {
        let days = at.seconds_since(bought.utc_start()) / DAY;
        k = u32::try_from(days * DAY / (60 * i64::from(n))).unwrap();
    }
    while nth(window, bought, k + 1) <= at {
        k += 1;
    }
    nth(window, bought, k)
}

/// Every instant inside the replayed window, its start left out, at which a pool's credit comes anew.
pub(super) fn boundaries(pool: &TermPool, from: Date, to: Date) -> Vec<Timestamp> {
    let (start, end) = (from.utc_start(), to.utc_start());
    let mut found = Vec::new();
    match (pool.every, pool.starts) {
        (QuotaWindow::Lifetime, _) => {}
        (window, Starts::Calendar(zone)) => {
            let calendar = Calendar::new(zone);
            let mut date = from.plus_days(-2);
            while date <= to.plus_days(2) {
                if begins(window, date) {
                    found.push(calendar.start_of(date));
                }
                if let QuotaWindow::Minutes(n) = window {
                    let mut at = calendar.start_of(date).plus_seconds(60 * i64::from(n));
                    while at < calendar.start_of(date.plus_days(1)) {
                        found.push(at);
                        at = at.plus_seconds(60 * i64::from(n));
                    }
                }
                date = date.plus_days(1);
            }
        }
        (window, _) => {
            let mut k = 1;
            while nth(window, from, k) < end {
                found.push(nth(window, from, k));
                k += 1;
            }
        }
    }
    found.retain(|at| start < *at && *at < end);
    found
}

pub(super) fn enforced(limit: &TermLimit, row: &Row) -> bool {
    length(limit.window).is_none_or(|length| i64::from(row.seconds) <= length)
}

/// What was counted in the window of a limit that holds an instant.
pub(super) fn counted_in(
    limit: &TermLimit,
    counted: &[(Timestamp, i128)],
    at: Timestamp,
    bought: Date,
) -> i128 {
    let inside: Vec<&(Timestamp, i128)> = match (limit.window, limit.starts) {
        (QuotaWindow::Lifetime, _) => counted.iter().collect(),
        (window, Starts::Calendar(zone)) => {
            let start = calendar_start(window, zone, at);
            counted.iter().filter(|(then, _)| start <= *then).collect()
        }
        (window, Starts::Purchase) => {
            let start = purchase_start(window, bought, at);
            counted.iter().filter(|(then, _)| start <= *then).collect()
        }
        (window, Starts::FirstUse) => {
            let mut opened: Option<Timestamp> = None;
            let ended = |opened: Option<Timestamp>, at: Timestamp| {
                opened.is_none_or(|opened| opened.plus_seconds(length(window).unwrap()) <= at)
            };
            for (then, count) in counted {
                if *count > 0 && ended(opened, *then) {
                    opened = Some(*then);
                }
            }
            let open = opened.filter(|_| !ended(opened, at));
            counted.iter().filter(|(then, _)| open.is_some_and(|open| *then >= open)).collect()
        }
        (window, Starts::Sliding) => {
            let since = at.plus_seconds(-length(window).unwrap());
            counted.iter().filter(|(then, _)| since < *then && *then <= at).collect()
        }
    };
    inside.iter().map(|(_, count)| count).sum()
}
