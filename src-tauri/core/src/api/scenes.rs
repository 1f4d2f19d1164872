//! What a chart of spending shows: which figure, over which days, in which groups.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::burning::capital;
use super::cuts::Cut;
use super::figures::{Books, whole_days};
use super::groups::{GroupKey, group_key, group_names};
use super::pictures::Drawn;
use super::states::listed;
use super::steps::{Step, spoken_range, steps, undrawable};
use super::{ApiError, Bucket, Grouping, Measure, Spark};
use crate::chart::{self, RankedBars, RankedRow, Series, Share, ShareRow, Slot, StackedBars, Unit};
use crate::ledger::Lane;
use crate::money::{Currency, Decimal, Total};
use crate::providers::Cursor;
use crate::report::{self, Totals};
use crate::store::{RollupRow, StreamRow};
use crate::time::{Calendar, Date, Period, Timestamp};

const CHART_HEIGHT: u32 = 240;
/// A line of fewer steps tells nothing.
const FEWEST_STEPS: usize = 3;
/// The most groups that have a line in their row.
const MOST_SPARKS: usize = 100;
/// The most rows of a ranked chart.
const MOST_RANKED: usize = 12;
const SLOTS: [Slot; 5] = [Slot::S1, Slot::S2, Slot::S3, Slot::S4, Slot::S5];

/// A currency by its code, and a unit of a provider's by both their names.
fn unit_words(unit: Currency) -> String {
    let code = unit.to_string();
    match code.split_once('.') {
        Some((owner, word)) => format!("{} {word}", capital(owner)),
        None => code,
    }
}

/// What is drawn.
pub(super) struct Scene<'a> {
    pub(super) cut: &'a Cut,
    pub(super) books: &'a Books,
    pub(super) by: Grouping,
    pub(super) measure: Measure,
    pub(super) days: (Date, Date),
    pub(super) now: Timestamp,
    pub(super) calendar: Calendar,
    pub(super) width: u32,
    /// What the title ends with.
    pub(super) ending: String,
}

/// The groups over steps of time.
pub(super) struct Timed {
    bucket: Bucket,
    unit: Option<Currency>,
    steps: Vec<Step>,
    lines: Vec<Line>,
    /// The lines of bars, where those of groups hold a figure more than once.
    stacked: Option<Vec<Line>>,
}

/// A group over the steps of time.
pub(super) struct Line {
    pub(super) group: GroupKey,
    pub(super) values: Vec<Option<Decimal>>,
    weight: Decimal,
}

