//! Keys: every kind is recognised and explained, and none of one is in a fixture, a golden file or the words of an error.

use std::collections::BTreeSet;
use std::fs;

use spendglass_core::net::Credential;
use spendglass_core::providers::{ALL, Auth, Details, Field, Intake, KeyKind, recognise};
use spendglass_core::vault::Secret;

use super::values::plain;
use crate::fixtures::{self, answers, golden_folder, is_of, root};

/// What may follow a prefix, so that a key has the shape of its kind.
const REST: &[&str] = &[
    "0123456789",
    "Tn4Yq81LmZx0Rb7Wc5Jd",
    "TN4YQ81LMZX0RB7W",
    "0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef01234567",
    "0123456789abcdef0123456789abcdef0123456789abcdef",
    "Tn4Yq81LmZx0Rb7Wc5JdTn4Yq81LmZx0",
    "Tn4Yq81LmZx0Rb7Wc5JdTn4Yq81LmZx0Rb7Wc5Jd",
    "tn4yq81lmzx0rb7wc5jdtn4yq81lmzx0rb7wc5jdmzx01kd8",
    "Tn4Yq81LmZx0Rb7Wc5JdTn4Yq81LmZx0Rb7Wc5JdMzX01kD8",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "Tn4Yq81LmZx0Rb7Wc5JdTn4Yq81LmZx0Rb7Wc5JdMzX01kD8Tn4Yq81LmZx0Rb7W",
    "Tn4Yq81LmZx0Rb7Wc5JdT3BlbkFJTn4Yq81LmZx0Rb7Wc5Jd",
    "01234567-89ab-4def-8123-456789abcdef",
    "01234567-89ab-4def-8123-456789abcdef:0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef.Tn4Yq81LmZx0Rb7W",
    "Tn4Yq81LmZx0Rb7Wc5Jd-Tn4Yq81LmZx0Rb7Wc5JdMzX01kD8Tn4Yq81LmZx0Rb7Wc5JdTn4Yq81LmZx0Rb7Wc5JdMzX01kD8Tn4YAA",
    "Tn4Yq81LmZx0Rb7Wc5JdTn4Yq81LmZx0Rb7Wc5JdMzX01kD8Tn4Yq81LmZx0Rb7Wc5JdTn4Yq81LmZx0Rb7W",
];

/// Keys that look like those of a kind, by each of its prefixes.
fn samples(kind: &'static KeyKind) -> impl Iterator<Item = (&'static str, Vec<String>)> {
    kind.prefixes.iter().map(|prefix| {
        let keys = REST.iter().map(|rest| format!("{prefix}{rest}"));
        (*prefix, keys.filter(|key| kind.fit(key).is_some()).collect())
    })
}

#[test]
fn every_kind_of_key_says_where_it_is_made_and_what_to_mind() {
    for provider in ALL {
        assert!(!provider.keys.is_empty(), "{} has no kind of key", provider.id);
        let mut ids = BTreeSet::new();
        for kind in provider.keys {
            let at = format!("{}/{}", provider.id, kind.id);
            assert!(plain(kind.id, '_') && ids.insert(kind.id), "{at}: no plain id of its own");
            assert!(kind.id != "none", "{at}: that is what an account without a key has");
            let anywhere = kind.made_at.is_empty() && provider.base_url.is_empty();
            assert!(
                anywhere || kind.made_at.starts_with("https://"),
                "{at}: {:?} is not https",
                kind.made_at
            );
            assert!(
                !kind.name.is_empty() && kind.note.len() > 40 && kind.note.ends_with('.'),
                "{at}: no honest note"
            );
            assert!(kind.cost.is_empty() || kind.cost.ends_with('.'), "{at}: the cost is a sentence");
            assert!(
                kind.sees.iter().collect::<BTreeSet<_>>().len() == kind.sees.len(),
                "{at}: sees a thing twice"
            );
            fields(&at, kind.details);
            match kind.intake {
                Intake::Fields(parts) => {
                    assert!(parts.iter().any(|part| !part.optional), "{at}: a key of nothing");
                    fields(&at, parts);
                }
                Intake::Login(login) => {
                    assert!(
                        !login.tool.is_empty() && !login.renew.is_empty() && !login.file.is_empty(),
                        "{at}"
                    );
                    assert!(login.terms.len() > 80 && login.terms.ends_with('.'), "{at}: no honest terms");
                    assert!(
                        !login.folder.contains("..") && !login.folder.starts_with('/'),
                        "{at}: {login:?}"
                    );
                }
                Intake::Text | Intake::File(_) => {}
            }
        }
        let usable_first = provider.keys.is_sorted_by_key(|kind| kind.sees.is_empty());
        assert!(usable_first, "{}: the kinds that can be used here come first", provider.id);
        for stream in provider.streams {
            assert!(
                provider.kind_that_sees(stream.sees).is_some(),
                "{}: no key sees {}",
                provider.id,
                stream.name
            );
        }
    }
}

fn fields(at: &str, fields: &[Field]) {
    let mut names = BTreeSet::new();
    for Field { name, label, hint, .. } in fields {
        assert!(plain(name, '_') && names.insert(name), "{at}: {name:?} is no plain name of its own");
        assert!(!label.is_empty() && hint.len() > 10 && hint.ends_with('.'), "{at}: {name} has no hint");
    }
}

