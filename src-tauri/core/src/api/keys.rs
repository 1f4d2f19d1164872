//! Adding, checking, replacing and removing accounts and their keys.

use super::app::{App, House};
use super::{
    Account, AddAccount, ApiError, ErrorCode, Event, KeyCandidate, KeyKindRow, ProviderRow, ReplaceKey,
    SampleAccount,
};
use crate::ledger::name_of;
use crate::net::BaseUrl;
use crate::providers::{self, KeyKind, Provider, Sees};
use crate::store::{AccountRow, KeyPlace, NewAccount};
use crate::sync::{Job, SignIn, SyncError};
use crate::vault::{EntryName, Secret, VaultError, from_environment};

const LONGEST_LABEL: usize = 80;

impl App {
    pub(super) async fn recognise(&self, key: &Secret) -> Result<Vec<KeyCandidate>, ApiError> {
        let fingerprint = key.fingerprint();
        let accounts = self.house().await.store.accounts().await?;
        let connected_as =
            accounts.iter().find(|row| row.account.key_fingerprint == fingerprint).map(|row| row.id);
        let candidate = |(provider, kind): (&'static Provider, &'static KeyKind)| KeyCandidate {
            provider: provider.id.to_owned(),
            provider_name: provider.name.to_owned(),
            kind: kind_row(kind),
            better: kind.sees.is_empty().then(|| needed(provider)).flatten().map(kind_row),
            connected_as,
        };
        Ok(providers::recognise(key.expose()).into_iter().map(candidate).collect())
    }

    pub(super) async fn add_account(&self, request: AddAccount) -> Result<Account, ApiError> {
        let house = self.house().await;
        if house.sample {
            return Err(ApiError::bad("sample data is open: leave it first, then add your key"));
        }
        let id = self.add_to(&house, request).await?;
        self.tell(Event::Changed);
        self.account(id).await
    }

    pub(super) async fn add_sample_account(
        &self,
        house: &House,
        account: &SampleAccount,
    ) -> Result<(), ApiError> {
        let request = AddAccount {
            provider: account.provider.clone(),
            label: None,
            base_url: Some(account.base_url.clone()),
            key: Some(account.key.clone()),
            key_env: None,
        };
        self.add_to(house, request).await.map(|_| ())
    }

    async fn add_to(&self, house: &House, request: AddAccount) -> Result<i64, ApiError> {
        let provider = find_provider(&request.provider)?;
        let label = label(request.label)?;
        let base = base_url(provider, request.base_url.as_deref())?;
        let (secret, variable) = match (request.key, request.key_env) {
            (Some(key), None) => (key, None),
            (None, Some(name)) => (from_environment(&name)?, Some(name)),
            (None, None) => {
                return Err(ApiError::bad(
                    "a key is needed, or the name of an environment variable that holds it",
                ));
            }
            (Some(_), Some(_)) => {
                return Err(ApiError::bad("give a key, or an environment variable, not both"));
            }
        };
        let own_address = base.to_string() != provider.base_url;
        let kind = self.checked_kind(house, provider, &base, own_address, &secret, None).await?;
        let entry = variable.is_none().then(EntryName::random);
        if let Some(entry) = &entry {
            put(house, entry, &secret).await?;
        }
        let account = NewAccount {
            provider: provider.id.to_owned(),
            label,
            base_url: own_address.then(|| base.to_string()),
            key_kind: kind.id.to_owned(),
            key_hint: hint(&secret),
            key_fingerprint: secret.fingerprint(),
            key_place: place(entry.as_ref(), variable),
        };
        match house.store.add_account(&account, self.now()).await {
            Ok(id) => Ok(id),
            Err(error) => {
                if let Some(entry) = &entry {
                    // The account was not added: its key must not stay behind.
                    let _ = house.vault.remove(entry).await;
                }
                Err(error.into())
            }
        }
    }

    pub(super) async fn check_account(&self, id: i64) -> Result<Account, ApiError> {
        let house = self.house().await;
        let row = find_account(&house, id).await?;
        let provider = find_provider(&row.account.provider)?;
        let base = base_url(provider, row.account.base_url.as_deref())?;
        let secret = secret_of(&house, &row).await?;
        let own_address = row.account.base_url.is_some();
        let kind = self.checked_kind(&house, provider, &base, own_address, &secret, Some(id)).await?;
        if kind.id != row.account.key_kind {
            let account = &row.account;
            house
                .store
                .replace_key(
                    id,
                    kind.id,
                    account.key_hint.as_deref(),
                    &account.key_fingerprint,
                    &account.key_place,
                )
                .await?;
            self.tell(Event::Changed);
        }
        self.account(id).await
    }

