//! Amounts, dates and counts in the words of a reminder. Plain text: whoever shows it escapes it.

use crate::money::{Currency, Decimal, whole_percent};
use crate::time::{Calendar, Date, Timestamp};

/// An exact amount, such as `$1,234.50` or `1,200 credits`.
pub(super) fn money(amount: Decimal, currency: Currency) -> String {
    let code = currency.as_str();
    let sign = if amount.is_sign_negative() && !amount.is_zero() { "-" } else { "" };
    let plain = amount.abs().normalize().to_string();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    if Currency::national(code).ok() != Some(currency) {
        let unit = code.rsplit('.').next().unwrap_or(code).replace('_', " ");
        return format!("{sign}{} {unit}", number(whole, fraction, false));
    }
    let places = if matches!(code, "JPY" | "KRW" | "VND" | "CLP") { 0 } else { 2 };
    let figures = number(whole, &format!("{fraction:0<places$}"), code == "INR");
    match code {
        "USD" => format!("{sign}${figures}"),
        "EUR" => format!("{sign}€{figures}"),
        "GBP" => format!("{sign}£{figures}"),
        "INR" => format!("{sign}₹{figures}"),
        "JPY" => format!("{sign}¥{figures}"),
        _ => format!("{sign}{figures} {code}"),
    }
}

/// A figure that is forecast, to two places, or to three digits where it is below one.
pub(super) fn about(amount: Decimal, currency: Currency) -> String {
    let rounded =
        if amount.abs() < Decimal::ONE { amount.round_sf(3).unwrap_or(amount) } else { amount.round_dp(2) };
    money(rounded, currency)
}

/// A share in whole per cent. Of hardly anything everything is many times as much: no one reads more than three digits.
pub(super) fn percent(part: Decimal, whole: Decimal) -> String {
    match whole_percent(part, whole) {
        Some(share) if share <= 999 => format!("{share} %"),
        _ => ">999 %".to_owned(),
    }
}

/// Digits in groups; of thousands, or by the Indian way of lakhs and crores.
fn number(whole: &str, fraction: &str, lakhs: bool) -> String {
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        let left = whole.len() - at;
        let comma = if lakhs && left > 3 { (left - 3).is_multiple_of(2) } else { left.is_multiple_of(3) };
        if at > 0 && comma {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// A day, such as `1 December`; with its year where that is not the present one.
pub(super) fn day(date: Date, today: Date) -> String {
    let short = format!("{} {}", date.day(), date.month_name());
    if date.year() == today.year() { short } else { format!("{short} {}", date.year()) }
}

/// When something ends: at the end of a day, or at a time of it.
pub(super) fn end_of(at: Timestamp, calendar: Calendar, now: Timestamp) -> String {
    let today = calendar.date_of(now);
    let date = calendar.date_of(at);
    if calendar.start_of(date) == at {
        format!("at the end of {}", day(date.plus_days(-1), today))
    } else {
        format!("on {} at {}", day(date, today), calendar.clock_of(at))
    }
}

/// When something begins. With its date, for what is written today may be read tomorrow.
pub(super) fn moment(at: Timestamp, calendar: Calendar, now: Timestamp) -> String {
    let today = calendar.date_of(now);
    let date = calendar.date_of(at);
    let clock = calendar.clock_of(at);
    format!("on {} at {clock}", day(date, today))
}

/// A count of days.
pub(super) fn days(count: u32) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}
