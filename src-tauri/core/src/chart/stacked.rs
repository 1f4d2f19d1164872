//! Amounts over time: one bar a bucket, one layer a series.

use super::axis::{Axis, axis};
use super::legend::Legend;
use super::palette::Ink;
use super::sheet::{Sheet, Span, Words};
use super::words::{SMALL, TEXT, exact_sum, fit, width};
use super::{
    Bucket, Chart, ChartError, Frame, NARROWEST, NO_DATA, Series, Slot, StackedBars, Table, UNKNOWN, Unit,
    WIDEST,
};
use crate::money::{Decimal, exact_add};
use plotters::style::text_anchor::HPos;
use rust_decimal::prelude::ToPrimitive;
use std::borrow::Cow;
use std::fmt::Write as _;

const MOST_SERIES: usize = 5;
const TOP: i32 = 80;
const FOOT: i32 = 240;
const RIGHT: i32 = 80;
/// The least room the bars need to be readable.
const LEAST_PLOT: i32 = 800;
const TALLEST: u32 = 2400;

/// One cell of a layer: what is known of it, and whether something is not.
#[derive(Clone, Copy, Default)]
struct Cell {
    known: Option<Decimal>,
    unknown: bool,
}

impl Cell {
    fn text(self) -> String {
        match (self.known, self.unknown) {
            (Some(value), false) => value.to_string(),
            (Some(value), true) => format!("{value} + {UNKNOWN}"),
            (None, _) => UNKNOWN.to_owned(),
        }
    }
}

/// A series as it is drawn.
pub(super) struct Layer<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) slot: Slot,
    cells: Vec<Cell>,
}

pub(super) fn draw(bars: &StackedBars) -> Result<Chart, ChartError> {
    let layers = layers(bars)?;
    let table = table(bars, &layers);
    let width = bars.width.clamp(NARROWEST, WIDEST);
    let legend = Legend::new(bars, &layers, width);
    let least = (legend.height + TOP + LEAST_PLOT + FOOT) / 10;
    let height = bars.height.clamp(least.unsigned_abs(), TALLEST.max(least.unsigned_abs()));
    let frame = Frame::new(&bars.title, width, height, &table);
    let mut body = String::with_capacity(24_000);
    let mut sheet = Sheet::new(&mut body, &frame.id, width, height);
    let empty = bars.buckets.is_empty() || layers.is_empty();
    legend.draw(&sheet)?;
    plot(
        bars,
        &layers,
        &mut sheet,
        legend.height,
        (width.cast_signed() * 10, height.cast_signed() * 10),
        empty,
    )?;
    let marks = sheet.finish()?;
    let description = if empty { format!("{NO_DATA}.") } else { describe(bars, &layers) };
    Ok(frame.finish(&body, description, marks, table))
}

/// The series as layers: at most five and Other, each in a slot of its own.
pub(super) fn layers(bars: &StackedBars) -> Result<Vec<Layer<'_>>, ChartError> {
    for series in &bars.series {
        if series.values.len() != bars.buckets.len() {
            return Err(ChartError::Uneven {
                series: series.name.clone(),
                values: series.values.len(),
                buckets: bars.buckets.len(),
            });
        }
    }
    let (mut rest, mut named): (Vec<&Series>, Vec<&Series>) =
        bars.series.iter().partition(|series| series.slot == Slot::Other);
    if named.len() > MOST_SERIES {
        // Which is smallest only orders; f64 is enough for that and cannot overflow.
        let mut ranked: Vec<(usize, f64)> =
            named.iter().enumerate().map(|(at, series)| (at, weight(series))).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut folded: Vec<usize> = ranked.split_off(MOST_SERIES).into_iter().map(|(at, _)| at).collect();
        folded.sort_unstable();
        for at in folded.into_iter().rev() {
            rest.insert(0, named.remove(at));
        }
    }
    let mut layers: Vec<Layer<'_>> = Vec::with_capacity(named.len() + 1);
    for series in named {
        let taken = |slot: &Slot| layers.iter().any(|layer| layer.slot == *slot);
        let free = [series.slot, Slot::S1, Slot::S2, Slot::S3, Slot::S4, Slot::S5]
            .into_iter()
            .find(|slot| !taken(slot));
        let slot = free.unwrap_or(Slot::Other);
        layers.push(Layer { name: Cow::Borrowed(&series.name), slot, cells: cells(series) });
    }
    if let Some((first, more)) = rest.split_first() {
        let name = if more.is_empty() { Cow::Borrowed(first.name.as_str()) } else { Cow::Borrowed("Other") };
        let mut sum = cells(first);
        for series in more {
            for (cell, value) in sum.iter_mut().zip(&series.values) {
                match (value, cell.known) {
                    (Some(value), Some(known)) => {
                        cell.known = Some(exact_add(known, *value).ok_or(ChartError::TooLarge)?);
                    }
                    (Some(value), None) => cell.known = Some(*value),
                    (None, _) => cell.unknown = true,
                }
            }
        }
        layers.push(Layer { name, slot: Slot::Other, cells: sum });
    }
    Ok(layers)
}

