//! What accounts hold, in the words of a screen: what providers report, and beside it what was entered by hand.

use super::app::House;
use super::told_lots::{LotBook, LotKey};
use super::{Amount, ApiError, BalanceReading, ErrorCode, GrantRow, QuotaRow, SubscriptionRow};
use crate::catalogue::CreditRules;
use crate::credit::{End, lifespan};
use crate::ledger::{
    Balance, BalanceKind, CreditGrant, Entered, EnteredAllowance, LotKind, QuotaReading, ResetRule,
    Subscription, name_of,
};
use crate::money::{Currency, Decimal, Money};
use crate::store::{AccountRow, EntryRow, LotOverride};
use crate::time::{Calendar, Timestamp};

/// What all accounts hold.
pub(super) struct Holdings {
    balances: Vec<(i64, Balance)>,
    quotas: Vec<(i64, QuotaReading)>,
    grants: Vec<(i64, CreditGrant)>,
    subscriptions: Vec<(i64, Subscription)>,
    entries: Vec<EntryRow>,
    rules: &'static CreditRules,
    said: Vec<LotOverride>,
    accounts: Vec<AccountRow>,
    calendar: Calendar,
}

/// What one account holds.
#[derive(Default)]
pub(super) struct Held {
    pub(super) balances: Vec<BalanceReading>,
    pub(super) quotas: Vec<QuotaRow>,
    pub(super) grants: Vec<GrantRow>,
    pub(super) subscriptions: Vec<SubscriptionRow>,
}

impl Holdings {
    pub(super) async fn open(house: &House, calendar: Calendar) -> Result<Holdings, ApiError> {
        Ok(Holdings {
            rules: CreditRules::bundled()
                .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?,
            said: house.store.lot_overrides().await?,
            accounts: house.store.accounts().await?,
            calendar,
            balances: house.store.latest_balances().await?,
            quotas: house.store.latest_quotas().await?,
            grants: house.store.credit_grants().await?,
            subscriptions: house.store.subscriptions().await?,
            entries: house.store.entries(None).await?,
        })
    }

    /// What an account holds, what is reported before what is entered.
    pub(super) fn of(&self, account: i64, now: Timestamp) -> Held {
        let mut held = Held {
            balances: of(&self.balances, account).map(balance_row).collect(),
            quotas: of(&self.quotas, account).map(quota_row).collect(),
            grants: of(&self.grants, account).map(grant_row).collect(),
            subscriptions: of(&self.subscriptions, account).map(subscription_row).collect(),
        };
        for row in self.entries.iter().filter(|row| row.account_id == account) {
            held.add(row, now);
        }
        self.add_ends(account, &mut held.grants);
        held
    }

    /// When lots lapse by their rule: the provider's own, or the person's.
    fn add_ends(&self, account: i64, rows: &mut [GrantRow]) {
        let Some(whose) = self.accounts.iter().find(|row| row.id == account) else { return };
        let Holdings { entries, grants, said, calendar, .. } = self;
        let book = LotBook { entries, grants, said: &[], rules: self.rules, calendar: *calendar };
        let said = |grant: &str| said.iter().find(|said| said.account_id == account && said.grant == grant);
        // Without what the person said every lot is there, in the order of the rows.
        for (row, mut lot) in rows.iter_mut().zip(book.of(whose)) {
            if let Some(LotKey::Grant(_, grant)) = LotKey::read(&lot.id) {
                lot.rule = said(grant).and_then(|said| said.rule).or(lot.rule);
            }
            row.rule = lot.rule.map(|rule| rule.to_string());
            // What lapses by inactivity has no end that stands.
            let life = lot.lot().and_then(|lot| lifespan(&lot, calendar).ok());
            let end = life.filter(|life| life.idle_days.is_none()).and_then(|life| life.end);
            match end {
                // The last day is a day of the person's own clock.
                Some(End::After(date)) => {
                    row.expires_at = Some(date.to_string());
                    row.lapses_at = Some(calendar.start_of(date.plus_days(1)).to_string());
                }
                Some(End::At(at)) => {
                    row.expires_at = Some(at.to_string());
                    row.lapses_at.clone_from(&row.expires_at);
                }
                None => {}
            }
        }
    }
}

fn of<T>(all: &[(i64, T)], account: i64) -> impl Iterator<Item = &T> {
    all.iter().filter(move |(of, _)| *of == account).map(|(_, one)| one)
}

