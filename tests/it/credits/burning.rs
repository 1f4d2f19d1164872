//! What was left day by day: exact where it is known, a gap where it is not, and the likely way on. And what is removed comes back.

use serde_json::{Value, json};
use spendglass_core::api::ErrorCode;
use spendglass_core::ledger::{QuotaReading, QuotaWindow};
use spendglass_core::money::{Currency, exact};
use spendglass_core::store::{Snapshot, Store};

use super::{NOW, account, account_with, ask, at, balance, call, cost, folder_with, grant, open, texts};

/// The rows of the table of an account's picture, from the first cells on.
fn table(credits: &Value, pool: usize) -> Vec<Vec<String>> {
    let rows = credits["pools"][pool]["picture"]["table"]["rows"].as_array().unwrap();
    let cells = |row: &Value| {
        row.as_array().unwrap().iter().map(|cell| cell.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    rows.iter().map(cells).collect()
}

#[tokio::test]
async fn what_was_left_is_exact_by_day_and_what_nobody_entered_is_a_gap() {
    let folder = folder_with(&["openai"]).await;
    let app = open(folder.path(), "UTC").await;
    let lot = |amount: &str, acquired: &str, rule: &str| json!({"account": 1, "amount": amount, "currency": "USD", "acquired": acquired, "rule": rule});
    ask(&app, "addLot", lot("10", "2026-11-12", "on:2026-11-16")).await;
    ask(&app, "addLot", lot("50", "2026-11-12", "never")).await;
    for (date, amount) in [("2026-11-13", "1.25"), ("2026-11-15", "2"), ("2026-11-19", "0.375")] {
        cost(&app, 1, date, amount, "USD").await;
    }
    let credits = ask(&app, "credits", json!({"chartWidth": 700})).await;
    let rows = table(&credits, 0);
    assert!(rows[0][0].starts_with("Thursday, 12 November 2026"), "{:?}", rows[0]);
    // Before the first line and after the last nobody says what was spent.
    let of = |day: usize| rows[day][1..4].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(of(0), ["—", "—", "—"]);
    // The lot that lasts lies below, the one that lapses on top of it.
    assert_eq!(of(1), ["50", "8.75", "58.75"]);
    assert_eq!(of(2), ["50", "8.75", "58.75"]);
    assert_eq!(of(3), ["50", "6.75", "56.75"]);
    // It is good through the sixteenth, so it was still there at its end, and gone on the next day.
    assert_eq!(of(4), ["50", "6.75", "56.75"]);
    assert_eq!(of(5), ["50", "0", "50"]);
    assert_eq!(of(7), ["49.625", "0", "49.625"]);
    assert_eq!(of(8), ["—", "0", "—"], "unknown is no nought");
    assert_eq!(of(10), ["—", "0", "—"], "today neither");
    let picture = &credits["pools"][0]["picture"];
    let labels: Vec<&str> =
        picture["marks"].as_array().unwrap().iter().filter_map(|mark| mark["label"].as_str()).collect();
    assert!(labels.iter().any(|label| label.contains("and $6.75 lapsed.")), "{labels:#?}");
    assert!(labels.iter().any(|label| label.ends_with("unknown what was left")), "{labels:#?}");
    assert!(credits["pools"][0]["unforeseen"].as_str().unwrap().contains("nothing is forecast"));
    // Every mark and cell of the past is what the lots say on that day.
    let now = ask(&app, "credits", json!({})).await;
    assert_eq!(now["pools"], json!([]), "no picture without a width");
    app.close().await;
}

#[tokio::test]
async fn a_balance_alone_leads_on_into_a_band_that_begins_where_the_past_ends() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(NOW)).await.unwrap();
    account_with(&store, "deepseek", "none").await;
    for day in 1..=22 {
        let left = format!("{}.5", 80 - 2 * day);
        balance(&store, 1, &format!("2026-11-{day:02}T06:00:00Z"), &left).await;
    }
    store.close().await;
    let app = open(folder.path(), "UTC").await;
    let lot = json!({"account": 1, "amount": "78.5", "currency": "USD", "acquired": "2026-11-01", "rule": "on:2026-12-10"});
    ask(&app, "addLot", lot).await;
    let credits = ask(&app, "credits", json!({"chartWidth": 700})).await;
    let rows = table(&credits, 0);
    let today = rows.iter().position(|row| row[0].ends_with("so far")).unwrap();
    assert_eq!(rows[today][1], "36.5");
    assert_eq!(rows[today - 1][1], "38.5");
    let figure = |row: usize, column: usize| exact(&rows[row][column]).unwrap();
    for (row, told) in rows.iter().enumerate().skip(today).filter(|(_, told)| told[3] != "—") {
        let (low, middle, high) = (figure(row, 4), figure(row, 3), figure(row, 5));
        assert!(low <= middle && middle <= high, "{told:?}");
        assert!(high <= figure(today, 1), "nothing comes back: {told:?}");
    }
    let flag = rows.iter().find(|row| row[6].contains("can be spent up to 10 December 2026")).unwrap();
    assert!(flag[0].contains("10 December"), "{flag:?}");
    assert_eq!(credits["pools"][0]["unforeseen"], Value::Null);
    // It is kept as a file like every picture.
    for kind in ["burnDown", "timeLine"] {
        let query = json!({"kind": kind, "theme": "dark", "format": "svg", "account": 1});
        let file = ask(&app, "picture", query).await;
        assert_eq!(file["mediaType"], "image/svg+xml");
        assert!(file["base64"].as_str().unwrap().len() > 1_000);
    }
    let euros = json!({"kind": "burnDown", "theme": "dark", "format": "svg", "currency": "EUR"});
    let (code, field, _) = call(&app, "picture", euros).await.unwrap_err();
    assert_eq!((code, field.as_deref()), (ErrorCode::BadRequest, Some("account")));
    app.close().await;
}

