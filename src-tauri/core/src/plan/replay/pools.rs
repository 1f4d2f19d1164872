//! Credit that comes with a plan or is bought: what it is spent on, and what lapses.

use std::sync::Arc;

use super::ReplayError;
use super::amounts::{Count, Grains, Unit, grains_of};
use super::spans::Instants;
use crate::catalogue::{Rollover, Starts};
use crate::ledger::{ExpiryRule, Life, QuotaWindow};
use crate::money::Decimal;
use crate::plan::usage::months_after;
use crate::plan::{KindSet, Measure, TermPack, TermPool};
use crate::time::{Date, Timestamp};

const DAY: i64 = 86_400;

/// When credit lapses that is had once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lapse {
    Never,
    At(Timestamp),
    /// So many seconds after the element last served anything, or after the credit was had.
    Idle(i64),
}

/// Credit that comes with a plan.
#[derive(Debug, Clone)]
pub(super) struct Pool<'a> {
    pub(super) measure: Measure,
    pub(super) count: Count,
    pub(super) kinds: &'a KindSet,
    amount: i128,
    rollover: Over,
    /// When it comes again.
    pub(super) bounds: Arc<[Timestamp]>,
    /// How often it has come again.
    came: usize,
    /// What is left, of each time that it came: the oldest first. One lot alone where they never lapse one by one.
    lots: Vec<(usize, i128)>,
    pub(super) lapse: Lapse,
    pub(super) lapsed: i128,
}

#[derive(Debug, Clone, Copy)]
enum Over {
    /// Each lot lives over so many boundaries.
    Periods(usize),
    Capped(i128),
    Stays,
}

/// A pack that was bought.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bought {
    lapse: Lapse,
    left: i128,
    at: Timestamp,
    /// The how-manieth it is.
    place: u64,
}

/// Packs on sale, and what was bought.
#[derive(Debug, Clone)]
pub(super) struct Packs<'a> {
    pub(super) on_sale: &'a [TermPack],
    credits: Vec<i128>,
    pub(super) count: Count,
    pub(super) measure: Measure,
    /// Soonest lapse first, then oldest; empty ones are gone.
    pub(super) lots: Vec<Bought>,
    pub(super) lapsed: i128,
    element: usize,
    bought: u64,
}

/// An amount as grains of what it is counted in.
pub(super) fn whole(
    amount: Decimal,
    count: Count,
    grains: &Grains,
    units: &[Unit],
) -> Result<i128, ReplayError> {
    grains_of(amount, grains.scale(count, units)).map(|whole| whole.max(0)).ok_or(ReplayError::Overflow)
}

impl Lapse {
    fn of(life: ExpiryRule, had: Timestamp, element: usize) -> Result<Lapse, ReplayError> {
        Ok(match life {
            ExpiryRule::Never => Lapse::Never,
            ExpiryRule::On(date) => Lapse::At(date.plus_days(1).utc_start()),
            ExpiryRule::At(at) => Lapse::At(at),
            ExpiryRule::AfterPurchase(Life::Days(days)) => Lapse::At(had.plus_seconds(i64::from(days) * DAY)),
            ExpiryRule::AfterPurchase(Life::Months(months)) => {
                let date = had.utc_date();
                let months = usize::try_from(months).unwrap_or(usize::MAX);
                let of_day = had.seconds_since(date.utc_start());
                Lapse::At(months_after(date, months).utc_start().plus_seconds(of_day))
            }
            ExpiryRule::AfterInactivity(days) => Lapse::Idle(i64::from(days) * DAY),
            ExpiryRule::EndOfPeriod { .. } => return Err(ReplayError::NoPeriod { element }),
        })
    }

    /// The first instant at which the credit is gone, as far as it is known.
    pub(super) fn instant(self, had: Timestamp, served: Option<Timestamp>) -> Option<Timestamp> {
        match self {
            Lapse::Never => None,
            Lapse::At(at) => Some(at),
            Lapse::Idle(seconds) => Some(served.map_or(had, |served| served.max(had)).plus_seconds(seconds)),
        }
    }
}

