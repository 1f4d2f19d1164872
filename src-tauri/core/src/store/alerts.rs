//! The table `alerts`: what was raised, whether it was seen, put off or is over.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::{DeliveryRow, Store, StoreError, timestamp};
use crate::ledger::{AlertEnd, AlertLevel, AlertRule, name_of, named};
use crate::time::Timestamp;

/// An alert to raise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaisedAlert {
    /// By which rule.
    pub rule: AlertRule,
    /// What it is of. Stable.
    pub subject: String,
    /// Which step of the rule.
    pub step: String,
    /// How much it presses.
    pub level: AlertLevel,
    /// One line.
    pub title: String,
    /// A sentence or two.
    pub body: String,
    /// The account it is of, where it is of one.
    pub account_id: Option<i64>,
    /// When it is to be delivered.
    pub due_at: Timestamp,
    /// When its window, lot or term ends, as far as that is known.
    pub until: Option<Timestamp>,
    /// Whether it is only remembered, and never delivered.
    pub noted: bool,
}

/// An alert whose matter is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedAlert {
    /// Its number.
    pub id: i64,
    /// How it ended.
    pub how: AlertEnd,
}

/// What an evaluation changes, booked as one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookedAlerts {
    /// Alerts whose figure has recovered, or whose window is over: the next time begins a new episode.
    pub rearmed: Vec<i64>,
    /// Alerts whose matter is over.
    pub ended: Vec<EndedAlert>,
    /// Alerts to raise.
    pub raised: Vec<RaisedAlert>,
}

impl BookedAlerts {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.rearmed.is_empty() && self.ended.is_empty() && self.raised.is_empty()
    }
}

/// How the newest alert of a rule, subject and step stands: what an evaluation remembers.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any of them may be with any other"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertStand {
    /// Number.
    pub id: i64,
    /// The rule.
    pub rule: AlertRule,
    /// What it is of.
    pub subject: String,
    /// Which step.
    pub step: String,
    /// The account it is of.
    pub account_id: Option<i64>,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// When its window, lot or term ends, as was known then.
    pub until: Option<Timestamp>,
    /// Whether the next time begins a new episode.
    pub rearmed: bool,
    /// How it ended, where it did.
    pub ended: Option<AlertEnd>,
    /// Whether the person has seen it.
    pub seen: bool,
    /// Whether the person wants to hear nothing more of the subject.
    pub used: bool,
    /// Whether a channel has taken it since it was raised or put off.
    pub delivered: bool,
}

/// An alert as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    /// Number.
    pub id: i64,
    /// What was raised.
    pub alert: RaisedAlert,
    /// When.
    pub raised_at: Timestamp,
    /// How often it was put off, and one.
    pub round: i64,
    /// Whether it was put off.
    pub snoozed: bool,
    /// How it ended, where it did.
    pub ended: Option<AlertEnd>,
    /// When the person saw it.
    pub seen_at: Option<Timestamp>,
    /// What each channel did with it in its present round.
    pub deliveries: Vec<DeliveryRow>,
}

/// What a person does with an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It was seen.
    Seen,
    /// It is to come again at this time.
    Snooze(Timestamp),
    /// The credit was used, or is meant to lapse: nothing more is said of its subject.
    Used,
    /// It was not used after all: what is said of this lot is said again.
    Unused,
}

