//! The days that forecasts are made from: what each account cost, day by day, and which of its days are complete.

use std::collections::{BTreeMap, BTreeSet};

use super::ApiError;
use super::app::House;
use super::figures::{Books, whole_days};
use crate::forecast::{Course, Forecast, History};
use crate::ledger::{ChargeCategory, Lane};
use crate::money::{Currency, Decimal, MoneyError, Total};
use crate::report;
use crate::store::{Origin, RollupRow};
use crate::time::Date;

/// Days that are looked at: a year of months to try the forecast on, and what comes before the first of them.
pub(super) const DAYS_LOOKED_AT: i64 = 400;
/// An account that was last read longer ago goes on in nobody knows what way.
const STALE_DAYS: i64 = 31;
/// What was imported may go on where the last of it is so new.
const FRESH_IMPORT_DAYS: i64 = 7;
/// A currency is shown where something was spent in it within so many days.
pub(super) const RECENT_DAYS: i64 = 62;

/// What one account costs in one currency.
pub(super) struct Line {
    pub(super) account: i64,
    pub(super) currency: Currency,
    /// The best lane of its money.
    pub(super) lane: Lane,
    /// Its complete days, end exclusive; nothing where nobody says which are complete.
    pub(super) complete: Option<(Date, Date)>,
    /// All money by day.
    pub(super) by_day: BTreeMap<Date, Total>,
    /// Days that something else than a hand told of.
    recorded: BTreeSet<Date>,
    /// What is taken from credit by day: what was used, and corrections of that.
    spent: BTreeMap<Date, Total>,
}

/// All lines, and the present day.
pub(super) struct Outlook {
    pub(super) today: Date,
    pub(super) lines: Vec<Line>,
}

impl Outlook {
    pub(super) async fn open(house: &House, books: &Books, today: Date) -> Result<Outlook, ApiError> {
        let first = today.plus_days(-DAYS_LOOKED_AT);
        let rows =
            house.store.rollup(crate::store::Dimension::Day, whole_days(first, today.plus_days(1))?).await?;
        Outlook::of_chosen(&Outlook::chosen(rows, today), books, today)
    }

    /// Rows of whole days with what stands beside marked as such.
    pub(super) fn chosen(rows: Vec<RollupRow>, today: Date) -> Vec<RollupRow> {
        // The lanes of the month to date are those the overview shows; older days must not change them.
        let recent_from =
            today.month_start().min(today.plus_days(-super::pictures::DAYS_SHOWN + 1)).utc_start();
        let first = today.plus_days(-DAYS_LOOKED_AT).utc_start();
        let (mut old, mut recent): (Vec<_>, Vec<_>) =
            rows.into_iter().filter(|row| first <= row.start).partition(|row| row.start < recent_from);
        report::choose(&mut recent);
        report::choose(&mut old);
        let computed = |row: &RollupRow| matches!(row.lane, Lane::Estimated | Lane::Logged);
        if recent.iter().any(|row| !row.beside && !computed(row)) {
            old.retain(|row| !computed(row));
        }
        old.append(&mut recent);
        old
    }

    /// From rows of whole days that were chosen from.
    pub(super) fn of_chosen(rows: &[RollupRow], books: &Books, today: Date) -> Result<Outlook, ApiError> {
        let mut lines = BTreeMap::<(i64, Currency), Line>::new();
        for row in rows.iter().filter(|row| !row.beside) {
            let (Some(currency), Some(billed)) = (row.currency, row.sums.billed) else { continue };
            let line = lines.entry((row.account_id, currency)).or_insert_with(|| Line {
                account: row.account_id,
                currency,
                lane: row.lane,
                complete: None,
                by_day: BTreeMap::new(),
                recorded: BTreeSet::new(),
                spent: BTreeMap::new(),
            });
            line.lane = line.lane.min(row.lane);
            let day = row.start.utc_date();
            add(&mut line.by_day, day, billed, currency)?;
            if row.origin != Origin::Hand {
                line.recorded.insert(day);
            }
            if matches!(
                row.category,
                ChargeCategory::Usage | ChargeCategory::Adjustment | ChargeCategory::Credit
            ) {
                add(&mut line.spent, day, billed, currency)?;
            }
        }
        let mut lines: Vec<Line> = lines.into_values().collect();
        for line in &mut lines {
            line.complete = complete_days(line, books, today);
        }
        Ok(Outlook { today, lines })
    }

    /// The currencies that something was spent in of late, of one account or of all.
    pub(super) fn currencies(&self, account: Option<i64>) -> BTreeSet<Currency> {
        let recent = self.today.plus_days(-RECENT_DAYS);
        let of = self.lines.iter().filter(|line| account.is_none_or(|account| line.account == account));
        of.filter(|line| line.by_day.range(recent..).next().is_some()).map(|line| line.currency).collect()
    }

