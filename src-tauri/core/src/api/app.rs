//! The running program: the only place where the rooms are wired to each other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tempfile::TempDir;
use tokio::sync::{RwLock, broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::alert_facts::AlertMemory;
use super::estimate_facts::EstimateMemory;
use super::planning::PlanMemory;
use super::refreshing::ListMemory;
use super::restoring::RemovedMemory;
use super::turns::Turns;
use super::watching::WatchState;
use super::{
    ApiError, ChosenFile, Config, DesktopWays, ErrorCode, Event, FileChooser, PlaceChooser, SampleTown,
    Settings, SyncQuery,
};
use crate::forecast::BackTest;
use crate::net::{Net, Timeouts};
use crate::store::Store;
use crate::sync::{Engine, Policy};
use crate::time::{Calendar, Timestamp, Zone};
use crate::vault::Vault;

/// Events kept for a listener that is slow.
const EVENTS_KEPT: usize = 256;
/// Back-tests kept: several for each account, until days change.
const BACK_TESTS_KEPT: usize = 256;

/// The running program. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    config: Config,
    real: House,
    sample: RwLock<Option<Sample>>,
    events: broadcast::Sender<Event>,
    // For what goes on inside: it is not among those who listen at a door.
    news: watch::Sender<u64>,
    cancel: Mutex<CancellationToken>,
    chooser: OnceLock<FileChooser>,
    place_chooser: OnceLock<PlaceChooser>,
    desktop_ways: OnceLock<DesktopWays>,
    // Read by every sync under way, written by `close`, which so waits for them.
    under_way: RwLock<()>,
    /// Back-tests by the mark of their history: days that are over seldom change, and a screen asks often.
    back_tests: Mutex<BTreeMap<u64, Option<BackTest>>>,
    watch: WatchState,
    alert_memory: AlertMemory,
    estimate_memory: EstimateMemory,
    plan_memory: PlanMemory,
    removed: RemovedMemory,
}

/// A store with the ways in and out of it: the person's own, or sample data's.
#[derive(Clone)]
pub(super) struct House {
    pub(super) store: Store,
    pub(super) vault: Vault,
    pub(super) engine: Engine,
    pub(super) net: Net,
    pub(super) sample: bool,
    pub(super) turns: Turns,
    /// Whether the disk took no more when it was last written to.
    full: Arc<AtomicBool>,
    pub(super) list: ListMemory,
}

struct Sample {
    house: House,
    _town: SampleTown,
    _folder: TempDir,
}

impl House {
    async fn open(
        folder: &std::path::Path,
        vault: Vault,
        now: Timestamp,
        sample: bool,
    ) -> Result<House, ApiError> {
        let net = Net::new(Timeouts::default());
        let store = Store::open(folder, now).await?;
        let engine = Engine::new(store.clone(), net.clone(), Policy::default());
        Ok(House {
            store,
            vault,
            engine,
            net,
            sample,
            turns: Turns::default(),
            full: Arc::default(),
            list: ListMemory::default(),
        })
    }

    /// Notes whether the disk took what was written last; true where that is news.
    pub(super) fn set_full(&self, full: bool) -> bool {
        self.full.swap(full, Ordering::Relaxed) != full
    }

    /// Whether the disk took no more, or tells that it has no room.
    pub(super) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed) || !self.store.has_room()
    }
}

impl App {
    /// Opens the store and wires the rooms.
    pub async fn open(config: Config) -> Result<App, ApiError> {
        let real = House::open(&config.data_dir, config.vault.clone(), config.clock.now(), false).await?;
        let app = App(Arc::new(Inner {
            config,
            real,
            sample: RwLock::new(None),
            events: broadcast::Sender::new(EVENTS_KEPT),
            news: watch::Sender::default(),
            cancel: Mutex::default(),
            chooser: OnceLock::new(),
            place_chooser: OnceLock::new(),
            desktop_ways: OnceLock::new(),
            under_way: RwLock::default(),
            back_tests: Mutex::default(),
            watch: WatchState::default(),
            alert_memory: AlertMemory::default(),
            estimate_memory: EstimateMemory::default(),
            plan_memory: PlanMemory::default(),
            removed: RemovedMemory::default(),
        }));
        app.finish_what_was_left().await;
        Ok(app)
    }

