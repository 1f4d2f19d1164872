//! Files that a person asked for, each written whole or not at all: the one way for all of them.
//!
//! A file is drafted beside its place, brought to the disk and moved there. It tells what a person owns, so only they can read it.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::app::App;
use super::forms::refused;
use super::{ApiError, ChosenFile, ErrorCode};
use crate::store::StoreError;

/// What a draft's name begins and ends with.
const DRAFT: (&str, &str) = (".spendglass-", ".part");
/// The longest name that is proposed, in bytes: file systems take 255.
const LONGEST_NAME: usize = 120;

/// So much of a file tells what it is of.
const LONGEST_HEAD: u64 = 64;

/// What a file is of, and the words of a refusal.
#[derive(Debug, Clone, Copy)]
pub(super) struct What {
    /// Such as "the calendar".
    pub(super) name: &'static str,
    /// A name that would do.
    pub(super) example: &'static str,
    /// What such files begin with: one of something else is nobody's older version of it, and is not replaced.
    pub(super) begins: &'static [&'static [u8]],
}

/// Where a file is to be.
#[derive(Debug, Clone)]
pub(super) struct Place {
    path: PathBuf,
    given: String,
    what: What,
}

/// The file that a path means, where one could be written; before what is in it is worked out.
pub(super) fn place(path: &str, what: What) -> Result<PathBuf, ApiError> {
    Ok(Place::named(path, what)?.path)
}

/// Writes a file whole, or leaves what was there. Tells its path.
pub(super) async fn keep(path: &str, bytes: Vec<u8>, what: What) -> Result<String, ApiError> {
    Place::named(path, what)?.write(bytes).await
}

/// A file on its way to its place. Dropped before it is kept, it leaves no trace.
pub(super) struct Draft {
    file: NamedTempFile,
    place: Place,
}

impl Place {
    /// The place that is meant. It is looked at, not touched.
    pub(super) fn named(given: &str, what: What) -> Result<Place, ApiError> {
        let mut place = Place { path: meant(given.trim()), given: given.trim().to_owned(), what };
        if let Ok(path) = std::path::absolute(&place.path) {
            place.path = path;
        }
        if place.path.file_name().is_none() {
            return Err(place.refuse("it names no file"));
        }
        // Behind a link it is the file that it leads to which is replaced, and the link stays.
        if let Ok(path) = fs::canonicalize(&place.path) {
            place.path = path;
        }
        match fs::metadata(&place.path) {
            Ok(found) if found.is_dir() => Err(place.refuse("there is a folder of that name")),
            Ok(found) if !found.is_file() => Err(place.refuse("that is a device, not a file")),
            Ok(_) if !place.holds_its_like() => {
                Err(place.refuse("a file of another kind is there, which would be lost"))
            }
            _ => Ok(place),
        }
    }

    /// Whether what is there is an older version, or nothing.
    fn holds_its_like(&self) -> bool {
        let mut head = Vec::new();
        let read = File::open(&self.path).and_then(|file| file.take(LONGEST_HEAD).read_to_end(&mut head));
        // What cannot be read cannot be told; whether it may be written is for the system to say.
        read.is_err() || head.is_empty() || self.what.begins.iter().any(|begin| head.starts_with(begin))
    }

    /// Begins to write. What another program that was ended left half done beside it is removed.
    pub(super) fn begin(&self) -> Result<Draft, ApiError> {
        let folder = self.folder();
        forget_drafts(folder);
        let mut builder = tempfile::Builder::new();
        builder.prefix(DRAFT.0).suffix(DRAFT.1);
        let file = builder.tempfile_in(folder).map_err(|error| self.failed(&error))?;
        hold(file.as_file()).map_err(|error| self.failed(&error))?;
        Ok(Draft { file, place: self.clone() })
    }

    /// Writes the whole of it.
    pub(super) async fn write(self, bytes: Vec<u8>) -> Result<String, ApiError> {
        on_own_thread(move || {
            let mut draft = self.begin()?;
            draft.write_all(&bytes).map_err(|error| draft.failed(&error))?;
            draft.keep()
        })
        .await
    }

    /// Why it could not be written, and what to do.
    pub(super) fn failed(&self, error: &io::Error) -> ApiError {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                let words = format!(
                    "{} cannot be written to \"{}\": the disk is full or takes no more. Nothing was kept there. Free some space, \
                     or choose another disk",
                    self.what.name, self.given
                );
                ApiError { field: Some("path".to_owned()), ..ApiError::new(ErrorCode::Store, words) }
            }
            ErrorKind::NotFound => self.refuse("its folder is not there"),
            ErrorKind::NotADirectory => self.refuse("what should be its folder is a file"),
            ErrorKind::IsADirectory => self.refuse("there is a folder of that name"),
            ErrorKind::ReadOnlyFilesystem => self.refuse("that disk is read-only"),
            ErrorKind::PermissionDenied => self.refuse("you may not write there"),
            ErrorKind::InvalidFilename => self.refuse("that name is too long or not allowed there"),
            _ => self.refuse(&error.to_string()),
        }
    }

    /// Whether it lies in a folder.
    pub(super) fn is_in(&self, folder: &Path) -> bool {
        let real = |path: &Path| fs::canonicalize(path).ok();
        real(self.folder()).is_some_and(|own| real(folder) == Some(own))
    }

    /// Why a store could not be copied there.
    pub(super) fn refuse_because(&self, error: StoreError) -> ApiError {
        match error {
            StoreError::Full => self.failed(&io::Error::from(ErrorKind::StorageFull)),
            error => ApiError::from(error),
        }
    }

    /// Why it is not written.
    pub(super) fn refuse(&self, problem: &str) -> ApiError {
        let What { name, example, .. } = self.what;
        let words = format!(
            "{name} cannot be written to \"{}\": {problem}. Nothing was changed there. Name a file in a folder that is there, \
             such as {example}",
            self.given
        );
        refused("path", words)
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }
}

