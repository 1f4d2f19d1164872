//! Made-up persons with a past of 90 days and three months to come, and a dozen plans around what they use. Whole numbers; nothing of
//! how the plan room draws is known here.

use spendglass_core::catalogue::RatePer;
use spendglass_core::catalogue::{Rollover, Starts, Surface, Task, TaxIn};
use spendglass_core::ledger::{ExpiryRule, Life, QuotaWindow};
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::plan::{
    Billed, Current, Element, Fixed, Kind, KindSet, Landings, Measure, Offer, OwnRate, OwnUnit, Purse, Row,
    TermFee, TermLimit, TermOverage, TermPack, TermPool, Terms, Usage, VolumeDiscount, replay,
};
use spendglass_core::time::{Date, TimeError, Zone};

/// Days that are known.
pub(crate) const PAST: i64 = 90;

/// A generator: xorshift with a multiplication at its end.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        let mut dice = Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x0bad_cafe_1234_5679);
        for _ in 0..8 {
            dice.roll(2);
        }
        dice
    }

    /// From nought up to, but without, `sides`.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 20) % sides.max(1)
    }

    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.roll(high - low + 1)
    }
}

/// How somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Steady,
    Weekday,
    Bursty,
    Growing,
    Shrinking,
    Projects,
    Mixed,
    Student,
}

pub(crate) const WAYS: [Way; 8] = [
    Way::Steady,
    Way::Weekday,
    Way::Bursty,
    Way::Growing,
    Way::Shrinking,
    Way::Projects,
    Way::Mixed,
    Way::Student,
];

/// Somebody: what they used, what they will use, what they could have and what they have.
pub(crate) struct Person {
    pub(crate) past: Usage,
    pub(crate) future: Usage,
    pub(crate) offers: Vec<Offer>,
    pub(crate) current: Current,
    /// What they have now, to be followed into the future.
    pub(crate) chain: Vec<Element>,
}

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().unwrap_or_default()
}

pub(crate) fn dollars() -> Purse {
    Purse { currency: Currency::USD, tax: TaxIn::Excluded }
}

/// Dollars as they are.
pub(crate) fn as_listed() -> Landings {
    Landings { currency: Currency::USD, factors: vec![(dollars(), Decimal::ONE)], least_saving: Decimal::ONE }
}

pub(crate) fn kind(model: &str) -> Kind {
    Kind {
        account: 1,
        provider: "acme".to_owned(),
        model: model.to_owned(),
        surface: Surface::Api,
        task: Task::Text,
        batch: false,
        project: None,
        api_key: None,
    }
}

/// Days of work: so many requests on each, of 1,000 as usual.
fn volumes(way: Way, dice: &mut Dice, days: i64) -> Vec<u64> {
    let (mut level, mut project, mut out) = (1_000_u64, 1_000_u64, Vec::new());
    let trend = match way {
        Way::Growing => dice.between(1_010, 1_045),
        Way::Shrinking => dice.between(955, 990),
        _ => 1_000,
    };
    let weekend = match way {
        Way::Weekday | Way::Projects => dice.between(0, 15),
        _ => dice.between(40, 110),
    };
    let throws = dice.between(3, 7);
    for day in 0..days {
        if day % 7 == 0 {
            level = level * trend / 1_000;
        }
        if way == Way::Projects && dice.roll(1_000) < 30 {
            project = dice.between(300, 2_000);
        }
        let sum: u64 = (0..throws).map(|_| dice.between(200, 1_800)).sum();
        let week = if day % 7 >= 5 { weekend } else { 100 };
        let mut volume = sum / throws * level / 1_000 * project / 1_000 * week / 100;
        if way == Way::Bursty && dice.roll(100) < 8 {
            volume += dice.between(2_000, 6_000);
        }
        out.push(volume);
    }
    out
}

