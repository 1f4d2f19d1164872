//! Z.ai: the windows of a GLM Coding Plan. Refusals come with status 200 and `success` false.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{done, usual};
use crate::world::{MINUTES_A_DAY, World};

pub(crate) const HANDLER: Handler = Handler {
    id: "zai",
    base_path: "/zai",
    key_prefix: "0123456789abcdef0123456789abcdef.",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let code = if matches!(refusal.status, 401 | 403) { 1001_u64 } else { u64::from(refusal.status) };
        object([("code", code.into()), ("msg", refusal.plainly().into()), ("success", false.into())])
    },
    status: |refusal| if matches!(refusal.status, 401 | 403 | 429) { 200 } else { refusal.status },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] = [Stream {
    name: "quota",
    path: "/api/monitor/usage/quota/limit",
    list: Some("data"),
    money: Some("percentage"),
    ..PLAIN
}];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    let requests = |minutes: i64| -> u64 {
        let lines = usual(world.person).iter();
        lines.map(|line| done(world, "zai", line, world.now - minutes, world.now).requests).sum()
    };
    let limit = |kind: &'static str, unit: u64, number: u64, used: u64, resets_in: Option<i64>| {
        object([
            ("type", kind.into()),
            ("unit", unit.into()),
            ("number", number.into()),
            ("percentage", used.min(100).into()),
            ("nextResetTime", resets_in.map(|minutes| (world.now + minutes) * 60_000).into()),
        ])
    };
    let searches = requests(30 * MINUTES_A_DAY).min(1_000);
    // The month's searches, under the code of a minute.
    let tools = object([
        ("type", "TIME_LIMIT".into()),
        ("unit", 5_u64.into()),
        ("number", 1_u64.into()),
        ("usage", 1_000_u64.into()),
        ("currentValue", searches.into()),
        ("remaining", (1_000 - searches).into()),
        ("percentage", (searches / 10).into()),
    ]);
    let limits = vec![
        limit("TOKENS_LIMIT", 3, 5, requests(300), Some(171)),
        limit("TOKENS_LIMIT", 6, 1, requests(7 * MINUTES_A_DAY) / 30, None),
        tools,
    ];
    let data = object([("planName", "Pro".into()), ("limits", Json::List(limits))]);
    Ok(Answer::Tree(object([
        ("code", 200_u64.into()),
        ("msg", "success".into()),
        ("success", true.into()),
        ("data", data),
    ])))
}
