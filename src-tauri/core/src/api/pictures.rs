//! Charts in the door's words, and as files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::app::App;
use super::figures::{Books, dimension, range, usage, whole_days};
use super::groups::{GroupKey, group_key, group_names};
use super::planning::Which;
use super::{
    ApiError, ChartTable, ErrorCode, Grouping, Mark, Measure, Picture, PictureFile, PictureFormat,
    PictureKind, PictureQuery, PictureTheme, Spend, SpendQuery,
};
use crate::chart::{self, Bucket, Chart, RankedBars, RankedRow, Series, Slot, StackedBars, Theme, Unit};
use crate::ledger::Lane;
use crate::money::{Currency, Decimal, Total};
use crate::providers;
use crate::report::{self, Totals};
use crate::store::RollupRow;
use crate::time::Date;

/// How many days a chart shows where no range is asked for.
pub(super) const DAYS_SHOWN: i64 = 30;
const CHART_HEIGHT: u32 = 240;
/// The most rows of a ranked chart.
const MOST_RANKED: usize = 12;
/// Width of a chart that is kept as a file.
const FILE_WIDTH: u32 = 1200;
const SLOTS: [Slot; 5] = [Slot::S1, Slot::S2, Slot::S3, Slot::S4, Slot::S5];

/// What is drawn: which figure, over which days, in which groups.
pub(super) struct Scene<'a> {
    pub(super) rows: &'a [RollupRow],
    pub(super) books: &'a Books,
    pub(super) by: Grouping,
    pub(super) measure: Measure,
    pub(super) days: (Date, Date),
    pub(super) today: Date,
    pub(super) width: u32,
    /// What the title ends with, where the picture leaves the screen that says it beside.
    pub(super) ending: String,
}

impl App {
    pub(super) async fn spend(&self, query: &SpendQuery) -> Result<Spend, ApiError> {
        let house = self.house().await;
        let now = self.now();
        let today = now.utc_date();
        let days = self.shown_days(query.from.as_deref(), query.to.as_deref())?;
        let by = if query.by == Grouping::Day { Grouping::Provider } else { query.by };
        let books = Books::open(&house).await?;
        let mut rows = house.store.rollup(dimension(by), whole_days(days.0, days.1)?).await?;
        report::choose(&mut rows);
        let (measure, width, ending) = (query.measure, query.chart_width, String::new());
        let scene = Scene { rows: &rows, books: &books, by, measure, days, today, width, ending };
        let unit = scene.unit()?;
        Ok(Spend {
            usage: usage(&rows, &books, query.by, days, now)?,
            measure: query.measure,
            unit: unit.as_ref().map(Currency::to_string),
            daily: scene.daily(unit)?.into_picture(query.measure),
            ranked: scene.ranked(unit)?.into_picture(query.measure),
        })
    }

    pub(super) async fn picture(&self, query: &PictureQuery) -> Result<PictureFile, ApiError> {
        let chart = match query.kind {
            PictureKind::PlanCurve => self.plan_chart(query, Which::Curve).await?,
            PictureKind::PlanSpread => self.plan_chart(query, Which::Spread).await?,
            PictureKind::Daily => self.chart_of_days(query, Grouping::Provider, Measure::Billed).await?,
            PictureKind::TimeLine | PictureKind::BurnDown => self.credit_chart(query, FILE_WIDTH).await?,
            PictureKind::Models => self.chart_of_days(query, Grouping::Model, Measure::Listed).await?,
        };
        let theme = match query.theme {
            PictureTheme::Light => Theme::Light,
            PictureTheme::Dark => Theme::Dark,
        };
        let (media_type, bytes) = match query.format {
            PictureFormat::Svg => ("image/svg+xml", chart::to_svg(&chart, theme).into_bytes()),
            PictureFormat::Png => {
                ("image/png", chart::to_png(&chart, theme, 2).map_err(|error| undrawable(&error))?)
            }
        };
        Ok(PictureFile {
            media_type: media_type.to_owned(),
            base64: STANDARD.encode(bytes),
            description: chart.description,
        })
    }

    async fn plan_chart(&self, query: &PictureQuery, which: Which) -> Result<Chart, ApiError> {
        self.draw_plans(&query.plans.clone().unwrap_or_default(), which, FILE_WIDTH).await
    }

