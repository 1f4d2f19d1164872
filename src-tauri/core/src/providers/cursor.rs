//! Cursor's Admin API: every request of a team, and what the team spent beyond its plan this month. Money is in cents,
//! limits are in dollars.

mod spend;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;

use super::{
    Auth, Check, Count, Cursor, Days, Entry, Exact, KeyKind, Next, Page, PageToken, ParseError, Provider,
    Query, Request, Sees, Source, Stream, category_of, decode, said_at, shifted, told,
};
use crate::ledger::{Charge, DisjointTokens, TokenUsage};
use crate::money::{Currency, Decimal, Money, exact_add};
use crate::time::{Period, Timestamp};

/// Cursor.
pub const PROVIDER: Provider = Provider {
    id: "cursor",
    name: "Cursor",
    base_url: "https://api.cursor.com",
    // The key is the user name; the password is empty.
    auth: Auth::Basic,
    keys: &[KeyKind {
        id: "admin",
        name: "Admin API key of a team",
        prefixes: &["key_"],
        sees: &[Sees::Cost, Sees::Quota],
        made_at: "https://cursor.com/dashboard?tab=settings",
        note: "Made by an admin of a team in the dashboard under Settings, Advanced, Admin API Keys. A plan of one person has no \
               key: import the CSV that the dashboard exports.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/teams/members"),
        kind: |body| decode::<Members>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "usage_events",
            sees: Sees::Cost,
            source: Source::Http(asked),
            parse: read,
            // Each event has its moment, so hours are cut here. Twenty requests a minute are allowed, and figures change hourly.
            cursor: Cursor::Hourly {
                recent: Days(30),
                recent_slice: Days(30),
                history: Days(90),
                lookback: Days(2),
                slice: Days(30),
            },
            floor: 3_600,
            ..Stream::PLAIN
        },
        Stream {
            name: "spend",
            sees: Sees::Quota,
            source: Source::Http(spend::asked),
            parse: spend::read,
            floor: 3_600,
            ..Stream::PLAIN
        },
    ],
    error_message: |body| said_at(body, &["/message", "/error/message"]),
    latency: "Cursor counts once an hour, and is asked at most once an hour.",
    lacks: "Only teams have keys. For a plan of one person, export the CSV in the dashboard and import it.",
    ..Provider::PLAIN
};

/// The answer to the check. Only that it is there matters: who the members are is not read.
#[derive(Deserialize)]
struct Members {
    #[serde(rename = "teamMembers")]
    _members: Vec<serde::de::IgnoredAny>,
}

/// Pages are counted, so that what comes in meanwhile would shift them: the end is the present at the latest.
fn asked(query: &Query) -> Request {
    let millis = |at: Timestamp| at.unix().saturating_mul(1_000);
    let mut wish = serde_json::json!({
        "startDate": millis(query.window.start),
        "endDate": millis(query.window.end.min(query.observed_at).max(query.window.start)),
        "pageSize": 1_000,
    });
    let token = query.page_text();
    match (token, token.parse::<u32>()) {
        ("", _) => wish["page"] = 1.into(),
        (_, Ok(page)) => wish["page"] = page.into(),
        // A newer form goes on at a cursor.
        (cursor, Err(_)) => wish["cursor"] = cursor.into(),
    }
    Request::get("/teams/filtered-usage-events").posting(&wish)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(borrow)]
    usage_events: Vec<Event<'a>>,
    pagination: Pagination,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    current_page: Option<u32>,
    num_pages: Option<u32>,
    has_next_page: Option<bool>,
    next_cursor: Option<String>,
}

