//! The login that a vendor's own tool keeps on this machine: read, never written or refreshed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::zeroize::Zeroizing;

use super::{Secret, VaultError};
use crate::providers::{Login, LoginError};
use crate::time::Timestamp;

/// The largest file that could be a login.
const LARGEST: u64 = 1 << 20;

/// A login that cannot be used, with what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginFailure {
    /// The tool.
    pub tool: &'static str,
    /// What to run to sign in again.
    pub renew: &'static str,
    /// What is wrong.
    pub error: LoginError,
}

impl std::fmt::Display for LoginFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tool = self.tool;
        match self.error {
            LoginError::NoFile => write!(f, "{tool} keeps no login on this machine"),
            LoginError::SignedOut => {
                write!(f, "nobody is signed in with {tool}, or with another kind of login")
            }
            LoginError::Expired => write!(f, "the login of {tool} has expired"),
            LoginError::NoScope => write!(f, "the login of {tool} may not read usage"),
            LoginError::Changed => {
                write!(f, "the login of {tool} is kept in a way that this version does not know")
            }
        }
    }
}

impl LoginFailure {
    pub(super) fn remedy(&self) -> String {
        match self.error {
            LoginError::Changed => "Update Spendglass.".to_owned(),
            _ => {
                format!("Run `{}` and sign in, then try again; Spendglass only reads that login.", self.renew)
            }
        }
    }
}

/// Reads a tool's login: the secret that is sent, and details for the requests.
pub async fn read_login(
    login: &Login,
    now: Timestamp,
) -> Result<(Secret, BTreeMap<String, String>), VaultError> {
    let login = *login;
    let failed = move |error| VaultError::Login(LoginFailure { tool: login.tool, renew: login.renew, error });
    let read = tokio::task::spawn_blocking(move || read(&login)).await;
    let text = read.map_err(|_| failed(LoginError::Changed))?.map_err(failed)?;
    let parts = (login.read)(&text, now.unix().saturating_mul(1_000)).map_err(failed)?;
    let mut fields = BTreeMap::new();
    for (name, value) in parts.secret {
        fields.insert(name, Secret::new(value).map_err(|_| failed(LoginError::Changed))?);
    }
    Ok((Secret::of_fields(&fields), parts.details))
}

fn read(login: &Login) -> Result<Zeroizing<String>, LoginError> {
    let path = path(login).ok_or(LoginError::NoFile)?;
    let length = std::fs::metadata(&path).map_err(|_| LoginError::NoFile)?.len();
    if length > LARGEST {
        return Err(LoginError::Changed);
    }
    let bytes = Zeroizing::new(std::fs::read(&path).map_err(|_| LoginError::NoFile)?);
    let text = std::str::from_utf8(&bytes).map_err(|_| LoginError::Changed)?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[expect(clippy::disallowed_methods, reason = "a tool's own variable says where its login is kept")]
fn path(login: &Login) -> Option<PathBuf> {
    let named = Some(login.folder_variable).filter(|name| !name.is_empty()).and_then(std::env::var_os);
    let folder = match named.filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => dirs::home_dir()?.join(login.folder),
    };
    Some(folder.join(login.file))
}
