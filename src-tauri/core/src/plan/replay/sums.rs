//! What runs of rows come to, by sums of blocks.

use std::ops::Range;

use super::amounts::{Count, LIST, METERED, REQUESTS, Unit};
use super::prepared::{Columns, ROWS, Sort};

/// What is counted of rows of each sort: counts, and how much each weighs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Weights {
    by_sort: Vec<Vec<(usize, i64)>>,
    /// Where it is one count of every row.
    plain: Option<usize>,
}

/// Sums of rows by class, for a set of rows: what a run of rows comes to without looking at each.
#[derive(Debug)]
pub(super) struct Sums<'w> {
    columns: &'w Columns,
    weights: &'w [Weights],
    /// The class of each sort.
    class_of: Vec<Option<usize>>,
    classes: usize,
    /// By class and weights, the sums up to the end of each block.
    tables: Vec<Vec<i64>>,
}

impl Columns {
    /// How a count is made of what rows have. Nothing where it depends on the hour, or can be too large to be added up.
    pub(super) fn weights(&self, count: Count, units: &[Unit]) -> Option<Weights> {
        let one = |count: Count, sort: &Sort, weight: i64| match count {
            Count::At(place) => Some((place, weight)),
            Count::Meter(meter) => (sort.meter == Some(meter)).then_some((METERED, weight)),
            Count::Own(_) => None,
        };
        let mut by_sort = Vec::with_capacity(self.sorts.len());
        let mut most = 0_i128;
        for (sort, totals) in self.sorts.iter().zip(&self.totals) {
            let mut weights = Vec::new();
            if let Count::Own(unit) = count {
                let kind = usize::try_from(sort.kind).ok()?;
                for rate in units.get(unit)?.rates.get(kind).into_iter().flatten() {
                    if rate.at_hours.is_some() {
                        return None;
                    }
                    weights.extend(one(rate.count, sort, i64::try_from(rate.amount).ok()?));
                }
            } else {
                weights.extend(one(count, sort, 1));
            }
            weights.retain(|(place, weight)| *weight > 0 && (sort.above >> place) & 1 == 1);
            for (place, weight) in &weights {
                most = most.checked_add(i128::from(totals[*place]).checked_mul(i128::from(*weight))?)?;
            }
            by_sort.push(weights);
        }
        let plain = match count {
            Count::At(place) => Some(place),
            Count::Meter(_) | Count::Own(_) => None,
        };
        (most <= i128::from(i64::MAX / 4)).then_some(Weights { by_sort, plain })
    }

    /// Counts of rows themselves.
    pub(super) fn number_of_rows(&self) -> Weights {
        Weights { by_sort: vec![vec![(ROWS, 1)]; self.sorts.len()], plain: Some(ROWS) }
    }

    /// Requests of rows that tell them.
    pub(super) fn requests(&self) -> Weights {
        let told = |sort: &Sort| if sort.counted { vec![(REQUESTS, 1)] } else { Vec::new() };
        Weights { by_sort: self.sorts.iter().map(told).collect(), plain: None }
    }

    /// Rows that do not tell their requests.
    pub(super) fn untold(&self) -> Weights {
        let told = |sort: &Sort| if sort.counted { Vec::new() } else { vec![(ROWS, 1)] };
        Weights { by_sort: self.sorts.iter().map(told).collect(), plain: None }
    }

    /// List cost.
    pub(super) fn list(&self) -> Weights {
        Weights { by_sort: vec![vec![(LIST, 1)]; self.sorts.len()], plain: Some(LIST) }
    }
}

impl Weights {
    /// Whether rows of a sort have any of it.
    pub(super) fn any(&self, sort: usize) -> bool {
        !self.by_sort[sort].is_empty()
    }

    /// How much of it a row is.
    pub(super) fn of_row(&self, columns: &Columns, sort: usize, row: usize) -> i64 {
        let of = |(place, weight): &(usize, i64)| {
            weight * columns.counts.get(*place).map_or(1, |column| column[row])
        };
        self.by_sort[sort].iter().map(of).sum()
    }

