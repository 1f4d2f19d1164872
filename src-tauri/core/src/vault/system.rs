//! The keychain of each operating system: how it is opened, and what its errors mean.
//!
//! keyring-core's errors can carry the bytes of a key: none is printed here. Only the platform's own error inside is read.

use std::collections::HashMap;
use std::sync::Arc;

use keyring_core::error::PlatformError;
use keyring_core::{CredentialStore, Error};
use secrecy::zeroize::Zeroize;

use super::VaultError;

#[cfg(not(any(target_os = "macos", target_os = "windows")))]
pub(super) use linux::{NAME, modifiers, open, platform};
#[cfg(target_os = "macos")]
pub(super) use macos::{NAME, modifiers, open, platform};
#[cfg(target_os = "windows")]
pub(super) use windows::{NAME, modifiers, open, platform};

type Modifiers<'a> = HashMap<&'static str, &'a str>;

/// What a failed opening means: on every system, that no keychain is there to be asked.
pub(super) fn explain_open(error: Error) -> VaultError {
    match explain(error) {
        VaultError::Refused(_) => VaultError::NoService,
        error => error,
    }
}

/// What an error of a call means.
pub(super) fn explain(error: Error) -> VaultError {
    match error {
        Error::NoEntry => VaultError::Missing,
        Error::NoDefaultStore => VaultError::NoService,
        Error::TooLong(_, limit) => {
            VaultError::TooLong { limit: usize::try_from(limit).unwrap_or(usize::MAX) }
        }
        Error::PlatformFailure(inner) => {
            platform(&inner).unwrap_or_else(|| VaultError::Refused(short(&inner.to_string())))
        }
        Error::NoStorageAccess(inner) => platform(&inner).unwrap_or(VaultError::Locked),
        Error::BadEncoding(mut bytes) | Error::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            VaultError::Refused("the entry holds something that is not a key".to_owned())
        }
        Error::Ambiguous(_) => VaultError::Refused("it holds two entries of the same name".to_owned()),
        Error::BadStoreFormat(_) => VaultError::Refused("its file is damaged".to_owned()),
        Error::NotSupportedByStore(_) => VaultError::Refused("it cannot do this".to_owned()),
        Error::Invalid(what, _) => VaultError::Refused(format!("it does not take this {}", short(&what))),
        _ => VaultError::Refused("it gave no reason".to_owned()),
    }
}

/// One line of bounded length.
fn short(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(160).collect()
}

#[cfg(not(any(target_os = "macos", target_os = "windows")))]
mod linux {
    use secret_service::Error as Answer;

    use super::{Arc, CredentialStore, Modifiers, PlatformError, VaultError};

    pub(in crate::vault) const NAME: &str = "Secret Service";

    pub(in crate::vault) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
        Ok(zbus_secret_service_keyring_store::Store::new()?)
    }

    pub(in crate::vault) fn modifiers(label: &str) -> Modifiers<'_> {
        Modifiers::from([("label", label)])
    }

    pub(in crate::vault) fn platform(error: &PlatformError) -> Option<VaultError> {
        match error.downcast_ref::<Answer>()? {
            Answer::Unavailable => Some(VaultError::NoService),
            Answer::Locked => Some(VaultError::Locked),
            // The alias "default" leads nowhere: nobody ever made a keyring.
            Answer::NoResult => Some(VaultError::NoKeyring),
            // The service calls a dialog that it could not show dismissed, too.
            Answer::Prompt | Answer::PromptDisconnected => {
                Some(if has_display() { VaultError::Dismissed } else { VaultError::Locked })
            }
            _ => None,
        }
    }

    #[expect(clippy::disallowed_methods, reason = "asks whether a dialog can be shown; no key is read")]
    fn has_display() -> bool {
        ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
    }
}

#[cfg(target_os = "macos")]
mod macos {
    use security_framework::base::Error as Answer;

    use super::{Arc, CredentialStore, Modifiers, PlatformError, VaultError};

    pub(in crate::vault) const NAME: &str = "macOS Keychain";

    pub(in crate::vault) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
        Ok(apple_native_keyring_store::keychain::Store::new()?)
    }

    /// Keychain Access shows the service name; there is no label to set.
    pub(in crate::vault) fn modifiers(_label: &str) -> Modifiers<'_> {
        Modifiers::new()
    }

    pub(in crate::vault) fn platform(error: &PlatformError) -> Option<VaultError> {
        match error.downcast_ref::<Answer>()?.code() {
            // errSecUserCanceled
            -128 => Some(VaultError::Dismissed),
            // errSecAuthFailed, errSecInteractionNotAllowed
            -25293 | -25308 => Some(VaultError::Locked),
            // errSecNotAvailable
            -25291 => Some(VaultError::NoService),
            // errSecNoSuchKeychain, errSecInvalidKeychain, errSecNoDefaultKeychain
            -25294 | -25295 | -25307 => Some(VaultError::NoKeyring),
            // errWrPerm, errSecReadOnly, errSecInvalidOwnerEdit
            -61 | -25292 | -25244 => {
                Some(VaultError::Refused("the login keychain may not be written".to_owned()))
            }
            _ => None,
        }
    }
}

#[cfg(target_os = "windows")]
mod windows {
    use super::{Arc, CredentialStore, Modifiers, PlatformError, VaultError};

    pub(in crate::vault) const NAME: &str = "Windows Credential Manager";

    pub(in crate::vault) fn open() -> keyring_core::Result<Arc<CredentialStore>> {
        Ok(windows_native_keyring_store::Store::new()?)
    }

    /// Kept on this machine: the store's own default would let a key roam with the person's profile.
    pub(in crate::vault) fn modifiers(_label: &str) -> Modifiers<'_> {
        Modifiers::from([("persistence", "Local")])
    }

    /// The one error that the store calls missing access is `ERROR_NO_SUCH_LOGON_SESSION`: this session has no credential set.
    pub(in crate::vault) fn platform(error: &PlatformError) -> Option<VaultError> {
        error.to_string().contains("ERROR_NO_SUCH_LOGON_SESSION").then_some(VaultError::NoService)
    }
}
