//! What options cost by how much is used: one line an option, the person's own months as a ground, and the points where one option
//! becomes cheaper than another.

use super::axis::axis;
use super::palette::Ink;
use super::plan_words::{describe, table};
use super::sheet::{Sheet, Words};
use super::words::{SMALL, TEXT, fit, width};
use super::{Chart, ChartError, Frame, NARROWEST, NO_DATA, Slot, Unit, WIDEST};
use crate::money::Decimal;
use plotters::style::text_anchor::HPos;
use rust_decimal::prelude::ToPrimitive;

/// What options cost by how much is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostCurve {
    /// The name of the picture.
    pub title: String,
    /// The money that everything costs.
    pub unit: Unit,
    /// How much a usual month is, where it can be told.
    pub usual: Option<UsualMonth>,
    /// The middle eight of ten of the person's own months, in per cent of a usual one.
    pub own: Option<(Decimal, Decimal)>,
    /// The options, the most important first. Five are drawn; the table tells of all.
    pub lines: Vec<CostLine>,
    /// Where one option becomes cheaper than another.
    pub break_even: Vec<BreakEven>,
    /// Width in CSS pixels, brought into 280 to 2400.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
}

/// A usual month in the unit in which the person counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsualMonth {
    /// How much.
    pub amount: Decimal,
    /// Of what: `Count { noun: "requests" }`, or money.
    pub unit: Unit,
    /// What stands after it: `a month`, `a month at list price`.
    pub each: String,
}

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostLine {
    /// Its name, at the end of the line.
    pub name: String,
    /// Its colour and dashes.
    pub slot: Slot,
    /// What it costs, from little use to much. Points in between lie on straight lines.
    pub points: Vec<CostPoint>,
}

/// A point of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CostPoint {
    /// How much is used, in per cent of a usual month.
    pub share: Decimal,
    /// What a month of it costs.
    pub cost: Decimal,
    /// Whether something of it is refused: the line is thin there.
    pub refuses: bool,
}

/// Where one option becomes cheaper than another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakEven {
    /// On which line it lies, counted from nought.
    pub line: usize,
    /// Where, in per cent of a usual month.
    pub share: Decimal,
    /// Short, beside the point: `640 requests`.
    pub name: String,
    /// Spoken: `Pro is cheaper than paying as you go above 640 requests a month`.
    pub words: String,
}

pub(super) const MOST_LINES: usize = 5;
const LEAST: u32 = 220;
const TALLEST: u32 = 2400;
const ROW: i32 = 180;
/// Room for "now" above the lines.
const TOP: i32 = 200;
/// From this width on the names stand at the ends of the lines.
const ROOMY: i32 = 5600;
const LINE: u32 = 20;
const THIN: u32 = 10;
const NAMES_APART: i32 = 160;
pub(super) const NOW: i64 = 100;
const OWN: &str = "eight of ten of your own months";
const BECOMES_CHEAPER: &str = "becomes cheaper";

pub(super) fn draw(curve: &CostCurve) -> Result<Chart, ChartError> {
    let lines = curve.lines.len();
    if let Some(point) = curve.break_even.iter().find(|point| point.line >= lines) {
        return Err(ChartError::Astray { point: point.name.clone(), line: point.line, lines });
    }
    let table = table(curve);
    let full = curve.width.clamp(NARROWEST, WIDEST);
    let height = curve.height.clamp(LEAST, TALLEST);
    let frame = Frame::new(&curve.title, full, height, &table);
    let mut body = String::with_capacity(24_000);
    let mut sheet = Sheet::new(&mut body, &frame.id, full, height);
    let size = (full.cast_signed() * 10, height.cast_signed() * 10);
    if drawn(curve).all(|line| line.points.is_empty()) {
        sheet.text(Ink::Muted, TEXT, HPos::Center, (size.0 / 2, size.1 / 2), NO_DATA)?;
    } else {
        plot(curve, &mut sheet, size)?;
    }
    let marks = sheet.finish()?;
    Ok(frame.finish(&body, describe(curve), marks, table))
}

fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

pub(super) fn drawn(curve: &CostCurve) -> impl Iterator<Item = &CostLine> {
    curve.lines.iter().take(MOST_LINES)
}

/// The edges of the plot, and where figures lie in it.
struct Plot<X, Y> {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    x: X,
    y: Y,
}

impl<X: Fn(f64) -> i32, Y: Fn(f64) -> i32> Plot<X, Y> {
    fn place(&self, point: CostPoint) -> (i32, i32) {
        ((self.x)(float(point.share)), (self.y)(float(point.cost)))
    }
}

