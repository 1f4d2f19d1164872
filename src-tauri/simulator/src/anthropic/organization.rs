//! The organization's lists: workspaces, keys and limits; and what Claude Code did, one day an answer.

use super::lines;
use crate::handler::{Answer, Ask, PLAIN, Paging, Refusal, Stream};
use crate::json::{Json, object};
use crate::trade::{cost, done, usual};
use crate::world::{DOLLAR_DIGITS, MINUTES_A_DAY, Person, World, plain, time_text};

const LIST: Stream = Stream {
    list: Some("data"),
    paging: Some(Paging::cursor("last_id", "after_id").more("has_more")),
    ..PLAIN
};

pub(super) const WORKSPACES: Stream =
    Stream { name: "workspaces", path: "/v1/organizations/workspaces", ..LIST };
pub(super) const API_KEYS: Stream = Stream { name: "api_keys", path: "/v1/organizations/api_keys", ..LIST };
pub(super) const RATE_LIMITS: Stream = Stream {
    name: "rate_limits",
    path: "/v1/organizations/rate_limits",
    list: Some("data"),
    paging: Some(Paging::cursor("next_page", "page")),
    count: Some("limits.value"),
    ..PLAIN
};
pub(super) const SPEND_LIMITS: Stream = Stream {
    name: "spend_limits",
    path: "/v1/organizations/spend_limits",
    money: Some("amount"),
    currency: Some("currency"),
    count: None,
    ..RATE_LIMITS
};
pub(super) const CLAUDE_CODE: Stream = Stream {
    name: "usage_report_claude_code",
    path: "/v1/organizations/usage_report/claude_code",
    list: Some("data"),
    paging: Some(Paging::cursor("next_page", "page").more("has_more")),
    count: Some("tokens.output"),
    money: Some("estimated_cost.amount"),
    currency: Some("estimated_cost.currency"),
    stray: Some(stray),
    ..PLAIN
};

/// The answer, where the stream is one of these.
pub(super) fn answer(ask: &Ask, world: &World) -> Option<Result<Answer, Refusal>> {
    match ask.stream.name {
        "workspaces" => Some(workspaces(ask, world)),
        "api_keys" => Some(keys(ask, world)),
        "rate_limits" => Some(rate_limits(ask)),
        "spend_limits" => Some(spend_limits(ask, world)),
        "usage_report_claude_code" => Some(claude_code(ask, world)),
        _ => None,
    }
}

fn workspaces(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&["limit", "after_id", "before_id", "include_archived"])?;
    if ask.only("include_archived")?.is_some_and(|text| !matches!(text, "true" | "false")) {
        return Err(Refusal::query("include_archived", "include_archived: Input should be a valid boolean"));
    }
    let row = |(number, id): (usize, String)| {
        object([
            ("id", id.into()),
            ("type", "workspace".into()),
            ("name", format!("Simulated workspace {}", number + 1).into()),
            ("created_at", time_text(world.since).into()),
            ("archived_at", Json::Null),
        ])
    };
    page(ask, lines::workspaces(world).into_iter().enumerate().map(row).collect())
}

fn keys(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&["limit", "after_id", "before_id", "status", "workspace_id"])?;
    let row = |(number, id): (usize, String)| {
        object([
            ("id", id.into()),
            ("type", "api_key".into()),
            ("name", format!("Simulated key {}", number + 1).into()),
            ("partial_key_hint", "sk-ant-api03-…mock".into()),
            ("created_at", time_text(world.since).into()),
            ("status", "active".into()),
        ])
    };
    page(ask, lines::keys(world).into_iter().enumerate().map(row).collect())
}

/// The page of a list that comes after the id that was named.
fn page(ask: &Ask, mut all: Vec<Json>) -> Result<Answer, Refusal> {
    let limit = usize::try_from(ask.whole("limit", 1, 1000)?.unwrap_or(20)).unwrap_or_default();
    let id = |row: &mut Json| match row.field("id") {
        Some(Json::Text(id)) => id.clone(),
        _ => String::new(),
    };
    let first = match ask.only("after_id")? {
        None => 0,
        Some(after) => {
            let place = all.iter_mut().position(|row| id(row) == after);
            place.ok_or_else(|| Refusal::query("after_id", "after_id: no such id"))? + 1
        }
    };
    let more = all.len() - first > limit;
    let mut rows: Vec<Json> = all.into_iter().skip(first).take(limit).collect();
    let (first, last) = (rows.first_mut().map(id), rows.last_mut().map(id));
    Ok(Answer::Tree(object([
        ("data", Json::List(rows)),
        ("first_id", first.into()),
        ("has_more", more.into()),
        ("last_id", last.into()),
    ])))
}

