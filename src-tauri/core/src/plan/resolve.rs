//! From what a plan promises to what a replay needs: every range, seat, country and multiple settled for one buyer and one usage.

mod kinds;
mod limits;
mod prices;
mod settle;
mod tiers;
mod units;

pub use tiers::resolve_tier;

use super::{
    KindSet, Learned, Measure, TermFee, TermOverage, TermPack, TermPool, Terms, Usage, VolumeDiscount,
};
use crate::catalogue::{
    Confidence, DiscountOn, Fact, Overage, Plan, PlanDiscount, PlanStatus, Plans, Quantity, Rollover, Starts,
};
use crate::ledger::{ExpiryRule, QuotaWindow};
use crate::money::{Currency, Decimal};
use crate::time::Zone;
use kinds::Held;
use settle::Settling;
use units::Units;

/// By whom it is bought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buyer {
    /// The country, by its two letters, where it is said.
    pub country: Option<String>,
    /// Whether a verified student.
    pub student: bool,
    /// For how many people; 0 is taken as 1.
    pub seats: u32,
    /// Whether a year may be paid for at once.
    pub yearly: bool,
    /// Whether what is used by an API key could be used in the plan's own app.
    pub any_surface: bool,
}

/// What of a range is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Its middle.
    Middle,
    /// The least allowance, the highest price.
    Dear,
    /// The most allowance, the lowest price.
    Cheap,
}

/// A plan with everything settled, and what it was settled by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// What a replay needs.
    pub terms: Terms,
    /// Each figure that was used.
    pub facts: Vec<UsedFact>,
    /// What else is to be known, in words.
    pub notes: Vec<String>,
    /// Whether something in it is a range, so that the cases differ or more is promised than counted.
    pub ranged: bool,
    /// How sure its least sure figure is.
    pub lowest: Confidence,
    /// Whether its figures only show a shape, and are no offer.
    pub illustration: bool,
}

/// A figure and where it comes from. Whether it is stale is asked of the fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedFact {
    /// What it is, in words.
    pub what: String,
    /// Its value, in words.
    pub value: String,
    /// Where it comes from.
    pub fact: Fact,
}

/// Why a plan cannot be replayed, and what would help.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Abstains {
    /// Nobody tells its price.
    #[error("its price is not published; enter the one on your invoice or offer")]
    NoPrice,
    /// Something that decides is not published.
    #[error(
        "{what} is not published; connect the account so that it is learned from its readings, or enter it"
    )]
    Unpublished {
        /// What.
        what: String,
    },
    /// It cannot be bought.
    #[error("it cannot be bought: {0}")]
    NotForSale(String),
    /// This buyer cannot have it.
    #[error("it is not for you: {0}")]
    NotForYou(String),
    /// It serves nothing of the usage.
    #[error("it serves nothing of what you used")]
    ServesNothing,
    /// Usage lacks a count that its limits are told in.
    #[error(
        "it counts {what}, which {rows} rows of your usage do not tell; sync or import them in more detail"
    )]
    NeedsCount {
        /// The count.
        what: String,
        /// How many rows lack it.
        rows: u64,
    },
    /// It counts money of another currency than the usage.
    #[error("it counts use in {0}, and your usage is priced in another currency")]
    OtherCurrency(Currency),
    /// A figure is past reckoning.
    #[error("{what} is too large to reckon with; look whether it is entered right")]
    TooLarge {
        /// Which.
        what: String,
    },
}