#[tokio::test]
async fn a_reported_lot_has_a_past_only_where_charges_lead_to_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(NOW)).await.unwrap();
    let id = account(&store, "openai").await;
    let grants = vec![
        grant("agrees", "10", Some("7"), "2026-11-18T00:00:00Z", Some("2026-12-31T00:00:00Z")),
        grant("other", "100", Some("90"), "2026-11-18T00:00:00Z", Some("2027-01-31T00:00:00Z")),
    ];
    store.book_snapshot(id, &Snapshot { grants, ..Snapshot::default() }, at(NOW)).await.unwrap();
    store.close().await;
    let app = open(folder.path(), "UTC").await;
    cost(&app, id, "2026-11-19", "1", "USD").await;
    cost(&app, id, "2026-11-21", "2", "USD").await;
    let credits = ask(&app, "credits", json!({"chartWidth": 700})).await;
    let rows = table(&credits, 0);
    let of = |day: usize| rows[day][1..4].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(of(2), ["—", "9", "—"], "the twentieth: {:?}", rows[2]);
    assert_eq!(of(4), ["90", "7", "97"], "today is told");
    app.close().await;
}

#[tokio::test]
async fn what_was_removed_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(NOW)).await.unwrap();
    let id = account(&store, "openai").await;
    let grants = vec![grant("order-7", "10", Some("7"), "2026-11-18T00:00:00Z", None)];
    store.book_snapshot(id, &Snapshot { grants, ..Snapshot::default() }, at(NOW)).await.unwrap();
    store.close().await;
    let app = open(folder.path(), "UTC").await;
    let lot = json!({"account": id, "amount": "50", "currency": "USD", "acquired": "2026-11-01",
        "rule": "after-purchase:90d", "note": "a gift card"});
    let lot = ask(&app, "addLot", lot).await;
    let id_of = |row: &Value| json!({"id": row["id"]});
    for removal in ["removeLot", "editLot"] {
        let mut request = id_of(&lot);
        if removal == "editLot" {
            request["amount"] = json!("1");
        }
        ask(&app, removal, request).await;
        assert_eq!(ask(&app, "restoreLot", id_of(&lot)).await, lot, "after {removal}");
    }
    let (_, _, words) = call(&app, "restoreLot", id_of(&lot)).await.unwrap_err();
    assert!(words.contains("was not removed"), "{words}");
    // A reported lot that was left out comes back with the rule that the person gave it.
    let reported = json!({"id": "grant-1-order-7", "rule": "on:2026-12-24"});
    let told = ask(&app, "editLot", reported).await;
    ask(&app, "removeLot", id_of(&told)).await;
    assert_eq!(ask(&app, "credits", json!({})).await["lots"].as_array().unwrap().len(), 1);
    assert_eq!(ask(&app, "restoreLot", id_of(&told)).await, told);
    // A day's cost comes back with its charge.
    cost(&app, id, "2026-11-20", "3.5", "USD").await;
    let usage = || json!({"by": "day", "from": "2026-11-01", "to": "2026-11-23"});
    let before = ask(&app, "usage", usage()).await["total"]["billed"].clone();
    let entries = ask(&app, "entries", json!({})).await;
    let of_cost = entries.as_array().unwrap().iter().find(|row| row["entry"]["kind"] == "cost").unwrap();
    ask(&app, "removeEntry", id_of(of_cost)).await;
    assert_ne!(ask(&app, "usage", usage()).await["total"]["billed"], before);
    assert_eq!(&ask(&app, "restoreEntry", id_of(of_cost)).await, of_cost);
    assert_eq!(ask(&app, "usage", usage()).await["total"]["billed"], before);
    assert_eq!(ask(&app, "entries", json!({})).await, entries);
    // A budget with its number.
    let budget =
        json!({"id": null, "of": {"kind": "all"}, "span": "month", "amount": "40", "currency": "USD"});
    let budget = ask(&app, "setBudget", budget).await;
    ask(&app, "removeBudget", id_of(&budget)).await;
    assert_eq!(ask(&app, "restoreBudget", id_of(&budget)).await, budget);
    app.close().await;
}

