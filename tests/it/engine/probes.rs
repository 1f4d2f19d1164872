//! Providers of no name, each with abilities that break in ways of their own.

use serde::Deserialize;
use spendglass_core::ledger::{Balance, BalanceKind, Name, NameOf, QuotaReading, QuotaWindow};
use spendglass_core::money::{Currency, Money};
use spendglass_core::providers::{
    Auth, Cursor, Days, Entry, Exact, KeyKind, Next, Page, PageToken, ParseError, Part, Parts, Provider,
    Query, Request, Sees, Source, Stream, decode, segment,
};

const KEYS: &[KeyKind] = &[KeyKind {
    id: "key",
    name: "Key",
    sees: &[Sees::Quota, Sees::Cost],
    made_at: "https://road.example/keys",
    ..KeyKind::PLAIN
}];

const PLAIN: Provider = Provider {
    id: "road",
    name: "Road",
    base_url: "https://road.example",
    keys: KEYS,
    // Words as they are: what the engine itself cuts out of them is what the tests look at.
    error_message: |body| Some(String::from_utf8_lossy(body).into_owned()),
    ..Provider::PLAIN
};

const LIMIT: Stream = Stream {
    name: "limit",
    sees: Sees::Quota,
    source: Source::Http(|_| Request::get("/limit")),
    parse: reading,
    ..Stream::PLAIN
};

#[derive(Deserialize)]
struct Told {
    used: Exact,
    left: Option<Exact>,
    name: Option<String>,
}

/// A quota, a balance where told, and the part's name.
fn reading(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let told: Told = decode(body)?;
    let observed_at = query.observed_at;
    let project = query.part.as_ref().map(|part| part.id.clone());
    let mut entries = vec![Entry::Quota(QuotaReading {
        observed_at,
        name: "requests".to_owned(),
        window: QuotaWindow::MINUTE,
        unit: Currency::unit("requests"),
        used: Some(told.used.0),
        limit: None,
        resets_at: None,
        model: None,
        project: project.clone(),
    })];
    if let Some(left) = told.left {
        let amount = Money::new(left.0, Currency::USD);
        let kind = BalanceKind::NAMED[0].0;
        entries.push(Entry::Balance(Balance {
            observed_at,
            kind,
            amount,
            acquired: Some(left.0),
            used: None,
        }));
    }
    if let (Some(id), Some(name)) = (project, told.name) {
        entries.push(Entry::Name(Name { of: NameOf::Project, id, name }));
    }
    Ok(Page { entries, next: Next::End })
}

#[derive(Deserialize)]
struct Listed {
    parts: Vec<String>,
    next: Option<String>,
}

fn listed(body: &[u8], _: &Query) -> Result<Parts, ParseError> {
    let Listed { parts, next } = decode(body)?;
    let parts = parts.into_iter().map(|id| Part { id, name: None }).collect();
    Ok(Parts { parts, next: next.map_or(Next::End, |next| Next::Token(PageToken(next))) })
}

const PARTS: Source = Source::Parts {
    list: |query| Request::get("/parts").with("page", query.page_text()),
    parts: listed,
    request: |query| Request::get_path(format!("/parts/{}/limit", segment(query.part_id()))),
};

/// User name and password.
pub(crate) static PAIR: Provider = Provider { auth: Auth::Basic, streams: &[LIMIT], ..PLAIN };

/// A token for a client secret.
pub(crate) static TENANT: Provider = Provider {
    auth: Auth::ClientCredentials {
        scope: "read",
        token_url: "https://login.road.example/{tenant_id}/token",
    },
    streams: &[LIMIT, Stream { name: "later", source: Source::Http(|_| Request::get("/later")), ..LIMIT }],
    ..PLAIN
};

/// A service account.
pub(crate) static ROBOT: Provider = Provider {
    auth: Auth::ServiceAccount { scope: "read", token_url: "https://login.road.example/token" },
    streams: &[LIMIT],
    ..PLAIN
};

/// Signed with the time.
pub(crate) static CLOUD: Provider =
    Provider { auth: Auth::SigV4 { service: "ce", region: "us-east-1" }, streams: &[LIMIT], ..PLAIN };

/// Statuses that do not mean what they say, posts, an older path, and what is absent.
pub(crate) static ODD: Provider = Provider {
    streams: &[
        Stream {
            name: "posted",
            source: Source::Http(|_| {
                Request::get("/posted").posting(&serde_json::json!({"from": "2026-11-18"}))
            }),
            ..LIMIT
        },
        Stream { name: "moved", source: Source::Http(|_| Request::get("/new").or_at("/old")), ..LIMIT },
        Stream {
            name: "perhaps",
            source: Source::Http(|_| Request::get("/perhaps")),
            absent: &[(404, "No limit was ever set.")],
            ..LIMIT
        },
    ],
    meaning: |status, body| match (status, body.windows(5).find_map(|w| w.strip_prefix(b"E:"))) {
        (200, Some(b"401")) => 401,
        (200, Some(b"429")) => 429,
        (200, Some(b"500")) => 500,
        _ => status,
    },
    ..PLAIN
};

/// Projects, and each one's limit, balance and name.
pub(crate) static PROJECTS: Provider =
    Provider { streams: &[Stream { name: "limits", source: PARTS, ..LIMIT }], ..PLAIN };

/// Projects, and each one's bill.
pub(crate) static BILLS: Provider = Provider {
    streams: &[Stream {
        name: "bills",
        sees: Sees::Cost,
        source: PARTS,
        parse: |body, _| {
            let _: Told = decode(body)?;
            Ok(Page { entries: Vec::new(), next: Next::End })
        },
        cursor: Cursor::Daily { history: Days(3), lookback: Days(1), slice: Days(3), today: true },
        ..Stream::PLAIN
    }],
    ..PLAIN
};

/// Each read costs money.
pub(crate) static DEAR: Provider = Provider { streams: &[Stream { floor: 43_200, ..LIMIT }], ..PLAIN };
