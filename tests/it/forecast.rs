//! Forecasts: what they promise of themselves, and that they are worth something on persons whose making they do not know.

use proptest::prelude::*;
use rust_decimal::Decimal;
use spendglass_core::forecast::{
    Course, DaySpread, Forecast, History, NoForecast, Spread, back_test, running,
};
use spendglass_core::time::Date;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn history(first: &str, days: impl IntoIterator<Item = i64>) -> History {
    History { first: date(first), days: days.into_iter().map(|cents| Decimal::new(cents, 2)).collect() }
}

fn of(history: &History) -> Forecast {
    Forecast::of(history).unwrap()
}

fn same(amount: Decimal) -> Spread {
    Spread { p10: amount, p50: amount, p90: amount }
}

/// A small generator that the room does not know: sums of throws, a week, and a level.
struct Throws(u64);

impl Throws {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// Days of somebody who works in one of five ways.
    fn person(seed: u64, count: u64) -> Vec<i64> {
        let mut throws = Throws(seed * 7_919 + 1);
        let (size, weekend) = (200 + throws.below(5_000), 10 + throws.below(90));
        let growth = 960 + throws.below(90);
        let (mut level, mut away) = (1_000, 0);
        let days = (0..count).map(|day| {
            let week = if day % 7 >= 5 { weekend } else { 100 };
            if day % 7 == 0 && seed % 5 == 1 {
                level = (level * growth / 1_000).clamp(100, 10_000);
            }
            if seed % 5 == 2 && away == 0 && throws.below(60) == 0 {
                away = 4 + throws.below(12);
            }
            let throw = throws.below(100) + throws.below(100) + throws.below(100);
            let idle = away > 0 || (seed % 5 == 3 && throws.below(3) == 0);
            away = away.saturating_sub(1);
            let burst = if seed % 5 == 4 && throws.below(25) == 0 { size * 5 } else { 0 };
            let cost = if idle { 0 } else { size * week * level * throw / 150 / 100_000 + burst };
            i64::try_from(cost).unwrap()
        });
        days.collect()
    }
}

#[test]
fn too_few_days_are_refused_with_the_reason() {
    for (count, words) in [(0, "are none"), (1, "is one"), (6, "are 6")] {
        let refused = Forecast::of(&history("2026-11-01", vec![100; count])).err().unwrap();
        assert_eq!(refused, NoForecast { days: count });
        let said = refused.to_string();
        assert_eq!(said, format!("a forecast needs 7 complete days, and there {words} so far"));
    }
    assert_eq!(of(&history("2026-11-01", vec![100; 7])).of_days(), 7);
}

#[test]
fn what_never_changes_is_forecast_as_it_is() {
    let steady = of(&history("2026-10-01", vec![250; 31]));
    assert_eq!(steady.first(), date("2026-11-01"));
    let month = steady.sum(30);
    for figure in [month.p10, month.p50, month.p90] {
        assert!((dec("60")..=dec("90")).contains(&figure), "{month:?}");
    }
    assert!((month.p50 - dec("75")).abs() < dec("3"), "{month:?}");
    let left = steady.days_left(dec("25"));
    assert!((8..=12).contains(&left.p50.unwrap()), "{left:?}");
    assert!(left.p10 <= left.p50 && left.p50 <= left.p90);
}

#[test]
fn nothing_is_not_something() {
    let idle = of(&history("2026-10-01", vec![0; 40]));
    assert_eq!(idle.sum(30), same(Decimal::ZERO));
    assert_eq!(idle.per_day(), same(Decimal::ZERO));
    assert_eq!(idle.days_left(dec("5")), DaySpread { p10: None, p50: None, p90: None });
    let none = DaySpread { p10: Some(0), p50: Some(0), p90: Some(0) };
    assert_eq!(idle.days_left(Decimal::ZERO), none);
    // An empty future costs nothing.
    assert_eq!(of(&history("2026-10-01", 1..=30)).sum(0), same(Decimal::ZERO));
    assert!(of(&history("2026-10-01", 1..=30)).paths(0).iter().all(Vec::is_empty));
    assert_eq!(back_test(&history("2026-10-01", vec![0; 90])), None);
}

#[test]
fn the_same_days_give_the_same_forecast_and_others_another() {
    let days = Throws::person(4, 120);
    let (one, two) = (history("2026-06-01", days.clone()), history("2026-06-01", days.clone()));
    assert_eq!(of(&one).paths(40), of(&two).paths(40));
    assert_eq!(one.mark(), two.mark());
    // How an amount is written is no other amount.
    let written =
        History { first: one.first, days: one.days.iter().map(|day| *day * dec("1.000")).collect() };
    assert_eq!(of(&one).sum(20), of(&written).sum(20));
    // A shorter way is the beginning of a longer one.
    for (short, long) in of(&one).paths(10).iter().zip(of(&one).paths(40)) {
        assert_eq!(short[..], long[..10]);
    }
    // A correction that arrives late changes what is forecast.
    let mut corrected = days;
    corrected[100] += 10_000;
    let corrected = history("2026-06-01", corrected);
    assert_ne!(of(&one).sum(30), of(&corrected).sum(30));
    assert_ne!(one.mark(), corrected.mark());
}

#[test]
fn the_week_goes_on() {
    // Monday to Friday 10.00, nothing at the weekend; 2026-08-03 is a Monday.
    let days = (0..84).map(|day| if day % 7 < 5 { 1_000 } else { 0 });
    let office = of(&history("2026-08-03", days));
    let paths = office.paths(14);
    let mean = |day: usize| paths.iter().map(|path| path[day]).sum::<Decimal>() / Decimal::from(paths.len());
    for day in 0..14 {
        let weekend = day % 7 >= 5;
        assert_eq!(mean(day) < dec("3"), weekend, "day {day}: {}", mean(day));
    }
}

