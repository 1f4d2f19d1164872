//! What the providers refuse, in their own words.

use std::net::SocketAddr;

use spendglass_simulator::{Person, Town, TownOptions, serve};

use crate::client::{NOW, Reply, Tree, at, get, get_with, good, key_headers, open, provider, send, streams};

/// The body is the provider's own error.
fn check_error(id: &str, reply: &Reply, status: u16, words: &str) {
    assert_eq!(reply.status, status, "{id}: {}", reply.body);
    assert_eq!(reply.headers["content-type"], "application/json");
    let body = reply.json();
    match id {
        "anthropic" => {
            let kind = match status {
                401 => "authentication_error",
                403 => "permission_error",
                404 => "not_found_error",
                429 => "rate_limit_error",
                500 => "api_error",
                _ => "invalid_request_error",
            };
            assert_eq!(body["type"], "error");
            assert_eq!(body["error"]["type"], kind);
            assert!(body["request_id"].as_str().unwrap().starts_with("req_"));
        }
        "openrouter" => assert_eq!(body["error"]["code"], status),
        _ => {
            let fields: Vec<&String> = body["error"].as_object().unwrap().keys().collect();
            assert_eq!(fields, ["code", "message", "param", "type"]);
        }
    }
    let message = body["error"]["message"].as_str().unwrap();
    assert!(message.contains(words), "{id}: {message}");
}

#[tokio::test]
async fn a_wrong_key_is_refused_everywhere() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    for (id, stream) in streams() {
        let url = format!("{}{}", provider(&town, id).base_url, good(id, stream));
        let words = match id {
            "openai" => "API key",
            "anthropic" => "invalid x-api-key",
            _ => "",
        };
        check_error(id, &send("GET", &url, &[]).await, 401, words);
        let key = provider(&town, id).key;
        for wrong in [format!("{key}x"), key.to_lowercase(), "short".to_owned()] {
            let reply = get_with(&town, id, &wrong, &good(id, stream)).await;
            check_error(id, &reply, 401, words);
            assert!(!reply.body.contains(&wrong), "the key is not repeated: {}", reply.body);
        }
        assert_eq!(get(&town, id, &good(id, stream)).await.status, 200, "{id}/{stream}");
    }
    let counts = town.request_counts();
    assert!(streams().iter().all(|(id, stream)| counts[&format!("{id}/{stream}")] == 5), "{counts:?}");
}

#[tokio::test]
async fn a_key_of_the_wrong_kind_is_told_apart_where_the_provider_does() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    for (id, stream) in streams() {
        let ordinary = provider(&town, id).ordinary_key;
        let reply = get_with(&town, id, &ordinary, &good(id, stream)).await;
        match (id, stream) {
            ("openai", _) => check_error(id, &reply, 403, "Missing scopes: api.usage.read"),
            ("anthropic", _) => check_error(id, &reply, 401, "invalid x-api-key"),
            ("openrouter", "key") => {
                assert_eq!(reply.status, 200);
                let data = &reply.json()["data"];
                assert_eq!(data["is_management_key"], false);
                assert!(data["limit_remaining"].is_number());
                let own = get(&town, id, "/key").await.json();
                assert_eq!(own["data"]["is_management_key"], true);
                assert_eq!(own["data"]["limit"], serde_json::Value::Null);
            }
            _ => check_error(id, &reply, 403, "Only management keys"),
        }
    }
}

#[tokio::test]
async fn other_methods_and_paths_are_refused() {
    let town = open(Person::Student, 7, NOW, &[]).await;
    for (id, stream) in streams() {
        let key = provider(&town, id).key;
        let headers = key_headers(id, &key);
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let url = format!("{}{}", provider(&town, id).base_url, good(id, stream));
        let reply = send("DELETE", &url, &headers).await;
        check_error(id, &reply, 405, "ethod");
        assert_eq!(reply.headers["allow"], "GET");
    }
    for id in ["openai", "anthropic", "openrouter"] {
        check_error(id, &get(&town, id, "/organization/nothing").await, 404, "");
    }
    assert_eq!(send("GET", &format!("http://{}/openaix/v1", town.address()), &[]).await.status, 404);
}

