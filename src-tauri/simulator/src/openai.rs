//! OpenAI: `organization/costs` and the `organization/usage` reports, in dollars, Unix seconds and one shape for all; the
//! organization's lists and limits.

mod bulk;
mod lines;
mod organization;
mod reports;

use std::collections::BTreeMap;

use crate::admit::Admit;
use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, error, names};
use crate::json::{Json, object};
use crate::pages::{Slice, Width, slice};
use crate::world::{Person, World};
use reports::{REPORTS, Report, Row};

pub(crate) const HANDLER: Handler = Handler {
    id: "openai",
    base_path: "/openai/v1",
    key_prefix: "sk-admin-",
    ordinary_key_prefix: "sk-proj-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    admit: Admit::Own(admit),
    answer,
    refuse,
    ..Handler::PLAIN
};

const STREAMS: [Stream; 15] = [
    Stream {
        name: "costs",
        path: "/organization/costs",
        money: Some("amount.value"),
        currency: Some("amount.currency"),
        ..REPORT
    },
    usage("usage_completions", "/organization/usage/completions", "input_tokens"),
    usage("usage_embeddings", "/organization/usage/embeddings", "input_tokens"),
    usage("usage_moderations", "/organization/usage/moderations", "input_tokens"),
    usage("usage_images", "/organization/usage/images", "images"),
    usage("usage_audio_speeches", "/organization/usage/audio_speeches", "characters"),
    usage("usage_audio_transcriptions", "/organization/usage/audio_transcriptions", "seconds"),
    usage("usage_vector_stores", "/organization/usage/vector_stores", "usage_bytes"),
    usage("usage_code_interpreter_sessions", "/organization/usage/code_interpreter_sessions", "num_sessions"),
    usage("usage_file_search_calls", "/organization/usage/file_search_calls", "num_requests"),
    usage("usage_web_search_calls", "/organization/usage/web_search_calls", "num_requests"),
    organization::PROJECTS,
    organization::API_KEYS,
    organization::RATE_LIMITS,
    organization::SPEND_LIMIT,
];

const fn usage(name: &'static str, path: &'static str, count: &'static str) -> Stream {
    Stream { name, path, count: Some(count), ..REPORT }
}

const REPORT: Stream = Stream {
    list: Some("data"),
    paging: Some(Paging::cursor("next_page", "page").more("has_more")),
    stray: Some(stray),
    ..PLAIN
};

fn admit(ask: &Ask) -> Result<(), Refusal> {
    match ask.bearer() {
        Some(key) if key == ask.keys.admin => Ok(()),
        Some(key) if key == ask.keys.ordinary => Err(Refusal::status(403)),
        Some(key) => {
            let masked = match (key.get(..8), key.len().checked_sub(4).and_then(|at| key.get(at..))) {
                (Some(head), Some(tail)) if key.len() > 16 => format!("{head}********************{tail}"),
                _ => "***".to_owned(),
            };
            let words = format!(
                "Incorrect API key provided: {masked}. You can find your API key at https://platform.openai.com/account/api-keys."
            );
            Err(Refusal::said(401, words))
        }
        None => Err(Refusal::said(
            401,
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.",
        )),
    }
}

fn refuse(refusal: &Refusal) -> Json {
    let (usual, kind, code) = match refusal.status {
        401 => ("Incorrect API key provided.", "invalid_request_error", Some("invalid_api_key")),
        403 => (
            "You have insufficient permissions for this operation. Missing scopes: api.usage.read. Check that you have the correct role in your organization and project.",
            "invalid_request_error",
            None,
        ),
        404 => ("Invalid URL or unknown id.", "invalid_request_error", None),
        405 => ("Method not allowed.", "invalid_request_error", Some("method_not_supported")),
        429 => ("Rate limit reached. Please try again later.", "requests", Some("rate_limit_exceeded")),
        500.. => ("The server had an error while processing your request.", "server_error", None),
        _ => ("Invalid request.", "invalid_request_error", None),
    };
    error([
        ("message", refusal.words(usual).into()),
        ("type", kind.into()),
        ("param", refusal.param.into()),
        ("code", code.into()),
    ])
}

