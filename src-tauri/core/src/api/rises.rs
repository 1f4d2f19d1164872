//! Balances beside lots: rises that look like a purchase or a grant, and what a balance holds more or less than the lots say.

use std::collections::BTreeSet;

use super::figures::Books;
use super::purses::{Purse, Purses, Seen};
use super::{LotOffer, OfferAnswer, ReconciliationRow};
use crate::credit::{Acquired, Reconciled, Rise};
use crate::ledger::{BalanceKind, Entered, EnteredPurchase, LotKind, LotSource, name_of};
use crate::money::{Currency, Decimal, Money, Total, exact_add};
use crate::store::RiseKey;
use crate::time::{Calendar, Timestamp};

/// A lot that was had so long before or after may be what a rise was: a date entered is a day, and of the person's zone.
const NEAR: i64 = 86_400;

/// A rise that is offered.
pub(super) struct Offer {
    pub(super) key: RiseKey,
    pub(super) after: Timestamp,
    pub(super) amount: Decimal,
}

impl Offer {
    fn id(&self) -> String {
        let RiseKey { account_id, kind, currency, seen_at } = self.key;
        format!("offer-{account_id}-{}-{currency}-{}", name_of(kind, BalanceKind::NAMED), seen_at.unix())
    }

    pub(super) fn row(&self, books: &Books) -> LotOffer {
        LotOffer {
            id: self.id(),
            account: self.key.account_id,
            label: books.label_of(self.key.account_id),
            kind: name_of(self.key.kind, BalanceKind::NAMED).to_owned(),
            currency: self.key.currency.to_string(),
            amount: self.amount.normalize().to_string(),
            after: self.after.to_string(),
            seen_at: self.key.seen_at.to_string(),
        }
    }

    /// The lot that it was. It was had at some time between two readings: by the earlier of the two no end is told too late.
    pub(super) fn lot(&self, was: OfferAnswer, purses: &Purses) -> Option<Entered> {
        let lot = match was {
            OfferAnswer::Purchased => LotKind::Purchased,
            OfferAnswer::Granted => LotKind::Granted,
            OfferAnswer::None => return None,
        };
        Some(Entered::Purchase(EnteredPurchase {
            amount: Money::new(self.amount, self.key.currency),
            acquired_on: purses.calendar.date_of(self.after),
            lot,
            rule: None,
            source: LotSource::Inferred,
            note: None,
        }))
    }
}

impl Purses {
    /// Every rise that nobody has answered and no lot explains, the latest first.
    pub(super) fn offers(&self, answered: &[RiseKey]) -> Vec<Offer> {
        let mut offers: Vec<Offer> =
            self.all.iter().flat_map(|purse| purse.offers(answered, self.calendar)).collect();
        offers.sort_by_key(|offer| (std::cmp::Reverse(offer.key.seen_at), offer.key));
        offers
    }

    /// The offer of an id.
    pub(super) fn offer(&self, id: &str, answered: &[RiseKey]) -> Option<Offer> {
        self.offers(answered).into_iter().find(|offer| offer.id() == id)
    }

    /// What balances hold beside what the lots say.
    pub(super) fn reconciliation(&self) -> Vec<ReconciliationRow> {
        self.all.iter().flat_map(|purse| purse.reconciliation(&self.books)).collect()
    }
}

/// The rises of a balance. Where the provider counts all that was ever acquired, that tells them exactly.
fn rises(seen: &Seen) -> Vec<Rise> {
    let counted = |rise: &&Rise| {
        let at = |when: Timestamp| seen.series.readings.iter().find(|reading| reading.at == when);
        let told = at(rise.after).and_then(|reading| reading.acquired);
        told.is_none() || at(rise.seen_at).and_then(|reading| reading.acquired).is_none()
    };
    let mut rises: Vec<Rise> = seen.burn.rises.iter().filter(counted).copied().collect();
    rises.extend(seen.series.readings.windows(2).filter_map(|pair| {
        let gained = exact_add(pair[1].acquired?, -pair[0].acquired?)?;
        let bought = gained > Decimal::ZERO;
        bought.then(|| Rise { after: pair[0].at, seen_at: pair[1].at, amount: gained.into() })
    }));
    rises.sort_by_key(|rise| rise.seen_at);
    rises
}

