//! The price list as data: read exactly, never through a binary float.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::matching::{Rule, with_dashed_dates};
use crate::ledger::{Meter, named};
use crate::money::{Decimal, exact};
use crate::time::Date;

const LIST: &str = include_str!("../../data/prices/genai-prices.json");
const SOURCE: &str = include_str!("../../data/prices/source.json");
const FACTS: &str = include_str!("../../data/prices/facts.json");

/// Dated list prices of providers' models, with the facts beside them.
#[derive(Debug, Default)]
pub struct PriceBook {
    pub(super) source: String,
    version: String,
    dated: Option<Date>,
    providers: HashMap<String, Vec<Model>>,
    pub(super) multipliers: Vec<Multiplier>,
    free: Vec<Free>,
}

/// A price list that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the price list cannot be read: {0}")]
pub struct BookError(String);

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

/// Prices by the list's own keys, such as `input_mtok`.
pub(super) type Prices = BTreeMap<String, Price>;

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
    pub(super) meters: Vec<Meter>,
    pub(super) by: Decimal,
    pub(super) source: String,
    pub(super) as_of: Date,
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
        let list: Vec<ProviderNote> = serde_json::from_str(list).map_err(bad)?;
        let mut free = facts.free;
        for free in &mut free {
            free.models.fold();
        }
        let multipliers =
            facts.multipliers.into_iter().map(MultiplierNote::read).collect::<Result<_, _>>()?;
        let mut providers = HashMap::new();
        for provider in list {
            let models = provider.models.into_iter().map(ModelNote::read).collect::<Result<_, _>>()?;
            providers.insert(provider.id, models);
        }
        Ok(PriceBook {
            dated: Some(date(&source.dated)?),
            source: source.name,
            version: source.version,
            providers,
            multipliers,
            free,
        })
    }

    /// Version and date of the list.
    pub fn version(&self) -> String {
        self.dated.map_or_else(String::new, |dated| format!("{} ({dated})", self.version))
    }

    /// The day of the list. A price that was to begin later is only announced: a newer list must confirm it.
    pub fn dated(&self) -> Option<Date> {
        self.dated
    }

    /// The models of a provider whose price changes after a day by this list, and from when. A newer list must confirm it.
    pub fn announced(&self, provider: &str, after: Date) -> Vec<(String, Date)> {
        let models = self.providers.get(provider).into_iter().flatten();
        let next = |model: &Model| {
            let dates = model.prices.iter().filter_map(|dated| match dated.when {
                When::From(from) if from > after && !self.holds(dated.when, from) => Some(from),
                _ => None,
            });
            dates.min().map(|from| (model.id.clone(), from))
        };
        models.filter_map(next).collect()
    }

    /// Whether the list has prices of this provider.
    pub fn knows(&self, provider: &str) -> bool {
        self.providers.contains_key(provider)
    }

    /// The first model of a provider, in the list's order, whose rule fits the name.
    pub(super) fn find(&self, provider: &str, name: &str) -> Option<&Model> {
        let models = self.providers.get(provider)?;
        let name = name.to_lowercase();
        let fitting = |name: &str| models.iter().find(|model| model.rule.matches(name));
        fitting(&name).or_else(|| fitting(&with_dashed_dates(&name)?))
    }

    /// The fact by which a model costs nothing.
    pub(super) fn free(&self, provider: &str, name: &str) -> Option<&Free> {
        let name = name.to_lowercase();
        self.free.iter().find(|free| free.provider == provider && free.models.matches(&name))
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
}

#[derive(Deserialize)]
struct MultiplierNote {
    provider: String,
    tier: String,
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

impl MultiplierNote {
    fn read(self) -> Result<Multiplier, BookError> {
        let meter = |name: &String| {
            named(name, Meter::NAMED).ok_or_else(|| BookError(format!("\"{name}\" is not a meter")))
        };
        Ok(Multiplier {
            meters: self.meters.iter().map(meter).collect::<Result<_, _>>()?,
            by: number(&self.multiplier)?,
            as_of: date(&self.as_of)?,
            provider: self.provider,
            tier: self.tier,
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
        let dated =
            |note: DatedNote| Ok(Dated { when: when(note.constraint)?, prices: prices(note.prices)? });
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

fn when(constraint: Option<ConstraintNote>) -> Result<When, BookError> {
    Ok(match constraint {
        None => When::Always,
        Some(ConstraintNote { start_date: Some(start) }) => When::From(date(&start)?),
        Some(ConstraintNote { start_date: None }) => When::TimeOfDay,
    })
}

fn prices(notes: PriceNotes) -> Result<Prices, BookError> {
    let known = notes.into_iter().filter(|(_, text)| text.get() != "null");
    known.map(|(key, text)| Ok((key.to_owned(), price(text)?))).collect()
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
