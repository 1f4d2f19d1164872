//! Pictures of plans: cost by use, and how much months differ.

use super::{check, dec, golden, money};
use expect_test::expect_file;
use resvg::usvg::roxmltree::Document;
use rust_decimal::Decimal;
use spendglass_core::chart::{
    BreakEven, ChartError, CostCurve, CostLine, CostPoint, CostSpread, Picture, Slot, SpreadMonth, SpreadRow,
    Theme, Unit, UsualMonth, draw, to_png, to_svg,
};

/// From nought to three times in steps of a quarter, at a fixed sum and so much for what is above `free` per cent.
fn line(name: &str, slot: Slot, fixed: &str, slope: &str, free: i64, refused_from: i64) -> CostLine {
    let points = (0..=12).map(|at| {
        let share = at * 25;
        let above = Decimal::from((share - free).max(0));
        CostPoint {
            share: Decimal::from(share),
            cost: dec(fixed) + dec(slope) * above,
            refuses: share >= refused_from,
        }
    });
    CostLine { name: name.to_owned(), slot, points: points.collect() }
}

fn curve() -> CostCurve {
    let lines = vec![
        line("As now: pay as you go", Slot::S1, "0", "0.125", 0, 999),
        line("Pro", Slot::S2, "20", "0", 0, 200),
        line("Free tier, then as you go", Slot::S3, "0", "0.125", 50, 999),
        line("Team, 2 seats", Slot::S4, "30.5", "0.02", 100, 999),
    ];
    let even = |line, share: &str, requests: &str, words: &str| BreakEven {
        line,
        share: dec(share),
        name: format!("{requests} requests"),
        words: format!("{words} {requests} requests a month"),
    };
    CostCurve {
        title: "What a month costs by how much is used".to_owned(),
        unit: money("USD"),
        usual: Some(UsualMonth {
            amount: dec("640"),
            unit: Unit::Count { noun: "requests".to_owned() },
            each: "a month".to_owned(),
        }),
        own: Some((dec("72"), dec("131"))),
        lines,
        break_even: vec![
            even(1, "160", "1,024", "Pro is cheaper than paying as you go above"),
            even(3, "270", "1,728", "Team is cheaper than paying as you go above"),
        ],
        width: 720,
        height: 340,
    }
}

fn spread() -> CostSpread {
    let months = |costs: &[&str]| {
        let names = ["September 2026", "October 2026", "November 2026"];
        names
            .iter()
            .zip(costs)
            .map(|(name, cost)| SpreadMonth {
                name: (*name).to_owned(),
                cost: dec(cost),
                whole: *name != "November 2026",
            })
            .collect::<Vec<_>>()
    };
    let row = |name: &str, slot, range: Option<[&str; 3]>, costs: &[&str], refuses| SpreadRow {
        name: name.to_owned(),
        slot,
        range: range.map(|[low, middle, high]| (dec(low), dec(middle), dec(high))),
        months: months(costs),
        refuses,
    };
    CostSpread {
        title: "What a month is likely to cost".to_owned(),
        unit: money("USD"),
        rows: vec![
            row(
                "Free tier, then as you go",
                Slot::S3,
                Some(["3.5", "6.25", "10.125"]),
                &["5", "7.1", "2"],
                false,
            ),
            row(
                "As now: pay as you go",
                Slot::S1,
                Some(["9", "12.5", "16.4"]),
                &["11", "13.1", "8.2"],
                false,
            ),
            row("Pro", Slot::S2, Some(["20", "20", "20"]), &["20", "20", "20"], true),
            row("Team <2 seats> & more", Slot::S4, None, &["30.5", "31.1", "30.5"], false),
        ],
        width: 560,
    }
}

#[test]
fn golden_plans() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/chart");
    golden(&draw(&Picture::CostCurve(curve())).unwrap(), &expect_file![format!("{root}/plan_curve.svg")]);
    let narrow = CostCurve { width: 320, ..curve() };
    golden(
        &draw(&Picture::CostCurve(narrow)).unwrap(),
        &expect_file![format!("{root}/plan_curve_narrow.svg")],
    );
    let chart = draw(&Picture::CostSpread(spread())).unwrap();
    golden(&chart, &expect_file![format!("{root}/plan_spread.svg")]);
}

