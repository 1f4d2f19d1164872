//! What becomes of lots, by data.

use std::fmt::Write as _;

use spendglass_core::credit::{
    Acquired, CreditError, Lot, Order, Replayed, Spread, Standing, Use, needed_per_day, replay,
};
use spendglass_core::ledger::{ExpiryRule, LotKind};
use spendglass_core::money::{Currency, Decimal, Total};
use spendglass_core::time::{Calendar, Date, Timestamp, Zone};

use super::histories::{KINDS, decimal};

pub(super) fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// `id kind amount date rule`, in dollars.
pub(super) fn lot(line: &str) -> Lot {
    let [id, kind, amount, had, rule] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
    Lot {
        id: id.to_owned(),
        kind: LotKind::NAMED.iter().find(|(_, name)| *name == kind).unwrap().0,
        currency: Currency::USD,
        amount: decimal(amount),
        acquired: had.parse().map_or_else(|_| Acquired::At(at(had)), Acquired::On),
        rule: rule.parse().unwrap(),
    }
}

/// `date amount`: a day's bill, in dollars.
fn bill(line: &str) -> Use {
    let (day, amount) = line.split_once(' ').unwrap();
    Use::of_period(date(day).utc_day(), decimal(amount), Currency::USD)
}

fn run(lots: &[&str], bills: &[&str], order: Order, until: &str) -> Replayed {
    let lots: Vec<Lot> = lots.iter().map(|line| lot(line)).collect();
    let uses: Vec<Use> = bills.iter().map(|line| bill(line)).collect();
    replay(&lots, &uses, order, &Calendar::new(Zone::UTC), at(until)).unwrap()
}

/// `id spent lapsed left` of every lot, then what is uncovered and unplaced.
fn shown(replayed: &Replayed) -> String {
    let mut text = String::new();
    for lot in &replayed.lots {
        write!(text, "{} {} {} {}; ", lot.id, lot.spent, lot.lapsed, lot.left).unwrap();
    }
    let sums = replayed.sums(Currency::USD);
    write!(text, "{} {}", sums.uncovered, sums.unplaced).unwrap();
    text
}

#[test]
fn an_allowance_goes_first_then_gifts_by_expiry_then_what_was_bought() {
    let lots = [
        "a purchased 10 2026-01-01 after-purchase:365d",
        "b purchased 10 2026-01-02 on:2026-06-01",
        "c granted 10 2026-01-01 never",
        "d granted 10 2026-01-03 on:2026-12-31",
        "e allowance 10 2026-01-05 end-of-period:month",
    ];
    for (bills, expected) in [
        (&["2026-01-06 5"][..], "a 0 0 10; b 0 0 10; c 0 0 10; d 0 0 10; e 5 0 5; 0 0"),
        (&["2026-01-06 15"], "a 0 0 10; b 0 0 10; c 0 0 10; d 5 0 5; e 10 0 0; 0 0"),
        (&["2026-01-06 25"], "a 0 0 10; b 0 0 10; c 5 0 5; d 10 0 0; e 10 0 0; 0 0"),
        (&["2026-01-06 35"], "a 0 0 10; b 5 0 5; c 10 0 0; d 10 0 0; e 10 0 0; 0 0"),
        (&["2026-01-06 55"], "a 10 0 0; b 10 0 0; c 10 0 0; d 10 0 0; e 10 0 0; 5 0"),
    ] {
        let replayed = run(&lots, bills, Order::default(), "2026-01-20T00:00:00Z");
        assert_eq!(shown(&replayed), expected, "{bills:?}");
    }
}

