//! What is assigned to clients and carries tags, in the door's words.

use std::collections::{BTreeMap, BTreeSet};

use super::app::{App, House};
use super::figures::Books;
use super::forms::wrong;
use super::keys::find_account;
use super::{ApiError, Assign, Assignment, Event};
use crate::ledger::{self, AssignedPart, AssignmentKind, NameOf, name_of, named};

const LONGEST_NAME: usize = 80;

impl App {
    pub(super) async fn assignments(&self) -> Result<Vec<Assignment>, ApiError> {
        assignments(&self.house().await).await
    }

    pub(super) async fn assign(&self, request: Assign) -> Result<Vec<Assignment>, ApiError> {
        let house = self.house().await;
        let Assign { assignment, on } = request;
        let kind = named(assignment.kind.trim(), AssignmentKind::NAMED)
            .ok_or_else(|| wrong("kind", format!("\"{}\" is not client or tag", assignment.kind)))?;
        let filled = |field: &'static str, text: String| {
            let text = text.trim();
            if text.is_empty() || text.chars().count() > LONGEST_NAME || text.chars().any(char::is_control) {
                return Err(wrong(field, format!("give a name of 1 to {LONGEST_NAME} characters")));
            }
            Ok(text.to_owned())
        };
        let part = match (assignment.project, assignment.key) {
            (Some(_), Some(_)) => {
                return Err(wrong("key", "give either a project or a key: leave one of the two out"));
            }
            (Some(project), None) => AssignedPart::Project(filled("project", project)?),
            (None, Some(key)) => AssignedPart::Key(filled("key", key)?),
            (None, None) => AssignedPart::Account,
        };
        let account_id = find_account(&house, assignment.account).await?.id;
        let name = filled("name", assignment.name)?;
        let one = ledger::Assignment { kind, name, account_id, part };
        if !on && !house.store.assignments().await?.contains(&one) {
            return Err(ApiError::bad(format!(
                "that is not assigned to {}, so it cannot be taken back",
                one.name
            )));
        }
        house.store.assign(&one, on).await?;
        self.tell(Event::Changed);
        assignments(&house).await
    }
}

async fn assignments(house: &House) -> Result<Vec<Assignment>, ApiError> {
    let in_words = |one: ledger::Assignment| {
        let (project, key) = match one.part {
            AssignedPart::Account => (None, None),
            AssignedPart::Project(project) => (Some(project), None),
            AssignedPart::Key(key) => (None, Some(key)),
        };
        Assignment {
            kind: name_of(one.kind, AssignmentKind::NAMED).to_owned(),
            name: one.name,
            account: one.account_id,
            project,
            key,
        }
    };
    Ok(house.store.assignments().await?.into_iter().map(in_words).collect())
}

/// What of which account belongs together: projects and keys by the provider's ids, and none of an account that is in as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) accounts: BTreeSet<i64>,
    pub(super) projects: BTreeSet<(i64, String)>,
    pub(super) keys: BTreeSet<(i64, String)>,
}

impl Parts {
    /// The accounts of which anything is in.
    pub(super) fn owners(&self) -> BTreeSet<i64> {
        let of =
            |known: &BTreeSet<(i64, String)>| known.iter().map(|(account, _)| *account).collect::<Vec<_>>();
        self.accounts.iter().copied().chain(of(&self.projects)).chain(of(&self.keys)).collect()
    }

    /// Whether a charge of an account with this project and key is in.
    pub(super) fn hold(&self, account: i64, project: Option<&str>, key: Option<&str>) -> bool {
        let within = |known: &BTreeSet<(i64, String)>, id: Option<&str>| {
            id.is_some_and(|id| known.contains(&(account, id.to_owned())))
        };
        self.accounts.contains(&account) || within(&self.projects, project) || within(&self.keys, key)
    }

    /// Whether something is plainly in both; a project and a key may still share charges.
    pub(super) fn meet(&self, other: &Parts) -> bool {
        let whole = |one: &Parts, other: &Parts| {
            let owners = other.owners();
            one.accounts.iter().any(|account| owners.contains(account))
        };
        whole(self, other)
            || whole(other, self)
            || !self.projects.is_disjoint(&other.projects)
            || !self.keys.is_disjoint(&other.keys)
    }

    /// The accounts of which both projects and keys are in.
    pub(super) fn both(&self) -> Vec<i64> {
        let by_project: BTreeSet<i64> = self.projects.iter().map(|(account, _)| *account).collect();
        let by_key: BTreeSet<i64> = self.keys.iter().map(|(account, _)| *account).collect();
        by_project.intersection(&by_key).copied().collect()
    }
}

/// All assignments, with the ids behind the names of projects and keys.
pub(super) struct Assigned {
    all: Vec<ledger::Assignment>,
    ids: BTreeMap<(i64, NameOf, String), Vec<String>>,
}

impl Assigned {
    pub(super) async fn open(house: &House) -> Result<Assigned, ApiError> {
        let mut ids = BTreeMap::<_, Vec<String>>::new();
        for (account, name) in house.store.names().await? {
            ids.entry((account, name.of, name.name)).or_default().push(name.id);
        }
        Ok(Assigned { all: house.store.assignments().await?, ids })
    }

    /// What an id or a name stands for within an account.
    fn ids(&self, account: i64, of: NameOf, called: &str) -> impl Iterator<Item = (i64, String)> {
        let by_name = self.ids.get(&(account, of, called.to_owned())).cloned().unwrap_or_default();
        by_name.into_iter().chain([called.to_owned()]).map(move |id| (account, id))
    }

    pub(super) fn project_everywhere(&self, books: &Books, project: &str) -> Parts {
        let all = books.accounts.iter().flat_map(|row| self.ids(row.id, NameOf::Project, project));
        Parts { projects: all.collect(), ..Parts::default() }
    }

    pub(super) fn key_everywhere(&self, books: &Books, key: &str) -> Parts {
        let all = books.accounts.iter().flat_map(|row| self.ids(row.id, NameOf::ApiKey, key));
        Parts { keys: all.collect(), ..Parts::default() }
    }

    pub(super) fn of_client(&self, name: &str) -> Parts {
        self.parts(AssignmentKind::Client, name)
    }

    pub(super) fn of_tag(&self, name: &str) -> Parts {
        self.parts(AssignmentKind::Tag, name)
    }

    /// Every client or tag, with what is assigned to it.
    pub(super) fn all_of(&self, kind: AssignmentKind) -> Vec<(String, Parts)> {
        let names: BTreeSet<&str> =
            self.all.iter().filter(|one| one.kind == kind).map(|one| one.name.as_str()).collect();
        names.into_iter().map(|name| (name.to_owned(), self.parts(kind, name))).collect()
    }

    fn parts(&self, kind: AssignmentKind, name: &str) -> Parts {
        let mut parts = Parts::default();
        for one in self.all.iter().filter(|one| one.kind == kind && one.name == name) {
            match &one.part {
                AssignedPart::Account => parts.accounts.extend([one.account_id]),
                AssignedPart::Project(project) => {
                    parts.projects.extend(self.ids(one.account_id, NameOf::Project, project));
                }
                AssignedPart::Key(key) => parts.keys.extend(self.ids(one.account_id, NameOf::ApiKey, key)),
            }
        }
        // What is in with its whole account is not counted once more.
        let Parts { accounts, projects, keys } = &mut parts;
        projects.retain(|(account, _)| !accounts.contains(account));
        keys.retain(|(account, _)| !accounts.contains(account));
        parts
    }
}
