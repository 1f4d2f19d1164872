//! The period just before, beside the sums of a range. What of it is not wholly known is not told, with the reason.

use std::collections::{BTreeMap, BTreeSet};

use super::app::House;
use super::cuts::{Ask, Cut};
use super::figures::{Books, Sums, amounts, of_group, whole_days};
use super::groups::{GroupKey, group_names};
use super::steps::{spoken, spoken_range};
use super::{Amount, ApiError, Before, BeforeFigures, Grouping, Only, Usage, UsageRow};
use crate::ledger::{Lane, name_of};
use crate::money::MixedMoney;
use crate::providers::Sees;
use crate::report::Totals;
use crate::store::RollupRow;
use crate::time::Date;

/// The most groups that are told of which nothing is left.
const MOST_GONE: usize = 50;

/// The period before.
pub(super) struct Earlier {
    days: (Date, Date),
    cut: Cut,
    sums: Sums,
    /// By how much a day of it lies before its like.
    length: i64,
}

impl Earlier {
    /// As long as the range, as far as that is over.
    pub(super) async fn open(
        house: &House,
        books: &Books,
        only: &[Only],
        by: Grouping,
        (from, to): (Date, Date),
        today: Date,
    ) -> Result<Earlier, ApiError> {
        let until = to.min(today.plus_days(1)).max(from.plus_days(1));
        let length = until.days_since(from);
        let days = (from.plus_days(-length), from);
        // A day that is looked at alone has its like in the period before.
        let only: Vec<Only> = only.iter().map(|one| earlier(one, length)).collect();
        let period = whole_days(days.0, days.1)?;
        let cut = Cut::open(house, books, Ask { by, only: &only, period, hourly: false }).await?;
        let sums = Sums::of(&cut, books, by, days)?;
        Ok(Earlier { days, cut, sums, length })
    }

    /// Puts it beside the sums of the range.
    pub(super) fn tell(&self, usage: &mut Usage, now: &Sums, cut: &Cut, books: &Books) {
        let held = Held { books, days: self.days, before: &self.cut.rows, now: &cut.rows };
        let all: BTreeSet<i64> = books.accounts.iter().map(|row| row.id).collect();
        let nothing = Totals::default();
        let pairs: Vec<_> = now.sorted().into_iter().map(|(group, totals)| (group.clone(), totals)).collect();
        for ((group, totals), row) in pairs.into_iter().zip(&mut usage.rows) {
            let accounts = match (now.by, &group) {
                (_, GroupKey { account: Some(account), .. }) => [*account].into(),
                (_, GroupKey { provider: Some(provider), .. }) => {
                    let of = books.accounts.iter().filter(|row| row.account.provider == *provider);
                    of.map(|row| row.id).collect()
                }
                (Grouping::Client | Grouping::Tag, GroupKey { key: Some(name), .. }) => {
                    cut.owners(name).cloned().unwrap_or_default()
                }
                _ => all.clone(),
            };
            let like = self.like(&group);
            let lanes = [now.lanes.get(&group), self.sums.lanes.get(&like)].map(Option::<&Lane>::copied);
            let before = self.sums.groups.get(&like).unwrap_or(&nothing);
            row.before = Some(held.figures(&accounts, (totals, before), lanes));
        }
        let lanes = [Some(now.lane), (!self.cut.rows.is_empty()).then_some(self.sums.lane)];
        usage.total.before = Some(held.figures(&all, (&now.total, &self.sums.total), lanes));
        usage.before = Some(Before {
            from: self.days.0.to_string(),
            to: self.days.1.to_string(),
            gone: self.gone(now, books),
        });
    }

    /// The group of the period before that a group of this one is compared with.
    fn like(&self, group: &GroupKey) -> GroupKey {
        let day = |text: &str| Some(text.parse::<Date>().ok()?.plus_days(-self.length).to_string());
        match (self.sums.by, &group.key) {
            (Grouping::Day, Some(text)) => GroupKey { key: day(text), ..group.clone() },
            _ => group.clone(),
        }
    }

    fn gone(&self, now: &Sums, books: &Books) -> Vec<UsageRow> {
        if self.sums.by == Grouping::Day {
            return Vec::new();
        }
        let mut called = group_names(books, self.sums.by, self.sums.groups.keys());
        let gone = self.sums.sorted().into_iter().filter(|(group, _)| !now.groups.contains_key(*group));
        gone.take(MOST_GONE)
            .map(|(group, totals)| {
                let lane = self.sums.lanes.get(group).copied().unwrap_or(self.sums.lane);
                of_group(group, called.remove(group).unwrap_or_default(), totals, lane)
            })
            .collect()
    }
}

