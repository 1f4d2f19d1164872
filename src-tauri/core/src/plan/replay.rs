//! Usage through a chain of plans, exactly: what each month would have cost, what would have been refused, what would have been left.
//!
//! Everything is counted in whole grains: a list cost in units of its last digit, requests and tokens one by one. A row that reaches
//! the end of a limit or of credit is divided there. Two ways lead to the same figures: [`row_by_row`] takes one row after another,
//! [`replay`] takes whole runs of rows at once and looks at single rows only where something begins or ends.

mod amounts;
mod bill;
mod classes;
mod element;
mod fast;
mod pools;
mod prepared;
mod slow;
mod spans;
mod sums;

pub use prepared::Prepared;
pub use slow::row_by_row;

use super::{Element, Measure, Purse, Usage};
use crate::money::Decimal;
use crate::time::Period;

/// What usage would have cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replayed {
    /// By billing month.
    pub months: Vec<MonthCost>,
    /// What became of each element of the chain.
    pub elements: Vec<ElementUse>,
}

/// What one billing month would have cost. Purses are sorted, and none is at nought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthCost {
    /// The month.
    pub period: Period,
    /// What is paid whether it is used or not.
    pub fixed: Vec<(Purse, Decimal)>,
    /// What is billed for use: metered, beyond a plan, packs, with discounts, fees and the least that is billed.
    pub used: Vec<(Purse, Decimal)>,
    /// What no element of the chain is for, as you go.
    pub rest: Vec<(Purse, Decimal)>,
    /// What nobody would have served.
    pub refused: Refused,
}

/// What would have been refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refused {
    /// Requests, as far as they are counted.
    pub requests: u64,
    /// Refused parts of rows that do not tell their requests.
    pub uncounted: u64,
    /// In how many hours of the UTC clock.
    pub hours: u32,
    /// What it costs at list price.
    pub list_cost: Decimal,
}

/// What became of an element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ElementUse {
    /// What it took, at list price: neither passed on nor refused.
    pub served_list: Decimal,
    /// What came to it in rows that tell of more time than one of its limits lasts, so that the limit could not be applied.
    pub unchecked_list: Decimal,
    /// Credit that lapsed, by what it is counted in.
    pub lapsed: Vec<(Measure, Decimal)>,
    /// Credit that was left at the end.
    pub left: Vec<(Measure, Decimal)>,
}

/// Why usage cannot be replayed. Elements and rows are told by their place, from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// Rows of unknown requests meet a plan that counts requests.
    #[error(
        "{rows} rows of the usage do not tell how many requests they are, and the plan counts requests: compare without their account, or connect a key that tells them"
    )]
    Uncounted {
        /// The element.
        element: usize,
        /// What it counts.
        measure: Measure,
        /// How many rows.
        rows: u64,
    },
    /// A sum has more digits than can be held exactly.
    #[error("a sum has more digits than can be kept: shorten the amounts to fewer digits behind the point")]
    Overflow,
    /// A price or rate is told for so many units, and that is no power of ten.
    #[error("element {element}: a price for {per} units is not exact; tell it for 1, 10, 100 … units")]
    PerNotATen {
        /// The element.
        element: usize,
        /// For how many.
        per: u32,
    },
    /// Rows must come by their instant.
    #[error("usage is out of order at row {row}: sort it by time")]
    Unsorted {
        /// The row.
        row: usize,
    },
    /// Rows must lie in the window of the usage.
    #[error("row {row} of the usage lies outside its window: widen the window, or leave the row out")]
    Outside {
        /// The row.
        row: usize,
    },
    /// List costs are in no currency.
    #[error("the usage has list costs and no currency: tell the currency")]
    NoCurrency,
    /// A window of no minutes or months.
    #[error("element {element} has a window that lasts no time: correct the plan")]
    NoLength {
        /// The element.
        element: usize,
    },
    /// Credit that is had once cannot lapse with a period.
    #[error("element {element} has credit of no period that lapses with one: correct the plan")]
    NoPeriod {
        /// The element.
        element: usize,
    },
    /// A unit of the provider's own that the plan does not tell.
    #[error("element {element} counts in a unit {unit} of its own that it does not tell: correct the plan")]
    NoSuchUnit {
        /// The element.
        element: usize,
        /// The unit's place.
        unit: usize,
    },
    /// A pack without credit.
    #[error("pack {pack} of element {element} brings no credit: correct the plan")]
    EmptyPack {
        /// The element.
        element: usize,
        /// The pack's place.
        pack: usize,
    },
    /// A pack whose credit has lapsed before it is bought.
    #[error("pack {pack} of element {element} lapses before it is bought: correct the plan")]
    LapsedPack {
        /// The element.
        element: usize,
        /// The pack's place.
        pack: usize,
    },
}

/// What usage would have cost through one chain; for several see [`Prepared`]. Each element takes what it can, and what is left goes on to the next that serves it.
pub fn replay(usage: &Usage, chain: &[Element]) -> Result<Replayed, ReplayError> {
    Prepared::of(usage)?.replay(chain)
}
