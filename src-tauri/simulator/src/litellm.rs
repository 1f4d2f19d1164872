//! A `LiteLLM` proxy: the budget of a key and of its user, and what it computed by day, model and key. A day may go on upon the
//! next page, and the same money is told by model, by provider and by key.

use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, error, names};
use crate::json::{Json, object};
use crate::trade::{Line, cost, done, usual};
use crate::world::{MINUTES_A_DAY, World, date, dice, month_start, next_month, number, salt, time_text};

pub(crate) const HANDLER: Handler = Handler {
    id: "litellm",
    base_path: "/litellm",
    key_prefix: "sk-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse,
    ..Handler::PLAIN
};

const STREAMS: [Stream; 3] = [
    Stream { name: "key", path: "/key/info", list: Some("info"), money: Some("info.spend"), ..PLAIN },
    Stream { name: "user", path: "/user/info", list: Some("keys"), money: Some("user_info.spend"), ..PLAIN },
    Stream {
        name: "activity",
        path: "/user/daily/activity",
        list: Some("results"),
        paging: Some(Paging::counted("page", Some("total_pages")).more("has_more")),
        money: Some("results.metrics.spend"),
        count: Some("results.metrics.prompt_tokens"),
        stray: Some(stray),
        ..PLAIN
    },
];

fn refuse(refusal: &Refusal) -> Json {
    let usual = match refusal.status {
        401 => "Authentication Error, Invalid proxy server token passed.",
        _ => refusal.plainly(),
    };
    error([
        ("message", refusal.words(usual).into()),
        ("type", "auth_error".into()),
        ("param", "None".into()),
        ("code", refusal.status.to_string().into()),
    ])
}

/// Rows that a page is cut into, whatever `page_size` says: so days fall apart.
const ROWS: usize = 25;

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    let tree = match ask.stream.name {
        "key" => {
            ask.knows(&["key"])?;
            object([("key", "sk-...here".into()), ("info", budget(world, 20, Some("laptop")))])
        }
        "user" => {
            ask.knows(&["user_id"])?;
            object([
                ("user_id", "someone".into()),
                ("user_info", budget(world, 50, None)),
                ("keys", Json::List(KEYS.iter().map(|key| key_row(world, key)).collect())),
                ("teams", Json::List(Vec::new())),
            ])
        }
        _ => activity(ask, world)?,
    };
    Ok(Answer::Tree(tree))
}

const KEYS: [&str; 2] = ["laptop", "server"];

fn hash(world: &World, key: &str) -> String {
    let part = |part| format!("{:016x}", dice(world.seed, &[salt("litellm"), salt(key), part]));
    [0, 1, 2, 3].map(part).concat()
}

fn key_row(world: &World, key: &str) -> Json {
    object([("token", hash(world, key).into()), ("key_alias", key.into())])
}

/// What was spent of a monthly budget.
fn budget(world: &World, dollars: u64, alias: Option<&str>) -> Json {
    let start = month_start(world.today());
    let lines = usual(world.person);
    let spent = crate::trade::spent(world, "litellm", lines, start * MINUTES_A_DAY, world.now);
    object([
        ("key_alias", alias.into()),
        ("user_id", "someone".into()),
        ("spend", Json::Number(number(spent, 5))),
        ("max_budget", Json::Number(format!("{dollars}.0"))),
        ("budget_duration", "1mo".into()),
        ("budget_reset_at", time_text(next_month(world.today()) * MINUTES_A_DAY).into()),
        ("tpm_limit", Json::Null),
        ("rpm_limit", 120_u64.into()),
        ("models", Json::List(Vec::new())),
    ])
}

/// A raw row: of one day, model and key.
struct Row {
    day: i64,
    line: &'static Line,
    key: &'static str,
    amounts: [u64; 3],
    requests: u64,
    cost: i128,
}

