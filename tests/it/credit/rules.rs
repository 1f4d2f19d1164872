//! When lots lapse, by data.

use spendglass_core::credit::{End, lifespan};
use spendglass_core::ledger::{ExpiryRule, Life};
use spendglass_core::time::Calendar;

use super::by_data::{at, date, lot};

#[test]
fn every_rule_has_its_instant() {
    for (zone, had, rule, lapses) in [
        ("UTC", "2026-01-01", "never", None),
        ("UTC", "2026-01-01", "on:2026-01-31", Some("2026-02-01T00:00:00Z")),
        ("Asia/Kolkata", "2026-01-01", "on:2026-01-31", Some("2026-01-31T18:30:00Z")),
        ("Asia/Kathmandu", "2026-01-01", "on:2026-01-31", Some("2026-01-31T18:15:00Z")),
        ("America/New_York", "2026-01-01", "on:2026-01-31", Some("2026-02-01T05:00:00Z")),
        // The clock goes forward on the last day, which has 23 hours, or back, and it has 25.
        ("Europe/Berlin", "2026-01-01", "on:2026-03-29", Some("2026-03-29T22:00:00Z")),
        ("Europe/Berlin", "2026-01-01", "on:2026-10-25", Some("2026-10-25T23:00:00Z")),
        // Midnight itself is skipped.
        ("America/Sao_Paulo", "2018-10-01", "on:2018-11-03", Some("2018-11-04T03:00:00Z")),
        // The thirtieth of December never was.
        ("Pacific/Apia", "2011-12-01", "on:2011-12-29", Some("2011-12-30T10:00:00Z")),
        ("UTC", "2026-01-01", "at:2026-01-31T12:34:56Z", Some("2026-01-31T12:34:56Z")),
        // Had after its end, it lapses as it is had.
        ("UTC", "2026-01-01", "at:2025-12-31T12:34:56Z", Some("2026-01-01T00:00:00Z")),
        ("UTC", "2025-12-01", "after-purchase:365d", Some("2026-12-02T00:00:00Z")),
        ("UTC", "2027-12-01", "after-purchase:365d", Some("2028-12-01T00:00:00Z")),
        ("Asia/Kolkata", "2025-12-01", "after-purchase:365d", Some("2026-12-01T18:30:00Z")),
        // By the instant, whole days of 24 hours, whatever the clocks do.
        ("Europe/Berlin", "2026-03-28T11:00:00Z", "after-purchase:2d", Some("2026-03-30T11:00:00Z")),
        ("UTC", "2026-01-31", "after-purchase:1mo", Some("2026-03-01T00:00:00Z")),
        ("UTC", "2028-01-31", "after-purchase:1mo", Some("2028-03-01T00:00:00Z")),
        ("UTC", "2028-02-29", "after-purchase:12mo", Some("2029-03-01T00:00:00Z")),
        ("UTC", "2026-11-30", "after-purchase:14mo", Some("2028-01-31T00:00:00Z")),
        // It is the thirty-first already in Kolkata: a month later is the twenty-eighth, 28 days on.
        ("Asia/Kolkata", "2026-01-30T20:00:00Z", "after-purchase:1mo", Some("2026-02-27T20:00:00Z")),
        ("Asia/Kolkata", "2026-01-30", "after-inactivity:90d", Some("2026-04-29T18:30:00Z")),
        ("UTC", "2026-11-22", "end-of-period:day", Some("2026-11-23T00:00:00Z")),
        ("UTC", "2026-11-22", "end-of-period:day,rollover=2", Some("2026-11-25T00:00:00Z")),
        ("UTC", "2026-11-22", "end-of-period:week", Some("2026-11-23T00:00:00Z")),
        ("UTC", "2026-11-23", "end-of-period:week,rollover=1", Some("2026-12-07T00:00:00Z")),
        ("UTC", "2028-02-29", "end-of-period:month", Some("2028-03-01T00:00:00Z")),
        ("UTC", "2026-11-22", "end-of-period:month,rollover=2", Some("2027-02-01T00:00:00Z")),
        // The provider's own month, whatever the zone of the person: of a day that was entered, that day's month.
        ("America/New_York", "2026-10-03", "end-of-period:month@utc", Some("2026-11-01T00:00:00Z")),
        ("Asia/Kolkata", "2026-11-01", "end-of-period:month@utc", Some("2026-12-01T00:00:00Z")),
        ("America/New_York", "2026-11-01T01:00:00Z", "end-of-period:month@utc", Some("2026-12-01T00:00:00Z")),
        (
            "Asia/Kolkata",
            "2026-10-31T20:00:00Z",
            "end-of-period:month@utc,rollover=2",
            Some("2027-01-01T00:00:00Z"),
        ),
        ("UTC", "2026-01-31", "end-of-period:month@31", Some("2026-02-28T00:00:00Z")),
        ("UTC", "2026-02-27", "end-of-period:month@31,rollover=1", Some("2026-03-31T00:00:00Z")),
        ("UTC", "2026-02-27", "end-of-period:month@31,rollover=12", Some("2027-02-28T00:00:00Z")),
        ("UTC", "2026-11-14", "end-of-period:month@15", Some("2026-11-15T00:00:00Z")),
        ("UTC", "2026-11-15", "end-of-period:month@15", Some("2026-12-15T00:00:00Z")),
        ("America/New_York", "2026-11-15T04:59:59Z", "end-of-period:month@15", Some("2026-11-15T05:00:00Z")),
        ("UTC", "2026-11-15", "end-of-period:year", Some("2027-01-01T00:00:00Z")),
        ("UTC", "2026-11-15", "end-of-period:year,rollover=1", Some("2028-01-01T00:00:00Z")),
    ] {
        let calendar = Calendar::new(zone.parse().unwrap());
        let life = lifespan(&lot(&format!("a granted 1 {had} {rule}")), &calendar).unwrap();
        assert_eq!(life.lapses_at, lapses.map(at), "{rule} of {had} in {zone}");
    }
}

