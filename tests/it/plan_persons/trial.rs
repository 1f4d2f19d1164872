//! A person's choice, held against what came.

use std::collections::BTreeMap;

use spendglass_core::money::Decimal;
use spendglass_core::plan::{Element, Part, Recommendation, ReplayError, choose, draw, replay};

use super::people::{Person, as_listed, dollars};

/// What became of one person's choice.
pub(crate) struct Trial {
    /// What the advice cost over the three months, and what staying and the best would have cost.
    pub(crate) advised: Decimal,
    pub(crate) stayed: Decimal,
    pub(crate) best: Decimal,
    /// Whether a switch was advised.
    pub(crate) switched: bool,
    /// Whether what was advised refused something.
    pub(crate) refused: bool,
    /// Of months as they came, by what they cost as you go: how many, and how many within their range.
    pub(crate) months: u32,
    pub(crate) inside: u32,
    /// The same of every option whose range is not a point.
    pub(crate) all_months: u32,
    pub(crate) all_inside: u32,
}

pub(crate) fn try_person(person: &Person) -> Result<Trial, ReplayError> {
    let landings = as_listed();
    let drawn = draw(&person.past, &person.offers, Some(&person.current), &[], &landings, None);
    let choice = choose(&drawn, &landings);
    let terms: BTreeMap<&str, &spendglass_core::plan::Terms> =
        person.offers.iter().map(|offer| (offer.id.as_str(), &offer.terms)).collect();
    let chain = |parts: &[Part]| -> Vec<Element> {
        let element = |part: &Part| match part {
            Part::Current => person.chain.clone(),
            Part::Offer(id) => vec![Element::Plan(Box::new(terms[id.as_str()].clone()))],
            Part::Metered => vec![Element::Metered(dollars())],
        };
        parts.iter().flat_map(element).collect()
    };
    let (advised_id, switched) = match &choice.recommendation {
        Recommendation::Switch { to, .. } => (to.clone(), true),
        _ => ("current".to_owned(), false),
    };
    let (mut advised, mut stayed, mut best): (_, _, Option<Decimal>) = (Decimal::ZERO, Decimal::ZERO, None);
    let (mut refused, mut months, mut inside, mut all_months, mut all_inside) = (false, 0, 0, 0, 0);
    for option in &choice.options {
        let came = replay(&person.future, &chain(&option.parts))?;
        let costs: Vec<Decimal> = came
            .months
            .iter()
            .map(|month| {
                month.fixed.iter().chain(&month.used).chain(&month.rest).map(|(_, amount)| *amount).sum()
            })
            .collect();
        let total: Decimal = costs.iter().copied().sum();
        let fails = came.months.iter().any(|month| month.refused.requests > 0);
        if let Some(range) = option.monthly {
            for cost in &costs {
                let within = (range.p10..=range.p90).contains(cost);
                if option.id == "metered" {
                    months += 1;
                    inside += u32::from(within);
                }
                if range.p10 < range.p90 && option.serves_all {
                    all_months += 1;
                    all_inside += u32::from(within);
                }
            }
        }
        if option.id == "current" {
            stayed = total;
        }
        if option.id == advised_id {
            (advised, refused) = (total, fails);
        }
        if !fails && best.is_none_or(|least| total < least) {
            best = Some(total);
        }
    }
    let best = best.unwrap_or_default();
    Ok(Trial { advised, stayed, best, switched, refused, months, inside, all_months, all_inside })
}

/// Many trials, added up.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Sums {
    pub(crate) persons: u32,
    /// The mean of how far what was advised cost more than the best, in per cent of the best; where the best cost nothing, none.
    excess: Decimal,
    advised: Decimal,
    best: Decimal,
    pub(crate) months: u32,
    pub(crate) inside: u32,
    pub(crate) all_months: u32,
    pub(crate) all_inside: u32,
    pub(crate) switched: u32,
    /// Switches after which staying would have been cheaper.
    pub(crate) regretted: u32,
    /// Switches to what then refused something.
    pub(crate) refused: u32,
    /// Where no switch would have paid: how many, and how many were told so.
    pub(crate) not_worth: u32,
    pub(crate) told_so: u32,
}

impl Sums {
    pub(crate) fn take(&mut self, trial: &Trial) {
        self.persons += 1;
        if !trial.best.is_zero() {
            self.excess += (trial.advised - trial.best) * Decimal::ONE_HUNDRED / trial.best;
        }
        self.advised += trial.advised;
        self.best += trial.best;
        self.months += trial.months;
        self.inside += trial.inside;
        self.all_months += trial.all_months;
        self.all_inside += trial.all_inside;
        self.switched += u32::from(trial.switched);
        self.regretted += u32::from(trial.switched && trial.advised > trial.stayed);
        self.refused += u32::from(trial.switched && trial.refused);
        let saves = trial.stayed - trial.best;
        let worth = saves * Decimal::from(20) >= trial.stayed && saves >= Decimal::from(3);
        self.not_worth += u32::from(!worth);
        self.told_so += u32::from(!worth && !trial.switched);
    }

    /// By how much the advice cost more than the best in hindsight, in per cent: the mean over persons, and of all their money.
    pub(crate) fn excess(&self) -> (Decimal, Decimal) {
        let persons = Decimal::from(self.persons.max(1));
        let of_money = if self.best.is_zero() {
            Decimal::ZERO
        } else {
            (self.advised - self.best) * Decimal::ONE_HUNDRED / self.best
        };
        ((self.excess / persons).round_dp(1), of_money.round_dp(1))
    }

    /// Months within their range, in per cent: as you go, and of every option that has one.
    pub(crate) fn inside(&self) -> (Decimal, Decimal) {
        let share = |part: u32, all: u32| (Decimal::from(part * 100) / Decimal::from(all.max(1))).round_dp(1);
        (share(self.inside, self.months), share(self.all_inside, self.all_months))
    }
}
