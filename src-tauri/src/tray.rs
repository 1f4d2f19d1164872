//! The tray: today, what lapses next, the tightest limit, and ways back to the window. Everything in it is in the window, too.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use spendglass_core::api::{App, Event, Glance, Request, Response, SyncQuery, handle};
use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager, Wry};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until};

use crate::door::Door;
use crate::{host, login, show};

/// After a start out of sight, how long the desktop may take to put up its tray.
const GRACE: Duration = Duration::from_secs(10);
/// A tray that goes may come back at once, such as when its panel is started anew.
const BREATH: Duration = Duration::from_secs(2);
/// What comes in a burst is read once.
const BURST: Duration = Duration::from_millis(500);
/// A new day begins without an event.
const STALE: Duration = Duration::from_mins(10);

/// The tray, once it stands, and whether somebody shows it.
#[derive(Default)]
pub(crate) struct Tray {
    shown: AtomicBool,
    keep: AtomicBool,
    lines: OnceLock<Option<Lines>>,
}

struct Lines {
    icon: TrayIcon<Wry>,
    today: MenuItem<Wry>,
    expiry: MenuItem<Wry>,
    limit: MenuItem<Wry>,
}

impl Tray {
    /// Whether there is a way back to the window from a tray.
    fn leads_back(&self) -> bool {
        self.shown.load(Ordering::Relaxed) && matches!(self.lines.get(), Some(Some(_)))
    }

    /// Whether closing the window leaves the program in the tray.
    pub(crate) fn keeps(&self) -> bool {
        self.keep.load(Ordering::Relaxed) && self.leads_back()
    }

    fn say(&self, glance: &Glance) -> tauri::Result<()> {
        let Some(Some(lines)) = self.lines.get() else { return Ok(()) };
        lines.today.set_text(plain(&glance.today))?;
        lines.expiry.set_text(plain(&glance.expiry))?;
        lines.limit.set_text(plain(&glance.limit))?;
        // Where there are tool tips. On Linux there are none.
        lines.icon.set_tooltip(Some(format!("Spendglass\n{}\n{}", glance.today, glance.expiry)))
    }
}

/// In a menu an ampersand underlines the letter after it.
fn plain(text: &str) -> String {
    text.replace('&', "&&")
}

/// What the person had when the program began, and what changed since.
pub(crate) struct Began {
    events: Receiver<Event>,
    login: login::Login,
}

/// Taken before anybody can change it: what is tended later still sees what was changed meanwhile.
pub(crate) async fn begin(page: &AppHandle, app: &App) -> Began {
    let events = app.events();
    Began { events, login: login::Login::at_start(settings(page, app).await) }
}

