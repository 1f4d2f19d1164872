//! What accounts hold, in words: balances, lots of credit, plans and allowances. Never mixed with what was spent.

use spendglass_core::api::{Account, BalanceReading, GrantRow, QuotaRow, SubscriptionRow};
use spendglass_core::time::{Timestamp, Zone};

use crate::text::{UNKNOWN, amount, clean, number, several, time};

/// One line each, below the name of its account.
pub(crate) fn words(accounts: &[Account], now: &str, zone: Zone) -> String {
    let mut text = String::new();
    for account in accounts {
        let lines = lines(account, now, zone);
        // The time is told once where it is that of all.
        let first = lines.first().map(|(_, at, _)| at.clone());
        let common = first.filter(|first| lines.iter().all(|(_, at, _)| at == first));
        match (&common, lines.is_empty()) {
            (_, true) => continue,
            (Some(at), false) => put!(text, "{}, as of {at}\n", clean(&account.label)),
            (None, false) => put!(text, "{}\n", clean(&account.label)),
        }
        for (line, at, entry) in lines {
            put!(text, "  {line}");
            if common.is_none() {
                put!(text, ", as of {at}");
            }
            if let Some(entry) = entry {
                put!(text, " (entered, {entry})");
            }
            text.push('\n');
        }
    }
    let set = accounts.iter().flat_map(|account| &account.quotas).filter(|quota| is_set(quota)).count();
    if set > 0 {
        put!(text, "{} whose use nobody tells: spendglass limits\n", several(set as u64, "configured limit"));
    }
    if accounts.iter().flat_map(|account| &account.grants).any(|grant| grant.entry.is_some()) {
        text.push_str("What is left of each lot that was entered: spendglass credits\n");
    }
    if text.is_empty() { text } else { format!("\nBalances, credit, plans and allowances\n{text}") }
}

/// A rate or limit that is configured: it says nothing about how things stand.
fn is_set(quota: &QuotaRow) -> bool {
    quota.used.is_none() && quota.entry.is_none()
}

/// What is said, when it was seen, and the entry it is.
type Line = (String, String, Option<i64>);

fn lines(account: &Account, now: &str, zone: Zone) -> Vec<Line> {
    let balances = account.balances.iter().map(|b| (balance(b), time(&b.as_of, zone), b.entry));
    let grants = account.grants.iter().map(|g| (grant(g, now, zone), time(&g.as_of, zone), g.entry));
    let plans = account.subscriptions.iter().map(|s| (subscription(s, zone), time(&s.as_of, zone), s.entry));
    let told = account.quotas.iter().filter(|quota| !is_set(quota));
    let quotas = told.map(|q| (quota(q, zone), time(&q.as_of, zone), q.entry));
    balances.chain(grants).chain(plans).chain(quotas).collect()
}

fn balance(balance: &BalanceReading) -> String {
    let of = balance.acquired.as_ref().map(|all| format!(" of {}", amount(all))).unwrap_or_default();
    let used = balance.used.as_ref().map(|used| format!(", used {}", amount(used))).unwrap_or_default();
    format!("{} left {}{of}{used}", clean(&balance.kind), amount(&balance.left))
}

fn grant(grant: &GrantRow, now: &str, zone: Zone) -> String {
    let instant = |text: &str| text.parse::<Timestamp>().ok();
    let is_over =
        grant.lapses_at.as_deref().and_then(instant).zip(instant(now)).is_some_and(|(end, now)| end <= now);
    let kind = if grant.kind == "credits" { "credit" } else { &grant.kind };
    let mut words =
        format!("{} {}", clean(kind), grant.amount.as_ref().map_or_else(|| UNKNOWN.to_owned(), amount));
    if let Some(left) = &grant.left {
        put!(words, ", {} left", amount(left));
    }
    if let Some(at) = &grant.acquired_at {
        put!(words, ", had {}", time(at, zone));
    }
    match &grant.expires_at {
        Some(at) if is_over => put!(words, ", lapsed: it was good up to {}", time(at, zone)),
        // A date is the last day, an instant the end.
        Some(at) if at.len() == 10 => put!(words, ", good up to {}", clean(at)),
        Some(at) => put!(words, ", lapses {}", time(at, zone)),
        None => match grant.rule.as_deref() {
            Some("never") => words.push_str(", never lapses"),
            Some(rule) => {
                let days = rule.strip_prefix("after-inactivity:").and_then(|rest| rest.strip_suffix('d'));
                if let Some(days) = days {
                    put!(words, ", lapses {} days after the last use", clean(days));
                } else {
                    put!(words, ", lapses by {}", clean(rule));
                }
            }
            None => words.push_str(", no end is known"),
        },
    }
    if let Some(note) = &grant.note {
        put!(words, ", \"{}\"", clean(note));
    }
    words
}

