//! A ranking: the name above its bar and the value beside the name, which reads the same in a narrow pane and a wide window.

use super::palette::Ink;
use super::sheet::{Sheet, Words};
use super::words::{SMALL, TEXT, exact_sum, fit, width};
use super::{Chart, ChartError, Frame, NARROWEST, NO_DATA, RankedBars, Table, Unit, WIDEST};
use plotters::style::text_anchor::HPos;
use rust_decimal::prelude::ToPrimitive;
use std::fmt::Write as _;

const ROW: i32 = 400;
const NAME: i32 = 140;
const BAR: (i32, i32) = (200, 300);
const EMPTY: i32 = 800;
const REMARK: i32 = 200;
/// Above this a picture is a list, and the image of it fits no screen.
const MOST_ROWS: i32 = 5_000;

pub(super) fn draw(bars: &RankedBars) -> Result<Chart, ChartError> {
    let count =
        i32::try_from(bars.rows.len()).ok().filter(|count| *count <= MOST_ROWS).ok_or(ChartError::TooBig)?;
    let table = table(bars);
    let remark = remark(bars);
    let full = bars.width.clamp(NARROWEST, WIDEST);
    let rows = if bars.rows.is_empty() { EMPTY } else { ROW * count };
    let height = rows + remark.as_ref().map_or(0, |_| REMARK);
    let frame = Frame::new(&bars.title, full, height.unsigned_abs() / 10, &table);
    let mut body = String::with_capacity(bars.rows.len() * 400 + 400);
    let mut sheet = Sheet::new(&mut body, &frame.id, full, frame.height);
    let right = full.cast_signed() * 10;
    if bars.rows.is_empty() {
        sheet.text(Ink::Muted, TEXT, HPos::Center, (right / 2, EMPTY / 2 + 40), NO_DATA)?;
    }
    self::rows(bars, &mut sheet, right)?;
    if let Some(remark) = remark {
        sheet.text(Ink::Muted, SMALL, HPos::Left, (0, rows + 140), &fit(&remark, SMALL, right))?;
    }
    let marks = sheet.finish()?;
    Ok(frame.finish(&body, describe(bars), marks, table))
}

fn rows(bars: &RankedBars, sheet: &mut Sheet<'_>, right: i32) -> Result<(), ChartError> {
    let values = || bars.rows.iter().filter_map(|row| row.value.to_f64());
    let (low, high) =
        values().fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let high = if low < high { high } else { 1.0 };
    let place = sheet.scale(low, high, 0..right);
    let zero = place(0.0);
    let estimated = if bars.estimated { ", estimated" } else { "" };
    let mut y = 0;
    for row in &bars.rows {
        let value = bars.unit.short(row.value);
        let room = right - width(&value, TEXT) - 120;
        sheet.text(Ink::Text, TEXT, HPos::Left, (0, y + NAME), &fit(&row.name, TEXT, room))?;
        sheet.text(Ink::Text, TEXT, HPos::Right, (right, y + NAME), &value)?;
        let end = place(row.value.to_f64().unwrap_or(0.0));
        let (x0, x1) = if row.value.is_zero() {
            (zero, zero)
        } else if row.value.is_sign_positive() {
            // A pixel at least, or a small sum could not be seen.
            let x0 = zero.min(right - 10);
            (x0, end.max(x0 + 10))
        } else {
            let x1 = zero.max(10);
            (end.min(x1 - 10), x1)
        };
        let words = Words {
            series: None,
            bucket: row.name.clone(),
            label: format!("{}: {}{estimated}", row.name, bars.unit.told(row.value)),
            value: row.value.to_string(),
            column: None,
        };
        sheet.bar(row.slot.into(), false, ((x0, y + BAR.0), (x1, y + BAR.1)), words)?;
        if low < 0.0 {
            let x = zero.clamp(10, right - 10);
            sheet.line(Ink::Axis, (x, y + BAR.0 - 20), (x, y + BAR.1 + 20))?;
        }
        y += ROW;
    }
    Ok(())
}

/// What the picture as a whole has to say.
fn remark(bars: &RankedBars) -> Option<String> {
    let noun = match &bars.unit {
        Unit::Count { noun } if !noun.is_empty() && !bars.rows.is_empty() => Some(noun.as_str()),
        _ => None,
    };
    match (noun, bars.estimated) {
        (Some(noun), true) => Some(format!("{noun}, estimated")),
        (Some(noun), false) => Some(noun.to_owned()),
        (None, true) => Some("estimated".to_owned()),
        (None, false) => None,
    }
}

fn table(bars: &RankedBars) -> Table {
    let estimated = if bars.estimated { ", estimated" } else { "" };
    let columns = vec!["Name".to_owned(), format!("{}{estimated}", bars.unit.name())];
    let rows = bars.rows.iter().map(|row| vec![row.name.clone(), row.value.to_string()]).collect();
    Table { columns, rows }
}

fn describe(bars: &RankedBars) -> String {
    let Some(most) = bars.rows.iter().max_by_key(|row| row.value) else { return format!("{NO_DATA}.") };
    let count = if bars.rows.len() == 1 { "One bar".to_owned() } else { format!("{} bars", bars.rows.len()) };
    let mut text = format!("{count}. Largest: {}, {}.", most.name, bars.unit.told(most.value));
    if bars.overlaps {
        text.push_str(" What is in several rows is in each of them, so they make no total.");
    } else if let Some(total) = exact_sum(bars.rows.iter().map(|row| row.value)) {
        let _ = write!(text, " Total {}.", bars.unit.told(total));
    }
    if bars.estimated {
        text.push_str(" Some figures are estimated from list prices.");
    }
    text
}
