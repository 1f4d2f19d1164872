//! Vercel's AI gateway: dates that are both inside, a day at a time, and tokens that may or may not hold the cached ones.

use spendglass_core::providers::{Bucket, Cursor, Days, find};

use super::{days, parameter, request, said, shown, shown_with, stream};

#[test]
fn both_dates_are_inside_so_a_day_is_asked_for_by_itself() {
    let report = stream("vercel", "report");
    assert!(matches!(report.cursor, Cursor::Daily { slice: Days(1), .. }));
    let asked = request(report, &days("2026-09-09", "2026-09-10", Bucket::Day));
    assert_eq!(parameter(&asked, "start_date"), ["2026-09-09"]);
    assert_eq!(parameter(&asked, "end_date"), ["2026-09-09"]);
    assert_eq!(parameter(&asked, "group_by"), ["model"]);
}

#[test]
fn credits_are_dollars_as_text_or_as_numbers() {
    assert!(shown("vercel", "credits").contains(": 91.204417 USD\n    used 8.795583"));
    assert!(shown("vercel", "credits.numbers").contains(": -0.25 USD"));
}

#[test]
fn teams_without_the_report_lack_nothing_else() {
    let absent = stream("vercel", "report").absent;
    assert!(matches!(absent, [(403, words)] if words.contains("Pro and Enterprise")));
    assert_eq!(stream("vercel", "credits").absent, []);
    assert!(find("vercel").unwrap().keys[0].cost.contains("may charge"), "asked for before it is read");
}

#[test]
fn a_row_of_another_day_is_refused() {
    let text = shown_with("vercel", "report.dated", "\"2026-09-09\"", "\"2026-09-08\"");
    assert!(text.starts_with("at results[0].day: ") && text.contains("outside"), "{text}");
}

#[test]
fn cached_tokens_are_counted_once() {
    let row = |input: u64, cached: u64| {
        let body = format!(
            r#"{{"results":[{{"model":"m","total_cost":1,"input_tokens":{input},"output_tokens":5,"cached_input_tokens":{cached}}}]}}"#
        );
        said("vercel", "report", &body)
    };
    assert!(row(100, 40).contains("tokens 100 in") && row(100, 40).contains("cache_read 40"));
    assert!(row(30, 40).contains("tokens 70 in"), "more were cached than there are: they are not among them");
}

#[test]
fn the_list_price_of_another_bill_is_not_booked() {
    let text = shown("vercel", "report.dated");
    assert!(text.contains("billed 0 USD") && !text.contains("0.2023"), "{text}");
}
