//! Usage of a year through plans of every shape and their combinations, each exactly, on as many threads as there are processors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use spendglass_core::catalogue::{Quantity, RatePer, Rollover, Starts, Surface, Task, TaxIn};
use spendglass_core::ledger::{ExpiryRule, Life, Meter, QuotaWindow};
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::plan::{
    Element, Fixed, Kind, KindSet, Measure, OwnRate, OwnUnit, Prepared, Purse, Row, TermLimit, TermOverage,
    TermPack, TermPool, Terms, Usage,
};
use spendglass_core::time::{Date, Zone};

use crate::sheet::{Figure, grouped};

/// How often each size is timed: the machine may do something else at times.
const TIMES: usize = 3;
const KINDS: usize = 12;
const PLANS: usize = 75;

pub(crate) fn measure(figures: &mut Vec<Figure>) -> Result<()> {
    let plans = plans()?;
    let chains = chains(&plans);
    let mut took = Vec::new();
    for rows in [250_000, 500_000, 1_000_000] {
        let usage = year(rows)?;
        let mut best = Duration::MAX;
        for _ in 0..TIMES {
            let began = Instant::now();
            through(&usage, &chains)?;
            best = best.min(began.elapsed());
        }
        took.push((rows, best));
    }
    for (rows, time) in &took {
        let what =
            format!("Replay: a year of {} rows, {PLANS} plans, {} chains", grouped(*rows), chains.len());
        let shown = format!("{} ms", grouped(time.as_millis()));
        figures.push(if *rows == 1_000_000 {
            Figure::held(what, shown, "2,000 ms", time.as_millis() < 2_000)
        } else {
            Figure::plain(what, shown)
        });
    }
    let (first, last) = (took[0].1.as_micros(), took[2].1.as_micros());
    let times = crate::sheet::ratio(last, first);
    figures.push(Figure::held(
        "Replay: four times the rows take",
        format!("{times} times"),
        "5 times",
        last < 5 * first,
    ));
    Ok(())
}

/// All chains, made ready once.
fn through(usage: &Usage, chains: &[Vec<Element>]) -> Result<()> {
    let prepared = Prepared::of(usage)?;
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism()?.get();
    std::thread::scope(|scope| {
        let work = || -> Result<()> {
            while let Some(chain) = chains.get(next.fetch_add(1, Ordering::Relaxed)) {
                std::hint::black_box(prepared.replay(chain)?);
            }
            Ok(())
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().ok().context("a replay ended early")?)
    })
}

/// Every plan alone, with pay as you go behind it, behind a free tier, and beside another.
fn chains(plans: &[Terms]) -> Vec<Vec<Element>> {
    let plan = |terms: &Terms| Element::Plan(Box::new(terms.clone()));
    let metered = || Element::Metered(purse());
    let mut chains = vec![vec![metered()]];
    for (place, terms) in plans.iter().enumerate() {
        chains.push(vec![plan(terms)]);
        chains.push(vec![plan(terms), metered()]);
        if place.is_multiple_of(5) {
            let (tier, other) = (&plans[(place + 3) % plans.len()], &plans[(place + 31) % plans.len()]);
            chains.push(vec![plan(tier), plan(terms), metered()]);
            chains.push(vec![plan(terms), plan(other)]);
        }
    }
    chains
}

fn purse() -> Purse {
    Purse { currency: Currency::USD, tax: TaxIn::Excluded }
}

fn kinds() -> Vec<Kind> {
    let kind = |place: usize| Kind {
        account: i64::from(place > 7),
        provider: if place > 7 { "anthropic" } else { "openai" }.to_owned(),
        model: format!("model-{place}"),
        surface: if place.is_multiple_of(3) { Surface::CodingAgent } else { Surface::Api },
        task: Task::Text,
        batch: place == 5,
        project: None,
        api_key: None,
    };
    (0..KINDS).map(kind).collect()
}

