//! One message to an address of the person's own, such as a webhook: https, or http on this machine; no redirect followed.

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use url::Url;

use super::{BaseUrlError, Net, NetError, is_loopback, reason};
use crate::providers::plain_words;

/// Where the signature of a message stands.
const SIGNATURE: HeaderName = HeaderName::from_static("x-spendglass-signature");
/// The longest address that is taken.
const LONGEST: usize = 2_000;

/// An address that takes messages.
#[derive(Clone, PartialEq, Eq)]
pub struct HookUrl(Url);

impl HookUrl {
    /// Reads an address: https, or http on this machine. It may have a query, as those of some takers do.
    pub fn parse(text: &str) -> Result<HookUrl, BaseUrlError> {
        let text = text.trim();
        let url = Url::parse(text).ok().filter(|_| text.len() <= LONGEST).ok_or_else(|| {
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
        if url.fragment().is_some() {
            return Err(BaseUrlError::Unjoinable("the part from the # on"));
        }
        Ok(HookUrl(url))
    }

    /// Scheme, host and port: what lies behind another one is another taker.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    pub(super) const fn url(&self) -> &Url {
        &self.0
    }

    /// The address itself. Who knows it can send there: it is told to the person alone.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl std::fmt::Debug for HookUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("HookUrl").field(&self.0.host_str()).finish()
    }
}

impl Net {
    /// Posts JSON, signed where a signature is given, and gives the status of the answer. Nothing else of it is read.
    pub async fn post_to(
        &self,
        to: &HookUrl,
        json: String,
        signature: Option<&str>,
    ) -> Result<u16, NetError> {
        let host = to.0.host_str().unwrap_or_default().to_owned();
        let client = self.client(&to.0).await?;
        let mut request = client.post(to.0.clone()).header(CONTENT_TYPE, "application/json").body(json);
        if let Some(signature) = signature {
            let mut value = HeaderValue::from_str(signature).map_err(|_| NetError::BadKey)?;
            value.set_sensitive(true);
            request = request.header(SIGNATURE, value);
        }
        let answer =
            request.send().await.map_err(|error| match (error.is_timeout(), error.is_connect()) {
                (true, false) => NetError::TimedOut(host.clone()),
                _ => NetError::Unreachable { host: host.clone(), reason: reason(&error) },
            })?;
        if matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Err(NetError::Redirected { to: super::destination(&to.0, answer.headers()), host });
        }
        Ok(answer.status().as_u16())
    }
}
