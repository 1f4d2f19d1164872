//! A JSON file as it is written: numbers keep their digits, each value knows its place, and what is wrong is told with it.

use std::fmt;
use std::str::FromStr;

use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::CatalogueError;
use crate::ledger::named;
use crate::money::{Decimal, exact};

/// Deeper than any fact needs.
const DEEPEST: usize = 12;

/// A JSON value whose numbers are still text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    Null,
    Truth(bool),
    Text(String),
    Number(String),
    List(Vec<Written>),
    Fields(Vec<(String, Written)>),
}

impl Written {
    /// Reads a whole file.
    pub(super) fn read(text: &str) -> Result<Written, CatalogueError> {
        // Some editors put a mark in front.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let raw: &RawValue =
            serde_json::from_str(text).map_err(|error| CatalogueError(format!("it is no JSON: {error}")))?;
        value(raw, 0)
    }

    /// The value of a field, where it has fields and this one.
    pub(super) fn field(&self, name: &str) -> Option<&Written> {
        match self {
            Written::Fields(fields) => fields.iter().find(|(known, _)| known == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Sets a field, where it has fields.
    pub(super) fn set(&mut self, name: &str, value: Written) {
        if let Written::Fields(fields) = self {
            fields.retain(|(known, _)| known != name);
            fields.push((name.to_owned(), value));
        }
    }

    /// The list under a field; an empty one is laid there first where there is none.
    pub(super) fn list_mut(&mut self, name: &str) -> Option<&mut Vec<Written>> {
        if self.field(name).is_none() {
            self.set(name, Written::List(Vec::new()));
        }
        let Written::Fields(fields) = self else { return None };
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, Written::List(items))) => Some(items),
            _ => None,
        }
    }

    /// The text, where it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Written::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value as JSON, on one line. Numbers keep their digits.
    pub(super) fn to_json(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Written::Null => "null".to_owned(),
            Written::Truth(truth) => truth.to_string(),
            Written::Text(text) => quoted(text),
            Written::Number(digits) => digits.clone(),
            Written::List(items) => {
                format!("[{}]", items.iter().map(Written::to_json).collect::<Vec<_>>().join(","))
            }
            Written::Fields(fields) => {
                let field =
                    |(name, value): &(String, Written)| format!("{}:{}", quoted(name), value.to_json());
                format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(","))
            }
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Written::Null => "null",
            Written::Truth(_) => "true or false",
            Written::Text(_) => "a text",
            Written::Number(_) => "a number",
            Written::List(_) => "a list",
            Written::Fields(_) => "an object",
        }
    }
}

fn value(raw: &RawValue, depth: usize) -> Result<Written, CatalogueError> {
    let bad = |error: serde_json::Error| CatalogueError(format!("it is no JSON: {error}"));
    if depth > DEEPEST {
        return Err(CatalogueError("it is nested too deeply".to_owned()));
    }
    let text = raw.get();
    Ok(match text.bytes().next() {
        Some(b'{') => {
            let pairs = serde_json::Deserializer::from_str(text).deserialize_map(Pairs).map_err(bad)?;
            let mut fields: Vec<(String, Written)> = Vec::with_capacity(pairs.len());
            for (name, raw) in pairs {
                if fields.iter().any(|(known, _)| *known == name) {
                    return Err(CatalogueError(format!(
                        "the field \"{}\" stands twice in one object",
                        cut(&name)
                    )));
                }
                fields.push((name, value(raw, depth + 1)?));
            }
            Written::Fields(fields)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(bad)?;
            Written::List(items.into_iter().map(|item| value(item, depth + 1)).collect::<Result<_, _>>()?)
        }
        Some(b'"') => Written::Text(serde_json::from_str(text).map_err(bad)?),
        Some(b't') => Written::Truth(true),
        Some(b'f') => Written::Truth(false),
        Some(b'n') => Written::Null,
        _ => Written::Number(text.to_owned()),
    })
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}

/// A value and the way to it, such as `acme/pro: prices[0].amount`.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    way: String,
    value: &'a Written,
}

/// The fields of an object and the way to it.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    way: String,
    fields: &'a [(String, Written)],
}

