//! A choice between plans, as the door tells it.

use std::collections::BTreeMap;

use super::super::failures::sentence;
use super::super::forecasting::{rounded, spread};
use super::super::{
    AbstainedPlan, BreakEven, ExcludedUsage, FigureSource, MonthlyCost, OptionPlan, PlanAction, PlanOption,
    Recommendation, RefusedUse, ReplayedMonth,
};
use super::current::Paid;
use super::landings::{Ways, fixed_price};
use super::offers::Offered;
use super::words::{self, Counted};
use crate::catalogue::{Confidence, TaxIn};
use crate::ledger::name_of;
use crate::money::{Currency, Decimal};
use crate::plan::{self, Choice, Excluded, Judged, Part, Purse, WhyLeftOut};
use crate::time::Date;

/// What an answer is made of.
pub(super) struct Told<'a> {
    pub(super) choice: &'a Choice,
    pub(super) offered: &'a Offered,
    pub(super) paid: &'a Paid,
    pub(super) ways: &'a Ways,
    pub(super) list_source: &'a FigureSource,
    pub(super) today: Date,
    pub(super) of_usage: Option<Currency>,
    /// The end of the usage that is compared, where there is any.
    pub(super) until: Option<Date>,
}

fn text(number: Decimal) -> String {
    number.normalize().to_string()
}

