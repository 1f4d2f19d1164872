//! Sums in the door's words: usage by a grouping, and the spend figures of the overview.

use std::collections::{BTreeMap, BTreeSet};

use super::app::{App, House};
use super::comparing::Earlier;
use super::cuts::{Ask, Cut};
use super::groups::{GroupKey, Names, group_key, group_names};
use super::running::seen;
use super::states::known;
use super::steps::spoken;
use super::{Amount, ApiError, Grouping, LaneFigure, SpendFigure, Usage, UsageQuery, UsageRow};
use crate::ledger::{Lane, name_of};
use crate::money::{Currency, Decimal, MixedMoney, Total};
use crate::providers::{self, Cursor, Provider, Sees};
use crate::report::{self, Totals};
use crate::store::{AccountRow, KeyPlace, RollupRow, StreamRow, StreamState};
use crate::time::{Date, Period, Timestamp};

/// The widest range that is drawn or summed: ten years and their leap days.
const MOST_DAYS: i64 = 3_653;

/// The accounts and how far each is read: what figures need besides the sums.
pub(super) struct Books {
    pub(super) accounts: Vec<AccountRow>,
    pub(super) streams: Vec<StreamRow>,
    pub(super) names: Names,
    /// The providers of all accounts, in the order in which they were first connected.
    pub(super) providers: Vec<&'static str>,
    /// When a cost was last entered by hand, by account.
    entered: BTreeMap<i64, Timestamp>,
}

impl Books {
    pub(super) async fn open(house: &House) -> Result<Books, ApiError> {
        let mut entered = BTreeMap::new();
        for row in house.store.entries(None).await?.iter().filter(|row| row.entered.as_cost().is_some()) {
            let last = entered.entry(row.account_id).or_insert(row.changed_at);
            *last = row.changed_at.max(*last);
        }
        let accounts = house.store.accounts().await?;
        let mut providers: Vec<&'static str> = Vec::new();
        let mut by_number: Vec<&AccountRow> = accounts.iter().collect();
        by_number.sort_by_key(|row| row.id);
        for provider in by_number.into_iter().filter_map(|row| providers::find(&row.account.provider)) {
            if !providers.contains(&provider.id) {
                providers.push(provider.id);
            }
        }
        Ok(Books {
            entered,
            providers,
            accounts,
            streams: house.store.streams().await?,
            names: Names::of(house.store.names().await?),
        })
    }

    /// The same of some accounts alone, where not all are looked at.
    pub(super) fn of(mut self, accounts: Option<&BTreeSet<i64>>) -> Books {
        if let Some(accounts) = accounts {
            self.accounts.retain(|row| accounts.contains(&row.id));
            self.streams.retain(|row| accounts.contains(&row.account_id));
        }
        self
    }

