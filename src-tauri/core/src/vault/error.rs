//! What can be wrong with a keychain, and what a person does about it.

use super::SecretError;
use super::login::LoginFailure;

/// A keychain that did not do what was asked. Never holds any of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// No keychain answers on this machine.
    #[error("no keychain is running")]
    NoService,
    /// A keychain runs, but no keyring was ever made in it.
    #[error("the keychain has no keyring to keep keys in")]
    NoKeyring,
    /// It is locked, and no dialog could be shown to unlock it.
    #[error("the keychain is locked")]
    Locked,
    /// The person closed the unlock dialog.
    #[error("the keychain was not unlocked")]
    Dismissed,
    /// No entry of that name: the keychain was emptied or replaced.
    #[error("the key is no longer in the keychain")]
    Missing,
    /// The key is longer than this keychain takes.
    #[error("the key is longer than the {limit} bytes this keychain takes")]
    TooLong {
        /// The most bytes it takes.
        limit: usize,
    },
    /// It did not answer in time, or nobody answered its dialog.
    #[error("the keychain did not answer in time")]
    TimedOut,
    /// It refused for a reason of its own.
    #[error("the keychain refused: {0}")]
    Refused(String),
    /// The login of a vendor's tool cannot be used.
    #[error("{0}")]
    Login(LoginFailure),
    /// The environment variable that should hold the key is not set.
    #[error("the environment variable {name} is not set")]
    VariableUnset {
        /// The variable.
        name: String,
    },
    /// The environment variable holds something that is not a key.
    #[error("the key in the environment variable {name} {reason}")]
    VariableBad {
        /// The variable.
        name: String,
        /// What is wrong with it.
        reason: SecretError,
    },
    /// The environment variable holds a key of another kind than the account's.
    #[error("the environment variable {name} holds no key of the kind that was connected")]
    VariableUnfit {
        /// The variable.
        name: String,
    },
}

impl VaultError {
    /// What the person does now.
    pub fn remedy(&self) -> String {
        match self {
            VaultError::NoService => START.to_owned(),
            VaultError::NoKeyring => CREATE.to_owned(),
            VaultError::Locked => UNLOCK.to_owned(),
            VaultError::Dismissed => "Try again and answer the dialog of your keychain.".to_owned(),
            VaultError::Missing => {
                "The keychain was reset, or the entry was deleted. Paste the key again, or make a new one at the provider."
                    .to_owned()
            }
            VaultError::TooLong { .. } => {
                "Let an environment variable hold the key: accounts add … --key-env NAME.".to_owned()
            }
            VaultError::TimedOut => {
                "Look for an unlock dialog behind your windows, answer it, and try again.".to_owned()
            }
            VaultError::Refused(_) => {
                "Try again. If it stays, let an environment variable hold the key: accounts add … --key-env NAME.".to_owned()
            }
            VaultError::Login(failure) => failure.remedy(),
            VaultError::VariableUnset { name } => {
                format!("Set {name} to the key where Spendglass is started, and start it again.")
            }
            VaultError::VariableUnfit { name } => {
                format!("Set {name} to such a key, whole, and start Spendglass again, or add this key as another account.")
            }
            VaultError::VariableBad { name, .. } => {
                format!("Set {name} to the whole key and nothing else, and start Spendglass again.")
            }
        }
    }
}

#[cfg(target_os = "macos")]
const START: &str = "Open Keychain Access and see that the login keychain is there, then try again. \
    Over ssh, let an environment variable hold the key: accounts add … --key-env NAME.";
#[cfg(target_os = "macos")]
const CREATE: &str = "Open Keychain Access, choose Settings, then Reset Default Keychains, then try again.";
#[cfg(target_os = "macos")]
const UNLOCK: &str =
    "Open Keychain Access, unlock the login keychain with your Mac's password, then try again.";

#[cfg(target_os = "windows")]
const START: &str = "Sign in to Windows on this machine itself and try again: a remote or service session has no \
    Credential Manager. There, let an environment variable hold the key: accounts add … --key-env NAME.";
#[cfg(target_os = "windows")]
const CREATE: &str = START;
#[cfg(target_os = "windows")]
const UNLOCK: &str = "Sign out of Windows, sign in again, then try again.";

#[cfg(not(any(target_os = "macos", target_os = "windows")))]
const START: &str = "Install and start a keychain: GNOME Keyring or KWallet (on Debian and Ubuntu: \
    sudo apt install gnome-keyring), sign out and in again. On a server, let an environment variable hold the key: accounts add … --key-env NAME.";
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
const CREATE: &str = "Open Passwords and Keys (seahorse) or KWalletManager, make a password keyring, set it as the default, \
    then try again.";
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
const UNLOCK: &str = "Unlock the keyring: sign in to the desktop with your password, or open Passwords and Keys (seahorse) \
    or KWalletManager. On a server, let an environment variable hold the key: accounts add … --key-env NAME.";
