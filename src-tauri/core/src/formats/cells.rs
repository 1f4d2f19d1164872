//! The cells of a line as values: numbers to the last digit, counts, times, and words that may be kept.

use csv::ByteRecord;

use super::times::{Moment, moment};
use super::{Column, Format};
use crate::ledger::TokenError;
use crate::money::{Currency, Total};
use crate::time::{Period, TimeError, Timestamp};

/// Why a line cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", if column.is_empty() { String::new() } else { format!("{column}: ") })]
pub struct Wrong {
    /// The column, where it is the fault of one.
    pub column: &'static str,
    /// What is wrong.
    pub problem: String,
}

/// What is wrong, in words.
#[derive(Debug)]
pub struct Problem(String);

impl From<&str> for Problem {
    fn from(words: &str) -> Problem {
        Problem(words.to_owned())
    }
}

impl From<String> for Problem {
    fn from(words: String) -> Problem {
        Problem(words)
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Problem {
        Problem(error.to_string())
    }
}

impl From<TimeError> for Problem {
    fn from(error: TimeError) -> Problem {
        Problem(error.to_string())
    }
}

impl Wrong {
    /// A problem of a line as a whole.
    pub fn line(problem: impl Into<Problem>) -> Wrong {
        Wrong { column: "", problem: problem.into().0 }
    }
}

/// What a file says beside its lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The currency of every amount.
    pub currency: Option<Currency>,
    /// Whether semicolons stand between the cells: then a comma in a number may be a decimal point.
    pub semicolons: bool,
}

/// A line, by the columns of its format.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    record: &'a ByteRecord,
    places: &'a [Option<usize>],
    columns: &'static [Column],
    facts: &'a Facts,
}

