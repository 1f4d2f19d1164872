//! What a person asks of a comparison, made exact: each field, else the setting, else a plain default.

use super::super::forms::wrong;
use super::super::{ApiError, PlansQuery, Settings, TaxStatus};
use crate::exchange;
use crate::money::{Currency, Decimal, exact};
use crate::plan;

/// More people than any team has, and a guard against slips of the finger.
const MOST_SEATS: u32 = 10_000;
const MOST_PERCENT: u32 = 1_000;
/// A hundred times as much as was.
const MOST_VOLUME: u32 = 10_000;

/// The question, made exact.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) days: u32,
    pub(super) volume: u32,
    pub(super) must: Vec<String>,
    pub(super) status: TaxStatus,
    pub(super) buyer: plan::Buyer,
    /// The currency, where one is named or set.
    currency: Option<Currency>,
    tax_percent: Option<Decimal>,
    card_markup: Option<Decimal>,
}

impl Asked {
    pub(super) fn of(query: &PlansQuery, settings: &Settings) -> Result<Asked, ApiError> {
        let days = query.days.unwrap_or(90);
        if ![30, 90, 365].contains(&days) {
            return Err(wrong("days", format!("{days} is not among 30, 90 and 365")));
        }
        let volume = query.volume.unwrap_or(100);
        if !(1..=MOST_VOLUME).contains(&volume) {
            return Err(wrong("volume", format!("give per cent of what was used, from 1 to {MOST_VOLUME}")));
        }
        let seats = query.seats.or(settings.seats).unwrap_or(1);
        if !(1..=MOST_SEATS).contains(&seats) {
            return Err(wrong("seats", format!("give a number of people from 1 to {MOST_SEATS}")));
        }
        let country = query.country.as_deref().or(settings.country.as_deref());
        let country = country.map(str::trim).filter(|text| !text.is_empty()).map(|text| {
            crate::exchange::country(text).ok_or_else(|| {
                wrong(
                    "country",
                    format!("\"{}\" is not a country by its two letters, such as IN", short(text)),
                )
            })
        });
        let country = country.transpose()?;
        let currency = query.currency.as_deref().or(settings.currency.as_deref());
        let currency = currency.map(str::trim).filter(|text| !text.is_empty()).map(|text| {
            Currency::national(&text.to_ascii_uppercase())
                .map_err(|error| wrong("currency", error.to_string()))
        });
        let must = query.must.iter().map(|model| model.trim().to_owned()).filter(|model| !model.is_empty());
        Ok(Asked {
            days,
            volume,
            must: must.collect(),
            status: query.tax.or(settings.tax_status).unwrap_or_default(),
            buyer: plan::Buyer {
                country,
                student: query.student.unwrap_or(settings.student),
                seats,
                yearly: query.yearly.unwrap_or(false),
                any_surface: query.any_surface,
            },
            currency: currency.transpose()?,
            tax_percent: percent("tax_rate", query.tax_rate.as_deref().or(settings.tax_rate.as_deref()))?,
            card_markup: percent(
                "card_markup",
                query.card_markup.as_deref().or(settings.card_markup.as_deref()),
            )?,
        })
    }

    /// By whom it is paid, in the currency that is named, else in that of the usage.
    pub(super) fn payer(&self, of_usage: Option<Currency>) -> exchange::Buyer {
        exchange::Buyer {
            country: self.buyer.country.clone(),
            status: match self.status {
                TaxStatus::Consumer => exchange::TaxStatus::Consumer,
                TaxStatus::Registered => exchange::TaxStatus::Registered,
                TaxStatus::None => exchange::TaxStatus::Exempt,
            },
            tax_percent: self.tax_percent,
            card_markup: self.card_markup,
            currency: self.currency.or(of_usage).unwrap_or(Currency::USD),
        }
    }
}

fn percent(field: &'static str, text: Option<&str>) -> Result<Option<Decimal>, ApiError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let number = exact(text.trim_end_matches('%').trim_end()).ok();
    let fits = |number: &Decimal| *number >= Decimal::ZERO && *number <= Decimal::from(MOST_PERCENT);
    number
        .filter(fits)
        .filter(|number| number.scale() <= 6)
        .map(|number| Some(number.normalize()))
        .ok_or_else(|| {
            wrong(field, format!("\"{}\" is not a rate in per cent, such as 18 or 3.5", short(text)))
        })
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
