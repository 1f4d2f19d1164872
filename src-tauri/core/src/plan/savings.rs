//! What a person could save where they are: each amount worked out on their own usage, with how sure it is and the rows behind it.
//!
//! Usage is looked at by kind and UTC day. Each saving keeps what it saves of each such part, so that several that are of the same
//! use are never added up: of each part the largest counts.

mod parts;
mod rules;
mod siblings;

use std::collections::{BTreeMap, BTreeSet};

pub use rules::{FEWEST_REQUESTS, Question, find};
pub use siblings::sibling;

use super::Usage;
use crate::money::{Currency, Decimal, exact_add};
use crate::time::Date;

/// What there is to be saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Savings {
    /// Each by itself; the largest first.
    pub all: Vec<Saving>,
    /// Of usage, with each part counted once, low, typical and high. What the person has to confirm is not in it.
    pub of_usage: [Decimal; 3],
    /// The currency of usage.
    pub currency: Option<Currency>,
}

/// One way to save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saving {
    /// Stable id, by which it is confirmed or put away.
    pub id: String,
    /// What it is.
    pub kind: SavingKind,
    /// Whose: an account.
    pub account: i64,
    /// The project or key, by the provider's id, where it is of one.
    pub part: Option<Part>,
    /// Of which models.
    pub models: Vec<String>,
    /// The model to take in their place.
    pub instead: Option<String>,
    /// Low, typical and high over the window.
    pub amounts: [Decimal; 3],
    /// In which currency.
    pub currency: Currency,
    /// How sure it is.
    pub certainty: Certainty,
    /// What was looked at.
    pub behind: Behind,
    /// What it is taken from, in words.
    pub words: String,
    /// Where the rule comes from.
    pub sources: Vec<String>,
    /// The other savings that are of the same use, by their ids.
    pub overlaps: Vec<String>,
    cells: BTreeMap<(u32, Date), [Decimal; 3]>,
}

/// A part of an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A project.
    Project(String),
    /// An API key.
    Key(String),
}

impl Part {
    /// The provider's id of it.
    pub fn name(&self) -> &str {
        match self {
            Part::Project(name) | Part::Key(name) => name,
        }
    }
}

/// What a saving is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SavingKind {
    /// Work that need not be answered at once goes by batch.
    Batch,
    /// What is sent again and again is read from the provider's cache.
    Cache,
    /// Short answers come from a smaller model.
    SmallerModel,
    /// What can wait goes at cheaper hours.
    OffPeak,
    /// A free allowance is used first.
    FreeAllowance,
    /// A plan that is paid for is hardly used.
    PlanUnused,
    /// Credit that was paid for is about to lapse.
    Lapsing,
}

impl SavingKind {
    /// Every kind, with its name.
    pub const NAMED: &[(SavingKind, &str)] = &[
        (SavingKind::Batch, "batch"),
        (SavingKind::Cache, "cache"),
        (SavingKind::SmallerModel, "smaller_model"),
        (SavingKind::OffPeak, "off_peak"),
        (SavingKind::FreeAllowance, "free_allowance"),
        (SavingKind::PlanUnused, "plan_unused"),
        (SavingKind::Lapsing, "lapsing"),
    ];
}

/// How sure a saving is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It follows from what was used and from prices alone.
    Measured,
    /// Something in it is assumed; the words say what.
    Assumed,
    /// Only the person knows whether it can be done.
    NeedsWord,
}

/// The rows behind a saving.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Behind {
    /// Kinds of usage.
    pub kinds: usize,
    /// Rows.
    pub rows: u64,
    /// Requests, as far as they are counted.
    pub requests: u64,
    /// Rows that do not tell how many requests they are of.
    pub uncounted: u64,
    /// Days with such use.
    pub days: usize,
    /// What it cost at list price.
    pub list_cost: Decimal,
}

/// A plan that is paid for, and what was used through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidPlan {
    /// The account.
    pub account: i64,
    /// The plan, in the person's or provider's words.
    pub plan: String,
    /// What it cost over the window.
    pub paid: Decimal,
    /// In which currency.
    pub currency: Currency,
}

/// A lot that may lapse with something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LapsingLot {
    /// The account.
    pub account: i64,
    /// The lot's id.
    pub lot: String,
    /// What would be left in it, low, middle and high.
    pub left: [Decimal; 3],
    /// In which currency.
    pub currency: Currency,
    /// The last day, in words.
    pub until: String,
    /// Where its rule comes from.
    pub sources: Vec<String>,
}

impl Savings {
    /// Puts savings in order, says which are of the same use, and counts each part of usage once.
    pub(super) fn of(mut all: Vec<Saving>, usage: &Usage) -> Savings {
        all.retain(|saving| saving.amounts[2] > Decimal::ZERO);
        all.sort_by(|a, b| b.amounts[1].cmp(&a.amounts[1]).then_with(|| a.id.cmp(&b.id)));
        let mut of_cell = BTreeMap::<(u32, Date), Vec<usize>>::new();
        for (place, saving) in all.iter().enumerate() {
            for cell in saving.cells.keys() {
                of_cell.entry(*cell).or_default().push(place);
            }
        }
        let mut overlaps = vec![BTreeSet::new(); all.len()];
        let mut of_usage = [Decimal::ZERO; 3];
        for (cell, places) in &of_cell {
            for place in places {
                overlaps[*place].extend(places.iter().filter(|other| *other != place).copied());
            }
            let sure = places.iter().filter(|place| all[**place].certainty != Certainty::NeedsWord);
            let amounts = sure.filter_map(|place| all[*place].cells.get(cell));
            if let Some(best) = amounts.max_by_key(|amounts| amounts[1]) {
                of_usage = added(of_usage, *best);
            }
        }
        let ids: Vec<String> = all.iter().map(|saving| saving.id.clone()).collect();
        for (saving, others) in all.iter_mut().zip(overlaps) {
            saving.overlaps = others.into_iter().filter_map(|place| ids.get(place).cloned()).collect();
        }
        Savings { all, of_usage, currency: usage.currency }
    }
}

/// Sums that 28 digits cannot hold stay as they are: amounts are cut to six places, so none comes near.
fn added(sums: [Decimal; 3], more: [Decimal; 3]) -> [Decimal; 3] {
    let one = |place: usize| exact_add(sums[place], more[place]).unwrap_or(sums[place]);
    [one(0), one(1), one(2)]
}
