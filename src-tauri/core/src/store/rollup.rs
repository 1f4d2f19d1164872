//! The table `rollup`: sums of charges by day, one set of rows for each dimension, so that a report of 30 days reads
//! hundreds of rows, however many charges there are. Added up here in Rust, never in SQL.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::entries::ENTERED_STREAM;
use super::facets::Facet;
use super::imports::IMPORT_STREAM;
use super::{Store, StoreError, timestamp};
use crate::formats::MAPPED;
use crate::ledger::{Charge, ChargeCategory, Lane, Meter, name_of, named};
use crate::money::{Currency, Total};
use crate::time::{Period, Timestamp};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Rows to a statement: SQLite takes 32,766 values at once.
const CHUNK: usize = 1_000;

/// By what sums are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The whole stream, by UTC day.
    Day,
    /// The whole stream, by hour; only of charges known by the hour.
    Hour,
    /// Model, by UTC day.
    Model,
    /// Project or workspace, by UTC day.
    Project,
    /// API key, by UTC day.
    Key,
    /// The provider's line item, by UTC day.
    Item,
    /// Session of a tool, by UTC day.
    Session,
}

impl Dimension {
    /// Every dimension, with its name in the store.
    pub const NAMED: &[(Dimension, &str)] = &[
        (Dimension::Day, "day"),
        (Dimension::Hour, "hour"),
        (Dimension::Model, "model"),
        (Dimension::Project, "project"),
        (Dimension::Key, "key"),
        (Dimension::Item, "item"),
        (Dimension::Session, "session"),
    ];
}

/// The sums of one group. What no charge of the group tells is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GroupSums {
    /// What is billed.
    pub billed: Option<Total>,
    /// The usage at list price.
    pub listed: Option<Total>,
    /// Input tokens.
    pub input_tokens: Option<u64>,
    /// Output tokens.
    pub output_tokens: Option<u64>,
    /// Requests.
    pub requests: Option<u64>,
    /// Lines of usage that have neither a bill nor a known price.
    pub unpriced: u64,
    /// Charges.
    pub charges: u64,
}

/// How near a figure is to who bills it. Of one account and day the first counts that tells anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// An answer or a file of the provider's.
    Provider,
    /// A file whose columns a person mapped.
    Mapped,
    /// By hand.
    Hand,
}

impl Origin {
    /// That of what lies in a stream.
    pub(super) fn of(stream: &str) -> Origin {
        let mapped = || stream.strip_prefix(IMPORT_STREAM).is_some_and(|rest| rest.starts_with(MAPPED.id));
        match stream {
            ENTERED_STREAM => Origin::Hand,
            _ if mapped() => Origin::Mapped,
            _ => Origin::Provider,
        }
    }
}

/// A row of the roll-up.
#[derive(Debug, Clone)]
pub struct RollupRow {
    /// The account's number.
    pub account_id: i64,
    /// Start of the UTC day or hour.
    pub start: Timestamp,
    /// The model, project, key, item or session, where the provider says.
    pub member: Option<String>,
    /// Who says so.
    pub lane: Lane,
    /// How near it is to who bills it.
    pub origin: Origin,
    /// When the stream that holds it was last read to its end.
    pub read_at: Option<Timestamp>,
    /// Kind of charge.
    pub category: ChargeCategory,
    /// Currency of the money, where there is any.
    pub currency: Option<Currency>,
    /// The sums.
    pub sums: GroupSums,
    /// Whether it stands beside what figures are taken from. None does until a report chooses.
    pub beside: bool,
}

/// What a row of the roll-up may tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollupColumn {
    /// The group by its name.
    Member,
    /// Usage at list price.
    Listed,
    /// Tokens of either kind.
    Tokens,
    /// Requests.
    Requests,
}

/// The sums of a window while its pages come in.
#[derive(Debug, Default)]
pub(super) struct Sums {
    known: HashMap<Facet, usize>,
    tallies: Vec<Tally>,
    /// What hours are kept apart by.
    bands: Vec<Band>,
    hours: HashMap<(i64, usize), GroupSums>,
}

/// The sums of one facet.
#[derive(Debug)]
struct Tally {
    facet: Facet,
    facet_id: i64,
    band: usize,
    /// By day. A window has few, and charges mostly come day by day.
    days: Vec<(i64, GroupSums)>,
}

type Band = (Lane, ChargeCategory, [Option<Currency>; 2]);

impl Sums {
    /// The tally of a facet that was met before.
    pub(super) fn of(&self, facet: &Facet) -> Option<usize> {
        self.known.get(facet).copied()
    }

