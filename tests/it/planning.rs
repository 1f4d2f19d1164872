//! Which plan to buy, through the door: what is replayed, what is left out and why, who buys, and what is paid now.

mod buying;
mod paying;

use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ErrorCode, Request, handle};
use spendglass_core::ledger::{Charge, Lane, ListCost, PriceBasis, TokenTotals, TokenUsage};
use spendglass_core::money::{Currency, Money};
use spendglass_core::store::{KeyPlace, NewAccount, Store};
use spendglass_core::time::{Clock, Date, Period, Timestamp, Zone};
use spendglass_core::vault::Vault;

const NOW: &str = "2026-11-18T12:30:00Z";

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn dec(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

fn number(value: &Value) -> Decimal {
    dec(value.as_str().unwrap_or_else(|| panic!("{value} is no text")))
}

/// A store in the making.
struct Setting {
    folder: tempfile::TempDir,
    store: Store,
}

/// A day's use of one model: requests, and what they cost at list price.
#[derive(Clone, Copy)]
struct Used<'a> {
    model: &'a str,
    requests: u64,
    list: Option<(&'a str, Currency)>,
    lane: Lane,
    tier: Option<&'a str>,
}

const SMALL: Used<'static> = Used {
    model: "small-1",
    requests: 100,
    list: Some(("1.00", Currency::USD)),
    lane: Lane::Billed,
    tier: None,
};

impl Used<'_> {
    fn charge(&self, day: Date) -> Charge {
        let tokens = TokenTotals {
            input: 1_000 * self.requests,
            output: 200 * self.requests,
            ..TokenTotals::default()
        };
        let basis = |currency: Currency| PriceBasis {
            source: "a list".to_owned(),
            data_version: "1".to_owned(),
            model: self.model.to_owned(),
            currency,
            effective_from: None,
            unit_prices: Vec::new(),
            adjustment: None,
        };
        Charge {
            lane: self.lane,
            tokens: Some(TokenUsage::from_totals(tokens).unwrap()),
            requests: Some(self.requests),
            request_model: Some(self.model.to_owned()).filter(|model| !model.is_empty()),
            service_tier: self.tier.map(str::to_owned),
            list_cost: self.list.map(|(cost, currency)| ListCost {
                cost: Money::new(dec(cost), currency),
                basis: Arc::new(basis(currency)),
            }),
            ..Charge::usage(day.utc_day())
        }
    }
}

impl Setting {
    async fn new() -> Setting {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("data"), now()).await.unwrap();
        Setting { folder, store }
    }

    async fn account(&self, provider: &str, kind: &str) -> i64 {
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
        self.store.add_account(&account, now()).await.unwrap()
    }

    async fn book(&self, account: i64, stream: &str, from: &str, to: &str, charges: Vec<Charge>) {
        let stream = self.store.stream(account, stream).await.unwrap();
        let window = Period::utc_days(date(from), date(to)).unwrap();
        let mut sequence = self.store.begin_sequence(stream.id, window);
        sequence.stage(charges).await.unwrap();
        sequence.book().await.unwrap();
        self.store.stream_read(stream.id, None, now()).await.unwrap();
    }

    /// The same use on every day, up to, but without, `to`.
    async fn use_daily(&self, account: i64, from: &str, to: &str, used: &[Used<'_>]) {
        let days = (0..date(to).days_since(date(from))).map(|day| date(from).plus_days(day));
        let charges = days.flat_map(|day| used.iter().map(move |used| used.charge(day))).collect();
        self.book(account, "usage_completions", from, to, charges).await;
    }

    /// The same bill on every day.
    async fn bill_daily(&self, account: i64, from: &str, to: &str, amount: &str) {
        let days = (0..date(to).days_since(date(from))).map(|day| date(from).plus_days(day));
        let charge = |day: Date| Charge {
            billed_cost: Some(Money::new(dec(amount), Currency::USD)),
            ..Charge::usage(day.utc_day())
        };
        self.book(account, "costs", from, to, days.map(charge).collect()).await;
    }

    /// An `OpenAI` account of three months and more: a hundred requests a day for a dollar.
    async fn usual() -> (Setting, i64) {
        let setting = Setting::new().await;
        let account = setting.account("openai", "admin").await;
        setting.use_daily(account, "2026-08-10", "2026-11-19", &[SMALL]).await;
        setting.bill_daily(account, "2026-08-10", "2026-11-19", "1.00").await;
        (setting, account)
    }

    async fn door(&self) -> App {
        let config = Config {
            data_dir: self.folder.path().join("data"),
            vault: Vault::memory(),
            clock: Clock::Fixed(now()),
            zone: Some(Zone::UTC),
            sample: None,
        };
        App::open(config).await.unwrap()
    }

    /// A file of plans: each an id, and the rest of its fields.
    fn catalogue(&self, plans: &[(&str, &str)]) -> String {
        let plan = |(id, rest): &(&str, &str)| {
            format!(
                r#"{{"id": "{id}", "provider": "openai", "product": "Own", "name": "{id}", "serves": {{"surfaces": ["api"]}},
                "sources": ["https://plans.example/{id}"], "seen": "2026-11-01", "confidence": "high", "evidence": "official", {rest}}}"#
            )
        };
        let plans: Vec<String> = plans.iter().map(plan).collect();
        let text =
            format!(r#"{{"dated": "2026-11-01", "stale_after_days": 60, "plans": [{}]}}"#, plans.join(","));
        let path = self.folder.path().join("plans.json");
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

async fn call(app: &App, params: Value) -> Result<Value, (ErrorCode, Option<String>, String)> {
    let request: Request = serde_json::from_value(json!({"method": "plans", "params": params})).unwrap();
    match handle(app, request).await {
        Ok(response) => Ok(serde_json::to_value(response).unwrap()["result"].take()),
        Err(error) => Err((error.code, error.field, error.message)),
    }
}

async fn ask(app: &App, params: Value) -> Value {
    call(app, params).await.unwrap()
}

/// Adds fields to a question.
fn with(file: &str, mut more: Value) -> Value {
    more["catalogue"] = file.into();
    more
}

fn option<'a>(told: &'a Value, id: &str) -> &'a Value {
    let found = told["options"].as_array().unwrap().iter().find(|option| option["id"] == id);
    found.unwrap_or_else(|| panic!("{id} is not among {}", ids(told).join(", ")))
}