fn earlier(only: &Only, length: i64) -> Only {
    let moved = |text: &String| text.parse::<Date>().map(|day| day.plus_days(-length).to_string());
    match (only.by, only.key.as_ref().map(moved)) {
        (Grouping::Day, Some(Ok(day))) => Only { key: Some(day), ..only.clone() },
        _ => only.clone(),
    }
}

/// What is known of both periods.
struct Held<'a> {
    books: &'a Books,
    days: (Date, Date),
    before: &'a [RollupRow],
    now: &'a [RollupRow],
}

impl Held<'_> {
    fn figures(
        &self,
        accounts: &BTreeSet<i64>,
        (now, before): (&Totals, &Totals),
        lanes: [Option<Lane>; 2],
    ) -> BeforeFigures {
        let of_two_lanes = match lanes {
            [Some(now), Some(before)] if now != before => {
                let [now, before] = [now, before].map(|lane| name_of(lane, Lane::NAMED));
                Some(format!(
                    "The days before are told as {before} and these as {now}: that is not compared."
                ))
            }
            _ => None,
        };
        let nowhere = (now.billed.is_empty() && before.billed.is_empty())
            .then(|| "No bill tells it, in these days or in those before.".to_owned());
        let billed_unknown = self.unknown(accounts, Sees::Cost).or(of_two_lanes).or(nowhere);
        let usage_unknown = self.unknown(accounts, Sees::Usage);
        let count = |now: Option<u64>, before: Option<u64>| {
            if usage_unknown.is_some() { None } else { before.or(now.map(|_| 0)) }
        };
        BeforeFigures {
            billed: billed_unknown.is_none().then(|| with_noughts(&before.billed, &now.billed)),
            listed: usage_unknown.is_none().then(|| with_noughts(&before.listed, &now.listed)),
            input_tokens: count(now.input_tokens, before.input_tokens),
            output_tokens: count(now.output_tokens, before.output_tokens),
            requests: count(now.requests, before.requests),
            billed_unknown,
            usage_unknown,
        }
    }

    /// Why money or usage of some accounts is not wholly known of the days before.
    fn unknown(&self, accounts: &BTreeSet<i64>, sees: Sees) -> Option<String> {
        let (from, to) = self.days;
        let mut streams = BTreeMap::<i64, Vec<_>>::new();
        for (row, _, kept) in self.books.days_of(sees) {
            streams.entry(row.id).or_default().push(kept.and_then(|kept| kept.covered));
        }
        accounts.iter().find_map(|account| {
            let label = self.books.label_of(*account);
            let Some(covered) = streams.get(account) else { return self.untold(*account, sees, &label) };
            covered.iter().find_map(|covered| match covered {
                None => Some(format!("{label} is not read yet.")),
                Some(covered) if from < covered.from => {
                    Some(format!("{label} is known from {} on.", spoken(covered.from)))
                }
                Some(covered) if covered.until < to => {
                    Some(format!("{label} is read up to {} only.", spoken(covered.until.plus_days(-1))))
                }
                Some(_) => None,
            })
        })
    }

    /// The same of an account that is told by hand or by files: where it has figures now and had none before, nobody knows.
    fn untold(&self, account: i64, sees: Sees, label: &str) -> Option<String> {
        let tells = |rows: &[RollupRow]| {
            let sums =
                rows.iter().filter(|row| row.account_id == account && !row.beside).map(|row| &row.sums);
            let mut sums = sums;
            sums.any(|sums| match sees {
                Sees::Cost => sums.billed.is_some(),
                _ => sums.listed.is_some() || sums.input_tokens.is_some() || sums.requests.is_some(),
            })
        };
        (tells(self.now) && !tells(self.before)).then(|| {
            let (from, to) = self.days;
            let days = spoken_range((from, to));
            format!("Nothing of {label} was entered or imported from {days}.")
        })
    }
}

/// What was, with nought where a currency is in use now and was not then.
fn with_noughts(before: &MixedMoney, now: &MixedMoney) -> Vec<Amount> {
    let mut all = amounts(before);
    for (currency, _) in now.iter().filter(|(currency, _)| before.of(*currency).is_none()) {
        all.push(Amount { amount: "0".to_owned(), currency: currency.to_string() });
    }
    all
}
