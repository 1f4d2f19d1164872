//! Forecasts in the door's words.

use std::collections::{BTreeMap, BTreeSet};

use super::app::{App, House};
use super::failures::sentence;
use super::figures::Books;
use super::outlook::{Line, Outlook, Split, days, split};
use super::pictures::{Drawn, spoken, undrawable};
use super::{
    ApiError, BackTest, DaySpread, DaysLeft, ErrorCode, Forecast, ForecastQuery, Measure, MonthEnd, Picture,
    Spread,
};
use crate::chart::{self, MonthDay, Unit};
use crate::credit;
use crate::forecast::{self, Course, History};
use crate::ledger::{BalanceKind, Entered, EnteredBalance, Lane, name_of};
use crate::money::{Currency, Decimal, Money, MoneyError, Total};
use crate::store::{BalanceSeries, EntryRow, Reading};
use crate::time::{Calendar, Date, Timestamp};

const CHART_HEIGHT: u32 = 240;
/// What cost something within so many days before a span may cost something in it.
const LATE_DAYS: i64 = 31;

/// Why nothing is said, in words.
struct NotSaid(String);

/// The end of a month as it is worked out, before it is put into words.
struct Ending {
    currency: Currency,
    lane: Lane,
    so_far: Total,
    of_days: usize,
    /// When what no stream of a key tells was entered or imported.
    told_at: Option<Timestamp>,
    /// What the month comes to by the end of each day from today on; or why nothing is said.
    running: Result<Vec<forecast::Spread>, NotSaid>,
    /// Complete days of all lines at once, on which the forecast can be tried.
    history: Option<History>,
    /// Accounts of which nobody knows how they go on.
    without: Vec<String>,
}

impl App {
    pub(super) async fn forecast(&self, query: &ForecastQuery) -> Result<Forecast, ApiError> {
        let house = self.house().await;
        let now = self.now();
        let books = Books::open(&house).await?;
        if let Some(account) = query.account
            && !books.accounts.iter().any(|row| row.id == account)
        {
            return Err(super::states::no_such_account(account));
        }
        let outlook = Outlook::open(&house, &books, now.utc_date()).await?;
        let mut endings = Vec::new();
        for currency in outlook.currencies(query.account) {
            endings.push(ending(&outlook, &books, query.account, currency)?);
        }
        let label = |account: i64| (Some(account), Some(books.label_of(account)));
        let (of, named) = query.account.map_or((None, None), label);
        let months: Vec<MonthEnd> = endings
            .iter()
            .map(|ending| self.month_row(ending, &outlook, &books, of, named.clone()))
            .collect();
        let mut accounts = Vec::new();
        for row in books.accounts.iter().filter(|row| query.account.is_none_or(|account| account == row.id)) {
            for currency in outlook.currencies(Some(row.id)) {
                let ending = ending(&outlook, &books, Some(row.id), currency)?;
                let (of, named) = label(row.id);
                accounts.push(self.month_row(&ending, &outlook, &books, of, named));
            }
        }
        let daily = match query.chart_width {
            Some(width) => largest(&endings).map(|largest| picture(largest, &outlook, query.account, width)),
            None => None,
        };
        Ok(Forecast {
            now: now.to_string(),
            months,
            accounts,
            balances: balances(&house, &books, &outlook, self.calendar().await?, query.account).await?,
            daily: daily.transpose()?,
        })
    }

    /// The end of the present month in each currency, of all accounts.
    pub(super) async fn month_ends(&self, house: &House, books: &Books) -> Result<Vec<MonthEnd>, ApiError> {
        let outlook = Outlook::open(house, books, self.now().utc_date()).await?;
        let rows = outlook.currencies(None).into_iter().map(|currency| {
            let ending = ending(&outlook, books, None, currency)?;
            Ok(self.month_row(&ending, &outlook, books, None, None))
        });
        rows.collect()
    }

    fn month_row(
        &self,
        ending: &Ending,
        outlook: &Outlook,
        books: &Books,
        account: Option<i64>,
        label: Option<String>,
    ) -> MonthEnd {
        let today = outlook.today;
        let so_far = ending.so_far.nearest();
        let last = ending.running.as_ref().ok().and_then(|running| running.last());
        let as_of = account.map_or_else(|| books.as_of(), |account| books.as_of_account(account));
        MonthEnd {
            account,
            label,
            month: today.month_start().to_string()[..7].to_owned(),
            currency: ending.currency.to_string(),
            lane: name_of(ending.lane, Lane::NAMED).to_owned(),
            so_far: ending.so_far.to_string(),
            as_of: as_of.or(ending.told_at).map(|at| at.to_string()),
            range: last.map(|range| spread(range, Some(so_far))),
            without: if last.is_some() { ending.without.clone() } else { Vec::new() },
            unknown: ending.running.as_ref().err().map(|NotSaid(reason)| reason.clone()),
            of_days: u32::try_from(ending.of_days).unwrap_or(u32::MAX),
            back_test: ending.history.as_ref().and_then(|history| self.back_test(history)),
        }
    }

