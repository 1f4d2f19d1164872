//! Broken and odd answers: whatever a body says, it is refused with its place or means something that fits.

use proptest::prelude::*;

use super::all_fit;
use super::bodies::has_path;
use crate::fixtures::{self, Fixture};

/// All answers; lists of parts are few, so that each answer of a stream is still changed often.
fn any_answer(which: prop::sample::Index) -> &'static Fixture {
    let (pages, lists) = (fixtures::all(), fixtures::all_lists());
    let index = which.index(pages.len() + lists.len());
    pages.get(index).unwrap_or_else(|| &lists[index - pages.len()])
}

/// Where the numbers of a JSON text stand, those in quotes (without the quotes) included.
fn numbers(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut i, mut quoted) = (0, false);
    while i < bytes.len() {
        let starts = matches!(bytes[i], b'-' | b'0'..=b'9') && (!quoted || bytes[i - 1] == b'"');
        if starts {
            let length =
                bytes[i..].iter().take_while(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'));
            let end = i + length.count();
            if !quoted || bytes.get(end) == Some(&b'"') {
                found.push((i, end));
            }
            i = end;
        } else {
            quoted ^= bytes[i] == b'"';
            i += 1;
        }
    }
    found
}

fn odd() -> impl Strategy<Value = String> {
    let known = [
        "-1",
        "-0",
        "-0.0",
        "0.5",
        "1.0000",
        "1e3",
        "1E-3",
        "1e400",
        "-1e999999999999",
        "1e-40",
        "NaN",
        "Infinity",
        "99999999999999999999999999999999999999",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "0.00000000000000000000000000001",
        "79228162514264337593543950335",
        "null",
        "true",
        "{}",
        "[]",
        "[1]",
        "\"\"",
        "\"abc\"",
        "\"1,5\"",
        "\"0x10\"",
        "\" 1\"",
        "\"\\u0031\"",
        "\"\\\"\"",
        "01",
        "1.",
        ".5",
        "+1",
        "--1",
        "",
        "253402300800",
        "-62135596801",
        "\"9999-12-31T23:59:59Z\"",
        "\"-5\"",
        "\"1e5\"",
        "\"١٢\"",
    ];
    prop_oneof![
        4 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => any::<i128>().prop_map(|n| n.to_string()),
        1 => "-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?",
        1 => "\"[-+0-9a-z. ]{0,12}\"",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// An odd number anywhere is refused with its place, or means something that still fits.
    #[test]
    fn a_changed_number_never_panics(which in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), odd in odd()) {
        let fixture = any_answer(which);
        let text = std::str::from_utf8(&fixture.body).unwrap();
        let places = numbers(text);
        if places.is_empty() {
            return Ok(());
        }
        let (start, end) = *place.get(&places);
        let changed = format!("{}{odd}{}", &text[..start], &text[end..]);
        match fixture.read(changed.as_bytes()) {
            Ok(said) => all_fit(&fixture.id(), fixture.stream, &fixture.query, &said),
            Err(error) => prop_assert!(has_path(&error), "{}: {:?}", fixture.id(), error),
        }
    }

    /// A broken byte anywhere never panics, and never brings an entry that does not fit.
    #[test]
    fn a_broken_byte_never_panics(which in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let fixture = any_answer(which);
        let mut body = fixture.body.clone();
        let place = place.index(body.len());
        body[place] = byte;
        match fixture.read(&body) {
            Ok(said) => all_fit(&fixture.id(), fixture.stream, &fixture.query, &said),
            Err(error) => prop_assert!(has_path(&error), "{}: {:?}", fixture.id(), error),
        }
        let _ = (fixture.provider.error_message)(&body);
        let _ = (fixture.provider.meaning)(200, &body);
        let _ = fixture.provider.check.as_ref().map(|check| (check.kind)(&body));
    }
}