#[test]
fn cost_by_use_says_where_one_is_and_where_options_cross() {
    let chart = draw(&Picture::CostCurve(curve())).unwrap();
    check(&chart);
    assert_eq!(chart.marks.len(), 4 * 13 + 2, "each point of a line, and each crossing");
    assert_eq!(chart.marks[5].label, "As now: pay as you go, 1.25× now, 800 requests a month: $15.625");
    assert_eq!(chart.marks[13 + 8].label, "Pro, 2× now, 1,280 requests a month: $20.00, refuses some of it");
    let crossing = &chart.marks[52];
    assert_eq!(crossing.label, "Pro is cheaper than paying as you go above 1,024 requests a month");
    assert_eq!(
        (crossing.bucket.as_str(), crossing.value.as_str()),
        ("Break-even, 1.6× now, 1,024 requests a month", "1024")
    );
    // It lies between the points of its line, at their height.
    let middle = |at: usize| chart.marks[at].x + chart.marks[at].width / 2;
    assert!(middle(13 + 6) < middle(52) && middle(52) < middle(13 + 7));
    let height = |at: usize| chart.marks[at].y + chart.marks[at].height / 2;
    assert!((height(52) - height(13 + 6)).abs() <= 10, "on a level line");
    for text in ["now", "1,024 requests", "1,728 requests", "Pro", "640", "eight of ten of your own months"] {
        assert!(chart.svg.contains(&format!(">{text}<")), "{text}");
    }
    for dashes in ["8 4", "2 3", "10 3 2 3"] {
        assert!(
            chart.svg.contains(&format!(r#"stroke-dasharray="{dashes}""#)),
            "lines differ without colour"
        );
    }
    assert!(chart.svg.contains(r#"class="line s2" stroke-width="1""#), "what refuses is thin");
    assert_eq!(chart.table.columns[2], "Pro (USD)");
    assert_eq!(
        chart.table.rows[8],
        ["2× now, 1,280 requests a month", "25.000", "20, refuses some", "18.750", "32.50"]
    );
    assert!(chart.description.contains("Pro is cheaper than paying as you go above 1,024 requests a month."));
    assert!(
        chart.description.contains("1× now, 640 requests a month: As now: pay as you go $12.50; Pro $20.00;")
    );
}

#[test]
fn costs_are_higher_up_and_more_use_is_farther_right() {
    let chart = draw(&Picture::CostCurve(curve())).unwrap();
    let line: Vec<_> = chart.marks[..13].iter().collect();
    assert!(line.windows(2).all(|two| two[0].x < two[1].x && two[0].y > two[1].y));
    let (x, y) = (|at: usize| line[at].x, |at: usize| line[at].y);
    assert!(((x(12) - x(6)) - (x(6) - x(0))).abs() <= 20 && ((y(0) - y(6)) - (y(6) - y(12))).abs() <= 20);
}

#[test]
fn curves_of_any_shape_stay_inside() {
    let mut many = curve();
    many.lines.extend((0..4).map(|at| {
        line(&format!("Another plan, number {at}, with a long name"), Slot::Other, "20.01", "0", 0, 999)
    }));
    many.break_even.push(BreakEven {
        line: 7,
        share: dec("100"),
        name: "n".to_owned(),
        words: "n".to_owned(),
    });
    many.break_even.push(BreakEven {
        line: 0,
        share: dec("999"),
        name: "far".to_owned(),
        words: "far".to_owned(),
    });
    let chart = draw(&Picture::CostCurve(many.clone())).unwrap();
    assert_eq!(chart.marks.len(), 5 * 13 + 2, "five lines, and the crossings that lie on them");
    assert_eq!(chart.table.columns.len(), 9, "the table tells of all");
    assert!(chart.description.ends_with("3 more are in the table alone."), "{}", chart.description);
    let flat = CostCurve {
        lines: vec![line("Free", Slot::S1, "0", "0", 0, 999)],
        break_even: vec![],
        usual: None,
        own: None,
        ..curve()
    };
    let alone = CostLine {
        name: "One".to_owned(),
        slot: Slot::S5,
        points: vec![CostPoint { share: dec("100"), cost: dec("-3"), refuses: true }],
    };
    let single = CostCurve { lines: vec![alone], ..flat.clone() };
    let money_used = CostCurve {
        usual: Some(UsualMonth {
            amount: dec("0.0123"),
            unit: money("INR"),
            each: "a month at list price".to_owned(),
        }),
        own: Some((dec("100"), dec("100"))),
        ..many.clone()
    };
    let nothing = CostCurve { lines: vec![], ..flat.clone() };
    let huge = CostCurve {
        lines: vec![line("Huge", Slot::S1, "9999999999999999999999999", "1", 0, 0)],
        usual: Some(UsualMonth { amount: Decimal::MAX, unit: money("USD"), each: "a month".to_owned() }),
        ..flat.clone()
    };
    for curve in [many, flat, single, money_used, nothing, huge] {
        for width in [0, 320, 559, 560, 1760, u32::MAX] {
            for height in [0, 300, u32::MAX] {
                check(&draw(&Picture::CostCurve(CostCurve { width, height, ..curve.clone() })).unwrap());
            }
        }
    }
    let mut astray = curve();
    astray.break_even[0].line = 4;
    let error = draw(&Picture::CostCurve(astray)).unwrap_err();
    assert_eq!(error.to_string(), r#"the break-even point "1,024 requests" is on line 4 of 4"#);
    assert!(matches!(error, ChartError::Astray { .. }));
}

#[test]
fn a_spread_tells_ranges_and_months() {
    let chart = draw(&Picture::CostSpread(spread())).unwrap();
    check(&chart);
    assert_eq!(chart.marks.len(), 3 * 4 + 3, "a bar and three months each; no bar where nothing can be said");
    let labels: Vec<_> = [0, 3, 4, 5].map(|at| chart.marks[at].label.as_str()).into();
    assert_eq!(
        labels,
        [
            "Free tier, then as you go: $6.25 in the middle, $3.50 to $10.125 in eight of ten months",
            "Free tier, then as you go: $5.00 in September 2026",
            "Free tier, then as you go: $7.10 in October 2026",
            "Free tier, then as you go: $2.00 in November 2026, not all of its days",
        ]
    );
    let (bar, dots) = (&chart.marks[0], &chart.marks[3..6]);
    assert!(dots[0].x > bar.x && dots[1].x > dots[0].x && dots[1].x < bar.x + bar.width);
    assert!(dots[2].x + 50 < bar.x, "a month outside of the range is outside of the bar");
    assert!(chart.marks[2].width >= 20, "a cost that never differs is still seen");
    assert_eq!(chart.table.columns[4], "September 2026 (USD)");
    assert_eq!(chart.table.rows[2][0], "Pro, refuses some");
    assert_eq!(
        chart.table.rows[3],
        ["Team <2 seats> & more", "—", "—", "—", "30.5", "31.1", "30.5, in part"]
    );
    assert!(chart.description.starts_with("4 options, and what a month of each is likely to cost."));
    assert!(chart.svg.contains(">part of one<") && chart.svg.contains(">a month that was<"));
    let none = draw(&Picture::CostSpread(CostSpread { rows: vec![], ..spread() })).unwrap();
    check(&none);
    assert!(none.marks.is_empty() && none.svg.contains("No data"));
    let mut below = spread();
    below.rows[0].months[0].cost = dec("-4");
    below.rows[1].range = Some((Decimal::ZERO, Decimal::ZERO, Decimal::ZERO));
    for width in [0, 280, 333, 1200, u32::MAX] {
        check(&draw(&Picture::CostSpread(CostSpread { width, ..below.clone() })).unwrap());
    }
}

#[test]
fn pictures_of_plans_can_be_kept() {
    for picture in [Picture::CostCurve(curve()), Picture::CostSpread(spread())] {
        let chart = draw(&picture).unwrap();
        for theme in [Theme::Light, Theme::Dark] {
            let svg = to_svg(&chart, theme);
            assert!(Document::parse(&svg).unwrap().descendants().all(|node| !node.has_attribute("class")));
            assert_eq!(&to_png(&chart, theme, 1).unwrap()[1..4], b"PNG");
        }
    }
}
