//! Late and corrected figures: however a store came to the present, it tells what one clean sync tells.

use std::sync::Arc;

use serde_json::Value;
use spendglass_core::api::{OverviewQuery, Request};
use spendglass_core::net::Timeouts;
use spendglass_simulator::Person;

use crate::house::{GROUPINGS, House, QUICK, ask, usage};

/// Everything the door tells of the last four weeks, and what today and this month cost.
async fn told(house: &House, from: &str, to: &str) -> Value {
    let app = house.door().await;
    let mut all = serde_json::Map::new();
    for by in GROUPINGS {
        all.insert(format!("{by:?}"), usage(&app, by, from, to).await);
    }
    let mut overview = ask(&app, Request::Overview(OverviewQuery { chart_width: Some(800) })).await;
    for account in overview["accounts"].as_array_mut().unwrap() {
        for stream in account["streams"].as_array_mut().unwrap() {
            // A year and a day back from two different days.
            stream.as_object_mut().unwrap().remove("coveredFrom");
        }
    }
    // A forecast is made of the whole history, which begins on two different days.
    overview.as_object_mut().unwrap().remove("monthEnd");
    all.insert("overview".to_owned(), overview);
    app.close().await;
    Value::Object(all)
}

async fn fresh(house: &House) -> House {
    let now = house.now.to_string();
    let mut fresh = House::beside(&house.town, &now, QUICK, Timeouts::default()).await;
    fresh.accounts.retain(|account| house.accounts.iter().any(|known| known.id == account.id));
    fresh.sync_well(None).await;
    fresh
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_sync_ends_where_one_clean_sync_does() {
    let mut house = House::new(Person::Student, "2026-11-18T00:10:00Z").await;
    house.sync_well(None).await;
    let first = told(&house, "2026-10-21", "2026-11-18").await;
    // Within the day, over midnight, over a day and a half in which bills settle and are corrected, and over the month.
    for now in
        ["2026-11-18T09:00:00Z", "2026-11-19T00:00:00Z", "2026-11-20T13:30:00Z", "2026-11-22T23:59:59Z"]
    {
        house.at(now);
        house.sync_well(None).await;
        let (same, clean) = (
            told(&house, "2026-10-26", "2026-11-23").await,
            told(&fresh(&house).await, "2026-10-26", "2026-11-23").await,
        );
        assert_eq!(same, clean, "{now}");
    }
    let last = told(&house, "2026-10-21", "2026-11-18").await;
    assert_ne!(
        first["Day"]["rows"], last["Day"]["rows"],
        "the town corrects nothing, so this test shows nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn syncing_again_changes_nothing() {
    let house = House::new(Person::Student, "2026-11-18T12:30:00Z").await;
    house.sync_well(None).await;
    let once = house.rows().await;
    let figures = told(&house, "2026-10-21", "2026-11-19").await;
    for from in [None, None, Some("2026-11-01"), Some("2026-09-01"), Some("2026-10-10"), Some("2020-01-01")] {
        house.sync_well(from).await;
        assert_eq!(house.rows().await, once, "from {from:?}");
    }
    assert_eq!(told(&house, "2026-10-21", "2026-11-19").await, figures);
    assert!(once.len() > 200, "{} days", once.len());
}

/// A student whose accounts tell a year: OpenRouter tells thirty days only, and refuses a clock that is off by more.
async fn with_a_long_memory() -> House {
    let mut house = House::new(Person::Student, "2026-11-18T12:30:00Z").await;
    house.accounts.retain(|account| account.provider.id != "openrouter");
    house
}

/// Over a span in which the same days were read by the hour in one store and by the day in the other.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_long_absence_no_day_is_missing() {
    let mut house = with_a_long_memory().await;
    house.at("2026-08-01T08:00:00Z");
    house.sync_well(None).await;
    house.at("2026-11-18T12:30:00Z");
    house.sync_well(None).await;
    same_days(&house).await;
}

/// A first sync under a clock that was a year ahead, and then an absence under the right one.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_ahead_leaves_no_gap() {
    let mut house = with_a_long_memory().await;
    house.at("2026-10-20T12:30:00Z");
    house.sync_well(None).await;
    let town = Arc::clone(&house.town);
    house.now = "2027-06-20T12:30:00Z".parse().unwrap();
    house.sync_well(None).await;
    assert_eq!(town.now().to_rfc3339(), "2026-10-20T12:30:00+00:00", "the providers' clock was right");
    house.at("2026-10-21T12:30:00Z");
    house.sync_well(None).await;
    house.at("2026-11-18T12:30:00Z");
    house.sync_well(None).await;
    same_days(&house).await;
}

/// A clock that was behind for one sync.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_behind_loses_nothing() {
    let mut house = with_a_long_memory().await;
    house.sync_well(None).await;
    house.now = "2026-09-01T12:30:00Z".parse().unwrap();
    house.sync_well(None).await;
    house.now = "2026-11-18T12:30:00Z".parse().unwrap();
    house.sync_well(None).await;
    same_days(&house).await;
}

/// Day by day, to the last digit, what a fresh store has; only the count of lines differs between hours and days.
async fn same_days(house: &House) {
    let mut told = Vec::new();
    for house in [house, &fresh(house).await] {
        let app = house.door().await;
        let mut usage = usage(&app, spendglass_core::api::Grouping::Day, "2026-05-10", "2026-11-19").await;
        for row in usage["rows"].as_array_mut().unwrap() {
            row.as_object_mut().unwrap().remove("unpriced");
        }
        assert!(usage["rows"].as_array().unwrap().len() > 60);
        told.push(usage["rows"].take());
        app.close().await;
    }
    assert_eq!(told[0], told[1]);
}
