//! OpenRouter: the credits left, what a key may and did spend, and the last 30 days by model and provider.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    Auth, Check, Count, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query,
    Request, Sees, Source, Stream, category_of, decode, error_words, told,
};
use crate::ledger::{Balance, BalanceKind, Charge, Lane, QuotaReading, QuotaWindow, TokenTotals, TokenUsage};
use crate::money::{Currency, Decimal, Money, exact_add};
use crate::time::{Date, Period, Timestamp};

/// What its count of requests to models that cost nothing is called.
pub const FREE_REQUESTS: &str = "free model requests";

/// OpenRouter.
pub const PROVIDER: Provider = Provider {
    id: "openrouter",
    name: "OpenRouter",
    base_url: "https://openrouter.ai/api/v1",
    auth: Auth::Bearer,
    headers: &[],
    keys: &[
        KeyKind {
            id: "management",
            name: "Management key",
            prefixes: &["sk-or-v1-"],
            sees: &[Sees::Cost, Sees::Usage, Sees::Balance, Sees::Quota],
            made_at: "https://openrouter.ai/settings/management-keys",
            note: "Sees the credits and the activity of the account. It cannot be used for inference, but it can make and \
                   delete keys: keep one for Spendglass alone. It was called a provisioning key before.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "ordinary",
            name: "API key",
            prefixes: &["sk-or-v1-"],
            sees: &[Sees::Quota],
            made_at: "https://openrouter.ai/settings/keys",
            note: "Sees only its own limit and what it spent itself. For the credits left and the cost by model, make a \
                   management key; both begin alike, so the check tells them apart.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check {
        request: |_| Request::get("/key"),
        kind: |body| {
            let key = decode::<Envelope<KeyState>>(body)?.data;
            let management = key.is_management_key.or(key.is_provisioning_key).unwrap_or(false);
            Ok(Some(if management { "management" } else { "ordinary" }))
        },
    }),
    streams: &[
        Stream {
            name: "credits",
            sees: Sees::Balance,
            source: Source::Http(|_| Request::get("/credits")),
            parse: credits,
            cursor: Cursor::Snapshot,
            ..Stream::PLAIN
        },
        Stream {
            name: "key",
            sees: Sees::Quota,
            source: Source::Http(|_| Request::get("/key")),
            parse: key,
            cursor: Cursor::Snapshot,
            ..Stream::PLAIN
        },
        Stream {
            name: "activity",
            sees: Sees::Cost,
            source: Source::Http(|_| Request::get("/activity")),
            parse: activity,
            // One answer holds all that is told, so all of it is read again and replaced each time.
            cursor: Cursor::Daily { history: TOLD, lookback: TOLD, slice: TOLD, today: false },
            ..Stream::PLAIN
        },
    ],
    error_message: error_words,
    latency: "The credits left are up to a minute old; cost and tokens are told for complete UTC days, without today.",
    ..Provider::PLAIN
};

/// How many complete UTC days `/activity` tells.
const TOLD: Days = Days(30);

#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

#[derive(Deserialize)]
struct Credits {
    total_credits: Exact,
    total_usage: Exact,
}

fn credits(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let Credits { total_credits, total_usage } = decode::<Envelope<Credits>>(body)?.data;
    let left = minus(total_credits.0, total_usage.0, "data")?;
    let balance = Balance {
        observed_at: query.observed_at,
        kind: BalanceKind::Credits,
        amount: Money::new(left, Currency::USD),
        acquired: Some(total_credits.0),
        used: Some(total_usage.0),
    };
    Ok(Page { entries: vec![Entry::Balance(balance)], next: Next::End })
}

fn minus(from: Decimal, taken: Decimal, at: &str) -> Result<Decimal, ParseError> {
    let problem = || format!("{from} less {taken} cannot be kept exactly");
    exact_add(from, -taken).ok_or_else(|| ParseError::new(at, problem()))
}

/// Older answers lack most of these, so everything is optional.
#[derive(Deserialize)]
struct KeyState {
    limit: Option<Exact>,
    limit_remaining: Option<Exact>,
    limit_reset: Option<String>,
    usage: Option<Exact>,
    usage_daily: Option<Exact>,
    usage_weekly: Option<Exact>,
    usage_monthly: Option<Exact>,
    is_management_key: Option<bool>,
    is_provisioning_key: Option<bool>,
    free_model_daily_requests: Option<FreeRequests>,
}

#[derive(Deserialize)]
struct FreeRequests {
    limit: Option<Count>,
    used: Option<Count>,
}

