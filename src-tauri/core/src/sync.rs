//! The engine that reads every provider: windows, pages, retries, and a report for each stream.

mod fetch;
mod pages;
mod windows;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use secrecy::zeroize::Zeroizing;
use tokio_util::sync::CancellationToken;

pub use fetch::Policy;
pub use windows::{Window, windows};

use fetch::Fetched;

use crate::net::{BaseUrl, Credential, Net};
use crate::pricing::{PriceBook, Pricer};
use crate::providers::{Details, KeyKind, ParseError, Part, Provider, Query, Stream};
use crate::store::{Store, StoreError, StreamRow, StreamState};
use crate::time::{Date, Timestamp};
use crate::vault::Secret;

/// Why a stream was not read, named by what a person can do about it.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Give another key, or another right.
    #[error("{0}")]
    SignIn(SignIn),
    /// Wait.
    #[error("the provider asks for fewer requests{}: wait until {until}", its_words(.said.as_deref()))]
    Wait {
        /// When it is worth trying again.
        until: Timestamp,
        /// The provider's words.
        said: Option<String>,
    },
    /// Connect: nobody was reached.
    #[error("{0}")]
    Offline(String),
    /// Nothing: it is tried again by itself.
    #[error("{0}")]
    Unreachable(String),
    /// Update Spendglass: the answer is not what the contract says.
    #[error("the answer to {stream} is not what was expected, at {at}: {problem}. {}", consequence(stream))]
    Changed {
        /// The stream.
        stream: &'static str,
        /// JSON path.
        at: String,
        /// What is wrong there.
        problem: String,
    },
    /// Mend the store.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// Nothing: it was cancelled.
    #[error("cancelled before the end. What was booked stays")]
    Cancelled,
    /// Report it.
    #[error("{0}. This is a fault of Spendglass: please report it")]
    Internal(String),
}

/// What is wrong with a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignIn {
    /// The provider does not know it.
    #[error("{provider} refuses the key{}. It may be mistyped, expired or revoked: give a new one{}", its_words(.said.as_deref()), made_there(made_at))]
    Rejected {
        /// The provider's name.
        provider: &'static str,
        /// Where keys are made.
        made_at: &'static str,
        /// The provider's words.
        said: Option<String>,
    },
    /// It is a key, but of a kind that sees no figures.
    #[error(
        "this is a key of the kind \"{given}\" of {provider}, which cannot see cost or usage. Make one of the kind \"{needed}\" at \
         {made_at} and give that one. {note}"
    )]
    WrongKind {
        /// The provider's name.
        provider: &'static str,
        /// The kind it is.
        given: &'static str,
        /// The kind that is needed.
        needed: &'static str,
        /// Where that is made.
        made_at: &'static str,
        /// Who can make it.
        note: &'static str,
    },
    /// It cannot be used at all: a part is missing or broken.
    #[error("{problem}. Give the key again, whole{}", made_there(made_at))]
    Unfit {
        /// What is wrong.
        problem: String,
        /// Where keys are made.
        made_at: &'static str,
    },
    /// It is a key of the right kind without this right.
    #[error("{provider} does not let this key see {stream}{}. Give it that right at {made_at}, or use a key that has it", its_words(.said.as_deref()))]
    Forbidden {
        /// The provider's name.
        provider: &'static str,
        /// What it may not see: a stream, or one part of the account in it.
        stream: String,
        /// Where rights are given.
        made_at: &'static str,
        /// The provider's words.
        said: Option<String>,
    },
}

/// What a strange answer means for the person.
fn consequence(stream: &str) -> &'static str {
    if stream == KEY_CHECK {
        "Nothing was changed. Check the address; if it is right, update Spendglass"
    } else {
        "Nothing of it was booked; the last good figures stay. If this goes on, update Spendglass"
    }
}

/// Where a key is made; a provider that a person describes does not tell.
fn made_there(made_at: &str) -> String {
    if made_at.is_empty() { String::new() } else { format!(", made at {made_at}") }
}

fn its_words(words: Option<&str>) -> String {
    words.map(|words| format!(" (it says: {})", words.trim_end_matches('.'))).unwrap_or_default()
}

impl SyncError {
    /// The state that a stream is in with this error.
    pub fn state(&self) -> StreamState {
        match self {
            SyncError::SignIn(SignIn::Forbidden { .. }) => StreamState::Forbidden,
            SyncError::SignIn(_) => StreamState::KeyRejected,
            SyncError::Wait { .. } => StreamState::RateLimited,
            SyncError::Offline(_) => StreamState::Offline,
            SyncError::Unreachable(_) => StreamState::Unreachable,
            SyncError::Changed { .. } => StreamState::ProviderChanged,
            SyncError::Store(_) | SyncError::Internal(_) => StreamState::Failed,
            SyncError::Cancelled => StreamState::Cancelled,
        }
    }

