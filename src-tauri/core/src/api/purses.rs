//! Every account's credit, worked out: what became of each lot, what balances say beside it, and what is at risk.

use std::collections::{BTreeMap, BTreeSet};

use super::app::House;
use super::failures::sentence;
use super::figures::{Books, whole_days};
use super::outlook::Outlook;
use super::told_lots::{LotBook, ToldLot, order_of};
use super::{ApiError, ErrorCode, LotState};
use crate::catalogue::CreditRules;
use crate::credit::{
    self, Burn, CreditError, End, Fate, Known, Lot, Readings, Replayed, Spread, Standing, Use, needed_per_day,
};
use crate::forecast::{History, NoForecast};
use crate::ledger::{BalanceKind, ChargeCategory, Entered, EnteredCost, ExpiryRule, LotKind};
use crate::money::{Currency, Decimal, MoneyError, Total};
use crate::report;
use crate::store::{BalanceSeries, Dimension, EntryRow, Origin, Reading, RollupRow};
use crate::time::{Calendar, Date, Timestamp};

/// What is at risk is worked out for lots that lapse within so many days: a forecast of more says little.
pub(super) const FARTHEST: usize = 366;
/// Balances and charges are looked at for so many days at least.
const DAYS_LOOKED_AT: i64 = 400;
/// An account that was last read longer ago goes on in nobody knows what way.
const STALE_DAYS: i64 = 31;

/// Why nothing is forecast of a lot, in words.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unforeseen(String);

impl From<CreditError> for Unforeseen {
    fn from(error: CreditError) -> Unforeseen {
        Unforeseen(sentence(&error.to_string()))
    }
}

impl From<NoForecast> for Unforeseen {
    fn from(error: NoForecast) -> Unforeseen {
        Unforeseen(sentence(&error.to_string()))
    }
}

impl From<CreditError> for ApiError {
    fn from(error: CreditError) -> ApiError {
        ApiError::new(ErrorCode::Internal, error.to_string())
    }
}

/// The credit of all accounts.
pub(super) struct Purses {
    pub(super) now: Timestamp,
    pub(super) calendar: Calendar,
    pub(super) books: Books,
    pub(super) outlook: Outlook,
    pub(super) all: Vec<Purse>,
    /// What could not be worked out, in words.
    pub(super) notes: Vec<String>,
}

/// The credit of one account.
pub(super) struct Purse {
    pub(super) account: i64,
    pub(super) calendar: Calendar,
    pub(super) lots: Vec<ToldLot>,
    /// Of the lots whose amount and beginning are told.
    pub(super) replayed: Replayed,
    /// What a person left out, by the lots' ids.
    pub(super) left_out: BTreeSet<String>,
    /// Every balance, with what its readings tell.
    pub(super) balances: Vec<Seen>,
    /// What the falls of a balance tell, by currency, where nothing is charged in it.
    burns: BTreeMap<Currency, Burn>,
    /// The days with charges, by currency: what was taken from credit on each.
    pub(super) charges: BTreeMap<Currency, BTreeMap<Date, Decimal>>,
    /// What was charged, each when it was spent as far as is known.
    pub(super) placed: Vec<Use>,
    /// Up to when charges were read.
    read_until: Option<Timestamp>,
    /// The latest use of anything.
    pub(super) last_use: Option<Timestamp>,
}

/// A balance over time, with what its falls and rises tell.
pub(super) struct Seen {
    pub(super) series: BalanceSeries,
    pub(super) burn: Burn,
}

/// What became of a lot, and what is likely to.
pub(super) struct LotStand {
    pub(super) told: ToldLot,
    /// Its kind as it now is.
    pub(super) kind: LotKind,
    pub(super) spent: Option<Total>,
    pub(super) lapsed: Option<Total>,
    pub(super) left: Option<Total>,
    pub(super) end: Option<End>,
    pub(super) lapses_at: Option<Timestamp>,
    pub(super) state: LotState,
    pub(super) at_risk: Option<Spread>,
    pub(super) at_risk_unknown: Option<String>,
    pub(super) needed_per_day: Option<Total>,
    pub(super) spent_as_of: Option<Timestamp>,
    pub(super) never_spent: Option<String>,
}

