//! What an organization at OpenAI is made of: its projects and keys by name, and the limits that it set.

use serde::Deserialize;

use super::super::{
    Count, Entry, Exact, Next, Page, ParseError, Part, Parts, Query, Request, billed, decode, segment,
    shifted, told,
};
use crate::ledger::{Name, NameOf, QuotaReading, QuotaWindow};
use crate::money::{Currency, Decimal};

/// A page of a list; the next one begins after the last id.
#[derive(Deserialize)]
struct List<T> {
    data: Vec<T>,
    has_more: bool,
    last_id: Option<String>,
}

impl<T> List<T> {
    fn next(&self) -> Next {
        Next::from_pair(self.has_more, self.last_id.as_deref())
    }
}

#[derive(Deserialize)]
struct Named {
    id: String,
    name: Option<String>,
}

/// A page of a list, as many as one page holds.
fn listed(request: Request, query: &Query) -> Request {
    let request = request.with("limit", 100);
    match &query.page {
        Some(page) => request.with("after", &page.0),
        None => request,
    }
}

/// The projects; what was spent in one that is archived by now is still told under its id.
pub(super) fn projects_asked(query: &Query, archived: bool) -> Request {
    let request = Request::get("/organization/projects");
    listed(if archived { request.with("include_archived", true) } else { request }, query)
}

pub(super) fn projects(body: &[u8]) -> Result<Page, ParseError> {
    names(body, NameOf::Project)
}

/// The projects, as parts that have lists of their own.
pub(super) fn parts(body: &[u8]) -> Result<Parts, ParseError> {
    let list: List<Named> = decode(body)?;
    let next = list.next();
    let parts = list.data.into_iter().map(|project| Part { id: project.id, name: told(project.name) });
    Ok(Parts { parts: parts.collect(), next })
}

pub(super) fn key_names_of(query: &Query) -> Request {
    let path = format!("/organization/projects/{}/api_keys", segment(query.part_id()));
    listed(Request::get_path(path), query)
}

/// What keys are called. The rest of an answer, a part of the key and its owner's address, is not read at all.
pub(super) fn key_names(body: &[u8]) -> Result<Page, ParseError> {
    names(body, NameOf::ApiKey)
}

fn names(body: &[u8], of: NameOf) -> Result<Page, ParseError> {
    let list: List<Named> = decode(body)?;
    let next = list.next();
    let name = |Named { id, name }| Some(Entry::Name(Name { of, id, name: told(name)? }));
    Ok(Page { entries: list.data.into_iter().filter_map(name).collect(), next })
}

pub(super) fn limits_of(query: &Query) -> Request {
    let path = format!("/organization/projects/{}/rate_limits", segment(query.part_id()));
    listed(Request::get_path(path), query)
}

#[derive(Deserialize)]
struct RateLimit {
    model: String,
    max_requests_per_1_minute: Option<Count>,
    max_tokens_per_1_minute: Option<Count>,
    max_images_per_1_minute: Option<Count>,
    max_audio_megabytes_per_1_minute: Option<Count>,
    max_requests_per_1_day: Option<Count>,
    batch_1_day_max_input_tokens: Option<Count>,
}

/// What a project may ask of each model. These are settings: how much of them is used is told to nobody but the caller.
pub(super) fn rate_limits(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    const REQUESTS: Currency = Currency::unit("requests");
    const TOKENS: Currency = Currency::unit("tokens");
    let list: List<RateLimit> = decode(body)?;
    let next = list.next();
    let mut entries = Vec::new();
    for row in list.data {
        let minute = QuotaWindow::MINUTE;
        let limits = [
            ("requests", minute, REQUESTS, row.max_requests_per_1_minute),
            ("tokens", minute, TOKENS, row.max_tokens_per_1_minute),
            ("images", minute, const { Currency::unit("images") }, row.max_images_per_1_minute),
            ("audio", minute, const { Currency::unit("megabytes") }, row.max_audio_megabytes_per_1_minute),
            ("requests", QuotaWindow::Day, REQUESTS, row.max_requests_per_1_day),
            ("input tokens of batches", QuotaWindow::Day, TOKENS, row.batch_1_day_max_input_tokens),
        ];
        for (name, window, unit, limit) in limits {
            let Some(limit) = limit else { continue };
            entries.push(Entry::Quota(QuotaReading {
                observed_at: query.observed_at,
                name: name.to_owned(),
                window,
                unit,
                used: None,
                limit: Some(Decimal::from(limit.0)),
                resets_at: None,
                model: Some(row.model.clone()),
                project: query.part.as_ref().map(|project| project.id.clone()),
            }));
        }
    }
    Ok(Page { entries, next })
}

#[derive(Deserialize)]
struct SpendLimit {
    threshold_amount: Exact,
    currency: String,
    interval: String,
}

/// The limit that the organization set itself. In cents, while its costs are told in dollars.
pub(super) fn spend_limit(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let limit: SpendLimit = decode(body)?;
    let amount = shifted(limit.threshold_amount.0, 2, || "threshold_amount".to_owned())?;
    let money = billed(amount, &limit.currency, || "the answer".to_owned())?;
    // A limit over a span that is not known here cannot be given a window: better no reading than a false one.
    let window = match limit.interval.as_str() {
        "day" => Some(QuotaWindow::Day),
        "week" => Some(QuotaWindow::Week),
        "month" => Some(QuotaWindow::Month),
        "year" => Some(QuotaWindow::Year),
        _ => None,
    };
    let reading = window.map(|window| {
        Entry::Quota(QuotaReading {
            observed_at: query.observed_at,
            name: "spend limit of the organization".to_owned(),
            window,
            unit: money.currency,
            used: None,
            limit: Some(money.amount),
            resets_at: None,
            model: None,
            project: None,
        })
    });
    Ok(Page { entries: reading.into_iter().collect(), next: Next::End })
}
