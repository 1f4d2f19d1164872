//! What was left of lots and how it goes on; how much of a limit was used.

use super::{buckets, check, dec, golden, money, series};
use expect_test::expect_file;
use proptest::prelude::*;
use resvg::usvg::roxmltree::Document;
use rust_decimal::Decimal;
use spendglass_core::chart::{
    Bucket, BurnDown, BurnExpiry, Chart, ChartError, Picture, Series, Slot, Theme, UseHistory, UseStep, draw,
    to_png,
};

/// Two lots over eight days, of which the third and fourth are not known; six days ahead; one lot lapses in each half.
fn burn() -> BurnDown {
    let mut days = buckets(14);
    for (day, bucket) in days.iter_mut().enumerate() {
        bucket.partial = day == 7;
    }
    let lots = vec![
        series("bought 1 November 2026", Slot::S1, &["50", "50", "?", "?", "50", "47.5", "42.25", "40"]),
        series("given 1 October 2026", Slot::S3, &["10", "6.125", "?", "?", "0", "0", "0", "0"]),
    ];
    let ahead = (0..7_i64).map(|day| {
        let middle = dec("39") - Decimal::from(day * 3);
        (middle - Decimal::from(day), middle, middle + Decimal::new(day * 15, 1))
    });
    let end = |day, name: &str, words: &str, amount: Option<&str>| BurnExpiry {
        day,
        name: name.to_owned(),
        words: words.to_owned(),
        amount: amount.map(dec),
    };
    BurnDown {
        title: "OpenAI: what was left, and the likely way on".to_owned(),
        unit: money("USD"),
        days,
        today: 7,
        lots,
        ahead: ahead.collect(),
        expiries: vec![
            end(3, "$4.25 lapsed", "Given 1 October 2026 lapsed with $4.25 in it.", Some("4.25")),
            end(12, "$24.00 at risk", "Bought 1 November 2026 lapses with $24.00 at risk.", Some("24")),
        ],
        width: 640,
        height: 280,
    }
}

fn drawn(burn: BurnDown) -> Chart {
    draw(&Picture::BurnDown(burn)).unwrap()
}

#[test]
fn the_past_is_exact_a_gap_is_a_gap_and_the_way_on_is_a_band() {
    let chart = drawn(burn());
    check(&chart);
    golden(
        &chart,
        &expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/chart/burn_down.svg")],
    );
    let labels: Vec<&str> = chart.marks.iter().map(|mark| mark.label.as_str()).collect();
    assert_eq!(labels[0], "bought 1 November 2026, 1 November 2026 (UTC): $50.00 left");
    let gap = chart.marks.iter().find(|mark| mark.value == "—").unwrap();
    assert_eq!(gap.label, "3 November 2026 (UTC) to 4 November 2026 (UTC): unknown what was left");
    assert!(labels.contains(&"bought 1 November 2026, 8 November 2026 (UTC), so far: $40.00 left"));
    let far =
        "Likely left by the end of 14 November 2026 (UTC): $21.00, eight times in ten from $15.00 to $30.00";
    assert!(labels.contains(&far), "{labels:#?}");
    // Arrow keys go from day to day: the marks come in that order, and a flag has the name of its day.
    let flag =
        chart.marks.iter().position(|mark| mark.series.as_deref() == Some("lapses") && mark.value == "24");
    let flag = flag.unwrap();
    assert_eq!(chart.marks[flag].bucket, chart.marks[flag - 1].bucket);
    assert_eq!(chart.table.columns[1], "bought 1 November 2026 (USD)");
    assert_eq!(chart.table.rows[1][1..], ["50", "6.125", "56.125", "—", "—", "—", ""]);
    assert_eq!(chart.table.rows[2][1..4], ["—", "—", "—"], "a day that is not known is no nought");
    assert_eq!(chart.table.rows[7][3..7], ["40", "39", "39", "39"], "the present day has both");
    assert_eq!(chart.table.rows[12][7], "Bought 1 November 2026 lapses with $24.00 at risk.");
    assert!(
        chart.description.contains("$40.00 left in 2 lots, 8 November 2026 (UTC), so far."),
        "{}",
        chart.description
    );
    assert!(chart.description.contains("Of 2 of 8 days it is not known"), "{}", chart.description);
    for word in [">today<", ">$24.00 at risk<", "stroke-dasharray=\"5 3\"", "fill-opacity=\"0.16\""] {
        assert!(chart.svg.contains(word), "{word}");
    }
    assert!(to_png(&chart, Theme::Dark, 1).unwrap().len() > 2_000);
}

#[test]
fn what_is_taller_is_more_and_the_band_lies_where_its_figures_do() {
    let chart = drawn(burn());
    let of = |series: &str, value: &str| {
        let mark =
            chart.marks.iter().find(|mark| mark.series.as_deref() == Some(series) && mark.value == value);
        mark.unwrap_or_else(|| panic!("{series} {value}"))
    };
    let (all, rest) = (of("bought 1 November 2026", "50"), of("bought 1 November 2026", "40"));
    assert!((all.height * 4 - rest.height * 5).abs() <= 50, "{} {}", all.height, rest.height);
    let bottom = all.y + all.height;
    let last = of("likely left", "21");
    assert!(last.y < bottom && last.y + last.height < bottom, "15 is above nought");
    assert!(last.x > rest.x && last.width > 0);
}

