//! A list that anybody may fetch, such as prices or rates of exchange: no key is sent, no redirect followed, and no more is read
//! than such a list has.

use reqwest::header::{ACCEPT, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};

use super::{BaseUrlError, HookUrl, Net, NetError};

/// Most bytes of a list that are read.
const LARGEST: usize = 8 * 1024 * 1024;
/// The longest mark of a version that is kept.
const LONGEST_TAG: usize = 200;

/// An address that answers with a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedUrl(HookUrl);

/// What came of asking for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// It is the one that is known already.
    Same,
    /// It is another one.
    New {
        /// The list.
        body: Vec<u8>,
        /// The mark of its version, where there is one.
        tag: Option<String>,
    },
}

/// Why no list came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No answer.
    #[error(transparent)]
    Net(#[from] NetError),
    /// An answer without a list.
    #[error("{host} answered with status {status}: what was known stays")]
    Status {
        /// Where from.
        host: String,
        /// HTTP status.
        status: u16,
    },
    /// The answer is larger than any real list.
    #[error("the answer of {0} is larger than 8 MiB and was not read: what was known stays")]
    TooLarge(String),
}

impl FeedUrl {
    /// Reads an address: https, or http on this machine.
    pub fn parse(text: &str) -> Result<FeedUrl, BaseUrlError> {
        HookUrl::parse(text).map(FeedUrl)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Net {
    /// Asks for a list, unless it is still the one with this mark.
    pub async fn fetch(&self, from: &FeedUrl, known: Option<&str>) -> Result<Fetched, FetchError> {
        let url = from.0.url().clone();
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, application/xml, text/xml"));
        if let Some(tag) = known.and_then(|tag| HeaderValue::from_str(tag).ok()) {
            headers.insert(IF_NONE_MATCH, tag);
        }
        let (answer, headers) = match self.exchange_up_to(url, headers, None, LARGEST).await {
            Err(NetError::TooLarge(host)) => return Err(FetchError::TooLarge(host)),
            told => told?,
        };
        match answer.status {
            304 if known.is_some() => Ok(Fetched::Same),
            200 => {
                let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok());
                let tag = tag.filter(|tag| tag.len() <= LONGEST_TAG).map(str::to_owned);
                Ok(Fetched::New { body: answer.body, tag })
            }
            status => Err(FetchError::Status { host, status }),
        }
    }
}
