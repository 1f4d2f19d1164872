//! The loop without a window: one turn, a long one that ends in order, and the webhook that it sends to.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::stage::{Stage, Town};

#[test]
fn one_turn_reads_what_is_due_and_ends() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["openrouter"]);
    let ran = stage.run(&["watch", "--once"]).ends(0);
    assert_eq!(ran.stdout, "read     1 OpenRouter\nEnded: 1 reading, 0 reminders sent, 0 not sent.\n");
    // It is not due again at the same instant.
    assert_eq!(stage.run(&["watch", "--once"]).ends(0).stdout, "Nothing was due.\n");
    let ended = stage.run(&["--json", "watch", "--once"]).ends(0).json();
    assert_eq!(ended, serde_json::json!({"event": "ended", "read": 0, "sent": 0, "notSent": 0}));
    let status = stage.run(&["--json", "status"]).ends(0).json();
    assert_eq!(status["month"]["billed"][0]["currency"], "USD", "{status}");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_in_order_and_a_second_one_waits_for_the_first() {
    let stage = Stage::new();
    for signal in ["-TERM", "-INT"] {
        let mut command = stage.command(&["watch"]);
        let mut first = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(first.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        assert_eq!(line, "Watching. Ctrl-C ends it.\n");
        let second = stage.run(&["watch", "--once"]).ends(1);
        assert!(second.stdout.starts_with("Another loop works for this store"), "{}", second.stdout);
        let id = first.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
        assert_eq!(first.wait().unwrap().code(), Some(0));
        line.clear();
        said.read_line(&mut line).unwrap();
        assert_eq!(line, "Ended: 0 readings, 0 reminders sent, 0 not sent.\n");
    }
}

/// There is no keychain here, so the way of an address ends where it is to be kept.
#[cfg(target_os = "linux")]
#[test]
fn a_webhook_is_taken_from_standard_input_and_kept_in_the_keychain_alone() {
    let stage = Stage::new();
    let none = stage.run(&["alerts", "webhook", "show"]).ends(0);
    assert!(none.stdout.contains("Set one: spendglass alerts webhook set"), "{}", none.stdout);
    let refused = stage.run(&["alerts", "webhook", "set", "http://ntfy.example.org/spending"]).ends(2);
    assert!(refused.stderr.contains("https://"), "{}", refused.stderr);
    // An address with a token is no argument: it is read from standard input.
    let address = "https://hooks.example.org/services/T0/B0/a1b2c3d4e5f6a1b2c3d4e5f6";
    stage.run(&["alerts", "webhook", "set", address]).ends(2);
    let set = stage.run_with(&["alerts", "webhook", "set"], address).ends(4);
    assert!(set.stderr.contains("kept in the keychain") && !set.stderr.contains("a1b2c3"), "{}", set.stderr);
    let gone = stage.run(&["--json", "alerts", "webhook", "remove"]).ends(0).json();
    assert_eq!(gone["url"], serde_json::Value::Null);
}