impl Store {
    /// What an evaluation remembers: the newest alert of every rule, subject and step.
    pub async fn alert_stands(&self) -> Result<Vec<AlertStand>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, rule, subject, step, account_id, raised_at, until, rearmed, ended, seen_at, used_at, \
             EXISTS (SELECT 1 FROM deliveries d WHERE d.alert_id = alerts.id AND d.round = alerts.round \
             AND d.delivered_at IS NOT NULL) AS delivered FROM alerts WHERE latest = 1 ORDER BY id",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(AlertStand {
                    id: row.try_get("id")?,
                    rule: rule(row)?,
                    subject: row.try_get("subject")?,
                    step: row.try_get("step")?,
                    account_id: row.try_get("account_id")?,
                    raised_at: timestamp(row.try_get("raised_at")?)?,
                    until: optional(row, "until")?,
                    rearmed: row.try_get("rearmed")?,
                    ended: ended(row)?,
                    seen: row.try_get::<Option<i64>, _>("seen_at")?.is_some(),
                    used: row.try_get::<Option<i64>, _>("used_at")?.is_some(),
                    delivered: row.try_get("delivered")?,
                })
            })
            .collect()
    }

    /// Books what an evaluation changes, in one transaction; doing it twice is the same as once. Returns the numbers of the
    /// alerts that were raised.
    pub async fn book_alerts(&self, changes: &BookedAlerts, now: Timestamp) -> Result<Vec<i64>, StoreError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        for id in &changes.rearmed {
            sqlx::query("UPDATE alerts SET rearmed = 1 WHERE id = ?")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        for EndedAlert { id, how } in &changes.ended {
            // What has ended once stays as it ended; but what passed unheard is settled when something newer is said in its place.
            sqlx::query(
                "UPDATE alerts SET ended = ?1 WHERE id = ?2 \
                 AND (ended IS NULL OR (ended = 'passed' AND ?1 = 'settled'))",
            )
            .bind(name_of(*how, AlertEnd::NAMED))
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        }
        let mut raised = Vec::new();
        for alert in &changes.raised {
            raised.extend(raise(&mut transaction, alert, now).await?);
        }
        transaction.commit().await?;
        Ok(raised)
    }

    /// The newest alerts that a person is told of.
    pub async fn inbox(&self, most: u32) -> Result<Vec<AlertRow>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM alerts WHERE noted = 0 ORDER BY raised_at DESC, id DESC LIMIT ?")
                .bind(most)
                .fetch_all(&self.readers)
                .await?;
        let mut alerts = rows.iter().map(alert_row).collect::<Result<Vec<_>, _>>()?;
        let ids: Vec<_> = alerts.iter().map(|alert| alert.id).collect();
        let mut deliveries = self.deliveries_of(&ids).await?;
        for alert in &mut alerts {
            alert.deliveries = deliveries.remove(&alert.id).unwrap_or_default();
        }
        Ok(alerts)
    }

    /// The alert of a number.
    pub async fn alert(&self, id: i64) -> Result<Option<AlertRow>, StoreError> {
        let row =
            sqlx::query("SELECT * FROM alerts WHERE id = ?").bind(id).fetch_optional(&self.readers).await?;
        let Some(row) = row else { return Ok(None) };
        let mut alert = alert_row(&row)?;
        alert.deliveries = self.deliveries_of(&[id]).await?.remove(&id).unwrap_or_default();
        Ok(Some(alert))
    }

    /// How many alerts wait to be seen.
    pub async fn unseen_alerts(&self) -> Result<u32, StoreError> {
        let (count,): (i64,) = sqlx::query_as(
            "SELECT count(*) FROM alerts WHERE noted = 0 AND seen_at IS NULL AND ended IS NULL",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// What a person does with an alert. False where there is no such alert.
    pub async fn answer(&self, id: i64, answer: Answer, now: Timestamp) -> Result<bool, StoreError> {
        let done = match answer {
            Answer::Seen => {
                sqlx::query("UPDATE alerts SET seen_at = coalesce(seen_at, ?1) WHERE id = ?2")
                    .bind(now.unix())
                    .bind(id)
                    .execute(&self.writer)
                    .await?
            }
            Answer::Snooze(until) => {
                // A new round: whatever took it before is to take it again.
                sqlx::query(
                    "UPDATE alerts SET due_at = ?, snoozed = 1, round = round + 1, seen_at = NULL WHERE id = ?",
                )
                .bind(until.unix())
                .bind(id)
                .execute(&self.writer)
                .await?
            }
            Answer::Unused => {
                // What goes on is told of again; what is over by now ends when it is looked at next.
                sqlx::query(
                    "UPDATE alerts SET used_at = NULL, \
                     ended = CASE WHEN latest = 1 AND rearmed = 0 AND ended = 'settled' THEN NULL ELSE ended END FROM \
                     (SELECT rule AS of_rule, subject AS of_subject FROM alerts WHERE id = ?) \
                     WHERE rule = of_rule AND subject = of_subject AND used_at IS NOT NULL",
                )
                .bind(id)
                .execute(&self.writer)
                .await?
            }
            Answer::Used => {
                sqlx::query(
                    "UPDATE alerts SET seen_at = coalesce(seen_at, ?1), used_at = coalesce(used_at, ?1), \
                     ended = coalesce(ended, 'settled') FROM \
                     (SELECT rule AS of_rule, subject AS of_subject FROM alerts WHERE id = ?2) \
                     WHERE rule = of_rule AND subject = of_subject",
                )
                .bind(now.unix())
                .bind(id)
                .execute(&self.writer)
                .await?
            }
        };
        Ok(done.rows_affected() > 0)
    }

    /// Settles every alert of an account that is removed.
    pub(super) async fn settle_alerts_of(
        writer: &mut SqliteConnection,
        account_id: i64,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE alerts SET ended = 'settled', rearmed = 1 WHERE account_id = ?")
            .bind(account_id)
            .execute(writer)
            .await?;
        Ok(())
    }
}

/// Raises an alert as the next episode of its rule, subject and step, unless the last one is still going on.
async fn raise(
    writer: &mut SqliteConnection,
    alert: &RaisedAlert,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let rule = name_of(alert.rule, AlertRule::NAMED);
    let last: Option<(i64, i64, bool)> = sqlx::query_as(
        "SELECT id, episode, rearmed FROM alerts WHERE rule = ? AND subject = ? AND step = ? AND latest = 1",
    )
    .bind(rule)
    .bind(&alert.subject)
    .bind(&alert.step)
    .fetch_optional(&mut *writer)
    .await?;
    let episode = match last {
        Some((_, _, false)) => return Ok(None),
        Some((id, episode, true)) => {
            sqlx::query("UPDATE alerts SET latest = 0 WHERE id = ?").bind(id).execute(&mut *writer).await?;
            episode + 1
        }
        None => 1,
    };
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO alerts (rule, subject, step, episode, level, title, body, account_id, raised_at, due_at, until, noted, \
         latest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) RETURNING id",
    )
    .bind(rule)
    .bind(&alert.subject)
    .bind(&alert.step)
    .bind(episode)
    .bind(name_of(alert.level, AlertLevel::NAMED))
    .bind(&alert.title)
    .bind(&alert.body)
    .bind(alert.account_id)
    .bind(now.unix())
    .bind(alert.due_at.unix())
    .bind(alert.until.map(Timestamp::unix))
    .bind(alert.noted)
    .fetch_one(writer)
    .await?;
    Ok(Some(id))
}

