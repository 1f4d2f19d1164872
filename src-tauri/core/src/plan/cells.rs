//! Usage condensed: what was used in an hour or on a day of kinds that a replay treats alike. From cells other days are laid.

use std::collections::HashMap;

use super::{Element, Kind, Row, Terms, Usage};
use crate::forecast::Weeks;
use crate::ledger::{Meter, QuotaWindow};
use crate::money::{Currency, Decimal};
use crate::time::Date;

/// Decimal places of list costs in cells.
pub(super) const LIST_PLACES: u32 = 9;
/// Decimal places of what meters other than tokens count.
const METER_PLACES: u32 = 6;
/// The hour of rows that tell of more than an hour.
const WHOLE_DAY: u8 = 24;
const DAY: i64 = 86_400;

/// What was used in one hour, or one day.
#[derive(Debug, Clone, Copy)]
struct Cell {
    hour: u8,
    kind: u32,
    /// The seconds of rows that tell of more than a day, at most.
    long: u32,
    counted: bool,
    meter: Option<Meter>,
    requests: i64,
    input: i64,
    cache_read: i64,
    output: i64,
    metered: i64,
    list: i64,
}

/// Cells, day by day.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    pub(super) from: Date,
    kinds: Vec<Kind>,
    currency: Option<Currency>,
    held: Vec<Cell>,
    /// Where each day begins among them, and where the last ends.
    starts: Vec<usize>,
}

impl Cells {
    /// Of a usage with a window.
    pub(super) fn of(usage: &Usage) -> Option<Cells> {
        let (from, to) = usage.window?;
        let days = usize::try_from(to.days_since(from)).ok()?;
        let start = from.utc_start().unix();
        let kinds = usage.kinds.len();
        let mut cells: Vec<Cell> = Vec::new();
        let mut starts = vec![0];
        // Which cell of the day an hour and a kind were last put in.
        let mut last = vec![usize::MAX; 25 * kinds];
        for row in &usage.rows {
            let second = row.at.unix() - start;
            let (Ok(day), Ok(kind)) = (usize::try_from(second.div_euclid(DAY)), usize::try_from(row.kind))
            else {
                continue;
            };
            if day >= days || kind >= kinds {
                continue;
            }
            while starts.len() <= day {
                last.fill(usize::MAX);
                starts.push(cells.len());
            }
            let begin = starts[day];
            let cell = cell_of(row, second);
            let place = usize::from(cell.hour) * kinds + kind;
            let like = |held: &Cell| held.key() == cell.key();
            let found = cells.get(last[place]).filter(|held| like(held)).map(|_| last[place]);
            let found = found.or_else(|| match last[place] {
                usize::MAX => None,
                _ => cells[begin..].iter().position(like).map(|at| begin + at),
            });
            let at = found.unwrap_or(cells.len());
            match cells.get_mut(at) {
                Some(held) => held.take(&cell),
                None => cells.push(cell),
            }
            last[place] = at;
        }
        while starts.len() <= days {
            starts.push(cells.len());
        }
        for day in 0..days {
            cells[starts[day]..starts[day + 1]].sort_by_key(|cell| (cell.hour, cell.kind));
        }
        Some(Cells { from, kinds: usage.kinds.clone(), currency: usage.currency, held: cells, starts })
    }

    /// How many days.
    pub(super) fn days(&self) -> usize {
        self.starts.len() - 1
    }

