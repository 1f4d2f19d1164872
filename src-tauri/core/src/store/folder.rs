//! The data folder: looked at before anything is written to it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;

use super::{StoreError, leftovers};

/// Held while the store is opened.
const LOCK: &str = "open.lock";
/// The least free space with which the store is opened.
#[cfg(unix)]
const LEAST_FREE_BYTES: u64 = 8 * 1024 * 1024;

/// What is wrong with a folder, and what to do: completes the sentence "the data folder …".
struct Problem(String);

impl From<&str> for Problem {
    fn from(words: &str) -> Problem {
        Problem(words.to_owned())
    }
}

/// Makes sure that the folder is a private folder of the person's own with room to write, and that the store's file is
/// there. The lock that is returned is free again when it is dropped.
pub(super) fn prepare(folder: &Path, file: &str) -> Result<File, StoreError> {
    let refuse = |Problem(problem): Problem| StoreError::Folder { path: folder.to_owned(), problem };
    if folder.to_str().is_none() {
        return Err(refuse("has a name that is not Unicode. Choose another with --data-dir".into()));
    }
    match fs::symlink_metadata(folder) {
        Ok(found) if found.file_type().is_symlink() => {
            return Err(refuse("is a link. Give the folder itself with --data-dir".into()));
        }
        Ok(found) if !found.is_dir() => {
            return Err(refuse("is a file, not a folder. Give a folder with --data-dir".into()));
        }
        Ok(found) => {
            refuse_a_strangers(&found).map_err(&refuse)?;
            refuse_a_link(&folder.join(file)).map_err(&refuse)?;
            refuse_a_link(&folder.join(LOCK)).map_err(&refuse)?;
            if !folder.join(file).exists()
                && !is_ours_to_use(folder).map_err(|e| refuse(cannot("be read", &e)))?
            {
                return Err(refuse(
                    "is not empty and holds no store of Spendglass. Give an empty or a new folder with --data-dir".into(),
                ));
            }
            refuse_unwritable(folder).map_err(&refuse)?;
            refuse_full(folder)?;
            make_private(folder).map_err(|e| refuse(cannot("be made private", &e)))?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            private_builder().create(folder).map_err(|e| refuse(cannot("be made", &e)))?;
            refuse_unwritable(folder).map_err(&refuse)?;
            refuse_full(folder)?;
        }
        Err(error) => return Err(refuse(cannot("be looked at", &error))),
    }
    let lock = turn(folder)?;
    leftovers::forget(folder);
    create_private(&folder.join(file))?;
    Ok(lock)
}

/// Waits for one's turn with the folder. The lock that is returned is free again when it is dropped.
pub(super) fn turn(folder: &Path) -> Result<File, StoreError> {
    let refuse = |Problem(problem): Problem| StoreError::Folder { path: folder.to_owned(), problem };
    let lock = open_private(&folder.join(LOCK)).map_err(|e| refuse(cannot("be written to", &e)))?;
    lock.lock().map_err(|e| refuse(cannot("be locked", &e)))?;
    Ok(lock)
}

/// Makes a file that only its owner reads, unless it is there already.
pub(super) fn create_private(path: &Path) -> Result<(), StoreError> {
    let problem = |error: &std::io::Error| StoreError::Folder {
        path: path.parent().unwrap_or(path).to_owned(),
        problem: cannot("be written to", error).0,
    };
    open_private(path).map(|_| ()).map_err(|error| problem(&error))
}

/// Opens a file for locking or writing that only its owner reads.
pub(super) fn open_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

fn cannot(what: &str, error: &std::io::Error) -> Problem {
    Problem(format!("cannot {what} ({error}). Mend that, or give another folder with --data-dir"))
}

/// Empty, or holding nothing but what an opening that was cut short left.
fn is_ours_to_use(folder: &Path) -> std::io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        // What was set aside or locked here is ours, too: a store that was damaged leaves it behind.
        if !super::erasing::is_own(&entry?.path()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn refuse_a_link(file: &Path) -> Result<(), Problem> {
    match fs::symlink_metadata(file) {
        Ok(found) if !found.is_file() => {
            Err(Problem(format!("holds {}, which is a link or no file. Remove it", file.display())))
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn private_builder() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
}

#[cfg(unix)]
fn refuse_a_strangers(found: &fs::Metadata) -> Result<(), Problem> {
    use std::os::unix::fs::MetadataExt as _;
    let me = rustix::process::geteuid().as_raw();
    if found.uid() == me {
        Ok(())
    } else {
        let owner = found.uid();
        Err(Problem(format!(
            "belongs to user {owner}, and this is user {me}. Run as its owner, or give another --data-dir"
        )))
    }
}

#[cfg(unix)]
fn refuse_unwritable(folder: &Path) -> Result<(), Problem> {
    use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};
    let room = statvfs(folder).map_err(|e| cannot("be looked at", &e.into()))?;
    if room.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err("lies on a read-only disk. Give another folder with --data-dir".into());
    }
    access(folder, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK).map_err(|_| {
        Problem::from("is read-only for you. Change its permissions, or give another --data-dir")
    })?;
    Ok(())
}

/// Whether there is room to go on writing in a folder, as far as the system tells.
pub(super) fn has_room(folder: &Path) -> bool {
    refuse_full(folder).is_ok()
}

/// A disk of which nothing can be learned has room until it refuses.
#[cfg(unix)]
fn refuse_full(folder: &Path) -> Result<(), StoreError> {
    let Ok(room) = rustix::fs::statvfs(folder) else { return Ok(()) };
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    if free < LEAST_FREE_BYTES { Err(StoreError::NoRoom { path: folder.to_owned(), free }) } else { Ok(()) }
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn refuse_full(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = fs::metadata(folder)?.permissions();
    if permissions.mode() & 0o077 != 0 {
        permissions.set_mode(0o700);
        fs::set_permissions(folder, permissions)?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn private_builder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    builder
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn refuse_a_strangers(_: &fs::Metadata) -> Result<(), Problem> {
    Ok(())
}

#[cfg(not(unix))]
fn refuse_unwritable(folder: &Path) -> Result<(), Problem> {
    if fs::metadata(folder).is_ok_and(|found| found.permissions().readonly()) {
        return Err("is read-only. Change its permissions, or give another --data-dir".into());
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn make_private(_: &Path) -> std::io::Result<()> {
    // The profile folder that the default lies in is private to its owner there.
    Ok(())
}
