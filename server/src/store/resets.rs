//! Tables `resets` and `forgotten`: passwords that somebody does not know any more.

use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::{Device, Timestamp, id};

statements! {
    PUT = "insert into resets (account_id, token, expires_at) values ($1, $2, $3)
        on conflict (account_id) do update set token = $2, expires_at = $3";
    OPENS = "select account_id from resets where token = $1 and expires_at > $2";
    TAKE = "delete from resets where token = $1 and expires_at > $2 returning account_id";
    FORGET = "delete from resets where account_id = $1";
    PURGE = "delete from resets where expires_at <= $1";
    ASK = "insert into forgotten (forgotten_id, login, user_agent, ip, created_at) values ($1, $2, $3, $4, $5)";
    NEXT = "select forgotten_id from forgotten order by created_at, forgotten_id limit 1";
    TAKE_NEXT = "delete from forgotten where forgotten_id = $1 returning login, user_agent, ip";
}

/// Somebody has forgotten a password.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Forgotten {
    /// Username or e-mail address, in lower case, as typed.
    pub login: String,
    /// Who asked.
    pub user_agent: String,
    /// From where.
    pub ip: String,
}

/// The one token that an account has from now on, by its hash.
///
/// # Errors
/// When the database fails.
pub async fn put(db: &Db, account_id: Uuid, token: &[u8], expires_at: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(PUT).bind(account_id).bind(token).bind(expires_at).execute(conn).await.map(|_| ()))
}

/// Whose password a token may set, if it holds.
///
/// # Errors
/// When the database fails.
pub async fn opens(db: &Db, token: &[u8], now: Timestamp) -> Result<Option<Uuid>> {
    on!(read db, |conn| sqlx::query_scalar(OPENS).bind(token).bind(now).fetch_optional(conn).await)
}

/// The same, and the token is spent. Of several who come at once, one gets it.
///
/// # Errors
/// When the database fails.
pub async fn take(tx: &mut Tx, token: &[u8], now: Timestamp) -> Result<Option<Uuid>> {
    on!(tx tx, |conn| sqlx::query_scalar(TAKE).bind(token).bind(now).fetch_optional(conn).await)
}

/// Whatever token an account has is worth nothing any more.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut Tx, account_id: Uuid) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(FORGET).bind(account_id).execute(conn).await.map(|_| ()))
}

/// Removes what has expired.
///
/// # Errors
/// When the database fails.
pub async fn purge(db: &Db, now: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(PURGE).bind(now).execute(conn).await.map(|_| ()))
}

/// Notes what somebody typed, to be looked up later.
///
/// # Errors
/// When the database fails.
pub async fn ask(db: &Db, login: &str, device: &Device, now: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(ASK)
        .bind(id(now))
        .bind(login)
        .bind(&device.user_agent)
        .bind(&device.ip)
        .bind(now)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Whether there is something to be looked up: its key.
///
/// # Errors
/// When the database fails.
pub async fn next(db: &Db) -> Result<Option<Uuid>> {
    on!(read db, |conn| sqlx::query_scalar(NEXT).fetch_optional(conn).await)
}

/// Takes it. `None`: another server was faster.
///
/// # Errors
/// When the database fails.
pub async fn take_next(tx: &mut Tx, forgotten_id: Uuid) -> Result<Option<Forgotten>> {
    on!(tx tx, |conn| sqlx::query_as(TAKE_NEXT).bind(forgotten_id).fetch_optional(conn).await)
}
