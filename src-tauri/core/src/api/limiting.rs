//! Limits: what providers report, what is counted here, what a person said or a refusal told.

use std::collections::BTreeMap;

use super::app::{App, House};
use super::figures::Books;
use super::keys::find_account;
use super::limit_histories;
use super::limit_rows::{Ranked, Whose, counted, reported};
use super::{
    ApiError, ChooseTier, ErrorCode, Event, LearnLimit, LearnedLimit, LearnedLimits, Limits, TierChoice,
    TierRow,
};
use crate::allowance::{Allowance, apart, best, count, learn, of_entry, of_tier};
use crate::catalogue::{FreeTiers, Scope, Span, Tier, TierKind};
use crate::ledger::{ChargeCategory, Entered, EnteredAllowance, Lane, LimitSource, NameOf, QuotaReading};
use crate::money::Currency;
use crate::store::{AccountRow, Dimension, EntryRow, Owner, RollupRow};
use crate::time::{Calendar, Period, Timestamp};

/// What an account was billed, and whether it counts anything, is looked for in so many days.
const LATELY: i64 = 35 * 86_400;
/// Readings are looked at for so long.
const LONGEST: i64 = 400 * 86_400;
/// What a person says where no free tier holds.
const NO_TIER: &str = "none";
/// The setting, before the account's number, and the detail that names a tier.
const TIER: &str = "free_tier";

/// What every account's limits are made from.
struct Desk<'a> {
    tiers: &'static FreeTiers,
    books: &'a Books,
    quotas: &'a [(i64, QuotaReading)],
    entries: &'a [EntryRow],
    names: &'a BTreeMap<(i64, String), String>,
    billed: &'a [i64],
    now: Timestamp,
    /// Readings of some time, where it is asked how limits were used of late.
    past: Option<Past>,
}

/// What was read of limits before.
struct Past {
    readings: Vec<(i64, QuotaReading)>,
    calendar: Calendar,
}

impl App {
    pub(super) async fn limits(&self) -> Result<Limits, ApiError> {
        let house = self.house().await;
        self.limits_of(&house, self.now()).await
    }

    /// The limits of every account of a store, as they stand at a time.
    pub(super) async fn limits_of(&self, house: &House, now: Timestamp) -> Result<Limits, ApiError> {
        let (ranked, choices) = self.ranked_limits(house, now, None).await?;
        Ok(Limits {
            now: now.to_string(),
            zone: self.calendar().await?.zone().name().to_owned(),
            rows: ranked.into_iter().map(|ranked| ranked.row).collect(),
            choices,
        })
    }

    /// The same in order, with how each was used of late where a calendar to say it by is given.
    pub(super) async fn ranked_limits(
        &self,
        house: &House,
        now: Timestamp,
        calendar: Option<Calendar>,
    ) -> Result<(Vec<Ranked>, Vec<TierChoice>), ApiError> {
        let past = match calendar {
            Some(calendar) => {
                let since = now.plus_seconds(-LONGEST);
                Some(Past { readings: house.store.quota_history(since).await?, calendar })
            }
            None => None,
        };
        let books = Books::open(house).await?;
        let names = house.store.names().await?.into_iter().filter(|(_, name)| name.of == NameOf::Project);
        let lately = Period { start: now.plus_seconds(-LATELY), end: now.plus_seconds(1) };
        let desk = Desk {
            tiers: tiers()?,
            quotas: &house.store.latest_quotas().await?,
            entries: &house.store.entries(None).await?,
            names: &names.map(|(account, name)| ((account, name.id), name.name)).collect(),
            billed: &billed(&house.store.rollup(Dimension::Day, lately).await?),
            books: &books,
            now,
            past,
        };
        let mut ranked = Vec::new();
        let mut choices = Vec::new();
        for account in &books.accounts {
            let chosen = chosen_tier(house, account).await?;
            ranked.extend(desk.rows_of(house, account, chosen.as_deref()).await?);
            choices.extend(desk.choice(account, chosen));
        }
        ranked.sort_by(Ranked::compare);
        Ok((ranked, choices))
    }

    /// Keeps the limits that a refusal told, each in the place of what an earlier one told of the same.
    pub(super) async fn learn_limit(&self, request: &LearnLimit) -> Result<LearnedLimits, ApiError> {
        let house = self.house().await;
        let account = find_account(&house, request.account).await?;
        let now = self.now();
        let learned = learn(&account.account.provider, &request.text, now)
            .map_err(|error| ApiError::bad(error.to_string()))?;
        let known = house.store.entries(Some(account.id)).await?;
        let mut limits = Vec::new();
        for new in learned.allowances {
            let before = known.iter().find_map(|row| {
                let old = learned_entry(row)?;
                let key =
                    |one: &EnteredAllowance| (one.unit, one.window, one.model.clone(), one.project.clone());
                (key(old) == key(&new)).then_some((row.id, old.limit))
            });
            let row = LearnedLimit {
                name: new.name.clone(),
                model: new.model.clone(),
                window: new.window.to_string(),
                unit: new.unit.to_string(),
                limit: new.limit.normalize().to_string(),
                before: before.map(|(_, limit)| limit.normalize().to_string()),
                entry: 0,
            };
            let entered = Entered::Allowance(new);
            let entry = match before {
                Some((id, _)) => {
                    self.before_change(&house, id).await?;
                    house.store.change_entry(id, &entered, now).await?;
                    id
                }
                None => house.store.add_entry(Owner::Account(account.id), &entered, now).await?,
            };
            limits.push(LearnedLimit { entry, ..row });
        }
        self.tell(Event::Changed);
        Ok(LearnedLimits {
            account: account.id,
            limits,
            retry_at: learned.retry_at.map(|at| at.to_string()),
            unclear: learned.unclear,
        })
    }