#[test]
fn a_provider_has_an_order_of_its_own() {
    let lots = ["a purchased 10 2026-01-01 on:2026-03-01", "b granted 10 2026-01-01 on:2026-06-01"];
    for (order, expected) in [
        (Order::default(), "a 0 0 10; b 4 0 6; 0 0"),
        (Order::of(&[&[LotKind::Purchased]]), "a 4 0 6; b 0 0 10; 0 0"),
        (Order::of(&[&KINDS]), "a 4 0 6; b 0 0 10; 0 0"),
        (
            Order::of(&[&[LotKind::Allowance], &[LotKind::Granted, LotKind::Granted]]),
            "a 0 0 10; b 4 0 6; 0 0",
        ),
        (Order::of(&[&[]]), "a 0 0 10; b 4 0 6; 0 0"),
    ] {
        assert_eq!(
            shown(&run(&lots, &["2026-02-01 4"], order, "2026-02-02T00:00:00Z")),
            expected,
            "{order:?}"
        );
    }
    assert_eq!(Order::of(&[]), Order::default());
    assert_eq!(
        Order::of(&[&[LotKind::Allowance, LotKind::RolledOver], &[]]),
        Order::of(&[&KINDS[..2], &[], &KINDS[2..3]])
    );
}

#[test]
fn of_equal_lots_the_older_goes_first_then_the_lower_id() {
    let lots = [
        "b purchased 3 2026-01-02 never",
        "a purchased 3 2026-01-02 never",
        "c purchased 3 2026-01-01 never",
    ];
    let replayed = run(&lots, &["2026-01-05 5"], Order::default(), "2026-02-02T00:00:00Z");
    assert_eq!(shown(&replayed), "b 0 0 3; a 2 0 1; c 3 0 0; 0 0");
}

#[test]
fn what_is_had_later_covers_nothing_that_was_spent_before() {
    let lots = ["a purchased 10 2026-01-10 never"];
    let replayed = run(&lots, &["2026-01-09 4", "2026-01-10 3"], Order::default(), "2026-02-01T00:00:00Z");
    assert_eq!(shown(&replayed), "a 3 0 7; 4 0");
    let ahead = run(&lots, &["2026-01-08 4"], Order::default(), "2026-01-09T23:59:59Z");
    assert_eq!((shown(&ahead).as_str(), ahead.lots[0].standing), ("a 0 0 0; 4 0", Standing::Ahead));
    let begun = run(&lots, &["2026-01-08 4"], Order::default(), "2026-01-10T00:00:00Z");
    assert_eq!((shown(&begun).as_str(), begun.lots[0].standing), ("a 0 0 10; 4 0", Standing::Open));
}

#[test]
fn a_lot_is_spent_through_its_last_day_and_lapses_as_the_next_begins() {
    let lots = ["a purchased 10 2026-01-01 on:2026-01-31"];
    let eve = run(&lots, &["2026-01-31 4"], Order::default(), "2026-01-31T23:59:59Z");
    assert_eq!((shown(&eve).as_str(), eve.lots[0].standing), ("a 4 0 6; 0 0", Standing::Open));
    let over = run(&lots, &["2026-01-31 4", "2026-02-01 1"], Order::default(), "2026-02-01T23:59:59Z");
    assert_eq!((shown(&over).as_str(), over.lots[0].standing), ("a 4 6 0; 1 0", Standing::Lapsed));
    assert_eq!(over.lots[0].lapses_at, Some(at("2026-02-01T00:00:00Z")));
}

#[test]
fn what_is_given_back_goes_to_the_lot_drawn_last_that_has_not_lapsed() {
    let lots = ["a granted 4 2026-01-01 on:2026-01-20", "b purchased 10 2026-01-01 never"];
    for (bills, expected) in [
        // Six: four of a, two of b. Three back: two to b, one to a.
        (&["2026-01-05 6", "2026-01-06 -3"][..], "a 3 1 0; b 0 0 10; 0 0"),
        // The same after a has lapsed: two to b, and one has no place.
        (&["2026-01-05 6", "2026-01-21 -3"], "a 4 0 0; b 0 0 10; 0 1"),
        // What was given back can be spent, and be given back, again.
        (&["2026-01-05 6", "2026-01-06 -3", "2026-01-07 2", "2026-01-08 -1"], "a 4 0 0; b 0 0 10; 0 0"),
        // Charges of one instant are one sum.
        (&["2026-01-05 6", "2026-01-05 -6"], "a 0 4 0; b 0 0 10; 0 0"),
        // Nothing was ever spent.
        (&["2026-01-05 -6"], "a 0 4 0; b 0 0 10; 0 6"),
        // What no lot covered is not uncovered less for that.
        (&["2026-01-05 20", "2026-01-06 -1"], "a 4 0 0; b 9 0 1; 6 0"),
    ] {
        let replayed = run(&lots, bills, Order::default(), "2026-01-31T00:00:00Z");
        assert_eq!(shown(&replayed), expected, "{bills:?}");
    }
}

