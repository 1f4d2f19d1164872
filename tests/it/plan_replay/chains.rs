//! Several plans in a row, and what cannot be replayed.

use spendglass_core::ledger::Meter;
use spendglass_core::plan::{ElementUse, ReplayError, TermPack};

use super::*;

#[test]
fn a_free_tier_then_a_plan_then_metered() {
    let utc = Starts::Calendar(Zone::UTC);
    let tier = Terms { limits: vec![limit(Measure::Requests, "1", QuotaWindow::Day, utc)], ..free() };
    let paid = Terms {
        fixed: vec![monthly("20")],
        pools: vec![pool(Measure::List, "3", QuotaWindow::Month, Rollover::Lapses)],
        overage: TermOverage::AtList { percent: d("200"), purse: dollars() },
        ..free()
    };
    // Four requests of $2 on one day: the tier takes the first, the plan's credit one and a half, and the rest is metered: 2.5. The plan's own
    // overage is not used, since metered comes after it.
    let rows: Vec<Row> = (0..4).map(|hour| row(&format!("2026-03-01T0{hour}:00:00Z"), 2_000)).collect();
    let usage = usage("2026-03-01", "2026-04-01", rows);
    let replayed = through(&usage, &[plan(tier.clone()), plan(paid.clone()), metered()]);
    assert_eq!((used(&replayed), refused(&replayed)), (vec![d("3")], d("0")));
    let served: Vec<Decimal> = replayed.elements.iter().map(|element| element.served_list).collect();
    assert_eq!(served, [d("2"), d("3"), d("3")]);
    // Without metered the plan bills its own overage, twice the list price.
    assert_eq!(used(&through(&usage, &[plan(tier), plan(paid)])), [d("6")]);
}

#[test]
fn kinds_that_nobody_serves_are_paid_as_one_goes() {
    let kinds = [kind("a"), kind("b")];
    let only_a = Terms { serves: KindSet::those(&kinds, |kind| kind.model == "a"), ..free() };
    let mut rows = vec![row("2026-03-01T00:00:00Z", 1_000), row("2026-03-02T00:00:00Z", 3_000)];
    rows[1].kind = 1;
    let usage = usage("2026-03-01", "2026-04-01", rows);
    let replayed = through(&usage, &[plan(only_a.clone())]);
    assert_eq!(replayed.months[0].rest, [(dollars(), d("3"))]);
    assert_eq!(used(&replayed), [d("0")]);
    // With pay as you go behind it, that serves it.
    let replayed = through(&usage, &[plan(only_a), metered()]);
    assert_eq!((replayed.months[0].rest.len(), used(&replayed)), (0, vec![d("3")]));
}

#[test]
fn a_divided_row_goes_on_as_a_row() {
    let first =
        Terms { limits: vec![limit(Measure::Tokens, "100", QuotaWindow::Day, Starts::Purchase)], ..free() };
    let second =
        Terms { limits: vec![limit(Measure::Requests, "1", QuotaWindow::Day, Starts::Purchase)], ..free() };
    let mut rows = vec![row("2026-03-01T00:00:00Z", 400)];
    rows[0].requests = Some(4);
    // 100 of 400 tokens are a quarter: one request, $0.1. Of the other three one goes to the second: a third of $0.3, 100 tokens.
    let replayed = through(&usage("2026-03-01", "2026-04-01", rows), &[plan(first), plan(second), metered()]);
    let served: Vec<Decimal> = replayed.elements.iter().map(|element| element.served_list).collect();
    assert_eq!(served, [d("0.1"), d("0.1"), d("0.2")]);
}

#[test]
fn other_meters_are_counted_in_their_own_grains() {
    let mut rows = vec![row("2026-03-01T00:00:00Z", 2), row("2026-03-02T00:00:00Z", 2)];
    rows[0].metered = Some((Meter::Second, d("1.25")));
    rows[1].metered = Some((Meter::Image, d("7")));
    let of = |meter| {
        let terms = Terms {
            limits: vec![limit(Measure::Units(meter), "1", QuotaWindow::Month, Starts::Purchase)],
            ..free()
        };
        refused(&through(&usage("2026-03-01", "2026-04-01", rows.clone()), &[plan(terms)]))
    };
    // 0.002 for 1.25 seconds: of 2 grains 2 * 1 / 1.25, so 1, are within. Of 7 pictures one: 2 / 7, so none.
    assert_eq!((of(Meter::Second), of(Meter::Image), of(Meter::Character)), (d("0.001"), d("0.002"), d("0")));
}

