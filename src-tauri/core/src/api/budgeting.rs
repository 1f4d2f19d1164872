//! Budgets in the door's words: what each counts, how it stands, and what its span is likely to come to.

use std::collections::{BTreeMap, BTreeSet};

use super::app::{App, House};
use super::assigning::{Assigned, Parts};
use super::failures::sentence;
use super::figures::{Books, whole_days};
use super::forecasting::{going_on_unknown, reason, spread};
use super::forms::{Sign, money, refused, wrong};
use super::outlook::{DAYS_LOOKED_AT, Line, Outlook, Split, split};
use super::{ApiError, BudgetId, BudgetOf, BudgetRow, Event, SetBudget};
use crate::chart::Unit;
use crate::forecast::{self, Course, Forecast};
use crate::ledger::{Budget, BudgetScope, BudgetSpan, Lane, name_of, named};
use crate::money::{Decimal, Money, MoneyError, Total, whole_percent};
use crate::providers;
use crate::report;
use crate::store::{self, Dimension, RollupRow, StoreError};
use crate::time::{Date, Timestamp};

const LONGEST_NAME: usize = 80;

/// What is billed, by every dimension that a budget asks for.
pub(super) struct Bills<'a> {
    house: &'a House,
    books: &'a Books,
    assigned: Assigned,
    today: Date,
    rows: BTreeMap<Dimension, Vec<RollupRow>>,
}

/// What a span is likely to come to.
pub(super) enum Likely {
    Range(forecast::Spread),
    /// Nothing is said of it, and why.
    Unsaid(String),
}

/// A budget as it stands.
pub(super) struct Stand {
    pub(super) id: i64,
    pub(super) budget: Budget,
    pub(super) label: String,
    pub(super) span: (Date, Date),
    pub(super) spent: Option<Total>,
    pub(super) lane: Lane,
    pub(super) as_of: Option<Timestamp>,
    pub(super) forecast: Likely,
    pub(super) notes: Vec<String>,
}

impl App {
    pub(super) async fn budgets(&self) -> Result<Vec<BudgetRow>, ApiError> {
        let house = self.house().await;
        let books = Books::open(&house).await?;
        self.budget_rows(&house, &books).await
    }

    /// Every budget, the one closest to its end first.
    pub(super) async fn budget_rows(&self, house: &House, books: &Books) -> Result<Vec<BudgetRow>, ApiError> {
        let now = self.now();
        let stands = budget_stands(house, books, now).await?;
        let mut rows: Vec<BudgetRow> = stands.iter().map(|stand| budget_row(stand, now)).collect();
        // Of which nothing is known comes last.
        rows.sort_by_key(|row| (std::cmp::Reverse(row.percent), row.id));
        Ok(rows)
    }

    pub(super) async fn set_budget(&self, request: SetBudget) -> Result<BudgetRow, ApiError> {
        let house = self.house().await;
        let books = Books::open(&house).await?;
        let span = named(request.span.trim(), BudgetSpan::NAMED)
            .ok_or_else(|| wrong("span", format!("\"{}\" is not day, week or month", request.span)))?;
        let amount = money("amount", &request.amount, &request.currency, Sign::Positive)?;
        let budget = Budget { scope: scope(request.of, &books)?, span, amount };
        let now = self.now();
        let id = match request.id {
            None => house.store.add_budget(&budget, now).await,
            Some(id) => match self.change_budget(&house, id, &budget).await {
                Ok(true) => Ok(id),
                Ok(false) => return Err(no_such_budget(id)),
                Err(error) => Err(error),
            },
        };
        let id = match id {
            Err(StoreError::Taken) => {
                let same = |row: &store::BudgetRow| {
                    (&row.budget.scope, row.budget.span, row.budget.amount.currency)
                        == (&budget.scope, budget.span, budget.amount.currency)
                };
                let known = house.store.budgets().await?.into_iter().find(same);
                let which = known.map_or_else(String::new, |row| format!(": change budget {}", row.id));
                return Err(refused("of", format!("there is such a budget already{which}")));
            }
            id => id?,
        };
        self.tell(Event::Changed);
        self.budget_row(&house, id).await
    }

    /// A budget as it stands.
    pub(super) async fn budget_row(&self, house: &House, id: i64) -> Result<BudgetRow, ApiError> {
        let books = Books::open(house).await?;
        let rows = self.budget_rows(house, &books).await?;
        rows.into_iter().find(|row| row.id == id).ok_or_else(|| no_such_budget(id))
    }

    async fn change_budget(&self, house: &House, id: i64, budget: &Budget) -> Result<bool, StoreError> {
        let before = house.store.budget(id).await?;
        let changed = house.store.change_budget(id, budget, self.now()).await?;
        if let Some(row) = before {
            self.keep_budget(house, row);
        }
        Ok(changed)
    }

