//! Allowances that no provider reports: the limit from the best source there is, the usage counted from the books. Pure.
//! What cannot be known is a [`Gap`] with its reason, and never a number.

mod learned;

pub use learned::{Learned, NothingLearned, learn};

use std::collections::BTreeSet;

use crate::catalogue::{Confidence, Models, Published, Reset, Scope, Seen, Span, Stretch, Tier};
use crate::ledger::{EnteredAllowance, Lane, LimitSource, QuotaReading, QuotaWindow, ResetRule};
use crate::money::{Currency, Decimal};
use crate::store::CountRow;
use crate::time::{Date, Timestamp};

/// Who says how much there is; the earlier is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LimitBy {
    /// The provider reports it.
    Provider,
    /// The person entered it.
    Entered,
    /// The provider said it when it refused a request.
    Learned,
    /// It is published, or somebody saw it.
    Catalogue,
}

/// One limit of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// What it is called.
    pub name: String,
    /// The models it is for.
    pub models: Models,
    /// The project it is for; `None` for the whole account.
    pub project: Option<String>,
    /// What is counted.
    pub unit: Currency,
    /// Over which span.
    pub span: Span,
    /// How much there is; `None` where nobody knows.
    pub limit: Option<Decimal>,
    /// When the count starts again.
    pub resets: Reset,
    /// Whether tokens read from a cache count.
    pub cached_tokens_count: bool,
    /// Who says so.
    pub by: LimitBy,
    /// The pages that say so.
    pub sources: Vec<String>,
    /// When that was seen.
    pub seen: Option<Seen>,
    /// How sure it is, where that is a question.
    pub confidence: Option<Confidence>,
    /// Whether the provider publishes it.
    pub published: Published,
    /// What else is to be known.
    pub note: Option<String>,
}

/// The limits of a tier.
pub fn of_tier(tier: &Tier) -> Vec<Allowance> {
    let of_record = |record: &'_ crate::catalogue::Record| {
        let record = record.clone();
        record.limits.clone().into_iter().map(move |limit| Allowance {
            name: tier.name.clone(),
            models: record.models.clone(),
            project: None,
            unit: limit.unit,
            span: limit.span,
            limit: limit.limit,
            resets: limit.resets,
            cached_tokens_count: record.cached_tokens_count,
            by: LimitBy::Catalogue,
            sources: record.sources.clone(),
            seen: Some(record.seen.clone()),
            confidence: Some(record.confidence),
            published: record.published.clone(),
            note: record.note.clone(),
        })
    };
    tier.records.iter().flat_map(of_record).collect()
}

/// An allowance that a person entered, or that was learned from a refusal, on the day it was last changed. A refusal does not
/// say when the count starts again: where the catalogue does, it is believed.
pub fn of_entry(entry: &EnteredAllowance, on: Date, published: Option<Reset>) -> Allowance {
    let learned = matches!(entry.source, LimitSource::Learned { .. });
    let resets = match entry.resets {
        ResetRule::Rolling => Reset::Rolling,
        ResetRule::Midnight { zone } => Reset::Midnight(zone),
        ResetRule::FirstOfMonth { zone } => Reset::MonthStart(zone),
        ResetRule::Never => Reset::Never,
    };
    Allowance {
        name: entry.name.clone(),
        models: entry.model.as_deref().map_or_else(Models::all, Models::one),
        project: entry.project.clone(),
        unit: entry.unit,
        span: Span::Window(entry.window),
        limit: Some(entry.limit),
        resets: published.filter(|_| learned).unwrap_or(resets),
        cached_tokens_count: true,
        by: if learned { LimitBy::Learned } else { LimitBy::Entered },
        sources: Vec::new(),
        seen: Some(Seen::on(on)),
        confidence: None,
        published: Published::Yes,
        note: None,
    }
}

impl Allowance {
    /// Whether a provider's own reading tells how much there is of this.
    pub fn is_reported_by(&self, reading: &QuotaReading) -> bool {
        reading.limit.is_some() && self.is_of(reading)
    }

