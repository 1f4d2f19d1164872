//! Every kind of fault does what it says, for every stream it makes sense for.

use std::collections::BTreeSet;
use std::time::Duration;

use spendglass_simulator::{Fault, KINDS, Kind, Person, Town};

use crate::client::{NOW, Reply, Tree, at, get, good, open, send, streams};

/// A stream, its good answer, and the town that is to spoil it.
struct Case<'a> {
    town: &'a Town,
    id: &'static str,
    stream: &'static str,
    path: String,
    good: Reply,
}

impl Case<'_> {
    async fn spoiled(&self) -> Reply {
        get(self.town, self.id, &self.path).await
    }

    async fn page(&self, cursor: &Tree) -> Tree {
        let Tree::Text(cursor) = cursor else { panic!("no cursor: {cursor:?}") };
        let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
        let reply = get(self.town, self.id, &format!("{}&page={cursor}", self.path)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        Tree::read(&reply.body)
    }
}

/// Plays `kind` on every stream that can have it; says on how many.
async fn play(kind: Kind, mut check: impl AsyncFnMut(&Case<'_>)) -> usize {
    let town = open(Person::Team, 7, NOW, &[]).await;
    let mut played = 0;
    for (id, stream) in streams() {
        let Ok(fault) = format!("{id}/{stream}={kind}").parse::<Fault>() else { continue };
        // Grouped, so that every field a fault could spoil is there.
        let path = match stream {
            "costs" => format!("{}&group_by[]=line_item", good(id, stream)),
            _ => good(id, stream),
        };
        town.set_faults(Vec::new());
        let good = get(&town, id, &path).await;
        town.set_faults(vec![fault]);
        check(&Case { town: &town, id, stream, path, good }).await;
        played += 1;
    }
    played
}

#[tokio::test]
async fn refusals() {
    for (name, status, retry) in [
        ("401", 401, None),
        ("403", 403, None),
        ("404", 404, None),
        ("429", 429, None),
        ("429-retry-after", 429, Some("1")),
        ("429-retry-after-0", 429, Some("0")),
        ("429-retry-after-long", 429, Some("3600")),
        ("500", 500, None),
    ] {
        let played = play(name.parse().unwrap(), async |case| {
            let reply = case.spoiled().await;
            assert_eq!(reply.status, status);
            assert_eq!(reply.headers.get("retry-after").map(String::as_str), retry);
            assert!(reply.json()["error"]["message"].is_string(), "{}", reply.body);
        });
        assert_eq!(played.await, 17, "{name}");
    }
    let page = play("503".parse().unwrap(), async |case| {
        let reply = case.spoiled().await;
        assert_eq!((reply.status, reply.headers["content-type"].as_str()), (503, "text/html"));
    });
    assert_eq!(page.await, 17);
}

#[tokio::test]
async fn a_date_to_come_back_at() {
    let played = play(Kind::TooManyDate, async |case| {
        let reply = case.spoiled().await;
        assert_eq!(reply.status, 429);
        let date = chrono::DateTime::parse_from_rfc2822(&reply.headers["retry-after"]).unwrap();
        let sent = chrono::DateTime::parse_from_rfc2822(&reply.headers["date"]).unwrap();
        assert!(
            (0..=2).contains(&(date - sent.with_timezone(date.offset())).num_seconds()),
            "{:?}",
            reply.headers
        );
        assert!(reply.headers["retry-after"].ends_with(" GMT"));
    });
    assert_eq!(played.await, 17);
}

#[tokio::test]
async fn slow_answers_do_not_come_in_time() {
    let town = open(Person::Team, 7, NOW, &["openrouter/credits=slow*1"]).await;
    let wait = Duration::from_millis(300);
    assert!(tokio::time::timeout(wait, get(&town, "openrouter", "/credits")).await.is_err(), "no answer yet");
    assert_eq!(get(&town, "openrouter", "/credits").await.status, 200, "only the first is slow");
    assert_eq!(town.request_counts()["openrouter/credits"], 2);
}

#[tokio::test]
async fn latency_is_asked_for() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    town.set_latency(Duration::from_millis(40));
    let start = std::time::Instant::now();
    assert_eq!(get(&town, "openrouter", "/credits").await.status, 200);
    assert!(start.elapsed() >= Duration::from_millis(40));
}