#[test]
fn a_late_charge_moves_everything_after_it() {
    let lots = ["a granted 5 2026-01-01 on:2026-01-10", "b purchased 5 2026-01-01 never"];
    let before = run(&lots, &["2026-01-12 3"], Order::default(), "2026-01-31T00:00:00Z");
    assert_eq!(shown(&before), "a 0 5 0; b 3 0 2; 0 0");
    let after = run(&lots, &["2026-01-12 3", "2026-01-09 4"], Order::default(), "2026-01-31T00:00:00Z");
    assert_eq!(shown(&after), "a 4 1 0; b 3 0 2; 0 0");
}

#[test]
fn a_use_keeps_idle_lots_and_is_too_late_at_the_last_instant() {
    let lots = ["a purchased 10 2026-01-01T00:00:00Z after-inactivity:3d"];
    let calendar = Calendar::new(Zone::UTC);
    let lots: Vec<Lot> = lots.iter().map(|line| lot(line)).collect();
    for (uses, lapse, expected) in [
        (&[][..], "2026-01-04T00:00:00Z", "a 0 10 0; 0 0"),
        (&[("2026-01-03T23:59:59Z", "1", "USD")], "2026-01-06T23:59:59Z", "a 1 9 0; 0 0"),
        (&[("2026-01-04T00:00:00Z", "1", "USD")], "2026-01-04T00:00:00Z", "a 0 10 0; 1 0"),
        // A use in another unit is a use of the account; what was given back or cost nothing is none.
        (&[("2026-01-03T00:00:00Z", "1", "credits")], "2026-01-06T00:00:00Z", "a 0 10 0; 0 0"),
        (&[("2026-01-03T00:00:00Z", "-1", "credits")], "2026-01-04T00:00:00Z", "a 0 10 0; 0 0"),
        (&[("2026-01-03T00:00:00Z", "0", "USD")], "2026-01-04T00:00:00Z", "a 0 10 0; 0 0"),
    ] {
        let uses: Vec<Use> = uses
            .iter()
            .map(|(when, amount, currency)| Use {
                at: at(when),
                amount: decimal(amount),
                currency: currency.parse().unwrap(),
            })
            .collect();
        let replayed = replay(&lots, &uses, Order::default(), &calendar, at("2026-02-01T00:00:00Z")).unwrap();
        assert_eq!(shown(&replayed), expected, "{uses:?}");
        assert_eq!(replayed.lots[0].lapses_at, Some(at(lapse)), "{uses:?}");
    }
}

#[test]
fn amounts_are_exact_where_they_are_small_and_large_at_once() {
    let lots = ["a purchased 7922816251.4264337593543950335 2026-01-01 never"];
    let replayed =
        run(&lots, &["2026-01-05 0.0000000000000000001"], Order::default(), "2026-01-31T00:00:00Z");
    assert_eq!(replayed.lots[0].left.to_string(), "7922816251.4264337593543950334");
    let lots: Vec<Lot> = ["a purchased 79228162514264337593543950335 2026-01-01 never"].map(lot).to_vec();
    let uses = [bill("2026-01-05 0.0000000001")];
    let calendar = Calendar::new(Zone::UTC);
    let until = at("2026-02-01T00:00:00Z");
    let error = replay(&lots, &uses, Order::default(), &calendar, until).unwrap_err();
    assert_eq!(error, CreditError::Overflow(Currency::USD));
    let uses = [bill("2026-01-05 0.000000001")];
    let replayed = replay(&lots, &uses, Order::default(), &calendar, until).unwrap();
    assert_eq!(replayed.lots[0].left.to_string(), "79228162514264337593543950334.999999999");
}

