//! Syncing: one sync of an account at a time, several accounts at once.

use std::borrow::Cow;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use super::app::{App, House};
use super::failures::sentence;
use super::keys::{Credentials, base_url, find_account, find_provider, keyless, secret_of};
use super::states::{known, stream_state};
use super::turns::{Asked, Turn};
use super::watching::Before;
use super::{AccountReport, ApiError, Event, StreamReport, StreamState as DoorState, SyncQuery, SyncReport};
use crate::ledger::name_of;
use crate::providers::{KeyKind, Provider, Sees, Stream};
use crate::store::{AccountRow, KeyPlace, StreamState};
use crate::sync::{Job, Progress, Resting, StreamOutcome};
use crate::time::{Date, Timestamp};
use crate::vault::VaultError;

impl App {
    pub(super) async fn sync(&self, query: &SyncQuery) -> Result<SyncReport, ApiError> {
        // Whoever cancels from here on cancels this sync, too.
        let cancel = self.cancellation();
        let _open = self.hold_open().await;
        let house = self.house().await;
        let from = query.from.as_deref().map(str::parse::<Date>).transpose();
        let from = from.map_err(|error| ApiError::bad(error.to_string()))?;
        if from.is_some_and(|from| from > self.now().utc_date()) {
            return Err(ApiError::bad("the day to read from lies in the future"));
        }
        let rows = if let Some(id) = query.account {
            let row = find_account(&house, id).await?;
            if row.account.key_place == KeyPlace::Nowhere {
                return Err(keyless(id, "to read with"));
            }
            vec![row]
        } else {
            // Those of a newer version are left alone; their state says so. Those without a key have nothing to read.
            let able = |row: &AccountRow| known(row).is_some() && row.account.key_place != KeyPlace::Nowhere;
            house.store.accounts().await?.into_iter().filter(able).collect()
        };
        // Of one account more is asked than what another sync brings: its key may be another by now.
        let how = How { from, joins: query.account.is_none() && from.is_none() };
        let reports = join_all(rows.iter().map(|row| self.sync_account(&house, row, how, &cancel))).await;
        // What fails for one account does not hide what came of the others.
        let accounts: Vec<_> = rows
            .iter()
            .zip(reports)
            .map(|(row, report)| report.unwrap_or_else(|error| broken(row, &error)))
            .collect();
        let complete = accounts
            .iter()
            .flat_map(|account| &account.streams)
            .all(|s| matches!(s.state, DoorState::Ok | DoorState::Absent));
        Ok(SyncReport { accounts, complete })
    }

    /// Reads an account when its turn has come.
    pub(super) async fn sync_account(
        &self,
        house: &House,
        row: &AccountRow,
        how: How,
        cancel: &CancellationToken,
    ) -> Result<AccountReport, ApiError> {
        let mut row = Cow::Borrowed(row);
        loop {
            let mut outcome = match house.turns.ask(&house.store, row.id)? {
                Asked::Granted(turn) => return self.read_account(house, &row, turn, how.from, cancel).await,
                Asked::UnderWay(outcome) => outcome,
                Asked::Elsewhere => {
                    let (provider, kind) = kind_of(&row)?;
                    let message = "it is read or worked on elsewhere; sync again in a moment";
                    return Ok(report(&row, provider, failed(provider, kind, DoorState::Busy, message)));
                }
            };
            let told = outcome.wait_for(Option::is_some).await.ok().and_then(|told| told.clone());
            match told {
                Some(told) if how.joins && (cancel.is_cancelled() || !stopped(&told)) => return Ok(told),
                // Much may have happened meanwhile.
                _ => row = Cow::Owned(find_account(house, row.id).await?),
            }
        }
    }

    async fn read_account(
        &self,
        house: &House,
        row: &AccountRow,
        turn: Turn,
        from: Option<Date>,
        cancel: &CancellationToken,
    ) -> Result<AccountReport, ApiError> {
        let (provider, kind) = kind_of(row)?;
        let base = base_url(provider, &row.account)?;
        let book = house.book().await?;
        let before = self.before(house, row).await?;
        let secret = match secret_of(house, row, self.now()).await {
            Ok(secret) => secret,
            Err(error) => {
                let message = format!("{} {}", sentence(&error.to_string()), error.remedy());
                self.note_closed_keychain(house, row, provider, kind, &error, &message).await?;
                self.plan(house, row, before, true).await;
                let report = report(row, provider, failed(provider, kind, DoorState::Keychain, &message));
                turn.end(&report);
                self.tell(Event::Synced { account: row.id });
                return Ok(report);
            }
        };
        let Credentials { secret, details } = secret;
        let now = self.now();
        let job = Job { account_id: row.id, provider, kind, base, secret: &secret, details, from, book, now };
        self.tell(Event::SyncStarted { account: row.id });
        let progress = |Progress { stream, done, total, first }: Progress| {
            self.tell(Event::SyncProgress { account: row.id, stream: stream.to_owned(), done, total, first });
        };
        let outcomes = house.engine.sync(&job, cancel, &progress).await;
        self.note_troubles(house, &outcomes).await;
        let asked = outcomes.as_ref().is_ok_and(|all| all.iter().any(|outcome| outcome.rests.is_none()));
        let read =
            outcomes.map(|outcomes| report(row, provider, outcomes.iter().map(stream_report).collect()));
        if read.as_ref().is_ok_and(|report| !stopped(report)) {
            // Whoever stops it plans it.
            self.plan(house, row, before, asked).await;
        }
        // The turn is over before that is told: who asks then finds the account at rest.
        match &read {
            Ok(report) => turn.end(report),
            Err(_) => drop(turn),
        }
        self.tell(Event::Synced { account: row.id });
        Ok(read?)
    }

