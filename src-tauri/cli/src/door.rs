//! What every command shares: opening the core, asking it, printing, and how a command ends.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use spendglass_core::api::{
    self, AccountState, ApiError, App, Config, ErrorCode, Request, Response, StreamState, SyncReport,
};
use spendglass_core::time::Zone;
use spendglass_core::vault::Vault;

use crate::{Global, key, text};

/// How a command ends; the number is its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    Done = 0,
    Partly = 1,
    Usage = 2,
    SignIn = 3,
    Keychain = 4,
    Store = 5,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> ExitCode {
        ExitCode::from(ending as u8)
    }
}

impl Ending {
    /// The word for a failure that the core has no error for.
    const fn code(self) -> ErrorCode {
        match self {
            Ending::Usage => ErrorCode::BadRequest,
            Ending::SignIn => ErrorCode::KeyRejected,
            Ending::Keychain => ErrorCode::Keychain,
            Ending::Store => ErrorCode::Store,
            Ending::Done | Ending::Partly => ErrorCode::Internal,
        }
    }

    fn of_error(code: ErrorCode) -> Ending {
        match code {
            ErrorCode::BadRequest
            | ErrorCode::NoSuchAccount
            | ErrorCode::AlreadyConnected
            | ErrorCode::MoreNeeded => Ending::Usage,
            ErrorCode::KeyRejected | ErrorCode::WrongKeyKind => Ending::SignIn,
            ErrorCode::Keychain | ErrorCode::KeyMissing => Ending::Keychain,
            ErrorCode::Store | ErrorCode::DiskFull | ErrorCode::StoreTooNew => Ending::Store,
            ErrorCode::Busy
            | ErrorCode::Wait
            | ErrorCode::Unreachable
            | ErrorCode::ProviderChanged
            | ErrorCode::Cancelled
            | ErrorCode::Internal => Ending::Partly,
        }
    }

    fn of_stream(state: StreamState) -> Ending {
        match state {
            StreamState::Ok | StreamState::Absent => Ending::Done,
            StreamState::New
            | StreamState::Cancelled
            | StreamState::Busy
            | StreamState::Unreachable
            | StreamState::RateLimited
            | StreamState::ProviderChanged => Ending::Partly,
            StreamState::Forbidden | StreamState::KeyRejected => Ending::SignIn,
            StreamState::Keychain => Ending::Keychain,
            StreamState::Failed => Ending::Store,
        }
    }

    /// The worst of all streams.
    pub(crate) fn of_sync(report: &SyncReport) -> Ending {
        let streams = report.accounts.iter().flat_map(|account| &account.streams);
        let worst = streams.map(|stream| Ending::of_stream(stream.state)).max().unwrap_or(Ending::Done);
        if report.complete { worst } else { worst.max(Ending::Partly) }
    }

    pub(crate) fn of_account(state: AccountState) -> Ending {
        match state {
            AccountState::New
            | AccountState::Syncing
            | AccountState::Fresh
            | AccountState::ByHand
            | AccountState::Stale => Ending::Done,
            AccountState::KeyRejected | AccountState::Forbidden => Ending::SignIn,
            AccountState::KeyMissing | AccountState::Keychain | AccountState::KeychainAbsent => {
                Ending::Keychain
            }
            AccountState::RateLimited | AccountState::Unreachable | AccountState::ProviderChanged => {
                Ending::Partly
            }
            AccountState::Failed => Ending::Store,
        }
    }
}

/// Why a command gave up, with what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) ending: Ending,
    pub(crate) words: String,
    /// The core's own error, where it is one.
    error: Option<ApiError>,
}

impl Failure {
    pub(crate) fn new(ending: Ending, words: impl Into<String>) -> Failure {
        Failure { ending, words: words.into(), error: None }
    }

    pub(crate) fn usage(words: impl Into<String>) -> Failure {
        Failure::new(Ending::Usage, words)
    }

    /// The same with a field called by what was typed for it.
    pub(crate) fn of_option(mut self, field: &str, option: &str) -> Failure {
        if let Some(error) = self.error.as_mut().filter(|error| error.field.as_deref() == Some(field)) {
            let begins = |word: &str| {
                let mut letters = word.chars();
                letters.next().map_or_else(String::new, |first| {
                    format!("{}{}: ", first.to_uppercase(), letters.as_str())
                })
            };
            if let Some(rest) = error.message.strip_prefix(&begins(field)) {
                error.message = format!("{}{rest}", begins(option));
                self.words.clone_from(&error.message);
            }
            error.field = Some(option.to_owned());
        }
        self
    }

