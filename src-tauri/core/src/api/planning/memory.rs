//! What the last comparisons were made from, so that a slider is answered at once.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use super::Stand;
use super::usage::Used;
use crate::api::app::House;
use crate::api::figures::Books;
use crate::time::Date;

/// Stands kept of one usage: sliders go back and forth.
const KEPT: usize = 6;

/// What a reading of usage depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(u64);

impl Mark {
    pub(super) fn of(house: &House, books: &Books, news: u64, today: Date, asked: (&[i64], u32)) -> Mark {
        let mut hasher = DefaultHasher::new();
        (house.sample, house.store.folder(), news, today.utc_start().unix(), asked).hash(&mut hasher);
        for stream in &books.streams {
            // Another program may have read it meanwhile.
            let read = stream.synced_at.map(crate::time::Timestamp::unix);
            (stream.id, read, stream.covered.map(|days| days.until.utc_start().unix())).hash(&mut hasher);
        }
        for row in &books.accounts {
            books.told_at(row.id).map(crate::time::Timestamp::unix).hash(&mut hasher);
        }
        Mark(hasher.finish())
    }
}

/// What was kept for a mark.
#[derive(Default, Clone)]
pub(super) struct Remembered {
    pub(super) used: Option<Arc<Used>>,
    /// By what they depend on besides, the last one last.
    pub(super) stands: Vec<(u64, Arc<Stand>)>,
}

/// What is kept of comparisons.
#[derive(Default)]
pub(in super::super) struct PlanMemory(Mutex<Option<(Mark, Remembered)>>);

impl PlanMemory {
    /// What is kept for a mark; nothing for any other.
    pub(super) fn of(&self, mark: Mark) -> Remembered {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = held.as_ref().filter(|(known, _)| *known == mark);
        same.map(|(_, remembered)| remembered.clone()).unwrap_or_default()
    }

    /// Keeps a stand, in place of those of another mark.
    pub(super) fn keep(&self, mark: Mark, used: &Arc<Used>, key: u64, stand: &Arc<Stand>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_none_or(|(known, _)| *known != mark) {
            *held = Some((mark, Remembered::default()));
        }
        let Some((_, remembered)) = held.as_mut() else { return };
        remembered.used.get_or_insert_with(|| Arc::clone(used));
        remembered.stands.retain(|(known, _)| *known != key);
        if remembered.stands.len() >= KEPT {
            remembered.stands.remove(0);
        }
        remembered.stands.push((key, Arc::clone(stand)));
    }
}
