//! A Claude subscription: how much of the session and weekly windows is used, by the login that Claude Code keeps here.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Check, Cursor, Entry, Exact, FileParts, Intake, KeyKind, Login, LoginError, Next, Page, ParseError,
    Provider, Query, Request, Sees, Source, Stream, billed, decode, names_any, shifted, told,
};
use crate::ledger::{QuotaReading, QuotaWindow, Subscription};
use crate::money::{Currency, Decimal};
use crate::time::Timestamp;

/// A Claude subscription.
pub const PROVIDER: Provider = Provider {
    id: "claude_subscription",
    name: "Claude subscription",
    base_url: "https://api.anthropic.com/api/oauth",
    headers: &[("anthropic-beta", "oauth-2025-04-20")],
    keys: &[KeyKind {
        id: "claude_code",
        name: "Login of Claude Code",
        sees: &[Sees::Quota],
        made_at: "https://code.claude.com/docs/en/authentication",
        note: "Claude Code keeps it after `claude` was signed in with a Pro, Max, Team or Enterprise plan. A token of \
               `claude setup-token` may not read usage. On macOS Claude Code keeps its login in the keychain, where \
               Spendglass does not look: there it works only where Claude Code writes the file.",
        intake: Intake::Login(Login {
            tool: "Claude Code",
            renew: "claude",
            folder_variable: "CLAUDE_CONFIG_DIR",
            folder: ".claude",
            file: ".credentials.json",
            terms: "Spendglass reads the login that Claude Code keeps on this machine and asks Anthropic for your usage \
                    with it, at most every five minutes. It only reads: the login is never changed, renewed or copied. \
                    Anthropic has not documented this endpoint for other programs: it may change it or object to this use \
                    of your login at any time, and what that means for your account is between you and Anthropic. \
                    Remove the account here to stop.",
            read: login,
        }),
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/profile"),
        kind: |body| decode::<Profile>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "usage",
        sees: Sees::Quota,
        source: Source::Http(|_| Request::get("/usage")),
        parse: usage,
        cursor: Cursor::Snapshot,
        // The endpoint throttles hard; whoever asks more often is shut out for longer.
        floor: 300,
        ..Stream::PLAIN
    }],
    latency: "The windows are as of the moment they are read, at most every five minutes.",
    lacks: "No tokens and no cost are told for a subscription: the logs that Claude Code keeps on this machine are the only \
            source of those. What the plan costs can be entered by hand (`spendglass enter`).",
    ..Provider::PLAIN
};

#[derive(Deserialize)]
struct File {
    #[serde(rename = "claudeAiOauth")]
    login: Option<Kept>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    access_token: String,
    expires_at: Option<i64>,
    scopes: Option<Vec<String>>,
    subscription_type: Option<String>,
    rate_limit_tier: Option<String>,
}

fn login(text: &str, now_millis: i64) -> Result<FileParts, LoginError> {
    let file: File = serde_json::from_str(text).map_err(|_| LoginError::Changed)?;
    // The file may hold the logins of MCP servers alone.
    let kept = file.login.filter(|kept| !kept.access_token.is_empty()).ok_or(LoginError::SignedOut)?;
    if kept.scopes.is_some_and(|scopes| !scopes.iter().any(|scope| scope == "user:profile")) {
        return Err(LoginError::NoScope);
    }
    if kept.expires_at.is_some_and(|at| at <= now_millis) {
        return Err(LoginError::Expired);
    }
    let named = [("plan", told(kept.subscription_type)), ("tier", told(kept.rate_limit_tier))];
    let details = named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ok(FileParts {
        secret: BTreeMap::from([("token".to_owned(), kept.access_token)]),
        details: details.collect(),
    })
}

#[derive(Deserialize)]
struct Profile {
    #[serde(rename = "account")]
    _account: Nothing,
}

/// An object of which nothing is kept: it names a person.
#[derive(Deserialize)]
struct Nothing {}

/// The windows by name, as older answers give them. Those of internal code names are left alone.
const NAMED: [(&str, QuotaWindow, Option<&str>); 6] = [
    ("five_hour", QuotaWindow::FIVE_HOURS, None),
    ("seven_day", QuotaWindow::Week, None),
    ("seven_day_sonnet", QuotaWindow::Week, Some("Sonnet")),
    ("seven_day_opus", QuotaWindow::Week, Some("Opus")),
    ("seven_day_cowork", QuotaWindow::Week, Some("Cowork")),
    ("seven_day_routines", QuotaWindow::Week, Some("Routines")),
];

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    utilization: Option<&'a RawValue>,
    resets_at: Option<String>,
}

#[derive(Deserialize)]
struct Limit {
    kind: Option<String>,
    group: Option<String>,
    percent: Option<Exact>,
    resets_at: Option<String>,
    scope: Option<Scope>,
}

#[derive(Deserialize)]
struct Scope {
    model: Option<Model>,
}

#[derive(Deserialize)]
struct Model {
    id: Option<String>,
    display_name: Option<String>,
}

#[derive(Deserialize)]
struct Extra {
    is_enabled: Option<bool>,
    monthly_limit: Option<Exact>,
    used_credits: Option<Exact>,
    currency: Option<String>,
}

const PERCENT: Currency = Currency::unit("percent");