    /// How well the forecast did on a history, worked out once for the same days.
    fn back_test(&self, history: &History) -> Option<BackTest> {
        let result = self.back_tested(history.mark(), || forecast::back_test(history))?;
        Some(BackTest {
            forecasts: result.forecasts,
            months: result.months,
            inside: result.inside,
            error_percent: result.error_percent.to_string(),
            run_rate_error_percent: result.run_rate_error_percent.to_string(),
        })
    }
}

/// Works the end of the month out.
fn ending(
    outlook: &Outlook,
    books: &Books,
    account: Option<i64>,
    currency: Currency,
) -> Result<Ending, ApiError> {
    let today = outlook.today;
    let (start, tomorrow, end) = (today.month_start(), today.plus_days(1), today.next_month_start());
    let lines = outlook.of_currency(account, currency);
    let plus = |sum: Total, more: Total| sum.checked_add(more).ok_or(MoneyError::Overflow(currency));
    let sum = |line: &Line, from: Date, until: Date| {
        let until = until.max(from);
        line.by_day.range(from..until).try_fold(Total::default(), |sum, (_, more)| plus(sum, *more))
    };
    let mut so_far = Total::default();
    for line in &lines {
        so_far = plus(so_far, sum(line, start, tomorrow)?)?;
    }
    let Split { groups, fixed } = split(&lines, today);
    // What counts as it is: days that are complete, and lines of which nobody knows how they go on.
    let mut settled = Total::default();
    for line in &fixed {
        settled = plus(settled, sum(line, start, tomorrow)?)?;
    }
    let mut courses: Result<Vec<Course>, NotSaid> = Ok(Vec::new());
    let mut of_days = None;
    for group in &groups {
        let until = group.history.end();
        for line in &group.lines {
            settled = plus(settled, sum(line, start, until)?)?;
        }
        let count = group.history.days.len();
        of_days = Some(of_days.map_or(count, |fewest: usize| fewest.min(count)));
        match forecast::Forecast::of(&group.history) {
            Ok(forecast) => {
                if let Ok(courses) = &mut courses {
                    courses.push(group.course(forecast, tomorrow));
                }
            }
            Err(error) => {
                let whose = if account.is_some() || groups.len() == 1 { None } else { group.lines.first() };
                courses = Err(NotSaid(match whose {
                    Some(line) => format!("{}: {error}.", books.label_of(line.account)),
                    None => sentence(&error.to_string()),
                }));
            }
        }
    }
    if groups.is_empty() {
        courses = Err(NotSaid(reason(&fixed, books)));
    }
    let running = courses.map(|courses| {
        let settled = settled.nearest();
        let mut running = forecast::running(&courses, start, end);
        // A course may begin before today, where an account was not read yesterday: its days are in the first sum.
        let before = usize::try_from(today.days_since(start)).unwrap_or_default().min(running.len());
        running.drain(..before);
        for range in &mut running {
            for figure in [&mut range.p10, &mut range.p50, &mut range.p90] {
                *figure = figure.saturating_add(settled);
            }
        }
        running
    });
    let common = groups.iter().map(|group| (group.history.first, group.history.end()));
    let common = common.reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)));
    let history = common.filter(|(from, until)| from < until).map(|(first, until)| {
        let by_day: Vec<_> =
            groups.iter().flat_map(|group| group.lines.iter().map(|line| &line.by_day)).collect();
        History { first, days: days(&by_day, first, until) }
    });
    let lane = lines.iter().map(|line| line.lane).min().unwrap_or(Lane::Billed);
    let told_at = lines.iter().filter_map(|line| books.told_at(line.account)).max();
    let without = going_on_unknown(&fixed, books, start);
    let of_days = of_days.unwrap_or_default();
    Ok(Ending { currency, lane, so_far, of_days, told_at, running, history, without })
}

/// The accounts of lines that cost something since a day or of late, and of which nobody knows how they go on.
pub(super) fn going_on_unknown(fixed: &[&Line], books: &Books, since: Date) -> Vec<String> {
    let from = since.plus_days(-LATE_DAYS);
    let costs = fixed.iter().filter(|line| line.by_day.range(from..).any(|(_, sum)| !sum.is_zero()));
    let labels: BTreeSet<String> = costs.map(|line| books.label_of(line.account)).collect();
    labels.into_iter().collect()
}