#[tokio::test]
async fn spoiled_bodies() {
    let cut = play(Kind::CutBody, async |case| {
        let reply = case.spoiled().await;
        assert_eq!((reply.status, reply.promised()), (200, case.good.body.len()));
        assert_eq!(reply.body, case.good.body[..case.good.body.len() / 2], "half of it, then the end");
    });
    assert_eq!(cut.await, 17);
    let html = play(Kind::NotJson, async |case| {
        let reply = case.spoiled().await;
        assert_eq!(reply.status, 200);
        assert!(reply.headers["content-type"].starts_with("text/html"));
        assert!(serde_json::from_str::<serde_json::Value>(&reply.body).is_err());
    });
    assert_eq!(html.await, 17);
    let shape = play(Kind::WrongShape, async |case| {
        let (reply, list) =
            (case.spoiled().await, if case.stream == "organization_me" { "id" } else { "data" });
        let mut spoiled = reply.json();
        assert_eq!((reply.status, spoiled.get(list)), (200, None));
        let renamed = spoiled.as_object_mut().unwrap().remove("renamed").unwrap();
        assert_eq!(renamed, case.good.json()[list]);
    });
    assert_eq!(shape.await, 17);
    let extra = play(Kind::UnknownField, async |case| {
        let reply = case.spoiled().await;
        assert!(reply.body.contains("not_in_the_contract"));
        assert_eq!(
            without_extra(&Tree::read(&reply.body)),
            Tree::read(&case.good.body),
            "nothing else changed"
        );
    });
    assert_eq!(extra.await, 17);
}

fn without_extra(tree: &Tree) -> Tree {
    match tree {
        Tree::List(items) => Tree::List(items.iter().map(without_extra).collect()),
        Tree::Object(fields) => {
            assert!(fields.contains_key("not_in_the_contract"), "it is in every object");
            let kept = fields.iter().filter(|(name, _)| *name != "not_in_the_contract");
            Tree::Object(kept.map(|(name, value)| (name.clone(), without_extra(value))).collect())
        }
        other => other.clone(),
    }
}

#[tokio::test]
async fn broken_paging() {
    let endless = play(Kind::EndlessPaging, async |case| {
        let mut page = Tree::read(&case.spoiled().await.body);
        let mut cursors = BTreeSet::new();
        for _ in 0..40 {
            assert_eq!(page.get("has_more"), &Tree::Bool(true));
            assert!(cursors.insert(format!("{:?}", page.get("next_page"))), "a new one each time");
            page = case.page(page.get("next_page")).await;
        }
    });
    assert_eq!(endless.await, 13);
    let repeated = play(Kind::RepeatedCursor, async |case| {
        let first = Tree::read(&case.spoiled().await.body);
        let second = case.page(first.get("next_page")).await;
        let third = case.page(second.get("next_page")).await;
        assert_eq!(second.get("has_more"), &Tree::Bool(true));
        assert_eq!(first.get("next_page"), second.get("next_page"));
        assert_eq!(second, third);
    });
    assert_eq!(repeated.await, 13);
    let missing = play(Kind::MissingCursor, async |case| {
        let page = Tree::read(&case.spoiled().await.body);
        assert_eq!((page.get("has_more"), page.get("next_page")), (&Tree::Bool(true), &Tree::Nothing));
        assert_eq!(page.get("data"), Tree::read(&case.good.body).get("data"));
    });
    assert_eq!(missing.await, 13);
}

#[tokio::test]
async fn a_redirect_leads_into_the_trap() {
    let played = play(Kind::Redirect, async |case| {
        let reply = case.spoiled().await;
        assert_eq!(reply.status, 302);
        let place = reply.headers["location"].clone();
        assert!(place.starts_with("http://localhost:"), "{place}");
        assert!(!place.contains(&format!(":{}/", case.town.address().port())), "another port");
        assert!(place.ends_with(&case.path), "{place}");
        assert!(case.town.redirected_requests().is_empty(), "nobody went there");
    });
    assert_eq!(played.await, 17);
    let town = open(Person::Team, 7, NOW, &["anthropic/*=redirect"]).await;
    let place = get(&town, "anthropic", "/v1/organizations/me").await.headers["location"].clone();
    let place = place.replace("localhost", "127.0.0.1");
    send("GET", &place, &[("x-api-key", "secret")]).await;
    let trapped = town.redirected_requests();
    assert_eq!(trapped.len(), 1);
    assert!(trapped[0].starts_with("GET /anthropic/v1/organizations/me with "), "{trapped:?}");
    assert!(trapped[0].contains("x-api-key") && !trapped[0].contains("secret"), "{trapped:?}");
}

