//! Random usage, and pairs of usage and chain in which boundaries are met to the second.

use fastrand::Rng;
use spendglass_core::catalogue::{Starts, Surface, Task, TaxIn};
use spendglass_core::ledger::{ExpiryRule, Life, Meter, QuotaWindow};
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::plan::{Element, Kind, Purse, Row, Terms, Usage};
use spendglass_core::time::{Calendar, Date, Timestamp, Zone};

use super::chains::chain;
use super::spans::{calendar_start, length, purchase_start};

pub(super) const METERS: [Meter; 3] = [Meter::Character, Meter::Second, Meter::Image];

pub(super) fn decimal(digits: u64, places: u32) -> Decimal {
    Decimal::try_from_i128_with_scale(i128::from(digits), places).unwrap()
}

pub(super) fn pick<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())]
}

pub(super) fn one_in(rng: &mut Rng, n: u32) -> bool {
    rng.u32(..n) == 0
}

pub(super) fn zone(rng: &mut Rng) -> Zone {
    let names = [
        "UTC",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "America/Los_Angeles",
        "Europe/Berlin",
        "America/Havana",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Kiritimati",
    ];
    pick(rng, &names).parse().unwrap()
}

pub(super) fn purse(rng: &mut Rng) -> Purse {
    let currency = if one_in(rng, 3) { Currency::national("INR").unwrap() } else { Currency::USD };
    Purse { currency, tax: pick(rng, &[TaxIn::Excluded, TaxIn::Excluded, TaxIn::Included]) }
}

/// An instant inside the window: anywhere, or on, just before or just after something that begins.
pub(super) fn instant(rng: &mut Rng, from: Date, days: i64) -> Timestamp {
    let end = from.plus_days(days).utc_start().plus_seconds(-1);
    let date = from.plus_days(rng.i64(..days));
    let at = match rng.u8(..6) {
        0 => Calendar::new(zone(rng)).start_of(date).plus_seconds(rng.i64(-1..2)),
        1 => {
            let minutes = pick(rng, &[7, 60, 300, 1_440]);
            date.utc_start().plus_seconds(rng.i64(0..20) * minutes * 60 + rng.i64(-1..2))
        }
        2 => Calendar::new(zone(rng)).start_of(date).plus_seconds(rng.i64(0..5) * 18_000 + rng.i64(-1..2)),
        _ => date.utc_start().plus_seconds(rng.i64(..86_400)),
    };
    at.clamp(from.utc_start(), end)
}

fn kinds(rng: &mut Rng) -> Vec<Kind> {
    let one = |at: usize, rng: &mut Rng| Kind {
        account: 1,
        provider: "acme".to_owned(),
        model: format!("model-{at}"),
        surface: Surface::Api,
        task: Task::Text,
        batch: one_in(rng, 3),
        project: None,
        api_key: None,
    };
    (0..rng.usize(1..5)).map(|at| one(at, rng)).collect()
}

fn usage(rng: &mut Rng) -> Usage {
    if one_in(rng, 100) {
        return Usage::default();
    }
    let starts =
        ["2026-01-31", "2026-03-01", "2024-02-29", "2026-03-20", "2026-10-20", "2026-06-15", "2025-12-30"];
    let from: Date = pick(rng, &starts).parse().unwrap();
    let days = pick(rng, &[1, 3, 9, 30, 31, 45, 70, 100]);
    let kinds = kinds(rng);
    let places = pick(rng, &[0, 2, 4, 6, 9]);
    let huge = one_in(rng, 12);
    let uncounted = pick(rng, &[0, 0, 0, 0, 1]);
    let coarse = pick(rng, &[0, 0, 1, 2]);
    let mut rows = Vec::new();
    // Most are short, so that each row matters; some are long enough for runs of rows between two boundaries.
    let count = if one_in(rng, 40) { rng.usize(150..400) } else { rng.usize(..45) };
    for _ in 0..count {
        let mut at = instant(rng, from, days);
        if one_in(rng, 5)
            && let Some(row) = rows.last()
        {
            let row: &Row = row;
            at = row.at;
        }
        let mut seconds = 1;
        if coarse == 1 && one_in(rng, 2) || coarse == 2 {
            seconds = pick(rng, &[3_600, 3_600, 86_400]);
            let ends = (at.unix().div_euclid(i64::from(seconds)) + 1) * i64::from(seconds) - 1;
            at = Timestamp::from_unix(ends).unwrap();
        }
        let input_tokens = if huge { rng.u64(..20_000_000_000) } else { rng.u64(..5_000) };
        let most = pick(rng, &[10, 1_000, 100_000, if huge { 10_u64.pow(13) } else { 50 }]);
        let bare = one_in(rng, 15);
        rows.push(Row {
            at,
            seconds,
            kind: rng.u32(..u32::try_from(kinds.len()).unwrap()),
            requests: if one_in(rng, 4) && uncounted == 1 {
                None
            } else if bare {
                Some(0)
            } else {
                Some(if seconds > 1 { rng.u64(..40) } else { 1 })
            },
            input_tokens: if bare { 0 } else { input_tokens },
            cache_read_tokens: if bare { 0 } else { rng.u64(..=input_tokens + 1) },
            output_tokens: if bare { 0 } else { rng.u64(..3_000) },
            metered: one_in(rng, 3).then(|| (pick(rng, &METERS), decimal(rng.u64(..3_000), rng.u32(..3)))),
            list_cost: if one_in(rng, 10) { Decimal::ZERO } else { decimal(rng.u64(..most), places) },
            billed_cost: None,
        });
    }
    rows.sort_by_key(|row| row.at);
    Usage {
        window: Some((from, from.plus_days(days))),
        currency: Some(Currency::USD),
        kinds,
        rows,
        excluded: Vec::new(),
    }
}

