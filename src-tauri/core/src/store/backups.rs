//! Copies of the whole store, and the way back from one.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection};
use tempfile::TempDir;

use super::{FILE, Schema, Store, StoreError, folder, leftovers};
use crate::time::Timestamp;

/// What every database of SQLite begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Tables that every store of ours has had from the first version on.
const OURS: &[&str] = &["_sqlx_migrations", "accounts", "charges", "facets", "rollup", "settings", "streams"];
/// Rows that other rows are of, each kept once whoever brings it.
const KEPT_ONCE: &[&str] = &["facets", "price_bases"];
/// What is not taken over: the schema is this version's own.
const NOT_TAKEN: &[&str] = &["_sqlx_migrations", "charges", "facets", "price_bases"];

/// Why a file cannot be restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It cannot be read.
    #[error("it cannot be read ({0}). Choose a file that is there and yours to read")]
    Unreadable(std::io::Error),
    /// It is no store of this program.
    #[error("it is no backup of Spendglass, but {0}. Choose a file that `Back up` wrote")]
    NotOurs(&'static str),
    /// It was written by a newer version.
    #[error(
        "it was made by a newer version of Spendglass (its schema is {found}, this version knows {known}). Update Spendglass first"
    )]
    TooNew {
        /// Schema of the file.
        found: i64,
        /// Newest schema known here.
        known: i64,
    },
    /// It is damaged.
    #[error("it is damaged ({0}). Choose another backup")]
    Damaged(String),
    /// The store here fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> BackupError {
        StoreError::from(error).into()
    }
}

/// What a copy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    /// How many accounts.
    pub accounts: u64,
    /// How many charges.
    pub charges: u64,
}

/// A file that was looked over, copied and brought up to date: ready to be taken over.
#[derive(Debug)]
pub struct Candidate {
    // First, so that it is closed before its folder goes.
    _in_use: File,
    folder: TempDir,
    /// What it holds.
    pub holds: Holds,
}

impl Store {
    /// What the store holds, accounts on their way out left out.
    pub async fn holds(&self) -> Result<Holds, StoreError> {
        // The roll-up counts each charge once, and is read in a moment.
        let (accounts, counts): (i64, String) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM accounts), \
             (SELECT json_group_array(r.charges) FROM streams AS s CROSS JOIN rollup AS r \
              WHERE r.stream_id = s.id AND r.dimension = 'day')",
        )
        .fetch_one(&self.readers)
        .await?;
        let counts: Vec<u64> = serde_json::from_str(&counts)
            .map_err(|error| StoreError::Row(format!("counts of the roll-up ({error})")))?;
        Ok(Holds { accounts: accounts.unsigned_abs(), charges: counts.iter().sum() })
    }

    /// Copies the whole store into an empty file, and proves the copy. Nothing is on its way out there.
    pub async fn copy_into(&self, file: &Path) -> Result<Holds, BackupError> {
        let shown = file.to_str().ok_or(BackupError::NotOurs("a name that is not Unicode"))?;
        sqlx::query("VACUUM INTO ?").bind(shown).execute(&self.writer).await?;
        let_all_back_in(file).await?;
        let mut copy = open_to_look(file).await?;
        let checked = prove(&mut copy).await;
        copy.close().await?;
        checked
    }

    /// Keeps a whole copy beside the store, with the date in its name.
    pub async fn keep_aside(&self, why: &str, now: Timestamp) -> Result<PathBuf, StoreError> {
        // Whoever opens the store meanwhile would take the copy for one that was left behind.
        let _turn = folder::turn(&self.folder)?;
        self.copy_beside(&format!("backup-{why}-{}.db", now.to_string().replace(':', ""))).await
    }

    /// Looks a file over without touching it: a copy of it is brought up to date beside the store.
    pub async fn consider(&self, file: &Path, now: Timestamp) -> Result<Candidate, BackupError> {
        let known = Schema::current().newest();
        let wrong = |error: std::io::Error| BackupError::Unreadable(error);
        // Whoever opens a pipe waits until somebody writes into it.
        if !fs::metadata(file).map_err(wrong)?.is_file() {
            return Err(BackupError::NotOurs("a pipe or a device"));
        }
        let mut head = [0; 16];
        let mut source = File::open(file).map_err(wrong)?;
        match source.read_exact(&mut head) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                return Err(BackupError::NotOurs("a file of a few bytes"));
            }
            Err(error) => return Err(wrong(error)),
            Ok(()) if head != *MAGIC => return Err(BackupError::NotOurs("a file of another kind")),
            Ok(()) => {}
        }
        let failed = |error: std::io::Error| match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => StoreError::Full,
            _ => StoreError::Disk(error.to_string()),
        };
        let (aside, in_use) = {
            let _turn = folder::turn(&self.folder)?;
            leftovers::candidate_in(&self.folder).map_err(failed)?
        };
        let copy = aside.path().join(FILE);
        folder::create_private(&copy)?;
        let (from, to) = (file.to_owned(), copy.clone());
        let copied = tokio::task::spawn_blocking(move || {
            fs::write(&to, [])?;
            let mut to = File::options().write(true).open(&to)?;
            std::io::copy(&mut File::open(&from)?, &mut to).map(|_| ())
        });
        copied.await.map_err(std::io::Error::other).and_then(|done| done).map_err(failed)?;
        let mut look = open_to_look(&copy).await?;
        let found = recognise(&mut look).await;
        let proved = match found {
            Ok(found) if found > known => Err(BackupError::TooNew { found, known }),
            Ok(_) => prove(&mut look).await,
            Err(error) => Err(error),
        };
        look.close().await?;
        proved?;
        let brought = Store::open(aside.path(), now).await.map_err(|error| match error {
            StoreError::Damaged(words) => BackupError::Damaged(words),
            error => error.into(),
        })?;
        // Whoever made the backup may have taken the removal back since.
        let holds = match brought.end_removals().await {
            Ok(()) => brought.holds().await,
            Err(error) => Err(error),
        };
        brought.close().await;
        Ok(Candidate { _in_use: in_use, folder: aside, holds: holds? })
    }

    /// Puts everything of a candidate in the place of everything here, in one transaction. Numbers that were given out stay
    /// given out: whoever remembers what a number is of remembers right.
    pub async fn take_over(&self, candidate: &Candidate) -> Result<(), BackupError> {
        let file = candidate.folder.path().join(FILE);
        let shown = file.to_str().ok_or(BackupError::NotOurs("a name that is not Unicode"))?;
        // A connection of its own, which enforces no references until all rows are there.
        let unheld = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(self.options.clone().foreign_keys(false))
            .await?;
        let result = async {
            let mut connection = unheld.acquire().await?;
            sqlx::query("ATTACH DATABASE ? AS came").bind(shown).execute(&mut *connection).await?;
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            exchange(&mut transaction).await?;
            let broken = sqlx::query("PRAGMA main.foreign_key_check").fetch_all(&mut *transaction).await?;
            if !broken.is_empty() {
                return Err(BackupError::Damaged(format!(
                    "{} rows refer to what is not there",
                    broken.len()
                )));
            }
            transaction.commit().await?;
            Ok(())
        }
        .await;
        unheld.close().await;
        result
    }
}