#[test]
fn a_wrong_lot_is_named() {
    let calendar = Calendar::new(Zone::UTC);
    let until = at("2026-02-01T00:00:00Z");
    let same = ["a purchased 1 2026-01-01 never", "a granted 1 2026-01-02 never"].map(lot);
    let error = replay(&same, &[], Order::default(), &calendar, until).unwrap_err();
    assert_eq!(error, CreditError::SameId("a".to_owned()));
    let below = [lot("a purchased -1 2026-01-01 never")];
    let error = replay(&below, &[], Order::default(), &calendar, until).unwrap_err();
    assert_eq!(error.to_string(), "lot a holds less than nothing (-1); enter what it held at first");
    let cycle = spendglass_core::ledger::Cycle::Month(0);
    let day =
        Lot { rule: ExpiryRule::EndOfPeriod { cycle, rollover: 0 }, ..lot("a purchased 1 2026-01-01 never") };
    let error = replay(&[day], &[], Order::default(), &calendar, until).unwrap_err();
    assert_eq!(error.to_string(), "lot a lapses by months from day 0; a month has days 1 to 31");
}

#[test]
fn an_observed_balance_stands_beside_the_lots() {
    let lots = ["a purchased 10 2026-01-01 never"];
    let replayed = run(&lots, &["2026-01-05 4", "2026-01-07 8"], Order::default(), "2026-01-31T00:00:00Z");
    for (when, observed, lots, difference, uncovered) in [
        ("2026-01-05T23:59:58Z", "9.5", "10", "-0.5", "0"),
        ("2026-01-06T12:00:00Z", "6", "6", "0", "0"),
        ("2026-01-07T23:59:59Z", "0.25", "0", "0.25", "2"),
        ("2025-12-31T23:59:59Z", "3", "0", "3", "0"),
        ("2027-01-01T00:00:00Z", "-1", "0", "-1", "2"),
    ] {
        let said = replayed.reconcile(Currency::USD, decimal(observed), at(when)).unwrap();
        let found = [said.lots, said.difference, said.uncovered].map(|sum| sum.to_string());
        assert_eq!(found, [lots, difference, uncovered], "{when}");
    }
}

#[test]
fn at_risk_is_what_the_paths_leave() {
    let lots = ["a granted 10 2026-01-01 on:2026-01-06", "b purchased 20 2026-01-01 never"];
    let replayed = run(&lots, &["2026-01-03 2"], Order::default(), "2026-01-04T12:00:00Z");
    assert_eq!(replayed.days_ahead(Currency::USD), 3);
    let path = |text: &str| text.split(' ').map(decimal).collect::<Vec<_>>();
    // Eight are left, and the rest of the fourth, the fifth and the sixth count; the seventh is too late.
    let paths: Vec<Vec<Decimal>> = (0..11).map(|spent| path(&format!("{spent} 0 0.5 100"))).collect();
    let risk = replayed.at_risk(Currency::USD, &paths).unwrap();
    assert_eq!(risk.len(), 1);
    let spread = risk[0].spread.unwrap();
    let found = [spread.p10, spread.p50, spread.p90].map(|sum| sum.to_string());
    assert_eq!(found, ["0", "2.5", "6.5"]);
    // Ranks are rounded down: of two paths the middle is the lower.
    let two = replayed.at_risk(Currency::USD, &[path("1 0 0"), path("3 0 0")]).unwrap()[0].spread.unwrap();
    assert_eq!([two.p10, two.p50, two.p90].map(|sum| sum.to_string()), ["5", "5", "5"]);
    assert_eq!(replayed.at_risk(Currency::USD, &[path("1 0")]).unwrap()[0].spread, None, "too short");
    assert_eq!(replayed.at_risk(Currency::USD, &[]).unwrap()[0].spread, None, "no path");
    let uneven = replayed.at_risk(Currency::USD, &[path("1 0"), path("1")]).unwrap_err();
    assert_eq!(uneven, CreditError::PathsDiffer(2, 1));
}

