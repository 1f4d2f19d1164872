//! Each check of the engine is passed by a true client and not by one that does a single thing wrong.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Fault, Person, Town, TownOptions, TownProvider, serve};

const NOW: &str = "2026-11-20T14:37:00Z";
const DAY: &str = r#"{"Day":"2026-11-01","Granularity":"DAILY"}"#;
const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn open(faults: &[&str]) -> Town {
    let faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let listen = "127.0.0.1:0".parse().unwrap();
    let options = TownOptions { listen, person: Person::Team, seed: 7, now: NOW.parse().unwrap(), faults };
    serve(options).await.unwrap()
}

fn provider(town: &Town, id: &str) -> TownProvider {
    town.providers().into_iter().find(|provider| provider.id == id).unwrap()
}

struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let length = body.len();
    let mut text = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n"
    );
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.extend(["\r\n", body]);
    let mut socket = TcpStream::connect(host).await.unwrap();
    // A body that is too long is refused before it was all sent.
    let _ = socket.write_all(text.as_bytes()).await;
    let mut bytes = Vec::new();
    let _ = socket.read_to_end(&mut bytes).await;
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head: head.to_lowercase(), body: body.to_owned() }
}

fn field(key: &str, name: &str) -> String {
    let key: Value = serde_json::from_str(key).unwrap();
    key[name].as_str().unwrap().to_owned()
}

fn moment(text: &str) -> SystemTime {
    let time: chrono::DateTime<chrono::Utc> = text.parse().unwrap();
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(time.timestamp()).unwrap())
}

/// What is signed, and with what.
struct Signed<'a> {
    key: String,
    session: bool,
    service: &'a str,
    region: &'a str,
    time: &'a str,
    target: &'a str,
    body: &'a str,
    unsigned: &'a str,
}

impl Signed<'_> {
    fn headers(&self, url: &str) -> Vec<(String, String)> {
        let session = self.session.then(|| field(&self.key, "session_token"));
        let (id, secret) = (field(&self.key, "access_key_id"), field(&self.key, "secret_access_key"));
        let identity = Credentials::new(id, secret, session, None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(moment(self.time))
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let mut headers = vec![
            ("content-type".to_owned(), "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target".to_owned(), self.target.to_owned()),
        ];
        let told = headers.iter().filter(|(name, _)| name != self.unsigned);
        let told = told.map(|(name, value)| (name.as_str(), value.as_str()));
        let body = SignableBody::Bytes(self.body.as_bytes());
        let request = SignableRequest::new("POST", url, told, body).unwrap();
        let (signed, _) = sign(request, &params).unwrap().into_parts().0.into_parts();
        headers.extend(signed.iter().map(|header| (header.name().to_owned(), header.value().to_owned())));
        headers
    }

    async fn send(&self, town: &Town) -> Reply {
        let url = format!("{}/", provider(town, "probe-cloud").base_url);
        post(&url, &self.headers(&url), self.body).await
    }
}

async fn post(url: &str, headers: &[(String, String)], body: &str) -> Reply {
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    send("POST", url, &headers, body).await
}

fn good(town: &Town) -> Signed<'static> {
    Signed {
        key: provider(town, "probe-cloud").key,
        session: true,
        service: "ce",
        region: "us-east-1",
        time: NOW,
        target: "Probe.GetCosts",
        body: DAY,
        unsigned: "",
    }
}

