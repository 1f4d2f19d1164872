//! Adding, checking, replacing and removing accounts and their keys.

use std::collections::BTreeMap;

use super::app::{App, House};
use super::intake::{
    Given, Key, NO_KEY, Place, REGION, as_sent, given, is_known, needed, of_sample, own_name, shown, useless,
};
use super::providing::kind_row;
use super::states::known;
use super::{
    Account, AddAccount, AddLot, ApiError, ErrorCode, Event, KeyCandidate, ReplaceKey, SampleAccount,
};
use crate::net::BaseUrl;
use crate::pricing::PriceBook;
use crate::providers::{self, Details, Intake, KeyKind, Provider};
use crate::store::{AccountRow, KeyPlace, NewAccount};
use crate::sync::Job;
use crate::time::Timestamp;
use crate::vault::{EntryName, Secret, VaultError, from_environment, read_login};

const LONGEST_LABEL: usize = 80;

impl App {
    pub(super) async fn recognise(&self, key: &Secret) -> Result<Vec<KeyCandidate>, ApiError> {
        let fingerprint = Some(key.fingerprint());
        let accounts = self.house().await.store.accounts().await?;
        let connected_as =
            accounts.iter().find(|row| row.account.key_fingerprint == fingerprint).map(|row| row.id);
        let candidate = |(provider, kind): (&'static Provider, &'static KeyKind)| KeyCandidate {
            provider: provider.id.to_owned(),
            provider_name: provider.name.to_owned(),
            kind: kind_row(provider, kind),
            better: kind
                .sees
                .is_empty()
                .then(|| needed(provider))
                .flatten()
                .map(|kind| kind_row(provider, kind)),
            lacks: provider.lacks.to_owned(),
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
        let provider = find_provider(&account.provider)?;
        let id = self.connect(house, provider, None, of_sample(provider, account)?).await?;
        for lot in &account.lots {
            self.enter_lot(house, AddLot { account: id, ..lot.clone() }).await?;
        }
        Ok(())
    }

    async fn add_to(&self, house: &House, request: AddAccount) -> Result<i64, ApiError> {
        let provider = find_provider(&request.provider)?;
        let label = label(request.label.clone())?;
        let given = given(provider, request, self.now()).await?;
        self.connect(house, provider, label, given).await
    }

    /// Checks what was given, keeps the key and adds the account: all of it or nothing.
    async fn connect(
        &self,
        house: &House,
        provider: &'static Provider,
        label: Option<String>,
        given: Given,
    ) -> Result<i64, ApiError> {
        if matches!(given, Given::Nothing) {
            one_of_its_name(house, provider, label.as_deref()).await?;
        }
        let account = match given {
            Given::Nothing => NewAccount {
                provider: provider.id.to_owned(),
                label,
                base_url: None,
                key_kind: NO_KEY.to_owned(),
                key_hint: None,
                key_fingerprint: None,
                key_place: KeyPlace::Nowhere,
                details: BTreeMap::new(),
            },
            Given::Key { key, base_url, place } => {
                let base = base_url_of(provider, base_url.as_deref(), &key.details)?;
                let own_address = base_url.is_some();
                if matches!(place, Place::Login) {
                    one_login(house, provider).await?;
                }
                let kind = self.checked_kind(house, provider, &base, &key, None).await?;
                let entry = matches!(place, Place::Keychain).then(EntryName::random);
                if let Some(entry) = &entry {
                    put(house, entry, &key.secret).await?;
                }
                NewAccount {
                    provider: provider.id.to_owned(),
                    label: label.or_else(|| own_name(provider, &key.details)),
                    base_url: own_address.then(|| base.to_string()),
                    key_kind: kind.id.to_owned(),
                    key_hint: hint(&key),
                    // A tool renews its login by itself, so it is no mark to know an account by.
                    key_fingerprint: (!matches!(place, Place::Login)).then(|| key.secret.fingerprint()),
                    key_place: match place {
                        Place::Keychain => {
                            KeyPlace::Keychain(entry.map(|entry| entry.to_string()).unwrap_or_default())
                        }
                        Place::Variable(name) => KeyPlace::Variable(name),
                        Place::Login => KeyPlace::Login,
                    },
                    details: key.kept.clone(),
                }
            }
        };
        self.make_way(house, &account).await?;
        match house.store.add_account(&account, self.now()).await {
            Ok(id) => Ok(id),
            Err(error) => {
                if let KeyPlace::Keychain(entry) = &account.key_place
                    && let Ok(entry) = entry.parse()
                {
                    // The account was not added: its key must not stay behind.
                    let _ = house.vault.remove(&entry).await;
                }
                Err(error.into())
            }
        }
    }

    pub(super) async fn check_account(&self, id: i64) -> Result<Account, ApiError> {
        let house = self.house().await;
        let row = find_account(&house, id).await?;
        if row.account.key_place == KeyPlace::Nowhere {
            return Err(keyless(id, "to check"));
        }
        let provider = find_provider(&row.account.provider)?;
        let base = base_url(provider, &row.account)?;
        let Credentials { secret, details } = secret_of(&house, &row, self.now()).await?;
        let known = provider
            .key_kind(&row.account.key_kind)
            .ok_or_else(|| ApiError::bad(format!("account {id} has no key that this version could check")))?;
        let details = details.iter().map(owned).collect();
        let key = Key { secret, details, kept: row.account.details.clone(), kind: known };
        let kind = self.checked_kind(&house, provider, &base, &key, Some(id)).await?;
        // A variable may hold another key by now.
        let login = row.account.key_place == KeyPlace::Login;
        let fingerprint = (!login).then(|| key.secret.fingerprint());
        if kind.id != row.account.key_kind || fingerprint != row.account.key_fingerprint {
            let (hint, place) = (hint(&key), &row.account.key_place);
            house
                .store
                .replace_key(id, kind.id, hint.as_deref(), fingerprint.as_deref(), place, &key.kept)
                .await?;
            self.tell(Event::Changed);
        }
        self.account(id).await
    }

    pub(super) async fn replace_key(&self, request: ReplaceKey) -> Result<Account, ApiError> {
        let house = self.house().await;
        let row = find_account(&house, request.account).await?;
        let provider = find_provider(&row.account.provider)?;
        let old = provider.key_kind(&row.account.key_kind);
        if let (KeyPlace::Login, Some(Intake::Login(login))) =
            (&row.account.key_place, old.map(|kind| kind.intake))
        {
            return Err(ApiError::bad(format!(
                "{} is read by the login of {} and has no key to replace: run `{}` to sign in anew",
                provider.name, login.tool, login.renew
            )));
        }
        let details = row.account.details.iter();
        let asked = AddAccount {
            provider: row.account.provider.clone(),
            base_url: row.account.base_url.clone(),
            kind: old
                .filter(|old| still_fits(provider, old, request.key.as_ref()))
                .map(|old| old.id.to_owned()),
            key: request.key,
            fields: request.fields,
            details: details
                .filter(|(name, _)| old.is_some_and(|old| is_known(provider, old, name)))
                .map(|(name, value)| owned((name, value)))
                .collect(),
            // Who agreed to what the old key costs agreed to the same of a new one.
            accept_cost: old.is_some_and(|old| !old.cost.is_empty()),
            ..AddAccount::default()
        };
        let Given::Key { key, .. } = given(provider, asked, self.now()).await? else {
            return Err(ApiError::bad("a key is needed"));
        };
        let base = base_url(provider, &row.account)?;
        let kind = self.checked_kind(&house, provider, &base, &key, Some(row.id)).await?;
        let entry = EntryName::random();
        put(&house, &entry, &key.secret).await?;
        let place = KeyPlace::Keychain(entry.to_string());
        let (hint, fingerprint) = (hint(&key), key.secret.fingerprint());
        let kept = house
            .store
            .replace_key(row.id, kind.id, hint.as_deref(), Some(&fingerprint), &place, &key.kept)
            .await;
        if let Err(error) = kept {
            let _ = house.vault.remove(&entry).await;
            return Err(error.into());
        }
        house.store.forget_refusals(row.id).await?;
        if let KeyPlace::Keychain(old) = &row.account.key_place
            && let Ok(old) = old.parse()
        {
            // The new key is in place; an old one that cannot be removed now does no harm but clutter.
            let _ = house.vault.remove(&old).await;
        }
        self.tell(Event::Changed);
        self.account(row.id).await
    }

    /// Asks the provider about a key and settles its kind; refuses a key that sees nothing or is connected already.
    async fn checked_kind(
        &self,
        house: &House,
        provider: &'static Provider,
        base: &BaseUrl,
        key: &Key,
        account: Option<i64>,
    ) -> Result<&'static KeyKind, ApiError> {
        let fingerprint = Some(key.secret.fingerprint());
        let twin =
            house.store.accounts().await?.into_iter().find(|row| row.account.key_fingerprint == fingerprint);
        if let Some(twin) = twin.filter(|row| Some(row.id) != account) {
            let message = format!("this key is connected already, as account {}", twin.id);
            return Err(ApiError::new(ErrorCode::AlreadyConnected, message));
        }
        let kind = key.kind;
        let job = Job {
            account_id: account.unwrap_or(0),
            provider,
            kind,
            base: base.clone(),
            secret: &key.secret,
            details: Details::new(key.details.clone()),
            from: None,
            book: PriceBook::bundled().clone(),
            now: self.now(),
        };
        let told = house.engine.check(&job, &self.cancellation()).await?;
        let kind = told.kind.and_then(|id| provider.key_kind(id)).unwrap_or(kind);
        if kind.sees.is_empty() { Err(useless(provider, kind)) } else { Ok(kind) }
    }
}

