//! When accounts are read, and when they are left alone.

use std::sync::Arc;

use serde_json::{Value, json};
use spendglass_core::api::Told;
use spendglass_core::notice::Desktop;
use spendglass_core::time::Timestamp;
use spendglass_simulator::{Person, Town};
use sqlx::{Connection as _, Executor as _};
use tokio::sync::mpsc;

use super::{ALL, NOW, PATIENT, Stage, next};
use crate::house::{open_town, peek};
use crate::notice::stage::{Bus, Faced, Manner};

/// A student's town, and a program that knows one account there.
async fn connected(provider: &str) -> (Arc<Town>, Stage, Value) {
    let town = open_town(Person::Student, NOW).await;
    let stage = Stage::new(None).await;
    let account = connect(&stage, &town, provider).await;
    (town, stage, account)
}

/// Adds the account of a provider, and gives its number.
async fn connect(stage: &Stage, town: &Town, id: &str) -> Value {
    let told = town.providers().into_iter().find(|provider| provider.id == id).unwrap();
    let details: std::collections::BTreeMap<_, _> = told.details.into_iter().collect();
    let request = json!({"method": "addAccount", "params": {
        "provider": told.id, "baseUrl": told.base_url, "key": told.key, "details": details}});
    stage.ask(request).await["id"].clone()
}

/// The seconds until the loop reads the only account.
async fn due_in(stage: &Stage) -> i64 {
    let next = stage.ask(json!({"method": "watching"})).await["next"][0].clone();
    next["dueAt"].as_str().unwrap().parse::<Timestamp>().unwrap().seconds_since(stage.now())
}

fn requests(town: &Town) -> u64 {
    town.request_counts().values().sum()
}

/// Accounts are read when they are due, more seldom where nothing moves, and soon again where nobody was reached.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_read_by_their_plans() {
    let (town, stage, _) = connected("openrouter").await;
    let read = |told: &[Told]| told.iter().filter(|line| matches!(line, Told::Read { .. })).count();
    let mut minutes = Vec::new();
    for minute in 0..40 {
        if read(&stage.tick().await) > 0 {
            minutes.push(minute);
        }
        stage.later(60);
    }
    // 2 minutes after the first reading, which brought figures; then twice as long each time, and a little more.
    assert_eq!(minutes[..2], [0, 3], "{minutes:?}");
    let gaps: Vec<i64> = minutes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.is_sorted() && *gaps.last().unwrap() >= 8, "{minutes:?}");
    let next = stage.ask(json!({"method": "watching"})).await["next"][0].clone();
    assert!(next["everyMinutes"].as_i64().unwrap() >= 8, "{next}");

    // Days off: it is read at once, and the network is away; it is tried after 1, 2 and 4 minutes, and by the usual pace then.
    town.set_faults(vec!["openrouter/*=500".parse().unwrap()]);
    stage.later(5 * 86_400);
    let mut minutes = Vec::new();
    for minute in 0..12 {
        if read(&stage.tick().await) > 0 {
            minutes.push(minute);
        }
        stage.later(60);
    }
    assert_eq!(minutes[..4], [0, 2, 5, 10], "{minutes:?}");
    town.set_faults(Vec::new());
    // The clock is set back by a year: a plan from the future holds nobody up.
    stage.later(-365 * 86_400);
    assert_eq!(read(&stage.tick().await), 1);
    // While somebody looks it is read every two minutes.
    stage.app.looked_at(true);
    let mut count = 0;
    for _ in 0..12 {
        count += read(&stage.tick().await);
        stage.later(60);
    }
    assert!((3..=6).contains(&count), "{count}");
    stage.app.close().await;
}

/// Whoever reads an account plans when the loop reads it: a person who just did so is not followed by a second reading.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_just_read_is_not_read_again() {
    let (town, stage, account) = connected("openrouter").await;
    stage.ask(json!({"method": "sync", "params": {"account": account}})).await;
    let asked = requests(&town);
    assert!(stage.tick().await.is_empty());
    assert_eq!(requests(&town), asked);
    assert!((120..=132).contains(&due_in(&stage).await));
    // However often they ask.
    for _ in 0..4 {
        stage.ask(json!({"method": "sync", "params": {"account": account}})).await;
    }
    assert!((120..=132).contains(&due_in(&stage).await));
    stage.later(180);
    assert_eq!(stage.tick().await.len(), 1);
    stage.app.close().await;
}

/// Where a provider asks for an hour between two readings, asking meanwhile reaches nobody and puts nothing off.
#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_asks_nobody_moves_no_plan() {
    let (town, stage, _) = connected("exa").await;
    stage.tick().await;
    let due = due_in(&stage).await;
    assert!((3_600..=3_612).contains(&due), "{due}");
    stage.later(3_540);
    let asked = requests(&town);
    stage.ask(json!({"method": "sync", "params": {}})).await;
    assert_eq!(requests(&town), asked);
    assert_eq!(due_in(&stage).await, due - 3_540);
    stage.app.close().await;
}

/// Where no plan can be kept, such as on a full disk, the account would be due at once again. What was read counts.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_planned_does_not_hammer_the_provider() {
    let town = open_town(Person::Student, NOW).await;
    let bus = Bus::start();
    let faced = Faced::start(&bus, &ALL, Manner::Answers).await;
    let stage = Stage::new(Some(Desktop::at(&bus.address, PATIENT))).await;
    let account = connect(&stage, &town, "openrouter").await;
    let full =
        "CREATE TRIGGER full BEFORE INSERT ON schedule BEGIN SELECT RAISE(ABORT, 'no plan is kept'); END";
    let mut connection = peek(&stage.folder.path().join("data")).await;
    connection.execute(full).await.unwrap();
    connection.close().await.unwrap();
    let report = stage.ask(json!({"method": "sync", "params": {"account": account}})).await;
    assert_eq!(report["complete"], true, "{report}");

    let (say, mut told) = mpsc::unbounded_channel();
    let app = stage.app.clone();
    let watch = tokio::spawn(async move { app.watch(&|line| drop(say.send(line))).await });
    let read = async |told: &mut mpsc::UnboundedReceiver<Told>| {
        while !matches!(next(told).await, Told::Read { problem: None, .. }) {}
    };
    read(&mut told).await;
    let asked = requests(&town);
    // Two turns: each delivers what was raised before it.
    for title in ["one", "two"] {
        stage.later(1);
        stage.raise(title).await;
        look_again(&stage).await;
        while !matches!(next(&mut told).await, Told::Delivered { title: this, .. } if this == title) {}
    }
    assert_eq!(requests(&town), asked);
    // After a minute it is tried again.
    stage.later(60);
    look_again(&stage).await;
    read(&mut told).await;
    watch.abort();
    let _ = watch.await;
    faced.end().await;
    stage.app.close().await;
}

/// Wakes the loop.
async fn look_again(stage: &Stage) {
    let settings = stage.ask(json!({"method": "settings"})).await;
    stage.ask(json!({"method": "changeSettings", "params": settings})).await;
}
