//! The price list as data: read exactly, never through a binary float.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Correction;
use super::matching::{Rule, with_dashed_dates};
use super::names::{is_listed_as, listed_as};
use crate::ledger::{Meter, named};
use crate::money::{Decimal, exact};
use crate::time::Date;

const LIST: &str = include_str!("../../data/prices/genai-prices.json");
const SOURCE: &str = include_str!("../../data/prices/source.json");
const FACTS: &str = include_str!("../../data/prices/facts.json");

/// Everything that tells a price: the person's own, lists from the newest on, and facts beside them. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct PriceBook {
    pub(super) own: Arc<[Correction]>,
    pub(super) lists: Vec<Arc<PriceList>>,
    facts: Arc<Facts>,
}

/// Dated list prices of providers' models.
#[derive(Debug, Default)]
pub struct PriceList {
    pub(super) source: String,
    version: String,
    dated: Option<Date>,
    pub(super) providers: HashMap<String, Vec<Model>>,
}

/// Dated facts beside the lists.
#[derive(Debug, Default)]
struct Facts {
    multipliers: Vec<Multiplier>,
    free: Vec<Free>,
    peak_days: Vec<PeakDays>,
}

/// A price list that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the price list cannot be read: {0}")]
pub struct BookError(pub(super) String);

/// A model and its prices.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) id: String,
    rule: Rule,
    pub(super) prices: Vec<Dated>,
    pub(super) variants: Vec<Variant>,
}

/// Prices and when they hold.
#[derive(Debug)]
pub(super) struct Dated {
    pub(super) when: When,
    /// The hours in which they hold, where they do not hold all day.
    pub(super) hours: Option<String>,
    pub(super) prices: Prices,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Always,
    From(Date),
    /// In certain hours only, which a day's total does not tell apart.
    TimeOfDay,
}

/// Prices for one tier of service, in place of the plain ones.
#[derive(Debug)]
pub(super) struct Variant {
    pub(super) tier: String,
    pub(super) when: When,
    pub(super) prices: Prices,
}

/// Prices by the list's own keys, such as `input_mtok`: a few for each of thousands of models.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prices(Box<[(Box<str>, Price)]>);

impl Prices {
    pub(super) fn get(&self, key: &str) -> Option<&Price> {
        self.0.iter().find(|(known, _)| **known == *key).map(|(_, price)| price)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Price> {
        self.0.iter().map(|(_, price)| price)
    }
}

/// A price, and dearer ones for longer prompts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Price {
    pub(super) base: Decimal,
    /// For prompts of more tokens than the first figure, shortest first.
    pub(super) tiers: Vec<(u64, Decimal)>,
}

/// A tier's price as a multiple of the plain one.
#[derive(Debug)]
pub(super) struct Multiplier {
    pub(super) provider: String,
    pub(super) tier: String,
    /// Of which models; of all where none is told.
    models: Option<Rule>,
    pub(super) meters: Vec<Meter>,
    pub(super) by: Decimal,
    pub(super) source: String,
    pub(super) as_of: Date,
}

/// Prices by the hour that hold from Monday to Friday only: on other days the plain ones hold all day.
#[derive(Debug)]
struct PeakDays {
    provider: String,
    models: Rule,
    from: Date,
}

/// Models that cost nothing.
#[derive(Debug, Deserialize)]
pub(super) struct Free {
    pub(super) provider: String,
    pub(super) models: Rule,
    pub(super) source: String,
}

static BUNDLED: LazyLock<PriceBook> = LazyLock::new(|| {
    // The lists in the binary are read by the tests; an empty book would leave everything unpriced, never wrong.
    PriceBook::read(LIST, SOURCE, FACTS).unwrap_or_default()
});

