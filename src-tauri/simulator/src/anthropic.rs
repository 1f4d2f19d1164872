//! Anthropic: `cost_report` in cents as text, `usage_report/messages`, the organization's name card, lists and
//! limits, and `usage_report/claude_code` in cents as numbers.

mod lines;
mod organization;

use std::collections::BTreeMap;

use chrono::DateTime;

use crate::admit::Admit;
use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::pages::{Width, slice};
use crate::world::{DOLLAR_DIGITS, MINUTES_A_DAY, World, made_up_uuid, plain, time_text};
use lines::{Cost, Usage};

pub(crate) const HANDLER: Handler = Handler {
    id: "anthropic",
    base_path: "/anthropic",
    key_prefix: "sk-ant-admin01-",
    ordinary_key_prefix: "sk-ant-api03-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    admit: Admit::Own(admit),
    answer,
    refuse,
    ..Handler::PLAIN
};

const STREAMS: [Stream; 8] = [
    Stream {
        name: "cost_report",
        path: "/v1/organizations/cost_report",
        money: Some("amount"),
        currency: Some("currency"),
        ..REPORT
    },
    Stream {
        name: "usage_report_messages",
        path: "/v1/organizations/usage_report/messages",
        count: Some("output_tokens"),
        ..REPORT
    },
    Stream { name: "organization_me", path: "/v1/organizations/me", list: Some("id"), ..PLAIN },
    organization::WORKSPACES,
    organization::API_KEYS,
    organization::RATE_LIMITS,
    organization::SPEND_LIMITS,
    organization::CLAUDE_CODE,
];

const REPORT: Stream = Stream {
    list: Some("data"),
    paging: Some(Paging::cursor("next_page", "page").more("has_more")),
    stray: Some(stray),
    ..PLAIN
};

fn admit(ask: &Ask) -> Result<(), Refusal> {
    match ask.header("x-api-key") {
        Some(key) if key == ask.keys.admin => {}
        // A key of the wrong kind gets no other words than a wrong key.
        _ => return Err(Refusal::status(401)),
    }
    match ask.header("anthropic-version") {
        Some("2023-06-01") => Ok(()),
        Some(version) => {
            let words = format!("anthropic-version: \"{version}\" is not a valid version");
            Err(Refusal::query("anthropic-version", words))
        }
        None => Err(Refusal::query("anthropic-version", "anthropic-version: header is required")),
    }
}

fn refuse(refusal: &Refusal) -> Json {
    let (kind, usual) = match refusal.status {
        401 => ("authentication_error", "invalid x-api-key"),
        403 => ("permission_error", "Your API key does not have permission to use the specified resource."),
        404 => ("not_found_error", "Not found"),
        405 => ("invalid_request_error", "Method Not Allowed"),
        429 => (
            "rate_limit_error",
            "This request would exceed your organization's rate limit. Please try again later.",
        ),
        529 => ("overloaded_error", "Overloaded"),
        500.. => ("api_error", "Internal server error"),
        _ => ("invalid_request_error", "Invalid request"),
    };
    object([
        ("type", "error".into()),
        ("error", object([("type", kind.into()), ("message", refusal.words(usual).into())])),
        ("request_id", "req_011CSimulated000000000000".into()),
    ])
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    if let Some(answer) = organization::answer(ask, world) {
        return answer;
    }
    let report = match ask.stream.name {
        "cost_report" => &COSTS,
        "usage_report_messages" => &MESSAGES,
        _ => {
            if let Some((name, _)) = ask.query.first() {
                return Err(unknown(name));
            }
            return Ok(Answer::Tree(object([
                ("id", made_up_uuid(world.seed, "anthropic/organization").into()),
                ("name", "Simulated Organization".into()),
                ("type", "organization".into()),
            ])));
        }
    };
    let query = read(report, ask, world)?;
    let pages = slice(ask, world, (query.start, query.end), query.width, query.limit, query.page)?;
    let bucket = |(from, to): &(i64, i64)| {
        let results =
            if report.costs { costs(world, *from, &query) } else { usages(world, (*from, *to), &query) };
        let time = |minute: i64| Json::from(time_text(minute));
        object([("starting_at", time(*from)), ("ending_at", time(*to)), ("results", Json::List(results))])
    };
    Ok(Answer::Tree(object([
        ("data", Json::List(pages.buckets.iter().map(bucket).collect())),
        ("has_more", pages.next.is_some().into()),
        ("next_page", pages.next.into()),
    ])))
}

