//! Lots on a time line: each a bar from when it was had to when it lapses, filled as far as something is left of it.

use super::palette::Ink;
use super::sheet::{Sheet, Words};
use super::words::{SMALL, TEXT, fit, width};
use super::{Chart, ChartError, Frame, NARROWEST, Table, TimeLine, TimeLineRow, UNKNOWN, WIDEST};
use plotters::style::text_anchor::HPos;
use rust_decimal::prelude::ToPrimitive;

const ROW: i32 = 400;
const NAME: i32 = 140;
const BAR: (i32, i32) = (200, 300);
const EMPTY: i32 = 800;
/// Room for the dates below.
const FOOT: i32 = 220;
/// Above this a picture is a list.
const MOST_ROWS: i32 = 1_000;

pub(super) fn draw(line: &TimeLine) -> Result<Chart, ChartError> {
    let count =
        i32::try_from(line.rows.len()).ok().filter(|count| *count <= MOST_ROWS).ok_or(ChartError::TooBig)?;
    let table = table(line);
    let full = line.width.clamp(NARROWEST, WIDEST);
    let rows = if line.rows.is_empty() { EMPTY } else { ROW * count };
    let frame = Frame::new(&line.title, full, (rows + FOOT).unsigned_abs() / 10, &table);
    let mut body = String::with_capacity(line.rows.len() * 500 + 600);
    let mut sheet = Sheet::new(&mut body, &frame.id, full, frame.height);
    let right = full.cast_signed() * 10;
    if line.rows.is_empty() {
        sheet.text(Ink::Muted, TEXT, HPos::Center, (right / 2, EMPTY / 2 + 40), NONE)?;
    }
    self::rows(line, &mut sheet, right, rows)?;
    let marks = sheet.finish()?;
    Ok(frame.finish(&body, describe(line), marks, table))
}

fn rows(line: &TimeLine, sheet: &mut Sheet<'_>, right: i32, height: i32) -> Result<(), ChartError> {
    let (low, high) = (line.from as f64, line.to.max(line.from + 1) as f64);
    let place = sheet.scale(low, high, 0..right);
    let today = place((line.today as f64).clamp(low, high)).clamp(10, right - 10);
    let mut y = 0;
    for row in &line.rows {
        bar(sheet, line, row, y, right, &place)?;
        y += ROW;
    }
    sheet.line(Ink::Axis, (today, BAR.0 - 40), (today, height + 40))?;
    foot(sheet, line, (today, right), height + 180)
}

const NONE: &str = "No lots in this time";

fn bar(
    sheet: &mut Sheet<'_>,
    line: &TimeLine,
    row: &TimeLineRow,
    y: i32,
    right: i32,
    place: &impl Fn(f64) -> i32,
) -> Result<(), ChartError> {
    let left = row.left.map_or_else(|| UNKNOWN.to_owned(), |left| row.unit.short(left));
    let value = format!("{left} left");
    let room = right - width(&value, TEXT) - 120;
    sheet.text(Ink::Text, TEXT, HPos::Left, (0, y + NAME), &fit(&row.name, TEXT, room))?;
    sheet.text(Ink::Text, TEXT, HPos::Right, (right, y + NAME), &value)?;
    let end = row.end.unwrap_or(line.to);
    let inside = |at: i64| place(at.clamp(line.from, line.to) as f64);
    let x0 = inside(row.start).min(right - 20);
    let x1 = inside(end).max(x0 + 20).min(right);
    let words = Words {
        series: None,
        bucket: row.name.clone(),
        label: row.words.clone(),
        value: row.left.map_or_else(|| UNKNOWN.to_owned(), |left| left.to_string()),
        column: None,
    };
    sheet.bar(row.slot.into(), true, ((x0, y + BAR.0), (x1, y + BAR.1)), words)?;
    if let Some(filled) = filled(row, x1 - x0) {
        sheet.swatch(row.slot.into(), ((x0, y + BAR.0), (x0 + filled, y + BAR.1)))?;
    }
    Ok(())
}

/// How much of a bar is filled: the share that is left, a pixel at least where something is.
fn filled(row: &TimeLineRow, length: i32) -> Option<i32> {
    let (left, amount) = (row.left?.to_f64()?, row.amount?.to_f64()?);
    if left <= 0.0 || amount <= 0.0 {
        return None;
    }
    let share = (left / amount).min(1.0);
    Some(((f64::from(length) * share).round() as i32).clamp(10, length.max(10)))
}

/// The first and the last day at the edges, and today at its line where there is room.
fn foot(sheet: &Sheet<'_>, line: &TimeLine, (today, right): (i32, i32), y: i32) -> Result<(), ChartError> {
    let [first, now, last] = [&line.from_label, &line.today_label, &line.to_label];
    let middle = width(now, SMALL) / 2;
    let before = today - middle > width(first, SMALL) + 80;
    let after = today + middle < right - width(last, SMALL) - 80;
    if before {
        sheet.text(Ink::Muted, SMALL, HPos::Left, (0, y), first)?;
    }
    if after {
        sheet.text(Ink::Muted, SMALL, HPos::Right, (right, y), last)?;
    }
    let (anchor, x) = match (today - middle < 0, today + middle > right) {
        (true, _) => (HPos::Left, 0),
        (_, true) => (HPos::Right, right),
        _ => (HPos::Center, today),
    };
    sheet.text(Ink::Text, SMALL, anchor, (x, y), now)
}

fn table(line: &TimeLine) -> Table {
    let columns = ["Lot", "Had", "Lapses", "Amount", "Left"].map(str::to_owned).into();
    let figure = |amount: Option<rust_decimal::Decimal>, row: &TimeLineRow| {
        amount.map_or_else(|| UNKNOWN.to_owned(), |amount| row.unit.exact(amount))
    };
    let rows = line
        .rows
        .iter()
        .map(|row| {
            let (had, lapses) = (row.start_label.clone(), row.end_label.clone());
            vec![row.name.clone(), had, lapses, figure(row.amount, row), figure(row.left, row)]
        })
        .collect();
    Table { columns, rows }
}

fn describe(line: &TimeLine) -> String {
    let Some(first) = line.rows.iter().find(|row| row.end.is_some()) else {
        return format!("{} from {} to {}.", counted(line), line.from_label, line.to_label);
    };
    format!("{} from {} to {}. First: {}", counted(line), line.from_label, line.to_label, first.words)
}

fn counted(line: &TimeLine) -> String {
    match line.rows.len() {
        0 => NONE.to_owned(),
        1 => "One lot".to_owned(),
        count => format!("{count} lots"),
    }
}
