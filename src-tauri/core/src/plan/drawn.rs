//! Everything that takes time, done once: what is left is to land it and to judge.

use std::sync::Arc;

use super::candidates::{Candidate, Candidates};
use super::draws::{EIGHTHS, Exact, Kept, MONTHS, Mean, Stage, Trial, Ways, mark_of, mean_of, ways_of};
use super::landed::Factors;
use super::refit::{Change, bare};
use super::staying::as_now;
use super::{
    Announced, Current, Element, Excluded, FEW_DAYS, Landings, Offer, Part, Purse, ReplayError, Scenario,
    Usage, WhyLeftOut,
};
use crate::catalogue::TaxIn;
use crate::money::{Currency, Decimal};
use crate::time::{Date, Period};

/// Options that were tried on usage and on months drawn from it, before landing.
#[derive(Debug, Clone)]
pub struct Drawn {
    mark: u64,
    announced: Vec<Announced>,
    pub(super) days: u32,
    pub(super) few: bool,
    pub(super) draws: u32,
    pub(super) rows: usize,
    pub(super) window_days: u32,
    kept: Option<Arc<Kept>>,
    /// All that was tried, whether it is an option or not.
    memory: Vec<Memory>,
    /// List cost and requests of the whole usage.
    pub(super) list: Decimal,
    pub(super) requests: Option<u64>,
    pub(super) excluded: Vec<Excluded>,
    pub(super) left_out: Vec<(Vec<Part>, WhyLeftOut)>,
    pub(super) combinations_left_out: u32,
    /// The options; pay as you go is always among them.
    pub(super) options: Vec<Followed>,
    pub(super) has: Vec<String>,
    /// Whether the person has no plan at all and pays for none.
    pub(super) pays_as_they_go: bool,
    /// What each drawn month comes to at list price, and a usual one.
    pub(super) listed: Vec<i64>,
    pub(super) usual_list: i64,
    pub(super) usual_volume: (Option<i64>, i64, i64),
    pub(super) currency: Currency,
    pub(super) scenarios: Vec<Scenario>,
}

/// An option that was tried.
#[derive(Debug, Clone)]
pub(super) struct Followed {
    pub(super) parts: Vec<Part>,
    chain: Vec<Element>,
    announced: Vec<Element>,
    pub(super) low: Vec<String>,
    pub(super) illustration: bool,
    pub(super) tried: Arc<Tried>,
    dear_chain: Option<Vec<Element>>,
    cheap_chain: Option<Vec<Element>>,
    pub(super) dear: Option<Arc<Ways>>,
    pub(super) cheap: Option<Arc<Ways>>,
    /// By [`Drawn::scenarios`], those after half and twice as much.
    pub(super) otherwise: Arc<Vec<Mean>>,
    /// Requests, tokens and list cost of a usual month, of the kinds that its plans serve.
    pub(super) volume: (Option<i64>, i64, i64),
}

/// A chain that was tried.
#[derive(Debug, Clone)]
struct Memory {
    chain: Vec<Element>,
    bare: Vec<Element>,
    tried: Arc<Tried>,
}

/// What trying it gave.
#[derive(Debug, Clone, Default)]
pub(super) struct Tried {
    pub(super) exact: Exact,
    pub(super) ways: Ways,
    /// By [`EIGHTHS`].
    pub(super) curve: Vec<Mean>,
}

impl Drawn {
    /// Whether something was used, and none of it could be taken in: what any option costs is unknown then, and not nought.
    pub(super) fn is_unpriced(&self) -> bool {
        self.rows == 0 && !self.excluded.is_empty()
    }
}

