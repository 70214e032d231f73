//! Table `events`: what happened to an account's security.

use uuid::Uuid;

use super::{Db, Result, on, statements};
use crate::model::{Device, Timestamp, id};

statements! {
    INSERT = "insert into events (event_id, account_id, session_id, kind, user_agent, ip, created_at) values ($1, $2, $3, $4, $5, $6, $7)";
    KINDS = "select kind from events where account_id = $1 order by created_at, event_id";
}

/// Notes an event.
///
/// # Errors
/// When the database fails.
pub async fn insert(db: &Db, account_id: Uuid, session_id: Option<Uuid>, kind: &str, device: &Device, now: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(INSERT)
        .bind(id(now))
        .bind(account_id)
        .bind(session_id)
        .bind(kind)
        .bind(&device.user_agent)
        .bind(&device.ip)
        .bind(now)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// The kinds of an account's events, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn kinds(db: &Db, account_id: Uuid) -> Result<Vec<String>> {
    on!(read db, |conn| sqlx::query_scalar(KINDS).bind(account_id).fetch_all(conn).await)
}
