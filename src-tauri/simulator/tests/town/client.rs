//! A client of a few lines: plain sockets, and JSON whose numbers stay text.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use spendglass_simulator::{Fault, Person, Town, TownOptions, TownProvider, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const NOW: &str = "2026-11-20T14:37:00Z";

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) async fn open(person: Person, seed: u64, now: &str, faults: &[&str]) -> Town {
    let faults = faults.iter().map(|fault| fault.parse::<Fault>().unwrap()).collect();
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    serve(TownOptions { listen, person, seed, now: at(now), faults }).await.unwrap()
}

pub(crate) fn provider(town: &Town, id: &str) -> TownProvider {
    town.providers().into_iter().find(|provider| provider.id == id).unwrap()
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }

    pub(crate) fn promised(&self) -> usize {
        self.headers["content-length"].parse().unwrap()
    }
}

pub(crate) async fn send(method: &str, url: &str, headers: &[(&str, &str)]) -> Reply {
    exchange(method, url, headers, "").await
}

/// Posts JSON.
pub(crate) async fn post(url: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let length = body.len().to_string();
    let own = [("content-type", "application/json"), ("content-length", length.as_str())];
    exchange("POST", url, &[headers, &own].concat(), body).await
}

async fn exchange(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    request.push_str("\r\n");
    request.push_str(body);
    let mut socket = TcpStream::connect(host).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let header =
        |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Reply { status, headers: lines.filter_map(header).collect(), body: body.to_owned() }
}

/// The headers that open a provider's door.
pub(crate) fn key_headers(id: &str, key: &str) -> Vec<(&'static str, String)> {
    match id {
        "anthropic" => vec![("x-api-key", key.to_owned()), ("anthropic-version", "2023-06-01".to_owned())],
        _ => vec![("authorization", format!("Bearer {key}"))],
    }
}

pub(crate) async fn get_with(town: &Town, id: &str, key: &str, path: &str) -> Reply {
    let headers = key_headers(id, key);
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    send("GET", &format!("{}{path}", provider(town, id).base_url), &headers).await
}

pub(crate) async fn get(town: &Town, id: &str, path: &str) -> Reply {
    get_with(town, id, &provider(town, id).key, path).await
}

/// JSON whose numbers are text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    Nothing,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Tree>),
    Object(BTreeMap<String, Tree>),
}

impl Tree {
    pub(crate) fn read(text: &str) -> Tree {
        let text = text.trim();
        match text.chars().next().unwrap() {
            '{' => {
                let fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).unwrap();
                Tree::Object(
                    fields.into_iter().map(|(name, value)| (name, Tree::read(value.get()))).collect(),
                )
            }
            '[' => {
                let items: Vec<Box<RawValue>> = serde_json::from_str(text).unwrap();
                Tree::List(items.iter().map(|item| Tree::read(item.get())).collect())
            }
            '"' => Tree::Text(serde_json::from_str(text).unwrap()),
            'n' => Tree::Nothing,
            't' | 'f' => Tree::Bool(text == "true"),
            _ => Tree::Number(text.to_owned()),
        }
    }

    pub(crate) fn get(&self, name: &str) -> &Tree {
        match self {
            Tree::Object(fields) => fields.get(name).unwrap_or(&Tree::Nothing),
            _ => &Tree::Nothing,
        }
    }

    pub(crate) fn list(&self) -> &[Tree] {
        match self {
            Tree::List(items) => items,
            other => panic!("not a list: {other:?}"),
        }
    }

    /// Adds every number below, and every amount that is a text, to the sum of its path.
    pub(crate) fn sum_into(&self, path: &str, sums: &mut BTreeMap<String, i128>) {
        match self {
            Tree::Number(text) => *sums.entry(path.to_owned()).or_default() += exact(text),
            Tree::Text(text) if path.ends_with("amount") || path.ends_with("value") => {
                *sums.entry(path.to_owned()).or_default() += exact(text);
            }
            Tree::Object(fields) => {
                for (name, value) in fields {
                    value.sum_into(&format!("{path}.{name}"), sums);
                }
            }
            Tree::List(items) => items.iter().for_each(|item| item.sum_into(path, sums)),
            _ => {}
        }
    }
}

/// A decimal text, with or without an exponent, in units of 10⁻²⁰: refuses what does not fit.
pub(crate) fn exact(text: &str) -> i128 {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().unwrap()),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let number: i128 = format!("{whole}{fraction}").parse().unwrap();
    let power = 20 + exponent - i32::try_from(fraction.len()).unwrap();
    number * 10_i128.pow(u32::try_from(power).unwrap())
}

/// The providers that these tests know how to ask. One that is added later has its own tests beside its handler.
const ASKED: [&str; 3] = ["openai", "anthropic", "openrouter"];

/// Lists and limits of theirs, which are asked in another way: in `lists.rs`.
const LISTS: [&str; 7] = [
    "projects",
    "api_keys",
    "rate_limits",
    "spend_limit",
    "workspaces",
    "spend_limits",
    "usage_report_claude_code",
];

/// Every other stream of the providers asked here.
pub(crate) fn streams() -> Vec<(&'static str, &'static str)> {
    let both = |(provider, streams): &(&'static str, &'static [&'static str])| {
        let provider = *provider;
        let asked = streams.iter().filter(|stream| !LISTS.contains(stream));
        asked.map(move |stream| (provider, *stream))
    };
    spendglass_simulator::STREAMS.iter().filter(|(id, _)| ASKED.contains(id)).flat_map(both).collect()
}

/// A good request of the week before [`NOW`] to a stream, with something to see in its answer.
pub(crate) fn good(provider: &str, stream: &str) -> String {
    let (start, end) = (at("2026-11-13T00:00:00Z"), at("2026-11-20T00:00:00Z"));
    match (provider, stream) {
        ("openai", _) => {
            let path = stream
                .strip_prefix("usage_")
                .map_or_else(|| stream.to_owned(), |kind| format!("usage/{kind}"));
            format!(
                "/organization/{path}?start_time={}&end_time={}&limit=5",
                start.timestamp(),
                end.timestamp()
            )
        }
        ("anthropic", "organization_me") => "/v1/organizations/me".to_owned(),
        ("anthropic", _) => {
            let path = stream.replace("report_messages", "report/messages");
            format!(
                "/v1/organizations/{path}?starting_at=2026-11-13T00:00:00Z&ending_at=2026-11-20T00:00:00Z&limit=5"
            )
        }
        _ => format!("/{stream}"),
    }
}
