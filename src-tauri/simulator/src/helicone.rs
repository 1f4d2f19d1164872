//! Helicone: single requests, by POST, in pages that the client counts; a filter without its wrapper finds nothing, and what
//! went wrong may be told inside a 200.

use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{cost, done, usual};
use crate::world::{DOLLAR_DIGITS, Person, World, made_up_uuid, plain, time_text};

pub(crate) const HANDLER: Handler = Handler {
    id: "helicone",
    base_path: "/helicone",
    key_prefix: "sk-helicone-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let usual = match refusal.status {
            401 => "Unauthorized: invalid API key",
            _ => refusal.plainly(),
        };
        object([("data", Json::Null), ("error", refusal.words(usual).into())])
    },
    // A wrong key and a wrong query are told inside a 200.
    status: |refusal| if matches!(refusal.status, 400 | 401) { 200 } else { refusal.status },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] = [Stream {
    name: "requests",
    path: "/v1/request/query-clickhouse",
    methods: &["POST"],
    list: Some("data"),
    paging: Some(Paging::counted("offset", None)),
    money: Some("cost"),
    count: Some("prompt_tokens"),
    stray: Some(stray),
    ..PLAIN
}];

const FIELDS: [&str; 8] =
    ["filter", "offset", "limit", "sort", "isCached", "includeInputs", "isPartOfExperiment", "isScored"];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    let body = ask.json(&FIELDS)?;
    let offset = body.whole("offset", 0, 10_000_000)?.unwrap_or(0);
    let limit = body.whole("limit", 1, 10_000)?.unwrap_or(100);
    if body.flag("includeInputs")? != Some(false) {
        return Err(Refusal::query("includeInputs", "this town has no inputs to show"));
    }
    let sort = body.object("sort", &["created_at"])?.ok_or_else(|| Refusal::missing("sort"))?;
    sort.one_of("created_at", &["asc"])?;
    let names = ["request_response_rmt", "request_created_at"];
    let filter = body.object("filter", &names)?.ok_or_else(|| Refusal::missing("filter"))?;
    let Some(wrapped) = filter.object("request_response_rmt", &["request_created_at"])? else {
        return Ok(Answer::Tree(told(Vec::new())));
    };
    let span = wrapped.object("request_created_at", &["gte", "lte"])?;
    let span = span.ok_or_else(|| Refusal::missing("request_created_at"))?;
    let from = span.minute("gte")?.unwrap_or(world.since);
    // The end is inside.
    let to = span.minute("lte")?.unwrap_or(world.now) + 1;
    let skip = usize::try_from(offset).unwrap_or(0);
    let take = usize::try_from(limit).unwrap_or(0);
    Ok(Answer::Tree(told(requests(world, from.max(world.since), to.min(world.now), skip, take))))
}

fn told(rows: Vec<Json>) -> Json {
    object([("data", Json::List(rows)), ("error", Json::Null)])
}

/// Minutes between the requests that are looked at: one row stands for each in which a line did anything.
const STEP: i64 = 60;

fn requests(world: &World, from: i64, to: i64, skip: usize, take: usize) -> Vec<Json> {
    let first = from.div_euclid(STEP) * STEP;
    let hours = (first..to).step_by(60).filter(|hour| *hour >= from);
    let rows = hours.flat_map(|hour| {
        usual(world.person).iter().filter_map(move |line| {
            let tally = done(world, "helicone", line, hour, (hour + STEP).min(to));
            (tally.requests > 0).then(|| {
                let [input, output, cached, ..] = tally.amounts;
                let provider = if world.person == Person::Team { "ANTHROPIC" } else { "OPENAI" };
                // Anthropic tells cached tokens beside the others.
                let prompt = if world.person == Person::Team { input } else { input + cached };
                object([
                    (
                        "request_id",
                        made_up_uuid(world.seed, &format!("helicone/{hour}/{}", line.model)).into(),
                    ),
                    ("request_created_at", time_text(hour).into()),
                    ("provider", provider.into()),
                    ("request_model", line.model.into()),
                    ("response_model", format!("{}-0901", line.model).into()),
                    ("prompt_tokens", prompt.into()),
                    ("completion_tokens", output.into()),
                    ("total_tokens", (prompt + output).into()),
                    ("prompt_cache_read_tokens", cached.into()),
                    ("prompt_cache_write_tokens", 0_u64.into()),
                    ("cost", Json::Number(plain(cost(line, &tally), DOLLAR_DIGITS))),
                    ("response_status", 200_u64.into()),
                    ("request_user_id", Json::Null),
                    ("request_properties", object([])),
                ])
            })
        })
    });
    rows.skip(skip).take(take).collect()
}

fn stray(tree: &mut Json) -> bool {
    let Some(rows) = tree.field("data").and_then(Json::items) else { return false };
    let Some(mut row) = rows.last().cloned() else { return false };
    row.set("request_created_at", "2001-01-01T00:00:00Z".into());
    rows.push(row);
    true
}
