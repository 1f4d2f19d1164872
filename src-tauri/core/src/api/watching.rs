//! The loop: reads the accounts that are due, raises what is to be raised, delivers it, and says when to look again.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::app::{App, House};
use super::delivering::Seen;
use super::failures::sentence;
use super::power::power;
use super::running::{How, stopped};
use super::schedule::{self, AT_ONCE, Came, Circumstances, Streamed};
use super::states::known;
use super::{ApiError, NextRefresh, Watching};
use crate::notice::{Action, Desktop, Reaction};
use crate::store::{AccountRow, KeyPlace, PlanRow, StreamState};
use crate::sync::rests_until;
use crate::time::Timestamp;

/// Seconds between two looks at the clock: timers stop while a machine sleeps.
const TICK: u64 = 60;
/// How long what comes in a burst is waited for.
const BURST: Duration = Duration::from_millis(500);
/// While accounts are read, looking takes about one part in so many of the time: a look at many accounts takes a while.
const LOOKS_APART: u32 = 8;
/// Seconds after which a loop that waits for another one asks again.
const ANOTHER: u64 = 15;
/// How often the time of the last look is written, in seconds.
const WRITTEN: i64 = 300;
/// Seconds for which the loop leaves an account alone that it just read.
const REST: i64 = 60;
/// Days of which spending is compared to tell whether it moves.
const COMPARED_DAYS: i64 = 3;

/// What the loop does, for whoever wants to say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Another loop works for this store; this one waits for its end.
    Waits,
    /// This loop works from now on.
    Begins,
    /// An account was read.
    Read {
        /// Its number.
        account: i64,
        /// Its name.
        label: String,
        /// What went wrong, where something did.
        problem: Option<String>,
    },
    /// A channel has taken an alert.
    Delivered {
        /// `desktop` or `webhook`.
        channel: &'static str,
        /// The alert's title.
        title: String,
    },
    /// A channel has not taken an alert; it is tried again.
    Undelivered {
        /// `desktop` or `webhook`.
        channel: &'static str,
        /// The alert's title.
        title: String,
        /// Why.
        problem: String,
    },
    /// The person answered on a notification.
    Answered {
        /// The alert's title.
        title: String,
        /// What was chosen.
        chosen: Action,
    },
    /// Something failed; the loop goes on.
    Failed {
        /// What, and what to do.
        words: String,
    },
}

/// The figures of an account before it is read.
pub(super) struct Before {
    since: Timestamp,
    mark: String,
}

/// What the loop keeps in memory.
#[derive(Debug, Default)]
pub(super) struct WatchState {
    desktop: OnceLock<Desktop>,
    looked_at: AtomicBool,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// Which run of the notification service the receipts are of.
    run: Option<String>,
    /// The alerts that it has shown, by receipt.
    shown: BTreeMap<String, i64>,
    seen: Option<Seen>,
    looked: Option<Timestamp>,
}

impl WatchState {
    pub(super) fn desktop(&self) -> Option<&Desktop> {
        self.desktop.get()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_met(&self, run: &str) -> bool {
        self.memory().run.as_deref() == Some(run)
    }

    /// Another run of the service shows from now on, and has shown this already.
    pub(super) fn meet(&self, run: &str, shown: BTreeMap<String, i64>) {
        let mut memory = self.memory();
        memory.run = Some(run.to_owned());
        memory.shown = shown;
    }

    pub(super) fn shown(&self, receipt: &str, alert: i64) {
        let mut memory = self.memory();
        memory.shown.retain(|_, shown| *shown != alert);
        memory.shown.insert(receipt.to_owned(), alert);
    }

    pub(super) fn closed(&self, receipt: &str) {
        self.memory().shown.remove(receipt);
    }

    pub(super) fn alert_of(&self, receipt: &str) -> Option<i64> {
        self.memory().shown.get(receipt).copied()
    }

    pub(super) fn receipt_of(&self, alert: i64) -> Option<String> {
        let memory = self.memory();
        memory.shown.iter().find(|(_, shown)| **shown == alert).map(|(receipt, _)| receipt.clone())
    }

    pub(super) fn seen(&self) -> Option<Seen> {
        self.memory().seen.clone()
    }

    pub(super) fn set_seen(&self, seen: Seen) {
        self.memory().seen = Some(seen);
    }
}

type Tell<'a> = &'a (dyn Fn(Told) + Send + Sync);

impl App {
    /// Lets alerts be shown on this desktop. Without it none is. The first one stays.
    pub fn show_on(&self, desktop: Desktop) {
        // A second desktop would show everything twice.
        let _ = self.watch_state().desktop.set(desktop);
    }

