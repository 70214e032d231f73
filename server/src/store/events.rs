//! Table `events`: what happened to an account's security.

use uuid::Uuid;

use super::{Db, Result, on, statements};
use crate::model::{Device, Timestamp, id};

statements! {
    INSERT = "insert into events (event_id, account_id, session_id, kind, user_agent, ip, created_at) values ($1, $2, $3, $4, $5, $6, $7)";
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
