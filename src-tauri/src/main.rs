//! The window of Spendglass: shows the page, carries its requests to the core and the core's events back.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod door;
mod first;
mod heard;
mod host;
mod links;
mod login;
mod menu;
mod options;
mod packed;
#[cfg(target_os = "linux")]
mod plain;
mod sample;
mod tray;

use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use spendglass_core::api::Event;
use tauri::{AppHandle, Manager, RunEvent, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_window_state::StateFlags;

use door::Door;
use heard::Heard;
use links::Sources;
use options::Options;
use tray::Tray;

/// How long quitting waits for syncs to stop. What is not booked by then is read again the next time.
const FAREWELL: Duration = Duration::from_secs(5);

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let hidden = options.hidden();
    let screen = options.screen().map(str::to_owned);
    #[cfg(target_os = "linux")]
    plain::prefer();
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _folder| {
            // What starts at login does not come to the front where the person has it open.
            if !arguments.iter().any(|argument| argument == "--hidden") {
                show(app, options::screen_of(&arguments).as_deref());
            }
        }))
        .plugin(
            tauri_plugin_window_state::Builder::default()
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                .build(),
        )
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_autostart::Builder::new().args(login::arguments(&options)).build())
        .manage(Tray::default())
        .manage(Heard::default())
        .manage(Sources::default())
        .manage(Door::new(options))
        .on_menu_event(|app, event| menu::chosen(app, &event))
        .invoke_handler(tauri::generate_handler![door::call, door::hear])
        .on_window_event(|window, event| match event {
            WindowEvent::CloseRequested { api, .. } if window.state::<Tray>().keeps() => {
                api.prevent_close();
                // Where it cannot be hidden it stays.
                let _ = window.hide();
                window.state::<Door>().looked_at(false);
            }
            WindowEvent::Focused(focused) => window.state::<Door>().looked_at(*focused),
            _ => {}
        })
        .setup(move |app| {
            let handle = app.handle();
            tauri::async_runtime::spawn(end_when_asked(handle.clone()));
            tauri::async_runtime::spawn(door::open(handle.clone()));
            open_window(handle, hidden, screen.as_deref())?;
            Ok(())
        })
        .build(packed::context())
        .context("the window cannot be made")?
        .run(|app, event| {
            if matches!(event, RunEvent::Exit) {
                tauri::async_runtime::block_on(async {
                    // Late or not, the program ends now.
                    let _ = tokio::time::timeout(FAREWELL, app.state::<Door>().close()).await;
                });
                forget_place(app);
            }
        });
    Ok(())
}

/// Where everything was deleted, the size and place of the window go, too, which are written when it ends.
fn forget_place(app: &AppHandle) {
    let door = app.state::<Door>();
    if door.was_emptied()
        && let Ok(folder) = app.path().app_config_dir()
    {
        // There may be none, and a folder with something else in it stays.
        let _ = std::fs::remove_file(folder.join(tauri_plugin_window_state::DEFAULT_FILENAME));
        let _ = std::fs::remove_dir(folder);
    }
}

fn open_window(app: &AppHandle, hidden: bool, screen: Option<&str>) -> anyhow::Result<()> {
    let mut config = app.config().app.windows.first().context("the configuration names no window")?.clone();
    if let Some(screen) = screen {
        config.url = WebviewUrl::App(format!("index.html#{screen}").into());
    }
    let (here, opener) = (app.clone(), app.clone());
    let (served, font) = (app.clone(), desktop_font());
    WebviewWindowBuilder::from_config(app, &config)?
        .visible(!hidden)
        .on_web_resource_request(move |_, answer| {
            served.state::<Door>().first().put_into(answer, font.as_deref());
        })
        .on_navigation(move |url| {
            let own = links::is_own_page(url);
            if !own {
                links::open(&here, url);
            }
            own
        })
        .on_new_window(move |url, _features| {
            links::open(&opener, &url);
            tauri::webview::NewWindowResponse::Deny
        })
        .build()?;
    Ok(())
}

/// The desktop's own font by its name: called only `system-ui`, the web view looks it up anew for every size and weight.
#[cfg(target_os = "linux")]
fn desktop_font() -> Option<String> {
    use gtk::prelude::GtkSettingsExt as _;
    let name = gtk::Settings::default()?.gtk_font_name()?;
    Some(gtk::pango::FontDescription::from_string(&name).family()?.to_string())
}

#[cfg(not(target_os = "linux"))]
fn desktop_font() -> Option<String> {
    None
}

/// Brings the window to the front, on a screen where one is named.
pub(crate) fn show(app: &AppHandle, screen: Option<&str>) {
    if let Some(window) = app.get_webview_window("main") {
        // A desktop may refuse any of these; there is nothing else to try.
        let _ = window.show();
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
    if let Some(screen) = screen {
        app.state::<Heard>().tell(Event::Show { screen: screen.to_owned() });
    }
}

/// Quits in order when the system or a terminal asks for it: syncs stop, the window's place is kept.
async fn end_when_asked(app: AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut hang_up)) =
            (signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        else {
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
            Ok(()) = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    app.exit(0);
}
