//! When something is said, and what: reminders from figures, once each. Pure: facts and what was said before in, changes out.
//!
//! An alert is of a rule, a subject and a step. A step is said once an episode; a new episode begins when the figure has fallen
//! well below the step, or when the window, lot or term of the subject is another one. That is told by what ends it, never by
//! the present, so that a clock that is moved back raises nothing again.

mod balances;
mod budgets;
mod days;
mod keys;
mod lots;
mod machine;
mod plans;
mod prices;
mod quiet;
mod quotas;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::{AlertRule, BalanceKind, BudgetSpan, QuotaWindow};
use crate::money::{Currency, Decimal};
use crate::store::{AlertStand, BookedAlerts};
use crate::time::{Calendar, Date, Timestamp};

use machine::Machine;
pub use quiet::Quiet;

/// Everything that alerts are raised from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Lots of credit that lapse.
    pub lots: Vec<Lot>,
    /// What is left of prepaid money.
    pub balances: Vec<BalanceLeft>,
    /// Budgets in their present spans.
    pub budgets: Vec<BudgetStand>,
    /// Allowances.
    pub quotas: Vec<Quota>,
    /// What complete days cost.
    pub days: Vec<Days>,
    /// Plans that renew.
    pub plans: Vec<Plan>,
    /// Whether the keys of accounts work.
    pub keys: Vec<Key>,
    /// Prices that will change.
    pub prices: Vec<PriceChange>,
    /// Accounts whose figures could not be worked out: what was said of them stands.
    pub unheard: BTreeSet<i64>,
}

/// An account as texts name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// Its number.
    pub account: i64,
    /// What it is called.
    pub label: String,
}

/// What would be left of something: few, middle, much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// One time in ten it is less.
    pub p10: Decimal,
    /// As often less as more.
    pub p50: Decimal,
    /// One time in ten it is more.
    pub p90: Decimal,
}

/// A lot of credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// Its stable id.
    pub id: String,
    /// Whose it is.
    pub whose: Whose,
    /// Its currency or unit.
    pub currency: Currency,
    /// What is left of it; `None` where nobody tells.
    pub left: Option<Decimal>,
    /// What lapsed of it; `None` where nobody tells.
    pub lapsed: Option<Decimal>,
    /// When it lapses; `None` where it does not.
    pub lapses_at: Option<Timestamp>,
    /// What would still be in it then.
    pub at_risk: Option<Range>,
    /// Why that is not known, in words.
    pub at_risk_unknown: Option<String>,
    /// What would have to be spent a day to use it up.
    pub needed_per_day: Option<Decimal>,
    /// Whether any use of the account puts its end off.
    pub by_inactivity: bool,
    /// Whether the provider only may let it lapse, and is not known to.
    pub possible: bool,
}

/// What is left of prepaid money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceLeft {
    /// Whose it is.
    pub whose: Whose,
    /// What it is made of.
    pub kind: BalanceKind,
    /// Its currency or unit.
    pub currency: Currency,
    /// What is left.
    pub left: Decimal,
    /// For how many days it lasts: few, middle and many; `None` where it outlasts two years.
    pub days: Option<[Option<u32>; 3]>,
    /// When it was looked at.
    pub as_of: Timestamp,
}

/// A budget in its present span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetStand {
    /// Its number.
    pub id: i64,
    /// What it is of, in words.
    pub label: String,
    /// The account, where it is of one.
    pub account: Option<i64>,
    /// Its span.
    pub span: BudgetSpan,
    /// The first day of the span.
    pub from: Date,
    /// Its end, exclusive.
    pub to: Date,
    /// How much it is.
    pub amount: Decimal,
    /// In which currency.
    pub currency: Currency,
    /// What is spent of it; `None` where nothing is known.
    pub spent: Option<Decimal>,
    /// What the span is likely to come to.
    pub forecast: Option<Range>,
}

/// An allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Whose it is.
    pub whose: Whose,
    /// What it is called.
    pub name: String,
    /// Over which window.
    pub window: QuotaWindow,
    /// The model it is for.
    pub model: Option<String>,
    /// The project it is for.
    pub project: Option<String>,
    /// What is counted.
    pub unit: Currency,
    /// How much is used; `None` where that is not known.
    pub used: Option<Decimal>,
    /// Whether it may be less than that.
    pub at_most: bool,
    /// How much there is.
    pub limit: Decimal,
    /// When the count starts again, where told.
    pub resets_at: Option<Timestamp>,
}