    /// The kinds of which there is anything.
    pub(super) fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.kinds.len()];
        for cell in &self.held {
            used[cell.kind as usize] = true;
        }
        used
    }

    /// The same with kinds put together by their class, the first of each class standing for it; `None` leaves a kind out. Hours are
    /// kept where it matters.
    pub(super) fn merged(&self, class: &[Option<u32>], hours: bool) -> Cells {
        let (mut cells, mut starts): (Vec<Cell>, _) = (Vec::new(), vec![0]);
        let mut places: HashMap<_, usize> = HashMap::new();
        for day in self.starts.windows(2) {
            places.clear();
            let begin = cells.len();
            for cell in &self.held[day[0]..day[1]] {
                let Some(kind) = class[cell.kind as usize] else { continue };
                let hour = if hours { cell.hour } else { WHOLE_DAY };
                let cell = Cell { hour, kind, ..*cell };
                let at = *places.entry(cell.key()).or_insert(cells.len());
                match cells.get_mut(at) {
                    Some(held) => held.take(&cell),
                    None => cells.push(cell),
                }
            }
            cells[begin..].sort_by_key(|cell: &Cell| (cell.hour, cell.kind));
            starts.push(cells.len());
        }
        Cells { from: self.from, kinds: self.kinds.clone(), currency: self.currency, held: cells, starts }
    }

    /// What each day cost at list price.
    pub(super) fn list_by_day(&self) -> Vec<i64> {
        self.starts
            .windows(2)
            .map(|day| self.held[day[0]..day[1]].iter().map(|cell| cell.list).sum())
            .collect()
    }

    /// Something of each day that tells its size where nothing has a list price: tokens, or requests.
    pub(super) fn work_by_day(&self) -> Vec<i64> {
        let of = |count: fn(&Cell) -> i64| -> Vec<i64> {
            self.starts.windows(2).map(|day| self.held[day[0]..day[1]].iter().map(count).sum()).collect()
        };
        let tokens = of(|cell| cell.input + cell.output);
        if tokens.iter().any(|count| *count > 0) { tokens } else { of(|cell| cell.requests.max(1)) }
    }

    /// What each day cost at list price of kinds that are asked for.
    pub(super) fn list_of(&self, is: impl Fn(&Kind) -> bool) -> Vec<i64> {
        let is: Vec<bool> = self.kinds.iter().map(is).collect();
        let day = |day: &[usize]| {
            self.held[day[0]..day[1]].iter().filter(|cell| is[cell.kind as usize]).map(|cell| cell.list).sum()
        };
        self.starts.windows(2).map(day).collect()
    }

    /// Requests, tokens and list cost of kinds, over days: requests are nothing where some are not counted.
    pub(super) fn volume(&self, way: &[(usize, i64)], is: impl Fn(u32) -> bool) -> (Option<i64>, i64, i64) {
        let (mut requests, mut tokens, mut list) = (Some(0), 0, 0);
        for (day, _) in way {
            let Some(&[begin, end]) = self.starts.get(*day..day + 2) else { continue };
            for cell in self.held[begin..end].iter().filter(|cell| is(cell.kind)) {
                requests = requests.filter(|_| cell.counted).map(|sum| sum + cell.requests);
                tokens += cell.input + cell.output;
                list += cell.list;
            }
        }
        (requests, tokens, list)
    }

    /// List cost by model, the dearest first.
    pub(super) fn models(&self) -> Vec<(String, i64)> {
        let mut sums: HashMap<&str, i64> = HashMap::new();
        for cell in &self.held {
            *sums.entry(self.kinds[cell.kind as usize].model.as_str()).or_default() += cell.list;
        }
        let mut sums: Vec<(String, i64)> =
            sums.into_iter().map(|(model, sum)| (model.to_owned(), sum)).collect();
        sums.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        sums
    }

    /// Usage in which other days stand for each day from a date on: which, and in what size. `times` is the size of the whole, and
    /// `percent` what each kind's list price becomes, where that is asked for.
    pub(super) fn lay(&self, from: Date, way: &[(usize, i64)], percent: Option<&[i64]>) -> Usage {
        let to = from.plus_days(i64::try_from(way.len()).unwrap_or_default());
        let mut rows = Vec::new();
        // What was cut off a kind's counts goes on to its next row.
        let mut carries = vec![[0_i128; 6]; self.kinds.len()];
        for (at, (day, size)) in way.iter().enumerate().filter(|(_, (_, size))| *size > 0) {
            let start = from.plus_days(i64::try_from(at).unwrap_or_default()).utc_start();
            let Some(&[begin, end]) = self.starts.get(*day..day + 2) else { continue };
            for cell in &self.held[begin..end] {
                let carry = &mut carries[cell.kind as usize];
                let mut sized = |count: i64, of: usize| {
                    let whole = i128::from(count) * i128::from(*size) + carry[of];
                    carry[of] = whole % i128::from(Weeks::ONE);
                    i64::try_from(whole / i128::from(Weeks::ONE)).unwrap_or(i64::MAX)
                };
                let (requests, input) = (sized(cell.requests, 0), sized(cell.input, 1));
                let (cache_read, output) = (sized(cell.cache_read, 2), sized(cell.output, 3));
                let (metered, list) = (sized(cell.metered, 4), sized(cell.list, 5));
                let list = percent.map_or(list, |percent| {
                    let part = i128::from(list) * i128::from(percent[cell.kind as usize]) / 100;
                    i64::try_from(part).unwrap_or(i64::MAX)
                });
                if requests | input | output | metered | list == 0 {
                    continue;
                }
                let (second, seconds) = match cell.hour {
                    WHOLE_DAY => (DAY - 1, 86_400),
                    hour => (i64::from(hour) * 3_600 + 3_599, 3_600),
                };
                let places =
                    |count: i64, places: u32| Decimal::from_i128_with_scale(i128::from(count), places);
                rows.push(Row {
                    at: start.plus_seconds(second),
                    seconds: seconds.max(cell.long),
                    kind: cell.kind,
                    requests: cell.counted.then_some(requests.unsigned_abs()),
                    input_tokens: input.unsigned_abs(),
                    cache_read_tokens: cache_read.min(input).unsigned_abs(),
                    output_tokens: output.unsigned_abs(),
                    metered: cell.meter.map(|meter| (meter, places(metered, METER_PLACES))),
                    list_cost: places(list, LIST_PLACES),
                    billed_cost: None,
                });
            }
        }
        let kinds = self.kinds.clone();
        Usage { window: Some((from, to)), currency: self.currency, kinds, rows, excluded: Vec::new() }
    }
}

