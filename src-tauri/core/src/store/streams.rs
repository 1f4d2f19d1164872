//! The table `streams`: how far each stream of an account is read, and what came of the last try.

use std::fs::{File, TryLockError};

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::folder::open_private;
use super::{Covered, Store, StoreError, timestamp};
use crate::ledger::{name_of, named};
use crate::time::Timestamp;

/// What came of the last try to read a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamState {
    /// Read to its end.
    Ok,
    /// Read to its end; the provider has no such thing for this account, and the message says why.
    Absent,
    /// Never tried.
    New,
    /// Cancelled before its end.
    Cancelled,
    /// No connection came about.
    Offline,
    /// The provider was reached and failed, or did not answer in time.
    Unreachable,
    /// The provider asked to wait.
    RateLimited,
    /// The answer was not what the contract says.
    ProviderChanged,
    /// The key may not see this.
    Forbidden,
    /// The key is refused.
    KeyRejected,
    /// The keychain is locked or refused.
    Keychain,
    /// There is no keychain.
    KeychainAbsent,
    /// The key is not where it was put.
    KeyMissing,
    /// Something failed on this machine.
    Failed,
}

impl StreamState {
    /// Every state, with its name in the store.
    pub const NAMED: &[(StreamState, &str)] = &[
        (StreamState::Ok, "ok"),
        (StreamState::Absent, "absent"),
        (StreamState::New, "new"),
        (StreamState::Cancelled, "cancelled"),
        (StreamState::Offline, "offline"),
        (StreamState::Unreachable, "unreachable"),
        (StreamState::RateLimited, "rate_limited"),
        (StreamState::ProviderChanged, "provider_changed"),
        (StreamState::Forbidden, "forbidden"),
        (StreamState::KeyRejected, "key_rejected"),
        (StreamState::Keychain, "keychain"),
        (StreamState::KeychainAbsent, "keychain_absent"),
        (StreamState::KeyMissing, "key_missing"),
        (StreamState::Failed, "failed"),
    ];
}

/// A stream as it is kept.
#[derive(Debug, Clone)]
pub struct StreamRow {
    /// Number.
    pub id: i64,
    /// The account's number.
    pub account_id: i64,
    /// Name within the provider.
    pub name: String,
    /// The days that are booked.
    pub covered: Option<Covered>,
    /// When it was last read to its end.
    pub synced_at: Option<Timestamp>,
    /// When it was last tried.
    pub attempted_at: Option<Timestamp>,
    /// What came of that.
    pub state: StreamState,
    /// The state in words, where there is something to say.
    pub message: Option<String>,
    /// When it is worth trying again.
    pub retry_at: Option<Timestamp>,
}

/// The right to sync an account, in this process and against all others; given back when dropped.
#[derive(Debug)]
pub struct AccountLock(#[expect(dead_code, reason = "held for its lock alone")] File);

impl Store {
    /// The right to sync an account, unless somebody has it.
    pub fn try_lock_account(&self, account_id: i64) -> Result<Option<AccountLock>, StoreError> {
        let path = self.folder().join(format!("sync-{account_id}.lock"));
        let problem = |error: &std::io::Error| StoreError::Folder {
            path: self.folder().to_owned(),
            problem: format!("cannot be written to ({error})"),
        };
        let file = open_private(&path).map_err(|error| problem(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(AccountLock(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(problem(&error)),
        }
    }

    /// The stream of an account, made where it is not there yet.
    pub async fn stream(&self, account_id: i64, name: &str) -> Result<StreamRow, StoreError> {
        sqlx::query("INSERT INTO streams (account_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(account_id)
            .bind(name)
            .execute(&self.writer)
            .await?;
        let row = sqlx::query("SELECT * FROM streams WHERE account_id = ? AND name = ?")
            .bind(account_id)
            .bind(name)
            .fetch_one(&self.writer)
            .await?;
        stream(&row)
    }

    /// The number of an account's stream, made where it is not there yet.
    pub(super) async fn stream_id(
        writer: &mut SqliteConnection,
        account_id: i64,
        name: &str,
    ) -> Result<i64, StoreError> {
        sqlx::query("INSERT INTO streams (account_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(account_id)
            .bind(name)
            .execute(&mut *writer)
            .await?;
        let (id,): (i64,) = sqlx::query_as("SELECT id FROM streams WHERE account_id = ? AND name = ?")
            .bind(account_id)
            .bind(name)
            .fetch_one(writer)
            .await?;
        Ok(id)
    }

    /// Every stream of every account.
    pub async fn streams(&self) -> Result<Vec<StreamRow>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM streams ORDER BY account_id, id").fetch_all(&self.readers).await?;
        rows.iter().map(stream).collect()
    }

    /// Forgets which days are booked, so that all are read again. The figures stay until then.
    pub async fn uncover(&self, row: &StreamRow) -> Result<StreamRow, StoreError> {
        sqlx::query("UPDATE streams SET covered_from = NULL, covered_until = NULL WHERE id = ?")
            .bind(row.id)
            .execute(&self.writer)
            .await?;
        self.stream(row.account_id, &row.name).await
    }

    /// Forgets what a key that was replaced could not read, so that nobody waits for the new one. Figures stay.
    pub async fn forget_refusals(&self, account_id: i64) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE streams SET state = 'new', message = NULL, retry_at = NULL, attempted_at = NULL WHERE account_id = ? \
             AND state IN ('forbidden', 'key_rejected', 'keychain', 'keychain_absent', 'key_missing')",
        )
        .bind(account_id)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Notes that a stream was read to its end.
    pub async fn stream_read(&self, id: i64, absent: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE streams SET state = ?3, message = ?4, retry_at = NULL, synced_at = ?2, attempted_at = ?2 WHERE id = ?1",
        )
        .bind(id)
        .bind(now.unix())
        .bind(name_of(if absent.is_some() { StreamState::Absent } else { StreamState::Ok }, StreamState::NAMED))
        .bind(absent)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Notes that a stream could not be read. Figures, coverage and the time of the last good reading stay.
    pub async fn stream_failed(
        &self,
        id: i64,
        state: StreamState,
        message: &str,
        retry_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE streams SET state = ?, message = ?, retry_at = ?, attempted_at = ? WHERE id = ?")
            .bind(name_of(state, StreamState::NAMED))
            .bind(message)
            .bind(retry_at.map(Timestamp::unix))
            .bind(now.unix())
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

fn stream(row: &SqliteRow) -> Result<StreamRow, StoreError> {
    let from: Option<i64> = row.try_get("covered_from")?;
    let until: Option<i64> = row.try_get("covered_until")?;
    let state: String = row.try_get("state")?;
    let time = |column: &str| -> Result<Option<Timestamp>, StoreError> {
        row.try_get::<Option<i64>, _>(column)?.map(timestamp).transpose()
    };
    Ok(StreamRow {
        id: row.try_get("id")?,
        account_id: row.try_get("account_id")?,
        name: row.try_get("name")?,
        covered: match (from, until) {
            (Some(from), Some(until)) => {
                Some(Covered { from: timestamp(from)?.utc_date(), until: timestamp(until)?.utc_date() })
            }
            _ => None,
        },
        synced_at: time("synced_at")?,
        attempted_at: time("attempted_at")?,
        state: named(&state, StreamState::NAMED)
            .ok_or_else(|| StoreError::Row(format!("a stream in the state \"{state}\"")))?,
        message: row.try_get("message")?,
        retry_at: time("retry_at")?,
    })
}
