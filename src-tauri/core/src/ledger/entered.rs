//! What a person enters by hand, for what no provider tells: a purchase, a balance, an allowance, a plan, a day's cost.

use serde::{Deserialize, Serialize};

use super::{Charge, ChargeCategory, ExpiryRule, Lane, LotKind, LotSource, QuotaWindow};
use crate::money::{Currency, Decimal, Money};
use crate::time::{Date, Zone};

/// An entry by hand. It is kept as JSON; every amount in it is a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Entered {
    /// Credit that was bought or given.
    Purchase(EnteredPurchase),
    /// What was left of prepaid money on a day.
    Balance(EnteredBalance),
    /// How much may be used in a span of time.
    Allowance(EnteredAllowance),
    /// A plan that is paid for by the month or year.
    Subscription(EnteredSubscription),
    /// What a day cost.
    Cost(EnteredCost),
}

impl Entered {
    /// The name of its kind in the store.
    pub const fn kind(&self) -> &'static str {
        match self {
            Entered::Purchase(_) => "purchase",
            Entered::Balance(_) => "balance",
            Entered::Allowance(_) => "allowance",
            Entered::Subscription(_) => "subscription",
            Entered::Cost(_) => "cost",
        }
    }

    /// The cost of a day, where it is one.
    pub const fn as_cost(&self) -> Option<&EnteredCost> {
        match self {
            Entered::Cost(cost) => Some(cost),
            _ => None,
        }
    }
}

/// Credit that was bought, given or included: a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "KeptPurchase", into = "KeptPurchase")]
pub struct EnteredPurchase {
    /// How much, in money or in the provider's own unit.
    pub amount: Money,
    /// The day it was had.
    pub acquired_on: Date,
    /// Bought, given, or what a plan includes.
    pub lot: LotKind,
    /// When it lapses, where the person says so; the provider's own rule otherwise.
    pub rule: Option<ExpiryRule>,
    /// Entered, or inferred from a rise of the balance.
    pub source: LotSource,
    /// The person's words.
    pub note: Option<String>,
}

impl EnteredPurchase {
    /// The last day on which it can be spent, where that is what the person said.
    pub const fn expires_on(&self) -> Option<Date> {
        match self.rule {
            Some(ExpiryRule::On(date)) => Some(date),
            _ => None,
        }
    }
}

/// The same as it is kept. Older versions knew an end by date and a mark of what was given: they write and read that still.
#[derive(Clone, Serialize, Deserialize)]
struct KeptPurchase {
    #[serde(with = "money")]
    amount: Money,
    #[serde(with = "text")]
    acquired_on: Date,
    #[serde(default, with = "text_or_none", skip_serializing_if = "Option::is_none")]
    expires_on: Option<Date>,
    #[serde(default)]
    granted: bool,
    /// Where it is neither bought nor given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    included: bool,
    #[serde(default, with = "text_or_none", skip_serializing_if = "Option::is_none")]
    rule: Option<ExpiryRule>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    inferred: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<KeptPurchase> for EnteredPurchase {
    fn from(kept: KeptPurchase) -> EnteredPurchase {
        EnteredPurchase {
            amount: kept.amount,
            acquired_on: kept.acquired_on,
            lot: match (kept.included, kept.granted) {
                (true, _) => LotKind::Allowance,
                (false, true) => LotKind::Granted,
                (false, false) => LotKind::Purchased,
            },
            rule: kept.expires_on.map(ExpiryRule::On).or(kept.rule),
            source: if kept.inferred { LotSource::Inferred } else { LotSource::Entered },
            note: kept.note,
        }
    }
}

impl From<EnteredPurchase> for KeptPurchase {
    fn from(lot: EnteredPurchase) -> KeptPurchase {
        let expires_on = lot.expires_on();
        KeptPurchase {
            amount: lot.amount,
            acquired_on: lot.acquired_on,
            expires_on,
            granted: lot.lot == LotKind::Granted,
            included: matches!(lot.lot, LotKind::Allowance | LotKind::RolledOver),
            rule: lot.rule.filter(|_| expires_on.is_none()),
            inferred: lot.source == LotSource::Inferred,
            note: lot.note,
        }
    }
}

/// What was left of prepaid money on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnteredBalance {
    /// What was left.
    #[serde(with = "money")]
    pub amount: Money,
    /// The day it was looked at.
    #[serde(with = "text")]
    pub as_of: Date,
}

