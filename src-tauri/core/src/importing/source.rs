//! From a path to a table: zips opened, text decoded, the header found among what may stand before it.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

use super::{ImportError, Wanted};
use crate::formats::{Facts, Format, Header, MAPPED, Mapping, NotRead, read_as, recognise};
use crate::money::Currency;

/// How much of a file is looked at to find its header.
const HEAD: usize = 64 << 10;
/// How many lines may stand before the header.
const PREAMBLE: usize = 40;
const ADVICE: &str =
    "Name its format with --as, or say which column is what with --as map:date=…,cost=…,currency=…";
const ADVICE_OF_A_MAPPING: &str = "Name each column as it is written in the file's header";

/// A file that holds one table.
pub(super) struct Table {
    name: String,
    /// Its name in a zip; empty otherwise.
    inner: String,
    file: File,
}

/// A table whose header is understood.
pub(super) struct Opened {
    pub(super) inner: String,
    pub(super) format: &'static Format,
    pub(super) mapping: Option<(String, Mapping)>,
    pub(super) header: Header,
    pub(super) facts: Facts,
    /// The stream that its lines belong to, after the common beginning.
    pub(super) stream: String,
    pub(super) csv: csv::Reader<Box<dyn Read + Send>>,
    /// Cells of the header.
    pub(super) width: usize,
    /// Lines up to the header, itself included.
    pub(super) lines_before: u64,
    /// Whether a line feed follows a carriage return at the end of each line.
    pub(super) two_ends: bool,
    pub(super) done: Arc<AtomicU64>,
    pub(super) total: u64,
}

/// The name of a file without its folder.
pub fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| "the file".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The tables of a file: one, or those in a zip.
pub(super) fn tables(path: &Path, scratch: &Path) -> Result<Vec<Table>, ImportError> {
    let name = name(path);
    // Where it is looked for is what tells what is wrong.
    let place = std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    let failed = |error: io::Error| ImportError::File { name: place.clone(), problem: error.to_string() };
    let found = std::fs::metadata(path).map_err(failed)?;
    if found.is_dir() {
        return Err(ImportError::File { name: place, problem: "it is a folder".to_owned() });
    }
    // A pipe would be waited for, and cannot be read twice.
    if !found.is_file() {
        let problem = "it is a pipe or a device: save what comes out of it as a file first".to_owned();
        return Err(ImportError::File { name: place, problem });
    }
    let mut file = File::open(path).map_err(failed)?;
    let mut magic = [0; 4];
    let read = fill(&mut file, &mut magic).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    if &magic[..read] != b"PK\x03\x04" {
        return Ok(vec![Table { name, inner: String::new(), file }]);
    }
    let bad = |problem: String| ImportError::Zip { name: name.clone(), problem };
    let mut zip = zip::ZipArchive::new(file).map_err(|error| bad(error.to_string()))?;
    let mut tables = Vec::new();
    for place in 0..zip.len() {
        let mut entry = zip.by_index(place).map_err(|error| bad(error.to_string()))?;
        let inner = entry.name().rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        if !entry.is_file() || inner.starts_with('.') || !inner.to_ascii_lowercase().ends_with(".csv") {
            continue;
        }
        // Unpacked into a file without a name, so that a table in a zip is read like any other.
        let mut file = tempfile::tempfile_in(scratch).map_err(failed)?;
        io::copy(&mut entry, &mut file).map_err(|error| bad(error.to_string()))?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        tables.push(Table { name: name.clone(), inner, file });
    }
    if tables.is_empty() {
        // What today's spreadsheets save is a zip as well.
        let workbook =
            zip.index_for_name("[Content_Types].xml").is_some() || zip.index_for_name("mimetype").is_some();
        return Err(if workbook {
            ImportError::NotText(name)
        } else {
            bad("it holds no file that ends with .csv".to_owned())
        });
    }
    Ok(tables)
}

