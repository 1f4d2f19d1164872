//! What a provider does wrong: the state shown, the exit code, and the last good figures, which stay.

use serde_json::Value;
use spendglass_core::providers::find;

use crate::stage::{Ran, Stage, Town};

/// A fault, the exit code of the sync, and the state that the account may then have.
type Case = (&'static str, i32, &'static [&'static str]);

fn figures(stage: &Stage) -> (Value, Value) {
    let usage = stage.run(&["usage", "--by", "day", "--from", "2026-10-25", "--json"]).ends(0).json();
    (usage["rows"].clone(), usage["total"].clone())
}

fn state(stage: &Stage) -> (String, Ran) {
    let ran = stage.run(&["accounts", "list", "--json"]).ends(0);
    (ran.json()[0]["state"].as_str().unwrap().to_owned(), ran)
}

/// Plays faults one after the other in one store, each followed by nothing but a look.
fn play(provider: &str, cases: &[Case]) {
    let mut town = Town::open("freelancer", &[]);
    let stage = Stage::with(&town, &[provider]);
    stage.run(&["sync"]).ends(0);
    let good = figures(&stage);
    assert!(!good.0.as_array().unwrap().is_empty(), "there is something to keep");
    for (fault, code, states) in cases {
        town = town.reopen("freelancer", &[fault]);
        let ran = stage.run(&["sync", "--json"]);
        assert_eq!(ran.code, Some(*code), "{fault}: {ran:?}");
        let report = ran.json();
        assert_eq!(report["complete"], *code == 0, "{fault}: {ran:?}");
        assert!(!ran.stdout.contains(town.key(provider)), "{fault}");
        let (shown, list) = state(&stage);
        assert!(states.contains(&shown.as_str()), "{fault}: {shown} {list:?}");
        assert_eq!(figures(&stage), good, "{fault}: the last good figures stay");
        if *code != 0 {
            let told = stage.run(&["accounts", "list"]).ends(0).stdout;
            assert!(told.contains(": "), "{fault}: the reason is told: {told}");
        }
    }
    town = town.reopen("freelancer", &[]);
    stage.run(&["sync"]).ends(0);
    assert_eq!((state(&stage).0.as_str(), figures(&stage)), ("fresh", good), "all is well again");
    drop(town);
}

#[test]
fn refusals_and_failures_of_openai() {
    play(
        "openai",
        &[
            ("openai/costs=401", 3, &["keyRejected"]),
            ("openai/*=403", 3, &["forbidden", "keyRejected"]),
            ("openai/costs=unknown-field", 0, &["fresh"]),
            ("openai/costs=500", 1, &["unreachable"]),
            ("openai/costs=cut-body", 1, &["unreachable"]),
            // A web page is what a proxy or the sign-in page of a network answers.
            ("openai/costs=not-json", 1, &["unreachable"]),
            ("openai/costs=wrong-shape", 1, &["providerChanged"]),
            ("openai/costs=endless-paging", 1, &["providerChanged"]),
            ("openai/costs=repeated-cursor", 1, &["providerChanged"]),
            ("openai/costs=missing-cursor", 1, &["providerChanged"]),
            ("openai/costs=unknown-currency", 1, &["providerChanged"]),
            ("openai/usage_completions=negative-count", 1, &["providerChanged"]),
            ("openai/costs=outside-window", 1, &["providerChanged"]),
            ("openai/costs=huge-number", 1, &["providerChanged"]),
            ("openai/costs=redirect", 1, &["providerChanged", "unreachable"]),
        ],
    );
}

#[test]
fn refusals_and_failures_of_anthropic_and_openrouter() {
    play(
        "anthropic",
        &[
            ("anthropic/*=401", 3, &["keyRejected"]),
            ("anthropic/cost_report=403", 3, &["forbidden"]),
            ("anthropic/usage_report_messages=503", 1, &["unreachable"]),
            ("anthropic/cost_report=unknown-currency", 1, &["providerChanged"]),
        ],
    );
    play(
        "openrouter",
        &[
            ("openrouter/activity=401", 3, &["keyRejected"]),
            ("openrouter/credits=403", 3, &["forbidden"]),
            ("openrouter/activity=not-json", 1, &["unreachable"]),
            ("openrouter/key=wrong-shape", 1, &["providerChanged"]),
        ],
    );
}

#[test]
fn a_provider_that_asks_to_wait_is_left_alone_until_then() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["openai"]);
    stage.run(&["sync"]).ends(0);
    let good = figures(&stage);
    let town = town.reopen("student", &["openai/costs=429-retry-after-long"]);
    let ran = stage.run(&["sync"]).ends(1);
    assert!(ran.stdout.contains("asked to wait"), "{ran:?}");
    let (shown, list) = state(&stage);
    assert_eq!(shown, "rateLimited", "{list:?}");
    assert_eq!(list.json()[0]["retryAt"], "2026-11-20T21:45:00Z", "an hour after --now");
    assert_eq!(figures(&stage), good);
    drop(town);
}

/// Elsewhere the system keeps what it trusts where no variable leads.
#[cfg(target_os = "linux")]
#[test]
fn a_system_that_trusts_nothing_is_told_by_requests_alone() {
    let town = Town::open("student", &[]);
    let mut stage = Stage::with(&town, &["openai"]);
    stage.run(&["sync"]).ends(0);
    let good = figures(&stage);
    let (file, folder) = (stage.path("none.pem"), stage.path("temporary"));
    std::fs::write(&file, "").unwrap();
    stage.set("SSL_CERT_FILE", file.to_str().unwrap());
    stage.set("SSL_CERT_DIR", folder.to_str().unwrap());
    let ran = stage.run(&["sync"]).ends(1);
    assert!(ran.stdout.contains("The way out could not be prepared"), "{ran:?}");
    assert!(!ran.stdout.contains("offline"), "{ran:?}");
    assert_eq!(state(&stage).0, "unreachable");
    assert_eq!(figures(&stage), good);
    stage.unset("SSL_CERT_FILE");
    stage.unset("SSL_CERT_DIR");
    stage.run(&["sync"]).ends(0);
    assert_eq!(state(&stage).0, "fresh");
}

#[test]
fn a_moment_of_trouble_is_waited_out() {
    let town = Town::open("student", &["openai/costs=429-retry-after-0*1", "openai/usage_completions=500*1"]);
    let stage = Stage::with(&town, &["openai"]);
    let report = stage.run(&["sync", "--json"]).ends(0).json();
    assert_eq!(report["complete"], true);
}

#[test]
fn half_a_provider_still_shows() {
    let town = Town::open("student", &["openai/usage_images=403", "anthropic/*=401*9"]);
    let mut stage = Stage::with(&town, &["openai"]);
    let ran = stage.run(&["sync"]).ends(3);
    let all = find("openai").unwrap().streams.len();
    let read = format!("{} streams of {all} read", all - 1);
    assert!(ran.stdout.contains(&read) && ran.stdout.contains("usage_images"), "{ran:?}");
    assert!(!figures(&stage).0.as_array().unwrap().is_empty());
    // A key that is refused is not kept.
    stage.set("STAGE_ANTHROPIC_KEY", town.key("anthropic"));
    let add = [
        "accounts",
        "add",
        "anthropic",
        "--base-url",
        town.base_url("anthropic"),
        "--key-env",
        "STAGE_ANTHROPIC_KEY",
    ];
    stage.run(&add).ends(3);
    assert_eq!(stage.run(&["accounts", "list", "--json"]).ends(0).json().as_array().unwrap().len(), 1);
}
