//! Table `sessions`. Every change of a chain is one conditional update with its whole predicate, so that a race has one winner
//! and a log-out beats a refresh in flight, with any number of servers.

use app::wire::session::{TokenStorage, Why};
use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::{Device, Race, Timestamp};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct Session {
    pub session_id: Uuid,
    pub account_id: Uuid,
    pub storage: String,
    pub saved: bool,
    pub user_agent: String,
    pub ip: String,
    pub generation: i64,
    pub confirmed: bool,
    pub handed_out_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub idle_expires_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub ended_why: Option<String>,
    pub family: Option<Uuid>,
    pub browser: Option<Vec<u8>>,
    pub parent: i64,
    pub label: Option<String>,
    pub jkt: Option<Vec<u8>>,
}

impl Session {
    /// The first session of its family: itself, unless it was forked.
    #[must_use]
    pub fn family(&self) -> Uuid {
        self.family.unwrap_or(self.session_id)
    }

    /// Where its tokens live.
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

/// A row with what there is to know of its account, in one look.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct WithAccount {
    #[sqlx(flatten)]
    pub session: Session,
    pub username: String,
    pub display_name: String,
    pub role: String,
    pub epoch: i64,
    pub disabled_at: Option<Timestamp>,
}

/// What a new row is made of.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct NewSession {
    pub session_id: Uuid,
    pub account_id: Uuid,
    pub storage: TokenStorage,
    pub saved: bool,
    pub device: Device,
    pub created_at: Timestamp,
    pub idle_expires_at: Timestamp,
    pub expires_at: Timestamp,
    pub family: Option<Uuid>,
    pub browser: Option<Vec<u8>>,
    pub jkt: Option<Vec<u8>>,
}

/// Which session, at which generation, at what time, within which race: the part that every step of a chain shares.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// The session.
    pub session_id: Uuid,
    /// The generation presented.
    pub generation: i64,
    /// Now.
    pub now: Timestamp,
    /// For how long what was handed out may be in a race.
    pub race: Race,
}

/// What one row of the refresh table does to a session. See [`crate::auth::chain::Verdict`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Row 2: the newest generation comes back, and the next is handed out. The session may be unused until this time.
    Rotate(Timestamp),
    /// Row 3: the newest generation comes back right after it was handed out.
    Confirm,
    /// Row 4: the answer with the newest generation may still be on its way, or is lost, and it is handed out once more, so the race
    /// window begins anew: a second tab may be on its way with the same old token.
    Repeat,
    /// Row 4, later: the answer with the newest generation is lost, or somebody else has it: another one is handed out. The session may
    /// be unused until this time.
    Another(Timestamp),
    /// Row 7: the token is newer than the row, which was restored from an earlier state. The session may be unused until this time.
    CatchUp(Timestamp),
    /// Row 6: a generation that had been replaced, and whose successor had come back, is shown again.
    EndForReuse,
    /// The same for every generation that had been replaced, whether or not its successor had come back: a rule of the lab.
    EndForAnyReuse,
    /// Row 1: a limit has passed, and that is written down.
    Expire,
}

