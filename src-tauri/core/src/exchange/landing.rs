//! The landed price: what a listed price comes to where it is paid, with every step.
//!
//! list × (1 + tax) × rate × (1 + card mark-up × (1 + tax on the mark-up))

use std::fmt;

use super::rates::times;
use super::{FOR_PRICES, Rate, RateError, Rates, TaxRules, TaxShown, TaxStatus};
use crate::money::{Currency, Decimal, Money, Total, exact_add, exact_mul};
use crate::time::Date;

/// Who buys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyer {
    /// The country, by its code of two letters; `None` where it is not told.
    pub country: Option<String>,
    /// What the buyer is to the tax office.
    pub status: TaxStatus,
    /// The buyer's own rate of tax in percent, in place of a known one.
    pub tax_percent: Option<Decimal>,
    /// What the card adds where it pays in a foreign currency, in percent; `None` where it is not told.
    pub card_markup: Option<Decimal>,
    /// In what the buyer pays in the end.
    pub currency: Currency,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Tax on top.
    Tax,
    /// Tax that the buyer owes and claims back.
    ReverseCharge,
    /// Another currency.
    Exchange,
    /// What the card adds, with the tax on that.
    CardMarkup,
}

/// One step from the list price to the landed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// In words.
    pub label: String,
    /// What the amount before it is multiplied by.
    pub factor: Decimal,
    /// The currency after it.
    pub currency: Currency,
    /// Who says so.
    pub source: String,
    /// As of when.
    pub as_of: String,
}

/// What is to be known beside a landed price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The country is not told, so no tax is in the price.
    NoCountry,
    /// No rate of tax is known for the country, so none is in the price.
    TaxNotKnown(String),
    /// Nobody says whether the price holds tax: it is taken to come on top.
    TaxUnstated,
    /// The price holds tax; whether it can be claimed back depends on the invoice.
    IncludedForRegistered,
    /// What the card adds is not told, so none of it is in the price.
    MarkupNotTold(Option<(Decimal, Decimal)>),
    /// The rate is this many days old.
    OldRate(i64),
}

/// What any price of a currency is multiplied by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The currency of the list price.
    pub from: Currency,
    /// The currency of the landed one.
    pub to: Currency,
    /// The landed price is the listed one times this.
    pub factor: Decimal,
    /// The same if the price held its tax already; where nobody says.
    pub least: Option<Decimal>,
    /// Tax that is paid beside it and claimed back, as a multiple of the listed price.
    pub recoverable: Option<Decimal>,
    /// Every step, in order; their factors multiply to the whole.
    pub steps: Vec<Step>,
    /// What is to be known beside it.
    pub warnings: Vec<Warning>,
    /// The rate of exchange, where there is one.
    pub rate: Option<Rate>,
}

/// A step with what the price is after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandedStep {
    /// The step.
    pub step: Step,
    /// The amount after it.
    pub result: Money,
}

/// A landed price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// The list price.
    pub list: Money,
    /// Every step.
    pub steps: Vec<LandedStep>,
    /// What it comes to.
    pub total: Money,
    /// What it comes to if the price held its tax already; where nobody says.
    pub least: Option<Money>,
    /// Tax that is paid beside it and claimed back.
    pub recoverable: Option<Money>,
    /// What is to be known beside it.
    pub warnings: Vec<Warning>,
}

/// A rate older than this many days is told to be old.
const OLD: i64 = 7;

/// What any price of a currency is multiplied by where a buyer pays it.
pub fn landing(
    from: Currency,
    tax: TaxShown,
    buyer: &Buyer,
    rates: &Rates,
    rules: &TaxRules,
    at: Date,
) -> Result<Landing, RateError> {
    let (mut steps, mut warnings) = (Vec::new(), Vec::new());
    let country = buyer.country.as_deref();
    let claimed = tax_step(tax, buyer, from, (rules, at), &mut steps, &mut warnings);
    let mut rate = None;
    if from != buyer.currency {
        let found = rates.of(from, buyer.currency, at, FOR_PRICES)?;
        if found.age(at) > OLD {
            warnings.push(Warning::OldRate(found.age(at)));
        }
        let through = found.through.map_or_else(String::new, |through| format!(", by way of {through}"));
        steps.push(Step {
            kind: StepKind::Exchange,
            label: format!("{from} in {} at {}{through}", found.to, found.factor),
            factor: found.factor,
            currency: found.to,
            source: found.source.to_string(),
            as_of: found.date.to_string(),
        });
        rate = Some(found);
        markup_steps(buyer, country.and_then(|country| rules.markup(country)), &mut steps, &mut warnings);
    }
    let product = |keep: &dyn Fn(&Step) -> bool| {
        let mut kept = steps.iter().filter(|step| keep(step)).map(|step| step.factor);
        kept.try_fold(Decimal::ONE, exact_mul).ok_or(RateError::Inexact(from, buyer.currency))
    };
    let factor = product(&|_| true)?;
    let least = match tax {
        TaxShown::Unstated if steps.iter().any(|step| step.kind == StepKind::Tax) => {
            Some(product(&|step| step.kind != StepKind::Tax)?)
        }
        _ => None,
    };
    let recoverable = match claimed {
        Some(percent) => {
            let exchanged = product(&|step| step.kind == StepKind::Exchange)?;
            let share = exact_mul(hundredth(percent), exchanged);
            Some(share.ok_or(RateError::Inexact(from, buyer.currency))?)
        }
        None => None,
    };
    Ok(Landing { from, to: buyer.currency, factor, least, recoverable, steps, warnings, rate })
}