#[tokio::test]
async fn a_lot_of_another_unit_than_the_bills_is_said_to_be_never_spent() {
    let folder = folder_with(&["elevenlabs", "openai"]).await;
    let app = open(folder.path(), "UTC").await;
    let lot = |account: i64, currency: &str| json!({"account": account, "amount": "500", "currency": currency, "acquired": "2026-11-01"});
    let wrong = ask(&app, "addLot", lot(1, "credits")).await;
    assert_eq!(
        wrong["neverSpent"],
        "Nothing is ever taken from it: ElevenLabs is billed in eleven.credits, and this lot is of credits."
    );
    let right = ask(&app, "addLot", lot(1, "eleven.credits")).await;
    assert_eq!(right["neverSpent"], Value::Null);
    assert_eq!(ask(&app, "addLot", lot(2, "USD")).await["neverSpent"], Value::Null);
    let units = ask(&app, "credits", json!({})).await["units"].clone();
    let of = |account: Value| {
        units.as_array().unwrap().iter().find(|row| row["account"] == account).unwrap()["units"].clone()
    };
    assert_eq!(of(json!(1)), json!(["eleven.credits"]));
    assert_eq!(of(json!(2)), json!(["USD"]));
    // What it lapses by is told with the account, too.
    let accounts = ask(&app, "accounts", Value::Null).await;
    let row = &accounts[1]["grants"][0];
    assert_eq!(texts(row, &["rule", "expiresAt"]), ["after-purchase:365d", "2027-11-01"]);
    app.close().await;
}

#[tokio::test]
async fn a_limit_has_a_history_where_readings_are() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at(NOW)).await.unwrap();
    let id = account(&store, "openai").await;
    for (time, used, resets) in [
        ("2026-11-20T06:00:00Z", "20", "2026-11-21T00:00:00Z"),
        ("2026-11-20T18:00:00Z", "150", "2026-11-21T00:00:00Z"),
        ("2026-11-21T12:00:00Z", "240", "2026-11-22T00:00:00Z"),
        ("2026-11-22T06:00:00Z", "30", "2026-11-23T00:00:00Z"),
    ] {
        let quotas = vec![QuotaReading {
            used: Some(exact(used).unwrap()),
            limit: Some(exact("200").unwrap()),
            resets_at: Some(at(resets)),
            ..QuotaReading::of(at(time), "requests", QuotaWindow::Day, Currency::unit("requests"))
        }];
        store.book_snapshot(id, &Snapshot { quotas, ..Snapshot::default() }, at(time)).await.unwrap();
    }
    store.close().await;
    let app = open(folder.path(), "UTC").await;
    let all = ask(&app, "limitHistory", json!({"chartWidth": 320})).await;
    let picture = &all[0]["picture"];
    let said: Vec<_> = picture["table"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row[1].as_str().unwrap(), row[2].as_str().unwrap()))
        .collect();
    assert_eq!(
        said,
        [
            ("20 of 200 requests used", "10 %"),
            ("150 of 200 requests used", "75 %"),
            ("240 of 200 requests used", "120 %"),
            ("30 of 200 requests used", "15 %"),
        ]
    );
    assert!(picture["table"]["rows"][3][0].as_str().unwrap().ends_with("so far"));
    // After a reset nothing is known until it is read again: there is no step, and no nought.
    let marks = picture["marks"].as_array().unwrap();
    let end = |mark: &Value| mark["x"].as_i64().unwrap() + mark["width"].as_i64().unwrap();
    assert!(end(&marks[1]) < marks[2]["x"].as_i64().unwrap(), "{marks:?}");
    assert_eq!(end(&marks[3]), 3_200, "the last reading holds up to now");
    let row = &ask(&app, "limits", Value::Null).await["rows"][0];
    assert_eq!(texts(row, &["name", "window", "unit"]), texts(&all[0], &["name", "window", "unit"]));
    app.close().await;
}
