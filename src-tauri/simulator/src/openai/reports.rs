//! The reports: their words, what they may be grouped and filtered by, and their rows before grouping.

use super::lines::{Line, Meter, TOKEN_PRICES, lines, unit_price};
use crate::json::Json;
use crate::world::{MINUTES_A_DAY, Tally, World, made_up, salt};

pub(super) struct Report {
    pub(super) stream: &'static str,
    pub(super) object: &'static str,
    meter: Option<Meter>,
    pub(super) dimensions: &'static [&'static str],
    pub(super) filters: &'static [Filter],
    pub(super) measures: fn(&Tally) -> Vec<(&'static str, Json)>,
}

/// A parameter that lets only some values of a dimension through.
pub(super) struct Filter {
    pub(super) param: &'static str,
    pub(super) dimension: &'static str,
    /// Those the provider knows; empty where any text will do.
    pub(super) values: &'static [&'static str],
}

const fn filter(param: &'static str, dimension: &'static str) -> Filter {
    Filter { param, dimension, values: &[] }
}

const PROJECTS: Filter = filter("project_ids", "project_id");
const USERS: Filter = filter("user_ids", "user_id");
const KEYS: Filter = filter("api_key_ids", "api_key_id");
const MODELS: Filter = filter("models", "model");
const BY_MODEL: &[&str] = &["project_id", "user_id", "api_key_id", "model"];
const MODEL_FILTERS: &[Filter] = &[PROJECTS, USERS, KEYS, MODELS];
const SIZES: &[&str] = &["256x256", "512x512", "1024x1024", "1792x1792", "1024x1792"];
const SOURCES: &[&str] = &["image.generation", "image.edit", "image.variation"];

pub(super) const REPORTS: &[Report] = &[
    Report {
        stream: "costs",
        object: "organization.costs.result",
        meter: None,
        dimensions: &["line_item", "project_id", "api_key_id"],
        filters: &[PROJECTS, KEYS],
        measures: |_| Vec::new(),
    },
    Report {
        stream: "usage_completions",
        object: "organization.usage.completions.result",
        meter: Some(Meter::Completions),
        dimensions: &["project_id", "user_id", "api_key_id", "model", "batch", "service_tier"],
        filters: &[
            PROJECTS,
            USERS,
            KEYS,
            MODELS,
            Filter { param: "batch", dimension: "batch", values: &["true", "false"] },
        ],
        measures: tokens,
    },
    Report {
        stream: "usage_embeddings",
        object: "organization.usage.embeddings.result",
        meter: Some(Meter::Embeddings),
        dimensions: BY_MODEL,
        filters: MODEL_FILTERS,
        measures: |tally| with_requests("input_tokens", tally),
    },
    Report {
        stream: "usage_moderations",
        object: "organization.usage.moderations.result",
        meter: Some(Meter::Moderations),
        dimensions: BY_MODEL,
        filters: MODEL_FILTERS,
        measures: |tally| with_requests("input_tokens", tally),
    },
    Report {
        stream: "usage_images",
        object: "organization.usage.images.result",
        meter: Some(Meter::Images),
        dimensions: &["size", "source", "project_id", "user_id", "api_key_id", "model"],
        filters: &[
            PROJECTS,
            USERS,
            KEYS,
            MODELS,
            Filter { param: "sources", dimension: "source", values: SOURCES },
            Filter { param: "sizes", dimension: "size", values: SIZES },
        ],
        measures: |tally| with_requests("images", tally),
    },
    Report {
        stream: "usage_audio_speeches",
        object: "organization.usage.audio_speeches.result",
        meter: Some(Meter::Speeches),
        dimensions: BY_MODEL,
        filters: MODEL_FILTERS,
        measures: |tally| with_requests("characters", tally),
    },
    Report {
        stream: "usage_audio_transcriptions",
        object: "organization.usage.audio_transcriptions.result",
        meter: Some(Meter::Transcriptions),
        dimensions: BY_MODEL,
        filters: MODEL_FILTERS,
        measures: |tally| with_requests("seconds", tally),
    },
    Report {
        stream: "usage_vector_stores",
        object: "organization.usage.vector_stores.result",
        meter: Some(Meter::VectorStores),
        dimensions: &["project_id"],
        filters: &[PROJECTS],
        measures: |tally| vec![("usage_bytes", tally.amounts[0].into())],
    },
    Report {
        stream: "usage_code_interpreter_sessions",
        object: "organization.usage.code_interpreter_sessions.result",
        meter: Some(Meter::Sessions),
        dimensions: &["project_id"],
        filters: &[PROJECTS],
        measures: |tally| vec![("num_sessions", tally.requests.into())],
    },
    Report {
        stream: "usage_file_search_calls",
        object: "organization.usage.file_searches.result",
        meter: Some(Meter::FileSearches),
        dimensions: &["project_id", "user_id", "api_key_id", "vector_store_id"],
        filters: &[PROJECTS, USERS, KEYS, filter("vector_store_ids", "vector_store_id")],
        measures: |tally| vec![("num_requests", tally.requests.into())],
    },
    Report {
        stream: "usage_web_search_calls",
        object: "organization.usage.web_searches.result",
        meter: Some(Meter::WebSearches),
        dimensions: &["project_id", "user_id", "api_key_id", "model", "context_level"],
        filters: &[
            PROJECTS,
            USERS,
            KEYS,
            MODELS,
            Filter {
                param: "context_levels",
                dimension: "context_level",
                values: &["low", "medium", "high"],
            },
        ],
        measures: |tally| {
            vec![("num_model_requests", tally.requests.into()), ("num_requests", searches(tally).into())]
        },
    },
];

