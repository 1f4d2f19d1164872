//! Files beside the store that were fetched and can be fetched again: whole or not at all.

use std::io::{ErrorKind, Write as _};
use std::time::SystemTime;

use super::folder::open_private;
use super::{Store, StoreError};

impl Store {
    /// When a kept file was written and how long it is; `None` where there is none.
    pub fn kept_mark(&self, name: &str) -> Option<(SystemTime, u64)> {
        let told = std::fs::metadata(self.folder().join(name)).ok()?;
        Some((told.modified().ok()?, told.len()))
    }

    /// A kept file; `None` where there is none.
    pub fn kept_file(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match std::fs::read(self.folder().join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.unfit(&error)),
        }
    }

    /// Puts a file in the place of the kept one in one step: a crash leaves the old one or the new one.
    pub fn keep_file(&self, name: &str, parts: &[&[u8]]) -> Result<(), StoreError> {
        let part = self.folder().join(format!("{name}.part"));
        let written = (|| {
            let mut file = open_private(&part)?;
            file.set_len(0)?;
            for bytes in parts {
                file.write_all(bytes)?;
            }
            file.sync_all()?;
            std::fs::rename(&part, self.folder().join(name))
        })();
        written.map_err(|error| self.unfit(&error))
    }

    fn unfit(&self, error: &std::io::Error) -> StoreError {
        StoreError::Folder { path: self.folder().to_owned(), problem: format!("cannot be used ({error})") }
    }
}