impl Purses {
    /// Works out the credit of one account or of all.
    pub(super) async fn open(
        house: &House,
        calendar: Calendar,
        now: Timestamp,
        account: Option<i64>,
    ) -> Result<Purses, ApiError> {
        let rules =
            CreditRules::bundled().map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        let books = Books::open(house).await?;
        let entries = house.store.entries(account).await?;
        let grants = house.store.credit_grants().await?;
        let said = house.store.lot_overrides().await?;
        let book = LotBook { entries: &entries, grants: &grants, said: &said, rules, calendar };
        let wanted = books.accounts.iter().filter(|row| account.is_none_or(|account| account == row.id));
        let told: Vec<_> = wanted.map(|row| (row, book.of(row))).collect();
        let today = now.utc_date();
        let first = told.iter().flat_map(|(_, lots)| lots).filter_map(|lot| lot.acquired);
        let first = first.map(|acquired| acquired.instant(&calendar).utc_date()).min();
        let looked_at = today.plus_days(-DAYS_LOOKED_AT);
        let since = first.map_or(looked_at, |first| first.min(looked_at));
        let history = house.store.balance_history(account, since.utc_start()).await?;
        let rows = house.store.rollup(Dimension::Day, whole_days(since, today.plus_days(1))?).await?;
        let mut by_account = BTreeMap::<i64, Vec<RollupRow>>::new();
        for row in &rows {
            by_account.entry(row.account_id).or_default().push(row.clone());
        }
        let mut all = Vec::new();
        let mut notes = Vec::new();
        for (row, lots) in told {
            let desk = Desk { books: &books, entries: &entries, history: &history, calendar, now };
            let order = order_of(rules, &row.account.provider);
            let rows = by_account.remove(&row.id).unwrap_or_default();
            let left_out = book.left_out(row.id);
            match desk.purse(row.id, &lots, rows, order) {
                Ok(purse) => all.push(Purse { lots, left_out, ..purse }),
                // One account whose figures do not fit takes nothing from the others.
                Err(error) => notes.push(format!("{}: {}", books.label_of(row.id), error.message)),
            }
        }
        let outlook = Outlook::of_chosen(&Outlook::chosen(rows, today), &books, today)?;
        Ok(Purses { now, calendar, books, outlook, all, notes })
    }

    /// Every lot as it stands; what is at risk of those that lapse within so many days.
    pub(super) fn lots(&self, reach: usize) -> Vec<LotStand> {
        self.all.iter().flat_map(|purse| purse.stands(self, reach)).collect()
    }
}

/// What one account's credit is worked out from.
struct Desk<'a> {
    books: &'a Books,
    entries: &'a [EntryRow],
    history: &'a [BalanceSeries],
    calendar: Calendar,
    now: Timestamp,
}

