//! Lots of prepaid credit, in the words of a screen: what is in them, when they lapse, what is at risk.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Picture, Spread};

/// Which credit to show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct CreditsQuery {
    /// That of one account, or all without it.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub account: Option<i64>,
    /// Width of the time line in CSS pixels; no time line without it.
    #[serde(default)]
    pub chart_width: Option<u32>,
}

/// Every lot of credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Credits {
    /// The present, RFC 3339.
    pub now: String,
    /// The person's time zone, whose days lots lapse by.
    pub zone: String,
    /// The lots: what lapses soonest first, what is spent or lapsed last.
    pub lots: Vec<LotRow>,
    /// What is left, by currency. A currency in which a lot does not tell what is left of it is not whole.
    pub totals: Vec<CreditTotal>,
    /// What providers report beside what the lots say.
    pub reconciliation: Vec<ReconciliationRow>,
    /// Rises of a balance that look like a purchase or a grant: the person says what they were.
    pub offers: Vec<LotOffer>,
    /// Accounts that tell a balance alone.
    pub balances: Vec<DaysLeft>,
    /// The lots on a time line.
    pub time_line: Option<Picture>,
    /// What was left day by day, and how it is likely to go on: a picture for each account and currency of which it is known. None
    /// without a width.
    pub pools: Vec<CreditPool>,
    /// The currencies and units that accounts are billed in or hold, by which lots of theirs are spent.
    pub units: Vec<AccountUnits>,
    /// What is missing or partial, in words.
    pub notes: Vec<String>,
}

/// The credit of one account in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CreditPool {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The account's name.
    pub label: String,
    /// The provider's id.
    pub provider: String,
    /// Its currency or unit.
    pub currency: String,
    /// What was left day by day, stacked by lot, and how it is likely to go on.
    pub picture: Picture,
    /// Why nothing is said of the days ahead, in words.
    pub unforeseen: Option<String>,
}

/// What lots of an account are spent in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountUnits {
    /// The account's number; nothing for an account without a key that is not there yet.
    #[ts(type = "number | null")]
    pub account: Option<i64>,
    /// The provider's id.
    pub provider: String,
    /// The currencies and units, the first is the usual one.
    pub units: Vec<String>,
}

/// A lot of credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LotRow {
    /// Stable id, by which it is edited, moved or removed.
    pub id: String,
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The account's name.
    pub label: String,
    /// The provider's id.
    pub provider: String,
    /// `allowance`, `rolledOver`, `granted`, `purchased`.
    pub kind: String,
    /// Who tells of it: `reported`, `entered`, `imported`, `inferred`.
    pub source: String,
    /// A currency, or a unit such as `credits`.
    pub currency: String,
    /// When it was had: a date, or RFC 3339 where the provider tells the instant.
    pub acquired_at: Option<String>,
    /// When it lapses: the last date on which it can be spent, or RFC 3339 where an instant is known; nothing where it does not
    /// lapse, or nobody says.
    pub expires_at: Option<String>,
    /// The instant at which it lapses, RFC 3339.
    pub lapses_at: Option<String>,
    /// The rule it lapses by, such as `after-purchase:365d`; nothing where nobody says.
    pub rule: Option<String>,
    /// Who says so.
    pub rule_by: RuleBy,
    /// Whether it only may lapse: the provider is not known to let it, or the source of the rule is not sure.
    pub possible: bool,
    /// The page that says so.
    pub rule_source: Option<String>,
    /// When that page was seen: a date, month or year.
    pub rule_seen: Option<String>,
    /// How much it was at first.
    pub amount: Option<String>,
    /// How much of it was spent.
    pub spent: Option<String>,
    /// How much of it lapsed unspent.
    pub lapsed: Option<String>,
    /// How much is left of it.
    pub left: Option<String>,
    /// What would still be in it when it lapses if spending goes on as it did.
    pub at_risk: Option<Spread>,
    /// Why nothing is said of that, in words.
    pub at_risk_unknown: Option<String>,
    /// What would have to be spent a day to use it up in time.
    pub needed_per_day: Option<String>,
    /// Words of the person's own.
    pub note: Option<String>,
    /// When it was seen or entered, RFC 3339.
    pub as_of: String,
    /// Up to when spending is known that was taken from it, RFC 3339.
    pub spent_as_of: Option<String>,
    /// How it stands.
    pub state: LotState,
    /// Why nothing is ever taken from it, in words; nothing where something can be.
    pub never_spent: Option<String>,
}

/// Who says when a lot lapses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum RuleBy {
    /// The provider, of this lot.
    Reported,
    /// The person.
    Person,
    /// The provider, of all lots of this kind.
    Provider,
    /// Nobody.
    Nobody,
}

