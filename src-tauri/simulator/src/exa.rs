//! Exa's team management: the keys of a team, and what each cost in the time that is asked for, as one sum by price.

use crate::admit::Admit;
use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::world::{
    DOLLAR_DIGITS, EVENINGS, KOLKATA, MINUTES_A_DAY, NEW_YORK, NIGHTLY, Person, Work, World, made_up_uuid,
    number, plain, salt, time_text,
};

pub(crate) const HANDLER: Handler = Handler {
    id: "exa",
    base_path: "/exa/team-management",
    ordinary_key_prefix: "search-",
    admit: Admit::Header("x-api-key"),
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| object([("error", refusal.plainly().into())]),
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream { name: "api_keys", path: "/api-keys", list: Some("apiKeys"), ..PLAIN },
    Stream {
        name: "usage",
        path: "/api-keys/{}/usage",
        list: Some("period"),
        money: Some("amount_usd"),
        stray: Some(stray),
        ..PLAIN
    },
];

/// How far back it tells, in days.
const DAYS: i64 = 180;
/// A search and a page of text, in 10⁻¹⁸ dollars.
const PRICES: [(&str, &str, i128); 2] = [
    ("neural_search_1_25", "Neural search (1-25 results)", 5_000_000_000_000_000),
    ("content_text", "Page contents", 1_000_000_000_000_000),
];

/// The keys of a person, with searches and pages of a request.
fn keys(person: Person) -> &'static [(&'static str, Work)] {
    match person {
        Person::Freelancer => &[("search", Work { rhythm: &KOLKATA, pace: 4, sizes: [1, 3, 0, 0, 0, 0] })],
        Person::Student => &[("thesis", Work { rhythm: &EVENINGS, pace: 2, sizes: [1, 1, 0, 0, 0, 0] })],
        Person::Team => &[
            ("search", Work { rhythm: &NEW_YORK, pace: 30, sizes: [1, 5, 0, 0, 0, 0] }),
            ("nightly", Work { rhythm: &NIGHTLY, pace: 9, sizes: [2, 0, 0, 0, 0, 0] }),
        ],
        Person::Bulk(_) => &[],
    }
}

fn id(world: &World, name: &str) -> String {
    made_up_uuid(world.seed, &format!("exa/{name}"))
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    let keys = keys(world.person);
    if ask.stream.name == "api_keys" {
        ask.knows(&[])?;
        let row = |(name, _): &(&'static str, Work)| {
            object([
                ("id", id(world, name).into()),
                ("name", (*name).into()),
                ("rateLimit", 50_u64.into()),
                ("budgetCents", Json::Null),
            ])
        };
        return Ok(Answer::Tree(object([("apiKeys", Json::List(keys.iter().map(row).collect()))])));
    }
    let found = keys.iter().find(|(name, _)| id(world, name) == ask.param());
    let (name, work) = found.ok_or_else(|| Refusal::said(404, "API key not found"))?;
    usage(ask, world, name, work).map(Answer::Tree)
}

fn usage(ask: &Ask, world: &World, name: &str, work: &Work) -> Result<Json, Refusal> {
    ask.knows(&["start_date", "end_date"])?;
    let end = ask.minute("end_date")?.unwrap_or(world.now);
    let start = ask.minute("start_date")?.unwrap_or(end - 30 * MINUTES_A_DAY);
    if end <= start || world.now - start > DAYS * MINUTES_A_DAY {
        return Err(Refusal::query("start_date", "start_date: at most 180 days ago, and before end_date"));
    }
    let tally = world.done(salt("exa") ^ salt(name).rotate_left(7), work, start, end);
    let cost = |place: usize, price: i128| i128::from(tally.amounts[place]) * price;
    let mut rows = Vec::new();
    let mut sum = 0;
    for (place, (price_id, price_name, price)) in PRICES.iter().enumerate() {
        let cost = cost(place, *price);
        sum += cost;
        if cost > 0 {
            rows.push(object([
                ("price_id", (*price_id).into()),
                ("price_name", (*price_name).into()),
                ("quantity", tally.amounts[place].into()),
                ("amount_usd", Json::Number(number(cost, 6))),
            ]));
        }
    }
    let period = object([("start", time_text(start).into()), ("end", time_text(end).into())]);
    Ok(object([
        ("api_key_id", ask.param().into()),
        ("api_key_name", name.into()),
        ("period", period),
        ("total_cost_usd", Json::Number(plain(sum, DOLLAR_DIGITS))),
        ("cost_breakdown", Json::List(rows)),
    ]))
}

/// An answer for a day of long ago.
fn stray(tree: &mut Json) -> bool {
    let Some(period) = tree.field("period") else { return false };
    period.set("start", time_text(0).into()) && period.set("end", time_text(MINUTES_A_DAY).into())
}
