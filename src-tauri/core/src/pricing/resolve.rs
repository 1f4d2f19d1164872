//! The prices that hold for one model in one tier, band and day.

use std::sync::Arc;

use super::book::{Model, Multiplier, Price, PriceBook, PriceList, Prices, Variant, When};
use super::own::{self, Correction};
use super::{Unpriced, Usage};
use crate::ledger::{Meter, PriceBasis, UnitPrice};
use crate::money::{Currency, Decimal, exact_mul};
use crate::time::Date;

/// The prices of one model, ready to multiply.
#[derive(Debug)]
pub(super) struct Rates {
    /// Price of one token by meter, in units of 10 to the power of minus `scale`.
    per_token: [Option<i128>; Meter::NAMED.len()],
    pub(super) scale: u32,
    pub(super) basis: Arc<PriceBasis>,
    /// The basis to name where more tokens than this came in, since prompts longer than this cost more.
    pub(super) longer: Option<(u64, Arc<PriceBasis>)>,
}

impl Rates {
    pub(super) fn per_token(&self, meter: Meter) -> Option<i128> {
        self.per_token[meter as usize]
    }

    pub(super) fn price_of(&self, meter: Meter) -> Option<&UnitPrice> {
        self.basis.unit_prices.iter().find(|price| price.meter == meter)
    }

    fn new(basis: PriceBasis, longer: Option<u64>) -> Result<Rates, Unpriced> {
        let tokens = |price: &&UnitPrice| price.per == MILLION;
        let scale_of = |price: &UnitPrice| price.price.normalize().scale();
        let scale = basis.unit_prices.iter().filter(tokens).map(scale_of).max().unwrap_or_default();
        let mut per_token = [None; Meter::NAMED.len()];
        for price in basis.unit_prices.iter().filter(tokens) {
            let plain = price.price.normalize();
            let raised = 10_i128.checked_pow(scale - plain.scale());
            let rate = raised.and_then(|raised| plain.mantissa().checked_mul(raised));
            per_token[price.meter as usize] = Some(rate.ok_or(Unpriced::Inexact)?);
        }
        let longer = longer.map(|prompt| {
            let caveat = format!(
                "prompts over {prompt} tokens cost more than this: a total does not tell how long each was"
            );
            let mut basis = basis.clone();
            basis.adjustment =
                Some(basis.adjustment.map_or(caveat.clone(), |told| format!("{told}; {caveat}")));
            (prompt, Arc::new(basis))
        });
        Ok(Rates { per_token, scale: scale + 6, basis: Arc::new(basis), longer })
    }
}

pub(super) const MILLION: u32 = 1_000_000;

/// The list's keys for a meter, the first that a model has wins, and how many units the price buys.
///
/// Where a model lists no price for a part, the list means that the part costs what the whole costs. That is so for pictures
/// shown and for caches written without surcharge. It is not for cached input, hour-long caches, sound and pictures made:
/// without a price of their own they stay unpriced.
pub(super) const KEYS: &[(Meter, &[&str], u32)] = &[
    (Meter::Input, &["input_mtok"], MILLION),
    (Meter::CacheRead, &["cache_read_mtok"], MILLION),
    (Meter::CacheWrite, &["cache_write_5m_mtok", "cache_write_mtok", "input_mtok"], MILLION),
    (Meter::CacheWrite1h, &["cache_write_1h_mtok"], MILLION),
    (Meter::Output, &["output_mtok"], MILLION),
    (Meter::InputAudio, &["input_audio_mtok"], MILLION),
    (Meter::CacheReadAudio, &["cache_audio_read_mtok"], MILLION),
    (Meter::OutputAudio, &["output_audio_mtok"], MILLION),
    (Meter::InputImage, &["input_image_mtok", "input_mtok"], MILLION),
    (Meter::CacheReadImage, &["cache_image_read_mtok", "cache_read_mtok"], MILLION),
    (Meter::OutputImage, &["output_image_mtok"], MILLION),
    (Meter::Character, &["input_mchars"], MILLION),
    (Meter::Second, &["input_audio_hours", "audio_hours"], 3600),
    (Meter::Request, &["requests_kcount"], 1000),
    (Meter::WebSearch, &["web_searches_kcount"], 1000),
    (Meter::FileSearch, &["storage_searches_kcount"], 1000),
    (Meter::CodeExecution, &["code_executions_kcount"], 1000),
];