/// Tries everything that could be had. `landings` serve for bounds alone, with room for other ones. What was tried before on the same
/// usage, with the same terms, is taken from `prior`.
pub fn draw(
    usage: &Usage,
    offers: &[Offer],
    current: Option<&Current>,
    announced: &[Announced],
    landings: &Landings,
    prior: Option<&Drawn>,
) -> Drawn {
    let mark = mark_of(usage);
    let prior = prior.filter(|prior| prior.mark == mark && prior.announced == announced);
    let currency = usage.currency.unwrap_or(Currency::USD);
    let metered = Purse { currency, tax: TaxIn::Excluded };
    let mut drawn = Drawn {
        mark,
        announced: announced.to_vec(),
        days: 0,
        few: true,
        draws: 0,
        rows: usage.rows.len(),
        window_days: usage
            .window
            .map_or(0, |(from, to)| u32::try_from(to.days_since(from)).unwrap_or_default()),
        kept: None,
        memory: Vec::new(),
        list: Decimal::ZERO,
        requests: None,
        excluded: usage.excluded.clone(),
        left_out: Vec::new(),
        combinations_left_out: 0,
        options: Vec::new(),
        has: current.map(|current| current.plans.clone()).unwrap_or_default(),
        pays_as_they_go: current.is_some_and(|now| now.plans.is_empty() && now.fixed.is_empty()),
        listed: Vec::new(),
        usual_list: 0,
        usual_volume: (None, 0, 0),
        currency,
        scenarios: vec![Scenario::AsItIs, Scenario::Half, Scenario::Double],
    };
    let again =
        prior.and_then(|prior| prior.kept.as_ref()).map(|kept| Stage { usage, kept: Arc::clone(kept) });
    let Some(stage) = again.or_else(|| Stage::of(usage)) else { return drawn };
    drawn.kept = Some(Arc::clone(&stage.kept));
    (drawn.list, drawn.requests) = (stage.list, stage.requests);
    drawn.days = stage.days;
    drawn.few = stage.days < FEW_DAYS;
    drawn.draws = u32::try_from(stage.years.len() * MONTHS).unwrap_or(u32::MAX);
    let list = stage.cells.list_by_day();
    drawn.listed = stage.monthly(&list);
    drawn.usual_volume = stage.a_month(|_| true);
    drawn.usual_list = drawn.usual_volume.2;
    let otherwise = scenarios(&stage, announced, offers, &mut drawn.scenarios);

    let factors = Factors::of(landings);
    let dearest =
        factors.land(&vec![(metered, drawn.listed.iter().max().map_or(0, |list| list / 1_000))]).ok();
    let candidates = Candidates::of(&stage, offers, &factors, metered, dearest);
    drawn.left_out = candidates.left_out;
    drawn.combinations_left_out = candidates.combinations_left_out;
    drawn.follow(&stage, &candidates.kept, &otherwise, prior);
    if let Some(current) = current {
        let (tried, other) = as_now(&stage, current, &otherwise);
        let staying = Followed {
            parts: vec![Part::Current],
            chain: Vec::new(),
            announced: Vec::new(),
            low: Vec::new(),
            illustration: false,
            tried: Arc::new(tried),
            dear_chain: None,
            cheap_chain: None,
            dear: None,
            cheap: None,
            otherwise: Arc::new(other),
            volume: stage.a_month(|_| true),
        };
        drawn.options.insert(0, staying);
    }
    drawn
}

