//! What charts and sums of several clients, currencies, lanes and providers state: never more than was spent, never under
//! another's name, never known later than it is.

use super::*;

const SPAN: &str = "2026-11-01";

async fn spend(app: &App, by: &str) -> Value {
    spend_beside(app, by, "share").await
}

async fn spend_beside(app: &App, by: &str, closer: &str) -> Value {
    let query = json!({"by": by, "measure": "billed", "closer": closer, "from": SPAN, "to": "2026-11-23", "chartWidth": 600});
    ask(app, "spend", query).await
}

/// The sum of all marks of a chart, by series.
fn drawn(picture: &Value) -> BTreeMap<String, Decimal> {
    let mut sums = BTreeMap::new();
    for mark in picture["marks"].as_array().unwrap().iter().filter(|mark| mark["value"] != "—") {
        let value: Decimal = mark["value"].as_str().unwrap().parse().unwrap();
        *sums.entry(mark["series"].as_str().unwrap_or_default().to_owned()).or_default() += value;
    }
    sums
}

#[tokio::test]
async fn what_is_of_several_clients_is_drawn_once() {
    let books = studio().await;
    let app = books.door("UTC").await;
    for (by, several) in [("client", "Several clients"), ("tag", "Several tags")] {
        let told = spend(&app, by).await;
        let daily = &told["daily"];
        let sums = drawn(daily);
        assert_eq!(sums.values().sum::<Decimal>().to_string(), "15.85", "{by}: {sums:?}");
        assert!(sums.contains_key(several), "{by}: {sums:?}");
        let description = daily["description"].as_str().unwrap();
        assert!(
            description.contains("total $15.85") || description.contains("Total $15.85"),
            "{description}"
        );
        // What is of several cannot be looked into: it is no group.
        let mut marks = daily["marks"].as_array().unwrap().iter().filter(|mark| mark["series"] == several);
        assert!(marks.all(|mark| mark["drill"]["only"] == Value::Null), "{by}");
        // The ranking has each whole, and says that they make no sum.
        let ranked = spend_beside(&app, by, "ranked").await["ranked"]["description"].take();
        let ranked = ranked.as_str().unwrap();
        assert!(ranked.contains("make no total") && !ranked.contains("Total"), "{ranked}");
        let file = ask(
            &app,
            "picture",
            json!({"kind": "bars", "theme": "light", "format": "svg", "by": by, "from": SPAN, "to": "2026-11-23"}),
        );
        assert!(file.await["description"].as_str().unwrap().contains("otal $15.85"), "{by}");
    }
    let rows = table(&usage(&app, "client", json!([])).await);
    assert!(rows.iter().all(|(name, _)| name != "Several clients"), "{rows:?}");
}

#[tokio::test]
async fn an_estimate_that_reaches_less_far_hides_no_bill() {
    let books = Books::new().await;
    let lab = books.account("anthropic", "Lab").await;
    let bills = vec![
        bill(["2026-11-03", "2", "w", "", "claude-opus"]),
        bill(["2026-11-17", "8", "w", "", "claude-opus"]),
    ];
    books.book(lab, "cost_report", ("2026-10-01", "2026-11-23"), bills).await;
    let lane = spendglass_core::ledger::Lane::Estimated;
    let code = Charge { lane, ..bill(["2026-11-17", "1", "", "", "claude-opus"]) };
    books.book(lab, "usage_report_claude_code", ("2026-11-15", "2026-11-23"), vec![code]).await;
    let app = books.door("UTC").await;
    let query = json!({"by": "provider", "from": "2026-11-12", "to": "2026-11-22", "compare": true});
    let told = ask(&app, "usage", query).await;
    assert!(!notes(&told).contains("known from"), "{}", notes(&told));
    assert_eq!(dollars(&told["rows"][0]["before"]["billed"]), "2", "{told}");
    // Of what is before the bills it is still said, by a date as people write it.
    let early = ask(&app, "usage", json!({"by": "provider", "from": "2026-09-20", "to": "2026-11-22"})).await;
    assert!(notes(&early).contains("Lab is known from 1 October 2026 on."), "{}", notes(&early));
    let ahead = ask(&app, "usage", json!({"by": "provider", "from": "2026-12-01", "to": "2026-12-05"})).await;
    assert_eq!(ahead["notes"], json!(["These days are still to come: nothing is known of them yet."]));
}

