//! The table `facets`: what a charge is of, apart from when and how much. Charges repeat it, so it is kept once.

use std::collections::HashMap;

use super::{Store, StoreError};
use crate::ledger::{Charge, ChargeCategory, Lane, Meter, name_of};
use crate::money::Currency;

/// Ids given out already. Forgotten as a whole when it grows past what real accounts have.
pub(super) type Cache = HashMap<Facet, i64>;
const CACHED_AT_MOST: usize = 50_000;

const INSERT: &str = "INSERT INTO facets (lane, category, meter, billed_currency, list_currency, unit, request_model, \
     response_model, service_tier, context_window, project, api_key, description) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
const FIND: &str = "SELECT id FROM facets WHERE lane = ? AND category = ? AND meter = ? AND billed_currency = ? \
     AND list_currency = ? AND unit = ? AND request_model = ? AND response_model = ? AND service_tier = ? \
     AND context_window = ? AND project = ? AND api_key = ? AND description = ?";

/// The fields of a facet; empty text stands for none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Facet {
    lane: Lane,
    category: ChargeCategory,
    meter: Option<Meter>,
    billed: Option<Currency>,
    listed: Option<Currency>,
    texts: [String; 8],
}

impl Facet {
    pub(super) fn of(charge: &mut Charge) -> Facet {
        Facet {
            lane: charge.lane,
            category: charge.category,
            meter: charge.sku_meter,
            billed: charge.billed_cost.map(|money| money.currency),
            listed: charge.list_cost.as_ref().map(|list| list.cost.currency),
            texts: [
                charge.consumed_unit.take(),
                charge.request_model.take(),
                charge.response_model.take(),
                charge.service_tier.take(),
                charge.context_window.take(),
                charge.project.take(),
                charge.api_key.take(),
                charge.description.take(),
            ]
            .map(Option::unwrap_or_default),
        }
    }

    pub(super) const fn lane(&self) -> Lane {
        self.lane
    }

    pub(super) const fn category(&self) -> ChargeCategory {
        self.category
    }

    /// The currencies of the bill and of the list price.
    pub(super) const fn currencies(&self) -> [Option<Currency>; 2] {
        [self.billed, self.listed]
    }

    /// The model asked for, else the one that answered.
    pub(super) fn model(&self) -> &str {
        if self.texts[1].is_empty() { &self.texts[2] } else { &self.texts[1] }
    }

    pub(super) fn project(&self) -> &str {
        &self.texts[5]
    }

    pub(super) fn api_key(&self) -> &str {
        &self.texts[6]
    }

    pub(super) fn description(&self) -> &str {
        &self.texts[7]
    }
}

impl Store {
    /// The id of a facet, made where it is new.
    pub(super) async fn facet_id(&self, facet: &Facet) -> Result<i64, StoreError> {
        if let Some(id) = self.remembered(|known| known.facets.get(facet).copied()) {
            return Ok(id);
        }
        let bind = |sql: &'static str| {
            let query = sqlx::query(sql)
                .bind(name_of(facet.lane, Lane::NAMED))
                .bind(name_of(facet.category, ChargeCategory::NAMED))
                .bind(facet.meter.map_or("", Meter::name))
                .bind(facet.billed.map_or_else(String::new, |currency| currency.to_string()))
                .bind(facet.listed.map_or_else(String::new, |currency| currency.to_string()));
            facet.texts.iter().fold(query, |query, text| query.bind(text.clone()))
        };
        bind(INSERT).execute(&self.writer).await?;
        let row = bind(FIND).fetch_one(&self.writer).await?;
        let id = sqlx::Row::try_get(&row, 0)?;
        self.remembered(|known| {
            if known.facets.len() >= CACHED_AT_MOST {
                known.facets.clear();
            }
            known.facets.insert(facet.clone(), id);
        });
        Ok(id)
    }
}
