//! Azure OpenAI and Azure AI Foundry: cost by day, resource and meter, by Cost Management.

use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::{
    Auth, Check, Count, Cursor, Days, Entry, Exact, Field, KeyKind, Next, Page, PageToken, ParseError,
    Provider, Query, Request, Sees, Source, Stream, billed, category_of, decode, error_words, segment, told,
};
use crate::ledger::Charge;
use crate::time::Date;

/// Azure OpenAI.
pub const PROVIDER: Provider = Provider {
    id: "azure.ai.openai",
    name: "Azure OpenAI",
    base_url: "https://management.azure.com",
    origins: &["https://login.microsoftonline.com"],
    auth: Auth::ClientCredentials {
        scope: "https://management.azure.com/.default",
        token_url: "https://login.microsoftonline.com/{tenant_id}/oauth2/v2.0/token",
    },
    keys: &[
        KeyKind {
            id: "client_secret",
            name: "Client secret of an app registration",
            sees: &[Sees::Cost],
            made_at: "https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
            note: "Register an app in Microsoft Entra for Spendglass alone, give it the role Cost Management Reader on the \
                   subscription (Access control), and make a client secret for it. It can read cost and nothing else.",
            details: &[
                Field {
                    name: "tenant_id",
                    label: "Tenant id",
                    hint: "The app's page calls it Directory (tenant) ID.",
                    optional: false,
                },
                Field {
                    name: "client_id",
                    label: "Client id",
                    hint: "The app's page calls it Application (client) ID.",
                    optional: false,
                },
                Field {
                    name: "subscription_id",
                    label: "Subscription id",
                    hint: "On the page of the subscription.",
                    optional: false,
                },
            ],
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "api",
            name: "API key of a resource",
            made_at: "https://portal.azure.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
            note: "Good for inference only: it sees neither cost nor usage. Register an app with the role Cost Management Reader \
                   instead.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check {
        // The smallest question that needs the right to read cost.
        request: |query| {
            posted(
                query,
                &serde_json::json!({
                    "type": "ActualCost",
                    "timeframe": "MonthToDate",
                    "dataset": {
                        "granularity": "None",
                        "aggregation": { "totalCost": { "name": "Cost", "function": "Sum" } },
                    },
                }),
            )
        },
        kind: |body| decode::<Answer<'_>>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "cost",
        sees: Sees::Cost,
        source: Source::Http(asked),
        parse: read,
        cursor: Cursor::Monthly { history: Days(365), lookback: Days(7), today: true },
        ..Stream::PLAIN
    }],
    error_message: error_words,
    latency: "Cost is 8 to 24 hours late, up to three days where one pays as one goes, and may change until the invoice is closed.",
    lacks: "Tokens are told by Azure Monitor resource by resource and are not read; what is left of sponsored credits is told \
            nowhere that this key can see: enter them by hand.",
    ..Provider::PLAIN
};

fn path_of(query: &Query) -> String {
    let subscription = segment(query.details.get("subscription_id"));
    format!("/subscriptions/{subscription}/providers/Microsoft.CostManagement/query")
}

fn posted(query: &Query, wish: &serde_json::Value) -> Request {
    Request::get_path(path_of(query)).with("api-version", "2023-11-01").posting(wish)
}

