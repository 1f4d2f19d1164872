//! Entries by hand: every kind entered, changed and removed; wrong input names its field; the sums follow, and nothing stays
//! behind.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ErrorCode, Request, handle};
use spendglass_core::ledger::{Entered, EnteredCost};
use spendglass_core::money::{Currency, Money};
use spendglass_core::providers::ALL;
use spendglass_core::store::{ENTERED_STREAM, KeyPlace, NewAccount, Owner, Schema, Store};
use spendglass_core::time::{Clock, Date, Timestamp, Zone};
use spendglass_core::vault::Vault;

use crate::house::{number, peek, rows};

/// In Kolkata it is the 23rd already.
const NOW: &str = "2026-11-22T20:30:00Z";

async fn open(folder: &Path, now: &str) -> App {
    let config = Config {
        data_dir: folder.join("data"),
        vault: Vault::memory(),
        clock: Clock::Fixed(now.parse().unwrap()),
        zone: Some("Asia/Kolkata".parse::<Zone>().unwrap()),
        sample: None,
    };
    App::open(config).await.unwrap()
}

async fn call(app: &App, method: &str, params: Value) -> Result<Value, (ErrorCode, Option<String>, String)> {
    let request: Request = serde_json::from_value(json!({"method": method, "params": params})).unwrap();
    match handle(app, request).await {
        Ok(response) => Ok(serde_json::to_value(response).unwrap()["result"].take()),
        Err(error) => Err((error.code, error.field, error.message)),
    }
}

/// Asks what must be answered.
async fn ask(app: &App, method: &str, params: Value) -> Value {
    call(app, method, params).await.unwrap()
}

async fn account(app: &App, id: i64) -> Value {
    let request: Request = serde_json::from_value(json!({"method": "accounts"})).unwrap();
    let answer = serde_json::to_value(handle(app, request).await.unwrap()).unwrap();
    answer["result"].as_array().unwrap().iter().find(|account| account["id"] == id).unwrap().clone()
}

fn purchase() -> Value {
    json!({"kind": "purchase", "amount": "25.50", "currency": "usd", "acquiredOn": "2026-11-02", "expiresOn": "2027-05-02", "note": "Card ending 1"})
}

fn balance() -> Value {
    json!({"kind": "balance", "amount": "-0.10", "currency": "CNY", "asOf": "2026-11-23"})
}

fn allowance() -> Value {
    json!({"kind": "allowance", "name": "Requests a day", "limit": "250", "unit": "requests", "window": "day", "resets": "midnight",
           "zone": "America/Los_Angeles", "model": "small-1", "learnedFrom": "limit: 250"})
}

fn subscription() -> Value {
    json!({"kind": "subscription", "plan": "Pro", "price": "20", "currency": "USD", "period": "month", "renewsOn": "2026-12-01"})
}

fn cost() -> Value {
    json!({"kind": "cost", "date": "2026-11-20", "amount": "1.25", "currency": "USD", "model": "big-1", "project": "site"})
}