statements! {
    BY_ID = "select * from sessions where session_id = $1";
    WITH_ACCOUNT = "select s.*, a.username, a.display_name, a.role, a.epoch, a.disabled_at
        from sessions s join accounts a on a.account_id = s.account_id
        where s.session_id = $1";
    INSERT = "insert into sessions (session_id, account_id, storage, saved, user_agent, ip, generation, confirmed, handed_out_at,
            created_at, last_seen_at, idle_expires_at, expires_at, family, browser, jkt, parent)
        values ($1, $2, $3, $4, $5, $6, 1, false, null, $7, $7, $8, $9, $10, $11, $12, 0)
        returning *";
    ROTATE = "update sessions set parent = generation, generation = generation + 1, confirmed = false, handed_out_at = $3, last_seen_at = $3,
            idle_expires_at = case when $5 < expires_at then $5 else expires_at end
        where session_id = $1 and generation = $2 and (handed_out_at is null or handed_out_at <= $3 - cast($4 as bigint))
            and ended_at is null and idle_expires_at > $3 and expires_at > $3
        returning *";
    CONFIRM_BY_REFRESH = "update sessions set confirmed = true, handed_out_at = case when confirmed then handed_out_at else $3 end
        where session_id = $1 and generation = $2 and handed_out_at > $3 - cast($4 as bigint)
            and ended_at is null and idle_expires_at > $3 and expires_at > $3
        returning *";
    REPEAT = "update sessions set handed_out_at = $3
        where session_id = $1 and parent <= $2 and generation > $2 and not confirmed and handed_out_at > $3 - cast($4 as bigint)
            and ended_at is null and idle_expires_at > $3 and expires_at > $3
        returning *";
    ANOTHER = "update sessions set generation = generation + 1, handed_out_at = $3, last_seen_at = $3,
            idle_expires_at = case when $5 < expires_at then $5 else expires_at end
        where session_id = $1 and parent <= $2 and generation > $2 and not confirmed
            and (handed_out_at is null or handed_out_at <= $3 - cast($4 as bigint))
            and ended_at is null and idle_expires_at > $3 and expires_at > $3
        returning *";
    CATCH_UP = "update sessions set parent = $2, generation = $2 + 1, confirmed = false, handed_out_at = $3, last_seen_at = $3,
            idle_expires_at = case when $4 < expires_at then $4 else expires_at end
        where session_id = $1 and generation < $2
            and ended_at is null and idle_expires_at > $3 and expires_at > $3
        returning *";
    END_FOR_REUSE = "update sessions set ended_at = $3, ended_why = 'reuse'
        where session_id = $1 and generation > $2 and (confirmed or parent > $2)
            and (handed_out_at is null or handed_out_at <= $3 - cast($4 as bigint))
            and ended_at is null and idle_expires_at > $3 and expires_at > $3
        returning *";
    END_FOR_ANY_REUSE = "update sessions set ended_at = $3, ended_why = 'reuse'
        where session_id = $1 and generation > $2
            and ended_at is null and idle_expires_at > $3 and expires_at > $3
        returning *";
    EXPIRE = "update sessions set ended_at = $2, ended_why = case when expires_at <= $2 then 'age' else 'idle' end
        where session_id = $1 and ended_at is null and (idle_expires_at <= $2 or expires_at <= $2)
        returning *";
    END_FAMILY = "update sessions set ended_at = $3, ended_why = $4
        where account_id = $1 and coalesce(family, session_id) = $2 and ended_at is null
        returning session_id";
    END = "update sessions set ended_at = $2, ended_why = $3 where session_id = $1 and ended_at is null returning *";
    CONFIRM = "update sessions set confirmed = case when generation = $2 then true else confirmed end,
            handed_out_at = case when generation = $2 and not confirmed and handed_out_at < $3 then $3 else handed_out_at end,
            last_seen_at = case when last_seen_at < $3 then $3 else last_seen_at end
        where session_id = $1 and ended_at is null";
    CHANGE = "update sessions set saved = $2, idle_expires_at = $4, expires_at = $5, storage = $6, browser = $7, jkt = $8
        where session_id = $1 and ended_at is null and idle_expires_at > $3 and expires_at > $3
        returning *";
    PROLONG = "update sessions set
            idle_expires_at = case when idle_expires_at < $3 then $3 else idle_expires_at end,
            expires_at = case when expires_at < $4 then $4 else expires_at end
        where session_id = $1 and ended_at is null and idle_expires_at > $2 and expires_at > $2";
    LIVES = "select count(*) from sessions where session_id = $1 and ended_at is null";
    LIVING = "select * from sessions where account_id = $1 and ended_at is null and idle_expires_at > $2 and expires_at > $2
        order by last_seen_at desc, session_id desc";
    ALL_OF_ACCOUNT = "select * from sessions where account_id = $1 order by session_id";
    END_OTHERS = "update sessions set ended_at = $3, ended_why = $4
        where account_id = $1 and coalesce(family, session_id) <> $2 and ended_at is null
            and idle_expires_at > $3 and expires_at > $3
        returning session_id, coalesce(family, session_id)";
    CALL = "update sessions set label = $3 where account_id = $1 and coalesce(family, session_id) = $2 and ended_at is null";
    ENDED_SINCE = "select session_id, ended_at from sessions where ended_at > $1";
    PURGE = "delete from sessions where ended_at < $1 or expires_at < $1 or idle_expires_at < $1";
    AGE = "update sessions set created_at = created_at - cast($2 as bigint), last_seen_at = last_seen_at - cast($2 as bigint),
            handed_out_at = handed_out_at - cast($2 as bigint), idle_expires_at = idle_expires_at - cast($2 as bigint),
            expires_at = expires_at - cast($2 as bigint)
        where account_id = $1 and ended_at is null";
    STRENGTHEN = "update sessions set strong = true where session_id = $1";
    IS_STRONG = "select strong from sessions where session_id = $1";
}