    /// Keeps which free tier an account is on.
    pub(super) async fn choose_tier(&self, request: &ChooseTier) -> Result<ChooseTier, ApiError> {
        let house = self.house().await;
        let account = find_account(&house, request.account).await?;
        let provider = &account.account.provider;
        if let Some(id) = request.tier.as_deref().filter(|id| *id != NO_TIER) {
            let mut known = tiers()?.of(provider, self.now().utc_date());
            if !known.any(|tier| tier.id == id) {
                let ids: Vec<&str> =
                    tiers()?.of(provider, self.now().utc_date()).map(|tier| tier.id.as_str()).collect();
                let choices = if ids.is_empty() {
                    "no free tier of this provider is known: enter its allowances by hand".to_owned()
                } else {
                    format!("use one of {}, or {NO_TIER}", ids.join(", "))
                };
                return Err(ApiError::bad(format!(
                    "\"{id}\" is no free tier of account {}: {choices}",
                    account.id
                )));
            }
        }
        house.store.set_setting(&setting(account.id), request.tier.as_deref().unwrap_or_default()).await?;
        self.tell(Event::Changed);
        Ok(request.clone())
    }
}

fn tiers() -> Result<&'static FreeTiers, ApiError> {
    FreeTiers::bundled().map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))
}

/// Whether who pays is hardly on a tier.
fn ends_by_paying(tier: &Tier) -> bool {
    tier.kind == TierKind::Free && !tier.also_when_paying
}

fn setting(account: i64) -> String {
    format!("{TIER}.{account}")
}

/// What the person said of an account: in the settings, else when it was added.
pub(super) async fn chosen_tier(house: &House, account: &AccountRow) -> Result<Option<String>, ApiError> {
    let said = house.store.setting(&setting(account.id)).await?;
    let said = said.or_else(|| account.account.details.get(TIER).cloned());
    Ok(said.filter(|tier| !tier.is_empty()))
}

/// The allowance of an entry that a refusal told.
fn learned_entry(row: &EntryRow) -> Option<&EnteredAllowance> {
    match &row.entered {
        Entered::Allowance(entry) if matches!(entry.source, LimitSource::Learned { .. }) => Some(entry),
        _ => None,
    }
}

/// The accounts that were billed something.
fn billed(rows: &[RollupRow]) -> Vec<i64> {
    let paid = rows.iter().filter(|row| {
        let kind = matches!(row.category, ChargeCategory::Usage | ChargeCategory::Purchase);
        let amount = row.sums.billed.map(crate::money::Total::nearest);
        kind && row.lane == Lane::Billed
            && amount.is_some_and(|amount| !amount.is_zero() && amount.is_sign_positive())
    });
    paid.map(|row| row.account_id).collect()
}