/// Why lines without complete days are not forecast.
pub(super) fn reason(lines: &[&Line], books: &Books) -> String {
    let read = lines
        .iter()
        .filter_map(|line| Some((line.account, line.complete?.1)))
        .max_by_key(|(_, until)| *until);
    match read {
        Some((account, until)) => format!(
            "{} was last read for {}, which is too long ago to say how it goes on.",
            books.label_of(account),
            until.plus_days(-1)
        ),
        None => "Entered by hand or from files: nobody says which of its days are complete.".to_owned(),
    }
}

/// The figures of a range as they are shown. What is spent is spent, so a low figure is not rounded below it.
pub(super) fn spread(range: &forecast::Spread, at_least: Option<Decimal>) -> Spread {
    let text = |figure: Decimal| {
        let round = rounded(figure);
        let round = at_least.filter(|least| figure >= *least && round < *least).unwrap_or(round);
        round.normalize().to_string()
    };
    Spread { p10: text(range.p10), p50: text(range.p50), p90: text(range.p90) }
}

/// Two places, or three digits where that would say too little: a forecast is not known to more.
pub(super) fn rounded(figure: Decimal) -> Decimal {
    if figure.abs() >= Decimal::ONE { figure.round_dp(2) } else { figure.round_sf(3).unwrap_or(figure) }
}

/// The currency to draw: dollars, else the one with the largest figure.
fn largest(endings: &[Ending]) -> Option<&Ending> {
    let usd = endings.iter().find(|ending| ending.currency == Currency::USD);
    usd.or_else(|| endings.iter().max_by_key(|ending| ending.so_far.nearest().abs()))
}

/// The month day by day.
fn picture(
    ending: &Ending,
    outlook: &Outlook,
    account: Option<i64>,
    width: u32,
) -> Result<Picture, ApiError> {
    let today = outlook.today;
    let (start, end) = (today.month_start(), today.next_month_start());
    let mut by_day = BTreeMap::<Date, Total>::new();
    for line in outlook.of_currency(account, ending.currency) {
        for (day, more) in line.by_day.range(start..today.plus_days(1)) {
            let held = by_day.entry(*day).or_default();
            *held = held.checked_add(*more).ok_or(MoneyError::Overflow(ending.currency))?;
        }
    }
    let mut sum = Total::default();
    let mut drawn = Vec::new();
    for day in (0..end.days_since(start)).map(|offset| start.plus_days(offset)) {
        sum = sum
            .checked_add(by_day.get(&day).copied().unwrap_or_default())
            .ok_or(MoneyError::Overflow(ending.currency))?;
        let ahead = usize::try_from(day.days_since(today)).ok();
        let range = ahead.and_then(|ahead| ending.running.as_ref().ok()?.get(ahead));
        drawn.push(MonthDay {
            label: format!("{} {}", &day.month_name()[..3], day.day()),
            name: format!("{}, {} (UTC)", day.weekday(), spoken(day)),
            partial: day == today,
            known: (day <= today).then(|| sum.nearest()),
            range: range.map(|range| (rounded(range.p10), rounded(range.p50), rounded(range.p90))),
        });
    }
    let lane = name_of(ending.lane, Lane::NAMED);
    let month = format!("{} {}", today.month_name(), today.year());
    let picture = chart::Picture::MonthEnd(chart::MonthEnd {
        title: format!("{month}: {lane} so far, and forecast to its end (UTC days)"),
        unit: Unit::Money { currency: ending.currency.to_string() },
        known_name: lane.to_owned(),
        today: usize::try_from(today.days_since(start)).ok(),
        days: drawn,
        width,
        height: CHART_HEIGHT,
    });
    let chart = chart::draw(&picture).map_err(|error| undrawable(&error))?;
    Ok(Drawn::new(chart).into_picture(Measure::Billed))
}

/// A balance whose end is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Balanced {
    pub(super) account: i64,
    pub(super) kind: BalanceKind,
    pub(super) amount: Money,
    /// When it was looked at.
    pub(super) as_of: Timestamp,
    /// The date on which it was.
    pub(super) date: Date,
}

/// What is known of how a balance is spent.
pub(super) struct Spending {
    pub(super) history: History,
    /// What is known to have been spent after the balance was looked at, up to the end of the history.
    pub(super) since: Decimal,
    /// `charges`, or `balance` where it is told by falls of the balance.
    pub(super) from: &'static str,
}

