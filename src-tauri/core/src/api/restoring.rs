//! Taking back what was just removed or changed: the core keeps the last of it while it runs.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::app::{App, House};
use super::told_lots::LotKey;
use super::{
    ApiError, BudgetId, BudgetRow, CorrectedPlans, EntryId, EntryRow, Event, LotId, LotRow, PlanCorrectionId,
};
use crate::store::{self, LotOverride, PlanCorrection, RiseKey, StoreError};
use crate::time::Timestamp;

/// A person takes back what was just done, not what was done long ago.
const KEPT: usize = 100;

/// What can be taken back, the latest last.
#[derive(Debug, Default)]
pub(super) struct RemovedMemory(Mutex<VecDeque<Removed>>);

/// Something as it was before.
#[derive(Debug, Clone)]
pub(super) enum Removed {
    /// An entry, with the rises of balances that it answered.
    Entry(store::EntryRow, Vec<(RiseKey, Timestamp)>),
    /// What was said of a reported lot.
    Said(LotOverride),
    Budget(store::BudgetRow),
    Plan(PlanCorrection),
}

impl RemovedMemory {
    fn keep(&self, removed: Removed) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back(removed);
        while all.len() > KEPT {
            all.pop_front();
        }
    }

    /// Takes the latest that fits.
    fn take<T>(&self, fits: impl Fn(&Removed) -> Option<T>) -> Option<T> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = all.iter().rposition(|one| fits(one).is_some())?;
        all.remove(place).and_then(|one| fits(&one))
    }
}

/// Nothing of it is kept any more.
fn too_late(what: &str) -> ApiError {
    ApiError::bad(format!(
        "{what} was not removed or changed since the program started, or too much was since"
    ))
}

impl App {
    /// Keeps an entry as it is before it is changed or removed.
    pub(super) async fn before_change(&self, house: &House, id: i64) -> Result<(), ApiError> {
        // Numbers of sample data are those of other things.
        if house.sample {
            return Ok(());
        }
        if let Some(row) = house.store.entry(id).await? {
            let rises = house.store.rises_of_entry(id).await?;
            self.removed().keep(Removed::Entry(row, rises));
        }
        Ok(())
    }

    pub(super) fn keep_said(&self, said: LotOverride) {
        self.removed().keep(Removed::Said(said));
    }

    pub(super) fn keep_budget(&self, house: &House, row: store::BudgetRow) {
        if !house.sample {
            self.removed().keep(Removed::Budget(row));
        }
    }

    pub(super) fn keep_plan_correction(&self, house: &House, row: PlanCorrection) {
        if !house.sample {
            self.removed().keep(Removed::Plan(row));
        }
    }

    /// Puts an entry back as it was before its last change or removal.
    pub(super) async fn restore_entry(&self, EntryId { id }: EntryId) -> Result<EntryRow, ApiError> {
        let house = self.own_house().await?;
        self.put_entry_back(&house, id).await?;
        self.tell(Event::Changed);
        self.entry(&house, id).await
    }

    async fn put_entry_back(&self, house: &House, id: i64) -> Result<(), ApiError> {
        let (row, rises) = self
            .removed()
            .take(|one| match one {
                Removed::Entry(row, rises) if row.id == id => Some((row.clone(), rises.clone())),
                _ => None,
            })
            .ok_or_else(|| too_late(&format!("entry {id}")))?;
        super::keys::find_account(house, row.account_id).await?;
        house.store.restore_entry(&row, self.now()).await?;
        house.store.restore_answers(id, &rises).await?;
        Ok(())
    }

    /// Puts a lot back: one that was entered as it was, one that is reported into account.
    pub(super) async fn restore_lot(&self, LotId { id }: LotId) -> Result<LotRow, ApiError> {
        let house = self.own_house().await?;
        match LotKey::read(&id) {
            Some(LotKey::Entry(number)) => self.put_entry_back(&house, number).await?,
            Some(LotKey::Grant(account, grant)) => {
                let said = self
                    .removed()
                    .take(|one| match one {
                        Removed::Said(said) if said.account_id == account && said.grant == grant => {
                            Some(said.clone())
                        }
                        _ => None,
                    })
                    .ok_or_else(|| too_late(&format!("lot {id}")))?;
                house.store.set_lot_override(&said, self.now()).await?;
            }
            None => return Err(too_late("such a lot")),
        }
        self.tell(Event::Changed);
        self.lot(&house, &id).await
    }

    /// Puts a budget back as it was before its last change or removal.
    pub(super) async fn restore_budget(&self, BudgetId { id }: BudgetId) -> Result<BudgetRow, ApiError> {
        let house = self.house().await;
        let row = self
            .removed()
            .take(|one| match one {
                Removed::Budget(row) if row.id == id => Some(row.clone()),
                _ => None,
            })
            .ok_or_else(|| too_late(&format!("budget {id}")))?;
        match house.store.restore_budget(&row, self.now()).await {
            Err(StoreError::Taken) => {
                return Err(ApiError::bad("there is another such budget by now: change that one instead"));
            }
            done => done?,
        }
        self.tell(Event::Changed);
        self.budget_row(&house, id).await
    }

    /// Puts a correction of a plan back.
    pub(super) async fn restore_plan_correction(
        &self,
        PlanCorrectionId { id }: PlanCorrectionId,
    ) -> Result<CorrectedPlans, ApiError> {
        let house = self.house().await;
        let row = self
            .removed()
            .take(|one| match one {
                Removed::Plan(row) if row.id == id => Some(row.clone()),
                _ => None,
            })
            .ok_or_else(|| too_late(&format!("correction {id}")))?;
        house.store.restore_plan_correction(&row).await?;
        self.tell(Event::Changed);
        Ok(CorrectedPlans { corrections: vec![super::cataloguing::correction_row(&row, None)] })
    }
}
