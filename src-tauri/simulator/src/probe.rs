//! Six providers of no name, for the tests of the engine: each ability that the first providers do not use.

mod tests;

use crate::admit::grant::{by_assertion, by_client_secret};
use crate::admit::{Admit, Key};
use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Pairs, Refusal, Stream, When, names};
use crate::json::{Json, object};
use crate::world::{World, made_up_uuid};

fn rows(from: i64, to: i64) -> Json {
    Json::List((from..to).map(|row| object([("row", row.into()), ("cost", "1.25".into())])).collect())
}

/// Signature V4, two operations on one path, pages by a cursor in the body, errors that are all 400.
pub(crate) const CLOUD: Handler = Handler {
    id: "probe-cloud",
    base_path: "/probe/cloud",
    key: Key::Aws { session: true },
    admit: Admit::Aws { service: "ce", region: "us-east-1" },
    details: |_| vec![("region", "eu-north-1".to_owned())],
    streams: &CLOUD_STREAMS,
    names: &names(&CLOUD_STREAMS),
    answer: cloud,
    refuse: |refusal| {
        let kind = refusal.code.unwrap_or(match refusal.status {
            401 => "UnrecognizedClientException",
            403 => "AccessDeniedException",
            _ => "ValidationException",
        });
        object([("__type", kind.into()), ("Message", refusal.plainly().into())])
    },
    status: |refusal| if refusal.status < 500 { 400 } else { refusal.status },
    ..Handler::PLAIN
};

const CLOUD_STREAMS: [Stream; 2] = [
    Stream {
        name: "costs",
        path: "/",
        methods: &["POST"],
        when: When::Header("x-amz-target", "Probe.GetCosts"),
        list: Some("Rows"),
        paging: Some(Paging::cursor("Meta.NextPageToken", "Page.Token").in_body()),
        money: Some("cost"),
        ..PLAIN
    },
    Stream {
        name: "metrics",
        path: "/",
        methods: &["POST"],
        when: When::Header("x-amz-target", "Probe.GetMetrics"),
        admit: Some(Admit::Aws { service: "monitoring", region: "" }),
        ..PLAIN
    },
];

fn cloud(ask: &Ask, _world: &World) -> Result<Answer, Refusal> {
    if ask.stream.name == "metrics" {
        return Ok(Answer::Plain("text/plain", "tokens 7\n".into(), vec![("x-probe-left", "3".into())]));
    }
    let body = ask.json(&["Day", "Granularity", "Limit", "Page", "Deep"])?;
    body.day("Day")?.ok_or_else(|| Refusal::missing("Day"))?;
    body.one_of("Granularity", &["DAILY", "MONTHLY"])?;
    let limit = body.whole("Limit", 1, 10)?.unwrap_or(2);
    let page = body.object("Page", &["Token"])?;
    let start = match page.as_ref().map(|page| page.text("Token")).transpose()?.flatten() {
        None => 0,
        Some(token) => token.parse().map_err(|_| Refusal::query("Token", "an unknown token"))?,
    };
    let mut fields = vec![("Rows".into(), rows(start, (start + limit).min(3)))];
    if start + limit < 3 {
        fields.push(("Meta".into(), object([("NextPageToken", (start + limit).to_string().into())])));
    }
    Ok(Answer::Tree(Json::Object(fields)))
}

/// A service account, parts in the path, page numbers.
pub(crate) const PROJECTS: Handler = Handler {
    id: "probe-projects",
    base_path: "/probe/projects",
    key: Key::ServiceAccount,
    admit: Admit::Grant { scope: "https://probe.invalid/auth/read" },
    details: |seed| vec![("project_id", project(seed))],
    streams: &PROJECT_STREAMS,
    names: &names(&PROJECT_STREAMS),
    answer: projects,
    ..Handler::PLAIN
};

fn project(seed: u64) -> String {
    format!("probe {}", made_up_uuid(seed, "probe/project"))
}

const PROJECT_STREAMS: [Stream; 4] = [
    Stream { name: "token", path: "/token", methods: &["POST"], admit: Some(Admit::Open), ..PLAIN },
    Stream {
        name: "series",
        path: "/v3/projects/{}/series",
        list: Some("data.rows"),
        paging: Some(Paging::counted("page", Some("data.pages")).more("data.next")),
        ..PLAIN
    },
    Stream { name: "every_series", path: "/v3/projects/all/series", ..PLAIN },
    Stream {
        name: "bills",
        path: "/v3/projects/{}/bills/{}",
        methods: &["GET", "POST"],
        admit: Some(Admit::Grant { scope: "https://probe.invalid/auth/bills" }),
        ..PLAIN
    },
];

fn projects(ask: &Ask, _world: &World) -> Result<Answer, Refusal> {
    match ask.stream.name {
        "token" => by_assertion(
            ask,
            "https://token.probe.invalid/token",
            &["https://probe.invalid/auth/read", "https://probe.invalid/auth/bills"],
        ),
        "series" => {
            ask.part(&ask.detail("project_id"))?;
            ask.knows(&["page", "day", "label"])?;
            ask.day("day")?;
            let page = ask.whole("page", 1, 99)?.unwrap_or(1);
            let data = [
                ("rows", rows(2 * page, if page == 1 { 4 } else { 2 * page })),
                ("pages", 1_u64.into()),
                ("next", false.into()),
            ];
            Ok(Answer::Tree(object([("data", object(data))])))
        }
        "bills" => Ok(Answer::Tree(object([
            ("project", ask.param().into()),
            ("bill", ask.params[1].as_str().into()),
            ("labels", Json::List(ask.each("label").map(Json::from).collect())),
        ]))),
        _ => Ok(Answer::Tree(object([("all", true.into())]))),
    }
}

