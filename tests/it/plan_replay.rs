//! Usage through plans: each shape by a small case, its arithmetic beside it.

mod bills;
mod chains;
mod credit;
mod runs;
mod windows;

use spendglass_core::catalogue::{Rollover, Starts, Surface, Task, TaxIn};
use spendglass_core::ledger::{ExpiryRule, QuotaWindow};
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::plan::{
    Element, Fixed, Kind, KindSet, Measure, Purse, Replayed, Row, TermLimit, TermOverage, TermPool, Terms,
    Usage, replay, row_by_row,
};
use spendglass_core::time::{Date, Timestamp, Zone};

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn zone(name: &str) -> Zone {
    name.parse().unwrap()
}

fn dollars() -> Purse {
    Purse { currency: Currency::USD, tax: TaxIn::Excluded }
}

fn kind(model: &str) -> Kind {
    Kind {
        account: 1,
        provider: "openai".to_owned(),
        model: model.to_owned(),
        surface: Surface::Api,
        task: Task::Text,
        batch: false,
        project: None,
        api_key: None,
    }
}

/// One request of so many tokens, half of them output, at a dollar for a thousand.
fn row(when: &str, tokens: u64) -> Row {
    Row {
        at: at(when),
        seconds: 1,
        kind: 0,
        requests: Some(1),
        input_tokens: tokens - tokens / 2,
        cache_read_tokens: 0,
        output_tokens: tokens / 2,
        metered: None,
        list_cost: Decimal::new(i64::try_from(tokens).unwrap(), 3),
        billed_cost: None,
    }
}

/// Usage of the kinds `a` and `b` from one day up to another.
fn usage(from: &str, to: &str, rows: Vec<Row>) -> Usage {
    Usage {
        window: Some((date(from), date(to))),
        currency: Some(Currency::USD),
        kinds: vec![kind("a"), kind("b")],
        rows,
        excluded: Vec::new(),
    }
}

/// A plan that costs nothing, serves both kinds without a limit, and refuses what is beyond.
fn free() -> Terms {
    Terms {
        id: "plan".to_owned(),
        serves: KindSet::all(2),
        fixed: Vec::new(),
        units: Vec::new(),
        limits: Vec::new(),
        pools: Vec::new(),
        packs: Vec::new(),
        overage: TermOverage::Blocked,
        volume: Vec::new(),
        batch_percent_off: Decimal::ZERO,
        fees: Vec::new(),
        minimum: None,
    }
}

fn limit(measure: Measure, amount: &str, window: QuotaWindow, starts: Starts) -> TermLimit {
    TermLimit { measure, amount: d(amount), window, starts, kinds: KindSet::all(2) }
}

fn pool(measure: Measure, amount: &str, every: QuotaWindow, rollover: Rollover) -> TermPool {
    TermPool {
        measure,
        amount: d(amount),
        every,
        starts: Starts::Purchase,
        rollover,
        life: ExpiryRule::Never,
        kinds: KindSet::all(2),
    }
}

fn monthly(amount: &str) -> Fixed {
    Fixed { amount: d(amount), purse: dollars(), months: 1, from_month: 0, to_month: 1_000 }
}

fn plan(terms: Terms) -> Element {
    Element::Plan(Box::new(terms))
}

fn metered() -> Element {
    Element::Metered(dollars())
}

/// The replay by either way.
fn through(usage: &Usage, chain: &[Element]) -> Replayed {
    let replayed = replay(usage, chain).unwrap();
    assert_eq!(replayed, row_by_row(usage, chain).unwrap());
    replayed
}

/// What was billed for use in each month, in dollars.
fn used(replayed: &Replayed) -> Vec<Decimal> {
    replayed.months.iter().map(|month| sum(&month.used)).collect()
}

/// What was refused in all, at list price.
fn refused(replayed: &Replayed) -> Decimal {
    replayed.months.iter().map(|month| month.refused.list_cost).sum()
}

fn sum(amounts: &[(Purse, Decimal)]) -> Decimal {
    amounts.iter().map(|(_, amount)| *amount).sum()
}
