//! The chart room: pictures of money and counts as SVG, with the marks and the table that say the same in words.
//!
//! plotters draws on our own backend (`canvas`), which writes CSS classes where a colour would be, so one SVG serves light, dark
//! and forced colours. Figures come in and go out as exact decimals; floating point only ever decides where a pixel lies, which is
//! why this is the one room that may use it.
#![expect(
    clippy::disallowed_types,
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "positions on a picture are floating point; the figures themselves stay Decimal"
)]

mod axis;
mod burn_down;
mod canvas;
mod grid;
mod legend;
mod month_end;
mod palette;
mod photo;
mod plan_curve;
mod plan_spread;
mod plan_words;
mod ranked;
mod share;
mod sheet;
mod spark;
mod stacked;
mod time_line;
mod use_history;
mod words;

pub use burn_down::{BurnDown, BurnExpiry};
pub use palette::{PALETTE, Swatch, Theme, style_sheet};
pub use photo::{to_png, to_svg};
pub use plan_curve::{BreakEven, CostCurve, CostLine, CostPoint, UsualMonth};
pub use plan_spread::{CostSpread, SpreadMonth, SpreadRow};
pub use use_history::{UseHistory, UseStep};

use crate::money::Decimal;

/// What is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// Amounts over time, one bar a bucket, one layer a series.
    StackedBars(StackedBars),
    /// One horizontal bar a row, in the order given.
    RankedBars(RankedBars),
    /// A month day by day, and what it may come to.
    MonthEnd(MonthEnd),
    /// Lots from when they were had to when they lapse, one bar a lot.
    TimeLine(TimeLine),
    /// What options cost by how much is used, one line an option.
    CostCurve(CostCurve),
    /// Figures on a grid, the darker the more.
    Grid(Grid),
    /// Shares of a whole.
    Share(Share),
    /// How much the months of options differ, one row an option.
    CostSpread(CostSpread),
    /// What was left of lots day by day, and how it is likely to go on.
    BurnDown(BurnDown),
    /// How much of a limit was used, window by window.
    UseHistory(UseHistory),
}

/// Amounts over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackedBars {
    /// The name of the picture.
    pub title: String,
    /// What the values count.
    pub unit: Unit,
    /// The steps of time, oldest first.
    pub buckets: Vec<Bucket>,
    /// The layers, lowest first. More than five are folded into Other, the smallest first.
    pub series: Vec<Series>,
    /// Width in CSS pixels, brought into 280 to 2400.
    pub width: u32,
    /// Height in CSS pixels; grows when the legend leaves no room for the bars.
    pub height: u32,
    /// Whether any figure had to use list prices.
    pub estimated: bool,
}

/// One step of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Short, on the axis: "Nov 3".
    pub label: String,
    /// Spoken: "Tuesday, 3 November 2026 (UTC)".
    pub name: String,
    /// Whether the bucket is still growing; its bars are drawn lighter.
    pub partial: bool,
}

/// One layer of the bars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its name, in the legend.
    pub name: String,
    /// Its colour and pattern.
    pub slot: Slot,
    /// One value a bucket. `None` is unknown, which is not zero.
    pub values: Vec<Option<Decimal>>,
}

/// A colour with its pattern, the same in every picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Blue, plain.
    S1,
    /// Vermillion, rising lines.
    S2,
    /// Green, dots.
    S3,
    /// Purple, falling lines.
    S4,
    /// Black or white, crossed lines.
    S5,
    /// Grey, upright lines: everything that has no slot of its own.
    Other,
}

/// A ranking; its height follows the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankedBars {
    /// The name of the picture.
    pub title: String,
    /// What the values count.
    pub unit: Unit,
    /// The rows, from the top.
    pub rows: Vec<RankedRow>,
    /// Whether a figure may be in several rows, so that they make no sum.
    pub overlaps: bool,
    /// Width in CSS pixels, brought into 280 to 2400.
    pub width: u32,
    /// Whether any figure had to use list prices.
    pub estimated: bool,
}

/// One row of a ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankedRow {
    /// Its name, above the bar.
    pub name: String,
    /// How long the bar is.
    pub value: Decimal,
    /// Its colour and pattern.
    pub slot: Slot,
}

/// Figures on a grid: weekdays and hours, or the days of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// The name of the picture.
    pub title: String,
    /// What the values count.
    pub unit: Unit,
    /// What rows are called, from the top.
    pub rows: Vec<String>,
    /// What is written above each column; empty above most where there are many.
    pub columns: Vec<String>,
    /// The cells, in reading order. What lies outside of the picture's time has none.
    pub cells: Vec<Cell>,
    /// The table as one of columns by rows; without it a line a cell.
    pub matrix: Option<Matrix>,
    /// Whether cells are as high as they are wide.
    pub square: bool,
    /// What is not in here, in a sentence.
    pub note: String,
    /// Width in CSS pixels, brought into 280 to 2400.
    pub width: u32,
    /// Whether any figure had to use list prices.
    pub estimated: bool,
}

