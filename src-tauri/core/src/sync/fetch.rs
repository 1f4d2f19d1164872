//! One answer, with patience: retries with full jitter, `Retry-After`, a deadline, and cancelling.

use std::borrow::Cow;
use std::sync::PoisonError;
use std::time::Duration;

use super::{DEADLINE, Heard, Job, KEY_CHECK, Run, SignIn, SyncError, its_words};
use crate::net::{Answer, Credential, NetError};
use crate::providers::{Auth, KeyKind, Request, Sees, Stream, said_at};
use crate::time::Timestamp;

/// How hard a request is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Tries of one request.
    pub attempts: u32,
    /// The longest first pause; doubled for each further one.
    pub base: Duration,
    /// The longest pause.
    pub cap: Duration,
    /// The longest wish of a provider to wait that is waited for; a longer one ends the stream for now.
    pub patience: Duration,
    /// The most pages of one window.
    pub max_pages: u64,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            attempts: 4,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            patience: Duration::from_secs(10),
            max_pages: 2_000,
        }
    }
}

/// Seconds to wait where a provider limits and does not say how long.
const UNSAID_WAIT: u64 = 60;

/// What came of a request.
pub(super) enum Fetched {
    Answer(Answer),
    /// There is no such thing for this account, in words.
    Absent(&'static str),
}

/// Not shown: an older path is tried.
const NOT_FOUND: &str = "not found";

/// What a request is for.
#[derive(Clone, Copy)]
enum Kind<'a> {
    /// For a token.
    Token,
    /// For figures: which statuses mean that there are none, and whether there is an older path to try.
    Figures { absent: &'a [(u16, &'static str)], has_older: bool },
}

/// What to do with an answer that is no success.
enum Verdict {
    /// It will not get better by asking again.
    Final(SyncError),
    /// It may, after a pause.
    Again { wait: Option<u64>, error: SyncError },
}

impl Policy {
    /// A pause before a further try: anything from nothing to the doubled base, so that clients do not march in step.
    fn pause(&self, tried: u32) -> Duration {
        let longest = self.base.saturating_mul(2_u32.saturating_pow(tried.saturating_sub(1))).min(self.cap);
        let millis = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(fastrand::u64(0..=millis))
    }
}