/// What a report may be asked.
struct Report {
    costs: bool,
    groups: &'static [&'static str],
    /// Parameter and the dimension it filters.
    filters: &'static [(&'static str, &'static str)],
}

const COSTS: Report = Report { costs: true, groups: &["workspace_id", "description"], filters: &[] };

const MESSAGES: Report = Report {
    costs: false,
    groups: &[
        "account_id",
        "api_key_id",
        "context_window",
        "inference_geo",
        "model",
        "service_account_id",
        "service_tier",
        "speed",
        "workspace_id",
    ],
    filters: &[
        ("account_ids[]", "account_id"),
        ("api_key_ids[]", "api_key_id"),
        ("context_window[]", "context_window"),
        ("inference_geos[]", "inference_geo"),
        ("models[]", "model"),
        ("service_account_ids[]", "service_account_id"),
        ("service_tiers[]", "service_tier"),
        ("speeds[]", "speed"),
        ("workspace_ids[]", "workspace_id"),
    ],
};

/// A query that was found good.
struct Query<'a> {
    start: i64,
    end: i64,
    width: Width,
    limit: i64,
    page: Option<&'a str>,
    groups: Vec<&'static str>,
    filters: Vec<(&'static str, Vec<&'a str>)>,
}

impl Query<'_> {
    fn asks(&self, group: &str) -> bool {
        self.groups.contains(&group)
    }
}

fn unknown(name: &str) -> Refusal {
    Refusal::said(400, format!("{name}: Extra inputs are not permitted"))
}

fn read<'a>(report: &Report, ask: &'a Ask, world: &World) -> Result<Query<'a>, Refusal> {
    let mut groups = Vec::new();
    let mut filters: Vec<(&'static str, Vec<&str>)> = Vec::new();
    for (name, value) in &ask.query {
        if name == "group_by[]" {
            let known = report.groups.iter().find(|group| *group == value);
            let words = || format!("group_by: Input should be one of {}", report.groups.join(", "));
            groups.push(*known.ok_or_else(|| Refusal::query("group_by", words()))?);
        } else if let Some((_, dimension)) = report.filters.iter().find(|(param, _)| param == name) {
            match filters.iter_mut().find(|(known, _)| known == dimension) {
                Some((_, values)) => values.push(value),
                None => filters.push((dimension, vec![value])),
            }
        } else if !["starting_at", "ending_at", "bucket_width", "limit", "page"].contains(&name.as_str()) {
            return Err(unknown(name));
        }
    }
    let speed = groups.contains(&"speed") || filters.iter().any(|(name, _)| *name == "speed");
    if speed && !ask.header("anthropic-beta").is_some_and(|beta| beta.contains("fast-mode-2026-02-01")) {
        return Err(Refusal::query(
            "speed",
            "speed: requires the anthropic-beta header fast-mode-2026-02-01",
        ));
    }
    let width = Width::read(ask.only("bucket_width")?).filter(|width| !report.costs || *width == Width::Day);
    let width = width.ok_or_else(|| {
        let known = if report.costs { "'1d'" } else { "'1d', '1h' or '1m'" };
        Refusal::query("bucket_width", format!("bucket_width: Input should be {known}"))
    })?;
    let (usual, most) = width.usage_limits();
    let limit = match ask.only("limit")? {
        None => usual,
        Some(text) => match text.parse::<i64>() {
            Err(_) => return Err(Refusal::query("limit", "limit: Input should be a valid integer")),
            Ok(limit) if limit < 1 => {
                return Err(Refusal::query("limit", "limit: Input should be greater than or equal to 1"));
            }
            Ok(limit) if limit > most => {
                let words = format!("limit: Input should be less than or equal to {most}");
                return Err(Refusal::query("limit", words));
            }
            Ok(limit) => limit,
        },
    };
    let start = minute(ask, "starting_at")?;
    let start = start.ok_or_else(|| Refusal::query("starting_at", "starting_at: Field required"))?;
    let end = minute(ask, "ending_at")?;
    if end.is_some_and(|end| end <= start) {
        return Err(Refusal::query("ending_at", "ending_at: must be after starting_at"));
    }
    let snap = |at: i64| at.div_euclid(width.minutes()) * width.minutes();
    // Only buckets that end by then; unasked, the one that is under way too.
    let end = end.map_or_else(|| snap(world.now) + width.minutes(), snap);
    Ok(Query { start: snap(start), end, width, limit, page: ask.only("page")?, groups, filters })
}

