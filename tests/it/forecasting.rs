//! Forecasts through the door: which days they are made from, and what is said where they cannot be made.

use std::path::Path;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ForecastQuery, OverviewQuery, Request};
use spendglass_core::ledger::{Balance, BalanceKind, Charge};
use spendglass_core::money::{Currency, Money};
use spendglass_core::store::{KeyPlace, NewAccount, Snapshot, Store};
use spendglass_core::time::{Clock, Date, Period, Timestamp, Zone};
use spendglass_core::vault::Vault;

use crate::house::ask;

const NOW: &str = "2026-11-18T12:30:00Z";

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn dec(text: &Value) -> Decimal {
    text.as_str().unwrap_or_else(|| panic!("{text} is no text")).parse().unwrap()
}

async fn store(folder: &Path) -> Store {
    Store::open(&folder.join("data"), now()).await.unwrap()
}

async fn account(store: &Store, provider: &str, kind: &str) -> i64 {
    let account = NewAccount {
        provider: provider.to_owned(),
        label: Some(provider.to_uppercase()),
        base_url: None,
        key_kind: kind.to_owned(),
        key_hint: None,
        key_fingerprint: Some(format!("{provider:0>64}")),
        key_place: KeyPlace::Variable("SPENDGLASS_TEST_KEY".to_owned()),
        details: std::collections::BTreeMap::new(),
    };
    store.add_account(&account, now()).await.unwrap()
}

/// Books days of a stream, each with what it cost in cents; up to, but without, `to`.
async fn book(store: &Store, account: i64, stream: &str, from: &str, to: &str, cents: impl Fn(i64) -> i64) {
    let stream = store.stream(account, stream).await.unwrap();
    let (from, to) = (date(from), date(to));
    let mut sequence = store.begin_sequence(stream.id, Period::utc_days(from, to).unwrap());
    let charges = (0..to.days_since(from)).map(|day| Charge {
        billed_cost: Some(Money::new(Decimal::new(cents(day), 2), Currency::USD)),
        ..Charge::usage(from.plus_days(day).utc_day())
    });
    sequence
        .stage(charges.filter(|charge| !charge.billed_cost.unwrap().amount.is_zero()).collect())
        .await
        .unwrap();
    sequence.book().await.unwrap();
    store.stream_read(stream.id, None, now()).await.unwrap();
}

async fn door(folder: &Path) -> App {
    let config = Config {
        data_dir: folder.join("data"),
        vault: Vault::memory(),
        clock: Clock::Fixed(now()),
        zone: Some(Zone::UTC),
        sample: None,
    };
    App::open(config).await.unwrap()
}

async fn forecast(app: &App) -> Value {
    ask(app, Request::Forecast(ForecastQuery { account: None, chart_width: Some(600) })).await
}

#[tokio::test]
async fn an_account_connected_last_week_does_not_shorten_the_history_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let openai = account(&store, "openai", "admin").await;
    book(&store, openai, "costs", "2026-08-01", "2026-11-19", |day| 1_000 + day % 3).await;
    let anthropic = account(&store, "anthropic", "admin").await;
    book(&store, anthropic, "cost_report", "2026-11-15", "2026-11-19", |_| 500).await;
    let app = door(folder.path()).await;
    let told = forecast(&app).await;
    // Three complete days of one of them: its own reason, and no sum that passes for all.
    let all = &told["months"][0];
    let words = "ANTHROPIC: a forecast needs 7 complete days, and there are 3 so far.";
    assert_eq!((all["range"].clone(), all["unknown"].as_str()), (Value::Null, Some(words)));
    assert_eq!(all["soFar"], "200.18");
    let (one, other) = (&told["accounts"][0], &told["accounts"][1]);
    assert_eq!(one["ofDays"], 109);
    assert!(dec(&one["range"]["p50"]) > Decimal::from(280), "{one}");
    assert_eq!(other["unknown"], "A forecast needs 7 complete days, and there are 3 so far.");
    assert!(other["backTest"].is_null());
    app.close().await;

    book(&store, anthropic, "cost_report", "2026-11-01", "2026-11-19", |_| 500).await;
    let app = door(folder.path()).await;
    let told = forecast(&app).await;
    let (all, one, other) = (&told["months"][0], &told["accounts"][0], &told["accounts"][1]);
    assert_eq!(
        (all["ofDays"].as_u64(), one["ofDays"].as_u64(), other["ofDays"].as_u64()),
        (Some(17), Some(109), Some(17))
    );
    let middle = |row: &Value| dec(&row["range"]["p50"]);
    assert!((middle(all) - middle(one) - middle(other)).abs() < Decimal::from(10), "{all}");
    assert!(one["backTest"]["months"].as_u64() >= Some(2), "{one}");
    // The overview says the same.
    let overview = ask(&app, Request::Overview(OverviewQuery { chart_width: None })).await;
    assert_eq!(overview["monthEnd"], told["months"]);
    assert_eq!(overview["month"]["billed"][0]["amount"], all["soFar"]);
    let daily = &told["daily"];
    assert_eq!(daily["table"]["rows"].as_array().unwrap().len(), 30);
    assert_eq!(daily["marks"].as_array().unwrap().len(), 18 + 13);
    app.close().await;
    store.close().await;
}