/// Settles a plan for a buyer and a usage.
///
/// # Errors
/// Where the plan cannot be replayed honestly: why, and what would help.
pub fn resolve(
    plan: &Plan,
    plans: &Plans,
    usage: &Usage,
    buyer: &Buyer,
    learned: &Learned,
    case: Case,
) -> Result<Resolved, Abstains> {
    for_sale(plan, usage)?;
    let people = buyer.seats.max(1);
    let mut at = Settling::new(plan, plans, usage, buyer, learned, case);
    let held = Held::new(plan, usage, buyer);
    if held.nothing() {
        return Err(Abstains::ServesNothing);
    }
    let seats = prices::seats(plan, people, &mut at)?;
    let priced = prices::fixed(plan, seats, &mut at)?;
    // What is told for a seat is there once for each; of seats that nobody sits on only a pool has anything.
    let shares = if priced.per_seat { if plan.seats.pooled { seats } else { people } } else { 1 };
    if shares > 1 && !plan.seats.pooled {
        at.ranged = true;
        at.note(format!(
            "What {shares} people may use is added up, as if each used their share to the end: it is so at best."
        ));
    }
    let mut units = Units::new(plan, usage, held.all());
    let (limits, free) = limits::limits(plan, &held, shares, &mut units, &mut at)?;
    let mut pools = pools(plan, &held, shares, &mut units, &mut at)?;
    let overage = overage(plan, &mut units, &mut at)?;
    let packs = packs(plan, &mut units, &mut at)?;

    let kinds = usage.kinds.len();
    let place = |kind: usize| u32::try_from(kind).unwrap_or(u32::MAX);
    let known = |kind: u32| {
        free.holds(kind)
            || limits.iter().any(|limit| limit.kinds.holds(kind))
            || pools.iter().any(|pool| pool.kinds.holds(kind))
    };
    let pays = overage != TermOverage::Blocked;
    let bare: Vec<bool> = (0..kinds).map(|kind| held.served(kind) && !known(place(kind))).collect();
    let serves =
        KindSet::from_flags((0..kinds).map(|kind| held.served(kind) && (pays || !bare[kind])).collect());
    if serves.is_empty() {
        return Err(Abstains::Unpublished { what: "what it allows".to_owned() });
    }
    if bare.contains(&true) {
        if pays {
            // Nothing is included for these: an empty pool sends all of it to what is billed.
            pools.push(empty_pool(KindSet::from_flags(bare)));
        } else {
            at.note("What it allows for some of what you used is not told: that is left out.".to_owned());
        }
    }
    units.counted(&serves, &limits, &pools)?;
    let terms = Terms {
        id: plan.id.clone(),
        serves,
        fixed: priced.fixed,
        units: units.into_units(),
        limits,
        pools,
        packs,
        overage,
        volume: volume(plan, &mut at),
        batch_percent_off: batch(plan, &mut at),
        fees: fees(plan, &mut at),
        minimum: prices::minimum(plan, priced.tax, &mut at),
    };
    for note in &plan.notes {
        at.note(note.clone());
    }
    Ok(at.done(terms, plan.illustration))
}

fn for_sale(plan: &Plan, usage: &Usage) -> Result<(), Abstains> {
    let no = |why: String| Err(Abstains::NotForSale(why));
    match plan.status {
        PlanStatus::SoldOut => return no("it is sold out at present".to_owned()),
        PlanStatus::Announced => return no("it is announced and not yet sold".to_owned()),
        PlanStatus::Retired => return no("it is sold no more".to_owned()),
        PlanStatus::Current => {}
    }
    // The last day of the usage stands for today: a replay knows no clock.
    let Some((_, today)) = usage.window else { return Ok(()) };
    if let Some(until) = plan.until.filter(|until| *until <= today) {
        return no(format!("it is sold no more since {until}"));
    }
    if let Some(from) = plan.from.filter(|from| *from > today) {
        return no(format!("it is sold from {from} on"));
    }
    Ok(())
}

fn empty_pool(kinds: KindSet) -> TermPool {
    TermPool {
        measure: Measure::List,
        amount: Decimal::ZERO,
        every: QuotaWindow::Lifetime,
        starts: Starts::Purchase,
        rollover: Rollover::Stays,
        life: ExpiryRule::Never,
        kinds,
    }
}

fn pools(
    plan: &Plan,
    held: &Held<'_>,
    shares: u32,
    units: &mut Units<'_>,
    at: &mut Settling<'_>,
) -> Result<Vec<TermPool>, Abstains> {
    let mut found = Vec::new();
    for pool in &plan.credit {
        let measure = at.measure(pool.unit, units);
        let sets = held.sets(&pool.models, |kind| {
            held.in_pool(kind, pool) && measure.as_ref().is_ok_and(|measure| units.rates(*measure, kind))
        });
        if sets.is_empty() {
            continue;
        }
        let measure = measure?;
        let what = format!("credit in {} that comes every {}", pool.unit, pool.every);
        let amount = at.allowance(&pool.amount, pool.unit, pool.every, shares, &what)?;
        at.used(&what, &pool.amount, pool.fact.as_ref());
        units.take(measure, at)?;
        let starts = pool.starts.unwrap_or_else(|| {
            let starts =
                if pool.every == QuotaWindow::Day { Starts::Calendar(Zone::UTC) } else { Starts::Purchase };
            if pool.every != QuotaWindow::Lifetime {
                at.note(format!("Nobody says when the {what} comes: it is taken to come by {starts}."));
            }
            starts
        });
        let rollover = match &pool.rollover {
            Rollover::Capped(Quantity::Unpublished) => {
                at.ranged = true;
                at.note("Up to how much credit rolls over is not told: none is counted on.".to_owned());
                Rollover::Lapses
            }
            Rollover::Capped(cap) => {
                let cap = at.allowance(cap, pool.unit, pool.every, shares, "the cap of what rolls over")?;
                Rollover::Capped(Quantity::Exact(cap.unwrap_or_default()))
            }
            other => other.clone(),
        };
        for kinds in sets {
            // Without an end it is no pool: more than any usage is there.
            let amount = amount.unwrap_or(Decimal::from(u64::MAX));
            let rollover = rollover.clone();
            found.push(TermPool {
                measure,
                amount,
                every: pool.every,
                starts,
                rollover,
                life: pool.life,
                kinds,
            });
        }
    }
    Ok(found)
}

