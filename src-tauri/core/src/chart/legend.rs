//! The legend of a chart: names with their colour and pattern, and remarks.

use super::palette::Ink;
use super::sheet::Sheet;
use super::stacked::Layer;
use super::words::{SMALL, TEXT, fit, width};
use super::{ChartError, Slot, StackedBars, Unit};
use plotters::style::text_anchor::HPos;
use std::borrow::Cow;

const ROW: i32 = 180;

/// Names and remarks above the bars, in as many rows as they need.
pub(super) struct Legend<'a> {
    items: Vec<(i32, i32, Option<Slot>, Cow<'a, str>)>,
    /// In tenths of a pixel.
    pub(super) height: i32,
}

impl<'a> Legend<'a> {
    pub(super) fn new(bars: &'a StackedBars, layers: &'a [Layer<'a>], full: u32) -> Self {
        let right = full.cast_signed() * 10;
        let (mut x, mut y) = (0, 0);
        let mut items = Vec::with_capacity(layers.len() + 1);
        let mut put = |slot: Option<Slot>, name: &'a str, size: i32| {
            let before = if slot.is_some() { 160 } else { 0 };
            let name = fit(name, size, right - before);
            let needed = before + width(&name, size);
            if x > 0 && x + needed > right {
                (x, y) = (0, y + ROW);
            }
            items.push((x, y, slot, name));
            x += needed + 140;
        };
        for layer in layers {
            put(Some(layer.slot), &layer.name, TEXT);
        }
        if let Unit::Count { noun } = &bars.unit
            && !noun.is_empty()
        {
            put(None, noun, SMALL);
        }
        if bars.estimated {
            put(None, "estimated", SMALL);
        }
        let height = if items.is_empty() { 0 } else { y + ROW };
        Self { items, height }
    }

    pub(super) fn draw(&self, sheet: &Sheet<'_>) -> Result<(), ChartError> {
        for (x, y, slot, name) in &self.items {
            if let Some(slot) = slot {
                sheet.swatch((*slot).into(), ((*x, y + 20), (x + 120, y + 140)))?;
                sheet.text(Ink::Text, TEXT, HPos::Left, (x + 180, y + 120), name)?;
            } else {
                sheet.text(Ink::Muted, SMALL, HPos::Left, (*x, y + 120), name)?;
            }
        }
        Ok(())
    }
}
