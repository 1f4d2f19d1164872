//! Lots of credit: which spending takes from which, what lapses, what is at risk. Pure.
//!
//! [`replay`] is a function of the whole history of one account: a charge that comes late or is corrected is simply another input.
//! At one instant lots lapse first, then others are had, then is spent. What is charged at one instant is one sum. At every instant,
//! and in each currency, to the last digit:
//!
//! ```text
//! left    = acquired - lapsed - (charged - uncovered + unplaced)
//! charged = what was spent less what was given back
//! ```
//!
//! since what was spent came out of a lot or is `uncovered`, and what was given back went into a lot or is `unplaced`.

mod allocation;
mod burn;
mod expiry;
mod replay;
mod risk;

pub use burn::{Burn, BurnDay, Known, Lapse, Readings, Rise, burn, replay_balance};
pub use expiry::{Acquired, End, Lifespan, lifespan};
pub use replay::{Draw, Fate, Reconciled, Replayed, Standing, Sums, replay};
pub use risk::{AtRisk, Spread, needed_per_day};

use crate::ledger::{ExpiryRule, LotKind};
use crate::money::{Currency, Decimal, Total};
use crate::time::{Period, Timestamp};

/// A lot of credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// What tells it from the other lots of the account.
    pub id: String,
    /// What it is made of.
    pub kind: LotKind,
    /// A currency or unit; only what is charged in the same is taken from it.
    pub currency: Currency,
    /// How much it was at first.
    pub amount: Decimal,
    /// When it was had.
    pub acquired: Acquired,
    /// When it lapses.
    pub rule: ExpiryRule,
}

/// Something that was charged, or, below nought, given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// When.
    pub at: Timestamp,
    /// How much.
    pub amount: Decimal,
    /// Of what.
    pub currency: Currency,
}

impl Use {
    /// What was charged for a period: it counts from the last second of it on.
    pub fn of_period(period: Period, amount: Decimal, currency: Currency) -> Use {
        Use { at: period.end.plus_seconds(-1), amount, currency }
    }
}

/// In which order lots of several kinds are spent. Among kinds of one rank, and within a kind, what lapses soonest goes first and
/// what never lapses last; then what was had first, then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    ranks: [u8; 4],
}

impl Default for Order {
    /// What a plan includes, what rolled over, what was given, what was bought.
    fn default() -> Order {
        Order { ranks: [0, 1, 2, 3] }
    }
}

impl Order {
    /// A provider's own order: kinds in one group have the same rank. Kinds that it does not name follow in the usual order.
    pub fn of(groups: &[&[LotKind]]) -> Order {
        let mut ranks = [None; 4];
        let mut next = 0;
        let usual = LotKind::NAMED.iter().map(|(kind, _)| std::slice::from_ref(kind));
        for group in groups.iter().copied().chain(usual) {
            let before = ranks;
            for kind in group {
                ranks[slot(*kind)].get_or_insert(next);
            }
            next += u8::from(ranks != before);
        }
        Order { ranks: ranks.map(Option::unwrap_or_default) }
    }

    const fn rank(self, kind: LotKind) -> u8 {
        self.ranks[slot(kind)]
    }
}

const fn slot(kind: LotKind) -> usize {
    match kind {
        LotKind::Allowance => 0,
        LotKind::RolledOver => 1,
        LotKind::Granted => 2,
        LotKind::Purchased => 3,
    }
}

/// Why lots could not be worked out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreditError {
    /// Amounts are never rounded.
    #[error(
        "the amounts in {0} together need more than 38 digits, so they cannot be kept exactly; correct the largest or the most precise"
    )]
    Overflow(Currency),
    /// Two lots of one id.
    #[error("two lots are called {0}; each needs an id of its own")]
    SameId(String),
    /// A lot below nought.
    #[error("lot {0} holds less than nothing ({1}); enter what it held at first")]
    BelowNought(String, Decimal),
    /// A month has no such day.
    #[error("lot {0} lapses by months from day {1}; a month has days 1 to 31")]
    NoSuchDay(String, u8),
    /// Paths of a forecast cover the same days.
    #[error("a path of the forecast has {0} days and another {1}; all must have as many")]
    PathsDiffer(usize, usize),
}

/// How many digits behind the point an amount needs.
fn places(amount: Decimal) -> u32 {
    amount.normalize().scale()
}

/// The amount as a count of its currency's smallest step, which is this many digits behind the point.
fn steps(amount: Decimal, scale: u32) -> Option<i128> {
    let amount = if amount.scale() > scale { amount.normalize() } else { amount };
    let noughts = scale.checked_sub(amount.scale())?;
    amount.mantissa().checked_mul(10_i128.checked_pow(noughts)?)
}

/// The amount of a count of steps.
fn total(steps: i128, scale: u32) -> Total {
    // Scales come from decimals and end at 28, where a total has room to 38.
    Total::of(steps, i64::from(scale)).unwrap_or_default()
}
