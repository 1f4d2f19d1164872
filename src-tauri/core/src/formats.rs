//! What a provider's console exports: which columns a file has, and what a line of it means. A format is a value made of pure
//! functions, one file each below; the room `importing` does the reading.

mod anthropic;
mod cells;
mod cursor;
mod deepseek;
mod focus;
mod github;
mod google;
mod header;
mod mapped;
mod openai;
mod openrouter;
mod times;

use std::borrow::Cow;

pub use cells::{Facts, Problem, Row, Wrong, may_be_kept, number};
pub use header::{Header, NotRead, read_as, recognise};
pub use mapped::{MAPPED, Mapping, NotAMapping};
pub use times::Moment;

use crate::ledger::{ChargeCategory, Meter, TokenUsage};
use crate::money::{Currency, Decimal, Total};
use crate::time::Period;

/// Every format, in display order.
pub const ALL: &[&Format] = &[
    &openai::COST,
    &openai::COMPLETIONS,
    &openai::EMBEDDINGS,
    &openai::IMAGES,
    &openai::SPEECHES,
    &openai::TRANSCRIPTIONS,
    &openai::SESSIONS,
    &openai::VECTOR_STORES,
    &openai::FILE_SEARCHES,
    &openai::WEB_SEARCHES,
    &openai::EMPTY,
    &anthropic::COST,
    &anthropic::TOKENS,
    &openrouter::GENERATIONS,
    &openrouter::ACTIVITY,
    &cursor::USAGE,
    &deepseek::AMOUNT,
    &deepseek::COST,
    &google::COST_TABLE,
    &github::PREMIUM,
    &github::USAGE,
    &github::EARLY,
    &focus::FOCUS,
];

/// Our id of a provider that the lines of a file name.
pub fn vendor_id(vendor: &str) -> Option<&'static str> {
    focus::provider_of(vendor)
}

/// The format of an id.
pub fn find(id: &str) -> Option<&'static Format> {
    ALL.iter().copied().find(|format| format.id == id)
}

/// A kind of file, and how a line of it is read.
#[derive(Debug)]
pub struct Format {
    /// Stable id; what is imported lies in the stream `import.` and this.
    pub id: &'static str,
    /// What it is, in words.
    pub name: &'static str,
    /// The provider whose file it is; empty where the lines or the person tell.
    pub provider: &'static str,
    /// The columns it is known by, and those that are read where they are there.
    pub columns: &'static [Column],
    /// Whether a file with any other column is not of this format.
    pub bare: bool,
    /// The columns (places in `columns`) that tell lines apart, so that a line which comes again is known. None of them is an
    /// amount or a count, for those may be corrected.
    pub identity: &'static [usize],
    /// The same of columns that came later: where such a cell is empty, the number of the line is what it was before.
    pub later: &'static [usize],
    /// Those of them that name a person: they go into the line's number, which cannot be turned back, and nowhere else.
    pub persons: &'static [usize],
    /// Whether the identity is an id of the provider's: a line that comes twice in a file is one line.
    pub unique: bool,
    /// Which texts every line of one export has where the person chose to group by them; `None` where files are not grouped by
    /// choice. A line that lacks what others have may be their sum: see [`grouping`].
    pub grouped: Option<u8>,
    /// Formats that tell the same money or usage as this one. On one day only one of them counts: the one of higher rank.
    pub rivals: &'static [&'static str],
    /// How much this one tells, beside its rivals.
    pub rank: u8,
    /// Reads a line: what it books is handed out, what it does not is told by a reason.
    pub row: ReadLine,
    /// What to mind, in a sentence. Empty where there is nothing.
    pub note: &'static str,
}

impl Format {
    /// What a format is where nothing else is said; for `..Format::PLAIN`.
    const PLAIN: Format = Format {
        id: "",
        name: "",
        provider: "",
        columns: &[],
        bare: false,
        identity: &[],
        later: &[],
        persons: &[],
        unique: false,
        grouped: None,
        rivals: &[],
        rank: 1,
        row: |_, _| Ok(Taken::Booked),
        note: "",
    };

