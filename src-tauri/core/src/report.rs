//! Totals, rankings and usual days from the roll-up. Pure: rows in, figures out.

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::Lane;
use crate::money::{Currency, MixedMoney, MoneyError, Total};
use crate::store::{GroupSums, Origin, RollupRow};
use crate::time::{Date, Period};

/// The sums of one group. What none of its lines tells is absent, and is never 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// What is billed, by currency.
    pub billed: MixedMoney,
    /// The usage at list price, by currency.
    pub listed: MixedMoney,
    /// Input tokens.
    pub input_tokens: Option<u64>,
    /// Output tokens.
    pub output_tokens: Option<u64>,
    /// Requests.
    pub requests: Option<u64>,
    /// Lines of usage without a bill and without a known price.
    pub unpriced: u64,
}

impl Totals {
    fn add(&mut self, row: &RollupRow) -> Result<(), MoneyError> {
        let sums = &row.sums;
        if let Some(currency) = row.currency {
            if let Some(billed) = sums.billed {
                self.billed.add(billed, currency)?;
            }
            if let Some(listed) = sums.listed {
                self.listed.add(listed, currency)?;
            }
        }
        plus(&mut self.input_tokens, sums.input_tokens);
        plus(&mut self.output_tokens, sums.output_tokens);
        plus(&mut self.requests, sums.requests);
        self.unpriced = self.unpriced.saturating_add(sums.unpriced);
        Ok(())
    }
}

fn plus(sum: &mut Option<u64>, more: Option<u64>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or(0).saturating_add(more));
    }
}

/// Chooses, for each account and UTC day, the lane that its money is taken from and the lane that its usage is: the provider's
/// own bill where there is one, else the next best that is there. The rest stands beside. No figure is of two lanes. What is
/// billed and what was entered of another account's bill make one sum; what a gateway or a log computed may be the same
/// requests once more, so beside a bill it never joins. Of what was entered of one account and day, the provider's own file
/// comes before a mapped one, and that before what was typed in: a person types a day's cost in since the file is not at hand.
pub fn choose(rows: &mut Vec<RollupRow>) {
    Choice::of(rows).apply(rows);
}

/// Of money and of usage.
type Best = [Option<(Lane, Origin)>; 2];

/// What is taken of each account and UTC day, as [`choose`] says: worked out from all there is, to be applied to a part of it.
#[derive(Debug)]
pub struct Choice {
    /// Of money and of usage; nothing at all where all rows are of one kind.
    best: Option<BTreeMap<(i64, Date), Best>>,
    /// Whether anything that is no computed figure was chosen, so that those stand beside.
    is_told: bool,
}

impl Choice {
    /// What is chosen among these rows.
    pub fn of(rows: &[RollupRow]) -> Choice {
        let one = rows.first().map(said);
        if rows.iter().all(|row| Some(said(row)) == one) {
            return Choice { best: None, is_told: false };
        }
        let mut best = BTreeMap::<(i64, Date), [Option<(Lane, Origin)>; 2]>::new();
        for row in rows {
            let lanes = best.entry((row.account_id, row.start.utc_date())).or_default();
            for (lane, told) in lanes.iter_mut().zip([row.sums.billed.is_some(), tells_usage(row)]) {
                if told {
                    *lane = Some(lane.map_or(said(row), |lane| lane.min(said(row))));
                }
            }
        }
        let mut choice = Choice { best: Some(best), is_told: false };
        choice.is_told = rows.iter().any(|row| !is_computed(row) && choice.place(row) != Place::Beside);
        choice
    }

    fn place(&self, row: &RollupRow) -> Place {
        let Some(best) = &self.best else { return Place::Chosen };
        let lanes = best.get(&(row.account_id, row.start.utc_date())).copied().unwrap_or_default();
        let (billed, used) = (row.sums.billed.is_some(), tells_usage(row));
        let [money, usage] = lanes.map(|lane| lane == Some(said(row)));
        match (billed && !money, used && !usage) {
            (false, false) => Place::Chosen,
            (true, true) => Place::Beside,
            (true, false) if !used => Place::Beside,
            (false, true) if !billed => Place::Beside,
            (money_beside, _) => Place::Halved { money_beside },
        }
    }