/// A query that was found good.
struct Query<'a> {
    report: &'static Report,
    start: i64,
    end: i64,
    width: Width,
    limit: i64,
    page: Option<&'a str>,
    /// Dimensions asked for, in the order of the report.
    groups: Vec<&'static str>,
    /// Dimension and the values let through.
    filters: Vec<(&'static str, Vec<&'a str>)>,
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    if let Some(answer) = organization::answer(ask, world) {
        return answer;
    }
    let mut query = read(ask, world)?;
    let bulk = match world.person {
        Person::Bulk(rows) if query.report.stream == "usage_completions" => Some(rows),
        _ => None,
    };
    if let Some(rows) = bulk {
        query.limit = bulk::limit(rows, query.limit);
    }
    let pages = slice(ask, world, (query.start, query.end), query.width, query.limit, query.page)?;
    if let Some(rows) = bulk {
        return Ok(bulk::answer(&query, &pages, world, rows, ask.spoiled));
    }
    let bucket = |(from, to): &(i64, i64)| {
        let rows = reports::rows(query.report, world, *from, *to);
        let results =
            if query.report.stream == "costs" { costs(rows, &query, *from) } else { usages(rows, &query) };
        bucket(*from, *to, results)
    };
    let buckets = pages.buckets.iter().map(bucket).collect();
    Ok(Answer::Tree(page(buckets, &pages)))
}

fn bucket(from: i64, to: i64, results: Vec<Json>) -> Json {
    object([
        ("object", "bucket".into()),
        ("start_time", (from * 60).into()),
        ("end_time", (to * 60).into()),
        ("results", Json::List(results)),
    ])
}

fn page(buckets: Vec<Json>, pages: &Slice) -> Json {
    object([
        ("object", "page".into()),
        ("data", Json::List(buckets)),
        ("has_more", pages.next.is_some().into()),
        ("next_page", pages.next.clone().into()),
    ])
}

/// Adds up the rows that agree in the dimensions asked for; the others become null.
fn grouped(rows: Vec<Row>, query: &Query) -> BTreeMap<Vec<Option<String>>, Row> {
    let mut groups: BTreeMap<Vec<Option<String>>, Row> = BTreeMap::new();
    for mut row in rows {
        let passes = |(name, values): &(&str, Vec<&str>)| {
            let own = row
                .dimensions
                .iter()
                .find(|(dimension, _)| dimension == name)
                .and_then(|(_, own)| own.as_deref());
            own.is_some_and(|own| values.contains(&own))
        };
        if !query.filters.iter().all(passes) {
            continue;
        }
        for (name, value) in &mut row.dimensions {
            if !query.groups.contains(name) {
                *value = None;
            }
        }
        let key = row.dimensions.iter().map(|(_, value)| value.clone()).collect();
        match groups.entry(key) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(row);
            }
            std::collections::btree_map::Entry::Occupied(mut place) => place.get_mut().add(&row),
        }
    }
    groups
}

fn usages(rows: Vec<Row>, query: &Query) -> Vec<Json> {
    let result = |row: Row| {
        let mut fields = vec![("object".into(), query.report.object.into())];
        fields.extend(
            (query.report.measures)(&row.tally).into_iter().map(|(name, value)| (name.into(), value)),
        );
        fields.extend(
            row.dimensions.into_iter().map(|(name, value)| (name.into(), reports::dimension(name, value))),
        );
        Json::Object(fields)
    };
    grouped(rows, query).into_values().map(result).collect()
}

fn costs(rows: Vec<Row>, query: &Query, from: i64) -> Vec<Json> {
    let by_item = query.groups.contains(&"line_item");
    let result = |(place, row): (usize, Row)| {
        // Both forms of an amount are seen in the wild.
        let even = (usize::try_from(from / crate::world::MINUTES_A_DAY).unwrap_or_default() + place)
            .is_multiple_of(2);
        let value = if even {
            Json::Number(crate::world::number(row.money, 4))
        } else {
            Json::Text(crate::world::plain(row.money, crate::world::DOLLAR_DIGITS))
        };
        let quantity = if by_item { row.quantity } else { None };
        let mut fields = vec![
            ("object".into(), query.report.object.into()),
            ("amount".into(), object([("value", value), ("currency", "usd".into())])),
        ];
        fields.extend(row.dimensions.into_iter().map(|(name, value)| (name.into(), value.into())));
        fields.push(("quantity".into(), quantity.map(|(count, _)| count).into()));
        fields.push(("quantity_unit".into(), quantity.and_then(|(_, unit)| unit).into()));
        Json::Object(fields)
    };
    grouped(rows, query).into_values().enumerate().map(result).collect()
}

