//! Every fault of the town, on streams with pages, of one answer, and of readings: the state, the words, and the figures that stay.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use spendglass_core::api::{
    AddAccount, ApiError, App, ErrorCode, Event, Grouping, Request, Response, StreamState as DoorState,
    SyncQuery, Told, handle,
};
use spendglass_core::net::{Net, Timeouts};
use spendglass_core::providers::{Sees, find};
use spendglass_core::store::StreamState;
use spendglass_core::sync::{Engine, Policy, Progress, SyncError};
use spendglass_core::vault::Secret;
use spendglass_simulator::{Fault, KINDS, Person, Town};
use tokio_util::sync::CancellationToken;

use crate::house::{House, QUICK, Rows, ask, first_three, job, open_town, usage};

const EARLY: &str = "2026-11-18T00:30:00Z";
const LATE: &str = "2026-11-18T22:40:00Z";
const FROM: &str = "2026-10-20";
const TO: &str = "2026-11-19";

/// Paged by day, paged by the hour, a reading, and one answer for all days.
const PLACES: [(&str, &str); 6] = [
    ("openai", "costs"),
    ("openai", "usage_completions"),
    ("anthropic", "cost_report"),
    ("anthropic", "usage_report_messages"),
    ("openrouter", "credits"),
    ("openrouter", "activity"),
];

/// What a fault that does not end leads to: the state, the words that must be said, and the requests it is worth.
struct Expected {
    state: StreamState,
    says: &'static [&'static str],
    requests: std::ops::RangeInclusive<u64>,
    /// Seconds from now until it is worth trying again.
    retry: Option<std::ops::RangeInclusive<i64>>,
}

fn expected(kind: &str, stream: &str) -> Expected {
    use StreamState::{Forbidden, KeyRejected, Ok, ProviderChanged, RateLimited, Unreachable};
    let once = |state, says| Expected { state, says, requests: 1..=1, retry: None };
    let again = |state, says| Expected { state, says, requests: 3..=3, retry: None };
    let wait = |requests, seconds| Expected {
        state: RateLimited,
        says: &["fewer requests"],
        requests,
        retry: Some(seconds),
    };
    let pages = |says| Expected { state: ProviderChanged, says, requests: 1..=25, retry: None };
    match kind {
        "401" => once(KeyRejected, &["refuses the key", "https://"]),
        "403" => once(Forbidden, &["does not let this key see", "https://"]),
        "404" => once(ProviderChanged, &["status 404"]),
        "429" => wait(3..=3, 60..=61),
        "429-retry-after" => wait(1..=1, 1..=2),
        "429-retry-after-0" => wait(3..=3, 0..=1),
        "429-retry-after-date" => wait(1..=3, 0..=3),
        "429-retry-after-long" => wait(1..=1, 3600..=3601),
        "500" => again(Unreachable, &["status 500"]),
        "503" => again(Unreachable, &["status 503"]),
        "cut-body" => again(Unreachable, &["cut off after"]),
        "not-json" => once(Unreachable, &["a web page", "top of the answer"]),
        "wrong-shape" => once(ProviderChanged, &["top of the answer", "missing field `data`"]),
        "endless-paging" => pages(&["its paging", "more than 25 pages"]),
        "repeated-cursor" => pages(&["its paging", "comes twice"]),
        "missing-cursor" => pages(&["its paging", "no cursor"]),
        "redirect" => once(ProviderChanged, &["redirects to http://localhost:", "The key is not sent there"]),
        "unknown-currency" => pages(&["data[", "results[", "currency", "\"ZZZ\" is not a currency"]),
        "negative-count" => pages(&["data[", "-5", "cannot be negative"]),
        "outside-window" => pages(&["data[", "window"]),
        "huge-number" if stream == "credits" => pages(&["data.total_", "123456789012345678901234567890"]),
        "huge-number" => pages(&["data[", "123456789012345678901234567890"]),
        "unknown-field" => Expected { state: Ok, says: &[], requests: 0..=25, retry: None },
        other => panic!("no expectation for {other}"),
    }
}