/// Decodes a table and finds its header.
pub(super) fn open(
    table: Table,
    wanted: &Wanted,
    remembered: &dyn Fn(&str) -> Result<Option<Mapping>, ImportError>,
) -> Result<Opened, ImportError> {
    let Table { name, inner, file } = table;
    let name = if inner.is_empty() { name } else { format!("{name}: {inner}") };
    let failed = |error: io::Error| ImportError::File { name: name.clone(), problem: error.to_string() };
    let total = file.metadata().map_err(failed)?.len();
    let done = Arc::new(AtomicU64::new(0));
    let mut text = decoded(Counted { file, done: Arc::clone(&done) }).map_err(failed)?;
    let mut head = vec![0; HEAD];
    let length = fill(&mut text, &mut head).map_err(failed)?;
    head.truncate(length);
    if head.contains(&0) {
        return Err(ImportError::NotText(name));
    }
    let mut facts = Facts::default();
    let (mut at, mut refusal) = (0, None::<NotRead>);
    for number in 1..=PREAMBLE as u64 {
        if at >= head.len() {
            break;
        }
        let (line, next) = line_at(&head, at);
        let line_ends_twice = head[at..next].ends_with(b"\r\n");
        let semicolons = !line.contains(&b',') && line.contains(&b';');
        let cells = cells(line, semicolons);
        let texts: Vec<&str> = cells.iter().map(String::as_str).collect();
        match understood(&texts, wanted, remembered) {
            Ok((format, header, mapping)) => {
                facts.semicolons = semicolons;
                if let Some((_, mapping)) = &mapping {
                    facts.currency = mapping.currency();
                }
                facts.currency = facts.currency.or_else(|| signed(&texts));
                let stream = match &mapping {
                    Some((key, _)) => format!("{}.{}", MAPPED.id, &key[key.len().saturating_sub(8)..]),
                    None => format.id.to_owned(),
                };
                let rest = head.split_off(next);
                let source: Box<dyn Read + Send> = Box::new(Cursor::new(rest).chain(text));
                let csv = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .buffer_capacity(256 << 10)
                    .delimiter(if semicolons { b';' } else { b',' })
                    .from_reader(source);
                let (width, lines_before, two_ends) = (texts.len(), number, line_ends_twice);
                return Ok(Opened {
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
                });
            }
            Err(Refusal::Header(problem)) => {
                // What lacks a column says more than what is no header at all, and what lacks fewer more than a title above
                // it; else the first line more than a later one.
                let better = match (&refusal, &problem) {
                    (None, _) | (Some(NotRead::Strange(_)), NotRead::Lacking { .. }) => true,
                    (Some(NotRead::Unmapped { met, .. }), NotRead::Unmapped { met: more, .. }) => more > met,
                    _ => false,
                };
                let empty = texts.iter().all(|text| text.trim().is_empty());
                if better && !empty {
                    refusal = Some(problem);
                }
            }
            Err(Refusal::Failed(error)) => return Err(error),
        }
        if let [label, code, ..] = &texts[..]
            && label.trim().eq_ignore_ascii_case("currency")
        {
            facts.currency = Currency::national(code.trim()).ok();
        }
        at = next;
    }
    match refusal {
        Some(problem) => {
            let advice = if wanted.mapping.is_some() { ADVICE_OF_A_MAPPING } else { ADVICE };
            Err(ImportError::Strange { name, problem, advice })
        }
        None => Err(ImportError::Empty(name)),
    }
}

enum Refusal {
    Header(NotRead),
    Failed(ImportError),
}