impl Draft {
    /// Where it is until it is kept.
    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Why it could not be written.
    pub(super) fn failed(&self, error: &io::Error) -> ApiError {
        self.place.failed(error)
    }

    /// Puts it in its place, and tells where that is.
    pub(super) fn keep(self) -> Result<String, ApiError> {
        let Draft { file, place } = self;
        file.as_file().sync_all().map_err(|error| place.failed(&error))?;
        file.persist(&place.path).map_err(|error| place.failed(&error.error))?;
        settle(place.folder());
        Ok(place.path.display().to_string())
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Runs what waits for a disk on a thread of its own.
pub(super) async fn on_own_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.unwrap_or_else(|error| {
        Err(ApiError::new(ErrorCode::Internal, format!("the file could not be written: {error}")))
    })
}

impl App {
    /// Lets the person choose a place for a file; none where there is no dialog or none was chosen.
    pub(super) async fn choose_place(&self, name: &str) -> Result<ChosenFile, ApiError> {
        let Some(chooser) = self.place_chooser() else { return Ok(ChosenFile { path: None }) };
        ChosenFile::of(chooser(proposed(name)).await)
    }
}

impl ChosenFile {
    /// What a dialog gave.
    pub(super) fn of(path: Option<PathBuf>) -> Result<ChosenFile, ApiError> {
        let Some(path) = path else { return Ok(ChosenFile { path: None }) };
        let path = path.into_os_string().into_string().map_err(|_| {
            ApiError::bad("the name of that file or of its folder is not Unicode: choose another one")
        })?;
        Ok(ChosenFile { path: Some(path) })
    }
}

/// A name that every file system takes: a client's name may be in it.
fn proposed(name: &str) -> String {
    let kept = |c: char| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '-' } else { c };
    let name: String = name.trim().trim_start_matches('.').chars().map(kept).collect();
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= 8 => (stem.to_owned(), format!(".{ending}")),
        _ => (name, String::new()),
    };
    let mut end = stem.len().min(LONGEST_NAME);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let stem = stem[..end].trim();
    format!("{}{ending}", if stem.is_empty() { "spendglass" } else { stem })
}

/// The file that is meant: `~` is the person's own folder, which a shell would have put in its place.
pub(super) fn meant(path: &str) -> PathBuf {
    let own = path.strip_prefix("~/").or_else(|| path.strip_prefix("~\\"));
    match (own, dirs::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// A draft is held by the program that writes it, as long as that runs.
#[cfg(unix)]
fn hold(file: &File) -> io::Result<()> {
    match file.try_lock() {
        Err(fs::TryLockError::Error(error)) if error.kind() != ErrorKind::Unsupported => Err(error),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn hold(_: &File) -> io::Result<()> {
    // A lock would keep the database from writing its copy there.
    Ok(())
}

/// Removes drafts that nobody holds: the program that wrote them was ended.
#[cfg(unix)]
fn forget_drafts(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file
            && name.starts_with(DRAFT.0)
            && name.ends_with(DRAFT.1)
            && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok())
        {
            // One that cannot be removed is nobody's loss but the disk's.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(not(unix))]
fn forget_drafts(_: &Path) {}

/// Brings the folder's list of names to the disk, where that can be asked for.
fn settle(folder: &Path) {
    #[cfg(unix)]
    if let Ok(folder) = File::open(folder) {
        // The file is there, whole, whatever becomes of this.
        let _ = folder.sync_all();
    }
    #[cfg(not(unix))]
    let _ = folder;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposed_name_is_one_that_every_disk_takes() {
        assert_eq!(proposed("spend 2026-11.csv"), "spend 2026-11.csv");
        assert_eq!(proposed(" ../../Müller/Söhne: Q4?.csv "), "-..-Müller-Söhne- Q4-.csv");
        assert_eq!(proposed(".csv"), "csv");
        assert_eq!(proposed(""), "spendglass");
        assert_eq!(proposed("/.png"), "-.png");
        let long = proposed(&format!("{}.svg", "मी".repeat(90)));
        assert!(
            long.len() <= LONGEST_NAME + 4 && long.ends_with("मी.svg") || long.ends_with("म.svg"),
            "{long}"
        );
    }
}
