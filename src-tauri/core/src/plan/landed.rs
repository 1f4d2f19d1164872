//! Costs where the person pays, in whole millionths of the currency.

use super::draws::{COST_PLACES, Sums, Ways};
use super::{Landings, Purse};
use crate::money::Decimal;

/// What a purse is multiplied by.
pub(super) struct Factors {
    factors: Vec<(Purse, Decimal)>,
}

impl Factors {
    pub(super) fn of(landings: &Landings) -> Factors {
        Factors { factors: landings.factors.clone() }
    }

    fn factor(&self, purse: Purse) -> Result<Decimal, Purse> {
        self.factors.iter().find(|(held, _)| *held == purse).map(|(_, factor)| *factor).ok_or(purse)
    }

    /// Sums of a month; a purse without a factor is the error.
    pub(super) fn land(&self, sums: &Sums) -> Result<i128, Purse> {
        let landed = sums.iter().map(|(purse, amount)| Ok(times(*amount, self.factor(*purse)?)));
        landed.sum()
    }

    /// Every drawn month.
    pub(super) fn land_ways(&self, ways: &Ways) -> Result<Vec<i128>, Purse> {
        let mut months = vec![0; ways.refused.len()];
        for (purse, costs) in &ways.purses {
            let factor = self.factor(*purse)?;
            for (month, cost) in months.iter_mut().zip(costs) {
                *month += times(*cost, factor);
            }
        }
        Ok(months)
    }

    /// Exact sums, for comparison.
    pub(super) fn land_exact(&self, sums: &[(Purse, Decimal)]) -> Option<i128> {
        let grains = |amount: Decimal| super::cells::grains(amount, COST_PLACES);
        sums.iter().map(|(purse, amount)| Some(times(grains(*amount), self.factor(*purse).ok()?))).sum()
    }

    /// Exact sums, to be shown: as many digits as the factors have.
    pub(super) fn show(&self, sums: &[(Purse, Decimal)]) -> Result<Decimal, Purse> {
        let mut landed = Decimal::ZERO;
        for (purse, amount) in sums {
            let factor = self.factor(*purse)?;
            landed = landed.saturating_add(amount.saturating_mul(factor));
        }
        Ok(landed.normalize())
    }
}

fn times(amount: i64, factor: Decimal) -> i128 {
    let power = 10_i128.checked_pow(factor.scale()).unwrap_or(1);
    let wide = i128::from(amount).saturating_mul(factor.mantissa());
    // To the nearest.
    let half = if wide < 0 { -power / 2 } else { power / 2 };
    wide.saturating_add(half) / power
}

/// So many millionths as an amount.
pub(super) fn amount(millionths: i128) -> Decimal {
    Decimal::try_from_i128_with_scale(millionths, COST_PLACES).unwrap_or(Decimal::MAX).normalize()
}
