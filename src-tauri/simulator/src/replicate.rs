//! Replicate: predictions, newest first, a hundred a page, with the address of the next page.

use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{Line, done, usual};
use crate::world::{MINUTES_A_DAY, World, made_up, time_text};

pub(crate) const HANDLER: Handler = Handler {
    id: "replicate",
    base_path: "/replicate/v1",
    key_prefix: "r8_",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        object([
            ("title", "Refused".into()),
            ("detail", refusal.plainly().into()),
            ("status", u64::from(refusal.status).into()),
        ])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream { name: "account", path: "/account", ..PLAIN },
    Stream {
        name: "predictions",
        path: "/predictions",
        list: Some("results"),
        money: Some("metrics.predict_time"),
        stray: Some(stray),
        paging: Some(Paging::link("next", "cursor")),
        ..PLAIN
    },
];

const PAGE: usize = 100;

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    if ask.stream.name == "account" {
        ask.knows(&[])?;
        let name = format!("simulated-{}", made_up(world.seed, "replicate", 6).to_lowercase());
        return Ok(Answer::Tree(object([("type", "user".into()), ("username", name.into())])));
    }
    ask.knows(&["created_after", "created_before", "cursor"])?;
    let from = ask.minute("created_after")?.unwrap_or(world.since);
    let to = ask.minute("created_before")?.unwrap_or(world.now + 1);
    let mut rows = Vec::new();
    for day in world.days(from.div_euclid(MINUTES_A_DAY), to.div_euclid(MINUTES_A_DAY) + 1) {
        for line in usual(world.person) {
            let day = on_day(world, line, day).filter(|(minute, _)| (from..to).contains(minute));
            rows.extend(day.map(|(minute, place)| (minute, line.model, place)));
        }
    }
    rows.sort_by(|one, other| other.cmp(one));
    let start = match ask.only("cursor")? {
        None => 0,
        Some(text) => {
            let start = text.strip_prefix("bz0").and_then(|place| place.parse::<usize>().ok());
            start
                .filter(|place| place % PAGE == 0 && *place < rows.len())
                .ok_or_else(|| Refusal::query("cursor", "Invalid cursor"))?
        }
    };
    let end = rows.len().min(start + PAGE);
    let results =
        rows[start..end].iter().map(|(minute, model, place)| prediction(world, *minute, model, *place));
    let results = Json::List(results.collect());
    let next = (end < rows.len()).then(|| ask.link("cursor", &format!("bz0{end}")));
    Ok(Answer::Tree(object([("next", next.into()), ("previous", Json::Null), ("results", results)])))
}

/// A few of the day's requests, each with its minute and its place in the day.
fn on_day(world: &World, line: &'static Line, day: i64) -> impl Iterator<Item = (i64, i64)> {
    let (start, end) = (day * MINUTES_A_DAY, ((day + 1) * MINUTES_A_DAY).min(world.now));
    let requests = done(world, "replicate", line, start, end).requests.min(70);
    let count = i64::try_from(requests).unwrap_or_default();
    (0..count).map(move |place| (start + place * (end - start).max(1) / count.max(1), place))
}

fn prediction(world: &World, minute: i64, model: &str, place: i64) -> Json {
    // What began just now still runs.
    let metrics = if minute + 2 > world.now {
        Json::Object(Vec::new())
    } else {
        object([("predict_time", Json::Number(format!("{}.{:03}", 1 + place % 9, (place * 37) % 1_000)))])
    };
    let id = made_up(world.seed, &format!("replicate {minute} {model} {place}"), 26).to_lowercase();
    object([
        ("id", id.into()),
        ("model", format!("simulated/{model}").into()),
        ("status", "succeeded".into()),
        ("source", "api".into()),
        ("created_at", format!("{}.250Z", time_text(minute).trim_end_matches('Z')).into()),
        ("input", object([("prompt", "nobody's business".into())])),
        ("output", "nobody's business either".into()),
        ("metrics", metrics),
    ])
}

fn stray(tree: &mut Json) -> bool {
    let Some(rows) = tree.field("results").and_then(Json::items) else { return false };
    let Some(mut row) = rows.last().cloned() else { return false };
    row.set("created_at", "2001-01-01T00:00:00.000Z".into());
    rows.push(row);
    true
}
