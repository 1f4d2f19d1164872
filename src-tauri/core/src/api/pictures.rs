//! Charts of spending in the door's words, and charts as files.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::app::{App, House};
use super::comparing::Earlier;
use super::cuts::{Ask, Cut};
use super::figures::{Books, Sums, range, usage, whole_days};
use super::files::{self, What};
use super::grids::year_start;
use super::groups::one_name;
use super::planning::Which;
use super::scenes::Scene;
use super::steps::fitting;
use super::{
    ApiError, Bucket, ChartTable, Closer, Drill, Grouping, Mark, Measure, Only, Picture, PictureFile,
    PictureFormat, PictureKind, PictureQuery, PictureTheme, Spend, SpendQuery,
};
use crate::chart::{self, Chart, Theme};
use crate::money::Currency;
use crate::store::{Dimension, RollupColumn, RollupRow};
use crate::time::{Calendar, Date, Timestamp};

pub(super) use super::steps::{spoken, undrawable};

/// How many days a chart shows where no range is asked for.
pub(super) const DAYS_SHOWN: i64 = 30;
/// Width of a chart that is kept as a file.
const FILE_WIDTH: u32 = 1200;
const WHAT: What = What { name: "the chart", example: "spend.svg", begins: &[b"<svg", b"<?xml", b"\x89PNG"] };

/// What the Spend screen shows, and how.
struct View<'a> {
    by: Grouping,
    measure: Measure,
    bucket: Option<Bucket>,
    only: &'a [Only],
    days: (Date, Date),
    width: u32,
    now: Timestamp,
    calendar: Calendar,
    /// What titles end with, where the picture leaves the screen that says it beside.
    ending: String,
}

impl View<'_> {
    /// Days have the charts of providers.
    fn drawn_by(&self) -> Grouping {
        if self.by == Grouping::Day { Grouping::Provider } else { self.by }
    }

    fn ask(&self, by: Grouping, hourly: bool) -> Result<Ask<'_>, ApiError> {
        Ok(Ask { by, only: self.only, period: whole_days(self.days.0, self.days.1)?, hourly })
    }

    fn scene<'a>(&'a self, cut: &'a Cut, books: &'a Books, by: Grouping) -> Scene<'a> {
        Scene {
            cut,
            books,
            by,
            measure: self.measure,
            days: self.days,
            now: self.now,
            calendar: self.calendar,
            width: self.width,
            ending: self.ending.clone(),
        }
    }

    /// The rows by hour and the steps, where hours can be drawn; else days or months.
    async fn steps(
        &self,
        house: &House,
        books: &Books,
    ) -> Result<(Bucket, Option<Cut>, Option<String>), ApiError> {
        let bucket = fitting(self.bucket, self.days, self.measure);
        if bucket != Bucket::Hour {
            let note = (self.bucket == Some(Bucket::Hour))
                .then(|| "These are too many days to be drawn by the hour: choose 14 or fewer.".to_owned());
            return Ok((bucket, None, note));
        }
        let cut = Cut::open(house, books, self.ask(self.drawn_by(), true)?).await?;
        let scene = self.scene(&cut, books, self.drawn_by());
        let (is_told, note) = (scene.tells_anything()?, scene.without_hours());
        if is_told {
            return Ok((bucket, Some(cut), note));
        }
        let why = match self.measure {
            Measure::Billed => "Bills come by the day: for hours look at list price, tokens or requests.",
            _ => "Nothing of these days is known by the hour.",
        };
        Ok((Bucket::Day, None, self.bucket.map(|_| why.to_owned())))
    }
}

/// A chart with the figure that it is of.
struct Plain(Drawn, Measure);

impl Plain {
    fn into_picture(self) -> Picture {
        self.0.into_picture(self.1)
    }
}