/// How the table of a grid is headed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// Above the names of the columns: "Hour".
    pub corner: String,
    /// Every column by name.
    pub columns: Vec<String>,
}

/// A cell of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Its row, from nought.
    pub row: usize,
    /// Its column, from nought.
    pub column: usize,
    /// Spoken: "Monday, 14:00 to 15:00".
    pub name: String,
    /// Its figure. `None` is unknown, which is not zero.
    pub value: Option<Decimal>,
    /// Whether it is still growing.
    pub partial: bool,
}

/// Shares of a whole: at most five, and one of all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The name of the picture.
    pub title: String,
    /// What the values count.
    pub unit: Unit,
    /// The parts, in any order.
    pub rows: Vec<ShareRow>,
    /// Width in CSS pixels, brought into 280 to 2400.
    pub width: u32,
    /// Whether any figure had to use list prices.
    pub estimated: bool,
}

/// A part of a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareRow {
    /// Its name.
    pub name: String,
    /// How much.
    pub value: Decimal,
}

/// A line as high as a row of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spark {
    /// Whose it is.
    pub name: String,
    /// What the values count.
    pub unit: Unit,
    /// One value a step of time. `None` is unknown, which is not zero.
    pub values: Vec<Option<Decimal>>,
    /// What each step is called.
    pub names: Vec<String>,
    /// Whether any figure had to use list prices.
    pub estimated: bool,
}

/// A month: sums up to each day, known and forecast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthEnd {
    /// The name of the picture.
    pub title: String,
    /// What the values count.
    pub unit: Unit,
    /// What the known sums are called: "billed".
    pub known_name: String,
    /// Every day of the month.
    pub days: Vec<MonthDay>,
    /// Which of them is the present one.
    pub today: Option<usize>,
    /// Width in CSS pixels, brought into 280 to 2400.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
}

/// What a month comes to by the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthDay {
    /// Short, on the axis: "Nov 3".
    pub label: String,
    /// Spoken: "Tuesday, 3 November 2026 (UTC)".
    pub name: String,
    /// Whether the day is still growing.
    pub partial: bool,
    /// What is known by its end; nothing where the day was not read or lies ahead.
    pub known: Option<Decimal>,
    /// A low, a middle and a high figure of what it may come to.
    pub range: Option<(Decimal, Decimal, Decimal)>,
}

/// Lots on a time line; its height follows the rows. Instants are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeLine {
    /// The name of the picture.
    pub title: String,
    /// The left edge.
    pub from: i64,
    /// What is written there.
    pub from_label: String,
    /// The present.
    pub today: i64,
    /// What is written there.
    pub today_label: String,
    /// The right edge.
    pub to: i64,
    /// What is written there.
    pub to_label: String,
    /// The rows, from the top.
    pub rows: Vec<TimeLineRow>,
    /// Width in CSS pixels, brought into 280 to 2400.
    pub width: u32,
}

/// One lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeLineRow {
    /// Its name, above the bar.
    pub name: String,
    /// When it was had.
    pub start: i64,
    /// The same for the table.
    pub start_label: String,
    /// When it lapses; nothing where it does not, or nobody says.
    pub end: Option<i64>,
    /// The same for the table.
    pub end_label: String,
    /// How much it was at first, where told.
    pub amount: Option<Decimal>,
    /// How much is left of it, where told.
    pub left: Option<Decimal>,
    /// What both count.
    pub unit: Unit,
    /// Spoken: all of it in a sentence.
    pub words: String,
    /// Its colour and pattern.
    pub slot: Slot,
}

/// What the values count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// Money or a virtual currency.
    Money {
        /// Its code: "USD", "credits".
        currency: String,
    },
    /// Things.
    Count {
        /// What they are called: "tokens".
        noun: String,
    },
}

/// A picture that has been drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// The SVG: classes instead of colours, no style, no script.
    pub svg: String,
    /// The name of the picture.
    pub title: String,
    /// The picture in a few sentences.
    pub description: String,
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
    /// Every bar, in reading order; its index is the bar's `data-mark`.
    pub marks: Vec<Mark>,
    /// The same figures as a table.
    pub table: Table,
}

