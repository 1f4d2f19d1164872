//! What is likely to come, from complete days that were: month ends, days a balance lasts. Pure.
//!
//! Days that were are drawn again in runs of three to seven, later ones more often, each brought to the present level and to the
//! weekday it stands for; the level itself is unsure. What many such ways have in common is the forecast: the middle one, and
//! the range in which eight of ten lie. The same days give the same forecast, to the last digit.

mod chance;
mod grains;
mod level;
mod model;
mod testing;
mod weeks;

use crate::money::Decimal;
use crate::time::Date;
use grains::Grains;
use model::Model;

pub use testing::{BackTest, back_test};
pub use weeks::{Again, Weeks};

/// Fewer complete days say nothing.
pub const NEEDED_DAYS: usize = 7;
/// Ways that are followed.
const PATHS: u64 = 400;
/// A balance that lasts longer is not followed to its end.
pub const LONGEST: usize = 730;

/// Complete UTC days, in order and without gaps. A covered day without a charge is nought; a day that was not read is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The first day.
    pub first: Date,
    /// What each day cost.
    pub days: Vec<Decimal>,
}

impl History {
    /// The day after the last.
    pub fn end(&self) -> Date {
        self.first.plus_days(i64::try_from(self.days.len()).unwrap_or(i64::MAX))
    }

    /// A number made of the data alone: other data, another number.
    pub fn mark(&self) -> u64 {
        seed_of(self.first, &self.days)
    }
}

/// Why nothing can be forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a forecast needs {NEEDED_DAYS} complete days, and there {} so far", are(*.days))]
pub struct NoForecast {
    /// How many complete days there are.
    pub days: usize,
}

fn are(days: usize) -> String {
    match days {
        0 => "are none".to_owned(),
        1 => "is one".to_owned(),
        days => format!("are {days}"),
    }
}

/// A low, a middle and a high figure: eight times in ten what comes lies between the outer two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// One time in ten it is less.
    pub p10: Decimal,
    /// As often less as more.
    pub p50: Decimal,
    /// One time in ten it is more.
    pub p90: Decimal,
}

/// Few, middle and many days; nothing where it is more than two years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySpread {
    /// One time in ten it is fewer.
    pub p10: Option<u32>,
    /// As often fewer as more.
    pub p50: Option<u32>,
    /// One time in ten it is more.
    pub p90: Option<u32>,
}

/// What is likely to come after the last day of a history.
pub struct Forecast {
    first: Date,
    of_days: usize,
    grains: Grains,
    model: Model,
}

impl Forecast {
    /// From a history of seven days or more.
    pub fn of(history: &History) -> Result<Forecast, NoForecast> {
        let of_days = history.days.len();
        if of_days < NEEDED_DAYS {
            return Err(NoForecast { days: of_days });
        }
        let grains = Grains::of(&history.days);
        let seed = seed_of(history.first, &history.days);
        let model = Model::fit(&grains.counted(&history.days), weekday_of(history.first), seed);
        Ok(Forecast { first: history.end(), of_days, grains, model })
    }

    /// The first day that is forecast: the day after the history.
    pub const fn first(&self) -> Date {
        self.first
    }

    /// From how many complete days.
    pub const fn of_days(&self) -> usize {
        self.of_days
    }

    /// Ways in which the next days may go, each what every one of them costs, from [`Forecast::first`] on. Shorter ways are the
    /// beginnings of longer ones.
    pub fn paths(&self, days: usize) -> Vec<Vec<Decimal>> {
        (0..PATHS)
            .map(|number| {
                let mut path = Vec::with_capacity(days);
                self.model.path(number, days, |_, spent| path.push(self.grains.amount(spent).normalize()));
                path
            })
            .collect()
    }

    /// What the next days are likely to cost together.
    pub fn sum(&self, days: usize) -> Spread {
        self.spread(&testing::sorted_sums(&self.model, PATHS, days))
    }

    /// What one of the next days is likely to cost: the mean of four weeks to come.
    pub fn per_day(&self) -> Spread {
        let sums: Vec<i64> =
            testing::sorted_sums(&self.model, PATHS, 28).into_iter().map(|sum| sum / 28).collect();
        self.spread(&sums)
    }

    /// For how many whole days a balance lasts from [`Forecast::first`] on.
    pub fn days_left(&self, balance: Decimal) -> DaySpread {
        self.days_left_from(balance, self.first)
    }

