//! Where links lead: to the source of a figure, by the person's own browser, and nowhere else.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::json;

use crate::stage::{Stage, drive, holds, out_dir, session, wait};
use crate::window::{Window, keys};

/// What opens addresses here: it writes down what it was asked for and with which variables.
const BROWSER: &str = r#"#!/bin/sh
for address; do :; done
{ echo "$address"; env; } > "$SPENDGLASS_SESSION/opening"
mv "$SPENDGLASS_SESSION/opening" "$SPENDGLASS_SESSION/opened"
"#;
/// And what finds nothing to open them with.
const HELPLESS: &str = "#!/bin/sh\nexit 3\n";
/// What is set for the page alone.
const OWN: [&str; 4] =
    ["JSC_useJIT=", "WEBKIT_DISABLE_DMABUF_RENDERER=", "GDK_GL=", "WEBKIT_WEB_RENDER_DEVICE_FILE="];

#[test]
fn a_source_opens_in_the_browser_and_nothing_else_does() {
    drive(async || {
        let opened = session().join("opened");
        put("xdg-open", BROWSER);

        let stage = Stage::new("links", 63).await;
        let window = stage.open().await;
        stage.connect(&window, "openai").await;
        window.click("nav-plans").await;
        window.until("a plan stands there", "return all('plan-option').length > 0", &[]).await;
        window.js("all('plan-sources').forEach((details) => details.firstElementChild.click())", &[]).await;

        // One that nobody named is not followed, though it begins like one that is.
        let script = "const link = [...document.querySelectorAll('main a[target=_blank]')].find((link) => link.href.startsWith('https:') && seen(link)); \
                      if (!link) return null; \
                      const other = link.cloneNode(true); other.id = 'astray'; other.href += '?spent=12'; link.after(other); link.id = 'source'; return link.href";
        let source = window.until("a source is named", script, &[]).await;
        follow(&window, "astray").await;
        let refused =
            async || said().contains("leads elsewhere than to the source of a figure was not opened");
        holds("it is refused", refused).await;
        window.check(!opened.exists(), "an address of the page's own making was opened").await;
        let told = follow_source(&window, &opened).await;
        window.check(json!(told.lines().next()) == source, &format!("{source} is opened: {told}")).await;
        let handed: Vec<&str> =
            told.lines().filter(|line| OWN.iter().any(|own| line.starts_with(own))).collect();
        window.check(handed.is_empty(), &format!("the browser is given {handed:?}")).await;

        // Where the first that opens addresses finds nothing to open them with, the next one does it.
        put("xdg-open", HELPLESS);
        put("gio", BROWSER);
        let told = follow_source(&window, &opened).await;
        window.check(json!(told.lines().next()) == source, &format!("{source} is opened: {told}")).await;
        window.quit().await;
    });
}

/// What the program said so far.
fn said() -> String {
    String::from_utf8_lossy(&fs::read(out_dir().join("links.log")).unwrap()).into_owned()
}

/// Puts a program where it is found first.
fn put(name: &str, script: &str) {
    let program = session().join("bin").join(name);
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Follows the source's link, and gives what the browser was given.
async fn follow_source(window: &Window, opened: &Path) -> String {
    // There is none before the first.
    let _ = fs::remove_file(opened);
    follow(window, "source").await;
    wait("something is opened", async || fs::read_to_string(opened).ok()).await
}

/// By keyboard, as a script alone opens nothing.
async fn follow(window: &Window, link: &str) {
    window.js("document.getElementById(arguments[0]).focus()", &[json!(link)]).await;
    window.press(&[], keys::ENTER).await;
}
