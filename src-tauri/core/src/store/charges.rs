//! The table `charges`: lines of cost and usage. A window of a stream is replaced as a whole, or not at all.

use std::sync::PoisonError;

use sqlx::{AssertSqlSafe, Sqlite, query::Query, sqlite::SqliteArguments};

use super::facets::Facet;
use super::rollup::Sums;
use super::{Remembered, Store, StoreError};
use crate::ledger::{Balance, Charge, Modalities, QuotaReading};
use crate::time::{Date, Period, Timestamp};

/// Columns of `charges` that differ from row to row; the stream's number is the same for all.
const COLUMNS: &str = "period_start, ordinal, period_end, facet_id, billed, listed, price_basis_id, quantity, input_tokens, \
     output_tokens, cache_read, cache_creation, cache_creation_1h, reasoning, modalities, requests";
const PLACES: &str = "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
/// Rows to a statement: SQLite takes 32,766 values at once.
const CHUNK: usize = 1_000;

/// The whole UTC days that are booked, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    /// First day.
    pub from: Date,
    /// The day after the last.
    pub until: Date,
}

/// The pages of one window on their way into the books: kept apart until the last has come, then booked in one transaction.
/// Dropped before that, it leaves no trace.
#[derive(Debug)]
pub struct Sequence {
    store: Store,
    stream_id: i64,
    window: Period,
    table: u64,
    ordinal: i64,
    sums: Sums,
    booked: bool,
}

impl Store {
    /// Starts to collect a window of a stream: whole UTC days.
    pub async fn begin_sequence(&self, stream_id: i64, window: Period) -> Result<Sequence, StoreError> {
        let (table, left_behind) = self.remembered(|known| {
            known.next_staging += 1;
            (known.next_staging, std::mem::take(&mut known.left_behind))
        });
        for old in left_behind {
            self.drop_staging(old).await?;
        }
        let sql = format!("CREATE TEMP TABLE staged_{table} ({COLUMNS})");
        sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(&self.writer).await?;
        let sums = Sums::default();
        Ok(Sequence { store: self.clone(), stream_id, window, table, ordinal: 0, sums, booked: false })
    }

