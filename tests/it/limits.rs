//! Limits through the door: what is left, until when, and who says so; and why something is not known.

mod counts;
mod refusals;
mod student;

use serde_json::{Value, json};
use spendglass_core::api::{App, ChooseTier, Config, LearnLimit, Request, handle};
use spendglass_core::ledger::{
    Charge, Entered, EnteredAllowance, LimitSource, Name, NameOf, QuotaReading, QuotaWindow, ResetRule,
};
use spendglass_core::money::{Currency, Decimal, Money};
use spendglass_core::store::{KeyPlace, NewAccount, Owner, Snapshot, Store};
use spendglass_core::time::{Calendar, Clock, Date, Period, Timestamp, Zone};
use spendglass_core::vault::Vault;
use tempfile::TempDir;

const FLASH: &str = "gemini-3-flash";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A store with one account, filled without a provider.
struct Desk {
    folder: TempDir,
    store: Store,
    account: i64,
}

impl Desk {
    async fn new(provider: &str) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-01-01T00:00:00Z");
        let store = Store::open(&folder.path().join("data"), now).await.unwrap();
        let account = NewAccount {
            provider: provider.to_owned(),
            label: Some("Studies".to_owned()),
            base_url: None,
            key_kind: "none".to_owned(),
            key_hint: None,
            key_fingerprint: None,
            key_place: KeyPlace::Nowhere,
            details: std::collections::BTreeMap::new(),
        };
        let account = store.add_account(&account, now).await.unwrap();
        Desk { folder, store, account }
    }

    /// Books whole UTC days of a stream, read at a time.
    async fn book(&self, stream: &str, from: &str, to: &str, charges: Vec<Charge>, read: &str) {
        let stream = self.store.stream(self.account, stream).await.unwrap();
        let days = Period::utc_days(from.parse().unwrap(), to.parse().unwrap()).unwrap();
        let mut sequence = self.store.begin_sequence(stream.id, days);
        sequence.stage(charges).await.unwrap();
        sequence.book().await.unwrap();
        self.store.stream_read(stream.id, None, at(read)).await.unwrap();
    }

    async fn report(&self, readings: Vec<QuotaReading>) {
        let snapshot = Snapshot { quotas: readings, ..Snapshot::default() };
        self.store.book_snapshot(self.account, &snapshot, at("2026-12-31T00:00:00Z")).await.unwrap();
    }

    async fn enter(&self, limit: i64, source: LimitSource, now: &str) {
        let entered = Entered::Allowance(EnteredAllowance {
            name: "Free tier".to_owned(),
            limit: limit.into(),
            unit: "requests".parse().unwrap(),
            window: QuotaWindow::Day,
            resets: ResetRule::Midnight { zone: "America/Los_Angeles".parse().unwrap() },
            model: Some(FLASH.to_owned()),
            project: None,
            source,
        });
        self.store.add_entry(Owner::Account(self.account), &entered, at(now)).await.unwrap();
    }

    async fn door(&self, now: &str, zone: &str) -> App {
        let config = Config {
            data_dir: self.folder.path().join("data"),
            vault: Vault::memory(),
            clock: Clock::Fixed(at(now)),
            zone: Some(zone.parse::<Zone>().unwrap()),
            sample: None,
        };
        App::open(config).await.unwrap()
    }

    async fn ask(&self, now: &str, request: Request) -> Value {
        let app = self.door(now, "Asia/Kolkata").await;
        let mut answer = serde_json::to_value(handle(&app, request).await.unwrap()).unwrap();
        app.close().await;
        answer["result"].take()
    }

    async fn limits(&self, now: &str) -> Value {
        self.ask(now, Request::Limits).await
    }

    /// The only row over a span.
    async fn row(&self, now: &str, window: &str) -> Value {
        let limits = self.limits(now).await;
        let rows: Vec<&Value> =
            limits["rows"].as_array().unwrap().iter().filter(|row| row["window"] == window).collect();
        assert_eq!(rows.len(), 1, "{limits:#}");
        rows[0].clone()
    }

    async fn choose(&self, tier: &str) {
        let tier = Some(tier.to_owned());
        self.ask("2026-11-22T00:00:00Z", Request::ChooseTier(ChooseTier { account: self.account, tier }))
            .await;
    }

    async fn learn(&self, now: &str, text: &str) -> Value {
        let learn = LearnLimit { account: self.account, text: text.to_owned() };
        self.ask(now, Request::LearnLimit(learn)).await
    }
}

