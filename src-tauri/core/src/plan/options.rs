//! What can be chosen from: plans and free tiers that were resolved, and what the person pays now.

use super::{KindSet, Purse, Terms};
use crate::money::Decimal;
use crate::time::Date;

/// A plan or a free tier that could be had, resolved for this usage and this buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The id of the plan or tier; the one of its terms.
    pub id: String,
    /// Whether it is a free tier: it then comes before plans.
    pub tier: bool,
    /// Its terms, ranges taken at their middle.
    pub terms: Terms,
    /// The least allowance and the highest price, where there is a range.
    pub dear: Option<Terms>,
    /// The most allowance and the lowest price, where there is a range.
    pub cheap: Option<Terms>,
    /// Figures of low confidence in words, such as `the price of 20 USD`: none of them decides by itself.
    pub low: Vec<String>,
    /// Whether its figures only show a shape, and are no offer.
    pub illustration: bool,
    /// Models that the person must have and that it does not serve.
    pub lacks: Vec<String>,
    /// What it turns into, and when, where that is announced.
    pub announced: Option<(Date, Terms)>,
}

/// What the person pays now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Current {
    /// Ids of the plans that they have.
    pub plans: Vec<String>,
    /// What they pay a month whether it is used or not: the prices of their subscriptions.
    pub fixed: Vec<(Purse, Decimal)>,
    /// What was billed, over the whole window, for the very rows of the usage. An account without an entry bills nothing for
    /// use, as one whose use a subscription covers; one whose bill is not known has its list cost here.
    pub billed: Vec<Billed>,
}

/// What an account was billed for its use, over the whole window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Billed {
    /// The account, as kinds name it.
    pub account: i64,
    /// In which money.
    pub purse: Purse,
    /// How much.
    pub amount: Decimal,
}

/// A list price that is announced to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// From when on.
    pub on: Date,
    /// Of what, such as a model's name.
    pub what: String,
    /// The kinds of usage that it is of.
    pub kinds: KindSet,
    /// What they then cost at list price, in per cent of what they cost now.
    pub percent: Decimal,
}

/// One thing that an option is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// As the person pays now.
    Current,
    /// A plan or free tier, by its id.
    Offer(String),
    /// Pay as you go, for what comes so far.
    Metered,
}

/// The stable id of an option: `current`, `metered`, or the ids of its plans joined by `+`, with `+metered` where what they do
/// not serve is paid as you go.
pub fn id_of(parts: &[Part]) -> String {
    let named = parts.iter().map(|part| match part {
        Part::Current => "current",
        Part::Offer(id) => id,
        Part::Metered => "metered",
    });
    named.collect::<Vec<_>>().join("+")
}

/// The parts of an option by its id.
pub fn parts_of(id: &str) -> Vec<Part> {
    let part = |name: &str| match name {
        "current" => Part::Current,
        "metered" => Part::Metered,
        offer => Part::Offer(offer.to_owned()),
    };
    id.split('+').map(part).collect()
}

/// Why something that could be had is not among the options.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyLeftOut {
    /// It does not serve a model that the person must have.
    Lacks(Vec<String>),
    /// Its price in a purse cannot be brought to the person's currency: there is no dated rate.
    NoRate(Purse),
    /// In every month its fees alone are more than what another option costs that serves everything.
    DearerFees {
        /// The other option.
        than: String,
    },
    /// In every month it costs and serves the same as another option, which is simpler.
    SameAs {
        /// The other option.
        than: String,
    },
    /// It costs the same as, or more than, the same without one of its parts, in every month.
    AddsNothing,
    /// It serves nothing of what was used.
    ServesNothing,
    /// It counts what is not counted in the usage, or its figures are too large; in words.
    NotReplayed(String),
}
