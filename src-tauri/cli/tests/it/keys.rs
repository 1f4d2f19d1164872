//! Keys: by standard input or a variable, never by an argument, never shown.

use crate::stage::{Stage, Town, variable};

/// Not one character of it that matters may come back.
const KEY: &str = "sk-admin-Zq7simulatedWv2Xk9Ym4Tn8Rb5";

#[test]
fn a_key_in_the_arguments_is_refused_and_not_repeated() {
    let stage = Stage::new();
    let flag = format!("--key={KEY}");
    for arguments in [
        &["accounts", "add", "openai", KEY][..],
        &["accounts", "add", KEY],
        &["accounts", "add", "openai", "--key", KEY],
        &["accounts", "add", "openai", &flag],
        &["accounts", "add", "openai", "--label", KEY],
        &["accounts", "add", "openai", "--key-env", KEY],
        &["accounts", "replace-key", "1", KEY],
        &["accounts", KEY],
        &["usage", "--by", KEY],
        &["sync", "--from", KEY],
        &[KEY],
    ] {
        let ran = stage.run(arguments).ends(2);
        assert!(ran.stdout.is_empty(), "{ran:?}");
        assert!(ran.stderr.contains("standard input"), "{arguments:?}: {ran:?}");
        for part in [KEY, &KEY[9..], &KEY[..18]] {
            assert!(!ran.stderr.contains(part), "{arguments:?}: {ran:?}");
        }
    }
}

#[test]
fn a_stray_argument_of_any_look_is_not_repeated_where_a_key_is_taken() {
    let stage = Stage::new();
    for arguments in [
        &["accounts", "add", "openai", "Correct-Horse"][..],
        &["accounts", "replace-key", "1", "Correct-Horse"],
    ] {
        let ran = stage.run(arguments).ends(2);
        assert!(!ran.stderr.contains("Correct-Horse") && ran.stderr.contains("may be a key"), "{ran:?}");
    }
    let ran = stage.run(&["accounts", "add", "Correct-Horse"]).ends(2);
    assert!(!ran.stderr.contains("Correct-Horse") && ran.stderr.contains("not a provider"), "{ran:?}");
    let ran = stage.run(&["accounts", "add", "openai", "--key-env", "Correct-Horse"]).ends(2);
    assert!(!ran.stderr.contains("Correct-Horse") && ran.stderr.contains("not the key itself"), "{ran:?}");
}

#[test]
fn nothing_on_standard_input_is_no_key() {
    let stage = Stage::new();
    for input in ["", " \n", "\"\"\n"] {
        let ran = stage.run_with(&["accounts", "add", "openai"], input).ends(2);
        assert!(ran.stderr.contains("The key is empty") && ran.stderr.contains("--key-env"), "{ran:?}");
    }
}

#[test]
fn a_wrong_key_and_a_key_of_the_wrong_kind_are_told_apart() {
    let town = Town::open("student", &[]);
    let stage = Stage::new();
    let add = ["accounts", "add", "openai", "--base-url", town.base_url("openai")];
    let wrong = stage.run_with(&add, KEY).ends(3);
    let kind = stage.run_with(&add, "sk-proj-Zq7simulatedWv2Xk9Ym4Tn8Rb5").ends(3);
    assert_ne!(wrong.stderr, kind.stderr);
    assert!(kind.stderr.contains("https://platform.openai.com/settings/organization/admin-keys"), "{kind:?}");
    for ran in [&wrong, &kind] {
        assert!(ran.stdout.is_empty() && !ran.stderr.contains("Zq7simulated"), "{ran:?}");
    }
    assert_eq!(stage.run(&["accounts", "list", "--json"]).ends(0).stdout.trim(), "[]");
}

#[test]
fn addresses_that_would_give_a_key_away_are_refused() {
    let stage = Stage::new();
    for url in [
        "http://api.openai.com/v1",
        "ftp://api.openai.com",
        "https://",
        "not an address",
        "https://u:p@example.com/v1",
    ] {
        let ran = stage.run_with(&["accounts", "add", "openai", "--base-url", url], KEY).ends(2);
        assert!(ran.stdout.is_empty() && !ran.stderr.contains("Zq7simulated"), "{url}: {ran:?}");
    }
}

/// Other systems have no bus to be without.
#[cfg(target_os = "linux")]
#[test]
fn without_a_keychain_the_way_out_is_named() {
    let town = Town::open("student", &[]);
    let stage = Stage::new();
    let add = ["accounts", "add", "openai", "--base-url", town.base_url("openai")];
    let ran = stage.run_with(&add, town.key("openai")).ends(4);
    assert!(ran.stdout.is_empty() && !ran.stderr.contains(town.key("openai")), "{ran:?}");
    assert!(ran.stderr.contains("keychain") || ran.stderr.contains("Secret Service"), "{ran:?}");
    assert!(ran.stderr.contains("environment variable") || ran.stderr.contains("--key-env"), "{ran:?}");
    assert_eq!(stage.run(&["accounts", "list", "--json"]).ends(0).stdout.trim(), "[]");
}

#[test]
fn a_variable_that_is_gone_is_told_and_the_figures_stay() {
    let town = Town::open("student", &[]);
    let mut stage = Stage::with(&town, &["openrouter"]);
    stage.run(&["sync"]).ends(0);
    let before = stage.run(&["usage", "--by", "day", "--json"]).ends(0).json();
    stage.unset(&variable("openrouter"));
    let ran = stage.run(&["sync"]).ends(4);
    assert!(format!("{}{}", ran.stdout, ran.stderr).contains(&variable("openrouter")), "{ran:?}");
    let account = stage.run(&["accounts", "list", "--json"]).ends(0).json()[0].clone();
    assert_eq!(account["state"], "keyMissing");
    let after = stage.run(&["usage", "--by", "day", "--json"]).ends(0).json();
    assert_eq!(before["rows"], after["rows"]);
    stage.set(&variable("openrouter"), town.key("openrouter"));
    stage.run(&["sync"]).ends(0);
}
