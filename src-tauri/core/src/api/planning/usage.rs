//! What was used, out of the store, in the form that replays read: of each account and UTC day one lane, never two.

use std::collections::{BTreeMap, BTreeSet};

use super::super::app::House;
use super::super::figures::{Books, whole_days};
use super::super::{ApiError, ErrorCode};
use super::taking::Reading;
use crate::exchange::Rates;
use crate::money::{Currency, Decimal, exact_add, exact_mul};
use crate::plan::{Row, Usage};
use crate::report;
use crate::store::{Dimension, RollupRow, UsedStream};
use crate::time::{Date, Timestamp};

/// Days of a stream that are read at once.
const AT_ONCE: i64 = 16;
/// An account that is read this much less far than the others does not end the window.
const FAR_BEHIND: i64 = 7;
/// How far back the end of what comes from files is looked for.
const MOST_DAYS: i64 = 400;

/// What was used, and what is to be known of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Used {
    pub(super) usage: Usage,
    /// Days from the first with usage to the end of the window.
    pub(super) complete_days: u32,
    /// The sums of the window by model, with lanes chosen.
    pub(super) sums: Vec<RollupRow>,
    /// Models of accounts whose use is not in here, so that their money is not either; an empty text for use without a model.
    pub(super) left_out: BTreeSet<(i64, String)>,
    /// Up to when it is known.
    pub(super) as_of: Option<Timestamp>,
    /// Why fewer months are compared than were asked for, where they are.
    pub(super) shorter: Option<String>,
    pub(super) notes: Vec<String>,
}

/// How many billing months so many days are taken for.
pub(super) const fn months_of(days: u32) -> u32 {
    match days {
        0..=30 => 1,
        31..=90 => 3,
        _ => 12,
    }
}

/// The day from which so many billing months end on or a little after a day.
fn months_before(to: Date, months: u32) -> Option<Date> {
    let count = i64::from(to.year()) * 12 + i64::from(to.month()) - 1 - i64::from(months);
    let (year, month) =
        (i32::try_from(count.div_euclid(12)).ok()?, u32::try_from(count.rem_euclid(12)).ok()? + 1);
    // A month without that day: the next one's first, so that no month more is begun.
    Date::new(year, month, to.day()).or_else(|_| Date::new(year, month, 1).map(Date::next_month_start)).ok()
}

/// The end of the last day of which every account that is read regularly tells all. What comes from files alone ends with its
/// last use.
async fn end_of(
    house: &House,
    books: &Books,
    accounts: &[i64],
    today: Date,
    notes: &mut Vec<String>,
) -> Result<Date, ApiError> {
    let mut ends = BTreeMap::new();
    for account in accounts {
        if let Some((_, until)) = books.used_span(*account) {
            ends.insert(*account, until.min(today));
        }
    }
    if accounts.iter().any(|account| !ends.contains_key(account)) {
        let year = whole_days(today.plus_days(-MOST_DAYS), today)?;
        let rows = house.store.rollup(Dimension::Day, year).await?;
        for (account, day, ..) in report::whose_usage(&rows) {
            if accounts.contains(&account) && books.used_span(account).is_none() {
                let end = ends.entry(account).or_insert(day);
                *end = day.plus_days(1).max(*end);
            }
        }
    }
    let Some(latest) = ends.values().max().copied() else { return Ok(today) };
    let near = |end: Date| latest.days_since(end) <= FAR_BEHIND;
    for (account, end) in ends.iter().filter(|(_, end)| !near(**end)) {
        let (label, day) = (books.label_of(*account), end.plus_days(-1));
        notes.push(format!("{label} is read up to {day} only: what it was used for since is not in here."));
    }
    Ok(ends.values().copied().filter(|end| near(*end)).min().unwrap_or(today))
}