impl<'a> Row<'a> {
    /// A line of a file whose header put the columns of the format at these places.
    pub fn new(
        format: &'static Format,
        places: &'a [Option<usize>],
        facts: &'a Facts,
        record: &'a ByteRecord,
    ) -> Row<'a> {
        Row { record, places, columns: format.columns, facts }
    }

    /// The name of a column, for messages.
    pub fn name(&self, column: usize) -> &'static str {
        self.columns.get(column).and_then(|column| column.names.first()).map_or("", |name| name)
    }

    /// Whether the file has the column.
    pub fn has(&self, column: usize) -> bool {
        self.places.get(column).is_some_and(Option::is_some)
    }

    /// What the file says beside its lines.
    pub const fn facts(&self) -> &'a Facts {
        self.facts
    }

    /// The bytes of a cell, without blanks around them; empty where the column is missing.
    pub fn bytes(&self, column: usize) -> &'a [u8] {
        let place = self.places.get(column).copied().flatten();
        place.and_then(|place| self.record.get(place)).map_or(b"", <[u8]>::trim_ascii)
    }

    /// A cell as text, without blanks around it; empty where the column is missing.
    pub fn text(&self, column: usize) -> Result<&'a str, Wrong> {
        std::str::from_utf8(self.bytes(column)).map_err(|_| self.wrong(column, "is no UTF-8 text"))
    }

    /// A problem of a column.
    pub fn wrong(&self, column: usize, problem: impl Into<Problem>) -> Wrong {
        Wrong { column: self.name(column), problem: problem.into().0 }
    }

    /// A number, where there is one: an empty cell is none.
    pub fn number(&self, column: usize) -> Result<Option<Total>, Wrong> {
        match self.bytes(column) {
            b"" => Ok(None),
            cell => self.parsed(column, cell).map(Some),
        }
    }

    /// A number that must be there.
    pub fn amount(&self, column: usize) -> Result<Total, Wrong> {
        self.number(column)?.ok_or_else(|| self.wrong(column, "is empty"))
    }

    /// A number, unless a word such as `Included` stands in its place.
    pub fn number_or_word(&self, column: usize) -> Result<Option<Total>, Wrong> {
        let cell = self.bytes(column);
        let word = matches!(cell, b"" | b"-" | b"\xe2\x80\x94") || cell.iter().all(u8::is_ascii_alphabetic);
        if word { Ok(None) } else { self.parsed(column, cell).map(Some) }
    }

    /// A count: whole and not negative. An empty cell is nought.
    pub fn count(&self, column: usize) -> Result<u64, Wrong> {
        Ok(self.told_count(column)?.unwrap_or(0))
    }

    /// A count, where there is one.
    pub fn told_count(&self, column: usize) -> Result<Option<u64>, Wrong> {
        let cell = self.bytes(column);
        if cell.is_empty() {
            return Ok(None);
        }
        if cell.len() <= 18 && cell.iter().all(u8::is_ascii_digit) {
            return Ok(Some(cell.iter().fold(0, |count, digit| count * 10 + u64::from(digit - b'0'))));
        }
        let number = self.parsed(column, cell)?;
        match number
            .whole()
            .and_then(|whole| u64::try_from(whole).ok())
            .filter(|count| i64::try_from(*count).is_ok())
        {
            Some(count) => Ok(Some(count)),
            None => Err(self.wrong(column, format!("\"{}\" is no count", shown(cell)))),
        }
    }

    /// A time, as finely as it is written.
    pub fn moment(&self, column: usize) -> Result<Moment, Wrong> {
        let cell = self.bytes(column);
        moment(cell).ok_or_else(|| match cell {
            b"" => self.wrong(column, "is empty"),
            _ => self.wrong(column, format!("\"{}\" is no date or time", shown(cell))),
        })
    }

    /// A time in a file of which nobody knows whether it writes the day or the month first.
    pub fn plain_moment(&self, column: usize) -> Result<Moment, Wrong> {
        let cell = self.bytes(column);
        let written = cell.iter().take_while(|b| b.is_ascii_digit()).count();
        let year_first = written == 8 || written == 4 && cell.get(4) == Some(&b'-');
        // Of a date with the year first, that there is no such day or time says more.
        if cell.is_empty() || year_first {
            return self.moment(column);
        }
        let shown = shown(cell);
        let problem = if written == 4 {
            format!("\"{shown}\" is not written with dashes: write dates such as 2026-11-30")
        } else {
            format!(
                "\"{shown}\" is not written as year-month-day, and may mean two days: write dates such as 2026-11-30"
            )
        };
        Err(self.wrong(column, problem))
    }

    /// The period between two columns of Unix seconds.
    pub fn unix_period(&self, start: usize, end: usize) -> Result<Period, Wrong> {
        let bound = |column| {
            let cell = self.bytes(column);
            let bad = || self.wrong(column, format!("\"{}\" is no time in Unix seconds", shown(cell)));
            let seconds = self.number(column)?.and_then(Total::whole).ok_or_else(bad)?;
            i64::try_from(seconds).ok().and_then(|s| Timestamp::from_unix(s).ok()).ok_or_else(bad)
        };
        Period::new(bound(start)?, bound(end)?).map_err(|error| self.wrong(end, error))
    }

    /// The currency of a cell.
    pub fn currency(&self, column: usize) -> Result<Currency, Wrong> {
        let cell = self.text(column)?;
        // Nearly every line is in dollars, and the list of currencies is long.
        if cell.eq_ignore_ascii_case("USD") {
            return Ok(Currency::USD);
        }
        Currency::national(cell)
            .map_err(|_| self.wrong(column, format!("\"{}\" is not a currency", shown(cell.as_bytes()))))
    }

    fn parsed(&self, column: usize, cell: &[u8]) -> Result<Total, Wrong> {
        if self.facts.semicolons && cell.contains(&b',') {
            let problem = format!(
                "\"{}\" has a comma that may be a decimal point: save the file with points",
                shown(cell)
            );
            return Err(self.wrong(column, problem));
        }
        if String::from_utf8_lossy(cell).contains(['€', '£', '₹', '¥']) {
            let problem = format!(
                "\"{}\" has a sign of money: leave it out, its currency is told beside it",
                shown(cell)
            );
            return Err(self.wrong(column, problem));
        }
        number(cell).map_err(|problem| self.wrong(column, format!("\"{}\" {problem}", shown(cell))))
    }

    /// Refuses a dollar sign at an amount that is in another money.
    pub fn is_in(&self, column: usize, currency: Currency) -> Result<(), Wrong> {
        let cell = self.bytes(column);
        if !cell.contains(&b'$') || currency.is_own_unit() || DOLLARS.contains(&currency.to_string().as_str())
        {
            return Ok(());
        }
        Err(self.wrong(
            column,
            format!("\"{}\" is in dollars, and its currency is told as {currency}", shown(cell)),
        ))
    }
}

