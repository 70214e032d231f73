//! Table `mails`: what is to be sent, and what was. A mail is a row before it is anything else, so that none is lost.

use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::Timestamp;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct Mail {
    pub mail_id: Uuid,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    pub created_at: Timestamp,
    pub reset_of: Option<Uuid>,
    pub attempts: i64,
    pub try_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}

statements! {
    INSERT = "insert into mails (mail_id, recipient, subject, body, created_at, reset_of) values ($1, $2, $3, $4, $5, $6)";
    DUE = "select mail_id from mails where sent_at is null and try_at <= $1 and created_at > $2 order by created_at, mail_id limit 1";
    CLAIM = "update mails set attempts = attempts + 1, try_at = $3
        where mail_id = $1 and sent_at is null and try_at <= $2
        returning *";
    SENT = "update mails set sent_at = $2, body = $3 where mail_id = $1";
    LATER = "update mails set try_at = $3 where mail_id = $1 and attempts = $2 and sent_at is null";
    NEWEST = "select * from mails order by created_at desc, mail_id desc limit $1";
    PURGE = "delete from mails where created_at < $1";
    FORGET = "delete from mails where recipient = $1";
}

/// A new mail. Its body may name `{site}`, which becomes the public origin when it is sent.
///
/// # Errors
/// When the database fails.
pub async fn insert(tx: &mut Tx, mail_id: Uuid, to: &str, subject: &str, body: &str, now: Timestamp) -> Result<()> {
    put(tx, mail_id, to, subject, body, now, None).await
}

/// The same for a mail whose body names `{reset}`, which becomes a link to a new password for this account when it is sent.
///
/// # Errors
/// When the database fails.
pub async fn insert_reset(tx: &mut Tx, mail_id: Uuid, to: &str, subject: &str, body: &str, now: Timestamp, of: Uuid) -> Result<()> {
    put(tx, mail_id, to, subject, body, now, Some(of)).await
}

async fn put(tx: &mut Tx, mail_id: Uuid, to: &str, subject: &str, body: &str, now: Timestamp, reset_of: Option<Uuid>) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(INSERT)
        .bind(mail_id)
        .bind(to)
        .bind(subject)
        .bind(body)
        .bind(now)
        .bind(reset_of)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Takes the oldest mail that is due, and puts its next try off until `until`, so that nobody else sends it. One conditional update:
/// whoever loses the race looks for the next one. Mails from before `oldest` have been given up.
///
/// # Errors
/// When the database fails.
pub async fn claim(db: &Db, now: Timestamp, oldest: Timestamp, until: Timestamp) -> Result<Option<Mail>> {
    loop {
        let due: Option<Uuid> = on!(read db, |conn| sqlx::query_scalar(DUE).bind(now).bind(oldest).fetch_optional(conn).await)?;
        let Some(mail_id) = due else { return Ok(None) };
        let mine: Option<Mail> =
            on!(write db, |conn| sqlx::query_as(CLAIM).bind(mail_id).bind(now).bind(until).fetch_optional(conn).await)?;
        if mine.is_some() {
            return Ok(mine);
        }
    }
}

/// It is sent, and this is what is kept of its text.
///
/// # Errors
/// When the database fails.
pub async fn sent(db: &Db, mail_id: Uuid, now: Timestamp, body: &str) -> Result<()> {
    on!(write db, |conn| sqlx::query(SENT).bind(mail_id).bind(now).bind(body).execute(conn).await.map(|_| ()))
}

/// It could not be sent, and is due again at `at`.
///
/// # Errors
/// When the database fails.
pub async fn later(db: &Db, mail: &Mail, at: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(LATER).bind(mail.mail_id).bind(mail.attempts).bind(at).execute(conn).await.map(|_| ()))
}

/// The newest, newest first.
///
/// # Errors
/// When the database fails.
pub async fn newest(db: &Db, limit: i64) -> Result<Vec<Mail>> {
    on!(read db, |conn| sqlx::query_as(NEWEST).bind(limit).fetch_all(conn).await)
}

/// Removes what was written before `before`.
///
/// # Errors
/// When the database fails.
pub async fn purge(db: &Db, before: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(PURGE).bind(before).execute(conn).await.map(|_| ()))
}

/// Removes every mail to an address.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut Tx, recipient: &str) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(FORGET).bind(recipient).execute(conn).await.map(|_| ()))
}
