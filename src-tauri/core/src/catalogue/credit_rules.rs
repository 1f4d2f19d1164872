//! Credit rules: when credit of each provider lapses, and in which order its kinds are spent.

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer};

use super::{CatalogueError, Confidence, Evidence, Seen};
use crate::ledger::{Cycle, ExpiryRule, LotKind, named};
use crate::money::Currency;
use crate::time::Date;

const BUNDLED: &str = include_str!("../../data/credit_rules.json");
/// What ends with the paid month in which it was had, in the file.
const BILLING_PERIOD: &str = "billing-period";

/// Every rule that is known.
#[derive(Debug, Clone)]
pub struct CreditRules {
    /// The day of the whole.
    pub dated: Date,
    /// After how many days a rule is worth checking again.
    pub stale_after_days: i64,
    /// The rules.
    pub rules: Vec<CreditRule>,
}

/// What a provider says of one kind of its credit.
#[derive(Debug, Clone)]
pub struct CreditRule {
    /// Stable id.
    pub id: String,
    /// The provider's id, whether or not it can be connected.
    pub provider: String,
    /// The kind of credit.
    pub kind: LotKind,
    /// In which currency or unit; `None` for any.
    pub unit: Option<Currency>,
    /// Which credit it is for, where it is not for all of its kind: then it is never taken for granted.
    pub only: Option<String>,
    /// When it lapses.
    pub lapses: Lapse,
    /// Whether the provider may let it lapse and is not known to.
    pub possible: bool,
    /// The order in which the provider's kinds are spent, where it is told.
    pub order: Option<Vec<LotKind>>,
    /// What else is to be known.
    pub note: Option<String>,
    /// Pages that say so.
    pub sources: Vec<String>,
    /// When they were seen.
    pub seen: Seen,
    /// How sure it is.
    pub confidence: Confidence,
    /// By whom it is told.
    pub evidence: Evidence,
}

/// What is published of when credit lapses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lapse {
    /// By this rule.
    By(ExpiryRule),
    /// At the end of the paid month in which it was had, or so many months later.
    BillingPeriod {
        /// How many months later.
        rollover: u32,
    },
    /// Each lot has an end of its own.
    Told,
    /// Nobody says.
    Unpublished,
}

static CREDIT_RULES: LazyLock<Result<CreditRules, CatalogueError>> =
    LazyLock::new(|| CreditRules::read(BUNDLED));

impl CreditRules {
    /// The rules that come with this version.
    pub fn bundled() -> Result<&'static CreditRules, CatalogueError> {
        CREDIT_RULES.as_ref().map_err(Clone::clone)
    }

    /// Reads rules. Whatever cannot be read is an error that names its place.
    pub fn read(text: &str) -> Result<CreditRules, CatalogueError> {
        let note: Note = serde_json::from_str(text).map_err(|error| CatalogueError(error.to_string()))?;
        Ok(CreditRules {
            dated: at("dated", note.dated.parse())?,
            stale_after_days: note.stale_after_days.into(),
            rules: note.rules.into_iter().map(RuleNote::read).collect::<Result<_, _>>()?,
        })
    }

    /// What holds for credit of a kind that nothing else is known of.
    pub fn usual(&self, provider: &str, kind: LotKind, unit: Currency) -> Option<&CreditRule> {
        let kind = if kind == LotKind::RolledOver { LotKind::Allowance } else { kind };
        self.rules.iter().find(|rule| {
            rule.provider == provider
                && rule.kind == kind
                && rule.only.is_none()
                && rule.unit.is_none_or(|only| only == unit)
        })
    }

    /// The order in which a provider spends kinds of credit, where it has one of its own.
    pub fn order_of(&self, provider: &str) -> Option<&[LotKind]> {
        self.rules.iter().filter(|rule| rule.provider == provider).find_map(|rule| rule.order.as_deref())
    }
}

impl CreditRule {
    /// When credit that was had on a day lapses; `None` where nobody says it of all such credit.
    pub fn of(&self, acquired: Date) -> Option<ExpiryRule> {
        match self.lapses {
            Lapse::By(rule) => Some(rule),
            Lapse::BillingPeriod { rollover } => {
                let day = u8::try_from(acquired.day()).unwrap_or(1);
                Some(ExpiryRule::EndOfPeriod { cycle: Cycle::Month(day), rollover })
            }
            Lapse::Told | Lapse::Unpublished => None,
        }
    }

    /// Whether it can be said only that the credit may lapse: the provider is not known to let it, or the source is not sure.
    pub fn is_possible(&self) -> bool {
        self.possible || self.confidence == Confidence::Low
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    #[serde(rename = "about")]
    _about: String,
    dated: String,
    stale_after_days: u16,
    rules: Vec<RuleNote>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleNote {
    id: String,
    provider: String,
    kind: String,
    /// Null for any; leaving it out is a mistake, as it is with the next but one.
    #[serde(deserialize_with = "told")]
    unit: Option<String>,
    only: Option<String>,
    #[serde(deserialize_with = "told")]
    lapses: Option<String>,
    #[serde(default)]
    possible: bool,
    order: Option<Vec<String>>,
    note: Option<String>,
    sources: Vec<String>,
    seen: String,
    confidence: Confidence,
    evidence: Evidence,
}

fn told<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

fn at<T, E: std::fmt::Display>(place: &str, read: Result<T, E>) -> Result<T, CatalogueError> {
    read.map_err(|error| CatalogueError(format!("{place}: {error}")))
}

fn kind(id: &str, name: &str) -> Result<LotKind, CatalogueError> {
    named(name, LotKind::NAMED)
        .ok_or_else(|| CatalogueError(format!("{id}: \"{name}\" is no kind of credit")))
}

fn lapse(id: &str, text: Option<&str>) -> Result<Lapse, CatalogueError> {
    let Some(text) = text else { return Ok(Lapse::Unpublished) };
    if text == "told" {
        return Ok(Lapse::Told);
    }
    let Some(rest) = text.strip_prefix(BILLING_PERIOD) else {
        return at(id, text.parse()).map(Lapse::By);
    };
    let rollover = match rest.strip_prefix(",rollover=") {
        Some(count) => at(id, count.parse())?,
        None if rest.is_empty() => 0,
        None => return Err(CatalogueError(format!("{id}: \"{text}\" is no rule"))),
    };
    Ok(Lapse::BillingPeriod { rollover })
}

impl RuleNote {
    fn read(self) -> Result<CreditRule, CatalogueError> {
        let id = self.id;
        let order = self.order.map(|names| names.iter().map(|name| kind(&id, name)).collect());
        Ok(CreditRule {
            kind: kind(&id, &self.kind)?,
            unit: self.unit.map(|unit| at(&id, unit.parse())).transpose()?,
            lapses: lapse(&id, self.lapses.as_deref())?,
            order: order.transpose()?,
            seen: at(&id, self.seen.parse())?,
            id,
            provider: self.provider,
            only: self.only,
            possible: self.possible,
            note: self.note,
            sources: self.sources,
            confidence: self.confidence,
            evidence: self.evidence,
        })
    }
}
