//! The door under bad input: every wrong way to give a key says what is wrong, keeps nothing, and repeats nothing.

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ErrorCode, Request, handle};
use spendglass_core::time::Clock;
use spendglass_core::vault::Vault;
use spendglass_simulator::Person;

use super::road::NOW;
use crate::house::open_town;

async fn open(folder: &std::path::Path) -> App {
    let (data_dir, vault, clock) = (folder.join("data"), Vault::memory(), Clock::Fixed(NOW.parse().unwrap()));
    App::open(Config { data_dir, vault, clock, zone: None, sample: None }).await.unwrap()
}

async fn call(app: &App, method: &str, params: Value) -> Result<Value, (ErrorCode, String)> {
    let request: Request = serde_json::from_value(json!({ "method": method, "params": params })).unwrap();
    match handle(app, request).await {
        Ok(answer) => Ok(serde_json::to_value(answer).unwrap()["result"].take()),
        Err(error) => Err((error.code, error.message)),
    }
}

/// The window asks on threads of its own.
#[tokio::test]
async fn an_answer_may_be_awaited_on_any_thread() {
    fn is_send<T: Send>(future: T) -> T {
        future
    }
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path()).await;
    assert!(is_send(handle(&app, Request::Accounts)).await.is_ok());
}

/// Asks for accounts that cannot be: each refusal has its code and words, repeats nothing of a key, and keeps nothing.
async fn refused(ways: impl IntoIterator<Item = (Value, ErrorCode, &'static str)>) {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path()).await;
    for (params, code, words) in ways {
        let shown = params.to_string();
        let (told, message) = call(&app, "addAccount", params).await.expect_err(&shown);
        assert_eq!(told, code, "{shown}: {message}");
        assert!(message.to_lowercase().contains(&words.to_lowercase()), "{shown}: {message}");
        for part in ["Tn4Yq81", "Rb7Wc5"] {
            assert!(!message.contains(part), "{message}");
        }
    }
    assert_eq!(call(&app, "accounts", Value::Null).await.unwrap(), json!([]));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_way_to_give_a_key_is_named() {
    use ErrorCode::{BadRequest, KeyMissing, WrongKeyKind};
    let key = "sk-admin-Tn4Yq81LmZx0Rb7Wc5Jd";
    refused([
        (json!({"provider": "openai"}), BadRequest, "exactly one"),
        (json!({"provider": "openai", "key": key, "keyEnv": "X"}), BadRequest, "exactly one"),
        (json!({"provider": "openai", "key": key, "withoutKey": true}), BadRequest, "exactly one"),
        (json!({"provider": key, "key": key}), BadRequest, "there is no provider \"[key]\""),
        (json!({"provider": "openai", "key": key, "kind": key}), BadRequest, "no kind of key \"[key]\""),
        (json!({"provider": "openai", "keyEnv": key}), BadRequest, "by its name"),
        (json!({"provider": "openai", "keyEnv": "SPENDGLASS_TEST_UNSET"}), KeyMissing, "is not set"),
        (json!({"provider": "openai", "key": key, "baseUrl": key}), BadRequest, "[key]"),
        (
            json!({"provider": "openai", "key": key, "details": {"secret": "Rb7Wc5JdTn4Yq81LmZx0"}}),
            BadRequest,
            "\"secret\" is nothing that is told",
        ),
        (
            json!({"provider": "openai", "key": key, "details": {(key): "x"}}),
            BadRequest,
            "\"[key]\" is nothing",
        ),
        (
            json!({"provider": "openai", "key": key, "details": {"region": "eu"}}),
            BadRequest,
            "\"region\" is nothing",
        ),
        (json!({"provider": "openai", "fields": {"token": key}}), BadRequest, "one text"),
        (
            json!({"provider": "openai", "key": "{\"token\": \"Tn4Yq81LmZx0\"}", "kind": "admin"}),
            BadRequest,
            "one text",
        ),
        (json!({"provider": "openai", "acceptLogin": true}), BadRequest, "not read by the login"),
        (
            json!({"provider": "openai", "key": "sk-proj-Tn4Yq81LmZx0Rb7Wc5Jd"}),
            WrongKeyKind,
            "cannot see cost",
        ),
        (
            json!({"provider": "openai", "withoutKey": true, "baseUrl": "https://owner:Tn4Yq81@road.example"}),
            BadRequest,
            "without a key",
        ),
        (
            json!({"provider": "openai", "withoutKey": true, "details": {"token": key}}),
            BadRequest,
            "without a key",
        ),
        (
            json!({"provider": "moonshot_ai", "key": "Tn4Yq81LmZx0Rb7Wc5Jd", "details": {"region": "mars"}, "baseUrl": "http://127.0.0.1:9"}),
            BadRequest,
            "no such region",
        ),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_way_to_give_parts_or_a_file_is_named() {
    use ErrorCode::{BadRequest, MoreNeeded, WrongKeyKind};
    let key = "sk-admin-Tn4Yq81LmZx0Rb7Wc5Jd";
    // A file whose kind is no text: what its reader did not like must not be repeated.
    let file = json!({"type": ["a"], "private_key": {"-----BEGIN PRIVATE KEY-----": 1}, "client_email": "Tn4Yq81LmZx0Rb7W"});
    let file = file
        .to_string()
        .replace("[\"a\"]", "\"service_account\"")
        .replace("{\"-----BEGIN PRIVATE KEY-----\":1}", "[\"Rb7Wc5JdTn4Yq81LmZx0\"]");
    let aws = json!({"access_key_id": "AKIATn4Yq81LmZx0", "secret_access_key": "Rb7Wc5JdTn4Yq81LmZx0"});
    refused([        (json!({"provider": "aws.bedrock", "key": "AKIATn4Yq81LmZx0"}), MoreNeeded, "several parts"),
        (
            json!({"provider": "aws.bedrock", "fields": {"access_key_id": "AKIATn4Yq81LmZx0"}}),
            MoreNeeded,
            "is missing",
        ),
        (
            json!({"provider": "aws.bedrock", "fields": {"access_key_id": "AKIA1", "secret_access_key": "Rb7Wc5", (key): "x"}}),
            BadRequest,
            "\"[key]\" is no part",
        ),
        (json!({"provider": "aws.bedrock", "fields": aws}), MoreNeeded, "--accept-cost"),
        (json!({"provider": "aws.bedrock", "key": aws.to_string()}), MoreNeeded, "--accept-cost"),
        (
            json!({"provider": "azure.ai.openai", "key": "Tn4Yq81LmZx0Rb7Wc5Jd~Tn4Yq81LmZx0Rb7Wc5Jd"}),
            MoreNeeded,
            "is needed too",
        ),
        (
            json!({"provider": "azure.ai.openai", "key": "Tn4Yq81LmZx0Rb7Wc5Jd~x", "details": {"tenant_id": "t", "client_id": "Tn4Yq81LmZx0Rb7Wc5Jd~x", "subscription_id": "s"}}),
            BadRequest,
            "\"client_id\" holds a part of the key",
        ),
        (json!({"provider": "gcp.gemini", "key": file}), BadRequest, "this file is no key of"),
        (
            json!({"provider": "gcp.gemini", "key": "Tn4Yq81LmZx0Rb7Wc5Jd", "kind": "service_account"}),
            MoreNeeded,
            "whole content",
        ),
        (
            json!({"provider": "groq", "key": "gsk_Tn4Yq81LmZx0Rb7Wc5JdTn4Yq81LmZx0Rb7Wc5Jd"}),
            WrongKeyKind,
            "--no-key",
        ),
        (
            json!({"provider": "claude_subscription", "key": "Tn4Yq81LmZx0Rb7Wc5Jd"}),
            BadRequest,
            "takes no key",
        ),
        (json!({"provider": "own", "key": "Tn4Yq81LmZx0Rb7Wc5Jd"}), MoreNeeded, "a description is needed"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_a_key_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, NOW).await;
    let app = open(folder.path()).await;
    let added =
        call(&app, "addAccount", json!({"provider": "openai", "withoutKey": true, "label": "By hand"}))
            .await
            .unwrap();
    assert_eq!((&added["state"], &added["keyPlace"]), (&"byHand".into(), &"nowhere".into()));
    for (method, params) in [("checkAccount", json!({"account": 1})), ("sync", json!({"account": 1}))] {
        let (code, message) = call(&app, method, params).await.unwrap_err();
        assert_eq!(code, ErrorCode::BadRequest);
        assert!(message.contains("has no key"), "{message}");
    }
    let all = call(&app, "sync", json!({})).await.unwrap();
    assert_eq!(all, json!({"accounts": [], "complete": true}));
    let doctor = call(&app, "doctor", Value::Null).await.unwrap();
    let findings = doctor["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["state"] != "fails"), "{findings:?}");
    assert!(findings.iter().any(|finding| finding["message"].as_str().unwrap().contains("no key")));
    call(&app, "overview", json!({"chartWidth": 600})).await.unwrap();

    // Its first key, and then another in the place of that.
    let told = town.providers().into_iter().find(|told| told.id == "openrouter").unwrap();
    let add = json!({"provider": "openrouter", "baseUrl": told.base_url, "key": told.ordinary_key});
    let added = call(&app, "addAccount", add).await.unwrap();
    let ordinary = added["keyKind"]["id"].clone();
    let replaced = call(&app, "replaceKey", json!({"account": 2, "key": told.key})).await.unwrap();
    assert_ne!(replaced["keyKind"]["id"], ordinary, "the new key is of the kind it looks or answers like");
    let parts = json!({"account": 2, "fields": {"token": "Tn4Yq81LmZx0"}});
    assert!(call(&app, "replaceKey", parts).await.unwrap_err().1.contains("one text"));
    app.close().await;
}

/// A variable holds what the person was given, at every sync anew: the parts of a key, or a file as it was made.
#[tokio::test(flavor = "multi_thread")]
async fn a_variable_may_hold_parts_or_a_file() {
    const KEY: &str = "SPENDGLASS_TEST_KEY";
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, NOW).await;
    for (account, (provider, detail)) in (1..).zip([("aws.bedrock", "x"), ("gcp.gemini", "project_id")]) {
        let told = town.providers().into_iter().find(|told| told.id == provider).unwrap();
        let mut given: Value = serde_json::from_str(&told.key).unwrap();
        if let Some(letters) = given["private_key"].as_str() {
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{letters}\n-----END PRIVATE KEY-----\n");
            let project = told.details.iter().find(|(name, _)| name == detail).unwrap().1.clone();
            given["private_key"] = pem.into();
            given["type"] = "service_account".into();
            given["project_id"] = project.into();
        }
        let params =
            json!({"provider": provider, "baseUrl": told.base_url, "keyEnv": KEY, "acceptCost": true});
        let add = json!({"method": "addAccount", "params": params});
        let same = |method: &str| json!({"method": method, "params": {"account": account}});
        let ask = |variable: &str, requests: &[Value]| {
            let task = json!({"do": "requests", "data": folder.path().join("data"), "now": NOW, "requests": requests});
            let output = crate::children::child(&task).env(KEY, variable).output().unwrap();
            let said = crate::children::said(&output);
            said.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
        };
        let pretty = serde_json::to_string_pretty(&given).unwrap();
        let answers = ask(&pretty, &[add, same("sync"), same("checkAccount")]);
        assert_eq!(answers[0]["keyPlace"], "variable", "{answers:?}");
        assert_eq!(answers[1]["complete"], true, "{answers:?}");
        assert_eq!(answers[2]["state"], "fresh", "{answers:?}");
        // Another key in the variable is not sent as if it were one of this kind.
        let answers = ask("Tn4Yq81LmZx0Rb7Wc5Jd", &[same("sync"), same("checkAccount")]);
        let message = answers[0]["accounts"][0]["streams"][0]["message"].as_str().unwrap();
        assert!(message.contains("holds no key of the kind"), "{answers:?}");
        assert!(answers[1]["error"].as_str().unwrap().contains("holds no key of the kind"), "{answers:?}");
    }
    let files = std::fs::read_dir(folder.path().join("data")).unwrap();
    let kept: Vec<u8> =
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap_or_default()).collect();
    for told in town.providers().iter().filter(|told| ["aws.bedrock", "gcp.gemini"].contains(&told.id)) {
        let given: std::collections::BTreeMap<String, String> = serde_json::from_str(&told.key).unwrap();
        for part in given.values().filter(|part| part.len() >= 16) {
            let part = &part.as_bytes()[..16];
            assert!(
                !kept.windows(16).any(|window| window == part),
                "a part of a key lies in the data folder"
            );
        }
    }
}
