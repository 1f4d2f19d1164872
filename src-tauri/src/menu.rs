//! The window's menu. On macOS it stands at the top of the screen; elsewhere it takes no room until F10 or Alt asks for it, since
//! all that is in it is in the page, too. What is chosen reaches the page as what it hears, under the names of its palette.

use std::collections::BTreeMap;

use spendglass_core::api::{Event, Language};
use tauri::menu::{IsMenuItem, Menu, MenuEvent, MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Manager, Wry};

use crate::heard::Heard;

/// Tells the items of this menu from the tray's.
const MARK: &str = "menu/";
const MAIN: &str = "main";
/// The page's own words: an item is called what the palette calls it.
const WORDS: [(Language, &str); 2] = [
    (Language::En, include_str!("../../ui/src/messages/en/shell.json")),
    (Language::Hi, include_str!("../../ui/src/messages/hi/shell.json")),
];
const SCREENS: [&str; 8] =
    ["today", "spend", "credits", "limits", "plans", "estimate", "accounts", "settings"];

/// What the menus themselves are called: file, edit, view, help, quit, take back.
const NAMES: [(Language, [&str; 6]); 2] = [
    (Language::En, ["File", "Edit", "View", "Help", "Quit", "Take back what was removed"]),
    (Language::Hi, ["फ़ाइल", "संपादन", "दृश्य", "सहायता", "बंद करें", "हटाया हुआ वापस लाएँ"]),
];

/// The words of one language.
struct Words {
    page: BTreeMap<String, String>,
    names: [&'static str; 6],
}

impl Words {
    fn of(language: Language) -> Words {
        let language = if language == Language::Hi { Language::Hi } else { Language::En };
        let page = WORDS.iter().find(|(of, _)| *of == language).map_or("{}", |(_, text)| text);
        let names = NAMES.iter().find(|(of, _)| *of == language).map_or(NAMES[0].1, |(_, names)| *names);
        // A test reads both.
        Words { page: serde_json::from_str(page).unwrap_or_default(), names }
    }

