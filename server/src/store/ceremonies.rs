//! Table `ceremonies`: challenges that were handed out to authenticators, each to be taken out once.

use super::{Db, Result, on, statements};
use crate::model::Timestamp;

statements! {
    INSERT = "insert into ceremonies (hash, owner, state, expires_at) values ($1, $2, $3, $4)";
    TAKE = "delete from ceremonies where hash = $1 and owner = $2 and expires_at > $3 returning state";
    PURGE = "delete from ceremonies where expires_at <= $1";
}

/// A challenge was handed out.
///
/// # Errors
/// When the database fails.
pub async fn insert(db: &Db, hash: &[u8; 32], owner: &[u8; 32], state: &str, expires_at: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(INSERT).bind(&hash[..]).bind(&owner[..]).bind(state).bind(expires_at).execute(conn).await.map(|_| ()))
}

/// An answer to it has come, from its owner and in time: what to check it with. Of parallel ones one is first.
///
/// # Errors
/// When the database fails.
pub async fn take(db: &Db, hash: &[u8; 32], owner: &[u8; 32], now: Timestamp) -> Result<Option<String>> {
    on!(write db, |conn| sqlx::query_scalar(TAKE).bind(&hash[..]).bind(&owner[..]).bind(now).fetch_optional(conn).await)
}

/// Removes those that nobody may answer any more.
///
/// # Errors
/// When the database fails.
pub async fn purge(db: &Db, now: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(PURGE).bind(now).execute(conn).await.map(|_| ()))
}
