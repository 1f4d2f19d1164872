//! A year of three persons, on a clock that is moved: the loop looks now and then, is killed at any point, sleeps for days, has
//! its clock set both ways, and finds nobody to show anything at times. Every reminder that is due is shown while somebody
//! can show it, none is missed, and a kill repeats at most one.
//!
//! What is expected is reckoned here, from what is put into the books and the steps that are promised, without the rooms.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, Request, handle};
use spendglass_core::ledger::{BalanceKind, Channel, Charge, CreditGrant};
use spendglass_core::money::{Currency, Decimal, Money};
use spendglass_core::notice::Desktop;
use spendglass_core::store::{KeyPlace, NewAccount, Snapshot, Store};
use spendglass_core::time::{Calendar, Clock, Date, Timestamp, Zone};
use spendglass_core::vault::Vault;
use sqlx::Row as _;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::children::{SAYS, child};
use crate::house::peek;
use crate::notice::stage::{Bus, Cut, Faced, Log, Manner, Told};

const START: &str = "2026-01-01T06:00:00Z";
const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const LENGTH: i64 = 365 * DAY;
/// The steps that are promised.
const DAYS_BEFORE: [i64; 5] = [30, 14, 7, 3, 1];
const PERCENTS: [i64; 3] = [50, 80, 100];
const ALL: [&str; 3] = ["actions", "body", "body-markup"];
const PATIENT: Duration = Duration::from_secs(30);

/// A person: where, what is bought, and how much is spent.
struct Person {
    name: &'static str,
    zone: &'static str,
    /// From and to, in hours of the person's own clock.
    quiet: Option<(i64, i64)>,
    /// Account, day of the year it lapses on, hour: each holds far more than is spent.
    lots: &'static [(usize, i64, i64)],
    /// Account and last day of the year on which it can be spent, of what is entered by hand.
    entered: &'static [(usize, i64)],
    /// Cents a month, and of which account; of everything without it.
    budgets: &'static [(i64, Option<usize>)],
    /// Cents a usual day costs, for each account.
    spends: &'static [i64],
}

const FREELANCER: Person = Person {
    name: "freelancer",
    zone: "Asia/Kolkata",
    quiet: Some((22, 8)),
    lots: &[(0, 60, 7), (1, 121, 0), (0, 122, 19), (1, 300, 12), (0, 359, 3)],
    entered: &[(1, 75), (0, 311)],
    budgets: &[(9_000, None), (2_500, Some(1))],
    spends: &[210, 95],
};
const STUDENT: Person = Person {
    name: "student",
    zone: "America/New_York",
    quiet: None,
    lots: &[(0, 45, 5), (0, 200, 4), (0, 330, 5)],
    entered: &[(0, 68)],
    budgets: &[(1_200, None)],
    spends: &[40],
};
const TEAM: Person = Person {
    name: "team",
    zone: "Europe/Berlin",
    quiet: None,
    lots: &[(0, 50, 0), (1, 88, 23), (2, 150, 1), (0, 151, 1), (1, 240, 22), (2, 241, 9), (0, 364, 23)],
    entered: &[(2, 300)],
    budgets: &[(150_000, None), (60_000, Some(0)), (30_000, Some(2))],
    spends: &[2_000, 1_500, 900],
};

/// A seed of its own for every run; `SPENDGLASS_YEAR_SEED` repeats one.
fn seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "to repeat a run that failed")]
    let seed = std::env::var("SPENDGLASS_YEAR_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("SPENDGLASS_YEAR_SEED={seed}");
    seed
}

/// A future that is dropped after it was polled so often: a death at any await.
struct Polled<F> {
    inner: Pin<Box<F>>,
    left: u32,
}

impl<F: Future> Future for Polled<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.inner.as_mut().poll(context).map(Some)
    }
}

async fn open(data: &std::path::Path, clock: &Arc<AtomicI64>, zone: &str, bus: &str) -> App {
    let config = Config {
        data_dir: data.to_owned(),
        vault: Vault::memory(),
        clock: Clock::Held(Arc::clone(clock)),
        zone: Some(zone.parse::<Zone>().unwrap()),
        sample: None,
    };
    let app = App::open(config).await.unwrap();
    app.show_on(Desktop::at(bus, PATIENT));
    app
}

