//! Azure Cost Management: a table whose columns are told by name, in euros, with a link to its next page.

use crate::admit::grant::by_client_secret;
use crate::admit::{Admit, Key};
use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Pairs, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{cost, done, usual};
use crate::world::{DOLLAR_DIGITS, MINUTES_A_DAY, World, date, made_up_uuid, month_start, plain};

const SCOPE: &str = "https://management.azure.com/.default";

pub(crate) const HANDLER: Handler = Handler {
    id: "azure.ai.openai",
    base_path: "/azure.ai.openai",
    key: Key::ClientSecret,
    admit: Admit::Grant { scope: SCOPE },
    details,
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let code = refusal.code.unwrap_or(match refusal.status {
            401 => "InvalidAuthenticationToken",
            403 => "AuthorizationFailed",
            404 => "SubscriptionNotFound",
            429 => "429",
            500.. => "InternalServerError",
            _ => "BadRequest",
        });
        object([("error", object([("code", code.into()), ("message", refusal.plainly().into())]))])
    },
    ..Handler::PLAIN
};

fn details(seed: u64) -> Pairs {
    let id = |name: &str| made_up_uuid(seed, &format!("azure/{name}"));
    vec![("tenant_id", id("tenant")), ("client_id", id("client")), ("subscription_id", id("subscription"))]
}

const STREAMS: [Stream; 2] = [
    Stream {
        name: "token",
        path: "/{}/oauth2/v2.0/token",
        methods: &["POST"],
        admit: Some(Admit::Open),
        list: Some("access_token"),
        ..PLAIN
    },
    Stream {
        name: "cost",
        path: "/subscriptions/{}/providers/Microsoft.CostManagement/query",
        methods: &["POST"],
        list: Some("properties.rows"),
        paging: Some(Paging::link("properties.nextLink", "$skiptoken")),
        stray: Some(stray),
        ..PLAIN
    },
];

