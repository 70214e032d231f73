//! Table `events`: what happened to an account's security. Kept for 90 days.

use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::{Device, Timestamp, id};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct Event {
    pub event_id: Uuid,
    pub account_id: Uuid,
    pub session_id: Option<Uuid>,
    pub kind: String,
    pub user_agent: String,
    pub ip: String,
    pub created_at: Timestamp,
    pub alert: Option<String>,
    pub actor_id: Option<Uuid>,
}

/// A row with the names of whom it concerns.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct Named {
    #[sqlx(flatten)]
    pub event: Event,
    pub username: String,
    pub actor: Option<String>,
}

/// What a new row is made of.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct NewEvent<'a> {
    pub account_id: Uuid,
    pub session_id: Option<Uuid>,
    pub kind: &'a str,
    pub device: &'a Device,
    pub alert: Option<&'a str>,
    pub actor_id: Option<Uuid>,
    pub created_at: Timestamp,
}

statements! {
    INSERT = "insert into events (event_id, account_id, session_id, kind, user_agent, ip, created_at, alert, actor_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    OF_ACCOUNT = "select * from events
        where account_id = $1 and event_id < $2
            and ($3 = 'all'
                or ($3 = 'log_ins' and kind in ('logged_in', 'one_tap', 'passkey_used', 'log_in_refused',
                    'second_factor_refused', 'passkey_refused', 'passkey_unknown', 'passkey_copied'))
                or ($3 = 'passwords' and kind in ('password_changed', 'password_reset', 'reset_asked'))
                or ($3 = 'alarms' and (kind in ('log_in_refused', 'refresh_token_reused', 'saved_login_reused', 'second_factor_refused', 'passkey_copied') or alert is not null)))
        order by event_id desc
        limit $4";
    OPEN = "select * from events where account_id = $1 and alert = 'open' order by event_id desc limit 20";
    LATEST = "select * from events where account_id = $1 and kind = $2 and created_at > $3 order by event_id desc limit 1";
    BY_ID = "select * from events where event_id = $1 and account_id = $2";
    ANSWER = "update events set alert = $3 where event_id = $1 and account_id = $2 and (alert is null or alert = 'open') returning *";
    NEWEST = "select e.*, a.username, b.username as actor
        from events e join accounts a on a.account_id = e.account_id left join accounts b on b.account_id = e.actor_id
        where e.event_id < $1
        order by e.event_id desc
        limit $2";
    PURGE = "delete from events where created_at < $1";
}

/// The position before which everything is.
pub const NEWEST_FIRST: Uuid = Uuid::max();

macro_rules! insert {
    ($conn:expr, $new:expr) => {
        sqlx::query(INSERT)
            .bind(id($new.created_at))
            .bind($new.account_id)
            .bind($new.session_id)
            .bind($new.kind)
            .bind(&$new.device.user_agent)
            .bind(&$new.device.ip)
            .bind($new.created_at)
            .bind($new.alert)
            .bind($new.actor_id)
            .execute($conn)
            .await
            .map(|_| ())
    };
}

/// Notes an event.
///
/// # Errors
/// When the database fails.
pub async fn insert(db: &Db, account_id: Uuid, session_id: Option<Uuid>, kind: &str, device: &Device, now: Timestamp) -> Result<()> {
    let new = NewEvent { account_id, session_id, kind, device, alert: None, actor_id: None, created_at: now };
    on!(write db, |conn| insert!(conn, new))
}

/// Notes an event together with what it tells of.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut Tx, new: NewEvent<'_>) -> Result<()> {
    on!(tx tx, |conn| insert!(conn, new))
}

/// Up to `limit` events of an account, newest first, older than `before`. `topic`: `all`, `log_ins`, `passwords` or `alarms`.
///
/// # Errors
/// When the database fails.
pub async fn of_account(db: &Db, account_id: Uuid, before: Uuid, topic: &str, limit: i64) -> Result<Vec<Event>> {
    on!(read db, |conn| sqlx::query_as(OF_ACCOUNT).bind(account_id).bind(before).bind(topic).bind(limit).fetch_all(conn).await)
}

/// The newest of a kind after `since`, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn latest(db: &Db, account_id: Uuid, kind: &str, since: Timestamp) -> Result<Option<Event>> {
    on!(read db, |conn| sqlx::query_as(LATEST).bind(account_id).bind(kind).bind(since).fetch_optional(conn).await)
}

/// What its owner was asked about and has not answered, newest first, 20 at most.
///
/// # Errors
/// When the database fails.
pub async fn open(db: &Db, account_id: Uuid) -> Result<Vec<Event>> {
    on!(read db, |conn| sqlx::query_as(OPEN).bind(account_id).fetch_all(conn).await)
}

/// One of an account's own.
///
/// # Errors
/// When the database fails.
pub async fn by_id(db: &Db, account_id: Uuid, event_id: Uuid) -> Result<Option<Event>> {
    on!(read db, |conn| sqlx::query_as(BY_ID).bind(event_id).bind(account_id).fetch_optional(conn).await)
}

/// Notes what its owner answered, once. `None`: not theirs, or answered already.
///
/// # Errors
/// When the database fails.
pub async fn answer(tx: &mut Tx, account_id: Uuid, event_id: Uuid, answer: &str) -> Result<Option<Event>> {
    on!(tx tx, |conn| sqlx::query_as(ANSWER).bind(event_id).bind(account_id).bind(answer).fetch_optional(conn).await)
}

/// Up to `limit` events of everybody, newest first, older than `before`.
///
/// # Errors
/// When the database fails.
pub async fn newest(db: &Db, before: Uuid, limit: i64) -> Result<Vec<Named>> {
    on!(read db, |conn| sqlx::query_as(NEWEST).bind(before).bind(limit).fetch_all(conn).await)
}

/// Removes what happened before `before`.
///
/// # Errors
/// When the database fails.
pub async fn purge(db: &Db, before: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(PURGE).bind(before).execute(conn).await.map(|_| ()))
}
