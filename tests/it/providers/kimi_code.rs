//! Kimi Code: counts that are text, protocol buffer units, and nanoseconds.

use super::{said, shown, shown_with};

#[test]
fn counts_are_text_or_numbers_and_times_go_to_the_nanosecond() {
    let text = shown("kimi_code", "usages");
    assert!(
        text.contains("used 377\n    limit 2048") && text.contains("resets_at 2026-09-14T15:23:13Z"),
        "{text}"
    );
    assert_eq!(shown_with("kimi_code", "usages", "\"377\"", "377"), text);
    let wrong = shown_with("kimi_code", "usages", "\"377\"", "\"many\"");
    assert!(wrong.starts_with("at usage.used: "), "{wrong}");
}

#[test]
fn units_of_time_are_read_by_their_names_and_unknown_ones_left_out() {
    let text = shown("kimi_code", "usages");
    assert!(text.contains("\"rate window\" 5 hours") && text.contains("\"rate window\" day"), "{text}");
    assert!(!text.contains("5000"), "a fortnight has no window: {text}");
    assert!(shown("kimi_code", "usages.hours").contains("\"rate window\" 5 hours"));
    for (unit, window) in [("SECOND", None), ("WEEK", Some("week")), ("MONTH", None), ("", None)] {
        let body = format!(
            r#"{{"usage":{{}},"limits":[{{"window":{{"duration":1,"timeUnit":"TIME_UNIT_{unit}"}},"detail":{{"used":"7"}}}}]}}"#
        );
        let text = said("kimi_code", "usages", &body);
        assert_eq!(text.contains("used 7"), window.is_some(), "{unit}: {text}");
        assert!(window.is_none_or(|window| text.contains(window)), "{unit}: {text}");
    }
}

#[test]
fn what_remains_tells_what_is_used() {
    let text = shown("kimi_code", "usages");
    assert!(text.contains("used 245\n    limit 900"), "{text}");
    let wrong = shown_with("kimi_code", "usages", "\"655\"", "\"901\"");
    assert!(wrong.starts_with("at limits[1].detail.remaining: "), "{wrong}");
    let bare = shown("kimi_code", "usages.bare");
    assert!(!bare.contains("used"), "unknown is not nought: {bare}");
}