/// Somebody by their way and number.
pub(crate) fn person(way: Way, number: u64) -> Result<Person, TimeError> {
    let mut dice = Dice::new(number * 8 + way as u64 + 1);
    // A Monday.
    let monday = Date::new(2026, 2, 2)?;
    let first = monday.plus_days(7 * i64::try_from(dice.roll(20)).unwrap_or_default());
    let today = first.plus_days(PAST);
    let mut end = today;
    while spans_less_than_three_months(today, end) {
        end = end.plus_days(1);
    }
    let days = end.days_since(first);
    let volumes = volumes(way, &mut dice, days);
    let mut kinds = vec![kind("small")];
    if way == Way::Mixed || dice.roll(3) == 0 {
        kinds.push(kind("large"));
        kinds.push(kind("tiny"));
    }
    let a_day = if way == Way::Student { dice.between(8, 25) } else { dice.between(40, 220) };
    // Millionths of a dollar a request.
    let price = if way == Way::Student { dice.between(9_000, 30_000) } else { dice.between(4_000, 25_000) };
    let mut rows = Vec::new();
    for (day, volume) in (0_i64..).zip(&volumes) {
        let start = first.plus_days(day).utc_start();
        let requests = a_day * volume / 1_000;
        let hours = dice.between(3, 8);
        for hour in 0..hours {
            let share = (requests + hour) / hours;
            for at in 0..kinds.len() {
                let part = match (kinds.len(), at) {
                    (1, _) => share,
                    (_, 0) => share * 6 / 10,
                    (_, 1) => share / 10,
                    _ => share * 3 / 10,
                };
                let part = if part > 2 { part * dice.between(70, 130) / 100 } else { part };
                if part == 0 {
                    continue;
                }
                let dear = [1, 6, 1][at];
                let cost = part * price * dear * dice.between(85, 115) / 100;
                rows.push(Row {
                    at: start
                        .plus_seconds(3_600 * i64::try_from(8 + hour + hour / 4).unwrap_or_default() + 3_599),
                    seconds: 3_600,
                    kind: u32::try_from(at).unwrap_or_default(),
                    requests: Some(part),
                    input_tokens: part * dice.between(800, 3_000),
                    cache_read_tokens: 0,
                    output_tokens: part * dice.between(200, 900),
                    metered: None,
                    list_cost: Decimal::new(i64::try_from(cost).unwrap_or_default(), 6),
                    billed_cost: None,
                });
            }
        }
    }
    let cut = rows.partition_point(|row| row.at < today.utc_start());
    let later = rows.split_off(cut);
    let usage = |window, rows| Usage {
        window: Some(window),
        currency: Some(Currency::USD),
        kinds: kinds.clone(),
        rows,
        excluded: Vec::new(),
    };
    let (past, future) = (usage((first, today), rows), usage((today, end), later));
    let offers = plans(&mut dice, &past, way);
    let metered = vec![Element::Metered(dollars())];
    let chain = match dice.roll(3) {
        0 => {
            let of = &offers[usize::try_from(dice.roll(3)).unwrap_or_default()];
            vec![Element::Plan(Box::new(of.terms.clone())), Element::Metered(dollars())]
        }
        _ => metered,
    };
    let current = current(&past, &chain);
    Ok(Person { past, future, offers, current, chain })
}

fn spans_less_than_three_months(from: Date, to: Date) -> bool {
    let usage = Usage { window: Some((from, to)), ..Usage::default() };
    usage.months().len() < 4 && to.days_since(from) < 93 && {
        let longer = Usage { window: Some((from, to.plus_days(1))), ..Usage::default() };
        longer.months().len() < 4
    }
}

/// What they pay: the price of their plan a month, and what was billed for use.
fn current(past: &Usage, chain: &[Element]) -> Current {
    let mut current = Current::default();
    if let Some(Element::Plan(terms)) = chain.first() {
        current.plans.push(terms.id.clone());
        current.fixed = terms.fixed.iter().map(|fixed| (fixed.purse, fixed.amount)).collect();
    }
    let used = replay(past, chain).map(|replayed| replayed.months).unwrap_or_default();
    let amount =
        used.iter().flat_map(|month| month.used.iter().chain(&month.rest)).map(|(_, amount)| *amount).sum();
    current.billed.push(Billed { account: 1, purse: dollars(), amount });
    current
}

