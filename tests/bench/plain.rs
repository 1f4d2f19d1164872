//! The measure of a sync: its rows, ready-made, written into the same schema by the plainest means.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use spendglass_core::providers::openai::PROVIDER;
use spendglass_core::store::Store;
use spendglass_core::sync::windows;
use spendglass_core::time::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

use crate::stores::NOW;

const FILE: &str = "spendglass.db";
const CHUNK: usize = 1_000;

/// A row of `charges`: numbers and texts in the order of its columns.
struct Ready {
    stream: i64,
    start: i64,
    ordinal: i64,
    end: i64,
    facet: i64,
    billed: Option<String>,
    listed: Option<String>,
    basis: Option<i64>,
    quantity: Option<String>,
    tokens: [Option<i64>; 6],
    modalities: Option<String>,
    requests: Option<i64>,
}

/// Writes the charges of one store into a new one, a transaction for each window of a sync, a thousand rows a statement.
pub(crate) async fn insert(from: &Path, to: &Path) -> Result<(u64, Duration)> {
    let now: Timestamp = NOW.parse()?;
    Store::open(to, now).await?.close().await;
    let mut connection = open(&to.join(FILE)).await?;
    let source = from.join(FILE);
    sqlx::query("ATTACH ? AS source").bind(source.to_str()).execute(&mut connection).await?;
    for table in ["accounts", "streams", "facets", "price_bases"] {
        let sql = format!("INSERT INTO {table} SELECT * FROM source.{table}");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await?;
    }
    let batches = batches(&mut connection, now).await?;
    sqlx::query("DETACH source").execute(&mut connection).await?;

    let started = Instant::now();
    for window in batches {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for chunk in window.chunks(CHUNK) {
            let places = vec!["(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"; chunk.len()].join(",");
            let sql = format!("INSERT INTO charges VALUES {places}");
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == CHUNK);
            for row in chunk {
                query =
                    query.bind(row.stream).bind(row.start).bind(row.ordinal).bind(row.end).bind(row.facet);
                query = query.bind(row.billed.as_deref()).bind(row.listed.as_deref()).bind(row.basis);
                query = query.bind(row.quantity.as_deref());
                for tokens in row.tokens {
                    query = query.bind(tokens);
                }
                query = query.bind(row.modalities.as_deref()).bind(row.requests);
            }
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
    }
    let took = started.elapsed();
    let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM charges").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok((count.unsigned_abs(), took))
}

/// As the store opens it.
async fn open(file: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON");
    Ok(options.connect().await?)
}

/// The rows of each window of each stream.
async fn batches(connection: &mut SqliteConnection, now: Timestamp) -> Result<Vec<Vec<Ready>>> {
    let mut batches = Vec::new();
    let streams: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, name FROM streams").fetch_all(&mut *connection).await?;
    for (id, name) in streams {
        let stream =
            PROVIDER.streams.iter().find(|stream| stream.name == name).context("a strange stream")?;
        for window in windows(stream.cursor, None, None, now) {
            let rows = sqlx::query(
                "SELECT * FROM source.charges WHERE stream_id = ? AND period_start >= ? AND period_start < ? \
                 ORDER BY period_start, ordinal",
            )
            .bind(id)
            .bind(window.period.start.unix())
            .bind(window.period.end.unix())
            .fetch_all(&mut *connection)
            .await?;
            batches.push(rows.iter().map(ready).collect::<Result<_>>()?);
        }
    }
    Ok(batches)
}

fn ready(row: &SqliteRow) -> Result<Ready> {
    ensure!(row.columns().len() == 17, "the table has other columns than this program knows");
    let mut tokens = [None; 6];
    for (place, count) in tokens.iter_mut().enumerate() {
        *count = row.try_get(9 + place)?;
    }
    Ok(Ready {
        stream: row.try_get(0)?,
        start: row.try_get(1)?,
        ordinal: row.try_get(2)?,
        end: row.try_get(3)?,
        facet: row.try_get(4)?,
        billed: row.try_get(5)?,
        listed: row.try_get(6)?,
        basis: row.try_get(7)?,
        quantity: row.try_get(8)?,
        tokens,
        modalities: row.try_get(15)?,
        requests: row.try_get(16)?,
    })
}
