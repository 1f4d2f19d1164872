//! A copy of the whole store, and the way back from one.

use super::app::App;
use super::files::{Place, What, meant, on_own_thread};
use super::forms::refused;
use super::keys::secret_of;
use super::{ApiError, BackUp, BackedUp, Config, ErrorCode, Event, Restore, Restored};
use crate::store::{AccountLock, BackupError, KeyPlace, SetAside, Store, StoreError};
use crate::vault::VaultError;

const WHAT: What =
    What { name: "the backup", example: "spendglass-backup.db", begins: &[b"SQLite format 3\0"] };

impl App {
    /// Copies the person's own store into a file, opened again and found whole before it gets its name.
    pub(super) async fn back_up(&self, request: &BackUp) -> Result<BackedUp, ApiError> {
        let place = Place::named(&request.path, WHAT)?;
        let house = self.own_house().await?;
        let _open = self.hold_open().await;
        if place.is_in(house.store.folder()) {
            return Err(place.refuse("that is the data folder, and a backup there goes where the store goes"));
        }
        let draft = place.begin()?;
        let holds = house.store.copy_into(draft.path()).await.map_err(|error| match error {
            BackupError::Store(error) => place.refuse_because(error),
            error => ApiError::new(ErrorCode::Store, format!("the backup could not be proved: {error}")),
        })?;
        let bytes = std::fs::metadata(draft.path()).map_or(0, |file| file.len());
        let path = on_own_thread(move || draft.keep()).await?;
        Ok(BackedUp { path, bytes, accounts: holds.accounts, charges: holds.charges })
    }

    /// Puts everything of a backup in the place of everything here, which is kept beside the store before.
    pub(super) async fn restore(&self, request: &Restore) -> Result<Restored, ApiError> {
        let house = self.own_house().await?;
        let file = meant(request.path.trim());
        let shown = file.display().to_string();
        let refuse = |error: BackupError| match error {
            BackupError::Store(error) => ApiError::from(error),
            error => refused("path", format!("\"{shown}\" is not restored: {error}. Nothing was changed")),
        };
        if file.is_dir() {
            return Err(refused("path", format!("\"{shown}\" is a folder: choose the file of a backup")));
        }
        let candidate = house.store.consider(&file, self.now()).await.map_err(refuse)?;
        self.cancel_syncs();
        let _alone = self.stand_still().await;
        let _locks = lock_accounts(&house.store).await?;
        let kept = house.store.keep_aside("before-restore", self.now()).await?;
        house.store.take_over(&candidate).await.map_err(refuse)?;
        drop(candidate);
        self.tell(Event::Changed);
        let holds = house.store.holds().await?;
        let mut keys_missing = Vec::new();
        let mut keys_problem = None;
        for row in house.store.accounts().await? {
            if row.account.key_place == KeyPlace::Nowhere {
                continue;
            }
            let label = row.account.label.clone().unwrap_or_else(|| provider_name(&row.account.provider));
            match secret_of(&house, &row, self.now()).await.err() {
                None => {}
                Some(
                    VaultError::Missing
                    | VaultError::Login(_)
                    | VaultError::VariableUnset { .. }
                    | VaultError::VariableBad { .. }
                    | VaultError::VariableUnfit { .. },
                ) => keys_missing.push(label),
                Some(error) => keys_problem = Some(ApiError::from(error).message),
            }
        }
        Ok(Restored {
            path: shown,
            kept: kept.display().to_string(),
            accounts: holds.accounts,
            charges: holds.charges,
            keys_missing,
            keys_problem,
        })
    }
}

/// Restores a backup where the store here does not open, being damaged or of a newer version: its files are kept under a dated
/// name. Where the backup is refused they are put back.
pub async fn restore_unopened(config: Config, request: &Restore) -> Result<Restored, ApiError> {
    let (folder, now) = (config.data_dir.clone(), config.clock.now());
    match Store::open(&folder, now).await {
        Err(StoreError::Damaged(_) | StoreError::TooNew { .. }) => {}
        // Of one that is busy or on a full disk nothing is moved.
        Err(error) => return Err(error.into()),
        Ok(store) => {
            store.close().await;
            let app = App::open(config).await?;
            let restored = app.restore(request).await;
            app.close().await;
            return restored;
        }
    }
    let aside = SetAside::from(&folder, now).map_err(|error| {
        let words =
            format!("the store in {} could not be set aside: {error}. Nothing was changed", folder.display());
        ApiError::new(ErrorCode::Store, words)
    })?;
    let restored = async {
        let app = App::open(config).await?;
        let restored = app.restore(request).await;
        app.close().await;
        restored
    };
    match restored.await {
        Ok(restored) => {
            // What was kept of the store between the two is an empty one.
            let _ = std::fs::remove_file(&restored.kept);
            Ok(Restored { kept: aside.kept.display().to_string(), ..restored })
        }
        Err(error) => {
            aside.put_back();
            Err(error)
        }
    }
}

fn provider_name(id: &str) -> String {
    crate::providers::find(id).map_or(id, |provider| provider.name).to_owned()
}

/// The right to every account, those on their way out among them, so that no program books into what is being replaced.
pub(super) async fn lock_accounts(store: &Store) -> Result<Vec<AccountLock>, ApiError> {
    let mut locks = Vec::new();
    let hidden = store.removals().await?.into_iter().map(|(row, _)| row);
    for row in store.accounts().await?.into_iter().chain(hidden) {
        let Some(lock) = store.try_lock_account(row.id)? else {
            let words = "another Spendglass reads accounts over this store now: wait until it is done, or end it, then try again";
            return Err(ApiError::new(ErrorCode::Busy, words));
        };
        locks.push(lock);
    }
    Ok(locks)
}
