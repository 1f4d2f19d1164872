//! What an arrival meets in the store: lines that are there already, other exports of the same money, and formats that tell the
//! same. Nothing is counted twice, and nothing that only looks alike is lost.

use std::collections::{BTreeSet, HashMap, HashSet};

use sqlx::{Row as _, SqliteConnection};

use super::super::facets::Facet;
use super::super::{StoreError, packed};
use super::{Arrival, DAY, IMPORT_STREAM, Outcome};
use crate::formats::grouping::PERSON;
use crate::ledger::Meter;
use crate::money::Currency;

/// What is done about it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) outcome: Outcome,
    /// Days that hold lines of this stream already.
    pub(super) overlap: BTreeSet<i64>,
    /// Days that a format which tells more holds: nothing of them is booked.
    pub(super) left_days: BTreeSet<i64>,
    /// Lines of the arrival that are sums of finer ones in the store: start and number.
    left: HashSet<(i64, i64)>,
    /// Lines of the stream that give way: start and number.
    pub(super) displaced: Vec<(i64, i64)>,
    /// Days of other streams that give way.
    pub(super) displaced_days: Vec<(i64, BTreeSet<i64>)>,
}

impl Plan {
    pub(super) async fn of(
        connection: &mut SqliteConnection,
        account_id: Option<i64>,
        arrival: &Arrival,
    ) -> Result<Plan, StoreError> {
        let mut plan = Plan::default();
        let days = arrival.sums.days();
        if let (Some(account_id), Some(first), Some(last)) = (account_id, days.first(), days.last()) {
            for (rival, finer) in arrival.format.same_as() {
                let name = format!("{IMPORT_STREAM}{}", rival.id);
                let Some(stream_id) = stream(connection, account_id, &name).await? else { continue };
                let held = booked_days(connection, stream_id, *first, *last).await?;
                let shared: BTreeSet<i64> = held.intersection(&days).copied().collect();
                if shared.is_empty() {
                    continue;
                }
                plan.outcome.instead_of.push(rival.name);
                if finer {
                    plan.left_days.extend(shared);
                } else {
                    plan.displaced_days.push((stream_id, shared));
                }
            }
            if let Some(stream_id) = stream(connection, account_id, &arrival.stream).await? {
                let held = booked_days(connection, stream_id, *first, *last).await?;
                plan.overlap = held.intersection(&days).copied().collect();
                plan.compare(connection, stream_id, arrival).await?;
                plan.outcome.displaced = plan.displaced.len() as u64;
            }
            for (stream_id, days) in &plan.displaced_days {
                plan.outcome.displaced += count(connection, *stream_id, days).await?;
            }
        }
        Ok(plan)
    }

    /// Whether a line of the arrival is booked; counts it either way.
    pub(super) fn takes(&mut self, start: i64, number: i64, is_repeat: bool) -> bool {
        let left_out = (!self.left_days.is_empty()
            && self.left_days.contains(&(start - start.rem_euclid(DAY))))
            || (!self.left.is_empty() && self.left.contains(&(start, number)));
        let Outcome { lines, left_out: left, repeated, .. } = &mut self.outcome;
        *(if is_repeat {
            repeated
        } else if left_out {
            left
        } else {
            lines
        }) += 1;
        !is_repeat && !left_out
    }

    /// What becomes of the arrival, line by line, without booking it.
    pub(super) fn told(mut self, arrival: &Arrival) -> Result<Outcome, StoreError> {
        let mut merged = arrival.runs.merged(arrival.format.unique)?;
        while let Some(next) = merged.next()? {
            self.takes(next.start, next.number, next.is_repeat);
        }
        Ok(self.outcome)
    }

