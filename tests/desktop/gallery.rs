//! Pictures of every screen and every state, and a page on which a person leafs through them: `make gallery`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::looks::{ROOT, SCREENS, go, prepay, settled};
use crate::stage::{Stage, drive, out_dir, run};
use crate::window::{Window, keys};

const SIZES: [(u32, u32); 3] = [(360, 1100), (1024, 1100), (1920, 1150)];
const THEMES: [&str; 2] = ["light", "dark"];

/// Whether every picture is taken in each size and theme; else one of each, as it stands.
fn is_whole() -> bool {
    #[expect(clippy::disallowed_methods, reason = "asks how many pictures are wanted")]
    std::env::var_os("SPENDGLASS_GALLERY").is_some()
}

fn folder() -> PathBuf {
    let folder = if is_whole() { Path::new(ROOT).join("target/gallery") } else { out_dir().join("gallery") };
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Keeps what the window shows, as `GROUP--NAME`.
pub(crate) async fn keep(window: &Window, group: &str, name: &str) {
    let folder = folder();
    if !is_whole() {
        window.photograph(&folder.join(format!("{group}--{name}.png")));
        return;
    }
    let before = window.size().await;
    let worn = window.js("return document.documentElement.dataset.theme ?? null", &[]).await;
    let wear = "if (arguments[0] === null) delete document.documentElement.dataset.theme; \
                else document.documentElement.dataset.theme = arguments[0]";
    for (width, height) in SIZES {
        window.resize(width, height).await;
        for theme in THEMES {
            window.js(wear, &[json!(theme)]).await;
            steady(window).await;
            window.photograph(&folder.join(format!("{group}--{name}--{theme}--{width}.png")));
        }
    }
    window.js(wear, &[worn]).await;
    window.resize(u32::try_from(before.0).unwrap(), u32::try_from(before.1).unwrap()).await;
    write_index(&folder);
}

/// Charts are drawn to the width there is. What is under way, such as a sync that is shown, may move on.
async fn steady(window: &Window) {
    if window.js("return all('sync-cancel').some(seen)", &[]).await == true {
        let script = "return [...document.querySelectorAll('[data-testid=chart] svg')] \
                      .every((svg) => Math.abs(svg.getBoundingClientRect().width - svg.width.baseVal.value) < 1.5)";
        window.until("the charts have their width", script, &[]).await;
    } else {
        settled(window).await;
    }
}

/// The page: plain, by group and name; the arrow keys leaf.
fn write_index(folder: &Path) {
    type Pictures = BTreeSet<(String, u32, String)>;
    let mut shown: BTreeMap<(String, String), Pictures> = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let parts: Vec<&str> = file.trim_end_matches(".png").split("--").collect();
        if let [group, name, theme, width] = parts.as_slice() {
            let picture = ((*theme).to_owned(), width.parse().unwrap(), file.clone());
            shown.entry(((*group).to_owned(), (*name).to_owned())).or_default().insert(picture);
        }
    }
    let mut body = String::new();
    for ((group, name), pictures) in shown {
        writeln!(body, "<section><h2>{group}: {name}</h2>").unwrap();
        for (_, _, file) in pictures {
            writeln!(body, "<a href=\"{file}\"><img loading=\"lazy\" src=\"{file}\" alt=\"{file}\"></a>")
                .unwrap();
        }
        writeln!(body, "</section>").unwrap();
    }
    fs::write(folder.join("index.html"), PAGE.replace("<!-- pictures -->", &body)).unwrap();
}

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Gallery of Spendglass</title>
<style>
body { margin: 16px; font: 14px/1.4 system-ui, sans-serif; background: #777; color: #fff }
section { margin-bottom: 24px }
img { height: 260px; max-width: 100%; border: 1px solid #444; vertical-align: top }
dialog { padding: 0; border: 0; background: #555; max-width: 100vw; max-height: 100vh; overflow: auto }
dialog img { height: auto; max-width: 100vw }
dialog p { margin: 0; padding: 4px 12px; color: #fff; position: sticky; top: 0; background: #222 }
</style>
<h1>Gallery</h1>
<p>Press a picture to enlarge it. Arrow left and right: the one before and the next. Arrow up and down: the section before and the next. Esc: back.</p>
<!-- pictures -->
<dialog><p></p><img alt=""></dialog>
<script>
const links = [...document.querySelectorAll('section a')];
const dialog = document.querySelector('dialog');
let at = 0;
function show(next) {
  at = (next + links.length) % links.length;
  const file = links[at].getAttribute('href');
  dialog.querySelector('p').textContent = `${at + 1} of ${links.length}: ${file}`;
  dialog.querySelector('img').src = file;
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}
links.forEach((link, place) => link.addEventListener('click', (event) => { event.preventDefault(); show(place); }));
const sectionOf = (place) => links[place].closest('section');
addEventListener('keydown', ({ key }) => {
  if (!links.length) return;
  if (key === 'ArrowRight') show(dialog.open ? at + 1 : 0);
  if (key === 'ArrowLeft') show(at - 1);
  if (key === 'ArrowDown' && dialog.open) {
    const next = links.findIndex((link, place) => place > at && sectionOf(place) !== sectionOf(at));
    show(next < 0 ? 0 : next);
  }
  if (key === 'ArrowUp' && dialog.open) show(links.indexOf(sectionOf((links.indexOf(sectionOf(at).querySelector('a')) - 1 + links.length) % links.length).querySelector('a')));
});
</script>
</html>
"#;

/// Every screen, dialog and inbox in every size and theme. The states are taken by the tests of states, under the same variable.
#[test]
#[ignore = "takes minutes; make gallery calls it"]
fn gallery_of_screens() {
    drive(async || {
        let stage = Stage::new("gallery", 7).await;
        assert!(run("dunstctl", &["set-paused", "true"]).status.success());
        let window = stage.open().await;
        window.shown("key-input").await;
        keep(&window, "first-run", "first-run").await;
        window.enter("key-input", &stage.provider("openai").ordinary_key).await;
        window.shown("key-recognised").await;
        keep(&window, "first-run", "key-of-the-wrong-kind").await;
        window.empty("key-input").await;
        for there in stage.town.accounts() {
            go(&window, "accounts").await;
            stage.connect(&window, there.id).await;
        }
        prepay(&window).await;
        for (screen, ready) in SCREENS {
            go(&window, screen).await;
            window.shown(ready).await;
            settled(&window).await;
            keep(&window, "screen", screen).await;
        }
        for (screen, opener, inside) in [
            ("credits", "lot-add", "lot-save"),
            ("credits", "lot-change", "lot-save"),
            ("settings", "budget-add", "budget-save"),
            ("accounts", "account-replace", "key-replace"),
            ("accounts", "account-remove", "account-remove-confirm"),
            ("accounts", "import-open", "import-look"),
            ("accounts", "entry-open", "entry-save"),
        ] {
            go(&window, screen).await;
            window.click(opener).await;
            window.shown(inside).await;
            keep(&window, "dialog", opener).await;
            window.press(&[], keys::ESCAPE).await;
            window.gone(inside).await;
        }
        window.press(&[keys::CONTROL], 'k').await;
        window.shown("palette-input").await;
        keep(&window, "dialog", "palette").await;
        window.press(&[], keys::ESCAPE).await;
        window.gone("palette-input").await;
        speak(&window, "hi").await;
        for (screen, ready) in SCREENS {
            go(&window, screen).await;
            window.shown(ready).await;
            settled(&window).await;
            keep(&window, "hindi", screen).await;
        }
        speak(&window, "en").await;
        window
            .js("window.__TAURI_INTERNALS__.invoke('call', { request: { method: 'enterSample' } })", &[])
            .await;
        window.shown("sample-ribbon").await;
        go(&window, "today").await;
        window.until("the sample is read", "return !all('sync-cancel').some(seen)", &[]).await;
        keep(&window, "screen", "sample-data").await;
        window.click("sample-leave").await;
        window.gone("sample-ribbon").await;
        window.quit().await;
        assert!(run("dunstctl", &["set-paused", "false"]).status.success());
    });
}

/// Puts the window into another language, as the setting does.
pub(crate) async fn speak(window: &Window, language: &str) {
    let script = "const done = arguments[arguments.length - 1]; \
        const ask = (request) => window.__TAURI_INTERNALS__.invoke('call', { request }); \
        ask({ method: 'settings' }) \
          .then(({ result }) => ask({ method: 'changeSettings', params: { ...result, language: arguments[0] } })) \
          .then(() => done('done'), (error) => done(error))";
    let done = window.js_later(script, &[json!(language)]).await;
    window.check(done == "done", &format!("the language could not be set: {done}")).await;
    let script = "return document.documentElement.lang === arguments[0]";
    window.until("the window speaks it", script, &[json!(language)]).await;
}
