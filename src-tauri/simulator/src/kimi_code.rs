//! Kimi Code: a weekly allowance and five-hour windows. Counts are text, times go to the nanosecond.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::world::{EVENINGS, KOLKATA, MINUTES_A_DAY, NEW_YORK, Person, Work, World, salt, time_text};

pub(crate) const HANDLER: Handler = Handler {
    id: "kimi_code",
    base_path: "/kimi_code/coding/v1",
    key_prefix: "sk-kimi-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] =
    [Stream { name: "usages", path: "/usages", list: Some("usage"), count: Some("used"), ..PLAIN }];

fn work(person: Person) -> Option<Work> {
    let (rhythm, pace) = match person {
        Person::Freelancer => (&KOLKATA, 9),
        Person::Student => (&EVENINGS, 5),
        Person::Team => (&NEW_YORK, 14),
        Person::Bulk(_) => return None,
    };
    Some(Work { rhythm, pace, sizes: [0; 6] })
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    let work = work(world.person);
    let used = |from| {
        let tally = work.as_ref().map(|work| world.done(salt("kimi_code"), work, from, world.now));
        tally.map_or(0, |tally| tally.requests)
    };
    // The week of this account turns on Thursdays, as Unix time began on one; its windows on every fifth hour.
    let week = world.today().div_euclid(7) * 7 * MINUTES_A_DAY;
    let window = world.now.div_euclid(300) * 300;
    let five_hours = object([("duration", 300_u64.into()), ("timeUnit", "TIME_UNIT_MINUTE".into())]);
    let mut limits =
        vec![object([("window", five_hours), ("detail", meter(400, used(window), window + 300))])];
    if world.person == Person::Team {
        let day = world.today() * MINUTES_A_DAY;
        let whole_day = object([("duration", 1_u64.into()), ("timeUnit", "TIME_UNIT_DAY".into())]);
        limits.push(object([("window", whole_day), ("detail", meter(900, used(day), day + MINUTES_A_DAY))]));
    }
    Ok(Answer::Tree(object([
        ("usage", meter(2048, used(week), week + 7 * MINUTES_A_DAY)),
        ("limits", Json::List(limits)),
    ])))
}

fn meter(limit: u64, used: u64, reset: i64) -> Json {
    let used = used.min(limit);
    object([
        ("limit", limit.to_string().into()),
        ("used", used.to_string().into()),
        ("remaining", (limit - used).to_string().into()),
        ("resetTime", time_text(reset).replace('Z', ".716839300Z").into()),
    ])
}
