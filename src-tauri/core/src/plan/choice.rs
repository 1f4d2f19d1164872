//! Which option to take: what each is likely to cost where the person pays, how likely it is the cheapest, and whether to switch.

use super::{Excluded, Part, Purse, WhyExcluded, WhyLeftOut};
use crate::forecast::Spread;
use crate::money::{Currency, Decimal};
use crate::time::{Date, Period};

/// Fewer days with usage say nothing of what comes.
pub const NEEDED_DAYS: u32 = 7;
/// Fewer days say little: ranges are wider.
pub const FEW_DAYS: u32 = 30;
/// Where more of the usage than this, in per cent, could not be taken in, nothing is advised.
pub(super) const MOST_LEFT_OUT: Decimal = Decimal::from_parts(50, 0, 0, false, 0);

/// How money of each purse lands where the person pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landings {
    /// The currency of every figure that is told.
    pub currency: Currency,
    /// What an amount in a purse is multiplied by. Without an entry it cannot be paid: options that need it are left out.
    pub factors: Vec<(Purse, Decimal)>,
    /// What a switch must save a month at least: one US dollar in the currency.
    pub least_saving: Decimal,
}

/// Every option, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The currency of every figure.
    pub currency: Currency,
    /// Days from the first with usage to the end of the window.
    pub days: u32,
    /// Whether they are few, and ranges wide.
    pub few: bool,
    /// How many months were drawn; none where there are too few days.
    pub draws: u32,
    /// The options. First those that serve what is served now, by what they cost on average; then those that refuse some of it.
    pub options: Vec<Judged>,
    /// What only shows the shape of a plan, by figures that nobody asks: replayed, and compared with nothing.
    pub shapes: Vec<Judged>,
    /// What is not among them, each by its parts. Combinations are counted alone.
    pub left_out: Vec<(Vec<Part>, WhyLeftOut)>,
    /// How many combinations are not among them.
    pub combinations_left_out: u32,
    /// Usage that could not be taken in: of it nothing is said here.
    pub excluded: Vec<Excluded>,
    /// What to do.
    pub recommendation: Recommendation,
    /// What would be cheapest if something were otherwise.
    pub what_if: Vec<WhatIf>,
    /// The person's own use of a month: the middle eight of ten months, as shares of their usual month in per cent. It marks the
    /// range on a curve.
    pub own_range: Option<(Decimal, Decimal)>,
    /// How much a usual month is, in the unit in which the whole is told best.
    pub usual_month: Option<Volume>,
}

impl Choice {
    /// The share of usage that could not be taken in, in per cent; none of what another lane tells of as well.
    pub fn left_out_share(&self) -> Decimal {
        share_left_out(&self.excluded)
    }
}

pub(super) fn share_left_out(excluded: &[Excluded]) -> Decimal {
    let counts = |one: &&Excluded| one.why != WhyExcluded::Beside;
    let sum = excluded.iter().filter(counts).filter_map(|one| one.share).sum::<Decimal>();
    sum.min(Decimal::ONE_HUNDRED)
}

/// One option, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Its stable id: [`super::id_of`] its parts.
    pub id: String,
    /// What it is made of, in the order in which usage passes through.
    pub parts: Vec<Part>,
    /// What each month of the window would have cost.
    pub replayed: Vec<MonthLanded>,
    /// What a month is likely to cost: P10, P50, P90; nothing where there are too few days.
    pub monthly: Option<Spread>,
    /// What a month is likely to cost on average.
    pub mean: Option<Decimal>,
    /// The range where every range in its figures is taken at its dear end, where there is one.
    pub dear: Option<Spread>,
    /// The same at the cheap end.
    pub cheap: Option<Spread>,
    /// How likely it is the cheapest of a month, in per cent, among options that serve that month whole. Equal ones share.
    pub chance_cheapest: Option<Decimal>,
    /// By how much it is dearer than the cheapest of a month that serves it whole, on average. Nothing for options that refuse.
    pub regret: Option<Decimal>,
    /// What would have been refused in the whole window.
    pub refused: RefusedUse,
    /// The share of all use at list price that would have been refused, in per cent; of requests, where nothing has a list price.
    pub refused_share: Decimal,
    /// The same of the drawn months.
    pub refused_share_drawn: Decimal,
    /// Whether it serves what is served now.
    pub serves_all: bool,
    /// What share of all use at list price each of its plans served, in per cent.
    pub served: Vec<(String, Decimal)>,
    /// The share of what its plans served that could not be held against a limit, in per cent.
    pub unchecked_share: Decimal,
    /// Where it becomes cheaper or dearer than another.
    pub break_even: Vec<BreakEven>,
    /// What it costs by how much is used.
    pub curve: Vec<Point>,
    /// What it would save against staying; nothing for staying itself.
    pub saving: Option<Saving>,
    /// Why no switch to it is advised, whatever it saves. Empty: nothing stands against it.
    pub against: Vec<Against>,
    /// Whether it is what the person has and pays already, so that it is one with staying: it has no chance of its own.
    pub same_as_now: bool,
}