    pub(super) async fn replace_key(&self, request: ReplaceKey) -> Result<Account, ApiError> {
        let house = self.house().await;
        let row = find_account(&house, request.account).await?;
        let provider = find_provider(&row.account.provider)?;
        let base = base_url(provider, row.account.base_url.as_deref())?;
        let own_address = row.account.base_url.is_some();
        let kind =
            self.checked_kind(&house, provider, &base, own_address, &request.key, Some(row.id)).await?;
        let entry = EntryName::random();
        put(&house, &entry, &request.key).await?;
        let place = KeyPlace::Keychain(entry.to_string());
        let hint = hint(&request.key);
        let fingerprint = request.key.fingerprint();
        if let Err(error) =
            house.store.replace_key(row.id, kind.id, hint.as_deref(), &fingerprint, &place).await
        {
            let _ = house.vault.remove(&entry).await;
            return Err(error.into());
        }
        if let KeyPlace::Keychain(old) = &row.account.key_place
            && let Ok(old) = old.parse()
        {
            // The new key is in place; an old one that cannot be removed now does no harm but clutter.
            let _ = house.vault.remove(&old).await;
        }
        self.tell(Event::Changed);
        self.account(row.id).await
    }

    pub(super) async fn remove_account(&self, id: i64) -> Result<(), ApiError> {
        let house = self.house().await;
        let row = find_account(&house, id).await?;
        let Some(_turn) = house.store.try_lock_account(id)? else {
            return Err(ApiError::new(
                ErrorCode::Busy,
                "this account is being read right now: cancel that, or wait for it",
            ));
        };
        if let KeyPlace::Keychain(entry) = &row.account.key_place
            && let Ok(entry) = entry.parse()
        {
            match house.vault.remove(&entry).await {
                // Where no keychain exists, no key of it can be left behind.
                Ok(()) | Err(VaultError::Missing | VaultError::NoService | VaultError::NoKeyring) => {}
                Err(error) => return Err(error.into()),
            }
        }
        house.store.remove_account(id).await?;
        self.tell(Event::Changed);
        Ok(())
    }

    /// Asks the provider about a key and settles its kind; refuses a key that sees nothing or is connected already.
    async fn checked_kind(
        &self,
        house: &House,
        provider: &'static Provider,
        base: &BaseUrl,
        own_address: bool,
        secret: &Secret,
        account: Option<i64>,
    ) -> Result<&'static KeyKind, ApiError> {
        let fingerprint = secret.fingerprint();
        let twin =
            house.store.accounts().await?.into_iter().find(|row| row.account.key_fingerprint == fingerprint);
        if let Some(twin) = twin.filter(|row| Some(row.id) != account) {
            let message = format!("this key is connected already, as account {}", twin.id);
            return Err(ApiError::new(ErrorCode::AlreadyConnected, message));
        }
        let recognised = providers::recognise(secret.expose());
        let kind = recognised.iter().find(|(known, _)| known.id == provider.id).map(|(_, kind)| *kind);
        if kind.is_none()
            && !own_address
            && let Some((other, _)) = recognised.first()
        {
            let message = format!(
                "this looks like a key of {}, not of {}. Add it as {}",
                other.name, provider.name, other.id
            );
            return Err(ApiError::bad(message));
        }
        // A gateway's own keys have no prefix to go by: they are taken for the kind that sees most.
        let Some(kind) = kind.or_else(|| provider.keys.first()) else {
            return Err(ApiError::new(ErrorCode::Internal, format!("{} has no kind of key", provider.name)));
        };
        if kind.sees.is_empty() {
            return Err(wrong_kind(provider, kind).into());
        }
        let job = Job {
            account_id: account.unwrap_or(0),
            provider,
            kind,
            base: base.clone(),
            secret,
            from: None,
            now: self.now(),
        };
        let told = house.engine.check(&job, &self.cancellation()).await?;
        Ok(told.kind.and_then(|id| provider.key_kind(id)).unwrap_or(kind))
    }
}

