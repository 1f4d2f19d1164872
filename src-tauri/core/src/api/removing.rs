//! Removing an account: at once, or put off for as long as it can be taken back.
//!
//! Whoever puts a removal off says again and again that it is still offered to be taken back, and when it no longer is. Where
//! nothing was said for a minute, the next who opens the store or watches over it removes the account for good.

use std::time::Duration;

use super::app::{App, House};
use super::deleting::key_left;
use super::states::no_such_account;
use super::{
    AccountRemoved, ApiError, ErrorCode, Event, Finding, FindingState, HoldRemoval, LeftBehind, RemoveAccount,
};
use crate::store::{AccountRow, KeyPlace, NewAccount};
use crate::time::Timestamp;
use crate::vault::VaultError;

/// Seconds after which nobody takes a removal back any more, such as when the window was closed meanwhile.
const GONE_AFTER: i64 = 60;
/// How long opening the store waits for the keychain, for each account that was left on its way out.
const PATIENCE: Duration = Duration::from_secs(5);

impl App {
    /// Removes an account for good, whether it is shown or on its way out.
    pub(super) async fn remove_account(&self, request: RemoveAccount) -> Result<AccountRemoved, ApiError> {
        let RemoveAccount { account: id, leave_key } = request;
        let house = self.house().await;
        let row = match house.store.account(id).await? {
            Some(row) => row,
            None => on_its_way_out(&house, id).await?.ok_or_else(|| no_such_account(id))?.0,
        };
        let left = remove_for_good(&house, &row, leave_key == Some(true)).await?;
        self.tell(Event::Changed);
        Ok(AccountRemoved { account: id, left })
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

    /// Lets a removal go on to be offered to be taken back, or ends it: the account is then removed for good.
    pub(super) async fn hold_removal(&self, request: HoldRemoval) -> Result<(), ApiError> {
        let HoldRemoval { account: id, on } = request;
        let house = self.house().await;
        if on {
            let held = house.store.hold_removal(id, self.now()).await?;
            return if held { Ok(()) } else { Err(too_late(id)) };
        }
        loop {
            let (row, since) = on_its_way_out(&house, id).await?.ok_or_else(|| too_late(id))?;
            // It may have been said meanwhile that it is still offered.
            if finish(&house, &row, since).await? {
                self.tell(Event::Changed);
                return Ok(());
            }
        }
    }

    /// Takes a removal back: the account is as it was.
    pub(super) async fn end_removal(&self, id: i64) -> Result<(), ApiError> {
        if !self.house().await.store.end_removal(id).await? {
            return Err(too_late(id));
        }
        self.tell(Event::Changed);
        Ok(())
    }

    /// Whether an account is hidden that may come back at any moment.
    pub(super) async fn awaits_return(&self, house: &House, now: Timestamp) -> Result<bool, ApiError> {
        let removals = house.store.removals().await?;
        Ok(removals.iter().any(|(_, since)| now.seconds_since(*since) < GONE_AFTER))
    }

    /// Removes for good what nobody took back. One that fails holds up no other; the first failure is told.
    pub(super) async fn finish_removals(&self, house: &House) -> Result<(), ApiError> {
        let now = self.now();
        let mut failed = None;
        for (row, since) in house.store.removals().await? {
            let age = now.seconds_since(since);
            if age < 0 {
                // The clock was put back: its minute begins anew.
                house.store.hold_removal(row.id, now).await?;
            } else if age >= GONE_AFTER
                && let Err(error) = finish(house, &row, since).await
            {
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// The same where the store is opened: what fails is named by the doctor, and tried again.
    pub(super) async fn finish_what_was_left(&self) {
        let mut house = self.real().clone();
        house.vault = house.vault.with_patience(PATIENCE);
        let _ = self.finish_removals(&house).await;
    }

    /// What the doctor says of accounts whose removal comes to no end.
    pub(super) async fn stuck_removals(&self, house: &House) -> Result<Vec<Finding>, ApiError> {
        let now = self.now();
        let removals = house.store.removals().await?;
        let stuck = removals.into_iter().filter(|(_, since)| now.seconds_since(*since) >= GONE_AFTER);
        let finding = |(row, _): (AccountRow, Timestamp)| Finding {
            subject: format!("account {}", row.id),
            state: FindingState::Warning,
            message: "It was removed and is shown nowhere, but its key could not be removed with it yet."
                .to_owned(),
            remedy: Some(format!(
                "Unlock or start the keychain, then {}. Or remove it and leave the key there: {0} --leave-key.",
                command(row.id)
            )),
        };
        Ok(stuck.map(finding).collect())
    }

    /// A key that is added again while its account is on its way out begins anew.
    pub(super) async fn make_way(&self, house: &House, account: &NewAccount) -> Result<(), ApiError> {
        let Some(fingerprint) = &account.key_fingerprint else { return Ok(()) };
        for (row, since) in house.store.removals().await? {
            if row.account.key_fingerprint.as_ref() == Some(fingerprint) {
                finish(house, &row, since).await?;
            }
        }
        Ok(())
    }
}

async fn on_its_way_out(house: &House, id: i64) -> Result<Option<(AccountRow, Timestamp)>, ApiError> {
    Ok(house.store.removals().await?.into_iter().find(|(row, _)| row.id == id))
}

/// Removes for good an account that is on its way out. False where it was taken back, or is still offered to be.
async fn finish(house: &House, row: &AccountRow, since: Timestamp) -> Result<bool, ApiError> {
    if !house.store.claim_removal(row.id, since).await? {
        return Ok(false);
    }
    match remove_for_good(house, row, false).await {
        Ok(_) => Ok(true),
        Err(error) => {
            house.store.release_removal(row.id, since).await?;
            Err(error)
        }
    }
}

/// Removes the key first: one whose name is lost could no longer be found. Tells of a key that stays.
async fn remove_for_good(
    house: &House,
    row: &AccountRow,
    leave_key: bool,
) -> Result<Option<LeftBehind>, ApiError> {
    let id = row.id;
    let Some(_turn) = house.store.try_lock_account(id)? else { return Err(busy()) };
    let mut left = None;
    if let KeyPlace::Keychain(entry) = &row.account.key_place
        && let Ok(entry) = entry.parse()
    {
        let keychain = house.vault.name();
        match house.vault.remove(&entry).await {
            Ok(()) | Err(VaultError::Missing) => {}
            Err(error) if leave_key => left = Some(key_left("Its key", &house.vault, &entry, &error)),
            Err(error) => {
                let words = format!(
                    "account {id} is not removed for good, since its key cannot be removed from {keychain}: {error}. {} Or leave \
                     the key there: {} --leave-key",
                    error.remedy(),
                    command(id)
                );
                return Err(ApiError {
                    field: Some("leaveKey".to_owned()),
                    ..ApiError::new(ErrorCode::Keychain, words)
                });
            }
        }
    }
    house.store.remove_account(id).await?;
    Ok(left)
}

fn command(id: i64) -> String {
    format!("spendglass accounts remove {id}")
}

fn too_late(id: i64) -> ApiError {
    let message = format!("account {id} is removed for good: add it again with its key");
    ApiError::new(ErrorCode::NoSuchAccount, message)
}

fn busy() -> ApiError {
    ApiError::new(ErrorCode::Busy, "this account is being read right now: cancel that, or wait for it")
}
