//! What servers on one PostgreSQL hear of one another: the triggers of the migrations call out (`notify`), a [`Listener`] hears it.
//! What is called out while nobody listens is lost, so whoever begins to listen reads the tables first.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};
use uuid::Uuid;

use super::accounts::Standing;
use super::{Db, Error, Result};
use crate::model::Timestamp;

/// The channel, as the triggers name it.
const CHANNEL: &str = "nightlatch";
/// How long the connection may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Something that was called out, and is committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A session has ended.
    Ended(Uuid, Timestamp),
    /// An account has another epoch, or was disabled or enabled.
    Changed(Standing),
}

/// A connection of its own that listens.
pub struct Listener(PgListener);

impl Listener {
    /// Begins to listen; `None` on the embedded database, which has nobody to hear.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open(db: &Db) -> Result<Option<Self>> {
        let Db::Postgres(pool) = db else { return Ok(None) };
        // Not one of the connections that requests wait for, and none that somebody else has left behind.
        let own = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).idle_timeout(None).max_lifetime(None);
        let own = own.connect_with((*pool.connect_options()).clone()).await?;
        let mut listener = PgListener::connect_with(&own).await?;
        listener.ignore_pool_close_event(true);
        // A connection that was lost has lost notices with it, which its replacement must not hide.
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(Some(Self(listener)))
    }

    /// The next notice.
    ///
    /// # Errors
    /// When the connection is lost, and notices with it.
    pub async fn next(&mut self) -> Result<Notice> {
        loop {
            match self.0.try_recv().await? {
                // A kind that a newer server knows is not for this one.
                Some(heard) => match parse(heard.payload()) {
                    Some(notice) => return Ok(notice),
                    None => continue,
                },
                None => return Err(Error::PoolClosed),
            }
        }
    }
}

fn parse(text: &str) -> Option<Notice> {
    let mut words = text.split(' ');
    match (words.next()?, words.next()?.parse().ok()?) {
        ("session", session_id) => Some(Notice::Ended(session_id, words.next()?.parse().ok()?)),
        ("account", account_id) => {
            let epoch = words.next()?.parse().ok()?;
            let disabled = words.next()? == "disabled";
            Some(Notice::Changed(Standing { account_id, epoch, disabled, changed_at: words.next()?.parse().ok()? }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_read_as_the_triggers_write_it_and_a_strange_one_is_passed_over() {
        let id = Uuid::from_u128(7);
        assert_eq!(parse(&format!("session {id} 12")), Some(Notice::Ended(id, 12)));
        let standing = Standing { account_id: id, epoch: 3, disabled: true, changed_at: 12 };
        assert_eq!(parse(&format!("account {id} 3 disabled 12")), Some(Notice::Changed(standing.clone())));
        assert_eq!(parse(&format!("account {id} 3 open 12")), Some(Notice::Changed(Standing { disabled: false, ..standing })));
        for strange in ["", "session", "session 7 12", &format!("session {id}"), &format!("account {id} x open 1"), &format!("key {id} 1")]
        {
            assert_eq!(parse(strange), None, "{strange}");
        }
    }
}
