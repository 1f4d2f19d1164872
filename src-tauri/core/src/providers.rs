//! What a provider is: a value made of pure functions. One file each below; the sync engine does the input and output.

mod json;

use std::borrow::Cow;
use std::fmt;

pub use json::{Count, Exact, decode, error_words, told};

use crate::ledger::{Balance, Charge, ChargeCategory, QuotaReading};
use crate::money::{Currency, Decimal, Money};
use crate::time::{Period, TimeError, Timestamp};

/// Opens each provider's file and puts it into `ALL`, so that a provider is added by one line and cannot be half added.
macro_rules! providers {
    ($($name:ident),+ $(,)?) => {
        $(pub mod $name;)+

        /// Every provider, in display order.
        pub const ALL: &[&Provider] = &[$(&$name::PROVIDER),+];
    };
}

providers! {
    openai,
    anthropic,
    openrouter,
}

/// The provider of an id.
pub fn find(id: &str) -> Option<&'static Provider> {
    ALL.iter().copied().find(|provider| provider.id == id)
}

/// A provider of AI, and how its billing endpoints are read.
#[derive(Debug)]
pub struct Provider {
    /// Stable id (OpenTelemetry `gen_ai.provider.name` where it has one).
    pub id: &'static str,
    /// Name as the provider writes it.
    pub name: &'static str,
    /// Where its endpoints live, without a trailing slash.
    pub base_url: &'static str,
    /// How a key is sent.
    pub auth: Auth,
    /// Headers that every request carries.
    pub headers: &'static [(&'static str, &'static str)],
    /// The kinds of key it hands out, those that can be used here first.
    pub keys: &'static [KeyKind],
    /// The call that tells whether a key works; costs nothing.
    pub check: Check,
    /// What is read from it.
    pub streams: &'static [Stream],
    /// The provider's own words in the body of an error.
    pub error_message: fn(&[u8]) -> Option<String>,
    /// How late its figures are, in one sentence.
    pub latency: &'static str,
}

impl Provider {
    /// The key kind of an id.
    pub fn key_kind(&self, id: &str) -> Option<&'static KeyKind> {
        self.keys.iter().find(|kind| kind.id == id)
    }

    /// The kinds whose prefix is the longest that fits the key: several where the provider's prefixes do not tell them apart.
    pub fn kinds_of(&self, key: &str) -> Vec<&'static KeyKind> {
        let fit = |kind: &KeyKind| {
            kind.prefixes.iter().filter(|prefix| key.starts_with(**prefix)).map(|prefix| prefix.len()).max()
        };
        let longest = self.keys.iter().filter_map(fit).max();
        self.keys.iter().filter(|kind| longest.is_some() && fit(kind) == longest).collect()
    }

    /// The first kind that sees a thing: the one to ask a person for.
    pub fn kind_that_sees(&self, sees: Sees) -> Option<&'static KeyKind> {
        self.keys.iter().find(|kind| kind.sees.contains(&sees))
    }
}

/// The providers and kinds that a pasted key may be of: those with the longest fitting prefix.
pub fn recognise(key: &str) -> Vec<(&'static Provider, &'static KeyKind)> {
    let length = |kind: &KeyKind| {
        kind.prefixes.iter().filter(|prefix| key.starts_with(**prefix)).map(|prefix| prefix.len()).max()
    };
    let found: Vec<_> = ALL
        .iter()
        .flat_map(|provider| provider.kinds_of(key).into_iter().map(move |kind| (*provider, kind)))
        .collect();
    let longest = found.iter().filter_map(|(_, kind)| length(kind)).max();
    found.into_iter().filter(|(_, kind)| length(kind) == longest).collect()
}

/// How a key travels in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer KEY`.
    Bearer,
    /// A header of the provider's own.
    Header(&'static str),
}