/// The kind of key to ask for: one that sees cost, or the first where a provider tells none.
fn needed(provider: &Provider) -> Option<&'static KeyKind> {
    provider.kind_that_sees(Sees::Cost).or_else(|| provider.keys.first())
}

fn wrong_kind(provider: &'static Provider, given: &'static KeyKind) -> SyncError {
    let needed = needed(provider).unwrap_or(given);
    SyncError::SignIn(SignIn::WrongKind {
        provider: provider.name,
        given: given.name,
        needed: needed.name,
        made_at: needed.made_at,
        note: needed.note,
    })
}

/// Keeps a key; one that may still arrive after a time-out is taken back.
async fn put(house: &House, entry: &EntryName, secret: &Secret) -> Result<(), ApiError> {
    let kept = house.vault.put(entry, secret).await;
    if matches!(kept, Err(VaultError::TimedOut)) {
        let _ = house.vault.remove(entry).await;
    }
    Ok(kept?)
}

fn place(entry: Option<&EntryName>, variable: Option<String>) -> KeyPlace {
    match (entry, variable) {
        (Some(entry), _) => KeyPlace::Keychain(entry.to_string()),
        (None, variable) => KeyPlace::Variable(variable.unwrap_or_default()),
    }
}

fn hint(secret: &Secret) -> Option<String> {
    Some(secret.hint()).filter(|hint| !hint.is_empty())
}

fn label(label: Option<String>) -> Result<Option<String>, ApiError> {
    let label = label.map(|label| label.trim().to_owned()).filter(|label| !label.is_empty());
    match label {
        Some(label) if label.chars().count() > LONGEST_LABEL => {
            Err(ApiError::bad(format!("the label is longer than {LONGEST_LABEL} characters")))
        }
        Some(label) if label.chars().any(char::is_control) => {
            Err(ApiError::bad("the label has characters that cannot be shown"))
        }
        label => Ok(label),
    }
}

/// The address to use: the given one, else the provider's own.
pub(super) fn base_url(provider: &Provider, given: Option<&str>) -> Result<BaseUrl, ApiError> {
    let text = given.map(str::trim).filter(|text| !text.is_empty()).unwrap_or(provider.base_url);
    BaseUrl::parse(text).map_err(|error| ApiError::bad(error.to_string()))
}

pub(super) fn find_provider(id: &str) -> Result<&'static Provider, ApiError> {
    providers::find(id).ok_or_else(|| {
        let known: Vec<_> = providers::ALL.iter().map(|provider| provider.id).collect();
        let id: String = id.chars().take(40).collect();
        ApiError::bad(format!("there is no provider \"{id}\". Known are {}", known.join(", ")))
    })
}

pub(super) async fn find_account(house: &House, id: i64) -> Result<AccountRow, ApiError> {
    house.store.account(id).await?.ok_or_else(|| {
        ApiError::new(
            ErrorCode::NoSuchAccount,
            format!("there is no account {id}; `accounts list` shows those there are"),
        )
    })
}

/// The key of an account, from where it is kept.
pub(super) async fn secret_of(house: &House, row: &AccountRow) -> Result<Secret, VaultError> {
    match &row.account.key_place {
        KeyPlace::Keychain(entry) => match entry.parse() {
            Ok(entry) => house.vault.get(&entry).await,
            Err(_) => Err(VaultError::Missing),
        },
        KeyPlace::Variable(name) => from_environment(name),
    }
}

pub(super) fn kind_row(kind: &KeyKind) -> KeyKindRow {
    KeyKindRow {
        id: kind.id.to_owned(),
        name: kind.name.to_owned(),
        prefixes: kind.prefixes.iter().map(|&prefix| prefix.to_owned()).collect(),
        sees: kind.sees.iter().map(|sees| name_of(*sees, Sees::NAMED).to_owned()).collect(),
        made_at: kind.made_at.to_owned(),
        note: kind.note.to_owned(),
    }
}

pub(super) fn provider_rows() -> Vec<ProviderRow> {
    let row = |provider: &&Provider| ProviderRow {
        id: provider.id.to_owned(),
        name: provider.name.to_owned(),
        base_url: provider.base_url.to_owned(),
        keys: provider.keys.iter().map(kind_row).collect(),
        latency: provider.latency.to_owned(),
    };
    providers::ALL.iter().map(row).collect()
}
