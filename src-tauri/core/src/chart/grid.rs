//! Figures on a grid, the darker the more: weekdays and hours, or the days of a year.

use super::palette::Ink;
use super::sheet::{Sheet, Words};
use super::words::{SMALL, TEXT, exact_sum, fit, width};
use super::{Cell, Chart, ChartError, Frame, Grid, NARROWEST, NO_DATA, Table, UNKNOWN, Unit, WIDEST};
use crate::money::Decimal;
use plotters::style::text_anchor::HPos;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Room for the names of columns.
const HEAD: i32 = 180;
/// Room for the scale below.
const FOOT: i32 = 260;
const EMPTY: i32 = 800;
/// How high a cell may be, and how wide.
const HIGHEST: i32 = 180;
const WIDEST_CELL: i32 = 480;
/// A grid with more cells is none that anybody reads.
const MOST_CELLS: usize = 2_000;
/// The least height at which every row is named.
const NAMED: i32 = 140;
pub(super) const STEPS: [Ink; 6] = [Ink::Step0, Ink::Step1, Ink::Step2, Ink::Step3, Ink::Step4, Ink::Step5];

/// Where cells lie.
struct Places {
    left: i32,
    cell: (i32, i32),
    gap: i32,
}

impl Places {
    fn new(grid: &Grid, full: i32) -> Places {
        let named = grid.rows.iter().map(|name| width(name, SMALL)).max().unwrap_or(0);
        let left = (named + 80).min(full / 3) / 10 * 10;
        let count = i32::try_from(grid.columns.len()).unwrap_or(i32::MAX).max(1);
        let wide = ((full - left) / count).clamp(40, WIDEST_CELL);
        // Whole pixels where there are enough of them: an edge between two pixels is grey on both.
        let wide = if wide >= 80 { wide / 10 * 10 } else { wide };
        let high = if grid.square { wide.clamp(80, HIGHEST) } else { HIGHEST };
        Places { left, cell: (wide, high), gap: if wide >= 80 { 20 } else { 10 } }
    }

    fn span(&self, row: usize, column: usize) -> super::sheet::Span {
        let at = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let (x, y) = (self.left + at(column) * self.cell.0, HEAD + at(row) * self.cell.1);
        ((x, y), (x + self.cell.0 - self.gap, y + self.cell.1 - self.gap))
    }
}

pub(super) fn draw(grid: &Grid) -> Result<Chart, ChartError> {
    if grid.cells.len() > MOST_CELLS || grid.rows.len() > 100 || grid.columns.len() > 400 {
        return Err(ChartError::TooBig);
    }
    let table = table(grid);
    let full = grid.width.clamp(NARROWEST, WIDEST);
    let right = full.cast_signed() * 10;
    let places = Places::new(grid, right);
    let is_empty = grid.cells.iter().all(|cell| cell.value.is_none());
    let rows = i32::try_from(grid.rows.len()).unwrap_or(i32::MAX);
    let body_height = if is_empty { EMPTY } else { HEAD + rows * places.cell.1 };
    let height = if is_empty { EMPTY } else { body_height + FOOT };
    let frame = Frame::new(&grid.title, full, height.unsigned_abs() / 10, &table);
    let mut body = String::with_capacity(grid.cells.len() * 110 + 800);
    let mut sheet = Sheet::new(&mut body, &frame.id, full, frame.height);
    if is_empty {
        sheet.text(Ink::Muted, TEXT, HPos::Center, (right / 2, EMPTY / 2 + 40), NO_DATA)?;
    } else {
        names(grid, &sheet, &places)?;
        let scale = Scale::of(grid);
        cells(grid, &mut sheet, &places, &scale)?;
        foot(grid, &sheet, &scale, (places.left, body_height + 60), right)?;
    }
    let marks = sheet.finish()?;
    Ok(frame.finish(&body, describe(grid), marks, table))
}

/// Which shade a figure has: fifths of the figures above nought, so that one large day does not leave all others pale.
pub(super) struct Scale {
    /// The largest figure of each shade but the last.
    limits: Vec<Decimal>,
    /// The smallest and the largest figure above nought.
    ends: Option<(Decimal, Decimal)>,
}

impl Scale {
    fn of(grid: &Grid) -> Scale {
        let mut known: Vec<Decimal> =
            grid.cells.iter().filter_map(|cell| cell.value).filter(|value| *value > Decimal::ZERO).collect();
        known.sort_unstable();
        known.dedup();
        let limit = |fifth: usize| known.get((known.len() * fifth).div_ceil(5).saturating_sub(1)).copied();
        Scale {
            limits: (1..5).filter_map(limit).collect(),
            ends: known.first().copied().zip(known.last().copied()),
        }
    }

    fn ink(&self, value: Decimal) -> Ink {
        if value <= Decimal::ZERO {
            return Ink::Step0;
        }
        let (_, most) = self.ends.unwrap_or_default();
        // The largest is always the darkest, also where there are few.
        let step =
            if value == most { 5 } else { 1 + self.limits.iter().filter(|limit| value > **limit).count() };
        STEPS.get(step).copied().unwrap_or(Ink::Step5)
    }
}