    /// Compares with the lines of the same stream, day by day.
    async fn compare(
        &mut self,
        connection: &mut SqliteConnection,
        stream_id: i64,
        arrival: &Arrival,
    ) -> Result<(), StoreError> {
        if self.overlap.is_empty() {
            return Ok(());
        }
        let mut kinds = Kinds::default();
        for facet in &arrival.facets {
            kinds.add(Kind::of(facet));
        }
        let mut booked_kinds = HashMap::<i64, usize>::new();
        let mut merged = arrival.runs.merged(arrival.format.unique)?;
        let mut coming: Vec<Seen> = Vec::new();
        let mut day = i64::MIN;
        loop {
            let next = match merged.next()? {
                Some(next) if next.is_repeat => continue,
                Some(next) => {
                    let row = packed::unpacked(next.row)?;
                    let kind = usize::try_from(row.facet_id).unwrap_or(usize::MAX);
                    Some(Seen { start: next.start, end: row.end, number: next.number, kind })
                }
                None => None,
            };
            let next_day = next.as_ref().map_or(i64::MAX, |seen| seen.start - seen.start.rem_euclid(DAY));
            if next_day != day {
                if self.overlap.contains(&day) && !self.left_days.contains(&day) {
                    let booked =
                        self.booked(connection, stream_id, day, &mut kinds, &mut booked_kinds).await?;
                    self.settle(&booked, &coming, &kinds, arrival.format.grouped);
                }
                coming.clear();
                day = next_day;
            }
            match next {
                Some(seen) => coming.push(seen),
                None => return Ok(()),
            }
        }
    }

    async fn booked(
        &self,
        connection: &mut SqliteConnection,
        stream_id: i64,
        day: i64,
        kinds: &mut Kinds,
        known: &mut HashMap<i64, usize>,
    ) -> Result<Vec<Seen>, StoreError> {
        let rows = sqlx::query(
            "SELECT period_start, period_end, ordinal, facet_id FROM charges \
             WHERE stream_id = ? AND period_start >= ? AND period_start < ?",
        )
        .bind(stream_id)
        .bind(day)
        .bind(day + DAY)
        .fetch_all(&mut *connection)
        .await?;
        let mut booked = Vec::with_capacity(rows.len());
        for row in rows {
            let facet_id: i64 = row.try_get(3)?;
            let kind = if let Some(kind) = known.get(&facet_id) {
                *kind
            } else {
                let kind = kinds.add(Kind::of(&Facet::get(connection, facet_id).await?));
                known.insert(facet_id, kind);
                kind
            };
            booked.push(Seen { start: row.try_get(0)?, end: row.try_get(1)?, number: row.try_get(2)?, kind });
        }
        Ok(booked)
    }

    /// One day: what is known, and, where the person chose how lines are grouped, which of them are sums of others.
    fn settle(&mut self, booked: &[Seen], coming: &[Seen], kinds: &Kinds, grouped: Option<u8>) {
        let names = |seen: &[Seen]| seen.iter().map(|seen| (seen.start, seen.number)).collect::<HashSet<_>>();
        let (old, new) = (names(booked), names(coming));
        self.outcome.known += new.intersection(&old).count() as u64;
        let Some(always) = grouped else { return };
        let only = |seen: &[Seen], other: &HashSet<(i64, i64)>| -> Vec<Seen> {
            seen.iter().filter(|seen| !other.contains(&(seen.start, seen.number))).copied().collect()
        };
        let (only_old, only_new) = (only(booked, &new), only(coming, &old));
        let mut gone = kinds.sums(&only_old, booked, coming, always);
        // Grouped by something else altogether: the same money by another cut, of which the later file counts.
        let cuts: BTreeSet<u8> = coming.iter().map(|seen| kinds.filled(seen) & always).collect();
        gone.extend(only_old.iter().filter(|seen| {
            let cut = kinds.filled(seen) & always;
            cuts.iter().any(|other| cut & !other != 0 && other & !cut != 0)
        }));
        gone.sort_unstable_by_key(|seen| (seen.start, seen.number));
        gone.dedup();
        self.displaced.extend(gone.iter().map(|seen| (seen.start, seen.number)));
        let left = kinds.sums(&only_new, coming, booked, always);
        self.left.extend(left.iter().map(|seen| (seen.start, seen.number)));
    }
}

/// A line without its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    start: i64,
    end: i64,
    number: i64,
    kind: usize,
}

/// What a line is of.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kind {
    meter: Option<Meter>,
    currency: Option<Currency>,
    texts: Vec<String>,
    filled: u8,
}

impl Kind {
    fn of(facet: &Facet) -> Kind {
        let texts = facet.dimensions().to_vec();
        let filled = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| !text.is_empty())
            .fold(0, |bits, (place, _)| bits | 1 << place);
        Kind { meter: facet.meter(), currency: facet.currencies()[0], texts, filled }
    }
}

