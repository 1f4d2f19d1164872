//! The plans that are known, in the words of a screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::FigureSource;

/// Which plans to tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct PlanCatalogueQuery {
    /// The plan of this id alone.
    pub plan: Option<String>,
    /// Those of this provider alone.
    pub provider: Option<String>,
}

/// What is known of plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanCatalogue {
    /// Where the catalogue comes from.
    pub source: PlanSource,
    /// After how many days a figure is worth checking again.
    #[ts(type = "number")]
    pub stale_after_days: i64,
    /// The plans.
    pub plans: Vec<CataloguePlan>,
    /// What the person says of them.
    pub corrections: Vec<PlanCorrectionRow>,
}

/// Where the catalogue comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanSource {
    /// Its day.
    pub dated: String,
    /// How many days ago that is.
    #[ts(type = "number")]
    pub age_days: i64,
    /// Where it was fetched; `None` for the one that comes with Spendglass.
    pub url: Option<String>,
    /// The last day on which that address still had it.
    pub fetched: Option<String>,
    /// How many plans it has.
    pub plans: u32,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CataloguePlan {
    /// Its id.
    pub id: String,
    /// The provider's id.
    pub provider: String,
    /// The product.
    pub product: String,
    /// The plan's name within the product.
    pub name: String,
    /// `individual`, `student`, `team` or `enterprise`.
    pub audience: String,
    /// `current`, `sold_out`, `announced` or `retired`.
    pub status: String,
    /// Its first price in words, such as `20 USD a month`; `None` where nobody tells it.
    pub price: Option<String>,
    /// Every figure in words, with its source.
    pub figures: Vec<FigureSource>,
    /// What else is to be known.
    pub notes: Vec<String>,
    /// How sure its least sure figure is: `high`, `medium` or `low`.
    pub confidence: String,
    /// Whether a figure of it is older than such figures keep.
    pub stale: bool,
    /// Whether something of it is the person's own word.
    pub own: bool,
    /// Whether its figures only show a shape, and are no offer.
    pub illustration: bool,
}

/// What the person says of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanCorrectionRow {
    /// Its number.
    #[ts(type = "number")]
    pub id: i64,
    /// The plan's id.
    pub plan: String,
    /// `price`, `limit`, `credit` or `plan`.
    pub kind: String,
    /// Which of them, in words; nothing for a whole plan.
    pub part: Option<String>,
    /// What was said, as the published schema writes it.
    pub value: String,
    /// The person's words.
    pub note: Option<String>,
    /// The day on which it was said.
    pub made: String,
    /// Why it does not count, where it no longer fits the catalogue.
    pub refused: Option<String>,
}

/// What to put before the catalogue: one of price, limit, credit and file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct CorrectPlan {
    /// The plan's id; a file has its own.
    pub plan: Option<String>,
    /// What it costs: the price on the invoice.
    pub price: Option<OwnPlanPrice>,
    /// A limit of it.
    pub limit: Option<OwnPlanLimit>,
    /// A credit that comes with it.
    pub credit: Option<OwnPlanCredit>,
    /// Whole plans: a plan, or a file of plans, in the published schema.
    pub file: Option<String>,
    /// Why.
    pub note: Option<String>,
}

/// What a plan costs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct OwnPlanPrice {
    /// Decimal text.
    pub amount: String,
    /// ISO 4217 code.
    pub currency: String,
    /// `month`, `year` or `lifetime`; a month without it.
    #[serde(default)]
    pub every: Option<String>,
    /// Whether a year is paid at once, though the amount is told by the month.
    #[serde(default)]
    pub billed_yearly: bool,
    /// Whether for each seat; as the catalogue tells it without it.
    #[serde(default)]
    pub per_seat: Option<bool>,
    /// `included` where the amount is what is paid, `excluded` where tax comes on top; unstated without it.
    #[serde(default)]
    pub tax: Option<String>,
}

/// The most that can be used of a plan in a window.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct OwnPlanLimit {
    /// What is counted, such as `requests`, `tokens`, `USD` or `usage`.
    pub unit: String,
    /// Decimal text, or `unlimited`.
    pub amount: String,
    /// Such as `5 hours`, `day`, `week` or `month`.
    pub window: String,
    /// When a window begins: `calendar ZONE`, `purchase`, `first use` or `sliding`.
    #[serde(default)]
    pub starts: Option<String>,
}

/// Credit that comes with a plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct OwnPlanCredit {
    /// A currency, or a unit that the plan's rates tell.
    pub unit: String,
    /// Decimal text.
    pub amount: String,
    /// How often it comes; every month without it.
    #[serde(default)]
    pub every: Option<String>,
    /// When it comes: `calendar ZONE` or `purchase`.
    #[serde(default)]
    pub starts: Option<String>,
}

/// Which correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanCorrectionId {
    /// Its number.
    #[ts(type = "number")]
    pub id: i64,
}

/// Corrections that were put or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CorrectedPlans {
    /// The corrections.
    pub corrections: Vec<PlanCorrectionRow>,
}

/// Where to fetch newer plans.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct RefreshPlans {
    /// https, or http on this machine; the address of the last time without it.
    pub url: Option<String>,
    /// Whether to go back to the plans of this version instead.
    pub off: bool,
}

/// What came of fetching newer plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlanRefresh {
    /// Whether the plans are others than before.
    pub changed: bool,
    /// The catalogue that counts now.
    pub source: PlanSource,
    /// Ids of plans that are new.
    pub added: Vec<String>,
    /// Ids of plans that are no more.
    pub gone: Vec<String>,
}
