//! Google Gemini as Cloud Monitoring sees it: counters of requests and tokens by model, their limits, and a day that ends at
//! midnight in California. Whole numbers are text, points come newest first, the same use is told once for each limit, and
//! what nobody did is not there at all.

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc, Weekday};

use crate::admit::grant::by_assertion;
use crate::admit::{Admit, Key};
use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, When, error, names};
use crate::json::{Json, object};
use crate::trade::{Line, done};
use crate::world::{DAY_AND_NIGHT, EVENINGS, KOLKATA, NEW_YORK, Person, Work, World, day_of, made_up};

const SCOPE: &str = "https://www.googleapis.com/auth/monitoring.read";

pub(crate) const HANDLER: Handler = Handler {
    id: "gcp.gemini",
    base_path: "/gemini",
    key: Key::ServiceAccount,
    ordinary_key_prefix: "other",
    admit: Admit::Grant { scope: SCOPE },
    details: |seed| vec![("project_id", project(seed))],
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse,
    ..Handler::PLAIN
};

const SERIES: Stream = Stream {
    path: "/v3/projects/{}/timeSeries",
    list: Some("timeSeries.points"),
    count: Some("int64Value"),
    paging: Some(Paging::cursor("nextPageToken", "pageToken")),
    ..PLAIN
};

const STREAMS: [Stream; 4] = [
    Stream { name: "token", path: "/token", methods: &["POST"], admit: Some(Admit::Open), ..PLAIN },
    Stream {
        name: "descriptors",
        path: "/v3/projects/{}/metricDescriptors",
        list: Some("metricDescriptors"),
        paging: Some(Paging::cursor("nextPageToken", "pageToken")),
        ..PLAIN
    },
    // Whole days are asked for by who wants the use of days; anything else is asked for by who wants to know what is left.
    Stream {
        name: "usage",
        when: When::Query("aggregation.alignmentPeriod", "86400s"),
        stray: Some(stray),
        ..SERIES
    },
    Stream { name: "limits", ..SERIES },
];

fn project(seed: u64) -> String {
    format!("gen-lang-client-{}", made_up(seed, "gemini/project", 10).to_lowercase())
}

fn refuse(refusal: &Refusal) -> Json {
    let (status, usual) = match refusal.status {
        400 => ("INVALID_ARGUMENT", "Request contains an invalid argument."),
        401 => ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
        403 => (
            "PERMISSION_DENIED",
            "Permission monitoring.timeSeries.list denied (or the resource may not exist).",
        ),
        404 => ("NOT_FOUND", "The requested resource was not found."),
        429 => ("RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Time series queries'."),
        500.. => ("INTERNAL", "Internal error encountered."),
        _ => ("FAILED_PRECONDITION", "The request cannot be served."),
    };
    error([
        ("code", u64::from(refusal.status).into()),
        ("message", refusal.words(usual).into()),
        ("status", status.into()),
    ])
}

/// A family of counters, with the limits it counts against: their names and amounts for each model.
struct Family {
    name: &'static str,
    what: What,
    limits: &'static [(&'static str, u64)],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Requests,
    Input,
}

const FREE: &[Family] = &[
    Family {
        name: "generate_content_free_tier_requests",
        what: What::Requests,
        limits: &[
            ("GenerateRequestsPerDayPerProjectPerModel-FreeTier", 0),
            ("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", 15),
        ],
    },
    Family {
        name: "generate_content_free_tier_input_token_count",
        what: What::Input,
        limits: &[
            ("GenerateContentInputTokensPerModelPerDay-FreeTier", 1_000_000),
            ("GenerateContentInputTokensPerModelPerMinute-FreeTier", 250_000),
        ],
    },
];
const TIER_1: &[Family] = &[
    Family {
        name: "generate_requests_per_model",
        what: What::Requests,
        limits: &[
            ("GenerateRequestsPerDayPerProjectPerModel", 10_000),
            ("GenerateRequestsPerMinutePerProjectPerModel", 1_000),
        ],
    },
    Family {
        name: "generate_content_paid_tier_input_token_count",
        what: What::Input,
        limits: &[("GenerateContentPaidTierInputTokensPerModelPerMinute", 4_000_000)],
    },
];
const TIER_2: &[Family] = &[
    Family {
        name: "generate_content_paid_tier_2_requests",
        what: What::Requests,
        limits: &[("GenerateContentPaidTier2RequestsPerMinutePerProjectPerModel", 2_000)],
    },
    Family {
        name: "generate_content_paid_tier_2_input_token_count",
        what: What::Input,
        limits: &[("GenerateContentPaidTier2InputTokensPerModelPerMinute", 10_000_000)],
    },
];

