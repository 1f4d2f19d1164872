//! Quiet hours delay and never drop: over midnight, in a zone off by three quarters of an hour, and when clocks change.

use spendglass_core::alert::{Quiet, Settings};
use spendglass_core::time::Calendar;

use super::told::{Desk, at, with_lot};

const NIGHT: Quiet = Quiet { from: 22 * 60, to: 8 * 60 };

#[test]
fn quiet_hours_end_by_the_persons_clock() {
    let cases = [
        // Over midnight; Kathmandu is 5:45 ahead.
        ("Asia/Kathmandu", NIGHT, "2026-11-22T16:14:59Z", "2026-11-22T16:14:59Z"),
        ("Asia/Kathmandu", NIGHT, "2026-11-22T16:15:00Z", "2026-11-23T02:15:00Z"),
        ("Asia/Kathmandu", NIGHT, "2026-11-22T23:00:00Z", "2026-11-23T02:15:00Z"),
        ("Asia/Kathmandu", NIGHT, "2026-11-23T02:14:59Z", "2026-11-23T02:15:00Z"),
        ("Asia/Kathmandu", NIGHT, "2026-11-23T02:15:00Z", "2026-11-23T02:15:00Z"),
        // Within one day.
        ("UTC", Quiet { from: 12 * 60, to: 13 * 60 + 30 }, "2026-11-22T12:00:00Z", "2026-11-22T13:30:00Z"),
        // The clock goes forward in that night: it is one hour shorter.
        ("Europe/Berlin", NIGHT, "2026-03-28T21:30:00Z", "2026-03-29T06:00:00Z"),
        // And back in this one.
        ("Europe/Berlin", NIGHT, "2026-10-24T21:30:00Z", "2026-10-25T07:00:00Z"),
        // They end at a time that the clock leaves out: at the first after it.
        ("Europe/Berlin", Quiet { from: 22 * 60, to: 150 }, "2026-03-28T22:00:00Z", "2026-03-29T01:00:00Z"),
        // They end at a time that the clock shows twice: quiet begins anew in between, and ends with the second.
        ("Europe/Berlin", Quiet { from: 22 * 60, to: 150 }, "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z"),
        ("Europe/Berlin", Quiet { from: 22 * 60, to: 150 }, "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"),
    ];
    for (zone, quiet, now, due) in cases {
        let calendar = Calendar::new(zone.parse().unwrap());
        assert_eq!(quiet.due(at(now), calendar), at(due), "{zone} at {now}");
    }
}

#[test]
fn what_is_raised_at_night_waits_for_the_morning() {
    let mut desk = Desk::within("Asia/Kathmandu");
    desk.settings = Settings { quiet: Some(NIGHT), ..Settings::default() };
    let facts = with_lot("50", "2026-12-01T18:15:00Z");
    let said = desk.look(&facts, "2026-11-22T20:00:00Z");
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].due_at, at("2026-11-23T02:15:00Z"));
    let day = Desk::within("Asia/Kathmandu").look(&facts, "2026-11-22T20:00:00Z");
    assert_eq!(day[0].due_at, at("2026-11-22T20:00:00Z"), "without quiet hours at once");
}
