//! Each check of the engine is passed by a true client and not by one that does a single thing wrong.

mod granted;
mod signed;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Fault, Person, Town, TownOptions, TownProvider, serve};

const NOW: &str = "2026-11-20T14:37:00Z";
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
async fn a_key_is_shown_in_the_way_of_the_stream_and_in_no_other() {
    let town = open(&[]).await;
    let there = provider(&town, "probe-words");
    let ways = |key: &str| {
        [
            ("bearer", ("authorization", format!("Bearer {key}"))),
            ("scheme", ("authorization", format!("Token {key}"))),
            ("header", ("xi-api-key", key.to_owned())),
            ("basic", ("authorization", format!("Basic {}", STANDARD.encode(format!("{key}:"))))),
        ]
    };
    let get = async |path: &str, (name, value): (&str, &str)| {
        send("GET", &format!("{}/{path}", there.base_url), &[(name, value)], "").await.status
    };
    for (path, _) in ways("") {
        for (way, (name, value)) in ways(&there.key) {
            let status = if way == path { 200 } else { 401 };
            assert_eq!(get(path, (name, &value)).await, status, "{path} by {way}");
        }
        for (way, (name, value)) in ways(&there.ordinary_key).into_iter().filter(|(way, _)| *way == path) {
            assert_eq!(get(path, (name, &value)).await, 403, "{way}");
        }
        for (way, (name, value)) in ways("wk-wrong").into_iter().filter(|(way, _)| *way == path) {
            assert_eq!(get(path, (name, &value)).await, 401, "{way}");
        }
    }
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:password", there.key)));
    assert_eq!(get("basic", ("authorization", &basic)).await, 401, "a password that there is not");
    assert_eq!(get("scheme", ("authorization", &format!("token {}", there.key))).await, 401);

    let login = provider(&town, "probe-login");
    let url = format!("{}/windows", login.base_url);
    let bearer = format!("Bearer {}", field(&login.key, "token"));
    assert_eq!(send("GET", &url, &[("authorization", &bearer)], "").await.status, 200);
    let whole = format!("Bearer {}", login.key);
    assert_eq!(
        send("GET", &url, &[("authorization", &whole)], "").await.status,
        401,
        "the field, not the object"
    );
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
