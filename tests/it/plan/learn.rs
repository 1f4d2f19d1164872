//! What a plan's windows hold, learned from readings of synthetic persons whose true capacity is known.

use fastrand::Rng;
use spendglass_core::catalogue::{Plans, Surface, Task};
use spendglass_core::ledger::QuotaWindow;
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::plan::{
    Abstains, Buyer, Capacity, Case, Element, Kind, KindSet, Learned, Measure, NotLearned, Row, Usage,
    WindowReading, learn, replay, resolve,
};
use spendglass_core::time::Timestamp;

const PRO: &str = "acme/pro";
const MAX: &str = "acme/max";
const HOURS: QuotaWindow = QuotaWindow::FIVE_HOURS;

fn cents(count: u64) -> Decimal {
    Decimal::new(i64::try_from(count).unwrap(), 2)
}

fn kind(account: i64) -> Kind {
    Kind {
        account,
        provider: "acme".to_owned(),
        model: "large".to_owned(),
        surface: Surface::CodingAgent,
        task: Task::Text,
        batch: false,
        project: None,
        api_key: None,
    }
}

/// A person: windows one after another, use within them, and readings that say how much of the capacity it is.
struct Person {
    usage: Usage,
    readings: Vec<WindowReading>,
}

/// How a person and a provider behave.
#[derive(Clone, Copy)]
struct Ways {
    windows: u64,
    /// The capacity in cents of list cost.
    capacity: u64,
    /// By how many per cent it differs from window to window.
    noise: u64,
    /// Of how many windows one has no reading at all; 0: each has some.
    gaps: u64,
    /// Of how many windows one begins anew in the middle.
    begun_anew: u64,
    /// From which window on the plan holds five times as much.
    changed: u64,
    /// Seconds that a row tells of.
    seconds: u32,
    /// How much of the use stays out of the books, in per cent.
    elsewhere: u64,
    window: QuotaWindow,
}

const CALM: Ways = Ways {
    windows: 30,
    capacity: 2_000,
    noise: 0,
    gaps: 0,
    begun_anew: 0,
    changed: u64::MAX,
    seconds: 1,
    elsewhere: 0,
    window: HOURS,
};

fn length(window: QuotaWindow) -> i64 {
    if window == QuotaWindow::Week { 7 * 86_400 } else { 18_000 }
}

fn live(ways: Ways, seed: u64) -> Person {
    let mut rng = Rng::with_seed(seed);
    let first: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    let length = length(ways.window);
    let mut start = first.plus_seconds(3_600);
    let (mut rows, mut readings) = (Vec::new(), Vec::new());
    for number in 0..ways.windows {
        let end = start.plus_seconds(length);
        let plan = if number >= ways.changed { MAX } else { PRO };
        let times = if plan == MAX { 5 } else { 1 };
        let noise = rng.u64(100 - ways.noise..=100 + ways.noise);
        let capacity = ways.capacity * times * noise;
        let silent = ways.gaps > 0 && number % ways.gaps == 0;
        let anew = (ways.begun_anew > 0 && number % ways.begun_anew == 0).then(|| rng.i64(8..16));
        let mut counted = 0;
        for step in 0..20 {
            if anew == Some(step) {
                counted = 0;
            }
            let mut at = start.plus_seconds(length / 20 * step + rng.i64(1..length / 21));
            if ways.seconds > 1 {
                let seconds = i64::from(ways.seconds);
                at = Timestamp::from_unix((at.unix().div_euclid(seconds) + 1) * seconds - 1).unwrap();
            }
            let cost = rng.u64(..=ways.capacity * times / 12);
            // Refused once the window is full.
            if (counted + cost) * 100 > capacity {
                continue;
            }
            counted += cost;
            rows.push(Row {
                at,
                seconds: ways.seconds,
                kind: 0,
                requests: Some(1),
                input_tokens: cost,
                cache_read_tokens: 0,
                output_tokens: cost,
                metered: None,
                list_cost: cents(cost) * Decimal::from(100 - ways.elsewhere) / Decimal::ONE_HUNDRED,
                billed_cost: None,
            });
            if !silent && rng.u8(..2) == 0 {
                // A provider rounds to whole per cent, and tells the end of the window with a drift of seconds.
                let percent = (counted * 10_000 + capacity / 2) / capacity;
                readings.push(WindowReading {
                    account: 7,
                    plan: plan.to_owned(),
                    window: ways.window,
                    model: None,
                    kinds: KindSet::all(1),
                    used_percent: percent.into(),
                    observed_at: at.plus_seconds(20),
                    resets_at: Some(end.plus_seconds(rng.i64(-5..6))),
                });
            }
        }
        start = end.plus_seconds(rng.i64(0..7_200));
    }
    rows.sort_by_key(|row: &Row| row.at);
    let usage = Usage {
        window: Some((first.utc_date(), start.utc_date().plus_days(2))),
        currency: Some(Currency::USD),
        kinds: vec![kind(7)],
        rows,
        excluded: Vec::new(),
    };
    Person { usage, readings }
}

