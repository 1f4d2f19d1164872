//! What money of each kind comes to where the person pays, and every step of it.

use std::collections::BTreeMap;

use super::super::failures::sentence;
use super::super::forms::wrong;
use super::super::{ApiError, LandedRow};
use crate::catalogue::TaxIn;
use crate::exchange::{self, FOR_PRICES, Landing, RateError, Rates, TaxRules, TaxShown};
use crate::money::{Currency, Decimal, Money};
use crate::plan::{Current, Landings, Offer, Purse, TermOverage, Terms};
use crate::time::Date;

/// The way of each purse to where it is paid.
#[derive(Debug, Clone)]
pub(super) struct Ways {
    pub(super) landings: Landings,
    pub(super) by_purse: BTreeMap<Purse, Landing>,
    /// What is to be known beside every figure, in words.
    pub(super) notes: Vec<String>,
}

/// Every purse that something is paid from.
pub(super) fn purses(offers: &[Offer], current: &Current, of_usage: Option<Currency>) -> Vec<Purse> {
    let mut all: Vec<Purse> = Vec::new();
    let metered = of_usage.map(|currency| Purse { currency, tax: TaxIn::Excluded });
    all.extend(metered);
    all.extend(current.fixed.iter().map(|(purse, _)| *purse));
    all.extend(current.billed.iter().map(|billed| billed.purse));
    for offer in offers {
        let cases = [Some(&offer.terms), offer.dear.as_ref(), offer.cheap.as_ref()];
        for terms in cases.into_iter().flatten() {
            of_terms(terms, &mut all);
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn of_terms(terms: &Terms, all: &mut Vec<Purse>) {
    all.extend(terms.fixed.iter().map(|fixed| fixed.purse));
    all.extend(terms.packs.iter().map(|pack| pack.purse));
    all.extend(terms.minimum.map(|(_, purse)| purse));
    match terms.overage {
        TermOverage::AtList { purse, .. } | TermOverage::PerUnit { purse, .. } => all.push(purse),
        TermOverage::Blocked | TermOverage::Packs => {}
    }
}

/// The way of every purse. One without a dated rate has none, and is told; a currency that not even a dollar comes to is refused.
pub(super) fn ways(
    purses: &[Purse],
    payer: &exchange::Buyer,
    rates: &Rates,
    rules: &TaxRules,
    today: Date,
) -> Result<Ways, ApiError> {
    let no_rate = |error: &RateError| wrong("currency", error.to_string());
    let dollar =
        rates.of(Currency::USD, payer.currency, today, FOR_PRICES).map_err(|error| no_rate(&error))?;
    let mut ways = Ways {
        landings: Landings { currency: payer.currency, factors: Vec::new(), least_saving: dollar.factor },
        by_purse: BTreeMap::new(),
        notes: Vec::new(),
    };
    let mut say = |note: String| {
        if !ways.notes.contains(&note) {
            ways.notes.push(note);
        }
    };
    for purse in purses {
        let shown = match purse.tax {
            TaxIn::Included => TaxShown::Included,
            TaxIn::Excluded => TaxShown::Excluded,
            TaxIn::Unstated => TaxShown::Unstated,
        };
        match exchange::landing(purse.currency, shown, payer, rates, rules, today) {
            Ok(landing) => {
                landing.warnings.iter().for_each(|warning| say(sentence(&warning.to_string())));
                ways.landings.factors.push((*purse, landing.factor));
                ways.by_purse.insert(*purse, landing);
            }
            Err(error) => say(format!("What costs {} is left out: {error}.", purse.currency)),
        }
    }
    Ok(ways)
}

impl Ways {
    /// Every step of one amount.
    pub(super) fn steps(&self, purse: Purse, amount: Decimal) -> Vec<LandedRow> {
        let list = Money::new(amount, purse.currency);
        let landed = self.by_purse.get(&purse).and_then(|landing| landing.apply(list).ok());
        let Some(landed) = landed else { return Vec::new() };
        let row = |label: String, by: String, money: Money, source: Option<String>, as_of: Option<String>| {
            LandedRow {
                label,
                by,
                amount: money.amount.normalize().to_string(),
                currency: money.currency.to_string(),
                source,
                as_of,
            }
        };
        let tax = match purse.tax {
            TaxIn::Included => "with tax in it",
            TaxIn::Excluded => "without tax",
            TaxIn::Unstated => "nobody says whether with tax",
        };
        let first = row("list price".to_owned(), tax.to_owned(), list, None, None);
        let steps = landed.steps.into_iter().map(|step| {
            let told = |text: String| Some(text).filter(|text| !text.is_empty());
            let by = format!("× {}", step.step.factor.normalize());
            row(step.step.label, by, step.result, told(step.step.source), told(step.step.as_of))
        });
        [first].into_iter().chain(steps).collect()
    }
}

/// The price that is paid whether a plan is used or not, for one of its periods, before it is landed.
pub(super) fn fixed_price(terms: &Terms) -> Option<(Purse, Decimal)> {
    let fixed = terms.fixed.iter().find(|fixed| fixed.to_month > fixed.from_month)?;
    Some((fixed.purse, fixed.amount))
}