/// One turn in a process of its own: the parent kills it, or does not.
pub(crate) async fn turn(task: &Value) {
    let clock = Arc::new(AtomicI64::new(task["now"].as_i64().unwrap()));
    let data = std::path::Path::new(task["data"].as_str().unwrap());
    let app = open(data, &clock, task["zone"].as_str().unwrap(), task["bus"].as_str().unwrap()).await;
    crate::children::say("turning");
    assert!(app.tick(&|told| crate::children::say(&format!("{told:?}"))).await.unwrap());
    crate::children::say("turned");
    app.close().await;
}

/// A year under way.
struct Year {
    person: &'static Person,
    dice: fastrand::Rng,
    bus: Bus,
    faced: Option<Faced>,
    log: Arc<Mutex<Log>>,
    folder: TempDir,
    app: Option<App>,
    /// The machine's clock; the true one is `real`, and differs where somebody sets it.
    clock: Arc<AtomicI64>,
    real: i64,
    /// The furthest that the machine's clock has been: what a wrong clock raised early falls due no sooner.
    furthest: i64,
    /// Books what providers tell.
    books: Store,
    streams: Vec<i64>,
    budgets: Vec<i64>,
    lots: Vec<(String, i64)>,
    /// What was booked, in cents, by account and day.
    spent: BTreeMap<(usize, Date), i64>,
    booked_until: Date,
    kills: usize,
    /// Those of them after which something comes again, since no receipt was had.
    repeats: usize,
    /// What has to have been shown: subject and step, with when it was first expected.
    expected: BTreeMap<(String, String), i64>,
    turns: usize,
}

impl Year {
    async fn begin(person: &'static Person, dice: fastrand::Rng) -> Year {
        let bus = Bus::start();
        let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
        let log = Arc::clone(&faced.log);
        let folder = tempfile::tempdir().unwrap();
        let now = START.parse::<Timestamp>().unwrap();
        let clock = Arc::new(AtomicI64::new(now.unix()));
        let data = folder.path().join("data");
        let books = Store::open(&data, now).await.unwrap();
        let app = open(&data, &clock, person.zone, &bus.address).await;
        let (mut accounts, mut streams, mut budgets, mut lots) = (vec![], vec![], vec![], vec![]);
        for (at, _) in person.spends.iter().enumerate() {
            let account = NewAccount {
                provider: "openai".to_owned(),
                label: Some(format!("Account {at}")),
                base_url: None,
                key_kind: "none".to_owned(),
                key_hint: None,
                key_fingerprint: None,
                key_place: KeyPlace::Nowhere,
                details: BTreeMap::new(),
            };
            accounts.push(books.add_account(&account, now).await.unwrap());
            streams.push(books.stream(accounts[at], "costs").await.unwrap().id);
        }
        let first = now.utc_date();
        for (number, (account, day, hour)) in person.lots.iter().enumerate() {
            let lapses = first.plus_days(*day).utc_start().plus_seconds(hour * HOUR);
            let grant = CreditGrant {
                id: format!("lot{number}"),
                kind: BalanceKind::Granted,
                currency: Currency::USD,
                amount: Some(Decimal::from(900_000 + number)),
                left: Some(Decimal::from(800_000 + number)),
                acquired_at: Some(now),
                expires_at: Some(lapses),
                observed_at: now,
            };
            let snapshot = Snapshot { grants: vec![grant], ..Snapshot::default() };
            books.book_snapshot(accounts[*account], &snapshot, now).await.unwrap();
            lots.push((format!("lot:grant-{}-lot{number}", accounts[*account]), lapses.unix()));
        }
        let local = Calendar::new(person.zone.parse().unwrap());
        for (account, day) in person.entered {
            let last = first.plus_days(*day);
            let lot = json!({"account": accounts[*account], "amount": "700000", "currency": "USD", "acquired": first.to_string(),
                "rule": format!("on:{last}")});
            let row = ask(&app, json!({"method": "addLot", "params": lot})).await;
            let id = row["id"].as_str().unwrap();
            // It can be spent through the whole of that day, where the person lives.
            lots.push((format!("lot:{id}"), local.start_of(last.plus_days(1)).unix()));
        }
        for (cents, account) in person.budgets {
            let of = match account {
                Some(account) => json!({"kind": "account", "account": accounts[*account]}),
                None => json!({"kind": "all"}),
            };
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            let set = json!({"method": "setBudget", "params": {"of": of, "span": "month", "amount": amount, "currency": "USD"}});
            let row = ask(&app, set).await;
            budgets.push(row["id"].as_i64().unwrap());
        }
        if let Some((from, to)) = person.quiet {
            let mut settings = ask(&app, json!({"method": "alertSettings"})).await;
            settings["quiet"] = json!({"from": format!("{from:02}:00"), "to": format!("{to:02}:00")});
            ask(&app, json!({"method": "changeAlertSettings", "params": settings})).await;
        }
        Year {
            person,
            dice,
            bus,
            faced: Some(faced),
            log,
            folder,
            app: Some(app),
            clock,
            real: now.unix(),
            furthest: now.unix(),
            books,
            streams,
            budgets,
            lots,
            spent: BTreeMap::new(),
            booked_until: first,
            kills: 0,
            repeats: 0,
            expected: BTreeMap::new(),
            turns: 0,
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.clock.load(Ordering::SeqCst)).unwrap()
    }

