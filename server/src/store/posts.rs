//! Tables `posts` and `pictures`.

use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::Timestamp;

/// A post with its author's names, counted, as somebody sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct PostRow {
    pub post_id: Uuid,
    pub account_id: Uuid,
    pub username: String,
    pub display_name: String,
    pub picture: String,
    pub width: i64,
    pub height: i64,
    pub alt: String,
    pub caption: String,
    pub created_at: Timestamp,
    pub likes: i64,
    pub liked: bool,
    pub comments: i64,
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
    // Of each author, no more posts are looked at than could be on the page: `since` is where their part of it ends.
    FEED = "with authors as materialized (
            select account_id from accounts where account_id = $1
            union all
            select f.followed_id from follows f join accounts a on a.account_id = f.followed_id
            where f.follower_id = $1 and a.disabled_at is null and a.delete_at is null
        ), reach as materialized (
            select account_id, coalesce((select q.created_at from posts q
                where q.account_id = authors.account_id and (q.created_at, q.post_id) < ($2, $3)
                order by q.created_at desc, q.post_id desc limit 1 offset $4 - 1), 0) as since
            from authors
        )
        select x.post_id, x.account_id, a.username, a.display_name, x.picture, g.width, g.height, x.alt, x.caption, x.created_at,
            (select count(*) from likes l where l.post_id = x.post_id) as likes,
            exists (select 1 from likes l where l.post_id = x.post_id and l.account_id = $1) as liked,
            (select count(*) from comments c where c.post_id = x.post_id) as comments
        from (select p.* from reach r join posts p on p.account_id = r.account_id and p.created_at >= r.since
                and (p.created_at, p.post_id) < ($2, $3)
            order by p.created_at desc, p.post_id desc limit $4) x
        join accounts a on a.account_id = x.account_id
        join pictures g on g.name = x.picture
        order by x.created_at desc, x.post_id desc";
    BY_AUTHOR = "select x.post_id, x.account_id, a.username, a.display_name, x.picture, g.width, g.height, x.alt, x.caption, x.created_at,
            (select count(*) from likes l where l.post_id = x.post_id) as likes,
            exists (select 1 from likes l where l.post_id = x.post_id and l.account_id = $1) as liked,
            (select count(*) from comments c where c.post_id = x.post_id) as comments
        from (select * from posts p where p.account_id = $5 and (p.created_at, p.post_id) < ($2, $3)
            order by p.created_at desc, p.post_id desc limit $4) x
        join accounts a on a.account_id = x.account_id
        join pictures g on g.name = x.picture
        order by x.created_at desc, x.post_id desc";
    BY_ID = "select x.post_id, x.account_id, a.username, a.display_name, x.picture, g.width, g.height, x.alt, x.caption, x.created_at,
            (select count(*) from likes l where l.post_id = x.post_id) as likes,
            exists (select 1 from likes l where l.post_id = x.post_id and l.account_id = $1) as liked,
            (select count(*) from comments c where c.post_id = x.post_id) as comments
        from posts x
        join accounts a on a.account_id = x.account_id
        join pictures g on g.name = x.picture
        where x.post_id = $2 and a.disabled_at is null and a.delete_at is null";
    INSERT = "insert into posts (post_id, account_id, picture, alt, caption, created_at) values ($1, $2, $3, $4, $5, $6)";
    DESCRIBE = "update posts set alt = $3 where post_id = $1 and account_id = $2";
    DELETE = "delete from posts where post_id = $1 and account_id = $2 returning picture";
    PICTURE = "select media_type, content from pictures where name = $1";
    INSERT_PICTURE = "insert into pictures (name, media_type, content, width, height, created_at) values ($1, $2, $3, $4, $5, $6)
        on conflict (name) do nothing";
    DELETE_PICTURE = "delete from pictures where name = $1 and not exists (select 1 from posts where picture = $1)";
    ORPHANS = "select g.name, g.width from pictures g
        where g.created_at < $1 and not exists (select 1 from posts p where p.picture = g.name)
        limit 100";
}

/// Up to `limit` posts of those whom `viewer` follows, and of themselves, that come after the position `(created_at, post_id)`, newest
/// first. One statement, however many they are.
///
/// # Errors
/// When the database fails.
pub async fn feed(db: &Db, viewer: Uuid, position: (Timestamp, Uuid), limit: i64) -> Result<Vec<PostRow>> {
    on!(read db, |conn| sqlx::query_as(FEED).bind(viewer).bind(position.0).bind(position.1).bind(limit).fetch_all(conn).await)
}

/// The same of one author, as `viewer` sees them.
///
/// # Errors
/// When the database fails.
pub async fn by_author(db: &Db, viewer: Option<Uuid>, author: Uuid, position: (Timestamp, Uuid), limit: i64) -> Result<Vec<PostRow>> {
    on!(read db, |conn| sqlx::query_as(BY_AUTHOR)
        .bind(viewer)
        .bind(position.0)
        .bind(position.1)
        .bind(limit)
        .bind(author)
        .fetch_all(conn)
        .await)
}

/// One post, as `viewer` sees it. Posts of a disabled account are not there.
///
/// # Errors
/// When the database fails.
pub async fn by_id(db: &Db, viewer: Option<Uuid>, post_id: Uuid) -> Result<Option<PostRow>> {
    on!(read db, |conn| sqlx::query_as(BY_ID).bind(viewer).bind(post_id).fetch_optional(conn).await)
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

/// What the picture of a post of `account_id` shows. `false`: it has no such post.
///
/// # Errors
/// When the database fails.
pub async fn describe(db: &Db, post_id: Uuid, account_id: Uuid, alt: &str) -> Result<bool> {
    on!(write db, |conn| sqlx::query(DESCRIBE)
        .bind(post_id)
        .bind(account_id)
        .bind(alt)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() > 0))
}

/// Removes a post of `account_id`, with its likes and comments, and names its picture. `None`: it has no such post.
///
/// # Errors
/// When the database fails.
pub async fn delete(db: &Db, post_id: Uuid, account_id: Uuid) -> Result<Option<String>> {
    on!(write db, |conn| sqlx::query_scalar(DELETE).bind(post_id).bind(account_id).fetch_optional(conn).await)
}

/// What a new picture is made of.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct NewPicture<'a> {
    pub name: &'a str,
    pub media_type: &'a str,
    pub content: &'a [u8],
    pub width: u32,
    pub height: u32,
    pub created_at: Timestamp,
}

/// A new picture. The same name holds the same bytes, so that a second time changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn insert_picture(tx: &mut Tx, new: &NewPicture<'_>) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(INSERT_PICTURE)
        .bind(new.name)
        .bind(new.media_type)
        .bind(new.content)
        .bind(i64::from(new.width))
        .bind(i64::from(new.height))
        .bind(new.created_at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Removes a picture that no post shows.
///
/// # Errors
/// When the database fails.
pub async fn delete_picture(db: &Db, name: &str) -> Result<()> {
    on!(write db, |conn| sqlx::query(DELETE_PICTURE).bind(name).execute(conn).await.map(|_| ()))
}

/// Up to 100 pictures that were made before `before` and that no post shows: name, and width of the widest.
///
/// # Errors
/// When the database fails.
pub async fn orphans(db: &Db, before: Timestamp) -> Result<Vec<(String, i64)>> {
    on!(read db, |conn| sqlx::query_as(ORPHANS).bind(before).fetch_all(conn).await)
}
