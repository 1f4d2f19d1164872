//! What leaves Spendglass for other programs: the calendar of expiries, resets and renewals, charges as FOCUS and as JSON, and
//! cells of tables.
//!
//! Pure: from what is known comes what the calendar says; from what it has told so far comes what changed. Written by hand, not by
//! a library: the usual one makes a time stamp and an id of its own for each event, keeps no order of properties, and wants dates
//! of another crate, while all of the format that is needed here is a page of code.

mod csv;
pub mod focus;
mod ics;
pub mod lines;

use std::collections::{BTreeMap, BTreeSet};

use crate::ledger::QuotaWindow;
use crate::store::{DayNote, ToldEvent};
use crate::time::{BillingCycle, Calendar, Date, Timestamp};

pub use csv::cell;
pub use ics::calendar;

/// What an instant that is told may drift by from one answer of a provider to the next, in seconds.
const DRIFT: i64 = 600;
/// The hour of the day at which alarms ring.
const MORNING: i32 = 9;
/// How many days ahead the alarm of something that lapses rings; once one has gone by, the next.
const BEFORE_LAPSE: &[i32] = &[7, 1, 0];
const BEFORE_RENEWAL: &[i32] = &[3, 1, 0];
const ON_THE_DAY: &[i32] = &[0];
/// For so many days what is over or withdrawn is still told.
const TOLD_AFTER: i64 = 90;
/// For so many days the sequence of what is over or withdrawn is remembered.
const REMEMBERED: i64 = 800;

/// What may be in the calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dates {
    /// Lots that lapse.
    pub lots: Vec<Lapse>,
    /// Allowances that start again.
    pub resets: Vec<Reset>,
    /// Plans that renew.
    pub renewals: Vec<Renewal>,
}

/// A day, or an instant in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The whole day.
    On(Date),
    /// The instant.
    At(Timestamp),
}

/// A lot that lapses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapse {
    /// Its id.
    pub id: String,
    /// The account's name.
    pub label: String,
    /// What is left of it, such as `25 USD`, where that is known.
    pub left: Option<String>,
    /// The last day on which it can be spent, or the instant at which it lapses.
    pub when: When,
    /// Whether the provider may let it lapse and is not known to.
    pub possible: bool,
}

/// An allowance that starts again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// The account's number.
    pub account: i64,
    /// The account's name.
    pub label: String,
    /// What it is called.
    pub name: String,
    /// The model it is for.
    pub model: Option<String>,
    /// The span over which it is counted.
    pub window: QuotaWindow,
    /// When it starts again.
    pub at: Timestamp,
}

/// A plan that renews.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The account's number.
    pub account: i64,
    /// The account's name.
    pub label: String,
    /// The plan.
    pub plan: String,
    /// What it costs a period, such as `20 USD`, where that is known.
    pub price: Option<String>,
    /// The period it is paid for by, where that is known.
    pub period: Option<QuotaWindow>,
    /// When it renews.
    pub when: When,
    /// Whether it ends then.
    pub ends: bool,
}

/// What the calendar is to say from today on, by key.
pub fn notes(dates: &Dates, calendar: Calendar, now: Timestamp) -> BTreeMap<String, DayNote> {
    let lots = dates.lots.iter().map(|lot| (format!("lot:{}", lot.id), lapse(lot, calendar, now)));
    let renewals = dates
        .renewals
        .iter()
        .map(|plan| (format!("plan:{}:{}", plan.account, plan.plan), renewal(plan, calendar, now)));
    let today = calendar.date_of(now);
    let notes = lots.chain(resets(&dates.resets, calendar, now)).chain(renewals);
    notes.filter(|(_, note)| note.date >= today).collect()
}

fn lapse(lot: &Lapse, calendar: Calendar, now: Timestamp) -> DayNote {
    // On the careful side: what lapses just after midnight cannot be counted on that day.
    let date = match lot.when {
        When::On(date) => date,
        When::At(at) => calendar.date_of(at.plus_seconds(-DRIFT)),
    };
    let end = match lot.when {
        When::On(date) => calendar.start_of(date.plus_days(1)),
        When::At(at) => at,
    };
    let what = lot.left.as_ref().map_or("Credit".to_owned(), |left| format!("{left} of credit"));
    let does = if lot.possible { "may lapse" } else { "lapses" };
    let until = match lot.when {
        When::On(_) => "to the end of this day".to_owned(),
        When::At(at) => format!("until {}", calendar.show(at)),
    };
    let mut description = format!("It can be spent {until} ({}).", calendar.zone());
    if lot.possible {
        description.push_str(" The provider says that it may expire, and not that it does.");
    }
    DayNote {
        date,
        summary: format!("{what} {does}: {}", lot.label),
        description,
        alarm_hours: alarm(BEFORE_LAPSE, date, end, calendar, now),
    }
}

/// Only what starts again by the month or more seldom: shorter ones would flood a calendar. Allowances of one name, such as
/// those of many models, are one event.
fn resets(all: &[Reset], calendar: Calendar, now: Timestamp) -> impl Iterator<Item = (String, DayNote)> {
    let mut groups: BTreeMap<(i64, &str, String), Vec<&Reset>> = BTreeMap::new();
    for reset in all.iter().filter(|reset| is_long(reset.window) && reset.at > now) {
        groups.entry((reset.account, &reset.name, reset.window.to_string())).or_default().push(reset);
    }
    groups.into_iter().filter_map(move |((account, name, window), group)| {
        let first = group.iter().min_by_key(|reset| reset.at)?;
        let date = calendar.date_of(first.at.plus_seconds(DRIFT));
        let models: BTreeSet<&str> = group.iter().filter_map(|reset| reset.model.as_deref()).collect();
        let of = match models.len() {
            0 => String::new(),
            1..=5 => format!(" It is for {}.", models.into_iter().collect::<Vec<_>>().join(", ")),
            many => format!(" It is for {many} models."),
        };
        let note = DayNote {
            date,
            summary: format!("{name} starts again: {}", first.label),
            description: format!("This allowance of a {window} is counted anew from this day.{of}"),
            alarm_hours: alarm(ON_THE_DAY, date, calendar.start_of(date.plus_days(1)), calendar, now),
        };
        Some((format!("reset:{account}:{name}:{window}"), note))
    })
}

