//! What depends on the usage alone, made once for many replays: rows by columns, sums of blocks of rows, what happened in which hour.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::amounts::{COUNTS, Grains, Part};
use super::element::Untold;
use super::slow::checked_months;
use super::spans::Instants;
use super::{ReplayError, Replayed};
use crate::ledger::Meter;
use crate::plan::{Element, Usage};
use crate::time::{Date, Period, Timestamp};

/// The place of the rows' own number behind their counts.
pub(super) const ROWS: usize = COUNTS;
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
    pub(super) counts: Vec<Vec<i64>>,
    pub(super) block: usize,
    /// For each count and sort, the sums of each block.
    pub(super) sums: Vec<Vec<i64>>,
    /// For each sort, its sums over all rows.
    pub(super) totals: Vec<[i64; SUMS]>,
    /// The first row of each hour, and the end.
    hours: Vec<usize>,
    /// Which sorts each hour has, a bit for each.
    present: Vec<u64>,
    first_hour: i64,
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
        self.block = (self.rows * sorts / CELLS).next_power_of_two().max(8);
        let blocks = self.rows.div_ceil(self.block);
        self.totals = vec![[0; SUMS]; self.sorts.len()];
        let mut cells = vec![0_i64; sorts];
        for place in 0..SUMS {
            let mut sums = vec![0_i64; blocks * sorts];
            for (block, kinds) in self.sort.chunks(self.block).enumerate() {
                cells.fill(0);
                if place == ROWS {
                    for sort in kinds {
                        cells[usize::from(*sort)] += 1;
                    }
                } else {
                    for (sort, count) in kinds.iter().zip(&self.counts[place][block * self.block..]) {
                        let cell = &mut cells[usize::from(*sort)];
                        let Some(sum) = cell.checked_add(*count) else { return false };
                        *cell = sum;
                    }
                }
                for (sort, (cell, total)) in cells.iter().zip(&mut self.totals).enumerate() {
                    sums[sort * blocks + block] = *cell;
                    let Some(sum) = total[place].checked_add(*cell) else { return false };
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
}
