//! Packed rows in a temporary file without a name: memory does not grow with the pages of a sequence, the writer stays free
//! for others, and nothing is left behind whatever happens.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use super::StoreError;

/// Chunks of bytes, in order.
#[derive(Debug)]
pub(super) struct Aside {
    file: File,
    folder: PathBuf,
    lengths: Vec<usize>,
}

impl Aside {
    /// Opens the file in the store's own folder: what is put aside takes room where it will be booked, not in memory.
    pub(super) fn open(folder: &Path) -> Result<Aside, StoreError> {
        let file = tempfile::tempfile_in(folder).map_err(|error| failed(folder, &error))?;
        Ok(Aside { file, folder: folder.to_owned(), lengths: Vec::new() })
    }

    pub(super) fn put(&mut self, chunk: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(chunk).map_err(|error| failed(&self.folder, &error))?;
        self.lengths.push(chunk.len());
        Ok(())
    }

    /// The chunks from the first on.
    pub(super) fn take_out(&self) -> Result<impl Iterator<Item = Result<Vec<u8>, StoreError>>, StoreError> {
        let mut file = &self.file;
        file.rewind().map_err(|error| failed(&self.folder, &error))?;
        let mut reader = BufReader::new(file);
        Ok(self.lengths.iter().map(move |length| {
            let mut chunk = vec![0; *length];
            reader.read_exact(&mut chunk).map_err(|error| failed(&self.folder, &error))?;
            Ok(chunk)
        }))
    }
}

/// Why something could not be put aside or taken out again.
pub(super) fn failed(folder: &Path, error: &std::io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => StoreError::Full,
        _ => StoreError::Folder {
            path: folder.to_owned(),
            problem: format!("cannot keep what was read until it is booked ({error})"),
        },
    }
}