    /// Gives the program a dialog for choosing files. The first one stays.
    pub fn choose_files_with(&self, chooser: FileChooser) {
        // A second dialog would do the same as the first.
        let _ = self.0.chooser.set(chooser);
    }

    pub(super) async fn choose_file(&self) -> Result<ChosenFile, ApiError> {
        let Some(chooser) = self.0.chooser.get() else {
            return Err(ApiError::bad("there is no dialog here: give the path of the file"));
        };
        ChosenFile::of(chooser().await)
    }

    /// Gives the program a dialog for choosing where to keep a file. The first one stays.
    pub fn choose_places_with(&self, chooser: PlaceChooser) {
        // A second dialog would do the same as the first.
        let _ = self.0.place_chooser.set(chooser);
    }

    /// Gives the program ways to what the desktop keeps and shows. The first ones stay.
    pub fn use_desktop(&self, ways: DesktopWays) {
        // Second ones would do the same as the first.
        let _ = self.0.desktop_ways.set(ways);
    }

    pub(super) fn desktop_ways(&self) -> Option<&DesktopWays> {
        self.0.desktop_ways.get()
    }

    pub(super) fn place_chooser(&self) -> Option<&PlaceChooser> {
        self.0.place_chooser.get()
    }

    /// What happens from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// Cancels what is under way, waits for it, and closes the store.
    pub async fn close(&self) {
        self.cancel_syncs();
        let _all_ended = self.0.under_way.write().await;
        if let Some(sample) = self.0.sample.write().await.take() {
            sample.house.store.close().await;
        }
        self.0.real.store.close().await;
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.config.clock.now()
    }

    pub(super) fn clock_stands_still(&self) -> bool {
        matches!(self.0.config.clock, crate::time::Clock::Fixed(_))
    }

    /// The house whose door is open: sample data's while it is entered.
    pub(super) async fn house(&self) -> House {
        self.0.sample.read().await.as_ref().map_or_else(|| self.0.real.clone(), |sample| sample.house.clone())
    }

