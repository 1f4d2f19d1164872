//! Removing an account: at once, or put off for as long as it can be taken back.

use super::app::{App, House};
use super::states::no_such_account;
use super::{ApiError, ErrorCode, Event};
use crate::store::{AccountRow, KeyPlace, NewAccount};
use crate::time::Timestamp;
use crate::vault::VaultError;

/// Seconds after which nobody takes a removal back any more, such as when the window was closed meanwhile.
const GONE_AFTER: i64 = 60;

impl App {
    /// Removes an account for good, whether it is shown or on its way out.
    pub(super) async fn remove_account(&self, id: i64) -> Result<(), ApiError> {
        let house = self.house().await;
        let row = if let Some(row) = house.store.account(id).await? {
            row
        } else {
            let aside = house.store.removals().await?;
            let found = aside.into_iter().map(|(row, _)| row).find(|row| row.id == id);
            found.ok_or_else(|| no_such_account(id))?
        };
        self.remove_for_good(&house, &row).await?;
        self.tell(Event::Changed);
        Ok(())
    }

    /// Takes an account out of everything that is shown. Its key stays where it is.
    pub(super) async fn begin_removal(&self, id: i64) -> Result<(), ApiError> {
        let house = self.house().await;
        let Some(_turn) = house.store.try_lock_account(id)? else { return Err(busy()) };
        if !house.store.begin_removal(id, self.now()).await? {
            return Err(no_such_account(id));
        }
        self.tell(Event::Changed);
        Ok(())
    }

    /// Takes a removal back: the account is as it was.
    pub(super) async fn end_removal(&self, id: i64) -> Result<(), ApiError> {
        if !self.house().await.store.end_removal(id).await? {
            let message = format!("account {id} is removed for good: add it again with its key");
            return Err(ApiError::new(ErrorCode::NoSuchAccount, message));
        }
        self.tell(Event::Changed);
        Ok(())
    }

    /// Whether an account is hidden that may come back at any moment.
    pub(super) async fn awaits_return(&self, house: &House, now: Timestamp) -> Result<bool, ApiError> {
        let removals = house.store.removals().await?;
        Ok(removals.iter().any(|(_, since)| (0..GONE_AFTER).contains(&now.seconds_since(*since))))
    }

    /// Removes for good what nobody took back.
    pub(super) async fn finish_removals(&self, house: &House) -> Result<(), ApiError> {
        for (row, since) in house.store.removals().await? {
            // A clock that was put back holds up nothing.
            if !(0..GONE_AFTER).contains(&self.now().seconds_since(since)) {
                self.remove_for_good(house, &row).await?;
            }
        }
        Ok(())
    }

    /// A key that is added again while its account is on its way out begins anew.
    pub(super) async fn make_way(&self, house: &House, account: &NewAccount) -> Result<(), ApiError> {
        let Some(fingerprint) = &account.key_fingerprint else { return Ok(()) };
        for (row, _) in house.store.removals().await? {
            if row.account.key_fingerprint.as_ref() == Some(fingerprint) {
                self.remove_for_good(house, &row).await?;
            }
        }
        Ok(())
    }

    async fn remove_for_good(&self, house: &House, row: &AccountRow) -> Result<(), ApiError> {
        let Some(_turn) = house.store.try_lock_account(row.id)? else { return Err(busy()) };
        if let KeyPlace::Keychain(entry) = &row.account.key_place
            && let Ok(entry) = entry.parse()
        {
            match house.vault.remove(&entry).await {
                // Where no keychain exists, no key of it can be left behind.
                Ok(()) | Err(VaultError::Missing | VaultError::NoService | VaultError::NoKeyring) => {}
                Err(error) => return Err(error.into()),
            }
        }
        house.store.remove_account(row.id).await?;
        Ok(())
    }
}

fn busy() -> ApiError {
    ApiError::new(ErrorCode::Busy, "this account is being read right now: cancel that, or wait for it")
}