    /// How much of it there is up to the end of each block, of some sorts: first nought, then one for each block.
    pub(super) fn up_to(&self, columns: &Columns, of: &[usize]) -> Vec<i64> {
        let blocks = columns.rows.div_ceil(columns.block);
        let mut sums = vec![0; blocks + 1];
        for sort in of {
            for (place, weight) in &self.by_sort[*sort] {
                let column = &columns.sums[*place][sort * blocks..(sort + 1) * blocks];
                for (sum, cell) in sums[1..].iter_mut().zip(column) {
                    *sum += weight * cell;
                }
            }
        }
        let mut all = 0;
        for sum in &mut sums {
            all += *sum;
            *sum = all;
        }
        sums
    }
}

impl<'w> Sums<'w> {
    /// For sorts that have a class, of so many.
    pub(super) fn of(
        columns: &'w Columns,
        weights: &'w [Weights],
        class_of: Vec<Option<usize>>,
        classes: usize,
    ) -> Sums<'w> {
        let mut members = vec![Vec::new(); classes];
        for (sort, class) in class_of.iter().enumerate() {
            if let Some(class) = class {
                members[*class].push(sort);
            }
        }
        let of_class =
            |sorts: &Vec<usize>| weights.iter().map(|one| one.up_to(columns, sorts)).collect::<Vec<_>>();
        let tables = members.iter().flat_map(of_class).collect();
        Sums { columns, weights, class_of, classes, tables }
    }

    /// Where the sum of some weights of a class stands.
    pub(super) fn place(&self, class: usize, weights: usize) -> usize {
        class * self.weights.len() + weights
    }

    pub(super) fn class_of(&self, sort: usize) -> Option<usize> {
        self.class_of[sort]
    }

    pub(super) fn class(&self, row: usize) -> Option<usize> {
        self.class_of[usize::from(self.columns.sort[row])]
    }

    /// The sums of all rows before one.
    pub(super) fn before(&self, row: usize) -> Vec<i64> {
        let block = row / self.columns.block;
        let mut sums: Vec<i64> = self.tables.iter().map(|table| table[block]).collect();
        let rows = block * self.columns.block..row;
        let sorts = &self.columns.sort[rows.clone()];
        for (place, weights) in self.weights.iter().enumerate() {
            if let Some(column) = weights.plain.and_then(|plain| self.columns.counts.get(plain)) {
                for (sort, count) in sorts.iter().zip(&column[rows.clone()]) {
                    if let Some(class) = self.class_of[usize::from(*sort)] {
                        sums[class * self.weights.len() + place] += count;
                    }
                }
                continue;
            }
            for (row, sort) in rows.clone().zip(sorts) {
                if let Some(class) = self.class_of[usize::from(*sort)] {
                    sums[class * self.weights.len() + place] +=
                        weights.of_row(self.columns, usize::from(*sort), row);
                }
            }
        }
        sums
    }

    /// Adds a row to sums.
    pub(super) fn add(&self, sums: &mut [i64], row: usize) {
        let sort = usize::from(self.columns.sort[row]);
        let Some(class) = self.class_of[sort] else { return };
        let from = class * self.weights.len();
        for (sum, weights) in sums[from..].iter_mut().zip(self.weights) {
            *sum += weights.of_row(self.columns, sort, row);
        }
    }

    /// The first row of a range by which some weights of some classes have come to more than an allowance; `from` and `to` are all sums
    /// at its ends.
    pub(super) fn first_beyond(
        &self,
        range: &Range<usize>,
        (from, to): (&[i64], &[i64]),
        (classes, weights): (&[bool], usize),
        allowance: i64,
    ) -> Option<usize> {
        let of = |class: usize| self.place(class, weights);
        let among = || (0..self.classes).filter(|class| classes[*class]);
        let most = among().map(|class| from[of(class)]).sum::<i64>() + allowance;
        if among().map(|class| to[of(class)]).sum::<i64>() <= most {
            return None;
        }
        let block = self.columns.block;
        let up_to = |end: usize| among().map(|class| self.tables[of(class)][end]).sum::<i64>();
        // The blocks that end inside the range: the first with too much, or the one after the last.
        let (mut low, mut high) = (range.start / block + 1, range.end / block + 1);
        while low < high {
            let middle = low.midpoint(high);
            if middle <= range.end / block && up_to(middle) <= most {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let first = ((low - 1) * block).max(range.start);
        let mut sum = if first == range.start { most - allowance } else { up_to(low - 1) };
        (first..range.end).find(|row| {
            let sort = usize::from(self.columns.sort[*row]);
            if self.class_of[sort].is_some_and(|class| classes[class]) {
                sum += self.weights[weights].of_row(self.columns, sort, *row);
            }
            sum > most
        })
    }
}
