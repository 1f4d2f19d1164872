//! A line as high as a row of text: no axes, no marks, all of it in one sentence.

use super::palette::Ink;
use super::sheet::Sheet;
use super::words::escape;
use super::{ChartError, Spark, Unit};
use crate::money::Decimal;
use rust_decimal::prelude::ToPrimitive;

const SIZE: (u32, u32) = (96, 20);

pub(super) fn draw(spark: &Spark) -> Result<(String, String), ChartError> {
    let (right, bottom) = (SIZE.0.cast_signed() * 10 - 20, SIZE.1.cast_signed() * 10 - 20);
    let float = |value: Decimal| value.to_f64().unwrap_or(0.0);
    let known = || spark.values.iter().flatten().map(|value| float(*value));
    let (low, high) =
        known().fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let high = if low < high { high } else { low + 1.0 };
    let mut body = String::with_capacity(400);
    let sheet = Sheet::new(&mut body, "spark", SIZE.0, SIZE.1);
    let count = spark.values.len().max(2) - 1;
    let place = |at: usize, value: Decimal| {
        let x = 20 + (f64::from(right - 20) * at as f64 / count as f64).round() as i32;
        let y = bottom - (f64::from(bottom - 20) * (float(value) - low) / (high - low)).round() as i32;
        (x, y)
    };
    // Where nothing is known the line has a gap; a step by itself is a dot.
    let mut path = Vec::new();
    let ends = spark.values.iter().map(Some).chain([None]);
    for (at, value) in ends.enumerate() {
        match value.copied().flatten() {
            Some(value) => path.push(place(at, value)),
            None => match std::mem::take(&mut path).as_slice() {
                [] => {}
                [one] => sheet.dot(Ink::S1, *one, 15, false)?,
                line => sheet.curve(Ink::S1, 15, line.to_vec())?,
            },
        }
    }
    sheet.finish()?;
    let label = describe(spark);
    let svg = format!(
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="sg-chart" role="img" width="{w}" height="{h}" "#,
            r#"viewBox="0 0 {w} {h}" stroke-width="0" aria-label="{label}">{body}</svg>"#
        ),
        w = SIZE.0,
        h = SIZE.1,
        label = escape(&label),
        body = body,
    );
    Ok((svg, label))
}

fn describe(spark: &Spark) -> String {
    let figure = |value: Decimal| match &spark.unit {
        Unit::Count { noun } if noun.is_empty() => value.to_string(),
        unit => unit.short(value),
    };
    let known = spark.values.iter().zip(&spark.names).filter_map(|(value, name)| Some(((*value)?, name)));
    match known.max_by(|a, b| a.0.cmp(&b.0)) {
        Some((most, name)) if most > Decimal::ZERO => {
            let estimated = if spark.estimated { ", estimated" } else { "" };
            format!("{}: highest {name}, {}{estimated}", spark.name, figure(most))
        }
        _ => format!("{}: nothing in these days", spark.name),
    }
}
