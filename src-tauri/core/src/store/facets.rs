//! The table `facets`: what a charge is of, apart from when and how much. Charges repeat it, so it is kept once.

use std::collections::HashMap;

use sqlx::{Row as _, SqliteConnection};

use super::{Store, StoreError};
use crate::ledger::{Charge, ChargeCategory, Lane, Meter, name_of, named};
use crate::money::Currency;

/// Ids given out already. Forgotten as a whole when it grows past what real accounts have.
pub(super) type Cache = HashMap<Facet, i64>;
const CACHED_AT_MOST: usize = 50_000;

const INSERT: &str = "INSERT INTO facets (lane, category, meter, billed_currency, list_currency, unit, request_model, \
     response_model, service_tier, context_window, project, api_key, description, session) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
const FIND: &str = "SELECT id FROM facets WHERE lane = ? AND category = ? AND meter = ? AND billed_currency = ? \
     AND list_currency = ? AND unit = ? AND request_model = ? AND response_model = ? AND service_tier = ? \
     AND context_window = ? AND project = ? AND api_key = ? AND description = ? \
     AND session = ?";

/// The fields of a facet; empty text stands for none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Facet {
    lane: Lane,
    category: ChargeCategory,
    meter: Option<Meter>,
    billed: Option<Currency>,
    listed: Option<Currency>,
    texts: [String; 9],
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
                charge.session.take(),
            ]
            .map(Option::unwrap_or_default),
        }
    }

    /// Of a line of a file; its texts in the order unit, models, tier, band, project, key, words, session.
    pub(super) const fn entered(
        category: ChargeCategory,
        meter: Option<Meter>,
        billed: Option<Currency>,
        listed: Option<Currency>,
        texts: [String; 9],
    ) -> Facet {
        Facet { lane: Lane::Entered, category, meter, billed, listed, texts }
    }

    pub(super) const fn meter(&self) -> Option<Meter> {
        self.meter
    }

    /// The texts that tell lines of one kind apart: models, tier, band, project, key, words.
    pub(super) fn dimensions(&self) -> &[String] {
        &self.texts[1..8]
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

    fn text(&self, place: usize) -> Option<&str> {
        Some(self.texts[place].as_str()).filter(|text| !text.is_empty())
    }

    pub(super) fn request_model(&self) -> Option<&str> {
        self.text(1)
    }

    pub(super) fn response_model(&self) -> Option<&str> {
        self.text(2)
    }

    pub(super) fn service_tier(&self) -> Option<&str> {
        self.text(3)
    }

    pub(super) fn context_window(&self) -> Option<&str> {
        self.text(4)
    }

    /// The same with a list price in another currency, or without one.
    pub(super) fn with_listed(&self, listed: Option<Currency>) -> Facet {
        Facet { listed, ..self.clone() }
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

    pub(super) fn session(&self) -> &str {
        &self.texts[8]
    }
}

impl Facet {
    /// The id of the facet, made where it is new, on a connection of the caller's.
    pub(super) async fn put(&self, writer: &mut SqliteConnection) -> Result<i64, StoreError> {
        let bind = |sql: &'static str| {
            let query = sqlx::query(sql)
                .bind(name_of(self.lane, Lane::NAMED))
                .bind(name_of(self.category, ChargeCategory::NAMED))
                .bind(self.meter.map_or("", Meter::name))
                .bind(self.billed.map_or_else(String::new, |currency| currency.to_string()))
                .bind(self.listed.map_or_else(String::new, |currency| currency.to_string()));
            self.texts.iter().fold(query, |query, text| query.bind(text.clone()))
        };
        bind(INSERT).execute(&mut *writer).await?;
        let row = bind(FIND).fetch_one(&mut *writer).await?;
        Ok(row.try_get(0)?)
    }

    /// The facet of an id.
    pub(super) async fn get(connection: &mut SqliteConnection, id: i64) -> Result<Facet, StoreError> {
        let row = sqlx::query("SELECT * FROM facets WHERE id = ?").bind(id).fetch_one(connection).await?;
        let text = |column: &str| Ok::<String, StoreError>(row.try_get(column)?);
        let currency = |column: &str| {
            let code = text(column)?;
            Ok::<_, StoreError>(if code.is_empty() { None } else { Some(code.parse::<Currency>()?) })
        };
        let strange = |what: &str| StoreError::Row(format!("a facet with the {what}"));
        let meter = text("meter")?;
        let columns = [
            "unit",
            "request_model",
            "response_model",
            "service_tier",
            "context_window",
            "project",
            "api_key",
            "description",
            "session",
        ];
        let mut texts: [String; 9] = Default::default();
        for (place, column) in columns.into_iter().enumerate() {
            texts[place] = text(column)?;
        }
        Ok(Facet {
            lane: named(&text("lane")?, Lane::NAMED).ok_or_else(|| strange("lane"))?,
            category: named(&text("category")?, ChargeCategory::NAMED).ok_or_else(|| strange("category"))?,
            meter: if meter.is_empty() {
                None
            } else {
                Some(named(&meter, Meter::NAMED).ok_or_else(|| strange("meter"))?)
            },
            billed: currency("billed_currency")?,
            listed: currency("list_currency")?,
            texts,
        })
    }
}

impl Store {
    /// The id of a facet, made where it is new.
    pub(super) async fn facet_id(&self, facet: &Facet) -> Result<i64, StoreError> {
        if let Some(id) = self.remembered(|known| known.facets.get(facet).copied()) {
            return Ok(id);
        }
        let id = facet.put(&mut *self.writer.acquire().await?).await?;
        self.remembered(|known| {
            if known.facets.len() >= CACHED_AT_MOST {
                known.facets.clear();
            }
            known.facets.insert(facet.clone(), id);
        });
        Ok(id)
    }
}
