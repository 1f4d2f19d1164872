//! The chart room: golden pictures, marks that agree with what is drawn, and any figures at all without a panic.

mod burn;
mod plans;
mod spending;

use expect_test::{ExpectFile, expect_file};
use proptest::prelude::*;
use resvg::usvg::roxmltree::{Document, Node};
use rust_decimal::Decimal;
use spendglass_core::chart::{
    Bucket, Chart, ChartError, MonthDay, MonthEnd, PALETTE, Picture, RankedBars, RankedRow, Series, Slot,
    StackedBars, Theme, Unit, draw, style_sheet, to_png, to_svg,
};

const SLOTS: [Slot; 6] = [Slot::S1, Slot::S2, Slot::S3, Slot::S4, Slot::S5, Slot::Other];

fn money(currency: &str) -> Unit {
    Unit::Money { currency: currency.to_owned() }
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn buckets(count: usize) -> Vec<Bucket> {
    (1..=count)
        .map(|day| Bucket {
            label: format!("Nov {day}"),
            name: format!("{day} November 2026 (UTC)"),
            partial: day == count && count > 1,
        })
        .collect()
}

fn series(name: &str, slot: Slot, values: &[&str]) -> Series {
    let values = values.iter().map(|text| (*text != "?").then(|| dec(text))).collect();
    Series { name: name.to_owned(), slot, values }
}

fn stacked(unit: Unit, series: Vec<Series>) -> StackedBars {
    let count = series.first().map_or(0, |series| series.values.len());
    StackedBars {
        title: "Daily spend".to_owned(),
        unit,
        buckets: buckets(count),
        series,
        width: 480,
        height: 240,
        estimated: false,
    }
}

/// A month of five providers, the size people look at most.
fn month() -> StackedBars {
    let names = ["OpenAI", "Anthropic", "OpenRouter", "Mistral", "Groq"];
    let series = names.iter().zip(SLOTS).enumerate().map(|(row, (name, slot))| Series {
        name: (*name).to_owned(),
        slot,
        values: (0..30_i64)
            .map(|day| {
                Some(Decimal::new(
                    (day * 7_919 + i64::try_from(row).unwrap() * 104_729 + day * day * 31) % 99_991,
                    4,
                ))
            })
            .collect(),
    });
    StackedBars { width: 640, ..stacked(money("USD"), series.collect()) }
}

fn ranked(rows: &[(&str, &str)]) -> RankedBars {
    let rows = rows.iter().zip(SLOTS.iter().cycle());
    RankedBars {
        title: "Dearest models".to_owned(),
        unit: money("USD"),
        rows: rows
            .map(|((name, value), slot)| RankedRow {
                name: (*name).to_owned(),
                value: dec(value),
                slot: *slot,
            })
            .collect(),
        overlaps: false,
        width: 320,
        estimated: false,
    }
}

fn drawn(bars: StackedBars) -> Chart {
    draw(&Picture::StackedBars(bars)).unwrap()
}

/// One element a line, so that a change of the picture can be read.
fn golden(chart: &Chart, file: &ExpectFile) {
    file.assert_eq(&format!("{}\n", chart.svg.replace("><", ">\n<")));
}

/// A month of ten days on its fourth.
fn month_end() -> MonthEnd {
    let known = ["1.5", "1.5", "4.25", "4.5"];
    let days = (0..10_i64).map(|day| {
        let range = (day >= 3).then(|| {
            let middle = dec("4.5") + Decimal::new((day - 3) * 150, 2);
            let off = Decimal::new((day - 2) * 30, 2);
            (middle - off.min(middle - dec("4.5")), middle, middle + off)
        });
        MonthDay {
            label: format!("Nov {}", day + 1),
            name: format!("{} November 2026 (UTC)", day + 1),
            partial: day == 3,
            known: known.get(usize::try_from(day).unwrap()).map(|text| dec(text)),
            range,
        }
    });
    MonthEnd {
        title: "November 2026: billed so far, and forecast".to_owned(),
        unit: money("USD"),
        known_name: "billed".to_owned(),
        days: days.collect(),
        today: Some(3),
        width: 480,
        height: 240,
    }
}

#[test]
fn a_month_shows_what_is_known_and_what_is_likely() {
    let chart = draw(&Picture::MonthEnd(month_end())).unwrap();
    check(&chart);
    // Four days are known, seven have a range: the present one has both.
    assert_eq!(chart.marks.len(), 11);
    let bands: Vec<_> =
        chart.marks.iter().filter(|mark| mark.series.as_deref() == Some("forecast")).collect();
    assert!(bands.windows(2).all(|two| two[0].height <= two[1].height), "what is farther is less sure");
    assert_eq!(bands[6].label, "Forecast, up to 10 November 2026 (UTC): $13.50, from $11.40 to $15.60");
    assert_eq!(chart.marks[0].label, "billed, up to 1 November 2026 (UTC): $1.50");
    assert_eq!(chart.table.rows[9], ["10 November 2026 (UTC)", "—", "13.50", "11.40", "15.60"]);
    assert_eq!(chart.table.rows[3][0], "4 November 2026 (UTC), so far");
    assert!(chart.svg.contains(">today<"));
    assert!(chart.description.contains("eight times in ten from $11.40 to $15.60"), "{}", chart.description);
    // Below nought, at the first and the last day, without a forecast, and without a day.
    let mut below = month_end();
    below.days[1].known = Some(dec("-3"));
    below.days[2].known = Some(Decimal::ZERO);
    below.days.iter_mut().for_each(|day| day.range = None);
    for (today, days) in [(Some(0), 10), (Some(9), 10), (Some(1), 1), (None, 3), (None, 0)] {
        let mut month = MonthEnd { today, width: 1, ..below.clone() };
        month.days.truncate(days);
        check(&draw(&Picture::MonthEnd(month)).unwrap());
    }
    let nothing =
        month_end().days.into_iter().map(|day| MonthDay { known: Some(Decimal::ZERO), range: None, ..day });
    let nothing = draw(&Picture::MonthEnd(MonthEnd { days: nothing.collect(), ..month_end() })).unwrap();
    check(&nothing);
    assert!(nothing.marks.is_empty(), "nought has no bar");
}

#[test]
fn golden_pictures() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/chart");
    let file = |name: &str| expect_file![format!("{root}/{name}")];
    let unknown = stacked(
        money("USD"),
        vec![
            series("OpenAI", Slot::S1, &["1.284375", "0", "3.5", "2.25"]),
            series("Anthropic", Slot::S2, &["0.5", "?", "-1.25", "0.75"]),
        ],
    );
    golden(&drawn(unknown), &file("stacked.svg"));
    golden(&drawn(stacked(money("USD"), vec![])), &file("empty.svg"));
    golden(&drawn(stacked(money("EUR"), vec![series("Mistral", Slot::S4, &["0", "0"])])), &file("zero.svg"));
    golden(&draw(&Picture::MonthEnd(month_end())).unwrap(), &file("month_end.svg"));
    let rows =
        ranked(&[("gpt-5", "12.5"), ("<b>\"Ops\" & co</b>", "0.000123"), ("refund", "-3"), ("idle", "0")]);
    let chart = draw(&Picture::RankedBars(RankedBars { estimated: true, ..rows })).unwrap();
    golden(&chart, &file("ranked.svg"));
    file("ranked.light.svg").assert_eq(&format!("{}\n", to_svg(&chart, Theme::Light).replace("><", ">\n<")));
    file("chart.css").assert_eq(&style_sheet());
}