    /// For how many whole days a balance lasts that stands at the start of a date.
    pub fn days_left_from(&self, balance: Decimal, from: Date) -> DaySpread {
        let balance = self.grains.count(balance);
        let skipped = usize::try_from(from.days_since(self.first)).unwrap_or_default();
        let mut lasts: Vec<usize> = (0..PATHS)
            .map(|number| {
                if balance <= 0 {
                    return 0;
                }
                let (mut left, mut lasts) = (balance, usize::MAX);
                self.model.path(number, skipped + LONGEST, |day, spent| {
                    if day >= skipped && lasts == usize::MAX {
                        left = left.saturating_sub(spent);
                        if left < 0 {
                            lasts = day - skipped;
                        }
                    }
                });
                lasts
            })
            .collect();
        lasts.sort_unstable();
        let [p10, p50, p90] = [10, 50, 90].map(|part| {
            let place = part * (lasts.len() - 1) / 100;
            lasts.get(place).copied().and_then(|days| u32::try_from(days).ok())
        });
        DaySpread { p10, p50, p90 }
    }

    fn spread(&self, sorted: &[i64]) -> Spread {
        let [p10, p50, p90] =
            [10, 50, 90].map(|part| self.grains.amount(nearest_rank(sorted, part)).normalize());
        Spread { p10, p50, p90 }
    }
}

/// Spending that goes on as forecast, and what is known of its first days already: they cost no less.
pub struct Course {
    /// How it goes on.
    pub forecast: Forecast,
    /// What is known of each day from [`Forecast::first`] on.
    pub known: Vec<Decimal>,
}

/// What several courses are likely to cost together from a date on, up to and with each day before another date. What a course
/// cost before its own first day is not in it.
pub fn running(courses: &[Course], from: Date, until: Date) -> Vec<Spread> {
    let days = usize::try_from(until.days_since(from)).unwrap_or_default();
    let mut sums = vec![vec![Decimal::ZERO; usize::try_from(PATHS).unwrap_or_default()]; days];
    for Course { forecast, known } in courses {
        // Days from the first day of the course to that of the sums; below nought where the course begins later.
        let ahead = from.days_since(forecast.first);
        let all = usize::try_from(until.days_since(forecast.first)).unwrap_or_default();
        let known = forecast.grains.counted(known);
        for (number, place) in (0..PATHS).zip(0..) {
            let mut sum = 0_i64;
            forecast.model.path(number, all, |day, spent| {
                let Ok(day_of_sums) = usize::try_from(i64::try_from(day).unwrap_or(i64::MAX) - ahead) else {
                    return;
                };
                sum = sum.saturating_add(known.get(day).map_or(spent, |known| spent.max(*known)));
                let held = &mut sums[day_of_sums][place];
                *held = held.saturating_add(forecast.grains.amount(sum));
            });
        }
    }
    let spreads = sums.iter_mut().map(|sums| {
        sums.sort_unstable();
        let [p10, p50, p90] = [10, 50, 90].map(|part| nearest_rank(sums, part).normalize());
        Spread { p10, p50, p90 }
    });
    spreads.collect()
}

/// The number below which so many per cent of them lie: nearest rank, the lower one.
fn nearest_rank<T: Copy + Default>(sorted: &[T], percent: usize) -> T {
    sorted.get(percent * sorted.len().saturating_sub(1) / 100).copied().unwrap_or_default()
}

/// The weekday of a date, as a number that is the same a week later.
fn weekday_of(date: Date) -> usize {
    usize::try_from((date.utc_start().unix() / 86_400).rem_euclid(7)).unwrap_or_default()
}

/// A number made of the data alone.
fn seed_of(first: Date, days: &[Decimal]) -> u64 {
    let start = first.utc_start().unix().cast_unsigned();
    days.iter().fold(chance::mixed(start), |seed, day| {
        let day = day.normalize();
        let bytes = day.mantissa().to_le_bytes();
        let halves = [&bytes[..8], &bytes[8..]]
            .map(|half| half.iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte)));
        let scale = u64::from(day.scale());
        [halves[0], halves[1], scale]
            .iter()
            .fold(seed, |seed, word| chance::mixed(seed.rotate_left(5) ^ word))
    })
}