    /// Begins the tally of a facet.
    pub(super) fn begin(&mut self, facet: Facet, facet_id: i64) -> usize {
        let band = (facet.lane(), facet.category(), facet.currencies());
        let band = self.bands.iter().position(|known| *known == band).unwrap_or_else(|| {
            self.bands.push(band);
            self.bands.len() - 1
        });
        let place = self.tallies.len();
        self.known.insert(facet.clone(), place);
        self.tallies.push(Tally { facet, facet_id, band, days: Vec::new() });
        place
    }

    /// Adds a charge, as the sums of one, to a tally, and tells the number of its facet.
    pub(super) fn add(&mut self, tally: usize, period: Period, one: &GroupSums) -> Result<i64, StoreError> {
        let tally = self
            .tallies
            .get_mut(tally)
            .ok_or_else(|| StoreError::Row("a charge without its facet".to_owned()))?;
        let start = period.start.unix();
        let day = start - start.rem_euclid(DAY);
        let place = tally.days.iter().rposition(|(known, _)| *known == day).unwrap_or_else(|| {
            tally.days.push((day, GroupSums::default()));
            tally.days.len() - 1
        });
        tally.days[place].1.add(one)?;
        if period.seconds() <= HOUR {
            let hour = start - start.rem_euclid(HOUR);
            self.hours.entry((hour, tally.band)).or_default().add(one)?;
        }
        Ok(tally.facet_id)
    }

    /// The starts of the days of which something is told.
    pub(super) fn days(&self) -> BTreeSet<i64> {
        self.tallies.iter().flat_map(|tally| &tally.days).map(|(day, _)| *day).collect()
    }

    /// Forgets what is told of some days.
    pub(super) fn forget(&mut self, days: &BTreeSet<i64>) {
        for tally in &mut self.tallies {
            tally.days.retain(|(day, _)| !days.contains(day));
        }
        self.hours.retain(|(hour, _), _| !days.contains(&(hour - hour.rem_euclid(DAY))));
    }

    /// Puts these sums in the place of the old ones of some days; those of other days are not written.
    pub(super) async fn replace_days(
        &self,
        transaction: &mut SqliteConnection,
        stream_id: i64,
        days: &BTreeSet<i64>,
    ) -> Result<(), StoreError> {
        Sums::clear(transaction, stream_id, days).await?;
        self.write(transaction, stream_id).await
    }

    /// Removes the sums of some days.
    pub(super) async fn clear(
        transaction: &mut SqliteConnection,
        stream_id: i64,
        days: &BTreeSet<i64>,
    ) -> Result<(), StoreError> {
        for day in days {
            for (_, dimension) in Dimension::NAMED {
                sqlx::query(
                    "DELETE FROM rollup WHERE stream_id = ? AND dimension = ? AND period_start >= ? AND period_start < ?",
                )
                .bind(stream_id)
                .bind(*dimension)
                .bind(day)
                .bind(day + DAY)
                .execute(&mut *transaction)
                .await?;
            }
        }
        Ok(())
    }

    /// Puts these sums in the place of the window's old ones.
    pub(super) async fn replace(
        &self,
        transaction: &mut SqliteConnection,
        stream_id: i64,
        window: Period,
    ) -> Result<(), StoreError> {
        for (_, dimension) in Dimension::NAMED {
            sqlx::query(
                "DELETE FROM rollup WHERE stream_id = ? AND dimension = ? AND period_start >= ? AND period_start < ?",
            )
            .bind(stream_id)
            .bind(*dimension)
            .bind(window.start.unix())
            .bind(window.end.unix())
            .execute(&mut *transaction)
            .await?;
        }
        self.write(transaction, stream_id).await
    }

