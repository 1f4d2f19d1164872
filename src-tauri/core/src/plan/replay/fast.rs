//! Whole runs of rows at once. Between two instants at which something begins or ends by itself, and up to the row at which a limit or
//! credit runs out, rows of one class are all served, all paid alike, or all beyond; only the row that runs over is looked at.

use std::collections::HashMap;
use std::ops::Range;

use super::amounts::{LIST, Part, REQUESTS};
use super::bill::months_of;
use super::classes::{Counted, Fares, OF_LIST, OF_ROWS, Sorted};
use super::element::{MonthUse, PlanRun, Running, Takes};
use super::pools::Lapse;
use super::prepared::{Columns, Prepared};
use super::slow::{Left, running};
use super::sums::{Sums, Weights};
use super::{ReplayError, Replayed};
use crate::plan::{Element, TermOverage};
use crate::time::Date;

/// What passes from one element to the next, in the order of the rows.
enum Passing {
    /// The rows of a range that are of some sorts.
    Rows { range: Range<usize>, set: usize },
    /// What is left of one row.
    Part { row: usize, part: Part },
}

/// Sets of sorts, each once.
#[derive(Default)]
struct Sets {
    sets: Vec<Vec<bool>>,
    places: HashMap<Vec<bool>, usize>,
}

/// The rows on their way through a chain.
struct Way<'p> {
    prepared: &'p Prepared<'p>,
    columns: &'p Columns,
    /// The end of each month among the rows.
    ends: Vec<usize>,
    sets: Sets,
}

impl Sets {
    fn place(&mut self, set: Vec<bool>) -> usize {
        if let Some(place) = self.places.get(&set) {
            return *place;
        }
        self.sets.push(set.clone());
        self.places.insert(set, self.sets.len() - 1);
        self.sets.len() - 1
    }
}

fn push(out: &mut Vec<Passing>, range: Range<usize>, set: usize, sets: &Sets) {
    if range.is_empty() || !sets.sets[set].contains(&true) {
        return;
    }
    if let Some(Passing::Rows { range: last, set: same }) = out.last_mut()
        && *same == set
        && last.end == range.start
    {
        last.end = range.end;
        return;
    }
    out.push(Passing::Rows { range, set });
}

pub(super) fn replay(
    prepared: &Prepared<'_>,
    columns: &Columns,
    days: (Date, Date),
    chain: &[Element],
) -> Result<Replayed, ReplayError> {
    let mut elements = running(prepared, days, chain)?;
    let months = &prepared.months;
    let ends = months.iter().map(|month| columns.row_at(month.end)).collect();
    let mut way = Way { prepared, columns, ends, sets: Sets::default() };
    let served: Vec<bool> =
        columns.sorts.iter().map(|sort| elements.iter().any(|element| element.serves(sort.kind))).collect();
    let mut left = vec![Left::default(); months.len()];
    let all = 0..columns.rows;
    let (list, rest) = (vec![columns.list()], served.iter().map(|served| !served).collect::<Vec<_>>());
    if rest.contains(&true) {
        let sums = way.alone(&list, &rest);
        way.by_month(&all, &sums, |month, of| left[month].rest += i128::from(of[0]));
    }
    let mut passing = Vec::new();
    push(&mut passing, all, way.sets.place(served), &way.sets);
    for element in &mut elements {
        passing = way.through(element, passing)?;
    }
    way.refuse(&passing, &mut left)?;
    months_of(prepared.usage, months, &prepared.grains, elements, &left)
}

impl<'p> Way<'p> {
    fn month(&self, row: usize) -> usize {
        self.ends.partition_point(|end| *end <= row)
    }

    fn part(&self, row: usize) -> Part {
        self.columns.part(row, self.prepared.usage.rows[row].at, self.month(row))
    }

