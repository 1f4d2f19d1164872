//! The whole history of an account's lots.

use std::collections::{BTreeMap, BTreeSet};

use super::allocation::{Move, Shelf};
use super::{CreditError, End, Lifespan, Lot, Order, Use, lifespan, places, steps, total};
use crate::ledger::LotKind;
use crate::money::{Currency, Decimal, Total};
use crate::time::{Calendar, Timestamp};

/// What was taken from a lot at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// When.
    pub at: Timestamp,
    /// How much; below nought where it was given back.
    pub amount: Total,
    /// What was in the lot then.
    pub left: Total,
}

/// How a lot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is had later: nothing can be spent of it yet.
    Ahead,
    /// Something is left of it.
    Open,
    /// It is used up.
    Spent,
    /// It lapsed with something in it.
    Lapsed,
}

/// What became of a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// The lot's id.
    pub id: String,
    /// Its kind, as it now is: what rolled over is of that kind.
    pub kind: LotKind,
    /// Its currency or unit.
    pub currency: Currency,
    /// When it is had.
    pub acquired_at: Timestamp,
    /// How much it was at first.
    pub amount: Decimal,
    /// How much was spent of it, less what was given back.
    pub spent: Total,
    /// How much of it lapsed unspent.
    pub lapsed: Total,
    /// How much is left of it; nought where it is had later.
    pub left: Total,
    /// Its end, by date or instant; of a lot that lapses by inactivity, as things stand. Nothing where it never lapses.
    pub end: Option<End>,
    /// The first instant at which it cannot be spent.
    pub lapses_at: Option<Timestamp>,
    /// How it stands.
    pub standing: Standing,
    /// What was taken from it and given back to it, in the order of time.
    pub draws: Vec<Draw>,
}

impl Fate {
    /// What was in the lot just after what happened at an instant; as it stands now where that lies later.
    pub fn left_at(&self, at: Timestamp) -> Total {
        let over = self.standing == Standing::Lapsed && self.lapses_at.is_some_and(|end| end <= at);
        if at < self.acquired_at || over || self.standing == Standing::Ahead {
            return Total::default();
        }
        let before = self.draws.partition_point(|draw| draw.at <= at);
        before.checked_sub(1).map_or_else(|| self.amount.into(), |last| self.draws[last].left)
    }
}

/// The sums of one currency at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// What all lots held at first that had been had.
    pub acquired: Total,
    /// What was charged, less what was given back.
    pub charged: Total,
    /// What was charged that no lot covered.
    pub uncovered: Total,
    /// What was given back that no lot could take.
    pub unplaced: Total,
    /// What lapsed.
    pub lapsed: Total,
    /// What was left in the lots.
    pub left: Total,
}

/// A balance that was observed, beside what the lots say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconciled {
    /// What the balance was.
    pub observed: Decimal,
    /// What the lots say was left then.
    pub lots: Total,
    /// The balance less what the lots say.
    pub difference: Total,
    /// What had been spent until then that no lot covers.
    pub uncovered: Total,
}

/// The sums of a currency as counts of its smallest step.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    acquired: i128,
    charged: i128,
    uncovered: i128,
    unplaced: i128,
    lapsed: i128,
    left: i128,
}

impl Counts {
    fn after(self, happened: Move) -> Option<Counts> {
        let mut after = self;
        let add = |to: &mut i128, amount: i128| {
            *to = to.checked_add(amount)?;
            Some(())
        };
        match happened {
            Move::Acquired(_, amount) => {
                add(&mut after.acquired, amount)?;
                add(&mut after.left, amount)?;
            }
            Move::Drawn(_, amount) => {
                add(&mut after.charged, amount)?;
                add(&mut after.left, -amount)?;
            }
            Move::GivenBack(_, amount) => {
                add(&mut after.charged, -amount)?;
                add(&mut after.left, amount)?;
            }
            Move::Lapsed(_, amount) => {
                add(&mut after.lapsed, amount)?;
                add(&mut after.left, -amount)?;
            }
            Move::Uncovered(amount) => {
                add(&mut after.charged, amount)?;
                add(&mut after.uncovered, amount)?;
            }
            Move::Unplaced(amount) => {
                add(&mut after.charged, -amount)?;
                add(&mut after.unplaced, amount)?;
            }
        }
        Some(after)
    }

    fn sums(self, scale: u32) -> Sums {
        Sums {
            acquired: total(self.acquired, scale),
            charged: total(self.charged, scale),
            uncovered: total(self.uncovered, scale),
            unplaced: total(self.unplaced, scale),
            lapsed: total(self.lapsed, scale),
            left: total(self.left, scale),
        }
    }
}