fn learned(ways: Ways, seed: u64) -> Learned {
    let person = live(ways, seed);
    learn(&person.readings, &person.usage)
}

/// How far a figure lies from the truth, in per cent.
fn off(found: Decimal, truth: u64) -> Decimal {
    (found / cents(truth) - Decimal::ONE).abs() * Decimal::ONE_HUNDRED
}

fn holds(capacity: &Capacity, truth: u64) -> bool {
    capacity.low <= cents(truth) && cents(truth) <= capacity.high
}

#[test]
fn a_capacity_is_learned_from_shares() {
    for seed in 0..200 {
        let found = learned(CALM, seed);
        let capacity = found.capacity(PRO, HOURS).unwrap();
        assert!(holds(capacity, 2_000), "{capacity:?}");
        assert!(off(capacity.middle, 2_000) < Decimal::TWO, "{capacity:?}");
        assert!(capacity.readings > 20 && capacity.from < capacity.to);
        assert_eq!(found.capacity(MAX, HOURS), None);
        assert_eq!(found.capacity(PRO, QuotaWindow::Week), None);
        assert_eq!(found.why_not(PRO, HOURS), None);
    }
}

#[test]
fn by_hand() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let row = |when: &str, cost: u64| Row {
        at: at(when),
        seconds: 1,
        kind: 0,
        requests: Some(1),
        input_tokens: 1,
        cache_read_tokens: 0,
        output_tokens: 1,
        metered: None,
        list_cost: cents(cost),
        billed_cost: None,
    };
    let usage = Usage {
        window: Some(("2026-03-01".parse().unwrap(), "2026-04-01".parse().unwrap())),
        currency: Some(Currency::USD),
        kinds: vec![kind(7)],
        // One before the window, one on its first second, two inside, one after the last reading.
        rows: vec![
            row("2026-03-02T09:59:59Z", 700),
            row("2026-03-02T10:00:00Z", 100),
            row("2026-03-02T11:00:00Z", 200),
            row("2026-03-02T12:00:00Z", 300),
            row("2026-03-02T14:00:00Z", 900),
        ],
        excluded: Vec::new(),
    };
    let reading = |when: &str, percent: Decimal| WindowReading {
        account: 7,
        plan: PRO.to_owned(),
        window: HOURS,
        model: None,
        kinds: KindSet::all(1),
        used_percent: percent,
        observed_at: at(when),
        resets_at: Some(at("2026-03-02T15:00:00Z")),
    };
    // 1.00 is 10 %, 3.00 is 30 %, 6.00 is 60 %: 10.00 in all. With whole per cents, 6.00 / 60.5 % at least and 1.00 / 9.5 % at most.
    let three = [
        reading("2026-03-02T10:30:00Z", Decimal::TEN),
        reading("2026-03-02T11:30:00Z", Decimal::from(30)),
        reading("2026-03-02T12:00:00Z", Decimal::from(60)),
    ];
    let found = *learn(&three, &usage).capacity(PRO, HOURS).unwrap();
    assert_eq!(found.middle, Decimal::TEN);
    assert_eq!(found.low, Decimal::new(9_523_810, 6));
    assert_eq!(found.high, Decimal::new(10_526_316, 6));
    assert_eq!((found.readings, found.from, found.to), (3, three[0].observed_at, three[2].observed_at));
    // Told to a tenth of a per cent and more, nothing is taken as rounded.
    let fine = [
        reading("2026-03-02T10:30:00Z", Decimal::new(125, 1)),
        reading("2026-03-02T11:30:00Z", Decimal::new(375, 1)),
        reading("2026-03-02T12:00:00Z", Decimal::new(755, 1)),
    ];
    let found = *learn(&fine, &usage).capacity(PRO, HOURS).unwrap();
    assert_eq!(
        (found.low, found.middle, found.high),
        (Decimal::new(7_947_020, 6), Decimal::from(8), Decimal::from(8))
    );
    // Two readings are too few, whatever they say; those under 5 % and full ones do not count.
    let mut few = three.to_vec();
    few[0].used_percent = Decimal::new(49, 1);
    assert_eq!(learn(&few, &usage).why_not(PRO, HOURS), Some(NotLearned::TooFew { readings: 2 }));
    few[0].used_percent = Decimal::TEN;
    few[2].used_percent = Decimal::ONE_HUNDRED;
    assert_eq!(learn(&few, &usage).why_not(PRO, HOURS), Some(NotLearned::TooFew { readings: 2 }));
    // A window whose end nobody tells begins nobody knows when.
    let endless: Vec<_> =
        three.iter().map(|reading| WindowReading { resets_at: None, ..reading.clone() }).collect();
    assert_eq!(learn(&endless, &usage).why_not(PRO, HOURS), Some(NotLearned::TooFew { readings: 0 }));
    // Usage that is not complete yet, or does not reach back to the start of the window, says nothing.
    for (from, to) in [("2026-03-03", "2026-04-01"), ("2026-03-01", "2026-03-02")] {
        let other = Usage { window: Some((from.parse().unwrap(), to.parse().unwrap())), ..usage.clone() };
        assert_eq!(learn(&three, &other).capacity(PRO, HOURS), None);
    }
    // Of no plan of which there is no reading anything is said.
    assert_eq!(learn(&[], &usage), Learned::default());
    assert_eq!(learn(&three, &usage).why_not(MAX, HOURS), None);
}

