//! What is tried: every plan alone and with pay as you go behind it, free tiers before plans, plans that serve different kinds. What
//! cannot be the best by a bound is left out, and named or counted.

use super::draws::{Stage, Trial, Ways, ways_of};
use super::landed::Factors;
use super::{Element, KindSet, Offer, Part, Purse, Terms, WhyLeftOut};

/// Free tiers that are put before plans: those that save most.
const TIERS: usize = 4;
/// Plans that are put behind a free tier.
const BEHIND: usize = 12;
/// Plans that are put together by two.
const PAIRED: usize = 8;
/// Plans that are put together by three.
const TRIPLED: usize = 5;
/// Combinations that are followed: the cheapest ones of a usual time.
const COMBINED: usize = 16;
/// Fees are compared with room for other taxes and rates: what is left out stays out when those change.
const ROOM_PERCENT: i128 = 150;

/// Something to be tried.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) parts: Vec<Part>,
    pub(super) chain: Vec<Element>,
    pub(super) dear: Option<Vec<Element>>,
    pub(super) cheap: Option<Vec<Element>>,
    /// The same with terms as announced.
    pub(super) announced: Vec<Element>,
    pub(super) low: Vec<String>,
    pub(super) illustration: bool,
}

/// What is to be tried, and what is not.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub(super) kept: Vec<Candidate>,
    pub(super) left_out: Vec<(Vec<Part>, WhyLeftOut)>,
    pub(super) combinations_left_out: u32,
}

/// Several offers, one after another, and pay as you go behind them where asked for.
fn candidate(offers: &[&Offer], metered: Option<Purse>) -> Candidate {
    let behind = || metered.map(Element::Metered);
    let with = |terms: &dyn Fn(&Offer) -> Terms| -> Vec<Element> {
        offers.iter().map(|offer| Element::Plan(Box::new(terms(offer)))).chain(behind()).collect()
    };
    let one_of = |case: fn(&Offer) -> Option<&Terms>| {
        let any = offers.iter().any(|offer| case(offer).is_some());
        any.then(|| with(&|offer| case(offer).unwrap_or(&offer.terms).clone()))
    };
    let parts = offers.iter().map(|offer| Part::Offer(offer.id.clone()));
    Candidate {
        parts: parts.chain(metered.map(|_| Part::Metered)).collect(),
        chain: with(&|offer| offer.terms.clone()),
        dear: one_of(|offer| offer.dear.as_ref()),
        cheap: one_of(|offer| offer.cheap.as_ref()),
        announced: with(&|offer| offer.announced.as_ref().map_or(&offer.terms, |(_, terms)| terms).clone()),
        low: offers.iter().flat_map(|offer| offer.low.iter().cloned()).collect(),
        illustration: offers.iter().any(|offer| offer.illustration),
    }
}

/// What each month of a usual time costs, landed, and whether something is refused; nothing where it cannot be replayed or landed.
struct Screened {
    months: Vec<i128>,
    refuses: bool,
}

impl Screened {
    fn sum(&self) -> i128 {
        self.months.iter().sum()
    }
}

/// Screens chains on a usual time.
fn screen(stage: &Stage<'_>, factors: &Factors, tried: &[Candidate], eighths: i64) -> Vec<Option<Screened>> {
    let chains: Vec<&[Element]> = tried.iter().map(|one| &one.chain[..]).collect();
    let landed = |ways: Ways| {
        let months = factors.land_ways(&ways).ok()?;
        Some(Screened { months, refuses: ways.refused.iter().any(|refused| *refused > 0) })
    };
    let results = stage.try_all(&chains, Trial::Sizes(&[eighths]));
    results.iter().map(|years| ways_of(years).ok().and_then(landed)).collect()
}

