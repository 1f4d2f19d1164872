//! xAI's Management API: a ledger in cents whose signs are turned round, the month's invoice, and dollars by day.

use chrono::NaiveDateTime;

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{Line, cost, done, spent, usual};
use crate::world::{
    DOLLAR, DOLLAR_DIGITS, MINUTES_A_DAY, Person, World, cents, made_up_uuid, month_start, plain, time_text,
};

pub(crate) const HANDLER: Handler = Handler {
    id: "x_ai",
    base_path: "/x_ai",
    key_prefix: "xai-token-",
    ordinary_key_prefix: "xai-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let code = match refusal.status {
            401 => 16,
            403 => 7,
            404 => 5,
            429 => 8,
            500.. => 13,
            _ => 3_u64,
        };
        object([
            ("code", code.into()),
            ("message", refusal.plainly().into()),
            ("details", Json::List(Vec::new())),
        ])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 4] = [
    Stream { name: "validation", path: "/auth/management-keys/validation", list: Some("apiKeyId"), ..PLAIN },
    Stream {
        name: "prepaid_balance",
        path: "/v1/billing/teams/{}/prepaid/balance",
        list: Some("total"),
        money: Some("total.val"),
        ..PLAIN
    },
    Stream {
        name: "invoice_preview",
        path: "/v1/billing/teams/{}/postpaid/invoice/preview",
        list: Some("coreInvoice"),
        money: Some("effectiveSpendingLimit"),
        ..PLAIN
    },
    Stream {
        name: "usage",
        path: "/v1/billing/teams/{}/usage",
        methods: &["POST"],
        list: Some("timeSeries"),
        stray: Some(stray),
        ..PLAIN
    },
];

fn team(ask: &Ask) -> String {
    made_up_uuid(ask.seed, "x_ai/team")
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    if ask.stream.name == "validation" {
        return Ok(Answer::Tree(object([
            ("apiKeyId", made_up_uuid(ask.seed, "x_ai/key").into()),
            ("name", "spend reader".into()),
            ("teamId", team(ask).into()),
            ("scope", "SCOPE_TEAM".into()),
            ("scopeId", team(ask).into()),
        ])));
    }
    ask.part(&team(ask))?;
    match ask.stream.name {
        "prepaid_balance" => Ok(Answer::Tree(balance(world))),
        "invoice_preview" => invoice(world).map(Answer::Tree),
        _ => usage(ask, world),
    }
}

/// What was spent before the month under way, and what was spent in it.
fn spending(world: &World) -> (i128, i128) {
    let lines = usual(world.person);
    let month = (month_start(world.today()) * MINUTES_A_DAY).max(world.since);
    let before = spent(world, "x_ai", lines, world.since, month);
    (before, spent(world, "x_ai", lines, month, world.now))
}

/// Packs that were bought, enough for all that was spent.
fn packs(world: &World) -> (i128, i128) {
    let (before, since) = spending(world);
    let pack = if world.person == Person::Team { 250 * DOLLAR } else { 25 * DOLLAR };
    (pack, (before + since) / pack + 1)
}

/// The posted balance: what the month under way used is taken off when it is closed.
fn balance(world: &World) -> Json {
    let (before, _) = spending(world);
    let (pack, count) = packs(world);
    let val = |cents: i64| object([("val", cents.to_string().into())]);
    let mut changes: Vec<Json> = (0..count)
        .map(|number| {
            object([
                ("teamId", made_up_uuid(world.seed, "x_ai/team").into()),
                ("changeOrigin", "PURCHASE".into()),
                ("topupStatus", "SUCCEEDED".into()),
                ("amount", val(-cents(pack))),
                ("invoiceId", format!("inv_simulated_{number}").into()),
                ("createTime", time_text(world.since).into()),
            ])
        })
        .collect();
    changes.push(object([
        ("changeOrigin", "SPEND".into()),
        ("amount", val(cents(before))),
        ("createTime", time_text(month_start(world.today()) * MINUTES_A_DAY).into()),
    ]));
    object([("changes", Json::List(changes)), ("total", val(cents(before) - cents(pack * count)))])
}

