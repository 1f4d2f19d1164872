//! The table `balances`: what was left of prepaid money, reading by reading. Of readings that only fell, the last of each UTC
//! day is enough: what lies between is dropped as the next comes in, so that a year of them stays small.

use sqlx::{Row as _, SqliteConnection};

use super::{Store, StoreError, decimal, timestamp};
use crate::ledger::{Balance, BalanceKind, name_of, named};
use crate::money::{Currency, Decimal, Money};
use crate::time::Timestamp;

/// One balance of an account over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceSeries {
    /// The account's number.
    pub account_id: i64,
    /// What it is made of.
    pub kind: BalanceKind,
    /// In which currency or unit.
    pub currency: Currency,
    /// The readings, oldest first.
    pub readings: Vec<Reading>,
}

/// One look at a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// When.
    pub at: Timestamp,
    /// What was left.
    pub amount: Decimal,
    /// Everything ever acquired, where the provider tells.
    pub acquired: Option<Decimal>,
    /// Everything ever used, where the provider tells.
    pub used: Option<Decimal>,
}

/// A reading as SQLite writes it: when, what was left, acquired and used.
type Told = (i64, String, Option<String>, Option<String>);

impl Reading {
    fn of((at, amount, acquired, used): &Told) -> Result<Reading, StoreError> {
        let exact = |text: &Option<String>| text.as_deref().map(decimal).transpose();
        let (acquired, used) = (exact(acquired)?, exact(used)?);
        Ok(Reading { at: timestamp(*at)?, amount: decimal(amount)?, acquired, used })
    }
}

impl Store {
    /// Every balance of one account or of all, with its readings since then.
    ///
    /// The readings of a balance come as one JSON text, which costs the driver a tenth of what as many rows do.
    pub async fn balance_history(
        &self,
        account_id: Option<i64>,
        since: Timestamp,
    ) -> Result<Vec<BalanceSeries>, StoreError> {
        let rows: Vec<(i64, String, String, String)> = sqlx::query_as(
            "SELECT account_id, kind, currency, json_group_array(json_array(observed_at, amount, acquired, used)) \
             FROM balances WHERE (?1 IS NULL OR account_id = ?1) AND observed_at >= ?2 \
             GROUP BY account_id, kind, currency ORDER BY account_id, kind, currency",
        )
        .bind(account_id)
        .bind(since.unix())
        .fetch_all(&self.readers)
        .await?;
        let series = |(account_id, kind, currency, readings): &(i64, String, String, String)| {
            let told: Vec<Told> = serde_json::from_str(readings)
                .map_err(|error| StoreError::Row(format!("readings of a balance ({error})")))?;
            let mut readings = told.iter().map(Reading::of).collect::<Result<Vec<_>, _>>()?;
            readings.sort_unstable_by_key(|reading| reading.at);
            Ok(BalanceSeries {
                account_id: *account_id,
                kind: kind_of(kind)?,
                currency: currency.parse()?,
                readings,
            })
        };
        rows.iter().map(series).collect()
    }

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
                    kind: kind_of(&kind)?,
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
        writer: &mut SqliteConnection,
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
        .execute(&mut *writer)
        .await?;
        thin(writer, account_id, balance).await
    }
}

/// Drops the last reading but two where it says nothing that those around it do not: all of one UTC day, falling or the same, and
/// nothing acquired between. The last two stay, so that a slip of the provider's can still be told from what was there before.
async fn thin(writer: &mut SqliteConnection, account_id: i64, balance: &Balance) -> Result<(), StoreError> {
    let (kind, currency) = (name_of(balance.kind, BalanceKind::NAMED), balance.amount.currency);
    let told: Vec<Told> = sqlx::query_as(
        "SELECT observed_at, amount, acquired, used FROM balances WHERE account_id = ? AND kind = ? AND currency = ? \
         AND observed_at <= ? ORDER BY observed_at DESC LIMIT 4",
    )
    .bind(account_id)
    .bind(kind)
    .bind(currency.as_str())
    .bind(balance.observed_at.unix())
    .fetch_all(&mut *writer)
    .await?;
    let readings = told.iter().map(Reading::of).collect::<Result<Vec<_>, _>>()?;
    let [last, next, middle, first] = readings.as_slice() else { return Ok(()) };
    let same_day = next.at.utc_date() == middle.at.utc_date();
    let amounts = [first, middle, next, last].map(|reading| reading.amount);
    let nothing_new = first.acquired == middle.acquired && middle.acquired == next.acquired;
    if same_day && nothing_new && amounts.is_sorted_by(|earlier, later| earlier >= later) {
        sqlx::query(
            "DELETE FROM balances WHERE account_id = ? AND kind = ? AND currency = ? AND observed_at = ?",
        )
        .bind(account_id)
        .bind(kind)
        .bind(currency.as_str())
        .bind(middle.at.unix())
        .execute(writer)
        .await?;
    }
    Ok(())
}

fn kind_of(name: &str) -> Result<BalanceKind, StoreError> {
    named(name, BalanceKind::NAMED)
        .ok_or_else(|| StoreError::Row(format!("a balance of the kind \"{name}\"")))
}
