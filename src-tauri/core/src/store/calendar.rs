//! The table `calendar_events`: what the calendar has told so far.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::folder::open_private;
use super::{Store, StoreError, timestamp};
use crate::time::{Date, Timestamp};

/// What a day of the calendar says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayNote {
    /// The day.
    pub date: Date,
    /// One line.
    pub summary: String,
    /// A sentence or two.
    pub description: String,
    /// When its alarm rings, in hours from the start of the day; mostly before it.
    pub alarm_hours: i32,
}

/// An event as it was last told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldEvent {
    /// What it is of. Stable.
    pub key: String,
    /// What it says.
    pub note: DayNote,
    /// How often it was changed.
    pub sequence: u32,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// Since when it is so no longer.
    pub withdrawn_at: Option<Timestamp>,
}

/// The right to serve the calendar of a store. Given back when it is dropped.
#[derive(Debug)]
pub struct CalendarLock(#[expect(dead_code, reason = "held, not read")] File);

impl Store {
    /// What the calendar has told so far, by key.
    pub async fn told_events(&self) -> Result<Vec<ToldEvent>, StoreError> {
        let rows = sqlx::query("SELECT * FROM calendar_events ORDER BY key").fetch_all(&self.readers).await?;
        rows.iter().map(event).collect()
    }

    /// Tells the calendar anew: from what it has told so far comes what it tells now, in one step.
    pub async fn tell_events(
        &self,
        tell: impl Fn(&[ToldEvent]) -> Vec<ToldEvent>,
    ) -> Result<Vec<ToldEvent>, StoreError> {
        let before = self.told_events().await?;
        let after = tell(&before);
        if same(&before, &after) {
            return Ok(after);
        }
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        // Another program may have told something meanwhile.
        let rows =
            sqlx::query("SELECT * FROM calendar_events ORDER BY key").fetch_all(&mut *transaction).await?;
        let before: Vec<ToldEvent> = rows.iter().map(event).collect::<Result<_, _>>()?;
        let after = tell(&before);
        let kept: BTreeSet<&str> = after.iter().map(|event| event.key.as_str()).collect();
        for gone in before.iter().filter(|event| !kept.contains(event.key.as_str())) {
            sqlx::query("DELETE FROM calendar_events WHERE key = ?")
                .bind(&gone.key)
                .execute(&mut *transaction)
                .await?;
        }
        let known: BTreeMap<&str, &ToldEvent> =
            before.iter().map(|event| (event.key.as_str(), event)).collect();
        for event in after.iter().filter(|event| known.get(event.key.as_str()) != Some(event)) {
            write(&mut transaction, event).await?;
        }
        transaction.commit().await?;
        Ok(after)
    }

    /// The right to serve the calendar of this store, unless another program has it.
    pub fn try_lock_calendar(&self) -> Result<Option<CalendarLock>, StoreError> {
        let problem = |error: &std::io::Error| StoreError::Folder {
            path: self.folder().to_owned(),
            problem: format!("cannot be written to ({error})"),
        };
        let file = open_private(&self.folder().join("calendar.lock")).map_err(|error| problem(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(CalendarLock(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(problem(&error)),
        }
    }
}

fn same(before: &[ToldEvent], after: &[ToldEvent]) -> bool {
    let by_key = |events: &[ToldEvent]| -> BTreeMap<String, ToldEvent> {
        events.iter().map(|event| (event.key.clone(), event.clone())).collect()
    };
    by_key(before) == by_key(after)
}

async fn write(writer: &mut SqliteConnection, event: &ToldEvent) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT OR REPLACE INTO calendar_events (key, on_date, summary, description, alarm_hours, sequence, changed_at, \
         withdrawn_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&event.key)
    .bind(event.note.date.to_string())
    .bind(&event.note.summary)
    .bind(&event.note.description)
    .bind(event.note.alarm_hours)
    .bind(event.sequence)
    .bind(event.changed_at.unix())
    .bind(event.withdrawn_at.map(Timestamp::unix))
    .execute(writer)
    .await?;
    Ok(())
}

fn event(row: &SqliteRow) -> Result<ToldEvent, StoreError> {
    let date: String = row.try_get("on_date")?;
    Ok(ToldEvent {
        key: row.try_get("key")?,
        note: DayNote {
            date: date.parse().map_err(|_| StoreError::Row(format!("the date \"{date}\"")))?,
            summary: row.try_get("summary")?,
            description: row.try_get("description")?,
            alarm_hours: row.try_get("alarm_hours")?,
        },
        sequence: row.try_get("sequence")?,
        changed_at: timestamp(row.try_get("changed_at")?)?,
        withdrawn_at: row.try_get::<Option<i64>, _>("withdrawn_at")?.map(timestamp).transpose()?,
    })
}
