//! Lists that anybody may fetch: model prices, plans and rates of exchange. They need no key, and an address of their own for each way
//! in which they go wrong: `/feeds/LIST/FAULT`, where `ok` is none.

use chrono::{DateTime, Datelike, TimeDelta, Utc, Weekday};
use hyper::header::{ETAG, HeaderValue, IF_NONE_MATCH};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

use crate::reply::{Reply, cut, text, whole};

/// The list that the program comes with: what a true list says of the same models.
const PRICES: &str = include_str!("../../core/data/prices/genai-prices.json");
/// A model that only the fetched list has, of its first provider, which is Anthropic.
const NEW_MODEL: &str =
    r#""models":[{"id":"town-1","match":{"equals":"town-1"},"prices":{"input_mtok":1,"output_mtok":2}},"#;
/// The plans that the program comes with, and one that only the fetched file has.
const PLANS: &str = include_str!("../../core/data/plans.json");
const NEW_PLAN: &str = r#""plans": [{"id":"town/plan","provider":"town","product":"Town","name":"Plan","prices":[{"amount":"7","currency":"USD"}],"sources":["https://town.example"],"seen":"2026-11-18","confidence":"high","evidence":"official"},"#;
/// More than any list has.
const HUGE: usize = 9 * 1024 * 1024;

/// The answer of a list, where the path is one's.
pub(crate) fn reply(head: &Parts, now: DateTime<Utc>) -> Option<Reply> {
    let rest = head.uri.path().strip_prefix("/feeds/")?;
    let (list, fault) = rest.split_once('/').unwrap_or((rest, "ok"));
    let (kind, body) = match list {
        "prices" => ("application/json", prices(fault)),
        "plans" => ("application/json", plans(fault)),
        "ecb" => ("text/xml", ecb(now, fault)),
        "frankfurter" => ("application/json", frankfurter(now, fault)),
        _ => return None,
    };
    if head.method != Method::GET {
        return Some(text(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "GET only\n"));
    }
    let tag = format!("\"{list}-{fault}-{}\"", now.date_naive().format("%Y%m%d"));
    Some(match fault {
        "ok" | "absurd" | "ahead" | "wrong" => {
            let known =
                head.headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
            let mut reply = if known {
                whole(StatusCode::NOT_MODIFIED, kind, Vec::new().into())
            } else {
                whole(StatusCode::OK, kind, body.into())
            };
            if let Ok(tag) = HeaderValue::try_from(tag) {
                reply.headers_mut().insert(ETAG, tag);
            }
            reply
        }
        "empty" => whole(StatusCode::OK, kind, "[]".into()),
        "500" => text(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "out of order\n"),
        "404" => text(StatusCode::NOT_FOUND, "text/plain", "nothing here\n"),
        "cut" => cut(&body.into()),
        "html" => {
            text(StatusCode::OK, "text/html", "<!doctype html><html><body>Please sign in.</body></html>\n")
        }
        "huge" => whole(StatusCode::OK, kind, vec![b' '; HUGE].into()),
        _ => return None,
    })
}

/// The list with a model more; absurd: with one price a thousandfold, wherever it stands.
fn prices(fault: &str) -> String {
    let mut body = PRICES.replacen("\"models\":[", NEW_MODEL, 1);
    if fault == "absurd" {
        body = body.replace("\"input_mtok\":2.5,", "\"input_mtok\":2500,");
    }
    body
}

/// The plans with one more; absurd: with a price a hundredfold, and wrong: with one that is no number.
fn plans(fault: &str) -> String {
    let body = PLANS.replacen("\"plans\": [", NEW_PLAN, 1);
    let price = "\"amount\": \"20\", \"currency\": \"USD\"";
    match fault {
        "absurd" => body.replace(price, "\"amount\": \"2000\", \"currency\": \"USD\""),
        "wrong" => body.replace(price, "\"amount\": \"twenty\", \"currency\": \"USD\""),
        _ => body,
    }
}

/// The last day up to one on which rates are published.
fn published(now: DateTime<Utc>, fault: &str) -> String {
    let mut day = now.date_naive();
    while matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        day -= TimeDelta::days(1);
    }
    if fault == "ahead" {
        day += TimeDelta::days(30);
    }
    day.format("%Y-%m-%d").to_string()
}

/// One euro in other currencies, invented but near the truth; absurd: a hundredfold.
fn ecb(now: DateTime<Utc>, fault: &str) -> String {
    let rupees = if fault == "absurd" { "10560.5" } else { "105.605" };
    let day = published(now, fault);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gesmes:Envelope xmlns:gesmes=\"http://www.gesmes.org/xml/2002-08-01\">\
         <Cube><Cube time='{day}'><Cube currency='USD' rate='1.1'/><Cube currency='INR' rate='{rupees}'/>\
         <Cube currency='GBP' rate='0.835'/></Cube></Cube></gesmes:Envelope>\n"
    )
}

fn frankfurter(now: DateTime<Utc>, fault: &str) -> String {
    let rupees = if fault == "absurd" { "0.96" } else { "96.4" };
    let day = published(now, fault);
    format!(
        "[{{\"date\":\"{day}\",\"base\":\"USD\",\"quote\":\"INR\",\"rate\":{rupees}}},\
         {{\"date\":\"{day}\",\"base\":\"USD\",\"quote\":\"NGN\",\"rate\":1450.25}}]"
    )
}
