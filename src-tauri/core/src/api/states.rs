//! The state of every account in words: from its streams, its key and the time.

use super::app::{App, House};
use super::failures::sentence;
use super::held::{Held, Holdings};
use super::intake::NO_KEY;
use super::providing::kind_row;
use super::running::seen;
use super::{
    Account, AccountState, Advice, ApiError, ErrorCode, KeyKindRow, PlaceOfKey, StreamRow as DoorRow,
    StreamState as DoorState,
};
use crate::ledger::name_of;
use crate::providers::{self, KeyKind, Provider, Sees, Stream};
use crate::store::{AccountRow, KeyPlace, StreamRow, StreamState};
use crate::time::Timestamp;

/// After this many seconds figures are called stale: providers' costs are worth reading every hour.
const STALE_AFTER: i64 = 6 * 3_600;

pub(super) fn no_such_account(id: i64) -> ApiError {
    ApiError::new(ErrorCode::NoSuchAccount, format!("there is no account {id}"))
}

impl App {
    pub(super) async fn accounts(&self) -> Result<Vec<Account>, ApiError> {
        let house = self.house().await;
        self.accounts_of(&house).await
    }

    pub(super) async fn account(&self, id: i64) -> Result<Account, ApiError> {
        self.accounts().await?.into_iter().find(|account| account.id == id).ok_or_else(|| no_such_account(id))
    }

    pub(super) async fn accounts_of(&self, house: &House) -> Result<Vec<Account>, ApiError> {
        let rows = house.store.accounts().await?;
        let streams = house.store.streams().await?;
        let holdings = Holdings::open(house, self.calendar().await?).await?;
        let under_way = house.turns.under_way();
        let now = self.now();
        let in_words = |row: AccountRow| {
            let id = row.id;
            let Some((provider, kind)) = known(&row) else {
                return of_a_newer_version(row, holdings.of(id, now));
            };
            let streams: Vec<&StreamRow> = streams.iter().filter(|stream| stream.account_id == id).collect();
            account_in_words(
                row,
                provider,
                kind,
                &streams,
                holdings.of(id, now),
                under_way.contains(&id),
                now,
            )
        };
        Ok(rows.into_iter().map(in_words).collect())
    }
}

fn account_in_words(
    row: AccountRow,
    provider: &'static Provider,
    kind: &'static KeyKind,
    kept: &[&StreamRow],
    held: Held,
    syncing: bool,
    now: Timestamp,
) -> Account {
    let streams: Vec<DoorRow> = seen(provider, kind)
        .map(|stream| {
            let kept = kept.iter().find(|kept| kept.name == stream.name);
            let sees = name_of(stream.sees, Sees::NAMED);
            stream_row(stream.name, sees, kept.copied())
        })
        .collect();
    let found = |stream: &'static Stream| Some((stream, *kept.iter().find(|kept| kept.name == stream.name)?));
    let (seen_streams, seen_rows): (Vec<&Stream>, Vec<&StreamRow>) =
        seen(provider, kind).filter_map(found).unzip();
    let all_read = seen_rows.len() == streams.len();
    // What may be read only now and then is late that much later.
    let is_late = |(stream, row): (&&Stream, &&StreamRow)| {
        row.synced_at.is_some_and(|at| now.seconds_since(at) > STALE_AFTER + stream.floor)
    };
    let synced_at = seen_rows.iter().map(|row| row.synced_at).min().flatten().filter(|_| all_read);
    let worst = seen_rows.iter().max_by_key(|row| severity(row.state));
    let state = match worst {
        _ if syncing => AccountState::Syncing,
        // Nothing is read from a provider, so nothing is ever late.
        _ if row.account.key_place == KeyPlace::Nowhere => AccountState::ByHand,
        Some(worst) if severity(worst.state) > 0 => account_state(worst.state),
        _ if !all_read || synced_at.is_none() => AccountState::New,
        _ if seen_streams.iter().zip(&seen_rows).any(is_late) => AccountState::Stale,
        _ => AccountState::Fresh,
    };
    let message = match (state, worst.and_then(|worst| worst.message.clone())) {
        (AccountState::Syncing, _) => "Reading from the provider.".to_owned(),
        (AccountState::New, _)
            if seen_rows.iter().any(|row| row.covered.is_some() || row.synced_at.is_some()) =>
        {
            "Only a part is read yet: sync to go on from there.".to_owned()
        }
        (AccountState::New, _) => "Nothing is read yet: sync to see figures.".to_owned(),
        (AccountState::ByHand, _) => {
            "Figures come from files and entries; nothing is read from the provider.".to_owned()
        }
        (AccountState::Fresh, _) => "Up to date.".to_owned(),
        (AccountState::Stale, _) => "Not read lately: sync to bring it up to date.".to_owned(),
        (_, message) => message.map_or_else(|| "The last sync failed.".to_owned(), |words| sentence(&words)),
    };
    let key_env = match &row.account.key_place {
        KeyPlace::Variable(name) => Some(name.clone()),
        KeyPlace::Keychain(_) | KeyPlace::Login | KeyPlace::Nowhere => None,
    };
    let advice = advice(state, key_env.is_some());
    let partly = (state != AccountState::Syncing).then(|| partly(&seen_streams, &seen_rows)).flatten();
    Account {
        id: row.id,
        provider: provider.id.to_owned(),
        provider_name: provider.name.to_owned(),
        label: row.account.label.unwrap_or_else(|| provider.name.to_owned()),
        base_url: row.account.base_url,
        key_kind: if kind.id == NO_KEY { KeyKindRow::of_no_key() } else { kind_row(provider, kind) },
        key_hint: row.account.key_hint,
        key_env,
        key_place: place_of(&row.account.key_place),
        details: row.account.details,
        state,
        message,
        partly,
        advice,
        synced_at: synced_at.map(|at| at.to_string()),
        retry_at: worst.and_then(|worst| worst.retry_at).map(|at| at.to_string()),
        streams,
        balances: held.balances,
        quotas: held.quotas,
        grants: held.grants,
        subscriptions: held.subscriptions,
    }
}

