//! Weeks that were, drawn again whole: for whatever is to be reckoned with days as they were, and not with their cost alone.

use super::grains::Grains;
use super::model::{Model, ONE};
use super::{History, NEEDED_DAYS, NoForecast, seed_of, weekday_of};
use crate::time::Date;

/// A day that was, standing for one to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Again {
    /// Which day of the history.
    pub day: usize,
    /// In what size, of [`Weeks::ONE`].
    pub size: i64,
}

/// Weeks of a history, to be drawn again.
pub struct Weeks {
    end: Date,
    model: Model,
    wider: i64,
}

impl Weeks {
    /// The size of a day as it was.
    pub const ONE: i64 = ONE;
    /// With fewer days than this the level is less sure than they tell.
    const SETTLED: usize = 28;

    /// Of a history of seven days or more. The level, and how unsure it is, are those of a forecast.
    pub fn of(history: &History) -> Result<Weeks, NoForecast> {
        let days = history.days.len();
        if days < NEEDED_DAYS {
            return Err(NoForecast { days });
        }
        let grains = Grains::of(&history.days);
        let seed = seed_of(history.first, &history.days);
        let model = Model::fit(&grains.counted(&history.days), weekday_of(history.first), seed);
        let few = Self::SETTLED * 100 / days.min(Self::SETTLED);
        let wider = ONE * i64::try_from((few * 100).isqrt()).unwrap_or(100) / 100;
        Ok(Weeks { end: history.end(), model, wider })
    }

    /// The `number`th way in which so many days may go from a date on, which is no earlier than the end of the history. Days stand for
    /// days of the same weekday.
    pub fn way(&self, number: u64, from: Date, days: usize) -> Vec<Again> {
        let lead = usize::try_from(from.days_since(self.end).rem_euclid(7)).unwrap_or_default();
        let mut way = Vec::with_capacity(days);
        self.model.weeks(number, lead + days, self.wider, |at, day, size| {
            if at >= lead {
                way.push(Again { day, size });
            }
        });
        way
    }
}
