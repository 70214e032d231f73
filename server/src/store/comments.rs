//! Table `comments`.

use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::Timestamp;

/// A comment with its author's name.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct CommentRow {
    pub comment_id: Uuid,
    pub username: String,
    pub content: String,
    pub created_at: Timestamp,
}

statements! {
    OF_POST = "select c.comment_id, a.username, c.content, c.created_at
        from comments c join accounts a on a.account_id = c.account_id
        where c.post_id = $1 and a.delete_at is null
        order by c.created_at, c.comment_id
        limit $2";
    OF_ACCOUNT = "select c.comment_id, c.post_id, c.content, c.created_at from comments c where c.account_id = $1 order by c.comment_id";
    INSERT = "insert into comments (comment_id, post_id, account_id, content, created_at)
        select $1, post_id, $3, $4, $5 from posts where post_id = $2";
    DELETE = "delete from comments where comment_id = $1 and account_id = $2 returning post_id";
}

/// The first `limit` comments of a post, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_post(db: &Db, post_id: Uuid, limit: i64) -> Result<Vec<CommentRow>> {
    on!(read db, |conn| sqlx::query_as(OF_POST).bind(post_id).bind(limit).fetch_all(conn).await)
}

/// What somebody said, and to which post.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct Said {
    pub comment_id: Uuid,
    pub post_id: Uuid,
    pub content: String,
    pub created_at: Timestamp,
}

/// Every comment of an account, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_account(db: &Db, account_id: Uuid) -> Result<Vec<Said>> {
    on!(read db, |conn| sqlx::query_as(OF_ACCOUNT).bind(account_id).fetch_all(conn).await)
}

/// What a new comment is made of.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct NewComment<'a> {
    pub comment_id: Uuid,
    pub post_id: Uuid,
    pub account_id: Uuid,
    pub content: &'a str,
    pub created_at: Timestamp,
}

/// A new comment. `false`: there is no such post.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, new: &NewComment<'_>) -> Result<bool> {
    on!(tx tx, |conn| sqlx::query(INSERT)
        .bind(new.comment_id)
        .bind(new.post_id)
        .bind(new.account_id)
        .bind(new.content)
        .bind(new.created_at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() > 0))
}

/// Removes a comment of `account_id`, and names the post it stood under. `None`: it has no such comment.
///
/// # Errors
/// When the database fails.
pub async fn delete(db: &Db, comment_id: Uuid, account_id: Uuid) -> Result<Option<Uuid>> {
    on!(write db, |conn| sqlx::query_scalar(DELETE).bind(comment_id).bind(account_id).fetch_optional(conn).await)
}