type Understood = (&'static Format, Header, Option<(String, Mapping)>);

/// A header by what the person says, by its columns, or by the mapping that was used for it before.
fn understood(
    cells: &[&str],
    wanted: &Wanted,
    remembered: &dyn Fn(&str) -> Result<Option<Mapping>, ImportError>,
) -> Result<Understood, Refusal> {
    if let Some(mapping) = &wanted.mapping {
        let header = mapping.read(cells).map_err(Refusal::Header)?;
        let key = key_of(&header);
        return Ok((&MAPPED, header, Some((key, mapping.clone()))));
    }
    if let Some(format) = wanted.format {
        return Ok((format, read_as(format, cells).map_err(Refusal::Header)?, None));
    }
    let problem = match recognise(cells) {
        Ok((format, header)) => return Ok((format, header, None)),
        Err(problem) => problem,
    };
    if cells.len() < 2 {
        return Err(Refusal::Header(problem));
    }
    let key = key_of(&Header::of(cells));
    match remembered(&key).map_err(Refusal::Failed)? {
        Some(mapping) => match mapping.read(cells) {
            Ok(header) => Ok((&MAPPED, header, Some((key, mapping)))),
            Err(_) => Err(Refusal::Header(problem)),
        },
        None => Err(Refusal::Header(problem)),
    }
}

/// The setting under which the mapping of a header is remembered.
fn key_of(header: &Header) -> String {
    let mut hash = Sha256::new();
    for column in &header.columns {
        hash.update(column.as_bytes());
        hash.update([0]);
    }
    format!("import.mapping.{:x}", hash.finalize())
}

/// A line without its end, and where the next one begins.
fn line_at(head: &[u8], at: usize) -> (&[u8], usize) {
    let rest = &head[at..];
    let end = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |end| end + 1);
    (rest[..end].trim_ascii_end(), at + end)
}

fn cells(line: &[u8], semicolons: bool) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(if semicolons { b';' } else { b',' })
        .from_reader(line);
    let mut record = csv::ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect(),
        _ => Vec::new(),
    }
}

/// The currency whose sign stands in a header such as `Cost (€)`.
fn signed(cells: &[&str]) -> Option<Currency> {
    let inner = cells.iter().find_map(|cell| {
        let lower = cell.trim().to_lowercase();
        lower.strip_prefix("cost (")?.strip_suffix(')').map(str::to_owned)
    })?;
    match inner.as_str() {
        "$" => Some(Currency::USD),
        "€" => Currency::national("EUR").ok(),
        "£" => Currency::national("GBP").ok(),
        "₹" => Currency::national("INR").ok(),
        code => Currency::national(code).ok(),
    }
}

/// A file that tells how much of it was read.
struct Counted {
    file: File,
    done: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.done.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// UTF-8 without its mark, or UTF-16 made into it, as spreadsheets save it.
fn decoded(mut source: Counted) -> io::Result<Box<dyn Read + Send>> {
    let mut mark = [0; 3];
    let read = fill(&mut source, &mut mark)?;
    Ok(match &mark[..read] {
        b"\xef\xbb\xbf" => Box::new(source),
        [0xff, 0xfe, rest @ ..] => {
            Box::new(Utf16 { source: Box::new(Cursor::new(rest.to_vec()).chain(source)), left: Vec::new() })
        }
        start => Box::new(Cursor::new(start.to_vec()).chain(source)),
    })
}

/// UTF-16, the lower byte first, as UTF-8.
struct Utf16 {
    source: Box<dyn Read + Send>,
    /// UTF-8 that was not asked for yet, and behind it nothing.
    left: Vec<u8>,
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.left.is_empty() {
            let mut bytes = [0; 8_192];
            let mut read = fill(&mut self.source, &mut bytes[..8_190])?;
            if read == 0 {
                return Ok(0);
            }
            // A pair of two is not taken apart: its second half is read as well.
            if read == 8_190 && (0xd8..0xdc).contains(&bytes[8_189]) {
                read += fill(&mut self.source, &mut bytes[8_190..])?;
            }
            let units = bytes[..read].chunks(2).map(|pair| match pair {
                [low, high] => u16::from_le_bytes([*low, *high]),
                // Half a unit at the end is no text.
                _ => 0xfffd,
            });
            for unit in char::decode_utf16(units) {
                let mut utf8 = [0; 4];
                let c =
                    unit.map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "its text is no UTF-16"))?;
                self.left.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
            }
        }
        let most = buffer.len().min(self.left.len());
        buffer[..most].copy_from_slice(&self.left[..most]);
        self.left.drain(..most);
        Ok(most)
    }
}

/// Reads until a buffer is full or the source ends.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut at = 0;
    while at < buffer.len() {
        match source.read(&mut buffer[at..]) {
            Ok(0) => break,
            Ok(read) => at += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(at)
}
