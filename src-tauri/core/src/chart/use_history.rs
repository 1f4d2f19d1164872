//! How much of a limit was used, window by window: a step for each reading, back to nothing where the count starts again.

use super::palette::Ink;
use super::sheet::{Sheet, Words};
use super::words::{SMALL, fit, width};
use super::{Chart, ChartError, Frame, NARROWEST, NO_DATA, Slot, Table, UNKNOWN, WIDEST};
use crate::money::Decimal;
use plotters::style::text_anchor::HPos;
use rust_decimal::prelude::ToPrimitive;

const TOP: i32 = 60;
const FOOT: i32 = 200;
const LEAST: u32 = 60;
const TALLEST: u32 = 600;
/// More is drawn up to here, and said in words.
const MOST: f64 = 1.25;

/// The used share of a limit over time. Instants are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseHistory {
    /// The name of the picture.
    pub title: String,
    /// The left edge.
    pub from: i64,
    /// What is written there.
    pub from_label: String,
    /// The right edge.
    pub to: i64,
    /// What is written there.
    pub to_label: String,
    /// What was used, the earliest first. Where there is none, nothing is known.
    pub steps: Vec<UseStep>,
    /// When the count started again.
    pub resets: Vec<i64>,
    /// Width in CSS pixels, brought into 280 to 2400.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
}

/// What was used, as it is known over a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseStep {
    /// From when.
    pub from: i64,
    /// To when.
    pub to: i64,
    /// Spoken: "22 November 2026, 14:00".
    pub name: String,
    /// The share of the limit that was used; nothing where either is unknown.
    pub share: Option<Decimal>,
    /// How much: "120 of 200 requests".
    pub words: String,
    /// The exact figure; nothing where it is unknown.
    pub used: Option<Decimal>,
    /// Whether the count goes on.
    pub partial: bool,
}

pub(super) fn draw(history: &UseHistory) -> Result<Chart, ChartError> {
    let table = table(history);
    let full = history.width.clamp(NARROWEST, WIDEST);
    let height = history.height.clamp(LEAST, TALLEST);
    let frame = Frame::new(&history.title, full, height, &table);
    let mut body = String::with_capacity(history.steps.len() * 160 + 1_000);
    let mut sheet = Sheet::new(&mut body, &frame.id, full, height);
    let (right, bottom) = (full.cast_signed() * 10, height.cast_signed() * 10 - FOOT);
    if history.steps.is_empty() {
        sheet.text(Ink::Muted, SMALL, HPos::Center, (right / 2, bottom / 2 + 40), NO_DATA)?;
    } else {
        plot(history, &mut sheet, right, bottom)?;
    }
    let marks = sheet.finish()?;
    Ok(frame.finish(&body, describe(history), marks, table))
}

fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

fn plot(history: &UseHistory, sheet: &mut Sheet<'_>, right: i32, bottom: i32) -> Result<(), ChartError> {
    let (low, high) = (history.from as f64, history.to.max(history.from + 1) as f64);
    let across = sheet.scale(low, high, 0..right);
    let most =
        history.steps.iter().filter_map(|step| step.share).map(float).fold(1.0_f64, f64::max).min(MOST);
    let up = sheet.scale(0.0, most, bottom..TOP);
    let at = |instant: i64| across((instant.clamp(history.from, history.to.max(history.from))) as f64);
    for reset in history.resets.iter().filter(|reset| history.from < **reset && **reset < history.to) {
        let x = at(*reset).min(right - 10) + 5;
        sheet.line(Ink::Grid, (x, TOP), (x, bottom))?;
    }
    for step in &history.steps {
        // A step that fills the whole of a window ends a pixel before the next, so that the two can be told apart.
        let x0 = at(step.from).min(right - 20);
        let x1 = at(step.to).max(x0 + 20).min(right);
        let x1 = if history.resets.contains(&step.to) && x1 - x0 > 40 { x1 - 10 } else { x1 };
        let words = |value: String| Words {
            series: None,
            bucket: step.name.clone(),
            label: format!("{}: {}", step.name, step.words),
            value,
            column: None,
        };
        match step.share {
            Some(share) => {
                let value = step.used.unwrap_or(share).normalize().to_string();
                let y = up(float(share).clamp(0.0, most)).min(bottom - 10);
                let slot = if share >= Decimal::ONE { Slot::S2 } else { Slot::S1 };
                sheet.bar(slot.into(), step.partial, ((x0, y), (x1, bottom)), words(value))?;
            }
            None => sheet.gap(((x0, bottom - 70), (x1, bottom - 10)), words(UNKNOWN.to_owned()))?,
        }
    }
    let whole = up(1.0);
    sheet.line(Ink::Axis, (0, whole + 5), (right, whole + 5))?;
    sheet.line(Ink::Axis, (0, bottom + 5), (right, bottom + 5))?;
    let room = right - width(&history.from_label, SMALL) - 120;
    sheet.text(Ink::Muted, SMALL, HPos::Left, (0, bottom + 160), &fit(&history.from_label, SMALL, right))?;
    if width(&history.to_label, SMALL) <= room {
        sheet.text(Ink::Muted, SMALL, HPos::Right, (right, bottom + 160), &history.to_label)?;
    }
    Ok(())
}

fn percent(share: Decimal) -> String {
    let hundreds = share.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(share);
    format!("{} %", hundreds.round_dp(1).normalize())
}

fn table(history: &UseHistory) -> Table {
    let columns = ["When", "Used", "Share"].map(str::to_owned).into();
    let row = |step: &UseStep| {
        let share = step.share.map_or_else(|| UNKNOWN.to_owned(), percent);
        let name = if step.partial { format!("{}, so far", step.name) } else { step.name.clone() };
        vec![name, step.words.clone(), share]
    };
    Table { columns, rows: history.steps.iter().map(row).collect() }
}

fn describe(history: &UseHistory) -> String {
    let known = history.steps.iter().filter_map(|step| Some((step, step.share?)));
    let Some((most, share)) = known.max_by_key(|(_, share)| *share) else { return format!("{NO_DATA}.") };
    let over =
        history.steps.iter().filter(|step| step.share.is_some_and(|share| share >= Decimal::ONE)).count();
    let full = match over {
        0 => "The limit was not reached.".to_owned(),
        1 => "Once the limit was reached.".to_owned(),
        times => format!("The limit was reached in {times} steps."),
    };
    format!(
        "From {} to {}. The most: {} used, {}. {full}",
        history.from_label,
        history.to_label,
        percent(share),
        most.name
    )
}