impl Told<'_> {
    pub(super) fn options(&self) -> Vec<PlanOption> {
        self.choice.options.iter().map(|option| self.option(option)).collect()
    }

    /// What only shows the shape of a plan, beside sample data: never ranked.
    pub(super) fn shapes(&self) -> Vec<PlanOption> {
        self.choice.shapes.iter().map(|option| self.option(option)).collect()
    }

    fn option(&self, option: &Judged) -> PlanOption {
        let name = words::name(&option.parts, self.offered);
        let known: Vec<_> = option
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Offer(id) => Some((id, self.offered.known.get(id)?)),
                Part::Current | Part::Metered => None,
            })
            .collect();
        let served: BTreeMap<&str, Decimal> =
            option.served.iter().map(|(id, share)| (id.as_str(), *share)).collect();
        let plans = known.iter().map(|(id, known)| OptionPlan {
            id: (*id).clone(),
            name: known.name.clone(),
            price: known.price.as_ref().map(|price| text(price.amount)),
            currency: known.price.as_ref().map(|price| price.currency.to_string()),
            every: known.price.as_ref().map(|price| price.every.to_owned()),
            served: text(served.get(id.as_str()).copied().unwrap_or_default().round_dp(1)),
        });
        let lowest = known.iter().map(|(_, known)| known.resolved.lowest).min();
        let as_now = option.parts.contains(&Part::Current);
        let lowest = lowest.unwrap_or(if as_now && self.paid.estimated {
            Confidence::Medium
        } else {
            Confidence::High
        });
        // Figures of a part say less of the whole.
        let lowest = if self.choice.left_out_share() >= Decimal::TEN {
            lowest.min(Confidence::Medium)
        } else {
            lowest
        };
        PlanOption {
            id: option.id.clone(),
            name,
            plans: plans.collect(),
            replayed: option.replayed.iter().map(month).collect(),
            monthly: option.monthly.as_ref().map(|range| MonthlyCost {
                range: spread(range, None),
                currency: self.choice.currency.to_string(),
            }),
            probability_cheapest: option.chance_cheapest.map(text),
            regret: option.regret.map(|regret| text(rounded(regret))),
            refused: RefusedUse {
                requests: (option.refused.uncounted == 0).then_some(option.refused.requests),
                hours: option.refused.hours,
                share: text(option.refused_share.round_dp(2)),
            },
            break_even: option.break_even.iter().map(|point| self.break_even(point)).collect(),
            sensitivity: words::sensitivity(option, self.choice, self.offered),
            uncertain: self.uncertain(option, as_now, &known),
            confidence: name_of(lowest, Confidence::NAMED).to_owned(),
            same_as_now: option.same_as_now,
            illustration: known.iter().any(|(_, known)| known.resolved.illustration),
            sources: self.sources(option, &known),
            landed: self.landed(option, &known),
        }
    }

    fn break_even(&self, point: &plan::BreakEven) -> BreakEven {
        let than = words::name_of(&point.than, self.choice, self.offered);
        let (amount, unit) = words::volume(point.at);
        let whole = self.choice.usual_month.map(|usual| usual.part(point.share));
        let of = if whole == Some(point.at) { Counted::Everything } else { Counted::WhatItServes };
        BreakEven {
            unit,
            amount,
            words: words::break_even(point, &than, point.at, of),
            than: point.than.clone(),
            above: point.above,
        }
    }

    fn uncertain(&self, option: &Judged, as_now: bool, known: &[Known<'_>]) -> Vec<String> {
        let mut all: Vec<String> = option.against.iter().map(words::against).collect();
        if as_now && self.paid.estimated {
            all.push("Where no bill is known, list prices stand in for it: it is an estimate.".to_owned());
        }
        let currency = self.choice.currency;
        let ends: Vec<String> = [(&option.dear, "dear"), (&option.cheap, "cheap")]
            .into_iter()
            .filter_map(|(range, end)| Some((words::money(range.as_ref()?.p50, currency), end)))
            // An end that costs the same tells nothing.
            .filter(|(cost, _)| {
                option.monthly.is_none_or(|middle| *cost != words::money(middle.p50, currency))
            })
            .map(|(cost, end)| {
                format!("Its figures hold ranges: at their {end} end a month costs about {cost}.")
            })
            .collect();
        all.extend(ends);
        if !option.unchecked_share.is_zero() {
            all.push(format!(
                "{} % of what it serves could not be held against its limits: usage is told too coarsely.",
                text(option.unchecked_share.round_dp(1).max(Decimal::new(1, 1)))
            ));
        }
        for (_, known) in known {
            let stale =
                known.resolved.facts.iter().filter(|used| used.fact.stale(self.today, known.stale_after));
            match stale.count() {
                0 => {}
                count => all.push(format!(
                    "{}: {count} of its figures are older than {} days and worth checking again.",
                    known.name, known.stale_after
                )),
            }
            all.extend(known.resolved.notes.iter().map(|note| format!("{}: {}", known.name, sentence(note))));
        }
        all
    }

    fn sources(&self, option: &Judged, known: &[Known<'_>]) -> Vec<FigureSource> {
        let mut all = Vec::new();
        if option.parts.contains(&Part::Current) {
            all.extend(self.paid.figures.iter().map(|figure| FigureSource {
                what: figure.what.clone(),
                value: figure.value.clone(),
                sources: vec![figure.source.clone()],
                seen: figure.seen.map(|at| at.to_string()).unwrap_or_default(),
                confidence: name_of(Confidence::High, Confidence::NAMED).to_owned(),
                stale: false,
            }));
        }
        for (_, known) in known {
            all.extend(known.resolved.facts.iter().map(|used| FigureSource {
                what: format!("{}: {}", known.name, used.what),
                value: used.value.clone(),
                sources: used.fact.sources.clone(),
                seen: used.fact.seen.as_str().to_owned(),
                confidence: name_of(used.fact.confidence, Confidence::NAMED).to_owned(),
                stale: used.fact.stale(self.today, known.stale_after),
            }));
        }
        if option.parts.contains(&Part::Metered) || known.is_empty() {
            all.push(self.list_source.clone());
        }
        all
    }

    /// Each fixed price landed; where there is none, a hundred units of what use costs.
    fn landed(&self, option: &Judged, known: &[Known<'_>]) -> Vec<super::super::LandedRow> {
        let mut prices: Vec<(Purse, Decimal)> = Vec::new();
        if option.parts.contains(&Part::Current) {
            prices.extend(&self.paid.current.fixed);
        }
        prices.extend(known.iter().filter_map(|(_, known)| fixed_price(&known.resolved.terms)));
        prices.retain(|(_, amount)| !amount.is_zero());
        if prices.is_empty() {
            let metered = self.of_usage.map(|currency| Purse { currency, tax: TaxIn::Excluded });
            prices.extend(metered.map(|purse| (purse, Decimal::ONE_HUNDRED)));
        }
        prices.into_iter().flat_map(|(purse, amount)| self.ways.steps(purse, amount)).collect()
    }

    pub(super) fn recommendation(&self) -> Recommendation {
        let mut why = words::why(self.choice, self.offered);
        why.extend(self.until.and_then(|until| words::old(until, self.today)));
        let currency = Some(self.choice.currency.to_string());
        match &self.choice.recommendation {
            plan::Recommendation::Switch { to, saves, rival } => Recommendation {
                action: PlanAction::Switch,
                option: Some(to.clone()),
                rival: rival.clone(),
                saves: Some(text(rounded(saves.a_month))),
                currency,
                why,
            },
            plan::Recommendation::Stay { with, rival, .. } => Recommendation {
                action: PlanAction::Stay,
                option: Some(with.clone()),
                rival: rival.as_ref().map(|(id, _)| id.clone()),
                saves: None,
                currency: None,
                why,
            },
            plan::Recommendation::NotEnoughData(_) => Recommendation {
                action: PlanAction::NotEnoughData,
                option: None,
                rival: None,
                saves: None,
                currency: None,
                why,
            },
        }
    }

    /// Single plans that could not be reckoned with or need not be; and how many combinations need not.
    pub(super) fn left_out(&self) -> (Vec<AbstainedPlan>, u32) {
        let mut all = self.offered.abstained.clone();
        let mut dearer = self.choice.combinations_left_out;
        let mut said = std::collections::BTreeSet::new();
        for (parts, why) in &self.choice.left_out {
            let Some(Part::Offer(id)) = parts.iter().find(|part| matches!(part, Part::Offer(_))) else {
                continue;
            };
            if matches!(why, WhyLeftOut::ServesNothing) {
                continue;
            }
            if self.offered.known.get(id).is_some_and(|known| known.resolved.illustration) {
                continue;
            }
            let offers = parts.iter().filter(|part| matches!(part, Part::Offer(_))).count();
            let bound = matches!(
                why,
                WhyLeftOut::DearerFees { .. } | WhyLeftOut::SameAs { .. } | WhyLeftOut::AddsNothing
            );
            if bound && (offers > 1 || parts.len() > 1) {
                dearer += 1;
            } else if said.insert(id.clone()) {
                all.push(AbstainedPlan {
                    id: id.clone(),
                    name: self.offered.name(id),
                    why: words::left_out(why, self.choice, self.offered),
                });
            }
        }
        (all, dearer)
    }
}

type Known<'a> = (&'a String, &'a super::offers::Known);

fn month(month: &plan::MonthLanded) -> ReplayedMonth {
    let first = month.period.start.utc_date();
    ReplayedMonth {
        month: first.to_string(),
        days: u32::try_from(month.period.end.utc_date().days_since(first)).unwrap_or(0),
        cost: text(month.cost),
        list: month.list.iter().map(|(purse, sum)| format!("{} {}", text(*sum), purse.currency)).collect(),
    }
}

pub(super) fn excluded(one: &Excluded) -> ExcludedUsage {
    ExcludedUsage {
        what: one.what.clone(),
        why: words::excluded(one.why).to_owned(),
        rows: one.rows,
        share: one.share.map(text),
    }
}
