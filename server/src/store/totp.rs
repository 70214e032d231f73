//! Table `totp`: the secret that an account shares with its owner's authenticator app.

use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::Timestamp;

/// A row.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct Totp {
    pub account_id: Uuid,
    pub sealed: Vec<u8>,
    pub last_step: i64,
    pub session_id: Uuid,
    pub created_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
}

statements! {
    BY_ACCOUNT = "select * from totp where account_id = $1";
    NOT_UNDER = "select * from totp where substr(sealed, 1, 1) <> $1";
    BEGIN = "insert into totp as t (account_id, sealed, last_step, session_id, created_at) values ($1, $2, 0, $3, $4)
        on conflict (account_id) do update set sealed = $2, last_step = 0, session_id = $3, created_at = $4
        where t.confirmed_at is null";
    CONFIRM = "update totp set confirmed_at = $4, last_step = $3 where account_id = $1 and sealed = $2 and confirmed_at is null";
    SPEND = "update totp set last_step = $2 where account_id = $1 and confirmed_at is not null and last_step < $2";
    RESEAL = "update totp set sealed = $3 where account_id = $1 and sealed = $2";
    DELETE = "delete from totp where account_id = $1";
}

/// By account: confirmed or not.
///
/// # Errors
/// When the database fails.
pub async fn by_account(db: &Db, account_id: Uuid) -> Result<Option<Totp>> {
    on!(read db, |conn| sqlx::query_as(BY_ACCOUNT).bind(account_id).fetch_optional(conn).await)
}

/// Those that are sealed under another key than the one that this byte names.
///
/// # Errors
/// When the database fails.
pub async fn not_under(db: &Db, first: u8) -> Result<Vec<Totp>> {
    on!(read db, |conn| sqlx::query_as(NOT_UNDER).bind(vec![first]).fetch_all(conn).await)
}

/// A new secret, in the place of one that was never confirmed. `false`: there is one that was.
///
/// # Errors
/// When the database fails.
pub async fn begin(db: &Db, account_id: Uuid, sealed: &[u8], session_id: Uuid, now: Timestamp) -> Result<bool> {
    on!(write db, |conn| sqlx::query(BEGIN).bind(account_id).bind(sealed).bind(session_id).bind(now).execute(conn).await.map(|done| done.rows_affected() > 0))
}

/// The first code has come, of this step. `false`: this secret is not waiting for one.
///
/// # Errors
/// When the database fails.
pub async fn confirm(tx: &mut Tx, totp: &Totp, step: i64, now: Timestamp) -> Result<bool> {
    on!(tx tx, |conn| sqlx::query(CONFIRM)
        .bind(totp.account_id)
        .bind(&totp.sealed)
        .bind(step)
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() > 0))
}

/// A code of this step was shown. `false`: one of it, or of a later one, was accepted before. Of parallel ones one is first.
///
/// # Errors
/// When the database fails.
pub async fn spend(db: &Db, account_id: Uuid, step: i64) -> Result<bool> {
    on!(write db, |conn| sqlx::query(SPEND).bind(account_id).bind(step).execute(conn).await.map(|done| done.rows_affected() > 0))
}

/// The same secret under another key, unless it has changed meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn reseal(db: &Db, account_id: Uuid, old: &[u8], new: &[u8]) -> Result<()> {
    on!(write db, |conn| sqlx::query(RESEAL).bind(account_id).bind(old).bind(new).execute(conn).await.map(|_| ()))
}

/// Gone.
///
/// # Errors
/// When the database fails.
pub async fn delete(tx: &mut Tx, account_id: Uuid) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(DELETE).bind(account_id).execute(conn).await.map(|_| ()))
}
