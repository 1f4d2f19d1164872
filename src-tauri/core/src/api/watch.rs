//! The loop that refreshes, raises and delivers, and the calendar of what is to come, in the words of a screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How the loop stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Watching {
    /// When it last looked, RFC 3339; nothing where it never did.
    pub last_tick: Option<String>,
    /// Whether a loop runs now, in this program or another.
    pub running: bool,
    /// When each account is read next.
    pub next: Vec<NextRefresh>,
    /// The notification service, by the name it gives itself; nothing where none answers.
    pub notifier: Option<String>,
    /// Why none answers, in words.
    pub notifier_problem: Option<String>,
    /// `mains`, `battery` or `unknown`.
    pub power: String,
}

/// When an account is read next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NextRefresh {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// When, RFC 3339.
    pub due_at: String,
    /// Every so many minutes at present.
    pub every_minutes: u32,
}

/// Where to write the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportCalendar {
    /// The file, replaced as a whole.
    pub path: String,
}

/// The calendar that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CalendarFile {
    /// The file.
    pub path: String,
    /// How many events are in it.
    pub events: u32,
    /// How many of them are withdrawn.
    pub cancelled: u32,
}

/// The address on this machine at which calendar programs subscribe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CalendarAddress {
    /// Whether it is served while Spendglass runs.
    pub on: bool,
    /// The address; nothing where it is not served. What is sent in is not looked at.
    #[serde(default)]
    pub url: Option<String>,
    /// Why nobody answers there although it is on, in words. What is sent in is not looked at.
    #[serde(default)]
    pub problem: Option<String>,
}