    async fn chart_of_days(
        &self,
        query: &PictureQuery,
        by: Grouping,
        measure: Measure,
    ) -> Result<Chart, ApiError> {
        let house = self.house().await;
        let today = self.now().utc_date();
        let days = self.shown_days(query.from.as_deref(), query.to.as_deref())?;
        let books = Books::open(&house).await?;
        let mut rows = house.store.rollup(dimension(by), whole_days(days.0, days.1)?).await?;
        report::choose(&mut rows);
        let as_of = books.as_of().map_or_else(String::new, |at| format!(", as of {at}"));
        let ending = if house.sample { format!("{as_of}, sample data") } else { as_of };
        let scene = Scene { rows: &rows, books: &books, by, measure, days, today, width: FILE_WIDTH, ending };
        let unit = scene.unit()?;
        let Drawn(chart) = if by == Grouping::Model { scene.ranked(unit)? } else { scene.daily(unit)? };
        Ok(chart)
    }

    fn shown_days(&self, from: Option<&str>, to: Option<&str>) -> Result<(Date, Date), ApiError> {
        let tomorrow = self.now().utc_date().plus_days(1);
        range(from, to, tomorrow.plus_days(-DAYS_SHOWN), tomorrow)
    }
}

pub(super) fn undrawable(error: &chart::ChartError) -> ApiError {
    ApiError::new(ErrorCode::Internal, error.to_string())
}

/// A chart that is drawn.
pub(super) struct Drawn(Chart);

