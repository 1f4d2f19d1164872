//! What a text will cost, in the words of a screen.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Amount;

/// A text, and the models it may be sent to. The text is counted, and neither kept nor sent.
#[derive(Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct EstimateQuery {
    /// The text.
    #[serde(default)]
    pub text: Option<String>,
    /// In its place, the path of a text file.
    #[serde(default)]
    pub path: Option<String>,
    /// The models, each as its provider calls it, or with the provider's id in front, such as `openai/gpt-5`. Without any, those that
    /// the person uses most.
    #[serde(default)]
    pub models: Vec<String>,
    /// How many tokens the answer will have, where the person knows.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub output_tokens: Option<u64>,
}

/// Says how much there is, and not what it says.
impl fmt::Debug for EstimateQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EstimateQuery")
            .field("bytes", &self.text.as_ref().map(String::len))
            .field("models", &self.models)
            .finish_non_exhaustive()
    }
}

/// What a text will cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// The present, RFC 3339.
    pub now: String,
    /// Bytes of the text.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Characters of it.
    #[ts(type = "number")]
    pub characters: u64,
    /// What it is made of; most first.
    pub kinds: Vec<TextKind>,
    /// Each model that was asked for.
    pub models: Vec<ModelEstimate>,
    /// Names that no price list, no tokenizer and no account knows.
    pub unknown: Vec<UnknownModel>,
    /// Version and date of the price list.
    pub prices: String,
    /// What else is to be known, in words.
    pub notes: Vec<String>,
}

/// A kind of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TextKind {
    /// `english`, `european`, `code`, `numbers`, `devanagari`, `indic`, `cjk`, `hangul`, `cyrillic`, `arabic`, `other`.
    pub kind: String,
    /// Its characters.
    #[ts(type = "number")]
    pub characters: u64,
}

/// A name that nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UnknownModel {
    /// As it was asked for.
    pub asked: String,
    /// Names like it; closest first.
    pub near: Vec<String>,
}

/// What a text will cost with one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ModelEstimate {
    /// As it was asked for.
    pub asked: String,
    /// The model.
    pub model: String,
    /// The provider's id; nothing where no price list has the model.
    pub provider: Option<String>,
    /// The provider's name.
    pub provider_name: Option<String>,
    /// The model whose prices hold, as the price list names it.
    pub priced_as: Option<String>,
    /// Tokens that go in.
    pub input: TokenRange,
    /// How they were counted.
    pub counted: CountedBy,
    /// Tokens that will come out.
    pub output: TokenRange,
    /// Who says so.
    pub output_by: OutputBy,
    /// What it costs, in each way it can be sent.
    pub costs: Vec<CostRow>,
    /// The prices behind the first of them.
    pub unit_prices: Vec<UnitPriceRow>,
    /// Where the prices come from, with the first day on which they hold where that is told.
    pub price_source: Option<String>,
    /// The share of what is left, by allowance, credit and balance.
    pub shares: Vec<ShareRow>,
}

/// A count of tokens that is not known to the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TokenRange {
    /// Hardly less.
    #[ts(type = "number")]
    pub low: u64,
    /// Most likely.
    #[ts(type = "number")]
    pub typical: u64,
    /// Hardly more.
    #[ts(type = "number")]
    pub high: u64,
}

/// How tokens were counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CountedBy {
    /// How sure it is.
    pub how: CountedHow,
    /// The encoding, or the family of models.
    pub name: String,
    /// What else is to be known.
    pub note: Option<String>,
    /// Pages that say so, or by which it was measured.
    pub sources: Vec<String>,
    /// When it was measured.
    pub seen: Option<String>,
    /// Whether that is so long ago that it is worth measuring again.
    pub stale: bool,
    /// `high`, `medium` or `low`, where it is not exact.
    pub confidence: Option<String>,
}

/// How sure a count is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum CountedHow {
    /// To the last token, by the encoding that is published.
    Exact,
    /// By what the family was measured to make of such text.
    Measured,
    /// Nobody publishes it: the span of all families.
    Unmeasured,
}

/// Who says how long the answer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OutputBy {
    /// Who.
    pub by: OutputTeller,
    /// Requests that history knows, where it tells.
    #[ts(type = "number | null")]
    pub requests: Option<u64>,
    /// In words.
    pub words: String,
}

/// Who says how long an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum OutputTeller {
    /// The person, now.
    Person,
    /// The person's own requests to this model.
    History,
    /// A convention.
    Convention,
}

/// What a text costs, sent in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostRow {
    /// How it is sent.
    pub way: SentHow,
    /// Hardly less.
    pub low: Option<Amount>,
    /// Most likely.
    pub typical: Option<Amount>,
    /// Hardly more.
    pub high: Option<Amount>,
    /// What was applied to the plain price, or why nothing is known, in words.
    pub words: Option<String>,
}

/// How a text is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SentHow {
    /// At once.
    Now,
    /// In a batch, answered within a day or so.
    Batch,
    /// The whole text is read from the provider's cache, where it lies already.
    Cached,
    /// The whole text is put into the provider's cache.
    CacheWrite,
}

/// A list price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UnitPriceRow {
    /// What is priced, such as `input`.
    pub meter: String,
    /// The price of `per` units.
    pub price: Amount,
    /// How many units it buys.
    #[ts(type = "number")]
    pub per: u32,
}

/// What share of something that is left a text takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ShareRow {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The account's name.
    pub label: String,
    /// What it is.
    pub of: ShareOf,
    /// What it is called.
    pub name: String,
    /// A currency, or `requests`, `tokens` and the like.
    pub unit: String,
    /// How much is left.
    pub left: String,
    /// What the text takes of it, most likely.
    pub takes: String,
    /// That in per cent of what is left; nothing where nothing is left.
    pub percent: Option<String>,
    /// What it hardly exceeds, in per cent of what is left.
    pub percent_high: Option<String>,
    /// Whether it fits into what is left.
    pub fits: Fits,
    /// As of when what is left is known: RFC 3339, or a date.
    pub as_of: Option<String>,
    /// When it starts again or lapses: RFC 3339, or a date.
    pub until: Option<String>,
}

/// What is left of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ShareOf {
    /// An allowance.
    Limit,
    /// Lots of credit, together.
    Lots,
    /// A balance.
    Balance,
}

/// Whether something fits into what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Fits {
    /// It does.
    Yes,
    /// It does most likely.
    Likely,
    /// It hardly does.
    Hardly,
    /// It does not.
    No,
}