#[test]
fn what_is_left_ahead_is_what_the_paths_leave_in_all_lots() {
    let lots = [
        "a granted 10 2026-01-01 on:2026-01-06",
        "b purchased 20 2026-01-01 never",
        "c granted 5 2026-01-05 never",
    ];
    let replayed = run(&lots, &["2026-01-03 2"], Order::default(), "2026-01-04T12:00:00Z");
    let path = |text: &str| text.split(' ').map(decimal).collect::<Vec<_>>();
    let texts = |spread: &Spread| [spread.p10, spread.p50, spread.p90].map(|sum| sum.to_string());
    // Twenty-eight are left; five more are had on the fifth; on the seventh what is still in the first lapses.
    let one = replayed.left_ahead(Currency::USD, &[path("1 0.5 0 0 100")]).unwrap();
    let middle: Vec<String> = one.iter().map(|day| day.p50.to_string()).collect();
    assert_eq!(middle, ["27", "31.5", "31.5", "25", "0"]);
    let paths: Vec<Vec<Decimal>> = (0..11).map(|spent| path(&format!("{spent} 0"))).collect();
    let found = replayed.left_ahead(Currency::USD, &paths).unwrap();
    assert_eq!(texts(&found[0]), ["19", "23", "27"]);
    assert_eq!(texts(&found[1]), ["24", "28", "32"]);
    assert!(replayed.left_ahead(Currency::USD, &[]).unwrap().is_empty());
    assert!(replayed.left_ahead("EUR".parse().unwrap(), &[path("1")]).unwrap().is_empty());
    let uneven = replayed.left_ahead(Currency::USD, &[path("1 0"), path("1")]).unwrap_err();
    assert_eq!(uneven, CreditError::PathsDiffer(2, 1));
}

#[test]
fn the_needed_pace_is_rounded_up_to_a_cent() {
    let now = at("2026-01-01T12:00:00Z");
    for (left, lapses, expected) in [
        ("10", "2026-01-11T12:00:00Z", Some("1")),
        ("10", "2026-01-11T11:59:59Z", Some("1.12")),
        ("10", "2026-01-04T12:00:00Z", Some("3.34")),
        ("10", "2026-01-01T12:00:01Z", Some("10")),
        ("0.001", "2026-01-11T12:00:00Z", Some("0.01")),
        ("0.0000000000000000000000000001", "2036-01-11T12:00:00Z", Some("0.01")),
        ("0", "2026-01-11T12:00:00Z", Some("0")),
        ("1000000", "2026-01-04T12:00:00Z", Some("333333.34")),
        ("10", "2026-01-01T12:00:00Z", None),
    ] {
        let needed = needed_per_day(Total::from(decimal(left)), now, at(lapses));
        assert_eq!(needed.map(|sum| sum.to_string()).as_deref(), expected, "{left} until {lapses}");
    }
}

#[test]
fn a_year_of_thousands_of_uses_and_hundreds_of_lots_is_quick() {
    let mut dice = fastrand::Rng::with_seed(7);
    let first = date("2026-01-01");
    let lots: Vec<Lot> = (0..300)
        .map(|number| {
            let rule =
                ["never", "after-purchase:30d", "after-inactivity:9d", "end-of-period:month,rollover=1"]
                    [number % 4];
            let day = first.plus_days(i64::try_from(number).unwrap());
            lot(&format!("lot-{number} purchased {}.{number:03} {day} {rule}", 1 + number % 40))
        })
        .collect();
    let uses: Vec<Use> = (0..5_000)
        .map(|_| Use {
            at: first.utc_start().plus_seconds(dice.i64(0..365 * 86_400)),
            amount: Decimal::new(dice.i64(-500..1_500), 3),
            currency: Currency::USD,
        })
        .collect();
    let started = std::time::Instant::now();
    let replayed =
        replay(&lots, &uses, Order::default(), &Calendar::new(Zone::UTC), at("2027-01-01T00:00:00Z"))
            .unwrap();
    let took = started.elapsed();
    println!("300 lots and 5,000 uses took {took:?}");
    let draws: usize = replayed.lots.iter().map(|lot| lot.draws.len()).sum();
    assert!(draws > 3_000 && !replayed.sums(Currency::USD).lapsed.is_zero(), "{draws} draws");
    assert!(took < std::time::Duration::from_secs(2), "{took:?}, and this is a slow build");
}
