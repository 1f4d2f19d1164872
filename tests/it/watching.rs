//! The loop: what is due is delivered once, comes again where nobody took it, and answers find their alert.

mod hooks;
mod readings;

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, Event, Request, Told};
use spendglass_core::ledger::{AlertEnd, AlertLevel, AlertRule, Channel};
use spendglass_core::notice::Desktop;
use spendglass_core::store::{BookedAlerts, EndedAlert, RaisedAlert, Store, Turn};
use spendglass_core::time::{Clock, Timestamp, Zone};
use spendglass_core::vault::Vault;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::house::ask;
use crate::notice::stage::{Bus, Cut, Faced, Manner};

const NOW: &str = "2026-11-18T09:00:00Z";
const PATIENT: Duration = Duration::from_secs(20);
const ALL: [&str; 3] = ["actions", "body", "body-markup"];

/// A program on a folder of its own, with a clock that the test moves.
struct Stage {
    app: App,
    clock: Arc<AtomicI64>,
    folder: TempDir,
    told: Arc<Mutex<Vec<Told>>>,
}

impl Stage {
    async fn new(desktop: Option<Desktop>) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(NOW.parse::<Timestamp>().unwrap().unix()));
        let app = open(folder.path(), &clock).await;
        if let Some(desktop) = desktop {
            app.show_on(desktop);
        }
        Stage { app, clock, folder, told: Arc::default() }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.clock.load(Ordering::SeqCst)).unwrap()
    }

    fn later(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// One turn, and what was told in it.
    async fn tick(&self) -> Vec<Told> {
        let told = Arc::clone(&self.told);
        assert!(self.app.tick(&|line| told.lock().unwrap().push(line)).await.unwrap());
        std::mem::take(&mut *self.told.lock().unwrap())
    }

    async fn raise(&self, title: &str) -> i64 {
        self.raise_step(title, title, "USD").await
    }

    async fn raise_step(&self, title: &str, subject: &str, step: &str) -> i64 {
        let now = self.now();
        let store = Store::open(&self.folder.path().join("data"), now).await.unwrap();
        let alert = RaisedAlert {
            // A day that has not come is judged by nothing, so this stays as it is raised.
            rule: AlertRule::Spike,
            subject: format!("day:{subject}:9999-01-01"),
            step: step.to_owned(),
            level: AlertLevel::Warning,
            title: title.to_owned(),
            body: format!("Body of {title}"),
            account_id: None,
            due_at: now,
            until: Some(now.plus_seconds(400 * 86_400)),
            noted: false,
        };
        let raised = BookedAlerts { raised: vec![alert], ..BookedAlerts::default() };
        let id = store.book_alerts(&raised, now).await.unwrap()[0];
        store.close().await;
        id
    }

    /// Their time goes by.
    async fn pass(&self, ids: &[i64]) {
        let store = Store::open(&self.folder.path().join("data"), self.now()).await.unwrap();
        let ended = ids.iter().map(|id| EndedAlert { id: *id, how: AlertEnd::Passed }).collect();
        store.book_alerts(&BookedAlerts { ended, ..BookedAlerts::default() }, self.now()).await.unwrap();
        store.close().await;
    }

    async fn row(&self, id: i64) -> Value {
        let inbox =
            ask(&self.app, serde_json::from_value(json!({"method": "inbox", "params": {}})).unwrap()).await;
        inbox["alerts"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone()
    }

    async fn ask(&self, request: Value) -> Value {
        ask(&self.app, serde_json::from_value(request).unwrap()).await
    }
}

async fn open(folder: &Path, clock: &Arc<AtomicI64>) -> App {
    let config = Config {
        data_dir: folder.join("data"),
        vault: Vault::memory(),
        clock: Clock::Held(Arc::clone(clock)),
        zone: Some(Zone::UTC),
        sample: None,
    };
    App::open(config).await.unwrap()
}

fn sent(told: &[Told]) -> Vec<(&str, &str)> {
    let one = |line| match line {
        &Told::Delivered { channel, ref title } => Some((channel, title.as_str())),
        _ => None,
    };
    told.iter().filter_map(one).collect()
}

#[tokio::test]
async fn what_is_due_is_shown_once_and_keeps_its_receipt() {
    let bus = Bus::start();
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    let stage = Stage::new(Some(Desktop::at(&bus.address, PATIENT))).await;
    assert_eq!(sent(&stage.tick().await), []);
    let id = stage.raise("one").await;
    assert_eq!(stage.row(id).await["state"], "due");
    assert_eq!(sent(&stage.tick().await), [("desktop", "one")]);
    let row = stage.row(id).await;
    assert_eq!(row["state"], "sent");
    assert_eq!(row["deliveries"][0]["receipt"], "1");
    assert_eq!(row["deliveries"][0]["delivered"], true);
    for later in [60, 86_400, -200_000] {
        stage.later(later);
        assert_eq!(sent(&stage.tick().await), [], "{later}");
    }
    let told = faced.told();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].summary.as_str(), told[0].body.as_str()), ("one", "Body of one"));
    // Nobody listens to what happens here, so there is no window to open; and it is of no lot.
    assert_eq!(told[0].actions, ["default", "Open", "snooze", "Snooze"]);
    stage.app.close().await;
}

