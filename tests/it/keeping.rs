//! Files that a person asks for: written whole or not at all, and where that cannot be, said so.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ErrorCode, handle};
use spendglass_core::time::{Clock, Zone};
use spendglass_core::vault::Vault;

const NOW: &str = "2026-11-18T12:30:00Z";

async fn open(data: &Path) -> App {
    let config = Config {
        data_dir: data.to_owned(),
        vault: Vault::memory(),
        clock: Clock::Fixed(NOW.parse().unwrap()),
        zone: Some("Asia/Kolkata".parse::<Zone>().unwrap()),
        sample: None,
    };
    App::open(config).await.unwrap()
}

async fn ask(app: &App, request: Value) -> Result<Value, (ErrorCode, Option<String>, String)> {
    match handle(app, serde_json::from_value(request).unwrap()).await {
        Ok(response) => Ok(serde_json::to_value(response).unwrap()["result"].take()),
        Err(error) => Err((error.code, error.field, error.message)),
    }
}

async fn export_to(app: &App, path: &Path) -> Result<Value, (ErrorCode, Option<String>, String)> {
    ask(app, json!({"method": "exportCalendar", "params": {"path": path}})).await
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(&folder.path().join("data")).await;
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::create_dir(out.join("taken.ics")).unwrap();
    fs::write(out.join("file"), "whole").unwrap();
    for (path, problem) in [
        (out.join("nowhere/a.ics"), "its folder is not there"),
        (out.join("taken.ics"), "there is a folder of that name"),
        (out.join("file/a.ics"), "what should be its folder is a file"),
        (out.join("x".repeat(300)), "that name is too long"),
        (Path::new("/dev/null").to_owned(), "a device, not a file"),
        (Path::new("/").to_owned(), "it names no file"),
        (Path::new("").to_owned(), "it names no file"),
    ] {
        let (code, field, message) = export_to(&app, &path).await.unwrap_err();
        assert_eq!((code, field.as_deref()), (ErrorCode::BadRequest, Some("path")), "{path:?}");
        assert!(message.contains(problem) && message.contains("Name a file in a folder"), "{message}");
    }
    assert_eq!(names(&out), ["file", "taken.ics"], "nothing was begun");
    assert_eq!(fs::read_to_string(out.join("file")).unwrap(), "whole");
    app.close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_replaced_as_a_whole_for_its_owner_alone_and_drafts_of_the_dead_go() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let app = open(&folder.path().join("data")).await;
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let (file, link) = (out.join("a.ics"), out.join("link.ics"));
    fs::write(&file, "BEGIN:VCALENDAR, an older one").unwrap();
    symlink(&file, &link).unwrap();
    fs::write(out.join(".spendglass-dead.part"), "half").unwrap();
    let held = fs::File::create(out.join(".spendglass-held.part")).unwrap();
    held.lock().unwrap();
    fs::write(out.join("spendglass-mine.part"), "mine").unwrap();

    let kept = export_to(&app, &link).await.unwrap();
    assert_eq!(kept["path"], file.canonicalize().unwrap().to_str().unwrap(), "what the link leads to");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "the link stays");
    assert!(fs::read_to_string(&file).unwrap().starts_with("BEGIN:VCALENDAR"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let left = [".spendglass-held.part", "a.ics", "link.ics", "spendglass-mine.part"];
    assert_eq!(
        names(&out),
        left,
        "the draft of a program that was ended is gone, that of one that runs is not"
    );
    app.close().await;
}

/// A file of another kind is nobody's older version.
#[tokio::test]
async fn a_file_of_another_kind_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(&folder.path().join("data")).await;
    let file = folder.path().join("notes.txt");
    let path = file.to_str().unwrap();
    for request in [
        json!({"method": "backUp", "params": {"path": path}}),
        json!({"method": "export", "params": {"what": "charges", "path": path}}),
        json!({"method": "export", "params": {"what": "all", "path": path}}),
        json!({"method": "exportCalendar", "params": {"path": path}}),
    ] {
        fs::write(&file, "what I must not forget").unwrap();
        let (code, field, message) = ask(&app, request.clone()).await.unwrap_err();
        assert_eq!((code, field.as_deref()), (ErrorCode::BadRequest, Some("path")), "{message}");
        assert!(message.contains("a file of another kind is there"), "{message}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "what I must not forget");
        // One that is empty holds nothing, and what was written there is an older version.
        fs::write(&file, "").unwrap();
        ask(&app, request.clone()).await.unwrap();
        ask(&app, request).await.unwrap();
    }
    app.close().await;
}

#[tokio::test]
async fn a_place_is_chosen_where_there_is_a_dialog_under_a_name_that_every_disk_takes() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(&folder.path().join("data")).await;
    let choose = json!({"method": "choosePlace", "params": {"name": "Müller/Söhne.csv"}});
    assert_eq!(ask(&app, choose.clone()).await.unwrap(), json!({"path": null}), "no dialog here");
    app.choose_places_with(std::sync::Arc::new(|name| {
        Box::pin(async move { Some(Path::new("/home/mira").join(name)) })
    }));
    assert_eq!(ask(&app, choose).await.unwrap(), json!({"path": "/home/mira/Müller-Söhne.csv"}));
    app.close().await;
}
