//! Figures and names as text: exact where they are spoken, short where they are drawn.

use super::Unit;
use crate::money::{Decimal, exact_add};
use rust_decimal::RoundingStrategy;
use std::borrow::Cow;
use std::fmt::Write as _;

/// The size of names, in pixels; the SVG says it once for all.
pub(super) const TEXT: i32 = 12;
/// The size of ticks and remarks.
pub(super) const SMALL: i32 = 11;

/// A proper minus: screen readers skip a hyphen.
pub(super) const MINUS: &str = "\u{2212}";

impl Unit {
    /// What stands before the number.
    pub(super) fn sign(&self) -> &'static str {
        let Self::Money { currency } = self else { return "" };
        match currency.as_str() {
            "USD" => "$",
            "EUR" => "€",
            "GBP" => "£",
            "INR" => "₹",
            "JPY" => "¥",
            "CNY" => "CN¥",
            _ => "",
        }
    }

    /// What stands after the number on an axis: the code of a currency without a sign.
    pub(super) fn code(&self) -> Option<&str> {
        match self {
            Self::Money { currency } if self.sign().is_empty() => Some(currency),
            _ => None,
        }
    }

    /// The decimals that an amount has at least, once it has any.
    pub(super) fn minor(&self) -> usize {
        match self {
            Self::Money { currency }
                if currency != "JPY" && self.code().is_none_or(|code| code.len() == 3) =>
            {
                2
            }
            _ => 0,
        }
    }

    /// Whether digits are grouped by lakh and crore.
    pub(super) fn indian(&self) -> bool {
        matches!(self, Self::Money { currency } if currency == "INR")
    }

    /// The unit by name, for the head of a column.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Money { currency } => currency,
            Self::Count { noun } => noun,
        }
    }

    /// Every digit: "$1.284375", "1,200 tokens".
    pub fn exact(&self, value: Decimal) -> String {
        let mut text = self.digits(value.normalize());
        let after = match self {
            Self::Money { .. } => self.code(),
            Self::Count { noun } => Some(noun.as_str()),
        };
        if let Some(after) = after.filter(|after| !after.is_empty()) {
            text.push(' ');
            text.push_str(after);
        }
        text
    }

    /// As it is spoken: up to four decimals, and three significant digits of a small price. The exact value stands in the table.
    pub fn told(&self, value: Decimal) -> String {
        let away = RoundingStrategy::MidpointAwayFromZero;
        let near = if value.abs() < Decimal::new(1, 1) {
            value.round_sf_with_strategy(3, away).unwrap_or(value)
        } else {
            value.round_dp_with_strategy(4, away)
        };
        self.exact(near)
    }

    /// Short, as it is drawn. Small prices keep three significant digits and never become zero.
    pub fn short(&self, value: Decimal) -> String {
        let away = RoundingStrategy::MidpointAwayFromZero;
        let tenth = Decimal::new(1, 1);
        let value = match self {
            _ if value.abs() < tenth => value.round_sf_with_strategy(3, away).unwrap_or(value),
            Self::Money { .. } => value.round_dp_with_strategy(2, away),
            Self::Count { .. } if value.is_integer() => value,
            Self::Count { .. } => value.round_dp_with_strategy(1, away),
        };
        let text = self.digits(value.normalize());
        self.code().map_or_else(|| text.clone(), |code| format!("{text} {code}"))
    }

    fn digits(&self, value: Decimal) -> String {
        let plain = value.abs().to_string();
        let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut text = String::with_capacity(plain.len() + 12);
        if value.is_sign_negative() && !value.is_zero() {
            text.push_str(MINUS);
        }
        text.push_str(self.sign());
        group(&mut text, whole, self.indian());
        let decimals = match self {
            Self::Money { .. } if !value.is_zero() || self.minor() == 0 => part.len().max(self.minor()),
            _ => part.len(),
        };
        if decimals > 0 {
            // Writing to a String cannot fail.
            let _ = write!(text, ".{part:0<decimals$}");
        }
        text
    }
}

/// Appends whole digits in groups: 1,234,567, or 12,34,567 in Indian order.
pub(super) fn group(text: &mut String, whole: &str, indian: bool) {
    let count = whole.len();
    for (at, digit) in whole.chars().enumerate() {
        let left = count - at;
        let comma = if indian { left == 3 || (left > 3 && left % 2 == 1) } else { left.is_multiple_of(3) };
        if at > 0 && comma {
            text.push(',');
        }
        text.push(digit);
    }
}

/// How wide a text will be at most, in tenths of a pixel.
///
/// The core draws without a font, so this follows the widest of the usual system fonts; with any other there is room to spare.
pub(super) fn width(text: &str, size: i32) -> i32 {
    let hundredths = text.chars().fold(0_i32, |sum, letter| sum.saturating_add(em(letter)));
    hundredths.saturating_mul(size) / 10
}

fn em(letter: char) -> i32 {
    match letter {
        'i' | 'j' | 'l' | '\'' | '|' => 28,
        ' ' | '.' | ',' | ':' | ';' | '!' | 'I' | '/' | '-' | '(' | ')' | '[' | ']' | 'f' | 't' => 39,
        'r' => 42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' | '—' => 99,
        'a'..='z' | '0'..='9' | '$' | '€' | '£' | '¥' | '₹' => 64,
        'A'..='Z' => 74,
        // From Hangul on, scripts come with full-width letters.
        '\u{1100}'.. => 105,
        _ => 70,
    }
}

/// The text, or as much of it as fits with an ellipsis.
pub(super) fn fit(text: &str, size: i32, room: i32) -> Cow<'_, str> {
    if width(text, size) <= room {
        return Cow::Borrowed(text);
    }
    let room = room - width("…", size);
    let mut used = 0;
    let mut short: String = text
        .chars()
        .take_while(|letter| {
            used += em(*letter) * size / 10 + 1;
            used <= room
        })
        .collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    Cow::Owned(short)
}

/// Text made safe for XML. What XML cannot hold, and the marks that turn the direction of writing, become spaces.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    let risky = |letter: char| {
        matches!(letter, '&' | '<' | '>' | '"' | '\'' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
            || letter.is_control()
    };
    if !text.contains(risky) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ if risky(letter) => safe.push(' '),
            _ => safe.push(letter),
        }
    }
    Cow::Owned(safe)
}

/// The sum of all, if a decimal holds it without rounding.
pub(super) fn exact_sum(values: impl IntoIterator<Item = Decimal>) -> Option<Decimal> {
    values.into_iter().try_fold(Decimal::ZERO, exact_add)
}
