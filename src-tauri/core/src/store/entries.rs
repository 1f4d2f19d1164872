//! The table `entries`: what a person entered by hand. A day's cost is in the charges too, in the same transaction.

use std::collections::BTreeSet;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::{NewAccount, Sequence, Store, StoreError, timestamp};
use crate::ledger::{Entered, EnteredCost};
use crate::time::{Date, Timestamp};

/// The stream of an account that holds the costs entered by hand. No provider has one of this name.
pub const ENTERED_STREAM: &str = "entered";
/// How often a change gives way to others before it gives up.
const TURNS: usize = 20;

/// An entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Number.
    pub id: i64,
    /// The account's number.
    pub account_id: i64,
    /// What was entered.
    pub entered: Entered,
    /// When.
    pub entered_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// Whose entry it is.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'a> {
    /// An account, by its number.
    Account(i64),
    /// An account that is made with it.
    New(&'a NewAccount),
}

/// What is done to the entries of an account.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change<'a> {
    Add(&'a Entered),
    Set(i64, &'a Entered),
    Remove(i64),
    /// As it was, with its number and times.
    Back(&'a EntryRow),
}

impl Store {
    /// The entries of an account, or of all, in the order in which they were made.
    pub async fn entries(&self, account_id: Option<i64>) -> Result<Vec<EntryRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM entries WHERE ?1 IS NULL OR account_id = ?1 ORDER BY id")
            .bind(account_id)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(entry).collect()
    }

    /// The entry of a number.
    pub async fn entry(&self, id: i64) -> Result<Option<EntryRow>, StoreError> {
        let row =
            sqlx::query("SELECT * FROM entries WHERE id = ?").bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(entry).transpose()
    }

    /// Adds an entry, with its account where that is new, and returns its number.
    pub async fn add_entry(
        &self,
        owner: Owner<'_>,
        entered: &Entered,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let id = self.change_entries(owner, Change::Add(entered), now).await?;
        id.ok_or_else(|| StoreError::Row("an entry that was not added".to_owned()))
    }

    /// Puts other content in the place of an entry's. False where there is no such entry.
    pub async fn change_entry(&self, id: i64, entered: &Entered, now: Timestamp) -> Result<bool, StoreError> {
        let Some(row) = self.entry(id).await? else { return Ok(false) };
        let owner = Owner::Account(row.account_id);
        Ok(self.change_entries(owner, Change::Set(id, entered), now).await?.is_some())
    }

    /// Removes an entry. False where there is no such entry.
    pub async fn remove_entry(&self, id: i64, now: Timestamp) -> Result<bool, StoreError> {
        let Some(row) = self.entry(id).await? else { return Ok(false) };
        let owner = Owner::Account(row.account_id);
        Ok(self.change_entries(owner, Change::Remove(id), now).await?.is_some())
    }

    /// Puts an entry back as it was, whether it was changed or removed. Its number is nobody else's: numbers are not used twice.
    pub async fn restore_entry(&self, row: &EntryRow, now: Timestamp) -> Result<(), StoreError> {
        self.change_entries(Owner::Account(row.account_id), Change::Back(row), now).await.map(|_| ())
    }

    /// Changes the entries of an account and, in the same transaction, the charges of every day whose entered costs change.
    /// Returns the number of the entry, if there is one.
    async fn change_entries(
        &self,
        owner: Owner<'_>,
        change: Change<'_>,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        for _ in 0..TURNS {
            // The days are made ready before the one writer is held; what they were made from is looked at again then.
            let before = match owner {
                Owner::Account(account_id) => costs(&self.entries(Some(account_id)).await?),
                Owner::New(_) => Vec::new(),
            };
            let (after, days) = changed(&before, change);
            let mut sequences = Vec::with_capacity(days.len());
            for day in days {
                let mut sequence = self.begin_sequence(0, day.utc_day());
                let of_day = after.iter().filter(|(_, cost)| cost.date == day);
                sequence.stage(of_day.map(|(_, cost)| cost.charge()).collect()).await?;
                sequences.push(sequence);
            }
            let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
            let account_id = match owner {
                Owner::Account(account_id) => account_id,
                Owner::New(account) => Store::insert_account(&mut transaction, account, now).await?,
            };
            if costs(&entries_of(&mut transaction, account_id).await?) != before {
                transaction.rollback().await?;
                continue;
            }
            let Some(id) = write(&mut transaction, account_id, change, now).await? else {
                transaction.rollback().await?;
                return Ok(None);
            };
            book(&mut transaction, account_id, sequences, after.is_empty()).await?;
            transaction.commit().await?;
            return Ok(Some(id));
        }
        Err(StoreError::Busy)
    }
}

