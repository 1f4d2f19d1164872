//! What an account holds: balances, allowances, lots of credit and plans, reported or entered by hand.

use serde::Serialize;
use ts_rs::TS;

use super::Amount;

/// What is left of prepaid money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BalanceReading {
    /// What it is made of: `credits`, `purchased`, `granted`.
    pub kind: String,
    /// What is left.
    pub left: Amount,
    /// Everything ever acquired.
    pub acquired: Option<Amount>,
    /// Everything ever used.
    pub used: Option<Amount>,
    /// When it was looked at, RFC 3339; a date where it was entered by hand.
    pub as_of: String,
    /// The entry by hand that it is, by which it can be changed; `null` for what the provider reports.
    #[ts(type = "number | null")]
    pub entry: Option<i64>,
}

/// An allowance or a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuotaRow {
    /// What is counted.
    pub name: String,
    /// `minute`, `5 hours`, `day`, `week`, `month`, `year`, `lifetime` and the like.
    pub window: String,
    /// A currency, or `requests` and the like.
    pub unit: String,
    /// The model it is for.
    pub model: Option<String>,
    /// The project it is for.
    pub project: Option<String>,
    /// How much is used.
    pub used: Option<String>,
    /// How much there is.
    pub limit: Option<String>,
    /// When the count starts again, RFC 3339.
    pub resets_at: Option<String>,
    /// When it was seen or entered, RFC 3339.
    pub as_of: String,
    /// The entry by hand that it is, by which it can be changed; `null` for what the provider reports.
    #[ts(type = "number | null")]
    pub entry: Option<i64>,
}

/// A lot of credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GrantRow {
    /// What it is: `credits`, `purchased`, `granted`, `allowance`.
    pub kind: String,
    /// How much it was at first.
    pub amount: Option<Amount>,
    /// How much is left of it.
    pub left: Option<Amount>,
    /// When it was acquired, RFC 3339; a date where it was entered by hand.
    pub acquired_at: Option<String>,
    /// When it lapses, RFC 3339; the last date it can be spent on where it was entered by hand.
    pub expires_at: Option<String>,
    /// The instant from which on nothing of it can be spent, RFC 3339, where its end is known.
    pub lapses_at: Option<String>,
    /// The rule it lapses by, such as `after-purchase:365d` or `never`; nothing where nobody says.
    pub rule: Option<String>,
    /// Words of the person's own.
    pub note: Option<String>,
    /// When it was seen or entered, RFC 3339.
    pub as_of: String,
    /// The entry by hand that it is, by which it can be changed; `null` for what the provider reports.
    #[ts(type = "number | null")]
    pub entry: Option<i64>,
}

/// A plan that is paid for by the month or year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionRow {
    /// The plan.
    pub plan: String,
    /// Its state in the provider's words.
    pub status: Option<String>,
    /// What it costs a period.
    pub price: Option<Amount>,
    /// The period it is paid for by: `month`, `year` and the like.
    pub period: Option<String>,
    /// When it renews or ends, RFC 3339; a date where it was entered by hand.
    pub renews_at: Option<String>,
    /// When it was seen or entered, RFC 3339.
    pub as_of: String,
    /// The entry by hand that it is, by which it can be changed; `null` for what the provider reports.
    #[ts(type = "number | null")]
    pub entry: Option<i64>,
}