#[tokio::test]
async fn today_is_no_complete_day_and_what_is_known_of_it_is_spent() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let openai = account(&store, "openai", "admin").await;
    // Forty days of 1.00, and today 500.00 by noon.
    book(&store, openai, "costs", "2026-10-09", "2026-11-19", |day| if day == 40 { 50_000 } else { 100 })
        .await;
    let app = door(folder.path()).await;
    let told = forecast(&app).await;
    let row = &told["months"][0];
    assert_eq!((row["ofDays"].as_u64(), row["soFar"].as_str()), (Some(40), Some("517")));
    let (low, high) = (dec(&row["range"]["p10"]), dec(&row["range"]["p90"]));
    // Of the twelve days to come at most a few units each: today's burst is spent, and is no new level.
    assert!(low >= Decimal::from(517) && high < Decimal::from(560), "{row}");
    app.close().await;
    store.close().await;
}

#[tokio::test]
async fn a_day_that_was_not_read_is_no_day_without_cost() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let openai = account(&store, "openai", "admin").await;
    // Read up to the 14th only, and idle on its last three days.
    book(&store, openai, "costs", "2026-10-01", "2026-11-15", |day| if day >= 42 { 0 } else { 200 }).await;
    let app = door(folder.path()).await;
    let row = forecast(&app).await["months"][0].clone();
    assert_eq!((row["ofDays"].as_u64(), row["soFar"].as_str()), (Some(45), Some("22")));
    let high = dec(&row["range"]["p90"]);
    // Sixteen days of the month were not read: what they cost is in the range.
    assert!(high > Decimal::from(32), "{row}");
    app.close().await;
    store.close().await;
}

async fn enter(app: &App, account: i64, entry: Value) {
    let request = json!({"method": "enter", "params": {"account": account, "entry": entry}});
    ask(app, serde_json::from_value(request).unwrap()).await;
}

/// Of the days between those that were entered nobody says that nothing was spent on them.
#[tokio::test]
async fn days_that_were_entered_by_hand_alone_give_no_forecast() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let openai = account(&store, "openai", "none").await;
    let app = door(folder.path()).await;
    for day in [1, 3, 5, 7, 9, 11, 13, 15] {
        let cost =
            json!({"kind": "cost", "date": format!("2026-11-{day:02}"), "amount": "10", "currency": "USD"});
        enter(&app, openai, cost).await;
    }
    let month = forecast(&app).await["months"][0].clone();
    assert_eq!((&month["range"], month["soFar"].as_str()), (&Value::Null, Some("80")));
    assert!(
        month["unknown"].as_str().unwrap().contains("nobody says which of its days are complete"),
        "{month}"
    );
    app.close().await;
    store.close().await;
}