impl Held {
    fn add(&mut self, row: &EntryRow, now: Timestamp) {
        let (entry, as_of) = (Some(row.id), row.changed_at.to_string());
        match &row.entered {
            Entered::Purchase(purchase) => self.grants.push(GrantRow {
                kind: name_of(purchase.lot, LotKind::NAMED).to_owned(),
                amount: Some(money(purchase.amount)),
                left: None,
                acquired_at: Some(purchase.acquired_on.to_string()),
                expires_at: purchase.expires_on().map(|date| date.to_string()),
                lapses_at: None,
                rule: None,
                note: purchase.note.clone(),
                as_of,
                entry,
            }),
            Entered::Balance(balance) => self.balances.push(BalanceReading {
                kind: name_of(BalanceKind::Credits, BalanceKind::NAMED).to_owned(),
                left: money(balance.amount),
                acquired: None,
                used: None,
                as_of: balance.as_of.to_string(),
                entry,
            }),
            Entered::Allowance(allowance) => self.quotas.push(QuotaRow {
                name: allowance.name.clone(),
                window: allowance.window.to_string(),
                unit: allowance.unit.to_string(),
                model: allowance.model.clone(),
                project: allowance.project.clone(),
                used: None,
                limit: Some(text(allowance.limit)),
                resets_at: next_reset(allowance, now).map(|at| at.to_string()),
                as_of,
                entry,
            }),
            Entered::Subscription(plan) => self.subscriptions.push(SubscriptionRow {
                plan: plan.plan.clone(),
                status: None,
                price: plan.price.map(money),
                period: Some(plan.period.to_string()),
                renews_at: plan.renews_on.map(|date| date.to_string()),
                as_of,
                entry,
            }),
            // It is among the charges.
            Entered::Cost(_) => {}
        }
    }
}

/// When an allowance is whole again, where its rule names an instant.
fn next_reset(allowance: &EnteredAllowance, now: Timestamp) -> Option<Timestamp> {
    match allowance.resets {
        ResetRule::Rolling | ResetRule::Never => None,
        ResetRule::Midnight { zone } => {
            let calendar = Calendar::new(zone);
            Some(calendar.start_of(calendar.date_of(now).plus_days(1)))
        }
        ResetRule::FirstOfMonth { zone } => {
            let calendar = Calendar::new(zone);
            Some(calendar.start_of(calendar.date_of(now).next_month_start()))
        }
    }
}

fn balance_row(balance: &Balance) -> BalanceReading {
    let currency = balance.amount.currency;
    BalanceReading {
        kind: name_of(balance.kind, BalanceKind::NAMED).to_owned(),
        left: money(balance.amount),
        acquired: balance.acquired.map(|acquired| amount(acquired, currency)),
        used: balance.used.map(|used| amount(used, currency)),
        as_of: balance.observed_at.to_string(),
        entry: None,
    }
}

fn quota_row(reading: &QuotaReading) -> QuotaRow {
    QuotaRow {
        name: reading.name.clone(),
        window: reading.window.to_string(),
        unit: reading.unit.to_string(),
        model: reading.model.clone(),
        project: reading.project.clone(),
        used: reading.used.map(text),
        limit: reading.limit.map(text),
        resets_at: reading.resets_at.map(|at| at.to_string()),
        as_of: reading.observed_at.to_string(),
        entry: None,
    }
}

fn grant_row(grant: &CreditGrant) -> GrantRow {
    GrantRow {
        kind: name_of(grant.kind, BalanceKind::NAMED).to_owned(),
        amount: grant.amount.map(|first| amount(first, grant.currency)),
        left: grant.left.map(|left| amount(left, grant.currency)),
        acquired_at: grant.acquired_at.map(|at| at.to_string()),
        expires_at: grant.expires_at.map(|at| at.to_string()),
        lapses_at: grant.expires_at.map(|at| at.to_string()),
        rule: None,
        note: None,
        as_of: grant.observed_at.to_string(),
        entry: None,
    }
}

fn subscription_row(plan: &Subscription) -> SubscriptionRow {
    SubscriptionRow {
        plan: plan.plan.clone(),
        status: plan.status.clone(),
        price: plan.price.map(money),
        period: plan.period.map(|period| period.to_string()),
        renews_at: plan.renews_at.map(|at| at.to_string()),
        as_of: plan.observed_at.to_string(),
        entry: None,
    }
}

fn money(money: Money) -> Amount {
    amount(money.amount, money.currency)
}

fn amount(amount: Decimal, currency: Currency) -> Amount {
    Amount { amount: text(amount), currency: currency.to_string() }
}

fn text(number: Decimal) -> String {
    number.normalize().to_string()
}
