//! Poe, Deepgram, Fireworks, Mistral and Together: points, hours, nanos, exponents and months.

use spendglass_core::ledger::{Balance, BalanceKind, ChargeCategory, Meter};
use spendglass_core::money::{Currency, Money, exact};
use spendglass_core::providers::{Bucket, Entry, Next, Query, find};
use spendglass_core::store::Snapshot;

use super::{billed, changed, charges, days, page, parameter, stream};
use crate::fixtures;

fn shown(provider: &str, name: &str) -> Vec<String> {
    billed(&page(provider, name)).iter().map(|(currency, total)| format!("{total} {currency}")).collect()
}

#[test]
fn points_are_no_money_except_where_dollars_are_told() {
    assert_eq!(shown("poe", "history"), ["0.1966 USD", "643 poe.points"]);
    let page = page("poe", "history");
    let refund = charges(&page)[2];
    assert_eq!((refund.category, refund.requests), (ChargeCategory::Credit, None));
    assert_eq!(refund.billed_cost.unwrap().amount, exact("-40").unwrap());
}

#[test]
fn a_history_in_microseconds_is_read_until_it_is_older_than_the_window() {
    // The last microsecond of the 8th, and the first of the 9th.
    let first = page("poe", "history");
    let day = |place: usize| charges(&first)[place].charge_period.start.to_string();
    assert_eq!((day(1).as_str(), day(2).as_str()), ("2026-09-09T00:00:00Z", "2026-09-08T00:00:00Z"));
    // Newer than the window: nothing of it, and on. Older: nothing of it, and no further though more is promised.
    let newer = page("poe", "history.newer");
    assert!(newer.entries.is_empty() && matches!(newer.next, Next::Token(_)));
    let older = page("poe", "history.page2");
    assert_eq!((older.entries.len(), older.next), (1, Next::End));
    let fixture = fixtures::one("poe", "history");
    let Next::Token(token) = first.next else { panic!() };
    let next = fixture.stream.request(&Query { page: Some(token), ..fixture.query.clone() });
    assert_eq!(parameter(&next, "starting_after"), ["qa03"]);
}

