//! Table `passkeys`: public keys whose private halves live in people's authenticators.

use uuid::Uuid;

use super::{Db, Result, on, statements};
use crate::model::Timestamp;

/// A row.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct PasskeyRow {
    pub passkey_id: Uuid,
    pub account_id: Uuid,
    pub handle: Vec<u8>,
    pub credential: String,
    pub name: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

statements! {
    OF_ACCOUNT = "select * from passkeys where account_id = $1 order by created_at, passkey_id";
    BY_HANDLE = "select * from passkeys where handle = $1";
    INSERT = "insert into passkeys (passkey_id, account_id, handle, credential, name, created_at) values ($1, $2, $3, $4, $5, $6)";
    USED = "update passkeys set credential = $3, last_used_at = $4 where passkey_id = $1 and credential = $2";
    RENAME = "update passkeys set name = $3 where account_id = $1 and passkey_id = $2";
    DELETE = "delete from passkeys where account_id = $1 and passkey_id = $2";
}

/// Of one account, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_account(db: &Db, account_id: Uuid) -> Result<Vec<PasskeyRow>> {
    on!(read db, |conn| sqlx::query_as(OF_ACCOUNT).bind(account_id).fetch_all(conn).await)
}

/// By what the authenticator calls it.
///
/// # Errors
/// When the database fails.
pub async fn by_handle(db: &Db, handle: &[u8]) -> Result<Option<PasskeyRow>> {
    on!(read db, |conn| sqlx::query_as(BY_HANDLE).bind(handle).fetch_optional(conn).await)
}

/// A new one.
///
/// # Errors
/// [`super::is_taken`] when there is one of this handle, whosever it is.
pub async fn insert(db: &Db, new: &PasskeyRow) -> Result<()> {
    on!(write db, |conn| sqlx::query(INSERT)
        .bind(new.passkey_id)
        .bind(new.account_id)
        .bind(&new.handle)
        .bind(&new.credential)
        .bind(&new.name)
        .bind(new.created_at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// It was used, and its sign count has moved on. `false`: somebody else was faster with the count it had.
///
/// # Errors
/// When the database fails.
pub async fn used(db: &Db, passkey_id: Uuid, before: &str, after: &str, now: Timestamp) -> Result<bool> {
    on!(write db, |conn| sqlx::query(USED)
        .bind(passkey_id)
        .bind(before)
        .bind(after)
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() > 0))
}

/// Another name. `false`: this account has no such passkey.
///
/// # Errors
/// When the database fails.
pub async fn rename(db: &Db, account_id: Uuid, passkey_id: Uuid, name: &str) -> Result<bool> {
    on!(write db, |conn| sqlx::query(RENAME).bind(account_id).bind(passkey_id).bind(name).execute(conn).await.map(|done| done.rows_affected() > 0))
}

/// Gone. `false`: this account has no such passkey.
///
/// # Errors
/// When the database fails.
pub async fn delete(db: &Db, account_id: Uuid, passkey_id: Uuid) -> Result<bool> {
    on!(write db, |conn| sqlx::query(DELETE).bind(account_id).bind(passkey_id).execute(conn).await.map(|done| done.rows_affected() > 0))
}