fn read<'a>(ask: &'a Ask, world: &World) -> Result<Query<'a>, Refusal> {
    let report =
        REPORTS.iter().find(|report| report.stream == ask.stream.name).ok_or_else(|| Refusal::status(404))?;
    let mut groups = Vec::new();
    let mut filters: Vec<(&'static str, Vec<&str>)> = Vec::new();
    for (name, value) in &ask.query {
        let name = name.strip_suffix("[]").unwrap_or(name);
        if name == "group_by" {
            let known = report.dimensions.iter().find(|dimension| *dimension == value).ok_or_else(|| {
                let words = format!(
                    "Invalid value: '{value}'. Supported values are: {}.",
                    report.dimensions.join(", ")
                );
                Refusal::query("group_by", words)
            })?;
            groups.push(*known);
        } else if let Some(filter) = report.filters.iter().find(|filter| filter.param == name) {
            if !filter.values.is_empty() && !filter.values.contains(&value.as_str()) {
                let words =
                    format!("Invalid value: '{value}'. Supported values are: {}.", filter.values.join(", "));
                return Err(Refusal::query(filter.param, words));
            }
            match filters.iter_mut().find(|(dimension, _)| *dimension == filter.dimension) {
                Some((_, values)) => values.push(value),
                None => filters.push((filter.dimension, vec![value])),
            }
        } else if !["start_time", "end_time", "bucket_width", "limit", "page"].contains(&name) {
            return Err(Refusal::said(400, format!("Unknown parameter: '{name}'.")));
        }
    }
    let width = ask.only("bucket_width")?;
    let width = Width::read(width)
        .filter(|width| report.stream != "costs" || *width == Width::Day)
        .ok_or_else(|| {
            let known = if report.stream == "costs" { "'1d'" } else { "'1m', '1h', '1d'" };
            let words =
                format!("Invalid value: '{}'. Supported values are: {known}.", width.unwrap_or_default());
            Refusal::query("bucket_width", words)
        })?;
    let (usual, most) = if report.stream == "costs" { (7, 180) } else { width.usage_limits() };
    let limit = match whole(ask, "limit")? {
        None => usual,
        Some(limit) if (1..=most).contains(&limit) => limit,
        Some(limit) => {
            let words = format!(
                "Invalid 'limit': {limit}. Expected a value between 1 and {most} for this bucket_width."
            );
            return Err(Refusal::query("limit", words));
        }
    };
    let start = whole(ask, "start_time")?
        .ok_or_else(|| Refusal::query("start_time", "Missing required parameter: 'start_time'."))?;
    let end = whole(ask, "end_time")?.unwrap_or((world.now + 1) * 60);
    if ask.only("end_time")?.is_some() && end <= start {
        return Err(Refusal::query("end_time", "Invalid 'end_time': it must be after 'start_time'."));
    }
    let seconds = width.minutes() * 60;
    Ok(Query {
        report,
        start: start.div_euclid(seconds) * width.minutes(),
        end: -((-end).div_euclid(seconds)) * width.minutes(),
        width,
        limit,
        page: ask.only("page")?,
        groups,
        filters,
    })
}

fn whole(ask: &Ask, name: &'static str) -> Result<Option<i64>, Refusal> {
    let Some(text) = ask.only(name)? else { return Ok(None) };
    // Far outside of any calendar, yet safe to calculate with.
    let number = text.parse().ok().filter(|number| (0..=1_000_000_000_000).contains(number));
    let words = || format!("Invalid type for '{name}': expected a non-negative integer, got '{text}'.");
    number.map(Some).ok_or_else(|| Refusal::query(name, words()))
}

/// A copy of a bucket, just before the first one.
fn stray(tree: &mut Json) -> bool {
    let Some(buckets) = tree.field("data").and_then(Json::items) else { return false };
    let times =
        buckets.first_mut().and_then(|first| Some((time(first, "start_time")?, time(first, "end_time")?)));
    let Some((start, end)) = times else { return false };
    let full = |bucket: &mut Json| {
        bucket.field("results").and_then(Json::items).is_some_and(|rows| !rows.is_empty())
    };
    let Some(mut stray) = buckets.iter_mut().position(full).map(|place| buckets[place].clone()) else {
        return false;
    };
    stray.set("start_time", (start + start - end).into());
    stray.set("end_time", start.into());
    buckets.insert(0, stray);
    true
}

fn time(bucket: &mut Json, name: &str) -> Option<i64> {
    match bucket.field(name) {
        Some(Json::Number(text)) => text.parse().ok(),
        _ => None,
    }
}