impl Candidates {
    /// All that is worth trying. `dearest` is what the dearest drawn month costs as you go, landed, where it is known.
    pub(super) fn of(
        stage: &Stage<'_>,
        offers: &[Offer],
        factors: &Factors,
        metered: Purse,
        dearest: Option<i128>,
    ) -> Candidates {
        let mut out = Candidates::default();
        let used: Vec<u32> =
            (0_u32..).zip(&stage.used).filter(|(_, used)| **used).map(|(kind, _)| kind).collect();
        let mut serving: Vec<&Offer> = Vec::new();
        for offer in offers {
            if used.is_empty() || used.iter().any(|kind| offer.terms.serves.holds(*kind)) {
                serving.push(offer);
            } else {
                out.left_out.push((vec![Part::Offer(offer.id.clone())], WhyLeftOut::ServesNothing));
            }
        }
        let as_you_go = candidate(&[], Some(metered));
        let alone: Vec<Candidate> = serving.iter().map(|offer| candidate(&[offer], None)).collect();
        let behind: Vec<Candidate> = serving.iter().map(|offer| candidate(&[offer], Some(metered))).collect();
        let base = screen(stage, factors, std::slice::from_ref(&as_you_go), 8).pop().flatten();
        out.kept.push(as_you_go);
        let usual = screen(stage, factors, &alone, 8);
        let usual_behind = screen(stage, factors, &behind, 8);
        // Where nothing goes beyond at three times the volume, what stands behind is never asked.
        let (most, most_behind) = (screen(stage, factors, &alone, 24), screen(stage, factors, &behind, 24));
        let bound = dearest.max(base.as_ref().and_then(|base| base.months.iter().max().copied()));
        let mut useful: Vec<(i128, &Offer)> = Vec::new();
        for (at, offer) in serving.iter().enumerate() {
            // What nobody sells stands by itself: it bounds nothing, and goes into no combination.
            if offer.illustration {
                out.kept.push(alone[at].clone());
                continue;
            }
            let fees = fixed_least(stage, factors, &alone[at]);
            let dearer =
                bound.zip(fees).is_some_and(|(bound, fees)| fees * 100 > bound * ROOM_PERCENT && bound > 0);
            if dearer {
                let why = WhyLeftOut::DearerFees { than: "metered".to_owned() };
                out.left_out.push((alone[at].parts.clone(), why));
                continue;
            }
            if offer.lacks.is_empty() {
                out.kept.push(alone[at].clone());
            } else {
                out.left_out.push((alone[at].parts.clone(), WhyLeftOut::Lacks(offer.lacks.clone())));
            }
            let same = |one: &[Option<Screened>], other: &[Option<Screened>]| {
                let both = one[at].as_ref().zip(other[at].as_ref());
                both.is_some_and(|(one, other)| !one.refuses && one.months == other.months)
            };
            if !(offer.lacks.is_empty() && same(&usual, &usual_behind) && same(&most, &most_behind)) {
                out.kept.push(behind[at].clone());
            }
            let saved = base.as_ref().zip(usual_behind[at].as_ref()).and_then(|(base, with)| {
                let saves = base.months.iter().zip(&with.months).any(|(base, with)| with < base);
                saves.then(|| base.sum() - with.sum())
            });
            if let Some(saved) = saved {
                useful.push((saved, offer));
            }
        }
        serving.retain(|offer| !offer.illustration);
        useful.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
        let useful: Vec<&Offer> = useful.into_iter().map(|(_, offer)| offer).collect();
        out.combine(stage, factors, metered, &serving, &useful);
        out
    }

