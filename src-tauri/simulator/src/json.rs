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

    /// The first number or text of this name, at any depth.
    pub(crate) fn first_leaf(&mut self, name: &str) -> Option<&mut Json> {
        match self {
            Json::Object(fields) => {
                for (key, value) in fields {
                    if key == name && matches!(value, Json::Number(_) | Json::Text(_)) {
                        return Some(value);
                    }
                    if let Some(found) = value.first_leaf(name) {
                        return Some(found);
                    }
                }
                None
            }
            Json::List(items) => items.iter_mut().find_map(|item| item.first_leaf(name)),
            _ => None,
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
}
