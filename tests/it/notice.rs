//! Notifications, against a real bus: what arrives, what comes back, and what is said where nobody answers.

use std::time::Duration;

use spendglass_core::notice::{Action, Desktop, Notice, NoticeError, Reaction, Urgency};

pub(crate) mod stage;

use stage::{Bus, Faced, Manner};

/// Far longer than any answer takes.
const PATIENT: Duration = Duration::from_secs(20);
const ALL: [&str; 3] = ["actions", "body", "body-markup"];

fn notice(title: &str, body: &str) -> Notice {
    Notice {
        title: title.to_owned(),
        body: body.to_owned(),
        urgency: Urgency::Normal,
        actions: vec![Action::Open, Action::Snooze, Action::Used],
        replaces: None,
    }
}

#[tokio::test]
async fn the_id_of_the_server_is_the_receipt() {
    let bus = Bus::start();
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    let desktop = Desktop::at(&bus.address, PATIENT);
    let server = desktop.server().await.unwrap();
    assert_eq!((server.name.as_str(), server.version.as_str()), ("stand-in", "1.0"));
    assert!(server.actions && server.markup && server.body);
    let urgencies = [(Urgency::Low, 0, 10_000), (Urgency::Normal, 1, 30_000), (Urgency::Critical, 2, 0)];
    for (number, (urgency, _, _)) in (1..).zip(urgencies) {
        let shown = desktop.show(&Notice { urgency, ..notice("A title", "A body") }).await.unwrap();
        assert_eq!(shown, format!("{number}"));
    }
    let told = faced.told();
    assert_eq!(told.len(), 3);
    for (told, (_, urgency, expires)) in told.iter().zip(urgencies) {
        assert_eq!((told.urgency, told.expires), (urgency, expires));
        let words = [&told.program, &told.icon, &told.category].map(String::as_str);
        assert_eq!(words, ["Spendglass", "spendglass-app", "x-spendglass.alert"]);
        let labels =
            ["default", "Open", "open", "Open", "snooze", "Snooze", "used", "I used it"].map(str::to_owned);
        assert_eq!(told.actions, labels);
    }
}

#[tokio::test]
async fn text_of_a_provider_is_no_markup() {
    let hostile = "<b>50 & more</b>\u{7}\n<a href=\"x\">'click'</a>";
    let escaped = "&lt;b&gt;50 &amp; more&lt;/b&gt;\n&lt;a href=&quot;x&quot;&gt;&#39;click&#39;&lt;/a&gt;";
    let plain = "<b>50 & more</b>\n<a href=\"x\">'click'</a>";
    for (capabilities, summary, body, buttons) in [
        (&["body", "body-markup"][..], "One\u{20}line <i>", escaped, false),
        (&["body", "actions"], "One\u{20}line <i>", plain, true),
        (&[], "One line <i>: <b>50 & more</b> <a href=\"x\">'click'</a>", "", false),
    ] {
        let bus = Bus::start();
        let faced = Faced::start(&bus, capabilities, Manner::Answers).await;
        Desktop::at(&bus.address, PATIENT).show(&notice("One\nline <i>", hostile)).await.unwrap();
        let told = faced.told().remove(0);
        assert_eq!((told.summary.as_str(), told.body.as_str()), (summary, body));
        assert_eq!(!told.actions.is_empty(), buttons, "{:?}", told.actions);
    }
}

#[tokio::test]
async fn a_long_text_is_bounded() {
    let bus = Bus::start();
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    let long = "ü".repeat(40_000);
    Desktop::at(&bus.address, PATIENT).show(&notice(&long, &long)).await.unwrap();
    let told = faced.told().remove(0);
    assert_eq!((told.summary.chars().count(), told.body.chars().count()), (1_000, 1_000));
}

#[tokio::test]
async fn what_the_person_does_comes_back() {
    let bus = Bus::start();
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    let desktop = Desktop::at(&bus.address, PATIENT);
    let mut reactions = desktop.reactions();
    let mut receipts = Vec::new();
    for title in ["one", "two", "three", "four"] {
        receipts.push(desktop.show(&notice(title, "")).await.unwrap());
    }
    // Of another program's notification, and what no button says: the first is not ours, the second is a closing.
    faced.choose(99, "used").await;
    for (id, key) in [(1, "default"), (2, "open"), (3, "snooze"), (4, "used")] {
        faced.choose(id, key).await;
    }
    faced.closes(1).await;
    // It is closed: its number may be another's by now.
    faced.choose(1, "used").await;
    faced.closes(3).await;
    let expected = [
        ("1", Some(Action::Open)),
        ("2", Some(Action::Open)),
        ("3", Some(Action::Snooze)),
        ("4", Some(Action::Used)),
        ("1", None),
        ("3", None),
    ];
    for (receipt, chosen) in expected {
        let said = tokio::time::timeout(PATIENT, reactions.recv()).await.unwrap().unwrap();
        assert_eq!(said, Reaction { receipt: receipt.to_owned(), chosen });
    }
}

