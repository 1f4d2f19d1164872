//! What an arrival meets in the store: lines that are there already, other exports of the same money, and formats that tell the
//! same. Of two that tell the same, the finer counts if it adds up to the coarser; what is only a part of it stands aside. So
//! nothing is counted twice, and nothing that only looks alike is lost.

mod spans;
mod weight;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sqlx::{Row as _, SqliteConnection};

use super::super::facets::Facet;
use super::super::{StoreError, packed};
use super::{Arrival, DAY, IMPORT_STREAM, Outcome};
use crate::formats::grouping::PERSON;
use crate::ledger::Meter;
use crate::money::Currency;
use spans::Spans;
use weight::{Amounts, Weight};

/// What is done about it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) outcome: Outcome,
    /// Days that hold lines of this stream already.
    overlap: BTreeSet<i64>,
    /// Days that another format tells better: nothing of them is booked.
    pub(super) left_days: BTreeSet<i64>,
    /// Lines of the arrival that are not booked: start and number.
    left: HashMap<(i64, i64), Why>,
    /// Lines of the stream that give way: start and number.
    pub(super) displaced: Vec<(i64, i64)>,
    /// Days of other streams that give way.
    pub(super) displaced_days: Vec<(i64, BTreeSet<i64>)>,
}

/// Why a line of an arrival is not booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// Finer lines of the same money are there.
    Sum,
    /// A line that is there tells of more than this and its like do.
    Part,
    /// A line that is there is of some of its days and of others.
    Crossing,
}

impl Plan {
    pub(super) async fn of(
        connection: &mut SqliteConnection,
        account_id: Option<i64>,
        arrival: &Arrival,
    ) -> Result<Plan, StoreError> {
        let mut plan = Plan::default();
        let days = arrival.sums.days();
        let (Some(account_id), Some(first), Some(last)) = (account_id, days.first(), days.last()) else {
            return Ok(plan);
        };
        let reach = (*first, arrival.until.max(last + DAY));
        plan.rivals(connection, account_id, arrival, reach).await?;
        if let Some(stream_id) = stream(connection, account_id, &arrival.stream).await? {
            // Only where a person chooses how long a line lasts may it be a sum of others.
            let spans = match arrival.format.grouped {
                Some(_) => Spans::of(connection, stream_id, &arrival.long, reach).await?,
                None => Spans::default(),
            };
            let held = booked_days(connection, stream_id, spans.reach(reach)).await?;
            plan.overlap = held.intersection(&days).copied().collect();
            plan.compare(connection, stream_id, arrival, &spans, &held).await?;
            plan.outcome.displaced += (plan.displaced.len() as u64).saturating_sub(plan.outcome.outgrown);
        }
        for (stream_id, days) in &plan.displaced_days {
            plan.outcome.displaced += count(connection, *stream_id, days).await?;
        }
        Ok(plan)
    }

    /// Days whose sums are made again from what is booked.
    pub(super) fn anew(&self) -> BTreeSet<i64> {
        let changed = self.displaced.iter().chain(self.left.keys());
        self.overlap.iter().copied().chain(changed.map(|(start, _)| day_of(*start))).collect()
    }

    /// Whether a line of the arrival is booked; counts it either way.
    pub(super) fn takes(&mut self, start: i64, number: i64, is_repeat: bool) -> bool {
        let left_day = !self.left_days.is_empty() && self.left_days.contains(&day_of(start));
        let why = if self.left.is_empty() { None } else { self.left.get(&(start, number)).copied() };
        let outcome = &mut self.outcome;
        *(match (is_repeat, left_day, why) {
            (true, ..) => &mut outcome.repeated,
            (_, true, _) | (.., Some(Why::Sum)) => &mut outcome.left_out,
            (.., Some(Why::Part)) => &mut outcome.partial,
            (.., Some(Why::Crossing)) => &mut outcome.crossing,
            (.., None) => &mut outcome.lines,
        }) += 1;
        !is_repeat && !left_day && why.is_none()
    }

    /// What becomes of the arrival, line by line, without booking it.
    pub(super) fn told(mut self, arrival: &Arrival) -> Result<Outcome, StoreError> {
        let mut merged = arrival.runs.merged(arrival.format.unique)?;
        while let Some(next) = merged.next()? {
            self.takes(next.start, next.number, next.is_repeat);
        }
        Ok(self.outcome)
    }

