//! How the web view of Linux works here, by variables that it reads once: without the graphics driver, whose fast path leaves
//! windows blank on some machines, and without compiling the page's little script. Neither is loaded into memory then.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

const WITHOUT_DRIVER: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
/// Within this time whatever opens something says that it cannot.
const SOON: Duration = Duration::from_secs(1);
/// What is set here, and not by the person.
static SET: OnceLock<Vec<&'static str>> = OnceLock::new();

/// Sets the variables, before anything else is begun. A person who set one is left alone.
pub(crate) fn prefer() {
    let mut variables = vec![("JSC_useJIT", "0".to_owned())];
    // A person who asks for the driver gets it.
    if glib::getenv(WITHOUT_DRIVER).is_none_or(|set| set != "0") {
        variables.push((WITHOUT_DRIVER, "1".to_owned()));
        variables.push(("GDK_GL", "disable".to_owned()));
        // Which card would draw is otherwise asked of the driver, which is loaded for that alone.
        variables.push(("WEBKIT_WEB_RENDER_DEVICE_FILE", card(Path::new("/dev/dri"))));
    }
    let set =
        variables.into_iter().filter(|(name, _)| is_free(name)).filter_map(
            |(name, value)| match glib::setenv(name, value, false) {
                Ok(()) => Some(name),
                Err(error) => {
                    eprintln!(
                        "spendglass-app: how the page is drawn is left to WebKit's own choice: {error}"
                    );
                    None
                }
            },
        );
    SET.get_or_init(|| set.collect());
}

fn is_free(name: &str) -> bool {
    glib::getenv(name).is_none()
}

/// The first card that can draw, or none.
fn card(folder: &Path) -> String {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let cards = names.map(|entry| entry.path()).filter_map(|path| path.to_str().map(str::to_owned));
    let drawing = cards.filter(|path| path.contains("/renderD"));
    drawing.min().unwrap_or_else(|| "/dev/null".to_owned())
}

/// Opens an address or a folder with what the person uses for it, to which nothing that is set here is handed on. Takes up to
/// a second for each that is tried.
pub(crate) fn open(what: impl AsRef<OsStr>) -> io::Result<()> {
    let mut refused = io::Error::from(io::ErrorKind::NotFound);
    for mut command in open::commands(what) {
        for name in SET.get().into_iter().flatten() {
            command.env_remove(name);
        }
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        match quiet.process_group(0).spawn() {
            Ok(opener) => match outcome(opener) {
                Ok(()) => return Ok(()),
                Err(error) => refused = error,
            },
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

/// One that finds nothing to open with says so soon; one that opens may stay for as long as what is opened.
fn outcome(mut opener: Child) -> io::Result<()> {
    let (ended, end) = mpsc::channel();
    // Nobody listens any more where it stays.
    std::thread::spawn(move || ended.send(opener.wait()));
    match end.recv_timeout(SOON) {
        Ok(status) => {
            let status = status?;
            if status.success() { Ok(()) } else { Err(io::Error::other(status.to_string())) }
        }
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_card_that_draws_is_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(card(folder.path()), "/dev/null");
        assert_eq!(card(&folder.path().join("none")), "/dev/null");
        for name in ["card0", "renderD129", "renderD128"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(card(folder.path()), folder.path().join("renderD128").to_str().unwrap());
    }
}
