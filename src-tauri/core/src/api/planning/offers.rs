//! Plans and free tiers, settled for this usage and this buyer; and those that could not be, with why.

use std::collections::{BTreeMap, BTreeSet};

use super::super::AbstainedPlan;
use super::super::failures::sentence;
use crate::catalogue::{Confidence, FreeTiers, Models, Plan, Plans, Serves};
use crate::money::{Currency, Decimal};
use crate::plan::{Abstains, Buyer, Case, Learned, Offer, Resolved, Usage, resolve, resolve_tier};

/// What can be chosen from.
#[derive(Debug, Clone, Default)]
pub(super) struct Offered {
    pub(super) offers: Vec<Offer>,
    pub(super) known: BTreeMap<String, Known>,
    pub(super) abstained: Vec<AbstainedPlan>,
    /// How many serve nothing of what was used and costs anything.
    pub(super) idle: u32,
}

/// What is said of an offer.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) resolved: Resolved,
    /// After how many days its figures are stale.
    pub(super) stale_after: i64,
    pub(super) price: Option<Price>,
}

/// What a plan costs before it is landed.
#[derive(Debug, Clone)]
pub(super) struct Price {
    pub(super) amount: Decimal,
    pub(super) currency: Currency,
    pub(super) every: &'static str,
}

/// Settles everything that could be had.
pub(super) fn offered(
    plans: &Plans,
    tiers: Option<&FreeTiers>,
    usage: &Usage,
    buyer: &Buyer,
    learned: &Learned,
    must: &[String],
) -> Offered {
    let mut all = Offered::default();
    let costs = costing(usage);
    for plan in &plans.plans {
        let name = name_of(plan);
        let settle = |case: Case| resolve(plan, plans, usage, buyer, learned, case);
        let resolved = match settle(Case::Middle) {
            Ok(resolved) => resolved,
            Err(why) => {
                if !plan.illustration {
                    all.abstain(&plan.id, &name, &why);
                }
                continue;
            }
        };
        if !costs.iter().any(|kind| resolved.terms.serves.holds(*kind)) {
            all.idle += u32::from(!plan.illustration);
            continue;
        }
        let case = |case: Case| {
            if resolved.ranged { settle(case).ok().map(|other| other.terms) } else { None }
        };
        all.offers.push(Offer {
            id: plan.id.clone(),
            tier: false,
            dear: case(Case::Dear),
            cheap: case(Case::Cheap),
            low: low(&resolved),
            illustration: plan.illustration,
            lacks: lacks(usage, &resolved, must, |model| serves(&plan.serves, model)),
            announced: None,
            terms: resolved.terms.clone(),
        });
        all.keep(&plan.id, name, resolved, plans.stale_after_days);
    }
    let providers: BTreeSet<&str> = usage.kinds.iter().map(|kind| kind.provider.as_str()).collect();
    let stale_after = tiers.map_or(0, |tiers| tiers.stale_after_days);
    let used = |tier: &&crate::catalogue::Tier| providers.contains(tier.provider.as_str());
    for tier in tiers.into_iter().flat_map(|tiers| &tiers.tiers).filter(used) {
        let mut resolved = match resolve_tier(tier, usage) {
            Ok(resolved) => resolved,
            Err(why) => {
                all.abstain(&tier.id, &tier.name, &why);
                continue;
            }
        };
        if !costs.iter().any(|kind| resolved.terms.serves.holds(*kind)) {
            all.idle += 1;
            continue;
        }
        if !tier.also_when_paying {
            resolved.notes.push("Those who pay the provider for other use do not have it beside: keep a key of its own for it.".to_owned());
        }
        all.offers.push(Offer {
            id: tier.id.clone(),
            tier: true,
            dear: None,
            cheap: None,
            low: low(&resolved),
            illustration: false,
            lacks: lacks(usage, &resolved, must, |model| {
                tier.records.iter().any(|record| record.models.hold(model))
            }),
            announced: None,
            terms: resolved.terms.clone(),
        });
        all.keep(&tier.id, tier.name.clone(), resolved, stale_after);
    }
    all
}

/// The kinds of usage that cost anything: what is free anyway is no reason to buy.
fn costing(usage: &Usage) -> BTreeSet<u32> {
    usage.rows.iter().filter(|row| !row.list_cost.is_zero()).map(|row| row.kind).collect()
}

impl Offered {
    fn abstain(&mut self, id: &str, name: &str, why: &Abstains) {
        if *why == Abstains::ServesNothing {
            self.idle += 1;
            return;
        }
        let (id, name, why) = (id.to_owned(), name.to_owned(), sentence(&why.to_string()));
        self.abstained.push(AbstainedPlan { id, name, why });
    }

    fn keep(&mut self, id: &str, name: String, resolved: Resolved, stale_after: i64) {
        let first = resolved.terms.fixed.iter().find(|fixed| fixed.to_month > fixed.from_month);
        let price = first.map(|fixed| Price {
            amount: fixed.amount,
            currency: fixed.purse.currency,
            every: match fixed.months {
                0 => "once",
                12 => "year",
                _ => "month",
            },
        });
        self.known.insert(id.to_owned(), Known { name, resolved, stale_after, price });
    }

    /// What an offer is called.
    pub(super) fn name(&self, id: &str) -> String {
        self.known.get(id).map_or_else(|| id.to_owned(), |known| known.name.clone())
    }
}

/// Product and name, once where one says the other.
pub(super) fn name_of(plan: &Plan) -> String {
    if plan.name.starts_with(&plan.product) {
        plan.name.clone()
    } else {
        format!("{} {}", plan.product, plan.name)
    }
}

/// The figures that one cannot be sure of, in words.
fn low(resolved: &Resolved) -> Vec<String> {
    let unsure = resolved.facts.iter().filter(|used| used.fact.confidence == Confidence::Low);
    unsure.map(|used| format!("{}: {}", used.what, used.value)).collect()
}

/// Models that one must have and that it does not serve: by the usage where they were used, else by what it says of itself.
fn lacks(usage: &Usage, resolved: &Resolved, must: &[String], says: impl Fn(&str) -> bool) -> Vec<String> {
    let lacking = |wish: &&String| {
        let named = Models::one(wish);
        let mut used = (0..).zip(&usage.kinds).filter(|(_, kind)| named.hold(&kind.model)).peekable();
        if used.peek().is_none() {
            return !says(wish);
        }
        used.any(|(place, _)| !resolved.terms.serves.holds(place))
    };
    must.iter().filter(lacking).cloned().collect()
}

fn serves(serves: &Serves, model: &str) -> bool {
    serves.models.hold(model) && !serves.except.iter().any(|except| Models::one(except).hold(model))
}