/// How a lot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LotState {
    /// Something is left of it.
    Open,
    /// It is used up.
    Spent,
    /// It lapsed with something in it.
    Lapsed,
    /// It begins later.
    Ahead,
    /// Nobody tells what is left of it.
    Untold,
}

/// What is left in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CreditTotal {
    /// A currency, or a unit such as `credits`.
    pub currency: String,
    /// What is left.
    pub left: String,
    /// What has lapsed unspent.
    pub lapsed: String,
    /// Whether every lot of the currency tells what is left of it.
    pub whole: bool,
}

/// What a provider reports beside what the lots say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReconciliationRow {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The account's name.
    pub label: String,
    /// `credits`, `purchased`, `granted`.
    pub kind: String,
    /// Its currency or unit.
    pub currency: String,
    /// What the balance was.
    pub observed: String,
    /// When it was looked at, RFC 3339.
    pub observed_at: String,
    /// What the lots say was left then.
    pub lots: String,
    /// The balance less what the lots say.
    pub difference: String,
    /// What was spent that no lot covers.
    pub uncovered: String,
    /// What that may be, in words; nothing where there is no difference.
    pub words: Option<String>,
}

/// A rise of a balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LotOffer {
    /// Stable id.
    pub id: String,
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The account's name.
    pub label: String,
    /// `credits`, `purchased`, `granted`.
    pub kind: String,
    /// Its currency or unit.
    pub currency: String,
    /// By how much it rose; what was spent meanwhile is in it where that is known.
    pub amount: String,
    /// The reading before it, RFC 3339.
    pub after: String,
    /// The reading that showed it, RFC 3339.
    pub seen_at: String,
}

/// What a rise of a balance was.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnswerOffer {
    /// The id of the offer.
    pub id: String,
    /// `purchased` or `granted`: a lot is made of it. `none`: it was neither, and is not offered again.
    pub was: OfferAnswer,
}

/// What a rise of a balance was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum OfferAnswer {
    /// Bought.
    Purchased,
    /// Given.
    Granted,
    /// Neither.
    None,
}

/// A lot that a person enters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct AddLot {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// How much, such as `50`.
    pub amount: String,
    /// A currency such as `USD`, or a unit such as `credits`.
    pub currency: String,
    /// The day it was had.
    pub acquired: String,
    /// `purchased`, `granted` or `allowance`; purchased without it.
    #[serde(default)]
    pub kind: Option<String>,
    /// The rule it lapses by, such as `on:2026-12-01` or `after-purchase:365d`; the provider's own without it.
    #[serde(default)]
    pub rule: Option<String>,
    /// Words of the person's own.
    #[serde(default)]
    pub note: Option<String>,
}

/// A change of a lot: what is left out stays. Of a reported lot the rule and the note can be changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct EditLot {
    /// The lot's id.
    pub id: String,
    /// How much it was at first.
    #[serde(default)]
    pub amount: Option<String>,
    /// Its currency or unit.
    #[serde(default)]
    pub currency: Option<String>,
    /// The day it was had.
    #[serde(default)]
    pub acquired: Option<String>,
    /// `purchased`, `granted` or `allowance`.
    #[serde(default)]
    pub kind: Option<String>,
    /// The rule it lapses by; `provider` takes back what the person said.
    #[serde(default)]
    pub rule: Option<String>,
    /// Words of the person's own; an empty text takes them away.
    #[serde(default)]
    pub note: Option<String>,
}

/// A lot and the account it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MoveLot {
    /// The lot's id.
    pub id: String,
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
}

/// A lot by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LotId {
    /// The id.
    pub id: String,
}

/// How long a balance lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DaysLeft {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The account's name.
    pub label: String,
    /// `credits`, `purchased`, `granted`.
    pub kind: String,
    /// Its currency or unit.
    pub currency: String,
    /// What is left.
    pub left: String,
    /// When that was looked at, RFC 3339.
    pub as_of: String,
    /// What a day takes of it.
    pub per_day: Option<Spread>,
    /// Whether that comes from the charges or from falls of the balance: `charges`, `balance`.
    pub from: String,
    /// For how many days it lasts, few to many; nothing in the place of a number where it outlasts two years.
    pub days: Option<DaySpread>,
    /// Why nothing is said of that, in words.
    pub unknown: Option<String>,
}

/// Few, middle and many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DaySpread {
    /// One time in ten it is fewer.
    pub p10: Option<u32>,
    /// As often fewer as more.
    pub p50: Option<u32>,
    /// One time in ten it is more.
    pub p90: Option<u32>,
}
