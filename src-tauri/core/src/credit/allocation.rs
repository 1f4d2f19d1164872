//! From which lot of one currency is spent, step by step in time.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::{Lifespan, Order};
use crate::ledger::LotKind;
use crate::time::Timestamp;

const DAY: i64 = 86_400;

/// What happened to a lot, or to none, at an instant. Amounts are counts of the smallest step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// The lot was had.
    Acquired(usize, i128),
    /// So much was spent out of the lot.
    Drawn(usize, i128),
    /// So much was given back to the lot.
    GivenBack(usize, i128),
    /// The lot lapsed, with so much in it.
    Lapsed(usize, i128),
    /// So much was spent that no lot covered.
    Uncovered(i128),
    /// So much was given back that no lot could take.
    Unplaced(i128),
}

/// A place in the order of spending. A lot that lapses by inactivity has no fixed expiry: among those of one number of days, what
/// was had first always lapses first or at the same instant, so their order never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    rank: u8,
    expiry: i64,
    acquired: Timestamp,
    lot: usize,
}

/// What lies ahead of a lot whatever is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Acquired,
    RolledOver,
    Lapsed,
}

#[derive(Debug, Clone)]
struct Held {
    place: Place,
    rolled_rank: u8,
    idle: Option<usize>,
    left: i128,
    gone: bool,
}

/// The lots that lapse after one number of idle days.
#[derive(Debug, Clone)]
struct Idle {
    seconds: i64,
    open: BTreeSet<Place>,
    /// Those that have not lapsed, in the order in which they were had.
    waiting: VecDeque<usize>,
}

impl Idle {
    fn lapse(&self, acquired: Timestamp, last_use: Option<Timestamp>) -> Timestamp {
        last_use.map_or(acquired, |last| last.max(acquired)).plus_seconds(self.seconds)
    }
}

/// The lots of one currency as they stand.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    held: Vec<Held>,
    turns: Arc<[(Timestamp, Turn, usize)]>,
    turned: usize,
    fixed: BTreeSet<Place>,
    idle: Vec<Idle>,
    last_use: Option<Timestamp>,
    /// What can be given back, the latest last.
    drawn: Vec<(usize, i128)>,
}

impl Shelf {
    /// Lots that nobody has yet. They come in the order of their ids.
    pub(super) fn new(lots: &[(LotKind, Lifespan, i128)], order: Order) -> Shelf {
        let mut shelf = Shelf {
            held: Vec::with_capacity(lots.len()),
            turns: Arc::from([]),
            turned: 0,
            fixed: BTreeSet::new(),
            idle: Vec::new(),
            last_use: None,
            drawn: Vec::new(),
        };
        let mut turns = Vec::new();
        for (lot, (kind, life, amount)) in lots.iter().enumerate() {
            let idle = life.idle_days.map(|days| shelf.idle_of(i64::from(days) * DAY));
            // Where the end moves, the place holds none.
            let expiry = if idle.is_some() { Some(0) } else { life.lapses_at.map(Timestamp::unix) };
            let place = Place {
                rank: order.rank(*kind),
                expiry: expiry.unwrap_or(i64::MAX),
                acquired: life.acquired_at,
                lot,
            };
            let rolled_rank = order.rank(LotKind::RolledOver);
            shelf.held.push(Held { place, rolled_rank, idle, left: *amount, gone: false });
            turns.push((life.acquired_at, Turn::Acquired, lot));
            turns.extend(life.rolls_at.map(|at| (at.max(life.acquired_at), Turn::RolledOver, lot)));
            turns.extend(life.lapses_at.filter(|_| idle.is_none()).map(|at| (at, Turn::Lapsed, lot)));
        }
        turns.sort_unstable();
        shelf.turns = turns.into();
        shelf
    }

    fn idle_of(&mut self, seconds: i64) -> usize {
        self.idle.iter().position(|idle| idle.seconds == seconds).unwrap_or_else(|| {
            self.idle.push(Idle { seconds, open: BTreeSet::new(), waiting: VecDeque::new() });
            self.idle.len() - 1
        })
    }

    /// What is in a lot; what it will hold where it is had later.
    pub(super) fn left(&self, lot: usize) -> i128 {
        self.held[lot].left
    }

    /// When a lot lapses as things stand, where that moves with each use.
    pub(super) fn idle_lapse(&self, lot: usize) -> Option<Timestamp> {
        let held = &self.held[lot];
        held.idle.map(|idle| self.idle[idle].lapse(held.place.acquired, self.last_use))
    }

    /// Multiplies every amount, where the smallest step becomes smaller.
    pub(super) fn finer(&mut self, by: i128) -> Option<()> {
        let amounts = self.held.iter_mut().map(|held| &mut held.left);
        for amount in amounts.chain(self.drawn.iter_mut().map(|(_, amount)| amount)) {
            *amount = amount.checked_mul(by)?;
        }
        Some(())
    }

