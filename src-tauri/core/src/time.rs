//! Instants, dates, half-open periods, time zones and billing cycles. The only room that uses chrono.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;

/// Why a text names no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not an RFC 3339 instant between the years 1 and 9999.
    #[error("\"{0}\" is not a time such as 2026-11-22T09:30:00Z")]
    NotATimestamp(String),
    /// Not a calendar date.
    #[error("\"{0}\" is not a date such as 2026-11-22")]
    NotADate(String),
    /// Not a name of the IANA time zone list.
    #[error("\"{0}\" is not a time zone such as Asia/Kolkata")]
    NotAZone(String),
    /// The start does not lie before the end.
    #[error("a period must start before it ends: {0} is not before {1}")]
    EmptyPeriod(Timestamp, Timestamp),
}

/// An instant, to the second, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

const FIRST: i64 = -62_135_596_800; // 0001-01-01T00:00:00Z
const LAST: i64 = 253_402_300_799; // 9999-12-31T23:59:59Z

impl Timestamp {
    /// From Unix seconds, if the year has four digits.
    pub fn from_unix(seconds: i64) -> Result<Timestamp, TimeError> {
        if (FIRST..=LAST).contains(&seconds) {
            Ok(Timestamp(seconds))
        } else {
            Err(TimeError::NotATimestamp(seconds.to_string()))
        }
    }

    /// From Unix milliseconds; a part of a second is dropped.
    pub fn from_unix_millis(millis: i64) -> Result<Timestamp, TimeError> {
        Timestamp::from_unix(millis.div_euclid(1_000))
            .map_err(|_| TimeError::NotATimestamp(millis.to_string()))
    }

    /// Reads RFC 3339, or the same without an offset where a provider leaves it out and means UTC.
    pub fn parse_utc(text: &str) -> Result<Timestamp, TimeError> {
        text.parse().or_else(|error| format!("{text}Z").parse().map_err(|_| error))
    }

    /// Unix seconds.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// This instant moved by whole seconds, held inside the years 1 to 9999.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(seconds).clamp(FIRST, LAST))
    }

    /// Seconds from `earlier` to this instant; negative if it lies after.
    pub const fn seconds_since(self, earlier: Timestamp) -> i64 {
        self.0 - earlier.0
    }

    /// The UTC date.
    pub fn utc_date(self) -> Date {
        Date(self.chrono().date_naive())
    }

    /// The instant of an HTTP date such as `Sun, 22 Nov 2026 09:30:00 GMT`.
    pub fn parse_http_date(text: &str) -> Result<Timestamp, TimeError> {
        let bad = || TimeError::NotATimestamp(text.chars().take(40).collect());
        let parsed = DateTime::parse_from_rfc2822(text).map_err(|_| bad())?;
        Timestamp::from_unix(parsed.timestamp()).map_err(|_| bad())
    }

    /// As a title tells it: `2026-11-22 09:30 UTC`.
    pub fn to_the_minute(self) -> String {
        self.chrono().format("%Y-%m-%d %H:%M UTC").to_string()
    }

    fn chrono(self) -> DateTime<Utc> {
        // Within FIRST..=LAST this always succeeds.
        DateTime::from_timestamp(self.0, 0).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.chrono().to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    /// Reads RFC 3339 with any offset; a fraction of a second is dropped.
    fn from_str(text: &str) -> Result<Timestamp, TimeError> {
        let bad = || TimeError::NotATimestamp(text.chars().take(40).collect());
        let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| bad())?;
        Timestamp::from_unix(parsed.timestamp()).map_err(|_| bad())
    }
}

