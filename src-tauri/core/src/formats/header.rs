//! Which format a header is of: told by the set of its columns, never by the file's name or the order they stand in.

use super::{ALL, Column, Format, MAPPED, Mapping};

/// A header, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Where each column of the format stands.
    pub places: Vec<Option<usize>>,
    /// The columns of the file in lower case, in order of the alphabet: by which a mapping is remembered.
    pub columns: Vec<String>,
}

impl Header {
    /// A header of no format, by its columns alone.
    pub fn of(cells: &[&str]) -> Header {
        Header { places: Vec::new(), columns: sorted(&names(cells)) }
    }
}

/// Why a header is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// No format has such columns.
    #[error("no known format has the columns {0}")]
    Strange(String),
    /// It looks like a format, but lacks columns.
    #[error("this looks like \"{name}\", but the column {missing} is missing")]
    Lacking {
        /// The format's name.
        name: &'static str,
        /// The columns that it lacks.
        missing: String,
    },
    /// A mapping names a column that is not there.
    #[error("there is no column \"{column}\": the columns are {known}")]
    Unmapped {
        /// The column, as the person wrote it.
        column: String,
        /// The columns that are there.
        known: String,
        /// How many columns of the mapping are there.
        met: usize,
    },
    /// Two columns of the same name.
    #[error("the column {0} is there twice")]
    Twice(String),
}

/// The format that a header is of: of those whose needed columns are all there, the one that knows most of them.
pub fn recognise(cells: &[&str]) -> Result<(&'static Format, Header), NotRead> {
    let names = names(cells);
    let fitting = ALL.iter().copied().filter(|format| lacking(format, &names).is_empty());
    let fitting = fitting.filter(|format| !format.bare || known(format, &names) == filled(&names));
    let needed = |format: &Format| format.columns.iter().filter(|column| column.needed).count();
    if let Some(format) = fitting.max_by_key(|format| (known(format, &names), format.rank, needed(format))) {
        return Ok((format, header(format, &names)?));
    }
    // The one that lacks least, if at least half of what it needs is there.
    let near = |format: &&'static Format| {
        let (needed, lacks) = (needed(format), lacking(format, &names).len());
        (!format.bare && lacks * 2 <= needed && needed > 2).then_some((*format, lacks))
    };
    let nearest = ALL
        .iter()
        .filter_map(near)
        .min_by_key(|(format, lacks)| (*lacks, usize::MAX - known(format, &names)));
    Err(match nearest {
        Some((format, _)) => refused(format, &names),
        None => NotRead::Strange(shown(&names)),
    })
}

/// A header as that of a given format.
pub fn read_as(format: &'static Format, cells: &[&str]) -> Result<Header, NotRead> {
    let names = names(cells);
    if lacking(format, &names).is_empty() { header(format, &names) } else { Err(refused(format, &names)) }
}

impl Mapping {
    /// A header by a person's mapping.
    pub fn read(&self, cells: &[&str]) -> Result<Header, NotRead> {
        let names = names(cells);
        let mut places = vec![None; MAPPED.columns.len()];
        for (role, column) in self.columns() {
            let name = column.trim().to_lowercase();
            let place = names.iter().position(|known| *known == name);
            if place.is_none() {
                let is_there = |column: &str| names.contains(&column.trim().to_lowercase());
                let met = self.columns().filter(|(_, column)| is_there(column)).count();
                return Err(NotRead::Unmapped { column: column.to_owned(), known: shown(&names), met });
            }
            places[role] = place;
        }
        Ok(Header { places, columns: sorted(&names) })
    }
}

/// The columns of a header by which a mapping is remembered.
fn sorted(names: &[String]) -> Vec<String> {
    let mut columns: Vec<String> = names.iter().filter(|name| !name.is_empty()).cloned().collect();
    columns.sort();
    columns
}

fn names(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| cell.trim().trim_start_matches('\u{feff}').to_lowercase()).collect()
}

fn filled(names: &[String]) -> usize {
    names.iter().filter(|name| !name.is_empty()).count()
}

fn is_named(column: &Column, name: &str) -> bool {
    column.names.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => *known == name,
    })
}

fn known(format: &Format, names: &[String]) -> usize {
    names.iter().filter(|name| format.columns.iter().any(|column| is_named(column, name))).count()
}

fn lacking(format: &'static Format, names: &[String]) -> Vec<&'static str> {
    let lacks = |column: &&Column| column.needed && !names.iter().any(|name| is_named(column, name));
    format.columns.iter().filter(lacks).filter_map(|column| column.names.first().copied()).collect()
}

fn refused(format: &'static Format, names: &[String]) -> NotRead {
    NotRead::Lacking { name: format.name, missing: lacking(format, names).join(", ") }
}

fn header(format: &'static Format, names: &[String]) -> Result<Header, NotRead> {
    let mut places = Vec::with_capacity(format.columns.len());
    for column in format.columns {
        // The usual name wins over an older one that stands beside it.
        let standing = |known: &&str| {
            let fits = |name: &String| match known.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => name == known,
            };
            let mut found = names.iter().enumerate().filter(|(_, name)| fits(name)).map(|(place, _)| place);
            found.next().map(|place| (place, found.next().is_some()))
        };
        let found = column.names.iter().find_map(standing);
        if let Some((place, true)) = found {
            return Err(NotRead::Twice(names[place].clone()));
        }
        places.push(found.map(|(place, _)| place));
    }
    Ok(Header { places, columns: sorted(names) })
}

fn shown(names: &[String]) -> String {
    let mut text: String =
        names.join(", ").chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    if text.is_empty() {
        text.push_str("of an empty line");
    }
    text
}
