//! The persons of the town and their work. Everything is a pure function of the seed and the minute, so any window, any
//! bucket width and any paging tell the same story; `now` only decides how much of it has happened yet.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

pub(crate) use crate::figures::*;

pub(crate) const MINUTES_A_DAY: i64 = 1440;
/// Nobody in the town did anything earlier than this before it was opened.
const HISTORY_DAYS: i64 = 200;
pub(crate) const BULK_DAYS: i64 = 30;
/// One US dollar in the unit that money is counted in here: enough decimals for any unit price, and a day of the
/// biggest spender stays far below 26 significant digits.
pub(crate) const DOLLAR_DIGITS: usize = 18;
/// One dollar, euro or yuan in that unit.
pub(crate) const DOLLAR: i128 = 1_000_000_000_000_000_000;

/// Whose data the town shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    /// Works from India on weekdays, with a small bot that runs day and night.
    Freelancer,
    /// A few cents on evenings, nothing at weekends but a hobby bot.
    Student,
    /// A team around the world: many projects, keys and models.
    Team,
    /// This many rows of hourly `usage_completions` over thirty days, told apart by project, key and model, in pages of
    /// about 25,000 rows; a short bill, and nothing elsewhere. For benchmarks.
    Bulk(u64),
}

impl Person {
    /// The providers of whom the person holds an account, by their ids: what a sample of their data shows.
    pub fn holds(self) -> &'static [&'static str] {
        match self {
            Person::Freelancer => &["openai", "anthropic", "openrouter", "deepseek", "elevenlabs"],
            Person::Student => &["gcp.gemini", "openrouter", "deepseek"],
            Person::Team => &["openai", "anthropic", "openrouter", "x_ai", "deepgram"],
            Person::Bulk(_) => &["openai", "anthropic", "openrouter"],
        }
    }
}

/// The text names no person of the town.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is nobody in this town: use freelancer, student, team or bulk:ROWS (for example bulk:1000000)"
)]
pub struct NobodyError(String);

impl FromStr for Person {
    type Err = NobodyError;

    fn from_str(text: &str) -> Result<Self, NobodyError> {
        match text {
            "freelancer" => Ok(Person::Freelancer),
            "student" => Ok(Person::Student),
            "team" => Ok(Person::Team),
            _ => text
                .strip_prefix("bulk:")
                .and_then(|rows| rows.parse().ok())
                .map(Person::Bulk)
                .ok_or_else(|| NobodyError(text.to_owned())),
        }
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Person::Freelancer => f.write_str("freelancer"),
            Person::Student => f.write_str("student"),
            Person::Team => f.write_str("team"),
            Person::Bulk(rows) => write!(f, "bulk:{rows}"),
        }
    }
}

/// The town at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World {
    pub(crate) person: Person,
    pub(crate) seed: u64,
    /// Minutes since 1970; what begins at or after it has not happened.
    pub(crate) now: i64,
    /// The first minute of anybody's history.
    pub(crate) since: i64,
    /// The minute the town was opened at.
    pub(crate) opened: i64,
}

impl World {
    pub(crate) fn new(person: Person, seed: u64, opened: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let opened = opened.timestamp().div_euclid(60);
        let days = if matches!(person, Person::Bulk(_)) { BULK_DAYS } else { HISTORY_DAYS };
        let since = (opened.div_euclid(MINUTES_A_DAY) - days) * MINUTES_A_DAY;
        World { person, seed, now: now.timestamp().div_euclid(60), since, opened }
    }

    /// The day that is under way, counted from 1970.
    pub(crate) fn today(&self) -> i64 {
        self.now.div_euclid(MINUTES_A_DAY)
    }

    /// The days of `[from, to)`, counted from 1970, on which anything can have happened yet: the first day of history
    /// to today.
    pub(crate) fn days(&self, from: i64, to: i64) -> std::ops::Range<i64> {
        let first = from.max(self.since.div_euclid(MINUTES_A_DAY));
        first..to.min(self.today() + 1).max(first)
    }

