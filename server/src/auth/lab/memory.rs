//! What a server has to remember of many sessions: counted, in stores made for it that are thrown away.

use std::path::Path;

use app::wire::account::Role;
use app::wire::lab::cost::Remembered;

use crate::auth::ended::Ended;
use crate::auth::{Auth, Error, Result};
use crate::model::{Device, id};
use crate::store::accounts::{self, NewAccount};
use crate::store::sessions::{self, NewSession, Session};
use crate::store::{self, Db};

/// How many.
const SESSIONS: u32 = 10_000;
const TROUBLE: Error = Error::Broken("a store to count in could not be made");

/// Of [`SESSIONS`] sessions like this one. The database is a file of SQLite, whatever this server has.
///
/// # Errors
/// When there is no room for it.
pub async fn remembered(auth: &Auth, like: &Session) -> Result<Remembered> {
    let folder = tempfile::tempdir().map_err(|_| TROUBLE)?;
    let file = folder.path().join("counted.db");
    let now = auth.clock.now();
    let account = NewAccount {
        account_id: id(now),
        username: "counted".into(),
        display_name: "Counted".into(),
        email: "counted@localhost".into(),
        email_key: "counted@localhost".into(),
        password_hash: String::new(),
        role: Role::User,
        created_at: now,
    };
    let empty = {
        let db = Db::open_sqlite(&file).await?;
        let mut tx = db.begin().await?;
        accounts::insert(&mut tx, &account).await?;
        tx.commit().await?;
        weigh(&db, &file).await?
    };
    let db = Db::open_sqlite(&file).await?;
    let ended = Ended::default();
    let mut tx = db.begin().await?;
    for _ in 0..SESSIONS {
        let new = NewSession {
            session_id: id(now),
            account_id: account.account_id,
            storage: like.storage(),
            saved: like.saved,
            device: Device { user_agent: like.user_agent.clone(), ip: like.ip.clone(), ..Device::default() },
            created_at: like.created_at,
            idle_expires_at: like.idle_expires_at,
            expires_at: like.expires_at,
            family: like.family,
            browser: like.browser.clone(),
            jkt: like.jkt.clone(),
        };
        sessions::insert(&mut tx, &new).await?;
        ended.add(new.session_id, now);
    }
    tx.commit().await?;
    let database = weigh(&db, &file).await? - empty;
    Ok(Remembered { sessions: SESSIONS, database, ended: ended.bytes() as u64 })
}

/// How many bytes the file has, once everything is in it. Closes it.
async fn weigh(db: &Db, file: &Path) -> Result<u64> {
    db.close().await;
    let about = tokio::fs::metadata(file).await.map_err(store::Error::Io)?;
    Ok(about.len())
}
