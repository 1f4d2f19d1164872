//! The table `removals`: accounts on their way out. Whoever reads the store sees it without them: each reading connection has
//! views of the same names over all tables that tell of accounts, so no query can forget to leave them out.

use sqlx::{Row as _, SqliteConnection};

use super::accounts::{AccountRow, account};
use super::{Store, StoreError, timestamp};
use crate::time::Timestamp;

/// In the place of a time: somebody removes the account for good at this moment.
const CLAIMED: i64 = 0;

/// What is read of an account, but for charges and the roll-up: those are read by way of their stream.
const VIEWS: &str = "
    CREATE TEMP VIEW accounts AS SELECT * FROM main.accounts WHERE id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW streams AS SELECT * FROM main.streams WHERE account_id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW balances AS SELECT * FROM main.balances WHERE account_id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW quotas AS SELECT * FROM main.quotas WHERE account_id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW credit_grants AS SELECT * FROM main.credit_grants
        WHERE account_id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW subscriptions AS SELECT * FROM main.subscriptions
        WHERE account_id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW names AS SELECT * FROM main.names WHERE account_id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW entries AS SELECT * FROM main.entries WHERE account_id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW imports AS SELECT * FROM main.imports WHERE account_id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW lot_overrides AS SELECT * FROM main.lot_overrides
        WHERE account_id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW offer_answers AS SELECT * FROM main.offer_answers
        WHERE account_id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW budgets AS SELECT * FROM main.budgets
        WHERE account_id IS NULL OR account_id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW assignments AS SELECT * FROM main.assignments
        WHERE account_id NOT IN (SELECT account_id FROM main.removals);
    CREATE TEMP VIEW schedule AS SELECT * FROM main.schedule WHERE account_id NOT IN (SELECT account_id FROM main.removals);
";

/// Gives a connection that only reads its views. A store of an older schema has no removals to leave out.
pub(super) async fn leave_out(reader: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let (there,): (i64,) =
        sqlx::query_as("SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name = 'removals'")
            .fetch_one(&mut *reader)
            .await?;
    if there == 0 {
        return Ok(());
    }
    // A view of one's own is no change of the file, but the pragma holds for both.
    sqlx::raw_sql("PRAGMA query_only = OFF").execute(&mut *reader).await?;
    sqlx::raw_sql(VIEWS).execute(&mut *reader).await?;
    sqlx::raw_sql("PRAGMA query_only = ON").execute(reader).await?;
    Ok(())
}

impl Store {
    /// Takes an account out of everything that is read from now on. False where there is none, or it is out already.
    pub async fn begin_removal(&self, id: i64, now: Timestamp) -> Result<bool, StoreError> {
        let begun = sqlx::query(
            "INSERT INTO removals (account_id, at) SELECT id, ? FROM accounts WHERE id = ? ON CONFLICT DO NOTHING",
        )
        .bind(now.unix())
        .bind(id)
        .execute(&self.writer)
        .await?;
        Ok(begun.rows_affected() > 0)
    }

    /// Lets an account back in. False where it is removed for good, or was never on its way out.
    pub async fn end_removal(&self, id: i64) -> Result<bool, StoreError> {
        let ended = sqlx::query("DELETE FROM removals WHERE account_id = ? AND at <> ?")
            .bind(id)
            .bind(CLAIMED)
            .execute(&self.writer)
            .await?;
        Ok(ended.rows_affected() > 0)
    }

    /// Lets the time of a removal begin anew. False where the account is removed for good, or not on its way out.
    pub async fn hold_removal(&self, id: i64, now: Timestamp) -> Result<bool, StoreError> {
        let held = sqlx::query("UPDATE removals SET at = ? WHERE account_id = ? AND at <> ?")
            .bind(now.unix())
            .bind(id)
            .bind(CLAIMED)
            .execute(&self.writer)
            .await?;
        Ok(held.rows_affected() > 0)
    }

    /// Takes the removal of an account upon oneself: from now on nobody takes it back. False where its time is another by now.
    pub async fn claim_removal(&self, id: i64, since: Timestamp) -> Result<bool, StoreError> {
        self.set_removal(id, since.unix(), CLAIMED).await
    }

    /// Gives that up: the removal is as it was.
    pub async fn release_removal(&self, id: i64, since: Timestamp) -> Result<(), StoreError> {
        self.set_removal(id, CLAIMED, since.unix()).await.map(|_| ())
    }

    async fn set_removal(&self, id: i64, from: i64, to: i64) -> Result<bool, StoreError> {
        let set = sqlx::query("UPDATE removals SET at = ? WHERE account_id = ? AND at = ?")
            .bind(to)
            .bind(id)
            .bind(from)
            .execute(&self.writer)
            .await?;
        Ok(set.rows_affected() > 0)
    }

    /// Lets every account back in: what is on its way out here is not so in a copy.
    pub(super) async fn end_removals(&self) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM removals").execute(&self.writer).await?;
        Ok(())
    }

    /// The accounts on their way out, and since when.
    pub async fn removals(&self) -> Result<Vec<(AccountRow, Timestamp)>, StoreError> {
        let rows = sqlx::query(
            "SELECT a.*, r.at AS removed_at FROM main.accounts AS a JOIN main.removals AS r ON r.account_id = a.id \
             ORDER BY a.id",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| Ok((account(row)?, timestamp(row.try_get("removed_at")?)?))).collect()
    }
}
