//! What a snapshot stream reported, booked as one: balances, allowances, lots, plans and names.

use super::{Store, StoreError};
use crate::ledger::{Balance, CreditGrant, Name, QuotaReading, Subscription};
use crate::money::{Decimal, MoneyError, exact_add};
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

    /// Adds a balance; parts of an account may each hold one of the same kind and currency, which add up.
    pub fn add_balance(&mut self, balance: Balance) -> Result<(), MoneyError> {
        let same = |held: &&mut Balance| {
            held.kind == balance.kind && held.amount.currency == balance.amount.currency
        };
        let Some(held) = self.balances.iter_mut().find(same) else {
            self.balances.push(balance);
            return Ok(());
        };
        let both = |a: Option<Decimal>, b: Option<Decimal>| exact_add(a?, b?);
        held.amount = held.amount.checked_add(balance.amount)?;
        held.acquired = both(held.acquired, balance.acquired);
        held.used = both(held.used, balance.used);
        Ok(())
    }

    /// Adds what was told of an allowance; its limit and its use may come in two answers. What was told first stays.
    pub fn add_quota(&mut self, reading: QuotaReading) {
        let same = |held: &&mut QuotaReading| {
            let of = |quota: &QuotaReading| (quota.window, quota.unit);
            of(held) == of(&reading)
                && held.name == reading.name
                && held.model == reading.model
                && held.project == reading.project
        };
        let Some(held) = self.quotas.iter_mut().find(same) else {
            self.quotas.push(reading);
            return;
        };
        held.used = held.used.or(reading.used);
        held.limit = held.limit.or(reading.limit);
        held.resets_at = held.resets_at.or(reading.resets_at);
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
