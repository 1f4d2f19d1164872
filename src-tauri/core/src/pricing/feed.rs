//! A list that was refreshed is looked over before it replaces anything.

use super::book::{Model, PriceBook, PriceList};
use super::resolve::KEYS;
use crate::money::{Decimal, exact_mul};
use crate::time::Date;

/// By how much a price may differ from the bundled one.
const MOST: Decimal = Decimal::TEN;

/// Why a list was not taken. What was known before stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceFeedError {
    /// It is not a price list.
    #[error("the answer is not a price list ({0}): the prices stay as they were")]
    Shape(String),
    /// It has nothing, or little of what is known.
    #[error("the list has {found} of the {known} models that are known: the prices stay as they were")]
    Thin {
        /// Models of the bundled list that it has.
        found: usize,
        /// Models of the bundled list.
        known: usize,
    },
    /// A price is far from the bundled one.
    #[error(
        "the list has {price} for {meter} of {model} ({provider}), more than ten times off the {known} of the bundled list: the prices stay as they were"
    )]
    Absurd {
        /// Whose.
        provider: String,
        /// Which model.
        model: String,
        /// Of what.
        meter: &'static str,
        /// What it says.
        price: Decimal,
        /// What was known.
        known: Decimal,
    },
}

/// Looks a list over against the bundled book, by the prices of a day.
pub fn sane(new: &PriceList, bundled: &PriceBook, at: Date) -> Result<(), PriceFeedError> {
    let (mut known, mut found) = (0_usize, 0_usize);
    let Some(list) = bundled.lists.first() else { return Ok(()) };
    for (provider, models) in &list.providers {
        for model in models {
            known += 1;
            let Some(same) =
                new.providers.get(provider).and_then(|all| all.iter().find(|one| one.id == model.id))
            else {
                continue;
            };
            found += 1;
            for (meter, keys, _) in KEYS {
                for key in *keys {
                    let price = |model: &Model, list: &PriceList| {
                        let holding = model.prices.iter().rev().find(|dated| list.holds(dated.when, at))?;
                        holding.prices.get(key).map(|price| price.base)
                    };
                    let (Some(old), Some(told)) = (price(model, list), price(same, new)) else { continue };
                    let beyond = |a: Decimal, b: Decimal| exact_mul(b, MOST).is_none_or(|most| a > most);
                    if beyond(told, old) || beyond(old, told) {
                        return Err(PriceFeedError::Absurd {
                            provider: provider.clone(),
                            model: model.id.clone(),
                            meter: meter.name(),
                            price: told,
                            known: old,
                        });
                    }
                }
            }
        }
    }
    // Models are retired, but not half of them at once.
    if found == 0 || found * 2 < known { Err(PriceFeedError::Thin { found, known }) } else { Ok(()) }
}