fn key(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let state = decode::<Envelope<KeyState>>(body)?.data;
    let now = query.observed_at;
    let mut entries = Vec::new();
    let mut see = |name: &str, window, unit, used, limit| {
        entries.push(Entry::Quota(QuotaReading {
            observed_at: now,
            name: name.to_owned(),
            window,
            unit,
            used,
            limit,
            resets_at: resets_at(window, now),
            model: None,
            project: None,
        }));
    };
    // A limit that resets in a way not known here cannot be given a window: better no reading than a false one.
    let window = match state.limit_reset.as_deref() {
        None | Some("") => Some(QuotaWindow::Lifetime),
        Some("daily") => Some(QuotaWindow::Day),
        Some("weekly") => Some(QuotaWindow::Week),
        Some("monthly") => Some(QuotaWindow::Month),
        Some(_) => None,
    };
    if let (Some(limit), Some(window)) = (state.limit, window) {
        // What is left may be below zero: then more than the limit is used.
        let used = state.limit_remaining.map(|left| minus(limit.0, left.0, "data.limit_remaining"));
        see("spending limit of this key", window, Currency::USD, used.transpose()?, Some(limit.0));
    }
    let spent = [
        (state.usage_daily, QuotaWindow::Day),
        (state.usage_weekly, QuotaWindow::Week),
        (state.usage_monthly, QuotaWindow::Month),
        (state.usage, QuotaWindow::Lifetime),
    ];
    for (used, window) in spent {
        if let Some(used) = used {
            see("spent by this key", window, Currency::USD, Some(used.0), None);
        }
    }
    if let Some(FreeRequests { limit, used }) = state.free_model_daily_requests
        && (limit.is_some() || used.is_some())
    {
        let unit = Currency::virtual_unit("requests").map_err(|error| ParseError::new("data", error))?;
        let number = |count: Option<Count>| count.map(|count| Decimal::from(count.0));
        see(FREE_REQUESTS, QuotaWindow::Day, unit, number(used), number(limit));
    }
    Ok(Page { entries, next: Next::End })
}

/// The next UTC midnight, Monday or first of the month, where OpenRouter starts to count again.
fn resets_at(window: QuotaWindow, now: Timestamp) -> Option<Timestamp> {
    let today = now.utc_date();
    let next: Date = match window {
        QuotaWindow::Day => today.plus_days(1),
        // Unix time began on a Thursday, so Mondays are the days whose number leaves 4 when divided by 7.
        QuotaWindow::Week => today.plus_days(7 - (now.unix().div_euclid(86_400) + 3).rem_euclid(7)),
        QuotaWindow::Month => today.next_month_start(),
        _ => return None,
    };
    Some(next.utc_start())
}

#[derive(Deserialize)]
struct ActivityRow<'a> {
    #[serde(borrow)]
    date: Cow<'a, str>,
    model: String,
    model_permaslug: Option<String>,
    provider_name: Option<String>,
    usage: Exact,
    byok_usage_inference: Option<Exact>,
    requests: Count,
    prompt_tokens: Count,
    completion_tokens: Count,
    reasoning_tokens: Option<Count>,
}

fn activity(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let rows: Vec<ActivityRow<'_>> = decode::<Envelope<_>>(body)?.data;
    let mut entries = Vec::with_capacity(rows.len());
    for (i, row) in rows.into_iter().enumerate() {
        let Some(period) = day(&row.date, query, || format!("data[{i}].date"))? else { continue };
        let tokens = TokenUsage::from_totals(TokenTotals {
            input: row.prompt_tokens.0,
            output: row.completion_tokens.0,
            reasoning: row.reasoning_tokens.unwrap_or_default().0,
            ..TokenTotals::default()
        })
        .map_err(|error| ParseError::new(format!("data[{i}]"), error))?;
        let cost = Money::new(row.usage.0, Currency::USD);
        let charge = Charge {
            category: category_of(&cost),
            billed_cost: Some(cost),
            tokens: Some(tokens),
            requests: Some(row.requests.0),
            request_model: Some(row.model),
            response_model: told(row.model_permaslug),
            description: told(row.provider_name),
            ..Charge::usage(period)
        };
        // What the person's own key at the provider was charged is OpenRouter's estimate of another bill. Its tokens and
        // requests are in the row above already.
        let own = row.byok_usage_inference.filter(|own| !own.0.is_zero()).map(|own| {
            let cost = Money::new(own.0, Currency::USD);
            let words = match &charge.description {
                Some(provider) => format!("{provider}, with your own provider key"),
                None => "with your own provider key".to_owned(),
            };
            Charge {
                lane: Lane::Estimated,
                category: category_of(&cost),
                billed_cost: Some(cost),
                request_model: charge.request_model.clone(),
                response_model: charge.response_model.clone(),
                description: Some(words),
                ..Charge::usage(period)
            }
        });
        entries.push(Entry::Charge(charge));
        entries.extend(own.map(Entry::Charge));
    }
    Ok(Page { entries, next: Next::End })
}

/// The day of a row. The endpoint always tells its 30 days; those that this window did not ask for are left out, and a day
/// that it cannot tell is an error.
fn day(text: &str, query: &Query, at: impl Fn() -> String) -> Result<Option<Period>, ParseError> {
    // Some payloads write midnight behind the date.
    let (date, rest) = text.split_at_checked(10).unwrap_or((text, ""));
    let midnight = matches!(rest, "" | " 00:00:00" | "T00:00:00" | "T00:00:00Z");
    let date = if midnight { date } else { text };
    let date: Date = date.parse().map_err(ParseError::time(at()))?;
    let day = date.utc_day();
    let today = query.observed_at.utc_date();
    let told = -i64::from(TOLD.0)..0;
    if !query.window.holds(&day) && told.contains(&date.days_since(today)) {
        return Ok(None);
    }
    query.period(day.start, day.end, at).map(Some)
}
