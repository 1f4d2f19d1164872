//! Google Cloud's bill for Gemini, read from its export to `BigQuery`: cost by day, SKU and project, credits beside it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::google::{FILE, PROJECT, TOKEN_ORIGIN, TOKEN_URL};
use super::{
    Auth, Check, Count, Cursor, Days, Entry, Field, KeyKind, Next, Page, PageToken, ParseError, Provider,
    Query, Request, Sees, Source, Stream, billed, category_of, decode, segment, told,
};
use crate::ledger::{Charge, ChargeCategory};
use crate::money::{Currency, Decimal, Money, exact, exact_add};
use crate::time::{Date, Period};

/// Google Cloud billing.
pub const PROVIDER: Provider = Provider {
    id: "gcp.billing",
    name: "Google Cloud billing",
    base_url: "https://bigquery.googleapis.com/bigquery/v2",
    origins: &[TOKEN_ORIGIN],
    auth: Auth::ServiceAccount {
        scope: "https://www.googleapis.com/auth/bigquery.readonly",
        token_url: TOKEN_URL,
    },
    keys: &[KeyKind {
        id: "service_account",
        name: "Service account that reads the export",
        sees: &[Sees::Cost],
        made_at: "https://console.cloud.google.com/iam-admin/serviceaccounts",
        note: "First switch on Billing, Billing export, BigQuery export; it begins on that day. Then give a service account the \
               roles BigQuery Job User on the project and BigQuery Data Viewer on the dataset, and give its JSON key.",
        intake: FILE,
        details: &[
            Field {
                name: "table",
                label: "Table",
                hint: "The table of the export as BigQuery writes it: dataset.gcp_billing_export_v1_… or with its project in \
                       front, letters, digits, points, _ and - only.",
                optional: false,
            },
            PROJECT,
            Field {
                name: "location",
                label: "Location",
                hint: "Where the dataset lies, such as US, EU or asia-south1. BigQuery finds US and EU by itself.",
                optional: true,
            },
        ],
        cost: "Each reading is a BigQuery query over the export, four a day at most. Google bills what a query reads after \
               the first 1 TB of a month, which is free; the export of a small account is far below that.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check { request: table, kind: |body| decode::<Table>(body).map(|_| None) }),
    streams: &[Stream {
        name: "costs",
        sees: Sees::Cost,
        source: Source::Http(asked),
        parse: costs,
        cursor: Cursor::Daily { history: Days(365), lookback: Days(7), slice: Days(365), today: true },
        floor: 21_600,
        ..Stream::PLAIN
    }],
    latency: "Cost appears within hours to a day, and the last days may still grow.",
    lacks: "The export begins on the day it is switched on, and tells neither what is left of a credit nor when it lapses: \
            import a cost table for the time before, and enter credits.",
    ..Provider::PLAIN
};

/// The services that Gemini is or was billed under.
const SERVICES: [&str; 3] = ["Gemini API", "Generative Language API", "Vertex AI"];
const ROWS_A_PAGE: u32 = 5_000;
/// How long `BigQuery` holds an answer back while a query runs; shorter than the silence that breaks a connection.
const WAIT_MILLIS: u32 = 20_000;
/// How often a running query is asked for.
const MOST_POLLS: u32 = 15;

/// Cost and credits as rows of their own: what was used, and what was given back for it. Rows are of single hours; they are
/// added up here and not by the query. Binary floating-point numbers become decimal ones before they leave.
const SELECTED: &str = "DATE(usage_start_time, 'UTC') AS day, service.description AS service, sku.description AS sku, \
    project.id AS project, currency, cost_type";

/// The table's name with everything left out that could end the quoted name in the query.
fn plain_table(query: &Query) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    query.details.get("table").chars().filter(plain).collect()
}

fn sql(query: &Query) -> String {
    let table = plain_table(query);
    let wanted =
        "usage_start_time >= @start AND usage_start_time < @end AND service.description IN UNNEST(@services)";
    format!(
        "SELECT {SELECTED}, 'cost' AS part, CAST(cost AS BIGNUMERIC(38, 15)) AS amount, \
         CAST(usage.amount_in_pricing_units AS BIGNUMERIC(38, 9)) AS quantity, usage.pricing_unit AS unit \
         FROM `{table}` WHERE {wanted} \
         UNION ALL \
         SELECT {SELECTED}, CONCAT(IFNULL(c.type, 'CREDIT'), ': ', IFNULL(c.name, '')) AS part, \
         CAST(c.amount AS BIGNUMERIC(38, 15)) AS amount, NULL AS quantity, NULL AS unit \
         FROM `{table}`, UNNEST(credits) AS c WHERE {wanted} \
         ORDER BY day, service, sku, project, currency, cost_type, part, unit"
    )
}

fn project(query: &Query) -> String {
    segment(query.details.get("project_id"))
}

fn asked(query: &Query) -> Request {
    let path = format!("/projects/{}/queries", project(query));
    if let Some(place) = Place::of(query) {
        let request = Request::get_path(format!("{path}/{}", segment(&place.job)))
            .with("maxResults", ROWS_A_PAGE)
            .with("timeoutMs", WAIT_MILLIS);
        let request = match place.location {
            Some(location) => request.with("location", location),
            None => request,
        };
        return match place.page {
            Some(page) => request.with("pageToken", page),
            None => request,
        };
    }
    let time = |name: &str, at| json!({"name": name, "parameterType": {"type": "TIMESTAMP"}, "parameterValue": {"value": at}});
    let services: Vec<_> = SERVICES.iter().map(|service| json!({"value": service})).collect();
    let mut body = json!({
        "query": sql(query),
        "useLegacySql": false,
        "timeoutMs": WAIT_MILLIS,
        "maxResults": ROWS_A_PAGE,
        "parameterMode": "NAMED",
        "queryParameters": [
            time("start", query.window.start.to_string()),
            time("end", query.window.end.to_string()),
            {
                "name": "services",
                "parameterType": {"type": "ARRAY", "arrayType": {"type": "STRING"}},
                "parameterValue": {"arrayValues": services},
            },
        ],
    });
    let location = query.details.get("location");
    if !location.is_empty() {
        body["location"] = location.into();
    }
    Request::get_path(path).posting(&body)
}

/// Where the reading of a query stands: the cursor that the engine holds.
struct Place {
    job: String,
    location: Option<String>,
    /// The page that follows; `None` while the query still runs.
    page: Option<String>,
    /// How often it was asked for while it ran.
    polls: u32,
}

impl Place {
    fn of(query: &Query) -> Option<Place> {
        let (sent, polls) = query.page.as_ref()?.0.split_once('\n')?;
        let mut parts = sent.split(' ');
        let job = parts.next()?.to_owned();
        let (location, page) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        Some(Place {
            job,
            location: told(Some(location)),
            page: told(Some(page)),
            polls: polls.parse().ok()?,
        })
    }

    /// The count of polls makes each cursor another, since the same one twice would be taken for paging without end.
    fn token(&self) -> Next {
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        let (location, page) = (part(&self.location), part(&self.page));
        Next::Token(PageToken(format!("{} {location} {page}\n{}", self.job, self.polls)))
    }
}

/// A question that costs nothing: whether the table is there, by its full name.
fn table(query: &Query) -> Request {
    let table = query.details.get("table");
    // A project's id may hold points of its own: only the last two parts are dataset and table.
    let mut parts = table.rsplitn(3, '.');
    let (name, dataset) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let project = parts.next().map_or_else(|| project(query), segment);
    Request::get_path(format!("/projects/{project}/datasets/{}/tables/{}", segment(dataset), segment(name)))
        .with("selectedFields", "usage_start_time,service,sku,project,cost,currency,cost_type,credits,usage")
}

#[derive(Deserialize)]
struct Table {
    #[serde(rename = "id")]
    _id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    job_complete: bool,
    #[serde(borrow)]
    job_reference: Option<Job<'a>>,
    #[serde(borrow)]
    schema: Option<Schema<'a>>,
    #[serde(borrow, default)]
    rows: Vec<Row<'a>>,
    page_token: Option<String>,
    total_rows: Option<Count>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job<'a> {
    #[serde(borrow)]
    job_id: Cow<'a, str>,
    #[serde(borrow)]
    location: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Schema<'a> {
    #[serde(borrow)]
    fields: Vec<Column<'a>>,
}

#[derive(Deserialize)]
struct Column<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    f: Vec<Cell<'a>>,
}

