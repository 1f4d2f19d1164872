//! Alerts, their settings, and budgets, in the words of a screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Spread;

/// Which alerts to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct InboxQuery {
    /// At most so many, the newest; 200 without it.
    #[serde(default)]
    pub most: Option<u32>,
}

/// Every alert that was raised, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Inbox {
    /// The present, RFC 3339.
    pub now: String,
    /// The alerts, the newest first.
    pub alerts: Vec<AlertRow>,
    /// How many were not seen yet.
    pub unseen: u32,
    /// Why alerts do not reach the person now, in words: no notification service answers, or nothing watches.
    pub warning: Option<String>,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AlertRow {
    /// Number.
    #[ts(type = "number")]
    pub id: i64,
    /// The rule that raised it.
    pub rule: AlertRule,
    /// What it is of: a lot, an account, a budget, an allowance. Stable.
    pub subject: String,
    /// Which step of the rule, such as `14d` or `80%`.
    pub step: String,
    /// How much it presses.
    pub level: AlertLevel,
    /// One line.
    pub title: String,
    /// A sentence or two.
    pub body: String,
    /// The account it is of, where it is of one.
    #[ts(type = "number | null")]
    pub account: Option<i64>,
    /// When it was raised, RFC 3339.
    pub raised_at: String,
    /// When it is to be delivered, RFC 3339: later than it was raised in quiet hours or when it is snoozed.
    pub due_at: String,
    /// What became of it.
    pub state: AlertState,
    /// What each channel did with it.
    pub deliveries: Vec<DeliveryRow>,
}

/// The rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum AlertRule {
    /// A lot is about to lapse with something in it.
    Expiry,
    /// A balance is low, by amount or by the days it lasts.
    LowBalance,
    /// A budget is used by so much.
    Budget,
    /// A budget will be crossed if spending goes on as it did.
    BudgetForecast,
    /// An allowance is nearly used up.
    Allowance,
    /// An allowance that was nearly used up is whole again.
    AllowanceReset,
    /// A day costs far more than usual days.
    Spike,
    /// A plan renews.
    Renewal,
    /// A key stopped working.
    KeyFailing,
    /// A price changes.
    PriceChange,
}

/// How much an alert presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum AlertLevel {
    /// Good to know.
    Info,
    /// Something is to be done.
    Warning,
    /// Something is to be done today.
    Urgent,
}

/// What became of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum AlertState {
    /// It waits for the end of quiet hours.
    Quiet,
    /// It is due, and no channel has taken it yet.
    Due,
    /// A channel has taken it.
    Sent,
    /// It was put off.
    Snoozed,
    /// The person has seen it.
    Seen,
    /// What it was about is over: the lot was used, the budget raised, the balance topped up.
    Over,
}

/// What a channel did with an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryRow {
    /// `desktop` or `webhook`.
    pub channel: String,
    /// Whether it arrived there.
    pub delivered: bool,
    /// When it was last tried, RFC 3339.
    pub at: String,
    /// The notification server's number, or the status of the answer.
    pub receipt: Option<String>,
    /// Why it did not arrive, in words.
    pub problem: Option<String>,
}

/// What a person does with an alert.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnswerAlert {
    /// Its number.
    #[ts(type = "number")]
    pub id: i64,
    /// What.
    pub answer: AlertAnswer,
}

/// What a person does with an alert.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "do")]
pub enum AlertAnswer {
    /// It was seen.
    Seen,
    /// It is to come again.
    Snooze {
        /// After so many hours, 1 to 720.
        hours: u32,
    },
    /// The credit was used, or is meant to lapse: nothing more is said of this lot.
    Used,
    /// That is taken back.
    Unused,
}

/// How and when alerts are raised and delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertSettings {
    /// Every rule.
    pub rules: Vec<RuleSetting>,
    /// A balance is low when it lasts fewer days than this.
    pub low_balance_days: u32,
    /// Balances that are low at an amount of their own.
    pub low_balances: Vec<LowBalance>,
    /// When nothing is delivered, in the person's zone; nothing for no such hours.
    pub quiet: Option<QuietHours>,
    /// Whether the desktop shows alerts.
    pub desktop: bool,
}