impl View<'_> {
    /// The shares of models: of what is billed where every bill names its model, else at list price.
    async fn share(&self, house: &House, books: &Books) -> Result<Plain, ApiError> {
        let cut = Cut::open(house, books, self.ask(Grouping::Model, false)?).await?;
        let told = |row: &RollupRow| !row.beside && row.sums.listed.is_some();
        let silent = |row: &RollupRow| !row.beside && row.sums.billed.is_some() && row.member.is_none();
        let is_by_list =
            self.measure == Measure::Billed && cut.rows.iter().any(silent) && cut.rows.iter().any(told);
        let measure = if is_by_list { Measure::Listed } else { self.measure };
        let scene = Scene { measure, ..self.scene(&cut, books, Grouping::Model) };
        Ok(Plain(scene.shares(scene.unit()?)?, measure))
    }

    /// Weekdays and hours, of what is known by the hour: bills are not.
    async fn heat(&self, house: &House, books: &Books) -> Result<Option<Plain>, ApiError> {
        let measure = if self.measure == Measure::Billed { Measure::Listed } else { self.measure };
        let none = Cut::plain(Vec::new());
        let period = self.scene(&none, books, Grouping::Provider).own_days()?;
        let ask = Ask { period, ..self.ask(Grouping::Provider, true)? };
        let cut = Cut::open(house, books, ask).await?;
        let drawn = Scene { measure, ..self.scene(&cut, books, Grouping::Provider) }.heat()?;
        Ok(drawn.map(|drawn| Plain(drawn, measure)))
    }

    /// The last 53 weeks.
    async fn year(&self, house: &House, books: &Books) -> Result<Plain, ApiError> {
        let today = self.now.utc_date();
        let days = (year_start(today), today.plus_days(1));
        // A day that is looked at alone is one of these, and not all of them.
        let only: Vec<Only> = self.only.iter().filter(|one| one.by != Grouping::Day).cloned().collect();
        let ask =
            Ask { by: Grouping::Provider, only: &only, period: whole_days(days.0, days.1)?, hourly: false };
        let cut = Cut::open(house, books, ask).await?;
        let scene = Scene { days, ..self.scene(&cut, books, Grouping::Provider) };
        Ok(Plain(scene.year()?, self.measure))
    }

    /// The dearest sessions, where any is known.
    async fn sessions(&self, house: &House, books: &Books) -> Result<Option<Plain>, ApiError> {
        let mut cut = Cut::open(house, books, self.ask(Grouping::Session, false)?).await?;
        cut.rows.retain(|row| row.member.is_some());
        if cut.rows.is_empty() {
            return Ok(None);
        }
        let scene = self.scene(&cut, books, Grouping::Session);
        Ok(Some(Plain(scene.ranked(scene.unit()?)?, self.measure)))
    }

    /// The picture of this kind, or that of the shares where these days tell nothing for it.
    async fn closer(
        &self,
        house: &House,
        books: &Books,
        wanted: Closer,
        scene: &Scene<'_>,
    ) -> Result<(Closer, Plain), ApiError> {
        let drawn = match wanted {
            Closer::Ranked => Some(Plain(scene.ranked(scene.unit()?)?, self.measure)),
            Closer::Share => None,
            Closer::Heat => self.heat(house, books).await?,
            Closer::Year if books.accounts.is_empty() => None,
            Closer::Year => Some(self.year(house, books).await?),
            Closer::Sessions => self.sessions(house, books).await?,
        };
        match drawn {
            Some(drawn) => Ok((wanted, drawn)),
            None => Ok((Closer::Share, self.share(house, books).await?)),
        }
    }

    /// The kinds of picture that these days of these accounts tell something for. What a filter leaves of them is seen when one is
    /// drawn.
    async fn offered(&self, house: &House, books: &Books) -> Result<Vec<Closer>, ApiError> {
        let (from, to) = self.days;
        let by_hour = match self.measure {
            Measure::Billed | Measure::Listed => RollupColumn::Listed,
            Measure::Tokens => RollupColumn::Tokens,
            Measure::Requests => RollupColumn::Requests,
        };
        let own_days = self.scene(&Cut::plain(Vec::new()), books, self.by).own_days()?;
        let accounts: Vec<i64> = books.accounts.iter().map(|row| row.id).collect();
        let mut offered = vec![Closer::Ranked, Closer::Share];
        if house.store.rollup_tells(&accounts, Dimension::Hour, by_hour, own_days).await? {
            offered.push(Closer::Heat);
        }
        if !books.accounts.is_empty() {
            offered.push(Closer::Year);
        }
        let days = whole_days(from, to)?;
        if house.store.rollup_tells(&accounts, Dimension::Session, RollupColumn::Member, days).await? {
            offered.push(Closer::Sessions);
        }
        Ok(offered)
    }
}

