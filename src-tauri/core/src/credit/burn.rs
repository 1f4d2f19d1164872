//! What was spent, told by a balance alone: falls are spending, rises are something else.
//!
//! A fall is spread evenly over the UTC days between its two readings, by their seconds. Were it all put on the later reading's day, a
//! machine that was off for a week would show six idle days and one wild one, which breaks the rhythm a forecast learns. The shares
//! are cut two digits behind the last that the balance itself has, and what remains goes on the last day: they add up to the fall.
//!
//! A small rise is a refund or the noise of rounding: it is taken off what was spent, so that a balance which trembles burns nothing.
//! Small is less than one whole unit, for which nobody sells credit, or than a hundredth of the largest balance that was read, which
//! changes no forecast. From one reading to the next, and in all:
//!
//! ```text
//! last reading = first reading - what was spent + what it rose by - what lapsed
//! ```
//!
//! Where a lot lapses the balance falls too, and nobody spent that: see [`replay_balance`].

use std::collections::BTreeMap;

use super::{CreditError, Lot, Order, Replayed, Use, places, replay, steps, total};
use crate::money::{Currency, Decimal, Total};
use crate::time::{Calendar, Date, Period, Timestamp};

const DAY: i64 = 86_400;
/// A reading that differs from two equal ones around it, at most so far apart, was a slip: an answer from a stale copy.
const SLIP: i64 = 3_600;
/// Digits by which a day's share is cut finer than the balance.
const FINER: u32 = 2;
/// How much of a day may lie where the balance rose and hides what was spent, before the day is not counted as a whole one.
const HIDDEN: i64 = 6 * 3_600;

/// What is known to have been spent in a period, from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The period.
    pub period: Period,
    /// How much.
    pub amount: Decimal,
}

/// A lot that lapsed with something in it: a balance falls by that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lapse {
    /// When.
    pub at: Timestamp,
    /// How much was in it.
    pub amount: Decimal,
}

/// A rise of the balance: something was bought or granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rise {
    /// The reading before it.
    pub after: Timestamp,
    /// The reading that showed it.
    pub seen_at: Timestamp,
    /// At least how much: the rise, and what is known to have been spent between the two readings.
    pub amount: Total,
}

/// What a UTC day took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BurnDay {
    /// The day.
    pub date: Date,
    /// How much; below nought where more was given back.
    pub spent: Decimal,
    /// Whether all of the day was read, and the balance hid what was spent for no more than a quarter of it.
    pub whole: bool,
}

/// What the readings of a balance tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Burn {
    /// Every day between the first and the last reading.
    pub days: Vec<BurnDay>,
    /// Every rise that is no refund.
    pub rises: Vec<Rise>,
    /// What was spent, each at the reading that showed it: by then it was. For a replay of lots.
    pub uses: Vec<Use>,
    /// What of the falls was no spending, since lots lapsed; each at the reading that showed it.
    pub lapses: Vec<Lapse>,
}

impl Burn {
    /// The last whole days without a gap: the first of them, and what each took.
    pub fn whole_days(&self) -> Option<(Date, Vec<Decimal>)> {
        let end = self.days.iter().rposition(|day| day.whole)? + 1;
        let start = self.days[..end].iter().rposition(|day| !day.whole).map_or(0, |partial| partial + 1);
        Some((self.days[start].date, self.days[start..end].iter().map(|day| day.spent).collect()))
    }
}

/// One UTC day while it is added up.
#[derive(Clone, Copy, Default)]
struct Sum {
    spent: i128,
    read: i64,
    hidden: i64,
}

/// The pieces of a span of time by UTC day, with their seconds.
fn pieces(from: Timestamp, to: Timestamp) -> impl Iterator<Item = (Date, i64)> {
    let mut at = from;
    std::iter::from_fn(move || {
        let date = at.utc_date();
        let end = date.utc_day().end.min(to);
        let seconds = end.seconds_since(at);
        at = end;
        (seconds > 0).then_some((date, seconds))
    })
}

/// The readings of one balance, and what is known beside them.
#[derive(Debug, Clone, Copy)]
pub struct Readings<'a> {
    /// Its currency or unit.
    pub currency: Currency,
    /// Each an instant and what was left then. Of two at one instant the later in the list stands.
    pub seen: &'a [(Timestamp, Decimal)],
    /// What is known to have been spent: it counts where its period lies between two readings.
    pub known: &'a [Known],
}

/// What the readings of one balance tell, each an instant and what was left. Of two readings at one instant the later in the list
/// stands. What is known to have been spent counts where its period lies between two readings.
pub fn burn(
    currency: Currency,
    readings: &[(Timestamp, Decimal)],
    known: &[Known],
) -> Result<Burn, CreditError> {
    burn_beside(&Readings { currency, seen: readings, known }, &[])
}

/// Works out lots of which a balance alone tells what is spent, beside what is spent in the account's other currencies. Where a lot
/// lapses, the balance falls by what was in it, at most by all of the fall: that is not taken for spending. One lapse after the
/// other, since each changes what was spent after it and nothing before.
pub fn replay_balance(
    lots: &[Lot],
    others: &[Use],
    order: Order,
    calendar: &Calendar,
    until: Timestamp,
    readings: &Readings<'_>,
) -> Result<(Burn, Replayed), CreditError> {
    let mut lapses = Vec::<Lapse>::new();
    loop {
        let burn = burn_beside(readings, &lapses)?;
        let uses: Vec<Use> = others.iter().chain(&burn.uses).copied().collect();
        let replayed = replay(lots, &uses, order, calendar, until)?;
        let last = lapses.last().map(|lapse| lapse.at);
        let ended =
            replayed.lots.iter().filter(|lot| lot.currency == readings.currency && !lot.lapsed.is_zero());
        let ended: Vec<_> = ended.filter_map(|lot| Some((lot.lapses_at?, lot.lapsed))).collect();
        let Some(at) = ended.iter().map(|(at, _)| *at).filter(|at| last.is_none_or(|last| last < *at)).min()
        else {
            return Ok((burn, replayed));
        };
        for (_, amount) in ended.into_iter().filter(|(when, _)| *when == at) {
            let amount = amount.exact().ok_or(CreditError::Overflow(readings.currency))?;
            lapses.push(Lapse { at, amount });
        }
    }
}