/// The costs among entries; the number of one that is not kept yet is the last.
fn costs(rows: &[EntryRow]) -> Vec<(i64, EnteredCost)> {
    rows.iter().filter_map(|row| Some((row.id, row.entered.as_cost()?.clone()))).collect()
}

/// The costs after a change, and the days on which they are others than before.
fn changed(before: &[(i64, EnteredCost)], change: Change<'_>) -> (Vec<(i64, EnteredCost)>, BTreeSet<Date>) {
    let (id, new) = match change {
        Change::Add(entered) => (i64::MAX, entered.as_cost()),
        Change::Set(id, entered) => (id, entered.as_cost()),
        Change::Remove(id) => (id, None),
        Change::Back(row) => (row.id, row.entered.as_cost()),
    };
    let old = before.iter().filter(|(known, _)| *known == id).map(|(_, cost)| cost.date);
    let days = old.chain(new.map(|cost| cost.date)).collect();
    let mut after: Vec<_> = before.iter().filter(|(known, _)| *known != id).cloned().collect();
    after.extend(new.map(|cost| (id, cost.clone())));
    // By number, so that a cost that is changed and changed back is booked in its old place.
    after.sort_by_key(|(id, _)| *id);
    (after, days)
}

pub(super) async fn write(
    writer: &mut SqliteConnection,
    account_id: i64,
    change: Change<'_>,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let content = |entered: &Entered| {
        serde_json::to_string(entered).map_err(|error| StoreError::Row(format!("an entry ({error})")))
    };
    let id: Option<(i64,)> = match change {
        Change::Add(entered) => {
            sqlx::query_as(
                "INSERT INTO entries (account_id, kind, content, entered_at, changed_at) VALUES (?, ?, ?, ?4, ?4) \
                 RETURNING id",
            )
            .bind(account_id)
            .bind(entered.kind())
            .bind(content(entered)?)
            .bind(now.unix())
            .fetch_optional(&mut *writer)
            .await?
        }
        Change::Set(id, entered) => {
            sqlx::query_as("UPDATE entries SET kind = ?, content = ?, changed_at = ? WHERE id = ? RETURNING id")
                .bind(entered.kind())
                .bind(content(entered)?)
                .bind(now.unix())
                .bind(id)
                .fetch_optional(&mut *writer)
                .await?
        }
        Change::Back(row) => {
            sqlx::query_as(
                "INSERT INTO entries (id, account_id, kind, content, entered_at, changed_at) VALUES (?, ?, ?, ?, ?, ?) \
                 ON CONFLICT (id) DO UPDATE SET account_id = excluded.account_id, kind = excluded.kind, \
                 content = excluded.content, changed_at = excluded.changed_at RETURNING id",
            )
            .bind(row.id)
            .bind(row.account_id)
            .bind(row.entered.kind())
            .bind(content(&row.entered)?)
            .bind(row.entered_at.unix())
            .bind(row.changed_at.unix())
            .fetch_optional(&mut *writer)
            .await?
        }
        Change::Remove(id) => {
            sqlx::query_as("DELETE FROM entries WHERE id = ? RETURNING id")
                .bind(id)
                .fetch_optional(&mut *writer)
                .await?
        }
    };
    Ok(id.map(|(id,)| id))
}

/// Books the days; with the last cost of the account its stream goes too.
async fn book(
    writer: &mut SqliteConnection,
    account_id: i64,
    sequences: Vec<Sequence>,
    is_last: bool,
) -> Result<(), StoreError> {
    if sequences.is_empty() {
        return Ok(());
    }
    if is_last {
        sqlx::query("DELETE FROM streams WHERE account_id = ? AND name = ?")
            .bind(account_id)
            .bind(ENTERED_STREAM)
            .execute(&mut *writer)
            .await?;
        return Ok(());
    }
    let stream_id = Store::stream_id(writer, account_id, ENTERED_STREAM).await?;
    for sequence in sequences {
        sequence.of_stream(stream_id).replace(writer).await?;
    }
    Ok(())
}

async fn entries_of(writer: &mut SqliteConnection, account_id: i64) -> Result<Vec<EntryRow>, StoreError> {
    let rows = sqlx::query("SELECT * FROM entries WHERE account_id = ? ORDER BY id")
        .bind(account_id)
        .fetch_all(writer)
        .await?;
    rows.iter().map(entry).collect()
}

fn entry(row: &SqliteRow) -> Result<EntryRow, StoreError> {
    let id = row.try_get("id")?;
    let content: String = row.try_get("content")?;
    Ok(EntryRow {
        id,
        account_id: row.try_get("account_id")?,
        entered: serde_json::from_str(&content)
            .map_err(|error| StoreError::Row(format!("the entry {id} ({error})")))?,
        entered_at: timestamp(row.try_get("entered_at")?)?,
        changed_at: timestamp(row.try_get("changed_at")?)?,
    })
}
