//! Settings, sample data, and the doctor.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::TaxStatus;

/// The person's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on a screen")]
pub struct Settings {
    /// IANA time zone; the system's where none is set.
    pub time_zone: Option<String>,
    /// Light, dark, or as the system is.
    pub theme: Theme,
    /// The language of the window.
    pub language: Language,
    /// Whether the window starts, out of sight, when the person logs in.
    pub start_at_login: bool,
    /// Whether closing the window leaves Spendglass in the tray, where there is one.
    pub keep_in_tray: bool,
    /// The country one buys in, by its two letters.
    pub country: Option<String>,
    /// How one stands to taxes there.
    pub tax_status: Option<TaxStatus>,
    /// One's own rate of tax in per cent, in place of a known one.
    pub tax_rate: Option<String>,
    /// What one's card adds to a charge in another currency, in per cent.
    pub card_markup: Option<String>,
    /// The currency one pays in.
    pub currency: Option<String>,
    /// Whether one is a verified student.
    pub student: bool,
    /// For how many people plans are bought.
    pub seats: Option<u32>,
    /// Whether newer prices are fetched once a day.
    pub refresh_prices: bool,
    /// Whether newer rates of exchange are fetched once a day.
    pub refresh_rates: bool,
    /// Where prices are fetched from, in place of the usual address.
    pub price_feed: Option<String>,
    /// Where rates of exchange are fetched from, in place of the usual address.
    pub rate_feed: Option<String>,
}

/// The theme of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The language of the window's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Language {
    /// The first of the system's that has messages, else English.
    #[default]
    System,
    /// English.
    En,
    /// Hindi.
    Hi,
}

/// Whether sample data is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SampleState {
    /// Whether it is.
    pub sample: bool,
}

/// This program and where it keeps what it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// The version.
    pub version: String,
    /// The licence, by its name.
    pub licence: String,
    /// The folder of the store.
    pub data_dir: String,
    /// How many bytes the folder takes, copies included.
    #[ts(type = "number")]
    pub bytes: u64,
    /// How many charges are kept.
    #[ts(type = "number")]
    pub charges: u64,
    /// The keychain, by its name.
    pub keychain: String,
    /// Whether the folder can be shown from here.
    pub shows_folder: bool,
}

/// What works and what does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Doctor {
    /// Each thing that was looked at.
    pub findings: Vec<Finding>,
    /// The version of Spendglass.
    pub version: String,
    /// The data folder.
    pub data_dir: String,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What: `keychain`, `store`, `clock`, `network`, or an account.
    pub subject: String,
    /// How it is.
    pub state: FindingState,
    /// What was seen.
    pub message: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FindingState {
    /// It works.
    Works,
    /// It works, with something to mind.
    Warning,
    /// It does not work.
    Fails,
}

/// Asks for the window's menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShowMenu {
    /// The language of its words.
    pub language: Language,
}
