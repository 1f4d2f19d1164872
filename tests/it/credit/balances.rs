//! What a balance alone tells, by data and by its identity.

use spendglass_core::credit::{
    Burn, Known, Lot, Order, Readings, Replayed, Use, burn, replay, replay_balance,
};
use spendglass_core::money::{Currency, Decimal, exact_add};
use spendglass_core::time::{Calendar, Period, Timestamp, Zone};

use super::by_data::{at, date, lot};
use super::histories::decimal;

/// `day hour:minute amount` of November 2026.
fn readings(lines: &[&str]) -> Vec<(Timestamp, Decimal)> {
    let reading = |line: &&str| {
        let [day, time, amount] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        (at(&format!("2026-11-{day}T{time}:00Z")), decimal(amount))
    };
    lines.iter().map(reading).collect()
}

fn told(lines: &[&str]) -> Burn {
    burn(Currency::USD, &readings(lines), &[]).unwrap()
}

/// `day spent`, with a star where the day is not whole.
fn days(burn: &Burn) -> String {
    let day = |day: &spendglass_core::credit::BurnDay| {
        format!("{} {}{}", day.date.day(), day.spent.normalize(), if day.whole { "" } else { "*" })
    };
    burn.days.iter().map(day).collect::<Vec<_>>().join(", ")
}

fn rises(burn: &Burn) -> Vec<String> {
    burn.rises
        .iter()
        .map(|rise| format!("{} after {} by {}", rise.amount, rise.after, rise.seen_at))
        .collect()
}

#[test]
fn falls_are_spending_by_utc_day() {
    for (lines, expected) in [
        (&[][..], ""),
        (&["01 12:00 50"], ""),
        (&["01 12:00 50", "01 18:00 48"], "1 2*"),
        (&["01 00:00 50", "01 18:00 48", "02 00:00 47"], "1 3"),
        // Six hours before midnight, six after.
        (&["01 18:00 50", "02 06:00 48"], "1 1*, 2 1*"),
        // A week off is spread over the week.
        (&["01 00:00 50", "08 00:00 43"], "1 1, 2 1, 3 1, 4 1, 5 1, 6 1, 7 1"),
        // What cannot be cut goes on the last day.
        (&["01 00:00 50", "04 00:00 49.9"], "1 0.033, 2 0.033, 3 0.034"),
        (&["01 00:00 50.00", "04 00:00 49.89"], "1 0.0366, 2 0.0366, 3 0.0368"),
        // A reading that repeats, and two of one instant.
        (&["01 00:00 50", "01 06:00 50", "01 06:00 50", "02 00:00 49"], "1 1"),
        (&["01 00:00 50", "01 12:00 3", "01 12:00 49", "02 00:00 49"], "1 1"),
        // Not in the order of time.
        (&["02 00:00 47", "01 00:00 50"], "1 3"),
        // Below nought.
        (&["01 00:00 1", "02 00:00 -2"], "1 3"),
    ] {
        let burn = told(lines);
        assert_eq!(days(&burn), expected, "{lines:?}");
        assert!(burn.rises.is_empty(), "{lines:?}");
    }
}

#[test]
fn a_balance_that_trembles_burns_nothing() {
    // Cents back and forth, a refund, and one answer from a stale copy.
    let burn = told(&[
        "01 00:00 50",
        "01 06:00 49.99",
        "01 12:00 50",
        "01 18:00 49.97",
        "02 00:00 50",
        "02 06:00 49.5",
        "02 07:00 49.9",
        "02 07:10 48",
        "02 07:20 49.9",
        "03 00:00 49.9",
    ]);
    assert_eq!(days(&burn), "1 0, 2 0.1");
    assert!(burn.rises.is_empty());
}

#[test]
fn a_rise_is_told_apart_from_spending() {
    let burn =
        told(&["01 00:00 10", "01 12:00 4", "01 12:30 29", "02 00:00 27", "03 00:00 26.5", "04 00:00 27.4"]);
    assert_eq!(rises(&burn), ["25 after 2026-11-01T12:00:00Z by 2026-11-01T12:30:00Z"]);
    assert_eq!(days(&burn), "1 8, 2 0.5, 3 -0.9");
    let uses: Vec<String> =
        burn.uses.iter().map(|one| format!("{} {}", one.at, one.amount.normalize())).collect();
    assert_eq!(
        uses,
        [
            "2026-11-01T12:00:00Z 6",
            "2026-11-02T00:00:00Z 2",
            "2026-11-03T00:00:00Z 0.5",
            "2026-11-04T00:00:00Z -0.9"
        ]
    );
    // A unit at least, or a hundredth of the largest balance.
    for (lines, count) in [
        (["01 00:00 10", "02 00:00 10.99"], 0),
        (["01 00:00 10", "02 00:00 11"], 1),
        (["01 00:00 499", "02 00:00 503"], 0),
        (["01 00:00 495", "02 00:00 500"], 1),
        (["01 00:00 0", "02 00:00 5"], 1),
    ] {
        assert_eq!(told(&lines).rises.len(), count, "{lines:?}");
    }
}

