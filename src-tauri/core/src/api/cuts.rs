//! What figures are made of: the rows of a period, as far as they are looked at, each with the group that it is of.

use std::collections::{BTreeMap, BTreeSet};

use super::app::House;
use super::assigning::{Assigned, Parts};
use super::figures::Books;
use super::groups::SEVERAL;
use super::{ApiError, Grouping, Only};
use crate::ledger::AssignmentKind;
use crate::report::Choice;
use crate::store::{Dimension, PieceFacet, RollupRow};
use crate::time::{Date, Period};

/// What charges are told apart by, in the order of the members of a facet.
const MEMBERS: [Dimension; 5] =
    [Dimension::Model, Dimension::Project, Dimension::Key, Dimension::Item, Dimension::Session];

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) by: Grouping,
    pub(super) only: &'a [Only],
    pub(super) period: Period,
    /// Whether hours are kept apart; then only what is known by the hour is in.
    pub(super) hourly: bool,
}

/// The rows of a period, lanes chosen.
pub(super) struct Cut {
    /// Each figure once. The member is the group, but for clients and tags.
    pub(super) rows: Vec<RollupRow>,
    /// Rows of clients and tags: the member is its name, and a row is in here for each.
    shared: Option<Vec<RollupRow>>,
    /// The same with each figure once, where any is of several: their own group.
    stacked: Option<Vec<RollupRow>>,
    /// The accounts that are looked at, where that is not all.
    pub(super) accounts: Option<BTreeSet<i64>>,
    /// Of clients and tags, whose accounts each has a part of.
    owners: BTreeMap<String, BTreeSet<i64>>,
    /// What is to be minded, in words.
    pub(super) notes: Vec<String>,
}

/// The kind of assignment that a grouping goes by.
const fn kind_of(by: Grouping) -> Option<AssignmentKind> {
    match by {
        Grouping::Client => Some(AssignmentKind::Client),
        Grouping::Tag => Some(AssignmentKind::Tag),
        _ => None,
    }
}

/// Which of a charge's members a grouping goes by.
fn member_of(by: Grouping) -> Option<usize> {
    let dimension = match by {
        Grouping::Model => Dimension::Model,
        Grouping::Project => Dimension::Project,
        Grouping::Key => Dimension::Key,
        Grouping::Item => Dimension::Item,
        Grouping::Session => Dimension::Session,
        Grouping::Day | Grouping::Provider | Grouping::Account | Grouping::Client | Grouping::Tag => {
            return None;
        }
    };
    MEMBERS.iter().position(|known| *known == dimension)
}

const PROJECT: usize = 1;
const KEY: usize = 2;

impl Cut {
    pub(super) async fn open(house: &House, books: &Books, ask: Ask<'_>) -> Result<Cut, ApiError> {
        let lens = Lens::of(house, books, ask).await?;
        lens.cut(house, books, ask).await
    }

    /// Rows that are chosen already, in groups of their own members.
    pub(super) const fn plain(rows: Vec<RollupRow>) -> Cut {
        Cut { rows, shared: None, stacked: None, accounts: None, owners: BTreeMap::new(), notes: Vec::new() }
    }

    /// The rows by group; those of clients and tags may hold a figure more than once.
    pub(super) fn grouped(&self) -> &[RollupRow] {
        self.shared.as_deref().unwrap_or(&self.rows)
    }

    /// The rows by group with each figure once, where that differs: what is of several is a group of its own.
    pub(super) fn stacked(&self) -> Option<&[RollupRow]> {
        self.stacked.as_deref()
    }

    /// The accounts of which a client or tag has a part.
    pub(super) fn owners(&self, name: &str) -> Option<&BTreeSet<i64>> {
        self.owners.get(name)
    }
}

/// Who is assigned what of one kind.
struct Shares(Vec<(String, Parts)>);

impl Shares {
    fn names<'a>(
        &'a self,
        account: i64,
        project: Option<&'a str>,
        key: Option<&'a str>,
    ) -> impl Iterator<Item = &'a str> {
        let has = move |parts: &&(String, Parts)| parts.1.hold(account, project, key);
        self.0.iter().filter(has).map(|(name, _)| name.as_str())
    }

    fn of_account(&self, account: i64) -> [bool; 2] {
        let has = |known: &BTreeSet<(i64, String)>| known.iter().any(|(of, _)| *of == account);
        let any =
            |part: fn(&Parts) -> &BTreeSet<(i64, String)>| self.0.iter().any(|(_, parts)| has(part(parts)));
        [any(|parts| &parts.projects), any(|parts| &parts.keys)]
    }
}

/// How rows are looked at: what each account's rows must tell, and which of them stay.
struct Lens {
    clients: Shares,
    tags: Shares,
    accounts: Option<BTreeSet<i64>>,
    /// By account: which members its rows must tell.
    needed: BTreeMap<i64, BTreeSet<usize>>,
}