    /// Whether a provider's own reading is of this.
    pub fn is_of(&self, reading: &QuotaReading) -> bool {
        let same_model = match reading.model.as_deref() {
            Some(model) => self.models.is_all() || self.models.hold(model),
            // A reading of all models says nothing of one of them.
            None => self.models.only().is_none(),
        };
        let same_project =
            self.project.is_none() || reading.project.is_none() || self.project == reading.project;
        self.counts_as(reading) && self.span == Span::Window(reading.window) && same_model && same_project
    }

    /// Some tell input tokens as tokens, and only by the name that they are of the input.
    fn counts_as(&self, reading: &QuotaReading) -> bool {
        let input = self.unit.as_str() == "input_tokens" && reading.name.contains("input");
        self.unit == reading.unit || (input && reading.unit.as_str() == "tokens")
    }

    fn is_same(&self, other: &Allowance) -> bool {
        let model = |one: &Allowance| one.models.words().to_ascii_lowercase().replace("models/", "");
        (self.unit, self.span, &self.project) == (other.unit, other.span, &other.project)
            && model(self) == model(other)
    }
}

/// Keeps the most trusted of those that say how much there is of the same; one that knows no number gives way to one that does.
pub fn best(mut allowances: Vec<Allowance>) -> Vec<Allowance> {
    allowances.sort_by_key(|one| (one.limit.is_none(), one.by));
    let mut kept: Vec<Allowance> = Vec::new();
    for one in allowances {
        if !kept.iter().any(|known| known.is_same(&one)) {
            kept.push(one);
        }
    }
    kept
}

/// A limit that each model or project has for itself becomes one for each that was used.
pub fn apart(allowance: &Allowance, scope: Scope, rows: &[CountRow]) -> Vec<Allowance> {
    let of_it = |row: &&CountRow| row.model.as_deref().is_none_or(|model| allowance.models.hold(model));
    let used = || rows.iter().filter(of_it);
    let mut models: BTreeSet<Option<String>> = BTreeSet::new();
    if allowance.models.each() {
        models.extend(used().filter(|row| row.model.is_some()).map(|row| row.model.clone()));
    }
    let mut projects: BTreeSet<Option<String>> = BTreeSet::new();
    if scope == Scope::Project && allowance.project.is_none() {
        projects.extend(used().filter(|row| row.project.is_some()).map(|row| row.project.clone()));
    }
    if models.is_empty() {
        models.insert(None);
    }
    if projects.is_empty() {
        projects.insert(allowance.project.clone());
    }
    let pairs = models.iter().flat_map(|model| projects.iter().map(move |project| (model, project)));
    pairs
        .map(|(model, project)| Allowance {
            models: model.as_deref().map_or_else(|| allowance.models.clone(), Models::one),
            project: project.clone(),
            ..allowance.clone()
        })
        .collect()
}

/// Why a usage is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Nothing in the books of the account counts this unit.
    NothingCounts,
    /// The books do not tell such a thing at all.
    NotInTheBooks,
    /// The books are no finer than an hour or a day.
    TooShort,
    /// Nobody says over which span it is counted.
    NoSpan,
    /// The usage does not say which model, or which project.
    NotApart,
    /// Nothing was read since the count started again.
    NotReadSince {
        /// When it did.
        began: Timestamp,
        /// Up to when the usage is known.
        known: Timestamp,
    },
    /// More than can be counted.
    Overflow,
}

/// How a count compares with what was truly used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// It is the same.
    Exactly,
    /// It holds more than it should, by as little as can be.
    AtMost(Because),
    /// It lacks what was used before the books begin.
    AtLeast,
}

/// Why a count may hold too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// Usage is known by UTC day, and the count starts within one.
    WholeDays,
    /// Usage is known by the hour, and the count starts within one.
    WholeHours,
    /// Nobody says when the count starts, so the longest stretch that it can have been is counted.
    Unstated,
}

/// What was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// How much.
    pub amount: Decimal,
    /// How sure that is.
    pub bound: Bound,
    /// Who counted.
    pub lane: Lane,
    /// Up to when.
    pub as_of: Timestamp,
}

/// The usage of an allowance, with the stretch of time that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// What was used, or why that is not known.
    pub used: Result<Used, Gap>,
    /// From when to when.
    pub stretch: Option<Stretch>,
}