    /// What `work` came to on a day, so far.
    pub(crate) fn done_on(&self, salt: u64, work: &Work, day: i64) -> Tally {
        self.done(salt, work, day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY)
    }

    /// What `work` came to in `[from, to)`, both in minutes. `salt` tells one line of work from another.
    pub(crate) fn done(&self, salt: u64, work: &Work, from: i64, to: i64) -> Tally {
        let (from, to) = (from.max(self.since), to.min(self.now));
        let mut sum = Tally::default();
        let mut hour = from.div_euclid(60);
        while hour * 60 < to {
            let whole = work.hour(self.seed, salt, hour);
            if whole.requests > 0 {
                let start = (from - hour * 60).max(0);
                let end = (to - hour * 60).min(60);
                sum.add(&whole.until(end));
                sum.take(&whole.until(start));
            }
            hour += 1;
        }
        sum
    }

    /// The day's own bill arrives late: a line of it is settled at some hour of the day and a half after the day ended.
    /// Until then a part of it is missing.
    pub(crate) fn booked(&self, salt: u64, day: i64, quantity: u64) -> u64 {
        let settled =
            (day + 1) * MINUTES_A_DAY + 60 * below(dice(self.seed, &[salt, day.cast_unsigned(), 3]), 37);
        if self.now >= settled { quantity } else { quantity - quantity / 9 }
    }

    /// A correction the provider books on some days, between half a day and a day and a half after the day ended:
    /// the per mille of the day's cost, mostly taken off. `None` where there is none (yet).
    pub(crate) fn correction(&self, salt: u64, day: i64) -> Option<i128> {
        let roll = dice(self.seed, &[salt, day.cast_unsigned(), 4]);
        let settled = (day + 1) * MINUTES_A_DAY + 60 * (12 + below(roll >> 8, 25));
        if !roll.is_multiple_of(4) || self.now < settled {
            return None;
        }
        let per_mille = i128::from(5 + (roll >> 16) % 30);
        Some(if (roll >> 32).is_multiple_of(3) { per_mille } else { -per_mille })
    }
}

/// When a line of work is busy, on the clock of those who do it.
pub(crate) struct Rhythm {
    /// East of Greenwich.
    pub(crate) offset_minutes: i64,
    /// Hours of the day, end exclusive.
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Per mille of weekend days with (half) work, and of weekdays without any.
    pub(crate) weekends: u64,
    pub(crate) holidays: u64,
}

pub(crate) const DAY_AND_NIGHT: Rhythm =
    Rhythm { offset_minutes: 0, from: 0, to: 24, weekends: 1000, holidays: 0 };
pub(crate) const KOLKATA: Rhythm =
    Rhythm { offset_minutes: 330, from: 10, to: 20, weekends: 120, holidays: 60 };
pub(crate) const EVENINGS: Rhythm =
    Rhythm { offset_minutes: 60, from: 17, to: 23, weekends: 0, holidays: 250 };
pub(crate) const BERLIN: Rhythm = Rhythm { offset_minutes: 60, from: 8, to: 18, weekends: 60, holidays: 40 };
pub(crate) const NEW_YORK: Rhythm =
    Rhythm { offset_minutes: -300, from: 9, to: 19, weekends: 200, holidays: 40 };
pub(crate) const NIGHTLY: Rhythm =
    Rhythm { offset_minutes: 0, from: 1, to: 4, weekends: 1000, holidays: 100 };

