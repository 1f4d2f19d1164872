//! Signature V4, and what the provider of it is asked in its bodies.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::{Value, json};

use super::{NOW, Reply, field, open, provider, send};
use crate::{Fault, Town};

const DAY: &str = r#"{"Day":"2026-11-01","Granularity":"DAILY"}"#;

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
    let mut claimed = headers.clone();
    for (_, value) in claimed.iter_mut().filter(|(name, _)| name == "authorization") {
        *value = value.replace("us-east-1", "eu-north-1");
    }
    assert_eq!(post(&url, &claimed, DAY).await.status, 400, "another region in words");
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
