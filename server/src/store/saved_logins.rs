//! Table `saved_logins`. A use is one conditional update with its whole predicate, in one transaction with the session it opens.

use app::wire::session::{TokenStorage, Why};
use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::{Race, Timestamp};

/// A row, with what there is to know of its account, and whether the session it opened last has been used.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct SavedLogin {
    pub saved_id: Uuid,
    pub account_id: Uuid,
    pub parked: bool,
    pub storage: String,
    pub ask_password: bool,
    pub generation: i64,
    pub parent: i64,
    pub confirmed: bool,
    pub handed_out_at: Option<Timestamp>,
    pub raced: bool,
    pub session_id: Uuid,
    pub created_at: Timestamp,
    pub idle_expires_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub ended_why: Option<String>,
    pub username: String,
    pub display_name: String,
    pub disabled_at: Option<Timestamp>,
    pub used: bool,
}

impl SavedLogin {
    /// Where the tokens of its sessions live.
    #[must_use]
    pub fn storage(&self) -> TokenStorage {
        TokenStorage::parse(&self.storage).unwrap_or_default()
    }

    /// Why it ended, if it has.
    #[must_use]
    pub fn ended(&self) -> Option<Why> {
        self.ended_at.map(|_| self.ended_why.as_deref().map_or(Why::Unknown, Why::parse))
    }
}

/// What a new row is made of.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct NewSavedLogin {
    pub saved_id: Uuid,
    pub account_id: Uuid,
    pub parked: bool,
    pub storage: TokenStorage,
    pub session_id: Uuid,
    pub created_at: Timestamp,
    pub idle_expires_at: Timestamp,
    pub expires_at: Timestamp,
}

/// One use of a key: which, at which generation, when, and the session that it opens or has opened.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// The saved login.
    pub saved_id: Uuid,
    /// The generation presented.
    pub generation: i64,
    /// Now.
    pub now: Timestamp,
    /// For how long what was handed out may be in a race.
    pub race: Race,
    /// The session.
    pub session_id: Uuid,
    /// The saved login may be unused until then.
    pub idle_until: Timestamp,
}

/// What a use does to the chain, by the rows of the refresh table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Row 2.
    Rotate,
    /// Row 3.
    Confirm,
    /// Row 4.
    Repeat,
    /// Row 4, later.
    Another,
    /// Row 7.
    CatchUp,
}

