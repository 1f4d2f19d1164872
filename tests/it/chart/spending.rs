//! Grids, shares and lines in rows: golden pictures, and what they say.

use expect_test::expect_file;
use spendglass_core::chart::{Cell, Chart, Grid, Matrix, Picture, Share, ShareRow, Spark, Unit, draw, spark};

use super::{check, dec, golden, money};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn week(width: u32) -> Grid {
    let cells = (0..7).flat_map(|row| (0..24).map(move |column| (row, column))).map(|(row, column)| {
        let cents = (row * 31 + column * 17) % 23;
        let value = match (row, column) {
            (6, 20..) => None,
            (_, 0..6) => Some(dec("0")),
            _ => Some(dec(&format!("{}.{:02}", cents / 7, (cents * 13) % 100))),
        };
        Cell {
            row,
            column,
            name: format!("{}, {column:02}:00", DAYS[row]),
            value,
            partial: (row, column) == (0, 9),
        }
    });
    let hours: Vec<String> = (0..24).map(|hour| format!("{hour:02}")).collect();
    Grid {
        title: "At list price by weekday and hour".to_owned(),
        unit: money("USD"),
        rows: DAYS.map(str::to_owned).into(),
        columns: hours.clone(),
        cells: cells.collect(),
        matrix: Some(Matrix { corner: "Hour".to_owned(), columns: hours }),
        square: false,
        note: "Studio is not in here.".to_owned(),
        width,
        estimated: true,
    }
}

fn year(width: u32) -> Grid {
    let cells =
        (0..53).flat_map(|column| (0..7).map(move |row| (row, column))).take(369).map(|(row, column)| {
            let day = column * 7 + row;
            let value = (day > 40).then(|| dec(&format!("{}", (day * day) % 97)));
            Cell { row, column, name: format!("day {day} (UTC)"), value, partial: day == 368 }
        });
    let columns = (0..53).map(|week| if week % 4 == 2 { format!("M{}", week / 4) } else { String::new() });
    Grid {
        title: "Billed in the last 53 weeks".to_owned(),
        unit: money("USD"),
        rows: DAYS.map(str::to_owned).into(),
        columns: columns.collect(),
        cells: cells.collect(),
        matrix: None,
        square: true,
        note: String::new(),
        width,
        estimated: false,
    }
}

fn grid(grid: Grid) -> Chart {
    let chart = draw(&Picture::Grid(grid)).unwrap();
    check(&chart);
    chart
}

fn share(rows: &[(&str, &str)]) -> Share {
    let rows = rows.iter().map(|(name, value)| ShareRow { name: (*name).to_owned(), value: dec(value) });
    Share {
        title: "Shares of models".to_owned(),
        unit: money("USD"),
        rows: rows.collect(),
        width: 420,
        estimated: false,
    }
}

fn shared(share: Share) -> Chart {
    let chart = draw(&Picture::Share(share)).unwrap();
    check(&chart);
    chart
}

const MODELS: [(&str, &str); 8] = [
    ("gpt-5", "40"),
    ("claude-opus", "30"),
    ("<b>odd & long name that has no end to it at all in any window</b>", "20.000001"),
    ("small", "0.0001"),
    ("sonar", "5"),
    ("grok", "3"),
    ("flash", "1.999899"),
    ("refund", "-2"),
];

#[test]
fn golden_pictures_of_spending() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/chart");
    let file = |name: &str| expect_file![format!("{root}/{name}")];
    golden(&grid(week(640)), &file("heat.svg"));
    golden(&grid(year(760)), &file("year.svg"));
    golden(&shared(share(&MODELS)), &file("share.svg"));
    let (svg, _) = spark(&line(&["0", "1.5", "?", "3", "2"])).unwrap();
    file("spark.svg").assert_eq(&format!("{}\n", svg.replace("><", ">\n<")));
}

fn line(values: &[&str]) -> Spark {
    Spark {
        name: "gpt-5".to_owned(),
        unit: money("USD"),
        values: values.iter().map(|text| (*text != "?").then(|| dec(text))).collect(),
        names: (1..=values.len()).map(|day| format!("{day} November")).collect(),
        estimated: false,
    }
}