fn names(grid: &Grid, sheet: &Sheet<'_>, places: &Places) -> Result<(), ChartError> {
    let every = if places.cell.1 >= NAMED { 1 } else { 2 };
    for (at, name) in grid.rows.iter().enumerate().step_by(every) {
        let ((_, y), (_, y1)) = places.span(at, 0);
        let room = places.left - 60;
        let base = i32::midpoint(y, y1) + 40;
        sheet.text(Ink::Muted, SMALL, HPos::Right, (room, base), &fit(name, SMALL, room))?;
    }
    let mut free = i32::MIN;
    for (at, name) in grid.columns.iter().enumerate() {
        let ((x, _), _) = places.span(0, at);
        if name.is_empty() || x < free {
            continue;
        }
        sheet.text(Ink::Muted, SMALL, HPos::Left, (x, HEAD - 60), name)?;
        free = x + width(name, SMALL) + 80;
    }
    Ok(())
}

fn cells(grid: &Grid, sheet: &mut Sheet<'_>, places: &Places, scale: &Scale) -> Result<(), ChartError> {
    let estimated = if grid.estimated { ", estimated" } else { "" };
    for cell in &grid.cells {
        let span = places.span(cell.row, cell.column);
        let words = |said: String, value: String| Words {
            series: None,
            bucket: cell.name.clone(),
            label: format!("{}: {said}", spoken(cell)),
            value,
            column: None,
        };
        match cell.value {
            Some(value) => {
                let said = format!("{}{estimated}", grid.unit.told(value));
                sheet.bar(scale.ink(value), false, span, words(said, value.to_string()))?;
            }
            None => sheet.gap(span, words("unknown".to_owned(), UNKNOWN.to_owned()))?,
        }
    }
    Ok(())
}

fn spoken(cell: &Cell) -> String {
    if cell.partial { format!("{}, so far", cell.name) } else { cell.name.clone() }
}

/// The shade of nought, those from the least to the most, and what a dashed cell means.
fn foot(
    grid: &Grid,
    sheet: &Sheet<'_>,
    scale: &Scale,
    (left, y): (i32, i32),
    right: i32,
) -> Result<(), ChartError> {
    let mut x = left;
    let put = |x: &mut i32, text: &str| -> Result<(), ChartError> {
        let text = fit(text, SMALL, (right - *x).max(0));
        sheet.text(Ink::Muted, SMALL, HPos::Left, (*x, y + 100), &text)?;
        *x += width(&text, SMALL) + 80;
        Ok(())
    };
    if grid.cells.iter().any(|cell| cell.value.is_some_and(|value| value <= Decimal::ZERO)) {
        sheet.swatch(Ink::Step0, ((x, y), (x + 120, y + 120)))?;
        x += 180;
        put(&mut x, &grid.unit.short(Decimal::ZERO))?;
        x += 80;
    }
    if let Some((least, most)) = scale.ends {
        put(&mut x, &grid.unit.short(least))?;
        for ink in &STEPS[1..] {
            sheet.swatch(*ink, ((x, y), (x + 120, y + 120)))?;
            x += 140;
        }
        x += 40;
        put(&mut x, &grid.unit.short(most))?;
    }
    let mut remarks = Vec::new();
    if let Unit::Count { noun } = &grid.unit
        && !noun.is_empty()
    {
        remarks.push(noun.as_str());
    }
    if grid.estimated {
        remarks.push("estimated");
    }
    if grid.cells.iter().any(|cell| cell.value.is_none()) {
        remarks.push("dashed: not known");
    }
    if remarks.is_empty() { Ok(()) } else { put(&mut x, &remarks.join(", ")) }
}

fn figure(value: Option<Decimal>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| value.to_string())
}

fn table(grid: &Grid) -> Table {
    let estimated = if grid.estimated { ", estimated" } else { "" };
    let unit = format!("{}{estimated}", grid.unit.name());
    let Some(head) = &grid.matrix else {
        let rows = grid.cells.iter().map(|cell| vec![spoken(cell), figure(cell.value)]);
        return Table { columns: vec!["Period".to_owned(), unit], rows: rows.collect() };
    };
    let by_place: BTreeMap<_, _> =
        grid.cells.iter().map(|cell| ((cell.column, cell.row), cell.value)).collect();
    let columns = std::iter::once(head.corner.clone())
        .chain(grid.rows.iter().map(|row| format!("{row} ({unit})")))
        .collect();
    let rows = head.columns.iter().enumerate().map(|(column, name)| {
        let cell = |row: usize| by_place.get(&(column, row)).map_or_else(String::new, |value| figure(*value));
        std::iter::once(name.clone()).chain((0..grid.rows.len()).map(cell)).collect()
    });
    Table { columns, rows: rows.collect() }
}

fn describe(grid: &Grid) -> String {
    let known = || grid.cells.iter().filter_map(|cell| Some((cell, cell.value?)));
    if known().next().is_none() {
        return format!("{NO_DATA}.");
    }
    let mut text = format!("A grid of {} cells, the darker the more.", grid.cells.len());
    if let Some(total) = exact_sum(known().map(|(_, value)| value)) {
        let what = if known().count() < grid.cells.len() { "Known total" } else { "Total" };
        // Writing to a String cannot fail.
        let _ = write!(text, " {what} {}.", grid.unit.told(total));
    }
    let most =
        known().max_by(|a, b| a.1.cmp(&b.1).then_with(|| (b.0.row, b.0.column).cmp(&(a.0.row, a.0.column))));
    if let Some((cell, value)) = most
        && value > Decimal::ZERO
    {
        let _ = write!(text, " Highest: {}, {}.", cell.name, grid.unit.told(value));
    }
    let unknown = grid.cells.len() - known().count();
    if unknown > 0 {
        let _ = write!(text, " {unknown} not known.");
    }
    if !grid.note.is_empty() {
        let _ = write!(text, " {}", grid.note);
    }
    if grid.estimated {
        text.push_str(" Figures are estimated from list prices.");
    }
    text
}
