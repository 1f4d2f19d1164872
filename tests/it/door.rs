//! The one door: every request is answered, nothing that is answered holds a key, and what makes no sense is refused in words.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use spendglass_core::api::{
    App, Config, ErrorCode, Request, SampleAccount, SampleSource, SampleTown, handle,
};
use spendglass_core::time::{Clock, Timestamp, Zone};
use spendglass_core::vault::{Secret, Vault};
use spendglass_simulator::{Person, Town};

use crate::fixtures::root;
use crate::house::{first_three, open_town};

const NOW: &str = "2026-11-18T12:30:00Z";

/// Sample data from a town of its own.
fn sample() -> SampleSource {
    Arc::new(|_| {
        Box::pin(async {
            let town = open_town(Person::Student, NOW).await;
            let account = |told: spendglass_simulator::TownProvider| SampleAccount {
                provider: told.id.to_owned(),
                base_url: told.base_url,
                key: Secret::new(told.key).unwrap(),
                lots: Vec::new(),
                details: told.details,
            };
            Ok(SampleTown {
                accounts: first_three(&town).into_iter().map(account).collect(),
                keep: Box::new(town),
            })
        })
    })
}

async fn open(folder: &std::path::Path, zone: Option<&str>, with_sample: bool) -> App {
    let config = Config {
        data_dir: folder.join("data"),
        vault: Vault::memory(),
        clock: Clock::Fixed(NOW.parse::<Timestamp>().unwrap()),
        zone: zone.map(|zone| zone.parse::<Zone>().unwrap()),
        sample: with_sample.then(sample),
    };
    App::open(config).await.unwrap()
}

fn read(request: &Value) -> Request {
    serde_json::from_value(request.clone()).unwrap_or_else(|error| panic!("{request}: {error}"))
}

/// Every answer as it crosses the door: a result, or an error.
async fn call(app: &App, request: &Value) -> Result<Value, (ErrorCode, String)> {
    match handle(app, read(request)).await {
        Ok(response) => {
            let answer = serde_json::to_value(response).unwrap();
            assert_eq!(answer["method"], request["method"], "an answer bears the name of its request");
            Ok(answer)
        }
        Err(error) => {
            assert!(error.message.ends_with(['.', '!', '?']), "{request}: {error}");
            assert!(serde_json::to_value(&error).unwrap()["code"].is_string());
            Err((error.code, error.message))
        }
    }
}

