//! What stands in a file of plans as one text: when windows begin, for what rates are told, and how quantities are shown.

use std::fmt;
use std::str::FromStr;

use super::{Quantity, RatePer, Starts};
use crate::ledger::{Meter, name_of, named};
use crate::money::Currency;

/// A text that does not say when a window begins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" does not say when a window begins; write \"calendar ZONE\" (such as \"calendar UTC\"), purchase, \"first use\" or \
     sliding, or null where nobody says"
)]
pub struct NotAStart(String);

impl fmt::Display for Starts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Starts::Calendar(zone) => write!(f, "calendar {}", zone.name()),
            Starts::Purchase => f.write_str("purchase"),
            Starts::FirstUse => f.write_str("first use"),
            Starts::Sliding => f.write_str("sliding"),
        }
    }
}

impl FromStr for Starts {
    type Err = NotAStart;

    fn from_str(text: &str) -> Result<Starts, NotAStart> {
        let bad = || NotAStart(text.chars().take(60).collect());
        match text {
            "purchase" => Ok(Starts::Purchase),
            "first use" => Ok(Starts::FirstUse),
            "sliding" => Ok(Starts::Sliding),
            _ => {
                let zone = text.strip_prefix("calendar ").ok_or_else(bad)?;
                zone.parse().map(Starts::Calendar).map_err(|_| bad())
            }
        }
    }
}

/// A text that does not say for what a rate is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" does not say for what a rate is; write request, a currency such as USD (use at list price), \"1000 tokens\" or a count \
     of a meter such as \"1000000 output\" or \"1 image\"; the count is a power of ten"
)]
pub struct NotAPer(String);

impl fmt::Display for RatePer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RatePer::Request => f.write_str("request"),
            RatePer::Units(meter, count) => write!(f, "{count} {}", name_of(*meter, Meter::NAMED)),
            RatePer::Tokens(count) => write!(f, "{count} tokens"),
            RatePer::ListMoney(currency) => write!(f, "{currency}"),
        }
    }
}

impl FromStr for RatePer {
    type Err = NotAPer;

    fn from_str(text: &str) -> Result<RatePer, NotAPer> {
        let bad = || NotAPer(text.chars().take(60).collect());
        if text == "request" {
            return Ok(RatePer::Request);
        }
        let Some((count, of)) = text.split_once(' ') else {
            let code = text.bytes().all(|byte| byte.is_ascii_uppercase());
            return Currency::national(text).ok().filter(|_| code).map(RatePer::ListMoney).ok_or_else(bad);
        };
        let count = count.parse::<u32>().ok().filter(|count| power_of_ten(*count)).ok_or_else(bad)?;
        if of == "tokens" {
            return Ok(RatePer::Tokens(count));
        }
        named(of, Meter::NAMED).map(|meter| RatePer::Units(meter, count)).ok_or_else(bad)
    }
}

/// Whether a count is 1, 10, 100 …
pub(super) const fn power_of_ten(count: u32) -> bool {
    count > 0 && 10_u32.pow(count.ilog10()) == count
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quantity::Exact(amount) => write!(f, "{}", amount.normalize()),
            Quantity::Between(least, most) => write!(f, "{} to {}", least.normalize(), most.normalize()),
            Quantity::AtLeast(least) => write!(f, "{} or more", least.normalize()),
            Quantity::Times { by, of } => write!(f, "{} times that of {of}", by.normalize()),
            Quantity::ShareOfMonth(percent) => write!(f, "{} % of the month's", percent.normalize()),
            Quantity::Unlimited => f.write_str("unlimited"),
            Quantity::Unpublished => f.write_str("not published"),
        }
    }
}
