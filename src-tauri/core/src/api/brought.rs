//! What a door brings along, and what it lets the core ask of the desktop.

use std::any::Any;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AddLot, LeftBehind};
use crate::time::{Clock, Timestamp, Zone};
use crate::vault::{Secret, Vault};

/// What a door brings along.
pub struct Config {
    /// The folder of the store; made where it is missing.
    pub data_dir: PathBuf,
    /// Where keys are kept.
    pub vault: Vault,
    /// Where the present comes from.
    pub clock: Clock,
    /// The time zone, in place of the person's setting.
    pub zone: Option<Zone>,
    /// Where sample data comes from, at a door that offers it.
    pub sample: Option<SampleSource>,
}

/// Starts a town of pretend providers whose clock stands at the given time.
pub type SampleSource =
    Arc<dyn Fn(Timestamp) -> BoxFuture<'static, std::io::Result<SampleTown>> + Send + Sync>;

/// Shows the system's own dialog for choosing a file; `None` where the person chose none.
pub type FileChooser = Arc<dyn Fn() -> BoxFuture<'static, Option<PathBuf>> + Send + Sync>;

/// Shows the system's own dialog for choosing where to keep a file of the given name; `None` where the person chose no place.
pub type PlaceChooser = Arc<dyn Fn(String) -> BoxFuture<'static, Option<PathBuf>> + Send + Sync>;

/// Takes away the entry that starts the program at login, looks again, and says what is left.
pub type LoginForgetter = Box<dyn Fn() -> Option<LeftBehind> + Send + Sync>;

/// Shows a folder in the person's file manager, or says why that cannot be.
pub type FolderShower = Box<dyn Fn(&Path) -> std::io::Result<()> + Send + Sync>;

/// Ways to what the desktop keeps and shows, at a door that has them.
pub struct DesktopWays {
    /// To what starts the program at login.
    pub forget_login: LoginForgetter,
    /// To the person's file manager.
    pub show_folder: FolderShower,
}

/// Where to keep a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChoosePlace {
    /// The name that is proposed for it, such as `spend.csv`.
    pub name: String,
}

/// A file that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChosenFile {
    /// Its path; `None` where none was chosen.
    pub path: Option<String>,
}

/// A running town of pretend providers.
pub struct SampleTown {
    /// The accounts to add.
    pub accounts: Vec<SampleAccount>,
    /// Whatever must live as long as the town; dropped when sample data is left.
    pub keep: Box<dyn Any + Send + Sync>,
}

/// An account of a pretend provider.
pub struct SampleAccount {
    /// The provider's id.
    pub provider: String,
    /// Where it listens on loopback.
    pub base_url: String,
    /// Its key.
    pub key: Secret,
    /// What is told beside it.
    pub details: Vec<(String, String)>,
    /// Credit to enter, which its provider does not tell; the number of its account is that of this one.
    pub lots: Vec<AddLot>,
}

/// The folder of the store where a door is told no other.
pub fn default_data_dir() -> Option<PathBuf> {
    dirs::data_local_dir().map(|folder| folder.join("spendglass"))
}

/// The file by which a desktop of freedesktop.org starts the window at login; it may not be there.
pub fn login_entry() -> Option<PathBuf> {
    dirs::config_dir().map(|folder| folder.join("autostart").join("Spendglass.desktop"))
}