fn overage(plan: &Plan, units: &mut Units<'_>, at: &mut Settling<'_>) -> Result<TermOverage, Abstains> {
    let fact = plan.overage_fact.as_ref();
    let untold = |at: &mut Settling<'_>| {
        at.note("What use beyond it costs is not told: such use is taken as refused, or goes on to what comes next.".to_owned());
        Ok(TermOverage::Blocked)
    };
    match &plan.overage {
        Overage::Blocked => Ok(TermOverage::Blocked),
        Overage::Packs => Ok(TermOverage::Packs),
        Overage::Unpublished => untold(at),
        Overage::AtList { percent, tax } => {
            let Some(settled) = at.cost(percent) else { return untold(at) };
            at.used("use beyond, in per cent of the list price", percent, fact);
            Ok(TermOverage::AtList { percent: settled, purse: at.list_purse(*tax) })
        }
        Overage::PerUnit { unit, price, per, currency, tax } => {
            let Some(settled) = at.cost(price) else { return untold(at) };
            let Ok(measure) = at.measure(*unit, units) else { return untold(at) };
            if units.take(measure, at).is_err() {
                return untold(at);
            }
            at.used(&format!("use beyond, in {currency} for {per} {unit}"), price, fact);
            let purse = super::Purse { currency: *currency, tax: *tax };
            Ok(TermOverage::PerUnit { measure, price: settled, per: *per, purse })
        }
    }
}

fn packs(plan: &Plan, units: &mut Units<'_>, at: &mut Settling<'_>) -> Result<Vec<TermPack>, Abstains> {
    let mut found = Vec::new();
    for pack in &plan.packs {
        let what = format!("a pack of credit in {}", pack.unit);
        let Some(price) = at.cost(&pack.price) else { continue };
        let Some(credit) = at.allowance(&pack.credit, pack.unit, QuotaWindow::Lifetime, 1, &what)? else {
            continue;
        };
        let measure = at.measure(pack.unit, units)?;
        units.take(measure, at)?;
        at.used(&format!("the price in {} of {what}", pack.currency), &pack.price, pack.fact.as_ref());
        at.used(&what, &pack.credit, pack.fact.as_ref());
        let purse = super::Purse { currency: pack.currency, tax: pack.tax };
        found.push(TermPack { price, purse, credit, measure, life: pack.life });
    }
    if found.is_empty() && plan.overage == Overage::Packs {
        return Err(Abstains::Unpublished { what: "what its packs cost or bring".to_owned() });
    }
    Ok(found)
}

/// The discounts on something that this buyer has.
fn discounts<'a>(plan: &'a Plan, on: DiscountOn, buyer: &Buyer) -> impl Iterator<Item = &'a PlanDiscount> {
    let (country, student) = (buyer.country.clone(), buyer.student);
    plan.discounts.iter().filter(move |discount| {
        discount.on == on
            && discount.market.as_ref().is_none_or(|market| Some(market) == country.as_ref())
            && (student || !discount.students)
    })
}

fn volume(plan: &Plan, at: &mut Settling<'_>) -> Vec<VolumeDiscount> {
    let mut found = Vec::new();
    for discount in discounts(plan, DiscountOn::Use, at.buyer) {
        let Some(percent) = at.allowed(&discount.percent) else { continue };
        at.used("taken off what is billed for use, in per cent", &discount.percent, discount.fact.as_ref());
        found.push(VolumeDiscount { from: discount.from_amount.unwrap_or_default(), percent });
    }
    found.sort_by_key(|discount| discount.from);
    found
}

fn batch(plan: &Plan, at: &mut Settling<'_>) -> Decimal {
    let mut most = Decimal::ZERO;
    for discount in discounts(plan, DiscountOn::Batch, at.buyer) {
        let Some(percent) = at.allowed(&discount.percent) else { continue };
        at.used("taken off use in batches, in per cent", &discount.percent, discount.fact.as_ref());
        most = most.max(percent);
    }
    most
}

fn fees(plan: &Plan, at: &mut Settling<'_>) -> Vec<TermFee> {
    let fee = |fee: &crate::catalogue::Fee| {
        at.used(&format!("fee for {}, in per cent", fee.name), &Quantity::Exact(fee.percent), None);
        TermFee { percent: fee.percent, at_least: fee.at_least.unwrap_or_default() }
    };
    plan.fees.iter().map(fee).collect()
}