    /// Sums of one class: the sorts of a set.
    fn alone<'w>(&self, weights: &'w [Weights], set: &[bool]) -> Sums<'w>
    where
        'p: 'w,
    {
        Sums::of(self.columns, weights, set.iter().map(|is| is.then_some(0)).collect(), 1)
    }

    /// Cuts a range at the ends of months, and says what each piece comes to.
    fn by_month(&self, range: &Range<usize>, sums: &Sums<'_>, mut each: impl FnMut(usize, &[i64])) {
        let mut from = range.start;
        let mut before = sums.before(from);
        while from < range.end {
            let month = self.month(from);
            let to = self.ends.get(month).copied().unwrap_or(range.end).min(range.end);
            let after = sums.before(to);
            let of: Vec<i64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
            each(month, &of);
            (from, before) = (to, after);
        }
    }

    fn through(
        &mut self,
        element: &mut Running<'_>,
        passing: Vec<Passing>,
    ) -> Result<Vec<Passing>, ReplayError> {
        let Running { to, months, served, unchecked } = element;
        match to {
            Takes::Metered(_) => {
                self.metered(&passing, months, served);
                Ok(Vec::new())
            }
            Takes::Plan(plan) => {
                let mut step = Step { plan, months, served, unchecked, out: Vec::new() };
                match Counted::of(step.plan, self.columns) {
                    Some(counted) => self.by_runs(&mut step, &counted, passing)?,
                    None => self.by_rows(&mut step, passing)?,
                }
                Ok(step.out)
            }
        }
    }

    fn metered(&self, passing: &[Passing], months: &mut [MonthUse], served: &mut i128) {
        let list = [self.columns.list()];
        let mut known: HashMap<usize, Sums<'_>> = HashMap::new();
        for one in passing {
            match one {
                Passing::Part { part, .. } => {
                    months[part.month].list += part.counts[LIST];
                    *served += part.counts[LIST];
                }
                Passing::Rows { range, set } => {
                    let sums = known.entry(*set).or_insert_with(|| self.alone(&list, &self.sets.sets[*set]));
                    self.by_month(range, sums, |month, of| {
                        months[month].list += i128::from(of[0]);
                        *served += i128::from(of[0]);
                    });
                }
            }
        }
    }

    /// What is left at the end of a chain is refused.
    fn refuse(&self, passing: &[Passing], left: &mut [Left]) -> Result<(), ReplayError> {
        let weights = [self.columns.list(), self.columns.requests(), self.columns.untold()];
        let mut known: HashMap<usize, Sums<'_>> = HashMap::new();
        let mut hours: Vec<bool> = Vec::new();
        let mut mark = |hour: usize, left: &mut Left| {
            if hours.len() <= hour {
                hours.resize(hour + 1, false);
            }
            if !std::mem::replace(&mut hours[hour], true) {
                left.hours += 1;
            }
        };
        let count = |number: i128| u64::try_from(number).map_err(|_| ReplayError::Overflow);
        for one in passing {
            match one {
                Passing::Part { part, .. } => {
                    let left = &mut left[part.month];
                    left.refused += part.counts[LIST];
                    if part.counted {
                        left.requests += count(part.counts[REQUESTS])?;
                    } else {
                        left.uncounted += 1;
                    }
                    mark(self.columns.hour_of(part.at.unix()), left);
                }
                Passing::Rows { range, set } => {
                    let among = &self.sets.sets[*set];
                    let sums = known.entry(*set).or_insert_with(|| self.alone(&weights, among));
                    let mut from = range.start;
                    self.by_month(range, sums, |month, of| {
                        let left = &mut left[month];
                        left.refused += i128::from(of[0]);
                        left.requests += of[1].unsigned_abs();
                        left.uncounted += of[2].unsigned_abs();
                        let to = self.ends[month].min(range.end);
                        self.columns.hours_of(from..to, among, |hour| mark(hour, left));
                        from = to;
                    });
                }
            }
        }
        Ok(())
    }

    /// Row by row, for what changes with every row.
    fn by_rows(&mut self, step: &mut Step<'_, '_>, passing: Vec<Passing>) -> Result<(), ReplayError> {
        for one in passing {
            let (range, set) = match one {
                Passing::Part { row, part } => {
                    step.part(row, part)?;
                    continue;
                }
                Passing::Rows { range, set } => (range, set),
            };
            let among = self.sets.sets[set].clone();
            let serves: Vec<bool> = self.serves(step.plan, &among);
            let passed = among.iter().zip(&serves).map(|(among, serves)| *among && !serves).collect();
            let passed = self.sets.place(passed);
            let mut from = range.start;
            for row in range.clone() {
                let sort = usize::from(self.columns.sort[row]);
                if !serves[sort] {
                    continue;
                }
                let part = self.part(row);
                let Some(beyond) = step.take(&part)? else { continue };
                push(&mut step.out, from..row, passed, &self.sets);
                if beyond.counts == part.counts {
                    let alone = self.sets.place((0..among.len()).map(|at| at == sort).collect());
                    push(&mut step.out, row..row + 1, alone, &self.sets);
                } else {
                    step.out.push(Passing::Part { row, part: beyond });
                }
                from = row + 1;
            }
            push(&mut step.out, from..range.end, passed, &self.sets);
        }
        Ok(())
    }

    /// Of some sorts those that a plan serves.
    fn serves(&self, plan: &PlanRun<'_>, among: &[bool]) -> Vec<bool> {
        let sorts = self.columns.sorts.iter().zip(among);
        sorts.map(|(sort, among)| *among && plan.terms.serves.holds(sort.kind)).collect()
    }

    fn by_runs(
        &mut self,
        step: &mut Step<'_, '_>,
        counted: &Counted,
        passing: Vec<Passing>,
    ) -> Result<(), ReplayError> {
        let mut known: HashMap<usize, Sorted<'_>> = HashMap::new();
        for one in passing {
            match one {
                Passing::Part { row, part } => step.part(row, part)?,
                Passing::Rows { range, set } => {
                    let sorted = known.entry(set).or_insert_with(|| {
                        Sorted::of(step.plan, counted, self.columns, &self.sets.sets[set])
                    });
                    self.run(step, counted, sorted, range)?;
                }
            }
        }
        Ok(())
    }

    /// The rows of a range in runs.
    fn run(
        &mut self,
        step: &mut Step<'_, '_>,
        counted: &Counted,
        sorted: &Sorted<'_>,
        range: Range<usize>,
    ) -> Result<(), ReplayError> {
        let sums = &sorted.sums;
        let mut from = range.start;
        let mut before = sums.before(from);
        // What went on the last time: mostly the same again.
        let mut known: Option<(Vec<bool>, usize)> = None;
        while from < range.end {
            step.plan.advance(self.prepared.usage.rows[from].at)?;
            let month = self.month(from);
            let change = step.plan.next_change().map_or(range.end, |at| self.columns.row_at(at));
            let end = range.end.min(change).min(self.ends.get(month).copied().unwrap_or(range.end));
            let after = sums.before(end);
            let fares = sorted.fares(step.plan);
            let first = sorted.first_over(step.plan, counted, &fares, &(from..end), (&before, &after));
            let to = first.unwrap_or(end);
            let at_end = if to == end { after } else { sums.before(to) };
            let run: Vec<i64> = at_end.iter().zip(&before).map(|(after, before)| after - before).collect();
            let on = step.take_run(month, counted, sorted, &fares, &run);
            self.note_last(step.plan, sorted, &fares, from..to);
            let set = match known.take() {
                Some((same, set)) if same == on => set,
                _ => self.sets.place(sorted.with(&on)),
            };
            push(&mut step.out, from..to, set, &self.sets);
            known = Some((on, set));
            (from, before) = (to, at_end);
            if let Some(row) = first {
                let part = self.part(row);
                if let Some(beyond) = step.take(&part)? {
                    step.out.push(Passing::Part { row, part: beyond });
                }
                sums.add(&mut before, row);
                from = row + 1;
            }
        }
        Ok(())
    }

    /// Notes when something was last served, where credit lapses by that.
    fn note_last(&self, plan: &mut PlanRun<'_>, sorted: &Sorted<'_>, fares: &[Fares], range: Range<usize>) {
        if plan.pools.iter().any(|pool| matches!(pool.lapse, Lapse::Idle(_))) {
            let served =
                |row: &usize| sorted.sums.class(*row).is_some_and(|class| fares[class] != Fares::Blocked);
            if let Some(row) = range.rev().find(served) {
                plan.last = Some(self.prepared.usage.rows[row].at);
            }
        }
    }
}