    /// When it is worth trying again, where that is known.
    pub fn retry_at(&self) -> Option<Timestamp> {
        match self {
            SyncError::Wait { until, .. } => Some(*until),
            _ => None,
        }
    }

    /// The same error without what a provider may have echoed of the key.
    fn without(self, traces: &[Zeroizing<String>]) -> SyncError {
        let clean = |text: String| without_key(&text, traces);
        let clean_words = |words: Option<String>| words.map(clean);
        match self {
            SyncError::SignIn(SignIn::Rejected { provider, made_at, said }) => {
                SyncError::SignIn(SignIn::Rejected { provider, made_at, said: clean_words(said) })
            }
            SyncError::SignIn(SignIn::Forbidden { provider, stream, made_at, said }) => {
                SyncError::SignIn(SignIn::Forbidden { provider, stream, made_at, said: clean_words(said) })
            }
            SyncError::SignIn(SignIn::Unfit { problem, made_at }) => {
                SyncError::SignIn(SignIn::Unfit { problem: clean(problem), made_at })
            }
            SyncError::Wait { until, said } => SyncError::Wait { until, said: clean_words(said) },
            SyncError::Offline(text) => SyncError::Offline(clean(text)),
            SyncError::Unreachable(text) => SyncError::Unreachable(clean(text)),
            SyncError::Changed { stream, at, problem } => {
                SyncError::Changed { stream, at: clean(at), problem: clean(problem) }
            }
            SyncError::Internal(text) => SyncError::Internal(clean(text)),
            other @ (SyncError::SignIn(SignIn::WrongKind { .. })
            | SyncError::Store(_)
            | SyncError::Cancelled) => other,
        }
    }

    /// The same error, with the part of the account that it is about.
    fn of_part(self, part: Option<&Part>) -> SyncError {
        let Some(part) = part else { return self };
        let name: String = part.name.as_ref().unwrap_or(&part.id).chars().take(60).collect();
        match self {
            SyncError::SignIn(SignIn::Forbidden { provider, stream, made_at, said }) => {
                let stream = format!("{stream} of \"{name}\"");
                SyncError::SignIn(SignIn::Forbidden { provider, stream, made_at, said })
            }
            SyncError::Changed { stream, at, problem } => {
                SyncError::Changed { stream, at: format!("{at} of \"{name}\""), problem }
            }
            error => error,
        }
    }

    fn changed(stream: &'static str) -> impl FnOnce(ParseError) -> SyncError {
        move |ParseError { at, problem }| SyncError::Changed {
            stream,
            at,
            problem: problem.trim_end_matches('.').to_owned(),
        }
    }
}

/// An account to read, with its key.
#[derive(Debug)]
pub struct Job<'a> {
    /// The account's number.
    pub account_id: i64,
    /// Its provider.
    pub provider: &'static Provider,
    /// The kind of its key.
    pub kind: &'static KeyKind,
    /// Where the provider is.
    pub base: BaseUrl,
    /// The key.
    pub secret: &'a Secret,
    /// What is told beside it.
    pub details: Details,
    /// Read everything again from this day on.
    pub from: Option<Date>,
    /// What prices usage.
    pub book: PriceBook,
    /// The present.
    pub now: Timestamp,
}

/// What came of a stream.
#[derive(Debug)]
pub struct StreamOutcome {
    /// The stream.
    pub stream: &'static Stream,
    /// What was booked, also where a later window failed.
    pub read: Read,
    /// Why the provider has nothing of this for the account, where it says so.
    pub absent: Option<&'static str>,
    /// Why it ended early, if it did.
    pub error: Option<SyncError>,
    /// What came of the last try, where it is too early for another: [`Stream::floor`].
    pub rests: Option<Resting>,
    /// When it is worth trying again, where that is known.
    pub retry_at: Option<Timestamp>,
}

/// What is known of a stream that was not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resting {
    /// The state that the last try left.
    pub state: StreamState,
    /// The same in words, where there was something to say.
    pub message: Option<String>,
}

/// What was read of a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Read {
    /// Lines booked.
    pub booked: u64,
    /// Pages read.
    pub pages: u64,
    /// The days booked, end exclusive.
    pub days: Option<(Date, Date)>,
}

/// What a provider says of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// The id of its kind, where the answer tells.
    pub kind: Option<&'static str>,
    /// The provider's clock.
    pub date: Option<Timestamp>,
}

/// What a provider's clock said, and what this machine's said then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// The provider's.
    pub theirs: Timestamp,
    /// This machine's.
    pub ours: Timestamp,
}

impl Heard {
    /// By how many seconds this machine's clock is ahead; negative where it is behind.
    pub fn ahead(&self) -> i64 {
        self.ours.seconds_since(self.theirs)
    }
}