#[tokio::test]
async fn a_bad_query_is_refused() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    let usage = "/organization/usage/completions";
    let messages = "/v1/organizations/usage_report/messages?starting_at=2026-11-01T00:00:00Z";
    let report = "/v1/organizations/cost_report?starting_at=2026-11-01T00:00:00Z";
    let cases: &[(&str, String, &str)] = &[
        ("openai", usage.to_owned(), "start_time"),
        ("openai", format!("{usage}?start_time=soon"), "start_time"),
        ("openai", format!("{usage}?start_time=-5"), "start_time"),
        ("openai", format!("{usage}?start_time=5&start_time=6"), "start_time"),
        ("openai", format!("{usage}?start_time=1790000000&end_time=1790000000"), "end_time"),
        ("openai", format!("{usage}?start_time=5&limit=32"), "between 1 and 31"),
        ("openai", format!("{usage}?start_time=5&limit=0"), "limit"),
        ("openai", format!("{usage}?start_time=5&bucket_width=1h&limit=169"), "between 1 and 168"),
        ("openai", format!("{usage}?start_time=5&bucket_width=1m&limit=1441"), "between 1 and 1440"),
        ("openai", format!("{usage}?start_time=5&bucket_width=1w"), "1w"),
        ("openai", format!("{usage}?start_time=5&group_by[]=line_item"), "line_item"),
        ("openai", format!("{usage}?start_time=5&batch=maybe"), "maybe"),
        ("openai", format!("{usage}?start_time=5&colour=red"), "colour"),
        ("openai", format!("{usage}?start_time=5&page=page_nonsense"), "ursor"),
        ("openai", "/organization/usage/images?start_time=5&sizes[]=9x9".to_owned(), "9x9"),
        ("openai", "/organization/usage/vector_stores?start_time=5&group_by=model".to_owned(), "model"),
        ("openai", "/organization/costs?start_time=5&bucket_width=1h".to_owned(), "1h"),
        ("openai", "/organization/costs?start_time=5&group_by=model".to_owned(), "model"),
        ("openai", "/organization/costs?start_time=5&limit=181".to_owned(), "between 1 and 180"),
        ("anthropic", "/v1/organizations/cost_report".to_owned(), "starting_at: Field required"),
        ("anthropic", "/v1/organizations/cost_report?starting_at=2026-11-01".to_owned(), "RFC 3339"),
        ("anthropic", format!("{report}&bucket_width=1h"), "bucket_width"),
        ("anthropic", format!("{report}&group_by[]=model"), "group_by"),
        ("anthropic", format!("{report}&models[]=claude"), "models[]"),
        ("anthropic", format!("{report}&ending_at=2026-10-01T00:00:00Z"), "ending_at"),
        ("anthropic", format!("{report}&limit=32"), "limit: Input should be less than or equal to 31"),
        ("anthropic", format!("{messages}&bucket_width=1h&limit=169"), "less than or equal to 168"),
        ("anthropic", format!("{messages}&limit=0"), "greater than or equal to 1"),
        ("anthropic", format!("{messages}&limit=ten"), "integer"),
        ("anthropic", format!("{messages}&group_by[]=colour"), "group_by"),
        ("anthropic", format!("{messages}&group_by=model"), "group_by"),
        ("anthropic", format!("{messages}&group_by[]=speed"), "anthropic-beta"),
        ("anthropic", format!("{messages}&page=page_nonsense"), "ursor"),
        ("openrouter", "/activity?date=2026-11-20".to_owned(), "last 30"),
        ("openrouter", "/activity?date=2026-10-20".to_owned(), "last 30"),
        ("openrouter", "/activity?date=yesterday".to_owned(), "YYYY-MM-DD"),
        ("openrouter", "/activity?group_by=model".to_owned(), "workspace"),
        ("openrouter", "/activity?api_key_hash=12".to_owned(), "SHA-256"),
        ("openrouter", "/activity?page=2".to_owned(), "page"),
        ("openrouter", "/credits?date=2026-11-19".to_owned(), ""),
    ];
    for (id, path, words) in cases {
        check_error(id, &get(&town, id, path).await, 400, words);
    }
    check_error("openrouter", &get(&town, "openrouter", "/activity?user_id=nobody").await, 404, "");
    let report = format!("{}{report}", provider(&town, "anthropic").base_url);
    let key = provider(&town, "anthropic").key;
    check_error("anthropic", &send("GET", &report, &[("x-api-key", &key)]).await, 400, "anthropic-version");
    let old = [("x-api-key", key.as_str()), ("anthropic-version", "2020-01-01")];
    check_error("anthropic", &send("GET", &report, &old).await, 400, "2020-01-01");
}

