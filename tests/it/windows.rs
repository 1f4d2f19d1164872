//! Which windows of a stream are read: a table of all that can happen to a clock and a cursor, and what holds for any of them.

use proptest::prelude::*;
use spendglass_core::providers::{ALL, Bucket, Cursor, Days};
use spendglass_core::store::Covered;
use spendglass_core::sync::windows;
use spendglass_core::time::{Date, Timestamp};

const TODAY_TOO: Cursor = Cursor::Daily { history: Days(10), lookback: Days(3), slice: Days(4), today: true };
const WHOLE_DAYS: Cursor =
    Cursor::Daily { history: Days(10), lookback: Days(3), slice: Days(4), today: false };
const HOURS: Cursor = Cursor::Hourly {
    recent: Days(4),
    recent_slice: Days(2),
    history: Days(10),
    lookback: Days(3),
    slice: Days(5),
};
const MONTHS: Cursor = Cursor::Monthly { history: Days(50), lookback: Days(3), today: true };
const ALL_AGAIN: Cursor =
    Cursor::Daily { history: Days(30), lookback: Days(30), slice: Days(30), today: false };

fn november(day: i64) -> Date {
    Date::new(2026, 11, 1).unwrap().plus_days(day - 1)
}

fn covered(from: i64, until: i64) -> Covered {
    Covered { from: november(from), until: november(until) }
}

/// Windows as days of November 2026, `h` behind those by the hour.
fn check(cursor: Cursor, covered: impl Into<Option<Covered>>, from: Option<i64>, now: &str, expected: &str) {
    let covered = covered.into();
    let day = |at: Timestamp| at.utc_date().days_since(november(1)) + 1;
    let shown: Vec<String> = windows(cursor, covered, from.map(november), now.parse().unwrap())
        .into_iter()
        .map(|window| {
            let hours = if window.bucket == Bucket::Hour { "h" } else { "" };
            format!("{}-{}{hours}", day(window.period.start), day(window.period.end))
        })
        .collect();
    assert_eq!(shown.join(" "), expected, "{cursor:?}, {covered:?}, {from:?}, {now}");
}

#[test]
fn what_is_read_now() {
    let noon = "2026-11-18T12:30:00Z";
    // The first import: all that the provider tells, oldest first.
    check(TODAY_TOO, None, None, noon, "9-13 13-17 17-19");
    check(WHOLE_DAYS, None, None, noon, "8-12 12-16 16-18");
    check(HOURS, None, None, noon, "9-14 14-15 15-17h 17-19h");
    check(Cursor::Snapshot, None, Some(1), noon, "");
    // The look-back: three complete days and today.
    check(TODAY_TOO, covered(9, 19), None, noon, "15-19");
    check(WHOLE_DAYS, covered(8, 18), None, noon, "15-18");
    check(HOURS, covered(9, 19), None, noon, "15-17h 17-19h");
    check(ALL_AGAIN, covered(-12, 18), None, noon, "-12-18");
    // By calendar months, which October and November are: only the first and the last window are parts of one.
    check(MONTHS, None, None, noon, "-31--30 -30-1 1-19");
    check(MONTHS, covered(-31, 19), None, noon, "15-19");
    check(MONTHS, covered(-31, 3), None, noon, "0-1 1-19");
    // The same minute of the day does not matter, the day does.
    check(TODAY_TOO, covered(9, 19), None, "2026-11-18T00:00:00Z", "15-19");
    check(TODAY_TOO, covered(9, 19), None, "2026-11-18T23:59:59Z", "15-19");
    check(TODAY_TOO, covered(9, 19), None, "2026-11-19T00:00:00Z", "16-20");
    // An import that broke off goes on where it stopped, with the look-back.
    check(TODAY_TOO, covered(9, 13), None, noon, "10-14 14-18 18-19");
    check(HOURS, covered(9, 14), None, noon, "11-15 15-17h 17-19h");
    // After an absence: from the last booked day less the look-back, and never past the history.
    check(TODAY_TOO, covered(2, 14), None, noon, "11-15 15-19");
    check(HOURS, covered(2, 13), None, noon, "10-15 15-17h 17-19h");
    check(TODAY_TOO, covered(-300, -200), None, noon, "9-13 13-17 17-19");
    check(HOURS, covered(-300, -200), None, noon, "9-14 14-15 15-17h 17-19h");
    // From a day on: more than the look-back where it is earlier, never less, never past the history.
    check(TODAY_TOO, covered(9, 19), Some(11), noon, "11-15 15-19");
    check(TODAY_TOO, covered(9, 19), Some(17), noon, "15-19");
    check(TODAY_TOO, covered(9, 19), Some(-1000), noon, "9-13 13-17 17-19");
    check(TODAY_TOO, None, Some(17), noon, "9-13 13-17 17-19");
    check(HOURS, covered(9, 19), Some(14), noon, "14-15 15-17h 17-19h");
    check(WHOLE_DAYS, covered(8, 18), Some(18), noon, "15-18");
    // The clock was moved back: what is booked beyond it does not stop today from being read.
    check(TODAY_TOO, covered(9, 60), None, noon, "15-19");
    check(WHOLE_DAYS, covered(9, 60), None, noon, "15-18");
    check(TODAY_TOO, covered(40, 60), Some(50), noon, "15-19");
}

