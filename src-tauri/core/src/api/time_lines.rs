//! The lots on a time line.

use super::pictures::{Drawn, spoken, undrawable};
use super::purses::{LotStand, Purses};
use super::{ApiError, LotState, Measure, Picture};
use crate::chart::{self, Chart, Slot, TimeLineRow, Unit};
use crate::credit::{Acquired, End};
use crate::ledger::LotKind;
use crate::time::{Calendar, Date};

/// What is over is shown for so many days more.
const SHOWN_AFTER: i64 = 90;
/// No more days than this to either side of today: what reaches farther is cut at the edge.
const FARTHEST: i64 = 400;
/// And no fewer.
const NEAREST: i64 = 30;
/// More lots than this fit no screen; the first are those that lapse soonest.
const MOST: usize = 40;

/// Draws the lots that are open or were of late; nothing where there are none.
pub(super) fn time_line(
    stands: &[LotStand],
    purses: &Purses,
    width: u32,
) -> Result<Option<Picture>, ApiError> {
    let chart = time_line_chart(stands, purses, (width, ""))?;
    Ok(chart.map(|chart| Drawn::new(chart).into_picture(Measure::Billed)))
}

/// The same, with what its title ends with where it leaves the screen.
pub(super) fn time_line_chart(
    stands: &[LotStand],
    purses: &Purses,
    (width, ending): (u32, &str),
) -> Result<Option<Chart>, ApiError> {
    let calendar = &purses.calendar;
    let today = calendar.date_of(purses.now);
    let shown: Vec<&LotStand> =
        stands.iter().filter(|stand| is_shown(stand, *calendar, today)).take(MOST).collect();
    if shown.is_empty() {
        return Ok(None);
    }
    let had = |stand: &LotStand| stand.told.acquired.map_or(today, |acquired| acquired.date(calendar));
    // What lapses at midnight can be spent on the day before.
    let ends = shown.iter().filter_map(|stand| stand.lapses_at);
    let ends = ends.map(|at| calendar.date_of(at.plus_seconds(-1)).plus_days(1));
    let from = shown.iter().map(|stand| had(stand)).min().unwrap_or(today);
    let from = from.clamp(today.plus_days(-FARTHEST), today.plus_days(-NEAREST));
    let to = ends.max().unwrap_or(today).clamp(today.plus_days(NEAREST), today.plus_days(FARTHEST));
    let at = |date: Date| calendar.start_of(date).unix();
    let picture = chart::Picture::TimeLine(chart::TimeLine {
        title: format!("Credit: what was had, what is left, when it lapses ({}){ending}", calendar.zone()),
        from: at(from),
        from_label: spoken(from),
        today: purses.now.unix(),
        today_label: "today".to_owned(),
        to: at(to),
        to_label: spoken(to.plus_days(-1)),
        rows: shown.iter().map(|stand| row(stand, purses, from)).collect(),
        width,
    });
    chart::draw(&picture).map(Some).map_err(|error| undrawable(&error))
}

fn is_shown(stand: &LotStand, calendar: Calendar, today: Date) -> bool {
    match stand.state {
        LotState::Open | LotState::Ahead => true,
        LotState::Untold => stand.told.acquired.is_some(),
        LotState::Lapsed | LotState::Spent => {
            let end = stand.lapses_at.map(|at| calendar.date_of(at));
            end.is_some_and(|end| today.days_since(end) <= SHOWN_AFTER)
        }
    }
}

fn row(stand: &LotStand, purses: &Purses, from: Date) -> TimeLineRow {
    let calendar = &purses.calendar;
    let told = &stand.told;
    let label = purses.books.label_of(told.account);
    let unit = Unit::Money { currency: told.currency.to_string() };
    let kind = match stand.kind {
        LotKind::Allowance => "included",
        LotKind::RolledOver => "rolled over",
        LotKind::Granted => "given",
        LotKind::Purchased => "bought",
    };
    let start_label = told.acquired.map_or_else(
        || "unknown".to_owned(),
        |acquired| match acquired {
            Acquired::On(date) => date.to_string(),
            Acquired::At(at) => calendar.date_of(at).to_string(),
        },
    );
    let end_label = match (stand.end, told.rule) {
        (Some(End::After(date)), _) => date.to_string(),
        (Some(End::At(at)), _) => calendar.show(at),
        (None, Some(_)) => "never".to_owned(),
        (None, None) => "unknown".to_owned(),
    };
    let left = stand.left.map(crate::money::Total::nearest);
    let said = match (stand.end, told.rule) {
        (Some(End::After(_)), _) => format!("can be spent up to {end_label}"),
        (Some(End::At(_)), _) => format!("lapses {end_label}"),
        (None, Some(_)) => "does not lapse".to_owned(),
        (None, None) => "nobody says when it lapses".to_owned(),
    };
    let currency = told.currency;
    let of = told.amount.map_or_else(String::new, |amount| format!(" of {} {currency}", amount.normalize()));
    let rest = left.map_or_else(|| "an unknown rest".to_owned(), |left| format!("{left}"));
    let unsure = if stand.is_possible() { ", perhaps" } else { "" };
    TimeLineRow {
        name: format!("{label}, {kind}"),
        start: told
            .acquired
            .map_or_else(|| calendar.start_of(from).unix(), |acquired| acquired.instant(calendar).unix()),
        words: format!("{label}, {kind} {start_label}: {rest}{of} left, {said}{unsure}."),
        start_label,
        end: stand.lapses_at.map(crate::time::Timestamp::unix),
        end_label,
        amount: told.amount,
        left,
        unit,
        slot: match stand.kind {
            LotKind::Purchased => Slot::S1,
            LotKind::Granted => Slot::S3,
            LotKind::Allowance | LotKind::RolledOver => Slot::S4,
        },
    }
}
