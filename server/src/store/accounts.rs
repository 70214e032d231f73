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
    pub password_changed_at: Option<Timestamp>,
    pub delete_at: Option<Timestamp>,
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
    STANDING = "select account_id, epoch, disabled_at is not null as disabled, coalesce(changed_at, 0) as changed_at from accounts
        where account_id = $1";
    HOLD = "update accounts set epoch = epoch where account_id = $1";
    ENTER = "update accounts set delete_at = case when $3 then delete_at end where account_id = $1 and password_hash = $2 and disabled_at is null returning *";
    SET_PASSWORD = "update accounts set password_hash = $3, password_changed_at = $4, epoch = epoch + 1
        where account_id = $1 and password_hash = $2
        returning *";
    GOVERN = "update accounts set role = coalesce(cast($2 as text), role), epoch = epoch + 1,
            disabled_at = case $3 when 'yes' then coalesce(disabled_at, $4) when 'no' then null else disabled_at end
        where account_id = $1
        returning *";
    DELETE_LATER = "update accounts set delete_at = $2, epoch = epoch + 1 where account_id = $1 and delete_at is null returning *";
    DUE = "select * from accounts where delete_at <= $1 limit 100";
    REMOVE = "delete from accounts where account_id = $1 and delete_at <= $2";
    GOVERNS = "select count(*) from accounts where account_id = $1 and role = 'admin' and disabled_at is null and delete_at is null";
    ADMINS = "select account_id from accounts where role = 'admin' order by account_id";
    OTHER_ADMINS = "select count(*) from accounts
        where account_id <> $1 and role = 'admin' and disabled_at is null and delete_at is null";
    SUMMARIES = "select a.account_id, a.username, a.display_name, a.role, a.created_at, a.disabled_at,
            (select count(*) from sessions s
                where s.account_id = a.account_id and s.ended_at is null and s.idle_expires_at > $1 and s.expires_at > $1) as sessions,
            (select max(s.last_seen_at) from sessions s
                where s.account_id = a.account_id and s.ended_at is null and s.idle_expires_at > $1 and s.expires_at > $1) as last_seen_at
        from accounts a
        where a.account_id between $2 and $3 and (a.username like $4 escape '!' or a.email_key like $4 escape '!')
        order by a.account_id
        limit $5";
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

/// How an account stands now.
///
/// # Errors
/// When the database fails.
pub async fn standing(db: &Db, account_id: Uuid) -> Result<Option<Standing>> {
    on!(write db, |conn| sqlx::query_as(STANDING).bind(account_id).fetch_optional(conn).await)
}

/// Makes others wait who begin or end sessions of this account, until the transaction is over. Whoever ends all of them has to see
/// the one that begins at this moment.
///
/// # Errors
/// When the database fails.
pub async fn hold(tx: &mut Tx, account_id: Uuid) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(HOLD).bind(account_id).execute(conn).await.map(|_| ()))
}

/// Somebody has shown the password that `hash` is of, and begins a session: the same as [`hold`], and whatever was to be removed
/// stays, unless it is `removed_all_the_same`. `None`: meanwhile the password has changed, or the account was disabled or removed.
///
/// # Errors
/// When the database fails.
pub async fn enter(tx: &mut Tx, account_id: Uuid, hash: &str, removed_all_the_same: bool) -> Result<Option<Account>> {
    on!(tx tx, |conn| sqlx::query_as(ENTER).bind(account_id).bind(hash).bind(removed_all_the_same).fetch_optional(conn).await)
}

/// Another password, which stops every access token. `None`: it has been changed meanwhile, and `old` is not its hash any more.
///
/// # Errors
/// When the database fails.
pub async fn set_password(tx: &mut Tx, account_id: Uuid, old: &str, new: &str, now: Timestamp) -> Result<Option<Account>> {
    on!(tx tx, |conn| sqlx::query_as(SET_PASSWORD).bind(account_id).bind(old).bind(new).bind(now).fetch_optional(conn).await)
}

