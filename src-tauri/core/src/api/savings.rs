//! What could be saved, in the words of a screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Amount;

/// Over which days savings are looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SavingsQuery {
    /// About so many days back from the last complete one, in whole billing months: 30, 90 (without it) or 365.
    #[serde(default)]
    pub days: Option<u32>,
}

/// What a person says of a saving. It is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnswerSaving {
    /// The saving's id.
    pub id: String,
    /// What they say.
    pub answer: SavingAnswer,
}

/// What a person says of a saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SavingAnswer {
    /// It can be done: this work can wait.
    Confirm,
    /// It cannot, or they do not want it: it is shown no more.
    Dismiss,
    /// As if nothing had been said.
    Forget,
}

/// What could be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Savings {
    /// The present, RFC 3339.
    pub now: String,
    /// The first day of the usage that was looked at; nothing where there is none.
    pub from: Option<String>,
    /// The day after the last.
    pub to: Option<String>,
    /// Up to when it is known, RFC 3339.
    pub as_of: Option<String>,
    /// Each by itself, over these days; the largest first.
    pub rows: Vec<SavingRow>,
    /// What all that is of usage come to with each part of it counted once, without what only the person can confirm.
    pub of_usage: Option<SavingRange>,
    /// The ids of savings that the person put away.
    pub dismissed: Vec<String>,
    /// What is missing or partial, in words.
    pub notes: Vec<String>,
}

/// An amount that is not known to the last digit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavingRange {
    /// Hardly less.
    pub low: Amount,
    /// Most likely.
    pub typical: Amount,
    /// Hardly more.
    pub high: Amount,
}

/// One way to save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavingRow {
    /// Stable id, by which it is answered.
    pub id: String,
    /// `batch`, `cache`, `smaller_model`, `off_peak`, `free_allowance`, `plan_unused`, `lapsing`.
    pub kind: String,
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The account's name.
    pub label: String,
    /// The project or key it is of, by its name where that is known.
    pub part: Option<String>,
    /// The models it is of.
    pub models: Vec<String>,
    /// The model to take in their place.
    pub instead: Option<String>,
    /// How much, over the days that were looked at.
    pub amount: SavingRange,
    /// How sure it is.
    pub certainty: SavingCertainty,
    /// Whether the person said that it can be done.
    pub confirmed: bool,
    /// What points to it, and what is taken for granted.
    pub why: String,
    /// What to do.
    pub todo: String,
    /// Lines of usage behind it.
    #[ts(type = "number")]
    pub usage_rows: u64,
    /// Requests behind it, as far as they are counted; nothing where none are.
    #[ts(type = "number | null")]
    pub requests: Option<u64>,
    /// Days with such use.
    pub days: u32,
    /// What that use cost at list price.
    pub list_cost: Option<Amount>,
    /// Pages that say so, or the price list.
    pub sources: Vec<String>,
    /// The other savings that are of the same use: only one of them can be had.
    pub overlaps: Vec<String>,
}

/// How sure a saving is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SavingCertainty {
    /// It follows from use and prices alone.
    Measured,
    /// Something is taken for granted, and said.
    Assumed,
    /// Only the person knows whether it can be done.
    NeedsWord,
}