    /// The days that are complete of every line, where there are any.
    pub(super) fn complete(&self) -> Option<(Date, Date)> {
        let spans = self.lines.iter().map(|line| line.complete).collect::<Option<Vec<_>>>()?;
        let common = spans.into_iter().reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))?;
        (common.0 < common.1).then_some(common)
    }

    /// The lines of one currency, of one account or of all.
    pub(super) fn of_currency(&self, account: Option<i64>, currency: Currency) -> Vec<&Line> {
        let of = self.lines.iter().filter(|line| account.is_none_or(|account| line.account == account));
        of.filter(|line| line.currency == currency).collect()
    }

    /// The complete days of what an account takes from credit in a currency; nothing where it has no charges in it.
    pub(super) fn spending(&self, account: i64, currency: Currency) -> Option<History> {
        let line = self.lines.iter().find(|line| line.account == account && line.currency == currency)?;
        let (first, until) = line.complete?;
        Some(History { first, days: days(&[&line.spent], first, until) })
    }

    /// What an account took from credit after a date, where it is known.
    pub(super) fn spent_after(&self, account: i64, currency: Currency, date: Date, until: Date) -> Decimal {
        let line = self.lines.iter().find(|line| line.account == account && line.currency == currency);
        let spent = line
            .into_iter()
            .flat_map(|line| line.spent.range(date.plus_days(1)..until.max(date.plus_days(1))));
        spent.fold(Decimal::ZERO, |sum, (_, total)| sum.saturating_add(total.nearest()))
    }
}

fn add(
    days: &mut BTreeMap<Date, Total>,
    day: Date,
    more: Total,
    currency: Currency,
) -> Result<(), MoneyError> {
    let held = days.entry(day).or_default();
    *held = held.checked_add(more).ok_or(MoneyError::Overflow(currency))?;
    Ok(())
}

/// The days of a line that are over and were read. What came from files counts from its first line to its last, if that is new;
/// what was entered by hand as far back as it tells of every day: of a day between nobody says that nothing was spent on it.
fn complete_days(line: &Line, books: &Books, today: Date) -> Option<(Date, Date)> {
    let looked_at = today.plus_days(-DAYS_LOOKED_AT);
    if let Some((from, until)) = books.covered_of(line.account) {
        let (from, until) = (from.max(looked_at), until.min(today));
        return (from < until).then_some((from, until));
    }
    let (first, last) = if line.recorded.len() >= crate::forecast::NEEDED_DAYS {
        (*line.recorded.first()?, *line.recorded.last()?)
    } else {
        let mut days = line.by_day.range(..today).rev().map(|(day, _)| *day);
        let last = days.next()?;
        let unbroken = days.zip(1_i64..).take_while(|(day, back)| *day == last.plus_days(-back));
        let (count, first) = unbroken.last().map_or((1, last), |(day, back)| (back + 1, day));
        if usize::try_from(count).is_ok_and(|count| count < crate::forecast::NEEDED_DAYS) {
            return None;
        }
        (first, last)
    };
    let until = last.plus_days(1).min(today);
    (first < until && today.days_since(last) <= FRESH_IMPORT_DAYS).then_some((first, until))
}

/// What days cost together; a day without a charge is nought.
pub(super) fn days(of: &[&BTreeMap<Date, Total>], first: Date, until: Date) -> Vec<Decimal> {
    let count = until.days_since(first).max(0);
    let day = |date: Date| {
        let told = of.iter().filter_map(|days| days.get(&date)).copied();
        told.fold(Total::default(), |sum, more| sum.checked_add(more).unwrap_or(sum)).nearest()
    };
    (0..count).map(|offset| day(first.plus_days(offset))).collect()
}

/// Lines whose days are known over the same span, and so are forecast as one.
pub(super) struct Together<'a> {
    pub(super) lines: Vec<&'a Line>,
    pub(super) history: History,
}

/// How lines may go on.
pub(super) struct Split<'a> {
    /// Those that can be forecast, by the span of their complete days.
    pub(super) groups: Vec<Together<'a>>,
    /// Those of which only what is known counts, since nobody knows how they go on.
    pub(super) fixed: Vec<&'a Line>,
}

/// Lines known over the same days are forecast together. One that is known for a shorter time is forecast by itself, and does not
/// shorten the history of the others.
pub(super) fn split<'a>(lines: &[&'a Line], today: Date) -> Split<'a> {
    let mut spans = BTreeMap::<(Date, Date), Vec<&'a Line>>::new();
    let mut fixed = Vec::new();
    for line in lines {
        match line.complete {
            Some(span) if today.days_since(span.1) <= STALE_DAYS => spans.entry(span).or_default().push(line),
            _ => fixed.push(*line),
        }
    }
    let groups = spans.into_iter().map(|((first, until), lines)| {
        let by_day: Vec<_> = lines.iter().map(|line| &line.by_day).collect();
        Together { history: History { first, days: days(&by_day, first, until) }, lines }
    });
    Split { groups: groups.collect(), fixed }
}

impl Together<'_> {
    /// What is known of the days after the complete ones.
    pub(super) fn course(&self, forecast: Forecast, until: Date) -> Course {
        let by_day: Vec<_> = self.lines.iter().map(|line| &line.by_day).collect();
        let known = days(&by_day, forecast.first(), until);
        Course { forecast, known }
    }
}
