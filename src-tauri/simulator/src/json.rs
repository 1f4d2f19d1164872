//! A small JSON tree that keeps every number as the text it was made of, so that a long amount reaches the client
//! digit for digit and a fault can still change one field of it.

use std::borrow::Cow;
use std::fmt::Write as _;

pub(crate) type Fields = Vec<(Cow<'static, str>, Json)>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// The text of the number, exactly as it is sent.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Fields),
}

pub(crate) fn object<const N: usize>(fields: [(&'static str, Json); N]) -> Json {
    Json::Object(fields.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Json::Bool(value)
    }
}

impl From<u64> for Json {
    fn from(value: u64) -> Self {
        Json::Number(value.to_string())
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Json::Number(value.to_string())
    }
}

impl From<&str> for Json {
    fn from(value: &str) -> Self {
        Json::Text(value.to_owned())
    }
}

impl From<String> for Json {
    fn from(value: String) -> Self {
        Json::Text(value)
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Json::Null, Into::into)
    }
}

impl Json {
    pub(crate) fn render(&self) -> String {
        let mut out = String::with_capacity(4096);
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Number(text) => out.push_str(text),
            Json::Text(text) => quote(text, out),
            Json::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Json::Object(fields) => {
                out.push('{');
                for (index, (name, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    quote(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// The field of an object.
    pub(crate) fn field(&mut self, name: &str) -> Option<&mut Json> {
        match self {
            Json::Object(fields) => fields.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(crate) fn items(&mut self) -> Option<&mut Vec<Json>> {
        match self {
            Json::List(items) => Some(items),
            _ => None,
        }
    }

    /// Sets a field that exists; says whether it did.
    pub(crate) fn set(&mut self, name: &str, value: Json) -> bool {
        self.field(name).map(|field| *field = value).is_some()
    }

    /// The value at a dotted path that `fits`: from here, or else at the first place below that has it. Lists on the
    /// way are looked through.
    pub(crate) fn find(&mut self, path: &str, fits: fn(&Json) -> bool) -> Option<&mut Json> {
        let (first, rest) = head(path);
        match self {
            Json::Object(fields) => {
                let own = fields.iter().position(|(name, value)| name == first && value.leads(rest, fits));
                match own {
                    Some(place) => fields[place].1.follow(rest, fits),
                    None => fields.iter_mut().find_map(|(_, value)| value.find(path, fits)),
                }
            }
            Json::List(items) => items.iter_mut().find_map(|item| item.find(path, fits)),
            _ => None,
        }
    }

    fn leads(&self, rest: Option<&str>, fits: fn(&Json) -> bool) -> bool {
        let Some(rest) = rest else { return fits(self) };
        let (first, more) = head(rest);
        match self {
            Json::Object(fields) => {
                fields.iter().any(|(name, value)| name == first && value.leads(more, fits))
            }
            Json::List(items) => items.iter().any(|item| item.leads(Some(rest), fits)),
            _ => false,
        }
    }

    fn follow(&mut self, rest: Option<&str>, fits: fn(&Json) -> bool) -> Option<&mut Json> {
        let Some(rest) = rest else { return fits(self).then_some(self) };
        let (first, more) = head(rest);
        match self {
            Json::Object(fields) => {
                let mut named = fields.iter_mut().filter(|(name, _)| name == first);
                named.find_map(|(_, value)| value.follow(more, fits))
            }
            Json::List(items) => items.iter_mut().find_map(|item| item.follow(Some(rest), fits)),
            _ => None,
        }
    }

    /// The first number or text at a dotted path, as [`Json::find`] looks for it.
    pub(crate) fn first_leaf(&mut self, path: &str) -> Option<&mut Json> {
        self.find(path, |value| matches!(value, Json::Number(_) | Json::Text(_)))
    }

    /// Puts a value at a dotted path from here, over another one or beside what is there; says whether it could.
    pub(crate) fn put(&mut self, path: &str, value: Json) -> bool {
        let Json::Object(fields) = self else { return false };
        let (first, rest) = head(path);
        let place = fields.iter().position(|(name, _)| name == first);
        let place = place.unwrap_or_else(|| {
            fields.push((Cow::Owned(first.to_owned()), Json::Object(Vec::new())));
            fields.len() - 1
        });
        let field = &mut fields[place].1;
        if let Some(rest) = rest {
            return field.put(rest, value);
        }
        *field = value;
        true
    }

    /// Gives the field at a dotted path another name; says whether it was there.
    pub(crate) fn rename(&mut self, path: &str, to: &'static str) -> bool {
        let (parent, name) = match path.rsplit_once('.') {
            Some((parent, name)) => (self.find(parent, |_| true), name),
            None => (Some(self), path),
        };
        match parent {
            Some(Json::Object(fields)) => {
                let field = fields.iter_mut().find(|(known, _)| known == name);
                field.map(|(known, _)| *known = Cow::Borrowed(to)).is_some()
            }
            Some(Json::List(items)) => items.iter_mut().any(|item| item.rename(name, to)),
            _ => false,
        }
    }

    /// Calls `change` with the fields of every object, inner ones first.
    pub(crate) fn each_object(&mut self, change: &mut impl FnMut(&mut Fields)) {
        match self {
            Json::Object(fields) => {
                for (_, value) in fields.iter_mut() {
                    value.each_object(change);
                }
                change(fields);
            }
            Json::List(items) => items.iter_mut().for_each(|item| item.each_object(change)),
            _ => {}
        }
    }
}

/// The first name of a dotted path, and the rest.
fn head(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)))
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => {
                // Writing into a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_what_serde_reads() {
        let value = object([
            ("text", "a \"b\" \\ \n é".into()),
            ("long", Json::Number("12345678901234567890.123456".into())),
            ("none", Option::<&str>::None.into()),
            ("list", Json::List(vec![1_u64.into(), true.into()])),
        ]);
        let text = value.render();
        assert!(text.contains("12345678901234567890.123456"), "the digits stay: {text}");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["text"], "a \"b\" \\ \n é");
        assert_eq!(read["none"], serde_json::Value::Null);
        assert_eq!(read["list"], serde_json::json!([1, true]));
    }

    #[test]
    fn finds_and_changes_the_first_leaf() {
        let mut value =
            object([("data", Json::List(vec![object([("n", Json::Null)]), object([("n", 2_u64.into())])]))]);
        *value.first_leaf("n").unwrap() = (-1_i64).into();
        assert_eq!(value.render(), r#"{"data":[{"n":null},{"n":-1}]}"#);
    }
    #[test]
    fn follows_a_path_from_the_top_or_from_below_and_through_lists() {
        let rows = vec![
            object([("cost", object([("currency", "USD".into())]))]),
            object([("cost", object([("amount", "1.5".into())])), ("amount", 7_u64.into())]),
        ];
        let mut value = object([("page", object([("rows", Json::List(rows))])), ("next", Json::Null)]);
        *value.first_leaf("cost.amount").unwrap() = "9".into();
        *value.first_leaf("rows.amount").unwrap() = 8_u64.into();
        assert_eq!(value.first_leaf("currency.amount"), None);
        assert!(value.put("next", "a".into()) && value.put("meta.more", true.into()));
        assert!(!value.put("next.more", true.into()), "a text has no fields");
        assert!(value.rename("page.rows", "renamed") && !value.rename("page.rows", "renamed"));
        assert_eq!(
            value.render(),
            r#"{"page":{"renamed":[{"cost":{"currency":"USD"}},{"cost":{"amount":"9"},"amount":8}]},"next":"a","meta":{"more":true}}"#
        );
        let mut list = Json::List(vec![object([("spend", 1_u64.into())])]);
        assert!(list.rename("spend", "renamed") && !list.put("next", Json::Null));
    }
}
