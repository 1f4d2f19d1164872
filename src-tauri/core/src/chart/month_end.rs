//! A month: what it came to day by day, and the range of what it may come to.

use super::axis::axis;
use super::palette::Ink;
use super::sheet::{Sheet, Words};
use super::words::{SMALL, TEXT, fit, width};
use super::{
    Chart, ChartError, Frame, MonthDay, MonthEnd, NARROWEST, NO_DATA, Slot, Table, UNKNOWN, Unit, WIDEST,
};
use crate::money::Decimal;
use plotters::style::text_anchor::HPos;
use rust_decimal::prelude::ToPrimitive;

const LEGEND: i32 = 180;
const TOP: i32 = 220;
const FOOT: i32 = 240;
const RIGHT: i32 = 80;
const LEAST: u32 = 160;
const TALLEST: u32 = 2400;
const DASH: i32 = 50;

pub(super) fn draw(month: &MonthEnd) -> Result<Chart, ChartError> {
    let table = table(month);
    let full = month.width.clamp(NARROWEST, WIDEST);
    let height = month.height.clamp(LEAST, TALLEST);
    let frame = Frame::new(&month.title, full, height, &table);
    let mut body = String::with_capacity(12_000);
    let mut sheet = Sheet::new(&mut body, &frame.id, full, height);
    let size = (full.cast_signed() * 10, height.cast_signed() * 10);
    if month.days.is_empty() {
        sheet.text(Ink::Muted, TEXT, HPos::Center, (size.0 / 2, size.1 / 2), NO_DATA)?;
    } else {
        legend(month, &sheet)?;
        plot(month, &mut sheet, size)?;
    }
    let marks = sheet.finish()?;
    Ok(frame.finish(&body, describe(month), marks, table))
}

fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

fn has_range(month: &MonthEnd) -> bool {
    month.days.iter().any(|day| day.range.is_some())
}

fn legend(month: &MonthEnd, sheet: &Sheet<'_>) -> Result<(), ChartError> {
    let mut x = 0;
    sheet.swatch(Slot::S1.into(), ((x, 20), (x + 120, 140)))?;
    sheet.text(Ink::Text, TEXT, HPos::Left, (x + 180, 120), &month.known_name)?;
    x += 180 + width(&month.known_name, TEXT) + 140;
    if has_range(month) {
        dashes(sheet, Ink::Text, (x, x + 200), 80)?;
        sheet.text(
            Ink::Text,
            TEXT,
            HPos::Left,
            (x + 260, 120),
            "forecast, eight times in ten within the band",
        )?;
    }
    Ok(())
}

fn plot(month: &MonthEnd, sheet: &mut Sheet<'_>, (full, height): (i32, i32)) -> Result<(), ChartError> {
    let (top, bottom, right) = (LEGEND + TOP, height - FOOT, full - RIGHT);
    let figures = month.days.iter().flat_map(|day| {
        let range = day.range.iter().flat_map(|(low, middle, high)| [*low, *middle, *high]);
        day.known.into_iter().chain(range)
    });
    let (low, high) = figures
        .fold((0.0_f64, 0.0_f64), |(low, high), figure| (low.min(float(figure)), high.max(float(figure))));
    let axis = axis(
        low,
        high,
        matches!(month.unit, Unit::Count { .. }),
        ((bottom - top) / 450).clamp(2, 6),
        &month.unit,
    );
    let widest = axis.ticks.iter().map(|tick| width(&tick.label, SMALL)).max().unwrap_or(0);
    let left = ((widest + 80) / 10 * 10).min(full / 3);
    let place = sheet.scale(axis.low, axis.high, bottom..top);
    let zero = place(0.0);
    for tick in &axis.ticks {
        let y = place(tick.value);
        if y != zero {
            sheet.line(Ink::Grid, (left, y + 5), (right, y + 5))?;
        }
        let label = fit(&tick.label, SMALL, left - 60);
        sheet.text(Ink::Muted, SMALL, HPos::Right, (left - 60, y + 40), &label)?;
    }
    sheet.line(Ink::Axis, (left, zero + 5), (right, zero + 5))?;
    let slot = f64::from(right - left) / month.days.len() as f64;
    let edge = |at: usize| (left + (slot * at as f64) as i32) / 10 * 10;
    for (at, day) in month.days.iter().enumerate() {
        let (x0, x1) = (edge(at), edge(at + 1));
        if let Some(known) = day.known.filter(|known| !known.is_zero()) {
            bar(
                month,
                day,
                known,
                sheet,
                (x0, x1 - if x1 - x0 > 50 { 20 } else { 0 }),
                (zero, place(float(known))),
            )?;
        }
        if let Some(range) = day.range {
            band(month, day, range, sheet, (x0, x1), &place)?;
        }
    }
    names(month, sheet, &edge, (full, bottom))?;
    if let Some(today) = month.today.filter(|today| *today < month.days.len()) {
        let x = i32::midpoint(edge(today), edge(today + 1)) / 10 * 10 + 5;
        sheet.line(Ink::Text, (x, top), (x, bottom))?;
        let half = width("today", SMALL) / 2;
        sheet.text(Ink::Text, SMALL, HPos::Center, (x.min(full - half).max(half), top - 40), "today")?;
    }
    Ok(())
}

