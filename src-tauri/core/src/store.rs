//! The local store: SQLite with one writer and a pool of readers. One file per table below.

mod accounts;
mod alerts;
mod answers;
mod aside;
mod assignments;
mod backups;
mod balances;
mod budgets;
mod calendar;
mod charges;
mod counts;
mod deliveries;
mod entries;
mod erasing;
mod facets;
mod folder;
mod grants;
mod imports;
mod kept;
mod leftovers;
mod lots;
mod names;
mod packed;
mod part_bills;
mod pieces;
mod plan_corrections;
mod price_bases;
mod prices;
mod quotas;
mod removals;
mod rollup;
mod settings;
mod snapshots;
mod streams;
mod subscriptions;
mod usage;
mod watch;
mod whole;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqlSafeStr as _, SqliteConnection, SqlitePool};

pub use accounts::{AccountRow, KeyPlace, NewAccount};
pub use alerts::{AlertRow, AlertStand, Answer, BookedAlerts, EndedAlert, RaisedAlert};
pub use answers::AnswerRow;
pub use backups::{BackupError, Candidate, Holds, SetAside};
pub use balances::{BalanceSeries, Reading};
pub use budgets::BudgetRow;
pub use calendar::{CalendarLock, DayNote, ToldEvent};
pub use charges::{Covered, Sequence};
pub use counts::CountRow;
pub use deliveries::{DeliveryRow, DueAlert, Receipt, Turn};
pub use entries::{ENTERED_STREAM, EntryRow, Owner};
pub use erasing::{Erased, erase_unopened, named_in_copies};
pub use imports::{Arrival, IMPORT_STREAM, ImportRow, ImportedFile, Outcome};
pub use lots::{LotOverride, RiseKey};
pub use pieces::PieceFacet;
pub use plan_corrections::PlanCorrection;
pub use prices::PriceChange;
pub use rollup::{Dimension, GroupSums, Origin, RollupColumn, RollupRow};
pub use snapshots::Snapshot;
pub use streams::{AccountLock, StreamRow, StreamState};
pub use usage::{UsedFacet, UsedRow, UsedStream, read_used};
pub use watch::{PlanRow, WatchLock};
pub use whole::{Between, ToldCharge, ToldFacet, Whole};

use crate::money::{self, Decimal, MoneyError, NumberError};
use crate::time::Timestamp;

/// The oldest SQLite without the write-ahead-log reset that could corrupt a database.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
const FILE: &str = "spendglass.db";

/// Why the store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data folder cannot be used, for the reason given.
    #[error("the data folder {path} {problem}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// The store was written by a newer version.
    #[error(
        "the store in {path} was made by a newer version of Spendglass (its schema is {found}, this version knows {known}). \
         Update Spendglass, or use another --data-dir"
    )]
    TooNew {
        /// The folder.
        path: PathBuf,
        /// Schema of the store.
        found: i64,
        /// Newest schema known here.
        known: i64,
    },
    /// The disk has no room to open the store on.
    #[error(
        "the data folder {path} lies on a full disk ({free} bytes are free). Free some space and try again"
    )]
    NoRoom {
        /// The folder.
        path: PathBuf,
        /// Bytes that are free.
        free: u64,
    },
    /// The disk is full, or takes no more.
    #[error("the disk is full or takes no more: nothing of this was written. Free some space and try again")]
    Full,
    /// The disk, or a limit of the system, refuses to read or write.
    #[error(
        "the disk could not be read or written ({0}). What was booked before stays. Check the disk and try again"
    )]
    Disk(String),
    /// The same key is connected already.
    #[error("this key is connected already")]
    Taken,
    /// Another process holds the store for too long.
    #[error("another program keeps the store busy. Close it and try again")]
    Busy,
    /// The file is damaged or is no store.
    #[error(
        "the store is damaged: {0}. Bring a backup back by `spendglass restore FILE`, or start with another --data-dir"
    )]
    Damaged(String),
    /// A row holds what no row should.
    #[error("the store holds something that cannot be read: {0}")]
    Row(String),
    /// Anything else the database says.
    #[error("the store failed: {0}")]
    Sql(sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .and_then(|code| code.parse::<u32>().ok());
        // A quota or a limit on the size of files fails a write (778), an extension (4874) or a flush (1034) of its own kind.
        if matches!(code, Some(778 | 1034 | 4874)) {
            return StoreError::Full;
        }
        if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation) {
            return StoreError::Taken;
        }
        // The low byte of an extended result code is the primary one.
        match code.map(|code| code & 0xff) {
            Some(13) => StoreError::Full,
            Some(5 | 6) => StoreError::Busy,
            Some(10) => StoreError::Disk(error.to_string()),
            Some(11 | 26) => StoreError::Damaged(error.to_string()),
            _ => StoreError::Sql(error),
        }
    }
}