#[test]
fn what_a_rise_hides_is_not_a_whole_day() {
    // Topped up and spent while nobody looked: the day before and the day after are whole, those between are not.
    let burn = told(&["01 00:00 10", "02 00:00 8", "04 00:00 31", "05 00:00 30", "06 00:00 28"]);
    assert_eq!(days(&burn), "1 2, 2 0*, 3 0*, 4 1, 5 2");
    assert_eq!(burn.whole_days(), Some((date("2026-11-04"), vec![decimal("1"), decimal("2")])));
    // Six hours are a quarter, and no more.
    assert_eq!(days(&told(&["01 00:00 10", "01 06:00 31", "02 00:00 30"])), "1 1");
    assert_eq!(days(&told(&["01 00:00 10", "01 06:01 31", "02 00:00 30"])), "1 1*");
    assert_eq!(told(&["01 06:00 10", "02 06:00 9"]).whole_days(), None);
}

#[test]
fn what_is_known_to_be_spent_makes_the_rise_whole() {
    let known = |day: &str, amount: &str| Known { period: date(day).utc_day(), amount: decimal(amount) };
    let spent = [known("2026-11-02", "3"), known("2026-11-03", "4"), known("2026-11-05", "9")];
    // The second and third lie between two readings, the fifth does not.
    let lines = readings(&["01 00:00 10", "02 00:00 8", "04 00:00 26", "05 12:00 25", "06 00:00 24"]);
    let burn = burn(Currency::USD, &lines, &spent).unwrap();
    assert_eq!(rises(&burn), ["25 after 2026-11-02T00:00:00Z by 2026-11-04T00:00:00Z"]);
    assert_eq!(days(&burn), "1 2, 2 3, 3 4, 4 0.66, 5 1.34");
    // More was spent than the balance fell by: something was added.
    let lines = readings(&["02 00:00 8", "03 12:00 7"]);
    let hidden = spendglass_core::credit::burn(Currency::USD, &lines, &[known("2026-11-02", "51")]).unwrap();
    assert_eq!(rises(&hidden), ["50 after 2026-11-02T00:00:00Z by 2026-11-03T12:00:00Z"]);
    let hour = Period::new(at("2026-11-02T23:00:00Z"), at("2026-11-03T13:00:00Z")).unwrap();
    let outside = [Known { period: hour, amount: decimal("51") }];
    assert!(spendglass_core::credit::burn(Currency::USD, &lines, &outside).unwrap().rises.is_empty());
}

/// From the first reading to the last, whatever came between: what was there, less what was spent, with what was added.
#[test]
fn nothing_is_lost_between_the_first_reading_and_the_last() {
    let add = |sum: Decimal, amount: Decimal| exact_add(sum, amount).unwrap();
    let mut dice = fastrand::Rng::with_seed(20_261_122);
    let (mut rose, mut known_count) = (0, 0);
    for _ in 0..2_000 {
        let places = [0, 2, 9][dice.usize(0..3)];
        let (mut when, mut left) = (at("2026-02-26T00:00:00Z"), dice.i64(0..100_000));
        let mut lines = Vec::new();
        for _ in 0..dice.usize(1..25) {
            lines.push((when, Decimal::new(left, places)));
            when = when.plus_seconds([600, 1_800, 7 * 3_600, 3 * 86_400 + 11][dice.usize(0..4)]);
            left += match dice.u8(0..8) {
                0 => dice.i64(-3..4),
                1 => dice.i64(0..90_000),
                _ => -dice.i64(0..2_000),
            };
        }
        let known: Vec<Known> = (0..dice.usize(0..3))
            .map(|day| Known {
                period: date("2026-03-01").plus_days(i64::try_from(day).unwrap()).utc_day(),
                amount: Decimal::new(dice.i64(0..5_000), places),
            })
            .collect();
        let burn = burn(Currency::USD, &lines, &known).unwrap();
        let risen = burn.rises.iter().fold(Decimal::ZERO, |sum, rise| add(sum, rise.amount.exact().unwrap()));
        let spent = burn.days.iter().fold(Decimal::ZERO, |sum, day| add(sum, day.spent));
        let used = burn.uses.iter().fold(Decimal::ZERO, |sum, one| add(sum, one.amount));
        let (first, last) = (lines[0].1, lines[lines.len() - 1].1);
        assert_eq!(last, add(add(first, -spent), risen), "{lines:?}");
        assert_eq!(spent, used, "{lines:?}");
        let dates: Vec<_> = burn.days.iter().map(|day| day.date).collect();
        assert!(dates.windows(2).all(|pair| pair[0].plus_days(1) == pair[1]), "{dates:?}");
        rose += burn.rises.len();
        known_count += known.len();
    }
    assert!(rose > 500 && known_count > 500, "{rose} {known_count}");
}

