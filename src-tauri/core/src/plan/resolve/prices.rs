//! What a plan costs whether it is used or not, for one buyer.

use super::settle::Settling;
use super::{Abstains, discounts};
use crate::catalogue::{Audience, DiscountOn, Evidence, Plan, PlanPrice, PriceKind, Quantity, TaxIn};
use crate::ledger::QuotaWindow;
use crate::money::{Currency, Decimal, exact_mul};
use crate::plan::{Fixed, Purse};

/// The prices of a plan.
pub(super) struct Priced {
    pub(super) fixed: Vec<Fixed>,
    /// Whether what it allows is told for each seat too.
    pub(super) per_seat: bool,
    /// Whether tax is in the price.
    pub(super) tax: TaxIn,
}

/// How many seats are paid for.
pub(super) fn seats(plan: &Plan, people: u32, at: &mut Settling<'_>) -> Result<u32, Abstains> {
    if plan.audience == Audience::Student && !at.buyer.student {
        return Err(Abstains::NotForYou("it is for verified students".to_owned()));
    }
    let seats = people.max(plan.seats.min).max(1);
    if let Some(most) = plan.seats.max.filter(|most| seats > *most) {
        return Err(Abstains::NotForYou(format!("it is sold for at most {most} people")));
    }
    if plan.seats.min > 1 {
        at.used(
            "seats that are paid for at least",
            &Quantity::Exact(plan.seats.min.into()),
            plan.seats_fact.as_ref(),
        );
    }
    if seats > people {
        at.note(format!("It is sold for at least {seats} seats: {seats} are paid for."));
    }
    Ok(seats)
}

pub(super) fn fixed(plan: &Plan, seats: u32, at: &mut Settling<'_>) -> Result<Priced, Abstains> {
    let chosen = choose(plan, seats, at)?;
    // Of a plan for one person, several people buy several.
    let alone = matches!(plan.audience, Audience::Individual | Audience::Student);
    let per_seat = chosen.per_seat || alone;
    let times = if per_seat { seats } else { 1 };
    let mut fixed = Vec::new();
    let mut from_month = 0;
    let to_month = plan.then.as_ref().map_or(u32::MAX, |then| then.after_months);
    if let Some((intro, months)) = intro(plan, chosen, seats) {
        let until = months.min(to_month);
        fixed.extend(span(plan, intro, times, (0, until), at)?);
        at.note(format!("The first {months} months have a price of their own."));
        from_month = until;
    }
    fixed.extend(span(plan, chosen, times, (from_month, to_month), at)?);
    if let Some(then) = &plan.then {
        let next = at.plans().find(&then.plan);
        let months = then.after_months;
        at.note(format!(
            "After {months} months it turns into {} by itself.",
            next.map_or(then.plan.as_str(), |next| &next.name)
        ));
        if let Some(next) = next
            && let Ok(price) = choose(next, seats, at)
        {
            fixed.extend(span(next, price, times, (months, u32::MAX), at)?);
        }
    }
    Ok(Priced { fixed, per_seat, tax: chosen.tax })
}

/// The price that this buyer pays in the long run.
fn choose<'p>(plan: &'p Plan, seats: u32, at: &Settling<'_>) -> Result<&'p PlanPrice, Abstains> {
    let lasting = || plan.prices.iter().filter(|price| !matches!(price.kind, PriceKind::Intro(_)));
    let told: Vec<&PlanPrice> = lasting().filter(|price| price.amount != Quantity::Unpublished).collect();
    if told.is_empty() {
        return Err(Abstains::NoPrice);
    }
    let mut fit: Vec<&PlanPrice> = told.clone();
    fit.retain(|price| at.buyer.student || price.kind != PriceKind::Student);
    if fit.is_empty() {
        return Err(Abstains::NotForYou("its only price is for verified students".to_owned()));
    }
    narrow(&mut fit, |price| price.kind == PriceKind::Student);
    let countries: Vec<&str> = fit.iter().filter_map(|price| price.market.as_deref()).collect();
    let country = at.country();
    let sold = format!(
        "it has a price for {} alone; say your country where it is one of them",
        countries.join(", ")
    );
    fit.retain(|price| price.market.is_none() || price.market.as_deref() == country);
    if fit.is_empty() {
        return Err(Abstains::NotForYou(sold));
    }
    // What the person pays is known better than what their country pays.
    narrow(&mut fit, |price| price.market.is_some() || is_own(price));
    fit.retain(|price| price.from_seats <= seats);
    let most = fit.iter().map(|price| price.from_seats).max();
    fit.retain(|price| Some(price.from_seats) == most);
    if fit.is_empty() {
        return Err(Abstains::NotForYou("its prices begin at more seats".to_owned()));
    }
    let by_year = |price: &PlanPrice| price.billed_yearly || price.every == QuotaWindow::Year;
    let by_month = fit.iter().copied().find(|price| !by_year(price));
    let yearly = if at.buyer.yearly { best_year(&fit, by_year) } else { None };
    match (by_month, yearly) {
        (Some(month), Some(year)) => {
            let cheaper = month.currency == year.currency && by_the_year(year) < by_the_year(month);
            Ok(if cheaper { year } else { month })
        }
        (Some(price), None) | (None, Some(price)) => Ok(price),
        (None, None) => {
            Err(Abstains::NotForYou("it is paid by the year alone; allow that to see it".to_owned()))
        }
    }
}