/// The statement of a step, with what it needs, on whatever can run it.
macro_rules! run {
    ($conn:expr, $at:expr, $step:expr) => {{
        let (At { session_id, generation, now, race }, conn) = ($at, $conn);
        match $step {
            Step::Rotate(idle_until) => {
                sqlx::query_as(ROTATE)
                    .bind(session_id)
                    .bind(generation)
                    .bind(now)
                    .bind(race.window)
                    .bind(idle_until)
                    .fetch_optional(conn)
                    .await
            }
            Step::Confirm => {
                sqlx::query_as(CONFIRM_BY_REFRESH).bind(session_id).bind(generation).bind(now).bind(race.window).fetch_optional(conn).await
            }
            Step::Repeat => sqlx::query_as(REPEAT).bind(session_id).bind(generation).bind(now).bind(race.answer).fetch_optional(conn).await,
            Step::Another(idle_until) => {
                sqlx::query_as(ANOTHER)
                    .bind(session_id)
                    .bind(generation)
                    .bind(now)
                    .bind(race.answer)
                    .bind(idle_until)
                    .fetch_optional(conn)
                    .await
            }
            Step::CatchUp(idle_until) => {
                sqlx::query_as(CATCH_UP).bind(session_id).bind(generation).bind(now).bind(idle_until).fetch_optional(conn).await
            }
            Step::EndForReuse => {
                sqlx::query_as(END_FOR_REUSE).bind(session_id).bind(generation).bind(now).bind(race.window).fetch_optional(conn).await
            }
            Step::EndForAnyReuse => {
                sqlx::query_as(END_FOR_ANY_REUSE).bind(session_id).bind(generation).bind(now).fetch_optional(conn).await
            }
            Step::Expire => sqlx::query_as(EXPIRE).bind(session_id).bind(now).fetch_optional(conn).await,
        }
    }};
}

/// By key.
///
/// # Errors
/// When the database fails.
pub async fn by_id(db: &Db, session_id: Uuid) -> Result<Option<Session>> {
    on!(read db, |conn| sqlx::query_as(BY_ID).bind(session_id).fetch_optional(conn).await)
}

/// By key, with its account.
///
/// # Errors
/// When the database fails.
pub async fn with_account(db: &Db, session_id: Uuid) -> Result<Option<WithAccount>> {
    on!(read db, |conn| sqlx::query_as(WITH_ACCOUNT).bind(session_id).fetch_optional(conn).await)
}

/// A new row, at generation 1.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, new: &NewSession) -> Result<Session> {
    on!(tx tx, |conn| sqlx::query_as(INSERT)
        .bind(new.session_id)
        .bind(new.account_id)
        .bind(new.storage.as_str())
        .bind(new.saved)
        .bind(&new.device.user_agent)
        .bind(&new.device.ip)
        .bind(new.created_at)
        .bind(new.idle_expires_at)
        .bind(new.expires_at)
        .bind(new.family)
        .bind(&new.browser)
        .bind(&new.jkt)
        .fetch_one(conn)
        .await)
}

/// Carries out one step of a chain: a conditional update with its whole predicate. `None`: the row has moved, somebody was faster.
///
/// On the embedded database, steps that come together are committed together (see [`super::together`]).
///
/// # Errors
/// When the database fails.
pub async fn step(db: &Db, at: At, step: Step) -> Result<Option<Session>> {
    match db {
        Db::Sqlite { steps, .. } => steps.take(at, step).await,
        Db::Postgres(pool) => run!(pool, at, step),
    }
}

/// The same on a connection of the embedded database.
pub(super) async fn step_here(conn: &mut sqlx::SqliteConnection, at: At, step: Step) -> Result<Option<Session>> {
    run!(conn, at, step)
}

/// Ends a session for a reason. `None`: it had ended before, and keeps its first reason.
///
/// # Errors
/// When the database fails.
pub async fn end(db: &Db, session_id: Uuid, why: Why, now: Timestamp) -> Result<Option<Session>> {
    on!(write db, |conn| sqlx::query_as(END).bind(session_id).bind(now).bind(why.as_str()).fetch_optional(conn).await)
}

/// Ends what is left of a family, and answers with whom it ended.
///
/// # Errors
/// When the database fails.
pub async fn end_family(db: &Db, account_id: Uuid, family: Uuid, why: Why, now: Timestamp) -> Result<Vec<Uuid>> {
    on!(write db, |conn| sqlx::query_scalar(END_FAMILY).bind(account_id).bind(family).bind(now).bind(why.as_str()).fetch_all(conn).await)
}

/// The same in a transaction.
///
/// # Errors
/// When the database fails.
pub async fn end_family_here(tx: &mut Tx, account_id: Uuid, family: Uuid, why: Why, now: Timestamp) -> Result<Vec<Uuid>> {
    on!(tx tx, |conn| sqlx::query_scalar(END_FAMILY).bind(account_id).bind(family).bind(now).bind(why.as_str()).fetch_all(conn).await)
}

/// Ends whatever an account has but one family (none has the nil id), and answers with the sessions it ended and their families.
///
/// # Errors
/// When the database fails.
pub async fn end_others(tx: &mut Tx, account_id: Uuid, but: Uuid, why: Why, now: Timestamp) -> Result<Vec<(Uuid, Uuid)>> {
    on!(tx tx, |conn| sqlx::query_as(END_OTHERS).bind(account_id).bind(but).bind(now).bind(why.as_str()).fetch_all(conn).await)
}

