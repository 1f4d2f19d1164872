//! Alerts to an address of the person's own: JSON, signed where a secret is given. Address and secret lie in the keychain: with
//! many takers, who knows the address can write there.

use std::collections::BTreeMap;
use std::time::Duration;

use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::alerting::delivery_row;
use super::app::{App, House};
use super::failures::sentence;
use super::forms::wrong;
use super::{ApiError, Event, SetWebhook, Webhook};
use crate::ledger::Channel;
use crate::net::{HookUrl, NetError};
use crate::time::Timestamp;
use crate::vault::{EntryName, Secret, VaultError};

/// The setting that says where alerts are sent.
pub(super) const SETTING: &str = "webhook";
/// How long one message may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The shortest secret that is worth its name.
const SHORTEST_SECRET: usize = 8;

/// The fields of the entry in the keychain.
const URL: &str = "url";
const SECRET: &str = "secret";

/// Where alerts are sent, as far as it lies outside of the keychain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hook {
    /// Scheme, host and port of the address.
    origin: String,
    /// The name of the entry in the keychain that holds the address, and the secret where there is one.
    entry: String,
    signed: bool,
    /// Unix seconds: what fell due before is not sent.
    since: i64,
}

/// What is sent.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    pub(super) id: i64,
    pub(super) rule: String,
    pub(super) subject: String,
    pub(super) step: String,
    pub(super) level: String,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) account: Option<i64>,
    pub(super) raised_at: String,
    pub(super) due_at: String,
    pub(super) test: bool,
    /// Title and body in one, as chat programs want it.
    pub(super) text: String,
}

/// Why a message did not arrive. Never holds the path of the address, which may be a secret of its own.
#[derive(Debug, thiserror::Error)]
pub(super) enum HookError {
    #[error("{0}")]
    Net(NetError),
    #[error("{host} redirects to {to}: set that address, if it is yours")]
    Redirected { host: String, to: String },
    #[error("the webhook answered with status {0}: look there what is wrong")]
    Refused(u16),
    #[error("the address of the webhook could not be read from the keychain: {0}. {remedy}", remedy = .0.remedy())]
    Locked(VaultError),
    #[error("the webhook did not answer in time")]
    Slow,
    #[error("the address of the webhook cannot be read: set it again")]
    Address,
}

impl From<NetError> for HookError {
    fn from(error: NetError) -> HookError {
        match error {
            NetError::Redirected { host, to } => HookError::Redirected { host, to },
            error => HookError::Net(error),
        }
    }
}

impl Hook {
    /// The address without what may be secret in it.
    fn shown(&self) -> String {
        format!("{}/…", self.origin)
    }

    /// What the keychain holds of it.
    async fn kept(&self, house: &House) -> Result<Secret, VaultError> {
        let name = self.entry.parse::<EntryName>().map_err(|_| VaultError::Missing)?;
        house.vault.get(&name).await
    }

    pub(super) fn since(&self) -> Option<Timestamp> {
        Timestamp::from_unix(self.since).ok()
    }
}

impl App {
    pub(super) async fn webhook(&self) -> Result<Webhook, ApiError> {
        self.webhook_of(&self.house().await).await
    }

    async fn webhook_of(&self, house: &House) -> Result<Webhook, ApiError> {
        let hook = hook(house).await?;
        let last = match &hook {
            Some(_) => house.store.last_delivery(Channel::Webhook).await?.as_ref().map(delivery_row),
            None => None,
        };
        Ok(Webhook {
            signed: hook.as_ref().is_some_and(|hook| hook.signed),
            url: hook.map(|hook| hook.shown()),
            last,
        })
    }

