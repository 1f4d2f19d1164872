//! Deleting everything, and looking again whether it is gone.

use std::collections::BTreeSet;

use super::app::App;
use super::backing::lock_accounts;
use super::failures::sentence;
use super::forms::refused;
use super::webhook;
use super::{ApiError, Config, DeleteEverything, Deleted, DesktopWays, ErrorCode, LeftBehind};
use crate::store::{Erased, Store, StoreError, erase_unopened, named_in_copies};
use crate::vault::{EntryName, Vault, VaultError};

/// What the person types, in any of the languages of the window.
const WORDS: [&str; 3] = ["delete", "हटाएं", "हटाएँ"];
/// Folders of sample data that a program which was ended left behind.
const SAMPLE: &str = "spendglass-sample-";

impl App {
    /// Removes keys first, then the store: a key whose name is lost could no longer be found.
    pub(super) async fn delete_everything(&self, request: &DeleteEverything) -> Result<Deleted, ApiError> {
        is_meant(request)?;
        if self.is_sample_open().await {
            self.leave_sample().await;
        }
        self.cancel_syncs();
        let _alone = self.stand_still().await;
        let house = self.real();
        let watch = house.store.try_lock_watch()?;
        if watch.is_none() {
            let words = "another Spendglass watches over this store, in a window or as `spendglass watch`: end it, then try again";
            return Err(ApiError::new(ErrorCode::Busy, words));
        }
        let locks = lock_accounts(&house.store).await?;
        let settings = self.settings().await?;
        let told = house.store.named_entries(webhook::SETTING).await?;
        let names: BTreeSet<EntryName> = told.iter().filter_map(|text| webhook::entry_in(text)).collect();
        let Keys { keys, mut left } = remove_keys(&house.vault, &names, request).await?;
        left.extend(strangers(&house.vault, left.len()).await);
        let folder = house.store.folder().display().to_string();
        drop((watch, locks));
        let erased = house.store.erase().await;
        left.extend(still_there(&erased));
        left.extend(forget_samples());
        if settings.start_at_login {
            left.extend(self.forget_desktop());
        }
        Ok(Deleted { keys, files: erased.files, folder, folder_gone: erased.folder_gone, left })
    }
}

/// Removes what there is of a store that does not open, being damaged or of a newer version, with the keys that its copies name.
pub async fn delete_unopened(
    config: Config,
    request: &DeleteEverything,
    desktop: &DesktopWays,
) -> Result<Deleted, ApiError> {
    is_meant(request)?;
    let folder = config.data_dir.clone();
    let unread = match Store::open(&folder, config.clock.now()).await {
        Err(error @ (StoreError::Damaged(_) | StoreError::TooNew { .. })) => error,
        // Of one that is busy or on a full disk nothing is taken.
        Err(error) => return Err(error.into()),
        Ok(store) => {
            store.close().await;
            let app = App::open(config).await?;
            let deleted = app.delete_everything(request).await;
            app.close().await;
            return deleted;
        }
    };
    let told = named_in_copies(&folder, webhook::SETTING).await;
    let names: BTreeSet<EntryName> = told.iter().filter_map(|text| webhook::entry_in(text)).collect();
    let Keys { keys, mut left } = remove_keys(&config.vault, &names, request).await?;
    // Which keys it named nobody knows any more: that some may be left is said, unless there surely are none.
    if config.vault.count().await.ok().flatten() != Some(0) {
        left.push(LeftBehind {
            what: format!("Keys of Spendglass that may be in {}", config.vault.name()),
            why: format!(
                "What names them could not be read: {unread}. Look for Spendglass in the program of your keychain and remove them \
                 there."
            ),
            failed: true,
        });
    }
    let (erased, place) = tokio::task::spawn_blocking(move || (erase_unopened(&folder), folder))
        .await
        .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
    left.extend(still_there(&erased));
    left.extend(forget_samples());
    left.extend((desktop.forget_login)());
    let folder = place.display().to_string();
    Ok(Deleted { keys, files: erased.files, folder, folder_gone: erased.folder_gone, left })
}

