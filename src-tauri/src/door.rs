//! The one door of the page: it asks by `call`, and hears by `hear`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use spendglass_core::api::{
    self, ApiError, App, DesktopWays, ErrorCode, Event, FileChooser, LeftBehind, PlaceChooser, Request,
    Response, Told,
};
use spendglass_core::notice::Desktop;
use tauri::async_runtime::JoinHandle;
use tauri::{AppHandle, Manager, State};
use tauri_plugin_autostart::ManagerExt as _;
use tauri_plugin_dialog::DialogExt;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::{OnceCell, RwLock, oneshot, watch};

use crate::first::First;
use crate::heard::{Heard, News, PATIENCE};
use crate::links::{self, Sources};
use crate::options::Options;
use crate::{menu, show, tray};

/// The core, opened by the first who needs it. Where it does not open, every request is answered with the reason, and the
/// next one tries again: a full disk or a missing folder can be mended while the window stands.
pub(crate) struct Door {
    options: Options,
    first: First,
    // Another one after everything was deleted.
    app: RwLock<OnceCell<App>>,
    emptied: AtomicBool,
    // What goes on beside the page: the loop, the tray, the calendar's address.
    beside: Mutex<Vec<JoinHandle<()>>>,
    // Whether the page has had its first figures.
    answered: watch::Sender<bool>,
}

/// What goes on beside the page lets the page come first: until it has figures, or for so long.
const PAGE_FIRST: Duration = Duration::from_secs(3);
/// And until it has painted them.
const PAINTING: Duration = Duration::from_millis(400);

impl Door {
    pub(crate) fn new(options: Options) -> Door {
        Door {
            options,
            first: First::default(),
            app: RwLock::default(),
            emptied: AtomicBool::new(false),
            beside: Mutex::default(),
            answered: watch::Sender::default(),
        }
    }

    /// What is put into the page.
    pub(crate) fn first(&self) -> &First {
        &self.first
    }

    async fn app(&self, page: &AppHandle) -> Result<App, ApiError> {
        let open = async || {
            let app = App::open(self.options.config()?).await?;
            self.emptied.store(false, Ordering::Relaxed);
            tauri::async_runtime::spawn(pass_on(app.events(), page.clone()));
            app.choose_files_with(chooser(page.clone()));
            app.choose_places_with(place_chooser(page.clone()));
            app.use_desktop(desktop(page.clone()));
            self.begin(&app, page);
            Ok(app)
        };
        self.app.read().await.get_or_try_init(open).await.cloned()
    }

    pub(crate) async fn ask(&self, page: &AppHandle, request: Request) -> Result<Response, ApiError> {
        let app = self.app(page).await?;
        if !matches!(request, Request::DeleteEverything(_)) {
            let answer = api::handle(&app, request).await;
            if let Ok(answer) = &answer {
                page.state::<Sources>().learn(answer);
                if matches!(answer, Response::Overview(_)) {
                    self.answered.send_replace(true);
                }
            }
            return answer;
        }
        // What goes on beside the page holds the store, and would write into it again.
        self.end_beside().await;
        let answer = api::handle(&app, request).await;
        match &answer {
            Ok(_) => {
                app.close().await;
                self.app.write().await.take();
                self.emptied.store(true, Ordering::Relaxed);
                page.state::<Sources>().forget();
            }
            Err(_) => self.begin(&app, page),
        }
        answer
    }

    /// Whether everything was deleted and nothing was begun since.
    pub(crate) fn was_emptied(&self) -> bool {
        self.emptied.load(Ordering::Relaxed)
    }

    /// Begins what goes on beside the page.
    fn begin(&self, app: &App, page: &AppHandle) {
        app.show_on(Desktop::session());
        let (page, app, hidden) = (page.clone(), app.clone(), self.options.hidden());
        let (watched, calendar) = (app.clone(), app.clone());
        let turn = || after_page(self.answered.subscribe());
        let (first, second, third) = (turn(), turn(), turn());
        let mut beside = self.beside.lock().unwrap_or_else(PoisonError::into_inner);
        beside.extend([
            tauri::async_runtime::spawn(async move {
                let began = tray::begin(&page, &app).await;
                first.await;
                tray::tend(page, app, hidden, began).await;
            }),
            tauri::async_runtime::spawn(async move {
                second.await;
                keep_watch(watched).await;
            }),
            tauri::async_runtime::spawn(async move {
                third.await;
                calendar.serve_calendar().await;
            }),
        ]);
    }

    /// Says whether the person looks at the window now: figures are then read more often.
    pub(crate) fn looked_at(&self, looks: bool) {
        if let Some(app) = self.app.try_read().ok().and_then(|app| app.get().cloned()) {
            app.looked_at(looks);
        }
    }

    async fn end_beside(&self) {
        let beside = std::mem::take(&mut *self.beside.lock().unwrap_or_else(PoisonError::into_inner));
        for task in beside {
            task.abort();
            // It ends because it was stopped.
            let _ = task.await;
        }
    }

    /// Stops the syncs under way and waits for them.
    pub(crate) async fn close(&self) {
        self.end_beside().await;
        let app = self.app.read().await.get().cloned();
        if let Some(app) = app {
            app.close().await;
        }
    }
}

