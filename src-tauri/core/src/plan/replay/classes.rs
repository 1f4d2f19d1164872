//! How a plan treats rows: which limits count them, which pools pay for them, and how they fare for the time being.

use std::ops::Range;

use super::amounts::Count;
use super::element::PlanRun;
use super::pools::Packs;
use super::prepared::Columns;
use super::spans::Spans;
use super::sums::{Sums, Weights};
use crate::plan::TermOverage;

/// Rows that a plan treats alike.
#[derive(PartialEq, Eq)]
pub(super) struct Class {
    /// The limits that count them.
    pub(super) limits: Vec<usize>,
    /// The pools that are for them, and whether they need anything of each.
    pub(super) pools: Vec<(usize, bool)>,
    pub(super) unchecked: bool,
    pub(super) ends: bool,
    pub(super) batch: bool,
}

/// What a plan counts, each count once.
pub(super) struct Counted {
    pub(super) weights: Vec<Weights>,
    pub(super) limits: Vec<usize>,
    pub(super) pools: Vec<usize>,
    pub(super) beyond: usize,
}

/// Which rows a plan passes on unasked, and the others by class.
pub(super) struct Sorted<'w> {
    pub(super) passed: Vec<bool>,
    pub(super) classes: Vec<Class>,
    pub(super) sums: Sums<'w>,
}

/// The list cost and the rows themselves come first among what is counted.
pub(super) const OF_LIST: usize = 0;
pub(super) const OF_ROWS: usize = 1;

/// How rows of a class fare for the time being.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fares {
    Included,
    Paid(usize),
    Unpaid,
    Blocked,
}

impl Counted {
    /// Nothing where what can be used changes with every row.
    pub(super) fn of(plan: &PlanRun<'_>, columns: &Columns) -> Option<Counted> {
        let slides = plan.limits.iter().any(|limit| matches!(limit.spans, Spans::Sliding(_)));
        if slides || plan.packs.as_ref().is_some_and(Packs::lapse_by_use) {
            return None;
        }
        let mut weights = vec![columns.list(), columns.number_of_rows()];
        let mut place = |count| {
            let found = columns.weights(count, &plan.units)?;
            Some(weights.iter().position(|known| *known == found).unwrap_or_else(|| {
                weights.push(found);
                weights.len() - 1
            }))
        };
        let limits = plan.limits.iter().map(|limit| place(limit.count)).collect::<Option<_>>()?;
        let pools = plan.pools.iter().map(|pool| place(pool.count)).collect::<Option<_>>()?;
        let beyond = match (plan.terms.overage, &plan.packs) {
            (TermOverage::PerUnit { measure, .. }, _) => place(Count::of(measure))?,
            (_, Some(packs)) => place(packs.count)?,
            _ => OF_LIST,
        };
        Some(Counted { weights, limits, pools, beyond })
    }
}

impl<'w> Sorted<'w> {
    pub(super) fn of(
        plan: &PlanRun<'_>,
        counted: &'w Counted,
        columns: &'w Columns,
        among: &[bool],
    ) -> Sorted<'w> {
        let mut classes: Vec<Class> = Vec::new();
        let mut passed = vec![false; among.len()];
        let mut class_of = vec![None; among.len()];
        for (place, sort) in columns.sorts.iter().enumerate().filter(|(place, _)| among[*place]) {
            if !plan.terms.serves.holds(sort.kind) {
                passed[place] = true;
                continue;
            }
            let holds = plan.limits.iter().enumerate().filter(|(_, limit)| limit.term.kinds.holds(sort.kind));
            let (checked, unchecked): (Vec<_>, Vec<_>) =
                holds.partition(|(_, limit)| limit.checks(sort.seconds));
            let needs = |weights: usize| counted.weights[weights].any(place);
            let limits =
                checked.into_iter().map(|(limit, _)| limit).filter(|limit| needs(counted.limits[*limit]));
            let pools = plan.pools.iter().enumerate().filter(|(_, pool)| pool.kinds.holds(sort.kind));
            let of_kind =
                |of: &[bool]| usize::try_from(sort.kind).ok().and_then(|kind| of.get(kind)).copied();
            let class = Class {
                limits: limits.collect(),
                pools: pools.map(|(pool, _)| (pool, needs(counted.pools[pool]))).collect(),
                unchecked: !unchecked.is_empty(),
                ends: of_kind(&plan.ends).unwrap_or(true),
                batch: of_kind(&plan.batch).unwrap_or(false),
            };
            let known = classes.iter().position(|known| *known == class);
            class_of[place] = Some(known.unwrap_or(classes.len()));
            if known.is_none() {
                classes.push(class);
            }
        }
        let sums = Sums::of(columns, &counted.weights, class_of, classes.len());
        Sorted { passed, classes, sums }
    }

    /// The sorts of some classes, and those that are passed on unasked.
    pub(super) fn with(&self, on: &[bool]) -> Vec<bool> {
        let goes = |sort| self.sums.class_of(sort).is_some_and(|class| on[class]);
        self.passed.iter().enumerate().map(|(sort, passed)| *passed || goes(sort)).collect()
    }

    /// How each class fares as things stand.
    pub(super) fn fares(&self, plan: &PlanRun<'_>) -> Vec<Fares> {
        let fares = |class: &Class| {
            if class.limits.iter().any(|limit| plan.limits[*limit].left() <= 0) {
                return Fares::Blocked;
            }
            if class.pools.first().is_none_or(|(_, needs)| !needs) {
                return Fares::Included;
            }
            let pays = class.pools.iter().find(|(pool, needs)| *needs && plan.pools[*pool].left() > 0);
            pays.map_or(Fares::Unpaid, |(pool, _)| Fares::Paid(*pool))
        };
        self.classes.iter().map(fares).collect()
    }

    /// The first row of a range at which a limit or credit runs out, or a window opens.
    pub(super) fn first_over(
        &self,
        plan: &PlanRun<'_>,
        counted: &Counted,
        fares: &[Fares],
        range: &Range<usize>,
        ends: (&[i64], &[i64]),
    ) -> Option<usize> {
        let mut first: Option<usize> = None;
        let mut ask = |classes: Vec<bool>, weights: usize, allowance: i128| {
            // What is larger than all there is cannot be used up.
            let Ok(allowance) = i64::try_from(allowance.min(i128::from(i64::MAX / 4))) else { return };
            if classes.contains(&true) {
                let found = self.sums.first_beyond(range, ends, (&classes, weights), allowance);
                first = found.into_iter().chain(first).min();
            }
        };
        let those = |is: &dyn Fn(&Class, Fares) -> bool| -> Vec<bool> {
            self.classes.iter().zip(fares).map(|(class, fares)| is(class, *fares)).collect()
        };
        for (place, limit) in plan.limits.iter().enumerate() {
            let classes = those(&|class, fares| fares != Fares::Blocked && class.limits.contains(&place));
            ask(classes, counted.limits[place], if limit.is_closed() { 0 } else { limit.left() });
        }
        for (place, pool) in plan.pools.iter().enumerate() {
            ask(those(&|_, fares| fares == Fares::Paid(place)), counted.pools[place], pool.left());
        }
        if let Some(packs) = &plan.packs {
            let beyond = |class: &Class, fares| class.ends && matches!(fares, Fares::Unpaid | Fares::Blocked);
            ask(those(&beyond), counted.beyond, packs.left());
        }
        first
    }
}
