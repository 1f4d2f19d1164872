//! What stands in the way of more than one account.

use serde::Serialize;
use ts_rs::TS;

/// Something that concerns more than one account. It is told once, and not with each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Trouble {
    /// What kind of trouble it is.
    pub kind: TroubleKind,
    /// What is wrong, and what that means for the figures.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// The accounts that cannot be read because of it; empty where it concerns everything.
    #[ts(type = "number[]")]
    pub accounts: Vec<i64>,
}

/// The kinds of trouble that a door tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum TroubleKind {
    /// The disk takes no more: what is read cannot be kept.
    DiskFull,
    /// There is no keychain.
    KeychainAbsent,
    /// The keychain is locked or refuses.
    KeychainLocked,
    /// This machine's clock is not the providers'.
    ClockWrong,
    /// No provider is reached.
    Offline,
}
