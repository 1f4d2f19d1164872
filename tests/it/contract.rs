//! What every provider keeps to. A provider that is added to `ALL` is held to all of this without a line here.

mod mutations;
mod readme;
mod town;

use std::collections::BTreeSet;
use std::fs;

use expect_test::expect_file;
use spendglass_core::ledger::{Charge, QuotaReading};
use spendglass_core::money::{Currency, Money};
use spendglass_core::providers::{
    ALL, Cursor, Entry, KeyKind, Next, Page, PageToken, ParseError, Query, Request, Sees, Source, Stream,
    find, recognise,
};
use spendglass_core::time::{Period, Timestamp};

use crate::fixtures::{self, Fixture, answers, golden, golden_folder, is_of, root};

fn plain(name: &str, also: char) -> bool {
    let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == also;
    !name.is_empty() && name.chars().all(ok)
}

#[test]
fn ids_and_names_are_unique_and_plain() {
    let mut ids = BTreeSet::new();
    for provider in ALL {
        assert!(plain(provider.id, '.'), "{:?} is no plain id", provider.id);
        assert!(ids.insert(provider.id), "{} is listed twice", provider.id);
        assert_eq!(find(provider.id).map(|found| found.name), Some(provider.name));
        assert!(!provider.name.trim().is_empty());
        assert!(provider.latency.ends_with('.'), "{}: the latency is a sentence", provider.id);
        assert!(!provider.streams.is_empty(), "{} has no stream", provider.id);
        let mut names = BTreeSet::from(["check", "error"]);
        for stream in provider.streams {
            assert!(plain(stream.name, '_'), "{}: {:?} is no plain name", provider.id, stream.name);
            assert!(
                names.insert(stream.name),
                "{}: {} is listed twice, or reserved",
                provider.id,
                stream.name
            );
        }
    }
}