    /// Compares with other formats of the same money, over the days that belong together.
    async fn rivals(
        &mut self,
        connection: &mut SqliteConnection,
        account_id: i64,
        arrival: &Arrival,
        reach: (i64, i64),
    ) -> Result<(), StoreError> {
        let days = arrival.sums.days();
        let mut won = Vec::new();
        for (rival, finer) in arrival.format.same_as() {
            let name = format!("{IMPORT_STREAM}{}", rival.id);
            let Some(stream_id) = stream(connection, account_id, &name).await? else { continue };
            let spans = Spans::of(connection, stream_id, &arrival.long, reach).await?;
            let held = booked_days(connection, stream_id, spans.reach(reach)).await?;
            let shared: BTreeSet<(i64, i64)> = days
                .iter()
                .map(|day| spans.around(*day))
                .filter(|(start, end)| held.range(start..end).next().is_some())
                .collect();
            if shared.is_empty() {
                continue;
            }
            self.outcome.instead_of.push(rival.name);
            let coming = amounts(arrival, &spans)?;
            for (start, end) in shared {
                let theirs = booked_amounts(connection, stream_id, start, end).await?;
                let ours = coming.get(&start).cloned().unwrap_or_default();
                let rival_counts = if finer { theirs.reach(&ours) } else { !ours.reach(&theirs) };
                if rival_counts {
                    self.left_days.extend(days.range(start..end));
                } else {
                    won.push((stream_id, held.range(start..end).copied().collect::<BTreeSet<i64>>()));
                }
            }
        }
        // What is left out for the sake of one displaces no other.
        won.retain(|(_, days)| days.is_disjoint(&self.left_days));
        self.displaced_days = won;
        Ok(())
    }

    /// Compares with the lines of the same stream, over the days that belong together.
    async fn compare(
        &mut self,
        connection: &mut SqliteConnection,
        stream_id: i64,
        arrival: &Arrival,
        spans: &Spans,
        held: &BTreeSet<i64>,
    ) -> Result<(), StoreError> {
        if held.is_empty() {
            return Ok(());
        }
        let mut kinds = Kinds::default();
        for facet in &arrival.facets {
            kinds.add(Kind::of(facet));
        }
        let mut booked_kinds = HashMap::<i64, usize>::new();
        let mut merged = arrival.runs.merged(arrival.format.unique)?;
        let mut coming: Vec<Seen> = Vec::new();
        let mut around = (i64::MIN, i64::MIN);
        let is_grouped = arrival.format.grouped.is_some();
        loop {
            let next = match merged.next()? {
                Some(next) if next.is_repeat => continue,
                Some(next) => {
                    let row = packed::unpacked(next.row)?;
                    let kind = usize::try_from(row.facet_id).unwrap_or(usize::MAX);
                    let weight = if is_grouped { Weight::of(&row)? } else { Weight::default() };
                    Some(Seen { start: next.start, end: row.end, number: next.number, kind, weight })
                }
                None => None,
            };
            if next.as_ref().is_none_or(|seen| seen.start >= around.1) {
                let (start, end) = around;
                if held.range(start..end).next().is_some() {
                    let booked = booked(connection, stream_id, around, &mut kinds, &mut booked_kinds).await?;
                    self.settle(&booked, &coming, &kinds, arrival.format.grouped);
                }
                coming.clear();
            }
            match next {
                Some(seen) => {
                    if seen.start >= around.1 {
                        around = spans.around(day_of(seen.start));
                    }
                    if !self.left_days.contains(&day_of(seen.start)) {
                        coming.push(seen);
                    }
                }
                None => return Ok(()),
            }
        }
    }

    /// Days that belong together: what is known, and, where the person chose how lines are grouped, which of them are sums of
    /// others. Finer lines take the place of their sum if they add up to it; if not, the sum counts, and they stand aside.
    fn settle(&mut self, booked: &[Seen], coming: &[Seen], kinds: &Kinds, grouped: Option<u8>) {
        let names = |seen: &[Seen]| seen.iter().map(Seen::name).collect::<HashSet<_>>();
        let (old, new) = (names(booked), names(coming));
        self.outcome.known += new.intersection(&old).count() as u64;
        let Some(always) = grouped else { return };
        let only = |seen: &[Seen], other: &HashSet<(i64, i64)>| -> Vec<Seen> {
            seen.iter().filter(|seen| !other.contains(&seen.name())).copied().collect()
        };
        let (mut old, mut new) = (only(booked, &new), only(coming, &old));
        let mut gone = HashSet::new();
        for verdict in kinds.verdicts(&old, booked, &new, always) {
            match verdict {
                Verdict::Parts(sum) => gone.extend(sum),
                Verdict::Sum(parts) => self.left.extend(parts.into_iter().map(|name| (name, Why::Part))),
            }
        }
        old.retain(|seen| !gone.contains(&seen.name()));
        new.retain(|seen| !self.left.contains_key(&seen.name()));
        let before = gone.len();
        for verdict in kinds.verdicts(&new, coming, &old, always) {
            match verdict {
                Verdict::Parts(sum) => self.left.extend(sum.into_iter().map(|name| (name, Why::Sum))),
                Verdict::Sum(parts) => gone.extend(parts),
            }
        }
        self.outcome.outgrown += (gone.len() - before) as u64;
        old.retain(|seen| !gone.contains(&seen.name()));
        new.retain(|seen| !self.left.contains_key(&seen.name()));
        self.other_cuts(&old, &new, kinds, always, &mut gone);
        self.displaced.extend(gone);
        // Days and hours are cut alike in every file; only longer spans may lie across each other.
        let is_long = |seen: &Seen| seen.end - seen.start > DAY;
        if old.iter().any(is_long) || new.iter().any(is_long) {
            for seen in new.iter().filter(|new| old.iter().any(|old| kinds.cross(old, new))) {
                self.left.entry(seen.name()).or_insert(Why::Crossing);
            }
        }
    }