/// A calendar date without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// From year, month and day.
    pub fn new(year: i32, month: u32, day: u32) -> Result<Date, TimeError> {
        NaiveDate::from_ymd_opt(year, month, day)
            .filter(|date| (1..=9999).contains(&date.year()))
            .map(Date)
            .ok_or_else(|| TimeError::NotADate(format!("{year:04}-{month:02}-{day:02}")))
    }

    /// The date some days later, or earlier with a negative count, held inside the years 1 to 9999.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Date {
        let count = Days::new(days.unsigned_abs());
        let moved = if days < 0 { self.0.checked_sub_days(count) } else { self.0.checked_add_days(count) };
        match moved {
            Some(date) if (1..=9999).contains(&date.year()) => Date(date),
            _ if days < 0 => Date(NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(self.0)),
            _ => Date(NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(self.0)),
        }
    }

    /// Days from `earlier` to this date.
    pub fn days_since(self, earlier: Date) -> i64 {
        (self.0 - earlier.0).num_days()
    }

    /// The first day of this date's month.
    #[must_use]
    pub fn month_start(self) -> Date {
        Date(self.0.with_day(1).unwrap_or(self.0))
    }

    /// The first day of the month after this date's.
    #[must_use]
    pub fn next_month_start(self) -> Date {
        let next = self.month_start().0.checked_add_months(Months::new(1)).filter(|date| date.year() <= 9999);
        next.map_or_else(|| self.month_start().plus_days(30), Date)
    }

    /// Midnight UTC at the start of this date.
    pub fn utc_start(self) -> Timestamp {
        Timestamp(self.0.and_time(chrono::NaiveTime::MIN).and_utc().timestamp())
    }

    /// This date as a whole UTC day.
    pub fn utc_day(self) -> Period {
        Period { start: self.utc_start(), end: self.plus_days(1).utc_start() }
    }

    /// Year.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// Month, from 1.
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// Day of the month, from 1.
    pub fn day(self) -> u32 {
        self.0.day()
    }

    /// English name of the weekday.
    pub fn weekday(self) -> &'static str {
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
            [self.0.weekday().num_days_from_monday() as usize]
    }

    /// Days since the last Monday, 0 to 6.
    pub fn days_since_monday(self) -> i64 {
        i64::from(self.0.weekday().num_days_from_monday())
    }

    /// English name of the month.
    pub fn month_name(self) -> &'static str {
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ][self.0.month0() as usize]
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl FromStr for Date {
    type Err = TimeError;

    /// Reads `YYYY-MM-DD`, and nothing looser.
    fn from_str(text: &str) -> Result<Date, TimeError> {
        let bad = || TimeError::NotADate(text.chars().take(40).collect());
        let shape = text.len() == 10
            && text
                .bytes()
                .enumerate()
                .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        if !shape {
            return Err(bad());
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|d| d.year() >= 1).map(Date).ok_or_else(bad)
    }
}

/// From `start` up to, but without, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant outside.
    pub end: Timestamp,
}

impl Period {
    /// A period that is not empty.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Period, TimeError> {
        if start < end { Ok(Period { start, end }) } else { Err(TimeError::EmptyPeriod(start, end)) }
    }

    /// The whole UTC days from `from` up to, but without, `to`.
    pub fn utc_days(from: Date, to: Date) -> Result<Period, TimeError> {
        Period::new(from.utc_start(), to.utc_start())
    }

    /// Whether the other period lies wholly inside this one.
    pub fn holds(&self, other: &Period) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Length in seconds.
    pub const fn seconds(&self) -> i64 {
        self.end.0 - self.start.0
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.start, self.end)
    }
}

/// A time zone of the IANA list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Zone = Zone(Tz::UTC);
    /// Pacific time, by whose midnight some providers count. A zone, not an offset: its days have 23, 24 or 25 hours.
    pub const PACIFIC: Zone = Zone(Tz::America__Los_Angeles);

    /// The zone this machine is set to, or UTC where it is set to none.
    pub fn system() -> Zone {
        iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok()).unwrap_or(Zone::UTC)
    }

    /// The IANA name.
    pub fn name(&self) -> &'static str {
        self.0.name()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = TimeError;

    fn from_str(name: &str) -> Result<Zone, TimeError> {
        name.parse().map(Zone).map_err(|_| TimeError::NotAZone(name.chars().take(40).collect()))
    }
}

/// The person's days, months and weeks in their own zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    zone: Zone,
}

impl Calendar {
    /// The calendar of a zone.
    pub const fn new(zone: Zone) -> Calendar {
        Calendar { zone }
    }

    /// The zone.
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// The local date of an instant.
    pub fn date_of(&self, at: Timestamp) -> Date {
        Date(at.chrono().with_timezone(&self.zone.0).date_naive())
    }

    /// The local hour of an instant, 0 to 23.
    pub fn hour_of(&self, at: Timestamp) -> u32 {
        at.chrono().with_timezone(&self.zone.0).hour()
    }

    /// The local minute of an instant, counted from midnight: 0 to 1439.
    pub fn minute_of(&self, at: Timestamp) -> u32 {
        let local = at.chrono().with_timezone(&self.zone.0);
        local.hour() * 60 + local.minute()
    }