/// Terms that promise nothing yet, at a price a month.
pub(crate) fn bare(id: &str, price: Decimal, kinds: usize) -> Terms {
    Terms {
        id: id.to_owned(),
        serves: KindSet::all(kinds),
        fixed: if price.is_zero() { Vec::new() } else { vec![monthly(price)] },
        units: Vec::new(),
        limits: Vec::new(),
        pools: Vec::new(),
        packs: Vec::new(),
        overage: TermOverage::Blocked,
        volume: Vec::new(),
        batch_percent_off: Decimal::ZERO,
        fees: Vec::new(),
        minimum: None,
    }
}

pub(crate) fn monthly(amount: Decimal) -> Fixed {
    Fixed { amount, purse: dollars(), months: 1, from_month: 0, to_month: u32::MAX }
}

pub(crate) fn limit(measure: Measure, amount: Decimal, window: QuotaWindow, kinds: usize) -> TermLimit {
    let starts = match window {
        QuotaWindow::Minutes(_) => Starts::FirstUse,
        QuotaWindow::Day | QuotaWindow::Week => Starts::Calendar(Zone::UTC),
        _ => Starts::Purchase,
    };
    TermLimit { measure, amount, window, starts, kinds: KindSet::all(kinds) }
}

pub(crate) fn pool(measure: Measure, amount: Decimal, rollover: Rollover, kinds: usize) -> TermPool {
    TermPool {
        measure,
        amount,
        every: QuotaWindow::Month,
        starts: Starts::Purchase,
        rollover,
        life: ExpiryRule::Never,
        kinds: KindSet::all(kinds),
    }
}

pub(crate) fn offer(terms: Terms) -> Offer {
    Offer {
        id: terms.id.clone(),
        tier: false,
        terms,
        dear: None,
        cheap: None,
        low: Vec::new(),
        illustration: false,
        lacks: Vec::new(),
        announced: None,
    }
}

/// At list price beyond what is included.
pub(crate) fn at_list(percent: Decimal) -> TermOverage {
    TermOverage::AtList { percent, purse: dollars() }
}

