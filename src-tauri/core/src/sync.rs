//! The engine that reads every provider: windows, pages, retries, and a report for each stream.

mod fetch;
mod pages;
mod windows;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

pub use fetch::Policy;
pub use windows::{Window, windows};

use fetch::Fetched;

use crate::net::{BaseUrl, Credential, Net};
use crate::pricing::{PriceBook, Pricer};
use crate::providers::{Details, KeyKind, ParseError, Provider, Query, Stream};
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
    #[error("{provider} refuses the key{}. It may be mistyped, expired or revoked: give a new one, made at {made_at}", its_words(.said.as_deref()))]
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
    /// It is a key of the right kind without this right.
    #[error("{provider} does not let this key see {stream}{}. Give it that right at {made_at}, or use a key that has it", its_words(.said.as_deref()))]
    Forbidden {
        /// The provider's name.
        provider: &'static str,
        /// What it may not see.
        stream: &'static str,
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
    fn without(self, secret: &Secret) -> SyncError {
        let clean = |text: String| without_key(&text, secret);
        let clean_words = |words: Option<String>| words.map(clean);
        match self {
            SyncError::SignIn(SignIn::Rejected { provider, made_at, said }) => {
                SyncError::SignIn(SignIn::Rejected { provider, made_at, said: clean_words(said) })
            }
            SyncError::SignIn(SignIn::Forbidden { provider, stream, made_at, said }) => {
                SyncError::SignIn(SignIn::Forbidden { provider, stream, made_at, said: clean_words(said) })
            }
            SyncError::Wait { until, said } => SyncError::Wait { until, said: clean_words(said) },
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
}

/// What all steps of one job share.
struct Run<'a> {
    engine: &'a Engine,
    job: &'a Job<'a>,
    cancel: &'a CancellationToken,
    started: Instant,
    credential: OnceCell<Credential>,
    /// Why the stream at hand has nothing to tell for this account.
    absent: Mutex<Option<&'static str>>,
}

impl<'a> Run<'a> {
    fn new(engine: &'a Engine, job: &'a Job<'a>, cancel: &'a CancellationToken) -> Run<'a> {
        let (credential, absent) = (OnceCell::new(), Mutex::new(None));
        Run { engine, job, cancel, started: Instant::now(), credential, absent }
    }
}

impl Engine {
    /// An engine over a store and a way out.
    pub const fn new(store: Store, net: Net, policy: Policy) -> Engine {
        Engine { store, net, policy }
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
        checked.map_err(|error| error.without(job.secret))
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
            let resting = row.attempted_at.is_some_and(|at| {
                let since = job.now.seconds_since(at);
                since >= 0 && since < stream.floor
            });
            if resting {
                // It was read a short while ago, and reading it costs money or patience: what is there is still good.
                continue;
            }
            let windows = windows(stream.cursor, row.covered, job.from, job.now);
            plan.push((stream, row, windows));
        }
        let total = plan.iter().map(|(_, _, windows)| windows.len()).sum::<usize>();
        let mut steps = Progress {
            stream: "",
            done: 0,
            total: u32::try_from(total).unwrap_or(u32::MAX),
            first: plan.iter().all(|(_, row, _)| row.synced_at.is_none()),
        };
        let mut pricer = Pricer::new(PriceBook::bundled());
        let mut outcomes = Vec::with_capacity(plan.len());
        let mut attempts = self.policy.attempts;
        for (stream, row, windows) in plan {
            let last = steps.done + u32::try_from(windows.len()).unwrap_or(u32::MAX);
            let mut read = Read::default();
            let mut booked = |read: Read| {
                steps = Progress { stream: stream.name, done: steps.done + 1, ..steps };
                progress(steps);
                read
            };
            let error =
                run.stream(stream, &row, &windows, attempts, &mut pricer, &mut read, &mut booked).await.err();
            let error = error.map(|error| error.without(job.secret));
            steps.done = last;
            let absent = run.absent.lock().unwrap_or_else(PoisonError::into_inner).take();
            // Where nothing at all was told, the reason is worth showing.
            let absent = absent.filter(|_| read.booked == 0);
            self.note(&row, error.as_ref(), absent, job.now).await?;
            if matches!(error, Some(SyncError::Unreachable(_))) {
                // Every retry was spent on this one: the others get a single try each.
                attempts = 1;
            }
            outcomes.push(StreamOutcome { stream, read, absent, error });
        }
        Ok(outcomes)
    }

    /// Keeps what came of a stream, for the screens. A store that cannot be written is reported by the outcome itself.
    async fn note(
        &self,
        row: &StreamRow,
        error: Option<&SyncError>,
        absent: Option<&'static str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match error {
            None => self.store.stream_read(row.id, absent, now).await,
            Some(SyncError::Cancelled) => Ok(()),
            Some(error) => {
                let noted = self
                    .store
                    .stream_failed(row.id, error.state(), &error.to_string(), error.retry_at(), now)
                    .await;
                if matches!(error, SyncError::Store(_)) { Ok(()) } else { noted }
            }
        }
    }
}

/// A text with every part of the key that is long enough to be told, in either case, replaced.
fn without_key(text: &str, secret: &Secret) -> String {
    const TELLING: usize = 16;
    let key = secret.expose().to_ascii_lowercase();
    // Keys are ASCII, and lower-casing ASCII keeps every character in its place.
    let lower = text.to_ascii_lowercase();
    let mut clean = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let part = |length: usize| lower.get(at..at + length).is_some_and(|part| key.contains(part));
        if part(TELLING) {
            let length = (TELLING..=key.len()).take_while(|length| part(*length)).last().unwrap_or(TELLING);
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
