//! Table `follows`, and what an account shows of itself.

use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::Timestamp;

/// What a profile says, counted.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct ProfileRow {
    pub account_id: Uuid,
    pub username: String,
    pub display_name: String,
    pub bio: String,
    pub posts: i64,
    pub followers: i64,
    pub following: i64,
    pub followed: bool,
}

statements! {
    INSERT = "insert into follows (follower_id, followed_id, created_at) values ($1, $2, $3) on conflict (follower_id, followed_id) do nothing";
    DELETE = "delete from follows where follower_id = $1 and followed_id = $2";
    PROFILE = "select a.account_id, a.username, a.display_name, a.bio,
            (select count(*) from posts p where p.account_id = a.account_id) as posts,
            (select count(*) from follows f where f.followed_id = a.account_id) as followers,
            (select count(*) from follows f where f.follower_id = a.account_id) as following,
            exists (select 1 from follows f where f.follower_id = $2 and f.followed_id = a.account_id) as followed
        from accounts a where a.username = $1 and a.disabled_at is null and a.delete_at is null";
    OF_ACCOUNT = "select a.username from follows f join accounts a on a.account_id = f.followed_id where f.follower_id = $1 order by a.username";
    UPDATE = "update accounts set display_name = $2, bio = $3 where account_id = $1";
    // Who has posted lately, looking at no more posts than are given: however many accounts there are.
    SUGGESTED = "select a.username, a.display_name
        from (select account_id, max(created_at) as latest
            from (select account_id, created_at from posts order by created_at desc, post_id desc limit $2) newest
            group by account_id) lately
        join accounts a on a.account_id = lately.account_id
        where a.disabled_at is null and a.delete_at is null and a.account_id <> $1
            and not exists (select 1 from follows f where f.follower_id = $1 and f.followed_id = a.account_id)
        order by lately.latest desc, a.username
        limit $3";
}

/// `follower` follows `followed`; a second time changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, follower: Uuid, followed: Uuid, now: Timestamp) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(INSERT).bind(follower).bind(followed).bind(now).execute(conn).await.map(|_| ()))
}

/// No longer; a second time changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn delete(tx: &mut Tx, follower: Uuid, followed: Uuid) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(DELETE).bind(follower).bind(followed).execute(conn).await.map(|_| ()))
}

/// The profile of an account that is not disabled, as `viewer` sees it.
///
/// # Errors
/// When the database fails.
pub async fn profile(db: &Db, username: &str, viewer: Option<Uuid>) -> Result<Option<ProfileRow>> {
    on!(read db, |conn| sqlx::query_as(PROFILE).bind(username).bind(viewer).fetch_optional(conn).await)
}

/// What an account says of itself from now on.
///
/// # Errors
/// When the database fails.
pub async fn update(db: &Db, account_id: Uuid, display_name: &str, bio: &str) -> Result<()> {
    on!(write db, |conn| sqlx::query(UPDATE).bind(account_id).bind(display_name).bind(bio).execute(conn).await.map(|_| ()))
}

/// Username and name to show of up to `limit` authors of the newest `posts` posts whom `viewer` does not follow.
///
/// # Errors
/// When the database fails.
pub async fn suggested(db: &Db, viewer: Uuid, posts: i64, limit: i64) -> Result<Vec<(String, String)>> {
    on!(read db, |conn| sqlx::query_as(SUGGESTED).bind(viewer).bind(posts).bind(limit).fetch_all(conn).await)
}

/// The usernames of all whom an account follows.
///
/// # Errors
/// When the database fails.
pub async fn of_account(db: &Db, account_id: Uuid) -> Result<Vec<String>> {
    on!(read db, |conn| sqlx::query_scalar(OF_ACCOUNT).bind(account_id).fetch_all(conn).await)
}