/// How long a balance lasts.
pub(super) fn days_left(of: Balanced, books: &Books, spending: Option<&Spending>) -> DaysLeft {
    let told = spending.map(|spending| (spending, forecast::Forecast::of(&spending.history)));
    let (per_day, days, unknown) = match &told {
        Some((spending, Ok(forecast))) => {
            let left = of.amount.amount.saturating_sub(spending.since);
            let days = forecast.days_left_from(left, of.date.max(forecast.first()));
            let days = DaySpread { p10: days.p10, p50: days.p50, p90: days.p90 };
            (Some(spread(&forecast.per_day(), None)), Some(days), None)
        }
        Some((_, Err(error))) => (None, None, Some(sentence(&error.to_string()))),
        None => (None, None, Some("Nothing tells what is spent of it a day.".to_owned())),
    };
    DaysLeft {
        account: of.account,
        label: books.label_of(of.account),
        kind: name_of(of.kind, BalanceKind::NAMED).to_owned(),
        currency: of.amount.currency.to_string(),
        left: of.amount.amount.normalize().to_string(),
        as_of: of.as_of.to_string(),
        per_day,
        from: told.as_ref().map_or("balance", |(spending, _)| spending.from).to_owned(),
        days,
        unknown,
    }
}

/// What is spent of a balance: by the account's charges in its currency, else by its falls.
pub(super) fn spending_of(
    outlook: &Outlook,
    readings: &[(Timestamp, Decimal)],
    of: &Balanced,
) -> Result<Option<Spending>, ApiError> {
    let currency = of.amount.currency;
    if let Some(history) = outlook.spending(of.account, currency) {
        let since = outlook.spent_after(of.account, currency, of.date, history.end());
        return Ok(Some(Spending { history, since, from: "charges" }));
    }
    let burn = credit::burn(currency, readings, &[])
        .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
    let whole = burn.whole_days().map(|(first, days)| History { first, days });
    Ok(whole.map(|history| Spending { history, since: Decimal::ZERO, from: "balance" }))
}

/// What was entered of balances, each over time: a day's at its end in the person's zone, or when it was entered if before.
pub(super) fn entered_balances(entries: &[EntryRow], calendar: Calendar) -> Vec<BalanceSeries> {
    let mut places = BTreeMap::<(i64, Currency), Vec<(Date, Timestamp, Reading)>>::new();
    for row in entries {
        let Entered::Balance(EnteredBalance { amount: Money { amount, currency }, as_of }) = row.entered
        else {
            continue;
        };
        let end = calendar.start_of(as_of.plus_days(1)).plus_seconds(-1);
        let reading = Reading { at: end.min(row.changed_at), amount, acquired: None, used: None };
        places.entry((row.account_id, currency)).or_default().push((as_of, row.changed_at, reading));
    }
    let series = places.into_iter().map(|((account_id, currency), mut told)| {
        // Of two of one day the one that was said last stands.
        told.sort_by_key(|(date, changed_at, _)| (*date, *changed_at));
        let readings = told.into_iter().map(|(.., reading)| reading).collect();
        BalanceSeries { account_id, kind: BalanceKind::Credits, currency, readings }
    });
    series.collect()
}

/// Every balance as it was last seen: what providers report, and what was entered where they do not.
pub(super) async fn balances(
    house: &House,
    books: &Books,
    outlook: &Outlook,
    calendar: Calendar,
    account: Option<i64>,
) -> Result<Vec<DaysLeft>, ApiError> {
    let since = outlook.today.plus_days(-super::outlook::DAYS_LOOKED_AT).utc_start();
    let all = house.store.balance_history(account, since).await?;
    let mut entered = entered_balances(&house.store.entries(account).await?, calendar);
    let place = |series: &BalanceSeries| (series.account_id, series.currency);
    entered.retain(|series| all.iter().all(|told| place(told) != place(series)));
    let reported = all.into_iter().map(|series| (series, false));
    let row = |(series, by_hand): (BalanceSeries, bool)| {
        let last = series.readings.last()?;
        let amount = Money::new(last.amount, series.currency);
        let (account, kind) = (series.account_id, series.kind);
        // What was entered is of the person's own day.
        let date = if by_hand { calendar.date_of(last.at) } else { last.at.utc_date() };
        let of = Balanced { account, kind, amount, as_of: last.at, date };
        let readings: Vec<_> = series.readings.iter().map(|reading| (reading.at, reading.amount)).collect();
        Some(match spending_of(outlook, &readings, &of) {
            Ok(spending) => days_left(of, books, spending.as_ref()),
            // One account whose figures do not fit takes nothing from the others.
            Err(error) => DaysLeft { unknown: Some(sentence(&error.message)), ..days_left(of, books, None) },
        })
    };
    Ok(reported.chain(entered.into_iter().map(|series| (series, true))).filter_map(row).collect())
}