#[tokio::test]
async fn every_provider_that_is_there_has_a_colour_of_its_own() {
    let books = Books::new().await;
    for (at, provider) in
        ["exa", "groq", "cohere", "perplexity", "deepseek", "fireworks"].into_iter().enumerate()
    {
        let account = books.account(provider, provider).await;
        let amount = (at + 1).to_string();
        let bills = vec![bill(["2026-11-10", &amount, "", "", ""])];
        books.book(account, "costs", (SPAN, "2026-11-23"), bills).await;
        let app = books.door("UTC").await;
        let told = spend(&app, "provider").await;
        app.close().await;
        let series = drawn(&told["daily"]);
        assert_eq!(series.len(), at + 1, "{series:?}");
        assert!(!series.contains_key("Other"), "{series:?}");
        // The first that was connected keeps the first colour.
        let svg = told["daily"]["svg"].as_str().unwrap();
        assert!(svg.contains("s1"), "{svg}");
    }
}

#[tokio::test]
async fn a_chart_says_which_currency_it_draws() {
    let books = Books::new().await;
    let one = books.account("openai", "Studio").await;
    let money = |amount: &str, code: &str| Money::new(amount.parse().unwrap(), code.parse().unwrap());
    let paid =
        |date: &str, money: Money| Charge { billed_cost: Some(money), ..bill([date, "0", "", "", "gpt-5"]) };
    let bills = vec![
        paid("2026-11-10", money("2", "USD")),
        paid("2026-11-10", money("90", "EUR")),
        paid("2026-11-12", money("7", "INR")),
    ];
    books.book(one, "costs", (SPAN, "2026-11-23"), bills).await;
    let app = books.door("UTC").await;
    for closer in ["ranked", "share", "year"] {
        let told = spend_beside(&app, "provider", closer).await;
        for chart in ["daily", closer] {
            let title = told[chart]["title"].as_str().unwrap();
            assert!(title.ends_with(" in USD without EUR and INR"), "{chart}: {title}");
        }
    }
    app.close().await;

    // Dollars of nought are not drawn where something else was billed; what was given back has no share.
    let books = Books::new().await;
    let one = books.account("openai", "Studio").await;
    let bills = vec![paid("2026-11-10", money("0", "USD")), paid("2026-11-10", money("-3", "EUR"))];
    books.book(one, "costs", (SPAN, "2026-11-23"), bills).await;
    let app = books.door("UTC").await;
    let told = spend(&app, "provider").await;
    assert_eq!(told["unit"], "EUR");
    assert!(!told["daily"]["title"].as_str().unwrap().contains("without"), "{}", told["daily"]["title"]);
    assert_eq!(told["share"]["description"], "Nothing above €0 in this range.");
}

#[tokio::test]
async fn figures_are_spoken_short_and_kept_exactly() {
    let books = Books::new().await;
    let one = books.account("openai", "Studio").await;
    let bills = vec![
        bill(["2026-11-10", "5.215323927780295804", "", "", "gpt-5"]),
        bill(["2026-11-10", "0.000123456", "", "", "gpt-5-mini"]),
    ];
    books.book(one, "costs", (SPAN, "2026-11-23"), bills).await;
    let app = books.door("UTC").await;
    let told = spend(&app, "model").await;
    let marks = told["daily"]["marks"].as_array().unwrap();
    let said: Vec<_> = marks.iter().map(|mark| mark["label"].as_str().unwrap()).collect();
    assert_eq!(
        said,
        [
            "gpt-5, Tuesday, 10 November 2026 (UTC): $5.2153",
            "gpt-5-mini, Tuesday, 10 November 2026 (UTC): $0.000123"
        ]
    );
    assert_eq!(marks[0]["value"], "5.215323927780295804");
    assert_eq!((&marks[0]["column"], &marks[1]["column"]), (&json!("$5.2154"), &json!("$5.2154")));
    assert!(told["daily"]["table"]["rows"].to_string().contains("5.215323927780295804"));
}

#[tokio::test]
async fn a_clients_summary_sums_by_project_and_model_and_is_no_bare_head() {
    let books = studio().await;
    let app = books.door("UTC").await;
    let told = ask(&app, "clientSummary", json!({"client": "Beta", "from": SPAN, "to": "2026-11-23"})).await;
    let sums: Vec<_> = told["sums"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sum| {
            (
                sum["project"].as_str().unwrap(),
                sum["model"].as_str().unwrap(),
                sum["billed"]["amount"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(sums, [("p1", "gpt-5-mini", "4"), ("p2", "gpt-5", "2.5")]);
    let query = |path: Option<PathBuf>| json!({"client": "Acme", "from": "2026-01-01", "to": "2026-02-01", "path": path});
    let empty = ask(&app, "clientSummary", query(None)).await;
    let csv = empty["csv"].as_str().unwrap();
    assert!(
        csv.contains("Nothing of Acme is known from 1 January 2026 to 31 January 2026.,note,,,"),
        "{csv}"
    );
    let path = books.path("empty.csv");
    let (code, field, message) = call(&app, "clientSummary", query(Some(path.clone()))).await.unwrap_err();
    assert_eq!((code, field.as_deref()), (ErrorCode::BadRequest, Some("from")));
    assert!(message.contains("no file was written") && !path.exists(), "{message}");
}