#[tokio::test]
async fn impossible_figures() {
    let currency = play(Kind::UnknownCurrency, async |case| {
        let reply = case.spoiled().await;
        assert_eq!(reply.body.matches("\"ZZZ\"").count(), 1, "{}", reply.body);
    });
    assert_eq!(currency.await, 2);
    let negative = play(Kind::NegativeCount, async |case| {
        let reply = case.spoiled().await;
        assert!(!case.good.body.contains(":-5,") && reply.body.contains(":-5"), "{}", reply.body);
    });
    assert_eq!(negative.await, 13);
    let huge = play(Kind::HugeNumber, async |case| {
        let reply = case.spoiled().await;
        let digits = "123456789012345678901234567890123456789";
        assert_eq!(reply.body.matches(digits).count(), 1, "{}", reply.body);
    });
    assert_eq!(huge.await, 16);
}

#[tokio::test]
async fn buckets_from_outside() {
    let played = play(Kind::OutsideWindow, async |case| {
        let (spoiled, good) = (Tree::read(&case.spoiled().await.body), Tree::read(&case.good.body));
        let (spoiled, good) = (spoiled.get("data").list(), good.get("data").list());
        assert_eq!(spoiled.len(), good.len() + 1, "{}", case.stream);
        let stray = spoiled.iter().find(|bucket| !good.contains(bucket)).unwrap();
        match (stray.get("start_time"), stray.get("starting_at"), stray.get("date")) {
            (Tree::Number(start), ..) => {
                assert_eq!(start.parse::<i64>().unwrap(), at("2026-11-12T00:00:00Z").timestamp());
            }
            (_, Tree::Text(start), _) => assert_eq!(start, "2026-11-12T00:00:00Z"),
            (.., Tree::Text(date)) => assert!(date.as_str() < "2026-10-01", "{date}"),
            other => panic!("{other:?}"),
        }
        assert!(
            stray.get("date") != &Tree::Nothing || !stray.get("results").list().is_empty(),
            "with rows in it"
        );
    });
    assert_eq!(played.await, 14);
}

#[tokio::test]
async fn a_fault_may_end_and_wait_for_something_to_spoil() {
    let town = open(Person::Team, 7, NOW, &["openai/*=500*2", "openai/costs=403*1"]).await;
    let path = good("openai", "costs");
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(get(&town, "openai", &path).await.status);
    }
    assert_eq!(seen, [500, 500, 403, 200], "one after the other");
    assert_eq!(get(&town, "openrouter", "/credits").await.status, 200, "others are left alone");

    town.set_faults(vec!["openai/costs=huge-number*1".parse().unwrap()]);
    let empty = "/organization/costs?start_time=946684800&end_time=946771200";
    assert!(
        !get(&town, "openai", empty).await.body.contains("1234567890123456789"),
        "an empty day has no number"
    );
    assert!(get(&town, "openai", &path).await.body.contains("1234567890123456789"), "so it waited");
    assert!(!get(&town, "openai", &path).await.body.contains("1234567890123456789"), "and is over");
}

#[tokio::test]
async fn a_wrong_key_is_refused_even_where_the_answer_would_be_spoiled() {
    let town = open(Person::Team, 7, NOW, &["openai/*=not-json"]).await;
    let reply = crate::client::get_with(&town, "openai", "wrong", &good("openai", "costs")).await;
    assert_eq!(reply.status, 401);
}

#[test]
fn every_kind_is_played_here() {
    let source = include_str!("faults.rs");
    for (name, kind) in KINDS.iter().zip(Kind::ALL) {
        let quoted = source.contains(&format!("\"{name}\"")) || source.contains(&format!("={name}*1\""));
        assert!(quoted || source.contains(&format!("Kind::{kind:?},")), "{name}");
    }
}