fn invoice(world: &World) -> Result<Json, Refusal> {
    // A student pays nothing afterwards.
    if world.person == Person::Student {
        return Err(Refusal::said(404, "postpaid billing is not configured"));
    }
    let (before, since) = spending(world);
    let (pack, count) = packs(world);
    let val = |cents: i64| object([("val", cents.to_string().into())]);
    Ok(object([
        (
            "coreInvoice",
            object([
                ("lines", Json::List(Vec::new())),
                ("amountAfterVat", "0".into()),
                ("prepaidCredits", val(cents(before) - cents(pack * count))),
                ("prepaidCreditsUsed", val(cents(since))),
            ]),
        ),
        ("effectiveSpendingLimit", "50000".into()),
        ("billingCycle", object([("year", 2026_u64.into())])),
    ]))
}

/// Times without a zone, read in the one that stands beside them.
fn usage(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    let body = ask.json(&["analyticsRequest"])?;
    let fields = ["timeRange", "timeUnit", "values", "groupBy", "filters"];
    let wish =
        body.object("analyticsRequest", &fields)?.ok_or_else(|| Refusal::missing("analyticsRequest"))?;
    let range = wish.object("timeRange", &["startTime", "endTime", "timezone"])?;
    let range = range.ok_or_else(|| Refusal::missing("timeRange"))?;
    range.one_of("timezone", &["Etc/GMT"])?;
    wish.one_of("timeUnit", &["TIME_UNIT_DAY"])?;
    let values =
        wish.objects("values", &["name", "aggregation"])?.ok_or_else(|| Refusal::missing("values"))?;
    let [value] = values.as_slice() else { return Err(Refusal::query("values", "values: expected one")) };
    value.one_of("name", &["usd"])?;
    value.one_of("aggregation", &["AGGREGATION_SUM"])?;
    if wish.texts("filters")?.is_some_and(|filters| !filters.is_empty()) {
        return Err(Refusal::query("filters", "filters: none are known"));
    }
    let grouped = match wish.texts("groupBy")?.unwrap_or_default().as_slice() {
        [] => false,
        ["description"] => true,
        _ => return Err(Refusal::query("groupBy", "groupBy: only description is known")),
    };
    let minute = |name: &'static str| {
        let text = range.text(name)?.ok_or_else(|| Refusal::missing(name))?;
        let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S");
        let words = || format!("{name}: expected YYYY-MM-DD HH:MM:SS without a zone");
        time.map(|time| time.and_utc().timestamp().div_euclid(60)).map_err(|_| Refusal::query(name, words()))
    };
    let (start, end) = (minute("startTime")?, minute("endTime")?);
    if end < start {
        return Err(Refusal::query("endTime", "endTime: must be after startTime"));
    }
    let days = world.days(start.div_euclid(MINUTES_A_DAY), end.div_euclid(MINUTES_A_DAY) + 1);
    let series = |lines: &[&Line], label: Option<&str>| {
        let point = |day: i64| {
            let (from, to) = (day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY);
            let money: i128 = lines.iter().map(|line| cost(line, &done(world, "x_ai", line, from, to))).sum();
            object([
                ("timestamp", time_text(from).into()),
                ("values", Json::List(vec![Json::Number(plain(money, DOLLAR_DIGITS))])),
            ])
        };
        let labels = Json::List(label.into_iter().map(Json::from).collect());
        object([
            ("group", labels.clone()),
            ("groupLabels", labels),
            ("dataPoints", Json::List(days.clone().map(point).collect())),
        ])
    };
    let lines: Vec<&Line> = usual(world.person).iter().collect();
    let all = if grouped {
        lines.iter().map(|line| series(&[*line], Some(line.model))).collect()
    } else {
        vec![series(&lines, None)]
    };
    Ok(Answer::Tree(object([("timeSeries", Json::List(all)), ("limitReached", false.into())])))
}

/// A copy of a point, of long ago.
fn stray(tree: &mut Json) -> bool {
    let points = tree.find("dataPoints", |value| matches!(value, Json::List(points) if !points.is_empty()));
    let Some(points) = points.and_then(Json::items) else { return false };
    let Some(mut point) = points.last().cloned() else { return false };
    point.set("timestamp", "2001-01-01T00:00:00Z".into());
    points.push(point);
    true
}
