//! One number out of what is told, and a list of what it was taken from.

use super::units::Units;
use super::{Abstains, Buyer, Case, Resolved, UsedFact};
use crate::catalogue::{Confidence, Evidence, Fact, Plan, Plans, Quantity, Seen, TaxIn};
use crate::ledger::{Meter, QuotaWindow};
use crate::money::{Currency, Decimal, exact_mul};
use crate::plan::{Capacity, Learned, Measure, Purse, Terms, Usage};

/// The provider's own measure, which is counted at list price.
const OWN_MEASURE: &str = "usage";

/// A plan on its way to terms.
pub(super) struct Settling<'a> {
    plan: &'a Plan,
    plans: &'a Plans,
    usage: &'a Usage,
    pub(super) buyer: &'a Buyer,
    learned: &'a Learned,
    case: Case,
    facts: Vec<UsedFact>,
    notes: Vec<String>,
    pub(super) ranged: bool,
}

impl<'a> Settling<'a> {
    pub(super) const fn new(
        plan: &'a Plan,
        plans: &'a Plans,
        usage: &'a Usage,
        buyer: &'a Buyer,
        learned: &'a Learned,
        case: Case,
    ) -> Settling<'a> {
        Settling {
            plan,
            plans,
            usage,
            buyer,
            learned,
            case,
            facts: Vec::new(),
            notes: Vec::new(),
            ranged: false,
        }
    }

    pub(super) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Says that a figure was used.
    pub(super) fn used(&mut self, what: &str, value: &Quantity, fact: Option<&Fact>) {
        let fact = fact.unwrap_or(&self.plan.fact).clone();
        self.keep(UsedFact { what: what.to_owned(), value: value.to_string(), fact });
    }

    pub(super) fn keep(&mut self, used: UsedFact) {
        if !self.facts.contains(&used) {
            self.facts.push(used);
        }
    }

    pub(super) fn done(self, terms: Terms, illustration: bool) -> Resolved {
        let lowest = self.facts.iter().map(|used| used.fact.confidence).min();
        Resolved {
            terms,
            lowest: lowest.unwrap_or(self.plan.fact.confidence),
            facts: self.facts,
            notes: self.notes,
            ranged: self.ranged,
            illustration,
        }
    }

    /// What has to be paid: of a range the highest is the dear one. `None` where nobody says.
    pub(super) fn cost(&mut self, told: &Quantity) -> Option<Decimal> {
        self.of_range(told, Case::Cheap, Case::Dear)
    }

    /// What one gets: of a range the least is the dear one. `None` where nobody says.
    pub(super) fn allowed(&mut self, told: &Quantity) -> Option<Decimal> {
        self.of_range(told, Case::Dear, Case::Cheap)
    }

    fn of_range(&mut self, told: &Quantity, least: Case, most: Case) -> Option<Decimal> {
        match told {
            Quantity::Exact(amount) => Some(*amount),
            Quantity::Between(low, high) => {
                self.ranged = true;
                let case = self.case;
                let middle = || (*low).checked_add(*high).and_then(|sum| exact_mul(sum, Decimal::new(5, 1)));
                Some(if case == least {
                    *low
                } else if case == most {
                    *high
                } else {
                    middle().unwrap_or(*low)
                })
            }
            Quantity::AtLeast(low) => {
                self.ranged = true;
                Some(*low)
            }
            _ => None,
        }
    }

    /// An allowance of the plan for all shares; nothing where it has no end.
    pub(super) fn allowance(
        &mut self,
        told: &Quantity,
        unit: Currency,
        window: QuotaWindow,
        shares: u32,
        what: &str,
    ) -> Result<Option<Decimal>, Abstains> {
        let (plan, plans) = (self.plan, self.plans);
        let one = self.amount(plan, plans, told, unit, window, what)?;
        let all = one.map(|one| exact_mul(one, Decimal::from(shares)));
        match all {
            None => Ok(None),
            Some(all) => all.map(Some).ok_or_else(|| Abstains::TooLarge { what: what.to_owned() }),
        }
    }

    fn amount(
        &mut self,
        plan: &'a Plan,
        plans: &'a Plans,
        told: &Quantity,
        unit: Currency,
        window: QuotaWindow,
        what: &str,
    ) -> Result<Option<Decimal>, Abstains> {
        if unit.as_str() == OWN_MEASURE
            && let Some(capacity) = self.capacity(plan, window)
        {
            return Ok(Some(capacity));
        }
        let large = || Abstains::TooLarge { what: what.to_owned() };
        match told {
            Quantity::Unlimited => Ok(None),
            Quantity::Unpublished => Err(Abstains::Unpublished { what: format!("the {what}") }),
            Quantity::ShareOfMonth(percent) => {
                let mut sum = Decimal::ZERO;
                for pool in
                    plan.credit.iter().filter(|pool| pool.unit == unit && pool.every == QuotaWindow::Month)
                {
                    let Some(amount) = self.amount(plan, plans, &pool.amount, unit, pool.every, what)? else {
                        return Ok(None);
                    };
                    sum = crate::money::exact_add(sum, amount).ok_or_else(large)?;
                }
                let hundredth = exact_mul(*percent, Decimal::new(1, 2)).ok_or_else(large)?;
                exact_mul(sum, hundredth).map(Some).ok_or_else(large)
            }
            Quantity::Times { by, of } => {
                let unpublished =
                    || Abstains::Unpublished { what: format!("the {what}, told as a multiple of {of},") };
                let other = plans.find(of).ok_or_else(unpublished)?;
                let limit = other.limits.iter().find(|limit| limit.unit == unit && limit.window == window);
                let pool = other.credit.iter().find(|pool| pool.unit == unit && pool.every == window);
                let told = limit
                    .map(|limit| (&limit.amount, limit.fact.as_ref()))
                    .or_else(|| pool.map(|pool| (&pool.amount, pool.fact.as_ref())));
                let (told, fact) = told.ok_or_else(unpublished)?;
                let amount = match self.amount(other, plans, told, unit, window, what) {
                    Err(Abstains::Unpublished { .. }) => return Err(unpublished()),
                    other => other?,
                };
                if !matches!(told, Quantity::Unpublished) {
                    let fact = fact.unwrap_or(&other.fact).clone();
                    let name = format!("{what} of {}", other.id);
                    self.keep(UsedFact { what: name, value: told.to_string(), fact });
                }
                amount.map(|amount| exact_mul(amount, *by).ok_or_else(large)).transpose()
            }
            other => Ok(self.allowed(other)),
        }
    }

    /// What readings tell of a window, as a fact of its own.
    fn capacity(&mut self, plan: &Plan, window: QuotaWindow) -> Option<Decimal> {
        let &Capacity { low, middle, high, readings, to, .. } = self.learned.capacity(&plan.id, window)?;
        self.ranged |= low != high;
        let currency = self.usage.currency.unwrap_or(Currency::USD);
        self.keep(UsedFact {
            what: format!("what {window} of {} holds at list price, learned", plan.id),
            value: format!("{} to {} {currency}", low.normalize(), high.normalize()),
            fact: Fact {
                sources: vec![format!("{} of your own readings", readings)],
                seen: Seen::on(to.utc_date()),
                confidence: Confidence::Medium,
                evidence: Evidence::Person,
            },
        });
        Some(match self.case {
            Case::Dear => low,
            Case::Middle => middle,
            Case::Cheap => high,
        })
    }

    /// How a unit is counted.
    pub(super) fn measure(&self, unit: Currency, units: &mut Units<'_>) -> Result<Measure, Abstains> {
        Ok(match unit.as_str() {
            "requests" => Measure::Requests,
            "tokens" => Measure::Tokens,
            "input_tokens" => Measure::InputTokens,
            "output_tokens" => Measure::OutputTokens,
            "characters" => Measure::Units(Meter::Character),
            "seconds" => Measure::Units(Meter::Second),
            "images" => Measure::Units(Meter::Image),
            OWN_MEASURE => Measure::List,
            code if code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                if self.usage.currency.is_some_and(|currency| currency != unit) {
                    return Err(Abstains::OtherCurrency(unit));
                }
                Measure::List
            }
            _ => units.measure(unit),
        })
    }

    /// The purse that use at list price is paid from.
    pub(super) fn list_purse(&self, tax: TaxIn) -> Purse {
        Purse { currency: self.usage.currency.unwrap_or(Currency::USD), tax }
    }

    /// The country, where it is said.
    pub(super) fn country(&self) -> Option<&'a str> {
        self.buyer.country.as_deref()
    }

    pub(super) const fn plans(&self) -> &'a Plans {
        self.plans
    }
}