/// A plan that takes rows.
struct Step<'s, 'a> {
    plan: &'s mut PlanRun<'a>,
    months: &'s mut [MonthUse],
    served: &'s mut i128,
    unchecked: &'s mut i128,
    out: Vec<Passing>,
}

impl Step<'_, '_> {
    fn take(&mut self, part: &Part) -> Result<Option<Part>, ReplayError> {
        self.plan.take(part, &mut self.months[part.month], self.served, self.unchecked)
    }

    fn part(&mut self, row: usize, part: Part) -> Result<(), ReplayError> {
        let left = if self.plan.terms.serves.holds(part.kind) { self.take(&part)? } else { Some(part) };
        self.out.extend(left.map(|part| Passing::Part { row, part }));
        Ok(())
    }

    /// Takes a run in which nothing runs out, and says which classes go on.
    fn take_run(
        &mut self,
        month: usize,
        counted: &Counted,
        sorted: &Sorted<'_>,
        fares: &[Fares],
        run: &[i64],
    ) -> Vec<bool> {
        let month = &mut self.months[month];
        let mut on = vec![false; fares.len()];
        let mut paid = vec![0_i128; self.plan.pools.len()];
        let mut packs = 0_i128;
        for (place, (class, fares)) in sorted.classes.iter().zip(fares).enumerate() {
            let sum = |weights: usize| i128::from(run[sorted.sums.place(place, weights)]);
            if sum(OF_ROWS) == 0 {
                continue;
            }
            let list = sum(OF_LIST);
            if class.unchecked {
                *self.unchecked += list;
            }
            if *fares != Fares::Blocked {
                for limit in &class.limits {
                    self.plan.limits[*limit].add_many(sum(counted.limits[*limit]));
                }
            }
            match *fares {
                Fares::Included => {}
                Fares::Paid(pool) => paid[pool] += sum(counted.pools[pool]),
                Fares::Unpaid | Fares::Blocked if !class.ends => on[place] = true,
                Fares::Unpaid | Fares::Blocked => match self.plan.terms.overage {
                    TermOverage::Blocked => on[place] = true,
                    TermOverage::AtList { .. } if class.batch => month.batch_list += list,
                    TermOverage::AtList { .. } => month.list += list,
                    TermOverage::PerUnit { .. } => month.units += sum(counted.beyond),
                    TermOverage::Packs if self.plan.packs.is_none() => on[place] = true,
                    TermOverage::Packs => packs += sum(counted.beyond),
                },
            }
            if !on[place] {
                *self.served += list;
            }
        }
        for (pool, paid) in self.plan.pools.iter_mut().zip(paid) {
            pool.spend(paid);
        }
        if let Some(bought) = &mut self.plan.packs {
            bought.spend(packs, self.plan.last);
        }
        on
    }
}