/// The lots and charges of one currency.
#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) scale: u32,
    pub(super) shelf: Shelf,
    /// Which of the account's lots each lot of the shelf is.
    pub(super) lots: Vec<usize>,
    sums: Vec<(Timestamp, Counts)>,
}

impl Book {
    fn sums_at(&self, at: Timestamp) -> Sums {
        let before = self.sums.partition_point(|(when, _)| *when <= at);
        let counts = before.checked_sub(1).map_or_else(Counts::default, |last| self.sums[last].1);
        counts.sums(self.scale)
    }
}

/// What became of an account's lots up to and with an instant.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// The instant.
    pub until: Timestamp,
    /// What became of each lot, in the order in which they were given.
    pub lots: Vec<Fate>,
    pub(super) books: BTreeMap<Currency, Book>,
}

impl Replayed {
    /// What became of a lot.
    pub fn lot(&self, id: &str) -> Option<&Fate> {
        self.lots.iter().find(|fate| fate.id == id)
    }

    /// Every currency and unit in which there is a lot or a charge.
    pub fn currencies(&self) -> impl Iterator<Item = Currency> + '_ {
        self.books.keys().copied()
    }

    /// The sums of a currency as they stand.
    pub fn sums(&self, currency: Currency) -> Sums {
        self.sums_at(currency, self.until)
    }

    /// The sums of a currency just after what happened at an instant; as they stand where that lies later.
    pub fn sums_at(&self, currency: Currency, at: Timestamp) -> Sums {
        self.books.get(&currency).map_or_else(Sums::default, |book| book.sums_at(at))
    }

    /// A balance that was observed at an instant, beside what the lots say was left then.
    pub fn reconcile(
        &self,
        currency: Currency,
        observed: Decimal,
        at: Timestamp,
    ) -> Result<Reconciled, CreditError> {
        let Sums { left, uncovered, .. } = self.sums_at(currency, at);
        let difference =
            Total::from(observed).checked_add(left.negated()).ok_or(CreditError::Overflow(currency))?;
        Ok(Reconciled { observed, lots: left, difference, uncovered })
    }
}

/// Works out what became of an account's lots up to and with `until`: of all of its currencies at once, since a use in one keeps
/// lots of another from lapsing by inactivity. What is above nought is a use, whether or not a lot covered it. The order of the
/// input does not matter.
pub fn replay(
    lots: &[Lot],
    uses: &[Use],
    order: Order,
    calendar: &Calendar,
    until: Timestamp,
) -> Result<Replayed, CreditError> {
    let mut by_id: Vec<usize> = (0..lots.len()).collect();
    by_id.sort_unstable_by(|a, b| lots[*a].id.cmp(&lots[*b].id));
    if let Some(pair) = by_id.windows(2).find(|pair| lots[pair[0]].id == lots[pair[1]].id) {
        return Err(CreditError::SameId(lots[pair[0]].id.clone()));
    }
    if let Some(lot) = lots.iter().find(|lot| lot.amount.is_sign_negative() && !lot.amount.is_zero()) {
        return Err(CreditError::BelowNought(lot.id.clone(), lot.amount));
    }
    let lives: Vec<Lifespan> = lots.iter().map(|lot| lifespan(lot, calendar)).collect::<Result<_, _>>()?;
    let zero = Decimal::ZERO;
    let active: BTreeSet<Timestamp> =
        uses.iter().filter(|one| one.amount > zero && one.at <= until).map(|one| one.at).collect();
    let mut apart = BTreeMap::<Currency, (Vec<usize>, Vec<&Use>)>::new();
    for lot in by_id {
        apart.entry(lots[lot].currency).or_default().0.push(lot);
    }
    for one in uses.iter().filter(|one| one.at <= until) {
        apart.entry(one.currency).or_default().1.push(one);
    }
    let mut replayed = Replayed { until, lots: Vec::new(), books: BTreeMap::new() };
    let mut fates: Vec<Option<Fate>> = vec![None; lots.len()];
    for (currency, (mine, uses)) in apart {
        let overflow = || CreditError::Overflow(currency);
        let amounts = mine.iter().map(|lot| lots[*lot].amount).chain(uses.iter().map(|one| one.amount));
        let scale = amounts.map(places).max().unwrap_or_default();
        let mut charges: BTreeMap<Timestamp, i128> = active.iter().map(|at| (*at, 0)).collect();
        for one in uses {
            let sum = charges.entry(one.at).or_default();
            let more = steps(one.amount, scale).and_then(|amount| sum.checked_add(amount));
            // The one number whose opposite has no room.
            *sum = more.filter(|sum| *sum != i128::MIN).ok_or_else(overflow)?;
        }
        let on_shelf: Option<Vec<_>> = mine
            .iter()
            .map(|lot| Some((lots[*lot].kind, lives[*lot], steps(lots[*lot].amount, scale)?)))
            .collect();
        let mut shelf = Shelf::new(&on_shelf.ok_or_else(overflow)?, order);
        let mut moves: Vec<(Timestamp, Move)> = Vec::new();
        let mut note = |at, happened| moves.push((at, happened));
        for (at, amount) in charges {
            shelf.charge(at, amount, active.contains(&at), &mut note);
        }
        shelf.settle(until, &mut note);
        // Lapses by inactivity are noted after what has a fixed time.
        moves.sort_by_key(|(at, _)| *at);
        let mut book = Book { scale, shelf, lots: mine, sums: Vec::new() };
        let mut counts = Counts::default();
        for (at, happened) in &moves {
            counts = counts.after(*happened).ok_or_else(overflow)?;
            match book.sums.last_mut().filter(|(last, _)| last == at) {
                Some((_, last)) => *last = counts,
                None => book.sums.push((*at, counts)),
            }
        }
        for (lot, fate) in book.fates(lots, &lives, &moves, until) {
            fates[lot] = Some(fate);
        }
        replayed.books.insert(currency, book);
    }
    replayed.lots = fates.into_iter().flatten().collect();
    Ok(replayed)
}

