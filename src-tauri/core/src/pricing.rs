//! List cost: what a quantity costs at the provider's published prices, to the last digit. Unknown stays unknown, never 0.

mod book;
mod feed;
mod matching;
mod names;
mod own;
mod resolve;
mod sheet;

use std::collections::HashMap;
use std::sync::Arc;

pub use book::{BookError, PriceBook, PriceList};
pub use feed::{PriceFeedError, sane};
pub use names::listed_as;
pub use own::{Correction, CorrectionError, OWN_SOURCE, in_usual_units, usual_per};
pub use sheet::{Change, PriceGroup, Sheet, sheet};

use crate::ledger::{Charge, ListCost, Meter, PriceBasis, TokenUsage};
use crate::money::{Decimal, Money, exact_mul};
use crate::time::Date;
use resolve::Rates;

/// What was used, of which model, when.
#[derive(Debug, Clone, Copy)]
pub struct Usage<'a> {
    /// Our id of the provider.
    pub provider: &'a str,
    /// The model, as the provider names it.
    pub model: &'a str,
    /// The UTC day.
    pub at: Date,
    /// The provider's service tier; `None` is the standard one.
    pub service_tier: Option<&'a str>,
    /// The context band that the provider itself split the usage by, such as `200k-1M`.
    pub context_window: Option<&'a str>,
    /// How much.
    pub consumed: Consumed<'a>,
}

/// How much was used.
#[derive(Debug, Clone, Copy)]
pub enum Consumed<'a> {
    /// Tokens of every kind.
    Tokens(&'a TokenUsage),
    /// Units of one meter.
    Units(Meter, Decimal),
}

/// Why a quantity has no list cost. Shown and counted; never taken for 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Unpriced {
    /// The line names no model.
    #[error("no model is named")]
    NoModel,
    /// The line has no quantity.
    #[error("no quantity is given")]
    NoQuantity,
    /// The price list has nothing of this provider.
    #[error("the price list does not have this provider")]
    NoProvider,
    /// The price list does not have the model, or not yet on that day.
    #[error("the price list does not have this model")]
    NoPrice,
    /// The model has no known price in this service tier on that day.
    #[error("the price list has no price for this service tier")]
    Tier,
    /// The model has no price for a meter that ran.
    #[error("the price list has no price of {} for this model", .0.name())]
    Meter(Meter),
    /// The price depends on the hour, which the quantity does not tell.
    #[error("the price depends on the hour of the day")]
    TimeOfDay,
    /// The cost cannot be kept to the last digit.
    #[error("the cost cannot be kept exactly")]
    Inexact,
}

/// Prices quantities from a book, and looks each model, tier, band and day up only once.
#[derive(Debug)]
pub struct Pricer<'b> {
    book: &'b PriceBook,
    known: HashMap<Vec<u8>, Result<Rates, Unpriced>>,
    key: Vec<u8>,
}

