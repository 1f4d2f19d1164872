//! The groups of sums: what tells them apart, and what they are called.

use std::collections::{BTreeMap, HashMap};

use super::figures::Books;
use super::{Grouping, Only};
use crate::ledger::{Name, NameOf};
use crate::providers;
use crate::store::RollupRow;

/// The member of what is assigned to several clients, or carries several tags. Nobody can type it.
pub(super) const SEVERAL: &str = "\u{1f}several";

/// The group of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GroupKey {
    /// Its provider, where one matters.
    pub(super) provider: Option<&'static str>,
    /// The day, id or model; none where the provider does not say.
    pub(super) key: Option<String>,
    /// Its account, where it is of one: what is an account's own never appears under another.
    pub(super) account: Option<i64>,
}

impl GroupKey {
    /// Whether it is of several clients or tags, and so none that can be looked into.
    pub(super) fn is_several(&self) -> bool {
        self.key.as_deref() == Some(SEVERAL)
    }

    /// What looks into the group alone.
    pub(super) fn only(&self, by: Grouping) -> Only {
        Only { by, key: self.key.clone(), provider: self.provider.map(str::to_owned), account: self.account }
    }
}

/// What projects and keys are called, by account and id.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<(i64, NameOf), HashMap<String, String>>);

impl Names {
    pub(super) fn of(told: Vec<(i64, Name)>) -> Names {
        let mut names = Names::default();
        for (account, Name { of, id, name }) in told {
            names.0.entry((account, of)).or_default().insert(id, name);
        }
        names
    }

    pub(super) fn get(&self, account: i64, of: NameOf, id: &str) -> Option<&str> {
        self.0.get(&(account, of))?.get(id).map(String::as_str)
    }
}

pub(super) fn group_key(books: &Books, by: Grouping, row: &RollupRow) -> GroupKey {
    let provider = books.provider_of(row.account_id).map(|provider| provider.id);
    let account = Some(row.account_id);
    match by {
        Grouping::Day => {
            GroupKey { provider: None, key: Some(row.start.utc_date().to_string()), account: None }
        }
        Grouping::Provider => GroupKey { provider, key: provider.map(str::to_owned), account: None },
        Grouping::Account => GroupKey { provider, key: Some(row.account_id.to_string()), account },
        // The same model may be had from two providers, at two prices.
        Grouping::Model | Grouping::Item => GroupKey { provider, key: row.member.clone(), account: None },
        Grouping::Project | Grouping::Key | Grouping::Session => {
            GroupKey { provider, key: row.member.clone(), account }
        }
        Grouping::Client | Grouping::Tag => {
            GroupKey { provider: None, key: row.member.clone(), account: None }
        }
    }
}

/// What each group is called. Groups that would be called the same are told apart by their ids, accounts or providers.
pub(super) fn group_names<'a>(
    books: &Books,
    by: Grouping,
    groups: impl Iterator<Item = &'a GroupKey>,
) -> BTreeMap<&'a GroupKey, String> {
    let mut called: Vec<_> = groups
        .map(|group| {
            let name = group_name(books, by, group);
            let apart = apart(books, by, group, &name);
            (group, name, Vec::new(), apart.into_iter())
        })
        .collect();
    loop {
        let mut times = HashMap::<(String, Vec<String>), usize>::new();
        for (_, name, added, _) in &called {
            *times.entry((name.clone(), added.clone())).or_default() += 1;
        }
        let mut further = false;
        for (_, name, added, left) in &mut called {
            let shared = times.get(&(name.clone(), added.clone())).is_some_and(|times| *times > 1);
            if let Some(more) = shared.then(|| left.next()).flatten() {
                added.push(more);
                further = true;
            }
        }
        if !further {
            break;
        }
    }
    let whole = |name: String, added: &[String]| {
        if added.is_empty() { name } else { format!("{name} ({})", added.join(", ")) }
    };
    called.into_iter().map(|(group, name, added, _)| (group, whole(name, &added))).collect()
}

/// A group in words.
fn group_name(books: &Books, by: Grouping, group: &GroupKey) -> String {
    let GroupKey { provider, key, account } = group;
    let provider = provider.and_then(providers::find).map_or("", |provider| provider.name);
    let name = |of| books.names.get((*account)?, of, key.as_deref()?).map(str::to_owned);
    let known = match by {
        Grouping::Project => name(NameOf::Project),
        Grouping::Key => name(NameOf::ApiKey),
        _ => None,
    };
    match (by, key) {
        (Grouping::Provider, _) => provider.to_owned(),
        (Grouping::Account, Some(id)) => id.parse().map_or_else(|_| id.clone(), |id| books.label_of(id)),
        (Grouping::Client, Some(key)) if key == SEVERAL => "Several clients".to_owned(),
        (Grouping::Tag, Some(key)) if key == SEVERAL => "Several tags".to_owned(),
        (_, Some(key)) => known.unwrap_or_else(|| key.clone()),
        (Grouping::Model, None) => format!("{provider}, model not reported"),
        (Grouping::Project, None) => format!("{provider}, no project reported"),
        (Grouping::Key, None) => format!("{provider}, key not reported"),
        (Grouping::Item, None) => format!("{provider}, no line item reported"),
        (Grouping::Session, None) => format!("{provider}, no session reported"),
        (Grouping::Client, None) => "Not assigned to a client".to_owned(),
        (Grouping::Tag, None) => "Without a tag".to_owned(),
        (Grouping::Day | Grouping::Account, None) => String::new(),
    }
}

/// What tells a group apart from others of its name, the most telling first.
fn apart(books: &Books, by: Grouping, group: &GroupKey, name: &str) -> Vec<String> {
    let GroupKey { provider, key, account } = group;
    let number = account.map(|id| format!("account {id}"));
    match by {
        Grouping::Day | Grouping::Provider | Grouping::Client | Grouping::Tag => Vec::new(),
        Grouping::Account => number.into_iter().collect(),
        Grouping::Model | Grouping::Item => {
            provider.and_then(providers::find).map(|provider| provider.name.to_owned()).into_iter().collect()
        }
        Grouping::Project | Grouping::Key | Grouping::Session => {
            let id = key.clone().filter(|id| id != name);
            let label = account.map(|id| books.label_of(id));
            [id, label, number].into_iter().flatten().collect()
        }
    }
}

/// What is looked at alone, in words.
pub(super) fn one_name(books: &Books, only: &Only) -> String {
    let provider = only.provider.as_deref().or(match only.by {
        Grouping::Provider => only.key.as_deref(),
        _ => None,
    });
    let group = GroupKey {
        provider: provider.and_then(providers::find).map(|provider| provider.id),
        key: only.key.clone(),
        account: only.account,
    };
    group_name(books, only.by, &group)
}
