//! Subscriptions by the login of the vendor's own tool: what is read of the file, and what makes it useless.

use std::fs;
use std::process::Output;

use serde_json::{Value, json};
use spendglass_core::providers::{FileParts, Intake, Login, LoginError, find};

use crate::children::{child, said};
use crate::fixtures;

/// Noon of 10 September 2026, in Unix milliseconds.
const NOW: i64 = 1_789_041_600_000;

fn login(provider: &str) -> Login {
    match find(provider).unwrap().keys[0].intake {
        Intake::Login(login) => login,
        other => panic!("{provider}: {other:?}"),
    }
}

fn read(provider: &str, file: &Value) -> Result<FileParts, LoginError> {
    (login(provider).read)(&file.to_string(), NOW)
}

fn claude(expires_at: i64, scopes: &[&str]) -> Value {
    json!({"claudeAiOauth": {"accessToken": "invented-access", "refreshToken": "invented-refresh", "expiresAt": expires_at,
        "scopes": scopes, "subscriptionType": "max", "rateLimitTier": "default_claude_max_5x"}, "mcpOAuth": {}})
}

#[test]
fn the_login_of_claude_code_is_taken_without_what_renews_it() {
    let parts = read("claude_subscription", &claude(NOW + 1, &["user:inference", "user:profile"])).unwrap();
    assert_eq!(
        parts.secret.into_iter().collect::<Vec<_>>(),
        [("token".to_owned(), "invented-access".to_owned())]
    );
    assert_eq!(parts.details["plan"], "max");
    assert_eq!(parts.details["tier"], "default_claude_max_5x");
    // It ends in milliseconds, not in seconds.
    assert_eq!(read("claude_subscription", &claude(NOW, &["user:profile"])), Err(LoginError::Expired));
    assert_eq!(
        read("claude_subscription", &claude(NOW / 1_000, &["user:profile"])),
        Err(LoginError::Expired)
    );
    assert_eq!(read("claude_subscription", &claude(NOW + 1, &["user:inference"])), Err(LoginError::NoScope));
    // The file may hold the logins of other servers alone.
    assert_eq!(read("claude_subscription", &json!({"mcpOAuth": {"a": {}}})), Err(LoginError::SignedOut));
    assert_eq!(
        read("claude_subscription", &json!({"claudeAiOauth": {"token": 7}})),
        Err(LoginError::Changed)
    );
    assert_eq!((login("claude_subscription").read)("", NOW), Err(LoginError::Changed));
}

#[test]
fn the_login_of_codex_is_one_of_an_account_not_an_api_key() {
    let token = |claims: &str| {
        use base64::Engine as _;
        format!("invented.{}.sign", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims))
    };
    let file = |token: &str| {
        json!({"OPENAI_API_KEY": null, "tokens": {"id_token": "i", "access_token": token,
        "refresh_token": "r", "account_id": "acc-1"}, "last_refresh": "2026-09-01T00:00:00Z"})
    };
    let (later, past) = (token(r#"{"exp":1789041601}"#), token(r#"{"exp":1789041600}"#));
    let parts = read("chatgpt_subscription", &file(&later)).unwrap();
    assert_eq!((parts.secret["token"].as_str(), parts.secret.len()), (later.as_str(), 1));
    assert_eq!(parts.details["account_id"], "acc-1");
    assert_eq!(read("chatgpt_subscription", &file(&past)), Err(LoginError::Expired));
    // A token that says no end, or says it in another way, is tried.
    assert!(read("chatgpt_subscription", &file("opaque")).is_ok());
    let by_key = json!({"OPENAI_API_KEY": "an-api-key", "tokens": null});
    assert_eq!(read("chatgpt_subscription", &by_key), Err(LoginError::SignedOut));
    assert_eq!(read("chatgpt_subscription", &json!({"tokens": []})), Err(LoginError::Changed));
}

#[test]
fn the_login_of_gemini_cli_lasts_an_hour() {
    let file = |expires: i64| {
        json!({"access_token": "invented", "refresh_token": "r", "id_token": "i",
        "expiry_date": expires, "token_type": "Bearer", "scope": "s"})
    };
    let parts = read("gemini_cli", &file(NOW + 1)).unwrap();
    assert_eq!((parts.secret["token"].as_str(), parts.secret.len()), ("invented", 1));
    assert_eq!(read("gemini_cli", &file(NOW)), Err(LoginError::Expired));
    assert_eq!(read("gemini_cli", &json!({"refresh_token": "r"})), Err(LoginError::SignedOut));
}

#[test]
fn a_page_for_a_browser_is_no_refusal_and_an_unserved_client_is_one() {
    let chatgpt = find("chatgpt_subscription").unwrap();
    assert_eq!((chatgpt.meaning)(403, b"\n<!DOCTYPE html><title>Just a moment</title>"), 503);
    assert_eq!((chatgpt.meaning)(403, br#"{"detail":"no"}"#), 403);
    let gemini = find("gemini_cli").unwrap();
    let body = fixtures::read(gemini, "error.client");
    assert_eq!((gemini.meaning)(400, &body), 403);
    assert!((gemini.error_message)(&body).unwrap().contains("Standard and Enterprise only"));
}

/// The folder that the tool's own variable names, in a process of its own: the file is read and stays as it is.
#[test]
fn a_login_is_read_where_its_tool_keeps_it_and_left_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let run = |folder: Option<&std::path::Path>| -> Output {
        let mut child =
            child(&json!({"do": "login", "provider": "claude_subscription", "now": "2026-09-10T12:00:00Z"}));
        child.env("HOME", home.path()).env_remove("CLAUDE_CONFIG_DIR");
        if let Some(folder) = folder {
            child.env("CLAUDE_CONFIG_DIR", folder);
        }
        child.output().unwrap()
    };
    let none = said(&run(None)).join("\n");
    assert!(
        none.contains("Claude Code keeps no login on this machine") && none.contains("Run `claude`"),
        "{none}"
    );

    let text = claude(NOW + 60_000, &["user:profile"]).to_string();
    for (folder, named) in [(home.path().join(".claude"), false), (home.path().join("elsewhere"), true)] {
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(".credentials.json");
        fs::write(&file, &text).unwrap();
        let before = fs::metadata(&file).unwrap().modified().unwrap();
        let found = said(&run(named.then_some(folder.as_path()))).join("\n");
        assert!(found.contains("plan=max tier=default_claude_max_5x Secret(..)"), "{found}");
        assert!(!found.contains("invented"), "the login itself is not shown: {found}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), before);
        fs::remove_file(&file).unwrap();
    }
    assert_eq!(fs::read_dir(home.path().join(".claude")).unwrap().count(), 0, "nothing is left beside it");
}
