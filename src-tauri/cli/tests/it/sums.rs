//! What the program adds up is what the endpoints returned, to the last digit: for every provider, by every grouping, in two
//! zones on either side of UTC.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::raw::{Exact, Tree, buckets, get};
use crate::stage::{PROVIDERS, Stage, Town};

const ZONES: [&str; 2] = ["Asia/Kolkata", "America/New_York"];
/// Whole UTC days that every provider still tells, the present one included.
const FROM: &str = "2026-10-25";
const TO: &str = "2026-11-21";
const FROM_UNIX: &str = "1792886400";
const TO_UNIX: &str = "1795219200";

/// One row of a raw answer.
#[derive(Debug, Clone, Default)]
struct Line {
    day: String,
    provider: &'static str,
    model: Option<String>,
    project: Option<String>,
    key: Option<String>,
    billed: Option<(String, Exact)>,
    input: Option<u64>,
    output: Option<u64>,
    requests: Option<u64>,
}

/// The figures of one group. What nobody told is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Figures {
    billed: BTreeMap<String, Exact>,
    input: Option<u64>,
    output: Option<u64>,
    requests: Option<u64>,
}

impl Figures {
    fn add(&mut self, line: &Line) {
        if let Some((currency, amount)) = &line.billed {
            let sum = self.billed.entry(currency.clone()).or_default();
            *sum = sum.plus(*amount);
        }
        let plus = |sum: &mut Option<u64>, count: Option<u64>| {
            if let Some(count) = count {
                *sum = Some(sum.unwrap_or(0) + count);
            }
        };
        plus(&mut self.input, line.input);
        plus(&mut self.output, line.output);
        plus(&mut self.requests, line.requests);
    }

    /// The same figures as the program printed them.
    fn printed(row: &Value) -> Figures {
        let billed = row["billed"].as_array().unwrap().iter().map(|amount| {
            let text = |name: &str| amount[name].as_str().unwrap().to_owned();
            (text("currency"), Exact::read(&text("amount")))
        });
        Figures {
            billed: billed.collect(),
            input: row["inputTokens"].as_u64(),
            output: row["outputTokens"].as_u64(),
            requests: row["requests"].as_u64(),
        }
    }
}