/// Waits until the page has painted its first figures, or until it takes too long.
async fn after_page(mut answered: watch::Receiver<bool>) {
    if tokio::time::timeout(PAGE_FIRST, answered.wait_for(|answered| *answered)).await.is_ok() {
        tokio::time::sleep(PAINTING).await;
    }
}

/// Reads, raises and delivers for as long as the program runs. What it does is told on the screens.
async fn keep_watch(app: App) {
    let tell = |told: Told| {
        if let Told::Failed { words } = told {
            eprintln!("spendglass-app: {words}");
        }
    };
    if let Err(error) = app.watch(&tell).await {
        eprintln!("spendglass-app: nothing is watched: {error}");
    }
}

/// Opens the store while the system makes the window, and asks for the first figures, so that the page comes with them.
pub(crate) async fn open(page: AppHandle) {
    let door = page.state::<Door>();
    if let Ok(app) = door.app(&page).await {
        door.first.ask(&app).await;
    } else {
        // A failure is told in answer to the page's first request, where the person can see it. It may be known before there is a
        // window: what is posted comes after that.
        let here = page.clone();
        let _ = page.run_on_main_thread(move || show(&here, None));
    }
}

#[tauri::command]
pub(crate) async fn call(
    page: AppHandle,
    door: State<'_, Door>,
    request: Value,
) -> Result<Response, ApiError> {
    door.ask(&page, read(request)?).await
}

/// What happened after so many things that the page heard of.
#[tauri::command]
pub(crate) async fn hear(heard: State<'_, Heard>, seen: Option<u64>) -> Result<News, ()> {
    Ok(heard.after(seen, PATIENCE).await)
}

/// The reader's own words would repeat what it could not read, and that may be a key.
fn read(request: Value) -> Result<Request, ApiError> {
    serde_json::from_value(request).map_err(|_| ApiError {
        code: ErrorCode::BadRequest,
        message: "The page asked for something that Spendglass does not know. Please report this.".to_owned(),
        retry_at: None,
        field: None,
    })
}

/// The system's dialog for choosing a file.
fn chooser(page: AppHandle) -> FileChooser {
    Arc::new(move || {
        let (chosen, choice) = oneshot::channel();
        page.dialog().file().set_title("Choose a file").pick_file(move |file| {
            let path = file.and_then(|file| file.into_path().ok());
            // Nobody waits any more where the window was closed meanwhile.
            let _ = chosen.send(path);
        });
        Box::pin(async move { choice.await.ok().flatten() })
    })
}

/// The system's dialog for choosing where to keep a file.
fn place_chooser(page: AppHandle) -> PlaceChooser {
    Arc::new(move |name: String| {
        let (chosen, choice) = oneshot::channel();
        let mut dialog = page.dialog().file().set_title("Save a file").set_file_name(&name);
        if let Some((_, ending)) = name.rsplit_once('.') {
            dialog = dialog.add_filter(ending.to_uppercase(), &[ending]);
        }
        dialog.save_file(move |file| {
            let path = file.and_then(|file| file.into_path().ok());
            // Nobody waits any more where the window was closed meanwhile.
            let _ = chosen.send(path);
        });
        Box::pin(async move { choice.await.ok().flatten() })
    })
}

/// What the desktop keeps of this program, and shows.
fn desktop(page: AppHandle) -> DesktopWays {
    DesktopWays {
        forget_login: Box::new(move || {
            let system = page.autolaunch();
            let told = system.disable();
            let there = system.is_enabled().unwrap_or(false);
            there.then(|| LeftBehind {
                what: "The entry that starts Spendglass at login".to_owned(),
                why: format!(
                    "It could not be taken away{}. Remove it in your system's settings.",
                    told.err().map(|error| format!(" ({error})")).unwrap_or_default()
                ),
                failed: true,
            })
        }),
        show_folder: Box::new(|folder| tokio::task::block_in_place(|| links::open_with_system(folder))),
    }
}

async fn pass_on(mut events: Receiver<Event>, page: AppHandle) {
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            // Some were missed: the page reads everything again.
            Err(RecvError::Lagged(_)) => Event::Changed,
            Err(RecvError::Closed) => return,
        };
        if let Event::Show { screen } = &event {
            show(&page, Some(screen));
            continue;
        }
        if let Event::MenuAsked { language } = event {
            menu::ask(&page, language);
            continue;
        }
        if event == Event::QuitAsked {
            page.exit(0);
            continue;
        }
        page.state::<Heard>().tell(event);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_read_by_its_method() {
        assert!(matches!(read(json!({"method": "accounts"})), Ok(Request::Accounts)));
    }

    #[test]
    fn what_cannot_be_read_is_not_repeated() {
        let requests = [
            json!({"method": "sk-secret"}),
            json!({"method": "replaceKey", "params": {"account": "sk-secret", "key": "sk-secret"}}),
            json!("sk-secret"),
        ];
        for request in requests {
            let error = read(request).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest);
            assert!(!format!("{error:?}").contains("sk-secret"), "{error}");
        }
    }
}
