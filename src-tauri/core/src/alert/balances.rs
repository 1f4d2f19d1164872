//! Balances that are low, by an amount of the person's or by the days they last.

use super::BalanceLeft;
use super::machine::{Episode, Machine, Noted, Standing, Step};
use super::words::{about, day, days, money};
use crate::ledger::{AlertEnd, AlertLevel, AlertRule, BalanceKind, name_of};
use crate::money::Decimal;
use crate::time::Date;

pub(super) fn judge(balances: &[BalanceLeft], machine: &mut Machine<'_>) {
    if machine.rule(AlertRule::LowBalance).is_none() {
        return;
    }
    for balance in balances {
        let account = balance.whose.account;
        let own = machine.settings.low_balances.iter();
        let amount = own
            .filter(|(of, currency, _)| (*of, *currency) == (account, balance.currency))
            .map(|(.., amount)| *amount)
            .max();
        let limit = machine.settings.low_balance_days;
        let middle = balance.days.and_then(|[_, middle, _]| middle);
        let by_amount = amount.is_some_and(|amount| balance.left <= amount);
        let by_days = middle.is_some_and(|days| days < limit);
        // A tenth more than the amount, and a fifth more of the days, at least one.
        let well_above = amount.is_none_or(|amount| {
            let tenth = amount.abs().checked_div(Decimal::TEN).unwrap_or_default();
            amount.checked_add(tenth).is_some_and(|bound| balance.left > bound)
        });
        let outlasts = match balance.days {
            Some([_, middle, _]) => {
                middle.is_none_or(|days| days >= limit.saturating_add((limit / 5).max(1)))
            }
            // Where nothing can be said of days, the amount alone decides.
            None => amount.is_some(),
        };
        let today = machine.moment.calendar.date_of(machine.moment.now);
        let (title, body) = words(balance, amount.filter(|_| by_amount), today);
        let pressing = balance.left <= Decimal::ZERO || middle.is_some_and(|days| days <= 1);
        machine.judge(Standing {
            rule: AlertRule::LowBalance,
            subject: format!(
                "balance:{account}:{}:{}",
                name_of(balance.kind, BalanceKind::NAMED),
                balance.currency
            ),
            account: Some(account),
            episode: Episode::Figure,
            steps: vec![Step {
                name: "low".to_owned(),
                reached: by_amount || by_days,
                recovered: well_above && outlasts,
                level: if pressing { AlertLevel::Urgent } else { AlertLevel::Warning },
                title,
                body,
            }],
            over: None,
            noted: Noted::Never,
        });
    }
    for stand in machine.vanished(AlertRule::LowBalance) {
        machine.end(stand, AlertEnd::Settled);
        machine.rearm(stand);
    }
}

fn words(balance: &BalanceLeft, amount: Option<Decimal>, today: Date) -> (String, String) {
    let label = &balance.whose.label;
    let left = about(balance.left, balance.currency);
    let title = format!("{label} balance is low: {left}");
    let mut body = match amount {
        Some(amount) => format!(
            "{left} is left with {label}, and you asked to hear of it at {}.",
            money(amount, balance.currency)
        ),
        None => format!("{left} is left with {label}."),
    };
    match balance.days {
        Some([few, Some(middle), many]) => {
            let lasts = if middle == 0 {
                format!(" As you spend now it does not last through {}", day(today, today))
            } else {
                format!(" As you spend now it lasts about {}", days(middle))
            };
            body.push_str(&lasts);
            let range = match (few, many) {
                (Some(few), Some(many)) if few < many => format!(" ({few} to {many})."),
                _ => ".".to_owned(),
            };
            body.push_str(&range);
        }
        Some([_, None, _]) => body.push_str(" As you spend now it lasts for years."),
        None => {}
    }
    body.push_str(" Top it up before calls are refused.");
    (title, body)
}
