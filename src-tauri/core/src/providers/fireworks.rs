//! Fireworks AI: what each account was charged, a day at a time, and its monthly spending limit.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    Auth, Check, Cursor, Days, Entry, Exact, KeyKind, Next, Page, PageToken, ParseError, Part, Parts,
    Provider, Query, Request, Sees, Source, Stream, billed, category_of, decode, said_at, segment, shifted,
    tokens_of, told,
};
use crate::ledger::{Charge, Meter, QuotaReading, QuotaWindow};
use crate::money::{Currency, Money, exact_add};

/// Fireworks AI.
pub const PROVIDER: Provider = Provider {
    id: "fireworks",
    name: "Fireworks AI",
    base_url: "https://api.fireworks.ai",
    auth: Auth::Bearer,
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["fw_"],
        sees: &[Sees::Cost, Sees::Quota],
        made_at: "https://app.fireworks.ai/settings/users/api-keys",
        note: "An ordinary key sees what its account was charged. It can also be used for inference, so keep it to yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check { request: list, kind: |body| decode::<Accounts>(body).map(|_| None) }),
    streams: &[
        Stream {
            name: "billing",
            sees: Sees::Cost,
            source: Source::Parts {
                list,
                parts: accounts,
                request: |query| {
                    below(query, "billing/summary")
                        .with("startTime", query.window.start)
                        .with("endTime", query.window.end)
                },
            },
            parse: billing,
            // A summary is of all its span: only one day at a time can be told apart.
            cursor: Cursor::Daily { history: Days(31), lookback: Days(2), slice: Days(1), today: true },
            ..Stream::PLAIN
        },
        Stream {
            name: "quotas",
            sees: Sees::Quota,
            source: Source::Parts { list, parts: accounts, request: |query| below(query, "quotas") },
            parse: quotas,
            cursor: Cursor::Snapshot,
            absent: &[
                (403, "This key may not read the account's limits."),
                (404, "This account has no limits to read."),
            ],
            ..Stream::PLAIN
        },
    ],
    error_message: |body| said_at(body, &["/message", "/error/message", "/error"]),
    latency: "The cost of the day under way grows; earlier days are complete.",
    lacks: "What is left of prepaid credits is not told: enter it from the console, Billing.",
    ..Provider::PLAIN
};

fn list(query: &Query) -> Request {
    let request = Request::get("/v1/accounts");
    match &query.page {
        Some(page) => request.with("pageToken", &page.0),
        None => request,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Accounts {
    accounts: Vec<Account>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    name: String,
    display_name: Option<String>,
}

fn accounts(body: &[u8], _: &Query) -> Result<Parts, ParseError> {
    let Accounts { accounts, next_page_token } = decode(body)?;
    let part = |account: Account| Part {
        id: account.name.strip_prefix("accounts/").unwrap_or(&account.name).to_owned(),
        name: told(account.display_name),
    };
    let next = told(next_page_token).map_or(Next::End, |token| Next::Token(PageToken(token)));
    Ok(Parts { parts: accounts.into_iter().map(part).collect(), next })
}

fn below(query: &Query, what: &str) -> Request {
    Request::get_path(format!("/v1/accounts/{}/{what}", segment(query.part_id())))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    #[serde(borrow)]
    line_items: Vec<LineItem<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineItem<'a> {
    #[serde(borrow)]
    category: Option<Cow<'a, str>>,
    #[serde(borrow)]
    grouping_key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    grouping_value: Option<Cow<'a, str>>,
    quantity: Option<Exact>,
    #[serde(borrow)]
    series: Option<Cow<'a, str>>,
    #[serde(borrow)]
    total_cost: Option<Amount<'a>>,
}

/// Whole units and thousand-millionths of one, of the same sign; either may be left out where it is nought.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Amount<'a> {
    #[serde(borrow)]
    currency_code: Cow<'a, str>,
    units: Option<Exact>,
    nanos: Option<Exact>,
}

impl Amount<'_> {
    fn money(&self, at: &dyn Fn() -> String) -> Result<Money, ParseError> {
        let (units, nanos) = (self.units.map(|units| units.0), self.nanos.map(|nanos| nanos.0));
        let small = shifted(nanos.unwrap_or_default(), 9, at)?;
        let sum = exact_add(units.unwrap_or_default(), small);
        let sum = sum.ok_or_else(|| ParseError::new(at(), "units and nanos cannot be added exactly"))?;
        billed(sum, &self.currency_code, at)
    }
}

fn billing(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let items = decode::<Summary<'_>>(body)?.line_items;
    let mut entries = Vec::with_capacity(items.len());
    for (i, item) in items.into_iter().enumerate() {
        let at = || format!("lineItems[{i}]");
        let cost = item.total_cost.as_ref().map(|cost| cost.money(&|| format!("{}.totalCost", at())));
        let cost = cost.transpose()?;
        let quantity = item.quantity.map(|quantity| quantity.0);
        // A row that tells neither was never counted nor rated.
        if cost.is_none() && quantity.is_none() {
            continue;
        }
        let owned = |text: Option<Cow<'_, str>>| told(text.map(Cow::into_owned));
        let category = owned(item.category);
        let meter = meter(category.as_deref().unwrap_or_default());
        let of_model = item.grouping_key.as_deref().is_none_or(|key| key.starts_with("model"));
        let (model, other) = match (owned(item.grouping_value), of_model) {
            (value, true) => (value, None),
            (value, false) => (None, value),
        };
        let words = [category, owned(item.series), other];
        let plain = Charge::usage(query.period(query.window.start, query.window.end, at)?);
        entries.push(Entry::Charge(Charge {
            category: cost.as_ref().map_or(plain.category, category_of),
            billed_cost: cost,
            consumed_quantity: quantity,
            consumed_unit: quantity.and(meter).map(|_| "tokens".to_owned()),
            sku_meter: meter,
            tokens: meter.and_then(|meter| tokens_of(meter, quantity)),
            request_model: model,
            project: told(Some(query.part_id().to_owned())),
            description: told(Some(words.into_iter().flatten().collect::<Vec<_>>().join(", "))),
            ..plain
        }));
    }
    Ok(Page { entries, next: Next::End })
}

/// The meter of a category of text tokens. Each row is of one meter, and no two tell the same tokens.
fn meter(category: &str) -> Option<Meter> {
    let words = category.to_ascii_lowercase();
    match words.as_str() {
        _ if !words.contains("token") => None,
        _ if words.contains("input") && words.contains("(cached)") => Some(Meter::CacheRead),
        _ if words.contains("input") => Some(Meter::Input),
        _ if words.contains("output") => Some(Meter::Output),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Quotas {
    quotas: Vec<Quota>,
}

#[derive(Deserialize)]
struct Quota {
    name: String,
    value: Option<Exact>,
    usage: Option<Exact>,
}

/// Of the limits, only what may be spent in a month is an allowance; the others count machines.
fn quotas(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let all = decode::<Quotas>(body)?.quotas;
    let spending = all.into_iter().filter(|quota| quota.name.ends_with("/monthly-spend-usd"));
    let reading = |quota: Quota| {
        Entry::Quota(QuotaReading {
            observed_at: query.observed_at,
            name: "spending limit of the account".to_owned(),
            window: QuotaWindow::Month,
            unit: Currency::USD,
            used: quota.usage.map(|usage| usage.0),
            limit: quota.value.map(|value| value.0),
            resets_at: None,
            model: None,
            project: told(Some(query.part_id().to_owned())),
        })
    };
    Ok(Page { entries: spending.map(reading).collect(), next: Next::End })
}