    /// Grouped by something else altogether: the same money by another cut. The later file counts, unless it tells less.
    fn other_cuts(
        &mut self,
        old: &[Seen],
        new: &[Seen],
        kinds: &Kinds,
        always: u8,
        gone: &mut HashSet<(i64, i64)>,
    ) {
        let cut = |seen: &Seen| kinds.filled(seen) & always;
        let cuts = |seen: &[Seen]| seen.iter().map(cut).collect::<BTreeSet<u8>>();
        let (of_old, of_new) = (cuts(old), cuts(new));
        let across = |seen: &Seen, others: &BTreeSet<u8>| {
            let cut = cut(seen);
            others.iter().any(|other| cut & !other != 0 && other & !cut != 0)
        };
        let mut piles = HashMap::<_, [Vec<Seen>; 2]>::new();
        for (side, lines, others) in [(0, old, &of_new), (1, new, &of_old)] {
            for seen in lines.iter().filter(|seen| across(seen, others)) {
                let key = kinds.0.get(seen.kind).map(|kind| (kind.meter, kind.currency));
                piles.entry(key).or_default()[side].push(*seen);
            }
        }
        for [old, new] in piles.into_values() {
            if Weight::sum(&new).reaches(&Weight::sum(&old)) {
                gone.extend(old.iter().map(Seen::name));
            } else {
                self.left.extend(new.iter().map(|seen| (seen.name(), Why::Part)));
            }
        }
    }
}

const fn day_of(start: i64) -> i64 {
    start - start.rem_euclid(DAY)
}

/// A line: when, what of, and how much.
#[derive(Debug, Clone, Copy)]
struct Seen {
    start: i64,
    end: i64,
    number: i64,
    kind: usize,
    weight: Weight,
}

impl Seen {
    const fn name(&self) -> (i64, i64) {
        (self.start, self.number)
    }
}

/// Of a sum and lines that are its parts, which go.
enum Verdict {
    /// They add up to it: the sum goes.
    Parts(Vec<(i64, i64)>),
    /// They are only some of it: they go.
    Sum(Vec<(i64, i64)>),
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
        let mut texts = facet.dimensions().to_vec();
        if let Some(words) = texts.last_mut().filter(|_| !facet.session().is_empty()) {
            // Sessions tell lines apart as words do.
            words.push('\u{1f}');
            words.push_str(facet.session());
        }
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

    /// Whether two lines are of the same, and each has days that the other has not, beside common ones.
    fn cross(&self, a: &Seen, b: &Seen) -> bool {
        let overlap = a.start < b.end && b.start < a.end;
        let inside = (a.start <= b.start && b.end <= a.end) || (b.start <= a.start && a.end <= b.end);
        overlap && !inside && self.0.get(a.kind) == self.0.get(b.kind)
    }

