//! Reads what a request brought, strictly: what the provider does not know, or of another type, is refused with 400.

use chrono::{DateTime, NaiveDate};
use serde_json::{Map, Value};

use crate::handler::{Ask, Refusal};

impl Ask<'_> {
    /// The value of a parameter that may appear once.
    pub(crate) fn only(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        let mut values = self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(Refusal::query(name, format!("{name}: given more than once")));
        }
        Ok(first)
    }

    /// Every value of a parameter that may appear again and again.
    pub(crate) fn each<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Refuses a query with any other parameter than these.
    pub(crate) fn knows(&self, names: &[&str]) -> Result<(), Refusal> {
        match self.query.iter().find(|(name, _)| !names.contains(&name.as_str())) {
            Some((name, _)) => Err(Refusal::said(400, format!("{name}: unknown query parameter"))),
            None => Ok(()),
        }
    }

    /// A whole number of the query, at least `least` and at most `most`.
    pub(crate) fn whole(&self, name: &'static str, least: i64, most: i64) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.only(name)? else { return Ok(None) };
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        let words = || format!("{name}: expected a whole number from {least} to {most}");
        number.map(Some).ok_or_else(|| Refusal::query(name, words()))
    }

    /// A day of the query, `YYYY-MM-DD`, as days since 1970.
    pub(crate) fn day(&self, name: &'static str) -> Result<Option<i64>, Refusal> {
        self.only(name)?.map(|text| read_day(name, text)).transpose()
    }

    /// A moment of the query, RFC 3339, as minutes since 1970.
    pub(crate) fn minute(&self, name: &'static str) -> Result<Option<i64>, Refusal> {
        self.only(name)?.map(|text| read_minute(name, text)).transpose()
    }

    /// The body, which must be a JSON object and say that it is JSON, with these fields and no others.
    pub(crate) fn json(&self, names: &[&str]) -> Result<Given, Refusal> {
        let kind = self.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        // AWS calls it `application/x-amz-json-1.1`.
        if kind != "application/json" && !kind.starts_with("application/x-amz-json") {
            return Err(Refusal::said(400, format!("content type {kind:?}: expected application/json")));
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(fields)) => Given { fields, place: String::new() }.checked(names),
            Ok(_) => Err(Refusal::said(400, "the body is not a JSON object")),
            Err(error) => Err(Refusal::said(400, format!("the body is not JSON: {error}"))),
        }
    }

    /// The fields of a form body, which must be exactly these, each once; in the order asked for.
    pub(crate) fn form<const N: usize>(&self, names: [&'static str; N]) -> Result<[String; N], Refusal> {
        let kind = self.header("content-type").unwrap_or_default();
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Refusal::said(400, format!("content type {kind:?}: expected a form")));
        }
        let mut values: [Option<String>; N] = [const { None }; N];
        for (name, value) in url::form_urlencoded::parse(&self.body) {
            let place = names.iter().position(|known| *known == name);
            let slot = place.and_then(|place| values.get_mut(place));
            match slot {
                Some(slot @ None) => *slot = Some(value.into_owned()),
                _ => return Err(Refusal::said(400, format!("{name}: not expected, or given twice"))),
            }
        }
        if let Some((name, _)) = names.iter().zip(&values).find(|(_, value)| value.is_none()) {
            return Err(Refusal::missing(name));
        }
        Ok(values.map(Option::unwrap_or_default))
    }
}

/// An object of a JSON body. `null` is the same as nothing.
#[derive(Debug)]
pub(crate) struct Given {
    fields: Map<String, Value>,
    /// Where it stood, for the words of a refusal.
    place: String,
}

impl Given {
    fn checked(self, names: &[&str]) -> Result<Self, Refusal> {
        match self.fields.keys().find(|name| !names.contains(&name.as_str())) {
            Some(name) => Err(Refusal::said(400, format!("{}{name}: unknown field", self.place))),
            None => Ok(self),
        }
    }

    fn read<'a, T>(
        &'a self,
        name: &'static str,
        kind: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                let words = || format!("{}{name}: expected {kind}", self.place);
                read(value).map(Some).ok_or_else(|| Refusal::query(name, words()))
            }
        }
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        self.read(name, "a text", Value::as_str)
    }

    /// A text that must be there and be one of these.
    pub(crate) fn one_of(&self, name: &'static str, known: &[&'static str]) -> Result<&'static str, Refusal> {
        let text = self.text(name)?.ok_or_else(|| Refusal::missing(name))?;
        let found = known.iter().find(|known| **known == text);
        let words = || format!("{}{name}: expected one of {}", self.place, known.join(", "));
        found.copied().ok_or_else(|| Refusal::query(name, words()))
    }

    pub(crate) fn whole(&self, name: &'static str, least: i64, most: i64) -> Result<Option<i64>, Refusal> {
        let kind = format!("a whole number from {least} to {most}");
        self.read(name, &kind, |value| value.as_i64().filter(|number| (least..=most).contains(number)))
    }

    pub(crate) fn flag(&self, name: &'static str) -> Result<Option<bool>, Refusal> {
        self.read(name, "true or false", Value::as_bool)
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &'static str) -> Result<Option<Vec<&str>>, Refusal> {
        self.read(name, "a list of texts", |value| value.as_array()?.iter().map(Value::as_str).collect())
    }

    /// A day, `YYYY-MM-DD`, as days since 1970.
    pub(crate) fn day(&self, name: &'static str) -> Result<Option<i64>, Refusal> {
        self.text(name)?.map(|text| read_day(name, text)).transpose()
    }

    /// A moment, RFC 3339, as minutes since 1970.
    pub(crate) fn minute(&self, name: &'static str) -> Result<Option<i64>, Refusal> {
        self.text(name)?.map(|text| read_minute(name, text)).transpose()
    }

    /// An object with these fields and no others.
    pub(crate) fn object(&self, name: &'static str, names: &[&str]) -> Result<Option<Given>, Refusal> {
        let Some(fields) = self.read(name, "an object", Value::as_object)? else { return Ok(None) };
        let place = format!("{}{name}.", self.place);
        Given { fields: fields.clone(), place }.checked(names).map(Some)
    }

    /// A list of objects, each with these fields and no others.
    pub(crate) fn objects(&self, name: &'static str, names: &[&str]) -> Result<Option<Vec<Given>>, Refusal> {
        let Some(items) = self.read(name, "a list of objects", Value::as_array)? else { return Ok(None) };
        let given = |(index, item): (usize, &Value)| {
            let place = format!("{}{name}[{index}].", self.place);
            let words = || format!("{}{name}[{index}]: expected an object", self.place);
            let fields = item.as_object().cloned().ok_or_else(|| Refusal::query(name, words()))?;
            Given { fields, place }.checked(names)
        };
        items.iter().enumerate().map(given).collect::<Result<_, _>>().map(Some)
    }
}

fn read_day(name: &'static str, text: &str) -> Result<i64, Refusal> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
    let date = date.ok_or_else(|| Refusal::query(name, format!("{name}: expected a date as YYYY-MM-DD")))?;
    Ok(crate::world::day_of(date))
}

fn read_minute(name: &'static str, text: &str) -> Result<i64, Refusal> {
    let time = DateTime::parse_from_rfc3339(text);
    let words = || format!("{name}: expected an RFC 3339 date and time");
    time.map(|time| time.timestamp().div_euclid(60)).map_err(|_| Refusal::query(name, words()))
}
