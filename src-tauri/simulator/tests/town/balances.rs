//! Providers of balances, credits and quotas: what they refuse, and in which shapes they answer.

use spendglass_simulator::{Person, Town};

use crate::client::{NOW, Reply, open, post, provider, send};

/// How each of these providers takes its key.
fn headers(id: &str, key: &str) -> Vec<(&'static str, String)> {
    match id {
        "elevenlabs" => vec![("xi-api-key", key.to_owned())],
        "exa" => vec![("x-api-key", key.to_owned())],
        "fal" => vec![("authorization", format!("Key {key}"))],
        "runway" => {
            vec![("authorization", format!("Bearer {key}")), ("x-runway-version", "2024-11-06".to_owned())]
        }
        "stability" => vec![("authorization", format!("Bearer {key}")), ("user-agent", "a test".to_owned())],
        _ => vec![("authorization", format!("Bearer {key}"))],
    }
}

async fn ask(town: &Town, id: &str, path: &str) -> Reply {
    let there = provider(town, id);
    let headers = headers(id, &there.key);
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    send("GET", &format!("{}{path}", there.base_url), &headers).await
}

#[tokio::test]
async fn a_wrong_query_is_refused() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    let stats = "/v1/usage/character-stats?start_unix=1794787200000";
    let fal = "/models/usage?start=2026-11-13T00:00:00Z&end=2026-11-20T00:00:00Z&timeframe=day";
    let exa = ask(&town, "exa", "/api-keys").await.json();
    let exa = format!("/api-keys/{}/usage", exa["apiKeys"][0]["id"].as_str().unwrap());
    let cases = [
        ("deepseek", "/user/balance?currency=USD".to_owned(), 400),
        ("moonshot_ai", "/users/me/balance?region=cn".to_owned(), 400),
        ("kimi_code", "/usages?window=week".to_owned(), 400),
        ("siliconflow", "/user/info?email=no".to_owned(), 400),
        ("novita", "/openapi/v1/billing/balance/detail?currency=USD".to_owned(), 400),
        ("elevenlabs", "/v1/user/subscription?month=11".to_owned(), 422),
        ("elevenlabs", stats.to_owned(), 422),
        ("elevenlabs", "/v1/usage/character-stats?start_unix=1794787200&end_unix=1795305600".to_owned(), 422),
        ("elevenlabs", format!("{stats}&end_unix=1794787199000"), 422),
        ("elevenlabs", format!("{stats}&end_unix=1894787199000"), 422),
        ("elevenlabs", format!("{stats}&end_unix=1795305599000&metric=fiat_units_spent"), 422),
        ("stability", "/v1/user/balance?unit=usd".to_owned(), 400),
        ("vercel", "/v1/report?start_date=2026-11-13".to_owned(), 400),
        ("vercel", "/v1/report?start_date=2026-11-13&end_date=2026-11-12".to_owned(), 400),
        ("vercel", "/v1/report?start_date=2026-11-13&end_date=2026-11-13&group_by=colour".to_owned(), 400),
        (
            "vercel",
            "/v1/report?start_date=2026-11-13&end_date=2026-11-13&group_by=model&date_part=day".to_owned(),
            400,
        ),
        ("leonardo", "/me?tokens=api".to_owned(), 400),
        ("luma", "/credits?unit=usd".to_owned(), 400),
        ("recraft", "/users/me?unit=usd".to_owned(), 400),
        ("fal", "/account/billing?expand=all".to_owned(), 400),
        ("fal", fal.to_owned(), 400),
        ("fal", format!("{fal}&expand=summary"), 400),
        ("fal", format!("{fal}&expand=time_series&cursor=day-1"), 400),
        ("fal", format!("{fal}&expand=time_series&timezone=Asia/Kolkata"), 400),
        ("tavily", "/usage?month=11".to_owned(), 400),
        ("firecrawl", "/team/credit-usage/historical?byApiKey=perhaps".to_owned(), 400),
        ("exa", format!("{exa}?start_date=2026-01-01T00:00:00Z"), 400),
        ("exa", format!("{exa}?start_date=yesterday"), 400),
        ("exa", "/api-keys/nobody/usage".to_owned(), 404),
    ];
    for (id, path, status) in cases {
        let reply = ask(&town, id, &path).await;
        assert_eq!(reply.status, status, "{id}{path}: {}", reply.body);
    }
}