#[tokio::test]
async fn what_nobody_takes_waits_in_the_inbox_and_comes_when_somebody_does() {
    let bus = Bus::start();
    let stage = Stage::new(Some(Desktop::at(&bus.address, PATIENT))).await;
    let id = stage.raise("one").await;
    let told = stage.tick().await;
    let [Told::Undelivered { channel: "desktop", title, problem }] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert!(title == "one" && problem.starts_with("No notification service"), "{told:?}");
    let row = stage.row(id).await;
    assert_eq!((&row["state"], &row["deliveries"][0]["delivered"]), (&json!("due"), &json!(false)));
    assert_eq!(row["deliveries"][0]["problem"], problem.as_str());
    let warning = stage.ask(json!({"method": "inbox", "params": {}})).await["warning"].clone();
    assert_eq!(warning, problem.as_str(), "the inbox says why");
    let watching = stage.ask(json!({"method": "watching"})).await;
    assert_eq!((&watching["notifier"], &watching["notifierProblem"]), (&Value::Null, &json!(problem)));
    // The same again is no news, and wears no disk.
    stage.later(60);
    assert_eq!(stage.tick().await, []);
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    stage.later(1);
    assert_eq!(sent(&stage.tick().await), [("desktop", "one")]);
    let watching = stage.ask(json!({"method": "watching"})).await;
    assert_eq!(watching["notifier"], "stand-in");
    assert_eq!(stage.ask(json!({"method": "inbox", "params": {}})).await["warning"], Value::Null);
    assert_eq!(faced.told().len(), 1);
    stage.app.close().await;
}

/// One that refuses is not asked every minute; one that was cut off in the middle is.
#[tokio::test]
async fn refusals_are_tried_again_at_growing_distances() {
    let bus = Bus::start();
    let refusing = Faced::start(&bus, &ALL, Manner::Refuses).await;
    let stage = Stage::new(Some(Desktop::at(&bus.address, PATIENT))).await;
    stage.raise("one").await;
    let mut tries = Vec::new();
    for minute in 0..=70 {
        if !stage.tick().await.is_empty() {
            tries.push(minute);
        }
        stage.later(60);
    }
    // It is well again any time: no wait is longer than ten minutes.
    assert_eq!(tries, [0, 1, 3, 7, 15, 25, 35, 45, 55, 65]);
    refusing.end().await;
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    stage.later(3_600);
    assert_eq!(sent(&stage.tick().await), [("desktop", "one")]);
    // As after a kill between the call and the receipt.
    let id = stage.raise("two").await;
    let store = Store::open(&stage.folder.path().join("data"), stage.now()).await.unwrap();
    let turn = Turn { alert: id, round: 1 };
    assert!(store.attempt(turn, Channel::Desktop, stage.now()).await.unwrap());
    store.close().await;
    assert_eq!(sent(&stage.tick().await), [("desktop", "two")]);
    assert_eq!(faced.told().len(), 2);
    stage.app.close().await;
}

