//! Who buys and where: prices, taxes, exchange, settings, files and charts.

use serde_json::{Value, json};
use spendglass_core::api::{ErrorCode, Request, handle};
use spendglass_core::money::Currency;

use super::{FLAT, Setting, ask, call, costs, date, dec, number, option, with};

#[tokio::test]
async fn students_teams_and_those_who_pay_by_the_year_have_their_own_prices() {
    let (setting, _) = Setting::usual().await;
    let limits = r#""limits": [{"unit": "requests", "amount": "5000", "window": "month", "starts": "purchase"}], "overage": "blocked""#;
    let for_all = format!(
        r#""prices": [{{"amount": "10", "currency": "USD", "tax": "excluded", "per_seat": true}},
            {{"amount": "4", "currency": "USD", "tax": "excluded", "kind": "student", "per_seat": true}},
            {{"amount": "96", "currency": "USD", "tax": "excluded", "every": "year", "per_seat": true}}], {limits}"#
    );
    let file = setting.catalogue(&[("own/seat", &for_all)]);
    let app = setting.door().await;
    let costs_of = async |more: Value| {
        let told = ask(&app, with(&file, more)).await;
        costs(&told, "own/seat")
    };
    assert_eq!(costs_of(json!({})).await, [dec("10"); 3]);
    assert_eq!(costs_of(json!({"student": true})).await, [dec("4"); 3]);
    assert_eq!(costs_of(json!({"seats": 3})).await, [dec("30"); 3]);
    assert_eq!(costs_of(json!({"yearly": true})).await, [dec("8"); 3]);
    for (field, params) in [
        ("seats", json!({"seats": 0})),
        ("days", json!({"days": 31})),
        ("volume", json!({"volume": 0})),
        ("country", json!({"country": "India"})),
        ("currency", json!({"currency": "rupees"})),
        ("cardMarkup", json!({"cardMarkup": "lots"})),
        ("taxRate", json!({"taxRate": "-1"})),
    ] {
        let (code, named, words) = call(&app, params).await.unwrap_err();
        assert_eq!((code, named.as_deref()), (ErrorCode::BadRequest, Some(field)), "{words}");
    }
    app.close().await;
}

#[tokio::test]
async fn a_price_lands_in_india_step_by_step() {
    let (setting, _) = Setting::usual().await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let asked = |tax: &str, markup: &str| {
        with(&file, json!({"country": "in", "tax": tax, "cardMarkup": markup, "currency": "inr"}))
    };
    let told = ask(&app, asked("consumer", "3.5")).await;
    assert_eq!(told["buyer"]["country"], "IN");
    let rate = spendglass_core::exchange::Rates::bundled().unwrap();
    let rupee = Currency::national("INR").unwrap();
    let rate = rate.of(Currency::USD, rupee, date("2026-11-18"), 180).unwrap().factor;
    // 18 % on the price; 18 % on the mark-up.
    let factor = dec("1.18") * rate * dec("1.0413");
    assert_eq!(costs(&told, "own/flat"), [(dec("10") * factor).normalize(); 3]);
    assert_eq!(costs(&told, "metered")[1], (dec("30") * factor).normalize());
    let flat = option(&told, "own/flat");
    let steps = flat["landed"].as_array().unwrap();
    assert_eq!(steps.len(), 4, "{steps:?}");
    assert_eq!((&steps[0]["amount"], &steps[1]["amount"]), (&json!("10"), &json!("11.8")));
    assert_eq!(
        (&steps[3]["currency"], number(&steps[3]["amount"])),
        (&json!("INR"), (dec("10") * factor).normalize())
    );
    assert!(steps[2]["source"].as_str().unwrap().contains("European Central Bank"), "{steps:?}");
    assert!(steps.iter().skip(1).all(|step| !step["label"].as_str().unwrap().is_empty()));

    // A registered buyer claims the tax back; only the mark-up and its own tax stay.
    let told = ask(&app, asked("registered", "3.5")).await;
    assert_eq!(costs(&told, "own/flat"), [(dec("10") * rate * dec("1.0413")).normalize(); 3]);
    let told = ask(&app, asked("none", "0")).await;
    assert_eq!(costs(&told, "own/flat"), [(dec("10") * rate).normalize(); 3]);
    // A slider back and forth ends where it began.
    let again = ask(&app, asked("consumer", "3.5")).await;
    assert_eq!(costs(&again, "own/flat"), [(dec("10") * factor).normalize(); 3]);
    app.close().await;
}

#[tokio::test]
async fn settings_stand_where_a_question_says_nothing() {
    let (setting, _) = Setting::usual().await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let settings: Request = serde_json::from_value(json!({"method": "changeSettings", "params": {
        "country": "DE", "taxStatus": "consumer", "taxRate": "19", "cardMarkup": "0", "seats": 2}}))
    .unwrap();
    handle(&app, settings).await.unwrap();
    let told = ask(&app, json!({"catalogue": file})).await;
    let buyer = &told["buyer"];
    assert_eq!(
        (&buyer["country"], &buyer["seats"], &buyer["tax"]),
        (&json!("DE"), &json!(2), &json!("consumer"))
    );
    assert_eq!(costs(&told, "metered")[1], dec("35.7"));
    let told = ask(&app, with(&file, json!({"taxRate": "0", "seats": 1}))).await;
    assert_eq!((&told["buyer"]["seats"], costs(&told, "metered")[1]), (&json!(1), dec("30")));
    app.close().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_says_what_is_wrong_and_where() {
    let (setting, _) = Setting::usual().await;
    let app = setting.door().await;
    let missing = setting.folder.path().join("none.json").to_str().unwrap().to_owned();
    let (code, field, words) = call(&app, json!({"catalogue": missing})).await.unwrap_err();
    assert_eq!((code, field.as_deref()), (ErrorCode::BadRequest, Some("catalogue")));
    assert!(words.contains("none.json"), "{words}");
    let bad = setting
        .catalogue(&[("own/bad", r#""prices": [{"amount": 10.5, "currency": "XX"}], "overage": "blocked""#)]);
    let (_, field, words) = call(&app, json!({"catalogue": bad})).await.unwrap_err();
    assert_eq!(field.as_deref(), Some("catalogue"));
    assert!(words.contains("own/bad"), "{words}");
    app.close().await;
}

#[tokio::test]
async fn a_chart_of_plans_is_kept_as_a_file() {
    let (setting, _) = Setting::usual().await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    for kind in ["planCurve", "planSpread"] {
        let request = json!({"method": "picture", "params": {"kind": kind, "theme": "light", "format": "svg",
            "plans": {"catalogue": file}}});
        let picture = handle(&app, serde_json::from_value(request).unwrap()).await.unwrap();
        let picture = serde_json::to_value(picture).unwrap()["result"].take();
        assert_eq!(picture["mediaType"], "image/svg+xml");
        assert!(picture["base64"].as_str().unwrap().len() > 1_000);
        assert!(!picture["description"].as_str().unwrap().is_empty());
    }
    app.close().await;
}
