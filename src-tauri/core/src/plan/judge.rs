//! Lands what was drawn, and compares: chances, regret, savings, what would change the answer.

use super::choice::{Against, Choice, Judged, Landings, MonthLanded, Saving, Volume, VolumeUnit};
use super::contest::{contest, folded, twins, what_if};
use super::curves;
use super::drawn::{Drawn, Followed};
use super::draws::{Mean, QUARTER, Ways};
use super::landed::{Factors, amount};
use super::recommend::recommend;
use super::{Part, Purse, WhyLeftOut, id_of};
use crate::forecast::Spread;
use crate::money::Decimal;

/// In drawn months an option may refuse so much of all use and still serve what is served now, in thousandths.
const REFUSED_PER_MILLE: i128 = 5;

/// An option, landed.
pub(super) struct Landed<'a> {
    pub(super) followed: &'a Followed,
    pub(super) id: String,
    /// What each drawn month costs.
    pub(super) months: Vec<i128>,
    pub(super) dear: Option<Vec<i128>>,
    pub(super) cheap: Option<Vec<i128>>,
    pub(super) replayed: Vec<MonthLanded>,
    /// By eighths of a usual month: what a month costs, and whether something is refused.
    pub(super) curve: Vec<(i128, bool)>,
    pub(super) otherwise: Vec<Option<i128>>,
    pub(super) serves_all: bool,
}

/// Lands every option and says which to take. The same for the same figures.
pub fn choose(drawn: &Drawn, landings: &Landings) -> Choice {
    let factors = Factors::of(landings);
    let (mut landed, mut left_out) = (Vec::new(), drawn.left_out.clone());
    for followed in drawn.options.iter().filter(|_| !drawn.is_unpriced()) {
        match Landed::of(followed, drawn, &factors) {
            Ok(one) => landed.push(one),
            Err(purse) => left_out.push((followed.parts.clone(), WhyLeftOut::NoRate(purse))),
        }
    }
    let (shapes, landed): (Vec<Landed<'_>>, Vec<Landed<'_>>) =
        landed.into_iter().partition(|one| one.followed.illustration);
    let twins = twins(&landed, drawn);
    let all_ways = what_if(drawn, &landed, &twins);
    let landed = folded(landed, twins, &mut left_out);
    let stays = landed.iter().any(|one| one.followed.parts == [Part::Current]);
    let (chances, regrets) = contest(&landed, drawn, stays);
    let base = base_of(&landed);
    let judge = Bench { drawn, landings, landed: &landed, base };
    let shapes = shapes.iter().map(|one| judge.judged(one, (None, None))).collect();
    let mut options: Vec<Judged> =
        landed.iter().zip(chances.into_iter().zip(regrets)).map(|(one, of)| judge.judged(one, of)).collect();
    let whole_window = |one: &Judged| {
        one.replayed.iter().map(|month| month.cost).fold(Decimal::ZERO, Decimal::saturating_add)
    };
    let cost = |one: &Judged| one.mean.unwrap_or_else(|| whole_window(one));
    let base_id = base.map(|base| landed[base].id.clone());
    let staying = options.iter().find(|one| Some(&one.id) == base_id.as_ref()).map(cost);
    options.sort_by(|a, b| {
        // What is one with staying stands right behind it.
        let place = |one: &Judged| staying.filter(|_| one.same_as_now).unwrap_or_else(|| cost(one));
        let key = |one: &Judged| (!one.serves_all, place(one), one.same_as_now, one.parts.len());
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
    });
    Choice {
        currency: landings.currency,
        days: drawn.days,
        few: drawn.few,
        draws: drawn.draws,
        recommendation: recommend(drawn, &options, base_id.as_deref(), landings),
        what_if: all_ways,
        options,
        shapes,
        left_out,
        combinations_left_out: drawn.combinations_left_out,
        excluded: drawn.excluded.clone(),
        own_range: own_range(drawn),
        usual_month: volume(drawn.usual_volume, drawn.currency),
    }
}