    async fn write(&self, transaction: &mut SqliteConnection, stream_id: i64) -> Result<(), StoreError> {
        let rows: Vec<_> = self.rows()?.into_iter().collect();
        for chunk in rows.chunks(CHUNK) {
            let places = vec!["(?,?,?,?,?,?,?,?,?,?,?,?,?,?)"; chunk.len()].join(",");
            let sql = format!(
                "INSERT INTO rollup (stream_id, dimension, period_start, member, lane, category, currency, billed, listed, \
                 input_tokens, output_tokens, requests, unpriced, charges) VALUES {places}"
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
            for (key, sums) in chunk {
                let count = |n: u64| i64::try_from(n).map_err(|_| StoreError::Row(format!("a count of {n}")));
                query = query
                    .bind(stream_id)
                    .bind(name_of(key.dimension, Dimension::NAMED))
                    .bind(key.start)
                    .bind(key.member)
                    .bind(name_of(key.lane, Lane::NAMED))
                    .bind(name_of(key.category, ChargeCategory::NAMED))
                    .bind(key.currency.as_ref().map_or("", Currency::as_str))
                    .bind(sums.billed.map(|total| total.to_string()))
                    .bind(sums.listed.map(|total| total.to_string()))
                    .bind(sums.input_tokens.map(count).transpose()?)
                    .bind(sums.output_tokens.map(count).transpose()?)
                    .bind(sums.requests.map(count).transpose()?)
                    .bind(count(sums.unpriced)?)
                    .bind(count(sums.charges)?);
            }
            query.execute(&mut *transaction).await?;
        }
        Ok(())
    }

    fn rows(&self) -> Result<BTreeMap<RowKey<'_>, GroupSums>, StoreError> {
        let mut rows = BTreeMap::new();
        for Tally { facet, days, .. } in &self.tallies {
            let members = [
                (Dimension::Day, ""),
                (Dimension::Model, facet.model()),
                (Dimension::Project, facet.project()),
                (Dimension::Key, facet.api_key()),
                (Dimension::Item, facet.description()),
                (Dimension::Session, facet.session()),
            ];
            let (lane, category) = (facet.lane(), facet.category());
            for (start, sums) in days {
                for (dimension, member) in members {
                    let key = RowKey { dimension, start: *start, member, lane, category, currency: None };
                    spread(&mut rows, key, facet.currencies(), sums)?;
                }
            }
        }
        for ((start, band), sums) in &self.hours {
            let Some((lane, category, currencies)) = self.bands.get(*band).copied() else { continue };
            let (dimension, start, member) = (Dimension::Hour, *start, "");
            let key = RowKey { dimension, start, member, lane, category, currency: None };
            spread(&mut rows, key, currencies, sums)?;
        }
        Ok(rows)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RowKey<'a> {
    dimension: Dimension,
    start: i64,
    member: &'a str,
    lane: Lane,
    category: ChargeCategory,
    currency: Option<Currency>,
}

/// Adds sums to the row of their currency; to two rows where bill and list price are of two currencies. Counts go with the
/// first, so that they are counted once.
fn spread<'a>(
    rows: &mut BTreeMap<RowKey<'a>, GroupSums>,
    key: RowKey<'a>,
    [billed, listed]: [Option<Currency>; 2],
    sums: &GroupSums,
) -> Result<(), StoreError> {
    let first = billed.or(listed);
    let mut counted = *sums;
    if listed.is_some() && listed != first {
        counted.listed = None;
        let apart = GroupSums { listed: sums.listed, ..GroupSums::default() };
        rows.entry(RowKey { currency: listed, ..key }).or_default().add(&apart)?;
    }
    rows.entry(RowKey { currency: first, ..key }).or_default().add(&counted)
}

impl GroupSums {
    /// Adds the sums of another group. What both do not tell stays absent.
    pub fn add(&mut self, other: &GroupSums) -> Result<(), StoreError> {
        self.billed = plus_total(self.billed, other.billed)?;
        self.listed = plus_total(self.listed, other.listed)?;
        self.input_tokens = plus(self.input_tokens, other.input_tokens)?;
        self.output_tokens = plus(self.output_tokens, other.output_tokens)?;
        self.requests = plus(self.requests, other.requests)?;
        self.unpriced = self.unpriced.saturating_add(other.unpriced);
        self.charges = self.charges.saturating_add(other.charges);
        Ok(())
    }

    /// The sums of one charge.
    pub(super) fn of(charge: &Charge) -> GroupSums {
        GroupSums {
            billed: charge.billed_cost.map(|money| money.amount.into()),
            listed: charge.list_cost.as_ref().map(|list| list.cost.amount.into()),
            input_tokens: charge.tokens.map(|tokens| tokens.input_tokens()),
            output_tokens: charge.tokens.map(|tokens| tokens.output_tokens()),
            requests: charge.requests,
            unpriced: 0,
            charges: 1,
        }
        .or_unpriced(charge.consumed_quantity.is_some_and(|quantity| !quantity.is_zero()), charge.sku_meter)
    }

    /// The same of one charge, which counts as unpriced if something was used and it has neither a bill nor a list price.
    #[must_use]
    pub(super) fn or_unpriced(self, quantity: bool, meter: Option<Meter>) -> GroupSums {
        // Bytes kept are a level, not something used up.
        let is_level = meter == Some(Meter::Byte);
        let used = quantity || self.input_tokens.unwrap_or(0) > 0 || self.output_tokens.unwrap_or(0) > 0;
        let unpriced = self.billed.is_none() && self.listed.is_none() && used && !is_level;
        GroupSums { unpriced: u64::from(unpriced), ..self }
    }
}

fn plus(a: Option<u64>, b: Option<u64>) -> Result<Option<u64>, StoreError> {
    match (a, b) {
        (Some(a), Some(b)) => {
            let sum = a.checked_add(b).filter(|sum| i64::try_from(*sum).is_ok());
            sum.map(Some).ok_or_else(|| StoreError::Row("a count too large to be kept".to_owned()))
        }
        (one, None) | (None, one) => Ok(one),
    }
}