/// The words of providers for service without surcharge or rebate.
pub(super) const STANDARD: &[&str] = &["", "default", "standard", "auto"];

/// What lists and facts tell of one usage.
pub(super) struct Listed {
    pub(super) basis: PriceBasis,
    /// Of each unit price, in their order: the list's key for it, and what its tier multiplied it by.
    pub(super) made_of: Vec<(&'static str, Option<Decimal>)>,
    longer: Option<u64>,
}

pub(super) fn rates(book: &PriceBook, usage: &Usage) -> Result<Rates, Unpriced> {
    let listed = listed(book, usage);
    let own = own::prices(book, usage);
    if own.is_empty() {
        let Listed { basis, longer, .. } = listed?;
        return Rates::new(basis, longer);
    }
    let (basis, longer) = overlaid(usage, listed, &own)?;
    Rates::new(basis, longer)
}

/// The person's own prices in the place of the list's.
fn overlaid(
    usage: &Usage,
    listed: Result<Listed, Unpriced>,
    own: &[(&Correction, bool)],
) -> Result<(PriceBasis, Option<u64>), Unpriced> {
    let currency = own.first().map_or(Currency::USD, |(own, _)| own.currency);
    let named = |meter: Meter, exactly: bool| {
        own.iter().find(|(own, of_tier)| own.meter == meter && *of_tier == exactly).map(|(own, _)| *own)
    };
    let of_tier = own.iter().any(|(_, of_tier)| *of_tier);
    let (mut basis, made_of, longer) = match listed {
        // Prices of the standard tier alone tell nothing of a tier that the list prices by itself.
        Ok(Listed { basis, made_of, longer }) if !of_tier && made_of.iter().all(|(_, by)| by.is_none()) => {
            return Ok((basis, longer));
        }
        Ok(Listed { basis, made_of, longer }) => (basis, made_of, longer),
        Err(reason) if !of_tier => return Err(reason),
        Err(_) => (own_basis(usage, currency), Vec::new(), None),
    };
    let mut kept: Vec<UnitPrice> = Vec::with_capacity(KEYS.len());
    let mut used: Vec<&Correction> = Vec::new();
    for (unit, (key, by)) in basis.unit_prices.drain(..).zip(made_of) {
        // A part that the list prices like the whole follows the person's price of the whole.
        let whole = match key {
            "input_mtok" => Meter::Input,
            "cache_read_mtok" => Meter::CacheRead,
            _ => unit.meter,
        };
        let of_tier =
            named(unit.meter, true).or_else(|| named(whole, true)).map(|own| (own, Some(own.price)));
        let standard = || {
            let own = by.and_then(|_| named(unit.meter, false).or_else(|| named(whole, false)))?;
            Some((own, exact_mul(own.price, by?)))
        };
        match of_tier.or_else(standard) {
            Some((own, price)) => {
                used.push(own);
                kept.push(UnitPrice { price: price.ok_or(Unpriced::Inexact)?, ..unit });
            }
            // Prices of two currencies make no sum.
            None if currency == basis.currency => kept.push(unit),
            None => {}
        }
    }
    for (own, _) in own.iter().filter(|(_, of_tier)| *of_tier) {
        if kept.iter().any(|unit| unit.meter == own.meter) {
            continue;
        }
        used.push(own);
        kept.push(UnitPrice { meter: own.meter, price: own.price, per: own::usual_per(own.meter) });
    }
    let longer = longer.filter(|_| used.len() < kept.len());
    let from = used.iter().map(|own| own.from).max();
    let all = used.len() == kept.len();
    let mut meters: Vec<&str> = used.iter().map(|own| own.meter.name()).collect();
    meters.dedup();
    let told = format!(
        "your own price of {}, from {}",
        meters.join(", "),
        from.map_or_else(String::new, |from| from.to_string())
    );
    basis.adjustment = Some(match basis.adjustment.filter(|_| !all) {
        Some(before) => format!("{before}; {told}"),
        None => told,
    });
    if all {
        own::OWN_SOURCE.clone_into(&mut basis.source);
    }
    Ok((
        PriceBasis { unit_prices: kept, currency, effective_from: from.max(basis.effective_from), ..basis },
        longer,
    ))
}

fn own_basis(usage: &Usage, currency: Currency) -> PriceBasis {
    PriceBasis {
        source: own::OWN_SOURCE.to_owned(),
        data_version: String::new(),
        model: usage.model.to_owned(),
        currency,
        effective_from: None,
        unit_prices: Vec::new(),
        adjustment: None,
    }
}

/// What facts and lists tell, the newest list first that has the model.
pub(super) fn listed(book: &PriceBook, usage: &Usage) -> Result<Listed, Unpriced> {
    if let Some(free) = book.free(usage.provider, usage.model) {
        let zero = |(meter, _, per): &(Meter, &[&str], u32)| UnitPrice {
            meter: *meter,
            price: Decimal::ZERO,
            per: *per,
        };
        let unit_prices: Vec<UnitPrice> = KEYS.iter().map(zero).collect();
        let adjustment = Some(format!("free of charge ({})", free.source));
        let made_of = vec![("", None); unit_prices.len()];
        let list = book.lists.first().ok_or(Unpriced::NoProvider)?;
        return Ok(Listed {
            basis: basis(list, usage.model, None, unit_prices, adjustment),
            made_of,
            longer: None,
        });
    }
    let mut reason = Unpriced::NoProvider;
    for list in book.lists.iter().filter(|list| list.knows(usage.provider)) {
        match list.find(usage.provider, usage.model) {
            None => reason = Unpriced::NoPrice,
            Some(model) => match in_list(book, list, model, usage) {
                Err(Unpriced::NoPrice) => reason = Unpriced::NoPrice,
                told => return told,
            },
        }
    }
    Err(reason)
}

fn in_list(book: &PriceBook, list: &PriceList, model: &Model, usage: &Usage) -> Result<Listed, Unpriced> {
    let (plain, from) = plain_prices(book, list, model, usage.provider, usage.at)?;
    let tier = Tier::of(book, list, model, usage, plain)?;
    let band = Band::of(usage.context_window);

    let mut unit_prices = Vec::with_capacity(KEYS.len());
    let mut made_of = Vec::with_capacity(KEYS.len());
    let mut longer = None;
    for (meter, keys, per) in KEYS {
        let priced =
            keys.iter().find_map(|key| tier.price(key).or_else(|| plain.get(key)).map(|price| (*key, price)));
        let Some((key, price)) = priced else { continue };
        let shift = band.unsure(price);
        longer = longer.into_iter().chain(shift).min();
        let by = tier.multiplier(*meter, key);
        let price = by.map_or(Some(price.over(band.over)), |by| exact_mul(price.over(band.over), by));
        unit_prices.push(UnitPrice { meter: *meter, price: price.ok_or(Unpriced::Inexact)?, per: *per });
        made_of.push((key, by));
    }
    if unit_prices.is_empty() {
        return Err(Unpriced::NoPrice);
    }
    let long = (band.over > 0 && plain.values().any(|price| price.over(band.over) != price.base))
        .then(|| format!("prices for prompts over {} tokens", band.over));
    let told: Vec<String> =
        tier.told(usage.service_tier.unwrap_or_default()).into_iter().chain(long).collect();
    let adjustment = (!told.is_empty()).then(|| told.join("; "));
    let from = tier.from().or(from);
    Ok(Listed { basis: basis(list, &model.id, from, unit_prices, adjustment), made_of, longer })
}

fn basis(
    list: &PriceList,
    model: &str,
    effective_from: Option<Date>,
    unit_prices: Vec<UnitPrice>,
    adjustment: Option<String>,
) -> PriceBasis {
    PriceBasis {
        source: list.source.clone(),
        data_version: list.version(),
        model: model.to_owned(),
        currency: Currency::USD,
        effective_from,
        unit_prices,
        adjustment,
    }
}

/// The last of the model's dated prices that holds on a day.
fn plain_prices<'b>(
    book: &PriceBook,
    list: &PriceList,
    model: &'b Model,
    provider: &str,
    on: Date,
) -> Result<(&'b Prices, Option<Date>), Unpriced> {
    // The list knows no weekdays: on days without peak hours the prices by the hour do not hold.
    let by_hour = model.prices.iter().any(|dated| dated.when == When::TimeOfDay);
    if by_hour && !book.is_off_peak(provider, &model.id, on) {
        return Err(Unpriced::TimeOfDay);
    }
    let holding =
        model.prices.iter().rev().find(|dated| list.holds(dated.when, on)).ok_or(Unpriced::NoPrice)?;
    Ok((&holding.prices, start(holding.when)))
}