/// Requests to one model, and how many a day are free.
struct Model {
    line: Line,
    free_a_day: u64,
}

const fn model(model: &'static str, free_a_day: u64, work: Work) -> Model {
    Model { line: Line { model, prices: [0; 6], work }, free_a_day }
}

fn models(person: Person) -> &'static [Model] {
    match person {
        Person::Freelancer => {
            &const {
                [model(
                    "gemini-3.8-flash",
                    0,
                    Work { rhythm: &KOLKATA, pace: 11, sizes: [3100, 540, 0, 0, 0, 0] },
                )]
            }
        }
        Person::Student => {
            const {
                &[
                    model(
                        "gemini-3.5-flash",
                        20,
                        Work { rhythm: &EVENINGS, pace: 2, sizes: [1900, 610, 0, 0, 0, 0] },
                    ),
                    model(
                        "gemini-3.1-flash-lite",
                        500,
                        Work { rhythm: &DAY_AND_NIGHT, pace: 6, sizes: [900, 120, 0, 0, 0, 0] },
                    ),
                ]
            }
        }
        Person::Team => {
            const {
                &[
                    model(
                        "gemini-4-argon",
                        0,
                        Work { rhythm: &NEW_YORK, pace: 90, sizes: [5200, 700, 0, 0, 0, 0] },
                    ),
                    model(
                        "gemini-3.8-flash",
                        0,
                        Work { rhythm: &DAY_AND_NIGHT, pace: 140, sizes: [2400, 310, 0, 0, 0, 0] },
                    ),
                ]
            }
        }
        Person::Bulk(_) => &[],
    }
}

fn families(person: Person) -> &'static [Family] {
    match person {
        Person::Student => FREE,
        Person::Freelancer => TIER_1,
        _ => TIER_2,
    }
}

const SERVICE: &str = "generativelanguage.googleapis.com/";
const OUTPUT: &str = "generate_content_usage_output_token_count";
const RESOURCE: &str = "generativelanguage.googleapis.com/Location";

/// Whether the clocks of California are an hour ahead at the midnight that begins a date: from the day after the second
/// Sunday of March to the first Sunday of November.
fn is_summer(date: NaiveDate) -> bool {
    let sunday = |month, which| NaiveDate::from_weekday_of_month_opt(date.year(), month, Weekday::Sun, which);
    match (sunday(3, 2), sunday(11, 1)) {
        (Some(begins), Some(ends)) => begins < date && date <= ends,
        _ => false,
    }
}

/// The minute at which a date begins in California.
fn midnight(date: NaiveDate) -> i64 {
    day_of(date) * 1440 + if is_summer(date) { 7 * 60 } else { 8 * 60 }
}

/// The dates of California that `[from, to)`, in minutes, touches.
fn dates(from: i64, to: i64) -> impl Iterator<Item = NaiveDate> {
    // No place is more than a day behind UTC.
    let first = crate::world::date(from.div_euclid(1440) - 1);
    first
        .iter_days()
        .skip_while(move |date| midnight(date.succ_opt().unwrap_or(*date)) <= from)
        .take_while(move |date| midnight(*date) < to)
}