/// The same, where it is known which lots lapsed.
fn burn_beside(readings: &Readings<'_>, lapses: &[Lapse]) -> Result<Burn, CreditError> {
    let Readings { currency, seen: readings, known } = *readings;
    let overflow = || CreditError::Overflow(currency);
    let amounts = readings.iter().map(|(_, left)| *left).chain(known.iter().map(|known| known.amount));
    let amounts = amounts.chain(lapses.iter().map(|lapse| lapse.amount));
    let scale = (amounts.map(places).max().unwrap_or_default() + FINER).min(28);
    let decimal = |steps| Decimal::try_from_i128_with_scale(steps, scale).map_err(|_| overflow());
    let counted = |amount: Decimal| steps(amount, scale).ok_or_else(overflow);
    let readings = readings
        .iter()
        .map(|(at, left)| Ok((*at, counted(*left)?)))
        .collect::<Result<BTreeMap<Timestamp, i128>, CreditError>>()?;
    let largest = readings.values().copied().max().unwrap_or_default();
    let unit = counted(Decimal::ONE)?;
    let small = (largest / 100).max(unit);
    let mut known: Vec<(Period, i128)> =
        known.iter().map(|known| Ok((known.period, counted(known.amount)?))).collect::<Result<_, _>>()?;
    known.sort_unstable();

    let readings = without_slips(&readings);
    let mut sums = BTreeMap::<Date, Sum>::new();
    let mut burn = Burn::default();
    let add = |sums: &mut BTreeMap<Date, Sum>, date: Date, amount: i128| {
        let sum = &mut sums.entry(date).or_default().spent;
        *sum = sum.checked_add(amount).ok_or_else(overflow)?;
        Ok(())
    };
    for pair in readings.windows(2) {
        let ((from, before), (to, after)) = (pair[0], pair[1]);
        let change = after.checked_sub(before).ok_or_else(overflow)?;
        let first = known.partition_point(|(period, _)| period.start < from);
        let inside = known[first..].iter().take_while(|(period, _)| period.start < to);
        let inside: Vec<_> = inside.filter(|(period, _)| period.end <= to).collect();
        let spent = inside.iter().try_fold(0_i128, |sum, (_, amount)| sum.checked_add(*amount));
        let spent = spent.ok_or_else(overflow)?;
        let gained = change.checked_add(spent).ok_or_else(overflow)?;
        for (date, seconds) in pieces(from, to) {
            sums.entry(date).or_default().read += seconds;
        }
        let spent = if gained >= small {
            burn.rises.push(Rise { after: from, seen_at: to, amount: total(gained, scale) });
            for (date, seconds) in pieces(from, to) {
                sums.entry(date).or_default().hidden += seconds;
            }
            for (period, amount) in inside {
                for (date, seconds) in pieces(period.start, period.end) {
                    sums.entry(date).or_default().hidden -= seconds;
                }
                add(&mut sums, period.end.plus_seconds(-1).utc_date(), *amount)?;
            }
            spent
        } else {
            let mut spent = change.checked_neg().ok_or_else(overflow)?;
            for lapse in lapses.iter().filter(|lapse| from < lapse.at && lapse.at <= to) {
                let gone = counted(lapse.amount)?.min(spent);
                if gone > 0 {
                    spent -= gone;
                    burn.lapses.push(Lapse { at: to, amount: decimal(gone)? });
                }
            }
            let (mut rest, whole) = (spent, i128::from(to.seconds_since(from)));
            let last = to.plus_seconds(-1).utc_date();
            for (date, seconds) in pieces(from, to).filter(|(date, _)| *date < last) {
                let share = spent.checked_mul(seconds.into()).ok_or_else(overflow)? / whole;
                add(&mut sums, date, share)?;
                rest -= share;
            }
            add(&mut sums, last, rest)?;
            spent
        };
        if spent != 0 {
            burn.uses.push(Use { at: to, amount: decimal(spent)?, currency });
        }
    }
    burn.days = sums
        .into_iter()
        .map(|(date, sum)| {
            Ok(BurnDay { date, spent: decimal(sum.spent)?, whole: sum.read == DAY && sum.hidden <= HIDDEN })
        })
        .collect::<Result<_, CreditError>>()?;
    Ok(burn)
}

/// The readings in the order of time, without those that were a slip.
fn without_slips(readings: &BTreeMap<Timestamp, i128>) -> Vec<(Timestamp, i128)> {
    let mut kept: Vec<(Timestamp, i128)> = Vec::with_capacity(readings.len());
    let mut coming = readings.iter().map(|(at, left)| (*at, *left)).peekable();
    while let Some((at, left)) = coming.next() {
        let slip = kept.last().zip(coming.peek()).is_some_and(|((before, was), (next, will))| {
            was == will && *was != left && next.seconds_since(*before) <= SLIP
        });
        if !slip {
            kept.push((at, left));
        }
    }
    kept
}