/// Rows of a page.
const PAGE: usize = 25;

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    if ask.stream.name == "token" {
        return by_client_secret(ask, SCOPE);
    }
    ask.part(&ask.detail("subscription_id"))?;
    ask.knows(&["api-version", "$skiptoken"])?;
    if ask.only("api-version")? != Some("2023-11-01") {
        return Err(Refusal::query(
            "api-version",
            "The api-version query parameter is missing or not supported.",
        ));
    }
    let body = ask.json(&["type", "timeframe", "timePeriod", "dataset"])?;
    body.one_of("type", &["ActualCost", "AmortizedCost", "Usage"])?;
    let set = body.object("dataset", &["granularity", "aggregation", "grouping", "filter"])?;
    let set = set.ok_or_else(|| Refusal::missing("dataset"))?;
    let daily = set.one_of("granularity", &["Daily", "None"])? == "Daily";
    let sums = set.object("aggregation", &["totalCost", "totalQty"])?;
    let sums = sums.ok_or_else(|| Refusal::missing("aggregation"))?;
    for (name, column) in [("totalCost", "Cost"), ("totalQty", "UsageQuantity")] {
        if let Some(sum) = sums.object(name, &["name", "function"])? {
            sum.one_of("name", &[column])?;
            sum.one_of("function", &["Sum"])?;
        }
    }
    let groups = set.objects("grouping", &["type", "name"])?.unwrap_or_default();
    if groups.len() > 2 {
        return Err(Refusal::query("grouping", "Invalid dataset grouping; at most two are allowed."));
    }
    for group in &groups {
        group.one_of("type", &["Dimension"])?;
        group.one_of("name", &["ResourceId", "Meter"])?;
    }
    if let Some(filter) = set.object("filter", &["dimensions"])? {
        let dimension = filter.object("dimensions", &["name", "operator", "values"])?;
        let dimension = dimension.ok_or_else(|| Refusal::missing("dimensions"))?;
        dimension.one_of("name", &["ServiceName"])?;
        dimension.one_of("operator", &["In"])?;
        dimension.texts("values")?;
    }
    let (from, to) = match body.one_of("timeframe", &["Custom", "MonthToDate"])? {
        "Custom" => {
            let period =
                body.object("timePeriod", &["from", "to"])?.ok_or_else(|| Refusal::missing("timePeriod"))?;
            let day = |name: &'static str| {
                let minute = period.minute(name)?.ok_or_else(|| Refusal::missing(name))?;
                Ok::<_, Refusal>(minute.div_euclid(MINUTES_A_DAY))
            };
            // The end counts: the day of its last second is in.
            (day("from")?, day("to")? + 1)
        }
        _ => (month_start(world.today()), world.today() + 1),
    };
    if to <= from || to - from > 366 {
        return Err(Refusal::query(
            "timePeriod",
            "Invalid query definition: the time period is too long or empty.",
        ));
    }
    let all = if daily { rows(ask, world, from, to) } else { vec![total(world, from, to)] };
    let first = match ask.only("$skiptoken")? {
        None => 0,
        Some(token) => {
            let place = token.strip_prefix("row=").and_then(|row| row.parse::<usize>().ok());
            place
                .filter(|row| *row < all.len())
                .ok_or_else(|| Refusal::query("$skiptoken", "Invalid skip token."))?
        }
    };
    let last = all.len().min(first + PAGE);
    let next = (last < all.len()).then(|| ask.link("$skiptoken", &format!("row={last}")));
    let names: &[(&str, &str)] = if daily {
        &[
            ("Cost", "Number"),
            ("UsageQuantity", "Number"),
            ("UsageDate", "Number"),
            ("ResourceId", "String"),
            ("Meter", "String"),
            ("Currency", "String"),
        ]
    } else {
        &[("Cost", "Number"), ("Currency", "String")]
    };
    let column = |(name, kind): &(&'static str, &'static str)| {
        object([("name", (*name).into()), ("type", (*kind).into())])
    };
    let properties = object([
        ("nextLink", next.into()),
        ("columns", Json::List(names.iter().map(column).collect())),
        ("rows", Json::List(all.into_iter().skip(first).take(last - first).collect())),
    ]);
    Ok(Answer::Tree(object([
        ("id", format!("subscriptions/{}/providers/Microsoft.CostManagement/query/1", ask.param()).into()),
        ("name", "1".into()),
        ("type", "Microsoft.CostManagement/query".into()),
        ("properties", properties),
    ])))
}

fn rows(ask: &Ask, world: &World, from: i64, to: i64) -> Vec<Json> {
    let mut rows = Vec::new();
    for day in world.days(from, to) {
        for line in usual(world.person) {
            let tally = done(world, "azure", line, day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY);
            if tally.requests == 0 {
                continue;
            }
            let resource = format!(
                "/subscriptions/{}/resourcegroups/rg-simulated/providers/microsoft.cognitiveservices/accounts/{}",
                ask.param(),
                line.model
            );
            rows.push(Json::List(vec![
                Json::Number(plain(cost(line, &tally), DOLLAR_DIGITS)),
                Json::Number(plain(i128::from(tally.amounts[0] + tally.amounts[1]), 3)),
                Json::Number(date(day).format("%Y%m%d").to_string()),
                resource.into(),
                format!("{} glbl Tokens", line.model).into(),
                "EUR".into(),
            ]));
        }
    }
    rows
}

fn total(world: &World, from: i64, to: i64) -> Json {
    let (from, to) = (from * MINUTES_A_DAY, to * MINUTES_A_DAY);
    let sum = crate::trade::spent(world, "azure", usual(world.person), from, to);
    Json::List(vec![Json::Number(plain(sum, DOLLAR_DIGITS)), "EUR".into()])
}

/// A copy of a row, of long ago.
fn stray(tree: &mut Json) -> bool {
    let rows = tree.find("properties.rows", |value| matches!(value, Json::List(rows) if !rows.is_empty()));
    let Some(rows) = rows.and_then(Json::items) else { return false };
    let Some(mut row) = rows.last().cloned() else { return false };
    let Some(day) = row.items().and_then(|cells| cells.get_mut(2)) else { return false };
    *day = Json::Number("20010101".into());
    rows.push(row);
    true
}
