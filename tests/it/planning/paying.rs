//! What is paid now, and for how much use.

use rust_decimal::Decimal;
use serde_json::json;
use spendglass_core::ledger::{Entered, EnteredSubscription, QuotaWindow};
use spendglass_core::money::{Currency, Money};
use spendglass_core::store::Owner;

use super::{FLAT, SMALL, Setting, Used, ask, costs, dec, ids, notes, now, option, with};

#[tokio::test]
async fn what_is_paid_now_is_the_bill_and_subscriptions_or_said_to_be_an_estimate() {
    let setting = Setting::new().await;
    let account = setting.account("openai", "admin").await;
    setting.use_daily(account, "2026-08-10", "2026-11-19", &[SMALL]).await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    // No bill: list prices, marked.
    let told = ask(&app, json!({"catalogue": file})).await;
    let current = option(&told, "current");
    assert_eq!(costs(&told, "current").iter().sum::<Decimal>(), dec("92"));
    assert_eq!(current["confidence"], "medium");
    assert!(current["uncertain"].to_string().contains("estimate"), "{current}");
    assert!(notes(&told).contains("estimate at list price"), "{}", notes(&told));

    // A bill that is half of it, and a subscription for twelve dollars a year.
    setting.bill_daily(account, "2026-08-10", "2026-11-19", "0.50").await;
    let plan = EnteredSubscription {
        plan: "Extra".to_owned(),
        price: Some(Money::new(dec("12"), Currency::USD)),
        period: QuotaWindow::Year,
        renews_on: None,
    };
    setting.store.add_entry(Owner::Account(account), &Entered::Subscription(plan), now()).await.unwrap();
    let app = setting.door().await;
    let told = ask(&app, json!({"catalogue": file})).await;
    assert_eq!(costs(&told, "current").iter().sum::<Decimal>(), dec("46") + dec("3"));
    let sources = option(&told, "current")["sources"].to_string();
    assert!(sources.contains("entered by you") && sources.contains("12 USD a year"), "{sources}");
    assert!(!notes(&told).contains("estimate at list price"), "{}", notes(&told));
    app.close().await;
}

#[tokio::test]
async fn what_one_does_already_is_one_with_staying() {
    let setting = Setting::new().await;
    let account = setting.account("openai", "admin").await;
    setting.use_daily(account, "2026-08-10", "2026-11-19", &[SMALL]).await;
    setting.bill_daily(account, "2026-08-10", "2026-11-19", "1.10").await;
    let dear = r#""prices": [{"amount": "40", "currency": "USD", "tax": "excluded"}],
        "limits": [{"unit": "requests", "amount": "5000", "window": "month", "starts": "purchase"}], "overage": "blocked""#;
    let file = setting.catalogue(&[("own/dear", dear)]);
    let app = setting.door().await;
    let told = ask(&app, json!({"catalogue": file})).await;
    let (now, plain) = (option(&told, "current"), option(&told, "metered"));
    // A bill above list price leaves no other advice than its figures: paying as you go is what one does.
    assert_eq!(
        (&told["recommendation"]["action"], &ids(&told)[..2]),
        (&json!("stay"), &["current", "metered"][..])
    );
    let chance: Decimal = now["probabilityCheapest"].as_str().unwrap().parse().unwrap();
    assert!(chance > dec("90"), "{now}");
    assert_eq!(
        (&now["sameAsNow"], &plain["sameAsNow"], &plain["probabilityCheapest"], &plain["regret"]),
        (&json!(false), &json!(true), &json!(null), &json!(null))
    );
    assert!(plain["uncertain"].to_string().contains("It is what you have."), "{plain}");
    app.close().await;
}

