//! The benchmark's person: about so many rows of `usage_completions` over thirty days, hour by hour, written straight
//! as text.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::reports::{Row, key_id, project_id, user_id};
use super::{Query, bucket, page, usages};
use crate::handler::Answer;
use crate::json::Json;
use crate::pages::Slice;
use crate::world::{BULK_DAYS, Tally, World, dice};

const HOURS: u64 = BULK_DAYS.cast_unsigned() * 24;
const PROJECTS: u64 = 16;
const MODELS: [&str; 8] = [
    "gpt-5.1-2025-11-13",
    "gpt-5-mini-2025-08-07",
    "gpt-5.4-mini-2026-03-17",
    "gpt-5.4-nano-2026-03-17",
    "gpt-5.5-2026-04-23",
    "gpt-6-luna",
    "gpt-6.1-sol",
    super::lines::UNLISTED,
];

/// Rows on a page, about: the real service has no such months, and a page of a week would be too long for any client.
const PAGE_ROWS: u64 = 25_000;

/// Buckets on a page: as asked, but fewer where they are very full.
pub(super) fn limit(rows: u64, asked: i64) -> i64 {
    // However wide a bucket is, it has no more rows than the fullest of its hours.
    asked.min((PAGE_ROWS / (rows / HOURS).max(1)).max(1).cast_signed())
}

pub(super) fn answer(query: &Query, pages: &Slice, world: &World, rows: u64, spoiled: bool) -> Answer {
    let told_apart = ["project_id", "api_key_id", "model"].iter().all(|name| query.groups.contains(name));
    if told_apart && query.filters.is_empty() && !spoiled {
        return Answer::Text(text(query, pages, world, rows).into());
    }
    let buckets = pages.buckets.iter().map(|(from, to)| {
        let rows = hours(world, *from, *to).flat_map(|hour| hour_rows(world, rows, hour)).collect();
        bucket(*from, *to, usages(rows, query))
    });
    Answer::Tree(page(buckets.collect(), pages))
}

/// The hours that begin in `[from, to)`, as far as there is anything in them.
fn hours(world: &World, from: i64, to: i64) -> std::ops::Range<i64> {
    let last = world.opened.div_euclid(60) + 1;
    let first = last - HOURS.cast_signed();
    let ceiling = |minute: i64| -(-minute).div_euclid(60);
    let start = ceiling(from).max(first);
    start..ceiling(to).min(last).min(world.now.div_euclid(60) + 1).max(start)
}

/// How many rows the hour has: all hours together have exactly as many as were asked for.
fn count(world: &World, rows: u64, hour: i64) -> u64 {
    let place = (hour - (world.opened.div_euclid(60) + 1 - HOURS.cast_signed())).cast_unsigned();
    let until = |place: u64| u128::from(rows) * u128::from(place) / u128::from(HOURS);
    u64::try_from(until(place + 1) - until(place)).unwrap_or_default()
}

/// The row's model, key and project: rows of one hour differ in model or key.
fn place(row: u64) -> (usize, u64, u64) {
    let models = MODELS.len() as u64;
    let key = row / models;
    (usize::try_from(row % models).unwrap_or_default(), key, key % PROJECTS)
}

fn tally(seed: u64, hour: i64, row: u64) -> Tally {
    let roll = dice(seed, &[hour.cast_unsigned(), row]);
    let requests = 1 + roll % 40;
    let (uncached, cached, output) =
        (200 + (roll >> 8) % 4000, (roll >> 24) % 6000, 50 + (roll >> 40) % 1200);
    Tally { requests, amounts: [requests * uncached, requests * cached, 0, requests * output, 0, 0] }
}

fn hour_rows(world: &World, rows: u64, hour: i64) -> impl Iterator<Item = Row> {
    (0..count(world, rows, hour)).map(move |row| {
        let (model, key, project) = place(row);
        let dimensions = vec![
            ("project_id", Some(project_id(world, project))),
            ("user_id", Some(user_id(world, project))),
            ("api_key_id", Some(key_id(world, key))),
            ("model", Some(MODELS[model].to_owned())),
            ("batch", Some("false".to_owned())),
            ("service_tier", Some("default".to_owned())),
        ];
        Row { dimensions, tally: tally(world.seed, hour, row), money: 0, quantity: None }
    })
}