impl Pagination {
    fn next(self) -> Next {
        let counted = self.current_page.zip(self.num_pages).map(|(current, all)| current < all);
        let cursor = told(self.next_cursor);
        if !self.has_next_page.or(counted).unwrap_or(cursor.is_some()) {
            return Next::End;
        }
        let page = self.current_page.and_then(|page| page.checked_add(1)).map(|page| page.to_string());
        cursor.or(page).map_or(Next::Missing, |token| Next::Token(PageToken(token)))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    /// Milliseconds, as a text or a number.
    timestamp: Count,
    model: Option<String>,
    kind: Option<String>,
    max_mode: Option<bool>,
    is_chargeable: Option<bool>,
    requests_costs: Option<Exact>,
    token_usage: Option<Used>,
    cursor_token_fee: Option<Exact>,
    charged_cents: Option<Exact>,
    /// Only to tell two events of one moment apart; it is kept nowhere.
    #[serde(borrow)]
    user_email: Option<Cow<'a, str>>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "camelCase")]
struct Used {
    #[serde(default)]
    input_tokens: Count,
    #[serde(default)]
    output_tokens: Count,
    #[serde(default)]
    cache_write_tokens: Count,
    #[serde(default)]
    cache_read_tokens: Count,
    total_cents: Option<Exact>,
}

fn read(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer<'_> = decode(body)?;
    let mut entries = Vec::with_capacity(answer.usage_events.len());
    let mut seen = BTreeSet::new();
    for (i, event) in answer.usage_events.into_iter().enumerate() {
        let at = || format!("usageEvents[{i}]");
        let millis = i64::try_from(event.timestamp.0).unwrap_or(i64::MAX);
        // The end may or may not count; what lies on it belongs to the next window.
        if millis == query.window.end.unix().saturating_mul(1_000) {
            continue;
        }
        // An event has no id. The same one twice is one.
        let tokens = event.token_usage.map(|used| {
            let Used {
                input_tokens: a,
                output_tokens: b,
                cache_write_tokens: c,
                cache_read_tokens: d,
                total_cents,
            } = used;
            (a.0, b.0, c.0, d.0, total_cents.map(|cents| cents.0))
        });
        if !seen.insert((millis, event.user_email.clone(), event.model.clone(), tokens)) {
            continue;
        }
        entries.push(Entry::Charge(charge(event, millis, query, &at)?));
    }
    Ok(Page { entries, next: answer.pagination.next() })
}

fn charge(
    event: Event<'_>,
    millis: i64,
    query: &Query,
    at: &dyn Fn() -> String,
) -> Result<Charge, ParseError> {
    let moment = Timestamp::from_unix_millis(millis);
    let moment = moment.map_err(ParseError::time(format!("{}.timestamp", at())))?;
    let width = query.bucket.seconds();
    let start = moment.plus_seconds(-moment.unix().rem_euclid(width));
    let Period { start, end } =
        query.period(start, start.plus_seconds(width), || format!("{}.timestamp", at()))?;
    let cost = event.billed(at)?.map(|amount| Money::new(amount, Currency::USD));
    let tokens = event.token_usage.map(|used| {
        TokenUsage::from_disjoint(DisjointTokens {
            uncached_input: used.input_tokens.0,
            cache_read: used.cache_read_tokens.0,
            cache_creation_5m: used.cache_write_tokens.0,
            output: used.output_tokens.0,
            ..DisjointTokens::default()
        })
    });
    let tokens =
        tokens.transpose().map_err(|error| ParseError::new(format!("{}.tokenUsage", at()), error))?;
    let max = event.max_mode.filter(|max| *max).map(|_| "max mode".to_owned());
    let words = [told(event.kind), max].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let plain = Charge::usage(Period { start, end });
    Ok(Charge {
        category: cost.as_ref().map_or(plain.category, category_of),
        billed_cost: cost,
        // Plans of the older kind count requests, of which one may cost several, or a part of one.
        consumed_quantity: Some(event.requests_costs.map_or(Decimal::ONE, |cost| cost.0)),
        consumed_unit: Some("requests".to_owned()),
        tokens,
        requests: Some(1),
        response_model: told(event.model),
        description: told(Some(words)),
        ..plain
    })
}

impl Event<'_> {
    /// What was charged, in dollars: as told, or by the kind of the event. What the plan includes costs nothing more. Where
    /// nothing tells, it is unknown.
    fn billed(&self, at: &dyn Fn() -> String) -> Result<Option<Decimal>, ParseError> {
        let kind = self.kind.as_deref().unwrap_or_default().to_ascii_lowercase().replace(['_', '-'], " ");
        let cents = if let Some(charged) = &self.charged_cents {
            Some(charged.0)
        } else if self.is_chargeable == Some(false)
            || kind.contains("included")
            || kind.contains("not charged")
        {
            Some(Decimal::ZERO)
        } else if kind.contains("usage based")
            && let Some(cost) = self.token_usage.and_then(|used| used.total_cents)
        {
            let fee = self.cursor_token_fee.map_or(Decimal::ZERO, |fee| fee.0);
            let sum = exact_add(cost.0, fee);
            Some(sum.ok_or_else(|| {
                ParseError::new(format!("{}.cursorTokenFee", at()), "the sum cannot be kept exactly")
            })?)
        } else {
            None
        };
        cents.map(|cents| shifted(cents, 2, at)).transpose()
    }
}