/// What the month came to by the end of a day.
fn bar(
    month: &MonthEnd,
    day: &MonthDay,
    known: Decimal,
    sheet: &mut Sheet<'_>,
    (x0, x1): (i32, i32),
    (zero, end): (i32, i32),
) -> Result<(), ChartError> {
    let (y0, y1) = if end > zero { (zero, end) } else { (end.min(zero - 10), zero) };
    let so_far = if day.partial { ", so far" } else { "" };
    let words = Words {
        series: Some(month.known_name.clone()),
        bucket: day.name.clone(),
        label: format!("{}, up to {}{so_far}: {}", month.known_name, day.name, month.unit.told(known)),
        value: known.to_string(),
        column: None,
    };
    sheet.bar(Slot::S1.into(), day.partial, ((x0, y0), (x1.max(x0 + 10), y1)), words)
}

/// The range of what the month may have come to by the end of a day, with its middle as a dashed line.
fn band(
    month: &MonthEnd,
    day: &MonthDay,
    (low, middle, high): (Decimal, Decimal, Decimal),
    sheet: &mut Sheet<'_>,
    (x0, x1): (i32, i32),
    place: &impl Fn(f64) -> i32,
) -> Result<(), ChartError> {
    let (upper, lower) = (place(float(high)), place(float(low)));
    let unit = &month.unit;
    let words = Words {
        series: Some("forecast".to_owned()),
        bucket: day.name.clone(),
        label: format!(
            "Forecast, up to {}: {}, from {} to {}",
            day.name,
            unit.told(middle),
            unit.told(low),
            unit.told(high)
        ),
        value: middle.to_string(),
        column: None,
    };
    sheet.bar(Ink::Other, true, ((x0, upper), (x1, lower.max(upper + 10))), words)?;
    dashes(sheet, Ink::Text, (x0, x1), place(float(middle)))
}

fn dashes(sheet: &Sheet<'_>, ink: Ink, (x0, x1): (i32, i32), y: i32) -> Result<(), ChartError> {
    let mut x = x0;
    while x < x1 {
        let end = (x + DASH).min(x1);
        // Twice, so that the line is two pixels wide.
        sheet.line(ink, (x, y + 5), (end, y + 5))?;
        sheet.line(ink, (x, y - 5), (end, y - 5))?;
        x += DASH + 30;
    }
    Ok(())
}

fn names(
    month: &MonthEnd,
    sheet: &Sheet<'_>,
    edge: &impl Fn(usize) -> i32,
    (full, bottom): (i32, i32),
) -> Result<(), ChartError> {
    let count = month.days.len();
    let widest = month.days.iter().map(|day| width(&day.label, SMALL)).max().unwrap_or(0).min(full / 2);
    let slot = ((edge(count) - edge(0)) / i32::try_from(count).unwrap_or(i32::MAX)).max(1);
    let stride = usize::try_from((widest + 200) / slot + 1).unwrap_or(1);
    for (at, day) in month.days.iter().enumerate().filter(|(at, _)| (count - 1 - at).is_multiple_of(stride)) {
        let label = fit(&day.label, SMALL, widest);
        let half = width(&label, SMALL) / 2;
        let x = i32::midpoint(edge(at), edge(at + 1)).min(full - half).max(half);
        sheet.text(Ink::Muted, SMALL, HPos::Center, (x, bottom + 180), &label)?;
    }
    Ok(())
}

fn table(month: &MonthEnd) -> Table {
    let unit = month.unit.name();
    let columns = ["Up to", "known", "forecast", "low", "high"];
    let heads = columns.iter().enumerate().map(|(at, head)| match at {
        0 => (*head).to_owned(),
        _ => format!("{head} ({unit})"),
    });
    let rows = month.days.iter().map(|day| {
        let text =
            |figure: Option<Decimal>| figure.map_or_else(|| UNKNOWN.to_owned(), |figure| figure.to_string());
        let name = if day.partial { format!("{}, so far", day.name) } else { day.name.clone() };
        let (low, middle, high) =
            day.range.map_or((None, None, None), |(low, middle, high)| (Some(low), Some(middle), Some(high)));
        vec![name, text(day.known), text(middle), text(low), text(high)]
    });
    Table { columns: heads.collect(), rows: rows.collect() }
}

fn describe(month: &MonthEnd) -> String {
    let unit = &month.unit;
    let known = month.days.iter().rev().find_map(|day| Some((day, day.known?)));
    let end = month.days.last().and_then(|day| Some((day, day.range?)));
    let known = known.map(|(day, known)| {
        let so_far = if day.partial { ", so far" } else { "" };
        format!("Bars of the month to date: {} up to {}{so_far}.", unit.told(known), day.name)
    });
    let end = end.map(|(day, (low, middle, high))| {
        format!(
            "Forecast up to {}: {}; eight times in ten from {} to {}.",
            day.name,
            unit.told(middle),
            unit.told(low),
            unit.told(high)
        )
    });
    let all: Vec<String> = known.into_iter().chain(end).collect();
    if all.is_empty() { format!("{NO_DATA}.") } else { all.join(" ") }
}
