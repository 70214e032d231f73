//! Table `keys`: the key rings that several servers share, each key sealed under a secret that the database does not know.

use super::{Db, Result, on, statements};
use crate::model::Timestamp;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[allow(missing_docs, reason = "the columns are explained in the migration")]
pub struct SealedKey {
    pub kind: String,
    pub kid: String,
    pub signs_from: Timestamp,
    pub sealed: Vec<u8>,
}

statements! {
    ALL = "select kind, kid, signs_from, sealed from keys order by signs_from desc, kind, kid";
    INSERT = "insert into keys (kind, kid, signs_from, sealed) values ($1, $2, $3, $4) on conflict (kind, kid) do nothing";
    DELETE = "delete from keys where kind = $1 and kid = $2 and signs_from = $3";
    COUNT = "select count(*) from keys";
}

/// All of them, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn all(db: &Db) -> Result<Vec<SealedKey>> {
    on!(read db, |conn| sqlx::query_as(ALL).fetch_all(conn).await)
}

/// How many there are.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &Db) -> Result<i64> {
    on!(read db, |conn| sqlx::query_scalar(COUNT).fetch_one(conn).await)
}

/// New keys, all of them or none. One whose name is taken is left out, and the one that has it stays.
///
/// # Errors
/// When the database fails.
pub async fn insert(db: &Db, keys: &[SealedKey]) -> Result<()> {
    let mut tx = db.begin().await?;
    for key in keys {
        on!(tx &mut tx, |conn| sqlx::query(INSERT)
            .bind(&key.kind)
            .bind(&key.kid)
            .bind(key.signs_from)
            .bind(&key.sealed)
            .execute(conn)
            .await
            .map(|_| ()))?;
    }
    tx.commit().await
}

/// Removes a key.
///
/// # Errors
/// When the database fails.
pub async fn delete(db: &Db, kind: &str, kid: &str, signs_from: Timestamp) -> Result<()> {
    on!(write db, |conn| sqlx::query(DELETE).bind(kind).bind(kid).bind(signs_from).execute(conn).await.map(|_| ()))
}
