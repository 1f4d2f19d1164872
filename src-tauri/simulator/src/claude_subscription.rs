//! A Claude subscription, as Claude Code asks: the windows by name, and for most people in the newer list as well.

use crate::admit::Key;
use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{done, usual};
use crate::world::{MINUTES_A_DAY, Person, World, time_text};

pub(crate) const HANDLER: Handler = Handler {
    id: "claude_subscription",
    base_path: "/claude-subscription/api/oauth",
    key: Key::Login,
    key_prefix: "login-oat01-",
    guard: |ask| match ask.header("anthropic-beta") {
        Some("oauth-2025-04-20") => Ok(()),
        _ => Err(Refusal::said(401, "OAuth authentication is currently not supported.")),
    },
    details: |_| vec![("plan", "max".to_owned()), ("tier", "default_claude_max_5x".to_owned())],
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream { name: "profile", path: "/profile", ..PLAIN },
    Stream { name: "usage", path: "/usage", money: Some("extra_usage.used_credits"), ..PLAIN },
];

/// Percent of a window that is used: so many requests fill it.
fn used(world: &World, minutes: i64, whole: u64) -> u64 {
    let lines = usual(world.person).iter();
    let requests: u64 = lines
        .map(|line| done(world, "claude_subscription", line, world.now - minutes, world.now).requests)
        .sum();
    (requests * 100 / whole).min(100)
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    if ask.stream.name == "profile" {
        let account = object([("uuid", "simulated".into()), ("email", "person@example.com".into())]);
        return Ok(Answer::Tree(object([("account", account)])));
    }
    let (session, week) = (used(world, 300, 90), used(world, 7 * MINUTES_A_DAY, 3_000));
    // A session that has not begun has no end.
    let session_end = (session > 0).then(|| precise(world.now + 97));
    let week_end = precise(world.now + 3 * MINUTES_A_DAY + 61);
    let window =
        |used: u64, end: Option<String>| object([("utilization", used.into()), ("resets_at", end.into())]);
    let mut fields = vec![
        ("five_hour".into(), window(session, session_end.clone())),
        ("seven_day".into(), window(week, Some(week_end.clone()))),
        ("seven_day_opus".into(), Json::Null),
        ("iguana_necktie".into(), Json::Null),
    ];
    if world.person != Person::Student {
        let limit = |kind: &'static str, group: &'static str, used: u64, end: Option<String>, scope: Json| {
            object([
                ("kind", kind.into()),
                ("group", group.into()),
                ("percent", used.into()),
                ("resets_at", end.into()),
                ("scope", scope),
                ("is_active", (kind == "session").into()),
            ])
        };
        let model = object([("id", Json::Null), ("display_name", "Fable".into())]);
        let scope = object([("model", model), ("surface", Json::Null)]);
        let limits = vec![
            limit("session", "session", session, session_end, Json::Null),
            limit("weekly_all", "weekly", week, Some(week_end.clone()), Json::Null),
            limit("weekly_scoped", "weekly", week / 2, Some(week_end), scope),
        ];
        fields.push(("limits".into(), Json::List(limits)));
    }
    let extra = object([
        ("is_enabled", true.into()),
        ("monthly_limit", (world.person != Person::Team).then_some(2_050_u64).into()),
        ("used_credits", (week * 3).into()),
        ("utilization", Json::Null),
        ("currency", "USD".into()),
    ]);
    fields.push(("extra_usage".into(), extra));
    Ok(Answer::Tree(Json::Object(fields)))
}

/// A moment as this endpoint writes it: with microseconds and an offset.
fn precise(minute: i64) -> String {
    format!("{}.282668+00:00", time_text(minute).trim_end_matches('Z'))
}