/// The tax on the listed price; what of it is claimed back, in percent of that price.
fn tax_step(
    tax: TaxShown,
    buyer: &Buyer,
    currency: Currency,
    (rules, at): (&TaxRules, Date),
    steps: &mut Vec<Step>,
    warnings: &mut Vec<Warning>,
) -> Option<Decimal> {
    if buyer.status == TaxStatus::Exempt {
        return None;
    }
    if tax == TaxShown::Included {
        if buyer.status == TaxStatus::Registered {
            warnings.push(Warning::IncludedForRegistered);
        }
        return None;
    }
    let rule = buyer.country.as_deref().and_then(|country| rules.of(country, buyer.status, at));
    let (name, percent, source, as_of) = match (buyer.tax_percent, rule) {
        (Some(percent), _) => ("tax", percent, "your own rate".to_owned(), at.to_string()),
        (None, Some(rule)) => {
            (rule.name.as_str(), rule.percent, rule.sources.join(", "), rule.seen.as_str().to_owned())
        }
        (None, None) => {
            warnings.push(buyer.country.clone().map_or(Warning::NoCountry, Warning::TaxNotKnown));
            return None;
        }
    };
    if tax == TaxShown::Unstated {
        warnings.push(Warning::TaxUnstated);
    }
    let claimed = buyer.status == TaxStatus::Registered;
    let (kind, label, factor) = if claimed {
        let label = format!("{name} {percent} %, reverse charge: you pay it yourself and claim it back");
        (StepKind::ReverseCharge, label, Decimal::ONE)
    } else {
        (StepKind::Tax, format!("{name} {percent} %"), one_and(percent))
    };
    steps.push(Step { kind, label, factor, currency, source, as_of });
    claimed.then_some(percent)
}

/// What the card adds, and the tax on that, in one factor each.
fn markup_steps(
    buyer: &Buyer,
    known: Option<&super::Markup>,
    steps: &mut Vec<Step>,
    warnings: &mut Vec<Warning>,
) {
    let Some(percent) = buyer.card_markup else {
        warnings.push(Warning::MarkupNotTold(known.map(|known| known.typical)));
        return;
    };
    if percent.is_zero() {
        return;
    }
    let (source, as_of) = ("your own rate".to_owned(), String::new());
    match known.filter(|_| buyer.status != TaxStatus::Exempt) {
        Some(rule) => {
            let taxed = exact_mul(percent, one_and(rule.tax_percent)).unwrap_or(percent);
            steps.push(Step {
                kind: StepKind::CardMarkup,
                label: format!(
                    "card mark-up {percent} %, with {} {} % on the mark-up",
                    rule.tax_name, rule.tax_percent
                ),
                factor: one_and(taxed),
                currency: buyer.currency,
                source: format!("your own rate; {}", rule.sources.join(", ")),
                as_of: rule.seen.as_str().to_owned(),
            });
        }
        None => steps.push(Step {
            kind: StepKind::CardMarkup,
            label: format!("card mark-up {percent} %"),
            factor: one_and(percent),
            currency: buyer.currency,
            source,
            as_of,
        }),
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::NoCountry => f.write_str("no tax is in this: tell your country or your rate of tax"),
            Warning::TaxNotKnown(country) => {
                write!(f, "no tax is in this: the rate of {country} is not known here, tell your own")
            }
            Warning::TaxUnstated => {
                f.write_str("nobody says whether the price holds tax: it is taken to come on top")
            }
            Warning::IncludedForRegistered => {
                f.write_str("the price holds tax: whether you can claim it back depends on the invoice")
            }
            Warning::MarkupNotTold(None) => {
                f.write_str("what your card adds in a foreign currency is not told, so none of it is in this")
            }
            Warning::MarkupNotTold(Some((least, most))) => write!(
                f,
                "what your card adds in a foreign currency is not told, so none of it is in this (usual: {least} to {most} %)"
            ),
            Warning::OldRate(days) => write!(f, "the rate of exchange is {days} days old"),
        }
    }
}

impl Landing {
    /// A listed amount, landed.
    pub fn apply(&self, list: Money) -> Result<Landed, RateError> {
        let inexact = || RateError::Inexact(self.from, self.to);
        if list.currency != self.from {
            return Err(inexact());
        }
        let landed = |factor: Decimal, currency: Currency| {
            let amount = times(Total::from(list.amount), factor)?.exact()?;
            Some(Money::new(amount.normalize(), currency))
        };
        let (mut steps, mut so_far) = (Vec::with_capacity(self.steps.len()), Decimal::ONE);
        for step in &self.steps {
            so_far = exact_mul(so_far, step.factor).ok_or_else(inexact)?;
            let result = landed(so_far, step.currency).ok_or_else(inexact)?;
            steps.push(LandedStep { step: step.clone(), result });
        }
        let of = |factor: Option<Decimal>| match factor {
            Some(factor) => landed(factor, self.to).ok_or_else(inexact).map(Some),
            None => Ok(None),
        };
        Ok(Landed {
            list,
            steps,
            total: landed(self.factor, self.to).ok_or_else(inexact)?,
            least: of(self.least)?,
            recoverable: of(self.recoverable)?,
            warnings: self.warnings.clone(),
        })
    }
}

/// What a listed price comes to where a buyer pays it.
pub fn land(
    list: Money,
    tax: TaxShown,
    buyer: &Buyer,
    rates: &Rates,
    rules: &TaxRules,
    at: Date,
) -> Result<Landed, RateError> {
    landing(list.currency, tax, buyer, rates, rules, at)?.apply(list)
}

/// A hundredth of it.
fn hundredth(percent: Decimal) -> Decimal {
    exact_mul(percent, Decimal::new(1, 2)).unwrap_or(percent)
}

/// One and so many percent.
fn one_and(percent: Decimal) -> Decimal {
    exact_add(Decimal::ONE, hundredth(percent)).unwrap_or(Decimal::ONE)
}