impl Rhythm {
    /// Per mille of a usual hour.
    fn busy(&self, seed: u64, hour: i64) -> u64 {
        let local = hour * 60 + self.offset_minutes;
        let (day, clock) = (local.div_euclid(MINUTES_A_DAY), local.rem_euclid(MINUTES_A_DAY) / 60);
        if clock < self.from || clock >= self.to {
            return 0;
        }
        // 1 January 1970 was a Thursday; Monday is 0.
        let weekday = (day + 3).rem_euclid(7);
        let roll = dice(seed, &[day.cast_unsigned(), 1]) % 1000;
        let level = match weekday {
            5.. if roll >= self.weekends => return 0,
            5.. => 500,
            _ if roll < self.holidays => return 0,
            0 => 1100,
            4 => 800,
            _ => 1000,
        };
        match clock {
            13 => level * 2 / 5,
            c if c == self.from || c + 1 == self.to => level * 3 / 5,
            _ => level,
        }
    }
}

/// One kind of request that somebody sends again and again.
pub(crate) struct Work {
    pub(crate) rhythm: &'static Rhythm,
    /// Requests in a usual hour.
    pub(crate) pace: u64,
    /// What a usual request uses: tokens of each kind, seconds, images ... as the provider's file lists them.
    pub(crate) sizes: [u64; 6],
}

impl Work {
    fn hour(&self, seed: u64, salt: u64, hour: i64) -> Tally {
        let busy = self.rhythm.busy(seed, hour);
        if busy == 0 {
            return Tally::default();
        }
        let roll = dice(seed, &[salt, hour.cast_unsigned(), 2]);
        let requests = (self.pace * busy * (500 + roll % 1001)).div_ceil(1_000_000);
        let mut tally = Tally { requests, amounts: [0; 6] };
        for (index, (amount, size)) in tally.amounts.iter_mut().zip(self.sizes).enumerate() {
            if size > 0 {
                let swing = 700 + dice(roll, &[index as u64]) % 601;
                *amount = requests * size * swing / 1000;
            }
        }
        tally
    }
}

/// How much was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) requests: u64,
    pub(crate) amounts: [u64; 6],
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Tally) {
        self.requests += other.requests;
        for (mine, theirs) in self.amounts.iter_mut().zip(other.amounts) {
            *mine += theirs;
        }
    }

    fn take(&mut self, other: &Tally) {
        self.requests -= other.requests;
        for (mine, theirs) in self.amounts.iter_mut().zip(other.amounts) {
            *mine -= theirs;
        }
    }

    /// The part of an hour done by its minute: requests are spread evenly, and each brings its share of the rest.
    fn until(&self, minute: i64) -> Tally {
        let done = self.requests * minute.cast_unsigned() / 60;
        let share = |amount: u64| {
            let part = u128::from(amount) * u128::from(done) / u128::from(self.requests.max(1));
            u64::try_from(part).unwrap_or(u64::MAX)
        };
        Tally { requests: done, amounts: self.amounts.map(share) }
    }
}

/// A number that follows from its parts and from nothing else.
pub(crate) fn dice(seed: u64, parts: &[u64]) -> u64 {
    parts.iter().fold(mix(seed ^ 0x5347_4c41_5353_0001), |state, part| {
        mix(state ^ mix(part.wrapping_add(0x9e37_79b9)))
    })
}

/// A roll as a small signed number under `limit`.
fn below(roll: u64, limit: u64) -> i64 {
    (roll % limit).cast_signed()
}

fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A number that stands for a text (FNV-1a).
pub(crate) const fn salt(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        index += 1;
    }
    hash
}

/// An invented id: `length` letters and digits that follow from the seed and the name.
pub(crate) fn made_up(seed: u64, name: &str, length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let name = salt(name);
    let letter = |place: usize| {
        let roll = dice(seed, &[name, place as u64]) % 62;
        char::from(LETTERS[usize::try_from(roll).unwrap_or_default()])
    };
    (0..length).map(letter).collect()
}