    pub(super) async fn remove_budget(&self, BudgetId { id }: BudgetId) -> Result<BudgetId, ApiError> {
        let house = self.house().await;
        let before = house.store.budget(id).await?;
        if !house.store.remove_budget(id).await? {
            return Err(no_such_budget(id));
        }
        if let Some(row) = before {
            self.keep_budget(&house, row);
        }
        self.tell(Event::Changed);
        Ok(BudgetId { id })
    }
}

fn no_such_budget(id: i64) -> ApiError {
    ApiError::bad(format!("there is no budget {id}"))
}

/// What a budget is of, where there is such a thing.
fn scope(of: BudgetOf, books: &Books) -> Result<BudgetScope, ApiError> {
    let name = |field: &'static str, text: String| {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > LONGEST_NAME {
            return Err(wrong(field, format!("give a name of 1 to {LONGEST_NAME} characters")));
        }
        Ok(text.to_owned())
    };
    Ok(match of {
        BudgetOf::All => BudgetScope::All,
        BudgetOf::Provider { provider } => {
            let known = providers::find(provider.trim()).ok_or_else(|| {
                wrong("provider", format!("\"{provider}\" is no provider: see spendglass providers"))
            })?;
            BudgetScope::Provider(known.id.to_owned())
        }
        BudgetOf::Account { account } => {
            if !books.accounts.iter().any(|row| row.id == account) {
                return Err(super::states::no_such_account(account));
            }
            BudgetScope::Account(account)
        }
        BudgetOf::Project { project } => BudgetScope::Project(name("project", project)?),
        BudgetOf::Key { key } => BudgetScope::Key(name("key", key)?),
        BudgetOf::Client { client } => BudgetScope::Client(name("client", client)?),
        BudgetOf::Tag { tag } => BudgetScope::Tag(name("tag", tag)?),
    })
}

/// How every budget stands.
pub(super) async fn budget_stands(
    house: &House,
    books: &Books,
    now: Timestamp,
) -> Result<Vec<Stand>, ApiError> {
    let budgets = house.store.budgets().await?;
    if budgets.is_empty() {
        return Ok(Vec::new());
    }
    let mut bills = Bills {
        house,
        books,
        assigned: Assigned::open(house).await?,
        today: now.utc_date(),
        rows: BTreeMap::new(),
    };
    let mut stands = Vec::with_capacity(budgets.len());
    for row in budgets {
        stands.push(bills.stand(row, now).await?);
    }
    Ok(stands)
}

