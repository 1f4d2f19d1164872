//! Whose turn it is to read an account: one sync at a time; whoever asks meanwhile gets what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::AccountReport;
use crate::store::{AccountLock, Store, StoreError};

/// What comes of a sync, once it has ended.
type Outcome = watch::Receiver<Option<AccountReport>>;

/// The syncs of a store that are under way in this process.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<BTreeMap<i64, Outcome>>>);

/// The answer to whoever wants to read an account.
pub(super) enum Asked {
    Granted(Turn),
    /// It is being read by this process: this is what will come of it.
    UnderWay(Outcome),
    /// Another process reads it, or somebody in this one keeps it still.
    Elsewhere,
}

/// The right to read an account, until it is dropped.
pub(super) struct Turn {
    turns: Turns,
    account: i64,
    outcome: watch::Sender<Option<AccountReport>>,
    lock: Option<AccountLock>,
}

impl Turns {
    /// The right to read an account, where nobody has it.
    pub(super) fn ask(&self, store: &Store, account: i64) -> Result<Asked, StoreError> {
        let mut all = self.all();
        if let Some(outcome) = all.get(&account) {
            return Ok(Asked::UnderWay(outcome.clone()));
        }
        let Some(lock) = store.try_lock_account(account)? else { return Ok(Asked::Elsewhere) };
        let (outcome, heard) = watch::channel(None);
        all.insert(account, heard);
        Ok(Asked::Granted(Turn { turns: self.clone(), account, outcome, lock: Some(lock) }))
    }

    /// The accounts that are being read.
    pub(super) fn under_way(&self) -> BTreeSet<i64> {
        self.all().keys().copied().collect()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<i64, Outcome>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Ends it with what came of it, for all who wait.
    pub(super) fn end(self, report: &AccountReport) {
        self.outcome.send_replace(Some(report.clone()));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Together, so that nobody sees one without the other.
        let mut all = self.turns.all();
        drop(self.lock.take());
        all.remove(&self.account);
    }
}
