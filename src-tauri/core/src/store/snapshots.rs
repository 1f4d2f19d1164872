//! What a snapshot stream reported, booked as one: balances, allowances, lots, plans and names.

use super::{Store, StoreError};
use crate::ledger::{Balance, CreditGrant, Name, QuotaReading, Subscription};
use crate::time::Timestamp;

/// What one reading of a snapshot stream brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// What is left of prepaid money.
    pub balances: Vec<Balance>,
    /// Allowances and counts.
    pub quotas: Vec<QuotaReading>,
    /// Lots of credit.
    pub grants: Vec<CreditGrant>,
    /// Plans.
    pub subscriptions: Vec<Subscription>,
    /// Names of projects and keys.
    pub names: Vec<Name>,
}

impl Snapshot {
    /// How many things it holds.
    pub fn len(&self) -> usize {
        self.balances.len()
            + self.quotas.len()
            + self.grants.len()
            + self.subscriptions.len()
            + self.names.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Store {
    /// Books a snapshot of an account, in one transaction.
    pub async fn book_snapshot(
        &self,
        account_id: i64,
        snapshot: &Snapshot,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        // Readings from a clock that ran ahead would stay the latest until it is reached.
        for sql in [
            "DELETE FROM balances WHERE account_id = ? AND observed_at > ?",
            "DELETE FROM quotas WHERE account_id = ? AND observed_at > ?",
        ] {
            sqlx::query(sql).bind(account_id).bind(now.unix()).execute(&mut *transaction).await?;
        }
        for balance in &snapshot.balances {
            Store::insert_balance(&mut transaction, account_id, balance).await?;
        }
        for reading in &snapshot.quotas {
            Store::insert_quota(&mut transaction, account_id, reading).await?;
        }
        for grant in &snapshot.grants {
            Store::put_grant(&mut transaction, account_id, grant).await?;
        }
        if !snapshot.subscriptions.is_empty() {
            Store::replace_subscriptions(&mut transaction, account_id, &snapshot.subscriptions).await?;
        }
        for name in &snapshot.names {
            Store::put_name(&mut transaction, account_id, name).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