/// What is stayed with: what is paid now, else paying as you go.
pub(super) fn base_of(landed: &[Landed<'_>]) -> Option<usize> {
    let alone = |part: &Part| landed.iter().position(|one| one.followed.parts == [part.clone()]);
    alone(&Part::Current).or_else(|| alone(&Part::Metered))
}

/// What an option is judged against.
struct Bench<'a> {
    drawn: &'a Drawn,
    landings: &'a Landings,
    landed: &'a [Landed<'a>],
    base: Option<usize>,
}

impl Bench<'_> {
    fn judged(&self, one: &Landed<'_>, (chance, regret): (Option<Decimal>, Option<Decimal>)) -> Judged {
        let Bench { drawn, landings, landed, base } = *self;
        let drawn_list: i128 = drawn.listed.iter().map(|list| i128::from(*list)).sum();
        let base = base.map(|base| &landed[base]);
        let saving = base
            .filter(|base| base.id != one.id)
            .and_then(|base| saving(&base.months, &one.months, landings.least_saving));
        let mut judged = Judged {
            id: one.id.clone(),
            parts: one.followed.parts.clone(),
            replayed: one.replayed.clone(),
            monthly: spread(&one.months),
            mean: mean(&one.months).map(amount),
            dear: one.dear.as_deref().and_then(spread),
            cheap: one.cheap.as_deref().and_then(spread),
            chance_cheapest: chance,
            regret,
            refused: one.followed.tried.exact.refused,
            refused_share: one.refused_share(drawn),
            refused_share_drawn: share(one.refused_drawn(), drawn_list),
            serves_all: one.serves_all,
            served: one.served(drawn),
            unchecked_share: one.unchecked_share(),
            break_even: Vec::new(),
            curve: curves::points(&one.curve),
            saving,
            against: Vec::new(),
            same_as_now: base.is_some_and(|base| base.followed.parts == [Part::Current])
                && one.is_same_as_now(drawn),
        };
        if !one.followed.illustration {
            for part in [Part::Current, Part::Metered] {
                let other = landed.iter().find(|other| other.followed.parts == [part.clone()]);
                for other in other.into_iter().filter(|other| other.id != one.id) {
                    judged.break_even.extend(curves::break_even(one, other, drawn.currency));
                }
            }
        }
        judged.against = against(one, base, &judged, drawn, landings);
        judged
    }
}

