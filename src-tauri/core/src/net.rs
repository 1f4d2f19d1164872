//! One request out, one answer in: https only, no redirect followed, the key sent to its own host alone.

mod credential;
mod feed;
mod hook;

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Client, redirect};
use tokio::sync::OnceCell;
use url::{Host, Url};

pub use credential::Credential;
pub use feed::{FeedUrl, FetchError, Fetched};
pub use hook::HookUrl;

use crate::providers::{Details, Provider, Request, plain_words};
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
    /// The person's own address: all of the provider's origins lie there.
    own: bool,
}

impl BaseUrl {
    /// Reads a person's own address: https, or http on this machine; nothing after its path.
    pub fn parse(text: &str) -> Result<BaseUrl, BaseUrlError> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|_| {
            // A key may have been pasted in the place of the address.
            let shown: String = text.chars().take(80).collect();
            BaseUrlError::NotAUrl(plain_words(&shown).unwrap_or_default())
        })?;
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
        Ok(BaseUrl { url, own: true })
    }

    /// A provider's own address.
    pub fn of_provider(text: &str) -> Result<BaseUrl, BaseUrlError> {
        BaseUrl::parse(text).map(|base| BaseUrl { own: false, ..base })
    }

    fn join(&self, request: &Request) -> Url {
        let elsewhere = request.origin.filter(|_| !self.own).and_then(|origin| Url::parse(origin).ok());
        let mut url = elsewhere.unwrap_or_else(|| self.url.clone());
        let path = format!("{}{}", url.path().trim_end_matches('/'), request.path);
        url.set_path(&path);
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        url
    }

    /// Where a token is had: at its own address, or at the same path below the person's own.
    fn token(&self, token_url: &str) -> Option<Url> {
        let url = Url::parse(token_url).ok()?;
        if !self.own {
            return Some(url);
        }
        let mut own = self.url.clone();
        own.set_path(&format!("{}{}", own.path().trim_end_matches('/'), url.path()));
        Some(own)
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

/// What came back. Its `Debug` shows nothing of the body, which may hold a token.
#[derive(Clone)]
pub struct Answer {
    /// HTTP status, never a redirect.
    pub status: u16,
    /// The provider's wish to wait, in seconds from its own present.
    pub retry_after: Option<u64>,
    /// Whether the body calls itself HTML.
    pub is_html: bool,
    /// Whether a limit on requests is used up, whatever the status says.
    pub exhausted: bool,
    /// The provider's clock.
    pub date: Option<Timestamp>,
    /// The body.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
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
    /// Nothing can be sent at all: for one, this system trusts no certificate.
    #[error("the way out could not be prepared: {0}")]
    NotPrepared(String),
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
    #[error(
        "the key cannot be sent: a part of it or of what is told beside it is missing, or has characters that no header carries"
    )]
    BadKey,
    /// The private key of a service account is none.
    #[error("the private key in the service account's file cannot be read: give the file as Google made it")]
    BadPrivateKey,
    /// The answer to a request for a token holds none.
    #[error("no token came back for the key")]
    NoToken,
}

/// The way out. It is prepared by the first request: reading what the system trusts takes longer than a figure.
#[derive(Debug, Clone)]
pub struct Net(Arc<Ways>);

#[derive(Debug)]
struct Ways {
    timeouts: Timeouts,
    outside: OnceCell<Client>,
    // A proxy of the system must not see what stays on this machine.
    loopback: OnceCell<Client>,
}

impl Net {
    /// A way out on which requests may take so long.
    pub fn new(timeouts: Timeouts) -> Net {
        Net(Arc::new(Ways { timeouts, outside: OnceCell::new(), loopback: OnceCell::new() }))
    }

    async fn client(&self, to: &Url) -> Result<&Client, NetError> {
        let Ways { timeouts, outside, loopback } = &*self.0;
        let stays = is_loopback(to);
        let prepare = async || {
            let builder = Client::builder()
                .user_agent(concat!("Spendglass/", env!("CARGO_PKG_VERSION")))
                .redirect(redirect::Policy::none())
                .connect_timeout(timeouts.connect)
                .read_timeout(timeouts.silence)
                .timeout(timeouts.whole)
                .referer(false);
            if stays { builder.no_proxy().build() } else { builder.build() }
        };
        let client = if stays { loopback } else { outside };
        client.get_or_try_init(prepare).await.map_err(|error| NetError::NotPrepared(reason(&error)))
    }

