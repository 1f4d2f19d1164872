//! What is told without being asked for, and why something is not answered.

use serde::Serialize;
use ts_rs::TS;

use super::Language;

/// What happens without being asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// A sync of an account began.
    SyncStarted {
        /// The account.
        #[ts(type = "number")]
        account: i64,
    },
    /// A part of a stream was booked.
    SyncProgress {
        /// The account.
        #[ts(type = "number")]
        account: i64,
        /// The stream.
        stream: String,
        /// Parts of the whole sync that are done.
        done: u32,
        /// Parts of the whole sync.
        total: u32,
        /// Whether this is the first import of the account.
        first: bool,
    },
    /// A sync of an account ended, whole or in part.
    Synced {
        /// The account.
        #[ts(type = "number")]
        account: i64,
    },
    /// A file is being read.
    ImportProgress {
        /// Its name.
        file: String,
        /// Bytes that were read.
        #[ts(type = "number")]
        done: u64,
        /// Bytes of the file.
        #[ts(type = "number")]
        total: u64,
    },
    /// A file is being written.
    ExportProgress {
        /// Charges that were written.
        #[ts(type = "number")]
        done: u64,
        /// Charges that are to be written.
        #[ts(type = "number")]
        total: u64,
    },
    /// Alerts were raised, delivered, answered or ended.
    Alerted {
        /// How many were not seen yet.
        unseen: u32,
    },
    /// A notification asks for the window: a screen of it, such as `credits`.
    Show {
        /// The screen.
        screen: String,
    },
    /// Something was chosen from the window's menu, such as `palette`.
    Chosen {
        /// Its name.
        what: String,
    },
    /// The page asks for the window's menu, which takes no room until then.
    MenuAsked {
        /// The language of its words.
        language: Language,
    },
    /// The page asks for the end of the program.
    QuitAsked,
    /// Accounts or settings changed, or sample data was entered or left.
    Changed,
}

/// Why a request was not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct ApiError {
    /// What kind of failure it is.
    pub code: ErrorCode,
    /// What is wrong, where, and what to do, in plain words.
    pub message: String,
    /// When it is worth trying again, RFC 3339, where that is known.
    pub retry_at: Option<String>,
    /// The field of the request that is wrong, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub field: Option<String>,
}

/// The kinds of failure that a door answers differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// The request itself is wrong: a field, a date, a URL.
    BadRequest,
    /// No such account.
    NoSuchAccount,
    /// The provider refuses the key.
    KeyRejected,
    /// The key works, but is not of the kind that sees cost and usage.
    WrongKeyKind,
    /// Something must be told or agreed to beside the key: the message says what.
    MoreNeeded,
    /// The same key is connected already.
    AlreadyConnected,
    /// The keychain is locked, absent, or refused.
    Keychain,
    /// The key is not in the keychain or in its environment variable.
    KeyMissing,
    /// Another sync of this account is under way.
    Busy,
    /// The provider asks to wait.
    Wait,
    /// The provider could not be reached, or failed.
    Unreachable,
    /// The provider's answer is not what its contract says.
    ProviderChanged,
    /// The store cannot be read or written.
    Store,
    /// The disk is full: nothing was written.
    DiskFull,
    /// The store was made by a newer version.
    StoreTooNew,
    /// The request was cancelled.
    Cancelled,
    /// A fault of Spendglass itself: worth reporting.
    Internal,
}
