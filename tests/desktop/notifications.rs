//! Notifications of the real program by the real notification daemon of the session, and what a person does with them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::{Stage, drive, holds, out_dir, run};
use crate::window::Window;

/// A button of a notification that is on the screen, or what the daemon keeps of those that are gone.
fn daemon(arguments: &[&str]) -> String {
    let said = run("dunstctl", arguments);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

fn displayed() -> usize {
    daemon(&["count", "displayed"]).parse().unwrap()
}

/// What was shown and is gone, the newest first: its number, title and body.
fn gone() -> Vec<(u64, String, String)> {
    let history: Value = serde_json::from_str(&daemon(&["history"])).unwrap();
    let text = |row: &Value, name: &str| row[name]["data"].as_str().unwrap().to_owned();
    let rows = history["data"][0].as_array().unwrap().iter();
    rows.map(|row| (row["id"]["data"].as_u64().unwrap(), text(row, "summary"), text(row, "body"))).collect()
}

/// A store with a month of spending, and a lot of it that lapses in three days.
async fn lapsing(stage: &Stage) -> i64 {
    let window = stage.open().await;
    stage.connect(&window, "openai").await;
    window.quit().await;
    let accounts = stage.ask(json!({"method": "accounts"})).await;
    let account = accounts[0]["id"].as_i64().unwrap();
    let lot = json!({"account": account, "amount": "250", "currency": "USD", "acquired": "2026-11-17", "rule": "on:2026-11-21", "kind": "granted"});
    stage.ask(json!({"method": "addLot", "params": lot})).await;
    account
}

#[test]
fn a_lot_that_lapses_is_shown_by_the_desktop_and_its_button_leads_to_it() {
    drive(async || {
        let stage = Stage::new("notification", 70).await;
        lapsing(&stage).await;
        daemon(&["close-all"]);
        let before: Vec<u64> = gone().into_iter().map(|(id, ..)| id).collect();

        let window = stage.open().await;
        window.shown("today-billed").await;
        holds("a notification is shown", async || displayed() > 0).await;
        run("import", &["-window", "root", out_dir().join("notification.png").to_str().unwrap()]);
        let lots = stage_lots(&window).await;
        let (left, pace) = (lots["left"].as_str().unwrap(), lots["neededPerDay"].as_str().unwrap());

        // The default action is what a click on it is.
        while displayed() > 1 {
            daemon(&["close"]);
        }
        daemon(&["action", "0"]);
        window
            .until(
                "the lots are shown",
                "return at('nav-credits')?.getAttribute('aria-current') === 'page'",
                &[],
            )
            .await;
        holds("it is gone", async || displayed() == 0).await;
        let new = || gone().into_iter().filter(|(id, ..)| !before.contains(id)).collect::<Vec<_>>();
        let shown = new();
        let (id, title, body) = shown
            .iter()
            .find(|(_, title, _)| title.contains("lapses"))
            .unwrap_or_else(|| panic!("{shown:?}"));
        let dollars = |text: &str| {
            let exact: rust_decimal::Decimal = text.parse().unwrap();
            format!("${:.2} ", exact.round_dp(2))
        };
        assert!(title.contains(&dollars(left)) && title.contains("OpenAI"), "{title}: {left} is left");
        assert!(body.contains("21 November") && body.contains(&dollars(left)), "{body}");
        assert!(body.contains(&format!("{}a day", dollars(pace))), "{body}: {pace} a day is needed");

        // The number that the daemon gave is the receipt in the inbox, and who opened it has seen it.
        window.quit().await;
        let inbox = stage.ask(json!({"method": "inbox", "params": {}})).await;
        let alert =
            inbox["alerts"].as_array().unwrap().iter().find(|alert| alert["rule"] == "expiry").unwrap();
        assert_eq!(alert["state"], "seen", "{alert}");
        let delivery = &alert["deliveries"][0];
        assert_eq!(
            (&delivery["channel"], &delivery["delivered"]),
            (&"desktop".into(), &true.into()),
            "{alert}"
        );
        assert_eq!(delivery["receipt"], id.to_string(), "{alert}");

        // It is not shown again the next time.
        let window = stage.open().await;
        window.shown("today-billed").await;
        window.click("sync-now").await;
        window.says("status", &["Everything is up to date."]).await;
        let again = new().into_iter().filter(|(other, title, _)| other != id && title.contains("lapses"));
        assert_eq!(again.collect::<Vec<_>>(), []);
        window.quit().await;
        daemon(&["close-all"]);
    });
}

async fn stage_lots(window: &Window) -> Value {
    let script = "const done = arguments[arguments.length - 1]; \
        window.__TAURI_INTERNALS__.invoke('call', { request: { method: 'credits', params: {} } }) \
          .then(({ result }) => done(result.lots[0]), (error) => done(error))";
    window.js_later(script, &[]).await
}

/// A bus on which nothing is, and on which nothing is started by being asked for.
pub(crate) struct Bus {
    daemon: Child,
    pub(crate) address: String,
    _folder: TempDir,
}

impl Bus {
    pub(crate) fn start() -> Bus {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("bus.conf");
        let place = folder.path().join("bus");
        let text = format!(
            "<busconfig><type>session</type><listen>unix:path={}</listen><policy context=\"default\">\
             <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
            place.display()
        );
        std::fs::write(&config, text).unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--print-address"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Bus { daemon, address: address.trim().to_owned(), _folder: folder }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

#[test]
fn where_nobody_shows_notifications_the_inbox_says_so_and_keeps_them() {
    drive(async || {
        let stage = Stage::new("no-notifications", 71).await;
        let lot = json!({"kind": "purchase", "amount": "30", "currency": "USD", "acquiredOn": "2026-11-02", "expiresOn": "2026-11-21"});
        stage.ask(json!({"method": "enter", "params": {"provider": "openai", "entry": lot}})).await;
        let bus = Bus::start();
        let window =
            Window::open_on(Some(&bus.address), "no-notifications", &stage.data_dir(), crate::stage::NOW)
                .await;
        window.shown("bell").await;
        window.click("bell").await;
        window.says("inbox-warning", &["No notification service", "inbox"]).await;
        let script = "return all('alert').some(({ dataset, innerText }) => dataset.rule === 'expiry' && innerText.includes('30'))";
        window.until("the alert waits in the inbox", script, &[]).await;
        window.quit().await;
    });
}

/// The picture of the documentation: `make screenshots`.
#[test]
#[ignore = "writes docs/; make screenshots calls it"]
fn screenshots_of_the_notification() {
    drive(async || {
        let stage = Stage::new("notification-picture", 7).await;
        lapsing(&stage).await;
        daemon(&["close-all"]);
        let painted = run("python3", &["-c", include_str!("backdrop.py")]);
        assert!(painted.status.success(), "{}", String::from_utf8_lossy(&painted.stderr));
        let window = stage.open().await;
        window.shown("today-billed").await;
        window.resize(1100, 620).await;
        let own = window.on_screen(&[]);
        // Below the corner in which the daemon shows what it is told.
        assert!(run("xdotool", &["windowmove", "--sync", &own[0], "790", "215"]).status.success());
        holds("a notification is shown", async || displayed() > 0).await;
        // It is drawn a moment after it is counted.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let picture = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/notification.png");
        let taken =
            run("import", &["-window", "root", "-crop", "1160x835+760+25", picture.to_str().unwrap()]);
        assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
        daemon(&["close-all"]);
        window.quit().await;
    });
}
