//! What an organization at Anthropic is made of: its workspaces and keys by name, and the limits it is under.

use serde::Deserialize;

use super::super::{
    Count, Entry, Exact, Next, Page, ParseError, Query, Request, billed, decode, shifted, told,
};
use crate::ledger::{Name, NameOf, QuotaReading, QuotaWindow};
use crate::money::{Currency, Decimal};

/// A page of a list that goes on after the last id.
pub(super) fn listed(request: Request, query: &Query) -> Request {
    let request = request.with("limit", 100);
    match &query.page {
        Some(page) => request.with("after_id", &page.0),
        None => request,
    }
}

/// A page of a list that goes on at a cursor.
pub(super) fn paged(request: Request, query: &Query) -> Request {
    match &query.page {
        Some(page) => request.with("page", &page.0),
        None => request,
    }
}

#[derive(Deserialize)]
struct List {
    data: Vec<Named>,
    has_more: bool,
    last_id: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
    name: Option<String>,
}

/// What workspaces or keys are called. What an answer holds beside, a part of the key and who made it, is not read at all.
pub(super) fn names(body: &[u8], of: NameOf) -> Result<Page, ParseError> {
    let list: List = decode(body)?;
    let next = Next::from_pair(list.has_more, list.last_id.as_deref());
    let name = |Named { id, name }| Some(Entry::Name(Name { of, id, name: told(name)? }));
    Ok(Page { entries: list.data.into_iter().filter_map(name).collect(), next })
}

/// A list that says only where it goes on.
#[derive(Deserialize)]
struct Cursored<T> {
    data: Vec<T>,
    next_page: Option<String>,
}

impl<T> Cursored<T> {
    fn next(&self) -> Next {
        Next::from_pair(self.next_page.is_some(), self.next_page.as_deref())
    }
}

#[derive(Deserialize)]
struct Limited {
    group_type: String,
    models: Option<Vec<String>>,
    limits: Vec<RateLimit>,
}

#[derive(Deserialize)]
struct RateLimit {
    #[serde(rename = "type")]
    kind: String,
    value: Option<Count>,
}

/// What the organization may ask. These are settings: how much of them is used is told to nobody but the caller.
pub(super) fn rate_limits(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let list: Cursored<Limited> = decode(body)?;
    let next = list.next();
    let mut entries = Vec::new();
    for group in list.data {
        let mut models: Vec<Option<String>> = group
            .models
            .unwrap_or_default()
            .into_iter()
            .filter_map(|model| told(Some(model)))
            .map(Some)
            .collect();
        let shared = models.len() > 1;
        if models.is_empty() {
            models.push(None);
        }
        for limit in group.limits {
            let (Some((what, window, unit)), Some(value)) = (meaning(&limit.kind), limit.value) else {
                continue;
            };
            for model in &models {
                let name = match model {
                    Some(_) if shared => format!("{what}, shared by a group of models"),
                    Some(_) => what.clone(),
                    None => format!("{what} ({})", group.group_type.replace('_', " ")),
                };
                let reading = configured(query, name, window, unit, Decimal::from(value.0));
                entries.push(Entry::Quota(QuotaReading { model: model.clone(), ..reading }));
            }
        }
    }
    Ok(Page { entries, next })
}

/// What a limit such as `input_tokens_per_minute` counts; nothing, where it is not told over which span.
fn meaning(kind: &str) -> Option<(String, QuotaWindow, Currency)> {
    let (what, span) = kind.rsplit_once("_per_")?;
    let window = match span {
        "minute" => QuotaWindow::MINUTE,
        "hour" => QuotaWindow::Minutes(60),
        "day" => QuotaWindow::Day,
        "month" => QuotaWindow::Month,
        _ => return None,
    };
    // The last word is what is counted: tokens, requests, searches.
    let unit = Currency::virtual_unit(what.rsplit('_').next().unwrap_or(what)).ok()?;
    Some((what.replace('_', " "), window, unit))
}

#[derive(Deserialize)]
struct SpendLimit {
    amount: Option<Exact>,
    currency: String,
    period: Option<String>,
    is_enabled: Option<bool>,
    scope: Scope,
}

#[derive(Deserialize)]
struct Scope {
    #[serde(rename = "type")]
    kind: String,
    workspace_id: Option<String>,
}

/// Limits on spend, in cents. Those of single persons are left out, as is every other scope that is not known here.
pub(super) fn spend_limits(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let list: Cursored<SpendLimit> = decode(body)?;
    let next = list.next();
    let mut entries = Vec::new();
    for (i, limit) in list.data.into_iter().enumerate() {
        let cents = limit.amount.filter(|_| limit.is_enabled != Some(false));
        let window = match limit.period.as_deref() {
            Some("daily") => Some(QuotaWindow::Day),
            Some("weekly") => Some(QuotaWindow::Week),
            Some("monthly") => Some(QuotaWindow::Month),
            _ => None,
        };
        let (Some(cents), Some(window)) = (cents, window) else { continue };
        let (name, project) = match (limit.scope.kind.as_str(), told(limit.scope.workspace_id)) {
            ("organization", _) => ("spend limit of the organization", None),
            ("usage_tier", _) => ("spend limit of the usage tier", None),
            ("workspace", Some(workspace)) => ("spend limit of the workspace", Some(workspace)),
            _ => continue,
        };
        let at = || format!("data[{i}]");
        let amount = shifted(cents.0, 2, || format!("{}.amount", at()))?;
        let money = billed(amount, &limit.currency, at)?;
        let reading = configured(query, name.to_owned(), window, money.currency, money.amount);
        entries.push(Entry::Quota(QuotaReading { project, ..reading }));
    }
    Ok(Page { entries, next })
}

/// A limit of which nobody tells how much is used.
fn configured(
    query: &Query,
    name: String,
    window: QuotaWindow,
    unit: Currency,
    limit: Decimal,
) -> QuotaReading {
    QuotaReading {
        observed_at: query.observed_at,
        name,
        window,
        unit,
        used: None,
        limit: Some(limit),
        resets_at: None,
        model: None,
        project: None,
    }
}
