//! This program, where it keeps what it knows, and what the desktop keeps of it.

use super::app::App;
use super::{About, ApiError, LeftBehind};

impl App {
    pub(super) async fn about(&self) -> Result<About, ApiError> {
        let house = self.real();
        let folder = house.store.folder();
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let bytes = files.filter_map(|file| file.metadata().ok()).map(|found| found.len()).sum();
        Ok(About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            licence: env!("CARGO_PKG_LICENSE").to_owned(),
            data_dir: folder.display().to_string(),
            bytes,
            charges: house.store.holds().await?.charges,
            keychain: house.vault.name().to_owned(),
            shows_folder: self.desktop_ways().is_some(),
        })
    }

    pub(super) fn show_data_folder(&self) -> Result<(), ApiError> {
        let folder = self.real().store.folder();
        let Some(ways) = self.desktop_ways() else {
            return Err(ApiError::bad(format!(
                "no file manager can be opened from here: the folder is {}",
                folder.display()
            )));
        };
        (ways.show_folder)(folder).map_err(|error| {
            ApiError::bad(format!(
                "the folder {} could not be shown: {error}. Open it by hand",
                folder.display()
            ))
        })
    }

    /// Takes away what starts the program at login, where this person wanted that.
    pub(super) fn forget_desktop(&self) -> Option<LeftBehind> {
        match self.desktop_ways() {
            Some(ways) => (ways.forget_login)(),
            None => Some(LeftBehind {
                what: "The entry that starts Spendglass at login".to_owned(),
                why: "It cannot be taken away from here: remove Spendglass from your system's list of programs that start at login.".to_owned(),
                failed: true,
            }),
        }
    }
}
