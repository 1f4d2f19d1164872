//! The tables `price_corrections` and `exchange_rates`, and list costs that change with a price: charges and their sums are
//! made anew in the transaction that changes it.

use std::collections::{BTreeSet, HashMap};

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::facets::Facet;
use super::imports::add_up;
use super::rollup::Sums;
use super::{Store, StoreError, decimal, packed, price_bases, timestamp};
use crate::exchange::RatePoint;
use crate::ledger::{ListCost, Meter, TokenTotals, TokenUsage, named};
use crate::money::Currency;
use crate::pricing::{Consumed, Correction, PriceBook, Pricer, Usage, usual_per};
use crate::time::Date;

const DAY: i64 = 86_400;

/// What changes of the prices.
#[derive(Debug, Clone, Copy)]
pub enum PriceChange<'a> {
    /// A price of the person's own, new or in the place of the one of the same day.
    Set(&'a Correction),
    /// A price of the person's own is taken back; only what names it is looked at.
    Remove(&'a Correction),
    /// The lists are newer: what had no price may have one.
    Newer,
}

impl Store {
    /// The person's own prices, the earliest first.
    pub async fn price_corrections(&self) -> Result<Vec<Correction>, StoreError> {
        corrections(&mut *self.readers.acquire().await?).await
    }

    /// Changes prices, and list costs and their sums with them, in one transaction. Tells how many lines cost another amount
    /// now; `None` where there was nothing to take back.
    pub async fn change_prices(
        &self,
        change: PriceChange<'_>,
        book: impl FnOnce(Vec<Correction>) -> PriceBook + Send,
    ) -> Result<Option<u64>, StoreError> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        match change {
            PriceChange::Set(own) => put(&mut transaction, own).await?,
            PriceChange::Remove(own) => {
                if !remove(&mut transaction, own).await? {
                    return Ok(None);
                }
            }
            PriceChange::Newer => {}
        }
        let book = book(corrections(&mut transaction).await?);
        let mut pricer = Pricer::new(&book);
        let streams: Vec<(i64, String)> = sqlx::query_as(
            "SELECT s.id, a.provider FROM streams AS s JOIN accounts AS a ON a.id = s.account_id",
        )
        .fetch_all(&mut *transaction)
        .await?;
        let mut changed = 0;
        for (stream_id, provider) in streams {
            let touched = Touched { stream_id, provider: &provider, change };
            changed += touched.reprice(&mut transaction, &book, &mut pricer).await?;
        }
        transaction.commit().await?;
        Ok(Some(changed))
    }

    /// Rates of exchange that were refreshed.
    pub async fn exchange_rates(&self) -> Result<Vec<RatePoint>, StoreError> {
        let rows = sqlx::query("SELECT * FROM exchange_rates ORDER BY source, base, on_date, quote")
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(rate).collect()
    }

    /// Keeps rates of exchange: all of them or none. What is known of a day stays. Tells how many are new.
    pub async fn add_exchange_rates(&self, points: &[RatePoint]) -> Result<u64, StoreError> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let mut added = 0;
        for point in points {
            let done = sqlx::query(
                "INSERT INTO exchange_rates (source, base, on_date, quote, rate) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(&*point.source)
            .bind(point.base.as_str())
            .bind(point.date.to_string())
            .bind(point.quote.as_str())
            .bind(point.rate.to_string())
            .execute(&mut *transaction)
            .await?;
            added += done.rows_affected();
        }
        transaction.commit().await?;
        Ok(added)
    }
}

/// A stream whose lines may cost another amount.
struct Touched<'a> {
    stream_id: i64,
    provider: &'a str,
    change: PriceChange<'a>,
}