/// An invented UUID.
pub(crate) fn made_up_uuid(seed: u64, name: &str) -> String {
    let (a, b) = (dice(seed, &[salt(name), 1]), dice(seed, &[salt(name), 2]));
    let (a, b) = (format!("{a:016x}"), format!("{b:016x}"));
    format!("{}-{}-4{}-9{}-{}", &a[..8], &a[8..12], &a[13..], &b[1..4], &b[4..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(now: i64) -> World {
        World { person: Person::Team, seed: 7, now, since: 0, opened: now }
    }

    const WORK: Work = Work { rhythm: &BERLIN, pace: 40, sizes: [900, 17, 0, 3, 1, 0] };

    #[test]
    fn minutes_hours_and_days_tell_the_same_story() {
        let day = 20_000 * MINUTES_A_DAY;
        let world = world(day + 2 * MINUTES_A_DAY - 17);
        let whole = world.done(5, &WORK, day, day + 2 * MINUTES_A_DAY);
        assert!(whole.requests > 0 && whole.amounts[0] > 0);
        for step in [1, 7, 60, MINUTES_A_DAY] {
            let mut sum = Tally::default();
            let mut from = day;
            while from < day + 2 * MINUTES_A_DAY {
                sum.add(&world.done(5, &WORK, from, (from + step).min(day + 2 * MINUTES_A_DAY)));
                from += step;
            }
            assert_eq!(sum, whole, "in steps of {step} minutes");
        }
    }

    #[test]
    fn nothing_happens_in_the_future_or_before_the_history() {
        let day = 20_000 * MINUTES_A_DAY;
        let mut world = world(day);
        assert_eq!(world.done(5, &WORK, day, day + MINUTES_A_DAY), Tally::default());
        world.now = day + MINUTES_A_DAY;
        world.since = day + MINUTES_A_DAY;
        assert_eq!(world.done(5, &WORK, day, day + MINUTES_A_DAY), Tally::default());
    }

    #[test]
    fn money_is_written_digit_for_digit() {
        assert_eq!(plain(1_250_000_000_000_000_000, 18), "1.25");
        assert_eq!(plain(-1, 18), "-0.000000000000000001");
        assert_eq!(plain(3_000_000_000_000_000_000, 18), "3");
        assert_eq!(plain(123_789_120_000_000_000, 16), "12.378912");
        assert_eq!(number(45_000_000_000_000, 4), "4.5e-05");
        assert_eq!(number(-7_000_000_000_000, 4), "-7e-06");
        assert_eq!(number(450_000_000_000_000, 4), "0.00045");
        assert_eq!(number(0, 4), "0");
        assert_eq!(fixed(110 * DOLLAR, 2), "110.00");
        assert_eq!(fixed(-DOLLAR / 8, 2), "-0.12");
        assert_eq!(fixed(-DOLLAR / 8000, 2), "0.00", "no minus for nothing");
        assert_eq!(fixed(DOLLAR * 5 / 2, 0), "2");
        assert_eq!(cents(DOLLAR * 5 / 4 + 9), 125);
    }

    #[test]
    fn days_and_months_are_counted() {
        let day = day_of("2026-11-20".parse().unwrap());
        assert_eq!(date(day).to_string(), "2026-11-20");
        assert_eq!(date(month_start(day)).to_string(), "2026-11-01");
        assert_eq!(date(next_month(day)).to_string(), "2026-12-01");
        assert_eq!(date(next_month(day_of("2026-01-31".parse().unwrap()))).to_string(), "2026-02-01");
        assert_eq!(time_text(day * MINUTES_A_DAY + 61), "2026-11-20T01:01:00Z");
        let mut world = world(day * MINUTES_A_DAY + 5);
        world.since = (day - 3) * MINUTES_A_DAY;
        assert_eq!(world.days(day - 9, day + 9), day - 3..day + 1, "from the history to today");
        assert!(world.days(day + 1, day + 9).is_empty() && world.days(day - 9, day - 5).is_empty());
    }

    #[test]
    fn persons_are_named_and_read_back() {
        for person in [Person::Freelancer, Person::Student, Person::Team, Person::Bulk(12)] {
            assert_eq!(person.to_string().parse(), Ok(person));
        }
        assert!("bulk:many".parse::<Person>().unwrap_err().to_string().contains("bulk:ROWS"));
    }
}
