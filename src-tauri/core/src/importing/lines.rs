//! The lines of a table: one thread cuts them into cells, another reads what they mean and hands them to the store.

use std::io::Read;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use csv::ByteRecord;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use super::source::Opened;
use super::{FirstLine, ImportError, NAMED, Part, Progress, Told, Wanted, WrongLine};
use crate::formats::{Facts, Format, Line, Row, Taken, Wrong};
use crate::ledger::ListCost;
use crate::pricing::{Consumed, Pricer, Unpriced, Usage};
use crate::store::{Arrival, Store};
use crate::time::Timestamp;

/// Lines that go from thread to thread at once.
const BATCH: usize = 256;
/// Batches that may wait.
const WAITING: usize = 4;
/// Batches after which progress is told.
const TOLD_EVERY: usize = 64;
/// Providers that are named at most.
const MOST_VENDORS: usize = 8;
const DAY: i64 = 86_400;

type Batch = Vec<ByteRecord>;

/// Reads every line of a table.
pub(super) fn read(
    store: &Store,
    opened: Opened,
    wanted: &Wanted,
    cancel: &CancellationToken,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<(Part, Arrival), ImportError> {
    let Opened {
        inner,
        format,
        mapping,
        header,
        facts,
        stream,
        csv,
        width,
        lines_before,
        two_ends,
        done,
        total,
    } = opened;
    let provider = if format.provider.is_empty() { wanted.provider } else { Some(format.provider) };
    let mut reader = Reader {
        format,
        facts: &facts,
        places: &header.places,
        width,
        lines_before,
        two_ends,
        provider,
        // Somewhere it is tomorrow already.
        latest: wanted.now.plus_seconds(DAY),
        pricer: Pricer::new(&wanted.book),
        arrival: store.begin_import(format, &stream),
        told: Told::default(),
    };
    let (full, filled) = sync_channel::<Batch>(WAITING);
    let (empty, emptied) = channel::<Batch>();
    std::thread::scope(|scope| {
        let cutting = scope.spawn(move || cut(csv, &full, &emptied));
        let read = reader.batches(&filled, &empty, cancel, &|| {
            progress(Progress { done: done.load(Ordering::Relaxed), total });
        });
        // With its receiver gone the other thread ends too.
        drop((filled, empty));
        let cut =
            cutting.join().map_err(|_| ImportError::Internal("its lines could not be cut".to_owned()))?;
        read?;
        cut.map_err(|error| ImportError::File {
            name: super::source::name(&wanted.path),
            problem: error.to_string(),
        })
    })?;
    progress(Progress { done: total, total });
    Ok((Part { name: inner, format, mapping, told: reader.told }, reader.arrival))
}

/// Cuts lines into cells until the end, or until nobody takes them.
fn cut(
    mut csv: csv::Reader<Box<dyn Read + Send>>,
    full: &SyncSender<Batch>,
    emptied: &Receiver<Batch>,
) -> csv::Result<()> {
    loop {
        let mut batch = emptied.try_recv().unwrap_or_else(|_| vec![ByteRecord::new(); BATCH]);
        batch.resize(BATCH, ByteRecord::new());
        let mut count = 0;
        while count < BATCH && csv.read_byte_record(&mut batch[count])? {
            count += 1;
        }
        batch.truncate(count);
        let last = count < BATCH;
        if full.send(batch).is_err() || last {
            return Ok(());
        }
    }
}

struct Reader<'a> {
    format: &'static Format,
    facts: &'a Facts,
    places: &'a [Option<usize>],
    width: usize,
    lines_before: u64,
    two_ends: bool,
    provider: Option<&'static str>,
    /// No line begins later.
    latest: Timestamp,
    pricer: Pricer<'a>,
    arrival: Arrival,
    told: Told,
}

impl Reader<'_> {
    fn batches(
        &mut self,
        filled: &Receiver<Batch>,
        empty: &Sender<Batch>,
        cancel: &CancellationToken,
        progress: &dyn Fn(),
    ) -> Result<(), ImportError> {
        for (number, batch) in filled.iter().enumerate() {
            if cancel.is_cancelled() {
                return Err(ImportError::Cancelled);
            }
            for record in &batch {
                self.record(record)?;
            }
            if number % TOLD_EVERY == TOLD_EVERY - 1 {
                progress();
            }
            // Nobody to take it back is no failure.
            let _ = empty.send(batch);
        }
        Ok(())
    }

    fn record(&mut self, record: &ByteRecord) -> Result<(), ImportError> {
        let said = |cells: &ByteRecord| cells.iter().any(|cell| !cell.trim_ascii().is_empty());
        if record.len() != self.width {
            if !said(record) {
                return Ok(());
            }
            // Spreadsheets put empty cells behind the last.
            if record.len() < self.width
                || record.iter().skip(self.width).any(|cell| !cell.trim_ascii().is_empty())
            {
                self.told.lines += 1;
                let problem = format!("the line has {} cells, the header has {}", record.len(), self.width);
                self.wrong(record, &Wrong::line(problem));
                return Ok(());
            }
        }
        self.told.lines += 1;
        let row = Row::new(self.format, self.places, self.facts, record);
        let (mut part, mut failed, mut ahead) = (0, None, None);
        let (number, format) = (number(self.format, &row), self.format);
        let taken = {
            let Reader { pricer, arrival, told, provider, latest, .. } = self;
            (self.format.row)(&row, &mut |line| {
                if failed.is_some() || ahead.is_some() {
                    return;
                }
                if line.period.start > *latest {
                    ahead = Some(line.period.start.utc_date());
                    return;
                }
                let booked = told.wrong_count == 0;
                let list =
                    if booked { provider.and_then(|provider| listed(pricer, provider, &line)) } else { None };
                failed = told.note(&line).err().map(ImportError::from);
                if booked && failed.is_none() {
                    // Several charges of one line have numbers that follow each other; the lowest bit stays.
                    let number = number ^ bucket(&line, format) ^ (part << 1);
                    failed = arrival.stage(number, &line, list.as_ref()).err().map(ImportError::from);
                }
                part += 1;
            })
        };
        if let Some(error) = failed {
            return Err(error);
        }
        if let Some(date) = ahead {
            let today = self.latest.plus_seconds(-DAY).utc_date();
            let problem = format!(
                "its date {date} is still to come: today is {today} here. Mend the date, take the line out, or set this machine's clock"
            );
            self.wrong(record, &Wrong::line(problem));
            return Ok(());
        }
        match taken {
            Ok(Taken::Booked) => {}
            Ok(Taken::Left(words)) => *self.told.left.entry(words).or_default() += 1,
            // A line without any cell that says something is none.
            Err(_) if !said(record) => self.told.lines -= 1,
            Err(wrong) => self.wrong(record, &wrong),
        }
        Ok(())
    }

    fn wrong(&mut self, record: &ByteRecord, wrong: &Wrong) {
        self.told.wrong_count += 1;
        if self.told.wrong.len() < NAMED {
            // The cutter stands behind the carriage return, before the line feed, when it begins the next line.
            let line = |at: &csv::Position| at.line() + u64::from(self.two_ends && at.byte() > 0);
            let line = record.position().map_or(0, line) + self.lines_before;
            self.told.wrong.push(WrongLine { line, problem: wrong.to_string() });
        }
    }
}

