//! The table `price_bases`: the unit prices behind list costs, each kept once.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;
use sqlx::SqliteConnection;

use super::{Store, StoreError};
use crate::ledger::PriceBasis;

/// Ids given out already.
pub(super) type Cache = HashMap<Arc<PriceBasis>, i64>;
const CACHED_AT_MOST: usize = 10_000;

impl Store {
    /// The id of a price basis, made where it is new.
    pub(super) async fn price_basis_id(&self, basis: &Arc<PriceBasis>) -> Result<i64, StoreError> {
        if let Some(id) = self.remembered(|known| known.bases.get(basis).copied()) {
            return Ok(id);
        }
        let id = put(&mut *self.writer.acquire().await?, basis).await?;
        self.remembered(|known| {
            if known.bases.len() >= CACHED_AT_MOST {
                known.bases.clear();
            }
            known.bases.insert(Arc::clone(basis), id);
        });
        Ok(id)
    }
}

/// The id of a price basis, made where it is new, on a connection of the caller's.
pub(super) async fn put(writer: &mut SqliteConnection, basis: &PriceBasis) -> Result<i64, StoreError> {
    let text = as_json(basis);
    sqlx::query("INSERT INTO price_bases (basis) VALUES (?) ON CONFLICT DO NOTHING")
        .bind(&text)
        .execute(&mut *writer)
        .await?;
    let (id,): (i64,) = sqlx::query_as("SELECT id FROM price_bases WHERE basis = ?")
        .bind(&text)
        .fetch_one(&mut *writer)
        .await?;
    Ok(id)
}

/// The basis as JSON, prices as decimal text.
fn as_json(basis: &PriceBasis) -> String {
    let prices: Vec<_> = basis
        .unit_prices
        .iter()
        .map(|unit| json!({"meter": unit.meter.name(), "price": unit.price.to_string(), "per": unit.per}))
        .collect();
    json!({
        "source": basis.source,
        "dataVersion": basis.data_version,
        "model": basis.model,
        "currency": basis.currency.as_str(),
        "effectiveFrom": basis.effective_from.map(|date| date.to_string()),
        "unitPrices": prices,
        "adjustment": basis.adjustment,
    })
    .to_string()
}