/// The files of a store that does not open, moved out of its place.
#[derive(Debug)]
pub struct SetAside {
    moved: Vec<(PathBuf, PathBuf)>,
    /// Where its main file is now.
    pub kept: PathBuf,
}

impl SetAside {
    /// Moves the files of a store that does not open under a dated name in the same folder.
    pub fn from(folder: &Path, now: Timestamp) -> std::io::Result<SetAside> {
        let kept = folder.join(format!("backup-damaged-{}.db", now.to_string().replace(':', "")));
        let mut aside = SetAside { moved: Vec::new(), kept };
        for ending in ["", "-wal", "-shm"] {
            let from = folder.join(format!("{FILE}{ending}"));
            let mut to = aside.kept.clone().into_os_string();
            to.push(ending);
            match fs::rename(&from, &to) {
                Ok(()) => aside.moved.push((from, to.into())),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => {
                    aside.put_back();
                    return Err(error);
                }
            }
        }
        Ok(aside)
    }

    /// Puts them back, over what is there by now.
    pub fn put_back(self) {
        for (from, to) in self.moved.into_iter().rev() {
            // What cannot be put back is still there, under the other name.
            let _ = fs::rename(to, from);
        }
    }
}

/// Takes over every table.
async fn exchange(connection: &mut SqliteConnection) -> Result<(), BackupError> {
    let tables: Vec<(String,)> = sqlx::query_as(
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name",
    )
    .fetch_all(&mut *connection)
    .await?;
    let run = async |connection: &mut SqliteConnection, sql: String| -> Result<(), BackupError> {
        sqlx::query(AssertSqlSafe(sql)).execute(connection).await?;
        Ok(())
    };
    for table in KEPT_ONCE {
        let columns = columns(connection, table).await?;
        let content: Vec<String> = columns.into_iter().filter(|name| name != "\"id\"").collect();
        let (list, same) = (content.join(", "), content.iter().map(|name| format!("m.{name} = c.{name}")));
        let same = same.collect::<Vec<_>>().join(" AND ");
        run(
            connection,
            format!("INSERT OR IGNORE INTO main.{table} ({list}) SELECT {list} FROM came.{table}"),
        )
        .await?;
        run(
            connection,
            format!("CREATE TEMP TABLE of_{table} (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)"),
        )
        .await?;
        run(
            connection,
            format!(
                "INSERT INTO temp.of_{table} SELECT c.id, m.id FROM came.{table} AS c CROSS JOIN main.{table} AS m WHERE {same}"
            ),
        )
        .await?;
    }
    run(connection, "DELETE FROM main.charges".to_owned()).await?;
    for (table,) in tables.iter().filter(|(name,)| !NOT_TAKEN.contains(&name.as_str())) {
        let list = columns(connection, table).await?.join(", ");
        run(connection, format!("DELETE FROM main.\"{table}\"")).await?;
        run(connection, format!("INSERT INTO main.\"{table}\" ({list}) SELECT {list} FROM came.\"{table}\""))
            .await?;
    }
    let columns = columns(connection, "charges").await?;
    let values: Vec<String> = columns
        .iter()
        .map(|name| match name.as_str() {
            "\"facet_id\"" => "f.new".to_owned(),
            "\"price_basis_id\"" => "p.new".to_owned(),
            name => format!("c.{name}"),
        })
        .collect();
    run(
        connection,
        format!(
            "INSERT INTO main.charges ({}) SELECT {} FROM came.charges AS c JOIN temp.of_facets AS f ON f.old = c.facet_id \
             LEFT JOIN temp.of_price_bases AS p ON p.old = c.price_basis_id \
             ORDER BY c.stream_id, c.period_start, c.ordinal",
            columns.join(", "),
            values.join(", ")
        ),
    )
    .await?;
    // A number is never given to a second account, alert or budget, not even to one that came after the backup.
    run(
        connection,
        "UPDATE main.sqlite_sequence SET seq = max(seq, coalesce((SELECT c.seq FROM came.sqlite_sequence AS c \
         WHERE c.name = main.sqlite_sequence.name), 0))"
            .to_owned(),
    )
    .await?;
    run(
        connection,
        "INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM came.sqlite_sequence \
         WHERE name NOT IN (SELECT name FROM main.sqlite_sequence)"
            .to_owned(),
    )
    .await
}