fn rate_limits(ask: &Ask) -> Result<Answer, Refusal> {
    ask.knows(&["model", "group_type", "page"])?;
    if ask.only("page")?.is_some() {
        return Err(Refusal::query("page", "page: Invalid cursor."));
    }
    let limit = |kind: &str, value: u64| object([("type", kind.into()), ("value", value.into())]);
    let group = |kind: &str, models: Json, limits: Vec<Json>| {
        object([
            ("type", "rate_limit".into()),
            ("group_type", kind.into()),
            ("models", models),
            ("limits", Json::List(limits)),
        ])
    };
    let tokens = || {
        vec![
            limit("requests_per_minute", 4000),
            limit("input_tokens_per_minute", 2_000_000),
            limit("output_tokens_per_minute", 400_000),
        ]
    };
    let models = |names: &[&str]| Json::List(names.iter().map(|name| Json::from(*name)).collect());
    let groups = vec![
        group("model_group", models(&["claude-sonnet-5-5"]), tokens()),
        group("model_group", models(&["claude-opus-5-5", "claude-opus-5"]), tokens()),
        group("batch", Json::Null, vec![limit("requests_per_minute", 4000)]),
    ];
    Ok(Answer::Tree(object([("data", Json::List(groups)), ("next_page", Json::Null)])))
}

/// A preview: only the team was let in.
fn spend_limits(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&["limit", "page", "scope_type", "workspace_id"])?;
    ask.whole("limit", 1, 1000)?;
    if world.person != Person::Team {
        return Err(Refusal::status(403));
    }
    if ask.only("page")?.is_some() {
        return Err(Refusal::query("page", "page: Invalid cursor."));
    }
    let limit = |id: &str, cents: &str, scope: Json| {
        object([
            ("type", "spend_limit".into()),
            ("id", id.into()),
            ("amount", cents.into()),
            ("currency", "USD".into()),
            ("period", "monthly".into()),
            ("is_enabled", true.into()),
            ("scope", scope),
        ])
    };
    let mut limits = vec![limit("spl_01simulated", "250000", object([("type", "organization".into())]))];
    for (number, workspace) in lines::workspaces(world).into_iter().enumerate() {
        let scope = object([("type", "workspace".into()), ("workspace_id", workspace.into())]);
        limits.push(limit(&format!("spl_02simulated{number}"), "50000", scope));
    }
    Ok(Answer::Tree(object([("data", Json::List(limits)), ("next_page", Json::Null)])))
}

/// One UTC day, twenty records a page where nobody says how many.
fn claude_code(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&["starting_at", "limit", "page"])?;
    let day = ask.day("starting_at")?;
    let day = day.ok_or_else(|| Refusal::query("starting_at", "starting_at: Field required"))?;
    let limit = ask.whole("limit", 1, 1000)?.unwrap_or(20);
    let first = match ask.only("page")? {
        None => 0,
        Some(page) => {
            let place = page.strip_prefix("page_").and_then(|page| page.parse::<i64>().ok());
            place.ok_or_else(|| Refusal::query("page", "page: Invalid cursor."))?
        }
    };
    let (from, to) = (day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY);
    let mut records = Vec::new();
    // Only the team has it.
    let lines = if world.person == Person::Team { usual(world.person) } else { &[] };
    for line in lines {
        // Only what is older than an hour is told.
        let tally = done(world, "anthropic/claude code", line, from, to.min(world.now - 60).max(from));
        if tally.requests == 0 {
            continue;
        }
        let [input, output, read, ..] = tally.amounts;
        let tokens = object([
            ("cache_creation", 0_u64.into()),
            ("cache_read", read.into()),
            ("input", input.into()),
            ("output", output.into()),
        ]);
        // Cents, and a number here.
        let cents = Json::Number(plain(cost(line, &tally), DOLLAR_DIGITS - 2));
        records.push(object([
            ("actor", object([("type", "api_actor".into()), ("api_key_name", "Simulated key".into())])),
            ("core_metrics", object([("num_sessions", tally.requests.into())])),
            ("customer_type", "api".into()),
            ("date", time_text(from).into()),
            ("is_remote", false.into()),
            (
                "model_breakdown",
                Json::List(vec![object([
                    ("estimated_cost", object([("amount", cents), ("currency", "USD".into())])),
                    ("model", line.model.into()),
                    ("tokens", tokens),
                ])]),
            ),
            ("terminal_type", "vscode".into()),
        ]));
    }
    let place = |number: i64| usize::try_from(number).unwrap_or_default();
    let more = records.len() > place(first + limit);
    let rows = records.into_iter().skip(place(first)).take(place(limit)).collect();
    let next = more.then(|| format!("page_{}", first + limit));
    Ok(Answer::Tree(object([
        ("data", Json::List(rows)),
        ("has_more", more.into()),
        ("next_page", next.into()),
    ])))
}

/// A copy of a record, of long ago.
fn stray(tree: &mut Json) -> bool {
    let Some(records) = tree.field("data").and_then(Json::items) else { return false };
    let Some(mut record) = records.last().cloned() else { return false };
    record.set("date", "2001-01-01T00:00:00Z".into());
    records.push(record);
    true
}
