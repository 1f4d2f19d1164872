//! What a provider is: a value made of pure functions. One file each below; the sync engine does the input and output.

mod google;
mod json;
mod keys;
mod request;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use json::{Count, Exact, decode, error_words, names_any, plain_words, said_at, told};
pub use keys::{Auth, Field, FileParts, Intake, KeyKind, Login, LoginError, Region, goes_on, is_uuid};
pub use request::{Body, Request, segment};

use crate::ledger::{
    Balance, Charge, ChargeCategory, CreditGrant, Meter, Name, QuotaReading, Subscription, TokenTotals,
    TokenUsage,
};
use crate::money::{Currency, Decimal, Money, exact_mul};
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
    gemini,
    openrouter,
    deepseek,
    moonshot,
    xai,
    github_copilot,
    cursor,
    azure,
    bedrock,
    mistral,
    elevenlabs,
    deepgram,
    poe,
    vercel,
    fireworks,
    together,
    siliconflow,
    novita,
    stability,
    runway,
    leonardo,
    luma,
    recraft,
    fal,
    tavily,
    firecrawl,
    exa,
    litellm,
    helicone,
    langfuse,
    gemini_billing,
    kimi_code,
    minimax,
    zai,
    replicate,
    claude_subscription,
    chatgpt_subscription,
    gemini_cli,
    groq,
    cohere,
    perplexity,
    own,
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
    /// Where its endpoints live, without a trailing slash. Empty where it has none.
    pub base_url: &'static str,
    /// Its other origins, which requests may name with [`Request::at`]. With an address of the person's own, all of them lie there.
    pub origins: &'static [&'static str],
    /// The places it serves from, where a key is good for one of them only; the first is usual. The choice is the detail `region`.
    pub regions: &'static [Region],
    /// How a key is sent.
    pub auth: Auth,
    /// Headers that every request carries.
    pub headers: &'static [(&'static str, &'static str)],
    /// The kinds of key it hands out, those that can be used here first.
    pub keys: &'static [KeyKind],
    /// The call that tells whether a key works; costs nothing. `None` where the provider has no endpoint to read.
    pub check: Option<Check>,
    /// What is read from it.
    pub streams: &'static [Stream],
    /// The provider's own words in the body of an error.
    pub error_message: fn(&[u8]) -> Option<String>,
    /// The HTTP status that an answer stands for, where its own misleads: an error inside a 200, a 400 for a wrong key.
    pub meaning: fn(status: u16, body: &[u8]) -> u16,
    /// Units of its own that it bills in or holds credit in, the usual one first; empty where that is money.
    pub units: &'static [Currency],
    /// How late its figures are, in one sentence.
    pub latency: &'static str,
    /// What the provider does not tell, and the best other way in, in one or two sentences. Empty where nothing is missing.
    pub lacks: &'static str,
}

impl Provider {
    /// What a provider is where nothing else is said; for `..Provider::PLAIN`.
    pub const PLAIN: Provider = Provider {
        id: "",
        name: "",
        base_url: "",
        origins: &[],
        regions: &[],
        auth: Auth::Bearer,
        headers: &[],
        keys: &[],
        check: None,
        streams: &[],
        error_message: error_words,
        meaning: |status, _| status,
        units: &[],
        latency: "",
        lacks: "",
    };
}

impl Provider {
    /// The key kind of an id.
    pub fn key_kind(&self, id: &str) -> Option<&'static KeyKind> {
        self.keys.iter().find(|kind| kind.id == id)
    }

    /// The kinds that fit a key best: several where nothing tells them apart.
    pub fn kinds_of(&self, key: &str) -> Vec<&'static KeyKind> {
        let best = self.keys.iter().filter_map(|kind| kind.fit(key)).max();
        self.keys.iter().filter(|kind| best.is_some() && kind.fit(key) == best).collect()
    }

    /// The region of an id, or the usual one.
    pub fn region(&self, id: Option<&str>) -> Option<&'static Region> {
        self.regions.iter().find(|region| Some(region.id) == id).or_else(|| self.regions.first())
    }

    /// The first kind that sees a thing: the one to ask a person for.
    pub fn kind_that_sees(&self, sees: Sees) -> Option<&'static KeyKind> {
        self.keys.iter().find(|kind| kind.sees.contains(&sees))
    }
}

/// The providers and kinds that a pasted key may be of: those that fit it best.
pub fn recognise(key: &str) -> Vec<(&'static Provider, &'static KeyKind)> {
    let found: Vec<_> = ALL
        .iter()
        .flat_map(|provider| provider.kinds_of(key).into_iter().map(move |kind| (*provider, kind)))
        .collect();
    let best = found.iter().filter_map(|(_, kind)| kind.fit(key)).max();
    found.into_iter().filter(|(_, kind)| kind.fit(key) == best).collect()
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
    pub request: fn(&Query) -> Request,
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
    /// Seconds that must pass between two reads, asked for or not: where a read costs money or is throttled hard.
    pub floor: i64,
    /// Statuses by which the provider says that there is no such thing for this account, and what that means, in one sentence:
    /// a plan without this report, a limit that was never set. No failure.
    pub absent: &'static [(u16, &'static str)],
    /// Whether its money is an estimate of what another stream of the provider bills: how far it reaches says nothing of the bills.
    pub beside: bool,
}

