//! Prices that will change.

use super::PriceChange;
use super::machine::{Episode, Machine, Noted, Standing, Step};
use super::words::day;
use crate::ledger::{AlertEnd, AlertLevel, AlertRule};

const DAY: i64 = 86_400;

pub(super) fn judge(prices: &[PriceChange], machine: &mut Machine<'_>) {
    if machine.rule(AlertRule::PriceChange).is_none() {
        return;
    }
    let today = machine.moment.now.utc_date();
    for price in prices {
        let when = day(price.from, today);
        machine.judge(Standing {
            rule: AlertRule::PriceChange,
            subject: format!("price:{}", price.model),
            account: None,
            episode: Episode::Term { until: price.from.utc_start(), slack: DAY },
            steps: vec![Step {
                name: "announced".to_owned(),
                reached: true,
                recovered: false,
                level: AlertLevel::Info,
                title: format!("The price of {} changes on {when}", price.model),
                body: price.words.clone(),
            }],
            over: (price.from < today).then_some(AlertEnd::Passed),
            noted: Noted::Never,
        });
    }
    for stand in machine.vanished(AlertRule::PriceChange) {
        machine.end(stand, AlertEnd::Passed);
    }
}
