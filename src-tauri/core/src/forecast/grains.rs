//! Amounts as whole numbers that leave room to multiply.

use crate::money::Decimal;

/// The largest day is so many grains at most: nine digits of it count, which is more than a forecast can say.
const LARGEST: u128 = 1_000_000_000;

/// What one grain is: a unit in the last decimal place that counts, or a power of ten above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grains {
    /// Decimal places; below nought where a grain is ten units or more.
    places: i32,
}

impl Grains {
    /// Grains in which the largest of these amounts still fits.
    pub(super) fn of(amounts: &[Decimal]) -> Grains {
        let largest = amounts.iter().map(Decimal::abs).max().unwrap_or_default().normalize();
        let mut places = i32::try_from(largest.scale()).unwrap_or_default();
        let mut unscaled = largest.mantissa().unsigned_abs();
        while unscaled >= LARGEST {
            unscaled /= 10;
            places -= 1;
        }
        // Shares of days have more digits than the days.
        while unscaled > 0 && unscaled < LARGEST / 10 && places < 28 {
            unscaled *= 10;
            places += 1;
        }
        Grains { places }
    }

    /// The amounts in grains; a part of a grain is dropped.
    pub(super) fn counted(self, amounts: &[Decimal]) -> Vec<i64> {
        amounts.iter().map(|amount| self.count(*amount)).collect()
    }

    /// An amount in grains, held within what can be counted.
    pub(super) fn count(self, amount: Decimal) -> i64 {
        let scale = i32::try_from(amount.scale()).unwrap_or_default();
        let shift = (self.places - scale).unsigned_abs();
        let power = 10_i128.checked_pow(shift);
        let mantissa = amount.mantissa();
        let counted = match power {
            Some(power) if self.places >= scale => mantissa.checked_mul(power),
            Some(power) => Some(mantissa / power),
            None if self.places < scale => Some(0),
            None => None,
        };
        let limit = if mantissa < 0 { i64::MIN / 4 } else { i64::MAX / 4 };
        counted
            .and_then(|count| i64::try_from(count).ok())
            .map_or(limit, |count| count.clamp(i64::MIN / 4, i64::MAX / 4))
    }

    /// So many grains as an amount.
    pub(super) fn amount(self, count: i64) -> Decimal {
        if self.places >= 0 {
            return Decimal::from_i128_with_scale(i128::from(count), self.places.unsigned_abs());
        }
        let power = 10_i128.checked_pow(self.places.unsigned_abs());
        let unscaled = power.and_then(|power| i128::from(count).checked_mul(power));
        let limit = if count < 0 { Decimal::MIN } else { Decimal::MAX };
        unscaled.and_then(|unscaled| Decimal::try_from_i128_with_scale(unscaled, 0).ok()).unwrap_or(limit)
    }
}
