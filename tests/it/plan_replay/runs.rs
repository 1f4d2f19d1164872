//! Runs of rows against row by row: the same to the last digit, whatever the plan.

use fastrand::Rng;
use proptest::prelude::*;
use spendglass_core::catalogue::{AtHours, Quantity, RatePer};
use spendglass_core::ledger::{Life, Meter};
use spendglass_core::plan::{OwnRate, OwnUnit, Prepared, TermFee, TermPack, VolumeDiscount};

use super::*;

const KINDS: usize = 5;

fn pick<T: Clone>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())].clone()
}

/// Up to 900 rows of five kinds in bursts: several blocks of sums, rows at one instant, rows of a whole day, counts of nought.
fn any_usage(rng: &mut Rng) -> Usage {
    let from = date(pick(rng, &["2026-01-01", "2026-01-31", "2026-03-05", "2026-10-20"]));
    let days = rng.i64(1..130);
    let mut kinds: Vec<Kind> = (0..KINDS).map(|place| kind(&format!("model-{place}"))).collect();
    kinds[1].batch = true;
    let end = from.plus_days(days).utc_start();
    let (mut rows, mut now) = (Vec::new(), from.utc_start());
    let (count, pause) = (rng.usize(..900), rng.i64(1..20_000));
    let unknown = rng.bool();
    for _ in 0..count {
        now = now.plus_seconds(if rng.u8(..4) == 0 { rng.i64(0..pause * 4) } else { rng.i64(0..60) });
        if now >= end {
            break;
        }
        let (input, output) = (rng.u64(..5_000), rng.u64(..2_000) * rng.u64(..2));
        rows.push(Row {
            at: now,
            seconds: pick(rng, &[1, 1, 1, 3_600, 86_400]),
            kind: rng.u32(..u32::try_from(KINDS).unwrap()),
            requests: if unknown && rng.u8(..30) == 0 { None } else { Some(rng.u64(..4)) },
            input_tokens: input,
            cache_read_tokens: if rng.bool() { input / 3 } else { 0 },
            output_tokens: output,
            metered: (rng.u8(..5) == 0)
                .then(|| (pick(rng, &[Meter::Image, Meter::Second]), Decimal::new(rng.i64(0..900), 2))),
            list_cost: Decimal::new(i64::try_from(input * 3 + output * 15).unwrap(), 6)
                * Decimal::from(rng.u8(..2)),
            billed_cost: None,
        });
    }
    Usage {
        window: Some((from, from.plus_days(days))),
        currency: Some(Currency::USD),
        kinds,
        rows,
        excluded: Vec::new(),
    }
}

fn some_kinds(rng: &mut Rng) -> KindSet {
    let kinds: Vec<Kind> = (0..KINDS).map(|place| kind(&place.to_string())).collect();
    if rng.bool() { KindSet::all(KINDS) } else { KindSet::those(&kinds, |_| rng.bool()) }
}

fn a_window(rng: &mut Rng) -> QuotaWindow {
    use QuotaWindow::{Day, Lifetime, Minutes, Month, Months, Week, Year};
    pick(
        rng,
        &[Minutes(60), Minutes(300), Minutes(420), Day, Day, Week, Month, Month, Months(3), Year, Lifetime],
    )
}

