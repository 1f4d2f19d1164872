//! Newer prices and rates from a feed, the person's own prices, and list costs that follow: all through the door.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ErrorCode, Request, handle};
use spendglass_core::time::Clock;
use spendglass_core::vault::Vault;
use spendglass_simulator::{Person, Town};

use crate::house::{first_three, open_town};

const NOW: &str = "2026-11-18T12:30:00Z";

async fn open(folder: &Path, now: &str) -> App {
    let config = Config {
        data_dir: folder.join("data"),
        vault: Vault::memory(),
        clock: Clock::Fixed(now.parse().unwrap()),
        zone: None,
        sample: None,
    };
    App::open(config).await.unwrap()
}

async fn call(app: &App, method: &str, params: Value) -> Result<Value, (ErrorCode, String)> {
    let request: Request = serde_json::from_value(json!({"method": method, "params": params})).unwrap();
    match handle(app, request).await {
        Ok(answer) => Ok(serde_json::to_value(answer).unwrap()["result"].clone()),
        Err(error) => Err((error.code, error.message)),
    }
}

async fn answer(app: &App, method: &str, params: Value) -> Value {
    call(app, method, params).await.unwrap()
}

fn feed(town: &Town, path: &str) -> String {
    format!("http://{}/feeds/{path}", town.address())
}