    /// Time goes by; the machine sleeps, or somebody sets its clock.
    fn go_on(&mut self) {
        let dice = &mut self.dice;
        self.real += match dice.u32(0..100) {
            0..10 => dice.i64(5..10 * MINUTE),
            10..45 => dice.i64(10 * MINUTE..14 * HOUR),
            45..85 => dice.i64(14 * HOUR..40 * HOUR),
            85..97 => dice.i64(2 * DAY..5 * DAY),
            _ => dice.i64(8 * DAY..13 * DAY),
        };
        let off = self.clock.load(Ordering::SeqCst) - self.real;
        let off = match dice.u32(0..100) {
            0..3 => dice.i64(-2 * DAY..0),
            3..6 => dice.i64(0..3 * DAY),
            // Somebody sets it right.
            6..40 => 0,
            _ if off.abs() > 4 * DAY => 0,
            _ => off,
        };
        self.clock.store(self.real + off.clamp(-3 * DAY, 3 * DAY), Ordering::SeqCst);
    }

    /// What providers bill for the days that are over.
    async fn book(&mut self) {
        let today = self.now().utc_date().min(Timestamp::from_unix(self.real).unwrap().utc_date());
        while self.booked_until < today {
            let day = self.booked_until;
            for (at, usual) in self.person.spends.iter().enumerate() {
                let weekend = ["Saturday", "Sunday"].contains(&day.weekday());
                let busy = if self.dice.u32(0..30) == 0 { 6 } else { 1 };
                let cents = self.dice.i64(usual / 2..usual * 3 / 2) * busy / if weekend { 3 } else { 1 };
                let amount = Decimal::new(cents, 2);
                let billed_cost = Some(Money::new(amount, Currency::USD));
                let charge = Charge { billed_cost, ..Charge::usage(day.utc_day()) };
                let mut sequence = self.books.begin_sequence(self.streams[at], day.utc_day());
                sequence.stage(vec![charge]).await.unwrap();
                sequence.book().await.unwrap();
                self.spent.insert((at, day), cents);
            }
            self.booked_until = day.plus_days(1);
        }
    }

    /// The notification service goes, or comes back.
    async fn serve(&mut self) {
        match self.faced.take() {
            Some(faced) if self.dice.u32(0..100) < 8 => {
                faced.end().await;
            }
            None if self.dice.u32(0..100) < 35 => {
                let log = Arc::clone(&self.log);
                self.faced = Some(Faced::go_on(&self.bus, &ALL, Manner::Answers, log).await);
            }
            same => self.faced = same,
        }
    }

    /// The loop looks: to its end, or it is killed on the way.
    async fn look(&mut self) {
        self.furthest = self.furthest.max(self.now().unix());
        let completed = match self.dice.u32(0..100) {
            0..14 => self.dies_at_an_await().await,
            14..20 => self.dies_by_a_signal().await,
            20..40 => self.dies_in_delivery().await,
            _ => {
                assert!(self.app().await.tick(&|_| {}).await.unwrap(), "nobody else works for this store");
                true
            }
        };
        if completed {
            self.turns += 1;
            self.reckon().await;
        } else {
            self.kills += 1;
        }
    }

    async fn app(&mut self) -> App {
        if self.app.is_none() {
            let data = self.folder.path().join("data");
            self.app = Some(open(&data, &self.clock, self.person.zone, &self.bus.address).await);
        }
        self.app.clone().unwrap()
    }