    /// Marks what stands beside. A row of which only a half is taken becomes two.
    pub fn apply(&self, rows: &mut Vec<RollupRow>) {
        let mut halves = Vec::new();
        for row in rows.iter_mut() {
            match self.place(row) {
                Place::Chosen => {}
                Place::Beside => row.beside = true,
                Place::Halved { money_beside } => {
                    let mut half = RollupRow { beside: true, ..row.clone() };
                    let (of_money, of_usage) = if money_beside { (&mut half, row) } else { (row, &mut half) };
                    of_money.sums = GroupSums {
                        billed: of_money.sums.billed,
                        charges: of_money.sums.charges,
                        ..GroupSums::default()
                    };
                    of_usage.sums.billed = None;
                    halves.push(half);
                }
            }
        }
        rows.append(&mut halves);
        if self.is_told {
            rows.iter_mut().filter(|row| is_computed(row)).for_each(|row| row.beside = true);
        }
    }
}

#[derive(PartialEq, Eq)]
enum Place {
    Chosen,
    Beside,
    Halved { money_beside: bool },
}

fn said(row: &RollupRow) -> (Lane, Origin) {
    (row.lane, row.origin)
}

fn is_computed(row: &RollupRow) -> bool {
    matches!(row.lane, Lane::Estimated | Lane::Logged)
}

/// Of each account and UTC day, whose word on usage is taken: that of chosen rows which tell any.
pub fn whose_usage(rows: &[RollupRow]) -> BTreeSet<(i64, Date, Lane, Origin)> {
    let told = rows.iter().filter(|row| !row.beside && tells_usage(row));
    told.map(|row| (row.account_id, row.start.utc_date(), row.lane, row.origin)).collect()
}

/// The accounts and UTC days of which any row tells usage, chosen or not.
pub fn days_of_usage(rows: &[RollupRow]) -> BTreeSet<(i64, Date)> {
    rows.iter().filter(|row| tells_usage(row)).map(|row| (row.account_id, row.start.utc_date())).collect()
}

fn tells_usage(row: &RollupRow) -> bool {
    let sums = &row.sums;
    let counted = [sums.input_tokens, sums.output_tokens, sums.requests].iter().any(Option::is_some);
    counted || sums.listed.is_some() || sums.unpriced > 0
}

/// The best lane among those chosen, of money where there is any: by which a sum is called.
pub fn lane_of<'a>(rows: impl IntoIterator<Item = &'a RollupRow>) -> Lane {
    let chosen = rows.into_iter().filter(|row| !row.beside);
    let best = chosen.map(|row| (row.sums.billed.is_none(), row.lane)).min();
    best.map_or(Lane::Billed, |(_, lane)| lane)
}

/// The lane of each group, by a key of the caller's.
pub fn lanes<'a, K: Ord>(
    rows: impl IntoIterator<Item = &'a RollupRow>,
    key: impl Fn(&RollupRow) -> K,
) -> BTreeMap<K, Lane> {
    let mut best = BTreeMap::<K, (bool, Lane)>::new();
    for row in rows {
        let place = (row.sums.billed.is_none(), row.lane);
        best.entry(key(row)).and_modify(|known| *known = (*known).min(place)).or_insert(place);
    }
    best.into_iter().map(|(key, (_, lane))| (key, lane)).collect()
}

/// The accounts whose money of a period is of another lane than the sum is called by.
pub fn of_other_lanes(rows: &[RollupRow], period: Period, lane: Lane) -> BTreeSet<(i64, Lane)> {
    let money = within(rows, period).filter(|row| row.sums.billed.is_some() && row.lane != lane);
    money.map(|row| (row.account_id, row.lane)).collect()
}

/// The rows of a period that are chosen.
pub fn within(rows: &[RollupRow], period: Period) -> impl Iterator<Item = &RollupRow> {
    rows.iter().filter(move |row| !row.beside && period.start <= row.start && row.start < period.end)
}

