//! Estimates through the door: models that are in use, answers as long as they were, the share of what is left; and that nothing
//! of a text stays.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, ErrorCode, Request, handle};
use spendglass_core::ledger::{
    Balance, BalanceKind, Charge, Entered, EnteredAllowance, LimitSource, QuotaWindow, ResetRule,
    TokenTotals, TokenUsage,
};
use spendglass_core::money::{Currency, Money, exact};
use spendglass_core::store::{KeyPlace, NewAccount, Owner, Snapshot, Store};
use spendglass_core::time::{Clock, Date, Period, Timestamp, Zone};
use spendglass_core::vault::Vault;
use tempfile::TempDir;

const NOW: &str = "2026-11-20T12:00:00Z";
/// It is looked for in whatever may have been written.
const TEXT: &str = "Confidential: the quince harvest of Lower Thornbury comes to 4,117 baskets.";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

struct Desk {
    folder: TempDir,
    store: Store,
}

impl Desk {
    async fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("data"), at("2026-01-01T00:00:00Z")).await.unwrap();
        Desk { folder, store }
    }

    async fn account(&self, provider: &str, label: &str) -> i64 {
        let account = NewAccount {
            provider: provider.to_owned(),
            label: Some(label.to_owned()),
            base_url: None,
            key_kind: "none".to_owned(),
            key_hint: None,
            key_fingerprint: None,
            key_place: KeyPlace::Nowhere,
            details: BTreeMap::new(),
        };
        self.store.add_account(&account, at("2026-01-01T00:00:00Z")).await.unwrap()
    }

    /// Books requests to a model on one day: each with its own answer.
    async fn requests(&self, account: i64, model: &str, day: &str, answers: &[(u64, u64)]) {
        let date: Date = day.parse().unwrap();
        let stream = self.store.stream(account, "completions").await.unwrap();
        let days = Period::utc_days(date, date.plus_days(1)).unwrap();
        let charge = |(requests, output): &(u64, u64)| {
            let totals = TokenTotals { input: 1_000 * requests, output: *output, ..TokenTotals::default() };
            Charge {
                request_model: Some(model.to_owned()),
                requests: Some(*requests),
                tokens: Some(TokenUsage::from_totals(totals).unwrap()),
                ..Charge::usage(days)
            }
        };
        let mut sequence = self.store.begin_sequence(stream.id, days);
        sequence.stage(answers.iter().map(charge).collect()).await.unwrap();
        sequence.book().await.unwrap();
        self.store.stream_read(stream.id, None, at(NOW)).await.unwrap();
    }

    async fn balance(&self, account: i64, amount: &str, currency: Currency) {
        let amount = Money::new(exact(amount).unwrap(), currency);
        let balance = Balance::left(at(NOW), BalanceKind::Credits, amount);
        let mut snapshot = Snapshot::default();
        snapshot.add_balance(balance).unwrap();
        self.store.book_snapshot(account, &snapshot, at(NOW)).await.unwrap();
    }

    async fn open(&self) -> App {
        let config = Config {
            data_dir: self.folder.path().join("data"),
            vault: Vault::memory(),
            clock: Clock::Fixed(at(NOW)),
            zone: Some("UTC".parse().unwrap()),
            sample: None,
        };
        App::open(config).await.unwrap()
    }
}

async fn ask(app: &App, params: Value) -> Value {
    let request: Request = serde_json::from_value(json!({"method": "estimate", "params": params})).unwrap();
    serde_json::to_value(handle(app, request).await.unwrap()).unwrap()["result"].clone()
}

async fn refused(app: &App, params: Value) -> (Option<String>, String) {
    let request: Request = serde_json::from_value(json!({"method": "estimate", "params": params})).unwrap();
    let error = handle(app, request).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::BadRequest);
    (error.field, error.message)
}

