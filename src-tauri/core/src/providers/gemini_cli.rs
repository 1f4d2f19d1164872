//! Gemini CLI: how much of each model's daily allowance is left, by the login that the tool keeps on this machine.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Check, Cursor, Entry, Exact, FileParts, Intake, KeyKind, Login, LoginError, Next, Page, ParseError, Part,
    Parts, Provider, Query, Request, Sees, Source, Stream, decode, error_words, names_any, told,
};
use crate::ledger::{QuotaReading, QuotaWindow};
use crate::money::{Currency, Decimal, exact_add, exact_mul};
use crate::time::Timestamp;

/// Gemini CLI.
pub const PROVIDER: Provider = Provider {
    id: "gemini_cli",
    name: "Gemini CLI (Code Assist)",
    base_url: "https://cloudcode-pa.googleapis.com",
    keys: &[KeyKind {
        id: "login",
        name: "Login of Gemini CLI",
        sees: &[Sees::Quota],
        made_at: "https://geminicli.com/docs/get-started/authentication",
        note: "Gemini CLI keeps it after a login with Google. Since 18 June 2026 Google serves it to Gemini Code Assist \
               Standard and Enterprise only; for the free tier of an API key add Google Gemini.",
        intake: Intake::Login(Login {
            tool: "Gemini CLI",
            renew: "gemini",
            folder_variable: "",
            folder: ".gemini",
            file: "oauth_creds.json",
            terms: "Spendglass reads the login that Gemini CLI keeps on this machine and asks Google for your allowance with \
                    it. It only reads: the login is never changed, renewed or copied, so it lasts about an hour after you \
                    last used Gemini CLI. Google has not documented this endpoint for other programs: it may change it or \
                    object to this use of your login at any time, and what that means for your account is between you and \
                    Google. Remove the account here to stop.",
            read: login,
        }),
        ..KeyKind::PLAIN
    }],
    check: Some(Check { request: load, kind: |body| loaded(body).map(|_| None) }),
    streams: &[Stream {
        name: "quota",
        sees: Sees::Quota,
        source: Source::Parts {
            list: load,
            parts: |body, _| {
                let project = told(loaded(body)?.project);
                let parts = project.map(|id| Part { id, name: None });
                Ok(Parts { parts: parts.into_iter().collect(), next: Next::End })
            },
            request: |query| {
                let asked = serde_json::json!({ "project": query.part_id() });
                Request::get("/v1internal:retrieveUserQuota").posting(&asked)
            },
        },
        parse: quota,
        cursor: Cursor::Snapshot,
        floor: 300,
        ..Stream::PLAIN
    }],
    error_message: |body| {
        if is_unserved(body) {
            return Some(UNSERVED.to_owned());
        }
        error_words(body)
    },
    // Some of these refusals come as 400.
    meaning: |status, body| if status >= 400 && is_unserved(body) { 403 } else { status },
    latency: "What is left is as of the moment it is read, at most every five minutes.",
    lacks: "Only what is left of each model's requests, in percent: no counts, no tokens and no cost. The logs that Gemini CLI \
            keeps on this machine have the tokens.",
    ..Provider::PLAIN
};

const UNSERVED: &str = "since 18 June 2026 Google serves this login to Gemini Code Assist Standard and Enterprise only, not to \
                        personal accounts";

fn is_unserved(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains("UNSUPPORTED_CLIENT") || text.contains("IneligibleTierError")
}

#[derive(Deserialize)]
struct File {
    access_token: Option<String>,
    expiry_date: Option<i64>,
}

fn login(text: &str, now_millis: i64) -> Result<FileParts, LoginError> {
    let file: File = serde_json::from_str(text).map_err(|_| LoginError::Changed)?;
    let token = told(file.access_token).ok_or(LoginError::SignedOut)?;
    if file.expiry_date.is_some_and(|at| at <= now_millis) {
        return Err(LoginError::Expired);
    }
    Ok(FileParts { secret: BTreeMap::from([("token".to_owned(), token)]), details: BTreeMap::new() })
}

fn load(_: &Query) -> Request {
    let asked = serde_json::json!({ "metadata": { "ideType": "GEMINI_CLI", "pluginType": "GEMINI" } });
    Request::get("/v1internal:loadCodeAssist").posting(&asked)
}

#[derive(Deserialize)]
struct Loaded {
    #[serde(rename = "cloudaicompanionProject")]
    project: Option<String>,
}

fn loaded(body: &[u8]) -> Result<Loaded, ParseError> {
    names_any(body, &["cloudaicompanionProject", "currentTier", "allowedTiers"])?;
    decode(body)
}

#[derive(Deserialize)]
struct Quota {
    buckets: Vec<Bucket>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bucket {
    model_id: Option<String>,
    remaining_fraction: Option<Exact>,
    reset_time: Option<String>,
}

fn quota(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let Quota { buckets } = decode(body)?;
    // A model may have several buckets: the one with the least left is the one that stops a person.
    let mut least = BTreeMap::<String, (Decimal, Option<Timestamp>)>::new();
    for (i, bucket) in buckets.into_iter().enumerate() {
        let (Some(model), Some(left)) = (told(bucket.model_id), bucket.remaining_fraction) else { continue };
        let resets_at = match bucket.reset_time {
            Some(text) => {
                let time = text.parse().map_err(ParseError::time(format!("buckets[{i}].resetTime")))?;
                query.upcoming(time)
            }
            None => None,
        };
        let place = least.entry(model).or_insert((left.0, resets_at));
        if left.0 < place.0 {
            *place = (left.0, resets_at);
        }
    }
    let mut entries = Vec::new();
    for (model, (left, resets_at)) in least {
        let hundred = Decimal::ONE_HUNDRED;
        let used = exact_mul(left, -hundred).and_then(|less| exact_add(hundred, less));
        let used = used.ok_or_else(|| {
            ParseError::new("buckets", format!("{left} of {model} cannot be kept exactly as percent"))
        })?;
        entries.push(Entry::Quota(QuotaReading {
            observed_at: query.observed_at,
            name: "requests of Gemini CLI".to_owned(),
            window: QuotaWindow::Day,
            unit: Currency::unit("percent"),
            used: Some(used),
            limit: Some(hundred),
            resets_at,
            model: Some(model),
            project: None,
        }));
    }
    Ok(Page { entries, next: Next::End })
}
