//! The lots that there are, as they are told: by providers, by hand, and what a person said of them.

use std::collections::BTreeSet;

use super::RuleBy;
use crate::catalogue::{CreditRule, CreditRules};
use crate::credit::{Acquired, Lot, Order};
use crate::ledger::{BalanceKind, CreditGrant, Entered, ExpiryRule, LotKind, LotSource};
use crate::money::{Currency, Decimal};
use crate::store::{AccountRow, EntryRow, LotOverride};
use crate::time::{Calendar, Timestamp};

/// A lot as it is told, before it is worked out what became of it.
#[derive(Debug, Clone)]
pub(super) struct ToldLot {
    pub(super) id: String,
    pub(super) account: i64,
    pub(super) kind: LotKind,
    pub(super) source: LotSource,
    pub(super) currency: Currency,
    pub(super) acquired: Option<Acquired>,
    pub(super) amount: Option<Decimal>,
    /// What the provider itself says is left.
    pub(super) left: Option<Decimal>,
    pub(super) rule: Option<ExpiryRule>,
    pub(super) rule_by: RuleBy,
    /// Where the rule is the provider's, of all lots of the kind: what is published of it.
    pub(super) published: Option<&'static CreditRule>,
    pub(super) note: Option<String>,
    pub(super) as_of: Timestamp,
}

/// What is told of all lots.
pub(super) struct LotBook<'a> {
    pub(super) entries: &'a [EntryRow],
    pub(super) grants: &'a [(i64, CreditGrant)],
    pub(super) said: &'a [LotOverride],
    pub(super) rules: &'static CreditRules,
    pub(super) calendar: Calendar,
}

/// Whose id a lot has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LotKey<'a> {
    /// An entry's.
    Entry(i64),
    /// A provider's: the account, and its own id.
    Grant(i64, &'a str),
}

impl<'a> LotKey<'a> {
    /// Reads `entry-12` and `grant-3-…`.
    pub(super) fn read(id: &'a str) -> Option<LotKey<'a>> {
        if let Some(number) = id.strip_prefix("entry-") {
            return number.parse().ok().map(LotKey::Entry);
        }
        let (account, grant) = id.strip_prefix("grant-")?.split_once('-')?;
        Some(LotKey::Grant(account.parse().ok()?, grant))
    }
}

/// The id of a lot that a provider reports.
pub(super) fn grant_id(account: i64, grant: &str) -> String {
    format!("grant-{account}-{grant}")
}

impl LotBook<'_> {
    /// The lots of an account that are in account.
    pub(super) fn of(&self, account: &AccountRow) -> Vec<ToldLot> {
        let provider = account.account.provider.as_str();
        let reported = self.grants.iter().filter(|(of, _)| *of == account.id).filter_map(|(of, grant)| {
            let said = self.said.iter().find(|said| said.account_id == *of && said.grant == grant.id);
            let left_out = said.is_some_and(|said| said.left_out);
            (!left_out).then(|| self.reported(*of, provider, grant, said))
        });
        let entered = self.entries.iter().filter(|row| row.account_id == account.id);
        reported.chain(entered.filter_map(|row| self.entered(provider, row))).collect()
    }

    /// The ids of the reported lots of an account that a person left out.
    pub(super) fn left_out(&self, account: i64) -> BTreeSet<String> {
        let said = self.said.iter().filter(|said| said.account_id == account && said.left_out);
        said.map(|said| grant_id(account, &said.grant)).collect()
    }

    fn reported(
        &self,
        account: i64,
        provider: &str,
        grant: &CreditGrant,
        said: Option<&LotOverride>,
    ) -> ToldLot {
        let kind = match grant.kind {
            BalanceKind::Granted => LotKind::Granted,
            BalanceKind::Purchased | BalanceKind::Credits => LotKind::Purchased,
        };
        let acquired = grant.acquired_at.map(Acquired::At);
        // What was neither called bought nor given has no rule of either.
        let usual = self.usual(provider, kind, grant.currency).filter(|_| grant.kind != BalanceKind::Credits);
        let own = said.and_then(|said| said.rule).map(|rule| (rule, RuleBy::Person));
        let told = grant.expires_at.map(|at| (ExpiryRule::At(at), RuleBy::Reported));
        let (rule, rule_by, published) = self.settled(own.or(told), usual, acquired);
        ToldLot {
            id: grant_id(account, &grant.id),
            account,
            kind,
            source: LotSource::Reported,
            currency: grant.currency,
            acquired,
            amount: grant.amount,
            left: grant.left,
            rule,
            rule_by,
            published,
            note: said.and_then(|said| said.note.clone()),
            as_of: grant.observed_at,
        }
    }

    fn entered(&self, provider: &str, row: &EntryRow) -> Option<ToldLot> {
        let Entered::Purchase(lot) = &row.entered else { return None };
        let acquired = Some(Acquired::On(lot.acquired_on));
        let usual = self.usual(provider, lot.lot, lot.amount.currency);
        let own = lot.rule.map(|rule| (rule, RuleBy::Person));
        let (rule, rule_by, published) = self.settled(own, usual, acquired);
        Some(ToldLot {
            id: format!("entry-{}", row.id),
            account: row.account_id,
            kind: lot.lot,
            source: lot.source,
            currency: lot.amount.currency,
            acquired,
            amount: Some(lot.amount.amount),
            left: None,
            rule,
            rule_by,
            published,
            note: lot.note.clone(),
            as_of: row.changed_at,
        })
    }

    fn usual(&self, provider: &str, kind: LotKind, currency: Currency) -> Option<&'static CreditRule> {
        self.rules.usual(provider, kind, currency)
    }

    /// The rule that holds, who says so, and what is published where it is the provider's usual one.
    fn settled(
        &self,
        own: Option<(ExpiryRule, RuleBy)>,
        usual: Option<&'static CreditRule>,
        acquired: Option<Acquired>,
    ) -> (Option<ExpiryRule>, RuleBy, Option<&'static CreditRule>) {
        if let Some((rule, by)) = own {
            return (Some(rule), by, None);
        }
        let date = acquired.map(|acquired| acquired.date(&self.calendar));
        match usual.and_then(|usual| Some((usual.of(date?)?, usual))) {
            Some((rule, usual)) => (Some(rule), RuleBy::Provider, Some(usual)),
            None => (None, RuleBy::Nobody, None),
        }
    }
}

impl ToldLot {
    /// The lot as it can be replayed; nothing where its amount or its beginning is not told. One of which nobody says when it lapses
    /// does not.
    pub(super) fn lot(&self) -> Option<Lot> {
        Some(Lot {
            id: self.id.clone(),
            kind: self.kind,
            currency: self.currency,
            amount: self.amount?,
            acquired: self.acquired?,
            rule: self.rule.unwrap_or(ExpiryRule::Never),
        })
    }
}

/// The order in which a provider spends kinds of credit.
pub(super) fn order_of(rules: &CreditRules, provider: &str) -> Order {
    let Some(order) = rules.order_of(provider) else { return Order::default() };
    let groups: Vec<&[LotKind]> = order.iter().map(std::slice::from_ref).collect();
    Order::of(&groups)
}
