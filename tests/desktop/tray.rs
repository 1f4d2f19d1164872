//! The tray, read by a panel that this test is, over the bus as any panel does; and the window where there is no panel.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::json;
use zbus::message::Header;
use zbus::names::OwnedUniqueName;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};
use zbus::{Connection, connection, interface};

use crate::processes;
use crate::stage::{NOW, Stage, drive, holds, run, session, wait};
use crate::window::{BINARY, PATIENCE, PAUSE, Window};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";

/// What registered itself: who, and under which path.
type Items = Arc<Mutex<Vec<(OwnedUniqueName, String)>>>;

/// A panel: it says that it shows trays, and hears of each.
pub(crate) struct Panel {
    bus: Connection,
    items: Items,
}

struct Watcher(Items);

#[expect(clippy::unused_self, clippy::needless_pass_by_value, reason = "what the bus asks has this shape")]
#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, path: &str, #[zbus(header)] header: Header<'_>) {
        let who = header.sender().unwrap().to_owned();
        self.0.lock().unwrap().push((who.into(), path.to_owned()));
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        let items = self.0.lock().unwrap();
        items.iter().map(|(who, path)| format!("{who}{path}")).collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

impl Panel {
    pub(crate) async fn open() -> Panel {
        let items = Items::default();
        let watcher = Watcher(Arc::clone(&items));
        let bus =
            connection::Builder::session().unwrap().serve_at("/StatusNotifierWatcher", watcher).unwrap();
        let bus = bus.name(WATCHER).unwrap().build().await.unwrap();
        Panel { bus, items }
    }

    /// The menu of the tray, once it is there.
    pub(crate) async fn menu(&self) -> Menu {
        let (who, path) =
            wait("a tray registers itself", async || self.items.lock().unwrap().last().cloned()).await;
        let asked = ("org.kde.StatusNotifierItem", "Menu");
        let properties = Some("org.freedesktop.DBus.Properties");
        let said = self.bus.call_method(Some(&who), path.as_str(), properties, "Get", &asked).await.unwrap();
        let value: OwnedValue = said.body().deserialize().unwrap();
        Menu { bus: self.bus.clone(), who, path: value.try_into().unwrap() }
    }
}

/// A tray's menu, as a panel reads it.
pub(crate) struct Menu {
    bus: Connection,
    who: OwnedUniqueName,
    path: OwnedObjectPath,
}

type Layout = (u32, (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>));

impl Menu {
    async fn call<B: serde::Serialize + zbus::zvariant::DynamicType>(
        &self,
        method: &str,
        body: &B,
    ) -> zbus::Message {
        let menu = Some("com.canonical.dbusmenu");
        self.bus.call_method(Some(&self.who), &self.path, menu, method, body).await.unwrap()
    }

    /// The lines, with their numbers.
    async fn lines(&self) -> Vec<(i32, String)> {
        let none: &[&str] = &[];
        let said = self.call("GetLayout", &(0, -1, none)).await;
        let (_, (_, _, children)): Layout = said.body().deserialize().unwrap();
        children.into_iter().filter_map(line).collect()
    }

    /// The first line that begins so.
    async fn line(&self, start: &str) -> Option<(i32, String)> {
        self.lines().await.into_iter().find(|(_, label)| label.starts_with(start))
    }

    async fn click(&self, start: &str) {
        let (id, _) = wait(start, async || self.line(start).await).await;
        self.call("Event", &(id, "clicked", Value::from(0), 0_u32)).await;
    }
}

/// Number and label of a line; nothing for what divides lines.
fn line(child: OwnedValue) -> Option<(i32, String)> {
    let child = Structure::try_from(child).unwrap();
    let [Value::I32(id), Value::Dict(properties), ..] = child.fields() else { panic!("{child:?}") };
    let label: Option<String> = properties.get(&"label").unwrap();
    // An underscore underlines the letter after it; two are one.
    label.map(|label| (*id, label.replace("__", "_")))
}

/// Says, before the program starts, that closing the window leaves it in the tray.
async fn keep_in_tray(stage: &Stage) {
    let settings = json!({"keepInTray": true});
    let kept = stage.ask(json!({"method": "changeSettings", "params": settings})).await;
    assert_eq!(kept["keepInTray"], true);
}

/// Closes a window as its button does.
fn close(window: &str) {
    let closed = run("python3", &["-c", include_str!("close.py"), window]);
    assert!(closed.status.success(), "{}", String::from_utf8_lossy(&closed.stderr));
}

