//! Which plan to buy, in the words of a screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Picture, Spread};

/// How the person stands to taxes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum TaxStatus {
    /// Tax is paid and not given back.
    #[default]
    Consumer,
    /// Tax is reverse-charged and claimed back.
    Registered,
    /// No tax is paid.
    None,
}

/// What to compare. What is left out is as the settings say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct PlansQuery {
    /// Over how many days back: 30, 90 or 365; 90 without it.
    pub days: Option<u32>,
    /// The country one buys in, by its two letters.
    pub country: Option<String>,
    /// How one stands to taxes there.
    pub tax: Option<TaxStatus>,
    /// The tax in per cent, where no rule is known or another holds.
    pub tax_rate: Option<String>,
    /// What the bank puts on a charge in another currency, in per cent.
    pub card_markup: Option<String>,
    /// The currency one pays in.
    pub currency: Option<String>,
    /// Whether one is a verified student.
    pub student: Option<bool>,
    /// For how many people.
    pub seats: Option<u32>,
    /// Whether a year may be paid for at once.
    pub yearly: Option<bool>,
    /// Models that must be served.
    pub must: Vec<String>,
    /// Whether what is used by an API key could be used in a plan's own app instead.
    pub any_surface: bool,
    /// A file of plans in the published schema, in place of those that come with Spendglass.
    pub catalogue: Option<String>,
    /// Only these accounts; all without any.
    #[ts(type = "Array<number>")]
    pub accounts: Vec<i64>,
    /// How much more or less would be used, in per cent of what was: 100 without it.
    pub volume: Option<u32>,
    /// Width of the charts in CSS pixels; no charts without it.
    pub chart_width: Option<u32>,
}

/// Every option through one's own usage, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanComparison {
    /// The present, RFC 3339.
    pub now: String,
    /// What was replayed.
    pub window: ReplayWindow,
    /// By whom and where it is bought.
    pub buyer: BuyerRow,
    /// The options, the best first: those that serve what is served now by their middle cost, then those that refuse some of it.
    pub options: Vec<PlanOption>,
    /// Beside sample data, what only shows the shape of a plan by made-up figures: replayed, and neither ranked nor advised.
    pub shapes: Vec<PlanOption>,
    /// Plans that could not be reckoned with, and why.
    pub abstained: Vec<AbstainedPlan>,
    /// How many further combinations cost more in every month by their fees alone.
    pub dearer: u32,
    /// What to do.
    pub recommendation: Recommendation,
    /// What each option costs by how much is used, with the points where one becomes cheaper than another.
    pub curve: Option<Picture>,
    /// How much the months of each option differ.
    pub spread: Option<Picture>,
    /// What else is to be known.
    pub notes: Vec<String>,
}

/// What was replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReplayWindow {
    /// First day, `YYYY-MM-DD`, UTC.
    pub from: String,
    /// The day after the last.
    pub to: String,
    /// How many days.
    pub days: u32,
    /// How many of them are complete.
    pub complete_days: u32,
    /// Why they are fewer than were asked for, where they are, in words.
    pub shorter: Option<String>,
    /// How many rows of usage.
    #[ts(type = "number")]
    pub usage_rows: u64,
    /// Requests among them, where they are counted.
    #[ts(type = "number | null")]
    pub requests: Option<u64>,
    /// What it would cost as you go, at list price, in the currency of the list.
    pub list_cost: Option<String>,
    /// That currency.
    pub list_currency: Option<String>,
    /// What was left out.
    pub excluded: Vec<ExcludedUsage>,
    /// Up to when it is known, RFC 3339.
    pub as_of: Option<String>,
}

/// Usage that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExcludedUsage {
    /// Of what: a model, an account.
    pub what: String,
    /// Why, in words.
    pub why: String,
    /// How many rows.
    #[ts(type = "number")]
    pub rows: u64,
    /// Their share of all usage, in per cent.
    pub share: Option<String>,
}

/// By whom and where it is bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BuyerRow {
    /// The country, where it is said.
    pub country: Option<String>,
    /// How they stand to taxes.
    pub tax: TaxStatus,
    /// What the bank puts on a charge in another currency, in per cent.
    pub card_markup: String,
    /// The currency of every figure below.
    pub currency: String,
    /// Whether a verified student.
    pub student: bool,
    /// For how many people.
    pub seats: u32,
    /// Whether a year may be paid for at once.
    pub yearly: bool,
}

