//! The words of reminders and budgets.

use crate::money::Money;
use crate::time::Date;

/// What an alert is raised by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

impl AlertRule {
    /// Every rule, with its name in the store.
    pub const NAMED: &[(AlertRule, &str)] = &[
        (AlertRule::Expiry, "expiry"),
        (AlertRule::LowBalance, "low_balance"),
        (AlertRule::Budget, "budget"),
        (AlertRule::BudgetForecast, "budget_forecast"),
        (AlertRule::Allowance, "allowance"),
        (AlertRule::AllowanceReset, "allowance_reset"),
        (AlertRule::Spike, "spike"),
        (AlertRule::Renewal, "renewal"),
        (AlertRule::KeyFailing, "key_failing"),
        (AlertRule::PriceChange, "price_change"),
    ];
}

/// How much an alert presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertLevel {
    /// Good to know.
    Info,
    /// Something is to be done.
    Warning,
    /// Something is to be done today.
    Urgent,
}

impl AlertLevel {
    /// Every level, with its name in the store.
    pub const NAMED: &[(AlertLevel, &str)] =
        &[(AlertLevel::Info, "info"), (AlertLevel::Warning, "warning"), (AlertLevel::Urgent, "urgent")];
}

/// How the matter of an alert ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertEnd {
    /// Its time went by: the lot lapsed, the day is over. What was not delivered yet still is.
    Passed,
    /// It is settled: the credit was used, the balance topped up, the account removed. Nothing is left to say.
    Settled,
}

impl AlertEnd {
    /// Both, with their names in the store.
    pub const NAMED: &[(AlertEnd, &str)] = &[(AlertEnd::Passed, "passed"), (AlertEnd::Settled, "settled")];
}

/// The ways in which an alert reaches a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// A notification of the desktop.
    Desktop,
    /// An address of the person's that takes JSON.
    Webhook,
}

impl Channel {
    /// Both, with their names in the store.
    pub const NAMED: &[(Channel, &str)] = &[(Channel::Desktop, "desktop"), (Channel::Webhook, "webhook")];
}

/// What a budget is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BudgetScope {
    /// Everything.
    All,
    /// A provider, by its id.
    Provider(String),
    /// An account, by its number.
    Account(i64),
    /// A project or workspace, by the provider's id or its name.
    Project(String),
    /// A key, by the provider's id or its name.
    Key(String),
    /// A client, to whom accounts, projects and keys are assigned.
    Client(String),
    /// A tag, which accounts, projects and keys carry.
    Tag(String),
}

/// The span of a budget. Its days are UTC days, as providers bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BudgetSpan {
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A calendar month.
    Month,
}

impl BudgetSpan {
    /// Every span, with its name.
    pub const NAMED: &[(BudgetSpan, &str)] =
        &[(BudgetSpan::Day, "day"), (BudgetSpan::Week, "week"), (BudgetSpan::Month, "month")];

    /// The first and the end date, exclusive, of the span that holds a date.
    pub fn containing(self, date: Date) -> (Date, Date) {
        match self {
            BudgetSpan::Day => (date, date.plus_days(1)),
            BudgetSpan::Week => {
                let monday = date.plus_days(-date.days_since_monday());
                (monday, monday.plus_days(7))
            }
            BudgetSpan::Month => (date.month_start(), date.next_month_start()),
        }
    }
}

/// So much is to be spent in each span, and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// What it is of.
    pub scope: BudgetScope,
    /// The span.
    pub span: BudgetSpan,
    /// How much. Only spending in its currency is counted.
    pub amount: Money,
}

/// Whether things are assigned to clients or carry tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssignmentKind {
    /// To a client.
    Client,
    /// A tag.
    Tag,
}

impl AssignmentKind {
    /// Both, with their names.
    pub const NAMED: &[(AssignmentKind, &str)] =
        &[(AssignmentKind::Client, "client"), (AssignmentKind::Tag, "tag")];
}

/// What of an account is assigned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssignedPart {
    /// All of it.
    Account,
    /// One project, by the provider's id or its name.
    Project(String),
    /// One key, by the provider's id or its name.
    Key(String),
}

/// Something that is assigned to a client, or carries a tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assignment {
    /// To what.
    pub kind: AssignmentKind,
    /// The name of the client or tag.
    pub name: String,
    /// The account's number.
    pub account_id: i64,
    /// What of it.
    pub part: AssignedPart,
}
