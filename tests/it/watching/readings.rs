//! When accounts are read, and when they are left alone.

use std::time::Duration;

use serde_json::{Value, json};
use spendglass_core::api::Told;
use spendglass_core::time::Timestamp;
use spendglass_simulator::{Person, Town};
use sqlx::{Connection as _, Executor as _};
use tokio::sync::mpsc;

use super::{NOW, Stage};
use crate::house::{first_three, open_town, peek};

/// Adds the account of OpenRouter, and gives its number.
async fn connect(stage: &Stage, town: &Town) -> Value {
    let told = first_three(town).remove(2);
    let request = json!({"method": "addAccount", "params": {"provider": told.id, "baseUrl": told.base_url, "key": told.key}});
    stage.ask(request).await["id"].clone()
}

fn requests(town: &Town) -> u64 {
    town.request_counts().values().sum()
}

/// Accounts are read when they are due, more seldom where nothing moves, and soon again where nobody was reached.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_read_by_their_plans() {
    let town = open_town(Person::Student, NOW).await;
    let stage = Stage::new(None).await;
    connect(&stage, &town).await;
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
    let town = open_town(Person::Student, NOW).await;
    let stage = Stage::new(None).await;
    let account = connect(&stage, &town).await;
    stage.ask(json!({"method": "sync", "params": {"account": account}})).await;
    let asked = requests(&town);
    assert!(stage.tick().await.is_empty());
    assert_eq!(requests(&town), asked);
    let next = stage.ask(json!({"method": "watching"})).await["next"][0].clone();
    let due: Timestamp = next["dueAt"].as_str().unwrap().parse().unwrap();
    assert!((120..=132).contains(&due.seconds_since(stage.now())), "{next}");
    stage.later(180);
    assert_eq!(stage.tick().await.len(), 1);
    stage.app.close().await;
}

/// Where no plan can be kept, such as on a full disk, the account would be due at once again.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_planned_does_not_hammer_the_provider() {
    let town = open_town(Person::Student, NOW).await;
    let stage = Stage::new(None).await;
    connect(&stage, &town).await;
    let full =
        "CREATE TRIGGER full BEFORE INSERT ON schedule BEGIN SELECT RAISE(ABORT, 'no plan is kept'); END";
    let mut connection = peek(&stage.folder.path().join("data")).await;
    connection.execute(full).await.unwrap();
    connection.close().await.unwrap();
    let (say, mut told) = mpsc::unbounded_channel();
    let tell = move |line| drop(say.send(line));
    let before = requests(&town);
    let looked = tokio::time::timeout(Duration::from_secs(4), stage.app.watch(&tell)).await;
    assert!(looked.is_err(), "it goes on");
    let asked = requests(&town) - before;
    let mut failed = Vec::new();
    while let Ok(line) = told.try_recv() {
        if let Told::Failed { words } = line {
            failed.push(words);
        }
    }
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].contains("no plan is kept"), "{failed:?}");
    assert!((1..40).contains(&asked), "{asked} requests");
    stage.app.close().await;
}
