//! The table `budgets`: how much is to be spent, on what, in which span.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Store, StoreError, decimal};
use crate::ledger::{Budget, BudgetScope, BudgetSpan, name_of, named};
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// A budget as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRow {
    /// Number.
    pub id: i64,
    /// What was set.
    pub budget: Budget,
}

impl Store {
    /// Every budget, in the order in which they were made.
    pub async fn budgets(&self) -> Result<Vec<BudgetRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM budgets ORDER BY id").fetch_all(&self.readers).await?;
        rows.iter().map(budget_row).collect()
    }

    /// The budget of a number.
    pub async fn budget(&self, id: i64) -> Result<Option<BudgetRow>, StoreError> {
        let row =
            sqlx::query("SELECT * FROM budgets WHERE id = ?").bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(budget_row).transpose()
    }

    /// Makes a budget and returns its number. There is one of a kind: [`StoreError::Taken`] where it is there already.
    pub async fn add_budget(&self, budget: &Budget, now: Timestamp) -> Result<i64, StoreError> {
        let (scope, member, account) = columns(&budget.scope);
        let (id,): (i64,) = sqlx::query_as(
            "INSERT INTO budgets (scope, member, account_id, span, amount, currency, made_at, changed_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?7, ?7) RETURNING id",
        )
        .bind(scope)
        .bind(member)
        .bind(account)
        .bind(name_of(budget.span, BudgetSpan::NAMED))
        .bind(budget.amount.amount.to_string())
        .bind(budget.amount.currency.as_str())
        .bind(now.unix())
        .fetch_one(&self.writer)
        .await?;
        Ok(id)
    }

    /// Changes a budget. False where there is none of this number.
    pub async fn change_budget(&self, id: i64, budget: &Budget, now: Timestamp) -> Result<bool, StoreError> {
        let (scope, member, account) = columns(&budget.scope);
        let done = sqlx::query(
            "UPDATE budgets SET scope = ?, member = ?, account_id = ?, span = ?, amount = ?, currency = ?, changed_at = ? \
             WHERE id = ?",
        )
        .bind(scope)
        .bind(member)
        .bind(account)
        .bind(name_of(budget.span, BudgetSpan::NAMED))
        .bind(budget.amount.amount.to_string())
        .bind(budget.amount.currency.as_str())
        .bind(now.unix())
        .bind(id)
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Puts a budget back as it was, whether it was changed or removed. [`StoreError::Taken`] where there is another of its kind.
    pub async fn restore_budget(&self, row: &BudgetRow, now: Timestamp) -> Result<(), StoreError> {
        let (scope, member, account) = columns(&row.budget.scope);
        sqlx::query(
            "INSERT INTO budgets (id, scope, member, account_id, span, amount, currency, made_at, changed_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?8, ?8) ON CONFLICT (id) DO UPDATE SET scope = excluded.scope, \
             member = excluded.member, account_id = excluded.account_id, span = excluded.span, amount = excluded.amount, \
             currency = excluded.currency, changed_at = excluded.changed_at",
        )
        .bind(row.id)
        .bind(scope)
        .bind(member)
        .bind(account)
        .bind(name_of(row.budget.span, BudgetSpan::NAMED))
        .bind(row.budget.amount.amount.to_string())
        .bind(row.budget.amount.currency.as_str())
        .bind(now.unix())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Removes a budget. False where there is none of this number.
    pub async fn remove_budget(&self, id: i64) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM budgets WHERE id = ?").bind(id).execute(&self.writer).await?;
        Ok(done.rows_affected() > 0)
    }
}

fn columns(scope: &BudgetScope) -> (&'static str, &str, Option<i64>) {
    match scope {
        BudgetScope::All => ("all", "", None),
        BudgetScope::Provider(id) => ("provider", id, None),
        BudgetScope::Account(account) => ("account", "", Some(*account)),
        BudgetScope::Project(project) => ("project", project, None),
        BudgetScope::Key(key) => ("key", key, None),
        BudgetScope::Client(client) => ("client", client, None),
        BudgetScope::Tag(tag) => ("tag", tag, None),
    }
}

fn budget_row(row: &SqliteRow) -> Result<BudgetRow, StoreError> {
    let member: String = row.try_get("member")?;
    let account: Option<i64> = row.try_get("account_id")?;
    let scope: String = row.try_get("scope")?;
    let scope = match (scope.as_str(), account) {
        ("all", None) => BudgetScope::All,
        ("provider", None) => BudgetScope::Provider(member),
        ("account", Some(account)) => BudgetScope::Account(account),
        ("project", None) => BudgetScope::Project(member),
        ("key", None) => BudgetScope::Key(member),
        ("client", None) => BudgetScope::Client(member),
        ("tag", None) => BudgetScope::Tag(member),
        _ => return Err(StoreError::Row(format!("a budget of \"{scope}\""))),
    };
    let span: String = row.try_get("span")?;
    let amount: String = row.try_get("amount")?;
    let currency: String = row.try_get("currency")?;
    Ok(BudgetRow {
        id: row.try_get("id")?,
        budget: Budget {
            scope,
            span: named(&span, BudgetSpan::NAMED)
                .ok_or_else(|| StoreError::Row(format!("a budget of the span \"{span}\"")))?,
            amount: Money::new(decimal(&amount)?, currency.parse::<Currency>()?),
        },
    })
}
