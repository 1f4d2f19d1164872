//! Random usage and random chains of plans, drawn so that limits bind, lots lapse and boundaries are met to the second.

use fastrand::Rng;
use spendglass_core::catalogue::{AtHours, Quantity, RatePer, Rollover, Starts, Surface, Task, TaxIn};
use spendglass_core::ledger::{ExpiryRule, Life, Meter, QuotaWindow};
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::plan::{
    Element, Fixed, Kind, KindSet, Measure, OwnRate, OwnUnit, Purse, Row, TermFee, TermLimit, TermOverage,
    TermPack, TermPool, Terms, Usage, VolumeDiscount,
};
use spendglass_core::time::{Calendar, Date, Timestamp, Zone};

const METERS: [Meter; 3] = [Meter::Character, Meter::Second, Meter::Image];

pub(super) fn decimal(digits: u64, places: u32) -> Decimal {
    Decimal::try_from_i128_with_scale(i128::from(digits), places).unwrap()
}

fn pick<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())]
}

fn one_in(rng: &mut Rng, n: u32) -> bool {
    rng.u32(..n) == 0
}

fn zone(rng: &mut Rng) -> Zone {
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

fn purse(rng: &mut Rng) -> Purse {
    let currency = if one_in(rng, 3) { Currency::national("INR").unwrap() } else { Currency::USD };
    Purse { currency, tax: pick(rng, &[TaxIn::Excluded, TaxIn::Excluded, TaxIn::Included]) }
}

/// An instant inside the window: anywhere, or on, just before or just after something that begins.
fn instant(rng: &mut Rng, from: Date, days: i64) -> Timestamp {
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

pub(super) fn usage(rng: &mut Rng) -> Usage {
    let starts =
        ["2026-01-31", "2026-03-01", "2024-02-29", "2026-03-20", "2026-10-20", "2026-06-15", "2025-12-30"];
    let from: Date = pick(rng, &starts).parse().unwrap();
    let days = pick(rng, &[1, 3, 9, 30, 31, 45, 70]);
    let kinds = kinds(rng);
    let places = pick(rng, &[0, 2, 4, 6, 9]);
    let huge = one_in(rng, 12);
    let uncounted = pick(rng, &[0, 0, 0, 0, 1]);
    let coarse = pick(rng, &[0, 0, 1, 2]);
    let mut rows = Vec::new();
    for _ in 0..rng.usize(..45) {
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

fn some_kinds(rng: &mut Rng, usage: &Usage) -> KindSet {
    if one_in(rng, 2) {
        return KindSet::all(usage.kinds.len());
    }
    KindSet::those(&usage.kinds, |_| !one_in(rng, 3))
}

/// About how much of a measure is used in all: what amounts are drawn around.
fn about(usage: &Usage, units: &[OwnUnit], measure: Measure) -> Decimal {
    let count = |row: &Row, meter: Meter| match meter {
        Meter::Input => Decimal::from(row.input_tokens.saturating_sub(row.cache_read_tokens)),
        Meter::CacheRead => row.cache_read_tokens.into(),
        Meter::Output => row.output_tokens.into(),
        Meter::Request => row.requests.unwrap_or(0).into(),
        _ => row.metered.filter(|(other, _)| *other == meter).map_or(Decimal::ZERO, |(_, count)| count),
    };
    let of = |row: &Row| match measure {
        Measure::Requests => row.requests.unwrap_or(0).into(),
        Measure::Tokens => (row.input_tokens + row.output_tokens).into(),
        Measure::InputTokens => row.input_tokens.into(),
        Measure::OutputTokens => row.output_tokens.into(),
        Measure::Units(meter) => count(row, meter),
        Measure::List => row.list_cost,
        Measure::Own(unit) => {
            let rates = units[unit].rates.get(row.kind as usize).into_iter().flatten();
            let cost = |rate: &OwnRate| match rate.per {
                RatePer::Request => rate.amount * count(row, Meter::Request),
                RatePer::Units(meter, per) => rate.amount * count(row, meter) / Decimal::from(per),
                RatePer::Tokens(per) => {
                    rate.amount * Decimal::from(row.input_tokens + row.output_tokens) / Decimal::from(per)
                }
                RatePer::ListMoney(_) => rate.amount * row.list_cost,
            };
            rates.map(cost).sum()
        }
    };
    usage.rows.iter().map(of).sum()
}

/// An amount of which so many windows would hold the whole use, often with more places than are counted.
fn amount(rng: &mut Rng, about: Decimal, windows: u32) -> Decimal {
    if one_in(rng, 25) {
        return Decimal::ZERO;
    }
    if one_in(rng, 25) {
        return decimal(u64::MAX, 7);
    }
    let percent = Decimal::from(pick(rng, &[1, 5, 10, 30, 60, 90, 100, 130]));
    let share = about * percent / Decimal::from(100 * windows);
    let places = pick(rng, &[0, 0, 1, 3, 7]);
    share.round_dp(places).max(decimal(1, places)).normalize()
}

fn units(rng: &mut Rng, usage: &Usage) -> Vec<OwnUnit> {
    let hours = |rng: &mut Rng| AtHours {
        zone: zone(rng),
        from_minute: pick(rng, &[0, 330, 600, 1_320]),
        to_minute: pick(rng, &[60, 360, 900, 1_440]),
        weekends: one_in(rng, 2),
        times: pick(rng, &[decimal(2, 0), decimal(25, 2), decimal(125, 3), Decimal::ZERO]),
    };
    let rate = |rng: &mut Rng| OwnRate {
        amount: pick(rng, &[decimal(1, 0), decimal(25, 1), decimal(75, 2), decimal(3, 3), decimal(200, 1)]),
        per: match rng.u8(..6) {
            0 | 1 => RatePer::Request,
            2 => {
                let meter = pick(rng, &[Meter::Input, Meter::CacheRead, Meter::Output, Meter::Request]);
                RatePer::Units(meter, pick(rng, &[1, 10, 1_000]))
            }
            3 => RatePer::Units(pick(rng, &METERS), pick(rng, &[1, 100])),
            4 => RatePer::Tokens(pick(rng, &[1, 1_000, 1_000_000])),
            _ => RatePer::ListMoney(Currency::USD),
        },
        at_hours: one_in(rng, 3).then(|| hours(rng)),
    };
    (0..rng.usize(..3))
        .map(|_| OwnUnit {
            unit: Currency::unit("acme.credits"),
            rates: (0..usage.kinds.len())
                .map(|_| (0..pick(rng, &[0, 1, 1, 2])).map(|_| rate(rng)).collect())
                .collect(),
        })
        .collect()
}

fn measure(rng: &mut Rng, units: &[OwnUnit]) -> Measure {
    if !units.is_empty() && one_in(rng, 3) {
        return Measure::Own(rng.usize(..units.len()));
    }
    match rng.u8(..10) {
        0..=2 => Measure::Requests,
        3 | 4 => Measure::Tokens,
        5 => Measure::InputTokens,
        6 => Measure::OutputTokens,
        7 => {
            let of_row = [Meter::Input, Meter::CacheRead, Meter::Output, Meter::Request];
            Measure::Units(if one_in(rng, 2) { pick(rng, &METERS) } else { pick(rng, &of_row) })
        }
        _ => Measure::List,
    }
}

fn window(rng: &mut Rng) -> QuotaWindow {
    match rng.u8(..10) {
        0 => QuotaWindow::Minutes(pick(rng, &[60, 90, 420, 1_441])),
        1 => QuotaWindow::FIVE_HOURS,
        2..=4 => QuotaWindow::Day,
        5 => QuotaWindow::Week,
        6 => QuotaWindow::Month,
        7 => QuotaWindow::Months(pick(rng, &[2, 3, 5, 6])),
        8 => QuotaWindow::Year,
        _ => QuotaWindow::Lifetime,
    }
}

fn starts(rng: &mut Rng) -> Starts {
    match rng.u8(..4) {
        0 => Starts::Calendar(zone(rng)),
        1 => Starts::Purchase,
        2 => Starts::FirstUse,
        _ => Starts::Sliding,
    }
}

/// About how many windows of a length there are in which anything is used.
fn some(window: QuotaWindow) -> u32 {
    match window {
        QuotaWindow::Minutes(_) | QuotaWindow::Day => 8,
        QuotaWindow::Week => 4,
        _ => 1,
    }
}

fn limits(rng: &mut Rng, usage: &Usage, units: &[OwnUnit]) -> Vec<TermLimit> {
    (0..pick(rng, &[0, 1, 1, 2, 3]))
        .map(|_| {
            let (measure, window) = (measure(rng, units), window(rng));
            let about = about(usage, units, measure);
            let amount = amount(rng, about, some(window));
            TermLimit { measure, amount, window, starts: starts(rng), kinds: some_kinds(rng, usage) }
        })
        .collect()
}

fn life(rng: &mut Rng, usage: &Usage, ahead: bool) -> ExpiryRule {
    let (from, to) = usage.window.unwrap();
    let days = to.days_since(from);
    match rng.u8(..6) {
        0 => ExpiryRule::Never,
        1 => ExpiryRule::On(if ahead { to } else { from.plus_days(rng.i64(-2..days + 2)) }),
        2 => ExpiryRule::At(if ahead { to.plus_days(1).utc_start() } else { instant(rng, from, days) }),
        3 => ExpiryRule::AfterPurchase(Life::Days(pick(rng, &[1, 2, 7, 30]))),
        4 => ExpiryRule::AfterPurchase(Life::Months(pick(rng, &[1, 2, 6]))),
        _ => ExpiryRule::AfterInactivity(pick(rng, &[1, 2, 3, 5, 20])),
    }
}

fn pools(rng: &mut Rng, usage: &Usage, units: &[OwnUnit]) -> Vec<TermPool> {
    (0..pick(rng, &[0, 0, 1, 1, 2, 3]))
        .map(|_| {
            let (measure, every) = (measure(rng, units), window(rng));
            let about = about(usage, units, measure);
            let amount_of = amount(rng, about, some(every));
            let parts = pick(rng, &[1, 2, 4, 8]);
            let rollover = match rng.u8(..6) {
                0 => Rollover::Lapses,
                1 | 2 => Rollover::Periods(rng.u32(..4)),
                3 | 4 => Rollover::Capped(Quantity::Exact(amount(rng, about, parts))),
                _ => Rollover::Stays,
            };
            TermPool {
                measure,
                amount: amount_of,
                every,
                starts: starts(rng),
                rollover,
                life: life(rng, usage, false),
                kinds: some_kinds(rng, usage),
            }
        })
        .collect()
}

fn packs(rng: &mut Rng, usage: &Usage, units: &[OwnUnit]) -> Vec<TermPack> {
    let measure = measure(rng, units);
    let about = about(usage, units, measure);
    (0..rng.usize(1..4))
        .map(|_| TermPack {
            price: decimal(rng.u64(1..30), rng.u32(..3)),
            purse: purse(rng),
            credit: (about / Decimal::from(pick(rng, &[1, 3, 10, 40]))).round_dp(2) + Decimal::ONE,
            measure,
            life: life(rng, usage, true),
        })
        .collect()
}

fn overage(rng: &mut Rng, units: &[OwnUnit], packs: &[TermPack]) -> TermOverage {
    match rng.u8(..5) {
        0 => TermOverage::Blocked,
        1 | 2 if !packs.is_empty() => TermOverage::Packs,
        3 => TermOverage::PerUnit {
            measure: measure(rng, units),
            price: decimal(rng.u64(..400), 2),
            per: pick(rng, &[1, 10, 1_000]),
            purse: purse(rng),
        },
        _ => TermOverage::AtList {
            percent: pick(rng, &[decimal(100, 0), decimal(80, 0), decimal(1_125, 1)]),
            purse: purse(rng),
        },
    }
}

fn fixed(rng: &mut Rng) -> Fixed {
    let from_month = pick(rng, &[0, 0, 0, 1, 2]);
    Fixed {
        amount: pick(rng, &[decimal(20, 0), decimal(1_999, 2), decimal(100, 0), decimal(12_345_678_901, 8)]),
        purse: purse(rng),
        months: pick(rng, &[0, 1, 1, 12, 12]),
        from_month,
        to_month: from_month + pick(rng, &[1, 2, 40]),
    }
}

fn terms(rng: &mut Rng, usage: &Usage, number: usize) -> Terms {
    let units = units(rng, usage);
    let packs = if one_in(rng, 2) { packs(rng, usage, &units) } else { Vec::new() };
    let volume = |rng: &mut Rng| VolumeDiscount {
        from: pick(rng, &[Decimal::ZERO, decimal(1, 2), decimal(5, 0), decimal(100, 0)]),
        percent: pick(rng, &[decimal(5, 0), decimal(125, 1), decimal(30, 0), decimal(100, 0)]),
    };
    let fee = |rng: &mut Rng| TermFee {
        percent: pick(rng, &[decimal(55, 1), decimal(3, 0), Decimal::ZERO]),
        at_least: pick(rng, &[Decimal::ZERO, decimal(80, 2), decimal(35, 2)]),
    };
    Terms {
        id: format!("acme/plan-{number}"),
        serves: some_kinds(rng, usage),
        fixed: (0..pick(rng, &[0, 1, 1, 2])).map(|_| fixed(rng)).collect(),
        limits: limits(rng, usage, &units),
        pools: pools(rng, usage, &units),
        overage: overage(rng, &units, &packs),
        volume: (0..pick(rng, &[0, 0, 1, 2])).map(|_| volume(rng)).collect(),
        batch_percent_off: pick(rng, &[Decimal::ZERO, decimal(50, 0), decimal(375, 1)]),
        fees: (0..pick(rng, &[0, 0, 1, 2])).map(|_| fee(rng)).collect(),
        minimum: one_in(rng, 4).then(|| (pick(rng, &[decimal(10, 0), decimal(5_001, 2)]), purse(rng))),
        units,
        packs,
    }
}

pub(super) fn chain(rng: &mut Rng, usage: &Usage) -> Vec<Element> {
    let plans = pick(rng, &[0, 1, 1, 1, 2, 2, 3]);
    let mut chain: Vec<Element> =
        (0..plans).map(|number| Element::Plan(Box::new(terms(rng, usage, number)))).collect();
    if one_in(rng, 2) {
        let place = if one_in(rng, 6) { rng.usize(..=chain.len()) } else { chain.len() };
        chain.insert(place, Element::Metered(purse(rng)));
    }
    chain
}