impl From<NumberError> for StoreError {
    fn from(error: NumberError) -> StoreError {
        StoreError::Row(error.to_string())
    }
}

impl From<MoneyError> for StoreError {
    fn from(error: MoneyError) -> StoreError {
        StoreError::Row(error.to_string())
    }
}

/// The steps that made the schema: number, name, SQL. Append only.
#[derive(Debug, Clone)]
pub struct Schema(Vec<(i64, &'static str, &'static str)>);

impl Schema {
    /// The schema of this version.
    pub fn current() -> Schema {
        Schema(vec![
            (1, "init", include_str!("../migrations/0001_init.sql")),
            (2, "every provider", include_str!("../migrations/0002_every_provider.sql")),
            (3, "credit", include_str!("../migrations/0003_credit.sql")),
            (4, "alerts", include_str!("../migrations/0004_alerts.sql")),
            (5, "watch", include_str!("../migrations/0005_watch.sql")),
            (6, "calendar", include_str!("../migrations/0006_calendar.sql")),
            (7, "receipts", include_str!("../migrations/0007_receipts.sql")),
            (8, "prices", include_str!("../migrations/0008_prices.sql")),
            (9, "plans", include_str!("../migrations/0009_plans.sql")),
            (10, "sessions", include_str!("../migrations/0010_sessions.sql")),
            (11, "correction numbers", include_str!("../migrations/0011_correction_numbers.sql")),
            (12, "removals", include_str!("../migrations/0012_removals.sql")),
        ])
    }

    /// The schema as an older version had it.
    pub fn of_version(newest: i64) -> Schema {
        let mut schema = Schema::current();
        schema.0.retain(|(version, ..)| *version <= newest);
        schema
    }

    /// The same with one more step, as the next version would have it.
    #[must_use]
    pub fn then(mut self, name: &'static str, sql: &'static str) -> Schema {
        self.0.push((self.newest() + 1, name, sql));
        self
    }

    fn newest(&self) -> i64 {
        self.0.last().map_or(0, |(version, ..)| *version)
    }

    fn migrator(&self) -> Migrator {
        let step = |(version, name, sql): &(i64, &'static str, &'static str)| {
            Migration::new(*version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
        };
        Migrator::with_migrations(self.0.iter().map(step).collect())
    }
}

/// The open store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
    options: SqliteConnectOptions,
    folder: PathBuf,
    remembered: Arc<Mutex<Remembered>>,
}

/// What the writer knows without asking: ids given out.
#[derive(Debug, Default)]
struct Remembered {
    facets: facets::Cache,
    bases: price_bases::Cache,
}

impl Store {
    /// Opens the store in a folder, making or migrating it where needed.
    pub async fn open(folder: &Path, now: Timestamp) -> Result<Store, StoreError> {
        Store::open_with(folder, &Schema::current(), now).await
    }