    /// Sends a request of a provider with its credential.
    pub async fn send(
        &self,
        provider: &Provider,
        base: &BaseUrl,
        credential: &Credential,
        request: &Request,
        now: Timestamp,
    ) -> Result<Answer, NetError> {
        let url = base.join(request);
        let mut headers = headers(provider, request)?;
        credential.apply(&mut headers, &url, request, now)?;
        self.exchange(url, headers, request.body.as_ref().map(|body| body.text.clone())).await
    }

    /// Asks for a token, for a key that does not travel itself.
    pub async fn token(
        &self,
        provider: &Provider,
        base: &BaseUrl,
        secret: &Secret,
        details: &Details,
        now: Timestamp,
    ) -> Result<Answer, NetError> {
        let asked = credential::token_request(provider, secret, details, now)?;
        let url = base.token(&asked.url).ok_or(NetError::BadKey)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(asked.body.kind));
        self.exchange(url, headers, Some(asked.body.text)).await
    }

    async fn exchange(&self, url: Url, headers: HeaderMap, body: Option<String>) -> Result<Answer, NetError> {
        Ok(self.exchange_up_to(url, headers, body, LARGEST_BODY).await?.0)
    }

    /// The answer and its headers, where its body is no longer than this.
    async fn exchange_up_to(
        &self,
        url: Url,
        headers: HeaderMap,
        body: Option<String>,
        largest: usize,
    ) -> Result<(Answer, HeaderMap), NetError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let client = self.client(&url).await?;
        let failed = |error: reqwest::Error| match (error.is_timeout(), error.is_connect()) {
            (true, false) => NetError::TimedOut(host.clone()),
            _ => NetError::Unreachable { host: host.clone(), reason: reason(&error) },
        };
        let sending = match body {
            Some(body) => client.post(url.clone()).body(body),
            None => client.get(url.clone()),
        };
        let mut response = sending.headers(headers).send().await.map_err(failed)?;
        if matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Err(NetError::Redirected { to: destination(&url, response.headers()), host });
        }
        let date = text(response.headers(), &DATE).and_then(|date| Timestamp::parse_http_date(date).ok());
        let exhausted = header(response.headers(), "x-ratelimit-remaining") == Some("0");
        let retry_after = wish(response.headers(), date, exhausted);
        let is_html = text(response.headers(), &reqwest::header::CONTENT_TYPE)
            .is_some_and(|kind| kind.trim_start().starts_with("text/html"));
        let status = response.status().as_u16();
        let told = response.headers().clone();
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(piece)) if body.len() + piece.len() > largest => {
                    return Err(NetError::TooLarge(host));
                }
                Ok(Some(piece)) => body.extend_from_slice(&piece),
                Ok(None) => break,
                Err(error) if error.is_timeout() => return Err(NetError::TimedOut(host)),
                Err(_) => return Err(NetError::Cut { host, got: body.len() }),
            }
        }
        Ok((Answer { status, retry_after, is_html, exhausted, date, body }, told))
    }
}

fn headers(provider: &Provider, request: &Request) -> Result<HeaderMap, NetError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in provider.headers {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Some(body) = &request.body {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(body.kind));
    }
    for (name, value) in &request.headers {
        let value = HeaderValue::from_str(value).map_err(|_| NetError::BadKey)?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

/// How long the provider wants one to wait: by the usual header, by one of its own (Azure has several), or until its count
/// starts again (GitHub).
fn wish(headers: &HeaderMap, date: Option<Timestamp>, exhausted: bool) -> Option<u64> {
    let usual = text(headers, &RETRY_AFTER).and_then(|wish| seconds_to_wait(wish, date));
    let own = || {
        let named = headers.iter().filter(|(name, _)| name.as_str().ends_with("-retry-after"));
        named.filter_map(|(_, value)| value.to_str().ok()?.trim().parse::<u64>().ok()).max()
    };
    let reset = || {
        let reset = header(headers, "x-ratelimit-reset")?.trim().parse::<i64>().ok()?;
        u64::try_from(Timestamp::from_unix(reset).ok()?.seconds_since(date?)).ok()
    };
    usual.or_else(own).or_else(|| exhausted.then(reset).flatten())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
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