/// A year of requests of twelve kinds, in bursts by day, hardly any at night, some hours told as a whole.
fn year(rows: u32) -> Result<Usage> {
    let from = Date::new(2025, 11, 1)?;
    let mut random = 7_u64;
    let mut below = move |most: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % most
    };
    let mut instants: Vec<i64> = Vec::new();
    for _ in 0..rows {
        let day = below(365).min(below(400));
        let hour = if below(10) == 0 { below(24) } else { 8 + below(11) };
        let second = below(3_600) * (1 + below(4)) / 4;
        instants.push(i64::try_from(day * 86_400 + hour * 3_600 + second)?);
    }
    instants.sort_unstable();
    let one = |second: i64| -> Result<Row> {
        let kind = below(12).min(below(14));
        let (input, output) = (200 + below(6_000), 50 + below(900));
        Ok(Row {
            at: from.utc_start().plus_seconds(second),
            seconds: if below(200) == 0 { 3_600 } else { 1 },
            kind: u32::try_from(kind)?,
            requests: Some(1),
            input_tokens: input,
            cache_read_tokens: if below(3) == 0 { input / 2 } else { 0 },
            output_tokens: output,
            metered: (below(50) == 0).then_some((Meter::WebSearch, Decimal::ONE)),
            list_cost: Decimal::new(i64::try_from((input * 25 + output * 100) * (kind + 1))?, 8),
            billed_cost: None,
        })
    };
    let rows = instants.into_iter().map(one).collect::<Result<_>>()?;
    Ok(Usage {
        window: Some((from, from.plus_days(365))),
        currency: Some(Currency::USD),
        kinds: kinds(),
        rows,
        excluded: Vec::new(),
    })
}

/// Plans of the shapes that are sold, each in several sizes.
fn plans() -> Result<Vec<Terms>> {
    (0..PLANS)
        .map(|number| {
            let size = 1 + i64::try_from(number / 15)? * 3;
            let mut terms = nothing(number, size);
            limit_in(&mut terms, number % 15, size)?;
            credit_in(&mut terms, number % 15, size)?;
            Ok(terms)
        })
        .collect()
}

/// A flat plan for some of the kinds.
fn nothing(number: usize, size: i64) -> Terms {
    let serves = match number % 4 {
        0 => those(|kind| kind.provider == "openai"),
        1 => those(|kind| kind.provider == "anthropic"),
        2 => those(|kind| kind.surface == Surface::CodingAgent),
        _ => KindSet::all(KINDS),
    };
    let amount = Decimal::from(20 * size);
    Terms {
        id: format!("plan-{number}"),
        serves,
        fixed: vec![Fixed { amount, purse: purse(), months: 1, from_month: 0, to_month: 99 }],
        units: Vec::new(),
        limits: Vec::new(),
        pools: Vec::new(),
        packs: Vec::new(),
        overage: TermOverage::Blocked,
        volume: Vec::new(),
        batch_percent_off: Decimal::from(50),
        fees: Vec::new(),
        minimum: None,
    }
}

fn those(is: impl Fn(&Kind) -> bool) -> KindSet {
    KindSet::those(&kinds(), is)
}

fn limit(measure: Measure, amount: i64, window: QuotaWindow, starts: Starts) -> TermLimit {
    TermLimit { measure, amount: Decimal::from(amount), window, starts, kinds: KindSet::all(KINDS) }
}

fn pool(measure: Measure, amount: i64, rollover: Rollover) -> TermPool {
    TermPool {
        measure,
        amount: Decimal::from(amount),
        every: QuotaWindow::Month,
        starts: Starts::Purchase,
        rollover,
        life: ExpiryRule::Never,
        kinds: KindSet::all(KINDS),
    }
}

fn pack(price: i64, credit: i64, measure: Measure) -> TermPack {
    TermPack {
        price: Decimal::from(price),
        purse: purse(),
        credit: Decimal::from(credit),
        measure,
        life: ExpiryRule::AfterPurchase(Life::Months(12)),
    }
}

/// Credits for requests and output tokens, dearer from kind to kind.
fn units() -> Result<Vec<OwnUnit>> {
    let rate = |amount: i64, scale, per| OwnRate { amount: Decimal::new(amount, scale), per, at_hours: None };
    let output = RatePer::Units(Meter::Output, 1_000_000);
    let of_kind = |kind| vec![rate(kind, 0, RatePer::Request), rate(kind * 25, 1, output)];
    let rates = (1..=i64::try_from(KINDS)?).map(of_kind).collect();
    Ok(vec![OwnUnit { unit: Currency::virtual_unit("credits")?, rates }])
}

