//! Requests: plain, without a secret, to the provider's own places, and asked again by their cursor.

use spendglass_core::providers::{ALL, Details, Next, Part, Parts, Provider, Query, Request};
use spendglass_core::time::Timestamp;

use super::keys::key_shaped;
use super::{every_answer, said};
use crate::fixtures::{self, Said};

/// Every request that a provider's fixtures lead to, with the check's.
fn requests(provider: &'static Provider) -> Vec<Request> {
    let now: Timestamp = "2026-09-10T17:41:09Z".parse().unwrap();
    let answers = every_answer().filter(|fixture| fixture.provider.id == provider.id);
    let mut asked: Vec<Request> = answers.map(|fixture| fixture.request(&fixture.query)).collect();
    let older: Vec<Request> =
        asked.iter().filter(|asked| asked.has_older()).cloned().map(Request::older).collect();
    asked.extend(older);
    if let Some(check) = &provider.check {
        let details = fixtures::all().iter().find(|fixture| fixture.provider.id == provider.id);
        let details = details.map(|fixture| fixture.query.details.clone()).unwrap_or_default();
        asked.push((check.request)(&Query::snapshot(now, details)));
    }
    asked
}

#[test]
fn requests_are_plain_and_hold_no_secret() {
    for provider in ALL {
        for asked in requests(provider) {
            let Request { path, query, body, headers, origin, sign_as: _, else_path, otherwise: _ } = &asked;
            for path in [path.as_ref()].into_iter().chain(*else_path) {
                let at = format!("{}: {path}", provider.id);
                assert!(path.starts_with('/') && !path.contains(['?', '#', ' ', '\\']), "{at}");
                assert!(!path.split('/').any(|part| matches!(part, "." | "..")), "{at}");
                assert!(key_shaped(path).is_none(), "{at} holds a key");
            }
            for (name, value) in query {
                assert!(!name.is_empty() && !value.is_empty(), "{path}: an empty {name}");
                assert!(
                    key_shaped(value).is_none() && !secret_name(name),
                    "{path}: {name} may hold a secret"
                );
            }
            if let Some(body) = body {
                assert!(key_shaped(&body.text).is_none(), "{path}: what is posted may hold a key");
                let json: serde_json::Value = serde_json::from_str(&body.text).unwrap();
                let kinds = ["application/json", "application/x-amz-json-1.1"];
                assert!(kinds.contains(&body.kind), "{path}: {}", body.kind);
                assert_eq!(secret_field(&json), None, "{path}: what is posted may hold a secret");
            }
            for (name, value) in headers {
                header(provider, name, value);
            }
            if let Some(origin) = origin {
                assert!(provider.origins.contains(origin), "{path}: {origin} is not listed in `origins`");
            }
        }
        for (name, value) in provider.headers {
            header(provider, name, value);
        }
    }
}

fn header(provider: &Provider, name: &str, value: &str) {
    let at = format!("{}: header {name}", provider.id);
    assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{at}");
    assert!(key_shaped(value).is_none() && !secret_name(name) && !value.is_empty(), "{at} may hold a secret");
}

fn secret_name(name: &str) -> bool {
    let secret =
        ["key", "api_key", "apikey", "token", "secret", "password", "access_token", "auth", "authorization"];
    secret.contains(&name.to_ascii_lowercase().as_str())
}