/// Whether the word was typed.
fn is_meant(request: &DeleteEverything) -> Result<(), ApiError> {
    let typed = request.confirm.trim().to_lowercase();
    if WORDS.contains(&typed.as_str()) {
        return Ok(());
    }
    Err(refused("confirm", "type the word delete: everything goes then, and nothing brings it back"))
}

/// Keys that were removed, and what is left of them.
struct Keys {
    keys: u64,
    left: Vec<LeftBehind>,
}

async fn remove_keys(
    vault: &Vault,
    names: &BTreeSet<EntryName>,
    request: &DeleteEverything,
) -> Result<Keys, ApiError> {
    let mut removed = Keys { keys: 0, left: Vec::new() };
    for name in names {
        match gone(vault, name).await {
            Ok(true) => removed.keys += 1,
            Ok(false) => {}
            Err(error) if request.leave_keys == Some(true) => {
                removed.left.push(key_left("A key", vault, name, &error));
            }
            Err(error) => {
                let words = format!(
                    "the store stays for now, since not every key can be removed from the keychain: {error}. {} Or delete the \
                     rest and leave the keys there",
                    error.remedy()
                );
                return Err(ApiError {
                    field: Some("leaveKeys".to_owned()),
                    ..ApiError::new(ErrorCode::Keychain, words)
                });
            }
        }
    }
    Ok(removed)
}

/// Files that are still there, and why.
fn still_there(erased: &Erased) -> Vec<LeftBehind> {
    let own = erased.left.iter().map(|(path, why)| LeftBehind {
        what: path.display().to_string(),
        why: format!("{} Remove it by hand.", sentence(why)),
        failed: true,
    });
    let others = erased.others.iter().map(|path| LeftBehind {
        what: path.display().to_string(),
        why: "Spendglass did not make it, or you exported it there: it is yours.".to_owned(),
        failed: false,
    });
    own.chain(others).collect()
}

/// A key that stays in the keychain, told by the name that it is found under there.
pub(super) fn key_left(whose: &str, vault: &Vault, entry: &EntryName, error: &VaultError) -> LeftBehind {
    LeftBehind {
        what: format!("{whose} in {}, in the entry {entry} of Spendglass", vault.name()),
        why: format!("{} Remove it with the program of your keychain.", sentence(&error.to_string())),
        failed: true,
    }
}

/// Removes an entry and looks again. True where there was one.
async fn gone(vault: &Vault, name: &EntryName) -> Result<bool, VaultError> {
    let there = match vault.get(name).await {
        Err(VaultError::Missing) => return Ok(false),
        // Whatever it holds, it goes.
        Ok(_) | Err(VaultError::Refused(_)) => true,
        Err(error) => return Err(error),
    };
    vault.remove(name).await?;
    match vault.get(name).await {
        Err(VaultError::Missing) => Ok(there),
        Ok(_) => Err(VaultError::Refused("it still holds an entry that was removed".to_owned())),
        Err(error) => Err(error),
    }
}

/// Entries of Spendglass that this store does not name: of another data folder, or of one that is lost.
async fn strangers(vault: &Vault, known: usize) -> Option<LeftBehind> {
    let count = vault.count().await.ok().flatten()?.checked_sub(known).filter(|count| *count > 0)?;
    let (keys, them) =
        if count == 1 { ("1 other key".to_owned(), "it") } else { (format!("{count} other keys"), "them") };
    Some(LeftBehind {
        what: format!("{keys} of Spendglass in {}", vault.name()),
        why: format!(
            "This store does not name {them}: they may be of another data folder. Look for Spendglass in the program of your \
             keychain and remove {them} there."
        ),
        failed: false,
    })
}

/// Removes the folders of sample data that a program which was ended left behind.
fn forget_samples() -> Vec<LeftBehind> {
    let mut left = Vec::new();
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let is_sample = entry.file_name().to_str().is_some_and(|name| name.starts_with(SAMPLE));
        if is_sample
            && entry.file_type().is_ok_and(|kind| kind.is_dir())
            && let Err(error) = std::fs::remove_dir_all(entry.path())
        {
            left.push(LeftBehind {
                what: entry.path().display().to_string(),
                why: format!("It is sample data, none of yours, and could not be removed: {error}."),
                failed: true,
            });
        }
    }
    left
}