/// Client credentials, a link to the next page, a header for the limit that is left.
pub(crate) const TENANT: Handler = Handler {
    id: "probe-tenant",
    base_path: "/probe/tenant",
    key: Key::ClientSecret,
    admit: Admit::Grant { scope: "https://probe.invalid/.default" },
    details: tenant_details,
    streams: &TENANT_STREAMS,
    names: &names(&TENANT_STREAMS),
    answer: tenant,
    ..Handler::PLAIN
};

fn tenant_details(seed: u64) -> Pairs {
    vec![("tenant_id", made_up_uuid(seed, "probe/tenant")), ("client_id", made_up_uuid(seed, "probe/client"))]
}

const TENANT_STREAMS: [Stream; 2] = [
    Stream {
        name: "token",
        path: "/{}/oauth2/v2.0/token",
        methods: &["POST"],
        admit: Some(Admit::Open),
        ..PLAIN
    },
    Stream {
        name: "query",
        path: "/subscriptions/{}/query",
        methods: &["POST"],
        list: Some("properties.rows"),
        paging: Some(Paging::link("properties.nextLink", "$skiptoken")),
        count: Some("row"),
        ..PLAIN
    },
];

fn tenant(ask: &Ask, _world: &World) -> Result<Answer, Refusal> {
    if ask.stream.name == "token" {
        return by_client_secret(ask, "https://probe.invalid/.default");
    }
    ask.knows(&["api-version", "$skiptoken"])?;
    if ask.only("api-version")? != Some("2") {
        return Err(Refusal::query("api-version", "api-version: must be 2"));
    }
    ask.json(&[])?;
    let second = ask.only("$skiptoken")?.is_some();
    let next = (!second).then(|| ask.link("$skiptoken", "2"));
    let properties = if second { rows(2, 3) } else { rows(0, 2) };
    let properties = object([("rows", properties), ("nextLink", next.into())]);
    Ok(Answer::TreeWith(object([("properties", properties)]), vec![("x-ratelimit-left", "11".into())]))
}

/// Basic with user and password, an ordinary key that sees one stream, and errors inside of HTTP 200.
pub(crate) const PAIR: Handler = Handler {
    id: "probe-pair",
    base_path: "/probe/pair",
    key: Key::Pair { user_prefix: "pk-" },
    key_prefix: "sk-",
    admit: Admit::Basic,
    guard: |ask| match ask.header("x-probe-version") {
        Some("2") => Ok(()),
        _ => {
            Err(Refusal::coded(400, "version", "x-probe-version: must be 2")
                .with_header("x-probe-versions", "2"))
        }
    },
    streams: &PAIR_STREAMS,
    names: &names(&PAIR_STREAMS),
    answer: |ask, _| {
        if ask.stream.name == "rows" {
            let after = ask.whole("after", 0, 9)?.unwrap_or(0);
            return Ok(Answer::Tree(object([("rows", rows(after + 1, 4)), ("more", false.into())])));
        }
        ask.knows(if ask.stream.path == "/both" { &["filter"] } else { &[] })?;
        Ok(Answer::Tree(object([("ordinary", (ask.holder == crate::admit::Holder::Ordinary).into())])))
    },
    refuse: |refusal| {
        let code = object([("code", u64::from(refusal.status).into()), ("says", refusal.plainly().into())]);
        object([("base_resp", code)])
    },
    status: |refusal| if refusal.status < 500 { 200 } else { refusal.status },
    ..Handler::PLAIN
};

const PAIR_STREAMS: [Stream; 6] = [
    Stream { name: "own", path: "/own", ordinary: true, ..PLAIN },
    Stream { name: "all", path: "/all", ..PLAIN },
    Stream {
        name: "rows",
        path: "/rows",
        list: Some("rows"),
        paging: Some(Paging::last_row("row", "after").more("more")),
        ..PLAIN
    },
    Stream { name: "both", path: "/both", methods: &["GET", "POST"], ..PLAIN },
    Stream { name: "both_asked", path: "/both", when: When::Query("filter", "free tier"), ..PLAIN },
    Stream { name: "both_told", path: "/both", methods: &["POST"], when: When::Body("\"free\""), ..PLAIN },
];

/// One text as the key, shown in four ways.
pub(crate) const WORDS: Handler = Handler {
    id: "probe-words",
    base_path: "/probe/words",
    key_prefix: "wk-",
    ordinary_key_prefix: "ok-",
    streams: &WORDS_STREAMS,
    names: &names(&WORDS_STREAMS),
    answer: |ask, _| {
        ask.knows(&[])?;
        Ok(Answer::Tree(object([("ok", true.into())])))
    },
    ..Handler::PLAIN
};

const WORDS_STREAMS: [Stream; 4] = [
    Stream { name: "bearer", path: "/bearer", ..PLAIN },
    Stream { name: "scheme", path: "/scheme", admit: Some(Admit::Scheme("Token")), ..PLAIN },
    Stream { name: "header", path: "/header", admit: Some(Admit::Header("xi-api-key")), ..PLAIN },
    Stream { name: "basic", path: "/basic", admit: Some(Admit::Basic), ..PLAIN },
];

/// The login of a tool.
pub(crate) const LOGIN: Handler = Handler {
    id: "probe-login",
    base_path: "/probe/login",
    key: Key::Login,
    key_prefix: "oat-",
    streams: &LOGIN_STREAMS,
    names: &names(&LOGIN_STREAMS),
    answer: |_, _| Ok(Answer::Tree(object([("ok", true.into())]))),
    ..Handler::PLAIN
};

const LOGIN_STREAMS: [Stream; 1] = [Stream { name: "windows", path: "/windows", ..PLAIN }];
