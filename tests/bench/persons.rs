//! Made-up persons whose days nobody forecast has seen the making of: whole numbers, from requests rather than from curves.

use spendglass_core::forecast::History;
use spendglass_core::money::Decimal;
use spendglass_core::time::{Date, TimeError};

/// Days before the first month that is looked at, at least.
const BEFORE: u64 = 20;

/// A generator of its own: xorshift with a multiplication at its end.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Dice {
        let mut dice = Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x1234_5678_9abc_def1);
        for _ in 0..8 {
            dice.roll(2);
        }
        dice
    }

    /// From nought up to, but without, `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 20) % sides.max(1)
    }

    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.roll(high - low + 1)
    }

    /// Whether one of so many times in a thousand.
    fn chance(&mut self, in_a_thousand: u64) -> bool {
        self.roll(1_000) < in_a_thousand
    }
}

/// How somebody works, apart from how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The same work every week.
    Steady,
    /// More, or less, from week to week.
    Trend,
    /// A large batch now and then.
    Bursts,
    /// Away for one to three weeks now and then.
    Holidays,
    /// Stops for good.
    Stop,
    /// A day here and there.
    Seldom,
    /// Projects that begin and end.
    Projects,
    /// All of it: a trend, holidays and batches.
    Mixed,
}

pub(crate) const WAYS: [Way; 8] =
    [Way::Steady, Way::Trend, Way::Bursts, Way::Holidays, Way::Stop, Way::Seldom, Way::Projects, Way::Mixed];

/// A person's days up to the end of the eighth whole month or so, by their way and number.
pub(crate) fn person(way: Way, number: u64) -> Result<History, TimeError> {
    let mut dice = Dice::new(number * 8 + way as u64 + 1);
    let first = Date::new(2025, 1, 1)?.plus_days(i64::try_from(dice.roll(300)).unwrap_or_default());
    let count = BEFORE + 260 + dice.roll(30);
    // What a request costs, in millionths, and how many of them a working day sees.
    let price = dice.between(300, 90_000);
    let requests = dice.between(15, 600);
    let rhythm = rhythm(&mut dice);
    let spread = dice.between(2, 7);
    let trend = if dice.chance(500) { dice.between(1_010, 1_090) } else { dice.between(920, 990) };
    let stop = count * dice.between(40, 90) / 100;
    let (mut away, mut level, mut project) = (0, 1_000_u64, 1_000_u64);
    let seldom = dice.between(150, 600);
    let mut days = Vec::new();
    for day in 0..count {
        let trends = matches!(way, Way::Trend | Way::Mixed);
        if trends && day % 7 == 6 {
            level = (level * trend / 1_000).clamp(100, 20_000);
        }
        let goes_away = matches!(way, Way::Holidays | Way::Mixed);
        if goes_away && away == 0 && dice.chance(12) {
            away = dice.between(5, 21);
        }
        if way == Way::Projects && dice.chance(22) {
            project = dice.between(200, 3_000);
        }
        let mut volume = requests * rhythm[usize::try_from(day % 7).unwrap_or_default()] * level / 1_000
            * project
            / 1_000
            / 100;
        // The mean of a few throws: the fewer, the wilder.
        let throws: u64 = (0..spread).map(|_| dice.between(0, 2_000)).sum();
        volume = volume * throws / spread / 1_000;
        let idle =
            away > 0 || (way == Way::Stop && day >= stop) || (way == Way::Seldom && !dice.chance(seldom));
        away = away.saturating_sub(1);
        if idle {
            volume = 0;
        }
        let batches = matches!(way, Way::Bursts | Way::Mixed);
        if batches && away == 0 && dice.chance(40) {
            volume += requests * dice.between(3, 12);
        }
        // Requests differ: a few dear ones among many cheap ones.
        let cost: u64 = volume * price * dice.between(850, 1_150) / 1_000;
        days.push(Decimal::new(i64::try_from(cost).unwrap_or(i64::MAX), 6));
    }
    Ok(History { first, days })
}

/// What a weekday sees, in per cent: an office, a hobby, a machine that never sleeps, or anything.
fn rhythm(dice: &mut Dice) -> [u64; 7] {
    let mut week = match dice.roll(4) {
        0 => [100, 110, 105, 100, 80, 10, 5],
        1 => [30, 30, 40, 30, 60, 180, 200],
        2 => [100; 7],
        _ => std::array::from_fn(|_| dice.between(20, 200)),
    };
    let turn = usize::try_from(dice.roll(7)).unwrap_or_default();
    week.rotate_left(turn);
    week
}
