//! Options held against each other: which are one, which is the cheapest of a month, and which would be if something were otherwise.

use super::choice::{Scenario, WhatIf};
use super::drawn::Drawn;
use super::judge::{Landed, base_of, tenths};
use super::landed::amount;
use super::{Part, WhyLeftOut};
use crate::money::Decimal;

/// The option that each is one with, where there is one: options that cost and refuse the same in every month are the one of fewer
/// parts, and paying as you go before any plan. A plan that the person has stays, so that it is found.
pub(super) fn twins(landed: &[Landed<'_>], drawn: &Drawn) -> Vec<Option<String>> {
    let has = |part: &Part| matches!(part, Part::Offer(id) if drawn.has.contains(id));
    let twin = |one: &Landed<'_>| {
        let same = |other: &&Landed<'_>| {
            let within = other.followed.parts.iter().all(|part| one.followed.parts.contains(part));
            let plain = other.followed.parts == [Part::Metered];
            let shorter = other.followed.parts.len() < one.followed.parts.len();
            ((within && shorter) || plain)
                && other.id != one.id
                && other.months == one.months
                && other.followed.tried.ways.refused == one.followed.tried.ways.refused
                && other.serves_all == one.serves_all
        };
        let all = landed.iter().filter(same);
        all.min_by_key(|other| other.followed.parts.len()).map(|other| other.id.clone())
    };
    let stays = |one: &Landed<'_>| {
        one.followed.parts == [Part::Current]
            || (one.followed.parts.iter().any(has) && one.followed.parts.len() == 1)
    };
    landed.iter().map(|one| if drawn.draws == 0 || stays(one) { None } else { twin(one) }).collect()
}

/// The options without those that are one with another.
pub(super) fn folded<'a>(
    landed: Vec<Landed<'a>>,
    twins: Vec<Option<String>>,
    left_out: &mut Vec<(Vec<Part>, WhyLeftOut)>,
) -> Vec<Landed<'a>> {
    let mut kept = Vec::with_capacity(landed.len());
    for (one, twin) in landed.into_iter().zip(twins) {
        match twin {
            None => kept.push(one),
            // What stands behind a plan is no plan that is missing.
            Some(than) if than == "metered" => {
                left_out.push((one.followed.parts.clone(), WhyLeftOut::SameAs { than }));
            }
            Some(_) => {}
        }
    }
    kept
}

/// How likely each option is the cheapest of a month, and by how much it is dearer on average. Only those that serve a month whole
/// take part in it; equal ones share. Where staying is among them, what is one with it does not run against it.
pub(super) fn contest(
    landed: &[Landed<'_>],
    drawn: &Drawn,
    stays: bool,
) -> (Vec<Option<Decimal>>, Vec<Option<Decimal>>) {
    // Sevenths of eighths of ninths …: what up to ten equal ones share is whole.
    const WON: i128 = 2_520;
    let months = drawn.listed.len();
    let (mut won, mut regret) = (vec![0_i128; landed.len()], vec![0_i128; landed.len()]);
    let runs = |one: &Landed<'_>| one.serves_all && !(stays && one.is_same_as_now(drawn));
    let whole = |one: &Landed<'_>, month: usize| {
        runs(one) && one.followed.tried.ways.refused.get(month).is_some_and(|refused| *refused == 0)
    };
    for month in 0..months {
        let costs = landed.iter().filter(|one| whole(one, month)).map(|one| one.months[month]);
        let Some(least) = costs.min() else { continue };
        let best = |one: &Landed<'_>| whole(one, month) && one.months[month] == least;
        let ties = i128::try_from(landed.iter().filter(|one| best(one)).count()).unwrap_or(1).max(1);
        for (at, one) in landed.iter().enumerate() {
            won[at] += if best(one) { WON / ties } else { 0 };
            regret[at] += (one.months[month] - least).max(0);
        }
    }
    let count = i128::try_from(months).unwrap_or(1);
    let told = |at: usize, figure: Decimal| (count > 0 && runs(&landed[at])).then_some(figure);
    let chance = |(at, won): (usize, i128)| told(at, tenths(won * 1_000, WON * count));
    let regret = regret.into_iter().enumerate().map(|(at, sum)| told(at, amount(sum / count.max(1))));
    (won.into_iter().enumerate().map(chance).collect(), regret.collect())
}

/// Of all options: one that costs the same as a shorter one here may go on where that one ends. What is one with staying is not
/// told beside it, nor what costs the same as that.
pub(super) fn what_if(drawn: &Drawn, landed: &[Landed<'_>], twins: &[Option<String>]) -> Vec<WhatIf> {
    if drawn.draws == 0 {
        return Vec::new();
    }
    let base = base_of(landed);
    let stays = base.is_some_and(|base| landed[base].followed.parts == [Part::Current]);
    let one_with_it = |one: &Landed<'_>| stays && one.is_same_as_now(drawn);
    let plain = landed.iter().any(|one| one.followed.parts == [Part::Metered] && one_with_it(one));
    let told = |(one, twin): &(&Landed<'_>, &Option<String>)| {
        !(one_with_it(one) || plain && twin.as_deref() == Some("metered"))
    };
    let cost = |one: &Landed<'_>, scenario: usize| {
        let at_volume =
            |eighths: usize| one.curve.get(eighths).filter(|(_, refuses)| !refuses).map(|(cost, _)| *cost);
        match drawn.scenarios.get(scenario)? {
            Scenario::AsItIs => at_volume(8),
            Scenario::Half => at_volume(4),
            Scenario::Double => at_volume(16),
            Scenario::Without { .. } | Scenario::Announced { .. } => {
                one.otherwise.get(scenario - 3).copied().flatten()
            }
        }
    };
    let mut out: Vec<WhatIf> = Vec::new();
    for (at, scenario) in drawn.scenarios.iter().enumerate() {
        let mut costs: Vec<(i128, usize, &str)> = landed
            .iter()
            .zip(twins)
            .filter(told)
            .filter_map(|(one, _)| Some((cost(one, at)?, one.followed.parts.len(), one.id.as_str())))
            .collect();
        costs.sort_unstable();
        let cheapest = costs.first().map(|(cost, _, id)| ((*id).to_owned(), amount(*cost)));
        let changes = out.first().is_some_and(|first: &WhatIf| {
            first.cheapest.as_ref().map(|(id, _)| id) != cheapest.as_ref().map(|(id, _)| id)
        });
        out.push(WhatIf {
            of: scenario.clone(),
            cheapest,
            staying: base.and_then(|base| cost(&landed[base], at)).map(amount),
            costs: costs.into_iter().map(|(cost, _, id)| (id.to_owned(), amount(cost))).collect(),
            changes,
        });
    }
    out
}
