//! Tables `posts` and `pictures`.

use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::Timestamp;

/// A post with its author's names.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct PostRow {
    pub post_id: Uuid,
    pub username: String,
    pub display_name: String,
    pub picture: String,
    pub alt: String,
    pub caption: String,
    pub created_at: Timestamp,
}

/// A picture's bytes.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Picture {
    /// RFC 9110 §8.3.1.
    pub media_type: String,
    /// As served.
    pub content: Vec<u8>,
}

statements! {
    NEWEST = "select p.post_id, a.username, a.display_name, p.picture, p.alt, p.caption, p.created_at
        from posts p join accounts a on a.account_id = p.account_id
        where (p.created_at, p.post_id) < ($1, $2)
        order by p.created_at desc, p.post_id desc
        limit $3";
    INSERT = "insert into posts (post_id, account_id, picture, alt, caption, created_at) values ($1, $2, $3, $4, $5, $6)";
    PICTURE = "select media_type, content from pictures where name = $1";
    INSERT_PICTURE = "insert into pictures (name, media_type, content) values ($1, $2, $3) on conflict (name) do nothing";
}

/// Up to `limit` posts that come after the position `(created_at, post_id)`, newest first.
///
/// # Errors
/// When the database fails.
pub async fn after(db: &Db, position: (Timestamp, Uuid), limit: i64) -> Result<Vec<PostRow>> {
    on!(read db, |conn| sqlx::query_as(NEWEST).bind(position.0).bind(position.1).bind(limit).fetch_all(conn).await)
}

/// What a new post is made of.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct NewPost<'a> {
    pub post_id: Uuid,
    pub account_id: Uuid,
    pub picture: &'a str,
    pub alt: &'a str,
    pub caption: &'a str,
    pub created_at: Timestamp,
}

/// A new post; its picture is there already.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, new: &NewPost<'_>) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(INSERT)
        .bind(new.post_id)
        .bind(new.account_id)
        .bind(new.picture)
        .bind(new.alt)
        .bind(new.caption)
        .bind(new.created_at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// A picture by name.
///
/// # Errors
/// When the database fails.
pub async fn picture(db: &Db, name: &str) -> Result<Option<Picture>> {
    on!(read db, |conn| sqlx::query_as(PICTURE).bind(name).fetch_optional(conn).await)
}

/// A new picture. The same name holds the same bytes, so that a second time changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn insert_picture(tx: &mut Tx, name: &str, media_type: &str, content: &[u8]) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(INSERT_PICTURE).bind(name).bind(media_type).bind(content).execute(conn).await.map(|_| ()))
}
