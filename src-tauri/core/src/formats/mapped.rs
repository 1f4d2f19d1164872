//! Any other file with a header: the person says which column is what.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::{Format, Line, Row, Taken, Wrong, category_of, may};
use crate::ledger::{TokenTotals, TokenUsage};
use crate::money::Currency;

const DATE: usize = 0;
const COST: usize = 1;
const CURRENCY: usize = 2;
const MODEL: usize = 3;
const INPUT: usize = 4;
const OUTPUT: usize = 5;
const CACHED: usize = 6;
const REQUESTS: usize = 7;
const PROJECT: usize = 8;
const KEY: usize = 9;
const DESCRIPTION: usize = 10;
const SESSION: usize = 11;

/// What a column can be, in the order of `MAPPED.columns`.
const ROLES: [&str; 12] = [
    "date",
    "cost",
    "currency",
    "model",
    "input",
    "output",
    "cached",
    "requests",
    "project",
    "key",
    "description",
    "session",
];

/// A file read by a person's mapping. Its places come from [`Mapping::read`].
pub const MAPPED: Format = Format {
    id: "map",
    name: "A file with columns of your choice",
    columns: &[
        may(&["date"]),
        may(&["cost"]),
        may(&["currency"]),
        may(&["model"]),
        may(&["input"]),
        may(&["output"]),
        may(&["cached"]),
        may(&["requests"]),
        may(&["project"]),
        may(&["key"]),
        may(&["description"]),
        may(&["session"]),
    ],
    identity: &[CURRENCY, MODEL, PROJECT, KEY, DESCRIPTION],
    later: &[SESSION],
    row: line,
    note: "A later file with the same columns replaces the lines of the same day, model, project, key, description and session.",
    ..Format::PLAIN
};

/// Which column of a file is what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    columns: Vec<(usize, String)>,
    /// The currency of every amount, where no column tells it.
    currency: Option<Currency>,
}

/// A text is no mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0}. A mapping looks like map:date=Day,cost=Amount,currency=USD; its parts are date, cost, currency, model, input, output, cached, requests, project, key, description and session"
)]
pub struct NotAMapping(pub String);

impl Mapping {
    /// The columns of the file that are mapped, each with its role.
    pub(super) fn columns(&self) -> impl Iterator<Item = (usize, &str)> {
        self.columns.iter().map(|(role, name)| (*role, name.as_str()))
    }

    /// The currency of every amount, where no column tells it.
    pub const fn currency(&self) -> Option<Currency> {
        self.currency
    }
}

impl FromStr for Mapping {
    type Err = NotAMapping;

    /// Reads `date=Day,cost=Amount,currency=USD`, with or without `map:` before it. A name with a comma goes between quotes.
    fn from_str(text: &str) -> Result<Mapping, NotAMapping> {
        let mut mapping = Mapping::default();
        for part in parts(text.strip_prefix("map:").unwrap_or(text)) {
            let (role, column) =
                part.split_once('=').ok_or_else(|| NotAMapping(format!("\"{part}\" has no = in it")))?;
            let (role, column) = (role.trim().to_lowercase(), column.trim().to_owned());
            let place = ROLES.iter().position(|known| *known == role);
            let place =
                place.ok_or_else(|| NotAMapping(format!("\"{role}\" is nothing that a column can be")))?;
            if column.is_empty() || mapping.columns.iter().any(|(known, _)| *known == place) {
                return Err(NotAMapping(format!("\"{role}\" is given twice, or without a column")));
            }
            match (place, Currency::national(&column)) {
                (CURRENCY, Ok(currency)) => mapping.currency = Some(currency),
                _ => mapping.columns.push((place, column)),
            }
        }
        let has = |role| mapping.columns.iter().any(|(known, _)| *known == role);
        if !has(DATE) {
            return Err(NotAMapping("the date is missing".to_owned()));
        }
        if ![COST, INPUT, OUTPUT, REQUESTS].into_iter().any(has) {
            return Err(NotAMapping(
                "nothing is mapped that could be booked: a cost, tokens or requests".to_owned(),
            ));
        }
        if has(COST) && !has(CURRENCY) && mapping.currency.is_none() {
            return Err(NotAMapping("the currency of the cost is missing".to_owned()));
        }
        if has(CACHED) && !has(INPUT) {
            return Err(NotAMapping("cached tokens are a part of the input, which is missing".to_owned()));
        }
        mapping.columns.sort();
        Ok(mapping)
    }
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |name: &str| {
            if name.contains([',', '"']) { format!("\"{}\"", name.replace('"', "")) } else { name.to_owned() }
        };
        let mut parts: Vec<String> =
            self.columns.iter().map(|(role, name)| format!("{}={}", ROLES[*role], quoted(name))).collect();
        parts.extend(self.currency.map(|currency| format!("currency={currency}")));
        write!(f, "map:{}", parts.join(","))
    }
}

/// Parts between commas; quotes keep a comma inside a part.
fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut quoted) = (vec![String::new()], false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => parts.push(String::new()),
            c => {
                if let Some(part) = parts.last_mut() {
                    part.push(c);
                }
            }
        }
    }
    parts
}

fn line(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    let cost = row.number(COST)?;
    let currency = match (cost, row.facts().currency) {
        (Some(_), Some(currency)) => Some(currency),
        (Some(_), None) => Some(row.currency(CURRENCY)?),
        (None, _) => None,
    };
    if let Some(currency) = currency {
        row.is_in(COST, currency)?;
    }
    let counts = [row.told_count(INPUT)?, row.told_count(OUTPUT)?, row.told_count(CACHED)?];
    let tokens = match counts {
        [None, None, None] => None,
        [input, output, cached] => {
            let totals = TokenTotals {
                input: input.unwrap_or(0),
                output: output.unwrap_or(0),
                cache_read: cached.unwrap_or(0),
                ..TokenTotals::default()
            };
            Some(TokenUsage::from_totals(totals).map_err(Wrong::line)?)
        }
    };
    let requests = row.told_count(REQUESTS)?;
    if cost.is_none() && tokens.is_none() && requests.is_none() {
        return Ok(Taken::Left("lines without a figure"));
    }
    hand_out(Line {
        category: cost.map_or(crate::ledger::ChargeCategory::Usage, category_of),
        billed: cost.zip(currency),
        tokens,
        requests,
        response_model: row.text(MODEL)?,
        project: row.text(PROJECT)?,
        api_key: row.text(KEY)?,
        description: Cow::Borrowed(row.text(DESCRIPTION)?),
        session: row.text(SESSION)?,
        ..Line::usage(row.plain_moment(DATE)?.lasting(1))
    });
    Ok(Taken::Booked)
}