/// A death before the showing repeats nothing; one between the showing and the receipt repeats that one.
#[tokio::test]
async fn a_death_in_a_delivery_repeats_at_most_that_one() {
    for (cut, times) in [(Cut::BeforeShowing, 1), (Cut::BeforeReceipt, 2)] {
        let bus = Bus::start();
        let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
        let stage = Stage::new(Some(Desktop::at(&bus.address, PATIENT))).await;
        for title in ["one", "two", "three"] {
            stage.raise(title).await;
        }
        let hangs = {
            let mut log = faced.log.lock().unwrap();
            log.cut = Some(cut);
            Arc::clone(&log.hangs)
        };
        tokio::select! {
            _ = stage.app.tick(&|_| {}) => panic!("it was to die"),
            () = hangs.notified() => {}
        }
        let Stage { app, clock, folder, .. } = stage;
        drop(app);
        let app = open(folder.path(), &clock).await;
        app.show_on(Desktop::at(&bus.address, PATIENT));
        for _ in 0..3 {
            assert!(app.tick(&|_| {}).await.unwrap());
        }
        let titles: Vec<String> = faced.told().into_iter().map(|told| told.summary).collect();
        let shown = |title: &str| titles.iter().filter(|shown| *shown == title).count();
        assert_eq!((shown("one"), shown("two"), shown("three")), (times, 1, 1), "{titles:?}");
        app.close().await;
    }
}