#[tokio::test]
async fn a_signature_is_of_this_request_by_this_key_and_now() {
    let town = open(&[]).await;
    let reply = good(&town).send(&town).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.json()["Rows"].as_array().unwrap().len(), 2);
    let late = Signed { time: "2026-11-20T14:41:59Z", ..good(&town) };
    assert_eq!(late.send(&town).await.status, 200, "five minutes are allowed");

    let ordinary = provider(&town, "probe-cloud").ordinary_key;
    let mut stranger: Value = serde_json::from_str(&good(&town).key).unwrap();
    stranger["secret_access_key"] = "simulatedButAnother".into();
    let mut nobody = stranger.clone();
    nobody["access_key_id"] = "AKIANOBODY".into();
    let mut other_session: Value = serde_json::from_str(&good(&town).key).unwrap();
    other_session["session_token"] = "another".into();
    let wrong = [
        (Signed { key: stranger.to_string(), ..good(&town) }, "InvalidSignatureException"),
        (Signed { key: nobody.to_string(), ..good(&town) }, "UnrecognizedClientException"),
        (Signed { key: other_session.to_string(), ..good(&town) }, "UnrecognizedClientException"),
        (Signed { session: false, ..good(&town) }, "UnrecognizedClientException"),
        (Signed { key: ordinary, ..good(&town) }, "AccessDeniedException"),
        (Signed { service: "s3", ..good(&town) }, "InvalidSignatureException"),
        (Signed { region: "eu-north-1", ..good(&town) }, "InvalidSignatureException"),
        (Signed { time: "2026-11-20T14:42:01Z", ..good(&town) }, "InvalidSignatureException"),
        (Signed { time: "2026-11-20T14:31:59Z", ..good(&town) }, "InvalidSignatureException"),
        (Signed { unsigned: "x-amz-target", ..good(&town) }, "InvalidSignatureException"),
        (Signed { unsigned: "content-type", ..good(&town) }, "InvalidSignatureException"),
    ];
    for (place, (signed, kind)) in wrong.into_iter().enumerate() {
        let reply = signed.send(&town).await;
        assert_eq!((reply.status, &reply.json()["__type"]), (400, &json!(kind)), "{place}: {}", reply.body);
    }
    let url = format!("{}/", provider(&town, "probe-cloud").base_url);
    let headers = good(&town).headers(&url);
    let altered = [
        ("another body", post(&url, &headers, &DAY.replace("01\"", "02\"")).await),
        ("another query", post(&format!("{url}?a=1"), &headers, DAY).await),
        ("another method", {
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            send("PUT", &url, &headers, DAY).await
        }),
    ];
    for (what, reply) in altered {
        assert_eq!(reply.status, 400, "{what}: {}", reply.body);
    }
    let mut another = headers.clone();
    another[1].1 = "Probe.GetMetrics".into();
    assert_eq!(post(&url, &another, DAY).await.status, 400, "another operation");
    let bare = [("content-type".to_owned(), "application/x-amz-json-1.1".to_owned()), headers[1].clone()];
    let reply = post(&url, &bare, DAY).await;
    assert_eq!(reply.json()["__type"], "MissingAuthenticationTokenException");
}

#[tokio::test]
async fn streams_of_one_path_are_told_apart_and_may_answer_in_plain_text() {
    let town = open(&[]).await;
    let metrics =
        || Signed { service: "monitoring", region: "eu-north-1", target: "Probe.GetMetrics", ..good(&town) };
    let reply = metrics().send(&town).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "tokens 7\n"));
    assert!(reply.head.contains("content-type: text/plain") && reply.head.contains("x-probe-left: 3"));
    let reply = Signed { service: "ce", ..metrics() }.send(&town).await;
    assert_eq!(reply.status, 400, "each is signed for its own service");
    let reply = Signed { target: "Probe.Nothing", ..good(&town) }.send(&town).await;
    assert_eq!((reply.status, &reply.json()["__type"]), (400, &json!("ValidationException")));
    let counts = town.request_counts();
    assert_eq!((counts["probe-cloud/metrics"], counts.get("probe-cloud/costs")), (2, None));
    assert_eq!(provider(&town, "probe-cloud").details, [("region".to_owned(), "eu-north-1".to_owned())]);
    assert_eq!(town.announcement()["providers"]["probe-cloud"]["details"], json!({"region": "eu-north-1"}));
    assert_eq!(town.announcement()["providers"]["openai"].get("details"), None);
}

