//! A key, kept from every place where it could be seen.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// A key. It cannot be serialised or displayed, its `Debug` shows nothing of it, and it is wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

/// Why a text cannot be a key. Completes the sentence "the key …"; never holds any of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Nothing is left of it without white space and quotes.
    #[error("is empty")]
    Empty,
    /// It has white space inside, so more than the key was copied.
    #[error("has a space or line break at character {position}; copy the key alone")]
    HasSpace {
        /// The character, counted from 1.
        position: usize,
    },
    /// It begins as the content of a file, and is not all of it.
    #[error(
        "begins as the content of a file, but is not whole JSON of plain characters; give the whole file"
    )]
    NotWhole,
    /// It has a character that no header can carry.
    #[error("has a character at position {position} that no key has; copy it again")]
    NotPrintable {
        /// The character, counted from 1.
        position: usize,
    },
}

impl Secret {
    /// Takes a key as it was pasted: white space, quotes and invisible marks around it are dropped.
    pub fn new(text: impl Into<String>) -> Result<Secret, SecretError> {
        let text = Zeroizing::new(text.into());
        if let Some(object) = without_space(&text) {
            return Ok(Secret(SecretString::from(object.as_str())));
        }
        let key = text.trim_matches(|c: char| c.is_whitespace() || "\"'`“”‘’\u{feff}\u{200b}".contains(c));
        if key.is_empty() {
            return Err(SecretError::Empty);
        }
        for (position, c) in (1..).zip(key.chars()) {
            if key.starts_with('{') && !c.is_ascii_graphic() {
                return Err(SecretError::NotWhole);
            }
            if c.is_whitespace() {
                return Err(SecretError::HasSpace { position });
            }
            if !c.is_ascii_graphic() {
                return Err(SecretError::NotPrintable { position });
            }
        }
        Ok(Secret(SecretString::from(key)))
    }

    /// A key of several fields, kept as one: a JSON object in which nothing is left out and nothing is spare.
    pub fn of_fields(fields: &BTreeMap<String, Secret>) -> Secret {
        let mut text = Zeroizing::new(String::from("{"));
        for (name, value) in fields {
            if text.len() > 1 {
                text.push(',');
            }
            quote(&mut text, name);
            text.push(':');
            quote(&mut text, value.expose());
        }
        text.push('}');
        Secret(SecretString::from(text.as_str()))
    }

    /// A field of a key of several fields.
    pub fn field(&self, name: &str) -> Option<Secret> {
        if !self.expose().starts_with('{') {
            return None;
        }
        // Only what is asked for is read: the others may be no texts, or hold what no key has.
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(self.expose()).ok()?;
        serde_json::from_str(fields.get(name)?.get()).ok()
    }

    /// Every text of which an echo would tell something of it: itself, or, of several fields, the value of each.
    pub fn traces(&self) -> Vec<Zeroizing<String>> {
        let mut traces = Vec::new();
        match serde_json::from_str(self.expose()) {
            Ok(object @ serde_json::Value::Object(_)) => texts(object, &mut traces),
            _ => traces.push(Zeroizing::new(self.expose().to_owned())),
        }
        traces
    }

    /// The key itself. For the request that carries it and the keychain, nowhere else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The last four characters, by which a person knows a key; nothing of a key shorter than twelve.
    pub fn hint(&self) -> String {
        let key = self.expose();
        if key.len() < 12 { String::new() } else { key[key.len() - 4..].to_owned() }
    }

    /// Tells that the same key was given twice, without keeping the key.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::new()
            .chain_update(b"spendglass key fingerprint 1\0")
            .chain_update(self.expose().as_bytes())
            .finalize();
        format!("{digest:x}")
    }
}

fn texts(value: serde_json::Value, into: &mut Vec<Zeroizing<String>>) {
    match value {
        serde_json::Value::String(text) => into.push(Zeroizing::new(text)),
        serde_json::Value::Array(values) => values.into_iter().for_each(|value| texts(value, into)),
        serde_json::Value::Object(fields) => fields.into_iter().for_each(|(_, value)| texts(value, into)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

/// A JSON object of ASCII without the space around its parts, such as the file of a service account; `None` for anything else.
fn without_space(text: &str) -> Option<Zeroizing<String>> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let whole = text.starts_with('{') && text.ends_with('}') && text.is_ascii();
    if !whole || serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return None;
    }
    let mut object = Zeroizing::new(String::with_capacity(text.len()));
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        if quoted || !c.is_ascii_whitespace() {
            object.push(c);
        }
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
    }
    Some(object)
}

/// A text of printable ASCII as a JSON string.
fn quote(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            json.push('\\');
        }
        json.push(c);
    }
    json.push('"');
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        // Serde's own error would repeat the value it did not like.
        let text =
            String::deserialize(deserializer).map_err(|_| de::Error::custom("a key is given as text"))?;
        Secret::new(text).map_err(|error| de::Error::custom(format_args!("the key {error}")))
    }
}

impl ts_rs::TS for Secret {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(_: &ts_rs::Config) -> String {
        "string".to_owned()
    }

    fn inline(_: &ts_rs::Config) -> String {
        "string".to_owned()
    }
}