statements! {
    BY_ID = "select l.*, a.username, a.display_name, a.disabled_at,
            exists (select 1 from sessions s where s.session_id = l.session_id and (s.confirmed or s.parent > 0)) as used
        from saved_logins l join accounts a on a.account_id = l.account_id
        where l.saved_id = $1";
    LEFT_BY = "select saved_id from saved_logins
        where session_id = $1 and ended_at is null and idle_expires_at > $2 and expires_at > $2
        order by created_at desc limit 1";
    INSERT = "insert into saved_logins (saved_id, account_id, parked, storage, ask_password, generation, parent, confirmed, raced, session_id,
            created_at, idle_expires_at, expires_at)
        values ($1, $2, $3, $4, false, 1, 0, false, false, $5, $6, $7, $8)";
    KEEP = "update saved_logins set parked = false, created_at = $2, idle_expires_at = $3, expires_at = $4
        where saved_id = $1 and ended_at is null";
    ROTATE = "update saved_logins set parent = generation, generation = generation + 1, confirmed = false, handed_out_at = $3, session_id = $5,
            raced = (repeated_at is not null and repeated_at > $3 - cast($7 as bigint)), repeated_at = null,
            idle_expires_at = case when $6 < expires_at then $6 else expires_at end
        where saved_id = $1 and generation = $2 and (handed_out_at is null or handed_out_at <= $3 - cast($4 as bigint))
            and ended_at is null and idle_expires_at > $3 and expires_at > $3";
    CONFIRM = "update saved_logins set confirmed = true, raced = false, session_id = $5
        where saved_id = $1 and generation = $2 and handed_out_at > $3 - cast($4 as bigint)
            and ended_at is null and idle_expires_at > $3 and expires_at > $3";
    REPEAT = "update saved_logins set handed_out_at = $3, session_id = $5
        where saved_id = $1 and parent <= $2 and generation > $2 and handed_out_at > $3 - cast($4 as bigint)
            and (raced or not (confirmed or exists (select 1 from sessions s
                where s.session_id = saved_logins.session_id and (s.confirmed or s.parent > 0))))
            and ended_at is null and idle_expires_at > $3 and expires_at > $3";
    ANOTHER = "update saved_logins set generation = generation + 1, handed_out_at = $3, session_id = $5,
            idle_expires_at = case when $6 < expires_at then $6 else expires_at end
        where saved_id = $1 and parent <= $2 and generation > $2 and (handed_out_at is null or handed_out_at <= $3 - cast($4 as bigint))
            and (raced or not (confirmed or exists (select 1 from sessions s
                where s.session_id = saved_logins.session_id and (s.confirmed or s.parent > 0))))
            and ended_at is null and idle_expires_at > $3 and expires_at > $3";
    CATCH_UP = "update saved_logins set parent = $2, generation = $2 + 1, confirmed = false, raced = false, handed_out_at = $3, session_id = $4,
            idle_expires_at = case when $5 < expires_at then $5 else expires_at end
        where saved_id = $1 and generation < $2
            and ended_at is null and idle_expires_at > $3 and expires_at > $3";
    END_FOR_REUSE = "update saved_logins set ended_at = $3, ended_why = 'reuse'
        where saved_id = $1 and generation > $2 and (handed_out_at is null or handed_out_at <= $3 - cast($4 as bigint))
            and (parent > $2 or (not raced and (confirmed or exists (select 1 from sessions s
                where s.session_id = saved_logins.session_id and (s.confirmed or s.parent > 0)))))
            and ended_at is null and idle_expires_at > $3 and expires_at > $3
        returning saved_id";
    EXPIRE = "update saved_logins set ended_at = $2, ended_why = case when expires_at <= $2 then 'age' else 'idle' end
        where saved_id = $1 and ended_at is null and (idle_expires_at <= $2 or expires_at <= $2)";
    REPEATED = "update saved_logins set repeated_at = $3 where saved_id = $1 and generation = $2";
    ASK_PASSWORD = "update saved_logins set ask_password = $2 where saved_id = $1 and ended_at is null";
    MOVE = "update saved_logins set storage = $2 where saved_id = $1 and ended_at is null";
    END = "update saved_logins set ended_at = $2, ended_why = $3 where saved_id = $1 and ended_at is null";
    END_OF_SESSION = "update saved_logins set ended_at = $3, ended_why = $4
        where (session_id = $1 or saved_id = $2) and ended_at is null";
    END_OTHERS = "update saved_logins set ended_at = $3, ended_why = $4
        where account_id = $1 and ended_at is null and saved_id <> $2
            and session_id not in (select session_id from sessions where session_id = $2 or family = $2)";
    END_OF_FAMILY = "update saved_logins set ended_at = $3, ended_why = $4
        where account_id = $1 and ended_at is null and (saved_id = $2
            or session_id in (select session_id from sessions where session_id = $2 or family = $2))";
    TOUCH = "update saved_logins set idle_expires_at = case
            when parked and cast($3 as bigint) < expires_at then cast($3 as bigint)
            when not parked and cast($2 as bigint) < expires_at then cast($2 as bigint)
            else expires_at end
        where session_id = $1 and ended_at is null and idle_expires_at < case when parked then cast($3 as bigint) else cast($2 as bigint) end";
    AGE = "update saved_logins set created_at = created_at - cast($2 as bigint), handed_out_at = handed_out_at - cast($2 as bigint),
            repeated_at = repeated_at - cast($2 as bigint), idle_expires_at = idle_expires_at - cast($2 as bigint),
            expires_at = expires_at - cast($2 as bigint)
        where account_id = $1 and ended_at is null";
    NEWEST = "select saved_id from saved_logins where account_id = $1 order by saved_id desc limit 1";
    PURGE = "delete from saved_logins where ended_at < $1 or expires_at < $1";
}