impl App {
    pub(super) async fn spend(&self, query: &SpendQuery) -> Result<Spend, ApiError> {
        let house = self.house().await;
        let now = self.now();
        let days = self.shown_days(query.from.as_deref(), query.to.as_deref())?;
        let mut view = View {
            by: query.by,
            measure: query.measure,
            bucket: query.bucket,
            only: &query.only,
            days,
            width: query.chart_width,
            now,
            calendar: self.calendar().await?,
            ending: String::new(),
        };
        let by = view.drawn_by();
        let books = Books::open(&house).await?;
        let cut = Cut::open(&house, &books, view.ask(query.by, false)?).await?;
        let books = books.of(cut.accounts.as_ref());
        view.ending = of_what(&query.only, &books);
        let sums = Sums::of(&cut, &books, query.by, days)?;
        let mut told = usage(&cut, &sums, &books, days, now)?;
        let scene = view.scene(&cut, &books, by);
        let unit = scene.unit()?;
        let before = async {
            if !query.compare {
                return Ok(None);
            }
            let before = Earlier::open(&house, &books, &query.only, query.by, days, now.utc_date());
            Ok(Some(before.await?))
        };
        // Each reads for itself, and the store answers several at once.
        let (before, (bucket, hours, note), (closer, beside), mut offered) = tokio::try_join!(
            before,
            view.steps(&house, &books),
            view.closer(&house, &books, query.closer.unwrap_or(Closer::Share), &scene),
            view.offered(&house, &books),
        )?;
        // A filter may have left nothing of what the days tell.
        offered.retain(|kind| *kind == closer || Some(*kind) != query.closer);
        if let Some(before) = before {
            before.tell(&mut told, &sums, &cut, &books);
        }
        told.notes.extend(note);
        let by_steps = view.scene(hours.as_ref().unwrap_or(&cut), &books, by);
        let timed = by_steps.timed(bucket, unit)?;
        if query.by != Grouping::Day {
            let mut sparks = by_steps.sparks(&timed)?;
            for ((group, _), row) in sums.sorted().into_iter().zip(&mut told.rows) {
                row.spark = sparks.remove(group);
            }
        }
        let beside = Some(beside.into_picture());
        let spend = Spend {
            measure: query.measure,
            unit: unit.as_ref().map(Currency::to_string),
            bucket,
            daily: by_steps.bars(&timed)?.into_picture(query.measure),
            closer,
            offered,
            ranked: None,
            share: None,
            heat: None,
            year: None,
            sessions: None,
            usage: told,
        };
        Ok(match closer {
            Closer::Ranked => Spend { ranked: beside, ..spend },
            Closer::Share => Spend { share: beside, ..spend },
            Closer::Heat => Spend { heat: beside, ..spend },
            Closer::Year => Spend { year: beside, ..spend },
            Closer::Sessions => Spend { sessions: beside, ..spend },
        })
    }

