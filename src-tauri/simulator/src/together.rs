//! Together AI: the bill of a month by completed day; every number is text, and a cursor belongs to its month.

use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, error, names};
use crate::json::{Json, object};
use crate::pages::{base64, unbase64};
use crate::trade::{done, usual};
use crate::world::{DOLLAR_DIGITS, MINUTES_A_DAY, World, date, day_of, next_month, plain, time_text};

pub(crate) const HANDLER: Handler = Handler {
    id: "together",
    base_path: "/together/v1",
    key_prefix: "tgp_v1_",
    ordinary_key_prefix: "tgp_project_",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let code = if refusal.status == 401 { "invalid_api_key" } else { "invalid_request" };
        error([
            ("message", refusal.plainly().into()),
            ("type", "invalid_request_error".into()),
            ("param", refusal.param.into()),
            ("code", code.into()),
        ])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] = [Stream {
    name: "usage",
    path: "/billing/usage",
    list: Some("data"),
    paging: Some(Paging::cursor("next_cursor", "after")),
    money: Some("cost"),
    currency: Some("currency"),
    stray: Some(stray),
    ..PLAIN
}];

/// Windows on a page, whatever `limit` says.
const MOST: i64 = 10;

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&["month", "granularity", "limit", "after", "organization_id"])?;
    if !matches!(ask.only("granularity")?, None | Some("day")) {
        return Err(Refusal::query("granularity", "granularity: this town has days"));
    }
    let limit = ask.whole("limit", 1, 1_000)?.unwrap_or(100).min(MOST);
    let month = match ask.only("month")? {
        None => date(world.today()).format("%Y-%m").to_string(),
        Some(text) => text.to_owned(),
    };
    let first = format!("{month}-01").parse().ok().filter(|_| month.len() == 7);
    let first = day_of(first.ok_or_else(|| Refusal::query("month", "month: expected YYYY-MM"))?);
    // Only what is finished is told: up to and with yesterday.
    let days = world.days(first, next_month(first).min(world.today()));
    let from = match ask.only("after")? {
        None => days.start,
        Some(cursor) => {
            let text = unbase64(cursor).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
            let day = text.strip_prefix(&format!("{month}/")).and_then(|day| day.parse().ok());
            day.filter(|day| days.contains(day))
                .ok_or_else(|| Refusal::query("after", "after: a cursor of another month or granularity"))?
        }
    };
    let end = days.end.min(from + limit);
    let cursor = (end < days.end).then(|| base64(format!("{month}/{end}").as_bytes()));
    let data = (from..end).map(|day| window(world, day)).collect();
    Ok(Answer::Tree(object([
        ("object", "list".into()),
        ("organization_id", "org_simulated".into()),
        ("billing_period", month.into()),
        ("currency", "USD".into()),
        ("earliest_window_start", time_text(days.start * MINUTES_A_DAY).into()),
        ("latest_window_end", time_text(days.end * MINUTES_A_DAY).into()),
        ("next_cursor", cursor.into()),
        ("data", Json::List(data)),
    ])))
}

const PRODUCTS: [&str; 3] = [
    "Serverless Inference - Input Tokens",
    "Serverless Inference - Output Tokens",
    "Serverless Inference - Cached Input Tokens",
];

fn window(world: &World, day: i64) -> Json {
    let (start, end) = (day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY);
    let mut items = Vec::new();
    for line in usual(world.person) {
        let tally = done(world, "together", line, start, end);
        for (place, product) in PRODUCTS.into_iter().enumerate() {
            let (quantity, price) = (tally.amounts[place], i128::from(line.prices[place]));
            if quantity > 0 {
                items.push(object([
                    ("product_name", product.into()),
                    ("quantity", quantity.to_string().into()),
                    ("unit_price", plain(price, DOLLAR_DIGITS).into()),
                    ("cost", plain(i128::from(quantity) * price, DOLLAR_DIGITS).into()),
                    ("attributes", object([("model", line.model.into())])),
                    ("pricing_dimensions", object([])),
                ]));
            }
        }
    }
    object([
        ("date", date(day).to_string().into()),
        ("start_time", time_text(start).into()),
        ("end_time", time_text(end).into()),
        ("line_items", Json::List(items)),
    ])
}

fn stray(tree: &mut Json) -> bool {
    let Some(rows) = tree.field("data").and_then(Json::items) else { return false };
    let Some(mut row) = rows.last().cloned() else { return false };
    row.set("start_time", "2001-01-01T00:00:00Z".into());
    row.set("end_time", "2001-01-02T00:00:00Z".into());
    rows.push(row);
    true
}