impl Bills<'_> {
    async fn need(&mut self, dimension: Dimension) -> Result<(), ApiError> {
        if !self.rows.contains_key(&dimension) {
            let days = whole_days(self.today.plus_days(-DAYS_LOOKED_AT), self.today.plus_days(1))?;
            let rows = self.house.store.rollup(dimension, days).await?;
            self.rows.insert(dimension, Outlook::chosen(rows, self.today));
        }
        Ok(())
    }

    fn of(&self, dimension: Dimension) -> impl Iterator<Item = &RollupRow> {
        self.rows.get(&dimension).into_iter().flatten().filter(|row| !row.beside)
    }

    /// What a budget counts, and the accounts it comes from.
    async fn rows_of(&mut self, scope: &BudgetScope) -> Result<(Vec<RollupRow>, BTreeSet<i64>), ApiError> {
        let all = || self.books.accounts.iter();
        let own = |row: &&RollupRow, accounts: &BTreeSet<i64>| accounts.contains(&row.account_id);
        let whole: Option<BTreeSet<i64>> = match scope {
            BudgetScope::All => Some(all().map(|row| row.id).collect()),
            BudgetScope::Provider(id) => {
                Some(all().filter(|row| row.account.provider == *id).map(|row| row.id).collect())
            }
            BudgetScope::Account(id) => Some([*id].into()),
            _ => None,
        };
        if let Some(accounts) = whole {
            self.need(Dimension::Day).await?;
            let rows = self.of(Dimension::Day).filter(|row| own(row, &accounts)).cloned().collect();
            return Ok((rows, accounts));
        }
        let parts = match scope {
            BudgetScope::Project(project) => self.assigned.project_everywhere(self.books, project),
            BudgetScope::Key(key) => self.assigned.key_everywhere(self.books, key),
            BudgetScope::Client(name) => self.assigned.of_client(name),
            BudgetScope::Tag(name) => self.assigned.of_tag(name),
            BudgetScope::All | BudgetScope::Provider(_) | BudgetScope::Account(_) => Parts::default(),
        };
        let mut rows = Vec::new();
        let mut accounts = BTreeSet::new();
        self.need(Dimension::Day).await?;
        rows.extend(self.of(Dimension::Day).filter(|row| own(row, &parts.accounts)).cloned());
        accounts.extend(&parts.accounts);
        for (dimension, members) in [(Dimension::Project, &parts.projects), (Dimension::Key, &parts.keys)] {
            if members.is_empty() {
                continue;
            }
            self.need(dimension).await?;
            let is_of = |row: &&RollupRow| {
                let member = row.member.as_deref();
                member.is_some_and(|member| members.contains(&(row.account_id, member.to_owned())))
            };
            rows.extend(self.of(dimension).filter(is_of).cloned());
            accounts.extend(members.iter().map(|(account, _)| *account));
        }
        // A project and a key of one account may hold the same charges: there each charge is looked at.
        for account in parts.both() {
            rows.retain(|row| row.account_id != account);
            let days = whole_days(self.today.plus_days(-DAYS_LOOKED_AT), self.today.plus_days(1))?;
            let charges = self.house.store.part_bills(account, days, |project, key| {
                parts.projects.contains(&(account, project.to_owned()))
                    || parts.keys.contains(&(account, key.to_owned()))
            });
            let charges = Outlook::chosen(charges.await?, self.today);
            rows.extend(charges.into_iter().filter(|row| !row.beside && row.member.is_some()));
        }
        Ok((rows, accounts))
    }

    async fn stand(&mut self, row: store::BudgetRow, now: Timestamp) -> Result<Stand, ApiError> {
        let store::BudgetRow { id, budget } = row;
        let span = budget.span.containing(self.today);
        let (rows, accounts) = self.rows_of(&budget.scope).await?;
        match self.weigh(id, &budget, (&rows, &accounts), now) {
            Ok(stand) => Ok(stand),
            // Figures of one budget that do not fit take nothing from the others.
            Err(error) => Ok(Stand {
                id,
                label: label(&budget.scope, self.books),
                span,
                spent: None,
                lane: report::lane_of(rows.iter()),
                as_of: None,
                forecast: Likely::Unsaid(sentence(&error.message)),
                notes: vec![sentence(&error.message)],
                budget,
            }),
        }
    }

    fn weigh(
        &self,
        id: i64,
        budget: &Budget,
        (rows, accounts): (&[RollupRow], &BTreeSet<i64>),
        now: Timestamp,
    ) -> Result<Stand, ApiError> {
        let (from, to) = budget.span.containing(self.today);
        let span = whole_days(from, to)?;
        let inside = || report::within(rows, span);
        let total = report::total(inside())?;
        let currency = budget.amount.currency;
        let mut notes: Vec<String> = total
            .billed
            .iter()
            .filter(|(other, total)| *other != currency && !total.is_zero())
            .map(|(other, total)| {
                let unit = Unit::Money { currency: other.to_string() };
                let amount = unit.told(total.nearest());
                format!("{amount} is not counted: this budget is in {currency}.")
            })
            .collect();
        notes.extend(silence(&budget.scope, rows, accounts));
        if budget.scope == BudgetScope::All {
            notes.extend(self.books.notes(from, self.today.plus_days(1), now));
        }
        let outlook = Outlook::of_chosen(rows, self.books, self.today)?;
        let lines: Vec<&Line> = outlook.lines.iter().filter(|line| line.currency == currency).collect();
        let as_of = if budget.scope == BudgetScope::All {
            self.books.as_of()
        } else {
            accounts.iter().filter_map(|account| self.books.as_of_account(*account)).min()
        };
        // Where the span was read and nothing was billed, nothing is spent; where it was not, nobody knows.
        let nothing = as_of.filter(|at| *at >= from.utc_start()).map(|_| Total::default());
        let spent = total.billed.of(currency).or(nothing);
        if spent.is_none() {
            let others = total.billed.iter().any(|(_, total)| !total.is_zero());
            notes.push(if others {
                format!("Nothing in {currency} was read or entered since {from}, and this budget counts nothing else.")
            } else {
                format!("Nothing was read or entered since {from}, so what is spent is not known.")
            });
        }
        let forecast = span_end(&lines, self.books, self.today, (from, to))?;
        if matches!(forecast, Likely::Range(_)) {
            let fixed = split(&lines, self.today).fixed;
            let labels = going_on_unknown(&fixed, self.books, from);
            if !labels.is_empty() {
                notes.push(format!(
                    "Nobody knows how {} goes on: in what is likely it counts as it is so far.",
                    labels.join(", ")
                ));
            }
        }
        Ok(Stand {
            id,
            label: label(&budget.scope, self.books),
            span: (from, to),
            spent,
            lane: report::lane_of(inside()),
            as_of,
            forecast,
            notes,
            budget: budget.clone(),
        })
    }
}