#[tokio::test]
async fn every_kind_is_entered_shown_changed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    let enter = |entry: Value| ask(&app, "enter", json!({"provider": "openai", "entry": entry}));
    let mut ids = Vec::new();
    for entry in [purchase(), balance(), allowance(), subscription(), cost()] {
        let row = enter(entry).await;
        assert_eq!(
            (&row["account"], &row["provider"], &row["label"]),
            (&json!(1), &json!("openai"), &json!("OpenAI"))
        );
        ids.push(row["id"].as_i64().unwrap());
    }
    assert_eq!(ids, [1, 2, 3, 4, 5], "all are of one account, which was made with the first");

    let shown = account(&app, 1).await;
    assert_eq!((&shown["keyPlace"], &shown["state"]), (&json!("nowhere"), &json!("byHand")));
    assert_eq!(shown["advice"], Value::Null, "an account without a key asks for nothing");
    let grant = &shown["grants"][0];
    assert_eq!(grant["amount"], json!({"amount": "25.5", "currency": "USD"}));
    assert_eq!((&grant["kind"], &grant["left"]), (&json!("purchased"), &Value::Null));
    assert_eq!((&grant["acquiredAt"], &grant["expiresAt"]), (&json!("2026-11-02"), &json!("2027-05-02")));
    assert_eq!(
        grant["lapsesAt"],
        json!("2027-05-02T18:30:00Z"),
        "at the end of the last day, by the person's own clock"
    );
    assert_eq!((&grant["entry"], &grant["note"]), (&json!(1), &json!("Card ending 1")));
    let left = &shown["balances"][0];
    assert_eq!((&left["left"]["amount"], &left["left"]["currency"]), (&json!("-0.1"), &json!("CNY")));
    assert_eq!((&left["asOf"], &left["entry"]), (&json!("2026-11-23"), &json!(2)));
    let quota = &shown["quotas"][0];
    assert_eq!((&quota["limit"], &quota["used"], &quota["entry"]), (&json!("250"), &Value::Null, &json!(3)));
    // It is the 22nd in Los Angeles, at UTC-8.
    assert_eq!(quota["resetsAt"], "2026-11-23T08:00:00Z");
    let plan = &shown["subscriptions"][0];
    assert_eq!(
        (&plan["plan"], &plan["period"], &plan["renewsAt"]),
        (&json!("Pro"), &json!("month"), &json!("2026-12-01"))
    );
    assert_eq!((&plan["price"]["amount"], &plan["entry"]), (&json!("20"), &json!(4)));

    // What is read back is what can be entered again.
    let listed = ask(&app, "entries", json!({"account": 1})).await;
    for row in listed.as_array().unwrap() {
        let again = ask(&app, "changeEntry", json!({"id": row["id"], "entry": row["entry"]})).await;
        assert_eq!(again["entry"], row["entry"]);
    }
    let mut changed = purchase();
    changed["granted"] = json!(true);
    changed["amount"] = json!("30");
    ask(&app, "changeEntry", json!({"id": 1, "entry": changed})).await;
    let grant = account(&app, 1).await["grants"][0].clone();
    assert_eq!((&grant["kind"], &grant["amount"]["amount"]), (&json!("granted"), &json!("30")));

    for id in ids {
        assert_eq!(ask(&app, "removeEntry", json!({"id": id})).await, json!({"id": id}));
        assert_eq!(call(&app, "removeEntry", json!({"id": id})).await.unwrap_err().0, ErrorCode::BadRequest);
    }
    let shown = account(&app, 1).await;
    for held in ["balances", "quotas", "grants", "subscriptions"] {
        assert_eq!(shown[held], json!([]), "{held}");
    }
    assert_eq!(ask(&app, "entries", json!({})).await, json!([]));
    app.close().await;
}

async fn by(app: &App, by: &str) -> Value {
    ask(app, "usage", json!({"by": by, "from": "2026-11-01", "to": "2026-12-01"})).await
}