/// Sums by a key of the caller's.
pub fn group<'a, K: Ord>(
    rows: impl IntoIterator<Item = &'a RollupRow>,
    key: impl Fn(&RollupRow) -> K,
) -> Result<BTreeMap<K, Totals>, MoneyError> {
    let mut groups = BTreeMap::<K, Totals>::new();
    for row in rows {
        groups.entry(key(row)).or_default().add(row)?;
    }
    Ok(groups)
}

/// Sums by a key of the caller's, and below it by UTC day.
pub fn group_by_day<'a, K: Ord>(
    rows: impl IntoIterator<Item = &'a RollupRow>,
    key: impl Fn(&RollupRow) -> K,
) -> Result<BTreeMap<K, BTreeMap<Date, Totals>>, MoneyError> {
    let mut groups = BTreeMap::<K, BTreeMap<Date, Totals>>::new();
    for row in rows {
        groups.entry(key(row)).or_default().entry(row.start.utc_date()).or_default().add(row)?;
    }
    Ok(groups)
}

/// One sum of all rows.
pub fn total<'a>(rows: impl IntoIterator<Item = &'a RollupRow>) -> Result<Totals, MoneyError> {
    let mut all = Totals::default();
    rows.into_iter().try_for_each(|row| all.add(row))?;
    Ok(all)
}

/// What was not chosen of a period says, lane by lane.
pub fn beside(rows: &[RollupRow], period: Period) -> Result<Vec<(Lane, MixedMoney)>, MoneyError> {
    let others = rows.iter().filter(|row| row.beside && period.start <= row.start && row.start < period.end);
    let groups = group(others, |row| row.lane)?;
    Ok(groups
        .into_iter()
        .map(|(lane, totals)| (lane, totals.billed))
        .filter(|(_, money)| !money.is_empty())
        .collect())
}

/// The fewest complete days from which a usual day is told.
pub const FEWEST_DAYS: usize = 7;

/// What a usual day is billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsualDay {
    /// The median of each currency.
    pub billed: Vec<(Currency, Total)>,
    /// How many complete days it is taken from.
    pub of_days: usize,
}

/// The median billed day over the days from `from` up to, but without, `to`, and how many they are. A covered day without a
/// charge counts as nought; with fewer than seven days there is none.
pub fn usual_day(rows: &[RollupRow], from: Date, to: Date) -> Result<Option<UsualDay>, MoneyError> {
    let count = usize::try_from(to.days_since(from)).unwrap_or(0);
    if count < FEWEST_DAYS {
        return Ok(None);
    }
    let Ok(period) = Period::utc_days(from, to) else { return Ok(None) };
    let days = group(within(rows, period), |row| row.start.utc_date())?;
    let currencies: BTreeSet<Currency> =
        days.values().flat_map(|totals| totals.billed.iter().map(|(currency, _)| currency)).collect();
    let median = |currency: Currency| {
        let mut billed: Vec<Total> = days.values().filter_map(|totals| totals.billed.of(currency)).collect();
        billed.resize(count, Total::default());
        billed.sort_by_key(|total| total.nearest());
        let upper = billed.get(count / 2).copied().unwrap_or_default();
        let lower = billed.get((count - 1) / 2).copied().unwrap_or_default();
        upper.mean(lower).ok_or(MoneyError::Overflow(currency)).map(|middle| (currency, middle))
    };
    let medians: Vec<_> = currencies.into_iter().map(median).collect::<Result<_, _>>()?;
    Ok((!medians.is_empty()).then_some(UsualDay { billed: medians, of_days: count }))
}

/// The currency to draw: the only one, else dollars where there are any, else the one with the largest figure.
pub fn currency_to_draw<'a>(money: impl IntoIterator<Item = &'a MixedMoney>) -> Option<Currency> {
    let mut all = MixedMoney::default();
    for one in money {
        // Too large a sum only changes which currency is drawn.
        let _ = all.add_all(one);
    }
    let dollars = all.of(Currency::USD).filter(|total| !total.is_zero()).map(|_| Currency::USD);
    dollars
        .or_else(|| all.iter().max_by_key(|(_, total)| total.nearest().abs()).map(|(currency, _)| currency))
}