fn secret_field(json: &serde_json::Value) -> Option<&str> {
    match json {
        serde_json::Value::Array(items) => items.iter().find_map(secret_field),
        serde_json::Value::Object(fields) => {
            // AWS names a dimension by a `Key`: a word in capitals is no secret.
            let word = |value: &serde_json::Value| {
                value.as_str().is_some_and(|text| text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
            };
            fields.iter().find_map(|(name, value)| {
                if secret_name(name) && !word(value) { Some(name.as_str()) } else { secret_field(value) }
            })
        }
        _ => None,
    }
}

#[test]
fn a_page_is_asked_for_by_the_same_query_and_its_cursor() {
    for fixture in every_answer() {
        let Next::Token(token) = said(fixture).next().clone() else { continue };
        let id = fixture.id();
        let first = fixture.request(&fixture.query);
        let next = fixture.request(&Query { page: Some(token.clone()), ..fixture.query.clone() });
        assert_ne!(first, next, "{id}: the cursor is not sent");
        // An older way to ask goes on as it began, and what was posted is gone on with below its own path.
        let first = if next.path == first.path { first } else { first.older() };
        if next.path.starts_with(&format!("{}/", first.path)) {
            assert!(first.body.is_some() && next.body.is_none(), "{id}: {next:?}");
            continue;
        }
        let same = (first.origin, &first.headers, first.else_path, first.body.is_some());
        assert_eq!(same, (next.origin, &next.headers, next.else_path, next.body.is_some()), "{id}");
        // All that was asked for is asked for again, unless the cursor stands in its place.
        let added: Vec<_> = next.query.iter().filter(|pair| !first.query.contains(pair)).collect();
        assert!(added.len() <= 2, "{id}: {added:?}");
        for (name, value) in &first.query {
            assert!(next.query.iter().any(|(known, _)| known == name), "{id}: {name}={value} is left out");
        }
        let sent = |piece: &str| {
            next.path.contains(piece)
                || added.iter().any(|(_, value)| value.contains(piece))
                || next.body.as_ref().is_some_and(|body| body.text.contains(piece))
        };
        // What stands behind a line break is what the provider's file remembers, not a part of the cursor.
        let token = token.0.lines().next().unwrap_or_default();
        let whole = added.iter().any(|(_, value)| *value == token);
        let pieces = || token.split(|c: char| !c.is_ascii_alphanumeric()).filter(|piece| !piece.is_empty());
        assert!(whole || pieces().all(sent), "{id}: {token:?} is not in {next:?}");
    }
}

#[test]
fn a_part_is_asked_for_by_its_id_and_no_id_leads_elsewhere() {
    for list in fixtures::all_lists() {
        let Said::Parts(Parts { parts, .. }) = said(list) else { panic!("{}", list.id()) };
        let ask = |id: &str| {
            let part = Some(Part { id: id.to_owned(), name: None });
            list.stream.request(&Query { part, ..list.query.clone() })
        };
        for part in parts {
            let other = format!("{}x", part.id);
            assert_ne!(ask(&part.id), ask(&other), "{}: {:?} is not in the request", list.id(), part.id);
        }
        for strange in ["..", "a/../b", "a?b=c", "a#b", "%2e%2e", " "] {
            let path = ask(strange).path.into_owned();
            let depth = |path: &str| path.split('/').count();
            assert!(!path.contains(['?', '#', ' ']), "{}: {path}", list.id());
            assert_eq!(depth(&path), depth(&ask("plain").path), "{}: {path}", list.id());
            assert!(!path.split('/').any(|part| part == ".."), "{}: {path}", list.id());
        }
    }
}

#[test]
fn no_detail_leads_elsewhere() {
    for fixture in every_answer() {
        let strange = |value: &str| {
            let changed = fixture.query.details.iter().map(|(name, _)| (name.to_owned(), value.to_owned()));
            let details =
                Details::new(changed.filter(|(name, _)| name != "region" && name != "description").collect());
            fixture.request(&Query { details, ..fixture.query.clone() })
        };
        let depth = |request: &Request| request.path.split('/').count();
        for value in ["..", "a/../b", "a?b=c", "a#b", " "] {
            let asked = strange(value);
            assert!(!asked.path.contains(['?', '#', ' ']), "{}: {}", fixture.id(), asked.path);
            assert!(!asked.path.split('/').any(|part| part == ".."), "{}: {}", fixture.id(), asked.path);
            assert_eq!(depth(&asked), depth(&strange("plain")), "{}: {}", fixture.id(), asked.path);
        }
    }
}
