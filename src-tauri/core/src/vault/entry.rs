//! The names of keychain entries.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::str::FromStr;

/// The name of an entry in the keychain: 128 random bits, which say nothing of the provider or the person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryName(String);

/// A text that is not the name of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a keychain entry has 32 digits of 0-9 and a-f")]
pub struct EntryNameError;

impl EntryName {
    /// A fresh name. Each key gets its own.
    pub fn random() -> EntryName {
        // The standard library seeds this hasher's 128-bit key from the operating system.
        let seeded = RandomState::new();
        EntryName(format!("{:016x}{:016x}", seeded.hash_one(0_u8), seeded.hash_one(1_u8)))
    }
}

impl FromStr for EntryName {
    type Err = EntryNameError;

    fn from_str(text: &str) -> Result<EntryName, EntryNameError> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 32 && text.bytes().all(hex) {
            Ok(EntryName(text.to_owned()))
        } else {
            Err(EntryNameError)
        }
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
