//! What was left of each account's credit, day by day, and how it is likely to go on.

use std::collections::BTreeSet;

use super::forecasting::rounded;
use super::pictures::{Drawn, spoken, undrawable};
use super::purses::{FARTHEST, LotStand, Purse, Purses, Unforeseen};
use super::{ApiError, CreditPool, LotState, Measure};
use crate::chart::{self, Bucket, BurnDown, BurnExpiry, Chart, Series, Slot, Unit};
use crate::credit::{Acquired, End, Spread};
use crate::ledger::LotKind;
use crate::money::{Currency, Decimal, Total};
use crate::time::{Calendar, Date, Timestamp};

const HEIGHT: u32 = 280;
/// No more days behind than this, and no fewer where there was something.
const BEHIND: (i64, i64) = (30, 90);
/// No fewer days ahead than this.
const AHEAD: usize = 14;
/// So many where nothing lapses.
const LASTING: usize = 120;
/// Days that are shown after the last of the credit is gone.
const AFTER: usize = 3;
const SLOTS: [Slot; 5] = [Slot::S1, Slot::S2, Slot::S3, Slot::S4, Slot::S5];

impl Purses {
    /// The credit of each account and currency that a picture can be drawn of.
    pub(super) fn pools(&self, stands: &[LotStand], width: u32) -> Result<Vec<CreditPool>, ApiError> {
        let mut pools = Vec::new();
        for purse in &self.all {
            for currency in purse.lots.iter().map(|lot| lot.currency).collect::<BTreeSet<_>>() {
                let pool = Pool::of(purse, currency, self, stands);
                let Some((burn, unforeseen)) = pool.burn_down(width, "") else { continue };
                let chart = draw(burn)?;
                let row = self.books.accounts.iter().find(|row| row.id == purse.account);
                pools.push(CreditPool {
                    account: purse.account,
                    label: self.books.label_of(purse.account),
                    provider: row.map(|row| row.account.provider.clone()).unwrap_or_default(),
                    currency: currency.to_string(),
                    picture: Drawn::new(chart).into_picture(Measure::Billed),
                    unforeseen,
                });
            }
        }
        Ok(pools)
    }

    /// The same picture of one account and currency, to be kept as a file; nothing where there is none.
    pub(super) fn pool_chart(
        &self,
        stands: &[LotStand],
        account: Option<i64>,
        currency: Option<Currency>,
        (width, ending): (u32, &str),
    ) -> Result<Option<Chart>, ApiError> {
        let pools = self.all.iter().filter(|purse| account.is_none_or(|account| purse.account == account));
        let pools = pools.flat_map(|purse| {
            let of: BTreeSet<Currency> = purse.lots.iter().map(|lot| lot.currency).collect();
            of.into_iter().map(move |currency| (purse, currency))
        });
        let mut pools = pools.filter(|(_, of)| currency.is_none_or(|currency| currency == *of));
        let burn = pools.find_map(|(purse, of)| Pool::of(purse, of, self, stands).burn_down(width, ending));
        burn.map(|(burn, _)| draw(burn)).transpose()
    }
}

fn draw(burn: BurnDown) -> Result<Chart, ApiError> {
    chart::draw(&chart::Picture::BurnDown(burn)).map_err(|error| undrawable(&error))
}

/// The lots of one account in one currency.
struct Pool<'a> {
    purse: &'a Purse,
    currency: Currency,
    purses: &'a Purses,
    stands: Vec<&'a LotStand>,
    today: Date,
}