impl Desk<'_> {
    fn purse(
        &self,
        account: i64,
        lots: &[ToldLot],
        mut rows: Vec<RollupRow>,
        order: credit::Order,
    ) -> Result<Purse, ApiError> {
        report::choose(&mut rows);
        let charges = charges(&rows)?;
        let read_until = self.books.as_of_account(account);
        let balances = self.balances(account, &charges)?;
        let lots: Vec<Lot> = lots.iter().filter_map(ToldLot::lot).collect();
        let begin = lots.iter().map(|lot| lot.acquired.instant(&self.calendar)).min();
        let mut uses = self.placed(account, &rows)?;
        let placed = uses.clone();
        // What was charged before there was any lot says nothing of lots.
        let last_charge = uses.iter().filter(|one| is_use(one, self.now)).map(|one| one.at).max();
        uses.retain(|one| begin.is_some_and(|begin| begin <= one.at));
        let mut replayed = credit::replay(&lots, &uses, order, &self.calendar, self.now)?;
        // Where nothing is charged, the falls of a balance say what was spent, and lots that lapse make it fall too.
        let mut burns = BTreeMap::new();
        for (currency, readings, known) in silent(&balances, &charges) {
            let readings = Readings { currency, seen: &readings, known: &known };
            let (burn, again) =
                credit::replay_balance(&lots, &uses, order, &self.calendar, self.now, &readings)?;
            replayed = again;
            uses.extend(burn.uses.iter().copied());
            burns.insert(currency, burn);
        }
        let burned = burns.values().flat_map(|burn: &Burn| &burn.uses);
        let last_use = burned.filter(|one| is_use(one, self.now)).map(|one| one.at).chain(last_charge).max();
        Ok(Purse {
            account,
            calendar: self.calendar,
            lots: Vec::new(),
            replayed,
            left_out: BTreeSet::new(),
            balances,
            burns,
            charges,
            placed,
            read_until,
            last_use,
        })
    }

    /// What was charged, each at the end of its day; what was known before, when it was: by then it was spent.
    fn placed(&self, account: i64, rows: &[RollupRow]) -> Result<Vec<Use>, ApiError> {
        let mut sums = BTreeMap::<(Currency, Timestamp), Total>::new();
        let mut by_hand = BTreeMap::<(Currency, Date), Total>::new();
        let add = |sum: &mut Total, more: Total, currency: Currency| {
            *sum = sum.checked_add(more).ok_or(MoneyError::Overflow(currency))?;
            Ok::<(), ApiError>(())
        };
        for (row, currency, billed) in rows.iter().filter_map(taken) {
            let date = row.start.utc_date();
            if row.origin == Origin::Hand {
                add(by_hand.entry((currency, date)).or_default(), billed, currency)?;
                continue;
            }
            // What is booked of a stream that did not come to its end may be newer than its last reading.
            let read_at = row.read_at.filter(|read| date.utc_start() <= *read);
            let end = date.utc_day().end.plus_seconds(-1);
            let at = end.min(read_at.unwrap_or(end)).min(self.now.max(date.utc_start()));
            add(sums.entry((currency, at)).or_default(), billed, currency)?;
        }
        let mut entered = BTreeMap::<(Currency, Date), Vec<(Timestamp, Total)>>::new();
        for row in self.entries.iter().filter(|row| row.account_id == account) {
            let Some(EnteredCost { date, amount, .. }) = row.entered.as_cost() else { continue };
            let at = date.utc_day().end.plus_seconds(-1).min(row.changed_at).min(self.now);
            entered.entry((amount.currency, *date)).or_default().push((at, amount.amount.into()));
        }
        for ((currency, date), told) in by_hand {
            let end = date.utc_day().end.plus_seconds(-1);
            let of_day = entered.remove(&(currency, date)).unwrap_or_default();
            let whole = of_day.iter().try_fold(Total::default(), |sum, (_, more)| sum.checked_add(*more));
            if whole == Some(told) {
                for (at, amount) in of_day {
                    add(sums.entry((currency, at)).or_default(), amount, currency)?;
                }
            } else {
                add(sums.entry((currency, end.min(self.now))).or_default(), told, currency)?;
            }
        }
        let placed = sums.into_iter().map(|((currency, at), sum)| {
            let amount = sum.exact().ok_or(MoneyError::Overflow(currency))?;
            Ok(Use { at, amount, currency })
        });
        placed.collect()
    }

    /// The balances of an account: what its provider reports, else what was entered by hand.
    fn balances(
        &self,
        account: i64,
        charges: &BTreeMap<Currency, BTreeMap<Date, Decimal>>,
    ) -> Result<Vec<Seen>, ApiError> {
        let mut all: Vec<BalanceSeries> =
            self.history.iter().filter(|series| series.account_id == account).cloned().collect();
        let mut entered = BTreeMap::<Currency, Vec<Reading>>::new();
        for row in self.entries.iter().filter(|row| row.account_id == account) {
            let Entered::Balance(balance) = &row.entered else { continue };
            let currency = balance.amount.currency;
            if !all.iter().any(|series| series.currency == currency) {
                let end = self.calendar.start_of(balance.as_of.plus_days(1)).plus_seconds(-1);
                let amount = balance.amount.amount;
                let reading = Reading { at: end.min(row.changed_at), amount, acquired: None, used: None };
                entered.entry(currency).or_default().push(reading);
            }
        }
        all.extend(entered.into_iter().map(|(currency, mut readings)| {
            readings.sort_by_key(|reading| reading.at);
            BalanceSeries { account_id: account, kind: BalanceKind::Credits, currency, readings }
        }));
        let of_one = |currency| all.iter().filter(|series| series.currency == currency).count() == 1;
        all.iter()
            .map(|series| {
                let days = charges.get(&series.currency).filter(|_| of_one(series.currency));
                let known = known(series, days, self.now);
                let readings: Vec<_> =
                    series.readings.iter().map(|reading| (reading.at, reading.amount)).collect();
                let burn = credit::burn(series.currency, &readings, &known)?;
                Ok(Seen { series: series.clone(), burn })
            })
            .collect()
    }
}

