//! Answers that are cut, grown, of another year or none at all.

use spendglass_core::ledger::Charge;
use spendglass_core::providers::{Cursor, Days, Entry, Next, ParseError, Query};
use spendglass_core::time::{Period, Timestamp};

use super::{every_answer, page, said};
use crate::fixtures::{self, Fixture};

pub(super) fn has_path(error: &ParseError) -> bool {
    !error.at.is_empty() && !error.problem.is_empty()
}

/// Nothing of an answer for another year is booked: it is refused, or left out where the provider cannot be asked by date.
#[test]
fn an_answer_for_another_year_is_not_booked() {
    for fixture in fixtures::all() {
        let is_charge = |entry: &Entry| matches!(entry, Entry::Charge(Charge { .. }));
        if !page(fixture).entries.iter().any(is_charge) {
            continue;
        }
        if fixture.undated {
            // Then it must be asked for a day at a time, or it could be booked on another.
            assert_eq!(fixture.query.window.seconds(), 86_400, "{}: of no day", fixture.id());
            let daily = matches!(fixture.stream.cursor, Cursor::Daily { slice: Days(1), .. });
            assert!(daily, "{}: of no day", fixture.id());
            continue;
        }
        let later = |at: Timestamp| at.plus_seconds(400 * 86_400);
        let window =
            Period { start: later(fixture.query.window.start), end: later(fixture.query.window.end) };
        let query = Query { window, observed_at: later(fixture.query.observed_at), ..fixture.query.clone() };
        match (fixture.stream.parse)(&fixture.body, &query) {
            Ok(page) => assert_eq!(page.entries, [], "{}: of another year", fixture.id()),
            Err(error) => {
                assert!(has_path(&error) && error.problem.contains("outside"), "{}: {error}", fixture.id());
            }
        }
    }
}

/// A body whose every object has one more field, but for the maps whose fields are names.
fn grown(text: &str, maps: &[String]) -> String {
    const FIELD: &str = r#" "a_field_of_next_year": { "of": [1, null, "{"] }"#;
    let mut grown = String::with_capacity(2 * text.len());
    // The name of the field that each open object or list is the value of, and the name last read in each.
    let (mut places, mut name) = (Vec::<String>::new(), String::new());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match c {
            '"' => {
                let mut escaped = false;
                let end = rest[1..].find(|c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                length = end.unwrap() + 2;
                if rest[length..].trim_start().starts_with(':') {
                    rest[1..length - 1].clone_into(&mut name);
                }
            }
            '{' | '[' => {
                places.push(std::mem::take(&mut name));
                grown.push(c);
                let place: Vec<&str> =
                    places.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
                if c == '{' && !maps.contains(&place.join(".")) {
                    let empty = rest[1..].trim_start().starts_with('}');
                    grown.push_str(FIELD);
                    grown.push_str(if empty { "" } else { "," });
                }
                rest = &rest[length..];
                continue;
            }
            '}' | ']' => {
                places.pop();
                name.clear();
            }
            ',' => name.clear(),
            _ => {}
        }
        grown.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    grown
}

#[test]
fn an_unknown_field_changes_nothing() {
    for fixture in every_answer() {
        let text = std::str::from_utf8(&fixture.body).unwrap();
        let again = fixture.read(grown(text, &fixture.maps).as_bytes());
        assert_eq!(again, Ok(said(fixture)), "{} (a map is named in its query's \"maps\")", fixture.id());
    }
}

#[test]
fn a_body_grows_by_a_field_for_every_object_but_a_map() {
    let added = r#" "a_field_of_next_year": { "of": [1, null, "{"] }"#;
    assert_eq!(grown("{}", &[]), format!("{{{added}}}"));
    let text = r#"[{"a":{"b{\"":[{"c":1}]}}]"#;
    let maps = ["a".to_owned()];
    assert_eq!(grown(text, &maps), format!(r#"[{{{added},"a":{{"b{{\"":[{{{added},"c":1}}]}}}}]"#));
}

#[test]
fn a_cut_body_is_refused_wherever_it_is_cut() {
    for fixture in every_answer() {
        let whole = fixture.body.trim_ascii_end();
        for cut in (0..whole.len()).step_by(7).chain([whole.len() - 1]) {
            let error = fixture.read(&whole[..cut]).expect_err(&format!("{} cut at {cut}", fixture.id()));
            assert!(has_path(&error), "{} cut at {cut}: {error:?}", fixture.id());
        }
    }
}

/// Whether a fixture of the same stream is an answer of nothing of this form: `{}` or `[]`.
fn has_empty(fixture: &Fixture, form: &str) -> bool {
    let same = |other: &&Fixture| {
        (other.provider.id, other.stream.name, other.lists)
            == (fixture.provider.id, fixture.stream.name, fixture.lists)
    };
    every_answer().filter(same).any(|other| {
        let bare: String = String::from_utf8_lossy(&other.body).split_whitespace().collect();
        bare == form
    })
}

#[test]
fn a_body_that_is_no_answer_is_refused() {
    let bodies =
        ["", " ", "null", "[]", "{}", "0", "\"data\"", "<html>502</html>", "{\"data\":null}", "{\"data\":7}"];
    for fixture in every_answer() {
        for body in bodies {
            let form = if body.starts_with('{') { "{}" } else { body };
            match fixture.read(body.as_bytes()) {
                Err(error) => assert!(has_path(&error), "{}: {body:?} gave {error:?}", fixture.id()),
                // Some leave out what is empty. That nothing is told by such a body is shown by a fixture of it.
                Ok(said) => {
                    assert!(said.is_empty() && *said.next() == Next::End, "{}: {body:?}", fixture.id());
                    assert!(has_empty(fixture, form), "{}: {body:?} is taken for an answer", fixture.id());
                }
            }
        }
        let mut twice = fixture.body.clone();
        twice.extend_from_slice(&fixture.body);
        assert!(fixture.read(&twice).is_err(), "{}: two answers in one", fixture.id());
    }
}