fn activity(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&["start_date", "end_date", "page", "page_size", "user_id", "model", "api_key", "timezone"])?;
    let missing = || {
        let detail = object([("error", "Please provide start_date and end_date".into())]);
        Refusal::status(400).with_body(object([("detail", detail)]))
    };
    let (from, to) = (ask.day("start_date")?.ok_or_else(missing)?, ask.day("end_date")?.ok_or_else(missing)?);
    let size = ask.whole("page_size", 1, 1_000)?.unwrap_or(50);
    let page = ask.whole("page", 1, 100_000)?.unwrap_or(1);
    let size = usize::try_from(size).unwrap_or(1).min(ROWS);
    let mut rows = Vec::new();
    // The last day is inside, and the newest comes first.
    for day in world.days(from, to + 1).rev() {
        for line in usual(world.person) {
            for (place, key) in KEYS.iter().enumerate() {
                // Nights are the server's.
                let (begins, noon) = (day * MINUTES_A_DAY, day * MINUTES_A_DAY + 720);
                let (start, end) = if place == 0 { (noon, begins + 1440) } else { (begins, noon) };
                let tally = done(world, "litellm", line, start, end);
                if tally.requests > 0 {
                    let [input, output, cached, ..] = tally.amounts;
                    let amounts = [input + cached, output, cached];
                    rows.push(Row {
                        day,
                        line,
                        key,
                        amounts,
                        requests: tally.requests,
                        cost: cost(line, &tally),
                    });
                }
            }
        }
    }
    let pages = rows.len().div_ceil(size).max(1);
    let first = usize::try_from(page - 1).unwrap_or(0) * size;
    let here = rows.get(first..rows.len().min(first + size)).unwrap_or_default();
    let results = here.chunk_by(|a, b| a.day == b.day).map(|rows| day_of(world, rows)).collect();
    let metadata = object([
        ("total_pages", (pages as u64).into()),
        ("page", page.into()),
        ("has_more", (first + size < rows.len()).into()),
    ]);
    Ok(object([("results", Json::List(results)), ("metadata", metadata)]))
}

fn metrics<'a>(rows: impl Iterator<Item = &'a Row>) -> Json {
    let (mut amounts, mut requests, mut cost) = ([0; 3], 0, 0);
    for row in rows {
        for (sum, amount) in amounts.iter_mut().zip(row.amounts) {
            *sum += amount;
        }
        requests += row.requests;
        cost += row.cost;
    }
    let [input, output, cached] = amounts;
    object([
        ("spend", Json::Number(number(cost, 5))),
        ("prompt_tokens", input.into()),
        ("completion_tokens", output.into()),
        ("cache_read_input_tokens", cached.into()),
        ("cache_creation_input_tokens", 0_u64.into()),
        ("total_tokens", (input + output).into()),
        ("successful_requests", requests.into()),
        ("failed_requests", 0_u64.into()),
        ("api_requests", requests.into()),
    ])
}

/// The part of a day that is on this page, told in all ways at once.
fn day_of(world: &World, rows: &[Row]) -> Json {
    let by_key = |model: Option<&str>| {
        let of = |row: &&Row| model.is_none_or(|model| row.line.model == model);
        let share = |key: &&str| {
            let mine: Vec<&Row> = rows.iter().filter(of).filter(|row| row.key == *key).collect();
            (!mine.is_empty()).then(|| {
                let metadata = object([("key_alias", (*key).into()), ("team_id", Json::Null)]);
                let share = [("metrics", metrics(mine.into_iter())), ("metadata", metadata)];
                (hash(world, key).into(), object(share))
            })
        };
        Json::Object(KEYS.iter().filter_map(share).collect())
    };
    let models = usual(world.person).iter().filter_map(|line| {
        let mut mine = rows.iter().filter(|row| row.line.model == line.model).peekable();
        mine.peek()?;
        let share = [("metrics", metrics(mine)), ("api_key_breakdown", by_key(Some(line.model)))];
        Some((line.model.into(), object(share)))
    });
    let breakdown = object([
        ("models", Json::Object(models.collect())),
        ("providers", object([("openai", object([("metrics", metrics(rows.iter()))]))])),
        ("api_keys", by_key(None)),
    ]);
    let day = rows.first().map_or(0, |row| row.day);
    object([
        ("date", date(day).to_string().into()),
        ("metrics", metrics(rows.iter())),
        ("breakdown", breakdown),
    ])
}

fn stray(tree: &mut Json) -> bool {
    let Some(rows) = tree.field("results").and_then(Json::items) else { return false };
    let Some(mut row) = rows.last().cloned() else { return false };
    row.set("date", "2001-01-01".into());
    rows.push(row);
    true
}
