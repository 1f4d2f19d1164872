//! Rates of exchange and landed prices in the words of a screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Amount, TaxStatus};

/// Whether a price holds its tax.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum TaxIs {
    /// It does.
    Included,
    /// It comes on top.
    Excluded,
    /// Nobody says.
    #[default]
    Unstated,
}

/// Which rates to tell, and which price to land. What is left out is as the settings say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct RatesQuery {
    /// On which day; today without it.
    pub at: Option<String>,
    /// One unit of this; USD without it.
    pub from: Option<String>,
    /// In this; the settings' currency, else every one that is known, without it.
    pub to: Option<String>,
    /// A price to land, in `from`.
    pub amount: Option<String>,
    /// Whether it holds its tax.
    pub tax: Option<TaxIs>,
    /// The country one buys in, by its two letters.
    pub country: Option<String>,
    /// How one stands to taxes there.
    pub tax_status: Option<TaxStatus>,
    /// One's own rate of tax in per cent, in place of a known one.
    pub tax_rate: Option<String>,
    /// What one's card adds to a charge in another currency, in per cent.
    pub card_markup: Option<String>,
}

/// Rates of exchange of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Rates {
    /// The day that was asked for.
    pub at: String,
    /// The last day of which any rate is known.
    pub dated: Option<String>,
    /// The rates.
    pub rows: Vec<RateRow>,
    /// A price with every step, where one was asked for.
    pub landed: Option<LandedPrice>,
}

/// One unit of a currency in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RateRow {
    /// One unit of this …
    pub from: String,
    /// … in this …
    pub to: String,
    /// … is so many. Decimal text.
    pub rate: String,
    /// The day it was published for.
    pub date: String,
    /// How many days before the day that was asked for.
    #[ts(type = "number")]
    pub age_days: i64,
    /// Who says so.
    pub source: String,
    /// The currency by way of which it was worked out, where it was not published itself.
    pub through: Option<String>,
}

/// A price where it is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LandedPrice {
    /// The price that is listed.
    pub list: Amount,
    /// Every step, in order.
    pub steps: Vec<LandedStepRow>,
    /// What it comes to.
    pub total: Amount,
    /// What it comes to if it held its tax already; where nobody says.
    pub least: Option<Amount>,
    /// Tax that is paid beside it and claimed back.
    pub recoverable: Option<Amount>,
    /// What any listed price is multiplied by. Decimal text.
    pub factor: String,
    /// What is to be known beside it.
    pub warnings: Vec<String>,
}

/// One step of a landed price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LandedStepRow {
    /// What is done.
    pub label: String,
    /// What the price before it is multiplied by. Decimal text.
    pub factor: String,
    /// The price after it.
    pub result: Amount,
    /// Who says so.
    pub source: String,
    /// As of when; empty where it is the person's own word.
    pub as_of: String,
}

/// Where to fetch newer rates of exchange.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct RefreshRates {
    /// https, or http on this machine; the address of the settings, else the usual one, without it.
    pub url: Option<String>,
}

/// What came of fetching newer rates of exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RatesRefresh {
    /// How many rates are new.
    #[ts(type = "number")]
    pub added: u64,
    /// The last day of which any rate is known.
    pub dated: Option<String>,
    /// Where they were fetched.
    pub url: String,
}
