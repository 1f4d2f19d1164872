//! The real window under `WebDriver`: it is started, used as a person uses it, and read.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::processes;
use crate::stage::{out_dir, run};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_spendglass-app");
/// Nothing that a test waits for takes longer on a slow machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);
pub(crate) const PAUSE: Duration = Duration::from_millis(20);
/// What every script begins with.
const PRELUDE: &str = r#"
const at = (id) => document.querySelector(`[data-testid="${id}"]`);
const all = (id) => [...document.querySelectorAll(`[data-testid="${id}"]`)];
const seen = (node) => node !== null && node.checkVisibility();
"#;

pub(crate) mod keys {
    pub(crate) const TAB: char = '\u{e004}';
    pub(crate) const ENTER: char = '\u{e007}';
    pub(crate) const SHIFT: char = '\u{e008}';
    pub(crate) const CONTROL: char = '\u{e009}';
    pub(crate) const ESCAPE: char = '\u{e00c}';
    pub(crate) const END: char = '\u{e010}';
    pub(crate) const HOME: char = '\u{e011}';
    pub(crate) const LEFT: char = '\u{e012}';
    pub(crate) const UP: char = '\u{e013}';
    pub(crate) const RIGHT: char = '\u{e014}';
    pub(crate) const DOWN: char = '\u{e015}';
    pub(crate) const F5: char = '\u{e035}';
}

/// A window, its driver and what they said. Both end with it.
pub(crate) struct Window {
    client: Client,
    address: String,
    _driver: Driver,
    pid: u32,
    name: String,
    log: PathBuf,
}

impl Window {
    /// Starts the program over a data folder. What it says goes into a file of this name.
    pub(crate) async fn open(name: &str, data_dir: &Path, now: &str) -> Window {
        Window::open_on(None, name, data_dir, now).await
    }

    /// The same on the bus of this address, in place of the session's.
    pub(crate) async fn open_on(bus: Option<&str>, name: &str, data_dir: &Path, now: &str) -> Window {
        Window::open_program(BINARY, bus, name, data_dir, now).await
    }

