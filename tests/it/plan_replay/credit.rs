//! Credit that comes with a plan, and packs.

use spendglass_core::catalogue::{AtHours, Quantity, RatePer};
use spendglass_core::ledger::{Life, Meter};
use spendglass_core::plan::{OwnRate, OwnUnit, TermPack};

use super::*;

/// What is refused, lapsed and left of credit at list price, $10 a month, under use of so much (in thousands of tokens) at the days.
fn spent(pool: TermPool, uses: &[(&str, u64)]) -> (Decimal, Decimal, Decimal) {
    let rows = uses.iter().map(|(day, dollars)| row(&format!("{day}T12:00:00Z"), dollars * 1_000)).collect();
    let replayed =
        through(&usage("2026-01-01", "2026-07-01", rows), &[plan(Terms { pools: vec![pool], ..free() })]);
    let of = |sums: &[(Measure, Decimal)]| sums.iter().map(|(_, amount)| *amount).sum();
    let element = &replayed.elements[0];
    (refused(&replayed), of(&element.lapsed), of(&element.left))
}

fn ten(rollover: Rollover) -> TermPool {
    pool(Measure::List, "10", QuotaWindow::Month, rollover)
}

#[test]
fn credit_lapses_with_its_month() {
    // January leaves 6, which lapse; February is 5 short; four whole months lapse or stay: March to May 30, June's 10 are left.
    let uses = [("2026-01-10", 4), ("2026-02-10", 15)];
    assert_eq!(spent(ten(Rollover::Lapses), &uses), (d("5"), d("36"), d("10")));
}

#[test]
fn credit_rolls_over_for_so_many_months() {
    // One month: January's 6 are there in February: 15 of 10 + 6, one of them left until 1 March. The same as without: March to May are
    // 10 each, of which each lapses a month later: March's and April's. Left: May's and June's.
    let uses = [("2026-01-10", 4), ("2026-02-10", 15)];
    assert_eq!(spent(ten(Rollover::Periods(1)), &uses), (d("0"), d("21"), d("20")));
    // February's own is spent first: of 12 ten are February's and two January's, so 4 of January's lapse on 1 March and February's none.
    let uses = [("2026-01-10", 4), ("2026-02-10", 12), ("2026-03-10", 11)];
    assert_eq!(spent(ten(Rollover::Periods(1)), &uses), (d("1"), d("14"), d("20")));
}

#[test]
fn credit_adds_up_to_a_cap() {
    // 10, 20, 25 of 30, 25 of 35: 5 and 10 lapse; 25 spent in April; May 10, June 20.
    let capped = || ten(Rollover::Capped(Quantity::Exact(d("25"))));
    assert_eq!(spent(capped(), &[("2026-04-10", 30)]), (d("5"), d("15"), d("20")));
    // A cap below what comes does not cut it: 10 each month, five times 10 lapse.
    let low = ten(Rollover::Capped(Quantity::Exact(d("3"))));
    assert_eq!(spent(low, &[("2026-06-10", 4)]), (d("0"), d("50"), d("6")));
}

#[test]
fn credit_that_stays_adds_up() {
    assert_eq!(spent(ten(Rollover::Stays), &[("2026-03-31", 31)]), (d("1"), d("0"), d("30")));
}

#[test]
fn credit_by_the_calendar_comes_at_midnight_of_its_zone() {
    let mut pool = ten(Rollover::Lapses);
    pool.starts = Starts::Calendar(zone("Asia/Kolkata"));
    let rows = vec![row("2026-01-31T18:29:59Z", 10_000), row("2026-01-31T18:30:00Z", 10_000)];
    let replayed =
        through(&usage("2026-01-01", "2026-03-01", rows), &[plan(Terms { pools: vec![pool], ..free() })]);
    assert_eq!(refused(&replayed), d("0"));
}

#[test]
fn credit_that_comes_once_lapses_by_its_rule() {
    let once = |life| TermPool { life, ..pool(Measure::List, "10", QuotaWindow::Lifetime, Rollover::Lapses) };
    let uses = [("2026-03-31", 2), ("2026-04-01", 2), ("2026-06-30", 2)];
    assert_eq!(spent(once(ExpiryRule::Never), &uses), (d("0"), d("0"), d("4")));
    assert_eq!(spent(once(ExpiryRule::On(date("2026-03-31"))), &uses), (d("4"), d("8"), d("0")));
    assert_eq!(spent(once(ExpiryRule::At(at("2026-03-31T12:00:00Z"))), &uses), (d("6"), d("10"), d("0")));
    assert_eq!(spent(once(ExpiryRule::At(at("2026-03-31T12:00:01Z"))), &uses), (d("4"), d("8"), d("0")));
    // 90 days from 1 January end on 1 April.
    assert_eq!(spent(once(ExpiryRule::AfterPurchase(Life::Days(90))), &uses), (d("4"), d("8"), d("0")));
    assert_eq!(spent(once(ExpiryRule::AfterPurchase(Life::Months(4))), &uses), (d("2"), d("6"), d("0")));
    // Not used for 89 days at first, then from April to June for exactly 90.
    assert_eq!(spent(once(ExpiryRule::AfterInactivity(90)), &uses), (d("2"), d("6"), d("0")));
    assert_eq!(spent(once(ExpiryRule::AfterInactivity(91)), &uses), (d("0"), d("0"), d("4")));
    assert_eq!(spent(once(ExpiryRule::AfterInactivity(89)), &uses), (d("6"), d("10"), d("0")));
}