impl Run<'_> {
    /// A successful answer of a stream; `None` where the provider says that there is no such thing for this account.
    pub(super) async fn fetch_of(
        &self,
        stream: &'static Stream,
        request: &Request,
        attempts: u32,
    ) -> Result<Option<Answer>, SyncError> {
        match self.fetch(stream.name, request, stream.absent, attempts).await? {
            Fetched::Answer(answer) => Ok(Some(answer)),
            Fetched::Absent(why) => {
                self.absent.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
                Ok(None)
            }
        }
    }

    /// An answer, after as many tries as it takes.
    pub(super) async fn fetch(
        &self,
        stream: &'static str,
        request: &Request,
        absent: &[(u16, &'static str)],
        attempts: u32,
    ) -> Result<Fetched, SyncError> {
        let Job { provider, base, now, .. } = self.job;
        let mut request = Cow::Borrowed(request);
        loop {
            let (credential, fresh) = self.credential(stream, attempts).await?;
            let send = || self.engine.net.send(provider, base, &credential, &request, self.present(*now));
            let kind = Kind::Figures { absent, has_older: request.has_older() };
            match (self.tried(stream, send, kind, attempts).await, request.has_older()) {
                (Ok(Fetched::Absent(NOT_FOUND)), true) => request = Cow::Owned(request.into_owned().older()),
                // A token may end before its time.
                (Err(SyncError::SignIn(SignIn::Rejected { .. })), _) if !fresh && self.puts_token_aside() => {
                }
                (answer, _) => return answer,
            }
        }
    }

    /// What proves who asks, and whether it was had just now; a token is had once for the whole job.
    async fn credential(&self, stream: &'static str, attempts: u32) -> Result<(Credential, bool), SyncError> {
        let Job { provider, base, secret, details, now, .. } = self.job;
        if let Some(credential) = self.proof().credential.clone() {
            return Ok((credential, false));
        }
        let own =
            Credential::of(provider.auth, secret, details).map_err(|error| self.unfit(stream, &error))?;
        let credential = if let Some(credential) = own {
            credential
        } else {
            let ask = || self.engine.net.token(provider, base, secret, details, self.present(*now));
            let Fetched::Answer(answer) = self.tried(stream, ask, Kind::Token, attempts).await? else {
                return Err(SyncError::Internal("a token cannot be absent".to_owned()));
            };
            Credential::of_token(&answer.body).map_err(|error| SyncError::Changed {
                stream,
                at: "the answer to the request for a token".to_owned(),
                problem: error.to_string(),
            })?
        };
        let mut proof = self.proof();
        proof.traces.extend(credential.traces());
        proof.credential = Some(credential.clone());
        Ok((credential, true))
    }

    /// Puts a token aside so that another is had, once; `false` where there is no token or it was done before.
    fn puts_token_aside(&self) -> bool {
        let mut proof = self.proof();
        let can = self.job.provider.auth.is_by_token() && !proof.renewed;
        if can {
            (proof.credential, proof.renewed) = (None, true);
        }
        can
    }

    /// The present of the job, which goes on while it lasts: signatures are good for some minutes only.
    fn present(&self, began: Timestamp) -> Timestamp {
        began.plus_seconds(i64::try_from(self.started.elapsed().as_secs()).unwrap_or(0))
    }

    async fn tried<S: Future<Output = Result<Answer, NetError>>>(
        &self,
        stream: &'static str,
        send: impl Fn() -> S,
        kind: Kind<'_>,
        attempts: u32,
    ) -> Result<Fetched, SyncError> {
        let mut tried = 0;
        loop {
            let verdict = match self.unless_interrupted(send()).await? {
                Ok(answer) => {
                    self.hear(&answer);
                    let status = self.meaning(&answer, kind);
                    if (200..300).contains(&status) && !answer.is_html {
                        return Ok(Fetched::Answer(answer));
                    }
                    if let Kind::Figures { absent, has_older } = kind {
                        if status == 404 && has_older {
                            return Ok(Fetched::Absent(NOT_FOUND));
                        }
                        // A web page is no word of the provider's.
                        let said = absent.iter().find(|(known, _)| *known == status && !answer.is_html);
                        if let Some((_, why)) = said {
                            return Ok(Fetched::Absent(why));
                        }
                    }
                    self.judge(stream, status, &answer)
                }
                Err(error) => self.judge_failure(stream, &error),
            };
            tried += 1;
            let (wait, error) = match verdict {
                Verdict::Final(error) => return Err(error),
                Verdict::Again { error, .. } if tried >= attempts => return Err(error),
                Verdict::Again { wait, error } => (wait, error),
            };
            let policy = &self.engine.policy;
            let pause = match wait.map(Duration::from_secs) {
                Some(wish) if wish > policy.patience => return Err(error),
                Some(wish) if !wish.is_zero() => wish,
                _ => policy.pause(tried),
            };
            self.unless_interrupted(tokio::time::sleep(pause)).await?;
        }
    }

    /// Keeps what the provider's clock says beside this machine's.
    fn hear(&self, answer: &Answer) {
        let Some(theirs) = answer.date else { return };
        let heard = Heard { theirs, ours: self.present(self.job.now) };
        let mut clocks = self.engine.clocks.lock().unwrap_or_else(PoisonError::into_inner);
        clocks.insert(self.job.account_id, heard);
    }

    /// The status that an answer stands for.
    fn meaning(&self, answer: &Answer, kind: Kind<'_>) -> u16 {
        match (kind, answer.status) {
            // Token endpoints answer a refused key with 400 (RFC 6749).
            (Kind::Token, 400) => 401,
            (Kind::Token, status) => status,
            (Kind::Figures { .. }, status) => {
                let status = (self.job.provider.meaning)(status, &answer.body);
                if status == 403 && answer.exhausted { 429 } else { status }
            }
        }
    }

    /// Runs a step, unless the sync is cancelled or runs out of time.
    async fn unless_interrupted<T>(&self, step: impl Future<Output = T>) -> Result<T, SyncError> {
        let left = DEADLINE.saturating_sub(self.started.elapsed());
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(SyncError::Cancelled),
            result = step => Ok(result),
            () = tokio::time::sleep(left) => Err(SyncError::Unreachable(format!(
                "{} took longer than {} minutes. What was booked stays, and the next sync goes on from there",
                self.job.provider.name,
                DEADLINE.as_secs() / 60,
            ))),
        }
    }

    fn judge(&self, stream: &'static str, status: u16, answer: &Answer) -> Verdict {
        let provider = self.job.provider;
        // A token endpoint has words of its own (RFC 6749).
        let words =
            (provider.error_message)(&answer.body).or_else(|| said_at(&answer.body, &["/error_description"]));
        let name = provider.name;
        let in_seconds = |seconds: u64| {
            let passed = self.started.elapsed().as_secs().saturating_add(seconds);
            self.job.now.plus_seconds(i64::try_from(passed).unwrap_or(i64::MAX))
        };
        if matches!(status, 401 | 403)
            && let Some(theirs) = self.other_clock(answer)
        {
            return Verdict::Final(SyncError::Unreachable(format!(
                "{name} refuses {stream}{}. Its clock says {theirs}, this machine's says another time, and what is signed with \
                 this key is good for some minutes only: set this machine's clock, then try again",
                its_words(words.as_deref()),
            )));
        }
        match status {
            200..=299 => Verdict::Final(SyncError::Unreachable(format!(
                "{name} answered {stream} with a web page instead of figures (HTML at the top of the answer). A proxy or the \
                 sign-in page of a network may stand in between; nothing was booked"
            ))),
            401 => Verdict::Final(SyncError::SignIn(self.refused(stream, words))),
            403 => Verdict::Final(SyncError::SignIn(match self.refused(stream, words) {
                SignIn::Rejected { provider, made_at, said } => {
                    SignIn::Forbidden { provider, stream: stream.to_owned(), made_at, said }
                }
                wrong_kind => wrong_kind,
            })),
            429 => {
                let seconds = answer.retry_after;
                let until = in_seconds(seconds.unwrap_or(UNSAID_WAIT));
                Verdict::Again { wait: seconds, error: SyncError::Wait { until, said: words } }
            }
            408 | 425 | 500..=599 => {
                let error = SyncError::Unreachable(format!(
                    "{name} could not answer {stream}: status {status}{}. {}",
                    its_words(words.as_deref()),
                    later(stream)
                ));
                Verdict::Again { wait: answer.retry_after, error }
            }
            status => Verdict::Final(SyncError::Changed {
                stream,
                at: format!("status {status}"),
                problem: words.unwrap_or_else(|| "the request is refused".to_owned()),
            }),
        }
    }

    /// The provider's clock, where the key signs with the time and this machine's is off.
    fn other_clock(&self, answer: &Answer) -> Option<Timestamp> {
        let by_time = matches!(self.job.provider.auth, Auth::SigV4 { .. } | Auth::ServiceAccount { .. });
        let off =
            |theirs: &Timestamp| self.present(self.job.now).seconds_since(*theirs).abs() > CLOCK_MAY_BE_OFF;
        answer.date.filter(|theirs| by_time && off(theirs))
    }

    /// The kind of key that a stream needs.
    fn needed(&self, stream: &'static str) -> Option<&'static KeyKind> {
        let provider = self.job.provider;
        let known = provider.streams.iter().find(|known| known.name == stream);
        provider.kind_that_sees(known.map_or(Sees::Cost, |known| known.sees)).or(provider.keys.first())
    }

    /// A key that is refused: of the wrong kind if its prefix says so, else wrong.
    fn refused(&self, stream: &'static str, words: Option<String>) -> SignIn {
        let provider = self.job.provider;
        let needed = self.needed(stream);
        let made_at = needed.map_or(provider.base_url, |kind| kind.made_at);
        match needed {
            Some(needed) if self.job.kind.sees.is_empty() => SignIn::WrongKind {
                provider: provider.name,
                given: self.job.kind.name,
                needed: needed.name,
                made_at,
                note: needed.note,
            },
            _ => SignIn::Rejected { provider: provider.name, made_at, said: words },
        }
    }

    /// A key that cannot even be sent.
    fn unfit(&self, stream: &'static str, error: &NetError) -> SyncError {
        let made_at = self.needed(stream).map_or(self.job.provider.base_url, |kind| kind.made_at);
        SyncError::SignIn(SignIn::Unfit { problem: error.to_string(), made_at })
    }

    fn judge_failure(&self, stream: &'static str, error: &NetError) -> Verdict {
        let unreachable =
            || SyncError::Unreachable(format!("{error}, while reading {stream}. {}", later(stream)));
        match error {
            NetError::Unreachable { .. } => {
                let error = SyncError::Offline(format!("{error}, while reading {stream}. {}", later(stream)));
                Verdict::Again { wait: None, error }
            }
            NetError::Cut { .. } => Verdict::Again { wait: None, error: unreachable() },
            NetError::TimedOut(_) | NetError::NotPrepared(_) => Verdict::Final(unreachable()),
            NetError::TooLarge(_) | NetError::Redirected { .. } | NetError::NoToken => {
                Verdict::Final(SyncError::Changed {
                    stream,
                    at: "the answer as a whole".to_owned(),
                    problem: error.to_string(),
                })
            }
            NetError::BadKey | NetError::BadPrivateKey => Verdict::Final(self.unfit(stream, error)),
        }
    }
}

/// How far this machine's clock may be off, in seconds, for what is signed with the time.
const CLOCK_MAY_BE_OFF: i64 = 240;

/// What happens next where nothing has to be done.
fn later(stream: &str) -> &'static str {
    if stream == KEY_CHECK { "Try again in a while" } else { "The next sync tries again" }
}
