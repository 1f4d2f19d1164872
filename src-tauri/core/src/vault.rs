//! The operating system's keychain: a key goes in, a key comes out, and nothing of it is written anywhere else.
//!
//! Every call opens the keychain anew, so one that appears or is unlocked while the program runs is found. Calls block on a
//! thread of their own, since an unlock dialog waits for a person, and they take turns, so a person sees one dialog at a time.

mod entry;
mod error;
mod login;
mod secret;
mod system;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use keyring_core::{CredentialStore, Entry};
use secrecy::zeroize::Zeroizing;
use tokio::sync::{Semaphore, oneshot};

pub use entry::{EntryName, EntryNameError};
pub use error::VaultError;
pub use login::{LoginFailure, read_login};
pub use secret::{Secret, SecretError};

/// How long a call may wait for the keychain, and for the person in front of its unlock dialog.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// What a person sees as the owner of an entry in the keychain program.
const SERVICE: &str = "Spendglass";
/// The label of a key in the keychain program.
const LABEL: &str = "Spendglass key";
/// The label of the entry that `probe` writes and removes.
const PROBE_LABEL: &str = "Spendglass check (may be deleted)";

/// Opens a keychain: called for each use, never remembered.
type Open = Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// Where keys are kept.
#[derive(Clone)]
pub struct Vault {
    keeper: Keeper,
    patience: Duration,
}

#[derive(Clone)]
enum Keeper {
    Keychain { name: &'static str, open: Open, turn: Arc<Semaphore> },
    Memory(Arc<Mutex<HashMap<EntryName, Secret>>>),
}

impl Vault {
    /// The keychain of this operating system.
    pub fn system() -> Vault {
        Vault::over(system::NAME, Arc::new(system::open))
    }

    /// Keys that live and die with this process: for sample data and tests.
    pub fn memory() -> Vault {
        Vault { keeper: Keeper::Memory(Arc::default()), patience: PATIENCE }
    }

    /// Any keychain that keyring-core can speak to, opened anew by `open` for each use.
    pub fn over(name: &'static str, open: Open) -> Vault {
        let turn = Arc::new(Semaphore::new(1));
        Vault { keeper: Keeper::Keychain { name, open, turn }, patience: PATIENCE }
    }

    /// The same vault with another time-out.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Vault {
        Vault { patience, ..self }
    }