impl<'a> Landed<'a> {
    fn of(followed: &'a Followed, drawn: &Drawn, factors: &Factors) -> Result<Landed<'a>, Purse> {
        let tried = &followed.tried;
        let cost = |mean: &Mean| Ok(factors.land(&mean.sums)? / i128::from(mean.months.max(1)));
        let land = |mean: &Mean| Ok((cost(mean)?, mean.refuses));
        let ranged = |ways: &Option<std::sync::Arc<Ways>>| {
            ways.as_ref().map(|ways| factors.land_ways(ways)).transpose()
        };
        let month = |(period, sums): &(crate::time::Period, Vec<(Purse, Decimal)>)| {
            Ok(MonthLanded { period: *period, cost: factors.show(sums)?, list: sums.clone() })
        };
        let refused = &tried.exact.refused;
        let exactly = refused.requests == 0 && refused.uncounted == 0 && refused.list_cost.is_zero();
        let mut one = Landed {
            followed,
            id: id_of(&followed.parts),
            months: factors.land_ways(&tried.ways)?,
            dear: ranged(&followed.dear)?,
            cheap: ranged(&followed.cheap)?,
            replayed: tried.exact.months.iter().map(month).collect::<Result<_, Purse>>()?,
            curve: tried.curve.iter().map(land).collect::<Result<_, Purse>>()?,
            otherwise: followed
                .otherwise
                .iter()
                .map(|mean| Ok((!mean.refuses).then_some(cost(mean)?)))
                .collect::<Result<_, Purse>>()?,
            serves_all: exactly,
        };
        let list: i128 = drawn.listed.iter().map(|list| i128::from(*list)).sum();
        let months = tried.ways.refused.iter().filter(|refused| **refused > 0).count();
        // What has no list price is told by months in which something is refused.
        let seldom = months * 1_000 <= drawn.listed.len() * 20;
        one.serves_all &=
            if list > 0 { one.refused_drawn() * 1_000 <= list * REFUSED_PER_MILLE } else { seldom };
        Ok(one)
    }

    fn refused_drawn(&self) -> i128 {
        self.followed.tried.ways.refused.iter().map(|refused| i128::from(*refused)).sum()
    }

    fn refused_share(&self, drawn: &Drawn) -> Decimal {
        let exact = &self.followed.tried.exact.refused;
        if !drawn.list.is_zero() {
            return percent(exact.list_cost, drawn.list);
        }
        percent(Decimal::from(exact.requests), drawn.requests.map_or(Decimal::ZERO, Decimal::from))
    }

    fn served(&self, drawn: &Drawn) -> Vec<(String, Decimal)> {
        let plans = self.followed.parts.iter().filter_map(|part| match part {
            Part::Offer(id) => Some(id.clone()),
            Part::Current | Part::Metered => None,
        });
        let elements = self.followed.tried.exact.elements.iter();
        plans.zip(elements).map(|(id, (served, _))| (id, percent(*served, drawn.list))).collect()
    }

    /// Whether it is what the person has, and pays for already.
    fn has_now(&self, drawn: &Drawn) -> bool {
        let plans = self.followed.parts.iter().filter_map(|part| match part {
            Part::Offer(id) => Some(id),
            Part::Current | Part::Metered => None,
        });
        let (mut now, mut then): (Vec<&String>, Vec<&String>) = (drawn.has.iter().collect(), plans.collect());
        now.sort();
        then.sort();
        // Who has no plan and pays for none pays as they go.
        let known = !now.is_empty() || drawn.pays_as_they_go;
        now == then && known && self.followed.parts != [Part::Current]
    }

    /// Whether it is one with staying: it is what the person has, and serves what is served now.
    pub(super) fn is_same_as_now(&self, drawn: &Drawn) -> bool {
        self.serves_all && self.has_now(drawn)
    }

    /// Of what plans served; the last element is none of them where it is pay as you go.
    fn unchecked_share(&self) -> Decimal {
        let plans = self.followed.parts.iter().filter(|part| matches!(part, Part::Offer(_))).count();
        let elements = &self.followed.tried.exact.elements;
        let sums =
            elements.iter().take(plans).fold((Decimal::ZERO, Decimal::ZERO), |sums, (served, unchecked)| {
                (sums.0.saturating_add(*served), sums.1.saturating_add(*unchecked))
            });
        percent(sums.1, sums.0)
    }
}

/// What is saved against staying. Whether it is enough is asked of quarters: plans are kept for longer than a month.
pub(super) fn saving(staying: &[i128], other: &[i128], least: Decimal) -> Option<Saving> {
    let (stays, costs) = (mean(staying)?, mean(other)?);
    let saves = stays - costs;
    let least = i128::from(super::cells::grains(least, super::draws::COST_PLACES));
    let length = i128::try_from(QUARTER).unwrap_or(1);
    let quarters = staying.chunks(QUARTER).zip(other.chunks(QUARTER));
    let count = i128::try_from(quarters.len()).unwrap_or(1);
    let enough = quarters.filter(|(stays, costs)| {
        let (stays, costs) = (stays.iter().sum::<i128>(), costs.iter().sum::<i128>());
        is_enough(stays, stays - costs, least * length)
    });
    let enough = i128::try_from(enough.count()).unwrap_or_default();
    Some(Saving {
        a_month: amount(saves),
        percent: if stays > 0 { tenths(saves * 1_000, stays) } else { Decimal::ZERO },
        chance: tenths(enough * 1_000, count),
    })
}

/// Whether a saving is at least five per cent, and so much money.
fn is_enough(stays: i128, saves: i128, least: i128) -> bool {
    saves * 20 >= stays && saves >= least && saves > 0
}

/// Whether an average saving is at least five per cent, and so much money.
pub(super) fn enough_on_average(saving: &Saving, least: Decimal) -> bool {
    saving.percent >= Decimal::new(5, 0) && saving.a_month >= least && saving.a_month > Decimal::ZERO
}

/// Why no switch to an option is advised, whatever it saves.
fn against(
    one: &Landed<'_>,
    base: Option<&Landed<'_>>,
    judged: &Judged,
    drawn: &Drawn,
    landings: &Landings,
) -> Vec<Against> {
    let mut against = Vec::new();
    if base.is_some_and(|base| base.id == one.id) {
        return against;
    }
    if !one.serves_all {
        against.push(Against::Refuses);
    }
    if !one.followed.low.is_empty() {
        against.push(Against::LowConfidence(one.followed.low.clone()));
    }
    let dear = base
        .zip(one.dear.as_ref())
        .and_then(|(base, dear)| saving(&base.months, dear, landings.least_saving));
    if dear.is_some_and(|dear| !advisable(&dear, landings.least_saving)) {
        against.push(Against::DearEnd);
    }
    if one.followed.illustration {
        against.push(Against::Illustration);
    }
    if judged.unchecked_share > Decimal::TEN {
        against.push(Against::Unchecked);
    }
    // A bill a little above list price is no reason to switch to what one does already.
    if one.has_now(drawn) && base.is_some_and(|base| base.followed.parts == [Part::Current]) {
        against.push(Against::SameAsNow);
    }
    against
}

/// Whether a saving is worth a switch: enough on average, and in eight of ten cases.
pub(super) fn advisable(saving: &Saving, least: Decimal) -> bool {
    enough_on_average(saving, least) && saving.chance >= Decimal::new(80, 0)
}

/// Eight of ten drawn months lie within, in per cent of a usual one.
fn own_range(drawn: &Drawn) -> Option<(Decimal, Decimal)> {
    let usual = i128::from(drawn.usual_list);
    let mut months: Vec<i128> = drawn.listed.iter().map(|list| i128::from(*list)).collect();
    if usual == 0 || months.is_empty() {
        return None;
    }
    months.sort_unstable();
    let at = |part: usize| tenths(months[part * (months.len() - 1) / 100] * 1_000, usual);
    Some((at(10), at(90)))
}

/// A month's use in the unit that tells it best: requests where all are counted, else tokens, else list money.
pub(super) fn volume(of: (Option<i64>, i64, i64), currency: crate::money::Currency) -> Option<Volume> {
    let (requests, tokens, list) = of;
    match requests {
        Some(requests) if requests > 0 => {
            Some(Volume { amount: Decimal::from(requests), unit: VolumeUnit::Requests })
        }
        _ if tokens > 0 => Some(Volume { amount: Decimal::from(tokens), unit: VolumeUnit::Tokens }),
        _ if list > 0 => Some(Volume {
            amount: Decimal::new(list, super::cells::LIST_PLACES).normalize(),
            unit: VolumeUnit::List(currency),
        }),
        _ => None,
    }
}

fn mean(months: &[i128]) -> Option<i128> {
    let count = i128::try_from(months.len()).ok().filter(|count| *count > 0)?;
    Some(months.iter().sum::<i128>() / count)
}

fn spread(months: &[i128]) -> Option<Spread> {
    let mut sorted = months.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().checked_sub(1)?;
    let [p10, p50, p90] = [10, 50, 90].map(|part| amount(sorted[part * last / 100]));
    Some(Spread { p10, p50, p90 })
}

/// A part in per cent, with one digit: `part` is told in thousandths of the whole.
pub(super) fn tenths(thousandths: i128, whole: i128) -> Decimal {
    let tenths = if whole == 0 { 0 } else { thousandths / whole };
    Decimal::try_from_i128_with_scale(tenths, 1).unwrap_or_default().normalize()
}

fn share(part: i128, whole: i128) -> Decimal {
    tenths(part.saturating_mul(1_000), whole)
}

fn percent(part: Decimal, whole: Decimal) -> Decimal {
    let share = part.checked_mul(Decimal::ONE_HUNDRED).and_then(|part| part.checked_div(whole));
    share.unwrap_or_default().round_dp(2).normalize()
}