#[test]
fn noise_widens_the_range_and_keeps_the_middle() {
    for seed in 0..200 {
        let noisy = *learned(Ways { noise: 20, windows: 60, ..CALM }, seed).capacity(PRO, HOURS).unwrap();
        assert!(holds(&noisy, 2_000), "{noisy:?}");
        assert!(off(noisy.middle, 2_000) < Decimal::from(15), "{noisy:?}");
        let calm = *learned(Ways { windows: 60, ..CALM }, seed).capacity(PRO, HOURS).unwrap();
        assert!(noisy.high - noisy.low > calm.high - calm.low);
    }
}

#[test]
fn gaps_resets_and_a_changed_plan_mislead_nobody() {
    for seed in 0..200 {
        let ways = Ways { gaps: 2, begun_anew: 3, changed: 25, windows: 50, ..CALM };
        let found = learned(ways, seed);
        for (plan, truth) in [(PRO, 2_000), (MAX, 10_000)] {
            let capacity = found.capacity(plan, HOURS).unwrap();
            assert!(holds(capacity, truth), "{plan} {capacity:?}");
            // A window that began anew unseen says too much until its first fall; the middle does not hear of it.
            assert!(off(capacity.middle, truth) < Decimal::from(3), "{plan} {capacity:?}");
        }
    }
}

