//! Lists and limits of OpenAI and Anthropic, and the bills of xAI, GitHub and Cursor: what they refuse, and how they tell
//! their parts. AWS and Azure are asked with their signatures and tokens by the contract tests of the program.

use base64::Engine as _;
use spendglass_simulator::{Person, Town};

use crate::client::{NOW, Reply, get, get_with, open, post, provider, send};

fn bearer(town: &Town, id: &str) -> String {
    format!("Bearer {}", provider(town, id).key)
}

/// GitHub wants to know who asks.
async fn github(town: &Town, path: &str) -> Reply {
    let key = bearer(town, "github_copilot");
    let headers = [("authorization", key.as_str()), ("user-agent", "a test")];
    send("GET", &format!("{}{path}", provider(town, "github_copilot").base_url), &headers).await
}

async fn cursor(town: &Town, path: &str, body: &str) -> Reply {
    let there = provider(town, "cursor");
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{}:", there.key));
    let key = format!("Basic {pair}");
    post(&format!("{}{path}", there.base_url), &[("authorization", key.as_str())], body).await
}

#[tokio::test]
async fn a_wrong_query_is_refused() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    let project = get(&town, "openai", "/organization/projects").await.json();
    let project = project["data"][0]["id"].as_str().unwrap().to_owned();
    let cases = [
        ("openai", "/organization/projects?page=2".to_owned(), 400),
        ("openai", "/organization/projects?limit=101".to_owned(), 400),
        ("openai", "/organization/projects?include_archived=perhaps".to_owned(), 400),
        ("openai", "/organization/projects?after=nobody".to_owned(), 400),
        ("openai", format!("/organization/projects/{project}/api_keys?owner=me"), 400),
        ("openai", "/organization/projects/nobody/api_keys".to_owned(), 404),
        ("openai", "/organization/projects/nobody/rate_limits".to_owned(), 404),
        ("openai", "/organization/spend_limit?interval=month".to_owned(), 400),
        ("anthropic", "/v1/organizations/workspaces?page=2".to_owned(), 400),
        ("anthropic", "/v1/organizations/api_keys?after=x".to_owned(), 400),
        ("anthropic", "/v1/organizations/rate_limits?limit=5".to_owned(), 400),
        ("anthropic", "/v1/organizations/spend_limits?limit=5000".to_owned(), 400),
        ("anthropic", "/v1/organizations/usage_report/claude_code".to_owned(), 400),
        (
            "anthropic",
            "/v1/organizations/usage_report/claude_code?starting_at=2026-11-19T00:00:00Z".to_owned(),
            400,
        ),
        (
            "anthropic",
            "/v1/organizations/usage_report/claude_code?starting_at=2026-11-19&ending_at=2026-11-20"
                .to_owned(),
            400,
        ),
        ("x_ai", "/auth/management-keys/validation?team=1".to_owned(), 400),
        ("x_ai", "/v1/billing/teams/default/prepaid/balance".to_owned(), 404),
    ];
    for (id, path, status) in cases {
        let reply = get(&town, id, &path).await;
        assert_eq!(reply.status, status, "{id}{path}: {}", reply.body);
    }
    for path in ["/users/somebody-else/settings/billing/usage", "/users/simulated-octopus/settings/billing"] {
        assert_eq!(github(&town, path).await.status, 404, "{path}");
    }
    let mine = "/users/simulated-octopus/settings/billing";
    for query in ["month=13", "day=31&month=11", "page=2", "year=last"] {
        let path = format!("{mine}/ai_credit/usage?{query}");
        assert_eq!(github(&town, &path).await.status, 400, "{path}");
    }
    // Whoever does not say who asks is not let in.
    assert_eq!(get(&town, "github_copilot", "/user").await.status, 403);
    assert_eq!(github(&town, "/user").await.status, 200);
}

