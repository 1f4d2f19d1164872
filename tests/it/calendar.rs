//! The calendar of expiries, resets and renewals: what is in it, what changes, how it is served. Read by Python's `icalendar`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ErrorCode, handle};
use spendglass_core::export::{Dates, Lapse, Renewal, Reset, When, calendar, notes, shown, tell};
use spendglass_core::ledger::QuotaWindow;
use spendglass_core::store::{DayNote, ToldEvent};
use spendglass_core::time::{Calendar, Clock, Date, Timestamp, Zone};
use spendglass_core::vault::Vault;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const NOW: &str = "2026-11-18T12:30:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn on(text: &str) -> Date {
    text.parse().unwrap()
}

fn kolkata() -> Calendar {
    Calendar::new("Asia/Kolkata".parse::<Zone>().unwrap())
}

/// What Python's parser reads in files, one imported after the other.
fn imported(files: &[&Path]) -> Vec<Value> {
    let output = Command::new("/usr/bin/python3")
        .args(["-c", include_str!("calendar.py")])
        .args(files)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn lot(id: &str, left: Option<&str>, when: When) -> Lapse {
    let left = left.map(str::to_owned);
    Lapse { id: id.to_owned(), label: "Studio".to_owned(), left, when, possible: false }
}

fn reset(name: &str, model: Option<&str>, window: QuotaWindow, at_: &str) -> Reset {
    Reset {
        account: 1,
        label: "Studio".to_owned(),
        name: name.to_owned(),
        model: model.map(str::to_owned),
        window,
        at: at(at_),
    }
}

fn plan(plan: &str, period: Option<QuotaWindow>, when: When, ends: bool) -> Renewal {
    let price = period.map(|_| "20 USD".to_owned());
    Renewal { account: 2, label: "Chat".to_owned(), plan: plan.to_owned(), price, period, when, ends }
}

fn said(dates: &Dates, now: &str) -> Vec<(String, String, String, i32)> {
    let notes = notes(dates, kolkata(), at(now));
    notes
        .into_iter()
        .map(|(key, note)| (key, note.date.to_string(), note.summary, note.alarm_hours))
        .collect()
}

fn row(key: &str, date: &str, summary: &str, alarm: i32) -> (String, String, String, i32) {
    (key.to_owned(), date.to_owned(), summary.to_owned(), alarm)
}

#[test]
fn what_is_to_come_is_a_day_each_with_the_next_alarm() {
    let dates = Dates {
        lots: vec![
            lot("entry-1", Some("25 USD"), When::On(on("2026-12-01"))),
            lot("entry-2", None, When::On(on("2026-11-22"))),
            lot("entry-3", Some("3 USD"), When::On(on("2026-11-18"))),
            lot("entry-4", Some("4 USD"), When::On(on("2026-11-17"))),
            // At half past five in the morning in Kolkata: the alarm of that day would be too late.
            lot("grant-1-a", Some("9 USD"), When::At(at("2026-11-19T00:00:00Z"))),
            Lapse { possible: true, ..lot("grant-1-b", Some("1 USD"), When::At(at("2027-01-01T00:00:00Z"))) },
        ],
        resets: vec![
            reset("Requests", Some("big"), QuotaWindow::Month, "2026-12-01T00:00:00Z"),
            reset("Requests", Some("small"), QuotaWindow::Month, "2026-12-01T00:00:07Z"),
            reset("Requests", None, QuotaWindow::Day, "2026-11-19T00:00:00Z"),
            reset("Tokens", None, QuotaWindow::Week, "2026-11-23T00:00:00Z"),
            reset("Session", None, QuotaWindow::FIVE_HOURS, "2026-11-18T15:00:00Z"),
            reset("Long", None, QuotaWindow::Minutes(30 * 24 * 60), "2026-12-05T00:00:00Z"),
        ],
        renewals: vec![
            plan("Pro", Some(QuotaWindow::Month), When::On(on("2026-01-31")), false),
            plan("Team", Some(QuotaWindow::Year), When::On(on("2024-02-29")), false),
            plan("Old", None, When::At(at("2026-11-20T18:29:58Z")), true),
        ],
    };
    assert_eq!(
        said(&dates, NOW),
        [
            row("lot:entry-1", "2026-12-01", "25 USD of credit lapses: Studio", 9 - 7 * 24),
            row("lot:entry-2", "2026-11-22", "Credit lapses: Studio", 9 - 24),
            row("lot:entry-3", "2026-11-18", "3 USD of credit lapses: Studio", 9),
            row("lot:grant-1-a", "2026-11-19", "9 USD of credit lapses: Studio", -6),
            row("lot:grant-1-b", "2027-01-01", "1 USD of credit may lapse: Studio", 9 - 7 * 24),
            row("plan:2:Old", "2026-11-21", "Old ends: Chat", 9 - 24),
            row("plan:2:Pro", "2026-11-30", "Pro renews: Chat", 9 - 3 * 24),
            row("plan:2:Team", "2027-02-28", "Team renews: Chat", 9 - 3 * 24),
            row("reset:1:Long:720 hours", "2026-12-05", "Long starts again: Studio", 9),
            row("reset:1:Requests:month", "2026-12-01", "Requests starts again: Studio", 9),
        ]
    );
    let notes = notes(&dates, kolkata(), at(NOW));
    assert_eq!(
        notes["reset:1:Requests:month"].description,
        "This allowance of a month is counted anew from this day. It is for big, small."
    );
    assert_eq!(notes["lot:entry-1"].description, "It can be spent to the end of this day (Asia/Kolkata).");
    assert_eq!(
        notes["lot:grant-1-a"].description,
        "It can be spent until 2026-11-19 05:30 +05:30 (Asia/Kolkata)."
    );
    assert_eq!(notes["plan:2:Pro"].description, "The plan renews on this day. It costs 20 USD a month.");
}

/// What a provider tells of one instant differs by seconds or minutes from answer to answer: no event moves by that.
#[test]
fn an_instant_that_drifts_moves_no_event() {
    for (first, others) in [
        ("2026-12-01T00:00:00Z", ["2026-11-30T23:59:57Z", "2026-12-01T00:00:04Z", "2026-12-01T00:02:00Z"]),
        ("2026-12-01T18:30:00Z", ["2026-12-01T18:29:57Z", "2026-12-01T18:30:04Z", "2026-12-01T18:32:00Z"]),
    ] {
        let of = |instant: &str| Dates {
            lots: vec![lot("a", None, When::At(at(instant)))],
            resets: vec![reset("Requests", None, QuotaWindow::Month, instant)],
            renewals: vec![plan("Pro", None, When::At(at(instant)), false)],
        };
        let days = |instant| {
            said(&of(instant), NOW).into_iter().map(|(key, date, ..)| (key, date)).collect::<Vec<_>>()
        };
        for other in others {
            assert_eq!(days(other), days(first), "{other}");
        }
    }
}

fn note(date: &str, summary: &str) -> DayNote {
    DayNote { date: on(date), summary: summary.to_owned(), description: "d".to_owned(), alarm_hours: 9 }
}

/// Key, sequence, whether it is withdrawn.
fn marks(told: &[ToldEvent]) -> Vec<(&str, u32, bool)> {
    told.iter().map(|event| (event.key.as_str(), event.sequence, event.withdrawn_at.is_some())).collect()
}

#[test]
fn a_change_raises_the_sequence_and_what_is_no_longer_so_is_withdrawn() {
    let of = |notes: &[(&str, DayNote)]| -> BTreeMap<String, DayNote> {
        notes.iter().map(|(key, note)| ((*key).to_owned(), note.clone())).collect()
    };
    let step = |told: &[ToldEvent], notes: &[(&str, DayNote)], now: &str| {
        tell(told, &of(notes), at(now).utc_date(), at(now))
    };
    let (a, b) = (("a", note("2026-12-01", "A")), ("b", note("2026-11-20", "B")));
    let first = step(&[], &[a.clone(), b.clone()], NOW);
    assert_eq!(marks(&first), [("a", 0, false), ("b", 0, false)]);
    assert_eq!(step(&first, &[a.clone(), b.clone()], "2026-11-19T00:00:00Z"), first, "nothing changed");

    let moved = ("a", note("2026-12-02", "A"));
    let second = step(&first, &[moved.clone(), b.clone()], "2026-11-19T00:00:00Z");
    assert_eq!(marks(&second), [("a", 1, false), ("b", 0, false)]);
    assert_eq!(second[0].changed_at, at("2026-11-19T00:00:00Z"));

    // On the 21st, b is over and stays; a is gone and withdrawn, once.
    let third = step(&second, &[], "2026-11-21T00:00:00Z");
    assert_eq!(marks(&third), [("a", 2, true), ("b", 0, false)]);
    assert_eq!(step(&third, &[], "2026-11-25T00:00:00Z"), third);
    assert_eq!(shown(&third, on("2026-11-21")).len(), 2);

    // A clock that was set back makes no event older, and an event that comes back has a number above all it had.
    let fourth = step(&third, std::slice::from_ref(&moved), "2026-11-20T00:00:00Z");
    assert_eq!(marks(&fourth)[0], ("a", 3, false));
    assert_eq!(fourth[0].changed_at, at("2026-11-21T00:00:00Z"));

    // Long after, they are told no more; longer after, they are forgotten.
    assert_eq!(shown(&third, on("2027-06-01")), Vec::<&ToldEvent>::new());
    assert_eq!(step(&third, &[], "2027-06-01T00:00:00Z"), third);
    assert_eq!(step(&third, &[], "2029-06-01T00:00:00Z"), []);
}

#[test]
fn long_lines_are_folded_between_characters_and_read_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    for (n, word) in ["क्रेडिट", "👩🏽\u{200d}💻", "naïve", "a;b,c\\d", "x"].into_iter().enumerate()
    {
        // Every length around the edge of a line, so that each octet of each character falls on it.
        for times in 1..40 {
            let mut note = note("2026-12-01", &format!("{}{}", "y".repeat(times % 7), word.repeat(times)));
            note.description = format!("{}\nsecond line", " ,;\\x".repeat(times));
            let key = format!("{n}-{times}");
            told.push(ToldEvent { key, note, sequence: 0, changed_at: at(NOW), withdrawn_at: None });
        }
    }
    let events: Vec<&ToldEvent> = told.iter().collect();
    let path = folder.path().join("long.ics");
    std::fs::write(&path, calendar("store", &events)).unwrap();
    let read = imported(&[&path]);
    for (event, wanted) in read[0]["events"].as_array().unwrap().iter().zip(&told) {
        assert_eq!(event["summary"], wanted.note.summary);
        assert_eq!(event["description"], wanted.note.description);
    }
    assert_eq!(read[0]["events"].as_array().unwrap().len(), told.len());
    // Another store's events are others, whatever they are of.
    assert_ne!(calendar("other", &events), calendar("store", &events));
}

