//! Sums of charges by day or hour and facet, straight from the charges: for groups that the roll-up does not keep together,
//! such as a model within a project.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use sqlx::Row as _;

use super::{GroupSums, Origin, RollupRow, Store, StoreError, timestamp};
use crate::ledger::{ChargeCategory, Lane, Meter, named};
use crate::money::{Currency, Total};
use crate::time::Period;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Days to a text, so that memory does not grow with the range.
const SHARE: i64 = 31 * DAY;

/// What charges are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceFacet {
    /// Who says so.
    pub lane: Lane,
    /// Kind of charge.
    pub category: ChargeCategory,
    /// The currencies of the bill and of the list price.
    pub currencies: [Option<Currency>; 2],
    /// Model, project, key, item and session, where told.
    pub members: [Option<String>; 5],
    meter: Option<Meter>,
}

impl Store {
    /// What charges are of, by the number of their facet.
    pub async fn piece_facets(&self) -> Result<BTreeMap<i64, PieceFacet>, StoreError> {
        let rows = sqlx::query("SELECT * FROM facets").fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                let strange = |what: &str| StoreError::Row(format!("a facet with the {what}"));
                let text = |column: &str| -> Result<Option<String>, StoreError> {
                    Ok(Some(row.try_get(column)?).filter(|text: &String| !text.is_empty()))
                };
                let currency = |column: &str| -> Result<Option<Currency>, StoreError> {
                    Ok(text(column)?.map(|code| code.parse()).transpose()?)
                };
                let name = |column: &str| row.try_get::<String, _>(column);
                let model = text("request_model")?.or(text("response_model")?);
                let facet = PieceFacet {
                    lane: named(&name("lane")?, Lane::NAMED).ok_or_else(|| strange("lane"))?,
                    category: named(&name("category")?, ChargeCategory::NAMED)
                        .ok_or_else(|| strange("category"))?,
                    currencies: [currency("billed_currency")?, currency("list_currency")?],
                    members: [
                        model,
                        text("project")?,
                        text("api_key")?,
                        text("description")?,
                        text("session")?,
                    ],
                    meter: text("meter")?
                        .map(|meter| named(&meter, Meter::NAMED).ok_or_else(|| strange("meter")))
                        .transpose()?,
                };
                Ok((row.try_get("id")?, facet))
            })
            .collect()
    }

    /// The charges of some accounts and facets that start inside a period, summed up by UTC day, or by hour of those that last no
    /// longer. The member of a row is the number of its facet.
    pub async fn pieces(
        &self,
        accounts: &[i64],
        period: Period,
        facets: &BTreeMap<i64, PieceFacet>,
        hourly: bool,
    ) -> Result<Vec<RollupRow>, StoreError> {
        let all: Vec<(i64, i64, String, Option<i64>)> =
            sqlx::query_as("SELECT id, account_id, name, synced_at FROM streams ORDER BY id")
                .fetch_all(&self.readers)
                .await?;
        let wanted = facets.keys().map(i64::to_string).collect::<Vec<_>>().join(",");
        let mut rows = Vec::new();
        for (id, account, name, read_at) in
            all.into_iter().filter(|(_, account, ..)| accounts.contains(account))
        {
            let (origin, read_at) = (Origin::of(&name), read_at.map(timestamp).transpose()?);
            let mut start = period.start.unix();
            while start < period.end.unix() {
                let end = (start - start.rem_euclid(DAY) + SHARE).min(period.end.unix());
                let sums = self.piece_sums(id, (start, end), &wanted, facets, hourly).await?;
                for ((start, facet_id), sums) in sums {
                    let Some(facet) = facets.get(&facet_id) else { continue };
                    let row = RollupRow {
                        account_id: account,
                        start: timestamp(start)?,
                        member: Some(facet_id.to_string()),
                        lane: facet.lane,
                        origin,
                        read_at,
                        category: facet.category,
                        currency: None,
                        sums,
                        beside: false,
                    };
                    spread(row, facet.currencies, &mut rows);
                }
                start = end;
            }
        }
        Ok(rows)
    }

    async fn piece_sums(
        &self,
        stream_id: i64,
        (start, end): (i64, i64),
        wanted: &str,
        facets: &BTreeMap<i64, PieceFacet>,
        hourly: bool,
    ) -> Result<BTreeMap<(i64, i64), GroupSums>, StoreError> {
        let longest = if hourly { HOUR } else { i64::MAX };
        let (text,): (String,) = sqlx::query_as(
            "SELECT json_group_array(json_array(period_start, facet_id, billed, listed, \
             coalesce(trim(quantity, '-+0.') <> '', 0), input_tokens, output_tokens, requests)) FROM charges \
             WHERE stream_id = ? AND period_start >= ? AND period_start < ? AND period_end - period_start <= ? \
             AND facet_id IN (SELECT value FROM json_each(?))",
        )
        .bind(stream_id)
        .bind(start)
        .bind(end)
        .bind(longest)
        .bind(format!("[{wanted}]"))
        .fetch_one(&self.readers)
        .await?;
        let told: Vec<Told<'_>> =
            serde_json::from_str(&text).map_err(|error| StoreError::Row(format!("a charge ({error})")))?;
        let step = if hourly { HOUR } else { DAY };
        let mut sums = HashMap::<(i64, i64), GroupSums>::new();
        let total = |text: Option<&str>| text.map(str::parse::<Total>).transpose();
        for Told(start, facet_id, billed, listed, used, input, output, requests) in told {
            let one = GroupSums {
                billed: total(billed)?,
                listed: total(listed)?,
                input_tokens: input,
                output_tokens: output,
                requests,
                unpriced: 0,
                charges: 1,
            };
            let meter = facets.get(&facet_id).and_then(|facet| facet.meter);
            let place = (start - start.rem_euclid(step), facet_id);
            sums.entry(place).or_default().add(&one.or_unpriced(used != 0, meter))?;
        }
        Ok(sums.into_iter().collect())
    }
}

/// A charge as the query tells it.
#[derive(Deserialize)]
struct Told<'a>(i64, i64, Option<&'a str>, Option<&'a str>, i64, Option<u64>, Option<u64>, Option<u64>);

/// A row in its currency; two where bill and list price are of two currencies. Counts go with the first.
fn spread(row: RollupRow, [billed, listed]: [Option<Currency>; 2], rows: &mut Vec<RollupRow>) {
    let first = billed.or(listed);
    let mut row = RollupRow { currency: first, ..row };
    if listed.is_some() && listed != first {
        let sums = GroupSums { listed: row.sums.listed.take(), ..GroupSums::default() };
        rows.push(RollupRow { currency: listed, sums, ..row.clone() });
    }
    rows.push(row);
}
