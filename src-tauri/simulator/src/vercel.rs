//! Vercel's AI gateway: credits as text, and for the team, which is on Pro, a report grouped by one thing at a time.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, error, names};
use crate::json::{Json, object};
use crate::trade::{Line, cost, done, usual, wallet};
use crate::world::{DOLLAR_DIGITS, MINUTES_A_DAY, Person, Tally, World, date, number, plain};

pub(crate) const HANDLER: Handler = Handler {
    id: "vercel",
    base_path: "/vercel",
    key_prefix: "vck_",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let kind = match refusal.status {
            401 => "authentication_error",
            403 => "forbidden",
            429 => "rate_limit_exceeded",
            500.. => "internal_server_error",
            _ => "invalid_request_error",
        };
        error([("message", refusal.plainly().into()), ("type", kind.into())])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream { name: "credits", path: "/v1/credits", list: Some("balance"), money: Some("balance"), ..PLAIN },
    Stream {
        name: "report",
        path: "/v1/report",
        list: Some("results"),
        money: Some("total_cost"),
        count: Some("request_count"),
        stray: Some(stray),
        ..PLAIN
    },
];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    if ask.stream.name == "report" {
        return report(ask, world).map(Answer::Tree);
    }
    ask.knows(&[])?;
    let wallet = wallet(world, "vercel", usual(world.person));
    let text = |amount| Json::Text(plain(amount, DOLLAR_DIGITS));
    Ok(Answer::Tree(object([("balance", text(wallet.left())), ("total_used", text(wallet.used))])))
}

fn report(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    if world.person != Person::Team {
        return Err(Refusal::said(403, "Reporting is available on Pro and Enterprise plans"));
    }
    ask.knows(&["start_date", "end_date", "group_by", "date_part"])?;
    let day = |name| ask.day(name)?.ok_or_else(|| Refusal::missing(name));
    // Both days are inside.
    let (first, last) = (day("start_date")?, day("end_date")?);
    if last < first {
        return Err(Refusal::query("end_date", "end_date: must not lie before start_date"));
    }
    let days = world.days(first, last + 1);
    let lines = usual(world.person);
    let by_day = match ask.only("group_by")?.unwrap_or("day") {
        "day" => true,
        "model" => false,
        _ => return Err(Refusal::query("group_by", "group_by: not a group of this town")),
    };
    if ask.only("date_part")?.is_some_and(|part| part != "day" || !by_day) {
        return Err(Refusal::query("date_part", "date_part: works with group_by=day only"));
    }
    let used = |line: &Line, from: i64, to: i64| {
        let tally = done(world, "vercel", line, from * MINUTES_A_DAY, to * MINUTES_A_DAY);
        (cost(line, &tally), tally)
    };
    let mut rows = Vec::new();
    if by_day {
        for day in days {
            let mut sum = (0, Tally::default());
            for line in lines {
                let (cost, tally) = used(line, day, day + 1);
                sum.0 += cost;
                sum.1.add(&tally);
            }
            rows.push(row("day", &date(day).to_string(), sum.0, &sum.1));
        }
    } else {
        for line in lines {
            let (cost, tally) = used(line, days.start, days.end);
            if tally.requests > 0 {
                rows.push(row("model", line.model, cost, &tally));
            }
        }
    }
    Ok(object([("results", Json::List(rows))]))
}

/// Input tokens are told with those that a cache held.
fn row(group: &'static str, label: &str, cost: i128, tally: &Tally) -> Json {
    let [input, output, cached, ..] = tally.amounts;
    let cost = Json::Number(number(cost, 6));
    object([
        (group, label.into()),
        ("total_cost", cost.clone()),
        ("market_cost", cost),
        ("input_tokens", (input + cached).into()),
        ("output_tokens", output.into()),
        ("cached_input_tokens", cached.into()),
        ("cache_creation_input_tokens", 0_u64.into()),
        ("reasoning_tokens", (output / 5).into()),
        ("request_count", tally.requests.into()),
    ])
}

/// A row that says it is of long ago.
fn stray(tree: &mut Json) -> bool {
    let Some(rows) = tree.field("results").and_then(Json::items) else { return false };
    let Some(Json::Object(mut fields)) = rows.last().cloned() else { return false };
    fields.retain(|(name, _)| name != "day");
    fields.push(("day".into(), "2001-01-01".into()));
    rows.push(Json::Object(fields));
    true
}
