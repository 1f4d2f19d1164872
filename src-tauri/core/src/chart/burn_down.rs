//! A pool of credit: what was left of each lot day by day, and how it is likely to go on.

use super::axis::axis;
use super::legend::Legend;
use super::palette::Ink;
use super::sheet::{Sheet, Words};
use super::stacked::{Columns, Layer, layers, names};
use super::words::{SMALL, TEXT, exact_sum, fit, width};
use super::{
    Bucket, Chart, ChartError, Frame, NARROWEST, NO_DATA, Series, StackedBars, Table, UNKNOWN, Unit, WIDEST,
};
use crate::money::Decimal;
use plotters::style::text_anchor::HPos;
use rust_decimal::prelude::ToPrimitive;
use std::collections::BTreeMap;

const ROW: i32 = 180;
/// Room for the word above the line of today, and for the flags of expiries.
const TOP: i32 = 400;
const FOOT: i32 = 240;
const RIGHT: i32 = 80;
const LEAST_PLOT: i32 = 1_000;
const TALLEST: u32 = 2400;
/// A mark is no narrower than this: of days ahead several share one.
const LEAST_MARK: f64 = 60.0;
const LINE: u32 = 20;

/// A pool of credit over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BurnDown {
    /// The name of the picture.
    pub title: String,
    /// What the values count.
    pub unit: Unit,
    /// Every day, those ahead too.
    pub days: Vec<Bucket>,
    /// Which of them is the present one.
    pub today: usize,
    /// The lots, lowest first: what was left of each by the end of every day up to and with the present one. More than five are
    /// folded into Other, the smallest first.
    pub lots: Vec<Series>,
    /// A low, a middle and a high figure of what will be left by the end of each day, from the present one on.
    pub ahead: Vec<(Decimal, Decimal, Decimal)>,
    /// What lapsed, and what will.
    pub expiries: Vec<BurnExpiry>,
    /// Width in CSS pixels, brought into 280 to 2400.
    pub width: u32,
    /// Height in CSS pixels; grows when the legend leaves no room for the bars.
    pub height: u32,
}

/// The end of a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BurnExpiry {
    /// The last day on which it can be spent, counted from the first.
    pub day: usize,
    /// Short, beside the flag: "$12.30 at risk".
    pub name: String,
    /// Spoken: all of it in a sentence.
    pub words: String,
    /// What lapsed, or is likely to; nothing where that is unknown.
    pub amount: Option<Decimal>,
}

impl BurnDown {
    /// The known days as bars.
    fn bars(&self) -> StackedBars {
        let known = self.days.len().min(self.today + 1);
        StackedBars {
            title: self.title.clone(),
            unit: self.unit.clone(),
            buckets: self.days[..known].to_vec(),
            series: self.lots.clone(),
            width: self.width,
            height: self.height,
            estimated: false,
        }
    }
}

pub(super) fn draw(burn: &BurnDown) -> Result<Chart, ChartError> {
    let bars = burn.bars();
    let layers = layers(&bars)?;
    let table = table(burn, &layers);
    let full = burn.width.clamp(NARROWEST, WIDEST);
    let legend = Legend::new(&bars, &layers, full);
    let head = legend.height + if burn.ahead.is_empty() { 0 } else { ROW };
    let least = ((head + TOP + LEAST_PLOT + FOOT) / 10).unsigned_abs();
    let height = burn.height.clamp(least, TALLEST.max(least));
    let frame = Frame::new(&burn.title, full, height, &table);
    let mut body = String::with_capacity(40_000);
    let mut sheet = Sheet::new(&mut body, &frame.id, full, height);
    let size = (full.cast_signed() * 10, height.cast_signed() * 10);
    if bars.buckets.is_empty() || layers.is_empty() {
        sheet.text(Ink::Muted, TEXT, HPos::Center, (size.0 / 2, size.1 / 2), NO_DATA)?;
    } else {
        legend.draw(&sheet)?;
        if !burn.ahead.is_empty() {
            likely(&sheet, legend.height, size.0)?;
        }
        plot(burn, &layers, &mut sheet, head, size)?;
    }
    let marks = sheet.finish()?;
    Ok(frame.finish(&body, describe(burn, &layers), marks, table))
}