/// The name of every request: a new one does not compile until it is in here, and then not pass until it is asked below.
fn name(request: &Request) -> &'static str {
    match request {
        Request::Overview(_) => "overview",
        Request::Spend(_) => "spend",
        Request::Usage(_) => "usage",
        Request::Picture(_) => "picture",
        Request::ClientSummary(_) => "clientSummary",
        Request::Providers => "providers",
        Request::RecogniseKey(_) => "recogniseKey",
        Request::Accounts => "accounts",
        Request::AddAccount(_) => "addAccount",
        Request::CheckAccount(_) => "checkAccount",
        Request::ReplaceKey(_) => "replaceKey",
        Request::RemoveAccount(_) => "removeAccount",
        Request::BeginRemoval(_) => "beginRemoval",
        Request::HoldRemoval(_) => "holdRemoval",
        Request::EndRemoval(_) => "endRemoval",
        Request::Entries(_) => "entries",
        Request::Enter(_) => "enter",
        Request::ChangeEntry(_) => "changeEntry",
        Request::RemoveEntry(_) => "removeEntry",
        Request::RestoreEntry(_) => "restoreEntry",
        Request::RestoreLot(_) => "restoreLot",
        Request::RestoreBudget(_) => "restoreBudget",
        Request::RestorePlanCorrection(_) => "restorePlanCorrection",
        Request::LimitHistory(_) => "limitHistory",
        Request::Formats => "formats",
        Request::PreviewImport(_) => "previewImport",
        Request::Import(_) => "import",
        Request::Sync(_) => "sync",
        Request::CancelSync => "cancelSync",
        Request::Limits => "limits",
        Request::LearnLimit(_) => "learnLimit",
        Request::ChooseTier(_) => "chooseTier",
        Request::ChooseFile => "chooseFile",
        Request::ChoosePlace(_) => "choosePlace",
        Request::Export(_) => "export",
        Request::BackUp(_) => "backUp",
        Request::Restore(_) => "restore",
        Request::DeleteEverything(_) => "deleteEverything",
        Request::About => "about",
        Request::ShowDataFolder => "showDataFolder",
        Request::Credits(_) => "credits",
        Request::AddLot(_) => "addLot",
        Request::EditLot(_) => "editLot",
        Request::MoveLot(_) => "moveLot",
        Request::RemoveLot(_) => "removeLot",
        Request::AnswerOffer(_) => "answerOffer",
        Request::Forecast(_) => "forecast",
        Request::Estimate(_) => "estimate",
        Request::Savings(_) => "savings",
        Request::AnswerSaving(_) => "answerSaving",
        Request::Inbox(_) => "inbox",
        Request::AnswerAlert(_) => "answerAlert",
        Request::AlertSettings => "alertSettings",
        Request::ChangeAlertSettings(_) => "changeAlertSettings",
        Request::TestAlert => "testAlert",
        Request::Webhook => "webhook",
        Request::SetWebhook(_) => "setWebhook",
        Request::Budgets => "budgets",
        Request::SetBudget(_) => "setBudget",
        Request::RemoveBudget(_) => "removeBudget",
        Request::Assignments => "assignments",
        Request::Assign(_) => "assign",
        Request::Watching => "watching",
        Request::ExportCalendar(_) => "exportCalendar",
        Request::CalendarAddress => "calendarAddress",
        Request::SetCalendarAddress(_) => "setCalendarAddress",
        Request::Plans(_) => "plans",
        Request::PlanCatalogue(_) => "planCatalogue",
        Request::CorrectPlan(_) => "correctPlan",
        Request::RemovePlanCorrection(_) => "removePlanCorrection",
        Request::RefreshPlans(_) => "refreshPlans",
        Request::Prices(_) => "prices",
        Request::CorrectPrice(_) => "correctPrice",
        Request::RemovePriceCorrection(_) => "removePriceCorrection",
        Request::RefreshPrices(_) => "refreshPrices",
        Request::Rates(_) => "rates",
        Request::RefreshRates(_) => "refreshRates",
        Request::Doctor => "doctor",
        Request::Settings => "settings",
        Request::ChangeSettings(_) => "changeSettings",
        Request::EnterSample => "enterSample",
        Request::LeaveSample => "leaveSample",
        Request::ShowMenu(_) => "showMenu",
        Request::Quit => "quit",
    }
}

const NAMES: usize = 83;