/// Money whose sign is that of the dollar.
const DOLLARS: [&str; 14] =
    ["USD", "AUD", "BRL", "CAD", "CLP", "COP", "HKD", "MXN", "NZD", "SGD", "TWD", "ARS", "JMD", "UYU"];

/// Reads a number exactly: sign, dollar sign, commas between thousands, fraction, exponent. Never rounds.
pub fn number(cell: &[u8]) -> Result<Total, &'static str> {
    const NOT: &str = "is not a number";
    const LONG: &str = "has more digits than can be kept exactly";
    let (negative, rest) = signed(cell);
    let rest = rest.strip_prefix(b"$").unwrap_or(rest);
    let (negative, rest) = if negative { (true, rest) } else { signed(rest) };
    let (mantissa, exponent) = match rest.iter().position(|b| matches!(b, b'e' | b'E')) {
        Some(at) => (
            &rest[..at],
            std::str::from_utf8(&rest[at + 1..]).ok().and_then(|e| e.parse::<i32>().ok()).ok_or(NOT)?,
        ),
        None => (rest, 0),
    };
    let (whole, fraction) = match mantissa.iter().position(|b| *b == b'.') {
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
        None => (mantissa, &b""[..]),
    };
    if (whole.is_empty() && fraction.is_empty()) || !grouped(whole) {
        return Err(NOT);
    }
    // Noughts at the end carry no value, but would use up digits.
    let fraction = &fraction[..fraction.iter().rposition(|b| *b != b'0').map_or(0, |last| last + 1)];
    let mut unscaled = 0_i128;
    for byte in whole.iter().filter(|b| **b != b',').chain(fraction) {
        if !byte.is_ascii_digit() {
            return Err(NOT);
        }
        unscaled =
            unscaled.checked_mul(10).and_then(|n| n.checked_add(i128::from(byte - b'0'))).ok_or(LONG)?;
    }
    let unscaled = if negative { -unscaled } else { unscaled };
    let places = i64::try_from(fraction.len()).unwrap_or(i64::MAX) - i64::from(exponent);
    Total::of(unscaled, places).ok_or(LONG)
}

fn signed(cell: &[u8]) -> (bool, &[u8]) {
    match cell {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, cell),
    }
}

/// Whether commas stand only between groups of three digits.
fn grouped(whole: &[u8]) -> bool {
    if !whole.contains(&b',') {
        return true;
    }
    let mut groups = whole.split(|b| *b == b',');
    groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3)
}

/// The start of a cell, for a message: nothing of an address or a key.
pub(super) fn shown(cell: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell);
    if !may_be_kept(&text) {
        return "…".to_owned();
    }
    let mut shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(40).collect();
    if text.chars().nth(40).is_some() {
        shown.push('…');
    }
    shown
}

/// Whether a text is no address and no key: such cells are dropped, whatever column they stand in.
pub fn may_be_kept(text: &str) -> bool {
    let key = |word: &str| {
        word.contains("**")
            || ["sk-", "sk_", "xai-", "gsk_", "AIza"].iter().any(|prefix| word.starts_with(prefix))
            || (word.len() >= 40 && word.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    !text.contains('@') && !text.split(|c: char| c.is_whitespace() || c == ',').any(key)
}