    /// Combinations of what saves by itself.
    fn combine(
        &mut self,
        stage: &Stage<'_>,
        factors: &Factors,
        metered: Purse,
        serving: &[&Offer],
        useful: &[&Offer],
    ) {
        let differ = |a: &Offer, b: &Offer| differ(stage, &a.terms.serves, &b.terms.serves);
        let (tiers, plans): (Vec<&Offer>, Vec<&Offer>) = useful.iter().partition(|offer| offer.tier);
        let mut sets: Vec<Vec<&Offer>> = Vec::new();
        for tier in tiers.iter().take(TIERS) {
            sets.extend(plans.iter().take(BEHIND).map(|plan| vec![*tier, *plan]));
        }
        for (at, a) in plans.iter().enumerate().take(PAIRED) {
            for (place, b) in plans.iter().enumerate().take(PAIRED).skip(at + 1).filter(|(_, b)| differ(a, b))
            {
                sets.push(narrow_first(stage, vec![*a, *b]));
                let thirds =
                    plans.iter().take(TRIPLED).skip(place + 1).filter(|c| differ(a, c) && differ(b, c));
                sets.extend(thirds.map(|c| narrow_first(stage, vec![*a, *b, *c])));
            }
        }
        let tried: Vec<Candidate> = sets.iter().map(|set| candidate(set, Some(metered))).collect();
        let costs = screen(stage, factors, &tried, 8);
        // The same without one of the offers.
        let shorter: Vec<Vec<Candidate>> = sets
            .iter()
            .map(|set| {
                let without = |left: usize| {
                    let rest: Vec<&Offer> = set
                        .iter()
                        .enumerate()
                        .filter(|(at, _)| *at != left)
                        .map(|(_, offer)| *offer)
                        .collect();
                    candidate(&rest, Some(metered))
                };
                (0..set.len()).map(without).collect()
            })
            .collect();
        let flat: Vec<Candidate> = shorter.iter().flatten().cloned().collect();
        let mut flat = screen(stage, factors, &flat, 8).into_iter();
        let mut kept: Vec<(i128, Candidate)> = Vec::new();
        for ((one, cost), shorter) in tried.into_iter().zip(costs).zip(&shorter) {
            let rivals: Vec<Option<Screened>> = flat.by_ref().take(shorter.len()).collect();
            let Some(cost) = cost else { continue };
            // Each offer must earn its place in some month.
            let earns = |rival: &Option<Screened>| {
                rival.as_ref().is_some_and(|rival| cost.months.iter().zip(&rival.months).any(|(a, b)| a < b))
            };
            if rivals.iter().all(earns) {
                kept.push((cost.sum(), one));
            }
        }
        kept.sort_by_key(|(sum, _)| *sum);
        kept.truncate(COMBINED);
        let tiers_all = serving.iter().filter(|offer| offer.tier).count();
        let plans_all: Vec<&Offer> = serving.iter().filter(|offer| !offer.tier).copied().collect();
        let pairs = plans_all
            .iter()
            .enumerate()
            .map(|(at, a)| plans_all[at + 1..].iter().filter(|b| differ(a, b)).count());
        let all = tiers_all * plans_all.len() + pairs.sum::<usize>();
        let pairs_kept = kept.iter().filter(|(_, one)| one.parts.len() <= 3).count();
        self.combinations_left_out = u32::try_from(all.saturating_sub(pairs_kept)).unwrap_or(u32::MAX);
        self.kept.extend(kept.into_iter().map(|(_, one)| one));
    }
}

/// The least that is paid in a month of a usual time whether anything is used or not, landed.
fn fixed_least(stage: &Stage<'_>, factors: &Factors, one: &Candidate) -> Option<i128> {
    let empty = super::Usage {
        window: Some(stage.year()),
        currency: stage.usage.currency,
        kinds: stage.usage.kinds.clone(),
        ..super::Usage::default()
    };
    let months = super::replay(&empty, &one.chain).ok()?.months;
    months.iter().map(|month| factors.land_exact(&month.fixed)).collect::<Option<Vec<_>>>()?.into_iter().min()
}

/// Whether each of two serves something of the usage that the other does not.
fn differ(stage: &Stage<'_>, a: &KindSet, b: &KindSet) -> bool {
    let used = || (0_u32..).zip(&stage.used).filter(|(_, used)| **used).map(|(kind, _)| kind);
    used().any(|kind| a.holds(kind) && !b.holds(kind)) && used().any(|kind| b.holds(kind) && !a.holds(kind))
}

/// What serves fewer kinds goes first: it has no other use.
fn narrow_first<'a>(stage: &Stage<'_>, mut set: Vec<&'a Offer>) -> Vec<&'a Offer> {
    let width = |offer: &Offer| {
        (0_u32..).zip(&stage.used).filter(|(kind, used)| **used && offer.terms.serves.holds(*kind)).count()
    };
    set.sort_by_key(|offer| width(offer));
    set
}
