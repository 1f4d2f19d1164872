//! Files that a person has written: the old one or the new one, never half of one.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::ApiError;

/// What a file is of, for the words of a refusal.
#[derive(Debug, Clone, Copy)]
pub(super) struct What {
    /// Such as "the calendar".
    pub(super) name: &'static str,
    /// A name that would do.
    pub(super) example: &'static str,
}

/// The file that a path means, where one could be written; before what is in it is worked out.
pub(super) fn place(path: &str, what: What) -> Result<PathBuf, ApiError> {
    let meant = meant(path);
    if meant.file_name().is_none() || meant.is_dir() {
        return Err(refused(path, what, "it is a folder or nothing"));
    }
    Ok(meant)
}

/// Writes a file whole, or leaves what was there. Tells its path.
pub(super) async fn keep(path: &str, bytes: Vec<u8>, what: What) -> Result<String, ApiError> {
    let place = place(path, what)?;
    let shown = place.display().to_string();
    match tokio::task::spawn_blocking(move || write(&bytes, &place)).await {
        Ok(Ok(())) => Ok(shown),
        Ok(Err(error)) => Err(refused(path, what, &error.to_string())),
        Err(error) => Err(refused(path, what, &error.to_string())),
    }
}

fn refused(path: &str, What { name, example }: What, problem: &str) -> ApiError {
    let mut error = ApiError::bad(format!(
        "{name} cannot be written to \"{path}\": {problem}. Name a file in a folder that is there, such as {example}"
    ));
    error.field = Some("path".to_owned());
    error
}

/// `~` is the person's own folder, which a shell would have put in its place.
fn meant(path: &str) -> PathBuf {
    let own = path.strip_prefix("~/").or_else(|| path.strip_prefix("~\\"));
    match (own, dirs::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// Written beside its place and moved there. It tells what a person owns, so only they can read it.
fn write(bytes: &[u8], path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".spendglass-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
