//! The overview: what today and this month cost.

use std::collections::BTreeSet;

use super::app::{App, House};
use super::cuts::Cut;
use super::figures::{Books, amount, amounts, spend_figure, whole_days};
use super::outlook::Outlook;
use super::pictures::DAYS_SHOWN;
use super::scenes::Scene;
use super::{ApiError, Bucket, Grouping, Measure, Overview, OverviewQuery, OwnDay, UsualDay};
use crate::ledger::Lane;
use crate::money::whole_percent;
use crate::providers;
use crate::report;
use crate::store::{Dimension, RollupRow};
use crate::time::{Date, Timestamp};

/// A usual day is taken from at most this many complete days.
const USUAL_DAYS: i64 = 28;

impl App {
    pub(super) async fn overview(&self, query: &OverviewQuery) -> Result<Overview, ApiError> {
        let house = self.house().await;
        let now = self.now();
        let calendar = self.calendar().await?;
        let today = now.utc_date();
        let tomorrow = today.plus_days(1);
        let first = today.month_start().min(tomorrow.plus_days(-DAYS_SHOWN));
        let books = Books::open(&house).await?;
        let mut rows = house.store.rollup(Dimension::Day, whole_days(first, tomorrow)?).await?;
        report::choose(&mut rows);
        let cut = Cut::plain(rows);
        let rows = &cut.rows;
        let daily = match query.chart_width {
            Some(width) if !books.accounts.is_empty() => {
                let days = (tomorrow.plus_days(-DAYS_SHOWN), tomorrow);
                let (by, measure) = (Grouping::Provider, Measure::Billed);
                let ending = String::new();
                let scene =
                    Scene { cut: &cut, books: &books, by, measure, days, now, calendar, width, ending };
                Some(scene.bars(&scene.timed(Bucket::Day, scene.unit()?)?)?.into_picture(measure))
            }
            _ => None,
        };
        Ok(Overview {
            now: now.to_string(),
            sample: house.sample,
            zone: calendar.zone().name().to_owned(),
            today: spend_figure(rows, &books, (today, tomorrow), now)?,
            usual_day: usual_day(rows, &books, today)?,
            month: spend_figure(rows, &books, (today.month_start(), tomorrow), now)?,
            month_end: self.month_ends(&house, &books).await?,
            budgets: self.budget_rows(&house, &books).await?,
            next_expiry: self.next_expiry(&house).await?,
            unseen_alerts: house.store.unseen_alerts().await?,
            own_day: own_day(&house, &books, calendar, now).await?,
            troubles: self.troubles(&house, &books).await?,
            accounts: self.accounts_of(&house).await?,
            daily,
            insight: insight(rows, &books, today)?,
        })
    }
}

fn usual_day(rows: &[RollupRow], books: &Books, today: Date) -> Result<Option<UsualDay>, ApiError> {
    // Where nothing is synced, files and what was entered day by day tell which days are complete, as they do for a forecast.
    let covered = match books.covered() {
        Some(covered) => Some(covered),
        None => Outlook::of_chosen(rows, books, today)?.complete(),
    };
    let Some((from, until)) = covered else { return Ok(None) };
    // A day that was not read is no day without cost.
    let until = until.min(today);
    let from = from.max(today.plus_days(-USUAL_DAYS));
    let usual = report::usual_day(rows, from, until)?;
    Ok(usual.map(|usual| UsualDay {
        billed: usual.billed.into_iter().map(|(currency, total)| amount(total, currency)).collect(),
        to: until.plus_days(-1).to_string(),
        of_days: u32::try_from(usual.of_days).unwrap_or(u32::MAX),
    }))
}

/// The person's own day so far, from usage known by the hour. An hour that straddles their midnight, as in zones off by half
/// an hour, counts to the day it begins in.
async fn own_day(
    house: &House,
    books: &Books,
    calendar: crate::time::Calendar,
    now: Timestamp,
) -> Result<Option<OwnDay>, ApiError> {
    let date = calendar.date_of(now);
    let mut rows = house.store.rollup(Dimension::Hour, calendar.day(date)).await?;
    report::choose(&mut rows);
    let by_the_hour: BTreeSet<i64> = books
        .streams
        .iter()
        .filter(|stream| stream.synced_at.is_some())
        .filter(|stream| {
            let provider = books.provider_of(stream.account_id);
            let known = provider.and_then(|p| p.streams.iter().find(|known| known.name == stream.name));
            known.is_some_and(|known| matches!(known.cursor, providers::Cursor::Hourly { .. }))
        })
        .map(|stream| stream.account_id)
        .collect();
    if by_the_hour.is_empty() {
        return Ok(None);
    }
    let own = || rows.iter().filter(|row| !row.beside);
    let total = report::total(own())?;
    // A sum that lacks an account's requests would pass for all of them.
    let all_count_requests = super::figures::without_requests(own())?.is_empty();
    let without = books.accounts.iter().filter(|row| !by_the_hour.contains(&row.id));
    Ok(Some(OwnDay {
        date: date.to_string(),
        listed: amounts(&total.listed),
        unpriced: total.unpriced,
        requests: total.requests.filter(|_| all_count_requests),
        input_tokens: total.input_tokens,
        output_tokens: total.output_tokens,
        as_of: books.hours_as_of().map(|at| at.to_string()),
        without: without.map(|row| books.label_of(row.id)).collect(),
    }))
}

/// One sentence on what stands out this month.
fn insight(rows: &[RollupRow], books: &Books, today: Date) -> Result<Option<String>, ApiError> {
    let month = whole_days(today.month_start(), today.plus_days(1))?;
    let lane = report::lane_of(rows);
    let total = report::total(report::within(rows, month))?;
    let Some(currency) = report::currency_to_draw([&total.billed]) else { return Ok(None) };
    let Some(whole) = total.billed.of(currency) else { return Ok(None) };
    let by_account = report::group(report::within(rows, month), |row| row.account_id)?;
    let billed =
        by_account.iter().filter_map(|(account, totals)| Some((*account, totals.billed.of(currency)?)));
    let Some((account, most)) = billed.clone().max_by_key(|(_, billed)| billed.nearest()) else {
        return Ok(None);
    };
    Ok(whole_percent(most.nearest(), whole.nearest()).filter(|_| billed.count() > 1).map(|share| {
        let label = books.label_of(account);
        let said = match lane {
            Lane::Billed => "was billed",
            Lane::Estimated => "is estimated to have cost",
            Lane::Logged => "is logged to have cost",
            Lane::Entered => "is entered to have cost",
        };
        format!("{label} is {share} % of what {} {said} so far in {currency}.", today.month_name())
    }))
}
