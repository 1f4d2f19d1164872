//! What alerts are raised from, gathered from the books.

use std::collections::BTreeMap;

use super::app::{App, House};
use super::budgeting::{Likely, budget_stands};
use super::figures::Books;
use super::forecasting::{Balanced, days_left, spending_of};
use super::outlook::{DAYS_LOOKED_AT, Outlook};
use super::purses::LotStand;
use super::running::seen;
use super::states::known;
use super::{ApiError, LimitRow, UsedIs};
use crate::alert::{
    BalanceLeft, BudgetStand, Days, Facts, Key, KeyState, Lot, Plan, PriceChange, Quota, Range, Whose,
};
use crate::ledger::{BalanceKind, BudgetScope, Entered, EnteredBalance, ExpiryRule, QuotaWindow};
use crate::money::{self, Currency, Decimal, Money};
use crate::pricing;
use crate::store::{EntryRow, StreamRow, StreamState};
use crate::time::{BillingCycle, Calendar, Date, Timestamp};

/// Days that a spike is told from.
const DAYS_HELD: i64 = 36;
/// Of lots that lapse within so many days it is worked out what is at risk: more than the first reminder is ahead.
const REACH: usize = 92;

impl App {
    /// Everything that alerts are raised from.
    pub(super) async fn alert_facts(
        &self,
        house: &House,
        now: Timestamp,
        calendar: Calendar,
    ) -> Result<Facts, ApiError> {
        let books = Books::open(house).await?;
        let entries = house.store.entries(None).await?;
        let outlook = Outlook::open(house, &books, now.utc_date()).await?;
        let gather = Gather { books: &books, entries: &entries, outlook: &outlook, now, calendar };
        let limits = self.limits_of(house, now).await?;
        let (_, stands) = self.lots(house, None, now, REACH).await?;
        Ok(Facts {
            lots: stands.iter().map(|stand| gather.lot(stand)).collect(),
            balances: gather.balances(house).await?,
            budgets: budget_stands(house, &books, now).await?.iter().map(budget_fact).collect(),
            quotas: limits.rows.iter().filter_map(quota_fact).collect(),
            days: gather.days(),
            plans: gather.plans(house).await?,
            keys: gather.keys(),
            prices: gather.prices(),
        })
    }
}

struct Gather<'a> {
    books: &'a Books,
    entries: &'a [EntryRow],
    outlook: &'a Outlook,
    now: Timestamp,
    calendar: Calendar,
}