    /// The same with this program, such as the optimised one.
    pub(crate) async fn open_program(
        program: &str,
        bus: Option<&str>,
        name: &str,
        data_dir: &Path,
        now: &str,
    ) -> Window {
        let log = out_dir().join(format!("{name}.log"));
        let said = File::options().create(true).append(true).open(&log).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let driver = Command::new("WebKitWebDriver")
            .envs(bus.map(|address| ("DBUS_SESSION_BUS_ADDRESS", address)))
            .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            // Whatever GLib's libraries have to say is searched for keys, too.
            .env("G_MESSAGES_DEBUG", "all")
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .expect("WebKitWebDriver (package webkit2gtk-driver) is missing");
        let driver = Driver(driver);
        let data_dir = data_dir.to_str().unwrap();
        let args = ["--data-dir", data_dir, "--now", now, "--timezone", "Asia/Kolkata"];
        let mut wanted = Capabilities::new();
        wanted.insert("webkitgtk:browserOptions".to_owned(), json!({"binary": program, "args": args}));
        let end = Instant::now() + PATIENCE;
        let client = loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            match builder.capabilities(wanted.clone()).connect(&format!("http://127.0.0.1:{port}")).await {
                Ok(client) => break client,
                Err(error) if Instant::now() > end => {
                    panic!("no session: {error}\n{}", fs::read_to_string(&log).unwrap_or_default())
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        };
        let pid = processes::with_arguments(program, data_dir).expect("the program runs");
        Window {
            client,
            address: format!("http://127.0.0.1:{port}"),
            _driver: driver,
            pid,
            name: name.to_owned(),
            log,
        }
    }

    /// Hundredths of a second of processor time that the window and its processes have had.
    pub(crate) fn ticks(&self) -> u64 {
        processes::ticks(self.pid)
    }

    /// Runs a script in the page: `at(id)` is the element of that test id, `all(id)` are all of them.
    pub(crate) async fn js(&self, script: &str, args: &[Value]) -> Value {
        match self.client.execute(&format!("{PRELUDE}{script}"), args.to_vec()).await {
            Ok(value) => value,
            Err(error) => self.fail(&format!("{script}: {error}")).await,
        }
    }

    /// Runs a script that ends by calling its last argument.
    pub(crate) async fn js_later(&self, script: &str, args: &[Value]) -> Value {
        match self.client.execute_async(&format!("{PRELUDE}{script}"), args.to_vec()).await {
            Ok(value) => value,
            Err(error) => self.fail(&format!("{script}: {error}")).await,
        }
    }

    /// Waits until a script returns something other than `null`, `false` or nothing.
    pub(crate) async fn until(&self, what: &str, script: &str, args: &[Value]) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let value = self.js(script, args).await;
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return value;
            }
            if Instant::now() > end {
                self.fail(&format!("waited in vain until {what}")).await;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until the first element of a test id is shown.
    pub(crate) async fn shown(&self, id: &str) -> Element {
        let script = "return all(arguments[0]).some(seen)";
        self.until(&format!("{id} is shown"), script, &[json!(id)]).await;
        self.element(&format!("[data-testid=\"{id}\"]")).await
    }

    pub(crate) async fn element(&self, selector: &str) -> Element {
        match self.client.find(Locator::Css(selector)).await {
            Ok(element) => element,
            Err(error) => self.fail(&format!("{selector}: {error}")).await,
        }
    }

    pub(crate) async fn gone(&self, id: &str) {
        let script = "return !all(arguments[0]).some(seen)";
        self.until(&format!("{id} is gone"), script, &[json!(id)]).await;
    }

    /// Clicks with the pointer, once it can be pressed: what is read in the background holds a button back for a moment.
    pub(crate) async fn click(&self, id: &str) {
        let script = "const node = all(arguments[0]).find(seen); return node && node.ariaDisabled !== 'true'";
        self.until(&format!("{id} can be pressed"), script, &[json!(id)]).await;
        if let Err(error) = self.shown(id).await.click().await {
            self.fail(&format!("{id} could not be clicked: {error}")).await;
        }
    }

    /// Types into a field, key by key; a long text is put in at once, as pasting does.
    pub(crate) async fn enter(&self, id: &str, text: &str) {
        if text.len() > 20 {
            self.shown(id).await;
            let script =
                "at(arguments[0]).focus(); return document.execCommand('insertText', false, arguments[1])";
            let put = self.js(script, &[json!(id), json!(text)]).await;
            return self.check(put == true, &format!("nothing could be put into {id}")).await;
        }
        if let Err(error) = self.shown(id).await.send_keys(text).await {
            self.fail(&format!("nothing could be typed into {id}: {error}")).await;
        }
    }

    /// Empties a field as a person does; `WebDriver`'s own way fires no `input` event.
    pub(crate) async fn empty(&self, id: &str) {
        self.enter(id, "\u{e009}a\u{e000}\u{e003}").await;
    }

    /// Presses a key on whatever has the focus.
    pub(crate) async fn press(&self, modifiers: &[char], key: char) {
        if let Err(error) = self.client.perform_actions(strokes(modifiers, key)).await {
            self.fail(&format!("the key {key:?} could not be pressed: {error}")).await;
        }
    }

    /// Presses a key that ends the program, and waits until it has ended.
    pub(crate) async fn press_and_end(self, modifiers: &[char], key: char) {
        // The page may be gone before the driver has heard of it.
        let _ = self.client.perform_actions(strokes(modifiers, key)).await;
        self.ended().await;
    }

    /// What a person reads in the first element of a test id.
    pub(crate) async fn text(&self, id: &str) -> String {
        let script = "const node = all(arguments[0]).find(seen); return node ? node.innerText.trim() : null";
        let text = self.until(&format!("{id} has a text"), script, &[json!(id)]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an element says something that contains each of the words, and gives the whole.
    pub(crate) async fn says(&self, id: &str, words: &[&str]) -> String {
        let script = "const text = all(arguments[0]).find(seen)?.innerText ?? ''; \
                      return arguments[1].every((word) => text.includes(word)) ? text.trim() : null";
        let what = format!("{id} says {words:?}");
        self.until(&what, script, &[json!(id), json!(words)]).await.as_str().unwrap_or_default().to_owned()
    }

    /// Checks something about the page; what was seen is told where it does not hold.
    pub(crate) async fn check(&self, holds: bool, what: &str) {
        if !holds {
            self.fail(what).await;
        }
    }

    /// The test id of whatever has the focus, or its tag.
    pub(crate) async fn focus(&self) -> String {
        let script = "const node = document.activeElement; return node.dataset.testid ?? node.localName";
        self.js(script, &[]).await.as_str().unwrap_or_default().to_owned()
    }

    /// The role and the name that a screen reader is given of the first element of a selector.
    pub(crate) async fn computed(&self, selector: &str) -> (String, String) {
        let session = self.client.session_id().await.unwrap().expect("a session");
        let base = format!("{}/session/{session}", self.address);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let wanted = json!({"using": "css selector", "value": selector});
        let answer = http.post(format!("{base}/element")).json(&wanted).send().await.unwrap();
        let found: Value = answer.json().await.unwrap();
        let element =
            found["value"].as_object().and_then(|told| told.values().next()?.as_str().map(str::to_owned));
        let Some(element) = element else { self.fail(&format!("{selector}: {found}")).await };
        let mut told = Vec::new();
        for what in ["computedrole", "computedlabel"] {
            let answer = http.get(format!("{base}/element/{element}/{what}")).send().await.unwrap();
            let answer: Value = answer.json().await.unwrap();
            told.push(answer["value"].as_str().unwrap_or_default().to_owned());
        }
        let name = told.pop().unwrap_or_default();
        (told.pop().unwrap_or_default(), name)
    }

    pub(crate) async fn resize(&self, width: u32, height: u32) {
        // The driver would wait for ever for a change that does not come.
        if self.size().await != (width.into(), height.into()) {
            self.client.set_window_size(width, height).await.unwrap();
        }
        self.until("the window has its size", "return innerWidth === arguments[0]", &[json!(width)]).await;
    }

    pub(crate) async fn size(&self) -> (u64, u64) {
        self.client.get_window_size().await.unwrap()
    }

    /// A picture of the window, by another program: the driver's own waits for ever where nothing moves.
    pub(crate) fn photograph(&self, path: &Path) {
        let [window] = self.on_screen(&[]).try_into().expect("the program has one window");
        let taken = run("import", &["-window", &window, path.to_str().unwrap()]);
        assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    }

    /// The windows of the program on the screen, by their numbers; only those that can be seen with `--onlyvisible`.
    pub(crate) fn on_screen(&self, more: &[&str]) -> Vec<String> {
        let pid = self.pid.to_string();
        let which = ["--all", "--maxdepth", "1", "--pid", &pid, "--name", "^Spendglass$"];
        let found = run("xdotool", &[&["search"], more, &which].concat());
        String::from_utf8(found.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    /// Nothing the program has open leads off this machine.
    pub(crate) fn stays_on_this_machine(&self) {
        let strangers = processes::strangers(self.pid);
        assert!(strangers.is_empty(), "the window speaks to {strangers:?}");
    }

    /// Ends the program as the system does, and waits until it has ended in order.
    pub(crate) async fn quit(self) {
        self.stays_on_this_machine();
        processes::ask_to_end(self.pid);
        self.ended().await;
    }

    /// Waits until the program has ended in order.
    pub(crate) async fn ended(self) {
        let end = Instant::now() + PATIENCE;
        while processes::alive(self.pid) {
            assert!(Instant::now() < end, "the program does not end when it is asked to");
            tokio::time::sleep(PAUSE).await;
        }
        let said = String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned();
        assert!(!said.contains("panicked at"), "{said}");
    }

    /// Fails with what is on the screen.
    pub(crate) async fn fail(&self, what: &str) -> ! {
        let picture = out_dir().join(format!("{}-failed.png", self.name));
        // The failure matters more than its picture.
        let windows = self.on_screen(&[]);
        let taken = windows
            .first()
            .map(|window| run("import", &["-window", window, picture.to_str().unwrap()]).status);
        let shown = match taken {
            Some(status) if status.success() => picture.display().to_string(),
            _ => "no picture could be taken".to_owned(),
        };
        let page = self.client.execute("return document.body.innerText", vec![]).await;
        let page =
            page.map_or_else(|error| error.to_string(), |text| text.as_str().unwrap_or_default().to_owned());
        panic!("{what}\n--- page ({shown}; log {}):\n{page}\n---", self.log.display());
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        processes::end(self.pid);
    }
}

/// A key pressed and let go, with others held meanwhile.
fn strokes(modifiers: &[char], key: char) -> KeyActions {
    let mut actions = KeyActions::new("keyboard".to_owned());
    for &value in modifiers.iter().chain([&key]) {
        actions = actions.then(KeyAction::Down { value });
    }
    for &value in [&key].into_iter().chain(modifiers) {
        actions = actions.then(KeyAction::Up { value });
    }
    actions
}

/// The driver, ended and waited for.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