impl Cell {
    fn key(&self) -> (u8, u32, bool, bool, Option<Meter>) {
        (self.hour, self.kind, self.counted, self.long > 0, self.meter)
    }

    fn take(&mut self, other: &Cell) {
        self.long = self.long.max(other.long);
        self.requests += other.requests;
        self.input += other.input;
        self.cache_read += other.cache_read;
        self.output += other.output;
        self.metered = self.metered.saturating_add(other.metered);
        self.list = self.list.saturating_add(other.list);
    }
}

fn cell_of(row: &Row, second: i64) -> Cell {
    let tokens = |count: u64| i64::try_from(count).unwrap_or(i64::MAX / 1_024);
    let hour = if row.seconds > 3_600 { i64::from(WHOLE_DAY) } else { second.rem_euclid(DAY) / 3_600 };
    Cell {
        hour: u8::try_from(hour).unwrap_or(WHOLE_DAY),
        kind: row.kind,
        long: if i64::from(row.seconds) > DAY { row.seconds } else { 0 },
        counted: row.requests.is_some(),
        meter: row.metered.map(|(meter, _)| meter),
        requests: row.requests.map_or(0, tokens),
        input: tokens(row.input_tokens),
        cache_read: tokens(row.cache_read_tokens),
        output: tokens(row.output_tokens),
        metered: row.metered.map_or(0, |(_, count)| grains(count, METER_PLACES)),
        list: grains(row.list_cost, LIST_PLACES),
    }
}

/// An amount in units of so many decimal places; what is smaller is dropped, what does not fit is held at the most.
pub(super) fn grains(amount: Decimal, places: u32) -> i64 {
    let (mantissa, scale) = (amount.mantissa(), amount.scale());
    let whole = match 10_i128.checked_pow(scale.abs_diff(places)) {
        Some(power) if scale > places => Some(mantissa / power),
        Some(power) => mantissa.checked_mul(power),
        None => Some(0),
    };
    let limit = i64::MAX / 1_024;
    whole.and_then(|whole| i64::try_from(whole).ok()).map_or(limit, |whole| whole.clamp(-limit, limit))
}

fn plans<'a>(elements: impl IntoIterator<Item = &'a Element>) -> impl Iterator<Item = &'a Terms> {
    elements.into_iter().filter_map(|element| match element {
        Element::Plan(terms) => Some(&**terms),
        Element::Metered(_) => None,
    })
}

/// Whether it matters to a chain at which hour of a day something is used.
pub(super) fn needs_hours(chain: &[Element]) -> bool {
    plans(chain).any(|terms| {
        let limits = terms.limits.iter().any(|limit| matches!(limit.window, QuotaWindow::Minutes(_)));
        let pools = terms.pools.iter().any(|pool| matches!(pool.every, QuotaWindow::Minutes(_)));
        let mut rates = terms.units.iter().flat_map(|unit| unit.rates.iter().flatten());
        limits || pools || rates.any(|rate| rate.at_hours.is_some())
    })
}

/// Which kinds elements treat alike, each by the first of them. Kinds of which there is nothing are left out.
pub(super) fn classes<'a>(
    elements: impl IntoIterator<Item = &'a Element>,
    kinds: &[Kind],
    used: &[bool],
) -> Vec<Option<u32>> {
    let terms: Vec<&Terms> = plans(elements).collect();
    let mut firsts: HashMap<Vec<u32>, u32> = HashMap::new();
    let class = (0_u32..).zip(kinds).map(|(kind, what)| {
        let place = kind as usize;
        if !used.get(place).copied().unwrap_or_default() {
            return None;
        }
        let mut key = Vec::new();
        for terms in &terms {
            key.push(u32::from(terms.serves.holds(kind)));
            if !terms.serves.holds(kind) {
                continue;
            }
            key.extend(terms.limits.iter().map(|limit| u32::from(limit.kinds.holds(kind))));
            key.extend(terms.pools.iter().map(|pool| u32::from(pool.kinds.holds(kind))));
            for unit in &terms.units {
                let rates = unit.rates.get(place);
                let like = unit.rates.iter().position(|other| Some(other) == rates).unwrap_or(usize::MAX);
                key.push(u32::try_from(like).unwrap_or(u32::MAX));
            }
            key.push(u32::from(what.batch && !terms.batch_percent_off.is_zero()));
        }
        Some(*firsts.entry(key).or_insert(kind))
    });
    class.collect()
}