#[test]
fn somebody_who_stopped_is_not_forecast_to_go_on() {
    let mut days = vec![1_000; 90];
    days.extend([0; 30]);
    let stopped = of(&history("2026-06-01", days)).sum(20);
    assert_eq!((stopped.p10, stopped.p50), (Decimal::ZERO, Decimal::ZERO));
    // One idle day is no stop.
    let mut days = vec![1_000; 90];
    days.push(0);
    assert!(of(&history("2026-06-01", days)).sum(20).p50 > dec("150"));
}

#[test]
fn what_is_known_of_the_first_days_is_spent() {
    let course = || Course { forecast: of(&history("2026-10-01", vec![100; 31])), known: vec![dec("50")] };
    let (start, end) = (date("2026-11-01"), date("2026-12-01"));
    let month = running(&[course()], start, end);
    assert_eq!(month.len(), 30);
    assert_eq!(month[0], same(dec("50")));
    assert!(month.windows(2).all(|two| two[0].p10 <= two[1].p10 && two[0].p90 <= two[1].p90));
    // Two courses are twice as much, and one that begins earlier counts from the date on only.
    let two = running(&[course(), course()], start, end);
    assert_eq!(two[0], same(dec("100")));
    let later = running(&[course()], date("2026-11-02"), end);
    assert_eq!(later.len(), 29);
    assert!(later[0].p90 < dec("3"));
    assert_eq!(running(&[], start, end), vec![same(Decimal::ZERO); 30]);
}

#[test]
fn months_of_every_length_are_tried() {
    // January 31, February 28, March 31, April 30 of 2026; February 29 of 2028. Whatever day a history begins on.
    for (first, days, months) in [
        ("2026-01-01", 120, 4),
        ("2026-01-02", 119, 3),
        ("2026-01-01", 119, 3),
        ("2028-02-01", 29, 1),
        ("2028-02-01", 28, 0),
    ] {
        let test = back_test(&history(first, (0..days).map(|day| 100 + day % 7)));
        assert_eq!(test.map_or(0, |test| test.months), months, "{first}, {days} days");
    }
}

#[test]
fn a_back_test_does_not_look_ahead() {
    // The last month is like none before: what was forecast of the months before it stays as it was.
    let days = Throws::person(10, 151);
    let mut wild = days.clone();
    wild[120..].iter_mut().for_each(|day| *day += 50_000);
    let before = back_test(&history("2026-01-01", days[..120].to_vec())).unwrap();
    let with = back_test(&history("2026-01-01", wild)).unwrap();
    assert_eq!((before.months, with.months), (4, 5));
    assert!(with.inside >= before.inside);
    assert!(with.forecasts > before.forecasts);
}

#[test]
fn month_ends_lie_in_their_range_and_nearer_than_the_run_rate() {
    let (mut inside, mut all) = (0, 0);
    let (mut errors, mut run_rates) = (Vec::new(), Vec::new());
    for seed in 0..30 {
        let history = history("2026-01-01", Throws::person(seed, 212));
        for (start, end) in [(59, 90), (90, 120), (120, 151), (151, 181), (181, 212)] {
            let came: Decimal = history.days[start..end].iter().sum();
            if came <= Decimal::ZERO {
                continue;
            }
            for after in [2, 5, 10, 17, 24] {
                let known = History { first: history.first, days: history.days[..start + after].to_vec() };
                let so_far: Decimal = known.days[start..].iter().sum();
                let rest = of(&known).sum(end - start - after);
                let within = so_far + rest.p10 <= came && came <= so_far + rest.p90;
                inside += usize::from(within);
                all += 1;
                errors.push((so_far + rest.p50 - came).abs() / came);
                let rate = so_far * Decimal::from(end - start) / Decimal::from(after);
                run_rates.push((rate - came).abs() / came);
            }
        }
    }
    let median = |errors: &mut Vec<Decimal>| {
        errors.sort_unstable();
        errors[errors.len() / 2]
    };
    let (error, run_rate) = (median(&mut errors), median(&mut run_rates));
    let share = inside * 100 / all;
    assert!((70..=90).contains(&share), "{share} % of {all} lie within");
    assert!(error * dec("100") <= run_rate * dec("80"), "{error} against {run_rate}");
}

fn amount() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        3 => (0_i64..10_000_000, 0_u32..12).prop_map(|(n, scale)| Decimal::new(n, scale)),
        1 => Just(Decimal::ZERO),
        1 => (-10_000_i64..0, 0_u32..4).prop_map(|(n, scale)| Decimal::new(n, scale)),
        1 => (any::<i64>(), 0_u32..28).prop_map(|(n, scale)| Decimal::new(n, scale)),
        1 => Just(Decimal::MAX),
        1 => Just(Decimal::from_i128_with_scale(1, 28)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_days_at_all_are_forecast_in_order(days in prop::collection::vec(amount(), 7..120), ahead in 0_usize..60) {
        let history = History { first: date("2026-02-17"), days };
        let forecast = of(&history);
        let sum = forecast.sum(ahead);
        prop_assert!(sum.p10 <= sum.p50 && sum.p50 <= sum.p90);
        prop_assert!(forecast.paths(ahead).iter().all(|path| path.len() == ahead));
        let all_positive = history.days.iter().all(|day| *day >= Decimal::ZERO);
        prop_assert!(!all_positive || sum.p10 >= Decimal::ZERO);
        let _ = back_test(&history);
        let course = Course { forecast, known: vec![Decimal::ONE] };
        let all = running(&[course], date("2026-03-01"), date("2026-05-01"));
        prop_assert_eq!(all.len(), 61);
    }
}
