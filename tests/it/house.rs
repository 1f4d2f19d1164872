//! A store, a town and the ways into both: what the tests of the middle of the house share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use spendglass_core::api::{App, Config, Grouping, Request, Response, UsageQuery, handle};
use spendglass_core::net::{BaseUrl, Net, Timeouts};
use spendglass_core::providers::{self, Details, KeyKind, Provider};
use spendglass_core::store::{KeyPlace, NewAccount, Store, StreamRow};
use spendglass_core::sync::{Engine, Job, Policy, Progress, StreamOutcome};
use spendglass_core::time::{Clock, Date, Timestamp, Zone};
use spendglass_core::vault::{Secret, Vault};
use spendglass_simulator::{Fault, Person, Town, TownOptions, TownProvider, serve};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Retries without a wait worth mentioning; the wishes of a provider are not waited for.
pub(crate) const QUICK: Policy = Policy {
    attempts: 3,
    base: Duration::from_millis(1),
    cap: Duration::from_millis(2),
    patience: Duration::ZERO,
    max_pages: 25,
};

/// An account in the store, with what the engine needs to read it.
#[derive(Clone)]
pub(crate) struct Connected {
    pub(crate) id: i64,
    pub(crate) provider: &'static Provider,
    pub(crate) kind: &'static KeyKind,
    pub(crate) base: String,
    pub(crate) secret: Secret,
    pub(crate) details: Details,
}

/// One person's store beside a town. Several houses may share a town.
pub(crate) struct House {
    pub(crate) town: Arc<Town>,
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) now: Timestamp,
    pub(crate) accounts: Vec<Connected>,
    folder: TempDir,
}

/// How many steps make the schema.
pub(crate) fn schema_steps() -> i64 {
    let folder = crate::fixtures::root().join("src-tauri/core/migrations");
    std::fs::read_dir(folder).unwrap().count().try_into().unwrap()
}

/// The newest schema, by the steps in the folder.
pub(crate) fn newest_schema() -> i64 {
    let folder = crate::fixtures::root().join("src-tauri/core/migrations");
    let number = |name: std::ffi::OsString| name.to_str().unwrap()[..4].parse().unwrap();
    std::fs::read_dir(folder).unwrap().map(|step| number(step.unwrap().file_name())).max().unwrap()
}

pub(crate) async fn open_town(person: Person, now: &str) -> Arc<Town> {
    let listen = "127.0.0.1:0".parse().unwrap();
    let options = TownOptions { listen, person, seed: 7, now: now.parse().unwrap(), faults: Vec::new() };
    Arc::new(serve(options).await.unwrap())
}

/// OpenAI, Anthropic and OpenRouter, in this order: what most tests read. The contract suite reads all of the town.
pub(crate) fn first_three(town: &Town) -> Vec<TownProvider> {
    let three = ["openai", "anthropic", "openrouter"];
    let there = town.providers();
    three.map(|id| there.iter().find(|there| there.id == id).unwrap().clone()).into()
}

/// Adds the first accounts of a town to a store.
pub(crate) async fn connect(store: &Store, town: &Town, now: Timestamp) -> Vec<Connected> {
    let mut accounts = Vec::new();
    for told in first_three(town) {
        accounts.push(connect_to(store, told, now).await);
    }
    accounts
}

/// Adds an account to a store, as the door would.
pub(crate) async fn connect_to(store: &Store, told: TownProvider, now: Timestamp) -> Connected {
    let provider = providers::find(told.id).unwrap();
    let secret = Secret::new(told.key).unwrap();
    let kind = provider.kinds_of(secret.expose()).first().copied().unwrap_or(&provider.keys[0]);
    let details: BTreeMap<_, _> = told.details.into_iter().collect();
    let account = NewAccount {
        provider: told.id.to_owned(),
        label: None,
        base_url: Some(told.base_url.clone()),
        key_kind: kind.id.to_owned(),
        key_hint: None,
        key_fingerprint: Some(secret.fingerprint()),
        key_place: KeyPlace::Keychain(format!("entry of {}", told.id)),
        details: details.clone(),
    };
    let id = store.add_account(&account, now).await.unwrap();
    let details = Details::new(details);
    Connected { id, provider, kind, base: told.base_url, secret, details }
}

pub(crate) fn job<'a>(account: &'a Connected, from: Option<&str>, now: Timestamp) -> Job<'a> {
    Job {
        account_id: account.id,
        provider: account.provider,
        kind: account.kind,
        base: BaseUrl::parse(&account.base).unwrap(),
        secret: &account.secret,
        details: account.details.clone(),
        from: from.map(|from| from.parse::<Date>().unwrap()),
        book: spendglass_core::pricing::PriceBook::bundled().clone(),
        now,
    }
}

impl House {
    pub(crate) async fn new(person: Person, now: &str) -> House {
        House::beside(&open_town(person, now).await, now, QUICK, Timeouts::default()).await
    }

    pub(crate) async fn beside(town: &Arc<Town>, now: &str, policy: Policy, timeouts: Timeouts) -> House {
        let now = now.parse().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("data"), now).await.unwrap();
        let engine = Engine::new(store.clone(), Net::new(timeouts), policy);
        let accounts = connect(&store, town, now).await;
        House { town: Arc::clone(town), store, engine, now, accounts, folder }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Moves the clock of the town and of this house.
    pub(crate) fn at(&mut self, now: &str) {
        self.now = now.parse().unwrap();
        self.town.set_now(now.parse().unwrap());
    }

