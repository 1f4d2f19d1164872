//! Taking figures away, a copy of everything and the way back, and the end of everything, from the terminal.

use crate::stage::{Stage, Town};

#[test]
fn charges_leave_a_copy_comes_back_and_everything_goes() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["openai"]);
    stage.run(&["sync"]).ends(0);
    let path = |name: &str| stage.path(name).to_str().unwrap().to_owned();

    let csv = path("charges.csv");
    let told = stage.run(&["export", "charges", "--out", &csv]).ends(0);
    let text = std::fs::read_to_string(&csv).unwrap();
    assert!(text.starts_with("AvailabilityZone,BilledCost,"), "{}", &text[..80]);
    let lines = text.lines().count() - 1;
    assert!(
        lines > 10 && told.stdout.replace(',', "") == format!("{lines} charges kept in {csv}\n"),
        "{}",
        told.stdout
    );
    let part = stage
        .run(&["--json", "export", "charges", "--from", "2026-11-19", "--to", "2026-11-20", "--out", &csv])
        .ends(0)
        .json();
    assert!(part["charges"].as_u64().unwrap() < u64::try_from(lines).unwrap(), "{part}");
    let all = path("all.jsonl");
    stage.run(&["export", "all", "--out", &all]).ends(0);
    let text = std::fs::read_to_string(&all).unwrap();
    assert!(
        text.lines().any(|line| line.starts_with(r#"{"record":"accounts""#))
            && !text.contains(town.key("openai"))
    );
    let refused = stage.run(&["export", "charges", "--from", "soon", "--out", &csv]).ends(2);
    assert!(refused.stderr.contains("soon"), "{}", refused.stderr);

    let backup = path("backup.db");
    let made = stage.run(&["back-up", &backup]).ends(0);
    assert!(made.stdout.starts_with("1 account and ") && made.stdout.contains("checked"), "{}", made.stdout);
    let before = stage.run(&["--json", "status"]).ends(0).stdout;
    stage.run(&["accounts", "remove", "1", "--yes"]).ends(0);
    let alone = stage.run(&["restore", &backup]).ends(2);
    assert!(alone.stderr.contains("agree by --yes. Nothing was restored."), "{alone:?}");
    let restored = stage.run(&["restore", &backup, "--yes"]).ends(0);
    assert!(
        restored.stdout.contains("1 account and ") && restored.stdout.contains("backup-before-restore-"),
        "{}",
        restored.stdout
    );
    assert_eq!(stage.run(&["--json", "status"]).ends(0).stdout, before);
    let refused = stage.run(&["restore", &csv, "--yes"]).ends(2);
    assert!(
        refused.stderr.contains("a file of another kind") && refused.stderr.contains("Nothing was changed"),
        "{}",
        refused.stderr
    );
    stage.run(&["back-up", "/nowhere/at/all.db"]).ends(2);

    let asked = stage.run(&["delete-everything"]).ends(2);
    assert!(asked.stderr.contains("--confirm delete"), "{}", asked.stderr);
    stage.run(&["delete-everything", "--confirm", "yes"]).ends(2);
    assert!(stage.data_dir().join("spendglass.db").exists());
    let gone = stage.run(&["delete-everything", "--confirm", "delete"]).ends(0);
    assert!(gone.stdout.starts_with("0 keys and "), "{}", gone.stdout);
    assert!(!stage.data_dir().exists() && stage.path("backup.db").exists(), "{}", gone.stdout);
}

#[test]
fn an_account_whose_key_is_not_here_is_told_after_a_restore() {
    let town = Town::open("student", &[]);
    let mut stage = Stage::with(&town, &["openai"]);
    let backup = stage.path("backup.db").to_str().unwrap().to_owned();
    stage.run(&["back-up", &backup]).ends(0);
    stage.unset(&crate::stage::variable("openai"));
    let told = stage.run(&["--json", "restore", &backup, "--yes"]).ends(0).json();
    assert_eq!(told["keysMissing"], serde_json::json!(["OpenAI"]));
}

#[test]
fn a_backup_comes_back_over_a_store_that_does_not_open() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["openai"]);
    let backup = stage.path("backup.db").to_str().unwrap().to_owned();
    stage.run(&["back-up", &backup]).ends(0);
    let store = stage.data_dir().join("spendglass.db");
    std::fs::write(&store, "this was a store, and is none any more").unwrap();
    let damaged = stage.run(&["status"]).ends(5);
    assert!(damaged.stderr.contains("spendglass restore FILE"), "{}", damaged.stderr);
    // Where the backup is refused, too, all stays as it was.
    let other = stage.path("notes.txt");
    std::fs::write(&other, "no backup, but long enough for a head").unwrap();
    stage.run(&["restore", other.to_str().unwrap(), "--yes"]).ends(2);
    assert_eq!(std::fs::read_to_string(&store).unwrap(), "this was a store, and is none any more");
    let told = stage.run(&["--json", "restore", &backup, "--yes"]).ends(0).json();
    let kept = told["kept"].as_str().unwrap();
    assert!(kept.contains("backup-damaged-"), "{told}");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "this was a store, and is none any more");
    assert_eq!(stage.run(&["--json", "accounts", "list"]).ends(0).json().as_array().unwrap().len(), 1);
}

#[test]
fn a_store_that_does_not_open_can_be_deleted() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["openai"]);
    let store = stage.data_dir().join("spendglass.db");
    std::fs::write(&store, "this was a store, and is none any more").unwrap();
    stage.run(&["delete-everything", "--confirm", "no"]).ends(2);
    assert!(store.exists());
    // Nobody knows any more which keys there are: that is said, and is no success.
    let told = stage.run(&["--json", "delete-everything", "--confirm", "delete"]).ends(1).json();
    assert!(!store.exists(), "{told}");
    let left = told["left"].to_string();
    assert!(
        left.contains("Keys of Spendglass that may be in") && left.contains("could not be read"),
        "{told}"
    );
}

#[test]
fn the_plain_command_lists() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["openai"]);
    for command in ["accounts", "budgets", "alerts", "credits"] {
        let plain = stage.run(&["--json", command]).ends(0).json();
        assert_eq!(plain, stage.run(&["--json", command, "list"]).ends(0).json(), "{command}");
    }
}

#[test]
fn a_filter_that_nothing_fits_says_so() {
    let town = Town::open("student", &[]);
    let stage = Stage::with(&town, &["openai"]);
    let told = stage.run(&["usage", "--by", "day", "--only", "model=nosuch"]).ends(0).stdout;
    assert!(told.contains("of what --only names") && !told.contains("Nothing is known"), "{told}");
}