/// A kind of key that a provider hands out.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyKind {
    /// Stable id within the provider.
    pub id: &'static str,
    /// The provider's own name for it.
    pub name: &'static str,
    /// How such keys begin.
    pub prefixes: &'static [&'static str],
    /// What it can see. Nothing, where it is good for inference only.
    pub sees: &'static [Sees],
    /// The page on which it is made.
    pub made_at: &'static str,
    /// Who can make it and what to mind, in one sentence.
    pub note: &'static str,
}

/// What a key can see, and what a stream shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sees {
    /// What the provider bills.
    Cost,
    /// Tokens and requests.
    Usage,
    /// What is left of prepaid money.
    Balance,
    /// Limits, allowances and counts that reset.
    Quota,
}

impl Sees {
    /// Every sight, with its name at the door.
    pub const NAMED: &[(Sees, &str)] =
        &[(Sees::Cost, "cost"), (Sees::Usage, "usage"), (Sees::Balance, "balance"), (Sees::Quota, "quota")];
}

/// The call that tells whether a key works and of which kind it is.
#[derive(Debug)]
pub struct Check {
    /// The request; it costs nothing.
    pub request: fn(now: Timestamp) -> Request,
    /// Reads the answer: the id of the key's kind where the answer tells it apart, `None` where the prefix suffices.
    pub kind: fn(&[u8]) -> Result<Option<&'static str>, ParseError>,
}

/// One series of answers of a provider, with a cursor of its own.
#[derive(Debug)]
pub struct Stream {
    /// Stable name within the provider.
    pub name: &'static str,
    /// What it shows; a key that does not see this does not ask.
    pub sees: Sees,
    /// Where it comes from.
    pub source: Source,
    /// Reads one answer. Pure: the same body and query give the same page.
    pub parse: fn(&[u8], &Query) -> Result<Page, ParseError>,
    /// How far back it is read, and what is read again.
    pub cursor: Cursor,
}

/// Where a stream comes from.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// An HTTP endpoint below the base URL.
    Http(fn(&Query) -> Request),
}

/// How a stream moves through time. Windows are whole UTC days; what is read again replaces what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// The present state; every reading is kept.
    Snapshot,
    /// Days as the provider cuts them.
    Daily {
        /// How far back the provider tells, or is asked.
        history: Days,
        /// How many complete days are read again, since they may still change.
        lookback: Days,
        /// How many days one sequence of pages covers at most.
        slice: Days,
        /// Whether the day under way is told.
        today: bool,
    },
    /// Hours for the recent days, whole days before them.
    Hourly {
        /// How many of the latest days are read by the hour.
        recent: Days,
        /// How many days of hours one sequence of pages covers at most.
        recent_slice: Days,
        /// How far back the provider tells, or is asked.
        history: Days,
        /// How many complete days are read again, since they may still change.
        lookback: Days,
        /// How many whole days one sequence of pages covers at most.
        slice: Days,
    },
}

/// A count of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days(pub u16);

/// The width of the provider's buckets in one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// An hour.
    Hour,
    /// A UTC day.
    Day,
}

impl Bucket {
    /// Length in seconds.
    pub const fn seconds(self) -> i64 {
        match self {
            Bucket::Hour => 3_600,
            Bucket::Day => 86_400,
        }
    }
}

/// What is asked of a stream.
#[derive(Debug, Clone)]
pub struct Query {
    /// The window, whole UTC days, end exclusive.
    pub window: Period,
    /// How finely the window is cut.
    pub bucket: Bucket,
    /// The page to fetch; `None` for the first.
    pub page: Option<PageToken>,
    /// When it is asked.
    pub observed_at: Timestamp,
}

impl Query {
    /// The number of buckets in the window.
    pub fn buckets(&self) -> i64 {
        self.window.seconds() / self.bucket.seconds()
    }

    /// A charge period from the provider's own bounds: not empty, and inside the window. `at` names the place on failure.
    pub fn period(
        &self,
        start: Timestamp,
        end: Timestamp,
        at: impl Fn() -> String,
    ) -> Result<Period, ParseError> {
        let period = Period::new(start, end).map_err(|error| ParseError::new(at(), error))?;
        if self.window.holds(&period) {
            Ok(period)
        } else {
            let problem = format!("{period} lies outside of the window that was asked for, {}", self.window);
            Err(ParseError::new(at(), problem))
        }
    }

