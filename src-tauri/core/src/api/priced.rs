//! Answers for prices: what lists and the person say of a model, and prices that the person puts right.

use super::app::{App, House};
use super::forms::{Sign, currency, date, needed, note, number, wrong};
use super::{
    ApiError, CorrectPrice, CorrectedPrice, CorrectionRow, ErrorCode, Event, PriceChangeRow, PriceGroupRow,
    PriceRow, PriceSheet, Prices, PricesQuery, RemovePriceCorrection,
};
use crate::ledger::{Meter, UnitPrice, named};
use crate::money::{Currency, Decimal, exact_mul};
use crate::pricing::{
    Change, Correction, PriceBook, PriceGroup, Sheet, in_usual_units, listed_as, sheet, usual_per,
};
use crate::store::PriceChange;
use crate::time::Date;

const LONGEST_NAME: usize = 120;
/// A price so many times off the list's is most likely for another number of units.
const FAR_OFF: u32 = 100;
/// The tier that is the same as none.
const STANDARD: &str = "standard";

impl App {
    pub(super) async fn prices(&self, query: &PricesQuery) -> Result<Prices, ApiError> {
        let house = self.house().await;
        let today = self.now().utc_date();
        let at = query.at.as_deref().map(|at| date("at", at)).transpose()?.unwrap_or(today);
        let book = house.book().await?;
        let sources = house.sources(today)?;
        let Some(model) = query.model.as_deref().map(str::trim).filter(|model| !model.is_empty()) else {
            let own = book.own().iter().map(correction_row).collect();
            return Ok(Prices { at: at.to_string(), sources, sheets: Vec::new(), own });
        };
        let providers = match query.provider.as_deref().map(str::trim) {
            Some(id) => std::iter::once(id).chain(listed_as(id)).map(str::to_owned).collect(),
            None => book.providers_of(model),
        };
        let mut sheets: Vec<Sheet> = Vec::new();
        for provider in providers {
            if sheets.iter().all(|known| known.provider != provider) {
                sheets.extend(sheet(&book, &provider, model, at));
            }
        }
        if sheets.is_empty() {
            let whose = query.provider.as_deref().map_or_else(String::new, |id| format!(" of {id}"));
            return Err(wrong(
                "model",
                format!(
                    "no list has a model \"{}\"{whose}. Give its name as usage shows it, or set your own price (spendglass prices set)",
                    model.chars().take(60).collect::<String>()
                ),
            ));
        }
        let own = sheets.iter().flat_map(|sheet| &sheet.own).map(correction_row).collect();
        Ok(Prices { at: at.to_string(), sources, sheets: sheets.iter().map(sheet_row).collect(), own })
    }

    pub(super) async fn correct_price(&self, form: CorrectPrice) -> Result<CorrectedPrice, ApiError> {
        let house = self.house().await;
        let book = house.book().await?;
        let model = needed("model", form.model, LONGEST_NAME)?;
        let provider = match filled(form.provider) {
            Some(provider) => known_provider(&book, &provider)?,
            None => only_provider(&book, &model)?,
        };
        let meter = meter(&form.meter)?;
        let price = number("price", &form.price, Sign::NotNegative)?;
        let price = in_usual_units(meter, price, form.per.unwrap_or(usual_per(meter)))
            .map_err(|error| wrong("price", error.to_string()))?;
        let code = filled(form.currency).map(|code| currency("currency", &code)).transpose()?;
        let own = Correction {
            tier: tier(form.tier),
            meter,
            price,
            currency: code.unwrap_or(Currency::USD),
            from: date("from", &form.from)?,
            note: note(form.note)?,
            provider,
            model,
        };
        let of_model = |known: &&Correction| {
            known.provider == own.provider && book.is_of(&own.provider, &known.model, &own.model)
        };
        doubted(&own, &book)?;
        if own.currency.is_own_unit() {
            return Err(wrong("currency", "give the currency of a country, such as USD"));
        }
        if let Some(other) = book.own().iter().filter(of_model).find(|known| known.currency != own.currency) {
            let problem = format!(
                "your own prices of {} are in {}: prices of two currencies make no sum. Take those back first, or give this one in {}",
                own.model, other.currency, other.currency
            );
            return Err(wrong("currency", problem));
        }
        let repriced = self.change_own_prices(&house, PriceChange::Set(&own)).await?.unwrap_or(0);
        Ok(CorrectedPrice { correction: correction_row(&own), repriced })
    }

