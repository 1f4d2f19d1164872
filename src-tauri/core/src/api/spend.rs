//! Where the money went: exact sums by a grouping, and their pictures.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Picture;

/// Money or a virtual unit. The amount is a decimal text, so that no digit is lost on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Amount {
    /// Decimal text.
    pub amount: String,
    /// ISO 4217 code, or a provider's unit in lower case.
    pub currency: String,
}

/// By what sums are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Grouping {
    /// UTC day.
    Day,
    /// Provider.
    Provider,
    /// Account.
    Account,
    /// Model.
    Model,
    /// Project or workspace.
    Project,
    /// API key.
    Key,
    /// The provider's own line item.
    Item,
    /// Session of a tool, where an imported file tells it.
    Session,
    /// Client, as the person assigned.
    Client,
    /// Tag, as the person assigned. What carries several is in the row of each.
    Tag,
}

/// The steps of time of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Bucket {
    /// Hour, called by the person's own clock; of usage known by the hour only.
    Hour,
    /// UTC day.
    Day,
    /// UTC month.
    Month,
}

/// One group, to look into it alone: the fields of a row of sums, or of a mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Only {
    /// By what it is a group.
    pub by: Grouping,
    /// The group; `null` for what nobody says, or what is not assigned.
    pub key: Option<String>,
    /// Its provider, where it has one.
    #[serde(default)]
    pub provider: Option<String>,
    /// Its account, where it is of one.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub account: Option<i64>,
}

/// Which figure is drawn and ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Measure {
    /// What providers bill.
    Billed,
    /// The same usage at list price: an estimate.
    Listed,
    /// Input and output tokens.
    Tokens,
    /// Requests.
    Requests,
}

/// Exact sums in a range.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct UsageQuery {
    /// By what.
    pub by: Grouping,
    /// First UTC date; without it the first day of the present UTC month.
    #[serde(default)]
    pub from: Option<String>,
    /// End date, exclusive; without it the day after the present UTC day.
    #[serde(default)]
    pub to: Option<String>,
    /// Whether the period of the same length just before is told beside.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub compare: bool,
    /// What alone is looked at; all of these at once.
    #[serde(default)]
    #[ts(as = "Option<Vec<Only>>", optional)]
    pub only: Vec<Only>,
}

impl UsageQuery {
    /// The sums by a grouping over the days from one up to, but without, another.
    pub fn of(by: Grouping, from: Option<String>, to: Option<String>) -> UsageQuery {
        UsageQuery { by, from, to, compare: false, only: Vec::new() }
    }
}

/// Exact sums in a range, row by row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// First date.
    pub from: String,
    /// End date, exclusive.
    pub to: String,
    /// Whose days these are: `UTC`.
    pub days: String,
    /// By what the rows are grouped.
    pub by: Grouping,
    /// The lane of the sums.
    pub lane: String,
    /// One row a group, the dearest first; days in order.
    pub rows: Vec<UsageRow>,
    /// All rows together; each figure once, though it may be in several rows of clients or tags.
    pub total: UsageRow,
    /// The period just before, where it was asked for.
    pub before: Option<Before>,
    /// Figures of other lanes, never part of the sums.
    pub beside: Vec<LaneFigure>,
    /// The oldest time up to which every contributing account was read, RFC 3339.
    pub as_of: Option<String>,
    /// Why a figure is missing or partial, in words.
    pub notes: Vec<String>,
}

/// The sums of one group. Unknown is absent, and is never 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UsageRow {
    /// The group: a date, an id, a model. `null` where the provider does not say.
    pub key: Option<String>,
    /// The group in words: what the provider calls it, where that is known.
    pub name: String,
    /// The provider, where the group has one.
    pub provider: Option<String>,
    /// The account, where the group is of one: accounts, projects and keys.
    #[ts(type = "number | null")]
    pub account: Option<i64>,
    /// What providers bill, by currency.
    pub billed: Vec<Amount>,
    /// The usage at list price, by currency: an estimate.
    pub listed: Vec<Amount>,
    /// Input tokens, cached ones included.
    #[ts(type = "number | null")]
    pub input_tokens: Option<u64>,
    /// Output tokens, reasoning included.
    #[ts(type = "number | null")]
    pub output_tokens: Option<u64>,
    /// Requests.
    #[ts(type = "number | null")]
    pub requests: Option<u64>,
    /// Lines of usage without a known price, which `listed` lacks.
    #[ts(type = "number")]
    pub unpriced: u64,
    /// Who says so: the best lane among what is in the row's money.
    pub lane: String,
    /// The same group in the period before, where it was asked for.
    pub before: Option<BeforeFigures>,
    /// The group over the steps of the chart, for the largest groups.
    pub spark: Option<Spark>,
}

