//! How much the months of options differ: a bar over eight of ten months with a tick at the middle one, and months that were as dots.

use super::axis::axis;
use super::palette::Ink;
use super::sheet::{Sheet, Words};
use super::words::{SMALL, TEXT, fit, width};
use super::{Chart, ChartError, Frame, NARROWEST, NO_DATA, Slot, Table, UNKNOWN, Unit, WIDEST};
use crate::money::Decimal;
use plotters::style::text_anchor::HPos;
use rust_decimal::prelude::ToPrimitive;

/// How much the months of options differ; its height follows the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostSpread {
    /// The name of the picture.
    pub title: String,
    /// The money that everything costs.
    pub unit: Unit,
    /// The options, from the top.
    pub rows: Vec<SpreadRow>,
    /// Width in CSS pixels, brought into 280 to 2400.
    pub width: u32,
}

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpreadRow {
    /// Its name, above the bar.
    pub name: String,
    /// Its colour and pattern.
    pub slot: Slot,
    /// A low, a middle and a high cost of a month; nothing where there is too little to say so.
    pub range: Option<(Decimal, Decimal, Decimal)>,
    /// What months that were would have cost.
    pub months: Vec<SpreadMonth>,
    /// Whether something of what is used would be refused.
    pub refuses: bool,
}

/// A month that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpreadMonth {
    /// Its name: `October 2026`.
    pub name: String,
    /// What it would have cost.
    pub cost: Decimal,
    /// Whether all of its days were replayed; else its dot is hollow.
    pub whole: bool,
}

const ROW: i32 = 460;
const NAME: i32 = 140;
const BAR: (i32, i32) = (220, 340);
const EMPTY: i32 = 800;
/// Room for the figures below, and for what the signs mean.
const FOOT: i32 = 400;
/// Above this a picture is a list.
const MOST_ROWS: i32 = 1_000;

pub(super) fn draw(spread: &CostSpread) -> Result<Chart, ChartError> {
    let count = i32::try_from(spread.rows.len())
        .ok()
        .filter(|count| *count <= MOST_ROWS)
        .ok_or(ChartError::TooBig)?;
    let table = table(spread);
    let full = spread.width.clamp(NARROWEST, WIDEST);
    let height = if count == 0 { EMPTY } else { ROW * count + FOOT };
    let frame = Frame::new(&spread.title, full, height.unsigned_abs() / 10, &table);
    let mut body = String::with_capacity(spread.rows.len() * 1_200 + 1_000);
    let mut sheet = Sheet::new(&mut body, &frame.id, full, frame.height);
    let right = full.cast_signed() * 10;
    if spread.rows.is_empty() {
        sheet.text(Ink::Muted, TEXT, HPos::Center, (right / 2, EMPTY / 2 + 40), NO_DATA)?;
    } else {
        rows(spread, &mut sheet, right, ROW * count)?;
    }
    let marks = sheet.finish()?;
    Ok(frame.finish(&body, describe(spread), marks, table))
}

fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

fn rows(spread: &CostSpread, sheet: &mut Sheet<'_>, right: i32, height: i32) -> Result<(), ChartError> {
    let figures = spread.rows.iter().flat_map(|row| {
        let range = row.range.iter().flat_map(|(low, middle, high)| [*low, *middle, *high]);
        row.months.iter().map(|month| month.cost).chain(range)
    });
    let (low, high) = figures
        .fold((0.0_f64, 0.0_f64), |(low, high), figure| (low.min(float(figure)), high.max(float(figure))));
    let axis = axis(low, high, false, (right / 1_200).clamp(2, 8), &spread.unit);
    // A dot on an edge stays whole.
    let place = sheet.scale(axis.low, axis.high, 60..right - 60);
    let mut after = -1;
    for tick in &axis.ticks {
        let x = place(tick.value);
        let half = width(&tick.label, SMALL) / 2;
        let ink = if x == place(0.0) { Ink::Axis } else { Ink::Grid };
        for at in 0..height / ROW {
            sheet.line(ink, (x + 5, ROW * at + BAR.0 - 40), (x + 5, ROW * at + BAR.1 + 40))?;
        }
        let middle = x.clamp(half, (right - half).max(half));
        if middle - half > after {
            sheet.text(Ink::Muted, SMALL, HPos::Center, (middle, height + 120), &tick.label)?;
            after = middle + half + 100;
        }
    }
    for (at, row) in (0..).zip(&spread.rows) {
        self::row(spread, row, sheet, (ROW * at, right), &place)?;
    }
    // Dots lie over the patterns of bars.
    sheet.lay_patterns()?;
    for (at, row) in (0..).zip(&spread.rows) {
        months(spread, row, sheet, ROW * at, &place)?;
    }
    signs(spread, sheet, right, height + 320)
}

