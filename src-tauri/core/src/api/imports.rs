//! Files that consoles export, and what importing them would do or did.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Amount;

/// A file to import, or to look into before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ImportQuery {
    /// Where it lies.
    pub path: String,
    /// The account it is of. Without it: the provider's only one, or the one that such files went to before; where there is
    /// none, one without a key is made.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub account: Option<i64>,
    /// The provider whose figures they are, by its id, where no account of it is named and the file does not tell.
    #[serde(default)]
    pub provider: Option<String>,
    /// Its format by id, where its columns do not tell.
    #[serde(default)]
    pub format: Option<String>,
    /// Which column is what, for a file of no known format: `date=Day,cost=Amount,currency=USD`. Remembered for files with the
    /// same columns.
    #[serde(default)]
    pub mapping: Option<String>,
}

/// A kind of file that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FormatRow {
    /// Id.
    pub id: String,
    /// What it is.
    pub name: String,
    /// The provider whose file it is; empty where the lines or the person tell.
    pub provider: String,
}

/// What is in a file, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// The name of the file.
    pub file: String,
    /// Whether it is booked. Never after a preview, nor where a single line is wrong.
    pub booked: bool,
    /// The account it is of; none where it is yet to be made.
    #[ts(type = "number | null")]
    pub account: Option<i64>,
    /// The account's name.
    pub label: String,
    /// The provider's id.
    pub provider: String,
    /// What was understood: one part for each table of a zip, one otherwise.
    pub parts: Vec<ImportPart>,
    /// How many lines are wrong.
    #[ts(type = "number")]
    pub wrong: u64,
    /// What to know, in words.
    pub notes: Vec<String>,
}

/// One table of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportPart {
    /// Its name in a zip; empty otherwise.
    pub name: String,
    /// Its format.
    pub format: FormatRow,
    /// Lines that were read, the header not among them.
    #[ts(type = "number")]
    pub lines: u64,
    /// Charges that come into the books or are there already.
    #[ts(type = "number")]
    pub charges: u64,
    /// Those of them that are there already, with this or an earlier figure.
    #[ts(type = "number")]
    pub known: u64,
    /// Earlier charges that give way: sums of these lines, another grouping of them, or another format of the same.
    #[ts(type = "number")]
    pub replaced: u64,
    /// Lines that are none to be booked, by what they are.
    pub left_out: Vec<LeftOut>,
    /// First day.
    pub from: Option<String>,
    /// End, exclusive, of its days.
    pub to: Option<String>,
    /// What is billed, by currency.
    pub billed: Vec<Amount>,
    /// Input tokens, where they are counted.
    #[ts(type = "number | null")]
    pub input_tokens: Option<u64>,
    /// Output tokens, where they are counted.
    #[ts(type = "number | null")]
    pub output_tokens: Option<u64>,
    /// Requests, where they are counted.
    #[ts(type = "number | null")]
    pub requests: Option<u64>,
    /// The first of the wrong lines.
    pub wrong_lines: Vec<WrongLine>,
    /// How many lines are wrong.
    #[ts(type = "number")]
    pub wrong: u64,
    /// The first charges, to look at.
    pub first: Vec<FirstCharge>,
}

/// Lines that are not booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// What they are, in the plural.
    pub what: String,
    /// How many.
    #[ts(type = "number")]
    pub lines: u64,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WrongLine {
    /// Its number in the file, from 1.
    #[ts(type = "number")]
    pub line: u64,
    /// What is wrong with it.
    pub problem: String,
}

/// A charge as it would be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FirstCharge {
    /// Its UTC day.
    pub day: String,
    /// `usage`, `purchase`, `tax`, `credit`, `adjustment`.
    pub category: String,
    /// What is billed.
    pub billed: Option<Amount>,
    /// The model; empty where not told.
    pub model: String,
    /// The provider's words; empty where not told.
    pub description: String,
    /// Input tokens, where counted.
    #[ts(type = "number | null")]
    pub input_tokens: Option<u64>,
    /// Output tokens, where counted.
    #[ts(type = "number | null")]
    pub output_tokens: Option<u64>,
}
