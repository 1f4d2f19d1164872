//! Firecrawl: credits of the team, which may be overdrawn, and what was used by month.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::world::{
    EVENINGS, KOLKATA, MINUTES_A_DAY, NEW_YORK, Person, Work, World, month_start, next_month, salt, time_text,
};

pub(crate) const HANDLER: Handler = Handler {
    id: "firecrawl",
    base_path: "/firecrawl/v2",
    key_prefix: "fc-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let usual = if refusal.status == 401 { "Unauthorized: Invalid token" } else { refusal.plainly() };
        object([("success", false.into()), ("error", refusal.words(usual).into())])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream {
        name: "credit_usage",
        path: "/team/credit-usage",
        list: Some("data"),
        money: Some("remainingCredits"),
        ..PLAIN
    },
    Stream {
        name: "historical",
        path: "/team/credit-usage/historical",
        list: Some("periods"),
        money: Some("totalCredits"),
        ..PLAIN
    },
];

/// The work of a person, and the credits of the plan.
fn work(person: Person) -> Option<(Work, i64)> {
    let (rhythm, pace, plan) = match person {
        Person::Freelancer => (&KOLKATA, 5, 3000),
        Person::Student => (&EVENINGS, 2, 500),
        // More is used than the plan gives.
        Person::Team => (&NEW_YORK, 30, 1000),
        Person::Bulk(_) => return None,
    };
    Some((Work { rhythm, pace, sizes: [1, 0, 0, 0, 0, 0] }, plan))
}

fn used(world: &World, from: i64, to: i64) -> i64 {
    let Some((work, _)) = work(world.person) else { return 0 };
    let tally = world.done(salt("firecrawl"), &work, from * MINUTES_A_DAY, to * MINUTES_A_DAY);
    i64::try_from(tally.amounts[0]).unwrap_or(i64::MAX)
}

/// The last second of the day before.
fn last_second(day: i64) -> String {
    time_text(day * MINUTES_A_DAY - 1).replace(":00Z", ":59Z")
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    if ask.stream.name == "historical" {
        return history(ask, world).map(Answer::Tree);
    }
    ask.knows(&[])?;
    let month = month_start(world.today());
    let plan = work(world.person).map_or(0, |(_, plan)| plan);
    // Free plans have no period.
    let paid = world.person != Person::Student;
    let data = object([
        ("remainingCredits", (plan - used(world, month, next_month(month))).into()),
        ("planCredits", plan.into()),
        ("billingPeriodStart", paid.then(|| time_text(month * MINUTES_A_DAY)).into()),
        ("billingPeriodEnd", paid.then(|| last_second(next_month(month))).into()),
    ]);
    Ok(Answer::Tree(object([("success", true.into()), ("data", data)])))
}

fn history(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&["byApiKey"])?;
    if !matches!(ask.only("byApiKey")?, None | Some("false")) {
        return Err(Refusal::query("byApiKey", "byApiKey: this town has one key"));
    }
    let mut periods = Vec::new();
    let mut month = month_start(world.since.div_euclid(MINUTES_A_DAY));
    while month <= world.today() {
        periods.push(object([
            ("startDate", time_text(month * MINUTES_A_DAY).into()),
            ("endDate", last_second(next_month(month)).into()),
            ("apiKey", Json::Null),
            ("totalCredits", used(world, month, next_month(month)).into()),
        ]));
        month = next_month(month);
    }
    Ok(object([("success", true.into()), ("periods", Json::List(periods))]))
}
