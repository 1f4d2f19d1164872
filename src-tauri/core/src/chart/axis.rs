//! Round steps for an axis, and their labels.

use super::Unit;
use super::words::{MINUS, group};
use std::fmt::Write as _;

/// The range of an axis and its ticks. The range begins and ends on a tick.
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) ticks: Vec<Tick>,
}

/// One tick.
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// An axis from `low` (zero or less) to `high` (zero or more) with about `count` steps of 1, 2 or 5 times a power of ten.
pub(super) fn axis(low: f64, high: f64, whole: bool, count: i32, unit: &Unit) -> Axis {
    if low >= 0.0 && high <= 0.0 {
        let zero = Tick { value: 0.0, label: label(0, 0, 0.0, unit) };
        return Axis { low: 0.0, high: 1.0, ticks: vec![zero] };
    }
    let raw = (high - low) / f64::from(count.max(1));
    let mut power = raw.log10().floor() as i32;
    let lead = raw / 10_f64.powi(power);
    // The margin keeps a range that is itself round from being pushed to the next step by the last bit.
    let mut factor =
        [1_i64, 2, 5].into_iter().find(|factor| lead <= *factor as f64 * 1.000_000_1).unwrap_or_else(|| {
            power += 1;
            1
        });
    if whole && power < 0 {
        (power, factor) = (0, 1);
    }
    let step = factor as f64 * 10_f64.powi(power);
    let first = (low / step + 1e-7).floor() as i64;
    let last = (high / step - 1e-7).ceil() as i64;
    let top = last.max(-first) as f64 * step;
    let ticks = (first..=last)
        .map(|n| Tick { value: n as f64 * step, label: label(n * factor, power, top, unit) })
        .collect();
    Axis { low: first as f64 * step, high: last as f64 * step, ticks }
}

/// The label of `n` × 10^`power` on an axis whose largest tick is `top`.
fn label(n: i64, power: i32, top: f64, unit: &Unit) -> String {
    let mut text = String::new();
    if n < 0 {
        text.push_str(MINUS);
    }
    text.push_str(unit.sign());
    if n == 0 {
        text.push('0');
    } else if power < -8 || top >= 1e15 {
        // Too long for an axis when written out.
        let _ = write!(text, "{}e{power}", n.unsigned_abs());
    } else {
        let (shift, suffix) = scale(top, unit.indian());
        let digits = u128::from(n.unsigned_abs()) * 10_u128.pow(u32::try_from(power - shift).unwrap_or(0));
        let decimals = usize::try_from(shift - power).unwrap_or(0);
        let digits = format!("{digits:0>width$}", width = decimals + 1);
        let (whole, part) = digits.split_at(digits.len() - decimals);
        group(&mut text, whole, unit.indian());
        if decimals > 0 {
            let decimals = if shift == 0 { decimals.max(unit.minor()) } else { decimals };
            let _ = write!(text, ".{part:0<decimals$}");
        }
        text.push_str(suffix);
    }
    if let Some(code) = unit.code() {
        text.push(' ');
        text.push_str(code);
    }
    text
}

/// The power of ten that is taken out of the labels of an axis, and the letter that stands for it.
fn scale(top: f64, indian: bool) -> (i32, &'static str) {
    const USUAL: [(f64, i32, &str); 4] = [(1e12, 12, "T"), (1e9, 9, "B"), (1e6, 6, "M"), (1e5, 3, "k")];
    const INDIAN: [(f64, i32, &str); 2] = [(1e7, 7, "Cr"), (1e5, 5, "L")];
    let steps: &[_] = if indian { &INDIAN } else { &USUAL };
    steps.iter().find(|(from, ..)| top >= *from).map_or((0, ""), |(_, shift, suffix)| (*shift, *suffix))
}