/// Whether the account was used by it.
fn is_use(one: &Use, now: Timestamp) -> bool {
    one.amount > Decimal::ZERO && one.at <= now
}

/// The readings of a currency, and what is known beside them.
type Readout = (Currency, Vec<(Timestamp, Decimal)>, Vec<Known>);

/// The balances in whose currency nothing is charged. Bought and granted are two balances that one spending takes from: their sum
/// counts where both were read.
fn silent(balances: &[Seen], charges: &BTreeMap<Currency, BTreeMap<Date, Decimal>>) -> Vec<Readout> {
    let mut apart = BTreeMap::<Currency, Vec<&BalanceSeries>>::new();
    for series in balances.iter().map(|seen| &seen.series) {
        if !charges.contains_key(&series.currency) {
            apart.entry(series.currency).or_default().push(series);
        }
    }
    let readout = |(currency, parts): (Currency, Vec<&BalanceSeries>)| {
        let mut sums = BTreeMap::<Timestamp, (usize, Decimal)>::new();
        for reading in parts.iter().flat_map(|series| &series.readings) {
            let (count, sum) = sums.entry(reading.at).or_default();
            let whole = crate::money::exact_add(*sum, reading.amount);
            (*count, *sum) = (*count + usize::from(whole.is_some()), whole.unwrap_or(*sum));
        }
        let whole = sums.into_iter().filter(|(_, (count, _))| *count == parts.len());
        let known = match parts.as_slice() {
            [one] => counted(one),
            _ => Vec::new(),
        };
        (currency, whole.map(|(at, (_, sum))| (at, sum)).collect(), known)
    };
    apart.into_iter().map(readout).collect()
}

/// What is known to have been spent between readings: what the provider itself counts, else whole days of charges.
fn known(series: &BalanceSeries, charges: Option<&BTreeMap<Date, Decimal>>, now: Timestamp) -> Vec<Known> {
    let counted = counted(series);
    if !counted.is_empty() {
        return counted;
    }
    let days = charges.into_iter().flatten().map(|(date, amount)| (date.utc_day(), *amount));
    days.filter(|(period, _)| period.end <= now).map(|(period, amount)| Known { period, amount }).collect()
}

/// What the provider itself counted between two readings.
fn counted(series: &BalanceSeries) -> Vec<Known> {
    let pairs = series.readings.windows(2).filter_map(|pair| {
        let period = crate::time::Period::new(pair[0].at, pair[1].at).ok()?;
        let amount = crate::money::exact_add(pair[1].used?, -pair[0].used?)?;
        Some(Known { period, amount })
    });
    pairs.filter(|known| known.amount >= Decimal::ZERO).collect()
}