#[test]
fn every_kind_of_key_says_where_it_is_made_and_what_to_mind() {
    for provider in ALL {
        assert!(!provider.keys.is_empty(), "{} has no kind of key", provider.id);
        let mut ids = BTreeSet::new();
        for kind in provider.keys {
            let at = format!("{}/{}", provider.id, kind.id);
            assert!(plain(kind.id, '_') && ids.insert(kind.id), "{at}: no plain id of its own");
            assert!(kind.made_at.starts_with("https://"), "{at}: {} is not https", kind.made_at);
            assert!(
                !kind.name.is_empty() && kind.note.len() > 40 && kind.note.ends_with('.'),
                "{at}: no honest note"
            );
            assert!(
                kind.sees.iter().collect::<BTreeSet<_>>().len() == kind.sees.len(),
                "{at}: sees a thing twice"
            );
            for prefix in kind.prefixes {
                let found = recognise(&format!("{prefix}0123456789"));
                let here = found.iter().any(|(by, of)| by.id == provider.id && of.id == kind.id);
                assert!(here, "{at}: a key that begins with {prefix} is taken for something else");
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

#[test]
fn cursors_can_be_followed() {
    for (provider, stream) in ALL.iter().flat_map(|p| p.streams.iter().map(move |s| (p, s))) {
        let fits = match stream.cursor {
            Cursor::Snapshot => true,
            Cursor::Daily { history, lookback, slice, .. } => {
                lookback <= history && slice.0 > 0 && slice <= history
            }
            Cursor::Hourly { recent, recent_slice, history, lookback, slice } => {
                recent <= history
                    && lookback <= recent
                    && recent_slice.0 > 0
                    && recent_slice <= recent
                    && slice.0 > 0
                    && slice <= history
            }
        };
        assert!(fits, "{}/{}: {:?}", provider.id, stream.name, stream.cursor);
    }
}

#[test]
fn every_answer_parses_to_its_golden_file_and_twice_to_the_same() {
    for (provider, stream) in ALL.iter().flat_map(|p| p.streams.iter().map(move |s| (p, s))) {
        let found = fixtures::of(provider, stream);
        assert!(
            found.iter().any(|fixture| fixture.name == stream.name),
            "tests/fixtures/{}/{}.json is missing",
            provider.id,
            stream.name
        );
        let entries: usize = found.iter().map(|fixture| page(fixture).entries.len()).sum();
        assert!(entries > 0, "{}/{}: no fixture holds an entry", provider.id, stream.name);
        for fixture in found {
            let first = page(&fixture);
            assert_eq!(first, page(&fixture), "{}: parsing twice differs", fixture.id());
            expect_file![golden(provider, &fixture.name)].assert_eq(&fixtures::dump(&first));
        }
    }
}

fn page(fixture: &Fixture) -> Page {
    fixture.parse().unwrap_or_else(|error| panic!("{}: {error}", fixture.id()))
}

#[test]
fn every_entry_fits_its_window_and_stream() {
    for fixture in fixtures::all() {
        for entry in page(fixture).entries {
            fits(&fixture.id(), fixture.stream, &fixture.query, &entry);
        }
    }
}

/// What must hold of every entry, from a fixture as from a mutation of one.
fn fits(id: &str, stream: &Stream, query: &Query, entry: &Entry) {
    let known = |currency: Currency| currency.as_str().parse::<Currency>() == Ok(currency);
    match (entry, stream.sees) {
        (Entry::Charge(charge), Sees::Cost | Sees::Usage) => {
            let Charge { charge_period: Period { start, end }, billed_cost, .. } = charge;
            assert!(start < end, "{id}: an empty period");
            assert!(query.window.holds(&charge.charge_period), "{id}: {} is outside", charge.charge_period);
            assert_eq!(end.seconds_since(*start), query.bucket.seconds(), "{id}: not the bucket asked for");
            assert_eq!(start.unix() % query.bucket.seconds(), 0, "{id}: not cut in UTC");
            assert!(billed_cost.is_none_or(|cost| known(cost.currency)), "{id}: {billed_cost:?}");
            assert_eq!(charge.list_cost, None, "{id}: only pricing makes a list cost");
            assert!(
                stream.sees != Sees::Usage || billed_cost.is_none(),
                "{id}: usage without money must not claim any"
            );
            assert!(
                billed_cost.is_some() || charge.tokens.is_some() || charge.consumed_quantity.is_some(),
                "{id}: a charge of nothing"
            );
        }
        (Entry::Balance(balance), Sees::Balance) => {
            let Money { currency, .. } = balance.amount;
            assert!(known(currency), "{id}: {currency}");
            assert_eq!(balance.observed_at, query.observed_at, "{id}");
        }
        (Entry::Quota(QuotaReading { observed_at, unit, resets_at, name, .. }), Sees::Quota) => {
            assert_eq!(*observed_at, query.observed_at, "{id}");
            assert!(known(*unit) && !name.is_empty(), "{id}: {name:?} in {unit}");
            assert!(resets_at.is_none_or(|at| at > *observed_at), "{id}: {name} was reset already");
        }
        (entry, sees) => panic!("{id}: a stream of {sees:?} told {entry:?}"),
    }
}

fn request(fixture: &Fixture, page: Option<PageToken>) -> Request {
    let Source::Http(request) = fixture.stream.source;
    request(&Query { page, ..fixture.query.clone() })
}

#[test]
fn requests_are_plain_and_hold_no_secret() {
    for provider in ALL {
        let base = url::Url::parse(provider.base_url).unwrap();
        assert_eq!(base.scheme(), "https", "{}", provider.id);
        assert!(!provider.base_url.ends_with('/') && base.username().is_empty() && base.query().is_none());
        let now: Timestamp = "2026-09-10T17:41:09Z".parse().unwrap();
        let check = (provider.check.request)(now);
        let streams = fixtures::all().iter().filter(|fixture| fixture.provider.id == provider.id);
        for asked in streams.map(|fixture| request(fixture, None)).chain([check]) {
            let path = asked.path.as_ref();
            assert!(
                path.starts_with('/') && !path.contains(['?', '#', ' ', '\\']) && !path.contains(".."),
                "{path}"
            );
            assert!(key_shaped(path).is_none(), "{path} holds a key");
            for (name, value) in &asked.query {
                assert!(!name.is_empty() && !value.is_empty(), "{path}: an empty {name}");
                assert!(
                    key_shaped(value).is_none() && !secret_name(name),
                    "{path}: {name} may hold a secret"
                );
            }
        }
        for (name, value) in provider.headers {
            assert!(key_shaped(value).is_none() && !secret_name(name), "{}: header {name}", provider.id);
        }
    }
}

fn secret_name(name: &str) -> bool {
    ["key", "token", "secret", "password", "access_token", "auth", "authorization"].contains(&name)
}

#[test]
fn a_page_is_asked_for_by_the_same_query_and_its_cursor() {
    for fixture in fixtures::all() {
        let Next::Token(token) = page(fixture).next else { continue };
        let (first, next) = (request(fixture, None), request(fixture, Some(token.clone())));
        let added: Vec<_> = next.query.iter().filter(|pair| !first.query.contains(pair)).collect();
        assert_eq!(added.len(), 1, "{}: {added:?}", fixture.id());
        assert_eq!(added[0].1, token.0, "{}", fixture.id());
        assert_eq!((next.path, next.query.len()), (first.path, first.query.len() + 1), "{}", fixture.id());
    }
}

#[test]
fn checks_and_errors_are_read() {
    for provider in ALL {
        let names = answers(provider);
        for kind in ["check", "error"] {
            assert!(names.iter().any(|name| is_of(name, kind)), "{}: no {kind}.json", provider.id);
        }
        for name in &names {
            let body = fixtures::read(provider, name);
            if is_of(name, "check") {
                let kind = (provider.check.kind)(&body).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert!(
                    kind.is_none_or(|kind| provider.key_kind(kind).is_some()),
                    "{name}: no such kind {kind:?}"
                );
                let kind = kind.unwrap_or("by its prefix");
                expect_file![golden(provider, name)].assert_eq(&format!("key kind: {kind}\n"));
            } else if is_of(name, "error") {
                let words = (provider.error_message)(&body).unwrap_or_default();
                assert!(!words.is_empty() && key_shaped(&words).is_none(), "{name}: {words:?}");
                assert!(!words.contains("**"), "{name}: a masked key is a part of a key: {words:?}");
                expect_file![golden(provider, name)].assert_eq(&format!("{words}\n"));
            } else {
                let known = provider.streams.iter().any(|stream| is_of(name, stream.name));
                assert!(known, "{}/{name}.json belongs to no stream", provider.id);
            }
        }
        for body in
            ["", "<html>", "{}", "[]", "null", "{\"error\":null}", "{\"error\":{\"message\":7}}", "\u{0}"]
        {
            let words = (provider.error_message)(body.as_bytes());
            assert_eq!(words, None, "{}: {body:?} says nothing", provider.id);
        }
    }
}

#[test]
fn an_echoed_key_is_cut_from_the_words_of_an_error() {
    for provider in ALL {
        for kind in provider.keys {
            let key = format!("{}Tn4Yq81LmZx0Rb7Wc5Jd", kind.prefixes.first().unwrap_or(&""));
            let name = answers(provider).into_iter().find(|name| is_of(name, "error")).unwrap();
            let mut body: serde_json::Value =
                serde_json::from_slice(&fixtures::read(provider, &name)).unwrap();
            replace_texts(&mut body, &format!("We do not know \"{key}\", nor ({key})."));
            let words = (provider.error_message)(body.to_string().as_bytes()).unwrap_or_default();
            assert!(!words.contains(&key) && !words.contains("Tn4Yq81LmZx0Rb7Wc5Jd"), "{words}");
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
    for provider in ALL {
        for folder in [root().join("tests/fixtures").join(provider.id), golden_folder(provider)] {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let text = fs::read_to_string(&path).unwrap();
                assert_eq!(key_shaped(&text), None, "{}", path.display());
                assert_eq!(address(&text), None, "{}", path.display());
            }
        }
    }
}

/// The first text that begins like a key of any provider and goes on like one.
fn key_shaped(text: &str) -> Option<&str> {
    let kinds: Vec<&KeyKind> = ALL.iter().flat_map(|provider| provider.keys).collect();
    let prefixes = kinds.iter().flat_map(|kind| kind.prefixes).copied().chain(["Bearer ", "eyJ"]);
    prefixes.filter(|prefix| prefix.len() >= 3).find_map(|prefix| {
        text.match_indices(prefix).map(|(at, _)| &text[at..]).find_map(|rest| {
            let run = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let length = rest[prefix.len()..].chars().take_while(|c| run(*c)).count();
            (length >= 12).then(|| &rest[..prefix.len() + length])
        })
    })
}

fn address(text: &str) -> Option<&str> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    text.split(|c: char| !part(c))
        .find(|word| word.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.')))
}

#[test]
fn the_search_for_keys_and_addresses_finds_them() {
    for provider in ALL {
        for prefix in provider.keys.iter().flat_map(|kind| kind.prefixes) {
            let key = format!("{prefix}Tn4Yq81LmZx0Rb7Wc5Jd");
            assert!(
                key_shaped(&format!("{{\"label\":\"{key}\"}}"))
                    .is_some_and(|found| found.contains("Tn4Yq81"))
            );
        }
    }
    assert_eq!(address("{\"actor\":\"ada@example.org\"}"), Some("ada@example.org"));
    assert_eq!(address("at 5 @ noon. ok"), None);
}

#[test]
fn no_golden_file_is_left_over() {
    for provider in ALL {
        for entry in fs::read_dir(golden_folder(provider)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let stem = name.strip_suffix(".txt").unwrap_or_else(|| panic!("{name} is no golden file"));
            assert!(
                answers(provider).iter().any(|answer| answer == stem),
                "{}/{name}: no fixture",
                provider.id
            );
        }
    }
}

#[test]
fn an_answer_for_another_year_is_refused() {
    for fixture in fixtures::all() {
        if !page(fixture).entries.iter().any(|entry| matches!(entry, Entry::Charge(_))) {
            continue;
        }
        let later = |at: Timestamp| at.plus_seconds(400 * 86_400);
        let window =
            Period { start: later(fixture.query.window.start), end: later(fixture.query.window.end) };
        let query = Query { window, observed_at: later(fixture.query.observed_at), ..fixture.query.clone() };
        let error = (fixture.stream.parse)(&fixture.body, &query).unwrap_err();
        assert!(has_path(&error) && error.problem.contains("outside"), "{}: {error}", fixture.id());
    }
}

fn has_path(error: &ParseError) -> bool {
    !error.at.is_empty() && !error.problem.is_empty()
}

#[test]
fn an_unknown_field_changes_nothing() {
    for fixture in fixtures::all() {
        let text = String::from_utf8(fixture.body.clone()).unwrap();
        let grown = text.replace('{', r#"{ "a_field_of_next_year": { "of": [1, null, "{"] }, "#);
        let again = (fixture.stream.parse)(grown.as_bytes(), &fixture.query);
        assert_eq!(again, Ok(page(fixture)), "{}", fixture.id());
    }
}

#[test]
fn a_cut_body_is_refused_wherever_it_is_cut() {
    for fixture in fixtures::all() {
        let whole = fixture.body.trim_ascii_end();
        for cut in (0..whole.len()).step_by(7).chain([whole.len() - 1]) {
            let error = (fixture.stream.parse)(&whole[..cut], &fixture.query).unwrap_err();
            assert!(has_path(&error), "{} cut at {cut}: {error:?}", fixture.id());
        }
    }
}

#[test]
fn a_body_that_is_no_answer_is_refused() {
    let bodies =
        ["", " ", "null", "[]", "{}", "0", "\"data\"", "<html>502</html>", "{\"data\":null}", "{\"data\":7}"];
    for fixture in fixtures::all() {
        for body in bodies {
            let error = (fixture.stream.parse)(body.as_bytes(), &fixture.query).unwrap_err();
            assert!(has_path(&error), "{}: {body:?} gave {error:?}", fixture.id());
        }
        let mut twice = fixture.body.clone();
        twice.extend_from_slice(&fixture.body);
        assert!(
            (fixture.stream.parse)(&twice, &fixture.query).is_err(),
            "{}: two answers in one",
            fixture.id()
        );
    }
}