fn requests(period: Period, model: &str, requests: u64) -> Charge {
    Charge { requests: Some(requests), request_model: Some(model.to_owned()), ..Charge::usage(period) }
}

fn hour(start: &str, model: &str, count: u64) -> Charge {
    requests(Period::new(at(start), at(start).plus_seconds(3_600)).unwrap(), model, count)
}

fn day(date: &str, model: &str, count: u64) -> Charge {
    requests(date.parse::<Date>().unwrap().utc_day(), model, count)
}

fn reading(observed: &str, used: Option<i64>, limit: Option<i64>) -> QuotaReading {
    QuotaReading {
        observed_at: at(observed),
        name: "free tier requests".to_owned(),
        window: QuotaWindow::Day,
        unit: "requests".parse().unwrap(),
        used: used.map(Decimal::from),
        limit: limit.map(Decimal::from),
        resets_at: None,
        model: Some(FLASH.to_owned()),
        project: Some("p-1".to_owned()),
    }
}

fn words(row: &Value) -> String {
    row["words"].as_array().unwrap().iter().map(|words| words.as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

/// The figures of a row: used, limit, left, reset.
fn figures(row: &Value) -> [Value; 4] {
    ["used", "limit", "left", "resetsAt"].map(|name| row[name].clone())
}

fn learned() -> LimitSource {
    LimitSource::Learned { text: "FreeTier 20".to_owned() }
}

#[tokio::test]
async fn the_count_starts_again_at_midnight_in_california_whatever_the_clocks_do() {
    let desk = Desk::new("gcp.gemini").await;
    desk.enter(20, LimitSource::Entered, "2026-01-02T00:00:00Z").await;
    // The last hour of one Californian day and the first of the next, at both changes of the clocks and on a plain day.
    let nights = [
        ("2026-03-08", "2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z"),
        ("2026-03-09", "2026-03-09T06:00:00Z", "2026-03-09T07:00:00Z"),
        ("2026-11-01", "2026-11-01T06:00:00Z", "2026-11-01T07:00:00Z"),
        ("2026-11-02", "2026-11-02T07:00:00Z", "2026-11-02T08:00:00Z"),
        ("2026-11-22", "2026-11-22T07:00:00Z", "2026-11-22T08:00:00Z"),
    ];
    for (date, before, after) in nights {
        let end = date.parse::<Date>().unwrap().plus_days(1).to_string();
        let charges = vec![hour(before, FLASH, 7), hour(after, FLASH, 3), hour(after, "gemini-9", 100)];
        desk.book("usage", date, &end, charges, &format!("{date}T23:00:00Z")).await;
    }
    desk.store
        .stream_read(
            desk.store.stream(desk.account, "usage").await.unwrap().id,
            None,
            at("2026-11-22T23:00:00Z"),
        )
        .await
        .unwrap();
    for (now, used, resets, kolkata, kathmandu) in [
        (
            "2026-03-08T07:59:00Z",
            7,
            "2026-03-08T08:00:00Z",
            "2026-03-08 13:30 +05:30",
            "2026-03-08 13:45 +05:45",
        ),
        (
            "2026-03-08T09:30:00Z",
            3,
            "2026-03-09T07:00:00Z",
            "2026-03-09 12:30 +05:30",
            "2026-03-09 12:45 +05:45",
        ),
        // The day has 23 hours, and holds what was used in its last.
        (
            "2026-03-09T06:59:00Z",
            10,
            "2026-03-09T07:00:00Z",
            "2026-03-09 12:30 +05:30",
            "2026-03-09 12:45 +05:45",
        ),
        (
            "2026-03-09T07:00:00Z",
            3,
            "2026-03-10T07:00:00Z",
            "2026-03-10 12:30 +05:30",
            "2026-03-10 12:45 +05:45",
        ),
        (
            "2026-11-01T06:59:00Z",
            7,
            "2026-11-01T07:00:00Z",
            "2026-11-01 12:30 +05:30",
            "2026-11-01 12:45 +05:45",
        ),
        (
            "2026-11-01T09:30:00Z",
            3,
            "2026-11-02T08:00:00Z",
            "2026-11-02 13:30 +05:30",
            "2026-11-02 13:45 +05:45",
        ),
        // The day has 25 hours.
        (
            "2026-11-02T07:59:00Z",
            10,
            "2026-11-02T08:00:00Z",
            "2026-11-02 13:30 +05:30",
            "2026-11-02 13:45 +05:45",
        ),
        (
            "2026-11-02T08:00:00Z",
            3,
            "2026-11-03T08:00:00Z",
            "2026-11-03 13:30 +05:30",
            "2026-11-03 13:45 +05:45",
        ),
        (
            "2026-11-22T18:29:00Z",
            3,
            "2026-11-23T08:00:00Z",
            "2026-11-23 13:30 +05:30",
            "2026-11-23 13:45 +05:45",
        ),
    ] {
        let row = desk.row(now, "day").await;
        let expected = [json!(used.to_string()), json!("20"), json!((20 - used).to_string()), json!(resets)];
        assert_eq!(figures(&row), expected, "{now}: {row:#}");
        assert_eq!((&row["usedIs"], &row["countedBy"]), (&json!("exact"), &json!("billed")), "{now}");
        assert_eq!(row["percent"], json!(used * 5), "{now}");
        for (zone, shown) in [("Asia/Kolkata", kolkata), ("Asia/Kathmandu", kathmandu)] {
            let calendar = Calendar::new(zone.parse().unwrap());
            assert_eq!(calendar.show(at(row["resetsAt"].as_str().unwrap())), shown, "{now}");
        }
    }
    let app = desk.door("2026-11-22T18:29:00Z", "Asia/Kathmandu").await;
    let answer = serde_json::to_value(handle(&app, Request::Limits).await.unwrap()).unwrap();
    assert_eq!(answer["result"]["zone"], "Asia/Kathmandu");
}

#[tokio::test]
async fn usage_by_utc_day_is_not_cut_at_a_californian_midnight_and_said_to_be_at_most_so() {
    let desk = Desk::new("gcp.gemini").await;
    desk.enter(50, LimitSource::Entered, "2026-01-02T00:00:00Z").await;
    let days = vec![day("2026-11-20", FLASH, 40), day("2026-11-21", FLASH, 10), day("2026-11-22", FLASH, 5)];
    desk.book("usage", "2026-11-20", "2026-11-23", days, "2026-11-22T20:00:00Z").await;
    // In California it is the 21st: it touches two UTC days.
    let row = desk.row("2026-11-22T07:00:00Z", "day").await;
    assert_eq!(figures(&row)[..3], [json!("15"), json!("50"), json!("35")], "{row:#}");
    assert_eq!(row["usedIs"], "atMost");
    assert!(
        words(&row).contains("at midnight in America/Los_Angeles: every UTC day that it touches"),
        "{row:#}"
    );
    // Where a count starts at midnight UTC, a UTC day is the day.
    let desk = Desk::new("openrouter").await;
    desk.choose("openrouter.free").await;
    let days = vec![
        day("2026-11-21", "a/b:free", 10),
        day("2026-11-22", "a/b:free", 5),
        day("2026-11-22", "a/b", 70),
    ];
    desk.book("usage", "2026-11-20", "2026-11-23", days, "2026-11-22T20:00:00Z").await;
    let row = desk.row("2026-11-22T21:00:00Z", "day").await;
    assert_eq!(
        figures(&row),
        [json!("5"), json!("50"), json!("45"), json!("2026-11-23T00:00:00Z")],
        "{row:#}"
    );
    assert_eq!(row["usedIs"], "exact");
}

#[tokio::test]
async fn the_limit_comes_from_whoever_is_believed_most() {
    let desk = Desk::new("gcp.gemini").await;
    let used = vec![hour("2026-11-22T10:00:00Z", FLASH, 8)];
    desk.book("usage", "2026-11-01", "2026-11-23", used, "2026-11-22T20:00:00Z").await;
    let now = "2026-11-22T20:00:00Z";
    let source = |row: &Value| {
        let source = &row["source"];
        (source["by"].as_str().unwrap().to_owned(), row["limit"].clone(), row["left"].clone())
    };
    let of_flash = |limits: Value| -> Value {
        let rows = limits["rows"].as_array().unwrap().clone();
        let of_it =
            |row: &&Value| row["model"] == FLASH && row["window"] == "day" && row["unit"] == "requests";
        let mut rows = rows.iter().filter(of_it);
        let row = rows.next().unwrap().clone();
        assert!(rows.next().is_none(), "one row for one limit");
        row
    };
    desk.choose("gcp.gemini.free").await;
    let row = of_flash(desk.limits(now).await);
    assert_eq!(source(&row), ("catalogue".to_owned(), json!("20"), json!("12")));
    assert_eq!(row["source"]["confidence"], "low");
    assert_eq!(row["source"]["seen"], "2026");
    assert_eq!(row["source"]["ageDays"], Value::Null);
    assert_eq!(row["source"]["url"], "https://github.com/cheahjs/free-llm-api-resources");
    assert!(words(&row).contains("take it as a rough figure"), "{row:#}");

    desk.enter(25, learned(), "2026-11-20T00:00:00Z").await;
    let row = of_flash(desk.limits(now).await);
    assert_eq!(source(&row), ("learned".to_owned(), json!("25"), json!("17")));
    assert_eq!((&row["source"]["seen"], &row["source"]["ageDays"]), (&json!("2026-11-20"), &json!(2)));

    desk.enter(30, LimitSource::Entered, "2026-11-19T00:00:00Z").await;
    assert_eq!(source(&of_flash(desk.limits(now).await)), ("entered".to_owned(), json!("30"), json!("22")));

    // The provider tells the use and not the limit: its use, and the best of the limits.
    desk.report(vec![reading("2026-11-22T19:00:00Z", Some(9), None)]).await;
    let row = of_flash(desk.limits(now).await);
    assert_eq!(source(&row), ("entered".to_owned(), json!("30"), json!("21")));
    assert_eq!((&row["countedBy"], &row["asOf"]), (&json!("provider"), &json!("2026-11-22T19:00:00Z")));

    desk.report(vec![reading("2026-11-22T19:30:00Z", Some(9), Some(15))]).await;
    let row = of_flash(desk.limits(now).await);
    assert_eq!(source(&row), ("provider".to_owned(), json!("15"), json!("6")));
    assert_eq!(row["resetsAt"], "2026-11-23T08:00:00Z", "when it resets is known by the rule");
}

#[tokio::test]
async fn a_limit_that_nobody_publishes_stays_unknown() {
    let desk = Desk::new("gcp.gemini").await;
    desk.choose("gcp.gemini.free").await;
    let used = vec![hour("2026-11-22T10:00:00Z", "gemini-3.8-flash", 8)];
    desk.book("usage", "2026-11-01", "2026-11-23", used, "2026-11-22T20:00:00Z").await;
    let limits = desk.limits("2026-11-22T20:00:00Z").await;
    let rows = limits["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["model"] == "gemini-3.8-flash" && row["window"] == "day").unwrap();
    assert_eq!(
        figures(row),
        [json!("8"), Value::Null, Value::Null, json!("2026-11-23T08:00:00Z")],
        "{row:#}"
    );
    assert_eq!(row["percent"], Value::Null);
    assert!(
        words(row).contains("does not publish this limit") && words(row).contains("Google AI Studio"),
        "{row:#}"
    );
    // What is known comes before what is not.
    let known = rows.iter().map(|row| !row["percent"].is_null()).collect::<Vec<_>>();
    assert!(known.is_sorted_by(|a, b| a >= b), "{known:?}");
    for row in rows {
        if row["limit"].is_null() {
            assert!(row["left"].is_null() && row["percent"].is_null() && !words(row).is_empty(), "{row:#}");
        }
        if row["used"].is_null() {
            assert!(row["left"].is_null() && words(row).contains("is not known"), "{row:#}");
        }
    }
}

#[tokio::test]
async fn what_was_not_read_yet_is_not_nought() {
    let desk = Desk::new("gcp.gemini").await;
    desk.enter(20, learned(), "2026-11-20T00:00:00Z").await;
    let row = desk.row("2026-11-22T20:00:00Z", "day").await;
    assert_eq!(figures(&row), [Value::Null, json!("20"), Value::Null, json!("2026-11-23T08:00:00Z")]);
    assert!(words(&row).contains("nothing that was read of this account counts requests"), "{row:#}");

    // Read before midnight in California: the new day is not known.
    let early = vec![hour("2026-11-22T05:00:00Z", FLASH, 8)];
    desk.book("usage", "2026-11-01", "2026-11-23", early.clone(), "2026-11-22T06:00:00Z").await;
    assert_eq!(desk.row("2026-11-22T07:59:00Z", "day").await["used"], "8");
    let row = desk.row("2026-11-22T08:01:00Z", "day").await;
    assert_eq!(row["used"], Value::Null, "{row:#}");
    assert!(words(&row).contains("the count began 2026-11-22T08:00:00Z"), "{row:#}");

    // Read after it: a quiet day is nought, since the account is known to count requests.
    desk.book("usage", "2026-11-01", "2026-11-23", early.clone(), "2026-11-22T09:00:00Z").await;
    let row = desk.row("2026-11-22T09:30:00Z", "day").await;
    assert_eq!(figures(&row)[..3], [json!("0"), json!("20"), json!("20")], "{row:#}");
    assert_eq!(row["asOf"], "2026-11-22T09:00:00Z");

    // Usage that comes late takes its place in the day it was.
    let late = [early, vec![hour("2026-11-22T08:00:00Z", FLASH, 4)]].concat();
    desk.book("usage", "2026-11-01", "2026-11-23", late, "2026-11-22T12:00:00Z").await;
    assert_eq!(desk.row("2026-11-22T12:00:00Z", "day").await["used"], "4");

    // Days that are told when they are complete say nothing of the one under way.
    let desk = Desk::new("openrouter").await;
    desk.choose("openrouter.free").await;
    let days = vec![day("2026-11-21", "a/b:free", 10)];
    desk.book("activity", "2026-11-01", "2026-11-22", days, "2026-11-22T20:00:00Z").await;
    let row = desk.row("2026-11-22T20:00:00Z", "day").await;
    assert_eq!(row["used"], Value::Null, "{row:#}");
    assert!(words(&row).contains("known up to 2026-11-22T00:00:00Z only"), "{row:#}");
}

#[tokio::test]
async fn a_reading_from_before_the_reset_says_nothing_of_after() {
    let desk = Desk::new("gcp.gemini").await;
    desk.report(vec![reading("2026-11-22T07:30:00Z", Some(20), Some(20))]).await;
    let row = desk.row("2026-11-22T07:59:00Z", "day").await;
    assert_eq!(
        figures(&row),
        [json!("20"), json!("20"), json!("0"), json!("2026-11-22T08:00:00Z")],
        "{row:#}"
    );
    let row = desk.row("2026-11-22T08:00:00Z", "day").await;
    assert_eq!(
        figures(&row),
        [Value::Null, json!("20"), Value::Null, json!("2026-11-23T08:00:00Z")],
        "{row:#}"
    );
    assert!(words(&row).contains("started again since"), "{row:#}");
    assert_eq!((&row["project"], &row["projectName"]), (&json!("p-1"), &Value::Null));
    // The time that the provider told is believed; over is over without any rule, too.
    let told = QuotaReading {
        resets_at: Some(at("2026-11-22T09:00:00Z")),
        ..reading("2026-11-22T07:30:00Z", Some(20), Some(20))
    };
    let plain = QuotaReading {
        unit: "credits".parse().unwrap(),
        ..reading("2026-11-22T07:30:00Z", Some(1), Some(2))
    };
    desk.report(vec![told, plain]).await;
    let name = Name { of: NameOf::Project, id: "p-1".to_owned(), name: "Thesis".to_owned() };
    let names = Snapshot { names: vec![name], ..Snapshot::default() };
    desk.store.book_snapshot(desk.account, &names, at("2026-12-31T00:00:00Z")).await.unwrap();
    for (now, requests, credits) in [
        ("2026-11-22T08:59:00Z", json!("0"), json!("1")),
        ("2026-11-22T09:00:00Z", Value::Null, json!("1")),
        ("2026-11-23T07:30:00Z", Value::Null, Value::Null),
    ] {
        let limits = desk.limits(now).await;
        let left = |unit: &str| {
            let row = limits["rows"].as_array().unwrap().iter().find(|row| row["unit"] == unit).unwrap();
            assert_eq!(row["projectName"], "Thesis");
            row["left"].clone()
        };
        assert_eq!((left("requests"), left("credits")), (requests, credits), "{now}");
    }
}

#[tokio::test]
async fn rows_are_sorted_by_how_close_they_are_to_their_end() {
    let desk = Desk::new("litellm").await;
    let named = |name: &str, used, limit| QuotaReading {
        name: name.to_owned(),
        model: None,
        project: None,
        ..reading("2026-11-22T07:30:00Z", used, limit)
    };
    let configured = QuotaReading { window: QuotaWindow::MINUTE, ..named("a rate", None, Some(60)) };
    let over = named("over", Some(12), Some(10));
    let all = vec![
        named("half", Some(5), Some(10)),
        configured,
        named("no limit", Some(1), None),
        over,
        named("nothing allowed", Some(0), Some(0)),
        named("little", Some(1), Some(300)),
        QuotaReading { unit: Currency::USD, ..named("spent", Some(3), None) },
        QuotaReading { unit: Currency::USD, ..named("budget", Some(3), Some(10)) },
    ];
    desk.report(all).await;
    let limits = desk.limits("2026-11-22T07:30:30Z").await;
    let rows = limits["rows"].as_array().unwrap();
    let order: Vec<&str> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(order, ["over", "nothing allowed", "half", "budget", "little", "a rate", "no limit"]);
    assert_eq!((&rows[0]["left"], &rows[0]["percent"]), (&json!("0"), &json!(120)), "more than all is used");
    assert_eq!((&rows[1]["left"], &rows[1]["percent"]), (&json!("0"), &json!(100)));
    assert_eq!(rows[4]["percent"], 0);
    assert_eq!(rows[5]["configured"], true);
    assert!(words(&rows[5]).contains("is set with the provider"));
    assert!(rows[..5].iter().all(|row| row["configured"] == false));
    assert!(words(&rows[6]).contains("There is no limit, or the provider tells none"));
}

#[tokio::test]
async fn a_free_tier_is_claimed_for_nobody_who_did_not_say_so() {
    let desk = Desk::new("groq").await;
    let now = "2026-11-22T20:00:00Z";
    let limits = desk.limits(now).await;
    assert_eq!(limits["rows"], json!([]));
    let choice = &limits["choices"][0];
    assert_eq!((&choice["chosen"], &choice["billed"]), (&Value::Null, &json!(false)));
    assert_eq!(choice["tiers"][0]["id"], "groq.free");

    let app = desk.door(now, "UTC").await;
    let wrong = ChooseTier { account: desk.account, tier: Some("openrouter.free".to_owned()) };
    let error = handle(&app, Request::ChooseTier(wrong)).await.unwrap_err().to_string();
    assert!(error.contains("use one of groq.free, or none"), "{error}");
    app.close().await;

    desk.choose("groq.free").await;
    let limits = desk.limits(now).await;
    assert!(limits["rows"].as_array().unwrap().len() > 10);
    assert_eq!(limits["choices"][0]["chosen"], "groq.free");
    desk.choose("none").await;
    assert_eq!(desk.limits(now).await["rows"], json!([]));

    // Somebody who pays is told so.
    desk.choose("groq.free").await;
    let amount = Money::new("1.5".parse().unwrap(), Currency::USD);
    let model = "openai/gpt-oss-20b";
    let paid = Charge { billed_cost: Some(amount), ..day("2026-11-20", model, 10) };
    desk.book("usage", "2026-11-01", "2026-11-23", vec![paid], now).await;
    let limits = desk.limits(now).await;
    assert_eq!(limits["choices"][0]["billed"], true);
    assert!(limits["rows"].as_array().unwrap().iter().all(|row| words(row).contains("may hold no more")));

    // Free models stay free for those who pay for others.
    let desk = Desk::new("openrouter").await;
    desk.choose("openrouter.free_after_deposit").await;
    let paid = Charge { billed_cost: Some(amount), ..day("2026-11-20", "a/b", 10) };
    desk.book("usage", "2026-11-01", "2026-11-23", vec![paid], now).await;
    let limits = desk.limits(now).await;
    assert_eq!(limits["choices"][0]["billed"], false);
    assert_eq!(limits["rows"].as_array().unwrap().len(), 2);
    assert!(limits["rows"].as_array().unwrap().iter().all(|row| !words(row).contains("may hold no more")));
}
