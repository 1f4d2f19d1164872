//! The table `subscriptions`: plans that are paid for by the month or year.

use sqlx::Row as _;

use super::{Store, StoreError, decimal, timestamp};
use crate::ledger::{NotAWindow, Subscription};
use crate::money::Money;

impl Store {
    /// Every plan that a provider told, by account.
    pub async fn subscriptions(&self) -> Result<Vec<(i64, Subscription)>, StoreError> {
        let rows = sqlx::query("SELECT * FROM subscriptions ORDER BY account_id, plan")
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let price =
                    row.try_get::<Option<String>, _>("price")?.map(|text| decimal(&text)).transpose()?;
                let currency: Option<String> = row.try_get("currency")?;
                let price = match (price, currency) {
                    (Some(amount), Some(currency)) => Some(Money::new(amount, currency.parse()?)),
                    _ => None,
                };
                let span: Option<String> = row.try_get("span")?;
                let bad = |error: NotAWindow| StoreError::Row(error.to_string());
                let subscription = Subscription {
                    plan: row.try_get("plan")?,
                    status: row.try_get("status")?,
                    price,
                    period: span.map(|span| span.parse().map_err(bad)).transpose()?,
                    renews_at: row.try_get::<Option<i64>, _>("renews_at")?.map(timestamp).transpose()?,
                    observed_at: timestamp(row.try_get("observed_at")?)?,
                };
                Ok((row.try_get("account_id")?, subscription))
            })
            .collect()
    }

    /// Replaces the plans of an account: a plan that is told no more was left.
    pub(super) async fn replace_subscriptions(
        writer: &mut sqlx::SqliteConnection,
        account_id: i64,
        subscriptions: &[Subscription],
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM subscriptions WHERE account_id = ?")
            .bind(account_id)
            .execute(&mut *writer)
            .await?;
        for subscription in subscriptions {
            sqlx::query(
                "INSERT OR REPLACE INTO subscriptions (account_id, plan, status, price, currency, span, renews_at, \
                 observed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(account_id)
            .bind(&subscription.plan)
            .bind(&subscription.status)
            .bind(subscription.price.map(|price| price.amount.to_string()))
            .bind(subscription.price.map(|price| price.currency.as_str().to_owned()))
            .bind(subscription.period.map(|period| period.to_string()))
            .bind(subscription.renews_at.map(crate::time::Timestamp::unix))
            .bind(subscription.observed_at.unix())
            .execute(&mut *writer)
            .await?;
        }
        Ok(())
    }
}
