//! A plan in words: each figure with what it is of and where it comes from.

use crate::api::{CataloguePlan, FigureSource};
use crate::catalogue::{
    Audience, Confidence, Evidence, Fact, Models, Overage, Plan, PlanPrice, PlanStatus, PriceKind, Quantity,
    Rollover, TaxIn,
};
use crate::ledger::{QuotaWindow, name_of};
use crate::time::Date;

struct Figures<'a> {
    plan: &'a Plan,
    today: Date,
    limit: i64,
    rows: Vec<FigureSource>,
    lowest: Confidence,
    own: bool,
}

impl Figures<'_> {
    fn add(&mut self, what: String, value: String, fact: Option<&Fact>) {
        let fact = fact.unwrap_or(&self.plan.fact);
        self.lowest = self.lowest.min(fact.confidence);
        self.own |= fact.evidence == Evidence::Person;
        self.rows.push(FigureSource {
            what,
            value,
            sources: fact.sources.clone(),
            seen: fact.seen.as_str().to_owned(),
            confidence: name_of(fact.confidence, Confidence::NAMED).to_owned(),
            stale: fact.stale(self.today, self.limit),
        });
    }
}

/// A plan as a screen shows it.
pub(super) fn plan(plan: &Plan, today: Date, limit: i64) -> CataloguePlan {
    let mut figures =
        Figures { plan, today, limit, rows: Vec::new(), lowest: plan.fact.confidence, own: false };
    if plan.prices.is_empty() {
        figures.add("price".to_owned(), Quantity::Unpublished.to_string(), None);
    }
    for price in &plan.prices {
        figures.add(of_price(price), priced(price), price.fact.as_ref());
    }
    if plan.seats.min != 1 || plan.seats.max.is_some() || plan.seats.pooled {
        let most = plan.seats.max.map_or_else(String::new, |most| format!(", at most {most}"));
        let pooled = if plan.seats.pooled { ", all from one sum" } else { "" };
        figures.add(
            "seats".to_owned(),
            format!("at least {}{most}{pooled}", plan.seats.min),
            plan.seats_fact.as_ref(),
        );
    }
    for limit in &plan.limits {
        let starts = limit.starts.map_or_else(String::new, |starts| format!(", by {starts}"));
        let what =
            format!("limit of {} in a window of {}{starts}{}", limit.unit, limit.window, of(&limit.models));
        figures.add(what, limit.amount.to_string(), limit.fact.as_ref());
    }
    for pool in &plan.credit {
        let rest = match &pool.rollover {
            Rollover::Lapses if pool.every == QuotaWindow::Lifetime => format!("once, lapses {}", pool.life),
            Rollover::Lapses => "what is left lapses".to_owned(),
            Rollover::Periods(count) => format!("what is left lives for {count} more"),
            Rollover::Capped(cap) => format!("added up to at most {cap}"),
            Rollover::Stays => "what is left stays".to_owned(),
        };
        let what = format!("credit in {} every {}{}", pool.unit, pool.every, of(&pool.models));
        figures.add(what, format!("{}; {rest}", pool.amount), pool.fact.as_ref());
    }
    for rate in &plan.rates {
        let hours = rate.at_hours.map_or_else(String::new, |at| {
            let clock = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
            let days = if at.weekends { "" } else { ", Monday to Friday" };
            format!(
                "; {} times as much from {} to {} {}{days}",
                at.times,
                clock(at.from_minute),
                clock(at.to_minute),
                at.zone
            )
        });
        let what = format!("what {} costs in {}{}", rate.per, rate.unit, of(&rate.models));
        figures.add(what, format!("{}{hours}", rate.amount), rate.fact.as_ref());
    }
    beyond(plan, &mut figures);
    let Figures { rows, lowest, own, .. } = figures;
    CataloguePlan {
        id: plan.id.clone(),
        provider: plan.provider.clone(),
        product: plan.product.clone(),
        name: plan.name.clone(),
        audience: name_of(plan.audience, Audience::NAMED).to_owned(),
        status: name_of(plan.status, PlanStatus::NAMED).to_owned(),
        price: plan.prices.first().filter(|price| price.amount != Quantity::Unpublished).map(priced),
        stale: rows.iter().any(|row| row.stale),
        figures: rows,
        notes: plan.notes.clone(),
        confidence: name_of(lowest, Confidence::NAMED).to_owned(),
        own: own || plan.fact.evidence == Evidence::Person,
        illustration: plan.illustration,
    }
}

/// What use beyond the plan costs, and what is taken off or put on.
fn beyond(plan: &Plan, figures: &mut Figures<'_>) {
    for pack in &plan.packs {
        let what = format!("pack of {} {}, lapses {}", pack.credit, pack.unit, pack.life);
        figures.add(what, format!("{} {}", pack.price, pack.currency), pack.fact.as_ref());
    }
    let beyond = match &plan.overage {
        Overage::Blocked => "refused".to_owned(),
        Overage::AtList { percent, .. } => format!("{percent} % of list price"),
        Overage::PerUnit { unit, price, per, currency, .. } => format!("{price} {currency} for {per} {unit}"),
        Overage::Packs => "packs are bought".to_owned(),
        Overage::Unpublished => Quantity::Unpublished.to_string(),
    };
    figures.add("use beyond".to_owned(), beyond, plan.overage_fact.as_ref());
    for discount in &plan.discounts {
        let on = name_of(discount.on, crate::catalogue::DiscountOn::NAMED);
        let place = discount.market.as_ref().map_or_else(String::new, |market| format!(" in {market}"));
        figures.add(
            format!("taken off {on}{place}, in per cent"),
            discount.percent.to_string(),
            discount.fact.as_ref(),
        );
    }
    for fee in &plan.fees {
        let least =
            fee.at_least.map_or_else(String::new, |least| format!(", at least {}", least.normalize()));
        figures.add(
            format!("fee for {}, in per cent", fee.name),
            format!("{}{least}", fee.percent.normalize()),
            None,
        );
    }
    if let Some(minimum) = plan.minimum {
        let value = format!("{} {}", minimum.amount.normalize(), minimum.currency);
        figures.add(format!("least that is billed every {}", minimum.every), value, None);
    }
    if let Some(then) = &plan.then {
        figures.add(
            "turns into".to_owned(),
            format!("{} after {} months", then.plan, then.after_months),
            None,
        );
    }
}

fn of_price(price: &PlanPrice) -> String {
    let kind = match price.kind {
        PriceKind::List => String::new(),
        PriceKind::Student => " for students".to_owned(),
        PriceKind::Intro(months) => format!(" of the first {months} months"),
    };
    let market = price.market.as_ref().map_or_else(String::new, |market| format!(" in {market}"));
    let seats =
        if price.from_seats > 1 { format!(" from {} seats on", price.from_seats) } else { String::new() };
    let tax = match price.tax {
        TaxIn::Included => ", tax in it",
        TaxIn::Excluded => ", without tax",
        TaxIn::Unstated => ", tax not stated",
    };
    format!("price{kind}{market}{seats}{tax}")
}

fn priced(price: &PlanPrice) -> String {
    let every = match price.every {
        QuotaWindow::Lifetime => " once".to_owned(),
        every => format!(" a {every}"),
    };
    let seat = if price.per_seat { " and seat" } else { "" };
    let yearly = if price.billed_yearly { ", paid by the year" } else { "" };
    format!("{} {}{every}{seat}{yearly}", price.amount, price.currency)
}

fn of(models: &Models) -> String {
    if models.is_all() { String::new() } else { format!(" for {}", models.words()) }
}