    /// Dropped at a random await, with all that it held; what comes next begins from the folder.
    async fn dies_at_an_await(&mut self) -> bool {
        let app = self.app().await;
        let left = if self.dice.bool() { self.dice.u32(1..30) } else { self.dice.u32(1..200) };
        let told = |_| {};
        let outcome = Polled { inner: Box::pin(app.tick(&told)), left }.await;
        if let Some(turned) = outcome {
            return turned.unwrap();
        }
        drop((app, self.app.take()));
        false
    }

    /// Dropped between the attempt and the receipt, where there is one to be had: before the notification is shown, or after.
    async fn dies_in_delivery(&mut self) -> bool {
        let app = self.app().await;
        let cut = if self.dice.bool() { Cut::BeforeShowing } else { Cut::BeforeReceipt };
        let hangs = {
            let mut log = self.log.lock().unwrap();
            log.cut = Some(cut);
            Arc::clone(&log.hangs)
        };
        let survived = tokio::select! {
            turned = app.tick(&|_| {}) => turned.unwrap(),
            () = hangs.notified() => false,
        };
        self.log.lock().unwrap().cut = None;
        if !survived {
            drop((app, self.app.take()));
            self.repeats += usize::from(cut == Cut::BeforeReceipt);
        }
        survived
    }

