//! Grids of spending: weekdays and hours of the person's own clock, and the last 53 weeks day by day.

use std::collections::{BTreeMap, BTreeSet};

use super::ApiError;
use super::figures::Books;
use super::pictures::Drawn;
use super::scenes::Scene;
use super::steps::{short, spoken, spoken_range, undrawable};
use crate::chart::{self, Cell, Grid, Matrix};
use crate::report;
use crate::store::StreamRow;
use crate::time::{Date, Period, Timestamp};

const HOUR: i64 = 3_600;
const WEEKS: i64 = 53;
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The first day of the first of the weeks that a year shows, up to today.
pub(super) fn year_start(today: Date) -> Date {
    today.plus_days(-today.days_since_monday() - 7 * (WEEKS - 1))
}

fn rows_of_week() -> Vec<String> {
    WEEKDAYS.iter().map(|day| day[..3].to_owned()).collect()
}

impl Scene<'_> {
    /// The person's own days of the range, as the hours in them are asked for.
    pub(super) fn own_days(&self) -> Result<Period, ApiError> {
        let (from, to) = self.days;
        Period::new(self.calendar.start_of(from), self.calendar.start_of(to))
            .map_err(|error| ApiError::bad(error.to_string()))
    }

    /// Weekdays and hours of the person's own clock, from what is known by the hour; nothing where nothing is. An hour that
    /// straddles one of theirs, as in zones off by half an hour, counts to that in which it begins.
    pub(super) fn heat(&self) -> Result<Option<Drawn>, ApiError> {
        let period = self.own_days()?;
        let total = report::total(report::within(&self.cut.rows, period))?;
        let unit = self.unit_of(&total);
        if self.value(&total, unit).is_none() {
            return Ok(None);
        }
        let place = |at: Timestamp| {
            (self.calendar.date_of(at).days_since_monday(), i64::from(self.calendar.hour_of(at)))
        };
        let sums = report::group(report::within(&self.cut.rows, period), |row| place(row.start))?;
        let streams = self.hourly_streams();
        let mut read = BTreeSet::new();
        // The first whole hour of UTC inside.
        let mut at = period.start.plus_seconds((-period.start.unix()).rem_euclid(HOUR));
        while at < period.end && at <= self.now {
            if !read.contains(&place(at)) && streams.iter().any(|stream| is_read(stream, at)) {
                read.insert(place(at));
            }
            at = at.plus_seconds(HOUR);
        }
        let mut cells = Vec::with_capacity(7 * 24);
        for (row, weekday) in WEEKDAYS.iter().enumerate() {
            for column in 0..24_usize {
                let place = (i64::try_from(row).unwrap_or(0), i64::try_from(column).unwrap_or(0));
                let sum = sums.get(&place).and_then(|totals| self.value(totals, unit));
                let nought = || read.contains(&place).then_some(crate::money::Decimal::ZERO);
                cells.push(Cell {
                    row,
                    column,
                    name: format!("{weekday}, {column:02}:00 to {:02}:00", column + 1),
                    value: sum.or_else(nought),
                    partial: false,
                });
            }
        }
        let hours: Vec<String> = (0..24).map(|hour| format!("{hour:02}")).collect();
        let (zone, days) = (self.calendar.zone().name(), spoken_range(self.days));
        let picture = chart::Picture::Grid(Grid {
            title: format!(
                "{} by weekday and hour, {days} (days and hours of {zone}){}",
                self.figure(),
                self.ending(&self.cut.rows, period, unit)?
            ),
            unit: self.chart_unit(unit),
            rows: rows_of_week(),
            columns: hours.clone(),
            cells,
            matrix: Some(Matrix { corner: "Hour".to_owned(), columns: hours }),
            square: false,
            note: self.hours_known(&streams),
            width: self.width,
            estimated: self.is_estimated(),
        });
        Ok(Some(Drawn::new(chart::draw(&picture).map_err(|error| undrawable(&error))?)))
    }

    /// Which days the hours are known of, and who is not among them.
    fn hours_known(&self, streams: &[&StreamRow]) -> String {
        let (from, to) = self.days;
        let covered = || streams.iter().filter_map(|stream| stream.covered);
        let mut said = Vec::new();
        if let (Some(first), Some(until)) =
            (covered().map(|days| days.from).min(), covered().map(|days| days.until).max())
        {
            let (first, last) = (first.max(from), until.min(to).plus_days(-1));
            if first <= last {
                said.push(format!("Hours are known from {} to {} (UTC).", spoken(first), spoken(last)));
            }
        }
        said.extend(self.without_hours());
        said.join(" ")
    }

    /// The last 53 weeks, a column a week. The scene is of those days.
    pub(super) fn year(&self) -> Result<Drawn, ApiError> {
        let (from, to) = self.days;
        let today = self.now.utc_date();
        let unit = self.unit()?;
        let period = super::figures::whole_days(from, to)?;
        let sums = report::group(report::within(&self.cut.rows, period), |row| row.start.utc_date())?;
        let mut cells = Vec::with_capacity(7 * 53);
        let mut days = BTreeMap::new();
        for offset in 0..to.days_since(from) {
            let day = from.plus_days(offset);
            let sum = sums.get(&day).and_then(|totals| self.value(totals, unit));
            let nought = || is_any_read(self.books, day).then_some(crate::money::Decimal::ZERO);
            let at = usize::try_from(offset).unwrap_or(0);
            let name = format!("{}, {} (UTC)", day.weekday(), spoken(day));
            days.insert(name.clone(), (day, day.plus_days(1)));
            cells.push(Cell {
                row: at % 7,
                column: at / 7,
                name,
                value: sum.or_else(nought),
                partial: day == today,
            });
        }
        let column = |week: i64| {
            let first = from.plus_days(week * 7);
            let begins = (0..7).map(|day| first.plus_days(day)).find(|day| day.day() == 1 && *day < to);
            begins.map_or_else(String::new, |day| short(day)[..3].to_owned())
        };
        let picture = chart::Picture::Grid(Grid {
            title: format!(
                "{} by day, the 53 weeks up to {} (UTC days){}",
                self.figure(),
                spoken(today),
                self.ending(&self.cut.rows, period, unit)?
            ),
            unit: self.chart_unit(unit),
            rows: rows_of_week(),
            columns: (0..WEEKS).map(column).collect(),
            cells,
            matrix: None,
            square: true,
            note: String::new(),
            width: self.width,
            estimated: self.is_estimated(),
        });
        let drawn = Drawn::new(chart::draw(&picture).map_err(|error| undrawable(&error))?);
        Ok(drawn.leading_to_days(days))
    }
}

fn is_read(stream: &StreamRow, at: Timestamp) -> bool {
    let day = at.utc_date();
    let covers = stream.covered.is_some_and(|covered| covered.from <= day && day < covered.until);
    covers && stream.synced_at.is_some_and(|synced| at <= synced)
}

fn is_any_read(books: &Books, day: Date) -> bool {
    let covers =
        |stream: &StreamRow| stream.covered.is_some_and(|covered| covered.from <= day && day < covered.until);
    books.streams.iter().any(covers)
}
