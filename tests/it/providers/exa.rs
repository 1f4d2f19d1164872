//! Exa: a key at a time and a day at a time, each sum once.

use spendglass_core::providers::{Bucket, Cursor, Days, Part, Query};

use super::{days, parameter, request, said, shown, shown_with, stream};

#[test]
fn each_key_is_asked_for_by_itself_a_day_at_a_time() {
    let usage = stream("exa", "usage");
    assert!(matches!(usage.cursor, Cursor::Daily { slice: Days(1), .. }));
    let part = Some(Part { id: "a/../b".to_owned(), name: None });
    let asked = request(usage, &Query { part, ..days("2026-09-09", "2026-09-10", Bucket::Day) });
    assert_eq!(asked.path, "/api-keys/a%2F..%2Fb/usage");
    assert_eq!(parameter(&asked, "start_date"), ["2026-09-09T00:00:00Z"]);
    assert_eq!(parameter(&asked, "end_date"), ["2026-09-10T00:00:00Z"]);
}

#[test]
fn a_sum_is_booked_only_where_its_parts_are_not() {
    let text = shown("exa", "usage");
    assert!(text.matches("charge ").count() == 2 && !text.contains("1.375"), "{text}");
    assert!(shown("exa", "usage.sum_alone").contains("billed 0.07 USD"));
    assert_eq!(shown("exa", "usage.nothing"), "end\n");
}

#[test]
fn an_answer_for_another_time_is_refused() {
    let longer = shown_with("exa", "usage", "2026-09-10T00:00:00Z", "2026-09-11T00:00:00Z");
    assert!(longer.starts_with("at period: ") && longer.contains("outside"), "{longer}");
    let later = shown_with("exa", "usage", "2026-09-09T00:00:00Z", "2026-09-09T01:00:00Z");
    assert!(later.starts_with("at period.start: "), "{later}");
}

#[test]
fn keys_have_names_and_an_empty_one_is_none() {
    let text =
        said("exa", "api_keys", r#"{"api_keys":[{"id":"a","name":"x"},{"id":"b","name":""},{"id":"c"}]}"#);
    assert_eq!(text, "name of key \"a\": \"x\"\nend\n");
}