impl Lens {
    async fn of(house: &House, books: &Books, Ask { by, only, .. }: Ask<'_>) -> Result<Lens, ApiError> {
        let groupings = || only.iter().map(|only| only.by).chain([by]);
        let is_asked = |kind: AssignmentKind| groupings().any(|by| kind_of(by) == Some(kind));
        let assigned = if is_asked(AssignmentKind::Client) || is_asked(AssignmentKind::Tag) {
            Some(Assigned::open(house).await?)
        } else {
            None
        };
        let shares = |kind: AssignmentKind| match &assigned {
            Some(assigned) if is_asked(kind) => Shares(assigned.all_of(kind)),
            _ => Shares(Vec::new()),
        };
        let (clients, tags) = (shares(AssignmentKind::Client), shares(AssignmentKind::Tag));
        let told: BTreeSet<usize> = groupings().filter_map(member_of).collect();
        let mut needed = BTreeMap::new();
        for row in &books.accounts {
            let mut members = told.clone();
            for shares in [&clients, &tags] {
                let [projects, keys] = shares.of_account(row.id);
                members.extend(
                    [(projects, PROJECT), (keys, KEY)].iter().filter(|(is, _)| *is).map(|(_, at)| *at),
                );
            }
            needed.insert(row.id, members);
        }
        let mut lens = Lens { clients, tags, accounts: None, needed };
        for one in only {
            let accounts = lens.accounts_of(books, one)?;
            lens.accounts = match (lens.accounts.take(), accounts) {
                (Some(held), Some(more)) => Some(held.intersection(&more).copied().collect()),
                (held, more) => held.or(more),
            };
        }
        Ok(lens)
    }

    /// The accounts that a group is of, where that is not all.
    fn accounts_of(&self, books: &Books, only: &Only) -> Result<Option<BTreeSet<i64>>, ApiError> {
        let wrong = |problem: String| {
            let mut error = ApiError::bad(problem);
            error.field = Some("only".to_owned());
            error
        };
        let mut sets: Vec<BTreeSet<i64>> = Vec::new();
        let of_provider = |id: &str| -> BTreeSet<i64> {
            books.accounts.iter().filter(|row| row.account.provider == id).map(|row| row.id).collect()
        };
        sets.extend(only.provider.as_deref().map(of_provider));
        sets.extend(only.account.map(|account| BTreeSet::from([account])));
        match (only.by, only.key.as_deref()) {
            (Grouping::Provider, Some(id)) => sets.push(of_provider(id)),
            (Grouping::Account, Some(id)) => {
                let id = id.parse().map_err(|_| wrong(format!("\"{id}\" is no number of an account")))?;
                sets.push([id].into());
            }
            (Grouping::Provider | Grouping::Account | Grouping::Day, None) => {
                return Err(wrong("a day, a provider or an account to look into needs its key".to_owned()));
            }
            (Grouping::Day, Some(day)) => {
                day.parse::<Date>().map_err(|error| wrong(error.to_string()))?;
            }
            (Grouping::Client | Grouping::Tag, Some(name)) => {
                let shares = if only.by == Grouping::Client { &self.clients } else { &self.tags };
                let parts = shares.0.iter().find(|(known, _)| known == name);
                sets.push(parts.map(|(_, parts)| parts.owners()).unwrap_or_default());
            }
            _ => {}
        }
        let common = |a: BTreeSet<i64>, b: BTreeSet<i64>| a.intersection(&b).copied().collect();
        Ok(sets.into_iter().reduce(common))
    }

    async fn cut(self, house: &House, books: &Books, ask: Ask<'_>) -> Result<Cut, ApiError> {
        let plain = if ask.hourly { Dimension::Hour } else { Dimension::Day };
        // Of one account all rows come from one place, so that each figure is in once.
        let place = |account: i64| match self.needed.get(&account) {
            Some(members) if members.len() == 1 && !ask.hourly => {
                members.first().and_then(|at| MEMBERS.get(*at)).copied().unwrap_or(plain)
            }
            _ => plain,
        };
        let scanned: Vec<i64> = self
            .needed
            .iter()
            .filter(|(_, members)| members.len() > usize::from(!ask.hourly))
            .map(|(account, _)| *account)
            .collect();
        let mut rows = Vec::new();
        let dimensions: BTreeSet<Dimension> = books.accounts.iter().map(|row| place(row.id)).collect();
        for dimension in dimensions {
            let all = house.store.rollup(dimension, ask.period).await?;
            rows.extend(all.into_iter().filter(|row| place(row.account_id) == dimension));
        }
        let choice = Choice::of(&rows);
        let mut facets = BTreeMap::new();
        if !scanned.is_empty() {
            rows.retain(|row| !scanned.contains(&row.account_id));
            facets = house.store.piece_facets().await?;
            facets.retain(|_, facet| Self::may_stay(facet, ask.only));
            let looked_at: Vec<i64> = scanned
                .iter()
                .copied()
                .filter(|id| self.accounts.as_ref().is_none_or(|accounts| accounts.contains(id)))
                .collect();
            rows.extend(house.store.pieces(&looked_at, ask.period, &facets, ask.hourly).await?);
        }
        choice.apply(&mut rows);
        let told = Told { scanned: &scanned, facets: &facets, place: &place };
        rows.retain(|row| self.stays(row, &told, ask.only));
        Ok(self.grouped(rows, &told, ask.by))
    }

