//! Langfuse: sums by day and model, at the newer endpoint or, on a student's older server, at the one before it. Counts are
//! text at the newer one.

use serde_json::Value;

use crate::admit::{Admit, Key};
use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{Line, cost, done, usual};
use crate::world::{DOLLAR_DIGITS, MINUTES_A_DAY, Person, Tally, World, date, made_up, plain};

pub(crate) const HANDLER: Handler = Handler {
    id: "langfuse",
    base_path: "/langfuse",
    key: Key::Pair { user_prefix: "pk-lf-" },
    key_prefix: "sk-lf-",
    admit: Admit::Basic,
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let name = match refusal.status {
            401 => "UnauthorizedError",
            404 => "LangfuseNotFoundError",
            429 => "RateLimitExceededError",
            500.. => "InternalServerError",
            _ => "InvalidRequestError",
        };
        object([("message", refusal.plainly().into()), ("error", name.into())])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 3] = [
    Stream { name: "projects", path: "/api/public/projects", list: Some("data"), ..PLAIN },
    Stream {
        name: "metrics",
        path: "/api/public/v2/metrics",
        list: Some("data"),
        money: Some("sum_totalCost"),
        count: Some("sum_inputTokens"),
        stray: Some(|tree| stray(tree, "time_dimension")),
        ..PLAIN
    },
    Stream {
        name: "daily",
        path: "/api/public/metrics/daily",
        list: Some("data"),
        money: Some("totalCost"),
        count: Some("inputUsage"),
        paging: Some(Paging::counted("page", Some("totalPages"))),
        stray: Some(|tree| stray(tree, "date")),
        ..PLAIN
    },
];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    let tree = match ask.stream.name {
        "projects" => {
            ask.knows(&[])?;
            let id = made_up(world.seed, "langfuse/project", 25).to_lowercase();
            let project = object([("id", id.into()), ("name", "Simulated".into())]);
            object([("data", Json::List(vec![project]))])
        }
        "metrics" if world.person == Person::Student => return Err(Refusal::status(404)),
        "metrics" => metrics(ask, world)?,
        _ => daily(ask, world)?,
    };
    Ok(Answer::Tree(tree))
}

fn on(world: &World, line: &Line, day: i64) -> Tally {
    done(world, "langfuse", line, day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY)
}

fn money(line: &Line, tally: &Tally) -> Json {
    Json::Number(plain(cost(line, tally), DOLLAR_DIGITS))
}

/// The newer endpoint: what is asked is JSON inside a parameter.
fn metrics(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&["query"])?;
    let bad = |words: &str| Refusal::query("query", words.to_owned());
    let text = ask.only("query")?.ok_or_else(|| Refusal::missing("query"))?;
    let asked: Value = serde_json::from_str(text).map_err(|_| bad("query: not JSON"))?;
    let known = [
        "view",
        "dimensions",
        "metrics",
        "timeDimension",
        "filters",
        "fromTimestamp",
        "toTimestamp",
        "config",
        "orderBy",
    ];
    let fields = asked.as_object().ok_or_else(|| bad("query: expected an object"))?;
    if let Some(name) = fields.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(bad(&format!("query: unrecognized key {name}")));
    }
    if asked["view"] != "observations" || asked["timeDimension"]["granularity"] != "day" {
        return Err(bad("query: this town knows observations by the day"));
    }
    if asked["dimensions"] != serde_json::json!([{"field": "providedModelName"}]) {
        return Err(bad("query: high cardinality or unknown dimension"));
    }
    let generations = serde_json::json!([
        {"column": "type", "operator": "any of", "value": ["GENERATION"], "type": "stringOptions"}
    ]);
    if asked["filters"] != generations {
        return Err(bad("query: without a filter for generations spans would be counted too"));
    }
    let day = |name: &str| {
        let time = asked[name].as_str().and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
        let seconds = time.ok_or_else(|| bad(&format!("query: {name} is no time")))?.timestamp();
        Ok::<_, Refusal>(seconds.div_euclid(MINUTES_A_DAY * 60))
    };
    let (from, to) = (day("fromTimestamp")?, day("toTimestamp")?);
    let most = match &asked["config"]["row_limit"] {
        Value::Null => 100,
        limit => {
            limit.as_u64().filter(|limit| (1..=1_000).contains(limit)).ok_or_else(|| bad("row_limit"))?
        }
    };
    let measures: Vec<(String, String)> = asked["metrics"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|metric| {
            let text = |name: &str| metric[name].as_str().unwrap_or_default().to_owned();
            (text("measure"), text("aggregation"))
        })
        .collect();
    let mut rows = Vec::new();
    for day in world.days(from, to) {
        for line in usual(world.person) {
            let tally = on(world, line, day);
            if tally.requests == 0 {
                continue;
            }
            let [input, output, cached, ..] = tally.amounts;
            let mut row = vec![
                ("time_dimension".into(), date(day).to_string().into()),
                ("providedModelName".into(), line.model.into()),
            ];
            for (measure, aggregation) in &measures {
                let value = match (measure.as_str(), aggregation.as_str()) {
                    ("totalCost", "sum") => money(line, &tally),
                    ("inputTokens", "sum") => (input + cached).to_string().into(),
                    ("outputTokens", "sum") => output.to_string().into(),
                    ("count", "count") => tally.requests.to_string().into(),
                    _ => return Err(bad("query: unknown measure or aggregation")),
                };
                row.push((format!("{aggregation}_{measure}").into(), value));
            }
            rows.push(Json::Object(row));
        }
    }
    // What is beyond the limit is left out, and nothing says so.
    rows.truncate(usize::try_from(most).unwrap_or(100));
    Ok(object([("data", Json::List(rows))]))
}