#[test]
fn readings_after_a_change_of_plan_in_one_window_are_left_out() {
    let mut person = live(Ways { windows: 12, ..CALM }, 5);
    let before = *learn(&person.readings, &person.usage).capacity(PRO, HOURS).unwrap();
    // The last window's second half is of another plan, five times as large: its shares are of what was used under both.
    let start = person.readings.last().unwrap().resets_at.unwrap().plus_seconds(-18_000);
    let mut later = 0;
    for reading in
        person.readings.iter_mut().filter(|reading| reading.observed_at > start.plus_seconds(9_000))
    {
        reading.plan = MAX.to_owned();
        reading.used_percent = (reading.used_percent / Decimal::from(5)).round();
        later += 1;
    }
    assert!(later >= 3);
    let found = learn(&person.readings, &person.usage);
    assert_eq!(found.why_not(MAX, HOURS), Some(NotLearned::TooFew { readings: 0 }));
    let after = *found.capacity(PRO, HOURS).unwrap();
    assert!(after.readings < before.readings && holds(&after, 2_000));
}

#[test]
fn usage_that_came_late_is_taken_once_it_is_there() {
    let person = live(CALM, 11);
    let (from, _) = person.usage.window.unwrap();
    // Of the first two days all is known: what was read after them waits.
    let early = Usage {
        window: Some((from, from.plus_days(2))),
        rows: person.usage.rows.iter().filter(|row| row.at.utc_date() < from.plus_days(2)).copied().collect(),
        ..person.usage.clone()
    };
    let some = *learn(&person.readings, &early).capacity(PRO, HOURS).unwrap();
    let all = *learn(&person.readings, &person.usage).capacity(PRO, HOURS).unwrap();
    assert!(some.readings < all.readings && some.to.utc_date() < from.plus_days(2));
    assert!(holds(&some, 2_000) && holds(&all, 2_000));
}

#[test]
fn use_that_is_not_in_the_books_is_said() {
    let person = live(CALM, 3);
    let empty = Usage { rows: Vec::new(), ..person.usage.clone() };
    let found = learn(&person.readings, &empty);
    assert_eq!(found.capacity(PRO, HOURS), None);
    assert!(matches!(found.why_not(PRO, HOURS), Some(NotLearned::UsedElsewhere { .. })));
    // Half of the windows with nothing in the books: not enough is known of the others either.
    let half: Vec<Row> =
        person.usage.rows.iter().filter(|row| row.at.utc_date().day() % 4 < 2).copied().collect();
    let found = learn(&person.readings, &Usage { rows: half, ..person.usage.clone() });
    assert_eq!(found.capacity(PRO, HOURS), None);
}

#[test]
fn hours_and_days_say_what_they_can() {
    // A week told by the hour is told finely enough; five hours told by the day are not.
    let ways = Ways { window: QuotaWindow::Week, seconds: 3_600, windows: 12, ..CALM };
    for seed in 0..50 {
        let found = learned(ways, seed);
        let capacity = found.capacity(PRO, QuotaWindow::Week).unwrap();
        assert!(holds(capacity, 2_000) && off(capacity.middle, 2_000) < Decimal::from(3), "{capacity:?}");
    }
    let found = learned(Ways { seconds: 86_400, ..CALM }, 1);
    assert_eq!(found.capacity(PRO, HOURS), None);
}

#[test]
fn windows_of_one_model_are_learned_apart() {
    let mut person = live(CALM, 9);
    for reading in &mut person.readings {
        reading.model = Some("large".to_owned());
    }
    let found = learn(&person.readings, &person.usage);
    assert_eq!(found.capacity(PRO, HOURS), None);
    assert!(holds(found.capacity_of(PRO, HOURS, Some("large")).unwrap(), 2_000));
    assert_eq!(found.iter().count(), 1);
    // What counts no kind that was used says nothing.
    for reading in &mut person.readings {
        reading.kinds = KindSet::those(&person.usage.kinds, |_| false);
    }
    let found = learn(&person.readings, &person.usage);
    assert_eq!(found.capacity_of(PRO, HOURS, Some("large")), None);
}

