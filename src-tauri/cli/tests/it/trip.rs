//! The main job, from a key to a chart.

use std::io::Read;
use std::process::{Command, Stdio};

use serde_json::Value;
use spendglass_core::providers::{ALL, find};

use crate::stage::{NOW, PROVIDERS, Stage, Town, holds, variable};

#[test]
fn from_a_key_to_a_chart() {
    let town = Town::open("freelancer", &[]);
    let stage = Stage::with(&town, &PROVIDERS);

    let accounts = stage.run(&["accounts", "list", "--json"]).ends(0).json();
    assert_eq!(accounts.as_array().unwrap().len(), 3);
    for (account, provider) in accounts.as_array().unwrap().iter().zip(PROVIDERS) {
        assert_eq!(account["provider"], provider);
        assert_eq!(account["state"], "new");
        assert!(account["keyEnv"].as_str().unwrap().starts_with("STAGE_"));
    }

    let report = stage.run(&["sync", "--json"]).ends(0);
    assert_eq!(report.json()["complete"], true, "{report:?}");
    assert_eq!(report.stderr, "", "progress is for terminals");
    let again = stage.run(&["sync", "--account", "1"]).ends(0);
    let all = find("openai").unwrap().streams.len();
    assert!(again.stdout.starts_with(&format!("OpenAI (account 1): {all} streams read")), "{again:?}");

    let list = stage.run(&["accounts", "list"]).ends(0).stdout;
    assert!(list.contains("up to date") && list.contains("in $STAGE_OPENAI_KEY"), "{list}");
    let checked = stage.run(&["accounts", "check", "1", "--json"]).ends(0).json();
    assert_eq!(checked["id"], 1);

    let status = stage.run(&["status", "--timezone", "Asia/Kolkata"]).ends(0).stdout;
    for words in [
        "2026-11-21 02:15 +05:30 (Asia/Kolkata)",
        "Today, 2026-11-20 (UTC days)",
        "Your own day, 2026-11-21",
        "as of ",
        "USD",
        "credits left",
    ] {
        assert!(status.contains(words), "{words}: {status}");
    }
    assert!(status.is_ascii(), "plain text into a pipe: {status}");
    let overview = stage.run(&["--json", "status"]).ends(0).json();
    assert_eq!((&overview["now"], &overview["sample"]), (&Value::from(NOW), &Value::from(false)));

    for by in ["day", "provider", "account", "model", "project", "key", "item"] {
        let usage = stage.run(&["usage", "--by", by, "--json"]).ends(0).json();
        assert_eq!(usage["by"], by);
        assert!(!usage["rows"].as_array().unwrap().is_empty(), "{by}");
        let text = stage.run(&["usage", "--by", by]).ends(0).stdout;
        assert!(text.starts_with(&format!("By {by}, 2026-11-01 to 2026-11-20 (UTC days), as of ")), "{text}");
    }

    let removed = stage.run(&["accounts", "remove", "3", "--yes"]).ends(0);
    assert!(removed.stdout.contains("account 3") || removed.stdout.contains("Account 3"), "{removed:?}");
    assert_eq!(stage.run(&["accounts", "list", "--json"]).ends(0).json().as_array().unwrap().len(), 2);
    for provider in PROVIDERS {
        for file in stage.files("data").iter().chain(&stage.files("home")) {
            assert!(!holds(file, town.key(provider)), "{provider} in {}", file.display());
        }
    }
}