impl Desk<'_> {
    fn tier(&self, account: &AccountRow, chosen: Option<&str>) -> Option<&'static Tier> {
        let tier = self.tiers.find(chosen?)?;
        let over = tier.ended.is_some_and(|end| end <= self.now.utc_date());
        (tier.provider == account.account.provider && !over).then_some(tier)
    }

    fn readings(&self, account: i64) -> impl Iterator<Item = &QuotaReading> {
        self.quotas.iter().filter(move |(of, _)| *of == account).map(|(_, reading)| reading)
    }

    async fn rows_of(
        &self,
        house: &House,
        account: &AccountRow,
        chosen: Option<&str>,
    ) -> Result<Vec<Ranked>, ApiError> {
        let provider = account.account.provider.as_str();
        let tier = self.tier(account, chosen);
        let whose = Whose {
            account: account.id,
            label: self.books.label_of(account.id),
            provider: provider.to_owned(),
            names: self.names,
            tiers: self.tiers,
            now: self.now,
            // Whoever is billed hardly is on a free tier.
            doubtful: self.billed.contains(&account.id) && tier.is_some_and(ends_by_paying),
        };
        let mut allowances = tier.map(of_tier).unwrap_or_default();
        allowances.extend(self.entries.iter().filter(|row| row.account_id == account.id).filter_map(|row| {
            let Entered::Allowance(entry) = &row.entered else { return None };
            let published = self.tiers.reset_of(provider, entry.unit, Span::Window(entry.window));
            Some(of_entry(entry, row.changed_at.utc_date(), published))
        }));
        let mut rows = Vec::new();
        if !allowances.is_empty() {
            let counts = house.store.counts(account.id, self.span_of(&allowances)).await?;
            let by_project =
                self.tiers.of(provider, self.now.utc_date()).any(|tier| tier.scope == Scope::Project);
            let scope = if by_project { Scope::Project } else { Scope::Account };
            let mut all = Vec::new();
            for one in &allowances {
                all.extend(apart(one, scope, &counts));
            }
            allowances = best(all);
            for one in &allowances {
                if self.readings(account.id).any(|reading| one.is_of(reading)) {
                    continue;
                }
                let result = count(one, &counts, |stream| self.known_until(stream), self.now);
                let course = self.past.as_ref().and_then(|past| {
                    let first = counts.first().map(|row| row.period.start);
                    let covered = self.books.covered_of(account.id).map(|(first, _)| first.utc_start());
                    let known = (covered.or(first)?, |stream| self.known_until(stream));
                    limit_histories::counted(one, &counts, known, past.calendar, self.now)
                });
                rows.push(Ranked { course, ..counted(&whose, one, &result) });
            }
        }
        for reading in self.readings(account.id) {
            // Money that was spent against no limit is spend, and shown as that.
            let national = Currency::national(reading.unit.as_str()).is_ok_and(|unit| unit == reading.unit);
            if national && reading.limit.is_none() && !allowances.iter().any(|one| one.is_of(reading)) {
                continue;
            }
            let limit = allowances.iter().find(|one| one.limit.is_some() && one.is_of(reading));
            let limit = limit.filter(|one| !one.is_reported_by(reading));
            let course = self.course_of(account, reading, limit);
            rows.push(Ranked { course, ..reported(&whose, reading, limit) });
        }
        Ok(rows)
    }

    /// How what a provider reports was used of late.
    fn course_of(
        &self,
        account: &AccountRow,
        of: &QuotaReading,
        limit: Option<&Allowance>,
    ) -> Option<limit_histories::Course> {
        let past = self.past.as_ref()?;
        let since = limit_histories::reach(of.window, self.now);
        let key = |one: &QuotaReading| {
            (one.name.clone(), one.window, one.unit, one.model.clone(), one.project.clone())
        };
        let wanted = key(of);
        let same =
            past.readings.iter().filter(|(whose, one)| *whose == account.id && one.observed_at >= since);
        let readings: Vec<QuotaReading> =
            same.map(|(_, one)| one).filter(|one| key(one) == wanted).cloned().collect();
        let span = Span::Window(of.window);
        let rule = self.tiers.reset_of(&account.account.provider, of.unit, span);
        let reset = |at| rule.and_then(|rule| rule.stretch(span, at)).and_then(|stretch| stretch.resets_at);
        let known = limit.and_then(|limit| limit.limit).or(of.limit);
        limit_histories::told(&readings, known, reset, past.calendar, self.now)
    }

    /// The time over which charges are looked at: every stretch that counts, and long enough to tell a quiet account from one
    /// that counts nothing.
    fn span_of(&self, allowances: &[Allowance]) -> Period {
        let starts = allowances
            .iter()
            .filter_map(|one| one.resets.stretch(one.span, self.now))
            .map(|stretch| stretch.period.start);
        let before = allowances.iter().filter(|_| self.past.is_some());
        let starts = starts.chain(before.filter_map(|one| limit_histories::begin(one.span, self.now)));
        let lately = self.now.plus_seconds(-LATELY);
        Period { start: starts.min().unwrap_or(lately).min(lately), end: self.now.plus_seconds(1) }
    }

    /// Up to when a stream is known: a day that is not told yet is not known, whenever it was asked for.
    fn known_until(&self, stream: i64) -> Option<Timestamp> {
        let kept = self.books.streams.iter().find(|kept| kept.id == stream)?;
        let covered = kept.covered.map(|covered| covered.until.utc_start());
        kept.synced_at.into_iter().chain(covered).min()
    }

    /// What the person has to be asked of an account, where its provider does not report its free tier itself.
    fn choice(&self, account: &AccountRow, chosen: Option<String>) -> Option<TierChoice> {
        let tiers: Vec<&Tier> = self.tiers.of(&account.account.provider, self.now.utc_date()).collect();
        let is_reported =
            |one: &Allowance| self.readings(account.id).any(|reading| one.is_reported_by(reading));
        let reported = tiers.iter().any(|tier| of_tier(tier).iter().any(is_reported));
        if tiers.is_empty() || (reported && chosen.is_none()) {
            return None;
        }
        let row = |tier: &&Tier| TierRow {
            id: tier.id.clone(),
            name: tier.name.clone(),
            free: tier.kind == TierKind::Free,
            condition: tier.condition.clone(),
            terms: tier.terms.clone(),
        };
        Some(TierChoice {
            account: account.id,
            label: self.books.label_of(account.id),
            chosen,
            billed: self.billed.contains(&account.id) && tiers.iter().copied().any(ends_by_paying),
            tiers: tiers.iter().map(row).collect(),
        })
    }
}
