//! The billing export of Google Cloud, asked for by a query to `BigQuery`: every value is text or null, credits are negative,
//! a query may still run when it is asked for, and free use is not among the rows.

use crate::admit::grant::by_assertion;
use crate::admit::{Admit, Key};
use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, error, names};
use crate::json::{Json, object};
use crate::trade::{cost, done, usual};
use crate::world::{DOLLAR_DIGITS, MINUTES_A_DAY, Person, World, date, made_up, plain};

const SCOPE: &str = "https://www.googleapis.com/auth/bigquery.readonly";

pub(crate) const HANDLER: Handler = Handler {
    id: "gcp.billing",
    base_path: "/gcp-billing",
    key: Key::ServiceAccount,
    ordinary_key_prefix: "other",
    admit: Admit::Grant { scope: SCOPE },
    details: |seed| {
        vec![("project_id", project(seed)), ("table", table(seed)), ("location", "EU".to_owned())]
    },
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse,
    ..Handler::PLAIN
};

const STREAMS: [Stream; 4] = [
    Stream { name: "token", path: "/token", methods: &["POST"], admit: Some(Admit::Open), ..PLAIN },
    Stream { name: "table", path: "/projects/{}/datasets/{}/tables/{}", ..PLAIN },
    Stream {
        name: "costs",
        path: "/projects/{}/queries",
        methods: &["POST"],
        list: Some("rows"),
        stray: Some(stray),
        ..PLAIN
    },
    Stream {
        name: "results",
        path: "/projects/{}/queries/{}",
        list: Some("rows"),
        paging: Some(Paging::cursor("pageToken", "pageToken")),
        ..PLAIN
    },
];

fn project(seed: u64) -> String {
    format!("simulated-{}", made_up(seed, "gcp-billing/project", 8).to_lowercase())
}

fn name(seed: u64) -> String {
    let account = made_up(seed, "gcp-billing/account", 18).to_uppercase();
    format!("gcp_billing_export_v1_{}_{}_{}", &account[..6], &account[6..12], &account[12..])
}

fn table(seed: u64) -> String {
    format!("{}.billing.{}", project(seed), name(seed))
}

fn refuse(refusal: &Refusal) -> Json {
    let (status, usual) = match refusal.status {
        400 => ("INVALID_ARGUMENT", "Request contains an invalid argument."),
        401 => ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
        403 => ("PERMISSION_DENIED", "Access Denied: User does not have bigquery.jobs.create permission."),
        404 => ("NOT_FOUND", "Not found."),
        429 => ("RESOURCE_EXHAUSTED", "Exceeded rate limits."),
        500.. => ("INTERNAL", "An internal error occurred."),
        _ => ("FAILED_PRECONDITION", "The request cannot be served."),
    };
    error([
        ("code", u64::from(refusal.status).into()),
        ("message", refusal.words(usual).into()),
        ("status", status.into()),
    ])
}

/// Days on a page of results.
const DAYS_A_PAGE: i64 = 40;

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    match ask.stream.name {
        "token" => return by_assertion(ask, "https://oauth2.googleapis.com/token", &[SCOPE]),
        _ if ask.param() != project(world.seed) => return Err(Refusal::status(403)),
        "table" => found(ask, world),
        "costs" => begun(ask, world),
        _ => results(ask, world),
    }
    .map(Answer::Tree)
}

fn found(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&["selectedFields", "view"])?;
    if ask.params[1] != "billing" || ask.params[2] != name(world.seed) {
        let words = format!("Not found: Table {}:{}.{}", ask.params[0], ask.params[1], ask.params[2]);
        return Err(Refusal::said(404, words));
    }
    let id = format!("{}:billing.{}", project(world.seed), name(world.seed));
    Ok(object([("kind", "bigquery#table".into()), ("id", id.into()), ("type", "TABLE".into())]))
}

/// A query: standard SQL over the table with its span and services as parameters by name.
fn begun(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&[])?;
    let body = ask.json(&[
        "query",
        "useLegacySql",
        "location",
        "timeoutMs",
        "maxResults",
        "parameterMode",
        "queryParameters",
    ])?;
    let sql = body.text("query")?.ok_or_else(|| Refusal::missing("query"))?;
    if body.flag("useLegacySql")? != Some(false) {
        return Err(Refusal::query("useLegacySql", "Legacy SQL does not know `, @ and UNNEST"));
    }
    if body.text("location")?.is_some_and(|location| location != "EU") {
        return Err(Refusal::said(404, "Not found: Dataset billing was not found in this location"));
    }
    body.whole("timeoutMs", 0, 200_000)?;
    body.whole("maxResults", 1, 100_000)?;
    if body.text("parameterMode")? != Some("NAMED") {
        return Err(Refusal::query("parameterMode", "parameterMode: expected NAMED"));
    }
    let names = ["name", "parameterType", "parameterValue"];
    let parameters = body.objects("queryParameters", &names)?.unwrap_or_default();
    let of = |name: &str| {
        let found = parameters.iter().find(|given| given.text("name").ok().flatten() == Some(name));
        found.ok_or_else(|| Refusal::said(400, format!("Query parameter '{name}' not found")))
    };
    let time = |name: &str| -> Result<i64, Refusal> {
        let given = of(name)?;
        let kind =
            given.object("parameterType", &["type"])?.ok_or_else(|| Refusal::missing("parameterType"))?;
        kind.one_of("type", &["TIMESTAMP"])?;
        let value =
            given.object("parameterValue", &["value"])?.ok_or_else(|| Refusal::missing("parameterValue"))?;
        value.minute("value")?.ok_or_else(|| Refusal::missing("value"))
    };
    let (start, end) = (time("start")?, time("end")?);
    of("services")?;
    let quoted: Vec<&str> = sql.split('`').skip(1).step_by(2).collect();
    if quoted.is_empty() || quoted.iter().any(|quoted| *quoted != table(world.seed)) {
        return Err(Refusal::said(404, "Not found: Table was not found in location EU"));
    }
    // The query must keep cost and credits apart or take one off the other: here it is looked at that it does the first.
    for piece in
        ["usage_start_time >= @start", "usage_start_time < @end", "UNNEST(@services)", "UNNEST(credits)"]
    {
        if !sql.contains(piece) {
            return Err(Refusal::said(400, format!("this town understands a query with {piece} only")));
        }
    }
    let (first, last) = (start.div_euclid(MINUTES_A_DAY), end.div_euclid(MINUTES_A_DAY));
    let job = format!("job_{first}_{last}");
    if world.person == Person::Freelancer {
        // It still runs.
        return Ok(object([
            ("kind", "bigquery#queryResponse".into()),
            ("jobReference", reference(world, &job)),
            ("jobComplete", false.into()),
        ]));
    }
    Ok(page(world, &job, first, last, first))
}