/// How much may be used in a span of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnteredAllowance {
    /// What it is called.
    pub name: String,
    /// How much there is.
    #[serde(with = "exact")]
    pub limit: Decimal,
    /// In which unit: a currency, or `requests`, `tokens` …
    #[serde(with = "text")]
    pub unit: Currency,
    /// Over which span.
    #[serde(with = "text")]
    pub window: QuotaWindow,
    /// When it is whole again.
    pub resets: ResetRule,
    /// The model it is for; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The project it is for, by the provider's id; `None` for the whole account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Who says how much there is.
    pub source: LimitSource,
}

/// When an allowance is whole again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum ResetRule {
    /// Each use is given back one span after it.
    Rolling,
    /// At midnight in a zone.
    Midnight {
        /// The zone.
        #[serde(with = "text")]
        zone: Zone,
    },
    /// At midnight in a zone, on the first of the month.
    FirstOfMonth {
        /// The zone.
        #[serde(with = "text")]
        zone: Zone,
    },
    /// Never.
    Never,
}

impl ResetRule {
    /// At midnight UTC.
    pub const UTC_MIDNIGHT: ResetRule = ResetRule::Midnight { zone: Zone::UTC };
}

/// Who says how much an allowance is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum LimitSource {
    /// The person.
    Entered,
    /// The provider, when it refused a request.
    Learned {
        /// Its words.
        text: String,
    },
}

/// A plan that is paid for by the month or year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnteredSubscription {
    /// The plan.
    pub plan: String,
    /// What it costs a period; `None` where that is not known.
    #[serde(default, with = "money_or_none", skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// The period it is paid for by.
    #[serde(with = "text")]
    pub period: QuotaWindow,
    /// The day it renews, where known.
    #[serde(default, with = "text_or_none", skip_serializing_if = "Option::is_none")]
    pub renews_on: Option<Date>,
}

/// What a UTC day cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnteredCost {
    /// The day.
    #[serde(with = "text")]
    pub date: Date,
    /// How much; below nought where money was given back.
    #[serde(with = "money")]
    pub amount: Money,
    /// The model it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The project it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl EnteredCost {
    /// The line it is in the books.
    pub fn charge(&self) -> Charge {
        let given_back = self.amount.amount.is_sign_negative() && !self.amount.amount.is_zero();
        Charge {
            lane: Lane::Entered,
            category: if given_back { ChargeCategory::Credit } else { ChargeCategory::Usage },
            billed_cost: Some(self.amount),
            request_model: self.model.clone(),
            project: self.project.clone(),
            description: self.note.clone(),
            ..Charge::usage(self.date.utc_day())
        }
    }
}

/// What reads and writes itself as a text.
mod text {
    use std::borrow::Cow;
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::{Deserialize, Deserializer, Error as _};
    use serde::ser::Serializer;

    pub(super) fn serialize<T: Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        Cow::<str>::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// The same, or nothing.
mod text_or_none {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::{Deserialize, Deserializer, Error as _};
    use serde::ser::Serializer;

    #[expect(clippy::ref_option, reason = "serde's signature")]
    pub(super) fn serialize<T: Display, S: Serializer>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => to.collect_str(value),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, T, D>(from: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        Option::<String>::deserialize(from)?.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

/// A decimal to its last digit.
mod exact {
    use std::borrow::Cow;

    use serde::de::{Deserialize, Deserializer, Error as _};

    pub(super) use super::text::serialize;
    use crate::money::{self, Decimal};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
        money::exact(&Cow::<str>::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Money as `12.5 USD`.
mod money {
    use std::borrow::Cow;

    use serde::de::{Deserialize, Deserializer, Error};

    pub(super) use super::text::serialize;
    use crate::money::{self, Money};

    pub(super) fn read<E: Error>(text: &str) -> Result<Money, E> {
        let (amount, currency) =
            text.split_once(' ').ok_or_else(|| E::custom("an amount without a currency"))?;
        Ok(Money::new(money::exact(amount).map_err(E::custom)?, currency.parse().map_err(E::custom)?))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Money, D::Error> {
        read(&Cow::<str>::deserialize(from)?)
    }
}

/// The same, or nothing.
mod money_or_none {
    use serde::de::{Deserialize, Deserializer};

    pub(super) use super::text_or_none::serialize;
    use crate::money::Money;

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Money>, D::Error> {
        Option::<String>::deserialize(from)?.map(|text| super::money::read(&text)).transpose()
    }
}