/// The plain input price of a model on a day.
async fn input_price(app: &App, provider: &str, model: &str, at: &str) -> Option<String> {
    let told = call(app, "prices", json!({"model": model, "provider": provider, "at": at})).await.ok()?;
    let group = told["sheets"][0]["groups"].as_array()?.iter().find(|group| group["tier"].is_null())?.clone();
    let input = group["prices"].as_array()?.iter().find(|price| price["meter"] == "input")?.clone();
    Some(input["price"].as_str()?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_list_is_fetched_kept_and_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, NOW).await;
    let url = feed(&town, "prices/ok");
    let app = open(folder.path(), NOW).await;
    assert_eq!(input_price(&app, "anthropic", "town-1", "2026-11-18").await, None);
    assert_eq!(input_price(&app, "google", "gemini-4-argon", "2026-12-02").await.as_deref(), Some("2"));

    let first = answer(&app, "refreshPrices", json!({"url": url})).await;
    assert_eq!((&first["changed"], &first["source"]["dated"]), (&json!(true), &json!("2026-11-18")));
    assert_eq!(input_price(&app, "anthropic", "town-1", "2026-11-18").await.as_deref(), Some("1"));
    let again = answer(&app, "refreshPrices", json!({"url": url})).await;
    assert_eq!((&again["changed"], &again["source"]), (&json!(false), &first["source"]));
    app.close().await;

    // It is there after a restart. On the first of December the feed still has the price that it announced: now it counts.
    let app = open(folder.path(), "2026-12-01T09:00:00Z").await;
    let sources = answer(&app, "prices", json!({})).await["sources"].clone();
    assert_eq!(sources.as_array().unwrap().len(), 2);
    assert_eq!((&sources[0]["url"], &sources[0]["ageDays"]), (&json!(url), &json!(13)));
    assert_eq!((&sources[1]["url"], &sources[1]["dated"]), (&Value::Null, &json!("2026-10-30")));
    assert_eq!(input_price(&app, "google", "gemini-4-argon", "2026-12-02").await.as_deref(), Some("2"));
    let confirmed = answer(&app, "refreshPrices", json!({"url": url})).await;
    assert_eq!((&confirmed["changed"], &confirmed["source"]["dated"]), (&json!(false), &json!("2026-12-01")));
    assert_eq!(input_price(&app, "google", "gemini-4-argon", "2026-12-02").await.as_deref(), Some("4"));
    app.close().await;

    // A file that was damaged is as good as none.
    let file = folder.path().join("data/price-list.json");
    let mut bytes = std::fs::read(&file).unwrap();
    let last = bytes.len() - 10;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let app = open(folder.path(), "2026-12-01T09:00:00Z").await;
    assert_eq!(input_price(&app, "anthropic", "town-1", "2026-11-18").await, None);
    assert_eq!(input_price(&app, "openai", "gpt-4o", "2026-11-18").await.as_deref(), Some("2.5"));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, NOW).await;
    let app = open(folder.path(), NOW).await;
    answer(&app, "refreshPrices", json!({"url": feed(&town, "prices/ok")})).await;
    let before = (
        answer(&app, "prices", json!({})).await,
        std::fs::read(folder.path().join("data/price-list.json")).unwrap(),
    );
    for (fault, code, words) in [
        ("500", ErrorCode::Unreachable, "status 500"),
        ("404", ErrorCode::ProviderChanged, "status 404"),
        ("cut", ErrorCode::Unreachable, "cut off"),
        ("html", ErrorCode::ProviderChanged, "not a price list"),
        ("empty", ErrorCode::ProviderChanged, "has 0 of"),
        ("absurd", ErrorCode::ProviderChanged, "ten times off"),
        ("huge", ErrorCode::ProviderChanged, "larger than 8 MiB"),
    ] {
        let (told, message) =
            call(&app, "refreshPrices", json!({"url": feed(&town, &format!("prices/{fault}"))}))
                .await
                .unwrap_err();
        assert!(told == code && message.contains(words), "{fault}: {told:?} {message}");
    }
    let rates = answer(&app, "rates", json!({"from": "USD", "to": "INR"})).await;
    for (fault, code, words) in [
        ("ecb/500", ErrorCode::Unreachable, "status 500"),
        ("ecb/cut", ErrorCode::Unreachable, "cut off"),
        ("ecb/html", ErrorCode::ProviderChanged, "not a list of rates"),
        ("ecb/absurd", ErrorCode::ProviderChanged, "three times off"),
        ("ecb/ahead", ErrorCode::ProviderChanged, "has not come"),
        ("frankfurter/absurd", ErrorCode::ProviderChanged, "three times off"),
        ("frankfurter/empty", ErrorCode::ProviderChanged, "empty"),
        ("ecb/huge", ErrorCode::ProviderChanged, "larger than 8 MiB"),
    ] {
        let (told, message) =
            call(&app, "refreshRates", json!({"url": feed(&town, fault)})).await.unwrap_err();
        assert!(told == code && message.contains(words), "{fault}: {told:?} {message}");
    }
    for bad in ["http://example.com/x", "ftp://example.com", "not an address"] {
        for method in ["refreshPrices", "refreshRates"] {
            assert_eq!(
                call(&app, method, json!({"url": bad})).await.unwrap_err().0,
                ErrorCode::BadRequest,
                "{bad}"
            );
        }
    }
    assert_eq!(
        before,
        (
            answer(&app, "prices", json!({})).await,
            std::fs::read(folder.path().join("data/price-list.json")).unwrap()
        )
    );
    assert_eq!(rates, answer(&app, "rates", json!({"from": "USD", "to": "INR"})).await);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rates_are_fetched_and_history_stays() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, NOW).await;
    let app = open(folder.path(), NOW).await;
    let rate = async |at: &str| {
        answer(&app, "rates", json!({"from": "USD", "to": "INR", "at": at})).await["rows"][0].clone()
    };
    let (old, bundled) = (rate("2026-10-30").await, rate("2026-11-18").await);
    assert_eq!((&bundled["date"], &bundled["ageDays"]), (&json!("2026-10-30"), &json!(19)));
    let told = answer(&app, "refreshRates", json!({"url": feed(&town, "ecb/ok")})).await;
    assert_eq!((&told["added"], &told["dated"]), (&json!(3), &json!("2026-11-18")));
    // 105.605 ÷ 1.1 = 96.00454545…
    let new = rate("2026-11-18").await;
    assert_eq!(
        (&new["rate"], &new["through"], &new["ageDays"]),
        (&json!("96.00454545"), &json!("EUR"), &json!(0))
    );
    assert_eq!(rate("2026-10-30").await, old);
    // The same once more is known already; another publisher's rate of that day changes nothing, its other currency comes along.
    assert_eq!(answer(&app, "refreshRates", json!({"url": feed(&town, "ecb/ok")})).await["added"], 0);
    assert_eq!(answer(&app, "refreshRates", json!({"url": feed(&town, "frankfurter/ok")})).await["added"], 2);
    assert_eq!(rate("2026-11-18").await, new);
    let naira = answer(&app, "rates", json!({"from": "USD", "to": "NGN"})).await;
    assert_eq!(naira["rows"][0]["rate"], "1450.25");
    let unheard = call(&app, "rates", json!({"from": "USD", "to": "AFN"})).await.unwrap_err();
    assert!(unheard.0 == ErrorCode::BadRequest && unheard.1.contains("AFN"), "{unheard:?}");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_is_landed_with_every_step_by_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    let settings = json!({"country": "in", "taxStatus": "consumer", "cardMarkup": "3.5", "currency": "INR", "seats": 3, "student": true});
    answer(&app, "changeSettings", settings).await;
    let told = answer(&app, "rates", json!({"amount": "20", "tax": "excluded", "at": "2026-01-06"})).await;
    // 20 × 1.18 × 90.15161869 × 1.0413
    assert_eq!(told["landed"]["total"], json!({"amount": "2215.4471807887692", "currency": "INR"}), "{told}");
    let steps = told["landed"]["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 3);
    assert!(steps.iter().all(|step| !step["source"].as_str().unwrap().is_empty()));
    assert_eq!(told["landed"]["warnings"], json!([]));
    for (field, bad) in [
        ("country", json!("India")),
        ("taxRate", json!("101")),
        ("cardMarkup", json!("x")),
        ("currency", json!("credits")),
        ("seats", json!(0)),
        ("priceFeed", json!("http://example.com/")),
        ("rateFeed", json!("example")),
    ] {
        let (code, words) = call(&app, "changeSettings", json!({field: bad})).await.unwrap_err();
        assert_eq!(code, ErrorCode::BadRequest, "{field}: {words}");
    }
    assert_eq!(answer_settings(&app).await["currency"], "INR");
    app.close().await;
}

