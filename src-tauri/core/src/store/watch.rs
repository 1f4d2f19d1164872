//! The tables `schedule` and `watch`: when each account is read next, and how the loop stands; and the loop's right to run.

use std::fs::{File, TryLockError};
use std::io;

use sha2::{Digest as _, Sha256};
use sqlx::Row as _;

use super::folder::open_private;
use super::{DeliveryRow, Store, StoreError, timestamp};
use crate::ledger::{Channel, name_of};
use crate::time::Timestamp;

const LOCK: &str = "watch.lock";

/// When an account is read next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRow {
    /// The account's number.
    pub account_id: i64,
    /// When this was planned.
    pub planned_at: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
    /// Before when the provider is not to be asked, whoever looks.
    pub not_before: Timestamp,
    /// Seconds between readings at present.
    pub every: i64,
    /// Readings in a row that reached nobody.
    pub failures: u32,
    /// A mark of the figures after the last reading.
    pub mark: String,
}

/// The right to run the loop, against all other programs; given back when dropped.
#[derive(Debug)]
pub struct WatchLock(#[expect(dead_code, reason = "held for its lock alone")] File);

impl Store {
    /// The right to run the loop, unless another one runs.
    pub fn try_lock_watch(&self) -> Result<Option<WatchLock>, StoreError> {
        let file = self.watch_file()?;
        let locked = file.try_lock();
        Ok(self.taken(locked)?.then(|| WatchLock(file)))
    }

    /// Whether a loop runs now, in this program or another.
    pub fn is_watched(&self) -> Result<bool, StoreError> {
        // Asking does not stand in the way of another that asks.
        let locked = self.watch_file()?.try_lock_shared();
        Ok(!self.taken(locked)?)
    }

    fn watch_file(&self) -> Result<File, StoreError> {
        open_private(&self.folder().join(LOCK)).map_err(|error| self.unwritable(&error))
    }

    fn taken(&self, locked: Result<(), TryLockError>) -> Result<bool, StoreError> {
        match locked {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(self.unwritable(&error)),
        }
    }

    fn unwritable(&self, error: &io::Error) -> StoreError {
        StoreError::Folder {
            path: self.folder().to_owned(),
            problem: format!("cannot be written to ({error})"),
        }
    }

    /// When each account is read next.
    pub async fn plans(&self) -> Result<Vec<PlanRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM schedule ORDER BY due_at, account_id")
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(PlanRow {
                    account_id: row.try_get("account_id")?,
                    planned_at: timestamp(row.try_get("planned_at")?)?,
                    due_at: timestamp(row.try_get("due_at")?)?,
                    not_before: timestamp(row.try_get("not_before")?)?,
                    every: row.try_get("every")?,
                    failures: row.try_get("failures")?,
                    mark: row.try_get("mark")?,
                })
            })
            .collect()
    }

    /// Keeps when an account is read next. One that was removed meanwhile has no plan.
    pub async fn plan(&self, plan: &PlanRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT OR REPLACE INTO schedule (account_id, planned_at, due_at, not_before, every, failures, mark) \
             SELECT id, ?, ?, ?, ?, ?, ? FROM accounts WHERE id = ?",
        )
        .bind(plan.planned_at.unix())
        .bind(plan.due_at.unix())
        .bind(plan.not_before.unix())
        .bind(plan.every)
        .bind(plan.failures)
        .bind(&plan.mark)
        .bind(plan.account_id)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// When alerts were last evaluated.
    pub async fn ticked_at(&self) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT ticked_at FROM watch").fetch_optional(&self.readers).await?;
        row.map(|(at,)| timestamp(at)).transpose()
    }

    /// Keeps when alerts were last evaluated.
    pub async fn set_ticked_at(&self, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO watch (one, ticked_at) VALUES (1, ?) ON CONFLICT DO UPDATE SET ticked_at = excluded.ticked_at",
        )
        .bind(now.unix())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// A mark of an account's figures: the same figures have the same mark.
    pub async fn figures_mark(&self, account_id: i64, since: Timestamp) -> Result<String, StoreError> {
        let rows = sqlx::query_as::<_, (String,)>(
            "SELECT concat_ws('|', 's', r.stream_id, r.period_start, r.lane, r.category, r.currency, r.billed, r.listed, \
             r.input_tokens, r.output_tokens, r.requests) AS line FROM rollup r JOIN streams s ON s.id = r.stream_id \
             WHERE s.account_id = ?1 AND r.dimension = 'day' AND r.period_start >= ?2 \
             UNION ALL SELECT concat_ws('|', 'b', kind, currency, amount) FROM balances b WHERE account_id = ?1 AND \
             observed_at = (SELECT max(observed_at) FROM balances WHERE account_id = ?1 AND kind = b.kind AND currency = b.currency) \
             UNION ALL SELECT concat_ws('|', 'q', name, span, unit, model, project, used, allowed) FROM quotas q \
             WHERE account_id = ?1 AND observed_at = (SELECT max(observed_at) FROM quotas WHERE account_id = ?1 AND name = q.name \
             AND span = q.span AND unit = q.unit AND model = q.model AND project = q.project) ORDER BY line",
        )
        .bind(account_id)
        .bind(since.unix())
        .fetch_all(&self.readers)
        .await?;
        let mut digest = Sha256::new();
        for (line,) in rows {
            digest.update(line);
            digest.update([0]);
        }
        Ok(format!("{:x}", digest.finalize()))
    }

    /// The newest delivery of a channel, of whatever alert.
    pub async fn last_delivery(&self, channel: Channel) -> Result<Option<DeliveryRow>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM deliveries WHERE channel = ? ORDER BY attempted_at DESC, alert_id DESC LIMIT 1",
        )
        .bind(name_of(channel, Channel::NAMED))
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            let delivered_at: Option<i64> = row.try_get("delivered_at")?;
            Ok(DeliveryRow {
                channel,
                attempts: row.try_get("attempts")?,
                attempted_at: timestamp(row.try_get("attempted_at")?)?,
                delivered_at: delivered_at.map(timestamp).transpose()?,
                receipt: row.try_get("receipt")?,
                problem: row.try_get("problem")?,
            })
        })
        .transpose()
    }
}
