//! Runway: credits in whole numbers, limits by the day, and credits used by day and model, some of them given back.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Fields, Json, object};
use crate::world::{BERLIN, EVENINGS, KOLKATA, NEW_YORK, Person, Work, World, date, salt};

pub(crate) const HANDLER: Handler = Handler {
    id: "runway",
    base_path: "/runway",
    key_prefix: "key_",
    guard: |ask| match ask.header("x-runway-version") {
        Some("2024-11-06") => Ok(()),
        Some(_) => Err(Refusal::said(400, "This version of the API is not known.")),
        None => Err(Refusal::said(400, "You did not say which version of the API you use.")),
    },
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let docs = "https://docs.dev.runwayml.com/errors";
        object([("error", refusal.plainly().into()), ("docUrl", docs.into())])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream {
        name: "organization",
        path: "/v1/organization",
        list: Some("creditBalance"),
        money: Some("creditBalance"),
        count: Some("dailyGenerations"),
        ..PLAIN
    },
    Stream {
        name: "usage",
        path: "/v1/organization/usage",
        methods: &["POST"],
        list: Some("results"),
        money: Some("amount"),
        stray: Some(stray),
        ..PLAIN
    },
];

/// A model, the credits of one of its generations, and how often it is asked.
fn models(person: Person) -> &'static [(&'static str, i64, Work)] {
    match person {
        Person::Freelancer => &[("gen4_turbo", 25, Work { rhythm: &KOLKATA, pace: 1, sizes: [0; 6] })],
        Person::Student => &[("gen4_turbo", 25, Work { rhythm: &EVENINGS, pace: 1, sizes: [0; 6] })],
        Person::Team => &[
            ("gen4_turbo", 25, Work { rhythm: &NEW_YORK, pace: 4, sizes: [0; 6] }),
            ("veo3.1", 320, Work { rhythm: &BERLIN, pace: 1, sizes: [0; 6] }),
        ],
        Person::Bulk(_) => &[],
    }
}

fn made(world: &World, model: &str, work: &Work, day: i64) -> i64 {
    let tally = world.done_on(salt("runway") ^ salt(model).rotate_left(5), work, day);
    i64::try_from(tally.requests).unwrap_or(i64::MAX)
}

/// What failed the day before is given back on some days.
fn given_back(world: &World, model: &str, day: i64) -> i64 {
    match world.correction(salt(model), day) {
        Some(_) => 2,
        None => 0,
    }
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    match ask.stream.name {
        "organization" => {
            ask.knows(&[])?;
            Ok(Answer::Tree(organization(world)))
        }
        _ => usage(ask, world).map(Answer::Tree),
    }
}

fn organization(world: &World) -> Json {
    let models = models(world.person);
    let history = world.days(0, world.today() + 1);
    let used: i64 = history
        .flat_map(|day| {
            models.iter().map(move |(model, price, work)| credits(world, model, *price, work, day))
        })
        .sum();
    let left = (used / 5000 + 1) * 5000 - used;
    let limit = |(model, price, _): &(&'static str, i64, Work)| {
        let daily = if *price > 100 { Json::Null } else { 50_u64.into() };
        let limits = object([("maxConcurrentGenerations", 2_u64.into()), ("maxDailyGenerations", daily)]);
        ((*model).into(), limits)
    };
    let today = |(model, _, work): &(&'static str, i64, Work)| {
        ((*model).into(), object([("dailyGenerations", made(world, model, work, world.today()).into())]))
    };
    let (limits, today): (Fields, Fields) =
        (models.iter().map(limit).collect(), models.iter().map(today).collect());
    object([
        ("creditBalance", left.into()),
        ("tier", object([("maxMonthlyCreditSpend", 100_000_u64.into()), ("models", Json::Object(limits))])),
        ("usage", object([("models", Json::Object(today))])),
    ])
}

fn credits(world: &World, model: &str, price: i64, work: &Work, day: i64) -> i64 {
    (made(world, model, work, day) - given_back(world, model, day)) * price
}

fn usage(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&[])?;
    let body = ask.json(&["startDate", "beforeDate"])?;
    let before = body.day("beforeDate")?.unwrap_or(world.today() + 1);
    let start = body.day("startDate")?.unwrap_or(before - 30);
    if before <= start || before - start > 90 {
        return Err(Refusal::said(400, "beforeDate must lie after startDate, by 90 days at most."));
    }
    let models = models(world.person);
    // The day of `beforeDate` is not inside.
    let mut results = Vec::new();
    for day in world.days(start, before) {
        let used = models.iter().filter_map(|(model, price, work)| {
            let amount = credits(world, model, *price, work, day);
            (amount != 0).then(|| object([("model", (*model).into()), ("amount", amount.into())]))
        });
        let used: Vec<Json> = used.collect();
        if !used.is_empty() {
            results.push(object([("date", date(day).to_string().into()), ("usedCredits", Json::List(used))]));
        }
    }
    let names = models.iter().map(|(model, ..)| (*model).into()).collect();
    Ok(object([("models", Json::List(names)), ("results", Json::List(results))]))
}

/// A copy of a day from long ago.
fn stray(tree: &mut Json) -> bool {
    let Some(rows) = tree.field("results").and_then(Json::items) else { return false };
    let Some(mut row) = rows.last().cloned() else { return false };
    row.set("date", date(0).to_string().into());
    rows.push(row);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_can_outweigh_a_day() {
        let now = "2026-11-20T14:37:00Z".parse().unwrap();
        let world = World::new(Person::Team, 7, now, now);
        let days = world.days(0, world.today() + 1);
        let (model, price, work) = &models(Person::Team)[1];
        let amounts: Vec<i64> = days.map(|day| credits(&world, model, *price, work, day)).collect();
        assert!(amounts.iter().any(|amount| *amount < 0), "{amounts:?}");
        assert!(amounts.iter().sum::<i64>() > 0, "{amounts:?}");
    }
}
