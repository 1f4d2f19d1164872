//! The person's own prices, by date: they come before every list.

use super::book::PriceBook;
use super::names::is_listed_as;
use super::resolve::{KEYS, STANDARD};
use super::{Usage, divided};
use crate::ledger::Meter;
use crate::money::{Currency, Decimal, exact_mul};
use crate::time::Date;

/// How a price of the person's own is named where a source is.
pub const OWN_SOURCE: &str = "your own prices";

/// A price that a person corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The provider, by the id of its accounts.
    pub provider: String,
    /// The model, as usage or the list names it.
    pub model: String,
    /// In which service tier; `None` for the standard one.
    pub tier: Option<String>,
    /// Of what.
    pub meter: Meter,
    /// For as many units as prices of this meter are usually told for.
    pub price: Decimal,
    /// In which currency. All prices of a model are in one.
    pub currency: Currency,
    /// Its first day.
    pub from: Date,
    /// Why, in the person's words.
    pub note: Option<String>,
}

/// Why a price was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CorrectionError {
    /// Nothing costs less than nothing.
    #[error("a price is not below 0")]
    Negative,
    /// It buys nothing.
    #[error("a price is for at least 1 unit")]
    NoUnits,
    /// It does not come out even.
    #[error("the price for {asked} units cannot be told exactly for {usual}: tell it for {usual}")]
    Uneven {
        /// For how many it was told.
        asked: u32,
        /// For how many it is kept.
        usual: u32,
    },
}

/// For how many units prices of a meter are told.
pub fn usual_per(meter: Meter) -> u32 {
    KEYS.iter().find(|(known, ..)| *known == meter).map_or(1, |(_, _, per)| *per)
}

/// A price for some units as one for the usual number of them, exactly.
pub fn in_usual_units(meter: Meter, price: Decimal, per: u32) -> Result<Decimal, CorrectionError> {
    let usual = usual_per(meter);
    if price.is_sign_negative() && !price.is_zero() {
        return Err(CorrectionError::Negative);
    }
    if per == 0 {
        return Err(CorrectionError::NoUnits);
    }
    let whole = exact_mul(price, usual.into()).and_then(|price| divided(price, per));
    whole.map(|price| price.normalize()).ok_or(CorrectionError::Uneven { asked: per, usual })
}

/// The tier by one name for the standard one.
fn tier_of(tier: Option<&str>) -> Option<&str> {
    tier.filter(|tier| !STANDARD.contains(tier))
}

/// The last of each meter's own prices that had begun on a day: those of the usage's tier (with `true`), and where that is not
/// the standard one also those of the standard tier (with `false`), which a multiple may be taken of.
pub(super) fn prices<'b>(book: &'b PriceBook, usage: &Usage) -> Vec<(&'b Correction, bool)> {
    if book.own.is_empty() {
        return Vec::new();
    }
    let listed = book.find(usage.provider, usage.model).map(|(_, model)| model.id.as_str());
    let fits = |own: &&Correction| {
        is_listed_as(usage.provider, &own.provider)
            && own.from <= usage.at
            && (own.model.eq_ignore_ascii_case(usage.model)
                || listed.is_some_and(|id| own.model.eq_ignore_ascii_case(id)))
    };
    let asked = tier_of(usage.service_tier);
    let mut found: Vec<(&Correction, bool)> = Vec::new();
    for own in book.own.iter().filter(fits) {
        let of_tier = tier_of(own.tier.as_deref()) == asked;
        if !of_tier && tier_of(own.tier.as_deref()).is_some() {
            continue;
        }
        match found.iter_mut().find(|(known, exactly)| known.meter == own.meter && *exactly == of_tier) {
            Some(known) if known.0.from <= own.from => known.0 = own,
            Some(_) => {}
            None => found.push((own, of_tier)),
        }
    }
    found
}
