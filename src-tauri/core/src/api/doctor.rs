//! The doctor: what works, what does not, and what to do.

use super::app::{App, House};
use super::failures::sentence;
use super::keys::{Credentials, base_url, find_provider, secret_of};
use super::{ApiError, Doctor, Finding, FindingState};
use crate::pricing::PriceBook;
use crate::store::{AccountRow, KeyPlace};
use crate::sync::{Checked, Job, SignIn, SyncError};
use crate::time::Timestamp;
use crate::vault::VaultError;

const NO_KEY: &str = "it has no key; its figures come from files and by hand";

/// A clock that is off by more than this many seconds cuts days at the wrong place.
const CLOCK_MAY_BE_OFF: i64 = 120;

impl App {
    pub(super) async fn doctor(&self) -> Result<Doctor, ApiError> {
        let house = self.house().await;
        let rows = house.store.accounts().await?;
        let mut findings = vec![keychain(&house, &rows).await, store(&house).await];
        let mut dates = Vec::new();
        let mut reached = Vec::new();
        let mut accounts = Vec::new();
        for row in &rows {
            if row.account.key_place == KeyPlace::Nowhere {
                let (subject, message) = (format!("account {}", row.id), sentence(NO_KEY));
                accounts.push(Finding { subject, state: FindingState::Works, message, remedy: None });
                continue;
            }
            let subject = format!("account {}", row.id);
            let asked = self.ask(&house, row).await;
            accounts.push(match asked {
                Ok((name, checked)) => {
                    reached.push(Answer::Came);
                    dates.extend(checked.date);
                    let message = format!("{name} accepts the key.");
                    Finding { subject, state: FindingState::Works, message, remedy: None }
                }
                // The message of an error at the door ends with what to do.
                Err(NotChecked { error, answer }) => {
                    reached.extend(answer);
                    Finding { subject, state: FindingState::Fails, message: error.message, remedy: None }
                }
            });
        }
        findings.push(self.clock(dates.first().copied()));
        findings.push(network(&reached));
        findings.extend(accounts);
        findings.extend(self.stuck_removals(&house).await?);
        Ok(Doctor {
            findings,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            data_dir: house.store.folder().display().to_string(),
        })
    }

    fn clock(&self, provider: Option<Timestamp>) -> Finding {
        let now = self.now();
        let finding = |state, message: String, remedy: Option<&str>| Finding {
            subject: "clock".to_owned(),
            state,
            message,
            remedy: remedy.map(str::to_owned),
        };
        match provider {
            _ if self.clock_stands_still() => finding(
                FindingState::Warning,
                format!("It is set by hand to {now}."),
                Some("Leave out --now."),
            ),
            None => finding(
                FindingState::Works,
                format!("This machine says {now}. No provider answered to compare it with."),
                None,
            ),
            Some(theirs) if now.seconds_since(theirs).abs() > CLOCK_MAY_BE_OFF => finding(
                FindingState::Fails,
                format!("This machine says {now}, a provider says {theirs}."),
                Some("Set this machine's clock: days and look-back windows are cut by it."),
            ),
            Some(theirs) => {
                finding(FindingState::Works, format!("It agrees with a provider's clock ({theirs})."), None)
            }
        }
    }

    /// Asks an account's provider about its key.
    async fn ask(&self, house: &House, row: &AccountRow) -> Result<(&'static str, Checked), NotChecked> {
        let provider = find_provider(&row.account.provider)?;
        let kind = provider.key_kind(&row.account.key_kind).or_else(|| provider.keys.first());
        let kind = kind.ok_or_else(|| ApiError::bad(format!("{} has no kind of key", provider.name)))?;
        let base = base_url(provider, &row.account)?;
        let Credentials { secret, details } = secret_of(house, row, self.now()).await?;
        let (secret, now) = (&secret, self.now());
        let book = PriceBook::bundled().clone();
        let job = Job { account_id: row.id, provider, kind, base, secret, details, from: None, book, now };
        let checked = house.engine.check(&job, &self.cancellation()).await;
        Ok((provider.name, checked.map_err(NotChecked::of)?))
    }
}

/// Whether a provider that was asked answered, be it with a refusal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Came,
    /// It was reached, or something on the way to it was, and no answer of use came of it.
    Failed,
    None,
}

/// Why a key was not checked.
struct NotChecked {
    error: ApiError,
    /// Nothing where nobody was asked, such as without a key.
    answer: Option<Answer>,
}

impl From<ApiError> for NotChecked {
    fn from(error: ApiError) -> NotChecked {
        NotChecked { error, answer: None }
    }
}

impl From<VaultError> for NotChecked {
    fn from(error: VaultError) -> NotChecked {
        ApiError::from(error).into()
    }
}

impl NotChecked {
    fn of(error: SyncError) -> NotChecked {
        let answer = match &error {
            SyncError::SignIn(SignIn::Unfit { .. })
            | SyncError::Store(_)
            | SyncError::Cancelled
            | SyncError::Internal(_) => None,
            SyncError::SignIn(_) | SyncError::Wait { .. } | SyncError::Changed { .. } => Some(Answer::Came),
            SyncError::Unreachable(_) => Some(Answer::Failed),
            SyncError::Offline(_) => Some(Answer::None),
        };
        NotChecked { error: error.into(), answer }
    }
}

async fn keychain(house: &House, rows: &[AccountRow]) -> Finding {
    let subject = "keychain".to_owned();
    let name = house.vault.name();
    let needed = rows.iter().any(|row| matches!(row.account.key_place, KeyPlace::Keychain(_)));
    match house.vault.probe().await {
        Ok(()) => {
            let message = format!("{name} keeps, gives back and forgets a key.");
            Finding { subject, state: FindingState::Works, message, remedy: None }
        }
        Err(error) => {
            let state = if needed || rows.is_empty() { FindingState::Fails } else { FindingState::Warning };
            let message = format!("{name}: {}", sentence(&error.to_string()));
            Finding { subject, state, message, remedy: Some(error.remedy()) }
        }
    }
}

async fn store(house: &House) -> Finding {
    let subject = "store".to_owned();
    match house.store.check_integrity().await {
        Ok(()) => {
            let message = "The store is whole.".to_owned();
            Finding { subject, state: FindingState::Works, message, remedy: None }
        }
        Err(error) => Finding {
            subject,
            state: FindingState::Fails,
            message: sentence(&error.to_string()),
            remedy: None,
        },
    }
}

fn network(reached: &[Answer]) -> Finding {
    let subject = "network".to_owned();
    let of = |answer: Answer| reached.iter().filter(|one| **one == answer).count();
    let (came, failed, asked) = (of(Answer::Came), of(Answer::Failed), reached.len());
    let (state, message, remedy) = if asked == 0 {
        (FindingState::Works, "No provider was asked, so nothing was sent.".to_owned(), None)
    } else if came > 0 {
        let message =
            format!("Providers answered for {came} of the {asked} accounts whose keys were checked.");
        (FindingState::Works, message, None)
    } else if failed > 0 {
        let message = "Something was reached, but no provider gave an answer of use.".to_owned();
        (FindingState::Warning, message, Some("See the accounts below, and try again in a while.".to_owned()))
    } else {
        let remedy = "Check the connection, a proxy, and the accounts below.".to_owned();
        (FindingState::Fails, "No provider could be reached.".to_owned(), Some(remedy))
    };
    Finding { subject, state, message, remedy }
}