#[tokio::test]
async fn made_up_plans_are_told_apart_and_decide_nothing() {
    let (setting, _) = Setting::usual().await;
    let shape = format!(r#""illustration": true, {}"#, FLAT.1.replace("\"10\"", "\"1\""));
    let plans = [("own/dear", FLAT.1.replace("\"10\"", "\"29.5\"")), ("seed/shape", shape)];
    let plans: Vec<(&str, &str)> = plans.iter().map(|(id, rest)| (*id, rest.as_str())).collect();
    let app = setting.door().await;
    let without = ask(&app, json!({"catalogue": setting.catalogue(&plans[..1]), "chartWidth": 600})).await;
    let mut told = ask(&app, json!({"catalogue": setting.catalogue(&plans), "chartWidth": 600})).await;
    let shapes = told["shapes"].take();
    assert_eq!(shapes.as_array().map(Vec::len), Some(1), "{shapes}");
    assert_eq!((&shapes[0]["id"], &shapes[0]["illustration"]), (&json!("seed/shape"), &json!(true)));
    assert_eq!(
        (&shapes[0]["monthly"]["p50"], &shapes[0]["probabilityCheapest"], &shapes[0]["breakEven"]),
        (&json!("1"), &json!(null), &json!([]))
    );
    // All else, pictures and advice too, is as without it.
    assert_eq!((&without["shapes"], &told["recommendation"]["action"]), (&json!([]), &json!("stay")));
    told["shapes"] = json!([]);
    assert_eq!(told, without);
    app.close().await;
}

#[tokio::test]
async fn a_bill_that_holds_more_than_the_usage_does_not_make_staying_look_dear() {
    let setting = Setting::new().await;
    let account = setting.account("openai", "admin").await;
    let unpriced = Used { model: "tundra-9", list: None, ..SMALL };
    setting.use_daily(account, "2026-08-10", "2026-11-19", &[SMALL, unpriced]).await;
    setting.bill_daily(account, "2026-08-10", "2026-11-19", "3.00").await;
    let file = setting.catalogue(&[]);
    let app = setting.door().await;
    let told = ask(&app, json!({"catalogue": file})).await;
    assert_eq!(costs(&told, "current").iter().sum::<Decimal>(), dec("92"));
    assert!(notes(&told).contains("also holds what is not in this usage"), "{}", notes(&told));
    assert_eq!(told["recommendation"]["action"], "stay", "{}", told["recommendation"]);
    app.close().await;
}

#[tokio::test]
async fn volume_scales_use_and_what_is_paid_for_it() {
    let (setting, _) = Setting::usual().await;
    let file = setting.catalogue(&[FLAT]);
    let app = setting.door().await;
    let told = ask(&app, with(&file, json!({"volume": 50}))).await;
    assert_eq!((&told["window"]["requests"], &told["window"]["listCost"]), (&json!(4_600), &json!("46")));
    assert_eq!(costs(&told, "metered").iter().sum::<Decimal>(), dec("46"));
    assert_eq!(costs(&told, "current"), [dec("15.5"), dec("15"), dec("15.5")]);
    let told = ask(&app, with(&file, json!({"volume": 300}))).await;
    // 9,300 requests in the first month: 5,000 fit.
    let refused = &option(&told, "own/flat")["refused"];
    assert_eq!(refused["requests"], json!(4_300 + 4_000 + 4_300), "{refused}");
    assert_eq!(told["recommendation"]["option"], "own/flat+metered", "{}", told["recommendation"]);
    app.close().await;
}

#[tokio::test]
async fn a_subscription_for_what_no_option_can_serve_is_no_saving_when_left() {
    let (setting, _) = Setting::usual().await;
    let speech = setting.account("elevenlabs", "user").await;
    let unpriced = Used { model: "voice-9", list: None, ..SMALL };
    setting.use_daily(speech, "2026-08-10", "2026-11-19", &[unpriced]).await;
    let idle = setting.account("moonshot", "api").await;
    for (account, name) in [(speech, "Creator"), (idle, "Spare")] {
        let plan = EnteredSubscription {
            plan: name.to_owned(),
            price: Some(Money::new(dec("20"), Currency::USD)),
            period: QuotaWindow::Month,
            renews_on: None,
        };
        setting.store.add_entry(Owner::Account(account), &Entered::Subscription(plan), now()).await.unwrap();
    }
    let file = setting.catalogue(&[]);
    let app = setting.door().await;
    let told = ask(&app, json!({"catalogue": file})).await;
    // Only what nothing at all was used of can be left for nothing.
    assert_eq!(costs(&told, "current").iter().sum::<Decimal>(), dec("92") + dec("60"));
    assert!(
        notes(&told).contains("Creator at ELEVENLABS is not in what you pay now: nothing of what it serves"),
        "{}",
        notes(&told)
    );
    assert!(!notes(&told).contains("Spare at MOONSHOT is not"), "{}", notes(&told));
    app.close().await;
}

/// A word in common makes no plan: what another subscription of the same company costs is not made up.
#[tokio::test]
async fn a_subscription_is_a_plan_where_its_words_name_that_plan_and_nothing_else() {
    let enter = async |setting: &Setting, account: i64, name: &str| {
        let plan = EnteredSubscription {
            plan: name.to_owned(),
            price: None,
            period: QuotaWindow::Month,
            renews_on: None,
        };
        setting.store.add_entry(Owner::Account(account), &Entered::Subscription(plan), now()).await.unwrap();
    };
    for (name, price) in [
        ("Google AI Pro", Some("19.99 USD")),
        ("google_ai_pro", Some("19.99 USD")),
        ("Gemini Pro plan, monthly", Some("19.99 USD")),
        ("Google AI Pro, 2 seats", Some("19.99 USD")),
        ("Colab Pro", None),
        ("Workspace Business Plus", None),
        ("Pro for students", None),
    ] {
        let (setting, _) = Setting::usual().await;
        let google = setting.account("gcp.gemini", "api").await;
        enter(&setting, google, name).await;
        let app = setting.door().await;
        let told = ask(&app, json!({})).await;
        let sources = option(&told, "current")["sources"].to_string();
        let unknown = format!("What {name} at GCP.GEMINI costs is not known");
        assert_eq!(notes(&told).contains(&unknown), price.is_none(), "{name}: {}", notes(&told));
        match price {
            Some(price) => {
                assert!(sources.contains(price) && sources.contains("its list price"), "{name}: {sources}");
            }
            None => assert!(!sources.contains(name), "{name}: {sources}"),
        }
        app.close().await;
    }
    // A plus sign is a word: the plan without it is another one.
    let (setting, _) = Setting::usual().await;
    let cursor = setting.account("cursor", "team").await;
    for name in ["Cursor Pro", "Pro+"] {
        enter(&setting, cursor, name).await;
    }
    let app = setting.door().await;
    let sources = option(&ask(&app, json!({})).await, "current")["sources"].to_string();
    assert!(sources.contains("\"20 USD a month\"") && sources.contains("\"60 USD a month\""), "{sources}");
    app.close().await;
}