/// An attribute of an element in tenths of a pixel.
fn tenths(node: Node<'_, '_>, name: &str) -> i32 {
    let value = dec(node.attribute(name).unwrap()) * Decimal::TEN;
    value.normalize().to_string().parse().unwrap()
}

/// Everything that holds for every chart.
fn check(chart: &Chart) {
    let document = Document::parse(&chart.svg).unwrap();
    let root = document.root_element();
    let (right, bottom) = (tenths(root, "width"), tenths(root, "height"));
    assert_eq!((right, bottom), (chart.width.cast_signed() * 10, chart.height.cast_signed() * 10));
    let named = |attribute: &str| {
        let id = root.attribute(attribute).unwrap();
        document
            .descendants()
            .find(|node| node.attribute("id") == Some(id))
            .and_then(|node| node.text())
            .unwrap_or("")
    };
    assert_eq!(named("aria-labelledby"), chart.title);
    assert_eq!(named("aria-describedby"), chart.description);
    for node in document.descendants().filter(Node::is_element) {
        assert!(
            !matches!(node.tag_name().name(), "style" | "script" | "foreignObject" | "image" | "a"),
            "{node:?}"
        );
        for class in node.attribute("class").unwrap_or_default().split_whitespace() {
            let kind = matches!(class, "sg-chart" | "bar" | "partial" | "line");
            assert!(kind || style_sheet().contains(&format!(".sg-chart .{class} ")), "{class} has no colour");
        }
        for attribute in node.attributes() {
            assert!(attribute.name() != "style" && !attribute.name().starts_with("on"), "{attribute:?}");
            assert!(
                !attribute.value().contains('#') || attribute.value().starts_with("url(#sg"),
                "{attribute:?}"
            );
        }
        if node.has_tag_name(("http://www.w3.org/2000/svg", "rect")) {
            let (x, y, width, height) =
                (tenths(node, "x"), tenths(node, "y"), tenths(node, "width"), tenths(node, "height"));
            assert!(width >= 0 && height > 0 && x >= 0 && y >= 0, "{node:?}");
            assert!(x + width <= right && y + height <= bottom, "{node:?}");
        }
        if node.has_tag_name(("http://www.w3.org/2000/svg", "text")) {
            assert!(
                (0..=right).contains(&tenths(node, "x")) && (0..=bottom).contains(&tenths(node, "y")),
                "{node:?}"
            );
        }
    }
    let rects: Vec<_> = document.descendants().filter(|node| node.has_attribute("data-mark")).collect();
    assert_eq!(rects.len(), chart.marks.len());
    for (index, (rect, mark)) in rects.into_iter().zip(&chart.marks).enumerate() {
        assert_eq!(rect.attribute("data-mark"), Some(index.to_string().as_str()));
        let place = ["x", "y", "width", "height"].map(|name| tenths(rect, name));
        assert_eq!(place, [mark.x, mark.y, mark.width, mark.height]);
    }
    for theme in [Theme::Light, Theme::Dark] {
        let alone = to_svg(chart, theme);
        let document = Document::parse(&alone).unwrap();
        assert!(document.descendants().all(|node| !node.has_attribute("class")));
    }
}