impl<'b> Pricer<'b> {
    /// A pricer that has looked up nothing yet.
    pub fn new(book: &'b PriceBook) -> Pricer<'b> {
        Pricer { book, known: HashMap::new(), key: Vec::new() }
    }

    /// The list cost of a quantity.
    pub fn list_cost(&mut self, usage: &Usage) -> Result<ListCost, Unpriced> {
        self.remember_key(usage);
        if let Some(rates) = self.known.get(self.key.as_slice()) {
            return rates.as_ref().map_err(|reason| *reason)?.cost(usage.consumed);
        }
        let rates = resolve::rates(self.book, usage);
        let cost = rates.as_ref().map_err(|reason| *reason).and_then(|rates| rates.cost(usage.consumed));
        self.known.insert(self.key.clone(), rates);
        cost
    }

    /// The list cost of a line of usage: by its tokens, else by its quantity and meter.
    pub fn charge(&mut self, provider: &str, charge: &Charge) -> Result<ListCost, Unpriced> {
        let model = charge.model().ok_or(Unpriced::NoModel)?;
        let consumed = match (&charge.tokens, charge.sku_meter, charge.consumed_quantity) {
            (Some(tokens), ..) => Consumed::Tokens(tokens),
            (None, Some(meter), Some(quantity)) => Consumed::Units(meter, quantity),
            _ => return Err(Unpriced::NoQuantity),
        };
        let usage = Usage {
            provider,
            model,
            at: charge.charge_period.start.utc_date(),
            service_tier: charge.service_tier.as_deref(),
            context_window: charge.context_window.as_deref(),
            consumed,
        };
        self.answered(&usage, charge.response_model.as_deref())
    }

    /// The list cost of a quantity, by the model that answered where the one that was asked for has no price.
    pub fn answered(&mut self, usage: &Usage, answered: Option<&str>) -> Result<ListCost, Unpriced> {
        let answered = answered.filter(|answered| *answered != usage.model);
        match (self.list_cost(usage), answered) {
            // The name that was asked for may be an alias that only the provider knows.
            (Err(Unpriced::NoPrice), Some(model)) => self.list_cost(&Usage { model, ..*usage }),
            (cost, _) => cost,
        }
    }

    /// Each part with its length before it, so that no two lookups share a key.
    fn remember_key(&mut self, usage: &Usage) {
        self.key.clear();
        self.key.extend_from_slice(&usage.at.utc_start().unix().to_le_bytes());
        let parts = [Some(usage.provider), Some(usage.model), usage.service_tier, usage.context_window];
        for part in parts {
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            self.key.extend_from_slice(&length.to_le_bytes());
            self.key.extend_from_slice(part.unwrap_or_default().as_bytes());
        }
    }
}

/// The list cost of one quantity. For many, keep a [`Pricer`].
pub fn list_cost(book: &PriceBook, usage: &Usage) -> Result<ListCost, Unpriced> {
    Pricer::new(book).list_cost(usage)
}

impl Rates {
    fn cost(&self, consumed: Consumed) -> Result<ListCost, Unpriced> {
        match consumed {
            Consumed::Tokens(tokens) => self.cost_of_tokens(tokens),
            Consumed::Units(meter, quantity) => {
                let price = self.price_of(meter).ok_or(Unpriced::Meter(meter))?;
                let amount = exact_mul(price.price, quantity).and_then(|cost| divided(cost, price.per));
                Ok(listed(amount.ok_or(Unpriced::Inexact)?, &self.basis))
            }
        }
    }

    /// Sums in whole units of the last digit, since this runs a million times in a first import.
    fn cost_of_tokens(&self, tokens: &TokenUsage) -> Result<ListCost, Unpriced> {
        let mut sum = 0_i128;
        for (meter, count) in tokens.disjoint_meters() {
            if count > 0 {
                let rate = self.per_token(meter).ok_or(Unpriced::Meter(meter))?;
                let cost = rate.checked_mul(i128::from(count)).ok_or(Unpriced::Inexact)?;
                sum = sum.checked_add(cost).ok_or(Unpriced::Inexact)?;
            }
        }
        let amount = fitted(sum, self.scale).ok_or(Unpriced::Inexact)?;
        let longer = self.longer.as_ref().filter(|(prompt, _)| tokens.input_tokens() > *prompt);
        Ok(listed(amount, longer.map_or(&self.basis, |(_, basis)| basis)))
    }
}

fn listed(amount: Decimal, basis: &Arc<PriceBasis>) -> ListCost {
    ListCost { cost: Money::new(amount.normalize(), basis.currency), basis: Arc::clone(basis) }
}

/// A decimal of this mantissa and scale, if 96 bits hold it once trailing zeros are gone.
fn fitted(mut mantissa: i128, mut scale: u32) -> Option<Decimal> {
    loop {
        match Decimal::try_from_i128_with_scale(mantissa, scale) {
            Ok(number) => return Some(number),
            Err(_) if scale > 0 && mantissa % 10 == 0 => {
                mantissa /= 10;
                scale -= 1;
            }
            Err(_) => return None,
        }
    }
}

/// The exact quotient, if it ends.
fn divided(number: Decimal, by: u32) -> Option<Decimal> {
    let (mut mantissa, mut scale) = (number.mantissa(), number.scale());
    let by = i128::from(by);
    for _ in 0..9 {
        if mantissa % by == 0 {
            break;
        }
        mantissa = mantissa.checked_mul(10)?;
        scale += 1;
    }
    if mantissa % by == 0 { fitted(mantissa / by, scale) } else { None }
}