impl<'a> Pool<'a> {
    pub(super) fn of(
        pool: &'a TermPool,
        days: (Date, Date),
        instants: &Instants,
        grains: &Grains,
        units: &[Unit],
        element: usize,
    ) -> Result<Pool<'a>, ReplayError> {
        let count = Count::of(pool.measure);
        let amount = whole(pool.amount, count, grains, units)?;
        let once = pool.every == QuotaWindow::Lifetime;
        if super::spans::seconds(pool.every) == Some(0) {
            return Err(ReplayError::NoLength { element });
        }
        let starts = match pool.starts {
            Starts::Calendar(zone) => Starts::Calendar(zone),
            Starts::Purchase | Starts::FirstUse | Starts::Sliding => Starts::Purchase,
        };
        let rollover = match &pool.rollover {
            Rollover::Lapses => Over::Periods(0),
            Rollover::Periods(count) => Over::Periods(usize::try_from(*count).unwrap_or(usize::MAX)),
            Rollover::Capped(crate::catalogue::Quantity::Exact(most)) => {
                Over::Capped(whole(*most, count, grains, units)?)
            }
            Rollover::Capped(_) | Rollover::Stays => Over::Stays,
        };
        let lapse = if once { Lapse::of(pool.life, days.0.utc_start(), element)? } else { Lapse::Never };
        Ok(Pool {
            measure: pool.measure,
            count,
            kinds: &pool.kinds,
            amount,
            rollover,
            bounds: instants.bounds(pool.every, starts, days),
            came: 0,
            lots: vec![(0, amount)],
            lapse,
            lapsed: 0,
        })
    }

    /// What can be spent.
    pub(super) fn left(&self) -> i128 {
        self.lots.iter().map(|(_, left)| left).sum()
    }

    /// When something next changes by itself.
    pub(super) fn next_change(&self, start: Timestamp, served: Option<Timestamp>) -> Option<Timestamp> {
        let lapses = if self.lots.is_empty() { None } else { self.lapse.instant(start, served) };
        self.bounds.get(self.came).copied().into_iter().chain(lapses).min()
    }

    /// Lives on up to an instant, this one included.
    pub(super) fn advance(
        &mut self,
        to: Timestamp,
        start: Timestamp,
        served: Option<Timestamp>,
    ) -> Result<(), ReplayError> {
        while self.bounds.get(self.came).is_some_and(|bound| *bound <= to) {
            self.came += 1;
            self.renew()?;
        }
        if self.lapse.instant(start, served).is_some_and(|at| at <= to) {
            self.lapsed += self.left();
            self.lots.clear();
        }
        Ok(())
    }

    fn renew(&mut self) -> Result<(), ReplayError> {
        match self.rollover {
            Over::Periods(periods) => {
                let gone =
                    |(came, _): &(usize, i128)| came.saturating_add(1).saturating_add(periods) <= self.came;
                let lapsed: i128 = self.lots.iter().filter(|lot| gone(lot)).map(|(_, left)| left).sum();
                self.lapsed = self.lapsed.checked_add(lapsed).ok_or(ReplayError::Overflow)?;
                let came = self.came;
                self.lots
                    .retain(|(had, left)| *left > 0 && had.saturating_add(1).saturating_add(periods) > came);
                self.lots.push((self.came, self.amount));
            }
            Over::Capped(most) => {
                let all = self.left().checked_add(self.amount).ok_or(ReplayError::Overflow)?;
                let kept = all.min(most.max(self.amount));
                self.lapsed = self.lapsed.checked_add(all - kept).ok_or(ReplayError::Overflow)?;
                self.lots = vec![(self.came, kept)];
            }
            Over::Stays => {
                let all = self.left().checked_add(self.amount).ok_or(ReplayError::Overflow)?;
                self.lots = vec![(self.came, all)];
            }
        }
        Ok(())
    }

    /// Spends what is there: of the newest period first, then of what rolled over, by soonest expiry.
    pub(super) fn spend(&mut self, amount: i128) {
        let mut rest = amount;
        let newest = self.lots.len().saturating_sub(1);
        for place in std::iter::once(newest).chain(0..newest) {
            let Some((_, left)) = self.lots.get_mut(place) else { return };
            let spent = rest.min(*left);
            *left -= spent;
            rest -= spent;
        }
    }
}

