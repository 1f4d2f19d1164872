//! The table `plan_corrections`: what a person says of plans.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError};
use crate::catalogue::{Correction, CorrectionKind};
use crate::ledger::{name_of, named};

/// A correction as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanCorrection {
    /// Number.
    pub id: i64,
    /// What was said.
    pub correction: Correction,
    /// Which price, limit or credit of the plan it is; empty for a whole plan.
    pub part: String,
    /// The person's words.
    pub note: Option<String>,
}

impl Store {
    /// Every correction of a plan: whole plans first, then the rest in the order in which they were made.
    pub async fn plan_corrections(&self) -> Result<Vec<PlanCorrection>, StoreError> {
        let rows = sqlx::query("SELECT * FROM plan_corrections ORDER BY kind <> 'plan', id")
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(row).collect()
    }

    /// Keeps corrections, all or none: each in the place of the one of the same part. Tells their numbers.
    pub async fn set_plan_corrections(
        &self,
        corrections: &[(Correction, String)],
        note: Option<&str>,
    ) -> Result<Vec<i64>, StoreError> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let mut ids = Vec::with_capacity(corrections.len());
        for (correction, part) in corrections {
            let (id,): (i64,) = sqlx::query_as(
                "INSERT INTO plan_corrections (plan, kind, part, value, note, made_on) VALUES (?, ?, ?, ?, ?, ?) \
                 ON CONFLICT (plan, kind, part) DO UPDATE SET value = excluded.value, note = excluded.note, \
                 made_on = excluded.made_on RETURNING id",
            )
            .bind(&correction.plan)
            .bind(name_of(correction.kind, CorrectionKind::NAMED))
            .bind(part)
            .bind(&correction.value)
            .bind(note)
            .bind(correction.made.to_string())
            .fetch_one(&mut *transaction)
            .await?;
            ids.push(id);
        }
        transaction.commit().await?;
        Ok(ids)
    }

    /// Puts a correction back as it was, in the place of what is said of the same part by now.
    pub async fn restore_plan_correction(&self, row: &PlanCorrection) -> Result<(), StoreError> {
        let PlanCorrection { id, correction, part, note } = row;
        let kind = name_of(correction.kind, CorrectionKind::NAMED);
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM plan_corrections WHERE plan = ? AND kind = ? AND part = ?")
            .bind(&correction.plan)
            .bind(kind)
            .bind(part)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("INSERT INTO plan_corrections (id, plan, kind, part, value, note, made_on) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(id)
            .bind(&correction.plan)
            .bind(kind)
            .bind(part)
            .bind(&correction.value)
            .bind(note)
            .bind(correction.made.to_string())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes a correction back. False where there is none of this number.
    pub async fn remove_plan_correction(&self, id: i64) -> Result<bool, StoreError> {
        let done =
            sqlx::query("DELETE FROM plan_corrections WHERE id = ?").bind(id).execute(&self.writer).await?;
        Ok(done.rows_affected() > 0)
    }
}

fn row(row: &SqliteRow) -> Result<PlanCorrection, StoreError> {
    let kind: String = row.try_get("kind")?;
    let made: String = row.try_get("made_on")?;
    Ok(PlanCorrection {
        id: row.try_get("id")?,
        part: row.try_get("part")?,
        note: row.try_get("note")?,
        correction: Correction {
            plan: row.try_get("plan")?,
            kind: named(&kind, CorrectionKind::NAMED)
                .ok_or_else(|| StoreError::Row(format!("the kind of correction \"{kind}\"")))?,
            value: row.try_get("value")?,
            made: made.parse().map_err(|_| StoreError::Row(format!("the date \"{made}\"")))?,
        },
    })
}
