//! Free tiers and spending caps: which limits an account has that its provider does not report.

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer};

use super::{CatalogueError, Reset, Seen, Span};
use crate::money::{Currency, Decimal, exact};
use crate::time::Date;

const BUNDLED: &str = include_str!("../../data/free_tiers.json");

/// Every tier that is known.
#[derive(Debug, Clone)]
pub struct FreeTiers {
    /// The day of the whole.
    pub dated: Date,
    /// After how many days a figure is worth checking again.
    pub stale_after_days: i64,
    /// The tiers.
    pub tiers: Vec<Tier>,
    /// Lists elsewhere that could be read.
    pub datasets: Vec<Dataset>,
}

/// What one plan, kind of key or state of an account allows.
#[derive(Debug, Clone)]
pub struct Tier {
    /// Stable id.
    pub id: String,
    /// The provider's id, whether or not it can be connected.
    pub provider: String,
    /// Name, as the provider calls it where it does.
    pub name: String,
    /// Free, or a cap on what is paid for.
    pub kind: TierKind,
    /// What is counted by itself.
    pub scope: Scope,
    /// Whether those who pay for other things have it all the same.
    pub also_when_paying: bool,
    /// Who is on it.
    pub condition: Option<String>,
    /// What it may be used for, and what for it is given.
    pub terms: Option<String>,
    /// The day from which it is no more.
    pub ended: Option<Date>,
    /// Its figures.
    pub records: Vec<Record>,
}

/// What a tier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TierKind {
    /// An allowance that costs nothing.
    Free,
    /// The most that can be spent.
    Cap,
}

/// What a limit holds for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The whole account.
    #[default]
    Account,
    /// Each project.
    Project,
    /// Each network address.
    Address,
}

/// Figures of one source.
#[derive(Debug, Clone)]
pub struct Record {
    /// The models they are for.
    pub models: Models,
    /// The limits.
    pub limits: Vec<TierLimit>,
    /// Whether cached tokens count.
    pub cached_tokens_count: bool,
    /// Whether the provider publishes them.
    pub published: Published,
    /// What else is to be known.
    pub note: Option<String>,
    /// Pages that say so.
    pub sources: Vec<String>,
    /// When they were seen.
    pub seen: Seen,
    /// How sure they are.
    pub confidence: Confidence,
    /// By whom they are told.
    pub evidence: Evidence,
}

/// One limit. `None` for one that is not published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierLimit {
    /// What is counted.
    pub unit: Currency,
    /// Over which span.
    pub span: Span,
    /// How much there is.
    pub limit: Option<Decimal>,
    /// When the count starts again.
    pub resets: Reset,
}

/// The models a limit is for, as patterns: `*` at the start or the end stands for any text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Models {
    patterns: Vec<String>,
    each: bool,
}

/// Whether a provider publishes a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// It does.
    Yes,
    /// It does not; the place where the person can read their own, where there is one.
    No(Option<String>),
}

/// How sure a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// One informal source, or sources in conflict: never shown without a warning.
    Low,
    /// A dated secondary source, or an old page of the provider's.
    Medium,
    /// The provider's own page, read lately.
    High,
}

impl Confidence {
    /// Every degree, with its name.
    pub const NAMED: &[(Confidence, &str)] =
        &[(Confidence::Low, "low"), (Confidence::Medium, "medium"), (Confidence::High, "high")];
}

/// By whom a figure is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The provider's page or file.
    Official,
    /// A dated copy of it.
    OfficialCopy,
    /// News, or somebody's list.
    Secondary,
    /// Measured by people who use it.
    Community,
    /// Reckoned from a published list of prices.
    Computed,
    /// General knowledge that nobody looked up again.
    Remembered,
    /// The person: an invoice, an agreement.
    Person,
}