    pub(super) fn provider_of(&self, account_id: i64) -> Option<&'static Provider> {
        let row = self.accounts.iter().find(|row| row.id == account_id)?;
        providers::find(&row.account.provider)
    }

    pub(super) fn label_of(&self, account_id: i64) -> String {
        let row = self.accounts.iter().find(|row| row.id == account_id);
        match row.and_then(|row| row.account.label.clone()) {
            Some(label) => label,
            None => {
                self.provider_of(account_id).map_or_else(|| account_id.to_string(), |p| p.name.to_owned())
            }
        }
    }

    /// The streams of every account that its key sees and that show this.
    fn streams_of(
        &self,
        sees: Sees,
    ) -> impl Iterator<Item = (&AccountRow, &'static providers::Stream, Option<&StreamRow>)> {
        self.accounts.iter().flat_map(move |row| {
            let streams = known(row).into_iter().flat_map(|(provider, kind)| seen(provider, kind));
            streams.filter(move |stream| stream.sees == sees).map(move |stream| {
                let kept =
                    self.streams.iter().find(|kept| kept.account_id == row.id && kept.name == stream.name);
                (row, stream, kept)
            })
        })
    }

    /// Those among them that go by days, unless the provider has no such thing for the account. What estimates beside a bill is
    /// not asked how far the bills reach.
    pub(super) fn days_of(
        &self,
        sees: Sees,
    ) -> impl Iterator<Item = (&AccountRow, &'static providers::Stream, Option<&StreamRow>)> {
        self.streams_of(sees)
            .filter(|(_, stream, _)| stream.cursor != Cursor::Snapshot && !stream.beside)
            .filter(|(.., kept)| kept.is_none_or(|kept| kept.state != StreamState::Absent))
    }

    /// The oldest time up to which what was read at all is read, money and usage alike. The notes name what was not.
    pub(super) fn as_of(&self) -> Option<Timestamp> {
        let both = self.streams_of(Sees::Cost).chain(self.streams_of(Sees::Usage));
        both.filter_map(|(.., kept)| kept?.synced_at).min()
    }

    /// The oldest time up to which usage by the hour is read.
    pub(super) fn hours_as_of(&self) -> Option<Timestamp> {
        let hourly = self
            .streams_of(Sees::Usage)
            .filter(|(_, stream, _)| matches!(stream.cursor, Cursor::Hourly { .. }));
        hourly.filter_map(|(.., kept)| kept?.synced_at).min()
    }

    /// The days, end exclusive, on which the costs of every account that was read at all are booked.
    pub(super) fn covered(&self) -> Option<(Date, Date)> {
        let bills = || self.streams_of(Sees::Cost).filter(|(_, stream, _)| !stream.beside);
        let covered = || bills().filter_map(|(.., kept)| kept?.covered);
        Some((covered().map(|days| days.from).max()?, covered().map(|days| days.until).min()?))
    }

    /// The days, end exclusive, that are booked of an account: its costs, or its usage where its key sees no cost.
    pub(super) fn covered_of(&self, account: i64) -> Option<(Date, Date)> {
        let booked = |sees: Sees| {
            let of = self.days_of(sees).filter(move |(row, ..)| row.id == account);
            let spans =
                of.filter_map(|(.., kept)| kept?.covered).map(|covered| (covered.from, covered.until));
            spans.reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))
        };
        booked(Sees::Cost).or_else(|| booked(Sees::Usage))
    }

    /// The days, end exclusive, of which the costs of an account are booked.
    pub(super) fn billed_span(&self, account: i64) -> Option<(Date, Date)> {
        let of = self.days_of(Sees::Cost).filter(move |(row, ..)| row.id == account);
        let spans = of.filter_map(|(.., kept)| kept?.covered).map(|covered| (covered.from, covered.until));
        spans.reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))
    }

    /// The days, end exclusive, of which the usage of an account is booked; its costs, where its key sees no usage apart.
    pub(super) fn used_span(&self, account: i64) -> Option<(Date, Date)> {
        let booked = |sees: Sees| {
            let of = self.days_of(sees).filter(move |(row, ..)| row.id == account);
            let spans =
                of.filter_map(|(.., kept)| kept?.covered).map(|covered| (covered.from, covered.until));
            spans.reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))
        };
        booked(Sees::Usage).or_else(|| booked(Sees::Cost))
    }

    /// The oldest time up to which what was read of an account is read.
    pub(super) fn as_of_account(&self, account: i64) -> Option<Timestamp> {
        let both = self.streams_of(Sees::Cost).chain(self.streams_of(Sees::Usage));
        both.filter(|(row, ..)| row.id == account).filter_map(|(.., kept)| kept?.synced_at).min()
    }

    /// When an account was last told of by hand or by a file.
    pub(super) fn told_at(&self, account: i64) -> Option<Timestamp> {
        let of = self.streams.iter().filter(|kept| kept.account_id == account);
        of.filter_map(|kept| kept.synced_at).chain(self.entered.get(&account).copied()).max()
    }

    /// Why a figure over a range is missing or partial.
    pub(super) fn notes(&self, from: Date, to: Date, now: Timestamp) -> Vec<String> {
        let mut notes = Vec::new();
        if self.accounts.is_empty() {
            notes.push("No account is connected yet.".to_owned());
        }
        let today = now.utc_date();
        if from > today {
            notes.push("These days are still to come: nothing is known of them yet.".to_owned());
            return notes;
        }
        for (row, stream, kept) in self.days_of(Sees::Cost) {
            let label = self.label_of(row.id);
            let told_today = !matches!(
                stream.cursor,
                Cursor::Daily { today: false, .. } | Cursor::Monthly { today: false, .. }
            );
            match kept.and_then(|kept| kept.covered) {
                None => notes.push(format!("{label} is not read yet: nothing of what it bills is in here.")),
                Some(covered) => {
                    if from < covered.from {
                        notes.push(format!("{label} is known from {} on.", spoken(covered.from)));
                    }
                    let due = if told_today { today.plus_days(1) } else { today };
                    if covered.until < to.min(due) {
                        notes.push(format!(
                            "{label} is read up to {} only.",
                            spoken(covered.until.plus_days(-1))
                        ));
                    } else if !told_today && from <= today && today < to {
                        let day = spoken(today);
                        notes.push(format!("{label} tells complete days only: {day} is not in here yet."));
                    }
                }
            }
        }
        for row in &self.accounts {
            notes.extend(self.usage_note(row, to.min(today.plus_days(1))));
        }
        // What an account without a key has comes from files and by hand, and is in here as that.
        let keyed = || self.accounts.iter().filter(|row| row.account.key_place != KeyPlace::Nowhere);
        if keyed().any(|row| !self.streams_of(Sees::Cost).any(|(other, ..)| other.id == row.id)) {
            notes.push("Accounts whose key sees no cost are not in here.".to_owned());
        }
        notes
    }

    /// What tokens and list prices of an account lack, where its usage is behind.
    fn usage_note(&self, row: &AccountRow, due: Date) -> Option<String> {
        let behind: Vec<_> = self
            .days_of(Sees::Usage)
            .filter(|(of, ..)| of.id == row.id)
            .map(|(_, stream, kept)| (stream.name, kept.and_then(|kept| kept.covered)))
            .filter(|(_, covered)| covered.is_none_or(|covered| covered.until < due))
            .collect();
        let (first, covered) = behind.first()?;
        let label = self.label_of(row.id);
        let streams = match behind.len() {
            1 => (*first).to_owned(),
            more => format!("{first} and {} more", more - 1),
        };
        Some(match covered {
            Some(covered) => {
                let day = spoken(covered.until.plus_days(-1));
                format!("{label}: tokens and list price are read up to {day} only ({streams}).")
            }
            None => format!("{label}: tokens and list price lack {streams}, which is not read yet."),
        })
    }
}