/// Whether a session has not ended, as a transaction sees it.
///
/// # Errors
/// When the database fails.
pub async fn lives(tx: &mut Tx, session_id: Uuid) -> Result<bool> {
    let count: i64 = on!(tx tx, |conn| sqlx::query_scalar(LIVES).bind(session_id).fetch_one(conn).await)?;
    Ok(count > 0)
}

/// The sessions of an account that can be used, last used first.
///
/// # Errors
/// When the database fails.
pub async fn living(db: &Db, account_id: Uuid, now: Timestamp) -> Result<Vec<Session>> {
    on!(read db, |conn| sqlx::query_as(LIVING).bind(account_id).bind(now).fetch_all(conn).await)
}

/// Every session of an account that is still known, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn all_of_account(db: &Db, account_id: Uuid) -> Result<Vec<Session>> {
    on!(read db, |conn| sqlx::query_as(ALL_OF_ACCOUNT).bind(account_id).fetch_all(conn).await)
}

/// What its owner calls a family from now on. `false`: there is none of that id.
///
/// # Errors
/// When the database fails.
pub async fn call(db: &Db, account_id: Uuid, family: Uuid, label: Option<&str>) -> Result<bool> {
    on!(write db, |conn| sqlx::query(CALL).bind(account_id).bind(family).bind(label).execute(conn).await.map(|done| done.rows_affected() > 0))
}

/// A generation has come back as an access token: `(session, generation, when)`, many in one transaction.
///
/// # Errors
/// When the database fails; then none of them is written.
pub async fn confirm(db: &Db, seen: &[(Uuid, i64, Timestamp)]) -> Result<()> {
    let mut tx = db.begin().await?;
    for (session_id, generation, at) in seen {
        on!(tx &mut tx, |conn| sqlx::query(CONFIRM).bind(session_id).bind(generation).bind(at).execute(conn).await.map(|_| ()))?;
    }
    tx.commit().await
}

/// What of a living session is changed.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct Change {
    pub saved: bool,
    pub idle_expires_at: Timestamp,
    pub expires_at: Timestamp,
    pub storage: TokenStorage,
    pub browser: Option<Vec<u8>>,
    pub jkt: Option<Vec<u8>>,
}

/// Changes a living session. `None`: it has ended.
///
/// # Errors
/// When the database fails.
pub async fn change(db: &Db, session_id: Uuid, now: Timestamp, to: &Change) -> Result<Option<Session>> {
    on!(write db, |conn| sqlx::query_as(CHANGE)
        .bind(session_id)
        .bind(to.saved)
        .bind(now)
        .bind(to.idle_expires_at)
        .bind(to.expires_at)
        .bind(to.storage.as_str())
        .bind(&to.browser)
        .bind(&to.jkt)
        .fetch_optional(conn)
        .await)
}

/// Moves the limits of a living session further away, never nearer. Whether it lives.
///
/// # Errors
/// When the database fails.
pub async fn prolong(db: &Db, session_id: Uuid, now: Timestamp, idle_until: Timestamp, until: Timestamp) -> Result<bool> {
    on!(write db, |conn| sqlx::query(PROLONG)
        .bind(session_id)
        .bind(now)
        .bind(idle_until)
        .bind(until)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() > 0))
}

/// The sessions that ended after `since`, with the moment.
///
/// # Errors
/// When the database fails.
pub async fn ended_since(db: &Db, since: Timestamp) -> Result<Vec<(Uuid, Timestamp)>> {
    on!(read db, |conn| sqlx::query_as(ENDED_SINCE).bind(since).fetch_all(conn).await)
}

/// Removes what ended or ran out before `before`.
///
/// # Errors
/// When the database fails.
pub async fn purge(db: &Db, before: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(PURGE).bind(before).execute(conn).await.map(|_| ()))
}

/// The living sessions of an account become older by so many milliseconds.
///
/// # Errors
/// When the database fails.
pub async fn age(tx: &mut Tx, account_id: Uuid, by: i64) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(AGE).bind(account_id).bind(by).execute(conn).await.map(|_| ()))
}

/// Two factors were shown for this session.
///
/// # Errors
/// When the database fails.
pub async fn strengthen(db: &Db, session_id: Uuid) -> Result<()> {
    on!(write db, |conn| sqlx::query(STRENGTHEN).bind(session_id).execute(conn).await.map(|_| ()))
}

/// Whether two factors were shown for this session.
///
/// # Errors
/// When the database fails.
pub async fn is_strong(db: &Db, session_id: Uuid) -> Result<bool> {
    let strong: Option<bool> = on!(read db, |conn| sqlx::query_scalar(IS_STRONG).bind(session_id).fetch_optional(conn).await)?;
    Ok(strong.unwrap_or(false))
}