impl<'a> Place<'a> {
    /// A value under a name of its own.
    pub(super) fn new(way: impl Into<String>, value: &'a Written) -> Place<'a> {
        Place { way: way.into(), value }
    }

    /// What is wrong here.
    pub(super) fn wrong(&self, what: impl fmt::Display) -> CatalogueError {
        CatalogueError(format!("{}: {what}", self.way))
    }

    pub(super) const fn is_null(&self) -> bool {
        matches!(self.value, Written::Null)
    }

    pub(super) const fn is_object(&self) -> bool {
        matches!(self.value, Written::Fields(_))
    }

    fn not(&self, wanted: &str) -> CatalogueError {
        self.wrong(format!("{wanted} is wanted here, not {}", self.value.kind()))
    }

    /// The fields, of which there are no others than those named.
    pub(super) fn fields(&self, known: &[&str]) -> Result<Fields<'a>, CatalogueError> {
        let Written::Fields(fields) = self.value else { return Err(self.not("an object")) };
        if let Some((name, _)) = fields.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            let list = known.join(", ");
            return Err(self.wrong(format!("\"{}\" is no field here; the fields are {list}", cut(name))));
        }
        Ok(Fields { way: self.way.clone(), fields })
    }

    /// Refuses what has no fields.
    pub(super) fn object(&self) -> Result<(), CatalogueError> {
        if self.is_object() { Ok(()) } else { Err(self.not("an object")) }
    }

    pub(super) fn list(&self) -> Result<Vec<Place<'a>>, CatalogueError> {
        let Written::List(items) = self.value else { return Err(self.not("a list")) };
        let place = |(index, value)| Place { way: format!("{}[{index}]", self.way), value };
        Ok(items.iter().enumerate().map(place).collect())
    }

    pub(super) fn text(&self) -> Result<&'a str, CatalogueError> {
        match self.value {
            Written::Text(text) if text.trim().is_empty() => {
                Err(self.wrong("a text is wanted here, not nothing"))
            }
            Written::Text(text) => Ok(text),
            _ => Err(self.not("a text in quotes")),
        }
    }

    pub(super) fn texts(&self) -> Result<Vec<String>, CatalogueError> {
        self.list()?.iter().map(|item| item.text().map(str::to_owned)).collect()
    }

    /// A number that is not below nought, in quotes or without, to its last digit.
    pub(super) fn number(&self) -> Result<Decimal, CatalogueError> {
        let (Written::Text(text) | Written::Number(text)) = self.value else {
            return Err(self.not("a number such as \"19.99\""));
        };
        let number = exact(text).map_err(|error| self.wrong(error))?;
        if number.is_sign_negative() && !number.is_zero() {
            return Err(self.wrong("a number below nought cannot be here"));
        }
        Ok(number)
    }

    pub(super) fn whole(&self, least: u32, most: u32) -> Result<u32, CatalogueError> {
        let number = self.number()?;
        u32::try_from(number)
            .ok()
            .filter(|whole| number.is_integer() && (least..=most).contains(whole))
            .ok_or_else(|| {
                self.wrong(format!("a whole number from {least} to {most} is wanted here, not {number}"))
            })
    }

    pub(super) fn truth(&self) -> Result<bool, CatalogueError> {
        match self.value {
            Written::Truth(truth) => Ok(*truth),
            _ => Err(self.not("true or false")),
        }
    }

    pub(super) fn parsed<T: FromStr<Err: fmt::Display>>(&self) -> Result<T, CatalogueError> {
        self.text()?.parse().map_err(|error| self.wrong(error))
    }

    pub(super) fn named<T: Copy>(&self, names: &[(T, &str)]) -> Result<T, CatalogueError> {
        let text = self.text()?;
        named(text, names).ok_or_else(|| {
            let known: Vec<&str> = names.iter().map(|(_, name)| *name).collect();
            self.wrong(format!("\"{}\" cannot be here; write {}", cut(text), or(&known)))
        })
    }
}

impl<'a> Fields<'a> {
    /// What is wrong with the object.
    pub(super) fn wrong(&self, what: impl fmt::Display) -> CatalogueError {
        CatalogueError(format!("{}: {what}", self.way))
    }

    /// A field, `null` included, where it is told.
    pub(super) fn told(&self, name: &str) -> Option<Place<'a>> {
        let (_, value) = self.fields.iter().find(|(known, _)| known == name)?;
        let way = if self.way.contains(": ") {
            format!("{}.{name}", self.way)
        } else {
            format!("{}: {name}", self.way)
        };
        Some(Place { way, value })
    }

    /// A field, where it is told and not null.
    pub(super) fn get(&self, name: &str) -> Option<Place<'a>> {
        self.told(name).filter(|place| !place.is_null())
    }

    /// A field that must be there, though it may be null.
    pub(super) fn need(&self, name: &str, such_as: &str) -> Result<Place<'a>, CatalogueError> {
        self.told(name)
            .ok_or_else(|| self.wrong(format!("\"{name}\" is missing; write it, such as {such_as}")))
    }

    pub(super) fn list(&self, name: &str) -> Result<Vec<Place<'a>>, CatalogueError> {
        self.get(name).map_or_else(|| Ok(Vec::new()), |place| place.list())
    }

    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, CatalogueError> {
        self.get(name).map_or_else(|| Ok(Vec::new()), |place| place.texts())
    }

    pub(super) fn truth(&self, name: &str) -> Result<bool, CatalogueError> {
        self.get(name).map_or(Ok(false), |place| place.truth())
    }
}

/// A word of a file, shortened for a sentence.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Words with `or` before the last.
pub(super) fn or(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => (*last).to_owned(),
        None => String::new(),
    }
}
