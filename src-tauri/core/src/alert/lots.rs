//! Lots that lapse with something in them.

use super::Lot;
use super::machine::{Episode, Machine, Standing, Step};
use super::words::{about, end_of, money};
use crate::ledger::{AlertEnd, AlertLevel, AlertRule};
use crate::money::{Currency, Decimal};
use crate::time::Timestamp;

const DAY: i64 = 86_400;

pub(super) fn judge(lots: &[Lot], machine: &mut Machine<'_>) {
    let Some(rule) = machine.rule(AlertRule::Expiry) else { return };
    let mut steps = rule.steps;
    steps.sort_unstable();
    steps.reverse();
    let now = machine.moment.now;
    for lot in lots {
        let Some(lapses_at) = lot.lapses_at else { continue };
        // Nothing is left of what has lapsed, and that it did is still to be told to whoever did not hear of it.
        let over = if lapses_at <= now {
            Some(AlertEnd::Passed)
        } else if lot.left.is_some_and(|left| left <= Decimal::ZERO) {
            Some(AlertEnd::Settled)
        } else {
            None
        };
        let risk = risk(lot);
        let in_time = |days: u32| lapses_at.seconds_since(now) <= i64::from(days) * DAY;
        let (title, body) = match risk {
            Some(risk) => words(lot, lapses_at, risk, machine),
            None => Default::default(),
        };
        let step = |days: &u32| Step {
            name: format!("{days}d"),
            reached: risk.is_some() && in_time(*days),
            // Only another end arms it again.
            recovered: false,
            level: match days {
                0..=1 => AlertLevel::Urgent,
                2..=14 => AlertLevel::Warning,
                _ => AlertLevel::Info,
            },
            title: title.clone(),
            body: body.clone(),
        };
        machine.judge(Standing {
            rule: AlertRule::Expiry,
            subject: format!("lot:{}", lot.id),
            account: Some(lot.whose.account),
            episode: Episode::Term { until: lapses_at, slack: DAY },
            steps: steps.iter().map(step).collect(),
            over,
            noted_at_launch: false,
        });
    }
    for stand in machine.vanished(AlertRule::Expiry) {
        machine.end(stand, AlertEnd::Settled);
    }
}

/// What may lapse, and whether that is all that is left because no more is known.
#[derive(Clone, Copy)]
struct Risk {
    amount: Decimal,
    least: Decimal,
    most: Decimal,
    certain: bool,
}

fn risk(lot: &Lot) -> Option<Risk> {
    match (lot.at_risk, lot.left) {
        (Some(range), _) => (range.p90 >= smallest(lot.currency)).then_some(Risk {
            amount: range.p50,
            least: range.p10,
            most: range.p90,
            certain: true,
        }),
        (None, Some(left)) => (left >= smallest(lot.currency)).then_some(Risk {
            amount: left,
            least: left,
            most: left,
            certain: false,
        }),
        // A lot of which nobody tells what is left may be full.
        (None, None) => {
            Some(Risk { amount: Decimal::ZERO, least: Decimal::ZERO, most: Decimal::ZERO, certain: false })
        }
    }
}

/// What is worth a word: a cent of money, or anything of a unit.
fn smallest(currency: Currency) -> Decimal {
    if Currency::national(currency.as_str()).ok() == Some(currency) {
        Decimal::new(1, 2)
    } else {
        Decimal::new(1, 6)
    }
}

fn words(lot: &Lot, lapses_at: Timestamp, risk: Risk, machine: &Machine<'_>) -> (String, String) {
    let moment = machine.moment;
    let label = &lot.whose.label;
    let when = end_of(lapses_at, moment.calendar, moment.now);
    let lapse = if lot.possible { "may lapse" } else { "lapses" };
    let currency = lot.currency;
    let Some(left) = lot.left else {
        let body = format!(
            "A lot of {label} credit {lapse} {when}. What is left of it nobody tells: look it up with the provider, and use \
             it up or mark it as used."
        );
        return (format!("{label} credit {lapse} {when}"), body);
    };
    let title = format!("{} of {label} credit {lapse} {when}", about(left, currency));
    let mut body = if !risk.certain {
        let why = lot.at_risk_unknown.as_deref().map(plain).filter(|why| !why.is_empty());
        let why = why.map_or_else(String::new, |why| format!(" ({why})"));
        format!(
            "{} of your {label} credit {lapse} {when}. How much of it you will have spent by then is not known{why}, so all \
             that is left is counted.",
            about(left, currency)
        )
    } else if risk.amount < smallest(currency) {
        format!(
            "{} of your {label} credit {lapse} {when}. As you spend now it is likely to be used up in time, but up to {} may \
             be left.",
            about(left, currency),
            about(risk.most, currency)
        )
    } else if risk.least == risk.most {
        format!(
            "{} of your {label} credit {lapse} {when}, and as you spend now {} of it would be lost.",
            about(left, currency),
            about(risk.amount, currency)
        )
    } else {
        format!(
            "{} of your {label} credit {lapse} {when}, and as you spend now about {} of it would be lost ({} to {}).",
            about(left, currency),
            about(risk.amount, currency),
            about(risk.least, currency),
            about(risk.most, currency)
        )
    };
    if lot.by_inactivity {
        body.push_str(" Any use before then puts that off.");
    } else if let Some(needed) = lot.needed_per_day {
        let pace = format!(
            " Spend {} a day to use it up, or mark it as used to hear no more of it.",
            money(upward(needed), currency)
        );
        body.push_str(&pace);
    }
    (title, body)
}

/// To two places, or as it is where that would say too little; upward, so that it is enough.
fn upward(needed: Decimal) -> Decimal {
    if needed < Decimal::ONE {
        return needed;
    }
    needed.checked_mul(Decimal::ONE_HUNDRED).map_or(needed, |cents| cents.ceil() / Decimal::ONE_HUNDRED)
}

/// A reason within brackets: without its full stop.
fn plain(why: &str) -> String {
    why.trim_end_matches('.').to_owned()
}