#[tokio::test]
async fn a_key_is_taken_in_the_providers_own_way_only() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    for (id, path) in [
        ("elevenlabs", "/v1/user/subscription"),
        ("exa", "/api-keys"),
        ("fal", "/account/billing?expand=credits"),
    ] {
        let there = provider(&town, id);
        let bearer = format!("Bearer {}", there.key);
        let reply = send("GET", &format!("{}{path}", there.base_url), &[("authorization", &bearer)]).await;
        assert_eq!(reply.status, 401, "{id}: {}", reply.body);
        assert_eq!(ask(&town, id, path).await.status, 200, "{id}");
    }
    let there = provider(&town, "fal");
    let api = format!("Key {}", there.ordinary_key);
    let url = format!("{}/account/billing?expand=credits", there.base_url);
    let reply = send("GET", &url, &[("authorization", &api)]).await;
    assert_eq!(
        (reply.status, reply.json()["error"]["message"].as_str()),
        (403, Some("Admin API key required"))
    );
    let there = provider(&town, "siliconflow");
    let reply =
        send("GET", &format!("{}/user/info", there.base_url), &[("authorization", "Bearer no")]).await;
    assert_eq!((reply.status, reply.body.as_str()), (401, "\"Invalid token\""));
}

#[tokio::test]
async fn runway_wants_its_version_and_ninety_days_at_most() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    let there = provider(&town, "runway");
    let bearer = format!("Bearer {}", there.key);
    let url = format!("{}/v1/organization", there.base_url);
    assert_eq!(send("GET", &url, &[("authorization", &bearer)]).await.status, 400);
    let headers = [("authorization", bearer.as_str()), ("x-runway-version", "2024-11-06")];
    let usage = format!("{url}/usage");
    for body in [
        r#"{"startDate":"2026-08-01","beforeDate":"2026-11-01"}"#,
        r#"{"startDate":"2026-11-02","beforeDate":"2026-11-02"}"#,
        r#"{"startDate":"2026-11-02","endDate":"2026-11-03"}"#,
        "[]",
    ] {
        assert_eq!(post(&usage, &headers, body).await.status, 400, "{body}");
    }
    let days = |from: &str, before: &str| format!(r#"{{"startDate":"{from}","beforeDate":"{before}"}}"#);
    let dates = |reply: Reply| {
        let tree = reply.json();
        let rows = tree["results"].as_array().unwrap().clone();
        rows.iter().map(|row| row["date"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let both = dates(post(&usage, &headers, &days("2026-11-17", "2026-11-19")).await);
    assert_eq!(both, ["2026-11-17", "2026-11-18"], "the day of the end is outside");
}

#[tokio::test]
async fn vercels_report_is_the_teams_alone_and_its_last_day_is_inside() {
    let path = "/v1/report?start_date=2026-11-17&end_date=2026-11-18";
    let town = open(Person::Student, 7, NOW, &[]).await;
    let reply = ask(&town, "vercel", path).await;
    assert_eq!((reply.status, reply.json()["error"]["type"].as_str()), (403, Some("forbidden")));
    assert_eq!(ask(&town, "vercel", "/v1/credits").await.status, 200);
    let town = open(Person::Team, 7, NOW, &[]).await;
    let tree = ask(&town, "vercel", path).await.json();
    let days: Vec<_> = tree["results"].as_array().unwrap().iter().map(|row| row["day"].as_str()).collect();
    assert_eq!(days, [Some("2026-11-17"), Some("2026-11-18")]);
    let tree = ask(&town, "vercel", &format!("{path}&group_by=model")).await.json();
    assert!(tree["results"].as_array().unwrap().iter().all(|row| row.get("day").is_none()));
}

#[tokio::test]
async fn an_older_account_is_found_at_the_older_path_alone() {
    let town = open(Person::Student, 7, NOW, &[]).await;
    assert_eq!(ask(&town, "novita", "/openapi/v1/billing/balance/detail").await.status, 404);
    let tree = ask(&town, "novita", "/v3/user/balance").await.json();
    assert!(tree["cashBalance"].as_str().unwrap().bytes().all(|byte| byte.is_ascii_digit()));
}