fn values(texts: impl IntoIterator<Item = String>) -> Option<Decimal> {
    texts
        .into_iter()
        .filter(|text| text != "—")
        .try_fold(Decimal::ZERO, |sum, text| sum.checked_add(dec(&text)))
}

#[test]
fn marks_add_up_to_the_table() {
    let chart = drawn(month());
    check(&chart);
    let of_marks = values(chart.marks.iter().map(|mark| mark.value.clone()));
    let of_table = values(chart.table.rows.iter().flat_map(|row| row[1..].to_vec()));
    assert_eq!(of_marks, of_table);
    assert!(of_marks.is_some_and(|sum| sum > Decimal::ZERO));
    assert_eq!(chart.table.columns[1], "OpenAI (USD)");
    assert!(chart.svg.len() < 40_000, "{} bytes", chart.svg.len());
}

#[test]
fn a_taller_bar_is_a_larger_figure() {
    let chart = drawn(stacked(money("USD"), vec![series("OpenAI", Slot::S1, &["1", "2", "4", "-1"])]));
    let heights: Vec<_> = chart.marks.iter().map(|mark| mark.height).collect();
    assert!(
        (heights[1] - heights[0] * 2).abs() <= 20 && (heights[2] - heights[0] * 4).abs() <= 40,
        "{heights:?}"
    );
    assert!((heights[3] - heights[0]).abs() <= 20, "{heights:?}");
    assert!(chart.marks[3].y >= chart.marks[0].y + heights[0], "a credit hangs below the axis");
}

