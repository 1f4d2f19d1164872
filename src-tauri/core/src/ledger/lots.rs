//! What a lot of credit is, who tells of it, and when it lapses.

use std::fmt;
use std::str::FromStr;

use crate::time::{Date, Timestamp};

/// What a lot is made of. In this order it is spent, unless the provider has an order of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LotKind {
    /// What a plan includes each period.
    Allowance,
    /// What a plan included in an earlier period and was not used.
    RolledOver,
    /// Given by the provider.
    Granted,
    /// Bought in advance.
    Purchased,
}

impl LotKind {
    /// Every kind, with its name.
    pub const NAMED: &[(LotKind, &str)] = &[
        (LotKind::Allowance, "allowance"),
        (LotKind::RolledOver, "rolledOver"),
        (LotKind::Granted, "granted"),
        (LotKind::Purchased, "purchased"),
    ];
}

/// Who tells of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LotSource {
    /// The provider.
    Reported,
    /// The person.
    Entered,
    /// A file that was imported.
    Imported,
    /// A rise of the balance, which the person said was a purchase or a grant.
    Inferred,
}

impl LotSource {
    /// Every source, with its name.
    pub const NAMED: &[(LotSource, &str)] = &[
        (LotSource::Reported, "reported"),
        (LotSource::Entered, "entered"),
        (LotSource::Imported, "imported"),
        (LotSource::Inferred, "inferred"),
    ];
}

/// A count of days or of months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Life {
    /// Days.
    Days(u32),
    /// Months; on the last day where a month is shorter.
    Months(u32),
}

/// The periods by which a plan's credit is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cycle {
    /// The day.
    Day,
    /// The week, from Monday.
    Week,
    /// The month, from this day of it, 1 to 31; on the last day where a month is shorter.
    Month(u8),
    /// The month in UTC, from its first day, whatever the person's zone.
    UtcMonth,
    /// The year, from January.
    Year,
}

/// When a lot lapses. A rule by dates means the whole last day in the person's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExpiryRule {
    /// Never.
    Never,
    /// After this date: it is the last on which the lot can be spent.
    On(Date),
    /// At this instant.
    At(Timestamp),
    /// So long after it was acquired.
    AfterPurchase(Life),
    /// So many days after the account was last used.
    AfterInactivity(u32),
    /// At the end of the period in which it was acquired, or of a later one to which it rolls over.
    EndOfPeriod {
        /// The period.
        cycle: Cycle,
        /// Over how many later periods it lives on.
        rollover: u32,
    },
}

/// A text that names no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not a rule such as never, on:2026-12-01, after-purchase:365d, after-purchase:12mo, after-inactivity:90d or \
     end-of-period:month,rollover=2"
)]
pub struct NotARule(pub String);

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Life::Days(count) => write!(f, "{count}d"),
            Life::Months(count) => write!(f, "{count}mo"),
        }
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cycle::Day => f.write_str("day"),
            Cycle::Week => f.write_str("week"),
            Cycle::Month(1) => f.write_str("month"),
            Cycle::Month(day) => write!(f, "month@{day}"),
            Cycle::UtcMonth => f.write_str("month@utc"),
            Cycle::Year => f.write_str("year"),
        }
    }
}

impl fmt::Display for ExpiryRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExpiryRule::Never => f.write_str("never"),
            ExpiryRule::On(date) => write!(f, "on:{date}"),
            ExpiryRule::At(at) => write!(f, "at:{at}"),
            ExpiryRule::AfterPurchase(life) => write!(f, "after-purchase:{life}"),
            ExpiryRule::AfterInactivity(days) => write!(f, "after-inactivity:{days}d"),
            ExpiryRule::EndOfPeriod { cycle, rollover: 0 } => write!(f, "end-of-period:{cycle}"),
            ExpiryRule::EndOfPeriod { cycle, rollover } => {
                write!(f, "end-of-period:{cycle},rollover={rollover}")
            }
        }
    }
}

impl FromStr for Life {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Life, NotARule> {
        let bad = || NotARule(text.chars().take(60).collect());
        // A century: longer is a slip of the finger.
        let count = |digits: &str, most: u32| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|count| plain && (1..=most).contains(count))
        };
        if let Some(digits) = text.strip_suffix("mo") {
            return count(digits, 1_200).map(Life::Months).ok_or_else(bad);
        }
        if let Some(digits) = text.strip_suffix('y') {
            return count(digits, 100).map(|years| Life::Months(years * 12)).ok_or_else(bad);
        }
        text.strip_suffix('d').and_then(|digits| count(digits, 36_525)).map(Life::Days).ok_or_else(bad)
    }
}

impl FromStr for Cycle {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Cycle, NotARule> {
        match text {
            "day" => Ok(Cycle::Day),
            "week" => Ok(Cycle::Week),
            "month" => Ok(Cycle::Month(1)),
            "month@utc" => Ok(Cycle::UtcMonth),
            "year" => Ok(Cycle::Year),
            _ => text
                .strip_prefix("month@")
                .and_then(|day| day.parse().ok())
                .filter(|day| (1..=31).contains(day))
                .map(Cycle::Month)
                .ok_or_else(|| NotARule(text.chars().take(60).collect())),
        }
    }
}

impl FromStr for ExpiryRule {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<ExpiryRule, NotARule> {
        let bad = || NotARule(text.chars().take(60).collect());
        let Some((name, rest)) = text.split_once(':') else {
            return if text == "never" { Ok(ExpiryRule::Never) } else { Err(bad()) };
        };
        match name {
            "on" => rest.parse().map(ExpiryRule::On).map_err(|_| bad()),
            "at" => rest.parse().map(ExpiryRule::At).map_err(|_| bad()),
            "after-purchase" => rest.parse().map(ExpiryRule::AfterPurchase).map_err(|_| bad()),
            "after-inactivity" => match rest.parse() {
                Ok(Life::Days(days)) => Ok(ExpiryRule::AfterInactivity(days)),
                _ => Err(bad()),
            },
            "end-of-period" => {
                let (cycle, rollover) = match rest.split_once(",rollover=") {
                    Some((cycle, count)) => (cycle, count.parse().ok().filter(|count| *count <= 120)),
                    None => (rest, Some(0)),
                };
                let cycle = cycle.parse().map_err(|_| bad())?;
                rollover.map(|rollover| ExpiryRule::EndOfPeriod { cycle, rollover }).ok_or_else(bad)
            }
            _ => Err(bad()),
        }
    }
}