#[test]
fn many_lots_many_days_and_nothing_at_all_are_drawn() {
    let mut burn = burn();
    burn.lots = (0..8)
        .map(|lot| series(&format!("lot {lot}"), Slot::S1, &["8", "7", "?", "5", "4", "3", "2", "1"]))
        .collect();
    let chart = drawn(burn.clone());
    check(&chart);
    assert_eq!(chart.table.columns.len(), 1 + 6 + 5, "five and Other");
    assert_eq!(chart.table.rows[0][7], "64", "and what is folded is in the sum");
    let long: Vec<Bucket> = (0..400)
        .map(|day| Bucket { label: format!("d{day}"), name: format!("day {day}"), partial: day == 100 })
        .collect();
    let values = (0..=100).map(|day| Some(Decimal::from(200 - day))).collect();
    let year = BurnDown {
        lots: vec![Series { name: "a".to_owned(), slot: Slot::S1, values }],
        ahead: (0..300)
            .map(|day| (Decimal::ZERO, Decimal::from(100 - day / 3), Decimal::ONE_HUNDRED))
            .collect(),
        expiries: vec![BurnExpiry {
            day: 399,
            name: "x".to_owned(),
            words: "x ends.".to_owned(),
            amount: None,
        }],
        days: long,
        today: 100,
        width: 800,
        ..burn.clone()
    };
    let chart = drawn(year);
    check(&chart);
    let likely = chart.marks.iter().filter(|mark| mark.series.as_deref() == Some("likely left")).count();
    assert!((30..=120).contains(&likely), "marks ahead are wide enough to be met: {likely}");
    assert!(chart.svg.len() < 90_000, "{} bytes", chart.svg.len());
    for (days, today) in [(0, 0), (1, 0), (3, 9)] {
        let count = days.min(today + 1);
        let lots = vec![Series { name: "a".to_owned(), slot: Slot::S2, values: vec![None; count] }];
        let few = BurnDown { days: buckets(days), today, lots, ahead: vec![], ..burn.clone() };
        check(&drawn(few));
    }
    let uneven = BurnDown { lots: vec![series("a", Slot::S1, &["1"])], ..burn };
    assert!(matches!(draw(&Picture::BurnDown(uneven)), Err(ChartError::Uneven { .. })));
}

fn history() -> UseHistory {
    let step = |from, to, share: Option<&str>, used: Option<&str>, partial| UseStep {
        from,
        to,
        name: format!("day {}", from / 100),
        share: share.map(dec),
        words: used.map_or_else(|| "unknown".to_owned(), |used| format!("{used} of 200 requests")),
        used: used.map(dec),
        partial,
    };
    UseHistory {
        title: "Requests a day of AI Studio".to_owned(),
        from: 0,
        from_label: "16 November".to_owned(),
        to: 400,
        to_label: "now".to_owned(),
        steps: vec![
            step(0, 100, Some("0.5"), Some("100"), false),
            step(100, 200, Some("1.1"), Some("220"), false),
            step(200, 300, None, None, false),
            step(300, 400, Some("0.1"), Some("20"), true),
        ],
        resets: vec![100, 200, 300],
        width: 320,
        height: 96,
    }
}

#[test]
fn a_history_of_a_limit_falls_back_where_the_count_starts_again() {
    let chart = draw(&Picture::UseHistory(history())).unwrap();
    check(&chart);
    golden(
        &chart,
        &expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/chart/use_history.svg")],
    );
    let found: Vec<_> = chart.marks.iter().map(|mark| (mark.label.as_str(), mark.value.as_str())).collect();
    assert_eq!(
        found,
        [
            ("day 0: 100 of 200 requests", "100"),
            ("day 1: 220 of 200 requests", "220"),
            ("day 2: unknown", "—"),
            ("day 3: 20 of 200 requests", "20"),
        ]
    );
    assert!(
        chart.marks[1].height > 2 * chart.marks[0].height - 30
            && chart.marks[3].height < chart.marks[0].height
    );
    assert_eq!(chart.table.rows[1], ["day 1", "220 of 200 requests", "110 %"]);
    assert_eq!(chart.table.rows[3][0], "day 3, so far");
    assert!(
        chart.description.contains("The most: 110 % used, day 1. Once the limit was reached."),
        "{}",
        chart.description
    );
    let none = UseHistory { steps: vec![], ..history() };
    let none = draw(&Picture::UseHistory(none)).unwrap();
    check(&none);
    assert!(none.marks.is_empty() && none.description.starts_with("No data"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_figures_are_drawn_within_the_picture(
        values in prop::collection::vec(prop::option::of(0_i64..1_000_000), 1..40),
        scale in 0_u32..12,
        more in 0_usize..60,
        width in 1_u32..2_600,
        ends in prop::collection::vec(0_usize..100, 0..6),
    ) {
        let today = values.len() - 1;
        let values: Vec<_> = values.iter().map(|value| value.map(|value| Decimal::new(value, scale))).collect();
        let ahead = (0..=more).map(|day| {
            let middle = Decimal::new(i64::try_from(more - day).unwrap() * 7_919, scale);
            (middle / Decimal::TWO, middle, middle * Decimal::TWO)
        });
        let expiries = ends.iter().map(|day| BurnExpiry {
            day: *day,
            name: format!("ends {day}"),
            words: format!("Lot {day} ends."),
            amount: None,
        });
        let burn = BurnDown {
            days: buckets(today + 1 + more),
            today,
            lots: vec![Series { name: "a".to_owned(), slot: Slot::S4, values }],
            ahead: ahead.collect(),
            expiries: expiries.collect(),
            width,
            ..burn()
        };
        let chart = drawn(burn);
        check(&chart);
        let known = ends.iter().filter(|day| **day < today + 1 + more).count();
        prop_assert_eq!(chart.marks.iter().filter(|mark| mark.series.as_deref() == Some("lapses")).count(), known);
        let document = Document::parse(&chart.svg).unwrap();
        prop_assert!(document.descendants().filter(|node| node.attribute("points").is_some()).count() > 0);
    }
}