fn sees(pid: u32) -> Vec<String> {
    let pid = pid.to_string();
    let which =
        ["search", "--all", "--onlyvisible", "--maxdepth", "1", "--pid", &pid, "--name", "^Spendglass$"];
    let found = run("xdotool", &which);
    String::from_utf8(found.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The program without a driver, ended with the test.
pub(crate) struct Bare(pub(crate) Child);

impl Bare {
    fn start(data_dir: &Path, more: &[&str]) -> Bare {
        let started = Command::new(BINARY)
            .args(["--data-dir", data_dir.to_str().unwrap(), "--now", NOW])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        Bare(started.unwrap())
    }

    fn ended(&mut self) -> Option<bool> {
        self.0.try_wait().unwrap().map(|status| status.success())
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        processes::end(self.0.id());
        let _ = self.0.wait();
    }
}

/// Waits until the first screen stands, and gives the window's number on the display.
async fn standing(window: &Window) -> String {
    window.shown("key-input").await;
    window.on_screen(&[]).pop().unwrap()
}

#[test]
fn without_a_tray_closing_the_window_ends_the_program() {
    drive(async || {
        let stage = Stage::new("no-tray", 60).await;
        keep_in_tray(&stage).await;
        let mut program = Bare::start(&stage.data_dir(), &[]);
        let pid = program.0.id();
        let window = wait("the window is seen", async || sees(pid).pop()).await;
        close(&window);
        let end = Instant::now() + PATIENCE;
        let well = loop {
            if let Some(well) = program.ended() {
                break well;
            }
            assert!(Instant::now() < end, "the program lives on, and nothing leads back to it");
            tokio::time::sleep(PAUSE).await;
        };
        assert!(well);
    });
}

#[test]
fn a_start_out_of_sight_without_a_tray_comes_into_sight() {
    drive(async || {
        let stage = Stage::new("hidden", 61).await;
        let program = Bare::start(&stage.data_dir(), &["--hidden"]);
        holds("the window comes", async || sees(program.0.id()).len() == 1).await;
    });
}

#[test]
fn a_start_out_of_sight_that_fails_comes_into_sight() {
    drive(async || {
        let stage = Stage::new("hidden-failing", 66).await;
        let _panel = Panel::open().await;
        std::fs::create_dir_all(stage.data_dir()).unwrap();
        std::fs::write(stage.data_dir().join("spendglass.db"), "no store").unwrap();
        let program = Bare::start(&stage.data_dir(), &["--hidden"]);
        holds("the window comes", async || sees(program.0.id()).len() == 1).await;
    });
}

#[test]
fn a_start_out_of_sight_waits_in_the_tray() {
    drive(async || {
        let stage = Stage::new("hidden-tray", 62).await;
        let panel = Panel::open().await;
        let mut program = Bare::start(&stage.data_dir(), &["--hidden"]);
        let pid = program.0.id();
        let menu = panel.menu().await;
        holds("the figures are told", async || menu.line("Today: no account yet").await.is_some()).await;
        assert_eq!(sees(pid), Vec::<String>::new(), "it is out of sight");
        let labels: Vec<String> = menu.lines().await.into_iter().map(|(_, label)| label).collect();
        assert_eq!(
            labels,
            [
                "Today: no account yet",
                "Next expiry: none known",
                "Tightest limit: none known",
                "Sync now",
                "Open Spendglass",
                "Quit Spendglass"
            ]
        );
        menu.click("Open").await;
        holds("the window comes", async || sees(pid).len() == 1).await;
        // Closing ends it: the person did not ask for it to stay.
        close(&sees(pid)[0]);
        let end = Instant::now() + PATIENCE;
        while program.ended().is_none() {
            assert!(Instant::now() < end, "the program stays in the tray though nobody asked for it");
            tokio::time::sleep(PAUSE).await;
        }
    });
}

#[test]
fn a_closed_window_stays_in_the_tray_and_is_never_out_of_reach() {
    drive(async || {
        let stage = Stage::new("tray", 63).await;
        keep_in_tray(&stage).await;
        let panel = Panel::open().await;
        let window = stage.open().await;
        let own = standing(&window).await;
        let menu = panel.menu().await;

        // What is synced is told.
        stage.connect(&window, "openai").await;
        let today = wait("today is told", async || {
            menu.line("Today: ").await.filter(|(_, label)| label.ends_with(" USD billed"))
        });
        let (_, today) = today.await;
        let shown = window
            .js(
                "return document.querySelector('[data-testid=today-billed] [data-amount]').dataset.amount",
                &[],
            )
            .await;
        let exact: rust_decimal::Decimal = shown.as_str().unwrap().parse().unwrap();
        assert_eq!(today, format!("Today: {:.2} USD billed", exact.round_dp(2)));

        close(&own);
        holds("the window is hidden", async || window.on_screen(&["--onlyvisible"]).is_empty()).await;
        let before = stage.requests();
        menu.click("Sync").await;
        holds("it reads again", async || stage.requests() > before).await;
        menu.click("Tightest limit").await;
        holds("the window is back", async || window.on_screen(&["--onlyvisible"]).len() == 1).await;
        window
            .until(
                "the limits are shown",
                "return at('nav-limits')?.getAttribute('aria-current') === 'page'",
                &[],
            )
            .await;

        // The panel goes while the window is hidden.
        close(&own);
        holds("the window is hidden", async || window.on_screen(&["--onlyvisible"]).is_empty()).await;
        panel.bus.release_name(WATCHER).await.unwrap();
        holds("the window comes by itself", async || window.on_screen(&["--onlyvisible"]).len() == 1).await;

        // It comes back, and ends the program when it is asked to.
        panel.items.lock().unwrap().clear();
        panel.bus.request_name(WATCHER).await.unwrap();
        panel.menu().await.click("Quit").await;
        window.ended().await;
    });
}

#[test]
fn starting_at_login_is_asked_for_and_taken_back() {
    drive(async || {
        let stage = Stage::new("login", 64).await;
        let window = stage.open().await;
        standing(&window).await;
        let entry = session().join("home/.config/autostart/Spendglass.desktop");
        assert!(!entry.exists(), "nothing is written unasked");
        window.click("nav-settings").await;
        let switch = async |on: bool| {
            window.click("start-at-login").await;
            let script = "return at('start-at-login').checked === arguments[0]";
            window.until("the switch is moved", script, &[json!(on)]).await;
        };
        switch(true).await;
        holds("the entry is written", async || entry.exists()).await;
        let text = std::fs::read_to_string(&entry).unwrap();
        let data_dir = stage.data_dir();
        let line = format!("Exec={BINARY} --hidden \"--data-dir={}\"", data_dir.display());
        assert!(text.lines().any(|found| found == line), "{text}");
        switch(false).await;
        holds("the entry is gone", async || !entry.exists()).await;
        window.quit().await;
    });
}