impl Books {
    /// Whose money is of another lane than the sum is called by.
    fn lane_notes(&self, rows: &[RollupRow], period: Period, lane: Lane) -> Vec<String> {
        let others = report::of_other_lanes(rows, period, lane).into_iter();
        let words = |(account, lane): (i64, Lane)| {
            let label = self.label_of(account);
            match lane {
                Lane::Billed => format!("{label} is in here as billed."),
                Lane::Estimated => {
                    format!("{label} is in here as an estimate: it has no bill for these days.")
                }
                Lane::Logged => {
                    format!("{label} is in here from logs on this machine: it has no bill for these days.")
                }
                Lane::Entered => {
                    format!("{label} is in here from files or by hand: it has no bill for these days.")
                }
            }
        };
        others.map(words).collect()
    }
}

impl App {
    pub(super) async fn usage(&self, query: &UsageQuery) -> Result<Usage, ApiError> {
        let house = self.house().await;
        let now = self.now();
        let today = now.utc_date();
        let days =
            range(query.from.as_deref(), query.to.as_deref(), today.month_start(), today.plus_days(1))?;
        let books = Books::open(&house).await?;
        let (by, only, period) = (query.by, query.only.as_slice(), whole_days(days.0, days.1)?);
        let cut = Cut::open(&house, &books, Ask { by, only, period, hourly: false }).await?;
        let books = books.of(cut.accounts.as_ref());
        let sums = Sums::of(&cut, &books, by, days)?;
        let mut told = usage(&cut, &sums, &books, days, now)?;
        if query.compare {
            let before = Earlier::open(&house, &books, &query.only, by, days, today).await?;
            before.tell(&mut told, &sums, &cut, &books);
        }
        Ok(told)
    }
}

pub(super) fn whole_days(from: Date, to: Date) -> Result<Period, ApiError> {
    Period::utc_days(from, to).map_err(|error| ApiError::bad(error.to_string()))
}