    /// A process of its own that is killed for good.
    async fn dies_by_a_signal(&mut self) -> bool {
        if let Some(app) = self.app.take() {
            app.close().await;
        }
        let data = self.folder.path().join("data");
        let task = json!({"do": "turn", "data": data, "now": self.now().unix(), "zone": self.person.zone, "bus": self.bus.address});
        let mut command = Command::from(child(&task));
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains(SAYS) {
                break;
            }
        }
        // Not to wait for anything, but to die at no point in particular.
        let micros = self.dice.u64(0..60_000);
        let _ = tokio::time::timeout(Duration::from_micros(micros), child.wait()).await;
        child.start_kill().unwrap();
        child.wait().await.unwrap().success()
    }

    fn is_quiet(&self) -> bool {
        let zone = Calendar::new(self.person.zone.parse().unwrap());
        let hour = i64::from(zone.hour_of(self.now()));
        self.person.quiet.is_some_and(|(from, to)| hour >= from || hour < to)
    }

    /// What must have been shown by now, where somebody could show it.
    async fn reckon(&mut self) {
        let now = self.now();
        let receipts = self.receipts().await;
        let shown = self.singles();
        assert!(
            shown - receipts <= self.kills,
            "{}: {shown} shown, {receipts} receipts, {} kills, at {now}",
            self.person.name,
            self.kills
        );
        if self.faced.is_none() {
            return;
        }
        let left = self.books.due_alerts(now, Channel::Desktop, None).await.unwrap();
        assert!(left.is_empty(), "{}: due and not shown at {now}: {left:#?}", self.person.name);
        // A clock that was ahead has raised things for later, and quiet hours put off.
        if now.unix() < self.furthest || self.is_quiet() {
            return;
        }
        for (subject, lapses) in &self.lots {
            let ahead = lapses - now.unix();
            if let Some(step) = DAYS_BEFORE.iter().rfind(|days| ahead > 0 && ahead <= **days * DAY) {
                let key = (subject.clone(), format!("{step}d"));
                self.expected.entry(key).or_insert(now.unix());
            }
        }
        let month = now.utc_date().month_start();
        for ((cents, of), id) in self.person.budgets.iter().zip(&self.budgets) {
            let is_of = |account: &usize| of.is_none_or(|of| of == *account);
            let spent: i64 = self
                .spent
                .iter()
                .filter(|((account, day), _)| is_of(account) && day.month_start() == month)
                .map(|(_, cents)| cents)
                .sum();
            if let Some(step) = PERCENTS.iter().rfind(|percent| spent * 100 >= **percent * cents) {
                let key = (format!("budget:{id}:{month}"), format!("{step}%"));
                self.expected.entry(key).or_insert(now.unix());
            }
        }
        // What is expected now must be among what was shown, before anything else happens.
        let shown = self.shown().await;
        for (key, at) in &self.expected {
            let at = Timestamp::from_unix(*at).unwrap();
            assert!(shown.contains(key), "{}: {key:?} was due at {at} and is missed", self.person.name);
        }
    }

    /// How many were shown one by one.
    fn singles(&self) -> usize {
        self.log.lock().unwrap().told.iter().filter(|told| !is_sum(told)).count()
    }

    async fn receipts(&self) -> usize {
        let mut connection = peek(&self.folder.path().join("data")).await;
        let sql = "SELECT count(*) FROM deliveries WHERE channel = 'desktop' AND server IS NOT NULL";
        let count: i64 = sqlx::query(sql).fetch_one(&mut connection).await.unwrap().get(0);
        usize::try_from(count).unwrap()
    }

    /// Subject and step of everything whose title and body the service has shown.
    async fn shown(&self) -> BTreeSet<(String, String)> {
        let texts: BTreeSet<(String, String)> = {
            let log = self.log.lock().unwrap();
            log.told.iter().map(|told| (told.summary.clone(), plain(&told.body))).collect()
        };
        let mut connection = peek(&self.folder.path().join("data")).await;
        let sql = "SELECT subject, step, title, body FROM alerts WHERE noted = 0";
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
        rows.iter()
            .filter(|row| texts.contains(&(row.get(2), row.get(3))))
            .map(|row| (row.get(0), row.get(1)))
            .collect()
    }

    /// The end: everything once, and no more often than kills explain.
    async fn end(mut self) {
        if self.faced.is_none() {
            let log = Arc::clone(&self.log);
            self.faced = Some(Faced::go_on(&self.bus, &ALL, Manner::Answers, log).await);
        }
        self.real += 2 * DAY;
        self.clock.store(self.real.max(self.furthest), Ordering::SeqCst);
        assert!(self.app().await.tick(&|_| {}).await.unwrap());
        self.turns += 1;
        self.reckon().await;
        let told = self.singles();
        let receipts = self.receipts().await;
        let repeats = told - receipts;
        println!(
            "{}: {} turns, {} kills, {} of them before a receipt, {told} shown, {repeats} repeated, {} expected",
            self.person.name,
            self.turns,
            self.kills,
            self.repeats,
            self.expected.len()
        );
        assert!(repeats <= self.kills);
        // The same text twice is a repeat, whatever the receipts say.
        let rows = self.rows_by_text().await;
        let mut times = BTreeMap::<(String, String), usize>::new();
        for told in self.log.lock().unwrap().told.iter().filter(|told| !is_sum(told)) {
            *times.entry((told.summary.clone(), plain(&told.body))).or_default() += 1;
        }
        let more: usize = times
            .iter()
            .map(|(text, times)| {
                let rows = rows.get(text).copied().unwrap_or(0);
                assert!(rows > 0, "{}: shown, and in no inbox: {text:?}", self.person.name);
                times.saturating_sub(rows)
            })
            .sum();
        assert!(more <= self.kills, "{}: {more} repeated, {} kills", self.person.name, self.kills);
        assert!(self.kills >= 20 && self.turns >= 120, "{} kills, {} turns", self.kills, self.turns);
        assert!(self.expected.len() >= 3 * self.lots.len() + 6, "{:?}", self.expected);
        if let Some(app) = self.app.take() {
            app.close().await;
        }
        self.books.close().await;
    }

    async fn rows_by_text(&self) -> BTreeMap<(String, String), usize> {
        let mut connection = peek(&self.folder.path().join("data")).await;
        let sql = "SELECT title, body, count(*) FROM alerts WHERE noted = 0 GROUP BY 1, 2";
        let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
        rows.iter()
            .map(|row| ((row.get(0), row.get(1)), usize::try_from(row.get::<i64, _>(2)).unwrap()))
            .collect()
    }
}

/// Whether it tells of many in one, as after a long absence.
fn is_sum(told: &Told) -> bool {
    told.summary.ends_with(" in the inbox") && told.summary.contains(" more reminder")
}

/// A body as it was before it was made safe for markup.
fn plain(body: &str) -> String {
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    marks.iter().fold(body.to_owned(), |text, (safe, mark)| text.replace(safe, mark))
}

async fn ask(app: &App, request: Value) -> Value {
    let request: Request = serde_json::from_value(request).unwrap();
    serde_json::to_value(handle(app, request).await.unwrap()).unwrap()["result"].take()
}

async fn live(person: &'static Person) {
    let mut year = Year::begin(person, fastrand::Rng::with_seed(seed())).await;
    let end = year.real + LENGTH;
    while year.real < end {
        year.go_on();
        year.book().await;
        year.serve().await;
        year.look().await;
    }
    year.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_freelancer_misses_nothing() {
    live(&FREELANCER).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_student_misses_nothing() {
    live(&STUDENT).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_team_misses_nothing() {
    live(&TEAM).await;
}