#[test]
fn charts_become_files_and_csv_has_every_digit() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["anthropic"]);
    stage.run(&["sync"]).ends(0);

    for (name, begin) in [("a.svg", &b"<"[..]), ("b.PNG", &b"\x89PNG\r\n\x1a\n"[..])] {
        for (chart, theme) in [("daily", "dark"), ("models", "light")] {
            let path = stage.path(name);
            let arguments = ["chart", chart, "--theme", theme, "--out", path.to_str().unwrap()];
            let ran = stage.run(&arguments).ends(0);
            assert!(ran.stdout.contains(name), "{ran:?}");
            assert!(std::fs::read(&path).unwrap().starts_with(begin), "{name}");
        }
    }
    assert!(holds(&stage.path("a.svg"), "<svg"));
    let refused = stage.run(&["chart", "daily", "--out", "spend.jpg"]).ends(2);
    assert!(refused.stderr.contains(".svg or .png") && refused.stdout.is_empty(), "{refused:?}");
    let missing = stage.path("missing/spend.svg");
    let refused = stage.run(&["chart", "daily", "--out", missing.to_str().unwrap()]).ends(2);
    assert!(
        refused.stderr.contains("missing") && refused.stderr.contains("folder is not there"),
        "{refused:?}"
    );
    // A chart tells what a person owns, as every other file does, and what a killed one left beside it goes.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let path = stage.path("own/spend.svg");
        std::fs::create_dir(stage.path("own")).unwrap();
        std::fs::write(stage.path("own/.spendglass-dead.part"), "half").unwrap();
        let told = stage.run(&["--json", "chart", "daily", "--out", path.to_str().unwrap()]).ends(0).json();
        assert_eq!(told["path"], path.to_str().unwrap());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(stage.files("own"), [path]);
        let device = stage.path("device.svg");
        std::os::unix::fs::symlink("/dev/null", &device).unwrap();
        let refused = stage.run(&["chart", "daily", "--out", device.to_str().unwrap()]).ends(2);
        assert!(refused.stderr.contains("that is a device"), "{refused:?}");
    }

    let json = stage.run(&["usage", "--by", "model", "--json"]).ends(0).json();
    let csv = stage.run(&["usage", "--by", "model", "--csv"]).ends(0).stdout;
    let lines: Vec<Vec<&str>> = csv.split_terminator("\r\n").map(|line| line.split(',').collect()).collect();
    assert_eq!(
        lines[0].join(","),
        "key,name,provider,currency,billed,listed,input_tokens,output_tokens,requests,unpriced,lane"
    );
    assert_eq!(lines.len() - 1, json["rows"].as_array().unwrap().len(), "one currency: one line a row");
    for (line, row) in lines[1..].iter().zip(json["rows"].as_array().unwrap()) {
        assert_eq!(line[0], row["key"].as_str().unwrap_or_default());
        assert_eq!(line[4], row["billed"][0]["amount"].as_str().unwrap_or_default());
        assert_eq!(line[6], row["inputTokens"].as_u64().map(|tokens| tokens.to_string()).unwrap_or_default());
    }
}