impl Stream {
    /// What a stream is where nothing else is said; for `..Stream::PLAIN`.
    pub const PLAIN: Stream = Stream {
        name: "",
        sees: Sees::Balance,
        source: Source::Http(|_| Request::get("/")),
        parse: |_, _| Ok(Page { entries: Vec::new(), next: Next::End }),
        cursor: Cursor::Snapshot,
        floor: 0,
        absent: &[],
        beside: false,
    };

    /// The request for a page: of the stream, or of the part that the query names.
    pub fn request(&self, query: &Query) -> Request {
        match self.source {
            Source::Http(request) | Source::Parts { request, .. } => request(query),
        }
    }
}

/// Where a stream comes from.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// An HTTP endpoint below the base URL.
    Http(fn(&Query) -> Request),
    /// An endpoint of each part of the account (a project, a team, the person's own name), after the parts are listed.
    Parts {
        /// The request that lists the parts; [`Query::page`] is set for its further pages.
        list: fn(&Query) -> Request,
        /// Reads a page of the list.
        parts: fn(&[u8], &Query) -> Result<Parts, ParseError>,
        /// The request for one part, which is [`Query::part`].
        request: fn(&Query) -> Request,
    },
}

/// A part of an account that has endpoints of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The provider's id, as its path takes it.
    pub id: String,
    /// Its name, where told.
    pub name: Option<String>,
}

/// A page of parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The parts.
    pub parts: Vec<Part>,
    /// Whether there is more.
    pub next: Next,
}

/// What an account is told beside its key, none of it secret: a region, a project, a team.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details(Arc<BTreeMap<String, String>>);

impl Details {
    /// From names and values.
    pub fn new(details: BTreeMap<String, String>) -> Details {
        Details(Arc::new(details))
    }

    /// A detail; empty where it was not given.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
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
    /// Days, asked for by calendar month.
    Monthly {
        /// How far back the provider tells, or is asked.
        history: Days,
        /// How many complete days are read again, since they may still change.
        lookback: Days,
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
    /// The part that is asked for, of a stream that has parts.
    pub part: Option<Part>,
    /// What the account is told beside its key.
    pub details: Details,
}

impl Query {
    /// The question of a snapshot: the UTC day under way, first page.
    pub fn snapshot(observed_at: Timestamp, details: Details) -> Query {
        let window = observed_at.utc_date().utc_day();
        Query { window, bucket: Bucket::Day, page: None, observed_at, part: None, details }
    }

    /// The id of the part that is asked for; empty where there is none.
    pub fn part_id(&self) -> &str {
        self.part.as_ref().map_or("", |part| part.id.as_str())
    }

    /// The page token as text; empty for the first page.
    pub fn page_text(&self) -> &str {
        self.page.as_ref().map_or("", |page| page.0.as_str())
    }

    /// A time that lies ahead of the reading, such as the next reset; one that has passed says nothing any more.
    pub fn upcoming(&self, at: Timestamp) -> Option<Timestamp> {
        Some(at).filter(|at| *at > self.observed_at)
    }

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

/// An amount that a provider gives in a smaller unit, moved so many decimal places: cents by 2, ten thousandths by 4.
pub fn shifted(amount: Decimal, places: u32, at: impl Fn() -> String) -> Result<Decimal, ParseError> {
    exact_mul(amount, Decimal::new(1, places)).ok_or_else(|| {
        ParseError::new(at(), format!("{amount} cannot be kept exactly {places} decimal places further"))
    })
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

/// The tokens of a row that counts text by one meter alone: a whole number of input, of input read from a cache, or of output.
pub fn tokens_of(meter: Meter, quantity: Option<Decimal>) -> Option<TokenUsage> {
    let whole = quantity?.normalize();
    let count = u64::try_from(whole.mantissa()).ok().filter(|_| whole.scale() == 0)?;
    let totals = match meter {
        Meter::Input => TokenTotals { input: count, ..TokenTotals::default() },
        Meter::CacheRead => TokenTotals { input: count, cache_read: count, ..TokenTotals::default() },
        Meter::Output => TokenTotals { output: count, ..TokenTotals::default() },
        _ => return None,
    };
    TokenUsage::from_totals(totals).ok()
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
    /// A dated lot of credit.
    Grant(CreditGrant),
    /// A plan that is paid for by the month or year.
    Subscription(Subscription),
    /// What a project or key is called.
    Name(Name),
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