/// Reads what some accounts were used for over billing months back from the last complete day.
pub(super) async fn read(
    house: &House,
    books: &Books,
    accounts: &[i64],
    days: u32,
    today: Date,
    rates: &Rates,
) -> Result<Used, ApiError> {
    let mut used = Used::default();
    let to = end_of(house, books, accounts, today, &mut used.notes).await?;
    let mut months = months_of(days);
    let Some(mut from) = months_before(to, months) else { return Ok(used) };
    let mut sums = house.store.rollup(Dimension::Model, whole_days(from, to)?).await?;
    sums.retain(|row| accounts.contains(&row.account_id));
    report::choose(&mut sums);
    let whose = report::whose_usage(&sums);
    let as_of = |account: &i64| books.as_of_account(*account).or_else(|| books.told_at(*account));
    used.as_of = accounts.iter().filter_map(as_of).min();
    let Some(first) = whose.iter().map(|(_, date, ..)| *date).min() else {
        used.sums = sums;
        return Ok(used);
    };
    // Months before anything was used would say that nothing is used.
    while months > 1
        && let Some(later) = months_before(to, months - 1).filter(|later| *later <= first)
    {
        (months, from) = (months - 1, later);
    }
    if months < months_of(days) {
        let compared = months_words(months);
        used.shorter = Some(format!("Nothing is known of use before {first}: so {compared} compared."));
    }
    // Days of which an account tells nothing are no days without use: the months that all tell of are compared.
    let used_by: BTreeSet<i64> = whose.iter().map(|(account, ..)| *account).collect();
    let begun = |account: &i64| {
        let (begins, until) = books.used_span(*account)?;
        (until >= to && begins.days_since(first) > FAR_BEHIND).then_some((begins, *account))
    };
    if let Some((begins, account)) = used_by.iter().filter_map(begun).max() {
        let told = months;
        while months > 1
            && from < begins
            && let Some(later) = months_before(to, months - 1)
        {
            (months, from) = (months - 1, later);
        }
        let label = books.label_of(account);
        if months < told {
            let compared = months_words(months);
            used.shorter = Some(format!(
                "{label} is known from {begins} on only: so {compared} compared, of which all accounts tell."
            ));
        } else {
            used.notes.push(format!(
                "{label} is known from {begins} on only: days before it are taken as without use."
            ));
        }
    }
    let period = whole_days(from, to)?;
    sums.retain(|row| from <= row.start.utc_date());
    let days = report::days_of_usage(&sums);
    used.complete_days = u32::try_from(to.days_since(first.max(from))).unwrap_or(0);
    let mut reading = Reading::new(house, books, whose, currency_of(&sums), period, rates).await?;
    let streams = house.store.used_streams().await?;
    let mut wanted = Vec::new();
    for stream in streams.iter().filter(|stream| accounts.contains(&stream.account_id)) {
        let mut start = from;
        while start < to {
            let end = start.plus_days(AT_ONCE).min(to);
            if days.range((stream.account_id, start)..(stream.account_id, end)).next().is_some() {
                wanted.push((stream, whole_days(start, end)?));
            }
            start = end;
        }
    }
    let mut text: Option<(&UsedStream, String)> = None;
    for next in wanted.into_iter().map(Some).chain([None]) {
        // The store reads the next days while these are taken in.
        let (fetched, done) = tokio::join!(
            async {
                match next {
                    Some((stream, days)) => {
                        house.store.used(stream.id, days).await.map(|text| Some((stream, text)))
                    }
                    None => Ok(None),
                }
            },
            async {
                tokio::task::yield_now().await;
                text.take().map_or(Ok(()), |(stream, text)| reading.take(stream, &text))
            }
        );
        done?;
        text = fetched?;
    }
    reading.finish(&mut used, &sums, (from, to));
    used.sums = sums;
    Ok(used)
}

fn months_words(months: u32) -> String {
    match months {
        1 => "one month is".to_owned(),
        months => format!("{months} months are"),
    }
}

/// The currency in which list costs are added up: dollars where there are any, else the commonest.
fn currency_of(sums: &[RollupRow]) -> Option<Currency> {
    let mut counts = BTreeMap::<Currency, u64>::new();
    for row in sums.iter().filter(|row| !row.beside && row.sums.listed.is_some()) {
        if let Some(currency) = row.currency {
            *counts.entry(currency).or_default() += row.sums.charges;
        }
    }
    let most = counts.iter().max_by_key(|(_, count)| **count).map(|(currency, _)| *currency);
    counts.keys().find(|currency| **currency == Currency::USD).copied().or(most)
}

/// The same usage with every count and cost at so many per cent.
pub(super) fn at_volume(usage: &Usage, percent: u32) -> Result<Usage, ApiError> {
    let too_large =
        || ApiError::bad("usage of that volume is too large to be counted: ask for a smaller --volume");
    let by = Decimal::new(i64::from(percent), 2);
    let count = |count: u64| u64::try_from(u128::from(count) * u128::from(percent) / 100).ok();
    let scaled = |row: &Row| {
        let input_tokens = count(row.input_tokens)?;
        Some(Row {
            requests: match row.requests {
                Some(requests) => Some(count(requests)?),
                None => None,
            },
            input_tokens,
            cache_read_tokens: count(row.cache_read_tokens)?.min(input_tokens),
            output_tokens: count(row.output_tokens)?,
            metered: match row.metered {
                Some((meter, amount)) => Some((meter, exact_mul(amount, by)?)),
                None => None,
            },
            list_cost: exact_mul(row.list_cost, by)?,
            billed_cost: None,
            ..*row
        })
    };
    let rows = usage.rows.iter().map(|row| scaled(row).ok_or_else(too_large)).collect::<Result<_, _>>()?;
    Ok(Usage {
        window: usage.window,
        currency: usage.currency,
        kinds: usage.kinds.clone(),
        rows,
        excluded: usage.excluded.clone(),
    })
}

/// The sum of list costs, by account where one is named.
pub(super) fn list_cost(usage: &Usage, account: Option<i64>) -> Result<Decimal, ApiError> {
    let of = |row: &&Row| {
        let kind = usize::try_from(row.kind).ok().and_then(|kind| usage.kinds.get(kind));
        account.is_none_or(|account| kind.is_some_and(|kind| kind.account == account))
    };
    let mut rows = usage.rows.iter().filter(of);
    rows.try_fold(Decimal::ZERO, |sum, row| exact_add(sum, row.list_cost))
        .ok_or_else(|| ApiError::new(ErrorCode::Internal, "list costs are too large to be added up"))
}
