//! The whole store as it is at one instant, for exports. SQLite writes the rows as JSON, some at a time: memory does not grow
//! with the store, and rows one by one cost the database driver ten times what the text does.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use futures_util::TryStreamExt as _;
use serde::Deserialize;
use sqlx::{AssertSqlSafe, Row as _, Sqlite, Transaction};

use super::accounts::{AccountRow, account};
use super::{Store, StoreError};
use crate::time::Timestamp;

/// Charges that are read at once.
const AT_ONCE: i64 = 2_000;

/// Tables that are told otherwise, or say nothing of a person: charges with what they are of, sums that are made from them,
/// what this program keeps for its own order.
const APART: &[&str] = &[
    "_sqlx_migrations",
    "calendar_events",
    "charges",
    "facets",
    "price_bases",
    "removals",
    "rollup",
    "schedule",
    "sqlite_sequence",
    "watch",
];
/// Charges of the accounts that are shown. The plus keeps SQLite from looking stream by stream, and so from sorting.
const SHOWN: &str = "+stream_id IN (SELECT id FROM streams)";
/// Columns that tell something of a key or where it is.
const OF_KEYS: &[(&str, &str)] =
    &[("accounts", "key_hint"), ("accounts", "key_fingerprint"), ("accounts", "keychain_entry")];
/// Settings that are secret in part: who knows the word of the calendar's address may read it.
const SECRET_SETTINGS: &[&str] = &["calendar_address", "webhook"];
/// Columns of time that do not end in `_at`.
const TIMES: &[&str] = &["covered_from", "covered_until", "first_day", "last_day", "until"];
/// Columns of JSON.
const JSON: &[&str] = &["content", "details", "value"];

/// The store at one instant, whatever is written meanwhile.
#[derive(Debug)]
pub struct Whole(Transaction<'static, Sqlite>);

/// What a charge is of; an empty text stands for none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToldFacet {
    /// Who says so.
    pub lane: String,
    /// Its kind.
    pub category: String,
    /// The currency of what is billed.
    pub billed_currency: String,
    /// The currency of the list cost.
    pub list_currency: String,
    /// Which meter ran.
    pub meter: String,
    /// The unit of the quantity.
    pub unit: String,
    /// The model that was asked for.
    pub request_model: String,
    /// The model that answered.
    pub response_model: String,
    /// The provider's service tier.
    pub service_tier: String,
    /// The provider's context band.
    pub context_window: String,
    /// Project or workspace, by the provider's id.
    pub project: String,
    /// API key, by the provider's id.
    pub api_key: String,
    /// The session it belongs to.
    pub session: String,
    /// The provider's own words.
    pub description: String,
}

/// A charge as it is kept, numbers in every digit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ToldCharge {
    /// The stream it came by.
    pub stream: i64,
    /// When it begins, in Unix seconds.
    pub start: i64,
    /// Its place in the provider's answer.
    pub ordinal: i64,
    /// When it ends, exclusive.
    pub end: i64,
    /// What it is of.
    pub facet: i64,
    /// What is billed.
    pub billed: Option<String>,
    /// What it costs at list price.
    pub listed: Option<String>,
    /// The unit prices behind that.
    pub basis: Option<i64>,
    /// How much was consumed.
    pub quantity: Option<String>,
    /// Input tokens, those of caches included.
    pub input_tokens: Option<u64>,
    /// Output tokens, reasoning included.
    pub output_tokens: Option<u64>,
    /// Input tokens read from a cache.
    pub cache_read: Option<u64>,
    /// Input tokens written to a cache.
    pub cache_creation: Option<u64>,
    /// Those among them that are kept for an hour.
    pub cache_creation_1h: Option<u64>,
    /// Output tokens of reasoning.
    pub reasoning: Option<u64>,
    /// Requests.
    pub requests: Option<u64>,
}

impl Store {
    /// The store as it is now.
    pub async fn whole(&self) -> Result<Whole, StoreError> {
        let mut whole = Whole(self.readers.begin().await?);
        // The first look fixes the instant.
        sqlx::query("SELECT count(*) FROM sqlite_schema").fetch_one(&mut *whole.0).await?;
        Ok(whole)
    }
}

impl Whole {
    /// How many charges begin between two instants.
    pub async fn count_charges(&mut self, between: Between) -> Result<u64, StoreError> {
        let (from, to) = bounds(between);
        let sql =
            format!("SELECT count(*) FROM charges WHERE period_start >= ? AND period_start < ? AND {SHOWN}");
        let (count,): (i64,) =
            sqlx::query_as(AssertSqlSafe(sql)).bind(from).bind(to).fetch_one(&mut *self.0).await?;
        Ok(count.unsigned_abs())
    }

