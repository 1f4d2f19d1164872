//! Accounts and their keys, in the words of a screen.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Amount;
use crate::vault::Secret;

/// An account by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountId {
    /// The number.
    #[ts(type = "number")]
    pub account: i64,
}

/// A key as it was pasted.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PastedKey {
    /// The text.
    pub key: Secret,
}

/// A new account. Exactly one of `key` and `key_env` is given.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct AddAccount {
    /// The provider's id.
    pub provider: String,
    /// A name of the person's own.
    #[serde(default)]
    pub label: Option<String>,
    /// Another address than the provider's own; https, or http on loopback.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The key, to be kept in the keychain.
    #[serde(default)]
    pub key: Option<Secret>,
    /// The environment variable that holds the key, for servers. The name is kept, never the key.
    #[serde(default)]
    pub key_env: Option<String>,
}

/// A new key for an account.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplaceKey {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The new key.
    pub key: Secret,
}

/// What a pasted key may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyCandidate {
    /// The provider's id.
    pub provider: String,
    /// The provider's name.
    pub provider_name: String,
    /// The kind of key.
    pub kind: KeyKindRow,
    /// Where this kind sees no cost or balance: the kind to make instead.
    pub better: Option<KeyKindRow>,
    /// An account that holds this very key already.
    #[ts(type = "number | null")]
    pub connected_as: Option<i64>,
}

/// A kind of key, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyKindRow {
    /// Id within the provider.
    pub id: String,
    /// The provider's name for it.
    pub name: String,
    /// How such keys begin.
    pub prefixes: Vec<String>,
    /// What it sees: `cost`, `usage`, `balance`, `quota`. Empty for a key that only does inference.
    pub sees: Vec<String>,
    /// The page on which it is made.
    pub made_at: String,
    /// Who can make it and what to mind.
    pub note: String,
}

/// A provider, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProviderRow {
    /// Stable id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Its own address.
    pub base_url: String,
    /// The kinds of key it hands out.
    pub keys: Vec<KeyKindRow>,
    /// How late its figures are.
    pub latency: String,
}

/// An account with everything a person wants to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Number.
    #[ts(type = "number")]
    pub id: i64,
    /// The provider's id.
    pub provider: String,
    /// The provider's name.
    pub provider_name: String,
    /// The person's name for it, or the provider's.
    pub label: String,
    /// The address, where it is not the provider's own.
    pub base_url: Option<String>,
    /// The kind of its key.
    pub key_kind: KeyKindRow,
    /// The last four characters of the key.
    pub key_hint: Option<String>,
    /// The environment variable that holds the key, where the keychain does not.
    pub key_env: Option<String>,
    /// The state, for colour and icon.
    pub state: AccountState,
    /// The state in words.
    pub message: String,
    /// What to do about it, if anything.
    pub advice: Option<Advice>,
    /// When every stream that could be read was last read well, RFC 3339.
    pub synced_at: Option<String>,
    /// When it is worth trying again, RFC 3339.
    pub retry_at: Option<String>,
    /// Each stream.
    pub streams: Vec<StreamRow>,
    /// The latest balances.
    pub balances: Vec<BalanceReading>,
    /// The latest allowances and counts.
    pub quotas: Vec<QuotaRow>,
}

/// The state of an account: the worst of its streams, or of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum AccountState {
    /// Nothing was read yet.
    New,
    /// A sync is under way.
    Syncing,
    /// All streams are read and recent.
    Fresh,
    /// All streams are read, but not lately.
    Stale,
    /// The provider refuses the key.
    KeyRejected,
    /// The key may not see something that its kind should.
    Forbidden,
    /// The key is not where it was put.
    KeyMissing,
    /// The keychain is locked, absent, or refused.
    Keychain,
    /// The provider asks to wait.
    RateLimited,
    /// The provider cannot be reached or fails.
    Unreachable,
    /// The provider's answers are not what its contract says.
    ProviderChanged,
    /// Something else failed; the message says what.
    Failed,
}

/// What a person can do, for the button beside the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Advice {
    /// Read now.
    Sync,
    /// Give another key.
    ReplaceKey,
    /// Unlock or start the keychain, then try again.
    OpenKeychain,
    /// Wait until the time given.
    Wait,
    /// Update Spendglass.
    Update,
}

/// A stream of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StreamRow {
    /// Name within the provider.
    pub name: String,
    /// What it shows: `cost`, `usage`, `balance`, `quota`.
    pub sees: String,
    /// The state.
    pub state: StreamState,
    /// The state in words, where there is something to say.
    pub message: Option<String>,
    /// When it was last read well, RFC 3339.
    pub synced_at: Option<String>,
    /// The first day that is covered.
    pub covered_from: Option<String>,
    /// The end, exclusive, of the days that are covered.
    pub covered_until: Option<String>,
}

/// The state of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum StreamState {
    /// Read well.
    Ok,
    /// Not read yet.
    New,
    /// The last sync was cancelled before this was read.
    Cancelled,
    /// Another sync of the account is under way.
    Busy,
    /// The provider cannot be reached or fails.
    Unreachable,
    /// The provider asks to wait.
    RateLimited,
    /// The answer is not what the contract says.
    ProviderChanged,
    /// The key may not see this.
    Forbidden,
    /// The key is refused.
    KeyRejected,
    /// The key is not where it was put, or its keychain is closed.
    Keychain,
    /// Something failed on this machine.
    Failed,
}

/// What is left of prepaid money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BalanceReading {
    /// What it is made of: `credits`, `purchased`, `granted`.
    pub kind: String,
    /// What is left.
    pub left: Amount,
    /// Everything ever acquired.
    pub acquired: Option<Amount>,
    /// Everything ever used.
    pub used: Option<Amount>,
    /// When it was looked at, RFC 3339.
    pub as_of: String,
}

/// An allowance or a count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuotaRow {
    /// What is counted.
    pub name: String,
    /// `day`, `week`, `month` or `lifetime`.
    pub window: String,
    /// A currency, or `requests` and the like.
    pub unit: String,
    /// How much is used.
    pub used: Option<String>,
    /// How much there is.
    pub limit: Option<String>,
    /// When the count starts again, RFC 3339.
    pub resets_at: Option<String>,
    /// When it was seen, RFC 3339.
    pub as_of: String,
}
