//! Accounts and their keys, in the words of a screen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{BalanceReading, GrantRow, LeftBehind, QuotaRow, SubscriptionRow};
use crate::vault::Secret;

/// An account by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountId {
    /// The number.
    #[ts(type = "number")]
    pub account: i64,
}

/// Which account is removed, and what becomes of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RemoveAccount {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// Whether to go on where the keychain does not let its key be removed: it stays there.
    #[serde(default)]
    pub leave_key: Option<bool>,
}

/// An account that was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountRemoved {
    /// Its number.
    #[ts(type = "number")]
    pub account: i64,
    /// Its key, where that is still in the keychain.
    pub left: Option<LeftBehind>,
}

/// Whether a removal is still offered to be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HoldRemoval {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// It is, for a minute more; if not, the account is removed for good now.
    pub on: bool,
}

/// A key as it was pasted.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PastedKey {
    /// The text.
    pub key: Secret,
}

/// A new account. Exactly one of `key`, `fields`, `key_env`, `accept_login` and `without_key` is given.
#[derive(Debug, Default, Deserialize, TS)]
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
    /// The kind of key, where the key itself does not tell.
    #[serde(default)]
    pub kind: Option<String>,
    /// The parts of a key that is made of several, by their names, in place of `key`.
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, Secret>>", optional)]
    pub fields: BTreeMap<String, Secret>,
    /// What the kind asks for beside the key, by name; `region` among them.
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, String>>", optional)]
    pub details: BTreeMap<String, String>,
    /// The person agrees to what reading with this kind of key costs.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub accept_cost: bool,
    /// The person agrees that the login of the vendor's own tool is read, in place of a key.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub accept_login: bool,
    /// No key at all: figures come from files and by hand.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub without_key: bool,
}

/// A new key for an account.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ReplaceKey {
    /// The account's number.
    #[ts(type = "number")]
    pub account: i64,
    /// The new key.
    #[serde(default)]
    pub key: Option<Secret>,
    /// The parts of a key that is made of several, in place of `key`.
    #[serde(default)]
    #[ts(as = "Option<BTreeMap<String, Secret>>", optional)]
    pub fields: BTreeMap<String, Secret>,
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
    /// What the provider does not tell, and the best other way in.
    pub lacks: String,
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
    /// How it is given.
    pub intake: KeyIntake,
    /// The parts it is made of, where they are several.
    pub fields: Vec<FieldRow>,
    /// What is asked for beside it, none of it secret.
    pub details: Vec<FieldRow>,
    /// What reading with it costs, to be agreed to first. Empty where it costs nothing.
    pub cost: String,
    /// What using a tool's login means, to be agreed to first. Empty for other kinds.
    pub terms: String,
}

/// How a kind of key is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum KeyIntake {
    /// As one text.
    Text,
    /// As several texts.
    Fields,
    /// As the content of a file.
    File,
    /// By the login of the vendor's own tool on this machine.
    Login,
}

/// One thing that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FieldRow {
    /// Stable name.
    pub name: String,
    /// What the provider calls it.
    pub label: String,
    /// Where it is found, or how it looks.
    pub hint: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// The values to choose from; empty where any text will do.
    pub choices: Vec<Choice>,
}

/// A value to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// The value.
    pub value: String,
    /// Its name.
    pub name: String,
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
    /// What it does not tell, and the best other way in. Empty where nothing is missing.
    pub lacks: String,
    /// What is read from it.
    pub streams: Vec<StreamKind>,
}

/// What is read from a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StreamKind {
    /// Name within the provider.
    pub name: String,
    /// What it shows: `cost`, `usage`, `balance`, `quota`.
    pub sees: String,
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
    /// Where the key is.
    pub key_place: PlaceOfKey,
    /// What is told beside the key.
    pub details: BTreeMap<String, String>,
    /// The state, for colour and icon.
    pub state: AccountState,
    /// The state in words.
    pub message: String,
    /// What is read and what is not, in words, where some streams are read and others fail.
    pub partly: Option<String>,
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
    /// Lots of credit, those that lapse first before the others.
    pub grants: Vec<GrantRow>,
    /// Plans that are paid for by the month or year.
    pub subscriptions: Vec<SubscriptionRow>,
}

/// Where the key of an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PlaceOfKey {
    /// In the keychain.
    Keychain,
    /// In an environment variable.
    Variable,
    /// In the login of the vendor's own tool.
    Login,
    /// There is none: figures come from files and by hand.
    Nowhere,
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
    /// It has no key: figures come from files and by hand, and nothing is read from the provider.
    ByHand,
    /// The provider refuses the key.
    KeyRejected,
    /// The key may not see something that its kind should.
    Forbidden,
    /// The key is not where it was put.
    KeyMissing,
    /// The keychain is locked or refused.
    Keychain,
    /// There is no keychain.
    KeychainAbsent,
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
    /// Read well: there is no such thing for this account, and the message says why.
    Absent,
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
