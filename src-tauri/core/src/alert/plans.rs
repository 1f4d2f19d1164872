//! Plans that renew.

use super::Plan;
use super::machine::{Episode, Machine, Noted, Standing, Step};
use super::words::{day, money};
use crate::ledger::{AlertEnd, AlertLevel, AlertRule};

const DAY: i64 = 86_400;

pub(super) fn judge(plans: &[Plan], machine: &mut Machine<'_>) {
    let Some(rule) = machine.rule(AlertRule::Renewal) else { return };
    let mut steps = rule.steps;
    steps.sort_unstable();
    steps.reverse();
    let moment = machine.moment;
    let today = moment.calendar.date_of(moment.now);
    for plan in plans {
        let date = moment.calendar.date_of(plan.renews_at);
        let when = day(date, today);
        let label = &plan.whose.label;
        let price = plan.price.map(|(amount, currency)| money(amount, currency));
        let title = format!("{label} {} renews on {when}", plan.plan);
        let body = match price {
            Some(price) => format!("{price} is due then. If you do not need it, end it before."),
            None => "If you do not need it, end it before.".to_owned(),
        };
        let step = |days: &u32| Step {
            name: format!("{days}d"),
            reached: date.days_since(today) <= i64::from(*days),
            recovered: false,
            level: if *days <= 1 { AlertLevel::Warning } else { AlertLevel::Info },
            title: title.clone(),
            body: body.clone(),
        };
        machine.judge(Standing {
            rule: AlertRule::Renewal,
            subject: format!("plan:{}:{}", plan.whose.account, plan.plan),
            account: Some(plan.whose.account),
            episode: Episode::Term { until: plan.renews_at, slack: 2 * DAY },
            steps: steps.iter().map(step).collect(),
            over: (date < today).then_some(AlertEnd::Passed),
            noted: Noted::Never,
        });
    }
    for stand in machine.vanished(AlertRule::Renewal) {
        machine.end(stand, AlertEnd::Settled);
    }
}
