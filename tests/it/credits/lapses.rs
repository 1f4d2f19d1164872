//! Lots that lapse within a UTC day, and when what is billed by UTC days is taken for spent.

use std::path::Path;

use serde_json::json;
use spendglass_core::api::{App, Config};
use spendglass_core::ledger::Charge;
use spendglass_core::money::{Currency, Money, exact};
use spendglass_core::store::Store;
use spendglass_core::time::{Clock, Date, Period};
use spendglass_core::vault::Vault;

use super::{NOW, SUMS, account_with, ask, at, cost, folder_with, open, texts};

/// Books a stream of costs, each day as much.
async fn bill(store: &Store, stream: &str, from: &str, to: &str, amount: &str, read_at: &str) {
    let stream = store.stream(1, stream).await.unwrap();
    let (from, to): (Date, Date) = (from.parse().unwrap(), to.parse().unwrap());
    let mut sequence = store.begin_sequence(stream.id, Period::utc_days(from, to).unwrap());
    let charges = (0..to.days_since(from)).map(|day| Charge {
        billed_cost: Some(Money::new(exact(amount).unwrap(), Currency::USD)),
        ..Charge::usage(from.plus_days(day).utc_day())
    });
    sequence.stage(charges.collect()).await.unwrap();
    sequence.book().await.unwrap();
    store.stream_read(stream.id, None, at(read_at)).await.unwrap();
}

async fn open_at(folder: &Path, zone: &str, now: &str) -> App {
    let config = Config {
        data_dir: folder.to_owned(),
        vault: Vault::memory(),
        clock: Clock::Fixed(at(now)),
        zone: Some(zone.parse().unwrap()),
        sample: None,
    };
    App::open(config).await.unwrap()
}

#[tokio::test]
async fn what_was_known_to_be_spent_before_a_lapse_stays_spent_as_time_goes_on() {
    let lot = json!({"account": 1, "amount": "10", "currency": "USD", "acquired": "2026-11-01", "rule": "on:2026-11-22"});
    for by_hand in [true, false] {
        let folder = folder_with(&["openai"]).await;
        if !by_hand {
            let store = Store::open(folder.path(), at(NOW)).await.unwrap();
            bill(&store, "costs", "2026-11-22", "2026-11-23", "10", NOW).await;
            store.close().await;
        }
        let app = open(folder.path(), "Asia/Kolkata").await;
        ask(&app, "addLot", lot.clone()).await;
        if by_hand {
            cost(&app, 1, "2026-11-22", "4", "USD").await;
            cost(&app, 1, "2026-11-22", "6", "USD").await;
        }
        app.close().await;
        // The lot lapses at 18:30 UTC.
        for now in ["2026-11-22T18:29:59Z", "2026-11-22T18:31:00Z", "2026-11-23T09:00:00Z"] {
            let app = open_at(folder.path(), "Asia/Kolkata", now).await;
            let credits = ask(&app, "credits", json!({})).await;
            assert_eq!(
                texts(&credits["lots"][0], &SUMS),
                ["10", "0", "0", "spent"],
                "{now}, by hand: {by_hand}"
            );
            app.close().await;
        }
    }
}

#[tokio::test]
async fn a_bill_read_after_a_lapse_within_its_day_says_that_it_may_have_been_spent_in_time() {
    let folder = folder_with(&["openai"]).await;
    let store = Store::open(folder.path(), at(NOW)).await.unwrap();
    bill(&store, "costs", "2026-11-20", "2026-11-22", "3", NOW).await;
    store.close().await;
    let app = open(folder.path(), "Asia/Kolkata").await;
    let lot = json!({"account": 1, "amount": "10", "currency": "USD", "acquired": "2026-11-01", "rule": "on:2026-11-21"});
    ask(&app, "addLot", lot).await;
    let credits = ask(&app, "credits", json!({})).await;
    assert_eq!(texts(&credits["lots"][0], &SUMS), ["3", "7", "0", "lapsed"]);
    let note = credits["notes"][0].as_str().unwrap();
    assert!(note.contains("entry-1 lapsed at 2026-11-21T18:30:00Z") && note.contains("in time"), "{note}");
    app.close().await;
}

#[tokio::test]
async fn a_stream_that_stalls_does_not_move_what_another_was_charged() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(NOW)).await.unwrap();
    account_with(&store, "openai", "admin").await;
    let stalled = store.stream(1, "usage_completions").await.unwrap();
    store.stream_read(stalled.id, None, at("2026-11-10T06:00:00Z")).await.unwrap();
    bill(&store, "costs", "2026-11-11", "2026-11-22", "1", NOW).await;
    store.close().await;
    let app = open(folder.path(), "Asia/Kolkata").await;
    let lot = json!({"account": 1, "amount": "20", "currency": "USD", "acquired": "2026-11-01", "rule": "on:2026-11-15"});
    ask(&app, "addLot", lot).await;
    let credits = ask(&app, "credits", json!({})).await;
    // The bill of the 15th falls at the end of that day in UTC, which is after the lapse.
    assert_eq!(texts(&credits["lots"][0], &SUMS), ["4", "16", "0", "lapsed"]);
    app.close().await;
}
