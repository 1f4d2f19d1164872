//! Random histories: small, many, and crowded around the instants at which something changes.

use spendglass_core::credit::{Acquired, Lot, Order, Use};
use spendglass_core::ledger::{Cycle, ExpiryRule, Life, LotKind};
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::time::{Calendar, Date, Timestamp};

use super::oracle::{Clock, clock, lapsing};

pub(super) struct History {
    pub(super) calendar: Calendar,
    pub(super) lots: Vec<Lot>,
    /// What the oracle makes of each lot's rule.
    pub(super) clocks: Vec<Clock>,
    pub(super) uses: Vec<Use>,
    pub(super) groups: Vec<Vec<LotKind>>,
    /// Each with the unit of which every amount is a multiple.
    pub(super) currencies: Vec<(Currency, Decimal)>,
    pub(super) until: Timestamp,
    /// For the first currency.
    pub(super) paths: Vec<Vec<Decimal>>,
}

/// Clocks that change at two and at midnight, half and quarter hours, a date that never was, and days at the far ends.
const ZONES: [&str; 14] = [
    "UTC",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "America/St_Johns",
];

/// Leap days, ends of years and months, and days on which clocks change in some of the zones.
const STARTS: [&str; 12] = [
    "2011-12-24",
    "2018-10-30",
    "2018-02-12",
    "2024-02-22",
    "2024-12-20",
    "2026-01-25",
    "2026-03-05",
    "2026-03-24",
    "2026-10-20",
    "2027-02-20",
    "2028-02-20",
    "2100-02-20",
];

const UNITS: [&str; 6] = ["0.01", "1", "0.000001", "0.37", "12.5", "0.0000000000000000001"];

pub(super) const KINDS: [LotKind; 4] =
    [LotKind::Allowance, LotKind::RolledOver, LotKind::Granted, LotKind::Purchased];

pub(super) fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

fn any<T: Copy>(dice: &mut fastrand::Rng, of: &[T]) -> T {
    of[dice.usize(..of.len())]
}

fn groups(dice: &mut fastrand::Rng) -> Vec<Vec<LotKind>> {
    let mut kinds = KINDS.to_vec();
    dice.shuffle(&mut kinds);
    match dice.u8(0..10) {
        0..=4 => Vec::new(),
        5 => vec![kinds],
        6 => kinds.chunks(2).map(<[LotKind]>::to_vec).collect(),
        7 => vec![kinds[..1].to_vec(), kinds[1..3].to_vec()],
        _ => kinds.chunks(1).take(dice.usize(1..=4)).map(<[LotKind]>::to_vec).collect(),
    }
}

fn rule(dice: &mut fastrand::Rng, date: Date) -> ExpiryRule {
    match dice.u8(0..12) {
        0 => ExpiryRule::Never,
        1 | 2 => ExpiryRule::On(date.plus_days(dice.i64(-2..25))),
        3 => ExpiryRule::At(
            date.utc_start().plus_seconds(dice.i64(-1..20 * 24) * 3_600 + dice.i64(0..2) * 1_800),
        ),
        4 => ExpiryRule::AfterPurchase(Life::Days(dice.u32(0..20))),
        5 => ExpiryRule::AfterPurchase(Life::Months(dice.u32(0..3))),
        6..=8 => ExpiryRule::AfterInactivity(any(dice, &[1, 2, 3, 3, 7])),
        _ => {
            let cycle = match dice.u8(0..9) {
                0 => Cycle::Day,
                1 | 2 => Cycle::Week,
                3 => Cycle::Year,
                4 => Cycle::UtcMonth,
                _ => Cycle::Month(dice.u8(1..=31)),
            };
            ExpiryRule::EndOfPeriod { cycle, rollover: any(dice, &[0, 0, 1, 1, 2, 3]) }
        }
    }
}

