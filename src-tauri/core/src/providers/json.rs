//! Reading JSON without losing a digit: numbers by their text, and errors by their path.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::ParseError;
use crate::money::{self, Decimal};

/// Reads a body. On failure it is read again with the path tracked, so that good bodies do not pay for it.
pub fn decode<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, ParseError> {
    let mut plain = serde_json::Deserializer::from_slice(body);
    if let Ok(value) = T::deserialize(&mut plain)
        && plain.end().is_ok()
    {
        return Ok(value);
    }
    let mut again = serde_json::Deserializer::from_slice(body);
    let value: T = serde_path_to_error::deserialize(&mut again).map_err(|error| {
        let path = error.path().to_string();
        let at = if path == "." { "the top of the answer".to_owned() } else { path };
        ParseError::new(at, error.into_inner())
    })?;
    again.end().map_err(|error| ParseError::new("the end of the answer", error))?;
    Ok(value)
}

/// A decimal given as a JSON number or as a string, kept to the last digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact(pub Decimal);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Exact, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        money::exact(text(raw).ok_or_else(|| D::Error::custom(expected(raw)))?)
            .map(Exact)
            .map_err(D::Error::custom)
    }
}

/// A count given as a JSON number or as a string: whole, and not negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count(pub u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Count, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let text = text(raw).ok_or_else(|| D::Error::custom(expected(raw)))?;
        if text.bytes().all(|b| b.is_ascii_digit())
            && let Ok(count) = text.parse::<u64>()
            && i64::try_from(count).is_ok()
        {
            return Ok(Count(count));
        }
        let number = money::exact(text).map_err(D::Error::custom)?;
        if number.is_sign_negative() && !number.is_zero() {
            return Err(D::Error::custom(format!("a count cannot be negative: {number}")));
        }
        let whole = number.normalize();
        match (whole.scale(), i64::try_from(whole.mantissa())) {
            (0, Ok(count)) => Ok(Count(count.unsigned_abs())),
            (0, Err(_)) => Err(D::Error::custom(format!("a count this large cannot be kept: {number}"))),
            _ => Err(D::Error::custom(format!("a count must be whole: {number}"))),
        }
    }
}

/// A name or an id, where one is given: an empty one says nothing.
pub fn told(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// Makes sure that an answer whose every field may be missing is one: it names at least one of these at its top.
pub fn names_any(body: &[u8], names: &[&str]) -> Result<(), ParseError> {
    let fields: BTreeMap<String, &RawValue> = decode(body)?;
    if names.iter().any(|name| fields.contains_key(*name)) {
        return Ok(());
    }
    Err(ParseError::new("the top of the answer", format!("none of {} is there", names.join(", "))))
}

/// The provider's words in a body such as `{"error":{"message":"…"}}`, short and without anything that looks like a key.
pub fn error_words(body: &[u8]) -> Option<String> {
    said_at(body, &["/error/message"])
}

/// The provider's words at the first of these places (JSON pointers) that holds a text, cleaned as by [`error_words`].
pub fn said_at(body: &[u8], places: &[&str]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let said =
        places.iter().find_map(|place| body.pointer(place)?.as_str().filter(|text| !text.is_empty()))?;
    plain_words(said)
}

/// Words of a provider, short and without anything that looks like a key.
pub fn plain_words(said: &str) -> Option<String> {
    let plain: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut words: Vec<&str> = Vec::new();
    for word in plain.split_whitespace() {
        // OpenAI repeats a key that it does not know, masked or not, after these words.
        let echoed = words.last().is_some_and(|last| last.ends_with("provided:"));
        words.push(if echoed || key_shaped(word) { "[key]" } else { word });
        if words.len() == 60 {
            words.push("…");
            break;
        }
    }
    let text = words.join(" ");
    let text =
        if text.chars().count() > 400 { text.chars().take(400).chain(['…']).collect() } else { text };
    Some(text).filter(|text| !text.is_empty())
}

/// Whether a word may be or hold a key: `sk-` at the start of a part, stars that mask one, or a long run of letters and digits.
fn key_shaped(word: &str) -> bool {
    let parts = || word.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    word.contains("**")
        || parts().any(|part| part.starts_with("sk-"))
        || parts().any(|part| part.len() >= 20 && part.bytes().any(|b| b.is_ascii_digit()))
}

/// The digits of a JSON number or of a string without escapes.
fn text(raw: &RawValue) -> Option<&str> {
    let raw = raw.get();
    match raw.as_bytes().first()? {
        b'"' => raw.strip_prefix('"')?.strip_suffix('"').filter(|inner| !inner.contains('\\')),
        b'-' | b'0'..=b'9' => Some(raw),
        _ => None,
    }
}

fn expected(raw: &RawValue) -> String {
    let shown: String = raw.get().chars().take(24).collect();
    format!("expected a number, found {shown}")
}