fn date_of_unix(seconds: u64) -> String {
    // Days since the civil epoch of 1 March 0000, by Howard Hinnant's arithmetic.
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let rest = day - (365 * year + year / 4 - year / 100);
    let month = (5 * rest + 2) / 153;
    let (of_month, month) =
        (rest - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{of_month:02}")
}

fn openai(town: &Town) -> Vec<Line> {
    let base = town.base_url("openai");
    let bearer = format!("Bearer {}", town.key("openai"));
    let read = |path: &str, groups: &str, line: &dyn Fn(&Tree, Line) -> Line| -> Vec<Line> {
        let range = format!("start_time={FROM_UNIX}&end_time={TO_UNIX}&bucket_width=1d&limit=6");
        let url = format!("{base}/organization/{path}?{range}{groups}");
        let mut lines = Vec::new();
        for bucket in buckets(&url, &[("authorization", &bearer)]) {
            for row in bucket.at("results").list() {
                let plain = Line {
                    day: date_of_unix(bucket.at("start_time").count()),
                    provider: "openai",
                    model: row.at("model").text(),
                    project: row.at("project_id").text(),
                    key: row.at("api_key_id").text(),
                    ..Line::default()
                };
                lines.push(line(row, plain));
            }
        }
        lines
    };
    let mut lines = read("costs", "&group_by[]=project_id&group_by[]=api_key_id", &|row, line| {
        let currency = row.at("amount.currency").text().unwrap().to_uppercase();
        Line { billed: Some((currency, row.at("amount.value").exact())), ..line }
    });
    let requests = |row: &Tree| Some(row.at("num_model_requests").count());
    let groups = "&group_by[]=project_id&group_by[]=api_key_id&group_by[]=model";
    for (path, output) in [("completions", true), ("embeddings", false), ("moderations", false)] {
        lines.extend(read(&format!("usage/{path}"), groups, &|row, line| Line {
            input: Some(row.at("input_tokens").count()),
            // What has no output tells none, or 0; the sum is the same.
            output: Some(if output { row.at("output_tokens").count() } else { 0 }),
            requests: requests(row),
            ..line
        }));
    }
    for path in ["images", "audio_speeches", "audio_transcriptions"] {
        lines.extend(read(&format!("usage/{path}"), groups, &|row, line| Line {
            requests: requests(row),
            ..line
        }));
    }
    lines
}

fn anthropic(town: &Town) -> Vec<Line> {
    let base = town.base_url("anthropic");
    let headers = [("x-api-key", town.key("anthropic")), ("anthropic-version", "2023-06-01")];
    let range = format!("starting_at={FROM}T00:00:00Z&ending_at={TO}T00:00:00Z&bucket_width=1d&limit=6");
    let read = |path: &str, groups: &str| -> Vec<(Line, Tree)> {
        let mut rows = Vec::new();
        for bucket in buckets(&format!("{base}/v1/organizations/{path}?{range}{groups}"), &headers) {
            let day = bucket.at("starting_at").text().unwrap()[..10].to_owned();
            for row in bucket.at("results").list() {
                let line = Line {
                    day: day.clone(),
                    provider: "anthropic",
                    model: row.at("model").text(),
                    project: row.at("workspace_id").text(),
                    key: row.at("api_key_id").text(),
                    ..Line::default()
                };
                rows.push((line, row.clone()));
            }
        }
        rows
    };
    let costs = read("cost_report", "&group_by[]=workspace_id&group_by[]=description").into_iter().map(
        |(line, row)| {
            let cents = row.at("amount").text().unwrap();
            Line { billed: Some((row.at("currency").text().unwrap(), Exact::shifted(&cents, -2))), ..line }
        },
    );
    let groups = "&group_by[]=workspace_id&group_by[]=api_key_id&group_by[]=model";
    let usage = read("usage_report/messages", groups).into_iter().map(|(line, row)| {
        let parts = [
            "uncached_input_tokens",
            "cache_read_input_tokens",
            "cache_creation.ephemeral_5m_input_tokens",
            "cache_creation.ephemeral_1h_input_tokens",
        ];
        let input = parts.iter().map(|part| row.at(part).count()).sum();
        Line { input: Some(input), output: Some(row.at("output_tokens").count()), ..line }
    });
    costs.chain(usage).collect()
}

fn openrouter(town: &Town) -> Vec<Line> {
    let bearer = format!("Bearer {}", town.key("openrouter"));
    let answer = get(&format!("{}/activity", town.base_url("openrouter")), &[("authorization", &bearer)]);
    let line = |row: &Tree| Line {
        day: row.at("date").text().unwrap()[..10].to_owned(),
        provider: "openrouter",
        model: row.at("model").text(),
        billed: Some(("USD".to_owned(), row.at("usage").exact())),
        input: Some(row.at("prompt_tokens").count()),
        output: Some(row.at("completion_tokens").count()),
        requests: Some(row.at("requests").count()),
        ..Line::default()
    };
    answer
        .at("data")
        .list()
        .iter()
        .map(line)
        .filter(|line| line.day.as_str() >= FROM && line.day.as_str() < TO)
        .collect()
}

fn raw(town: &Town, provider: &str) -> Vec<Line> {
    let lines = match provider {
        "openai" => openai(town),
        "anthropic" => anthropic(town),
        _ => openrouter(town),
    };
    assert!(lines.len() > 50, "{provider} tells too little to prove anything: {}", lines.len());
    lines
}

fn grouped(lines: &[Line], by: &str) -> BTreeMap<Option<String>, Figures> {
    let mut groups: BTreeMap<Option<String>, Figures> = BTreeMap::new();
    for line in lines {
        let key = match by {
            "day" => Some(line.day.clone()),
            "provider" => Some(line.provider.to_owned()),
            "model" => line.model.clone(),
            "project" => line.project.clone(),
            _ => line.key.clone(),
        };
        groups.entry(key).or_default().add(line);
    }
    groups
}

/// Compares one printed answer with the raw rows, group by group and in total.
fn compare(stage: &Stage, lines: &[Line], by: &str, zone: &str) {
    let arguments = ["usage", "--by", by, "--from", FROM, "--to", TO, "--timezone", zone, "--json"];
    let usage = stage.run(&arguments).ends(0).json();
    assert_eq!((&usage["from"], &usage["to"], &usage["days"]), (&FROM.into(), &TO.into(), &"UTC".into()));
    let mut printed: BTreeMap<Option<String>, Figures> = BTreeMap::new();
    for row in usage["rows"].as_array().unwrap() {
        let key = row["key"].as_str().map(str::to_owned);
        let again = printed.insert(key, Figures::printed(row));
        assert!(again.is_none(), "{by}: {row} comes twice");
    }
    let expected = grouped(lines, by);
    for (key, figures) in &expected {
        assert_eq!(printed.get(key), Some(figures), "{zone}, by {by}: {key:?}");
    }
    for (key, figures) in printed.iter().filter(|(key, _)| !expected.contains_key(*key)) {
        assert_eq!(figures, &Figures::default(), "{zone}, by {by}: {key:?} has figures that nobody told");
    }
    let mut total = Figures::default();
    for line in lines {
        total.add(line);
    }
    assert_eq!(Figures::printed(&usage["total"]), total, "{zone}, by {by}: the total");
}

fn of_one(provider: &'static str) {
    let town = Town::open("team", &[]);
    let lines = raw(&town, provider);
    let stage = Stage::with(&town, &[provider]);
    stage.run(&["sync"]).ends(0);
    for zone in ZONES {
        for by in ["day", "provider", "model", "project", "key"] {
            compare(&stage, &lines, by, zone);
        }
    }
}

#[test]
fn openai_to_the_last_digit() {
    of_one("openai");
}

#[test]
fn anthropic_to_the_last_digit() {
    of_one("anthropic");
}

#[test]
fn openrouter_to_the_last_digit() {
    of_one("openrouter");
}

#[test]
fn all_of_them_together_to_the_last_digit() {
    let town = Town::open("freelancer", &[]);
    let lines: Vec<Line> = PROVIDERS.iter().flat_map(|provider| raw(&town, provider)).collect();
    let stage = Stage::with(&town, &PROVIDERS);
    stage.run(&["sync"]).ends(0);
    for zone in ZONES {
        for by in ["day", "provider"] {
            compare(&stage, &lines, by, zone);
        }
    }
}

#[test]
fn the_dates_of_this_test_are_right() {
    assert_eq!(date_of_unix(FROM_UNIX.parse().unwrap()), FROM);
    assert_eq!(date_of_unix(TO_UNIX.parse().unwrap()), TO);
    assert_eq!(date_of_unix(951_782_400), "2000-02-29");
}
