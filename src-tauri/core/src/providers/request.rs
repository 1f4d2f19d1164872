//! What a provider asks: a request as plain data, which the engine sends.

use std::borrow::Cow;
use std::fmt;

/// A request below the base URL. It only ever reads, whatever its method.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// Path with a leading slash, percent-encoded (see [`segment`]).
    pub path: Cow<'static, str>,
    /// Query parameters in order, not yet percent-encoded.
    pub query: Vec<(&'static str, String)>,
    /// What is posted; `None` for a GET.
    pub body: Option<Body>,
    /// Headers of this request alone.
    pub headers: Vec<(&'static str, String)>,
    /// Another of the provider's origins than that of its base URL.
    pub origin: Option<&'static str>,
    /// The service that a `SigV4` signature names, where it is not that of [`Auth::SigV4`].
    pub sign_as: Option<&'static str>,
    /// The path to try where the first is not found (404): an older name of the same.
    pub else_path: Option<&'static str>,
    /// The request to try where this one is not found (404): an older way to ask for the same.
    pub otherwise: Option<Box<Request>>,
}

/// What is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Its `Content-Type`.
    pub kind: &'static str,
    /// Its text.
    pub text: String,
}

impl Request {
    /// A GET of a path without parameters.
    pub const fn get(path: &'static str) -> Request {
        Request {
            path: Cow::Borrowed(path),
            query: Vec::new(),
            body: None,
            headers: Vec::new(),
            origin: None,
            sign_as: None,
            else_path: None,
            otherwise: None,
        }
    }

    /// A GET of a path that holds ids; each of them went through [`segment`].
    pub fn get_path(path: String) -> Request {
        Request { path: Cow::Owned(path), ..Request::get("") }
    }

    /// The same, posting JSON.
    #[must_use]
    pub fn posting(mut self, json: &serde_json::Value) -> Request {
        self.body = Some(Body { kind: "application/json", text: json.to_string() });
        self
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Request {
        self.query.push((name, value.to_string()));
        self
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl fmt::Display) -> Request {
        self.headers.push((name, value.to_string()));
        self
    }

    /// The same at another of the provider's origins.
    #[must_use]
    pub const fn at(mut self, origin: &'static str) -> Request {
        self.origin = Some(origin);
        self
    }

    /// The same, trying another path where this one is not found.
    #[must_use]
    pub const fn or_at(mut self, path: &'static str) -> Request {
        self.else_path = Some(path);
        self
    }

    /// The same, asking otherwise where it is not found: for an older server that wants other parameters, or another address.
    #[must_use]
    pub fn or_ask(mut self, otherwise: Request) -> Request {
        self.otherwise = Some(Box::new(otherwise));
        self
    }

    /// Whether there is an older way to ask for the same.
    pub const fn has_older(&self) -> bool {
        self.else_path.is_some() || self.otherwise.is_some()
    }

    /// The older way to ask for the same, or this one where there is none.
    #[must_use]
    pub fn older(mut self) -> Request {
        match (self.else_path.take(), self.otherwise.take()) {
            (Some(path), otherwise) => Request { path: Cow::Borrowed(path), otherwise, ..self },
            (None, Some(otherwise)) => *otherwise,
            (None, None) => self,
        }
    }
}

/// An id as one segment of a path: whatever is not plain is percent-encoded, so that no id can lead elsewhere.
pub fn segment(id: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    // A segment of one or two dots climbs the path, encoded or not: encoded twice it is an id that nobody has.
    if matches!(id, "." | "..") {
        return "%252E".repeat(id.len());
    }
    let mut text = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~' | b'.') {
            text.push(char::from(byte));
        } else {
            let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
            text.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    text
}