/// The money of a chosen row that is taken from credit.
fn taken(row: &RollupRow) -> Option<(&RollupRow, Currency, Total)> {
    let taken =
        matches!(row.category, ChargeCategory::Usage | ChargeCategory::Adjustment | ChargeCategory::Credit);
    (taken && !row.beside).then_some((row, row.currency?, row.sums.billed?))
}

/// What an account was charged by day, of what is taken from credit.
fn charges(rows: &[RollupRow]) -> Result<BTreeMap<Currency, BTreeMap<Date, Decimal>>, ApiError> {
    let mut sums = BTreeMap::<(Currency, Date), Total>::new();
    for (row, currency, billed) in rows.iter().filter_map(taken) {
        let sum = sums.entry((currency, row.start.utc_date())).or_default();
        *sum = sum.checked_add(billed).ok_or(MoneyError::Overflow(currency))?;
    }
    let mut charges = BTreeMap::<Currency, BTreeMap<Date, Decimal>>::new();
    for ((currency, date), sum) in sums {
        let amount = sum.exact().ok_or(MoneyError::Overflow(currency))?;
        charges.entry(currency).or_default().insert(date, amount);
    }
    Ok(charges)
}

impl Purse {
    /// Whether what is spent in a currency is told by falls of the balance alone.
    pub(super) fn is_silent(&self, currency: Currency) -> bool {
        !self.charges.contains_key(&currency)
    }

    /// Complete days of what is taken from credit in a currency; or why nothing is known of them.
    pub(super) fn history(&self, currency: Currency, outlook: &Outlook) -> Result<History, Unforeseen> {
        if !self.is_silent(currency) {
            let history = outlook.spending(self.account, currency);
            let history = history.ok_or_else(|| {
                Unforeseen("Nobody says which of its days are complete, so nothing is forecast.".to_owned())
            })?;
            return if outlook.today.days_since(history.end()) > STALE_DAYS {
                let last = history.end().plus_days(-1);
                Err(Unforeseen(format!(
                    "It was last read for {last}, which is too long ago to say how it goes on."
                )))
            } else {
                Ok(history)
            };
        }
        let none = || Unforeseen("Nothing tells what is spent of it a day.".to_owned());
        self.burned(currency).ok_or_else(none)
    }

    /// The same by falls of the balance.
    fn burned(&self, currency: Currency) -> Option<History> {
        let (first, days) = self.burns.get(&currency)?.whole_days()?;
        Some(History { first, days })
    }

    /// Lots that lapsed in the middle of a UTC day of which some was charged later than that, by their ids: it is not known what
    /// of it was spent before.
    pub(super) fn cut_by_a_lapse(&self) -> impl Iterator<Item = (&str, Timestamp)> {
        self.replayed.lots.iter().filter(|fate| !fate.lapsed.is_zero()).filter_map(|fate| {
            let at = fate.lapses_at?;
            let day = at.utc_date().utc_day();
            let mut after = self.placed.iter().filter(|one| one.currency == fate.currency);
            let cut = after
                .any(|one| day.start < at && at <= one.at && one.at < day.end && one.amount > Decimal::ZERO);
            cut.then_some((fate.id.as_str(), at))
        })
    }

    /// What was left in the lots of a currency at an instant, to the last digit.
    pub(super) fn left_at(&self, currency: Currency, at: Timestamp) -> Option<Total> {
        let lots = self.lots.iter().filter(|lot| lot.currency == currency);
        lots.filter_map(|lot| match lot.left {
            Some(left) => {
                let over = self.ends(lot).1.is_some_and(|end| end <= at);
                Some(if over { Total::default() } else { left.into() })
            }
            None => Some(self.replayed.lot(&lot.id)?.left_at(at)),
        })
        .try_fold(Total::default(), Total::checked_add)
    }