impl<'a> Pool<'a> {
    fn of(purse: &'a Purse, currency: Currency, purses: &'a Purses, stands: &'a [LotStand]) -> Pool<'a> {
        let mine = stands.iter().filter(|stand| {
            stand.told.account == purse.account
                && stand.told.currency == currency
                && stand.state != LotState::Untold
        });
        Pool { purse, currency, purses, stands: mine.collect(), today: purses.now.utc_date() }
    }

    fn calendar(&self) -> &Calendar {
        &self.purses.calendar
    }

    /// What is drawn, and why nothing is said of the days ahead; nothing where no day is known or nothing was left on any.
    fn burn_down(&self, width: u32, ending: &str) -> Option<(BurnDown, Option<String>)> {
        let had = |stand: &&LotStand| stand.told.acquired.map(|at| at.instant(self.calendar()).utc_date());
        let first = self.stands.iter().filter_map(had).min().unwrap_or(self.today).min(self.today);
        let horizon = self.horizon();
        let (ahead, unforeseen) = match self.ahead(horizon.unwrap_or(LASTING)) {
            Ok(ahead) => (ahead, None),
            Err(why) => (Vec::new(), Some(why.to_string())),
        };
        let behind = i64::try_from(ahead.len()).unwrap_or(i64::MAX).clamp(BEHIND.0, BEHIND.1);
        let from = first.max(self.today.plus_days(-behind));
        let known = self.known(from);
        let past: Vec<Date> = (0..=self.today.days_since(from)).map(|day| from.plus_days(day)).collect();
        let left = |stand: &LotStand| -> Vec<Option<Decimal>> {
            past.iter().map(|day| self.left_by(stand, *day, known.contains(day))).collect()
        };
        let mut drawn: Vec<(&LotStand, Vec<Option<Decimal>>)> =
            self.stands.iter().map(|stand| (*stand, left(stand))).collect();
        drawn.retain(|(_, values)| values.iter().any(|left| left.is_none_or(|left| left > Decimal::ZERO)));
        if drawn.iter().all(|(_, values)| values.iter().all(Option::is_none)) {
            return None;
        }
        // What lapses soonest is spent first and so lies on top.
        drawn.sort_by_key(|(stand, _)| std::cmp::Reverse(stand.lapses_at.map_or(i64::MAX, Timestamp::unix)));
        let last = if ahead.is_empty() { horizon.unwrap_or(AHEAD).min(LASTING) } else { ahead.len() };
        let all = past.len() + last.saturating_sub(1);
        let days = (0_i64..).take(all).map(|day| self.bucket(from.plus_days(day)));
        let lots = drawn.iter().enumerate().map(|(place, (stand, values))| Series {
            name: self.name(stand),
            slot: SLOTS.get(place).copied().unwrap_or(Slot::Other),
            values: values.clone(),
        });
        let label = self.purses.books.label_of(self.purse.account);
        let title = if ahead.is_empty() {
            format!("{label}: what was left of its credit by the end of each UTC day")
        } else {
            format!("{label}: what was left of its credit by the end of each UTC day, and the likely way on")
        };
        let burn = BurnDown {
            title: title + ending,
            unit: self.unit(),
            days: days.collect(),
            today: past.len() - 1,
            lots: lots.collect(),
            ahead,
            expiries: self.stands.iter().filter_map(|stand| self.expiry(stand, from)).collect(),
            width,
            height: HEIGHT,
        };
        Some((burn, unforeseen))
    }

    fn unit(&self) -> Unit {
        Unit::Money { currency: self.currency.to_string() }
    }

    /// How many days from today on reach to the last lapse that is not too far to be foreseen; nothing where nothing lapses.
    fn horizon(&self) -> Option<usize> {
        let ends = self.stands.iter().filter(|stand| matches!(stand.state, LotState::Open | LotState::Ahead));
        let days = ends.filter_map(|stand| {
            let last = stand.lapses_at?.plus_seconds(-1).utc_date();
            usize::try_from(last.days_since(self.today)).ok()
        });
        let days = days.map(|days| days + 1 + AFTER).filter(|days| *days <= FARTHEST);
        days.max().map(|days| days.max(AHEAD))
    }

    /// What is likely to be left by the end of each day; it ends soon after nothing is.
    fn ahead(&self, days: usize) -> Result<Vec<(Decimal, Decimal, Decimal)>, Unforeseen> {
        let now = self.purses.now;
        let open = self.stands.iter().filter(|stand| stand.state == LotState::Open);
        if open.clone().next().is_none() {
            return Ok(Vec::new());
        }
        let due: Vec<&LotStand> =
            open.copied().filter(|stand| stand.lapses_at.is_some_and(|end| end > now)).collect();
        let mut spreads = self.purse.left_ahead(&due, self.currency, self.purses, days)?;
        let over = spreads.iter().rposition(|day| !day.p90.is_zero()).map_or(0, |last| last + 1);
        spreads.truncate((over + AFTER).max(AHEAD));
        let figure = |sum: Total| rounded(sum.nearest()).normalize();
        Ok(spreads.iter().map(|day| (figure(day.p10), figure(day.p50), figure(day.p90))).collect())
    }

    /// The days from one on up to today of which it is known what was spent.
    fn known(&self, from: Date) -> BTreeSet<Date> {
        let days = || (0..=self.today.days_since(from)).map(|day| from.plus_days(day));
        let charged = self.purse.charges.get(&self.currency);
        let covered = self.purses.books.covered_of(self.purse.account);
        // An account that was read and charged nothing spent nothing, in the money that bills are in.
        let read = covered.filter(|_| charged.is_some() || !self.currency.is_own_unit());
        if let Some((first, until)) = read {
            let today = self.purses.books.as_of_account(self.purse.account).map(Timestamp::utc_date);
            return days()
                .filter(|day| {
                    let complete = first <= *day && *day < until.min(self.today);
                    complete || (*day == self.today && (until > *day || today == Some(*day)))
                })
                .collect();
        }
        if let Some(charged) = charged {
            // By hand or from files: from the first line to the last.
            let span = charged.first_key_value().zip(charged.last_key_value());
            let span = span.map(|((first, _), (last, _))| (*first, *last));
            return days()
                .filter(|day| span.is_some_and(|(first, last)| first <= *day && *day <= last))
                .collect();
        }
        // Where the balance alone tells, on days on which all of it was looked at.
        let mut seen =
            self.purse.balances.iter().filter(|seen| seen.series.currency == self.currency).map(|seen| {
                seen.series.readings.iter().map(|reading| reading.at.utc_date()).collect::<BTreeSet<Date>>()
            });
        let Some(first) = seen.next() else { return BTreeSet::new() };
        seen.fold(first, |all, days| all.intersection(&days).copied().collect())
    }

    /// What was left of a lot by the end of a day; today's so far. Nothing where that is unknown.
    fn left_by(&self, stand: &LotStand, day: Date, known: bool) -> Option<Decimal> {
        let end = day.utc_day().end.plus_seconds(-1).min(self.purses.now);
        let had = stand.told.acquired.map(|at| at.instant(self.calendar()));
        let over = stand.lapses_at.is_some_and(|lapse| lapse <= end);
        if over || had.is_some_and(|had| end < had) {
            return Some(Decimal::ZERO);
        }
        let fate = self.purse.replayed.lot(&stand.told.id);
        match stand.told.left {
            // What the provider tells of now stands; its past is known where what was charged leads to the same.
            Some(left) if day == self.today => Some(left),
            Some(left) => {
                let fate = fate.filter(|fate| fate.left_at(stand.told.as_of) == left.into())?;
                if known { fate.left_at(end).exact() } else { None }
            }
            None => fate.filter(|_| known)?.left_at(end).exact(),
        }
    }

    fn bucket(&self, day: Date) -> Bucket {
        Bucket {
            label: format!("{} {}", &day.month_name()[..3], day.day()),
            name: format!("{}, {} (UTC)", day.weekday(), spoken(day)),
            partial: day == self.today,
        }
    }

    /// What it was and when it was had; with its id where that is the same of two.
    fn name(&self, stand: &LotStand) -> String {
        let plain = |stand: &LotStand| {
            let kind = match stand.kind {
                LotKind::Allowance => "included",
                LotKind::RolledOver => "rolled over",
                LotKind::Granted => "given",
                LotKind::Purchased => "bought",
            };
            let had = stand.told.acquired.map(|acquired| match acquired {
                Acquired::On(date) => date,
                Acquired::At(at) => self.calendar().date_of(at),
            });
            had.map_or_else(
                || kind.to_owned(),
                |date| format!("{kind} {} {} {}", date.day(), &date.month_name()[..3], date.year()),
            )
        };
        let name = plain(stand);
        let same = self.stands.iter().filter(|other| plain(other) == name).count();
        if same > 1 { format!("{name} ({})", stand.told.id) } else { name }
    }

    /// The end of a lot, if something was or may be lost by it.
    fn expiry(&self, stand: &LotStand, from: Date) -> Option<BurnExpiry> {
        let last = stand.lapses_at?.plus_seconds(-1).utc_date();
        let day = usize::try_from(last.days_since(from)).ok()?;
        let when = match stand.end? {
            End::After(date) => spoken(date),
            End::At(at) => self.calendar().show(at),
        };
        let (unit, name) = (self.unit(), capital(&self.name(stand)));
        let figure = |sum: Total| rounded(sum.nearest()).normalize();
        match (stand.state, stand.at_risk) {
            (LotState::Lapsed, _) => {
                let lapsed = stand.lapsed?.nearest();
                Some(BurnExpiry {
                    day,
                    name: format!("{} lapsed", unit.short(lapsed)),
                    words: format!("{name}: could be spent up to {when}, and {} lapsed.", unit.told(lapsed)),
                    amount: Some(lapsed),
                })
            }
            (LotState::Open, Some(Spread { p10, p50, p90 })) => {
                let [low, middle, high] = [p10, p50, p90].map(figure);
                let (name_of, risk) = if high.is_zero() {
                    ("ends".to_owned(), "nothing is at risk at the usual pace".to_owned())
                } else {
                    let short = format!("{} at risk", unit.short(middle));
                    let range = format!("{} to {}", unit.told(low), unit.told(high));
                    (short, format!("likely {} at risk, eight times in ten {range}", unit.told(middle)))
                };
                let words = format!("{name}: can be spent up to {when}; {risk}.");
                Some(BurnExpiry { day, name: name_of, words, amount: Some(middle) })
            }
            (LotState::Open | LotState::Ahead, _) => {
                let words = format!("{name}: can be spent up to {when}.");
                Some(BurnExpiry { day, name: "ends".to_owned(), words, amount: None })
            }
            (LotState::Spent | LotState::Untold, _) => None,
        }
    }
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