/// Whether a new key may be of the kind of the old one: a text that looks like another kind of the provider is of that.
fn still_fits(provider: &Provider, old: &KeyKind, key: Option<&Secret>) -> bool {
    let looks = key.map(|key| provider.kinds_of(key.expose())).unwrap_or_default();
    looks.is_empty() || looks.iter().any(|kind| kind.id == old.id)
}

/// Refuses a second account by the one login that a tool keeps here: it would count everything twice.
async fn one_login(house: &House, provider: &Provider) -> Result<(), ApiError> {
    let twin = house
        .store
        .accounts()
        .await?
        .into_iter()
        .find(|row| row.account.provider == provider.id && row.account.key_place == KeyPlace::Login);
    twin.map_or(Ok(()), |twin| {
        let message = format!("this login is connected already, as account {}", twin.id);
        Err(ApiError::new(ErrorCode::AlreadyConnected, message))
    })
}

/// Refuses a second account without a key of the same provider and name: the two could not be told apart.
async fn one_of_its_name(house: &House, provider: &Provider, label: Option<&str>) -> Result<(), ApiError> {
    let same = |row: &AccountRow| {
        let account = &row.account;
        account.provider == provider.id && account.label.as_deref() == label && account.key_kind == NO_KEY
    };
    let twin = house.store.accounts().await?.into_iter().find(same);
    twin.map_or(Ok(()), |twin| {
        let message = format!(
            "{} without a key is there already, as account {}: give the other one a name (--label)",
            provider.name, twin.id
        );
        Err(ApiError::new(ErrorCode::AlreadyConnected, message))
    })
}

