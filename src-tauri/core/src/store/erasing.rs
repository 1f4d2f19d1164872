//! The end of a store: which keys it names, which files are its own, and whether they are gone.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use super::leftovers::{CANDIDATE, PART};
use super::{FILE, Store, StoreError};

/// The names of entries in the keychain that a store names, and those of its copies; accounts on their way out have theirs, too.
const ENTRIES: &str = "SELECT keychain_entry FROM main.accounts WHERE keychain_entry IS NOT NULL \
     UNION SELECT value FROM settings WHERE name = ?";

/// What became of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// How many of ours are gone.
    pub files: u64,
    /// Ours that are still there, and why.
    pub left: Vec<(PathBuf, String)>,
    /// What lies in the folder and is not ours.
    pub others: Vec<PathBuf>,
    /// Whether the folder is gone.
    pub folder_gone: bool,
}

impl Store {
    /// What names entries of the keychain: of accounts as they are, and the texts of a setting, of the store and of every copy
    /// beside it. A copy that cannot be read names none.
    pub async fn named_entries(&self, setting: &str) -> Result<BTreeSet<String>, StoreError> {
        let own: Vec<(String,)> = sqlx::query_as(ENTRIES).bind(setting).fetch_all(&self.readers).await?;
        let mut all = named_in_copies(&self.folder, setting).await;
        all.extend(own.into_iter().map(|(text,)| text));
        Ok(all)
    }

    /// Closes the store and removes its files, its copies and its locks; then looks again. What is not ours stays.
    pub async fn erase(&self) -> Erased {
        self.close().await;
        let folder = self.folder.clone();
        let gone = tokio::task::spawn_blocking(move || erase(&folder)).await;
        gone.unwrap_or_else(|error| Erased {
            files: 0,
            left: vec![(self.folder.clone(), error.to_string())],
            others: Vec::new(),
            folder_gone: false,
        })
    }
}

/// What copies of a store name. A copy that cannot be read names none.
pub async fn named_in_copies(folder: &Path, setting: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for path in entries_of(folder).into_iter().filter(|path| is_copy(path)) {
        let options = SqliteConnectOptions::new().filename(&path).read_only(true).immutable(true);
        let Ok(mut copy) = options.connect().await else { continue };
        all.extend(read_entries(&mut copy, setting).await);
        // It was only read.
        let _ = copy.close().await;
    }
    all
}

/// Removes what there is of a store that does not open; then looks again.
pub fn erase_unopened(folder: &Path) -> Erased {
    erase(folder)
}

async fn read_entries(copy: &mut SqliteConnection, setting: &str) -> Vec<String> {
    let told: Result<Vec<(String,)>, _> = sqlx::query_as(ENTRIES).bind(setting).fetch_all(copy).await;
    told.unwrap_or_default().into_iter().map(|(text,)| text).collect()
}

fn entries_of(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn name_of(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn is_copy(path: &Path) -> bool {
    let name = name_of(path);
    name == PART || (name.starts_with("backup-") && ends(name, ".db"))
}

/// As it was written, not as some other program might.
fn ends(name: &str, ending: &str) -> bool {
    name.strip_suffix(ending).is_some()
}

/// Whether this program made it.
pub(super) fn is_own(path: &Path) -> bool {
    let name = name_of(path);
    let lock = |start: &str| name.starts_with(start) && ends(name, ".lock");
    is_copy(path)
        || name.strip_prefix(FILE).is_some_and(|rest| ["", "-wal", "-shm", "-journal"].contains(&rest))
        || ["-journal", "-wal", "-shm"]
            .iter()
            .any(|ending| name.strip_suffix(ending).is_some_and(|copy| is_copy(Path::new(copy))))
        || ["open", "watch", "calendar", "sync-"].iter().any(|start| lock(start))
        || name.starts_with(CANDIDATE)
        || (name.starts_with(".spendglass-") && ends(name, ".part"))
}

fn erase(folder: &Path) -> Erased {
    let mut files = 0;
    let (own, others): (Vec<_>, Vec<_>) = entries_of(folder).into_iter().partition(|path| is_own(path));
    let mut left = Vec::new();
    for path in own {
        let is_folder = fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir());
        let removed = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        // Looked for again, whatever was said.
        if fs::symlink_metadata(&path).is_ok() {
            let why = removed.err().map_or_else(|| "it came back".to_owned(), |error| error.to_string());
            left.push((path, why));
        } else {
            files += 1;
        }
    }
    // A folder with something else in it stays, and what that is gets said.
    let _ = fs::remove_dir(folder);
    Erased { files, left, others, folder_gone: fs::symlink_metadata(folder).is_err() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_is_told_from_what_is_not() {
        for ours in [
            "spendglass.db",
            "spendglass.db-wal",
            "spendglass.db-shm",
            "backup-schema-3-2026-11-22T101500Z.db",
            "backup-before-restore-2026-11-22T101500Z.db",
            "backup.part",
            "backup.part-journal",
            "backup-damaged-2026-11-22T101500Z.db-wal",
            "open.lock",
            "watch.lock",
            "sync-12.lock",
            "calendar.lock",
            ".restore-a1b2",
            ".spendglass-a1b2.part",
        ] {
            assert!(is_own(Path::new(ours)), "{ours}");
        }
        for other in [
            "spendglass.ics",
            "my-backup.db",
            "spendglass.db.old",
            "backup-notes.txt",
            "taxes.lock",
            ".bashrc",
        ] {
            assert!(!is_own(Path::new(other)), "{other}");
        }
    }
}
