//! The table `assignments`: what is assigned to clients, and what carries tags.

use sqlx::Row as _;

use super::{Store, StoreError};
use crate::ledger::{AssignedPart, Assignment, AssignmentKind, name_of, named};

impl Store {
    /// Everything that is assigned, by client and tag.
    pub async fn assignments(&self) -> Result<Vec<Assignment>, StoreError> {
        let rows = sqlx::query("SELECT * FROM assignments ORDER BY kind, name, account_id, part, member")
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let kind: String = row.try_get("kind")?;
                let part: String = row.try_get("part")?;
                let member: String = row.try_get("member")?;
                Ok(Assignment {
                    kind: named(&kind, AssignmentKind::NAMED)
                        .ok_or_else(|| StoreError::Row(format!("an assignment to a \"{kind}\"")))?,
                    name: row.try_get("name")?,
                    account_id: row.try_get("account_id")?,
                    part: match part.as_str() {
                        "account" => AssignedPart::Account,
                        "project" => AssignedPart::Project(member),
                        "key" => AssignedPart::Key(member),
                        _ => return Err(StoreError::Row(format!("an assigned \"{part}\""))),
                    },
                })
            })
            .collect()
    }

    /// Makes an assignment, or takes it back. Doing it twice is the same as once.
    pub async fn assign(&self, assignment: &Assignment, on: bool) -> Result<(), StoreError> {
        let (part, member) = match &assignment.part {
            AssignedPart::Account => ("account", ""),
            AssignedPart::Project(project) => ("project", project.as_str()),
            AssignedPart::Key(key) => ("key", key.as_str()),
        };
        let sql = if on {
            "INSERT OR IGNORE INTO assignments (kind, name, account_id, part, member) VALUES (?, ?, ?, ?, ?)"
        } else {
            "DELETE FROM assignments WHERE kind = ? AND name = ? AND account_id = ? AND part = ? AND member = ?"
        };
        sqlx::query(sql)
            .bind(name_of(assignment.kind, AssignmentKind::NAMED))
            .bind(&assignment.name)
            .bind(assignment.account_id)
            .bind(part)
            .bind(member)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
