//! Mistral AI's Admin API: a month of use by category, model and day in whole tokens, with prices as text beside it, and the
//! spending limit. Nothing but an Enterprise organization's admin key is let in.

use chrono::{Datelike as _, NaiveDate};

use crate::admit::Admit;
use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Fields, Json, object};
use crate::trade::{Line, cost, done, usual};
use crate::world::{
    DOLLAR_DIGITS, MINUTES_A_DAY, Person, World, date, day_of, month_start, next_month, plain,
};

pub(crate) const HANDLER: Handler = Handler {
    id: "mistral_ai",
    base_path: "/mistral",
    key_prefix: "adm",
    ordinary_key_prefix: "api",
    admit: Admit::Header("x-api-key"),
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let usual = match refusal.status {
            401 => "Unauthorized",
            403 => "This API key may not use the Admin API",
            _ => refusal.plainly(),
        };
        object([("message", refusal.words(usual).into()), ("request_id", "0f0e0d0c0b0a".into())])
    },
    ..Handler::PLAIN
};

/// The Admin API has moved: for a student's organization it is at its older place still.
const STREAMS: [Stream; 4] = [
    Stream { name: "usage", path: "/usage", ..USAGE },
    Stream { name: "older_usage", path: "/api/admin/usage", ..USAGE },
    Stream { name: "spend_limit", path: "/spend-limit", ..LIMIT },
    Stream { name: "older_spend_limit", path: "/api/admin/spend-limit", ..LIMIT },
];

const USAGE: Stream = Stream {
    list: Some("prices"),
    money: Some("value_paid"),
    count: Some("value"),
    currency: Some("currency"),
    stray: Some(stray),
    ..PLAIN
};
const LIMIT: Stream = Stream {
    list: Some("limits"),
    money: Some("limits.completion.total_usage"),
    currency: Some("limits.currency"),
    ..PLAIN
};

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    let is_older = ask.stream.name.starts_with("older");
    if is_older != (world.person == Person::Student) {
        return Err(Refusal::status(404));
    }
    let tree = if ask.stream.name.ends_with("spend_limit") { limit(ask, world)? } else { usage(ask, world)? };
    Ok(Answer::Tree(tree))
}

const GROUPS: [&str; 3] = ["input", "output", "cached"];

fn metric(line: &Line) -> String {
    format!("{}-2411", line.model)
}

fn usage(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&["month", "year", "workspace_id"])?;
    let today = date(world.today());
    let (month, year) = (ask.whole("month", 1, 12)?, ask.whole("year", 2000, 2100)?);
    let month = month.and_then(|month| u32::try_from(month).ok()).unwrap_or(today.month());
    let year = year.and_then(|year| i32::try_from(year).ok()).unwrap_or(today.year());
    let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(today);
    let (first, end) = (day_of(first), next_month(day_of(first)));
    let mut models: Fields = Vec::new();
    for line in usual(world.person) {
        let groups: Fields = GROUPS
            .iter()
            .enumerate()
            .map(|(place, group)| {
                let rows = world.days(first, end).filter_map(|day| {
                    let tally = done(world, "mistral", line, day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY);
                    let value = tally.amounts[place];
                    (value > 0).then(|| {
                        object([
                            ("usage_type", "usage".into()),
                            ("event_type", "api_tokens".into()),
                            ("billing_metric", metric(line).into()),
                            ("billing_display_name", line.model.into()),
                            ("billing_group", (*group).into()),
                            ("timestamp", date(day).to_string().into()),
                            ("value", value.into()),
                            ("value_paid", value.into()),
                        ])
                    })
                });
                ((*group).into(), Json::List(rows.collect()))
            })
            .collect();
        models.push((format!("{}::{}", line.model, metric(line)).into(), Json::Object(groups)));
    }
    let prices = usual(world.person).iter().flat_map(|line| {
        GROUPS.iter().zip(line.prices).map(move |(group, price)| {
            // Small prices are written with an exponent.
            let price = if *group == "cached" {
                format!("{price}E-18")
            } else {
                plain(i128::from(price), DOLLAR_DIGITS)
            };
            object([
                ("event_type", "api_tokens".into()),
                ("billing_metric", metric(line).into()),
                ("billing_group", (*group).into()),
                ("price", price.into()),
            ])
        })
    });
    let none = || object([("models", object([]))]);
    Ok(object([
        ("completion", object([("models", Json::Object(models))])),
        ("ocr", none()),
        ("connectors", none()),
        ("libraries_api", object([("pages", none()), ("tokens", none())])),
        ("fine_tuning", object([("training", object([])), ("storage", object([]))])),
        ("audio", none()),
        ("vibe_usage", Json::Number("0.0".into())),
        ("date", format!("{}T00:00:00Z", date(first)).into()),
        ("currency", "EUR".into()),
        ("currency_symbol", "€".into()),
        ("prices", Json::List(prices.collect())),
    ]))
}

fn limit(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&[])?;
    let start = month_start(world.today()) * MINUTES_A_DAY;
    let spent: i128 = usual(world.person)
        .iter()
        .map(|line| cost(line, &done(world, "mistral", line, start, world.now)))
        .sum();
    let used = || Json::Number(plain(spent, DOLLAR_DIGITS));
    let completion = object([
        ("usage", used()),
        ("total_usage", used()),
        ("usage_limit", 100_u64.into()),
        ("usage_limit_organization", 100_u64.into()),
        ("no_monthly_limit", (world.person == Person::Team).into()),
        ("monthly_limit_reached", false.into()),
    ]);
    let limits = object([
        ("completion", completion),
        ("last_payment_failure", false.into()),
        ("currency", "EUR".into()),
    ]);
    Ok(object([("limits", limits)]))
}

/// A row of long ago.
fn stray(tree: &mut Json) -> bool {
    let lists = |value: &Json| matches!(value, Json::List(items) if !items.is_empty());
    let Some(rows) = tree.find("input", lists).and_then(Json::items) else { return false };
    let Some(mut row) = rows.last().cloned() else { return false };
    row.set("timestamp", "2001-01-01".into());
    rows.push(row);
    true
}