    /// The formats that tell the same as this one, with whether each tells more.
    pub fn same_as(&self) -> impl Iterator<Item = (&'static Format, bool)> {
        let same = |other: &Format| self.rivals.contains(&other.id) || other.rivals.contains(&self.id);
        ALL.iter().copied().filter(move |other| same(other)).map(|other| (other, other.rank > self.rank))
    }
}

/// The texts of a line as bits, for [`Format::grouped`].
pub mod grouping {
    /// The model asked for.
    pub const REQUEST_MODEL: u8 = 1;
    /// The model that answered.
    pub const RESPONSE_MODEL: u8 = 1 << 1;
    /// The service tier.
    pub const SERVICE_TIER: u8 = 1 << 2;
    /// The context band.
    pub const CONTEXT_WINDOW: u8 = 1 << 3;
    /// The project.
    pub const PROJECT: u8 = 1 << 4;
    /// The API key.
    pub const API_KEY: u8 = 1 << 5;
    /// The provider's words.
    pub const DESCRIPTION: u8 = 1 << 6;
    /// A person, who is not kept.
    pub const PERSON: u8 = 1 << 7;
}

/// Reads one line of a file.
pub type ReadLine = fn(&Row<'_>, &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong>;

/// A column of a format.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its names in lower case, the usual one first; one that ends with `*` stands for all that begin so.
    pub names: &'static [&'static str],
    /// Whether a file without it is not of this format.
    pub needed: bool,
}

const fn need(names: &'static [&'static str]) -> Column {
    Column { names, needed: true }
}

const fn may(names: &'static [&'static str]) -> Column {
    Column { names, needed: false }
}

/// What came of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was handed out.
    Booked,
    /// It is none to be booked: the words say which kind it is, in the plural.
    Left(&'static str),
}

/// One charge of a line, its texts still the file's. An empty text says nothing.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// Its kind.
    pub category: ChargeCategory,
    /// When it arose.
    pub period: Period,
    /// What is billed.
    pub billed: Option<(Total, Currency)>,
    /// How much was consumed, in `unit`.
    pub quantity: Option<Total>,
    /// The unit of `quantity`.
    pub unit: &'a str,
    /// Which meter ran.
    pub meter: Option<Meter>,
    /// Tokens, where they are counted.
    pub tokens: Option<TokenUsage>,
    /// Requests, where they are counted.
    pub requests: Option<u64>,
    /// The model that was asked for.
    pub request_model: &'a str,
    /// The model that answered.
    pub response_model: &'a str,
    /// The service tier.
    pub service_tier: &'a str,
    /// The context band.
    pub context_window: &'a str,
    /// The project or workspace.
    pub project: &'a str,
    /// The API key, by its id or name.
    pub api_key: &'a str,
    /// The provider's own words for the line.
    pub description: Cow<'a, str>,
    /// The session of a tool, by the tool's id.
    pub session: &'a str,
    /// Who provides what is charged, where the lines of a file tell.
    pub vendor: &'a str,
}

impl Line<'_> {
    /// A line of usage with nothing known yet but its period.
    pub const fn usage(period: Period) -> Line<'static> {
        Line {
            category: ChargeCategory::Usage,
            period,
            billed: None,
            quantity: None,
            unit: "",
            meter: None,
            tokens: None,
            requests: None,
            request_model: "",
            response_model: "",
            service_tier: "",
            context_window: "",
            project: "",
            api_key: "",
            description: Cow::Borrowed(""),
            session: "",
            vendor: "",
        }
    }

    /// The model to price: the one asked for, else the one that answered.
    pub const fn model(&self) -> &str {
        if self.request_model.is_empty() { self.response_model } else { self.request_model }
    }

    /// The quantity as pricing takes it.
    pub fn priced_quantity(&self) -> Option<Decimal> {
        self.quantity.and_then(Total::exact)
    }
}

/// The category of a billed amount: money that is given back is a credit, whatever it is given back for.
fn category_of(amount: Total) -> ChargeCategory {
    if amount.is_negative() { ChargeCategory::Credit } else { ChargeCategory::Usage }
}
