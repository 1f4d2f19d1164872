//! Reads the files that consoles export: which format each is of, every line of it, and what it adds up to. Lines are put aside
//! by the store until they are booked; however long a file is, memory does not grow with it.

mod lines;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

pub use source::name;

use crate::formats::{Format, Mapping, NotAMapping, NotRead};
use crate::ledger::ChargeCategory;
use crate::money::{Currency, MixedMoney, MoneyError, Total};
use crate::pricing::PriceBook;
use crate::store::{Arrival, ImportedFile, Store, StoreError};
use crate::time::{Date, Timestamp};

/// Wrong lines that are named one by one; more are counted.
pub const NAMED: usize = 20;

/// What to read.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The file.
    pub path: PathBuf,
    /// Its format, where the person says.
    pub format: Option<&'static Format>,
    /// Which column is what, where the person says.
    pub mapping: Option<Mapping>,
    /// The provider whose list prices count, where the format does not tell it.
    pub provider: Option<&'static str>,
    /// What prices usage.
    pub book: PriceBook,
    /// The present: what is dated later is wrong.
    pub now: Timestamp,
}

/// A file that was read to its end, not yet booked.
#[derive(Debug)]
pub struct Reading {
    /// The file.
    pub file: ImportedFile,
    /// What was understood: one part for each file of a zip, one otherwise.
    pub parts: Vec<Part>,
    /// The lines of each part.
    pub arrivals: Vec<Arrival>,
}

impl Reading {
    /// How many lines are wrong: with a single one nothing may be booked.
    pub fn wrong(&self) -> u64 {
        self.parts.iter().map(|part| part.told.wrong_count).sum()
    }
}

/// A part of a file.
#[derive(Debug)]
pub struct Part {
    /// Its name in a zip; empty otherwise.
    pub name: String,
    /// Its format.
    pub format: &'static Format,
    /// The mapping by which it was read, and under which name that is remembered.
    pub mapping: Option<(String, Mapping)>,
    /// What its lines say.
    pub told: Told,
}

/// What the lines of a part say.
#[derive(Debug, Default)]
pub struct Told {
    /// Lines that were read.
    pub lines: u64,
    /// Lines that are none to be booked, by what they are.
    pub left: BTreeMap<&'static str, u64>,
    /// First and last UTC day.
    pub days: Option<(Date, Date)>,
    /// What is billed, by currency.
    pub billed: MixedMoney,
    /// Input tokens, where they are counted.
    pub input_tokens: Option<u64>,
    /// Output tokens, where they are counted.
    pub output_tokens: Option<u64>,
    /// Requests, where they are counted.
    pub requests: Option<u64>,
    /// Who is named as provider, where lines tell: some of them.
    pub vendors: BTreeSet<String>,
    /// The first of the wrong lines.
    pub wrong: Vec<WrongLine>,
    /// How many lines are wrong.
    pub wrong_count: u64,
    /// The first lines as they would be booked.
    pub first: Vec<FirstLine>,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: String,
}

/// A line as it would be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstLine {
    /// Its UTC day.
    pub day: Date,
    /// Its kind.
    pub category: ChargeCategory,
    /// What is billed.
    pub billed: Option<(Total, Currency)>,
    /// The model, where told.
    pub model: String,
    /// The words of the line, where told.
    pub description: String,
    /// Tokens of input and output, where counted.
    pub tokens: Option<(u64, u64)>,
}

/// How far the reading of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that were read.
    pub done: u64,
    /// Bytes of the file.
    pub total: u64,
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be opened or read.
    #[error("{name} cannot be read: {problem}")]
    File {
        /// The file.
        name: String,
        /// What the system says.
        problem: String,
    },
    /// Its header is of no format that is known.
    #[error("{name}: {problem}. {advice}")]
    Strange {
        /// The file.
        name: String,
        /// Why.
        problem: NotRead,
        /// What to do.
        advice: &'static str,
    },
    /// A mapping is none.
    #[error("{0}")]
    Mapping(#[from] NotAMapping),
    /// There is nothing in it.
    #[error("{0} has no header: it is empty, or holds no table")]
    Empty(String),
    /// It holds bytes and no text: a picture, a program, a workbook of old.
    #[error("{0} is no text. What is imported is a CSV file: save or export it as CSV")]
    NotText(String),
    /// A zip without a table, or with what cannot be read.
    #[error("{name} is a zip that cannot be read: {problem}")]
    Zip {
        /// The file.
        name: String,
        /// Why.
        problem: String,
    },
    /// The sums are too large.
    #[error("{0}")]
    Money(#[from] MoneyError),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// It was cancelled.
    #[error("the import was cancelled; nothing of it is booked")]
    Cancelled,
    /// A fault of this program.
    #[error("the file was not read to its end ({0})")]
    Internal(String),
}

/// Reads a file to its end, on a thread that may block. Nothing is booked.
pub async fn read(
    store: &Store,
    wanted: Wanted,
    cancel: &CancellationToken,
    progress: impl Fn(Progress) + Send + Sync + 'static,
) -> Result<Reading, ImportError> {
    let (store, cancel) = (store.clone(), cancel.clone());
    let runtime = tokio::runtime::Handle::current();
    let work = move || {
        let remembered = |key: &str| -> Result<Option<Mapping>, ImportError> {
            let text = runtime.block_on(store.setting(key))?;
            Ok(text.map(|text| text.parse()).transpose()?)
        };
        let mut reading = Reading {
            file: ImportedFile { name: source::name(&wanted.path), lines: 0 },
            parts: Vec::new(),
            arrivals: Vec::new(),
        };
        for table in source::tables(&wanted.path, store.folder())? {
            let opened = source::open(table, &wanted, &remembered)?;
            let (part, arrival) = lines::read(&store, opened, &wanted, &cancel, &progress)?;
            reading.file.lines += part.told.lines;
            reading.parts.push(part);
            reading.arrivals.push(arrival);
        }
        Ok(reading)
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ImportError::Internal(error.to_string()))?
}
