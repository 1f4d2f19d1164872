//! How limits were used of late: readings of providers, and counts of the windows that are over.

use super::app::App;
use super::limit_rows::Ranked;
use super::pictures::{Drawn, undrawable};
use super::{ApiError, LimitHistory, LimitHistoryQuery, Measure};
use crate::allowance::{Allowance, Bound, count};
use crate::catalogue::{Reset, Span, longest};
use crate::chart::{self, UseHistory, UseStep};
use crate::ledger::{QuotaReading, QuotaWindow};
use crate::money::Decimal;
use crate::store::CountRow;
use crate::time::{Calendar, Timestamp};

const DAY: i64 = 86_400;
const HEIGHT: u32 = 84;
/// Readings of so many windows are drawn.
const WINDOWS: i64 = 8;
/// And of no more days.
const FARTHEST: i64 = 400 * DAY;
/// Of what never starts again so many days.
const LASTING: i64 = 90 * DAY;
/// More steps than this cannot be told apart.
const MOST: usize = 240;

/// The used share of a limit over time.
pub(super) struct Course {
    from: Timestamp,
    steps: Vec<UseStep>,
    resets: Vec<i64>,
}

impl App {
    pub(super) async fn limit_history(
        &self,
        query: &LimitHistoryQuery,
    ) -> Result<Vec<LimitHistory>, ApiError> {
        let house = self.house().await;
        let now = self.now();
        let calendar = self.calendar().await?;
        let (ranked, _) = self.ranked_limits(&house, now, Some(calendar)).await?;
        let drawn = ranked.into_iter().filter_map(|Ranked { row, course, .. }| Some((row, course?)));
        let picture = |(row, course): (super::LimitRow, Course)| {
            let whose = row.project_name.as_ref().or(row.project.as_ref());
            let of = row.model.iter().chain(whose).fold(String::new(), |of, part| format!("{of}, {part}"));
            let history = UseHistory {
                title: format!("{}: {}{of}, used of each {}", row.label, row.name, row.window),
                from: course.from.unix(),
                from_label: calendar.date_of(course.from).to_string(),
                to: now.unix(),
                to_label: "now".to_owned(),
                steps: course.steps,
                resets: course.resets,
                width: query.chart_width,
                height: HEIGHT,
            };
            let chart =
                chart::draw(&chart::Picture::UseHistory(history)).map_err(|error| undrawable(&error))?;
            Ok(LimitHistory {
                account: row.account,
                name: row.name,
                model: row.model,
                project: row.project,
                window: row.window,
                unit: row.unit,
                picture: Drawn::new(chart).into_picture(Measure::Billed),
            })
        };
        drawn.map(picture).collect()
    }
}

/// The same figure of a limit at several times.
pub(super) fn told(
    readings: &[QuotaReading],
    limit: Option<Decimal>,
    reset: impl Fn(Timestamp) -> Option<Timestamp>,
    calendar: Calendar,
    now: Timestamp,
) -> Option<Course> {
    let mut steps: Vec<UseStep> = Vec::new();
    let mut resets = Vec::new();
    for (place, reading) in readings.iter().enumerate() {
        let Some(used) = reading.used else { continue };
        let limit = reading.limit.or(limit);
        let next = readings.get(place + 1);
        let until = next.map_or(now, |next| next.observed_at);
        let over = reading.resets_at.or_else(|| reset(reading.observed_at));
        let over = over.filter(|over| reading.observed_at < *over && *over <= until);
        // A count that fell started again, at some time between.
        let fell = next.is_some_and(|next| next.used.is_some_and(|later| later < used));
        if let Some(over) = over.or(fell.then_some(until)) {
            resets.push(over.unix());
        }
        let to = over.unwrap_or(until);
        let share = share(used, limit);
        match steps.last_mut().filter(|last| last.to == reading.observed_at.unix() && last.used == Some(used))
        {
            Some(last) if last.share == share => last.to = to.unix(),
            _ => steps.push(UseStep {
                from: reading.observed_at.unix(),
                to: to.unix(),
                name: calendar.show(reading.observed_at),
                share,
                words: words(used, limit, reading.unit.as_str(), ""),
                used: Some(used),
                partial: next.is_none() && over.is_none(),
            }),
        }
    }
    let from = readings.first()?.observed_at;
    course(from, steps, resets)
}