fn plot(curve: &CostCurve, sheet: &mut Sheet<'_>, (full, height): (i32, i32)) -> Result<(), ChartError> {
    let roomy = full >= ROOMY;
    let legend = legend(curve, sheet, roomy, full)?;
    let foot = if curve.usual.is_some() { 560 } else { 400 };
    let (top, bottom) = (legend + TOP, (height - foot).max(legend + TOP + 400));
    let points = || drawn(curve).flat_map(|line| &line.points);
    let (low, high) = points().fold((0.0_f64, 0.0_f64), |(low, high), point| {
        (low.min(float(point.cost)), high.max(float(point.cost)))
    });
    let axis = axis(low, high, false, ((bottom - top) / 450).clamp(2, 6), &curve.unit);
    let widest = axis.ticks.iter().map(|tick| width(&tick.label, SMALL)).max().unwrap_or(0);
    let left = ((widest + 80) / 10 * 10).min(full / 3);
    let name = drawn(curve).map(|line| width(&line.name, TEXT)).max().unwrap_or(0);
    let gutter = if roomy { (name + 360).min(full * 3 / 10) } else { 120 };
    let right = (full - gutter) / 10 * 10;
    let farthest = points().map(|point| float(point.share)).fold(1.0_f64, f64::max);
    let plot = Plot {
        left,
        right,
        top,
        bottom,
        x: sheet.scale(0.0, farthest, left..right),
        y: sheet.scale(axis.low, axis.high, bottom..top),
    };
    if let Some((low, high)) = curve.own {
        let at = |share: Decimal| (plot.x)(float(share).clamp(0.0, farthest));
        let (x0, x1) = (at(low), at(high));
        // Months that are all alike still show where they are.
        sheet.shade(Ink::Other, ((x0, top), (x1.max(x0 + 20), bottom)))?;
    }
    for tick in &axis.ticks {
        let y = (plot.y)(tick.value);
        let ink = if y == (plot.y)(0.0) { Ink::Axis } else { Ink::Grid };
        sheet.line(ink, (left, y + 5), (right, y + 5))?;
        let label = fit(&tick.label, SMALL, left - 60);
        sheet.text(Ink::Muted, SMALL, HPos::Right, (left - 60, y + 40), &label)?;
    }
    below(curve, sheet, &plot, (farthest, full))?;
    let now = (plot.x)(float(Decimal::from(NOW)));
    if now <= right {
        sheet.line(Ink::Text, (now + 5, top), (now + 5, bottom))?;
        sheet.text(Ink::Text, SMALL, HPos::Center, (now, top - 40), "now")?;
    }
    for line in drawn(curve) {
        self::line(line, sheet, &plot)?;
    }
    for line in drawn(curve) {
        marks(curve, line, sheet, &plot)?;
    }
    crossings(curve, sheet, &plot)?;
    if roomy { ends(curve, sheet, &plot, full) } else { Ok(()) }
}

/// What is meant by the ground and the dots, and in a narrow picture by the lines; says how high it is.
fn legend(curve: &CostCurve, sheet: &Sheet<'_>, roomy: bool, full: i32) -> Result<i32, ChartError> {
    let (mut x, mut y) = (0, 0);
    let mut put = |name: &str, sign: &dyn Fn(i32, i32) -> Result<(), ChartError>| {
        let name = fit(name, TEXT, full - 280);
        let needed = 280 + width(&name, TEXT);
        if x > 0 && x + needed > full {
            (x, y) = (0, y + ROW);
        }
        sign(x, y)?;
        sheet.text(Ink::Text, TEXT, HPos::Left, (x + 280, y + 120), &name)?;
        x += needed + 160;
        Ok::<(), ChartError>(())
    };
    if !roomy {
        for line in drawn(curve) {
            put(&line.name, &|x, y| {
                sheet.curve(line.slot.into(), LINE, vec![(x, y + 80), (x + 220, y + 80)])
            })?;
        }
    }
    if curve.own.is_some() {
        put(OWN, &|x, y| {
            sheet.shade(Ink::Other, ((x, y + 20), (x + 220, y + 140)))?;
            sheet.line(Ink::Other, (x + 5, y + 20), (x + 5, y + 140))?;
            sheet.line(Ink::Other, (x + 215, y + 20), (x + 215, y + 140))
        })?;
    }
    if shown(curve).next().is_some() {
        put(BECOMES_CHEAPER, &|x, y| sheet.dot(Ink::Text, (x + 110, y + 80), 40, false))?;
    }
    Ok(y + ROW)
}

