//! Charts as they cross the door, and charts to keep as files.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Bucket, Grouping, Measure, Only, PlansQuery};

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
    /// What its whole column comes to, in words, where several layers make it and all of them are known.
    pub column: Option<String>,
    /// The exact value as decimal text.
    pub value: String,
    /// Where a click on it leads, where it is of days or of one group.
    pub drill: Option<Drill>,
}

/// A part of what is shown, to look into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Drill {
    /// First UTC date, where the mark is of some of the days shown.
    pub from: Option<String>,
    /// End date, exclusive.
    pub to: Option<String>,
    /// The group, where the mark is of one.
    pub only: Option<Only>,
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
    /// What plans are compared for, for charts of plans.
    #[serde(default)]
    #[ts(optional)]
    pub plans: Option<PlansQuery>,
    /// The account's number, for charts of credit; the first that has such a chart without it.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub account: Option<i64>,
    /// The currency or unit, for charts of what is left of credit; the first without it.
    #[serde(default)]
    pub currency: Option<String>,
    /// By what the figures are grouped, for charts of the Spend screen; without it by provider.
    #[serde(default)]
    pub by: Option<Grouping>,
    /// Which figure is drawn there; without it what is billed.
    #[serde(default)]
    pub measure: Option<Measure>,
    /// The steps of time there.
    #[serde(default)]
    pub bucket: Option<Bucket>,
    /// What alone is looked at there.
    #[serde(default)]
    #[ts(as = "Option<Vec<Only>>", optional)]
    pub only: Vec<Only>,
    /// The file to write, whole or not at all; without it the bytes are in the answer.
    #[serde(default)]
    pub path: Option<String>,
}

impl PictureQuery {
    /// A chart of the usual days, whose bytes are in the answer.
    pub fn of(kind: PictureKind, theme: PictureTheme, format: PictureFormat) -> PictureQuery {
        PictureQuery {
            kind,
            theme,
            format,
            from: None,
            to: None,
            plans: None,
            account: None,
            currency: None,
            by: None,
            measure: None,
            bucket: None,
            only: Vec::new(),
            path: None,
        }
    }
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
    /// Stacked bars of the Spend screen.
    Bars,
    /// Its groups ranked.
    Ranked,
    /// The shares of models there.
    Share,
    /// Its weekdays and hours.
    Heat,
    /// Its last 53 weeks.
    Year,
    /// Its dearest sessions.
    Sessions,
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
    /// The file, in base64; empty where it was written.
    pub base64: String,
    /// Where it was written.
    pub path: Option<String>,
    /// What the picture shows, in a sentence.
    pub description: String,
}