impl Drawn {
    /// Tries candidates, and takes what was tried before.
    fn follow(
        &mut self,
        stage: &Stage<'_>,
        candidates: &[Candidate],
        otherwise: &[Otherwise],
        prior: Option<&Drawn>,
    ) {
        let known: Vec<Option<Arc<Tried>>> = candidates
            .iter()
            .map(|one| prior.and_then(|prior| prior.remembered(stage, &one.chain)))
            .collect();
        let new: Vec<&Candidate> =
            candidates.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(one, _)| one).collect();
        let chains: Vec<&[Element]> = new.iter().map(|one| &one.chain[..]).collect();
        let mut tried = try_chains(stage, &chains).into_iter();
        let cases: Vec<&Vec<Element>> = candidates
            .iter()
            .flat_map(|one| one.dear.iter().chain(&one.cheap))
            .filter(|chain| known_case(stage, prior, chain).is_none())
            .collect();
        let cases: Vec<&[Element]> = cases.into_iter().map(Vec::as_slice).collect();
        let mut ranged =
            stage.try_all(&cases, Trial::Years).into_iter().map(|years| ways_of(&years).ok().map(Arc::new));
        let mut of_case = |chain: &Option<Vec<Element>>| {
            let chain = chain.as_ref()?;
            known_case(stage, prior, chain).or_else(|| ranged.next().flatten())
        };
        let mut kept: Vec<Followed> = Vec::new();
        for (one, known) in candidates.iter().zip(known) {
            let found = match known {
                Some(held) => Ok(held),
                None => tried.next().unwrap_or(Ok(Tried::default())).map(Arc::new),
            };
            let (dear, cheap) = (of_case(&one.dear), of_case(&one.cheap));
            let found = match found {
                Ok(found) => found,
                Err(error) => {
                    self.left_out.push((one.parts.clone(), WhyLeftOut::NotReplayed(error.to_string())));
                    continue;
                }
            };
            let serves = |kind: u32| {
                let serves = |element: &Element| match element {
                    Element::Plan(terms) => terms.serves.holds(kind),
                    Element::Metered(_) => false,
                };
                let plans = one.chain.iter().any(|element| matches!(element, Element::Plan(_)));
                !plans || one.chain.iter().any(serves)
            };
            self.memory.push(Memory {
                chain: one.chain.clone(),
                bare: bare(&one.chain),
                tried: Arc::clone(&found),
            });
            kept.push(Followed {
                parts: one.parts.clone(),
                chain: one.chain.clone(),
                announced: one.announced.clone(),
                low: one.low.clone(),
                illustration: one.illustration,
                tried: found,
                dear_chain: one.dear.clone(),
                cheap_chain: one.cheap.clone(),
                dear,
                cheap,
                otherwise: Arc::default(),
                volume: stage.a_month(serves),
            });
        }
        self.options = kept;
        self.drop_same();
        self.try_otherwise(stage, otherwise, prior);
    }

    /// What is known of a chain: the same, or one that differs in prices alone that are paid in any case.
    fn remembered(&self, stage: &Stage<'_>, chain: &[Element]) -> Option<Arc<Tried>> {
        if let Some(held) = self.memory.iter().find(|held| held.chain == chain) {
            return Some(Arc::clone(&held.tried));
        }
        let bare = bare(chain);
        let held = self.memory.iter().find(|held| held.bare == bare)?;
        Change::between(stage, &held.chain, chain).map(|change| Arc::new(change.tried(&held.tried)))
    }

    /// What costs and refuses the same as a shorter option in every month, drawn or real, is no other one: one of its parts does nothing.
    fn drop_same(&mut self) {
        let all: Vec<(Vec<Part>, Arc<Tried>)> =
            self.options.iter().map(|one| (one.parts.clone(), Arc::clone(&one.tried))).collect();
        let mut idle: Vec<(Vec<Part>, WhyLeftOut)> = Vec::new();
        self.options.retain(|one| {
            let shorter = |parts: &[Part]| {
                parts.len() < one.parts.len() && parts.iter().all(|part| one.parts.contains(part))
            };
            let same = |tried: &Tried| {
                tried.ways == one.tried.ways
                    && tried.exact.months == one.tried.exact.months
                    && tried.exact.refused == one.tried.exact.refused
                    // One may go on where the other ends.
                    && tried.curve.iter().map(|mean| mean.refuses).eq(one.tried.curve.iter().map(|mean| mean.refuses))
            };
            let twin = all.iter().find(|(parts, tried)| shorter(parts) && same(tried));
            if let Some((parts, _)) = twin.filter(|_| one.parts.last() == Some(&Part::Metered))
                && *parts == [Part::Metered]
            {
                idle.push((one.parts.clone(), WhyLeftOut::AddsNothing));
            }
            twin.is_none()
        });
        self.left_out.append(&mut idle);
    }

    fn try_otherwise(&mut self, stage: &Stage<'_>, otherwise: &[Otherwise], prior: Option<&Drawn>) {
        let known = |one: &Followed| {
            let held = prior?.options.iter().find(|held| held.parts == one.parts)?;
            if held.chain == one.chain && held.announced == one.announced {
                return Some(Arc::clone(&held.otherwise));
            }
            let alike =
                bare(&held.chain) == bare(&one.chain) && bare(&held.announced) == bare(&one.announced);
            let changes = alike.then(|| {
                let now = Change::between(stage, &held.chain, &one.chain)?;
                Some((now, Change::between(stage, &held.announced, &one.announced)?))
            });
            let (now, then) = changes??;
            let means = held
                .otherwise
                .iter()
                .zip(otherwise)
                .map(|(mean, scenario)| if scenario.terms { then.mean(mean) } else { now.mean(mean) });
            Some(Arc::new(means.collect()))
        };
        let held: Vec<Option<Arc<Vec<Mean>>>> = self.options.iter().map(known).collect();
        let mut means: Vec<Vec<Mean>> = vec![Vec::new(); self.options.len()];
        for scenario in otherwise {
            let new: Vec<(usize, &[Element])> = self
                .options
                .iter()
                .enumerate()
                .filter(|(at, _)| held[*at].is_none())
                .map(|(at, one)| (at, if scenario.terms { &one.announced[..] } else { &one.chain[..] }))
                .collect();
            let chains: Vec<&[Element]> = new.iter().map(|(_, chain)| *chain).collect();
            let results = stage.try_all(&chains, Trial::Otherwise(&scenario.percent));
            for ((at, _), result) in new.iter().zip(results) {
                let mean = result.first().and_then(|replayed| replayed.as_ref().ok()).map(mean_of);
                means[*at].push(mean.unwrap_or_else(|| Mean { refuses: true, ..Mean::default() }));
            }
        }
        for ((one, held), means) in self.options.iter_mut().zip(held).zip(means) {
            one.otherwise = held.unwrap_or_else(|| Arc::new(means));
        }
    }
}