impl Gather<'_> {
    fn whose(&self, account: i64) -> Whose {
        Whose { account, label: self.books.label_of(account) }
    }

    fn lot(&self, stand: &LotStand) -> Lot {
        let told = &stand.told;
        let nearest = money::Total::nearest;
        Lot {
            id: told.id.clone(),
            whose: self.whose(told.account),
            currency: told.currency,
            left: stand.left.map(nearest),
            lapses_at: stand.lapses_at,
            at_risk: stand.at_risk.map(|risk| Range {
                p10: nearest(risk.p10),
                p50: nearest(risk.p50),
                p90: nearest(risk.p90),
            }),
            at_risk_unknown: stand.at_risk_unknown.clone(),
            needed_per_day: stand.needed_per_day.map(nearest),
            by_inactivity: matches!(told.rule, Some(ExpiryRule::AfterInactivity(_))),
            possible: stand.is_possible(),
        }
    }

    /// One balance an account and currency: what is told as a whole, else its kinds together; else what was entered last.
    async fn balances(&self, house: &House) -> Result<Vec<BalanceLeft>, ApiError> {
        let since = self.outlook.today.plus_days(-DAYS_LOOKED_AT).utc_start();
        let mut by_place = BTreeMap::<(i64, Currency), Told>::new();
        for series in house.store.balance_history(None, since).await? {
            let told = Told {
                kind: series.kind,
                readings: series.readings.iter().map(|reading| (reading.at, reading.amount)).collect(),
            };
            by_place
                .entry((series.account_id, series.currency))
                .and_modify(|held| match (held.kind, told.kind) {
                    (BalanceKind::Credits, _) => {}
                    (_, BalanceKind::Credits) => held.clone_from(&told),
                    _ => held.add(&told),
                })
                .or_insert(told);
        }
        let mut all = Vec::new();
        for ((account, currency), told) in &by_place {
            if let Some((at, amount)) = told.readings.last() {
                let amount = Money::new(*amount, *currency);
                let of =
                    Balanced { account: *account, kind: told.kind, amount, as_of: *at, date: at.utc_date() };
                all.push(self.balance(of, &told.readings)?);
            }
        }
        let mut entered = BTreeMap::<(i64, Currency), Balanced>::new();
        for row in self.entries {
            let Entered::Balance(EnteredBalance { amount, as_of: date }) = row.entered else { continue };
            let place = (row.account_id, amount.currency);
            if by_place.contains_key(&place) || entered.get(&place).is_some_and(|held| held.date > date) {
                continue;
            }
            let (account, kind, as_of) = (row.account_id, BalanceKind::Credits, row.changed_at);
            entered.insert(place, Balanced { account, kind, amount, as_of, date });
        }
        for balance in entered.into_values() {
            all.push(self.balance(balance, &[])?);
        }
        Ok(all)
    }

    fn balance(&self, balance: Balanced, readings: &[(Timestamp, Decimal)]) -> Result<BalanceLeft, ApiError> {
        let spending = spending_of(self.outlook, readings, &balance)?;
        let told = days_left(balance, self.books, spending.as_ref());
        // What nobody spends from does not run out, even where there is nothing.
        let is_spent = |day: &super::Spread| money::exact(&day.p50).is_ok_and(|day| day > Decimal::ZERO);
        let used = told.per_day.as_ref().is_some_and(is_spent);
        Ok(BalanceLeft {
            whose: self.whose(balance.account),
            kind: BalanceKind::Credits,
            currency: balance.amount.currency,
            left: balance.amount.amount,
            days: told.days.filter(|_| used).map(|days| [days.p10, days.p50, days.p90]),
            as_of: balance.as_of,
        })
    }

    fn days(&self) -> Vec<Days> {
        let days = |line: &super::outlook::Line| {
            let (from, until) = line.complete?;
            let first = from.max(until.plus_days(-DAYS_HELD));
            Some(Days {
                whose: self.whose(line.account),
                currency: line.currency,
                first,
                days: super::outlook::days(&[&line.by_day], first, until),
            })
        };
        self.outlook.lines.iter().filter_map(days).collect()
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
                words: refused.and_then(|stream| stream.message.as_deref()).map(super::failures::sentence),
            })
        };
        self.books.accounts.iter().filter_map(key).collect()
    }

    /// Prices that the list announces for a later day, of providers that an account is of.
    fn prices(&self) -> Vec<PriceChange> {
        let book = pricing::PriceBook::bundled();
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

/// A balance, reading by reading.
#[derive(Clone)]
struct Told {
    kind: BalanceKind,
    readings: Vec<(Timestamp, Decimal)>,
}

impl Told {
    /// Adds another kind of the same money: what was read at one time is one sum.
    fn add(&mut self, other: &Told) {
        let of = |readings: &[(Timestamp, Decimal)], at: Timestamp| {
            readings.iter().rev().find(|(read, _)| *read <= at).map_or(Decimal::ZERO, |(_, amount)| *amount)
        };
        let mut times: Vec<Timestamp> =
            self.readings.iter().chain(&other.readings).map(|(at, _)| *at).collect();
        times.sort_unstable();
        times.dedup();
        let sum = |at: &Timestamp| (*at, of(&self.readings, *at).saturating_add(of(&other.readings, *at)));
        self.readings = times.iter().map(sum).collect();
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

fn budget_fact(stand: &super::budgeting::Stand) -> BudgetStand {
    let range = match &stand.forecast {
        Likely::Range(range) => Some(range),
        Likely::Unsaid(_) => None,
    };
    BudgetStand {
        id: stand.id,
        label: stand.label.clone(),
        account: match stand.budget.scope {
            BudgetScope::Account(account) => Some(account),
            _ => None,
        },
        span: stand.budget.span,
        from: stand.span.0,
        to: stand.span.1,
        amount: stand.budget.amount.amount,
        currency: stand.budget.amount.currency,
        spent: stand.spent.map(money::Total::nearest),
        forecast: range.map(|range| Range { p10: range.p10, p50: range.p50, p90: range.p90 }),
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