/// Requests and tokens in `[from, to)`. What is beyond a day's free requests is refused, and counts as nothing.
fn used(world: &World, model: &Model, what: Option<What>, from: i64, to: i64) -> u64 {
    let done = |from, to| done(world, "gemini", &model.line, from, to);
    let [input, output, ..] = done(from, to).amounts;
    match what {
        None => output,
        Some(What::Input) => input,
        Some(What::Requests) if model.free_a_day == 0 => done(from, to).requests,
        Some(What::Requests) => dates(from, to)
            .map(|date| {
                let (begins, ends) = (midnight(date), midnight(date.succ_opt().unwrap_or(date)));
                let until =
                    |minute: i64| done(begins, minute.clamp(begins, ends)).requests.min(model.free_a_day);
                until(to) - until(from)
            })
            .sum(),
    }
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    match ask.stream.name {
        "token" => return by_assertion(ask, "https://oauth2.googleapis.com/token", &[SCOPE]),
        _ if ask.param() != project(world.seed) => return Err(Refusal::status(403)),
        "descriptors" => descriptors(ask, world),
        _ => series(ask, world),
    }
    .map(Answer::Tree)
}

fn descriptors(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&["filter", "pageSize", "pageToken"])?;
    let wanted = format!("metric.type = starts_with(\"{SERVICE}\")");
    if ask.only("filter")? != Some(&wanted) {
        return Err(Refusal::query("filter", "Field filter had an invalid value"));
    }
    let size = ask.whole("pageSize", 1, 10_000)?.unwrap_or(10_000);
    let start = ask.whole("pageToken", 1, 10_000)?.unwrap_or(0);
    let mut all = Vec::new();
    for family in families(world.person) {
        for (side, kind) in [("usage", "DELTA"), ("limit", "GAUGE"), ("exceeded", "DELTA")] {
            all.push((format!("{SERVICE}quota/{}/{side}", family.name), kind));
        }
        all.push((format!("{SERVICE}quota/{}_internal/usage", family.name), "DELTA"));
    }
    all.push((format!("{SERVICE}{OUTPUT}"), "DELTA"));
    // A counter of a tier that this project was never on: it is described, but there is no metric of it.
    all.push((format!("{SERVICE}quota/generate_content_paid_tier_3_requests/usage"), "DELTA"));
    let (start, end) = (at(start), at(start.saturating_add(size)));
    let more = end < all.len();
    let page = all.into_iter().skip(start).take(end - start);
    let described = page.map(|(name, kind)| {
        object([
            ("name", format!("projects/{}/metricDescriptors/{name}", project(world.seed)).into()),
            ("type", name.into()),
            ("metricKind", kind.into()),
            ("valueType", "INT64".into()),
        ])
    });
    let mut fields = vec![("metricDescriptors".into(), Json::List(described.collect()))];
    if more {
        fields.push(("nextPageToken".into(), end.to_string().into()));
    }
    Ok(Json::Object(fields))
}

fn at(place: i64) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

/// What is asked of a series.
struct Wanted {
    metric: String,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    seconds: i64,
}

const FIELDS: [&str; 4] = [
    "metric.labels.model",
    "metric.labels.limit_name",
    "metric.labels.output_modality",
    "resource.labels.resource_container",
];