#[test]
fn more_than_five_series_are_folded_exactly() {
    let mut all: Vec<_> = ["10", "9", "8", "0.1", "7", "6", "0.02"]
        .iter()
        .enumerate()
        .map(|(at, value)| series(&format!("p{at}"), SLOTS[at % 5], &[value, "0.000000000000000000001"]))
        .collect();
    all.push(series("p7", Slot::Other, &["0.003", "?"]));
    let chart = drawn(stacked(money("USD"), all));
    check(&chart);
    let names: Vec<_> = chart.table.columns[1..].iter().map(|name| name.split(' ').next().unwrap()).collect();
    assert_eq!(names, ["p0", "p1", "p2", "p4", "p5", "Other"]);
    assert_eq!(chart.table.rows[0].last().unwrap(), "0.123");
    assert_eq!(chart.table.rows[1].last().unwrap(), "0.000000000000000000002 + —");
    let document = Document::parse(&chart.svg).unwrap();
    let mut classes: Vec<_> = document
        .descendants()
        .filter(|node| node.attribute("width") == Some("12") && !node.has_attribute("data-mark"))
        .filter_map(|node| node.attribute("class"))
        .collect();
    classes.sort_unstable();
    assert_eq!(classes, ["other", "s1", "s2", "s3", "s4", "s5"], "each layer has a slot of its own");
}

#[test]
fn folding_never_rounds() {
    let huge = "7922816251426433759354395033";
    let all = (0..7)
        .map(|at| series(&format!("p{at}"), SLOTS[at % 5], &[if at == 6 { "0.01" } else { huge }]))
        .collect();
    assert!(matches!(draw(&Picture::StackedBars(stacked(money("USD"), all))), Err(ChartError::TooLarge)));
}

