//! Lots in the words of a screen.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::figures::Books;
use super::forecasting::rounded;
use super::purses::{LotStand, Purse, Purses};
use super::{AccountUnits, CreditTotal, LotRow, LotState, Spread};
use crate::credit::{self, Acquired, End};
use crate::ledger::{LotKind, LotSource, name_of};
use crate::money::{Currency, MoneyError, Total};
use crate::providers;
use crate::time::Timestamp;

impl LotStand {
    /// What lapses soonest comes first, then what does not lapse, what begins later, what nobody tells of, what is over.
    pub(super) fn compare(&self, other: &LotStand) -> Ordering {
        let place = |stand: &LotStand| match stand.state {
            LotState::Open => 0,
            LotState::Ahead => 1,
            LotState::Untold => 2,
            LotState::Lapsed => 3,
            LotState::Spent => 4,
        };
        let end = |stand: &LotStand| stand.lapses_at.map_or(i64::MAX, Timestamp::unix);
        let over = matches!(self.state, LotState::Lapsed | LotState::Spent);
        place(self)
            .cmp(&place(other))
            // Of what is over, the latest.
            .then_with(|| if over { end(other).cmp(&end(self)) } else { end(self).cmp(&end(other)) })
            .then_with(|| self.told.account.cmp(&other.told.account))
            .then_with(|| self.told.id.cmp(&other.told.id))
    }

    /// Whether something of it is known to be at risk.
    pub(super) fn is_at_risk(&self) -> bool {
        self.at_risk.is_some_and(|risk| !risk.p90.is_zero() && !risk.p90.is_negative())
    }

    /// Whether it can be said only that it may lapse.
    pub(super) fn is_possible(&self) -> bool {
        self.told.published.is_some_and(crate::catalogue::CreditRule::is_possible)
    }

    pub(super) fn row(&self, books: &Books) -> LotRow {
        let told = &self.told;
        let provider = books.accounts.iter().find(|row| row.id == told.account);
        let text = |total: Option<Total>| total.map(|total| total.to_string());
        LotRow {
            id: told.id.clone(),
            account: told.account,
            label: books.label_of(told.account),
            provider: provider.map(|row| row.account.provider.clone()).unwrap_or_default(),
            kind: name_of(self.kind, LotKind::NAMED).to_owned(),
            source: name_of(told.source, LotSource::NAMED).to_owned(),
            currency: told.currency.to_string(),
            acquired_at: told.acquired.map(|acquired| match acquired {
                Acquired::On(date) => date.to_string(),
                Acquired::At(at) => at.to_string(),
            }),
            expires_at: self.end.map(|end| match end {
                End::After(date) => date.to_string(),
                End::At(at) => at.to_string(),
            }),
            lapses_at: self.lapses_at.map(|at| at.to_string()),
            rule: told.rule.map(|rule| rule.to_string()),
            rule_by: told.rule_by,
            possible: self.is_possible(),
            rule_source: told.published.and_then(|rule| rule.sources.first().cloned()),
            rule_seen: told.published.map(|rule| rule.seen.as_str().to_owned()),
            amount: told.amount.map(|amount| amount.normalize().to_string()),
            spent: text(self.spent),
            lapsed: text(self.lapsed),
            left: text(self.left),
            at_risk: self.at_risk.as_ref().map(spread),
            at_risk_unknown: self.at_risk_unknown.clone(),
            needed_per_day: text(self.needed_per_day),
            note: told.note.clone(),
            as_of: told.as_of.to_string(),
            spent_as_of: self.spent_as_of.map(|at| at.to_string()),
            state: self.state,
            never_spent: self.never_spent.clone(),
        }
    }
}

/// A forecast is not known to more than two places.
fn spread(spread: &credit::Spread) -> Spread {
    let text = |figure: Total| rounded(figure.nearest()).normalize().to_string();
    Spread { p10: text(spread.p10), p50: text(spread.p50), p90: text(spread.p90) }
}

/// What is left and what lapsed, by currency.
pub(super) fn totals(stands: &[LotStand]) -> Result<Vec<CreditTotal>, MoneyError> {
    let mut sums = BTreeMap::<Currency, (Total, Total, bool)>::new();
    for stand in stands {
        let currency = stand.told.currency;
        let sum = sums.entry(currency).or_insert((Total::default(), Total::default(), true));
        let plus = |sum: Total, more: Option<Total>| {
            sum.checked_add(more.unwrap_or_default()).ok_or(MoneyError::Overflow(currency))
        };
        *sum = (plus(sum.0, stand.left)?, plus(sum.1, stand.lapsed)?, sum.2 && stand.left.is_some());
    }
    let row = |(currency, (left, lapsed, whole)): (Currency, (Total, Total, bool))| CreditTotal {
        currency: currency.to_string(),
        left: left.to_string(),
        lapsed: lapsed.to_string(),
        whole,
    };
    Ok(sums.into_iter().map(row).collect())
}

impl Purse {
    /// The currencies and units that the account is billed in or holds, the usual one first.
    pub(super) fn units(&self, books: &Books) -> Vec<Currency> {
        let own = books.provider_of(self.account).map_or(&[][..], |provider| provider.units);
        let told = self.charges.keys().copied().chain(self.balances.iter().map(|seen| seen.series.currency));
        let mut units: Vec<Currency> = Vec::new();
        for unit in own.iter().copied().chain(told) {
            if !units.contains(&unit) {
                units.push(unit);
            }
        }
        if units.is_empty() { vec![Currency::USD] } else { units }
    }

    /// Why nothing is ever taken from a lot: what the account is billed in is not what the lot is of.
    pub(super) fn never_spent(&self, stand: &LotStand, books: &Books) -> Option<String> {
        let currency = stand.told.currency;
        let open = stand.state == LotState::Open && stand.told.left.is_none();
        let own = books.provider_of(self.account).is_some_and(|provider| !provider.units.is_empty());
        let told = own || !self.charges.is_empty() || !self.balances.is_empty();
        let units = self.units(books);
        (open && told && !units.contains(&currency)).then(|| {
            let names: Vec<&str> = units.iter().map(Currency::as_str).collect();
            format!(
                "Nothing is ever taken from it: {} is billed in {}, and this lot is of {currency}.",
                books.label_of(self.account),
                names.join(" and ")
            )
        })
    }
}

impl Purses {
    /// What lots of each account are spent in; of a provider with units of its own for an account that is yet to be.
    pub(super) fn units(&self) -> Vec<AccountUnits> {
        let words = |units: &[Currency]| units.iter().map(Currency::to_string).collect();
        let accounts = self.all.iter().map(|purse| {
            let row = self.books.accounts.iter().find(|row| row.id == purse.account);
            AccountUnits {
                account: Some(purse.account),
                provider: row.map(|row| row.account.provider.clone()).unwrap_or_default(),
                units: words(&purse.units(&self.books)),
            }
        });
        let own = providers::ALL.iter().filter(|provider| !provider.units.is_empty());
        let own = own.map(|provider| AccountUnits {
            account: None,
            provider: provider.id.to_owned(),
            units: words(provider.units),
        });
        accounts.chain(own).collect()
    }

    /// The lots in order.
    pub(super) fn ordered(&self, reach: usize) -> Vec<LotStand> {
        let mut stands = self.lots(reach);
        stands.sort_by(LotStand::compare);
        stands
    }
}