fn wanted(ask: &Ask) -> Result<Wanted, Refusal> {
    ask.knows(&[
        "filter",
        "interval.startTime",
        "interval.endTime",
        "aggregation.alignmentPeriod",
        "aggregation.perSeriesAligner",
        "aggregation.crossSeriesReducer",
        "aggregation.groupByFields",
        "view",
        "pageSize",
        "pageToken",
    ])?;
    let bad = |name: &'static str| Refusal::query(name, format!("Field {name} had an invalid value"));
    let filter = ask.only("filter")?.ok_or_else(|| Refusal::missing("filter"))?;
    let metric = filter
        .strip_prefix("metric.type = \"")
        .and_then(|rest| rest.strip_suffix(&format!("\" AND resource.type = \"{RESOURCE}\"")))
        .filter(|metric| !metric.contains('"'))
        .ok_or_else(|| bad("filter"))?;
    let time = |name: &'static str| {
        let text = ask.only(name)?.ok_or_else(|| Refusal::missing(name))?;
        DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).map_err(|_| bad(name))
    };
    let (start, end) = (time("interval.startTime")?, time("interval.endTime")?);
    if start >= end {
        return Err(bad("interval.endTime"));
    }
    let period = "aggregation.alignmentPeriod";
    let seconds = ask.only(period)?.and_then(|text| text.strip_suffix('s')?.parse().ok());
    let seconds = seconds.filter(|seconds| *seconds >= 60).ok_or_else(|| bad(period))?;
    if ask.each("aggregation.groupByFields").any(|field| !FIELDS.contains(&field)) {
        return Err(bad("aggregation.groupByFields"));
    }
    if !matches!(ask.only("view")?, None | Some("FULL")) {
        return Err(bad("view"));
    }
    Ok(Wanted { metric: metric.to_owned(), start, end, seconds })
}

/// One series: its model, its limit or the kind of its output, and what it counts.
struct Series<'a> {
    model: &'a Model,
    label: Option<(&'static str, &'static str)>,
    what: Option<What>,
    limit: Option<u64>,
}

fn series(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    let wanted = wanted(ask)?;
    let Some(name) = wanted.metric.strip_prefix(SERVICE) else {
        return Err(Refusal::query("filter", "The resource does not have this metric"));
    };
    let mut all = Vec::new();
    let mut is_limit = false;
    if name == OUTPUT {
        let of = |model| Series { model, label: Some(("output_modality", "TEXT")), what: None, limit: None };
        all.extend(models(world.person).iter().map(of));
    } else {
        let family = |side: &str| {
            let family = name.strip_prefix("quota/")?.strip_suffix(side)?;
            families(world.person).iter().find(|known| known.name == family)
        };
        is_limit = family("/limit").is_some();
        let Some(family) = family("/usage").or_else(|| family("/limit")) else {
            let words = format!("Cannot find metric(s) that match type = \"{}\".", wanted.metric);
            return Err(Refusal::said(404, words));
        };
        for model in models(world.person) {
            for (limit_name, limit) in family.limits {
                // How many requests a day are free differs from model to model.
                let limit = if *limit == 0 { model.free_a_day } else { *limit };
                let label = Some(("limit_name", *limit_name));
                let limit = is_limit.then_some(limit);
                all.push(Series { model, label, what: Some(family.what), limit });
            }
        }
    }
    let fits = if is_limit { ["ALIGN_MAX", "REDUCE_MAX"] } else { ["ALIGN_SUM", "REDUCE_SUM"] };
    let asked = [ask.only("aggregation.perSeriesAligner")?, ask.only("aggregation.crossSeriesReducer")?];
    if asked != fits.map(Some) {
        return Err(Refusal::said(400, "The aligner and reducer do not fit the kind of the metric."));
    }
    let grouped = |field: &str| ask.each("aggregation.groupByFields").any(|known| known == field);
    // Whoever groups by less has all limits' series of a model added up: Google does as it is told.
    let label_field = if name == OUTPUT { FIELDS[2] } else { FIELDS[1] };
    if !grouped(FIELDS[0]) || !grouped(FIELDS[3]) || !grouped(label_field) {
        return Err(Refusal::said(
            400,
            "This town keeps series apart by model, container and limit or modality.",
        ));
    }
    let mut told: Vec<Json> = all.iter().filter_map(|series| one(world, &wanted, series)).collect();
    // Pages are short here, so that the series of one model fall on two of them.
    let size = at(ask.whole("pageSize", 1, 100_000)?.unwrap_or(100_000)).min(3);
    let first = at(ask.whole("pageToken", 1, 1_000)?.unwrap_or(0));
    let more = first + size < told.len();
    told = told.into_iter().skip(first).take(size).collect();
    if told.is_empty() {
        return Ok(Json::Object(Vec::new()));
    }
    let mut fields = vec![("timeSeries".into(), Json::List(told))];
    if more {
        fields.push(("nextPageToken".into(), (first + size).to_string().into()));
    }
    fields.push(("unit".into(), "1".into()));
    Ok(Json::Object(fields))
}

