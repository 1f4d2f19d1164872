//! Answers for rates of exchange and landed prices, and who buys by the settings.

use super::app::{App, House};
use super::forms::{Sign, currency, date, number, wrong};
use super::{
    Amount, ApiError, ErrorCode, LandedPrice, LandedStepRow, RateRow, Rates, RatesQuery, Settings, TaxIs,
    TaxStatus,
};
use crate::exchange::{
    self, Buyer, ExchangeError, FOR_PRICES, Landed, Landing, RateError, TaxRules, TaxShown, country, landing,
};
use crate::money::{Currency, Decimal, Money};
use crate::net::FeedUrl;

const MOST_SEATS: u32 = 100_000;

impl House {
    /// Every rate of exchange that is known: those of this version and those that were refreshed.
    pub(super) async fn rates(&self) -> Result<exchange::Rates, ApiError> {
        Ok(exchange::Rates::bundled()?.with(self.store.exchange_rates().await?))
    }
}

impl App {
    pub(super) async fn rates(&self, query: RatesQuery) -> Result<Rates, ApiError> {
        let house = self.house().await;
        let settings = with(self.settings().await?, &query);
        let rates = house.rates().await?;
        let today = self.now().utc_date();
        let at = query.at.as_deref().map(|at| date("at", at)).transpose()?.unwrap_or(today);
        let from =
            query.from.as_deref().map(|from| currency("from", from)).transpose()?.unwrap_or(Currency::USD);
        let to = match &query.to {
            Some(to) => Some(currency("to", to)?),
            None => settings.currency.as_deref().map(|to| currency("currency", to)).transpose()?,
        };
        let landed = match &query.amount {
            None => None,
            Some(amount) => {
                let amount = number("amount", amount, Sign::NotNegative)?;
                let to = to.unwrap_or(from);
                let buyer = Buyer { currency: to, ..buyer(&settings)? };
                let shown = match query.tax.unwrap_or_default() {
                    TaxIs::Included => TaxShown::Included,
                    TaxIs::Excluded => TaxShown::Excluded,
                    TaxIs::Unstated => TaxShown::Unstated,
                };
                let rules = TaxRules::bundled()?;
                let landing = landing(from, shown, &buyer, &rates, rules, at)?;
                let landed = landing.apply(Money::new(amount, from))?;
                Some(landed_price(&landing, &landed))
            }
        };
        let rows = match to {
            // A price in the buyer's own currency needs no rate.
            Some(to) if to == from => Vec::new(),
            Some(to) => vec![row(&rates.of(from, to, at, FOR_PRICES)?, at)],
            None if landed.is_some() => Vec::new(),
            None => {
                // Whether there is any rate of it at all is told; of a currency that has none on that day nothing is.
                let all = rates.currencies();
                if !all.contains(&from) {
                    rates.of(from, Currency::USD, at, FOR_PRICES)?;
                }
                let found = all.into_iter().filter(|to| *to != from);
                found
                    .filter_map(|to| rates.of(from, to, at, FOR_PRICES).ok())
                    .map(|rate| row(&rate, at))
                    .collect()
            }
        };
        let dated = rates.dated().map(|dated| dated.to_string());
        Ok(Rates { at: at.to_string(), dated, rows, landed })
    }
}

/// The settings with what a question says otherwise.
fn with(settings: Settings, query: &RatesQuery) -> Settings {
    Settings {
        country: query.country.clone().or(settings.country),
        tax_status: query.tax_status.or(settings.tax_status),
        tax_rate: query.tax_rate.clone().or(settings.tax_rate),
        card_markup: query.card_markup.clone().or(settings.card_markup),
        ..settings
    }
}

