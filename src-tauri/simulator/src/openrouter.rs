//! OpenRouter: credits, the key's own card, and the activity of the last thirty completed days. Dollars as numbers.

use chrono::{Datelike, NaiveDate};

use crate::admit::Admit;
use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, error, names};
use crate::json::{Json, object};
use crate::world::{
    BERLIN, DAY_AND_NIGHT, DOLLAR, KOLKATA, MINUTES_A_DAY, NEW_YORK, Person, Tally, Work, World, date,
    made_up, made_up_uuid, number, salt,
};

pub(crate) const HANDLER: Handler = Handler {
    id: "openrouter",
    base_path: "/openrouter/api/v1",
    key_prefix: "sk-or-v1-",
    ordinary_key_prefix: "sk-or-v1-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    admit: Admit::Own(admit),
    answer,
    refuse,
    ..Handler::PLAIN
};

const STREAMS: [Stream; 3] = [
    snapshot("credits", "/credits", None, "total_usage"),
    snapshot("key", "/key", Some("used"), "usage"),
    Stream {
        name: "activity",
        path: "/activity",
        list: Some("data"),
        count: Some("requests"),
        money: Some("usage"),
        stray: Some(stray),
        ..PLAIN
    },
];

const fn snapshot(
    name: &'static str,
    path: &'static str,
    count: Option<&'static str>,
    money: &'static str,
) -> Stream {
    Stream { name, path, list: Some("data"), count, money: Some(money), ..PLAIN }
}

/// Days that `/activity` reaches back.
const DAYS: i64 = 30;

struct Line {
    model: &'static str,
    permaslug: &'static str,
    provider: &'static str,
    /// 10⁻¹⁸ dollars a prompt and a completion token; nothing for a free model.
    prices: [u64; 2],
    /// Paid with the person's own key at the provider behind.
    own_key: bool,
    /// Prompt, visible completion and reasoning tokens.
    work: Work,
}

const GPT_MINI: Line = Line {
    model: "openai/gpt-5.4-mini",
    permaslug: "openai/gpt-5.4-mini-20260317",
    provider: "OpenAI",
    prices: [750_000_000_000, 4_500_000_000_000],
    own_key: false,
    work: Work { rhythm: &KOLKATA, pace: 9, sizes: [3900, 420, 260, 0, 0, 0] },
};
const FLASH: Line = Line {
    model: "deepseek/deepseek-v4-flash",
    permaslug: "deepseek/deepseek-v4-flash-20260423",
    provider: "DeepInfra",
    prices: [98_300_000_000, 196_600_000_000],
    own_key: false,
    work: Work { rhythm: &DAY_AND_NIGHT, pace: 8, sizes: [2600, 520, 310, 0, 0, 0] },
};
const SONNET: Line = Line {
    model: "anthropic/claude-sonnet-5.5",
    permaslug: "anthropic/claude-sonnet-5.5-20260928",
    provider: "Anthropic",
    prices: [2_000_000_000_000, 10_000_000_000_000],
    own_key: true,
    work: Work { rhythm: &BERLIN, pace: 4, sizes: [5200, 700, 0, 0, 0, 0] },
};
const FREE: Line = Line {
    model: "qwen/qwen3-coder:free",
    permaslug: "qwen/qwen3-coder-480b-a35b-07-25",
    provider: "Chutes",
    prices: [0, 0],
    own_key: false,
    work: Work { rhythm: &DAY_AND_NIGHT, pace: 3, sizes: [3100, 640, 0, 0, 0, 0] },
};
const GPT_LARGE: Line = Line {
    model: "openai/gpt-5.4",
    permaslug: "openai/gpt-5.4-20260305",
    provider: "OpenAI",
    prices: [2_500_000_000_000, 15_000_000_000_000],
    own_key: false,
    work: Work { rhythm: &NEW_YORK, pace: 60, sizes: [4800, 610, 540, 0, 0, 0] },
};
const TEAM_FLASH: Line = Line {
    provider: "Novita",
    work: Work { rhythm: &DAY_AND_NIGHT, pace: 300, sizes: FLASH.work.sizes },
    ..FLASH
};

fn lines(person: Person) -> &'static [Line] {
    match person {
        Person::Freelancer => &[GPT_MINI, FLASH, FREE],
        Person::Student => &[FLASH, FREE],
        Person::Team => &[GPT_LARGE, TEAM_FLASH, SONNET, FREE],
        Person::Bulk(_) => &[],
    }
}