fn minute(ask: &Ask, name: &'static str) -> Result<Option<i64>, Refusal> {
    let Some(text) = ask.only(name)? else { return Ok(None) };
    let time = DateTime::parse_from_rfc3339(text);
    let words = || format!("{name}: Input should be a valid RFC 3339 datetime");
    time.map(|time| Some(time.timestamp().div_euclid(60))).map_err(|_| Refusal::query(name, words()))
}

fn usages(world: &World, (from, to): (i64, i64), query: &Query) -> Vec<Json> {
    let mut groups: BTreeMap<Vec<Option<String>>, [u64; 6]> = BTreeMap::new();
    for Usage { dimension, amounts } in lines::usages(world, from, to) {
        let passes = |(name, values): &(&str, Vec<&str>)| {
            dimension(name).is_some_and(|own| values.contains(&own.as_str()))
        };
        if !query.filters.iter().all(passes) {
            continue;
        }
        let key =
            MESSAGES.groups.iter().map(|name| query.asks(name).then(|| dimension(name)).flatten()).collect();
        let sum = groups.entry(key).or_default();
        for (sum, amount) in sum.iter_mut().zip(amounts) {
            *sum += amount;
        }
    }
    groups.into_iter().map(|(key, amounts)| usage(&key, amounts, query)).collect()
}

fn usage(key: &[Option<String>], amounts: [u64; 6], query: &Query) -> Json {
    let [uncached, read, short_write, long_write, output, searches] = amounts;
    let dimension = |name: &str| -> Json {
        let place = MESSAGES.groups.iter().position(|group| *group == name);
        place.and_then(|place| key[place].clone()).into()
    };
    let cache =
        [("ephemeral_1h_input_tokens", long_write.into()), ("ephemeral_5m_input_tokens", short_write.into())];
    let mut result = object([
        ("account_id", dimension("account_id")),
        ("api_key_id", dimension("api_key_id")),
        ("cache_creation", object(cache)),
        ("cache_read_input_tokens", read.into()),
        ("context_window", dimension("context_window")),
        ("inference_geo", dimension("inference_geo")),
        ("model", dimension("model")),
        ("output_tokens", output.into()),
        ("server_tool_use", object([("web_search_requests", searches.into())])),
        ("service_account_id", dimension("service_account_id")),
        ("service_tier", dimension("service_tier")),
        ("uncached_input_tokens", uncached.into()),
        ("workspace_id", dimension("workspace_id")),
    ]);
    if let (true, Json::Object(fields)) = (query.asks("speed"), &mut result) {
        fields.push(("speed".into(), dimension("speed")));
    }
    result
}

fn costs(world: &World, from: i64, query: &Query) -> Vec<Json> {
    let mut groups: BTreeMap<Cost, i128> = BTreeMap::new();
    for (mut cost, money) in lines::costs(world, from.div_euclid(MINUTES_A_DAY)) {
        if !query.asks("workspace_id") {
            cost.workspace = None;
        }
        if !query.asks("description") {
            cost = Cost { workspace: cost.workspace, ..Cost::default() };
        }
        *groups.entry(cost).or_default() += money;
    }
    let result = |(cost, money): (Cost, i128)| {
        object([
            // Cents: two digits fewer behind the point than dollars.
            ("amount", plain(money, DOLLAR_DIGITS - 2).into()),
            ("context_window", cost.context_window.into()),
            ("cost_type", cost.kind.into()),
            ("currency", "USD".into()),
            ("description", cost.description.into()),
            ("inference_geo", cost.inference_geo.into()),
            ("model", cost.model.into()),
            ("service_tier", cost.service_tier.into()),
            ("token_type", cost.token_type.into()),
            ("workspace_id", cost.workspace.into()),
        ])
    };
    groups.into_iter().map(result).collect()
}

/// A copy of a bucket, just before the first one.
fn stray(tree: &mut Json) -> bool {
    let Some(buckets) = tree.field("data").and_then(Json::items) else { return false };
    let time = |bucket: &mut Json, name: &str| match bucket.field(name) {
        Some(Json::Text(text)) => DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp() / 60),
        _ => None,
    };
    let times = buckets.first_mut().map(|first| (time(first, "starting_at"), time(first, "ending_at")));
    let Some((Some(start), Some(end))) = times else { return false };
    let full = |bucket: &mut Json| {
        bucket.field("results").and_then(Json::items).is_some_and(|rows| !rows.is_empty())
    };
    let Some(mut stray) = buckets.iter_mut().position(full).map(|place| buckets[place].clone()) else {
        return false;
    };
    stray.set("starting_at", time_text(start + start - end).into());
    stray.set("ending_at", time_text(start).into());
    buckets.insert(0, stray);
    true
}