/// By key.
///
/// # Errors
/// When the database fails.
pub async fn by_id(db: &Db, saved_id: Uuid) -> Result<Option<SavedLogin>> {
    on!(read db, |conn| sqlx::query_as(BY_ID).bind(saved_id).fetch_optional(conn).await)
}

/// The living one that a session has left, or was opened by last.
///
/// # Errors
/// When the database fails.
pub async fn left_by(db: &Db, session_id: Uuid, now: Timestamp) -> Result<Option<Uuid>> {
    on!(read db, |conn| sqlx::query_scalar(LEFT_BY).bind(session_id).bind(now).fetch_optional(conn).await)
}

/// The living saved logins of an account become older by so many milliseconds.
///
/// # Errors
/// When the database fails.
pub async fn age(tx: &mut Tx, account_id: Uuid, by: i64) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(AGE).bind(account_id).bind(by).execute(conn).await.map(|_| ()))
}

/// The one that was left last for an account, also when it has ended.
///
/// # Errors
/// When the database fails.
pub async fn newest(db: &Db, account_id: Uuid) -> Result<Option<Uuid>> {
    on!(read db, |conn| sqlx::query_scalar(NEWEST).bind(account_id).fetch_optional(conn).await)
}

/// A new row, at generation 1.
///
/// # Errors
/// When the database fails.
pub async fn insert(db: &Db, new: &NewSavedLogin) -> Result<()> {
    on!(write db, |conn| sqlx::query(INSERT)
        .bind(new.saved_id)
        .bind(new.account_id)
        .bind(new.parked)
        .bind(new.storage.as_str())
        .bind(new.session_id)
        .bind(new.created_at)
        .bind(new.idle_expires_at)
        .bind(new.expires_at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// One that was parked is saved from now on, until these limits.
///
/// # Errors
/// When the database fails.
pub async fn keep(db: &Db, saved_id: Uuid, now: Timestamp, idle_until: Timestamp, until: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(KEEP).bind(saved_id).bind(now).bind(idle_until).bind(until).execute(conn).await.map(|_| ()))
}

/// One turn of the chain. False: the row has moved, somebody was faster.
///
/// # Errors
/// When the database fails.
pub async fn turn(tx: &mut Tx, at: &Use, turn: Turn) -> Result<bool> {
    let Use { saved_id, generation, now, race, session_id, idle_until } = *at;
    let moved = on!(tx tx, |conn| {
        match turn {
            Turn::Rotate => sqlx::query(ROTATE)
                .bind(saved_id)
                .bind(generation)
                .bind(now)
                .bind(race.window)
                .bind(session_id)
                .bind(idle_until)
                .bind(race.answer)
                .execute(conn)
                .await
                .map(|done| done.rows_affected()),
            Turn::Another => sqlx::query(ANOTHER)
                .bind(saved_id)
                .bind(generation)
                .bind(now)
                .bind(race.answer)
                .bind(session_id)
                .bind(idle_until)
                .execute(conn)
                .await
                .map(|done| done.rows_affected()),
            Turn::CatchUp => sqlx::query(CATCH_UP)
                .bind(saved_id)
                .bind(generation)
                .bind(now)
                .bind(session_id)
                .bind(idle_until)
                .execute(conn)
                .await
                .map(|done| done.rows_affected()),
            Turn::Confirm | Turn::Repeat => {
                let (sql, ms) = if turn == Turn::Confirm { (CONFIRM, race.window) } else { (REPEAT, race.answer) };
                sqlx::query(sql)
                    .bind(saved_id)
                    .bind(generation)
                    .bind(now)
                    .bind(ms)
                    .bind(session_id)
                    .execute(conn)
                    .await
                    .map(|done| done.rows_affected())
            }
        }
    })?;
    Ok(moved > 0)
}

/// Row 6. False: the row has moved.
///
/// # Errors
/// When the database fails.
pub async fn end_for_reuse(db: &Db, saved_id: Uuid, generation: i64, now: Timestamp, race: Race) -> Result<bool> {
    let ended: Option<Uuid> = on!(write db, |conn| sqlx::query_scalar(END_FOR_REUSE)
        .bind(saved_id)
        .bind(generation)
        .bind(now)
        .bind(race.window)
        .fetch_optional(conn)
        .await)?;
    Ok(ended.is_some())
}

/// Row 1: a limit has passed, and that is written down.
///
/// # Errors
/// When the database fails.
pub async fn expire(db: &Db, saved_id: Uuid, now: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(EXPIRE).bind(saved_id).bind(now).execute(conn).await.map(|_| ()))
}

/// The newest generations, `(saved login, generation)`, are written into the cookie once more by an answer about something else.
///
/// # Errors
/// When the database fails.
pub async fn repeated(db: &Db, keys: &[(Uuid, i64)], now: Timestamp) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    for (saved_id, generation) in keys {
        on!(tx &mut tx, |conn| sqlx::query(REPEATED).bind(saved_id).bind(generation).bind(now).execute(conn).await.map(|_| ()))?;
    }
    tx.commit().await
}

