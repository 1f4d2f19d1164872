//! A day that costs far more than usual days.

use super::Days;
use super::machine::{Episode, Machine, Noted, Standing, Step};
use super::words::{about, day};
use crate::ledger::{AlertEnd, AlertLevel, AlertRule};
use crate::money::{Currency, Decimal};
use crate::time::Date;

/// A day is held against so many complete days before it.
const BEFORE: usize = 28;
/// Fewer say nothing.
const FEWEST: usize = 7;
/// Of normal days the median of distances is two thirds of a standard deviation, so six of them are four deviations: by chance
/// alone that comes once in decades. Spending has longer tails, so the day must be twice the usual one as well.
const DISTANCES: i64 = 6;
/// So many days a spike is news.
const NEWS: i64 = 7;

pub(super) fn judge(all: &[Days], machine: &mut Machine<'_>) {
    if machine.rule(AlertRule::Spike).is_none() {
        return;
    }
    let today = machine.moment.now.utc_date();
    for days in all {
        let Some(last) = days.days.len().checked_sub(1) else { continue };
        let place = i64::try_from(last).unwrap_or(i64::MAX);
        // What was said of an earlier day is looked at again: bills are corrected late.
        let said: Vec<Date> = machine
            .raised_by(AlertRule::Spike)
            .iter()
            .filter(|stand| stand.step == days.currency.as_str() && !stand.rearmed)
            .filter_map(|stand| {
                let date = stand.subject.strip_prefix(&format!("day:{}:", days.whose.account))?;
                date.parse::<Date>().ok()
            })
            .filter(|date| *date < days.first.plus_days(place) && *date >= days.first)
            .collect();
        for date in said {
            one(days, usize::try_from(date.days_since(days.first)).unwrap_or(usize::MAX), false, machine);
        }
        let date = days.first.plus_days(place);
        if today.days_since(date) <= NEWS {
            one(days, last, true, machine);
        }
    }
    for stand in machine.raised_by(AlertRule::Spike) {
        let date = stand.subject.rsplit(':').next().and_then(|date| date.parse::<Date>().ok());
        if date.is_none_or(|date| today.days_since(date) > NEWS) {
            machine.end(stand, AlertEnd::Passed);
        }
    }
}

fn one(days: &Days, place: usize, raises: bool, machine: &mut Machine<'_>) {
    let Some(cost) = days.days.get(place).copied() else { return };
    let before = &days.days[place.saturating_sub(BEFORE)..place];
    let usual = usual(before, days.currency);
    let date = days.first.plus_days(i64::try_from(place).unwrap_or_default());
    let nine_tenths = |bound: Decimal| super::budgets::hundredths(bound, 90);
    let (title, body) = match usual {
        Some(usual) => words(days, date, cost, usual.middle, machine),
        None => Default::default(),
    };
    machine.judge(Standing {
        rule: AlertRule::Spike,
        subject: format!("day:{}:{date}", days.whose.account),
        account: Some(days.whose.account),
        episode: Episode::Figure,
        steps: vec![Step {
            name: days.currency.to_string(),
            reached: raises && usual.is_some_and(|usual| cost > usual.bound),
            recovered: usual.is_some_and(|usual| nine_tenths(usual.bound).is_some_and(|bound| cost < bound)),
            level: AlertLevel::Warning,
            title,
            body,
        }],
        over: None,
        noted: Noted::Never,
    });
}

#[derive(Clone, Copy)]
struct Usual {
    middle: Decimal,
    /// Above this a day is a spike.
    bound: Decimal,
}

fn usual(before: &[Decimal], currency: Currency) -> Option<Usual> {
    if before.len() < FEWEST {
        return None;
    }
    // Who works two days a week is not alarmed by each of them: then days with spending are held against their like.
    let spent: Vec<Decimal> = before.iter().filter(|day| !day.is_zero()).copied().collect();
    let days = if spent.len() * 2 > before.len() { before } else { &spent };
    if days.len() < FEWEST / 2 {
        return None;
    }
    let middle = median(days.to_vec())?;
    let distances: Option<Vec<Decimal>> =
        days.iter().map(|day| day.checked_sub(middle).map(|far| far.abs())).collect();
    let distance = median(distances?)?;
    let bounds = [
        middle.checked_add(distance.checked_mul(DISTANCES.into())?)?,
        middle.checked_mul(2.into())?,
        middle.checked_add(floor(currency))?,
    ];
    bounds.into_iter().max().map(|bound| Usual { middle, bound })
}

/// A day that is dearer by less than this is no news, however usual days are.
fn floor(currency: Currency) -> Decimal {
    match currency.as_str() {
        "USD" | "EUR" | "GBP" | "CHF" | "CAD" | "AUD" | "NZD" | "SGD" => Decimal::ONE,
        code if Currency::national(code).ok() == Some(currency) => Decimal::TEN,
        _ => Decimal::ONE_HUNDRED,
    }
}

fn median(mut all: Vec<Decimal>) -> Option<Decimal> {
    all.sort_unstable();
    let (low, high) = (all.get(all.len().checked_sub(1)? / 2)?, all.get(all.len() / 2)?);
    low.checked_add(*high)?.checked_div(2.into())
}

fn words(days: &Days, date: Date, cost: Decimal, middle: Decimal, machine: &Machine<'_>) -> (String, String) {
    let today = machine.moment.calendar.date_of(machine.moment.now);
    let (label, when) = (&days.whose.label, day(date, today));
    let title = format!("{label} cost {} on {when}", about(cost, days.currency));
    let usual = about(middle, days.currency);
    let times = cost.checked_div(middle).map(|times| times.floor().normalize());
    let body = match times {
        Some(times) => format!("A usual day costs {usual}: this one cost {times} times as much (UTC day)."),
        None => "On usual days it costs nothing (UTC day).".to_owned(),
    };
    (title, format!("{body} Look at what it went to."))
}
