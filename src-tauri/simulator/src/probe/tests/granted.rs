//! Tokens for a service account and for client credentials, and what they open.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::{FORM, JSON, NOW, Reply, field, open, provider, send};
use crate::{Fault, Town, TownProvider};

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
    let mut another = there.clone();
    another.key = another.key.replace(&field(&there.key, "private_key_id"), "0123456789abcdef");
    let reply = grant(&there, BY_JWT, &assertion(&another, &claims)).await;
    assert_eq!(reply.status, 400, "another private key");
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