#[tokio::test]
async fn the_sums_follow_a_days_cost_and_nothing_stays_of_one_that_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let app = open(folder.path(), NOW).await;
    assert!(call(&app, "enter", json!({"provider": "no-such", "entry": cost()})).await.is_err());
    assert_eq!(ask(&app, "entries", json!({})).await, json!([]), "nothing was made for what is refused");
    let enter =
        |entry: Value| ask(&app, "enter", json!({"provider": "openai", "label": "Files", "entry": entry}));
    enter(cost()).await;
    let once = rows(&data).await;

    let mut more = cost();
    more["amount"] = json!("0.000000000001");
    more["model"] = Value::Null;
    enter(more.clone()).await;
    let mut back = cost();
    back["amount"] = json!("-2");
    back["date"] = json!("2026-11-23");
    enter(back).await;
    let mut credits = cost();
    credits["currency"] = json!("credits");
    credits["amount"] = json!("7");
    enter(credits).await;

    let usage = by(&app, "model").await;
    assert_eq!(usage["lane"], "entered");
    let total = &usage["total"]["billed"];
    assert_eq!(
        total,
        &json!([{"amount": "-0.749999999999", "currency": "USD"}, {"amount": "7", "currency": "credits"}])
    );
    let model = |name: Option<&str>| {
        let rows = usage["rows"].as_array().unwrap();
        rows.iter().find(|row| row["key"].as_str() == name).unwrap()["billed"].clone()
    };
    assert_eq!(model(None), json!([{"amount": "0.000000000001", "currency": "USD"}]));
    assert_eq!(
        model(Some("big-1")),
        json!([{"amount": "-0.75", "currency": "USD"}, {"amount": "7", "currency": "credits"}])
    );
    let days = by(&app, "day").await;
    let day = |date: &str| {
        let rows = days["rows"].as_array().unwrap();
        rows.iter().find(|row| row["key"] == date).unwrap()["billed"].clone()
    };
    assert_eq!(
        day("2026-11-23"),
        json!([{"amount": "-2", "currency": "USD"}]),
        "the person's own date is no future"
    );
    assert_eq!(by(&app, "project").await["rows"][0]["key"], "site");

    // A cost moved to another day and back, and made another kind and back, is as if nothing had been.
    let before = rows(&data).await;
    let mut moved = cost();
    moved["date"] = json!("2026-11-03");
    ask(&app, "changeEntry", json!({"id": 1, "entry": moved})).await;
    let apart = rows(&data).await;
    assert_ne!(apart, before);
    assert!(apart.keys().any(|(_, stream, day)| stream == "entered" && *day == 1_793_664_000));
    ask(&app, "changeEntry", json!({"id": 1, "entry": balance()})).await;
    assert_eq!(rows(&data).await.len(), before.len(), "its day holds the other two");
    ask(&app, "changeEntry", json!({"id": 1, "entry": cost()})).await;
    assert_eq!(rows(&data).await, before);

    for id in [4, 3, 2] {
        ask(&app, "removeEntry", json!({"id": id})).await;
    }
    assert_eq!(rows(&data).await, once);
    ask(&app, "removeEntry", json!({"id": 1})).await;
    assert!(rows(&data).await.is_empty());
    assert_eq!(
        number(&data, "SELECT count(*) FROM streams").await,
        0,
        "its stream is gone with its last cost"
    );
    assert_eq!(number(&data, "SELECT count(*) FROM accounts").await, 1);

    enter(cost()).await;
    ask(&app, "removeAccount", json!({"account": 1})).await;
    for table in
        ["SELECT count(*) FROM entries", "SELECT count(*) FROM charges", "SELECT count(*) FROM rollup"]
    {
        assert_eq!(number(&data, table).await, 0, "{table}");
    }
    app.close().await;
}

/// Two doors on one store, as the window and the terminal are.
#[tokio::test(flavor = "multi_thread")]
async fn costs_that_are_entered_at_once_are_all_in_the_sums() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), NOW).await;
    ask(&first, "enter", json!({"provider": "openai", "entry": cost()})).await;
    let second = open(folder.path(), NOW).await;
    let enter = |app: App| async move {
        for _ in 0..8 {
            ask(&app, "enter", json!({"account": 1, "entry": cost()})).await;
        }
    };
    tokio::join!(enter(first.clone()), enter(second.clone()), enter(first.clone()));
    let entries = ask(&first, "entries", json!({})).await.as_array().unwrap().len();
    let usage = by(&first, "day").await;
    assert_eq!(entries, 25);
    assert_eq!(usage["total"]["billed"], json!([{"amount": "31.25", "currency": "USD"}]));
    first.close().await;
    second.close().await;
}