    pub(super) async fn set_webhook(&self, request: SetWebhook) -> Result<Webhook, ApiError> {
        let house = self.house().await;
        let before = hook(&house).await?;
        if request.url.is_none() && request.secret.is_none() {
            keep(&house, None).await?;
            forget(&house, before).await;
            self.tell(Event::Changed);
            return self.webhook_of(&house).await;
        }
        let given = request.url.as_deref().map(str::trim);
        let url = match (given, &before) {
            (None, None) => {
                return Err(wrong("url", "a secret without an address signs nothing: give the address, too"));
            }
            // What is shown of the kept address means that address.
            (given, Some(hook)) if given.is_none_or(|given| given == hook.shown()) => {
                let url = hook.kept(&house).await?.field(URL);
                let url = url.and_then(|url| HookUrl::parse(url.expose()).ok());
                url.ok_or_else(|| wrong("url", HookError::Address.to_string()))?
            }
            (given, _) => {
                HookUrl::parse(given.unwrap_or_default()).map_err(|error| wrong("url", error.to_string()))?
            }
        };
        let origin = url.origin();
        let secret = match (request.secret, &before) {
            (Some(secret), _) if secret.expose().len() < SHORTEST_SECRET => {
                let words = format!("a secret has at least {SHORTEST_SECRET} characters");
                return Err(wrong("secret", words));
            }
            (Some(secret), _) => Some(secret),
            // What was agreed with one taker is no word for another.
            (None, Some(hook)) if hook.signed && hook.origin == origin => {
                hook.kept(&house).await?.field(SECRET)
            }
            (None, _) => None,
        };
        let signed = secret.is_some();
        let address =
            Secret::new(url.as_str()).map_err(|error| wrong("url", format!("the address {error}")))?;
        let mut fields = BTreeMap::from([(URL.to_owned(), address)]);
        fields.extend(secret.map(|secret| (SECRET.to_owned(), secret)));
        let name = EntryName::random();
        house.vault.put(&name, &Secret::of_fields(&fields)).await.map_err(|error| {
            // The usual remedy, a variable of the environment, is none here.
            let words = sentence(&error.to_string());
            let message =
                format!("A webhook's address is kept in the keychain, so it cannot be set now. {words}");
            ApiError { message, ..ApiError::from(error) }
        })?;
        // Of an address that is mended, what waited for it is sent.
        let since = before.as_ref().map_or_else(|| self.now().unix(), |hook| hook.since);
        keep(&house, Some(&Hook { origin, entry: name.to_string(), signed, since })).await?;
        forget(&house, before).await;
        self.tell(Event::Changed);
        self.webhook_of(&house).await
    }
}

/// The entry of the keychain that a text names: the name itself, or a webhook as it is kept.
pub(super) fn entry_in(text: &str) -> Option<EntryName> {
    text.parse().ok().or_else(|| serde_json::from_str::<Hook>(text).ok()?.entry.parse().ok())
}

/// Where alerts are sent, if anywhere.
pub(super) async fn hook(house: &House) -> Result<Option<Hook>, ApiError> {
    let kept = house.store.setting(SETTING).await?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).flatten())
}

async fn keep(house: &House, hook: Option<&Hook>) -> Result<(), ApiError> {
    let text = serde_json::to_string(&hook).map_err(|error| {
        ApiError::new(super::ErrorCode::Internal, format!("the webhook could not be kept: {error}"))
    })?;
    Ok(house.store.set_setting(SETTING, &text).await?)
}

/// What nothing names any more is removed where the keychain lets it be.
async fn forget(house: &House, hook: Option<Hook>) {
    if let Some(name) = hook.and_then(|hook| hook.entry.parse::<EntryName>().ok()) {
        let _ = house.vault.remove(&name).await;
    }
}

/// Sends a message, and gives the status of the answer as the receipt.
pub(super) async fn send(
    house: &House,
    hook: &Hook,
    message: &Message,
    now: Timestamp,
) -> Result<String, HookError> {
    let kept = hook.kept(house).await.map_err(HookError::Locked)?;
    let url = kept.field(URL).ok_or(HookError::Address)?;
    let url = HookUrl::parse(url.expose()).map_err(|_| HookError::Address)?;
    let json = serde_json::to_string(message).map_err(|_| HookError::Address)?;
    let signature = match kept.field(SECRET) {
        Some(secret) => Some(sign(&secret, &json, now).ok_or(HookError::Address)?),
        // Unsigned it would be taken for another's.
        None if hook.signed => return Err(HookError::Locked(VaultError::Missing)),
        None => None,
    };
    let posted = house.net.post_to(&url, json, signature.as_deref());
    let status = tokio::time::timeout(PATIENCE, posted).await.map_err(|_| HookError::Slow)??;
    if (200..300).contains(&status) { Ok(status.to_string()) } else { Err(HookError::Refused(status)) }
}

/// The time, and over the time and the body the HMAC: so an old message cannot be sent again as a new one.
fn sign(secret: &Secret, json: &str, now: Timestamp) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).ok()?;
    mac.update(format!("{}.{json}", now.unix()).as_bytes());
    Some(format!("t={},v1={:x}", now.unix(), mac.finalize().into_bytes()))
}