fn usage(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    // Seats of an organisation may be told no window at all, so an answer is known by the names of its fields.
    names_any(body, &["five_hour", "seven_day", "limits", "extra_usage"])?;
    let fields: BTreeMap<String, &RawValue> = decode(body)?;
    let mut entries = Vec::new();
    let limits = field::<Vec<Limit>>(&fields, "limits")?.unwrap_or_default();
    for (i, limit) in limits.iter().enumerate() {
        entries.extend(listed(limit, query, || format!("limits[{i}]"))?);
    }
    // The newer list says the same again: the named windows count only where it says nothing.
    if entries.is_empty() {
        for (name, window, of) in NAMED {
            let Some(Named { utilization: Some(used), resets_at }) = field::<Named<'_>>(&fields, name)?
            else {
                continue;
            };
            let used: Option<Exact> = decode(used.get().as_bytes())
                .map_err(|error| ParseError::new(format!("{name}.utilization"), error.problem))?;
            let resets_at = time(resets_at.as_deref(), query, || format!("{name}.resets_at"))?;
            if let Some(used) = used {
                entries.push(percent(query, window, of.map(str::to_owned), used.0, resets_at));
            }
        }
    }
    entries.extend(extra(field(&fields, "extra_usage")?, query)?);
    entries.extend(plan(query));
    Ok(Page { entries, next: Next::End })
}

fn field<'a, T: Deserialize<'a>>(
    fields: &BTreeMap<String, &'a RawValue>,
    name: &str,
) -> Result<Option<T>, ParseError> {
    let Some(raw) = fields.get(name) else { return Ok(None) };
    decode::<Option<T>>(raw.get().as_bytes()).map_err(|error| {
        let at =
            if error.at.starts_with("the top") { name.to_owned() } else { format!("{name}.{}", error.at) };
        ParseError::new(at, error.problem)
    })
}

fn listed(limit: &Limit, query: &Query, at: impl Fn() -> String) -> Result<Option<Entry>, ParseError> {
    let window = match (limit.kind.as_deref(), limit.group.as_deref()) {
        (Some("session"), _) | (_, Some("session")) => QuotaWindow::FIVE_HOURS,
        (Some("weekly_all" | "weekly_scoped"), _) | (_, Some("weekly")) => QuotaWindow::Week,
        // A window of a length not known here: better no reading than a false one.
        _ => return Ok(None),
    };
    let Some(percent_used) = limit.percent else { return Ok(None) };
    let model = limit.scope.as_ref().and_then(|scope| scope.model.as_ref());
    let model = model.and_then(|model| told(model.display_name.clone()).or_else(|| told(model.id.clone())));
    if model.is_none() && limit.kind.as_deref() == Some("weekly_scoped") {
        return Ok(None);
    }
    let resets_at = time(limit.resets_at.as_deref(), query, || format!("{}.resets_at", at()))?;
    Ok(Some(percent(query, window, model, percent_used.0, resets_at)))
}

fn time(text: Option<&str>, query: &Query, at: impl Fn() -> String) -> Result<Option<Timestamp>, ParseError> {
    let Some(text) = text else { return Ok(None) };
    let time: Timestamp = text.parse().map_err(ParseError::time(at()))?;
    Ok(query.upcoming(time))
}

fn percent(
    query: &Query,
    window: QuotaWindow,
    model: Option<String>,
    used: Decimal,
    resets_at: Option<Timestamp>,
) -> Entry {
    let name = if window == QuotaWindow::Week { "weekly limit" } else { "session limit" };
    Entry::Quota(QuotaReading {
        observed_at: query.observed_at,
        name: name.to_owned(),
        window,
        unit: PERCENT,
        used: Some(used),
        limit: Some(Decimal::ONE_HUNDRED),
        resets_at,
        model,
        project: None,
    })
}

/// What is bought beyond the plan, in cents.
fn extra(extra: Option<Extra>, query: &Query) -> Result<Option<Entry>, ParseError> {
    let Some(extra) = extra.filter(|extra| extra.is_enabled != Some(false)) else { return Ok(None) };
    let at = |name: &'static str| move || format!("extra_usage.{name}");
    let money = |cents: Option<Exact>, name| cents.map(|cents| shifted(cents.0, 2, at(name))).transpose();
    let (used, limit) =
        (money(extra.used_credits, "used_credits")?, money(extra.monthly_limit, "monthly_limit")?);
    if used.is_none() && limit.is_none() {
        return Ok(None);
    }
    let currency = extra.currency.as_deref().unwrap_or("USD");
    let unit = billed(Decimal::ZERO, currency, || "extra_usage".to_owned())?.currency;
    Ok(Some(Entry::Quota(QuotaReading {
        observed_at: query.observed_at,
        name: "extra usage".to_owned(),
        window: QuotaWindow::Month,
        unit,
        used,
        limit,
        resets_at: None,
        model: None,
        project: None,
    })))
}

/// The plan, which the login says and the answer does not.
fn plan(query: &Query) -> Option<Entry> {
    let plan = query.details.get("plan");
    let plan = match (plan, query.details.get("tier")) {
        ("", _) => return None,
        (_, tier) if tier.ends_with("max_5x") => "Max 5x".to_owned(),
        (_, tier) if tier.ends_with("max_20x") => "Max 20x".to_owned(),
        (plan, _) => {
            let mut letters = plan.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect())?
        }
    };
    Some(Entry::Subscription(Subscription {
        plan,
        status: None,
        price: None,
        period: None,
        renews_at: None,
        observed_at: query.observed_at,
    }))
}
