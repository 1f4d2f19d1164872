//! How well month ends are forecast, against what came, for persons whose making the forecast does not know.

use std::time::Instant;

use anyhow::{Context as _, Result};
use spendglass_core::forecast::{Forecast, History, back_test};
use spendglass_core::money::Decimal;
use spendglass_core::time::Date;

use crate::persons::{WAYS, Way, person};
use crate::sheet::{Figure, grouped, median, ratio};

/// Persons of each way.
const EACH: u64 = 12;
/// Days of a month after which its end is forecast.
const AFTER: [i64; 10] = [1, 2, 3, 5, 8, 11, 15, 19, 23, 27];

/// One forecast of a month's end.
struct Try {
    way: Way,
    after: i64,
    /// How far off, in hundredths of a per cent of what came: the forecast and the run rate.
    off: i128,
    run_rate_off: i128,
    inside: bool,
}

pub(crate) fn measure(figures: &mut Vec<Figure>) -> Result<()> {
    let mut tries = Vec::new();
    let mut months = 0_u64;
    for way in WAYS {
        for number in 0..EACH {
            let history = person(way, number)?;
            for (start, end) in whole_months(&history).into_iter().skip(1) {
                months += u64::from(try_month(way, &history, start, end, &mut tries)?);
            }
        }
    }
    let persons = u64::try_from(WAYS.len())? * EACH;
    let all: Vec<&Try> = tries.iter().collect();
    figures.push(Figure::plain(
        "Forecast: persons, months, forecasts",
        format!("{persons}, {}, {}", grouped(months), grouped(u128::try_from(all.len())?)),
    ));
    let share = coverage(&all);
    figures.push(Figure::held(
        "Forecast: month ends within the 80 % band",
        percent(share),
        "70 to 90 %",
        (700..=900).contains(&share),
    ));
    held("from 10 days of the month", &all, figures);
    let late: Vec<&Try> = all.iter().copied().filter(|one| one.after >= 8).collect();
    let early: Vec<&Try> = all.iter().copied().filter(|one| one.after < 8).collect();
    held("from day 8 on alone", &late, figures);
    plain("from days 1 to 5 alone", &early, figures);
    for way in WAYS {
        let of: Vec<&Try> = all.iter().copied().filter(|one| one.way == way).collect();
        plain(&format!("{way:?}"), &of, figures);
    }
    for after in AFTER {
        let of: Vec<&Try> = all.iter().copied().filter(|one| one.after == after).collect();
        plain(&format!("after {after} days"), &of, figures);
    }
    speed(figures)
}

/// Forecasts the end of one month after each of the days; a month that cost nothing has no error in per cent.
fn try_month(way: Way, history: &History, start: Date, end: Date, tries: &mut Vec<Try>) -> Result<bool> {
    let place = |date: Date| usize::try_from(date.days_since(history.first));
    let sum = |from: Date, to: Date| -> Result<i128> {
        Ok(history.days[place(from)?..place(to)?].iter().map(micros).sum())
    };
    let came = sum(start, end)?;
    if came <= 0 {
        return Ok(false);
    }
    for after in AFTER {
        let present = start.plus_days(after);
        let known = History { first: history.first, days: history.days[..place(present)?].to_vec() };
        let forecast = Forecast::of(&known)?;
        let so_far = sum(start, present)?;
        let rest = forecast.sum(usize::try_from(end.days_since(present))?);
        let [low, middle, high] = [rest.p10, rest.p50, rest.p90].map(|rest| so_far + micros(&rest));
        let run_rate = so_far * i128::from(end.days_since(start)) / i128::from(after);
        tries.push(Try {
            way,
            after,
            off: (middle - came).abs() * 10_000 / came,
            run_rate_off: (run_rate - came).abs() * 10_000 / came,
            inside: (low..=high).contains(&came),
        });
    }
    Ok(true)
}

fn micros(amount: &Decimal) -> i128 {
    let mut amount = amount.round_dp(6);
    amount.rescale(6);
    amount.mantissa()
}

fn whole_months(history: &History) -> Vec<(Date, Date)> {
    let mut months = Vec::new();
    let mut start = history.first.next_month_start();
    while start.next_month_start() <= history.end() {
        months.push((start, start.next_month_start()));
        start = start.next_month_start();
    }
    months
}

/// In thousandths.
fn coverage(tries: &[&Try]) -> u128 {
    let inside = tries.iter().filter(|one| one.inside).count() as u128;
    inside * 1_000 / (tries.len() as u128).max(1)
}

fn percent(thousandths: u128) -> String {
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}

/// The median errors of both, in hundredths of a per cent.
fn errors(tries: &[&Try]) -> (i128, i128) {
    let mut off: Vec<i128> = tries.iter().map(|one| one.off).collect();
    let mut run_rate: Vec<i128> = tries.iter().map(|one| one.run_rate_off).collect();
    (median(&mut off).unwrap_or_default(), median(&mut run_rate).unwrap_or_default())
}

fn words((off, run_rate): (i128, i128)) -> String {
    let percent = |hundredths: i128| format!("{}.{:02} %", hundredths / 100, hundredths % 100);
    let less = (run_rate - off) * 100 / run_rate.max(1);
    format!("{} against {}: {less} % less", percent(off), percent(run_rate))
}

fn held(of: &str, tries: &[&Try], figures: &mut Vec<Figure>) {
    let (off, run_rate) = errors(tries);
    figures.push(Figure::held(
        format!("Forecast: median error against the run rate's, {of}"),
        words((off, run_rate)),
        "20 % less",
        off * 100 <= run_rate * 80,
    ));
}

fn plain(of: &str, tries: &[&Try], figures: &mut Vec<Figure>) {
    let what = format!("Forecast, {of}: median error; in the band");
    figures.push(Figure::plain(what, format!("{}; {}", words(errors(tries)), percent(coverage(tries)))));
}

/// How long a forecast and a back-test of a year take.
fn speed(figures: &mut Vec<Figure>) -> Result<()> {
    let mut year = person(Way::Mixed, 1)?;
    let again = year.days.clone();
    year.days.extend(again);
    year.days.truncate(365);
    let (mut forecasts, mut tests) = (Vec::new(), Vec::new());
    for _ in 0..21 {
        let started = Instant::now();
        let forecast = Forecast::of(&year)?;
        std::hint::black_box(forecast.sum(30));
        forecasts.push(started.elapsed().as_micros());
        let started = Instant::now();
        std::hint::black_box(back_test(&year).context("a year can be tried")?);
        tests.push(started.elapsed().as_micros());
    }
    let millis = |micros: u128| format!("{} ms", ratio(micros, 1_000));
    figures.push(Figure::plain(
        "Forecast of a month from a year of days",
        millis(median(&mut forecasts).unwrap_or_default()),
    ));
    let tests = median(&mut tests).unwrap_or_default();
    figures.push(Figure::held("Back-test over a year of days", millis(tests), "under 50 ms", tests < 50_000));
    Ok(())
}