    /// Every account that is shown at this instant.
    pub async fn accounts(&mut self) -> Result<Vec<AccountRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM accounts ORDER BY id").fetch_all(&mut *self.0).await?;
        rows.iter().map(account).collect()
    }

    /// Every stream: its account's number and its name, by its own number.
    pub async fn streams(&mut self) -> Result<BTreeMap<i64, (i64, String)>, StoreError> {
        let rows: Vec<(i64, i64, String)> =
            sqlx::query_as("SELECT id, account_id, name FROM streams").fetch_all(&mut *self.0).await?;
        Ok(rows.into_iter().map(|(id, account, name)| (id, (account, name))).collect())
    }

    /// What charges are of, by its number.
    pub async fn facets(&mut self) -> Result<BTreeMap<i64, ToldFacet>, StoreError> {
        let rows = sqlx::query("SELECT * FROM facets").fetch_all(&mut *self.0).await?;
        let facet = |row: sqlx::sqlite::SqliteRow| {
            // A column that this schema has not got says nothing.
            let text = |column: &str| row.try_get::<String, _>(column).unwrap_or_default();
            let facet = ToldFacet {
                lane: text("lane"),
                category: text("category"),
                billed_currency: text("billed_currency"),
                list_currency: text("list_currency"),
                meter: text("meter"),
                unit: text("unit"),
                request_model: text("request_model"),
                response_model: text("response_model"),
                service_tier: text("service_tier"),
                context_window: text("context_window"),
                project: text("project"),
                api_key: text("api_key"),
                session: text("session"),
                description: text("description"),
            };
            Ok((row.try_get("id")?, facet))
        };
        rows.into_iter().map(facet).collect()
    }

    /// The unit prices behind list costs, as JSON, by their number.
    pub async fn price_bases(&mut self) -> Result<BTreeMap<i64, String>, StoreError> {
        let rows: Vec<(i64, String)> =
            sqlx::query_as("SELECT id, basis FROM price_bases").fetch_all(&mut *self.0).await?;
        Ok(rows.into_iter().collect())
    }

    /// The next charges that begin between two instants, by stream and time; nothing once there are no more.
    pub async fn charges_after(
        &mut self,
        last: Option<&ToldCharge>,
        between: Between,
    ) -> Result<Vec<ToldCharge>, StoreError> {
        let (from, to) = bounds(between);
        let (stream, start, ordinal) =
            last.map_or((i64::MIN, i64::MIN, i64::MIN), |last| (last.stream, last.start, last.ordinal));
        let sql = format!(
            "SELECT json_group_array(json_array(stream_id, period_start, ordinal, period_end, facet_id, billed, listed, \
             price_basis_id, quantity, input_tokens, output_tokens, cache_read, cache_creation, cache_creation_1h, reasoning, \
             requests)) FROM (SELECT * FROM charges WHERE (stream_id, period_start, ordinal) > (?, ?, ?) \
             AND period_start >= ? AND period_start < ? AND {SHOWN} ORDER BY stream_id, period_start, ordinal LIMIT ?)"
        );
        let (text,): (String,) = sqlx::query_as(AssertSqlSafe(sql))
            .bind(stream)
            .bind(start)
            .bind(ordinal)
            .bind(from)
            .bind(to)
            .bind(AT_ONCE)
            .fetch_one(&mut *self.0)
            .await?;
        serde_json::from_str(&text).map_err(|error| StoreError::Row(format!("a charge: {error}")))
    }

    /// The tables whose rows are told as they are, by name.
    pub async fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        let names: Vec<(String,)> =
            sqlx::query_as("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
                .fetch_all(&mut *self.0)
                .await?;
        Ok(names.into_iter().map(|(name,)| name).filter(|name| !APART.contains(&name.as_str())).collect())
    }

    /// Tells the rows of a table, each as a line of JSON, and how many there were.
    pub async fn rows<E: From<StoreError>>(
        &mut self,
        table: &str,
        mut tell: impl FnMut(&str) -> Result<(), E>,
    ) -> Result<u64, E> {
        let sql = self.sql_of(table).await?;
        let mut rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch(&mut *self.0);
        let mut count = 0;
        while let Some(line) = rows.try_next().await.map_err(StoreError::from)? {
            tell(&line)?;
            count += 1;
        }
        Ok(count)
    }

    /// A statement that writes a table's rows as JSON: names as the door writes them, times as RFC 3339, nothing of keys.
    async fn sql_of(&mut self, table: &str) -> Result<String, StoreError> {
        let columns: Vec<(String, String)> = sqlx::query_as("SELECT name, type FROM pragma_table_info(?)")
            .bind(table)
            .fetch_all(&mut *self.0)
            .await?;
        // Several tables have a kind of their own.
        let mut fields = format!("'record', '{table}'");
        for (name, kind) in &columns {
            if OF_KEYS.contains(&(table, name)) {
                continue;
            }
            let quoted = format!("\"{name}\"");
            let value = if kind == "INTEGER" && (name.ends_with("_at") || TIMES.contains(&name.as_str())) {
                format!("strftime('%Y-%m-%dT%H:%M:%SZ', {quoted}, 'unixepoch')")
            } else if JSON.contains(&name.as_str()) {
                format!("CASE WHEN json_valid({quoted}) THEN json({quoted}) ELSE {quoted} END")
            } else {
                quoted
            };
            // Writing into a text cannot fail.
            let _ = write!(fields, ", '{}', {value}", camel(name));
        }
        let but = if table == "settings" {
            format!(" WHERE name NOT IN ('{}')", SECRET_SETTINGS.join("', '"))
        } else {
            String::new()
        };
        Ok(format!("SELECT json_object({fields}) FROM \"{table}\"{but}"))
    }
}

/// From when to when charges begin; a side that is not given is open.
pub type Between = (Option<Timestamp>, Option<Timestamp>);

fn bounds((from, to): Between) -> (i64, i64) {
    (from.map_or(i64::MIN, Timestamp::unix), to.map_or(i64::MAX, Timestamp::unix))
}

fn camel(column: &str) -> String {
    let mut name = String::new();
    let mut raised = false;
    for c in column.chars() {
        if c == '_' {
            raised = true;
        } else {
            name.push(if raised { c.to_ascii_uppercase() } else { c });
            raised = false;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_called_as_the_door_would() {
        assert_eq!(camel("account_id"), "accountId");
        assert_eq!(camel("cache_creation_1h"), "cacheCreation1h");
    }
}
