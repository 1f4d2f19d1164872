//! Lines in order of their time and number, however many: sorted in runs that fit in memory, kept in a temporary file without a
//! name, and merged. In this order SQLite writes them fastest, and lines of one number stand together.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};

use super::super::StoreError;
use super::super::aside::failed;

/// Bytes of lines that are sorted in memory.
const RUN: usize = 8 << 20;
/// What of each run is read at once.
const READ: usize = 64 << 10;
/// Start, number and length before each line.
const HEAD: usize = 18;

/// Lines that arrive in any order.
#[derive(Debug)]
pub(super) struct Runs {
    folder: PathBuf,
    bytes: Vec<u8>,
    slots: Vec<Slot>,
    file: Option<File>,
    /// The end of each run in the file.
    ends: Vec<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    start: i64,
    number: i64,
    at: usize,
    length: u16,
}

impl Runs {
    pub(super) fn new(folder: &Path) -> Runs {
        Runs { folder: folder.to_owned(), bytes: Vec::new(), slots: Vec::new(), file: None, ends: Vec::new() }
    }

    pub(super) fn push(&mut self, start: i64, number: i64, row: &[u8]) -> Result<(), StoreError> {
        let length =
            u16::try_from(row.len()).map_err(|_| StoreError::Row("a line too long to be kept".to_owned()))?;
        if self.bytes.len() + row.len() > RUN {
            self.put_aside()?;
        }
        self.slots.push(Slot { start, number, at: self.bytes.len(), length });
        self.bytes.extend_from_slice(row);
        Ok(())
    }

    /// The lines in memory, in order.
    fn sorted(&self) -> Vec<u8> {
        let row = |slot: &Slot| &self.bytes[slot.at..slot.at + usize::from(slot.length)];
        let mut slots = self.slots.clone();
        slots.sort_unstable_by(|a, b| {
            (a.start, a.number).cmp(&(b.start, b.number)).then_with(|| row(a).cmp(row(b)))
        });
        let mut out = Vec::with_capacity(self.bytes.len() + slots.len() * HEAD);
        for slot in &slots {
            out.extend_from_slice(&slot.start.to_le_bytes());
            out.extend_from_slice(&slot.number.to_le_bytes());
            out.extend_from_slice(&slot.length.to_le_bytes());
            out.extend_from_slice(row(slot));
        }
        out
    }

    fn put_aside(&mut self) -> Result<(), StoreError> {
        let run = self.sorted();
        let problem = |error: io::Error| failed(&self.folder, &error);
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&self.folder).map_err(problem)?),
        };
        file.write_all(&run).map_err(problem)?;
        self.ends.push(self.ends.last().copied().unwrap_or(0) + run.len() as u64);
        self.bytes.clear();
        self.slots.clear();
        Ok(())
    }

    /// All lines in order of start, number and content. Where numbers are ids, a line that comes again is marked; else each
    /// further line of one number gets a number of its own, the same whatever order they came in.
    pub(super) fn merged(&self, unique: bool) -> Result<Merged<'_>, StoreError> {
        let mut sources = Vec::with_capacity(self.ends.len() + 1);
        let mut at = 0;
        if let Some(file) = &self.file {
            for end in &self.ends {
                let part = Part { file, at, end: *end };
                sources.push(BufReader::with_capacity(READ, Source::File(part)));
                at = *end;
            }
        }
        sources.push(BufReader::with_capacity(READ, Source::Memory(io::Cursor::new(self.sorted()))));
        let mut merged = Merged {
            folder: &self.folder,
            sources,
            heap: BinaryHeap::new(),
            taken: None,
            last: None,
            occurrence: 0,
            unique,
        };
        for source in 0..merged.sources.len() {
            merged.draw(source, Vec::new())?;
        }
        Ok(merged)
    }
}

/// A line in its order.
pub(super) struct Next<'a> {
    pub(super) start: i64,
    pub(super) number: i64,
    pub(super) row: &'a [u8],
    /// Whether it came before, under the same id.
    pub(super) is_repeat: bool,
}

/// Lines as they are merged.
pub(super) struct Merged<'a> {
    folder: &'a Path,
    sources: Vec<BufReader<Source<'a>>>,
    heap: BinaryHeap<Reverse<Head>>,
    taken: Option<Head>,
    last: Option<(i64, i64)>,
    occurrence: u64,
    unique: bool,
}

/// The first line of a source.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    start: i64,
    number: i64,
    row: Vec<u8>,
    source: usize,
}

impl Merged<'_> {
    pub(super) fn next(&mut self) -> Result<Option<Next<'_>>, StoreError> {
        if let Some(Head { source, row, .. }) = self.taken.take() {
            self.draw(source, row)?;
        }
        let Some(Reverse(head)) = self.heap.pop() else { return Ok(None) };
        let same = self.last == Some((head.start, head.number));
        self.occurrence = if same { self.occurrence + 1 } else { 0 };
        self.last = Some((head.start, head.number));
        let Head { start, number, row, .. } = self.taken.insert(head);
        let (start, number) = (*start, *number);
        let is_repeat = same && self.unique;
        let number = if is_repeat { number } else { further(number, self.occurrence) };
        Ok(Some(Next { start, number, row, is_repeat }))
    }

    /// Puts the next line of a source into the heap; `row` is room to read it into.
    fn draw(&mut self, source: usize, mut row: Vec<u8>) -> Result<(), StoreError> {
        let reader = &mut self.sources[source];
        let mut head = [0; HEAD];
        let problem = |error: io::Error| failed(self.folder, &error);
        let first = reader.read(&mut head).map_err(problem)?;
        if first == 0 {
            return Ok(());
        }
        reader.read_exact(&mut head[first..]).map_err(problem)?;
        let number = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&head[at..at + 8]);
            i64::from_le_bytes(bytes)
        };
        row.resize(usize::from(u16::from_le_bytes([head[16], head[17]])), 0);
        reader.read_exact(&mut row).map_err(problem)?;
        self.heap.push(Reverse(Head { start: number(0), number: number(8), row, source }));
        Ok(())
    }
}

/// The number of a further line of the same number; its lowest bit stays, which tells whether a person is named.
fn further(number: i64, occurrence: u64) -> i64 {
    if occurrence == 0 {
        return number;
    }
    let mut mixed = number.unsigned_abs() ^ occurrence.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    i64::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap_or(0) & !1 | (number & 1)
}

enum Source<'a> {
    File(Part<'a>),
    Memory(io::Cursor<Vec<u8>>),
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::File(part) => part.read(buffer),
            Source::Memory(bytes) => bytes.read(buffer),
        }
    }
}

/// A stretch of a file that others read too.
struct Part<'a> {
    file: &'a File,
    at: u64,
    end: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let most = buffer.len().min(left);
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, &mut buffer[..most], self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, &mut buffer[..most], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
