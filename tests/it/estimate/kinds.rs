//! What a text is made of.

use spendglass_core::estimate::{Kind, Makeup};

fn kinds(text: &str) -> Vec<Kind> {
    Makeup::of(text).kinds().into_iter().map(|(kind, _)| kind).collect()
}

#[test]
fn a_text_is_of_the_kind_that_a_person_would_say() {
    for (text, kind) in [
        ("A letter to a friend, with a question: how are you?\nIt goes on.", Kind::English),
        ("Ein Brief an eine Freundin über das schöne Wetter in Köln und größere Städte.", Kind::European),
        ("fn main() {\n    let x = vec![1, 2];\n    call(&x[0]);\n}\n", Kind::Code),
        ("{\"a\": [1, {\"b\": \"c\"}], \"d\": null}", Kind::Code),
        ("2026-01-02,17,1234567,0.25\n2026-01-03,18,7654321,0.75\n", Kind::Numbers),
        ("नमस्ते, आप कैसे हैं? आज मौसम अच्छा है।", Kind::Devanagari),
        ("வணக்கம் நண்பரே", Kind::Indic),
        ("今日は天気がいいですね。", Kind::Cjk),
        ("안녕하세요 세계", Kind::Hangul),
        ("Привет, как дела?", Kind::Cyrillic),
        ("مرحبا بالعالم", Kind::Arabic),
        ("สวัสดีชาวโลก", Kind::Rest),
        ("   \n\t\n", Kind::English),
    ] {
        assert_eq!(kinds(text), [kind], "{text}");
    }
    assert!(kinds("").is_empty());
}

#[test]
fn mixed_text_is_told_apart_and_no_character_is_lost() {
    let text = "The word नमस्ते means hello.\n这是中文。 And English again, at length.\n1234567890\n";
    assert_eq!(kinds(text), [Kind::English, Kind::Numbers, Kind::Devanagari, Kind::Cjk]);
    assert_eq!(Makeup::of(text).characters(), text.chars().count() as u64);
    for kind in Kind::NAMED {
        assert_eq!(kind.0.name(), kind.1);
    }
}

#[test]
fn one_line_of_code_in_a_letter_makes_no_code_of_it() {
    let letter = "We met at the station and talked for an hour about the garden.\n".repeat(20);
    assert_eq!(kinds(&format!("{letter}let x = {{}};\n{letter}")), [Kind::English]);
}
