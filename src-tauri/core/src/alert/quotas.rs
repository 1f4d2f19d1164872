//! Allowances that are nearly used up, and those that are whole again.

use std::collections::BTreeMap;

use super::Quota;
use super::budgets::hundredths;
use super::machine::{Episode, GRACE, Machine, Noted, Standing, Step};
use super::words::{about, moment, money, percent};
use crate::ledger::{AlertEnd, AlertLevel, AlertRule, QuotaWindow};
use crate::money::Decimal;
use crate::store::AlertStand;
use crate::time::Timestamp;

/// By so many points of a hundred the use has to fall below a step before that is said again.
const FALL: u32 = 10;
/// From here on it is worth a word that an allowance has reset; or from the highest step that a person set, where that is lower.
const WORTH: u32 = 90;
/// That it was so full is remembered by this step of the rule of resets, which is never said.
const FULL: &str = "full";
/// What is counted over less than this is a rate, which no person waits for.
const SHORTEST: u32 = 60;

pub(super) fn judge(quotas: &[Quota], machine: &mut Machine<'_>) {
    let is_on = machine.rule(AlertRule::Allowance).is_some();
    let tells_resets = machine.rule(AlertRule::AllowanceReset).is_some();
    let mut steps = machine.settings.rule(AlertRule::Allowance).steps;
    steps.sort_unstable();
    let worth = steps.last().copied().unwrap_or(WORTH).min(WORTH);
    let mut by_subject = BTreeMap::new();
    for quota in quotas {
        let rate = matches!(quota.window, QuotaWindow::Minutes(minutes) if minutes < SHORTEST);
        if !rate && quota.limit > Decimal::ZERO {
            by_subject.insert(subject(quota), quota);
        }
    }
    for (subject, quota) in &by_subject {
        if is_on {
            used(quota, subject, &steps, machine);
        }
        if !tells_resets {
            continue;
        }
        let mut over = full(quota, subject, worth, machine);
        // Where nobody tells when it resets, it has when hardly anything is used.
        let now = machine.moment.now;
        let empty =
            quota.used.is_none_or(|used| hundredths(quota.limit, FALL).is_some_and(|mark| used < mark));
        over.retain(|stand| stand.until.is_some_and(|until| until <= now.plus_seconds(GRACE)) || empty);
        reset(subject, Some(quota), &over, machine);
    }
    if is_on {
        for stand in machine.vanished(AlertRule::Allowance) {
            machine.end(stand, AlertEnd::Settled);
            machine.rearm(stand);
        }
    }
    if !tells_resets {
        return;
    }
    // Of a model that is not used in its new window nothing is told, and the old window is over all the same.
    let mut gone: BTreeMap<&str, Vec<&AlertStand>> = BTreeMap::new();
    for stand in machine.vanished(AlertRule::AllowanceReset) {
        if stand.step != FULL {
            continue;
        }
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

fn is_past(quota: &Quota, percent: u32) -> bool {
    let mark = hundredths(quota.limit, percent);
    quota.used.is_some_and(|used| used > Decimal::ZERO && mark.is_some_and(|mark| used >= mark))
}

fn window(quota: &Quota, now: Timestamp) -> Episode {
    // A time that has gone by tells nothing of the present window.
    Episode::Window { until: quota.resets_at.filter(|at| *at > now), slack: slack(quota.window) }
}

/// Remembers that it is nearly used up. Returns what was remembered of a window that is over.
fn full<'a>(quota: &Quota, subject: &str, worth: u32, machine: &mut Machine<'a>) -> Vec<&'a AlertStand> {
    let now = machine.moment.now;
    machine.judge(Standing {
        rule: AlertRule::AllowanceReset,
        subject: subject.to_owned(),
        account: Some(quota.whose.account),
        episode: window(quota, now),
        steps: vec![Step {
            name: FULL.to_owned(),
            reached: is_past(quota, worth),
            recovered: quota.used.is_some() && !is_past(quota, worth.saturating_sub(FALL)),
            level: AlertLevel::Info,
            title: format!("{} is nearly used up", called(quota)),
            body: String::new(),
        }],
        over: None,
        noted: Noted::Always,
    })
}

/// Judges how much of it is used.
fn used(quota: &Quota, subject: &str, steps: &[u32], machine: &mut Machine<'_>) {
    let step = |percent: &u32| {
        let (title, body) = words(quota, machine);
        Step {
            name: format!("{percent}%"),
            reached: is_past(quota, *percent),
            recovered: quota.used.is_some() && !is_past(quota, percent.saturating_sub(FALL)),
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
        episode: window(quota, now),
        steps,
        over: None,
        noted: Noted::AtFirst,
    });
}

/// Says that it has reset, where it was nearly used up before.
fn reset(subject: &str, quota: Option<&Quota>, over: &[&AlertStand], machine: &mut Machine<'_>) {
    let Some(full) = over.iter().find(|stand| stand.step == FULL) else { return };
    // The last reset is no news any more.
    for stand in machine.raised_of(AlertRule::AllowanceReset, subject) {
        if stand.step != FULL {
            machine.rearm(stand);
            machine.end(stand, AlertEnd::Passed);
        }
    }
    let name = match quota {
        Some(quota) => called(quota),
        // Between the account's number and the window stands its name.
        None => subject.split(':').nth(2).unwrap_or("Your allowance").to_owned(),
    };
    let title = format!("{name} has reset");
    let body = match quota {
        Some(Quota { used: Some(used), limit, unit, .. }) => {
            format!("It starts again: {} of {} is used.", about(*used, *unit), money(*limit, *unit))
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
    let percent = percent(used, quota.limit);
    let at_most = if quota.at_most { "At most " } else { "" };
    let title = format!("{}: {percent} used", called(quota));
    let mut body =
        format!("{at_most}{} of {} is used.", about(used, quota.unit), money(quota.limit, quota.unit));
    if let Some(at) = quota.resets_at.filter(|at| *at > machine.moment.now) {
        let again = moment(at, machine.moment.calendar, machine.moment.now);
        body.push_str(&format_args!(" The count starts again {again}.").to_string());
    }
    (title, body)
}
