//! Table `accounts`.

use app::wire::account::{AccountSummary, Role};
use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::Timestamp;

/// A row.
#[derive(Clone, Debug, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct Account {
    pub account_id: Uuid,
    pub username: String,
    pub display_name: String,
    pub email: String,
    pub email_key: Option<String>,
    pub password_hash: String,
    pub role: String,
    pub epoch: i64,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
}

impl Account {
    /// What it may do. The column has a check; anything else would be the least.
    #[must_use]
    pub fn role(&self) -> Role {
        role(&self.role)
    }
}

/// What the column says. It has a check; anything else would be the least.
#[must_use]
pub fn role(text: &str) -> Role {
    if text == Role::Admin.as_str() { Role::Admin } else { Role::User }
}

statements! {
    BY_ID = "select * from accounts where account_id = $1";
    BY_LOGIN = "select * from accounts where username = $1 or email_key = $1";
    INSERT = "insert into accounts (account_id, username, display_name, email, email_key, password_hash, role, epoch, created_at)
        values ($1, $2, $3, $4, (select $5 where not exists (select 1 from accounts where email_key = $5)), $6, $7, 0, $8)
        returning *";
    REHASH = "update accounts set password_hash = $3 where account_id = $1 and password_hash = $2";
    COUNT = "select count(*) from accounts";
    CHANGED_SINCE = "select account_id, epoch, disabled_at is not null as disabled, changed_at from accounts where changed_at > $1";
    INSERT_MAIL = "insert into mails (mail_id, recipient, subject, body, created_at) values ($1, $2, $3, $4, $5)";
    SUMMARIES = "select a.account_id, a.username, a.display_name, a.role, a.created_at, a.disabled_at,
            count(s.session_id) as sessions, max(s.last_seen_at) as last_seen_at
        from accounts a
        left join sessions s on s.account_id = a.account_id and s.ended_at is null and s.idle_expires_at > $1 and s.expires_at > $1
        group by a.account_id, a.username, a.display_name, a.role, a.created_at, a.disabled_at
        order by a.created_at, a.account_id
        limit 1000";
}

/// By key.
///
/// # Errors
/// When the database fails.
pub async fn by_id(db: &Db, account_id: Uuid) -> Result<Option<Account>> {
    on!(read db, |conn| sqlx::query_as(BY_ID).bind(account_id).fetch_optional(conn).await)
}

/// By username or claimed e-mail address, in lower case. The two cannot meet: a username has no `@`.
///
/// # Errors
/// When the database fails.
pub async fn by_login(db: &Db, login: &str) -> Result<Option<Account>> {
    on!(read db, |conn| sqlx::query_as(BY_LOGIN).bind(login).fetch_optional(conn).await)
}

/// What a new row is made of.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct NewAccount {
    pub account_id: Uuid,
    pub username: String,
    pub display_name: String,
    pub email: String,
    pub email_key: String,
    pub password_hash: String,
    pub role: Role,
    pub created_at: Timestamp,
}

/// A new row. The e-mail address is claimed when nobody has it yet, and otherwise only noted: see `email_key` in the answer.
///
/// # Errors
/// [`super::is_taken`] when the username is somebody's.
pub async fn insert(tx: &mut Tx, new: &NewAccount) -> Result<Account> {
    on!(tx tx, |conn| sqlx::query_as(INSERT)
        .bind(new.account_id)
        .bind(&new.username)
        .bind(&new.display_name)
        .bind(&new.email)
        .bind(&new.email_key)
        .bind(&new.password_hash)
        .bind(new.role.as_str())
        .bind(new.created_at)
        .fetch_one(conn)
        .await)
}

/// A better hash of the same password, unless the password has changed meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn rehash(db: &Db, account_id: Uuid, old: &str, new: &str) -> Result<()> {
    on!(write db, |conn| sqlx::query(REHASH).bind(account_id).bind(old).bind(new).execute(conn).await.map(|_| ()))
}

/// How many there are.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &Db) -> Result<i64> {
    on!(read db, |conn| sqlx::query_scalar(COUNT).fetch_one(conn).await)
}

/// What decides about an account's access tokens, and since when it has been so, by the clock of the database.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct Standing {
    pub account_id: Uuid,
    pub epoch: i64,
    pub disabled: bool,
    pub changed_at: Timestamp,
}

/// The accounts whose epoch was raised, or that were disabled or enabled, after `since`.
///
/// # Errors
/// When the database fails.
pub async fn changed_since(db: &Db, since: Timestamp) -> Result<Vec<Standing>> {
    on!(read db, |conn| sqlx::query_as(CHANGED_SINCE).bind(since).fetch_all(conn).await)
}

/// Puts a mail into the outbox.
///
/// # Errors
/// When the database fails.
pub async fn insert_mail(tx: &mut Tx, mail_id: Uuid, to: &str, subject: &str, body: &str, now: Timestamp) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(INSERT_MAIL).bind(mail_id).bind(to).bind(subject).bind(body).bind(now).execute(conn).await.map(|_| ()))
}

#[derive(sqlx::FromRow)]
struct SummaryRow {
    account_id: Uuid,
    username: String,
    display_name: String,
    role: String,
    created_at: Timestamp,
    disabled_at: Option<Timestamp>,
    sessions: i64,
    last_seen_at: Option<Timestamp>,
}

/// Every account with its living sessions counted, oldest first, 1000 at most.
///
/// # Errors
/// When the database fails.
pub async fn summaries(db: &Db, now: Timestamp) -> Result<Vec<AccountSummary>> {
    let rows: Vec<SummaryRow> = on!(read db, |conn| sqlx::query_as(SUMMARIES).bind(now).fetch_all(conn).await)?;
    Ok(rows
        .into_iter()
        .map(|row| AccountSummary {
            account_id: row.account_id,
            role: role(&row.role),
            username: row.username,
            display_name: row.display_name,
            created_at: row.created_at,
            sessions: row.sessions,
            last_seen_at: row.last_seen_at,
            disabled: row.disabled_at.is_some(),
        })
        .collect())
}