    /// The next instant after this one at which the local clock shows so many minutes after midnight. Where a clock that is moved
    /// forward leaves that time out, the first after it; where one that is moved back shows it twice, each of them.
    pub fn next_minute(&self, after: Timestamp, minute: u32) -> Timestamp {
        let today = self.date_of(after);
        let on = |day: i64| {
            let midnight = today.plus_days(day).0.and_time(chrono::NaiveTime::MIN);
            let shown = midnight + chrono::TimeDelta::minutes(i64::from(minute.min(1_439)));
            let known = |late: i64| {
                let local = self.zone.0.from_local_datetime(&(shown + chrono::TimeDelta::minutes(15 * late)));
                [local.earliest(), local.latest()].into_iter().flatten().collect::<Vec<_>>()
            };
            (0..=96).map(known).find(|found| !found.is_empty()).unwrap_or_default()
        };
        let instants = (0..=3).flat_map(on).filter_map(|at| Timestamp::from_unix(at.timestamp()).ok());
        instants.filter(|at| *at > after).min().unwrap_or_else(|| after.plus_seconds(86_400))
    }

    /// The local time of an instant, such as `15:00`.
    pub fn clock_of(&self, at: Timestamp) -> String {
        at.chrono().with_timezone(&self.zone.0).format("%H:%M").to_string()
    }

    /// The first instant of a local date. Where midnight does not exist (a clock moved forward over it), the first that does.
    pub fn start_of(&self, date: Date) -> Timestamp {
        let midnight = date.0.and_time(chrono::NaiveTime::MIN);
        let instant = |local: NaiveDateTime| self.zone.0.from_local_datetime(&local).earliest();
        // No zone ever skipped more than a day (Samoa, 2011); a quarter of an hour is the finest step in use.
        (0..=96)
            .find_map(|quarter| instant(midnight + chrono::TimeDelta::minutes(15 * quarter)))
            .and_then(|at| Timestamp::from_unix(at.timestamp()).ok())
            .unwrap_or_else(|| date.utc_start())
    }

    /// The local day as a period: 23, 24 or 25 hours.
    pub fn day(&self, date: Date) -> Period {
        let start = self.start_of(date);
        Period { start, end: self.start_of(date.plus_days(1)).max(start.plus_seconds(1)) }
    }

    /// An instant as local date and time with offset, such as `2026-11-22 15:00 +05:30`.
    pub fn show(&self, at: Timestamp) -> String {
        at.chrono().with_timezone(&self.zone.0).format("%Y-%m-%d %H:%M %:z").to_string()
    }
}

/// Monthly billing that renews on one day of the month; on the last day where a month is shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BillingCycle {
    anchor_day: u32,
}

impl BillingCycle {
    /// The calendar month.
    pub const CALENDAR_MONTH: BillingCycle = BillingCycle { anchor_day: 1 };

    /// A cycle that renews on this day, 1 to 31.
    pub fn monthly_on(day: u32) -> Result<BillingCycle, TimeError> {
        if (1..=31).contains(&day) {
            Ok(BillingCycle { anchor_day: day })
        } else {
            Err(TimeError::NotADate(format!("day {day} of a month")))
        }
    }

    /// The first and the end date, exclusive, of the cycle that holds a date.
    pub fn containing(&self, date: Date) -> (Date, Date) {
        let this = self.renewal_in(date.month_start());
        if date >= this {
            (this, self.renewal_in(date.next_month_start()))
        } else {
            (self.renewal_in(date.month_start().plus_days(-1).month_start()), this)
        }
    }

    fn renewal_in(self, month_start: Date) -> Date {
        let length = month_start.next_month_start().days_since(month_start);
        month_start.plus_days(i64::from(self.anchor_day).min(length.max(1)) - 1)
    }
}

/// Where a door takes the present from. Below the doors, `now` is an argument.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The operating system's clock.
    System,
    /// A clock that stands still, for `--now` and for tests.
    Fixed(Timestamp),
    /// A clock that whoever holds it moves, by Unix seconds: for tests that live through a year.
    Held(Arc<AtomicI64>),
}

impl Clock {
    /// The present.
    pub fn now(&self) -> Timestamp {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the one place where the system clock is read")]
            Clock::System => Timestamp(Utc::now().timestamp()),
            Clock::Fixed(at) => *at,
            Clock::Held(at) => Timestamp(at.load(Ordering::SeqCst).clamp(FIRST, LAST)),
        }
    }
}
