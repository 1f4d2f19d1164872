//! What depends on the usage alone, made once for many replays: rows by columns, sums of blocks of rows, what happened in which hour.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::amounts::{COUNTS, Count, Grains, LIST, METERED, Part, REQUESTS, Unit};
use super::element::Untold;
use super::slow::checked_months;
use super::spans::Instants;
use super::{ReplayError, Replayed};
use crate::ledger::Meter;
use crate::plan::{Element, Usage};
use crate::time::{Date, Period, Timestamp};

/// The place of the rows' own number behind their counts.
const ROWS: usize = COUNTS;
/// How many sums a sort of rows has in a block.
const SUMS: usize = COUNTS + 1;
/// About how many sums are kept of each count.
const CELLS: usize = 400_000;
/// More sorts of rows than this are taken row by row.
const MOST_SORTS: usize = 4_096;
const HOUR: i64 = 3_600;

/// A usage made ready for many replays. Replays share it, threads too.
#[derive(Debug)]
pub struct Prepared<'u> {
    pub(super) usage: &'u Usage,
    pub(super) months: Vec<Period>,
    pub(super) days: Option<(Date, Date)>,
    pub(super) grains: Grains,
    pub(super) instants: Arc<Instants>,
    pub(super) untold: Untold,
    /// Nothing where numbers are too large or rows too different.
    pub(super) columns: Option<Columns>,
}

/// Rows of one sort are treated alike by every plan: the same kind, the same length, the same counts at nought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Sort {
    pub(super) kind: u32,
    pub(super) seconds: u32,
    pub(super) counted: bool,
    pub(super) meter: Option<Meter>,
    /// Which counts are above nought.
    pub(super) above: u16,
}

/// Rows by columns.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) rows: usize,
    pub(super) sorts: Vec<Sort>,
    pub(super) at: Vec<i64>,
    pub(super) sort: Vec<u16>,
    counts: Vec<Vec<i64>>,
    pub(super) block: usize,
    /// For each count, the sums of each block by sort.
    sums: Vec<Vec<i64>>,
    /// For each sort, its sums over all rows.
    totals: Vec<[i64; SUMS]>,
    /// The first row of each hour, and the end.
    hours: Vec<usize>,
    /// Which sorts each hour has, a bit for each.
    present: Vec<u64>,
    first_hour: i64,
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

/// What is counted of rows of each sort: counts, and how much each weighs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Weights {
    by_sort: Vec<Vec<(usize, i64)>>,
}

