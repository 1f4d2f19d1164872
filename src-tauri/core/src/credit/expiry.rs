//! When a lot lapses, by its rule.

use super::{CreditError, Lot};
use crate::ledger::{Cycle, ExpiryRule, Life};
use crate::time::{BillingCycle, Calendar, Date, Timestamp};

const DAY: i64 = 86_400;

/// When a lot was had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acquired {
    /// On a date: from its start in the person's zone.
    On(Date),
    /// At an instant.
    At(Timestamp),
}

impl Acquired {
    /// From when on the lot can be spent.
    pub fn instant(self, calendar: &Calendar) -> Timestamp {
        match self {
            Acquired::On(date) => calendar.start_of(date),
            Acquired::At(at) => at,
        }
    }

    /// The date in the person's zone.
    pub fn date(self, calendar: &Calendar) -> Date {
        match self {
            Acquired::On(date) => date,
            Acquired::At(at) => calendar.date_of(at),
        }
    }
}

/// The end of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// After this date: it is the last on which the lot can be spent.
    After(Date),
    /// At an instant: the first at which the lot cannot be spent.
    At(Timestamp),
}

impl End {
    /// The first instant at which the lot cannot be spent.
    pub fn instant(self, calendar: &Calendar) -> Timestamp {
        match self {
            End::After(date) => calendar.start_of(date.plus_days(1)),
            End::At(at) => at,
        }
    }
}

/// What a rule makes of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifespan {
    /// From when on it can be spent.
    pub acquired_at: Timestamp,
    /// Its end; nothing where it never lapses. By inactivity: where the account is not used from its acquisition on.
    pub end: Option<End>,
    /// The instant of that end, and never before the lot is had.
    pub lapses_at: Option<Timestamp>,
    /// From when on it counts as rolled over.
    pub rolls_at: Option<Timestamp>,
    /// After how many days without a use of the account it lapses.
    pub idle_days: Option<u32>,
}

/// The life of a lot by its rule, before any use.
pub fn lifespan(lot: &Lot, calendar: &Calendar) -> Result<Lifespan, CreditError> {
    let acquired_at = lot.acquired.instant(calendar);
    let date = lot.acquired.date(calendar);
    let mut life = Lifespan { acquired_at, end: None, lapses_at: None, rolls_at: None, idle_days: None };
    life.end = match lot.rule {
        ExpiryRule::Never => None,
        ExpiryRule::On(last) => Some(End::After(last)),
        ExpiryRule::At(at) => Some(End::At(at)),
        ExpiryRule::AfterPurchase(span) => {
            let last = match span {
                Life::Days(days) => date.plus_days(i64::from(days)),
                Life::Months(months) => months_later(date, months),
            };
            Some(match lot.acquired {
                Acquired::On(_) => End::After(last),
                // Whole days of 86,400 seconds, however long the person's own days were between.
                Acquired::At(at) => End::At(at.plus_seconds(last.days_since(date) * DAY)),
            })
        }
        ExpiryRule::AfterInactivity(days) => {
            life.idle_days = Some(days);
            Some(End::At(acquired_at.plus_seconds(i64::from(days) * DAY)))
        }
        ExpiryRule::EndOfPeriod { cycle: Cycle::UtcMonth, rollover } => {
            // A day that was entered is the provider's day, wherever the person is.
            let date = match lot.acquired {
                Acquired::On(date) => date,
                Acquired::At(at) => at.utc_date(),
            };
            life.rolls_at = (rollover > 0).then(|| date.next_month_start().utc_start());
            Some(End::At(month_later(date, rollover).next_month_start().utc_start()))
        }
        ExpiryRule::EndOfPeriod { cycle, rollover } => {
            let own = period_end(date, cycle, 0).ok_or_else(|| no_such_day(lot, cycle))?;
            let last = period_end(date, cycle, rollover).ok_or_else(|| no_such_day(lot, cycle))?;
            life.rolls_at = (rollover > 0).then(|| calendar.start_of(own));
            Some(End::After(last.plus_days(-1)))
        }
    };
    // What is had after its own end lapses as it is had.
    life.lapses_at = life.end.map(|end| end.instant(calendar).max(acquired_at));
    Ok(life)
}

fn no_such_day(lot: &Lot, cycle: Cycle) -> CreditError {
    let day = if let Cycle::Month(day) = cycle { day } else { 0 };
    CreditError::NoSuchDay(lot.id.clone(), day)
}

/// The same day some months later, the last of the month where it is shorter; held inside the years 1 to 9999.
fn months_later(date: Date, months: u32) -> Date {
    let first = month_later(date, months);
    let length = first.next_month_start().days_since(first);
    first.plus_days(i64::from(date.day()).min(length) - 1)
}

/// The first day of the month that lies some months after a date's.
fn month_later(date: Date, months: u32) -> Date {
    let since_year_nought = i64::from(date.year()) * 12 + i64::from(date.month()) - 1 + i64::from(months);
    let year = i32::try_from(since_year_nought / 12).unwrap_or(i32::MAX);
    let month = u32::try_from(since_year_nought % 12).unwrap_or_default() + 1;
    Date::new(year, month, 1).unwrap_or_else(|_| date.plus_days(i64::MAX).month_start())
}

/// The end, exclusive, of the period that lies some periods after the one that holds a date.
fn period_end(date: Date, cycle: Cycle, later: u32) -> Option<Date> {
    let count = i64::from(later);
    match cycle {
        Cycle::Day => Some(date.plus_days(1 + count)),
        Cycle::Week => {
            // The first day of the year 1 was a Monday.
            let first = Date::new(1, 1, 1).ok()?;
            let monday = date.plus_days(-date.days_since(first).rem_euclid(7));
            Some(monday.plus_days(7 * (1 + count)))
        }
        Cycle::UtcMonth => Some(month_later(date, later).next_month_start()),
        Cycle::Month(day) => {
            let cycle = BillingCycle::monthly_on(u32::from(day)).ok()?;
            let end = cycle.containing(date).1;
            // The last day of a month lies in the period that begins in that month.
            Some(cycle.containing(month_later(end, later).next_month_start().plus_days(-1)).0)
        }
        Cycle::Year => {
            let year = date.year().saturating_add(1).saturating_add_unsigned(later);
            Some(Date::new(year, 1, 1).unwrap_or_else(|_| date.plus_days(i64::MAX)))
        }
    }
}