    /// Lets time pass up to and with an instant. Between two uses the order among lots does not matter: only a use moves amounts.
    pub(super) fn settle(&mut self, until: Timestamp, note: &mut impl FnMut(Timestamp, Move)) {
        while let Some(&(at, turn, lot)) = self.turns.get(self.turned).filter(|(at, ..)| *at <= until) {
            self.turned += 1;
            match turn {
                Turn::Acquired => self.acquire(at, lot, note),
                Turn::RolledOver => self.roll_over(lot),
                Turn::Lapsed => self.lapse(at, lot, note),
            }
        }
        for group in 0..self.idle.len() {
            while let Some(&lot) = self.idle[group].waiting.front() {
                let at = self.idle[group].lapse(self.held[lot].place.acquired, self.last_use);
                if at > until {
                    break;
                }
                self.idle[group].waiting.pop_front();
                self.lapse(at, lot, note);
            }
        }
    }

    /// Spends at an instant, or gives back what lies below nought; then, where the account was used, starts the idle days again.
    pub(super) fn charge(
        &mut self,
        at: Timestamp,
        amount: i128,
        used: bool,
        note: &mut impl FnMut(Timestamp, Move),
    ) {
        self.settle(at, note);
        if amount >= 0 {
            self.spend(at, amount, note);
        } else {
            self.give_back(at, -amount, note);
        }
        if used {
            self.last_use = Some(at);
        }
    }

    fn open_of(&mut self, lot: usize) -> &mut BTreeSet<Place> {
        match self.held[lot].idle {
            Some(idle) => &mut self.idle[idle].open,
            None => &mut self.fixed,
        }
    }

    fn acquire(&mut self, at: Timestamp, lot: usize, note: &mut impl FnMut(Timestamp, Move)) {
        let Held { place, left, idle, .. } = self.held[lot];
        if left > 0 {
            self.open_of(lot).insert(place);
        }
        if let Some(idle) = idle {
            self.idle[idle].waiting.push_back(lot);
        }
        note(at, Move::Acquired(lot, left));
    }

    fn roll_over(&mut self, lot: usize) {
        let Held { place, rolled_rank, .. } = self.held[lot];
        let rolled = Place { rank: rolled_rank, ..place };
        self.held[lot].place = rolled;
        let open = self.open_of(lot);
        if open.remove(&place) {
            open.insert(rolled);
        }
    }

    fn lapse(&mut self, at: Timestamp, lot: usize, note: &mut impl FnMut(Timestamp, Move)) {
        let place = self.held[lot].place;
        self.open_of(lot).remove(&place);
        self.held[lot].gone = true;
        let left = std::mem::take(&mut self.held[lot].left);
        note(at, Move::Lapsed(lot, left));
    }

    /// The lot that is spent next.
    fn next(&self) -> Option<usize> {
        let moving = self.idle.iter().filter_map(|idle| {
            let first = *idle.open.first()?;
            Some(Place { expiry: idle.lapse(first.acquired, self.last_use).unix(), ..first })
        });
        self.fixed.first().copied().into_iter().chain(moving).min().map(|place| place.lot)
    }

    fn spend(&mut self, at: Timestamp, amount: i128, note: &mut impl FnMut(Timestamp, Move)) {
        let mut due = amount;
        while due > 0 {
            let Some(lot) = self.next() else {
                note(at, Move::Uncovered(due));
                break;
            };
            let taken = due.min(self.held[lot].left);
            self.held[lot].left -= taken;
            due -= taken;
            if self.held[lot].left == 0 {
                let place = self.held[lot].place;
                self.open_of(lot).remove(&place);
            }
            match self.drawn.last_mut() {
                Some((last, sum)) if *last == lot => *sum += taken,
                _ => self.drawn.push((lot, taken)),
            }
            note(at, Move::Drawn(lot, taken));
        }
    }

    fn give_back(&mut self, at: Timestamp, amount: i128, note: &mut impl FnMut(Timestamp, Move)) {
        let mut due = amount;
        while due > 0 {
            let Some((lot, drawn)) = self.drawn.pop() else {
                note(at, Move::Unplaced(due));
                break;
            };
            // A lot that has lapsed takes nothing back, now or later.
            if self.held[lot].gone {
                continue;
            }
            let back = due.min(drawn);
            if back < drawn {
                self.drawn.push((lot, drawn - back));
            }
            if self.held[lot].left == 0 {
                let place = self.held[lot].place;
                self.open_of(lot).insert(place);
            }
            self.held[lot].left += back;
            due -= back;
            note(at, Move::GivenBack(lot, back));
        }
    }
}