#[test]
fn a_series_must_fit_its_buckets() {
    let mut bars = stacked(money("USD"), vec![series("OpenAI", Slot::S1, &["1", "2"])]);
    bars.buckets.pop();
    let error = draw(&Picture::StackedBars(bars)).unwrap_err();
    assert_eq!(error.to_string(), r#"the series "OpenAI" has 2 values for 1 buckets"#);
}

/// The texts on the left axis, from the bottom.
fn ticks(unit: Unit, value: &str) -> Vec<String> {
    let chart = drawn(stacked(unit, vec![series("a", Slot::S1, &[value])]));
    check(&chart);
    let document = Document::parse(&chart.svg).unwrap();
    let texts = document.descendants().filter(|node| node.attribute("text-anchor") == Some("end"));
    texts.filter_map(|node| node.text().map(str::to_owned)).collect()
}

#[test]
fn ticks_are_round_and_carry_their_unit() {
    assert_eq!(ticks(money("USD"), "3.7"), ["$0", "$1", "$2", "$3", "$4"]);
    assert_eq!(ticks(money("USD"), "0.00071"), ["$0", "$0.0002", "$0.0004", "$0.0006", "$0.0008"]);
    assert_eq!(ticks(money("GBP"), "1.7"), ["£0", "£0.50", "£1.00", "£1.50", "£2.00"]);
    assert_eq!(ticks(money("JPY"), "1.7"), ["¥0", "¥0.5", "¥1.0", "¥1.5", "¥2.0"]);
    assert_eq!(ticks(money("CHF"), "30"), ["0 CHF", "10 CHF", "20 CHF", "30 CHF"]);
    assert_eq!(ticks(money("EUR"), "-30"), ["−€30", "−€20", "−€10", "€0"]);
    assert_eq!(ticks(money("USD"), "40000"), ["$0", "$10,000", "$20,000", "$30,000", "$40,000"]);
    assert_eq!(ticks(money("INR"), "350000"), ["₹0", "₹1L", "₹2L", "₹3L", "₹4L"]);
    assert_eq!(ticks(money("INR"), "35000"), ["₹0", "₹10,000", "₹20,000", "₹30,000", "₹40,000"]);
    assert_eq!(ticks(money("CNY"), "9999999999999999999999999999").last().unwrap(), "CN¥10e27");
    assert_eq!(ticks(money("USD"), "0.0000000000000000000000000001").last().unwrap(), "$10e-29");
    let count = || Unit::Count { noun: "tokens".to_owned() };
    assert_eq!(ticks(count(), "2"), ["0", "1", "2"]);
    assert_eq!(ticks(count(), "1500000"), ["0", "0.5M", "1.0M", "1.5M"]);
    assert_eq!(ticks(money("USD"), "0"), ["$0"]);
}

#[test]
fn marks_speak_short_figures_and_hold_exact_ones() {
    let bars = stacked(
        money("USD"),
        vec![
            series("OpenAI", Slot::S1, &["1.284375", "1234567.5"]),
            series("Groq", Slot::S2, &["?", "-0.000123"]),
        ],
    );
    let chart = drawn(StackedBars { estimated: true, ..bars });
    let labels: Vec<_> = chart.marks.iter().map(|mark| mark.label.as_str()).collect();
    assert_eq!(
        labels,
        [
            "OpenAI, 1 November 2026 (UTC): $1.2844, estimated",
            "Groq, 1 November 2026 (UTC): unknown",
            "OpenAI, 2 November 2026 (UTC), so far: $1,234,567.50, estimated",
            "Groq, 2 November 2026 (UTC), so far: −$0.000123, estimated",
        ]
    );
    assert_eq!((chart.marks[0].value.as_str(), chart.marks[1].value.as_str()), ("1.284375", "—"));
    let columns: Vec<_> = chart.marks.iter().map(|mark| mark.column.as_deref()).collect();
    let whole = Some("$1,234,567.4999, estimated");
    assert_eq!(columns, [None, None, whole, whole], "what is not wholly known has no sum");
    assert_eq!(chart.marks[3].value, "-0.000123");
    assert!(chart.svg.contains(">estimated<"), "an estimate is marked in the picture itself");
    let rupees =
        draw(&Picture::RankedBars(RankedBars { unit: money("INR"), ..ranked(&[("gpt-5", "12345678.9")]) }))
            .unwrap();
    assert_eq!(rupees.marks[0].label, "gpt-5: ₹1,23,45,678.90");
    let seconds = Unit::Count { noun: "seconds".to_owned() };
    let rows =
        draw(&Picture::RankedBars(RankedBars { unit: seconds, ..ranked(&[("whisper", "1200.5")]) })).unwrap();
    assert_eq!(rows.marks[0].label, "whisper: 1,200.5 seconds");
}

#[test]
fn names_from_providers_are_text() {
    let evil = "</title><script>alert('1')</script>&\u{0}\u{202e}\u{ffff}\"";
    let mut bars = stacked(money("USD"), vec![series(evil, Slot::S1, &["1"])]);
    bars.title = evil.to_owned();
    bars.buckets[0].name = evil.to_owned();
    bars.buckets[0].label = evil.to_owned();
    let chart = drawn(bars);
    let document = Document::parse(&chart.svg).unwrap();
    assert!(document.descendants().all(|node| node.tag_name().name() != "script"));
    assert!(Document::parse(&to_svg(&chart, Theme::Dark)).is_ok());
    let row = draw(&Picture::RankedBars(ranked(&[(evil, "1")]))).unwrap();
    assert!(Document::parse(&row.svg).is_ok());
}

#[test]
fn ids_follow_the_content() {
    let id = |chart: &Chart| chart.svg.split(r#"aria-labelledby=""#).nth(1).unwrap()[..18].to_owned();
    let one = drawn(month());
    assert_eq!(one, drawn(month()));
    let mut other = month();
    other.series[0].values[0] = Some(Decimal::ONE);
    assert_ne!(id(&one), id(&drawn(other)));
}

#[test]
fn every_width_and_length_stays_inside() {
    for width in [0, 280, 281, 640, 1237, 2400, u32::MAX] {
        for count in [1, 2, 7, 31, 90, 366] {
            let column: Vec<String> = (0..count).map(|at| format!("{}.{}", at * at % 97, at % 10)).collect();
            let column: Vec<&str> = column.iter().map(String::as_str).collect();
            let all = vec![
                series("OpenAI", Slot::S1, &column),
                series("Anthropic, long in name", Slot::S2, &column),
            ];
            check(&drawn(StackedBars { width, ..stacked(money("USD"), all) }));
        }
    }
}

/// The relative luminance of WCAG 2.
#[expect(
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "a formula of the standard, about colours"
)]
fn contrast(a: &str, b: &str) -> f64 {
    let luminance = |color: &str| {
        [(1, 0.2126), (3, 0.7152), (5, 0.0722)]
            .iter()
            .map(|(at, weight)| {
                let part = f64::from(u8::from_str_radix(&color[*at..at + 2], 16).unwrap()) / 255.0;
                weight * if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            })
            .sum::<f64>()
            + 0.05
    };
    let (a, b) = (luminance(a), luminance(b));
    a.max(b) / a.min(b)
}

