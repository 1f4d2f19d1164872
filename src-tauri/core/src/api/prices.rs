//! Prices of models in the words of a screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Of which model to tell the price.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct PricesQuery {
    /// The model, as usage names it; without it only the lists and the person's own prices are told.
    pub model: Option<String>,
    /// The provider's id, ours or the list's; every one that has the model without it.
    pub provider: Option<String>,
    /// On which UTC day; today without it.
    pub at: Option<String>,
}

/// What is known of prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Prices {
    /// The UTC day.
    pub at: String,
    /// The lists that are read, the newest first.
    pub sources: Vec<PriceSource>,
    /// Each provider's prices of the model.
    pub sheets: Vec<PriceSheet>,
    /// The person's own prices: of the model, or all where none is asked for.
    pub own: Vec<CorrectionRow>,
}

/// A price list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PriceSource {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The day up to which it is known to hold.
    pub dated: String,
    /// How many days ago that is.
    #[ts(type = "number")]
    pub age_days: i64,
    /// Where it was fetched; `None` for the list that comes with Spendglass.
    pub url: Option<String>,
}

/// A provider's prices of a model on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PriceSheet {
    /// The provider's id.
    pub provider: String,
    /// The model as the list names it.
    pub model: String,
    /// Why there is no plain price on that day.
    pub unpriced: Option<String>,
    /// Prices by service tier and length of prompt.
    pub groups: Vec<PriceGroupRow>,
    /// The plain prices by date, announced ones too.
    pub changes: Vec<PriceChangeRow>,
}

/// Prices that hold together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PriceGroupRow {
    /// The service tier, such as `batch`; `None` is the standard one.
    pub tier: Option<String>,
    /// For prompts of more tokens than this; 0 for all.
    #[ts(type = "number")]
    pub over_tokens: u64,
    /// The prices.
    pub prices: Vec<PriceRow>,
    /// Who says so.
    pub source: String,
    /// The version of that.
    pub version: String,
    /// Their first day, where the list tells it.
    pub effective_from: Option<String>,
    /// What was done to the list's price, and by which source.
    pub adjustment: Option<String>,
}

/// One price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PriceRow {
    /// Of what, such as `input` or `cache_read`.
    pub meter: String,
    /// Decimal text.
    pub price: String,
    /// ISO 4217 code.
    pub currency: String,
    /// For how many units.
    pub per: u32,
    /// The first day of the person's own price, where it is one.
    pub own_from: Option<String>,
}

/// Plain prices from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PriceChangeRow {
    /// Their first day; `None` where it was not written down.
    pub from: Option<String>,
    /// The hours in which they hold, where they do not hold all day.
    pub hours: Option<String>,
    /// Only announced: they count once a later list confirms them.
    pub announced: bool,
    /// The prices, for short prompts.
    pub prices: Vec<PriceRow>,
}

/// A price of the person's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionRow {
    /// The provider's id.
    pub provider: String,
    /// The model.
    pub model: String,
    /// The service tier; `None` is the standard one.
    pub tier: Option<String>,
    /// The price.
    pub price: PriceRow,
    /// Its first day.
    pub from: String,
    /// The person's words.
    pub note: Option<String>,
}

/// A price to put before every list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct CorrectPrice {
    /// The provider's id; it may be left out where one alone has the model.
    #[serde(default)]
    pub provider: Option<String>,
    /// The model.
    pub model: String,
    /// Of what, such as `input`.
    pub meter: String,
    /// Decimal text.
    pub price: String,
    /// ISO 4217 code; USD without it.
    #[serde(default)]
    pub currency: Option<String>,
    /// For how many units; as prices of this meter are usually told without it (tokens by the million).
    #[serde(default)]
    pub per: Option<u32>,
    /// Its first UTC day.
    pub from: String,
    /// The service tier; the standard one without it.
    #[serde(default)]
    pub tier: Option<String>,
    /// Why.
    #[serde(default)]
    pub note: Option<String>,
}

/// Which price of the person's own to take back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RemovePriceCorrection {
    /// The provider's id; it may be left out where one alone has such a price.
    #[serde(default)]
    pub provider: Option<String>,
    /// The model.
    pub model: String,
    /// Of what.
    pub meter: String,
    /// Its first day; it may be left out where there is one alone.
    #[serde(default)]
    pub from: Option<String>,
    /// The service tier; the standard one without it.
    #[serde(default)]
    pub tier: Option<String>,
}

/// A price of the person's own that was put or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CorrectedPrice {
    /// The price.
    pub correction: CorrectionRow,
    /// Lines of usage that have another list cost now.
    #[ts(type = "number")]
    pub repriced: u64,
}

/// Where to fetch newer prices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct RefreshPrices {
    /// https, or http on this machine; the address of the settings, else the usual one, without it.
    pub url: Option<String>,
}

/// What came of fetching newer prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PriceRefresh {
    /// Whether the list is another one than before.
    pub changed: bool,
    /// The list.
    pub source: PriceSource,
    /// Lines of usage that had no price and have one now.
    #[ts(type = "number")]
    pub priced: u64,
}