    /// Plans the next reading. Where that cannot be kept, what was read counts all the same.
    async fn plan(&self, house: &House, row: &AccountRow, before: Option<Before>, asked: bool) {
        if let Err(error) = self.plan_next(house, row, before, asked).await {
            self.note_failure_of(house, &error);
        }
    }

    /// A key that cannot be had is a state of every stream: the screens show it until the next good sync.
    async fn note_closed_keychain(
        &self,
        house: &House,
        row: &AccountRow,
        provider: &'static Provider,
        kind: &'static KeyKind,
        error: &VaultError,
        message: &str,
    ) -> Result<(), ApiError> {
        let missing = matches!(
            error,
            VaultError::Missing
                | VaultError::Login(_)
                | VaultError::VariableUnset { .. }
                | VaultError::VariableBad { .. }
                | VaultError::VariableUnfit { .. }
        );
        let state = match error {
            _ if missing => StreamState::KeyMissing,
            VaultError::NoService | VaultError::NoKeyring => StreamState::KeychainAbsent,
            _ => StreamState::Keychain,
        };
        for stream in seen(provider, kind) {
            let kept = house.store.stream(row.id, stream.name).await?;
            house.store.stream_failed(kept.id, state, message, None, self.now()).await?;
        }
        Ok(())
    }
}

/// An account's provider, and what kind of key it has.
fn kind_of(row: &AccountRow) -> Result<(&'static Provider, &'static KeyKind), ApiError> {
    let provider = find_provider(&row.account.provider)?;
    let kind = provider.key_kind(&row.account.key_kind).ok_or_else(|| {
        ApiError::bad(format!("account {} has a kind of key that this version does not know", row.id))
    })?;
    Ok((provider, kind))
}

fn report(row: &AccountRow, provider: &Provider, streams: Vec<StreamReport>) -> AccountReport {
    AccountReport {
        account: row.id,
        provider: provider.id.to_owned(),
        label: row.account.label.clone().unwrap_or_else(|| provider.name.to_owned()),
        streams,
    }
}

/// What is asked of a sync of an account.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// The first day to read, where it is not as usual.
    pub(super) from: Option<Date>,
    /// Whether the report of a sync that is under way will do.
    pub(super) joins: bool,
}

/// Whether a person stopped it.
pub(super) fn stopped(report: &AccountReport) -> bool {
    report.streams.iter().any(|stream| stream.state == DoorState::Cancelled)
}

/// The report of an account whose sync could not even be noted.
fn broken(row: &AccountRow, error: &ApiError) -> AccountReport {
    let streams =
        known(row).map(|(provider, kind)| failed(provider, kind, DoorState::Failed, &error.message));
    AccountReport {
        account: row.id,
        provider: row.account.provider.clone(),
        label: row.account.label.clone().unwrap_or_else(|| row.account.provider.clone()),
        streams: streams.unwrap_or_default(),
    }
}

/// The streams that a kind of key sees.
pub(super) fn seen(
    provider: &'static Provider,
    kind: &'static KeyKind,
) -> impl Iterator<Item = &'static Stream> {
    provider.streams.iter().filter(|stream| kind.sees.contains(&stream.sees))
}

fn failed(
    provider: &'static Provider,
    kind: &'static KeyKind,
    state: DoorState,
    message: &str,
) -> Vec<StreamReport> {
    let report = |stream: &'static Stream| StreamReport {
        stream: stream.name.to_owned(),
        sees: name_of(stream.sees, Sees::NAMED).to_owned(),
        state,
        message: Some(sentence(message)),
        retry_at: None,
        booked: 0,
        pages: 0,
        from: None,
        to: None,
    };
    seen(provider, kind).map(report).collect()
}

fn stream_report(outcome: &StreamOutcome) -> StreamReport {
    let error = outcome.error.as_ref();
    StreamReport {
        stream: outcome.stream.name.to_owned(),
        sees: name_of(outcome.stream.sees, Sees::NAMED).to_owned(),
        state: match (error, &outcome.rests) {
            (Some(error), _) => stream_state(error.state()),
            (None, Some(rests)) => stream_state(rests.state),
            (None, None) if outcome.absent.is_some() => DoorState::Absent,
            (None, None) => DoorState::Ok,
        },
        message: error
            .map(|error| sentence(&error.to_string()))
            .or_else(|| outcome.absent.map(sentence))
            .or_else(|| outcome.rests.as_ref().map(|rests| resting(rests, outcome.retry_at))),
        retry_at: outcome.retry_at.map(|until| until.to_string()),
        booked: outcome.read.booked,
        pages: outcome.read.pages,
        from: outcome.read.days.map(|(from, _)| from.to_string()),
        to: outcome.read.days.map(|(_, to)| to.to_string()),
    }
}

/// What is said of a stream that was not asked.
fn resting(rests: &Resting, until: Option<Timestamp>) -> String {
    let before = rests.message.as_deref().map(|words| format!("{} ", sentence(words))).unwrap_or_default();
    let until = until.map(|until| format!(" until {until}")).unwrap_or_default();
    format!("{before}Asked a short while ago, and each time costs money or is rationed: left alone{until}.")
}