impl Evidence {
    /// Every kind, with its name.
    pub const NAMED: &[(Evidence, &str)] = &[
        (Evidence::Official, "official"),
        (Evidence::OfficialCopy, "official_copy"),
        (Evidence::Secondary, "secondary"),
        (Evidence::Community, "community"),
        (Evidence::Computed, "computed"),
        (Evidence::Remembered, "remembered"),
        (Evidence::Person, "person"),
    ];
}

/// A list elsewhere that could be read.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Name.
    pub name: String,
    /// What is in it.
    pub about: String,
    /// Where it is.
    pub sources: Vec<String>,
    /// When it was seen.
    pub seen: Seen,
    /// How sure it is.
    pub confidence: Confidence,
}

static FREE_TIERS: LazyLock<Result<FreeTiers, CatalogueError>> = LazyLock::new(|| FreeTiers::read(BUNDLED));

impl FreeTiers {
    /// The tiers that come with this version.
    pub fn bundled() -> Result<&'static FreeTiers, CatalogueError> {
        FREE_TIERS.as_ref().map_err(Clone::clone)
    }

    /// Reads tiers. Whatever cannot be read is an error that names its place.
    pub fn read(text: &str) -> Result<FreeTiers, CatalogueError> {
        let note: Note = serde_json::from_str(text).map_err(|error| CatalogueError(error.to_string()))?;
        Ok(FreeTiers {
            dated: at("dated", note.dated.parse())?,
            stale_after_days: note.stale_after_days.into(),
            tiers: note.tiers.into_iter().map(TierNote::read).collect::<Result<_, _>>()?,
            datasets: note.datasets.into_iter().map(DatasetNote::read).collect::<Result<_, _>>()?,
        })
    }

    /// The tier of an id.
    pub fn find(&self, id: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.id == id)
    }

    /// The tiers of a provider that are not over.
    pub fn of(&self, provider: &str, today: Date) -> impl Iterator<Item = &Tier> {
        self.tiers
            .iter()
            .filter(move |tier| tier.provider == provider && tier.ended.is_none_or(|end| today < end))
    }

    /// When counts of a unit over a span start again with a provider, where all its tiers agree.
    pub fn reset_of(&self, provider: &str, unit: Currency, span: Span) -> Option<Reset> {
        let limits =
            self.tiers.iter().filter(|tier| tier.provider == provider).flat_map(|tier| &tier.records);
        let mut resets = limits
            .flat_map(|record| &record.limits)
            .filter(|limit| limit.unit == unit && limit.span == span)
            .map(|limit| limit.resets);
        let first = resets.next()?;
        resets.all(|other| other == first).then_some(first)
    }
}

impl Models {
    /// Every model, counted together.
    pub fn all() -> Models {
        Models { patterns: vec!["*".to_owned()], each: false }
    }

    /// Those of patterns, together.
    pub const fn named(patterns: Vec<String>) -> Models {
        Models { patterns, each: false }
    }

    /// Those of patterns.
    pub(super) const fn of(patterns: Vec<String>, each: bool) -> Models {
        Models { patterns, each }
    }

    /// One model by its name.
    pub fn one(name: &str) -> Models {
        Models { patterns: vec![name.to_owned()], each: false }
    }

    /// Whether every model is meant, counted together.
    pub fn is_all(&self) -> bool {
        !self.each && self.patterns.iter().any(|pattern| pattern == "*")
    }

    /// The model, where it is exactly one.
    pub fn only(&self) -> Option<&str> {
        match self.patterns.as_slice() {
            [one] if !one.contains('*') => Some(one),
            _ => None,
        }
    }

    /// Whether each model has the limit for itself, where it is for several.
    pub const fn each(&self) -> bool {
        self.each
    }

    /// The models in words.
    pub fn words(&self) -> String {
        self.patterns.join(", ")
    }