/// Another role, disabled or enabled, which stops every access token. What is `None` stays as it is.
///
/// # Errors
/// When the database fails. `Ok(None)`: there is no such account.
pub async fn govern(tx: &mut Tx, account_id: Uuid, role: Option<Role>, disabled: Option<bool>, now: Timestamp) -> Result<Option<Account>> {
    let disabled = disabled.map_or("as it is", |disabled| if disabled { "yes" } else { "no" });
    on!(tx tx, |conn| sqlx::query_as(GOVERN)
        .bind(account_id)
        .bind(role.map(Role::as_str))
        .bind(disabled)
        .bind(now)
        .fetch_optional(conn)
        .await)
}

/// Whether it may govern others, now. After [`hold`] it stays so until the transaction is over.
///
/// # Errors
/// When the database fails.
pub async fn governs(tx: &mut Tx, account_id: Uuid) -> Result<bool> {
    let found: i64 = on!(tx tx, |conn| sqlx::query_scalar(GOVERNS).bind(account_id).fetch_one(conn).await)?;
    Ok(found > 0)
}

/// How many admins there are beside an account that could log in and are not about to be removed. All admins are held for that, in the order
/// of their ids as everywhere, so that the number stays true until the transaction is over.
///
/// # Errors
/// When the database fails.
pub async fn other_admins(tx: &mut Tx, account_id: Uuid) -> Result<i64> {
    let admins: Vec<Uuid> = on!(tx tx, |conn| sqlx::query_scalar(ADMINS).fetch_all(conn).await)?;
    for admin in admins {
        hold(tx, admin).await?;
    }
    on!(tx tx, |conn| sqlx::query_scalar(OTHER_ADMINS).bind(account_id).fetch_one(conn).await)
}

/// Everything of it is removed at `at`, unless somebody logs in before. `None`: it was asked before.
///
/// # Errors
/// When the database fails.
pub async fn delete_later(tx: &mut Tx, account_id: Uuid, at: Timestamp) -> Result<Option<Account>> {
    on!(tx tx, |conn| sqlx::query_as(DELETE_LATER).bind(account_id).bind(at).fetch_optional(conn).await)
}

/// Some of those that are to be removed by now.
///
/// # Errors
/// When the database fails.
pub async fn due(db: &Db, now: Timestamp) -> Result<Vec<Account>> {
    on!(write db, |conn| sqlx::query_as(DUE).bind(now).fetch_all(conn).await)
}

/// Removes an account, and with it whatever refers to it. `false`: its owner came back.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut Tx, account_id: Uuid, now: Timestamp) -> Result<bool> {
    on!(tx tx, |conn| sqlx::query(REMOVE).bind(account_id).bind(now).execute(conn).await.map(|done| done.rows_affected() > 0))
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

/// Up to `limit` accounts with their living sessions counted, oldest first, made after the account `after`. Only those whose username or
/// claimed e-mail address has `search` in it, however it is written.
///
/// # Errors
/// When the database fails.
pub async fn summaries(db: &Db, search: &str, after: Option<Uuid>, limit: i64, now: Timestamp) -> Result<Vec<AccountSummary>> {
    let search = search.trim().to_lowercase();
    // Nobody is called so, and PostgreSQL takes no NUL.
    if search.len() > LONGEST_SEARCH || search.contains('\0') {
        return Ok(Vec::new());
    }
    let from = after.map_or(Uuid::nil(), |after| Uuid::from_u128(after.as_u128().saturating_add(1)));
    summaries_between(db, (from, Uuid::max()), &like(&search), limit, now).await
}

/// A search longer than this finds nobody, in bytes.
const LONGEST_SEARCH: usize = 254;

/// A pattern of SQL for what has `text` in it.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// One account with its living sessions counted.
///
/// # Errors
/// When the database fails.
pub async fn summary(db: &Db, account_id: Uuid, now: Timestamp) -> Result<Option<AccountSummary>> {
    Ok(summaries_between(db, (account_id, account_id), "%", 1, now).await?.pop())
}

async fn summaries_between(db: &Db, (from, to): (Uuid, Uuid), like: &str, limit: i64, now: Timestamp) -> Result<Vec<AccountSummary>> {
    let rows: Vec<SummaryRow> = on!(read db, |conn| sqlx::query_as(SUMMARIES)
        .bind(now)
        .bind(from)
        .bind(to)
        .bind(like)
        .bind(limit)
        .fetch_all(conn)
        .await)?;
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