/// What the dashed line and its ground mean.
fn likely(sheet: &Sheet<'_>, y: i32, full: i32) -> Result<(), ChartError> {
    sheet.shade(Ink::Other, ((0, y + 20), (220, y + 140)))?;
    sheet.curve(Ink::Text, LINE, vec![(0, y + 80), (220, y + 80)])?;
    let words = ["likely left in all, eight times in ten within the band", "likely left (80 % band)"];
    let room = full - 280;
    let words = words.into_iter().find(|words| width(words, TEXT) <= room).unwrap_or(words[1]);
    sheet.text(Ink::Text, TEXT, HPos::Left, (280, y + 120), &fit(words, TEXT, room))
}

fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

/// All that is known of a day; nothing where some of it is not.
fn whole(layers: &[Layer<'_>], day: usize) -> Option<Decimal> {
    let cells: Option<Vec<Decimal>> = layers.iter().map(|layer| layer.value(day)).collect();
    exact_sum(cells?)
}

/// The edges of the plot.
struct Plot {
    left: i32,
    right: i32,
    bottom: i32,
    /// Where flags stand.
    flags: i32,
    full: i32,
    columns: Columns,
}

impl Plot {
    /// Where a day ends.
    fn end(&self, day: usize) -> i32 {
        self.columns.edge(day + 1).min(self.right)
    }

    fn middle(&self, day: usize) -> i32 {
        i32::midpoint(self.columns.edge(day), self.columns.edge(day + 1))
    }
}

fn plot(
    burn: &BurnDown,
    layers: &[Layer<'_>],
    sheet: &mut Sheet<'_>,
    head: i32,
    (full, height): (i32, i32),
) -> Result<(), ChartError> {
    let (top, bottom, right) = (head + TOP, height - FOOT, full - RIGHT);
    let known = burn.days.len().min(burn.today + 1);
    let sums = (0..known)
        .map(|day| layers.iter().filter_map(|layer| layer.value(day)).map(|left| float(left).max(0.0)).sum());
    let high = burn.ahead.iter().map(|(_, _, high)| float(*high)).chain(sums).fold(0.0_f64, f64::max);
    let count = matches!(burn.unit, Unit::Count { .. });
    let axis = axis(0.0, high, count, ((bottom - top) / 450).clamp(2, 6), &burn.unit);
    let widest = axis.ticks.iter().map(|tick| width(&tick.label, SMALL)).max().unwrap_or(0);
    let left = ((widest + 80) / 10 * 10).min(full / 3);
    let place = sheet.scale(axis.low, axis.high, bottom..top);
    for tick in &axis.ticks {
        let y = place(tick.value);
        let ink = if y == place(0.0) { Ink::Axis } else { Ink::Grid };
        sheet.line(ink, (left, y + 5), (right, y + 5))?;
        let label = fit(&tick.label, SMALL, left - 60);
        sheet.text(Ink::Muted, SMALL, HPos::Right, (left - 60, y + 40), &label)?;
    }
    names(&burn.days, sheet, left, right, (full, bottom))?;
    let columns = Columns::new(left, right, burn.days.len());
    let plot = Plot { left, right, bottom, flags: head + 280, full, columns };
    poles(burn, sheet, &plot)?;
    past(burn, layers, sheet, &plot, &place)?;
    let told = ahead(burn, layers, sheet, &plot, &place)?;
    // What lapses later than the forecast reaches.
    for (day, bucket) in burn.days.iter().enumerate().skip(told) {
        flags(burn, sheet, &plot, (day, day), &bucket.name)?;
    }
    let x = plot.middle(burn.today.min(burn.days.len() - 1)) / 10 * 10 + 5;
    sheet.line(Ink::Text, (x, top - 40), (x, bottom))?;
    let half = width("today", SMALL) / 2;
    sheet.text(Ink::Text, SMALL, HPos::Center, (x.min(full - half).max(half), head + 150), "today")
}

/// The known days: a bar each, one layer a lot; one box where nothing is known of several.
fn past(
    burn: &BurnDown,
    layers: &[Layer<'_>],
    sheet: &mut Sheet<'_>,
    plot: &Plot,
    place: &impl Fn(f64) -> i32,
) -> Result<(), ChartError> {
    let known = burn.days.len().min(burn.today + 1);
    let mut unknown: Option<usize> = None;
    for (day, bucket) in burn.days[..known].iter().enumerate() {
        // What is not had yet or is over is nought, and says nothing of the others.
        let held = layers.iter().any(|layer| layer.value(day).is_some_and(|left| left > Decimal::ZERO));
        if !held && layers.iter().any(|layer| layer.value(day).is_none()) {
            unknown.get_or_insert(day);
            continue;
        }
        if let Some(first) = unknown.take() {
            gap(burn, sheet, plot, (first, day - 1))?;
        }
        let (x0, x1) = plot.columns.at(day);
        let (mut up, mut sum, seamed) = (place(0.0), 0.0, x1 - x0 >= 40);
        let lowest = up;
        for layer in layers {
            let Some(left) = layer.value(day).filter(|left| *left > Decimal::ZERO) else { continue };
            sum += float(left);
            let edge = place(sum).min(up - 10);
            let seam = if seamed && up < lowest && up - edge > 30 { 10 } else { 0 };
            let words = words(&layer.name, bucket, &burn.unit, left);
            sheet.bar(layer.slot.into(), bucket.partial, ((x0, edge), (x1, up - seam)), words)?;
            up = edge;
        }
        let missing: Vec<&str> = layers
            .iter()
            .filter(|layer| layer.value(day).is_none())
            .map(|layer| layer.name.as_ref())
            .collect();
        if !missing.is_empty() {
            let words = Words {
                series: (missing.len() == 1).then(|| missing[0].to_owned()),
                bucket: bucket.name.clone(),
                label: format!("{}, {}: unknown", missing.join(" and "), spoken(bucket)),
                value: UNKNOWN.to_owned(),
                column: None,
            };
            sheet.gap(((x0, up - 70), (x1, up - 10)), words)?;
        } else if up == lowest {
            let words = Words {
                series: None,
                bucket: bucket.name.clone(),
                label: format!("{}: nothing left", spoken(bucket)),
                value: "0".to_owned(),
                column: None,
            };
            sheet.point(Ink::Other, ((x0, lowest - 60), (x1, lowest)), words)?;
        }
        flags(burn, sheet, plot, (day, day), &bucket.name)?;
    }
    match unknown {
        Some(first) => gap(burn, sheet, plot, (first, known - 1)),
        None => Ok(()),
    }
}

/// A bucket by name. One that still grows says so.
fn spoken(bucket: &Bucket) -> String {
    if bucket.partial { format!("{}, so far", bucket.name) } else { bucket.name.clone() }
}

fn words(lot: &str, bucket: &Bucket, unit: &Unit, left: Decimal) -> Words {
    Words {
        series: Some(lot.to_owned()),
        bucket: bucket.name.clone(),
        label: format!("{lot}, {}: {} left", spoken(bucket), unit.told(left)),
        value: left.normalize().to_string(),
        column: None,
    }
}

fn gap(
    burn: &BurnDown,
    sheet: &mut Sheet<'_>,
    plot: &Plot,
    (first, last): (usize, usize),
) -> Result<(), ChartError> {
    let (x0, x1) = (plot.columns.at(first).0, plot.columns.at(last).1);
    let bucket = match (burn.days.get(first), burn.days.get(last)) {
        (Some(from), Some(to)) if first < last => format!("{} to {}", from.name, to.name),
        (Some(only), _) => only.name.clone(),
        _ => String::new(),
    };
    let words = Words {
        series: None,
        bucket: bucket.clone(),
        label: format!("{bucket}: unknown what was left"),
        value: UNKNOWN.to_owned(),
        column: None,
    };
    sheet.gap(((x0, plot.bottom - 130), (x1.max(x0 + 20), plot.bottom - 10)), words)?;
    flags(burn, sheet, plot, (first, last), &bucket)
}

/// The days ahead: a shaded band with its middle dashed. Tells from which day on nothing was drawn.
fn ahead(
    burn: &BurnDown,
    layers: &[Layer<'_>],
    sheet: &mut Sheet<'_>,
    plot: &Plot,
    place: &impl Fn(f64) -> i32,
) -> Result<usize, ChartError> {
    let room = burn.days.len().saturating_sub(burn.today);
    let ahead = &burn.ahead[..burn.ahead.len().min(room)];
    if ahead.is_empty() {
        return Ok(burn.today + 1);
    }
    let now = whole(layers, burn.today).map(|left| (plot.middle(burn.today), place(float(left).max(0.0))));
    let at = |figure: fn(&(Decimal, Decimal, Decimal)) -> Decimal| {
        let days = ahead.iter().enumerate();
        let days = days.map(move |(day, range)| (plot.end(burn.today + day), place(float(figure(range)))));
        now.into_iter().chain(days).collect::<Vec<_>>()
    };
    let mut around = at(|range| range.2);
    around.extend(at(|range| range.0).into_iter().rev());
    if ahead.len() + usize::from(now.is_some()) > 1 {
        sheet.area(Ink::Other, around)?;
        sheet.curve(Ink::Text, LINE, at(|range| range.1))?;
    }
    let slot = f64::from(plot.right - plot.left) / burn.days.len() as f64;
    let stride = ((LEAST_MARK / slot).ceil() as usize).max(1);
    for (chunk, days) in ahead.chunks(stride).enumerate() {
        let (first, Some((low, middle, high))) = (burn.today + chunk * stride, days.last()) else { continue };
        let last = first + days.len() - 1;
        let Some(bucket) = burn.days.get(last) else { continue };
        let x0 = if chunk == 0 { plot.middle(first) } else { plot.columns.edge(first) };
        let (upper, lower) = (place(float(*high)), place(float(*low)));
        let unit = &burn.unit;
        let words = Words {
            series: Some("likely left".to_owned()),
            bucket: bucket.name.clone(),
            label: format!(
                "Likely left by the end of {}: {}, eight times in ten from {} to {}",
                bucket.name,
                unit.told(*middle),
                unit.told(*low),
                unit.told(*high)
            ),
            value: middle.normalize().to_string(),
            column: None,
        };
        let (upper, lower) = (upper.min(lower - 60).max(0), lower.max(60));
        sheet.point(Ink::Other, ((x0, upper), (plot.end(last).max(x0 + 10), lower)), words)?;
        // The flags of the present day stand with its bars.
        flags(burn, sheet, plot, (first.max(burn.today + 1), last), &bucket.name)?;
    }
    Ok(burn.today + ahead.len())
}

/// The marks of what lapses within days, to and with the last, by the name that the marks beside them have.
fn flags(
    burn: &BurnDown,
    sheet: &mut Sheet<'_>,
    plot: &Plot,
    (first, last): (usize, usize),
    bucket: &str,
) -> Result<(), ChartError> {
    for end in burn.expiries.iter().filter(|end| (first..=last).contains(&end.day)) {
        let x = (plot.end(end.day) / 10 * 10 - 60).clamp(0, plot.full - 120);
        let value = end.amount.map_or_else(|| UNKNOWN.to_owned(), |amount| amount.normalize().to_string());
        let (series, label) = (Some("lapses".to_owned()), end.words.clone());
        let words = Words { series, bucket: bucket.to_owned(), label, value, column: None };
        sheet.point(Ink::Other, ((x, plot.flags - 60), (x + 120, plot.flags + 60)), words)?;
    }
    Ok(())
}

/// A pole where something lapses, with its name where that covers no other.
fn poles(burn: &BurnDown, sheet: &Sheet<'_>, plot: &Plot) -> Result<(), ChartError> {
    let mut at = BTreeMap::<i32, &BurnExpiry>::new();
    for end in burn.expiries.iter().filter(|end| end.day < burn.days.len()) {
        at.entry(plot.end(end.day) / 10 * 10).or_insert(end);
    }
    let mut taken: Vec<(i32, i32)> = at.keys().map(|x| (x - 60, x + 60)).collect();
    for (x, end) in at {
        sheet.line(Ink::Axis, (x + 5, plot.flags), (x + 5, plot.bottom))?;
        sheet.dot(Ink::Text, (x + 5, plot.flags), 35, false)?;
        let long = width(&end.name, SMALL);
        let free = |(from, to): &(i32, i32)| {
            *from >= 0 && *to <= plot.full && taken.iter().all(|(x0, x1)| to < x0 || x1 < from)
        };
        let (before, after) = ((x - 80 - long, x - 80), (x + 80, x + 80 + long));
        let spot = [(HPos::Left, after.0, after), (HPos::Right, before.1, before)];
        if let Some((anchor, at, (from, to))) = spot.into_iter().find(|(.., spot)| free(spot)) {
            sheet.text(Ink::Text, SMALL, anchor, (at, plot.flags + 40), &end.name)?;
            taken.push((from - 60, to + 60));
        }
    }
    Ok(())
}

fn table(burn: &BurnDown, layers: &[Layer<'_>]) -> Table {
    let unit = burn.unit.name();
    let lots = layers.iter().map(|layer| format!("{} ({unit})", layer.name));
    let rest = ["left in all", "likely", "low", "high"].map(|head| format!("{head} ({unit})"));
    let columns =
        std::iter::once("By the end of".to_owned()).chain(lots).chain(rest).chain(["Lapses".to_owned()]);
    let known = burn.today + 1;
    let rows = burn.days.iter().enumerate().map(|(day, bucket)| {
        let text = |figure: Option<Decimal>| {
            figure.map_or_else(|| UNKNOWN.to_owned(), |figure| figure.normalize().to_string())
        };
        let past = day < known;
        let lots = layers.iter().map(|layer| text(if past { layer.value(day) } else { None }));
        let all = text(if past { whole(layers, day) } else { None });
        let range = day.checked_sub(burn.today).and_then(|at| burn.ahead.get(at));
        let (low, middle, high) =
            range.map_or((None, None, None), |(low, middle, high)| (Some(*low), Some(*middle), Some(*high)));
        let ends: Vec<&str> =
            burn.expiries.iter().filter(|end| end.day == day).map(|end| end.words.as_str()).collect();
        std::iter::once(spoken(bucket))
            .chain(lots)
            .chain([all, text(middle), text(low), text(high), ends.join(" ")])
            .collect()
    });
    Table { columns: columns.collect(), rows: rows.collect() }
}

fn describe(burn: &BurnDown, layers: &[Layer<'_>]) -> String {
    let unit = &burn.unit;
    let known = burn.days.len().min(burn.today + 1);
    let last = (0..known).rev().find_map(|day| Some((burn.days.get(day)?, whole(layers, day)?)));
    let mut all = Vec::new();
    if let Some((bucket, left)) = last {
        all.push(format!("{} left in {}, {}.", unit.told(left), counted(burn.lots.len()), spoken(bucket)));
    }
    let unknown = (0..known).filter(|day| whole(layers, *day).is_none()).count();
    if unknown > 0 && last.is_some() {
        all.push(format!("Of {unknown} of {known} days it is not known what was left."));
    }
    let end = burn
        .ahead
        .len()
        .checked_sub(1)
        .and_then(|at| Some((burn.days.get(burn.today + at)?, burn.ahead[at])));
    if let Some((bucket, (low, middle, high))) = end {
        all.push(format!(
            "Likely left by the end of {}: {}; eight times in ten from {} to {}.",
            bucket.name,
            unit.told(middle),
            unit.told(low),
            unit.told(high)
        ));
    }
    all.extend(burn.expiries.iter().filter(|end| end.day > burn.today).map(|end| end.words.clone()));
    if all.is_empty() { format!("{NO_DATA}.") } else { all.join(" ") }
}

fn counted(lots: usize) -> String {
    if lots == 1 { "one lot".to_owned() } else { format!("{lots} lots") }
}
