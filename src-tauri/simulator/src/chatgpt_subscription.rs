//! A `ChatGPT` subscription, as Codex asks: two windows told apart by their length, or the allowance of a workspace.

use crate::admit::Key;
use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{done, usual, wallet};
use crate::world::{MINUTES_A_DAY, Person, World, made_up_uuid, month_start, next_month, plain};

pub(crate) const HANDLER: Handler = Handler {
    id: "chatgpt_subscription",
    base_path: "/chatgpt-subscription/backend-api",
    key: Key::Login,
    key_prefix: "login.",
    guard: |ask| match ask.header("chatgpt-account-id") {
        Some(id) if id == ask.detail("account_id") => Ok(()),
        _ => Err(Refusal::said(401, "Could not validate your token. Please try signing in again.")),
    },
    details: |seed| vec![("account_id", made_up_uuid(seed, "chatgpt account"))],
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| object([("detail", refusal.plainly().into())]),
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] = [Stream { name: "usage", path: "/wham/usage", money: Some("used"), ..PLAIN }];

fn used(world: &World, minutes: i64, whole: u64) -> u64 {
    let lines = usual(world.person).iter();
    let requests: u64 = lines
        .map(|line| done(world, "chatgpt_subscription", line, world.now - minutes, world.now).requests)
        .sum();
    (requests * 100 / whole).min(100)
}

fn window(world: &World, used: u64, seconds: u64, ends_in: i64) -> Json {
    object([
        ("used_percent", used.into()),
        ("limit_window_seconds", seconds.into()),
        ("reset_after_seconds", (ends_in * 60).into()),
        ("reset_at", ((world.now + ends_in) * 60).into()),
    ])
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    let session = || window(world, used(world, 300, 80), 18_000, 121);
    let week = || window(world, used(world, 7 * MINUTES_A_DAY, 2_500), 604_800, 2 * MINUTES_A_DAY);
    let limits =
        |first: Json, second: Json| object([("primary_window", first), ("secondary_window", second)]);
    let wallet = wallet(world, "chatgpt_subscription", usual(world.person));
    let fields = match world.person {
        // The weekly window has moved into the first place.
        Person::Student => vec![
            ("plan_type".into(), "plus".into()),
            ("rate_limit".into(), limits(week(), Json::Null)),
            ("credits".into(), object([("has_credits", false.into()), ("balance", Json::Null)])),
        ],
        // A workspace that pays by credits has an allowance and no windows; its numbers are text.
        Person::Team => {
            let month_end = next_month(month_start(world.today())) * MINUTES_A_DAY;
            let limit = object([
                ("source", "workspace_spend_controls".into()),
                ("limit", "10000".into()),
                ("used", plain(wallet.used, 18).into()),
                ("used_percent", 30_u64.into()),
                ("reset_at", (month_end * 60).into()),
            ]);
            vec![
                ("plan_type".into(), "business".into()),
                ("rate_limit".into(), Json::Null),
                ("additional_rate_limits".into(), Json::Null),
                ("credits".into(), object([("has_credits", false.into()), ("balance", Json::Null)])),
                ("spend_control".into(), object([("reached", false.into()), ("individual_limit", limit)])),
            ]
        }
        _ => {
            let more = object([
                ("limit_name", "Spark-of-Simulation".into()),
                ("metered_feature", "spark".into()),
                ("rate_limit", limits(session(), week())),
            ]);
            vec![
                ("plan_type".into(), "pro".into()),
                ("rate_limit".into(), limits(session(), week())),
                ("additional_rate_limits".into(), Json::List(vec![more])),
                (
                    "credits".into(),
                    object([
                        ("has_credits", true.into()),
                        ("unlimited", false.into()),
                        ("balance", plain(wallet.left(), 18).into()),
                    ]),
                ),
            ]
        }
    };
    Ok(Answer::Tree(Json::Object(fields)))
}
