//! Everything that is known of a model's price: by tier, by length of prompt, by date.

use std::collections::BTreeSet;

use super::book::{PriceBook, Prices, When};
use super::names::is_listed_as;
use super::own::{self, Correction};
use super::resolve::{KEYS, listed, rates};
use super::{Consumed, Unpriced, Usage};
use crate::ledger::{Meter, PriceBasis, UnitPrice};
use crate::money::Decimal;
use crate::time::Date;

/// The tiers that are asked for, the standard one first.
const TIERS: &[Option<&str>] = &[None, Some("batch"), Some("flex"), Some("priority"), Some("fast")];

/// The prices of a model on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Whose.
    pub provider: String,
    /// The model as the list names it, else as it was asked for.
    pub model: String,
    /// Why the standard tier has no price on that day.
    pub unpriced: Option<Unpriced>,
    /// Prices by tier and length of prompt.
    pub groups: Vec<PriceGroup>,
    /// Every price of the newest list by date, the earliest first, and those that are only announced.
    pub changes: Vec<Change>,
    /// The person's own prices of it, the earliest first.
    pub own: Vec<Correction>,
}

/// Prices that hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceGroup {
    /// The service tier; `None` is the standard one.
    pub tier: Option<String>,
    /// For prompts of more tokens than this.
    pub over: u64,
    /// The prices, with source, version and date: those of the list, where it has any of them.
    pub basis: PriceBasis,
    /// Which of them are the person's own, each with its first day.
    pub own: Vec<(Meter, Date)>,
}

/// Prices from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Their first day; `None` where it was not written down.
    pub from: Option<Date>,
    /// The hours of the day in which they hold, where they do not hold all day.
    pub hours: Option<String>,
    /// Only announced: a newer list must confirm them before they count.
    pub announced: bool,
    /// The prices, for short prompts.
    pub prices: Vec<UnitPrice>,
}

/// What is known of a model's price on a day; `None` where neither list nor person knows the model.
pub fn sheet(book: &PriceBook, provider: &str, model: &str, at: Date) -> Option<Sheet> {
    let listed = book.find(provider, model);
    let id = listed.map_or(model, |(_, listed)| listed.id.as_str());
    let is_it = |own: &&Correction| {
        is_listed_as(provider, &own.provider)
            && (own.model.eq_ignore_ascii_case(model) || own.model.eq_ignore_ascii_case(id))
    };
    let mut own: Vec<Correction> = book.own().iter().filter(is_it).cloned().collect();
    own.sort_by_key(|own| own.from);
    if listed.is_none() && own.is_empty() && book.free(provider, model).is_none() {
        return None;
    }
    let mut bands = BTreeSet::from([0]);
    for dated in listed.iter().flat_map(|(_, listed)| &listed.prices) {
        bands.extend(dated.prices.values().flat_map(|price| price.tiers.iter().map(|(start, _)| *start)));
    }
    let mut tiers: Vec<Option<&str>> = TIERS.to_vec();
    tiers.extend(own.iter().map(|own| own.tier.as_deref()).filter(|tier| !TIERS.contains(tier)));
    tiers.dedup();
    let (mut groups, mut unpriced) = (Vec::<PriceGroup>::new(), None);
    for tier in tiers {
        for over in &bands {
            let window = bands.range(over + 1..).next().copied().unwrap_or(u64::MAX);
            let band = format!("{over}-{window}");
            let usage = Usage {
                provider,
                model,
                at,
                service_tier: tier,
                context_window: Some(&band),
                consumed: Consumed::Units(Meter::Input, Decimal::ONE),
            };
            match rates(book, &usage) {
                Ok(found) => {
                    let (basis, mine) = told_apart(book, &usage, PriceBasis::clone(&found.basis));
                    let shorter = groups.iter().find(|group| group.tier.as_deref() == tier);
                    // A longer prompt that costs the same is no other price.
                    if shorter.is_none_or(|shorter| shorter.basis.unit_prices != basis.unit_prices) {
                        groups.push(PriceGroup {
                            tier: tier.map(str::to_owned),
                            over: *over,
                            basis,
                            own: mine,
                        });
                    }
                }
                Err(reason) if tier.is_none() => unpriced = Some(reason),
                Err(_) => {}
            }
        }
    }
    let changes = listed.map_or_else(Vec::new, |(list, listed)| {
        let change = |dated: &super::book::Dated| {
            let from = if let When::From(from) = dated.when { Some(from) } else { None };
            let announced = from.is_some_and(|from| !list.holds(dated.when, from));
            Change { from, hours: dated.hours.clone(), announced, prices: by_meter(&dated.prices) }
        };
        listed.prices.iter().map(change).collect()
    });
    Some(Sheet { provider: provider.to_owned(), model: id.to_owned(), unpriced, groups, changes, own })
}

/// The person's own prices of a group, told apart from the list's: each has its own source and first day.
fn told_apart(book: &PriceBook, usage: &Usage, mut basis: PriceBasis) -> (PriceBasis, Vec<(Meter, Date)>) {
    let corrections = own::prices(book, usage);
    let Some(first) = corrections.first() else { return (basis, Vec::new()) };
    let listed = listed(book, usage).ok();
    let in_list = |unit: &UnitPrice| {
        let mut all = listed.iter().flat_map(|listed| &listed.basis.unit_prices);
        all.any(|known| known == unit)
    };
    let from = |unit: &UnitPrice| {
        let of = corrections.iter().find(|(own, exactly)| *exactly && own.meter == unit.meter);
        let of = of.or_else(|| corrections.iter().find(|(own, _)| own.meter == unit.meter));
        // What the list prices like the whole follows the person's price of the whole.
        let whole = || corrections.iter().find(|(own, _)| own.meter == Meter::Input).unwrap_or(first);
        of.unwrap_or_else(whole).0.from
    };
    let exactly = |unit: &UnitPrice| corrections.iter().any(|(own, of)| *of && own.meter == unit.meter);
    let mine: Vec<(Meter, Date)> = basis
        .unit_prices
        .iter()
        .filter(|unit| exactly(unit) || !in_list(unit))
        .map(|unit| (unit.meter, from(unit)))
        .collect();
    if mine.len() < basis.unit_prices.len() {
        basis.effective_from = listed.and_then(|listed| listed.basis.effective_from);
    }
    (basis, mine)
}

/// The prices that the list gives by name, for short prompts.
fn by_meter(prices: &Prices) -> Vec<UnitPrice> {
    let told = |(meter, keys, per): &(Meter, &[&str], u32)| {
        let own_key = |key: &&&str| {
            KEYS.iter().find(|(_, keys, _)| keys.contains(key)).is_some_and(|(first, ..)| first == meter)
        };
        let price = keys.iter().filter(own_key).find_map(|key| prices.get(key))?;
        Some(UnitPrice { meter: *meter, price: price.base, per: *per })
    };
    KEYS.iter().filter_map(told).collect()
}