#[test]
fn colours_stand_out_from_their_surface() {
    let surface = PALETTE.iter().find(|swatch| swatch.name == "surface").unwrap();
    for swatch in &PALETTE {
        let least = match swatch.name {
            "surface" | "grid" | "step0" => continue,
            "text" | "muted" => 4.5,
            _ => 3.0,
        };
        for theme in [Theme::Light, Theme::Dark] {
            let got = contrast(swatch.of(theme), surface.of(theme));
            assert!(got >= least, "{} in {theme:?}: {got:.2}", swatch.name);
        }
    }
}

#[test]
fn a_png_has_the_size_that_was_asked_for() {
    let chart = draw(&Picture::RankedBars(ranked(&[("gpt-5", "1")]))).unwrap();
    match to_png(&chart, Theme::Dark, 2) {
        Ok(png) => {
            assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
            let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
            assert_eq!((side(16), side(20)), ((chart.width + 32) * 2, (chart.height + 60) * 2));
        }
        Err(error) => assert!(matches!(error, ChartError::NoFont), "{error}"),
    }
    assert!(matches!(to_png(&chart, Theme::Dark, 1_000_000), Err(ChartError::TooBig | ChartError::NoFont)));
}

fn decimals() -> impl Strategy<Value = Decimal> {
    // Any 96-bit number at any scale: the whole range of the type.
    (any::<u32>(), any::<u32>(), any::<u32>(), any::<bool>(), 0..=28_u32, 0..4_u8).prop_map(
        |(low, middle, high, negative, scale, size)| match size {
            0 => Decimal::ZERO,
            1 => Decimal::from_parts(low, 0, 0, negative, scale),
            2 => Decimal::from_parts(low, middle, 0, negative, scale),
            _ => Decimal::from_parts(low, middle, high, negative, scale),
        },
    )
}

fn units() -> impl Strategy<Value = Unit> {
    prop_oneof![
        "[A-Z]{3}|USD|INR|JPY|credits".prop_map(|currency| Unit::Money { currency }),
        ".{0,12}".prop_map(|noun| Unit::Count { noun }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_figures_can_be_drawn(
        unit in units(),
        rows in (0..12_usize).prop_flat_map(|count| prop::collection::vec(
            (".{0,40}", 0..6_usize, prop::collection::vec(prop::option::weighted(0.9, decimals()), count)), 0..9,
        )),
        width in 0..3_000_u32,
        height in 0..1_000_u32,
        estimated in any::<bool>(),
    ) {
        let count = rows.first().map_or(0, |(_, _, values)| values.len());
        let series = rows.into_iter().map(|(name, slot, values)| Series { name, slot: SLOTS[slot], values }).collect();
        let title = "Any".to_owned();
        let bars = StackedBars { title, unit, buckets: buckets(count), series, width, height, estimated };
        match draw(&Picture::StackedBars(bars)) {
            Ok(chart) => check_any(&chart),
            Err(error) => prop_assert!(matches!(error, ChartError::TooLarge), "{error}"),
        }
    }

    #[test]
    fn any_ranking_can_be_drawn(
        unit in units(),
        rows in prop::collection::vec((".{0,60}", decimals(), 0..6_usize), 0..20),
        width in 0..3_000_u32,
        estimated in any::<bool>(),
    ) {
        let rows = rows.into_iter().map(|(name, value, slot)| RankedRow { name, value, slot: SLOTS[slot] }).collect();
        let bars = RankedBars { title: "Any".to_owned(), unit, rows, overlaps: false, width, estimated };
        let chart = draw(&Picture::RankedBars(bars)).unwrap();
        check_any(&chart);
    }
}

/// [`check`] for names of any kind: a description is compared only where XML can hold it.
fn check_any(chart: &Chart) {
    let plain = |text: &str| {
        text.chars()
            .map(|letter| match letter {
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => ' ',
                _ if letter.is_control() => ' ',
                _ => letter,
            })
            .collect()
    };
    check(&Chart { description: plain(&chart.description), ..chart.clone() });
}