/// Who buys by the settings. Without a currency in them, the buyer pays in dollars.
pub(super) fn buyer(settings: &Settings) -> Result<Buyer, ApiError> {
    let filled = |text: &Option<String>| {
        text.as_deref().map(str::trim).map(str::to_owned).filter(|text| !text.is_empty())
    };
    let country = filled(&settings.country).map(|country| country_code(&country)).transpose()?;
    let percent = |field: &'static str, text: &Option<String>| {
        filled(text).map(|text| percent(field, &text)).transpose()
    };
    Ok(Buyer {
        country,
        status: match settings.tax_status.unwrap_or_default() {
            TaxStatus::Consumer => exchange::TaxStatus::Consumer,
            TaxStatus::Registered => exchange::TaxStatus::Registered,
            TaxStatus::None => exchange::TaxStatus::Exempt,
        },
        tax_percent: percent("tax_rate", &settings.tax_rate)?,
        card_markup: percent("card_markup", &settings.card_markup)?,
        currency: match filled(&settings.currency) {
            Some(code) => national(&code)?,
            None => Currency::USD,
        },
    })
}

/// Looks over what settings say of buying.
pub(super) fn check(settings: &Settings) -> Result<(), ApiError> {
    buyer(settings)?;
    if settings.seats.is_some_and(|seats| seats == 0 || seats > MOST_SEATS) {
        return Err(wrong("seats", format!("give a number from 1 to {MOST_SEATS}")));
    }
    for (field, url) in [("price_feed", &settings.price_feed), ("rate_feed", &settings.rate_feed)] {
        if let Some(url) = url.as_deref().filter(|url| !url.trim().is_empty()) {
            FeedUrl::parse(url).map_err(|error| wrong(field, error.to_string()))?;
        }
    }
    Ok(())
}

fn country_code(text: &str) -> Result<String, ApiError> {
    country(text.trim()).ok_or_else(|| wrong("country", "give the two letters of a country, such as IN"))
}

fn percent(field: &'static str, text: &str) -> Result<Decimal, ApiError> {
    let percent = number(field, text.trim_end_matches('%').trim_end(), Sign::NotNegative)?;
    if percent > Decimal::ONE_HUNDRED {
        return Err(wrong(field, "give a percentage up to 100"));
    }
    Ok(percent)
}

fn national(code: &str) -> Result<Currency, ApiError> {
    let found = currency("currency", code)?;
    if found.is_own_unit() {
        return Err(wrong("currency", "give the currency of a country, such as INR"));
    }
    Ok(found)
}

fn row(rate: &exchange::Rate, at: crate::time::Date) -> RateRow {
    RateRow {
        from: rate.from.to_string(),
        to: rate.to.to_string(),
        rate: rate.factor.to_string(),
        date: rate.date.to_string(),
        age_days: rate.age(at),
        source: rate.source.to_string(),
        through: rate.through.map(|through| through.to_string()),
    }
}

/// A landed price in words.
pub(super) fn landed_price(landing: &Landing, landed: &Landed) -> LandedPrice {
    LandedPrice {
        list: amount(landed.list),
        steps: landed
            .steps
            .iter()
            .map(|step| LandedStepRow {
                label: step.step.label.clone(),
                factor: step.step.factor.to_string(),
                result: amount(step.result),
                source: step.step.source.clone(),
                as_of: step.step.as_of.clone(),
            })
            .collect(),
        total: amount(landed.total),
        least: landed.least.map(amount),
        recoverable: landed.recoverable.map(amount),
        factor: landing.factor.to_string(),
        warnings: landed
            .warnings
            .iter()
            .map(|warning| super::failures::sentence(&warning.to_string()))
            .collect(),
    }
}

fn amount(money: Money) -> Amount {
    Amount { amount: money.amount.normalize().to_string(), currency: money.currency.to_string() }
}

impl From<RateError> for ApiError {
    fn from(error: RateError) -> ApiError {
        let code = match error {
            RateError::Inexact(..) => ErrorCode::Internal,
            _ => ErrorCode::BadRequest,
        };
        ApiError::new(code, error.to_string())
    }
}

impl From<ExchangeError> for ApiError {
    fn from(error: ExchangeError) -> ApiError {
        ApiError::new(ErrorCode::Internal, error.to_string())
    }
}