fn rule(row: &SqliteRow) -> Result<AlertRule, StoreError> {
    let name: String = row.try_get("rule")?;
    named(&name, AlertRule::NAMED).ok_or_else(|| StoreError::Row(format!("an alert of the rule \"{name}\"")))
}

fn ended(row: &SqliteRow) -> Result<Option<AlertEnd>, StoreError> {
    let name: Option<String> = row.try_get("ended")?;
    name.map(|name| {
        named(&name, AlertEnd::NAMED)
            .ok_or_else(|| StoreError::Row(format!("an alert that ended as \"{name}\"")))
    })
    .transpose()
}

pub(super) fn optional(row: &SqliteRow, column: &str) -> Result<Option<Timestamp>, StoreError> {
    row.try_get::<Option<i64>, _>(column)?.map(timestamp).transpose()
}

/// An alert without its deliveries.
pub(super) fn alert_row(row: &SqliteRow) -> Result<AlertRow, StoreError> {
    let level: String = row.try_get("level")?;
    Ok(AlertRow {
        id: row.try_get("id")?,
        alert: RaisedAlert {
            rule: rule(row)?,
            subject: row.try_get("subject")?,
            step: row.try_get("step")?,
            level: named(&level, AlertLevel::NAMED)
                .ok_or_else(|| StoreError::Row(format!("an alert of the level \"{level}\"")))?,
            title: row.try_get("title")?,
            body: row.try_get("body")?,
            account_id: row.try_get("account_id")?,
            due_at: timestamp(row.try_get("due_at")?)?,
            until: optional(row, "until")?,
            noted: row.try_get("noted")?,
        },
        raised_at: timestamp(row.try_get("raised_at")?)?,
        round: row.try_get("round")?,
        snoozed: row.try_get("snoozed")?,
        ended: ended(row)?,
        seen_at: optional(row, "seen_at")?,
        deliveries: Vec::new(),
    })
}