    /// The failure for a program that reads: `{"error":{"code":…,"message":…}}` in one line.
    pub(crate) fn as_json(&self) -> String {
        let redacted = key::redact;
        let error = match &self.error {
            Some(error) => serde_json::json!({
                "code": error.code,
                "message": redacted(&error.message),
                "retryAt": error.retry_at,
                "field": error.field,
            }),
            None => serde_json::json!({
                "code": self.ending.code(),
                "message": redacted(&self.words),
                "retryAt": null,
                "field": null,
            }),
        };
        serde_json::json!({ "error": error }).to_string()
    }

    /// An answer to another question: a fault of Spendglass.
    pub(crate) fn mismatch() -> Failure {
        Failure::new(Ending::Partly, "The core gave an answer to another question. Please report this.")
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Failure {
        let ending = Ending::of_error(error.code);
        let again = error
            .retry_at
            .as_ref()
            .map(|at| format!("\nIt is worth trying again after {at}."))
            .unwrap_or_default();
        let words = format!("{}{again}", error.message);
        Failure { ending, words, error: Some(error) }
    }
}

/// Standard output.
pub(crate) struct Out {
    pub(crate) json: bool,
    plain: bool,
}

impl Out {
    pub(crate) fn new(json: bool) -> Out {
        Out { json, plain: !io::stdout().is_terminal() }
    }

    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Prints text for a person.
    pub(crate) fn text(&self, words: &str) -> Result<(), Failure> {
        if self.plain { write(&text::plain(words)) } else { write(words) }
    }

    /// Prints text for a program, as it is.
    pub(crate) fn raw(words: &str) -> Result<(), Failure> {
        write(words)
    }

    /// Prints the result of an answer as JSON, in the order of its fields.
    pub(crate) fn result(response: &Response) -> Result<(), Failure> {
        write(&format!("{}\n", result_of(response)?))
    }

    /// Prints an answer: as JSON where that is asked for, else in these words.
    pub(crate) fn answer(&self, response: &Response, words: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.json { Out::result(response) } else { self.text(&words()) }
    }
}

fn result_of(response: &Response) -> Result<String, Failure> {
    let fault =
        |error: serde_json::Error| Failure::new(Ending::Partly, format!("The answer is no JSON: {error}."));
    let envelope = serde_json::to_string(response).map_err(fault)?;
    let fields: std::collections::HashMap<&str, &serde_json::value::RawValue> =
        serde_json::from_str(&envelope).map_err(fault)?;
    Ok(fields.get("result").map_or("null", |result| result.get()).to_owned())
}

/// A reader that left early, such as `head`, is no failure: the work was done.
fn write(words: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(words.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Ending::Partly, format!("Standard output cannot be written: {error}.")))
        }
        _ => Ok(()),
    }
}

/// Tells on standard error what is wrong. Nothing that looks like a key gets there.
pub(crate) fn complain(words: &str) {
    note(&format!("spendglass: {}", key::redact(words)));
}

/// The same for a program that reads: a line of JSON on standard error.
pub(crate) fn complain_as_json(failure: &Failure) {
    let _ = writeln!(io::stderr().lock(), "{}", failure.as_json());
}

/// Says something beside the answer.
pub(crate) fn note(words: &str) {
    let mut stderr = io::stderr().lock();
    let plain = !stderr.is_terminal();
    // Where standard error is gone there is nobody to tell.
    let _ = writeln!(stderr, "{}", if plain { text::plain(words) } else { words.to_owned() });
}

/// The core, opened.
pub(crate) struct Door {
    pub(crate) app: App,
    zone: Option<Zone>,
}

impl Door {
    /// Opens the person's own store and keychain.
    pub(crate) async fn open(global: &Global) -> Result<Door, Failure> {
        Door::with(Door::config(global)?).await
    }

    /// What the core needs to open them.
    pub(crate) fn config(global: &Global) -> Result<Config, Failure> {
        let data_dir = match &global.data_dir {
            Some(folder) => folder.clone(),
            None => api::default_data_dir().ok_or_else(|| {
                Failure::usage("There is no home folder to keep the store in. Name one with --data-dir DIR.")
            })?,
        };
        Ok(Config {
            data_dir,
            vault: Vault::system(),
            clock: global.clock(),
            zone: global.timezone,
            sample: None,
        })
    }

    pub(crate) async fn with(config: Config) -> Result<Door, Failure> {
        let zone = config.zone;
        Ok(Door { app: App::open(config).await?, zone })
    }

    pub(crate) async fn ask(&self, request: Request) -> Result<Response, Failure> {
        Ok(api::handle(&self.app, request).await?)
    }

    /// The zone in which times are shown.
    pub(crate) async fn zone(&self) -> Zone {
        if let Some(zone) = self.zone {
            return zone;
        }
        let chosen = match self.ask(Request::Settings).await {
            Ok(Response::Settings(settings)) => settings.time_zone.and_then(|name| name.parse().ok()),
            _ => None,
        };
        chosen.unwrap_or_else(Zone::system)
    }

