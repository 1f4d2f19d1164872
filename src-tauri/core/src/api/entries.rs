//! What is entered by hand, in the words of a form: amounts as decimal texts, days as dates.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which entries to show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct EntriesQuery {
    /// Those of one account, or all without it.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub account: Option<i64>,
}

/// A new entry, of an account or of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct Enter {
    /// The account's number.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub account: Option<i64>,
    /// In its place the provider's id: its only account is meant, and where there is none, one without a key is made.
    #[serde(default)]
    pub provider: Option<String>,
    /// With the provider: the account of this name, made without a key where there is none.
    #[serde(default)]
    pub label: Option<String>,
    /// What is entered.
    pub entry: Entry,
}

/// Other content for an entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeEntry {
    /// The entry's number.
    #[ts(type = "number")]
    pub id: i64,
    /// What it is to be, whole.
    pub entry: Entry,
}

/// An entry by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntryId {
    /// The number.
    #[ts(type = "number")]
    pub id: i64,
}

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EntryRow {
    /// Number.
    #[ts(type = "number")]
    pub id: i64,
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The provider's id.
    pub provider: String,
    /// The account's name.
    pub label: String,
    /// What was entered.
    pub entry: Entry,
    /// When, RFC 3339.
    pub entered_at: String,
    /// When it was last changed, RFC 3339.
    pub changed_at: String,
}

/// What is entered by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Entry {
    /// Credit that was bought, given or included.
    Purchase(PurchaseEntry),
    /// What was left of prepaid money on a day.
    Balance(BalanceEntry),
    /// How much may be used in a span of time.
    Allowance(AllowanceEntry),
    /// A plan that is paid for by the month or year.
    Subscription(SubscriptionEntry),
    /// What a day cost.
    Cost(CostEntry),
}

/// Credit that was bought or given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct PurchaseEntry {
    /// How much, such as `25.50`.
    pub amount: String,
    /// A currency such as `USD`, or a unit in small letters such as `credits`.
    pub currency: String,
    /// The day it was had.
    pub acquired_on: String,
    /// The last day on which it can be spent, where it lapses on a day; the provider's own rule without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<String>,
    /// In its place another rule it lapses by, such as `after-purchase:365d` or `never`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Whether it was given and not bought.
    #[serde(default)]
    pub granted: bool,
    /// Whether a plan includes it, so that it was neither bought nor given.
    #[serde(default)]
    pub included: bool,
    /// Words of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What was left of prepaid money on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BalanceEntry {
    /// How much.
    pub amount: String,
    /// A currency such as `USD`, or a unit in small letters such as `credits`.
    pub currency: String,
    /// The day it was looked at.
    pub as_of: String,
}

/// How much may be used in a span of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct AllowanceEntry {
    /// What it is called, such as `Requests a day`.
    pub name: String,
    /// How much there is.
    pub limit: String,
    /// `requests`, `tokens`, a currency or another unit.
    pub unit: String,
    /// `minute`, `5 hours`, `day`, `week`, `month`, `year`, `lifetime` and the like.
    pub window: String,
    /// When it is whole again. Needed for a day and a month; otherwise it is rolling, and never for a lifetime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resets: Option<Resets>,
    /// The IANA zone of the midnight; UTC without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The model it is for; without it, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The project it is for, by the provider's id; without it, the whole account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The provider's words from which it was learned, where it refused a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned_from: Option<String>,
}

/// When an allowance is whole again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Resets {
    /// Each use is given back one span after it.
    Rolling,
    /// At midnight.
    Midnight,
    /// At midnight on the first of the month.
    FirstOfMonth,
    /// Never.
    Never,
}

/// A plan that is paid for by the month or year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SubscriptionEntry {
    /// The plan.
    pub plan: String,
    /// What it costs a period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// The currency of the price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// `week`, `month` or `year`.
    pub period: String,
    /// The day it renews.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews_on: Option<String>,
}

/// What a UTC day cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct CostEntry {
    /// The day.
    pub date: String,
    /// How much; below nought where money was given back.
    pub amount: String,
    /// A currency such as `USD`, or a unit in small letters such as `credits`.
    pub currency: String,
    /// The model it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The project it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Words of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