async fn open(folder: &Path, now: &str) -> App {
    let config = Config {
        data_dir: folder.join("data"),
        vault: Vault::memory(),
        clock: Clock::Fixed(at(now)),
        zone: Some("Asia/Kolkata".parse().unwrap()),
        sample: None,
    };
    App::open(config).await.unwrap()
}

async fn call(app: &App, request: Value) -> Result<Value, (ErrorCode, Option<String>, String)> {
    match handle(app, serde_json::from_value(request).unwrap()).await {
        Ok(response) => Ok(serde_json::to_value(response).unwrap()["result"].take()),
        Err(error) => Err((error.code, error.field, error.message)),
    }
}

async fn ask(app: &App, method: &str, params: Value) -> Value {
    call(app, json!({"method": method, "params": params})).await.unwrap()
}

async fn enter(app: &App, entry: Value) -> i64 {
    let row = ask(app, "enter", json!({"provider": "openai", "label": "स्टूडियो 🎨", "entry": entry})).await;
    row["id"].as_i64().unwrap()
}

fn purchase(expires: &str) -> Value {
    json!({"kind": "purchase", "amount": "25.50", "currency": "USD", "acquiredOn": "2026-11-02", "expiresOn": expires})
}

/// Date, summary and sequence of what the person's calendar holds.
fn held(read: &Value) -> Vec<(&str, &str, i64)> {
    let events = read["calendar"].as_array().unwrap().iter();
    events
        .map(|event| {
            let (date, summary) = (event["date"].as_str().unwrap(), event["summary"].as_str().unwrap());
            (date, summary, event["sequence"].as_i64().unwrap())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_imported_again_updates_and_withdraws() {
    let folder = tempfile::tempdir().unwrap();
    let file = |n: usize| folder.path().join(format!("{n}.ics"));
    let app = open(folder.path(), NOW).await;
    let lot = enter(&app, purchase("2026-12-01")).await;
    enter(&app, json!({"kind": "subscription", "plan": "Pro", "price": "20", "currency": "USD", "period": "month", "renewsOn": "2026-11-25"})).await;
    enter(&app, json!({"kind": "allowance", "name": "Free requests", "limit": "1000", "unit": "requests", "window": "month", "resets": "firstOfMonth", "zone": "UTC"})).await;
    enter(&app, json!({"kind": "allowance", "name": "Daily requests", "limit": "10", "unit": "requests", "window": "day", "resets": "midnight", "zone": "UTC"})).await;
    let export = async |app: &App, n: usize| ask(app, "exportCalendar", json!({"path": file(n)})).await;
    let first = export(&app, 0).await;
    assert_eq!((&first["events"], &first["cancelled"]), (&3.into(), &0.into()));
    export(&app, 1).await;
    assert_eq!(std::fs::read(file(0)).unwrap(), std::fs::read(file(1)).unwrap(), "nothing changed");
    app.close().await;

    // A day later the lot is said to last longer; the day after, it is gone.
    let app = open(folder.path(), "2026-11-19T12:30:00Z").await;
    ask(&app, "changeEntry", json!({"id": lot, "entry": purchase("2026-12-15")})).await;
    export(&app, 2).await;
    app.close().await;
    let app = open(folder.path(), "2026-11-20T12:30:00Z").await;
    ask(&app, "removeEntry", json!({"id": lot})).await;
    let last = export(&app, 3).await;
    assert_eq!((&last["events"], &last["cancelled"]), (&3.into(), &1.into()));
    app.close().await;

    let read = imported(&[&file(0), &file(1), &file(2), &file(3)]);
    let credit = |read: &Value| -> Vec<(String, i64)> {
        let mut held = held(read);
        held.retain(|(_, summary, _)| summary.to_lowercase().contains("credit"));
        held.into_iter().map(|(date, _, sequence)| (date.to_owned(), sequence)).collect()
    };
    assert_eq!(credit(&read[1]), [("2026-12-01".to_owned(), 0)]);
    assert_eq!(credit(&read[2]), [("2026-12-15".to_owned(), 1)], "moved, not doubled");
    assert_eq!(credit(&read[3]), [], "withdrawn");
    assert_eq!(
        held(&read[3]),
        [
            ("2026-11-25", "Pro renews: स्टूडियो 🎨", 0),
            ("2026-12-01", "Free requests starts again: स्टूडियो 🎨", 0),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_written_is_named_and_an_old_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    for path in ["", "/", "/nowhere/at/all.ics", folder.path().to_str().unwrap()] {
        let (code, field, message) =
            call(&app, json!({"method": "exportCalendar", "params": {"path": path}})).await.unwrap_err();
        assert_eq!((code, field.as_deref()), (ErrorCode::BadRequest, Some("path")), "{path}");
        assert!(message.contains(path) && message.contains("spendglass.ics"), "{message}");
    }
    let path = folder.path().join("spendglass.ics");
    std::fs::write(&path, "BEGIN:VCALENDAR, the old one").unwrap();
    ask(&app, "exportCalendar", json!({"path": path})).await;
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("BEGIN:VCALENDAR\r\n"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside it");
    app.close().await;
}

/// What an answer begins with, and the whole of it.
async fn http(port: u16, head: &str) -> (u16, String) {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}

/// Waits until the address is served.
async fn served(url: &str) -> (u16, String) {
    let (port, path) = url.strip_prefix("http://127.0.0.1:").unwrap().split_once('/').unwrap();
    let port = port.parse().unwrap();
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        tokio::task::yield_now().await;
    }
    (port, format!("/{path}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_answers_who_knows_it_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    enter(&app, purchase("2026-12-01")).await;
    let off = json!({"on": false, "url": null, "problem": null});
    assert_eq!(call(&app, json!({"method": "calendarAddress"})).await.unwrap(), off, "off unless asked for");
    let address = ask(&app, "setCalendarAddress", json!({"on": true})).await;
    let url = address["url"].as_str().unwrap();
    assert_eq!(call(&app, json!({"method": "calendarAddress"})).await.unwrap(), address);
    let serving = tokio::spawn({
        let app = app.clone();
        async move { app.serve_calendar().await }
    });
    let (port, path) = served(url).await;
    assert!(path.len() > 60 && path.strip_suffix(".ics").is_some(), "{path}");
    let request = |method: &str, path: &str, host: &str, more: &str| {
        format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n")
    };
    let own = format!("127.0.0.1:{port}");

    let (status, answer) = http(port, &request("GET", &path, &own, "")).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(status, 200, "{head}");
    assert!(head.contains("content-type: text/calendar; charset=utf-8"), "{head}");
    let file = folder.path().join("served.ics");
    std::fs::write(&file, body).unwrap();
    assert_eq!(imported(&[&file])[0]["events"].as_array().unwrap().len(), 1);

    // The same again is not sent again; a change is.
    let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let again = request("GET", &path, &own, &format!("If-None-Match: \"x\", W/{tag}\r\n"));
    let (status, answer) = http(port, &again).await;
    assert!(status == 304 && answer.ends_with("\r\n\r\n"), "{answer}");
    enter(&app, purchase("2026-12-02")).await;
    assert_eq!(http(port, &again).await.0, 200);

    let (status, answer) = http(port, &request("HEAD", &path, &own, "")).await;
    assert!(status == 200 && answer.ends_with("\r\n\r\n") && answer.contains("content-length: "), "{answer}");
    let localhost = format!("localhost:{port}");
    for (method, path, host, wanted) in [
        ("GET", path.as_str(), localhost.as_str(), 200),
        ("GET", &path[..path.len() - 1], &own, 404),
        ("GET", "/", &own, 404),
        ("GET", &path.to_uppercase(), &own, 404),
        ("GET", &path, "calendar.example.com", 421),
        ("GET", &path, "127.0.0.1", 421),
        ("GET", &path, "127.0.0.1:1", 421),
        ("POST", &path, &own, 405),
        ("DELETE", "/", &own, 404),
    ] {
        let (status, answer) = http(port, &request(method, path, host, "")).await;
        assert_eq!(status, wanted, "{method} {path} {host}: {answer}");
        assert_eq!(answer.contains("VCALENDAR"), wanted == 200);
    }
    let twice = request("GET", &path, &own, "Host: calendar.example.com\r\n");
    assert_ne!(http(port, &twice).await.0, 200);

    // Off, it is gone at once; on again it has another word at the same port.
    assert_eq!(ask(&app, "setCalendarAddress", json!({"on": false})).await, off);
    while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let address = ask(&app, "setCalendarAddress", json!({"on": true})).await;
    let (same, other) = served(address["url"].as_str().unwrap()).await;
    assert_eq!(same, port);
    assert_ne!(other, path);
    assert_eq!(http(port, &request("GET", &path, &own, "")).await.0, 404);
    serving.abort();
    let _ = serving.await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_port_is_kept_and_waited_for_where_it_is_not_free() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    let url = ask(&app, "setCalendarAddress", json!({"on": true})).await["url"].as_str().unwrap().to_owned();
    app.close().await;
    let app = open(folder.path(), NOW).await;
    let address = || async { call(&app, json!({"method": "calendarAddress"})).await.unwrap() };
    assert_eq!(
        address().await,
        json!({"on": true, "url": url, "problem": null}),
        "after a restart it is the same"
    );

    let port: u16 = url.split([':', '/']).nth(4).unwrap().parse().unwrap();
    let stranger = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let serving = tokio::spawn({
        let app = app.clone();
        async move { app.serve_calendar().await }
    });
    let told = loop {
        let told = address().await;
        if told["problem"] != Value::Null {
            break told;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(told["url"], url.as_str(), "programs that subscribed are not left behind");
    let problem = told["problem"].as_str().unwrap();
    assert!(problem.contains(&format!("port {port} ")) && problem.contains("off and on"), "{problem}");
    drop(stranger);
    let (_, path) = served(&url).await;
    let asked = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    assert_eq!(http(port, &asked).await.0, 200);
    assert_eq!(address().await["problem"], Value::Null);
    serving.abort();
    let _ = serving.await;

    // A new port is the person's choice.
    let stranger = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let serving = tokio::spawn({
        let app = app.clone();
        async move { app.serve_calendar().await }
    });
    while address().await["problem"] == Value::Null {
        tokio::task::yield_now().await;
    }
    ask(&app, "setCalendarAddress", json!({"on": false})).await;
    let moved = ask(&app, "setCalendarAddress", json!({"on": true})).await;
    assert_eq!(moved["problem"], Value::Null);
    assert_ne!(served(moved["url"].as_str().unwrap()).await.0, port);
    drop(stranger);
    serving.abort();
    let _ = serving.await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tray_tells_three_lines_of_what_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    let glance = app.glance().await.unwrap();
    assert_eq!(
        (glance.today.as_str(), glance.expiry.as_str(), glance.limit.as_str()),
        ("Today: no account yet", "Next expiry: none known", "Tightest limit: none known")
    );
    enter(&app, json!({"kind": "cost", "date": "2026-11-18", "amount": "1.2", "currency": "USD"})).await;
    enter(&app, json!({"kind": "cost", "date": "2026-11-18", "amount": "0.00456", "currency": "EUR"})).await;
    let glance = app.glance().await.unwrap();
    assert_eq!(glance.today, "Today: 0.0046 EUR, 1.20 USD entered");
    app.close().await;
}
