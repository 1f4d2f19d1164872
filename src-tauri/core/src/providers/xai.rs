//! xAI's Management API: prepaid credits in cents with their sign turned round, the month's invoice, and dollars by day.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    Check, Cursor, Days, Entry, Exact, Field, KeyKind, Next, Page, ParseError, Part, Parts, Provider, Query,
    Request, Sees, Source, Stream, category_of, decode, said_at, segment, shifted, told,
};
use crate::ledger::{Balance, BalanceKind, Charge, CreditGrant, QuotaReading, QuotaWindow};
use crate::money::{Currency, Decimal, Money};
use crate::time::Timestamp;

const NO_PREPAID: &str = "This team has no prepaid credits.";
const NO_POSTPAID: &str = "This team does not pay by invoice.";

/// xAI.
pub const PROVIDER: Provider = Provider {
    id: "x_ai",
    name: "xAI",
    base_url: "https://management-api.x.ai",
    keys: &[
        KeyKind {
            id: "management",
            name: "Management key",
            // Not every management key is known to begin with the longer of these.
            prefixes: &["xai-token-", "xai-"],
            sees: &[Sees::Cost, Sees::Balance, Sees::Quota],
            made_at: "https://console.x.ai",
            note: "Made in the console under Settings, Management Keys, by a member who may manage them. It needs the right \
                   to read billing and no other; it cannot be used for inference.",
            details: &[Field {
                name: "team_id",
                label: "Team id",
                hint: "Only for a key of a whole organization, which tells no team of its own: it is in the console's address.",
                optional: true,
            }],
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "api",
            name: "API key",
            prefixes: &["xai-"],
            made_at: "https://console.x.ai",
            note: "Good for inference only: the Management API refuses it. Make a management key instead, in the console under \
                   Settings, Management Keys.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check {
        request: |_| Request::get("/auth/management-keys/validation"),
        kind: |body| decode::<Validation>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "prepaid_balance",
            sees: Sees::Balance,
            source: of_team(|query| Request::get_path(below_team(query, "prepaid/balance"))),
            parse: balance,
            absent: &[(404, NO_PREPAID)],
            ..Stream::PLAIN
        },
        Stream {
            name: "invoice_preview",
            sees: Sees::Quota,
            source: of_team(|query| Request::get_path(below_team(query, "postpaid/invoice/preview"))),
            parse: invoice,
            absent: &[(400, NO_POSTPAID), (404, NO_POSTPAID)],
            ..Stream::PLAIN
        },
        Stream {
            name: "usage",
            sees: Sees::Cost,
            source: of_team(usage_asked),
            parse: usage,
            cursor: Cursor::Daily { history: Days(365), lookback: Days(3), slice: Days(31), today: true },
            ..Stream::PLAIN
        },
    ],
    error_message: |body| said_at(body, &["/message", "/error", "/error/message"]),
    latency: "What was spent is told by UTC day, today included. The prepaid balance falls only when the month is closed; the \
              invoice under way tells what was used of it since.",
    lacks: "Tokens and models are told only as lines of the bill, and no end is told of credits: enter a purchase by hand where \
            they lapse.",
    ..Provider::PLAIN
};

/// A stream of the key's team, whose id is asked for first.
const fn of_team(request: fn(&Query) -> Request) -> Source {
    Source::Parts { list: |_| Request::get("/auth/management-keys/validation"), parts: team, request }
}

