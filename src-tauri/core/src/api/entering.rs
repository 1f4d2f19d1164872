//! Entering, changing and removing by hand.

use super::app::{App, House};
use super::forms::{exact, in_words, wrong};
use super::intake::NO_KEY;
use super::keys::{find_account, find_provider, label};
use super::{ApiError, ChangeEntry, Enter, EntriesQuery, Entry, EntryId, EntryRow, Event};
use crate::ledger::Entered;
use crate::providers::{self, Provider};
use crate::store::{self, AccountRow, KeyPlace, NewAccount, Owner};

impl App {
    pub(super) async fn entries(&self, query: &EntriesQuery) -> Result<Vec<EntryRow>, ApiError> {
        let house = self.house().await;
        if let Some(account) = query.account {
            find_account(&house, account).await?;
        }
        let accounts = house.store.accounts().await?;
        let rows = house.store.entries(query.account).await?;
        Ok(rows.iter().map(|row| entry_row(row, &accounts)).collect())
    }

    pub(super) async fn enter(&self, request: Enter) -> Result<EntryRow, ApiError> {
        let house = self.own_house().await?;
        let entered = self.made_exact(request.entry).await?;
        let whose = whose(&house, request.account, request.provider, request.label).await?;
        let owner = match &whose {
            Whose::Account(id) => Owner::Account(*id),
            Whose::Nobodys(account) => Owner::New(account),
        };
        let id = house.store.add_entry(owner, &entered, self.now()).await?;
        self.tell(Event::Changed);
        self.entry(&house, id).await
    }

    pub(super) async fn change_entry(&self, request: ChangeEntry) -> Result<EntryRow, ApiError> {
        let house = self.own_house().await?;
        let mut entered = self.made_exact(request.entry).await?;
        // Where a lot comes from stays, whatever is mended of it.
        if let Entered::Purchase(lot) = &mut entered
            && let Some(store::EntryRow { entered: Entered::Purchase(before), .. }) =
                house.store.entry(request.id).await?
        {
            lot.source = before.source;
        }
        self.before_change(&house, request.id).await?;
        if !house.store.change_entry(request.id, &entered, self.now()).await? {
            return Err(no_such_entry(request.id));
        }
        self.tell(Event::Changed);
        self.entry(&house, request.id).await
    }

    pub(super) async fn remove_entry(&self, EntryId { id }: EntryId) -> Result<EntryId, ApiError> {
        let house = self.own_house().await?;
        self.before_change(&house, id).await?;
        if !house.store.remove_entry(id, self.now()).await? {
            return Err(no_such_entry(id));
        }
        self.tell(Event::Changed);
        Ok(EntryId { id })
    }

    /// The person's own store: what is entered into sample data would be lost with it.
    pub(super) async fn own_house(&self) -> Result<House, ApiError> {
        let house = self.house().await;
        if house.sample {
            return Err(ApiError::bad("sample data is open: leave it first, then bring in your own figures"));
        }
        Ok(house)
    }

    pub(super) async fn entry(&self, house: &House, id: i64) -> Result<EntryRow, ApiError> {
        let row = house.store.entry(id).await?.ok_or_else(|| no_such_entry(id))?;
        Ok(entry_row(&row, &house.store.accounts().await?))
    }

    async fn made_exact(&self, entry: Entry) -> Result<Entered, ApiError> {
        let now = self.now();
        // The person's own date may be ahead of the UTC date that bills go by.
        let today = self.calendar().await?.date_of(now).max(now.utc_date());
        exact(entry, today)
    }
}

/// Whose entry it is to be.
enum Whose {
    Account(i64),
    /// Of an account without a key, which is made with it.
    Nobodys(NewAccount),
}

async fn whose(
    house: &House,
    account: Option<i64>,
    provider: Option<String>,
    named: Option<String>,
) -> Result<Whose, ApiError> {
    let provider = match (account, provider) {
        (Some(id), None) => return Ok(Whose::Account(find_account(house, id).await?.id)),
        (None, Some(provider)) => find_provider(&provider)?,
        _ => return Err(wrong("account", "name either an account or a provider")),
    };
    let label = label(named)?;
    let mut of_provider = house.store.accounts().await?;
    of_provider
        .retain(|row| row.account.provider == provider.id && (label.is_none() || row.account.label == label));
    match of_provider.as_slice() {
        [] => Ok(Whose::Nobodys(without_key(provider, label))),
        [one] => Ok(Whose::Account(one.id)),
        several => {
            let name = |row: &AccountRow| match &row.account.label {
                Some(label) => format!("{} ({label})", row.id),
                None => row.id.to_string(),
            };
            let known = several.iter().map(name).collect::<Vec<_>>().join(", ");
            Err(wrong("account", format!("{} has several accounts: name one of {known}", provider.name)))
        }
    }
}

pub(super) fn without_key(provider: &'static Provider, label: Option<String>) -> NewAccount {
    NewAccount {
        provider: provider.id.to_owned(),
        label,
        base_url: None,
        key_kind: NO_KEY.to_owned(),
        key_hint: None,
        key_fingerprint: None,
        key_place: KeyPlace::Nowhere,
        details: std::collections::BTreeMap::new(),
    }
}

fn no_such_entry(id: i64) -> ApiError {
    ApiError::bad(format!("there is no entry {id}; `enter list` shows those there are"))
}

/// An entry in a form's words.
fn entry_row(row: &store::EntryRow, accounts: &[AccountRow]) -> EntryRow {
    let account = accounts.iter().find(|account| account.id == row.account_id).map(|row| &row.account);
    let provider = account.map(|account| account.provider.clone()).unwrap_or_default();
    let name = || providers::find(&provider).map_or_else(|| provider.clone(), |known| known.name.to_owned());
    EntryRow {
        id: row.id,
        account: row.account_id,
        label: account.and_then(|account| account.label.clone()).unwrap_or_else(name),
        provider,
        entry: in_words(&row.entered),
        entered_at: row.entered_at.to_string(),
        changed_at: row.changed_at.to_string(),
    }
}