fn a_start(rng: &mut Rng) -> Starts {
    let zones = ["UTC", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Apia"];
    match rng.u8(..8) {
        0..3 => Starts::Calendar(zone(pick(rng, &zones))),
        3..5 => Starts::Purchase,
        5..7 => Starts::FirstUse,
        _ => Starts::Sliding,
    }
}

/// What is counted, and a usual count of it in a few rows.
fn a_measure(rng: &mut Rng) -> (Measure, i64) {
    pick(
        rng,
        &[
            (Measure::Requests, 5),
            (Measure::Tokens, 9_000),
            (Measure::InputTokens, 7_000),
            (Measure::OutputTokens, 2_000),
            (Measure::Units(Meter::CacheRead), 2_000),
            (Measure::Units(Meter::Image), 5),
            (Measure::List, 1),
            (Measure::List, 1),
            (Measure::Own(0), 30),
            (Measure::Own(1), 30),
        ],
    )
}

fn an_amount(rng: &mut Rng, usual: i64) -> Decimal {
    let most = usual * 1_000 * pick(rng, &[1, 5, 40, 400]);
    Decimal::new(rng.i64(0..most), 3)
}

fn a_life(rng: &mut Rng) -> ExpiryRule {
    match rng.u8(..6) {
        0 => ExpiryRule::Never,
        1 => ExpiryRule::At(at("2026-04-02T03:04:05Z").plus_seconds(rng.i64(0..9_000_000))),
        2 => ExpiryRule::AfterPurchase(Life::Days(rng.u32(1..60))),
        3 => ExpiryRule::AfterPurchase(Life::Months(rng.u32(1..3))),
        4 => ExpiryRule::AfterInactivity(rng.u32(1..4)),
        _ => ExpiryRule::On(date("2026-12-31")),
    }
}

fn some_units(rng: &mut Rng) -> Vec<OwnUnit> {
    let hours = AtHours {
        zone: zone("Asia/Kolkata"),
        from_minute: 1_300,
        to_minute: 90,
        weekends: true,
        times: d("1.5"),
    };
    let by_hour = rng.u8(..4) == 0;
    let per = [
        RatePer::Request,
        RatePer::Tokens(1_000),
        RatePer::Units(Meter::Output, 100),
        RatePer::Units(Meter::Image, 1),
        RatePer::ListMoney(Currency::USD),
    ];
    let mut rate = || OwnRate {
        amount: Decimal::new(rng.i64(0..40), rng.u32(..3)),
        per: pick(rng, &per),
        at_hours: (by_hour && rng.bool()).then_some(hours),
    };
    let mut unit = || OwnUnit {
        unit: Currency::virtual_unit("credits").unwrap(),
        rates: (0..KINDS).map(|place| (0..=place % 3).map(|_| rate()).collect()).collect(),
    };
    vec![unit(), unit()]
}

fn some_terms(rng: &mut Rng) -> Terms {
    let mut limits = Vec::new();
    for _ in 0..rng.u8(..4) {
        let (measure, usual) = a_measure(rng);
        let (window, starts) = (a_window(rng), a_start(rng));
        limits.push(TermLimit {
            measure,
            amount: an_amount(rng, usual),
            window,
            starts,
            kinds: some_kinds(rng),
        });
    }
    let mut pools = Vec::new();
    for _ in 0..rng.u8(..4) {
        let (measure, usual) = a_measure(rng);
        let rollover = match rng.u8(..4) {
            0 => Rollover::Lapses,
            1 => Rollover::Periods(rng.u32(1..4)),
            2 => Rollover::Capped(Quantity::Exact(an_amount(rng, usual))),
            _ => Rollover::Stays,
        };
        pools.push(TermPool {
            measure,
            amount: an_amount(rng, usual),
            every: a_window(rng),
            starts: a_start(rng),
            rollover,
            life: a_life(rng),
            kinds: some_kinds(rng),
        });
    }
    let (measure, usual) = a_measure(rng);
    let pack = |rng: &mut Rng| TermPack {
        price: Decimal::new(rng.i64(1..90), 1),
        purse: dollars(),
        credit: an_amount(rng, usual) + Decimal::ONE,
        measure,
        life: a_life(rng),
    };
    let packs = vec![pack(rng), pack(rng)];
    let overage = match rng.u8(..4) {
        0 => TermOverage::Blocked,
        1 => TermOverage::AtList { percent: d("112.5"), purse: dollars() },
        2 => TermOverage::PerUnit { measure, price: d("0.7"), per: 100, purse: dollars() },
        _ => TermOverage::Packs,
    };
    Terms {
        id: "any".to_owned(),
        serves: some_kinds(rng),
        fixed: vec![Fixed { months: 12, ..monthly("100") }],
        units: some_units(rng),
        limits,
        pools,
        packs,
        overage,
        volume: vec![VolumeDiscount { from: d("5"), percent: d("12.5") }],
        batch_percent_off: d("50"),
        fees: vec![TermFee { percent: d("5.5"), at_least: d("0.8") }],
        minimum: (rng.u8(..4) == 0).then(|| (d("30"), dollars())),
    }
}

fn a_chain(rng: &mut Rng) -> Vec<Element> {
    let mut chain: Vec<Element> = (0..rng.u8(1..4)).map(|_| plan(some_terms(rng))).collect();
    if rng.bool() {
        chain.push(metered());
    }
    chain
}

/// Both ways; whether there was an answer.
fn agree(seed: u64) -> bool {
    let mut rng = Rng::with_seed(seed);
    let usage = any_usage(&mut rng);
    let prepared = Prepared::of(&usage).unwrap();
    let mut answered = false;
    for _ in 0..4 {
        let chain = a_chain(&mut rng);
        match (prepared.replay(&chain), row_by_row(&usage, &chain)) {
            (Err(_), Err(_)) => {}
            (by_runs, by_rows) => {
                assert_eq!(by_runs, by_rows, "seed {seed}: {chain:#?}");
                answered = true;
            }
        }
    }
    answered
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn runs_of_rows_come_to_the_same_as_single_rows(seed: u64) {
        agree(seed);
    }
}

#[test]
fn most_random_pairs_can_be_replayed() {
    assert!((0..60).filter(|seed| agree(*seed)).count() > 40);
}

#[test]
fn what_is_too_large_for_runs_is_taken_row_by_row() {
    let mut rows: Vec<Row> = (1..9).map(|day| row(&format!("2026-03-0{day}T00:00:00Z"), 1_000)).collect();
    rows[0].list_cost = d("0.000000000000000000000001");
    let usage = usage("2026-03-01", "2026-04-01", rows);
    let terms =
        Terms { pools: vec![pool(Measure::List, "2.5", QuotaWindow::Month, Rollover::Lapses)], ..free() };
    // Seven rows of a dollar, and next to nothing: 2.5 of it are paid.
    assert_eq!(refused(&through(&usage, &[plan(terms)])), d("4.500000000000000000000001"));
}

#[test]
fn another_usage_of_the_same_days_shares_the_calendar() {
    let one = usage("2026-03-01", "2026-06-01", vec![row("2026-03-08T12:00:00Z", 1_000)]);
    let other = usage("2026-03-01", "2026-06-01", vec![row("2026-05-08T12:00:00Z", 3_000)]);
    let limits = vec![limit(Measure::Tokens, "500", QuotaWindow::Day, Starts::Calendar(Zone::PACIFIC))];
    let chain = [plan(Terms { limits, ..free() })];
    let prepared = Prepared::of(&one).unwrap();
    // Half of one whole dollar is rounded down: it is all refused.
    assert_eq!(refused(&prepared.replay(&chain).unwrap()), d("1"));
    let like = prepared.like(&other).unwrap();
    assert_eq!(like.replay(&chain).unwrap(), row_by_row(&other, &chain).unwrap());
}