    pub(super) async fn picture(&self, query: &PictureQuery) -> Result<PictureFile, ApiError> {
        if let Some(path) = &query.path {
            files::place(path, WHAT)?;
        }
        let chart = match query.kind {
            PictureKind::PlanCurve => self.plan_chart(query, Which::Curve).await?,
            PictureKind::PlanSpread => self.plan_chart(query, Which::Spread).await?,
            PictureKind::TimeLine | PictureKind::BurnDown => self.credit_chart(query, FILE_WIDTH).await?,
            _ => self.chart_of_days(query).await?,
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
        let (base64, path) = match &query.path {
            Some(path) => (String::new(), Some(files::keep(path, bytes, WHAT).await?)),
            None => (STANDARD.encode(bytes), None),
        };
        Ok(PictureFile { media_type: media_type.to_owned(), base64, path, description: chart.description })
    }

    async fn plan_chart(&self, query: &PictureQuery, which: Which) -> Result<Chart, ApiError> {
        self.draw_plans(&query.plans.clone().unwrap_or_default(), which, FILE_WIDTH).await
    }

    async fn chart_of_days(&self, query: &PictureQuery) -> Result<Chart, ApiError> {
        let house = self.house().await;
        let (by, measure) = match query.kind {
            PictureKind::Daily => (Grouping::Provider, Measure::Billed),
            PictureKind::Models => (Grouping::Model, Measure::Listed),
            _ => (query.by.unwrap_or(Grouping::Provider), query.measure.unwrap_or(Measure::Billed)),
        };
        let bucket = if query.kind == PictureKind::Daily { Some(Bucket::Day) } else { query.bucket };
        let mut view = View {
            by,
            measure,
            bucket,
            only: &query.only,
            days: self.shown_days(query.from.as_deref(), query.to.as_deref())?,
            width: FILE_WIDTH,
            now: self.now(),
            calendar: self.calendar().await?,
            ending: String::new(),
        };
        let books = Books::open(&house).await?;
        let by = view.drawn_by();
        let cut = Cut::open(&house, &books, view.ask(by, false)?).await?;
        let books = books.of(cut.accounts.as_ref());
        let as_of = books.as_of().map_or_else(String::new, |at| format!(", as of {at}"));
        let sample = if house.sample { ", sample data" } else { "" };
        view.ending = format!("{}{as_of}{sample}", of_what(&query.only, &books));
        let scene = view.scene(&cut, &books, by);
        let unit = scene.unit()?;
        let drawn = match query.kind {
            PictureKind::Ranked | PictureKind::Models => scene.ranked(unit)?,
            PictureKind::Share => view.share(&house, &books).await?.0,
            PictureKind::Year => view.year(&house, &books).await?.0,
            PictureKind::Heat => nothing(view.heat(&house, &books).await?, "by the hour")?.0,
            PictureKind::Sessions => nothing(view.sessions(&house, &books).await?, "of sessions")?.0,
            _ => {
                let (bucket, hours, _) = view.steps(&house, &books).await?;
                let scene = view.scene(hours.as_ref().unwrap_or(&cut), &books, by);
                scene.bars(&scene.timed(bucket, unit)?)?
            }
        };
        Ok(drawn.chart)
    }

    fn shown_days(&self, from: Option<&str>, to: Option<&str>) -> Result<(Date, Date), ApiError> {
        let tomorrow = self.now().utc_date().plus_days(1);
        range(from, to, tomorrow.plus_days(-DAYS_SHOWN), tomorrow)
    }
}

fn nothing(drawn: Option<Plain>, what: &str) -> Result<Plain, ApiError> {
    drawn.ok_or_else(|| {
        ApiError::bad(format!("nothing of these days is known {what}, so there is no such chart"))
    })
}

/// What alone is looked at, for titles.
fn of_what(only: &[Only], books: &Books) -> String {
    let names: Vec<String> = only.iter().map(|one| one_name(books, one)).collect();
    if names.is_empty() { String::new() } else { format!(", {} only", names.join(", ")) }
}

/// A chart that is drawn, and where its marks lead.
pub(super) struct Drawn {
    chart: Chart,
    /// By the names of buckets.
    days: BTreeMap<String, (Date, Date)>,
    /// By the names of series or rows.
    groups: BTreeMap<String, Only>,
}

impl Drawn {
    pub(super) const fn new(chart: Chart) -> Drawn {
        Drawn { chart, days: BTreeMap::new(), groups: BTreeMap::new() }
    }

    /// With marks that lead to days, by the names of buckets.
    #[must_use]
    pub(super) fn leading_to_days(mut self, days: impl IntoIterator<Item = (String, (Date, Date))>) -> Drawn {
        self.days.extend(days);
        self
    }

    /// With marks that lead to groups, by the names of series or rows.
    #[must_use]
    pub(super) fn leading_to_groups(mut self, groups: impl IntoIterator<Item = (String, Only)>) -> Drawn {
        self.groups.extend(groups);
        self
    }

    pub(super) fn into_picture(self, measure: Measure) -> Picture {
        let Drawn { chart, days, groups } = self;
        let Chart { svg, title, description, width, height, marks, table } = chart;
        let drill = |mark: &chart::Mark| {
            let span = days.get(&mark.bucket);
            let name = mark.series.as_ref().unwrap_or(&mark.bucket);
            let only = groups.get(name).cloned();
            (span.is_some() || only.is_some()).then(|| Drill {
                from: span.map(|(from, _)| from.to_string()),
                to: span.map(|(_, to)| to.to_string()),
                only,
            })
        };
        let mark = |mark: chart::Mark| Mark {
            drill: drill(&mark),
            x: mark.x,
            y: mark.y,
            width: mark.width,
            height: mark.height,
            series: mark.series,
            bucket: mark.bucket,
            label: mark.label,
            column: mark.column,
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