#[test]
fn dollars_and_hours_are_never_added_and_projects_are() {
    let mut snapshot = Snapshot::default();
    let balances = |snapshot: &mut Snapshot| {
        for entry in page("deepgram", "balances").entries {
            if let Entry::Balance(balance) = entry {
                snapshot.add_balance(balance).unwrap();
            }
        }
    };
    balances(&mut snapshot);
    let amounts = |snapshot: &Snapshot| {
        snapshot.balances.iter().map(|balance| balance.amount.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(amounts(&snapshot), ["237.4212 USD", "12.5 deepgram.hours"]);
    // A second project with the same: one balance of each unit, twice as much.
    balances(&mut snapshot);
    assert_eq!(amounts(&snapshot), ["474.8424 USD", "25 deepgram.hours"]);
    let large = Balance {
        amount: Money::new(exact("79228162514264337593543950335").unwrap(), Currency::USD),
        ..snapshot.balances[0]
    };
    assert!(snapshot.add_balance(large).is_err(), "a sum is exact or refused");
    assert!(changed("deepgram", "balances", "\"usd\"", "\"minute\"").is_err(), "a unit that is not known");
}

#[test]
fn what_is_left_and_when_it_lapses_meet_by_the_purchase() {
    let lots = |name: &str| {
        let entries = page("deepgram", name).entries.into_iter();
        entries
            .filter_map(|entry| if let Entry::Grant(grant) = entry { Some(grant) } else { None })
            .collect::<Vec<_>>()
    };
    let (left, bought) = (lots("balances"), lots("purchases"));
    assert_eq!(
        left.iter().map(|lot| &lot.id).collect::<Vec<_>>(),
        bought[..2].iter().map(|lot| &lot.id).collect::<Vec<_>>()
    );
    assert_eq!((left[0].left, left[0].expires_at), (Some(exact("187.4212").unwrap()), None));
    assert_eq!((bought[0].left, bought[0].kind), (None, BalanceKind::Granted));
    assert_eq!(bought[0].expires_at.unwrap().to_string(), "2027-08-21T00:00:00Z");
    // The purchases are read last, so that theirs is the word on what a lot is.
    let names: Vec<_> = find("deepgram").unwrap().streams.iter().map(|stream| stream.name).collect();
    assert!(names.iter().position(|n| *n == "balances") < names.iter().position(|n| *n == "purchases"));
}

#[test]
fn an_end_that_is_inside_is_the_day_before() {
    for name in ["billing", "usage"] {
        let fixture = fixtures::one("deepgram", name);
        let request = fixture.stream.request(&fixture.query);
        assert_eq!(
            (parameter(&request, "start"), parameter(&request, "end")),
            (vec!["2026-09-08"], vec!["2026-09-09"])
        );
    }
    let longer = changed("deepgram", "billing", "\"end\": \"2026-09-08\"", "\"end\": \"2026-09-09\"");
    assert!(longer.is_err(), "a row of two days is no day");
    // Requests are counted once, whatever else a row counts.
    let usage = page("deepgram", "usage");
    assert_eq!(charges(&usage).iter().filter_map(|charge| charge.requests).sum::<u64>(), 17 + 2 + 3);
}

#[test]
fn both_shapes_of_an_error_are_read() {
    let deepgram = find("deepgram").unwrap();
    let said = |name: &str| (deepgram.error_message)(&fixtures::read(deepgram, name)).unwrap();
    assert_eq!(said("error.wrong_key"), "Invalid credentials.");
    assert!(said("error.no_scope").contains("'billing:read'"));
}

#[test]
fn units_and_nanos_make_one_amount_of_one_currency() {
    // 0.492256016 + 0.000126 + 1.03329228 - 2.5, and euros apart.
    assert_eq!(shown("fireworks", "billing"), ["3 EUR", "-0.974325704 USD"]);
    let page = page("fireworks", "billing");
    let unrated = charges(&page)[4];
    assert_eq!(
        (unrated.billed_cost, unrated.consumed_quantity),
        (None, Some(12.into())),
        "not rated is not free"
    );
    let fixture = fixtures::one("fireworks", "billing");
    let request = fixture.stream.request(&fixture.query);
    assert_eq!(request.path, "/v1/accounts/mira-4d5e6f/billing/summary");
    assert_eq!(parameter(&request, "endTime"), ["2026-09-10T00:00:00Z"]);
    assert!(changed("fireworks", "billing", "\"currencyCode\": \"USD\"", "\"currencyCode\": \"\"").is_err());
}

#[test]
fn cost_is_what_is_paid_for_times_its_price_in_the_organizations_currency() {
    // 11121 × 0.0000017 + 0 + 1115 × 5.1E-6 + 4000 × 8.50E-8 + 10 × 0.00085
    assert_eq!(shown("mistral_ai", "usage"), ["0.0334322 EUR"]);
    let page = page("mistral_ai", "usage");
    let of = |meter, value: i64| {
        let mut all = charges(&page).into_iter();
        all.find(|charge| charge.sku_meter == Some(meter) && charge.consumed_quantity == Some(value.into()))
            .unwrap()
    };
    // Free units cost nothing; a row without a price has no known cost.
    assert!(of(Meter::Input, 500).billed_cost.unwrap().amount.is_zero());
    assert_eq!(of(Meter::Input, 90).billed_cost, None);
    assert!(
        charges(&page).iter().all(|charge| charge.consumed_quantity != Some(7.into())),
        "a day not asked for"
    );
    for price in ["\"NaN\"", "\"Infinity\"", "\"1E-40\""] {
        assert!(changed("mistral_ai", "usage", "\"5.1E-6\"", price).is_err(), "{price}");
    }
}

#[test]
fn a_month_is_asked_for_whole_and_at_its_older_place_where_it_has_not_moved() {
    let query = days("2025-12-04", "2026-01-01", Bucket::Day);
    let request = stream("mistral_ai", "usage").request(&query);
    assert_eq!((parameter(&request, "month"), parameter(&request, "year")), (vec!["12"], vec!["2025"]));
    let older = request.clone().older();
    assert_eq!((older.origin, older.path.as_ref()), (Some("https://console.mistral.ai"), "/api/admin/usage"));
    assert_eq!(older.query, request.query);
    let request = stream("together", "usage").request(&query);
    assert_eq!(parameter(&request, "month"), ["2025-12"]);
}

#[test]
fn days_of_the_month_that_were_not_asked_for_are_left_out() {
    assert_eq!(shown("together", "usage"), ["7.72504 USD"]);
    let other = changed("together", "usage", "\"2026-09-06T00:00:00Z\"", "\"2026-08-06T00:00:00Z\"");
    assert!(other.unwrap_err().problem.contains("outside"), "a day of another month");
    let Next::Token(token) = page("together", "usage").next else { panic!() };
    let fixture = fixtures::one("together", "usage");
    let next = fixture.stream.request(&Query { page: Some(token), ..fixture.query.clone() });
    assert_eq!(parameter(&next, "after"), ["b2Zmc2V0"]);
    assert_eq!(page("together", "usage.page2").next, Next::End);
}