/// Who enters every day has said of every day.
#[tokio::test]
async fn days_that_were_entered_without_a_gap_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let openai = account(&store, "openai", "none").await;
    let app = door(folder.path()).await;
    // One by itself long before, and then every day up to the day before.
    for day in [1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17] {
        let cost =
            json!({"kind": "cost", "date": format!("2026-11-{day:02}"), "amount": "10", "currency": "USD"});
        enter(&app, openai, cost).await;
    }
    let month = forecast(&app).await["months"][0].clone();
    assert_eq!((month["ofDays"].as_u64(), month["soFar"].as_str()), (Some(13), Some("140")), "{month}");
    assert!(dec(&month["range"]["p50"]) > Decimal::from(200), "{month}");
    let overview = json!({"method": "overview", "params": {}});
    let today = ask(&app, serde_json::from_value(overview).unwrap()).await;
    assert_eq!(today["usualDay"]["ofDays"], 13, "{}", today["usualDay"]);
    app.close().await;
    store.close().await;
}

/// An account of which nobody knows how it goes on is no account that costs nothing more.
#[tokio::test]
async fn all_accounts_together_name_those_that_are_not_forecast() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let openai = account(&store, "openai", "admin").await;
    book(&store, openai, "costs", "2026-10-09", "2026-11-19", |_| 1_000).await;
    let other = account(&store, "anthropic", "none").await;
    let idle = account(&store, "groq", "none").await;
    let app = door(folder.path()).await;
    for (of, date) in [(other, "2026-11-03"), (other, "2026-11-05"), (idle, "2026-07-05")] {
        enter(&app, of, json!({"kind": "cost", "date": date, "amount": "10", "currency": "USD"})).await;
    }
    let budget = json!({"method": "setBudget", "params": {
        "of": {"kind": "all"}, "span": "month", "amount": "500", "currency": "USD"
    }});
    let budget = ask(&app, serde_json::from_value(budget).unwrap()).await;
    assert!(budget["notes"].to_string().contains("Nobody knows how"), "{budget}");
    let told = forecast(&app).await;
    let all = &told["months"][0];
    assert_eq!(all["without"].as_array().map(Vec::len), Some(1), "{all}");
    assert!(all["range"].is_object() && all["unknown"].is_null(), "{all}");
    let rows = told["accounts"].as_array().unwrap();
    let of = |id: i64| rows.iter().find(|row| row["account"] == id).unwrap();
    assert_eq!((&of(openai)["without"], &of(other)["range"]), (&json!([]), &Value::Null));
    app.close().await;
    store.close().await;
}

#[tokio::test]
async fn an_entered_balance_is_the_last_one_said_and_lasts_by_its_falls() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let openai = account(&store, "openai", "none").await;
    let app = door(folder.path()).await;
    // Said in any order, twice of one day, and in two currencies.
    for (day, amount) in [(17, "80"), (2, "110"), (16, "70"), (16, "82"), (9, "96")] {
        let as_of = format!("2026-11-{day:02}");
        let entry = json!({"kind": "balance", "asOf": as_of, "amount": amount, "currency": "USD"});
        enter(&app, openai, entry).await;
    }
    enter(&app, openai, json!({"kind": "balance", "asOf": "2026-11-01", "amount": "5", "currency": "EUR"}))
        .await;
    let credits = serde_json::from_value(json!({"method": "credits", "params": {"account": openai}}));
    for told in [forecast(&app).await, ask(&app, credits.unwrap()).await] {
        let rows = told["balances"].as_array().unwrap();
        let shown: Vec<_> = rows.iter().map(|row| (row["left"].as_str(), row["currency"].as_str())).collect();
        assert_eq!(shown, [(Some("5"), Some("EUR")), (Some("80"), Some("USD"))]);
        let (none, falls) = (&rows[0], &rows[1]);
        assert_eq!(none["unknown"], "Nothing tells what is spent of it a day.");
        assert_eq!(
            (falls["from"].as_str(), falls["asOf"].as_str()),
            (Some("balance"), Some("2026-11-17T23:59:59Z"))
        );
        let (a_day, days) = (dec(&falls["perDay"]["p50"]), falls["days"]["p50"].as_u64().unwrap());
        assert!((Decimal::ONE..Decimal::from(3)).contains(&a_day) && (35..=45).contains(&days), "{falls}");
    }
    app.close().await;
    store.close().await;
}