impl History {
    pub(super) fn order(&self) -> Order {
        Order::of(&self.groups.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    pub(super) fn random(dice: &mut fastrand::Rng) -> History {
        let calendar = Calendar::new(any(dice, &ZONES).parse().unwrap());
        let start: Date = any(dice, &STARTS).parse().unwrap();
        let mut currencies = vec![(Currency::USD, decimal(any(dice, &UNITS)))];
        if dice.u8(0..3) == 0 {
            currencies.push((Currency::unit("credits"), decimal(any(dice, &UNITS))));
        }
        let lots: Vec<Lot> = (0..dice.usize(1..=5))
            .map(|number| {
                let date = start.plus_days(dice.i64(0..20));
                let acquired = match dice.u8(0..5) {
                    0..=2 => Acquired::On(date),
                    3 => Acquired::At(date.utc_start().plus_seconds(dice.i64(0..24) * 3_600)),
                    _ => Acquired::At(calendar.start_of(date).plus_seconds(dice.i64(-1..2))),
                };
                let (currency, unit) = any(dice, &currencies);
                let amount = unit * Decimal::from(any(dice, &[0, 1, 2, 3, 5, 8, 12]));
                let id = format!("{}-{number}", any(dice, &["entry", "grant", "charge"]));
                Lot { id, kind: any(dice, &KINDS), currency, amount, acquired, rule: rule(dice, date) }
            })
            .collect();
        // Most things happen where something changes, or a second beside it.
        let mut turns: Vec<Timestamp> = Vec::new();
        let clocks: Vec<Clock> = lots.iter().map(|lot| clock(lot, calendar)).collect();
        for clock in &clocks {
            turns.push(clock.had);
            turns.extend(clock.end(clock.had, &[]));
        }
        let instant = |dice: &mut fastrand::Rng| match dice.u8(0..9) {
            0..=2 => any(dice, &turns).plus_seconds(dice.i64(-1..2)),
            3 => calendar.start_of(start.plus_days(dice.i64(0..30))).plus_seconds(dice.i64(-1..2)),
            4 => start.utc_start().plus_seconds(dice.i64(0..30 * 86_400)),
            _ => start.plus_days(dice.i64(0..30)).utc_day().end.plus_seconds(-1),
        };
        let mut uses = Vec::new();
        for _ in 0..dice.usize(0..=14) {
            let (currency, unit) = any(dice, &currencies);
            let count = if dice.u8(0..4) == 0 { dice.i64(-6..1) } else { dice.i64(0..6) };
            let first = Use { at: instant(dice), amount: unit * Decimal::from(count), currency };
            uses.push(first);
            // A correction comes later, in part or whole.
            if count > 0 && dice.u8(0..6) == 0 {
                let at = first.at.plus_seconds(any(dice, &[0, 1, 86_400, 5 * 86_400]));
                uses.push(Use { at, amount: -(unit * Decimal::from(dice.i64(1..=count))), currency });
            }
        }
        dice.shuffle(&mut uses);
        let mut until = instant(dice);
        // On the last second of a UTC day the rest of that day, which the paths begin with, has no time of its own.
        if until == until.utc_date().utc_day().end.plus_seconds(-1) {
            until = until.plus_seconds(any(dice, &[-1, 1]));
        }
        let mut history = History {
            calendar,
            lots,
            clocks,
            uses,
            groups: groups(dice),
            currencies,
            until,
            paths: Vec::new(),
        };
        history.draw_paths(dice);
        history
    }

    fn draw_paths(&mut self, dice: &mut fastrand::Rng) {
        let (currency, unit) = self.currencies[0];
        let ends = lapsing(self, currency).into_iter();
        let ahead = ends.map(|(_, end)| end.utc_date().days_since(self.until.utc_date()) + 1);
        let reach = ahead.filter(|days| *days <= 12).max().unwrap_or(2);
        let days = (reach + any(dice, &[-1, 0, 0, 0, 2])).max(0);
        let idle = dice.bool();
        self.paths = (0..dice.usize(0..=4))
            .map(|_| {
                let count = |dice: &mut fastrand::Rng| match dice.u8(0..10) {
                    0..=3 => 0,
                    4..=8 if idle => 0,
                    9 => dice.i64(-3..0),
                    _ => dice.i64(0..4),
                };
                (0..days).map(|_| unit * Decimal::from(count(dice))).collect()
            })
            .collect();
    }
}