impl<'a> Packs<'a> {
    /// Nothing where none is on sale.
    pub(super) fn of(
        on_sale: &'a [TermPack],
        grains: &Grains,
        units: &[Unit],
        element: usize,
    ) -> Result<Option<Packs<'a>>, ReplayError> {
        let Some(first) = on_sale.first() else { return Ok(None) };
        let count = Count::of(first.measure);
        let credits: Vec<i128> =
            on_sale.iter().map(|pack| whole(pack.credit, count, grains, units)).collect::<Result<_, _>>()?;
        if let Some(pack) = credits.iter().position(|credit| *credit <= 0) {
            return Err(ReplayError::EmptyPack { element, pack });
        }
        Ok(Some(Packs {
            on_sale,
            credits,
            count,
            measure: first.measure,
            lots: Vec::new(),
            lapsed: 0,
            element,
            bought: 0,
        }))
    }

    /// Whether any lapses by how long nothing was used.
    pub(super) fn lapse_by_use(&self) -> bool {
        self.on_sale.iter().any(|pack| matches!(pack.life, ExpiryRule::AfterInactivity(_)))
    }

    pub(super) fn left(&self) -> i128 {
        self.lots.iter().map(|lot| lot.left).sum()
    }

    /// When something next lapses.
    pub(super) fn next_change(&self, served: Option<Timestamp>) -> Option<Timestamp> {
        self.lots.iter().filter_map(|lot| lot.lapse.instant(lot.at, served)).min()
    }

    /// Lives on up to an instant, this one included.
    pub(super) fn advance(&mut self, to: Timestamp, served: Option<Timestamp>) {
        let lapsed = &mut self.lapsed;
        self.lots.retain(|lot| {
            let gone = lot.lapse.instant(lot.at, served).is_some_and(|at| at <= to);
            *lapsed += if gone { lot.left } else { 0 };
            !gone
        });
    }

    /// Spends of what is there, and says what is not paid.
    pub(super) fn spend(&mut self, amount: i128, served: Option<Timestamp>) -> i128 {
        let mut rest = amount;
        if rest > 0 && self.lots.len() > 1 {
            // By inactivity the order can change with every use.
            self.lots.sort_by_key(|lot| {
                let lapses = lot.lapse.instant(lot.at, served);
                (lapses.is_none(), lapses, lot.place)
            });
        }
        for lot in &mut self.lots {
            let spent = rest.min(lot.left);
            lot.left -= spent;
            rest -= spent;
        }
        self.lots.retain(|lot| lot.left > 0);
        rest
    }

    /// The pack that is bought where so much is needed.
    pub(super) fn choice(&self, need: i128) -> usize {
        let price = |pack: &usize| self.on_sale[*pack].price;
        let enough = (0..self.credits.len()).filter(|pack| self.credits[*pack] >= need);
        let most = self.credits.iter().copied().max().unwrap_or_default();
        let largest = (0..self.credits.len()).filter(|pack| self.credits[*pack] == most);
        enough.min_by_key(price).or_else(|| largest.min_by_key(price)).unwrap_or_default()
    }

    /// Buys one.
    pub(super) fn buy(&mut self, pack: usize, at: Timestamp) -> Result<(), ReplayError> {
        let lapse = Lapse::of(self.on_sale[pack].life, at, self.element)?;
        if lapse.instant(at, None).is_some_and(|lapses| lapses <= at) {
            return Err(ReplayError::LapsedPack { element: self.element, pack });
        }
        self.lots.push(Bought { lapse, left: self.credits[pack], at, place: self.bought });
        self.bought += 1;
        Ok(())
    }
}