/// The older endpoint: days in pages, the newest first.
fn daily(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&["page", "limit", "fromTimestamp", "toTimestamp", "traceName", "userId", "tags"])?;
    let page = ask.whole("page", 1, 10_000)?.unwrap_or(1);
    let limit = ask.whole("limit", 1, 100)?.unwrap_or(50).min(5);
    let from = ask.minute("fromTimestamp")?.unwrap_or(world.since).div_euclid(MINUTES_A_DAY);
    let to = ask.minute("toTimestamp")?.unwrap_or(world.now + 1440).div_euclid(MINUTES_A_DAY);
    let mut days = Vec::new();
    for day in world.days(from, to).rev() {
        let mut usage = Vec::new();
        let mut all = 0;
        for line in usual(world.person) {
            let tally = on(world, line, day);
            let [input, output, cached, ..] = tally.amounts;
            all += cost(line, &tally);
            if tally.requests > 0 {
                usage.push(object([
                    ("model", line.model.into()),
                    ("inputUsage", (input + cached).into()),
                    ("outputUsage", output.into()),
                    ("totalUsage", (input + cached + output).into()),
                    ("countTraces", tally.requests.into()),
                    ("countObservations", tally.requests.into()),
                    ("totalCost", money(line, &tally)),
                ]));
            }
        }
        if !usage.is_empty() {
            days.push(object([
                ("date", date(day).to_string().into()),
                ("countTraces", 1_u64.into()),
                ("countObservations", 1_u64.into()),
                ("totalCost", Json::Number(plain(all, DOLLAR_DIGITS))),
                ("usage", Json::List(usage)),
            ]));
        }
    }
    let [page_size, first] = [limit, (page - 1) * limit].map(|n| usize::try_from(n).unwrap_or_default());
    let (items, pages) = (days.len(), days.len().div_ceil(page_size).max(1));
    let here = days.into_iter().skip(first).take(page_size).collect();
    let meta = object([
        ("page", page.into()),
        ("limit", limit.into()),
        ("totalItems", (items as u64).into()),
        ("totalPages", (pages as u64).into()),
    ]);
    Ok(object([("data", Json::List(here)), ("meta", meta)]))
}

fn stray(tree: &mut Json, field: &str) -> bool {
    let Some(rows) = tree.field("data").and_then(Json::items) else { return false };
    let Some(mut row) = rows.last().cloned() else { return false };
    row.set(field, "2001-01-01".into());
    rows.push(row);
    true
}
