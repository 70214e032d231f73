//! Table `browsers`: where an account has been logged in, by what the browser's own cookie hashes to.

use uuid::Uuid;

use super::{Result, Tx, on, statements};
use crate::model::Timestamp;

statements! {
    SEEN_AGAIN = "update browsers set seen_at = $3 where account_id = $1 and browser = $2";
    COUNT = "select count(*) from browsers where account_id = $1";
    INSERT = "insert into browsers (account_id, browser, seen_at) values ($1, $2, $3) on conflict (account_id, browser) do nothing";
    FORGET = "delete from browsers where account_id = $1 and seen_at < $2";
}

/// How a browser is known to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It has been seen before.
    Seen,
    /// It has not, and others have.
    New,
    /// It is the first browser at all.
    First,
}

/// Remembers a browser, and answers how it was known before. What was not seen since `forget` is forgotten.
///
/// # Errors
/// When the database fails.
pub async fn see(tx: &mut Tx, account_id: Uuid, browser: &[u8], now: Timestamp, forget: Timestamp) -> Result<Known> {
    on!(tx &mut *tx, |conn| sqlx::query(FORGET).bind(account_id).bind(forget).execute(conn).await.map(|_| ()))?;
    let again: u64 = on!(tx &mut *tx, |conn| sqlx::query(SEEN_AGAIN)
        .bind(account_id)
        .bind(browser)
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    if again > 0 {
        return Ok(Known::Seen);
    }
    let others: i64 = on!(tx &mut *tx, |conn| sqlx::query_scalar(COUNT).bind(account_id).fetch_one(conn).await)?;
    on!(tx tx, |conn| sqlx::query(INSERT).bind(account_id).bind(browser).bind(now).execute(conn).await.map(|_| ()))?;
    Ok(if others > 0 { Known::New } else { Known::First })
}
