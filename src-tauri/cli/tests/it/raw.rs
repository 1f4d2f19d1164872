//! The raw answers of a provider, read by a client of a few lines that shares nothing with the program.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::value::RawValue;

/// JSON whose numbers stay text.
#[derive(Debug, Clone)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Tree>),
    Object(BTreeMap<String, Tree>),
}

impl Tree {
    pub(crate) fn read(text: &str) -> Tree {
        let text = text.trim();
        match text.as_bytes()[0] {
            b'{' => {
                let fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).unwrap();
                Tree::Object(
                    fields.into_iter().map(|(name, value)| (name, Tree::read(value.get()))).collect(),
                )
            }
            b'[' => {
                let items: Vec<Box<RawValue>> = serde_json::from_str(text).unwrap();
                Tree::List(items.iter().map(|item| Tree::read(item.get())).collect())
            }
            b'"' => Tree::Text(serde_json::from_str(text).unwrap()),
            b'n' => Tree::Null,
            b't' => Tree::Bool(true),
            b'f' => Tree::Bool(false),
            _ => Tree::Number(text.to_owned()),
        }
    }

    /// A field, or null where there is none.
    pub(crate) fn at(&self, path: &str) -> &Tree {
        path.split('.').fold(self, |tree, name| match tree {
            Tree::Object(fields) => fields.get(name).unwrap_or(&Tree::Null),
            _ => &Tree::Null,
        })
    }

    pub(crate) fn list(&self) -> &[Tree] {
        let Tree::List(items) = self else { panic!("{self:?} is no list") };
        items
    }

    pub(crate) fn text(&self) -> Option<String> {
        if let Tree::Text(text) = self { Some(text.clone()) } else { None }
    }

    pub(crate) fn is_true(&self) -> bool {
        matches!(self, Tree::Bool(true))
    }

    /// A count; an absent one counts nothing.
    pub(crate) fn count(&self) -> u64 {
        match self {
            Tree::Null => 0,
            Tree::Number(text) | Tree::Text(text) => text.parse().unwrap(),
            other => panic!("{other:?} is no count"),
        }
    }

    /// An amount, told as a number or as text.
    pub(crate) fn exact(&self) -> Exact {
        match self {
            Tree::Number(text) | Tree::Text(text) => Exact::read(text),
            other => panic!("{other:?} is no amount"),
        }
    }
}

/// A number as a whole count of 10⁻²⁴: added up without a rounding, by other means than the program's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Exact(i128);

const DIGITS: i32 = 24;

impl Exact {
    pub(crate) fn read(text: &str) -> Exact {
        Exact::shifted(text, 0)
    }

    /// The number times a power of ten.
    pub(crate) fn shifted(text: &str, power: i32) -> Exact {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().unwrap()),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: i128 = format!("{whole}{fraction}").parse().unwrap();
        let places = DIGITS + exponent + power - i32::try_from(fraction.len()).unwrap();
        if places >= 0 {
            return Exact(digits.checked_mul(10_i128.pow(places.unsigned_abs())).unwrap());
        }
        let divisor = 10_i128.pow(places.unsigned_abs());
        assert_eq!(digits % divisor, 0, "{text} has more digits than this test holds");
        Exact(digits / divisor)
    }

    pub(crate) fn plus(self, other: Exact) -> Exact {
        Exact(self.0.checked_add(other.0).unwrap())
    }
}

/// The body of an answer with status 200.
pub(crate) fn get(url: &str, headers: &[(&str, &str)]) -> Tree {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let mut request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(name);
        request.push_str(": ");
        request.push_str(value);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    let mut socket = TcpStream::connect(host).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
    assert!(!head.to_ascii_lowercase().contains("transfer-encoding"), "{head}");
    Tree::read(body)
}

/// Every bucket of a report, page by page.
pub(crate) fn buckets(url: &str, headers: &[(&str, &str)]) -> Vec<Tree> {
    let mut buckets = Vec::new();
    let mut page: Option<String> = None;
    let mut pages = 0;
    loop {
        let next = page.map(|page| format!("&page={}", percent(&page))).unwrap_or_default();
        let answer = get(&format!("{url}{next}"), headers);
        buckets.extend_from_slice(answer.at("data").list());
        pages += 1;
        assert!(pages < 100, "{url} does not end");
        if !answer.at("has_more").is_true() {
            assert!(pages > 1, "{url} was to take several pages");
            return buckets;
        }
        page = answer.at("next_page").text();
        assert!(page.is_some());
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[test]
fn the_sums_of_this_test_are_exact_themselves() {
    assert_eq!(Exact::read("0.1").plus(Exact::read("0.2")), Exact::read("0.3"));
    assert_eq!(Exact::read("12.5e-3"), Exact::read("0.0125"));
    assert_eq!(Exact::shifted("123.78912", -2), Exact::read("1.2378912"));
    assert_eq!(Exact::read("-0.5").plus(Exact::read("0.5")), Exact::default());
}
