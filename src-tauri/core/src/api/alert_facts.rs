//! What alerts are raised from, gathered from the books.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::alert_figures::{Gather, Trouble, budget_fact};
use super::app::{App, House};
use super::budgeting::budget_stands;
use super::figures::Books;
use super::running::seen;
use super::states::known;
use super::{ApiError, LimitRow, UsedIs};
use crate::alert::{
    BalanceLeft, BudgetStand, Days, Facts, Key, KeyState, Lot, Plan, PriceChange, Quota, Settings, Whose,
};
use crate::ledger::{AlertRule, Entered, QuotaWindow};
use crate::money;
use crate::pricing::PriceBook;
use crate::store::{EntryRow, StreamRow, StreamState};
use crate::time::{BillingCycle, Calendar, Date, Timestamp};

/// What takes longer to work out is looked at again after so many seconds at least; whatever is read or entered, at once.
const KEPT: i64 = 3_600;

/// What alerts are raised from and takes longer to work out: it changes only with what was read or entered.
#[derive(Clone)]
struct Slow {
    lots: Vec<Lot>,
    balances: Vec<BalanceLeft>,
    budgets: Vec<BudgetStand>,
    days: Vec<Days>,
    trouble: Trouble,
    sample: bool,
}

/// What was worked out last, with the mark of what it was worked out from.
#[derive(Default)]
pub(super) struct AlertMemory {
    forgotten: AtomicU64,
    kept: Mutex<Option<(u64, Slow)>>,
}

impl AlertMemory {
    /// Something was read or entered here.
    pub(super) fn forget(&self) {
        self.forgotten.fetch_add(1, Ordering::Relaxed);
    }

    /// Of which accounts nothing could be worked out at the last look, in words.
    pub(super) fn trouble(&self, house: &House) -> Option<String> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let slow = kept.as_ref().map(|(_, slow)| slow).filter(|slow| slow.sample == house.sample)?;
        let words = &slow.trouble.words;
        (!words.is_empty()).then(|| format!("Some reminders cannot be worked out. {}", words.join(" ")))
    }
}

impl App {
    /// Everything that alerts are raised from.
    pub(super) async fn alert_facts(
        &self,
        house: &House,
        settings: &Settings,
        now: Timestamp,
        calendar: Calendar,
    ) -> Result<Facts, ApiError> {
        let books = Books::open(house).await?;
        let entries = house.store.entries(None).await?;
        let mark = self.mark(house, &books, &entries, settings, (now, calendar)).await?;
        let lock = || self.alert_memory().kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = lock().as_ref().filter(|(known, _)| *known == mark).map(|(_, slow)| slow.clone());
        let slow = if let Some(slow) = kept {
            slow
        } else {
            let slow = self.slow_facts(house, settings, &entries, now).await?;
            *lock() = Some((mark, slow.clone()));
            slow
        };
        let limits = self.limits_of(house, now).await?;
        let Slow { lots, balances, budgets, days, trouble, .. } = slow;
        let quick = Quick { books: &books, entries: &entries, now, calendar };
        Ok(Facts {
            lots,
            balances,
            budgets,
            days,
            quotas: limits.rows.iter().filter_map(quota_fact).collect(),
            plans: quick.plans(house).await?,
            keys: quick.keys(),
            prices: quick.prices(&house.book().await?),
            unheard: trouble.accounts,
        })
    }

    async fn slow_facts(
        &self,
        house: &House,
        settings: &Settings,
        entries: &[EntryRow],
        now: Timestamp,
    ) -> Result<Slow, ApiError> {
        // What is at risk is asked of lots that are within the first reminder.
        let farthest = settings.rule(AlertRule::Expiry).steps.into_iter().max().unwrap_or_default();
        let reach = usize::try_from(farthest).unwrap_or_default() + 1;
        let (purses, stands) = self.lots(house, None, now, reach).await?;
        let (books, outlook) = (&purses.books, &purses.outlook);
        let gather = Gather { books, entries, outlook, settings };
        let known = |account: i64| purses.all.iter().any(|purse| purse.account == account);
        let unknown = books.accounts.iter().map(|row| row.id).filter(|account| !known(*account));
        let mut trouble = Trouble { accounts: unknown.collect(), words: purses.notes.clone() };
        Ok(Slow {
            lots: stands.iter().map(|stand| gather.lot(stand)).collect(),
            balances: gather.balances(house, &mut trouble).await?,
            budgets: budget_stands(house, books, now).await?.iter().map(budget_fact).collect(),
            days: gather.days(),
            trouble,
            sample: house.sample,
        })
    }

    /// A number that is another one when anything is that the slower facts are worked out from, also by another program.
    async fn mark(
        &self,
        house: &House,
        books: &Books,
        entries: &[EntryRow],
        settings: &Settings,
        (now, calendar): (Timestamp, Calendar),
    ) -> Result<u64, ApiError> {
        let mut hash = DefaultHasher::new();
        house.sample.hash(&mut hash);
        self.alert_memory().forgotten.load(Ordering::Relaxed).hash(&mut hash);
        (now.unix().div_euclid(KEPT), calendar.zone().name()).hash(&mut hash);
        for row in &books.accounts {
            (row.id, &row.account.label, &row.account.provider).hash(&mut hash);
        }
        for stream in &books.streams {
            let covered = stream.covered.map(|covered| (covered.from, covered.until));
            (stream.id, covered, stream.synced_at).hash(&mut hash);
        }
        for entry in entries {
            (entry.id, entry.account_id, entry.changed_at).hash(&mut hash);
        }
        format!(
            "{:?} {:?} {:?} {settings:?}",
            house.store.budgets().await?,
            house.store.assignments().await?,
            house.store.lot_overrides().await?,
        )
        .hash(&mut hash);
        Ok(hash.finish())
    }
}

