//! When a limit starts again.

use super::*;

/// The tokens refused under a limit of 1,000 tokens in a window, with 800 tokens at each instant.
fn refused_of(window: QuotaWindow, starts: Starts, instants: &[&str]) -> Decimal {
    let rows = instants.iter().map(|when| row(when, 800)).collect();
    let terms = Terms { limits: vec![limit(Measure::Tokens, "1000", window, starts)], ..free() };
    refused(&through(&usage("2026-01-01", "2027-01-01", rows), &[plan(terms)])) * d("1000")
}

#[test]
fn a_day_begins_at_midnight_of_its_zone() {
    // 18:29:59Z is 23:59:59 in Kolkata, one second later the next day begins. Of the second 800 there is room for 200.
    let rows = ["2026-03-01T10:00:00Z", "2026-03-01T18:29:59Z", "2026-03-01T18:30:00Z"];
    assert_eq!(refused_of(QuotaWindow::Day, Starts::Calendar(zone("Asia/Kolkata")), &rows), d("600"));
    // In UTC all three are of one day: room for 200 of the second, nothing of the third.
    assert_eq!(refused_of(QuotaWindow::Day, Starts::Calendar(Zone::UTC), &rows), d("1400"));
}

#[test]
fn days_of_a_changing_clock_have_23_and_25_hours() {
    let pacific = Starts::Calendar(Zone::PACIFIC);
    // 8 March 2026 lasts from 08:00Z to 07:00Z; 1 November from 07:00Z to 08:00Z.
    let short = ["2026-03-08T08:00:00Z", "2026-03-09T06:59:59Z", "2026-03-09T07:00:00Z"];
    assert_eq!(refused_of(QuotaWindow::Day, pacific, &short), d("600"));
    let long = ["2026-11-01T07:00:00Z", "2026-11-02T07:59:59Z", "2026-11-02T08:00:00Z"];
    assert_eq!(refused_of(QuotaWindow::Day, pacific, &long), d("600"));
    // Blocks of ten hours of the long day: 07:00Z, 17:00Z, 03:00Z, and the next midnight at 08:00Z.
    let blocks =
        ["2026-11-01T16:59:59Z", "2026-11-01T17:00:00Z", "2026-11-02T03:00:00Z", "2026-11-02T08:00:00Z"];
    assert_eq!(refused_of(QuotaWindow::Minutes(600), pacific, &blocks), d("0"));
    let inside = ["2026-11-02T03:00:00Z", "2026-11-02T07:59:59Z"];
    assert_eq!(refused_of(QuotaWindow::Minutes(600), pacific, &inside), d("600"));
}

#[test]
fn weeks_begin_on_monday_months_on_the_first_and_years_in_january() {
    let utc = Starts::Calendar(Zone::UTC);
    // 9 March 2026 is a Monday.
    let week = ["2026-03-02T00:00:00Z", "2026-03-08T23:59:59Z", "2026-03-09T00:00:00Z"];
    assert_eq!(refused_of(QuotaWindow::Week, utc, &week), d("600"));
    let month = ["2026-03-01T00:00:00Z", "2026-03-31T23:59:59Z", "2026-04-01T00:00:00Z"];
    assert_eq!(refused_of(QuotaWindow::Month, utc, &month), d("600"));
    let quarter = ["2026-01-05T00:00:00Z", "2026-03-31T23:59:59Z", "2026-04-01T00:00:00Z"];
    assert_eq!(refused_of(QuotaWindow::Months(3), utc, &quarter), d("600"));
    // New Year comes to Kolkata at 18:30Z.
    let year = ["2026-05-01T00:00:00Z", "2026-12-31T18:29:59Z", "2026-12-31T18:30:00Z"];
    assert_eq!(refused_of(QuotaWindow::Year, Starts::Calendar(zone("Asia/Kolkata")), &year), d("600"));
}

#[test]
fn windows_by_the_purchase_begin_with_its_day() {
    // Bought on Thursday, 1 January 2026: weeks begin on Thursdays, months on the first.
    let week =
        ["2026-01-07T23:59:59Z", "2026-01-08T00:00:00Z", "2026-01-14T23:59:59Z", "2026-01-15T00:00:00Z"];
    assert_eq!(refused_of(QuotaWindow::Week, Starts::Purchase, &week), d("600"));
    let month = ["2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z", "2026-02-28T23:59:59Z"];
    assert_eq!(refused_of(QuotaWindow::Month, Starts::Purchase, &month), d("600"));
    // Of the 31st: months begin on 31 January, 28 February, 31 March.
    let rows =
        ["2026-02-27T23:59:59Z", "2026-02-28T00:00:00Z", "2026-03-30T23:59:59Z", "2026-03-31T00:00:00Z"];
    let terms = Terms {
        limits: vec![limit(Measure::Tokens, "1000", QuotaWindow::Month, Starts::Purchase)],
        ..free()
    };
    let rows = rows.iter().map(|when| row(when, 800)).collect();
    assert_eq!(refused(&through(&usage("2026-01-31", "2026-06-01", rows), &[plan(terms)])), d("0.6"));
}

