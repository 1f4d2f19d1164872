//! A `ChatGPT` subscription: how much of Codex' windows is used and which credits are left, by the login that Codex keeps here.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::{
    Check, Cursor, Entry, Exact, FileParts, Intake, KeyKind, Login, LoginError, Next, Page, ParseError,
    Provider, Query, Request, Sees, Source, Stream, decode, names_any, said_at, told,
};
use crate::ledger::{Balance, BalanceKind, QuotaReading, QuotaWindow, Subscription};
use crate::money::{Currency, Decimal, Money};
use crate::time::Timestamp;

/// A `ChatGPT` subscription.
pub const PROVIDER: Provider = Provider {
    id: "chatgpt_subscription",
    name: "ChatGPT subscription (Codex)",
    base_url: "https://chatgpt.com/backend-api",
    keys: &[KeyKind {
        id: "codex",
        name: "Login of Codex",
        sees: &[Sees::Quota, Sees::Balance],
        made_at: "https://developers.openai.com/codex/auth",
        note: "Codex keeps it after `codex login` with a ChatGPT account. Where Codex is signed in with an API key instead, \
               add that key's organisation as OpenAI.",
        intake: Intake::Login(Login {
            tool: "Codex",
            renew: "codex login",
            folder_variable: "CODEX_HOME",
            folder: ".codex",
            file: "auth.json",
            terms: "Spendglass reads the login that Codex keeps on this machine and asks OpenAI for your usage with it, at \
                    most every five minutes. It only reads: the login is never changed, renewed or copied. OpenAI has not \
                    documented this endpoint for other programs: it may change it or object to this use of your login at \
                    any time, and what that means for your account is between you and OpenAI. Remove the account here to \
                    stop.",
            read: login,
        }),
        ..KeyKind::PLAIN
    }],
    check: Some(Check { request: asked, kind: |body| names_any(body, KNOWN).map(|()| None) }),
    streams: &[Stream {
        name: "usage",
        sees: Sees::Quota,
        source: Source::Http(asked),
        parse: usage,
        cursor: Cursor::Snapshot,
        // It is what Codex itself asks now and then; more often would be a burden.
        floor: 300,
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/detail", "/detail/message", "/error/message"]),
    // A page that asks for a browser is no refusal of the login.
    meaning: |status, body| {
        let page = status == 403 && body.trim_ascii_start().starts_with(b"<");
        if page { 503 } else { status }
    },
    units: &[CREDITS],
    latency: "The windows are as of the moment they are read, at most every five minutes.",
    lacks: "No tokens and no cost are told for a subscription: the logs that Codex keeps on this machine are the only source \
            of those. What the plan costs can be entered by hand (`spendglass enter`).",
    ..Provider::PLAIN
};

fn asked(query: &Query) -> Request {
    let request = Request::get("/wham/usage");
    match query.details.get("account_id") {
        "" => request,
        id => request.header("chatgpt-account-id", id),
    }
}

#[derive(Deserialize)]
struct File {
    tokens: Option<Kept>,
}

#[derive(Deserialize)]
struct Kept {
    access_token: Option<String>,
    account_id: Option<String>,
}

fn login(text: &str, now_millis: i64) -> Result<FileParts, LoginError> {
    let file: File = serde_json::from_str(text).map_err(|_| LoginError::Changed)?;
    // Codex may be signed in with an API key instead; then there are no tokens.
    let kept = file.tokens.ok_or(LoginError::SignedOut)?;
    let token = told(kept.access_token).ok_or(LoginError::SignedOut)?;
    if expires(&token).is_some_and(|at| at <= now_millis.div_euclid(1_000)) {
        return Err(LoginError::Expired);
    }
    let details = told(kept.account_id).map(|id| ("account_id".to_owned(), id));
    Ok(FileParts {
        secret: BTreeMap::from([("token".to_owned(), token)]),
        details: details.into_iter().collect(),
    })
}

/// When a token says that it ends, in Unix seconds, if it says so in a way that is known here.
fn expires(token: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Claims {
        exp: i64,
    }
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    Some(serde_json::from_slice::<Claims>(&claims).ok()?.exp)
}

/// An answer is known by one of these: each of them may be missing or null.
const KNOWN: &[&str] = &["rate_limit", "credits", "spend_control", "spendControl", "additional_rate_limits"];

#[derive(Deserialize)]
struct Usage {
    plan_type: Option<String>,
    rate_limit: Option<RateLimit>,
    additional_rate_limits: Option<Vec<Additional>>,
    credits: Option<Purse>,
    #[serde(alias = "spendControl")]
    spend_control: Option<SpendControl>,
    #[serde(alias = "individualLimit")]
    individual_limit: Option<Allowance>,
}

#[derive(Deserialize)]
struct RateLimit {
    primary_window: Option<Window>,
    secondary_window: Option<Window>,
    #[serde(alias = "individualLimit")]
    individual_limit: Option<Allowance>,
}

#[derive(Deserialize)]
struct Window {
    used_percent: Option<Exact>,
    reset_at: Option<i64>,
    limit_window_seconds: Option<i64>,
}

#[derive(Deserialize)]
struct Additional {
    limit_name: Option<String>,
    rate_limit: Option<RateLimit>,
}

#[derive(Deserialize)]
struct Purse {
    has_credits: Option<bool>,
    unlimited: Option<bool>,
    balance: Option<Exact>,
}

#[derive(Deserialize)]
struct SpendControl {
    #[serde(alias = "individualLimit")]
    individual_limit: Option<Allowance>,
}

#[derive(Deserialize)]
struct Allowance {
    limit: Option<Exact>,
    used: Option<Exact>,
    #[serde(alias = "resetAt")]
    reset_at: Option<i64>,
}

/// Credits of `ChatGPT` workspaces and plans. They are not money.
const CREDITS: Currency = Currency::unit("chatgpt.credits");

fn usage(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    names_any(body, KNOWN)?;
    let usage: Usage = decode(body)?;
    let mut entries = Vec::new();
    let mut allowance = usage.spend_control.and_then(|control| control.individual_limit);
    allowance = allowance.or(usage.individual_limit);
    if let Some(mut limit) = usage.rate_limit {
        allowance = allowance.or(limit.individual_limit.take());
        windows(&limit, None, query, "rate_limit", &mut entries)?;
    }
    for (i, Additional { limit_name, rate_limit }) in
        usage.additional_rate_limits.unwrap_or_default().into_iter().enumerate()
    {
        if let (Some(name), Some(limit)) = (told(limit_name), rate_limit) {
            let at = format!("additional_rate_limits[{i}].rate_limit");
            windows(&limit, Some(&name), query, &at, &mut entries)?;
        }
    }
    if let Some(Allowance { limit, used, reset_at }) = allowance
        && (limit.is_some() || used.is_some())
    {
        let resets_at = reset(reset_at, query, || "spend_control.individual_limit.reset_at".to_owned())?;
        let (used, limit) = (used.map(|used| used.0), limit.map(|limit| limit.0));
        // An administrator sets it by the month; it starts again where a UTC month does.
        entries.push(reading(
            query,
            "allowance of the workspace",
            QuotaWindow::Month,
            CREDITS,
            (used, limit),
            resets_at,
            None,
        ));
    }
    if let Some(Purse { has_credits, unlimited, balance: Some(left) }) = usage.credits
        && has_credits != Some(false)
        && unlimited != Some(true)
    {
        entries.push(Entry::Balance(Balance {
            observed_at: query.observed_at,
            kind: BalanceKind::Credits,
            amount: Money::new(left.0, CREDITS),
            acquired: None,
            used: None,
        }));
    }
    if let Some(plan) = told(usage.plan_type) {
        entries.push(Entry::Subscription(Subscription {
            plan,
            status: None,
            price: None,
            period: None,
            renews_at: None,
            observed_at: query.observed_at,
        }));
    }
    Ok(Page { entries, next: Next::End })
}

/// The windows of a limit, told apart by their length: where one is absent, the other moves into its place.
fn windows(
    limit: &RateLimit,
    model: Option<&str>,
    query: &Query,
    at: &str,
    entries: &mut Vec<Entry>,
) -> Result<(), ParseError> {
    let slots = [("primary_window", &limit.primary_window), ("secondary_window", &limit.secondary_window)];
    for (slot, window) in slots {
        let Some(Window { used_percent: Some(used), reset_at, limit_window_seconds: Some(seconds) }) = window
        else {
            continue;
        };
        let Some(span) = QuotaWindow::of_seconds(*seconds) else { continue };
        let resets_at = reset(*reset_at, query, || format!("{at}.{slot}.reset_at"))?;
        let figures = (Some(used.0), Some(Decimal::ONE_HUNDRED));
        let name = if span == QuotaWindow::Week { "weekly limit" } else { "session limit" };
        entries.push(reading(query, name, span, Currency::unit("percent"), figures, resets_at, model));
    }
    Ok(())
}

fn reset(
    seconds: Option<i64>,
    query: &Query,
    at: impl Fn() -> String,
) -> Result<Option<Timestamp>, ParseError> {
    let Some(seconds) = seconds else { return Ok(None) };
    let time = Timestamp::from_unix(seconds).map_err(ParseError::time(at()))?;
    Ok(query.upcoming(time))
}

fn reading(
    query: &Query,
    name: &str,
    window: QuotaWindow,
    unit: Currency,
    (used, limit): (Option<Decimal>, Option<Decimal>),
    resets_at: Option<Timestamp>,
    model: Option<&str>,
) -> Entry {
    Entry::Quota(QuotaReading {
        observed_at: query.observed_at,
        name: name.to_owned(),
        window,
        unit,
        used,
        limit,
        resets_at,
        model: model.map(str::to_owned),
        project: None,
    })
}
