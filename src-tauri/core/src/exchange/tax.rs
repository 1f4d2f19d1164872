//! Tax on digital services bought from abroad, as dated facts with their sources.

use std::sync::LazyLock;

use serde::Deserialize;

use super::ExchangeError;
use crate::catalogue::{Confidence, Evidence, Seen};
use crate::ledger::named;
use crate::money::{Decimal, exact};
use crate::time::Date;

const BUNDLED: &str = include_str!("../../data/tax_rules.json");

/// What a buyer is to the tax office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaxStatus {
    /// A person, or a business that is not registered: pays the tax.
    Consumer,
    /// A registered business: owes the tax itself and claims it back.
    Registered,
    /// No tax is due, the buyer says.
    Exempt,
}

impl TaxStatus {
    /// Every status, with its name.
    pub const NAMED: &[(TaxStatus, &str)] = &[
        (TaxStatus::Consumer, "consumer"),
        (TaxStatus::Registered, "registered"),
        (TaxStatus::Exempt, "none"),
    ];
}

/// Whether a listed price holds its tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaxShown {
    /// It does.
    Included,
    /// It comes on top.
    Excluded,
    /// Nobody says.
    Unstated,
}

impl TaxShown {
    /// Every case, with its name.
    pub const NAMED: &[(TaxShown, &str)] = &[
        (TaxShown::Included, "included"),
        (TaxShown::Excluded, "excluded"),
        (TaxShown::Unstated, "unstated"),
    ];
}

/// A tax on services bought from abroad.
#[derive(Debug, Clone)]
pub struct TaxRule {
    /// Stable id.
    pub id: String,
    /// The buyer's country, by its code of two letters.
    pub country: String,
    /// For whom.
    pub status: TaxStatus,
    /// What it is called.
    pub name: String,
    /// In percent.
    pub percent: Decimal,
    /// Since when, where that is written down.
    pub from: Option<Date>,
    /// What the rule says.
    pub rule: String,
    /// Pages that say so.
    pub sources: Vec<String>,
    /// When they were seen.
    pub seen: Seen,
    /// How sure it is.
    pub confidence: Confidence,
    /// By whom it is told.
    pub evidence: Evidence,
}

/// What banks of a country add where a card pays in a foreign currency.
#[derive(Debug, Clone)]
pub struct Markup {
    /// The country.
    pub country: String,
    /// From and to, in percent.
    pub typical: (Decimal, Decimal),
    /// What the tax on the mark-up is called.
    pub tax_name: String,
    /// The tax on the mark-up itself, in percent.
    pub tax_percent: Decimal,
    /// Pages that say so.
    pub sources: Vec<String>,
    /// When they were seen.
    pub seen: Seen,
}

/// Every tax rule that is known.
#[derive(Debug, Clone, Default)]
pub struct TaxRules {
    /// After how many days a rule is worth checking again.
    pub stale_after_days: i64,
    /// Taxes.
    pub rules: Vec<TaxRule>,
    /// Mark-ups of cards.
    pub markups: Vec<Markup>,
}

static RULES: LazyLock<Result<TaxRules, ExchangeError>> = LazyLock::new(|| TaxRules::read(BUNDLED));

impl TaxRules {
    /// The rules that come with this version.
    pub fn bundled() -> Result<&'static TaxRules, ExchangeError> {
        RULES.as_ref().map_err(Clone::clone)
    }

    /// Reads rules. Whatever cannot be read is an error that names its place.
    pub fn read(text: &str) -> Result<TaxRules, ExchangeError> {
        let note: Note = serde_json::from_str(text).map_err(|error| ExchangeError(error.to_string()))?;
        Ok(TaxRules {
            stale_after_days: note.stale_after_days.into(),
            rules: note.rules.into_iter().map(RuleNote::read).collect::<Result<_, _>>()?,
            markups: note.card_markups.into_iter().map(MarkupNote::read).collect::<Result<_, _>>()?,
        })
    }

    /// The rule for a buyer on a day: the last that had begun.
    pub fn of(&self, country: &str, status: TaxStatus, at: Date) -> Option<&TaxRule> {
        let holds = |rule: &&TaxRule| {
            rule.country.eq_ignore_ascii_case(country)
                && rule.status == status
                && rule.from.is_none_or(|from| from <= at)
        };
        self.rules.iter().filter(holds).max_by_key(|rule| rule.from)
    }

    /// What banks of a country add.
    pub fn markup(&self, country: &str) -> Option<&Markup> {
        self.markups.iter().find(|markup| markup.country.eq_ignore_ascii_case(country))
    }
}

#[derive(Deserialize)]
struct Note {
    stale_after_days: u32,
    rules: Vec<RuleNote>,
    card_markups: Vec<MarkupNote>,
}

#[derive(Deserialize)]
struct RuleNote {
    id: String,
    country: String,
    status: String,
    name: String,
    percent: String,
    from: Option<String>,
    rule: String,
    sources: Vec<String>,
    seen: String,
    confidence: Confidence,
    evidence: Evidence,
}

#[derive(Deserialize)]
struct MarkupNote {
    country: String,
    typical: (String, String),
    tax_name: String,
    tax_percent: String,
    sources: Vec<String>,
    seen: String,
}

impl RuleNote {
    fn read(self) -> Result<TaxRule, ExchangeError> {
        let wrong = |what: &str| ExchangeError(format!("{what} of {}", self.id));
        Ok(TaxRule {
            status: named(&self.status, TaxStatus::NAMED).ok_or_else(|| wrong("the status"))?,
            percent: percent(&self.percent)?,
            from: self.from.as_deref().map(str::parse).transpose().map_err(|_| wrong("the first day"))?,
            seen: self.seen.parse().map_err(|_| wrong("the day it was seen"))?,
            id: self.id,
            country: self.country,
            name: self.name,
            rule: self.rule,
            sources: self.sources,
            confidence: self.confidence,
            evidence: self.evidence,
        })
    }
}

impl MarkupNote {
    fn read(self) -> Result<Markup, ExchangeError> {
        let seen =
            self.seen.parse().map_err(|_| ExchangeError(format!("the mark-up of {}", self.country)))?;
        Ok(Markup {
            typical: (percent(&self.typical.0)?, percent(&self.typical.1)?),
            tax_percent: percent(&self.tax_percent)?,
            country: self.country,
            tax_name: self.tax_name,
            sources: self.sources,
            seen,
        })
    }
}

fn percent(text: &str) -> Result<Decimal, ExchangeError> {
    let read =
        exact(text).ok().filter(|percent| *percent >= Decimal::ZERO && *percent <= Decimal::ONE_HUNDRED);
    read.ok_or_else(|| ExchangeError(format!("\"{text}\" is not a percentage")))
}