#[test]
fn a_key_of_every_kind_is_recognised() {
    for provider in ALL {
        for kind in provider.keys {
            let at = format!("{}/{}", provider.id, kind.id);
            assert!(kind.shape.is_none() || !kind.prefixes.is_empty(), "{at}: a shape belongs to a prefix");
            for (prefix, keys) in samples(kind) {
                assert!(!keys.is_empty(), "{at}: no sample of REST behind {prefix:?} has its shape");
                let here = |key: &String| {
                    recognise(key).iter().any(|(by, of)| by.id == provider.id && of.id == kind.id)
                };
                assert!(keys.iter().any(here), "{at}: keys that begin with {prefix:?} are taken for others");
            }
        }
    }
}

#[test]
fn every_key_can_be_sent() {
    let words = |names: &[&str]| {
        let part =
            |name: &&str| ((*name).to_owned(), Secret::new(format!("Tn4Yq81LmZx0Rb7W{name}")).unwrap());
        Secret::of_fields(&names.iter().map(part).collect())
    };
    let details = [("header", "Authorization"), ("scheme", "Bearer")];
    let details = Details::new(details.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    for provider in ALL {
        let secret = match provider.auth {
            Auth::SigV4 { .. } => words(&["access_key_id", "secret_access_key"]),
            _ => Secret::new("Tn4Yq81LmZx0Rb7Wc5Jd").unwrap(),
        };
        let credential = Credential::of(provider.auth, &secret, &details).unwrap();
        let by_token = matches!(provider.auth, Auth::ServiceAccount { .. } | Auth::ClientCredentials { .. });
        assert_eq!(credential.is_none(), by_token, "{}", provider.id);
        assert!(!format!("{credential:?}").contains("Tn4Yq81"), "{}: shows its key", provider.id);
    }
}

#[test]
fn an_echoed_key_is_cut_from_the_words_of_an_error() {
    for provider in ALL.iter().filter(|provider| provider.check.is_some()) {
        for kind in provider.keys {
            let key = format!("{}Tn4Yq81LmZx0Rb7Wc5Jd", kind.prefixes.first().unwrap_or(&""));
            for name in answers(provider).into_iter().filter(|name| is_of(name, "error")) {
                let Ok(mut body) = serde_json::from_slice(&fixtures::read(provider, &name)) else { continue };
                replace_texts(&mut body, &format!("We do not know \"{key}\", nor ({key})."));
                let words = (provider.error_message)(body.to_string().as_bytes()).unwrap_or_default();
                assert!(!words.contains(&key) && !words.contains("Tn4Yq81LmZx0Rb7Wc5Jd"), "{words}");
            }
        }
    }
}

fn replace_texts(value: &mut serde_json::Value, by: &str) {
    match value {
        serde_json::Value::String(text) => by.clone_into(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| replace_texts(item, by)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|field| replace_texts(field, by)),
        _ => {}
    }
}

#[test]
fn no_fixture_holds_a_key_or_an_address() {
    for provider in ALL.iter().filter(|provider| provider.check.is_some()) {
        for (folder, ours) in
            [(root().join("tests/fixtures").join(provider.id), false), (golden_folder(provider), true)]
        {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let text = fs::read_to_string(&path).unwrap();
                assert_eq!(key_shaped(&text), None, "{}", path.display());
                // An answer may hold an address that can be nobody's, to show that it is dropped when it is read.
                let kept = |found: &&str| ours || !reserved(found);
                assert_eq!(addresses(&text).find(kept), None, "{}", path.display());
            }
        }
    }
}

/// The first text that begins like a key of any provider and goes on like one.
pub(super) fn key_shaped(text: &str) -> Option<&str> {
    let kinds = ALL.iter().flat_map(|provider| provider.keys);
    let prefixes = kinds.flat_map(|kind| kind.prefixes).copied().chain(["Bearer ", "eyJ"]);
    prefixes.filter(|prefix| prefix.len() >= 3).find_map(|prefix| {
        text.match_indices(prefix).find_map(|(at, _)| {
            let run = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let rest = &text[at + prefix.len()..];
            let length = rest.chars().take_while(|c| run(*c)).count();
            let begins = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
            let telling = length >= 12 && rest[..length].contains(|c: char| c.is_ascii_digit());
            (begins && telling).then(|| &text[at..at + prefix.len() + length])
        })
    })
}

fn addresses(text: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    text.split(move |c: char| !part(c)).filter(|word| {
        word.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
    })
}

/// Whether an address is of a name that nobody can register.
fn reserved(address: &str) -> bool {
    let address = address.trim_end_matches('.');
    ["@example.com", "@example.org", "@example.net", ".example", ".invalid", ".test"]
        .iter()
        .any(|end| address.ends_with(end))
}

#[test]
fn the_search_for_keys_and_addresses_finds_them() {
    for provider in ALL {
        for prefix in provider.keys.iter().flat_map(|kind| kind.prefixes).filter(|prefix| prefix.len() >= 3) {
            let key = format!("{prefix}Tn4Yq81LmZx0Rb7Wc5Jd");
            assert!(
                key_shaped(&format!("{{\"label\":\"{key}\"}}"))
                    .is_some_and(|found| found.contains("Tn4Yq81"))
            );
        }
    }
    assert_eq!(key_shaped("risk-assessment-by-models-2 and sk-or-of-what-is-meant"), None);
    assert_eq!(addresses("{\"actor\":\"ada@spendglass.dev\"}").next(), Some("ada@spendglass.dev"));
    assert_eq!(addresses("at 5 @ noon. ok").next(), None);
    assert!(reserved("ada@example.org") && reserved("bot@team.example.") && !reserved("ada@example.dev"));
}
