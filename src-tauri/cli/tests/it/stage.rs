//! A home of its own for every test, the program in it, and a town of pretend providers beside it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Late in the UTC day: already tomorrow in Kolkata, still the same day in New York.
pub(crate) const NOW: &str = "2026-11-20T20:45:00Z";
pub(crate) const PROVIDERS: [&str; 3] = ["openai", "anthropic", "openrouter"];

/// The variable that holds a provider's key.
pub(crate) fn variable(provider: &str) -> String {
    format!("STAGE_{}_KEY", provider.to_uppercase())
}

pub(crate) struct Town {
    child: Child,
    pub(crate) announcement: Value,
}

impl Town {
    pub(crate) fn open(person: &str, faults: &[&str]) -> Town {
        Town::listen("127.0.0.1:0", person, faults)
    }

    fn listen(address: &str, person: &str, faults: &[&str]) -> Town {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spendglass"));
        command.args(["simulator", "--listen", address, "--person", person, "--seed", "11", "--now", NOW]);
        for fault in faults {
            command.args(["--fault", fault]);
        }
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let announcement = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Town { child, announcement }
    }

    /// The same town, at the same place, with other faults.
    pub(crate) fn reopen(self, person: &str, faults: &[&str]) -> Town {
        let address = self.address();
        drop(self);
        Town::listen(&address, person, faults)
    }

    pub(crate) fn address(&self) -> String {
        let rest = self.base_url("openai").strip_prefix("http://").unwrap();
        rest.split('/').next().unwrap().to_owned()
    }

    pub(crate) fn base_url(&self, provider: &str) -> &str {
        self.announcement["providers"][provider]["baseUrl"].as_str().unwrap()
    }

    pub(crate) fn key(&self, provider: &str) -> &str {
        self.announcement["providers"][provider]["key"].as_str().unwrap()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How the process ended, once it has.
    pub(crate) fn wait(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a run of the program left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Panics with everything that was said where the exit code is another.
    pub(crate) fn ends(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

pub(crate) struct Stage {
    home: TempDir,
    variables: Vec<(String, String)>,
}

impl Stage {
    pub(crate) fn new() -> Stage {
        let home = tempfile::tempdir().unwrap();
        for folder in ["home", "temporary"] {
            std::fs::create_dir(home.path().join(folder)).unwrap();
        }
        Stage { home, variables: Vec::new() }
    }

    /// A stage with the accounts of these providers in it, keys in the environment.
    pub(crate) fn with(town: &Town, providers: &[&str]) -> Stage {
        let mut stage = Stage::new();
        for provider in providers {
            stage.set(&variable(provider), town.key(provider));
            let name = variable(provider);
            let url = town.base_url(provider);
            stage.run(&["accounts", "add", provider, "--base-url", url, "--key-env", &name]).ends(0);
        }
        stage
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.retain(|(known, _)| known != name);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.path("data")
    }

    /// The program in this stage: an empty home, no session bus, a clock that stands.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spendglass"));
        command.arg("--data-dir").arg(self.data_dir()).args(["--now", NOW]).args(arguments);
        for (name, folder) in [
            ("HOME", "home"),
            ("XDG_DATA_HOME", "home"),
            ("XDG_CONFIG_HOME", "home"),
            ("XDG_CACHE_HOME", "home"),
            ("XDG_RUNTIME_DIR", "home"),
            ("TMPDIR", "temporary"),
            ("TMP", "temporary"),
        ] {
            command.env(name, self.path(folder));
        }
        command
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
            .env_remove("DISPLAY")
            .env("TZ", "UTC");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Ran {
        Stage::ran(self.command(arguments).spawn().unwrap())
    }

    /// Runs with something on standard input.
    pub(crate) fn run_with<S: AsRef<OsStr>>(&self, arguments: &[S], input: &str) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // A program that refuses its arguments does not read, and the pipe breaks.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Stage::ran(child)
    }

    pub(crate) fn ran(child: Child) -> Ran {
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Every file below a folder of the stage.
    pub(crate) fn files(&self, folder: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut left = vec![self.path(folder)];
        while let Some(folder) = left.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { left.push(path) } else { files.push(path) }
            }
        }
        files
    }
}

/// Whether a file holds a text.
pub(crate) fn holds(path: &Path, text: &str) -> bool {
    let bytes = std::fs::read(path).unwrap();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