/// What the loop tells, one at a time.
async fn next(told: &mut mpsc::UnboundedReceiver<Told>) -> Told {
    tokio::time::timeout(PATIENT, told.recv()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_button_on_a_notification_is_an_answer() {
    let bus = Bus::start();
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    let stage = Stage::new(Some(Desktop::at(&bus.address, PATIENT))).await;
    let mut events = stage.app.events();
    let (snoozed, opened) = (stage.raise("one").await, stage.raise("two").await);
    let (say, mut told) = mpsc::unbounded_channel();
    let app = stage.app.clone();
    let watch = tokio::spawn(async move { app.watch(&|line| drop(say.send(line))).await });
    assert_eq!(next(&mut told).await, Told::Begins);
    for _ in 0..2 {
        assert!(matches!(next(&mut told).await, Told::Delivered { .. }));
    }
    assert_eq!(faced.told()[0].actions, ["default", "Open", "open", "Open", "snooze", "Snooze"]);
    for (id, key, title) in [(1, "snooze", "one"), (2, "default", "two")] {
        faced.choose(id, key).await;
        let Told::Answered { title: said, .. } = next(&mut told).await else { panic!() };
        assert_eq!(said, title);
    }
    watch.abort();
    let row = stage.row(snoozed).await;
    assert_eq!((&row["state"], &row["dueAt"]), (&json!("snoozed"), &json!("2026-11-19T09:00:00Z")));
    assert_eq!(stage.row(opened).await["state"], "seen");
    let mut shown = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::Show { screen } = event {
            shown.push(screen);
        }
    }
    assert_eq!(shown, ["spend"]);
    // A day later it comes again, in its own place.
    let _ = watch.await;
    stage.later(86_399);
    assert_eq!(sent(&stage.tick().await), []);
    stage.later(1);
    assert_eq!(sent(&stage.tick().await), [("desktop", "one")]);
    let last = faced.told().pop().unwrap();
    assert_eq!((last.summary.as_str(), last.replaces, last.id), ("one", 1, 1));
    stage.app.close().await;
}

/// A program that starts again knows what it has shown; what another run of the service has shown it does not mix up with that.
#[tokio::test]
async fn a_button_is_an_answer_after_a_restart_too() {
    let bus = Bus::start();
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    let mut stage = Stage::new(Some(Desktop::at(&bus.address, PATIENT))).await;
    let [one, two] = [stage.raise("one").await, stage.raise("two").await];
    assert_eq!(stage.tick().await.len(), 2);
    let mut faced = Some(faced);
    for (raised, chosen, answered) in [("three", 1, "one"), ("four", 1, "four")] {
        stage.app.close().await;
        if raised == "four" {
            // Now the service starts again, too: its second notification was the alert "two" once, and is none now.
            faced.take().unwrap().end().await;
            faced = Some(Faced::start(&bus, &ALL, Manner::Answers).await);
        }
        let service = faced.as_ref().unwrap();
        stage.app = open(stage.folder.path(), &stage.clock).await;
        stage.app.show_on(Desktop::at(&bus.address, PATIENT));
        stage.raise(raised).await;
        let (say, mut told) = mpsc::unbounded_channel();
        let app = stage.app.clone();
        let watch = tokio::spawn(async move { app.watch(&|line| drop(say.send(line))).await });
        assert_eq!(next(&mut told).await, Told::Begins);
        assert!(matches!(next(&mut told).await, Told::Delivered { .. }));
        if raised == "four" {
            service.choose(2, "snooze").await;
        }
        service.choose(chosen, "snooze").await;
        let Told::Answered { title, .. } = next(&mut told).await else { panic!() };
        assert_eq!(title, answered);
        watch.abort();
        let _ = watch.await;
    }
    assert_eq!(stage.row(one).await["state"], "snoozed");
    assert_eq!(stage.row(two).await["state"], "sent");
    stage.app.close().await;
}

/// After an absence what is over or was overtaken is told in one, and each of it has a receipt.
#[tokio::test]
async fn a_long_absence_ends_without_a_flood() {
    let bus = Bus::start();
    let stage = Stage::new(Some(Desktop::at(&bus.address, PATIENT))).await;
    let mut ids = Vec::new();
    for number in 0..12 {
        ids.push(stage.raise(&format!("number {number}")).await);
    }
    ids.push(stage.raise_step("overtaken", "lot", "14d").await);
    ids.push(stage.raise_step("tightest", "lot", "1d").await);
    stage.pass(&ids[..9]).await;
    stage.tick().await;
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    stage.later(60);
    let told = stage.tick().await;
    let shown = ["number 9", "number 10", "number 11", "tightest", "10 more reminders wait in the inbox"];
    assert_eq!(sent(&told), shown.map(|title| ("desktop", title)));
    let summary = faced.told().pop().unwrap();
    assert_eq!(summary.body, "number 0\nnumber 1\nnumber 2\nand 7 more");
    assert_eq!(summary.actions, ["default", "Open"]);
    for id in &ids {
        let row = stage.row(*id).await;
        assert_eq!(row["deliveries"][0]["delivered"], true, "{row}");
    }
    stage.later(60);
    assert_eq!(stage.tick().await, []);

    // Of many that all hold, a handful comes.
    for number in 0..20 {
        stage.raise(&format!("held {number}")).await;
    }
    let told = stage.tick().await;
    assert_eq!(told.len(), 9);
    assert_eq!(sent(&told).last().unwrap().1, "12 more reminders wait in the inbox");

    // What was over long ago is not shown by itself; what was over lately is.
    let mut late = Vec::new();
    faced.end().await;
    for title in ["long over", "lately over"] {
        late.push(stage.raise(title).await);
        stage.later(4 * 86_400);
    }
    stage.pass(&late).await;
    let _faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    let told = stage.tick().await;
    assert_eq!(sent(&told), [("desktop", "lately over"), ("desktop", "1 more reminder waits in the inbox")]);
    stage.app.close().await;
}

#[tokio::test]
async fn one_loop_works_for_a_store_and_the_next_takes_over() {
    let stage = Stage::new(None).await;
    let other = open(stage.folder.path(), &stage.clock).await;
    assert_eq!(stage.ask(json!({"method": "watching"})).await["running"], false);
    let (say, mut told) = mpsc::unbounded_channel();
    let app = stage.app.clone();
    let watch = tokio::spawn(async move { app.watch(&|line| drop(say.send(line))).await });
    assert_eq!(next(&mut told).await, Told::Begins);
    let waits = Mutex::new(Vec::new());
    assert!(!other.tick(&|line| waits.lock().unwrap().push(line)).await.unwrap());
    assert_eq!(*waits.lock().unwrap(), [Told::Waits]);
    let request = || Request::Watching;
    assert_eq!(ask(&other, request()).await["running"], true);
    watch.abort();
    let _ = watch.await;
    assert!(other.tick(&|_| {}).await.unwrap());
    assert_eq!(ask(&other, request()).await["running"], false);
    assert_eq!(ask(&other, request()).await["lastTick"], NOW);
    for app in [stage.app, other] {
        app.close().await;
    }
}

/// Without somebody to show it, a program shows nothing: no test reaches the desktop of who runs it.
#[tokio::test]
async fn a_program_without_a_desktop_shows_nothing() {
    let stage = Stage::new(None).await;
    let id = stage.raise("one").await;
    assert_eq!(sent(&stage.tick().await), []);
    assert_eq!(stage.row(id).await["deliveries"], json!([]));
    assert_eq!(stage.ask(json!({"method": "testAlert"})).await["deliveries"], json!([]));
    stage.app.close().await;
}
