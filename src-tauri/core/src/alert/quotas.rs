//! Allowances that are nearly used up, and those that are whole again.

use std::collections::BTreeMap;

use super::Quota;
use super::budgets::hundredths;
use super::machine::{Episode, GRACE, Machine, Standing, Step};
use super::words::{moment, money};
use crate::ledger::{AlertEnd, AlertLevel, AlertRule, QuotaWindow};
use crate::money::Decimal;
use crate::store::AlertStand;

/// By so many points of a hundred the use has to fall below a step before that is said again.
const FALL: u32 = 10;
/// From this step on it is worth a word that an allowance has reset.
const WORTH: u32 = 90;
/// What is counted over less than this is a rate, which no person waits for.
const SHORTEST: u32 = 60;

pub(super) fn judge(quotas: &[Quota], machine: &mut Machine<'_>) {
    let is_on = machine.rule(AlertRule::Allowance);
    let Some(rule) = is_on else { return };
    let mut steps = rule.steps;
    steps.sort_unstable();
    let mut by_subject = BTreeMap::new();
    for quota in quotas {
        let rate = matches!(quota.window, QuotaWindow::Minutes(minutes) if minutes < SHORTEST);
        if !rate && quota.limit > Decimal::ZERO {
            by_subject.insert(subject(quota), quota);
        }
    }
    for (subject, quota) in &by_subject {
        let mut over = full(quota, subject, &steps, machine);
        // Where nobody tells when it resets, it has when hardly anything is used.
        let now = machine.moment.now;
        let empty =
            quota.used.is_none_or(|used| hundredths(quota.limit, FALL).is_some_and(|mark| used < mark));
        over.retain(|stand| stand.until.is_some_and(|until| until <= now.plus_seconds(GRACE)) || empty);
        reset(subject, Some(quota), &over, machine);
    }
    // Of a model that is not used in its new window nothing is told, and the old window is over all the same.
    let mut gone: BTreeMap<&str, Vec<&AlertStand>> = BTreeMap::new();
    for stand in machine.vanished(AlertRule::Allowance) {
        machine.end(stand, AlertEnd::Settled);
        machine.rearm(stand);
        if stand.until.is_some_and(|until| machine.moment.now.seconds_since(until) >= GRACE) {
            gone.entry(stand.subject.as_str()).or_default().push(stand);
        }
    }
    for (subject, stands) in gone {
        reset(subject, None, &stands, machine);
    }
}

fn subject(quota: &Quota) -> String {
    let model = quota.model.as_deref().unwrap_or_default();
    let whole = format!("quota:{}:{}:{}:{model}", quota.whose.account, quota.name, quota.window);
    match &quota.project {
        Some(project) => format!("{whole}:{project}"),
        None => whole,
    }
}

/// How many seconds the end of a window may lie from what was known of it and still be of the same window.
fn slack(window: QuotaWindow) -> i64 {
    let length = match window {
        QuotaWindow::Minutes(minutes) => i64::from(minutes) * 60,
        QuotaWindow::Day => 86_400,
        QuotaWindow::Week => 7 * 86_400,
        QuotaWindow::Month => 28 * 86_400,
        QuotaWindow::Months(months) => i64::from(months) * 28 * 86_400,
        QuotaWindow::Year => 365 * 86_400,
        QuotaWindow::Lifetime => i64::MAX / 4,
    };
    length / 2
}

/// Judges how full it is. Returns what was said of a window that is over.
fn full<'a>(quota: &Quota, subject: &str, steps: &[u32], machine: &mut Machine<'a>) -> Vec<&'a AlertStand> {
    let is_past = |percent: u32| {
        let mark = hundredths(quota.limit, percent);
        quota.used.is_some_and(|used| used > Decimal::ZERO && mark.is_some_and(|mark| used >= mark))
    };
    let step = |percent: &u32| {
        let (title, body) = words(quota, machine);
        Step {
            name: format!("{percent}%"),
            reached: is_past(*percent),
            recovered: quota.used.is_some() && !is_past(percent.saturating_sub(FALL)),
            level: if *percent >= WORTH { AlertLevel::Warning } else { AlertLevel::Info },
            title,
            body,
        }
    };
    let steps = steps.iter().map(step).collect();
    let now = machine.moment.now;
    machine.judge(Standing {
        rule: AlertRule::Allowance,
        subject: subject.to_owned(),
        account: Some(quota.whose.account),
        // A time that has gone by tells nothing of the present window.
        episode: Episode::Window {
            until: quota.resets_at.filter(|at| *at > now),
            slack: slack(quota.window),
        },
        steps,
        over: None,
        noted_at_launch: true,
    })
}

/// Says that it has reset, where it was said before that it was nearly used up.
fn reset(subject: &str, quota: Option<&Quota>, over: &[&AlertStand], machine: &mut Machine<'_>) {
    if machine.rule(AlertRule::AllowanceReset).is_none() {
        return;
    }
    let worth = |stand: &&&AlertStand| {
        stand.step.trim_end_matches('%').parse::<u32>().is_ok_and(|percent| percent >= WORTH)
    };
    let was_full = over.iter().find(worth);
    // The last reset is no news any more.
    let before = machine.raised_of(AlertRule::AllowanceReset, subject);
    if was_full.is_some() {
        for stand in before {
            machine.rearm(stand);
            machine.end(stand, AlertEnd::Passed);
        }
    }
    let Some(full) = was_full else { return };
    let name = match quota {
        Some(quota) => called(quota),
        // Between the account's number and the window stands its name.
        None => subject.split(':').nth(2).unwrap_or("Your allowance").to_owned(),
    };
    let title = format!("{name} has reset");
    let body = match quota {
        Some(Quota { used: Some(used), limit, unit, .. }) => {
            format!("It starts again: {} of {} is used.", money(*used, *unit), money(*limit, *unit))
        }
        Some(Quota { limit, unit, .. }) => {
            format!("It starts again: {} is there to use.", money(*limit, *unit))
        }
        None => "It starts again from nothing used.".to_owned(),
    };
    machine.raise_anew(AlertRule::AllowanceReset, subject, "reset", full.account_id, (title, body));
}

fn called(quota: &Quota) -> String {
    let label = &quota.whose.label;
    let name = if quota.name.is_empty() { "allowance" } else { &quota.name };
    let of = match (&quota.model, &quota.project) {
        (Some(model), _) => format!(" of {model}"),
        (None, Some(project)) => format!(" of {project}"),
        (None, None) => String::new(),
    };
    format!("{label}: {name}{of} by the {}", quota.window)
}

fn words(quota: &Quota, machine: &Machine<'_>) -> (String, String) {
    let used = quota.used.unwrap_or_default();
    let percent = used
        .checked_mul(Decimal::ONE_HUNDRED)
        .and_then(|hundred| hundred.checked_div(quota.limit))
        .map_or_else(String::new, |percent| format!("{} %", percent.floor().normalize()));
    let at_most = if quota.at_most { "At most " } else { "" };
    let title = format!("{}: {percent} used", called(quota));
    let mut body =
        format!("{at_most}{} of {} is used.", money(used, quota.unit), money(quota.limit, quota.unit));
    if let Some(at) = quota.resets_at.filter(|at| *at > machine.moment.now) {
        let again = moment(at, machine.moment.calendar, machine.moment.now);
        body.push_str(&format_args!(" The count starts again {again}.").to_string());
    }
    (title, body)
}