/// What would have been refused in a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RefusedUse {
    /// Requests, of rows that count them.
    pub requests: u64,
    /// Refused parts of rows that do not.
    pub uncounted: u64,
    /// Clock hours in which something was refused.
    pub hours: u32,
    /// What it costs at list price.
    pub list_cost: Decimal,
}

/// What a month of the window would have cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthLanded {
    /// The month.
    pub period: Period,
    /// What it would have cost, landed.
    pub cost: Decimal,
    /// The same before it is landed, a sum a purse.
    pub list: Vec<(Purse, Decimal)>,
}

/// What is counted to tell how much is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VolumeUnit {
    /// Requests.
    Requests,
    /// Tokens of any kind.
    Tokens,
    /// Use at list price, in this currency.
    List(Currency),
}

/// How much is used in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Volume {
    /// How much.
    pub amount: Decimal,
    /// Of what.
    pub unit: VolumeUnit,
}

impl Volume {
    /// That many per cent of it: money in cents, all else whole.
    #[must_use]
    pub fn part(self, share: Decimal) -> Volume {
        let places = match self.unit {
            VolumeUnit::List(_) => 2,
            VolumeUnit::Requests | VolumeUnit::Tokens => 0,
        };
        let amount = self.amount.saturating_mul(share) / Decimal::ONE_HUNDRED;
        Volume { amount: amount.round_dp(places).normalize(), unit: self.unit }
    }
}

/// Where one option becomes cheaper than another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakEven {
    /// The id of the other: `current` or `metered`.
    pub than: String,
    /// Cheaper above the point; else below it.
    pub above: bool,
    /// The share of a usual month, in per cent.
    pub share: Decimal,
    /// That much a month, of the kinds that its plans serve.
    pub at: Volume,
}

/// A point of a cost curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// How much is used, in per cent of a usual month.
    pub share: Decimal,
    /// What a month of it costs on average, landed.
    pub cost: Decimal,
    /// Whether something of it is refused.
    pub refuses: bool,
}

/// What an option would save against staying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saving {
    /// A month, on average; below nought where it costs more.
    pub a_month: Decimal,
    /// In per cent of what staying costs.
    pub percent: Decimal,
    /// How likely it saves enough to switch: at least 5 % and one dollar a month, in per cent.
    pub chance: Decimal,
}

/// Why no switch to an option is advised, whatever it saves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// It refuses some of what is served now.
    Refuses,
    /// Figures of low confidence would decide it: they are worth confirming.
    LowConfidence(Vec<String>),
    /// It would no longer save enough with its ranges at their dear end.
    DearEnd,
    /// Its figures are an illustration.
    Illustration,
    /// More than a tenth of its use could not be held against its limits.
    Unchecked,
    /// It is what the person has.
    SameAsNow,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recommendation {
    /// Another option is clearly better.
    Switch {
        /// Its id.
        to: String,
        /// What it saves.
        saves: Saving,
        /// The closest other option, beside staying.
        rival: Option<String>,
    },
    /// None is.
    Stay {
        /// What is stayed with: `current`, or `metered` where nothing is known of what is paid now.
        with: String,
        /// The closest other option, and what it would save.
        rival: Option<(String, Saving)>,
        /// Why not to switch to it.
        why: WhyStay,
    },
    /// There is too little to say so.
    NotEnoughData(TooLittle),
}

/// Of what there is too little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooLittle {
    /// Complete days with usage so far, of [`NEEDED_DAYS`].
    Days(u32),
    /// Of usage that could be taken in. So much of it was left out, in per cent; nothing where that cannot be told.
    TakenIn {
        /// The share.
        left_out: Option<Decimal>,
    },
}

/// Why to stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyStay {
    /// There is nothing else to choose.
    NoRival,
    /// Nothing was used.
    NothingUsed,
    /// No other option is likely to cost less.
    Cheapest,
    /// The closest rival saves less than 5 % or one dollar a month on average.
    TooLittle,
    /// It saves enough on average, but in less than eight of ten cases.
    NotSure,
    /// It would save enough, but something stands against it.
    Held(Vec<Against>),
}

/// What would be cheapest if something were otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatIf {
    /// What.
    pub of: Scenario,
    /// The cheapest option that serves it whole, and its cost of a month.
    pub cheapest: Option<(String, Decimal)>,
    /// What staying would cost a month.
    pub staying: Option<Decimal>,
    /// What each option would cost a month, by id; those that refuse something are not in it.
    pub costs: Vec<(String, Decimal)>,
    /// Whether the cheapest is another than with usage as it is.
    pub changes: bool,
}

/// Something that may be otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scenario {
    /// As it is: what the others are compared with.
    AsItIs,
    /// Half as much is used.
    Half,
    /// Twice as much is used.
    Double,
    /// The model on which most is spent is not used any more.
    Without {
        /// The model.
        model: String,
        /// Its share of all use at list price, in per cent.
        share: Decimal,
    },
    /// A price changes as announced.
    Announced {
        /// When.
        on: Date,
        /// Of what.
        what: String,
    },
}
