//! Spending through the door: groups a person makes, one group looked into alone, the period before, steps of time in every
//! zone, and a client's summary. Tables in, tables out.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ErrorCode, Request, handle};
use spendglass_core::ledger::{Charge, ListCost, PriceBasis};
use spendglass_core::money::{Currency, Decimal, Money};
use spendglass_core::store::{KeyPlace, NewAccount, Store};
use spendglass_core::time::{Clock, Date, Period, Timestamp, Zone};
use spendglass_core::vault::Vault;
use tempfile::TempDir;

mod telling;

const NOW: &str = "2026-11-22T20:30:00Z";

struct Books {
    folder: TempDir,
    store: Store,
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn usd(amount: &str) -> Money {
    Money::new(amount.parse().unwrap(), Currency::USD)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// What a day's bill says: date, amount, project, key, model.
fn bill([date, amount, project, key, model]: [&str; 5]) -> Charge {
    Charge {
        billed_cost: Some(usd(amount)),
        project: some(project),
        api_key: some(key),
        request_model: some(model),
        description: some("=tokens"),
        ..Charge::usage(day(date).utc_day())
    }
}

impl Books {
    async fn new() -> Books {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("data"), NOW.parse().unwrap()).await.unwrap();
        Books { folder, store }
    }

    async fn account(&self, provider: &str, label: &str) -> i64 {
        let account = NewAccount {
            provider: provider.to_owned(),
            label: some(label),
            base_url: None,
            key_kind: "admin".to_owned(),
            key_hint: None,
            key_fingerprint: Some(format!("{:0>64}", provider.len())),
            key_place: KeyPlace::Keychain(format!("entry of {provider}")),
            details: BTreeMap::new(),
        };
        self.store.add_account(&account, NOW.parse().unwrap()).await.unwrap()
    }

    /// Books the days of a stream, read to their end.
    async fn book(&self, account: i64, stream: &str, (from, to): (&str, &str), charges: Vec<Charge>) {
        let stream = self.store.stream(account, stream).await.unwrap();
        let window = Period::utc_days(day(from), day(to)).unwrap();
        let mut sequence = self.store.begin_sequence(stream.id, window);
        sequence.stage(charges).await.unwrap();
        sequence.book().await.unwrap();
        self.store.stream_read(stream.id, None, NOW.parse().unwrap()).await.unwrap();
    }

    async fn door(&self, zone: &str) -> App {
        App::open(Config {
            data_dir: self.folder.path().join("data"),
            vault: Vault::memory(),
            clock: Clock::Fixed(NOW.parse().unwrap()),
            zone: Some(zone.parse::<Zone>().unwrap()),
            sample: None,
        })
        .await
        .unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

async fn call(app: &App, method: &str, params: Value) -> Result<Value, (ErrorCode, Option<String>, String)> {
    let request: Request = serde_json::from_value(json!({"method": method, "params": params})).unwrap();
    match handle(app, request).await {
        Ok(response) => Ok(serde_json::to_value(response).unwrap()["result"].take()),
        Err(error) => Err((error.code, error.field, error.message)),
    }
}

async fn ask(app: &App, method: &str, params: Value) -> Value {
    call(app, method, params).await.unwrap()
}

/// Name and dollars of each row.
fn table(usage: &Value) -> Vec<(String, String)> {
    let rows = usage["rows"].as_array().unwrap().iter();
    rows.map(|row| (row["name"].as_str().unwrap().to_owned(), dollars(&row["billed"]))).collect()
}

fn dollars(amounts: &Value) -> String {
    let of = amounts.as_array().unwrap().iter().find(|amount| amount["currency"] == "USD");
    of.map_or_else(|| "—".to_owned(), |amount| amount["amount"].as_str().unwrap().to_owned())
}

fn rows(told: &[(&str, &str)]) -> Vec<(String, String)> {
    told.iter().map(|(name, amount)| ((*name).to_owned(), (*amount).to_owned())).collect()
}

fn notes(answer: &Value) -> String {
    answer["notes"].to_string()
}

/// A studio with projects and keys at one provider and everything in one at another.
async fn studio() -> Books {
    let books = Books::new().await;
    let (one, two) = (books.account("openai", "Studio").await, books.account("anthropic", "Lab").await);
    let bills = [
        ["2026-11-10", "1.25", "p1", "kA", "gpt-5"],
        ["2026-11-10", "2.5", "p2", "k9", "gpt-5"],
        ["2026-11-10", "4", "p1", "k9", "gpt-5-mini"],
        ["2026-11-10", "0.1", "", "", ""],
    ];
    books.book(one, "costs", ("2026-11-01", "2026-11-23"), bills.map(bill).into()).await;
    let bills = vec![bill(["2026-11-11", "8", "w", "", "claude-opus"])];
    books.book(two, "cost_report", ("2026-11-01", "2026-11-23"), bills).await;
    let app = books.door("UTC").await;
    for (kind, name, account, part) in [
        ("client", "Acme", one, json!({"project": "p1"})),
        ("client", "Beta", one, json!({"key": "k9"})),
        ("tag", "web", one, json!({"project": "p1"})),
        ("tag", "web", two, json!({})),
        ("tag", "eu", two, json!({})),
    ] {
        let mut assignment =
            json!({"kind": kind, "name": name, "account": account, "project": null, "key": null});
        assignment.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        ask(&app, "assign", json!({"assignment": assignment, "on": true})).await;
    }
    app.close().await;
    books
}

const NOVEMBER: [&str; 2] = ["2026-11-01", "2026-11-23"];

async fn usage(app: &App, by: &str, only: Value) -> Value {
    let [from, to] = NOVEMBER;
    ask(app, "usage", json!({"by": by, "from": from, "to": to, "only": only})).await
}

#[tokio::test]
async fn clients_and_tags_hold_what_is_assigned_and_the_rest_has_a_row() {
    let books = studio().await;
    let app = books.door("UTC").await;
    // Something is both of p1 and of k9: it is in both rows, and in the total once.
    let clients = usage(&app, "client", json!([])).await;
    assert_eq!(
        table(&clients),
        rows(&[("Not assigned to a client", "8.1"), ("Beta", "6.5"), ("Acme", "5.25")])
    );
    assert_eq!(dollars(&clients["total"]["billed"]), "15.85");
    assert!(notes(&clients).contains("assigned to several of Acme, Beta"), "{}", notes(&clients));
    let tags = usage(&app, "tag", json!([])).await;
    assert_eq!(table(&tags), rows(&[("web", "13.25"), ("eu", "8"), ("Without a tag", "2.6")]));
    assert_eq!(dollars(&tags["total"]["billed"]), "15.85");
    assert!(notes(&tags).contains("The tags eu, web overlap"), "{}", notes(&tags));

    // One of them looked into, by whatever it is made of.
    let acme = json!([{"by": "client", "key": "Acme"}]);
    assert_eq!(table(&usage(&app, "key", acme.clone()).await), rows(&[("k9", "4"), ("kA", "1.25")]));
    assert_eq!(
        table(&usage(&app, "model", acme.clone()).await),
        rows(&[("gpt-5-mini", "4"), ("gpt-5", "1.25")])
    );
    assert_eq!(table(&usage(&app, "account", acme).await), rows(&[("Studio", "5.25")]));
    let nobody = json!([{"by": "client", "key": null}]);
    assert_eq!(table(&usage(&app, "provider", nobody).await), rows(&[("Anthropic", "8"), ("OpenAI", "0.1")]));
    let both = json!([{"by": "tag", "key": "web"}, {"by": "provider", "key": "openai"}]);
    assert_eq!(dollars(&usage(&app, "day", both).await["total"]["billed"]), "5.25");
    for wrong in [
        json!([{"by": "account", "key": "x"}]),
        json!([{"by": "day", "key": "May"}]),
        json!([{"by": "provider", "key": null}]),
    ] {
        let (code, field, _) = call(&app, "usage", json!({"by": "day", "only": wrong})).await.unwrap_err();
        assert_eq!((code, field.as_deref()), (ErrorCode::BadRequest, Some("only")));
    }
}

#[tokio::test]
async fn what_is_looked_into_comes_to_what_its_row_said() {
    let books = studio().await;
    let app = books.door("UTC").await;
    let groupings =
        ["day", "provider", "account", "model", "project", "key", "item", "session", "client", "tag"];
    for by in groupings {
        let whole = usage(&app, by, json!([])).await;
        assert_eq!(dollars(&whole["total"]["billed"]), "15.85", "{by}");
        for row in whole["rows"].as_array().unwrap() {
            let only = json!([{"by": by, "key": row["key"], "provider": row["provider"], "account": row["account"]}]);
            for other in groupings {
                let part = usage(&app, other, only.clone()).await;
                assert_eq!(
                    dollars(&part["total"]["billed"]),
                    dollars(&row["billed"]),
                    "{by} {row} by {other}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_period_before_is_told_where_it_is_known() {
    let books = Books::new().await;
    let one = books.account("openai", "Studio").await;
    let bills = [
        ["2026-11-09", "3", "", "", "old"],
        ["2026-11-10", "1", "", "", "gpt-5"],
        ["2026-11-17", "2.5", "", "", "gpt-5"],
        ["2026-11-18", "7", "", "", "new"],
    ];
    books.book(one, "costs", ("2026-11-01", "2026-11-23"), bills.map(bill).into()).await;
    let app = books.door("UTC").await;
    let of = |from: &str, to: &str, by: &str| json!({"by": by, "from": from, "to": to, "compare": true});
    let told = ask(&app, "usage", of("2026-11-15", "2026-11-22", "model")).await;
    assert_eq!(
        (told["before"]["from"].as_str(), told["before"]["to"].as_str()),
        (Some("2026-11-08"), Some("2026-11-15"))
    );
    let before = |told: &Value, row: usize| told["rows"][row]["before"].clone();
    assert_eq!(table(&told), rows(&[("new", "7"), ("gpt-5", "2.5")]));
    // What was not there is nought, since all of those days is known.
    assert_eq!(
        (dollars(&before(&told, 0)["billed"]), dollars(&before(&told, 1)["billed"])),
        ("0".to_owned(), "1".to_owned())
    );
    assert_eq!(dollars(&told["total"]["before"]["billed"]), "4");
    assert_eq!(told["before"]["gone"][0]["name"], "old");
    // A day is compared with its like.
    let days = ask(&app, "usage", of("2026-11-17", "2026-11-24", "day")).await;
    assert_eq!(days["before"]["from"], "2026-11-11", "the present day ends it");
    let days = ask(&app, "usage", of("2026-11-16", "2026-11-23", "day")).await;
    assert_eq!(
        (days["rows"][0]["key"].as_str(), dollars(&before(&days, 0)["billed"])),
        (Some("2026-11-17"), "1".to_owned())
    );

    // Partly known is not known.
    let early = ask(&app, "usage", of("2026-11-05", "2026-11-12", "model")).await;
    assert_eq!(before(&early, 0)["billed"], Value::Null);
    let why = before(&early, 0)["billedUnknown"].to_string();
    assert!(why.contains("Studio is known from 1 November 2026 on."), "{why}");
    assert_eq!(early["total"]["before"]["billed"], Value::Null);
    // Another account that is known later does not take a word from the first.
    let two = books.account("anthropic", "Lab").await;
    let bills = vec![bill(["2026-11-19", "8", "", "", "claude-opus"])];
    books.book(two, "cost_report", ("2026-11-16", "2026-11-23"), bills).await;
    let told = ask(&app, "usage", of("2026-11-16", "2026-11-23", "provider")).await;
    let names: Vec<_> = table(&told).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["OpenAI", "Anthropic"]);
    assert_eq!(dollars(&before(&told, 0)["billed"]), "4");
    assert!(before(&told, 1)["billedUnknown"].to_string().contains("Lab is known from 16 November 2026 on."));
    assert_eq!(told["total"]["before"]["billed"], Value::Null);
}

#[tokio::test]
async fn units_of_a_provider_are_not_ranked_among_money_by_their_number() {
    let books = Books::new().await;
    for (provider, label, stream, amount, currency) in [
        ("elevenlabs", "Voice", "usage", "38000", Currency::virtual_unit("credits").unwrap()),
        ("deepseek", "Seek", "costs", "900", Currency::national("CNY").unwrap()),
        ("openai", "Studio", "costs", "12", Currency::USD),
        ("anthropic", "Lab", "cost_report", "14", Currency::USD),
    ] {
        let account = books.account(provider, label).await;
        let billed_cost = Some(Money::new(amount.parse().unwrap(), currency));
        let charge = Charge { billed_cost, ..bill(["2026-11-10", "0", "", "", "m"]) };
        books.book(account, stream, ("2026-11-01", "2026-11-23"), vec![charge]).await;
    }
    let app = books.door("UTC").await;
    let told = usage(&app, "provider", json!([])).await;
    let names: Vec<_> = table(&told).into_iter().map(|(name, _)| name).collect();
    // Dollars by their amount, then other money, then what is no money.
    assert_eq!(names, ["Anthropic", "OpenAI", "DeepSeek", "ElevenLabs"]);
    app.close().await;
}

/// An hour of usage: one request, and a cent at list price.
fn hour(start: Timestamp) -> Charge {
    let basis = PriceBasis {
        source: "test".to_owned(),
        data_version: "1".to_owned(),
        model: "gpt-5".to_owned(),
        currency: Currency::USD,
        effective_from: None,
        unit_prices: Vec::new(),
        adjustment: None,
    };
    Charge {
        list_cost: Some(ListCost { cost: usd("0.01"), basis: Arc::new(basis) }),
        requests: Some(1),
        request_model: some("gpt-5"),
        ..Charge::usage(Period::new(start, start.plus_seconds(3_600)).unwrap())
    }
}

/// Every hour of some UTC days was used once.
async fn every_hour(days: &[(&str, &str)]) -> Books {
    let books = Books::new().await;
    let one = books.account("openai", "Studio").await;
    for (from, to) in days {
        let hours = day(to).days_since(day(from)) * 24;
        let start = day(from).utc_start();
        let charges = (0..hours).map(|at| hour(start.plus_seconds(at * 3_600))).collect();
        books.book(one, "usage_completions", (from, to), charges).await;
    }
    books
}

/// The cells of a heat-map that say anything but one request.
async fn odd_cells(books: &Books, zone: &str, from: &str, to: &str) -> (Decimal, BTreeMap<String, String>) {
    let app = books.door(zone).await;
    let query = json!({"by": "provider", "measure": "requests", "closer": "heat", "from": from, "to": to, "chartWidth": 600});
    let heat = ask(&app, "spend", query).await["heat"].take();
    app.close().await;
    assert!(heat["title"].as_str().unwrap().contains(zone), "{}", heat["title"]);
    let marks = heat["marks"].as_array().unwrap();
    assert_eq!(marks.len(), 168);
    let known = |mark: &&Value| mark["value"] != "—";
    let sum = marks
        .iter()
        .filter(known)
        .map(|mark| mark["value"].as_str().unwrap().parse::<Decimal>().unwrap())
        .sum();
    let odd = marks.iter().filter(known).filter(|mark| mark["value"] != "1");
    let odd = odd.map(|mark| {
        (mark["bucket"].as_str().unwrap().to_owned(), mark["value"].as_str().unwrap().to_owned())
    });
    (sum, odd.collect())
}

#[tokio::test]
async fn hours_are_those_of_the_persons_own_clock() {
    let books = every_hour(&[("2026-03-01", "2026-03-16"), ("2026-10-24", "2026-11-16")]).await;
    let none = BTreeMap::new();
    // Off by half an hour and by three quarters: each hour counts once, to that in which it begins.
    for zone in ["Asia/Kolkata", "Asia/Kathmandu", "UTC", "Pacific/Kiritimati"] {
        assert_eq!(
            odd_cells(&books, zone, "2026-11-10", "2026-11-11").await,
            (24.into(), none.clone()),
            "{zone}"
        );
    }
    // A clock that is moved back has an hour twice, one that is moved forward lacks one.
    let twice = BTreeMap::from([("Sunday, 01:00 to 02:00".to_owned(), "2".to_owned())]);
    assert_eq!(odd_cells(&books, "America/New_York", "2026-11-01", "2026-11-02").await, (25.into(), twice));
    assert_eq!(odd_cells(&books, "America/New_York", "2026-03-08", "2026-03-09").await, (23.into(), none));
    // Weeks add up.
    let (sum, _) = odd_cells(&books, "Asia/Kolkata", "2026-11-02", "2026-11-16").await;
    assert_eq!(sum, Decimal::from(14 * 24));

    // Bars by the hour are UTC days, each hour called by the person's clock.
    let app = books.door("Asia/Kathmandu").await;
    let query = |measure: &str, bucket: Value| json!({"by": "model", "measure": measure, "closer": "heat", "bucket": bucket, "from": "2026-11-10", "to": "2026-11-11", "chartWidth": 600});
    let spend = ask(&app, "spend", query("listed", Value::Null)).await;
    assert_eq!(spend["bucket"], "hour");
    let marks = spend["daily"]["marks"].as_array().unwrap();
    assert_eq!(marks.len(), 24);
    assert_eq!(marks[0]["label"], "gpt-5, Tuesday, 10 November 2026, 05:45 +05:45: $0.01, estimated");
    assert_eq!(marks[23]["bucket"], "Wednesday, 11 November 2026, 04:45 +05:45");
    assert_eq!(
        marks[0]["drill"],
        json!({"from": "2026-11-10", "to": "2026-11-11", "only": {"by": "model", "key": "gpt-5", "provider": "openai", "account": null}})
    );
    assert_eq!(spend["heat"]["estimated"], true);
    // Bills come by the day, and a day is never cut.
    let billed = ask(&app, "spend", query("billed", json!("hour"))).await;
    assert_eq!(billed["bucket"], "day");
    assert!(notes(&billed["usage"]).contains("Bills come by the day"), "{}", notes(&billed["usage"]));
    // What one account knows by the hour is not offered for another that knows days.
    let lab = books.account("anthropic", "Lab").await;
    let bills = vec![bill(["2026-11-10", "3", "w", "", "claude-opus"])];
    books.book(lab, "cost_report", ("2026-11-10", "2026-11-11"), bills).await;
    for (provider, offered) in [
        ("openai", json!(["ranked", "share", "heat", "year"])),
        ("anthropic", json!(["ranked", "share", "year"])),
    ] {
        let mut query = query("listed", Value::Null);
        query["only"] = json!([{"by": "provider", "key": provider, "provider": provider, "account": null}]);
        assert_eq!(ask(&app, "spend", query).await["offered"], offered, "{provider}");
    }
}

#[tokio::test]
async fn months_and_years_say_what_is_not_known() {
    let books = Books::new().await;
    let one = books.account("openai", "Studio").await;
    let bills = [
        ["2026-07-20", "1", "", "", "gpt-5"],
        ["2026-08-01", "2", "", "", "gpt-5"],
        ["2026-08-31", "0.5", "", "", "gpt-5"],
        ["2026-11-22", "4", "", "", "gpt-5"],
    ];
    books.book(one, "costs", ("2026-07-15", "2026-11-23"), bills.map(bill).into()).await;
    let app = books.door("Asia/Kolkata").await;
    let query = |closer: &str| json!({"by": "provider", "measure": "billed", "closer": closer, "from": "2026-07-01", "to": "2026-11-23", "chartWidth": 800});
    let spend = ask(&app, "spend", query("year")).await;
    assert_eq!(spend["bucket"], "month");
    let table: Vec<_> = spend["daily"]["table"]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row[0].as_str().unwrap(), row[1].as_str().unwrap()))
        .collect();
    assert_eq!(
        table,
        [
            ("July 2026 (UTC), known in part", "1"),
            ("August 2026 (UTC)", "2.5"),
            ("September 2026 (UTC)", "0"),
            ("October 2026 (UTC)", "0"),
            ("1 to 22 November 2026 (UTC), so far", "4"),
        ]
    );
    let drill = &spend["daily"]["marks"][1]["drill"];
    assert_eq!((drill["from"].as_str(), drill["to"].as_str()), (Some("2026-08-01"), Some("2026-09-01")));
    let spark = spend["usage"]["rows"][0]["spark"]["label"].as_str().unwrap();
    assert_eq!(spark, "OpenAI: highest 1 to 22 November 2026 (UTC), $4.00");
    // 53 weeks, whatever the range; what was not read is unknown, and never nought.
    let year = &spend["year"];
    let cells: BTreeMap<_, _> = year["marks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mark| (mark["drill"]["from"].as_str().unwrap(), mark["value"].as_str().unwrap()))
        .collect();
    assert_eq!(cells.len(), 52 * 7 + 7, "the 22nd is a Sunday");
    assert_eq!(cells.first_key_value(), Some((&"2025-11-17", &"—")));
    assert_eq!(
        (cells["2026-07-14"], cells["2026-07-15"], cells["2026-08-31"], cells["2026-11-22"]),
        ("—", "0", "0.5", "4")
    );
    assert_eq!((&spend["closer"], &spend["offered"]), (&json!("year"), &json!(["ranked", "share", "year"])));
    // Nothing is known by the hour or by session: the shares stand in their place.
    for closer in ["share", "heat", "sessions"] {
        let spend = ask(&app, "spend", query(closer)).await;
        assert_eq!(spend["closer"], "share", "{closer}");
        assert!(spend["share"]["title"].as_str().unwrap().starts_with("Billed by model"));
        assert_eq!(
            (&spend["heat"], &spend["sessions"], &spend["year"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
    }
}

#[tokio::test]
async fn sessions_come_with_files_that_tell_them() {
    let books = Books::new().await;
    let one = books.account("openai", "Studio").await;
    let app = books.door("UTC").await;
    let path = books.path("sessions.csv");
    std::fs::write(&path, "Day,Cost,Run,Model\n2026-11-10,1.5,a-1,gpt-5\n2026-11-10,2,a-2,gpt-5\n2026-11-11,0.25,a-1,gpt-5\n2026-11-11,9,,gpt-5\n").unwrap();
    let mapping = "map:date=Day,cost=Cost,currency=USD,session=Run,model=Model";
    for _ in 0..2 {
        // The same file twice is the same file once.
        ask(&app, "import", json!({"path": path, "account": one, "format": mapping})).await;
        let told = usage(&app, "session", json!([])).await;
        assert_eq!(
            table(&told),
            rows(&[("OpenAI, no session reported", "9"), ("a-2", "2"), ("a-1", "1.75")])
        );
    }
    let only = json!([{"by": "session", "key": "a-1", "provider": "openai", "account": one}]);
    assert_eq!(table(&usage(&app, "model", only).await), rows(&[("gpt-5", "1.75")]));
    let query = json!({"by": "session", "measure": "billed", "closer": "sessions", "from": "2026-11-01", "to": "2026-11-23", "chartWidth": 600});
    let spend = ask(&app, "spend", query).await;
    let sessions: Vec<_> = spend["sessions"]["marks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mark| mark["label"].as_str().unwrap())
        .collect();
    assert_eq!(sessions, ["a-2: $2.00", "a-1: $1.75"]);
    assert_eq!(spend["sessions"]["marks"][0]["drill"]["only"]["key"], "a-2");
    assert_eq!(spend["offered"], json!(["ranked", "share", "year", "sessions"]));
    // A filter leaves no session: what was asked for is not offered, either.
    let only = json!([{"by": "project", "key": "none", "provider": "openai", "account": one}]);
    let query = json!({"by": "session", "measure": "billed", "closer": "sessions", "only": only, "from": "2026-11-01", "to": "2026-11-23", "chartWidth": 600});
    let spend = ask(&app, "spend", query).await;
    assert_eq!((&spend["closer"], &spend["offered"]), (&json!("share"), &json!(["ranked", "share", "year"])));
}

#[tokio::test]
async fn a_clients_summary_has_every_bill_and_adds_no_estimate() {
    let books = studio().await;
    let app = books.door("UTC").await;
    let query = |client: &str| json!({"client": client, "from": "2026-11-01", "to": "2026-11-23"});
    let told = ask(&app, "clientSummary", query("Acme")).await;
    let expected = "date,account,provider,project,key,model,item,lane,currency,amount,as_of\r\n\
        2026-11-10,Studio,openai,p1,kA,gpt-5,'=tokens,billed,USD,1.25,2026-11-22T20:30:00Z\r\n\
        2026-11-10,Studio,openai,p1,k9,gpt-5-mini,'=tokens,billed,USD,4,2026-11-22T20:30:00Z\r\n\
        2026-11-01,,,,,,\"Studio: tokens and list price lack usage_completions and 9 more, which is not read yet.\",note,,,2026-11-22T20:30:00Z\r\n";
    assert_eq!(told["csv"], expected);
    assert_eq!(
        told["totals"],
        json!([{"lane": "billed", "billed": [{"amount": "5.25", "currency": "USD"}]}])
    );
    // It is what its row of the Spend screen says.
    assert_eq!(dollars(&told["totals"][0]["billed"]), "5.25");
    let path = books.path("acme.csv");
    let mut to_file = query("Acme");
    to_file["path"] = json!(path);
    let kept = ask(&app, "clientSummary", to_file).await;
    assert_eq!((kept["csv"].as_str(), kept["path"].as_str()), (Some(""), path.to_str()));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
    let (code, field, message) = call(&app, "clientSummary", query("Nobody")).await.unwrap_err();
    assert_eq!((code, field.as_deref()), (ErrorCode::BadRequest, Some("client")));
    assert!(message.contains("there are Acme, Beta"), "{message}");

    // A gateway's estimate of the client's own account has a sum of its own.
    let gate = books.account("openrouter", "Gate").await;
    let lane = spendglass_core::ledger::Lane::Estimated;
    let charge = Charge { lane, ..bill(["2026-11-12", "3", "", "", "sonar"]) };
    books.book(gate, "activity", ("2026-11-01", "2026-11-22"), vec![charge]).await;
    let assignment = json!({"kind": "client", "name": "Acme", "account": gate, "project": null, "key": null});
    ask(&app, "assign", json!({"assignment": assignment, "on": true})).await;
    let told = ask(&app, "clientSummary", query("Acme")).await;
    let sums: Vec<_> = told["totals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sum| (sum["lane"].as_str().unwrap(), dollars(&sum["billed"])))
        .collect();
    assert_eq!(sums, [("billed", "5.25".to_owned()), ("estimated", "3".to_owned())]);
    assert!(notes(&told).contains("What is estimated or logged is no bill"), "{}", notes(&told));
}

#[tokio::test]
async fn every_chart_on_the_screen_can_be_kept_in_a_file() {
    let books = every_hour(&[("2026-11-09", "2026-11-12")]).await;
    let app = books.door("Asia/Kolkata").await;
    for kind in ["bars", "ranked", "share", "heat", "year"] {
        let path = books.path(&format!("{kind}.svg"));
        let query = json!({"kind": kind, "theme": "light", "format": "svg", "by": "model", "measure": "listed", "from": "2026-11-09",
            "to": "2026-11-12", "only": [{"by": "provider", "key": "openai"}], "path": path});
        let file = ask(&app, "picture", query).await;
        assert_eq!((file["base64"].as_str(), file["path"].as_str()), (Some(""), path.to_str()));
        let svg = std::fs::read_to_string(&path).unwrap();
        assert!(
            svg.contains("OpenAI only, as of 2026-11-22T20:30:00Z") && svg.contains('$'),
            "{kind}: {svg}"
        );
    }
    let query = json!({"kind": "sessions", "theme": "light", "format": "svg"});
    assert!(call(&app, "picture", query).await.unwrap_err().2.contains("of these days is known of sessions"));
    let nowhere =
        json!({"kind": "bars", "theme": "light", "format": "svg", "path": books.path("missing/a.svg")});
    assert_eq!(call(&app, "picture", nowhere).await.unwrap_err().1.as_deref(), Some("path"));
}
