//! What runs beside the requests: writing confirmations down, hearing what other servers ended, forgetting what is long over.
//! Each runs until it is dropped, and none of them gives up when the database is away.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, timeout};

use crate::auth::keys::{self, KeysError};
use crate::auth::{Auth, deletion, ended, factor};
use crate::feed::pictures::Pictures;
use crate::feed::posting;
use crate::mail::Mailer;
use crate::model::millis;
use crate::store::notices::Listener;
use crate::store::{Error, Result, attempts, ceremonies, events, mails, replies, resets, saved_logins, sessions};

/// How long confirmations are gathered before they are written in one transaction.
const GATHER: Duration = Duration::from_millis(200);
/// How often what is over is removed.
const PURGE_EVERY: Duration = Duration::from_secs(10 * 60);
/// How long an ended session stays in the database, so that it can be said why it ended.
const KEEP_ENDED: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How long what happened to an account's security is kept.
const KEEP_EVENTS: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How long mails are kept, sent or not.
const KEEP_MAILS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How often it is looked for mails to be sent.
const SEND_EVERY: Duration = Duration::from_secs(1);
/// How often the database is looked at for what was not heard: the longest that an ending may take to be known everywhere.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long such a look may take. A connection that died without a word answers never.
const LOOK_PATIENCE: Duration = Duration::from_secs(5);
/// How long until a listener whose connection was lost listens again.
const LISTEN_AGAIN: Duration = Duration::from_millis(500);
/// How long a listener may be silent before another one takes its place: its connection may have died without a word.
const SILENCE: Duration = Duration::from_secs(60);

/// Writes confirmations as they come.
pub async fn write_confirmations(auth: Arc<Auth>) {
    loop {
        auth.confirmations.wait().await;
        tokio::time::sleep(GATHER).await;
        if let Err(error) = auth.confirmations.write(&auth.db, None).await {
            tracing::warn!(%error, "confirmations could not be written, they are kept");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Writes down which log-ins were refused.
pub async fn write_refusals(auth: Arc<Auth>) {
    loop {
        auth.refusals.wait().await;
        if let Err(error) = auth.refusals.write(&auth.db).await {
            tracing::warn!(%error, "refused log-ins could not be written, they are kept");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Sends mails soon after they were written.
pub async fn send_mails(auth: Arc<Auth>, mailer: Arc<Mailer>) {
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + SEND_EVERY, SEND_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut watched = Watched::default();
    loop {
        ticks.tick().await;
        watched.succeeds("the outbox", mailer.send_due(&auth).await.map(|_| ()));
    }
}

/// Hears from the other servers on PostgreSQL what has ended, within milliseconds. The embedded database has no other servers.
pub async fn listen(auth: Arc<Auth>) {
    while let Err(error) = listen_once(&auth).await {
        tracing::debug!(%error, "not listening: what other servers end is seen a moment later");
        tokio::time::sleep(LISTEN_AGAIN).await;
    }
}

/// Listens on one connection for as long as it is good.
async fn listen_once(auth: &Auth) -> Result<()> {
    loop {
        let Some(mut listener) = timeout(LOOK_PATIENCE, Listener::open(&auth.db)).await.map_err(|_| Error::PoolTimedOut)?? else {
            return Ok(());
        };
        // In this order: what is called out from now on is heard, and what was called out before is read.
        timeout(LOOK_PATIENCE, ended::read_all(auth)).await.map_err(|_| Error::PoolTimedOut)??;
        while let Ok(notice) = timeout(SILENCE, listener.next()).await {
            auth.ended.hear(notice?);
        }
    }
}

/// Looks every two seconds for what was not heard, because nobody listened or nobody called out; and for other keys.
pub async fn look(auth: Arc<Auth>) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // What was there before, the start has read.
    let mut seen = auth.clock.now();
    let (mut endings, mut keys) = (Watched::default(), Watched::default());
    loop {
        ticks.tick().await;
        let now = auth.clock.now();
        auth.ended.forget(ended::horizon(&auth));
        // From the last look that succeeded, and further back; also when the clock was set back.
        let looked = timeout(LOOK_PATIENCE, ended::read_since(&auth, seen.min(now) - ended::OVERLAP)).await;
        if endings.succeeds("what has ended elsewhere", looked.unwrap_or(Err(Error::PoolTimedOut))) {
            seen = now;
        }
        let looked = timeout(LOOK_PATIENCE, keys::follow(&auth)).await;
        keys.succeeds("the keys", looked.unwrap_or(Err(Error::PoolTimedOut.into())));
    }
}

/// Something that is tried again and again. Said once when it begins to fail, and once when it no longer does.
#[derive(Default)]
struct Watched {
    failing: bool,
}

impl Watched {
    fn succeeds<E: std::fmt::Display>(&mut self, what: &str, tried: std::result::Result<(), E>) -> bool {
        match &tried {
            Ok(()) if self.failing => tracing::info!("{what} can be read again"),
            Err(error) if !self.failing => tracing::warn!(%error, "{what} cannot be read; what was read before holds"),
            _ => {}
        }
        self.failing = tried.is_err();
        !self.failing
    }
}

/// Removes what is over, now and then. With many servers each does it; it costs nothing twice.
pub async fn purge(auth: Arc<Auth>) {
    let mut ticks = tokio::time::interval(PURGE_EVERY);
    loop {
        ticks.tick().await;
        match purge_once(&auth).await {
            Ok(keys) if keys.is_empty() => {}
            Ok(keys) => tracing::info!(keys = keys.join(", "), "removed keys that nothing can be good under any more"),
            Err(error) => tracing::warn!(%error, "what is over could not be removed"),
        }
    }
}

/// Removes what is over by now, and names the keys among it.
///
/// # Errors
/// When the database or the key file fails; then the next time does it.
pub async fn purge_once(auth: &Auth) -> std::result::Result<Vec<String>, KeysError> {
    let now = auth.clock.now();
    attempts::purge(&auth.db, now).await?;
    replies::purge(&auth.db, now - millis(replies::KEPT)).await?;
    sessions::purge(&auth.db, now - millis(KEEP_ENDED)).await?;
    events::purge(&auth.db, now - millis(KEEP_EVENTS)).await?;
    mails::purge(&auth.db, now - millis(KEEP_MAILS)).await?;
    resets::purge(&auth.db, now).await?;
    if let Err(error) = deletion::remove_due(auth).await {
        tracing::warn!(%error, "accounts that are to be removed are still there");
    }
    ceremonies::purge(&auth.db, now).await?;
    // Before keys go.
    if let Err(error) = factor::reseal(auth).await {
        tracing::warn!(%error, "secrets of authenticator apps could not be sealed anew");
        return Ok(Vec::new());
    }
    saved_logins::purge(&auth.db, now - millis(KEEP_ENDED)).await?;
    auth.keys.purge(&auth.db, now).await
}

/// Removes pictures that no post shows, now and then. With many servers each does it; it costs nothing twice.
pub async fn sweep(auth: Arc<Auth>, pictures: Arc<Pictures>) {
    let mut ticks = tokio::time::interval(PURGE_EVERY);
    loop {
        ticks.tick().await;
        match posting::sweep(&auth.db, &pictures, auth.clock.now()).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "removed pictures that no post shows"),
            Err(error) => tracing::warn!(%error, "pictures that no post shows could not be removed"),
        }
    }
}