/// What was counted in the windows that are over, and in the one that is not.
pub(super) fn counted(
    limit: &Allowance,
    counts: &[CountRow],
    known: (Timestamp, impl Fn(i64) -> Option<Timestamp>),
    calendar: Calendar,
    now: Timestamp,
) -> Option<Course> {
    let (since, known_until) = known;
    let windows = windows(limit.span)?;
    if limit.resets == Reset::Never {
        return None;
    }
    let mut steps = Vec::new();
    let mut resets = Vec::new();
    let mut at = now;
    let mut from = now;
    for _ in 0..windows {
        let counted = count(limit, counts, &known_until, at);
        let Some(stretch) = counted.stretch else { break };
        // Before the books begin nothing is known, which is not nought.
        if stretch.period.start < since && !steps.is_empty() {
            break;
        }
        from = stretch.period.start;
        let to = stretch.period.end.min(now);
        resets.extend(stretch.resets_at.map(Timestamp::unix));
        let used = counted.used.ok();
        let bound = used.as_ref().map_or("", |used| match used.bound {
            Bound::Exactly => "",
            Bound::AtMost(_) => "at most ",
            Bound::AtLeast => "at least ",
        });
        let amount = used.map(|used| used.amount);
        steps.push(UseStep {
            from: from.unix(),
            to: to.unix(),
            name: format!("{} to {}", calendar.show(from), calendar.show(to)),
            share: amount.and_then(|used| share(used, limit.limit)),
            words: amount.map_or_else(
                || "unknown".to_owned(),
                |used| words(used, limit.limit, limit.unit.as_str(), bound),
            ),
            used: amount,
            partial: stretch.period.end > now,
        });
        at = from.plus_seconds(-1);
    }
    steps.reverse();
    course(from, steps, resets)
}

/// A history has more than one step of which something is known.
fn course(from: Timestamp, mut steps: Vec<UseStep>, resets: Vec<i64>) -> Option<Course> {
    let cut = steps.len().saturating_sub(MOST);
    steps.drain(..cut);
    let from = steps
        .first()
        .and_then(|step| Timestamp::from_unix(step.from).ok())
        .map_or(from, |first| first.max(from));
    (steps.iter().filter(|step| step.share.is_some()).count() > 1).then_some(Course { from, steps, resets })
}

/// From when on readings of a window are drawn.
pub(super) fn reach(window: QuotaWindow, now: Timestamp) -> Timestamp {
    let length = longest(window).map_or(LASTING, |length| (length * WINDOWS).clamp(DAY, FARTHEST));
    now.plus_seconds(-length)
}

/// How many windows are counted; nothing where the books are not fine enough.
fn windows(span: Span) -> Option<usize> {
    match span {
        Span::Window(QuotaWindow::Minutes(minutes)) => (minutes >= 60).then_some(12),
        Span::Window(QuotaWindow::Day) => Some(14),
        Span::Window(QuotaWindow::Week) => Some(8),
        Span::Window(QuotaWindow::Month) => Some(4),
        Span::Window(QuotaWindow::Months(_) | QuotaWindow::Year | QuotaWindow::Lifetime)
        | Span::Second
        | Span::Unstated => None,
    }
}

/// From when on charges are needed to count the windows of a limit.
pub(super) fn begin(span: Span, now: Timestamp) -> Option<Timestamp> {
    let Span::Window(window) = span else { return None };
    let windows = i64::try_from(windows(span)?).ok()?;
    Some(now.plus_seconds(-longest(window)? * windows))
}

fn share(used: Decimal, limit: Option<Decimal>) -> Option<Decimal> {
    let limit = limit?;
    if limit.is_zero() { Some(Decimal::ONE) } else { used.checked_div(limit).map(|share| share.round_dp(6)) }
}

fn words(used: Decimal, limit: Option<Decimal>, unit: &str, bound: &str) -> String {
    let used = used.normalize();
    match (unit, limit) {
        ("percent", _) => format!("{bound}{used} % used"),
        (unit, Some(limit)) => format!("{bound}{used} of {} {unit} used", limit.normalize()),
        (unit, None) => format!("{bound}{used} {unit} used"),
    }
}
