//! Table `attempts`: one leaky bucket a key.

use super::{Db, Result, on, statements};
use crate::model::Timestamp;

statements! {
    TAKE = "insert into attempts as a (key, clear_at) values ($1, cast($2 as bigint) + cast($3 as bigint))
        on conflict (key) do update set clear_at = case when a.clear_at > $2 then a.clear_at else $2 end + $3
        where a.clear_at + $3 <= $2 + cast($4 as bigint)
        returning clear_at";
    CLEAR_AT = "select clear_at from attempts where key = $1";
    FORGET = "delete from attempts where key = $1";
    PURGE = "delete from attempts where clear_at < $1";
}

/// One attempt more: it lasts `cost` in the bucket, which holds `room`, both in milliseconds.
/// One statement, so that parallel attempts cannot slip through together.
///
/// # Errors
/// When the database fails. `Ok(Err(ms))` says that the bucket is full, and how long until there is room for one.
pub async fn take(db: &Db, key: &str, now: Timestamp, cost: i64, room: i64) -> Result<std::result::Result<(), i64>> {
    let taken: Option<i64> =
        on!(write db, |conn| sqlx::query_scalar(TAKE).bind(key).bind(now).bind(cost).bind(room).fetch_optional(conn).await)?;
    if taken.is_some() {
        return Ok(Ok(()));
    }
    let clear_at: Option<i64> = on!(read db, |conn| sqlx::query_scalar(CLEAR_AT).bind(key).fetch_optional(conn).await)?;
    Ok(Err((clear_at.unwrap_or(now) + cost - now - room).max(1)))
}

/// Empties a bucket.
///
/// # Errors
/// When the database fails.
pub async fn forget(db: &Db, key: &str) -> Result<()> {
    on!(write db, |conn| sqlx::query(FORGET).bind(key).execute(conn).await.map(|_| ()))
}

/// Removes the rows of buckets that have long been empty.
///
/// # Errors
/// When the database fails.
pub async fn purge(db: &Db, now: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(PURGE).bind(now).execute(conn).await.map(|_| ()))
}