    /// The keychain's name in words.
    pub fn name(&self) -> &'static str {
        match &self.keeper {
            Keeper::Keychain { name, .. } => name,
            Keeper::Memory(_) => "memory",
        }
    }

    /// Keeps a key under a name, in place of whatever was kept there.
    ///
    /// After `TimedOut` the key may still arrive, when the person answers the dialog late: `remove` the name if it is given up.
    pub async fn put(&self, name: &EntryName, secret: &Secret) -> Result<(), VaultError> {
        self.put_labelled(name, secret, LABEL).await
    }

    /// The key kept under a name.
    pub async fn get(&self, name: &EntryName) -> Result<Secret, VaultError> {
        if let Keeper::Memory(kept) = &self.keeper {
            let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            return kept.get(name).cloned().ok_or(VaultError::Missing);
        }
        let name = name.clone();
        self.on_own_thread(move |store| {
            let mut bytes =
                Zeroizing::new(entry(store, &name, LABEL)?.get_secret().map_err(system::explain)?);
            let text = match String::from_utf8(std::mem::take(&mut *bytes)) {
                Ok(text) => text,
                Err(error) => {
                    drop(Zeroizing::new(error.into_bytes()));
                    return Err(VaultError::Refused(
                        "the entry holds something that is not a key".to_owned(),
                    ));
                }
            };
            Secret::new(text)
                .map_err(|error| VaultError::Refused(format!("the entry is not a key: it {error}")))
        })
        .await
    }

    /// Forgets a name. It is no error when nothing is kept there.
    pub async fn remove(&self, name: &EntryName) -> Result<(), VaultError> {
        if let Keeper::Memory(kept) = &self.keeper {
            kept.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
            return Ok(());
        }
        let name = name.clone();
        self.on_own_thread(move |store| match entry(store, &name, LABEL)?.delete_credential() {
            Ok(()) | Err(keyring_core::Error::NoEntry) => Ok(()),
            Err(error) => Err(system::explain(error)),
        })
        .await
    }

    /// How many entries of this program it holds, of whatever store; nothing where that cannot be asked.
    pub async fn count(&self) -> Result<Option<usize>, VaultError> {
        if let Keeper::Memory(kept) = &self.keeper {
            return Ok(Some(kept.lock().unwrap_or_else(PoisonError::into_inner).len()));
        }
        self.on_own_thread(|store| match store.search(&HashMap::from([("service", SERVICE)])) {
            Ok(found) => Ok(Some(found.len())),
            Err(keyring_core::Error::NotSupportedByStore(_)) => Ok(None),
            Err(keyring_core::Error::NoEntry) => Ok(Some(0)),
            Err(error) => Err(system::explain(error)),
        })
        .await
    }

    /// Writes, reads and removes a marker, to tell whether the keychain works.
    pub async fn probe(&self) -> Result<(), VaultError> {
        let name = EntryName::random();
        let marker = format!("spendglass-check-{name}");
        let refused = |what: &str| VaultError::Refused(what.to_owned());
        let secret = Secret::new(marker.as_str()).map_err(|_| refused("the marker could not be made"))?;
        self.put_labelled(&name, &secret, PROBE_LABEL).await?;
        let read = self.get(&name).await;
        let removed = self.remove(&name).await;
        if read?.expose() != marker {
            return Err(refused("it gave back another value than the one written"));
        }
        removed?;
        match self.get(&name).await {
            Err(VaultError::Missing) => Ok(()),
            Ok(_) => Err(refused("it still holds an entry that was removed")),
            Err(error) => Err(error),
        }
    }

    async fn put_labelled(
        &self,
        name: &EntryName,
        secret: &Secret,
        label: &'static str,
    ) -> Result<(), VaultError> {
        let (name, secret) = (name.clone(), secret.clone());
        if let Keeper::Memory(kept) = &self.keeper {
            kept.lock().unwrap_or_else(PoisonError::into_inner).insert(name, secret);
            return Ok(());
        }
        self.on_own_thread(move |store| {
            let written = entry(store, &name, label)?.set_secret(secret.expose().as_bytes());
            written.map_err(|error| match system::explain(error) {
                // The text of a refusal comes from outside: never pass on one that repeats the key.
                VaultError::Refused(text) if text.contains(secret.expose()) => {
                    VaultError::Refused("the keychain did not take the key".to_owned())
                }
                error => error,
            })
        })
        .await
    }

    /// Runs one keychain call. A thread rather than `spawn_blocking`: a runtime waits for its blocking tasks when it ends, and a
    /// call behind an unanswered dialog would then keep the program from quitting.
    async fn on_own_thread<T, F>(&self, work: F) -> Result<T, VaultError>
    where
        T: Send + 'static,
        F: FnOnce(&CredentialStore) -> Result<T, VaultError> + Send + 'static,
    {
        let Keeper::Keychain { open, turn, .. } = &self.keeper else {
            return Err(VaultError::NoService);
        };
        let call = async {
            // The turn ends with this future, not with the thread: a call that was given up does not block the next.
            let _turn = turn.acquire().await.map_err(|_| VaultError::NoService)?;
            let (answer, answered) = oneshot::channel();
            let open = Arc::clone(open);
            std::thread::Builder::new()
                .name("vault".to_owned())
                .spawn(move || {
                    let result = open().map_err(system::explain_open).and_then(|store| work(&*store));
                    drop(answer.send(result));
                })
                .map_err(|error| {
                    VaultError::Refused(format!("no thread for the keychain: {}", error.kind()))
                })?;
            answered
                .await
                .unwrap_or_else(|_| Err(VaultError::Refused("the keychain call broke off".to_owned())))
        };
        tokio::time::timeout(self.patience, call).await.unwrap_or(Err(VaultError::TimedOut))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vault").field(&self.name()).finish()
    }
}

/// The key in an environment variable: for servers and cron, where no keychain is.
#[expect(clippy::disallowed_methods, reason = "the one place where a key is read from the environment")]
pub fn from_environment(variable: &str) -> Result<Secret, VaultError> {
    let bad = |reason| VaultError::VariableBad { name: variable.to_owned(), reason };
    match std::env::var(variable) {
        Ok(text) => Secret::new(text).map_err(bad),
        Err(std::env::VarError::NotPresent) => Err(VaultError::VariableUnset { name: variable.to_owned() }),
        Err(std::env::VarError::NotUnicode(text)) => {
            let bytes = Zeroizing::new(text.into_encoded_bytes());
            let position = std::str::from_utf8(&bytes).map_or_else(|error| error.valid_up_to(), str::len);
            Err(bad(SecretError::NotPrintable { position: position + 1 }))
        }
    }
}

fn entry(store: &CredentialStore, name: &EntryName, label: &str) -> Result<Entry, VaultError> {
    let modifiers = system::modifiers(label);
    store.build(SERVICE, &name.to_string(), Some(&modifiers)).map_err(system::explain)
}