impl PriceBook {
    /// The list that came with this version of Spendglass.
    pub fn bundled() -> &'static PriceBook {
        &BUNDLED
    }

    /// Reads a list, the note on its source, and the facts beside it.
    pub fn read(list: &str, source: &str, facts: &str) -> Result<PriceBook, BookError> {
        let bad = |error: serde_json::Error| BookError(error.to_string());
        let source: SourceNote = serde_json::from_str(source).map_err(bad)?;
        let facts: FactsNote = serde_json::from_str(facts).map_err(bad)?;
        let list = PriceList::read(list, &source.name, &source.version, date(&source.dated)?)?;
        Ok(PriceBook { own: Arc::default(), lists: vec![Arc::new(list)], facts: Arc::new(facts.read()?) })
    }

    /// The same with a newer list in front: what it does not have is looked up in the older ones.
    #[must_use]
    pub fn with_newer(&self, list: Arc<PriceList>) -> PriceBook {
        let mut book = self.clone();
        book.lists.insert(0, list);
        book
    }

    /// The same with the person's own prices before everything.
    #[must_use]
    pub fn with_own(&self, own: Vec<Correction>) -> PriceBook {
        PriceBook { own: own.into(), ..self.clone() }
    }

    /// The person's own prices.
    pub fn own(&self) -> &[Correction] {
        &self.own
    }

    /// Version and date of the newest list.
    pub fn version(&self) -> String {
        self.lists.first().map_or_else(String::new, |list| list.version())
    }

    /// The day of the newest list. A price that was to begin later is only announced: a newer list must confirm it.
    pub fn dated(&self) -> Option<Date> {
        self.lists.first().and_then(|list| list.dated)
    }

    /// The models of a provider whose price changes after a day by the newest list, and from when. A newer list must confirm it.
    pub fn announced(&self, provider: &str, after: Date) -> Vec<(String, Date)> {
        let Some(list) = self.lists.iter().find(|list| list.knows(provider)) else { return Vec::new() };
        let next = |model: &Model| {
            let dates = model.prices.iter().filter_map(|dated| match dated.when {
                When::From(from) if from > after && !list.holds(dated.when, from) => Some(from),
                _ => None,
            });
            dates.min().map(|from| (model.id.clone(), from))
        };
        list.models_of(provider).filter_map(next).collect()
    }

    /// Whether any list has prices of this provider.
    pub fn knows(&self, provider: &str) -> bool {
        self.lists.iter().any(|list| list.knows(provider))
    }

    /// The models of a provider by the lists' own names, newest list first.
    pub fn models<'b>(&'b self, provider: &str) -> impl Iterator<Item = &'b str> + use<'b> {
        let all: Vec<&'b Model> = self.lists.iter().flat_map(|list| list.models_of(provider)).collect();
        all.into_iter().map(|model| model.id.as_str())
    }

    /// The lists' own name of a provider's model.
    pub fn model(&self, provider: &str, name: &str) -> Option<&str> {
        self.find(provider, name).map(|(_, model)| model.id.as_str())
    }

    /// Providers whose models a name fits, in the order of their ids: a person seldom tells whose model they mean.
    pub fn providers_of(&self, name: &str) -> Vec<String> {
        let listed = self
            .lists
            .iter()
            .flat_map(|list| list.providers.keys())
            .filter(|id| self.find(id, name).is_some());
        let own = self.own.iter().filter(|own| own.model.eq_ignore_ascii_case(name)).map(|own| &own.provider);
        let mut all: Vec<String> = listed.chain(own).cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether a name means the model that a correction names.
    pub fn is_of(&self, provider: &str, name: &str, model: &str) -> bool {
        name.eq_ignore_ascii_case(model)
            || self.find(provider, name).is_some_and(|(_, listed)| listed.id.eq_ignore_ascii_case(model))
    }

    /// The newest list that has a model, and the model.
    pub(super) fn find(&self, provider: &str, name: &str) -> Option<(&Arc<PriceList>, &Model)> {
        self.lists.iter().find_map(|list| Some((list, list.find(provider, name)?)))
    }

    /// The fact by which a model costs nothing.
    pub(super) fn free(&self, provider: &str, name: &str) -> Option<&Free> {
        let name = name.to_lowercase();
        self.facts
            .free
            .iter()
            .find(|free| is_listed_as(provider, &free.provider) && free.models.matches(&name))
    }

    /// What a tier multiplies the plain prices of a model by.
    pub(super) fn multiplier(&self, provider: &str, model: &str, tier: &str) -> Option<&Multiplier> {
        let model = model.to_lowercase();
        self.facts.multipliers.iter().find(|fact| {
            is_listed_as(provider, &fact.provider)
                && fact.tier == tier
                && fact.models.as_ref().is_none_or(|rule| rule.matches(&model))
        })
    }

    /// Whether the hours of a model's price do not matter on a day.
    pub(super) fn is_off_peak(&self, provider: &str, model: &str, on: Date) -> bool {
        let model = model.to_lowercase();
        let holds = |fact: &PeakDays| {
            is_listed_as(provider, &fact.provider) && fact.from <= on && fact.models.matches(&model)
        };
        on.days_since_monday() >= 5 && self.facts.peak_days.iter().any(holds)
    }
}

