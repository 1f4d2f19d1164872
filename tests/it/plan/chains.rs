//! Random chains of plans, drawn around what a usage holds so that limits bind and lots lapse.

use fastrand::Rng;
use spendglass_core::catalogue::{AtHours, Quantity, RatePer, Rollover, Starts};
use spendglass_core::ledger::{ExpiryRule, Life, Meter, QuotaWindow};
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::plan::{
    Element, Fixed, KindSet, Measure, OwnRate, OwnUnit, Row, TermFee, TermLimit, TermOverage, TermPack,
    TermPool, Terms, Usage, VolumeDiscount,
};

use super::pairs::{METERS, decimal, instant, one_in, pick, purse, zone};

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
        return decimal(u64::MAX, pick(rng, &[3, 7]));
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
    match rng.u8(..12) {
        0 => QuotaWindow::Minutes(pick(rng, &[60, 90, 420, 1_441])),
        1 => QuotaWindow::FIVE_HOURS,
        2..=4 => QuotaWindow::Day,
        5 | 6 => QuotaWindow::Week,
        7 | 8 => QuotaWindow::Month,
        9 => QuotaWindow::Months(pick(rng, &[2, 2, 3, 5, 6])),
        10 => QuotaWindow::Year,
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

/// One pool of which lots of several periods stand side by side, or that lapses by idleness.
fn pool_alone(rng: &mut Rng, usage: &Usage) -> Vec<TermPool> {
    let measure = pick(rng, &[Measure::Tokens, Measure::OutputTokens, Measure::List, Measure::InputTokens]);
    let once = one_in(rng, 3);
    let windows = [QuotaWindow::Day, QuotaWindow::Day, QuotaWindow::Week, QuotaWindow::Minutes(1_441)];
    let share = about(usage, &[], measure) / Decimal::from(if once { 2 } else { rng.u32(6..30) });
    vec![TermPool {
        measure,
        amount: share.round_dp(1),
        every: if once { QuotaWindow::Lifetime } else { pick(rng, &windows) },
        starts: starts(rng),
        rollover: Rollover::Periods(rng.u32(1..4)),
        life: ExpiryRule::AfterInactivity(pick(rng, &[1, 2, 4, 9])),
        kinds: KindSet::all(usage.kinds.len()),
    }]
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
    let pack = packs.first().map_or(Decimal::TEN, |pack| pack.price);
    let volume = |rng: &mut Rng| VolumeDiscount {
        from: pick(rng, &[pack, Decimal::ZERO, decimal(1, 2), decimal(5, 0), decimal(100, 0)]),
        percent: pick(rng, &[decimal(5, 0), decimal(125, 1), decimal(30, 0), decimal(100, 0)]),
    };
    let fee = |rng: &mut Rng| TermFee {
        percent: pick(rng, &[decimal(55, 1), decimal(3, 0), Decimal::ZERO]),
        at_least: pick(rng, &[Decimal::ZERO, decimal(80, 2), decimal(35, 2)]),
    };
    let terms = Terms {
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
    };
    if !one_in(rng, 4) {
        return terms;
    }
    let pools = pool_alone(rng, usage);
    let limits = if one_in(rng, 2) { Vec::new() } else { terms.limits };
    Terms { serves: KindSet::all(usage.kinds.len()), pools, limits, ..terms }
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
