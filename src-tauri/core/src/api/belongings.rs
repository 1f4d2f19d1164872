//! What belongs to the person, in the words of a screen: to take away, to keep safe, to bring back, to delete.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What to take away, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct Export {
    /// What.
    pub what: Exported,
    /// The file, replaced as a whole.
    pub path: String,
    /// The first UTC day of charges; all without it.
    #[serde(default)]
    pub from: Option<String>,
    /// The UTC day after the last one of charges.
    #[serde(default)]
    pub to: Option<String>,
}

/// What can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Exported {
    /// Every charge, as CSV in the columns of FOCUS 1.2.
    Charges,
    /// Everything that can be read, as lines of JSON. No key is in it.
    All,
}

/// What was taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExportedFile {
    /// The file.
    pub path: String,
    /// How many lines it has below its head.
    #[ts(type = "number")]
    pub lines: u64,
    /// How many of them are charges.
    #[ts(type = "number")]
    pub charges: u64,
    /// Whether it is sample data.
    pub sample: bool,
}

/// Where to keep a copy of the store.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BackUp {
    /// The file, replaced as a whole.
    pub path: String,
}

/// A copy of the store, opened again and found whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BackedUp {
    /// The file.
    pub path: String,
    /// Its length.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How many accounts are in it, none of them with its key.
    #[ts(type = "number")]
    pub accounts: u64,
    /// How many charges are in it.
    #[ts(type = "number")]
    pub charges: u64,
}

/// Which copy of the store to bring back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Restore {
    /// A file that was backed up.
    pub path: String,
}

/// What was brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    /// The file it came from.
    pub path: String,
    /// Where what was here before is kept.
    pub kept: String,
    /// How many accounts there are now.
    #[ts(type = "number")]
    pub accounts: u64,
    /// How many charges there are now.
    #[ts(type = "number")]
    pub charges: u64,
    /// Accounts whose key is not where it was: they need it anew.
    pub keys_missing: Vec<String>,
    /// Why it is not known whether keys are there, where it is not.
    pub keys_problem: Option<String>,
}

/// Deletes everything, once the word is typed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct DeleteEverything {
    /// The word `delete`, as the person typed it.
    pub confirm: String,
    /// Whether to go on where the keychain does not let its keys be removed: they stay there.
    #[serde(default)]
    pub leave_keys: Option<bool>,
}

/// What was deleted, looked for again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Deleted {
    /// How many keys and secrets were removed from the keychain and are no longer there.
    #[ts(type = "number")]
    pub keys: u64,
    /// How many files were removed and are no longer there.
    #[ts(type = "number")]
    pub files: u64,
    /// The data folder.
    pub folder: String,
    /// Whether it is gone, too.
    pub folder_gone: bool,
    /// What is still there, and why.
    pub left: Vec<LeftBehind>,
}

/// Something that is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LeftBehind {
    /// What.
    pub what: String,
    /// Why, and what to do about it.
    pub why: String,
    /// Whether it should have gone.
    pub failed: bool,
}