    /// Asks one thing, then closes: what most commands do.
    pub(crate) async fn ask_once(global: &Global, request: Request) -> Result<(Response, Zone), Failure> {
        let door = Door::open(global).await?;
        let answer = door.ask(request).await;
        let zone = door.zone().await;
        door.app.close().await;
        Ok((answer?, zone))
    }
}

/// What wants the program to end: the person at the keyboard, or the system.
pub(crate) struct Interrupts {
    #[cfg(unix)]
    keyboard: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    keyboard: tokio::signal::windows::CtrlC,
}

impl Interrupts {
    /// From here on an interrupt no longer ends the program by itself.
    pub(crate) fn listen() -> Result<Interrupts, Failure> {
        let failed = |error| Failure::new(Ending::Partly, format!("Ctrl-C cannot be listened for: {error}."));
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Interrupts {
                keyboard: signal(SignalKind::interrupt()).map_err(failed)?,
                terminate: signal(SignalKind::terminate()).map_err(failed)?,
            })
        }
        #[cfg(windows)]
        Ok(Interrupts { keyboard: tokio::signal::windows::ctrl_c().map_err(failed)? })
    }

    /// Ends at the next interrupt.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.keyboard.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(windows)]
        self.keyboard.recv().await;
    }
}

#[cfg(test)]
mod tests {
    use spendglass_core::api::{AccountReport, StreamReport};

    use super::*;

    fn report(states: &[StreamState]) -> SyncReport {
        let stream = |state: &StreamState| StreamReport {
            stream: "costs".to_owned(),
            sees: "cost".to_owned(),
            state: *state,
            message: None,
            retry_at: None,
            booked: 0,
            pages: 0,
            from: None,
            to: None,
        };
        let streams: Vec<StreamReport> = states.iter().map(stream).collect();
        let complete = states.iter().all(|state| *state == StreamState::Ok);
        let account =
            AccountReport { account: 1, provider: "openai".to_owned(), label: "OpenAI".to_owned(), streams };
        SyncReport { accounts: vec![account], complete }
    }

    #[test]
    fn the_exit_code_of_a_sync_is_that_of_its_worst_stream() {
        use StreamState::{
            Cancelled, Failed, Forbidden, KeyRejected, Keychain, Ok, ProviderChanged, RateLimited,
            Unreachable,
        };
        let cases: &[(&[StreamState], u8)] = &[
            (&[], 0),
            (&[Ok, Ok], 0),
            (&[Ok, Cancelled], 1),
            (&[Ok, Unreachable], 1),
            (&[RateLimited], 1),
            (&[ProviderChanged, Ok], 1),
            (&[Forbidden, Unreachable], 3),
            (&[KeyRejected, Ok], 3),
            (&[Keychain, KeyRejected], 4),
            (&[Failed, Keychain, Ok], 5),
        ];
        for (states, code) in cases {
            assert_eq!(Ending::of_sync(&report(states)) as u8, *code, "{states:?}");
        }
        assert_eq!(Ending::of_sync(&SyncReport { accounts: vec![], complete: false }), Ending::Partly);
    }

    #[test]
    fn the_result_of_an_answer_is_printed_without_its_envelope() {
        assert_eq!(result_of(&Response::Accounts(vec![])).unwrap(), "[]");
        assert_eq!(result_of(&Response::CancelSync).unwrap(), "null");
        let state = Response::EnterSample(api::SampleState { sample: true });
        assert_eq!(result_of(&state).unwrap(), "{\"sample\":true}");
    }

    #[test]
    fn a_program_reads_an_error_as_json() {
        let error = ApiError {
            code: ErrorCode::BadRequest,
            message: "no such day".to_owned(),
            retry_at: None,
            field: Some("date".to_owned()),
        };
        let told: serde_json::Value = serde_json::from_str(&Failure::from(error).as_json()).unwrap();
        let expected = serde_json::json!({"error": {"code": "badRequest", "message": "no such day", "retryAt": null, "field": "date"}});
        assert_eq!(told, expected);
        let own: serde_json::Value = serde_json::from_str(&Failure::usage("no home").as_json()).unwrap();
        assert_eq!(
            (&own["error"]["code"], &own["error"]["message"]),
            (&"badRequest".into(), &"no home".into())
        );
    }

    #[test]
    fn an_error_keeps_its_words_and_says_when_to_try_again() {
        let error = ApiError {
            code: ErrorCode::Wait,
            message: "OpenAI asks to wait.".to_owned(),
            retry_at: Some("2026-11-22T10:00:00Z".to_owned()),
            field: None,
        };
        let failure = Failure::from(error);
        assert_eq!(failure.ending, Ending::Partly);
        assert!(
            failure.words.starts_with("OpenAI asks to wait.")
                && failure.words.contains("2026-11-22T10:00:00Z")
        );
    }
}