fn of_stream(rows: &Rows, account: i64, stream: &str) -> Rows {
    rows.iter()
        .filter(|((a, s, _), _)| *a == account && s == stream)
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

/// Plays every kind on one stream of a store that was read well before, and in a world that has moved on since.
async fn check(provider: &str, stream: &str) {
    // The student has nothing at Anthropic in these days that a fault could spoil.
    let person = if provider == "anthropic" { Person::Freelancer } else { Person::Student };
    let mut house = House::new(person, EARLY).await;
    house.accounts.retain(|account| account.provider.id == provider);
    let account = house.account(provider).id;
    house.sync_well(None).await;
    let before = of_stream(&house.rows().await, account, stream);
    let row_before = house.row(provider, stream).await;
    let readings_before = readings(&house).await;
    house.at(LATE);
    let app = house.door().await;
    let mut figures: Option<Value> = None;
    for kind in KINDS {
        let fault = format!("{provider}/{stream}={kind}");
        if *kind == "slow" || *kind == "unknown-field" || fault.parse::<Fault>().is_err() {
            continue;
        }
        house.fault(&[&fault]);
        let expected = expected(kind, stream);
        let asked = requests(&house, provider, stream);
        let outcomes = house.sync(provider, None).await;
        let asked = requests(&house, provider, stream) - asked;
        assert!(expected.requests.contains(&asked), "{fault}: {asked} requests");
        for outcome in &outcomes {
            let name = outcome.stream.name;
            let Some(error) = &outcome.error else {
                assert_ne!(name, stream, "{fault} went unnoticed");
                continue;
            };
            assert_eq!(name, stream, "{fault} spoiled another stream: {error}");
            let text = error.to_string();
            assert_eq!(error.state(), expected.state, "{fault}: {text}");
            for words in expected.says {
                assert!(text.contains(words), "{fault} does not say `{words}`: {text}");
            }
            if !matches!(error, SyncError::SignIn(_) | SyncError::Wait { .. }) {
                assert!(text.contains(stream), "{fault} does not name its stream: {text}");
            }
            assert!(!text.contains(house.account(provider).secret.expose()), "{text}");
            let wait = error.retry_at().map(|until| until.seconds_since(house.now));
            match &expected.retry {
                Some(seconds) => {
                    assert!(wait.is_some_and(|wait| seconds.contains(&wait)), "{fault}: {wait:?}");
                }
                None => assert_eq!(wait, None, "{fault}"),
            }
        }
        let row = house.row(provider, stream).await;
        assert_eq!(row.state, expected.state, "{fault}");
        assert_eq!(row.covered, row_before.covered, "{fault} moved the cursor");
        assert_eq!(row.synced_at, row_before.synced_at, "{fault}");
        assert_eq!(row.attempted_at, Some(house.now), "{fault}");
        assert_eq!(row.retry_at.is_some(), expected.retry.is_some(), "{fault}");
        assert_eq!(of_stream(&house.rows().await, account, stream), before, "{fault} left half a window");
        if stream == "credits" {
            assert_eq!(readings(&house).await["credits"], readings_before["credits"], "{fault}");
        }
        let now = usage(&app, Grouping::Day, FROM, TO).await;
        assert_eq!(*figures.get_or_insert_with(|| now.clone()), now, "{fault} changed the figures");
        let accounts = ask(&app, Request::Accounts).await;
        let shown = accounts.as_array().unwrap().iter().find(|shown| shown["id"] == account).unwrap();
        assert!(!["fresh", "stale", "new"].contains(&shown["state"].as_str().unwrap()), "{fault}: {shown}");
        assert!(
            shown["message"].as_str().unwrap().len() > 20 && shown["advice"].is_string(),
            "{fault}: {shown}"
        );
        house.store.check_integrity().await.unwrap();
    }
    assert!(house.town.redirected_requests().is_empty(), "{:?}", house.town.redirected_requests());

    // An unknown field is ignored, and then all is as if nothing had happened.
    house.fault(&[&format!("{provider}/{stream}=unknown-field")]);
    house.sync_well(None).await;
    assert_eq!(house.row(provider, stream).await.state, StreamState::Ok);
    house.fault(&[]);
    let mut fresh = House::beside(&house.town, LATE, QUICK, Timeouts::default()).await;
    fresh.accounts.retain(|account| account.provider.id == provider);
    fresh.sync_well(None).await;
    let door = fresh.door().await;
    assert_eq!(usage(&app, Grouping::Day, FROM, TO).await, usage(&door, Grouping::Day, FROM, TO).await);
}

fn requests(house: &House, provider: &str, stream: &str) -> u64 {
    house.town.request_counts().get(&format!("{provider}/{stream}")).copied().unwrap_or(0)
}

/// Balances and quotas as the door tells them, by the table they are of.
async fn readings(house: &House) -> Value {
    let balances = house.store.latest_balances().await.unwrap();
    let quotas = house.store.latest_quotas().await.unwrap();
    serde_json::json!({ "credits": format!("{balances:?}"), "key": format!("{quotas:?}") })
}

#[tokio::test(flavor = "multi_thread")]
async fn on_openai_costs() {
    check(PLACES[0].0, PLACES[0].1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_openai_usage() {
    check(PLACES[1].0, PLACES[1].1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_anthropic_costs() {
    check(PLACES[2].0, PLACES[2].1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_anthropic_usage() {
    check(PLACES[3].0, PLACES[3].1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_openrouter_readings() {
    check(PLACES[4].0, PLACES[4].1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_openrouter_activity() {
    check(PLACES[5].0, PLACES[5].1).await;
}

/// Faults that end by themselves are outlived inside one sync, where asking again is right.
#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_outlived_within_one_sync() {
    let policy = Policy { patience: Duration::from_secs(3), ..QUICK };
    let town = open_town(Person::Student, EARLY).await;
    let patient = House::beside(&town, EARLY, policy, Timeouts::default()).await;
    let mut first = true;
    for (kind, passes) in [
        ("429*2", true),
        ("429-retry-after-0*2", true),
        ("500*2", true),
        ("503*2", true),
        ("cut-body*2", true),
        ("429-retry-after*1", true),
        ("401*1", false),
        ("403*1", false),
        ("404*1", false),
        ("not-json*1", false),
        ("wrong-shape*1", false),
    ] {
        for (provider, stream) in [("openrouter", "credits"), ("anthropic", "cost_report")] {
            if first {
                // The later ones meet a look-back, the first ones a first import.
                assert!(patient.row(provider, stream).await.synced_at.is_none());
            }
            patient.fault(&[&format!("{provider}/{stream}={kind}")]);
            let outcomes = patient.sync(provider, None).await;
            let outcome = outcomes.iter().find(|outcome| outcome.stream.name == stream).unwrap();
            assert_eq!(outcome.error.is_none(), passes, "{provider}/{stream}={kind}: {:?}", outcome.error);
            let row = patient.row(provider, stream).await;
            assert_eq!(row.state == StreamState::Ok, passes, "{provider}/{stream}={kind}");
        }
        first = false;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_answers_time_out() {
    let mut house = House::new(Person::Student, EARLY).await;
    house.sync_well(None).await;
    let figures = house.rows().await;
    let whole = Duration::from_millis(1500);
    let timeouts = Timeouts { connect: whole, silence: whole, whole };
    house.engine = Engine::new(house.store.clone(), Net::new(timeouts), QUICK);
    let places = [
        ("openai", "costs"),
        ("openai", "usage_images"),
        ("openrouter", "credits"),
        ("anthropic", "cost_report"),
    ];
    house.fault(
        &places.map(|(provider, stream)| format!("{provider}/{stream}=slow")).each_ref().map(String::as_str),
    );
    for provider in ["openai", "openrouter", "anthropic"] {
        let counts = house.town.request_counts();
        for outcome in house.sync(provider, None).await {
            let name = outcome.stream.name;
            if !places.contains(&(provider, name)) {
                assert!(outcome.error.is_none(), "{name}: {:?}", outcome.error);
                continue;
            }
            let error = outcome.error.unwrap();
            assert_eq!(error.state(), StreamState::Unreachable);
            let text = error.to_string();
            assert!(text.contains("did not answer in time") && text.contains(name), "{text}");
            // Whoever waited once for a whole time-out does not wait for three.
            let stream = format!("{provider}/{name}");
            assert_eq!(house.town.request_counts()[&stream] - counts[&stream], 1, "{stream}");
        }
    }
    assert_eq!(house.rows().await, figures);
}

/// Cancelling ends a sync that waits for an answer; what was booked stays, and the next sync goes on from there.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_sync_ends_soon_and_keeps_what_was_booked() {
    let house = House::new(Person::Student, LATE).await;
    let cancel = CancellationToken::new();
    let after_three = |progress: Progress| {
        if progress.done == 3 {
            house.town.set_latency(Duration::from_hours(1));
            cancel.cancel();
        }
    };
    let job = job(house.account("openai"), None, house.now);
    let sync = house.engine.sync(&job, &cancel, &after_three);
    let outcomes = tokio::time::timeout(Duration::from_secs(20), sync).await.expect("it ends").unwrap();
    assert_eq!(outcomes.len(), job.provider.streams.len());
    assert!(outcomes.iter().all(|outcome| matches!(outcome.error, Some(SyncError::Cancelled))));
    assert!(outcomes[0].read.booked > 0 || outcomes[0].read.pages == 3, "{:?}", outcomes[0].read);
    let row = house.row("openai", "costs").await;
    assert_eq!(
        row.covered.unwrap().until.days_since(row.covered.unwrap().from),
        93,
        "three slices of 31 days"
    );
    assert_eq!((row.state, row.synced_at), (StreamState::New, None));

    house.town.set_latency(Duration::ZERO);
    house.sync_well(None).await;
    let fresh = House::beside(&house.town, LATE, QUICK, Timeouts::default()).await;
    fresh.sync_well(None).await;
    assert_eq!(house.rows().await, fresh.rows().await);
}

fn add(provider: &str, base: Option<&str>, key: Option<&str>) -> Request {
    Request::AddAccount(AddAccount {
        provider: provider.to_owned(),
        base_url: base.map(str::to_owned),
        key: key.map(|key| Secret::new(key).unwrap()),
        ..AddAccount::default()
    })
}

async fn refused(app: &App, request: Request) -> (ErrorCode, String) {
    let error = handle(app, request).await.unwrap_err();
    (error.code, error.message)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_wrong_is_told_from_one_of_the_wrong_kind() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, LATE).await;
    let app = crate::journey::app(folder.path(), LATE).await;
    for provider in first_three(&town) {
        let base = Some(provider.base_url.as_str());
        let wrong = format!("{}x", provider.key);
        let (code, message) = refused(&app, add(provider.id, base, Some(&wrong))).await;
        assert_eq!(code, ErrorCode::KeyRejected, "{message}");
        assert!(message.contains("refuses the key") && message.contains("https://"), "{message}");
        assert!(!message.contains(&wrong), "{message}");
        // Where the prefix tells that a key sees no figures, the provider is not even asked.
        let known = find(provider.id).unwrap();
        if known.kinds_of(&provider.ordinary_key).iter().all(|kind| kind.sees.is_empty()) {
            let (code, message) = refused(&app, add(provider.id, base, Some(&provider.ordinary_key))).await;
            assert_eq!(code, ErrorCode::WrongKeyKind, "{message}");
            assert!(
                message.contains("cannot see cost or usage") && message.contains("https://"),
                "{message}"
            );
            let right = known.kind_that_sees(Sees::Cost).unwrap_or(&known.keys[0]);
            assert!(message.contains(right.name) && message.contains(right.made_at), "{message}");
            assert!(!message.contains(&provider.ordinary_key), "{message}");
        }
    }
    let Response::Accounts(accounts) = handle(&app, Request::Accounts).await.unwrap() else { panic!() };
    assert!(accounts.is_empty(), "nothing that is refused is kept: {accounts:?}");

    crate::journey::add_all(&app, &town).await;
    let first = &town.providers()[0];
    let (code, message) = refused(&app, add(first.id, Some(&first.base_url), Some(&first.key))).await;
    assert_eq!(code, ErrorCode::AlreadyConnected);
    assert!(message.contains("account 1"), "{message}");
    app.close().await;
}

/// A key of the wrong kind that the provider itself refuses, on an account that was added before.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_an_ordinary_key_says_where_to_make_the_right_one() {
    let house = House::new(Person::Student, LATE).await;
    for provider in ["openai", "anthropic"] {
        let ordinary =
            house.town.providers().into_iter().find(|told| told.id == provider).unwrap().ordinary_key;
        let mut account = house.account(provider).clone();
        account.secret = Secret::new(ordinary).unwrap();
        account.kind = account.provider.kinds_of(account.secret.expose())[0];
        let error =
            house.engine.check(&job(&account, None, house.now), &CancellationToken::new()).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(account.kind.name), "{text}");
        assert!(text.contains("admin-keys") && text.contains("cannot see cost or usage"), "{text}");
        assert_eq!(error.state(), StreamState::KeyRejected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_its_key_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, LATE).await;
    let app = crate::journey::app(folder.path(), LATE).await;
    let request = |variable: Option<&str>, key: Option<&str>| {
        Request::AddAccount(AddAccount {
            provider: "openai".to_owned(),
            base_url: Some(town.providers()[0].base_url.clone()),
            key: key.map(|key| Secret::new(key).unwrap()),
            key_env: variable.map(str::to_owned),
            ..AddAccount::default()
        })
    };
    let (code, message) = refused(&app, request(Some("SPENDGLASS_TEST_NO_SUCH_VARIABLE"), None)).await;
    assert_eq!(code, ErrorCode::KeyMissing);
    assert!(message.contains("SPENDGLASS_TEST_NO_SUCH_VARIABLE is not set"), "{message}");
    for (variable, key) in [(None, None), (Some("PATH"), Some("sk-admin-0123456789"))] {
        assert_eq!(refused(&app, request(variable, key)).await.0, ErrorCode::BadRequest);
    }
    assert!(town.request_counts().is_empty(), "nothing was sent: {:?}", town.request_counts());
    app.close().await;

    // The keychain of the next start is another, empty one: every stream says so, and the figures stay.
    let app = crate::journey::app(folder.path(), LATE).await;
    crate::journey::add_all(&app, &town).await;
    handle(&app, Request::Sync(SyncQuery::default())).await.unwrap();
    let figures = usage(&app, Grouping::Day, FROM, TO).await;
    app.close().await;
    let app = crate::journey::app(folder.path(), LATE).await;
    let Response::Sync(report) = handle(&app, Request::Sync(SyncQuery::default())).await.unwrap() else {
        panic!()
    };
    assert!(!report.complete);
    assert!(report.accounts.iter().flat_map(|a| &a.streams).all(|s| s.state == DoorState::Keychain));
    let accounts = ask(&app, Request::Accounts).await;
    for account in accounts.as_array().unwrap() {
        assert_eq!(
            (&account["state"], &account["advice"]),
            (&"keyMissing".into(), &"replaceKey".into()),
            "{account}"
        );
    }
    assert_eq!(usage(&app, Grouping::Day, FROM, TO).await, figures);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_a_key_must_not_go_to_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let app = crate::journey::app(folder.path(), LATE).await;
    for (base, says) in [
        ("http://api.openai.com/v1", "must begin with https://"),
        ("http://127.0.0.1.example.com/v1", "must begin with https://"),
        ("http://localhost.example.com/v1", "must begin with https://"),
        ("http://10.0.0.1/v1", "must begin with https://"),
        ("http://0.0.0.0/v1", "must begin with https://"),
        ("http://[2001:db8::1]/v1", "must begin with https://"),
        ("ftp://example.com", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("mailto:someone@example.com", "must begin with https://"),
        ("javascript:alert(1)", "must begin with https://"),
        ("https://user:pass@example.com/v1", "name and password"),
        ("https://user@example.com/v1", "name and password"),
        ("https://:pass@example.com/v1", "name and password"),
        ("https://example.com/v1?tenant=1", "question mark"),
        ("https://example.com/v1?", "question mark"),
        ("https://example.com/v1#top", "from the #"),
        ("example.com/v1", "is not an address"),
        ("https://", "is not an address"),
        ("https:// example.com", "is not an address"),
        ("not a url at all", "is not an address"),
    ] {
        let (code, message) =
            refused(&app, add("openai", Some(base), Some("sk-admin-0123456789abcdef"))).await;
        assert_eq!(code, ErrorCode::BadRequest, "{base}: {message}");
        assert!(message.contains(says), "{base}: {message}");
        assert!(!message.contains(":pass@"), "{base}: {message}");
    }
    app.close().await;
}

/// A student's accounts at a town of their own, unread.
async fn student() -> (tempfile::TempDir, Arc<Town>, App) {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, LATE).await;
    let app = crate::journey::app(folder.path(), LATE).await;
    crate::journey::add_all(&app, &town).await;
    (folder, town, app)
}

/// Cancelling holds from the moment a sync was asked for, not only once its first request is on its way.
#[tokio::test]
async fn a_sync_is_cancelled_before_it_has_begun() {
    let (_folder, town, app) = student().await;
    town.set_latency(Duration::from_hours(1));
    let both = Box::pin(async {
        tokio::join!(handle(&app, Request::Sync(SyncQuery::default())), handle(&app, Request::CancelSync))
    });
    let (sync, _) = tokio::time::timeout(Duration::from_secs(20), both).await.expect("it ends");
    let Response::Sync(report) = sync.unwrap() else { panic!() };
    let mut states = report.accounts.iter().flat_map(|account| &account.streams).map(|stream| stream.state);
    assert!(states.all(|state| state == DoorState::Cancelled), "{report:?}");
    app.close().await;
}

/// Who asks for a sync of all while one is under way waits for it, asks nobody twice, and gets what came of it.
#[tokio::test]
async fn a_second_sync_joins_the_first() {
    let (_folder, town, app) = student().await;
    let mut events = app.events();
    town.set_latency(Duration::from_millis(20));
    let sync = |account, from: Option<&str>| {
        let query = SyncQuery { account, from: from.map(str::to_owned) };
        Box::pin(handle(&app, Request::Sync(query)))
    };
    let told = |answer: Result<Response, ApiError>| {
        let Response::Sync(report) = answer.unwrap() else { panic!() };
        assert!(report.complete, "{report:?}");
        report.accounts
    };
    let begun = |events: &mut tokio::sync::broadcast::Receiver<Event>| {
        std::iter::from_fn(|| events.try_recv().ok())
            .filter(|event| matches!(event, Event::SyncStarted { account: 1 }))
            .count()
    };
    let (first, second) = tokio::join!(sync(None, None), sync(None, None));
    assert_eq!(told(first), told(second));
    assert_eq!(begun(&mut events), 1, "it is read once");

    // Who asks for one account, or for days of it, gets a sync of their own, after the other.
    for (account, from) in [(Some(1), None), (Some(1), Some(FROM))] {
        let later = async {
            while !matches!(events.recv().await.unwrap(), Event::SyncStarted { account: 1 }) {}
            sync(account, from).await
        };
        let (first, second) = tokio::join!(sync(None, None), later);
        assert_eq!((told(first).len() > 1, told(second).len()), (true, 1));
        assert_eq!(begun(&mut events), 1, "{account:?} {from:?}");
    }

    // Stopped, it is no answer for who asks after that.
    town.set_latency(Duration::from_hours(1));
    let mut first = sync(None, Some(FROM));
    let stopped = async {
        while !matches!(events.recv().await.unwrap(), Event::SyncStarted { account: 1 }) {}
        handle(&app, Request::CancelSync).await.unwrap();
        town.set_latency(Duration::ZERO);
        sync(None, None).await
    };
    let (first, second) = tokio::join!(&mut first, stopped);
    let Response::Sync(first) = first.unwrap() else { panic!() };
    assert!(!first.complete);
    told(second);
    app.close().await;
}

/// Cancelling through the door, while every account is being read.
#[tokio::test(flavor = "multi_thread")]
async fn the_door_cancels_every_sync() {
    let (_folder, town, app) = student().await;
    let mut events = app.events();
    let other = app.clone();
    let sync = tokio::spawn(async move { handle(&other, Request::Sync(SyncQuery::default())).await });
    loop {
        if let Event::SyncProgress { first, done, total, .. } = events.recv().await.unwrap() {
            assert!(first && done <= total && done > 0);
            break;
        }
    }
    town.set_latency(Duration::from_hours(1));
    // From its first step on it is cancelled with the others.
    let mut second = Box::pin(handle(&app, Request::Sync(SyncQuery::default())));
    assert!(futures_util::poll!(&mut second).is_pending());
    handle(&app, Request::CancelSync).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(20), sync).await.expect("it ends").unwrap();
    let Response::Sync(report) = ended.unwrap() else { panic!() };
    assert!(!report.complete);
    let ended = tokio::time::timeout(Duration::from_secs(20), second).await.expect("it ends");
    let Response::Sync(second) = ended.unwrap() else { panic!() };
    assert!(!second.complete, "{second:?}");
    let states: Vec<_> = report.accounts.iter().flat_map(|a| &a.streams).map(|s| s.state).collect();
    assert!(states.contains(&DoorState::Cancelled), "{states:?}");
    assert!(states.iter().all(|state| matches!(state, DoorState::Cancelled | DoorState::Ok)), "{states:?}");

    // The loop does not begin again what the person has just stopped.
    town.set_latency(Duration::ZERO);
    let read = Mutex::new(Vec::new());
    let tell = |told| {
        if let Told::Read { account, .. } = told {
            read.lock().unwrap().push(account);
        }
    };
    assert!(app.tick(&tell).await.unwrap());
    for account in &report.accounts {
        let stopped = account.streams.iter().any(|stream| stream.state == DoorState::Cancelled);
        assert_eq!(read.lock().unwrap().contains(&account.account), !stopped, "account {}", account.account);
    }
    app.close().await;
}
