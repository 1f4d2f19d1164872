//! Shares of a whole: one bar of all, and below it a line for each part with its percentage.

use super::palette::Ink;
use super::sheet::{Sheet, Words};
use super::words::{SMALL, TEXT, exact_sum, fit, width};
use super::{Chart, ChartError, Frame, NARROWEST, NO_DATA, Share, ShareRow, Slot, Table, Unit, WIDEST};
use crate::money::{Decimal, exact_add};
use plotters::style::text_anchor::HPos;
use rust_decimal::prelude::ToPrimitive;

const MOST: usize = 5;
const BAR: (i32, i32) = (20, 260);
const TOP: i32 = 320;
const ROW: i32 = 240;
const EMPTY: i32 = 800;
const REMARK: i32 = 200;
const SLOTS: [Slot; 5] = [Slot::S1, Slot::S2, Slot::S3, Slot::S4, Slot::S5];

/// A part as it is drawn.
struct Part {
    name: String,
    slot: Slot,
    value: Decimal,
}

pub(super) fn draw(share: &Share) -> Result<Chart, ChartError> {
    let parts = parts(share)?;
    let whole = exact_sum(parts.iter().map(|part| part.value)).ok_or(ChartError::TooLarge)?;
    let table = table(share, &parts, whole);
    let full = share.width.clamp(NARROWEST, WIDEST);
    let right = full.cast_signed() * 10;
    let count = i32::try_from(parts.len()).unwrap_or(0);
    let remark = remark(share);
    let rows = if parts.is_empty() { EMPTY } else { TOP + ROW * count };
    let height = rows + remark.as_ref().filter(|_| !parts.is_empty()).map_or(0, |_| REMARK);
    let frame = Frame::new(&share.title, full, height.unsigned_abs() / 10, &table);
    let mut body = String::with_capacity(4_000);
    let mut sheet = Sheet::new(&mut body, &frame.id, full, frame.height);
    if parts.is_empty() {
        sheet.text(Ink::Muted, TEXT, HPos::Center, (right / 2, EMPTY / 2 + 40), &nothing(share))?;
    } else {
        bar(share, &parts, whole, &mut sheet, right)?;
        lines(share, &parts, whole, &sheet, right)?;
        if let Some(remark) = remark {
            sheet.text(Ink::Muted, SMALL, HPos::Left, (0, rows + 140), &fit(&remark, SMALL, right))?;
        }
    }
    let marks = sheet.finish()?;
    Ok(frame.finish(&body, describe(share, &parts, whole), marks, table))
}

/// The largest parts and one of all others. What is nought or below has no share.
fn parts(share: &Share) -> Result<Vec<Part>, ChartError> {
    let mut rows: Vec<&ShareRow> = share.rows.iter().filter(|row| row.value > Decimal::ZERO).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.value));
    let most = if rows.len() == MOST + 1 { MOST + 1 } else { MOST };
    let rest = rows.split_off(rows.len().min(most));
    let slot = |at: usize| SLOTS.get(at).copied().unwrap_or(Slot::Other);
    let mut parts: Vec<Part> = rows
        .into_iter()
        .enumerate()
        .map(|(at, row)| Part { name: row.name.clone(), slot: slot(at), value: row.value })
        .collect();
    if !rest.is_empty() {
        let value = rest.iter().try_fold(Decimal::ZERO, |sum, row| exact_add(sum, row.value));
        let value = value.ok_or(ChartError::TooLarge)?;
        parts.push(Part { name: format!("{} others", rest.len()), slot: Slot::Other, value });
    }
    Ok(parts)
}

/// Why there is no part.
fn nothing(share: &Share) -> String {
    if share.rows.is_empty() {
        NO_DATA.to_owned()
    } else {
        format!("Nothing above {} in this range", share.unit.told(Decimal::ZERO))
    }
}

/// A percentage in words: whole, and never nought or all where it is not.
fn percent(value: Decimal, whole: Decimal) -> String {
    let Some(share) = value.checked_mul(Decimal::ONE_HUNDRED).and_then(|value| value.checked_div(whole))
    else {
        return "—".to_owned();
    };
    let near = share.round();
    if near.is_zero() {
        "< 1 %".to_owned()
    } else if near == Decimal::ONE_HUNDRED && value != whole {
        "> 99 %".to_owned()
    } else {
        format!("{near} %")
    }
}