#[derive(Debug, Default)]
struct Kinds(Vec<Kind>);

/// What remains of a line where only some of its texts are looked at.
type Shadow<'a> = (u8, i64, Option<Meter>, Option<Currency>, Vec<&'a str>);

impl Kinds {
    fn add(&mut self, kind: Kind) -> usize {
        self.0.push(kind);
        self.0.len() - 1
    }

    /// Which texts a line has.
    fn filled(&self, seen: &Seen) -> u8 {
        let texts = self.0.get(seen.kind).map_or(0, |kind| kind.filled);
        if seen.number & 1 == 1 { texts | PERSON } else { texts }
    }

    fn shadow(&self, seen: &Seen, mask: u8, width: i64) -> Option<Shadow<'_>> {
        let kind = self.0.get(seen.kind)?;
        let texts = kind
            .texts
            .iter()
            .enumerate()
            .filter(|(place, _)| mask >> place & 1 == 1)
            .map(|(_, text)| text.as_str());
        Some((mask, width, kind.meter, kind.currency, texts.collect()))
    }

    /// Those of some lines that are sums of the others: they lie around them in time, agree with them wherever they say anything,
    /// and say less or last longer. That a line names no key or person proves nothing where others of its own side do.
    fn sums(&self, some: &[Seen], side: &[Seen], others: &[Seen], always: u8) -> Vec<Seen> {
        let side = side.iter().fold(0, |bits, seen| bits | self.filled(seen));
        let shapes: BTreeSet<(u8, i64)> =
            some.iter().map(|seen| (self.filled(seen), seen.end - seen.start)).collect();
        let mut finer = HashMap::<Shadow<'_>, Vec<(i64, i64)>>::new();
        for other in others {
            let (filled, length) = (self.filled(other), other.end - other.start);
            for (mask, width) in &shapes {
                let more = filled & !mask;
                let says_more = more != 0 && (more & always != 0 || more & side == 0);
                if mask & !filled == 0
                    && *width >= length
                    && (*width > length || says_more)
                    && let Some(shadow) = self.shadow(other, *mask, *width)
                {
                    finer.entry(shadow).or_default().push((other.start, other.end));
                }
            }
        }
        let is_sum = |seen: &&Seen| {
            let shadow = self.shadow(seen, self.filled(seen), seen.end - seen.start);
            let parts = shadow.and_then(|shadow| finer.get(&shadow));
            parts.is_some_and(|parts| {
                parts.iter().any(|(start, end)| seen.start <= *start && *end <= seen.end)
            })
        };
        some.iter().filter(is_sum).copied().collect()
    }
}

async fn stream(
    connection: &mut SqliteConnection,
    account_id: i64,
    name: &str,
) -> Result<Option<i64>, StoreError> {
    let row: Option<(i64,)> = sqlx::query_as("SELECT id FROM streams WHERE account_id = ? AND name = ?")
        .bind(account_id)
        .bind(name)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|(id,)| id))
}

/// The days between two on which a stream has lines.
async fn booked_days(
    connection: &mut SqliteConnection,
    stream_id: i64,
    first: i64,
    last: i64,
) -> Result<BTreeSet<i64>, StoreError> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT DISTINCT period_start FROM rollup \
         WHERE stream_id = ? AND dimension = 'day' AND period_start BETWEEN ? AND ?",
    )
    .bind(stream_id)
    .bind(first)
    .bind(last)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(day,)| day).collect())
}

/// How many lines a stream has on some days.
async fn count(
    connection: &mut SqliteConnection,
    stream_id: i64,
    days: &BTreeSet<i64>,
) -> Result<u64, StoreError> {
    let mut lines = 0_u64;
    for day in days {
        let (of_day,): (i64,) = sqlx::query_as(
            "SELECT count(*) FROM charges WHERE stream_id = ? AND period_start >= ? AND period_start < ?",
        )
        .bind(stream_id)
        .bind(day)
        .bind(day + DAY)
        .fetch_one(&mut *connection)
        .await?;
        lines = lines.saturating_add(of_day.unsigned_abs());
    }
    Ok(lines)
}