    /// The period of a bucket: inside the window, as long as was asked for, and cut where UTC cuts it.
    pub fn bucket_period(
        &self,
        start: Timestamp,
        end: Timestamp,
        at: impl Fn() -> String,
    ) -> Result<Period, ParseError> {
        let period = self.period(start, end, &at)?;
        let width = self.bucket.seconds();
        if period.seconds() == width && start.seconds_since(self.window.start) % width == 0 {
            Ok(period)
        } else {
            let problem = format!("{period} is no bucket of the {width} seconds that were asked for");
            Err(ParseError::new(at(), problem))
        }
    }
}

/// Money that a provider reports, in a national currency.
pub fn billed(amount: Decimal, currency: &str, at: impl Fn() -> String) -> Result<Money, ParseError> {
    // Nearly every row is in dollars; looking each up in the list of currencies would cost more than reading the row.
    let currency = if currency.eq_ignore_ascii_case("USD") {
        Currency::USD
    } else {
        Currency::national(currency).map_err(|error| ParseError::new(format!("{}.currency", at()), error))?
    };
    Ok(Money::new(amount, currency))
}

/// The category of a line of a bill. FOCUS calls money that is given back a credit, whatever it is given back for; no
/// provider here tells a correction from a refund.
pub fn category_of(billed: &Money) -> ChargeCategory {
    if billed.amount.is_sign_negative() && !billed.amount.is_zero() {
        ChargeCategory::Credit
    } else {
        ChargeCategory::Usage
    }
}

/// A request below the base URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Path with a leading slash.
    pub path: Cow<'static, str>,
    /// Query parameters in order, not yet percent-encoded.
    pub query: Vec<(&'static str, String)>,
}

impl Request {
    /// A request for a path without parameters.
    pub const fn get(path: &'static str) -> Request {
        Request { path: Cow::Borrowed(path), query: Vec::new() }
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Request {
        self.query.push((name, value.to_string()));
        self
    }
}

/// One page of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What it holds.
    pub entries: Vec<Entry>,
    /// Whether there is more.
    pub next: Next,
}

/// Whether a page is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It is the last.
    End,
    /// More lies behind this cursor.
    Token(PageToken),
    /// The provider promises more and gives no cursor; the engine refuses the sequence.
    Missing,
}

impl Next {
    /// From the usual pair `has_more` and `next_page`.
    pub fn from_pair(has_more: bool, token: Option<&str>) -> Next {
        match (has_more, token) {
            (false, _) => Next::End,
            (true, Some(token)) if !token.is_empty() => Next::Token(PageToken(token.to_owned())),
            (true, _) => Next::Missing,
        }
    }
}

/// A provider's cursor to a page, opaque.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageToken(pub String);

/// One thing that a provider reported.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every entry is a charge; boxing it would cost a million allocations"
)]
pub enum Entry {
    /// Cost or usage.
    Charge(Charge),
    /// What is left of prepaid money.
    Balance(Balance),
    /// An allowance or a count.
    Quota(QuotaReading),
}

/// Why a body is not what the contract says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at {at}: {problem}")]
pub struct ParseError {
    /// JSON path, such as `data[3].results[0].amount.value`.
    pub at: String,
    /// What is wrong there.
    pub problem: String,
}

impl ParseError {
    /// A problem at a place.
    pub fn new(at: impl Into<String>, problem: impl fmt::Display) -> ParseError {
        ParseError { at: at.into(), problem: problem.to_string() }
    }

    /// A time that could not be read at a place.
    pub fn time(at: impl Into<String>) -> impl FnOnce(TimeError) -> ParseError {
        let at = at.into();
        move |error| ParseError::new(at, error)
    }
}
