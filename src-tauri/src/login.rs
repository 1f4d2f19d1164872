//! Starting when the person logs in: the system is told when they change their mind, and never else.

use tauri::AppHandle;
use tauri_plugin_autostart::ManagerExt as _;

use crate::options::Options;

/// What the system was last told, or is taken to know.
pub(crate) struct Login(Option<bool>);

impl Login {
    /// At the start nothing is told: who took the entry away in the system's own settings meant it.
    pub(crate) const fn at_start(wanted: Option<bool>) -> Login {
        Login(wanted)
    }

    /// Tells the system where the person changed their mind.
    pub(crate) fn follow(&mut self, app: &AppHandle, wanted: Option<bool>) {
        if !self.changes(wanted) {
            return;
        }
        let system = app.autolaunch();
        let told = if wanted == Some(true) { system.enable() } else { system.disable() };
        if let Err(error) = told {
            eprintln!("spendglass-app: starting at login could not be changed: {error}");
        }
    }

    fn changes(&mut self, wanted: Option<bool>) -> bool {
        let changed = wanted.is_some() && self.0.is_some() && wanted != self.0;
        self.0 = wanted.or(self.0);
        changed
    }
}

/// What the program is started with at login: out of sight, over the same store.
pub(crate) fn arguments(options: &Options) -> Vec<String> {
    let folder = options.data_dir().map(|folder| quoted(&format!("--data-dir={folder}")));
    ["--hidden".to_owned()].into_iter().chain(folder).collect()
}

/// The plugin puts the arguments of a Linux entry side by side as they are.
fn quoted(argument: &str) -> String {
    if !cfg!(target_os = "linux") {
        return argument.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in argument.chars() {
        match c {
            // Read twice: as a text of the entry, then as an argument.
            '\\' => quoted.push_str(r"\\\\"),
            '"' | '`' | '$' => quoted.extend(['\\', '\\', c]),
            '%' => quoted.push_str("%%"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn the_system_is_told_of_a_change_of_mind_alone() {
        let mut login = Login::at_start(Some(true));
        assert!(!login.changes(Some(true)), "another setting was changed");
        assert!(login.changes(Some(false)));
        assert!(!login.changes(None), "the settings could not be read");
        assert!(!login.changes(Some(false)));
        assert!(login.changes(Some(true)));
        assert!(!Login::at_start(None).changes(Some(true)), "it is not known what was before");
    }

    #[test]
    fn it_starts_out_of_sight_over_the_same_store() {
        let options = |line: &[&str]| Options::try_parse_from([&["spendglass-app"], line].concat()).unwrap();
        assert_eq!(arguments(&options(&[])), ["--hidden"]);
        let folder = arguments(&options(&["--data-dir", "/my 100% $data"])).pop().unwrap();
        if cfg!(target_os = "linux") {
            assert_eq!(folder, r#""--data-dir=/my 100%% \\$data""#);
        }
    }
}