impl<'u> Prepared<'u> {
    /// Makes a usage ready.
    pub fn of(usage: &'u Usage) -> Result<Prepared<'u>, ReplayError> {
        Prepared::with(usage, Arc::default())
    }

    /// Makes another usage ready that shares with this one what it knows of the calendar: worth it where their days are the same.
    pub fn like<'v>(&self, usage: &'v Usage) -> Result<Prepared<'v>, ReplayError> {
        Prepared::with(usage, Arc::clone(&self.instants))
    }

    /// Without what only the fast way needs.
    pub(super) fn plain(usage: &'u Usage) -> Result<Prepared<'u>, ReplayError> {
        let months = checked_months(usage)?;
        let (grains, untold) = (Grains::of(usage), super::slow::untold(usage));
        Ok(Prepared {
            usage,
            months,
            days: usage.window,
            grains,
            instants: Arc::default(),
            untold,
            columns: None,
        })
    }

    fn with(usage: &'u Usage, instants: Arc<Instants>) -> Result<Prepared<'u>, ReplayError> {
        let months = checked_months(usage)?;
        let grains = Grains::of(usage);
        let columns = Columns::of(usage, &grains)?;
        let untold = super::slow::untold(usage);
        Ok(Prepared { usage, months, days: usage.window, grains, instants, untold, columns })
    }

    /// What the usage would have cost through a chain.
    pub fn replay(&self, chain: &[Element]) -> Result<Replayed, ReplayError> {
        match (&self.columns, self.days) {
            (Some(columns), Some(days)) => super::fast::replay(self, columns, days, chain),
            _ => super::slow::through(self, chain),
        }
    }
}

impl Columns {
    fn of(usage: &Usage, grains: &Grains) -> Result<Option<Columns>, ReplayError> {
        let Some((from, to)) = usage.window else { return Ok(None) };
        let rows = usage.rows.len();
        let mut columns = Columns {
            rows,
            sorts: Vec::new(),
            at: Vec::with_capacity(rows),
            sort: Vec::with_capacity(rows),
            counts: (0..COUNTS).map(|_| Vec::with_capacity(rows)).collect(),
            block: 0,
            sums: Vec::new(),
            totals: Vec::new(),
            hours: Vec::new(),
            present: Vec::new(),
            first_hour: from.utc_start().unix() / HOUR,
        };
        let mut known: HashMap<Sort, u16> = HashMap::new();
        let mut last: Option<(Sort, u16)> = None;
        for row in &usage.rows {
            let counts = grains.counts(row)?;
            let mut above = 0;
            for (place, count) in counts.iter().enumerate() {
                let Ok(count) = i64::try_from(*count) else { return Ok(None) };
                columns.counts[place].push(count);
                above |= u16::from(count > 0) << place;
            }
            let sort = Sort {
                kind: row.kind,
                seconds: row.seconds,
                counted: row.requests.is_some(),
                meter: row.metered.map(|(meter, _)| meter),
                above,
            };
            let place = match last {
                Some((same, place)) if same == sort => place,
                _ => match known.get(&sort) {
                    Some(place) => *place,
                    None if columns.sorts.len() >= MOST_SORTS => return Ok(None),
                    None => {
                        let Ok(place) = u16::try_from(columns.sorts.len()) else { return Ok(None) };
                        columns.sorts.push(sort);
                        known.insert(sort, place);
                        place
                    }
                },
            };
            last = Some((sort, place));
            columns.at.push(row.at.unix());
            columns.sort.push(place);
        }
        if !columns.sum_up() {
            return Ok(None);
        }
        columns.by_hour(to.utc_start());
        Ok(Some(columns))
    }

    /// Sums of blocks. Whether they are small enough to be added up many times.
    fn sum_up(&mut self) -> bool {
        let sorts = self.sorts.len().max(1);
        self.block = (self.rows * sorts / CELLS).next_power_of_two().max(64);
        let blocks = self.rows.div_ceil(self.block);
        self.totals = vec![[0; SUMS]; self.sorts.len()];
        for place in 0..SUMS {
            let mut sums = vec![0_i64; blocks * sorts];
            for (block, kinds) in self.sort.chunks(self.block).enumerate() {
                let cells = &mut sums[block * sorts..(block + 1) * sorts];
                let from = block * self.block;
                if place == ROWS {
                    for sort in kinds {
                        cells[usize::from(*sort)] += 1;
                    }
                    continue;
                }
                for (sort, count) in kinds.iter().zip(&self.counts[place][from..]) {
                    let cell = &mut cells[usize::from(*sort)];
                    let Some(sum) = cell.checked_add(*count) else { return false };
                    *cell = sum;
                }
            }
            for cells in sums.chunks(sorts) {
                for (total, sum) in self.totals.iter_mut().zip(cells) {
                    let Some(sum) = total[place].checked_add(*sum) else { return false };
                    total[place] = sum;
                }
            }
            self.sums.push(sums);
        }
        (0..SUMS).all(|place| {
            let all = self.totals.iter().map(|total| i128::from(total[place])).sum::<i128>();
            all <= i128::from(i64::MAX / 4)
        })
    }

    fn by_hour(&mut self, end: Timestamp) {
        let hours = usize::try_from(end.unix() / HOUR - self.first_hour).unwrap_or_default();
        let words = self.words();
        self.hours = Vec::with_capacity(hours + 1);
        self.present = vec![0; hours * words];
        for (row, (at, sort)) in self.at.iter().zip(&self.sort).enumerate() {
            let hour = self.hour_of(*at);
            while self.hours.len() <= hour {
                self.hours.push(row);
            }
            self.present[hour * words + usize::from(*sort / 64)] |= 1 << (sort % 64);
        }
        while self.hours.len() <= hours {
            self.hours.push(self.rows);
        }
    }

    fn words(&self) -> usize {
        self.sorts.len().div_ceil(64).max(1)
    }

    /// The hour of an instant, from the first of the window.
    pub(super) fn hour_of(&self, at: i64) -> usize {
        usize::try_from(at.div_euclid(HOUR) - self.first_hour).unwrap_or_default()
    }

    /// The first row at an instant or after it.
    pub(super) fn row_at(&self, at: Timestamp) -> usize {
        let hour = self.hour_of(at.unix());
        let Some(from) = self.hours.get(hour).copied() else { return self.rows };
        let to = self.hours.get(hour + 1).copied().unwrap_or(self.rows);
        from + self.at[from..to].partition_point(|row| *row < at.unix())
    }

    pub(super) fn part(&self, row: usize, at: Timestamp, month: usize) -> Part {
        let sort = self.sorts[usize::from(self.sort[row])];
        let mut counts = [0; COUNTS];
        for (count, column) in counts.iter_mut().zip(&self.counts) {
            *count = i128::from(column[row]);
        }
        Part {
            at,
            seconds: sort.seconds,
            kind: sort.kind,
            month,
            counted: sort.counted,
            meter: sort.meter,
            counts,
        }
    }

    /// The hours, from the first of the window, in which rows of a range are of some sorts.
    pub(super) fn hours_of(&self, range: Range<usize>, among: &[bool], mut found: impl FnMut(usize)) {
        if range.is_empty() {
            return;
        }
        let words = self.words();
        let mut mask = vec![0_u64; words];
        for (sort, _) in among.iter().enumerate().filter(|(_, is)| **is) {
            mask[sort / 64] |= 1 << (sort % 64);
        }
        let (first, last) = (self.hour_of(self.at[range.start]), self.hour_of(self.at[range.end - 1]));
        for hour in first..=last {
            let present = &self.present[hour * words..(hour + 1) * words];
            if !present.iter().zip(&mask).any(|(present, mask)| present & mask != 0) {
                continue;
            }
            let (from, to) = (self.hours[hour].max(range.start), self.hours[hour + 1].min(range.end));
            let whole = from == self.hours[hour] && to == self.hours[hour + 1];
            if whole || self.sort[from..to].iter().any(|sort| among[usize::from(*sort)]) {
                found(hour);
            }
        }
    }

    /// How a count is made of what rows have. Nothing where it depends on the hour, or can be too large to be added up.
    pub(super) fn weights(&self, count: Count, units: &[Unit]) -> Option<Weights> {
        let plain = |count: Count, sort: &Sort, weight: i64| match count {
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
                    weights.extend(plain(rate.count, sort, i64::try_from(rate.amount).ok()?));
                }
            } else {
                weights.extend(plain(count, sort, 1));
            }
            weights.retain(|(place, weight)| *weight > 0 && (sort.above >> place) & 1 == 1);
            for (place, weight) in &weights {
                most = most.checked_add(i128::from(totals[*place]).checked_mul(i128::from(*weight))?)?;
            }
            by_sort.push(weights);
        }
        (most <= i128::from(i64::MAX / 4)).then_some(Weights { by_sort })
    }

    /// Counts of rows themselves.
    pub(super) fn number_of_rows(&self) -> Weights {
        Weights { by_sort: vec![vec![(ROWS, 1)]; self.sorts.len()] }
    }

    /// Requests of rows that tell them.
    pub(super) fn requests(&self) -> Weights {
        let told = |sort: &Sort| if sort.counted { vec![(REQUESTS, 1)] } else { Vec::new() };
        Weights { by_sort: self.sorts.iter().map(told).collect() }
    }

    /// Rows that do not tell their requests.
    pub(super) fn untold(&self) -> Weights {
        let told = |sort: &Sort| if sort.counted { Vec::new() } else { vec![(ROWS, 1)] };
        Weights { by_sort: self.sorts.iter().map(told).collect() }
    }

    /// List cost.
    pub(super) fn list(&self) -> Weights {
        Weights { by_sort: vec![vec![(LIST, 1)]; self.sorts.len()] }
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
        let sorts = columns.sorts.len().max(1);
        let blocks = columns.rows.div_ceil(columns.block);
        let mut sums = vec![0; blocks + 1];
        for sort in of {
            for (place, weight) in &self.by_sort[*sort] {
                let column = columns.sums[*place].iter().skip(*sort).step_by(sorts);
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
        for row in block * self.columns.block..row {
            self.add(&mut sums, row);
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
