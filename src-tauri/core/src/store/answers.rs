//! What the table `charges` tells of the length of answers: tokens that came out, with the requests they came out of.

use sqlx::Row as _;

use super::{Store, StoreError};
use crate::ledger::{Lane, named};
use crate::time::Period;

/// The lengths of one model's answers, as one account and lane tell them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// The account's number.
    pub account_id: i64,
    /// Who says so.
    pub lane: Lane,
    /// The model asked for, else the one that answered.
    pub model: String,
    /// Requests, the tokens that came out of them together, and how many lines tell just this.
    pub lines: Vec<(u64, u64, u64)>,
}

impl Store {
    /// What charges that begin in a period tell of the length of answers. Lines that tell the same are counted, not repeated.
    pub async fn answers(&self, period: Period) -> Result<Vec<AnswerRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT account_id, lane, model, json_group_array(json_array(requests, output_tokens, times)) AS lines FROM \
             (SELECT s.account_id, f.lane, CASE f.request_model WHEN '' THEN f.response_model ELSE f.request_model END AS model, \
             c.requests, c.output_tokens, count(*) AS times \
             FROM streams AS s CROSS JOIN charges AS c JOIN facets AS f ON f.id = c.facet_id \
             WHERE c.stream_id = s.id AND c.period_start >= ? AND c.period_start < ? AND c.requests > 0 \
             AND c.output_tokens IS NOT NULL AND f.category = 'usage' \
             GROUP BY s.account_id, f.lane, model, c.requests, c.output_tokens) \
             WHERE model <> '' GROUP BY account_id, lane, model ORDER BY account_id, lane, model",
        )
        .bind(period.start.unix())
        .bind(period.end.unix())
        .fetch_all(&self.readers)
        .await?;
        let row = |row: &sqlx::sqlite::SqliteRow| {
            let lane: String = row.try_get("lane")?;
            let lines: String = row.try_get("lines")?;
            let strange = |what: &str| StoreError::Row(format!("answers with the {what}"));
            Ok(AnswerRow {
                account_id: row.try_get("account_id")?,
                lane: named(&lane, Lane::NAMED).ok_or_else(|| strange("lane"))?,
                model: row.try_get("model")?,
                lines: serde_json::from_str(&lines).map_err(|_| strange("lengths"))?,
            })
        };
        rows.iter().map(row).collect()
    }
}
