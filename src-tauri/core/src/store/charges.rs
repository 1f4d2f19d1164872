//! The table `charges`: lines of cost and usage. A window of a stream is replaced as a whole, or not at all.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use sqlx::{AssertSqlSafe, SqliteConnection, sqlite::SqliteArguments};

use super::aside::Aside;
use super::facets::Facet;
use super::packed::{self, Figures, Packed, VALUES};
use super::rollup::{GroupSums, Sums};
use super::{Remembered, Store, StoreError};
use crate::ledger::{Charge, ListCost, PriceBasis};
use crate::time::{Date, Period};

/// Rows to a statement: SQLite takes 32,766 values at once.
const CHUNK: usize = 1_000;
/// Rows after which others get their turn.
const SHARE: usize = 50;

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
    sums: Sums,
    /// The number of each price basis, by its address; kept alive so that no other takes its place.
    bases: HashMap<usize, (Arc<PriceBasis>, i64)>,
    /// The rows that were not put aside yet.
    rows: Packed,
    aside: Option<Aside>,
}

impl Store {
    /// Starts to collect a window of a stream: whole UTC days.
    pub fn begin_sequence(&self, stream_id: i64, window: Period) -> Sequence {
        Sequence {
            store: self.clone(),
            stream_id,
            window,
            sums: Sums::default(),
            bases: HashMap::new(),
            rows: Packed::default(),
            aside: None,
        }
    }

    /// How many charges an account has. For tests and benchmarks.
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
}

impl Sequence {
    /// Keeps one page's charges apart. Each must lie inside the window.
    pub async fn stage(&mut self, charges: Vec<Charge>) -> Result<(), StoreError> {
        for mut charge in charges {
            if !self.window.holds(&charge.charge_period) {
                let problem =
                    format!("a charge of {} outside of its window {}", charge.charge_period, self.window);
                return Err(StoreError::Row(problem));
            }
            let facet = Facet::of(&mut charge);
            let tally = if let Some(tally) = self.sums.of(&facet) {
                tally
            } else {
                let id = self.store.facet_id(&facet).await?;
                self.sums.begin(facet, id)
            };
            let basis_id = match &charge.list_cost {
                Some(list) => self.basis_id(list).await?,
                None => 0,
            };
            let facet_id = self.sums.add(tally, charge.charge_period, &GroupSums::of(&charge))?;
            self.rows.push(&Figures::of(&charge, basis_id), facet_id)?;
            if self.rows.rows() == CHUNK {
                self.put_aside()?;
            }
            if self.rows.rows().is_multiple_of(SHARE) {
                // Whatever goes on beside this, such as the next page's arrival, gets its turn.
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// Books the window in one transaction: its old rows go, the new ones come, the roll-up follows and the cursor moves.
    pub async fn book(self) -> Result<u64, StoreError> {
        let mut transaction = self.store.writer.begin_with("BEGIN IMMEDIATE").await?;
        let inserted = self.replace(&mut transaction).await?;
        sqlx::query(
            "UPDATE streams SET covered_from = CASE WHEN ?2 <= covered_until THEN min(covered_from, ?2) ELSE ?2 END, \
             covered_until = max(coalesce(covered_until, ?3), ?3) WHERE id = ?1",
        )
        .bind(self.stream_id)
        .bind(self.window.start.unix())
        .bind(self.window.end.unix())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(inserted)
    }

    /// The same window of another stream: for one that is made in the transaction in which it is booked.
    pub(super) fn of_stream(self, stream_id: i64) -> Sequence {
        Sequence { stream_id, ..self }
    }

    /// Puts these rows in the place of the window's, inside a transaction of the caller's; the cursor stays where it is.
    pub(super) async fn replace(&self, transaction: &mut SqliteConnection) -> Result<u64, StoreError> {
        sqlx::query("DELETE FROM charges WHERE stream_id = ? AND period_start >= ? AND period_start < ?")
            .bind(self.stream_id)
            .bind(self.window.start.unix())
            .bind(self.window.end.unix())
            .execute(&mut *transaction)
            .await?;
        let inserted = self.insert(transaction).await?;
        self.sums.replace(transaction, self.stream_id, self.window).await?;
        Ok(inserted)
    }

    async fn basis_id(&mut self, list: &ListCost) -> Result<i64, StoreError> {
        let address = Arc::as_ptr(&list.basis).addr();
        if let Some((_, id)) = self.bases.get(&address) {
            return Ok(*id);
        }
        let id = self.store.price_basis_id(&list.basis).await?;
        self.bases.insert(address, (Arc::clone(&list.basis), id));
        Ok(id)
    }

    /// Writes the rows at hand into the temporary file, opened with the first of them.
    fn put_aside(&mut self) -> Result<(), StoreError> {
        let aside = match &mut self.aside {
            Some(aside) => aside,
            none => none.insert(Aside::open(self.store.folder())?),
        };
        aside.put(self.rows.bytes())?;
        self.rows.clear();
        Ok(())
    }

    /// Inserts every row, those put aside first.
    async fn insert(&self, transaction: &mut SqliteConnection) -> Result<u64, StoreError> {
        let mut inserted = 0;
        let mut ready = None;
        let mut ordinal = 0_i64;
        let mut taking = self.aside.as_ref().map(Aside::take_out).transpose()?;
        loop {
            let chunk = taking.as_mut().map(Iterator::next).unwrap_or_default().transpose()?;
            let packed = chunk.as_deref().unwrap_or(self.rows.bytes());
            // The next rows are made ready while SQLite writes these.
            let (done, next) = tokio::join!(insert_rows(transaction, "INSERT", ready.take()), async {
                packed::values(packed, self.stream_id, ordinal)
            });
            inserted += done?;
            let (rows, values) = next?;
            ordinal = ordinal.saturating_add(i64::try_from(rows).unwrap_or(i64::MAX));
            ready = (rows > 0).then_some((rows, values));
            if chunk.is_none() {
                break;
            }
        }
        Ok(inserted + insert_rows(transaction, "INSERT", ready).await?)
    }
}

/// Writes rows that are made ready; the verb says what becomes of one whose number is taken.
pub(super) async fn insert_rows(
    transaction: &mut SqliteConnection,
    verb: &'static str,
    ready: Option<(usize, SqliteArguments)>,
) -> Result<u64, StoreError> {
    let Some((rows, values)) = ready else { return Ok(0) };
    let row = format!("({})", vec!["?"; VALUES].join(","));
    let sql = format!(
        "{verb} INTO charges (stream_id, period_start, ordinal, period_end, facet_id, billed, listed, price_basis_id, \
         quantity, input_tokens, output_tokens, cache_read, cache_creation, cache_creation_1h, reasoning, modalities, \
         requests) VALUES {}",
        vec![row.as_str(); rows].join(",")
    );
    let done =
        sqlx::query_with(AssertSqlSafe(sql), values).persistent(rows == CHUNK).execute(transaction).await?;
    Ok(done.rows_affected())
}
