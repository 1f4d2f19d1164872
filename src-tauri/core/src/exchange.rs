//! Rates of exchange by date, and what a price comes to where it is paid. Pure.

mod countries;
mod feeds;
mod landing;
mod rates;
mod tax;

pub use countries::country;
pub use feeds::{FeedError, RateFeed, sane};
pub use landing::{Buyer, Landed, LandedStep, Landing, Step, StepKind, Warning, land, landing};
pub use rates::{ConvertError, Converted, FOR_CHARGES, FOR_PRICES, Rate, RateError, RatePoint, Rates};
pub use tax::{Markup, TaxRule, TaxRules, TaxShown, TaxStatus};

/// Bundled rates or rules that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the rates of exchange cannot be read: {0}")]
pub struct ExchangeError(String);
