//! Deepgram: two projects, each with balances, purchases that lapse, a bill by line item and use by model. Days are asked for
//! with the last one inside, and the key travels as a `Token`.

use crate::admit::Admit;
use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::world::{
    BERLIN, DAY_AND_NIGHT, DOLLAR, DOLLAR_DIGITS, EVENINGS, KOLKATA, MINUTES_A_DAY, Person, Rhythm, Work,
    World, date, made_up_uuid, plain, salt, time_text,
};

pub(crate) const HANDLER: Handler = Handler {
    id: "deepgram",
    base_path: "/deepgram",
    key_prefix: "dg",
    // Keys of members read no bill.
    ordinary_key_prefix: "dm",
    admit: Admit::Scheme("Token"),
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| match refusal.status {
        403 => object([
            ("category", "INSUFFICIENT_PERMISSIONS".into()),
            (
                "message",
                "Your account does not have the required scope to perform that action for this project."
                    .into(),
            ),
            ("details", "Check that your account has the 'billing:read' scope for this project.".into()),
            ("request_id", "00000000-0000-4000-8000-000000000000".into()),
        ]),
        status => object([
            ("err_code", if status == 401 { "INVALID_AUTH" } else { "Bad Request" }.into()),
            ("err_msg", refusal.plainly().into()),
            ("request_id", "00000000-0000-4000-8000-000000000000".into()),
        ]),
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 5] = [
    Stream { name: "projects", path: "/v1/projects", list: Some("projects"), ordinary: true, ..PLAIN },
    Stream {
        name: "balances",
        path: "/v1/projects/{}/balances",
        list: Some("balances"),
        money: Some("amount"),
        currency: Some("units"),
        ..PLAIN
    },
    Stream {
        name: "purchases",
        path: "/v1/projects/{}/purchases",
        list: Some("orders"),
        money: Some("amount"),
        currency: Some("units"),
        ..PLAIN
    },
    Stream {
        name: "billing",
        path: "/v1/projects/{}/billing/breakdown",
        list: Some("results"),
        money: Some("dollars"),
        stray: Some(stray),
        ..PLAIN
    },
    Stream {
        name: "usage",
        path: "/v1/projects/{}/usage/breakdown",
        list: Some("results"),
        money: Some("total_hours"),
        count: Some("requests"),
        stray: Some(stray),
        ordinary: true,
        ..PLAIN
    },
];

/// A model at work: its sizes are seconds of audio and characters of text.
struct Voice {
    model: &'static str,
    item: &'static str,
    /// 10⁻¹⁸ dollars for a second and for a character.
    prices: [i128; 2],
    work: Work,
}

const fn listening(rhythm: &'static Rhythm, pace: u64) -> Voice {
    let work = Work { rhythm, pace, sizes: [90, 0, 0, 0, 0, 0] };
    Voice { model: "nova-3", item: "streaming::nova-3", prices: [DOLLAR / 12_500, 0], work }
}

const fn speaking(rhythm: &'static Rhythm, pace: u64) -> Voice {
    let work = Work { rhythm, pace, sizes: [0, 400, 0, 0, 0, 0] };
    Voice { model: "aura-2", item: "tts::aura-2", prices: [0, DOLLAR / 40_000], work }
}

fn voices(person: Person) -> &'static [Voice] {
    match person {
        Person::Freelancer => &[const { listening(&KOLKATA, 3) }],
        Person::Student => &[const { listening(&EVENINGS, 2) }],
        Person::Team => &[const { listening(&DAY_AND_NIGHT, 60) }, const { speaking(&BERLIN, 25) }],
        Person::Bulk(_) => &[],
    }
}

const PROJECTS: [&str; 2] = ["Voice bot", "Trials"];

fn id(world: &World, what: &str) -> String {
    made_up_uuid(world.seed, &format!("deepgram/{what}"))
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    if ask.stream.name == "projects" {
        ask.knows(&[])?;
        let project = |name| object([("project_id", id(world, name).into()), ("name", name.into())]);
        return Ok(Answer::Tree(object([("projects", Json::List(PROJECTS.map(project).into()))])));
    }
    let project = PROJECTS.into_iter().find(|name| id(world, name) == ask.param());
    let project = project.ok_or_else(|| Refusal::status(404))?;
    let tree = match ask.stream.name {
        "balances" => {
            ask.knows(&[])?;
            let balance = |order: &Order| {
                object([
                    ("balance_id", id(world, &format!("{project}/{}/balance", order.name)).into()),
                    ("amount", Json::Number(plain(order.left, DOLLAR_DIGITS))),
                    ("units", order.units.into()),
                    ("purchase_order_id", id(world, &format!("{project}/{}", order.name)).into()),
                ])
            };
            object([("balances", Json::List(orders(world, project).iter().map(balance).collect()))])
        }
        "purchases" => {
            ask.knows(&["limit"])?;
            let limit = ask.whole("limit", 1, 1_000)?.unwrap_or(10);
            let purchase = |order: &Order| {
                object([
                    ("order_id", id(world, &format!("{project}/{}", order.name)).into()),
                    ("expiration", order.expires.map(|day| time_text(day * MINUTES_A_DAY)).into()),
                    ("created", time_text(world.since).into()),
                    ("amount", Json::Number(plain(order.amount, DOLLAR_DIGITS))),
                    ("units", order.units.into()),
                    ("order_type", order.name.into()),
                ])
            };
            let all: Vec<Json> = orders(world, project).iter().map(purchase).collect();
            let some = all.into_iter().take(usize::try_from(limit).unwrap_or(10)).collect();
            object([("orders", Json::List(some))])
        }
        _ => breakdown(ask, world, project)?,
    };
    Ok(Answer::Tree(tree))
}