impl PriceList {
    /// Reads a list: its name, its version and the day up to which it is known to hold.
    pub fn read(list: &str, name: &str, version: &str, dated: Date) -> Result<PriceList, BookError> {
        let list: Vec<ProviderNote> =
            serde_json::from_str(list).map_err(|error| BookError(error.to_string()))?;
        let mut providers = HashMap::new();
        for provider in list {
            let models = provider.models.into_iter().map(ModelNote::read).collect::<Result<_, _>>()?;
            providers.insert(provider.id, models);
        }
        Ok(PriceList { source: name.to_owned(), version: version.to_owned(), dated: Some(dated), providers })
    }

    /// Version and date.
    pub fn version(&self) -> String {
        self.dated.map_or_else(String::new, |dated| format!("{} ({dated})", self.version))
    }

    /// The day up to which it is known to hold.
    pub fn dated(&self) -> Option<Date> {
        self.dated
    }

    pub(super) fn knows(&self, provider: &str) -> bool {
        self.models_of(provider).next().is_some()
    }

    /// The models of a provider of ours, under whatever names the list has it.
    fn models_of<'l>(&'l self, provider: &str) -> impl Iterator<Item = &'l Model> + use<'l> {
        let all = listed_as(provider).into_iter().filter_map(|listed| self.providers.get(listed));
        all.collect::<Vec<_>>().into_iter().flatten()
    }

    /// The first model of a provider, in the list's order, whose rule fits the name.
    pub(super) fn find(&self, provider: &str, name: &str) -> Option<&Model> {
        let name = name.to_lowercase();
        let fitting = |name: &str| self.models_of(provider).find(|model| model.rule.matches(name));
        fitting(&name).or_else(|| fitting(&with_dashed_dates(&name)?))
    }

    /// Whether prices hold on a date.
    pub(super) fn holds(&self, when: When, on: Date) -> bool {
        match when {
            When::Always => true,
            When::From(from) => from <= on && self.dated.is_some_and(|dated| from <= dated),
            When::TimeOfDay => false,
        }
    }
}

impl Price {
    /// The price where every prompt is longer than `over` tokens.
    pub(super) fn over(&self, over: u64) -> Decimal {
        self.tiers.iter().rev().find(|(start, _)| *start <= over).map_or(self.base, |(_, price)| *price)
    }
}

#[derive(Deserialize)]
struct SourceNote {
    name: String,
    version: String,
    dated: String,
}

#[derive(Deserialize)]
struct FactsNote {
    multipliers: Vec<MultiplierNote>,
    free: Vec<Free>,
    #[serde(default)]
    peak_days: Vec<PeakDaysNote>,
}

#[derive(Deserialize)]
struct PeakDaysNote {
    provider: String,
    models: Rule,
    from: String,
}

#[derive(Deserialize)]
struct MultiplierNote {
    provider: String,
    tier: String,
    #[serde(default)]
    models: Option<Rule>,
    meters: Vec<String>,
    multiplier: String,
    source: String,
    as_of: String,
}

#[derive(Deserialize)]
struct ProviderNote<'a> {
    id: String,
    #[serde(borrow, default)]
    models: Vec<ModelNote<'a>>,
}

#[derive(Deserialize)]
struct ModelNote<'a> {
    id: String,
    r#match: Rule,
    #[serde(borrow)]
    prices: &'a RawValue,
    #[serde(borrow, default)]
    price_variants: Vec<VariantNote<'a>>,
}

#[derive(Deserialize)]
struct DatedNote<'a> {
    #[serde(default)]
    constraint: Option<ConstraintNote>,
    #[serde(borrow)]
    prices: PriceNotes<'a>,
}

#[derive(Deserialize)]
struct VariantNote<'a> {
    when: BTreeMap<String, String>,
    #[serde(default)]
    constraint: Option<ConstraintNote>,
    #[serde(borrow)]
    prices: PriceNotes<'a>,
}

/// Kept as text, so that every digit arrives.
type PriceNotes<'a> = BTreeMap<&'a str, &'a RawValue>;

#[derive(Deserialize)]
struct ConstraintNote {
    start_date: Option<String>,
    start_time: Option<String>,
    end_time: Option<String>,
}

#[derive(Deserialize)]
struct TieredNote<'a> {
    #[serde(borrow)]
    base: &'a RawValue,
    #[serde(borrow)]
    tiers: Vec<TierNote<'a>>,
}

#[derive(Deserialize)]
struct TierNote<'a> {
    start: u64,
    #[serde(borrow)]
    price: &'a RawValue,
}

