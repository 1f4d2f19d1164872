//! Where the money went: exact sums by a grouping, and their pictures.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    /// All rows together.
    pub total: UsageRow,
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
    /// By day, stacked by group.
    pub daily: Picture,
    /// The groups ranked.
    pub ranked: Picture,
}

/// A chart: the picture, its marks and its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Picture {
    /// SVG whose colours are CSS classes.
    pub svg: String,
    /// Its name.
    pub title: String,
    /// What it shows, in a sentence.
    pub description: String,
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
    /// Every mark, in reading order.
    pub marks: Vec<Mark>,
    /// The same figures as a table.
    pub table: ChartTable,
    /// Whether the figures are an estimate at list price.
    pub estimated: bool,
}

/// A mark of a chart, in tenths of a CSS pixel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
    /// The group, where the chart has several.
    pub series: Option<String>,
    /// The day or row.
    pub bucket: String,
    /// What is spoken.
    pub label: String,
    /// The exact value as decimal text.
    pub value: String,
}

/// The table of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChartTable {
    /// Heads.
    pub columns: Vec<String>,
    /// Cells.
    pub rows: Vec<Vec<String>>,
}

/// A chart to keep as a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct PictureQuery {
    /// Which chart.
    pub kind: PictureKind,
    /// First UTC date; without it 30 days back.
    #[serde(default)]
    pub from: Option<String>,
    /// End date, exclusive; without it the day after the present UTC day.
    #[serde(default)]
    pub to: Option<String>,
    /// Colours.
    pub theme: PictureTheme,
    /// File format.
    pub format: PictureFormat,
    /// The account's number, for charts of credit; the first that has such a chart without it.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub account: Option<i64>,
    /// The currency or unit, for charts of what is left of credit; the first without it.
    #[serde(default)]
    pub currency: Option<String>,
    /// What plans are compared for, for charts of plans.
    #[serde(default)]
    #[ts(optional)]
    pub plans: Option<super::PlansQuery>,
}

/// The charts that can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PictureKind {
    /// What each day was billed, by provider.
    Daily,
    /// The dearest models, at list price.
    Models,
    /// What each way to pay costs by how much is used; the range is that of `plans`.
    PlanCurve,
    /// How much the months of each way to pay differ; likewise.
    PlanSpread,
    /// Lots of credit on a time line.
    TimeLine,
    /// What was left of an account's credit day by day, and how it is likely to go on.
    BurnDown,
}

/// The colours of a saved chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PictureTheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The format of a saved chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PictureFormat {
    /// Scalable vector graphics.
    Svg,
    /// Pixels, at twice the size.
    Png,
}

/// The bytes of a saved chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PictureFile {
    /// `image/svg+xml` or `image/png`.
    pub media_type: String,
    /// The file, in base64.
    pub base64: String,
    /// What the picture shows, in a sentence.
    pub description: String,
}