    /// In a menu an ampersand underlines the letter after it.
    fn say(&self, key: &str) -> String {
        self.page.get(key).map_or_else(|| key.to_owned(), |text| text.replace('&', "&&"))
    }
}

/// One item: what the page calls it, the message it is called by, and its keys.
type Item = (&'static str, &'static str, Option<&'static str>);

const FILE: [&[Item]; 3] = [
    &[
        ("addAccount", "shell.command.addAccount", None),
        ("import", "shell.command.import", None),
        ("enter", "shell.command.enter", None),
        ("budget", "shell.command.budget", None),
        ("lot", "shell.command.lot", None),
    ],
    &[("sync", "shell.command.sync", Some("CmdOrCtrl+R"))],
    &[
        ("export", "shell.command.export", None),
        ("chart", "shell.command.chart", None),
        ("backUp", "shell.command.backUp", None),
    ],
];
const LOOK: [&[Item]; 2] = [
    &[
        ("light", "shell.command.light", None),
        ("dark", "shell.command.dark", None),
        ("system", "shell.command.system", None),
    ],
    &[("privacy", "shell.privacy.label", Some("CmdOrCtrl+Shift+P"))],
];
const HELP: [&[Item]; 1] = [&[
    ("guide", "shell.command.guide", None),
    ("shortcuts", "shell.command.shortcuts", None),
    ("settings:about", "shell.settings.about", None),
]];

fn item(app: &AppHandle, words: &Words, (id, key, keys): Item) -> tauri::Result<MenuItem<Wry>> {
    MenuItem::with_id(app, format!("{MARK}{id}"), words.say(key), true, keys)
}

fn named(app: &AppHandle, id: &str, name: &str, keys: Option<&str>) -> tauri::Result<MenuItem<Wry>> {
    MenuItem::with_id(app, format!("{MARK}{id}"), name, true, keys)
}

/// Adds groups of items with lines between them.
fn fill(app: &AppHandle, words: &Words, menu: &Submenu<Wry>, groups: &[&[Item]]) -> tauri::Result<()> {
    for (at, group) in groups.iter().enumerate() {
        if at > 0 {
            menu.append(&PredefinedMenuItem::separator(app)?)?;
        }
        for one in *group {
            menu.append(&item(app, words, *one)?)?;
        }
    }
    Ok(())
}

fn build(app: &AppHandle, language: Language) -> tauri::Result<Menu<Wry>> {
    let words = Words::of(language);
    let [file_name, edit_name, view_name, help_name, quit_name, back_name] = words.names;

    let file = Submenu::new(app, file_name, true)?;
    fill(app, &words, &file, &FILE)?;
    if cfg!(not(target_os = "macos")) {
        file.append(&PredefinedMenuItem::separator(app)?)?;
        file.append(&named(app, "quit", quit_name, Some("CmdOrCtrl+Q"))?)?;
    }

    let edit = Submenu::new(app, edit_name, true)?;
    if cfg!(not(target_os = "linux")) {
        // On macOS copy and paste work by these alone. On Linux the fields do it themselves, and an item would take their keys.
        let own: [&dyn IsMenuItem<Wry>; 8] = [
            &PredefinedMenuItem::undo(app, None)?,
            &PredefinedMenuItem::redo(app, None)?,
            &PredefinedMenuItem::separator(app)?,
            &PredefinedMenuItem::cut(app, None)?,
            &PredefinedMenuItem::copy(app, None)?,
            &PredefinedMenuItem::paste(app, None)?,
            &PredefinedMenuItem::select_all(app, None)?,
            &PredefinedMenuItem::separator(app)?,
        ];
        edit.append_items(&own)?;
    }
    edit.append(&named(app, "undo", back_name, None)?)?;
    edit.append(&item(app, &words, ("palette", "shell.palette.placeholder", Some("CmdOrCtrl+K")))?)?;

    let view = Submenu::new(app, view_name, true)?;
    for (at, screen) in SCREENS.iter().enumerate() {
        let name = words.say(&format!("shell.screen.{screen}"));
        let keys = format!("CmdOrCtrl+{}", at + 1);
        view.append(&named(app, &format!("screen:{screen}"), &name, Some(&keys))?)?;
    }
    view.append(&item(app, &words, ("screen:inbox", "shell.screen.inbox", Some("CmdOrCtrl+I")))?)?;
    view.append(&PredefinedMenuItem::separator(app)?)?;
    fill(app, &words, &view, &LOOK)?;

    let help = Submenu::new(app, help_name, true)?;
    fill(app, &words, &help, &HELP)?;

    let menu = Menu::new(app)?;
    if cfg!(target_os = "macos") {
        menu.append(&application(app, &words)?)?;
    }
    menu.append_items(&[&file, &edit, &view, &help])?;
    Ok(menu)
}

/// The menu that macOS names after the program.
fn application(app: &AppHandle, words: &Words) -> tauri::Result<Submenu<Wry>> {
    let settings = words.say("shell.screen.settings");
    Submenu::with_items(
        app,
        "Spendglass",
        true,
        &[
            &item(app, words, ("settings:about", "shell.settings.about", None))?,
            &PredefinedMenuItem::separator(app)?,
            &named(app, "screen:settings", &settings, Some("CmdOrCtrl+,"))?,
            &PredefinedMenuItem::separator(app)?,
            &PredefinedMenuItem::services(app, None)?,
            &PredefinedMenuItem::separator(app)?,
            &PredefinedMenuItem::hide(app, None)?,
            &PredefinedMenuItem::hide_others(app, None)?,
            &PredefinedMenuItem::show_all(app, None)?,
            &PredefinedMenuItem::separator(app)?,
            &PredefinedMenuItem::quit(app, None)?,
        ],
    )
}

/// Puts the menu up, or away again; on macOS it changes its language.
pub(crate) fn ask(app: &AppHandle, language: Language) {
    let asked = if cfg!(target_os = "macos") {
        build(app, language).and_then(|menu| app.set_menu(menu).map(drop))
    } else {
        toggle(app, language)
    };
    if let Err(error) = asked {
        eprintln!("spendglass-app: the menu could not be shown: {error}");
    }
}

fn toggle(app: &AppHandle, language: Language) -> tauri::Result<()> {
    let Some(window) = app.get_webview_window(MAIN) else { return Ok(()) };
    if window.remove_menu()?.is_some() {
        return Ok(());
    }
    window.set_menu(build(app, language)?)?;
    #[cfg(target_os = "linux")]
    linux::enter(&window)?;
    Ok(())
}

/// Tells the page what was chosen, and puts the menu away.
pub(crate) fn chosen(app: &AppHandle, event: &MenuEvent) {
    let Some(what) = event.id().as_ref().strip_prefix(MARK) else { return };
    if cfg!(not(target_os = "macos"))
        && let Some(window) = app.get_webview_window(MAIN)
        && let Err(error) = window.remove_menu()
    {
        eprintln!("spendglass-app: the menu could not be put away: {error}");
    }
    if what == "quit" {
        app.exit(0);
    } else {
        app.state::<Heard>().tell(Event::Chosen { what: what.to_owned() });
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use gtk::prelude::{Cast as _, ContainerExt as _, MenuShellExt as _, WidgetExt as _};
    use tauri::{Manager as _, WebviewWindow};

    /// Opens the first menu by the keyboard. When it is left, the bar goes again.
    pub(super) fn enter(window: &WebviewWindow) -> tauri::Result<()> {
        let here = window.clone();
        window.run_on_main_thread(move || {
            let Ok(column) = here.default_vbox() else { return };
            let Some(bar) =
                column.children().into_iter().find_map(|child| child.downcast::<gtk::MenuBar>().ok())
            else {
                return;
            };
            let app = here.app_handle().clone();
            bar.connect_deactivate(move |_| {
                let app = app.clone();
                // What was chosen is still on its way: the bar goes after it.
                glib::idle_add_local_once(move || {
                    if let Some(window) = app.get_webview_window(super::MAIN)
                        && let Err(error) = window.remove_menu()
                    {
                        eprintln!("spendglass-app: the menu could not be put away: {error}");
                    }
                });
            });
            if let Some(first) = bar.children().first() {
                first.mnemonic_activate(false);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_has_its_words_in_every_language() {
        let items = FILE.iter().chain(&LOOK).chain(&HELP).flat_map(|group| group.iter());
        let keys: Vec<String> = items
            .map(|(_, key, _)| (*key).to_owned())
            .chain(SCREENS.iter().map(|screen| format!("shell.screen.{screen}")))
            .chain(["shell.screen.inbox", "shell.palette.placeholder"].map(str::to_owned))
            .collect();
        for language in [Language::En, Language::Hi, Language::System] {
            let words = Words::of(language);
            for key in &keys {
                assert_ne!(words.say(key), *key, "{language:?}");
            }
        }
        assert_eq!(Words::of(Language::System).say("shell.screen.today"), "Today");
        assert_ne!(Words::of(Language::Hi).say("shell.screen.today"), "Today");
    }

    #[test]
    fn every_item_is_known_to_the_page() {
        let page = include_str!("../../ui/src/commands.ts");
        for (id, ..) in FILE.iter().chain(&LOOK).chain(&HELP).flat_map(|group| group.iter()) {
            let known = id.split_once(':').map_or_else(
                || page.contains(&format!("act('{id}'")),
                |(kind, name)| page.contains(&format!("`{kind}:$")) && page.contains(&format!("'{name}'")),
            );
            assert!(known, "{id}");
        }
    }
}