/// The period of the same length just before the range, as far as that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Before {
    /// First date.
    pub from: String,
    /// End date, exclusive.
    pub to: String,
    /// What there was in the period before and is not in this one, the dearest first.
    pub gone: Vec<UsageRow>,
}

/// What a group was in the period before. A figure that was not wholly known is absent, with the reason; nothing is 0 but what is
/// known to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BeforeFigures {
    /// What providers billed, by currency; `null` where that is not wholly known.
    pub billed: Option<Vec<Amount>>,
    /// Why `billed` is not told.
    pub billed_unknown: Option<String>,
    /// The usage at list price, by currency: an estimate; `null` where the usage is not wholly known.
    pub listed: Option<Vec<Amount>>,
    /// Input tokens.
    #[ts(type = "number | null")]
    pub input_tokens: Option<u64>,
    /// Output tokens.
    #[ts(type = "number | null")]
    pub output_tokens: Option<u64>,
    /// Requests.
    #[ts(type = "number | null")]
    pub requests: Option<u64>,
    /// Why `listed` and the counts are not told.
    pub usage_unknown: Option<String>,
}

/// A line without axes, as high as a row of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Spark {
    /// SVG whose colours are CSS classes, 96 by 20 pixels.
    pub svg: String,
    /// What it shows, in a sentence.
    pub label: String,
}

/// What another lane says of the same period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LaneFigure {
    /// `billed`, `estimated`, `logged` or `entered`.
    pub lane: String,
    /// By currency.
    pub billed: Vec<Amount>,
}

/// The pictures of which one stands beside the steps of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Closer {
    /// The groups ranked.
    Ranked,
    /// The shares of models.
    Share,
    /// Weekdays and hours.
    Heat,
    /// The last 53 weeks.
    Year,
    /// The dearest sessions.
    Sessions,
}

/// A range, its rows and its pictures.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SpendQuery {
    /// By what.
    pub by: Grouping,
    /// Which figure is drawn.
    pub measure: Measure,
    /// First UTC date; without it 30 days back.
    #[serde(default)]
    pub from: Option<String>,
    /// End date, exclusive; without it the day after the present UTC day.
    #[serde(default)]
    pub to: Option<String>,
    /// Width of the charts in CSS pixels.
    pub chart_width: u32,
    /// The picture beside; where these days tell nothing for it, and without it, that of the shares.
    #[serde(default)]
    pub closer: Option<Closer>,
    /// The steps of time; the core chooses by the length of the range without it.
    #[serde(default)]
    pub bucket: Option<Bucket>,
    /// Whether the period of the same length just before is told beside.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub compare: bool,
    /// What alone is looked at; all of these at once.
    #[serde(default)]
    #[ts(as = "Option<Vec<Only>>", optional)]
    pub only: Vec<Only>,
}

impl SpendQuery {
    /// The usual days.
    pub fn of(by: Grouping, measure: Measure, chart_width: u32) -> SpendQuery {
        SpendQuery {
            by,
            measure,
            from: None,
            to: None,
            chart_width,
            closer: None,
            bucket: None,
            compare: false,
            only: Vec::new(),
        }
    }
}

/// Where the money went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Spend {
    /// The rows and their sums.
    pub usage: Usage,
    /// The figure that is drawn.
    pub measure: Measure,
    /// The currency or unit that is drawn; other currencies are in the rows only.
    pub unit: Option<String>,
    /// The steps of time that are drawn.
    pub bucket: Bucket,
    /// By step of time, stacked by group.
    pub daily: Picture,
    /// Which picture stands beside: the only one of the five that is drawn.
    pub closer: Closer,
    /// Those that it can be, as far as that is known before they are drawn.
    pub offered: Vec<Closer>,
    /// The groups ranked.
    pub ranked: Option<Picture>,
    /// The shares of models: of what is billed where every bill names its model, else at list price.
    pub share: Option<Picture>,
    /// Usage by weekday and hour of the person's own clock, of what is known by the hour.
    pub heat: Option<Picture>,
    /// The last 53 weeks day by day, whatever the range.
    pub year: Option<Picture>,
    /// The dearest sessions.
    pub sessions: Option<Picture>,
}
