//! A key, kept from every place where it could be seen.

use std::fmt;

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de};
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
        let key = text.trim_matches(|c: char| c.is_whitespace() || "\"'`“”‘’\u{feff}\u{200b}".contains(c));
        if key.is_empty() {
            return Err(SecretError::Empty);
        }
        for (position, c) in (1..).zip(key.chars()) {
            if c.is_whitespace() {
                return Err(SecretError::HasSpace { position });
            }
            if !c.is_ascii_graphic() {
                return Err(SecretError::NotPrintable { position });
            }
        }
        Ok(Secret(SecretString::from(key)))
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