#[test]
fn the_demo_shows_all_of_it_and_leaves_nothing() {
    let stage = Stage::new();
    let out = stage.path("charts");
    let ran = stage.run(&["demo", "--out", out.to_str().unwrap(), "--timezone", "Asia/Kolkata"]).ends(0);
    for words in [
        "SAMPLE DATA",
        "This month",
        "By model",
        "####",
        "not touched",
        "spendglass accounts add openai",
        "spendglass sync",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    let mut charts: Vec<String> = stage
        .files("charts")
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    charts.sort();
    assert_eq!(charts, ["daily.png", "daily.svg", "models.png", "models.svg"]);
    assert_eq!(stage.files("temporary"), Vec::<std::path::PathBuf>::new());
    assert_eq!(stage.files("home"), Vec::<std::path::PathBuf>::new());
    assert!(!stage.data_dir().exists(), "the person's own store is not opened");
    let overview = stage.run(&["demo", "--json"]).ends(0).json();
    assert_eq!(overview["sample"], true);
}

#[test]
fn without_an_account_every_command_says_what_to_do() {
    let stage = Stage::new();
    for arguments in [&["status"][..], &["sync"], &["accounts", "list"]] {
        let ran = stage.run(arguments).ends(0);
        assert!(ran.stdout.contains("spendglass accounts add openai"), "{arguments:?}: {ran:?}");
    }
    let providers = stage.run(&["providers"]).ends(0).stdout;
    for provider in ALL {
        let words = format!("{} ({})", provider.name, provider.id);
        assert!(providers.contains(&words), "{words}: {providers}");
    }
    assert!(providers.contains("Admin key: sees cost, usage, quota; begins sk-admin-..."), "{providers}");
    let one = stage.run(&["providers", "openai"]).ends(0).stdout;
    for words in ["OpenAI (openai)", "made at https://", "Add it: spendglass accounts add openai"] {
        assert!(one.contains(words), "{words}: {one}");
    }
    assert_eq!(stage.run(&["providers", "openai", "--json"]).ends(0).json()[0]["id"], "openai");
    assert_eq!(stage.run(&["providers", "--json"]).ends(0).json().as_array().unwrap().len(), ALL.len());
    assert_eq!(stage.run(&["accounts", "list", "--json"]).ends(0).json(), Value::Array(vec![]));
}

#[test]
fn wrong_usage_is_two_and_says_what_is_right() {
    let stage = Stage::new();
    for arguments in [
        &["usage"][..],
        &["usage", "--by", "colour"],
        &["usage", "--by", "day", "--from", "22.11.2026"],
        &["usage", "--by", "day", "--from", "2026-11-20", "--to", "2026-11-01"],
        &["usage", "--by", "day", "--csv", "--json"],
        &["status", "--timezone", "Mars/Olympus"],
        &["sync", "--account", "99"],
        &["accounts", "check", "99"],
        &["accounts", "remove", "99"],
        &["accounts", "check", "one"],
        &["accounts", "add", "nobody", "--key-env", "STAGE_NOBODY_KEY"],
        &["chart", "pie", "--out", "a.svg"],
        &["simulator", "--fault", "openai/costs=418"],
        &["simulator", "--listen", "0.0.0.0:0"],
        &["simulator", "--person", "pirate"],
        &["nonsense"],
    ] {
        let ran = stage.run(arguments).ends(2);
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{arguments:?}: {ran:?}");
    }
    let help = stage.run(&["help", "sync"]).ends(0).stdout;
    assert!(help.contains("Exit codes") && help.contains("spendglass sync --account 1"), "{help}");
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let stage = Stage::new();
    let mut child = stage.command(&["providers"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(stderr, "");
}

#[test]
fn a_store_that_does_not_open_is_five_and_the_doctor_says_so() {
    let stage = Stage::new();
    std::fs::write(stage.data_dir(), "not a folder").unwrap();
    let ran = stage.run(&["status"]).ends(5);
    assert!(ran.stdout.is_empty() && ran.stderr.starts_with("spendglass: "), "{ran:?}");
    let doctor = stage.run(&["doctor", "--json"]).ends(5).json();
    let store =
        doctor["findings"].as_array().unwrap().iter().find(|finding| finding["subject"] == "store").unwrap();
    assert_eq!(store["state"], "fails");
    assert!(store["remedy"].is_string());
    assert_eq!(std::fs::read_to_string(stage.data_dir()).unwrap(), "not a folder");
}

#[test]
fn the_doctor_looks_at_everything() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["openai"]);
    let ran = stage.run(&["doctor", "--json"]);
    let doctor = ran.json();
    let findings = doctor["findings"].as_array().unwrap();
    let found = |subject: &str| {
        let finding = findings.iter().find(|finding| finding["subject"] == subject);
        finding.unwrap_or_else(|| panic!("{subject}: {ran:?}"))["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(found("store"), "works");
    assert_ne!(found("keychain"), "works", "there is no session bus");
    found("clock");
    let text = stage.run(&["doctor"]).stdout;
    assert!(text.contains("keychain: ") && text.contains("do: "), "{text}");
}

/// A key that is not where it was put, or is refused, is no fault of the network.
#[test]
fn the_doctor_blames_the_network_where_nobody_answered_alone() {
    for (faults, key, words) in [
        (
            Some("openai/*=401"),
            true,
            "network: Providers answered for 1 of the 1 accounts whose keys were checked.",
        ),
        (
            Some("openai/*=500"),
            true,
            "network: Something was reached, but no provider gave an answer of use.",
        ),
        (None, true, "network: No provider could be reached."),
        (Some("openai/costs=401"), false, "network: No provider was asked, so nothing was sent."),
    ] {
        let town = Town::open("student", &[]);
        let mut stage = Stage::with(&town, &["openai"]);
        let town = if let Some(fault) = faults {
            Some(town.reopen("student", &[fault]))
        } else {
            drop(town);
            None
        };
        if !key {
            stage.unset(&variable("openai"));
        }
        let text = stage.run(&["doctor"]).ends(1).stdout;
        assert!(text.contains(words), "{faults:?} {key}: {text}");
        drop(town);
    }
}

/// The signal is sent by the system's own `kill`.
#[cfg(unix)]
fn signal(name: &str, id: u32) {
    let sent = Command::new("kill").args(["-s", name, &id.to_string()]).status().unwrap();
    assert!(sent.success());
}

#[cfg(unix)]
#[test]
fn the_simulator_serves_until_it_is_ended() {
    let town = Town::open("team", &["openai/costs=401", "anthropic/*=500*2"]);
    assert_eq!(town.announcement["now"], NOW);
    for provider in PROVIDERS {
        assert!(town.base_url(provider).starts_with("http://127.0.0.1:") && !town.key(provider).is_empty());
    }
    signal("TERM", town.id());
    assert_eq!(town.wait(), Some(0));
}

#[cfg(unix)]
#[test]
fn an_interrupted_sync_ends_as_partly_done_and_keeps_what_it_had() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["anthropic"]);
    stage.run(&["sync"]).ends(0);
    let before = stage.run(&["usage", "--by", "day", "--json"]).ends(0).json();
    // A provider that takes the call and never answers.
    let address = town.address();
    drop(town);
    let listener = std::net::TcpListener::bind(address).unwrap();
    let child = stage.command(&["sync"]).stdout(Stdio::piped()).spawn().unwrap();
    let _held = listener.accept().unwrap();
    signal("INT", child.id());
    let ran = Stage::ran(child).ends(1);
    assert!(ran.stdout.contains("Interrupted") || ran.stderr.contains("cancelled"), "{ran:?}");
    let after = stage.run(&["usage", "--by", "day", "--json"]).ends(0).json();
    assert_eq!((&before["rows"], &before["total"]), (&after["rows"], &after["total"]));
}