fn known_case(stage: &Stage<'_>, prior: Option<&Drawn>, chain: &[Element]) -> Option<Arc<Ways>> {
    let bare_chain = bare(chain);
    prior?.options.iter().find_map(|held| {
        let cases = [(&held.dear_chain, &held.dear), (&held.cheap_chain, &held.cheap)];
        cases.into_iter().find_map(|(known, ways)| {
            let (known, ways) = (known.as_ref()?, ways.as_ref()?);
            if known == chain {
                return Some(Arc::clone(ways));
            }
            let change = (bare(known) == bare_chain).then(|| Change::between(stage, known, chain))??;
            Some(Arc::new(change.ways(ways)))
        })
    })
}

fn try_chains(stage: &Stage<'_>, chains: &[&[Element]]) -> Vec<Result<Tried, ReplayError>> {
    let exact = stage.exact(chains);
    let years = stage.try_all(chains, Trial::Years);
    let sizes = if stage.days < super::NEEDED_DAYS {
        vec![Vec::new(); chains.len()]
    } else {
        stage.try_all(chains, Trial::Sizes(&EIGHTHS))
    };
    let tried = exact.into_iter().zip(years).zip(sizes).map(|((exact, years), sizes)| {
        let curve = sizes.into_iter().map(|size| Ok(mean_of(&size?))).collect::<Result<_, ReplayError>>()?;
        Ok(Tried { exact: exact?, ways: ways_of(&years)?, curve })
    });
    tried.collect()
}

/// A usual time that is otherwise: what each kind's list price becomes, in per cent; nothing where it is not used any more.
pub(super) struct Otherwise {
    pub(super) percent: Vec<Option<i64>>,
    /// Whether plans' terms are the announced ones.
    terms: bool,
}