/// One way to pay for the same usage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanOption {
    /// Stable id: `current`, `metered`, or the ids of its plans joined by `+`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Its plans, in the order in which usage passes through them.
    pub plans: Vec<OptionPlan>,
    /// What each month of the window would have cost, landed.
    pub replayed: Vec<ReplayedMonth>,
    /// What a month is likely to cost, landed.
    pub monthly: Option<MonthlyCost>,
    /// How likely it is the cheapest of those that serve what is served now, in per cent.
    pub probability_cheapest: Option<String>,
    /// By how much it is dearer than the cheapest of the month, on average.
    pub regret: Option<String>,
    /// What would have been refused in the whole window.
    pub refused: RefusedUse,
    /// From where on it is cheaper than paying as now, in the person's own units, in words.
    pub break_even: Vec<BreakEven>,
    /// What would change its place, in words.
    pub sensitivity: Vec<String>,
    /// Whether a range is in its figures, or usage that no limit could be held against.
    pub uncertain: Vec<String>,
    /// How sure its least sure figure is: `high`, `medium`, `low`.
    pub confidence: String,
    /// Whether it is what the person has and pays already: it is one with staying, and has no chance of its own.
    pub same_as_now: bool,
    /// Whether its figures only show a shape, and are no offer.
    pub illustration: bool,
    /// Every figure in it.
    pub sources: Vec<FigureSource>,
    /// From list price to what is paid, step by step: of each fixed price for one of its periods; where there is none, of 100 units of
    /// what use costs.
    pub landed: Vec<LandedRow>,
}

/// A plan of an option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OptionPlan {
    /// Its id.
    pub id: String,
    /// Product and name.
    pub name: String,
    /// Its list price for a period, such as `20`.
    pub price: Option<String>,
    /// The currency of the price.
    pub currency: Option<String>,
    /// `month`, `year`, or `once`.
    pub every: Option<String>,
    /// What share of one's usage it served, at list price, in per cent.
    pub served: String,
}

/// What a month of the window would have cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReplayedMonth {
    /// Its first day; a month ends where the next begins.
    pub month: String,
    /// Its days: fewer than a month where the window begins or ends within.
    pub days: u32,
    /// What it would have cost, landed.
    pub cost: String,
    /// Before tax, mark-up and exchange: each sum with its currency, such as `20 USD`.
    pub list: Vec<String>,
}

/// What a month is likely to cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MonthlyCost {
    /// The range.
    #[serde(flatten)]
    pub range: Spread,
    /// Its currency.
    pub currency: String,
}

/// What would have been refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RefusedUse {
    /// Requests; nothing where some are not counted.
    #[ts(type = "number | null")]
    pub requests: Option<u64>,
    /// Clock hours in which something was refused.
    pub hours: u32,
    /// Its share of all usage at list price, in per cent.
    pub share: String,
}

/// A point from which an option is cheaper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BreakEven {
    /// In which unit: `requests`, `tokens`, a currency.
    pub unit: String,
    /// How much a month.
    pub amount: String,
    /// The option it is compared with.
    pub than: String,
    /// Whether it is cheaper above, or below.
    pub above: bool,
    /// In words, such as `cheaper than paying as you go above 640 requests a month`.
    pub words: String,
}

/// A figure and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FigureSource {
    /// What it is, in words.
    pub what: String,
    /// Its value.
    pub value: String,
    /// Where it is said: addresses, or `entered by you`.
    pub sources: Vec<String>,
    /// When it was seen.
    pub seen: String,
    /// How sure it is: `high`, `medium`, `low`.
    pub confidence: String,
    /// Whether it is older than such figures keep.
    pub stale: bool,
}

/// A step from list price to what is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LandedRow {
    /// What is done.
    pub label: String,
    /// By how much, in words.
    pub by: String,
    /// The sum after it.
    pub amount: String,
    /// Its currency.
    pub currency: String,
    /// Where the figure comes from.
    pub source: Option<String>,
    /// When it held.
    pub as_of: Option<String>,
}

/// A plan that could not be reckoned with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AbstainedPlan {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Why, and what would help, in words.
    pub why: String,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Recommendation {
    /// What.
    pub action: PlanAction,
    /// The option: to switch to, or to stay with.
    pub option: Option<String>,
    /// The closest other option.
    pub rival: Option<String>,
    /// What a month of it saves, where switching is advised.
    pub saves: Option<String>,
    /// The currency of that.
    pub currency: Option<String>,
    /// Why, in words.
    pub why: String,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PlanAction {
    /// Another option is clearly better.
    Switch,
    /// None is.
    Stay,
    /// There is too little to say so.
    NotEnoughData,
}