fn cursors() -> impl Strategy<Value = Cursor> {
    let day = || (1_u16..=40).prop_map(Days);
    prop_oneof![
        (day(), day(), day(), any::<bool>()).prop_map(|(history, lookback, slice, today)| Cursor::Daily {
            history,
            lookback,
            slice,
            today
        }),
        (day(), day(), day(), day(), day()).prop_map(|(recent, recent_slice, history, lookback, slice)| {
            Cursor::Hourly { recent, recent_slice, history, lookback, slice }
        }),
        (day(), day(), any::<bool>()).prop_map(|(history, lookback, today)| Cursor::Monthly {
            history,
            lookback,
            today
        }),
        prop::sample::select(
            ALL.iter().flat_map(|p| p.streams).map(|stream| stream.cursor).collect::<Vec<_>>()
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn windows_tile_whole_days_inside_the_history(
        cursor in cursors(),
        booked in prop::option::of((-60_i64..60, 1_i64..80)),
        from in prop::option::of(-60_i64..30),
        second in 0_i64..86_400,
    ) {
        let now = november(18).utc_start().plus_seconds(second);
        let covered = booked.map(|(from, length)| covered(from, from + length));
        let windows = windows(cursor, covered, from.map(november), now);
        let (history, lookback, today, widest) = match cursor {
            Cursor::Snapshot => { prop_assert!(windows.is_empty()); return Ok(()) }
            Cursor::Daily { history, lookback, today, slice } => (history, lookback, today, [slice, slice]),
            Cursor::Monthly { history, lookback, today } => (history, lookback, today, [Days(31), Days(31)]),
            Cursor::Hourly { history, lookback, slice, recent_slice, .. } => (history, lookback, true, [slice, recent_slice]),
        };
        let end = november(18 + i64::from(today));
        let oldest = end.plus_days(-i64::from(history.0));
        let (first, last) = (windows.first().unwrap(), windows.last().unwrap());
        prop_assert!(first.period.start.utc_date() >= oldest);
        prop_assert_eq!(last.period.end, end.utc_start());
        for pair in windows.windows(2) {
            prop_assert_eq!(pair[0].period.end, pair[1].period.start, "a gap or an overlap");
            prop_assert!(!(pair[0].bucket == Bucket::Hour && pair[1].bucket == Bucket::Day));
        }
        for window in &windows {
            prop_assert_eq!(window.period.start.unix() % 86_400, 0);
            let slice = widest[usize::from(window.bucket == Bucket::Hour)];
            let width = window.period.seconds() / 86_400;
            prop_assert!(width >= 1 && width <= i64::from(slice.0));
            if let Cursor::Hourly { recent, .. } = cursor {
                let recent = window.period.start.utc_date() >= end.plus_days(-i64::from(recent.0));
                prop_assert_eq!(window.bucket == Bucket::Hour, recent);
            }
        }
        // All that may have changed, and all that was asked for, as far as the provider tells it.
        let needed = covered.map_or(oldest, |covered| covered.until.min(november(18)).plus_days(-i64::from(lookback.0)));
        let needed = from.map_or(needed, |from| needed.min(november(from))).max(oldest);
        prop_assert!(first.period.start.utc_date() <= needed);
    }
}
