//! What a client cost, line by line: straight from the charges, since an invoice wants day, project and model at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::app::App;
use super::assigning::{Assigned, Parts};
use super::figures::{Books, amount, lanes_beside, range, whole_days};
use super::files::{self, What};
use super::forms::wrong;
use super::steps::spoken_range;
use super::{ApiError, ClientRow, ClientSum, ClientSummary, ClientSummaryQuery};
use crate::export::cell;
use crate::ledger::{AssignmentKind, Lane, NameOf, name_of};
use crate::money::{Currency, MixedMoney, MoneyError, Total};
use crate::report::Choice;
use crate::store::{Dimension, PieceFacet, RollupRow};
use crate::time::Date;

const WHAT: What = What { name: "the summary", example: "client.csv", begins: &[b"date,account,provider,"] };
const HEAD: &str = "date,account,provider,project,key,model,item,lane,currency,amount,as_of\r\n";

/// What lines are told apart by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place<'a> {
    date: Date,
    account: i64,
    /// Model, project, key and item.
    members: [Option<&'a str>; 4],
    lane: Lane,
    currency: Currency,
}

impl App {
    pub(super) async fn client_summary(&self, query: &ClientSummaryQuery) -> Result<ClientSummary, ApiError> {
        if let Some(path) = &query.path {
            files::place(path, WHAT)?;
        }
        let house = self.house().await;
        let now = self.now();
        let today = now.utc_date();
        let days =
            range(query.from.as_deref(), query.to.as_deref(), today.month_start(), today.plus_days(1))?;
        let period = whole_days(days.0, days.1)?;
        let clients = Assigned::open(&house).await?.all_of(AssignmentKind::Client);
        let (client, parts) = of_client(&clients, query.client.trim())?;
        let owners = parts.owners();
        let books = Books::open(&house).await?.of(Some(&owners));
        let by_day = house.store.rollup(Dimension::Day, period).await?;
        let mut facets = house.store.piece_facets().await?;
        facets.retain(|_, facet| facet.currencies[0].is_some());
        let mut rows = Vec::new();
        for account in &owners {
            let own: Vec<RollupRow> =
                by_day.iter().filter(|row| row.account_id == *account).cloned().collect();
            let mut pieces = house.store.pieces(&[*account], period, &facets, false).await?;
            // Of each account by itself: what a gateway computed is no less the client's for another account's bill.
            Choice::of(&own).apply(&mut pieces);
            rows.append(&mut pieces);
        }
        let sums = sums(&rows, &facets, parts)?;
        let mut totals = BTreeMap::<Lane, MixedMoney>::new();
        for (place, total) in &sums {
            totals.entry(place.lane).or_default().add(*total, place.currency)?;
        }
        let mut notes = books.notes(days.0, days.1, now);
        notes.extend(shared(&clients, client, parts));
        notes.extend(unnamed(&sums, parts, &books));
        let estimated = totals.keys().any(|lane| matches!(lane, Lane::Estimated | Lane::Logged));
        if estimated {
            notes.push(
                "What is estimated or logged is no bill: it has lines and a sum of its own.".to_owned(),
            );
        }
        if sums.is_empty() {
            let days = spoken_range(days);
            if query.path.is_some() {
                return Err(wrong(
                    "from",
                    format!(
                        "nothing of {client} is known from {days}, so no file was written: choose other days"
                    ),
                ));
            }
            notes.push(format!("Nothing of {client} is known from {days}."));
        }
        let told: Vec<ClientRow> = sums.iter().map(|(place, total)| line(place, *total, &books)).collect();
        let as_of = books.as_of().map(|at| at.to_string());
        let csv = written(&told, (days.0, as_of.as_deref()), &notes);
        let (csv, path) = match &query.path {
            Some(path) => (String::new(), Some(files::keep(path, csv.into_bytes(), WHAT).await?)),
            None => (csv, None),
        };
        Ok(ClientSummary {
            client: client.to_owned(),
            from: days.0.to_string(),
            to: days.1.to_string(),
            days: "UTC".to_owned(),
            sums: by_project(&sums, &books)?,
            rows: told,
            totals: lanes_beside(totals.into_iter().collect()),
            as_of,
            notes,
            csv,
            path,
        })
    }
}

fn of_client<'a>(clients: &'a [(String, Parts)], name: &str) -> Result<(&'a str, &'a Parts), ApiError> {
    let found = clients.iter().find(|(known, _)| known == name);
    found.map(|(known, parts)| (known.as_str(), parts)).ok_or_else(|| {
        let known = clients.iter().map(|(known, _)| known.as_str()).collect::<Vec<_>>().join(", ");
        let there_are = if known.is_empty() {
            "assign an account, a project or a key to one first".to_owned()
        } else {
            format!("there are {known}")
        };
        wrong("client", format!("\"{name}\" is no client: {there_are}"))
    })
}