#[test]
fn a_week_is_told_hour_by_hour() {
    let chart = grid(week(640));
    assert_eq!(chart.marks.len(), 7 * 24);
    assert_eq!(chart.marks[9].label, "Mon, 09:00, so far: $2.95, estimated");
    assert_eq!((chart.marks[0].value.as_str(), chart.marks[167].value.as_str()), ("0", "—"));
    assert_eq!(chart.marks[167].label, "Sun, 23:00: unknown");
    // A line an hour, a column a weekday.
    assert_eq!((chart.table.columns.len(), chart.table.rows.len()), (8, 24));
    assert_eq!(
        (chart.table.columns[0].as_str(), chart.table.columns[1].as_str()),
        ("Hour", "Mon (USD, estimated)")
    );
    assert_eq!((chart.table.rows[9][1].as_str(), chart.table.rows[23][7].as_str()), ("2.95", "—"));
    assert!(chart.description.contains("4 not known. Studio is not in here."), "{}", chart.description);
    // Nought is the palest, the largest the darkest.
    let step = |at: usize| {
        let mark = format!(r#"" data-mark="{at}""#);
        chart.svg.split(&mark).next().unwrap().rsplit("class=\"").next().unwrap().to_owned()
    };
    assert_eq!((step(0).as_str(), step(167).contains("gap")), ("bar step0", true));
    let most = chart.marks.iter().enumerate().filter(|(_, mark)| mark.value != "—");
    let (most, _) = most.max_by_key(|(_, mark)| dec(&mark.value)).unwrap();
    assert_eq!(step(most), "bar step5");
    for at in 1..=5 {
        assert!(chart.svg.contains(&format!("bar step{at}")), "a scale has five steps above nought");
    }
}

#[test]
fn a_year_lies_inside_every_width() {
    for width in [1, 280, 360, 641, 1_200, 2_400] {
        for chart in [grid(year(width)), grid(week(width))] {
            let right = chart.marks.iter().map(|mark| mark.x + mark.width).max().unwrap();
            let bottom = chart.marks.iter().map(|mark| mark.y + mark.height).max().unwrap();
            assert!(right <= chart.width.cast_signed() * 10 && bottom < chart.height.cast_signed() * 10);
            assert!(chart.marks.iter().all(|mark| mark.width >= 30 && mark.height >= 30), "{width}");
        }
    }
    let chart = grid(year(760));
    assert_eq!((chart.marks.len(), chart.table.rows.len()), (369, 369));
    assert_eq!(chart.table.rows[368], ["day 368 (UTC), so far", "12"]);
    assert!(chart.description.contains("41 not known."), "{}", chart.description);
    let nothing = Grid {
        cells: year(1).cells.into_iter().map(|cell| Cell { value: None, ..cell }).collect(),
        ..year(400)
    };
    let nothing = grid(nothing);
    assert!(nothing.marks.is_empty() && nothing.svg.contains("No data in this range"));
    let noughts = Grid {
        cells: year(1).cells.into_iter().map(|cell| Cell { value: Some(dec("0")), ..cell }).collect(),
        ..year(400)
    };
    assert!(!grid(noughts).svg.contains("step1"), "nought is no step above nought");
}

#[test]
fn shares_are_of_all_that_was_spent() {
    let chart = shared(share(&MODELS));
    // Five and what follows as one; what was given back is no part of a whole.
    let told: Vec<_> =
        chart.table.rows.iter().map(|row| row.iter().map(String::as_str).collect::<Vec<_>>()).collect();
    assert_eq!(told[0], ["gpt-5", "40 %", "40"]);
    assert_eq!(told[4], ["grok", "3 %", "3"]);
    assert_eq!(told[5], ["2 others", "2 %", "1.999999"]);
    assert_eq!(chart.marks[0].label, "gpt-5, 40 %: $40.00");
    assert!(chart.description.ends_with("What was given back has no share."), "{}", chart.description);
    // The bar is whole, and each part can be seen.
    let last = chart.marks.last().unwrap();
    assert_eq!(last.x + last.width, 4_200);
    assert!(chart.marks.windows(2).all(|two| two[0].x + two[0].width <= two[1].x && two[1].width >= 10));
    // Six need no other.
    let six = shared(share(&MODELS[..6]));
    assert_eq!(six.table.rows.len(), 6);
    assert_eq!(six.table.rows[5][..2], ["small", "< 1 %"]);
    let nearly = shared(share(&[("all", "999"), ("rest", "0.5")]));
    assert_eq!(nearly.table.rows[0][1], "> 99 %");
    let only = shared(Share { unit: Unit::Count { noun: "tokens".to_owned() }, ..share(&[("gpt-5", "7")]) });
    assert_eq!(only.description, "All of it is gpt-5: 7 tokens.");
    let none = [
        (&[][..], "No data in this range"),
        (&[("refund", "-1"), ("idle", "0")][..], "Nothing above $0 in this range"),
    ];
    for (rows, words) in none {
        let chart = shared(share(rows));
        assert!(chart.marks.is_empty() && chart.svg.contains(words), "{}", chart.svg);
    }
}

#[test]
fn a_line_in_a_row_breaks_where_nothing_is_known() {
    let (svg, label) = spark(&line(&["0", "1.5", "?", "3", "?", "2", "1"])).unwrap();
    assert_eq!(label, "gpt-5: highest 4 November, $3.00");
    assert_eq!((svg.matches("<polyline").count(), svg.matches("<circle").count()), (2, 1));
    assert!(svg.contains(r#"aria-label="gpt-5: highest 4 November, $3.00""#));
    let (svg, label) = spark(&line(&["?", "?"])).unwrap();
    assert_eq!((label.as_str(), svg.contains("polyline")), ("gpt-5: nothing in these days", false));
    for odd in [&[][..], &["1"][..], &["-3", "-1"][..], &["0", "0"][..]] {
        let (svg, _) = spark(&Spark { name: "<a> & \"b\"".to_owned(), ..line(odd) }).unwrap();
        resvg::usvg::roxmltree::Document::parse(&svg).unwrap();
    }
}