/// An instant at which something of a plan begins, ends or lapses, seen from the rows that there are.
fn turning_point(rng: &mut Rng, usage: &Usage, terms: &Terms) -> Option<Timestamp> {
    let (from, _) = usage.window?;
    let then = usage.rows[rng.usize(..usage.rows.len())].at;
    let of_window = |window: QuotaWindow, starts: Starts| match (length(window), starts) {
        (None, _) => None,
        (_, Starts::Calendar(zone)) => Some(calendar_start(window, zone, then)),
        (_, Starts::Purchase) => Some(purchase_start(window, from, then)),
        (Some(length), Starts::FirstUse | Starts::Sliding) => Some(then.plus_seconds(length)),
    };
    let of_life = |life: ExpiryRule, had: Timestamp| match life {
        ExpiryRule::On(date) => Some(date.plus_days(1).utc_start()),
        ExpiryRule::At(at) => Some(at),
        ExpiryRule::AfterPurchase(Life::Days(days)) => Some(had.plus_seconds(i64::from(days) * 86_400)),
        ExpiryRule::AfterInactivity(days) => Some(then.plus_seconds(i64::from(days) * 86_400)),
        _ => None,
    };
    let mut points: Vec<Option<Timestamp>> = Vec::new();
    points.extend(terms.limits.iter().map(|limit| of_window(limit.window, limit.starts)));
    for pool in &terms.pools {
        let starts = if matches!(pool.starts, Starts::Calendar(_)) { pool.starts } else { Starts::Purchase };
        points.push(of_window(pool.every, starts).or_else(|| of_life(pool.life, from.utc_start())));
    }
    points.extend(terms.packs.iter().map(|pack| of_life(pack.life, then)));
    let hours =
        terms.units.iter().flat_map(|unit| unit.rates.iter().flatten()).find_map(|rate| rate.at_hours);
    points.push(hours.map(|hours| {
        let edge = pick(rng, &[hours.from_minute, hours.to_minute]);
        Calendar::new(hours.zone).start_of(then.utc_date()).plus_seconds(i64::from(edge) * 60)
    }));
    let points: Vec<Timestamp> = points.into_iter().flatten().collect();
    if points.is_empty() { None } else { Some(pick(rng, &points)) }
}

/// Moves some rows to where something begins, ends or lapses, to the second or to the one before it.
fn snap(rng: &mut Rng, usage: &mut Usage, chain: &[Element]) {
    let Some((from, to)) = usage.window else { return };
    let plans: Vec<&Terms> = chain
        .iter()
        .filter_map(|element| if let Element::Plan(terms) = element { Some(&**terms) } else { None })
        .collect();
    if plans.is_empty() {
        return;
    }
    for place in 0..usage.rows.len() {
        if usage.rows[place].seconds > 1 || !one_in(rng, 3) {
            continue;
        }
        let plan = pick(rng, &plans);
        let Some(at) = turning_point(rng, usage, plan) else { continue };
        let at = at.plus_seconds(pick(rng, &[0, 0, 0, -1]));
        if from.utc_start() <= at && at < to.utc_start() {
            usage.rows[place].at = at;
        }
    }
    usage.rows.sort_by_key(|row| row.at);
}

/// A pair of usage and chain.
pub(super) fn pair(rng: &mut Rng) -> (Usage, Vec<Element>) {
    let mut usage = usage(rng);
    if usage.window.is_none() {
        let metered = Element::Metered(purse(rng));
        return (usage, vec![metered; rng.usize(..3)]);
    }
    let chain = chain(rng, &usage);
    if one_in(rng, 2) {
        snap(rng, &mut usage, &chain);
    }
    (usage, chain)
}