/// Keeps the tray as it should be for as long as the program runs: there where it can be seen, with the figures of now.
pub(crate) async fn tend(page: AppHandle, app: App, hidden: bool, began: Began) {
    let (say, mut hosts) = watch::channel(false);
    let hosting = host::watch(move |there| {
        // Nobody listens once the program ends.
        let _ = say.send(there);
    });
    let Began { mut events, mut login } = began;
    let tending = async {
        let mut rescue = hidden.then(|| Instant::now() + GRACE);
        let mut renew = Instant::now() + STALE;
        loop {
            tokio::select! {
                Ok(()) = hosts.changed() => {
                    let there = *hosts.borrow_and_update();
                    page.state::<Tray>().shown.store(there, Ordering::Relaxed);
                    if there {
                        stand(&page).await;
                        renew = Instant::now();
                    }
                    if page.state::<Tray>().leads_back() {
                        rescue = None;
                    } else {
                        rescue = rescue.or_else(|| Some(Instant::now() + BREATH));
                    }
                }
                () = sleep_until(rescue.unwrap_or(renew)), if rescue.is_some() => {
                    rescue = None;
                    bring_back(&page);
                }
                () = sleep_until(renew) => {
                    renew = Instant::now() + STALE;
                    refresh(&page, &app).await;
                }
                event = events.recv() => match event {
                    Ok(Event::Changed) | Err(RecvError::Lagged(_)) => {
                        login.follow(&page, settings(&page, &app).await);
                        renew = renew.min(Instant::now() + BURST);
                    }
                    Ok(Event::Synced { .. } | Event::Alerted { .. }) => {
                        renew = renew.min(Instant::now() + BURST);
                    }
                    Ok(_) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        }
    };
    tokio::join!(hosting, tending);
}

/// Whether to start at login, as the person has it; whether to stay in the tray is kept at hand, since a window that is being
/// closed does not wait.
async fn settings(page: &AppHandle, app: &App) -> Option<bool> {
    // What cannot be read stays as it was.
    let Ok(Response::Settings(settings)) = handle(app, Request::Settings).await else { return None };
    page.state::<Tray>().keep.store(settings.keep_in_tray, Ordering::Relaxed);
    Some(settings.start_at_login)
}

async fn refresh(page: &AppHandle, app: &App) {
    let tray = page.state::<Tray>();
    if !tray.leads_back() {
        return;
    }
    // The last figures stay where none can be read.
    if let Ok(glance) = app.glance().await
        && let Err(error) = tray.say(&glance)
    {
        eprintln!("spendglass-app: the tray could not be brought up to date: {error}");
    }
}

/// A window that is out of sight, with no tray to bring it back, goes where programs are switched.
fn bring_back(page: &AppHandle) {
    if page.state::<Tray>().leads_back() {
        return;
    }
    if let Some(window) = page.get_webview_window("main")
        && !window.is_visible().unwrap_or(true)
    {
        // A desktop may refuse either; there is nothing else to try.
        let _ = window.minimize();
        let _ = window.show();
    }
}

/// Puts up the tray, once. The library that draws it may be missing, and then panics.
async fn stand(page: &AppHandle) {
    let (done, ended) = oneshot::channel();
    let here = page.clone();
    let posted = page.run_on_main_thread(move || {
        here.state::<Tray>().lines.get_or_init(|| {
            let built = catch_unwind(AssertUnwindSafe(|| build(&here)));
            match built {
                Ok(Ok(lines)) => Some(lines),
                Ok(Err(error)) => {
                    eprintln!("spendglass-app: there is no tray: {error}");
                    None
                }
                Err(_) => {
                    eprintln!("spendglass-app: there is no tray: its library cannot be loaded");
                    None
                }
            }
        });
        // The other end waits, or the program ends.
        let _ = done.send(());
    });
    if posted.is_ok() {
        let _ = ended.await;
    }
}

fn build(page: &AppHandle) -> tauri::Result<Lines> {
    let item = |id: &str, text: &str| MenuItem::with_id(page, id, text, true, None::<&str>);
    let today = item("today", "Today: not read yet")?;
    let expiry = item("credits", "Next expiry: not read yet")?;
    let limit = item("limits", "Tightest limit: not read yet")?;
    let menu = Menu::with_items(
        page,
        &[
            &today,
            &expiry,
            &limit,
            &PredefinedMenuItem::separator(page)?,
            &item("sync", "Sync now")?,
            &item("open", "Open Spendglass")?,
            &item("quit", "Quit Spendglass")?,
        ],
    )?;
    let icon = TrayIconBuilder::with_id("spendglass")
        .icon(picture())
        .icon_as_template(cfg!(target_os = "macos"))
        .tooltip("Spendglass")
        .menu(&menu)
        .on_menu_event(|page, event| choose(page, event.id().as_ref()))
        .build(page)?;
    Ok(Lines { icon, today, expiry, limit })
}

/// macOS colours the sign itself; elsewhere it stands on a tile of its own, for light and dark panels.
fn picture() -> Image<'static> {
    #[cfg(target_os = "macos")]
    return tauri::include_image!("../icons/tray-template.png");
    #[cfg(not(target_os = "macos"))]
    tauri::include_image!("../icons/tray.png")
}

fn choose(page: &AppHandle, id: &str) {
    match id {
        "sync" => {
            let page = page.clone();
            tauri::async_runtime::spawn(async move {
                let door = page.state::<Door>();
                // How it went is told by its events, and on the screens.
                let _ = door.ask(&page, Request::Sync(SyncQuery::default())).await;
            });
        }
        "quit" => page.exit(0),
        "open" => show(page, None),
        screen => show(page, Some(screen)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_back_from_a_tray_that_nobody_shows_or_that_does_not_stand() {
        let tray = Tray::default();
        assert!(!tray.leads_back() && !tray.keeps());
        tray.keep.store(true, Ordering::Relaxed);
        tray.shown.store(true, Ordering::Relaxed);
        assert!(!tray.keeps(), "it does not stand yet");
        assert!(tray.lines.set(None).is_ok());
        assert!(!tray.keeps(), "its library is missing");
    }

    #[test]
    fn a_name_is_shown_as_it_is() {
        assert_eq!(plain("R&D: 5 % of a_b"), "R&&D: 5 % of a_b");
    }
}