/// Whether the person says so.
fn is_own(price: &PlanPrice) -> bool {
    price.fact.as_ref().is_some_and(|fact| fact.evidence == Evidence::Person)
}

/// Of the prices by the year the surest, and of those the cheapest.
fn best_year<'p>(fit: &[&'p PlanPrice], by_year: impl Fn(&PlanPrice) -> bool) -> Option<&'p PlanPrice> {
    let sure = |price: &PlanPrice| price.fact.as_ref().map(|fact| fact.confidence);
    let rank = |price: &&PlanPrice| {
        // Without a fact of its own it is as sure as the plan.
        (std::cmp::Reverse(sure(price).map_or(3, |confidence| confidence as u8)), by_the_year(price))
    };
    fit.iter().copied().filter(|price| by_year(price)).min_by_key(|price| rank(price))
}

/// Keeps only those of a sort, where there are any.
fn narrow(prices: &mut Vec<&PlanPrice>, sort: impl Fn(&PlanPrice) -> bool) {
    if prices.iter().any(|price| sort(price)) {
        prices.retain(|price| sort(price));
    }
}

/// What a price comes to in a year, for comparison alone.
fn by_the_year(price: &PlanPrice) -> Option<Decimal> {
    let (Quantity::Exact(amount) | Quantity::Between(_, amount) | Quantity::AtLeast(amount)) = price.amount
    else {
        return None;
    };
    match price.every {
        QuotaWindow::Month => exact_mul(amount, Decimal::from(12)),
        _ => Some(amount),
    }
}

fn intro<'p>(plan: &'p Plan, chosen: &PlanPrice, seats: u32) -> Option<(&'p PlanPrice, u32)> {
    let same = |price: &&PlanPrice| {
        price.market == chosen.market
            && price.every == chosen.every
            && price.billed_yearly == chosen.billed_yearly
            && price.per_seat == chosen.per_seat
            && price.from_seats <= seats
            && price.amount != Quantity::Unpublished
    };
    plan.prices.iter().filter(same).find_map(|price| match price.kind {
        PriceKind::Intro(months) => Some((price, months)),
        _ => None,
    })
}

/// A price over some months.
fn span(
    plan: &Plan,
    price: &PlanPrice,
    times: u32,
    (from_month, to_month): (u32, u32),
    at: &mut Settling<'_>,
) -> Result<Option<Fixed>, Abstains> {
    let large = || Abstains::TooLarge { what: "the price".to_owned() };
    let one = at.cost(&price.amount).ok_or(Abstains::NoPrice)?;
    let every =
        if price.billed_yearly { "month, paid by the year".to_owned() } else { price.every.to_string() };
    let of = if price.per_seat { ", for each seat" } else { "" };
    let what = format!("price in {} for a {every}{of}", price.currency);
    let fact = price.fact.as_ref().unwrap_or(&plan.fact);
    at.used(&what, &price.amount, Some(fact));
    if let Some(note) = &price.note {
        at.note(note.clone());
    }
    let mut amount = exact_mul(one, Decimal::from(times)).ok_or_else(large)?;
    for discount in discounts(plan, DiscountOn::Price, at.buyer) {
        // Of what is on the invoice nothing comes off any more.
        if is_own(price) {
            break;
        }
        if discount.from_amount.is_some_and(|least| amount < least) {
            continue;
        }
        let Some(percent) = at.allowed(&discount.percent) else { continue };
        at.used("taken off the price, in per cent", &discount.percent, discount.fact.as_ref());
        let left = exact_mul(Decimal::ONE_HUNDRED - percent, Decimal::new(1, 2)).ok_or_else(large)?;
        amount = exact_mul(amount, left).ok_or_else(large)?;
    }
    let months = match price.every {
        QuotaWindow::Lifetime => 0,
        QuotaWindow::Year => 12,
        _ if price.billed_yearly => {
            amount = exact_mul(amount, Decimal::from(12)).ok_or_else(large)?;
            12
        }
        _ => 1,
    };
    let purse = Purse { currency: price.currency, tax: price.tax };
    Ok((!amount.is_zero() && from_month < to_month).then_some(Fixed {
        amount,
        purse,
        months,
        from_month,
        to_month,
    }))
}

/// The least that a month costs.
pub(super) fn minimum(plan: &Plan, tax: TaxIn, at: &mut Settling<'_>) -> Option<(Decimal, Purse)> {
    let minimum = plan.minimum?;
    let currency: Currency = minimum.currency;
    at.used(
        &format!("the least that is billed in {currency} for a {}", minimum.every),
        &Quantity::Exact(minimum.amount),
        None,
    );
    let mut amount = minimum.amount;
    if minimum.every == QuotaWindow::Year {
        at.note("The least that is billed in a year is spread over its months.".to_owned());
        amount = amount.checked_div(Decimal::from(12)).unwrap_or(amount).round_dp(6);
    }
    Some((amount, Purse { currency, tax }))
}