/// How far a sync has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The stream whose window was just booked.
    pub stream: &'static str,
    /// Windows done.
    pub done: u32,
    /// Windows in all.
    pub total: u32,
    /// Whether nothing was ever read of this account before.
    pub first: bool,
}

/// Reads providers into the store.
#[derive(Debug, Clone)]
pub struct Engine {
    store: Store,
    net: Net,
    policy: Policy,
    /// The last clock that each account's provider told.
    clocks: Arc<Mutex<BTreeMap<i64, Heard>>>,
}

/// What all steps of one job share.
struct Run<'a> {
    engine: &'a Engine,
    job: &'a Job<'a>,
    cancel: &'a CancellationToken,
    started: Instant,
    proof: Mutex<Proof>,
    /// Why the stream at hand has nothing to tell for this account.
    absent: Mutex<Option<&'static str>>,
}

/// What proves who asks, and what was used for that so far.
#[derive(Default)]
struct Proof {
    credential: Option<Credential>,
    /// Whether a token that was refused was put aside for a new one.
    renewed: bool,
    /// What a provider may echo of it.
    traces: Vec<Zeroizing<String>>,
}

impl<'a> Run<'a> {
    fn new(engine: &'a Engine, job: &'a Job<'a>, cancel: &'a CancellationToken) -> Run<'a> {
        let proof = Mutex::new(Proof { traces: job.secret.traces(), ..Proof::default() });
        Run { engine, job, cancel, started: Instant::now(), proof, absent: Mutex::new(None) }
    }

    fn proof(&self) -> MutexGuard<'_, Proof> {
        self.proof.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An error as it may be told.
    fn told(&self, error: SyncError) -> SyncError {
        error.without(&self.proof().traces)
    }
}

impl Engine {
    /// An engine over a store and a way out.
    pub fn new(store: Store, net: Net, policy: Policy) -> Engine {
        Engine { store, net, policy, clocks: Arc::default() }
    }