/// A dozen plans of all shapes, each somewhere around what is used.
pub(crate) fn plans(dice: &mut Dice, past: &Usage, way: Way) -> Vec<Offer> {
    let kinds = past.kinds.len();
    let list: Decimal = past.rows.iter().map(|row| row.list_cost).sum();
    let requests: u64 = past.rows.iter().filter_map(|row| row.requests).sum();
    let tokens: u64 = past.rows.iter().map(|row| row.input_tokens + row.output_tokens).sum();
    let a_month = list / Decimal::from(3);
    let (per_day, of_tokens) = (dice.between(40, 160), dice.between(50, 130));
    let mut share =
        |low: u64, high: u64| a_month * Decimal::from(dice.between(low, high)) / Decimal::ONE_HUNDRED;
    let cents = |amount: Decimal| amount.round_dp(2);
    // For every third person nothing that is for sale pays.
    let dear = if past.rows.len().is_multiple_of(3) { Decimal::TWO } else { Decimal::ONE };
    let mut offers = Vec::new();
    let mut with = |id: &str, price: Decimal, change: &dyn Fn(&mut Terms)| {
        let mut terms = bare(id, cents(price * dear), kinds);
        change(&mut terms);
        offers.push(offer(terms));
    };
    let (small, middle, large) = (share(20, 60), share(60, 110), share(120, 220));
    let (for_small, for_middle, for_large) = (share(15, 60), share(45, 100), share(70, 150));
    with("small", for_small, &|terms| {
        terms.pools.push(pool(Measure::List, cents(small), Rollover::Lapses, kinds));
        terms.overage = at_list(Decimal::ONE_HUNDRED);
    });
    with("middle", for_middle, &|terms| {
        terms.pools.push(pool(Measure::List, cents(middle), Rollover::Lapses, kinds));
        terms.overage = at_list(dec("90"));
    });
    with("large", for_large, &|terms| {
        terms.pools.push(pool(Measure::List, cents(large), Rollover::Lapses, kinds));
    });
    with("flat", share(60, 180), &|_| ());
    let a_month_of = |count: u64, percent: u64| Decimal::from(count / 3 * percent / 100);
    let daily = share(30, 90);
    let (by_week, week) = (share(30, 110), share(18, 35));
    let (session, for_session) = (share(2, 7), share(30, 90));
    let for_tokens = share(30, 90);
    let (for_credits, pack) = (share(30, 90), share(20, 60));
    let (least, volume) = (share(20, 90), share(40, 120));
    let mut with = |id: &str, price: Decimal, change: &dyn Fn(&mut Terms)| {
        let mut terms = bare(id, cents(price * dear), kinds);
        change(&mut terms);
        offers.push(offer(terms));
    };
    with("daily", daily, &|terms| {
        let amount = Decimal::from(requests / 90 * per_day / 100);
        terms.limits.push(limit(Measure::Requests, amount, QuotaWindow::Day, kinds));
    });
    with("weekly", by_week, &|terms| {
        terms.limits.push(limit(Measure::List, cents(week), QuotaWindow::Week, kinds));
    });
    with("sessions", for_session, &|terms| {
        terms.limits.push(limit(Measure::List, session.round_dp(4), QuotaWindow::FIVE_HOURS, kinds));
    });
    with("tokens", for_tokens, &|terms| {
        terms.pools.push(pool(Measure::Tokens, a_month_of(tokens, of_tokens), Rollover::Lapses, kinds));
        let price = (list / Decimal::from(tokens.max(1)) * dec("1100000")).round_dp(4);
        terms.overage =
            TermOverage::PerUnit { measure: Measure::Tokens, price, per: 1_000_000, purse: dollars() };
    });
    with("credits", for_credits, &|terms| {
        let rate = OwnRate { amount: dec("1.5"), per: RatePer::Request, at_hours: None };
        let unit = Currency::unit("acme.points");
        terms.units.push(OwnUnit { unit, rates: vec![vec![rate]; kinds] });
        terms.pools.push(pool(Measure::Own(0), a_month_of(requests, 130), Rollover::Periods(2), kinds));
        terms.overage = at_list(Decimal::ONE_HUNDRED);
    });
    with("packs", Decimal::ZERO, &|terms| {
        terms.limits.push(limit(Measure::List, Decimal::ZERO, QuotaWindow::Month, kinds));
        terms.packs.push(TermPack {
            price: cents(pack * dec("0.85") * dear),
            purse: dollars(),
            credit: cents(pack),
            measure: Measure::List,
            life: ExpiryRule::AfterPurchase(Life::Days(90)),
        });
        terms.overage = TermOverage::Packs;
        terms.fees.push(TermFee { percent: dec("2.5"), at_least: dec("0.3") });
    });
    with("volume", Decimal::ZERO, &|terms| {
        terms.limits.push(limit(Measure::List, Decimal::ZERO, QuotaWindow::Month, kinds));
        terms.overage = at_list(Decimal::ONE_HUNDRED);
        terms.volume.push(VolumeDiscount { from: cents(volume * dear), percent: dec("20") });
        terms.minimum = Some((cents(least), dollars()));
    });
    let free = if way == Way::Student { dice.between(60, 160) } else { dice.between(2, 30) };
    if dear == Decimal::TWO && way != Way::Student {
        return offers;
    }
    let mut tier = bare("free", Decimal::ZERO, kinds);
    let amount = Decimal::from(requests / 90 * free / 100);
    tier.limits.push(limit(Measure::Requests, amount, QuotaWindow::Day, kinds));
    if kinds > 1 {
        tier.serves = KindSet::those(&past.kinds, |kind| kind.model != "large");
    }
    offers.push(Offer { tier: true, ..offer(tier) });
    offers
}
