//! xAI: cents with their sign turned round in one place, dollars in another, times without a zone.

use spendglass_core::ledger::{BalanceKind, CreditGrant};
use spendglass_core::money::exact;
use spendglass_core::providers::{Entry, Page, Query, Source, find};

use super::{changed, charges, page, posted, quotas, request, stream};
use crate::fixtures::{self, Said};

fn left(name: &str) -> String {
    let page = page("x_ai", name);
    let balances: Vec<_> = page
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Balance(balance) => Some(balance.amount.to_string()),
            _ => None,
        })
        .collect();
    let [balance] = balances.as_slice() else { panic!("{page:?}") };
    balance.clone()
}

fn grants(page: &Page) -> Vec<&CreditGrant> {
    let grants = page.entries.iter().filter_map(|entry| match entry {
        Entry::Grant(grant) => Some(grant),
        _ => None,
    });
    grants.collect()
}

#[test]
fn what_is_negative_in_the_ledger_is_there_to_spend() {
    assert_eq!(left("prepaid_balance"), "22.6 USD");
    assert_eq!(left("prepaid_balance.owed"), "-4.15 USD");
    assert_eq!(left("prepaid_balance.empty"), "0 USD", "a total without a value is nought");
}

#[test]
fn no_total_is_no_balance() {
    for (from, to) in
        [("\"total\"", "\"sum\""), ("{ \"val\": \"-2260\" }", "null"), ("\"-2260\"", "\"much\"")]
    {
        let error = changed("x_ai", "prepaid_balance", from, to).unwrap_err();
        assert!(!error.at.is_empty(), "{to}: {error}");
    }
}

#[test]
fn purchases_that_succeeded_are_lots() {
    let page = page("x_ai", "prepaid_balance");
    let lots: Vec<_> = grants(&page).into_iter().map(|lot| (lot.id.as_str(), lot.amount.unwrap())).collect();
    let made = "2026-08-03T09:30:00Z 10.25";
    assert_eq!(lots, [("inv_7f21", exact("20").unwrap()), (made, exact("10.25").unwrap())]);
    let silent = |lot: &&CreditGrant| {
        lot.kind == BalanceKind::Purchased && lot.left.is_none() && lot.expires_at.is_none()
    };
    assert!(grants(&page).iter().all(silent));
}

#[test]
fn the_invoice_is_in_cents_whatever_sign_it_has() {
    let told = |name: &str| -> Vec<String> {
        let page = page("x_ai", name);
        let shown = |amount| {
            Option::map_or(amount, "-".to_owned(), |amount: spendglass_core::money::Decimal| {
                amount.to_string()
            })
        };
        quotas(&page).iter().map(|quota| format!("{} of {}", shown(quota.used), shown(quota.limit))).collect()
    };
    assert_eq!(told("invoice_preview"), ["12.5 of 50", "3.44 of 22.6"]);
    assert_eq!(told("invoice_preview.turned"), ["0 of -", "1.35 of 5"]);
}

#[test]
fn days_are_in_dollars() {
    let page = page("x_ai", "usage");
    let costs: Vec<_> = charges(&page).iter().map(|charge| charge.billed_cost.unwrap().amount).collect();
    let dollars = ["0.75973725", "0.5", "0.12", "0", "0.0000001"].map(|text| exact(text).unwrap());
    assert_eq!(costs, dollars);
    let words: Vec<_> = charges(&page).iter().map(|charge| charge.description.clone()).collect();
    assert_eq!(words[0].as_deref(), Some("Grok 4 input tokens"));
    assert_eq!((words[2].as_deref(), words[4].as_deref()), (Some("grok-4-output"), None));
}

#[test]
fn a_part_of_the_lines_is_not_taken_for_all() {
    let error = changed("x_ai", "usage", "\"limitReached\": false", "\"limitReached\": true").unwrap_err();
    assert_eq!(error.at, "limitReached");
}

#[test]
fn times_are_asked_for_without_a_zone_in_utc() {
    let fixture = fixtures::one("x_ai", "usage");
    let asked = request(stream("x_ai", "usage"), &fixture.query);
    assert_eq!(asked.path, "/v1/billing/teams/7c1de471-2222-4000-8000-5eed00000002/usage");
    let range = &posted(&asked)["analyticsRequest"]["timeRange"];
    assert_eq!(range["startTime"], "2026-09-07 00:00:00");
    assert_eq!(range["endTime"], "2026-09-10 23:59:59", "the last second, whether or not an end counts");
    assert_eq!(range["timezone"], "Etc/GMT");
}

#[test]
fn a_key_of_an_organization_needs_a_team() {
    let fixture = fixtures::one("x_ai", "parts.usage.organization");
    let Said::Parts(parts) = fixture.read(&fixture.body).unwrap() else { panic!() };
    assert_eq!(parts.parts[0].id, "9d3e0000-4444-4000-8000-5eed00000005", "the one that was given");
    let Source::Parts { parts, .. } = stream("x_ai", "usage").source else { panic!() };
    let silent = Query { details: spendglass_core::providers::Details::default(), ..fixture.query.clone() };
    let error = parts(&fixture.body, &silent).unwrap_err();
    assert!(error.at == "scope" && error.problem.contains("id of the team"), "{error}");
    // The id of the organization is no team's.
    assert!(find("x_ai").unwrap().keys[0].details[0].optional);
}