/// A series with its points, newest first; nothing where nothing happened.
fn one(world: &World, wanted: &Wanted, series: &Series) -> Option<Json> {
    let mut points = Vec::new();
    let mut end = wanted.end;
    while end > wanted.start {
        let start = end - chrono::TimeDelta::seconds(wanted.seconds);
        let minute = |time: DateTime<Utc>| time.timestamp().div_euclid(60);
        let value = match series.limit {
            Some(limit) if minute(start) <= world.now => limit,
            Some(_) => 0,
            None => used(world, series.model, series.what, minute(start), minute(end)),
        };
        if value > 0 {
            let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
            // A level holds at a moment, a count over a time.
            let start = if series.limit.is_some() { end } else { start };
            let interval = object([("startTime", text(start).into()), ("endTime", text(end).into())]);
            let value = object([("int64Value", value.to_string().into())]);
            points.push(object([("interval", interval), ("value", value)]));
        }
        end = start;
    }
    if points.is_empty() {
        return None;
    }
    let mut labels = vec![("model".into(), Json::from(series.model.line.model))];
    if let Some((name, value)) = series.label {
        labels.push((name.into(), value.into()));
    }
    let resource = object([("resource_container", project(world.seed).into())]);
    let kind = if series.limit.is_some() { "GAUGE" } else { "DELTA" };
    Some(object([
        ("metric", object([("type", wanted.metric.as_str().into()), ("labels", Json::Object(labels))])),
        ("resource", object([("type", RESOURCE.into()), ("labels", resource)])),
        ("metricKind", kind.into()),
        ("valueType", "INT64".into()),
        ("points", Json::List(points)),
    ]))
}

/// A point of long ago at the end of a series.
fn stray(tree: &mut Json) -> bool {
    let Some(all) = tree.field("timeSeries").and_then(Json::items) else { return false };
    let Some(points) = all.first_mut().and_then(|series| series.field("points")).and_then(Json::items) else {
        return false;
    };
    let Some(mut stray) = points.last().cloned() else { return false };
    stray.put("interval.startTime", "2001-01-01T00:00:00Z".into());
    stray.put("interval.endTime", "2001-01-02T00:00:00Z".into());
    points.push(stray);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp() / 60
    }

    #[test]
    fn a_day_begins_at_midnight_in_california_also_where_the_clocks_change() {
        let begins = |date: &str| midnight(date.parse().unwrap());
        assert_eq!(begins("2026-03-08"), minute("2026-03-08T08:00:00Z"));
        assert_eq!(begins("2026-03-09"), minute("2026-03-09T07:00:00Z"));
        assert_eq!(begins("2026-11-01"), minute("2026-11-01T07:00:00Z"));
        assert_eq!(begins("2026-11-02"), minute("2026-11-02T08:00:00Z"));
        assert_eq!(begins("2026-12-25"), minute("2026-12-25T08:00:00Z"));
    }

    #[test]
    fn the_free_requests_of_a_day_are_never_overrun_and_begin_again() {
        let now = "2026-11-20T14:37:00Z".parse().unwrap();
        let world = World::new(Person::Student, 7, now, now);
        let flash = &models(Person::Student)[0];
        let mut most = 0;
        for date in dates(world.since, world.now) {
            let (begins, ends) = (midnight(date), midnight(date.succ_opt().unwrap()));
            let day = used(&world, flash, Some(What::Requests), begins, ends);
            let noon = begins + 700;
            let parts = used(&world, flash, Some(What::Requests), begins, noon)
                + used(&world, flash, Some(What::Requests), noon, ends);
            assert!(day <= flash.free_a_day && parts == day, "{date}: {day}, {parts}");
            most = most.max(day);
        }
        assert!(most > 10, "{most}");
    }
}