/// What is read and what is not, where some streams are read and others fail.
fn partly(streams: &[&Stream], rows: &[&StreamRow]) -> Option<String> {
    let told = |fails: bool| {
        let of = streams.iter().zip(rows).filter(move |(_, row)| match row.state {
            StreamState::Ok => !fails,
            state => fails && severity(state) > 0,
        });
        let found: Vec<Sees> = of.map(|(stream, _)| stream.sees).collect();
        Sees::NAMED.iter().map(|(sees, _)| *sees).filter(move |sees| found.contains(sees)).collect::<Vec<_>>()
    };
    let (read, failed) = (told(false), told(true));
    if read.is_empty() || failed.is_empty() {
        return None;
    }
    let names = |all: &[Sees]| listed(&all.iter().map(|sees| called(*sees)).collect::<Vec<_>>());
    let whole: Vec<Sees> = read.into_iter().filter(|sees| !failed.contains(sees)).collect();
    Some(if whole.is_empty() {
        format!("Partly synced: of {} only a part could be read.", names(&failed))
    } else {
        format!("Partly synced: {} could be read, {} could not.", names(&whole), names(&failed))
    })
}

/// What a stream shows, in a person's words.
fn called(sees: Sees) -> &'static str {
    match sees {
        Sees::Quota => "limits",
        other => name_of(other, Sees::NAMED),
    }
}

/// "cost", "cost and usage", "cost, usage and limits".
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The provider and kind of key of an account, unless a newer version added it.
pub(super) fn known(row: &AccountRow) -> Option<(&'static Provider, &'static KeyKind)> {
    let provider = providers::find(&row.account.provider)?;
    if row.account.key_place == KeyPlace::Nowhere {
        return Some((provider, &WITHOUT_KEY));
    }
    Some((provider, provider.key_kind(&row.account.key_kind)?))
}

/// The kind of an account without a key: it sees no stream.
static WITHOUT_KEY: KeyKind = KeyKind { id: NO_KEY, ..KeyKind::PLAIN };

/// An account that this version does not know is shown, so that it is not thought lost.
fn of_a_newer_version(row: AccountRow, held: Held) -> Account {
    let account = row.account;
    let kind = account.key_kind;
    Account {
        id: row.id,
        provider: account.provider.clone(),
        provider_name: account.provider.clone(),
        label: account.label.unwrap_or_else(|| account.provider.clone()),
        base_url: account.base_url,
        key_kind: KeyKindRow::of_a_newer_version(kind),
        key_hint: account.key_hint,
        key_env: None,
        key_place: PlaceOfKey::Nowhere,
        details: account.details,
        state: AccountState::ProviderChanged,
        message: "A newer version of Spendglass added this account, and this one cannot read it: update Spendglass."
            .to_owned(),
        partly: None,
        advice: Some(Advice::Update),
        synced_at: None,
        retry_at: None,
        streams: Vec::new(),
        balances: held.balances,
        quotas: held.quotas,
        grants: held.grants,
        subscriptions: held.subscriptions,
    }
}

