//! How other models count, as dated measurements: each kind of text as a multiple of what `o200k_base` counts exactly.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::kinds::KINDS;
use super::{Count, Kind, Makeup, Range};
use crate::catalogue::{Confidence, Seen};
use crate::ledger::named;
use crate::money::{Decimal, exact};
use crate::time::Date;

const BUNDLED: &str = include_str!("../../data/token_ratios.json");

/// Measurements that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the measurements of token counts cannot be read: {0}")]
pub struct RatiosError(String);

/// How families of models count, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRatios {
    /// The day of the whole.
    pub dated: Date,
    /// After how many days a figure is worth checking again.
    pub stale_after_days: i64,
    /// What was measured, in words.
    pub texts: String,
    /// The families; of several that fit a name the first holds.
    pub families: Vec<Family>,
    /// What holds for a model of no family.
    pub unmeasured: Family,
    /// How long answers are taken to be where no history tells.
    pub replies: (Range, Seen, String),
    /// Models to show a person who named none and used none yet, by provider.
    pub choices: BTreeMap<String, Vec<String>>,
    /// Hundredths of a character to a token of `o200k_base`, by kind: weighs the kinds of a mixed text.
    hundredths: [u64; KINDS],
}

/// Models that count alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Stable id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Pages that say so, or by which it was measured.
    pub sources: Vec<String>,
    /// When it was measured.
    pub seen: Seen,
    /// How sure it is.
    pub confidence: Confidence,
    /// What else is to be known.
    pub note: Option<String>,
    models: Vec<String>,
    /// Tokens for a hundred of `o200k_base`, by kind.
    ratios: [Range; KINDS],
}

static RATIOS: LazyLock<Result<TokenRatios, RatiosError>> = LazyLock::new(|| TokenRatios::read(BUNDLED));

impl TokenRatios {
    /// The measurements that come with this version.
    pub fn bundled() -> Result<&'static TokenRatios, RatiosError> {
        RATIOS.as_ref().map_err(Clone::clone)
    }

    /// Reads measurements. Whatever cannot be read is an error that names its place.
    pub fn read(text: &str) -> Result<TokenRatios, RatiosError> {
        let note: Note = serde_json::from_str(text).map_err(|error| RatiosError(error.to_string()))?;
        let mut hundredths = [0; KINDS];
        for (kind, place) in places(&note.characters_per_token, "characters_per_token")? {
            hundredths[kind] = hundredth(place, "characters_per_token")?;
        }
        let replies = &note.replies;
        let length = Range { low: replies.low, typical: replies.typical, high: replies.high };
        let seen = replies.as_of.parse().map_err(|error| RatiosError(format!("replies: {error}")))?;
        let unmeasured = FamilyNote {
            id: "unmeasured".to_owned(),
            name: note.unmeasured.name,
            models: Vec::new(),
            ratios: note.unmeasured.ratios,
            confidence: Confidence::Low,
            as_of: note.dated.clone(),
            sources: Vec::new(),
            note: Some(note.unmeasured.note),
        };
        Ok(TokenRatios {
            dated: note.dated.parse().map_err(|error| RatiosError(format!("dated: {error}")))?,
            stale_after_days: note.stale_after_days.into(),
            texts: note.texts,
            families: note.families.into_iter().map(FamilyNote::read).collect::<Result<_, _>>()?,
            unmeasured: unmeasured.read()?,
            replies: (ordered(length, "replies")?, seen, note.replies.note),
            choices: note.choices,
            hundredths,
        })
    }

    /// The family of a model, by its name.
    pub fn family(&self, model: &str) -> Option<&Family> {
        let name = plain(model);
        self.families.iter().find(|family| family.models.iter().any(|part| begins_within(&name, part)))
    }

    /// What a family makes of a text of which `o200k_base` makes so many tokens.
    pub(super) fn apply(&self, family: &Family, makeup: &Makeup, count: Count) -> Range {
        let characters = makeup.by_kind();
        let mut weights = [0_u128; KINDS];
        for ((weight, characters), hundredths) in weights.iter_mut().zip(characters).zip(self.hundredths) {
            // What is read is never nought.
            *weight = u128::from(characters) * 1_000_000 / u128::from(hundredths.max(1));
        }
        let whole = weights.iter().sum::<u128>() * 100;
        if whole == 0 {
            return Range::exactly(0);
        }
        let share = |of: fn(&Range) -> u64| -> u128 {
            weights.iter().zip(&family.ratios).map(|(weight, ratio)| weight * u128::from(of(ratio))).sum()
        };
        let exact = count.range();
        let short = |tokens: u128| u64::try_from(tokens).unwrap_or(u64::MAX);
        Range {
            low: short(u128::from(exact.low) * share(|ratio| ratio.low) / whole),
            typical: short((u128::from(exact.typical) * share(|ratio| ratio.typical) + whole / 2) / whole),
            high: short((u128::from(exact.high) * share(|ratio| ratio.high)).div_ceil(whole)),
        }
    }
}

