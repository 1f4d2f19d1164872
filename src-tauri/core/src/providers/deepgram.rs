//! Deepgram: what is left by project, purchases with the day they lapse, the bill by line item and use by model.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Auth, Check, Count, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Part, Parts, Provider,
    Query, Request, Sees, Source, Stream, billed, category_of, decode, said_at, segment, told,
};
use crate::ledger::{Balance, BalanceKind, Charge, CreditGrant, Meter, TokenTotals, TokenUsage};
use crate::money::{Currency, Decimal, Money, exact_add, exact_mul};
use crate::time::{Date, Period, Timestamp};

/// Deepgram.
pub const PROVIDER: Provider = Provider {
    id: "deepgram",
    name: "Deepgram",
    base_url: "https://api.deepgram.com",
    auth: Auth::Scheme("Token"),
    keys: &[KeyKind {
        id: "api",
        name: "API key of an owner or admin",
        sees: &[Sees::Cost, Sees::Usage, Sees::Balance],
        made_at: "https://console.deepgram.com",
        note: "Under the project, API Keys: make it with the role Owner or Admin, or with the scopes project:read, usage:read and \
               billing:read. A key of a member sees no bill.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check { request: list, kind: |body| decode::<Projects>(body).map(|_| None) }),
    streams: &[
        Stream {
            name: "balances",
            sees: Sees::Balance,
            source: of_project(|query| below(query, "balances")),
            parse: balances,
            cursor: Cursor::Snapshot,
            ..Stream::PLAIN
        },
        Stream {
            name: "purchases",
            sees: Sees::Balance,
            source: of_project(|query| below(query, "purchases").with("limit", 1_000)),
            parse: purchases,
            cursor: Cursor::Snapshot,
            ..Stream::PLAIN
        },
        Stream {
            name: "billing",
            sees: Sees::Cost,
            source: of_project(|query| spanned(query, "billing/breakdown").with("grouping", "line_item")),
            parse: billing,
            cursor: Cursor::Daily { history: Days(365), lookback: Days(2), slice: Days(31), today: true },
            ..Stream::PLAIN
        },
        Stream {
            name: "usage",
            sees: Sees::Usage,
            source: of_project(|query| spanned(query, "usage/breakdown").with("grouping", "models")),
            parse: usage,
            cursor: Cursor::Daily { history: Days(365), lookback: Days(2), slice: Days(31), today: true },
            ..Stream::PLAIN
        },
    ],
    // Two shapes of errors are in use. The details, where there are any, say what to do.
    error_message: |body| said_at(body, &["/err_msg", "/details", "/message"]),
    latency: "Figures are a few minutes old; the day under way grows.",
    ..Provider::PLAIN
};

const fn of_project(request: fn(&Query) -> Request) -> Source {
    Source::Parts { list, parts: projects, request }
}

fn list(_: &Query) -> Request {
    Request::get("/v1/projects")
}

#[derive(Deserialize)]
struct Projects {
    projects: Vec<Project>,
}

#[derive(Deserialize)]
struct Project {
    project_id: String,
    name: Option<String>,
}

fn projects(body: &[u8], _: &Query) -> Result<Parts, ParseError> {
    let found = decode::<Projects>(body)?.projects.into_iter();
    let parts = found.map(|project| Part { id: project.project_id, name: told(project.name) }).collect();
    Ok(Parts { parts, next: Next::End })
}

fn below(query: &Query, what: &str) -> Request {
    Request::get_path(format!("/v1/projects/{}/{what}", segment(query.part_id())))
}

/// The last day is inside.
fn spanned(query: &Query, what: &str) -> Request {
    below(query, what)
        .with("start", query.window.start.utc_date())
        .with("end", query.window.end.plus_seconds(-1).utc_date())
}

#[derive(Deserialize)]
struct Balances {
    balances: Vec<BalanceRow>,
}

#[derive(Deserialize)]
struct BalanceRow {
    amount: Exact,
    units: String,
    purchase_order_id: Option<String>,
}

/// What an amount counts: dollars, or hours of the older packages.
fn currency(units: &str, at: impl Fn() -> String) -> Result<Currency, ParseError> {
    match units.to_ascii_lowercase().as_str() {
        "hour" | "hours" => Ok(HOURS),
        code => Ok(billed(Decimal::ZERO, code, at)?.currency),
    }
}

const HOURS: Currency = Currency::unit("deepgram.hours");

fn balances(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let rows = decode::<Balances>(body)?.balances;
    let (mut sums, mut lots) = (BTreeMap::new(), BTreeMap::new());
    for (i, row) in rows.into_iter().enumerate() {
        let at = || format!("balances[{i}]");
        let currency = currency(&row.units, at)?;
        let add = |sum: &mut Decimal| {
            *sum = exact_add(*sum, row.amount.0)
                .ok_or_else(|| ParseError::new(at(), "the sum is too large to be kept exactly"))?;
            Ok(())
        };
        add(sums.entry(currency).or_default())?;
        if let Some(id) = told(row.purchase_order_id) {
            add(lots.entry((id, currency)).or_default())?;
        }
    }
    let observed_at = query.observed_at;
    let balance = |(currency, amount)| {
        let amount = Money::new(amount, currency);
        Entry::Balance(Balance {
            observed_at,
            kind: BalanceKind::Credits,
            amount,
            acquired: None,
            used: None,
        })
    };
    // The purchase that a balance is of tells when it lapses; here it is told what is left.
    let lot = |((id, currency), left)| {
        Entry::Grant(CreditGrant {
            id,
            kind: BalanceKind::Credits,
            currency,
            amount: None,
            left: Some(left),
            acquired_at: None,
            expires_at: None,
            observed_at,
        })
    };
    let entries = sums.into_iter().map(balance).chain(lots.into_iter().map(lot)).collect();
    Ok(Page { entries, next: Next::End })
}

#[derive(Deserialize)]
struct Purchases {
    orders: Vec<Purchase>,
}

#[derive(Deserialize)]
struct Purchase {
    order_id: String,
    expiration: Option<String>,
    created: Option<String>,
    amount: Option<Exact>,
    units: String,
    order_type: Option<String>,
}

fn purchases(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let mut entries = Vec::new();
    for (i, order) in decode::<Purchases>(body)?.orders.into_iter().enumerate() {
        let at = || format!("orders[{i}]");
        let time = |text: Option<String>, name: &str| match told(text) {
            Some(text) => {
                Timestamp::parse_utc(&text).map(Some).map_err(ParseError::time(format!("{}.{name}", at())))
            }
            None => Ok(None),
        };
        let given = ["promotional", "free", "grant", "credit"];
        let kind = match order.order_type.as_deref().map(str::to_ascii_lowercase) {
            Some(word) if given.iter().any(|given| word.contains(given)) => BalanceKind::Granted,
            Some(_) => BalanceKind::Purchased,
            None => BalanceKind::Credits,
        };
        entries.push(Entry::Grant(CreditGrant {
            id: order.order_id,
            kind,
            currency: currency(&order.units, at)?,
            amount: order.amount.map(|amount| amount.0),
            left: None,
            acquired_at: time(order.created, "created")?,
            expires_at: time(order.expiration, "expiration")?,
            observed_at: query.observed_at,
        }));
    }
    Ok(Page { entries, next: Next::End })
}

#[derive(Deserialize)]
struct Breakdown<R> {
    results: Vec<R>,
}

#[derive(Deserialize)]
struct BillRow<'a> {
    dollars: Exact,
    #[serde(borrow)]
    grouping: Grouping<'a>,
}

#[derive(Deserialize)]
struct Grouping<'a> {
    #[serde(borrow)]
    start: Cow<'a, str>,
    #[serde(borrow)]
    end: Cow<'a, str>,
    #[serde(borrow)]
    line_item: Option<Cow<'a, str>>,
    models: Option<Vec<String>>,
}