#[tokio::test]
async fn figures_that_do_not_fit_are_said_and_take_nothing_from_the_other_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let wild = account(&store, "deepseek", "api").await;
    let tame = account(&store, "openrouter", "management").await;
    for (id, day, amount) in [
        (wild, "2026-11-01", "0.1234567890123456789012345678"),
        (wild, "2026-11-10", "999999999999999"),
        (tame, "2026-11-01", "50"),
        (tame, "2026-11-10", "32"),
    ] {
        let amount = Money::new(amount.parse().unwrap(), Currency::USD);
        let observed_at = date(day).utc_start();
        let balances = vec![Balance::left(observed_at, BalanceKind::Credits, amount)];
        let snapshot = Snapshot { balances, ..Snapshot::default() };
        store.book_snapshot(id, &snapshot, observed_at).await.unwrap();
    }
    let app = door(folder.path()).await;
    let credits = serde_json::from_value(json!({"method": "credits", "params": {}})).unwrap();
    for told in [forecast(&app).await, ask(&app, credits).await] {
        let rows = told["balances"].as_array().unwrap();
        let of = |label: &str| rows.iter().find(|row| row["label"] == label).unwrap();
        let why = of("DEEPSEEK")["unknown"].as_str().unwrap();
        assert!(why.starts_with("The amounts in USD together need more than 38 digits"), "{why}");
        assert_eq!(of("DEEPSEEK")["left"], "999999999999999");
        let a_day = dec(&of("OPENROUTER")["perDay"]["p50"]);
        assert!((Decimal::from(2)..Decimal::new(21, 1)).contains(&a_day), "{a_day}");
    }
    app.close().await;
    store.close().await;
}

#[tokio::test]
async fn what_was_entered_is_known_as_of_when_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let openai = account(&store, "openai", "none").await;
    let app = door(folder.path()).await;
    let entry = json!({"kind": "cost", "date": "2026-11-12", "amount": "3", "currency": "USD"});
    enter(&app, openai, entry).await;
    let told = forecast(&app).await;
    let row = &told["months"][0];
    assert_eq!((row["soFar"].as_str(), row["asOf"].as_str()), (Some("3"), Some(NOW)));
    assert_eq!(told["accounts"][0]["asOf"], NOW);
    app.close().await;
    store.close().await;
}

#[tokio::test]
async fn balances_last_by_charges_or_by_their_falls() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let openrouter = account(&store, "openrouter", "management").await;
    book(&store, openrouter, "activity", "2026-10-19", "2026-11-18", |_| 200).await;
    let deepseek = account(&store, "deepseek", "api").await;
    for (id, left, fall) in [(openrouter, 4_000, 200), (deepseek, 6_000, 100)] {
        for day in 0..20 {
            let observed_at = date("2026-10-30").plus_days(day).utc_start().plus_seconds(36_000);
            let amount = Money::new(Decimal::new(left + (19 - day) * fall, 2), Currency::USD);
            let mut snapshot = Snapshot::default();
            snapshot
                .add_balance(Balance {
                    observed_at,
                    kind: BalanceKind::Credits,
                    amount,
                    acquired: None,
                    used: None,
                })
                .unwrap();
            store.book_snapshot(id, &snapshot, observed_at).await.unwrap();
        }
    }
    let app = door(folder.path()).await;
    let told = forecast(&app).await;
    let rows = told["balances"].as_array().unwrap();
    let days = |row: &Value| row["days"]["p50"].as_u64();
    let of = |label: &str| rows.iter().find(|row| row["label"] == label).unwrap();
    let (charged, fallen) = (of("OPENROUTER"), of("DEEPSEEK"));
    assert_eq!((charged["from"].as_str(), charged["left"].as_str()), (Some("charges"), Some("40")));
    assert!((17..=22).contains(&days(charged).unwrap()), "{charged}");
    assert_eq!((fallen["from"].as_str(), fallen["left"].as_str()), (Some("balance"), Some("60")));
    assert!((52..=68).contains(&days(fallen).unwrap()), "{fallen}");
    app.close().await;
    store.close().await;
}