    /// Whether a model is among them. Upper and lower case are the same, and so is Google's `models/` in front.
    pub fn hold(&self, model: &str) -> bool {
        let model = model.to_ascii_lowercase();
        let model = model.strip_prefix("models/").unwrap_or(&model);
        self.patterns.iter().any(|pattern| {
            let pattern = pattern.to_ascii_lowercase();
            match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
                (Some(""), _) => true,
                (Some(end), _) => model.ends_with(end),
                (None, Some(start)) => model.starts_with(start),
                (None, None) => model == pattern.strip_prefix("models/").unwrap_or(&pattern),
            }
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    #[serde(rename = "about")]
    _about: String,
    dated: String,
    stale_after_days: u16,
    tiers: Vec<TierNote>,
    datasets: Vec<DatasetNote>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TierNote {
    id: String,
    provider: String,
    name: String,
    kind: TierKind,
    #[serde(default)]
    scope: Scope,
    #[serde(default)]
    also_when_paying: bool,
    condition: Option<String>,
    terms: Option<String>,
    ended: Option<String>,
    records: Vec<RecordNote>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordNote {
    models: Vec<String>,
    #[serde(default)]
    each_model: bool,
    limits: Vec<LimitNote>,
    #[serde(default = "yes")]
    cached_tokens_count: bool,
    #[serde(default = "yes")]
    published: bool,
    #[serde(rename = "where")]
    place: Option<String>,
    note: Option<String>,
    /// Where a model costs nothing: kept for the day when plans are compared.
    #[serde(rename = "price_per_million_tokens")]
    _price: Option<PriceNote>,
    sources: Vec<String>,
    seen: String,
    confidence: Confidence,
    evidence: Evidence,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceNote {
    #[serde(rename = "amount")]
    _amount: String,
    #[serde(rename = "currency")]
    _currency: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitNote {
    unit: String,
    window: String,
    /// Null where it is not published; leaving it out is a mistake.
    #[serde(deserialize_with = "told")]
    limit: Option<String>,
    resets: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DatasetNote {
    name: String,
    about: String,
    sources: Vec<String>,
    seen: String,
    confidence: Confidence,
}

const fn yes() -> bool {
    true
}

fn told<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

fn at<T, E: std::fmt::Display>(place: &str, read: Result<T, E>) -> Result<T, CatalogueError> {
    read.map_err(|error| CatalogueError(format!("{place}: {error}")))
}

impl TierNote {
    fn read(self) -> Result<Tier, CatalogueError> {
        let id = self.id;
        let records = self.records.into_iter().map(|record| record.read(&id)).collect::<Result<_, _>>()?;
        Ok(Tier {
            ended: self.ended.map(|day| at(&id, day.parse())).transpose()?,
            id,
            provider: self.provider,
            name: self.name,
            kind: self.kind,
            scope: self.scope,
            also_when_paying: self.also_when_paying,
            condition: self.condition,
            terms: self.terms,
            records,
        })
    }
}

impl RecordNote {
    fn read(self, id: &str) -> Result<Record, CatalogueError> {
        let limit = |note: LimitNote| {
            Ok(TierLimit {
                unit: at(id, note.unit.parse())?,
                span: at(id, note.window.parse())?,
                limit: note.limit.map(|text| at(id, exact(&text))).transpose()?,
                resets: at(id, note.resets.parse())?,
            })
        };
        Ok(Record {
            models: Models { patterns: self.models, each: self.each_model },
            limits: self.limits.into_iter().map(limit).collect::<Result<_, CatalogueError>>()?,
            cached_tokens_count: self.cached_tokens_count,
            published: if self.published { Published::Yes } else { Published::No(self.place) },
            note: self.note,
            sources: self.sources,
            seen: at(id, self.seen.parse())?,
            confidence: self.confidence,
            evidence: self.evidence,
        })
    }
}

impl DatasetNote {
    fn read(self) -> Result<Dataset, CatalogueError> {
        let seen = at(&self.name, self.seen.parse())?;
        let DatasetNote { name, about, sources, confidence, .. } = self;
        Ok(Dataset { name, about, sources, seen, confidence })
    }
}