#[tokio::test]
async fn a_cursor_of_another_query_is_refused() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    for (id, stream, other) in [
        ("openai", "costs", "&group_by[]=line_item"),
        ("openai", "usage_completions", "&models[]=gpt-6-luna"),
        ("anthropic", "cost_report", "&group_by[]=description"),
        ("anthropic", "usage_report_messages", "&group_by[]=model"),
    ] {
        let path = good(id, stream);
        let first = Tree::read(&get(&town, id, &path).await.body);
        let Tree::Text(cursor) = first.get("next_page") else { panic!("{stream} has two pages") };
        let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
        let second = get(&town, id, &format!("{path}&page={cursor}")).await;
        assert_eq!((second.status, Tree::read(&second.body).get("data").list().len()), (200, 2));
        check_error(id, &get(&town, id, &format!("{path}{other}&page={cursor}")).await, 400, "ursor");
        check_error(
            id,
            &get(&town, id, &format!("{}&page={cursor}", path.replace("=5", "=4"))).await,
            400,
            "ursor",
        );
    }
}

#[tokio::test]
async fn the_town_says_where_it_is_and_its_keys_look_true() {
    let town = open(Person::Freelancer, 7, NOW, &[]).await;
    let told = town.announcement();
    assert_eq!(told["now"], NOW);
    let ids: Vec<&str> = town.providers().iter().map(|provider| provider.id).collect();
    assert_eq!(ids[..4], ["openai", "anthropic", "gcp.gemini", "openrouter"], "in display order");
    for (id, path, prefix, ordinary) in [
        ("openai", "/openai/v1", "sk-admin-", "sk-proj-"),
        ("anthropic", "/anthropic", "sk-ant-admin01-", "sk-ant-api03-"),
        ("openrouter", "/openrouter/api/v1", "sk-or-v1-", "sk-or-v1-"),
    ] {
        let provider = provider(&town, id);
        assert_eq!(told["providers"][id]["baseUrl"], format!("http://{}{path}", town.address()));
        assert_eq!(told["providers"][id]["key"], provider.key);
        assert!(provider.key.starts_with(prefix) && provider.ordinary_key.starts_with(ordinary));
        assert!(provider.key != provider.ordinary_key && provider.key.len() > 60);
        assert!(provider.key.contains("simulated") && provider.ordinary_key.contains("simulated"));
    }
    let other = open(Person::Freelancer, 8, NOW, &[]).await;
    assert_ne!(provider(&town, "openai").key, provider(&other, "openai").key, "keys follow from the seed");
    town.shutdown().await;
}

#[tokio::test]
async fn the_town_stays_on_loopback_and_closes() {
    let options = |listen: SocketAddr| TownOptions {
        listen,
        person: Person::Student,
        seed: 1,
        now: at(NOW),
        faults: Vec::new(),
    };
    let refused = serve(options(([0, 0, 0, 0], 0).into())).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
    let town: Town = open(Person::Student, 1, NOW, &[]).await;
    let address = town.address();
    town.shutdown().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
