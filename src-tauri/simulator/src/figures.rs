//! Money, days and minutes as the text they are sent as.

use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat};

use crate::world::{DOLLAR, DOLLAR_DIGITS, MINUTES_A_DAY};

/// Money as plain decimal text; `digits` is how many of its digits are decimals.
pub(crate) fn plain(money: i128, digits: usize) -> String {
    let text = format!("{:0>width$}", money.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    let fraction = fraction.trim_end_matches('0');
    let sign = if money < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Money (10⁻¹⁸) as text of exactly so many decimals, cut off behind them: `110.00`.
pub(crate) fn fixed(money: i128, decimals: usize) -> String {
    let cut = 10_i128.pow(u32::try_from(DOLLAR_DIGITS.saturating_sub(decimals)).unwrap_or_default());
    let text = format!("{:0>width$}", (money / cut).unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = text.split_at(text.len() - decimals);
    let sign = if money / cut < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Money (10⁻¹⁸) in whole cents, cut off.
pub(crate) fn cents(money: i128) -> i64 {
    i64::try_from(money / (DOLLAR / 100)).unwrap_or(i64::MAX)
}

/// The date of a day counted from 1970; it prints as `YYYY-MM-DD`.
pub(crate) fn date(day: i64) -> NaiveDate {
    DateTime::from_timestamp(day * MINUTES_A_DAY * 60, 0).unwrap_or_default().date_naive()
}

pub(crate) fn day_of(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

/// The first day of the month of a day.
pub(crate) fn month_start(day: i64) -> i64 {
    day - i64::from(date(day).day0())
}

/// The first day of the month after the month of a day.
pub(crate) fn next_month(day: i64) -> i64 {
    month_start(month_start(day) + 31)
}

/// A minute as RFC 3339: `2026-11-20T14:37:00Z`.
pub(crate) fn time_text(minute: i64) -> String {
    let time = DateTime::from_timestamp(minute * 60, 0).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Dollars as the text of a JSON number. Like the float printers of the real services it writes an exponent where the
/// number has `zeros` or more zeros behind the point.
pub(crate) fn number(money: i128, zeros: usize) -> String {
    let text = plain(money, DOLLAR_DIGITS);
    let Some(fraction) = text.trim_start_matches('-').strip_prefix("0.") else { return text };
    let digits = fraction.trim_start_matches('0');
    let leading = fraction.len() - digits.len();
    if leading < zeros {
        return text;
    }
    let sign = if money < 0 { "-" } else { "" };
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}e-{:02}", leading + 1)
}
