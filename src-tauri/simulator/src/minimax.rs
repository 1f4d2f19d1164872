//! `MiniMax`: what remains of a Token Plan, in percent. Every answer has status 200; what went wrong stands inside.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{done, usual};
use crate::world::{MINUTES_A_DAY, Person, World};

pub(crate) const HANDLER: Handler = Handler {
    id: "minimax",
    base_path: "/minimax",
    key_prefix: "sk-cp-",
    ordinary_key_prefix: "sk-api-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let code = match refusal.status {
            401 | 403 => 1004_u64,
            429 => 1002,
            _ => 1013,
        };
        object([(
            "base_resp",
            object([("status_code", code.into()), ("status_msg", refusal.plainly().into())]),
        )])
    },
    status: |refusal| if matches!(refusal.status, 401 | 403 | 429) { 200 } else { refusal.status },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream {
        name: "plan",
        path: "/v1/token_plan/remains",
        list: Some("model_remains"),
        money: Some("current_interval_remaining_percent"),
        ..PLAIN
    },
    Stream {
        name: "older",
        path: "/v1/api/openplatform/coding_plan/remains",
        list: Some("model_remains"),
        ..PLAIN
    },
];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    // A student's plan is an older one, which the newer path does not know.
    if (world.person == Person::Student) == (ask.stream.name == "plan") {
        return Err(Refusal::status(404));
    }
    let left = |minutes: i64, whole: u64| {
        let lines = usual(world.person).iter();
        let requests: u64 =
            lines.map(|line| done(world, "minimax", line, world.now - minutes, world.now).requests).sum();
        100 - (requests * 100 / whole).min(100)
    };
    let millis = |minute: i64| Json::from(minute * 60_000);
    let weekly = world.person != Person::Student;
    let row = object([
        ("model_name", "general".into()),
        ("start_time", millis(world.now - 200)),
        ("end_time", millis(world.now + 100)),
        ("remains_time", (100_i64 * 60_000).into()),
        ("current_interval_total_count", 0_u64.into()),
        ("current_interval_usage_count", 0_u64.into()),
        ("current_interval_status", 1_u64.into()),
        ("current_interval_remaining_percent", left(200, 100).into()),
        ("weekly_start_time", millis(world.now - 4 * MINUTES_A_DAY)),
        ("weekly_end_time", millis(world.now + 3 * MINUTES_A_DAY)),
        ("current_weekly_total_count", 0_u64.into()),
        ("current_weekly_usage_count", 0_u64.into()),
        ("current_weekly_status", if weekly { 1_u64 } else { 3 }.into()),
        ("current_weekly_remaining_percent", left(4 * MINUTES_A_DAY, 4_000).into()),
        ("weekly_boost_permille", 1_500_u64.into()),
    ]);
    let done = object([("status_code", 0_u64.into()), ("status_msg", "success".into())]);
    Ok(Answer::Tree(object([("model_remains", Json::List(vec![row])), ("base_resp", done)])))
}