/// Why a budget counts nothing at all.
fn silence(scope: &BudgetScope, rows: &[RollupRow], accounts: &BTreeSet<i64>) -> Option<String> {
    if !rows.is_empty() {
        return None;
    }
    match scope {
        BudgetScope::Client(name) | BudgetScope::Tag(name) if accounts.is_empty() => {
            Some(format!("Nothing is assigned to {name} yet."))
        }
        BudgetScope::Project(name) | BudgetScope::Key(name) => {
            Some(format!("No charge of {name} was told in the last {DAYS_LOOKED_AT} days."))
        }
        BudgetScope::Provider(_) if accounts.is_empty() => {
            Some("No account of this provider is connected.".to_owned())
        }
        _ => None,
    }
}

fn label(scope: &BudgetScope, books: &Books) -> String {
    match scope {
        BudgetScope::All => "everything".to_owned(),
        BudgetScope::Provider(id) => {
            providers::find(id).map_or_else(|| id.clone(), |known| known.name.to_owned())
        }
        BudgetScope::Account(account) => books.label_of(*account),
        BudgetScope::Project(name)
        | BudgetScope::Key(name)
        | BudgetScope::Client(name)
        | BudgetScope::Tag(name) => name.clone(),
    }
}

/// What a span is likely to come to, or why nothing is said of it.
fn span_end(
    lines: &[&Line],
    books: &Books,
    today: Date,
    (start, end): (Date, Date),
) -> Result<Likely, ApiError> {
    let tomorrow = today.plus_days(1);
    let sum = |line: &Line, until: Date| {
        let days = line.by_day.range(start..until.max(start));
        days.map(|(_, more)| *more).try_fold(Total::default(), |sum, more| {
            sum.checked_add(more).ok_or(MoneyError::Overflow(line.currency))
        })
    };
    let Split { groups, fixed } = split(lines, today);
    if groups.is_empty() {
        return Ok(Likely::Unsaid(if lines.is_empty() {
            "Nothing is known to be spent of it yet, so nothing can be said.".to_owned()
        } else {
            reason(&fixed, books)
        }));
    }
    let mut settled = Decimal::ZERO;
    for line in &fixed {
        settled = settled.saturating_add(sum(line, tomorrow)?.nearest());
    }
    let mut courses: Vec<Course> = Vec::new();
    for group in &groups {
        for line in &group.lines {
            settled = settled.saturating_add(sum(line, group.history.end())?.nearest());
        }
        match Forecast::of(&group.history) {
            Ok(forecast) => courses.push(group.course(forecast, tomorrow)),
            Err(error) => return Ok(Likely::Unsaid(sentence(&error.to_string()))),
        }
    }
    let last = forecast::running(&courses, start, end).pop();
    let Some(range) = last else { return Ok(Likely::Unsaid("The span is over.".to_owned())) };
    let with = |figure: Decimal| figure.saturating_add(settled);
    Ok(Likely::Range(forecast::Spread { p10: with(range.p10), p50: with(range.p50), p90: with(range.p90) }))
}

fn budget_row(stand: &Stand, now: Timestamp) -> BudgetRow {
    let Stand { budget, span: (from, to), .. } = stand;
    let Money { amount, currency } = budget.amount;
    let length = to.utc_start().seconds_since(from.utc_start());
    let gone = now.seconds_since(from.utc_start()).clamp(0, length);
    let known = stand.spent.map(Total::nearest);
    let (forecast, forecast_unknown) = match &stand.forecast {
        Likely::Range(range) => (Some(spread(range, known)), None),
        Likely::Unsaid(why) => (None, Some(why.clone())),
    };
    BudgetRow {
        id: stand.id,
        of: budget_of(&budget.scope),
        label: stand.label.clone(),
        span: name_of(budget.span, BudgetSpan::NAMED).to_owned(),
        from: from.to_string(),
        to: to.to_string(),
        amount: amount.normalize().to_string(),
        currency: currency.to_string(),
        spent: stand.spent.map(|spent| spent.to_string()),
        lane: name_of(stand.lane, Lane::NAMED).to_owned(),
        as_of: stand.as_of.map(|at| at.to_string()),
        percent: known.map(|known| whole_percent(known, amount).unwrap_or(u32::MAX)),
        pace_percent: whole_percent(gone.into(), length.into()).unwrap_or(0),
        forecast,
        forecast_unknown,
        notes: stand.notes.clone(),
    }
}

fn budget_of(scope: &BudgetScope) -> BudgetOf {
    match scope.clone() {
        BudgetScope::All => BudgetOf::All,
        BudgetScope::Provider(provider) => BudgetOf::Provider { provider },
        BudgetScope::Account(account) => BudgetOf::Account { account },
        BudgetScope::Project(project) => BudgetOf::Project { project },
        BudgetScope::Key(key) => BudgetOf::Key { key },
        BudgetScope::Client(client) => BudgetOf::Client { client },
        BudgetScope::Tag(tag) => BudgetOf::Tag { tag },
    }
}
