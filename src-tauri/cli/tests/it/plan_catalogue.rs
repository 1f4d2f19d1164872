//! The plans that are known, in a terminal: shown with sources, put right, added, fetched.

use crate::stage::{Stage, Town};

#[test]
fn plans_are_listed_and_shown_with_every_source() {
    let stage = Stage::new();
    let ran = stage.run(&["plans", "list"]).ends(0);
    for words in [
        "anthropic/claude-pro",
        "20 USD a month",
        "sold out",
        "75 plans as of 2026-11-22",
        "came with Spendglass",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("illustration"), "{}", ran.stdout);
    let ran = stage.run(&["plans", "show", "openai/chatgpt-plus"]).ends(0);
    for words in ["1999 INR a month", "not published", "learn.chatgpt.com", "2025 (to be checked)", "low"] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    let json = stage.run(&["plans", "list", "--provider", "elevenlabs", "--json"]).ends(0).json();
    assert_eq!(json["plans"].as_array().unwrap().len(), 5);
    let ran = stage.run(&["plans", "show", "acme/none"]).ends(2);
    assert!(ran.stderr.contains("acme/none") && ran.stderr.contains("plans list"), "{ran:?}");
}

#[test]
fn the_price_on_an_invoice_is_kept_shown_and_taken_back() {
    let stage = Stage::new();
    let correct = [
        "plans",
        "correct",
        "anthropic/claude-pro",
        "--price",
        "1999",
        "INR",
        "--tax",
        "included",
        "--note",
        "invoice",
    ];
    let ran = stage.run(&correct).ends(0);
    let kept = "Kept: 1. price of anthropic/claude-pro (month): 1999 INR a month, tax included (said on ";
    assert!(ran.stdout.starts_with(kept) && ran.stdout.contains("invoice"), "{}", ran.stdout);
    let ran = stage.run(&["plans", "show", "anthropic/claude-pro"]).ends(0);
    assert!(
        ran.stdout.contains("1999 INR a month") && ran.stdout.contains("entered by you"),
        "{}",
        ran.stdout
    );
    let ran = stage.run(&["plans", "list"]).ends(0);
    assert!(ran.stdout.contains("What you say of plans") && ran.stdout.contains("invoice"), "{}", ran.stdout);
    for (correction, words) in [
        (&["cursor/pro", "--limit", "40", "usage", "week"][..], ": at most 40 usage in a week (said on "),
        (&["cursor/pro", "--limit", "9", "requests", "5 hours"], ": at most 9 requests in 5 hours (said on "),
        (&["mistral/pro", "--credit", "20", "USD", "month"], ": 20 USD of credit a month (said on "),
    ] {
        let ran = stage.run(&[&["plans", "correct"], correction].concat()).ends(0);
        assert!(ran.stdout.contains(words) && !ran.stdout.contains('{'), "{}", ran.stdout);
    }
    let ran = stage.run(&["plans", "restore", "1"]).ends(0);
    assert!(ran.stdout.starts_with("Taken back: 1."), "{}", ran.stdout);
    stage.run(&["plans", "restore", "1"]).ends(2);
    for wrong in [
        &["plans", "correct", "anthropic/claude-pro"][..],
        &["plans", "correct", "anthropic/claude-pro", "--price", "1999"],
        &["plans", "correct", "anthropic/claude-pro", "--price", "much", "INR"],
        &["plans", "correct", "no/plan", "--price", "5", "INR"],
        &["plans", "correct", "cursor/pro", "--limit", "40", "usage", "fortnight"],
    ] {
        stage.run(wrong).ends(2);
    }
}

#[test]
fn the_page_on_adding_a_plan_is_true() {
    let page = include_str!("../../../../docs/adding-a-plan.md");
    let example = page.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.json");
    std::fs::write(&file, example).unwrap();
    let stage = Stage::new();
    let ran = stage.run(&["plans", "add", file.to_str().unwrap()]).ends(0);
    assert!(ran.stdout.contains("plan of acme/studio"), "{}", ran.stdout);
    for line in page.lines().map(str::trim).filter(|line| line.starts_with("spendglass plans correct")) {
        let words: Vec<&str> = line.split(' ').skip(1).collect();
        stage.run(&words).ends(0);
    }
    let ran = stage.run(&["plans", "show", "acme/studio"]).ends(0);
    for words in ["1999 INR a month", "limit of usage in a window of week", "added up to at most 2000"] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    // In a comparison it is seen where OpenAI is used.
    let town = Town::open("freelancer", &[]);
    let used = Stage::with(&town, &["openai"]);
    used.run(&["sync"]).ends(0);
    let told = used.run(&["plans", "--catalogue", file.to_str().unwrap(), "--json"]).ends(0).json();
    let seen = |list: &str| {
        let list = told[list].as_array().unwrap();
        list.iter().any(|one| one["id"].as_str().unwrap().starts_with("acme/studio"))
    };
    assert!(seen("options") || seen("abstained"), "{told}");
    std::fs::write(&file, example.replace("\"20\"", "\"twenty\"")).unwrap();
    let ran = stage.run(&["plans", "add", file.to_str().unwrap()]).ends(2);
    assert!(ran.stderr.contains("acme/studio: prices[0].amount"), "{}", ran.stderr);
    let ran = stage.run(&["plans", "add", "/nowhere/plans.json"]).ends(2);
    assert!(ran.stderr.contains("cannot be read"), "{}", ran.stderr);
}

#[test]
fn newer_plans_are_fetched_only_where_asked_for() {
    let town = Town::open("student", &[]);
    let stage = Stage::new();
    let ran = stage.run(&["plans", "refresh"]).ends(2);
    assert!(ran.stderr.contains("say where the plans are"), "{}", ran.stderr);
    let url = |fault: &str| format!("http://{}/feeds/plans/{fault}", town.address());
    let ran = stage.run(&["plans", "refresh", "--url", &url("ok")]).ends(0);
    assert!(ran.stdout.contains("New: town/plan") && ran.stdout.contains("76 plans"), "{}", ran.stdout);
    let ran = stage.run(&["plans", "refresh"]).ends(0);
    assert!(ran.stdout.starts_with("Nothing changed."), "{}", ran.stdout);
    let ran = stage.run(&["plans", "refresh", "--url", &url("wrong")]);
    assert!(ran.stderr.contains("twenty"), "{}", ran.stderr);
    let ran = stage.run(&["plans", "refresh", "--off"]).ends(0);
    assert!(ran.stdout.contains("No more: town/plan"), "{}", ran.stdout);
}