/// A name in lower case, whatever it is parted by.
fn plain(model: &str) -> String {
    model.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

/// Whether a part of a name begins with this.
fn begins_within(name: &str, part: &str) -> bool {
    name.match_indices(part).any(|(at, _)| at == 0 || name.as_bytes()[at - 1] == b'-')
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    #[serde(rename = "about")]
    _about: String,
    dated: String,
    stale_after_days: u16,
    #[serde(rename = "reference")]
    _reference: String,
    texts: String,
    characters_per_token: BTreeMap<String, String>,
    families: Vec<FamilyNote>,
    unmeasured: UnmeasuredNote,
    replies: RepliesNote,
    choices: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FamilyNote {
    id: String,
    name: String,
    models: Vec<String>,
    ratios: BTreeMap<String, [String; 3]>,
    confidence: Confidence,
    as_of: String,
    sources: Vec<String>,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnmeasuredNote {
    name: String,
    ratios: BTreeMap<String, [String; 3]>,
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RepliesNote {
    low: u64,
    typical: u64,
    high: u64,
    as_of: String,
    note: String,
}

impl FamilyNote {
    fn read(self) -> Result<Family, RatiosError> {
        let mut ratios = [Range::exactly(0); KINDS];
        for (kind, [low, typical, high]) in places(&self.ratios, &self.id)? {
            let range = Range {
                low: hundredth(low, &self.id)?,
                typical: hundredth(typical, &self.id)?,
                high: hundredth(high, &self.id)?,
            };
            ratios[kind] = ordered(range, &self.id)?;
        }
        Ok(Family {
            seen: self.as_of.parse().map_err(|error| RatiosError(format!("{}: {error}", self.id)))?,
            id: self.id,
            name: self.name,
            sources: self.sources,
            confidence: self.confidence,
            note: self.note,
            models: self.models,
            ratios,
        })
    }
}

/// Each kind's figure; one for every kind, and none for anything else.
fn places<'n, T>(notes: &'n BTreeMap<String, T>, at: &str) -> Result<Vec<(usize, &'n T)>, RatiosError> {
    let place = |(name, value): (&'n String, &'n T)| {
        let kind: Kind = named(name, Kind::NAMED)
            .ok_or_else(|| RatiosError(format!("{at}: \"{name}\" is not a kind of text")))?;
        Ok((kind as usize, value))
    };
    let found: Vec<_> = notes.iter().map(place).collect::<Result<_, _>>()?;
    if found.len() == KINDS {
        Ok(found)
    } else {
        Err(RatiosError(format!("{at}: a kind of text is missing")))
    }
}

fn hundredth(text: &str, at: &str) -> Result<u64, RatiosError> {
    let number = exact(text).map_err(|error| RatiosError(format!("{at}: {error}")))?;
    let whole = number.checked_mul(Decimal::ONE_HUNDRED).map(|number| number.normalize());
    let whole = whole.filter(|whole| whole.scale() == 0 && !whole.is_zero());
    let count = whole.and_then(|whole| u64::try_from(whole.mantissa()).ok());
    count.ok_or_else(|| RatiosError(format!("{at}: {text} is not a positive number of hundredths")))
}

fn ordered(range: Range, at: &str) -> Result<Range, RatiosError> {
    let Range { low, typical, high } = range;
    if low <= typical && typical <= high {
        Ok(range)
    } else {
        Err(RatiosError(format!("{at}: {low}, {typical}, {high} do not rise")))
    }
}
