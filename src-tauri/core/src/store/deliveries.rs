//! The table `deliveries`: what each channel did with an alert, written before it is called and after.

use std::collections::BTreeMap;

use sqlx::Row as _;

use super::alerts::{alert_row, optional};
use super::{AlertRow, Store, StoreError, timestamp};
use crate::ledger::{Channel, name_of, named};
use crate::time::Timestamp;

/// What a channel did with an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The channel.
    pub channel: Channel,
    /// How often it was tried in this round.
    pub attempts: u32,
    /// When it was last tried.
    pub attempted_at: Timestamp,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// The notification server's number, or the status of the answer.
    pub receipt: Option<String>,
    /// Why it did not arrive the last time, in words.
    pub problem: Option<String>,
}

/// An alert in one of its rounds: what comes of a delivery counts for the round in which it began, and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The alert's number.
    pub alert: i64,
    /// Its round.
    pub round: i64,
}

/// What a channel gives for what it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt<'a> {
    /// The notification server's number, or the status of the answer.
    pub number: &'a str,
    /// Which run of the notification service gave it, where it names one alert alone.
    pub server: Option<&'a str>,
}

/// An alert that a channel is to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueAlert {
    /// The alert; its deliveries are empty here.
    pub alert: AlertRow,
    /// What the channel did with it so far in this round; without a receipt it is to be tried again.
    pub tried: Option<DeliveryRow>,
}

/// What is open for a channel: due, not seen, not settled, and without a receipt in its present round.
const OPEN: &str = "noted = 0 AND seen_at IS NULL AND (ended IS NULL OR ended = 'passed') AND due_at <= ?1 \
     AND (?3 IS NULL OR due_at >= ?3) AND (d.delivered_at IS NULL)";

impl DueAlert {
    /// The alert in its present round.
    pub fn turn(&self) -> Turn {
        Turn { alert: self.alert.id, round: self.alert.round }
    }
}

impl Store {
    /// What a channel is to deliver now, the most pressing first. With `since`, only what fell due from then on: a channel
    /// that is switched on is not flooded with what went before.
    pub async fn due_alerts(
        &self,
        now: Timestamp,
        channel: Channel,
        since: Option<Timestamp>,
    ) -> Result<Vec<DueAlert>, StoreError> {
        let sql = format!(
            "SELECT alerts.*, d.attempts, d.attempted_at, d.problem FROM alerts LEFT JOIN deliveries d \
             ON d.alert_id = alerts.id AND d.round = alerts.round AND d.channel = ?2 WHERE {OPEN} \
             ORDER BY CASE level WHEN 'urgent' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, due_at, id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(now.unix())
            .bind(name_of(channel, Channel::NAMED))
            .bind(since.map(Timestamp::unix))
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let attempts: Option<u32> = row.try_get("attempts")?;
                let tried = match (attempts, optional(row, "attempted_at")?) {
                    (Some(attempts), Some(attempted_at)) => Some(DeliveryRow {
                        channel,
                        attempts,
                        attempted_at,
                        delivered_at: None,
                        receipt: None,
                        problem: row.try_get("problem")?,
                    }),
                    _ => None,
                };
                Ok(DueAlert { alert: alert_row(row)?, tried })
            })
            .collect()
    }

    /// Notes that a channel is called now; what has no receipt after that is delivered again. False where the person has put the
    /// alert off meanwhile: its round is over, and there is nothing to deliver.
    pub async fn attempt(&self, turn: Turn, channel: Channel, now: Timestamp) -> Result<bool, StoreError> {
        let noted = sqlx::query(
            "INSERT INTO deliveries (alert_id, channel, round, attempts, attempted_at) \
             SELECT id, ?2, round, 1, ?3 FROM alerts WHERE id = ?1 AND round = ?4 \
             ON CONFLICT DO UPDATE SET attempts = attempts + 1, attempted_at = excluded.attempted_at",
        )
        .bind(turn.alert)
        .bind(name_of(channel, Channel::NAMED))
        .bind(now.unix())
        .bind(turn.round)
        .execute(&self.writer)
        .await?;
        Ok(noted.rows_affected() > 0)
    }

    /// Notes that a channel has taken the alert in a round. The first receipt of a round stays.
    pub async fn delivered(
        &self,
        turn: Turn,
        channel: Channel,
        receipt: Receipt<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO deliveries (alert_id, channel, round, attempts, attempted_at, delivered_at, receipt, server) \
             SELECT id, ?2, ?6, 1, ?3, ?3, ?4, ?5 FROM alerts WHERE id = ?1 ON CONFLICT DO UPDATE SET \
             server = iif(receipt IS NULL, excluded.server, server), receipt = coalesce(receipt, excluded.receipt), \
             delivered_at = coalesce(delivered_at, excluded.delivered_at), problem = NULL",
        )
        .bind(turn.alert)
        .bind(name_of(channel, Channel::NAMED))
        .bind(now.unix())
        .bind(receipt.number)
        .bind(receipt.server)
        .bind(turn.round)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Notes why a channel did not take the alert. A receipt that came meanwhile stays.
    pub async fn undelivered(
        &self,
        turn: Turn,
        channel: Channel,
        problem: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO deliveries (alert_id, channel, round, attempts, attempted_at, problem) \
             SELECT id, ?2, ?5, 1, ?3, ?4 FROM alerts WHERE id = ?1 \
             ON CONFLICT DO UPDATE SET problem = excluded.problem WHERE delivered_at IS NULL",
        )
        .bind(turn.alert)
        .bind(name_of(channel, Channel::NAMED))
        .bind(now.unix())
        .bind(problem)
        .bind(turn.round)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Which alert each receipt names that a run of the notification service gave, the oldest first: where one stands twice,
    /// the last holds.
    pub async fn receipts_of(&self, server: &str) -> Result<Vec<(String, i64)>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT receipt, alert_id FROM deliveries WHERE server = ? AND channel = 'desktop' AND receipt IS NOT NULL \
             ORDER BY delivered_at, alert_id",
        )
        .bind(server)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows)
    }

    /// What each channel did with some alerts in their present rounds.
    pub(super) async fn deliveries_of(
        &self,
        alerts: &[i64],
    ) -> Result<BTreeMap<i64, Vec<DeliveryRow>>, StoreError> {
        let ids =
            serde_json::to_string(alerts).map_err(|error| StoreError::Row(format!("numbers ({error})")))?;
        let rows = sqlx::query(
            "SELECT d.* FROM deliveries d JOIN alerts a ON a.id = d.alert_id AND a.round = d.round \
             WHERE a.id IN (SELECT value FROM json_each(?)) ORDER BY d.channel",
        )
        .bind(ids)
        .fetch_all(&self.readers)
        .await?;
        let mut by_alert: BTreeMap<i64, Vec<DeliveryRow>> = BTreeMap::new();
        for row in &rows {
            let channel: String = row.try_get("channel")?;
            by_alert.entry(row.try_get("alert_id")?).or_default().push(DeliveryRow {
                channel: named(&channel, Channel::NAMED)
                    .ok_or_else(|| StoreError::Row(format!("a delivery by \"{channel}\"")))?,
                attempts: row.try_get("attempts")?,
                attempted_at: timestamp(row.try_get("attempted_at")?)?,
                delivered_at: optional(row, "delivered_at")?,
                receipt: row.try_get("receipt")?,
                problem: row.try_get("problem")?,
            });
        }
        Ok(by_alert)
    }
}
