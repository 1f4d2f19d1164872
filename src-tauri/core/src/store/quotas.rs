//! The table `quotas`: allowances and counts, reading by reading; of a mere setting the latest only.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, decimal, timestamp};
use crate::ledger::{NotAWindow, QuotaReading};
use crate::time::Timestamp;

impl Store {
    /// The latest reading of each allowance, by account.
    pub async fn latest_quotas(&self) -> Result<Vec<(i64, QuotaReading)>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM quotas AS q WHERE observed_at = (SELECT max(observed_at) FROM quotas WHERE account_id = q.account_id \
             AND name = q.name AND span = q.span AND unit = q.unit AND model = q.model AND project = q.project) \
             ORDER BY account_id, name, span, unit, model, project",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(reading).collect()
    }

    /// Every reading since an instant that tells how much is used, by account, the earliest first.
    pub async fn quota_history(&self, since: Timestamp) -> Result<Vec<(i64, QuotaReading)>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM quotas WHERE observed_at >= ? AND used IS NOT NULL \
             ORDER BY account_id, observed_at, name, span, unit, model, project",
        )
        .bind(since.unix())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(reading).collect()
    }

    pub(super) async fn insert_quota(
        writer: &mut sqlx::SqliteConnection,
        account_id: i64,
        reading: &QuotaReading,
    ) -> Result<(), StoreError> {
        if reading.used.is_none() {
            // A setting that is told again as it was: hundreds of them each hour would say nothing new, so one stays.
            sqlx::query(
                "DELETE FROM quotas WHERE account_id = ? AND name = ? AND span = ? AND unit = ? AND model = ? AND project = ? \
                 AND used IS NULL AND allowed IS ? AND resets_at IS NULL",
            )
            .bind(account_id)
            .bind(&reading.name)
            .bind(reading.window.to_string())
            .bind(reading.unit.as_str().to_owned())
            .bind(reading.model.as_deref().unwrap_or_default())
            .bind(reading.project.as_deref().unwrap_or_default())
            .bind(reading.limit.map(|amount| amount.to_string()))
            .execute(&mut *writer)
            .await?;
        }
        sqlx::query(
            "INSERT OR REPLACE INTO quotas (account_id, name, span, unit, model, project, observed_at, used, allowed, \
             resets_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(account_id)
        .bind(&reading.name)
        .bind(reading.window.to_string())
        .bind(reading.unit.as_str().to_owned())
        .bind(reading.model.as_deref().unwrap_or_default())
        .bind(reading.project.as_deref().unwrap_or_default())
        .bind(reading.observed_at.unix())
        .bind(reading.used.map(|amount| amount.to_string()))
        .bind(reading.limit.map(|amount| amount.to_string()))
        .bind(reading.resets_at.map(crate::time::Timestamp::unix))
        .execute(writer)
        .await?;
        Ok(())
    }
}

fn reading(row: &SqliteRow) -> Result<(i64, QuotaReading), StoreError> {
    let span: String = row.try_get("span")?;
    let optional = |column: &str| -> Result<_, StoreError> {
        row.try_get::<Option<String>, _>(column)?.map(|text| decimal(&text)).transpose()
    };
    let reading = QuotaReading {
        observed_at: timestamp(row.try_get("observed_at")?)?,
        name: row.try_get("name")?,
        window: span.parse().map_err(|error: NotAWindow| StoreError::Row(error.to_string()))?,
        unit: row.try_get::<String, _>("unit")?.parse()?,
        used: optional("used")?,
        limit: optional("allowed")?,
        resets_at: row.try_get::<Option<i64>, _>("resets_at")?.map(timestamp).transpose()?,
        model: Some(row.try_get("model")?).filter(|text: &String| !text.is_empty()),
        project: Some(row.try_get("project")?).filter(|text: &String| !text.is_empty()),
    };
    Ok((row.try_get("account_id")?, reading))
}