fn with_requests(measure: &'static str, tally: &Tally) -> Vec<(&'static str, Json)> {
    vec![(measure, tally.amounts[0].into()), ("num_model_requests", tally.requests.into())]
}

/// Every model request that is listed here searched at least once.
fn searches(tally: &Tally) -> u64 {
    tally.requests + tally.amounts[0]
}

/// The token fields, in the provider's order: the totals include cached and written tokens.
fn tokens(tally: &Tally) -> Vec<(&'static str, Json)> {
    let [uncached, cached, written, output, ..] = tally.amounts;
    vec![
        ("input_tokens", (uncached + cached + written).into()),
        ("input_cached_tokens", cached.into()),
        ("input_cache_write_tokens", written.into()),
        ("input_uncached_tokens", uncached.into()),
        ("output_tokens", output.into()),
        ("input_text_tokens", uncached.into()),
        ("output_text_tokens", output.into()),
        ("input_cached_text_tokens", cached.into()),
        ("input_audio_tokens", 0_u64.into()),
        ("input_cached_audio_tokens", 0_u64.into()),
        ("output_audio_tokens", 0_u64.into()),
        ("input_image_tokens", 0_u64.into()),
        ("input_cached_image_tokens", 0_u64.into()),
        ("output_image_tokens", 0_u64.into()),
        ("num_model_requests", tally.requests.into()),
    ]
}

/// What one line of work came to in a bucket, or one item of its bill.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) dimensions: Vec<(&'static str, Option<String>)>,
    pub(super) tally: Tally,
    pub(super) money: i128,
    pub(super) quantity: Option<(u64, Option<&'static str>)>,
}

impl Row {
    pub(super) fn add(&mut self, other: &Row) {
        self.tally.add(&other.tally);
        self.money += other.money;
        self.quantity = match (self.quantity, other.quantity) {
            (Some((mine, unit)), Some((theirs, other))) if unit == other => Some((mine + theirs, unit)),
            _ => None,
        };
    }
}

/// A dimension's value in an answer.
pub(super) fn dimension(name: &str, value: Option<String>) -> Json {
    match value {
        Some(value) if name == "batch" => (value == "true").into(),
        value => value.into(),
    }
}

pub(super) fn project_id(world: &World, project: u64) -> String {
    format!("proj_{}", made_up(world.seed, &format!("openai/project/{project}"), 24))
}

pub(super) fn key_id(world: &World, key: u64) -> String {
    format!("key_{}", made_up(world.seed, &format!("openai/key/{key}"), 16))
}

pub(super) fn user_id(world: &World, member: u64) -> String {
    format!("user-{}", made_up(world.seed, &format!("openai/user/{member}"), 24))
}