#[tokio::test]
async fn a_json_body_is_read_strictly() {
    let town = open(&[]).await;
    for (body, words) in [
        ("", "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "Day"),
        (r#"{"Day":"2026-11-1","Granularity":"DAILY"}"#, "YYYY-MM-DD"),
        (r#"{"Day":20261101,"Granularity":"DAILY"}"#, "Day: expected a text"),
        (r#"{"Day":"2026-11-01"}"#, "Granularity"),
        (r#"{"Day":"2026-11-01","Granularity":"HOURLY"}"#, "DAILY, MONTHLY"),
        (r#"{"Day":"2026-11-01","Granularity":"DAILY","Colour":1}"#, "Colour: unknown field"),
        (r#"{"Day":"2026-11-01","Granularity":"DAILY","Limit":"2"}"#, "Limit: expected a whole number"),
        (r#"{"Day":"2026-11-01","Granularity":"DAILY","Limit":11}"#, "from 1 to 10"),
        (r#"{"Day":"2026-11-01","Granularity":"DAILY","Page":"2"}"#, "Page: expected an object"),
        (r#"{"Day":"2026-11-01","Granularity":"DAILY","Page":{"Size":2}}"#, "Page.Size: unknown field"),
        (r#"{"Day":"2026-11-01","Granularity":"DAILY","Page":{"Token":2}}"#, "Page.Token: expected a text"),
    ] {
        let reply = Signed { body, ..good(&town) }.send(&town).await;
        let message = reply.json()["Message"].as_str().unwrap().to_owned();
        assert!(reply.status == 400 && message.contains(words), "{body}: {message}");
    }
    let long = format!(r#"{{"Day":"2026-11-01","Granularity":"{}"}}"#, "x".repeat(1 << 20));
    let reply = Signed { body: &long, ..good(&town) }.send(&town).await;
    assert!(reply.body.contains("Request body too large"), "{}", reply.body);
}

#[tokio::test]
async fn pages_by_a_cursor_in_the_body_end_and_can_be_spoiled() {
    let town = open(&[]).await;
    let page = |token: Value| {
        json!({"Day": "2026-11-01", "Granularity": "DAILY", "Page": {"Token": token}}).to_string()
    };
    let first = good(&town).send(&town).await.json();
    assert_eq!(first["Meta"]["NextPageToken"], "2");
    let second = Signed { body: &page(json!("2")), ..good(&town) }.send(&town).await.json();
    assert_eq!((second["Rows"].as_array().unwrap().len(), second.get("Meta")), (1, None));

    town.set_faults(vec!["probe-cloud/costs=endless-paging".parse().unwrap()]);
    let mut told = Signed { body: &page(json!("2")), ..good(&town) }.send(&town).await.json();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..5 {
        let token = told["Meta"]["NextPageToken"].clone();
        assert!(seen.insert(token.to_string()), "a new one each time");
        let body = page(token);
        told = Signed { body: &body, ..good(&town) }.send(&town).await.json();
        assert_eq!(told["Rows"], json!([]), "an invented page is empty, and its signature was good");
    }
    town.set_faults(vec!["probe-cloud/costs=repeated-cursor".parse().unwrap()]);
    let first = good(&town).send(&town).await.json();
    let body = page(first["Meta"]["NextPageToken"].clone());
    assert_eq!(Signed { body: &body, ..good(&town) }.send(&town).await.json(), first);

    for fault in ["missing-cursor", "negative-count", "unknown-currency"] {
        let error = format!("probe-cloud/costs={fault}").parse::<Fault>().unwrap_err().to_string();
        assert!(error.contains("makes no sense"), "{error}");
    }
    assert!("probe-cloud/metrics=wrong-shape".parse::<Fault>().is_err());
    town.set_faults(vec!["probe-cloud/costs=huge-number".parse().unwrap()]);
    let spoiled = good(&town).send(&town).await.json();
    assert!(spoiled["Rows"][0]["cost"].as_str().unwrap().len() == 39, "a text stays a text");
}

fn account(town: &Town) -> (TownProvider, Value) {
    let there = provider(town, "probe-projects");
    let now = chrono::DateTime::parse_from_rfc3339(NOW).unwrap().timestamp();
    let claims = json!({
        "iss": field(&there.key, "client_email"),
        "scope": "https://probe.invalid/auth/read",
        "aud": "https://token.probe.invalid/token",
        "iat": now,
        "exp": now + 3600,
    });
    (there, claims)
}

fn assertion(there: &TownProvider, claims: &Value) -> String {
    let key = STANDARD.decode(field(&there.key, "private_key")).unwrap();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(key));
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(field(&there.key, "private_key_id"));
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()).unwrap()
}

async fn grant(there: &TownProvider, kind: &str, assertion: &str) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("grant_type", kind), ("assertion", assertion)])
        .finish();
    send("POST", &format!("{}/token", there.base_url), &[FORM], &body).await
}

const BY_JWT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

#[tokio::test]
async fn an_assertion_is_signed_meant_for_here_and_fresh() {
    let town = open(&[]).await;
    let (there, claims) = account(&town);
    let reply = grant(&there, BY_JWT, &assertion(&there, &claims)).await;
    assert_eq!((reply.status, &reply.json()["expires_in"]), (200, &json!(3599)), "{}", reply.body);

    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let now = claims["iat"].as_i64().unwrap();
    for (claims, code) in [
        (with("iss", json!("stranger@probe.invalid")), "invalid_grant"),
        (with("aud", json!("https://elsewhere.probe.invalid/token")), "invalid_grant"),
        (with("scope", json!("https://probe.invalid/auth/write")), "invalid_scope"),
        (
            with("scope", json!("https://probe.invalid/auth/read https://probe.invalid/auth/write")),
            "invalid_scope",
        ),
        (with("scope", json!("")), "invalid_scope"),
        (with("exp", json!(now - 1)), "invalid_grant"),
        (with("exp", json!(now + 3601)), "invalid_grant"),
        (with("exp", Value::Null), "invalid_grant"),
        (with("iat", json!(now + 400)), "invalid_grant"),
    ] {
        let reply = grant(&there, BY_JWT, &assertion(&there, &claims)).await;
        assert_eq!((reply.status, &reply.json()["error"]), (400, &json!(code)), "{claims}: {}", reply.body);
    }
    let signed = assertion(&there, &claims);
    let forged = assertion(&there, &with("scope", json!("https://probe.invalid/auth/bills")));
    let forged: Vec<&str> = forged.split('.').collect();
    let parts: Vec<&str> = signed.split('.').collect();
    let altered = format!("{}.{}.{}", parts[0], forged[1], parts[2]);
    assert_eq!(grant(&there, BY_JWT, &altered).await.json()["error_description"], "Invalid JWT Signature.");
    let none = format!("{}.{}.", STANDARD.encode(r#"{"alg":"none"}"#).trim_end_matches('='), parts[1]);
    assert_eq!(grant(&there, BY_JWT, &none).await.status, 400);
    let key = EncodingKey::from_secret(b"a secret");
    let shared = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
    assert_eq!(grant(&there, BY_JWT, &shared).await.status, 400);
    assert_eq!(grant(&there, "password", &signed).await.json()["error"], "unsupported_grant_type");
    let url = format!("{}/token", there.base_url);
    for (kind, body) in [
        (FORM, format!("grant_type={BY_JWT}")),
        (FORM, format!("grant_type={BY_JWT}&assertion={signed}&extra=1")),
        (FORM, format!("grant_type={BY_JWT}&assertion={signed}&assertion={signed}")),
        (JSON, format!("grant_type={BY_JWT}&assertion={signed}")),
    ] {
        let reply = send("POST", &url, &[kind], &body).await;
        assert_eq!((reply.status, &reply.json()["error"]), (400, &json!("invalid_request")), "{body}");
    }
}

async fn token(town: &Town, scope: &str, ordinary: bool) -> String {
    let (mut there, mut claims) = account(town);
    if ordinary {
        there.key.clone_from(&there.ordinary_key);
        claims["iss"] = field(&there.key, "client_email").into();
    }
    claims["scope"] = scope.into();
    let reply = grant(&there, BY_JWT, &assertion(&there, &claims)).await.json();
    format!("Bearer {}", reply["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn a_token_opens_what_it_was_given_for_as_long_as_it_lives() {
    let town = open(&[]).await;
    let there = provider(&town, "probe-projects");
    let read = token(&town, "https://probe.invalid/auth/read", false).await;
    let both = token(&town, "https://probe.invalid/auth/bills https://probe.invalid/auth/read", false).await;
    let ordinary = token(&town, "https://probe.invalid/auth/read", true).await;
    let get = async |path: &str, token: &str| {
        send("GET", &format!("{}{path}", there.base_url), &[("authorization", token)], "").await
    };
    let project = there.details[0].1.replace(' ', "%20");
    let series = format!("/v3/projects/{project}/series");
    assert_eq!(get(&series, &read).await.json()["data"]["rows"].as_array().unwrap().len(), 2);
    assert_eq!(get(&series, &both).await.status, 200);
    assert_eq!(get(&series, &ordinary).await.status, 403);
    assert_eq!(get(&series, "Bearer simulated.wrong.wrong").await.status, 401);
    assert_eq!(get(&series, &format!("{read}x")).await.status, 401);
    let (claim, seal) = (read.rsplit_once('.').unwrap(), both.rsplit_once('.').unwrap());
    assert_eq!(get(&series, &format!("{}.{}", seal.0, claim.1)).await.status, 401, "a seal is of its claim");
    let bills = get("/v3/projects/a%2Fb%20c/bills/%C3%A9?label=x&label=y", &both).await;
    assert_eq!(bills.json(), json!({"project": "a/b c", "bill": "é", "labels": ["x", "y"]}));
    assert_eq!(get("/v3/projects/a/bills/b", &read).await.status, 403, "another scope");
    assert_eq!(get("/v3/projects/all/series", &read).await.json(), json!({"all": true}), "a literal wins");
    assert_eq!(get("/v3/projects/another/series", &read).await.status, 404);
    for path in [
        "/v3/projects//series",
        "/v3/projects/series",
        "/v3/projects/a/bills/b/c",
        "/v3/projects/a%ff/series",
    ] {
        assert_eq!(get(path, &read).await.status, 404, "{path}");
    }
    for query in
        ["page=0", "page=100", "page=x", "page=1&page=2", "day=2026-13-01", "day=2026-1-01", "colour=1"]
    {
        assert_eq!(get(&format!("{series}?{query}"), &read).await.status, 400, "{query}");
    }
    let reply = send("DELETE", &format!("{}/v3/projects/a/bills/b", there.base_url), &[], "").await;
    assert!(reply.status == 405 && reply.head.contains("allow: get, post"), "{}", reply.head);

    town.set_now("2026-11-20T15:36:59Z".parse().unwrap());
    assert_eq!(get(&series, &read).await.status, 200);
    town.set_now("2026-11-20T15:37:00Z".parse().unwrap());
    assert_eq!(get(&series, &read).await.status, 401, "an hour is over");
}

#[tokio::test]
async fn page_numbers_can_be_made_endless_and_have_no_cursor() {
    let town = open(&["probe-projects/series=endless-paging"]).await;
    let there = provider(&town, "probe-projects");
    let read = token(&town, "https://probe.invalid/auth/read", false).await;
    let project = there.details[0].1.replace(' ', "%20");
    for page in [1, 2, 3] {
        let url = format!("{}/v3/projects/{project}/series?page={page}", there.base_url);
        let told = send("GET", &url, &[("authorization", &read)], "").await.json();
        assert_eq!(told["data"]["next"], true);
        assert!(told["data"]["pages"].as_u64().unwrap() > page);
    }
    for fault in ["repeated-cursor", "missing-cursor"] {
        assert!(format!("probe-projects/series={fault}").parse::<Fault>().is_err(), "{fault}");
    }
    town.set_faults(vec!["probe-projects/series=wrong-shape".parse().unwrap()]);
    let url = format!("{}/v3/projects/{project}/series", there.base_url);
    let told = send("GET", &url, &[("authorization", &read)], "").await.json();
    assert!(told["data"].get("rows").is_none() && told["data"]["renamed"].is_array(), "{told}");
}

fn ask_for_token(there: &TownProvider) -> Vec<(&'static str, String)> {
    vec![
        ("grant_type", "client_credentials".into()),
        ("client_id", there.details[1].1.clone()),
        ("client_secret", field(&there.key, "client_secret")),
        ("scope", "https://probe.invalid/.default".into()),
    ]
}

async fn tenant(there: &TownProvider, tenant: &str, fields: &[(&str, String)]) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    send("POST", &format!("{}/{tenant}/oauth2/v2.0/token", there.base_url), &[FORM], &body).await
}

#[tokio::test]
async fn client_credentials_are_all_looked_at() {
    let town = open(&[]).await;
    let there = provider(&town, "probe-tenant");
    assert_eq!(there.details[0].0, "tenant_id");
    let home = there.details[0].1.clone();
    let good = ask_for_token(&there);
    let reply = tenant(&there, &home, &good).await;
    assert_eq!((reply.status, &reply.json()["token_type"]), (200, &json!("Bearer")), "{}", reply.body);
    assert_eq!(tenant(&there, "elsewhere", &good).await.status, 400);
    for (place, value, status, code) in [
        (0, "password", 400, "unsupported_grant_type"),
        (1, "another-client", 400, "unauthorized_client"),
        (2, "another-secret", 401, "invalid_client"),
        (3, "https://elsewhere.invalid/.default", 400, "invalid_scope"),
    ] {
        let mut fields = good.clone();
        fields[place].1 = value.into();
        let reply = tenant(&there, &home, &fields).await;
        assert_eq!((reply.status, &reply.json()["error"]), (status, &json!(code)), "{value}");
        let mut fields = good.clone();
        fields.remove(place);
        assert_eq!(tenant(&there, &home, &fields).await.json()["error"], "invalid_request");
    }
    let mut fields = good.clone();
    fields[2].1 = field(&there.ordinary_key, "client_secret");
    let reply = tenant(&there, &home, &fields).await.json();
    let ordinary = format!("Bearer {}", reply["access_token"].as_str().unwrap());
    let url = format!("{}/subscriptions/s/query?api-version=2", there.base_url);
    assert_eq!(send("POST", &url, &[("authorization", &ordinary), JSON], "{}").await.status, 403);
    assert_eq!(send("POST", &url, &[JSON], "{}").await.status, 401);
}

#[tokio::test]
async fn a_link_leads_to_the_next_page_and_can_be_spoiled() {
    let town = open(&[]).await;
    let there = provider(&town, "probe-tenant");
    let reply = tenant(&there, &there.details[0].1, &ask_for_token(&there)).await.json();
    let token = format!("Bearer {}", reply["access_token"].as_str().unwrap());
    let url = format!("{}/subscriptions/s/query?api-version=2", there.base_url);
    let ask = async |url: &str| {
        let reply = send("POST", url, &[("authorization", &token), JSON], "{}").await;
        assert!(reply.status == 200 && reply.head.contains("x-ratelimit-left: 11"), "{url}: {}", reply.body);
        reply.json()["properties"].clone()
    };
    let first = ask(&url).await;
    let second = ask(first["nextLink"].as_str().unwrap()).await;
    assert_eq!((&second["rows"][0]["row"], &second["nextLink"]), (&json!(2), &Value::Null));

    town.set_faults(vec!["probe-tenant/query=endless-paging".parse().unwrap()]);
    let mut page = ask(first["nextLink"].as_str().unwrap()).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..4 {
        let link = page["nextLink"].as_str().unwrap().to_owned();
        assert!(link.starts_with(&there.base_url) && link.contains("api-version=2"), "{link}");
        page = ask(&link).await;
        assert!(seen.insert(link) && page["rows"] == json!([]));
    }
    town.set_faults(vec!["probe-tenant/query=repeated-cursor".parse().unwrap()]);
    let first = ask(&url).await;
    assert_eq!(ask(first["nextLink"].as_str().unwrap()).await, first);
}

#[tokio::test]
async fn a_user_has_his_own_password_and_errors_may_come_with_200() {
    let town = open(&[]).await;
    let there = provider(&town, "probe-pair");
    let (user, password) = (field(&there.key, "user"), field(&there.key, "password"));
    assert!(user.starts_with("pk-") && password.starts_with("sk-"));
    let ordinary = (field(&there.ordinary_key, "user"), field(&there.ordinary_key, "password"));
    let get = async |path: &str, pair: &str, version: &str| {
        let basic = format!("Basic {}", STANDARD.encode(pair));
        let headers = [("authorization", basic.as_str()), ("x-probe-version", version)];
        send("GET", &format!("{}{path}", there.base_url), &headers, "").await
    };
    let own = format!("{user}:{password}");
    assert_eq!(get("/all", &own, "2").await.json(), json!({"ordinary": false}));
    let weak = format!("{}:{}", ordinary.0, ordinary.1);
    assert_eq!(get("/own", &weak, "2").await.json(), json!({"ordinary": true}));
    for (path, pair, version, code) in [
        ("/all", weak.as_str(), "2", 403),
        ("/all", own.as_str(), "1", 400),
        ("/all?a=1", own.as_str(), "2", 400),
        ("/all", &format!("{user}:wrong"), "2", 401),
        ("/all", &format!("{}:{password}", ordinary.0), "2", 401),
        ("/all", &user, "2", 401),
    ] {
        let reply = get(path, pair, version).await;
        assert_eq!((reply.status, &reply.json()["base_resp"]["code"]), (200, &json!(code)), "{path} {pair}");
        assert_eq!(reply.head.contains("x-probe-versions: 2"), version == "1");
    }
}

#[tokio::test]
async fn rows_that_lead_on_can_be_spoiled() {
    let town = open(&["probe-pair/rows=endless-paging"]).await;
    let there = provider(&town, "probe-pair");
    let pair = format!("{}:{}", field(&there.key, "user"), field(&there.key, "password"));
    let basic = format!("Basic {}", STANDARD.encode(pair));
    let get = async |after: Option<&Value>| {
        let query = after.map(|after| {
            let mut query = url::form_urlencoded::Serializer::new("?".to_owned());
            query.append_pair("after", after.as_str().unwrap()).finish().replacen("?&", "?", 1)
        });
        let headers = [("authorization", basic.as_str()), ("x-probe-version", "2")];
        let url = format!("{}/rows{}", there.base_url, query.unwrap_or_default());
        let told = send("GET", &url, &headers, "").await.json();
        assert_eq!(told["more"], true, "{told}");
        told["rows"].as_array().unwrap().last().unwrap()["row"].clone()
    };
    let first = get(None).await;
    let second = get(Some(&first)).await;
    assert!(first != second && second != get(Some(&second)).await);
    town.set_faults(vec!["probe-pair/rows=repeated-cursor".parse().unwrap()]);
    let first = get(None).await;
    assert_eq!(get(Some(&first)).await, first);
    assert!("probe-pair/rows=missing-cursor".parse::<Fault>().is_err());
}

#[tokio::test]
async fn streams_of_one_path_are_told_apart_by_query_and_body() {
    let town = open(&[]).await;
    let there = provider(&town, "probe-pair");
    for (method, path, body) in [
        ("GET", "/both", ""),
        ("GET", "/both?filter=paid", ""),
        ("GET", "/both?filter=a%20free%20tier", ""),
        ("POST", "/both", r#"{"tier":"free"}"#),
        ("POST", "/both", r#"{"tier":"paid"}"#),
    ] {
        assert_eq!(send(method, &format!("{}{path}", there.base_url), &[], body).await.status, 200);
    }
    let counts = town.request_counts();
    let counts = ["both", "both_asked", "both_told"].map(|stream| counts[&format!("probe-pair/{stream}")]);
    assert_eq!(counts, [3, 1, 1]);
}

#[tokio::test]
async fn deepseek_tells_its_currencies_apart() {
    let town = open(&[]).await;
    let there = provider(&town, "deepseek");
    let url = format!("{}/user/balance", there.base_url);
    let get = async |key: &str| send("GET", &url, &[("authorization", &format!("Bearer {key}"))], "").await;
    let told = get(&there.key).await.json();
    let infos = told["balance_infos"].as_array().unwrap();
    let currencies: Vec<&str> = infos.iter().map(|info| info["currency"].as_str().unwrap()).collect();
    assert_eq!(currencies, ["CNY", "USD"]);
    for info in infos {
        let cents = |name: &str| info[name].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
        assert_eq!(cents("total_balance"), cents("granted_balance") + cents("topped_up_balance"));
        assert!(info["total_balance"].as_str().unwrap().rsplit_once('.').unwrap().1.len() == 2);
    }
    let reply = get(&there.ordinary_key).await;
    assert_eq!(reply.status, 401, "there is one kind of key");
    assert!(reply.json()["error"]["message"].is_string());
    let asked = format!("{url}?currency=USD");
    let bearer = format!("Bearer {}", there.key);
    assert_eq!(send("GET", &asked, &[("authorization", &bearer)], "").await.status, 400);
}
