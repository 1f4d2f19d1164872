//! The organization's lists: projects, their keys and rate limits; and the limit on spend, in cents.

use std::collections::BTreeSet;

use super::lines::{Line, Meter, lines};
use super::reports::{key_id, project_id};
use crate::handler::{Answer, Ask, PLAIN, Paging, Refusal, Stream};
use crate::json::{Json, object};
use crate::world::{Person, World};

const LIST: Stream =
    Stream { list: Some("data"), paging: Some(Paging::cursor("last_id", "after").more("has_more")), ..PLAIN };

pub(super) const PROJECTS: Stream = Stream { name: "projects", path: "/organization/projects", ..LIST };
pub(super) const API_KEYS: Stream =
    Stream { name: "api_keys", path: "/organization/projects/{}/api_keys", ..LIST };
pub(super) const RATE_LIMITS: Stream = Stream {
    name: "rate_limits",
    path: "/organization/projects/{}/rate_limits",
    count: Some("max_requests_per_1_minute"),
    ..LIST
};
pub(super) const SPEND_LIMIT: Stream = Stream {
    name: "spend_limit",
    path: "/organization/spend_limit",
    list: Some("threshold_amount"),
    money: Some("threshold_amount"),
    currency: Some("currency"),
    ..PLAIN
};

/// The answer, where the stream is one of these.
pub(super) fn answer(ask: &Ask, world: &World) -> Option<Result<Answer, Refusal>> {
    match ask.stream.name {
        "projects" => Some(projects(ask, world)),
        "api_keys" => Some(keys(ask, world)),
        "rate_limits" => Some(limits(ask, world)),
        "spend_limit" => Some(spend_limit(ask, world)),
        _ => None,
    }
}

/// The numbers of the projects in which anything is done.
fn numbers(world: &World) -> BTreeSet<u64> {
    lines(world.person).iter().map(|line| line.project.into()).collect()
}

fn projects(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&["limit", "after", "include_archived"])?;
    let archived = match ask.only("include_archived")? {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            return Err(Refusal::query("include_archived", "include_archived: expected true or false"));
        }
    };
    let project = |id: String, name: String, archived_at: Option<i64>| {
        let status = if archived_at.is_some() { "archived" } else { "active" };
        object([
            ("id", id.into()),
            ("object", "organization.project".into()),
            ("name", name.into()),
            ("created_at", (world.since * 60).into()),
            ("archived_at", archived_at.into()),
            ("status", status.into()),
        ])
    };
    let mut all: Vec<Json> = numbers(world)
        .into_iter()
        .map(|number| project(project_id(world, number), format!("Simulated project {}", number + 1), None))
        .collect();
    if archived {
        all.push(project(project_id(world, 99), "Simulated project of old".into(), Some(world.since * 60)));
    }
    page(ask, all)
}

/// The number of the project that the path names.
fn asked(ask: &Ask, world: &World) -> Result<u64, Refusal> {
    let known = numbers(world).into_iter().chain([99]);
    known
        .into_iter()
        .find(|number| project_id(world, *number) == ask.param())
        .ok_or_else(|| Refusal::status(404))
}

fn of_project(world: &World, number: u64) -> impl Iterator<Item = &'static Line> {
    lines(world.person).iter().filter(move |line| u64::from(line.project) == number)
}

fn keys(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&["limit", "after"])?;
    let number = asked(ask, world)?;
    let keys: BTreeSet<u64> = of_project(world, number).filter_map(|line| line.key.map(u64::from)).collect();
    let key = |key: u64| {
        object([
            ("object", "organization.project.api_key".into()),
            ("redacted_value", "sk-proj-…mock".into()),
            ("name", format!("Simulated key {}", key + 1).into()),
            ("created_at", (world.since * 60).into()),
            ("last_used_at", Json::Null),
            ("id", key_id(world, key).into()),
            ("owner", object([("type", "service_account".into())])),
        ])
    };
    page(ask, keys.into_iter().map(key).collect())
}

fn limits(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&["limit", "after"])?;
    let number = asked(ask, world)?;
    let chats = of_project(world, number).filter(|line| line.meter == Meter::Completions);
    let models: BTreeSet<&str> = chats.map(|line| line.model).collect();
    let limit = |model: &str| {
        object([
            ("object", "project.rate_limit".into()),
            ("id", format!("rl-{model}").into()),
            ("model", model.into()),
            ("max_requests_per_1_minute", 500_u64.into()),
            ("max_tokens_per_1_minute", (200_000 * (number + 1)).into()),
            ("batch_1_day_max_input_tokens", 2_000_000_u64.into()),
        ])
    };
    page(ask, models.into_iter().map(limit).collect())
}

/// The page of a list that comes after the id that was named.
fn page(ask: &Ask, mut all: Vec<Json>) -> Result<Answer, Refusal> {
    let limit = ask.whole("limit", 1, 100)?.unwrap_or(20);
    let id = |row: &mut Json| match row.field("id") {
        Some(Json::Text(id)) => id.clone(),
        _ => String::new(),
    };
    let first = match ask.only("after")? {
        None => 0,
        Some(after) => {
            let place = all.iter_mut().position(|row| id(row) == after);
            place.ok_or_else(|| Refusal::query("after", "after: no such id"))? + 1
        }
    };
    let more = all.len() - first > usize::try_from(limit).unwrap_or_default();
    let mut rows: Vec<Json> =
        all.into_iter().skip(first).take(usize::try_from(limit).unwrap_or_default()).collect();
    let (first, last) = (rows.first_mut().map(id), rows.last_mut().map(id));
    Ok(Answer::Tree(object([
        ("object", "list".into()),
        ("data", Json::List(rows)),
        ("first_id", first.into()),
        ("last_id", last.into()),
        ("has_more", more.into()),
    ])))
}

fn spend_limit(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    // A student set none.
    if world.person == Person::Student {
        return Err(Refusal::said(404, "No spend limit is configured."));
    }
    Ok(Answer::Tree(object([
        ("object", "organization.spend_limit".into()),
        ("threshold_amount", 12_000_u64.into()),
        ("currency", "USD".into()),
        ("interval", "month".into()),
        ("enforcement", object([("status", "inactive".into())])),
    ])))
}