/// The rows of a report in `[from, to)`, in minutes, each with all its dimensions.
pub(super) fn rows(report: &Report, world: &World, from: i64, to: i64) -> Vec<Row> {
    let mut rows = Vec::new();
    for (place, line) in lines(world.person).iter().enumerate() {
        let salt = salt("openai") ^ place as u64;
        if report.meter.is_some_and(|meter| meter != line.meter) {
            continue;
        }
        let tally = world.done(salt, &line.work, from, to);
        if tally == Tally::default() {
            continue;
        }
        if report.meter.is_none() {
            bill(world, line, salt, &tally, from.div_euclid(MINUTES_A_DAY), &mut rows);
        } else {
            let dimensions = report.dimensions.iter().map(|name| (*name, line_dimension(world, line, name)));
            rows.push(Row { dimensions: dimensions.collect(), tally, money: 0, quantity: None });
        }
    }
    rows
}

fn line_dimension(world: &World, line: &Line, name: &str) -> Option<String> {
    match name {
        "project_id" => Some(project_id(world, line.project.into())),
        "api_key_id" => line.key.map(|key| key_id(world, key.into())),
        "user_id" => line.member.map(|member| user_id(world, member.into())),
        "model" => Some(line.model.to_owned()),
        "batch" => Some(line.batch.to_string()),
        "source" => Some("image.generation".to_owned()),
        "vector_store_id" => Some(format!("vs_{}", made_up(world.seed, line.detail, 24))),
        "size" | "service_tier" | "context_level" => Some(line.detail.to_owned()),
        _ => None,
    }
}

/// The day's bill for one line of work: an item for each thing that has a price, and sometimes a correction.
fn bill(world: &World, line: &Line, salt: u64, tally: &Tally, day: i64, rows: &mut Vec<Row>) {
    let project = project_id(world, line.project.into());
    let item = |name: String, key: Option<String>, money: i128, quantity| Row {
        dimensions: vec![
            ("line_item", Some(name)),
            ("project_id", Some(project.clone())),
            ("api_key_id", key),
        ],
        tally: Tally::default(),
        money,
        quantity,
    };
    let key = || line.key.map(|key| key_id(world, key.into()));
    let mut sum = 0;
    if line.meter == Meter::Completions {
        let prices =
            TOKEN_PRICES.iter().find(|(model, _)| *model == line.model).map_or([0; 4], |(_, prices)| *prices);
        for (place, what) in ["input", "cached input", "cache write", "output"].into_iter().enumerate() {
            let price = if line.batch { prices[place] / 2 } else { prices[place] };
            let quantity = world.booked(salt, day, tally.amounts[place]);
            if price > 0 && quantity > 0 {
                let money = i128::from(quantity) * i128::from(price);
                let batch = if line.batch { ", batch" } else { "" };
                let name = format!("{}, {what}{batch}", line.model);
                rows.push(item(name, key(), money, Some((quantity, Some("tokens")))));
                sum += money;
            }
        }
    } else {
        let (name, count, unit) = match line.meter {
            Meter::Images => (format!("{}, {}", line.model, line.detail), tally.amounts[0], Some("images")),
            Meter::Speeches => (format!("{}, characters", line.model), tally.amounts[0], Some("characters")),
            Meter::Transcriptions => {
                (format!("{}, audio", line.model), tally.amounts[0], Some("duration_seconds"))
            }
            Meter::VectorStores => ("vector store storage".into(), tally.amounts[0], None),
            Meter::Sessions => ("code interpreter sessions".into(), tally.requests, None),
            Meter::FileSearches => ("file search tool calls".into(), tally.requests, None),
            Meter::WebSearches => ("web search tool calls".into(), searches(tally), None),
            _ => (format!("{}, input", line.model), tally.amounts[0], Some("tokens")),
        };
        let quantity = world.booked(salt, day, count);
        let money = i128::from(quantity) * i128::from(unit_price(line));
        if money > 0 {
            rows.push(item(name, key(), money, Some((quantity, unit))));
            sum += money;
        }
    }
    if let Some(per_mille) = world.correction(salt, day)
        && sum > 0
    {
        rows.push(item("usage correction".into(), None, sum * per_mille / 1000, None));
    }
}
