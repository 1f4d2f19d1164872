//! What providers publish and no endpoint tells, as dated facts: free tiers, plans, discounts, and when credit lapses. Bundled data, each figure with its source.

mod corrections;
mod credit_rules;
mod discounts;
mod free_tiers;
mod plan_checks;
mod plan_figures;
mod plan_reading;
mod plan_words;
mod plans;
mod resets;
mod written;

pub use corrections::{Corrected, Correction, CorrectionKind};
pub use credit_rules::{CreditRule, CreditRules, Lapse};
pub use discounts::{ChangeState, Discount, DiscountKind, DiscountRule, Discounts, Off, PriceChange};
pub use free_tiers::{
    Confidence, Dataset, Evidence, FreeTiers, Models, Published, Record, Scope, Tier, TierKind, TierLimit,
};
pub use plan_words::{NotAPer, NotAStart};
pub use plans::{
    AtHours, Audience, CreditRate, DiscountOn, Fact, Fee, Limit, Minimum, Overage, Pack, Plan, PlanDiscount,
    PlanPrice, PlanStatus, Plans, Pool, PriceKind, Quantity, RatePer, Rollover, Seats, Serves, Starts,
    Surface, Task, TaxIn, Then,
};
pub use resets::{NotAReset, Reset, Span, Stretch, longest};

use std::str::FromStr;

use crate::time::{Date, TimeError};

/// Facts that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the catalogue cannot be read: {0}")]
pub struct CatalogueError(String);

/// When a fact was seen: a day, or a month or year where the day was not written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    text: String,
    first: Date,
}

impl Seen {
    /// A fact that is seen on this day.
    pub fn on(date: Date) -> Seen {
        Seen { text: date.to_string(), first: date }
    }

    /// The day, month or year.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The earliest day that it can have been.
    pub const fn first(&self) -> Date {
        self.first
    }

    /// How many days ago; `None` where the day was not written down.
    pub fn age(&self, today: Date) -> Option<i64> {
        (self.text.len() == 10).then(|| today.days_since(self.first))
    }
}

impl FromStr for Seen {
    type Err = TimeError;

    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    fn from_str(text: &str) -> Result<Seen, TimeError> {
        let rest = match text.len() {
            4 => "-01-01",
            7 => "-01",
            _ => "",
        };
        Ok(Seen { text: text.to_owned(), first: format!("{text}{rest}").parse()? })
    }
}