#[tokio::test]
async fn a_wrong_body_is_refused() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    let events = "/teams/filtered-usage-events";
    for body in [
        "{}",
        "{\"startDate\": 1794787200, \"endDate\": 1795305600}",
        "{\"startDate\": \"1794787200000\", \"endDate\": 1795305600000}",
        "{\"startDate\": 1794787200000, \"endDate\": 1794787100000}",
        "{\"startDate\": 1794787200000, \"endDate\": 1795305600000, \"page\": 0}",
        "{\"startDate\": 1794787200000, \"endDate\": 1795305600000, \"pageSize\": 5000}",
        "{\"startDate\": 1794787200000, \"endDate\": 1795305600000, \"colour\": 1}",
    ] {
        assert_eq!(cursor(&town, events, body).await.status, 400, "{body}");
    }
    let good = cursor(&town, events, "{\"startDate\": 1794787200000, \"endDate\": 1795305600000}").await;
    assert_eq!(good.status, 200, "{}", good.body);
    assert_eq!(good.json()["usageEvents"].as_array().unwrap().len(), 10, "ten, where nobody says how many");
    // The key is the user name and nothing else.
    let there = provider(&town, "cursor");
    let key = format!("Bearer {}", there.key);
    let reply =
        post(&format!("{}/teams/spend", there.base_url), &[("authorization", key.as_str())], "{}").await;
    assert_eq!(reply.status, 401);

    let xai = provider(&town, "x_ai");
    let key = bearer(&town, "x_ai");
    let team = get(&town, "x_ai", "/auth/management-keys/validation").await.json();
    let url = format!("{}/v1/billing/teams/{}/usage", xai.base_url, team["teamId"].as_str().unwrap());
    let good = serde_json::json!({ "analyticsRequest": {
        "timeRange": { "startTime": "2026-11-13 00:00:00", "endTime": "2026-11-19 23:59:59", "timezone": "Etc/GMT" },
        "timeUnit": "TIME_UNIT_DAY",
        "values": [{ "name": "usd", "aggregation": "AGGREGATION_SUM" }],
        "groupBy": ["description"],
        "filters": [],
    } });
    let ask = async |body: &serde_json::Value| {
        post(&url, &[("authorization", key.as_str())], &body.to_string()).await
    };
    let reply = ask(&good).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.json()["timeSeries"][0]["dataPoints"].as_array().unwrap().len(), 7);
    for (place, wrong) in [
        ("/analyticsRequest/timeRange/startTime", "2026-11-13T00:00:00Z"),
        ("/analyticsRequest/timeRange/timezone", "Asia/Kolkata"),
        ("/analyticsRequest/timeUnit", "TIME_UNIT_BLINK"),
        ("/analyticsRequest/values/0/name", "eur"),
        ("/analyticsRequest/groupBy/0", "colour"),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(place).unwrap() = wrong.into();
        assert_eq!(ask(&body).await.status, 400, "{place}");
    }
}

#[tokio::test]
async fn an_ordinary_key_sees_no_bill() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    for (id, path) in [
        ("openai", "/organization/projects"),
        ("x_ai", "/auth/management-keys/validation"),
        ("anthropic", "/v1/organizations/workspaces"),
    ] {
        let reply = get_with(&town, id, &provider(&town, id).ordinary_key, path).await;
        assert!([401, 403].contains(&reply.status), "{id}: {}", reply.body);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let town = open(Person::Student, 7, NOW, &[]).await;
    assert_eq!(get(&town, "openai", "/organization/spend_limit").await.status, 404);
    assert_eq!(get(&town, "anthropic", "/v1/organizations/spend_limits").await.status, 403);
    let team = get(&town, "x_ai", "/auth/management-keys/validation").await.json();
    let path = format!("/v1/billing/teams/{}/postpaid/invoice/preview", team["teamId"].as_str().unwrap());
    assert_eq!(get(&town, "x_ai", &path).await.status, 404);
}

#[tokio::test]
async fn the_ledger_of_xai_is_turned_round() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    let team = get(&town, "x_ai", "/auth/management-keys/validation").await.json();
    let path = format!("/v1/billing/teams/{}/prepaid/balance", team["teamId"].as_str().unwrap());
    let ledger = get(&town, "x_ai", &path).await.json();
    let val = |value: &serde_json::Value| value["val"].as_str().unwrap().parse::<i64>().unwrap();
    let changes = ledger["changes"].as_array().unwrap();
    assert!(
        changes.iter().all(|change| (change["changeOrigin"] == "PURCHASE") == (val(&change["amount"]) < 0))
    );
    let sum: i64 = changes.iter().map(|change| val(&change["amount"])).sum();
    assert_eq!(sum, val(&ledger["total"]));
    assert!(sum < 0, "there is something left, so it is negative");
}