    /// The end of a lot that is not replayed.
    pub(super) fn ends(&self, lot: &ToldLot) -> (Option<End>, Option<Timestamp>) {
        let fate = self.replayed.lot(&lot.id);
        match (fate, lot.rule) {
            (Some(fate), _) => (fate.end, fate.lapses_at),
            (None, Some(ExpiryRule::At(at))) => (Some(End::At(at)), Some(at)),
            (None, Some(ExpiryRule::On(date))) => {
                (Some(End::After(date)), Some(self.calendar.start_of(date.plus_days(1))))
            }
            (None, _) => (None, None),
        }
    }

    fn stands(&self, purses: &Purses, reach: usize) -> Vec<LotStand> {
        let mut stands: Vec<LotStand> = self.lots.iter().map(|told| self.stand(told, purses.now)).collect();
        for stand in &mut stands {
            stand.never_spent = self.never_spent(stand, &purses.books);
        }
        let currencies: BTreeSet<Currency> = self.lots.iter().map(|lot| lot.currency).collect();
        for currency in currencies {
            self.weigh(&mut stands, currency, purses, reach);
        }
        stands
    }

    fn stand(&self, told: &ToldLot, now: Timestamp) -> LotStand {
        let fate = self.replayed.lot(&told.id);
        let (end, lapses_at) = self.ends(told);
        let mut stand = LotStand {
            kind: fate.map_or(told.kind, |fate| fate.kind),
            spent: None,
            lapsed: None,
            left: None,
            end,
            lapses_at,
            state: LotState::Untold,
            at_risk: None,
            at_risk_unknown: None,
            needed_per_day: None,
            spent_as_of: None,
            never_spent: None,
            told: told.clone(),
        };
        match (told.left, fate) {
            (Some(left), _) => {
                // What the provider says stands; after its end nothing is left of it.
                let over = lapses_at.is_some_and(|end| end <= now);
                let ahead = told.acquired.is_some_and(|had| had.instant(&self.calendar) > now);
                let (left, none) = (Total::from(left), Total::default());
                stand.spent = told.amount.and_then(|first| Total::from(first).checked_add(left.negated()));
                (stand.left, stand.lapsed) =
                    if over { (Some(none), Some(left)) } else { (Some(left), Some(none)) };
                stand.state = match (over, left.is_zero() || left.is_negative()) {
                    (true, false) => LotState::Lapsed,
                    (_, true) => LotState::Spent,
                    (false, false) if ahead => LotState::Ahead,
                    (false, false) => LotState::Open,
                };
                stand.spent_as_of = Some(told.as_of);
            }
            (None, Some(fate)) => self.replayed_stand(&mut stand, fate),
            (None, None) => {}
        }
        if let (LotState::Open, Some(left), Some(end)) = (stand.state, stand.left, lapses_at) {
            stand.needed_per_day = needed_per_day(left, now, end);
        }
        stand
    }

    fn replayed_stand(&self, stand: &mut LotStand, fate: &Fate) {
        (stand.spent, stand.lapsed, stand.left) = (Some(fate.spent), Some(fate.lapsed), Some(fate.left));
        stand.state = match fate.standing {
            Standing::Ahead => LotState::Ahead,
            Standing::Open => LotState::Open,
            Standing::Spent => LotState::Spent,
            Standing::Lapsed => LotState::Lapsed,
        };
        stand.spent_as_of = if self.is_silent(fate.currency) {
            let seen = self.balances.iter().filter(|seen| seen.series.currency == fate.currency);
            seen.filter_map(|seen| seen.series.readings.last()).map(|reading| reading.at).min()
        } else {
            let days = self.charges.get(&fate.currency);
            let last = days.and_then(|days| days.last_key_value()).map(|(date, _)| date.utc_day().end);
            self.read_until.or(last.map(|end| end.min(self.replayed.until)))
        };
    }
}