fn ids(told: &Value) -> Vec<&str> {
    told["options"].as_array().unwrap().iter().map(|option| option["id"].as_str().unwrap()).collect()
}

fn costs(told: &Value, id: &str) -> Vec<Decimal> {
    option(told, id)["replayed"].as_array().unwrap().iter().map(|month| number(&month["cost"])).collect()
}

fn notes(told: &Value) -> String {
    told["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

const FLAT: (&str, &str) = (
    "own/flat",
    r#""prices": [{"amount": "10", "currency": "USD", "tax": "excluded"}],
    "limits": [{"unit": "requests", "amount": "5000", "window": "month", "starts": "purchase"}], "overage": "blocked""#,
);

#[tokio::test]
async fn a_plan_that_serves_all_for_less_is_advised_with_every_figure() {
    let (setting, _) = Setting::usual().await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let told = ask(&app, json!({"catalogue": file, "days": 90, "chartWidth": 600})).await;
    let window = &told["window"];
    assert_eq!((&window["from"], &window["to"]), (&json!("2026-08-18"), &json!("2026-11-18")));
    assert_eq!((&window["days"], &window["completeDays"]), (&json!(92), &json!(92)));
    assert_eq!((&window["usageRows"], &window["requests"]), (&json!(92), &json!(9_200)));
    assert_eq!((&window["listCost"], &window["listCurrency"]), (&json!("92"), &json!("USD")));
    assert_eq!(window["excluded"], json!([]));

    // 31, 30 and 31 days at a dollar; ten a month for the plan.
    assert_eq!(costs(&told, "metered"), [dec("31"), dec("30"), dec("31")]);
    assert_eq!(costs(&told, "own/flat"), [dec("10"), dec("10"), dec("10")]);
    let now: Decimal = costs(&told, "current").into_iter().sum();
    assert_eq!(now, dec("92"));
    let flat = option(&told, "own/flat");
    assert_eq!(flat["plans"][0]["served"], "100");
    assert_eq!((&flat["plans"][0]["price"], &flat["plans"][0]["every"]), (&json!("10"), &json!("month")));
    assert_eq!(flat["refused"], json!({"requests": 0, "hours": 0, "share": "0"}));
    assert_eq!(flat["monthly"]["currency"], "USD");
    assert_eq!(number(&flat["monthly"]["p50"]), dec("10"));
    assert_eq!(number(&flat["probabilityCheapest"]), dec("100"));
    let sources = flat["sources"].as_array().unwrap();
    assert!(
        sources.iter().any(|source| source["sources"] == json!(["https://plans.example/own/flat"])),
        "{sources:?}"
    );
    let billed = option(&told, "current")["sources"].as_array().unwrap();
    assert!(
        billed.iter().any(|source| source["value"] == "92.00 USD" || source["value"] == "92 USD"),
        "{billed:?}"
    );

    let advice = &told["recommendation"];
    assert_eq!((&advice["action"], &advice["option"]), (&json!("switch"), &json!("own/flat")), "{advice}");
    assert!(number(&advice["saves"]) > dec("19"), "{advice}");
    assert!(told["curve"]["svg"].as_str().unwrap().starts_with("<svg"));
    assert!(told["spread"]["table"]["rows"].as_array().unwrap().len() >= 3);

    // One month and twelve.
    let month = ask(&app, with(&file, json!({"days": 30}))).await;
    assert_eq!((&month["window"]["from"], &month["window"]["usageRows"]), (&json!("2026-10-18"), &json!(31)));
    // Of a year only the months that hold usage are there.
    let year = ask(&app, with(&file, json!({"days": 365}))).await;
    assert_eq!((&year["window"]["from"], &year["window"]["usageRows"]), (&json!("2026-07-18"), &json!(100)));
    assert_eq!(year["window"]["completeDays"], 100);
    // Why it is no year is said where its days are.
    assert_eq!(
        (&year["window"]["shorter"], &month["window"]["shorter"], &told["window"]["shorter"]),
        (
            &json!("Nothing is known of use before 2026-08-10: so 4 months are compared."),
            &Value::Null,
            &Value::Null
        )
    );
    app.close().await;
}

/// The curve's axis counts everything, so its points do, too; the option tells what its plan serves.
#[tokio::test]
async fn a_point_on_the_curve_counts_as_its_axis_does() {
    let (setting, _) = Setting::usual().await;
    let other = setting.account("anthropic", "admin").await;
    setting.use_daily(other, "2026-08-10", "2026-11-19", &[Used { model: "other-1", ..SMALL }]).await;
    setting.bill_daily(other, "2026-08-10", "2026-11-19", "1.00").await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let told = ask(&app, json!({"catalogue": file, "days": 90, "chartWidth": 600})).await;
    let flat = ids(&told).into_iter().find(|id| id.contains("own/flat")).unwrap();
    let points = option(&told, flat)["breakEven"].as_array().unwrap();
    let of_all = |amount: &Value| (number(amount) * dec("2")).round();
    let description = told["curve"]["description"].as_str().unwrap();
    assert!(!points.is_empty(), "{told}");
    for point in points {
        let words = point["words"].as_str().unwrap();
        let said = description.split(". ").find(|said| said.contains(words.split(" above ").next().unwrap()));
        let said: String = said
            .unwrap_or_else(|| panic!("{words}: {description}"))
            .split(" above ")
            .nth(1)
            .unwrap()
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let off = (dec(&said) - of_all(&point["amount"])).abs();
        assert!(off <= dec("2"), "{words}: {description}");
    }
    app.close().await;
}

#[tokio::test]
async fn a_plan_that_saves_too_little_is_not_worth_a_change() {
    let (setting, _) = Setting::usual().await;
    let dear = r#""prices": [{"amount": "29.50", "currency": "USD", "tax": "excluded"}],
        "limits": [{"unit": "requests", "amount": "5000", "window": "month", "starts": "purchase"}], "overage": "blocked""#;
    let file = setting.catalogue(&[("own/dear", dear)]);
    let app = setting.door().await;
    let told = ask(&app, json!({"catalogue": file})).await;
    let advice = &told["recommendation"];
    assert_eq!((&advice["action"], &advice["saves"]), (&json!("stay"), &Value::Null), "{advice}");
    assert!(!advice["why"].as_str().unwrap().is_empty());
    app.close().await;
}

#[tokio::test]
async fn six_days_are_not_enough_and_what_they_cost_is_shown() {
    let setting = Setting::new().await;
    let account = setting.account("openai", "admin").await;
    setting.use_daily(account, "2026-11-12", "2026-11-19", &[SMALL]).await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let told = ask(&app, json!({"catalogue": file})).await;
    let advice = &told["recommendation"];
    assert_eq!((&advice["action"], &advice["option"]), (&json!("notEnoughData"), &Value::Null), "{advice}");
    let why = advice["why"].as_str().unwrap();
    assert!(why.contains("6 complete days") && why.contains("is shown"), "{advice}");
    assert_eq!((&told["window"]["completeDays"], &told["window"]["usageRows"]), (&json!(6), &json!(6)));
    assert_eq!(option(&told, "metered")["monthly"], Value::Null);
    assert_eq!(costs(&told, "metered"), [dec("6")]);
    app.close().await;
}

#[tokio::test]
async fn nothing_at_all_is_an_answer_too() {
    let setting = Setting::new().await;
    let app = setting.door().await;
    let told = ask(&app, json!({})).await;
    assert_eq!(told["recommendation"]["action"], "notEnoughData");
    assert_eq!((&told["window"]["usageRows"], &told["window"]["listCost"]), (&json!(0), &Value::Null));
    assert!(notes(&told).contains("connect an account"), "{}", notes(&told));
    // Where there is nothing to show, nothing is said to be shown.
    let why = told["recommendation"]["why"].as_str().unwrap();
    assert_eq!((ids(&told).len(), why.contains("is shown")), (0, false), "{why}");

    // An account that was read today for the first time has no complete day.
    let account = setting.account("openai", "admin").await;
    setting.use_daily(account, "2026-11-18", "2026-11-19", &[SMALL]).await;
    let told = ask(&app, json!({})).await;
    assert_eq!((&told["window"]["usageRows"], &told["window"]["completeDays"]), (&json!(0), &json!(0)));
    assert_eq!(told["recommendation"]["action"], "notEnoughData");
    app.close().await;
}

#[tokio::test]
async fn usage_of_long_ago_is_compared_with_a_warning() {
    let setting = Setting::new().await;
    let account = setting.account("openai", "admin").await;
    setting.use_daily(account, "2026-06-10", "2026-10-01", &[SMALL]).await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let why = ask(&app, json!({"catalogue": file})).await["recommendation"]["why"].clone();
    assert!(why.as_str().unwrap().contains("known up to 2026-09-30 only, 48 days ago"), "{why}");
    app.close().await;
    // What is of yesterday is not.
    let (setting, _) = Setting::usual().await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let why = ask(&app, json!({"catalogue": file})).await["recommendation"]["why"].clone();
    assert!(!why.as_str().unwrap().contains("days ago"), "{why}");
    app.close().await;
}

#[tokio::test]
async fn a_model_that_nobody_knows_is_no_wish() {
    let (setting, _) = Setting::usual().await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let refused = async |must: &str| call(&app, with(&file, json!({"must": [must]}))).await.unwrap_err();
    let (code, field, words) = refused("gpt-5-minni").await;
    assert_eq!((code, field.as_deref()), (ErrorCode::BadRequest, Some("must")));
    assert!(words.contains("\"gpt-5-minni\"") && words.contains("did you mean gpt-5-mini"), "{words}");
    let (_, _, words) = refused("smal-1").await;
    assert!(words.contains("did you mean small-1"), "{words}");
    for known in ["small-1", "SMALL-1", "gpt-5", "small-*"] {
        call(&app, with(&file, json!({"must": [known]}))).await.unwrap();
    }
    app.close().await;
}

#[tokio::test]
async fn the_window_ends_with_the_last_day_that_all_tell_and_names_who_is_far_behind() {
    let (setting, _) = Setting::usual().await;
    let late = setting.account("anthropic", "admin").await;
    let day = |day: Date| SMALL.charge(day);
    let charges = (0..97).map(|offset| day(date("2026-08-10").plus_days(offset))).collect();
    setting.book(late, "usage_report_messages", "2026-08-10", "2026-11-15", charges).await;
    let gone = setting.account("openrouter", "management").await;
    let old = (0..20).map(|offset| day(date("2026-09-01").plus_days(offset))).collect();
    setting.book(gone, "activity", "2026-09-01", "2026-09-21", old).await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let told = ask(&app, json!({"catalogue": file})).await;
    assert_eq!(
        (&told["window"]["from"], &told["window"]["to"]),
        (&json!("2026-08-15"), &json!("2026-11-15"))
    );
    assert!(notes(&told).contains("OPENROUTER is read up to 2026-09-20 only"), "{}", notes(&told));
    // Late data changes what is told: it is read anew.
    let charges = (0..100).map(|offset| day(date("2026-08-10").plus_days(offset))).collect();
    setting.book(late, "usage_report_messages", "2026-08-10", "2026-11-19", charges).await;
    let told = ask(&app, json!({"catalogue": file})).await;
    assert_eq!(told["window"]["to"], "2026-11-18");
    // One account alone.
    let told = ask(&app, with(&file, json!({"accounts": [late]}))).await;
    assert_eq!(told["window"]["usageRows"], 92);
    let nobody = call(&app, with(&file, json!({"accounts": [99]}))).await.unwrap_err();
    assert!(nobody.2.contains("99"), "{nobody:?}");
    app.close().await;
}

#[tokio::test]
async fn what_has_no_price_is_named_with_its_share_and_never_counted_as_nothing() {
    let setting = Setting::new().await;
    let account = setting.account("openai", "admin").await;
    let unpriced = Used { model: "tundra-9", requests: 100, list: None, ..SMALL };
    let unnamed = Used { model: "", requests: 200, list: None, ..SMALL };
    setting.use_daily(account, "2026-10-01", "2026-11-19", &[SMALL, unpriced, unnamed]).await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let told = ask(&app, with(&file, json!({"days": 30}))).await;
    assert_eq!((&told["window"]["usageRows"], &told["window"]["listCost"]), (&json!(31), &json!("31")));
    let excluded = told["window"]["excluded"].as_array().unwrap();
    let of = |what: &str| {
        excluded.iter().find(|one| one["what"] == what).unwrap_or_else(|| panic!("{excluded:?}"))
    };
    assert_eq!((&of("tundra-9")["rows"], &of("tundra-9")["share"]), (&json!(31), &json!("25")));
    assert!(of("tundra-9")["why"].as_str().unwrap().contains("no list price"));
    assert_eq!((&of("OPENAI")["rows"], &of("OPENAI")["share"]), (&json!(31), &json!("50")));
    assert_eq!(costs(&told, "metered"), [dec("31")]);
    app.close().await;
}

/// Usage without a price is no usage of nothing.
#[tokio::test]
async fn where_nothing_has_a_price_no_option_is_told() {
    let setting = Setting::new().await;
    let account = setting.account("openai", "admin").await;
    let unpriced = Used { model: "tundra-9", list: None, ..SMALL };
    setting.use_daily(account, "2026-08-10", "2026-11-19", &[unpriced]).await;
    setting.bill_daily(account, "2026-08-10", "2026-11-19", "1.00").await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let told = ask(&app, json!({"catalogue": file})).await;
    assert_eq!((&told["options"], &told["shapes"]), (&json!([]), &json!([])));
    assert_eq!(told["recommendation"]["action"], "notEnoughData");
    let why = told["recommendation"]["why"].as_str().unwrap();
    assert!(why.starts_with("Nothing of what you used has a price that is known"), "{why}");
    // Its lines are told once, by why they are left out.
    let excluded = told["window"]["excluded"].as_array().unwrap();
    assert_eq!(excluded.iter().map(|one| &one["what"]).collect::<Vec<_>>(), ["tundra-9"]);
    let savings =
        handle(&app, serde_json::from_value(json!({"method": "savings", "params": {}})).unwrap()).await;
    let savings = serde_json::to_value(savings.unwrap()).unwrap();
    assert!(savings["result"]["notes"].to_string().contains("no saving on it can be told"), "{savings}");
    app.close().await;
}

#[tokio::test]
async fn what_is_left_out_is_said_with_the_advice_and_much_of_it_leaves_none() {
    for (share, requests) in [("20", 25), ("60", 150)] {
        let setting = Setting::new().await;
        let account = setting.account("openai", "admin").await;
        let unpriced = Used { model: "tundra-9", requests, list: None, ..SMALL };
        setting.use_daily(account, "2026-08-10", "2026-11-19", &[SMALL, unpriced]).await;
        let file = setting.catalogue(&[FLAT]);
        let app = setting.door().await;
        let told = ask(&app, json!({"catalogue": file})).await;
        let (advice, metered) = (&told["recommendation"], option(&told, "metered"));
        let why = advice["why"].as_str().unwrap();
        assert_eq!(metered["confidence"], "medium", "{share}");
        if share == "20" {
            assert_ne!(advice["action"], "notEnoughData");
            let said =
                why.contains("what is left out is not in it") || why.contains("without 20 % of your use");
            assert!(said, "{why}");
        } else {
            assert_eq!(advice["action"], "notEnoughData");
            assert!(why.starts_with("60 % of your use is left out"), "{why}");
            assert_eq!(costs(&told, "metered").iter().sum::<Decimal>(), dec("92"));
        }
        app.close().await;
    }
}

#[tokio::test]
async fn of_one_account_and_day_one_lane_counts() {
    let setting = Setting::new().await;
    let billed = setting.account("openai", "admin").await;
    setting.use_daily(billed, "2026-10-01", "2026-11-19", &[SMALL]).await;
    setting.bill_daily(billed, "2026-10-01", "2026-11-19", "1.00").await;
    // A gateway computed the same requests once more.
    let gateway = setting.account("litellm", "master").await;
    let computed = Used { lane: Lane::Estimated, ..SMALL };
    let charges = (0..49).map(|day| computed.charge(date("2026-10-01").plus_days(day))).collect();
    setting.book(gateway, "activity", "2026-10-01", "2026-11-19", charges).await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let told = ask(&app, with(&file, json!({"days": 30}))).await;
    assert_eq!((&told["window"]["usageRows"], &told["window"]["listCost"]), (&json!(31), &json!("31")));
    let beside = &told["window"]["excluded"][0];
    assert_eq!((&beside["what"], &beside["rows"]), (&json!("LITELLM"), &json!(31)));
    assert!(beside["why"].as_str().unwrap().contains("one of the two counts"), "{beside}");
    app.close().await;
}

#[tokio::test]
async fn two_currencies_meet_at_the_rate_of_the_day_or_not_at_all() {
    let setting = Setting::new().await;
    let account = setting.account("openai", "admin").await;
    let yuan = Currency::national("CNY").unwrap();
    // No rate of it is published anywhere that is bundled.
    let ariary = Currency::national("MGA").unwrap();
    let in_yuan = Used { model: "silk-1", list: Some(("7", yuan)), ..SMALL };
    let in_ariary = Used { model: "baobab-1", list: Some(("4500", ariary)), ..SMALL };
    setting.use_daily(account, "2026-10-01", "2026-10-31", &[SMALL, in_yuan, in_ariary]).await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let told = ask(&app, with(&file, json!({"days": 30}))).await;
    assert_eq!(told["window"]["usageRows"], 60, "{}", told["window"]);
    let rates = spendglass_core::exchange::Rates::bundled().unwrap();
    let days = (0..30).map(|day| date("2026-10-01").plus_days(day));
    let landed = days.map(|day| rates.of(yuan, Currency::USD, day, 10).unwrap().factor * dec("7"));
    let sum: Decimal = landed.sum::<Decimal>() + dec("30");
    assert_eq!(number(&told["window"]["listCost"]), sum.normalize());
    let excluded = &told["window"]["excluded"][0];
    assert_eq!(excluded["what"], "baobab-1");
    assert!(excluded["why"].as_str().unwrap().contains("spendglass rates refresh"), "{excluded}");

    // Paid in a currency without a rate: nothing is converted, and it says which rate is missing.
    let (code, field, words) = call(&app, with(&file, json!({"currency": "MGA"}))).await.unwrap_err();
    assert_eq!((code, field.as_deref()), (ErrorCode::BadRequest, Some("currency")));
    assert!(words.contains("MGA") && words.contains("refresh"), "{words}");
    app.close().await;
}

#[tokio::test]
async fn models_that_must_be_served_leave_plans_out_that_do_not() {
    let setting = Setting::new().await;
    let account = setting.account("openai", "admin").await;
    let big = Used { model: "big-1", requests: 10, list: Some(("2.00", Currency::USD)), ..SMALL };
    setting.use_daily(account, "2026-08-10", "2026-11-19", &[SMALL, big]).await;
    let small = r#""prices": [{"amount": "10", "currency": "USD", "tax": "excluded"}],
        "limits": [{"unit": "requests", "amount": "unlimited", "window": "month", "starts": "purchase", "models": ["small-1"]}],
        "overage": "blocked""#;
    let file = setting.catalogue(&[("own/small", small), FLAT]);
    let app = setting.door().await;
    let told = ask(&app, json!({"catalogue": file})).await;
    assert!(ids(&told).iter().any(|id| id.starts_with("own/small")), "{:?}", ids(&told));
    let told = ask(&app, with(&file, json!({"must": ["big-1"]}))).await;
    // With pay as you go behind it the model is served.
    assert!(!ids(&told).contains(&"own/small"), "{:?}", ids(&told));
    let abstained = told["abstained"].as_array().unwrap();
    let why = abstained.iter().find(|plan| plan["id"] == "own/small").unwrap()["why"].as_str().unwrap();
    assert_eq!(why, "It does not serve big-1, which you must have.");
    assert!(ids(&told).contains(&"own/flat"));
    app.close().await;
}
