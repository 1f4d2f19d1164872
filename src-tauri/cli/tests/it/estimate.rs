//! Estimates in a terminal: a file, standard input, what is no text, what nobody knows.

use crate::stage::{Stage, Town};

const TEXT: &str = "How many baskets of quinces fit into a small car?\n";

#[test]
fn a_text_is_estimated_from_a_file_and_from_standard_input() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["openai"]);
    stage.run(&["sync"]).ends(0);
    let file = stage.path("prompt.txt");
    std::fs::write(&file, TEXT).unwrap();
    let file = file.to_str().unwrap();
    let asked = ["--model", "gpt-5-mini", "--model", "claude-sonnet-5", "--output-tokens", "800"];

    let of_file = stage.run(&[&["estimate", file, "--json"], &asked[..]].concat()).ends(0).json();
    let typed = stage.run_with(&[&["estimate", "--json"], &asked[..]].concat(), TEXT).ends(0).json();
    assert_eq!(of_file, typed);
    let [openai, claude] = of_file["models"].as_array().unwrap().as_slice() else { panic!("{of_file}") };
    assert_eq!(
        (&openai["counted"]["how"], &openai["input"]["low"]),
        (&"exact".into(), &openai["input"]["high"])
    );
    assert_eq!(claude["counted"]["how"], "measured");
    assert_eq!(claude["output"]["typical"], 800);

    let shown = stage.run(&[&["estimate", file], &asked[..]].concat()).ends(0).stdout;
    for words in [
        "gpt-5-mini",
        "in a batch",
        "read from the cache",
        "exactly, by o200k_base",
        "as you said",
        "Prices: ",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    // Without a model: those that the student uses, with answers as long as theirs.
    let own = stage.run_with(&["estimate", "--json"], TEXT).ends(0).json();
    assert!(own["models"].as_array().unwrap().iter().all(|model| model["provider"] == "openai"), "{own}");
    assert!(own["models"].to_string().contains("\"history\""), "{own}");
}

#[test]
fn what_cannot_be_estimated_ends_with_words_and_code_2() {
    let stage = Stage::new();
    let file = stage.path("picture.png");
    std::fs::write(&file, b"\x89PNG\0").unwrap();
    let ran = stage.run(&["estimate", file.to_str().unwrap()]).ends(2);
    assert!(ran.stderr.contains("null"), "{ran:?}");
    let ran = stage.run(&["estimate", "nowhere.txt"]).ends(2);
    assert!(ran.stderr.contains("nowhere.txt"), "{ran:?}");
    let ran = stage.run_with(&["estimate", "--model", "gtp-5-mini"], TEXT).ends(2);
    assert!(ran.stdout.contains("No model is known by the name gtp-5-mini. Like it: gpt-5-mini"), "{ran:?}");
    let ran = stage.run_with(&["estimate", "--model", "gpt-5-mini", "--model", "gpt-5-minni"], TEXT).ends(2);
    assert!(ran.stdout.contains("Like it: gpt-5-mini"), "{ran:?}");
    let ran = stage.run_with(&["estimate", "--model", "gpt-5-mini"], "").ends(0);
    assert!(ran.stdout.contains("only the answer costs"), "{ran:?}");
}
