//! What the table `charges` counts: requests and tokens, line by line, for allowances that nobody else counts.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, timestamp};
use crate::ledger::{Lane, named};
use crate::time::Period;

/// A month and a day: no line of a bill is longer.
const LONGEST_LINE: i64 = 32 * 86_400;

/// Requests and tokens of a charge. What it does not tell is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountRow {
    /// The stream's number.
    pub stream_id: i64,
    /// Who says so.
    pub lane: Lane,
    /// When it arose.
    pub period: Period,
    /// The model asked for, else the one that answered.
    pub model: Option<String>,
    /// Project or workspace, by the provider's id.
    pub project: Option<String>,
    /// Requests.
    pub requests: Option<u64>,
    /// Input tokens, cached ones included.
    pub input_tokens: Option<u64>,
    /// Output tokens.
    pub output_tokens: Option<u64>,
    /// Input tokens that were read from a cache.
    pub cache_read: Option<u64>,
}

impl Store {
    /// What an account's charges count that lie in a period, wholly or in part, in order of time.
    pub async fn counts(&self, account_id: i64, period: Period) -> Result<Vec<CountRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT c.stream_id, f.lane, c.period_start, c.period_end, f.request_model, f.response_model, f.project, \
             c.requests, c.input_tokens, c.output_tokens, c.cache_read \
             FROM streams AS s CROSS JOIN charges AS c JOIN facets AS f ON f.id = c.facet_id \
             WHERE s.account_id = ?1 AND c.stream_id = s.id AND c.period_start >= ?2 AND c.period_start < ?4 \
             AND c.period_end > ?3 AND (c.requests IS NOT NULL OR c.input_tokens IS NOT NULL) \
             ORDER BY c.period_start, c.stream_id, c.ordinal",
        )
        .bind(account_id)
        .bind(period.start.plus_seconds(-LONGEST_LINE).unix())
        .bind(period.start.unix())
        .bind(period.end.unix())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(count).collect()
    }
}

fn count(row: &SqliteRow) -> Result<CountRow, StoreError> {
    let strange = |what: &str| StoreError::Row(format!("a charge with the {what}"));
    let number = |column: &str| -> Result<Option<u64>, StoreError> {
        let number: Option<i64> = row.try_get(column)?;
        number.map(|number| u64::try_from(number).map_err(|_| strange(column))).transpose()
    };
    let text = |column: &str| -> Result<Option<String>, StoreError> {
        Ok(Some(row.try_get(column)?).filter(|text: &String| !text.is_empty()))
    };
    let lane: String = row.try_get("lane")?;
    let start = timestamp(row.try_get("period_start")?)?;
    let end = timestamp(row.try_get("period_end")?)?;
    Ok(CountRow {
        stream_id: row.try_get("stream_id")?,
        lane: named(&lane, Lane::NAMED).ok_or_else(|| strange("lane"))?,
        period: Period::new(start, end).map_err(|error| StoreError::Row(error.to_string()))?,
        model: text("request_model")?.or(text("response_model")?),
        project: text("project")?,
        requests: number("requests")?,
        input_tokens: number("input_tokens")?,
        output_tokens: number("output_tokens")?,
        cache_read: number("cache_read")?,
    })
}