const UTC: Calendar = Calendar::new(Zone::UTC);

fn beside(lots: &[Lot], seen: &[(Timestamp, Decimal)], until: Timestamp) -> (Burn, Replayed) {
    let readings = Readings { currency: Currency::USD, seen, known: &[] };
    replay_balance(lots, &[], Order::default(), &UTC, until, &readings).unwrap()
}

#[test]
fn a_fall_because_a_lot_lapsed_is_no_spending() {
    let lots = ["a granted 20 2026-11-01 on:2026-11-02", "b purchased 30 2026-11-01 never"].map(lot);
    for (lines, spending, left, difference) in [
        // Five were spent, then fifteen lapsed and one was spent.
        (["01 00:00 50", "02 00:00 45", "04 00:00 29"], "1 5, 2 0.5, 3 0.5", "29", "0"),
        // Nearly all of the fall: the provider counts otherwise by a cent.
        (["01 00:00 50", "02 00:00 45", "04 00:00 30.01"], "1 5, 2 0, 3 0", "30", "0.01"),
        // The balance did not fall: the provider let nothing lapse, and the difference says so.
        (["01 00:00 50", "02 00:00 45", "04 00:00 45"], "1 5, 2 0, 3 0", "30", "15"),
    ] {
        let (burn, replayed) = beside(&lots, &readings(&lines), at("2026-11-04T00:00:00Z"));
        assert_eq!(days(&burn), spending, "{lines:?}");
        let seen = decimal(lines[2].split(' ').next_back().unwrap());
        let said = replayed.reconcile(Currency::USD, seen, replayed.until).unwrap();
        assert_eq!([said.lots, said.difference].map(|sum| sum.to_string()), [left, difference], "{lines:?}");
    }
}

/// What was spent and what lapsed is found again from the balance that it left.
#[test]
fn a_balance_tells_what_made_it() {
    let mut dice = fastrand::Rng::with_seed(11);
    let (first, mut lapsed, mut drawn) = (date("2026-11-01"), 0, 0);
    for _ in 0..1_000 {
        let lots: Vec<Lot> = (0..dice.usize(1..5))
            .map(|number| {
                let days = dice.i64(1..25);
                let rule = match dice.u8(0..4) {
                    0 => "never".to_owned(),
                    1 => format!("after-inactivity:{}d", 1 + days / 5),
                    _ => format!("on:{}", first.plus_days(days)),
                };
                lot(&format!("lot-{number} granted {} {first} {rule}", dice.u32(1..60)))
            })
            .collect();
        let mut when = first.utc_start();
        let mut uses: Vec<Use> = Vec::new();
        let mut instants = vec![when];
        for _ in 0..dice.usize(1..20) {
            when = when.plus_seconds(dice.i64(2..60) * 3_600);
            instants.push(when);
            uses.push(Use { at: when, amount: Decimal::new(dice.i64(0..900), 2), currency: Currency::USD });
        }
        let truth = replay(&lots, &uses, Order::default(), &UTC, when).unwrap();
        // Spending that nothing covers leaves no mark on a balance.
        if !truth.sums(Currency::USD).uncovered.is_zero() {
            continue;
        }
        let left = |at: &Timestamp| (*at, truth.sums_at(Currency::USD, *at).left.exact().unwrap());
        let seen: Vec<_> = instants.iter().map(left).collect();
        let (burn, found) = beside(&lots, &seen, when);
        assert_eq!(found.lots, truth.lots, "{lots:?} {uses:?}");
        let spent: Vec<Use> = uses.into_iter().filter(|one| !one.amount.is_zero()).collect();
        assert_eq!(burn.uses, spent);
        lapsed += burn.lapses.len();
        drawn += burn.uses.len();
    }
    assert!(lapsed > 300 && drawn > 1_000, "{lapsed} {drawn}");
}
