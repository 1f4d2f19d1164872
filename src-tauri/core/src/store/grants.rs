//! The table `credit_grants`: lots of credit, as providers tell them.

use sqlx::Row as _;

use super::{Store, StoreError, decimal, timestamp};
use crate::ledger::{BalanceKind, CreditGrant, name_of, named};

impl Store {
    /// Every lot that a provider told, by account.
    pub async fn credit_grants(&self) -> Result<Vec<(i64, CreditGrant)>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM credit_grants ORDER BY account_id, expires_at IS NULL, expires_at, id",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let kind: String = row.try_get("kind")?;
                let number = |column: &str| -> Result<_, StoreError> {
                    row.try_get::<Option<String>, _>(column)?.map(|text| decimal(&text)).transpose()
                };
                let time = |column: &str| -> Result<_, StoreError> {
                    row.try_get::<Option<i64>, _>(column)?.map(timestamp).transpose()
                };
                let grant = CreditGrant {
                    id: row.try_get("id")?,
                    kind: named(&kind, BalanceKind::NAMED)
                        .ok_or_else(|| StoreError::Row(format!("a lot of the kind \"{kind}\"")))?,
                    currency: row.try_get::<String, _>("currency")?.parse()?,
                    amount: number("amount")?,
                    left: number("remaining")?,
                    acquired_at: time("acquired_at")?,
                    expires_at: time("expires_at")?,
                    observed_at: timestamp(row.try_get("observed_at")?)?,
                };
                Ok((row.try_get("account_id")?, grant))
            })
            .collect()
    }

    /// Keeps a lot; what an older answer told stays where this one is silent.
    pub(super) async fn put_grant(
        writer: &mut sqlx::SqliteConnection,
        account_id: i64,
        grant: &CreditGrant,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO credit_grants (account_id, id, kind, currency, amount, remaining, acquired_at, expires_at, \
             observed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account_id, id) DO UPDATE SET \
             kind = excluded.kind, currency = excluded.currency, amount = coalesce(excluded.amount, amount), \
             remaining = coalesce(excluded.remaining, remaining), \
             acquired_at = coalesce(excluded.acquired_at, acquired_at), \
             expires_at = coalesce(excluded.expires_at, expires_at), observed_at = excluded.observed_at",
        )
        .bind(account_id)
        .bind(&grant.id)
        .bind(name_of(grant.kind, BalanceKind::NAMED))
        .bind(grant.currency.as_str().to_owned())
        .bind(grant.amount.map(|amount| amount.to_string()))
        .bind(grant.left.map(|left| left.to_string()))
        .bind(grant.acquired_at.map(crate::time::Timestamp::unix))
        .bind(grant.expires_at.map(crate::time::Timestamp::unix))
        .bind(grant.observed_at.unix())
        .execute(writer)
        .await?;
        Ok(())
    }
}