impl FactsNote {
    fn read(self) -> Result<Facts, BookError> {
        let FactsNote { multipliers, mut free, peak_days } = self;
        for free in &mut free {
            free.models.fold();
        }
        let peak = |mut note: PeakDaysNote| {
            note.models.fold();
            Ok(PeakDays { from: date(&note.from)?, provider: note.provider, models: note.models })
        };
        Ok(Facts {
            multipliers: multipliers.into_iter().map(MultiplierNote::read).collect::<Result<_, _>>()?,
            free,
            peak_days: peak_days.into_iter().map(peak).collect::<Result<_, BookError>>()?,
        })
    }
}

impl MultiplierNote {
    fn read(mut self) -> Result<Multiplier, BookError> {
        if let Some(models) = &mut self.models {
            models.fold();
        }
        let meter = |name: &String| {
            named(name, Meter::NAMED).ok_or_else(|| BookError(format!("\"{name}\" is not a meter")))
        };
        Ok(Multiplier {
            meters: self.meters.iter().map(meter).collect::<Result<_, _>>()?,
            by: number(&self.multiplier)?,
            as_of: date(&self.as_of)?,
            provider: self.provider,
            tier: self.tier,
            models: self.models,
            source: self.source,
        })
    }
}

impl ModelNote<'_> {
    fn read(self) -> Result<Model, BookError> {
        let told = |error: serde_json::Error| BookError(format!("prices of {}: {error}", self.id));
        let notes: Vec<DatedNote> = if self.prices.get().starts_with('[') {
            serde_json::from_str(self.prices.get()).map_err(told)?
        } else {
            vec![DatedNote {
                constraint: None,
                prices: serde_json::from_str(self.prices.get()).map_err(told)?,
            }]
        };
        let dated = |note: DatedNote| {
            let hours = note.constraint.as_ref().and_then(ConstraintNote::hours);
            Ok(Dated { when: when(note.constraint)?, hours, prices: prices(note.prices)? })
        };
        let mut variants = Vec::new();
        for note in self.price_variants {
            // A variant on anything but the tier, such as a route, cannot be told from what providers report.
            let tier = match note.when.iter().next() {
                Some((key, tier))
                    if note.when.len() == 1 && (key == "service_tier" || key == "processing") =>
                {
                    tier
                }
                _ => continue,
            };
            let tier = tier.clone();
            variants.push(Variant { tier, when: when(note.constraint)?, prices: prices(note.prices)? });
        }
        let mut rule = self.r#match;
        rule.fold();
        let prices = notes.into_iter().map(dated).collect::<Result<_, BookError>>()?;
        Ok(Model { id: self.id, rule, prices, variants })
    }
}

impl ConstraintNote {
    /// The hours, such as `01:00 to 04:00 UTC`.
    fn hours(&self) -> Option<String> {
        let clock = |time: &Option<String>| time.as_deref().and_then(|time| time.get(..5)).map(str::to_owned);
        Some(format!("{} to {} UTC", clock(&self.start_time)?, clock(&self.end_time)?))
    }
}

fn when(constraint: Option<ConstraintNote>) -> Result<When, BookError> {
    Ok(match constraint {
        None => When::Always,
        Some(ConstraintNote { start_date: Some(start), .. }) => When::From(date(&start)?),
        Some(ConstraintNote { start_date: None, .. }) => When::TimeOfDay,
    })
}

fn prices(notes: PriceNotes) -> Result<Prices, BookError> {
    let known = notes.into_iter().filter(|(_, text)| text.get() != "null");
    known.map(|(key, text)| Ok((key.into(), price(text)?))).collect::<Result<_, _>>().map(Prices)
}

fn price(text: &RawValue) -> Result<Price, BookError> {
    if !text.get().starts_with('{') {
        return Ok(Price { base: number(text.get())?, tiers: Vec::new() });
    }
    let note: TieredNote =
        serde_json::from_str(text.get()).map_err(|error| BookError(format!("a tiered price: {error}")))?;
    let mut tiers = note
        .tiers
        .into_iter()
        .map(|tier| Ok((tier.start, number(tier.price.get())?)))
        .collect::<Result<Vec<_>, BookError>>()?;
    tiers.sort_unstable();
    Ok(Price { base: number(note.base.get())?, tiers })
}

fn number(text: &str) -> Result<Decimal, BookError> {
    let number = exact(text).map_err(|error| BookError(error.to_string()))?;
    if number.is_sign_negative() { Err(BookError(format!("a price of {number}"))) } else { Ok(number) }
}

fn date(text: &str) -> Result<Date, BookError> {
    text.parse().map_err(|error: crate::time::TimeError| BookError(error.to_string()))
}
