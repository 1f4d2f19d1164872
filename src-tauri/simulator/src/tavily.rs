//! Tavily: credits of the plan, those paid as used, and what each endpoint took, this month.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::world::{EVENINGS, KOLKATA, MINUTES_A_DAY, NEW_YORK, Person, Work, World, month_start, salt};

pub(crate) const HANDLER: Handler = Handler {
    id: "tavily",
    base_path: "/tavily",
    key_prefix: "tvly-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let usual = match refusal.status {
            401 => "Unauthorized: missing or invalid API key.",
            _ => refusal.plainly(),
        };
        object([("detail", object([("error", refusal.words(usual).into())]))])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] =
    [Stream { name: "usage", path: "/usage", list: Some("account"), count: Some("plan_usage"), ..PLAIN }];

/// Searches, extractions, crawls and maps of a request.
fn work(person: Person) -> Option<Work> {
    let (rhythm, pace) = match person {
        Person::Freelancer => (&KOLKATA, 3),
        Person::Student => (&EVENINGS, 2),
        Person::Team => (&NEW_YORK, 25),
        Person::Bulk(_) => return None,
    };
    Some(Work { rhythm, pace, sizes: [3, 1, 1, 1, 0, 0] })
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    let from = month_start(world.today()) * MINUTES_A_DAY;
    let tally = work(world.person).map(|work| world.done(salt("tavily"), &work, from, world.now));
    let [search, extract, crawl, map, research, _] = tally.unwrap_or_default().amounts;
    let sum = search + extract + crawl + map + research;
    let (plan, limit) = match world.person {
        Person::Team => ("Bootstrap", 15_000),
        _ => ("Researcher", 1000),
    };
    let counts = |usage: Vec<(&'static str, Json)>| {
        let parts = [
            ("search_usage", search),
            ("extract_usage", extract),
            ("crawl_usage", crawl),
            ("map_usage", map),
            ("research_usage", research),
        ];
        let parts = parts.map(|(name, count)| (name, Json::from(count)));
        Json::Object(usage.into_iter().chain(parts).map(|(name, value)| (name.into(), value)).collect())
    };
    let beyond = sum.saturating_sub(limit);
    Ok(Answer::Tree(object([
        ("key", counts(vec![("usage", sum.into()), ("limit", Json::Null)])),
        (
            "account",
            counts(vec![
                ("current_plan", plan.into()),
                ("plan_usage", (sum - beyond).into()),
                ("plan_limit", limit.into()),
                ("paygo_usage", beyond.into()),
                ("paygo_limit", Json::Null),
            ]),
        ),
    ])))
}
