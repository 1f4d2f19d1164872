//! What of the facts behind alerts takes longer to work out: lots, balances, budgets, and what days cost.

use std::collections::{BTreeMap, BTreeSet};

use super::ApiError;
use super::app::House;
use super::budgeting::{Likely, Stand};
use super::figures::Books;
use super::forecasting::{Balanced, Spending, days_left, spending_of};
use super::outlook::{DAYS_LOOKED_AT, Outlook};
use super::purses::LotStand;
use crate::alert::{BalanceLeft, BudgetStand, Days, Lot, Range, Settings, Whose};
use crate::ledger::{BalanceKind, BudgetScope, Entered, EnteredBalance, ExpiryRule};
use crate::money::{self, Currency, Decimal, Money};
use crate::store::EntryRow;
use crate::time::Timestamp;

/// Days that a spike is told from.
const DAYS_HELD: i64 = 36;
/// The dearest day is looked for among so many.
const DEAREST_OF: usize = 90;

/// What the figures are gathered from.
pub(super) struct Gather<'a> {
    pub(super) books: &'a Books,
    pub(super) entries: &'a [EntryRow],
    pub(super) outlook: &'a Outlook,
    pub(super) settings: &'a Settings,
}

impl Gather<'_> {
    fn whose(&self, account: i64) -> Whose {
        Whose { account, label: self.books.label_of(account) }
    }

    pub(super) fn lot(&self, stand: &LotStand) -> Lot {
        let told = &stand.told;
        let nearest = money::Total::nearest;
        Lot {
            id: told.id.clone(),
            whose: self.whose(told.account),
            currency: told.currency,
            left: stand.left.map(nearest),
            lapsed: stand.lapsed.map(nearest),
            lapses_at: stand.lapses_at,
            at_risk: stand.at_risk.map(|risk| Range {
                p10: nearest(risk.p10),
                p50: nearest(risk.p50),
                p90: nearest(risk.p90),
            }),
            at_risk_unknown: stand.at_risk_unknown.clone(),
            needed_per_day: stand.needed_per_day.map(nearest),
            by_inactivity: matches!(told.rule, Some(ExpiryRule::AfterInactivity(_))),
            possible: stand.is_possible(),
        }
    }

    /// One balance an account and currency: what is told as a whole, else its kinds together; else what was entered last.
    pub(super) async fn balances(
        &self,
        house: &House,
        trouble: &mut Trouble,
    ) -> Result<Vec<BalanceLeft>, ApiError> {
        let since = self.outlook.today.plus_days(-DAYS_LOOKED_AT).utc_start();
        let mut by_place = BTreeMap::<(i64, Currency), Told>::new();
        for series in house.store.balance_history(None, since).await? {
            let told = Told {
                kind: series.kind,
                readings: series.readings.iter().map(|reading| (reading.at, reading.amount)).collect(),
            };
            by_place
                .entry((series.account_id, series.currency))
                .and_modify(|held| match (held.kind, told.kind) {
                    (BalanceKind::Credits, _) => {}
                    (_, BalanceKind::Credits) => held.clone_from(&told),
                    _ => held.add(&told),
                })
                .or_insert(told);
        }
        let mut all = Vec::new();
        for ((account, currency), told) in &by_place {
            if let Some((at, amount)) = told.readings.last() {
                let amount = Money::new(*amount, *currency);
                let of =
                    Balanced { account: *account, kind: told.kind, amount, as_of: *at, date: at.utc_date() };
                all.extend(trouble.aside(*account, self.books, self.balance(of, &told.readings)));
            }
        }
        let mut entered = BTreeMap::<(i64, Currency), Balanced>::new();
        for row in self.entries {
            let Entered::Balance(EnteredBalance { amount, as_of: date }) = row.entered else { continue };
            let place = (row.account_id, amount.currency);
            if by_place.contains_key(&place) || entered.get(&place).is_some_and(|held| held.date > date) {
                continue;
            }
            let (account, kind, as_of) = (row.account_id, BalanceKind::Credits, row.changed_at);
            entered.insert(place, Balanced { account, kind, amount, as_of, date });
        }
        for balance in entered.into_values() {
            all.extend(trouble.aside(balance.account, self.books, self.balance(balance, &[])));
        }
        Ok(all)
    }

    /// Whether a balance lasts long past the days that are asked for, even if each day cost three times the dearest of three
    /// months: then nobody need know for how long exactly, unless an amount of the person's own is reached.
    fn is_plenty(&self, balance: &Balanced, spending: &Spending) -> bool {
        let Money { amount: left, currency } = balance.amount;
        let days = &spending.history.days;
        let dearest = days.iter().rev().take(DEAREST_OF).max().copied().unwrap_or_default();
        let enough =
            dearest.saturating_mul(3.into()).saturating_mul((self.settings.low_balance_days * 2).into());
        let mut own = self.settings.low_balances.iter();
        let named = own.any(|(account, of, _)| (*account, *of) == (balance.account, currency));
        !named && days.len() >= DEAREST_OF && left.saturating_sub(spending.since) > enough
    }

    fn balance(&self, balance: Balanced, readings: &[(Timestamp, Decimal)]) -> Result<BalanceLeft, ApiError> {
        let spending = spending_of(self.outlook, readings, &balance)?;
        if spending.as_ref().is_some_and(|spending| self.is_plenty(&balance, spending)) {
            return Ok(BalanceLeft {
                whose: self.whose(balance.account),
                kind: BalanceKind::Credits,
                currency: balance.amount.currency,
                left: balance.amount.amount,
                days: Some([None; 3]),
                as_of: balance.as_of,
            });
        }
        let told = days_left(balance, self.books, spending.as_ref());
        // What nobody spends from does not run out, even where there is nothing.
        let is_spent = |day: &super::Spread| money::exact(&day.p50).is_ok_and(|day| day > Decimal::ZERO);
        let used = told.per_day.as_ref().is_some_and(is_spent);
        Ok(BalanceLeft {
            whose: self.whose(balance.account),
            kind: BalanceKind::Credits,
            currency: balance.amount.currency,
            left: balance.amount.amount,
            days: told.days.filter(|_| used).map(|days| [days.p10, days.p50, days.p90]),
            as_of: balance.as_of,
        })
    }

    pub(super) fn days(&self) -> Vec<Days> {
        let days = |line: &super::outlook::Line| {
            let (from, until) = line.complete?;
            let first = from.max(until.plus_days(-DAYS_HELD));
            Some(Days {
                whose: self.whose(line.account),
                currency: line.currency,
                first,
                days: super::outlook::days(&[&line.by_day], first, until),
            })
        };
        self.outlook.lines.iter().filter_map(days).collect()
    }
}