fn plus_total(a: Option<Total>, b: Option<Total>) -> Result<Option<Total>, StoreError> {
    match (a, b) {
        (Some(a), Some(b)) => a
            .checked_add(b)
            .map(Some)
            .ok_or_else(|| StoreError::Row("a sum too large to be kept exactly".to_owned())),
        (one, None) | (None, one) => Ok(one),
    }
}

impl Store {
    /// The roll-up of every account in one dimension, over the days or hours that start inside a period, those of each stream
    /// in order of time.
    ///
    /// A stream's rows come as one JSON text: thousands of small rows cost the database driver ten times what the text does.
    pub async fn rollup(&self, dimension: Dimension, period: Period) -> Result<Vec<RollupRow>, StoreError> {
        let streams: Vec<(i64, String, Option<i64>, String)> = sqlx::query_as(
            "SELECT s.account_id, s.name, s.synced_at, \
             json_group_array(json_array(r.period_start, r.member, r.lane, r.category, r.currency, r.billed, r.listed, \
             r.input_tokens, r.output_tokens, r.requests, r.unpriced, r.charges)) \
             FROM streams AS s CROSS JOIN rollup AS r \
             WHERE r.stream_id = s.id AND r.dimension = ? AND r.period_start >= ? AND r.period_start < ? \
             GROUP BY s.id",
        )
        .bind(name_of(dimension, Dimension::NAMED))
        .bind(period.start.unix())
        .bind(period.end.unix())
        .fetch_all(&self.readers)
        .await?;
        let mut rows = Vec::new();
        for (account_id, stream, read_at, text) in &streams {
            let (origin, read_at) = (Origin::of(stream), read_at.map(timestamp).transpose()?);
            let mut told: Vec<Told<'_>> = serde_json::from_str(text)
                .map_err(|error| StoreError::Row(format!("a roll-up row ({error})")))?;
            // As the key has them already, which an aggregate does not promise.
            told.sort_by_key(|one| one.start);
            for one in told {
                rows.push(RollupRow { read_at, ..one.row(*account_id, origin)? });
            }
        }
        Ok(rows)
    }

    /// Whether any row of these accounts' roll-up in one dimension tells this of a period.
    pub async fn rollup_tells(
        &self,
        accounts: &[i64],
        dimension: Dimension,
        told: RollupColumn,
        period: Period,
    ) -> Result<bool, StoreError> {
        let accounts = serde_json::Value::from(accounts).to_string();
        let told = match told {
            RollupColumn::Member => "r.member <> ''",
            RollupColumn::Listed => "r.listed IS NOT NULL",
            RollupColumn::Tokens => "(r.input_tokens IS NOT NULL OR r.output_tokens IS NOT NULL)",
            RollupColumn::Requests => "r.requests IS NOT NULL",
        };
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM streams AS s CROSS JOIN rollup AS r \
             WHERE s.account_id IN (SELECT value FROM json_each(?)) AND r.stream_id = s.id AND r.dimension = ? \
             AND r.period_start >= ? AND r.period_start < ? AND {told})"
        );
        Ok(sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(accounts)
            .bind(name_of(dimension, Dimension::NAMED))
            .bind(period.start.unix())
            .bind(period.end.unix())
            .fetch_one(&self.readers)
            .await?)
    }
}

/// A row of the roll-up as the query tells it.
#[derive(Deserialize)]
struct Told<'a> {
    start: i64,
    member: String,
    lane: &'a str,
    category: &'a str,
    currency: &'a str,
    billed: Option<&'a str>,
    listed: Option<&'a str>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    requests: Option<u64>,
    unpriced: u64,
    charges: u64,
}

impl Told<'_> {
    fn row(self, account_id: i64, origin: Origin) -> Result<RollupRow, StoreError> {
        let strange = |what: &str| StoreError::Row(format!("a roll-up row with the {what}"));
        let total = |text: Option<&str>| text.map(str::parse::<Total>).transpose();
        Ok(RollupRow {
            account_id,
            start: timestamp(self.start)?,
            member: Some(self.member).filter(|member| !member.is_empty()),
            lane: named(self.lane, Lane::NAMED).ok_or_else(|| strange("lane"))?,
            origin,
            read_at: None,
            category: named(self.category, ChargeCategory::NAMED).ok_or_else(|| strange("category"))?,
            currency: match self.currency {
                "" => None,
                // Nearly every row is in dollars, and the list of currencies is long.
                "USD" => Some(Currency::USD),
                code => Some(code.parse()?),
            },
            sums: GroupSums {
                billed: total(self.billed)?,
                listed: total(self.listed)?,
                input_tokens: self.input_tokens,
                output_tokens: self.output_tokens,
                requests: self.requests,
                unpriced: self.unpriced,
                charges: self.charges,
            },
            beside: false,
        })
    }
}
