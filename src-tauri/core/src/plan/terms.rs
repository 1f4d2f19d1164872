//! A plan with every number settled: what a replay needs and no more. Ranges, seats, regions and multiples are resolved before.

use crate::catalogue::{RatePer, Rollover, Starts, TaxIn};
use crate::ledger::{ExpiryRule, Meter, QuotaWindow};
use crate::money::{Currency, Decimal};

/// One thing that usage passes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// A plan or a free tier.
    Plan(Box<Terms>),
    /// Pay as you go at list price, for every kind that comes so far.
    Metered(Purse),
}

/// Money that is landed in one way: a currency, and whether tax is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purse {
    /// The currency.
    pub currency: Currency,
    /// Whether tax is in it.
    pub tax: TaxIn,
}

/// The settled terms of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The plan's id.
    pub id: String,
    /// The kinds of usage that it serves.
    pub serves: KindSet,
    /// What is paid whether it is used or not, for all seats.
    pub fixed: Vec<Fixed>,
    /// Units of the provider's own, which limits, pools, packs and overage may be in.
    pub units: Vec<OwnUnit>,
    /// The most that can be used. All that hold a kind hold at once.
    pub limits: Vec<TermLimit>,
    /// Credit that comes with it, in the order in which it is spent. Where there is none for a kind, use within the limits is free.
    pub pools: Vec<TermPool>,
    /// What can be bought beyond.
    pub packs: Vec<TermPack>,
    /// What happens to use beyond limits and credit.
    pub overage: TermOverage,
    /// Per cent taken off what is billed for use in a month, where it comes to so much. The last that fits holds for the whole.
    pub volume: Vec<VolumeDiscount>,
    /// Per cent taken off use that was sent in batches, at list price.
    pub batch_percent_off: Decimal,
    /// What is put on top of packs and use that is billed.
    pub fees: Vec<TermFee>,
    /// The least that a month costs, price and use together, in a purse.
    pub minimum: Option<(Decimal, Purse)>,
}

/// Which kinds, by their place in [`super::Usage::kinds`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KindSet {
    among: Vec<bool>,
}

/// A price that is paid whether the plan is used or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    /// How much for one `months`.
    pub amount: Decimal,
    /// From which purse.
    pub purse: Purse,
    /// For how many months it pays: 1 or 12; 0 for once, with the first.
    pub months: u32,
    /// Holds from this month on, the first being 0.
    pub from_month: u32,
    /// Up to this month, exclusive.
    pub to_month: u32,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Requests.
    Requests,
    /// Tokens of any kind.
    Tokens,
    /// Input tokens, cached ones included.
    InputTokens,
    /// Output tokens.
    OutputTokens,
    /// What one meter counted.
    Units(Meter),
    /// Use at list price.
    List,
    /// The unit at this place of [`Terms::units`].
    Own(usize),
}

/// A unit of the provider's own, and what use costs in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnUnit {
    /// The unit.
    pub unit: Currency,
    /// For each kind, the rates that are added up; empty: it costs nothing in this unit.
    pub rates: Vec<Vec<OwnRate>>,
}

/// A rate: so much of the unit for one `per`. Counts of `per` are powers of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnRate {
    /// How much of the unit.
    pub amount: Decimal,
    /// For what.
    pub per: RatePer,
    /// At certain hours more or less of it, by the row's instant.
    pub at_hours: Option<crate::catalogue::AtHours>,
}

/// The most that can be used in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermLimit {
    /// What is counted.
    pub measure: Measure,
    /// How much.
    pub amount: Decimal,
    /// Over which span.
    pub window: QuotaWindow,
    /// When a window begins.
    pub starts: Starts,
    /// The kinds that count together.
    pub kinds: KindSet,
}

/// Credit that comes with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermPool {
    /// What it is counted in.
    pub measure: Measure,
    /// How much each time.
    pub amount: Decimal,
    /// How often; `Lifetime`: once.
    pub every: QuotaWindow,
    /// When it comes: by the calendar or by the purchase.
    pub starts: Starts,
    /// What becomes of what is left. The amount of `Capped` is exact.
    pub rollover: Rollover,
    /// When a pool that comes once lapses.
    pub life: ExpiryRule,
    /// What it may be spent on.
    pub kinds: KindSet,
}

/// Credit that can be bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermPack {
    /// What it costs.
    pub price: Decimal,
    /// From which purse.
    pub purse: Purse,
    /// How much credit it brings.
    pub credit: Decimal,
    /// What the credit is counted in; the same for all packs of a plan.
    pub measure: Measure,
    /// When it lapses.
    pub life: ExpiryRule,
}

/// What happens to use beyond limits and credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermOverage {
    /// It goes on to the next element, or is refused.
    Blocked,
    /// It is billed at list price, times so many per cent.
    AtList {
        /// 100 for the list price itself.
        percent: Decimal,
        /// From which purse.
        purse: Purse,
    },
    /// It is billed by unit.
    PerUnit {
        /// What is counted.
        measure: Measure,
        /// The price of `per` units.
        price: Decimal,
        /// How many units the price buys: a power of ten.
        per: u32,
        /// From which purse.
        purse: Purse,
    },
    /// Packs are bought.
    Packs,
}

/// A discount on what is billed for use in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VolumeDiscount {
    /// Where it comes to so much, in its purse.
    pub from: Decimal,
    /// Per cent taken off the whole.
    pub percent: Decimal,
}

/// A fee on what is bought or billed for use in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermFee {
    /// Per cent of it.
    pub percent: Decimal,
    /// The least, where there is any.
    pub at_least: Decimal,
}

impl KindSet {
    /// All of so many kinds.
    pub fn all(kinds: usize) -> KindSet {
        KindSet { among: vec![true; kinds] }
    }

    /// Those for which a question is answered with yes.
    pub fn those<'a>(kinds: &'a [super::Kind], is: impl FnMut(&'a super::Kind) -> bool) -> KindSet {
        KindSet { among: kinds.iter().map(is).collect() }
    }

    /// Those whose place holds a yes.
    pub const fn from_flags(among: Vec<bool>) -> KindSet {
        KindSet { among }
    }

    /// Those of either.
    #[must_use]
    pub fn or(&self, other: &KindSet) -> KindSet {
        let (long, short) = if self.among.len() < other.among.len() { (other, self) } else { (self, other) };
        let mut among = long.among.clone();
        for (one, more) in among.iter_mut().zip(&short.among) {
            *one |= more;
        }
        KindSet { among }
    }

    /// Whether a kind is among them.
    pub fn holds(&self, kind: u32) -> bool {
        usize::try_from(kind).ok().and_then(|kind| self.among.get(kind)).copied().unwrap_or(false)
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        !self.among.contains(&true)
    }
}