/// Accounts whose figures could not be worked out, and why.
#[derive(Clone, Default)]
pub(super) struct Trouble {
    pub(super) accounts: BTreeSet<i64>,
    pub(super) words: Vec<String>,
}

impl Trouble {
    /// Notes what went wrong with one account, which takes nothing from the others.
    fn aside<T>(&mut self, account: i64, books: &Books, result: Result<T, ApiError>) -> Option<T> {
        result
            .map_err(|error| {
                self.accounts.insert(account);
                self.words.push(format!("{}: {}", books.label_of(account), error.message));
            })
            .ok()
    }
}

/// A balance, reading by reading.
#[derive(Clone)]
struct Told {
    kind: BalanceKind,
    readings: Vec<(Timestamp, Decimal)>,
}

impl Told {
    /// Adds another kind of the same money: what was read at one time is one sum.
    fn add(&mut self, other: &Told) {
        let of = |readings: &[(Timestamp, Decimal)], at: Timestamp| {
            readings.iter().rev().find(|(read, _)| *read <= at).map_or(Decimal::ZERO, |(_, amount)| *amount)
        };
        let mut times: Vec<Timestamp> =
            self.readings.iter().chain(&other.readings).map(|(at, _)| *at).collect();
        times.sort_unstable();
        times.dedup();
        let sum = |at: &Timestamp| (*at, of(&self.readings, *at).saturating_add(of(&other.readings, *at)));
        self.readings = times.iter().map(sum).collect();
    }
}

/// A budget as a rule sees it.
pub(super) fn budget_fact(stand: &Stand) -> BudgetStand {
    let range = match &stand.forecast {
        Likely::Range(range) => Some(range),
        Likely::Unsaid(_) => None,
    };
    BudgetStand {
        id: stand.id,
        label: stand.label.clone(),
        account: match stand.budget.scope {
            BudgetScope::Account(account) => Some(account),
            _ => None,
        },
        span: stand.budget.span,
        from: stand.span.0,
        to: stand.span.1,
        amount: stand.budget.amount.amount,
        currency: stand.budget.amount.currency,
        spent: stand.spent.map(money::Total::nearest),
        forecast: range.map(|range| Range { p10: range.p10, p50: range.p50, p90: range.p90 }),
    }
}
