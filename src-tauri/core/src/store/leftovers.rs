//! What a program that was ended leaves in the data folder: candidates of a restore, and copies that are not whole. Both come and
//! go only in turns with the folder, and a candidate is held as long as the program that looks it over runs.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use tempfile::TempDir;

use super::folder::open_private;

/// What the folder of a candidate's name begins with.
pub(super) const CANDIDATE: &str = ".restore-";
/// A copy on its way to its name.
pub(super) const PART: &str = "backup.part";
/// Locked in the folder of a candidate while it is used.
const HELD: &str = "held";

/// Makes a folder for a candidate, and what holds it. In one's turn with the data folder only.
pub(super) fn candidate_in(folder: &Path) -> io::Result<(TempDir, File)> {
    let aside = tempfile::Builder::new().prefix(CANDIDATE).tempdir_in(folder)?;
    let held = open_private(&aside.path().join(HELD))?;
    match held.try_lock() {
        Err(fs::TryLockError::Error(error)) if error.kind() != ErrorKind::Unsupported => Err(error),
        _ => Ok((aside, held)),
    }
}

/// Removes what nobody holds. In one's turn with the data folder only.
pub(super) fn forget(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let Ok(kind) = entry.file_type() else { continue };
        // One that cannot be removed is nobody's loss but the disk's.
        let _ = if kind.is_dir() && name.starts_with(CANDIDATE) && is_free(&entry.path().join(HELD)) {
            fs::remove_dir_all(entry.path())
        } else if kind.is_file() && name.starts_with(PART) {
            fs::remove_file(entry.path())
        } else {
            Ok(())
        };
    }
}

/// Whether nobody holds a candidate any more; one that nothing holds was cut short while it was made.
fn is_free(held: &Path) -> bool {
    match File::options().write(true).open(held) {
        Ok(file) => file.try_lock().is_ok(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}