#[test]
fn an_end_is_a_date_where_the_rule_counts_by_dates() {
    let calendar = Calendar::new("Asia/Kolkata".parse().unwrap());
    for (had, rule, end) in [
        ("2025-12-01", "after-purchase:365d", End::After(date("2026-12-01"))),
        ("2025-12-01", "on:2026-05-05", End::After(date("2026-05-05"))),
        ("2025-12-01T00:00:00Z", "on:2026-05-05", End::After(date("2026-05-05"))),
        ("2025-12-01T00:00:00Z", "after-purchase:1d", End::At(at("2025-12-02T00:00:00Z"))),
        ("2025-12-01T00:00:00Z", "end-of-period:month", End::After(date("2025-12-31"))),
        ("2025-12-01", "after-inactivity:1d", End::At(at("2025-12-01T18:30:00Z"))),
    ] {
        let life = lifespan(&lot(&format!("a granted 1 {had} {rule}")), &calendar).unwrap();
        assert_eq!(life.end, Some(end), "{rule} of {had}");
    }
}

#[test]
fn the_longest_lives_end_with_the_calendar() {
    let calendar = Calendar::new("UTC".parse().unwrap());
    let last = date("9999-12-31").utc_start();
    for rule in [
        ExpiryRule::AfterPurchase(Life::Months(u32::MAX)),
        ExpiryRule::AfterPurchase(Life::Days(u32::MAX)),
        ExpiryRule::AfterInactivity(u32::MAX),
    ] {
        let lot = spendglass_core::credit::Lot { rule, ..lot("a granted 1 2026-01-31 never") };
        let lapses = lifespan(&lot, &calendar).unwrap().lapses_at.unwrap();
        assert!(lapses >= date("9999-12-01").utc_start(), "{rule:?}: {lapses}");
    }
    for cycle in ["day", "week", "month", "month@31", "month@utc", "year"] {
        let ExpiryRule::EndOfPeriod { cycle, .. } = format!("end-of-period:{cycle}").parse().unwrap() else {
            panic!("{cycle}")
        };
        let rule = ExpiryRule::EndOfPeriod { cycle, rollover: u32::MAX };
        let lot = spendglass_core::credit::Lot { rule, ..lot("a granted 1 2026-01-31 never") };
        let lapses = lifespan(&lot, &calendar).unwrap().lapses_at.unwrap();
        assert!((date("9999-12-01").utc_start()..=last).contains(&lapses), "{rule:?}: {lapses}");
    }
}