/// What complete days cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days {
    /// Whose they are.
    pub whose: Whose,
    /// In which currency.
    pub currency: Currency,
    /// The first of them.
    pub first: Date,
    /// What each cost, in order and without gaps.
    pub days: Vec<Decimal>,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Whose it is.
    pub whose: Whose,
    /// What it is called.
    pub plan: String,
    /// What it costs a period, where told.
    pub price: Option<(Decimal, Currency)>,
    /// When it renews or ends.
    pub renews_at: Timestamp,
}

/// Whether the key of an account works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Whose it is.
    pub whose: Whose,
    /// How it stands.
    pub state: KeyState,
    /// Whether anything of the account was ever read.
    pub was_read: bool,
    /// What the provider said, in words.
    pub words: Option<String>,
}

/// How a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It works.
    Works,
    /// It is refused.
    Refused,
    /// Nothing can be said of it now: the provider was not reached, or was not asked.
    Unheard,
}

/// A price that will change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceChange {
    /// The model.
    pub model: String,
    /// From which day.
    pub from: Date,
    /// What changes, in words.
    pub words: String,
}

/// How and when alerts are raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Each rule: whether it is on, and its steps. A rule that is not in here is on, with its own steps.
    pub rules: BTreeMap<AlertRule, Rule>,
    /// A balance is low when it lasts fewer days than this.
    pub low_balance_days: u32,
    /// Balances that are low at an amount of their own.
    pub low_balances: Vec<(i64, Currency, Decimal)>,
    /// When nothing is delivered.
    pub quiet: Option<Quiet>,
}

/// A rule as it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Whether it is on.
    pub on: bool,
    /// Days before, or per cent.
    pub steps: Vec<u32>,
}

impl Rule {
    /// As it is without the person's say.
    pub fn usual(rule: AlertRule) -> Rule {
        let steps: &[u32] = match rule {
            AlertRule::Expiry => &[30, 14, 7, 3, 1],
            AlertRule::Budget => &[50, 80, 100],
            AlertRule::Allowance => &[75, 90, 100],
            AlertRule::Renewal => &[7, 1],
            AlertRule::LowBalance
            | AlertRule::BudgetForecast
            | AlertRule::AllowanceReset
            | AlertRule::Spike
            | AlertRule::KeyFailing
            | AlertRule::PriceChange => &[],
        };
        Rule { on: true, steps: steps.to_vec() }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { rules: BTreeMap::new(), low_balance_days: 7, low_balances: Vec::new(), quiet: None }
    }
}

impl Settings {
    /// A rule as it is set.
    pub fn rule(&self, rule: AlertRule) -> Rule {
        self.rules.get(&rule).cloned().unwrap_or_else(|| Rule::usual(rule))
    }

    /// When something is delivered that falls due at this time.
    pub fn due(&self, at: Timestamp, calendar: Calendar) -> Timestamp {
        self.quiet.map_or(at, |quiet| quiet.due(at, calendar))
    }
}

/// When an evaluation takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The present.
    pub now: Timestamp,
    /// The person's days.
    pub calendar: Calendar,
    /// Whether nothing was ever evaluated before: an expiry is raised then, and how full an allowance is only noted.
    pub fresh: bool,
    /// When it was evaluated before; `None` where that is not known.
    pub last: Option<Timestamp>,
}

/// What changes, by the facts and by what was raised before.
pub fn evaluate(facts: &Facts, settings: &Settings, raised: &[AlertStand], moment: Moment) -> BookedAlerts {
    let mut machine = Machine::new(settings, raised, &facts.unheard, moment);
    lots::judge(&facts.lots, &mut machine);
    balances::judge(&facts.balances, &mut machine);
    budgets::judge(&facts.budgets, &mut machine);
    quotas::judge(&facts.quotas, &mut machine);
    days::judge(&facts.days, &mut machine);
    plans::judge(&facts.plans, &mut machine);
    keys::judge(&facts.keys, &mut machine);
    prices::judge(&facts.prices, &mut machine);
    machine.finish()
}