fn refuses(usage: &Usage, chain: &[Element]) -> ReplayError {
    let error = replay(usage, chain).unwrap_err();
    assert_eq!(error, row_by_row(usage, chain).unwrap_err());
    error
}

#[test]
fn what_is_not_counted_is_no_nought() {
    let mut rows = vec![row("2026-03-01T00:00:00Z", 1_000), row("2026-03-02T00:00:00Z", 1_000)];
    rows[1].requests = None;
    let mut one = usage("2026-03-01", "2026-04-01", rows);
    let day = || Terms {
        limits: vec![limit(Measure::Requests, "5", QuotaWindow::Day, Starts::Purchase)],
        ..free()
    };
    let expected = ReplayError::Uncounted { element: 1, measure: Measure::Requests, rows: 1 };
    assert_eq!(refuses(&one, &[metered(), plan(day())]), expected);
    assert!(expected.to_string().contains("do not tell how many requests"));
    // Where the limit cannot be applied it counts nothing.
    one.rows[1].seconds = 172_800;
    assert_eq!(through(&one, &[plan(day())]).elements[0].unchecked_list, d("1"));
}

#[test]
fn what_cannot_be_replayed_is_told() {
    let good = || vec![row("2026-03-01T00:00:00Z", 1_000), row("2026-03-02T00:00:00Z", 1_000)];
    let march = |rows| usage("2026-03-01", "2026-04-01", rows);
    let swapped = good().into_iter().rev().collect();
    assert_eq!(refuses(&march(swapped), &[metered()]), ReplayError::Unsorted { row: 1 });
    assert_eq!(refuses(&usage("2026-03-02", "2026-04-01", good()), &[]), ReplayError::Outside { row: 0 });
    assert_eq!(refuses(&usage("2026-03-01", "2026-03-02", good()), &[]), ReplayError::Outside { row: 1 });
    let penniless = Usage { currency: None, ..march(good()) };
    assert_eq!(refuses(&penniless, &[]), ReplayError::NoCurrency);
    let limits = |one| Terms { limits: vec![one], ..free() };
    let utc = Starts::Calendar(Zone::UTC);
    let none = plan(limits(limit(Measure::Tokens, "1", QuotaWindow::Minutes(0), utc)));
    assert_eq!(refuses(&march(good()), &[none]), ReplayError::NoLength { element: 0 });
    let unit = plan(limits(limit(Measure::Own(2), "1", QuotaWindow::Day, utc)));
    assert_eq!(refuses(&march(good()), &[unit]), ReplayError::NoSuchUnit { element: 0, unit: 2 });
    let overage = TermOverage::PerUnit { measure: Measure::Tokens, price: d("1"), per: 30, purse: dollars() };
    let thirty = plan(Terms { overage, ..free() });
    assert_eq!(
        refuses(&march(good()), &[metered(), thirty]),
        ReplayError::PerNotATen { element: 1, per: 30 }
    );
    let packs = |credit: &str, life| {
        let pack =
            TermPack { price: d("1"), purse: dollars(), credit: d(credit), measure: Measure::Requests, life };
        plan(Terms {
            packs: vec![pack],
            overage: TermOverage::Packs,
            ..limits(limit(Measure::Requests, "0", QuotaWindow::Day, utc))
        })
    };
    assert_eq!(
        refuses(&march(good()), &[packs("0.5", ExpiryRule::Never)]),
        ReplayError::EmptyPack { element: 0, pack: 0 }
    );
    assert_eq!(
        refuses(&march(good()), &[packs("5", ExpiryRule::On(date("2026-03-01")))]),
        ReplayError::LapsedPack { element: 0, pack: 0 }
    );
    let mut huge = march(good());
    huge.rows[0].list_cost = Decimal::MAX;
    huge.rows[1].list_cost = d("0.0000000000000000000000000001");
    assert_eq!(refuses(&huge, &[metered()]), ReplayError::Overflow);
}

#[test]
fn no_usage_costs_what_is_fixed() {
    let never = through(&Usage::default(), &[metered()]);
    assert_eq!((never.months, never.elements), (Vec::new(), vec![ElementUse::default()]));
    let none = usage("2026-03-01", "2026-04-01", Vec::new());
    assert_eq!(
        sum(&through(&none, &[plan(Terms { fixed: vec![monthly("20")], ..free() })]).months[0].fixed),
        d("20")
    );
}
