//! Table `replies`: what was answered to requests that must not be done twice.

use std::time::Duration;

use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::Timestamp;

/// How long an answer is given again.
pub const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct Reply {
    pub request: Vec<u8>,
    pub status: i64,
    pub body: String,
}

statements! {
    BY_KEY = "select request, status, body from replies where account_id = $1 and key = $2";
    INSERT = "insert into replies (account_id, key, request, status, body, created_at) values ($1, $2, $3, $4, $5, $6)
        on conflict (account_id, key) do nothing";
    PURGE = "delete from replies where created_at < $1";
}

/// What was answered under a key.
///
/// # Errors
/// When the database fails.
pub async fn by_key(db: &Db, account_id: Uuid, key: &str) -> Result<Option<Reply>> {
    on!(read db, |conn| sqlx::query_as(BY_KEY).bind(account_id).bind(key).fetch_optional(conn).await)
}

/// Notes an answer in the transaction of what it answers. `false`: another request with the same key was faster; then the
/// transaction must not be committed. (On PostgreSQL this waits until the other one is done.)
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, account_id: Uuid, key: &str, reply: &Reply, now: Timestamp) -> Result<bool> {
    on!(tx tx, |conn| sqlx::query(INSERT)
        .bind(account_id)
        .bind(key)
        .bind(&reply.request)
        .bind(reply.status)
        .bind(&reply.body)
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() > 0))
}

/// Removes what was answered before `before`.
///
/// # Errors
/// When the database fails.
pub async fn purge(db: &Db, before: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(PURGE).bind(before).execute(conn).await.map(|_| ()))
}
