//! Table `likes`.

use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::Timestamp;

statements! {
    INSERT = "insert into likes (post_id, account_id, created_at) select post_id, $2, $3 from posts where post_id = $1
        on conflict (post_id, account_id) do nothing";
    DELETE = "delete from likes where post_id = $1 and account_id = $2";
    OF_ACCOUNT = "select post_id from likes where account_id = $1 order by created_at, post_id";
    COUNT = "select (select count(*) from likes l where l.post_id = p.post_id) from posts p where p.post_id = $1";
}

/// `account_id` likes the post, if there is one; a second time changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn insert(db: &Db, post_id: Uuid, account_id: Uuid, now: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(INSERT).bind(post_id).bind(account_id).bind(now).execute(conn).await.map(|_| ()))
}

/// The same, together with other statements.
///
/// # Errors
/// When the database fails.
pub async fn insert_with(tx: &mut Tx, post_id: Uuid, account_id: Uuid, now: Timestamp) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(INSERT).bind(post_id).bind(account_id).bind(now).execute(conn).await.map(|_| ()))
}

/// No longer; a second time changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn delete(db: &Db, post_id: Uuid, account_id: Uuid) -> Result<()> {
    on!(write db, |conn| sqlx::query(DELETE).bind(post_id).bind(account_id).execute(conn).await.map(|_| ()))
}

/// How many like a post; `None`: there is no such post.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &Db, post_id: Uuid) -> Result<Option<i64>> {
    on!(read db, |conn| sqlx::query_scalar(COUNT).bind(post_id).fetch_optional(conn).await)
}

/// Every post that an account likes.
///
/// # Errors
/// When the database fails.
pub async fn of_account(db: &Db, account_id: Uuid) -> Result<Vec<Uuid>> {
    on!(read db, |conn| sqlx::query_scalar(OF_ACCOUNT).bind(account_id).fetch_all(conn).await)
}