#[tokio::test]
async fn wrong_input_names_its_field_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    let long = "x".repeat(201);
    let cases: &[(Value, &str, Value, &str)] = &[
        (purchase(), "amount", json!("1,000"), "such as 12.50"),
        (purchase(), "amount", json!("$5"), "such as 12.50"),
        (purchase(), "amount", json!("1e3"), "such as 12.50"),
        (purchase(), "amount", json!(""), "such as 12.50"),
        (purchase(), "amount", json!("--1"), "such as 12.50"),
        (purchase(), "amount", json!("1.2.3"), "such as 12.50"),
        (purchase(), "amount", json!("0"), "more than 0"),
        (purchase(), "amount", json!("-1"), "more than 0"),
        (purchase(), "amount", json!("1234567890123456"), "15 digits"),
        (purchase(), "amount", json!("0.1234567890123"), "12 behind"),
        (purchase(), "amount", json!("0.1234567890123456789012345678901234567890"), "12 behind"),
        (purchase(), "currency", json!("EURO"), "such as USD"),
        (purchase(), "currency", json!(""), "such as USD"),
        (purchase(), "currency", json!("a unit"), "such as credits"),
        (purchase(), "acquiredOn", json!("2026-02-30"), "is not a date"),
        (purchase(), "acquiredOn", json!("22.11.2026"), "is not a date"),
        (purchase(), "acquiredOn", json!("2026-11-24"), "up to 2026-11-23"),
        (purchase(), "acquiredOn", json!("0202-11-22"), "between 2000"),
        (purchase(), "expiresOn", json!("2026-11-01"), "before 2026-11-02"),
        (purchase(), "expiresOn", json!("soon"), "is not a date"),
        (purchase(), "note", json!(long), "201 characters"),
        (purchase(), "note", json!("two\nlines"), "line breaks"),
        (purchase(), "note", json!("\u{1b}[31m"), "cannot be shown"),
        (balance(), "asOf", json!("2027-01-01"), "in the future"),
        (balance(), "amount", json!("much"), "such as 12.50"),
        (allowance(), "name", json!(" "), "is empty"),
        (allowance(), "limit", json!("-1"), "0 or more"),
        (allowance(), "unit", json!("Requests"), "small letters"),
        (allowance(), "window", json!("fortnight"), "such as minute"),
        (allowance(), "zone", json!("Pacific"), "IANA"),
        (allowance(), "resets", json!("firstOfMonth"), "window is a day"),
        (allowance(), "resets", json!("never"), "lifetime"),
        (allowance(), "learnedFrom", json!(long), "201 characters"),
        (subscription(), "plan", json!(""), "is empty"),
        (subscription(), "price", json!("-5"), "0 or more"),
        (subscription(), "currency", json!(""), "such as USD"),
        (subscription(), "period", json!("day"), "week, month or year"),
        (subscription(), "renewsOn", json!("2026-13-01"), "is not a date"),
        (cost(), "date", json!("2026-11-24"), "in the future"),
        (cost(), "amount", json!("12,5"), "such as 12.50"),
        (cost(), "model", json!("m".repeat(81)), "81 characters"),
    ];
    for (entry, field, value, words) in cases {
        let mut entry = entry.clone();
        entry[*field] = value.clone();
        let params = json!({"provider": "openai", "entry": entry});
        let (code, named, message) = call(&app, "enter", params).await.expect_err(&entry.to_string());
        assert_eq!((code, named.as_deref()), (ErrorCode::BadRequest, Some(*field)), "{entry}: {message}");
        assert!(message.contains(words), "{entry}: {message}");
        let name = field
            .chars()
            .flat_map(|c| if c.is_uppercase() { vec![' ', c.to_ascii_lowercase()] } else { vec![c] });
        let name: String = name.collect();
        assert!(message.to_lowercase().starts_with(&format!("{name}: ")), "{message}");
        assert!(!message.contains(['\n', '\u{1b}']), "{message}");
    }
    // A day without a rule, and a rule without its zone's midnight.
    let mut rolling = allowance();
    rolling["resets"] = Value::Null;
    rolling["zone"] = Value::Null;
    let params = |entry: &Value| json!({"provider": "openai", "entry": entry});
    assert_eq!(call(&app, "enter", params(&rolling)).await.unwrap_err().1.unwrap(), "resets");
    rolling["resets"] = json!("rolling");
    rolling["zone"] = json!("UTC");
    assert_eq!(call(&app, "enter", params(&rolling)).await.unwrap_err().1.unwrap(), "zone");
    rolling["window"] = json!("5 hours");
    rolling["zone"] = Value::Null;
    rolling["resets"] = Value::Null;
    let kept = ask(&app, "enter", params(&rolling)).await;
    assert_eq!(kept["entry"]["resets"], "rolling");
    assert_eq!(ask(&app, "entries", json!({})).await.as_array().unwrap().len(), 1);

    for text in [
        json!({"provider": "openai", "entry": {"kind": "gift", "amount": "1"}}),
        json!({"provider": "openai", "entry": {"kind": "cost", "amount": "1", "currency": "USD"}}),
        json!({"provider": "openai", "entry": {"kind": "cost", "date": "2026-11-20", "amount": 1, "currency": "USD"}}),
        json!({"provider": "openai", "entry": {"kind": "balance", "asOf": "2026-11-20", "amount": "1", "currency": "USD", "note": ""}}),
    ] {
        assert!(
            serde_json::from_value::<Request>(json!({"method": "enter", "params": text})).is_err(),
            "{text}"
        );
    }
    app.close().await;
}