/// Counts what was used of an allowance.
///
/// `rows` are the account's own and reach at least a month back, so that an account that counts nothing is told from a quiet
/// one. `known_until` says up to when a stream is read.
pub fn count(
    allowance: &Allowance,
    rows: &[CountRow],
    known_until: impl Fn(i64) -> Option<Timestamp>,
    now: Timestamp,
) -> Counted {
    let stretch = allowance.resets.stretch(allowance.span, now);
    let used = match stretch {
        None if allowance.span == Span::Unstated => Err(Gap::NoSpan),
        None => Err(Gap::TooShort),
        Some(stretch) => used(allowance, rows, known_until, &stretch),
    };
    Counted { used, stretch }
}

fn used(
    allowance: &Allowance,
    rows: &[CountRow],
    known_until: impl Fn(i64) -> Option<Timestamp>,
    stretch: &Stretch,
) -> Result<Used, Gap> {
    let meter = Meter::of(allowance).ok_or(Gap::NotInTheBooks)?;
    if matches!(allowance.span, Span::Window(QuotaWindow::Minutes(minutes)) if minutes < 60) {
        return Err(Gap::TooShort);
    }
    let told = || rows.iter().filter_map(|row| Some((row, meter.read(row)?)));
    // The same request may be told by two lanes: one of them is counted.
    let lane = told().map(|(row, _)| row.lane).min().ok_or(Gap::NothingCounts)?;
    let told = || told().filter(|(row, _)| row.lane == lane);
    let last = told().map(|(row, _)| row.period.end).max();
    let streams: BTreeSet<i64> = told().map(|(row, _)| row.stream_id).collect();
    let known = streams.into_iter().filter_map(known_until).min().or(last).ok_or(Gap::NothingCounts)?;
    let whole = allowance.span == Span::Window(QuotaWindow::Lifetime);
    if known <= stretch.period.start && !whole {
        return Err(Gap::NotReadSince { began: stretch.period.start, known });
    }
    let inside =
        |row: &CountRow| row.period.end > stretch.period.start && row.period.start < stretch.period.end;
    let mut amount = Decimal::ZERO;
    let mut bound = if whole {
        Bound::AtLeast
    } else if stretch.certain {
        Bound::Exactly
    } else {
        Bound::AtMost(Because::Unstated)
    };
    for (row, count) in told().filter(|(row, _)| inside(row)) {
        let is_of = |told: Option<&str>, wanted: &dyn Fn(&str) -> bool, any: bool| match told {
            _ if any => Ok(true),
            Some(name) => Ok(wanted(name)),
            None => Err(Gap::NotApart),
        };
        let model =
            is_of(row.model.as_deref(), &|model| allowance.models.hold(model), allowance.models.is_all());
        let project = allowance.project.as_deref();
        let project = is_of(row.project.as_deref(), &|told| project == Some(told), project.is_none());
        // A row of another model does not matter, whatever its project.
        if count == 0 || model == Ok(false) || project == Ok(false) || !(model? && project?) {
            continue;
        }
        amount = crate::money::exact_add(amount, count.into()).ok_or(Gap::Overflow)?;
        if row.period.start < stretch.period.start && bound == Bound::Exactly {
            let hours = row.period.seconds() <= 3_600;
            bound = Bound::AtMost(if hours { Because::WholeHours } else { Because::WholeDays });
        }
    }
    Ok(Used { amount, bound, lane, as_of: known })
}

/// What of a row is counted.
#[derive(Debug, Clone, Copy)]
enum Meter {
    Requests,
    Tokens { cached: bool },
    InputTokens { cached: bool },
}

impl Meter {
    fn of(allowance: &Allowance) -> Option<Meter> {
        let cached = allowance.cached_tokens_count;
        match allowance.unit.as_str() {
            "requests" => Some(Meter::Requests),
            "tokens" => Some(Meter::Tokens { cached }),
            "input_tokens" => Some(Meter::InputTokens { cached }),
            _ => None,
        }
    }

    fn read(self, row: &CountRow) -> Option<u64> {
        let input = |cached: bool| {
            let input = row.input_tokens?;
            Some(if cached { input } else { input.saturating_sub(row.cache_read.unwrap_or(0)) })
        };
        match self {
            Meter::Requests => row.requests,
            Meter::InputTokens { cached } => input(cached),
            Meter::Tokens { cached } => input(cached)?.checked_add(row.output_tokens.unwrap_or(0)),
        }
    }
}