    /// Says whether a person looks at the figures now: they are then read more often.
    pub fn looked_at(&self, looks: bool) {
        self.watch_state().looked_at.store(looks, Ordering::Relaxed);
    }

    /// One turn: reads what is due, raises, delivers. False where another loop works for this store.
    pub async fn tick(&self, tell: Tell<'_>) -> Result<bool, ApiError> {
        let house = self.real();
        let Some(_turn) = house.store.try_lock_watch()? else {
            tell(Told::Waits);
            return Ok(false);
        };
        self.refresh_as_set(house, self.now()).await?;
        // Where nothing was ever evaluated, much may be there that is no news.
        let anew = house.store.ticked_at().await?.is_none();
        self.look(house, anew, tell).await?;
        let mut done = Vec::new();
        loop {
            let batch = self.to_read(house, &[], &done).await?;
            if batch.is_empty() {
                break;
            }
            done.extend(batch.iter().map(|row| row.id));
            let reading = batch.iter().map(|row| self.read(house, row, tell));
            futures_util::future::join_all(reading).await;
        }
        if !done.is_empty() {
            self.look(house, anew, tell).await?;
        }
        self.note_look(house).await?;
        Ok(true)
    }

    /// Turns until it is dropped. A second loop of the same store waits until the first one ends, and takes over.
    pub async fn watch(&self, tell: Tell<'_>) -> Result<(), ApiError> {
        let house = self.real();
        let mut waits = false;
        let _turn = loop {
            if let Some(turn) = house.store.try_lock_watch()? {
                break turn;
            }
            if !waits {
                tell(Told::Waits);
                waits = true;
            }
            tokio::time::sleep(Duration::from_secs(ANOTHER)).await;
        };
        tell(Told::Begins);
        let mut reactions = self.watch_state().desktop().map(Desktop::reactions);
        let mut news = self.news();
        // Readings go on while something is delivered; they end when this future is dropped.
        let mut reading = JoinSet::new();
        let (say, mut said) = mpsc::unbounded_channel();
        let mut under_way = HashMap::new();
        // What was just read rests, planned or not: where no plan can be kept it would be due again at once.
        let mut rested: Vec<(i64, Timestamp)> = Vec::new();
        // A slow address holds up no reminder.
        let mut refreshing: JoinSet<Result<(), ApiError>> = JoinSet::new();
        // Until all that was due at the start has been read, what is there was there already.
        let mut anew = house.store.ticked_at().await?.is_none();
        let failed = |error: ApiError| {
            self.note_failure_of(house, &error);
            tell(Told::Failed { words: error.message });
        };
        let mut next_look = Instant::now();
        loop {
            while let Some(ended) = refreshing.try_join_next() {
                ended.unwrap_or(Ok(())).unwrap_or_else(failed);
            }
            if refreshing.is_empty() {
                let app = self.clone();
                refreshing.spawn(async move { app.refresh_as_set(app.real(), app.now()).await });
            }
            let begun = Instant::now();
            let looks = reading.is_empty() || begun >= next_look;
            if looks {
                if let Err(error) = self.look(house, anew, tell).await {
                    failed(error);
                }
                // What takes longer than a look, such as a keychain that does not answer, holds up no alert.
                let apart = (begun.elapsed() * LOOKS_APART).min(Duration::from_secs(TICK));
                next_look = Instant::now() + apart;
            }
            let now = self.now();
            rested.retain(|(_, since)| (0..REST).contains(&now.seconds_since(*since)));
            let rests: Vec<i64> = rested.iter().map(|(account, _)| *account).collect();
            let being_read: Vec<i64> = under_way.values().copied().collect();
            match self.to_read(house, &being_read, &rests).await {
                Ok(batch) => {
                    for row in batch {
                        let (app, say, account) = (self.clone(), say.clone(), row.id);
                        let task = reading.spawn(async move {
                            // Nobody hears it once the loop has ended.
                            let tell = |told| drop(say.send(told));
                            app.read(app.real(), &row, &tell).await;
                        });
                        under_way.insert(task.id(), account);
                    }
                }
                Err(error) => failed(error),
            }
            if reading.is_empty() {
                anew = false;
                if let Err(error) = self.note_look(house).await {
                    failed(error);
                }
            }
            let mut tick = Instant::now() + Duration::from_secs(TICK);
            if !looks {
                tick = tick.min(next_look);
            }
            loop {
                tokio::select! {
                    Ok(()) = news.changed() => tick = tick.min(Instant::now() + BURST),
                    Some(ended) = reading.join_next_with_id() => {
                        let task = ended.map_or_else(|broken| broken.id(), |(task, ())| task);
                        rested.extend(under_way.remove(&task).map(|account| (account, self.now())));
                        break;
                    }
                    Some(told) = said.recv() => tell(told),
                    Some(reaction) = next_reaction(&mut reactions) => self.react(&reaction, tell).await,
                    () = tokio::time::sleep_until(tick) => break,
                }
            }
        }
    }

