//! Today: what the day and the month cost, and how fresh that is.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Account, Amount, BudgetRow, LaneFigure, LotRow, MonthEnd, Picture, Trouble};

/// What the overview should hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OverviewQuery {
    /// Width of the chart in CSS pixels; no chart without it.
    #[serde(default)]
    #[ts(optional)]
    pub chart_width: Option<u32>,
}

/// What today and this month cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// The present, RFC 3339.
    pub now: String,
    /// Whether this is sample data.
    pub sample: bool,
    /// The person's time zone.
    pub zone: String,
    /// The present UTC day, which is how providers bill.
    pub today: SpendFigure,
    /// What a usual day costs, where enough complete days are known.
    pub usual_day: Option<UsualDay>,
    /// The present UTC month to date.
    pub month: SpendFigure,
    /// What the month is likely to come to, by currency.
    pub month_end: Vec<MonthEnd>,
    /// Every budget, the one closest to its end first.
    pub budgets: Vec<BudgetRow>,
    /// The lot that lapses next with something at risk; where nothing is known to be at risk, the one that lapses next.
    pub next_expiry: Option<LotRow>,
    /// How many alerts were not seen yet.
    pub unseen_alerts: u32,
    /// The person's own day so far, where usage is known by the hour.
    pub own_day: Option<OwnDay>,
    /// What stands in the way of more than one account, the worst first.
    pub troubles: Vec<Trouble>,
    /// Every account.
    pub accounts: Vec<Account>,
    /// The last 30 days by provider.
    pub daily: Option<Picture>,
    /// One sentence on what stands out.
    pub insight: Option<String>,
}

/// A sum over a period. Billed and listed money are shown side by side, never added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SpendFigure {
    /// First date.
    pub from: String,
    /// End date, exclusive.
    pub to: String,
    /// Whose days these are: `UTC`.
    pub days: String,
    /// The lane of the figures.
    pub lane: String,
    /// What providers bill, by currency. Empty where nothing is known.
    pub billed: Vec<Amount>,
    /// The same usage at list price, by currency: an estimate.
    pub listed: Vec<Amount>,
    /// Lines of usage without a known price, which `listed` lacks.
    #[ts(type = "number")]
    pub unpriced: u64,
    /// Figures of other lanes over the same period, never part of the sums above.
    pub beside: Vec<LaneFigure>,
    /// The oldest time up to which every contributing account was read, RFC 3339.
    pub as_of: Option<String>,
    /// Why a figure is missing or partial, in words.
    pub notes: Vec<String>,
}

/// The median of recent complete days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UsualDay {
    /// By currency.
    pub billed: Vec<Amount>,
    /// How many complete days it is taken from.
    pub of_days: u32,
    /// The last of them.
    pub to: String,
}

/// The person's own day so far, from hourly usage at list price: an estimate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnDay {
    /// The date in the person's zone.
    pub date: String,
    /// At list price, by currency.
    pub listed: Vec<Amount>,
    /// Lines of usage without a known price.
    #[ts(type = "number")]
    pub unpriced: u64,
    /// Requests, where they are counted.
    #[ts(type = "number | null")]
    pub requests: Option<u64>,
    /// Input tokens, where they are counted.
    #[ts(type = "number | null")]
    pub input_tokens: Option<u64>,
    /// Output tokens, where they are counted.
    #[ts(type = "number | null")]
    pub output_tokens: Option<u64>,
    /// The oldest time up to which usage by the hour is read, RFC 3339.
    pub as_of: Option<String>,
    /// Accounts whose usage is known by the day only, and is not in here.
    pub without: Vec<String>,
}