impl Told {
    fn note(&mut self, line: &Line<'_>) -> Result<(), crate::money::MoneyError> {
        let day = line.period.start.utc_date();
        self.days = Some(self.days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
        if let Some((amount, currency)) = line.billed {
            self.billed.add(amount, currency)?;
        }
        let plus = |sum: &mut Option<u64>, more: u64| *sum = Some(sum.unwrap_or(0).saturating_add(more));
        if let Some(tokens) = line.tokens {
            plus(&mut self.input_tokens, tokens.input_tokens());
            plus(&mut self.output_tokens, tokens.output_tokens());
        }
        if let Some(requests) = line.requests {
            plus(&mut self.requests, requests);
        }
        if !line.vendor.is_empty() && self.vendors.len() < MOST_VENDORS && !self.vendors.contains(line.vendor)
        {
            self.vendors.insert(line.vendor.to_owned());
        }
        if self.first.len() < NAMED {
            let kept =
                |text: &str| if crate::formats::may_be_kept(text) { text.to_owned() } else { String::new() };
            self.first.push(FirstLine {
                day,
                category: line.category,
                billed: line.billed,
                model: kept(line.model()),
                description: kept(&line.description),
                tokens: line.tokens.map(|tokens| (tokens.input_tokens(), tokens.output_tokens())),
            });
        }
        Ok(())
    }
}

/// The number of a line: 62 bits of a hash of what tells it apart, and whether it names a person. It cannot be turned back, and
/// is the same whatever else the file holds.
fn number(format: &Format, row: &Row<'_>) -> i64 {
    let mut hash = Sha256::new();
    for column in format.identity {
        let cell = row.bytes(*column);
        hash.update((cell.len() as u64).to_le_bytes());
        if format.unique {
            hash.update(cell);
        } else {
            // Spreadsheets and newer exports write some words in another case.
            hash.update(cell.to_ascii_lowercase());
        }
    }
    for cell in format.later.iter().map(|column| row.bytes(*column)).filter(|cell| !cell.is_empty()) {
        hash.update((cell.len() as u64).to_le_bytes());
        hash.update(cell.to_ascii_lowercase());
    }
    let bytes = hash.finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&bytes[..8]);
    let person = format.persons.iter().any(|column| !row.bytes(*column).is_empty());
    // The highest bit is the sign.
    i64::from_le_bytes(first) & i64::MAX & !1 | i64::from(person)
}

/// What sets a bucket other than a day apart in a line's number. The first hour of a day begins when the day does, and the first
/// day of a month when the month does: under one number the one would take the other's place. Where spans of days are not
/// compared with each other they have none, for they may grow.
fn bucket(line: &Line<'_>, format: &Format) -> i64 {
    let seconds = line.period.seconds();
    let is_plain = seconds == DAY || (seconds > DAY && format.grouped.is_none());
    if is_plain { 0 } else { seconds << 8 }
}

/// What a line costs at list price, where model and quantity are known.
fn listed(pricer: &mut Pricer<'_>, provider: &str, line: &Line<'_>) -> Option<ListCost> {
    let some = |text| if str::is_empty(text) { None } else { Some(text) };
    let quantity = line.priced_quantity();
    let consumed = match (&line.tokens, line.meter, quantity) {
        (Some(tokens), ..) => Consumed::Tokens(tokens),
        (None, Some(meter), Some(quantity)) => Consumed::Units(meter, quantity),
        _ => return None,
    };
    let usage = Usage {
        provider,
        model: some(line.model())?,
        at: line.period.start.utc_date(),
        service_tier: some(line.service_tier),
        context_window: some(line.context_window),
        consumed,
    };
    match pricer.list_cost(&usage) {
        // The name that was asked for may be an alias that only the provider knows.
        Err(Unpriced::NoPrice) if !line.response_model.is_empty() && line.response_model != usage.model => {
            pricer.list_cost(&Usage { model: line.response_model, ..usage }).ok()
        }
        cost => cost.ok(),
    }
}
