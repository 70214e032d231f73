//! Table `recovery_codes`: what opens an account whose owner has lost the authenticator app. Each is good once.

use uuid::Uuid;

use super::{Db, Result, Tx, on, statements};
use crate::model::Timestamp;

statements! {
    INSERT = "insert into recovery_codes (account_id, hash) values ($1, $2)";
    SPEND = "update recovery_codes set used_at = $3 where account_id = $1 and hash = $2 and used_at is null";
    LEFT = "select count(*) from recovery_codes where account_id = $1 and used_at is null";
    DELETE = "delete from recovery_codes where account_id = $1";
}

/// Takes the place of all there were.
///
/// # Errors
/// When the database fails.
pub async fn replace(tx: &mut Tx, account_id: Uuid, hashes: &[[u8; 32]]) -> Result<()> {
    delete(tx, account_id).await?;
    for hash in hashes {
        on!(tx &mut *tx, |conn| sqlx::query(INSERT).bind(account_id).bind(&hash[..]).execute(conn).await.map(|_| ()))?;
    }
    Ok(())
}

/// One was shown. `false`: it is none, or was used before. Of parallel ones one is first.
///
/// # Errors
/// When the database fails.
pub async fn spend(db: &Db, account_id: Uuid, hash: &[u8; 32], now: Timestamp) -> Result<bool> {
    on!(write db, |conn| sqlx::query(SPEND)
        .bind(account_id)
        .bind(&hash[..])
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() > 0))
}

/// How many are left.
///
/// # Errors
/// When the database fails.
pub async fn left(db: &Db, account_id: Uuid) -> Result<i64> {
    on!(read db, |conn| sqlx::query_scalar(LEFT).bind(account_id).fetch_one(conn).await)
}

/// All gone.
///
/// # Errors
/// When the database fails.
pub async fn delete(tx: &mut Tx, account_id: Uuid) -> Result<()> {
    on!(tx tx, |conn| sqlx::query(DELETE).bind(account_id).execute(conn).await.map(|_| ()))
}
