//! The calendar, from the terminal.

use crate::stage::{NOW, Stage};

#[test]
fn the_calendar_is_written_and_its_address_turned_on_and_off() {
    let stage = Stage::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spendglass.ics");
    let path = file.to_str().unwrap();
    stage
        .run(&[
            "enter",
            "purchase",
            "openai",
            "25",
            "USD",
            "--acquired-on",
            "2026-11-02",
            "--expires-on",
            "2026-12-01",
        ])
        .ends(0);
    let ran = stage.run(&["export", "ics", "--out", path, "--now", NOW]).ends(0);
    assert_eq!(ran.stdout, format!("1 event, kept in {path}\n"));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\r\nDTSTART;VALUE=DATE:20261201\r\n"), "{text}");
    assert_eq!(text.matches("BEGIN:VALARM").count(), 1);
    let told = stage.run(&["--json", "export", "ics", "--out", path]).ends(0).json();
    assert_eq!((&told["events"], &told["cancelled"]), (&1.into(), &0.into()));
    let refused = stage.run(&["export", "ics", "--out", "/nowhere/at/all.ics"]).ends(2);
    assert!(refused.stderr.contains("/nowhere/at/all.ics"), "{}", refused.stderr);

    let off = stage.run(&["export", "address"]).ends(0);
    assert!(off.stdout.contains("--on"), "{}", off.stdout);
    let on = stage.run(&["--json", "export", "address", "--on"]).ends(0).json();
    let url = on["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:") && url.strip_suffix(".ics").is_some(), "{url}");
    assert!(stage.run(&["export", "address"]).ends(0).stdout.starts_with(url));
    let off = stage.run(&["--json", "export", "address", "--off"]).ends(0).json();
    assert_eq!((&off["on"], &off["url"]), (&false.into(), &serde_json::Value::Null));
    stage.run(&["export", "address", "--on", "--off"]).ends(2);
}