#[tokio::test]
async fn an_entry_goes_to_the_account_that_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    let enter = |whose: Value| {
        let mut params = whose;
        params["entry"] = purchase();
        call(&app, "enter", params)
    };
    let made = enter(json!({"provider": "openai"})).await.unwrap();
    let again = enter(json!({"provider": "openai"})).await.unwrap();
    assert_eq!((&made["account"], &again["account"]), (&json!(1), &json!(1)));
    let named = enter(json!({"provider": "openai", "label": "Studio"})).await.unwrap();
    assert_eq!((&named["account"], &named["label"]), (&json!(2), &json!("Studio")));
    assert_eq!(enter(json!({"provider": "openai", "label": "Studio"})).await.unwrap()["account"], 2);
    assert_eq!(enter(json!({"account": 2})).await.unwrap()["account"], 2);
    let (code, field, message) = enter(json!({"provider": "openai"})).await.unwrap_err();
    assert_eq!((code, field.as_deref()), (ErrorCode::BadRequest, Some("account")));
    assert!(message.contains("1, 2 (Studio)"), "{message}");
    assert_eq!(enter(json!({"account": 9})).await.unwrap_err().0, ErrorCode::NoSuchAccount);
    assert!(enter(json!({"account": 1, "provider": "openai"})).await.is_err());
    assert!(enter(json!({})).await.is_err());
    assert_eq!(call(&app, "entries", json!({"account": 9})).await.unwrap_err().0, ErrorCode::NoSuchAccount);
    assert_eq!(ask(&app, "entries", json!({"account": 2})).await.as_array().unwrap().len(), 3);

    // An allowance that resets on the first of a month, over the end of a year.
    let mut month = allowance();
    month["window"] = json!("month");
    month["resets"] = json!("firstOfMonth");
    ask(&app, "enter", json!({"account": 1, "entry": month})).await;
    app.close().await;
    let app = open(folder.path(), "2026-12-31T23:00:00Z").await;
    assert_eq!(account(&app, 1).await["quotas"][0]["resetsAt"], "2027-01-01T08:00:00Z");
    app.close().await;
}

/// A store in which the last step of booking, the roll-up, fails for one amount.
#[tokio::test]
async fn where_a_step_fails_nothing_of_the_entry_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let trap = "CREATE TRIGGER trap BEFORE INSERT ON rollup WHEN NEW.billed LIKE '%13%' BEGIN \
                SELECT RAISE(ABORT, 'trapped'); END";
    let now: Timestamp = NOW.parse().unwrap();
    let store = Store::open_with(&data, &Schema::current().then("trap", trap), now).await.unwrap();
    let account = NewAccount {
        provider: "openai".to_owned(),
        label: None,
        base_url: None,
        key_kind: "none".to_owned(),
        key_hint: None,
        key_fingerprint: None,
        key_place: KeyPlace::Nowhere,
        details: BTreeMap::new(),
    };
    let cost = |day: u32, amount: u64| {
        Entered::Cost(EnteredCost {
            date: Date::new(2026, 11, day).unwrap(),
            amount: Money::new(amount.into(), Currency::USD),
            model: None,
            project: None,
            note: None,
        })
    };
    store.add_entry(Owner::New(&account), &cost(20, 13), now).await.unwrap_err();
    for table in ["accounts", "entries", "streams", "charges", "rollup"] {
        let mut connection = peek(&data).await;
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let count: i64 = sqlx::Row::get(&sqlx::query(sql).fetch_one(&mut connection).await.unwrap(), 0);
        assert_eq!(count, 0, "{table}");
    }
    let id = store.add_entry(Owner::New(&account), &cost(20, 5), now).await.unwrap();
    let before = (rows(&data).await, store.entries(None).await.unwrap());
    // To another day: the old one is booked first and well, and must come back.
    store.change_entry(id, &cost(21, 13), now).await.unwrap_err();
    store.add_entry(Owner::Account(1), &cost(20, 8), now).await.unwrap_err();
    assert_eq!((rows(&data).await, store.entries(None).await.unwrap()), before);
    assert!(store.remove_entry(id, now).await.unwrap());
    assert!(!store.remove_entry(id, now).await.unwrap());
    assert!(rows(&data).await.is_empty());
    store.close().await;
}

#[test]
fn no_provider_has_the_stream_of_entries() {
    let mut streams = ALL.iter().flat_map(|provider| provider.streams);
    assert!(streams.all(|stream| stream.name != ENTERED_STREAM));
}
