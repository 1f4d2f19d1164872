//! One plan of a chain: what it takes of a row.

use std::collections::VecDeque;

use super::ReplayError;
use super::amounts::{COUNTS, Count, Grains, LIST, Part, REQUESTS, Unit, is_less, share};
use super::pools::{Packs, Pool, whole};
use super::spans::{Instants, Spans, seconds};
use crate::plan::{Measure, Purse, TermOverage, Terms, Usage};
use crate::time::{Date, Timestamp};

/// An element, and how far it has come.
pub(super) struct Running<'a> {
    pub(super) to: Takes<'a>,
    pub(super) months: Vec<MonthUse>,
    /// List cost that it took.
    pub(super) served: i128,
    /// List cost that came to it and could not be checked.
    pub(super) unchecked: i128,
}

/// What an element is.
pub(super) enum Takes<'a> {
    Plan(Box<PlanRun<'a>>),
    Metered(Purse),
}

/// A plan, and how far it has come.
pub(super) struct PlanRun<'a> {
    pub(super) terms: &'a Terms,
    pub(super) start: Timestamp,
    pub(super) units: Vec<Unit>,
    pub(super) limits: Vec<Limit<'a>>,
    pub(super) pools: Vec<Pool<'a>>,
    pub(super) packs: Option<Packs<'a>>,
    /// For each kind, whether its overage is used: no later element is for it.
    pub(super) ends: Vec<bool>,
    /// For each kind, whether it is sent in batches.
    pub(super) batch: Vec<bool>,
    /// When it last served anything.
    pub(super) last: Option<Timestamp>,
    /// Counts of the row at hand: what came, what was served within the limits, what is not paid of that.
    came: Vec<i128>,
    within: Vec<i128>,
    unpaid: Vec<i128>,
}

/// A limit, and what has been counted in its window.
#[derive(Debug, Clone)]
pub(super) struct Limit<'a> {
    pub(super) term: &'a crate::plan::TermLimit,
    pub(super) count: Count,
    pub(super) amount: i128,
    /// Rows that tell of more than so many seconds cannot be checked.
    pub(super) longest: Option<i64>,
    pub(super) spans: Spans,
    /// The place of the window among the bounds.
    window: usize,
    /// When the window of a first use ends.
    ends: Option<Timestamp>,
    used: i128,
    recent: VecDeque<(Timestamp, i128)>,
}

/// What was billed in a month: sums that are priced at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MonthUse {
    /// List cost, in grains, billed as it is or times some per cent.
    pub(super) list: i128,
    /// The same, of what was sent in batches.
    pub(super) batch_list: i128,
    /// Units of a price by unit.
    pub(super) units: i128,
    /// How many of each pack were bought.
    pub(super) packs: Vec<u64>,
}

impl Limit<'_> {
    /// Whether it can be applied to a row that tells of so many seconds.
    pub(super) fn checks(&self, seconds: u32) -> bool {
        self.longest.is_none_or(|longest| i64::from(seconds) <= longest)
    }

    /// Goes to the window that holds an instant.
    pub(super) fn advance(&mut self, at: Timestamp) {
        match &self.spans {
            Spans::Bounds(bounds) => {
                let before = self.window;
                while bounds.get(self.window).is_some_and(|bound| *bound <= at) {
                    self.window += 1;
                }
                if self.window != before {
                    self.used = 0;
                }
            }
            Spans::FirstUse(_) => {
                if self.ends.is_some_and(|ends| ends <= at) {
                    self.ends = None;
                    self.used = 0;
                }
            }
            Spans::Sliding(length) => {
                while self.recent.front().is_some_and(|(then, _)| then.plus_seconds(*length) <= at) {
                    self.used -= self.recent.pop_front().map_or(0, |(_, counted)| counted);
                }
            }
        }
    }

    pub(super) fn left(&self) -> i128 {
        self.amount - self.used
    }

    /// Whether its next window opens with the next use.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.spans, Spans::FirstUse(_)) && self.ends.is_none()
    }

    /// When something next changes by itself.
    pub(super) fn next_change(&self) -> Option<Timestamp> {
        match &self.spans {
            Spans::Bounds(bounds) => bounds.get(self.window).copied(),
            Spans::FirstUse(_) => self.ends,
            Spans::Sliding(length) => self.recent.front().map(|(then, _)| then.plus_seconds(*length)),
        }
    }

    /// Counts what was served at several instants of an open window that does not slide.
    pub(super) fn add_many(&mut self, counted: i128) {
        self.used += counted;
    }

    /// Counts what was served.
    fn add(&mut self, at: Timestamp, counted: i128) -> Result<(), ReplayError> {
        if counted == 0 {
            return Ok(());
        }
        self.used = self.used.checked_add(counted).ok_or(ReplayError::Overflow)?;
        match self.spans {
            Spans::Bounds(_) => {}
            Spans::FirstUse(length) => {
                self.ends.get_or_insert(at.plus_seconds(length));
            }
            Spans::Sliding(_) => self.recent.push_back((at, counted)),
        }
        Ok(())
    }
}