/// A rule of alerts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleSetting {
    /// Which.
    pub rule: AlertRule,
    /// Whether it is on.
    pub on: bool,
    /// Its steps: days before, or per cent. Empty for a rule without steps.
    pub steps: Vec<u32>,
}

/// At which amount a balance is low.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LowBalance {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// A currency or a unit.
    pub currency: String,
    /// The amount.
    pub amount: String,
}

/// Hours in which nothing is delivered. They may go over midnight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuietHours {
    /// From, such as `22:00`.
    pub from: String,
    /// To, such as `08:00`.
    pub to: String,
}

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TestedAlert {
    /// What each channel did with it.
    pub deliveries: Vec<DeliveryRow>,
}

/// Where alerts are sent beside the desktop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Scheme and host of the address, and no more of it: it may be a secret. Nothing where there is none.
    pub url: Option<String>,
    /// Whether what is sent is signed with a secret.
    pub signed: bool,
    /// The last delivery, where there was one.
    pub last: Option<DeliveryRow>,
}

/// An address that alerts are sent to.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SetWebhook {
    /// The address: https, or http on this machine. It goes into the keychain. Without it, and without a secret, the webhook is
    /// taken away; without it the kept one gets the secret.
    #[serde(default)]
    pub url: Option<String>,
    /// The secret that signs what is sent. It goes into the keychain. Without it the kept one stays, unless the
    /// address is on another host.
    #[serde(default)]
    pub secret: Option<crate::vault::Secret>,
}

/// A budget to make or change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SetBudget {
    /// The number of the one to change; a new one without it.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub id: Option<i64>,
    /// What it is of.
    pub of: BudgetOf,
    /// `day`, `week` (from Monday) or `month`; UTC days, as providers bill.
    pub span: String,
    /// How much.
    pub amount: String,
    /// Its currency. Only spending in it is counted.
    pub currency: String,
}

/// What a budget is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum BudgetOf {
    /// Everything.
    All,
    /// A provider, by its id.
    Provider {
        /// The id.
        provider: String,
    },
    /// An account.
    Account {
        /// Its number.
        #[ts(type = "number")]
        account: i64,
    },
    /// A project or workspace, by the provider's id or its name.
    Project {
        /// The id or name.
        project: String,
    },
    /// A key, by the provider's id or its name.
    Key {
        /// The id or name.
        key: String,
    },
    /// A client, to whom accounts, projects and keys are assigned.
    Client {
        /// The name.
        client: String,
    },
    /// A tag, which accounts, projects and keys carry.
    Tag {
        /// The name.
        tag: String,
    },
}

/// A budget by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetId {
    /// The number.
    #[ts(type = "number")]
    pub id: i64,
}

/// A budget, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BudgetRow {
    /// Number.
    #[ts(type = "number")]
    pub id: i64,
    /// What it is of.
    pub of: BudgetOf,
    /// What that is called.
    pub label: String,
    /// `day`, `week`, `month`.
    pub span: String,
    /// The first date of the present span.
    pub from: String,
    /// Its end date, exclusive.
    pub to: String,
    /// How much.
    pub amount: String,
    /// Its currency.
    pub currency: String,
    /// What is spent of it; nothing where that is not known, and a note says why.
    pub spent: Option<String>,
    /// The lane of that.
    pub lane: String,
    /// Up to when, RFC 3339.
    pub as_of: Option<String>,
    /// How much of it is used, in whole per cent, rounded down; nothing where that is not known.
    pub percent: Option<u32>,
    /// How much of the span has gone by, in whole per cent: where an even pace would be.
    pub pace_percent: u32,
    /// What the span is likely to come to.
    pub forecast: Option<Spread>,
    /// Why nothing is said of that, in words.
    pub forecast_unknown: Option<String>,
    /// What is not counted, in words: spending in other currencies.
    pub notes: Vec<String>,
}

/// What is assigned to a client or carries a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct Assignment {
    /// `client` or `tag`.
    pub kind: String,
    /// The name of the client or tag.
    pub name: String,
    /// The account.
    #[ts(type = "number")]
    pub account: i64,
    /// One project of it, by the provider's id or its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// One key of it, by the provider's id or its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// An assignment to make or take back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assign {
    /// What.
    pub assignment: Assignment,
    /// True makes it, false takes it back.
    pub on: bool,
}