    /// The back-test of a history by its mark, worked out where it is not known yet.
    pub(super) fn back_tested(&self, mark: u64, test: impl FnOnce() -> Option<BackTest>) -> Option<BackTest> {
        let lock = || self.0.back_tests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&mark) {
            return *known;
        }
        let result = test();
        let mut all = lock();
        if all.len() >= BACK_TESTS_KEPT {
            all.clear();
        }
        all.insert(mark, result);
        result
    }

    /// The person's own store, sample data or not.
    pub(super) fn own_store(&self) -> &Store {
        &self.0.real.store
    }

    /// The person's own house, whatever door is open.
    pub(super) fn real(&self) -> &House {
        &self.0.real
    }

    pub(super) async fn is_sample_open(&self) -> bool {
        self.0.sample.read().await.is_some()
    }

    pub(super) fn alert_memory(&self) -> &AlertMemory {
        &self.0.alert_memory
    }

    pub(super) fn estimate_memory(&self) -> &EstimateMemory {
        &self.0.estimate_memory
    }

    pub(super) fn removed(&self) -> &RemovedMemory {
        &self.0.removed
    }

    pub(super) fn plan_memory(&self) -> &PlanMemory {
        &self.0.plan_memory
    }

    pub(super) fn watch_state(&self) -> &WatchState {
        &self.0.watch
    }

    /// Whether a window listens to what happens.
    pub(super) fn is_listened_to(&self) -> bool {
        self.0.events.receiver_count() > 0
    }

    /// Changes whenever something was read, entered or set.
    pub(super) fn news(&self) -> watch::Receiver<u64> {
        self.0.news.subscribe()
    }

    pub(super) fn tell(&self, event: Event) {
        if matches!(event, Event::Synced { .. } | Event::Changed) {
            self.0.news.send_modify(|count| *count = count.wrapping_add(1));
        }
        if matches!(event, Event::Synced { .. } | Event::Changed) {
            self.0.alert_memory.forget();
            self.0.estimate_memory.forget();
        }
        // Nobody listening is no error.
        let _ = self.0.events.send(event);
    }

    pub(super) fn cancellation(&self) -> CancellationToken {
        self.0.cancel.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn cancel_syncs(&self) {
        let mut token = self.0.cancel.lock().unwrap_or_else(PoisonError::into_inner);
        token.cancel();
        *token = CancellationToken::new();
    }

    /// Holds the program open while a sync is under way.
    pub(super) async fn hold_open(&self) -> tokio::sync::RwLockReadGuard<'_, ()> {
        self.0.under_way.read().await
    }

    /// Waits for all that reads and writes, and keeps more from beginning.
    pub(super) async fn stand_still(&self) -> tokio::sync::RwLockWriteGuard<'_, ()> {
        self.0.under_way.write().await
    }

    pub(super) async fn settings(&self) -> Result<Settings, ApiError> {
        let kept = self.0.real.store.setting("settings").await?;
        // Settings of another version that cannot be read are as good as none: every one has a default.
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    pub(super) async fn change_settings(&self, settings: Settings) -> Result<Settings, ApiError> {
        if let Some(zone) = &settings.time_zone {
            zone.parse::<Zone>().map_err(|error| ApiError::bad(error.to_string()))?;
        }
        super::rating::check(&settings)?;
        let text = serde_json::to_string(&settings).map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("settings could not be written: {error}"))
        })?;
        self.0.real.store.set_setting("settings", &text).await?;
        self.tell(Event::Changed);
        Ok(settings)
    }

    /// The person's calendar: the door's zone, else their setting, else the system's.
    pub(super) async fn calendar(&self) -> Result<Calendar, ApiError> {
        let zone = match self.0.config.zone {
            Some(zone) => zone,
            None => self
                .settings()
                .await?
                .time_zone
                .and_then(|name| name.parse().ok())
                .unwrap_or_else(Zone::system),
        };
        Ok(Calendar::new(zone))
    }

    /// Opens sample data in a folder of its own, adds its accounts and reads them, all as with real ones.
    pub(super) async fn enter_sample(&self) -> Result<(), ApiError> {
        let Some(source) = &self.0.config.sample else {
            return Err(ApiError::bad("sample data is not offered here"));
        };
        let mut open = self.0.sample.write().await;
        if open.is_some() {
            return Ok(());
        }
        let failed = |error: std::io::Error| {
            ApiError::new(ErrorCode::Internal, format!("sample data could not be started: {error}"))
        };
        let town = source(self.now()).await.map_err(failed)?;
        let folder = tempfile::Builder::new().prefix("spendglass-sample-").tempdir().map_err(failed)?;
        let house = House::open(folder.path(), Vault::memory(), self.now(), true).await?;
        for account in &town.accounts {
            self.add_sample_account(&house, account).await?;
        }
        *open = Some(Sample { house, _town: town, _folder: folder });
        drop(open);
        self.tell(Event::Changed);
        self.sync(&SyncQuery::default()).await?;
        Ok(())
    }

    /// Closes sample data and deletes its folder.
    pub(super) async fn leave_sample(&self) {
        self.cancel_syncs();
        let _all_ended = self.0.under_way.write().await;
        let sample = self.0.sample.write().await.take();
        if let Some(sample) = sample {
            sample.house.store.close().await;
        }
        self.tell(Event::Changed);
    }
}