impl Grouping<'_> {
    /// The day of a row, whose last day is inside.
    fn period(&self, query: &Query, at: &dyn Fn() -> String) -> Result<Period, ParseError> {
        let date = |text: &str, name| -> Result<Date, ParseError> {
            let day = text.split('T').next().unwrap_or_default();
            day.parse().map_err(ParseError::time(format!("{}.grouping.{name}", at())))
        };
        let (start, end) = (date(&self.start, "start")?, date(&self.end, "end")?);
        query.bucket_period(start.utc_start(), end.plus_days(1).utc_start(), at)
    }
}

fn billing(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let rows = decode::<Breakdown<BillRow<'_>>>(body)?.results;
    let mut entries = Vec::with_capacity(rows.len());
    for (i, row) in rows.into_iter().enumerate() {
        let at = || format!("results[{i}]");
        let period = row.grouping.period(query, &at)?;
        let cost = Money::new(row.dollars.0, Currency::USD);
        // A line item is written `streaming::nova-3`: what was done, and by which model.
        let item = told(row.grouping.line_item.map(Cow::into_owned));
        let model = item.as_ref().and_then(|item| item.split_once("::")).map(|(_, model)| model.to_owned());
        entries.push(Entry::Charge(Charge {
            category: category_of(&cost),
            billed_cost: Some(cost),
            request_model: told(model),
            project: told(Some(query.part_id().to_owned())),
            description: item,
            ..Charge::usage(period)
        }));
    }
    Ok(Page { entries, next: Next::End })
}