/// Every value is a text or null, whatever its type in the table.
#[derive(Deserialize)]
struct Cell<'a> {
    #[serde(borrow)]
    v: Option<Cow<'a, str>>,
}

fn costs(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer<'_> = decode(body)?;
    let polls = Place::of(query).map_or(0, |place| place.polls);
    let place = |page, polls| {
        let job = answer.job_reference.as_ref();
        let job = job.ok_or_else(|| ParseError::new("jobReference", "more is to come, but of no job"))?;
        let location = job.location.as_deref().map(str::to_owned);
        Ok(Place { job: job.job_id.as_ref().to_owned(), location, page, polls }.token())
    };
    if !answer.job_complete {
        if polls >= MOST_POLLS {
            return Err(ParseError::new("jobComplete", "the query runs for longer than five minutes"));
        }
        return Ok(Page { entries: Vec::new(), next: place(None, polls + 1)? });
    }
    if answer.rows.is_empty() && answer.total_rows.is_some_and(|rows| rows.0 > 0) {
        return Err(ParseError::new("rows", "rows are counted, but none is told"));
    }
    let columns: Vec<&str> =
        answer.schema.iter().flat_map(|schema| &schema.fields).map(|column| column.name.as_ref()).collect();
    let mut lines = BTreeMap::<Key<'_>, (Decimal, Option<Decimal>)>::new();
    for (i, row) in answer.rows.iter().enumerate() {
        let at = || format!("rows[{i}]");
        if row.f.len() != columns.len() {
            let problem = format!("{} values for {} columns", row.f.len(), columns.len());
            return Err(ParseError::new(at(), problem));
        }
        let cell = |name: &str| {
            let found = columns.iter().position(|column| *column == name);
            found.and_then(|place| row.f[place].v.as_deref()).filter(|text| !text.is_empty())
        };
        let number = |text: &str, name: &str| {
            exact(text).map_err(|error| ParseError::new(format!("{}.{name}", at()), error))
        };
        let needed = |name: &'static str| {
            cell(name).ok_or_else(|| ParseError::new(format!("{}.{name}", at()), "it is missing"))
        };
        let day: Date = needed("day")?.parse().map_err(ParseError::time(format!("{}.day", at())))?;
        let amount = number(needed("amount")?, "amount")?;
        let quantity = cell("quantity").map(|text| number(text, "quantity")).transpose()?;
        let key = Key {
            period: query.period(day.utc_start(), day.plus_days(1).utc_start(), at)?,
            service: cell("service"),
            sku: cell("sku"),
            project: cell("project"),
            currency: billed(amount, needed("currency")?, at)?.currency,
            cost_type: cell("cost_type"),
            credit: cell("part").filter(|part| *part != "cost"),
            unit: cell("quantity").and(cell("unit")),
        };
        let add = |a: Decimal, b: Decimal| {
            exact_add(a, b).ok_or_else(|| ParseError::new(at(), "the sum of the day cannot be kept exactly"))
        };
        let (sum, counted) = lines.entry(key).or_default();
        *sum = add(*sum, amount)?;
        if let Some(quantity) = quantity {
            *counted = Some(add(counted.unwrap_or_default(), quantity)?);
        }
    }
    let entries =
        lines.into_iter().map(|(key, (sum, counted))| Entry::Charge(key.charge(sum, counted))).collect();
    let next = match told(answer.page_token.clone()) {
        Some(page) => place(Some(page), polls)?,
        None => Next::End,
    };
    Ok(Page { entries, next })
}

/// What tells one line of a day from another.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    period: Period,
    service: Option<&'a str>,
    sku: Option<&'a str>,
    project: Option<&'a str>,
    currency: Currency,
    cost_type: Option<&'a str>,
    /// Which credit it is; none for what was used.
    credit: Option<&'a str>,
    unit: Option<&'a str>,
}

impl Key<'_> {
    fn charge(&self, amount: Decimal, quantity: Option<Decimal>) -> Charge {
        let money = Money::new(amount, self.currency);
        let category = match (self.credit, self.cost_type) {
            (Some(_), _) => ChargeCategory::Credit,
            (None, Some("tax")) => ChargeCategory::Tax,
            (None, Some("adjustment" | "rounding_error")) => ChargeCategory::Adjustment,
            (None, _) => category_of(&money),
        };
        let words = [self.service, self.sku, self.credit.map(|credit| credit.trim_end_matches([':', ' ']))];
        Charge {
            category,
            billed_cost: Some(money),
            consumed_quantity: quantity,
            consumed_unit: self.unit.map(str::to_owned),
            project: self.project.map(str::to_owned),
            description: told(Some(words.into_iter().flatten().collect::<Vec<_>>().join(", "))),
            ..Charge::usage(self.period)
        }
    }
}