    pub(crate) fn fault(&self, faults: &[&str]) {
        self.town.set_faults(faults.iter().map(|fault| fault.parse::<Fault>().unwrap()).collect());
    }

    pub(crate) fn account(&self, provider: &str) -> &Connected {
        self.accounts.iter().find(|account| account.provider.id == provider).unwrap()
    }

    pub(crate) async fn sync(&self, provider: &str, from: Option<&str>) -> Vec<StreamOutcome> {
        let silent = |_: Progress| {};
        let job = job(self.account(provider), from, self.now);
        self.engine.sync(&job, &CancellationToken::new(), &silent).await.unwrap()
    }

    /// Reads everything; nothing may go wrong.
    pub(crate) async fn sync_well(&self, from: Option<&str>) {
        for account in &self.accounts {
            for outcome in self.sync(account.provider.id, from).await {
                let StreamOutcome { stream, error, .. } = outcome;
                assert!(error.is_none(), "{}/{}: {}", account.provider.id, stream.name, error.unwrap());
            }
        }
    }

    pub(crate) async fn row(&self, provider: &str, stream: &str) -> StreamRow {
        self.store.stream(self.account(provider).id, stream).await.unwrap()
    }

    /// The door over the same store, its clock where this house's stands now.
    pub(crate) async fn door(&self) -> App {
        let config = Config {
            data_dir: self.data(),
            vault: Vault::memory(),
            clock: Clock::Fixed(self.now),
            zone: Some("Asia/Kolkata".parse::<Zone>().unwrap()),
            sample: None,
        };
        App::open(config).await.unwrap()
    }

    pub(crate) async fn rows(&self) -> Rows {
        rows(&self.data()).await
    }
}

/// What the door answers, as the window sees it.
pub(crate) async fn ask(app: &App, request: Request) -> Value {
    serde_json::to_value(handle(app, request).await.unwrap()).unwrap()["result"].take()
}

pub(crate) const GROUPINGS: [Grouping; 8] = [
    Grouping::Day,
    Grouping::Provider,
    Grouping::Account,
    Grouping::Model,
    Grouping::Project,
    Grouping::Key,
    Grouping::Item,
    Grouping::Session,
];

pub(crate) async fn usage(app: &App, by: Grouping, from: &str, to: &str) -> Value {
    let query = UsageQuery::of(by, Some(from.to_owned()), Some(to.to_owned()));
    let Response::Usage(usage) = handle(app, Request::Usage(query)).await.unwrap() else { panic!() };
    serde_json::to_value(usage).unwrap()
}

/// Charges and roll-up by account, stream and UTC day, without numbers that depend on the order of events. SQLite puts the
/// lines of a day together, which is several times as fast as reading each.
pub(crate) type Rows = BTreeMap<(i64, String, i64), Vec<String>>;

const CHARGES: &str = "SELECT s.account_id, s.name, c.period_start / 86400 * 86400, group_concat(concat_ws('|', c.period_start, \
     c.period_end, f.lane, f.category, f.meter, f.billed_currency, f.list_currency, f.unit, f.request_model, f.response_model, \
     f.service_tier, f.context_window, f.project, f.api_key, f.description, nullif(f.session, ''), quote(c.billed), quote(c.listed), quote(p.basis), \
     quote(c.quantity), quote(c.input_tokens), quote(c.output_tokens), quote(c.cache_read), quote(c.cache_creation), \
     quote(c.cache_creation_1h), quote(c.reasoning), quote(c.modalities), quote(c.requests)), char(10) \
     ORDER BY c.period_start, c.ordinal) \
     FROM charges AS c JOIN streams AS s ON s.id = c.stream_id JOIN facets AS f ON f.id = c.facet_id \
     LEFT JOIN price_bases AS p ON p.id = c.price_basis_id GROUP BY 1, 2, 3";
const ROLLUP: &str = "SELECT s.account_id, s.name, r.period_start / 86400 * 86400, group_concat(concat_ws('|', 'sum', r.dimension, \
     r.period_start, r.member, r.lane, r.category, r.currency, quote(r.billed), quote(r.listed), quote(r.input_tokens), \
     quote(r.output_tokens), quote(r.requests), r.unpriced, r.charges), char(10) \
     ORDER BY r.dimension, r.period_start, r.member, r.lane, r.category, r.currency) \
     FROM rollup AS r JOIN streams AS s ON s.id = r.stream_id GROUP BY 1, 2, 3";

/// A connection of the test's own, past all of the program.
pub(crate) async fn peek(data: &Path) -> SqliteConnection {
    let file = data.join("spendglass.db");
    SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(10)).connect().await.unwrap()
}

pub(crate) async fn rows(data: &Path) -> Rows {
    let mut connection = peek(data).await;
    let mut rows = Rows::new();
    for sql in [CHARGES, ROLLUP] {
        for row in sqlx::query(sql).fetch_all(&mut connection).await.unwrap() {
            rows.entry((row.get(0), row.get(1), row.get(2))).or_default().push(row.get(3));
        }
    }
    connection.close().await.unwrap();
    rows
}

/// One number of the store.
pub(crate) async fn number(data: &Path, sql: &'static str) -> i64 {
    let mut connection = peek(data).await;
    let number = sqlx::query(sql).fetch_one(&mut connection).await.unwrap().get(0);
    connection.close().await.unwrap();
    number
}