#[test]
fn pools_are_spent_in_their_order_each_for_its_kinds() {
    let for_b = KindSet::those(&[kind("a"), kind("b")], |kind| kind.model == "b");
    let pools = vec![
        TermPool { kinds: for_b, ..pool(Measure::Requests, "2", QuotaWindow::Month, Rollover::Lapses) },
        pool(Measure::List, "5", QuotaWindow::Month, Rollover::Lapses),
    ];
    let mut rows: Vec<Row> = (1..=5).map(|day| row(&format!("2026-03-0{day}T00:00:00Z"), 2_000)).collect();
    for row in &mut rows[1..5] {
        row.kind = 1;
    }
    // a takes 2 of the 5. b: two by request, then 2 of the 3 dollars that are left, and half of the last: 1 is beyond.
    let replayed = through(&usage("2026-03-01", "2026-04-01", rows), &[plan(Terms { pools, ..free() })]);
    assert_eq!((refused(&replayed), replayed.months[0].refused.requests), (d("1"), 1));
}

#[test]
fn units_of_its_own_are_counted_by_their_rates() {
    let rate = |amount: &str, per| OwnRate { amount: d(amount), per, at_hours: None };
    let night = AtHours {
        zone: zone("Asia/Kolkata"),
        from_minute: 1_380,
        to_minute: 60,
        weekends: false,
        times: d("0.5"),
    };
    let unit = OwnUnit {
        unit: Currency::virtual_unit("credits").unwrap(),
        rates: vec![
            vec![rate("2", RatePer::Request), rate("3", RatePer::Units(Meter::Output, 1_000))],
            vec![OwnRate { at_hours: Some(night), ..rate("4", RatePer::Request) }],
        ],
    };
    // a: 2 + 3 * 0.5 = 3.5 for 1,000 tokens. b: 4, at night (from 17:30Z to 19:30Z but not at the weekend) 2. Sunday the 1st, Monday the 2nd;
    // 19:00Z on Sunday is half past midnight on Monday.
    let mut rows = vec![
        row("2026-03-01T10:00:00Z", 1_000),
        row("2026-03-01T18:00:00Z", 1_000),
        row("2026-03-01T19:00:00Z", 1_000),
        row("2026-03-02T19:29:59Z", 1_000),
        row("2026-03-02T19:30:00Z", 1_000),
    ];
    for row in &mut rows[1..5] {
        row.kind = 1;
    }
    let pools = vec![pool(Measure::Own(0), "20", QuotaWindow::Month, Rollover::Lapses)];
    let replayed = through(
        &usage("2026-03-01", "2026-04-01", rows),
        &[plan(Terms { units: vec![unit], pools, ..free() })],
    );
    // 20 - 3.5 - 4 - 2 - 2 - 4 = 4.5.
    assert_eq!(replayed.elements[0].left, [(Measure::Own(0), d("4.5"))]);
}

fn pack(price: &str, credit: &str, life: ExpiryRule) -> TermPack {
    TermPack { price: d(price), purse: dollars(), credit: d(credit), measure: Measure::Requests, life }
}

#[test]
fn packs_are_bought_as_they_are_needed() {
    let packs = vec![pack("9", "10", ExpiryRule::Never), pack("5", "4", ExpiryRule::Never)];
    let terms = Terms {
        limits: vec![limit(Measure::Requests, "1", QuotaWindow::Lifetime, Starts::Purchase)],
        packs,
        overage: TermOverage::Packs,
        ..free()
    };
    let mut rows: Vec<Row> = (1..=6).map(|day| row(&format!("2026-03-0{day}T00:00:00Z"), 1_000)).collect();
    let replayed = through(&usage("2026-03-01", "2026-04-01", rows.clone()), &[plan(terms.clone())]);
    // One is within the limit. The cheapest that is enough for one holds 4; the sixth buys another: 2 * 5, 3 left.
    assert_eq!(used(&replayed), [d("10")]);
    assert_eq!(replayed.elements[0].left, [(Measure::Requests, d("3"))]);
    assert_eq!(replayed.elements[0].served_list, d("6"));
    // 25 at once: no pack holds them, so twice the one of most credit; of what holds the 5 that remain it is the cheapest too: 3 * 9, 5 left.
    rows.truncate(2);
    rows[1].requests = Some(25);
    let replayed = through(&usage("2026-03-01", "2026-04-01", rows), &[plan(terms)]);
    assert_eq!(used(&replayed), [d("27")]);
    assert_eq!(replayed.elements[0].left, [(Measure::Requests, d("5"))]);
}

#[test]
fn packs_lapse_from_their_purchase_on() {
    let terms = |life| Terms {
        limits: vec![limit(Measure::Requests, "0", QuotaWindow::Lifetime, Starts::Purchase)],
        packs: vec![pack("5", "4", life)],
        overage: TermOverage::Packs,
        ..free()
    };
    let days = ["2026-01-31T12:00:00Z", "2026-02-28T11:59:59Z", "2026-02-28T12:00:00Z"];
    let year = usage("2026-01-01", "2026-07-01", days.iter().map(|when| row(when, 1_000)).collect());
    let of = |life| through(&year, &[plan(terms(life))]);
    assert_eq!(used(&of(ExpiryRule::Never))[..3], [d("5"), d("0"), d("0")]);
    // A month after 31 January at noon is 28 February at noon: the third row buys anew, and 2 of the first pack have lapsed; on 28 March the
    // other 3.
    let monthly = of(ExpiryRule::AfterPurchase(Life::Months(1)));
    assert_eq!(used(&monthly)[..3], [d("5"), d("5"), d("0")]);
    assert_eq!(monthly.elements[0].lapsed, [(Measure::Requests, d("5"))]);
    // What packs pay is beyond the limits, and no use that keeps them alive: 28 days after the purchase.
    assert_eq!(used(&of(ExpiryRule::AfterInactivity(28)))[..3], [d("5"), d("5"), d("0")]);
}