/// The services have been renamed more than once: all their names are asked for. The end counts here, so it is the last second.
fn asked(query: &Query) -> Request {
    let dimension = |name: &str| serde_json::json!({ "type": "Dimension", "name": name });
    let request = posted(
        query,
        &serde_json::json!({
            "type": "ActualCost",
            "timeframe": "Custom",
            "timePeriod": {
                "from": query.window.start.to_string(),
                "to": query.window.end.plus_seconds(-1).to_string(),
            },
            "dataset": {
                "granularity": "Daily",
                "aggregation": {
                    "totalCost": { "name": "Cost", "function": "Sum" },
                    "totalQty": { "name": "UsageQuantity", "function": "Sum" },
                },
                // Some scopes take two groups at most.
                "grouping": [dimension("ResourceId"), dimension("Meter")],
                "filter": { "dimensions": {
                    "name": "ServiceName",
                    "operator": "In",
                    "values": ["Cognitive Services", "Azure OpenAI Service", "Foundry Models"],
                } },
            },
        }),
    );
    match &query.page {
        Some(page) => request.with("$skiptoken", &page.0),
        None => request,
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    properties: Table<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table<'a> {
    next_link: Option<String>,
    columns: Vec<Column>,
    #[serde(borrow)]
    rows: Vec<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

impl Table<'_> {
    /// Where a column stands: the order of columns is not promised, only their names.
    fn place(&self, names: &[&str]) -> Option<usize> {
        self.columns.iter().position(|column| names.iter().any(|name| column.name.eq_ignore_ascii_case(name)))
    }

    fn needed(&self, names: &[&str]) -> Result<usize, ParseError> {
        let missing =
            || ParseError::new("properties.columns", format!("there is no column {}", names.join(" or ")));
        self.place(names).ok_or_else(missing)
    }
}

fn read(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let table = decode::<Answer<'_>>(body)?.properties;
    let (cost, day) = (table.needed(&["Cost", "PreTaxCost"])?, table.needed(&["UsageDate"])?);
    let currency = table.needed(&["Currency"])?;
    let (quantity, meter, resource) =
        (table.place(&["UsageQuantity"]), table.place(&["Meter"]), table.place(&["ResourceId"]));
    let mut entries = Vec::with_capacity(table.rows.len());
    for (i, row) in table.rows.iter().enumerate() {
        let at = |place: usize| format!("properties.rows[{i}][{place}]");
        let period =
            date(cell(row, day, &at)?).map_err(|error| ParseError::new(at(day), error.problem))?.utc_day();
        let period = query.period(period.start, period.end, || at(day))?;
        let text = |place: Option<usize>| {
            let told_at = |place| cell::<Option<String>>(row, place, &at);
            place.map(told_at).transpose().map(|text| told(text.flatten()))
        };
        let unit: String = cell(row, currency, &at)?;
        let amount: Exact = cell(row, cost, &at)?;
        let money = billed(amount.0, &unit, || at(currency))?;
        let used = quantity.map(|place| cell::<Option<Exact>>(row, place, &at)).transpose()?.flatten();
        entries.push(Entry::Charge(Charge {
            category: category_of(&money),
            billed_cost: Some(money),
            consumed_quantity: used.map(|used| used.0),
            project: text(resource)?.map(|id| short(&id)),
            description: text(meter)?,
            ..Charge::usage(period)
        }));
    }
    Ok(Page { entries, next: next(table.next_link.as_deref(), query)? })
}

/// What stands in a row under a column.
fn cell<'a, T: Deserialize<'a>>(
    row: &[&'a RawValue],
    place: usize,
    at: &impl Fn(usize) -> String,
) -> Result<T, ParseError> {
    let raw = row
        .get(place)
        .ok_or_else(|| ParseError::new(at(place), "the row is shorter than the list of columns"))?;
    serde_json::from_str(raw.get()).map_err(|error| ParseError::new(at(place), error))
}

/// A date as a whole number: 20260801.
fn date(number: Count) -> Result<Date, ParseError> {
    let bad = || ParseError::new("", format!("{} is not a date such as 20260801", number.0));
    let (year, month, day) = (number.0 / 10_000, number.0 / 100 % 100, number.0 % 100);
    let whole = |part: u64| u32::try_from(part).map_err(|_| bad());
    Date::new(i32::try_from(year).map_err(|_| bad())?, whole(month)?, whole(day)?).map_err(|_| bad())
}

/// A resource by its group and its name, which tell it apart within the subscription.
fn short(id: &str) -> String {
    let parts: Vec<&str> = id.split('/').filter(|part| !part.is_empty()).collect();
    let group = parts.iter().position(|part| part.eq_ignore_ascii_case("resourcegroups"));
    match (group.and_then(|place| parts.get(place + 1)), parts.last()) {
        (Some(group), Some(name)) if group != name => format!("{group}/{name}"),
        _ => id.to_owned(),
    }
}

/// The cursor in the link to the next page. The link itself is not followed, so that no answer can send the key elsewhere; one
/// that belongs to another question than ours is refused.
fn next(link: Option<&str>, query: &Query) -> Result<Next, ParseError> {
    let Some(link) = link.filter(|link| !link.is_empty()) else { return Ok(Next::End) };
    let refuse = |problem: &str| ParseError::new("properties.nextLink", problem);
    let url = Url::parse(link).map_err(|_| refuse("it is no address"))?;
    let path = url.path().to_ascii_lowercase();
    if !path.ends_with(&path_of(query).to_ascii_lowercase()) {
        return Err(refuse("it leads to another place than the question went to"));
    }
    let token = url.query_pairs().find(|(name, value)| name == "$skiptoken" && !value.is_empty());
    Ok(token.map_or(Next::Missing, |(_, value)| Next::Token(PageToken(value.into_owned()))))
}
