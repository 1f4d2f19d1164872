//! The catalogue of plans through the door: corrections that stay, newer plans that are checked, and what is shown of them.

use std::path::Path;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ErrorCode, Request, handle};
use spendglass_core::time::Clock;
use spendglass_core::vault::Vault;
use spendglass_simulator::{Person, Town};

use crate::house::open_town;

const NOW: &str = "2026-11-22T12:30:00Z";

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

async fn plan(app: &App, id: &str) -> Value {
    answer(app, "planCatalogue", json!({"plan": id})).await["plans"][0].clone()
}

fn feed(town: &Town, fault: &str) -> String {
    format!("http://{}/feeds/plans/{fault}", town.address())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_is_told_with_its_source_and_a_stale_one_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    let all = answer(&app, "planCatalogue", json!({})).await;
    assert_eq!((all["plans"].as_array().unwrap().len(), &all["source"]["url"]), (75, &Value::Null));
    for plan in all["plans"].as_array().unwrap() {
        let figures = plan["figures"].as_array().unwrap();
        assert!(figures.len() > 1, "{plan}");
        for figure in figures {
            assert!(
                !figure["sources"].as_array().unwrap().is_empty() && figure["seen"].is_string(),
                "{plan}"
            );
        }
        assert_eq!(plan["illustration"], false);
    }
    let plus = plan(&app, "openai/chatgpt-plus").await;
    assert_eq!(plus["price"], "20 USD a month");
    let figures = plus["figures"].as_array().unwrap();
    let row =
        |what: &str| figures.iter().find(|row| row["what"].as_str().unwrap().starts_with(what)).unwrap();
    assert_eq!(row("limit of usage in a window of week")["value"], "not published");
    let rupees = row("price in IN");
    assert_eq!(
        (&rupees["value"], &rupees["confidence"], &rupees["stale"]),
        (&json!("1999 INR a month"), &json!("low"), &json!(true))
    );
    assert_eq!(row("price, without tax")["stale"], false);
    assert_eq!((&plus["confidence"], &plus["stale"]), (&json!("low"), &json!(true)));
    app.close().await;
    // Sixty days after it was seen a figure is stale.
    let app = open(folder.path(), "2026-11-30T12:00:00Z").await;
    let later = plan(&app, "openai/chatgpt-enterprise").await;
    assert_eq!(later["stale"], true);
    let (code, words) = call(&app, "planCatalogue", json!({"plan": "acme/none"})).await.unwrap_err();
    assert!(code == ErrorCode::BadRequest && words.contains("acme/none"), "{words}");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_stay_take_each_others_place_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    let price = |amount: &str| json!({"plan": "anthropic/claude-pro", "price": {"amount": amount, "currency": "inr", "tax": "included"}, "note": "invoice"});
    let first = answer(&app, "correctPlan", price("1999")).await["corrections"][0].clone();
    assert_eq!(
        (&first["kind"], &first["part"], &first["made"]),
        (&json!("price"), &json!("month"), &json!("2026-11-22"))
    );
    let second = answer(&app, "correctPlan", price("2360")).await["corrections"][0].clone();
    assert_eq!((&second["id"], &second["note"]), (&first["id"], &json!("invoice")));
    answer(
        &app,
        "correctPlan",
        json!({"plan": "anthropic/claude-pro", "limit": {"unit": "usage", "amount": "35", "window": "week"}}),
    )
    .await;
    app.close().await;
    let app = open(folder.path(), NOW).await;
    let pro = plan(&app, "anthropic/claude-pro").await;
    assert_eq!((&pro["price"], &pro["own"]), (&json!("2360 INR a month"), &json!(true)));
    let week = pro["figures"].as_array().unwrap().iter().find(|row| row["value"] == "35").unwrap();
    assert_eq!((&week["sources"][0], &week["seen"]), (&json!("entered by you"), &json!("2026-11-22")));

    for (form, words) in [
        (
            json!({"plan": "anthropic/claude-pro", "price": {"amount": "much", "currency": "INR"}}),
            "prices[0].amount",
        ),
        (json!({"plan": "anthropic/claude-pro", "price": {"amount": "5", "currency": "XXY"}}), "XXY"),
        (json!({"plan": "no/plan", "price": {"amount": "5", "currency": "INR"}}), "no plan of this id"),
        (json!({"plan": "cursor/pro"}), "one of price, limit, credit and file"),
        (json!({"price": {"amount": "5", "currency": "INR"}}), "which plan"),
        (json!({"file": "{\"plans\": 3}"}), "a list"),
    ] {
        let (code, told) = call(&app, "correctPlan", form).await.unwrap_err();
        assert!(code == ErrorCode::BadRequest && told.contains(words), "{told}\nlacks {words}");
    }
    let own = r#"{"id": "acme/own", "provider": "acme", "product": "Acme", "name": "Own", "prices": [{"amount": "3", "currency": "EUR"}]}"#;
    let added = answer(&app, "correctPlan", json!({"file": own})).await["corrections"][0].clone();
    assert_eq!(plan(&app, "acme/own").await["figures"][0]["sources"][0], "entered by you");
    answer(&app, "correctPlan", json!({"plan": "acme/own", "price": {"amount": "4", "currency": "EUR"}}))
        .await;
    assert_eq!(plan(&app, "acme/own").await["price"], "4 EUR a month");
    // Without the plan its price has nothing to stand on: it is kept, and said not to count.
    answer(&app, "removePlanCorrection", json!({"id": added["id"]})).await;
    let all = answer(&app, "planCatalogue", json!({})).await;
    let lost = all["corrections"].as_array().unwrap().iter().find(|row| row["plan"] == "acme/own").unwrap();
    assert!(lost["refused"].as_str().unwrap().contains("no plan of this id"), "{lost}");
    answer(&app, "removePlanCorrection", json!({"id": first["id"]})).await;
    assert_eq!(plan(&app, "anthropic/claude-pro").await["price"], "20 USD a month");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_corrections_are_never_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    let price = |plan: &str| json!({"plan": plan, "price": {"amount": "21", "currency": "USD"}});
    let number = |told: Value| told["corrections"][0]["id"].as_i64().unwrap();
    let first = number(answer(&app, "correctPlan", price("cursor/pro")).await);
    answer(&app, "removePlanCorrection", json!({"id": first})).await;
    let second = number(answer(&app, "correctPlan", price("anthropic/claude-pro")).await);
    assert!(second > first, "{second}");
    app.close().await;
    let app = open(folder.path(), NOW).await;
    answer(&app, "removePlanCorrection", json!({"id": second})).await;
    assert!(number(answer(&app, "correctPlan", price("cursor/pro")).await) > second);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_most_likely_a_slip_is_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    let plan = "anthropic/claude-pro";
    for (what, words) in [
        (json!({"price": {"amount": "0", "currency": "USD"}}), "0 would make it free"),
        (json!({"price": {"amount": "99999999", "currency": "USD"}}), "more than 10 times off the 20 USD"),
        (json!({"price": {"amount": "-5", "currency": "USD"}}), "below nought"),
        (json!({"limit": {"unit": "requests", "amount": "0", "window": "day"}}), "lets nothing be used"),
        (json!({"limit": {"unit": "requests", "amount": "-1", "window": "day"}}), "below nought"),
        (json!({"credit": {"unit": "USD", "amount": "0.0"}}), "a credit of 0 is none"),
    ] {
        let mut form = what.clone();
        form["plan"] = json!(plan);
        let (code, told) = call(&app, "correctPlan", form.clone()).await.unwrap_err();
        assert!(code == ErrorCode::BadRequest && told.contains(words), "{told}\nlacks {words}");
    }
    // With a reason it is taken: nobody knows an invoice better.
    let free =
        json!({"plan": plan, "price": {"amount": "0", "currency": "USD"}, "note": "a gift of the maker"});
    answer(&app, "correctPlan", free).await;

    let price = |price: &str, note: Option<&str>| json!({"provider": "openai", "model": "gpt-5", "meter": "input", "price": price, "from": "2026-11-01", "note": note});
    for (amount, words) in [
        ("0", "0 would make it free: the list says 1.25 USD for 1000000"),
        ("0.00000125", "more than 100 times off"),
    ] {
        let (code, told) = call(&app, "correctPrice", price(amount, None)).await.unwrap_err();
        assert!(code == ErrorCode::BadRequest && told.contains(words), "{told}\nlacks {words}");
    }
    answer(&app, "correctPrice", price("0", Some("a grant"))).await;
    answer(&app, "correctPrice", price("1.1", None)).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_plans_of_ones_own_are_enough_and_a_mark_in_front_of_a_file_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), NOW).await;
    let plans = |count: usize| {
        let one = |n: usize| json!({"id": format!("acme/own-{n}"), "provider": "acme", "product": "Acme", "name": n.to_string()});
        json!({"plans": (0..count).map(one).collect::<Vec<_>>()}).to_string()
    };
    let (code, told) = call(&app, "correctPlan", json!({"file": plans(101)})).await.unwrap_err();
    assert!(code == ErrorCode::BadRequest && told.contains("101 plans of your own, and 100"), "{told}");
    let marked = format!("\u{feff}{}", plans(100));
    assert_eq!(
        answer(&app, "correctPlan", json!({"file": marked})).await["corrections"].as_array().unwrap().len(),
        100
    );
    // One in the place of another is not one more.
    answer(&app, "correctPlan", json!({"file": plans(1)})).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn newer_plans_are_fetched_where_asked_kept_and_given_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, NOW).await;
    let app = open(folder.path(), NOW).await;
    let (code, words) = call(&app, "refreshPlans", json!({})).await.unwrap_err();
    assert!(code == ErrorCode::BadRequest && words.contains("say where the plans are"), "{words}");
    let (code, words) =
        call(&app, "refreshPlans", json!({"url": "http://plans.example/p.json"})).await.unwrap_err();
    assert!(code == ErrorCode::BadRequest && words.contains("https"), "{words}");

    answer(
        &app,
        "correctPlan",
        json!({"plan": "cursor/pro", "price": {"amount": "1800", "currency": "INR"}}),
    )
    .await;
    let first = answer(&app, "refreshPlans", json!({"url": feed(&town, "ok")})).await;
    assert_eq!(
        (&first["changed"], &first["added"], &first["gone"]),
        (&json!(true), &json!(["town/plan"]), &json!([]))
    );
    assert_eq!((&first["source"]["plans"], &first["source"]["fetched"]), (&json!(76), &json!("2026-11-22")));
    assert_eq!(plan(&app, "town/plan").await["price"], "7 USD a month");
    assert_eq!(
        plan(&app, "cursor/pro").await["price"],
        "1800 INR a month",
        "what the person says stays over it"
    );
    // The address of the last time is asked again, and says that nothing changed.
    let again = answer(&app, "refreshPlans", json!({})).await;
    assert_eq!((&again["changed"], &again["source"]["url"]), (&json!(false), &json!(feed(&town, "ok"))));
    app.close().await;

    let app = open(folder.path(), "2026-11-25T09:00:00Z").await;
    assert_eq!(answer(&app, "planCatalogue", json!({})).await["source"]["plans"], 76);
    let kept = std::fs::read(folder.path().join("data/plans.json")).unwrap();
    for (fault, code, words) in [
        ("500", ErrorCode::Unreachable, "status 500"),
        ("404", ErrorCode::ProviderChanged, "status 404"),
        ("cut", ErrorCode::Unreachable, "cut off"),
        ("html", ErrorCode::ProviderChanged, "no JSON"),
        ("empty", ErrorCode::ProviderChanged, "an object is wanted"),
        ("absurd", ErrorCode::ProviderChanged, "ten times off"),
        ("wrong", ErrorCode::ProviderChanged, "amount: \"twenty\""),
        ("huge", ErrorCode::ProviderChanged, "larger than 8 MiB"),
    ] {
        let (told, message) =
            call(&app, "refreshPlans", json!({"url": feed(&town, fault)})).await.unwrap_err();
        assert_eq!(told, code, "{fault}: {message}");
        assert!(message.contains(words), "{fault}: {message}");
        assert_eq!(std::fs::read(folder.path().join("data/plans.json")).unwrap(), kept, "{fault}");
    }
    let off = answer(&app, "refreshPlans", json!({"off": true})).await;
    assert_eq!((&off["source"]["url"], &off["gone"]), (&Value::Null, &json!(["town/plan"])));
    // A damaged file is as good as none.
    let mut bytes = kept.clone();
    let last = bytes.len() - 10;
    bytes[last] ^= 1;
    std::fs::write(folder.path().join("data/plans.json"), bytes).unwrap();
    assert_eq!(answer(&app, "planCatalogue", json!({})).await["source"]["plans"], 75);
    app.close().await;
}
