//! What a client cost, for an invoice.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Amount, LaneFigure};

/// Whose summary, over which days.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ClientSummaryQuery {
    /// The client, as it is assigned.
    pub client: String,
    /// First UTC date; without it the first day of the present UTC month.
    #[serde(default)]
    pub from: Option<String>,
    /// End date, exclusive; without it the day after the present UTC day.
    #[serde(default)]
    pub to: Option<String>,
    /// The CSV file to write, whole or not at all; without it the text is in the answer.
    #[serde(default)]
    pub path: Option<String>,
}

/// What a client cost, line by line. Money that is estimated or logged is told by its lane and is in no sum of what is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClientSummary {
    /// The client.
    pub client: String,
    /// First date.
    pub from: String,
    /// End date, exclusive.
    pub to: String,
    /// Whose days these are: `UTC`.
    pub days: String,
    /// What each project came to by model, lane and currency, the most first.
    pub sums: Vec<ClientSum>,
    /// A line a day, project, key, model, lane and currency, in order of days.
    pub rows: Vec<ClientRow>,
    /// The sums, each of one lane, by currency; never added up.
    pub totals: Vec<LaneFigure>,
    /// The oldest time up to which every account in it was read, RFC 3339.
    pub as_of: Option<String>,
    /// What is missing or to be minded, in words.
    pub notes: Vec<String>,
    /// The lines as CSV (RFC 4180), each with the time up to which was read; notes follow as lines of the lane `note` without an
    /// amount. Empty where it was written into a file.
    pub csv: String,
    /// Where it was written.
    pub path: Option<String>,
}

/// What a project came to by one model, over all days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClientSum {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// What the account is called.
    pub label: String,
    /// The provider's id.
    pub provider: String,
    /// The project, by its name where that is known; `null` where nobody says.
    pub project: Option<String>,
    /// The model; `null` where the bill does not say.
    pub model: Option<String>,
    /// The provider's own words, where the bill does not name the model.
    pub item: Option<String>,
    /// Who says so: `billed`, `entered`, `estimated` or `logged`.
    pub lane: String,
    /// How much.
    pub billed: Amount,
}

/// A line of a summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClientRow {
    /// UTC date.
    pub date: String,
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// What the account is called.
    pub label: String,
    /// The provider's id.
    pub provider: String,
    /// The project, by its name where that is known; `null` where nobody says.
    pub project: Option<String>,
    /// The key, by its name where that is known; `null` where nobody says.
    pub key: Option<String>,
    /// The model; `null` where the bill does not say.
    pub model: Option<String>,
    /// The provider's own words for the line.
    pub item: Option<String>,
    /// Who says so: `billed`, `entered`, `estimated` or `logged`.
    pub lane: String,
    /// How much.
    pub billed: Amount,
}
