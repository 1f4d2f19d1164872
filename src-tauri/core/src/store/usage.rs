//! What the table `charges` tells of use, for replays: a year of a million lines, some days of a stream at a time.

use std::collections::BTreeMap;

use serde::Deserialize;
use sqlx::Row as _;

use super::{Origin, Store, StoreError, decimal};
use crate::ledger::{Lane, Meter, Modalities, named};
use crate::money::{Currency, Decimal};
use crate::time::Period;

/// A stream that holds charges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedStream {
    /// Its number.
    pub id: i64,
    /// The account's number.
    pub account_id: i64,
    /// How near what it holds is to who bills it.
    pub origin: Origin,
}

/// What a charge of usage is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedFacet {
    /// Who says so.
    pub lane: Lane,
    /// Which meter ran.
    pub meter: Option<Meter>,
    /// The currency of what is billed.
    pub billed: Option<Currency>,
    /// The currency of the list cost.
    pub listed: Option<Currency>,
    /// The model asked for, else the one that answered.
    pub model: Option<String>,
    /// The provider's service tier, in its own word.
    pub tier: Option<String>,
    /// Project or workspace, by the provider's id.
    pub project: Option<String>,
    /// API key, by the provider's id.
    pub api_key: Option<String>,
}

/// The numbers of a charge of usage. What it does not tell is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedRow {
    /// When it begins, in Unix seconds.
    pub start: i64,
    /// When it ends, exclusive.
    pub end: i64,
    /// The number of its facet.
    pub facet: i64,
    /// What is billed for it.
    pub billed: Option<Decimal>,
    /// What it costs at list price.
    pub listed: Option<Decimal>,
    /// What its meter counted.
    pub quantity: Option<Decimal>,
    /// Input and output tokens, and of the input those read from a cache.
    pub tokens: Option<(u64, u64, u64)>,
    /// Tokens that are no plain text.
    pub modalities: Modalities,
    /// Requests.
    pub requests: Option<u64>,
}

impl Store {
    /// Every stream, with the account that it is of.
    pub async fn used_streams(&self) -> Result<Vec<UsedStream>, StoreError> {
        let rows: Vec<(i64, i64, String)> =
            sqlx::query_as("SELECT id, account_id, name FROM streams ORDER BY id")
                .fetch_all(&self.readers)
                .await?;
        let stream = |(id, account_id, name): (i64, i64, String)| UsedStream {
            id,
            account_id,
            origin: Origin::of(&name),
        };
        Ok(rows.into_iter().map(stream).collect())
    }

    /// What charges of usage are of, by their facet's number.
    pub async fn used_facets(&self) -> Result<BTreeMap<i64, UsedFacet>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM facets WHERE category = 'usage'").fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                let strange = |what: &str| StoreError::Row(format!("a facet with the {what}"));
                let text = |column: &str| -> Result<Option<String>, StoreError> {
                    Ok(Some(row.try_get(column)?).filter(|text: &String| !text.is_empty()))
                };
                let currency = |column: &str| -> Result<Option<Currency>, StoreError> {
                    Ok(text(column)?.map(|code| code.parse()).transpose()?)
                };
                let meter = text("meter")?;
                let facet = UsedFacet {
                    lane: named(&row.try_get::<String, _>("lane")?, Lane::NAMED)
                        .ok_or_else(|| strange("lane"))?,
                    meter: meter
                        .map(|name| named(&name, Meter::NAMED).ok_or_else(|| strange("meter")))
                        .transpose()?,
                    billed: currency("billed_currency")?,
                    listed: currency("list_currency")?,
                    model: text("request_model")?.or(text("response_model")?),
                    tier: text("service_tier")?,
                    project: text("project")?,
                    api_key: text("api_key")?,
                };
                Ok((row.try_get("id")?, facet))
            })
            .collect()
    }

    /// The charges of usage of a stream that start inside a period, in order of time, as one text for [`read_used`].
    ///
    /// Rows one by one cost the database driver ten times what the text does.
    pub async fn used(&self, stream_id: i64, period: Period) -> Result<String, StoreError> {
        let (text,): (String,) = sqlx::query_as(
            "SELECT json_group_array(json_array(period_start, period_end, facet_id, billed, listed, quantity, \
             input_tokens, output_tokens, cache_read, requests, modalities)) \
             FROM (SELECT c.* FROM charges AS c CROSS JOIN facets AS f \
             WHERE c.stream_id = ? AND c.period_start >= ? AND c.period_start < ? AND f.id = c.facet_id \
             AND f.category = 'usage' ORDER BY c.period_start, c.ordinal)",
        )
        .bind(stream_id)
        .bind(period.start.unix())
        .bind(period.end.unix())
        .fetch_one(&self.readers)
        .await?;
        Ok(text)
    }
}

/// A row as the query tells it.
#[derive(Deserialize)]
struct Told<'a>(
    i64,
    i64,
    i64,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    Option<u64>,
    Option<u64>,
    Option<u64>,
    Option<u64>,
    #[serde(borrow)] Option<std::borrow::Cow<'a, str>>,
);

/// The rows of a text of [`Store::used`].
pub fn read_used(text: &str) -> Result<Vec<UsedRow>, StoreError> {
    let told: Vec<Told<'_>> = serde_json::from_str(text).map_err(|error| strange(&error))?;
    let number = |text: Option<&str>| text.map(decimal).transpose();
    let row = |Told(start, end, facet, billed, listed, quantity, input, output, cached, requests, kinds)| {
        Ok(UsedRow {
            start,
            end,
            facet,
            billed: number(billed)?,
            listed: number(listed)?,
            quantity: number(quantity)?,
            tokens: input.zip(output).map(|(input, output)| (input, output, cached.unwrap_or(0))),
            modalities: kinds.map_or(Ok(Modalities::default()), |text| modalities(&text))?,
            requests,
        })
    };
    told.into_iter().map(row).collect()
}

fn strange(error: &serde_json::Error) -> StoreError {
    StoreError::Row(format!("a charge ({error})"))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Kinds {
    input_audio: u64,
    cache_read_audio: u64,
    output_audio: u64,
    input_image: u64,
    cache_read_image: u64,
    output_image: u64,
}

fn modalities(text: &str) -> Result<Modalities, StoreError> {
    let Kinds { input_audio, cache_read_audio, output_audio, input_image, cache_read_image, output_image } =
        serde_json::from_str(text).map_err(|error| strange(&error))?;
    Ok(Modalities {
        input_audio,
        cache_read_audio,
        output_audio,
        input_image,
        cache_read_image,
        output_image,
    })
}
