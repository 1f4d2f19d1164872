//! What is left of every allowance, in the words of a screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Picture;

/// What is left of every free tier, window and configured limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// The present, RFC 3339.
    pub now: String,
    /// The person's time zone.
    pub zone: String,
    /// The limits; what is closest to its end comes first, what is not known last.
    pub rows: Vec<LimitRow>,
    /// Accounts whose provider has free tiers, where the person has to say which one holds.
    pub choices: Vec<TierChoice>,
}

/// A limit of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LimitRow {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The account's name.
    pub label: String,
    /// The provider's id.
    pub provider: String,
    /// What it is called.
    pub name: String,
    /// The model or models it is for; nothing for all.
    pub model: Option<String>,
    /// The project it is for, by the provider's id; nothing for the whole account.
    pub project: Option<String>,
    /// What that project is called, where known.
    pub project_name: Option<String>,
    /// `minute`, `5 hours`, `day`, `month`, `lifetime` and the like; `unstated` where nobody says.
    pub window: String,
    /// A currency, or `requests`, `tokens`, `percent` and the like.
    pub unit: String,
    /// How much is used.
    pub used: Option<String>,
    /// How sure that is.
    pub used_is: UsedIs,
    /// How much there is.
    pub limit: Option<String>,
    /// How much is left; never below nought.
    pub left: Option<String>,
    /// How much of it is used, in whole per cent, rounded down.
    pub percent: Option<u32>,
    /// When the count starts again, RFC 3339.
    pub resets_at: Option<String>,
    /// When it does so in general, in words.
    pub resets: String,
    /// Whether this is a rate that is set, of which nobody tells the use.
    pub configured: bool,
    /// Who says how much there is.
    pub source: LimitOrigin,
    /// Who counted what is used: `provider`, or the lane of the books.
    pub counted_by: Option<String>,
    /// Up to when the use is known, RFC 3339.
    pub as_of: Option<String>,
    /// Why something is not known or not certain, in words.
    pub words: Vec<String>,
}

/// How a figure of use compares with what was truly used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum UsedIs {
    /// It is the same, as far as it is known.
    Exact,
    /// It may be less.
    AtMost,
    /// It may be more.
    AtLeast,
}

/// Who says how much there is of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LimitOrigin {
    /// Who.
    pub by: LimitTeller,
    /// The page that says so.
    pub url: Option<String>,
    /// When it was seen: a day, or a month or year where the day was not written down.
    pub seen: Option<String>,
    /// How many days ago that was.
    #[ts(type = "number | null")]
    pub age_days: Option<i64>,
    /// Whether it is so old that it is worth checking again.
    pub stale: bool,
    /// How sure it is: `high`, `medium` or `low`, where that is a question.
    pub confidence: Option<String>,
}

/// Who says how much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LimitTeller {
    /// The provider reports it.
    Provider,
    /// The person entered it.
    Entered,
    /// The provider said it when it refused a request.
    Learned,
    /// The catalogue of free tiers.
    Catalogue,
}

/// The free tiers an account may be on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TierChoice {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The account's name.
    pub label: String,
    /// What the person said: the id of a tier, or `none`. Nothing where they did not say.
    pub chosen: Option<String>,
    /// Whether the account was billed lately, and so hardly is on a free tier that ends by paying.
    pub billed: bool,
    /// The tiers.
    pub tiers: Vec<TierRow>,
}

/// A free tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TierRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it costs nothing; else it is a cap on what is paid for.
    pub free: bool,
    /// Who is on it.
    pub condition: Option<String>,
    /// What it may be used for, and what is given for it.
    pub terms: Option<String>,
}

/// Which free tier an account is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ChooseTier {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The id of the tier, or `none`; nothing takes back what was said.
    #[serde(default)]
    pub tier: Option<String>,
}

/// The text with which a provider refused a request.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LearnLimit {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The body of the answer, or the line of a log that holds it. It is not kept.
    pub text: String,
}

/// What a refusal told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LearnedLimits {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The limits; kept until another is learned or entered.
    pub limits: Vec<LearnedLimit>,
    /// When it is worth trying again, RFC 3339, where told.
    pub retry_at: Option<String>,
    /// What was told in part only, in words.
    pub unclear: Vec<String>,
}

/// A limit that a refusal told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LearnedLimit {
    /// What it is called.
    pub name: String,
    /// The model it is for; nothing for all.
    pub model: Option<String>,
    /// Over which span.
    pub window: String,
    /// In which unit.
    pub unit: String,
    /// How much there is.
    pub limit: String,
    /// What was known of it by an earlier refusal.
    pub before: Option<String>,
    /// The entry that keeps it, by which it is removed or, where it was known before, restored.
    #[ts(type = "number")]
    pub entry: i64,
}

/// Pictures of how limits were used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitHistoryQuery {
    /// Width of each picture in CSS pixels.
    pub chart_width: u32,
}

/// How much of one limit was used of late. What it is of is told as in the row of the limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LimitHistory {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// What the limit is called.
    pub name: String,
    /// The model or models it is for; nothing for all.
    pub model: Option<String>,
    /// The project it is for; nothing for the whole account.
    pub project: Option<String>,
    /// Its window.
    pub window: String,
    /// Its unit.
    pub unit: String,
    /// The used share over the last windows.
    pub picture: Picture,
}
