//! One request out, one answer in: https only, no redirect followed, the key sent to its own host alone.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Client, redirect};
use url::{Host, Url};

use crate::providers::{Auth, Provider, Request};
use crate::time::Timestamp;
use crate::vault::Secret;

/// Most bytes of an answer that are read.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// How long a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect.
    pub connect: Duration,
    /// Between two pieces of the answer.
    pub silence: Duration,
    /// From start to end.
    pub whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            whole: Duration::from_mins(2),
        }
    }
}

/// Why an address is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Not an address.
    #[error("\"{0}\" is not an address such as https://gateway.example.com/v1")]
    NotAUrl(String),
    /// A key must not travel unencrypted.
    #[error(
        "the address must begin with https:// (http:// is allowed on this machine only): a key must not travel unencrypted"
    )]
    NotHttps,
    /// It carries a name or password, a query or a fragment.
    #[error("the address must end with its path: leave out {0}")]
    Unjoinable(&'static str),
}

/// An address below which a provider's endpoints live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
}

impl BaseUrl {
    /// Reads an address: https, or http on this machine; nothing after its path.
    pub fn parse(text: &str) -> Result<BaseUrl, BaseUrlError> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|_| BaseUrlError::NotAUrl(text.chars().take(80).collect()))?;
        match url.scheme() {
            "https" if url.has_host() => {}
            "http" if is_loopback(&url) => {}
            _ => return Err(BaseUrlError::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Unjoinable("the name and password before the host"));
        }
        if url.query().is_some() {
            return Err(BaseUrlError::Unjoinable("the part from the question mark on"));
        }
        if url.fragment().is_some() {
            return Err(BaseUrlError::Unjoinable("the part from the # on"));
        }
        Ok(BaseUrl { url })
    }

    fn join(&self, request: &Request) -> Url {
        let mut url = self.url.clone();
        let path = format!("{}{}", url.path().trim_end_matches('/'), request.path);
        url.set_path(&path);
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        url
    }
}

impl std::fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
        Some(Host::Ipv6(address)) => Ipv6Addr::is_loopback(&address),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status, never a redirect.
    pub status: u16,
    /// The provider's wish to wait, in seconds from its own present.
    pub retry_after: Option<u64>,
    /// Whether the body calls itself HTML.
    pub is_html: bool,
    /// The provider's clock.
    pub date: Option<Timestamp>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why no answer came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// No connection.
    #[error("{host} could not be reached ({reason})")]
    Unreachable {
        /// Where to.
        host: String,
        /// What stood in the way.
        reason: String,
    },
    /// No answer in time.
    #[error("{0} did not answer in time")]
    TimedOut(String),
    /// The answer ended early.
    #[error("the answer of {host} was cut off after {got} bytes")]
    Cut {
        /// Where from.
        host: String,
        /// How much had come.
        got: usize,
    },
    /// The answer is larger than any real one.
    #[error("the answer of {0} is larger than 64 MiB and was not read")]
    TooLarge(String),
    /// The address sends elsewhere; a key is not sent along.
    #[error("{host} redirects to {to}. The key is not sent there: check the address")]
    Redirected {
        /// Where from.
        host: String,
        /// Where to.
        to: String,
    },
    /// The key cannot travel in a header.
    #[error("the key cannot be sent: it has characters that no header carries")]
    BadKey,
}

/// The way out.
#[derive(Debug, Clone)]
pub struct Net {
    outside: Client,
    // A proxy of the system must not see what stays on this machine.
    loopback: Client,
}

impl Net {
    /// Prepares the way out.
    pub fn new(timeouts: Timeouts) -> Result<Net, NetError> {
        let builder = || {
            Client::builder()
                .user_agent(concat!("Spendglass/", env!("CARGO_PKG_VERSION")))
                .redirect(redirect::Policy::none())
                .connect_timeout(timeouts.connect)
                .read_timeout(timeouts.silence)
                .timeout(timeouts.whole)
                .referer(false)
        };
        let failed = |error: reqwest::Error| NetError::Unreachable {
            host: "the network".to_owned(),
            reason: reason(&error),
        };
        Ok(Net {
            outside: builder().build().map_err(failed)?,
            loopback: builder().no_proxy().build().map_err(failed)?,
        })
    }

    /// Sends a request of a provider with its key.
    pub async fn send(
        &self,
        provider: &Provider,
        base: &BaseUrl,
        secret: &Secret,
        request: &Request,
    ) -> Result<Answer, NetError> {
        let url = base.join(request);
        let host = url.host_str().unwrap_or_default().to_owned();
        let client = if is_loopback(&url) { &self.loopback } else { &self.outside };
        let headers = headers(provider, secret)?;
        let failed = |error: reqwest::Error| match (error.is_timeout(), error.is_connect()) {
            (true, false) => NetError::TimedOut(host.clone()),
            _ => NetError::Unreachable { host: host.clone(), reason: reason(&error) },
        };
        let mut response = client.get(url.clone()).headers(headers).send().await.map_err(failed)?;
        if matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Err(NetError::Redirected { to: destination(&url, response.headers()), host });
        }
        let date = text(response.headers(), &DATE).and_then(|date| Timestamp::parse_http_date(date).ok());
        let retry_after = text(response.headers(), &RETRY_AFTER).and_then(|wish| seconds_to_wait(wish, date));
        let is_html = text(response.headers(), &reqwest::header::CONTENT_TYPE)
            .is_some_and(|kind| kind.trim_start().starts_with("text/html"));
        let status = response.status().as_u16();
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(piece)) if body.len() + piece.len() > LARGEST_BODY => {
                    return Err(NetError::TooLarge(host));
                }
                Ok(Some(piece)) => body.extend_from_slice(&piece),
                Ok(None) => break,
                Err(error) if error.is_timeout() => return Err(NetError::TimedOut(host)),
                Err(_) => return Err(NetError::Cut { host, got: body.len() }),
            }
        }
        Ok(Answer { status, retry_after, is_html, date, body })
    }
}

fn headers(provider: &Provider, secret: &Secret) -> Result<HeaderMap, NetError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in provider.headers {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let (name, text) = match provider.auth {
        Auth::Bearer => (AUTHORIZATION, format!("Bearer {}", secret.expose())),
        Auth::Header(name) => (HeaderName::from_static(name), secret.expose().to_owned()),
    };
    let mut value = HeaderValue::from_str(&text).map_err(|_| NetError::BadKey)?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(headers)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// `Retry-After` as seconds, or as a date against the provider's own clock.
fn seconds_to_wait(wish: &str, date: Option<Timestamp>) -> Option<u64> {
    let wish = wish.trim();
    if let Ok(seconds) = wish.parse::<u64>() {
        return Some(seconds);
    }
    let until = Timestamp::parse_http_date(wish).ok()?;
    Some(u64::try_from(until.seconds_since(date?)).unwrap_or(0))
}

/// Host and scheme of a redirect, without the rest of it.
fn destination(from: &Url, headers: &HeaderMap) -> String {
    let to = text(headers, &LOCATION).and_then(|location| from.join(location).ok());
    to.map_or_else(|| "another address".to_owned(), |url| url.origin().ascii_serialization())
}

/// The innermost cause, without the address: addresses are named by the caller.
fn reason(error: &reqwest::Error) -> String {
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    cause.map_or_else(|| "no connection".to_owned(), ToString::to_string)
}