/// The columns of a table, which both stores must have alike.
async fn columns(connection: &mut SqliteConnection, table: &str) -> Result<Vec<String>, BackupError> {
    let mut told = Vec::new();
    for of in ["main", "came"] {
        let names: Vec<(String,)> = sqlx::query_as("SELECT name FROM pragma_table_info(?, ?) ORDER BY cid")
            .bind(table)
            .bind(of)
            .fetch_all(&mut *connection)
            .await?;
        told.push(names.into_iter().map(|(name,)| format!("\"{name}\"")).collect::<Vec<_>>());
    }
    match (told.pop(), told.pop()) {
        (Some(came), Some(here)) if came == here && !here.is_empty() => Ok(here),
        _ => Err(BackupError::Damaged(format!("its table \"{table}\" is not that of this version"))),
    }
}

/// Takes out of a copy what it tells of accounts on their way out. Without a journal: what fails is thrown away whole.
async fn let_all_back_in(file: &Path) -> Result<(), BackupError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Memory)
        .pragma("trusted_schema", "OFF");
    let mut copy = options.connect().await?;
    let (there,): (i64,) =
        sqlx::query_as("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'removals'")
            .fetch_one(&mut copy)
            .await?;
    let ended = if there == 0 {
        Ok(())
    } else {
        sqlx::query("DELETE FROM removals").execute(&mut copy).await.map(|_| ())
    };
    copy.close().await?;
    Ok(ended?)
}

/// A file that nobody writes, opened to be read.
async fn open_to_look(file: &Path) -> Result<SqliteConnection, BackupError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .immutable(true)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON");
    options.connect().await.map_err(as_damage)
}

/// The schema that a store of ours has.
async fn recognise(connection: &mut SqliteConnection) -> Result<i64, BackupError> {
    let tables: Vec<(String,)> = sqlx::query_as("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .fetch_all(&mut *connection)
        .await
        .map_err(as_damage)?;
    if !OURS.iter().all(|ours| tables.iter().any(|(name,)| name == ours)) {
        return Err(BackupError::NotOurs("a database of another program"));
    }
    let newest: (Option<i64>,) = sqlx::query_as("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await
        .map_err(as_damage)?;
    newest.0.ok_or(BackupError::NotOurs("a database that was begun and never made"))
}

/// SQLite's own check of the whole file and of every reference in it.
async fn prove(connection: &mut SqliteConnection) -> Result<Holds, BackupError> {
    let said: Vec<(String,)> =
        sqlx::query_as("PRAGMA integrity_check(3)").fetch_all(&mut *connection).await.map_err(as_damage)?;
    if said.iter().any(|(line,)| line != "ok") {
        let lines: Vec<_> = said.into_iter().map(|(line,)| line).collect();
        return Err(BackupError::Damaged(lines.join("; ")));
    }
    let broken =
        sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *connection).await.map_err(as_damage)?;
    if !broken.is_empty() {
        return Err(BackupError::Damaged(format!("{} rows refer to what is not there", broken.len())));
    }
    let (accounts, charges): (i64, i64) =
        sqlx::query_as("SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM charges)")
            .fetch_one(connection)
            .await
            .map_err(as_damage)?;
    Ok(Holds { accounts: accounts.unsigned_abs(), charges: charges.unsigned_abs() })
}

/// What is wrong with a file that was only to be read is its own fault, not that of the store here.
fn as_damage(error: sqlx::Error) -> BackupError {
    match StoreError::from(error) {
        StoreError::Damaged(words) | StoreError::Disk(words) => BackupError::Damaged(words),
        StoreError::Sql(error) => BackupError::Damaged(error.to_string()),
        error => error.into(),
    }
}