fn start(when: When) -> Option<Date> {
    if let When::From(from) = when { Some(from) } else { None }
}

/// How a service tier changes the plain prices.
enum Tier<'b> {
    Standard,
    /// The list has the tier's own prices for that day.
    Listed(Vec<&'b Variant>),
    /// The list has them from a later day, and the plain prices have not changed since.
    ListedLater(&'b Variant, Date),
    /// A dated fact, for the meters whose prices the list later changes (for all where it lists none).
    Multiplied(&'b Multiplier, Option<&'b Variant>),
}

impl<'b> Tier<'b> {
    fn of(
        book: &'b PriceBook,
        list: &PriceList,
        model: &'b Model,
        usage: &Usage,
        plain: &Prices,
    ) -> Result<Tier<'b>, Unpriced> {
        let name = usage.service_tier.unwrap_or_default();
        if STANDARD.contains(&name) {
            return Ok(Tier::Standard);
        }
        let of_tier = || model.variants.iter().filter(|variant| variant.tier == name);
        let holding: Vec<_> = of_tier().filter(|variant| list.holds(variant.when, usage.at)).collect();
        if !holding.is_empty() {
            return Ok(Tier::Listed(holding));
        }
        let dated = |variant: &'b Variant| start(variant.when).map(|from| (variant, from));
        let confirmed = |from: Date| list.dated().is_some_and(|dated| from <= dated);
        let later =
            of_tier().filter_map(dated).filter(|(_, from)| confirmed(*from)).min_by_key(|(_, from)| *from);
        let fact = book.multiplier(usage.provider, &model.id, name);
        match (fact, later) {
            (Some(fact), later) => Ok(Tier::Multiplied(fact, later.map(|(variant, _)| variant))),
            (None, Some((variant, from)))
                if plain_prices(book, list, model, usage.provider, from)?.0 == plain =>
            {
                Ok(Tier::ListedLater(variant, from))
            }
            _ => Err(Unpriced::Tier),
        }
    }

    fn price(&self, key: &str) -> Option<&'b Price> {
        match self {
            Tier::Listed(variants) => variants.iter().find_map(|variant| variant.prices.get(key)),
            Tier::ListedLater(variant, _) => variant.prices.get(key),
            Tier::Standard | Tier::Multiplied(..) => None,
        }
    }

    fn multiplier(&self, meter: Meter, key: &str) -> Option<Decimal> {
        let Tier::Multiplied(fact, later) = self else { return None };
        let changes = later.is_none_or(|variant| variant.prices.get(key).is_some());
        (changes && fact.meters.contains(&meter)).then_some(fact.by)
    }

    fn from(&self) -> Option<Date> {
        match self {
            Tier::Listed(variants) => variants.first().and_then(|variant| start(variant.when)),
            _ => None,
        }
    }

    fn told(&self, name: &str) -> Option<String> {
        match self {
            Tier::Standard => None,
            Tier::Listed(_) => Some(format!("{name} prices")),
            Tier::ListedLater(_, from) => Some(format!("{name} prices, listed since {from} only")),
            Tier::Multiplied(fact, _) => {
                Some(format!("{name}: {} × list price ({}, as of {})", fact.by, fact.source, fact.as_of))
            }
        }
    }
}

/// The lengths of prompts that a provider's own context band holds.
struct Band {
    /// Every prompt is longer than this.
    over: u64,
    /// No prompt is longer than this, where the band tells.
    most: Option<u64>,
}

impl Band {
    /// Reads bands such as `0-200k` and `200k-1M`. Without one a prompt may be of any length.
    fn of(text: Option<&str>) -> Band {
        let ends = text.and_then(|text| text.split_once('-'));
        match ends.and_then(|(from, to)| Some((tokens(from)?, tokens(to)?))) {
            Some((over, most)) => Band { over, most: Some(most) },
            None => Band { over: 0, most: None },
        }
    }

    /// The prompt length from which a price may or may not be the dearer one.
    fn unsure(&self, price: &Price) -> Option<u64> {
        let inside = |start: u64| start > self.over && self.most.is_none_or(|most| start < most);
        price.tiers.iter().map(|(start, _)| *start).find(|start| inside(*start))
    }
}

fn tokens(text: &str) -> Option<u64> {
    let (digits, unit) = match text.as_bytes().last()? {
        b'k' | b'K' => (&text[..text.len() - 1], 1_000),
        b'm' | b'M' => (&text[..text.len() - 1], 1_000_000),
        _ => (text, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}