/// How often what is used now, and how much that is.
fn below<X: Fn(f64) -> i32, Y: Fn(f64) -> i32>(
    curve: &CostCurve,
    sheet: &Sheet<'_>,
    plot: &Plot<X, Y>,
    (farthest, full): (f64, i32),
) -> Result<(), ChartError> {
    let labels = |step: i64| {
        let count = (farthest / step as f64 + 1e-9) as i64;
        (0..=count).map(move |at| {
            let share = Decimal::from(at * step);
            let amount = curve.usual.as_ref().and_then(|usual| Some(usual.unit.short(usual.at(share)?)));
            (share, format!("{}×", (share / Decimal::ONE_HUNDRED).normalize()), amount)
        })
    };
    let fits = |step: &i64| {
        let widest = labels(*step)
            .map(|(_, times, amount)| width(&times, SMALL).max(amount.map_or(0, |text| width(&text, SMALL))))
            .max()
            .unwrap_or(0);
        (plot.x)(*step as f64) - (plot.x)(0.0) > widest + 120
    };
    let step = [25, 50, 100, 200].into_iter().find(fits).unwrap_or(400);
    for (share, times, amount) in labels(step) {
        let x = (plot.x)(float(share));
        sheet.line(Ink::Axis, (x + 5, plot.bottom), (x + 5, plot.bottom + 40))?;
        for (text, y) in [(Some(times), 180), (amount, 340)] {
            let Some(text) = text else { continue };
            let half = width(&text, SMALL) / 2;
            let x = x.min(full - half).max(half);
            sheet.text(Ink::Muted, SMALL, HPos::Center, (x, plot.bottom + y), &text)?;
        }
    }
    let (words, y) = match &curve.usual {
        Some(usual) => (format!("times what you use now, and {}", usual.of()), plot.bottom + 510),
        None => ("times what you use now".to_owned(), plot.bottom + 350),
    };
    let words = fit(&words, SMALL, plot.right - plot.left);
    sheet.text(Ink::Muted, SMALL, HPos::Center, (i32::midpoint(plot.left, plot.right), y), &words)
}

/// A line, thin where something is refused.
fn line<X: Fn(f64) -> i32, Y: Fn(f64) -> i32>(
    line: &CostLine,
    sheet: &Sheet<'_>,
    plot: &Plot<X, Y>,
) -> Result<(), ChartError> {
    let ink = Ink::from(line.slot);
    let mut start = 0;
    while start + 1 < line.points.len() {
        let refuses = line.points[start + 1].refuses;
        let length = line.points[start + 1..].iter().take_while(|point| point.refuses == refuses).count();
        let path = line.points[start..=start + length].iter().map(|point| plot.place(*point)).collect();
        sheet.curve(ink, if refuses { THIN } else { LINE }, path)?;
        start += length;
    }
    if let [only] = line.points.as_slice() {
        sheet.dot(ink, plot.place(*only), 40, only.refuses)?;
    }
    Ok(())
}

fn marks<X: Fn(f64) -> i32, Y: Fn(f64) -> i32>(
    curve: &CostCurve,
    line: &CostLine,
    sheet: &mut Sheet<'_>,
    plot: &Plot<X, Y>,
) -> Result<(), ChartError> {
    for point in &line.points {
        let (x, y) = plot.place(*point);
        let bucket = curve.at(point.share);
        let refuses = if point.refuses { ", refuses some of it" } else { "" };
        let words = Words {
            series: Some(line.name.clone()),
            label: format!("{}, {bucket}: {}{refuses}", line.name, curve.unit.told(point.cost)),
            bucket,
            value: point.cost.to_string(),
            column: None,
        };
        let (x, y) = ((x - 30).clamp(0, plot.right + 60), (y - 30).max(0));
        sheet.point(line.slot.into(), ((x, y), (x + 60, y + 60)), words)?;
    }
    Ok(())
}

/// The points that lie on lines that are drawn, within what they reach, with what they cost.
fn shown(curve: &CostCurve) -> impl Iterator<Item = (&BreakEven, &CostLine, f64)> {
    curve.break_even.iter().filter(|point| point.line < MOST_LINES).filter_map(|point| {
        let line = curve.lines.get(point.line)?;
        let at = float(point.share);
        let two =
            line.points.windows(2).find(|two| float(two[0].share) <= at && at <= float(two[1].share))?;
        let (from, to) = (float(two[0].share), float(two[1].share));
        let part = if to > from { (at - from) / (to - from) } else { 0.0 };
        Some((point, line, float(two[0].cost) + part * (float(two[1].cost) - float(two[0].cost))))
    })
}