fn row(
    spread: &CostSpread,
    row: &SpreadRow,
    sheet: &mut Sheet<'_>,
    (y, right): (i32, i32),
    place: &impl Fn(f64) -> i32,
) -> Result<(), ChartError> {
    let unit = &spread.unit;
    let value = match row.range {
        None => UNKNOWN.to_owned(),
        Some((low, _, high)) if low == high => unit.short(low),
        Some((low, _, high)) => format!("{} to {}", unit.short(low), unit.short(high)),
    };
    let refuses = if row.refuses { ", refuses some" } else { "" };
    let room = right - width(&value, TEXT) - 120;
    sheet.text(
        Ink::Text,
        TEXT,
        HPos::Left,
        (0, y + NAME),
        &fit(&format!("{}{refuses}", row.name), TEXT, room),
    )?;
    sheet.text(Ink::Text, TEXT, HPos::Right, (right, y + NAME), &value)?;
    if let Some((low, middle, high)) = row.range {
        let x0 = place(float(low));
        let x1 = place(float(high)).max(x0 + 20);
        let words = Words {
            series: None,
            bucket: row.name.clone(),
            label: format!(
                "{}{refuses}: {} in the middle, {} to {} in eight of ten months",
                row.name,
                unit.told(middle),
                unit.told(low),
                unit.told(high)
            ),
            value: middle.to_string(),
            column: None,
        };
        sheet.bar(row.slot.into(), true, ((x0, y + BAR.0), (x1, y + BAR.1)), words)?;
        let x = place(float(middle));
        sheet.swatch(Ink::Text, ((x - 10, y + BAR.0 - 30), (x + 20, y + BAR.1 + 30)))?;
    }
    Ok(())
}

fn months(
    spread: &CostSpread,
    row: &SpreadRow,
    sheet: &mut Sheet<'_>,
    y: i32,
    place: &impl Fn(f64) -> i32,
) -> Result<(), ChartError> {
    let unit = &spread.unit;
    let middle = i32::midpoint(y + BAR.0, y + BAR.1);
    for month in &row.months {
        let x = place(float(month.cost));
        sheet.dot(Ink::Axis, (x, middle), 40, true)?;
        if month.whole {
            sheet.dot(Ink::Text, (x, middle), 35, false)?;
        }
        let part = if month.whole { "" } else { ", not all of its days" };
        let words = Words {
            series: None,
            bucket: row.name.clone(),
            label: format!("{}: {} in {}{part}", row.name, unit.told(month.cost), month.name),
            value: month.cost.to_string(),
            column: None,
        };
        sheet.point(row.slot.into(), ((x - 50, middle - 50), (x + 50, middle + 50)), words)?;
    }
    Ok(())
}

/// What bar, tick and dots mean, as much of it as there is room for.
fn signs(spread: &CostSpread, sheet: &Sheet<'_>, right: i32, y: i32) -> Result<(), ChartError> {
    let mut x = 0;
    let mut put = |name: &str, sign: &dyn Fn(i32) -> Result<(), ChartError>| {
        let needed = 220 + width(name, SMALL);
        if x + needed <= right {
            sign(x)?;
            sheet.text(Ink::Muted, SMALL, HPos::Left, (x + 220, y), name)?;
            x += needed + 160;
        }
        Ok::<(), ChartError>(())
    };
    if spread.rows.iter().any(|row| row.range.is_some()) {
        put("eight of ten months", &|x| sheet.swatch(Ink::Other, ((x, y - 90), (x + 160, y))))?;
        put("middle", &|x| sheet.swatch(Ink::Text, ((x + 70, y - 110), (x + 100, y + 20))))?;
    }
    if spread.rows.iter().flat_map(|row| &row.months).any(|month| month.whole) {
        put("a month that was", &|x| sheet.dot(Ink::Text, (x + 80, y - 40), 35, false))?;
    }
    if spread.rows.iter().flat_map(|row| &row.months).any(|month| !month.whole) {
        put("part of one", &|x| sheet.dot(Ink::Axis, (x + 80, y - 40), 40, true))?;
    }
    Ok(())
}

fn table(spread: &CostSpread) -> Table {
    let unit = spread.unit.name();
    let mut months: Vec<&str> = Vec::new();
    for month in spread.rows.iter().flat_map(|row| &row.months) {
        if !months.contains(&month.name.as_str()) {
            months.push(&month.name);
        }
    }
    let heads = ["low", "middle", "high"].iter().chain(&months).map(|head| format!("{head} ({unit})"));
    let columns = std::iter::once("Option".to_owned()).chain(heads).collect();
    let text =
        |figure: Option<Decimal>| figure.map_or_else(|| UNKNOWN.to_owned(), |figure| figure.to_string());
    let rows = spread.rows.iter().map(|row| {
        let (low, middle, high) =
            row.range.map_or((None, None, None), |(low, middle, high)| (Some(low), Some(middle), Some(high)));
        let name = if row.refuses { format!("{}, refuses some", row.name) } else { row.name.clone() };
        let mut cells = vec![name, text(low), text(middle), text(high)];
        cells.extend(months.iter().map(|name| {
            let month = row.months.iter().find(|month| month.name == **name);
            match month {
                Some(month) if !month.whole => format!("{}, in part", month.cost),
                month => text(month.map(|month| month.cost)),
            }
        }));
        cells
    });
    Table { columns, rows: rows.collect() }
}

fn describe(spread: &CostSpread) -> String {
    let count = match spread.rows.len() {
        0 => return format!("{NO_DATA}."),
        1 => "One option".to_owned(),
        count => format!("{count} options"),
    };
    let all = spread.rows.iter().filter_map(|row| {
        let (low, middle, high) = row.range?;
        let unit = &spread.unit;
        Some(format!(
            " {}: {} in the middle, {} to {} in eight of ten months.",
            row.name,
            unit.told(middle),
            unit.told(low),
            unit.told(high)
        ))
    });
    format!("{count}, and what a month of each is likely to cost.{}", all.collect::<String>())
}