    /// The last clock that each account's provider told, by the account's number.
    pub fn clocks(&self) -> BTreeMap<i64, Heard> {
        self.clocks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the provider whether a key works.
    pub async fn check(&self, job: &Job<'_>, cancel: &CancellationToken) -> Result<Checked, SyncError> {
        let run = Run::new(self, job, cancel);
        let Some(check) = &job.provider.check else {
            return Err(SyncError::Internal(format!(
                "{} has nothing that a key could read",
                job.provider.name
            )));
        };
        let request = (check.request)(&Query::snapshot(job.now, job.details.clone()));
        let answer = run.fetch(KEY_CHECK, &request, &[], self.policy.attempts).await;
        let checked = answer.and_then(|answer| match answer {
            Fetched::Answer(answer) => {
                let kind = (check.kind)(&answer.body).map_err(SyncError::changed(KEY_CHECK))?;
                Ok(Checked { kind, date: answer.date })
            }
            Fetched::Absent(why) => Err(SyncError::Internal(why.to_owned())),
        });
        checked.map_err(|error| run.told(error))
    }

    /// Reads every stream that the account's key sees, one after another; a stream that fails does not stop the others.
    pub async fn sync(
        &self,
        job: &Job<'_>,
        cancel: &CancellationToken,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Vec<StreamOutcome>, StoreError> {
        let run = Run::new(self, job, cancel);
        let mut plan = Vec::new();
        for stream in job.provider.streams.iter().filter(|stream| job.kind.sees.contains(&stream.sees)) {
            let row = self.store.stream(job.account_id, stream.name).await?;
            let tomorrow = job.now.utc_date().plus_days(1);
            let row = match row.covered {
                // Read while the clock was ahead: days that had not come count as read, so nothing of it can be trusted.
                Some(covered) if covered.until > tomorrow => self.store.uncover(&row).await?,
                _ => row,
            };
            let rests_until = rests_until(stream, &row, job.now);
            let windows = match rests_until {
                Some(_) => Vec::new(),
                None => windows(stream.cursor, row.covered, job.from, job.now),
            };
            plan.push((stream, row, windows, rests_until));
        }
        let total = plan.iter().map(|(_, _, windows, _)| windows.len()).sum::<usize>();
        let mut steps = Progress {
            stream: "",
            done: 0,
            total: u32::try_from(total).unwrap_or(u32::MAX),
            first: plan.iter().all(|(_, row, ..)| row.synced_at.is_none()),
        };
        let mut pricer = Pricer::new(&job.book);
        let mut outcomes = Vec::with_capacity(plan.len());
        let mut attempts = self.policy.attempts;
        for (stream, row, windows, rests_until) in plan {
            if rests_until.is_some() {
                let rests = Some(Resting { state: row.state, message: row.message });
                let read = Read::default();
                outcomes.push(StreamOutcome {
                    stream,
                    read,
                    absent: None,
                    error: None,
                    rests,
                    retry_at: rests_until,
                });
                continue;
            }
            let last = steps.done + u32::try_from(windows.len()).unwrap_or(u32::MAX);
            let mut read = Read::default();
            let mut booked = |read: Read| {
                steps = Progress { stream: stream.name, done: steps.done + 1, ..steps };
                progress(steps);
                read
            };
            let error =
                run.stream(stream, &row, &windows, attempts, &mut pricer, &mut read, &mut booked).await.err();
            let error = error.map(|error| run.told(error));
            steps.done = last;
            let absent = run.absent.lock().unwrap_or_else(PoisonError::into_inner).take();
            // Where nothing at all was told, the reason is worth showing.
            let absent = absent.filter(|_| read.booked == 0);
            let rest = error.as_ref().map_or(0, |error| rest_after(stream, error.state()));
            let rests_until = (rest > 0).then(|| job.now.plus_seconds(rest));
            let retry_at = error.as_ref().and_then(SyncError::retry_at).max(rests_until);
            self.note(&row, error.as_ref(), absent, retry_at, job.now).await?;
            if matches!(error, Some(SyncError::Offline(_) | SyncError::Unreachable(_))) {
                // Every retry was spent on this one: the others get a single try each.
                attempts = 1;
            }
            outcomes.push(StreamOutcome { stream, read, absent, error, rests: None, retry_at });
        }
        Ok(outcomes)
    }

    /// Keeps what came of a stream, for the screens. A store that cannot be written is reported by the outcome itself.
    async fn note(
        &self,
        row: &StreamRow,
        error: Option<&SyncError>,
        absent: Option<&'static str>,
        retry_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match error {
            None => self.store.stream_read(row.id, absent, now).await,
            Some(SyncError::Cancelled) => Ok(()),
            Some(error) => {
                let (state, message) = (error.state(), error.to_string());
                let noted = self.store.stream_failed(row.id, state, &message, retry_at, now).await;
                if matches!(error, SyncError::Store(_)) { Ok(()) } else { noted }
            }
        }
    }
}

/// How long a stream rests after a try that ended so, in seconds: after one that brought nothing the floor is not waited for
/// whole, since what stood in the way may be mended, but neither is it asked again at once.
fn rest_after(stream: &Stream, state: StreamState) -> i64 {
    match state {
        // Nothing was asked.
        StreamState::New
        | StreamState::Cancelled
        | StreamState::Keychain
        | StreamState::KeychainAbsent
        | StreamState::KeyMissing => 0,
        StreamState::Offline
        | StreamState::Unreachable
        | StreamState::Failed
        | StreamState::Forbidden
        | StreamState::KeyRejected => stream.floor.min(SHORT_REST),
        StreamState::Ok | StreamState::Absent | StreamState::RateLimited | StreamState::ProviderChanged => {
            stream.floor
        }
    }
}

/// Until when a stream is left alone, where reading it now would be too early. A try that lies ahead, from a clock that was
/// wrong, says nothing.
pub(crate) fn rests_until(stream: &Stream, row: &StreamRow, now: Timestamp) -> Option<Timestamp> {
    let until = |at: Option<Timestamp>, rest: i64| {
        at.filter(|at| (0..rest).contains(&now.seconds_since(*at))).map(|at| at.plus_seconds(rest))
    };
    until(row.synced_at, stream.floor).max(until(row.attempted_at, rest_after(stream, row.state)))
}

/// A text with every part of a key that is long enough to be told, in either case, replaced; a short key as a whole.
pub(crate) fn without_key(text: &str, traces: &[Zeroizing<String>]) -> String {
    const TELLING: usize = 16;
    const SHORTEST: usize = 8;
    let keys: Vec<_> = traces.iter().map(|trace| Zeroizing::new(trace.to_ascii_lowercase())).collect();
    // Lower-casing ASCII keeps every character in its place.
    let lower = text.to_ascii_lowercase();
    // How much of a key stands at a place.
    let found = |key: &str, at: usize| {
        let part = |length: usize| lower.get(at..at + length).is_some_and(|part| key.contains(part));
        match key.len() {
            0..SHORTEST => None,
            SHORTEST..TELLING => lower[at..].starts_with(key).then_some(key.len()),
            whole => (TELLING..=whole).take_while(|length| part(*length)).last(),
        }
    };
    let mut clean = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        if let Some(length) = keys.iter().filter_map(|key| found(key, at)).max() {
            clean.push_str("[key]");
            at += length;
        } else {
            clean.push(next);
            at += next.len_utf8();
        }
    }
    clean
}

/// How errors name the call that checks a key.
const KEY_CHECK: &str = "the key check";

/// How long the whole sync of an account may take.
const DEADLINE: Duration = Duration::from_mins(15);

/// The longest rest after a try that brought nothing, in seconds.
const SHORT_REST: i64 = 900;