const fn is_long(window: QuotaWindow) -> bool {
    match window {
        QuotaWindow::Month | QuotaWindow::Months(_) | QuotaWindow::Year => true,
        // Some count a month as 28 days or more.
        QuotaWindow::Minutes(minutes) => minutes >= 28 * 24 * 60,
        QuotaWindow::Day | QuotaWindow::Week | QuotaWindow::Lifetime => false,
    }
}

fn renewal(plan: &Renewal, calendar: Calendar, now: Timestamp) -> DayNote {
    let date = match plan.when {
        When::On(date) => next_renewal(date, plan.period, calendar.date_of(now)),
        When::At(at) => calendar.date_of(at.plus_seconds(DRIFT)),
    };
    let price = match (&plan.price, plan.period) {
        (Some(price), Some(period)) => format!(" It costs {price} a {period}."),
        (Some(price), None) => format!(" It costs {price}."),
        (None, _) => String::new(),
    };
    let does = if plan.ends { "ends" } else { "renews" };
    DayNote {
        date,
        summary: format!("{} {does}: {}", plan.plan, plan.label),
        description: format!("The plan {does} on this day.{price}"),
        alarm_hours: alarm(BEFORE_RENEWAL, date, calendar.start_of(date.plus_days(1)), calendar, now),
    }
}

/// A date that was entered once stands for those a whole period later, too.
fn next_renewal(entered: Date, period: Option<QuotaWindow>, today: Date) -> Date {
    let months = match period {
        Some(QuotaWindow::Month) => 1,
        Some(QuotaWindow::Months(months)) => u32::from(months),
        Some(QuotaWindow::Year) => 12,
        _ => return entered,
    };
    let Ok(cycle) = BillingCycle::monthly_on(entered.day()) else { return entered };
    let mut date = entered;
    while date < today {
        for _ in 0..months.max(1) {
            date = cycle.containing(date).1;
        }
    }
    date
}

/// The first of the alarms that is still to come, in hours from the start of the day; the last where none is.
fn alarm(days: &[i32], date: Date, end: Timestamp, calendar: Calendar, now: Timestamp) -> i32 {
    let rings = |days: i32| {
        let morning = calendar.start_of(date.plus_days(i64::from(-days)));
        let at = morning.plus_seconds(i64::from(MORNING) * 3_600);
        at > now && at < end
    };
    let hours = |days: i32| MORNING - 24 * days;
    let last = days.last().copied().unwrap_or_default();
    // Where what lapses does so before the morning of its day, the evening of the day before is the last.
    let late =
        if calendar.start_of(date).plus_seconds(i64::from(MORNING) * 3_600) < end { hours(last) } else { -6 };
    days.iter().copied().find(|days| rings(*days)).map_or(late, hours)
}

/// What the calendar has told, after it tells this: what is new, changed, withdrawn, and what stays.
pub fn tell(
    told: &[ToldEvent],
    notes: &BTreeMap<String, DayNote>,
    today: Date,
    now: Timestamp,
) -> Vec<ToldEvent> {
    let known: BTreeSet<&str> = told.iter().map(|event| event.key.as_str()).collect();
    let new = notes.iter().filter(|(key, _)| !known.contains(key.as_str())).map(|(key, note)| ToldEvent {
        key: key.clone(),
        note: note.clone(),
        sequence: 0,
        changed_at: now,
        withdrawn_at: None,
    });
    let kept = told.iter().filter(|event| notes.contains_key(&event.key) || age(event, today) <= REMEMBERED);
    kept.map(|event| retell(event, notes.get(&event.key), today, now)).chain(new).collect()
}

fn retell(event: &ToldEvent, note: Option<&DayNote>, today: Date, now: Timestamp) -> ToldEvent {
    let change = |note: &DayNote, withdrawn_at| ToldEvent {
        key: event.key.clone(),
        note: note.clone(),
        sequence: event.sequence.saturating_add(1),
        // A clock that was set back makes no event older than it was.
        changed_at: now.max(event.changed_at),
        withdrawn_at,
    };
    match note {
        Some(note) if event.withdrawn_at.is_none() && event.note == *note => event.clone(),
        Some(note) => change(note, None),
        // What is over stays as it was.
        None if event.withdrawn_at.is_some() || event.note.date < today => event.clone(),
        None => change(&event.note, Some(now)),
    }
}

/// For how many days an event is over or withdrawn.
fn age(event: &ToldEvent, today: Date) -> i64 {
    let since = event.withdrawn_at.map_or(event.note.date, Timestamp::utc_date);
    today.days_since(since)
}

/// Of what the calendar has told, what is in the file today: by date.
pub fn shown(told: &[ToldEvent], today: Date) -> Vec<&ToldEvent> {
    let mut shown: Vec<&ToldEvent> = told.iter().filter(|event| age(event, today) <= TOLD_AFTER).collect();
    shown.sort_by_key(|event| (event.note.date, &event.key));
    shown
}
