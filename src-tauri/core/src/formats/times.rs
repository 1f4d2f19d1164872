//! Dates and times as consoles and spreadsheets write them.

use crate::time::{Date, Period, Timestamp};

/// A time as finely as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The date as written, in whatever zone.
    pub date: Date,
    /// Seconds since that date's midnight, where a time of day was written.
    seconds: Option<i64>,
    /// Seconds that the zone is ahead of UTC; none written means UTC.
    ahead: i64,
}

impl Moment {
    /// Whether only a date was written.
    pub const fn is_date(&self) -> bool {
        self.seconds.is_none()
    }

    /// The instant; midnight where only a date was written.
    pub fn instant(&self) -> Timestamp {
        self.date.utc_start().plus_seconds(self.seconds.unwrap_or(0) - self.ahead)
    }

    /// The date as a UTC day.
    pub fn day(&self) -> Period {
        self.date.utc_day()
    }

    /// So many seconds from the instant on; the day where only a date was written.
    pub fn lasting(&self, seconds: i64) -> Period {
        if self.is_date() {
            return self.day();
        }
        let start = self.instant();
        // A length is never nought, so the period is never empty.
        Period::new(start, start.plus_seconds(seconds)).unwrap_or_else(|_| self.day())
    }
}

/// Reads `2026-10-01`, `20261001`, `10/1/26`, and a time of day behind it with or without seconds, fraction and zone.
pub(super) fn moment(cell: &[u8]) -> Option<Moment> {
    let (date, rest) = date(cell)?;
    let rest = match rest {
        [] => return Some(Moment { date, seconds: None, ahead: 0 }),
        [b'T' | b't' | b' ', rest @ ..] => rest,
        _ => return None,
    };
    let (hour, rest) = two(rest)?;
    let (minute, rest) = two(rest.strip_prefix(b":")?)?;
    let (second, rest) = match rest.strip_prefix(b":") {
        Some(rest) => two(rest)?,
        None => (0, rest),
    };
    let rest = match rest {
        [b'.' | b',', fraction @ ..] => {
            let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            &fraction[digits..]
        }
        rest => rest,
    };
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = Some(hour * 3_600 + minute * 60 + second.min(59));
    Some(Moment { date, seconds, ahead: ahead(rest.trim_ascii_start())? })
}

fn date(cell: &[u8]) -> Option<(Date, &[u8])> {
    if let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, rest @ ..] = cell {
        return Some((ymd(&[*y0, *y1, *y2, *y3], &[*m0, *m1], &[*d0, *d1])?, rest));
    }
    let digits = cell.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 8 {
        return Some((ymd(&cell[..4], &cell[4..6], &cell[6..8])?, &cell[8..]));
    }
    // Spreadsheets of the United States: month, day, year.
    let end = cell.iter().position(|b| *b == b' ').unwrap_or(cell.len());
    let mut parts = cell[..end].split(|b| *b == b'/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || month.len() > 2 || day.len() > 2 {
        return None;
    }
    let year = match year.len() {
        2 => 2_000 + digits_of(year)?,
        4 => digits_of(year)?,
        _ => return None,
    };
    Some((Date::new(i32::try_from(year).ok()?, digits_of(month)?, digits_of(day)?).ok()?, &cell[end..]))
}

fn ymd(year: &[u8], month: &[u8], day: &[u8]) -> Option<Date> {
    Date::new(i32::try_from(digits_of(year)?).ok()?, digits_of(month)?, digits_of(day)?).ok()
}

fn digits_of(digits: &[u8]) -> Option<u32> {
    let number =
        |sum: Option<u32>, b: &u8| b.is_ascii_digit().then(|| sum.unwrap_or(0) * 10 + u32::from(b - b'0'));
    digits.iter().try_fold(None, |sum, b| number(sum, b).map(Some)).flatten()
}

fn two(text: &[u8]) -> Option<(i64, &[u8])> {
    match text {
        [a, b, rest @ ..] if a.is_ascii_digit() && b.is_ascii_digit() => {
            Some((i64::from(a - b'0') * 10 + i64::from(b - b'0'), rest))
        }
        _ => None,
    }
}

/// Seconds ahead of UTC; no zone means UTC.
fn ahead(zone: &[u8]) -> Option<i64> {
    let (sign, rest) = match zone {
        [] | b"Z" | b"z" | b"UTC" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = two(rest)?;
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    let (minutes, rest) = if rest.is_empty() { (0, rest) } else { two(rest)? };
    (rest.is_empty() && hours <= 14 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}
