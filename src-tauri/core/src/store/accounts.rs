//! The table `accounts`: a connection with a key, and where that key is.

use std::collections::BTreeMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::{Store, StoreError};
use crate::time::Timestamp;

/// Where the key of an account is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// In the keychain, under an opaque name.
    Keychain(String),
    /// In an environment variable of this name.
    Variable(String),
    /// In the login that the vendor's own tool keeps on this machine.
    Login,
    /// There is none: figures come from files and by hand.
    Nowhere,
}

impl KeyPlace {
    fn name(&self) -> &'static str {
        match self {
            KeyPlace::Keychain(_) => "keychain",
            KeyPlace::Variable(_) => "variable",
            KeyPlace::Login => "login",
            KeyPlace::Nowhere => "none",
        }
    }
}

/// An account to add.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The provider's id.
    pub provider: String,
    /// The person's name for it.
    pub label: Option<String>,
    /// The address, where it is not the provider's own.
    pub base_url: Option<String>,
    /// The kind of key, by its id.
    pub key_kind: String,
    /// The last four characters of the key.
    pub key_hint: Option<String>,
    /// The key's fingerprint; `None` where there is no key.
    pub key_fingerprint: Option<String>,
    /// Where the key is.
    pub key_place: KeyPlace,
    /// What is told beside the key, none of it secret.
    pub details: BTreeMap<String, String>,
}

/// An account as it is kept.
#[derive(Debug, Clone)]
pub struct AccountRow {
    /// Number.
    pub id: i64,
    /// What was added.
    pub account: NewAccount,
    /// When it was added.
    pub added_at: Timestamp,
}

impl Store {
    /// Adds an account and returns its number.
    pub async fn add_account(&self, account: &NewAccount, now: Timestamp) -> Result<i64, StoreError> {
        let mut writer = self.writer.acquire().await?;
        Store::insert_account(&mut writer, account, now).await
    }

    pub(super) async fn insert_account(
        writer: &mut SqliteConnection,
        account: &NewAccount,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let (entry, variable) = places(&account.key_place);
        let (id,): (i64,) = sqlx::query_as(
            "INSERT INTO accounts (provider, label, base_url, key_kind, key_hint, key_fingerprint, key_place, \
             keychain_entry, key_variable, details, added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(&account.provider)
        .bind(&account.label)
        .bind(&account.base_url)
        .bind(&account.key_kind)
        .bind(&account.key_hint)
        .bind(&account.key_fingerprint)
        .bind(account.key_place.name())
        .bind(entry)
        .bind(variable)
        .bind(in_json(&account.details)?)
        .bind(now.unix())
        .fetch_one(writer)
        .await?;
        Ok(id)
    }

    /// Puts another key in the place of an account's.
    pub async fn replace_key(
        &self,
        id: i64,
        kind: &str,
        hint: Option<&str>,
        fingerprint: Option<&str>,
        place: &KeyPlace,
        details: &BTreeMap<String, String>,
    ) -> Result<(), StoreError> {
        let (entry, variable) = places(place);
        let changed = sqlx::query(
            "UPDATE accounts SET key_kind = ?, key_hint = ?, key_fingerprint = ?, key_place = ?, keychain_entry = ?, \
             key_variable = ?, details = ? WHERE id = ?",
        )
        .bind(kind)
        .bind(hint)
        .bind(fingerprint)
        .bind(place.name())
        .bind(entry)
        .bind(variable)
        .bind(in_json(details)?)
        .bind(id)
        .execute(&self.writer)
        .await?;
        if changed.rows_affected() == 0 {
            return Err(StoreError::Row(format!("account {id} was removed meanwhile")));
        }
        Ok(())
    }

    /// Every account, in the order in which they were added.
    pub async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM accounts ORDER BY id").fetch_all(&self.readers).await?;
        rows.iter().map(account).collect()
    }

    /// The account of a number.
    pub async fn account(&self, id: i64) -> Result<Option<AccountRow>, StoreError> {
        let row =
            sqlx::query("SELECT * FROM accounts WHERE id = ?").bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(account).transpose()
    }

    /// Removes an account with everything that was read with it. What was raised of it is over, and stays to be read.
    pub async fn remove_account(&self, id: i64) -> Result<(), StoreError> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        Store::settle_alerts_of(&mut transaction, id).await?;
        sqlx::query("DELETE FROM accounts WHERE id = ?").bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn places(place: &KeyPlace) -> (Option<&str>, Option<&str>) {
    match place {
        KeyPlace::Keychain(entry) => (Some(entry), None),
        KeyPlace::Variable(name) => (None, Some(name)),
        KeyPlace::Login | KeyPlace::Nowhere => (None, None),
    }
}

fn in_json(details: &BTreeMap<String, String>) -> Result<String, StoreError> {
    serde_json::to_string(details).map_err(|error| StoreError::Row(format!("details of an account: {error}")))
}

pub(super) fn account(row: &SqliteRow) -> Result<AccountRow, StoreError> {
    let entry: Option<String> = row.try_get("keychain_entry")?;
    let variable: Option<String> = row.try_get("key_variable")?;
    let place: String = row.try_get("key_place")?;
    let details: String = row.try_get("details")?;
    let key_place = match (place.as_str(), entry, variable) {
        ("keychain", Some(entry), None) => KeyPlace::Keychain(entry),
        ("variable", None, Some(name)) => KeyPlace::Variable(name),
        ("login", None, None) => KeyPlace::Login,
        ("none", None, None) => KeyPlace::Nowhere,
        _ => return Err(StoreError::Row("an account without a place for its key".to_owned())),
    };
    Ok(AccountRow {
        id: row.try_get("id")?,
        account: NewAccount {
            provider: row.try_get("provider")?,
            label: row.try_get("label")?,
            base_url: row.try_get("base_url")?,
            key_kind: row.try_get("key_kind")?,
            key_hint: row.try_get("key_hint")?,
            key_fingerprint: row.try_get("key_fingerprint")?,
            key_place,
            details: serde_json::from_str(&details)
                .map_err(|error| StoreError::Row(format!("details of an account: {error}")))?,
        },
        added_at: super::timestamp(row.try_get("added_at")?)?,
    })
}