    /// Opens the store with a given schema.
    pub async fn open_with(folder: &Path, schema: &Schema, now: Timestamp) -> Result<Store, StoreError> {
        // Without the slash at its end, behind which a link would hide.
        let folder: &Path = &folder.components().collect::<PathBuf>();
        // Held until the schema is in place, so that two programs starting at once do not both make it.
        let _turn = folder::prepare(folder, FILE)?;
        let file = folder.join(FILE);
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("trusted_schema", "OFF")
            .pragma("cell_size_check", "ON");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .before_acquire(|writer, _| Box::pin(is_sound(writer)))
            .connect_with(options.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(3)
            .after_connect(|reader, _| Box::pin(removals::leave_out(reader)))
            .connect_lazy_with(options.clone().pragma("query_only", "ON").statement_cache_capacity(64));
        let store = Store { writer, readers, options, folder: folder.to_owned(), remembered: Arc::default() };
        store.assert_sqlite().await?;
        store.migrate(schema, now).await?;
        Ok(store)
    }

    /// Whether the disk has room to go on writing, as far as the system tells.
    pub fn has_room(&self) -> bool {
        folder::has_room(&self.folder)
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Closes every connection; the write-ahead log is merged.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// SQLite's own check of the whole file, and of every reference in it.
    pub async fn check_integrity(&self) -> Result<(), StoreError> {
        let said: Vec<(String,)> =
            sqlx::query_as("PRAGMA integrity_check(5)").fetch_all(&self.readers).await?;
        if said.iter().any(|(line,)| line != "ok") {
            let lines: Vec<_> = said.into_iter().map(|(line,)| line).collect();
            return Err(StoreError::Damaged(lines.join("; ")));
        }
        let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&self.readers).await?;
        if broken.is_empty() {
            Ok(())
        } else {
            Err(StoreError::Damaged(format!("{} rows refer to what is not there", broken.len())))
        }
    }

    async fn assert_sqlite(&self) -> Result<(), StoreError> {
        let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(&self.writer).await?;
        let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        if (next(), next(), next()) < OLDEST_SQLITE {
            let problem =
                format!("was opened by SQLite {version}, which can corrupt it; 3.51.3 or newer is needed");
            return Err(StoreError::Folder { path: self.folder.clone(), problem });
        }
        Ok(())
    }

    async fn migrate(&self, schema: &Schema, now: Timestamp) -> Result<(), StoreError> {
        let found: Option<i64> = {
            let (made,): (i64,) =
                sqlx::query_as("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
                    .fetch_one(&self.writer)
                    .await?;
            if made == 0 {
                None
            } else {
                sqlx::query_as::<_, (Option<i64>,)>("SELECT max(version) FROM _sqlx_migrations")
                    .fetch_one(&self.writer)
                    .await?
                    .0
            }
        };
        let known = schema.newest();
        match found {
            Some(found) if found > known => {
                return Err(StoreError::TooNew { path: self.folder.clone(), found, known });
            }
            Some(found) if found < known => self.back_up(found, now).await?,
            _ => {}
        }
        if found == Some(known) {
            // Nothing is run; a step that was edited after it had been applied is refused.
            return schema.migrator().run(&self.writer).await.map_err(|error| migration_error(&error));
        }
        // A connection of its own, which enforces no references: a table that is made anew under its old name would take the
        // rows that refer to it along.
        let unheld = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(self.options.clone().foreign_keys(false))
            .await?;
        let run = schema.migrator().run(&unheld).await.map_err(|error| migration_error(&error));
        unheld.close().await;
        run?;
        let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&self.writer).await?;
        if broken.is_empty() {
            Ok(())
        } else {
            Err(StoreError::Damaged(format!("{} rows refer to what is not there", broken.len())))
        }
    }

    /// A whole copy beside the store, before its schema changes.
    async fn back_up(&self, version: i64, now: Timestamp) -> Result<(), StoreError> {
        let name = format!("backup-schema-{version}-{}.db", now.to_string().replace(':', ""));
        self.copy_beside(&name).await.map(|_| ())
    }

    /// A whole copy in the store's folder.
    async fn copy_beside(&self, name: &str) -> Result<PathBuf, StoreError> {
        // What has a backup's name is whole: a copy that is cut short keeps the other one.
        let path = self.folder.join(leftovers::PART);
        let problem = |error: std::io::Error| StoreError::Folder {
            path: self.folder.clone(),
            problem: format!("cannot be written to ({error})"),
        };
        if path.exists() {
            std::fs::remove_file(&path).map_err(problem)?;
        }
        let shown = path.to_str().ok_or_else(|| StoreError::Folder {
            path: self.folder.clone(),
            problem: "has a name that is not Unicode; choose another with --data-dir".to_owned(),
        })?;
        folder::create_private(&path)?;
        sqlx::query("VACUUM INTO ?").bind(shown).execute(&self.writer).await?;
        std::fs::File::open(&path).and_then(|copy| copy.sync_all()).map_err(problem)?;
        let kept = self.folder.join(name);
        std::fs::rename(&path, &kept).map_err(problem)?;
        Ok(kept)
    }
}

/// Whether the writer can go on. On a full disk SQLite rolls back by itself; sqlx goes on to count that transaction and can
/// begin no other, so such a connection gives way to a new one.
async fn is_sound(writer: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // Whatever was sent before, such as the rollback of a dropped transaction, is done after this.
    writer.ping().await?;
    Ok(!writer.is_in_transaction())
}

fn migration_error(error: &sqlx::migrate::MigrateError) -> StoreError {
    StoreError::Damaged(format!("its schema could not be brought up to date: {error}"))
}

/// A time column.
fn timestamp(seconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_unix(seconds).map_err(|error| StoreError::Row(error.to_string()))
}

/// A decimal column.
fn decimal(text: &str) -> Result<Decimal, StoreError> {
    Ok(money::exact(text)?)
}