fn scenarios(
    stage: &Stage<'_>,
    announced: &[Announced],
    offers: &[Offer],
    out: &mut Vec<Scenario>,
) -> Vec<Otherwise> {
    let mut otherwise = Vec::new();
    let models = stage.cells.models();
    let all: i64 = models.iter().map(|(_, list)| *list).sum();
    // One model alone, or none with a price: without it there is nothing.
    if let [(model, list), _, ..] = &models[..]
        && *list > 0
        && *list < all
    {
        let share = Decimal::new(*list, 0) * Decimal::ONE_HUNDRED / Decimal::new(all, 0);
        out.push(Scenario::Without { model: model.clone(), share: share.round_dp(1).normalize() });
        let percent = stage.usage.kinds.iter().map(|kind| (kind.model != *model).then_some(100));
        otherwise.push(Otherwise { percent: percent.collect(), terms: false });
    }
    let mut changes: Vec<(Date, String, Otherwise)> = Vec::new();
    let kinds = u32::try_from(stage.usage.kinds.len()).unwrap_or(u32::MAX);
    for change in announced {
        let to = i64::try_from(change.percent.round().mantissa()).unwrap_or(100);
        let percent = (0..kinds).map(|kind| Some(if change.kinds.holds(kind) { to } else { 100 }));
        let percent = percent.collect();
        changes.push((change.on, change.what.clone(), Otherwise { percent, terms: false }));
    }
    let turning: Vec<&Offer> = offers.iter().filter(|offer| offer.announced.is_some()).collect();
    if let Some(on) = turning.iter().filter_map(|offer| offer.announced.as_ref().map(|(on, _)| *on)).min() {
        let what = turning.iter().map(|offer| offer.id.as_str()).collect::<Vec<_>>().join(", ");
        changes.push((on, what, Otherwise { percent: (0..kinds).map(|_| Some(100)).collect(), terms: true }));
    }
    for (on, what, change) in changes {
        out.push(Scenario::Announced { on, what });
        otherwise.push(change);
    }
    otherwise
}

impl Stage<'_> {
    /// What each drawn month comes to of something that is told by day.
    pub(super) fn monthly(&self, by_day: &[i64]) -> Vec<i64> {
        let mut months = Vec::with_capacity(self.years.len() * MONTHS);
        for year in &self.years {
            let mut start = 0;
            for end in self.month_ends(year.len()) {
                let sized = |(day, size): &(usize, i64)| {
                    i128::from(by_day.get(*day).copied().unwrap_or_default()) * i128::from(*size)
                };
                let sum: i128 = year[start..end].iter().map(sized).sum();
                months.push(i64::try_from(sum / i128::from(crate::forecast::Weeks::ONE)).unwrap_or(i64::MAX));
                start = end;
            }
        }
        months
    }

    /// What a usual month comes to of something that is told by day.
    pub(super) fn usual_of(&self, by_day: &[i64]) -> i64 {
        let sum: i64 = self.usual.iter().filter_map(|(day, _)| by_day.get(*day)).sum();
        sum / self.usual_months()
    }

    fn usual_months(&self) -> i64 {
        i64::try_from(self.month_ends(self.usual.len()).len()).unwrap_or(1).max(1)
    }

    /// Requests, tokens and list cost of a usual month, of some kinds.
    pub(super) fn a_month(&self, is: impl Fn(u32) -> bool) -> (Option<i64>, i64, i64) {
        let (requests, tokens, list) = self.cells.volume(&self.usual, is);
        let months = self.usual_months();
        (requests.map(|requests| requests / months), tokens / months, list / months)
    }

    /// Days of the usage in a period.
    pub(super) fn days_of(&self, period: &Period) -> impl Iterator<Item = usize> + use<> {
        let place = |date: Date| usize::try_from(date.days_since(self.cells.from)).unwrap_or_default();
        place(period.start.utc_date())..place(period.end.utc_date())
    }

    /// The window of a year.
    pub(super) fn year(&self) -> (Date, Date) {
        let end = (0..MONTHS).fold(self.from, |date, _| date.next_month_start());
        (self.from, end)
    }
}
