//! The webhook: signed, tried until it takes, and nothing of its address outside of the keychain.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use spendglass_core::api::{App, Config, Request, Told, handle};
use spendglass_core::time::{Clock, Timestamp, Zone};
use spendglass_core::vault::Vault;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::{Stage, sent};
use crate::house::ask;

/// Takes messages on loopback, answers each with the next status, and hands on what came.
async fn taker(statuses: &'static [u16]) -> (String, mpsc::UnboundedReceiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/hook?token=t0ken", listener.local_addr().unwrap());
    let (hand, came) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for status in statuses {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            let (head, body) = loop {
                let mut piece = [0; 4_096];
                let read = stream.read(&mut piece).await.unwrap();
                bytes.extend_from_slice(&piece[..read]);
                let text = String::from_utf8(bytes.clone()).unwrap();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                    if body.len() == length.parse::<usize>().unwrap() {
                        break (head.to_owned(), body.to_owned());
                    }
                }
            };
            let location = if *status == 302 { "location: http://127.0.0.1:9/\r\n" } else { "" };
            let answer =
                format!("HTTP/1.1 {status} X\r\n{location}content-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            hand.send((head, body)).unwrap();
        }
    });
    (address, came)
}

#[tokio::test]
async fn a_webhook_is_signed_and_tried_until_it_takes() {
    const SECRET: &str = "s3cret-of-the-webhook";
    let (url, mut came) = taker(&[200, 500, 302, 204]).await;
    let stage = Stage::new(None).await;
    // What fell due before there was a webhook is not sent.
    stage.raise("before").await;
    stage.later(1);
    let set = stage.ask(json!({"method": "setWebhook", "params": {"url": url, "secret": SECRET}})).await;
    let shown = format!("{}/…", url.split("/hook").next().unwrap());
    assert_eq!(set, json!({"url": shown, "signed": true, "last": null}), "the path is a secret, too");
    let tested = stage.ask(json!({"method": "testAlert"})).await;
    assert_eq!(tested["deliveries"][0]["receipt"], "200");
    let (head, body) = came.recv().await.unwrap();
    assert!(head.starts_with("POST /hook?token=t0ken HTTP/1.1"), "{head}");
    let read: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&read["test"], &read["id"]), (&json!(true), &json!(0)));

    let id = stage.raise("one").await;
    let mut outcomes = Vec::new();
    for minute in 0..4 {
        for told in stage.tick().await {
            match told {
                Told::Delivered { channel, .. } => outcomes.push((minute, channel.to_owned())),
                Told::Undelivered { problem, .. } => outcomes.push((minute, problem)),
                _ => {}
            }
        }
        stage.later(60);
    }
    let said: Vec<_> = outcomes.iter().map(|(minute, said)| (*minute, said.as_str())).collect();
    assert_eq!(said[0], (0, "The webhook answered with status 500: look there what is wrong."));
    assert_eq!(said[1], (1, "127.0.0.1 redirects to http://127.0.0.1:9: set that address, if it is yours."));
    assert_eq!(said[2], (3, "webhook"));
    let mut last = None;
    while let Ok(message) = came.try_recv() {
        last = Some(message);
    }
    let (head, body) = last.unwrap();
    let read: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        read,
        json!({"id": id, "rule": "spike", "subject": "day:one:9999-01-01", "step": "USD", "level": "warning", "title": "one",
            "body": "Body of one", "account": null, "raisedAt": "2026-11-18T09:00:01Z", "dueAt": "2026-11-18T09:00:01Z",
            "test": false, "text": "one\nBody of one"})
    );
    let signature = head.lines().find_map(|line| line.strip_prefix("x-spendglass-signature: ")).unwrap();
    let at = "2026-11-18T09:03:01Z".parse::<Timestamp>().unwrap().unix();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    assert_eq!(signature, format!("t={at},v1={:x}", mac.finalize().into_bytes()));
    let row = stage.row(id).await;
    assert_eq!(row["deliveries"][0]["receipt"], "204");
    let webhook = stage.ask(json!({"method": "webhook"})).await;
    assert_eq!(webhook["last"]["delivered"], true);

    // Another address of the same taker keeps the secret, and so does what is shown of it; another taker never gets it.
    for same in [url.replace("t0ken", "an0ther"), shown] {
        let kept = stage.ask(json!({"method": "setWebhook", "params": {"url": same}})).await;
        assert_eq!(kept["signed"], true);
    }
    let elsewhere = json!({"method": "setWebhook", "params": {"url": "https://ntfy.example.org/t0pic"}});
    let moved = stage.ask(elsewhere.clone()).await;
    assert_eq!((&moved["url"], &moved["signed"]), (&json!("https://ntfy.example.org/…"), &json!(false)));
    // A secret alone is for the address that is kept.
    let signed = stage.ask(json!({"method": "setWebhook", "params": {"secret": SECRET}})).await;
    assert_eq!((&signed["url"], &signed["signed"]), (&moved["url"], &json!(true)));
    assert_eq!(stage.ask(elsewhere).await["signed"], true);
    let gone = stage.ask(json!({"method": "setWebhook", "params": {}})).await;
    assert_eq!(gone, json!({"url": null, "signed": false, "last": null}));
    stage.app.close().await;
    for file in std::fs::read_dir(stage.folder.path().join("data")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for kept in [SECRET, "t0ken", "an0ther", "t0pic"] {
            let lies = bytes.windows(kept.len()).any(|part| part == kept.as_bytes());
            assert!(!lies, "{kept} lies in the folder");
        }
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_by_its_field() {
    let stage = Stage::new(None).await;
    for (params, field) in [
        (json!({"url": "http://example.org/hook"}), "url"),
        (json!({"url": "ftp://example.org/hook"}), "url"),
        (json!({"url": "https://name:word@example.org/hook"}), "url"),
        (json!({"url": "https://example.org/hook#part"}), "url"),
        (json!({"url": "hook"}), "url"),
        (json!({"url": "https://example.org", "secret": "short"}), "secret"),
        (json!({"secret": "long-enough-secret"}), "url"),
    ] {
        let request = serde_json::from_value(json!({"method": "setWebhook", "params": params})).unwrap();
        let error = handle(&stage.app, request).await.unwrap_err();
        assert_eq!(error.field.as_deref(), Some(field), "{params}");
        assert!(
            !error.message.contains("word@") && !error.message.contains("long-enough"),
            "{}",
            error.message
        );
    }
    stage.app.close().await;
}

/// Where no keychain is, there is nowhere to keep the address.
#[tokio::test]
async fn without_a_keychain_there_is_no_webhook() {
    let folder = tempfile::tempdir().unwrap();
    let none = Arc::new(|| Err(keyring_core::Error::NoDefaultStore));
    let config = Config {
        data_dir: folder.path().join("data"),
        vault: Vault::over("none", none),
        clock: Clock::Held(Arc::new(AtomicI64::new(0))),
        zone: Some(Zone::UTC),
        sample: None,
    };
    let app = App::open(config).await.unwrap();
    let set = json!({"method": "setWebhook", "params": {"url": "https://example.org/t0ken"}});
    let error = handle(&app, serde_json::from_value(set).unwrap()).await.unwrap_err();
    assert!(error.message.contains("keychain") && !error.message.contains("t0ken"), "{}", error.message);
    assert_eq!(ask(&app, Request::Webhook).await["url"], Value::Null);
    app.close().await;
}

/// The person puts it off in the window while the webhook takes its time.
#[tokio::test]
async fn what_is_put_off_while_it_is_delivered_comes_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let stage = Stage::new(None).await;
    stage.ask(json!({"method": "setWebhook", "params": {"url": url}})).await;
    let id = stage.raise("one").await;
    let take = async |puts_off: bool| {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut text = String::new();
        while !text.ends_with('}') {
            let mut piece = [0; 4_096];
            let read = stream.read(&mut piece).await.unwrap();
            text.push_str(std::str::from_utf8(&piece[..read]).unwrap());
        }
        if puts_off {
            let answer = json!({"id": id, "answer": {"do": "snooze", "hours": 24}});
            stage.ask(json!({"method": "answerAlert", "params": answer})).await;
        }
        stream.write_all(b"HTTP/1.1 204 X\r\nconnection: close\r\n\r\n").await.unwrap();
    };
    tokio::join!(stage.tick(), take(true));
    assert_eq!(stage.row(id).await["state"], "snoozed");
    stage.later(86_399);
    assert_eq!(sent(&stage.tick().await), []);
    stage.later(1);
    let (told, ()) = tokio::join!(stage.tick(), take(false));
    assert_eq!(sent(&told), [("webhook", "one")]);
    stage.app.close().await;
}