    /// Books what a snapshot stream reported, and notes that the stream was read.
    pub async fn book_snapshot(
        &self,
        account_id: i64,
        balances: &[Balance],
        quotas: &[QuotaReading],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        // Readings from a clock that ran ahead would stay the latest until it is reached.
        for sql in [
            "DELETE FROM balances WHERE account_id = ? AND observed_at > ?",
            "DELETE FROM quotas WHERE account_id = ? AND observed_at > ?",
        ] {
            sqlx::query(sql).bind(account_id).bind(now.unix()).execute(&mut *transaction).await?;
        }
        for balance in balances {
            Store::insert_balance(&mut transaction, account_id, balance).await?;
        }
        for reading in quotas {
            Store::insert_quota(&mut transaction, account_id, reading).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// How many charges an account has. For tests and for the doctor.
    pub async fn count_charges(&self, account_id: i64) -> Result<i64, StoreError> {
        let (count,): (i64,) = sqlx::query_as(
            "SELECT count(*) FROM charges WHERE stream_id IN (SELECT id FROM streams WHERE account_id = ?)",
        )
        .bind(account_id)
        .fetch_one(&self.readers)
        .await?;
        Ok(count)
    }

    pub(super) fn remembered<T>(&self, work: impl FnOnce(&mut Remembered) -> T) -> T {
        work(&mut self.remembered.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn drop_staging(&self, table: u64) -> Result<(), StoreError> {
        let sql = format!("DROP TABLE IF EXISTS temp.staged_{table}");
        sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(&self.writer).await?;
        Ok(())
    }
}

/// A charge as a row, its facet and price basis by number.
struct Row {
    period: Period,
    ordinal: i64,
    facet_id: i64,
    billed: Option<String>,
    listed: Option<String>,
    price_basis_id: Option<i64>,
    quantity: Option<String>,
    tokens: Option<[i64; 6]>,
    modalities: Option<String>,
    requests: Option<i64>,
}

impl Sequence {
    /// Keeps one page's charges apart. Each must lie inside the window.
    pub async fn stage(&mut self, charges: Vec<Charge>) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(charges.len().min(CHUNK));
        for mut charge in charges {
            if !self.window.holds(&charge.charge_period) {
                let problem =
                    format!("a charge of {} outside of its window {}", charge.charge_period, self.window);
                return Err(StoreError::Row(problem));
            }
            let row = self.row(&mut charge).await?;
            rows.push(row);
            if rows.len() == CHUNK {
                self.insert(std::mem::take(&mut rows)).await?;
            }
        }
        if rows.is_empty() { Ok(()) } else { self.insert(rows).await }
    }

    /// Books the window in one transaction: its old rows go, the new ones come, the roll-up follows and the cursor moves.
    pub async fn book(mut self) -> Result<u64, StoreError> {
        let window = self.window;
        let mut transaction = self.store.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM charges WHERE stream_id = ? AND period_start >= ? AND period_start < ?")
            .bind(self.stream_id)
            .bind(window.start.unix())
            .bind(window.end.unix())
            .execute(&mut *transaction)
            .await?;
        let sql = format!(
            "INSERT INTO charges (stream_id, {COLUMNS}) SELECT ?, {COLUMNS} FROM temp.staged_{} ORDER BY period_start, ordinal",
            self.table
        );
        let inserted = sqlx::query(AssertSqlSafe(sql))
            .persistent(false)
            .bind(self.stream_id)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        self.sums.replace(&mut transaction, self.stream_id, window).await?;
        sqlx::query(
            "UPDATE streams SET covered_from = CASE WHEN ?2 <= covered_until THEN min(covered_from, ?2) ELSE ?2 END, \
             covered_until = max(coalesce(covered_until, ?3), ?3) WHERE id = ?1",
        )
        .bind(self.stream_id)
        .bind(window.start.unix())
        .bind(window.end.unix())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.booked = true;
        self.store.drop_staging(self.table).await?;
        Ok(inserted)
    }

    async fn row(&mut self, charge: &mut Charge) -> Result<Row, StoreError> {
        let facet = Facet::of(charge);
        let facet_id = self.store.facet_id(&facet).await?;
        let price_basis_id = match &charge.list_cost {
            Some(list) => Some(self.store.price_basis_id(&list.basis).await?),
            None => None,
        };
        self.sums.add(charge, facet_id, &facet)?;
        let totals = charge.tokens.map(|tokens| tokens.totals());
        let count = |n: u64| i64::try_from(n).map_err(|_| StoreError::Row(format!("a count of {n}")));
        let row = Row {
            period: charge.charge_period,
            ordinal: self.ordinal,
            facet_id,
            billed: charge.billed_cost.map(|money| money.amount.to_string()),
            listed: charge.list_cost.as_ref().map(|list| list.cost.amount.to_string()),
            price_basis_id,
            quantity: charge.consumed_quantity.map(|quantity| quantity.to_string()),
            tokens: match totals {
                Some(t) => Some([
                    count(t.input)?,
                    count(t.output)?,
                    count(t.cache_read)?,
                    count(t.cache_creation)?,
                    count(t.cache_creation_1h)?,
                    count(t.reasoning)?,
                ]),
                None => None,
            },
            modalities: totals.and_then(|t| as_json(&t.modalities)),
            requests: charge.requests.map(count).transpose()?,
        };
        self.ordinal += 1;
        Ok(row)
    }

    async fn insert(&self, rows: Vec<Row>) -> Result<(), StoreError> {
        let places = vec![PLACES; rows.len()].join(",");
        let sql = format!("INSERT INTO temp.staged_{} VALUES {places}", self.table);
        let whole = rows.len() == CHUNK;
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(whole);
        for row in rows {
            query = row.bind(query);
        }
        query.execute(&self.store.writer).await?;
        Ok(())
    }
}

impl Drop for Sequence {
    fn drop(&mut self) {
        if !self.booked {
            let table = self.table;
            self.store.remembered(|known| known.left_behind.push(table));
        }
    }
}

impl Row {
    fn bind(self, query: Query<'_, Sqlite, SqliteArguments>) -> Query<'_, Sqlite, SqliteArguments> {
        let mut query = query
            .bind(self.period.start.unix())
            .bind(self.ordinal)
            .bind(self.period.end.unix())
            .bind(self.facet_id)
            .bind(self.billed)
            .bind(self.listed)
            .bind(self.price_basis_id)
            .bind(self.quantity);
        for index in 0..6 {
            query = query.bind(self.tokens.map(|tokens| tokens[index]));
        }
        query.bind(self.modalities).bind(self.requests)
    }
}

/// The modalities that are not nought, as JSON.
fn as_json(modalities: &Modalities) -> Option<String> {
    if *modalities == Modalities::default() {
        return None;
    }
    let Modalities {
        input_audio,
        cache_read_audio,
        output_audio,
        input_image,
        cache_read_image,
        output_image,
    } = *modalities;
    let fields = [
        ("inputAudio", input_audio),
        ("cacheReadAudio", cache_read_audio),
        ("outputAudio", output_audio),
        ("inputImage", input_image),
        ("cacheReadImage", cache_read_image),
        ("outputImage", output_image),
    ];
    let map: serde_json::Map<String, serde_json::Value> =
        fields.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| (name.to_owned(), n.into())).collect();
    Some(serde_json::Value::Object(map).to_string())
}
