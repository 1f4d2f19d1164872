//! What every test stands on: a turn of its own, a town, a data folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use spendglass_core::api::{App, Config, handle};
use spendglass_core::time::Clock;
use spendglass_core::vault::Vault;
use spendglass_simulator::{Person, Town, TownOptions, TownProvider, serve};
use tempfile::TempDir;

use crate::window::{PATIENCE, PAUSE, Window};

pub(crate) const NOW: &str = "2026-11-18T12:30:00Z";
pub(crate) const TODAY: &str = "2026-11-18";
pub(crate) const MONTH: &str = "2026-11";

static TURN: Mutex<()> = Mutex::new(());

/// Runs a test when its turn has come, in whatever order: its window opens as large as a first one.
pub(crate) fn drive(test: impl AsyncFnOnce()) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    // There is none before the first window has ended.
    let _ = std::fs::remove_dir_all(session().join("home/.config/com.spendglass.desktop"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(test());
}

/// Waits until there is what is looked for outside the page.
pub(crate) async fn wait<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain until {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until something holds outside the page.
pub(crate) async fn holds(what: &str, look: impl AsyncFn() -> bool) {
    wait(what, async || look().await.then_some(())).await;
}

/// The folder of the session that the tests run in.
pub(crate) fn session() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "asks where the session lives")]
    let session = std::env::var_os("SPENDGLASS_SESSION");
    session.expect("run this inside tests/desktop/session.sh").into()
}

/// Where pictures and logs go.
pub(crate) fn out_dir() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("window");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A town and the folder of a store that knows nothing yet.
pub(crate) struct Stage {
    name: &'static str,
    seed: u64,
    pub(crate) town: Town,
    pub(crate) folder: TempDir,
}

impl Stage {
    /// Tests have keys of their own: each has its own seed.
    pub(crate) async fn new(name: &'static str, seed: u64) -> Stage {
        // What an earlier run left would be searched and shown.
        for ending in [".log", "-failed.png"] {
            let _ = std::fs::remove_file(out_dir().join(format!("{name}{ending}")));
        }
        let town = serve(options(seed, "127.0.0.1:0")).await.unwrap();
        Stage { name, seed, town, folder: tempfile::tempdir().unwrap() }
    }

    /// Nobody is there any more: as a network that is gone. Gives the address to come back to.
    pub(crate) async fn leave(&mut self) -> String {
        let address = self.town.address().to_string();
        let elsewhere = serve(options(self.seed, "127.0.0.1:0")).await.unwrap();
        std::mem::replace(&mut self.town, elsewhere).shutdown().await;
        address
    }

    /// The town is where it was.
    pub(crate) async fn come_back(&mut self, address: &str) {
        let town = serve(options(self.seed, address)).await.unwrap();
        std::mem::replace(&mut self.town, town).shutdown().await;
    }

    /// The window with its clock elsewhere.
    pub(crate) async fn open_at(&self, now: &str) -> Window {
        Window::open(self.name, &self.data_dir(), now).await
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) async fn open(&self) -> Window {
        Window::open(self.name, &self.data_dir(), NOW).await
    }

    /// The store, asked without a window, which must not be open: what a terminal does.
    pub(crate) async fn ask(&self, request: serde_json::Value) -> serde_json::Value {
        let config = Config {
            data_dir: self.data_dir(),
            vault: Vault::memory(),
            clock: Clock::Fixed(NOW.parse().unwrap()),
            zone: Some("Asia/Kolkata".parse().unwrap()),
            sample: None,
        };
        let app = App::open(config).await.unwrap();
        let answer = handle(&app, serde_json::from_value(request).unwrap()).await.unwrap();
        app.close().await;
        serde_json::to_value(answer).unwrap()["result"].take()
    }

    pub(crate) fn provider(&self, id: &str) -> TownProvider {
        self.town.providers().into_iter().find(|provider| provider.id == id).unwrap()
    }

    pub(crate) fn faults(&self, faults: &[&str]) {
        self.town.set_faults(faults.iter().map(|fault| fault.parse().unwrap()).collect());
    }

    /// How many requests the town saw.
    pub(crate) fn requests(&self) -> u64 {
        self.town.request_counts().values().sum()
    }

    /// Adds an account by its key, on whichever screen asks for one, and waits for its first figures.
    pub(crate) async fn connect(&self, window: &Window, id: &str) {
        let provider = spendglass_core::providers::find(id).unwrap();
        let kind = provider.keys.iter().find(|kind| !kind.sees.is_empty()).unwrap();
        crate::kinds::add(window, provider, kind, &self.provider(id)).await;
        self.fresh(window, id).await;
    }

    /// Waits until an account is there and up to date.
    pub(crate) async fn fresh(&self, window: &Window, id: &str) {
        let name = spendglass_core::providers::find(id).unwrap().name;
        let script = "const row = all('account-row').find((row) => row.innerText.includes(arguments[0])); \
                      return row?.querySelector('[data-testid=account-state]')?.dataset.state === 'fresh' \
                      && at('sync-cancel') === null";
        window.until(&format!("{name} is up to date"), script, &[name.into()]).await;
    }
}

fn options(seed: u64, listen: &str) -> TownOptions {
    TownOptions {
        listen: listen.parse().unwrap(),
        person: Person::Freelancer,
        seed,
        now: NOW.parse().unwrap(),
        faults: Vec::new(),
    }
}

/// Fills the form of a new account.
pub(crate) async fn offer(window: &Window, key: &str, base_url: &str) {
    window.enter("key-input", key).await;
    let open = window.js("return at('key-advanced').open", &[]).await;
    if open == false {
        window.element("[data-testid=key-advanced] summary").await.click().await.unwrap();
    }
    window.empty("key-base-url").await;
    window.enter("key-base-url", base_url).await;
}

/// Runs a program of the session and gives what it said.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program).args(arguments).output();
    output.unwrap_or_else(|error| panic!("{program} is missing: {error}"))
}

/// The keys that the keychain holds for Spendglass, as an independent program tells them.
pub(crate) fn kept_keys() -> Vec<String> {
    let found = run("secret-tool", &["search", "--all", "service", "Spendglass"]);
    let text = String::from_utf8(found.stdout).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("secret = ").map(str::to_owned)).collect()
}