#[test]
fn readings_that_contradict_one_another_say_nothing() {
    let mut person = live(CALM, 4);
    let (mut ends, mut number) = (person.readings[0].resets_at.unwrap(), 0);
    for reading in &mut person.readings {
        let end = reading.resets_at.unwrap();
        number += u32::from(end.seconds_since(ends) > 3_600);
        ends = end;
        // Every other window holds six times as much.
        if number % 2 == 1 {
            reading.used_percent /= Decimal::from(6);
        }
    }
    let found = learn(&person.readings, &person.usage);
    assert!(matches!(found.why_not(PRO, HOURS), Some(NotLearned::TooFarApart { .. })));
}

/// Two plans of which one holds five times what the other does, and nobody says how much that is.
const PLANS: &str = r#"{"plans": [
    {"id": "acme/pro", "provider": "acme", "product": "Acme", "name": "Pro", "overage": "blocked",
        "prices": [{"amount": "20", "currency": "USD", "tax": "excluded"}],
        "limits": [{"unit": "usage", "amount": null, "window": "5 hours", "starts": "first use"}],
        "sources": ["https://acme.example"], "seen": "2026-03-01", "confidence": "high", "evidence": "official"},
    {"id": "acme/max", "provider": "acme", "product": "Acme", "name": "Max", "overage": "blocked",
        "prices": [{"amount": "100", "currency": "USD", "tax": "excluded"}],
        "limits": [{"unit": "usage", "amount": {"times": "5", "of": "acme/pro"}, "window": "5 hours", "starts": "first use"}],
        "sources": ["https://acme.example"], "seen": "2026-03-01", "confidence": "high", "evidence": "official"}]}"#;

#[test]
fn a_plan_is_replayed_by_what_was_learned_of_it_or_of_the_one_it_is_a_multiple_of() {
    let plans = Plans::read(PLANS).unwrap();
    let person = live(Ways { noise: 10, ..CALM }, 21);
    let found = learn(&person.readings, &person.usage);
    let capacity = *found.capacity(PRO, HOURS).unwrap();
    let settle = |id: &str, learned: &Learned, case: Case| {
        resolve(plans.find(id).unwrap(), &plans, &person.usage, &Buyer::default(), learned, case)
    };
    let cases = [(Case::Dear, capacity.low), (Case::Middle, capacity.middle), (Case::Cheap, capacity.high)];
    for (case, amount) in cases {
        for (id, times) in [(PRO, 1), (MAX, 5)] {
            let resolved = settle(id, &found, case).unwrap();
            let [limit] = resolved.terms.limits.as_slice() else { panic!("one limit") };
            assert_eq!((limit.measure, limit.amount), (Measure::List, amount * Decimal::from(times)), "{id}");
            assert!(resolved.ranged, "what was learned is a range");
        }
    }
    // Without readings both abstain, and say what would help.
    for id in [PRO, MAX] {
        let why = settle(id, &Learned::default(), Case::Middle).unwrap_err();
        assert!(matches!(why, Abstains::Unpublished { .. }), "{why}");
        assert!(why.to_string().contains("readings"), "{why}");
    }
    // What the smaller plan really served is served by the smaller plan again, but for what rounding and noise take; the larger has room.
    let served = |id: &str, case: Case| {
        let terms = settle(id, &found, case).unwrap().terms;
        replay(&person.usage, &[Element::Plan(Box::new(terms))]).unwrap().elements[0].served_list
    };
    let all: Decimal = person.usage.rows.iter().map(|row| row.list_cost).sum();
    assert_eq!(served(MAX, Case::Dear), all);
    let share = served(PRO, Case::Middle) / all;
    assert!(Decimal::new(95, 2) < share && share <= Decimal::ONE, "{share}");
    assert!(served(PRO, Case::Dear) <= served(PRO, Case::Cheap));
    // A capacity that somebody tells goes the same way.
    let mut told = Learned::default();
    let half = capacity.middle / Decimal::TWO;
    told.insert(PRO, HOURS, Capacity { low: half, middle: half, high: half, ..capacity });
    let terms = settle(PRO, &told, Case::Middle).unwrap().terms;
    let replayed = replay(&person.usage, &[Element::Plan(Box::new(terms))]).unwrap();
    assert!(replayed.elements[0].served_list < all && replayed.months[0].refused.requests > 0);
}
