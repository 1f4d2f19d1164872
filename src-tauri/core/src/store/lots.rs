//! The tables `lot_overrides` and `offer_answers`: what a person says of lots that a provider reports, and of rises of a balance.

use std::str::FromStr as _;

use sqlx::Row as _;

use super::entries::{Change, write};
use super::{Store, StoreError, timestamp};
use crate::ledger::{BalanceKind, Entered, ExpiryRule, name_of, named};
use crate::money::Currency;
use crate::time::Timestamp;

/// What a person says of a lot that a provider reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotOverride {
    /// The account's number.
    pub account_id: i64,
    /// The provider's id of the lot.
    pub grant: String,
    /// When it lapses; the provider's own rule without it.
    pub rule: Option<ExpiryRule>,
    /// The person's words.
    pub note: Option<String>,
    /// Whether it is left out of account.
    pub left_out: bool,
}

/// A rise of a balance: the account, the balance, and the reading that showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RiseKey {
    /// The account's number.
    pub account_id: i64,
    /// Which balance.
    pub kind: BalanceKind,
    /// In which currency or unit.
    pub currency: Currency,
    /// The reading that showed it.
    pub seen_at: Timestamp,
}

impl Store {
    /// What was said of reported lots, by account and lot.
    pub async fn lot_overrides(&self) -> Result<Vec<LotOverride>, StoreError> {
        let rows = sqlx::query("SELECT * FROM lot_overrides ORDER BY account_id, grant_id")
            .fetch_all(&self.readers)
            .await?;
        let said = |row: &sqlx::sqlite::SqliteRow| {
            let rule: Option<String> = row.try_get("rule")?;
            let rule = rule.map(|text| ExpiryRule::from_str(&text)).transpose();
            Ok(LotOverride {
                account_id: row.try_get("account_id")?,
                grant: row.try_get("grant_id")?,
                rule: rule.map_err(|error| StoreError::Row(error.to_string()))?,
                note: row.try_get("note")?,
                left_out: row.try_get("left_out")?,
            })
        };
        rows.iter().map(said).collect()
    }

    /// Keeps what is said of a reported lot; where nothing is said any more, it is forgotten.
    pub async fn set_lot_override(&self, said: &LotOverride, now: Timestamp) -> Result<(), StoreError> {
        let LotOverride { account_id, grant, rule, note, left_out } = said;
        if rule.is_none() && note.is_none() && !left_out {
            sqlx::query("DELETE FROM lot_overrides WHERE account_id = ? AND grant_id = ?")
                .bind(account_id)
                .bind(grant)
                .execute(&self.writer)
                .await?;
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO lot_overrides (account_id, grant_id, rule, note, left_out, changed_at) VALUES (?, ?, ?, ?, ?, ?) \
             ON CONFLICT DO UPDATE SET rule = excluded.rule, note = excluded.note, left_out = excluded.left_out, \
             changed_at = excluded.changed_at",
        )
        .bind(account_id)
        .bind(grant)
        .bind(rule.map(|rule| rule.to_string()))
        .bind(note)
        .bind(left_out)
        .bind(now.unix())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The rises of balances on which a person gave an answer.
    pub async fn answered_rises(&self) -> Result<Vec<RiseKey>, StoreError> {
        let rows = sqlx::query("SELECT account_id, kind, currency, seen_at FROM offer_answers")
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(rise).collect()
    }

    /// Keeps the answer on a rise, with the lot that it was, in one transaction: the number of that entry, where there is one.
    /// Nothing is done, and false told, where it was answered before.
    pub async fn answer_rise(
        &self,
        rise: &RiseKey,
        was: Option<&Entered>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let entry = match was {
            Some(entered) => write(&mut transaction, rise.account_id, Change::Add(entered), now).await?,
            None => None,
        };
        let kept = sqlx::query(
            "INSERT INTO offer_answers (account_id, kind, currency, seen_at, entry_id, answered_at) VALUES (?, ?, ?, ?, ?, ?) \
             ON CONFLICT DO NOTHING",
        )
        .bind(rise.account_id)
        .bind(name_of(rise.kind, BalanceKind::NAMED))
        .bind(rise.currency.as_str())
        .bind(rise.seen_at.unix())
        .bind(entry)
        .bind(now.unix())
        .execute(&mut *transaction)
        .await?;
        if kept.rows_affected() == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// The rises of balances that an entry answers, each with when that was said.
    pub async fn rises_of_entry(&self, id: i64) -> Result<Vec<(RiseKey, Timestamp)>, StoreError> {
        let rows = sqlx::query(
            "SELECT account_id, kind, currency, seen_at, answered_at FROM offer_answers WHERE entry_id = ?",
        )
        .bind(id)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| Ok((rise(row)?, timestamp(row.try_get("answered_at")?)?))).collect()
    }

    /// Says once more that an entry answers rises of balances.
    pub async fn restore_answers(&self, id: i64, rises: &[(RiseKey, Timestamp)]) -> Result<(), StoreError> {
        for (rise, answered_at) in rises {
            sqlx::query(
                "INSERT INTO offer_answers (account_id, kind, currency, seen_at, entry_id, answered_at) \
                 VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(rise.account_id)
            .bind(name_of(rise.kind, BalanceKind::NAMED))
            .bind(rise.currency.as_str())
            .bind(rise.seen_at.unix())
            .bind(id)
            .bind(answered_at.unix())
            .execute(&self.writer)
            .await?;
        }
        Ok(())
    }

    /// Gives an entry that books no charge to another account. False where there is no such entry.
    pub async fn move_entry(&self, id: i64, account_id: i64, now: Timestamp) -> Result<bool, StoreError> {
        let moved =
            sqlx::query("UPDATE entries SET account_id = ?, changed_at = ? WHERE id = ? AND kind <> 'cost'")
                .bind(account_id)
                .bind(now.unix())
                .bind(id)
                .execute(&self.writer)
                .await?;
        Ok(moved.rows_affected() > 0)
    }
}

fn rise(row: &sqlx::sqlite::SqliteRow) -> Result<RiseKey, StoreError> {
    let kind: String = row.try_get("kind")?;
    Ok(RiseKey {
        account_id: row.try_get("account_id")?,
        kind: named(&kind, BalanceKind::NAMED)
            .ok_or_else(|| StoreError::Row(format!("a balance of the kind \"{kind}\"")))?,
        currency: row.try_get::<String, _>("currency")?.parse()?,
        seen_at: timestamp(row.try_get("seen_at")?)?,
    })
}