fn admit(ask: &Ask) -> Result<(), Refusal> {
    match ask.bearer() {
        Some(key) if key == ask.keys.admin => Ok(()),
        Some(key) if key == ask.keys.ordinary && ask.stream.name == "key" => Ok(()),
        Some(key) if key == ask.keys.ordinary => Err(Refusal::status(403)),
        Some(_) => Err(Refusal::said(401, "User not found.")),
        None => Err(Refusal::status(401)),
    }
}

fn refuse(refusal: &Refusal) -> Json {
    let usual = match refusal.status {
        401 => "Missing Authentication header",
        403 => "Only management keys can perform this operation",
        404 => "Not Found",
        405 => "Method Not Allowed",
        429 => "Rate limit exceeded",
        500.. => "Internal Server Error",
        _ => "Bad Request",
    };
    error([("code", u64::from(refusal.status).into()), ("message", refusal.words(usual).into())])
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    let content = match ask.stream.name {
        "activity" => return activity(ask, world).map(Answer::Tree),
        _ if !ask.query.is_empty() => return Err(bad("this endpoint takes no query parameters")),
        "credits" => credits(world),
        _ => key(ask, world),
    };
    Ok(Answer::Tree(object([("data", content)])))
}

fn bad(message: &str) -> Refusal {
    Refusal::said(400, message)
}

fn money(amount: i128) -> Json {
    Json::Number(number(amount, 6))
}

/// What a line came to in `[from, to)` minutes, with what it took from the credits and from the person's own keys.
fn spent(world: &World, place: usize, line: &Line, from: i64, to: i64) -> (Tally, i128, i128) {
    let tally = world.done(salt("openrouter") ^ place as u64, &line.work, from, to);
    let [prompt, visible, reasoning, ..] = tally.amounts;
    let [prompt_price, completion_price] = line.prices.map(i128::from);
    let cost = i128::from(prompt) * prompt_price + i128::from(visible + reasoning) * completion_price;
    if line.own_key { (tally, 0, cost) } else { (tally, cost, 0) }
}

/// Credits and own keys' money spent from a minute up to now.
fn spent_since(world: &World, from: i64) -> (i128, i128) {
    lines(world.person).iter().enumerate().fold((0, 0), |(credits, own), (place, line)| {
        let (_, more_credits, more_own) = spent(world, place, line, from, world.now);
        (credits + more_credits, own + more_own)
    })
}

/// Credits are bought in packs whenever they would run out.
fn bought(world: &World, used: i128) -> i128 {
    let pack = match world.person {
        Person::Team => 100 * DOLLAR,
        Person::Bulk(_) => 0,
        _ => 10 * DOLLAR,
    };
    (used / pack.max(1) + 1) * pack
}

fn credits(world: &World) -> Json {
    let (used, _) = spent_since(world, world.since);
    object([("total_credits", money(bought(world, used))), ("total_usage", money(used))])
}

fn key(ask: &Ask, world: &World) -> Json {
    let management = ask.bearer() == Some(ask.keys.admin.as_str());
    let own = if management { &ask.keys.admin } else { &ask.keys.ordinary };
    let today = world.now.div_euclid(MINUTES_A_DAY);
    let date = date(today);
    let starts = [
        world.since,
        today * MINUTES_A_DAY,
        (today - i64::from(date.weekday().num_days_from_monday())) * MINUTES_A_DAY,
        (today - i64::from(date.day0())) * MINUTES_A_DAY,
    ];
    let [ever, daily, weekly, monthly] = starts.map(|start| spent_since(world, start));
    let limit = match world.person {
        _ if management => None,
        Person::Team => Some(2000 * DOLLAR),
        _ => Some(50 * DOLLAR),
    };
    let free = lines(world.person).iter().enumerate().filter(|(_, line)| line.model.ends_with(":free"));
    let free: u64 =
        free.map(|(place, line)| spent(world, place, line, starts[1], world.now).0.requests).sum();
    let allowance: u64 = if bought(world, ever.0) >= 10 * DOLLAR { 1000 } else { 50 };
    object([
        ("label", format!("{}...{}", &own[..12], &own[own.len() - 4..]).into()),
        ("limit", limit.map(money).into()),
        ("limit_remaining", limit.map(|limit| money(limit - monthly.0)).into()),
        ("limit_reset", limit.map(|_| "monthly").into()),
        ("usage", money(ever.0)),
        ("usage_daily", money(daily.0)),
        ("usage_weekly", money(weekly.0)),
        ("usage_monthly", money(monthly.0)),
        ("byok_usage", money(ever.1)),
        ("byok_usage_daily", money(daily.1)),
        ("byok_usage_weekly", money(weekly.1)),
        ("byok_usage_monthly", money(monthly.1)),
        ("include_byok_in_limit", false.into()),
        ("is_free_tier", (bought(world, ever.0) == 0).into()),
        ("is_management_key", management.into()),
        ("is_provisioning_key", management.into()),
        (
            "free_model_daily_requests",
            object([
                ("limit", allowance.into()),
                ("used", free.into()),
                ("remaining", allowance.saturating_sub(free).into()),
            ]),
        ),
        ("creator_user_id", user_id(world).into()),
        ("organization_id", Json::Null),
        ("workspace_id", workspace_id(world).into()),
        ("expires_at", Json::Null),
        ("allowed_data_regions", Json::List(vec!["global".into()])),
        (
            "rate_limit",
            object([
                ("requests", (-1_i64).into()),
                ("interval", "10s".into()),
                ("note", "This field is deprecated and safe to ignore.".into()),
            ]),
        ),
    ])
}