/// The dates of a request, with those to use where it names none.
pub(super) fn range(
    from: Option<&str>,
    to: Option<&str>,
    default_from: Date,
    default_to: Date,
) -> Result<(Date, Date), ApiError> {
    let date = |text: Option<&str>| {
        text.map(str::parse::<Date>).transpose().map_err(|error| ApiError::bad(error.to_string()))
    };
    let to = date(to)?.unwrap_or(default_to);
    let from = date(from)?.unwrap_or_else(|| default_from.min(to.plus_days(-1)));
    if from >= to {
        return Err(ApiError::bad(format!(
            "the range is empty: {from} is not before {to}. The end is exclusive, so one day is {from} to {}",
            from.plus_days(1)
        )));
    }
    if to.days_since(from) > MOST_DAYS {
        return Err(ApiError::bad("the range is longer than ten years: ask for a shorter one"));
    }
    Ok((from, to))
}

/// The sums of a cut.
pub(super) struct Sums {
    pub(super) by: Grouping,
    pub(super) groups: BTreeMap<GroupKey, Totals>,
    pub(super) lanes: BTreeMap<GroupKey, Lane>,
    pub(super) total: Totals,
    pub(super) lane: Lane,
}

impl Sums {
    pub(super) fn of(cut: &Cut, books: &Books, by: Grouping, days: (Date, Date)) -> Result<Sums, ApiError> {
        let period = whole_days(days.0, days.1)?;
        let rows = || report::within(cut.grouped(), period);
        Ok(Sums {
            by,
            groups: report::group(rows(), |row| group_key(books, by, row))?,
            lanes: report::lanes(rows(), |row| group_key(books, by, row)),
            total: report::total(report::within(&cut.rows, period))?,
            lane: report::lane_of(&cut.rows),
        })
    }

    /// The groups in the order in which they are told, the dearest first; days in order.
    pub(super) fn sorted(&self) -> Vec<(&GroupKey, &Totals)> {
        let mut sorted: Vec<_> = self.groups.iter().collect();
        if self.by != Grouping::Day {
            let first = report::currency_to_draw([&self.total.billed]);
            let first = first.filter(|currency| !currency.is_own_unit());
            sorted.sort_by_key(|(_, totals)| std::cmp::Reverse(weight(totals, first)));
        }
        sorted
    }
}

pub(super) fn usage(
    cut: &Cut,
    sums: &Sums,
    books: &Books,
    (from, to): (Date, Date),
    now: Timestamp,
) -> Result<Usage, ApiError> {
    let period = whole_days(from, to)?;
    let Sums { by, groups, lanes, total, lane } = sums;
    let rows = &cut.rows;
    let mut notes = books.notes(from, to, now);
    notes.extend(books.lane_notes(rows, period, *lane));
    notes.extend(cut.notes.iter().cloned());
    if *by == Grouping::Model
        && groups.iter().any(|(group, totals)| group.key.is_none() && !totals.billed.is_empty())
    {
        notes.push("A provider that bills by line item does not say which model a bill is for.".to_owned());
    }
    if *by == Grouping::Session && !groups.is_empty() && groups.keys().all(|group| group.key.is_none()) {
        notes.push(
            "No session is known of these days: providers do not tell it. A file that does can be imported, its column named as session."
                .to_owned(),
        );
    }
    if total.requests.is_some() {
        let silent = without_requests(report::within(rows, period))?;
        for account in silent {
            notes.push(format!(
                "{} does not count requests: its own are not in the sum.",
                books.label_of(account)
            ));
        }
    }
    let mut called = group_names(books, *by, groups.keys());
    let beside = lanes_beside(report::beside(rows, period)?);
    let told = sums.sorted().into_iter().map(|(group, totals)| {
        let name = called.remove(group).unwrap_or_default();
        of_group(group, name, totals, lanes.get(group).copied().unwrap_or(*lane))
    });
    Ok(Usage {
        from: from.to_string(),
        to: to.to_string(),
        days: "UTC".to_owned(),
        by: *by,
        lane: name_of(*lane, Lane::NAMED).to_owned(),
        rows: told.collect(),
        total: row("All".to_owned(), total, *lane),
        before: None,
        beside,
        as_of: books.as_of().map(|at| at.to_string()),
        notes,
    })
}

pub(super) fn of_group(group: &GroupKey, name: String, totals: &Totals, lane: Lane) -> UsageRow {
    UsageRow {
        key: group.key.clone(),
        provider: group.provider.map(str::to_owned),
        account: group.account,
        ..row(name, totals, lane)
    }
}