    /// Whether charges of a facet can be among what is looked at.
    fn may_stay(facet: &PieceFacet, only: &[Only]) -> bool {
        only.iter().all(|one| match member_of(one.by) {
            Some(at) => facet.members.get(at).is_some_and(|member| *member == one.key),
            None => true,
        })
    }

    fn stays(&self, row: &RollupRow, told: &Told<'_>, only: &[Only]) -> bool {
        if self.accounts.as_ref().is_some_and(|accounts| !accounts.contains(&row.account_id)) {
            return false;
        }
        only.iter().all(|one| match (one.by, one.key.as_deref()) {
            (Grouping::Day, key) => key == Some(row.start.utc_date().to_string().as_str()),
            (Grouping::Provider | Grouping::Account, _) => true,
            (Grouping::Client, key) => Self::is_of(&self.clients, row, told, key),
            (Grouping::Tag, key) => Self::is_of(&self.tags, row, told, key),
            (by, key) => member_of(by).is_some_and(|at| told.member(row, at) == key),
        })
    }

    fn is_of(shares: &Shares, row: &RollupRow, told: &Told<'_>, name: Option<&str>) -> bool {
        let mut names = shares.names(row.account_id, told.member(row, PROJECT), told.member(row, KEY));
        match name {
            Some(name) => names.any(|known| known == name),
            None => names.next().is_none(),
        }
    }

    /// Gives each row the group that it is of.
    fn grouped(&self, mut rows: Vec<RollupRow>, told: &Told<'_>, by: Grouping) -> Cut {
        let mut cut = Cut {
            rows: Vec::new(),
            shared: None,
            stacked: None,
            accounts: self.accounts.clone(),
            owners: BTreeMap::new(),
            notes: Vec::new(),
        };
        if let Some(kind) = kind_of(by) {
            let assigned = if kind == AssignmentKind::Client { &self.clients } else { &self.tags };
            let mut shared = Vec::with_capacity(rows.len());
            let mut stacked = Vec::with_capacity(rows.len());
            let mut overlapping = BTreeSet::new();
            for row in &rows {
                let (project, key) = (told.member(row, PROJECT), told.member(row, KEY));
                let names: Vec<&str> = assigned.names(row.account_id, project, key).collect();
                if names.len() > 1 && !row.beside {
                    overlapping.extend(names.iter().map(|name| (*name).to_owned()));
                }
                let of = |name: Option<&str>| RollupRow { member: name.map(str::to_owned), ..row.clone() };
                stacked.push(of(match names.as_slice() {
                    [] => None,
                    [one] => Some(one),
                    _ => Some(SEVERAL),
                }));
                if names.is_empty() {
                    shared.push(of(None));
                } else {
                    shared.extend(names.into_iter().map(|name| of(Some(name))));
                }
            }
            cut.notes.extend(overlap(kind, &overlapping));
            if assigned.0.is_empty() {
                cut.notes.push(nothing_assigned(kind).to_owned());
            }
            cut.owners = assigned.0.iter().map(|(name, parts)| (name.clone(), parts.owners())).collect();
            if !overlapping.is_empty() {
                let of_any = cut.owners.values().flatten().copied().collect();
                cut.owners.insert(SEVERAL.to_owned(), of_any);
                cut.stacked = Some(stacked);
            }
            cut.shared = Some(shared);
        } else if let Some(at) = member_of(by) {
            for row in &mut rows {
                let member = told.member(row, at).map(str::to_owned);
                row.member = member;
            }
        }
        cut.rows = rows;
        cut
    }
}

fn overlap(kind: AssignmentKind, names: &BTreeSet<String>) -> Option<String> {
    let listed = names.iter().cloned().collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| match kind {
        AssignmentKind::Client => format!(
            "Something is assigned to several of {listed}: it is in the row of each, and in the total once, so the rows come to more than the total."
        ),
        AssignmentKind::Tag => format!(
            "The tags {listed} overlap: what carries several is in the row of each, and in the total once, so the rows come to more than the total."
        ),
    })
}

const fn nothing_assigned(kind: AssignmentKind) -> &'static str {
    match kind {
        AssignmentKind::Client => {
            "Nothing is assigned to a client yet: assign an account, a project or a key to one."
        }
        AssignmentKind::Tag => "Nothing carries a tag yet: give one to an account, a project or a key.",
    }
}

/// What rows tell, wherever they come from.
struct Told<'a> {
    scanned: &'a [i64],
    facets: &'a BTreeMap<i64, PieceFacet>,
    place: &'a dyn Fn(i64) -> Dimension,
}

impl Told<'_> {
    /// The member of a row in one place; none where nobody says, or where rows of its account were not to tell it.
    fn member<'b>(&'b self, row: &'b RollupRow, at: usize) -> Option<&'b str> {
        let member = row.member.as_deref();
        if self.scanned.contains(&row.account_id) {
            let facet = self.facets.get(&member?.parse().ok()?)?;
            return facet.members.get(at)?.as_deref();
        }
        if MEMBERS.get(at) == Some(&(self.place)(row.account_id)) { member } else { None }
    }
}