impl<'a> PlanRun<'a> {
    pub(super) fn of(
        terms: &'a Terms,
        element: usize,
        usage: &Usage,
        days: (Date, Date),
        instants: &Instants,
        grains: &Grains,
        ends: Vec<bool>,
    ) -> Result<PlanRun<'a>, ReplayError> {
        let units =
            terms.units.iter().map(|unit| grains.unit(unit, element)).collect::<Result<Vec<_>, _>>()?;
        let exists = |measure| match measure {
            Measure::Own(unit) if unit >= terms.units.len() => Err(ReplayError::NoSuchUnit { element, unit }),
            _ => Ok(()),
        };
        let mut limits = Vec::new();
        for term in &terms.limits {
            exists(term.measure)?;
            let count = Count::of(term.measure);
            limits.push(Limit {
                term,
                count,
                amount: whole(term.amount, count, grains, &units)?,
                longest: seconds(term.window),
                spans: Spans::of(term.window, term.starts, days, instants)
                    .ok_or(ReplayError::NoLength { element })?,
                window: 0,
                ends: None,
                used: 0,
                recent: VecDeque::new(),
            });
        }
        let mut pools = Vec::new();
        for pool in &terms.pools {
            exists(pool.measure)?;
            pools.push(Pool::of(pool, days, instants, grains, &units, element)?);
        }
        let mut packs = None;
        if terms.overage == TermOverage::Packs {
            for pack in &terms.packs {
                exists(pack.measure)?;
            }
            packs = Packs::of(&terms.packs, grains, &units, element)?;
        }
        if let TermOverage::PerUnit { measure, .. } = terms.overage {
            exists(measure)?;
        }
        let counts = COUNTS + units.len();
        Ok(PlanRun {
            terms,
            start: days.0.utc_start(),
            units,
            limits,
            pools,
            packs,
            ends,
            batch: usage.kinds.iter().map(|kind| kind.batch).collect(),
            last: None,
            came: vec![0; counts],
            within: vec![0; counts],
            unpaid: vec![0; counts],
        })
    }

    /// Lets credit come and lapse, and windows pass, up to an instant, this one included.
    pub(super) fn advance(&mut self, at: Timestamp) -> Result<(), ReplayError> {
        for pool in &mut self.pools {
            pool.advance(at, self.start, self.last)?;
        }
        if let Some(packs) = &mut self.packs {
            packs.advance(at, self.last);
        }
        for limit in &mut self.limits {
            limit.advance(at);
        }
        Ok(())
    }

    /// When something next changes by itself.
    pub(super) fn next_change(&self) -> Option<Timestamp> {
        let pools = self.pools.iter().filter_map(|pool| pool.next_change(self.start, self.last));
        let packs = self.packs.iter().filter_map(|packs| packs.next_change(self.last));
        pools.chain(packs).chain(self.limits.iter().filter_map(Limit::next_change)).min()
    }

    /// Takes what it can of a row, and gives back the rest.
    pub(super) fn take(
        &mut self,
        part: &Part,
        month: &mut MonthUse,
        served: &mut i128,
        unchecked: &mut i128,
    ) -> Result<Option<Part>, ReplayError> {
        self.advance(part.at)?;
        self.came[..COUNTS].copy_from_slice(&part.counts);
        for (unit, count) in self.units.iter().zip(&mut self.came[COUNTS..]) {
            *count = unit.count(part)?;
        }
        let cut = self.within_limits(part, unchecked)?;
        if cut.is_none_or(|share| share > 0) {
            self.last = Some(part.at);
        }
        let unpaid = self.pay(part);
        let mut beyond = *part;
        if cut.is_none() && !unpaid {
            *served += part.counts[LIST];
            return Ok(None);
        }
        // What is beyond: the row without what was served, and what of that is not paid. It takes the place of what came.
        for (came, (within, unpaid)) in self.came.iter_mut().zip(self.within.iter().zip(&self.unpaid)) {
            *came -= within - unpaid;
        }
        beyond.counts.copy_from_slice(&self.came[..COUNTS]);
        if self.bill(&beyond, month)? {
            *served += part.counts[LIST];
            return Ok(None);
        }
        *served += part.counts[LIST] - beyond.counts[LIST];
        Ok(Some(beyond))
    }

    /// What lies within all limits. Nothing where that is the whole row, else how much of the count that ends it.
    fn within_limits(&mut self, part: &Part, unchecked: &mut i128) -> Result<Option<i128>, ReplayError> {
        let mut least: Option<(i128, i128)> = None;
        let mut checked = true;
        for limit in self.limits.iter().filter(|limit| limit.term.kinds.holds(part.kind)) {
            if !limit.checks(part.seconds) {
                checked = false;
                continue;
            }
            let (left, need) = (limit.left(), limit.count.among(&self.came, part.meter));
            if need > left && least.is_none_or(|least| is_less((left, need), least)) {
                least = Some((left, need));
            }
        }
        if !checked {
            *unchecked += part.counts[LIST];
        }
        match least {
            None => self.within.copy_from_slice(&self.came),
            Some((left, need)) => {
                for (within, came) in self.within.iter_mut().zip(&self.came) {
                    *within = share(*came, left, need);
                }
            }
        }
        for limit in self.limits.iter_mut().filter(|limit| limit.term.kinds.holds(part.kind)) {
            if limit.checks(part.seconds) {
                limit.add(part.at, limit.count.among(&self.within, part.meter))?;
            }
        }
        Ok(least.map(|(left, _)| left))
    }

    /// Pays what lies within the limits out of pools. Whether something is left unpaid.
    fn pay(&mut self, part: &Part) -> bool {
        self.unpaid.copy_from_slice(&self.within);
        let mut first = true;
        for pool in self.pools.iter_mut().filter(|pool| pool.kinds.holds(part.kind)) {
            let need = pool.count.among(&self.unpaid, part.meter);
            let covered = need.min(pool.left());
            if covered == need && (first || need > 0) {
                pool.spend(covered);
                self.unpaid.fill(0);
                return false;
            }
            first = false;
            if covered > 0 {
                pool.spend(covered);
                for unpaid in &mut self.unpaid {
                    *unpaid -= share(*unpaid, covered, need);
                }
            }
        }
        if first {
            // No pool is for it: it is included.
            self.unpaid.fill(0);
        }
        !first
    }

    /// Bills what is beyond limits and credit, where that is for this plan to do. The counts are in `came`.
    fn bill(&mut self, beyond: &Part, month: &mut MonthUse) -> Result<bool, ReplayError> {
        let kind = usize::try_from(beyond.kind).unwrap_or(usize::MAX);
        if !self.ends.get(kind).copied().unwrap_or(true) {
            return Ok(false);
        }
        match self.terms.overage {
            TermOverage::Blocked => return Ok(false),
            TermOverage::AtList { .. } => {
                let batch = self.batch.get(kind).copied().unwrap_or(false);
                let sum = if batch { &mut month.batch_list } else { &mut month.list };
                *sum = sum.checked_add(beyond.counts[LIST]).ok_or(ReplayError::Overflow)?;
            }
            TermOverage::PerUnit { measure, .. } => {
                let count = Count::of(measure).among(&self.came, beyond.meter);
                month.units = month.units.checked_add(count).ok_or(ReplayError::Overflow)?;
            }
            TermOverage::Packs => {
                let Some(packs) = &mut self.packs else { return Ok(false) };
                let mut need = packs.spend(packs.count.among(&self.came, beyond.meter), self.last);
                while need > 0 {
                    let pack = packs.choice(need);
                    packs.buy(pack, beyond.at)?;
                    month.bought(pack, packs.on_sale.len());
                    need = packs.spend(need, self.last);
                }
            }
        }
        Ok(true)
    }
}