/// One bar: where it is and what it says. Lengths are tenths of a CSS pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
    /// The layer it belongs to; none where a mark speaks for several or there are no layers.
    pub series: Option<String>,
    /// The spoken name of the bucket, or of the row.
    pub bucket: String,
    /// Spoken: "OpenAI, Tuesday, 3 November 2026 (UTC): $1.2844".
    pub label: String,
    /// What its whole column comes to, in words, where several layers make it and all of them are known.
    pub column: Option<String>,
    /// The exact value, or "—" when it is unknown.
    pub value: String,
}

/// The figures of a picture as text: exact values, "—" for unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The heads of the columns.
    pub columns: Vec<String>,
    /// One row a bucket or a ranked name.
    pub rows: Vec<Vec<String>>,
}

/// Why a picture could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// A series does not fit the buckets.
    #[error("the series {series:?} has {values} values for {buckets} buckets")]
    Uneven {
        /// The series.
        series: String,
        /// How many values it has.
        values: usize,
        /// How many buckets there are.
        buckets: usize,
    },
    /// Small series had to be added up, and the sum does not fit into a decimal without rounding.
    #[error("the figures folded into \"Other\" are too large to be added up exactly")]
    TooLarge,
    /// The picture would be larger than can be drawn.
    #[error("the picture would be too large; ask for fewer rows or a smaller scale")]
    TooBig,
    /// A point is said to lie on a line that is not there.
    #[error("the break-even point {point:?} is on line {line} of {lines}")]
    Astray {
        /// The point.
        point: String,
        /// The line, counted from nought.
        line: usize,
        /// How many lines there are.
        lines: usize,
    },
    /// The system has no font to write with.
    #[error(
        "no font is installed on this system; install one (on Debian or Ubuntu: apt install fonts-dejavu-core) or save the chart as SVG"
    )]
    NoFont,
    /// plotters refused.
    #[error("the chart could not be drawn: {0}")]
    Drawing(String),
    /// The SVG could not be turned into an image.
    #[error("the chart could not be turned into an image: {0}")]
    Image(String),
}

/// Draws a picture.
///
/// Everything about the result follows from the picture alone: the same picture gives the same text, its ids included.
pub fn draw(picture: &Picture) -> Result<Chart, ChartError> {
    match picture {
        Picture::StackedBars(bars) => stacked::draw(bars),
        Picture::RankedBars(bars) => ranked::draw(bars),
        Picture::MonthEnd(month) => month_end::draw(month),
        Picture::TimeLine(line) => time_line::draw(line),
        Picture::CostCurve(curve) => plan_curve::draw(curve),
        Picture::Grid(grid) => grid::draw(grid),
        Picture::Share(share) => share::draw(share),
        Picture::CostSpread(spread) => plan_spread::draw(spread),
        Picture::BurnDown(burn) => burn_down::draw(burn),
        Picture::UseHistory(history) => use_history::draw(history),
    }
}

/// Draws a line as high as a row of text: its SVG, and what it shows in a sentence.
pub fn spark(spark: &Spark) -> Result<(String, String), ChartError> {
    spark::draw(spark)
}

const NARROWEST: u32 = 280;
const WIDEST: u32 = 2400;
const NO_DATA: &str = "No data in this range";
const UNKNOWN: &str = "—";

/// What both kinds of picture need besides their drawing.
struct Frame<'a> {
    title: &'a str,
    width: u32,
    height: u32,
    id: String,
}

impl<'a> Frame<'a> {
    /// The ids come from what is shown, so two charts on one page do not share them and a redrawn chart keeps its own.
    fn new(title: &'a str, width: u32, height: u32, table: &Table) -> Self {
        let cells = table.columns.iter().chain(table.rows.iter().flatten()).map(String::as_str);
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for text in std::iter::once(title).chain(cells) {
            // FNV-1a: stable between versions of Rust, unlike the standard hasher. 0xff never occurs in UTF-8 and parts the cells.
            for byte in text.bytes().chain([0xff]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        for number in [width, height] {
            hash = (hash ^ u64::from(number)).wrapping_mul(0x0100_0000_01b3);
        }
        Self { title, width, height, id: format!("sg{hash:016x}") }
    }

    fn finish(self, body: &str, description: String, marks: Vec<Mark>, table: Table) -> Chart {
        let Self { title, width, height, id } = self;
        let svg = format!(
            concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" class="sg-chart" role="img" width="{w}" height="{h}" "#,
                r#"viewBox="0 0 {w} {h}" font-size="12" stroke-width="0" aria-labelledby="{id}-t" aria-describedby="{id}-d">"#,
                r#"<title id="{id}-t">{title}</title><desc id="{id}-d">{desc}</desc>{body}</svg>"#
            ),
            w = width,
            h = height,
            id = id,
            title = words::escape(title),
            desc = words::escape(&description),
            body = body,
        );
        Chart { svg, title: title.to_owned(), description, width, height, marks, table }
    }
}
