//! The table `names`: what projects and keys are called.

use sqlx::Row as _;

use super::{Store, StoreError};
use crate::ledger::{Name, NameOf, name_of, named};

impl Store {
    /// Every name, by account.
    pub async fn names(&self) -> Result<Vec<(i64, Name)>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM names ORDER BY account_id, of, id").fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                let of: String = row.try_get("of")?;
                let of = named(&of, NameOf::NAMED)
                    .ok_or_else(|| StoreError::Row(format!("a name of the kind \"{of}\"")))?;
                Ok((
                    row.try_get("account_id")?,
                    Name { of, id: row.try_get("id")?, name: row.try_get("name")? },
                ))
            })
            .collect()
    }

    /// Keeps a name. One that is told no more stays: old charges still carry its id.
    pub(super) async fn put_name(
        writer: &mut sqlx::SqliteConnection,
        account_id: i64,
        name: &Name,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT OR REPLACE INTO names (account_id, of, id, name) VALUES (?, ?, ?, ?)")
            .bind(account_id)
            .bind(name_of(name.of, NameOf::NAMED))
            .bind(&name.id)
            .bind(&name.name)
            .execute(writer)
            .await?;
        Ok(())
    }
}