/// The break-even points, each with its name where that covers no other.
fn crossings<X: Fn(f64) -> i32, Y: Fn(f64) -> i32>(
    curve: &CostCurve,
    sheet: &mut Sheet<'_>,
    plot: &Plot<X, Y>,
) -> Result<(), ChartError> {
    let now = (plot.x)(float(Decimal::from(NOW)));
    let mut taken = vec![(now, plot.top, now + 10, plot.bottom)];
    let places: Vec<_> = shown(curve)
        .map(|(point, line, cost)| (point, line, (plot.x)(float(point.share)), (plot.y)(cost)))
        .collect();
    taken.extend(places.iter().map(|(_, _, x, y)| (x - 50, y - 50, x + 50, y + 50)));
    for (point, line, x, y) in places {
        sheet.dot(Ink::Text, (x, y), 40, false)?;
        let words = Words {
            series: Some(line.name.clone()),
            bucket: format!("Break-even, {}", curve.at(point.share)),
            label: point.words.clone(),
            value: curve.usual.as_ref().and_then(|usual| usual.at(point.share)).map_or_else(
                || format!("{} %", point.share.normalize()),
                |amount| amount.normalize().to_string(),
            ),
            column: None,
        };
        let (x0, y0) = ((x - 50).max(0), (y - 50).max(0));
        sheet.point(line.slot.into(), ((x0, y0), (x0 + 100, y0 + 100)), words)?;
        let long = width(&point.name, SMALL);
        let spots = [
            (x - 80 - long, y - 60),
            (x + 80, y + 150),
            (x - 80 - long, y + 150),
            (x + 80, y - 60),
            (x - long / 2, y - 160),
            (x - long / 2, y + 250),
        ];
        let inside = |(x, y): &(i32, i32)| {
            *x > plot.left && x + long < plot.right && y - 110 > plot.top && *y < plot.bottom - 20
        };
        let alone = |(x, y): &(i32, i32)| {
            taken.iter().all(|(x0, y0, x1, y1)| x + long < *x0 || *x > *x1 || *y < *y0 || y - 110 > *y1)
        };
        // With a line through it a name looks struck out: it is better told by the mark alone.
        let crossed = |(x, y): &(i32, i32)| {
            (0..=16).any(|at| {
                let there = x + long * at / 16;
                let meets = |line: &CostLine| {
                    height(line, plot, there).is_some_and(|line| (y - 120..=y + 30).contains(&line))
                };
                drawn(curve).any(meets)
            })
        };
        let free = spots.iter().find(|spot| inside(spot) && alone(spot) && !crossed(spot)).copied();
        if let Some((x, y)) = free {
            sheet.text(Ink::Text, SMALL, HPos::Left, (x, y), &point.name)?;
            taken.push((x, y - 110, x + long, y));
        }
    }
    Ok(())
}

/// How high a line is at a place across.
fn height<X: Fn(f64) -> i32, Y: Fn(f64) -> i32>(line: &CostLine, plot: &Plot<X, Y>, x: i32) -> Option<i32> {
    line.points.windows(2).find_map(|two| {
        let ((x0, y0), (x1, y1)) = (plot.place(two[0]), plot.place(two[1]));
        (x0 <= x && x <= x1).then(|| y0 + (y1 - y0) * (x - x0) / (x1 - x0).max(1))
    })
}

/// The names at the ends of the lines, pushed apart where they would cover one another.
fn ends<X: Fn(f64) -> i32, Y: Fn(f64) -> i32>(
    curve: &CostCurve,
    sheet: &Sheet<'_>,
    plot: &Plot<X, Y>,
    full: i32,
) -> Result<(), ChartError> {
    let mut ends: Vec<(i32, &CostLine)> =
        drawn(curve).filter_map(|line| Some((plot.place(*line.points.last()?).1 + 40, line))).collect();
    ends.sort_by_key(|(y, _)| *y);
    let mut least = i32::MIN;
    for (y, _) in &mut ends {
        *y = (*y).max(least);
        least = *y + NAMES_APART;
    }
    // What was pushed below the lowest line moves back up.
    let mut most = plot.bottom + 40;
    for (y, _) in ends.iter_mut().rev() {
        *y = (*y).min(most);
        most = *y - NAMES_APART;
    }
    for (y, line) in ends {
        let x = plot.right + 80;
        sheet.curve(line.slot.into(), LINE, vec![(x, y - 40), (x + 200, y - 40)])?;
        let name = fit(&line.name, TEXT, full - x - 260);
        sheet.text(Ink::Text, TEXT, HPos::Left, (x + 260, y), &name)?;
    }
    Ok(())
}