#[test]
fn five_hours_begin_with_the_first_use() {
    // Opens at 09:10, ends at 14:10; opens again at 14:10 with the third.
    let rows =
        ["2026-03-01T09:10:00Z", "2026-03-01T14:09:59Z", "2026-03-01T14:10:00Z", "2026-03-01T19:09:59Z"];
    assert_eq!(refused_of(QuotaWindow::FIVE_HOURS, Starts::FirstUse, &rows), d("1200"));
    // After a pause it opens with the row itself, not where the last one ended.
    let later =
        ["2026-03-01T09:10:00Z", "2026-03-01T15:00:00Z", "2026-03-01T19:59:59Z", "2026-03-01T20:00:00Z"];
    assert_eq!(refused_of(QuotaWindow::FIVE_HOURS, Starts::FirstUse, &later), d("600"));
}

#[test]
fn a_sliding_window_counts_what_is_younger_than_it_is_long() {
    // At 14:10 the 800 of 09:10 are five hours old and gone. At 14:09:59 there was room for 200, which still count at 14:10: room for 800.
    let rows = ["2026-03-01T09:10:00Z", "2026-03-01T14:09:59Z", "2026-03-01T14:10:00Z"];
    assert_eq!(refused_of(QuotaWindow::FIVE_HOURS, Starts::Sliding, &rows), d("600"));
    // At 14:11 both others count, 200 + 800: no room at all.
    let more = [&rows[..], &["2026-03-01T14:11:00Z"]].concat();
    assert_eq!(refused_of(QuotaWindow::FIVE_HOURS, Starts::Sliding, &more), d("1400"));
}

#[test]
fn a_lifetime_is_one_window() {
    let rows = ["2026-01-01T00:00:00Z", "2026-12-31T23:59:59Z"];
    for starts in [Starts::Purchase, Starts::FirstUse, Starts::Sliding] {
        assert_eq!(refused_of(QuotaWindow::Lifetime, starts, &rows), d("600"));
    }
}

#[test]
fn all_limits_hold_at_once_and_the_tightest_divides_the_row() {
    let utc = Starts::Calendar(Zone::UTC);
    let limits = vec![
        limit(Measure::Requests, "3", QuotaWindow::Day, utc),
        limit(Measure::Tokens, "1000", QuotaWindow::Day, utc),
        limit(Measure::OutputTokens, "350", QuotaWindow::Day, utc),
    ];
    // 500 tokens, 250 of them output; then the same again: left 500 tokens and 100 output, 100/250 is the least, so 2/5 of the row:
    // 200 tokens, $0.2, no request. The third finds no output left.
    let rows = (0..3).map(|hour| row(&format!("2026-03-01T0{hour}:00:00Z"), 500)).collect();
    let replayed = through(&usage("2026-03-01", "2026-04-01", rows), &[plan(Terms { limits, ..free() })]);
    let month = &replayed.months[0];
    assert_eq!((month.refused.list_cost, month.refused.requests, month.refused.hours), (d("0.8"), 2, 2));
    assert_eq!(replayed.elements[0].served_list, d("0.7"));
}

#[test]
fn a_division_rounds_down_what_is_served() {
    // 10 of 30 tokens: a third of 7 grains of a cent is 2, and of one request none.
    let mut rows = vec![row("2026-03-01T00:00:00Z", 30)];
    rows[0].list_cost = d("0.07");
    let terms =
        Terms { limits: vec![limit(Measure::Tokens, "10.9", QuotaWindow::Day, Starts::Purchase)], ..free() };
    let replayed = through(&usage("2026-03-01", "2026-04-01", rows), &[plan(terms)]);
    assert_eq!((replayed.elements[0].served_list, refused(&replayed)), (d("0.02"), d("0.05")));
    assert_eq!(replayed.months[0].refused.requests, 1);
}

#[test]
fn a_row_longer_than_the_window_is_not_checked_by_it() {
    let mut rows = vec![row("2026-03-01T10:00:00Z", 800), row("2026-03-01T23:59:59Z", 5_000)];
    rows[1].seconds = 86_400;
    rows.push(row("2026-03-01T23:59:59Z", 300));
    let utc = Starts::Calendar(Zone::UTC);
    let limits = vec![
        limit(Measure::Tokens, "1000", QuotaWindow::Minutes(720), utc),
        limit(Measure::Tokens, "6000", QuotaWindow::Day, utc),
    ];
    // The long row is no use of the afternoon: 300 fit there. Of the day 800 + 5,000 are counted: room for 200 of the 300.
    let replayed = through(&usage("2026-03-01", "2026-04-01", rows), &[plan(Terms { limits, ..free() })]);
    assert_eq!(refused(&replayed), d("0.1"));
    assert_eq!(replayed.elements[0].unchecked_list, d("5"));
}

#[test]
fn a_row_without_what_is_counted_is_within_the_limit() {
    let mut rows = vec![row("2026-03-01T10:00:00Z", 1_000), row("2026-03-01T11:00:00Z", 500)];
    rows[1].output_tokens = 0;
    let terms = Terms {
        limits: vec![limit(Measure::OutputTokens, "500", QuotaWindow::Day, Starts::Purchase)],
        ..free()
    };
    assert_eq!(refused(&through(&usage("2026-03-01", "2026-04-01", rows), &[plan(terms)])), d("0"));
}