fn place_of(place: &KeyPlace) -> PlaceOfKey {
    match place {
        KeyPlace::Keychain(_) => PlaceOfKey::Keychain,
        KeyPlace::Variable(_) => PlaceOfKey::Variable,
        KeyPlace::Login => PlaceOfKey::Login,
        KeyPlace::Nowhere => PlaceOfKey::Nowhere,
    }
}

/// How much a state matters when one is shown for several; nought for those that are no failure.
fn severity(state: StreamState) -> u8 {
    match state {
        StreamState::Ok | StreamState::Absent | StreamState::New | StreamState::Cancelled => 0,
        StreamState::Offline | StreamState::Unreachable => 1,
        StreamState::RateLimited => 2,
        StreamState::Failed => 3,
        StreamState::ProviderChanged => 4,
        StreamState::Forbidden => 5,
        StreamState::Keychain | StreamState::KeychainAbsent => 6,
        StreamState::KeyMissing => 7,
        StreamState::KeyRejected => 8,
    }
}

fn account_state(state: StreamState) -> AccountState {
    match state {
        StreamState::Ok | StreamState::Absent => AccountState::Fresh,
        StreamState::New | StreamState::Cancelled => AccountState::New,
        StreamState::Offline | StreamState::Unreachable => AccountState::Unreachable,
        StreamState::RateLimited => AccountState::RateLimited,
        StreamState::Failed => AccountState::Failed,
        StreamState::ProviderChanged => AccountState::ProviderChanged,
        StreamState::Forbidden => AccountState::Forbidden,
        StreamState::Keychain => AccountState::Keychain,
        StreamState::KeychainAbsent => AccountState::KeychainAbsent,
        StreamState::KeyMissing => AccountState::KeyMissing,
        StreamState::KeyRejected => AccountState::KeyRejected,
    }
}

fn advice(state: AccountState, by_variable: bool) -> Option<Advice> {
    match state {
        AccountState::Fresh | AccountState::ByHand | AccountState::Syncing => None,
        // Its variable is set outside of here; then it is read again.
        AccountState::KeyMissing if by_variable => Some(Advice::Sync),
        AccountState::New | AccountState::Stale | AccountState::Unreachable | AccountState::Failed => {
            Some(Advice::Sync)
        }
        AccountState::KeyRejected | AccountState::Forbidden | AccountState::KeyMissing => {
            Some(Advice::ReplaceKey)
        }
        AccountState::Keychain | AccountState::KeychainAbsent => Some(Advice::OpenKeychain),
        AccountState::RateLimited => Some(Advice::Wait),
        AccountState::ProviderChanged => Some(Advice::Update),
    }
}

/// A stream's state in the door's words.
pub(super) fn stream_state(state: StreamState) -> DoorState {
    match state {
        StreamState::Ok => DoorState::Ok,
        StreamState::Absent => DoorState::Absent,
        StreamState::New => DoorState::New,
        StreamState::Cancelled => DoorState::Cancelled,
        StreamState::Offline | StreamState::Unreachable => DoorState::Unreachable,
        StreamState::RateLimited => DoorState::RateLimited,
        StreamState::ProviderChanged => DoorState::ProviderChanged,
        StreamState::Forbidden => DoorState::Forbidden,
        StreamState::KeyRejected => DoorState::KeyRejected,
        StreamState::Keychain | StreamState::KeychainAbsent | StreamState::KeyMissing => DoorState::Keychain,
        StreamState::Failed => DoorState::Failed,
    }
}

fn stream_row(name: &str, sees: &str, kept: Option<&StreamRow>) -> DoorRow {
    let covered = kept.and_then(|kept| kept.covered);
    DoorRow {
        name: name.to_owned(),
        sees: sees.to_owned(),
        state: kept.map_or(DoorState::New, |kept| stream_state(kept.state)),
        message: kept.and_then(|kept| kept.message.as_deref()).map(sentence),
        synced_at: kept.and_then(|kept| kept.synced_at).map(|at| at.to_string()),
        covered_from: covered.map(|covered| covered.from.to_string()),
        covered_until: covered.map(|covered| covered.until.to_string()),
    }
}