/// A draw in counts of the smallest step.
struct Taken {
    at: Timestamp,
    amount: i128,
    left: i128,
}

impl Book {
    /// What became of each lot of this currency.
    fn fates(
        &self,
        lots: &[Lot],
        lives: &[Lifespan],
        moves: &[(Timestamp, Move)],
        until: Timestamp,
    ) -> Vec<(usize, Fate)> {
        let mut drawn: Vec<Vec<Taken>> = self.lots.iter().map(|_| Vec::new()).collect();
        let mut first = vec![None; self.lots.len()];
        let mut lapsed = vec![None; self.lots.len()];
        for (at, happened) in moves {
            match *happened {
                Move::Acquired(lot, amount) => first[lot] = Some(amount),
                Move::Lapsed(lot, amount) => lapsed[lot] = Some((*at, amount)),
                Move::Drawn(lot, _) | Move::GivenBack(lot, _) => {
                    let amount = match *happened {
                        Move::Drawn(_, amount) => amount,
                        Move::GivenBack(_, amount) => -amount,
                        _ => 0,
                    };
                    let before = drawn[lot].last().map_or(first[lot].unwrap_or_default(), |last| last.left);
                    match drawn[lot].last_mut().filter(|last| last.at == *at) {
                        // Given back by two entries at once.
                        Some(last) => {
                            last.amount += amount;
                            last.left -= amount;
                        }
                        None => drawn[lot].push(Taken { at: *at, amount, left: before - amount }),
                    }
                }
                Move::Uncovered(_) | Move::Unplaced(_) => {}
            }
        }
        let fate = |(shelved, lot): (usize, &usize)| {
            let (of, life) = (&lots[*lot], &lives[*lot]);
            let had = first[shelved].is_some();
            let left = if had { self.shelf.left(shelved) } else { 0 };
            let gone = lapsed[shelved].map_or(0, |(_, amount)| amount);
            let spent = if had { first[shelved].unwrap_or_default() - gone - left } else { 0 };
            let lapses_at = match lapsed[shelved] {
                Some((at, _)) => Some(at),
                None => self.shelf.idle_lapse(shelved).or(life.lapses_at),
            };
            let fate = Fate {
                id: of.id.clone(),
                kind: match life.rolls_at {
                    Some(at) if at <= until => LotKind::RolledOver,
                    _ => of.kind,
                },
                currency: of.currency,
                acquired_at: life.acquired_at,
                amount: of.amount,
                spent: total(spent, self.scale),
                lapsed: total(gone, self.scale),
                left: total(left, self.scale),
                end: if life.idle_days.is_some() { lapses_at.map(End::At) } else { life.end },
                lapses_at,
                standing: if !had {
                    Standing::Ahead
                } else if gone > 0 {
                    Standing::Lapsed
                } else if left > 0 {
                    Standing::Open
                } else {
                    Standing::Spent
                },
                draws: drawn[shelved]
                    .iter()
                    .map(|taken| Draw {
                        at: taken.at,
                        amount: total(taken.amount, self.scale),
                        left: total(taken.left, self.scale),
                    })
                    .collect(),
            };
            (*lot, fate)
        };
        self.lots.iter().enumerate().map(fate).collect()
    }
}