impl Scene<'_> {
    /// The currency to draw, for measures of money.
    pub(super) fn unit(&self) -> Result<Option<Currency>, ApiError> {
        let period = whole_days(self.days.0, self.days.1)?;
        let total = report::total(report::within(self.rows, period))?;
        Ok(match self.measure {
            Measure::Billed => report::currency_to_draw([&total.billed]),
            Measure::Listed => report::currency_to_draw([&total.listed]),
            Measure::Tokens | Measure::Requests => None,
        })
    }

    /// The figure of a group, where it is known.
    fn value(&self, totals: &Totals, unit: Option<Currency>) -> Option<Decimal> {
        match self.measure {
            Measure::Billed => totals.billed.of(unit?).map(Total::nearest),
            Measure::Listed => totals.listed.of(unit?).map(Total::nearest),
            Measure::Tokens => match (totals.input_tokens, totals.output_tokens) {
                (None, None) => None,
                (input, output) => Some(input.unwrap_or(0).saturating_add(output.unwrap_or(0)).into()),
            },
            Measure::Requests => totals.requests.map(Decimal::from),
        }
    }

    fn chart_unit(&self, unit: Option<Currency>) -> Unit {
        match self.measure {
            Measure::Billed | Measure::Listed => {
                Unit::Money { currency: unit.unwrap_or(Currency::USD).to_string() }
            }
            Measure::Tokens => Unit::Count { noun: "tokens".to_owned() },
            Measure::Requests => Unit::Count { noun: "requests".to_owned() },
        }
    }

    fn title(&self, what: &str) -> String {
        let figure = match self.measure {
            Measure::Billed => match report::lane_of(self.rows) {
                Lane::Billed => "Billed",
                Lane::Estimated => "Estimated",
                Lane::Logged => "Logged",
                Lane::Entered => "Entered",
            },
            Measure::Listed => "At list price",
            Measure::Tokens => "Tokens",
            Measure::Requests => "Requests",
        };
        let (from, to) = self.days;
        format!("{figure} {what}, {} to {} (UTC days){}", spoken(from), spoken(to.plus_days(-1)), self.ending)
    }

    fn by_what(&self) -> &'static str {
        match self.by {
            Grouping::Day => "by day",
            Grouping::Provider => "by provider",
            Grouping::Account => "by account",
            Grouping::Model => "by model",
            Grouping::Project => "by project",
            Grouping::Key => "by key",
            Grouping::Item => "by line item",
        }
    }

    /// Stacked bars by day. A day without a line of a group is nought where the group's provider was read that day.
    pub(super) fn daily(&self, unit: Option<Currency>) -> Result<Drawn, ApiError> {
        let (from, to) = self.days;
        let rows = report::within(self.rows, whole_days(from, to)?);
        let groups = report::group_by_day(rows, |row| group_key(self.books, self.by, row))?;
        let mut called = group_names(self.books, self.by, groups.keys());
        let days: Vec<Date> = (0..to.days_since(from)).map(|offset| from.plus_days(offset)).collect();
        let mut series: Vec<(Decimal, &GroupKey, Vec<Option<Decimal>>)> = groups
            .iter()
            .filter(|(_, sums)| sums.values().any(|totals| self.value(totals, unit).is_some()))
            .map(|(key, sums)| {
                let values: Vec<_> = days
                    .iter()
                    .map(|day| match sums.get(day) {
                        Some(totals) => self.value(totals, unit),
                        None => self.is_read(key, *day).then_some(Decimal::ZERO),
                    })
                    .collect();
                let weight =
                    values.iter().flatten().fold(Decimal::ZERO, |sum, value| sum.saturating_add(*value));
                (weight, key, values)
            })
            .collect();
        series.sort_by_key(|(weight, ..)| std::cmp::Reverse(*weight));
        let mut ranks = 0;
        let series = series.into_iter().map(|(_, key, values)| {
            let slot = self.slot(key, ranks);
            ranks += 1;
            Series { name: called.remove(key).unwrap_or_default(), slot, values }
        });
        let picture = chart::Picture::StackedBars(StackedBars {
            title: self.title(&format!("by day and {}", self.by_what().trim_start_matches("by "))),
            unit: self.chart_unit(unit),
            series: series.collect(),
            buckets: days.iter().map(|day| self.bucket(*day)).collect(),
            width: self.width,
            height: CHART_HEIGHT,
            estimated: self.measure == Measure::Listed,
        });
        chart::draw(&picture).map(Drawn).map_err(|error| undrawable(&error))
    }

    /// The largest groups as bars; those that follow are one bar.
    pub(super) fn ranked(&self, unit: Option<Currency>) -> Result<Drawn, ApiError> {
        let (from, to) = self.days;
        let rows = report::within(self.rows, whole_days(from, to)?);
        let groups = report::group(rows, |row| group_key(self.books, self.by, row))?;
        let mut called = group_names(self.books, self.by, groups.keys());
        let groups = groups.iter().filter_map(|(key, totals)| Some((key, self.value(totals, unit)?)));
        let mut groups: Vec<_> = groups.collect();
        groups.sort_by_key(|(_, value)| std::cmp::Reverse(*value));
        let rest = groups.split_off(groups.len().min(MOST_RANKED));
        let mut rows: Vec<RankedRow> = groups
            .into_iter()
            .enumerate()
            .map(|(rank, (key, value))| RankedRow {
                name: called.remove(key).unwrap_or_default(),
                value,
                slot: if self.by == Grouping::Provider { self.slot(key, rank) } else { Slot::S1 },
            })
            .collect();
        if !rest.is_empty() {
            let value = rest.iter().fold(Decimal::ZERO, |sum, (_, value)| sum.saturating_add(*value));
            rows.push(RankedRow { name: format!("{} others", rest.len()), value, slot: Slot::Other });
        }
        let picture = chart::Picture::RankedBars(RankedBars {
            title: self.title(self.by_what()),
            unit: self.chart_unit(unit),
            rows,
            width: self.width,
            estimated: self.measure == Measure::Listed,
        });
        chart::draw(&picture).map(Drawn).map_err(|error| undrawable(&error))
    }

    /// A provider has one colour in every chart; other groups are coloured by rank.
    fn slot(&self, group: &GroupKey, rank: usize) -> Slot {
        let place = match self.by {
            Grouping::Provider => providers::ALL.iter().position(|known| Some(known.id) == group.provider),
            _ => Some(rank),
        };
        place.and_then(|place| SLOTS.get(place)).copied().unwrap_or(Slot::Other)
    }

    fn is_read(&self, group: &GroupKey, day: Date) -> bool {
        let mut accounts = self.books.accounts.iter().filter(|row| match group.account {
            Some(account) => row.id == account,
            None => Some(row.account.provider.as_str()) == group.provider,
        });
        accounts.any(|row| {
            let covers = |covered: crate::store::Covered| covered.from <= day && day < covered.until;
            self.books
                .streams
                .iter()
                .any(|stream| stream.account_id == row.id && stream.covered.is_some_and(covers))
        })
    }

    fn bucket(&self, day: Date) -> Bucket {
        Bucket {
            label: format!("{} {}", &day.month_name()[..3], day.day()),
            name: format!("{}, {} (UTC)", day.weekday(), spoken(day)),
            partial: day >= self.today,
        }
    }
}

pub(super) fn spoken(day: Date) -> String {
    format!("{} {} {}", day.day(), day.month_name(), day.year())
}

impl Drawn {
    pub(super) const fn new(chart: Chart) -> Drawn {
        Drawn(chart)
    }

    pub(super) fn into_picture(self, measure: Measure) -> Picture {
        let Chart { svg, title, description, width, height, marks, table } = self.0;
        let mark = |mark: chart::Mark| Mark {
            x: mark.x,
            y: mark.y,
            width: mark.width,
            height: mark.height,
            series: mark.series,
            bucket: mark.bucket,
            label: mark.label,
            value: mark.value,
        };
        Picture {
            svg,
            title,
            description,
            width,
            height,
            marks: marks.into_iter().map(mark).collect(),
            table: ChartTable { columns: table.columns, rows: table.rows },
            estimated: measure == Measure::Listed,
        }
    }
}