impl Touched<'_> {
    async fn reprice(
        &self,
        writer: &mut SqliteConnection,
        book: &PriceBook,
        pricer: &mut Pricer<'_>,
    ) -> Result<u64, StoreError> {
        let (own, only_unpriced) = match self.change {
            PriceChange::Set(own) | PriceChange::Remove(own) if own.provider == self.provider => {
                (Some(own), false)
            }
            PriceChange::Set(_) | PriceChange::Remove(_) => return Ok(0),
            PriceChange::Newer => (None, true),
        };
        let from = own.map_or(i64::MIN, |own| own.from.utc_start().unix());
        let ids: Vec<(i64,)> =
            sqlx::query_as("SELECT DISTINCT facet_id FROM charges WHERE stream_id = ? AND period_start >= ?")
                .bind(self.stream_id)
                .bind(from)
                .fetch_all(&mut *writer)
                .await?;
        let mut facets = HashMap::new();
        for (id,) in ids {
            let facet = Facet::get(writer, id).await?;
            let is_of = |own: &Correction| {
                [facet.request_model(), facet.response_model()]
                    .into_iter()
                    .flatten()
                    .any(|name| book.is_of(self.provider, name, &own.model))
            };
            if own.is_none_or(is_of) {
                facets.insert(id, facet);
            }
        }
        let mut known: Vec<i64> = facets.keys().copied().collect();
        known.sort_unstable();
        let known = serde_json::json!(known).to_string();
        let days: Vec<(i64,)> = sqlx::query_as(
            "SELECT DISTINCT period_start - period_start % 86400 FROM charges WHERE stream_id = ?1 AND period_start >= ?2 \
             AND facet_id IN (SELECT value FROM json_each(?3)) AND (?4 = 0 OR (listed IS NULL AND billed IS NULL)) ORDER BY 1",
        )
        .bind(self.stream_id)
        .bind(from)
        .bind(&known)
        .bind(only_unpriced)
        .fetch_all(&mut *writer)
        .await?;
        let (mut changed, mut anew) = (0, BTreeSet::new());
        for (day,) in days {
            let rows = sqlx::query(
                "SELECT * FROM charges WHERE stream_id = ?1 AND period_start >= ?2 AND period_start < ?3 \
                 AND facet_id IN (SELECT value FROM json_each(?4)) AND (?5 = 0 OR (listed IS NULL AND billed IS NULL))",
            )
            .bind(self.stream_id)
            .bind(day)
            .bind(day + DAY)
            .bind(&known)
            .bind(only_unpriced)
            .fetch_all(&mut *writer)
            .await?;
            for row in &rows {
                let facet_id: i64 = row.try_get("facet_id")?;
                let Some(facet) = facets.get(&facet_id) else { continue };
                if self.write(writer, row, facet, cost(pricer, self.provider, row, facet)?).await? {
                    changed += 1;
                    anew.insert(day);
                }
            }
        }
        let mut sums = Sums::default();
        add_up(&mut sums, writer, self.stream_id, &anew).await?;
        sums.replace_days(writer, self.stream_id, &anew).await?;
        Ok(changed)
    }

    /// Writes the list cost of a line where it is another one. Tells whether it is.
    async fn write(
        &self,
        writer: &mut SqliteConnection,
        row: &SqliteRow,
        facet: &Facet,
        cost: Option<ListCost>,
    ) -> Result<bool, StoreError> {
        let before: (Option<&str>, Option<i64>) = (row.try_get("listed")?, row.try_get("price_basis_id")?);
        let after = match &cost {
            Some(cost) => {
                (Some(cost.cost.amount.to_string()), Some(price_bases::put(writer, &cost.basis).await?))
            }
            None => (None, None),
        };
        if before == (after.0.as_deref(), after.1) {
            return Ok(false);
        }
        let facet_id = facet.with_listed(cost.map(|cost| cost.cost.currency)).put(writer).await?;
        sqlx::query(
            "UPDATE charges SET listed = ?, price_basis_id = ?, facet_id = ? \
             WHERE stream_id = ? AND period_start = ? AND ordinal = ?",
        )
        .bind(after.0)
        .bind(after.1)
        .bind(facet_id)
        .bind(self.stream_id)
        .bind(row.try_get::<i64, _>("period_start")?)
        .bind(row.try_get::<i64, _>("ordinal")?)
        .execute(writer)
        .await?;
        Ok(true)
    }
}

