//! Syncing, and what came of it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::StreamState;

/// What to read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SyncQuery {
    /// One account, or all without it.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub account: Option<i64>,
    /// Read everything again from this UTC date on.
    #[serde(default)]
    pub from: Option<String>,
}

/// What came of a sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SyncReport {
    /// Each account that was asked for.
    pub accounts: Vec<AccountReport>,
    /// Whether every stream was read.
    pub complete: bool,
}

/// What came of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountReport {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// Its provider.
    pub provider: String,
    /// Its name.
    pub label: String,
    /// Each stream that the key sees.
    pub streams: Vec<StreamReport>,
}

/// What came of one stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StreamReport {
    /// Its name.
    pub stream: String,
    /// What it shows: `cost`, `usage`, `balance`, `quota`.
    pub sees: String,
    /// What came of it.
    pub state: StreamState,
    /// What is wrong and what to do, where it failed.
    pub message: Option<String>,
    /// When it is worth trying again, RFC 3339.
    pub retry_at: Option<String>,
    /// Lines booked.
    #[ts(type = "number")]
    pub booked: u64,
    /// Pages read.
    #[ts(type = "number")]
    pub pages: u64,
    /// First day booked.
    pub from: Option<String>,
    /// End, exclusive, of the days booked.
    pub to: Option<String>,
}