/// Whether it asks for the password.
///
/// # Errors
/// When the database fails.
pub async fn ask_password(db: &Db, saved_id: Uuid, ask: bool) -> Result<()> {
    on!(write db, |conn| sqlx::query(ASK_PASSWORD).bind(saved_id).bind(ask).execute(conn).await.map(|_| ()))
}

/// Where the tokens of its sessions live, from now on.
///
/// # Errors
/// When the database fails.
pub async fn move_to(db: &Db, saved_id: Uuid, storage: TokenStorage) -> Result<()> {
    on!(write db, |conn| sqlx::query(MOVE).bind(saved_id).bind(storage.as_str()).execute(conn).await.map(|_| ()))
}

/// Ends one. One that has ended keeps its first reason.
///
/// # Errors
/// When the database fails.
pub async fn end(db: &Db, saved_id: Uuid, why: Why, now: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(END).bind(saved_id).bind(now).bind(why.as_str()).execute(conn).await.map(|_| ()))
}

/// Ends what a session has left, and what it was opened by: `family` is its family, which is the saved login where that opened it.
///
/// # Errors
/// When the database fails.
pub async fn end_of_session(db: &Db, session_id: Uuid, family: Uuid, why: Why, now: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(END_OF_SESSION).bind(session_id).bind(family).bind(now).bind(why.as_str()).execute(conn).await.map(|_| ()))
}

/// Ends all of an account, but for what belongs to one family of sessions; the nil id is no family's.
///
/// # Errors
/// When the database fails.
pub async fn end_others(tx: &mut Tx, account_id: Uuid, family: Uuid, why: Why, now: Timestamp) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(END_OTHERS).bind(account_id).bind(family).bind(now).bind(why.as_str()).execute(conn).await.map(|_| ()))
}

/// Ends what a family of sessions has left, or was opened by.
///
/// # Errors
/// When the database fails.
pub async fn end_of_family(tx: &mut Tx, account_id: Uuid, family: Uuid, why: Why, now: Timestamp) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(END_OF_FAMILY).bind(account_id).bind(family).bind(now).bind(why.as_str()).execute(conn).await.map(|_| ()))
}

/// Its session was in use until now: it may be unused until `saved_until`, or `parked_until` where it is parked.
///
/// # Errors
/// When the database fails.
pub async fn touch(db: &Db, session_id: Uuid, saved_until: Timestamp, parked_until: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(TOUCH).bind(session_id).bind(saved_until).bind(parked_until).execute(conn).await.map(|_| ()))
}

/// Removes what ended or ran out before `before`.
///
/// # Errors
/// When the database fails.
pub async fn purge(db: &Db, before: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(PURGE).bind(before).execute(conn).await.map(|_| ()))
}