    /// Evaluates and delivers.
    async fn look(&self, house: &House, anew: bool, tell: Tell<'_>) -> Result<(), ApiError> {
        if let Err(error) = self.finish_removals(house).await {
            // Such as with a locked keychain: it is tried again at the next look, and holds up no alert.
            tell(Told::Failed { words: error.message });
        }
        self.evaluate_alerts(house, self.now(), anew).await?;
        self.deliver(house, tell).await?;
        self.watch_state().memory().looked = Some(self.now());
        Ok(())
    }

    /// When alerts were last evaluated, by this program or another.
    pub(super) async fn last_look(&self, house: &House) -> Result<Option<Timestamp>, ApiError> {
        let here = self.watch_state().memory().looked.filter(|_| !house.sample);
        Ok(house.store.ticked_at().await?.max(here))
    }

    async fn note_look(&self, house: &House) -> Result<(), ApiError> {
        let now = self.now();
        let written = house.store.ticked_at().await?;
        if written.is_none_or(|written| !(0..WRITTEN).contains(&now.seconds_since(written))) {
            house.store.set_ticked_at(now).await?;
        }
        Ok(())
    }

    /// The accounts to read now, but for those that rest.
    async fn to_read(
        &self,
        house: &House,
        under_way: &[i64],
        rests: &[i64],
    ) -> Result<Vec<AccountRow>, ApiError> {
        if under_way.len() >= AT_ONCE || self.is_sample_open().await {
            // While sample data is shown nothing is told of other accounts.
            return Ok(Vec::new());
        }
        let now = self.now();
        let mut rows: BTreeMap<i64, AccountRow> =
            able(house).await?.into_iter().map(|row| (row.id, row)).collect();
        rows.retain(|id, _| !rests.contains(id));
        let plans = plans(house, &rows, now).await?;
        let due = schedule::to_read(&plans, self.circumstances().await, under_way, now);
        Ok(due.into_iter().filter_map(|plan| rows.remove(&plan.account_id)).collect())
    }

    async fn circumstances(&self) -> Circumstances {
        let looked_at = self.watch_state().looked_at.load(Ordering::Relaxed);
        Circumstances { power: power().await, looked_at }
    }

    /// Reads an account. Whoever reads it plans when that is done next.
    async fn read(&self, house: &House, row: &AccountRow, tell: Tell<'_>) {
        let cancel = self.cancellation();
        let _open = self.hold_open().await;
        let report = self.sync_account(house, row, How { from: None, joins: true }, &cancel).await;
        if report.as_ref().is_ok_and(stopped) {
            // Who stopped it has planned it, or the program ends and its plan holds.
            return;
        }
        let (label, problem) = match report {
            Ok(report) => {
                let problem = report.streams.into_iter().find_map(|stream| {
                    let well = matches!(stream.state, super::StreamState::Ok | super::StreamState::Absent);
                    (!well && stream.retry_at.is_none()).then_some(stream.message).flatten()
                });
                (report.label, problem)
            }
            Err(error) => (row.account.provider.clone(), Some(sentence(&error.message))),
        };
        tell(Told::Read { account: row.id, label, problem });
    }

    /// What the figures of the last days are before an account is read; nothing where no loop reads it.
    pub(super) async fn before(&self, house: &House, row: &AccountRow) -> Result<Option<Before>, ApiError> {
        if house.sample {
            return Ok(None);
        }
        let since = self.now().utc_date().plus_days(-COMPARED_DAYS).utc_start();
        Ok(Some(Before { since, mark: house.store.figures_mark(row.id, since).await? }))
    }

