//! What is at risk of lots: what would be in them when they lapse, if spending goes on as forecast.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::LotState;
use super::purses::{LotStand, Purse, Purses, Unforeseen};
use super::told_lots::order_of;
use crate::catalogue::CreditRules;
use crate::credit::{self, Acquired, CreditError, Lot, Replayed, Spread, Use};
use crate::forecast::Forecast;
use crate::ledger::ExpiryRule;
use crate::money::{Currency, Decimal};
use crate::time::Timestamp;

/// A unit of no account, for a use that moves no credit.
const MARK: Currency = Currency::unit("use");

/// Lots as they stand, and how spending goes on.
struct WayOn<'a> {
    lots: Cow<'a, Replayed>,
    forecast: Forecast,
}

impl Purse {
    /// Says what is at risk of the open lots of a currency.
    pub(super) fn weigh(&self, stands: &mut [LotStand], currency: Currency, purses: &Purses, reach: usize) {
        let now = purses.now;
        let mut due: Vec<&mut LotStand> = stands
            .iter_mut()
            .filter(|stand| stand.told.currency == currency && stand.state == LotState::Open)
            .filter(|stand| stand.lapses_at.is_some_and(|end| end > now))
            .collect();
        if due.is_empty() {
            return;
        }
        let days = i64::try_from(reach).unwrap_or(i64::MAX);
        let end = now.utc_date().plus_days(days).utc_start();
        // A forecast takes its time: none is made for lots that are all too far away.
        let near = due.iter().any(|stand| stand.lapses_at.is_some_and(|at| at <= end));
        let shared: Vec<&LotStand> = due.iter().map(|stand| &**stand).collect();
        let risks = if near { self.risks(&shared, currency, purses, reach) } else { Ok(BTreeMap::new()) };
        for stand in &mut due {
            match &risks {
                Ok(risks) => {
                    stand.at_risk = risks.get(&stand.told.id).copied();
                    if stand.at_risk.is_none() {
                        let far =
                            format!("It lapses in more than {reach} days, which is too far to forecast.");
                        stand.at_risk_unknown = Some(far);
                    }
                }
                Err(why) => stand.at_risk_unknown = Some(why.to_string()),
            }
        }
    }

    fn risks(
        &self,
        due: &[&LotStand],
        currency: Currency,
        purses: &Purses,
        reach: usize,
    ) -> Result<BTreeMap<String, Spread>, Unforeseen> {
        let told = due.iter().any(|stand| stand.told.left.is_some());
        let way = self.way_on(due, currency, purses, told)?;
        let days = way.lots.days_ahead(currency).min(reach);
        let paths = self.paths(&way.forecast, currency, days, purses.now, told);
        let risks = way.lots.at_risk(currency, &paths)?;
        Ok(risks.into_iter().filter_map(|risk| Some((risk.id, risk.spread?))).collect())
    }

    /// What is likely to be left in all lots of a currency by the end of each of so many days, from today on; `due` are those that
    /// are open and lapse.
    pub(super) fn left_ahead(
        &self,
        due: &[&LotStand],
        currency: Currency,
        purses: &Purses,
        days: usize,
    ) -> Result<Vec<Spread>, Unforeseen> {
        let told = self.lots.iter().any(|lot| lot.currency == currency && lot.left.is_some());
        let way = self.way_on(due, currency, purses, told)?;
        let paths = self.paths(&way.forecast, currency, days, purses.now, told);
        Ok(way.lots.left_ahead(currency, &paths)?)
    }

    /// From where the lots of a currency go on, and how. `told` where a provider tells what is left in one of them.
    fn way_on(
        &self,
        due: &[&LotStand],
        currency: Currency,
        purses: &Purses,
        told: bool,
    ) -> Result<WayOn<'_>, Unforeseen> {
        let history = self.history(currency, &purses.outlook)?;
        let forecast = Forecast::of(&history)?;
        let lots = if told { Cow::Owned(self.onward(due, purses)?) } else { Cow::Borrowed(&self.replayed) };
        Ok(WayOn { lots, forecast })
    }

    /// The lots with what is left in them now, where a provider tells that of one: from here on they are spent in their order.
    fn onward(&self, due: &[&LotStand], purses: &Purses) -> Result<Replayed, CreditError> {
        let account = purses.books.accounts.iter().find(|row| row.id == self.account);
        let provider = account.map(|row| row.account.provider.as_str()).unwrap_or_default();
        let order = CreditRules::bundled()
            .map_or_else(|_| credit::Order::default(), |rules| order_of(rules, provider));
        let lots = due.iter().filter_map(|stand| {
            let told = &stand.told;
            let left = stand.left?.exact()?;
            let acquired = told.acquired.unwrap_or(Acquired::At(told.as_of));
            let rule = told.rule.unwrap_or(ExpiryRule::Never);
            Some(Lot {
                id: told.id.clone(),
                kind: told.kind,
                currency: told.currency,
                amount: left,
                acquired,
                rule,
            })
        });
        // What never lapses is spent too, in its turn.
        let lasting = self.lots.iter().filter(|told| !due.iter().any(|stand| stand.told.id == told.id));
        let lasting = lasting.filter_map(|told| {
            let left = told.left.or_else(|| self.replayed.lot(&told.id)?.left.exact())?;
            let open = left > Decimal::ZERO && self.ends(told).1.is_none();
            open.then(|| Lot {
                id: told.id.clone(),
                kind: told.kind,
                currency: told.currency,
                amount: left,
                acquired: told.acquired.unwrap_or(Acquired::At(told.as_of)),
                rule: ExpiryRule::Never,
            })
        });
        let lots: Vec<Lot> = lots.chain(lasting).collect();
        // The last use still counts for what lapses by inactivity.
        let last = self.last_use.map(|at| Use { at, amount: Decimal::ONE, currency: MARK });
        credit::replay(&lots, last.as_slice(), order, &self.calendar, purses.now)
    }

    /// Ways in which the rest of today and later days may go.
    fn paths(
        &self,
        forecast: &Forecast,
        currency: Currency,
        days: usize,
        now: Timestamp,
        told: bool,
    ) -> Vec<Vec<Decimal>> {
        let today = now.utc_date();
        let behind = usize::try_from(today.days_since(forecast.first())).unwrap_or_default();
        let known = self.charges.get(&currency).map_or(Decimal::ZERO, |days| {
            let since = days.range(forecast.first()..=today);
            since.fold(Decimal::ZERO, |sum, (_, amount)| sum.saturating_add(*amount))
        });
        let left = Decimal::from(today.utc_day().end.seconds_since(now));
        let mut paths = forecast.paths(behind + days);
        for path in &mut paths {
            let later = path.split_off((behind + 1).min(path.len()));
            let sum = path.iter().fold(Decimal::ZERO, |sum, day| sum.saturating_add(*day));
            // What the lots do not know yet of days that were not read or are under way.
            let rest = if told {
                // A balance that was just told knows of today so far.
                let today = path.last().copied().unwrap_or_default();
                today.saturating_mul(left).checked_div(Decimal::from(86_400)).unwrap_or(today).round_dp(6)
            } else {
                sum.saturating_sub(known).max(Decimal::ZERO)
            };
            path.clear();
            path.push(rest);
            path.extend(later);
        }
        if days == 0 { Vec::new() } else { paths }
    }
}
