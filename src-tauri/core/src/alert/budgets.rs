//! Budgets: how much of one is used, and whether it will be crossed.

use super::machine::{Episode, Machine, Standing, Step};
use super::words::{about, day, money};
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

/// What was raised of an earlier span is over with it; what was raised of a budget that was removed is settled.
fn passed(rule: AlertRule, budgets: &[BudgetStand], machine: &mut Machine<'_>) {
    for stand in machine.vanished(rule) {
        let is_of = |budget: &BudgetStand| stand.subject.starts_with(&format!("budget:{}:", budget.id));
        let how = if budgets.iter().any(is_of) { AlertEnd::Passed } else { AlertEnd::Settled };
        machine.end(stand, how);
    }
}

/// So many hundredths of an amount.
pub(super) fn hundredths(amount: Decimal, percent: u32) -> Option<Decimal> {
    amount.checked_mul(Decimal::from(percent))?.checked_div(Decimal::ONE_HUNDRED)
}

fn used(budget: &BudgetStand, steps: &[u32], machine: &mut Machine<'_>) {
    let spent = budget.spent.unwrap_or_default();
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
        noted_at_launch: false,
    });
}

fn ahead(budget: &BudgetStand, machine: &mut Machine<'_>) {
    let spent = budget.spent.unwrap_or_default();
    let crossed = spent >= budget.amount;
    let forecast = budget.forecast;
    let near = hundredths(budget.amount, 100 - FALL);
    let (title, body) = forecast.map(|range| crossing(budget, spent, range)).unwrap_or_default();
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
        noted_at_launch: false,
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
        BudgetSpan::Day => "today (UTC)".to_owned(),
        BudgetSpan::Week | BudgetSpan::Month => {
            format!("until the end of {} (UTC)", day(budget.to.plus_days(-1), today))
        }
    }
}

fn words(budget: &BudgetStand, spent: Decimal, today: Date) -> (String, String) {
    let (label, span) = (&budget.label, span_words(budget));
    let percent = spent
        .checked_mul(Decimal::ONE_HUNDRED)
        .and_then(|hundred| hundred.checked_div(budget.amount))
        .map_or_else(String::new, |percent| format!("{} %", percent.floor().normalize()));
    let (spent_words, amount) = (money(spent, budget.currency), money(budget.amount, budget.currency));
    let title = format!("{percent} of the {span} budget for {label} is used");
    let left = budget.amount.checked_sub(spent).unwrap_or_default();
    let body = if left > Decimal::ZERO {
        format!(
            "{spent_words} of {amount} is spent. {} is left {}.",
            money(left, budget.currency),
            until_words(budget, today)
        )
    } else if left.is_zero() {
        format!("{spent_words} of {amount} is spent: nothing is left {}.", until_words(budget, today))
    } else {
        format!(
            "{spent_words} is spent where {amount} was meant to be enough {}: {} too much.",
            until_words(budget, today),
            money(-left, budget.currency)
        )
    };
    (title, body)
}

fn crossing(budget: &BudgetStand, spent: Decimal, range: Range) -> (String, String) {
    let (label, span, currency) = (&budget.label, span_words(budget), budget.currency);
    let title = format!("The {span} budget for {label} will be crossed");
    let body = format!(
        "{} of {} is spent. If spending goes on as it did, it comes to about {} ({} to {}).",
        money(spent, currency),
        money(budget.amount, currency),
        about(range.p50, currency),
        about(range.p10, currency),
        about(range.p90, currency)
    );
    (title, body)
}