impl Scene<'_> {
    fn rows(&self) -> Result<impl Iterator<Item = &RollupRow>, ApiError> {
        self.inside(self.cut.grouped())
    }

    fn inside<'a>(&self, rows: &'a [RollupRow]) -> Result<impl Iterator<Item = &'a RollupRow>, ApiError> {
        Ok(report::within(rows, whole_days(self.days.0, self.days.1)?))
    }

    /// The currency to draw, for measures of money.
    pub(super) fn unit(&self) -> Result<Option<Currency>, ApiError> {
        let total = report::total(report::within(&self.cut.rows, whole_days(self.days.0, self.days.1)?))?;
        Ok(self.unit_of(&total))
    }

    pub(super) fn unit_of(&self, total: &Totals) -> Option<Currency> {
        match self.measure {
            Measure::Billed => report::currency_to_draw([&total.billed]),
            Measure::Listed => report::currency_to_draw([&total.listed]),
            Measure::Tokens | Measure::Requests => None,
        }
    }

    pub(super) fn is_estimated(&self) -> bool {
        self.measure == Measure::Listed
    }

    /// Whether the figure is known of anything.
    pub(super) fn tells_anything(&self) -> Result<bool, ApiError> {
        let total = report::total(report::within(&self.cut.rows, whole_days(self.days.0, self.days.1)?))?;
        Ok(self.value(&total, self.unit()?).is_some())
    }

    /// The figure of a group, where it is known.
    pub(super) fn value(&self, totals: &Totals, unit: Option<Currency>) -> Option<Decimal> {
        match self.measure {
            Measure::Billed => totals.billed.of(unit?).map(Total::nearest),
            Measure::Listed => totals.listed.of(unit?).map(Total::nearest),
            Measure::Tokens => match (totals.input_tokens, totals.output_tokens) {
                (None, None) => None,
                (input, output) => Some(input.unwrap_or(0).saturating_add(output.unwrap_or(0)).into()),
            },
            Measure::Requests => totals.requests.map(Decimal::from),
        }
    }

    pub(super) fn chart_unit(&self, unit: Option<Currency>) -> Unit {
        match self.measure {
            Measure::Billed | Measure::Listed => {
                Unit::Money { currency: unit.unwrap_or(Currency::USD).to_string() }
            }
            Measure::Tokens => Unit::Count { noun: "tokens".to_owned() },
            Measure::Requests => Unit::Count { noun: "requests".to_owned() },
        }
    }

    /// The figure in words, as titles begin.
    pub(super) fn figure(&self) -> &'static str {
        match self.measure {
            Measure::Billed => match report::lane_of(&self.cut.rows) {
                Lane::Billed => "Billed",
                Lane::Estimated => "Estimated",
                Lane::Logged => "Logged",
                Lane::Entered => "Entered",
            },
            Measure::Listed => "At list price",
            Measure::Tokens => "Tokens",
            Measure::Requests => "Requests",
        }
    }

    fn title(&self, what: &str, unit: Option<Currency>) -> Result<String, ApiError> {
        let ending = self.ending(&self.cut.rows, whole_days(self.days.0, self.days.1)?, unit)?;
        Ok(format!("{} {what}, {} (UTC days){ending}", self.figure(), spoken_range(self.days)))
    }

    /// What a title ends with: which currency is drawn where there are several, and what else belongs there.
    pub(super) fn ending(
        &self,
        rows: &[RollupRow],
        period: Period,
        unit: Option<Currency>,
    ) -> Result<String, ApiError> {
        let Some(unit) = unit else { return Ok(self.ending.clone()) };
        let total = report::total(report::within(rows, period))?;
        let money = if self.measure == Measure::Billed { &total.billed } else { &total.listed };
        let others = money.iter().filter(|(other, sum)| *other != unit && !sum.is_zero());
        let others: Vec<String> = others.map(|(other, _)| unit_words(other)).collect();
        if others.is_empty() {
            return Ok(self.ending.clone());
        }
        let names: Vec<&str> = others.iter().map(String::as_str).collect();
        Ok(format!(" in {} without {}{}", unit_words(unit), listed(&names), self.ending))
    }

    const fn by_what(&self) -> &'static str {
        match self.by {
            Grouping::Day => "day",
            Grouping::Provider => "provider",
            Grouping::Account => "account",
            Grouping::Model => "model",
            Grouping::Project => "project",
            Grouping::Key => "key",
            Grouping::Item => "line item",
            Grouping::Session => "session",
            Grouping::Client => "client",
            Grouping::Tag => "tag",
        }
    }

    /// The groups over steps of time, the largest first. A step without a line of a group is nought where an account of the
    /// group's was read then.
    fn lines(
        &self,
        rows: &[RollupRow],
        bucket: Bucket,
        steps: &[Step],
        unit: Option<Currency>,
    ) -> Result<Vec<Line>, ApiError> {
        let place = |at: Timestamp| steps.partition_point(|step| step.start <= at).checked_sub(1);
        let rows = self.inside(rows)?;
        let groups = report::group(rows, |row| (group_key(self.books, self.by, row), place(row.start)))?;
        let mut lines: Vec<Line> = Vec::new();
        for ((group, at), totals) in groups {
            if lines.last().is_none_or(|line| line.group != group) {
                lines.push(Line { group, values: vec![None; steps.len()], weight: Decimal::ZERO });
            }
            let (Some(line), Some(at)) = (lines.last_mut(), at) else { continue };
            if let Some(value) = self.value(&totals, unit) {
                line.values[at] = Some(value);
                line.weight = line.weight.saturating_add(value);
            }
        }
        lines.retain(|line| line.values.iter().any(Option::is_some));
        for line in &mut lines {
            let accounts = self.accounts(&line.group);
            for (value, step) in line.values.iter_mut().zip(steps).filter(|(value, _)| value.is_none()) {
                *value = self.is_read(&accounts, bucket, step).then_some(Decimal::ZERO);
            }
        }
        lines.sort_by_key(|line| Reverse(line.weight));
        Ok(lines)
    }

    /// The groups over the steps of the range.
    pub(super) fn timed(&self, bucket: Bucket, unit: Option<Currency>) -> Result<Timed, ApiError> {
        let mut steps = steps(bucket, self.days, self.now, self.calendar);
        self.say_what_is_partly_known(bucket, &mut steps);
        let lines = self.lines(self.cut.grouped(), bucket, &steps, unit)?;
        let stacked = self.cut.stacked().map(|rows| self.lines(rows, bucket, &steps, unit)).transpose()?;
        Ok(Timed { bucket, unit, steps, lines, stacked })
    }

    /// A line for each of the largest groups.
    pub(super) fn sparks(&self, timed: &Timed) -> Result<BTreeMap<GroupKey, Spark>, ApiError> {
        let Timed { unit, steps, lines, .. } = timed;
        if steps.len() < FEWEST_STEPS {
            return Ok(BTreeMap::new());
        }
        let called = group_names(self.books, self.by, lines.iter().map(|line| &line.group));
        let names: Vec<String> = steps.iter().map(|step| step.bucket.name.clone()).collect();
        let line = |line: &Line| -> Result<(GroupKey, Spark), ApiError> {
            let spark = chart::Spark {
                name: called.get(&line.group).cloned().unwrap_or_default(),
                unit: self.chart_unit(*unit),
                values: line.values.clone(),
                names: names.clone(),
                estimated: self.is_estimated(),
            };
            let (svg, label) = chart::spark(&spark).map_err(|error| undrawable(&error))?;
            Ok((line.group.clone(), Spark { svg, label }))
        };
        lines.iter().take(MOST_SPARKS).map(line).collect()
    }

    /// Stacked bars by step of time, each figure once.
    pub(super) fn bars(&self, timed: &Timed) -> Result<Drawn, ApiError> {
        let Timed { bucket, unit, steps, lines, stacked } = timed;
        let (bucket, unit) = (*bucket, *unit);
        let lines = stacked.as_ref().unwrap_or(lines);
        let called = group_names(self.books, self.by, lines.iter().map(|line| &line.group));
        let name = |group: &GroupKey| called.get(group).cloned().unwrap_or_default();
        let slots = self.slots(lines);
        let series = lines.iter().zip(slots).map(|(line, slot)| Series {
            name: name(&line.group),
            slot,
            values: line.values.clone(),
        });
        let when = match bucket {
            Bucket::Hour => "hour",
            Bucket::Day => "day",
            Bucket::Month => "month",
        };
        let what = format!("by {when} and {}", self.by_what());
        let title = match bucket {
            Bucket::Hour => {
                let zone = self.calendar.zone().name();
                let days = spoken_range(self.days);
                let ending = self.ending(&self.cut.rows, whole_days(self.days.0, self.days.1)?, unit)?;
                format!("{} {what}, {days} (UTC days, hours of {zone}){ending}", self.figure())
            }
            Bucket::Day | Bucket::Month => self.title(&what, unit)?,
        };
        let picture = chart::Picture::StackedBars(StackedBars {
            title,
            unit: self.chart_unit(unit),
            series: series.collect(),
            buckets: steps.iter().map(|step| step.bucket.clone()).collect(),
            width: self.width,
            height: CHART_HEIGHT,
            estimated: self.measure == Measure::Listed,
        });
        let drawn = Drawn::new(chart::draw(&picture).map_err(|error| undrawable(&error))?);
        let days = steps.iter().map(|step| (step.bucket.name.clone(), step.days()));
        // What is folded is called Other, and leads nowhere.
        let groups = lines.iter().filter(|line| !line.group.is_several());
        let groups = groups.map(|line| (name(&line.group), line.group.only(self.by)));
        Ok(drawn.leading_to_days(days).leading_to_groups(groups.filter(|(name, _)| name != "Other")))
    }

    /// The largest groups as bars; those that follow are one bar.
    pub(super) fn ranked(&self, unit: Option<Currency>) -> Result<Drawn, ApiError> {
        let groups = report::group(self.rows()?, |row| group_key(self.books, self.by, row))?;
        let called = group_names(self.books, self.by, groups.keys());
        let groups = groups.iter().filter_map(|(key, totals)| Some((key, self.value(totals, unit)?)));
        let mut groups: Vec<_> = groups.collect();
        groups.sort_by_key(|(_, value)| Reverse(*value));
        // What overlaps makes no sum, so none of it is folded.
        let overlaps = self.cut.stacked().is_some();
        let most = if overlaps { groups.len() } else { MOST_RANKED };
        let rest = groups.split_off(groups.len().min(most));
        let name = |key: &GroupKey| called.get(key).cloned().unwrap_or_default();
        let mut rows: Vec<RankedRow> = groups
            .iter()
            .enumerate()
            .map(|(rank, (key, value))| RankedRow {
                name: name(key),
                value: *value,
                slot: if self.by == Grouping::Provider { self.slot(key, rank) } else { Slot::S1 },
            })
            .collect();
        if !rest.is_empty() {
            let value = rest.iter().fold(Decimal::ZERO, |sum, (_, value)| sum.saturating_add(*value));
            rows.push(RankedRow { name: format!("{} others", rest.len()), value, slot: Slot::Other });
        }
        let picture = chart::Picture::RankedBars(RankedBars {
            title: self.title(&format!("by {}", self.by_what()), unit)?,
            unit: self.chart_unit(unit),
            rows,
            overlaps,
            width: self.width,
            estimated: self.measure == Measure::Listed,
        });
        let drawn = Drawn::new(chart::draw(&picture).map_err(|error| undrawable(&error))?);
        Ok(drawn.leading_to_groups(groups.iter().map(|(key, _)| (name(key), key.only(self.by)))))
    }

    /// The shares of the groups.
    pub(super) fn shares(&self, unit: Option<Currency>) -> Result<Drawn, ApiError> {
        let groups = report::group(self.rows()?, |row| group_key(self.books, self.by, row))?;
        let called = group_names(self.books, self.by, groups.keys());
        let name = |key: &GroupKey| called.get(key).cloned().unwrap_or_default();
        let known = || groups.iter().filter_map(|(key, totals)| Some((key, self.value(totals, unit)?)));
        let picture = chart::Picture::Share(Share {
            title: self.title(&format!("by {}, in shares", self.by_what()), unit)?,
            unit: self.chart_unit(unit),
            rows: known().map(|(key, value)| ShareRow { name: name(key), value }).collect(),
            width: self.width,
            estimated: self.is_estimated(),
        });
        let drawn = Drawn::new(chart::draw(&picture).map_err(|error| undrawable(&error))?);
        Ok(drawn.leading_to_groups(known().map(|(key, _)| (name(key), key.only(self.by)))))
    }

    /// A provider has one colour in every chart: the first five that were connected. Other groups are coloured by rank.
    fn slot(&self, group: &GroupKey, rank: usize) -> Slot {
        let place = match self.by {
            Grouping::Provider => self.books.providers.iter().position(|id| Some(*id) == group.provider),
            _ => Some(rank),
        };
        place.and_then(|place| SLOTS.get(place)).copied().unwrap_or(Slot::Other)
    }

    /// The colours of lines. What has none of its own takes one that nobody in the picture has, the largest first.
    fn slots(&self, lines: &[Line]) -> Vec<Slot> {
        let mut slots: Vec<Slot> =
            lines.iter().enumerate().map(|(rank, line)| self.slot(&line.group, rank)).collect();
        let mut free: Vec<Slot> = SLOTS.into_iter().rev().filter(|slot| !slots.contains(slot)).collect();
        for slot in slots.iter_mut().filter(|slot| **slot == Slot::Other) {
            *slot = free.pop().unwrap_or(Slot::Other);
        }
        slots
    }

    /// Whose money a group is of.
    fn accounts(&self, group: &GroupKey) -> BTreeSet<i64> {
        let all = || self.books.accounts.iter();
        match group {
            GroupKey { account: Some(account), .. } => [*account].into(),
            GroupKey { provider: Some(provider), .. } => {
                all().filter(|row| row.account.provider == *provider).map(|row| row.id).collect()
            }
            GroupKey { key: Some(name), .. } if matches!(self.by, Grouping::Client | Grouping::Tag) => {
                self.cut.owners(name).cloned().unwrap_or_default()
            }
            _ => all().map(|row| row.id).collect(),
        }
    }

    /// Whether any of some accounts was read in a step: by the hour, where hours are drawn.
    fn is_read(&self, accounts: &BTreeSet<i64>, bucket: Bucket, step: &Step) -> bool {
        let (from, to) = step.days();
        let mut streams = self.books.streams.iter().filter(|stream| accounts.contains(&stream.account_id));
        streams.any(|stream| {
            let covers = stream.covered.is_some_and(|covered| covered.from < to && from < covered.until);
            covers && (bucket != Bucket::Hour || self.is_hourly(stream.account_id, &stream.name))
        })
    }

    fn is_hourly(&self, account: i64, stream: &str) -> bool {
        let provider = self.books.provider_of(account);
        let known = provider.and_then(|provider| provider.streams.iter().find(|known| known.name == stream));
        known.is_some_and(|known| matches!(known.cursor, Cursor::Hourly { .. }))
    }

    /// The streams that tell hours.
    pub(super) fn hourly_streams(&self) -> Vec<&StreamRow> {
        let hourly = |stream: &&StreamRow| self.is_hourly(stream.account_id, &stream.name);
        self.books.streams.iter().filter(hourly).collect()
    }

    /// Who is left out where hours are drawn, in words.
    pub(super) fn without_hours(&self) -> Option<String> {
        let read: BTreeSet<i64> = self.books.streams.iter().map(|stream| stream.account_id).collect();
        let hourly: BTreeSet<i64> = self.cut.rows.iter().map(|row| row.account_id).collect();
        let left_out: Vec<String> = self
            .books
            .accounts
            .iter()
            .map(|row| row.id)
            .filter(|id| read.contains(id) && !hourly.contains(id))
            .map(|id| self.books.label_of(id))
            .collect();
        (!left_out.is_empty()).then(|| {
            let known = if left_out.len() == 1 { "is" } else { "are" };
            format!("{} {known} not in the hours: by the hour nothing is known there.", left_out.join(", "))
        })
    }

    /// A month of which days were not read is said to be known in part.
    fn say_what_is_partly_known(&self, bucket: Bucket, steps: &mut [Step]) {
        if bucket != Bucket::Month {
            return;
        }
        let today = self.now.utc_date();
        let covered = self.books.streams.iter().filter_map(|stream| stream.covered);
        let Some((first, until)) =
            covered.map(|days| (days.from, days.until)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        else {
            return;
        };
        for step in steps {
            let (from, to) = step.days();
            if from.max(first) < to && (from < first || until < to.min(today)) {
                step.bucket.name.push_str(", known in part");
            }
        }
    }
}