fn below_team(query: &Query, path: &str) -> String {
    format!("/v1/billing/teams/{}/{path}", segment(query.part_id()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Validation {
    #[serde(rename = "apiKeyId")]
    _api_key_id: String,
    scope: Option<String>,
    scope_id: Option<String>,
    team_id: Option<String>,
}

/// The team that the person named, or else the one that the key belongs to.
fn team(body: &[u8], query: &Query) -> Result<Parts, ParseError> {
    let key: Validation = decode(body)?;
    let named = query.details.get("team_id").to_owned();
    let of_organization = key.scope.as_deref() == Some("SCOPE_ORGANIZATION");
    let own = told(key.team_id).or_else(|| told(key.scope_id)).filter(|_| !of_organization);
    let id = told(Some(named)).or(own).ok_or_else(|| {
        let problem =
            "the key belongs to a whole organization, not to a team: give the id of the team beside it";
        ParseError::new("scope", problem)
    })?;
    Ok(Parts { parts: vec![Part { id, name: None }], next: Next::End })
}

/// Cents in a ledger: what the team has is negative. Nothing said means nought.
#[derive(Deserialize)]
struct Cents {
    val: Option<Exact>,
}

impl Cents {
    /// In dollars, as they are booked.
    fn dollars(&self, at: &str) -> Result<Decimal, ParseError> {
        self.val.as_ref().map_or(Ok(Decimal::ZERO), |val| shifted(val.0, 2, || format!("{at}.val")))
    }

    /// In dollars, with the sign that a person expects.
    fn at_hand(&self, at: &str) -> Result<Decimal, ParseError> {
        self.dollars(at).map(turned)
    }
}

/// With the other sign; nought has none.
fn turned(amount: Decimal) -> Decimal {
    if amount.is_zero() { Decimal::ZERO } else { -amount }
}

#[derive(Deserialize)]
struct Ledger {
    total: Cents,
    #[serde(default)]
    changes: Vec<Booking>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Booking {
    change_origin: Option<String>,
    topup_status: Option<String>,
    amount: Option<Cents>,
    invoice_id: Option<String>,
    create_time: Option<String>,
}

fn balance(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let ledger: Ledger = decode(body)?;
    let mut entries = vec![Entry::Balance(Balance {
        observed_at: query.observed_at,
        kind: BalanceKind::Credits,
        amount: Money::new(ledger.total.at_hand("total")?, Currency::USD),
        acquired: None,
        used: None,
    })];
    for (i, change) in ledger.changes.into_iter().enumerate() {
        let done = change.topup_status.as_deref().is_none_or(|status| status == "SUCCEEDED");
        let Some(cents) =
            change.amount.filter(|_| done && change.change_origin.as_deref() == Some("PURCHASE"))
        else {
            continue;
        };
        let amount = cents.at_hand(&format!("changes[{i}].amount"))?;
        let at = || format!("changes[{i}].createTime");
        let acquired_at =
            change.create_time.map(|time| time.parse::<Timestamp>().map_err(ParseError::time(at())));
        let acquired_at = acquired_at.transpose()?;
        // Without an invoice a purchase is told apart by its moment and amount; without either it cannot be.
        let made = acquired_at.map(|at| format!("{at} {amount}"));
        let Some(id) = told(change.invoice_id).or(made).filter(|_| amount > Decimal::ZERO) else { continue };
        entries.push(Entry::Grant(CreditGrant {
            id,
            kind: BalanceKind::Purchased,
            currency: Currency::USD,
            amount: Some(amount),
            left: None,
            acquired_at,
            expires_at: None,
            observed_at: query.observed_at,
        }));
    }
    Ok(Page { entries, next: Next::End })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Preview {
    core_invoice: Invoice,
    effective_spending_limit: Option<Exact>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invoice {
    amount_after_vat: Option<Exact>,
    prepaid_credits: Option<Cents>,
    prepaid_credits_used: Option<Cents>,
}

fn invoice(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let Preview { core_invoice: invoice, effective_spending_limit: limit } = decode(body)?;
    let dollars = |cents: Option<Exact>, at: &'static str| {
        cents.map(|cents| shifted(cents.0, 2, || at.to_owned())).transpose()
    };
    let due = dollars(invoice.amount_after_vat, "coreInvoice.amountAfterVat")?;
    let limit = dollars(limit, "effectiveSpendingLimit")?;
    let credits =
        invoice.prepaid_credits.map(|cents| cents.at_hand("coreInvoice.prepaidCredits")).transpose()?;
    // The sign of what was used is not the same everywhere; only its size counts.
    let used = invoice.prepaid_credits_used.map(|cents| cents.dollars("coreInvoice.prepaidCreditsUsed"));
    let used = used.transpose()?.map(|used| used.abs());
    let readings = [
        ("billed by invoice", due, limit),
        ("prepaid credits used since the last invoice", used, credits.filter(|_| used.is_some())),
    ];
    let told = readings.into_iter().filter(|(_, used, limit)| used.is_some() || limit.is_some());
    let entries = told.map(|(name, used, limit)| {
        Entry::Quota(QuotaReading {
            observed_at: query.observed_at,
            name: name.to_owned(),
            window: QuotaWindow::Month,
            unit: Currency::USD,
            used,
            limit,
            resets_at: None,
            model: None,
            project: None,
        })
    });
    Ok(Page { entries: entries.collect(), next: Next::End })
}

/// Times go without a zone, beside the zone that they are read in. The last second is asked for, so that it matters little
/// whether an end counts.
fn usage_asked(query: &Query) -> Request {
    let time = |at: Timestamp| at.to_string().replace('T', " ").replace('Z', "");
    Request::get_path(below_team(query, "usage")).posting(&serde_json::json!({
        "analyticsRequest": {
            "timeRange": {
                "startTime": time(query.window.start),
                "endTime": time(query.window.end.plus_seconds(-1)),
                "timezone": "Etc/GMT",
            },
            "timeUnit": "TIME_UNIT_DAY",
            "values": [{ "name": "usd", "aggregation": "AGGREGATION_SUM" }],
            "groupBy": ["description"],
            "filters": [],
        },
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Usage<'a> {
    #[serde(borrow)]
    time_series: Vec<Series<'a>>,
    #[serde(default)]
    limit_reached: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Series<'a> {
    group: Option<Vec<String>>,
    group_labels: Option<Vec<String>>,
    #[serde(borrow)]
    data_points: Vec<Point<'a>>,
}

#[derive(Deserialize)]
struct Point<'a> {
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    values: Vec<Exact>,
}

/// Dollars, while everything else here is in cents.
fn usage(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Usage<'_> = decode(body)?;
    if answer.limit_reached {
        // A part of a day's cost looks like all of it.
        let problem = "there are more lines than xAI tells at once, so the sums would be too low";
        return Err(ParseError::new("limitReached", problem));
    }
    let mut entries = Vec::new();
    for (i, series) in answer.time_series.into_iter().enumerate() {
        let labels =
            series.group_labels.filter(|labels| !labels.is_empty()).or(series.group).unwrap_or_default();
        let description = told(Some(labels.join(", ")));
        for (j, point) in series.data_points.into_iter().enumerate() {
            let at = |field: &str| format!("timeSeries[{i}].dataPoints[{j}].{field}");
            let start = Timestamp::parse_utc(&point.timestamp).map_err(ParseError::time(at("timestamp")))?;
            let period = query.bucket_period(start, start.plus_seconds(86_400), || at("timestamp"))?;
            let value =
                point.values.first().ok_or_else(|| ParseError::new(at("values"), "no value is told"))?;
            let cost = Money::new(value.0, Currency::USD);
            entries.push(Entry::Charge(Charge {
                category: category_of(&cost),
                billed_cost: Some(cost),
                description: description.clone(),
                ..Charge::usage(period)
            }));
        }
    }
    Ok(Page { entries, next: Next::End })
}