async fn answer_settings(app: &App) -> Value {
    let answer = handle(app, Request::Settings).await.unwrap();
    serde_json::to_value(answer).unwrap()["result"].clone()
}

/// List costs by model, and of all days, as the roll-up has them.
async fn listed(app: &App) -> (Value, Value) {
    let range = json!({"by": "model", "from": "2026-10-20", "to": "2026-11-19"});
    let days = json!({"by": "day", "from": "2026-10-20", "to": "2026-11-19"});
    (answer(app, "usage", range).await, answer(app, "usage", days).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn list_costs_follow_an_own_price_and_come_back_when_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let town: Arc<Town> = open_town(Person::Student, NOW).await;
    let app = open(folder.path(), NOW).await;
    for told in first_three(&town) {
        let account = json!({"provider": told.id, "baseUrl": told.base_url, "key": told.key});
        answer(&app, "addAccount", account).await;
    }
    answer(&app, "sync", json!({})).await;
    let before = listed(&app).await;
    let rows = before.0["rows"].as_array().unwrap().clone();
    let of = |rows: &[Value], model: &str| rows.iter().find(|row| row["key"] == model).cloned().unwrap();
    let name = |row: &Value| row["key"].as_str().unwrap_or_default().to_owned();
    let gpt = rows.iter().map(name).find(|name| name.starts_with("gpt")).unwrap();

    let own = json!({"provider": "openai", "model": gpt, "meter": "input", "price": "1000", "from": "2026-11-10", "note": "a contract"});
    let set = answer(&app, "correctPrice", own.clone()).await;
    assert!(set["repriced"].as_u64().unwrap() > 0, "{set}");
    let after = listed(&app).await;
    assert_ne!(of(&rows, &gpt)["listed"], of(after.0["rows"].as_array().unwrap(), &gpt)["listed"]);
    for other in rows.iter().map(name).filter(|other| *other != gpt && !other.is_empty()) {
        let now = of(after.0["rows"].as_array().unwrap(), &other);
        assert_eq!(of(&rows, &other), now, "{other} costs what it did");
    }
    let days = |usage: &Value| usage["rows"].as_array().unwrap().clone();
    for (was, is) in days(&before.1).iter().zip(days(&after.1)) {
        let early = was["key"].as_str().unwrap_or_default() < "2026-11-10";
        assert!(!early || *was == is, "{was} became {is}");
    }
    assert_ne!(before.1, after.1);
    // The same once more changes nothing, and what is read again is priced the same.
    assert_eq!(answer(&app, "correctPrice", own).await["repriced"], 0);
    answer(&app, "sync", json!({"from": "2026-11-01"})).await;
    assert_eq!(listed(&app).await.0["rows"], after.0["rows"]);

    let mixed = json!({"provider": "openai", "model": gpt, "meter": "output", "price": "9", "currency": "EUR", "from": "2026-11-10"});
    assert_eq!(call(&app, "correctPrice", mixed).await.unwrap_err().0, ErrorCode::BadRequest);
    for bad in [
        json!({"provider": "openai", "model": gpt, "meter": "thoughts", "price": "1", "from": "2026-11-10"}),
        json!({"provider": "nobody", "model": gpt, "meter": "input", "price": "1", "from": "2026-11-10"}),
        json!({"provider": "openai", "model": gpt, "meter": "input", "price": "-1", "from": "2026-11-10"}),
        json!({"provider": "openai", "model": "", "meter": "input", "price": "1", "from": "2026-11-10"}),
        json!({"provider": "openai", "model": gpt, "meter": "input", "price": "1", "per": 3, "from": "2026-11-10"}),
        json!({"provider": "openai", "model": gpt, "meter": "input", "price": "1", "from": "soon"}),
        json!({"model": "gpt-99-imaginary", "meter": "input", "price": "1", "from": "2026-11-10"}),
    ] {
        assert_eq!(
            call(&app, "correctPrice", bad.clone()).await.unwrap_err().0,
            ErrorCode::BadRequest,
            "{bad}"
        );
    }
    let own = answer(&app, "prices", json!({})).await["own"].clone();
    assert_eq!((own.as_array().unwrap().len(), &own[0]["note"]), (1, &json!("a contract")));

    let gone = answer(&app, "removePriceCorrection", json!({"model": gpt, "meter": "input"})).await;
    assert_eq!(gone["repriced"], set["repriced"]);
    let back = listed(&app).await;
    assert_eq!(
        (&back.0["rows"], &back.1["rows"]),
        (&before.0["rows"], &before.1["rows"]),
        "to the last digit"
    );
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_settings_ask_for_is_fetched_once_a_day_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, NOW).await;
    let sources =
        async |app: &App| answer(app, "prices", json!({})).await["sources"].as_array().unwrap().len();
    let app = open(folder.path(), NOW).await;
    app.tick(&|_| {}).await.unwrap();
    assert_eq!(sources(&app).await, 1, "nobody asked for it");
    let on = json!({"refreshPrices": true, "refreshRates": true, "priceFeed": feed(&town, "prices/ok"), "rateFeed": feed(&town, "ecb/500")});
    answer(&app, "changeSettings", on.clone()).await;
    app.tick(&|_| {}).await.unwrap();
    assert_eq!(sources(&app).await, 2, "a feed that fails holds up no other");
    let dated = async |app: &App| answer(app, "rates", json!({"to": "INR"})).await["dated"].clone();
    assert_eq!(dated(&app).await, "2026-10-30");
    let mut mended = on;
    mended["rateFeed"] = json!(feed(&town, "ecb/ok"));
    answer(&app, "changeSettings", mended).await;
    app.tick(&|_| {}).await.unwrap();
    assert_eq!(dated(&app).await, "2026-10-30", "it was tried today");
    app.close().await;
    let app = open(folder.path(), "2026-11-19T12:30:00Z").await;
    app.tick(&|_| {}).await.unwrap();
    assert_eq!(dated(&app).await, "2026-11-18");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_had_no_price_gets_one_from_a_newer_list() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, NOW).await;
    let app = open(folder.path(), NOW).await;
    let file = folder.path().join("tokens.csv");
    let head = "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,\
                usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,\
                web_search_count,inference_geo,speed";
    let line = "2026-11-02,town-1,ci,Default,standard,≤ 200k,1500000,0,0,0,250000,0,global,";
    std::fs::write(&file, format!("{head}\n{line}\n")).unwrap();
    answer(&app, "import", json!({"path": file})).await;
    let row = async || answer(&app, "usage", json!({"by": "model"})).await["rows"][0].clone();
    let before = row().await;
    assert_eq!(
        (&before["key"], &before["unpriced"], &before["listed"]),
        (&json!("town-1"), &json!(1), &json!([]))
    );
    let told = answer(&app, "refreshPrices", json!({"url": feed(&town, "prices/ok")})).await;
    assert_eq!(told["priced"], 1);
    // 1.5 × 1 + 0.25 × 2
    let after = row().await;
    assert_eq!(
        (&after["unpriced"], &after["listed"]),
        (&json!(0), &json!([{"amount": "2", "currency": "USD"}]))
    );
    // A person's price of its own is of every day from its first on; without it the list's comes back.
    let own = json!({"provider": "anthropic", "model": "town-1", "meter": "output", "price": "10", "from": "2026-11-02"});
    assert_eq!(answer(&app, "correctPrice", own).await["repriced"], 1);
    assert_eq!(row().await["listed"][0]["amount"], "4");
    answer(&app, "removePriceCorrection", json!({"model": "town-1", "meter": "output"})).await;
    assert_eq!(row().await["listed"], after["listed"]);
    app.close().await;
}
