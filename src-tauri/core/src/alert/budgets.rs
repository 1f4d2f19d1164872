//! Budgets: how much of one is used, and whether it will be crossed.

use super::machine::{Episode, Machine, Noted, Standing, Step};
use super::words::{about, day, money, percent};
use super::{BudgetStand, Range};
use crate::ledger::{AlertEnd, AlertLevel, AlertRule, BudgetSpan};
use crate::money::Decimal;
use crate::time::Date;

/// By so many points of a hundred a figure has to fall below a step before that is said again.
const FALL: u32 = 5;

pub(super) fn judge(budgets: &[BudgetStand], machine: &mut Machine<'_>) {
    if let Some(rule) = machine.rule(AlertRule::Budget) {
        let mut steps = rule.steps;
        steps.sort_unstable();
        for budget in budgets {
            used(budget, &steps, machine);
        }
        passed(AlertRule::Budget, budgets, machine);
    }
    if machine.rule(AlertRule::BudgetForecast).is_some() {
        for budget in budgets {
            ahead(budget, machine);
        }
        passed(AlertRule::BudgetForecast, budgets, machine);
    }
}

fn subject(budget: &BudgetStand) -> String {
    format!("budget:{}:{}", budget.id, budget.from)
}

/// What was raised of an earlier span is over with it; what was raised of a budget that was removed is settled. Of several spans
/// that nobody heard of only the last one is said.
fn passed(rule: AlertRule, budgets: &[BudgetStand], machine: &mut Machine<'_>) {
    for stand in machine.vanished(rule) {
        let of = |budget: &&BudgetStand| stand.subject.starts_with(&format!("budget:{}:", budget.id));
        match budgets.iter().find(of) {
            None => machine.end(stand, AlertEnd::Settled),
            // What is spent of its present span is not known for now.
            Some(budget) if stand.subject == subject(budget) => {}
            Some(budget) => {
                machine.end(stand, AlertEnd::Passed);
                // Dates are written so that the later one is the greater.
                if machine.latest_told(rule, &format!("budget:{}:", budget.id)) > Some(&stand.subject) {
                    machine.supersede(stand);
                }
            }
        }
    }
}

/// So many hundredths of an amount.
pub(super) fn hundredths(amount: Decimal, percent: u32) -> Option<Decimal> {
    amount.checked_mul(Decimal::from(percent))?.checked_div(Decimal::ONE_HUNDRED)
}

fn used(budget: &BudgetStand, steps: &[u32], machine: &mut Machine<'_>) {
    let Some(spent) = budget.spent else { return };
    let is_past = |percent: u32| {
        spent > Decimal::ZERO && hundredths(budget.amount, percent).is_some_and(|mark| spent >= mark)
    };
    let today = machine.moment.now.utc_date();
    let step = |percent: &u32| {
        let (title, body) = words(budget, spent, today);
        Step {
            name: format!("{percent}%"),
            reached: is_past(*percent),
            recovered: !is_past(percent.saturating_sub(FALL)),
            level: match percent {
                100.. => AlertLevel::Urgent,
                80..100 => AlertLevel::Warning,
                _ => AlertLevel::Info,
            },
            title,
            body,
        }
    };
    machine.judge(Standing {
        rule: AlertRule::Budget,
        subject: subject(budget),
        account: budget.account,
        episode: Episode::Figure,
        steps: steps.iter().map(step).collect(),
        over: None,
        noted: Noted::Never,
    });
}

fn ahead(budget: &BudgetStand, machine: &mut Machine<'_>) {
    let Some(spent) = budget.spent else { return };
    let crossed = spent >= budget.amount;
    let forecast = budget.forecast;
    let near = hundredths(budget.amount, 100 - FALL);
    let (title, body) = forecast
        .map(|range| crossing(budget, spent, range, machine.moment.now.utc_date()))
        .unwrap_or_default();
    machine.judge(Standing {
        rule: AlertRule::BudgetForecast,
        subject: subject(budget),
        account: budget.account,
        episode: Episode::Figure,
        steps: vec![Step {
            name: "crossing".to_owned(),
            reached: !crossed && forecast.is_some_and(|range| range.p50 > budget.amount),
            recovered: !crossed && forecast.is_some_and(|range| near.is_some_and(|near| range.p50 < near)),
            level: AlertLevel::Warning,
            title,
            body,
        }],
        // By now that is said by the budget itself.
        over: crossed.then_some(AlertEnd::Settled),
        noted: Noted::Never,
    });
}

fn span_words(budget: &BudgetStand) -> &'static str {
    match budget.span {
        BudgetSpan::Day => "daily",
        BudgetSpan::Week => "weekly",
        BudgetSpan::Month => "monthly",
    }
}

fn until_words(budget: &BudgetStand, today: Date) -> String {
    match budget.span {
        BudgetSpan::Day => format!("for {} (UTC)", day(budget.from, today)),
        BudgetSpan::Week | BudgetSpan::Month => {
            format!("until the end of {} (UTC)", day(budget.to.plus_days(-1), today))
        }
    }
}

fn words(budget: &BudgetStand, spent: Decimal, today: Date) -> (String, String) {
    let (label, span) = (&budget.label, span_words(budget));
    let percent = percent(spent, budget.amount);
    let (spent_words, amount) = (about(spent, budget.currency), money(budget.amount, budget.currency));
    let title = format!("{percent} of the {span} budget for {label} is used");
    let left = budget.amount.checked_sub(spent).unwrap_or_default();
    let body = if left > Decimal::ZERO {
        format!(
            "{spent_words} of {amount} is spent. {} is left {}.",
            about(left, budget.currency),
            until_words(budget, today)
        )
    } else if left.is_zero() {
        format!("{spent_words} of {amount} is spent: nothing is left {}.", until_words(budget, today))
    } else {
        format!(
            "{spent_words} is spent where {amount} was meant to be enough {}: {} too much.",
            until_words(budget, today),
            about(-left, budget.currency)
        )
    };
    (title, body)
}

fn crossing(budget: &BudgetStand, spent: Decimal, range: Range, today: Date) -> (String, String) {
    let (label, span, currency) = (&budget.label, span_words(budget), budget.currency);
    let title = format!("The {span} budget for {label} will be crossed");
    let body = format!(
        "{} of {} is spent. If spending goes on as it did, by the end of {} (UTC) it comes to about {} ({} to {}).",
        about(spent, currency),
        money(budget.amount, currency),
        day(budget.to.plus_days(-1), today),
        about(range.p50, currency),
        about(range.p10, currency),
        about(range.p90, currency)
    );
    (title, body)
}