fn words(share: &Share, part: &Part, whole: Decimal) -> Words {
    let estimated = if share.estimated { ", estimated" } else { "" };
    Words {
        series: None,
        bucket: part.name.clone(),
        label: format!(
            "{}, {}: {}{estimated}",
            part.name,
            percent(part.value, whole),
            share.unit.told(part.value)
        ),
        value: part.value.to_string(),
        column: None,
    }
}

fn bar(
    share: &Share,
    parts: &[Part],
    whole: Decimal,
    sheet: &mut Sheet<'_>,
    right: i32,
) -> Result<(), ChartError> {
    let float = |value: Decimal| value.to_f64().unwrap_or(0.0);
    let place = sheet.scale(0.0, float(whole), 0..right);
    let left_over = |after: usize| i32::try_from(parts.len() - after - 1).unwrap_or(0) * 20;
    let (mut x, mut sum) = (0, 0.0);
    for (at, part) in parts.iter().enumerate() {
        sum += float(part.value);
        // Two pixels at least, and as many left for each that follows: a small share is still to be seen and pointed at.
        let edge =
            if at + 1 == parts.len() { right } else { place(sum).min(right - left_over(at)).max(x + 20) };
        let seam = if at + 1 < parts.len() && edge - x > 30 { 10 } else { 0 };
        sheet.bar(part.slot.into(), false, ((x, BAR.0), (edge - seam, BAR.1)), words(share, part, whole))?;
        x = edge;
    }
    Ok(())
}

fn lines(
    share: &Share,
    parts: &[Part],
    whole: Decimal,
    sheet: &Sheet<'_>,
    right: i32,
) -> Result<(), ChartError> {
    let figures: Vec<String> = parts.iter().map(|part| share.unit.short(part.value)).collect();
    let widest = figures.iter().map(|figure| width(figure, TEXT)).max().unwrap_or(0);
    let percents = width("> 99 %", TEXT);
    let mut y = TOP;
    for (part, figure) in parts.iter().zip(&figures) {
        sheet.swatch(part.slot.into(), ((0, y + 40), (120, y + 160)))?;
        let room = right - 180 - widest - percents - 240;
        let name = fit(&part.name, TEXT, room);
        sheet.text(Ink::Text, TEXT, HPos::Left, (180, y + 140), &name)?;
        let at = right - widest - 120;
        sheet.text(Ink::Text, TEXT, HPos::Right, (at, y + 140), &percent(part.value, whole))?;
        sheet.text(Ink::Muted, TEXT, HPos::Right, (right, y + 140), figure)?;
        y += ROW;
    }
    Ok(())
}

fn remark(share: &Share) -> Option<String> {
    let noun = match &share.unit {
        Unit::Count { noun } if !noun.is_empty() => Some(noun.as_str()),
        _ => None,
    };
    match (noun, share.estimated) {
        (Some(noun), true) => Some(format!("{noun}, estimated")),
        (Some(noun), false) => Some(noun.to_owned()),
        (None, true) => Some("estimated".to_owned()),
        (None, false) => None,
    }
}

fn table(share: &Share, parts: &[Part], whole: Decimal) -> Table {
    let estimated = if share.estimated { ", estimated" } else { "" };
    let columns = vec!["Name".to_owned(), "Share".to_owned(), format!("{}{estimated}", share.unit.name())];
    let row = |part: &Part| vec![part.name.clone(), percent(part.value, whole), part.value.to_string()];
    Table { columns, rows: parts.iter().map(row).collect() }
}

fn describe(share: &Share, parts: &[Part], whole: Decimal) -> String {
    let Some(first) = parts.first() else { return format!("{}.", nothing(share)) };
    let named = parts.iter().map(|part| format!("{} {}", part.name, percent(part.value, whole)));
    let mut text = format!(
        "One bar of {} parts. Total {}. {}.",
        parts.len(),
        share.unit.told(whole),
        named.collect::<Vec<_>>().join(", ")
    );
    if parts.len() == 1 {
        text = format!("All of it is {}: {}.", first.name, share.unit.told(whole));
    }
    if share.rows.iter().any(|row| row.value < Decimal::ZERO) {
        text.push_str(" What was given back has no share.");
    }
    if share.estimated {
        text.push_str(" Figures are estimated from list prices.");
    }
    text
}