fn subscription(plan: &SubscriptionRow, zone: Zone) -> String {
    let mut words = format!("plan {}", clean(&plan.plan));
    if let Some(status) = &plan.status {
        put!(words, ", {}", clean(status));
    }
    match (&plan.price, &plan.period) {
        (Some(price), Some(period)) => put!(words, ", {} a {}", amount(price), clean(period)),
        (Some(price), None) => put!(words, ", {}", amount(price)),
        (None, Some(period)) => put!(words, ", by the {}", clean(period)),
        (None, None) => {}
    }
    if let Some(at) = &plan.renews_at {
        put!(words, ", renews {}", time(at, zone));
    }
    words
}

fn quota(quota: &QuotaRow, zone: Zone) -> String {
    let unit = clean(&quota.unit);
    let figure = |text: &Option<String>| text.as_deref().map_or_else(|| UNKNOWN.to_owned(), number);
    let of = quota.limit.as_ref().map(|limit| format!(" of {}", number(limit))).unwrap_or_default();
    let window = if quota.window == "lifetime" {
        "in all".to_owned()
    } else {
        format!("this {}", clean(&quota.window))
    };
    let mut whom = String::new();
    for of in [&quota.model, &quota.project].into_iter().flatten() {
        put!(whom, " ({})", clean(of));
    }
    let resets =
        quota.resets_at.as_ref().map(|at| format!(", starts again {}", time(at, zone))).unwrap_or_default();
    format!("{}{whom} {window}: {}{of} {unit}{resets}", clean(&quota.name), figure(&quota.used))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: &str = "2026-11-22T09:30:00Z";

    fn lot(grant: &GrantRow) -> String {
        super::grant(grant, "2026-11-20T00:00:00Z", Zone::UTC)
    }

    #[test]
    fn a_lot_says_what_is_left_and_until_when_and_what_nobody_knows_is_no_number() {
        let money = |amount: &str| {
            Some(spendglass_core::api::Amount { amount: amount.to_owned(), currency: "USD".to_owned() })
        };
        let reported = GrantRow {
            kind: "granted".to_owned(),
            amount: money("18"),
            left: money("3.5"),
            acquired_at: Some("2026-08-01T00:00:00Z".to_owned()),
            expires_at: Some("2027-01-01T00:00:00Z".to_owned()),
            lapses_at: Some("2027-01-01T00:00:00Z".to_owned()),
            rule: None,
            note: None,
            as_of: AT.to_owned(),
            entry: None,
        };
        assert_eq!(
            lot(&reported),
            "granted 18.00 USD, 3.50 USD left, had 2026-08-01 00:00 +00:00, lapses 2027-01-01 00:00 +00:00"
        );
        let entered = GrantRow { expires_at: Some("2026-12-31".to_owned()), left: None, ..reported.clone() };
        assert!(lot(&entered).ends_with("good up to 2026-12-31"), "{}", lot(&entered));
        let bare = GrantRow { amount: None, left: None, acquired_at: None, expires_at: None, ..reported };
        assert_eq!(lot(&bare), "granted —, no end is known");
        let by = |rule: &str| lot(&GrantRow { rule: Some(rule.to_owned()), ..bare.clone() });
        assert_eq!(by("never"), "granted —, never lapses");
        assert_eq!(by("after-inactivity:90d"), "granted —, lapses 90 days after the last use");
    }

    #[test]
    fn an_allowance_says_of_what_it_is() {
        let row = QuotaRow {
            name: "requests".to_owned(),
            window: "day".to_owned(),
            unit: "requests".to_owned(),
            model: Some("small-1\u{1b}[2J".to_owned()),
            project: Some("site".to_owned()),
            used: None,
            limit: Some("1500".to_owned()),
            resets_at: None,
            as_of: AT.to_owned(),
            entry: Some(3),
        };
        let said = super::quota(&row, Zone::UTC);
        assert!(said.contains("(site) this day: — of 1,500 requests") && !said.contains('\u{1b}'), "{said}");
    }
}
