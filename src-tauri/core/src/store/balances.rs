//! The table `balances`: what was left of prepaid money, reading by reading.

use sqlx::Row as _;

use super::{Store, StoreError, decimal, timestamp};
use crate::ledger::{Balance, BalanceKind, name_of, named};
use crate::money::Money;

impl Store {
    /// The latest reading of each kind and currency, by account.
    pub async fn latest_balances(&self) -> Result<Vec<(i64, Balance)>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM balances AS b WHERE observed_at = (SELECT max(observed_at) FROM balances \
             WHERE account_id = b.account_id AND kind = b.kind AND currency = b.currency) ORDER BY account_id, kind, currency",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let kind: String = row.try_get("kind")?;
                let optional = |column: &str| -> Result<_, StoreError> {
                    row.try_get::<Option<String>, _>(column)?.map(|text| decimal(&text)).transpose()
                };
                let balance = Balance {
                    observed_at: timestamp(row.try_get("observed_at")?)?,
                    kind: named(&kind, BalanceKind::NAMED)
                        .ok_or_else(|| StoreError::Row(format!("a balance of the kind \"{kind}\"")))?,
                    amount: Money::new(
                        decimal(&row.try_get::<String, _>("amount")?)?,
                        row.try_get::<String, _>("currency")?.parse()?,
                    ),
                    acquired: optional("acquired")?,
                    used: optional("used")?,
                };
                Ok((row.try_get("account_id")?, balance))
            })
            .collect()
    }

    pub(super) async fn insert_balance(
        writer: &mut sqlx::SqliteConnection,
        account_id: i64,
        balance: &Balance,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT OR REPLACE INTO balances (account_id, kind, currency, observed_at, amount, acquired, used) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(account_id)
        .bind(name_of(balance.kind, BalanceKind::NAMED))
        .bind(balance.amount.currency.as_str().to_owned())
        .bind(balance.observed_at.unix())
        .bind(balance.amount.amount.to_string())
        .bind(balance.acquired.map(|amount| amount.to_string()))
        .bind(balance.used.map(|amount| amount.to_string()))
        .execute(writer)
        .await?;
        Ok(())
    }
}