    /// Those of some lines that may be sums of the others, with these: they lie around them in time, agree with them wherever they
    /// say anything, and say less or last longer. That a line names no key or person proves nothing where others of its own side
    /// do. Lines that agree in all of this, such as a charge and its discount, are one sum; a line is a part of one sum only.
    fn verdicts(&self, some: &[Seen], side: &[Seen], others: &[Seen], always: u8) -> Vec<Verdict> {
        if some.is_empty() || others.is_empty() {
            return Vec::new();
        }
        let decimals = side.iter().map(|seen| seen.weight.decimals()).max().unwrap_or(0);
        let side = side.iter().fold(0, |bits, seen| bits | self.filled(seen));
        let shapes: BTreeSet<(u8, i64)> =
            some.iter().map(|seen| (self.filled(seen), seen.end - seen.start)).collect();
        let mut finer = HashMap::<Shadow<'_>, Vec<&Seen>>::new();
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
                    finer.entry(shadow).or_default().push(other);
                }
            }
        }
        let mut sums = HashMap::<(Shadow<'_>, i64), Vec<Seen>>::new();
        for seen in some {
            if let Some(shadow) = self.shadow(seen, self.filled(seen), seen.end - seen.start)
                && finer.contains_key(&shadow)
            {
                sums.entry((shadow, seen.start)).or_default().push(*seen);
            }
        }
        // The narrowest first: a part belongs to the sum that says most of it.
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_cached_key(|(((mask, width, ..), start), lines)| {
            (*width, std::cmp::Reverse(mask.count_ones()), *start, lines.iter().map(Seen::name).min())
        });
        let mut used = HashSet::new();
        let mut verdicts = Vec::new();
        for ((shadow, start), sum) in sums {
            let end = start + shadow.1;
            let parts: Vec<Seen> = finer
                .get(&shadow)
                .into_iter()
                .flatten()
                .filter(|part| start <= part.start && part.end <= end && !used.contains(&part.name()))
                .map(|part| **part)
                .collect();
            if parts.is_empty() {
                continue;
            }
            used.extend(parts.iter().map(Seen::name));
            let names = |lines: &[Seen]| lines.iter().map(Seen::name).collect();
            let whole = Weight::sum(&parts).reaches(&Weight::sum(&sum).shown_to(decimals));
            verdicts.push(if whole { Verdict::Parts(names(&sum)) } else { Verdict::Sum(names(&parts)) });
        }
        verdicts
    }
}

/// What an arrival bills over the days that belong together, by their first.
fn amounts(arrival: &Arrival, spans: &Spans) -> Result<BTreeMap<i64, Amounts>, StoreError> {
    let currencies: Vec<Option<Currency>> =
        arrival.facets.iter().map(|facet| facet.currencies()[0]).collect();
    let mut amounts = BTreeMap::<i64, Amounts>::new();
    let mut merged = arrival.runs.merged(arrival.format.unique)?;
    while let Some(next) = merged.next()? {
        let row = packed::unpacked(next.row)?;
        let currency = usize::try_from(row.facet_id).ok().and_then(|place| *currencies.get(place)?);
        if let (false, Some(billed), Some(currency)) = (next.is_repeat, row.billed, currency) {
            let (start, _) = spans.around(day_of(next.start));
            amounts.entry(start).or_default().add(currency, billed)?;
        }
    }
    Ok(amounts)
}

/// What a stream bills between two instants.
async fn booked_amounts(
    connection: &mut SqliteConnection,
    stream_id: i64,
    start: i64,
    end: i64,
) -> Result<Amounts, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT currency, billed FROM rollup WHERE stream_id = ? AND dimension = 'day' AND period_start >= ? \
         AND period_start < ? AND billed IS NOT NULL",
    )
    .bind(stream_id)
    .bind(start)
    .bind(end)
    .fetch_all(connection)
    .await?;
    let mut amounts = Amounts::default();
    for (currency, billed) in rows {
        amounts.add(currency.parse()?, &billed)?;
    }
    Ok(amounts)
}

/// The lines of a stream that begin between two instants.
async fn booked(
    connection: &mut SqliteConnection,
    stream_id: i64,
    (start, end): (i64, i64),
    kinds: &mut Kinds,
    known: &mut HashMap<i64, usize>,
) -> Result<Vec<Seen>, StoreError> {
    let rows = sqlx::query(
        "SELECT period_start, period_end, ordinal, facet_id, billed, input_tokens, output_tokens, requests, quantity \
         FROM charges WHERE stream_id = ? AND period_start >= ? AND period_start < ?",
    )
    .bind(stream_id)
    .bind(start)
    .bind(end)
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
        let weight = Weight::told(
            row.try_get(4)?,
            [row.try_get(5)?, row.try_get(6)?, row.try_get(7)?],
            row.try_get(8)?,
        )?;
        booked.push(Seen {
            start: row.try_get(0)?,
            end: row.try_get(1)?,
            number: row.try_get(2)?,
            kind,
            weight,
        });
    }
    Ok(booked)
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

/// The days on which a stream has lines that begin between two instants.
async fn booked_days(
    connection: &mut SqliteConnection,
    stream_id: i64,
    (from, until): (i64, i64),
) -> Result<BTreeSet<i64>, StoreError> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT DISTINCT period_start FROM rollup \
         WHERE stream_id = ? AND dimension = 'day' AND period_start >= ? AND period_start < ?",
    )
    .bind(stream_id)
    .bind(from)
    .bind(until)
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
