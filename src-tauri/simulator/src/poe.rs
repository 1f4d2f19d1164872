//! Poe: points, and what each question took from them, newest first, in microseconds, for 30 days and not a day more.

use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, error, names};
use crate::json::{Json, object};
use crate::trade::{cost, done, usual};
use crate::world::{DOLLAR, Person, World, dice, made_up, plain, salt};

pub(crate) const HANDLER: Handler = Handler {
    id: "poe",
    base_path: "/poe",
    key_prefix: "poe-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let kind = match refusal.status {
            401 => "authentication_error",
            429 => "rate_limit_error",
            500.. => "provider_error",
            _ => "invalid_request_error",
        };
        error([
            ("code", u64::from(refusal.status).into()),
            ("type", kind.into()),
            ("message", refusal.plainly().into()),
        ])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream {
        name: "balance",
        path: "/usage/current_balance",
        list: Some("current_point_balance"),
        money: Some("current_point_balance"),
        ..PLAIN
    },
    Stream {
        name: "history",
        path: "/usage/points_history",
        list: Some("data"),
        money: Some("cost_points"),
        // The cursor is the id of the last row; the answer has no field of its own for it.
        paging: Some(Paging::counted("starting_after", None).more("has_more")),
        ..PLAIN
    },
];

/// A point in 10⁻¹⁸ dollars: thirty of them are a thousandth of a dollar.
const POINT: i128 = DOLLAR / 30_000;
/// What a month brings.
const MONTHLY: i64 = 1_000_000;
/// How far back the history reaches, in minutes.
const KEPT: i64 = 30 * 1_440;

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    if ask.stream.name == "balance" {
        ask.knows(&[])?;
        let since = world.now - KEPT;
        let used: i64 = rows(world, since).map(|row| row.points).sum();
        return Ok(Answer::Tree(object([("current_point_balance", (MONTHLY - used).into())])));
    }
    ask.knows(&["limit", "starting_after"])?;
    let limit = ask.whole("limit", 1, 100)?.unwrap_or(20);
    let mut rows: Vec<Row> = rows(world, world.now - KEPT).collect();
    rows.reverse();
    let start = match ask.only("starting_after")? {
        None => 0,
        Some(id) => {
            let place = rows.iter().position(|row| row.id == id);
            place.ok_or_else(|| Refusal::query("starting_after", "No such query"))? + 1
        }
    };
    let end = rows.len().min(start + usize::try_from(limit).unwrap_or(20));
    let data: Vec<Json> = rows[start..end].iter().map(Row::json).collect();
    Ok(Answer::Tree(object([
        ("has_more", (end < rows.len()).into()),
        ("length", (data.len() as u64).into()),
        ("data", Json::List(data)),
    ])))
}

/// A question, or some questions of the same two hours told as one.
struct Row {
    micros: i64,
    bot: &'static str,
    id: String,
    kind: &'static str,
    points: i64,
    /// Newer rows tell dollars too.
    dollars: Option<i128>,
}

impl Row {
    fn json(&self) -> Json {
        let mut fields = vec![
            ("creation_time".into(), self.micros.into()),
            ("bot_name".into(), self.bot.into()),
            ("query_id".into(), self.id.as_str().into()),
            ("usage_type".into(), self.kind.into()),
            ("cost_points".into(), self.points.into()),
        ];
        if let Some(dollars) = self.dollars {
            fields.push(("cost_usd".into(), plain(dollars, 18).into()));
        }
        Json::Object(fields)
    }
}

const STEP: i64 = 120;

/// The rows since a minute, oldest first.
fn rows(world: &World, since: i64) -> impl Iterator<Item = Row> {
    let first = since.max(world.since).div_euclid(STEP) + 1;
    (first..world.now.div_euclid(STEP)).flat_map(move |step| {
        usual(world.person).iter().filter_map(move |line| {
            let (from, to) = (step * STEP, (step + 1) * STEP);
            let tally = done(world, "poe", line, from, to);
            if tally.requests == 0 {
                return None;
            }
            let roll = dice(world.seed, &[salt("poe"), salt(line.model), step.cast_unsigned()]);
            let points = i64::try_from(cost(line, &tally) / POINT).unwrap_or(0).max(1);
            // Now and then a question fails and its points come back.
            let points = if roll.is_multiple_of(37) { -points } else { points };
            Some(Row {
                micros: from * 60_000_000 + i64::try_from(roll % 7_000_000_000).unwrap_or(0),
                bot: line.model,
                id: made_up(world.seed, &format!("poe/{step}/{}", line.model), 18).to_lowercase(),
                kind: ["API", "Chat", "Canvas App"][usize::try_from(roll % 3).unwrap_or(0)],
                points,
                dollars: (world.person == Person::Team && step % 2 == 0).then(|| i128::from(points) * POINT),
            })
        })
    })
}
