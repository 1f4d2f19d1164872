//! Lots that lapse with something in them.

use super::Lot;
use super::machine::{Episode, Machine, Noted, Standing, Step};
use super::words::{about, end_of, money};
use crate::ledger::{AlertEnd, AlertLevel, AlertRule};
use crate::money::{Currency, Decimal};
use crate::time::Timestamp;

const DAY: i64 = 86_400;
/// What is said after the fact.
const LAPSED: &str = "lapsed";
/// So long it is news that a lot has lapsed.
const NEWS: i64 = 30 * DAY;
/// The same at the very first look.
const NEWS_AT_FIRST: i64 = 7 * DAY;
/// What is left is worked out anew each hour: that a lot has lapsed may be seen so many seconds after a look that did not.
const LATE: i64 = 7_200;

pub(super) fn judge(lots: &[Lot], machine: &mut Machine<'_>) {
    let Some(rule) = machine.rule(AlertRule::Expiry) else { return };
    let mut steps = rule.steps;
    steps.sort_unstable();
    steps.reverse();
    let now = machine.moment.now;
    for lot in lots {
        let Some(lapses_at) = lot.lapses_at else { continue };
        if lapses_at <= now {
            gone(lot, lapses_at, steps.last().copied(), machine);
            continue;
        }
        let over = lot.left.is_some_and(|left| left <= Decimal::ZERO).then_some(AlertEnd::Settled);
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
            noted: Noted::Never,
        });
    }
    for stand in machine.vanished(AlertRule::Expiry) {
        machine.end(stand, AlertEnd::Settled);
    }
}

/// A lot that has lapsed: what was raised of it is still delivered to whoever did not hear of it, though nothing is left of it by
/// now. Where its last reminder was never raised, that it has lapsed is said once.
fn gone(lot: &Lot, lapses_at: Timestamp, last_step: Option<u32>, machine: &mut Machine<'_>) {
    let subject = format!("lot:{}", lot.id);
    let moment = machine.moment;
    let ago = moment.now.seconds_since(lapses_at);
    let last_step = last_step.map(|days| format!("{days}d")).unwrap_or_default();
    let mine = machine.raised_of(AlertRule::Expiry, &subject);
    let of_this_end =
        |until: Option<Timestamp>| until.is_some_and(|until| until.seconds_since(lapses_at).abs() <= DAY);
    let reminded = mine.iter().any(|stand| stand.step == last_step && of_this_end(stand.until));
    let said = mine.iter().any(|stand| stand.step == LAPSED && of_this_end(stand.until));
    let since_last_look = match moment.last {
        Some(last) if !moment.fresh => lapses_at > last.plus_seconds(-LATE),
        _ => ago <= NEWS_AT_FIRST,
    };
    let lapsed = lot.lapsed.filter(|lapsed| *lapsed >= smallest(lot.currency));
    let news = ago <= NEWS && !reminded && !said && since_last_look;
    let (title, body) = match lapsed.filter(|_| news) {
        Some(lapsed) => words_after(lot, lapses_at, lapsed, machine),
        None => Default::default(),
    };
    let raises = !title.is_empty();
    for stand in mine {
        if stand.step != LAPSED || ago > NEWS {
            machine.end(stand, AlertEnd::Passed);
        }
        // Once it has lapsed, an older reminder that nobody heard has nothing to add.
        if raises && stand.step != LAPSED {
            machine.supersede(stand);
        }
    }
    machine.judge(Standing {
        rule: AlertRule::Expiry,
        subject,
        account: Some(lot.whose.account),
        episode: Episode::Term { until: lapses_at, slack: DAY },
        steps: vec![Step {
            name: LAPSED.to_owned(),
            reached: raises,
            recovered: false,
            level: AlertLevel::Warning,
            title,
            body,
        }],
        over: None,
        noted: Noted::Never,
    });
}

fn words_after(lot: &Lot, lapses_at: Timestamp, lapsed: Decimal, machine: &Machine<'_>) -> (String, String) {
    let when = end_of(lapses_at, machine.moment.calendar, machine.moment.now);
    let (label, amount) = (&lot.whose.label, about(lapsed, lot.currency));
    let lapse = if lot.possible { "may have lapsed" } else { "lapsed" };
    (
        format!("{amount} of {label} credit {lapse} {when}"),
        format!(
            "{amount} of your {label} credit {lapse} {when}, as far as it is known what was spent of it."
        ),
    )
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
