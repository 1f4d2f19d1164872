//! What a month costs.

use spendglass_core::plan::{TermFee, VolumeDiscount};

use super::*;

/// Use of $100 in January, $300 in February.
fn two_months() -> Usage {
    let mut rows = vec![row("2026-01-10T00:00:00Z", 100_000), row("2026-02-10T00:00:00Z", 300_000)];
    rows[1].kind = 1;
    usage("2026-01-01", "2026-03-01", rows)
}

fn nothing_included() -> Terms {
    Terms { limits: vec![limit(Measure::List, "0", QuotaWindow::Lifetime, Starts::Purchase)], ..free() }
}

#[test]
fn beyond_is_billed_at_list_times_so_many_per_cent_batches_for_less() {
    let mut usage = two_months();
    usage.kinds[1].batch = true;
    let overage = TermOverage::AtList { percent: d("120"), purse: dollars() };
    let terms = Terms { overage, batch_percent_off: d("50"), ..nothing_included() };
    // 100 * 1.2; 300 * 0.5 * 1.2.
    assert_eq!(used(&through(&usage, &[plan(terms)])), [d("120"), d("180")]);
}

#[test]
fn beyond_is_billed_by_unit() {
    let overage =
        TermOverage::PerUnit { measure: Measure::Tokens, price: d("0.25"), per: 1_000, purse: dollars() };
    let replayed = through(&two_months(), &[plan(Terms { overage, ..nothing_included() })]);
    assert_eq!(used(&replayed), [d("25"), d("75")]);
}

#[test]
fn beyond_is_refused_by_the_hour() {
    let rows = ["2026-01-10T00:00:00Z", "2026-01-10T00:59:59Z", "2026-01-10T01:00:00Z"];
    let mut rows: Vec<Row> = rows.iter().map(|when| row(when, 1_000)).collect();
    rows[2].requests = None;
    let replayed = through(&usage("2026-01-01", "2026-02-01", rows), &[plan(nothing_included())]);
    let refused = &replayed.months[0].refused;
    assert_eq!((refused.requests, refused.uncounted, refused.hours, refused.list_cost), (2, 1, 2, d("3")));
}

#[test]
fn a_volume_discount_is_of_the_whole_then_come_fees_then_the_minimum() {
    let terms = Terms {
        overage: TermOverage::AtList { percent: d("100"), purse: dollars() },
        volume: vec![
            VolumeDiscount { from: d("100"), percent: d("10") },
            VolumeDiscount { from: d("300"), percent: d("20") },
        ],
        fees: vec![
            TermFee { percent: d("5.5"), at_least: d("6") },
            TermFee { percent: d("1"), at_least: d("0") },
        ],
        minimum: Some((d("110"), dollars())),
        fixed: vec![monthly("3")],
        ..nothing_included()
    };
    // January: 100 - 10 = 90; fees 6 (5.5 % would be 4.95) and 0.9: 96.9; with 3 fixed 99.9, so 10.1 more.
    // February: 300 - 60 = 240; fees 13.2 and 2.4.
    assert_eq!(used(&through(&two_months(), &[plan(terms.clone())])), [d("107.0"), d("255.6")]);
    // Without use there is no fee, but the minimum.
    let none = usage("2026-01-01", "2026-03-01", Vec::new());
    assert_eq!(used(&through(&none, &[plan(terms)])), [d("107"), d("107")]);
}

#[test]
fn prices_for_a_time_a_year_and_once() {
    let year = |amount: &str, from_month| Fixed { months: 12, from_month, ..monthly(amount) };
    let fixed = vec![
        Fixed { to_month: 3, ..monthly("5") },
        Fixed { from_month: 3, ..monthly("20") },
        Fixed { months: 0, from_month: 1, ..monthly("7") },
    ];
    let none = usage("2026-01-01", "2027-02-15", Vec::new());
    let of = |fixed| through(&none, &[plan(Terms { fixed, ..free() })]);
    let months =
        |replayed: &Replayed| replayed.months.iter().map(|month| sum(&month.fixed)).collect::<Vec<_>>();
    assert_eq!(months(&of(fixed))[..5], [d("5"), d("12"), d("5"), d("20"), d("20")]);
    // 100 a year: 8.333333 and 8.333333 and 8.333334 (16.666666 - 8.333333, 25 - 16.666666), and so on: 100 after twelve.
    let yearly = months(&of(vec![year("100", 0)]));
    assert_eq!(yearly[..3], [d("8.333333"), d("8.333333"), d("8.333334")]);
    assert_eq!(yearly[..12].iter().sum::<Decimal>(), d("100"));
    // A billing month that the window cuts costs the whole.
    assert_eq!((yearly.len(), yearly[13]), (14, d("8.333333")));
}

#[test]
fn purses_are_kept_apart() {
    let rupees = Purse { currency: Currency::national("INR").unwrap(), tax: TaxIn::Included };
    let with_tax = Purse { tax: TaxIn::Included, ..dollars() };
    let terms = Terms {
        fixed: vec![
            Fixed { purse: rupees, ..monthly("399") },
            Fixed { purse: with_tax, ..monthly("1") },
            Fixed { purse: dollars(), ..monthly("2") },
        ],
        ..nothing_included()
    };
    let replayed = through(&two_months(), &[plan(terms), Element::Metered(with_tax)]);
    let month = &replayed.months[0];
    assert_eq!(month.fixed, [(rupees, d("399")), (with_tax, d("1")), (dollars(), d("2"))]);
    assert_eq!(month.used, [(with_tax, d("100"))]);
}

#[test]
fn billing_months_begin_on_the_first_day_of_the_window() {
    let rows = vec![
        row("2026-01-31T00:00:00Z", 1_000),
        row("2026-02-27T23:59:59Z", 2_000),
        row("2026-02-28T00:00:00Z", 4_000),
    ];
    assert_eq!(used(&through(&usage("2026-01-31", "2026-03-31", rows), &[metered()])), [d("3"), d("4")]);
}