/// A whole visit, in the order in which a person makes it.
#[expect(clippy::too_many_lines, reason = "one line for each request")]
fn visit(town: &Town) -> Vec<Value> {
    let [openai, anthropic, openrouter] = first_three(town).try_into().unwrap();
    let add = |told: &spendglass_simulator::TownProvider, key: &str| json!({"method": "addAccount", "params": {"provider": told.id, "baseUrl": told.base_url, "key": key}});
    let wrong = format!("{}-and-more", openai.key);
    vec![
        json!({"method": "providers"}),
        json!({"method": "formats"}),
        json!({"method": "overview", "params": {"chartWidth": 600}}),
        json!({"method": "recogniseKey", "params": {"key": openai.key}}),
        json!({"method": "recogniseKey", "params": {"key": openrouter.ordinary_key}}),
        add(&openai, &openai.key),
        add(&openai, &openai.key),
        add(&openai, &wrong),
        add(&anthropic, &anthropic.ordinary_key),
        add(&anthropic, &openai.key),
        add(&anthropic, &anthropic.key),
        add(&openrouter, &openrouter.ordinary_key),
        json!({"method": "replaceKey", "params": {"account": 3, "key": openrouter.key}}),
        json!({"method": "replaceKey", "params": {"account": 1, "key": wrong}}),
        json!({"method": "checkAccount", "params": {"account": 2}}),
        json!({"method": "checkAccount", "params": {"account": 99}}),
        json!({"method": "sync", "params": {}}),
        json!({"method": "sync", "params": {"account": 99}}),
        json!({"method": "sync", "params": {"account": 1, "from": "2026-11-10"}}),
        json!({"method": "sync", "params": {"from": "2026-11-19"}}),
        json!({"method": "cancelSync"}),
        json!({"method": "addLot", "params": {"account": 1, "amount": "50", "currency": "USD", "acquired": "2026-10-01", "rule": "after-purchase:365d"}}),
        json!({"method": "addLot", "params": {"account": 1, "amount": "fifty", "currency": "USD", "acquired": "2026-10-01"}}),
        json!({"method": "credits", "params": {"chartWidth": 600}}),
        json!({"method": "editLot", "params": {"id": "entry-99", "rule": "never"}}),
        json!({"method": "moveLot", "params": {"id": "entry-99", "account": 2}}),
        json!({"method": "removeLot", "params": {"id": "entry-99"}}),
        json!({"method": "restoreLot", "params": {"id": "entry-99"}}),
        json!({"method": "answerOffer", "params": {"id": "nothing", "was": "none"}}),
        json!({"method": "forecast", "params": {"chartWidth": 600}}),
        json!({"method": "estimate", "params": {"text": "How much is this?"}}),
        json!({"method": "estimate", "params": {"path": "no-such-file.txt"}}),
        json!({"method": "savings", "params": {}}),
        json!({"method": "savings", "params": {"days": 0}}),
        json!({"method": "answerSaving", "params": {"id": "batch:1", "answer": "dismiss"}}),
        json!({"method": "setBudget", "params": {"of": {"kind": "all"}, "span": "month", "amount": "100", "currency": "USD"}}),
        json!({"method": "budgets"}),
        json!({"method": "removeBudget", "params": {"id": 99}}),
        json!({"method": "restoreBudget", "params": {"id": 99}}),
        json!({"method": "assign", "params": {"assignment": {"kind": "client", "name": "Acme", "account": 1}, "on": true}}),
        json!({"method": "assignments"}),
        json!({"method": "alertSettings"}),
        json!({"method": "changeAlertSettings", "params": {"rules": [], "lowBalanceDays": 7, "lowBalances": [], "quiet": null, "desktop": true}}),
        json!({"method": "inbox", "params": {}}),
        json!({"method": "answerAlert", "params": {"id": 99, "answer": {"do": "seen"}}}),
        json!({"method": "webhook"}),
        json!({"method": "setWebhook", "params": {}}),
        json!({"method": "testAlert"}),
        json!({"method": "watching"}),
        json!({"method": "exportCalendar", "params": {"path": "/nowhere/at/all.ics"}}),
        json!({"method": "calendarAddress"}),
        json!({"method": "setCalendarAddress", "params": {"on": true}}),
        json!({"method": "setCalendarAddress", "params": {"on": false}}),
        json!({"method": "chooseFile"}),
        json!({"method": "choosePlace", "params": {"name": "spend.csv"}}),
        json!({"method": "export", "params": {"what": "charges", "path": "/nowhere/at/all.csv"}}),
        json!({"method": "backUp", "params": {"path": "/nowhere/at/all.db"}}),
        json!({"method": "restore", "params": {"path": "/nowhere/at/all.db"}}),
        json!({"method": "deleteEverything", "params": {"confirm": "no"}}),
        json!({"method": "about"}),
        json!({"method": "quit"}),
        json!({"method": "showDataFolder"}),
        json!({"method": "limits"}),
        json!({"method": "limitHistory", "params": {"chartWidth": 240}}),
        json!({"method": "learnLimit", "params": {"account": 1, "text": "Rate limit reached for gpt-5 on tokens per min (TPM): Limit 30000"}}),
        json!({"method": "learnLimit", "params": {"account": 1, "text": "out of order"}}),
        json!({"method": "chooseTier", "params": {"account": 3, "tier": "openrouter.free"}}),
        json!({"method": "chooseTier", "params": {"account": 3, "tier": "groq.free"}}),
        json!({"method": "chooseTier", "params": {"account": 99}}),
        json!({"method": "limits"}),
        json!({"method": "previewImport", "params": {"path": root().join("tests/fixtures/csv/openrouter-activity.csv")}}),
        json!({"method": "import", "params": {"path": root().join("tests/fixtures/csv/openrouter-activity.csv")}}),
        json!({"method": "import", "params": {"path": "no-such-file.csv"}}),
        json!({"method": "import", "params": {"path": root().join("tests/fixtures/csv/other.csv"), "account": 1}}),
        json!({"method": "enter", "params": {"account": 1, "entry": {"kind": "balance", "amount": "5", "currency": "USD", "asOf": "2026-11-18"}}}),
        json!({"method": "enter", "params": {"account": 99, "entry": {"kind": "balance", "amount": "5", "currency": "USD", "asOf": "2026-11-18"}}}),
        json!({"method": "changeEntry", "params": {"id": 2, "entry": {"kind": "balance", "amount": "6", "currency": "USD", "asOf": "2026-11-18"}}}),
        json!({"method": "entries", "params": {}}),
        json!({"method": "removeEntry", "params": {"id": 2}}),
        json!({"method": "restoreEntry", "params": {"id": 2}}),
        json!({"method": "accounts"}),
        json!({"method": "overview", "params": {"chartWidth": 600}}),
        json!({"method": "overview", "params": {}}),
        json!({"method": "spend", "params": {"by": "model", "measure": "listed", "chartWidth": 600}}),
        json!({"method": "spend", "params": {"by": "key", "measure": "tokens", "chartWidth": 600}}),
        json!({"method": "usage", "params": {"by": "day"}}),
        json!({"method": "usage", "params": {"by": "item", "from": "2026-10-01", "to": "2026-11-01"}}),
        json!({"method": "picture", "params": {"kind": "daily", "theme": "light", "format": "svg"}}),
        json!({"method": "picture", "params": {"kind": "models", "theme": "dark", "format": "png"}}),
        json!({"method": "clientSummary", "params": {"client": "Nobody"}}),
        json!({"method": "correctPlan", "params": {"plan": "cursor/pro", "price": {"amount": "1800", "currency": "INR"}}}),
        json!({"method": "planCatalogue", "params": {"plan": "cursor/pro"}}),
        json!({"method": "removePlanCorrection", "params": {"id": 1}}),
        json!({"method": "removePlanCorrection", "params": {"id": 1}}),
        json!({"method": "restorePlanCorrection", "params": {"id": 1}}),
        json!({"method": "refreshPlans", "params": {"url": format!("http://{}/feeds/plans/ok", town.address())}}),
        json!({"method": "prices", "params": {"model": "gpt-4o"}}),
        json!({"method": "prices", "params": {"model": "gpt-99-imaginary"}}),
        json!({"method": "correctPrice", "params": {"provider": "openai", "model": "gpt-4o", "meter": "input", "price": "2", "from": "2026-11-01"}}),
        json!({"method": "removePriceCorrection", "params": {"model": "gpt-4o", "meter": "input"}}),
        json!({"method": "removePriceCorrection", "params": {"model": "gpt-4o", "meter": "input"}}),
        json!({"method": "refreshPrices", "params": {"url": format!("http://{}/feeds/prices/ok", town.address())}}),
        json!({"method": "rates", "params": {"from": "USD", "to": "INR", "amount": "20", "country": "IN", "cardMarkup": "3.5"}}),
        json!({"method": "rates", "params": {"from": "credits"}}),
        json!({"method": "refreshRates", "params": {"url": format!("http://{}/feeds/ecb/500", town.address())}}),
        json!({"method": "doctor"}),
        json!({"method": "settings"}),
        json!({"method": "changeSettings", "params": {"timeZone": "America/New_York", "theme": "dark"}}),
        json!({"method": "changeSettings", "params": {"timeZone": "Mars/Olympus"}}),
        json!({"method": "enterSample"}),
        json!({"method": "accounts"}),
        add(&openai, &openai.key),
        json!({"method": "leaveSample"}),
        json!({"method": "showMenu", "params": {"language": "hi"}}),
        json!({"method": "beginRemoval", "params": {"account": 3}}),
        json!({"method": "holdRemoval", "params": {"account": 3, "on": true}}),
        json!({"method": "endRemoval", "params": {"account": 3}}),
        json!({"method": "endRemoval", "params": {"account": 3}}),
        json!({"method": "removeAccount", "params": {"account": 3}}),
        json!({"method": "removeAccount", "params": {"account": 3}}),
        json!({"method": "accounts"}),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_answered_and_no_answer_holds_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, NOW).await;
    let app = open(folder.path(), Some("Asia/Kolkata"), true).await;
    let mut events = app.events();
    let visit = visit(&town);
    let asked: BTreeSet<&str> = visit.iter().map(|request| name(&read(request))).collect();
    assert_eq!(asked.len(), NAMES, "{asked:?}");
    let mut crossed = String::new();
    let mut refused = Vec::new();
    for request in &visit {
        match call(&app, request).await {
            Ok(answer) => crossed.push_str(&answer.to_string()),
            Err((code, message)) => {
                crossed.push_str(&message);
                refused.push((request["method"].as_str().unwrap(), code));
            }
        }
        while let Ok(event) = events.try_recv() {
            crossed.push_str(&serde_json::to_string(&event).unwrap());
        }
    }
    assert_eq!(
        refused,
        [
            ("addAccount", ErrorCode::AlreadyConnected),
            ("addAccount", ErrorCode::KeyRejected),
            ("addAccount", ErrorCode::WrongKeyKind),
            ("addAccount", ErrorCode::AlreadyConnected),
            ("replaceKey", ErrorCode::KeyRejected),
            ("checkAccount", ErrorCode::NoSuchAccount),
            ("sync", ErrorCode::NoSuchAccount),
            ("sync", ErrorCode::BadRequest),
            ("addLot", ErrorCode::BadRequest),
            ("editLot", ErrorCode::BadRequest),
            ("moveLot", ErrorCode::BadRequest),
            ("removeLot", ErrorCode::BadRequest),
            ("restoreLot", ErrorCode::BadRequest),
            ("answerOffer", ErrorCode::BadRequest),
            ("estimate", ErrorCode::BadRequest),
            ("savings", ErrorCode::BadRequest),
            ("removeBudget", ErrorCode::BadRequest),
            ("restoreBudget", ErrorCode::BadRequest),
            ("answerAlert", ErrorCode::BadRequest),
            ("exportCalendar", ErrorCode::BadRequest),
            ("chooseFile", ErrorCode::BadRequest),
            ("export", ErrorCode::BadRequest),
            ("backUp", ErrorCode::BadRequest),
            ("restore", ErrorCode::BadRequest),
            ("deleteEverything", ErrorCode::BadRequest),
            ("showDataFolder", ErrorCode::BadRequest),
            ("learnLimit", ErrorCode::BadRequest),
            ("chooseTier", ErrorCode::BadRequest),
            ("chooseTier", ErrorCode::NoSuchAccount),
            ("import", ErrorCode::BadRequest),
            ("import", ErrorCode::BadRequest),
            ("enter", ErrorCode::NoSuchAccount),
            ("clientSummary", ErrorCode::BadRequest),
            ("removePlanCorrection", ErrorCode::BadRequest),
            ("prices", ErrorCode::BadRequest),
            ("removePriceCorrection", ErrorCode::BadRequest),
            ("rates", ErrorCode::BadRequest),
            ("refreshRates", ErrorCode::Unreachable),
            ("changeSettings", ErrorCode::BadRequest),
            ("addAccount", ErrorCode::BadRequest),
            ("endRemoval", ErrorCode::NoSuchAccount),
            ("removeAccount", ErrorCode::NoSuchAccount),
        ]
    );
    app.close().await;
    // The last four characters are the hint that is shown; nothing longer crosses the door or lies in the folder.
    let mut kept = Vec::new();
    for file in std::fs::read_dir(folder.path().join("data")).unwrap() {
        kept.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    for told in first_three(&town) {
        for key in [told.key, told.ordinary_key] {
            let (start, end) = (&key[..24], &key[key.len() - 8..]);
            for part in [start, end, &key[24..40]] {
                assert!(!crossed.contains(part), "{part} crossed the door");
                assert!(
                    !kept.windows(part.len()).any(|w| w == part.as_bytes()),
                    "{part} lies in the data folder"
                );
            }
        }
    }
    assert!(crossed.len() > 10_000);
}

#[test]
fn what_is_no_request_is_refused_before_it_is_looked_at() {
    let key = "sk-admin-0123456789abcdefghij";
    for text in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"method": "Overview", "params": {}}"#,
        r#"{"method": "overview"}"#,
        r#"{"method": "drop", "params": {}}"#,
        r#"{"params": {"by": "day"}}"#,
        r#"{"method": "usage", "params": {}}"#,
        r#"{"method": "usage", "params": {"by": "week"}}"#,
        r#"{"method": "usage", "params": {"by": "day", "until": "2026-11-18"}}"#,
        r#"{"method": "usage", "params": {"by": "day", "from": 20261118}}"#,
        r#"{"method": "overview", "params": {"chartWidth": -1}}"#,
        r#"{"method": "overview", "params": {"chart_width": 600}}"#,
        r#"{"method": "spend", "params": {"by": "day", "measure": "billed"}}"#,
        r#"{"method": "picture", "params": {"kind": "daily", "theme": "light", "format": "gif"}}"#,
        r#"{"method": "checkAccount", "params": {"account": "1"}}"#,
        r#"{"method": "checkAccount", "params": {"account": 1.5}}"#,
        r#"{"method": "removeAccount", "params": {"account": 1, "all": true}}"#,
        r#"{"method": "holdRemoval", "params": {"account": 1}}"#,
        r#"{"method": "sync", "params": {"account": 1, "force": true}}"#,
        r#"{"method": "changeSettings", "params": {"theme": "sepia"}}"#,
        r#"{"method": "addAccount", "params": {"key": "KEY"}}"#,
        r#"{"method": "addAccount", "params": {"provider": "openai", "key": "KEY with more"}}"#,
        r#"{"method": "addAccount", "params": {"provider": "openai", "key": ["KEY"]}}"#,
        r#"{"method": "addAccount", "params": {"provider": "openai", "key": {"KEY": 1}}}"#,
        r#"{"method": "addAccount", "params": {"provider": "openai", "key": "KEY", "secret": "KEY"}}"#,
        r#"{"method": "replaceKey", "params": {"account": 1, "key": ""}}"#,
        r#"{"method": "replaceKey", "params": {"key": "KEY"}}"#,
        r#"{"method": "recogniseKey", "params": {"key": "KEYé"}}"#,
    ] {
        let text = text.replace("KEY", key);
        let error = serde_json::from_str::<Request>(&text).expect_err(&text).to_string();
        assert!(!error.contains("0123456789"), "an error repeats a key: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_are_whole_days_and_end_before_their_end() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), Some("Asia/Kolkata"), false).await;
    for (from, to, expected) in [
        (None, None, Ok(("2026-11-01", "2026-11-19"))),
        (Some("2026-11-05"), None, Ok(("2026-11-05", "2026-11-19"))),
        (None, Some("2026-11-10"), Ok(("2026-11-01", "2026-11-10"))),
        (None, Some("2026-10-10"), Ok(("2026-10-09", "2026-10-10"))),
        (Some("2026-11-18"), Some("2026-11-19"), Ok(("2026-11-18", "2026-11-19"))),
        (Some("2026-11-18"), Some("2027-01-01"), Ok(("2026-11-18", "2027-01-01"))),
        (Some("2016-11-20"), Some("2026-11-20"), Ok(("2016-11-20", "2026-11-20"))),
        (Some("2026-11-18"), Some("2026-11-18"), Err("the range is empty")),
        (Some("2026-11-19"), Some("2026-11-18"), Err("the range is empty")),
        (Some("2026-11-19"), None, Err("the range is empty")),
        (Some("2016-01-01"), Some("2026-11-18"), Err("longer than ten years")),
        (Some("0001-01-01"), Some("9999-12-31"), Err("longer than ten years")),
        (Some("2026-11-31"), None, Err("is not a date")),
        (Some("yesterday"), None, Err("is not a date")),
        (Some("2026-11-18T00:00:00Z"), None, Err("is not a date")),
        (Some(""), None, Err("is not a date")),
    ] {
        for request in [
            json!({"method": "usage", "params": {"by": "day", "from": from, "to": to}}),
            json!({"method": "spend", "params": {"by": "day", "measure": "billed", "from": from, "to": to, "chartWidth": 400}}),
            json!({"method": "picture", "params": {"kind": "daily", "theme": "light", "format": "svg", "from": from, "to": to}}),
        ] {
            match (call(&app, &request).await, expected) {
                (Ok(answer), Ok((from, to))) => {
                    let usage = match answer["method"].as_str() {
                        Some("usage") => &answer["result"],
                        Some("spend") if request["params"]["from"].is_string() => &answer["result"]["usage"],
                        // A file says its days in words.
                        _ => continue,
                    };
                    let days = (&usage["from"], &usage["to"], &usage["days"]);
                    assert_eq!(days, (&from.into(), &to.into(), &"UTC".into()));
                }
                (Err((code, message)), Err(words)) => {
                    assert_eq!(code, ErrorCode::BadRequest, "{request}");
                    let said = message.to_lowercase();
                    assert!(said.contains(words), "{request}: {message}");
                }
                (answer, _) => panic!("{request}: {answer:?}"),
            }
        }
    }
    app.close().await;
}

/// Providers bill by UTC days, whatever the person's zone; their own day is another thing.
#[tokio::test(flavor = "multi_thread")]
async fn a_zone_moves_the_persons_day_and_no_bill() {
    let folder = tempfile::tempdir().unwrap();
    let town = open_town(Person::Student, NOW).await;
    let app = open(folder.path(), None, false).await;
    for told in first_three(&town) {
        let request = json!({"method": "addAccount", "params": {"provider": told.id, "baseUrl": told.base_url, "key": told.key}});
        call(&app, &request).await.unwrap();
    }
    call(&app, &json!({"method": "sync", "params": {}})).await.unwrap();
    let mut bills = BTreeSet::new();
    for (zone, date) in [
        ("Asia/Kolkata", "2026-11-18"),
        ("America/New_York", "2026-11-18"),
        ("Pacific/Kiritimati", "2026-11-19"),
        ("Etc/GMT+12", "2026-11-18"),
        ("Asia/Kathmandu", "2026-11-18"),
        ("Australia/Lord_Howe", "2026-11-18"),
    ] {
        let change = json!({"method": "changeSettings", "params": {"timeZone": zone}});
        assert_eq!(call(&app, &change).await.unwrap()["result"]["timeZone"], zone);
        let overview = call(&app, &json!({"method": "overview", "params": {}})).await.unwrap();
        let overview = &overview["result"];
        assert_eq!(overview["zone"], zone);
        assert_eq!(overview["ownDay"]["date"], date, "{zone}");
        assert_eq!(
            (&overview["today"]["from"], &overview["today"]["days"]),
            (&"2026-11-18".into(), &"UTC".into())
        );
        let usage = call(&app, &json!({"method": "usage", "params": {"by": "day"}})).await.unwrap();
        bills.insert(format!(
            "{}{}{}",
            overview["today"]["billed"], overview["month"]["billed"], usage["result"]
        ));
    }
    assert_eq!(bills.len(), 1, "a bill depends on the zone");
    for zone in ["Mars/Olympus", "+05:30", "IST", "../../etc/localtime", ""] {
        let change = json!({"method": "changeSettings", "params": {"timeZone": zone}});
        assert_eq!(call(&app, &change).await.unwrap_err().0, ErrorCode::BadRequest, "{zone}");
    }
    assert_eq!(
        call(&app, &json!({"method": "settings"})).await.unwrap()["result"]["timeZone"],
        "Australia/Lord_Howe"
    );
    app.close().await;
}
