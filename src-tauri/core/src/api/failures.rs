//! Failures of the rooms below, in the door's words.

use super::{ApiError, ErrorCode};
use crate::money::MoneyError;
use crate::store::StoreError;
use crate::sync::{SignIn, SyncError};
use crate::vault::VaultError;

impl ApiError {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> ApiError {
        ApiError { code, message: sentence(&message.into()), retry_at: None, field: None }
    }

    pub(super) fn bad(message: impl Into<String>) -> ApiError {
        ApiError::new(ErrorCode::BadRequest, message)
    }
}

/// With a capital at its start and a full stop at its end.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    // The name of a host stays as it is written.
    let is_host = text.split_whitespace().next().is_some_and(|word| word.trim_end_matches('.').contains('.'));
    let mut sentence: String =
        if is_host { text.to_owned() } else { first.to_uppercase().chain(chars).collect() };
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        let code = match error {
            StoreError::TooNew { .. } => ErrorCode::StoreTooNew,
            StoreError::Full | StoreError::NoRoom { .. } => ErrorCode::DiskFull,
            StoreError::Taken => ErrorCode::AlreadyConnected,
            _ => ErrorCode::Store,
        };
        ApiError::new(code, error.to_string())
    }
}

impl From<MoneyError> for ApiError {
    fn from(error: MoneyError) -> ApiError {
        ApiError::new(ErrorCode::Internal, error.to_string())
    }
}

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> ApiError {
        let code = match error {
            VaultError::Missing
            | VaultError::Login(_)
            | VaultError::VariableUnset { .. }
            | VaultError::VariableBad { .. }
            | VaultError::VariableUnfit { .. } => ErrorCode::KeyMissing,
            _ => ErrorCode::Keychain,
        };
        ApiError::new(code, format!("{} {}", sentence(&error.to_string()), error.remedy()))
    }
}

impl From<SyncError> for ApiError {
    fn from(error: SyncError) -> ApiError {
        let code = match &error {
            SyncError::SignIn(SignIn::WrongKind { .. }) => ErrorCode::WrongKeyKind,
            SyncError::SignIn(_) => ErrorCode::KeyRejected,
            SyncError::Wait { .. } => ErrorCode::Wait,
            SyncError::Offline(_) | SyncError::Unreachable(_) => ErrorCode::Unreachable,
            SyncError::Changed { .. } => ErrorCode::ProviderChanged,
            SyncError::Store(StoreError::Full) => ErrorCode::DiskFull,
            SyncError::Store(_) => ErrorCode::Store,
            SyncError::Cancelled => ErrorCode::Cancelled,
            SyncError::Internal(_) => ErrorCode::Internal,
        };
        let retry_at = error.retry_at().map(|until| until.to_string());
        ApiError { retry_at, ..ApiError::new(code, error.to_string()) }
    }
}