impl MonthUse {
    fn bought(&mut self, pack: usize, of: usize) {
        self.packs.resize(of, 0);
        self.packs[pack] += 1;
    }
}

impl Running<'_> {
    /// Whether it is for a kind.
    pub(super) fn serves(&self, kind: u32) -> bool {
        match &self.to {
            Takes::Plan(plan) => plan.terms.serves.holds(kind),
            Takes::Metered(_) => true,
        }
    }

    /// Takes what it can of a row, and gives back the rest.
    pub(super) fn take(&mut self, part: &Part) -> Result<Option<Part>, ReplayError> {
        let month = &mut self.months[part.month];
        match &mut self.to {
            Takes::Plan(plan) => plan.take(part, month, &mut self.served, &mut self.unchecked),
            Takes::Metered(_) => {
                month.list = month.list.checked_add(part.counts[LIST]).ok_or(ReplayError::Overflow)?;
                self.served += part.counts[LIST];
                Ok(None)
            }
        }
    }
}

/// Rows that do not tell their requests: of which kind, over how many seconds, how many.
pub(super) type Untold = Vec<(u32, u32, u64)>;

/// Refuses rows whose requests are not known where an element counts requests: the first measure that does, and how many rows.
pub(super) fn uncounted(plan: &PlanRun<'_>, untold: &Untold, element: usize) -> Result<(), ReplayError> {
    let counts = |count: Count, kind: u32| match count {
        Count::At(REQUESTS) => true,
        Count::Own(unit) => {
            let rates = usize::try_from(kind).ok().and_then(|kind| plan.units[unit].rates.get(kind));
            rates.is_some_and(|rates| rates.iter().any(|rate| rate.count == Count::At(REQUESTS)))
        }
        Count::At(_) | Count::Meter(_) => false,
    };
    let refuse = |measure, of: &dyn Fn(u32, u32) -> bool| {
        let found =
            untold.iter().filter(|(kind, seconds, _)| plan.terms.serves.holds(*kind) && of(*kind, *seconds));
        let rows = found.map(|(_, _, rows)| rows).sum();
        if rows > 0 { Err(ReplayError::Uncounted { element, measure, rows }) } else { Ok(()) }
    };
    for limit in &plan.limits {
        refuse(limit.term.measure, &|kind, seconds| {
            limit.term.kinds.holds(kind) && limit.checks(seconds) && counts(limit.count, kind)
        })?;
    }
    for pool in &plan.pools {
        refuse(pool.measure, &|kind, _| pool.kinds.holds(kind) && counts(pool.count, kind))?;
    }
    let ends =
        |kind: u32| usize::try_from(kind).ok().and_then(|kind| plan.ends.get(kind)).copied().unwrap_or(true);
    match (plan.terms.overage, &plan.packs) {
        (TermOverage::PerUnit { measure, .. }, _) => {
            refuse(measure, &|kind, _| ends(kind) && counts(Count::of(measure), kind))
        }
        (TermOverage::Packs, Some(packs)) => {
            refuse(packs.measure, &|kind, _| ends(kind) && counts(packs.count, kind))
        }
        _ => Ok(()),
    }
}