fn user_id(world: &World) -> String {
    format!("user_{}", made_up(world.seed, "openrouter/user", 27))
}

fn workspace_id(world: &World) -> String {
    made_up_uuid(world.seed, "openrouter/workspace")
}

fn activity(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    let known = ["date", "api_key_hash", "user_id", "workspace_id", "group_by"];
    if let Some((name, _)) = ask.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        return Err(bad(&format!("Unrecognized query parameter: {name}")));
    }
    let today = world.now.div_euclid(MINUTES_A_DAY);
    let mut days: Vec<i64> = (today - DAYS..today).rev().collect();
    if let Some(text) = ask.only("date")? {
        let asked = NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map_err(|_| bad("Invalid date format. Date must be in YYYY-MM-DD format."))?;
        days.retain(|day| date(*day) == asked);
        if days.is_empty() {
            return Err(bad("Date must be within the last 30 (completed) UTC days"));
        }
    }
    if let Some(hash) = ask.only("api_key_hash")? {
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(bad("api_key_hash must be a SHA-256 hash in hexadecimal"));
        }
        // The town lists no keys, so nobody can know the hash of one.
        days.clear();
    }
    for (name, own) in [("user_id", user_id(world)), ("workspace_id", workspace_id(world))] {
        if ask.only(name)?.is_some_and(|asked| asked != own) {
            return Err(Refusal::status(404));
        }
    }
    let by_workspace = match ask.only("group_by")? {
        None => false,
        Some("workspace") => true,
        Some(_) => return Err(bad("group_by must be workspace")),
    };
    let mut rows = Vec::new();
    for day in days {
        for (place, line) in lines(world.person).iter().enumerate() {
            let (tally, credits, own) =
                spent(world, place, line, day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY);
            if tally.requests > 0 {
                let workspace = by_workspace.then(|| workspace_id(world));
                rows.push(row(world, line, day, &tally, (credits, own), workspace));
            }
        }
    }
    Ok(object([("data", Json::List(rows))]))
}

fn row(
    world: &World,
    line: &Line,
    day: i64,
    tally: &Tally,
    (credits, own): (i128, i128),
    workspace: Option<String>,
) -> Json {
    let [prompt, visible, reasoning, ..] = tally.amounts;
    let endpoint = format!("openrouter/endpoint/{}/{}", line.model, line.provider);
    let mut row = object([
        ("date", date(day).to_string().into()),
        ("model", line.model.into()),
        ("model_permaslug", line.permaslug.into()),
        ("endpoint_id", made_up_uuid(world.seed, &endpoint).into()),
        ("provider_name", line.provider.into()),
        ("usage", money(credits)),
        ("byok_usage_inference", money(own)),
        ("requests", tally.requests.into()),
        ("prompt_tokens", prompt.into()),
        ("completion_tokens", (visible + reasoning).into()),
        ("reasoning_tokens", reasoning.into()),
    ]);
    if let (Some(workspace), Json::Object(fields)) = (workspace, &mut row) {
        fields.push(("workspace_id".into(), workspace.into()));
    }
    row
}

/// A copy of a row from long before the thirty days.
fn stray(tree: &mut Json) -> bool {
    let Some(rows) = tree.field("data").and_then(Json::items) else { return false };
    let Some(mut stray) = rows.last().cloned() else { return false };
    let Some(Json::Text(text)) = stray.field("date") else { return false };
    let Ok(date) = text.parse::<NaiveDate>() else { return false };
    stray.set("date", (date - chrono::TimeDelta::days(2 * DAYS)).to_string().into());
    rows.push(stray);
    true
}