#[tokio::test]
async fn a_person_without_books_gets_models_a_convention_and_a_price() {
    let desk = Desk::new().await;
    let app = desk.open().await;
    let told = ask(&app, json!({"text": TEXT})).await;
    let models: Vec<&str> =
        told["models"].as_array().unwrap().iter().map(|model| model["model"].as_str().unwrap()).collect();
    assert_eq!(models, ["gpt-5-mini", "claude-haiku-4-5", "gemini-3.5-flash"]);
    assert_eq!((&told["bytes"], &told["kinds"][0]["kind"]), (&json!(TEXT.len()), &json!("english")));
    let [openai, claude, gemini] = told["models"].as_array().unwrap().as_slice() else { panic!("{told}") };
    assert_eq!(openai["counted"]["how"], "exact");
    assert_eq!(openai["input"]["low"], openai["input"]["high"]);
    for measured in [claude, gemini] {
        assert_eq!(measured["counted"]["how"], "measured");
        let [low, typical, high] = ["low", "typical", "high"].map(|n| measured["input"][n].as_u64().unwrap());
        assert!(low < typical && typical < high, "{measured}");
        assert!(measured["counted"]["sources"][0].as_str().unwrap().starts_with("https://"));
    }
    for model in [openai, claude, gemini] {
        assert_eq!(model["outputBy"]["by"], "convention");
        assert_eq!(model["output"], json!({"low": 100, "typical": 500, "high": 2000}));
        assert_eq!(model["costs"][0]["way"], "now");
        assert!(model["costs"][0]["typical"]["amount"].as_str().unwrap().starts_with("0.00"));
        assert_eq!(model["costs"][0]["typical"]["currency"], "USD");
        assert!(model["shares"].as_array().unwrap().is_empty());
        assert!(model["priceSource"].as_str().unwrap().contains("2026"));
    }
    // Putting a text into Claude's cache costs more than sending it, and is told of; with the others it costs the same or nothing known.
    let ways = |model: &Value| -> Vec<String> {
        model["costs"].as_array().unwrap().iter().map(|row| row["way"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ways(claude), ["now", "batch", "cached", "cacheWrite"]);
    assert_eq!(ways(openai), ["now", "batch", "cached"]);
    app.close().await;
}

#[tokio::test]
async fn a_cost_is_what_the_prices_say_to_the_last_digit() {
    let desk = Desk::new().await;
    let app = desk.open().await;
    let told =
        ask(&app, json!({"text": "one two three", "models": ["claude-haiku-4-5"], "outputTokens": 1000}))
            .await;
    let model = &told["models"][0];
    let input = model["input"]["typical"].as_u64().unwrap();
    // 1 dollar a million in, 5 out, a tenth of that from the cache, half of all in a batch.
    let plain = format!("0.00500{input}");
    assert_eq!(model["costs"][0]["typical"]["amount"], plain);
    assert_eq!(
        exact(model["costs"][1]["typical"]["amount"].as_str().unwrap()).unwrap() * exact("2").unwrap(),
        exact(&plain).unwrap()
    );
    let cached = exact("0.005").unwrap() + exact("0.0000001").unwrap() * exact(&input.to_string()).unwrap();
    assert_eq!(model["costs"][2]["typical"]["amount"], cached.normalize().to_string());
    assert_eq!((&model["outputBy"]["by"], &model["output"]["low"]), (&json!("person"), &json!(1000)));
    // Nothing goes in: the answer alone costs something.
    let told = ask(&app, json!({"text": "", "models": ["claude-haiku-4-5"], "outputTokens": 1000})).await;
    assert_eq!(told["models"][0]["input"], json!({"low": 0, "typical": 0, "high": 0}));
    assert_eq!(told["models"][0]["costs"][0]["high"]["amount"], "0.005");
    assert!(told["notes"].to_string().contains("empty"));
    app.close().await;
}

#[tokio::test]
async fn an_embedding_costs_what_goes_in() {
    let desk = Desk::new().await;
    let app = desk.open().await;
    let models = json!(["text-embedding-3-small", "mistral-embed", "gpt-5-mini", "gpt-5-mini"]);
    let told = ask(&app, json!({"text": TEXT, "models": models})).await;
    let [openai, mistral, chat] = told["models"].as_array().unwrap().as_slice() else { panic!("{told}") };
    for embedding in [openai, mistral] {
        assert_eq!(embedding["output"], json!({"low": 0, "typical": 0, "high": 0}));
        assert!(embedding["costs"][0]["typical"]["amount"].is_string(), "{embedding}");
        assert!(embedding["outputBy"]["words"].as_str().unwrap().starts_with("An embedding"));
    }
    assert_eq!(chat["output"]["typical"], 500);
    app.close().await;
}

#[tokio::test]
async fn a_name_like_a_familys_is_told_with_names_like_it() {
    let desk = Desk::new().await;
    let app = desk.open().await;
    let told =
        ask(&app, json!({"text": TEXT, "models": ["gpt-5-minni", "gpt-5-minni", "nothing-like-it"]})).await;
    let unknown = told["unknown"].as_array().unwrap();
    assert_eq!(unknown.len(), 2, "{unknown:?}");
    assert_eq!((&unknown[0]["asked"], &unknown[0]["near"][0]), (&json!("gpt-5-minni"), &json!("gpt-5-mini")));
    // Its tokens are counted all the same, without a price.
    assert_eq!(told["models"].as_array().unwrap().len(), 1);
    assert_eq!(told["models"][0]["costs"][0]["typical"], Value::Null);
    let (field, words) = refused(&app, json!({"path": "nowhere.txt"})).await;
    assert_eq!(field.as_deref(), Some("path"));
    assert!(words.starts_with("The file nowhere.txt "), "{words}");
    app.close().await;
}

#[tokio::test]
async fn answers_are_as_long_as_the_persons_own_of_that_model_and_lane() {
    let desk = Desk::new().await;
    let account = desk.account("anthropic", "Studio").await;
    let single: Vec<(u64, u64)> = (1..=100).map(|n| (1, n * 10)).collect();
    desk.requests(account, "claude-haiku-4-5-20251001", "2026-11-10", &single).await;
    // Too long ago, too few, and of another model.
    desk.requests(account, "claude-haiku-4-5", "2026-08-01", &[(1_000, 9_000_000)]).await;
    desk.requests(account, "claude-sonnet-5", "2026-11-11", &[(9, 90_000)]).await;
    desk.requests(account, "claude-opus-5", "2026-11-12", &[(5, 500), (40, 8_000)]).await;
    let app = desk.open().await;
    let told =
        ask(&app, json!({"text": TEXT, "models": ["claude-haiku-4-5", "claude-sonnet-5", "claude-opus-5"]}))
            .await;
    let [haiku, sonnet, opus] = told["models"].as_array().unwrap().as_slice() else { panic!("{told}") };
    assert_eq!(haiku["output"], json!({"low": 100, "typical": 500, "high": 900}));
    assert_eq!((&haiku["outputBy"]["by"], &haiku["outputBy"]["requests"]), (&json!("history"), &json!(100)));
    assert!(!haiku["outputBy"]["words"].as_str().unwrap().contains("mean"));
    assert_eq!(sonnet["outputBy"]["by"], "convention");
    assert_eq!(opus["output"], json!({"low": 100, "typical": 200, "high": 200}));
    assert!(opus["outputBy"]["words"].as_str().unwrap().contains("mean"), "{opus}");
    // Without a name, what is used most: by tokens.
    let told = ask(&app, json!({"text": TEXT})).await;
    let models: Vec<&Value> =
        told["models"].as_array().unwrap().iter().map(|model| &model["model"]).collect();
    assert_eq!(models, ["claude-haiku-4-5-20251001", "claude-sonnet-5", "claude-opus-5"]);
    app.close().await;
}

#[tokio::test]
async fn the_share_of_what_is_left_is_told_of_every_purse_of_the_provider() {
    let desk = Desk::new().await;
    let account = desk.account("anthropic", "Studio").await;
    let other = desk.account("openai", "Other").await;
    desk.balance(account, "0.01", Currency::USD).await;
    desk.balance(account, "500", Currency::unit("points")).await;
    desk.balance(other, "1000", Currency::USD).await;
    let allowance = |unit, limit: &str, model: Option<&str>| {
        Entered::Allowance(EnteredAllowance {
            name: "Own".to_owned(),
            model: model.map(str::to_owned),
            project: None,
            unit: Currency::unit(unit),
            window: QuotaWindow::Day,
            limit: exact(limit).unwrap(),
            resets: ResetRule::Midnight { zone: Zone::UTC },
            source: LimitSource::Entered,
        })
    };
    for entered in [
        allowance("requests", "200", None),
        allowance("tokens", "4000", Some("claude-haiku-4-5")),
        allowance("tokens", "1", Some("claude-opus-5")),
        allowance("images", "10", None),
    ] {
        desk.store.add_entry(Owner::Account(account), &entered, at("2026-11-19T00:00:00Z")).await.unwrap();
    }
    desk.requests(account, "claude-haiku-4-5", "2026-11-20", &[(20, 4_000)]).await;
    let app = desk.open().await;
    let asked = json!({"text": "one two three", "models": ["claude-haiku-4-5"], "outputTokens": 1000});
    let told = ask(&app, asked).await;
    let model = &told["models"][0];
    let shares: BTreeMap<&str, &Value> = model["shares"]
        .as_array()
        .unwrap()
        .iter()
        .map(|share| (share["unit"].as_str().unwrap(), share))
        .collect();
    assert_eq!(shares.keys().copied().collect::<Vec<_>>(), ["USD", "requests", "tokens"], "{model}");
    assert_eq!((&shares["USD"]["of"], &shares["USD"]["left"]), (&json!("balance"), &json!("0.01")));
    assert_eq!((&shares["USD"]["fits"], &shares["USD"]["percent"]), (&json!("yes"), &json!("50")));
    // 20 of the 200 requests were used today: one of the 180 left.
    assert_eq!(
        (&shares["requests"]["left"], &shares["requests"]["percent"]),
        (&json!("180"), &json!("0.5556"))
    );
    // 24,000 tokens were used of 4,000.
    assert_eq!((&shares["tokens"]["left"], &shares["tokens"]["fits"]), (&json!("0"), &json!("no")));
    assert_eq!(shares["tokens"]["percent"], Value::Null);
    app.close().await;
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_named_with_those_like_it() {
    let desk = Desk::new().await;
    let app = desk.open().await;
    let told = ask(&app, json!({"text": TEXT, "models": ["gtp-5-mini", "my-own-thing", "gpt-9", "groq/llama-3.3-70b-versatile"]})).await;
    let unknown = told["unknown"].as_array().unwrap();
    assert_eq!(unknown.len(), 3, "{told}");
    assert_eq!((&unknown[0]["asked"], &unknown[0]["near"][0]), (&json!("gtp-5-mini"), &json!("gpt-5-mini")));
    assert_eq!((&unknown[1]["asked"], &unknown[2]["asked"]), (&json!("my-own-thing"), &json!("gpt-9")));
    // What has a tokenizer and no price is counted, and its cost is not known.
    let [gpt9, llama] = told["models"].as_array().unwrap().as_slice() else { panic!("{told}") };
    assert_eq!((&gpt9["provider"], &gpt9["costs"][0]["typical"]), (&Value::Null, &Value::Null));
    assert!(gpt9["costs"][0]["words"].as_str().unwrap().contains("price list"), "{gpt9}");
    assert!(gpt9["input"]["low"].as_u64().unwrap() > 0);
    assert_eq!((&llama["provider"], &llama["model"]), (&json!("groq"), &json!("llama-3.3-70b-versatile")));
    app.close().await;
}

#[tokio::test]
async fn what_cannot_be_counted_is_refused_in_words() {
    let desk = Desk::new().await;
    let app = desk.open().await;
    let files = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = files.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let long = file("long.txt", &[]);
    std::fs::File::options().write(true).open(&long).unwrap().set_len(32 * 1024 * 1024 + 1).unwrap();
    for (params, field, words) in [
        (json!({}), "text", "give a text"),
        (json!({"text": "a", "path": "b"}), "path", "not both"),
        (json!({"path": file("picture.png", b"\x89PNG\0\0")}), "path", "null"),
        (json!({"path": file("old.txt", b"caf\xe9")}), "path", "byte 4"),
        (json!({"path": file("wide.txt", b"\xff\xfea\0")}), "path", "UTF-16"),
        (json!({"path": long}), "path", "32 MiB"),
        (json!({"path": files.path()}), "path", "no file"),
        (json!({"path": files.path().join("none")}), "path", "none"),
        (json!({"text": "a", "models": [" "]}), "models", "name"),
        (json!({"text": "a", "models": vec!["gpt-5"; 51]}), "models", "51"),
        (json!({"text": "a", "outputTokens": 100_000_001}), "outputTokens", "100000001"),
    ] {
        let (told, message) = refused(&app, params.clone()).await;
        assert_eq!(told.as_deref(), Some(field), "{params}: {message}");
        assert!(message.to_lowercase().contains(&words.to_lowercase()), "{params}: {message}");
    }
    let told = ask(&app, json!({"path": file("fine.txt", TEXT.as_bytes()), "models": ["gpt-5"]})).await;
    assert_eq!(told["bytes"], TEXT.len());
    app.close().await;
}

/// Every file below a folder, with its bytes.
fn kept(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(kept(&path));
        } else {
            found.insert(path.to_str().unwrap().to_owned(), std::fs::read(&path).unwrap());
        }
    }
    found
}

#[tokio::test]
async fn nothing_of_a_text_stays() {
    let desk = Desk::new().await;
    let account = desk.account("openai", "Studio").await;
    desk.requests(account, "gpt-5", "2026-11-10", &[(20, 4_000)]).await;
    let app = desk.open().await;
    // What opening alone writes is written.
    ask(&app, json!({"text": "warm", "models": ["gpt-5"]})).await;
    let before = kept(desk.folder.path());
    let mut events = app.events();
    for _ in 0..3 {
        ask(&app, json!({"text": TEXT, "models": ["gpt-5", "claude-opus-5", "no-such-model"]})).await;
    }
    let after = kept(desk.folder.path());
    assert!(before == after, "a file changed: {:?}", after.keys());
    assert!(events.try_recv().is_err(), "something was told of it");
    app.close().await;
    let needle = TEXT.split(' ').nth(2).unwrap();
    for (path, bytes) in kept(desk.folder.path()) {
        assert!(!bytes.windows(needle.len()).any(|window| window == needle.as_bytes()), "{path}");
    }
    // Nor does what a request is shown as say it.
    let request: Request =
        serde_json::from_value(json!({"method": "estimate", "params": {"text": TEXT}})).unwrap();
    assert!(!format!("{request:?}").contains("quince"));
}