/// The same answer as the tree's, in another order of rows, written without building it.
fn text(query: &Query, pages: &Slice, world: &World, rows: u64) -> String {
    let mut out = String::with_capacity(1 << 20);
    let mut ends: BTreeMap<u64, String> = BTreeMap::new();
    out.push_str(r#"{"object":"page","data":["#);
    for (index, (from, to)) in pages.buckets.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(r#"{"object":"bucket","start_time":"#);
        push(&mut out, (from * 60).cast_unsigned());
        out.push_str(r#","end_time":"#);
        push(&mut out, (to * 60).cast_unsigned());
        out.push_str(r#","results":["#);
        let span = hours(world, *from, *to);
        let most = span.clone().map(|hour| count(world, rows, hour)).max().unwrap_or_default();
        for row in 0..most {
            let mut sum = Tally::default();
            for hour in span.clone().filter(|hour| row < count(world, rows, *hour)) {
                sum.add(&tally(world.seed, hour, row));
            }
            if row > 0 {
                out.push(',');
            }
            write_tally(&mut out, &sum);
            out.push_str(ends.entry(row).or_insert_with(|| end(query, world, row)));
        }
        out.push_str("]}");
    }
    out.push_str(r#"],"has_more":"#);
    out.push_str(if pages.next.is_some() { r#"true,"next_page":"# } else { r#"false,"next_page":"# });
    out.push_str(&Json::from(pages.next.clone()).render());
    out.push('}');
    out
}

fn write_tally(out: &mut String, tally: &Tally) {
    let [uncached, cached, _, output, ..] = tally.amounts;
    for (name, value) in [
        (r#"{"object":"organization.usage.completions.result","input_tokens":"#, uncached + cached),
        (r#","input_cached_tokens":"#, cached),
        (r#","input_cache_write_tokens":0,"input_uncached_tokens":"#, uncached),
        (r#","output_tokens":"#, output),
        (r#","input_text_tokens":"#, uncached),
        (r#","output_text_tokens":"#, output),
        (r#","input_cached_text_tokens":"#, cached),
        (
            r#","input_audio_tokens":0,"input_cached_audio_tokens":0,"output_audio_tokens":0,"input_image_tokens":0,"input_cached_image_tokens":0,"output_image_tokens":0,"num_model_requests":"#,
            tally.requests,
        ),
    ] {
        out.push_str(name);
        push(out, value);
    }
}

/// The dimensions of a row, which are the same every hour.
fn end(query: &Query, world: &World, row: u64) -> String {
    let (model, key, project) = place(row);
    let asked = |name: &str, value: String| -> Json { query.groups.contains(&name).then_some(value).into() };
    let fields = [
        ("project_id", asked("project_id", project_id(world, project))),
        ("user_id", asked("user_id", user_id(world, project))),
        ("api_key_id", asked("api_key_id", key_id(world, key))),
        ("model", asked("model", MODELS[model].to_owned())),
        ("batch", query.groups.contains(&"batch").then_some(false).into()),
        ("service_tier", asked("service_tier", "default".to_owned())),
    ];
    let text = crate::json::object(fields).render();
    format!(",{}", text.trim_start_matches('{'))
}

/// Appends a whole number, two digits at a time.
fn push(out: &mut String, mut value: u64) {
    static PAIRS: OnceLock<Vec<String>> = OnceLock::new();
    let pairs = PAIRS.get_or_init(|| (0..100).map(|pair| format!("{pair:02}")).collect());
    let mut parts = [""; 10];
    let mut at = parts.len();
    while value >= 100 {
        at -= 1;
        parts[at] = &pairs[usize::try_from(value % 100).unwrap_or_default()];
        value /= 100;
    }
    let first = &pairs[usize::try_from(value).unwrap_or_default()];
    out.push_str(if value < 10 { &first[1..] } else { first });
    parts[at..].iter().for_each(|part| out.push_str(part));
}