fn sums<'a>(
    rows: &[RollupRow],
    facets: &'a BTreeMap<i64, PieceFacet>,
    parts: &Parts,
) -> Result<BTreeMap<Place<'a>, Total>, ApiError> {
    let mut sums = BTreeMap::<Place<'a>, Total>::new();
    for row in rows.iter().filter(|row| !row.beside) {
        let (Some(billed), Some(currency)) = (row.sums.billed, row.currency) else { continue };
        let facet = row.member.as_deref().and_then(|id| id.parse().ok()).and_then(|id: i64| facets.get(&id));
        let Some(facet) = facet else { continue };
        let [model, project, key, item, _] = facet.members.each_ref().map(Option::as_deref);
        if !parts.hold(row.account_id, project, key) {
            continue;
        }
        let place = Place {
            date: row.start.utc_date(),
            account: row.account_id,
            members: [model, project, key, item],
            lane: row.lane,
            currency,
        };
        let sum = sums.entry(place).or_default();
        *sum = sum.checked_add(billed).ok_or(MoneyError::Overflow(currency))?;
    }
    Ok(sums)
}

/// What each project came to by model, the most first. A bill that names no model is told by its own words.
fn by_project(sums: &BTreeMap<Place<'_>, Total>, books: &Books) -> Result<Vec<ClientSum>, ApiError> {
    let mut all = BTreeMap::new();
    for (place, total) in sums {
        let [model, project, _, item] = place.members;
        let item = if model.is_some() { None } else { item };
        let sum: &mut Total =
            all.entry((place.account, project, model, item, place.lane, place.currency)).or_default();
        *sum = sum.checked_add(*total).ok_or(MoneyError::Overflow(place.currency))?;
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|((.., lane, currency), total)| (*lane, *currency, std::cmp::Reverse(total.nearest())));
    let told = |((account, project, model, item, lane, currency), total): (_, Total)| {
        let project: Option<&str> = project;
        let model: Option<&str> = model;
        let item: Option<&str> = item;
        let named = |id| books.names.get(account, NameOf::Project, id).unwrap_or(id).to_owned();
        ClientSum {
            account,
            label: books.label_of(account),
            provider: books.provider_of(account).map_or("", |provider| provider.id).to_owned(),
            project: project.map(named),
            model: model.map(str::to_owned),
            item: item.map(str::to_owned),
            lane: name_of(lane, Lane::NAMED).to_owned(),
            billed: amount(total, currency),
        }
    };
    Ok(all.into_iter().map(told).collect())
}

fn line(place: &Place<'_>, total: Total, books: &Books) -> ClientRow {
    let [model, project, key, item] = place.members;
    let named = |of: NameOf, id: Option<&str>| {
        let id = id?;
        Some(books.names.get(place.account, of, id).unwrap_or(id).to_owned())
    };
    ClientRow {
        date: place.date.to_string(),
        account: place.account,
        label: books.label_of(place.account),
        provider: books.provider_of(place.account).map_or("", |provider| provider.id).to_owned(),
        project: named(NameOf::Project, project),
        key: named(NameOf::ApiKey, key),
        model: model.map(str::to_owned),
        item: item.map(str::to_owned),
        lane: name_of(place.lane, Lane::NAMED).to_owned(),
        billed: amount(total, place.currency),
    }
}

/// What of the client is another client's too.
fn shared(clients: &[(String, Parts)], client: &str, parts: &Parts) -> Option<String> {
    let others = clients.iter().filter(|(name, other)| name != client && parts.meet(other));
    let others = others.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    (!others.is_empty())
        .then(|| format!("Some of this is assigned to {others} too: it is in the summary of each."))
}

/// The projects and keys that no bill of these days names.
fn unnamed(sums: &BTreeMap<Place<'_>, Total>, parts: &Parts, books: &Books) -> Vec<String> {
    let in_bills = |of: usize| -> BTreeSet<(i64, &str)> {
        sums.keys().filter_map(|place| Some((place.account, place.members[of]?))).collect()
    };
    let told = |of: usize, ids: &BTreeSet<(i64, String)>, kind: NameOf, noun: &str| {
        let there = in_bills(of);
        let mut called = BTreeMap::<(i64, String), bool>::new();
        // A name may stand for several ids, and is one of them itself.
        for (account, id) in ids {
            let name = books.names.get(*account, kind, id).unwrap_or(id).to_owned();
            *called.entry((*account, name)).or_default() |= there.contains(&(*account, id.as_str()));
        }
        let silent = called.into_iter().filter(|(_, is_there)| !is_there);
        silent
            .map(|((account, name), _)| {
                format!("No bill of {} names the {noun} {name} on these days.", books.label_of(account))
            })
            .collect::<Vec<_>>()
    };
    let mut notes = told(1, &parts.projects, NameOf::Project, "project");
    notes.extend(told(2, &parts.keys, NameOf::ApiKey, "key"));
    notes
}

/// The lines, each with the time up to which was read, and what is to be minded behind them.
fn written(rows: &[ClientRow], (first, as_of): (Date, Option<&str>), notes: &[String]) -> String {
    let mut csv = HEAD.to_owned();
    let as_of = cell(as_of.unwrap_or_default());
    for row in rows {
        let texts = [
            row.date.as_str(),
            &row.label,
            &row.provider,
            row.project.as_deref().unwrap_or_default(),
            row.key.as_deref().unwrap_or_default(),
            row.model.as_deref().unwrap_or_default(),
            row.item.as_deref().unwrap_or_default(),
            &row.lane,
            &row.billed.currency,
        ];
        for text in texts {
            csv.push_str(&cell(text));
            csv.push(',');
        }
        let _ = write!(csv, "{},{as_of}\r\n", row.billed.amount);
    }
    for note in notes {
        let _ = write!(csv, "{first},,,,,,{},note,,,{as_of}\r\n", cell(note));
    }
    csv
}