struct Order {
    name: &'static str,
    units: &'static str,
    amount: i128,
    left: i128,
    /// The day on which it lapses, counted from 1970.
    expires: Option<i64>,
}

/// What was given at the start lapses a year later; what was bought does not; the second project has hours of an old package.
fn orders(world: &World, project: &str) -> Vec<Order> {
    if project == PROJECTS[1] {
        let hours = 100 * DOLLAR;
        // The team's lapses soon, with hours in it.
        let days = if world.person == Person::Team { 12 } else { 40 };
        let expires = world.opened.div_euclid(MINUTES_A_DAY) + days;
        let left = if world.today() < expires { hours / 8 } else { 0 };
        return vec![Order { name: "package", units: "hour", amount: hours, left, expires: Some(expires) }];
    }
    let used: i128 = voices(world.person)
        .iter()
        .map(|voice| cost(voice, &done(world, project, voice, world.since, world.now)))
        .sum();
    let given = 200 * DOLLAR;
    let pack = 50 * DOLLAR;
    let bought = ((used - given).max(0) / pack + 1) * pack;
    let from_given = used.min(given);
    let expires = Some(world.since.div_euclid(MINUTES_A_DAY) + 365);
    vec![
        Order { name: "promotional", units: "usd", amount: given, left: given - from_given, expires },
        Order {
            name: "payment",
            units: "USD",
            amount: bought,
            left: bought - (used - from_given),
            expires: None,
        },
    ]
}

fn done(world: &World, project: &str, voice: &Voice, from: i64, to: i64) -> crate::world::Tally {
    world.done(salt(project) ^ salt(voice.item).rotate_left(9), &voice.work, from, to)
}

fn cost(voice: &Voice, tally: &crate::world::Tally) -> i128 {
    let [seconds, characters, ..] = tally.amounts;
    i128::from(seconds) * voice.prices[0] + i128::from(characters) * voice.prices[1]
}

fn breakdown(ask: &Ask, world: &World, project: &str) -> Result<Json, Refusal> {
    let is_bill = ask.stream.name == "billing";
    ask.knows(&["start", "end", "grouping", "accessor", "deployment", "tag"])?;
    // Without a span the last thirty days are told.
    let to = ask.day("end")?.unwrap_or(world.today());
    let from = ask.day("start")?.unwrap_or(to - 30);
    if from > to {
        return Err(Refusal::query("start", "start must not lie behind end"));
    }
    let grouping = ask.only("grouping")?;
    if grouping != Some(if is_bill { "line_item" } else { "models" }) {
        return Err(Refusal::query("grouping", "this town groups the bill by line_item and use by models"));
    }
    let mut results = Vec::new();
    // The last day is inside. Only the first project is at work.
    for day in world.days(from, to + 1).filter(|_| project == PROJECTS[0]) {
        for voice in voices(world.person) {
            let tally = done(world, project, voice, day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY);
            if tally.requests == 0 {
                continue;
            }
            let date = || Json::from(date(day).to_string());
            if is_bill {
                let grouping = object([
                    ("start", date()),
                    ("end", date()),
                    ("accessor", Json::Null),
                    ("deployment", Json::Null),
                    ("line_item", voice.item.into()),
                    ("tags", Json::Null),
                ]);
                let dollars = Json::Number(plain(cost(voice, &tally), DOLLAR_DIGITS));
                results.push(object([("dollars", dollars), ("grouping", grouping)]));
            } else {
                let [seconds, characters, ..] = tally.amounts;
                // Hours of nine decimals: a second is cut to what they can say, so these are full quarters of a minute.
                let hours = || Json::Number(plain(i128::from(seconds / 9) * 9 * 10_i128.pow(18) / 3_600, 18));
                let grouping = object([
                    ("start", date()),
                    ("end", date()),
                    ("endpoint", Json::Null),
                    ("models", Json::List(vec![voice.model.into()])),
                ]);
                results.push(object([
                    ("hours", hours()),
                    ("total_hours", hours()),
                    ("agent_hours", 0_u64.into()),
                    ("tokens_in", 0_u64.into()),
                    ("tokens_out", 0_u64.into()),
                    ("tts_characters", characters.into()),
                    ("requests", tally.requests.into()),
                    ("grouping", grouping),
                ]));
            }
        }
    }
    Ok(object([
        ("start", date(from).to_string().into()),
        ("end", date(to).to_string().into()),
        ("resolution", object([("units", "day".into()), ("amount", 1_u64.into())])),
        ("results", Json::List(results)),
    ]))
}

fn stray(tree: &mut Json) -> bool {
    let Some(rows) = tree.field("results").and_then(Json::items) else { return false };
    let Some(mut row) = rows.last().cloned() else { return false };
    row.put("grouping.start", "2001-01-01".into());
    row.put("grouping.end", "2001-01-01".into());
    rows.push(row);
    true
}