fn results(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&["location", "pageToken", "maxResults", "timeoutMs"])?;
    if ask.only("location")? != Some("EU") {
        return Err(Refusal::said(404, "Not found: Job"));
    }
    ask.whole("maxResults", 1, 100_000)?;
    let job = &ask.params[1];
    let span = job.strip_prefix("job_").and_then(|rest| rest.split_once('_'));
    let span = span.and_then(|(first, last)| Some((first.parse::<i64>().ok()?, last.parse::<i64>().ok()?)));
    let (first, last) = span.ok_or_else(|| Refusal::said(404, "Not found: Job"))?;
    let from = match ask.only("pageToken")? {
        None => first,
        Some(text) => {
            let day = text.strip_prefix("BFV").and_then(|day| day.parse().ok());
            day.filter(|day| (first..last).contains(day))
                .ok_or_else(|| Refusal::query("pageToken", "Invalid value for: pageToken"))?
        }
    };
    Ok(page(world, job, first, last, from))
}

fn reference(world: &World, job: &str) -> Json {
    object([("projectId", project(world.seed).into()), ("jobId", job.into()), ("location", "EU".into())])
}

const COLUMNS: [&str; 10] =
    ["day", "service", "sku", "project", "currency", "cost_type", "part", "amount", "quantity", "unit"];

fn page(world: &World, job: &str, first: i64, last: i64, from: i64) -> Json {
    // A page holds rows as long as there are any: it begins with the first day of the export.
    let from = world.days(from, last).start;
    let days = world.days(from, last.min(from + DAYS_A_PAGE));
    let rows: Vec<Json> = days.flat_map(|day| rows(world, day)).collect();
    let all: usize = world.days(first, last).map(|day| rows_of(world, day)).sum();
    let field = |name| object([("name", Json::from(name)), ("type", "STRING".into())]);
    let mut fields = vec![
        ("kind".into(), "bigquery#queryResponse".into()),
        ("schema".into(), object([("fields", Json::List(COLUMNS.map(field).into()))])),
        ("jobReference".into(), reference(world, job)),
        ("totalRows".into(), all.to_string().into()),
    ];
    // Where there are none, the field is not there.
    if !rows.is_empty() {
        fields.push(("rows".into(), Json::List(rows)));
    }
    let next = from + DAYS_A_PAGE;
    if next < last.min(world.today() + 1) {
        fields.push(("pageToken".into(), format!("BFV{next}").into()));
    }
    fields.push(("jobComplete".into(), true.into()));
    Json::Object(fields)
}

fn rows_of(world: &World, day: i64) -> usize {
    rows(world, day).len()
}

/// The rows of a day, each of half of it: what each model cost, and a tenth of it taken off by a promotion.
fn rows(world: &World, day: i64) -> Vec<Json> {
    // A student pays nothing, and what is free never reaches the bill.
    if world.person == Person::Student {
        return Vec::new();
    }
    let mut rows = Vec::new();
    let noon = day * MINUTES_A_DAY + 720;
    let halves = [(noon - 720, noon), (noon, noon + 720)];
    for (line, (from, to)) in usual(world.person).iter().flat_map(|line| halves.map(|half| (line, half))) {
        let tally = done(world, "gcp-billing", line, from, to);
        if tally.requests == 0 {
            continue;
        }
        let cost = cost(line, &tally);
        let sku = format!("Generate content token count {} short text", line.model);
        let mut row = |part: &str, amount: i128, quantity: Option<u64>| {
            let cells: [Option<String>; 10] = [
                Some(date(day).to_string()),
                Some("Gemini API".to_owned()),
                Some(sku.clone()),
                Some(project(world.seed)),
                Some("EUR".to_owned()),
                Some("regular".to_owned()),
                Some(part.to_owned()),
                Some(plain(amount, DOLLAR_DIGITS)),
                quantity.map(|quantity| quantity.to_string()),
                quantity.map(|_| "count".to_owned()),
            ];
            let cells = cells.map(|cell| object([("v", cell.into())]));
            rows.push(object([("f", Json::List(cells.into()))]));
        };
        row("cost", cost, Some(tally.amounts[0] + tally.amounts[1]));
        row("PROMOTION: Free trial", -(cost / 10), None);
    }
    rows
}

/// A row of long ago.
fn stray(tree: &mut Json) -> bool {
    let Some(rows) = tree.field("rows").and_then(Json::items) else { return false };
    let Some(mut row) = rows.last().cloned() else { return false };
    let Some(cell) = row.field("f").and_then(Json::items).and_then(|cells| cells.first_mut()) else {
        return false;
    };
    cell.set("v", "2001-01-01".into());
    rows.push(row);
    true
}
