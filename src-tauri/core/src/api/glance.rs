//! What a tray shows: three lines, for a glance.

use super::app::App;
use super::{Amount, ApiError, Limits, LotRow, Overview, OverviewQuery};
use crate::money::{Decimal, exact};
use crate::time::{Calendar, Timestamp};

/// Longest line: a menu is no page.
const LONGEST: usize = 60;

/// Three lines for a glance. The whole is on the screens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// What today cost.
    pub today: String,
    /// What lapses next.
    pub expiry: String,
    /// The limit that is closest to its end.
    pub limit: String,
}

impl App {
    /// Three lines for a glance.
    pub async fn glance(&self) -> Result<Glance, ApiError> {
        let overview = self.overview(&OverviewQuery { chart_width: None }).await?;
        Ok(Glance::of(&overview, &self.limits().await?, self.calendar().await?))
    }
}

impl Glance {
    /// The three lines of what the screens show.
    pub fn of(overview: &Overview, limits: &Limits, calendar: Calendar) -> Glance {
        let sample = if overview.sample { "Sample data. " } else { "" };
        Glance {
            today: line(&format!("{sample}{}", today(overview))),
            expiry: line(
                &overview
                    .next_expiry
                    .as_ref()
                    .map_or_else(|| "Next expiry: none known".to_owned(), |lot| expiry(lot, calendar)),
            ),
            limit: line(&limit(limits)),
        }
    }
}

fn today(overview: &Overview) -> String {
    let figure = &overview.today;
    if overview.accounts.is_empty() {
        "Today: no account yet".to_owned()
    } else if !figure.billed.is_empty() {
        format!("Today: {} {}", amounts(&figure.billed), figure.lane)
    } else if !figure.listed.is_empty() {
        format!("Today: {} at list price", amounts(&figure.listed))
    } else {
        "Today: not known yet".to_owned()
    }
}

fn expiry(lot: &LotRow, calendar: Calendar) -> String {
    // What lapses at the start of a day is spent by the end of the day before.
    let last = lot.lapses_at.as_ref().and_then(|at| at.parse::<Timestamp>().ok());
    let day = last.map(|at| calendar.date_of(at.plus_seconds(-1)));
    let when = day.map(|day| format!("{} {}", day.day(), day.month_name()));
    let what = lot.left.as_ref().or(lot.amount.as_ref());
    let what = what.map_or_else(|| "credit".to_owned(), |left| amount(left, &lot.currency));
    let does = if lot.possible { "may lapse" } else { "lapses" };
    match when {
        Some(when) => format!("{when}: {what} {does}, {}", lot.label),
        None => format!("{what} {does}, {}", lot.label),
    }
}

fn limit(limits: &Limits) -> String {
    // The closest to its end comes first.
    let tightest = limits.rows.iter().find_map(|row| Some((row, row.percent?)));
    match tightest {
        Some((row, percent)) => format!("{percent} % used: {}, {}", row.name, row.label),
        None => "Tightest limit: none known".to_owned(),
    }
}

fn amounts(amounts: &[Amount]) -> String {
    let all: Vec<String> = amounts.iter().map(|one| amount(&one.amount, &one.currency)).collect();
    all.join(", ")
}

/// To two places, or two digits where it is less than one.
pub(super) fn amount(text: &str, currency: &str) -> String {
    let Ok(exact) = exact(text) else { return format!("{text} {currency}") };
    let rounded =
        if exact.abs() < Decimal::ONE { exact.round_sf(2).unwrap_or(exact) } else { exact.round_dp(2) };
    // Money has two places; units such as credits have what they have.
    let national = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
    if national && rounded.normalize().scale() < 2 {
        format!("{rounded:.2} {currency}")
    } else {
        format!("{} {currency}", rounded.normalize())
    }
}

/// A line without what breaks one, cut where it is too long.
fn line(text: &str) -> String {
    let text = text.replace(char::is_control, " ");
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
