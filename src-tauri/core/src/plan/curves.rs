//! Cost against usage, and the points where one option becomes cheaper than another.

use super::choice::{BreakEven, Point};
use super::draws::EIGHTHS;
use super::judge::{Landed, volume};
use super::landed::amount;
use crate::money::{Currency, Decimal};

/// A curve as it is shown.
pub(super) fn points(curve: &[(i128, bool)]) -> Vec<Point> {
    let point = |(eighths, (cost, refuses)): (&i64, &(i128, bool))| Point {
        share: Decimal::new(eighths * 125, 1).normalize(),
        cost: amount(*cost),
        refuses: *refuses,
    };
    EIGHTHS.iter().zip(curve).map(point).collect()
}

/// Where an option becomes cheaper than another, or dearer. Between two points a curve is taken to be straight; where something is
/// refused nothing is compared.
pub(super) fn break_even(one: &Landed<'_>, other: &Landed<'_>, currency: Currency) -> Vec<BreakEven> {
    let mut found = Vec::new();
    // The last point at which they differed: its eighths, and by how much the option was dearer.
    let mut before: Option<(i64, i128)> = None;
    for ((eighths, (cost, refuses)), (other_cost, other_refuses)) in
        EIGHTHS.iter().zip(&one.curve).zip(&other.curve)
    {
        if *refuses || *other_refuses {
            break;
        }
        let dearer = cost - other_cost;
        if dearer == 0 {
            continue;
        }
        if let Some((from, was)) = before.filter(|(_, was)| (*was > 0) != (dearer > 0)) {
            // In thousandths of an eighth: the crossing of the line between the two.
            let length = i128::from(eighths - from) * 1_000;
            let into = length * was.abs() / (was.abs() + dearer.abs());
            let thousandths = i128::from(from) * 1_000 + into;
            let share = Decimal::try_from_i128_with_scale(thousandths * 125, 4).unwrap_or_default();
            if let Some(whole) = volume(one.followed.volume, currency) {
                found.push(BreakEven {
                    than: other.id.clone(),
                    above: dearer < 0,
                    share: share.round_dp(1).normalize(),
                    at: whole.part(share),
                });
            }
        }
        before = Some((*eighths, dearer));
    }
    found
}