/// Another program on the bus says that the person chose something.
#[tokio::test]
async fn a_stranger_answers_for_nobody() {
    let bus = Bus::start();
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    let desktop = Desktop::at(&bus.address, PATIENT);
    let mut reactions = desktop.reactions();
    desktop.show(&notice("one", "")).await.unwrap();
    let stranger = zbus::connection::Builder::address(bus.address.as_str()).unwrap().build().await.unwrap();
    stranger
        .emit_signal(None::<&str>, stage::PATH, stage::NAME, "ActionInvoked", &(1_u32, "used"))
        .await
        .unwrap();
    // What comes after it has been read when this has.
    faced.choose(1, "snooze").await;
    let said = tokio::time::timeout(PATIENT, reactions.recv()).await.unwrap().unwrap();
    assert_eq!(said.chosen, Some(Action::Snooze));
}

#[tokio::test]
async fn one_that_is_sent_again_takes_its_own_place() {
    let bus = Bus::start();
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    let desktop = Desktop::at(&bus.address, PATIENT);
    let first = desktop.show(&notice("one", "")).await.unwrap();
    let again = Notice { replaces: Some(first.clone()), ..notice("one", "again") };
    assert_eq!(desktop.show(&again).await.unwrap(), first);
    // The receipt of another run, or no number at all, replaces nothing.
    for receipt in ["7", "taken"] {
        desktop.show(&Notice { replaces: Some(receipt.to_owned()), ..again.clone() }).await.unwrap();
    }
    let replaces: Vec<u32> = faced.told().iter().map(|told| told.replaces).collect();
    assert_eq!(replaces, [0, 1, 0, 0]);
    // After a new start of the server the same number is another's.
    let log = faced.end().await;
    let _faced = Faced::go_on(&bus, &ALL, Manner::Answers, log.clone()).await;
    desktop.show(&again).await.unwrap();
    assert_eq!(log.lock().unwrap().told.last().unwrap().replaces, 0);
}

#[tokio::test]
async fn each_absence_has_its_own_words() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = Desktop::at(&format!("unix:path={}", folder.path().join("bus").display()), PATIENT);
    assert_eq!(nowhere.show(&notice("one", "")).await.unwrap_err(), NoticeError::NoBus);
    assert_eq!(Desktop::at("nonsense", PATIENT).server().await.unwrap_err(), NoticeError::NoBus);

    let bus = Bus::start();
    let desktop = Desktop::at(&bus.address, PATIENT);
    assert_eq!(desktop.show(&notice("one", "")).await.unwrap_err(), NoticeError::NoServer);

    let hanging = Faced::start(&bus, &ALL, Manner::Hangs).await;
    let hurried = Desktop::at(&bus.address, Duration::from_millis(400));
    assert_eq!(hurried.show(&notice("one", "")).await.unwrap_err(), NoticeError::Silent);
    hanging.end().await;

    let refusing = Faced::start(&bus, &ALL, Manner::Refuses).await;
    let error = desktop.show(&notice("one", "")).await.unwrap_err();
    assert_eq!(error, NoticeError::Refused("too many already".to_owned()));
    refusing.end().await;

    // The same desktop finds the one that comes at last, without being told.
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    for desktop in [&desktop, &hurried] {
        desktop.show(&notice("one", "")).await.unwrap();
    }
    assert_eq!(faced.told().len(), 2);

    let mut words: Vec<String> =
        [NoticeError::NoBus, NoticeError::NoServer, NoticeError::Silent, NoticeError::Died, error]
            .map(|error| error.to_string())
            .into();
    words.sort();
    words.dedup();
    assert_eq!(words.len(), 5);
}

/// The server dies while it is asked, and comes back; then the whole bus does.
#[tokio::test]
async fn a_server_and_a_bus_that_come_back_are_found() {
    let mut bus = Bus::start();
    let dying = Faced::start(&bus, &ALL, Manner::Hangs).await;
    let desktop = Desktop::at(&bus.address, PATIENT);
    desktop.server().await.unwrap();
    let asked = tokio::spawn({
        let desktop = desktop.clone();
        async move { desktop.show(&notice("one", "")).await }
    });
    // It has been asked once its own queue of calls holds the question; ending it then cuts the answer off.
    tokio::task::yield_now().await;
    dying.end().await;
    let error = asked.await.unwrap().unwrap_err();
    assert!(matches!(error, NoticeError::Died | NoticeError::NoServer), "{error:?}");

    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    let mut reactions = desktop.reactions();
    assert_eq!(desktop.show(&notice("two", "")).await.unwrap(), "1");
    faced.choose(1, "used").await;
    let said = tokio::time::timeout(PATIENT, reactions.recv()).await.unwrap().unwrap();
    assert_eq!(said.chosen, Some(Action::Used));
    drop(faced);

    bus.restart();
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    desktop.show(&notice("three", "")).await.unwrap();
    assert_eq!(faced.told().len(), 1);
    faced.choose(1, "snooze").await;
    let said = tokio::time::timeout(PATIENT, reactions.recv()).await.unwrap().unwrap();
    assert_eq!(said.chosen, Some(Action::Snooze), "the new connection is listened to");
}