    pub(super) async fn remove_price_correction(
        &self,
        which: RemovePriceCorrection,
    ) -> Result<CorrectedPrice, ApiError> {
        let house = self.house().await;
        let all = house.store.price_corrections().await?;
        let (meter, tier, provider) = (meter(&which.meter)?, tier(which.tier), filled(which.provider));
        let from = filled(which.from).map(|from| date("from", &from)).transpose()?;
        let fits = |own: &&Correction| {
            own.model.eq_ignore_ascii_case(which.model.trim())
                && own.meter == meter
                && own.tier == tier
                && provider.as_ref().is_none_or(|id| *id == own.provider)
                && from.is_none_or(|from| from == own.from)
        };
        let found: Vec<&Correction> = all.iter().filter(fits).collect();
        let gone = || {
            wrong("model", "there is no such price of your own; `spendglass prices` shows those there are")
        };
        let own = match found.as_slice() {
            [one] => (*one).clone(),
            [] => return Err(gone()),
            several => {
                let days: Vec<String> =
                    several.iter().map(|own| format!("{} of {}", own.from, own.provider)).collect();
                return Err(wrong("from", format!("there are several: say which ({})", days.join(", "))));
            }
        };
        let repriced = self.change_own_prices(&house, PriceChange::Remove(&own)).await?.ok_or_else(gone)?;
        Ok(CorrectedPrice { correction: correction_row(&own), repriced })
    }

    /// Changes a price with the list costs that follow from it. No sync may write the old ones meanwhile.
    async fn change_own_prices(
        &self,
        house: &House,
        change: PriceChange<'_>,
    ) -> Result<Option<u64>, ApiError> {
        let (PriceChange::Set(own) | PriceChange::Remove(own)) = change else { return Ok(None) };
        let mut turns = Vec::new();
        for row in house.store.accounts().await?.iter().filter(|row| row.account.provider == own.provider) {
            turns.push(house.store.try_lock_account(row.id)?.ok_or_else(|| {
                let words = format!(
                    "account {} is being read: change the price when that is over, so that both see the same one",
                    row.id
                );
                ApiError::new(ErrorCode::Busy, words)
            })?);
        }
        let lists = house.lists()?;
        let changed = house.store.change_prices(change, |own| lists.with_own(own)).await?;
        drop(turns);
        self.tell(Event::Changed);
        Ok(changed)
    }
}