/// The list cost of a booked line.
fn cost(
    pricer: &mut Pricer<'_>,
    provider: &str,
    row: &SqliteRow,
    facet: &Facet,
) -> Result<Option<ListCost>, StoreError> {
    let tokens = tokens(row)?;
    let quantity: Option<&str> = row.try_get("quantity")?;
    let consumed = match (&tokens, facet.meter(), quantity) {
        (Some(tokens), ..) => Consumed::Tokens(tokens),
        // A quantity wider than a price can be multiplied with had no list cost before either.
        (None, Some(meter), Some(quantity)) => match decimal(quantity) {
            Ok(quantity) => Consumed::Units(meter, quantity),
            Err(_) => return Ok(None),
        },
        _ => return Ok(None),
    };
    let Some(model) = facet.request_model().or(facet.response_model()) else { return Ok(None) };
    let usage = Usage {
        provider,
        model,
        at: timestamp(row.try_get("period_start")?)?.utc_date(),
        service_tier: facet.service_tier(),
        context_window: facet.context_window(),
        consumed,
    };
    Ok(pricer.answered(&usage, facet.response_model()).ok())
}

fn tokens(row: &SqliteRow) -> Result<Option<TokenUsage>, StoreError> {
    let count = |column: &str| -> Result<u64, StoreError> {
        let count: Option<i64> = row.try_get(column)?;
        u64::try_from(count.unwrap_or(0)).map_err(|_| StoreError::Row("a count below nought".to_owned()))
    };
    if row.try_get::<Option<i64>, _>("input_tokens")?.is_none() {
        return Ok(None);
    }
    let totals = TokenTotals {
        input: count("input_tokens")?,
        output: count("output_tokens")?,
        cache_read: count("cache_read")?,
        cache_creation: count("cache_creation")?,
        cache_creation_1h: count("cache_creation_1h")?,
        reasoning: count("reasoning")?,
        modalities: packed::modalities(row.try_get("modalities")?)?,
    };
    TokenUsage::from_totals(totals).map(Some).map_err(|error| StoreError::Row(error.to_string()))
}

async fn corrections(connection: &mut SqliteConnection) -> Result<Vec<Correction>, StoreError> {
    let rows =
        sqlx::query("SELECT * FROM price_corrections ORDER BY from_date, provider, model, tier, meter")
            .fetch_all(connection)
            .await?;
    rows.iter().map(correction).collect()
}

async fn put(writer: &mut SqliteConnection, own: &Correction) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT OR REPLACE INTO price_corrections (provider, model, tier, meter, from_date, price, per, currency, note) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&own.provider)
    .bind(&own.model)
    .bind(own.tier.as_deref().unwrap_or_default())
    .bind(own.meter.name())
    .bind(own.from.to_string())
    .bind(own.price.to_string())
    .bind(usual_per(own.meter))
    .bind(own.currency.as_str())
    .bind(&own.note)
    .execute(writer)
    .await?;
    Ok(())
}

async fn remove(writer: &mut SqliteConnection, own: &Correction) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "DELETE FROM price_corrections WHERE provider = ? AND model = ? AND tier = ? AND meter = ? AND from_date = ?",
    )
    .bind(&own.provider)
    .bind(&own.model)
    .bind(own.tier.as_deref().unwrap_or_default())
    .bind(own.meter.name())
    .bind(own.from.to_string())
    .execute(writer)
    .await?;
    Ok(done.rows_affected() > 0)
}

fn correction(row: &SqliteRow) -> Result<Correction, StoreError> {
    let text = |column: &str| Ok::<String, StoreError>(row.try_get(column)?);
    let (tier, meter) = (text("tier")?, text("meter")?);
    Ok(Correction {
        provider: text("provider")?,
        model: text("model")?,
        tier: if tier.is_empty() { None } else { Some(tier) },
        meter: named(&meter, Meter::NAMED)
            .ok_or_else(|| StoreError::Row(format!("a price of \"{meter}\"")))?,
        price: decimal(&text("price")?)?,
        currency: text("currency")?.parse()?,
        from: date(&text("from_date")?)?,
        note: row.try_get("note")?,
    })
}

fn rate(row: &SqliteRow) -> Result<RatePoint, StoreError> {
    let text = |column: &str| Ok::<String, StoreError>(row.try_get(column)?);
    Ok(RatePoint {
        date: date(&text("on_date")?)?,
        base: text("base")?.parse::<Currency>()?,
        quote: text("quote")?.parse::<Currency>()?,
        rate: decimal(&text("rate")?)?,
        source: text("source")?.into(),
    })
}

fn date(text: &str) -> Result<Date, StoreError> {
    text.parse().map_err(|_| StoreError::Row(format!("the date \"{text}\"")))
}