/// What is said where a key is asked for and there is none.
pub(super) fn keyless(id: i64, wanted: &str) -> ApiError {
    ApiError::bad(format!("account {id} has no key {wanted}: its figures come from files and by hand"))
}

/// Keeps a key; one that may still arrive after a time-out is taken back.
async fn put(house: &House, entry: &EntryName, secret: &Secret) -> Result<(), ApiError> {
    let kept = house.vault.put(entry, secret).await;
    if matches!(kept, Err(VaultError::TimedOut)) {
        let _ = house.vault.remove(entry).await;
    }
    Ok(kept?)
}

/// The last characters by which a person knows a key; none of a key of several parts, whose end says nothing.
fn hint(key: &Key) -> Option<String> {
    let single = !key.secret.expose().starts_with('{');
    single.then(|| key.secret.hint()).filter(|hint| !hint.is_empty())
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

pub(super) fn label(label: Option<String>) -> Result<Option<String>, ApiError> {
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

/// The address of an account: its own, else its region's, else the provider's.
pub(super) fn base_url(provider: &Provider, account: &NewAccount) -> Result<BaseUrl, ApiError> {
    base_url_of(provider, account.base_url.as_deref(), &account.details)
}

fn base_url_of(
    provider: &Provider,
    own: Option<&str>,
    details: &BTreeMap<String, String>,
) -> Result<BaseUrl, ApiError> {
    let own = own.map(str::trim).filter(|text| !text.is_empty());
    let region = provider.region(details.get(REGION).map(String::as_str));
    let usual = region.map_or(provider.base_url, |region| region.base_url);
    match own {
        Some(own) => BaseUrl::parse(own),
        None if usual.is_empty() => {
            return Err(ApiError::new(
                ErrorCode::MoreNeeded,
                format!("{} has no address of its own: give yours (--base-url)", provider.name),
            ));
        }
        None => BaseUrl::of_provider(usual),
    }
    .map_err(|error| ApiError::bad(error.to_string()))
}

pub(super) fn find_provider(id: &str) -> Result<&'static Provider, ApiError> {
    providers::find(id).ok_or_else(|| {
        let known: Vec<_> = providers::ALL.iter().map(|provider| provider.id).collect();
        let meant = nearest(id).map(|near| format!("Did you mean {}? ", near.id)).unwrap_or_default();
        ApiError::bad(format!(
            "there is no provider \"{}\". {meant}Known are {}",
            shown(id),
            known.join(", ")
        ))
    })
}

/// The provider whose id or name is but a slip away: a letter too many, too few or another, or two that changed places.
fn nearest(typed: &str) -> Option<&'static Provider> {
    let plain = |text: &str| -> Vec<char> {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(40).collect()
    };
    let typed = plain(typed);
    let slips = |provider: &&&Provider| {
        [provider.id, provider.name].map(|name| slips(&typed, &plain(name))).into_iter().min()
    };
    let near = providers::ALL.iter().min_by_key(slips)?;
    (typed.len() >= 3 && slips(&near)? <= 1 + typed.len() / 6).then_some(*near)
}