/// A price that is nothing, or far off what the list says, is most likely a slip: a note says that it is meant.
fn doubted(own: &Correction, book: &PriceBook) -> Result<(), ApiError> {
    if own.note.is_some() || own.currency != Currency::USD {
        return Ok(());
    }
    let known = sheet(&book.with_own(Vec::new()), &own.provider, &own.model, own.from);
    let group = known
        .and_then(|sheet| sheet.groups.into_iter().find(|group| group.tier == own.tier && group.over == 0));
    let listed =
        group.and_then(|group| group.basis.unit_prices.into_iter().find(|unit| unit.meter == own.meter));
    let Some(listed) = listed.filter(|unit| !unit.price.is_zero() && unit.per == usual_per(own.meter)) else {
        return Ok(());
    };
    let why = if own.price.is_zero() {
        "0 would make it free".to_owned()
    } else {
        let far = |a: Decimal, b: Decimal| exact_mul(b, FAR_OFF.into()).is_none_or(|most| a > most);
        if !far(own.price, listed.price) && !far(listed.price, own.price) {
            return Ok(());
        }
        format!("{} is more than {FAR_OFF} times off", own.price)
    };
    let per = if listed.per == 1 { String::new() } else { format!(" for {}", listed.per) };
    Err(wrong(
        "price",
        format!(
            "{why}: the list says {} USD{per}. If it is meant, say why in a note (--note)",
            listed.price.normalize()
        ),
    ))
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn tier(text: Option<String>) -> Option<String> {
    filled(text).map(|tier| tier.to_lowercase()).filter(|tier| tier != STANDARD)
}

fn meter(text: &str) -> Result<Meter, ApiError> {
    let name = text.trim().to_lowercase().replace('-', "_");
    named(&name, Meter::NAMED).ok_or_else(|| {
        let all: Vec<&str> = Meter::NAMED.iter().map(|(_, name)| *name).collect();
        wrong(
            "meter",
            format!("\"{}\" is none: {}", name.chars().take(40).collect::<String>(), all.join(", ")),
        )
    })
}

fn known_provider(book: &PriceBook, id: &str) -> Result<String, ApiError> {
    if crate::providers::find(id).is_some() || book.knows(id) {
        return Ok(id.to_owned());
    }
    Err(wrong(
        "provider",
        format!(
            "\"{}\" is not known; `spendglass providers` shows all",
            id.chars().take(40).collect::<String>()
        ),
    ))
}

/// The provider of a model that is one provider's own: the first of those that are connected here, else the only one.
fn only_provider(book: &PriceBook, model: &str) -> Result<String, ApiError> {
    match book.providers_of(model).as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(wrong("provider", "no list has this model: say whose it is (--provider)")),
        several => {
            Err(wrong("provider", format!("several have this model ({}): say which", several.join(", "))))
        }
    }
}

fn price_row(unit: &UnitPrice, currency: Currency) -> PriceRow {
    PriceRow {
        meter: unit.meter.name().to_owned(),
        price: unit.price.normalize().to_string(),
        currency: currency.to_string(),
        per: unit.per,
        own_from: None,
    }
}

fn correction_row(own: &Correction) -> CorrectionRow {
    let unit = UnitPrice { meter: own.meter, price: own.price, per: usual_per(own.meter) };
    CorrectionRow {
        provider: own.provider.clone(),
        model: own.model.clone(),
        tier: own.tier.clone(),
        price: PriceRow { own_from: Some(own.from.to_string()), ..price_row(&unit, own.currency) },
        from: own.from.to_string(),
        note: own.note.clone(),
    }
}

fn sheet_row(sheet: &Sheet) -> PriceSheet {
    let priced = |unit: &UnitPrice, currency: Currency, own: &[(Meter, Date)]| {
        let from = own.iter().find(|(meter, _)| *meter == unit.meter).map(|(_, from)| from.to_string());
        PriceRow { own_from: from, ..price_row(unit, currency) }
    };
    let group = |PriceGroup { tier, over, basis, own }: &PriceGroup| PriceGroupRow {
        tier: tier.clone(),
        over_tokens: *over,
        prices: basis.unit_prices.iter().map(|unit| priced(unit, basis.currency, own)).collect(),
        source: basis.source.clone(),
        version: basis.data_version.clone(),
        effective_from: basis.effective_from.map(|from| from.to_string()),
        adjustment: basis.adjustment.clone(),
    };
    let change = |change: &Change| PriceChangeRow {
        from: change.from.map(|from| from.to_string()),
        hours: change.hours.clone(),
        announced: change.announced,
        prices: change.prices.iter().map(|unit| price_row(unit, Currency::USD)).collect(),
    };
    PriceSheet {
        provider: sheet.provider.clone(),
        model: sheet.model.clone(),
        unpriced: sheet.unpriced.map(|reason| reason.to_string()),
        groups: sheet.groups.iter().map(group).collect(),
        changes: sheet.changes.iter().map(change).collect(),
    }
}