/// What is looked at anew each time.
struct Quick<'a> {
    books: &'a Books,
    entries: &'a [EntryRow],
    now: Timestamp,
    calendar: Calendar,
}

impl Quick<'_> {
    fn whose(&self, account: i64) -> Whose {
        Whose { account, label: self.books.label_of(account) }
    }

    async fn plans(&self, house: &House) -> Result<Vec<Plan>, ApiError> {
        let mut plans = Vec::new();
        for (account, told) in house.store.subscriptions().await? {
            // One that was ended does not renew.
            let ended = told.status.as_deref().is_some_and(|status| {
                let status = status.to_ascii_lowercase();
                ["cancel", "expired", "ended", "inactive"].iter().any(|word| status.contains(word))
            });
            if let Some(renews_at) = told.renews_at.filter(|_| !ended) {
                let price = told.price.map(|price| (price.amount, price.currency));
                plans.push(Plan { whose: self.whose(account), plan: told.plan, price, renews_at });
            }
        }
        let today = self.calendar.date_of(self.now);
        for row in self.entries {
            if let Entered::Subscription(entry) = &row.entered
                && let Some(renews_on) = entry.renews_on.map(|date| next_renewal(date, entry.period, today))
                && !plans.iter().any(|plan| plan.whose.account == row.account_id && plan.plan == entry.plan)
            {
                plans.push(Plan {
                    whose: self.whose(row.account_id),
                    plan: entry.plan.clone(),
                    price: entry.price.map(|price| (price.amount, price.currency)),
                    renews_at: self.calendar.start_of(renews_on),
                });
            }
        }
        Ok(plans)
    }

    fn keys(&self) -> Vec<Key> {
        let key = |row: &crate::store::AccountRow| {
            let (provider, kind) = known(row)?;
            let streams: Vec<&StreamRow> = seen(provider, kind)
                .filter_map(|stream| {
                    let mut kept = self.books.streams.iter();
                    kept.find(|kept| kept.account_id == row.id && kept.name == stream.name)
                })
                .collect();
            if streams.is_empty() {
                return None;
            }
            // What a key never saw it cannot have stopped seeing.
            let refused = streams.iter().find(|stream| {
                let read = stream.synced_at.is_some();
                stream.state == StreamState::KeyRejected || (stream.state == StreamState::Forbidden && read)
            });
            let works = |stream: &&StreamRow| matches!(stream.state, StreamState::Ok | StreamState::Absent);
            Some(Key {
                whose: self.whose(row.id),
                state: match refused {
                    Some(_) => KeyState::Refused,
                    None if streams.iter().any(works) => KeyState::Works,
                    None => KeyState::Unheard,
                },
                was_read: streams.iter().any(|stream| stream.synced_at.is_some()),
                words: refused.and_then(|stream| stream.message.as_deref()).map(super::failures::sentence),
            })
        };
        self.books.accounts.iter().filter_map(key).collect()
    }

    /// Prices that the list announces for a later day, of providers that an account is of.
    fn prices(&self, book: &PriceBook) -> Vec<PriceChange> {
        let mut providers: Vec<&str> =
            self.books.accounts.iter().map(|row| row.account.provider.as_str()).collect();
        providers.sort_unstable();
        providers.dedup();
        let announced = |provider: &&str| book.announced(provider, self.now.utc_date());
        let change = |(model, from): (String, Date)| PriceChange {
            words: format!(
                "The price list announces another price for {model}. It is counted once a later list confirms it."
            ),
            model,
            from,
        };
        providers.iter().flat_map(announced).map(change).collect()
    }
}

/// The next day on which a plan renews that a person entered once.
fn next_renewal(first: Date, period: QuotaWindow, today: Date) -> Date {
    if first >= today {
        return first;
    }
    match period {
        QuotaWindow::Month => {
            let cycle = BillingCycle::monthly_on(first.day()).unwrap_or(BillingCycle::CALENDAR_MONTH);
            let (start, end) = cycle.containing(today);
            if start == today { start } else { end }
        }
        QuotaWindow::Week => first.plus_days((today.days_since(first) + 6) / 7 * 7),
        QuotaWindow::Year => {
            let in_year = |year: i32| {
                (0..3).find_map(|back| Date::new(year, first.month(), first.day().saturating_sub(back)).ok())
            };
            let this = in_year(today.year()).filter(|date| *date >= today);
            this.or_else(|| in_year(today.year() + 1)).unwrap_or(first)
        }
        // Of other periods nobody knows the next.
        _ => first,
    }
}

/// A limit as a rule sees it: one that is set and counted, over a window that is known.
fn quota_fact(row: &LimitRow) -> Option<Quota> {
    if row.configured {
        return None;
    }
    Some(Quota {
        whose: Whose { account: row.account, label: row.label.clone() },
        name: row.name.clone(),
        window: row.window.parse().ok()?,
        model: row.model.clone(),
        project: row.project.clone(),
        unit: row.unit.parse().ok()?,
        used: row.used.as_deref().and_then(|used| money::exact(used).ok()),
        at_most: row.used_is == UsedIs::AtMost,
        limit: money::exact(row.limit.as_deref()?).ok()?,
        resets_at: row.resets_at.as_deref().and_then(|at| at.parse().ok()),
    })
}