impl Layer<'_> {
    /// What is known of a bucket as a whole.
    pub(super) fn value(&self, at: usize) -> Option<Decimal> {
        self.cells.get(at).filter(|cell| !cell.unknown)?.known
    }
}

fn cells(series: &Series) -> Vec<Cell> {
    series.values.iter().map(|value| Cell { known: *value, unknown: value.is_none() }).collect()
}

fn weight(series: &Series) -> f64 {
    series.values.iter().flatten().map(|value| float(*value).abs()).sum()
}

fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

fn table(bars: &StackedBars, layers: &[Layer<'_>]) -> Table {
    let estimated = if bars.estimated { ", estimated" } else { "" };
    let head = layers.iter().map(|layer| format!("{} ({}{estimated})", layer.name, bars.unit.name()));
    let columns = std::iter::once("Period".to_owned()).chain(head).collect();
    let rows = bars.buckets.iter().enumerate().map(|(at, bucket)| {
        let cells = layers.iter().map(|layer| layer.cells[at].text());
        std::iter::once(spoken(bucket)).chain(cells).collect()
    });
    Table { columns, rows: rows.collect() }
}

/// A bucket by name. One that still grows says so.
fn spoken(bucket: &Bucket) -> String {
    if bucket.partial { format!("{}, so far", bucket.name) } else { bucket.name.clone() }
}

/// The picture in a few sentences, as exact as the figures allow.
fn describe(bars: &StackedBars, layers: &[Layer<'_>]) -> String {
    let mut text = match (bars.buckets.first(), bars.buckets.last()) {
        (Some(first), Some(last)) if bars.buckets.len() > 1 => {
            format!("Stacked bars, {} from {} to {}.", bars.buckets.len(), first.name, last.name)
        }
        (Some(only), _) => format!("One stacked bar, {}.", only.name),
        _ => String::new(),
    };
    let unknown = layers.iter().any(|layer| layer.cells.iter().any(|cell| cell.unknown));
    let totals: Vec<_> = layers
        .iter()
        .map(|layer| (layer, exact_sum(layer.cells.iter().filter_map(|cell| cell.known))))
        .collect();
    if let Some(total) =
        totals.iter().map(|(_, total)| *total).collect::<Option<Vec<_>>>().and_then(exact_sum)
    {
        let what = if unknown { "Known total" } else { "Total" };
        let _ = write!(text, " {what} {}.", bars.unit.told(total));
    }
    if layers.len() > 1 {
        let parts = totals
            .iter()
            .filter_map(|(layer, total)| Some(format!("{} {}", layer.name, bars.unit.told((*total)?))));
        let _ = write!(text, " By series: {}.", parts.collect::<Vec<_>>().join(", "));
    }
    let daily = bars.buckets.iter().enumerate().filter_map(|(at, bucket)| {
        Some((bucket, exact_sum(layers.iter().filter_map(|layer| layer.cells[at].known))?))
    });
    if let Some((bucket, most)) = daily.max_by_key(|(_, sum)| *sum)
        && bars.buckets.len() > 1
        && most > Decimal::ZERO
    {
        let _ = write!(text, " Highest: {}, {}.", bucket.name, bars.unit.told(most));
    }
    if unknown {
        text.push_str(" Some figures are unknown.");
    }
    if bars.estimated {
        text.push_str(" Some figures are estimated from list prices.");
    }
    text
}

/// Axis, grid and bars below the legend.
fn plot(
    bars: &StackedBars,
    layers: &[Layer<'_>],
    sheet: &mut Sheet<'_>,
    legend: i32,
    (width_full, height_full): (i32, i32),
    empty: bool,
) -> Result<(), ChartError> {
    let (top, bottom, right) = (legend + TOP, height_full - FOOT, width_full - RIGHT);
    let middle = ((width_full) / 2, i32::midpoint(top, bottom) + 40);
    if empty {
        for y in [top, bottom] {
            sheet.line(if y == bottom { Ink::Axis } else { Ink::Grid }, (0, y + 5), (width_full, y + 5))?;
        }
        return sheet.text(Ink::Muted, TEXT, HPos::Center, middle, NO_DATA);
    }
    let axis = values_axis(bars, layers, bottom - top);
    let widest = axis.ticks.iter().map(|tick| width(&tick.label, SMALL)).max().unwrap_or(0);
    let left = ((widest + 80) / 10 * 10).min(width_full / 3);
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
    names(&bars.buckets, sheet, left, right, (width_full, bottom))?;
    let columns = Columns::new(left, right, bars.buckets.len());
    let mut drawn = false;
    for (at, bucket) in bars.buckets.iter().enumerate() {
        drawn |= column(bars, layers, sheet, (at, bucket), columns.at(at), &place)?;
    }
    if !drawn {
        let nothing = format!("{} in this range", bars.unit.told(Decimal::ZERO));
        sheet.text(Ink::Muted, TEXT, HPos::Center, middle, &nothing)?;
    }
    Ok(())
}

fn values_axis(bars: &StackedBars, layers: &[Layer<'_>], room: i32) -> Axis {
    let (mut low, mut high, mut whole) = (0.0_f64, 0.0_f64, matches!(bars.unit, Unit::Count { .. }));
    for at in 0..bars.buckets.len() {
        let (mut below, mut above) = (0.0, 0.0);
        for value in layers.iter().filter_map(|layer| layer.cells[at].known) {
            whole &= value.is_integer();
            let value = float(value);
            if value < 0.0 { below += value } else { above += value }
        }
        (low, high) = (low.min(below), high.max(above));
    }
    axis(low, high, whole, (room / 450).clamp(2, 6), &bars.unit)
}

/// As many labels as fit, counted from the last: the newest bucket is the one people look for.
pub(super) fn names(
    buckets: &[Bucket],
    sheet: &Sheet<'_>,
    left: i32,
    right: i32,
    (full, bottom): (i32, i32),
) -> Result<(), ChartError> {
    let count = buckets.len();
    let room = (right - left) / 2;
    let widest = buckets.iter().map(|bucket| width(&bucket.label, SMALL)).max().unwrap_or(0).min(room);
    let slot = f64::from(right - left) / count as f64;
    let stride = (f64::from(widest + 200) / slot).ceil().max(1.0) as usize;
    for (at, bucket) in buckets.iter().enumerate().filter(|(at, _)| (count - 1 - at).is_multiple_of(stride)) {
        let label = fit(&bucket.label, SMALL, widest);
        let half = width(&label, SMALL) / 2;
        let middle = left + (slot * (at as f64 + 0.5)) as i32;
        let x = middle.min(full - half).max(half);
        sheet.text(Ink::Muted, SMALL, HPos::Center, (x, bottom + 180), &label)?;
    }
    Ok(())
}

/// Where the bars stand.
pub(super) struct Columns {
    left: i32,
    slot: f64,
    /// The width of every bar, or none where a bucket is too narrow for a gap beside it.
    bar: Option<i32>,
}

impl Columns {
    pub(super) fn new(left: i32, right: i32, count: usize) -> Self {
        let slot = f64::from(right - left) / count as f64;
        let bar = (slot >= 30.0).then(|| (((slot * 0.072) as i32) * 10).clamp(20, 480));
        Self { left, slot, bar }
    }

    /// Where a bucket's room begins.
    pub(super) fn edge(&self, at: usize) -> i32 {
        self.left + (self.slot * at as f64) as i32
    }

    /// Where a bucket's bar stands.
    pub(super) fn at(&self, at: usize) -> (i32, i32) {
        match self.bar {
            Some(bar) => {
                let middle = self.left + (self.slot * (at as f64 + 0.5)) as i32;
                let x = (middle - bar / 2 + 5) / 10 * 10;
                (x, x + bar)
            }
            None => (self.edge(at), self.edge(at + 1)),
        }
    }
}

/// One bar with its layers, and a dashed box on top of it where something is unknown. Tells whether there was anything to draw.
fn column(
    bars: &StackedBars,
    layers: &[Layer<'_>],
    sheet: &mut Sheet<'_>,
    (at, bucket): (usize, &Bucket),
    (x0, x1): (i32, i32),
    place: &impl Fn(f64) -> i32,
) -> Result<bool, ChartError> {
    let zero = place(0.0);
    let (mut up, mut down) = (zero, zero + 10);
    let (mut above, mut below) = (0.0, 0.0);
    let estimated = if bars.estimated { ", estimated" } else { "" };
    // A pixel of background parts the layers; across thin bars it would only look like noise.
    let seamed = x1 - x0 >= 40;
    let figures = || layers.iter().map(|layer| layer.cells[at]).filter(|cell| cell.known.is_some());
    let whole = figures().count() > 1 && layers.iter().all(|layer| !layer.cells[at].unknown);
    let sum = if whole { exact_sum(figures().filter_map(|cell| cell.known)) } else { None };
    let column = sum.map(|sum| format!("{}{estimated}", bars.unit.told(sum)));
    let mut drawn = false;
    for layer in layers {
        let Some(value) = layer.cells[at].known.filter(|value| !value.is_zero()) else { continue };
        // Every bar is a pixel high at least, or a small sum could not be seen or pointed at; the next one makes up for it.
        let span: Span = if value.is_sign_positive() {
            above += float(value);
            let edge = place(above).min(up - 10);
            let seam = if seamed && up < zero && up - edge > 30 { 10 } else { 0 };
            let span = ((x0, edge), (x1, up - seam));
            up = edge;
            span
        } else {
            below += float(value);
            let edge = (place(below) + 10).max(down + 10);
            let seam = if seamed && down > zero + 10 && edge - down > 30 { 10 } else { 0 };
            let span = ((x0, down + seam), (x1, edge));
            down = edge;
            span
        };
        let words = Words {
            series: Some(layer.name.clone().into_owned()),
            bucket: bucket.name.clone(),
            label: format!("{}, {}: {}{estimated}", layer.name, spoken(bucket), bars.unit.told(value)),
            value: value.to_string(),
            column: column.clone(),
        };
        sheet.bar(layer.slot.into(), bucket.partial, span, words)?;
        drawn = true;
    }
    let unknown: Vec<_> =
        layers.iter().filter(|layer| layer.cells[at].unknown).map(|layer| layer.name.as_ref()).collect();
    if let Some(first) = unknown.first() {
        let words = Words {
            series: (unknown.len() == 1).then(|| (*first).to_owned()),
            bucket: bucket.name.clone(),
            label: format!("{}, {}: unknown", unknown.join(" and "), spoken(bucket)),
            value: UNKNOWN.to_owned(),
            column: None,
        };
        sheet.gap(((x0, up - 70), (x1, up - 10)), words)?;
        drawn = true;
    }
    Ok(drawn)
}