impl Purse {
    fn offers(&self, answered: &[RiseKey], calendar: Calendar) -> Vec<Offer> {
        // What is known of lots explains a rise of as much, once.
        let mut known: Vec<(Currency, Timestamp, Decimal)> = self
            .lots
            .iter()
            .filter(|lot| lot.source != LotSource::Inferred)
            .filter_map(|lot| Some((lot.currency, lot.acquired?.instant(&calendar), lot.amount?)))
            .collect();
        let mut offers = Vec::new();
        for seen in &self.balances {
            let (kind, currency) = (seen.series.kind, seen.series.currency);
            for rise in rises(seen) {
                let key = RiseKey { account_id: self.account, kind, currency, seen_at: rise.seen_at };
                let Some(mut amount) = rise.amount.exact() else { continue };
                let near = known.iter_mut().filter(|(of, at, _)| {
                    *of == currency
                        && at.seconds_since(rise.after) >= -NEAR
                        && rise.seen_at.seconds_since(*at) >= -NEAR
                });
                for (_, _, rest) in near {
                    let taken = amount.min(*rest);
                    (amount, *rest) = (amount.saturating_sub(taken), rest.saturating_sub(taken));
                }
                if amount > Decimal::ZERO && !answered.contains(&key) {
                    offers.push(Offer { key, after: rise.after, amount });
                }
            }
        }
        offers
    }

    fn reconciliation(&self, books: &Books) -> Vec<ReconciliationRow> {
        let currencies: BTreeSet<Currency> = self.balances.iter().map(|seen| seen.series.currency).collect();
        currencies.into_iter().filter_map(|currency| self.reconciled(currency, books)).collect()
    }

    /// One balance is all of it; bought and granted are two parts of one.
    fn reconciled(&self, currency: Currency, books: &Books) -> Option<ReconciliationRow> {
        let seen: Vec<&Seen> = self.balances.iter().filter(|seen| seen.series.currency == currency).collect();
        let kind = match seen.as_slice() {
            [one] => one.series.kind,
            _ => BalanceKind::Credits,
        };
        let last: Vec<_> = seen.iter().filter_map(|seen| seen.series.readings.last()).collect();
        let at = last.iter().map(|reading| reading.at).min()?;
        let observed = last.iter().try_fold(Decimal::ZERO, |sum, reading| exact_add(sum, reading.amount))?;
        let lots = self.left_at(currency, at)?;
        let difference = Total::from(observed).checked_add(lots.negated())?;
        let uncovered = self.uncovered(currency, at)?;
        let reconciled = Reconciled { observed, lots, difference, uncovered };
        Some(ReconciliationRow {
            account: self.account,
            label: books.label_of(self.account),
            kind: name_of(kind, BalanceKind::NAMED).to_owned(),
            currency: currency.to_string(),
            observed: observed.normalize().to_string(),
            observed_at: at.to_string(),
            lots: lots.to_string(),
            difference: difference.to_string(),
            uncovered: uncovered.to_string(),
            words: self.difference_words(currency, at, &reconciled),
        })
    }

    /// What was spent that no lot covers, since there was a lot of the currency.
    fn uncovered(&self, currency: Currency, at: Timestamp) -> Option<Total> {
        let acquired = self.replayed.lots.iter().filter(|fate| fate.currency == currency);
        let Some(first) = acquired.map(|fate| fate.acquired_at).min() else { return Some(Total::default()) };
        let before = self.replayed.sums_at(currency, first.plus_seconds(-1)).uncovered;
        self.replayed.sums_at(currency, at).uncovered.checked_add(before.negated())
    }

    fn difference_words(&self, currency: Currency, at: Timestamp, seen: &Reconciled) -> Option<String> {
        if seen.difference.is_zero() {
            return None;
        }
        let lots: Vec<_> = self.lots.iter().filter(|lot| lot.currency == currency).collect();
        if lots.is_empty() {
            return Some(
                "No lot of it is known: enter what was bought or given, and its end is told.".to_owned(),
            );
        }
        if lots.iter().any(|lot| lot.left.is_none() && lot.lot().is_none()) {
            return Some(
                "Not every lot tells how much it was, so the lots cannot add up to the balance.".to_owned(),
            );
        }
        let day = self.charges.get(&currency).and_then(|days| days.get(&at.utc_date()));
        let gap = seen.difference.abs();
        let of_day = day.is_some_and(|day| gap.nearest() <= day.abs());
        let entered = lots.iter().any(|lot| matches!(lot.acquired, Some(Acquired::On(_))));
        Some(match (of_day, seen.difference.is_negative()) {
            (true, _) => {
                format!("As much was charged on {} (UTC), of which it is not known what came before.", at.utc_date())
            }
            (false, true) if entered => "The balance holds less: spending that is not read yet or came before the first \
                                         lot, a fee, or a lot that lapsed or was entered too large."
                .to_owned(),
            (false, true) => {
                "The balance holds less: spending that is not read yet, a fee, or a lot that lapsed.".to_owned()
            }
            (false, false) if !seen.uncovered.is_zero() => {
                "The balance holds more, and more was spent than the lots held: a purchase or a gift is not entered."
                    .to_owned()
            }
            (false, false) => {
                "The balance holds more: a purchase or a gift is not entered, or the balance falls later than the bill."
                    .to_owned()
            }
        })
    }
}