fn at_list() -> TermOverage {
    TermOverage::AtList { percent: Decimal::ONE_HUNDRED, purse: purse() }
}

/// Limits, in the shapes that have some.
fn limit_in(terms: &mut Terms, shape: usize, size: i64) -> Result<()> {
    let (utc, india) = (Starts::Calendar(Zone::UTC), Starts::Calendar("Asia/Kolkata".parse()?));
    let (day, five, week) = (QuotaWindow::Day, QuotaWindow::FIVE_HOURS, QuotaWindow::Week);
    match shape {
        0 => terms.limits.push(limit(Measure::Requests, 100 * size, day, utc)),
        1 => terms.limits.push(limit(Measure::Tokens, 500_000 * size, day, india)),
        2 => {
            terms.limits.push(limit(Measure::List, 5 * size, five, Starts::FirstUse));
            terms.limits.push(limit(Measure::List, 60 * size, week, Starts::FirstUse));
        }
        3 => {
            let kinds = those(|kind| kind.model == "model-1");
            terms.limits.push(limit(Measure::Requests, 200 * size, five, Starts::FirstUse));
            terms.limits.push(TermLimit { kinds, ..limit(Measure::Requests, 20 * size, day, utc) });
            terms.overage = at_list();
        }
        9 => terms.limits.push(limit(Measure::OutputTokens, 90_000 * size, QuotaWindow::Minutes(60), utc)),
        10 => terms.limits.push(limit(Measure::List, 0, QuotaWindow::Lifetime, Starts::Purchase)),
        13 => {
            for number in 0..6 {
                let kinds = those(|kind| kind.model == format!("model-{number}"));
                let pacific = Starts::Calendar(Zone::PACIFIC);
                terms.limits.push(TermLimit { kinds, ..limit(Measure::Requests, 30 * size, day, pacific) });
            }
        }
        14 => {
            terms.units = units()?;
            terms.limits.push(limit(Measure::Tokens, 2_000_000 * size, QuotaWindow::Month, utc));
            terms.limits.push(limit(Measure::Own(0), 600 * size, day, Starts::Purchase));
            terms.overage = at_list();
        }
        _ => {}
    }
    Ok(())
}

/// Credit and packs, in the shapes that have some.
fn credit_in(terms: &mut Terms, shape: usize, size: i64) -> Result<()> {
    match shape {
        4 => terms.pools.push(pool(Measure::List, 50 * size, Rollover::Lapses)),
        5 => {
            terms.pools.push(pool(Measure::List, 50 * size, Rollover::Periods(2)));
            terms.overage = at_list();
        }
        6 => {
            terms.units = units()?;
            terms.pools.push(pool(Measure::Own(0), 2_000 * size, Rollover::Lapses));
            terms.packs = vec![pack(40, 10_000, Measure::Own(0)), pack(300, 100_000, Measure::Own(0))];
            terms.overage = TermOverage::Packs;
        }
        7 => {
            let most = Rollover::Capped(Quantity::Exact(Decimal::from(90 * size)));
            terms.pools.push(pool(Measure::List, 30 * size, most));
        }
        8 => {
            let kinds = those(|kind| kind.model == "model-1");
            terms.pools.push(TermPool { kinds, ..pool(Measure::Requests, 300 * size, Rollover::Lapses) });
            terms.pools.push(pool(Measure::Requests, 5_000 * size, Rollover::Lapses));
            let price = Decimal::new(4, 2);
            terms.overage =
                TermOverage::PerUnit { measure: Measure::Requests, price, per: 1, purse: purse() };
        }
        10 => {
            terms.packs = vec![pack(100, 100, Measure::List)];
            terms.overage = TermOverage::Packs;
        }
        11 => terms.overage = at_list(),
        12 => {
            let (every, life) = (QuotaWindow::Lifetime, ExpiryRule::AfterInactivity(90));
            terms.pools.push(TermPool { every, life, ..pool(Measure::List, 300 * size, Rollover::Lapses) });
            terms.overage = at_list();
        }
        _ => {}
    }
    Ok(())
}