/// How many slips make one word of another.
fn slips(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or(usize::MAX)
}

pub(super) async fn find_account(house: &House, id: i64) -> Result<AccountRow, ApiError> {
    house.store.account(id).await?.ok_or_else(|| {
        ApiError::new(
            ErrorCode::NoSuchAccount,
            format!("there is no account {id}; `accounts list` shows those there are"),
        )
    })
}

/// A key as it is sent, with what is told beside it.
pub(super) struct Credentials {
    pub(super) secret: Secret,
    pub(super) details: Details,
}

/// The key of an account, from where it is kept.
pub(super) async fn secret_of(
    house: &House,
    row: &AccountRow,
    now: Timestamp,
) -> Result<Credentials, VaultError> {
    let details = || Details::new(row.account.details.clone());
    match &row.account.key_place {
        KeyPlace::Keychain(entry) => match entry.parse() {
            Ok(entry) => Ok(Credentials { secret: house.vault.get(&entry).await?, details: details() }),
            Err(_) => Err(VaultError::Missing),
        },
        KeyPlace::Variable(name) => {
            let secret = from_environment(name)?;
            let Some((provider, kind)) = known(row) else {
                return Ok(Credentials { secret, details: details() });
            };
            // The variable holds what the person was given: a file, the parts of a key, or the key.
            let sent = as_sent(provider, kind, &secret);
            let (secret, _) = sent.map_err(|_| VaultError::VariableUnfit { name: name.clone() })?;
            Ok(Credentials { secret, details: details() })
        }
        KeyPlace::Login => {
            let Some(Intake::Login(login)) = known(row).map(|(_, kind)| kind.intake) else {
                return Err(VaultError::Missing);
            };
            let (secret, mut all) = read_login(&login, now).await?;
            all.extend(row.account.details.clone());
            Ok(Credentials { secret, details: Details::new(all) })
        }
        KeyPlace::Nowhere => Err(VaultError::Missing),
    }
}