    /// Plans when an account is read next, by what came of it and whether its figures moved.
    pub(super) async fn plan_next(
        &self,
        house: &House,
        row: &AccountRow,
        before: Option<Before>,
        asked: bool,
    ) -> Result<(), ApiError> {
        let Some(Before { since, mark: before }) = before else { return Ok(()) };
        let now = self.now();
        let kept = house.store.plans().await?.into_iter().find(|plan| plan.account_id == row.id);
        let plan = kept.unwrap_or_else(|| schedule::first(row.id, now));
        let mark = house.store.figures_mark(row.id, since).await?;
        let streams = streamed(house, row, now).await?;
        let came = if asked { schedule::came(&streams, &before, &mark) } else { Came::Unasked };
        // Nobody guesses it, and the same plan is made again.
        let dice = fastrand::Rng::with_seed(row.id.unsigned_abs() ^ now.unix().unsigned_abs()).i64(0..1_000);
        let next = schedule::next(&plan, came, &streams, mark, self.circumstances().await, dice, now);
        Ok(house.store.plan(&next).await?)
    }

    /// Stops every reading for the person, and lets the loop leave those accounts alone for a while.
    pub(super) async fn stop_syncs(&self) {
        let house = self.house().await;
        let stopped = house.turns.under_way();
        self.cancel_syncs();
        for account in stopped {
            if let Err(error) = house.store.plan(&schedule::stopped(account, self.now())).await {
                self.note_failure_of(&house, &error.into());
            }
        }
    }

    /// How the loop stands.
    pub(super) async fn watching(&self) -> Result<Watching, ApiError> {
        let house = self.house().await;
        let now = self.now();
        let under = self.circumstances().await;
        let rows = able(&house).await?.into_iter().map(|row| (row.id, row)).collect();
        let mut next: Vec<NextRefresh> = plans(&house, &rows, now)
            .await?
            .iter()
            .map(|plan| NextRefresh {
                account: plan.account_id,
                due_at: schedule::due_at(plan, under, now).to_string(),
                every_minutes: u32::try_from(plan.every / 60).unwrap_or(0),
            })
            .collect();
        next.sort_by_key(|next| next.account);
        let server = match self.watch_state().desktop() {
            Some(desktop) => {
                let server = desktop.server().await;
                self.note_server(server.as_ref().err());
                Some(server)
            }
            None => None,
        };
        Ok(Watching {
            last_tick: self.last_look(&house).await?.map(|at| at.to_string()),
            running: house.store.is_watched()?,
            next,
            notifier: server.as_ref().and_then(|server| Some(server.as_ref().ok()?.name.clone())),
            notifier_problem: server.and_then(Result::err).map(|error| sentence(&error.to_string())),
            power: under.power.name().to_owned(),
        })
    }
}

/// The accounts that can be read at all.
async fn able(house: &House) -> Result<Vec<AccountRow>, ApiError> {
    let able = |row: &AccountRow| known(row).is_some() && row.account.key_place != KeyPlace::Nowhere;
    Ok(house.store.accounts().await?.into_iter().filter(able).collect())
}

/// The plan of each account; one that has none is due.
async fn plans(
    house: &House,
    rows: &BTreeMap<i64, AccountRow>,
    now: Timestamp,
) -> Result<Vec<PlanRow>, ApiError> {
    let mut kept: BTreeMap<i64, PlanRow> =
        house.store.plans().await?.into_iter().map(|plan| (plan.account_id, plan)).collect();
    Ok(rows.keys().map(|id| kept.remove(id).unwrap_or_else(|| schedule::first(*id, now))).collect())
}

/// What came of each stream of an account, and when it may be read again.
async fn streamed(house: &House, row: &AccountRow, now: Timestamp) -> Result<Vec<Streamed>, ApiError> {
    let Some((provider, _)) = known(row) else { return Ok(Vec::new()) };
    let mut streams = Vec::new();
    for kept in house.store.streams().await? {
        let stream = provider.streams.iter().find(|stream| stream.name == kept.name);
        // What was entered or imported is a stream of the books, too; nobody is asked for it.
        let Some(stream) = stream.filter(|_| kept.account_id == row.id && kept.state != StreamState::New)
        else {
            continue;
        };
        let rests_until = rests_until(stream, &kept, now);
        streams.push(Streamed { state: kept.state, rests_until, retry_at: kept.retry_at });
    }
    Ok(streams)
}

/// What a person does next; nothing where nobody could.
async fn next_reaction(reactions: &mut Option<Receiver<Reaction>>) -> Option<Reaction> {
    let Some(listening) = reactions else { return std::future::pending().await };
    match listening.recv().await {
        Ok(reaction) => Some(reaction),
        Err(RecvError::Lagged(_)) => None,
        Err(RecvError::Closed) => {
            *reactions = None;
            None
        }
    }
}