#[derive(Deserialize)]
struct UsageRow<'a> {
    hours: Option<Exact>,
    total_hours: Option<Exact>,
    agent_hours: Option<Exact>,
    tokens_in: Option<Count>,
    tokens_out: Option<Count>,
    tts_characters: Option<Count>,
    requests: Option<Count>,
    #[serde(borrow)]
    grouping: Grouping<'a>,
}

/// A row counts in several units: each that is not nought becomes a line, and the requests stand on the first of them.
fn usage(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let rows = decode::<Breakdown<UsageRow<'_>>>(body)?.results;
    let mut entries = Vec::with_capacity(rows.len());
    for (i, row) in rows.into_iter().enumerate() {
        let at = || format!("results[{i}]");
        let period = row.grouping.period(query, &at)?;
        let models = row.grouping.models.unwrap_or_default().join(", ");
        let plain = Charge {
            request_model: told(Some(models)),
            project: told(Some(query.part_id().to_owned())),
            ..Charge::usage(period)
        };
        let mut lines = Vec::new();
        // Hours that are billed, each channel counted; of speech alone where those are not told.
        let hours = [(row.total_hours.or(row.hours), None), (row.agent_hours, Some("voice agent"))];
        for (hours, words) in hours {
            let Some(Exact(hours)) = hours.filter(|hours| !hours.0.is_zero()) else { continue };
            let seconds = exact_mul(hours, Decimal::from(3_600));
            let seconds = seconds.ok_or_else(|| ParseError::new(at(), "the hours cannot be kept exactly"))?;
            lines.push(Charge {
                consumed_quantity: Some(seconds),
                consumed_unit: Some("seconds".to_owned()),
                sku_meter: Some(Meter::Second),
                description: words.map(str::to_owned),
                ..plain.clone()
            });
        }
        let (input, output) = (row.tokens_in.unwrap_or_default().0, row.tokens_out.unwrap_or_default().0);
        if input > 0 || output > 0 {
            let tokens = TokenUsage::from_totals(TokenTotals { input, output, ..TokenTotals::default() });
            let tokens = tokens.map_err(|error| ParseError::new(at(), error))?;
            lines.push(Charge { tokens: Some(tokens), ..plain.clone() });
        }
        if let Some(Count(characters)) = row.tts_characters.filter(|count| count.0 > 0) {
            lines.push(Charge {
                consumed_quantity: Some(Decimal::from(characters)),
                consumed_unit: Some("characters".to_owned()),
                sku_meter: Some(Meter::Character),
                ..plain.clone()
            });
        }
        let requests = row.requests.map(|count| count.0).filter(|count| *count > 0);
        if let (Some(count), true) = (requests, lines.is_empty()) {
            lines.push(Charge {
                consumed_quantity: Some(Decimal::from(count)),
                consumed_unit: Some("requests".to_owned()),
                sku_meter: Some(Meter::Request),
                ..plain
            });
        }
        if let Some(first) = lines.first_mut() {
            first.requests = requests;
        }
        entries.extend(lines.into_iter().map(Entry::Charge));
    }
    Ok(Page { entries, next: Next::End })
}