/// The accounts that tell tokens and no requests.
pub(super) fn without_requests<'a>(
    rows: impl IntoIterator<Item = &'a RollupRow>,
) -> Result<Vec<i64>, ApiError> {
    let accounts = report::group(rows, |row| row.account_id)?;
    let silent = accounts.into_iter().filter(|(_, t)| t.requests.is_none() && t.input_tokens.is_some());
    Ok(silent.map(|(account, _)| account).collect())
}

/// By what groups are ranked: what they are billed, else what they cost at list price, else their tokens. Amounts of two currencies
/// are not compared: first comes the currency that is drawn, then other money, then units of a provider's own.
fn weight(totals: &Totals, first: Option<Currency>) -> Weight {
    let money = |of: &MixedMoney| {
        let there = of.iter().map(|(currency, total)| (currency, total.nearest()));
        let some = there.filter(|(currency, sum)| !currency.is_own_unit() && *sum > Decimal::ZERO);
        some.max_by_key(|(currency, sum)| (Some(*currency) == first, std::cmp::Reverse(*currency), *sum))
    };
    let all = |of: &MixedMoney| of.iter().map(|(_, total)| total.nearest()).max().unwrap_or_default();
    let (billed, listed) = (money(&totals.billed), money(&totals.listed));
    let tokens = totals.input_tokens.unwrap_or(0).saturating_add(totals.output_tokens.unwrap_or(0));
    let (rank, currency, sum) = match (billed, listed) {
        (Some((currency, sum)), _) => (if Some(currency) == first { 3 } else { 2 }, Some(currency), sum),
        (None, Some((currency, sum))) => (1, Some(currency), sum),
        (None, None) => (0, None, all(&totals.billed)),
    };
    (rank, std::cmp::Reverse(currency), sum, all(&totals.listed), tokens)
}

type Weight = (u8, std::cmp::Reverse<Option<Currency>>, Decimal, Decimal, u64);

fn row(name: String, totals: &Totals, lane: Lane) -> UsageRow {
    UsageRow {
        key: None,
        name,
        provider: None,
        account: None,
        billed: amounts(&totals.billed),
        listed: amounts(&totals.listed),
        input_tokens: totals.input_tokens,
        output_tokens: totals.output_tokens,
        requests: totals.requests,
        unpriced: totals.unpriced,
        lane: name_of(lane, Lane::NAMED).to_owned(),
        before: None,
        spark: None,
    }
}

pub(super) fn amounts(money: &MixedMoney) -> Vec<Amount> {
    money.iter().map(|(currency, total)| amount(total, currency)).collect()
}

pub(super) fn amount(total: Total, currency: crate::money::Currency) -> Amount {
    Amount { amount: total.to_string(), currency: currency.to_string() }
}

pub(super) fn lanes_beside(beside: Vec<(Lane, MixedMoney)>) -> Vec<LaneFigure> {
    let figure = |(lane, money): (Lane, MixedMoney)| LaneFigure {
        lane: name_of(lane, Lane::NAMED).to_owned(),
        billed: amounts(&money),
    };
    beside.into_iter().map(figure).collect()
}

/// The sums of a range as one figure.
pub(super) fn spend_figure(
    rows: &[RollupRow],
    books: &Books,
    (from, to): (Date, Date),
    now: Timestamp,
) -> Result<SpendFigure, ApiError> {
    let period = whole_days(from, to)?;
    let lane = report::lane_of(rows);
    let total = report::total(report::within(rows, period))?;
    let mut notes = books.notes(from, to, now);
    notes.extend(books.lane_notes(rows, period, lane));
    if total.billed.is_empty() && books.as_of().is_some() {
        notes.push("No provider reported a bill for these days yet.".to_owned());
    }
    Ok(SpendFigure {
        from: from.to_string(),
        to: to.to_string(),
        days: "UTC".to_owned(),
        lane: name_of(lane, Lane::NAMED).to_owned(),
        billed: amounts(&total.billed),
        listed: amounts(&total.listed),
        unpriced: total.unpriced,
        beside: lanes_beside(report::beside(rows, period)?),
        as_of: books.as_of().map(|at| at.to_string()),
        notes,
    })
}
